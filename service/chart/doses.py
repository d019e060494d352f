"""A regimen's doses as amounts for this patient: the label dose times the current weight or body surface area."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from guideline.advice import Option
from guideline.body import Body, kilograms
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.knowledge_entries import Component
from guideline.knowledge_printing import maintenance_line


class DoseLine(Struct, frozen=True):
    """A dose as the knowledge files print it, and what it is for this patient (`367 mg`; empty where it cannot be or need not be told)."""

    text: str
    amount: str = ""


def dose_lines(option: Option, body: Body) -> tuple[DoseLine, ...]:
    """The doses of an option: its own for this patient where it has any, else those of the regimen."""
    entry = K.regimens[option.regimen]
    amounts = {
        line: amount for component, line in zip(entry.components, entry.dose_lines, strict=False) for amount in [_amount(component, body)]
    }
    # What goes on beside a new partner is written as in the regimen that it comes from; the same words are the same dose.
    for component in (component for regimen in (entry, *K.regimens.values()) for component in regimen.components):
        going_on = maintenance_line(component, K.drugs[component.drug])
        amounts.setdefault(going_on, _of_dose(component, component.dose, body))
    return tuple(DoseLine(line, amounts.get(line, "")) for line in option.doses or entry.dose_lines)


def _amount(component: Component, body: Body) -> str:
    """Both doses of a drug that is loaded: `544 mg, then 408 mg`."""
    going_on = _of_dose(component, component.dose, body)
    if component.loading is None or not going_on:
        return going_on
    return f"{_of_dose(component, component.loading, body)}, then {going_on}"


def _of_dose(component: Component, dose: float, body: Body) -> str:
    """From the weight and the surface as they are printed beside it, so that whoever checks it gets the same."""
    kg = round(body.kg, 1) if body.kg is not None else None
    surface = round(body.surface, 2) if body.surface is not None else None
    measure = {"mg/kg": kg, "mg/m2": surface, "mg/m2/day": surface}.get(component.unit)
    if measure is None:
        return ""
    often = " a day" if component.unit == "mg/m2/day" else " each time" if component.schedule.startswith("twice daily") else ""
    return f"{dose * measure:.0f} mg{often}"


def dose_basis(body: Body, regimens: Iterator[str] | tuple[str, ...]) -> str:
    """What the amounts rest on, or why there are none; empty where no dose goes by weight or surface."""
    units = {component.unit for regimen in regimens for component in K.regimens[regimen].components}
    by_surface, by_weight = bool(units & {"mg/m2", "mg/m2/day"}), "mg/kg" in units
    if not (by_surface or by_weight):
        return ""
    weight = body.weight
    if weight is None:
        return "No weight on record: no amounts in mg."
    measured = f"{kilograms(weight.kg)} kg{f' ({weight.date})' if weight.date is not None else ', undated'}"
    if weight.state == "doubtful":
        return f"The weight on record, {measured}, is doubtful: no amounts in mg."
    if weight.state == "old":
        return f"The weight on record, {measured}, is too old or undated: no amounts in mg."
    if by_surface and body.surface is not None:
        return f"Amounts for {measured} and {body.surface:.2f} m² (Mosteller), before rounding to vials or tablets."
    height = " No height on record: no amounts per m²." if by_surface else ""
    return f"Amounts for {measured}, before rounding to vials or tablets.{height}"
