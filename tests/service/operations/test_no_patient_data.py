"""Marked data on every way into the service, faults included: nothing of it is in the log, in an error answer, or in the metrics.

The mark stands for names, ids, dates, free text, tokens, paths, headers: whatever a client, a FHIR server or a browser is free to write.
"""

from __future__ import annotations

import base64
import gzip
import re
import socket
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import Any

import orjson
import pytest
import requests
from werkzeug.test import TestResponse

from service.app import create_app
from service.cds_hooks.registry import SERVICES
from service.samples import order_names, order_request_body, request_body
from tests.outside.ports import free_port
from tests.service.auth.signing import BASE, STRANGER, claims, header, key_files, signed
from tests.service.checked_client import CALL, TODAY, CheckedClient, site
from tests.service.fhir_client.hostile_server import Behaviour, Piece, Request, answer, serving
from tests.service.fhir_client.loopback_only import only_loopback  # noqa: F401 - a fixture
from tests.service.operations.test_tracing import exported  # noqa: F401 - a fixture
from tests.service.test_logs import BAD_PLACES, MARK, marked
from tests.service.test_server import start, wait_until_ready

pytestmark = pytest.mark.usefixtures("_logging")

#: What stands for dates and for measured values, where no word can: a day and a number that nothing else has. Fewer digits than these stand
#: by chance in the id of a request, or behind the point of the seconds in the metrics.
DAY, NUMBER = "1907-03-29", 9812736540721.25

#: The marks in the forms in which a library might write them: hexadecimal, and what is left of one in base64, by where it begins.
FORMS = {
    MARK.encode().hex(),
    *(base64.b64encode(b" " * shift + MARK.encode() + b"   ").decode()[4:10] for shift in range(3)),
    DAY,
    "Mar 1907",
    str(int(NUMBER)),
}


def assert_clean(text: str, where: str) -> None:
    assert MARK.casefold() not in text.casefold(), where
    for form in FORMS:
        assert form not in text, f"{form} in {where}"


@pytest.mark.parametrize("before", range(3))
@pytest.mark.parametrize(
    "form", [bytes.decode, bytes.hex, lambda text: base64.b64encode(text).decode(), lambda text: text.decode().title()]
)
def test_the_mark_would_be_found(form: Callable[[bytes], str], before: int):
    """In plain text of any case, hexadecimal and base64, wherever it stands."""
    with pytest.raises(AssertionError):
        assert_clean(form(b"x" * before + MARK.encode() + b" and more"), "a test")


class Watched:
    """A client that keeps every error answer, and at the end compares all output with the mark."""

    def __init__(self, capture: pytest.CaptureFixture[str], **settings: Any) -> None:
        self.client = CheckedClient(create_app(site(**settings)).test_client())
        self._capture = capture
        self.statuses: list[int] = []

    def saw(self, response: TestResponse) -> TestResponse:
        self.statuses.append(response.status_code)
        if response.status_code >= 400:
            assert_clean(response.text, "an error answer")
            assert_clean(str(response.headers), "the headers of an error answer")
        return response

    def call(self, body: Any, **arguments: Any) -> TestResponse:
        return self.saw(self.client.call(body, **arguments))

    def finish(self) -> list[dict[str, Any]]:
        """The lines of the log, which hold no mark, as the metrics do not."""
        assert_clean(self.client.get("/metrics").text, "the metrics")
        printed = self._capture.readouterr()
        assert_clean(printed.out, "standard output")
        assert_clean(printed.err, "the log")
        lines = [orjson.loads(line) for line in printed.err.splitlines()]
        assert sum(line["event"] == "request" for line in lines) == len(self.statuses) + 1
        return lines


@pytest.fixture
def watched(capfd: pytest.CaptureFixture[str]) -> Callable[..., Watched]:
    return lambda **settings: Watched(capfd, **settings)


def requests_of_all_services() -> Iterator[tuple[str, dict[str, Any]]]:
    yield "her2-patient-view", request_body("second-line", TODAY)
    by_hook = {service.hook: service.id for service in SERVICES.values()}
    for name in order_names():
        body = order_request_body(name, TODAY)
        yield by_hook[body["hook"]], body


