"""One row for each call: what was concluded and from what, and nobody's name, id, date or words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from guideline.knowledge_base import KNOWLEDGE
from service.cds_hooks.registry import SERVICES
from service.samples import names, order_names, order_request_body, request_body
from service.store.tables import METADATA
from tests.service.auth.signing import BASE, bearer, claims, key_files, signed
from tests.service.checked_client import CALL, TODAY, CheckedClient
from tests.service.record.records import KEY, inputs, rows
from tests.service.test_feedback import entry
from tests.service.test_logs import MARK, marked

Clients = Callable[..., CheckedClient]


@pytest.fixture
def client(client_of: Clients, tmp_path: Path) -> CheckedClient:
    return client_of(data=tmp_path)


def requests_of_all_samples() -> Iterator[tuple[str, dict[str, Any]]]:
    by_hook = {service.hook: service.id for service in SERVICES.values()}
    for name in names():
        yield "her2-patient-view", request_body(name, TODAY)
    for name in order_names():
        body = order_request_body(name, TODAY)
        yield by_hook[body["hook"]], body


def test_a_call_is_on_record(client: CheckedClient, second_line: dict[str, Any]):
    """The row says which call it was, what was concluded, from which facts, with which knowledge, and how long it took."""
    before = datetime.now(UTC).replace(tzinfo=None) - timedelta(seconds=2)
    response = client.call(second_line)
    (row,) = rows(client)
    cards = response.get_json()["cards"]
    assert row["request"] == response.headers["X-Request-ID"]
    assert before < row["moment"] < datetime.now(UTC).replace(tzinfo=None)
    assert (row["day"], row["service"], row["outcome"], row["site"], row["client"]) == (TODAY, "her2-patient-view", "answered", "", "")
    assert (row["knowledge"], row["profile"], row["regimen"]) == (KNOWLEDGE.version, "guideline/US", "tdxd")
    assert row["ms"] > 0
    assert row["resources"] > 10
    assert [card["uuid"] for card in row["cards"]] == [card["uuid"] for card in cards]
    assert row["cards"][0]["topic"] == "SecondLineTreatment"
    assert "R020" in row["cards"][0]["rules"]
    assert ["SecondLineTreatment", "info"] in row["findings"]
    facts = {fact["name"]: fact for fact in row["facts"][cards[0]["uuid"]]}
    assert facts["HER2"]["value"] == "IHC 3+ (primary)"
    assert re.fullmatch(r"trastuzumab \+ pertuzumab \+ docetaxel from \d+0 days before: progressed", facts["Line 1"]["value"])
    assert set(facts["LVEF"]) == {"name", "value", "age"}


def test_silence_is_on_record(client: CheckedClient, request_of: Callable[[str], dict[str, Any]]):
    """A call with nothing to say has a row that names the rules of silence."""
    assert client.call(request_of("silent-on-treatment")).get_json()["cards"] == []
    (row,) = rows(client)
    assert (row["outcome"], row["cards"], row["regimen"]) == ("answered", [], "")
    assert row["silent"]


def test_calls_that_got_no_answer(client: CheckedClient, second_line: dict[str, Any], monkeypatch: pytest.MonkeyPatch):
    """A missing prefetch with what was missing, a request that is none, and a fault of ours each have a row of their own."""
    assert client.call(second_line | {"prefetch": {}}).status_code == 412
    assert client.call(b"{").status_code == 400
    monkeypatch.setattr("service.evaluation.advise", lambda *_: 1 / 0)
    assert client.call(second_line).status_code == 500
    found = {row["outcome"]: row for row in rows(client)}
    assert set(found) == {"prefetch-missing", "refused", "failed"}
    assert "missing Patient" in found["prefetch-missing"]["problems"]
    assert all(row["cards"] == [] and row["findings"] == [] for row in found.values())


def test_what_does_not_concern_us(client_of: Clients, tmp_path: Path):
    """Orders of other drugs are counted by a row without anything in it, and leave no input."""
    client = client_of(data=tmp_path, record_key=KEY)
    body = order_request_body("order-doxorubicin", TODAY)
    for entry_ in body["context"]["draftOrders"]["entry"]:
        entry_["resource"]["medicationCodeableConcept"] = {"text": "paracetamol"}
    path = next(f"/cds-services/{service.id}" for service in SERVICES.values() if service.hook == body["hook"])
    assert client.call(body, path=path).get_json()["cards"] == []
    (row,) = rows(client)
    assert (row["outcome"], row["resources"], row["findings"], row["facts"]) == ("answered", 0, [], {})
    assert inputs(client) == []


def test_who_called_and_what_was_dealt_with(client_of: Clients, tmp_path: Path, second_line: dict[str, Any]):
    """The issuer of the token stands in the row; advice that the user had dealt with is counted, and listed as found."""
    client = client_of(data=tmp_path, auth="required", public_url=BASE, jwt_issuers=key_files(tmp_path))
    card, *others = client.call(second_line, headers=bearer(signed())).get_json()["cards"]
    reason = {"reason": card["overrideReasons"][0]}
    given = client.give_feedback(
        {"feedback": [entry(card["uuid"], overrideReason=reason)]}, headers=bearer(signed(claims(aud=f"{BASE}{CALL}/feedback")))
    )
    assert given.status_code == 200
    assert client.call(second_line, headers=bearer(signed())).get_json()["cards"] == others
    assert client.call(second_line).status_code == 401
    found = rows(client)
    assert len(found) == 2  # who is not let in has no call
    assert all(row["client"].startswith("https://") for row in found)
    assert sorted(row["set_aside"] for row in found) == [0, 1]
    assert all(["SecondLineTreatment", "info"] in row["findings"] for row in found)


def test_switched_off(client_of: Clients, tmp_path: Path, second_line: dict[str, Any]):
    """With `HER2CDS_RECORD=off` there is no row, and readiness says so."""
    client = client_of(data=tmp_path, record="off")
    assert client.call(second_line).get_json()["cards"]
    assert rows(client) == []
    assert client.get("/readyz").get_json()["record"] == "off"


DATES = re.compile(r"\b\d{4}-\d{2}\b|\b(19|20)\d{2}\b")


def test_no_date_of_any_chart(client: CheckedClient):
    """Of every sample, facts and values hold ages in days and no date."""
    asked = [client.call(body, path=f"/cds-services/{service}").status_code for service, body in requests_of_all_samples()]
    assert set(asked) == {200}
    found = rows(client)
    assert len(found) == len(asked)
    facts = [fact for row in found for some in row["facts"].values() for fact in some]
    assert sum("age" in fact for fact in facts) > 40
    assert [fact for fact in facts if DATES.search(fact["name"] + fact["value"])] == []
    assert all(isinstance(fact["age"], int) and (fact["age"] <= 90 or fact["age"] % 30 == 0) for fact in facts if "age" in fact)


def test_nothing_that_a_client_wrote(client: CheckedClient, tmp_path: Path):
    """With a mark in each text of each request, no byte of the store holds the mark; nor any id, name or reference of the samples."""
    for service, body in requests_of_all_samples():
        client.call(marked(body), path=f"/cds-services/{service}")
        client.call(body, path=f"/cds-services/{service}", headers={"Traceparent": MARK, "X-Request-ID": MARK})
    assert rows(client)
    with client.store._database.reading() as connection:
        kept = repr([connection.execute(select(table)).all() for table in METADATA.sorted_tables])
    for _, body in requests_of_all_samples():
        patient = body["prefetch"]["patient"]
        assert body["context"]["patientId"] not in kept
        assert body["context"]["userId"] not in kept
        assert patient["birthDate"] not in kept
        assert patient["name"][0]["family"] not in kept
    for reference in ("Observation/", "Condition/", "Patient/", "Practitioner/"):
        assert reference not in kept
    client.store.close()
    for file in tmp_path.iterdir():
        assert MARK.encode() not in file.read_bytes(), file.name
