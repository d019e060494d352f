"""T-DM1 ordered with peripheral neuropathy of grade 3 or 4, or after nodular regenerative hyperplasia of the liver (R119; E28)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from guideline.advice import Finding
from guideline.dosing.earlier_doses import records_of
from guideline.lungs.history import T_DM1
from guideline.order_question import OrderQuestion
from guideline.rules.orders.order_scope import safety_orders
from guideline.rules.tdm1_toxicity import ended_by_liver, held_by_nerves


def toxicity_of_order(q: OrderQuestion) -> Iterator[Finding]:
    """One finding, however many orders of it: the end before the hold."""
    if not q.s.case.toxicities or not any(T_DM1 in order.drugs for order in safety_orders(q)):
        return
    finding = ended_by_liver(q.s) or held_by_nerves(q.s, first=not records_of(q, T_DM1))
    if finding is not None:
        yield finding


RULES: tuple[Callable[[OrderQuestion], Iterable[Finding]], ...] = (toxicity_of_order,)
