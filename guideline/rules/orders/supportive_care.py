"""Supportive care that is missing when a drug is begun (P12, R129).

A reminder at the start only; silent when it is there or drafted, and while orders are still being selected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from guideline.advice import Finding
from guideline.companions import Companion, companions, in_group
from guideline.dosing.earlier_doses import begins_course, given_lately
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.order_question import OrderQuestion
from guideline.rules.orders.order_scope import safety_orders


def supportive_care(q: OrderQuestion) -> Iterator[Finding]:
    """For each drug that is begun: what should stand beside it and does not."""
    if q.selecting:
        return
    asked = {drug for order in safety_orders(q) for drug in order.drugs}
    found: tuple[Companion, ...] | None = None
    for care in K.supportive_care:
        if care.drug not in asked or not begins_course(q, care.drug) or given_lately(q, care.drug):
            continue
        found = companions(q) if found is None else found
        absent = [group for group in care.all_of if next(in_group(found, group), None) is None]
        if absent:
            *first, last = [_name(group) for group in absent]
            names = f"{', '.join(first)} or {last}" if first else last
            yield Finding("SupportiveCare", "info", K.say(care.says, absent=names), (K.say(care.detail),), rules=(care.rule,))


def _name(group: str) -> str:
    # The group counts any corticosteroid as present; what is asked for is the one of the labels.
    return "dexamethasone" if group == "corticosteroid" else K.other_drug_groups[group].name


RULES: tuple[Callable[[OrderQuestion], Iterable[Finding]], ...] = (supportive_care,)