def test_every_text_of_every_service(watched: Callable[..., Watched]):
    """Requests of all hooks with a mark in each text; and the same cut off, packed, and sent to the wrong service."""
    watch = watched()
    for own, body in requests_of_all_services():
        raw = orjson.dumps(marked(body))
        for target in SERVICES:
            watch.call(raw, path=f"/cds-services/{target}")
        watch.call(raw[: len(raw) // 2], path=f"/cds-services/{own}")
        watch.call(gzip.compress(raw), path=f"/cds-services/{own}", headers={"Content-Encoding": "gzip"})
        watch.call(gzip.compress(raw)[:-9], path=f"/cds-services/{own}", headers={"Content-Encoding": "gzip"})
        watch.call(raw, path=f"/cds-services/{own}", headers={"Content-Encoding": MARK})
    for body in BAD_PLACES.values():
        watch.call(body)
    watch.finish()
    assert {200, 400, 415} <= set(watch.statuses)


@pytest.mark.parametrize("place", ["Patient", "Condition", "Observation", "MedicationRequest", "Procedure"])
def test_every_member_of_a_resource_with_the_wrong_type(watched: Callable[..., Watched], place: str, second_line: dict[str, Any]):
    """Each member of each kind of resource replaced by marked text, a list of it, and an object of it."""
    watch = watched()
    of_kind = [one for value in second_line["prefetch"].values() for one in resources_of(value) if one["resourceType"] == place]
    assert of_kind
    for member, wrong in product(of_kind[0], (MARK, [MARK], {MARK: MARK})):
        broken = of_kind[0] | {member: wrong}
        watch.call(second_line | {"prefetch": second_line["prefetch"] | {"broken": broken}})
    watch.finish()


def leaves(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every text, number and truth value of a document, with its path."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if members is None:
        yield above, value
    else:
        for key, member in members:
            yield from leaves(member, (*above, key))


def with_mark(document: Any, path: tuple[Any, ...], mark: Any) -> bytes:
    changed = orjson.loads(orjson.dumps(document))
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = mark
    return orjson.dumps(changed)


def marks_for(value: Any) -> Iterable[Any]:
    if not isinstance(value, str):
        return (NUMBER, MARK)
    return (DAY, MARK) if re.match(r"\d{4}-\d\d", value) else (MARK, f"{value}-{MARK}")


@pytest.mark.parametrize("sample", ["patient-view", "order-sign"])
def test_every_single_place_of_a_request(watched: Callable[..., Watched], sample: str):
    """Codes, systems, units, dates, numbers, types: each kind of place gets a mark by itself, so that all the rest is read as ever."""
    body = request_body("second-line", TODAY) if sample == "patient-view" else order_request_body("order-doxorubicin", TODAY)
    service = next(one.id for one in SERVICES.values() if one.hook == body["hook"])
    kinds = {tuple(step for step in path if isinstance(step, str)): (path, value) for path, value in leaves(body)}
    assert len(kinds) > 150
    watch = watched()
    client = watch.client.unchecked
    for path, value in kinds.values():
        for mark in marks_for(value):
            watch.saw(client.post(f"/cds-services/{service}", data=with_mark(body, path, mark), content_type="application/json"))
    watch.finish()
    assert watch.statuses.count(200) > len(watch.statuses) / 2, "most marks are in places that cost nothing but themselves"
    assert set(watch.statuses) <= {200, 400, 412}


def resources_of(value: Any) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in value.get("entry", ())] if value["resourceType"] == "Bundle" else [value]


FEEDBACK: Any = [
    MARK,
    {"feedback": MARK},
    {"feedback": [{"card": MARK, "outcome": MARK, "outcomeTimestamp": MARK}]},
    {"feedback": [{"card": "4e0a3a1e-3167-443b-a6ea-323afecaaa42", "outcome": "overridden", "outcomeTimestamp": "2026-11-20T10:00:00Z",
                   "overrideReason": {"reason": {"code": f"{MARK} x", "system": MARK, "display": MARK}, "userComment": MARK}}]},
    {"feedback": [{"card": "4e0a3a1e-3167-443b-a6ea-323afecaaa42", "outcome": "accepted", "outcomeTimestamp": "2026-11-20T10:00:00Z",
                   "acceptedSuggestions": [{"id": MARK}]}]},
]  # fmt: skip


@pytest.mark.parametrize("works", [True, False], ids=["store", "no store"])
def test_feedback_and_a_store_that_fails(watched: Callable[..., Watched], works: bool, tmp_path: Path):
    """Comments, reasons and ids of feedback, also when it cannot be written and the database complains about it."""
    watch = watched(data=tmp_path)
    if not works:
        with closing(sqlite3.connect(tmp_path / "her2-cds.sqlite")) as connection, connection:
            connection.execute("DROP TABLE feedback")
    for body in FEEDBACK:
        watch.saw(watch.client.give_feedback(body))
    watch.call(request_body("second-line", TODAY) | {"hookInstance": MARK})
    watch.finish()
    assert (503 in watch.statuses) is not works


def test_addresses_methods_and_headers(watched: Callable[..., Watched]):
    """Paths, queries, methods, and every header that the service looks at."""
    watch = watched(demo=True, trusted_proxies="127.0.0.1", base_path="/cds")
    paths = ["/", "/rules", "/metrics", "/healthz", "/readyz", "/cds-services", "/demo/samples", f"/demo/samples/{MARK}.json", f"/{MARK}"]
    for path in [*paths, f"/static/{MARK}", f"/fhir/Questionnaire/{MARK}", f"/cds/{MARK}", f"/cds-services/{MARK}/feedback"]:
        watch.saw(watch.client.get(f"{path}?patient={MARK}"))
    for method in (MARK, "PUT", "DELETE", "OPTIONS"):
        watch.saw(watch.client.open(f"{CALL}?{MARK}", method=method))
    watch.call({}, path=f"/cds-services/{MARK}")
    names = ("Authorization", "Traceparent", "Tracestate", "Baggage", "X-Forwarded-For", "X-Forwarded-Proto", "X-Request-ID", "User-Agent",
             "Origin", "Referer", "Cookie", "Accept", "Content-Type", "Content-Length", "Transfer-Encoding")  # fmt: skip
    for name in names:
        watch.call(orjson.dumps(request_body("second-line", TODAY)), headers={name: MARK})
    watch.call(b"{", headers={"traceparent": f"00-{MARK}-{MARK}-01"})
    watch.finish()
    assert {404, 405} <= set(watch.statuses)


def test_every_route_with_every_method(watched: Callable[..., Watched]):
    """Whatever pages there are, those of the app and of the demonstration too: marks in address, query, form and cookies."""
    watch = watched(demo=True)
    client = watch.client.unchecked
    given = dict.fromkeys(("iss", "launch", "code", "state", "error", "error_description", "patient", "id", "_id", "name", MARK), MARK)
    for rule in client.application.url_map.iter_rules():
        path = re.sub("<.*?>", MARK, rule.rule)
        client.set_cookie("session", MARK)
        watch.saw(client.get(path, query_string=given))
        watch.saw(client.post(path, query_string=given, data=given))
        watch.saw(client.post(path, json=given, headers={"Referer": f"https://{MARK}.example.org", "Accept-Language": MARK}))
    for path in (f"/t/{MARK}/cds-services", f"/{MARK}/../{MARK}", f"//{MARK}", f"/cds-services/{MARK}%00{MARK}"):
        watch.saw(client.get(path))
        watch.saw(client.post(path, data=MARK))
    watch.finish()
    assert not [status for status in watch.statuses if status >= 500]


def test_limits_and_faults_of_ours(watched: Callable[..., Watched], monkeypatch: pytest.MonkeyPatch):
    """Too long, too deep, too often, too many at once, and an exception whose message quotes the patient."""
    body = marked(request_body("second-line", TODAY))
    small = watched(max_body_mb=1, rate="2/year")
    small.call(b'{"x": "' + MARK.encode() * 200_000 + b'"}')
    small.call(b'{"prefetch":' + f'{{"{MARK}":'.encode() * 20_000)
    small.call(body)
    small.finish()
    assert small.statuses == [413, 400, 429]

    def broken(*_: Any) -> None:
        raise ValueError(MARK) from KeyError(MARK)

    watch = watched()
    monkeypatch.setattr("service.operations.limits.Gate.enter", lambda *_: False)
    watch.call(body)
    monkeypatch.undo()
    for where in ("advise", "build_case", "render_cards"):
        with monkeypatch.context() as patch:
            patch.setattr(f"service.evaluation.{where}", broken)
            watch.call(request_body("second-line", TODAY) | {"hookInstance": MARK})
    watch.finish()
    assert watch.statuses == [503, 500, 500, 500]


def marked_answers() -> Iterable[tuple[str, Behaviour]]:
    """What a FHIR server might send with somebody's data in it."""
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "processing", "diagnostics": MARK}]}
    for status in (200, 400, 401, 403, 404, 422, 429, 500, 503):
        yield str(status), answer(outcome, status)
    yield "text", answer(MARK)
    yield "other patient", answer({"resourceType": "Condition", "id": MARK, "subject": {"reference": f"Patient/{MARK}"}})

    def redirect(_: Request) -> Iterable[Piece]:
        yield f"HTTP/1.1 302 Found\r\nLocation: http://{MARK}.example.org/{MARK}\r\nContent-Length: 0\r\n\r\n".encode()

    def garbage(_: Request) -> Iterable[Piece]:
        yield f"{MARK}\r\n\r\n".encode()

    yield "redirect", redirect
    yield "no HTTP", garbage


