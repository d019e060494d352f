"""`her2-cds feedback report`: what clinicians made of the cards, topic by topic."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select

from service.store.database import Database
from service.store.tables import FEEDBACK, SHOWN

#: How feedback on cards that are not ours is listed.
OTHER_CARDS = "(other cards)"

#: How overrides that name no coded reason are listed.
IN_WORDS, WITHOUT_REASON = "in words only", "no reason given"


@dataclass(slots=True)
class TopicReport:
    """One topic: how often its cards were sent, accepted and overridden, and the reasons, each as `code` or `system|code`."""

    topic: str
    shown: int = 0
    accepted: int = 0
    overridden: int = 0
    reasons: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def feedback_report(database: Database, own_system: str, since: date | None = None, until: date | None = None) -> list[TopicReport]:
    """Every topic of which something is known, by how often it was shown. Reasons of `own_system` are named by their code alone.

    `since` and `until`, both included, limit what was shown and what was heard of to these days. Empty where there is no store yet.
    Raises `StoreUnavailable`.
    """
    if not database.exists():
        return []
    reports: dict[str, TopicReport] = {}

    def of(topic: str) -> TopicReport:
        return reports.setdefault(topic or OTHER_CARDS, TopicReport(topic or OTHER_CARDS))

    kept = FEEDBACK.c
    kinds = (kept.topic, kept.outcome, kept.reason_system, kept.reason_code, kept.commented)
    first, after = since or date.min, until + timedelta(1) if until is not None else date.max
    shown = select(SHOWN.c.topic, func.sum(SHOWN.c.count)).where(SHOWN.c.day >= first, SHOWN.c.day < after)
    heard = select(*kinds, func.count()).where(kept.received_at >= _midnight(first), kept.received_at < _midnight(after))
    with database.surveying() as connection:
        for topic, count in connection.execute(shown.group_by(SHOWN.c.topic)):
            of(topic).shown = int(count)
        for topic, outcome, system, code, commented, count in connection.execute(heard.group_by(*kinds)):
            report = of(topic)
            if outcome == "accepted":
                report.accepted += count
            else:
                report.overridden += count
                report.reasons[_reason(system, code, own_system, commented=commented)] += count
    return sorted(reports.values(), key=lambda report: (report.topic == OTHER_CARDS, -report.shown, report.topic))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def as_records(reports: list[TopicReport]) -> list[dict[str, Any]]:
    """The report for machines."""
    return [
        {
            "topic": report.topic,
            "shown": report.shown,
            "accepted": report.accepted,
            "overridden": report.overridden,
            "reasons": dict(_by_count(report)),
        }
        for report in reports
    ]


def as_text(reports: list[TopicReport]) -> str:
    """The report as a table, the reasons below their topic."""
    if not reports:
        return "Nothing was shown or reported yet."
    width = max(len(report.topic) for report in reports)
    lines = [f"{'topic':<{width}}  {'shown':>7}  {'accepted':>8}  {'overridden':>10}"]
    for report in reports:
        lines.append(f"{report.topic:<{width}}  {report.shown:>7}  {report.accepted:>8}  {report.overridden:>10}")
        lines += [f"{'':<{width}}  {'':>7}  {'':>8}  {count:>10}  {reason}" for reason, count in _by_count(report)]
    return "\n".join(lines)


def _by_count(report: TopicReport) -> list[tuple[str, int]]:
    return sorted(report.reasons.items(), key=lambda reason: (-reason[1], reason[0]))


def _reason(system: str, code: str, own_system: str, *, commented: bool) -> str:
    if not code:
        return IN_WORDS if commented else WITHOUT_REASON
    return code if system in {own_system, ""} else f"{system}|{code}"
