"""The order builder itself: what the order vignettes send is what EHRs send, and both encodings ask the same question."""

from __future__ import annotations

from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from tests.vignettes.fhir_builder import ENCODINGS, Encoding, resources
from tests.vignettes.order_cases import ORDER_CASES, OrderCase
from tests.vignettes.order_pairs import PAIRS
from tests.vignettes.order_request import order_request
from tests.vignettes.order_silence import SILENT_SESSIONS

SESSIONS: dict[str, OrderCase] = {
    **ORDER_CASES,
    **{f"{name}: warning": pair.warns for name, pair in PAIRS.items()},
    **{f"{name}: near miss": pair.near_miss for name, pair in PAIRS.items()},
    **SILENT_SESSIONS,
}


def drafts(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in body["context"]["draftOrders"]["entry"]]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("case", SESSIONS.values(), ids=SESSIONS)
def test_chart_and_selections(case: OrderCase, encoding: Encoding) -> None:
    """The chart is valid R4; what is selected is among the drafts; order-sign selects nothing."""
    for resource in resources(case.facts, encoding):
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    body = order_request(case.hook, case.facts, case.orders, encoding)
    names = {f"{draft['resourceType']}/{draft['id']}" for draft in drafts(body)}
    assert ("selections" in body["context"]) == (case.hook == "order-select")
    assert set(body["context"].get("selections", [])) <= names
    assert len(names) == len(drafts(body))


@pytest.mark.parametrize("case", SESSIONS.values(), ids=SESSIONS)
def test_epic_shaped_drafts(case: OrderCase) -> None:
    """Epic's drafts: Medications as entries of their own that every order refers to, long ids, valid R4 but for the dose on top."""
    found = drafts(order_request(case.hook, case.facts, case.orders, "mcode"))
    medications = {r["id"] for r in found if r["resourceType"] == "Medication"}
    for draft in found:
        resource = draft
        if draft["resourceType"] == "MedicationRequest":
            assert draft["medicationReference"]["reference"].rsplit("/", 1)[1] in medications
            assert "medicationCodeableConcept" not in draft
            kept = [{k: v for k, v in dosage.items() if k != "doseQuantity"} for dosage in draft["dosageInstruction"]]
            resource = {**draft, "dosageInstruction": kept}
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)


def test_sandbox_shaped_drafts() -> None:
    """The Sandbox's drafts: no Bundle type, no intent, category as an object, doses calculated in milligrams."""
    body = order_request("order-sign", ORDER_CASES["V11"].facts, ORDER_CASES["V11"].orders, "uscore")
    assert "type" not in body["context"]["draftOrders"]
    request = drafts(body)[0]
    assert "intent" not in request
    assert isinstance(request["category"], dict)
    assert request["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"]["value"] == 216  # 3.6 mg/kg for 60 kg
    docetaxel = drafts(order_request("order-sign", ORDER_CASES["V23"].facts, ORDER_CASES["V23"].orders, "uscore"))[0]
    assert docetaxel["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"]["value"] == 124  # 75 mg/m2 for 1.66 m2


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_stop_order_is_the_running_order_revised(encoding: Encoding) -> None:
    """V03's drafts have the ids of the chart's own orders, another status and a reason."""
    case = ORDER_CASES["V03"]
    running = {r["id"] for r in resources(case.facts, encoding) if r["resourceType"] == "MedicationRequest" and r["status"] == "active"}
    stops = [draft for draft in drafts(order_request(case.hook, case.facts, case.orders, encoding)) if draft.get("status") == "stopped"]
    assert {stop["id"] for stop in stops} <= running
    assert [stop["statusReason"]["text"] for stop in stops] == ["Chemotherapy complete", "Treatment completed"]
    assert all(("medicationReference" in stop) != ("medicationCodeableConcept" in stop) for stop in stops)
