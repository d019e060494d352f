"""SMART scopes at the demo EHR."""

from __future__ import annotations

import pytest

from service.demo.capability import SERVED
from service.demo.scopes import granted, may


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("launch openid fhirUser", "launch openid fhirUser"),
        ("patient/Observation.rs patient/Observation.read", "patient/Observation.rs patient/Observation.read"),
        ("patient/QuestionnaireResponse.c", "patient/QuestionnaireResponse.c"),
        ("patient/QuestionnaireResponse.write", "patient/QuestionnaireResponse.write"),
        ("patient/*.rs patient/*.cruds", "patient/*.rs patient/*.cruds"),
        ("patient/Observation.c patient/Condition.write", ""),
        ("patient/Claim.rs system/*.rs offline_access", ""),
        ("patient/Observation. patient/Observation.sr patient/Observation.rs?category=laboratory", ""),
    ],
)
def test_what_is_granted(asked: str, given: str):
    """Reading what there is, writing answers, and nothing else; letters of version 2 in their order only."""
    assert granted(asked, SERVED) == given


@pytest.mark.parametrize(
    ("scopes", "act", "kind", "allowed"),
    [
        ("patient/Observation.rs", "r", "Observation", True),
        ("patient/Observation.r", "s", "Observation", False),
        ("patient/Observation.read", "s", "Observation", True),
        ("patient/Observation.read", "c", "Observation", False),
        ("patient/*.read", "r", "Condition", True),
        ("patient/Observation.rs", "r", "Condition", False),
        ("patient/QuestionnaireResponse.write", "c", "QuestionnaireResponse", True),
        ("patient/QuestionnaireResponse.write", "r", "QuestionnaireResponse", False),
        ("patient/QuestionnaireResponse.c", "c", "QuestionnaireResponse", True),
        ("patient/QuestionnaireResponse.*", "c", "QuestionnaireResponse", True),
        ("openid launch", "r", "Patient", False),
    ],
)
def test_what_scopes_allow(scopes: str, act: str, kind: str, *, allowed: bool):
    """A token does what its scopes say, in the words of both versions."""
    assert may(scopes, act, kind) is allowed
