"""What the states of prefetch keys mean, and when a call is refused with 412 (decision 26)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from guideline.knowledge_base import KNOWLEDGE
from service.cds_hooks.prefetch import queried_type
from service.cds_hooks.registry import PATIENT_VIEW
from service.samples import order_request_body, request_body
from tests.service.checked_client import TODAY, CheckedClient, issues, without_uuids

EMPTY = {"resourceType": "Bundle", "type": "searchset", "total": 0}
NO_RESULTS = EMPTY | {
    "entry": [
        {
            "resource": {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "informational"}]},
            "search": {"mode": "outcome"},
        }
    ]
}
FAILED = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}
PATIENT = {"resourceType": "Patient", "id": "1", "birthDate": "1970-01-01", "gender": "female"}
CONDITION = {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/1"}, "code": {"text": "Hypertension"}}
OBSERVATION = {
    "resourceType": "Observation",
    "id": "o",
    "status": "final",
    "subject": {"reference": "Patient/1"},
    "code": {"text": "Weight"},
}


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": resource} for resource in resources]}


def keys_of(kind: str) -> list[str]:
    """The keys of our prefetch that ask for a kind."""
    return [key for key, query in PATIENT_VIEW.prefetch.items() if queried_type(query) == kind]


def request_with(prefetch: Any) -> dict[str, Any]:
    return {
        "hook": "patient-view",
        "hookInstance": "7f0cd4a5-4a8a-4b6c-9f5e-2f5f0a6d9a10",
        "context": {"userId": "Practitioner/1", "patientId": "1"},
        "prefetch": prefetch,
    }


def by_key(patient: Any = None, conditions: Any = None, observations: Any = None) -> dict[str, Any]:
    """Prefetch under our own keys: every key of a kind holds the same."""
    values = {"Patient": patient, "Condition": conditions, "Observation": observations}
    return {key: value for kind, value in values.items() for key in keys_of(kind)}


ANSWERED = {
    "data": by_key(PATIENT, bundle(CONDITION), bundle(OBSERVATION)),
    "all null": by_key(),
    "patient only, the rest null": by_key(PATIENT),
    "empty Bundles": by_key(PATIENT, EMPTY, EMPTY),
    "Epic's no results": by_key(PATIENT, NO_RESULTS, NO_RESULTS),
    "renamed keys": {"p": PATIENT, "c": CONDITION, "o": OBSERVATION},
    "renamed keys with Bundles": {"p": PATIENT, "c": bundle(CONDITION), "o": EMPTY},
    "merged under an unknown key": {"everything": bundle(PATIENT, CONDITION)},
    "merged in a collection": {"record": bundle(PATIENT, CONDITION, OBSERVATION) | {"type": "collection"}},
}


@pytest.mark.parametrize("prefetch", ANSWERED.values(), ids=ANSWERED)
def test_what_could_have_carried_the_required_kinds_is_answered(client: CheckedClient, prefetch: dict[str, Any]):
    """A key without data is an answer too, and keys may be renamed and merged: no 412."""
    response = client.call(request_with(prefetch))
    assert response.status_code == 200, response.text
    assert response.get_json() == {"cards": []}


REFUSED = {
    "no key at all": ({}, {"Patient", "Condition", "Observation"}),
    "null prefetch": (None, {"Patient", "Condition", "Observation"}),
    "patient only": (dict.fromkeys(keys_of("Patient"), PATIENT), {"Condition", "Observation"}),
    "everything failed": (by_key(FAILED, FAILED, FAILED), {"Patient", "Condition", "Observation"}),
    "conditions failed": (by_key(PATIENT, FAILED, EMPTY), {"Condition"}),
    "a page of HTML": (by_key(PATIENT, EMPTY, "<html>502 Bad Gateway</html>"), {"Observation"}),
    "numbers": (by_key(PATIENT, 17, EMPTY), {"Condition"}),
    "an unknown key that failed": ({"everything": FAILED}, {"Patient", "Condition", "Observation"}),
    "one bare resource under an unknown key": ({"o": OBSERVATION}, {"Patient", "Condition"}),
}


@pytest.mark.parametrize(("prefetch", "missing"), REFUSED.values(), ids=REFUSED)
def test_what_could_not_is_412_and_names_what_is_missing(client: CheckedClient, prefetch: Any, missing: set[str]):
    """412 only when no satisfied key could have carried a required kind; the answer names each such kind."""
    response = client.call(request_with(prefetch))
    assert response.status_code == 412
    found = issues(response)
    assert all(issue["expression"] == ["prefetch"] for issue in found)
    assert {
        kind for kind in ("Patient", "Condition", "Observation") if any(f" {kind} " in issue["details"]["text"] for issue in found)
    } == missing


def test_a_fhir_server_that_is_not_listed_is_not_asked(client: CheckedClient):
    """Without `HER2CDS_FHIR_HOSTS` nothing is fetched: the answer says so, and does not repeat the address."""
    body = request_with(None) | {"fhirServer": "https://ehr.example.org/r4"}
    del body["prefetch"]
    response = client.call(body)
    assert response.status_code == 412
    assert "ehr.example.org" not in response.text


def test_missing_clinical_data_is_a_card_not_a_412(client: CheckedClient, request_of: Any):
    """When the record simply does not hold HER2, the clinician is told; the client did nothing wrong."""
    response = client.call(request_of("her2-equivocal"))
    assert response.status_code == 200
    assert response.get_json()["cards"]


def test_keys_may_be_merged_and_renamed_without_a_difference(client: CheckedClient):
    """Resources are taken from every key by what they are."""
    body = request_body("second-line", TODAY)
    everything = [
        resource
        for value in body["prefetch"].values()
        if value
        for resource in ([entry["resource"] for entry in value.get("entry", ())] if value["resourceType"] == "Bundle" else [value])
    ]
    merged = body | {"prefetch": {"record": bundle(*everything)}}
    renamed = body | {"prefetch": {f"k{number}": value for number, value in enumerate(body["prefetch"].values())}}
    cards = without_uuids(client.call(body).get_json()["cards"])
    assert cards
    assert without_uuids(client.call(merged).get_json()["cards"]) == cards
    assert without_uuids(client.call(renamed).get_json()["cards"]) == cards


HOOKS = {
    "her2-patient-view": lambda: request_body("second-line", TODAY),
    "her2-order-select": lambda: order_request_body("order-tdm1", TODAY),
}


@pytest.mark.parametrize("service", HOOKS)
@pytest.mark.parametrize("merged", [False, True])
def test_a_record_of_another_patient_is_no_empty_record(client: CheckedClient, service: str, merged: bool):
    """An id that the EHR maps wrongly must not silence a whole site: 412 says whose data came, without saying who that is."""
    body = HOOKS[service]()
    if merged:
        body["prefetch"] = {"record": bundle(*(one for value in body["prefetch"].values() for one in resources(value) or [value] if one))}
    assert client.call(body, path=f"/cds-services/{service}").status_code == 200
    stranger = json.loads(json.dumps(body["prefetch"]).replace(body["context"]["patientId"], "mrn-4711"))
    response = client.call(body | {"prefetch": stranger}, path=f"/cds-services/{service}")
    assert response.status_code == 412
    assert {issue["expression"][0] for issue in issues(response)} == {"context.patientId"}
    assert all("of another patient" in issue["details"]["text"] for issue in issues(response))
    assert "4711" not in response.text


def test_one_search_that_brought_another_patient_is_a_gap_and_no_refusal(client: CheckedClient, request_of: Any):
    """The rest of the record is this patient's: cards, which name what was not seen."""
    body = request_of("second-line")
    stranger = json.loads(json.dumps(body["prefetch"]["conditions"]).replace(body["context"]["patientId"], "mrn-4711"))
    response = client.call(body | {"prefetch": body["prefetch"] | {"conditions": stranger}})
    assert response.status_code == 200
    assert [card["source"]["topic"]["code"] for card in response.get_json()["cards"]] == ["MissingData"]


