"""Doses and the weight they go by: one that is missing, old or doubtful, and one that changed since the course began (P14, I19)."""

from __future__ import annotations

from msgspec.structs import replace

from guideline.advice import FactUsed, Finding, Gap, Statement
from guideline.body import Body, changed, kilograms, weight_around
from guideline.case import BodyMeasure
from guideline.dosing import Judgement, Verdict, judge, needs
from guideline.earlier_doses import days_after, earlier_doses, gap_to_load, loaded_part
from guideline.facts_used import drug_name
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.order_knowledge import DoseSchedule
from guideline.order_question import OrderQuestion
from guideline.orders import DraftOrder, OrderedDose
from guideline.rules.dose_words import amount_words, dose_facts, flat_product_meant, ordered_words
from guideline.therapy_lines import components


def weight_asked(dose: OrderedDose, schedule: DoseSchedule) -> tuple[Gap, ...]:
    """I19: the measures that a dose in this unit is judged by."""
    return (Gap("I19", K.say("ask-weight-height") if "height" in needs(dose.unit, schedule.unit) else K.say("ask-weight")),)


def no_measure(q: OrderQuestion, order: DraftOrder, dose: OrderedDose, drug: str, schedule: DoseSchedule, measured: Body) -> Finding:
    """P14, I19: the weight (or height) that the dose would be judged by is missing, old or doubtful."""
    weight = measured.weight
    words = {"drug": drug_name(drug), "ordered": ordered_words(dose)}
    if weight is not None and weight.state == "doubtful":
        headline = K.say("dose-weight-doubtful", weight=kilograms(weight.kg), **words)
    elif weight is not None and weight.state == "old":
        age = f"{weight.age_days} days old" if weight.age_days is not None else "undated"
        headline = K.say("dose-weight-old", age=age, unit=schedule.unit, **words)
    else:
        lost = any(problem.subject == "body" for problem in q.s.case.problems)
        measure = f"{'usable ' if lost else ''}{'height' if weight is not None else 'weight'}"
        headline = K.say("dose-weight-missing", measure=measure, unit=schedule.unit, **words)
    facts = dose_facts(order, dose, schedule.unit, measured)
    detail = flat_product_meant(dose, drug)
    return Finding("DoseCheck", "info", headline, detail, facts, weight_asked(dose, schedule), rules=("R126",))


def recalculate(q: OrderQuestion, order: DraftOrder, dose: OrderedDose, drug: str, found: Judgement, measured: Body) -> Finding | None:
    """P14: the weight changed by a tenth or more since the course began, and the order does not show that it was calculated again."""
    schedule, now, before = found.schedule, measured.weight, _earlier_weight(q, drug, found.schedule, measured)
    if now is None or before is None:
        return None
    detail: tuple[Statement, ...] = ()
    right_now = found.verdict in ("fits", "loading") and not dosed_on_earlier_weight(q, order, dose, drug, found, measured)
    if dose.unit == schedule.unit:
        if not right_now:
            return None
    else:
        then = _judged_by(before, q, dose, schedule, measured)
        if right_now or found.value is None or then not in ("fits", "loading"):
            return None
        detail = (K.say("dose-fits-old-weight", ordered=ordered_words(dose), value=amount_words(found.value, schedule.unit)),)
    percent = round(abs(now.kg - before.value) / before.value * 100)
    headline = K.say("dose-recalculate", drug=drug_name(drug), now=kilograms(now.kg), percent=percent, before=kilograms(before.value))
    dosed = FactUsed("Weight at the start of the course", f"{kilograms(before.value)} kg", str(before.date), before.source)
    return Finding("DoseCheck", "info", headline, detail, (*dose_facts(order, dose, schedule.unit, measured), dosed), rules=("R126",))


def dosed_on_earlier_weight(q: OrderQuestion, order: DraftOrder, dose: OrderedDose, drug: str, found: Judgement, measured: Body) -> bool:
    """Whether what looks like a loading dose is the usual dose in mg of a patient who lost weight since the course began.

    Not so where the order calls it a loading dose, and where the gap since the last dose asks for one.
    """
    if found.verdict != "loading" or dose.unit == found.schedule.unit or dose.loading:
        return False
    last = earlier_doses(q, loaded_part(drug)).last
    if last is not None and days_after(last, order, q.s.case)[1] >= gap_to_load(drug, found.schedule.every_days):
        return False
    before = _earlier_weight(q, drug, found.schedule, measured)
    return before is not None and _judged_by(before, q, dose, found.schedule, measured) == "fits"


def _earlier_weight(q: OrderQuestion, drug: str, schedule: DoseSchedule, measured: Body) -> BodyMeasure | None:
    """The weight at the start of the course that goes on, where the current one is a tenth or more off it."""
    now = measured.weight
    if schedule.unit not in ("mg/kg", "mg/m2") or now is None or now.state != "current":
        return None
    parts = components(drug)
    courses = [e for e in q.s.exposures if e.state in ("running", "on-hold") and parts & components(e.drug)]
    starts = [e.start for e in courses if e.start is not None]
    before = weight_around(q.s.case, max(starts, key=lambda d: d.latest)) if starts else None
    return before if before is not None and changed(before.value, now.kg) else None


def _judged_by(before: BodyMeasure, q: OrderQuestion, dose: OrderedDose, schedule: DoseSchedule, measured: Body) -> Verdict | None:
    """What the dose was by the earlier weight."""
    if measured.weight is None:
        return None
    then = Body(replace(measured.weight, kg=before.value), measured.height)
    judged = judge(dose, (schedule,), then, q.s.practice.dose_tolerance_percent, flat=False)
    return judged.verdict if judged is not None else None
