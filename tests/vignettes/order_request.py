"""Orders to FHIR: the same drafts as two kinds of EHR send them, and the CDS Hooks request that carries them with the chart.

`uscore`: the shape of the CDS Hooks Sandbox. A Bundle without `type`, no `intent`, `category` as an object, a coded medication, the
dose in `doseAndRate`, calculated in mg where the chart has weight (and height), a NutritionOrder beside the drugs.
`mcode`: the shape of Epic. Long ids, absolute references, Medications as entries of their own, `doseQuantity` at the top of the dosage as
it was prescribed, `requester` with nothing but a data-absent-reason, a ServiceRequest beside the drugs.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from datetime import date
from math import sqrt
from typing import Literal

from tests.vignettes import codes as c
from tests.vignettes.chart import FHIR_SERVER, quantity
from tests.vignettes.codes import Json, coding
from tests.vignettes.facts import TODAY, Facts
from tests.vignettes.fhir_builder import Encoding, patient_view, resources
from tests.vignettes.mcode import SUBJECT as ABSOLUTE_SUBJECT
from tests.vignettes.order_facts import Measure
from tests.vignettes.order_words import Order
from tests.vignettes.uscore import SUBJECT as RELATIVE_SUBJECT

Hook = Literal["order-select", "order-sign"]
_ROUTE = {
    "oral": coding(c.SNOMED, "26643006", "Oral route"),
    "iv": coding(c.SNOMED, "47625008", "Intravenous route"),
    "sc": coding(c.SNOMED, "34206005", "Subcutaneous route"),
    "im": coding(c.SNOMED, "78421000", "Intramuscular route"),
}
_UNDER_THE_SKIN = {"pertuzumab-trastuzumab-hyaluronidase", "trastuzumab-hyaluronidase", "goserelin"}
_DISCHARGE = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/medicationrequest-category", "code": "community"}]}


def order_request(hook: Hook, facts: Facts, orders: Sequence[Order], encoding: Encoding, today: date = TODAY) -> Json:
    """The order hook's request: the chart as `patient-view` would bring it, and the drafts."""
    chart = resources(facts, encoding, today)
    body = patient_view(chart, encoding)
    entries, ids = drafts(orders, chart, facts, encoding, today)
    bundle: Json = {"resourceType": "Bundle", "entry": entries}
    if encoding == "mcode":
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    body["hook"] = hook
    body["context"] = {**body["context"], "encounterId": "encounter-1", "draftOrders": bundle}
    if hook == "order-select":
        body["context"]["selections"] = [f"MedicationRequest/{i}" for i, o in zip(ids, orders, strict=True) if o.selected]
    return body


def drafts(
    orders: Iterable[Order], chart: Sequence[Json], facts: Facts, encoding: Encoding, today: date = TODAY
) -> tuple[list[Json], list[str]]:
    """The entries of `draftOrders`, and the ids of the medication orders among them."""
    entries: list[Json] = []
    ids: list[str] = []
    for number, order in enumerate(orders, 1):
        medicine = order.product or (c.PRODUCT if encoding == "uscore" else c.INGREDIENT)[order.drug]
        running = _running_order(chart, order.drug) if order.revises else None
        if encoding == "uscore":
            request = _sandbox(order, number, medicine, facts, today)
        else:
            request, medication = _epic(order, number, medicine, today)
            entries.append({"fullUrl": f"{FHIR_SERVER}/Medication/{medication['id']}", "resource": medication})
        if running is not None:
            request = _revised(running, request)
        ids.append(request["id"])
        full = {"fullUrl": f"{FHIR_SERVER}/MedicationRequest/{request['id']}"} if encoding == "mcode" else {}
        entries.append({**full, "resource": request})
    entries.append({"resource": _beside_the_drugs(encoding)})
    return entries, ids


def _running_order(chart: Sequence[Json], drug: str) -> Json | None:
    """The chart's own active order of a drug, with the drug behind whatever reference it has."""
    medications = {f"{FHIR_SERVER}/Medication/{r['id']}": r["code"] for r in chart if r["resourceType"] == "Medication"}
    wanted = {c.PRODUCT[drug][0], c.INGREDIENT[drug][0]}
    for resource in chart:
        if resource["resourceType"] != "MedicationRequest" or resource["status"] not in ("active", "on-hold"):
            continue
        if "medicationReference" in resource:
            reference = resource["medicationReference"]["reference"]
            concept = resource["contained"][0]["code"] if reference == "#drug" else medications[reference]
        else:
            concept = resource["medicationCodeableConcept"]
        if concept["coding"][0]["code"] in wanted:
            return resource
    return None


def _revised(running: Json, change: Json) -> Json:
    """The running order with what the change says: status, reason, dose and, when the product changed, the medication."""
    revised = copy.deepcopy(running)
    kept = ("resourceType", "id", "authoredOn", "intent", "subject", "basedOn")
    for name, value in change.items():
        if name not in kept and (name != "dosageInstruction" or "doseAndRate" in value[0] or "doseQuantity" in value[0]):
            revised[name] = value
    if "medicationCodeableConcept" in change or "medicationReference" in change:
        stale = {"medicationCodeableConcept", "medicationReference"} - set(change)
        revised = {name: value for name, value in revised.items() if name not in stale and name != "contained"}
    return revised


