"""`her2-cds report`: the figures are those of the calls, and the page tells them to everybody without telling of anybody."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import orjson
import pytest

from cards.override_reasons import OVERRIDE_REASONS
from guideline.knowledge_base import KNOWLEDGE
from service.cli import main
from service.record.charts import COLUMNS_HEIGHT, Row, columns_chart, rows_chart
from service.record.figures import Period, Report, make_report
from service.record.report_page import as_page
from service.store.database import Database, sqlite_url
from service.store.tables import DECISION
from tests.service.checked_client import CheckedClient
from tests.service.record.records import rows
from tests.service.test_feedback import entry

Clients = Callable[..., CheckedClient]


@pytest.fixture
def used(client_of: Clients, tmp_path: Path, request_of: Callable[[str], dict[str, Any]]) -> Counter[str]:
    """A store after a month of use: seven calls of one sample, three of another, and so on. The cards that were sent, by topic."""
    live, shadow = client_of(data=tmp_path), client_of(data=tmp_path, shadow=True)
    sent: Counter[str] = Counter()
    for number in range(10):
        body = request_of("second-line" if number < 7 else "lvef-hold")
        body["context"]["userId"] = f"Practitioner/{number}"
        answered = live.call(body).get_json()["cards"]
        sent.update(card["source"]["topic"]["code"] for card in answered)
        if number < 6:
            outcome = {"outcome": "accepted"} if number < 2 else {"overrideReason": {"reason": reason("unfit" if number < 5 else "other")}}
            live.give_feedback({"feedback": [entry(answered[0]["uuid"], **outcome)]})
    live.call(request_of("silent-on-treatment"))
    live.call(request_of("second-line") | {"prefetch": {}})
    live.call(b"{")
    for _ in range(5):
        shadow.call(request_of("pregnancy"))
    rows(live)
    rows(shadow)
    return sent


def reason(code: str) -> dict[str, str]:
    return {"system": OVERRIDE_REASONS.system, "code": code}


def report_of(folder: Path, period: Period | None = None) -> Report:
    database = Database(sqlite_url(folder))
    try:
        return make_report(database, period or Period())
    finally:
        database.close()


def test_the_figures_are_those_of_the_calls(used: Counter[str], tmp_path: Path):
    """Calls by how they ended, cards and rates by topic, feedback, latency, gaps, regimens, versions: as a reader would count them."""
    report = report_of(tmp_path)
    ends = {"cards": 10, "nothing to say": 1, "shadow, cards": 5, "prefetch-missing": 1, "refused": 1}
    assert report.ends == {"her2-patient-view": ends}
    assert (report.calls, report.evaluated) == (18, (11, 5))
    assert {topic: one.sent.total() for topic, one in report.topics.items() if one.sent} == used
    second = report.topics["SecondLineTreatment"]
    assert report.rate(second) == pytest.approx(100 * 7 / 11)
    assert (second.accepted, second.overridden, dict(second.reasons)) == (2, 4, {"unfit": 3, "other": 1})
    assert second.override_rate == pytest.approx(100 * 4 / 6)
    shadow = report.topics["Pregnancy"]
    assert (shadow.sent.total(), shadow.held_back.total(), report.rate(shadow, shadow=True)) == (0, 5, 100)
    latency = report.latency["her2-patient-view"]
    assert latency.calls == 18
    assert 0 < latency.p50 <= latency.p95 <= latency.p99
    assert report.problems["missing Patient"] == 1
    assert report.regimens["tdxd"] == 7
    assert [(one.knowledge, one.profile, one.calls) for one in report.versions.values()] == [(KNOWLEDGE.version, "guideline/US", 18)]


@pytest.mark.usefixtures("used")
def test_a_period_holds_its_days_alone(tmp_path: Path):
    """`--since` and `--until` are both included; what lies outside is not counted, feedback neither."""
    database = Database(sqlite_url(tmp_path))
    today = datetime.now(UTC).date()
    with database.writing() as connection:
        some = DECISION.c.outcome == "shadow"
        connection.execute(DECISION.update().values(moment=datetime.combine(today, datetime.min.time())))  # midnight may have passed
        connection.execute(DECISION.update().where(some).values(moment=datetime.combine(today - timedelta(9), datetime.max.time())))
    database.close()
    day = timedelta(1)
    assert report_of(tmp_path, Period(today, today)).calls == 13
    assert report_of(tmp_path, Period(today - 9 * day, today - 9 * day)).calls == 5
    assert report_of(tmp_path, Period(today - 8 * day, today - day)).calls == 0
    assert report_of(tmp_path, Period(until=today - day)).topics["Pregnancy"].held_back.total() == 5
    assert "SecondLineTreatment" not in report_of(tmp_path, Period(until=today - day)).topics
    assert report_of(tmp_path, Period(since=today - 9 * day)).calls == 18


@pytest.mark.usefixtures("used")
def test_one_of_several_sites(tmp_path: Path):
    """With a site's name, only its calls are counted."""
    database = Database(sqlite_url(tmp_path))
    with database.writing() as connection:
        connection.execute(DECISION.update().where(DECISION.c.outcome == "shadow").values(site="north"))
    assert make_report(database, Period(), site="north").calls == 5
    assert make_report(database, Period(), site="").calls == 13
    assert make_report(database, Period(), site="south").calls == 0
    database.close()


