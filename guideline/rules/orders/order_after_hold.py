"""An order after what held or ended the drug: while the hold is not over, at the old dose, or at any (R118-R120, P08).

Speaks once: at the first dose after the value, or after febrile neutropenia.
Silent when the value is back where the label goes on and the order is a level down, when a dose was given since, and where P03 speaks. A
value that was never measured again is not back.
"""

from __future__ import annotations

from collections.abc import Iterator

from guideline.advice import FactUsed, Finding, Gap, Statement
from guideline.dosing.dosing_weight import last_milligrams
from guideline.dosing.earlier_doses import records_of
from guideline.dosing.ordered_level import above_level, dosed_value, judged_dose, raised_from
from guideline.facts_used import drug_name, level_fact
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.laboratory.held_values import HeldValue, never_repeated, still_held
from guideline.laboratory.setbacks import Setback, setback_before
from guideline.laboratory.values import LabValue
from guideline.order_question import OrderQuestion
from guideline.orders import DraftOrder, OrderedDose
from guideline.rules.lab_words import lab_facts
from guideline.rules.orders.dose_words import order_fact, ordered_words

_BLOOD = frozenset({"neutrophils", "platelets"})


def after_hold(q: OrderQuestion, order: DraftOrder, drug: str) -> Iterator[Finding]:
    """A warning where the label does not go on yet, or goes on with less than is ordered."""
    if drug not in K.thresholds.dose_levels:
        return
    records = records_of(q, drug)
    setback = setback_before(q.s, drug, records)
    ended = setback is not None and setback.stops
    held = still_held(q.s, drug, records) if not ended else None
    if held is not None and held.now is not None:
        yield _not_yet(drug, held, held.now, setback)
        return
    if setback is None:
        return
    if setback.stops:
        headline = K.say("after-hold-stop", drug=drug_name(drug), value=setback.words)
        yield Finding(
            "LabSafety", "warning", headline, (K.say("after-hold-unless"),), _facts(setback), avoid=(drug,), rules=(setback.rule,)
        )
        return
    for dose in order.doses:
        found = judged_dose(q, order, dose)
        value = dosed_value(q, drug, dose, found)
        again = value is None and _not_less(q, drug, dose)
        if found is None or not (again or above_level(q, drug, value, setback.level)) or raised_from(q, drug, value) is not None:
            continue
        levels = K.thresholds.dose_levels[drug]
        until = K.say("after-hold-until", date=str(setback.day), resume=setback.resume)
        if setback.level is None:
            lowest = f"{min(levels.levels):g} {levels.unit}"
            headline = K.say("after-hold-no-level", drug=drug_name(drug), value=setback.words, lowest=lowest)
        elif again:
            headline = K.say("after-hold-same-amount", drug=drug_name(drug), ordered=ordered_words(dose), value=setback.words)
        else:
            ordered, level = ordered_words(dose, found.schedule, found.value), f"{setback.level:g} {levels.unit}"
            headline = K.say("after-hold-too-high", drug=drug_name(drug), ordered=ordered, value=setback.words, level=level)
        yield Finding(
            "LabSafety", "warning", headline, (until, K.say("after-hold-unless")), (*_facts(setback), order_fact(order, dose)),
            avoid=(drug,) if setback.level is None else (), rules=(setback.rule,),
        )  # fmt: skip
        return


def not_repeated(q: OrderQuestion, drug: str) -> Iterator[Finding]:
    """R131: a drug that goes on, and the last value on record, older than three weeks, is one that holds it."""
    records = records_of(q, drug)
    found = never_repeated(q.s, drug, records) if drug in K.thresholds.dose_levels else None
    if found is None:
        return
    setback = setback_before(q.s, drug, records)
    headline = K.say("held-never-repeated", drug=drug_name(drug), value=found.held.shown, date=str(found.held.date))
    gap = Gap("I12", K.say("ask-blood-count")) if found.row.lab in _BLOOD else Gap("I11", K.say("ask-liver-labs"))
    detail = (*_then(drug, found, setback), K.say("after-hold-unless"))
    yield Finding("LabSafety", "warning", headline, detail, lab_facts((found.held,)), (gap,), rules=(found.row.rule, "R131"))


def _not_less(q: OrderQuestion, drug: str, dose: OrderedDose) -> bool:
    """Whether an order, whose level no weight tells, is for the milligrams of the last dose, or for more: that is no level down."""
    last = last_milligrams(q, drug)
    return last is not None and (last.repeated_in(dose) or last.raised_in(dose))


def _not_yet(drug: str, found: HeldValue, now: LabValue, setback: Setback | None) -> Finding:
    """Better than what held the drug, and not yet where its label goes on."""
    row = found.row
    resume = row.resume or ""
    limit = f"{row.resume_at_least:g} x 10^9/L or more" if row.resume_at_least is not None else f"{row.resume_up_to_normal:g} x ULN or less"
    headline = K.say("still-held", drug=drug_name(drug), value=now.shown, held=found.held.shown, resume=resume)
    detail = (K.say("still-held-why", date=str(found.held.date), limit=limit), *_then(drug, found, setback), K.say("after-hold-unless"))
    return Finding("LabSafety", "warning", headline, detail, lab_facts((now, found.held)), rules=(row.rule,))


def _then(drug: str, found: HeldValue, setback: Setback | None) -> Iterator[Statement]:
    """Until when to hold, and the dose after that, as far as the label says."""
    resume = found.row.resume
    if resume is None:
        yield K.say("lab-hold-again")
    elif found.row.dose == "same":
        yield K.say("lab-resume-same", resume=resume)
    elif setback is not None and setback.level is not None:
        yield K.say("lab-resume-lower", resume=resume, level=f"{setback.level:g} {K.thresholds.dose_levels[drug].unit}")
    else:
        yield K.say("lab-resume-lowest", resume=resume)


def _facts(setback: Setback) -> tuple[FactUsed, ...]:
    """What set the drug back, and the dose before it where that is on record."""
    before = (level_fact("Dose before that", setback.drug, setback.before),) if setback.before is not None else ()
    return (*setback.facts, *before)
