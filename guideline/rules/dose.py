"""The dose of an ordered drug against its label (R126, R118-R120 levels; order checks P03, P05, P14; decision 18).

One finding at most for one order. Silent: no dose, a dose in a unit that says nothing, several drugs in one order, gastric cancer.
Whether to load after a gap is `guideline.rules.reload`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from guideline.advice import INDICATOR_RANK, FactUsed, Finding, Gap, Statement
from guideline.body import Body, Weight, body, changed, kilograms, weight_around
from guideline.case import BodyMeasure
from guideline.companions import settled
from guideline.dosing import Judgement, Verdict, above, going_on, judge, lowest_level_given, needs, same
from guideline.earlier_doses import days_after, earlier_doses, gap_to_load, loaded_part, records_of
from guideline.facts_used import drug_name
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lung_history import T_DXD
from guideline.order_knowledge import DoseSchedule, LabelDoses
from guideline.order_question import OrderQuestion
from guideline.orders import DraftOrder, OrderedDose
from guideline.rules.order_scope import deletions, safety_orders
from guideline.rules.scope import other_primary
from guideline.therapy_lines import components

_TRASTUZUMAB, _SUBCUTANEOUS = "trastuzumab", "trastuzumab-hyaluronidase"

#: So far above the label dose another product may be meant.
_OTHER_PRODUCT_PERCENT = 30


def doses(q: OrderQuestion) -> Iterator[Finding]:
    """Judge the doses of each asked order of one drug: what is worst is said."""
    measured: Body | None = None
    for order in safety_orders(q):
        if order.dose is None or len(order.drugs) != 1 or order.drugs[0] not in K.doses:
            continue
        measured = measured or body(q.s.case)
        first = _judged(q, order, order.dose, order.drugs[0], measured)
        further = [_judged(q, order, dose, order.drugs[0], measured) for dose in order.further if _of_this_drug(dose, order.drugs[0])]
        # Of a further dose only what is too much counts: less is a step down, a rounding, or a surface that is capped.
        findings = [*([first] if first is not None else []), *(f for f in further if f is not None and f.indicator != "info")]
        if findings:
            yield max(findings, key=lambda f: INDICATOR_RANK[f.indicator])


def _of_this_drug(dose: OrderedDose, drug: str) -> bool:
    """Whether a further dose may be this drug's: by weight or surface only as its label gives it, else a partner's dose is quoted."""
    return dose.unit not in ("mg/kg", "mg/m2") or any(s.unit == dose.unit for s in K.doses[drug].schedules)


def _judged(q: OrderQuestion, order: DraftOrder, dose: OrderedDose, drug: str, measured: Body) -> Finding | None:
    label = K.doses[drug]
    tolerance = q.s.practice.dose_tolerance_percent
    labelled = label.beside(q.together)
    schedules = tuple(map(going_on, labelled)) if dose.later else labelled
    found = judge(dose, schedules, measured, tolerance, flat=label.flat)
    if found is None:
        return None
    if found.verdict == "per-kg":
        return _per_kg(order, dose, drug, schedules)
    if found.verdict == "mismatch":
        loads = judge(dose, labelled, measured, tolerance, flat=label.flat)
        return _mismatch(order, dose, drug, labelled, again=loads is not None and loads.verdict == "loading")
    if found.verdict == "too-often":
        return _too_often(order, dose, drug, label, schedules)
    raised = _re_escalated(q, order, dose, drug, found)
    if raised is not None:
        return raised
    if found.verdict == "no-measure":
        gross = _gross(q, order, dose, drug, label, schedules, measured)
        return gross or _no_measure(q, order, dose, drug, found.schedule, measured)
    recalculate = _recalculate(q, order, dose, drug, found, measured)
    if recalculate is not None:
        return recalculate
    if found.verdict == "over":
        return _over(q, order, dose, drug, label, found, measured)
    if found.verdict == "under":
        return None if settled(q, drug, found.value, tolerance) else _under(order, dose, drug, found, measured)
    return _first_without_loading(q, order, dose, drug, found) if found.verdict == "fits" else None


# --- Words -------------------------------------------------------------------------------------------------------------------------


def amount_words(amount: float, unit: str) -> str:
    """An amount as printed, with no more than two decimals: `5.4 mg/kg`, `432 mg`."""
    return f"{round(amount, 2):g} {unit}"


def parts_words(parts: Iterable[float]) -> str:
    """The amounts of a fixed combination: `1200/600 mg`."""
    return f"{'/'.join(f'{part:g}' for part in parts)} mg"


def ordered_words(dose: OrderedDose, schedule: DoseSchedule | None = None, value: float | None = None) -> str:
    """The dose as ordered, with the label's unit in brackets where that is another: `432 mg (6.17 mg/kg)`."""
    later = " as a later dose" if dose.later else ""
    if dose.parts:
        volume = f"{amount_words(dose.amount, dose.unit)} of " if dose.unit == "mL" else ""
        return f"{volume}{parts_words(dose.parts[:2])}{later}"
    text = f"{amount_words(dose.amount, dose.unit)}{_often(dose, schedule)}{later}"
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


