"""The log and the error answers never carry patient data, wherever a client puts it."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

import service.evaluation
from service.samples import request_body
from tests.service.checked_client import CALL, TODAY, CheckedClient

pytestmark = pytest.mark.usefixtures("_logging")

MARK = "QXZMARKED"


def marked(value: Any, path: str = "") -> Any:
    """The same request with a mark in every text that a client is free to choose: names, ids, references, dates of birth, displays."""
    kept = {"resourceType", "system", "code", "status", "hook", "type", "use", "gender", "unit"}
    if isinstance(value, dict):
        return {key: marked(member, key) for key, member in value.items()}
    if isinstance(value, list):
        return [marked(member, path) for member in value]
    if isinstance(value, str) and path not in kept:
        return f"{value}-{MARK}"
    return value


def good(**members: Any) -> dict[str, Any]:
    """A good request with some members replaced."""
    return request_body("second-line", TODAY) | members


BROKEN = {
    "patient": {"resourceType": "Patient", "id": [MARK], "birthDate": {MARK: MARK}, "name": MARK},
    "conditions": [MARK],
    "x": {"resourceType": "Observation", "id": MARK, "subject": MARK, "valueQuantity": MARK},
}
BAD_PLACES: dict[str, Any] = {
    "every text": marked(good()),
    "patientId with a slash": good(context={"userId": f"Practitioner/{MARK}", "patientId": f"Patient/{MARK}"}),
    "user of no type": good(context={"userId": f"{MARK} Smith", "patientId": MARK}),
    "hook": good(hook=MARK),
    "context as text": good(context=MARK),
    "prefetch as text": good(prefetch=MARK),
    "prefetch keys": good(prefetch={MARK: MARK, f"{MARK}2": {"resourceType": MARK}}),
    "server": good(prefetch=None, fhirServer=f"https://{MARK}.example.org", fhirAuthorization={"access_token": MARK}),
    "broken resources": good(prefetch=BROKEN),
}


@pytest.mark.parametrize("body", BAD_PLACES.values(), ids=BAD_PLACES)
def test_marked_data_never_reaches_the_log_or_an_error(client: CheckedClient, capfd: pytest.CaptureFixture[str], body: Any):
    """Not one character of a marked request is printed anywhere; error answers do not repeat it either."""
    response = client.call(body)
    printed = capfd.readouterr()
    assert MARK not in printed.out
    assert MARK not in printed.err
    assert '"event":"request"' in printed.err
    if response.status_code != 200:
        assert MARK not in response.text


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.call({}, path=f"/cds-services/{MARK}"),
        lambda client: client.get(f"/fhir/Patient/{MARK}?name={MARK}"),
        lambda client: client.call({}, path=f"{CALL}?patient={MARK}"),
        lambda client: client.open("/cds-services", method=MARK),
        lambda client: client.call({}, headers={"X-Request-ID": MARK, "User-Agent": MARK, "Authorization": f"Bearer {MARK}"}),
        lambda client: client.call(f'{{"hook": "{MARK}'.encode()),
    ],
    ids=["service id", "path", "query", "method", "headers", "broken JSON"],
)
def test_marked_addresses_and_headers_never_reach_the_log(client: CheckedClient, capfd: pytest.CaptureFixture[str], ask: Any):
    """Paths, queries, methods and headers are the caller's text and stay out."""
    response = ask(client)
    printed = capfd.readouterr()
    assert MARK not in printed.err + printed.out + response.text
    assert '"event":"request"' in printed.err


def test_a_failing_rule_is_500_and_logged_without_the_message(
    client: CheckedClient, second_line: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    """When anything raises, the clinician's system learns that it is broken, never that there is nothing to say."""

    def broken(*_: Any) -> None:
        raise ValueError(MARK)

    monkeypatch.setattr(service.evaluation, "advise", broken)
    response = client.call(second_line)
    assert response.status_code == 500
    assert response.get_json()["issue"][0]["severity"] == "fatal"
    assert MARK not in response.text
    printed = capfd.readouterr().err
    assert MARK not in printed
    failure = next(orjson.loads(line) for line in printed.splitlines() if '"failure"' in line)
    assert failure["where"][0] == "ValueError"
    assert "broken" in failure["where"][-1]
    assert failure["id"] == response.headers["X-Request-ID"]
    assert failure["id"] in response.get_json()["issue"][0]["diagnostics"]
    monkeypatch.undo()
    assert client.call(second_line).status_code == 200


def test_a_call_is_one_line_with_counts_and_topics(client: CheckedClient, second_line: dict[str, Any], capfd: pytest.CaptureFixture[str]):
    """The line of a call says which service, how it ended, how long it took, and what came of it."""
    response = client.call(second_line)
    (line,) = [orjson.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert line["service"] == "her2-patient-view"
    assert line["status"] == 200
    assert line["ms"] > 0
    assert line["cards"] == len(response.get_json()["cards"])
    assert "SecondLineTreatment" in line["topics"]
    assert line["resources"] > 5
    assert line["id"] == response.headers["X-Request-ID"]


def test_dropped_resources_are_counted_by_kind(client: CheckedClient, second_line: dict[str, Any], capfd: pytest.CaptureFixture[str]):
    """Resources of another patient are dropped, and the log says how many problems of that kind there were."""
    other = {"resourceType": "Condition", "id": "x", "subject": {"reference": f"Patient/{MARK}"}, "code": {"text": "Breast cancer"}}
    second_line["prefetch"]["other"] = other
    client.call(second_line)
    (line,) = [orjson.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert line["problems"]["other-patient"] == 1
