"""The order hooks: silent unless an order concerns us, and then before anything is read; strict about nothing that clients get wrong."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

import service.evaluation
from service.cli import main
from tests.service.checked_client import TODAY, CheckedClient, named_fields, without_uuids
from tests.service.client_requests import CLIENTS, epic_request, sandbox_pama, sandbox_request

SELECT, SIGN = "order-select", "order-sign"
BOTH = pytest.mark.parametrize("hook", [SELECT, SIGN])
EACH_CLIENT = pytest.mark.parametrize("shape", CLIENTS.values(), ids=CLIENTS)

Shape = Callable[..., dict[str, Any]]


def path(hook: str) -> str:
    return f"/cds-services/her2-{hook}"


def topics(client: CheckedClient, body: dict[str, Any]) -> list[str]:
    """The topics of the cards that a request is answered with."""
    response = client.call(body, path=path(body["hook"]))
    assert response.status_code == 200, response.text
    return [card["source"]["topic"]["code"] for card in response.get_json()["cards"]]


def drafts(body: dict[str, Any]) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = body["context"]["draftOrders"]["entry"]
    return [entry["resource"] for entry in entries]


@EACH_CLIENT
def test_opening_a_chart(client: CheckedClient, shape: Shape, second_line: dict[str, Any]):
    """A chart as each client sends it gets the advice of the plain request."""
    response = client.call(shape("patient-view"))
    assert response.status_code == 200
    expected = client.call(second_line).get_json()["cards"]
    assert [card["summary"] for card in response.get_json()["cards"]] == [card["summary"] for card in expected] != []


@EACH_CLIENT
@BOTH
def test_a_drug_that_is_not_the_best_choice(client: CheckedClient, shape: Shape, hook: str):
    """T-DM1 where T-DXd is preferred: a warning when it is chosen and when it is signed, in either client's words."""
    assert "NonPreferredAgent" in topics(client, shape(hook, "tdm1"))


NOTHING_ASKED: dict[str, dict[str, Any]] = {
    **{f"{name}, no drug yet, {hook}": shape(hook) for name, shape in CLIENTS.items() for hook in (SELECT, SIGN)},
    **{f"{name}, another drug, {hook}": shape(hook, "amoxicillin") for name, shape in CLIENTS.items() for hook in (SELECT, SIGN)},
    **{f"Sandbox, imaging, {hook}": sandbox_pama(hook) for hook in (SELECT, SIGN)},
}


@pytest.mark.parametrize("body", NOTHING_ASKED.values(), ids=NOTHING_ASKED)
def test_what_is_not_our_business_is_silence(client: CheckedClient, body: dict[str, Any], monkeypatch: pytest.MonkeyPatch):
    """No drug yet, another drug, another kind of order: no card, whatever the prefetch, and nothing of it is mapped."""

    def mapped(*_: Any, **__: Any) -> None:
        raise AssertionError("the prefetch was mapped")

    monkeypatch.setattr(service.evaluation, "build_case", mapped)
    for prefetch in (body["prefetch"], {}, None, {"patient": None}, {"everything": {"resourceType": "OperationOutcome"}}):
        response = client.call(body | {"prefetch": prefetch}, path=path(body["hook"]))
        assert (response.status_code, response.get_json()) == (200, {"cards": []})
    response = client.call({key: value for key, value in body.items() if key != "prefetch"}, path=path(body["hook"]))
    assert (response.status_code, response.get_json()) == (200, {"cards": []})


@EACH_CLIENT
def test_the_first_keystroke_is_answered_in_under_5_ms(client: CheckedClient, shape: Shape):
    """An order without a drug is answered in under 5 ms, the whole call, best of a few."""
    body = orjson.dumps(shape(SELECT))
    taken = []
    for _ in range(10):
        begun = time.perf_counter()
        assert client.call(body, path=path(SELECT)).get_json() == {"cards": []}
        taken.append(time.perf_counter() - begun)
    assert min(taken) < 0.005


@pytest.mark.parametrize("missing", [{"draftOrders"}, {"selections"}, {"selections", "draftOrders"}])
def test_the_sandbox_leaves_out_what_is_required(client: CheckedClient, missing: set[str]):
    """Clicking "Rx View" again sends order-select without `selections` and `draftOrders`: no failure."""
    body = sandbox_request(SELECT, "tdm1")
    body["context"] = {key: value for key, value in body["context"].items() if key not in missing}
    assert topics(client, body) == []


@pytest.mark.parametrize("selections", ["", {}, 5, None, ["MedicationRequest/1"]])
def test_selections_are_unknown_at_signing(client: CheckedClient, selections: Any):
    """The hook has no such member: whatever stands there is passed over, and the signed order is judged."""
    body = sandbox_request(SIGN, "tdm1")
    assert topics(client, body | {"context": body["context"] | {"selections": selections}}) == topics(client, body) != []