@pytest.mark.parametrize("behaviour", [pytest.param(behaviour, id=name) for name, behaviour in marked_answers()])
@pytest.mark.usefixtures("loopback_only")
def test_fhir_servers_tokens_and_what_they_answer(watched: Callable[..., Watched], behaviour: Behaviour):
    """Patient ids in searches, access tokens, and the words of a server that fails."""
    with serving(behaviour) as fhir:
        watch = watched(fhir_hosts=fhir.origin, deadline_ms=30_000)
        body = request_body("second-line", TODAY) | {"fhirServer": fhir.base, "hookInstance": MARK}
        token = {"access_token": MARK, "token_type": "Bearer", "expires_in": 300, "scope": MARK, "subject": MARK, "patient": MARK}
        context = {"patientId": MARK, "userId": f"Practitioner/{MARK}"}
        watch.call(body | {"fhirAuthorization": token, "context": context, "prefetch": {}})
        watch.call(body | {"context": context})
        assert fhir.requests
    watch.finish()


NOT_ASKED: dict[str, dict[str, Any]] = {
    "unlisted": {"fhirServer": f"https://{MARK}.example.org/fhir"},
    "no address": {"fhirServer": f"{MARK}://[{MARK}"},
    "token of another patient": {"fhirAuthorization": {"access_token": MARK, "patient": f"{MARK}2"}},
    "token that is no header": {"fhirAuthorization": {"access_token": f"{MARK}\r\nX: {MARK}"}},
    "authorization that is none": {"fhirAuthorization": MARK},
}


