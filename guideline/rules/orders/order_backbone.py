"""Chemotherapy and endocrine therapy without a HER2 backbone, and beside each other (R060, R062, R069, R070, R137; decision 20).

Beside chemotherapy the backbone is asked for when orders are signed: while a set is being selected it may be the next click. Endocrine
therapy alone is no set that is being selected but a choice, which the guidelines all but forbid: that is said at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from guideline.advice import Finding
from guideline.drug_classes import ANTHRACYCLINES, CYTOTOXIC_DRUGS, ENDOCRINE_DRUGS, HER2_DRUGS, components
from guideline.facts_used import drug_name, headline_names, hormone_fact, in_usual_order
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.order_question import OrderQuestion
from guideline.orders import DraftOrder
from guideline.rules.endocrine import heart_against_her2, reason_for_endocrine_alone
from guideline.rules.orders.order_scope import course_facts, deletions, new_drugs, orders_of, pathway_orders
from guideline.rules.orders.order_stop import ACCEPTED_REASONS, stops_without_reason
from guideline.therapy.going_on import chemotherapy_going_on


def chemotherapy_without_her2(q: OrderQuestion) -> Iterator[Finding]:
    """R060, R059: a new cytotoxic with no HER2 drug running or ordered. In a later line a single agent is an option (R049)."""
    if q.selecting:
        return
    s = q.s
    cytotoxics = new_drugs(q, CYTOTOXIC_DRUGS)
    if not cytotoxics or _her2_given_or_ruled_out(q):
        return
    endocrine = not q.together.isdisjoint(ENDOCRINE_DRUGS)
    later = s.used_line_count >= K.thresholds.intervals.later_line_from
    # "Add a backbone" must not lead to trastuzumab beside an anthracycline (R078).
    anthracycline = not ANTHRACYCLINES.isdisjoint(cytotoxics)
    said = "order-anthracycline-alone" if anthracycline else "order-chemotherapy-alone"
    backbone = K.say("order-backbone-whatever-line" if s.her2_lines or s.early_relapse else "order-backbone-first-line")
    yield Finding(
        "ChemotherapyWithoutHer2",
        "info" if later else "warning",
        K.say(said, drugs=headline_names(cytotoxics)),
        (*((K.say("order-anthracycline-no-partner"),) if anthracycline else ()), backbone),
        facts=course_facts(s),
        rules=("R060", "R059", *(("R069",) if endocrine else ())),
    )


def _her2_given_or_ruled_out(q: OrderQuestion) -> bool:
    """Whether HER2 therapy is there, waits, or cannot be given: running, ordered, on hold, unclear, or ruled out by heart or pregnancy."""
    s = q.s
    if not q.together.isdisjoint(HER2_DRUGS) or any(e.drug in HER2_DRUGS and e.state in ("on-hold", "unknown") for e in s.exposures):
        return True
    if any(order.untold is not None for order in q.all_starts):
        return True
    if s.unknown_conjugate or s.pregnancy == "pregnant" or heart_against_her2(s):
        return True
    severe = any(a.severe and "trastuzumab" in components(a.drug) for a in s.case.allergies)
    return severe or "trastuzumab" in s.not_tolerated or any(order.stop_reason in _NOT_PROGRESSION for order in _her2_stops(q))


_NOT_PROGRESSION = ACCEPTED_REASONS - {"progression"}


def _her2_stops(q: OrderQuestion) -> list[DraftOrder]:
    return [order for order in (*q.stops, *q.beside) if order.act == "stop" and not HER2_DRUGS.isdisjoint(order.drugs)]


def endocrine_without_her2(q: OrderQuestion) -> Iterator[Finding]:
    """R069, decision 20: a new endocrine drug as the only treatment of hormone-receptor-positive disease, without an R062 reason."""
    s = q.s
    endocrine = new_drugs(q, ENDOCRINE_DRUGS)
    if not endocrine or s.hormones.state != "positive" or not chemotherapy_going_on(q).isdisjoint(CYTOTOXIC_DRUGS):
        return
    if _her2_given_or_ruled_out(q) or reason_for_endocrine_alone(s) or stops_without_reason(q):
        return
    detail = [K.say("order-endocrine-with-her2"), K.say("order-endocrine-reasons")]
    facts = tuple(fact for fact in (hormone_fact(s), *course_facts(s)) if fact is not None)
    yield Finding(
        "EndocrineWithoutHer2", "warning", K.say("order-endocrine-alone", drugs=headline_names(endocrine)), tuple(detail),
        facts=facts, avoid=("endocrine-alone",), rules=("R069", "R060"),
    )  # fmt: skip


def chemo_endocrine_concurrent(q: OrderQuestion) -> Iterator[Finding]:
    """R070: classical chemotherapy and endocrine therapy at the same time; conjugates (R137) and GnRH agonists are not meant (C23)."""
    s = q.s
    cytotoxics, endocrine = chemotherapy_going_on(q), q.together & ENDOCRINE_DRUGS
    if not cytotoxics or not endocrine or s.hormones.state != "positive":
        return
    if not new_drugs(q, cytotoxics | endocrine):
        return
    yield Finding(
        "ChemoEndocrineConcurrent",
        "warning",
        K.say("order-chemo-endocrine", endocrine=headline_names(endocrine), chemo=drug_name(in_usual_order(cytotoxics)[0])),
        (K.say("order-chemo-endocrine-sequence"),),
        avoid=tuple(in_usual_order(endocrine)),
        rules=("R070", "R067"),
        suggestions=deletions(orders_of(pathway_orders(q), endocrine)),
    )


RULES: tuple[Callable[[OrderQuestion], Iterable[Finding]], ...] = (
    chemotherapy_without_her2, endocrine_without_her2, chemo_endocrine_concurrent,
)  # fmt: skip
