"""A HER2 drug is begun for metastatic disease that nobody has shown to be HER2-positive (R122, R131, R121; decisions 10 and 23).

Said once, at the first order. Where HER2 drugs were given before, somebody had proof of it: the record lacks the result, which the chart's
own card asks for. Only a result that is newer than that therapy opens the question again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from guideline.advice import Finding, Gap, Statement
from guideline.drug_classes import HER2_DRUGS
from guideline.facts_used import headline_names, her2_fact
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lungs.history import T_DXD
from guideline.order_question import OrderQuestion
from guideline.rules.orders.order_scope import is_new, new_drugs, ordered_drugs
from guideline.rules.scope import awaited_test, scope
from guideline.rules.unread import her2_ask
from guideline.situation import Situation
from guideline.unread_results import unread_fact, unread_her2


def her2_unproven(q: OrderQuestion) -> Iterator[Finding]:
    """R122: no HER2 result, or IHC 2+ that no ISH has settled. HER2-low disease has a T-DXd label of its own: then information."""
    s = q.s
    if s.her2.state not in ("unknown", "equivocal"):
        return
    needed = s.once(scope).finding
    drugs = [drug for drug in ordered_drugs(order for order in q.starts if not order.gastric) if is_new(s, drug)]
    if needed is None or needed.topic != "Her2StatusNeeded" or not drugs or _shown_before(s):
        return
    either_way = s.her2.state == "equivocal" and q.together & HER2_DRUGS == {T_DXD}
    yield Finding(
        "Her2StatusNeeded",
        "info" if either_way else needed.indicator,
        _headline(s, headline_names(drugs)),
        (K.say("order-tdxd-her2-low"),) if either_way else needed.detail,
        facts=needed.facts,
        missing=needed.missing,
        rules=("R122", "R131", *(("R121",) if either_way else ())),
        requests=needed.requests,
    )


def _shown_before(s: Situation) -> bool:
    """Whether HER2 drugs were given before, and no open result is newer than their beginning."""
    given = [e for e in s.exposures if e.drug in HER2_DRUGS]
    if not given and not s.unknown_conjugate:
        return False
    tested = s.her2.leading.date if s.her2.leading is not None else None
    begun = min((e.start.latest for e in given if e.start is not None), default=None)
    return tested is None or begun is None or tested.earliest <= begun


def _headline(s: Situation, drugs: str) -> Statement:
    unread = unread_her2(s)
    if unread is not None:
        return K.say("order-her2-not-read", drugs=drugs, date=str(unread.date))
    awaited, leading = awaited_test(s), s.her2.leading
    if awaited is not None:
        return K.say("order-her2-awaited", drugs=drugs, date=str(awaited.date) if awaited.date is not None else "no date given")
    if s.her2.state == "unknown" or leading is None:
        return K.say("order-her2-unknown", drugs=drugs)
    if leading.shown == "IHC 2+":
        return K.say("order-her2-without-ish", drugs=drugs)
    return K.say("order-her2-equivocal", drugs=drugs, shown=leading.shown)


def her2_not_read(q: OrderQuestion) -> Iterator[Finding]:
    """R131: a HER2 drug is a new choice in disease that was HER2-positive, and a newer HER2 result could not be read."""
    drugs = new_drugs(q, HER2_DRUGS)
    unread = unread_her2(q.s) if drugs else None
    if unread is None:
        return
    headline = K.say("order-her2-not-read", drugs=headline_names(drugs), date=str(unread.date))
    gap = Gap("I02", her2_ask(unread))
    facts = (unread_fact(unread), *((her2_fact(q.s.her2.leading),) if q.s.her2.leading is not None else ()))
    yield Finding("MissingData", "info", headline, facts=facts, missing=(gap,), rules=("R131",))


RULES: tuple[Callable[[OrderQuestion], Iterable[Finding]], ...] = (her2_unproven, her2_not_read)
