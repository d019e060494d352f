"""docs/metrics.md tells of every metric and every event of the log, and of none that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

from service.operations import series
from tests.service.checked_client import CheckedClient

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "metrics.md").read_text()
ROWS = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in PAGE.splitlines() if row.startswith("| ")]


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_metric_has_its_row():
    """Name, kind and labels of each metric are as the table says, in the order of the labels."""
    told = {quoted(row[0])[0]: (row[1], tuple(quoted(row[2]))) for row in ROWS if row[0].startswith("`her2cds_") and len(row) == 4}
    assert told.pop("her2cds_info")[0] == "info"
    real = {one.name + ("_total" if one.kind == "counter" else ""): (one.kind, one.labels) for one in series.ALL}
    assert told == real


def test_alerts_are_about_metrics_and_values_that_exist(client: CheckedClient):
    """Each expression names metrics of the page, and a label value that a metric can have."""
    expressions = [quoted(row[0])[0] for row in ROWS if ("(" in row[0] and "her2cds_" in row[0]) or "{" in row[0]]
    assert len(expressions) >= 10
    page = client.get("/metrics").text
    for expression in expressions:
        for name, selector in re.findall(r"(her2cds_\w+)(?:\{(.*?)\})?", expression):
            lines = [line for line in page.splitlines() if re.match(rf"{name}[{{ ]", line)]
            assert lines, name
            for label, operator, wanted in re.findall(r'(\w+)(=~|!~|=)"(.*?)"', selector):
                values = {found for line in lines for found in re.findall(rf'{label}="(.*?)"', line)}
                pattern = wanted.replace(r"\|", "|")
                matching = {value for value in values if re.fullmatch(pattern, value)}
                assert matching, (expression, label)
                assert operator != "=~" or all(any(re.fullmatch(one, value) for value in values) for one in pattern.split("|"))


def test_every_event_of_the_log_has_its_row():
    """What `log()` is called with anywhere in the service stands in the table of events."""
    told = {event for row in ROWS if len(row) == 3 and row[1].startswith(("info", "warning", "error")) for event in quoted(row[0])}
    sources = [file.read_text() for file in (ROOT / "service").rglob("*.py")]
    said = {event for source in sources for event in re.findall(r'log\(\)\.(?:info|warning|error)\(\s*"([\w-]+)"', source)}
    assert told == said | {"server"}


def test_every_field_of_a_request_has_its_row():
    """What the log line of a request may hold is told."""
    source = (ROOT / "service" / "request_log.py").read_text()
    fields = set(re.findall(r'noted\["(\w+)"\]', source)) | {"service", "resources", "cards", "trace", "client", "tenant", "reason"}
    fields |= set(re.findall(r'noted \|= \{"(\w+)"', source))
    fields |= {"id", "method", "route", "status", "ms", "site"}
    table = PAGE.partition("| field of `request` |")[2].partition("\n\n")[0]
    told = {name for row in table.splitlines()[2:] for name in quoted(row.split("|")[1])}
    assert told == fields
