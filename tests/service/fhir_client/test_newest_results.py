"""Where reading on is needless because the newest results have come, and where that is not known."""

from __future__ import annotations

import pytest

from service.cds_hooks.registry import PATIENT_VIEW
from service.fhir_client.deadline import Deadline
from service.fhir_client.origins import read_allowed_hosts
from service.fhir_client.search import Progress, Search, run
from service.fhir_client.transport import Allowance, Transport
from tests.service.fhir_client.chart_server import Chart, Json
from tests.service.fhir_client.hostile_server import serving
from tests.service.fhir_client.loopback_only import only_loopback  # noqa: F401 - a fixture

HAEMOGLOBIN, HEART_RATE, WEIGHT, PREGNANCY = "718-7", "8867-4", "29463-7", "82810-3"


def results(code: str, count: int, patient: str = "1", first: int = 0) -> list[Json]:
    """Results of one kind, one a day, newest first."""
    return [
        {
            "resourceType": "Observation",
            "id": f"{patient}-{code}-{number}",
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
            "subject": {"reference": f"Patient/{patient}"},
            "effectiveDateTime": f"20{25 - number // 300}-{12 - number % 300 // 25:02d}-{25 - number % 25:02d}",
        }
        for number in range(first, first + count)
    ]


def read(key: str, chart: Chart) -> tuple[Progress, int]:
    """What came of the search of a key, and how many requests it took."""
    with serving(chart) as server:
        query = PATIENT_VIEW.prefetch[key].replace("{{context.patientId}}", "1")
        progress = Progress(Search(key, f"{server.base}/{query}"))
        transport = Transport(read_allowed_hosts(server.origin, ""))
        run(progress, transport, token=None, deadline=Deadline(20), allowance=Allowance())
        transport.close()
        return progress, len(server.requests)


def ids(progress: Progress) -> set[str | None]:
    assert progress.reading is not None
    return {entry.resource.id for entry in progress.reading.entries if entry.resource is not None}


def test_older_pages_of_newest_results_are_not_read():
    """Sixty results in order answer the query for sixty: one request, and nothing is called missing."""
    progress, requests = read("labs", Chart(tuple(results(HAEMOGLOBIN, 200))))
    assert requests == 1
    assert progress.reading is not None
    assert progress.reading.keys["labs"].next_page is None


NOT_THE_NEWEST = {
    "other kinds of result before them": (Chart((*results(HEART_RATE, 70), *results(HAEMOGLOBIN, 3)), ignores=frozenset({"code"})), 3),
    "another patient's among them": (
        Chart(
            (*results(HAEMOGLOBIN, 1), *results(HAEMOGLOBIN, 70, "2", first=1), *results(HAEMOGLOBIN, 2, first=72)),
            ignores=frozenset({"patient"}),
        ),
        3,
    ),
    "the oldest first": (Chart(tuple(reversed(results(HAEMOGLOBIN, 70)))), 70),
}


@pytest.mark.parametrize(("chart", "wanted"), NOT_THE_NEWEST.values(), ids=NOT_THE_NEWEST)
def test_a_server_that_searches_in_its_own_way_is_read_to_the_end(chart: Chart, wanted: int):
    """Sixty results of another kind, of others or of long ago are not the newest results of this patient."""
    progress, _ = read("labs", chart)
    assert len({found for found in ids(progress) if str(found).startswith(f"1-{HAEMOGLOBIN}-")}) == wanted


def test_a_pregnancy_behind_many_weights():
    """Daily weights do not hide a pregnancy that is weeks older."""
    progress, _ = read("body", Chart((*results(WEIGHT, 90), *results(PREGNANCY, 1, first=100))))
    assert f"1-{PREGNANCY}-100" in ids(progress)
