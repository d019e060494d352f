"""`/demo/fhir`, as an app and an EHR meet it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.operationoutcome import OperationOutcome
from flask.testing import FlaskClient

from service.cds_hooks.registry import PATIENT_VIEW
from service.demo.charts import charts
from service.demo.kept import MOST_ANSWERS
from service.demo.situations import LISTED
from tests.service.checked_client import TODAY
from tests.service.demo.visits import ISSUER, PATIENT, SCOPE, USER, bearer, demo_client, launched_app, session_token

FHIR = "/demo/fhir"


def _answers(**changed: Any) -> dict[str, Any]:
    resource = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": "urn:her2-cds:questionnaire:her2-intake",
        "status": "completed",
        "subject": {"reference": f"Patient/{PATIENT}"},
        "authored": f"{TODAY.isoformat()}T10:00:00Z",
        "item": [{"linkId": "tdxd-available", "answer": [{"valueBoolean": False}]}],
    }
    return resource | changed


def _prefetch(demo: FlaskClient, patient: str) -> dict[str, Any]:
    headers = session_token(demo, patient)
    queries = {key: query.replace("{{context.patientId}}", patient) for key, query in PATIENT_VIEW.prefetch.items()}
    return {key: demo.get(f"{FHIR}/{query}", headers=headers).get_json() for key, query in queries.items()}


def _call(demo: FlaskClient, patient: str) -> list[dict[str, Any]]:
    context = {"userId": USER, "patientId": patient}
    body = {"hook": "patient-view", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "context": context}
    answer = demo.post("/cds-services/her2-patient-view", json=body | {"prefetch": _prefetch(demo, patient)})
    assert answer.status_code == 200
    cards: list[dict[str, Any]] = answer.get_json()["cards"]
    return cards


def test_metadata_is_a_valid_capability_statement(demo: FlaskClient):
    """Anyone may read what the server can do, and the words are FHIR R4's."""
    answer = demo.get(f"{FHIR}/metadata")
    assert answer.mimetype == "application/fhir+json"
    statement = CapabilityStatement.model_validate(answer.get_json())
    assert statement.fhirVersion == "4.0.1"
    assert "Synthetic" in statement.implementation.description


def test_smart_configuration_names_the_authorization_server(demo: FlaskClient):
    """What SMART App Launch requires of a server with EHR and standalone launch and PKCE."""
    said = demo.get(f"{FHIR}/.well-known/smart-configuration").get_json()
    assert {"authorization_endpoint", "token_endpoint", "jwks_uri", "issuer", "grant_types_supported", "capabilities"} <= set(said)
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert {"launch-ehr", "launch-standalone", "client-public", "permission-v1", "permission-v2"} <= set(said["capabilities"])


@pytest.mark.parametrize("sample", sorted(LISTED))
def test_a_filled_prefetch_is_answered_like_the_sample(demo: FlaskClient, sample: str):
    """The prefetch that an EHR fills from this server leads to the same cards as the sample's own request."""
    cards = _call(demo, f"sample-{sample}")
    direct = demo.get(f"/demo/samples/{sample}.json")
    if direct.status_code == 200:
        expected = demo.post("/cds-services/her2-patient-view", json=direct.get_json()).get_json()["cards"]
        assert [card["summary"] for card in cards] == [card["summary"] for card in expected]


def test_searchsets_are_valid_and_complete(demo: FlaskClient):
    """A search gives a searchset with every match once, by pages whose links are followed."""
    headers = session_token(demo)
    url, ids = f"{FHIR}/Observation?patient={PATIENT}&_count=5", []
    while url:
        page = demo.get(url, headers=headers).get_json()
        Bundle.model_validate(page)
        ids += [entry["resource"]["id"] for entry in page.get("entry", ())]
        links = {link["relation"]: link["url"] for link in page["link"]}
        url = links.get("next", "").removeprefix("http://127.0.0.1:8000")
    held = [resource["id"] for resource in charts(TODAY)[PATIENT].resources if resource["resourceType"] == "Observation"]
    assert ids == held
    assert page["total"] == len(held)


def test_reads_one_resource(demo: FlaskClient):
    """By type and id; what is not there is 404, of another patient too."""
    headers = session_token(demo)
    assert demo.get(f"{FHIR}/Patient/{PATIENT}", headers=headers).get_json()["id"] == PATIENT
    assert demo.get(f"{FHIR}/Observation/second-line.er", headers=headers).get_json()["subject"]["reference"] == f"Patient/{PATIENT}"
    assert demo.get(f"{FHIR}/{USER}", headers=headers).get_json()["resourceType"] == "Practitioner"
    for absent in ("Patient/sample-ild", "Observation/ild.er", "Observation/nothing", "Claim/1", "Claim"):
        assert demo.get(f"{FHIR}/{absent}", headers=headers).status_code == 404


@pytest.mark.parametrize("authorization", [None, "Bearer nonsense", "Basic dXNlcjpwYXNz", "Bearer "])
def test_nothing_is_read_without_a_token(demo: FlaskClient, authorization: str | None):
    """401 with an OperationOutcome and the scheme to use."""
    answer = demo.get(f"{FHIR}/Patient/{PATIENT}", headers={"Authorization": authorization} if authorization else {})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    OperationOutcome.model_validate(answer.get_json())


def test_a_token_is_for_one_patient(demo: FlaskClient):
    """A search for another patient is refused, whichever parameter names the patient."""
    headers = session_token(demo)
    for query in ("patient=sample-ild", "subject=Patient/sample-ild", f"patient={PATIENT}&patient=sample-ild"):
        assert demo.get(f"{FHIR}/Condition?{query}", headers=headers).status_code == 403
    assert demo.get(f"{FHIR}/Condition?subject=Patient/{PATIENT}", headers=headers).status_code == 200


