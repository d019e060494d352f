"""Two replicas on one PostgreSQL behind nginx are one service to whoever calls it."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
import requests
from sqlalchemy import select

from service.samples import request_body
from service.store.database import Database
from service.store.salt import kept_salt
from service.store.tables import FEEDBACK
from tests.deploy.behind_nginx import CONFIGURATION, Stack, session_from
from tests.outside.programs import needs, path_of
from tests.service.auth.signing import BASE, bearer, key_files, signed
from tests.service.checked_client import CALL, TODAY
from tests.service.test_feedback import entry, kept_as
from tests.service.test_server import Running
from tests.service.test_store_postgresql import Server
from tests.stopwatch import wait_for

pytestmark = needs("nginx", "postgresql")

PATH = f"/her2{CALL}"


def body_of(user: str = "1") -> dict[str, Any]:
    """The request of one clinician about a patient with a treatment card."""
    body = request_body("second-line", TODAY)
    return body | {"context": body["context"] | {"userId": f"Practitioner/{user}"}}


def cards(answer: requests.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["cards"]
    return found


def test_a_card_acknowledged_through_one_replica_is_quiet_through_the_other(two: Stack):
    """What a clinician tells one replica is known to the other at the next call; a colleague is still told."""
    one, other = (replica.url for replica in two.replicas)
    shown = cards(requests.post(f"{one}{PATH}", json=body_of("acknowledging"), timeout=120))
    overridden = {"feedback": [entry(shown[0]["uuid"], overrideReason={"reason": shown[0]["overrideReasons"][0]})]}
    assert requests.post(f"{one}{PATH}/feedback", json=overridden, timeout=120).status_code == 200
    for place in (other, one):
        left = cards(requests.post(f"{place}{PATH}", json=body_of("acknowledging"), timeout=120))
        assert shown[0]["uuid"] not in [card["uuid"] for card in left]
    assert len(cards(requests.post(f"{other}{PATH}", json=body_of("colleague"), timeout=120))) == len(shown)


def test_both_replicas_answer_and_alike(two: Stack):
    """Calls are spread over both, and the cards have the same uuids whoever answers."""
    client = two.nginx.session()
    answers = [client.post(two.nginx.url + PATH, json=body_of(), timeout=120) for _ in range(12)]
    assert len({orjson.dumps(cards(answer)) for answer in answers}) == 1
    lines = [json.loads(line) for line in two.nginx.log.splitlines() if '"method":"POST"' in line]
    assert len({line["replica"] for line in lines[-12:]}) == 2


def test_links_lead_back_through_nginx_under_the_path(two: Stack):
    """The style sheet of a page is found at the address that the page names."""
    client = two.nginx.session()
    page = client.get(f"{two.nginx.url}/her2/rules", timeout=120)
    assert 'href="/her2/static/page.css"' in page.text
    assert client.get(f"{two.nginx.url}/her2/static/page.css", timeout=120).headers["Content-Type"].startswith("text/css")


def test_large_and_compressed_bodies_arrive_whole(two: Stack):
    """A chart of several megabytes, plain and as gzip: the same cards as of the small one it was made from."""
    small = body_of()
    padding = {
        "resource": {
            "resourceType": "Observation",
            "id": "padding",
            "status": "final",
            "code": {"text": "x" * 6_000_000},
            "subject": {"reference": f"Patient/{small['context']['patientId']}"},
        }
    }
    large = json.loads(json.dumps(small))
    bundle = next(value for value in large["prefetch"].values() if isinstance(value, dict) and value.get("resourceType") == "Bundle")
    bundle.setdefault("entry", []).append(padding)
    raw = json.dumps(large).encode()
    client = two.nginx.session()
    json_type = {"Content-Type": "application/json"}
    expected = [card["uuid"] for card in cards(client.post(two.nginx.url + PATH, json=small, timeout=120))]
    plain = client.post(two.nginx.url + PATH, data=raw, headers=json_type, timeout=120)
    packed = client.post(two.nginx.url + PATH, data=gzip.compress(raw), headers=json_type | {"Content-Encoding": "gzip"}, timeout=120)
    assert [card["uuid"] for card in cards(plain)] == [card["uuid"] for card in cards(packed)] == expected


def test_answers_are_compressed_for_who_takes_them(two: Stack):
    """Cards and pages as gzip on request, and never without."""
    client = two.nginx.session()
    for packed in (True, False):
        headers = {"Accept-Encoding": "gzip" if packed else "identity"}
        for answer in (
            client.post(two.nginx.url + PATH, json=body_of(), headers=headers, timeout=120),
            client.get(f"{two.nginx.url}/her2/rules", headers=headers, timeout=120),
        ):
            assert (answer.headers.get("Content-Encoding") == "gzip") is packed
            assert "Accept-Encoding" in answer.headers["Vary"]


def test_a_body_beyond_the_limit_is_refused_by_nginx_in_our_words(two: Stack):
    """413 as an OperationOutcome with the security headers, and the replicas never see it."""
    before = [(replica.folder / "err").stat().st_size for replica in two.replicas]
    answer = two.nginx.session().post(two.nginx.url + PATH, data=b" " * (16 * 1024 * 1024 + 1), timeout=120)
    assert answer.status_code == 413
    assert answer.json()["issue"][0]["code"] == "too-long"
    assert_secured(answer)
    assert [(replica.folder / "err").stat().st_size for replica in two.replicas] == before


def test_metrics_are_not_served_to_the_outside(two: Stack):
    """They are there for whoever reaches a replica, and not through nginx."""
    assert requests.get(f"{two.replicas[0].url}/her2/metrics", timeout=120).status_code == 200
    answer = two.nginx.session().get(f"{two.nginx.url}/her2/metrics", timeout=120)
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (404, "not-found")
    assert_secured(answer)


def test_nginx_says_no_version_and_logs_nothing_that_a_caller_wrote(two: Stack):
    """Its `Server` header is a name alone; its log has statuses and times, and of the address not a letter."""
    answer = two.nginx.session().get(f"{two.nginx.url}/her2/MARKED?patient=MARKED", headers={"Referer": "MARKED"}, timeout=120)
    assert answer.status_code == 404
    assert answer.headers["Server"] == "nginx"
    assert "MARKED" not in two.nginx.log


def test_the_files_of_compose_are_what_nginx_takes(two: Stack, tmp_path: Path):
    """As they are, with a certificate in another place: nginx finds no fault with them."""
    certificates = two.nginx.authority.parent
    shutil.copytree(CONFIGURATION, tmp_path / "nginx")
    listen = tmp_path / "nginx" / "listen.conf"
    listen.write_text(listen.read_text().replace("/run/secrets", str(certificates)))
    command = [path_of("nginx"), "-t", "-p", f"{tmp_path}/", "-c", tmp_path / "nginx" / "nginx.conf"]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603 - our own arguments
    assert told.returncode == 0, told.stderr
    assert "warn" not in told.stderr


def test_without_tls_nobody_is_answered(two: Stack):
    """Plain HTTP at the TLS port gets no answer of the service."""
    plain = requests.get(two.nginx.url.replace("https", "http") + "/her2/rules", timeout=120)
    assert plain.status_code == 400
    assert "R001" not in plain.text


def assert_secured(answer: requests.Response) -> None:
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("number", "how"), [(0, signal.SIGKILL), (1, signal.SIGTERM)], ids=["killed", "stopped"])
def test_a_replica_that_ends_costs_no_caller_an_answer(two: Stack, number: int, how: signal.Signals):
    """Under load a replica is killed or stopped and started again: every call gets its cards, all feedback given is kept."""
    done = Event()
    answers: list[tuple[int, int]] = []

    def call_on(user: int) -> None:
        client = two.nginx.session()
        while not done.is_set():
            answer = client.post(two.nginx.url + PATH, json=body_of(f"load-{user}"), timeout=120)
            given = client.post(
                f"{two.nginx.url}{PATH}/feedback", json={"feedback": [entry(f"{user}-{len(answers)}-{how.name}")]}, timeout=20
            )
            answers.append((answer.status_code, given.status_code))

    def goes_on(number: int) -> None:
        before = len(answers)
        wait_for(lambda: len(answers) >= before + number)

    with ThreadPoolExecutor(4) as callers:
        calling = [callers.submit(call_on, user) for user in range(4)]
        try:
            goes_on(12)
            process = two.replicas[number].process
            (os.killpg if how is signal.SIGKILL else os.kill)(process.pid, how)
            process.wait(120)
            two.replace(number)
            done.wait(2.5)  # until nginx asks it again
            goes_on(12)
        finally:
            done.set()
        for caller in calling:
            caller.result(120)
    assert set(answers) == {(200, 200)}, [line for line in two.nginx.log.splitlines() if "503" in line]


def store_of(replica: Running) -> str:
    state: str = requests.get(f"{replica.url}/readyz", timeout=120).json()["store"]
    return state


def test_postgresql_killed_under_load_loses_no_cards_and_no_accepted_feedback(two: Stack, server: Server):
    """While the database is away every call gets its cards and feedback is refused with 503; what was accepted is in it afterwards."""
    done = Event()
    answers: list[tuple[int, int, UUID]] = []

    def call_on(user: int) -> None:
        client = two.nginx.session()
        while not done.is_set():
            answer = client.post(two.nginx.url + PATH, json=body_of(f"store-{user}"), timeout=120)
            card = uuid4()
            given = client.post(f"{two.nginx.url}{PATH}/feedback", json={"feedback": [entry(str(card))]}, timeout=120)
            answers.append((answer.status_code if cards(answer) else 0, given.status_code, card))

    def told(status: int, times: int) -> None:
        before = len(answers)
        wait_for(lambda: sum(given == status for _, given, _ in answers[before:]) >= times)

    with ThreadPoolExecutor(4) as callers:
        calling = [callers.submit(call_on, user) for user in range(4)]
        try:
            told(200, 5)
            server.stop()
            told(503, 5)
            server.start()
            wait_for(
                lambda: all(requests.get(f"{replica.url}/readyz", timeout=120).json()["store"] == "reachable" for replica in two.replicas)
            )
            told(200, 5)
        finally:
            done.set()
        for caller in calling:
            caller.result(120)
    assert {called for called, _, _ in answers} == {200}
    assert {given for _, given, _ in answers} == {200, 503}
    database = Database(server.url)
    accepted = kept_as((str(card) for _, given, card in answers if given == 200), kept_salt(database))
    with database.reading() as connection:
        kept = {row.card for row in connection.execute(select(FEEDBACK.c.card))}
    database.close()
    assert len(accepted) > 8
    assert accepted <= kept
    assert two.nginx.session().post(f"{two.nginx.url}{PATH}/feedback", json={"feedback": [entry("9")]}, timeout=120).status_code == 200


def test_with_no_replica_left_the_caller_is_told_so_in_our_words(stack_of: Callable[..., Stack]):
    """503 with `Retry-After` as an OperationOutcome, and cards again as soon as one is back."""
    stack = stack_of(1)
    os.killpg(stack.replicas[0].process.pid, signal.SIGKILL)
    stack.replicas[0].process.wait(120)
    client = stack.nginx.session()
    answer = client.post(stack.nginx.url + CALL, json=body_of(), timeout=120)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.json()["issue"][0]["code"] == "transient"
    assert_secured(answer)
    stack.replace(0)
    assert cards(client.post(stack.nginx.url + CALL, json=body_of(), timeout=120))


def test_a_token_used_at_one_replica_is_refused_by_the_other(server: Server, stack_of: Callable[..., Stack], tmp_path: Path):
    """A client's token counts once, whichever replica sees it: directly and through nginx."""
    stack = stack_of(2, DATABASE_URL=server.url, AUTH="required", PUBLIC_URL=BASE, JWT_ISSUERS=key_files(tmp_path))
    one, other = (replica.url + PATH for replica in stack.replicas)
    client = stack.nginx.session()
    for first, second in ((one, other), (other, one), (one, stack.nginx.url + PATH), (stack.nginx.url + PATH, other)):
        token = bearer(signed())
        assert client.post(first, json=body_of(), headers=token, timeout=120).status_code == 200
        assert client.post(second, json=body_of(), headers=token, timeout=120).status_code == 401
    assert client.post(stack.nginx.url + PATH, json=body_of(), timeout=120).status_code == 401


def test_who_calls_is_told_apart_behind_nginx_and_nobody_can_pretend(stack_of: Callable[..., Stack]):
    """Calls are counted by the address that nginx saw. What a caller writes into `X-Forwarded-For` is believed of nobody else."""
    stack = stack_of(1, RATE="2/year")
    body = body_of()

    def statuses(place: str, address: str) -> list[int]:
        client = stack.nginx.session(address) if place == stack.nginx.url else session_from(address)
        lies = ({"X-Forwarded-For": f"203.0.113.{number}", "Forwarded": f"for=203.0.113.{number}"} for number in range(3))
        return [client.post(place + CALL, json=body, headers=headers, timeout=120).status_code for headers in lies]

    for address in ("127.0.0.5", "127.0.0.6"):
        assert statuses(stack.nginx.url, address) == [200, 200, 429]
    assert statuses(stack.replicas[0].url, "127.0.0.7") == [200, 200, 429]
