"""Each state of a prefetch key over HTTP, with no FHIR server to ask: when the call is refused, and what the cards may not claim then."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from fhir_mappings.prefetch_queries import MEDICATION_KINDS, PREFETCH
from guideline.knowledge_base import KNOWLEDGE
from service.cds_hooks.registry import REQUIRED_KINDS, SERVICES
from service.samples import order_request_body, request_body
from tests.fhir_mappings.prefetch_states import ABSENT, STATES, State, kind_of, resource_for
from tests.service.checked_client import TODAY, CheckedClient, issues, without_uuids

EACH_KEY = pytest.mark.parametrize("key", PREFETCH)
EACH_STATE = pytest.mark.parametrize("state", STATES.values(), ids=STATES)

#: States from which nothing is known: neither data, nor that there is none.
UNKNOWN = frozenset({"absent", "failed", "garbage"})
_UNKNOWN_STATES = {name: state for name, state in STATES.items() if state.read_as in UNKNOWN}
EACH_UNKNOWN = pytest.mark.parametrize("state", _UNKNOWN_STATES.values(), ids=_UNKNOWN_STATES)
MEDICATION_KEYS = tuple(key for key in PREFETCH if kind_of(key) in MEDICATION_KINDS)
OBSERVATION_KEYS = tuple(key for key in PREFETCH if kind_of(key) == "Observation")
#: Kinds that one key of ours alone can carry.
REQUIRED_KEYS = frozenset(key for key in PREFETCH if kind_of(key) in REQUIRED_KINDS and kind_of(key) != "Observation")
OPTIONAL_KEYS = tuple(key for key in PREFETCH if key not in REQUIRED_KEYS)

#: Words of computers, which no clinician should read on a card.
TECHNICAL = re.compile(
    r"\b(prefetch|operationoutcome|html|http|json|bundle|timeout|504|500|server|searchset|null|exception|fhir)\b", re.IGNORECASE
)
BODIES = {
    "patient-view": lambda: request_body("second-line", TODAY),
    "order-select": lambda: order_request_body("order-tdm1", TODAY),
    "order-sign": lambda: order_request_body("order-reescalation", TODAY),
}
RECORD_INCOMPLETE = KNOWLEDGE.say("condition-record-incomplete").text
NOT_READ = KNOWLEDGE.say("therapy-not-read").text
NOT_SENT = KNOWLEDGE.say("medications-not-sent").text
NOT_SEEN = KNOWLEDGE.say("record-not-seen", parts="|").text.partition("|")[0]


def sample_with(state: State, *keys: str, sample: str = "second-line") -> dict[str, Any]:
    """The request of a sample patient, with these keys in one state."""
    body = request_body(sample, TODAY)
    for key in keys:
        value = state.send(resource_for(key, body["context"]["patientId"]))
        if value is ABSENT:
            del body["prefetch"][key]
        else:
            body["prefetch"][key] = value
    return body


def cards_of(client: CheckedClient, body: dict[str, Any]) -> list[dict[str, Any]]:
    response = client.call(body)
    assert response.status_code == 200, response.text
    return without_uuids(response.get_json()["cards"])


def said(cards: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Summaries and details, without the lines on what was not seen or sent."""
    gaps = (NOT_SEEN, NOT_SENT)
    return [
        (card["summary"], "\n".join(line for line in card.get("detail", "").splitlines() if line and not any(gap in line for gap in gaps)))
        for card in cards
    ]


def waits_for_the_history(cards: list[dict[str, Any]]) -> bool:
    """Whether the first card says that not all therapies were read: as its condition, or as the one thing it asks for (decision 5)."""
    return RECORD_INCOMPLETE in cards[0]["detail"] or cards[0]["summary"] == NOT_READ


def prose(cards: list[dict[str, Any]]) -> str:
    """What a clinician reads of cards; addresses are no prose."""
    return "\n".join(f"{card['summary']}\n{re.sub(r'https?://[^ )]+', '', card.get('detail', ''))}" for card in cards)


@EACH_KEY
@EACH_STATE
def test_decision_26_each_state_of_each_key_over_http(client: CheckedClient, key: str, state: State):
    """412 only where a required kind stood under this key alone and is unknown now, and it is named; else 200, and cards for clinicians."""
    response = client.call(sample_with(state, key))
    if key in REQUIRED_KEYS and state.read_as in UNKNOWN:
        assert response.status_code == 412
        assert [kind for kind in REQUIRED_KINDS if any(f" {kind} " in issue["details"]["text"] for issue in issues(response))] == [
            kind_of(key)
        ]
    else:
        assert response.status_code == 200, response.text
        assert TECHNICAL.findall(prose(response.get_json()["cards"])) == []


@pytest.mark.parametrize("key", OPTIONAL_KEYS)
@EACH_UNKNOWN
def test_what_is_unknown_claims_no_more_than_no_data(client: CheckedClient, key: str, state: State):
    """An optional key that is absent, failed or garbage reads at most like one that says there is nothing: never as normal.

    What failed is named. For medications that failed, are garbage or were left out the card stands under its condition.
    """
    cards = cards_of(client, sample_with(state, key))
    null = cards_of(client, sample_with(STATES["null"], key))
    if key in MEDICATION_KEYS:
        assert NOT_SENT in cards[0]["detail"] if state.read_as == "absent" else waits_for_the_history(cards)
        assert " if " in cards[0]["summary"] or cards[0]["summary"] == NOT_READ
        assert "no HER2 therapy for metastatic disease yet" not in prose(cards)
    else:
        assert said(cards) == said(null)
        assert NOT_SENT not in cards[0]["detail"]
        assert (NOT_SEEN in cards[0]["detail"]) == (state.read_as == "failed")