@pytest.mark.parametrize("orders", [{}, {"draftOrders": None}, {"draftOrders": {"resourceType": "Foo", "entry": []}}], ids=str)
def test_signing_nothing_is_no_approval(client: CheckedClient, orders: dict[str, Any]):
    """No orders at the moment of signing: 400, since an empty answer would say that they were checked. An empty Bundle is a Bundle."""
    body = sandbox_request(SIGN, "tdm1")
    del body["context"]["draftOrders"]
    response = client.call(body | {"context": body["context"] | orders}, path=path(SIGN))
    assert response.status_code == 400
    assert {field.partition(".resourceType")[0] for field in named_fields(response)} == {"context.draftOrders"}
    empty = {"draftOrders": {"resourceType": "Bundle", "type": "collection"}}
    assert topics(client, body | {"context": body["context"] | empty}) == []


@BOTH
def test_a_relevant_order_needs_the_record(client: CheckedClient, hook: str):
    """As soon as an order concerns us the record is needed: 412 without prefetch."""
    response = client.call(sandbox_request(hook, "tdm1") | {"prefetch": {}}, path=path(hook))
    assert response.status_code == 412


ENVELOPES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "a patient as user": ({"userId": "Patient/1"}, {"context.userId"}),
    "no user": ({"userId": None}, {"context.userId"}),
    "patientId as a reference": ({"patientId": "Patient/1"}, {"context.patientId"}),
    "draftOrders as an array": ({"draftOrders": []}, {"context.draftOrders"}),
}


@BOTH
@pytest.mark.parametrize(("members", "fields"), ENVELOPES.values(), ids=ENVELOPES)
def test_a_faulty_context_is_400(client: CheckedClient, hook: str, members: dict[str, Any], fields: set[str]):
    """A member of the context of the wrong kind is named."""
    body = sandbox_request(hook)
    response = client.call(body | {"context": body["context"] | members}, path=path(hook))
    assert response.status_code == 400
    assert named_fields(response) == fields


def test_selections_of_a_wrong_kind_are_400(client: CheckedClient):
    """Where orders are selected, what is selected has to be told."""
    body = sandbox_request(SELECT)
    response = client.call(body | {"context": body["context"] | {"selections": "MedicationRequest/1"}}, path=path(SELECT))
    assert (response.status_code, named_fields(response)) == (400, {"context.selections"})


@BOTH
def test_the_hook_must_be_that_of_the_address(client: CheckedClient, hook: str):
    """A request of one hook sent to the address of another is refused."""
    other = SIGN if hook == SELECT else SELECT
    response = client.call(sandbox_request(hook), path=path(other))
    assert (response.status_code, named_fields(response)) == (400, {"hook"})


def test_only_selected_orders_are_judged(client: CheckedClient):
    """When a drug is chosen, the other drafts are context; when all are signed, each is judged."""
    body = sandbox_request(SELECT, "tdm1")
    other = sandbox_request(SELECT, "amoxicillin")
    drafts(other)[0]["id"] = "request-124"
    body["context"]["draftOrders"]["entry"] += other["context"]["draftOrders"]["entry"]
    assert "NonPreferredAgent" in topics(client, body)
    body["context"]["selections"] = ["MedicationRequest/request-124"]
    assert topics(client, body) == []
    del body["context"]["selections"]
    assert "NonPreferredAgent" in topics(client, body | {"hook": SIGN})


@pytest.mark.parametrize("status", ["draft", "active", "on-hold-until-signed", None])
def test_a_signed_order_may_be_a_revision(client: CheckedClient, status: str | None):
    """Orders signed again have a status other than draft; one that is unknown or missing costs nothing."""
    body = sandbox_request(SIGN, "tdm1")
    drafts(body)[0]["status"] = status
    assert "NonPreferredAgent" in topics(client, body)


@EACH_CLIENT
@BOTH
def test_suggestions_fit_the_client(client: CheckedClient, shape: Shape, hook: str):
    """Every suggestion is one action about a draft of this call or a new order; Epic gets no update, which it does not carry out."""
    body = shape(hook, "tdm1")
    cards = client.call(body, path=path(hook)).get_json()["cards"]
    known = {f"{draft['resourceType']}/{draft['id']}" for draft in drafts(body)}
    actions = [action for card in cards for suggestion in card.get("suggestions", ()) for action in suggestion["actions"]]
    assert actions
    for action in actions:
        if action["type"] == "update":
            assert f"{action['resource']['resourceType']}/{action['resource']['id']}" in known
            assert shape is not epic_request
        elif action["type"] == "delete":
            assert action["resourceId"] in known
        else:
            assert action["resource"]["subject"]["reference"].endswith(body["context"]["patientId"])