@pytest.mark.parametrize("wrong", NOT_ASKED.values(), ids=NOT_ASKED)
@pytest.mark.usefixtures("loopback_only")
def test_servers_that_may_not_be_asked(watched: Callable[..., Watched], wrong: dict[str, Any]):
    """Addresses and tokens with which no server is asked; the answer says why in our own words."""
    with serving(answer(MARK)) as fhir:
        watch = watched(fhir_hosts=fhir.origin)
        context = {"patientId": MARK, "userId": f"Practitioner/{MARK}"}
        watch.call(request_body("second-line", TODAY) | {"fhirServer": fhir.base, "context": context, "prefetch": {}} | wrong)
    watch.finish()
    assert watch.statuses[0] >= 400


@pytest.mark.usefixtures("loopback_only")
def test_keys_that_are_none(watched: Callable[..., Watched], tmp_path: Path):
    """A host of keys that answers with words: they are neither logged nor told."""
    with serving(answer({"keys": [{"kty": MARK, "kid": MARK, "x": MARK}, MARK], MARK: MARK})) as host:
        listed = f"https://ehr.example.org {host.origin}/keys.json"
        watch = watched(auth="required", jwt_issuers=listed, public_url=BASE, data=tmp_path)
        for token in tokens():
            watch.call({}, headers={"Authorization": token})
        assert host.requests
    watch.finish()
    assert set(watch.statuses) == {401}