def test_nothing_recorded_and_a_word_about_somebody_else(client: CheckedClient):
    """Resources that name no patient at all are dropped, and refuse nothing."""
    nobody = {name: value for name, value in CONDITION.items() if name != "subject"}
    assert client.call(request_with(by_key(None, bundle(nobody), EMPTY))).status_code == 200


MEDICATION_KEYS = ("medicationRequests", "medicationStatements", "medicationAdministrations")
OBSERVATION_ALONE = bundle(OBSERVATION)
NOT_SENT = KNOWLEDGE.say("medications-not-sent").text


@pytest.mark.parametrize("beside", [{}, {"reports": EMPTY}, {"reports": OBSERVATION_ALONE}], ids=["nothing", "empty", "other kinds"])
def test_medications_that_nobody_sent_are_not_medications_never_given(client: CheckedClient, request_of: Any, beside: dict[str, Any]):
    """Though the clinician calls the record complete: first line only on condition, the history asked for. Null says that there is none."""
    body = request_of("first-line")
    body["prefetch"] |= dict.fromkeys(MEDICATION_KEYS)
    assert treatment(client, body)["summary"].startswith("First line: ")
    body["prefetch"] = {key: value for key, value in body["prefetch"].items() if key not in MEDICATION_KEYS} | beside
    card = treatment(client, body)
    assert card["summary"].startswith("First line if no HER2 therapy was given")
    assert card["extension"]["dev.her2cds.advice"]["missing"] == ["I04"]


