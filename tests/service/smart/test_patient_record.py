"""The record behind a session: the hooks' own reading, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from flask import Flask

from fhir_mappings.prefetch_queries import PREFETCH
from fhir_mappings.reading import read_hook_request
from service.evaluation import evaluate
from service.samples import request_body
from service.site import site_settings
from service.smart.errors import RecordUnavailable, SessionEnded
from service.smart.patient_record import record_of
from service.smart.sessions import SmartSession, keep_session_answers, session_answers
from service.store.database import Database, sqlite_url
from service.store.smart_rows import forget_ended
from service.store.tables import SMART_PENDING, SMART_SESSION
from tests.outside.fhir_server.running import Fault, RunningFhirServer
from tests.outside.smart_ehr.fixtures import NEEDS_SMART_EHR
from tests.outside.smart_ehr.running import RunningSmartEhr
from tests.service.checked_client import TODAY
from tests.service.smart.browser import Browser
from tests.service.smart.conftest import inside, session_of

LaunchedBy = Callable[..., Browser]
PATIENT = "sample-second-line"

#: The searches of the hook, the read of the patient among them.
SEARCHES = len(PREFETCH)


def launched(browser: Browser, ehr: RunningSmartEhr, patient: str = PATIENT) -> SmartSession:
    return session_of(browser, browser.launch(ehr, patient).headers["Location"])


@NEEDS_SMART_EHR
@pytest.mark.parametrize("sample", ["second-line", "lvef-hold", "brain-metastases"])
def test_the_app_sees_what_the_hook_sees(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr, sample: str):
    """One engine, one truth: the advice from the record that the app reads is that of the hook which is sent the same chart."""
    browser = launched_by(smart_ehr)
    session = launched(browser, smart_ehr, f"sample-{sample}")
    with inside(browser.app):
        reading = record_of(session)
        settings = site_settings()
        app_says = evaluate(reading, patient_id=session.patient_id, settings=settings)
        body = request_body(sample, TODAY)
        hook_reading = read_hook_request(msgspec.json.encode(body)).reading
        hook_says = evaluate(hook_reading, patient_id=body["context"]["patientId"], settings=settings)
    assert [card["summary"] for card in app_says.cards] == [card["summary"] for card in hook_says.cards]
    assert app_says.cards


@NEEDS_SMART_EHR
def test_read_once(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr, ehr_fhir_server: RunningFhirServer):
    """The record is read once for a session, the same each time, until it is asked to be read anew."""
    browser = launched_by(smart_ehr)
    session = launched(browser, smart_ehr)
    ehr_fhir_server.behave()
    with inside(browser.app):
        first = record_of(session)
        asked = ehr_fhir_server.seen().total
        assert asked >= SEARCHES
        assert record_of(session) == first
        assert ehr_fhir_server.seen().total == asked
        assert record_of(session, refresh=True) == first
        assert ehr_fhir_server.seen().total == 2 * asked


@NEEDS_SMART_EHR
def test_what_could_not_be_read_is_named(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr, ehr_fhir_server: RunningFhirServer):
    """A kind of resource that failed is named with the record, and kept so; it is never taken for nothing."""
    browser = launched_by(smart_ehr)
    session = launched(browser, smart_ehr)
    ehr_fhir_server.behave(faults=[Fault("Procedure", 500)])
    with inside(browser.app):
        states = {key: content.state for key, content in record_of(session).keys.items()}
        assert states["procedures"] == "unavailable"
        ehr_fhir_server.behave()
        assert record_of(session).keys["procedures"].state == "unavailable"
        assert record_of(session, refresh=True).keys["procedures"].state in {"data", "empty"}


@NEEDS_SMART_EHR
@pytest.mark.parametrize("kind", ["Procedure", "AllergyIntolerance", "MedicationAdministration"])
def test_what_the_app_may_not_read_is_on_the_page(
    launched_by: LaunchedBy, smart_ehr: RunningSmartEhr, ehr_fhir_server: RunningFhirServer, kind: str
):
    """An EHR that refuses one kind of resource, as many do: the page is there and says what is missing."""
    browser = launched_by(smart_ehr)
    ehr_fhir_server.behave(faults=[Fault(kind, 403)])
    page = browser.get(browser.launch(smart_ehr, PATIENT).headers["Location"])
    assert page.status_code == 200
    assert "may not be read by this service" in page.text


@NEEDS_SMART_EHR
@pytest.mark.parametrize("kind", ["Patient", "Condition", "Observation"])
def test_a_record_without_what_every_answer_needs(
    launched_by: LaunchedBy, smart_ehr: RunningSmartEhr, ehr_fhir_server: RunningFhirServer, kind: str
):
    """Where patient, conditions or observations do not come, the app says so, and a later attempt may succeed."""
    browser = launched_by(smart_ehr)
    session = launched(browser, smart_ehr)
    ehr_fhir_server.behave(faults=[Fault(kind, 500)])
    with inside(browser.app), pytest.raises(RecordUnavailable):
        record_of(session)
    ehr_fhir_server.behave()
    with inside(browser.app):
        assert record_of(session).entries


@NEEDS_SMART_EHR
def test_a_token_that_the_ehr_no_longer_knows(app_of, smart_ehr: RunningSmartEhr, opened: Callable[..., SmartSession]):
    """When the EHR refuses the token, the session is over: not an empty record."""
    app = app_of(smart_clients=smart_ehr.registration())
    session = opened(app, issuer=smart_ehr.iss, patient_id=PATIENT, access_token="of.yesterday.x")
    with inside(app), pytest.raises(SessionEnded):
        record_of(session)


@NEEDS_SMART_EHR
def test_the_token_of_one_patient_does_not_open_another(launched_by, smart_ehr: RunningSmartEhr, opened):
    """The EHR's own guard counts too: with a token for one patient the record of another is not read."""
    browser = launched_by(smart_ehr)
    token = launched(browser, smart_ehr).access_token
    session = opened(browser.app, issuer=smart_ehr.iss, patient_id="sample-third-line", access_token=token)
    with inside(browser.app), pytest.raises(RecordUnavailable):
        record_of(session)


