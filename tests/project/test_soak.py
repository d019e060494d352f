"""The soak sends what it says, excuses no more than it must, and tells what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from threading import Event

import pytest

from service.app import create_app
from soak.callers import Seen
from soak.figures import MOST_GROWTH, Memory, Outcome, lines
from soak.plan import DISTURBED, FOUND_AGAIN, GROWN, LEAST_MINUTES, LOOK, RESPAWNED, WARM, Excuses, plan
from soak.traffic import Message, Traffic
from tests.service.checked_client import site

#: The HTTP server gives up when a worker dies sooner after its start than this, in seconds.
SHORTEST_LIFE = 5.5


def messages(count: int) -> Iterator[Message]:
    traffic = Traffic(fhir_port=9, seed=5)
    return (traffic.next() for _ in range(count))


def test_each_message_is_answered_as_it_says(tmp_path):
    """Good calls, feedback and every kind of bad request get the statuses that the soak counts as right; nothing is a 5xx."""
    client = create_app(site(data=tmp_path, fhir_hosts="http://127.0.0.1:9")).test_client()
    seen = Counter()
    for message in messages(400):
        if message.cut_after is None:
            with client.open(message.path, method=message.method, data=message.body, headers=message.headers) as answer:
                assert answer.status_code in message.right, (message.kind, answer.text[:300])
            seen[message.kind] += 1
    assert {"call", "call as gzip", "call that fetches", "large call", "feedback", "page", "a bomb", "no JSON", "deep"} <= seen.keys()


def test_workers_are_warmed_up_with_what_takes_most_memory():
    """Half of the messages are large charts or bombs until the warm-up is over: a short run too compares workers of full size."""
    warm = Event()
    traffic = Traffic(fhir_port=9, seed=5, warm=warm)

    def kinds() -> Counter[str]:
        return Counter(traffic.next().kind for _ in range(1000))

    assert (at_first := kinds())["large call"] > 300
    assert at_first["a bomb"] > 60
    warm.set()
    assert (later := kinds())["large call"] < 60
    assert later["a bomb"] < 30


@pytest.mark.parametrize("minutes", [LEAST_MINUTES, 10])
def test_the_plan_leaves_workers_alive_and_memory_alone(minutes: float):
    """Everything happens, in order; kills keep apart from each other and from the reload; all workers are new before the first look."""
    seconds = 60 * minutes
    steps = plan(seconds)
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    assert {step.what for step in steps} == {"disturb the store", "mend the store", "kill a worker", "reload"}
    kills = [step.at for step in steps if step.what == "kill a worker"]
    (reload,) = (step.at for step in steps if step.what == "reload")
    # A reload takes each worker's start, a pause and the end of its predecessor.
    assert kills[0] - reload > 2 * SHORTEST_LIFE + SHORTEST_LIFE / 2
    assert all(later - earlier > 2 * SHORTEST_LIFE for earlier, later in pairwise(kills))
    assert WARM * seconds - reload > GROWN
    assert max(step.at for step in steps) < (1 - LOOK) * seconds
    assert len(kills) >= 3


def test_excuses_end():
    """Feedback may be refused while the store is down and until it must be found again, connections may break after a kill, no more."""
    now = [0.0]
    excuses = Excuses(lambda: now[0])
    assert (excuses.store_down(), excuses.worker_down()) == (False, False)
    excuses.after("disturb the store")
    now[0] += 10 * DISTURBED
    assert excuses.store_down()
    excuses.after("mend the store")
    now[0] += FOUND_AGAIN - 0.1
    assert excuses.store_down()
    now[0] += 0.2
    assert not excuses.store_down()
    excuses.after("reload")
    assert not excuses.worker_down()
    excuses.after("kill a worker")
    assert (excuses.store_down(), excuses.worker_down()) == (False, True)
    now[0] += RESPAWNED + 0.1
    assert not excuses.worker_down()


def test_memory_is_compared_of_workers_that_lived_through_it():
    """The least of a look, of those workers that are in all of its samples."""
    memory = Memory()
    for at, sizes in ((0.1, {1: 50.0}), (0.4, {1: 100.0, 2: 80.0}), (0.42, {1: 300.0, 3: 80.0}), (0.44, {1: 110.0, 3: 80.0})):
        memory.add(at, sizes)
    assert memory.between(0.35, 0.45) == {1: 100.0}
    assert memory.between(0.8, 0.9) == {}


def outcome(**changes) -> Outcome:
    good = {"seconds": 60.0, "seen": [Seen()], "warm": {1: 100.0}, "end": {1: 104.0}, "lost": set(), "failures": [], "status": 0}
    return Outcome(**(good | changes))


def test_what_is_wrong_is_told():
    """Each fault has its line, a good run has none."""
    assert list(outcome().wrong()) == []
    faults = {
        "grew by": {"end": {1: 100 * (1 + MOST_GROWTH) + 1}},
        "no worker lived": {"end": {2: 100.0}},
        "not in the store": {"lost": {("card", datetime(2026, 11, 20))}},  # noqa: DTZ001 - as the store keeps it
        "faults of our own": {"failures": ['{"event":"failure"}']},
        "status 1": {"status": 1},
        "call: 500": {"seen": [Seen(wrong=["call: 500 instead of 200"])]},
    }
    for word, change in faults.items():
        (told,) = outcome(**change).wrong()
        assert word in told


def test_the_figures_are_told():
    """Requests by kind with statuses and times, what was cut off and refused, memory before and after."""
    seen = Seen(Counter({("call", 200): 2, ("feedback", 503): 1}), {"call": [1.0, 3.0], "feedback": [2.0]}, cut_off=4, refused_feedback=1)
    told = "\n".join(lines(outcome(seen=[seen])))
    assert "3 requests in 60 s" in told
    assert "2 x 200" in told
    assert "1 x 503" in told
    assert "cut off by killed workers: 4" in told
    assert "0 accepted, 1 refused with 503" in told
    assert "100.0 MB after the warm-up, 104.0 MB in the end (+4.0%)" in told
