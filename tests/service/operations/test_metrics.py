"""What `/metrics` says, and whom it tells."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from itertools import pairwise
from timeit import repeat
from typing import Any

import pytest

import service.evaluation
from service.operations import counting, series
from service.operations.counts import Board, Counts
from tests.service.checked_client import CheckedClient
from tests.service.operations.numbers import Numbers, grown, number, read_numbers

VIEW = "her2-patient-view"


def numbers_of(client: CheckedClient) -> Numbers:
    return read_numbers(client.get("/metrics").text)


@pytest.fixture
def growth(client: CheckedClient) -> Callable[[], Numbers]:
    """What was counted since the test began. The numbers are of the process, so other tests have counted before."""
    before = numbers_of(client)
    return lambda: grown(before, numbers_of(client))


def test_a_call_with_cards_is_counted_with_its_cards_and_its_prefetch(
    client: CheckedClient, second_line: dict[str, Any], growth: Callable[[], Numbers]
):
    """One call: its outcome, its time, each card by topic and urgency, each prefetch key by what it held."""
    cards = client.call(second_line).get_json()["cards"]
    counted = growth()
    assert number(counted, "her2cds_calls_total", service=VIEW, outcome="cards") == 1
    assert number(counted, "her2cds_call_seconds_count", service=VIEW) == 1
    assert number(counted, "her2cds_call_seconds_bucket", service=VIEW, le="+Inf") == 1
    assert 0 < number(counted, "her2cds_call_seconds_sum", service=VIEW) < 30
    for card in cards:
        assert number(counted, "her2cds_cards_total", topic=card["source"]["topic"]["code"], indicator=card["indicator"]) >= 1
    assert number(counted, "her2cds_prefetch_keys_total", key="patient", state="data") == 1
    states = [value for (name, _), value in counted.items() if name == "her2cds_prefetch_keys_total"]
    assert sum(states) == len(series.PREFETCH)


def test_nothing_to_say_and_each_way_to_fail_are_told_apart(
    client: CheckedClient, request_of: Callable[[str], dict[str, Any]], growth: Callable[[], Numbers], monkeypatch: pytest.MonkeyPatch
):
    """An alert must never take silence for failure: `nothing` is an outcome of its own, errors count by their status."""
    assert client.call(request_of("silent-on-treatment")).get_json()["cards"] == []
    client.call(b"{")
    client.call(request_of("second-line") | {"prefetch": {}})

    def broken(*_: Any) -> None:
        raise ValueError

    monkeypatch.setattr(service.evaluation, "advise", broken)
    client.call(request_of("second-line"))
    counted = growth()
    for outcome in ("nothing", "400", "412", "500"):
        assert number(counted, "her2cds_calls_total", service=VIEW, outcome=outcome) == 1


def test_prefetch_states_are_counted_also_when_they_are_the_reason_of_an_error(
    client: CheckedClient, second_line: dict[str, Any], growth: Callable[[], Numbers]
):
    """A client that stopped sending Observations is seen in the metrics, key by key; keys of its own count together."""
    prefetch = {"patient": second_line["prefetch"]["patient"], "conditions": None, "procedures": {"resourceType": "OperationOutcome"}}
    assert client.call(second_line | {"prefetch": prefetch | {"theirs": {"no": "resource"}}}).status_code == 412
    counted = growth()
    for key, state in {"patient": "data", "conditions": "null", "procedures": "failed", "other": "garbage", "allergies": "absent"}.items():
        assert number(counted, "her2cds_prefetch_keys_total", key=key, state=state) == 1


def test_other_requests_feedback_and_dropped_resources_are_counted(
    client: CheckedClient, second_line: dict[str, Any], growth: Callable[[], Numbers]
):
    """A resource of another patient, feedback nobody understands, a page that is not there: each has its number."""
    second_line["prefetch"]["other"] = {"resourceType": "Condition", "id": "x", "subject": {"reference": "Patient/somebody-else"}}
    client.call(second_line)
    client.give_feedback({"feedback": "none"})
    client.get("/nowhere")
    counted = growth()
    assert number(counted, "her2cds_data_problems_total", kind="other-patient") == 1
    assert number(counted, "her2cds_feedback_total", service=VIEW, status="400") == 1
    assert number(counted, "her2cds_other_requests_total", status="4xx") == 1


def test_no_label_takes_a_word_of_the_caller(client: CheckedClient, second_line: dict[str, Any], growth: Callable[[], Numbers]):
    """Whatever a caller names a service, a key or a reason, the page has the same lines as before; it counts as `other`."""
    second_line["prefetch"]["MARKED"] = None
    client.call(second_line)
    client.call(second_line, path="/cds-services/MARKED")
    counting.count_auth_failure("MARKED")
    counting.count_lost("MARKED")
    page = client.get("/metrics").text
    assert "MARKED" not in page
    counted = growth()
    assert number(counted, "her2cds_calls_total", service="other", outcome="404") == 1
    assert number(counted, "her2cds_prefetch_keys_total", key="other", state="null") == 1
    assert number(counted, "her2cds_auth_failures_total", reason="other") == 1
    assert number(counted, "her2cds_lost_total", kind="other") == 1
    assert all(len(values) <= 64 for one in series.ALL for labels in one.places for values in labels)


def test_the_page_names_release_knowledge_and_store(client: CheckedClient):
    """A dashboard sees which knowledge answers, and how the store is found."""
    page = client.get("/metrics").text
    assert 'knowledge="' in page
    assert 'profile="guideline/US"' in page
    assert number(read_numbers(page), "her2cds_store_workers", state="open") == 1
    assert 'her2cds_calls_total{outcome="429",service="her2-order-sign"} ' in page, "series are there before their first event"


def test_openmetrics_is_spoken_to_who_asks_for_it(client: CheckedClient):
    """Newer scrapers get OpenMetrics; all others the text format."""
    response = client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert response.mimetype == "application/openmetrics-text"
    assert response.text.endswith("# EOF\n")
    assert client.get("/metrics").mimetype == "text/plain"


@pytest.mark.parametrize(
    ("settings", "served"),
    [
        ({}, True),
        ({"metrics": False}, False),
        ({"host": "192.0.2.1", "open": True}, False),
        ({"host": "192.0.2.1", "open": True, "metrics": True}, True),
        ({"host": "192.0.2.1", "open": True, "metrics": ""}, False),
    ],
)
def test_beyond_loopback_metrics_are_served_only_when_told(client_of: Callable[..., CheckedClient], settings: dict[str, Any], served: bool):
    """How busy a clinic is is nobody's business by default; 404 as for any page that is not there."""
    assert client_of(**settings).get("/metrics").status_code == (200 if served else 404)