def order_fact(order: DraftOrder, dose: OrderedDose) -> FactUsed:
    """The ordered dose as a fact."""
    return FactUsed("Ordered dose", ordered_words(dose), None, order.id)


def _facts(order: DraftOrder, dose: OrderedDose, unit: str, measured: Body) -> tuple[FactUsed, ...]:
    """The ordered dose, and what it was calculated with."""
    facts = [order_fact(order, dose)]
    used = needs(dose.unit, unit)
    if measured.weight is not None and used:
        day = str(measured.weight.date) if measured.weight.date is not None else None
        facts.append(FactUsed("Weight", f"{kilograms(measured.weight.kg)} kg", day, measured.weight.source))
    if "height" in used and measured.surface is not None:
        facts.append(FactUsed("Body surface area", f"{measured.surface:.2f} m2 (height {measured.height:g} cm)", inferred=True))
    return tuple(facts)


def _how(dose: OrderedDose, unit: str) -> tuple[Statement, ...]:
    return (K.say("dose-surface"),) if "height" in needs(dose.unit, unit) else ()


# --- Findings ----------------------------------------------------------------------------------------------------------------------


def _per_kg(order: DraftOrder, dose: OrderedDose, drug: str, schedules: tuple[DoseSchedule, ...]) -> Finding:
    """P05: a flat product ordered by weight: the product is probably another one."""
    headline = K.say("dose-flat-per-kg", drug=drug_name(drug), label=label_words(schedules[0]), unit=dose.unit)
    return Finding(
        "DoseCheck", "critical", headline, (K.say("dose-other-product"),), (order_fact(order, dose),), avoid=(drug,),
        rules=("P05", "R126"), suggestions=deletions((order,)),
    )  # fmt: skip


def _mismatch(order: DraftOrder, dose: OrderedDose, drug: str, schedules: tuple[DoseSchedule, ...], *, again: bool) -> Finding:
    """R126: amounts of the fixed-dose combination that do not exist, or its loading dose `again` as a later one."""
    loading, label = _existing(dose, schedules)
    headline = K.say("dose-combination", drug=drug_name(drug), ordered=ordered_words(dose), loading=loading, label=label)
    if again:
        return Finding("DoseCheck", "warning", headline, facts=(order_fact(order, dose),))
    return Finding(
        "DoseCheck", "critical", headline, (K.say("dose-other-product"),), (order_fact(order, dose),), avoid=(drug,),
        suggestions=deletions((order,)),
    )  # fmt: skip


def _existing(dose: OrderedDose, schedules: tuple[DoseSchedule, ...]) -> tuple[str, str]:
    """The first and the later dose of a fixed combination in the unit of the order; with the volume of each where they are confused."""
    parts, chosen = schedules[0], next((s for s in schedules if s.unit == dose.unit), schedules[0])
    loading, label = loading_words(chosen), label_words(chosen)
    if chosen is parts or parts_words(dose.parts[:2]) not in (loading_words(parts), label_words(parts)):
        return loading, label
    return f"{loading_words(parts)} ({loading})", f"{label_words(parts)} ({label})"


def _too_often(order: DraftOrder, dose: OrderedDose, drug: str, label: LabelDoses, schedules: tuple[DoseSchedule, ...]) -> Finding:
    """R126: a three-weekly dose ordered weekly, or several times in its three weeks."""
    schedule = schedules[0]
    ordered = "daily" if dose.every_days == 1 else f"every {dose.every_days:g} days"
    headline = K.say("dose-too-often", drug=drug_name(drug), ordered=ordered, label=label_words(schedule), every=schedule.every_days)
    return Finding("DoseCheck", label.over, headline, facts=(order_fact(order, dose),), avoid=(drug,) if label.over == "critical" else ())


