"""The medicines beside the cancer drugs, now and in the drafts, and what they have to do with them (`interactions.yaml`)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from guideline.case import OtherDrug
from guideline.dosing.label_doses import same
from guideline.facts_used import day_shown
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.order_knowledge import Interaction
from guideline.order_question import OrderQuestion
from guideline.orders import DraftOrder


class Companion(Struct, frozen=True):
    """A medicine that would be taken beside: its id, printable name, where it stands, and whether it is itself asked about."""

    id: str
    name: str
    source: str
    asked: bool
    since: str | None = None


def companions(q: OrderQuestion) -> tuple[Companion, ...]:
    """The other medicines taken now or drafted, each once; what a stop order ends is not among them. A draft comes before a record."""
    ended = {id_ for order in (*q.stops, *q.beside) if order.act == "stop" for id_ in order.others}
    found: dict[str, Companion] = {}
    for order in q.all_starts:
        for id_ in order.others:
            found.setdefault(id_, Companion(id_, _name(id_), order.id, order.asked))
    for drug in sorted(q.s.case.other_drugs, key=lambda d: (d.drug, d.source)):
        if drug.drug not in ended and _taken(drug, q.s.today):
            found.setdefault(drug.drug, Companion(drug.drug, _name(drug.drug), drug.source, asked=False, since=day_shown(drug.start)))
    return tuple(found.values())


def _name(id_: str) -> str:
    return K.other_drugs[id_].name if id_ in K.other_drugs else id_


def _taken(drug: OtherDrug, today: date) -> bool:
    """Whether a medicine is taken today. One without a status counts: an unknown status is not "stopped"."""
    return drug.status in ("active", "unknown") and (drug.end is None or drug.end.latest >= today)


def in_group(found: tuple[Companion, ...], group: str) -> Iterator[Companion]:
    """Those that belong to a group."""
    return (c for c in found if c.id in K.other_drugs and group in K.other_drugs[c.id].groups)


def given_with(q: OrderQuestion, interaction: Interaction, found: tuple[Companion, ...]) -> tuple[Companion, ...]:
    """The other side of an interaction that is there: medicines of its group, or its partner among the cancer drugs."""
    if interaction.group is not None:
        return tuple(in_group(found, interaction.group))
    partner = interaction.partner
    if partner is None or partner not in q.together:
        return ()
    order = order_of(q, partner)
    running = next((e for e in q.running if e.drug == partner), None)
    source = order.id if order is not None else running.sources[0] if running is not None else ""
    asked = order is not None and order.asked
    return (Companion(partner, K.drugs[partner].name, source, asked),)


def order_of(q: OrderQuestion, drug: str) -> DraftOrder | None:
    """The draft that starts a cancer drug, an asked one first."""
    return next((order for order in q.all_starts if drug in order.drugs), None)


def settled(q: OrderQuestion, drug: str, value: float | None, tolerance: float) -> bool:
    """Whether a dose (in mg) is the one that the label gives beside an interacting medicine that is there."""
    if value is None:
        return False
    return any(
        i.drug == drug and i.settled_at is not None and same(value, i.settled_at, tolerance) and bool(given_with(q, i, companions(q)))
        for i in K.interactions
    )