def test_no_two_numbers_share_a_place():
    """The places of all series are disjoint and fill the row."""
    assert series.ALL[0].places[next(iter(series.ALL[0].places))] == 0
    for one, following in pairwise(series.ALL):
        assert min(following.places.values()) == one.end
    assert max(series.ALL[-1].places.values()) + series.ALL[-1].width == series.WIDTH
    assert len({one.name for one in series.ALL}) == len(series.ALL)


def worker(board: Board, calls: int, hold: Any = None) -> None:
    counts = Counts()
    counts.add(series.CALLS, VIEW, "cards", amount=1000)  # the warm-up
    assert counts.join(board)
    for _ in range(calls):
        counts.add(series.CALLS, VIEW, "cards")
    counts.put(series.STORE, "open", number=1)
    if hold is not None:
        hold.wait()


@pytest.mark.parametrize(("method", "followers"), [("fork", (7, 11, 13, 17, 19, 23, 29)), ("spawn", (7,))])
def test_the_numbers_of_all_workers_are_added_up_and_those_of_the_dead_are_kept(method: str, followers: tuple[int, ...]):
    """A worker that ends takes nothing away from a counter, and its successor counts on; what held only while it lived is gone."""
    context: Any = multiprocessing.get_context(method)
    board = Board(2, context)  # six rows
    hold = context.Event()
    living = context.Process(target=worker, args=(board, 5, hold))
    living.start()
    for calls in followers:
        passing = context.Process(target=worker, args=(board, calls))
        passing.start()
        passing.join(300)
        assert passing.exitcode == 0
    hold.set()
    living.join(300)
    total = board.total()
    assert total[series.CALLS.place((VIEW, "cards"))] == 5 + sum(followers)
    assert total[series.STORE.place(("open",))] == 0


def test_a_worker_without_a_free_row_is_told():
    """More living processes than rows: the one too many learns it, and disturbs nobody's numbers."""
    board = Board(0)
    held = [multiprocessing.get_context("fork").Process(target=worker, args=(board, 1, multiprocessing.Event())) for _ in range(4)]
    for process in held:
        process.start()
    try:
        deadline = multiprocessing.Event()
        while sum(owner != 0 for owner in board._owners) < 4:
            deadline.wait(0.05)
        assert not Counts().join(board)
    finally:
        for process in held:
            process.kill()
            process.join()


def test_counting_stays_cheap():
    """A call counts some twenty-five numbers; together they must not be felt. The bound is generous, machines are busy."""
    counts = Counts()
    counts.join(Board(1))
    best = min(repeat(lambda: counts.add(series.CARDS, "Her2Low", "info"), number=2000, repeat=20)) / 2000
    assert best < 10e-6


def test_a_worker_that_died_while_it_took_its_row_holds_nobody_up(monkeypatch: pytest.MonkeyPatch):
    """The next one does without a row after a while, says so, and serves."""
    monkeypatch.setattr("service.operations.counts._PATIENCE", 0.1)
    board = Board(1)
    board._lock.acquire()
    counts = Counts()
    assert not counts.join(board)
    counts.add(series.CALLS, VIEW, "cards")
    assert counts.total()[series.CALLS.place((VIEW, "cards"))] == 1
