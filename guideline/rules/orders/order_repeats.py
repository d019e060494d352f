"""The same HER2 drug, or drug by mouth, twice among the drafts of one session: for one day, or for days too near (P01, R126; decision 18).

TRAP: drafts of the same drug are often in order: the cycles of a plan, a loading dose and what follows it, a step of a dose escalation,
tablets of two strengths, the two shares of a day, doses on the ward and a prescription for home, a draft that takes another's place. What
may be one of these makes no card.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import combinations, pairwise

from guideline.advice import FactUsed, Finding
from guideline.dosing.label_doses import Judgement, above, same
from guideline.dosing.ordered_level import by_label
from guideline.dosing.whole_doses import follow_each_other, takes_its_place, told_for_both
from guideline.drug_classes import HER2_DRUGS
from guideline.facts_used import drug_name
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.order_question import OrderQuestion
from guideline.orders import DraftOrder, OrderedDose
from guideline.partial_date import PartialDate
from guideline.rules.orders.dose_words import label_words, order_fact, ordered_words
from guideline.rules.orders.order_scope import deletions, ordered_drugs, safety_orders

_RIGHT = ("fits", "loading")

#: HER2 drugs, and what is taken by mouth: infusions of other drugs have their days, in words too ("day 1", "day 8").
_JUDGED = HER2_DRUGS | {drug for drug in K.doses if not K.drugs[drug].infused}

#: A dose, and what it is by the label.
_Judged = tuple[OrderedDose, Judgement | None]


def same_drug_twice(q: OrderQuestion) -> Iterator[Finding]:
    """One finding for each ordered drug of which two drafts are one dose given twice, or lie too near."""
    for drug in ordered_drugs(safety_orders(q), _JUDGED):
        drafts = _drafts(q, drug)
        if len(drafts) < 2 or drug not in K.doses:
            continue
        found = _twice(q, drug, drafts) or _too_near(q, drug, drafts)
        if found is not None:
            yield found


def _drafts(q: OrderQuestion, drug: str) -> list[DraftOrder]:
    return [o for o in q.all_starts if not o.gastric and o.drugs == (drug,)]


# --- One day -----------------------------------------------------------------------------------------------------------------------


def _twice(q: OrderQuestion, drug: str, drafts: list[DraftOrder]) -> Finding | None:
    # Each dose is judged once: the pairs of many drafts are very many.
    label, tolerance = K.doses[drug], q.s.practice.dose_tolerance_percent
    judged = {o.dose: by_label(q, drug, o.dose) for o in drafts if o.dose is not None}
    for one, other in _for_one_day(drafts):
        first, second = one.dose, other.dose
        if not (one.asked or other.asked) or first is None or second is None or takes_its_place(one, other):
            continue
        if not K.drugs[drug].infused and (follow_each_other(one, other) or told_for_both(one, other)):
            continue
        if _loads(first, judged[first]) is not _loads(second, judged[second]) and _goes_on(one, other):
            continue  # a loading dose, and what follows it
        if not _are_one_dose(drug, (first, judged[first]), (second, judged[second]), tolerance):
            continue
        headline = K.say("order-duplicate-same", drug=drug_name(drug), first=ordered_words(first), second=ordered_words(second))
        facts = (order_fact(one, first), order_fact(other, second))
        suggestions = deletions(o for o in (one, other) if o.asked)
        if drug not in HER2_DRUGS:
            headline = K.say("dose-ordered-twice", drug=drug_name(drug), first=ordered_words(first), second=ordered_words(second))
            detail = (K.say("dose-ordered-twice-days", label=label_words(label.beside(q.together)[0])),)
            return Finding("DoseCheck", label.over, headline, detail, facts, suggestions=suggestions, about=(drug,))
        return Finding(
            "DuplicateHer2Therapy", "critical", headline, (K.say("order-duplicate-same-day"),), facts=facts, avoid=(drug,),
            rules=("P01", "R126"), suggestions=suggestions,
        )  # fmt: skip
    return None


def _for_one_day(drafts: list[DraftOrder]) -> Iterator[tuple[DraftOrder, DraftOrder]]:
    """The pairs of drafts for the same day, or of two that name none and go on alike: more than two of these are cycles."""
    days: dict[PartialDate, list[DraftOrder]] = {}
    for order in drafts:
        if order.planned is not None and order.planned.is_exact:
            days.setdefault(order.planned, []).append(order)
    undated = [order for order in drafts if order.planned is None]
    if len(undated) == 2 and _interval(undated[0]) == _interval(undated[1]):
        yield undated[0], undated[1]
    for of_day in days.values():
        yield from combinations(of_day, 2)


def _goes_on(one: DraftOrder, other: DraftOrder) -> bool:
    """Whether two drafts need not be for one day: none is named, or one of them is repeated from it on, as the doses after a first one."""
    return one.planned is None or any(_interval(order) is not None for order in (one, other))


def _interval(order: DraftOrder) -> float | None:
    return order.dose.every_days if order.dose is not None else None


def _are_one_dose(drug: str, one_dose: _Judged, other_dose: _Judged, tolerance: float) -> bool:
    """Whether two doses are not parts or steps of one therapy: both whole doses, or together above the label."""
    (first, one), (second, other) = one_dose, other_dose
    infused = K.drugs[drug].infused
    if one is None or other is None or one.value is None or other.value is None or one.schedule.unit != other.schedule.unit:
        return infused and (first.amount, first.unit, first.parts) == (second.amount, second.unit, second.parts)
    together = above(one.value + other.value, one.schedule.loading or one.schedule.dose, tolerance)
    if infused:
        return together or (one.verdict in _RIGHT and other.verdict in _RIGHT)
    # Different amounts of a drug by mouth may follow each other.
    return together and same(other.value, one.value, tolerance)


def _loads(dose: OrderedDose, found: Judgement | None) -> bool:
    return dose.loading if dose.loading is not None else found is not None and found.verdict == "loading"


# --- Days too near -----------------------------------------------------------------------------------------------------------------


def _too_near(q: OrderQuestion, drug: str, drafts: list[DraftOrder]) -> Finding | None:
    """R126: drafts of a three-weekly drug planned less than 18 days (site setting) apart."""
    label, limit = K.doses[drug], q.s.practice.minimum_interval_days
    every = {schedule.every_days for schedule in label.schedules}
    least = min((days for days in every if days is not None), default=0)
    if None in every or least <= limit or any((interval := _interval(o)) is not None and interval < limit for o in drafts):
        return None
    planned = sorted(((day, o.id, o) for o in drafts if (day := _day(o)) is not None), key=lambda entry: entry[:2])
    pairs = [(one, other) for one, other in pairwise(planned) if one[2].asked or other[2].asked]
    near = [(one, other) for one, other in pairs if 0 < (other[0] - one[0]).days < limit and not takes_its_place(one[2], other[2])]
    if not near:
        return None
    (before, _, one), (after, _, other) = near[0]
    ordered = f"every {(after - before).days} days" if (after - before).days > 1 else "daily"
    headline = K.say("dose-too-often", drug=drug_name(drug), ordered=ordered, label=label_words(label.schedules[0]), every=least)
    facts = tuple(FactUsed("Planned dose", drug_name(drug), day.isoformat(), o.id) for day, o in ((before, one), (after, other)))
    return Finding("DoseCheck", label.over, headline, facts=facts, avoid=(drug,) if label.over == "critical" else (), about=(drug,))


def _day(order: DraftOrder) -> date | None:
    planned = order.planned
    return planned.earliest if planned is not None and planned.is_exact else None


RULES: tuple[Callable[[OrderQuestion], Iterable[Finding]], ...] = (same_drug_twice,)