def _re_escalated(q: OrderQuestion, order: DraftOrder, dose: OrderedDose, drug: str, found: Judgement) -> Finding | None:
    """P03: a drug that is never raised again (T-DXd, T-DM1) above the lowest level given before."""
    levels = K.thresholds.dose_levels.get(drug)
    if levels is None or levels.re_escalate or found.value is None:
        return None
    tolerance = q.s.practice.dose_tolerance_percent
    lowest = lowest_level_given(records_of(q, drug), q.s.case, levels, tolerance)
    if lowest is None or not above(found.value, lowest[0], tolerance) or lowest[0] == levels.levels[0]:
        return None
    level, record = lowest
    day = record.start or record.end
    given = FactUsed("Lowest dose so far", amount_words(level, levels.unit), str(day) if day is not None else None, record.source)
    headline = K.say(
        "dose-re-escalation",
        drug=drug_name(drug), ordered=ordered_words(dose, found.schedule, found.value), lowest=amount_words(level, levels.unit),
    )  # fmt: skip
    return Finding(
        "DoseCheck", "critical", headline, (K.say("dose-re-escalation-why"),), (order_fact(order, dose), given), avoid=(drug,),
        rules=(levels.rule, "R126"), suggestions=deletions((order,)),
    )  # fmt: skip


def _over(
    q: OrderQuestion, order: DraftOrder, dose: OrderedDose, drug: str, label: LabelDoses, found: Judgement, measured: Body
) -> Finding | None:
    """R126: above the label dose by more than the tolerance. P05: T-DXd may be meant for another active cancer: then not critical."""
    schedule, value = found.schedule, found.value
    if value is None:
        return None
    highest = schedule.loading or schedule.dose
    percent = round((value / highest - 1) * 100)
    elsewhere = drug == T_DXD and percent < _OTHER_PRODUCT_PERCENT and other_primary(q.s)
    indicator = "warning" if elsewhere else label.over
    critical = indicator == "critical"
    headline = K.say(
        "dose-over",
        drug=drug_name(drug), ordered=ordered_words(dose, schedule, value), percent=_percent_words(value, highest, q),
        label=_highest_words(schedule), basis=schedule.basis,
    )  # fmt: skip
    detail = [K.say("dose-never-above", label=label_words(schedule))] if critical else []
    if elsewhere:
        detail.append(K.say("dose-of-another-cancer"))
    loads_again = dose.later and any(
        s.loading is not None and same(value, s.loading, q.s.practice.dose_tolerance_percent) for s in label.schedules
    )
    if "trastuzumab" in drug and not loads_again and (percent >= _OTHER_PRODUCT_PERCENT or _like_the_trastuzumab_before(q, drug, value)):
        detail.append(K.say("dose-other-product"))
    detail += _flat_product(dose, drug)
    detail += _how(dose, schedule.unit)
    return Finding(
        "DoseCheck", indicator, headline, tuple(detail), _facts(order, dose, schedule.unit, measured),
        avoid=(drug,) if critical else (), suggestions=deletions((order,)) if critical else (),
    )  # fmt: skip


def _percent_words(value: float, highest: float, q: OrderQuestion) -> str:
    """How far above the label: with a decimal where the rounded number would be one that is not questioned."""
    percent = (value / highest - 1) * 100
    return f"{percent:.0f}" if round(percent) > q.s.practice.dose_tolerance_percent else f"{percent:.1f}"


def _like_the_trastuzumab_before(q: OrderQuestion, drug: str, value: float) -> bool:
    """R083: T-DXd at the dose of the trastuzumab that the patient is on, or that the same orders end."""
    on_it = any(e.drug == _TRASTUZUMAB and e.state in ("running", "on-hold") for e in q.s.exposures)
    return drug == T_DXD and on_it and same(value, K.doses[_TRASTUZUMAB].schedules[0].dose, q.s.practice.dose_tolerance_percent)


def _flat_product(dose: OrderedDose, drug: str) -> tuple[Statement, ...]:
    """P05: trastuzumab for infusion at the flat dose of its subcutaneous form."""
    flat = K.doses[_SUBCUTANEOUS].schedules[0]
    if drug != _TRASTUZUMAB or dose.unit != flat.unit or dose.amount != flat.dose:
        return ()
    return (K.say("dose-flat-product-meant", ordered=ordered_words(dose), product=drug_name(_SUBCUTANEOUS)),)


def _highest_words(schedule: DoseSchedule) -> str:
    return loading_words(schedule) if schedule.loading is not None else label_words(schedule)


def _under(order: DraftOrder, dose: OrderedDose, drug: str, found: Judgement, measured: Body) -> Finding:
    """Decision 18: below the label dose and none of its reductions, or between it and the loading dose: information."""
    schedule = found.schedule
    words = {"drug": drug_name(drug), "ordered": ordered_words(dose, schedule, found.value), "label": label_words(schedule)}
    if schedule.loading is not None and found.value is not None and found.value > schedule.dose:
        headline = K.say("dose-between", loading=loading_words(schedule), **words)
    else:
        headline = K.say("dose-under", basis=schedule.basis, **words)
    detail = [*_flat_product(dose, drug), *_how(dose, schedule.unit)]
    if schedule.levels:
        levels = ", ".join(f"{level:g}" for level in (schedule.dose, *schedule.levels))
        detail.insert(0, K.say("dose-levels", levels=f"{levels} {schedule.unit}"))
    return Finding("DoseCheck", "info", headline, tuple(detail), _facts(order, dose, schedule.unit, measured))


