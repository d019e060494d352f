"""The dose of a drug that its label restarts lower after a hold for the heart: lapatinib (R114)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from guideline.advice import Finding
from guideline.dosing.label_doses import above
from guideline.dosing.ordered_level import judged_dose
from guideline.facts_used import drug_name, latest_lvef_fact
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.order_question import OrderQuestion
from guideline.rules.heart_held import held_for_heart
from guideline.rules.orders.dose_words import order_fact, ordered_words
from guideline.rules.orders.order_scope import safety_orders
from guideline.situation import Situation
from guideline.therapy.exposures import Exposure
from guideline.thresholds import LvefTable


def restarted_too_high(q: OrderQuestion) -> Iterator[Finding]:
    """A warning for an order above the dose that the label restarts at, where nothing else holds the drug.

    The dose is the partner's; beside none of the label's partners it is the highest of them.
    """
    for order in safety_orders(q):
        table = _restarts(order.drugs[0]) if len(order.drugs) == 1 else None
        if table is None or not _held_before(q.s, order.drugs[0]):
            continue
        limits = [dose for partner, dose in table.restart.items() if partner in q.together] or [max(table.restart.values())]
        found = judged_dose(q, order, order.dose)
        if order.dose is None or found is None or found.value is None:
            continue
        if above(found.value, min(limits), q.s.practice.dose_tolerance_percent):
            ordered = ordered_words(order.dose, found.schedule, found.value)
            headline = K.say("restart-too-high", drug=drug_name(order.drugs[0]), ordered=ordered, dose=f"{min(limits):g} mg")
            detail = (K.say("lvef-hold-resume", resume=table.resume.text), K.say("restart-unless"))
            facts = (order_fact(order, order.dose), *latest_lvef_fact(q.s))
            yield Finding("DoseCheck", "warning", headline, detail, facts, rules=(table.rule, "R126"), about=order.drugs)


def _restarts(drug: str) -> LvefTable | None:
    known = K.drugs.get(drug)
    table = K.thresholds.lvef_tables[known.lvef_table] if known is not None and known.lvef_table is not None else None
    return table if table is not None and table.restart else None


def _held_before(s: Situation, drug: str) -> bool:
    """Whether the last course is on hold for the heart and may be taken up again, or was ended for it."""
    held = held_for_heart(s)
    if held is not None and drug in held.drugs:
        return not held.unmet and not held.stops
    last: Exposure | None = next((e for e in reversed(s.exposures) if e.drug == drug), None)
    return last is not None and last.state == "ended" and last.stop_reason == "cardiac"


RULES: tuple[Callable[[OrderQuestion], Iterable[Finding]], ...] = (restarted_too_high,)
