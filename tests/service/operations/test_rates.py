"""Calls per client and time: off by default, by verified issuer or address, shared by Redis where the site has one."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g

from service.app import create_app
from service.auth.gate import Client
from service.errors import SettingsError
from service.operations.rates import Rates, limit_rates
from service.settings import Settings, load_settings
from tests.outside.ports import free_port
from tests.outside.programs import path_of
from tests.service.checked_client import CALL, CheckedClient, issues, site
from tests.service.operations.numbers import number, read_numbers
from tests.stopwatch import Stopwatch, wait_for

#: A year as `limits` counts it, in seconds. Windows begin by the clock: as soon as one has ended, its calls count for less, so a test that
#: sees an hour end finds one call too many answered. Hours end often, years do not.
YEAR = 360 * 86_400


def statuses(client: CheckedClient, body: Any, calls: int, **arguments: Any) -> list[int]:
    return [client.call(body, **arguments).status_code for _ in range(calls)]


def test_by_default_nobody_is_counted(client: CheckedClient, second_line: dict[str, Any]):
    """An EHR calls as often as its clinicians open charts; a limit is the site's decision."""
    assert statuses(client, second_line, 30) == [200] * 30


def test_too_many_calls_are_429_with_the_time_to_wait(client_of: Callable[..., CheckedClient], second_line: dict[str, Any]):
    """The answer says after how many seconds to come back; pages and health are never counted."""
    client = client_of(rate="3/year")
    assert statuses(client, second_line, 3) == [200] * 3
    refused = client.call(second_line)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= YEAR
    assert issues(refused)[0]["code"] == "throttled"
    assert client.give_feedback({"feedback": []}).status_code == 429
    assert [client.get(page).status_code for page in ("/healthz", "/readyz", "/rules", "/metrics")] == [200] * 4
    assert number(read_numbers(client.get("/metrics").text), "her2cds_turned_away_total", reason="rate") >= 2


def test_a_network_of_ipv6_is_one_client(client_of: Callable[..., CheckedClient], second_line: dict[str, Any]):
    """A device may take any address of its network, so these are counted together; IPv4 in IPv6 is the address it stands for."""
    client = client_of(rate="2/year")

    def status(address: str) -> int:
        return client.call(second_line, environ_overrides={"REMOTE_ADDR": address}).status_code

    assert [status(f"2001:db8:0:1::{last}") for last in (1, 2, 3)] == [200, 200, 429]
    assert status("2001:db8:0:2::1") == 200
    assert [status(f"::ffff:192.0.2.{last}") for last in (1, 2, 3, 4)] == [200] * 4


def test_a_refusal_can_be_read_by_pages_and_preflights_are_not_counted(
    client_of: Callable[..., CheckedClient], second_line: dict[str, Any]
):
    """A browser learns that it called too often: the preflight goes through, and the 429 carries the CORS headers."""
    client = client_of(rate="1/year")
    preflight = {"Origin": "https://app.example.org", "Access-Control-Request-Method": "POST"}
    assert [client.open(CALL, method="OPTIONS", headers=preflight).status_code for _ in range(3)] == [200] * 3
    assert statuses(client, second_line, 1) == [200]
    refused = client.call(second_line, headers={"Origin": "https://app.example.org"})
    assert (refused.status_code, refused.headers["Access-Control-Allow-Origin"]) == (429, "*")
    assert client.open(CALL, method="OPTIONS", headers=preflight).status_code == 200


def test_after_the_time_it_named_a_client_is_answered_again(client_of: Callable[..., CheckedClient], second_line: dict[str, Any]):
    """`Retry-After` is kept."""
    client = client_of(rate="2/2 seconds")
    while (refused := client.call(second_line)).status_code == 200:
        pass
    time.sleep(int(refused.headers["Retry-After"]) + 0.5)
    assert client.call(second_line).status_code == 200


def test_one_client_does_not_use_up_what_is_another_ones(client_of: Callable[..., CheckedClient], second_line: dict[str, Any]):
    """Each address by itself."""
    client = client_of(rate="2/year")
    addresses = [{"REMOTE_ADDR": address} for address in ("192.0.2.1", "192.0.2.2")]
    for environ in addresses:
        assert statuses(client, second_line, 3, environ_overrides=environ) == [200, 200, 429]