@EACH_CLIENT
@pytest.mark.parametrize("in_chart", ["active", "draft"])
def test_no_click_removes_an_order_that_is_running(client: CheckedClient, shape: Shape, in_chart: str):
    """A draft that has the id of an active order revises it: it is neither deleted nor turned into another drug, whatever its status."""
    body = shape(SIGN, "tdm1")
    (draft,) = [one for one in drafts(body) if one["resourceType"] == "MedicationRequest"]
    concept = {name: value for name, value in draft.items() if name.startswith("medication")}
    order = {"resourceType": "MedicationRequest", "id": draft["id"], "status": in_chart, "intent": "order", "subject": draft["subject"]}
    dated = order | concept | {"authoredOn": TODAY.isoformat()}
    body["prefetch"]["orders"] = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": dated}]}
    cards = client.call(body, path=path(SIGN)).get_json()["cards"]
    found = {action["type"] for card in cards for suggestion in card["suggestions"] for action in suggestion["actions"]}
    assert bool(found & {"update", "delete"}) is (in_chart == "draft")


PLANS: dict[str, dict[str, Any]] = {
    "a protocol": {"groupIdentifier": {"value": "Trastuzumab emtansine q21d"}},
    "a definition": {"instantiatesCanonical": ["http://hospital.example/PlanDefinition/kadcyla-q3w"]},
    "a plan of care": {"basedOn": [{"reference": "CarePlan/1", "display": "OP BREAST ADO-TRASTUZUMAB EMTANSINE (KADCYLA) Q21D"}]},
    "a plan beside": {"supportingInformation": [{"reference": "CarePlan/1", "display": "OP BREAST KADCYLA"}]},
    "a note": {"note": [{"text": "Plan: T-DM1"}]},
}


@EACH_CLIENT
@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_another_drug_is_none_of_the_old_drugs_plan(client: CheckedClient, shape: Shape, plan: dict[str, Any]):
    """T-DM1 ordered by its plan and changed to T-DXd at one click: the plan would make a mix-up of it, with the way back at one click."""
    body = shape(SIGN, "tdm1")
    drafts(body)[0].update(plan)
    (card,) = [card for card in client.call(body, path=path(SIGN)).get_json()["cards"] if "suggestions" in card]
    (action,) = card["suggestions"][0]["actions"]
    assert ", outside the present plan" in action["description"]
    body["context"]["draftOrders"]["entry"] = [{"resource": {"id": "new", **action["resource"]}}]
    assert not {"ProductMixUp", "NonPreferredAgent"} & set(topics(client, body))


def test_the_same_order_gets_the_same_cards_from_the_command_line(
    client: CheckedClient, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    """`evaluate` answers a request of an order hook like the service, the hook named or not."""
    monkeypatch.chdir(tmp_path)
    body = sandbox_request(SIGN, "tdm1")
    file = tmp_path / "request.json"
    file.write_bytes(orjson.dumps(body))
    expected = client.call(body, path=path(SIGN)).get_json()["cards"]
    assert expected
    for hook in ([], ["--hook", SIGN]):
        assert main(["evaluate", str(file), *hook, "--today", TODAY.isoformat(), "--json"]) == 0
        cards = orjson.loads(capsys.readouterr().out)["cards"]
        assert [card["summary"] for card in without_uuids(cards)] == [card["summary"] for card in expected]
    assert main(["evaluate", str(file), "--hook", SELECT]) == 1
    assert "order-select" in capsys.readouterr().err


@BOTH
def test_a_record_is_asked_about_its_own_drafts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, hook: str
):
    """A Bundle that holds draft orders can be evaluated like an order hook; one that holds none is told so."""
    monkeypatch.chdir(tmp_path)
    body = sandbox_request(hook, "tdm1")
    values = [value for value in body["prefetch"].values() if value]
    chart = [entry["resource"] for value in values for entry in value.get("entry", ())] + [
        v for v in values if v["resourceType"] == "Patient"
    ]
    file = tmp_path / "record.json"
    for resources, status in ((chart + drafts(body), 0), (chart, 1)):
        file.write_bytes(orjson.dumps({"resourceType": "Bundle", "entry": [{"resource": one} for one in resources]}))
        assert main(["evaluate", str(file), "--hook", hook, "--today", TODAY.isoformat(), "--json"]) == status
        printed = capsys.readouterr()
        if status == 0:
            assert "NonPreferredAgent" in printed.out
        else:
            assert "MedicationRequest of status draft" in printed.err


@pytest.mark.parametrize(("number", "status"), [(1000, 200), (1001, 400)])
def test_orders_without_end_are_refused(client: CheckedClient, number: int, status: int):
    """A thousand drafts are looked at; more are no session of ordering, and would be judged for minutes."""
    context = {"userId": "Practitioner/1", "patientId": "p1", "draftOrders": {"resourceType": "Bundle", "entry": []}}
    context["draftOrders"]["entry"] = [{"resource": {"resourceType": "MedicationRequest", "id": str(one)}} for one in range(number)]
    response = client.call({"hook": "order-sign", "hookInstance": "1", "context": context}, path=path("order-sign"))
    assert response.status_code == status
    assert status == 200 or named_fields(response) == {"context.draftOrders"}