def test_spans(watched: Callable[..., Watched], exported: Any):  # noqa: F811 - a fixture
    """What goes to the site's tracing is no more than what stands in the log."""
    watch = watched()
    watch.call(marked(request_body("second-line", TODAY)), path=f"{CALL}?{MARK}")
    watch.call(MARK.encode(), path=f"/cds-services/{MARK}", headers={"Traceparent": MARK, "Tracestate": MARK, "Baggage": f"patient={MARK}"})
    watch.saw(watch.client.open(f"/{MARK}", method=MARK))
    spans = exported.get_finished_spans()
    assert len(spans) == 3
    for span in spans:
        assert_clean(span.to_json(), "a span")
    watch.finish()


SAID = {"sub": MARK, "jti": MARK, "name": MARK, "tenant": f"{MARK} Smith"}


def tokens() -> list[str]:
    """Made when they are used: they are valid for minutes, and a suite may take longer."""
    return [
        MARK,  # no bearer
        f"Bearer {MARK}",  # no token
        f"Bearer {signed(claims(**SAID), header(kid=MARK))}",  # unknown key
        f"Bearer {signed(claims(**SAID), header(jku=f'https://{MARK}.example.org'), STRANGER)}",  # key elsewhere
        f"Bearer {signed(claims(**SAID, iss=MARK))}",  # unknown issuer
        f"Bearer {signed(claims(**SAID, aud=MARK))}",  # wrong audience
        f"Bearer {signed(claims(**SAID, exp=MARK))}",  # unreadable time
        f"Bearer {signed(claims(**SAID), header(), STRANGER)}",  # wrong signature
        f"Bearer {signed(claims(**SAID))}",  # good
        f"Bearer {signed(claims(**SAID))}",  # used before
    ]


@pytest.mark.parametrize("auth", ["warn", "required"])
def test_tokens_of_clients(watched: Callable[..., Watched], auth: str, tmp_path: Path):
    """Tokens and what they say, whatever is wrong with them, and also of those that are accepted."""
    watch = watched(auth=auth, jwt_issuers=key_files(tmp_path), public_url=BASE, data=tmp_path / "data")
    for token in tokens():
        watch.call(request_body("second-line", TODAY) | {"hookInstance": MARK}, headers={"Authorization": token})
    watch.finish()
    assert watch.statuses == ([*[401] * 8, 200, 401] if auth == "required" else [200] * 10)


def test_the_production_server(tmp_path: Path):
    """The same over a real socket, where the HTTP server has a log of its own. Nor does the store hold any of it."""
    server = start(tmp_path, free_port(), WORKERS="1", MAX_CALLS="4", RATE="200/minute")
    try:
        wait_until_ready(server)
        for own, body in requests_of_all_services():
            sent = orjson.dumps(marked(body))
            for data in (sent, sent[:500], gzip.compress(sent)):
                headers = {"Content-Encoding": "gzip"} if data[:2] == b"\x1f\x8b" else {}
                asked = f"{server.url}/cds-services/{own}?patient={MARK}"
                response = requests.post(asked, data=data, headers=headers | {"User-Agent": MARK, "Cookie": MARK}, timeout=120)
                if response.status_code >= 400:
                    assert_clean(response.text, "an error answer")
        for line in (f"GET /{MARK} HTTP/9.9\r\n\r\n", f"{MARK}\r\n\r\n", f"GET / HTTP/1.1\r\n{MARK}\r\n\r\n"):
            send_raw(server.url, line.encode())
        assert_clean(requests.get(f"{server.url}/metrics", timeout=120).text, "the metrics")
    finally:
        server.process.terminate()
        server.process.wait(120)
    for name in ("out", "err"):
        assert_clean((tmp_path / name).read_text(), name)
    for file in (tmp_path / "data").iterdir():
        assert MARK.encode() not in file.read_bytes()


def send_raw(url: str, text: bytes) -> None:
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=120) as connection:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass
