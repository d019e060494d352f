"""Whether a therapy that was given lately really goes on beside what is ordered (P01, R070, R135, R136; decisions 6 and 8).

By the record it runs as long as its last dose is no longer ago than the longest pause. Many charts have one order a cycle, fulfilled with
the dose, or doses alone: then nothing says that a next dose is meant, and the day on which a switch is ordered looks like any other day.
What stands is an open order or statement. What was only given goes on until something speaks for its end: progression documented since its
last dose, or a dose of what is given instead of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final, Literal

from guideline.case import Case, DrugRecord
from guideline.drug_classes import (
    ANTIBODY_PRODUCTS,
    CYTOTOXIC_DRUGS,
    KINASE_INHIBITORS,
    PERTUZUMAB_PRODUCTS,
    TAXANES,
    TRASTUZUMAB_PRODUCTS,
    components,
)
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lungs.history import T_DXD
from guideline.order_question import OrderQuestion
from guideline.partial_date import PartialDate, add_days, newest_day
from guideline.situation import Situation
from guideline.therapy.exposures import LONGEST_SILENCE_DAYS, Exposure, still_stands

#: What an earlier drug does when another one is ordered that is not given beside it: it goes on, it gives way, or nobody can tell.
Way = Literal["goes-on", "gives-way", "unsaid"]

#: How long a cycle of an infused drug lasts at most, as it is usually given.
CYCLE: Final = timedelta(days=21)


def go_together(drug: str, other: str) -> bool:
    """P01: one drug, pertuzumab beside trastuzumab or T-DXd, and a kinase inhibitor beside trastuzumab, with or without pertuzumab."""
    pair = {drug, other}
    if len(pair) == 1:
        return True
    if pair & KINASE_INHIBITORS:
        return bool(pair & (TRASTUZUMAB_PRODUCTS | PERTUZUMAB_PRODUCTS))
    return "pertuzumab" in pair and bool(pair & ((TRASTUZUMAB_PRODUCTS - PERTUZUMAB_PRODUCTS) | {T_DXD}))


def stands(case: Case, e: Exposure) -> bool:
    """Whether an order or statement of a therapy is still open: its doses alone, and orders that are fulfilled, leave nothing to stop.

    Cycles that are ordered for days to come, as a whole plan often is, are open orders.
    """
    return any(still_stands(record, case.today) for record in _records(case, e)) or any(r.drug == e.drug for r in case.planned)


def given_on(records: Iterable[DrugRecord]) -> Iterator[PartialDate]:
    """The days on which a drug was given: its doses, and its orders that were fulfilled (for an oral drug, as far as they went)."""
    for record in records:
        if record.kind == "administration" or (record.kind == "order" and record.status == "completed"):
            day = newest_day((record.start, record.end))
            if day is not None:
                yield day


def given_days(case: Case, e: Exposure) -> Iterator[PartialDate]:
    """The days on which a therapy was given: those of its doses, and of its orders that were fulfilled."""
    return given_on(_records(case, e))


def last_given(case: Case, e: Exposure) -> PartialDate | None:
    """The newest day of a dose, or of an order that was fulfilled."""
    return newest_day(given_days(case, e))


def over_by_progression(s: Situation, e: Exposure) -> bool:
    """Whether nothing of a therapy stands, and progression, or the relapse after (neo)adjuvant therapy, is documented since its last dose.

    Then another therapy ordered is the switch that the chart's own card asks for (silence list 4).
    """
    last = last_given(s.case, e)
    if last is None or stands(s.case, e):
        return False
    ends = [line.ended_on for line in s.therapies.used_lines if line.outcome == "progression" and e in line.exposures]
    if e in s.therapies.early:
        ends.append(s.metastatic_since)
    return any(day is not None and day.latest >= last.earliest for day in ends)


def way(q: OrderQuestion, drug: str, e: Exposure) -> Way:
    """What becomes of a therapy when a drug is ordered that does not belong beside it.

    Another form of the same antibody takes its place (R136; a dose too early has its own card), and any drug that of an infused one after
    six weeks without a dose. The drug itself, given since the last dose of the earlier one and not before it, has taken its place; given
    lately before that dose, both are being given, or the old therapy is ordered again beside the new one. Ordered for when the next dose
    of the earlier one is due, it may be a switch; sooner it is beside it.
    """
    if stands(q.s.case, e):
        return "goes-on"
    last = last_given(q.s.case, e)
    if last is None:
        return "goes-on"
    if components(drug) & components(e.drug) or over_by_progression(q.s, e):
        return "gives-way"
    if K.drugs[e.drug].infused and add_days(last.latest, K.thresholds.intervals.infused_lapsed_days) <= q.s.today:
        return "gives-way"
    lately = add_days(q.s.today, -LONGEST_SILENCE_DAYS)
    same = (r for r in q.s.case.drugs if components(r.drug) & components(drug) and not go_together(r.drug, e.drug))
    given = [day for day in given_on(same) if day.latest >= lately]
    if any(day.earliest <= last.latest for day in given):
        return "goes-on"
    if given:
        return "gives-way"
    due = _next_cycle(q, last) if K.drugs[e.drug].infused else last.earliest
    return "unsaid" if any(planned >= due for planned in _planned(q, drug)) else "goes-on"


def given_with_orders(q: OrderQuestion) -> frozenset[str]:
    """What would be given by these drafts and by what really goes on: products and their components."""
    ordered = [drug for order in q.all_starts for drug in order.drugs]
    chemotherapy = chemotherapy_going_on(q)
    running = [e.drug for e in q.running if e.drug in chemotherapy or (e.drug not in CYTOTOXIC_DRUGS and not over_by_progression(q.s, e))]
    return frozenset(c for drug in (*ordered, *running) for c in (drug, *components(drug)))


def chemotherapy_going_on(q: OrderQuestion) -> frozenset[str]:
    """The cytotoxics that are ordered or really go on.

    One of which only doses are known is over six weeks after the last of them, and an infused one also where it was left out: the HER2
    antibody was given, or is ordered, without it when its next cycle was due. A taxane is over with six cycles, or the weeks they take.
    """
    ordered = {drug for order in q.all_starts for drug in order.drugs}
    running = {e.drug for e in q.running if e.drug in CYTOTOXIC_DRUGS and not _chemotherapy_over(q, e)}
    return CYTOTOXIC_DRUGS & (ordered | running)


def _chemotherapy_over(q: OrderQuestion, e: Exposure) -> bool:
    case, standing = q.s.case, stands(q.s.case, e)
    last = e.last_dose if standing else last_given(case, e)
    if last is None or not K.drugs[e.drug].infused:
        return False
    if add_days(last.latest, K.thresholds.intervals.taxane_without_dose_days) < case.today:
        return True
    if standing:
        return False
    if e.drug in TAXANES and e.start is not None and last.latest - e.start.earliest + CYCLE >= K.thresholds.doses.taxane_cycles * CYCLE:
        return True
    return any(day.earliest >= _next_cycle(q, last) for day in _antibody_days(q))


def _next_cycle(q: OrderQuestion, last: PartialDate) -> date:
    return add_days(last.latest, q.s.practice.minimum_interval_days)


def _planned(q: OrderQuestion, drug: str) -> Iterator[date]:
    """The days for which a drug is ordered: as planned, else today."""
    for order in q.starts:
        if drug in order.drugs:
            yield order.planned.latest if order.planned is not None else q.s.today


def _antibody_days(q: OrderQuestion) -> Iterator[PartialDate]:
    """The days on which a HER2 antibody was given, and those for which one is ordered now."""
    yield from given_on(r for r in q.s.case.drugs if r.drug in ANTIBODY_PRODUCTS)
    for order in q.all_starts:
        if not ANTIBODY_PRODUCTS.isdisjoint(order.drugs):
            yield order.planned or PartialDate.on(q.s.today)


def _records(case: Case, e: Exposure) -> Iterator[DrugRecord]:
    sources = frozenset(e.sources)
    return (record for record in case.drugs if record.source in sources)
