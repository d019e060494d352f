"""Stop orders of running HER2 therapy (R010, R009; decision 21)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet

from guideline.advice import FactUsed, Finding, Statement
from guideline.case import StopReason
from guideline.drug_classes import HER2_DRUGS, components
from guideline.facts_used import course_fact, headline_names, metastatic_fact
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.order_question import OrderQuestion
from guideline.orders import DraftOrder
from guideline.rules.heart import heart
from guideline.rules.lungs import lungs
from guideline.rules.maintenance import maintenance
from guideline.rules.scope import scope
from guideline.situation import Situation
from guideline.therapy.exposures import Exposure

#: Reasons that end HER2 therapy rightly (R010, decision 21), and a drug that could not be had.
ACCEPTED_REASONS = frozenset(
    {"progression", "toxicity", "cardiac", "lung", "pregnancy", "patient-wish", "hospice", "death", "unavailable"},
)

#: At the order a drug that cannot be had is asked about: another product or another HER2 drug may be had instead.
_SILENT_REASONS = ACCEPTED_REASONS - {"unavailable"}
_STATED_REASONS = frozenset({"other", "unavailable"})


def her2_therapy_stopped(q: OrderQuestion) -> Iterator[Finding]:
    """R010: HER2 therapy is ended without progression, toxicity, pregnancy or the patient's wish on the order or in the record."""
    s = q.s
    if not q.stops or not s.once(scope).treatable or reason_on_record(s):
        return
    ended = [(order, e) for order in q.stops if order.stop_reason not in _SILENT_REASONS for e in _running(s, order)]
    ended = [(order, e) for order, e in ended if not _goes_on_otherwise(q, e)]
    if not ended:
        return
    # A reason that is none of the known ones is still a reason.
    drugs = [e.drug for _, e in ended]
    reasons = {order.stop_reason for order, _ in ended}
    named = reasons <= _STATED_REASONS
    detail = [K.say(_what_was_said(reasons))]
    yield Finding(
        "Her2TherapyStopped",
        "info" if named else "warning",
        K.say("order-stop-keep", drugs=headline_names(drugs)),
        (*detail, *_how_it_goes_on(s)),
        facts=(metastatic_fact(s), *_exposure_facts(s, (e for _, e in ended))),
        rules=("R010", "R009"),
    )


def _what_was_said(reasons: AbstractSet[StopReason | None]) -> str:
    """The statement about the reasons that the stop orders give, or do not."""
    if "completed" in reasons:
        return "order-stop-completed"
    if not reasons <= _STATED_REASONS:
        return "order-stop-no-reason"
    return "order-stop-unavailable" if reasons == {"unavailable"} else "order-stop-other"


def stops_without_reason(q: OrderQuestion) -> bool:
    """Whether `her2_therapy_stopped` speaks about these orders."""
    return any(True for _ in her2_therapy_stopped(q))


def _running(s: Situation, order: DraftOrder) -> list[Exposure]:
    """What the order ends. Not the (neo)adjuvant course that the disease came back under: the relapse ends it (R017)."""
    stopped = frozenset(c for drug in order.drugs if drug in HER2_DRUGS for c in components(drug))
    over = s.therapies.early if s.last_line is None else ()
    running = [e for e in s.exposures if e.state == "running" and e not in over]
    return [e for e in running if e.drug in HER2_DRUGS and components(e.drug) & stopped]


def reason_on_record(s: Situation) -> bool:
    """Whether the record itself says why HER2 therapy ends: progression, pregnancy, the heart or the lungs."""
    if s.pregnancy == "pregnant" or (s.last_line is not None and s.last_line.outcome == "progression"):
        return True
    found, of_lungs = heart(s), lungs(s)
    held_for_lungs = of_lungs is not None and of_lungs.indicator != "info"
    return (found is not None and found.topic in ("HeartFailure", "LvefHold")) or held_for_lungs


def _goes_on_otherwise(q: OrderQuestion, ended: Exposure) -> bool:
    """R136: the same antibody goes on as another product, or another HER2 drug takes over: a change, not an end."""
    given = frozenset(c for e in q.s.exposures if e.state == "running" for c in components(e.drug))
    ordered = {drug for order in q.all_starts for drug in order.drugs if drug in HER2_DRUGS}
    return any(components(drug) & components(ended.drug) or not components(drug) <= given for drug in ordered)


def _how_it_goes_on(s: Situation) -> list[Statement]:
    """R009, R011, R104, R105: what maintenance looks like, where the chemotherapy part is over; else only that it goes on."""
    card = maintenance(s)
    if card is None:
        return [K.say("maintenance-antibodies-go-on")]
    detail = list(card.why)
    if card.alternatives:
        detail += [K.say("order-stop-palbociclib"), K.say("order-stop-tucatinib")]
    return detail


def _exposure_facts(s: Situation, ended: Iterable[Exposure]) -> tuple[FactUsed, ...]:
    return tuple(course_fact(s.case, e, "ongoing", e.start) for e in {e.drug: e for e in ended}.values())


RULES: tuple[Callable[[OrderQuestion], Iterable[Finding]], ...] = (her2_therapy_stopped,)
