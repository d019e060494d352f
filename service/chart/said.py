"""Sentences, facts and rules as the page shows them: plain text on one line, with what they rest on."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from cards.wording import VALUE_LIMIT, one_line
from guideline.advice import FactUsed, Gap, Statement
from guideline.partial_date import PartialDate


class Said(Struct, frozen=True):
    """A sentence, and the rules that say it."""

    text: str
    rules: tuple[str, ...] = ()


class Fact(Struct, frozen=True):
    """A fact that was read. `date` with the precision of the record; `source` the resource; `inferred` when derived, not recorded."""

    name: str
    value: str
    date: str | None = None
    source: str | None = None
    inferred: bool = False


class Missing(Struct, frozen=True):
    """An input (`I01` ... `I21`) that the advice waits for, and what to do about it."""

    input: str
    ask: Said


def said(statement: Statement) -> Said:
    """A statement of the guideline as the page shows it."""
    return Said(one_line(statement.text), statement.rules)


def each_said(statements: Iterable[Statement]) -> tuple[Said, ...]:
    """Statements in their order, each once."""
    return tuple({statement.text: said(statement) for statement in statements}.values())


def facts(used: Iterable[FactUsed]) -> tuple[Fact, ...]:
    """Facts in their order, each once, without those that hold no value."""
    shown = (Fact(fact.name, one_line(fact.value, VALUE_LIMIT), fact.date, fact.source, fact.inferred) for fact in dict.fromkeys(used))
    return tuple(fact for fact in shown if fact.value)


def missing(gaps: Iterable[Gap]) -> tuple[Missing, ...]:
    """What the advice waits for."""
    return tuple(Missing(gap.input, said(gap.ask)) for gap in gaps)


def day(when: PartialDate | None) -> str | None:
    """A date as it is known: `2024-03-17`, `2024-03` or `2024`; `None` where nobody wrote one down."""
    return str(when) if when is not None else None