def test_a_fhir_server_that_is_down(app: Flask, opened: Callable[..., SmartSession]):
    """A FHIR server that cannot be reached is said to be so."""
    session = opened(app)
    with inside(app), pytest.raises(RecordUnavailable):
        record_of(session)


def test_answers_are_kept_with_the_session(app: Flask, opened: Callable[..., SmartSession]):
    """Answers that are given in the app are there as long as the session, the newest of them."""
    session = opened(app)
    answers = {"resourceType": "QuestionnaireResponse", "item": [{"linkId": "cns-disease"}]}
    with inside(app):
        assert session_answers(session) is None
        keep_session_answers(session, {"resourceType": "QuestionnaireResponse"})
        keep_session_answers(session, answers)
        assert session_answers(session) == answers


def test_what_has_ended_is_dropped(app: Flask, opened: Callable[..., SmartSession], tmp_path: Path):
    """Sessions and launches whose time is over leave the store, the record of a patient with them; others stay."""
    opened(app, expires_at=datetime(2026, 1, 1, tzinfo=UTC))
    session = opened(app)
    database = Database(sqlite_url(tmp_path))
    with database.writing() as connection:
        past = datetime(2026, 1, 1)  # noqa: DTZ001 - as the store keeps moments
        connection.execute(SMART_PENDING.insert().values(lookup="old", sealed=b"x", keep_until=past))
    forget_ended(database)
    with database.reading() as connection:
        assert len(connection.execute(SMART_SESSION.select()).all()) == 1
        assert not connection.execute(SMART_PENDING.select()).all()
    database.close()
    assert session.expires_at > datetime.now(UTC)