@pytest.mark.parametrize("name", [name for name, state in STATES.items() if "incomplete" in state.problems])
@pytest.mark.parametrize("sample", ["first-line", "second-line"])
def test_a_medication_search_that_came_in_part_is_never_never_given(client: CheckedClient, name: str, sample: str):
    """Pages that are missing, parts of a batch that failed, results that were counted and not sent: every such card says its condition."""
    cards = cards_of(client, sample_with(STATES[name], "medicationStatements", sample=sample))
    assert waits_for_the_history(cards)
    assert "no HER2 therapy for metastatic disease yet" not in prose(cards)


@EACH_UNKNOWN
@pytest.mark.parametrize("sample", ["first-line", "second-line"])
def test_without_any_medications_no_card_says_that_none_were_given(client: CheckedClient, state: State, sample: str):
    """Nothing that could have carried a medication: the advice stands under its condition, whatever the clinician said of the record."""
    cards = cards_of(client, sample_with(state, *MEDICATION_KEYS, sample=sample))
    assert waits_for_the_history(cards)
    assert "no HER2 therapy for metastatic disease yet" not in prose(cards)


@EACH_UNKNOWN
def test_a_heart_that_nobody_could_look_up_is_not_a_normal_heart(client: CheckedClient, state: State):
    """Each state in which the echoes are unknown: the value is not on the card, and the missing LVEF is."""
    assert "LVEF: 62 %" in prose(cards_of(client, request_body("second-line", TODAY)))
    detail = cards_of(client, sample_with(state, "heart"))[0]["detail"]
    assert "LVEF: " not in detail
    assert "LVEF by echo or MUGA before the first dose" in detail


@EACH_UNKNOWN
def test_without_any_observations_the_call_is_refused(client: CheckedClient, state: State):
    """One key of Observations that could be read is enough; none is not."""
    assert client.call(sample_with(state, *OBSERVATION_KEYS)).status_code == 412
    assert client.call(sample_with(state, *OBSERVATION_KEYS[1:])).status_code == 200


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
@EACH_STATE
def test_no_state_of_all_keys_at_once_is_a_failure_of_ours(client: CheckedClient, service: Any, state: State):
    """All keys in one state, for every hook: cards or 412, never a 500."""
    body = BODIES[service.hook]()
    sent = {key: state.send(resource_for(key, body["context"]["patientId"])) for key in PREFETCH}
    body["prefetch"] = {key: value for key, value in sent.items() if value is not ABSENT}
    response = client.call(body, path=f"/cds-services/{service.id}")
    assert response.status_code == (412 if state.read_as in UNKNOWN else 200), response.text


@pytest.mark.parametrize("status", ["404 Not Found", "403", "500 Internal Server Error", "304 Not Modified"])
def test_a_merged_batch_of_which_the_therapies_failed_claims_no_first_line(client: CheckedClient, status: str):
    """All queries in one batch, answered with 200: the part that failed is no empty part, under whatever key it stands."""
    sent = request_body("second-line", TODAY)
    parts = [{"resource": value, "response": {"status": "200 OK"}} for key, value in sent["prefetch"].items() if key not in MEDICATION_KEYS]
    whole = [*parts, *({"resource": sent["prefetch"][key], "response": {"status": "200"}} for key in MEDICATION_KEYS)]
    failed = [*parts, *({"response": {"status": status}} for _ in MEDICATION_KEYS)]
    for entries, line in ((whole, "Second line"), (failed, NOT_READ)):
        body = sent | {"prefetch": {"record": {"resourceType": "Bundle", "type": "batch-response", "entry": entries}}}
        cards = cards_of(client, body)
        assert cards[0]["summary"].startswith(line)


@pytest.mark.parametrize("status", ["404 Not Found", "500"])
def test_a_batch_that_failed_altogether_is_refused(client: CheckedClient, status: str):
    """200 outside and nothing but failures inside is no empty chart."""
    entries = [{"response": {"status": status}} for _ in PREFETCH]
    body = request_body("second-line", TODAY)
    body["prefetch"] = {"record": {"resourceType": "Bundle", "type": "batch-response", "entry": entries}}
    assert client.call(body).status_code == 412


def test_old_fhir_is_named_and_refuses_nothing(client: CheckedClient):
    """A record of which the therapies come in the shape of STU3: 200, and the advice stands under its condition."""
    body = request_body("second-line", TODAY)
    for entry in body["prefetch"]["medicationStatements"]["entry"]:
        entry["resource"]["taken"] = "y"
    cards = cards_of(client, body)
    assert waits_for_the_history(cards)


def test_no_text_of_a_broken_client_reaches_a_card_or_an_error(client: CheckedClient):
    """What a broken client sends in place of FHIR may hold anything, names included: it is repeated nowhere."""
    secret = "Jane Roe, born 1970"
    for key in PREFETCH:
        body = request_body("second-line", TODAY)
        body["prefetch"][key] = f"<html>{secret}</html>"
        assert secret not in client.call(body).text
        body["prefetch"][key] = {
            "resourceType": "OperationOutcome",
            "issue": [{"severity": "error", "code": "exception", "diagnostics": secret}],
        }
        assert secret not in client.call(json.dumps(body).encode()).text
