"""Tablets of two strengths that are ordered apart: capecitabine 1500 mg of 500 mg tablets and 300 mg of 150 mg tablets are one dose.

Each order for itself is too small, or right where both together are too much.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from guideline.knowledge_base import KNOWLEDGE as K
from guideline.orders import DraftOrder

#: More tablets than these of the smaller strength are a dose of their own, or the sum of both orders, and no rest of one.
_MOST_OF_THE_SMALLER: Final = 6


def as_whole_doses(drafts: Iterable[DraftOrder]) -> tuple[DraftOrder, ...]:
    """The drafts, two that are parts of one dose by mouth as one, in the place of the first that is asked."""
    found = list(drafts)
    apart: dict[str, list[DraftOrder]] = {}
    for order in found:
        if order.act == "start" and len(order.drugs) == 1 and order.dose is not None and not order.gastric:
            apart.setdefault(order.drugs[0], []).append(order)
    for drug, orders in apart.items():
        if len(orders) != 2 or drug not in K.doses or K.drugs[drug].infused or not _one_dose(*orders):
            continue
        lead, other = sorted(orders, key=lambda order: not order.asked)
        found[found.index(lead)] = _together(lead, other)
        found.remove(other)
    return tuple(found)


def _one_dose(one: DraftOrder, other: DraftOrder) -> bool:
    """Whether two drafts are so many tablets of two strengths, for the same times and days, and neither is there instead of the other."""
    if not _are_tablets(one, other) or not _for_the_same_days(one, other):
        return False
    return not takes_its_place(one, other) and not follow_each_other(one, other)


def _are_tablets(one: DraftOrder, other: DraftOrder) -> bool:
    if one.strength is None or other.strength is None or one.strength == other.strength:
        return False
    if one.further or other.further or not (_is_counted(one) and _is_counted(other)):
        return False
    if one.dose is not None and other.dose is not None and one.dose.amount == other.dose.amount:
        return False  # the whole dose twice
    smaller = min(one, other, key=lambda order: order.strength or 0)
    return smaller.dose is not None and smaller.dose.amount <= _MOST_OF_THE_SMALLER * (smaller.strength or 0)


def _is_counted(order: DraftOrder) -> bool:
    dose, strength = order.dose, order.strength
    if dose is None or strength is None or dose.unit != "mg" or dose.of_day or dose.conditional:
        return False
    tablets = dose.amount / strength
    return tablets >= 1 and abs(tablets - round(tablets)) < 1e-6


def told_for_both(one: DraftOrder, other: DraftOrder) -> bool:
    """Whether the dose that one of two orders names cannot be taken in its own tablets: it is that of both ("3 x 500, 2 x 150")."""
    if one.strength is None or other.strength is None or one.strength == other.strength:
        return False
    return any(order.dose is not None and order.dose.unit == "mg" and not _is_counted(order) for order in (one, other))


def _for_the_same_days(one: DraftOrder, other: DraftOrder) -> bool:
    """Whether nothing that both say of time differs. Steps of a dose, and cycles, have their days."""
    if one.dose is None or other.dose is None:
        return False
    said = ((one.dose.times_a_day, other.dose.times_a_day), (one.dose.days_on, other.dose.days_on), (one.planned, other.planned))
    return all(None in pair or pair[0] == pair[1] for pair in said)


def takes_its_place(one: DraftOrder, other: DraftOrder) -> bool:
    """Whether one of two drafts is the other again, replaces it or carries it out, or is the plan that the other one orders."""
    if one.proposed is not other.proposed:
        return True
    return one.id == other.id or one.id in (other.replaces, other.based_on) or other.id in (one.replaces, one.based_on)


def follow_each_other(one: DraftOrder, other: DraftOrder) -> bool:
    """Whether of two orders of a drug by mouth one is for the ward and one for home, or one for a few days and one to go on."""
    return any(None not in said and said[0] != said[1] for said in ((one.setting, other.setting), (one.course, other.course)))


def _together(lead: DraftOrder, other: DraftOrder) -> DraftOrder:
    first, second = lead.dose, other.dose
    if first is None or second is None:
        return lead
    dose = replace(
        first,
        amount=round(first.amount + second.amount, 6),
        times_a_day=first.times_a_day or second.times_a_day,
        days_on=first.days_on or second.days_on,
        without_rest=first.without_rest or second.without_rest,
        count=first.count or second.count,
    )
    return replace(lead, dose=dose, planned=lead.planned or other.planned, made_of=(lead, other))
