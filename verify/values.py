"""One fact of the abstraction: what it may be, each possibility as the facts of a case and as words a clinician reads.

The tags say, independently of `guideline.situation`, what a possibility means: an invariant asks them and never the code it checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from guideline.case import IntakeAnswer
from guideline.partial_date import PartialDate
from guideline.practice import Practice

#: The day of every case. Six and twelve months before `RECENT` days ago are real days, so that the windows have exact ends.
TODAY = date(2026, 11, 20)

#: Days since the metastases were found: lately (nothing was given yet), or long ago (room for lines of therapy).
RECENT, LONG = 21, 700

#: Days ago that the newest line of therapy began.
NEWEST_LINE = 100


@dataclass(frozen=True)
class Value:
    """One possibility of one fact.

    `facts`: what it adds to the case, by field, for metastases found `since` days ago (key None: whenever). `tags`: what it means.
    `asks`: the input (`I09`) that a card must name when the advice would depend on it, as nobody knows; what it may turn out to be are
    the known values of the same `group`. `since` is set by values that decide when the metastases were found.
    """

    words: str
    facts: Mapping[int | None, Mapping[str, tuple[Any, ...]]] = field(default_factory=dict)
    intake: Mapping[str, IntakeAnswer] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    asks: str | None = None
    group: str = ""
    since: int | None = None
    number: float | None = None
    practice: Practice | None = None
    age: int | None = None
    sex: str | None = None

    def at(self, since: int) -> Mapping[str, tuple[Any, ...]]:
        """The facts for metastases found so many days ago."""
        return self.facts.get(since) or self.facts.get(None) or {}


@dataclass(frozen=True)
class Dimension:
    """One fact: its values, the first of which is the plainest. `worse` pairs values by index: the second is the more dangerous."""

    name: str
    values: tuple[Value, ...]
    worse: tuple[tuple[int, int], ...] = ()

    def index(self, words: str) -> int:
        """The index of a value by its words. Raises `StopIteration` where there is none."""
        return next(i for i, value in enumerate(self.values) if value.words == words)

    def tagged(self, *tags: str) -> tuple[int, ...]:
        """The indexes of the values that carry one of these tags."""
        return tuple(i for i, value in enumerate(self.values) if value.tags.intersection(tags))

    def completions(self, index: int) -> tuple[int, ...]:
        """What an unknown value may turn out to be: the known values of its group."""
        unknown = self.values[index]
        return tuple(i for i, v in enumerate(self.values) if unknown.asks and v.asks is None and v.group == unknown.group)


def ago(days: int) -> PartialDate:
    """The day so many days before today."""
    return PartialDate.on(TODAY - timedelta(days=days))


def said(*values: str, days: int = 5) -> IntakeAnswer:
    """An answer of the intake questionnaire, given so many days ago."""
    return IntakeAnswer(values, ago(days), "QuestionnaireResponse/intake")


def always(**facts: Any) -> dict[int | None, dict[str, tuple[Any, ...]]]:
    """Facts that do not depend on when the metastases were found; a single fact may stand alone."""
    return {None: {name: fact if isinstance(fact, tuple) else (fact,) for name, fact in facts.items()}}


def tags(*words: str) -> frozenset[str]:
    """What a value means."""
    return frozenset(words)
