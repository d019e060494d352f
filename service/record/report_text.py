"""The report as a text table and for machines. Numbers are exact here: both are for those who run the service."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from service.record.figures import ENDS, Report, TopicFigures
from service.record.words import input_name, regimen_name


def as_records(report: Report) -> dict[str, Any]:
    """The report for machines."""
    sent, held_back = report.evaluated
    return {
        "since": report.period.since,
        "until": report.period.until,
        "made": report.made,
        "calls": {service: _by_end(ends) for service, ends in report.ends.items()},
        "concerned": {"live": sent, "shadow": held_back},
        "days": [{"day": day, **_by_end(ends)} for day, ends in sorted(report.days.items())],
        "topics": [_topic_record(report, topic) for topic in by_cards(report)],
        "not_repeated": report.set_aside,
        "latency_ms": {service: asdict(latency) for service, latency in report.latency.items()},
        "missing": dict(report.missing.most_common()),
        "problems": dict(report.problems.most_common()),
        "regimens": {"live": dict(report.regimens.most_common()), "shadow": dict(report.regimens_held_back.most_common())},
        "versions": [asdict(version) for version in report.versions.values()],
        "sites": dict(report.sites),
        "clients": dict(report.clients),
    }


def _topic_record(report: Report, topic: TopicFigures) -> dict[str, Any]:
    return {
        "topic": topic.topic,
        "cards": dict(topic.sent),
        "shadow_cards": dict(topic.held_back),
        "per_100_calls": report.rate(topic),
        "shadow_per_100_calls": report.rate(topic, shadow=True),
        "hidden": topic.hidden,
        "accepted": topic.accepted,
        "overridden": topic.overridden,
        "reasons": dict(topic.reasons),
    }


def by_cards(report: Report) -> list[TopicFigures]:
    """The topics, those with most cards first."""
    return sorted(report.topics.values(), key=lambda topic: (-topic.cards, -topic.overridden - topic.accepted, topic.topic))


def period_words(report: Report) -> str:
    """The period in words."""
    days = sorted(report.days)
    since = report.period.since or (days[0] if days else None)
    until = report.period.until or (days[-1] if days else None)
    if since and until:
        return f"{since} to {until}"
    return f"from {since}" if since else f"until {until}" if until else "all days"


def as_text(report: Report) -> str:
    """The report as tables."""
    if not report.calls and not report.topics:
        return f"No call is on record ({period_words(report)})."
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    sent, held_back = report.evaluated
    concerned = f"about our patients: {sent} answered, {held_back} evaluated in shadow mode"
    yield f"her2-cds, {period_words(report)} (UTC): {report.calls} calls; {concerned}"
    ends = [end for end in ENDS if any(counted[end] for counted in report.ends.values())]
    yield from _table("Calls", ["service", *ends], [[service, *(counted[end] for end in ends)] for service, counted in report.ends.items()])
    yield from _table(
        "Latency in ms",
        ["service", "calls", "p50", "p95", "p99", "> 500 ms"],
        [[service, one.calls, one.p50, one.p95, one.p99, one.late] for service, one in report.latency.items()],
    )
    yield from _table("Cards by topic", list(_TOPIC_COLUMNS), [_topic_row(report, topic) for topic in by_cards(report)])
    reasons = [[topic.topic, reason, count] for topic in by_cards(report) for reason, count in Counter(topic.reasons).most_common()]
    yield from _table("Why cards were overridden", ["topic", "reason", "times"], reasons)
    if report.set_aside:
        yield f"Not repeated, since the user had dealt with it: {report.set_aside}"
    yield from _table("Asked for on cards", ["input", "is", "calls"], [[i, input_name(i), n] for i, n in report.missing.most_common()])
    yield from _table("Data problems", ["problem", "calls"], report.problems.most_common())
    names = report.regimens + report.regimens_held_back
    regimens = [[regimen_name(name), report.regimens[name], report.regimens_held_back[name]] for name, _ in names.most_common()]
    yield from _table("Leading regimens", ["regimen", "live", "shadow"], regimens)
    versions = [[one.knowledge, one.profile, one.first, one.last, one.calls] for one in report.versions.values()]
    yield from _table("Knowledge", ["version", "profile", "first", "last", "calls"], versions)
    if len(report.sites) > 1:
        yield from _table("Sites", ["site", "calls"], report.sites.most_common())


_TOPIC_COLUMNS = ("topic", "cards", "per 100", "shadow", "per 100", "hidden", "accepted", "overridden", "override %")


def _topic_row(report: Report, topic: TopicFigures) -> list[object]:
    return [
        topic.topic,
        topic.sent.total(),
        one_decimal(report.rate(topic)),
        topic.held_back.total(),
        one_decimal(report.rate(topic, shadow=True)),
        topic.hidden,
        topic.accepted,
        topic.overridden,
        one_decimal(topic.override_rate),
    ]


def one_decimal(number: float | None) -> str:
    """A rate as it is printed; a dash where there is none."""
    return "-" if number is None else f"{number:.1f}"


def _by_end(ends: Mapping[str, int]) -> dict[str, int]:
    return {end: ends[end] for end in ENDS if ends.get(end)}


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """A table with its title; nothing without a row. Numbers stand at the right."""
    written = [[str(cell) for cell in row] for row in rows]
    if not written:
        return
    widths = [max(map(len, column)) for column in zip(columns, *written, strict=True)]
    yield ""
    yield title
    for row in (columns, *written):
        cells = [
            cell.ljust(width) if place == 0 else cell.rjust(width) for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  " + "  ".join(cells).rstrip()
