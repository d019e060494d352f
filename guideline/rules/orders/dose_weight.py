"""Doses and the weight they go by: one that is missing, old or doubtful, and one that changed since they were calculated (P14, I19)."""

from __future__ import annotations

from msgspec.structs import replace

from guideline.advice import FactUsed, Finding, Gap, Indicator, Statement
from guideline.body import Body, Weights, changed, kilograms
from guideline.case import BodyMeasure
from guideline.dosing.dosing_weight import last_milligrams
from guideline.dosing.earlier_doses import days_after, earlier_doses, gap_to_load, loaded_part
from guideline.dosing.label_doses import Judgement, above, judge, needs, same
from guideline.drug_classes import components
from guideline.facts_used import drug_name
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.order_knowledge import DoseSchedule
from guideline.order_question import OrderQuestion
from guideline.orders import DraftOrder, OrderedDose
from guideline.rules.orders.dose_words import amount_words, dose_facts, flat_product_meant, label_words, ordered_words


def weight_asked(dose: OrderedDose, schedule: DoseSchedule) -> tuple[Gap, ...]:
    """I19: the measures that a dose in this unit is judged by."""
    return (Gap("I19", K.say("ask-weight-height") if "height" in needs(dose.unit, schedule.unit) else K.say("ask-weight")),)


def no_measure(q: OrderQuestion, order: DraftOrder, dose: OrderedDose, drug: str, schedule: DoseSchedule) -> Finding:
    """P14, I19: the weight (or height) that the dose would be judged by is missing, old or doubtful."""
    weight = q.s.body.weight
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
    facts = dose_facts(order, dose, schedule.unit, q.s.body)
    detail = flat_product_meant(dose, drug)
    return Finding("DoseCheck", "info", headline, detail, facts, weight_asked(dose, schedule), rules=("R126",))


def recalculate(q: OrderQuestion, order: DraftOrder, dose: OrderedDose, drug: str, found: Judgement) -> Finding | None:
    """P14: the weight changed by a tenth or more since the dose was calculated, and the order does not show that it was done again.

    Milligrams that are only ordered again are not called too much for what the weight did: they are to be recalculated. It is a warning
    where today's weight makes them more than the label ever gives of a conjugate.
    """
    now, schedule = q.s.body.weight, found.schedule
    before = _weight_gone_by(q, order, dose, drug, found)
    if now is None or before is None:
        return None
    detail: tuple[Statement, ...] = ()
    if dose.unit != schedule.unit and found.value is not None:
        detail = (K.say("dose-fits-old-weight", ordered=ordered_words(dose), value=amount_words(found.value, schedule.unit)),)
    percent = round(abs(now.kg - before.value) / before.value * 100)
    words = {"drug": drug_name(drug), "now": kilograms(now.kg), "percent": str(percent), "before": kilograms(before.value)}
    over = _over_the_highest(q, drug, found)
    indicator: Indicator = "info" if over is None else "warning"
    if over is None:
        headline = K.say("dose-recalculate", **words)
    else:
        headline = K.say("dose-recalculate-over", over=over, label=label_words(schedule), **words)
    dosed = FactUsed("Weight of the earlier doses", f"{kilograms(before.value)} kg", str(before.date), before.source)
    return Finding("DoseCheck", indicator, headline, detail, (*dose_facts(order, dose, schedule.unit, q.s.body), dosed), rules=("R126",))


def _over_the_highest(q: OrderQuestion, drug: str, found: Judgement) -> int | None:
    """By how many percent a dose of today's weight is above the label, of a drug that is never given above it; None: it is not."""
    highest = found.schedule.loading or found.schedule.dose
    if K.doses[drug].over != "critical" or found.value is None or not above(found.value, highest, q.s.practice.dose_tolerance_percent):
        return None
    return round((found.value / highest - 1) * 100)


