"""Answers written into the EHR."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from fhir_mappings.reading import Reading
from service.smart.patient_record import record_of
from service.smart.sessions import SmartSession
from service.smart.write_back import REASONS, may_write, write_back
from tests.outside.fhir_server.running import Fault, RunningFhirServer
from tests.outside.smart_ehr.fixtures import NEEDS_SMART_EHR
from tests.outside.smart_ehr.running import RunningSmartEhr
from tests.service.fhir_client.hostile_server import HANG_UP, RESET, HostileServer, Piece, Request, serving
from tests.service.smart.browser import Browser
from tests.service.smart.conftest import inside, session_of

LaunchedBy = Callable[..., Browser]
PATIENT = "sample-second-line"
WRITE = "patient/QuestionnaireResponse.c"


def answers(patient: str = PATIENT) -> dict[str, Any]:
    """Answers to the intake questionnaire."""
    return {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": "urn:her2-cds:questionnaire:her2-intake",
        "status": "completed",
        "subject": {"reference": f"Patient/{patient}"},
        "authored": "2026-11-20T10:00:00Z",
        "item": [{"linkId": "cns-symptoms", "answer": [{"valueBoolean": True}]}],
    }


def intakes(reading: Reading) -> set[str]:
    return {f"QuestionnaireResponse/{entry.resource.id}" for entry in reading.entries if _is_intake(entry.resource)}


def _is_intake(resource: Any) -> bool:
    return resource is not None and resource.resource_type == "QuestionnaireResponse"


@NEEDS_SMART_EHR
def test_written_and_read_again(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr):
    """Answers are filed in the EHR under a reference, and stand in the record when it is read anew."""
    browser = launched_by(smart_ehr)
    session = session_of(browser, browser.launch(smart_ehr, PATIENT).headers["Location"])
    with inside(browser.app):
        result = write_back(session, answers())
        assert result.written
        assert result.reason is None
        assert result.reference in intakes(record_of(session, refresh=True))


@NEEDS_SMART_EHR
def test_a_token_without_the_scope(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr):
    """Where the EHR grants no writing, nothing is offered and nothing is sent."""
    smart_ehr.behave(withhold=[WRITE])
    browser = launched_by(smart_ehr)
    session = session_of(browser, browser.launch(smart_ehr, PATIENT).headers["Location"])
    with inside(browser.app):
        assert not may_write(session)
        assert write_back(session, answers()).fault == "not-allowed"
    assert smart_ehr.seen()["writes"] == 0


@NEEDS_SMART_EHR
def test_a_server_that_checks_scopes_itself(launched_by, smart_ehr: RunningSmartEhr, opened):
    """A server that refuses although the token seemed to allow it is told as a refusal."""
    smart_ehr.behave(withhold=[WRITE])
    browser = launched_by(smart_ehr)
    token = session_of(browser, browser.launch(smart_ehr, PATIENT).headers["Location"]).access_token
    session = opened(browser.app, issuer=smart_ehr.iss, patient_id=PATIENT, access_token=token, scopes=frozenset({WRITE}))
    with inside(browser.app):
        result = write_back(session, answers())
    assert (result.written, result.fault, result.status) == (False, "not-allowed", 403)


@NEEDS_SMART_EHR
@pytest.mark.parametrize(
    ("status", "fault"), [(400, "refused"), (422, "refused"), (401, "session-ended"), (429, "server"), (503, "server")]
)
def test_refusals(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr, ehr_fhir_server: RunningFhirServer, status: int, fault: str):
    """What the EHR answers is a result with a reason in words, and it is asked once, busy or not."""
    browser = launched_by(smart_ehr)
    session = session_of(browser, browser.launch(smart_ehr, PATIENT).headers["Location"])
    ehr_fhir_server.behave(faults=[Fault("QuestionnaireResponse", status)])
    with inside(browser.app):
        result = write_back(session, answers())
    assert (result.written, result.fault, result.status) == (False, fault, status)
    assert result.reason == REASONS[fault]  # type: ignore[index]
    assert smart_ehr.seen()["writes"] == 1


@pytest.mark.parametrize("about", [{"subject": {"reference": "Patient/other"}}, {"subject": None}, {"subject": {}}])
def test_answers_about_somebody_else(app: Flask, opened: Callable[..., SmartSession], about: dict[str, Any]):
    """Answers about another patient than that of the session are a fault of ours, and go nowhere."""
    session = opened(app, patient_id=PATIENT, scopes=frozenset({WRITE}))
    with inside(app), pytest.raises(ValueError, match="another patient"):
        write_back(session, answers() | about)


def replying(*pieces: Piece) -> Callable[[Request], Iterator[Piece]]:
    def behaviour(_: Request) -> Iterator[Piece]:
        yield from pieces

    return behaviour


def head(status: str, *headers: str) -> bytes:
    return "\r\n".join((f"HTTP/1.1 {status}", "Connection: close", *headers, "", "")).encode()


@pytest.mark.parametrize(
    ("pieces", "fault"),
    [
        ((60.0,), "deadline"),
        ((head("201 Created"), *(b"x", 0.2) * 300), "deadline"),
        ((RESET,), "network"),
        ((HANG_UP,), "network"),
        ((head("307 Temporary Redirect", "Location: http://127.0.0.1:1/x", "Content-Length: 0"),), "network"),
        ((head("201 Created", "Content-Length: 2000000"), b"x" * 2_000_000), "network"),
    ],
    ids=["silent", "dripping", "reset", "hangs up", "redirect", "endless"],
)
def test_a_server_that_does_not_answer(app_of, opened, pieces: tuple[Piece, ...], fault: str):
    """Silence, drops of bytes, a broken connection and a redirect end within the deadline; no second request is sent anywhere."""
    with serving(replying(*pieces)) as server:
        app = app_of(smart_clients=f"{server.origin}/fhir her2-cds", smart_deadline_ms=600 if fault == "deadline" else 60_000)
        session = opened(app, issuer=f"{server.origin}/fhir", patient_id=PATIENT, scopes=frozenset({WRITE}))
        with inside(app):
            result = write_back(session, answers())
        assert (result.written, result.fault) == (False, fault)
        assert len(server.requests) == 1
        assert server.requests[0].method == "POST"


@pytest.mark.parametrize(
    ("headers", "body", "reference"),
    [
        (["Location: https://ehr.example.org/fhir/QuestionnaireResponse/qr-1/_history/1"], b"", "QuestionnaireResponse/qr-1"),
        (["Location: QuestionnaireResponse/qr-1"], b"", "QuestionnaireResponse/qr-1"),
        ([], b'{"resourceType": "QuestionnaireResponse", "id": "qr-2"}', "QuestionnaireResponse/qr-2"),
        (["Location: https://evil.example/x"], b"<html>", None),
        ([], b'{"resourceType": "OperationOutcome", "id": "o"}', None),
    ],
)
def test_the_reference_of_what_was_written(app_of, opened, headers: list[str], body: bytes, reference: str | None):
    """The new resource is known by `Location`, else by what the server sent back; where neither tells, it is written all the same."""
    pieces = (head("201 Created", f"Content-Length: {len(body)}", *headers), body)
    with serving(replying(*pieces)) as server:
        app = app_of(smart_clients=f"{server.origin}/fhir her2-cds")
        session = opened(app, issuer=f"{server.origin}/fhir", patient_id=PATIENT, scopes=frozenset({WRITE}))
        with inside(app):
            result = write_back(session, answers())
    assert (result.written, result.reference) == (True, reference)


def test_what_is_sent(app_of, opened):
    """The request carries the token and FHIR's media type, and nothing that a proxy or an environment would add."""
    with serving(replying(head("201 Created", "Content-Length: 0"))) as server:
        app = app_of(smart_clients=f"{server.origin}/fhir her2-cds")
        session = opened(app, issuer=f"{server.origin}/fhir", patient_id=PATIENT, access_token="a-token", scopes=frozenset({WRITE}))
        with inside(app):
            write_back(session, answers())
        (request,) = server.requests
    assert json.loads(request.body) == answers()
    assert request.path == "/fhir/QuestionnaireResponse"
    assert request.headers["authorization"] == "Bearer a-token"
    assert request.headers["content-type"] == "application/fhir+json"
    assert "cookie" not in request.headers


def test_an_ehr_that_is_not_listed_is_sent_nothing(app: Flask, opened: Callable[..., SmartSession]):
    """Even with a session for it, a server that the site does not list is not called."""
    with serving(replying(head("201 Created"))) as server:
        session = opened(app, issuer=f"{server.origin}/fhir", patient_id=PATIENT, scopes=frozenset({WRITE}))
        with inside(app):
            assert write_back(session, answers()).fault == "network"
        assert not server.requests
        assert isinstance(server, HostileServer)
