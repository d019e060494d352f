"""What can be ordered in the demo EHR (`order_entry.yaml`), each as the FHIR resources that the EHR would draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

from cards.label_dosage import label_dosage
from guideline.knowledge_base import KNOWLEDGE
from guideline.knowledge_printing import ROUTE_WORDS
from guideline.orderables import ORDERABLES

_UCUM: Final = {"mg": "mg", "mg/kg": "mg/kg", "mg/m2": "mg/m2"}
_OUTPATIENT: Final = {"system": "http://terminology.hl7.org/CodeSystem/medicationrequest-category", "code": "outpatient"}


@dataclass(frozen=True, slots=True)
class Orderable:
    """One line of the list, a drug or a regimen: its id on the page, its name, and its orders without patient, id and date."""

    id: str
    name: str
    resources: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class OrderGroup:
    """Drugs or regimens under one heading."""

    name: str
    orders: tuple[Orderable, ...]


@cache
def order_groups() -> tuple[OrderGroup, ...]:
    """Everything that can be ordered, by group."""
    listed = yaml.safe_load(files(__package__).joinpath("order_entry.yaml").read_text("utf-8"))
    drugs = [OrderGroup(group["group"], tuple(map(_drug, group["orders"]))) for group in listed["drugs"]]
    by_id = {order.id: order for group in drugs for order in group.orders}
    regimens = tuple(_regimen(ids, by_id) for ids in listed["regimens"])
    return (*drugs, OrderGroup("Regimens", regimens))


def _regimen(ids: Sequence[str], drugs: Mapping[str, Orderable]) -> Orderable:
    members = [drugs[id_] for id_ in ids]
    name = " + ".join(member.name for member in members)
    return Orderable("+".join(ids), name, tuple(resource for member in members for resource in member.resources))


def _drug(entry: dict[str, Any]) -> Orderable:
    drug = entry.get("drug")
    known = KNOWLEDGE.drugs[drug] if drug else None
    name: str = known.name if known is not None else entry["name"]
    code = known.code if known is not None else None
    coding = {"system": code.system, "code": code.code, "display": code.display} if code is not None else None
    if known is None:
        coding = {"system": entry["system"], "code": entry["code"], "display": name}
    dosage = [_dosage(entry)] if "dose" in entry else [dict(one) for one in label_dosage(drug or "")]
    resource = {
        "resourceType": "MedicationRequest",
        "status": "draft",
        "intent": "order",
        "category": [{"coding": [_OUTPATIENT]}],
        "medicationCodeableConcept": ({"coding": [coding]} if coding else {}) | {"text": name},
        "dosageInstruction": dosage,
    }
    return Orderable(drug or entry["name"], name, (resource,))


def _dosage(entry: dict[str, Any]) -> dict[str, Any]:
    route = ORDERABLES.routes[entry["route"]]
    words = ROUTE_WORDS[entry["route"]]
    repeat = {"repeat": {"frequency": 1, "period": entry["days"], "periodUnit": "d"}} if "days" in entry else {}
    quantity = {"value": entry["dose"], "unit": entry["unit"], "system": "http://unitsofmeasure.org", "code": _UCUM[entry["unit"]]}
    return {
        "text": f"{entry['dose']:g} {entry['unit']} {words} {entry['schedule']}",
        "timing": {**repeat, "code": {"text": entry["schedule"]}},
        "route": {"coding": [{"system": route.system, "code": route.code, "display": route.display}], "text": words},
        "doseAndRate": [{"doseQuantity": quantity}],
    }
