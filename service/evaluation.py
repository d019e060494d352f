"""The way through the four rooms: resources (and draft orders) -> case -> advice -> cards."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from cards.card_key import CardKeys
from cards.context import AS_SPECIFIED, AppLaunch, CardContext, ClientTraits
from cards.render import render_cards
from fhir_mappings.case_builder import build_case
from fhir_mappings.orders.draft_orders import draft_resources, read_draft_orders, relevant
from fhir_mappings.orders.drafted_examinations import read_drafted_examinations
from fhir_mappings.reading import Reading
from guideline.advice import Advice, Finding
from guideline.advise import advise
from guideline.advise_orders import advise_orders
from guideline.case import Case
from guideline.knowledge_base import KNOWLEDGE
from guideline.practice import Practice
from service.fhir_client.client import Fetched
from service.settings import Settings

#: The hooks that ask about draft orders.
ORDER_HOOKS = frozenset({"order-select", "order-sign"})

#: R132: silence where there is nothing to say.
_NOTHING_ASKED = ("R132",)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, by whom: the hook, its context as plain JSON, and what the client does with cards.

    `topics_off`: topics that are not for whoever asks, beside those that are off at the site. `app`: the SMART app that cards lead to.
    """

    hook: str = "patient-view"
    context: Mapping[str, Any] | None = None
    client: ClientTraits = AS_SPECIFIED
    topics_off: frozenset[str] = frozenset()
    app: AppLaunch | None = None

    @property
    def about_orders(self) -> bool:
        """Whether draft orders are the question."""
        return self.hook in ORDER_HOOKS

    @property
    def selecting(self) -> bool:
        """Whether the draft orders are still being selected, so that more may follow."""
        return self.hook == "order-select"

    @property
    def members(self) -> Mapping[str, Any]:
        """The members of the context; none without one."""
        return self.context or {}

    def nothing_relevant(self) -> bool:
        """Whether draft orders are the question and none that is asked concerns us. Looks at the drafts alone (decision 26)."""
        return self.about_orders and not relevant(self.members, hook=self.hook)


@dataclass(frozen=True, slots=True)
class Memory:
    """How cards are known again: the keys behind their uuids, and a look-up of those that were dealt with (decision 22)."""

    keys: CardKeys
    acknowledged: Callable[[Collection[UUID]], Collection[UUID]]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was read of one patient, what the guideline says about it, and the cards that say so.

    `resources` counts what was read; `fetched` is what of it came from the FHIR server (`None`: no server may be asked). `set_aside` are
    the cards left out because the user had dealt with them. `outside`: the user gets no cards at this site, so nothing was evaluated.
    """

    case: Case
    advice: Advice
    cards: list[dict[str, Any]]
    resources: int
    fetched: Fetched | None = None
    set_aside: tuple[UUID, ...] = ()
    outside: bool = False


def evaluate(
    reading: Reading, *, patient_id: str | None, settings: Settings, question: Question | None = None, memory: Memory | None = None
) -> Evaluation:
    """Evaluate one patient as this site practises, or the draft orders of the question.

    Whatever the rules raise goes up: a failure is never "nothing to say". Without a memory every card is new and none was dealt with.
    """
    question = question or Question()
    today = settings.current_day()
    if question.about_orders:
        # An echo drafted in the same session is booked: its card need not stand any longer.
        reading = reading + read_drafted_examinations(question.members, patient_id)
    case = build_case(reading, patient_id=patient_id, today=today, labs_since=labs_since(today, about_orders=question.about_orders))
    if question.about_orders:
        orders = read_draft_orders(question.members, hook=question.hook, today=today, reading=reading)
        advice = advise_orders(case, orders, _practice(question, settings), selecting=question.selecting)
    else:
        advice = advise(case, _practice(question, settings))
    set_aside: list[UUID] = []
    drafts = draft_resources(question.members, reading) if question.about_orders else {}
    context = _card_context(question, case, advice, patient_id, drafts, _noting(memory, set_aside) if memory else None, settings)
    cards = render_cards(advice, public_url=settings.base_url, context=context)
    return Evaluation(case, advice, cards, len(reading.entries), set_aside=tuple(set_aside))


def labs_since(today: date, *, about_orders: bool = False) -> date:
    """The first day whose laboratory values may count: those that held a drug are looked for further back when it is ordered again."""
    intervals = KNOWLEDGE.thresholds.intervals
    return today - timedelta(intervals.setback_days if about_orders else intervals.labs_days)


def _noting(memory: Memory, noted: list[UUID]) -> Memory:
    """The same memory, which takes note of what it knows again."""

    def acknowledged(cards: Collection[UUID]) -> Collection[UUID]:
        known = memory.acknowledged(cards)
        noted.extend(known)
        return known

    return Memory(memory.keys, acknowledged)


def nothing_asked(settings: Settings) -> Evaluation:
    """The evaluation of a call whose orders do not concern us: nothing was read, nothing is said."""
    advice = Advice(None, (), _NOTHING_ASKED, settings.practice.label, KNOWLEDGE.version)
    return Evaluation(Case(settings.current_day()), advice, [], 0)


def not_for_this_user(settings: Settings) -> Evaluation:
    """The evaluation of a call by a user who gets no cards at this site: the record was not looked at."""
    return Evaluation(Case(settings.current_day()), Advice(None, (), (), settings.practice.label, KNOWLEDGE.version), [], 0, outside=True)


def _practice(question: Question, settings: Settings) -> Practice:
    """How the site practises towards whoever asks."""
    practice = settings.practice
    return replace(practice, topics_off=practice.topics_off | question.topics_off) if question.topics_off else practice


def _card_context(
    question: Question,
    case: Case,
    advice: Advice,
    patient_id: str | None,
    drafts: Mapping[str, Mapping[str, Any]],
    memory: Memory | None,
    settings: Settings,
) -> CardContext:
    user = str(question.members.get("userId") or "")
    line = str(advice.line)

    def card_key(finding: Finding) -> UUID:
        assert memory is not None
        return memory.keys.key(user, patient_id or "", finding, line)

    return CardContext(
        today=case.today,
        patient_id=patient_id,
        user_id=user or None,
        drafts=drafts,
        card_key=card_key if memory else None,
        acknowledged=memory.acknowledged if memory else None,
        client=question.client,
        cpt=settings.cpt,
        app=question.app,
    )
