"""An order at the old dose, or at any, after what asked for one level down or ended the drug (R118-R120, P08).

Speaks once: at the first dose after the value, or after febrile neutropenia.
Silent when that is a level down, when a dose was given since, and where P03 speaks.
"""

from __future__ import annotations

from collections.abc import Iterator

from guideline.advice import FactUsed, Finding
from guideline.earlier_doses import records_of
from guideline.facts_used import drug_name
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.order_question import OrderQuestion
from guideline.ordered_level import above_level, dosed_value, judged_dose, raised_from
from guideline.orders import DraftOrder
from guideline.rules.dose_words import order_fact, ordered_words
from guideline.setbacks import Setback, setback_before


def after_hold(q: OrderQuestion, order: DraftOrder, drug: str) -> Iterator[Finding]:
    """A warning where the label goes on with less than is ordered."""
    setback = setback_before(q.s, drug, records_of(q, drug)) if drug in K.thresholds.dose_levels else None
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
        if found is None or not above_level(q, drug, value, setback.level) or raised_from(q, drug, value) is not None:
            continue
        levels = K.thresholds.dose_levels[drug]
        until = K.say("after-hold-until", date=str(setback.day), resume=setback.resume)
        if setback.level is None:
            lowest = f"{min(levels.levels):g} {levels.unit}"
            headline = K.say("after-hold-no-level", drug=drug_name(drug), value=setback.words, lowest=lowest)
        else:
            ordered, level = ordered_words(dose, found.schedule, found.value), f"{setback.level:g} {levels.unit}"
            headline = K.say("after-hold-too-high", drug=drug_name(drug), ordered=ordered, value=setback.words, level=level)
        yield Finding(
            "LabSafety", "warning", headline, (until, K.say("after-hold-unless")), (*_facts(setback), order_fact(order, dose)),
            avoid=(drug,) if setback.level is None else (), rules=(setback.rule,),
        )  # fmt: skip
        return


def _facts(setback: Setback) -> tuple[FactUsed, ...]:
    """What set the drug back, and the dose before it where that is on record."""
    if setback.before is None:
        return setback.facts
    level, record = setback.before
    day = record.start or record.end
    words = f"{level:g} {K.thresholds.dose_levels[setback.drug].unit}"
    return (*setback.facts, FactUsed("Dose before that", words, str(day) if day is not None else None, record.source))