@pytest.fixture
def printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What `her2-cds report` prints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HER2CDS_DATA", str(tmp_path))

    def run(*options: str) -> str:
        capsys.readouterr()
        assert main(["report", *options]) == 0
        return capsys.readouterr().out

    return run


@pytest.mark.usefixtures("used")
def test_for_machines(printed: Callable[..., str]):
    """As JSON, with exact numbers."""
    found = orjson.loads(printed("--json"))
    assert found["calls"]["her2-patient-view"]["cards"] == 10
    (second,) = [topic for topic in found["topics"] if topic["topic"] == "SecondLineTreatment"]
    assert (second["cards"], second["accepted"], second["overridden"]) == ({"info": 7}, 2, 4)
    assert found["regimens"]["live"]["tdxd"] == 7


@pytest.mark.usefixtures("used")
def test_as_a_table(printed: Callable[..., str]):
    """As text: every number in its column."""
    lines = [line.split() for line in printed().splitlines()]
    assert ["SecondLineTreatment", "7", "63.6", "0", "0.0", "0", "2", "4", "66.7"] in lines
    assert ["Pregnancy", "0", "0.0", "5", "100.0", "0", "0", "0", "-"] in lines
    assert ["SecondLineTreatment", "unfit", "3"] in lines


#: Elements without an end.
EMPTY = {"meta", "rect", "line", "br"}


