"""What an order hook asks: the situation of the patient, and what would be given if the asked orders were carried out."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from guideline.case import Case
from guideline.exposures import Exposure
from guideline.orders import DraftOrder
from guideline.practice import Practice
from guideline.situation import Situation, situation
from guideline.therapy_lines import components


class OrderQuestion(Struct, frozen=True):
    """The patient's situation and the orders.

    `starts` and `stops` are the asked orders by act; `beside` the other drafts, which are context. `running` are the exposures given now
    that no stop order among all drafts ends. `together` holds every drug that would be given at once: running, asked and beside.
    """

    s: Situation
    starts: tuple[DraftOrder, ...]
    stops: tuple[DraftOrder, ...]
    beside: tuple[DraftOrder, ...]
    running: tuple[Exposure, ...]
    together: frozenset[str]


def order_question(case: Case, orders: Iterable[DraftOrder], practice: Practice) -> OrderQuestion:
    """Put the question together. A stop order for a product ends the running exposures of its components."""
    s = situation(case, practice)
    drafts = tuple(orders)
    ended = {c for order in drafts if order.act == "stop" for drug in order.drugs for c in (drug, *components(drug))}
    running = tuple(e for e in s.exposures if e.state == "running" and e.drug not in ended and not components(e.drug) <= ended)
    # An order revised in place to another drug takes the place of what the chart still holds under its id.
    revised = {o.id: o.drugs for o in drafts if o.act == "start" and o.drugs}
    running = tuple(e for e in running if not all(e.drug not in revised.get(source, (e.drug,)) for source in e.sources))
    begun = [drug for order in drafts if order.act == "start" for drug in order.drugs]
    return OrderQuestion(
        s=s,
        starts=tuple(o for o in drafts if o.asked and o.act == "start"),
        stops=tuple(o for o in drafts if o.asked and o.act == "stop"),
        beside=tuple(o for o in drafts if not o.asked),
        running=running,
        together=frozenset([*(e.drug for e in running), *begun]),
    )
