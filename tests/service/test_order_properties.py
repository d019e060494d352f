"""What holds for every draft, whatever is in it: an answer that is valid, or a refusal; never a failure."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.app import create_app
from service.samples import names
from tests.service.checked_client import CheckedClient, site, without_uuids
from tests.service.client_requests import CLIENTS, DRUGS, sandbox_request
from tests.service.test_properties import JSON, ODD, places, put

CLIENT = CheckedClient(create_app(site()).test_client())

HOOKS = st.sampled_from(["order-select", "order-sign"])
FEW = settings(max_examples=150)

#: What is ordered, in the words of clinicians; from every corner that a check looks at.
TEXTS = st.sampled_from(
    [
        "trastuzumab 8 mg/kg IV loading dose, then 6 mg/kg",
        "fam-trastuzumab deruxtecan-nxki 5.4 mg/kg every 3 weeks",
        "ado-trastuzumab emtansine 5.4 mg/kg",
        "pertuzumab/trastuzumab/hyaluronidase-zzxf 1200 mg/600 mg/30000 units SC",
        "docetaxel 75 mg/m2",
        "doxorubicin 60 mg/m2",
        "letrozole 2.5 mg daily",
        "capecitabine 1000 mg/m2 twice daily",
        "tucatinib 300 mg BID",
        "gemfibrozil 600 mg",
        "warfarin",
        "trastuzumab duocarmazine",
        "omeprazole 20 mg",
        "",
    ]
)
NUMBERS = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-5, 2000), st.sampled_from(["5.4", "", None, 1e300]))
UNITS = st.sampled_from(["mg", "mg/kg", "mg/m2", "mL", "{pill}", "[IU]", "", None, 5])
STATUSES = st.sampled_from(["draft", "active", "stopped", "cancelled", "completed", "on-hold", "entered-in-error", "", None, 1])


@st.composite
def orders(draw: st.DrawFn) -> dict[str, Any]:
    """A MedicationRequest of roughly the right shape with anything inside."""
    amount = {"value": draw(NUMBERS), "unit": draw(UNITS), "code": draw(UNITS)}
    dosage: dict[str, Any] = {
        "text": draw(TEXTS),
        "doseAndRate": draw(st.sampled_from([[{"doseQuantity": amount}], {"doseQuantity": amount}, [], None])),
        "timing": draw(st.one_of(st.just({"repeat": {"frequency": draw(NUMBERS), "period": draw(NUMBERS), "periodUnit": "d"}}), JSON)),
        "route": draw(st.one_of(st.just({"text": "IV"}), JSON)),
    }
    order: dict[str, Any] = {
        "resourceType": "MedicationRequest",
        "id": draw(st.sampled_from(["a", "b", "x" * 200, "", None, 7])),
        "status": draw(STATUSES),
        "statusReason": draw(st.one_of(st.none(), st.fixed_dictionaries({"text": TEXTS}), JSON)),
        "medicationCodeableConcept": draw(st.one_of(st.fixed_dictionaries({"text": TEXTS}), JSON)),
        "dosageInstruction": draw(st.sampled_from([[dosage], dosage, [dosage, dosage], []])),
        "note": draw(st.one_of(st.none(), JSON)),
        "extension": draw(st.one_of(st.none(), JSON)),
    }
    return {member: value for member, value in order.items() if draw(st.integers(0, 9))}


def asked(body: dict[str, Any], hook: str) -> int:
    """Call an order hook; the status."""
    return CLIENT.call(body, path=f"/cds-services/her2-{hook}").status_code


@FEW
@given(
    hook=HOOKS,
    sample=st.sampled_from(names()),
    drafts=st.lists(st.one_of(orders(), orders(), JSON), max_size=4),
    selections=st.one_of(st.just(["MedicationRequest/a", "MedicationRequest/b"]), st.lists(JSON, max_size=3), st.none()),
)
def test_random_drafts_are_answered(hook: str, sample: str, drafts: list[Any], selections: Any):
    """Any drafts at all, for any patient: 200 with a valid answer."""
    body = sandbox_request(hook, sample=sample)
    body["context"] |= {"draftOrders": {"entry": [{"resource": draft} for draft in drafts]}, "selections": selections}
    assert asked(body, hook) == 200


@FEW
@given(data=st.data(), hook=HOOKS, shape=st.sampled_from(list(CLIENTS)), drug=st.sampled_from(list(DRUGS)))
def test_any_json_anywhere_in_the_context_is_no_500(data: st.DataObject, hook: str, shape: str, drug: str):
    """Whatever member of a client's context is replaced by anything: an answer or a refusal.

    412 where the context and the draft name the same other patient, and the prefetch is none of theirs.
    """
    body = CLIENTS[shape](hook, drug)
    for _ in range(data.draw(st.integers(1, 3))):
        where = data.draw(st.sampled_from(places(body["context"])))
        try:
            body = put(body, ("context", *where), data.draw(ODD))
        except (TypeError, KeyError, IndexError):  # an earlier change removed the way there
            continue
    assert asked(body, hook) in {200, 400, 412}


@FEW
@given(data=st.data(), hook=HOOKS)
def test_any_json_as_prefetch_is_no_500(data: st.DataObject, hook: str):
    """Whatever stands in the record while a relevant drug is ordered: an answer, or 412."""
    body = sandbox_request(hook, "tdm1", sample=data.draw(st.sampled_from(names())))
    where = data.draw(st.sampled_from(places(body["prefetch"])))
    assert asked(put(body, ("prefetch", *where), data.draw(ODD)), hook) in {200, 412}


@FEW
@given(drafts=st.lists(orders(), min_size=1, max_size=4), data=st.data())
def test_the_order_of_the_drafts_changes_nothing(drafts: list[dict[str, Any]], data: st.DataObject):
    """Drafts in another order: the same advice."""

    def said(entries: list[dict[str, Any]]) -> Any:
        body = sandbox_request("order-sign", sample="second-line")
        body["context"]["draftOrders"] = {"entry": [{"resource": draft} for draft in entries]}
        cards = CLIENT.call(body, path="/cds-services/her2-order-sign").get_json()["cards"]
        return {(card["source"]["topic"]["code"], card["indicator"]) for card in without_uuids(cards)}

    unique = [draft | {"id": f"order-{number}"} for number, draft in enumerate(copy.deepcopy(drafts))]
    assert said(unique) == said(data.draw(st.permutations(unique)))


def _fits(value: Any) -> bool:
    """Whether a number of that size is JSON to everybody."""
    return not isinstance(value, int) or abs(value) < 1e300


@FEW
@given(value=JSON)
def test_any_json_as_feedback_is_no_500(value: Any):
    """Whatever is sent as feedback is kept or refused."""
    assert CLIENT.give_feedback(value).status_code == 400 or isinstance(value, dict)
    assert CLIENT.give_feedback({"feedback": value}).status_code in {200, 400}


@FEW
@given(
    member=st.sampled_from(["overrideReason", "overrideReasons", "acceptedSuggestions", "outcomeTimestamp", "extension"]),
    value=ODD.filter(_fits),
)
def test_any_json_in_an_entry_is_kept(member: str, value: Any):
    """An entry that names its card and outcome is kept, whatever else is in it."""
    entry = {"card": "6f3dfa5c-9a5c-8d4e-9d1a-0a4a4a4a4a4a", "outcome": "overridden", member: value}
    assert CLIENT.give_feedback({"feedback": [entry]}).status_code == 200


@pytest.mark.parametrize("hook", ["order-select", "order-sign"])
@pytest.mark.parametrize("drug", DRUGS)
@pytest.mark.parametrize("sample", names())
def test_every_drug_for_every_sample(sample: str, drug: str, hook: str):
    """Each drug of the clients' requests, for each sample patient, in both shapes: answered."""
    for shape in CLIENTS.values():
        assert asked(shape(hook, drug, sample=sample), hook) == 200