def test_several_rates_hold_together(client_of: Callable[..., CheckedClient], second_line: dict[str, Any]):
    """A burst and a longer time can both be limited."""
    assert statuses(client_of(rate="2/year; 100/month"), second_line, 3) == [200, 200, 429]


def test_a_verified_client_is_known_by_its_issuer():
    """Behind one proxy all have one address; with a token each EHR is counted by itself, from wherever it calls."""
    app = Flask("test")
    told: list[str] = []

    @app.before_request
    def _authenticated() -> None:
        if told:
            g.client = Client(told[0])

    limit_rates(app, Settings(rate="1/year", _env_file=None))
    app.add_url_rule("/", "calls.call", lambda: "cards")
    app.register_error_handler(Exception, lambda error: (str(error), getattr(error, "status", 500)))
    ask = app.test_client().get
    told[:] = ["https://a.example.org"]
    assert [ask("/").status_code, ask("/", environ_overrides={"REMOTE_ADDR": "192.0.2.9"}).status_code] == [200, 429]
    told[:] = ["https://b.example.org"]
    assert ask("/").status_code == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RATE", "often"),
        ("RATE", "10/blink"),
        ("RATE_STORE", "memcached://x"),
        ("RATE_STORE", "redis:///7"),
        ("RATE_STORE", "redis://:word@h:x/0"),
        ("RATE_STORE", "redis://h/abc"),
        ("RATE_STORE", "redis://h/0/1"),
    ],
)
def test_faulty_rates_are_named_at_the_start(monkeypatch: pytest.MonkeyPatch, name: str, value: str):
    """The variable is named, its value is not repeated."""
    monkeypatch.setenv(f"HER2CDS_{name}", value)
    with pytest.raises(SettingsError, match=f"HER2CDS_{name}: should be") as raised:
        load_settings()
    assert value not in str(raised.value)


class Redis:
    """A Redis server of this machine on a port of its own."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [str(path_of("redis")), "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self._folder)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - found on the PATH
        wait_for(self._listens, "Redis did not start")

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture
def redis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Redis]:
    # A service gives it 50 ms, which a busy machine may need; these tests are about a Redis that answers, and one that is not there.
    monkeypatch.setattr("service.operations.rates._WAIT", 60)
    server = Redis(tmp_path)
    server.start()
    yield server
    server.stop()


def test_processes_that_share_redis_count_together(redis: Redis, second_line: dict[str, Any]):
    """Two services with one Redis: together they answer as often as one may be called."""
    one, other = (CheckedClient(create_app(site(rate="4/year", rate_store=redis.url)).test_client()) for _ in range(2))
    assert statuses(one, second_line, 2) + statuses(other, second_line, 2) == [200] * 4
    assert statuses(one, second_line, 1) + statuses(other, second_line, 1) == [429, 429]


def test_a_redis_that_dies_stops_no_call(redis: Redis, monkeypatch: pytest.MonkeyPatch):
    """Without it each process counts by itself, without waiting for it at each call; when it is back, it is asked again."""
    monkeypatch.setattr("service.operations.rates._PAUSE", 0.5)
    rates = Rates("3/year", redis.url)
    assert rates.wait_after("a") is None
    redis.stop()
    with Stopwatch() as watch:
        assert [rates.wait_after("a") is None for _ in range(4)] == [True, True, True, False]
    assert watch.seconds < 1
    redis.start()
    time.sleep(0.6)
    assert [rates.wait_after("a") is None for _ in range(4)] == [True, True, True, False]


def test_a_redis_that_was_never_there_stops_no_call(second_line: dict[str, Any]):
    """The service starts and answers without it."""
    client = CheckedClient(create_app(site(rate="2/year", rate_store=f"redis://127.0.0.1:{free_port()}")).test_client())
    assert statuses(client, second_line, 3) == [200, 200, 429]


def test_a_redis_that_hangs_costs_a_call_once():
    """One that takes the connection and is silent is left alone after the first call that waited for it."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        rates = Rates("10/hour", f"redis://127.0.0.1:{silent.getsockname()[1]}")
        with Stopwatch() as watch:
            assert [rates.wait_after("a") for _ in range(5)] == [None] * 5
        assert watch.seconds < 1