def _sandbox(order: Order, number: int, medicine: tuple[str, str], facts: Facts, today: date) -> Json:
    amount, unit = _calculated(order, facts)
    dosage: Json = {"text": _words(order, amount, unit), "timing": {"repeat": _repeat(order)}}
    if amount is not None:
        dosage["doseAndRate"] = [{"doseQuantity": quantity(amount, unit)}]
    request: Json = {
        "resourceType": "MedicationRequest",
        "id": f"request-{number}",
        "status": order.status,
        "category": _DISCHARGE,
        "medicationCodeableConcept": {"coding": [coding(c.RXNORM, *medicine)], "text": medicine[1]},
        "subject": RELATIVE_SUBJECT,
        "authoredOn": today.isoformat(),
        "dosageInstruction": [dosage],
    }
    if order.reason:
        request["statusReason"] = {"text": c.STOP_TEXT.get(order.reason, order.reason)}
    if order.plan:
        request["basedOn"] = [{"reference": "CarePlan/plan-1", "display": order.plan}]
    return request


def _epic(order: Order, number: int, medicine: tuple[str, str], today: date) -> tuple[Json, Json]:
    medication: Json = {
        "resourceType": "Medication",
        "id": f"eMed.{number}-{'x' * 60}3",
        "code": {"coding": [coding(c.OID[c.RXNORM], *medicine)], "text": medicine[1]},
    }
    dosage: Json = {
        "text": _words(order, order.amount, order.unit),
        "timing": {"repeat": _repeat(order)},
        "route": {"coding": [_ROUTE[_route(order)]]},
    }
    if order.parts is not None:
        dosage["doseQuantity"] = quantity(sum(order.parts), "mg")
    elif order.amount is not None:
        dosage["doseQuantity"] = quantity(order.amount, order.unit)
    request: Json = {
        "resourceType": "MedicationRequest",
        "id": f"eReq.{number}-{'y' * 60}3",
        "status": order.status,
        "intent": "order",
        "category": [_DISCHARGE],
        "medicationReference": {"reference": f"{FHIR_SERVER}/Medication/{medication['id']}", "display": medicine[1]},
        "subject": ABSOLUTE_SUBJECT,
        "requester": {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]},
        "authoredOn": f"{today.isoformat()}T09:12:00Z",
        "dosageInstruction": [dosage],
    }
    if order.reason in c.STOP_CODE:
        request["statusReason"] = {"coding": [c.STOP_CODE[order.reason]]}
    elif order.reason:
        request["statusReason"] = {"text": c.STOP_TEXT.get(order.reason, order.reason)}
    if order.plan:
        request["basedOn"] = [{"reference": f"{FHIR_SERVER}/CarePlan/plan-1", "display": order.plan}]
    return request, medication


def _calculated(order: Order, facts: Facts) -> tuple[float | None, str]:
    """The dose in mg, as a dose calculator writes it, where the chart knows weight (kg) and, for mg/m2, height (cm; Mosteller)."""
    if order.parts is not None:
        return sum(order.parts), "mg"
    kilograms = next((f.value for f in facts if isinstance(f, Measure) and f.kind == "weight" and f.unit == "kg"), None)
    centimetres = next((f.value for f in facts if isinstance(f, Measure) and f.kind == "height"), None)
    if order.amount is None or order.drug in _UNDER_THE_SKIN:  # no calculator multiplies a flat dose
        return order.amount, order.unit
    if order.unit == "mg/kg" and kilograms is not None:
        return round(order.amount * kilograms), "mg"
    if order.unit == "mg/m2" and kilograms is not None and centimetres is not None:
        return round(order.amount * sqrt(kilograms * centimetres / 3600)), "mg"
    return order.amount, order.unit


def _words(order: Order, amount: float | None, unit: str) -> str:
    how_often = f"{order.daily} times daily" if order.daily else f"every {order.every} days"
    if order.parts is not None:
        return f"{order.parts[0]:g} mg/{order.parts[1]:g} mg subcutaneously {how_often}"
    return f"{amount:g} {unit} {_route(order).upper()} {how_often}" if amount is not None else "as protocol"


def _route(order: Order) -> str:
    if order.drug in c.ORAL:
        return "oral"
    return "sc" if order.drug in _UNDER_THE_SKIN else "im" if order.drug == "fulvestrant" else "iv"


def _repeat(order: Order) -> Json:
    if order.daily:
        return {"frequency": order.daily, "period": 1, "periodUnit": "d"}
    return {"frequency": 1, "period": order.every, "periodUnit": "d"}


def _beside_the_drugs(encoding: Encoding) -> Json:
    """An order of another kind, which is none of our business."""
    if encoding == "uscore":
        oral_diet = {"type": [{"text": "Soft diet"}]}
        return {"resourceType": "NutritionOrder", "id": "diet-1", "status": "draft", "patient": RELATIVE_SUBJECT, "oralDiet": oral_diet}
    return {
        "resourceType": "ServiceRequest",
        "id": "eLab.1",
        "status": "draft",
        "intent": "order",
        "code": {"coding": [coding(c.LOINC, "24323-8", "Comprehensive metabolic 2000 panel")], "text": "Metabolic panel"},
        "subject": ABSOLUTE_SUBJECT,
    }
