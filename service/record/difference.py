"""What a call would be answered today, beside what it was answered then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any, Literal

from cards.render import ADVICE_EXTENSION

Card = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of one time: its cards, or why there was none; with which knowledge and as which practice."""

    knowledge: str
    profile: str
    cards: Sequence[Card] = ()
    error: str = ""

    @property
    def regimen(self) -> str:
        """The leading regimen; empty without one."""
        return next((said["regimen"] for card in self.cards if "regimen" in (said := _said(card))), "")

    @property
    def rules(self) -> frozenset[str]:
        """The rules that spoke."""
        return frozenset(rule for card in self.cards for rule in _said(card).get("rules", ()))


@dataclass(frozen=True, slots=True)
class CardDifference:
    """What became of a card. `lines` say what changed on it, each with `-` (then) or `+` (today) before it; its summary where it is new."""

    state: Literal["same", "changed", "added", "removed"]
    topic: str
    indicator: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """Two answers to one call: leading regimens and knowledge of then and today, rules that came and went, and each card."""

    error: tuple[str, str]
    knowledge: tuple[str, str]
    profile: tuple[str, str]
    regimen: tuple[str, str]
    rules_added: tuple[str, ...]
    rules_removed: tuple[str, ...]
    cards: tuple[CardDifference, ...]

    @property
    def same(self) -> bool:
        """Whether both say the same; they may rest on different knowledge."""
        return self.error[0] == self.error[1] and all(card.state == "same" for card in self.cards)


def difference(then: Answer, today: Answer) -> Difference:
    """Compare two answers to one call."""
    return Difference(
        error=(then.error, today.error),
        knowledge=(then.knowledge, today.knowledge),
        profile=(then.profile, today.profile),
        regimen=(then.regimen, today.regimen),
        rules_added=tuple(sorted(today.rules - then.rules)),
        rules_removed=tuple(sorted(then.rules - today.rules)),
        cards=tuple(_cards(then.cards, today.cards)),
    )


def _cards(then: Iterable[Card], today: Iterable[Card]) -> Iterator[CardDifference]:
    """Each card beside the one of the same topic; several of one topic in their order."""
    earlier = defaultdict(list)
    for card in then:
        earlier[_topic(card)].append(card)
    for card in today:
        of_topic = earlier[_topic(card)]
        if not of_topic:
            yield CardDifference("added", _topic(card), card["indicator"], (f"+ {card['summary']}",))
            continue
        changed = tuple(_changes(of_topic.pop(0), card))
        yield CardDifference("changed" if changed else "same", _topic(card), card["indicator"], changed)
    for left in earlier.values():
        for card in left:
            yield CardDifference("removed", _topic(card), card["indicator"], (f"- {card['summary']}",))


def _changes(then: Card, today: Card) -> Iterator[str]:
    lines = unified_diff(list(_lines(then)), list(_lines(today)), n=0, lineterm="")
    for line in lines:
        if not line.startswith(("---", "+++", "@@")):
            yield f"{line[0]} {line[1:]}"


def _lines(card: Card) -> Iterator[str]:
    """What a card says, line by line. Not its uuid and address, which change with the site's salt and place."""
    yield f"indicator: {card['indicator']}"
    yield card["summary"]
    yield from filter(None, card.get("detail", "").splitlines())
    yield from (f"suggestion: {suggestion['label']}" for suggestion in card.get("suggestions", ()))
    for member in ("regimen", "alternatives", "avoid", "missing", "rules"):
        if said := _said(card).get(member):
            yield f"{member}: {said if isinstance(said, str) else ', '.join(said)}"


def _topic(card: Card) -> str:
    topic: str = card["source"]["topic"]["code"]
    return topic


def _said(card: Card) -> Mapping[str, Any]:
    said: Mapping[str, Any] = card["extension"][ADVICE_EXTENSION]
    return said
