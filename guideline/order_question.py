"""What an order hook asks: the situation of the patient, and what would be given if the asked orders were carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from guideline.case import Case, DrugRecord
from guideline.dosing.whole_doses import as_whole_doses
from guideline.drug_classes import components
from guideline.orders import DraftOrder
from guideline.practice import Practice
from guideline.situation import Situation, situation
from guideline.therapy.exposures import Exposure, still_stands

_Found = TypeVar("_Found")


class OrderQuestion(Struct, frozen=True):
    """The patient's situation and the orders.

    `starts` and `stops` are the asked orders by act; `beside` the other drafts, which are context. `running` are the exposures given now
    that no stop order among all drafts ends. `together` holds every drug that would be given at once: running, asked and beside.
    `asked` are the ids of `starts`, and of what is one dose with them (`whole_doses`). `selecting`: the orders are still being chosen, so
    that what is not among them may yet come. `found` keeps what `once` was asked.
    """

    s: Situation
    starts: tuple[DraftOrder, ...]
    stops: tuple[DraftOrder, ...]
    beside: tuple[DraftOrder, ...]
    running: tuple[Exposure, ...]
    together: frozenset[str]
    asked: frozenset[str]
    selecting: bool = False
    found: dict[tuple[Callable[[OrderQuestion, str], Any], str], Any] = field(default_factory=dict)

    @property
    def all_starts(self) -> tuple[DraftOrder, ...]:
        """Every draft that starts a drug or goes on with one, the asked ones first."""
        return (*self.starts, *(order for order in self.beside if order.act == "start"))

    def once(self, look_up: Callable[[OrderQuestion, str], _Found], drug: str) -> _Found:
        """What the record says of a drug, looked up when it is first asked: many orders of one session may be for the same drug."""
        try:
            found: _Found = self.found[look_up, drug]
        except KeyError:
            found = self.found[look_up, drug] = look_up(self, drug)
        return found


def order_question(case: Case, orders: Iterable[DraftOrder], practice: Practice, *, selecting: bool = False) -> OrderQuestion:
    """Put the question together. A stop order for a product ends the running exposures of its components."""
    drafts = tuple(orders)
    s = situation(_without_copies(case, drafts), practice)
    ended = {c for order in drafts if order.act == "stop" for drug in order.drugs for c in (drug, *components(drug))}
    running = tuple(e for e in s.exposures if e.state == "running" and e.drug not in ended and not components(e.drug) <= ended)
    replaced = _replaced(drafts)
    if replaced:
        standing = frozenset(r.source for r in case.drugs if still_stands(r, case.today))
        running = tuple(e for e in running if not _gives_way(e, replaced, standing))
    begun = [drug for order in drafts if order.act == "start" for drug in order.drugs]
    signed = frozenset(o.id for o in drafts if o.asked and o.act == "start")
    drafts = as_whole_doses(drafts)
    return OrderQuestion(
        s=s,
        starts=tuple(o for o in drafts if o.asked and o.act == "start"),
        stops=tuple(o for o in drafts if o.asked and o.act == "stop"),
        beside=tuple(o for o in drafts if not o.asked),
        running=running,
        together=frozenset([*(e.drug for e in running), *begun]),
        asked=signed,
        selecting=selecting,
    )


def _without_copies(case: Case, drafts: tuple[DraftOrder, ...]) -> Case:
    """The case without the orders of today that are signed here, which the chart may hold already: none proves that its drug is given."""
    signed = {order.id for order in drafts if order.act == "start"}
    kept = tuple([r for r in case.drugs if not (r.source in signed and _is_order_of_today(r, case.today))])
    return case if len(kept) == len(case.drugs) else replace(case, drugs=kept)


def _is_order_of_today(record: DrugRecord, today: date) -> bool:
    return record.kind == "order" and record.start is not None and record.start.earliest >= today


def _replaced(drafts: tuple[DraftOrder, ...]) -> dict[str, tuple[str, ...]]:
    """The orders of the chart whose place a draft takes, under the same id or as its prior prescription -> the drugs ordered now."""
    now: dict[str, tuple[str, ...]] = {}
    for order in drafts:
        if order.act == "start" and order.drugs:
            for old in {order.id, order.replaces or order.id}:
                now[old] = (*now.get(old, ()), *order.drugs)
    return now


def _gives_way(e: Exposure, replaced: dict[str, tuple[str, ...]], standing: frozenset[str]) -> bool:
    """Whether an order of this exposure goes over to other drugs, and nothing else in the chart still stands for it.

    Its doses stand for nothing: they were given under that order.
    """
    gone = {source for source in e.sources if e.drug not in replaced.get(source, (e.drug,))}
    return bool(gone) and standing.isdisjoint(set(e.sources) - gone)
