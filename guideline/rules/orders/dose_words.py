"""An ordered dose in words and as facts, as the cards about orders print it beside the label's."""

from __future__ import annotations

from collections.abc import Iterable

from guideline.advice import FactUsed, Statement
from guideline.body import Body, kilograms
from guideline.dosing.label_doses import needs
from guideline.facts_used import day_shown, drug_name
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.order_knowledge import DoseSchedule
from guideline.orders import DraftOrder, OrderedDose

_TRASTUZUMAB, _SUBCUTANEOUS = "trastuzumab", "trastuzumab-hyaluronidase"


def amount_words(amount: float, unit: str) -> str:
    """An amount to three figures, whole from 100 on: `5.4 mg/kg`, `6.17 mg/kg`, `17.5 mg/kg`, `432 mg`, `1814 mg/m2`."""
    return f"{amount:.3g} {unit}" if amount < 100 else f"{amount:.0f} {unit}"


def _as_ordered(dose: OrderedDose) -> str:
    """The ordered amount as the order has it; no dose is measured closer than a thousandth."""
    return f"{round(dose.amount, 1):g} {dose.unit}" if 100 <= dose.amount < 1000 else amount_words(dose.amount, dose.unit)


def parts_words(parts: Iterable[float]) -> str:
    """The amounts of a fixed combination: `1200/600 mg`."""
    return f"{'/'.join(f'{part:g}' for part in parts)} mg"


def ordered_words(dose: OrderedDose, schedule: DoseSchedule | None = None, value: float | None = None) -> str:
    """The dose as ordered, with the label's unit in brackets where that is another: `432 mg (6.17 mg/kg)`."""
    later = " as a later dose" if dose.later else ""
    if dose.parts:
        volume = f"{_as_ordered(dose)} of " if dose.unit == "mL" else ""
        return f"{volume}{parts_words(dose.parts[:2])}{later}"
    text = f"{_as_ordered(dose)}{_often(dose, schedule)}{later}"
    if schedule is not None and value is not None and schedule.unit not in (dose.unit, "parts"):
        return f"{text} ({amount_words(value, schedule.unit)})"
    return text


def _often(dose: OrderedDose, schedule: DoseSchedule | None) -> str:
    """How often a day, where the amount alone would be misread beside the label's."""
    times = dose.times_a_day
    if dose.of_day:
        return " a day"
    if schedule is None or times is None or schedule.times_a_day in (None, times):
        return ""
    return " daily" if times == 1 else f" {times:g} times daily"


def label_words(schedule: DoseSchedule) -> str:
    """The dose that goes on, as the label gives it."""
    if schedule.unit == "parts":
        return parts_words(schedule.dose_parts)
    twice = " twice daily" if schedule.times_a_day == 2 else ""
    return f"{amount_words(schedule.dose, schedule.unit)}{twice}"


def loading_words(schedule: DoseSchedule) -> str:
    """The loading dose, as the label gives it."""
    if schedule.unit == "parts":
        return parts_words(schedule.loading_parts)
    return amount_words(schedule.loading if schedule.loading is not None else schedule.dose, schedule.unit)


def highest_words(schedule: DoseSchedule) -> str:
    """The highest dose that the label gives: the loading dose where there is one."""
    return loading_words(schedule) if schedule.loading is not None else label_words(schedule)


def order_fact(order: DraftOrder, dose: OrderedDose) -> FactUsed:
    """The ordered dose as a fact."""
    return FactUsed("Ordered dose", ordered_words(dose), None, order.id)


def dose_facts(order: DraftOrder, dose: OrderedDose, unit: str, measured: Body) -> tuple[FactUsed, ...]:
    """The ordered dose, and what it was calculated with."""
    facts = [order_fact(order, dose)]
    facts += [FactUsed("Part of it", ordered_words(part.dose), None, part.id) for part in order.made_of if part.dose is not None]
    used = needs(dose.unit, unit)
    if measured.weight is not None and used:
        weight = measured.weight
        facts.append(FactUsed("Weight", f"{kilograms(weight.kg)} kg", day_shown(weight.date), weight.source))
    if "height" in used and measured.surface is not None:
        facts.append(
            FactUsed("Body surface area", f"{measured.surface:.2f} m2 (height {round(measured.height or 0, 1):g} cm)", inferred=True)
        )
    return tuple(facts)


def surface_note(dose: OrderedDose, unit: str) -> tuple[Statement, ...]:
    """How the body surface area was calculated, where a dose needs one."""
    return (K.say("dose-surface"),) if "height" in needs(dose.unit, unit) else ()


def flat_product_meant(dose: OrderedDose, drug: str) -> tuple[Statement, ...]:
    """P05: trastuzumab for infusion at the flat dose of its subcutaneous form."""
    flat = K.doses[_SUBCUTANEOUS].schedules[0]
    if drug != _TRASTUZUMAB or dose.unit != flat.unit or dose.amount != flat.dose:
        return ()
    return (K.say("dose-flat-product-meant", ordered=ordered_words(dose), product=drug_name(_SUBCUTANEOUS)),)