def _weight_gone_by(q: OrderQuestion, order: DraftOrder, dose: OrderedDose, drug: str, found: Judgement) -> BodyMeasure | None:
    """The earlier weight that a dose still goes by: that of the last milligrams, or of the start of the course. None: today's is used."""
    now, schedule = q.s.body.weight, found.schedule
    if now is None or now.state != "current" or schedule.unit not in ("mg/kg", "mg/m2"):
        return None
    last, start = last_milligrams(q, drug), _weight_at_start(q, drug, schedule)
    if dose.unit == schedule.unit:
        before = last.weight if last is not None and last.recorded and last.weight is not None else start
        return before if before is not None and changed(before.value, now.kg) and found.verdict in ("fits", "loading") else None
    if found.verdict == "loading" and not dosed_on_earlier_weight(q, order, dose, drug, found):
        return None
    if last is not None and last.weight is not None and last.repeated_in(dose) and _off_its_level(q, dose, found, last.weight):
        return last.weight
    if start is None or found.verdict == "fits" or (last is not None and last.raised_in(dose)):
        return None
    then = _judged_by(start, q, dose, schedule)
    return start if then is not None and then.verdict in ("fits", "loading") else None


def _off_its_level(q: OrderQuestion, dose: OrderedDose, found: Judgement, before: BodyMeasure) -> bool:
    """Whether milligrams were a label dose by an earlier weight and are no longer that one, though they may be another, by today's.

    Below it only after a change of a tenth: what rounding took off is no change of weight.
    """
    then, now = _judged_by(before, q, dose, found.schedule), q.s.body.weight
    if then is None or then.value is None or then.verdict != "fits" or found.value is None or now is None:
        return False
    tolerance, was = q.s.practice.dose_tolerance_percent, then.value
    label = [level for level in (found.schedule.dose, *found.schedule.levels) if same(was, level, tolerance)]
    meant = min(label, key=lambda level: abs(level - was), default=was)
    return above(found.value, meant, tolerance) or (changed(before.value, now.kg) and not same(found.value, meant, tolerance))


def dosed_on_earlier_weight(q: OrderQuestion, order: DraftOrder, dose: OrderedDose, drug: str, found: Judgement) -> bool:
    """Whether what looks like a loading dose is the usual dose in mg of a patient who lost weight since it was calculated.

    Not so where the order calls it a loading dose, and where the gap since the last dose asks for one.
    """
    if found.verdict != "loading" or dose.unit == found.schedule.unit or dose.loading:
        return False
    gap = earlier_doses(q, loaded_part(drug)).last
    if gap is not None and days_after(gap, order, q.s.case)[1] >= gap_to_load(drug, found.schedule.every_days):
        return False
    last = last_milligrams(q, drug)
    weights = [last.weight if last is not None and last.repeated_in(dose) else None]
    if last is None or not last.raised_in(dose):
        weights.append(_weight_at_start(q, drug, found.schedule))
    judged = [_judged_by(before, q, dose, found.schedule) for before in weights if before is not None]
    return any(then is not None and then.verdict == "fits" for then in judged)


def _weight_at_start(q: OrderQuestion, drug: str, schedule: DoseSchedule) -> BodyMeasure | None:
    """The weight at the start of the course that goes on, where the current one is a tenth or more off it."""
    now = q.s.body.weight
    if schedule.unit not in ("mg/kg", "mg/m2") or now is None or now.state != "current":
        return None
    parts = components(drug)
    courses = [e for e in q.s.exposures if e.state in ("running", "on-hold") and parts & components(e.drug)]
    starts = [e.start for e in courses if e.start is not None]
    before = Weights(q.s.case).around(max(starts, key=lambda d: d.latest)) if starts else None
    return before if before is not None and changed(before.value, now.kg) else None


def _judged_by(before: BodyMeasure, q: OrderQuestion, dose: OrderedDose, schedule: DoseSchedule) -> Judgement | None:
    """What the dose was by the earlier weight."""
    now = q.s.body.weight
    if now is None:
        return None
    then = Body(replace(now, kg=before.value), q.s.body.height)
    return judge(dose, (schedule,), then, q.s.practice.dose_tolerance_percent, flat=False)