def test_a_token_does_what_its_scopes_say(demo: FlaskClient):
    """An app that asked for Conditions alone reads no Observations and writes nothing."""
    headers = bearer(launched_app(demo, "launch patient/Condition.rs"))
    assert demo.get(f"{FHIR}/Condition", headers=headers).status_code == 200
    assert demo.get(f"{FHIR}/Observation", headers=headers).status_code == 403
    assert demo.post(f"{FHIR}/QuestionnaireResponse", json=_answers(), headers=headers).status_code == 403


@pytest.mark.parametrize("query", ["date=soon", "_sort=value", "_count=many"])
def test_a_search_that_cannot_be_done_is_400(demo: FlaskClient, query: str):
    """An unreadable value is an error of the caller, not an empty answer."""
    assert demo.get(f"{FHIR}/Observation?{query}", headers=session_token(demo)).status_code == 400


def test_answers_are_kept_and_change_the_next_call(tmp_path: Path):
    """What the app writes is found by the prefetch of the next call, by every process, and changes the advice."""
    demo = demo_client(tmp_path)
    assert _call(demo, PATIENT)[0]["extension"]["dev.her2cds.advice"]["regimen"] == "tdxd"
    headers = bearer(launched_app(demo))
    written = demo.post(f"{FHIR}/QuestionnaireResponse", json=_answers(), headers=headers)
    assert written.status_code == 201
    resource = written.get_json()
    assert written.headers["Location"] == f"{ISSUER}/QuestionnaireResponse/{resource['id']}/_history/1"
    assert demo.get(f"{FHIR}/QuestionnaireResponse/{resource['id']}", headers=headers).get_json() == resource
    other_process = demo_client(tmp_path)
    assert _call(other_process, PATIENT)[0]["extension"]["dev.her2cds.advice"]["regimen"] != "tdxd"
    assert other_process.post("/demo/reset", json={"patient": PATIENT, "user": USER}).status_code == 204
    assert _call(demo, PATIENT)[0]["extension"]["dev.her2cds.advice"]["regimen"] == "tdxd"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (_answers(subject={"reference": "Patient/sample-ild"}), 422),
        (_answers(status="finished at last"), 422),
        (_answers(item=[{"answer": []}]), 422),
        (_answers(subject="me"), 422),
        ({"resourceType": "Observation"}, 422),
        ([], 422),
        (_answers(item=[{"linkId": "a", "text": "x" * 200_000}]), 422),
    ],
)
def test_what_is_no_answer_is_refused(demo: FlaskClient, sent: Any, status: int):
    """Another patient, a broken resource, another type or too much: nothing is kept."""
    answer = demo.post(f"{FHIR}/QuestionnaireResponse", json=sent, headers=bearer(launched_app(demo)))
    assert answer.status_code == status
    OperationOutcome.model_validate(answer.get_json())


def test_only_answers_are_taken(demo: FlaskClient):
    """Nobody writes results or orders into the demo."""
    headers = bearer(launched_app(demo, SCOPE + " patient/*.cruds"))
    assert demo.post(f"{FHIR}/Observation", json={"resourceType": "Observation"}, headers=headers).status_code == 403
    assert demo.put(f"{FHIR}/Patient/{PATIENT}", json={}, headers=headers).status_code == 405
    assert demo.delete(f"{FHIR}/Patient/{PATIENT}", headers=headers).status_code == 405


def test_the_file_does_not_grow_without_end(tmp_path: Path):
    """Of one patient's answers the newest are kept, so many and no more."""
    demo = demo_client(tmp_path)
    headers = bearer(launched_app(demo))
    for _ in range(MOST_ANSWERS + 3):
        assert demo.post(f"{FHIR}/QuestionnaireResponse", json=_answers(), headers=headers).status_code == 201
    own = len([one for one in charts(TODAY)[PATIENT].resources if one["resourceType"] == "QuestionnaireResponse"])
    assert demo.get(f"{FHIR}/QuestionnaireResponse", headers=headers).get_json()["total"] == own + MOST_ANSWERS


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path):
    """Without its file the demo says so with 503, and the service itself goes on."""
    demo = demo_client(tmp_path / "data", database_url=f"sqlite:///{tmp_path}/store.sqlite")
    (tmp_path / "data" / "demo.sqlite").mkdir(parents=True)
    answer = demo.post("/demo/session", json={"patient": PATIENT, "user": USER})
    assert answer.status_code == 503
    OperationOutcome.model_validate(answer.get_json())
    assert demo.get("/cds-services").status_code == 200


def test_a_resource_that_nests_without_end_ends_no_process(demo: FlaskClient):
    """Hundreds of levels would overflow the stack of the models' compiled code, which takes the whole worker with it."""
    deep = '{"item":[' * 300 + "]}" * 300
    body = f'{{"resourceType":"QuestionnaireResponse","status":"completed","item":[{deep}]}}'
    answer = demo.post(f"{FHIR}/QuestionnaireResponse", data=body, headers=bearer(launched_app(demo)))
    assert answer.status_code == 422


@pytest.mark.parametrize("changed", [{"subject": None}, {"subject": {"reference": None}}, {"meta": None}], ids=str)
def test_null_is_no_fault_of_ours(demo: FlaskClient, changed: dict[str, Any]):
    """A member that is null is taken as absent: refused where it is needed, else kept."""
    answer = demo.post(f"{FHIR}/QuestionnaireResponse", json=_answers(**changed), headers=bearer(launched_app(demo)))
    assert answer.status_code == (201 if "meta" in changed else 422)
