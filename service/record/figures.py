"""What a committee looks at before go-live and every month after, counted from the decision record and the feedback."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import orjson
from sqlalchemy import select

from cards.override_reasons import OVERRIDE_REASONS
from cards.topics import TOPICS
from service.store.database import Database
from service.store.report import OTHER_CARDS, TopicReport, feedback_report
from service.store.tables import DECISION

#: Calls that got an answer, sent or held back.
EVALUATED = ("answered", "shadow")

#: How a call can end, in the order in which it is listed.
ENDS = (
    "cards",
    "nothing to say",
    "not concerned",
    "outside",
    "shadow, cards",
    "shadow, nothing to say",
    "prefetch-missing",
    "refused",
    "failed",
)

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Period:
    """The days of a report, in UTC, both included; `None`: from the beginning, to now."""

    since: date | None = None
    until: date | None = None

    def holds(self, column: Any) -> list[Any]:
        """The conditions that a column with moments lies within."""
        conditions = []
        if self.since is not None:
            conditions.append(column >= datetime.combine(self.since, time()))
        if self.until is not None:
            conditions.append(column < datetime.combine(self.until + timedelta(1), time()))
        return conditions


@dataclass(slots=True)
class TopicFigures:
    """One topic: cards by urgency, sent and held back; what became of them; findings that got no card, and why."""

    topic: str
    sent: Counter[str] = field(default_factory=Counter)
    held_back: Counter[str] = field(default_factory=Counter)
    hidden: int = 0
    accepted: int = 0
    overridden: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def display(self) -> str:
        """The topic as clinicians read it."""
        return TOPICS[self.topic].display if self.topic in TOPICS else self.topic

    @property
    def cards(self) -> int:
        """All cards, sent or held back."""
        return self.sent.total() + self.held_back.total()

    @property
    def override_rate(self) -> float | None:
        """Of the cards that clinicians dealt with, the share that they overrode, in percent."""
        dealt_with = self.accepted + self.overridden
        return 100 * self.overridden / dealt_with if dealt_with else None


@dataclass(frozen=True, slots=True)
class Latency:
    """How long calls of one service took, in milliseconds; `late` counts those above half a second."""

    calls: int
    p50: float
    p95: float
    p99: float
    late: int


@dataclass(slots=True)
class Version:
    """One version of the knowledge as one practice: when it was in use, and for how many calls."""

    knowledge: str
    profile: str
    first: date
    last: date
    calls: int = 0


@dataclass(slots=True)
class Report:
    """The figures of one period. `ends` counts calls by service and how they ended; `days` by day and end."""

    period: Period
    made: datetime
    ends: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    days: dict[date, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    topics: dict[str, TopicFigures] = field(default_factory=dict)
    latency: dict[str, Latency] = field(default_factory=dict)
    missing: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    regimens: Counter[str] = field(default_factory=Counter)
    regimens_held_back: Counter[str] = field(default_factory=Counter)
    versions: dict[tuple[str, str], Version] = field(default_factory=dict)
    sites: Counter[str] = field(default_factory=Counter)
    clients: Counter[str] = field(default_factory=Counter)
    set_aside: int = 0

    @property
    def calls(self) -> int:
        """All calls of the period."""
        return sum(ends.total() for ends in self.ends.values())

    @property
    def evaluated(self) -> tuple[int, int]:
        """The calls that concerned us and were answered, and those that were evaluated in shadow mode."""
        total = Counter[str]()
        for ends in self.ends.values():
            total += ends
        return total["cards"] + total["nothing to say"], total["shadow, cards"] + total["shadow, nothing to say"]

    def of_topic(self, topic: str) -> TopicFigures:
        """The figures of a topic."""
        return self.topics.setdefault(topic, TopicFigures(topic))

    def rate(self, topic: TopicFigures, *, shadow: bool = False) -> float | None:
        """Cards of a topic per hundred calls that concerned us; `None` where there was no such call."""
        calls = self.evaluated[shadow]
        cards = topic.held_back.total() if shadow else topic.sent.total()
        return 100 * cards / calls if calls else None


def make_report(database: Database, period: Period, *, site: str | None = None) -> Report:
    """Count. With a `site` only calls of that one; feedback knows no sites and is of all. Raises `StoreUnavailable`."""
    report = Report(period, datetime.now(UTC).replace(microsecond=0))
    if not database.exists():
        return report
    taken: dict[str, array[float]] = defaultdict(lambda: array("f"))
    kept = DECISION.c
    columns = (kept.moment, kept.site, kept.service, kept.client, kept.outcome, kept.ms, kept.knowledge, kept.profile, kept.resources)
    wanted = select(*columns, kept.regimen, kept.set_aside, kept.cards, kept.findings, kept.problems).where(*period.holds(kept.moment))
    if site is not None:
        wanted = wanted.where(kept.site == site)
    with database.surveying() as connection:
        for row in connection.execution_options(yield_per=_AT_ONCE).execute(wanted):
            taken[row.service].append(row.ms)
            _count(report, row)
    report.latency = {service: _latency(times) for service, times in sorted(taken.items())}
    for heard in feedback_report(database, OVERRIDE_REASONS.system, period.since, period.until):
        _count_feedback(report, heard)
    return report


def _count(report: Report, row: Any) -> None:
    cards = orjson.loads(row.cards)
    end, day = _end(row, len(cards)), row.moment.date()
    report.ends[row.service][end] += 1
    report.days[day][end] += 1
    report.sites[row.site] += 1
    report.clients[row.client] += 1
    report.set_aside += row.set_aside
    shadow = row.outcome == "shadow"
    for card in cards:
        topic = report.of_topic(card["topic"])
        (topic.held_back if shadow else topic.sent)[card["indicator"]] += 1
    report.missing.update({gap for card in cards for gap in card.get("missing", ())})
    for topic, indicator in orjson.loads(row.findings):
        if indicator == "hidden":
            report.of_topic(topic).hidden += 1
    # How many calls had such a problem, not how many resources: one chart of a thousand broken ones is one chart.
    report.problems.update(orjson.loads(row.problems).keys())
    if row.regimen:
        (report.regimens_held_back if shadow else report.regimens)[row.regimen] += 1
    version = report.versions.setdefault((row.knowledge, row.profile), Version(row.knowledge, row.profile, day, day))
    version.first, version.last = min(version.first, day), max(version.last, day)
    version.calls += 1


def _end(row: Any, cards: int) -> str:
    if row.outcome not in EVALUATED:
        return str(row.outcome)
    if not row.resources and not cards:
        return "not concerned"
    end = "cards" if cards else "nothing to say"
    return f"shadow, {end}" if row.outcome == "shadow" else end


def _count_feedback(report: Report, heard: TopicReport) -> None:
    if heard.topic == OTHER_CARDS or not heard.accepted + heard.overridden:
        return
    topic = report.of_topic(heard.topic)
    topic.accepted, topic.overridden, topic.reasons = heard.accepted, heard.overridden, dict(heard.reasons)


def _latency(times: Sequence[float]) -> Latency:
    ordered = sorted(times)

    def quantile(share: float) -> float:
        return round(ordered[min(int(len(ordered) * share), len(ordered) - 1)], 2)

    return Latency(len(ordered), quantile(0.5), quantile(0.95), quantile(0.99), sum(ms > 500 for ms in ordered))