def _gross(
    q: OrderQuestion,
    order: DraftOrder,
    dose: OrderedDose,
    drug: str,
    label: LabelDoses,
    schedules: tuple[DoseSchedule, ...],
    measured: Body,
) -> Finding | None:
    """R126: far too much even by the weight of the last half year, or without one for every adult."""
    old, limit = measured.weight, K.thresholds.doses.weight_overdose_days
    recent = old is not None and old.state == "old" and old.age_days is not None and old.age_days <= limit
    if old is None or not recent:
        old = Weight(K.thresholds.doses.weight_most, "current", None, None, "")
    limited = tuple(s for s in schedules if needs(dose.unit, s.unit))
    least = judge(dose, limited, Body(replace(old, state="current"), measured.height), _OTHER_PRODUCT_PERCENT if recent else 0, flat=False)
    if least is None or least.verdict != "over" or least.value is None:
        return None
    if recent:
        finding = _over(q, order, dose, drug, label, least, measured)
        said = K.say("dose-by-old-weight", weight=kilograms(old.kg), age=old.age_days)
        return (
            replace(finding, detail=(said, *finding.detail), missing=_weight_asked(dose, least.schedule)) if finding is not None else None
        )
    critical = label.over == "critical"
    headline = K.say("dose-over-any-weight", drug=drug_name(drug), ordered=ordered_words(dose), label=_highest_words(least.schedule))
    return Finding(
        "DoseCheck", label.over, headline, _how(dose, least.schedule.unit), _facts(order, dose, least.schedule.unit, measured),
        avoid=(drug,) if critical else (), missing=_weight_asked(dose, least.schedule), rules=("R126",),
        suggestions=deletions((order,)) if critical else (),
    )  # fmt: skip


def _weight_asked(dose: OrderedDose, schedule: DoseSchedule) -> tuple[Gap, ...]:
    return (Gap("I19", K.say("ask-weight-height") if "height" in needs(dose.unit, schedule.unit) else K.say("ask-weight")),)


def _no_measure(q: OrderQuestion, order: DraftOrder, dose: OrderedDose, drug: str, schedule: DoseSchedule, measured: Body) -> Finding:
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
    facts = _facts(order, dose, schedule.unit, measured)
    return Finding("DoseCheck", "info", headline, facts=facts, missing=_weight_asked(dose, schedule), rules=("R126",))


def _recalculate(q: OrderQuestion, order: DraftOrder, dose: OrderedDose, drug: str, found: Judgement, measured: Body) -> Finding | None:
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
    return Finding("DoseCheck", "info", headline, detail, (*_facts(order, dose, schedule.unit, measured), dosed), rules=("R126",))


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


def _first_without_loading(q: OrderQuestion, order: DraftOrder, dose: OrderedDose, drug: str, found: Judgement) -> Finding | None:
    """R126: the dose that goes on, ordered as a first dose. Silent when another draft loads, or the order says that it is no first dose."""
    schedule = found.schedule
    if schedule.loading is None and schedule.unit != "parts":
        return None
    if dose.loading is False or q.s.therapy_lost or earlier_doses(q, loaded_part(drug)).recorded or loaded_beside(q, order, drug):
        return None
    limits = K.thresholds.doses
    days = limits.reload_pertuzumab_days if "pertuzumab" in components(drug) else limits.reload_trastuzumab_3w_days
    headline = K.say("dose-first-is-loading", drug=drug_name(drug), loading=loading_words(schedule), label=label_words(schedule))
    detail = (K.say("dose-first-condition", days=limits.reload_trastuzumab_weekly_days if schedule.every_days == 7 else days),)
    return Finding("DoseCheck", "info", headline, detail, (order_fact(order, dose),))


def loaded_beside(q: OrderQuestion, order: DraftOrder, drug: str) -> bool:
    """Whether another draft of the same session holds the loading dose (an order set has both)."""
    nothing = Body(None, None)
    for other in (*q.starts, *q.beside):
        if other.id == order.id or other.act != "start" or other.dose is None or len(other.drugs) != 1:
            continue
        product = other.drugs[0]
        if product not in K.doses or not components(drug) & components(product):
            continue
        if other.dose.loading:
            return True
        label = K.doses[product]
        found = judge(other.dose, label.schedules, nothing, q.s.practice.dose_tolerance_percent, flat=label.flat)
        if found is not None and found.verdict == "loading":
            return True
    return False


RULES: tuple[Callable[[OrderQuestion], Iterable[Finding]], ...] = (doses,)