@pytest.mark.parametrize("left_out", [("medicationStatements",), MEDICATION_KEYS[:2]], ids=len)
def test_a_kind_of_medication_record_that_was_left_out_is_said_first(client: CheckedClient, request_of: Any, left_out: tuple[str, ...]):
    """One kind tells that nothing was given; the card says that another never came."""
    body = request_of("first-line")
    assert NOT_SENT not in treatment(client, body)["detail"]
    body["prefetch"] = {key: value for key, value in body["prefetch"].items() if key not in left_out}
    assert NOT_SENT in treatment(client, body)["detail"]


def test_a_failed_query_under_an_unknown_key_may_have_been_the_medications(client: CheckedClient, request_of: Any):
    """Nobody knows what it asked for: first line only on condition, and the history is asked for."""
    body = request_of("first-line")
    body["prefetch"]["rx"] = FAILED
    card = treatment(client, body)
    assert card["summary"].startswith("First line if no HER2 therapy was given")
    assert card["extension"]["dev.her2cds.advice"]["missing"] == ["I04"]


ONE_KIND = {"medicationRequests": "MedicationRequest", "medicationStatements": "MedicationStatement"}


@pytest.mark.parametrize("key", ONE_KIND)
def test_a_drug_is_not_called_unused_where_a_kind_of_medication_record_was_left_out(client: CheckedClient, request_of: Any, key: str):
    """Some clients leave out the key of a query that failed: what stands only there may be the drug that is advised."""
    body = request_of("second-line")
    told = [resource for medications in MEDICATION_KEYS for resource in resources(body["prefetch"].pop(medications))]
    body["prefetch"][key] = bundle(*told)
    card = treatment(client, body)
    assert card["summary"].startswith("Second line, if the treatment history is complete: ")
    assert "I04" in card["extension"]["dev.her2cds.advice"]["missing"]
    assert NOT_SENT in card["detail"]


@pytest.mark.parametrize(("key", "kind"), ONE_KIND.items())
def test_a_kind_of_medication_record_that_the_ehr_does_not_keep_is_no_gap(
    client_of: Callable[..., CheckedClient], request_of: Any, key: str, kind: str
):
    """Many EHRs have one kind only: the site says so once, and no card has to say it every day."""
    client = client_of(medication_records=kind)
    body = request_of("second-line")
    whole = treatment(client, body)
    told = [resource for medications in MEDICATION_KEYS for resource in resources(body["prefetch"].pop(medications))]
    body["prefetch"][key] = bundle(*told)
    card = treatment(client, body)
    assert (card["summary"], NOT_SENT in card["detail"]) == (whole["summary"], False)


@pytest.mark.parametrize(
    ("beside", "said"),
    [
        ({"role": {"resourceType": "PractitionerRole", "id": "r"}}, True),
        ({"observations": OBSERVATION_ALONE}, False),
        ({"k7": EMPTY}, False),
    ],
    ids=["not ours", "renamed", "perhaps renamed"],
)
def test_who_renames_keys_may_have_left_out_none(client: CheckedClient, request_of: Any, beside: dict[str, Any], said: bool):
    """Which keys such a client left out is not known. One that sends more than is asked for has renamed nothing."""
    body = request_of("first-line")
    del body["prefetch"]["medicationStatements"]
    body["prefetch"] |= beside
    assert (NOT_SENT in treatment(client, body)["detail"]) == said


def resources(value: Any) -> list[dict[str, Any]]:
    """The resources under a key."""
    return [entry["resource"] for entry in value.get("entry", ())] if value else []


def treatment(client: CheckedClient, body: dict[str, Any]) -> dict[str, Any]:
    """The treatment card of an answer."""
    response = client.call(body)
    assert response.status_code == 200
    (card,) = (card for card in response.get_json()["cards"] if card["source"]["topic"]["code"].endswith("LineTreatment"))
    return dict(card)
