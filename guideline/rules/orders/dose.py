"""The dose of an ordered drug against its label (R126, R118-R120 levels; order checks P03, P05, P14; decision 18).

One finding at most for one order. Silent: no dose, a dose in a unit that says nothing, several drugs in one order, gastric cancer.
Whether to load after a gap is `guideline.rules.orders.reload`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from guideline.advice import INDICATOR_RANK, Finding
from guideline.body import Body, Weight, kilograms, weight_before
from guideline.companions import settled
from guideline.dosing.label_doses import Judgement, going_on, judge, needs, same
from guideline.dosing.ordered_level import by_label, dosed_value, raised_from
from guideline.dosing.whole_doses import takes_its_place
from guideline.facts_used import drug_name, level_fact
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lungs.history import T_DXD
from guideline.order_knowledge import DoseSchedule, LabelDoses
from guideline.order_question import OrderQuestion
from guideline.orders import DraftOrder, OrderedDose
from guideline.rules.orders.dose_weight import no_measure, recalculate, weight_asked
from guideline.rules.orders.dose_words import (
    dose_facts,
    flat_product_meant,
    highest_words,
    label_words,
    loading_words,
    order_fact,
    ordered_words,
    parts_words,
    surface_note,
)
from guideline.rules.orders.first_dose import first_without_loading
from guideline.rules.orders.order_scope import deletions, own_doses, safety_orders
from guideline.rules.scope import other_primary

_TRASTUZUMAB = "trastuzumab"

#: So far above the label dose another product may be meant.
_OTHER_PRODUCT_PERCENT = 30


def doses(q: OrderQuestion) -> Iterator[Finding]:
    """Judge the doses of each asked order of one drug: what is worst is said."""
    for order in safety_orders(q):
        if order.dose is None or len(order.drugs) != 1 or order.drugs[0] not in K.doses:
            continue
        drug = order.drugs[0]
        lead = _lead(q, order, drug)
        first = _judged(q, order, lead, drug)
        further = [_judged(q, order, dose, drug) for dose in own_doses(order, drug) if dose is not lead]
        # Of a further dose only what is too much counts: less is a step down, a rounding, or a surface that is capped.
        findings = [*([first] if first is not None else []), *(f for f in further if f is not None and f.indicator != "info")]
        if findings:
            yield replace(max(findings, key=lambda f: INDICATOR_RANK[f.indicator]), about=(drug,))


def _lead(q: OrderQuestion, order: DraftOrder, drug: str) -> OrderedDose:
    """The dose that speaks for an order: the first one; where a weight is missing for it, the same dose as the order has it per kg."""
    first, *others = own_doses(order, drug)

    def verdict(dose: OrderedDose) -> str | None:
        found = by_label(q, drug, dose)
        return found.verdict if found is not None else None

    if verdict(first) != "no-measure":
        return first
    return next((dose for dose in others if not dose.later and verdict(dose) not in (None, "no-measure")), first)


def _judged(q: OrderQuestion, order: DraftOrder, dose: OrderedDose, drug: str) -> Finding | None:
    label = K.doses[drug]
    tolerance = q.s.practice.dose_tolerance_percent
    labelled = label.beside(q.together)
    schedules = tuple(map(going_on, labelled)) if dose.later else labelled
    found = judge(dose, schedules, q.s.body, tolerance, flat=label.flat)
    if found is None:
        return None
    if found.verdict == "per-kg":
        return _per_kg(order, dose, drug, schedules)
    if found.verdict == "mismatch":
        loads = by_label(q, drug, dose)
        return _mismatch(order, dose, drug, labelled, again=loads is not None and loads.verdict == "loading")
    if found.verdict == "too-often":
        return _too_often(order, dose, drug, label, found.schedule)
    raised = _re_escalated(q, order, dose, drug, found)
    if raised is not None:
        return raised
    if found.verdict == "no-measure":
        gross = _gross(q, order, dose, drug, label, schedules)
        return gross or no_measure(q, order, dose, drug, found.schedule)
    changed = recalculate(q, order, dose, drug, found)
    if changed is not None:
        return changed
    if found.verdict == "over":
        return _over(q, order, dose, drug, label, found)
    if found.verdict == "under":
        if settled(q, drug, found.value, tolerance) or _part_of_a_dose(q, order, drug):
            return None
        both = _in_two_bags(q, order, dose, drug)
        whole = judge(both, schedules, q.s.body, tolerance, flat=label.flat) if both is not None else None
        if both is not None and whole is not None and whole.verdict in ("fits", "loading"):
            return _re_escalated(q, order, both, drug, whole)
        return _under(q, order, dose, drug, found)
    return first_without_loading(q, order, dose, drug, found) if found.verdict == "fits" else None


def _part_of_a_dose(q: OrderQuestion, order: DraftOrder, drug: str) -> bool:
    """Whether another draft holds the same drug by mouth: tablets of two strengths are prescribed as two orders."""
    return not K.drugs[drug].infused and bool(_beside(q, order, drug))


def _in_two_bags(q: OrderQuestion, order: DraftOrder, dose: OrderedDose, drug: str) -> OrderedDose | None:
    """Both bags of an infusion that is ordered in two, for the same day; None where it is not, or is more than two."""
    others = [
        o.dose for o in _beside(q, order, drug) if o.planned == order.planned and o.dose is not None and not takes_its_place(order, o)
    ]
    if not K.drugs[drug].infused or len(others) != 1 or others[0].unit != dose.unit:
        return None
    return replace(dose, amount=dose.amount + others[0].amount)


def _beside(q: OrderQuestion, order: DraftOrder, drug: str) -> list[DraftOrder]:
    return [o for o in q.all_starts if o.id != order.id and drug in o.drugs]


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


def _too_often(order: DraftOrder, dose: OrderedDose, drug: str, label: LabelDoses, schedule: DoseSchedule) -> Finding:
    """R126: a three-weekly dose ordered weekly, several times in its three weeks, or several times a day."""
    every = dose.every_days or 0
    ordered = f"{round(1 / every)} times a day" if 0 < every < 1 else "daily" if every == 1 else f"every {every:g} days"
    headline = K.say("dose-too-often", drug=drug_name(drug), ordered=ordered, label=label_words(schedule), every=schedule.every_days)
    return Finding("DoseCheck", label.over, headline, facts=(order_fact(order, dose),), avoid=(drug,) if label.over == "critical" else ())


def _re_escalated(q: OrderQuestion, order: DraftOrder, dose: OrderedDose, drug: str, found: Judgement) -> Finding | None:
    """P03: a drug that is never raised again (T-DXd, T-DM1) above the lowest level given before."""
    lowest = raised_from(q, drug, dosed_value(q, drug, dose, found)) if drug in K.thresholds.dose_levels else None
    if lowest is None:
        return None
    given = level_fact("Lowest dose so far", drug, lowest)
    ordered = ordered_words(dose, found.schedule, found.value)
    headline = K.say("dose-re-escalation", drug=drug_name(drug), ordered=ordered, lowest=given.value)
    return Finding(
        "DoseCheck", "critical", headline, (K.say("dose-re-escalation-why"),), (order_fact(order, dose), given), avoid=(drug,),
        rules=(K.thresholds.dose_levels[drug].rule, "R126"), suggestions=deletions((order,)),
    )  # fmt: skip


def _over(q: OrderQuestion, order: DraftOrder, dose: OrderedDose, drug: str, label: LabelDoses, found: Judgement) -> Finding | None:
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
        label=highest_words(schedule), basis=schedule.basis,
    )  # fmt: skip
    detail = [K.say("dose-never-above", label=label_words(schedule))] if critical else []
    if elsewhere:
        detail.append(K.say("dose-of-another-cancer"))
    loads_again = dose.later and any(
        s.loading is not None and same(value, s.loading, q.s.practice.dose_tolerance_percent) for s in label.schedules
    )
    if "trastuzumab" in drug and not loads_again and (percent >= _OTHER_PRODUCT_PERCENT or _like_the_trastuzumab_before(q, drug, value)):
        detail.append(K.say("dose-other-product"))
    detail += flat_product_meant(dose, drug)
    detail += surface_note(dose, schedule.unit)
    return Finding(
        "DoseCheck", indicator, headline, tuple(detail), dose_facts(order, dose, schedule.unit, q.s.body),
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


def _under(q: OrderQuestion, order: DraftOrder, dose: OrderedDose, drug: str, found: Judgement) -> Finding:
    """Decision 18: below the label dose and none of its reductions, or between it and the loading dose: information."""
    schedule = found.schedule
    words = {"drug": drug_name(drug), "ordered": ordered_words(dose, schedule, found.value), "label": label_words(schedule)}
    if schedule.loading is not None and found.value is not None and found.value > schedule.dose:
        headline = K.say("dose-between", loading=loading_words(schedule), **words)
    else:
        headline = K.say("dose-under", basis=schedule.basis, **words)
    detail = [*flat_product_meant(dose, drug), *surface_note(dose, schedule.unit)]
    if schedule.levels:
        levels = ", ".join(f"{level:g}" for level in (schedule.dose, *schedule.levels))
        detail.insert(0, K.say("dose-levels", levels=f"{levels} {schedule.unit}"))
    return Finding("DoseCheck", "info", headline, tuple(detail), dose_facts(order, dose, schedule.unit, q.s.body))


def _gross(
    q: OrderQuestion, order: DraftOrder, dose: OrderedDose, drug: str, label: LabelDoses, schedules: tuple[DoseSchedule, ...]
) -> Finding | None:
    """R126: far too much even by the weight of the last half year (before one that is doubtful), or without one for every adult.

    Without a height every adult is as tall as the tallest.
    """
    measured, limit = q.s.body, K.thresholds.doses.weight_overdose_days
    old = measured.weight
    if old is not None and old.state == "doubtful":
        old = weight_before(old, q.s.case)
    recent = old is not None and old.state == "old" and old.age_days is not None and old.age_days <= limit
    weighed = old is not None and (recent or old.state == "current")
    if old is None or not weighed:
        old = Weight(K.thresholds.doses.weight_most, "current", None, None, "")
    limited = tuple(s for s in schedules if needs(dose.unit, s.unit))
    largest = Body(replace(old, state="current"), measured.height or K.thresholds.doses.height_most)
    least = judge(dose, limited, largest, _OTHER_PRODUCT_PERCENT if recent else 0, flat=False)
    if least is None or least.verdict != "over" or least.value is None:
        return None
    tall = measured.height is None and "height" in needs(dose.unit, least.schedule.unit)
    if recent and not tall:
        finding = _over(q, order, dose, drug, label, least)
        said = K.say("dose-by-old-weight", weight=kilograms(old.kg), age=old.age_days)
        return replace(finding, detail=(said, *finding.detail), missing=weight_asked(dose, least.schedule)) if finding is not None else None
    critical = label.over == "critical"
    whatever = " and ".join([*(["weight"] if not weighed else []), *(["height"] if tall else [])])
    headline = K.say(
        "dose-over-any-size", drug=drug_name(drug), ordered=ordered_words(dose), label=highest_words(least.schedule), measure=whatever
    )
    return Finding(
        "DoseCheck", label.over, headline, surface_note(dose, least.schedule.unit), dose_facts(order, dose, least.schedule.unit, measured),
        avoid=(drug,) if critical else (), missing=weight_asked(dose, least.schedule), rules=("R126",),
        suggestions=deletions((order,)) if critical else (),
    )  # fmt: skip


RULES: tuple[Callable[[OrderQuestion], Iterable[Finding]], ...] = (doses,)
