"""The rest that belongs to a dose by mouth: capecitabine on days 1-14 of 21, palbociclib on days 1-21 of 28 (R126; R038, R043, R050, R104).

Speaks only where the order itself names more days on end than the label gives, or says that there is no rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from guideline.advice import Finding
from guideline.facts_used import drug_name
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.order_question import OrderQuestion
from guideline.rules.orders.dose_words import order_fact
from guideline.rules.orders.order_scope import safety_orders


def without_rest(q: OrderQuestion) -> Iterator[Finding]:
    """A warning for each asked order that leaves the label's rest out."""
    for order in safety_orders(q):
        dose = order.dose
        if dose is None or len(order.drugs) != 1 or order.drugs[0] not in K.doses:
            continue
        schedule = K.doses[order.drugs[0]].beside(q.together)[0]
        if schedule.days_on is None or not (dose.without_rest or (dose.days_on or 0) > schedule.days_on):
            continue
        ordered = "without rest" if dose.without_rest else f"for {dose.days_on} days on end"
        label = f"days 1-{schedule.days_on} of {schedule.of_days}"
        headline = K.say("dose-without-rest", drug=drug_name(order.drugs[0]), ordered=ordered, label=label)
        detail = (K.say("dose-without-rest-why", label=label),)
        yield Finding("DoseCheck", "warning", headline, detail, (order_fact(order, dose),), rules=("R126",), about=order.drugs)


RULES: tuple[Callable[[OrderQuestion], Iterable[Finding]], ...] = (without_rest,)