class Page(HTMLParser):
    """What a page consists of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.open: list[str] = []
        self.links: list[str] = []
        self.cells: list[str] = []
        self.figures: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "srcset", "xlink:href", "action"}]
        if tag not in EMPTY:
            self.open.append(tag)
        if tag == "svg":
            self.figures.append(dict(attrs).get("aria-label") or "")
        assert not any(name.startswith("on") for name, _ in attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in {"td", "th"}:
            self.cells.append(data)


@pytest.mark.usefixtures("used")
def test_the_page_stands_by_itself(printed: Callable[..., str], tmp_path: Path):
    """One file, well formed, that loads nothing and runs nothing; every chart says what it shows, and has tables beside it."""
    assert "report.html" in printed("--html", "report.html")
    text = (tmp_path / "report.html").read_text("utf-8")
    page = Page(text)
    assert page.open == []
    assert page.links == []
    assert page.tags["script"] == page.tags["link"] == page.tags["img"] == 0
    assert "url(" not in text
    assert "@import" not in text
    assert page.tags["svg"] >= 5
    assert all(page.figures)
    assert page.tags["table"] >= page.tags["section"] >= 6
    assert page.tags["caption"] == page.tags["table"]


@pytest.mark.usefixtures("used")
def test_small_counts_are_hidden(printed: Callable[..., str], tmp_path: Path):
    """On the page no count from one to four is printed or drawn, nor a rate made of one; `--exact` prints them."""
    database = Database(sqlite_url(tmp_path))
    with database.writing() as connection:
        connection.execute(DECISION.update().values(ms=20))  # a time of 4 ms is printed as such, and is no count
    database.close()
    printed("--html", "page.html")
    cells = Page((tmp_path / "page.html").read_text("utf-8")).cells
    assert "<5" in cells
    assert not {"1", "2", "3", "4"} & set(cells)
    assert "66.7" not in cells  # 4 of 6 overridden
    assert "63.6" in cells  # 7 of 11 calls
    printed("--html", "exact.html", "--exact")
    exact = Page((tmp_path / "exact.html").read_text("utf-8")).cells
    assert "<5" not in exact
    assert "66.7" in exact


@pytest.mark.usefixtures("used")
def test_the_page_of_long_periods(tmp_path: Path):
    """A quarter is drawn by days, a year by weeks, ten years by months: never more columns than can be seen."""
    for days, unit in ((0, "day"), (90, "day"), (400, "week"), (3650, "month")):
        database = Database(sqlite_url(tmp_path))
        with database.writing() as connection:
            old = datetime.now(UTC).replace(tzinfo=None) - timedelta(days)
            connection.execute(DECISION.update().where(DECISION.c.outcome == "shadow").values(moment=old))
        database.close()
        page = as_page(report_of(tmp_path), "guideline/US")
        assert f"Calls by {unit} and how they ended" in page
        first = page[page.index("<svg") : page.index("</svg>")]
        assert len(re.findall("<g>", first)) <= 125


def test_nothing_to_report(tmp_path: Path, printed: Callable[..., str]):
    """Before the first call, and before the first start, every form says that there is nothing, and no store is made."""
    assert "No call is on record" in printed()
    assert orjson.loads(printed("--json"))["calls"] == {}
    printed("--html", "page.html")
    assert "No call of this period is on record" in (tmp_path / "page.html").read_text("utf-8")
    assert not list(tmp_path.glob("*.sqlite"))


@pytest.mark.parametrize(
    ("options", "period"),
    [
        ((), "all days"),
        (("--since", "2026-11-01"), "from 2026-11-01"),
        (("--until", "2026-11-30"), "until 2026-11-30"),
        (("--since", "2026-11-01", "--until", "2026-11-30"), "2026-11-01 to 2026-11-30"),
    ],
)
def test_a_period_without_calls_is_named_as_it_was_asked_for(printed: Callable[..., str], options: tuple[str, ...], period: str):
    """Nothing since a day is not nothing at all."""
    assert printed(*options) == f"No call is on record ({period}).\n"


def test_a_period_that_ends_before_it_begins(capsys: pytest.CaptureFixture[str]):
    """It is a mistake of whoever typed it, and no report without a call."""
    assert main(["report", "--since", "2026-11-30", "--until", "2026-11-01"]) == 1
    assert capsys.readouterr().err == "her2-cds: --since 2026-11-30 is after --until 2026-11-01\n"


def test_a_page_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """One line, status 1."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HER2CDS_DATA", str(tmp_path))
    assert main(["report", "--html", "no/such/folder.html"]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_bars_keep_to_their_chart():
    """Bars are as long as their numbers say, stand on the same line, and never leave the chart."""
    chart = rows_chart(
        "x", [Row("a", {"info": 30, "warning": 10}, "40"), Row("b", {"info": 0}, "0"), Row("c", {"warning": 20}, "20")], KINDS
    )
    first, second, third = chart.bars
    assert first.parts[0].width == 3 * first.parts[1].width
    assert first.parts[1].x == first.parts[0].x + first.parts[0].width
    assert second.parts == ()
    assert third.parts[0].width * 2 == first.parts[0].width + first.parts[1].width
    assert all(part.x + part.width <= chart.width for bar in chart.bars for part in bar.parts)


@pytest.mark.parametrize("most", [0, 1, 3, 7, 99, 12345])
def test_columns_keep_to_their_chart(most: int):
    """Columns end below the highest mark, marks are round numbers, and a chart of nothing is empty."""
    chart = columns_chart("x", [Row(str(n), {"info": n}, "") for n in (most, most // 2)], KINDS)
    tops = [part.y for bar in chart.bars for part in bar.parts]
    assert all(0 <= top <= COLUMNS_HEIGHT for top in tops)
    assert [mark.at for mark in chart.marks] == sorted((mark.at for mark in chart.marks), reverse=True)
    assert 1 <= len(chart.marks) <= 7
    assert float(chart.marks[-1].label) >= most
    assert all(float(mark.label).is_integer() for mark in chart.marks)


KINDS = {"info": "information", "warning": "warning"}
