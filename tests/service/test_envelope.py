"""The quick check of a request's envelope and the schema behind it."""

from __future__ import annotations

import copy
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.cds_hooks.envelope import accepted_type, request_validator
from service.cds_hooks.registry import SERVICES
from service.cds_hooks.schema_types import type_of
from service.samples import names, order_names, order_request_body, request_body
from tests.service.checked_client import TODAY

HOOKS = sorted({service.hook for service in SERVICES.values()})

MEMBERS = (
    "hook", "hookInstance", "context", "prefetch", "fhirServer", "fhirAuthorization", "extension",
    "userId", "patientId", "encounterId", "selections", "draftOrders",
)  # fmt: skip

TEXTS = st.sampled_from(
    [
        "", " ", "1", "a b", "a/b", "1\n", "Patient/1", "Practitioner/1", "Practitioner/1\n", "\nPractitioner/1",
        "PractitionerRole/a.b-c_d",
        "Practitioner/", "Device/1", "Practitioner/\u0661", *HOOKS,
    ]
) | st.text(max_size=8)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS) | st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
)


@st.composite
def envelopes(draw: st.DrawFn) -> Any:
    """A good request with some members, of its own or of its context, left out or replaced by anything."""
    orders = draw(st.sampled_from(HOOKS)) != "patient-view"
    body = order_request_body(order_names()[0], TODAY) if orders else request_body(names()[0], TODAY)
    body = copy.deepcopy(body) | {"hook": draw(st.sampled_from(HOOKS))}
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.sampled_from([body, body["context"]])) if isinstance(body.get("context"), dict) else body
        member = draw(st.sampled_from(MEMBERS))
        if draw(st.booleans()):
            place.pop(member, None)
        else:
            place[member] = draw(VALUES)
    return body


def accepts(hook: str, envelope: Any) -> bool:
    try:
        msgspec.convert(envelope, accepted_type(hook))
    except msgspec.ValidationError:
        return False
    return True


@given(st.sampled_from(HOOKS), envelopes() | VALUES)
def test_the_quick_check_and_the_schema_agree(hook: str, envelope: Any):
    """What the quick check lets pass is exactly what the JSON Schema finds nothing wrong with."""
    assert accepts(hook, envelope) == request_validator(hook).is_valid(envelope)


@pytest.mark.parametrize("body", [request_body(names()[0], TODAY), order_request_body(order_names()[0], TODAY)], ids=["chart", "orders"])
def test_a_good_request_passes_quickly(body: dict[str, Any]):
    """Requests in order never cost the slow check; the same request is none for another hook."""
    assert [hook for hook in HOOKS if accepts(hook, body)] == [body["hook"]]


def test_a_keyword_without_a_type_is_refused():
    """A keyword that the quick check would not enforce cannot come into the schema unnoticed."""
    with pytest.raises(ValueError, match="format"):
        type_of({"type": "string", "format": "uri"}, {})
