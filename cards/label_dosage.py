"""The label dose of a drug as FHIR `Dosage`, from the regimens of the knowledge files."""

from __future__ import annotations

from functools import cache
from typing import Any

from guideline.knowledge_base import KNOWLEDGE
from guideline.knowledge_entries import Component
from guideline.knowledge_printing import ROUTE_WORDS
from guideline.orderables import ORDERABLES

_TIMES_A_DAY = {"once daily": 1, "twice daily": 2}
_UCUM = {"mg": "mg", "mg/kg": "mg/kg", "mg/m2": "mg/m2", "mg/m2/day": "mg/m2/d"}


@cache
def dose_in_words(drug: str) -> str | None:
    """The label dose of a drug, such as `5.4 mg/kg IV every 3 weeks`; nothing when it depends on its partners, or none is known."""
    component = _component(drug)
    if component is None:
        return None
    loading = f"{component.loading:g} {component.unit}, then " if component.loading is not None else ""
    return loading + _words(component, component.dose)


@cache
def label_dosage(drug: str) -> tuple[dict[str, Any], ...]:
    """The label dose as one `Dosage`, or two where the drug is loaded; empty when `dose_in_words` has none. Not to be changed."""
    component = _component(drug)
    if component is None:
        return ()
    going_on = _dosage(component, component.dose, _words(component, component.dose), _timing(component))
    if component.loading is None:
        return (going_on,)
    amount = f"{component.loading:g} {component.unit} {ROUTE_WORDS[component.route]}"
    once = f"loading dose {amount}, only when starting or after a gap that calls for it"
    loading = _dosage(component, component.loading, once, {"repeat": {"count": 1}, "code": {"text": "loading dose"}})
    return {"sequence": 1, **loading}, {"sequence": 2, **going_on}


def _component(drug: str) -> Component | None:
    """The component that gives the drug its label dose: that of the regimen of this drug alone, else the one all regimens agree on."""
    alone = [
        part for regimen in KNOWLEDGE.regimens.values() if regimen.drugs == (drug,) for part in regimen.components if part.drug == drug
    ]
    if alone:
        return alone[0]
    parts = [part for regimen in KNOWLEDGE.regimens.values() for part in regimen.components if part.drug == drug and not part.choice]
    if len({(part.dose, part.unit, part.schedule) for part in parts}) != 1:
        return None
    return next((part for part in parts if part.loading is not None), parts[0])


def _words(component: Component, dose: float) -> str:
    return f"{dose:g} {component.unit} {ROUTE_WORDS[component.route]} {component.schedule}"


def _dosage(component: Component, dose: float, text: str, timing: dict[str, Any]) -> dict[str, Any]:
    route = ORDERABLES.routes[component.route]
    quantity = {"value": dose, "unit": component.unit, "system": "http://unitsofmeasure.org", "code": _UCUM[component.unit]}
    return {
        "text": text,
        "timing": timing,
        "route": {"coding": [{"system": route.system, "code": route.code, "display": route.display}], "text": ROUTE_WORDS[component.route]},
        "doseAndRate": [{"doseQuantity": quantity}],
    }


def _timing(component: Component) -> dict[str, Any]:
    """When it is given. CAUTION: a schedule with days off stays text, since what a program can read would leave the days off out."""
    code = {"text": component.schedule}
    if times := _TIMES_A_DAY.get(component.schedule):
        return {"repeat": {"frequency": times, "period": 1, "periodUnit": "d"}, "code": code}
    if component.cycle_days is None or component.route == "oral":
        return {"code": code}
    weeks, days = divmod(component.cycle_days, 7)
    period = {"period": component.cycle_days, "periodUnit": "d"} if days else {"period": weeks, "periodUnit": "wk"}
    return {"repeat": {"frequency": 1, **period}, "code": code}
