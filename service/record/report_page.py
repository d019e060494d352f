"""The report as one page of HTML with charts: nothing is loaded, no script runs, and it can be printed, filed and sent on.

Whoever it is sent to need not know a single patient's visit, so a count below five is printed as "<5", and what could be calculated from it
is left out. Two reports of overlapping periods may still be subtracted from each other: this keeps glances off, not a statistician.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from guideline.knowledge_base import KNOWLEDGE
from service.record.charts import Chart, Row, columns_chart, rows_chart
from service.record.days import ENDS_DRAWN, by_time
from service.record.figures import ENDS, Report, TopicFigures
from service.record.report_text import by_cards, one_decimal, period_words
from service.record.words import input_name, regimen_name

#: The least count that is printed.
LEAST: Final = 5

_INDICATORS: Final = {"critical": "critical", "warning": "warning", "info": "information"}


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the page: numbers stand at the right, the first column names the row."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: what it is about, a sentence on how to read it, its charts and its tables."""

    title: str
    note: str
    charts: tuple[Chart, ...]
    tables: tuple[Table, ...]


def as_page(report: Report, profile: str, *, exact: bool = False) -> str:
    """The report as HTML. `exact`: counts below five are printed too."""
    environment = Environment(
        loader=PackageLoader("service", "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("report.html").render(
        style=files("service").joinpath("static/page.css").read_text("utf-8"),
        period=period_words(report),
        made=f"{report.made:%Y-%m-%d %H:%M} UTC",
        release=version("her2-cds"),
        knowledge=KNOWLEDGE,
        profile=profile,
        least=None if exact else LEAST,
        tiles=_tiles(report, _Counts(exact=exact)),
        sections=[section for section in _sections(report, _Counts(exact=exact)) if section.tables],
    )


class _Counts:
    """How counts are printed."""

    def __init__(self, *, exact: bool) -> None:
        self._least = 1 if exact else LEAST

    def hides(self, *numbers: int) -> bool:
        """Whether one of some counts is too small to be told."""
        return any(0 < number < self._least for number in numbers)

    def words(self, number: int) -> str:
        """A count as it is printed."""
        return f"<{self._least}" if self.hides(number) else f"{number:,}"

    def bar(self, number: int) -> int:
        """A count as it is drawn: not at all where it is hidden."""
        return 0 if self.hides(number) else number

    def rate(self, rate: float | None, *counts: int) -> str:
        """A rate as it is printed: not where one of the counts behind it is hidden."""
        return "–" if rate is None or self.hides(*counts) else one_decimal(rate)


def _tiles(report: Report, counts: _Counts) -> list[tuple[str, str]]:
    live, shadow = report.evaluated
    sent = sum(topic.sent.total() for topic in report.topics.values())
    held_back = sum(topic.held_back.total() for topic in report.topics.values())
    accepted = sum(topic.accepted for topic in report.topics.values())
    overridden = sum(topic.overridden for topic in report.topics.values())
    rate = 100 * overridden / (accepted + overridden) if accepted + overridden else None
    tiles = [
        (counts.words(report.calls), "calls"),
        (counts.words(live), "answered, about our patients"),
        (counts.words(sent), "cards sent"),
    ]
    if shadow:
        tiles += [(counts.words(shadow), "evaluated in shadow mode"), (counts.words(held_back), "cards held back")]
    return [*tiles, (f"{counts.rate(rate, accepted, overridden)} %", "of answered cards overridden")]


def _sections(report: Report, counts: _Counts) -> Iterable[Section]:
    yield _calls(report, counts)
    yield _topics(report, counts)
    yield _feedback(report, counts)
    yield _latency(report, counts)
    yield _gaps(report, counts)
    yield _regimens(report, counts)
    yield _knowledge(report, counts)


def _calls(report: Report, counts: _Counts) -> Section:
    grouped, unit = by_time(report.days)
    columns = [
        Row(str(day), {kind: counts.bar(number) for kind, number in kinds.items()}, f"{day}: {counts.words(kinds.total())} calls")
        for day, kinds in grouped.items()
    ]
    chart = columns_chart(f"Calls by {unit} and how they ended. The table has the totals.", columns, ENDS_DRAWN)
    ends = [end for end in ENDS if any(counted[end] for counted in report.ends.values())]
    rows = tuple((service, *(counts.words(counted[end]) for end in ends)) for service, counted in report.ends.items())
    note = (
        "Not concerned: orders of other drugs, of which nothing was read. Outside: users to whom the site shows no cards. "
        "Prefetch-missing, refused, failed: error answers, no advice."
    )
    return Section("Calls", note, (chart,) if columns else (), _table("Calls by service and how they ended", ("service", *ends), rows))


def _topics(report: Report, counts: _Counts) -> Section:
    live, shadow = report.evaluated
    topics = [topic for topic in by_cards(report) if topic.cards or topic.hidden]
    charts = []
    for calls, of, title in ((live, _sent, "sent"), (shadow, _held_back, "held back in shadow mode")):
        rows = [
            Row(
                topic.display, {kind: 100 * counts.bar(of(topic)[kind]) / calls for kind in _INDICATORS}, _per_100(of(topic), calls, counts)
            )
            for topic in topics
            if calls and of(topic)
        ]
        if rows:
            charts.append(rows_chart(f"Cards {title} per 100 calls, by topic and urgency.", rows, _INDICATORS))
    columns = ("topic", "cards", "critical", "warning", "information", "per 100 calls", "shadow cards", "shadow per 100", "hidden")
    table = tuple(
        (
            topic.display,
            counts.words(topic.sent.total()),
            *(counts.words(topic.sent[kind]) for kind in _INDICATORS),
            counts.rate(report.rate(topic), topic.sent.total(), live),
            counts.words(topic.held_back.total()),
            counts.rate(report.rate(topic, shadow=True), topic.held_back.total(), shadow),
            counts.words(topic.hidden),
        )
        for topic in topics
    )
    note = "Per 100 calls that were about our patients. Hidden: found, but the topic is off at the site or for the user's role."
    if report.set_aside:
        note += f" Not repeated, since the user had dealt with it before: {counts.words(report.set_aside)}."
    return Section("How often each topic fires", note, tuple(charts), _table("Cards by topic", columns, table))


def _sent(topic: TopicFigures) -> Counter[str]:
    return topic.sent


def _held_back(topic: TopicFigures) -> Counter[str]:
    return topic.held_back


def _per_100(cards: Counter[str], calls: int, counts: _Counts) -> str:
    return counts.rate(100 * cards.total() / calls, cards.total(), calls)


def _feedback(report: Report, counts: _Counts) -> Section:
    topics = [topic for topic in by_cards(report) if topic.accepted or topic.overridden]
    kinds = {"accepted": "accepted", "overridden": "overridden"}
    rows = [
        Row(
            topic.display,
            {"accepted": counts.bar(topic.accepted), "overridden": counts.bar(topic.overridden)},
            _percent_overridden(topic, counts),
        )
        for topic in topics
    ]
    outcomes = tuple(
        (
            topic.display,
            counts.words(topic.sent.total()),
            counts.words(topic.accepted),
            counts.words(topic.overridden),
            counts.rate(topic.override_rate, topic.accepted, topic.overridden),
        )
        for topic in topics
    )
    reasons = tuple(
        (topic.display, reason, counts.words(number)) for topic in topics for reason, number in Counter(topic.reasons).most_common()
    )
    tables = (
        *_table("Feedback by topic", ("topic", "cards sent", "accepted", "overridden", "override rate in %"), outcomes),
        *_table("Why cards were overridden", ("topic", "reason", "times"), reasons),
    )
    note = "Of the cards on which clinicians acted; most are read and left alone. What was heard of in this period, whenever it was shown."
    return Section("What clinicians made of the cards", note, (rows_chart("Feedback by topic.", rows, kinds),) if rows else (), tables)


def _percent_overridden(topic: TopicFigures, counts: _Counts) -> str:
    return "" if counts.hides(topic.accepted, topic.overridden) else f"{one_decimal(topic.override_rate)} % overridden"


def _latency(report: Report, counts: _Counts) -> Section:
    measured = [(service, one) for service, one in report.latency.items() if not counts.hides(one.calls)]
    rows = [
        Row(f"{service}, {name}", {"time": number}, f"{number:g} ms")
        for service, one in measured
        for name, number in (("median", one.p50), ("95 %", one.p95), ("99 %", one.p99))
    ]
    chart = rows_chart("Time to answer, by service: median, and what 95 and 99 of 100 calls stay under.", rows, {"time": "milliseconds"})
    table = tuple(
        (service, counts.words(one.calls), f"{one.p50:g}", f"{one.p95:g}", f"{one.p99:g}", counts.words(one.late))
        for service, one in measured
    )
    columns = ("service", "calls", "median", "95 %", "99 %", "over 500 ms")
    note = "Within the service, in milliseconds; CDS Hooks expects an answer within 500."
    return Section("How fast", note, (chart,) if rows else (), _table("Time to answer in ms", columns, table))


def _gaps(report: Report, counts: _Counts) -> Section:
    missing = report.missing.most_common()
    chart = rows_chart(
        "Calls on whose cards an input was asked for.",
        [Row(input_name(code), {"gap": counts.bar(number)}, counts.words(number)) for code, number in missing],
        {"gap": "calls"},
    )
    asked = tuple((f"{input_name(code)} ({code})", counts.words(number)) for code, number in missing)
    problems = tuple((name, counts.words(number)) for name, number in report.problems.most_common())
    tables = (*_table("Inputs that advice waited for", ("input", "calls"), asked), *_table("Data problems", ("problem", "calls"), problems))
    note = "What the record did not say, and what it said in a way that could not be used. Both are for the data team."
    return Section("Gaps in the data", note, (chart,) if missing else (), tables)


def _regimens(report: Report, counts: _Counts) -> Section:
    together = report.regimens + report.regimens_held_back
    rows = tuple(
        (regimen_name(name), counts.words(report.regimens[name]), counts.words(report.regimens_held_back[name]))
        for name, _ in together.most_common()
    )
    chart = rows_chart(
        "Calls by leading regimen.",
        [
            Row(
                regimen_name(name),
                {"cards": counts.bar(report.regimens[name]), "shadow": counts.bar(report.regimens_held_back[name])},
                counts.words(number),
            )
            for name, number in together.most_common()
        ],
        {"cards": "sent", "shadow": "shadow mode"},
    )
    note = "Which regimen led the treatment card. One patient's chart may be opened many times."
    return Section("Leading regimens", note, (chart,) if rows else (), _table("Leading regimens", ("regimen", "sent", "shadow"), rows))


def _knowledge(report: Report, counts: _Counts) -> Section:
    rows = tuple((one.knowledge, one.profile, str(one.first), str(one.last), counts.words(one.calls)) for one in report.versions.values())
    tables = [*_table("Versions of the knowledge in use", ("version", "profile", "first day", "last day", "calls"), rows)]
    for title, counted in (("Sites", report.sites), ("Clients", report.clients)):
        named = tuple((name or "not named", counts.words(number)) for name, number in counted.most_common())
        tables += _table(title, (title.lower(), "calls"), named if len(named) > 1 or any(counted) else ())
    return Section(
        "Knowledge, sites and clients",
        "A change of version is a change of advice: compare the periods before and after.",
        (),
        tuple(tables),
    )


def _table(caption: str, columns: tuple[str, ...], rows: tuple[tuple[Any, ...], ...]) -> tuple[Table, ...]:
    return (Table(caption, columns, rows),) if rows else ()
