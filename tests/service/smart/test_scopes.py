"""What is asked for, and what the answer allows."""

from __future__ import annotations

import pytest

from service.smart.scopes import lets_answers_be_written, requested_scopes


def test_least_privilege():
    """Only the kinds of resource that are read are asked for, and nothing but answers may be written; no token for later."""
    v2 = requested_scopes({"permission-v1", "permission-v2"}, standalone=False).split()
    v1 = requested_scopes({"permission-v1"}, standalone=False).split()
    assert not any("*" in scope or "offline" in scope or "online" in scope for scope in (*v2, *v1))
    assert [scope for scope in v2 if scope.startswith("patient/") and not scope.endswith(".rs")] == ["patient/QuestionnaireResponse.c"]
    assert [scope for scope in v1 if scope.startswith("patient/") and not scope.endswith(".read")] == [
        "patient/QuestionnaireResponse.write"
    ]
    assert {"launch", "openid", "fhirUser", "patient/Observation.rs", "patient/Medication.rs"} <= set(v2)


def test_a_server_that_says_nothing_gets_the_old_scopes():
    """Scopes of version 2 are asked of servers that say they know them."""
    assert "patient/Patient.read" in requested_scopes(set(), standalone=False).split()


def test_standalone():
    """A standalone launch asks for a patient to be chosen; it has no launch of an EHR."""
    scopes = requested_scopes({"permission-v2"}, standalone=True).split()
    assert "launch/patient" in scopes
    assert "launch" not in scopes


@pytest.mark.parametrize(
    "scope",
    [
        "patient/QuestionnaireResponse.write",
        "patient/QuestionnaireResponse.*",
        "patient/*.write",
        "patient/*.*",
        "user/QuestionnaireResponse.write",
        "user/*.*",
        "patient/QuestionnaireResponse.c",
        "patient/QuestionnaireResponse.cu",
        "patient/QuestionnaireResponse.cruds",
        "patient/QuestionnaireResponse.crs",
        "user/*.cud",
    ],
)
def test_scopes_that_allow_writing(scope: str):
    """Both versions of scopes, wildcards included, let answers be written."""
    assert lets_answers_be_written({"launch", scope})


@pytest.mark.parametrize(
    "scope",
    [
        "patient/QuestionnaireResponse.read",
        "patient/QuestionnaireResponse.rs",
        "patient/QuestionnaireResponse.u",
        "patient/Observation.write",
        "patient/Observation.c",
        "patient/*.read",
        "patient/*.rs",
        "system/QuestionnaireResponse.write",
        "patient/QuestionnaireResponse.c?status=in-progress",
        "patient/QuestionnaireResponse.create",
        "patient/QuestionnaireResponse.uc",
        "xpatient/QuestionnaireResponse.c",
        "patient/QuestionnaireResponseX.c",
        "patient/QuestionnaireResponse.",
        "launch",
    ],
)
def test_scopes_that_do_not(scope: str):
    """Reading, other resources, other levels, filters and misspelt scopes do not."""
    assert not lets_answers_be_written({scope})
