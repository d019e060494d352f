"""An order at the old dose, or at any, after a laboratory value that asked for one level down or ended the drug (R118-R120, P08).

Speaks once: at the first dose after the value. Silent when that is a level down, when a dose was given since, and where P03 speaks.
"""

from __future__ import annotations

from collections.abc import Iterator

from guideline.advice import FactUsed, Finding
from guideline.earlier_doses import records_of
from guideline.facts_used import drug_name
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lab_holds import LabHold, hold_before
from guideline.laboratory import lab_name
from guideline.order_question import OrderQuestion
from guideline.ordered_level import above_level, dosed_value, judged_dose, raised
from guideline.orders import DraftOrder
from guideline.rules.dose_words import order_fact, ordered_words


def after_hold(q: OrderQuestion, order: DraftOrder, drug: str) -> Iterator[Finding]:
    """A warning where the label goes on with less than is ordered."""
    hold = hold_before(q.s, drug, records_of(q, drug)) if drug in K.thresholds.dose_levels else None
    if hold is None:
        return
    if hold.met.row.action == "stop":
        headline = K.say("after-hold-stop", drug=drug_name(drug), value=_value(hold))
        yield Finding(
            "LabSafety", "warning", headline, (K.say("after-hold-unless"),), _facts(hold), avoid=(drug,), rules=(hold.met.row.rule,)
        )
        return
    for dose in order.doses:
        found = judged_dose(q, order, dose)
        value = dosed_value(q, drug, dose, found)
        if found is None or not above_level(q, drug, value, hold.level) or raised(q, drug, value):
            continue
        levels = K.thresholds.dose_levels[drug]
        until = K.say("after-hold-until", date=str(hold.day), resume=hold.met.row.resume)
        if hold.level is None:
            lowest = f"{min(levels.levels):g} {levels.unit}"
            headline = K.say("after-hold-no-level", drug=drug_name(drug), value=_value(hold), lowest=lowest)
        else:
            ordered, level = ordered_words(dose, found.schedule, found.value), f"{hold.level:g} {levels.unit}"
            headline = K.say("after-hold-too-high", drug=drug_name(drug), ordered=ordered, value=_value(hold), level=level)
        yield Finding(
            "LabSafety", "warning", headline, (until, K.say("after-hold-unless")), (*_facts(hold), order_fact(order, dose)),
            avoid=(drug,) if hold.level is None else (), rules=(hold.met.row.rule,),
        )  # fmt: skip
        return


def _value(hold: LabHold) -> str:
    return " with ".join(value.shown for value in hold.met.values)


def _facts(hold: LabHold) -> tuple[FactUsed, ...]:
    """The value, and the dose before it where that is on record."""
    facts = [FactUsed(lab_name(v.lab), v.amount, str(v.date), v.source) for v in hold.met.values]
    if hold.before is not None:
        level, record = hold.before
        day = record.start or record.end
        words = f"{level:g} {K.thresholds.dose_levels[hold.drug].unit}"
        facts.append(FactUsed("Dose before that value", words, str(day) if day is not None else None, record.source))
    return tuple(facts)
