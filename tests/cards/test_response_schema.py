from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from cards.override_reasons import CODINGS
from cards.response_schema import response_validator
from cards.topics import TOPICS
from guideline.knowledge_base import KNOWLEDGE
from tests.cards.advice_builders import cards_of, finding, gap, thp_first

ECHO = {
    "resourceType": "ServiceRequest",
    "status": "draft",
    "intent": "order",
    "code": {"text": "Echocardiogram"},
    "subject": {"reference": "Patient/p1"},
}
DRUG = {**ECHO, "resourceType": "MedicationRequest", "id": "order-1"}
SUGGESTION_UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"


def a_response() -> dict[str, Any]:
    """A response with everything a card may carry: treatment first, then a warning with a suggestion and links."""
    cards = cards_of(finding("LvefMonitoringDue", missing=(gap(),), avoid=("trastuzumab",)), treatment=thp_first())
    warning, treatment = cards
    warning["suggestions"] = [
        {
            "label": "Order an echocardiogram",
            "uuid": SUGGESTION_UUID,
            "isRecommended": True,
            "actions": [{"type": "create", "description": "Echocardiogram, LVEF", "resource": copy.deepcopy(ECHO)}],
        }
    ]
    warning["selectionBehavior"] = "any"
    warning["links"] = [
        {"label": "Rule", "url": "https://cds.example.org/rules#R072", "type": "absolute"},
        {"label": "Course", "url": "https://cds.example.org/smart/launch", "type": "smart", "appContext": "lvef", "autolaunchable": True},
    ]
    return {"cards": [treatment, warning]}


def test_our_responses_are_valid() -> None:
    """No card, a plain card, and a card with suggestions and links are all valid."""
    for response in ({"cards": []}, {"cards": cards_of(finding("LvefHold"))}, a_response()):
        response_validator().validate(response)


@pytest.mark.parametrize("suggested", ["update", "delete"])
def test_other_actions_are_valid(suggested: str) -> None:
    """An update carries the whole resource, a delete only its reference."""
    response = a_response()
    action = response["cards"][1]["suggestions"][0]["actions"][0]
    action["type"] = suggested
    if suggested == "update":
        action["resource"] = copy.deepcopy(DRUG)
    else:
        del action["resource"]
        action["resourceId"] = "MedicationRequest/order-1"
    response_validator().validate(response)


def _treatment(response: dict[str, Any]) -> dict[str, Any]:
    card: dict[str, Any] = response["cards"][0]
    return card


def _warning(response: dict[str, Any]) -> dict[str, Any]:
    card: dict[str, Any] = response["cards"][1]
    return card


def _advice(response: dict[str, Any]) -> dict[str, Any]:
    advice: dict[str, Any] = _treatment(response)["extension"]["dev.her2cds.advice"]
    return advice


def _suggestion(response: dict[str, Any]) -> dict[str, Any]:
    suggestion: dict[str, Any] = _warning(response)["suggestions"][0]
    return suggestion


def _action(response: dict[str, Any]) -> dict[str, Any]:
    action: dict[str, Any] = _suggestion(response)["actions"][0]
    return action


def _twice_recommended(response: dict[str, Any]) -> None:
    card = _warning(response)
    card["selectionBehavior"] = "at-most-one"
    card["suggestions"].append({**copy.deepcopy(card["suggestions"][0]), "uuid": "7c9e6679-7425-40de-944b-e07fc1f90ae7"})


def _more_cards(response: dict[str, Any], card: Callable[[dict[str, Any]], dict[str, Any]], times: int) -> None:
    response["cards"].extend(copy.deepcopy(card(response)) for _ in range(times))


DAMAGES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "A4 no cards": lambda r: r.pop("cards"),
    "A4 cards null": lambda r: r.update(cards=None),
    "unknown member of the response": lambda r: r.update(card=[]),
    "five cards": lambda r: _more_cards(r, _warning, 3),
    "two treatment cards": lambda r: _more_cards(r, _treatment, 1),
    "A5 no summary": lambda r: _treatment(r).pop("summary"),
    "A5 summary of 140 characters": lambda r: _treatment(r).update(summary="x" * 140),
    "summary on two lines": lambda r: _treatment(r).update(summary="THP\nfirst"),
    "summary with a line break at the end": lambda r: _treatment(r).update(summary="THP\n"),
    "summary blank": lambda r: _treatment(r).update(summary=" "),
    "A5 indicator of CDS Hooks 0.9": lambda r: _treatment(r).update(indicator="hard-stop"),
    "A5 no source": lambda r: _treatment(r).pop("source"),
    "A6 source label empty": lambda r: _treatment(r)["source"].update(label=""),
    "A6 no topic": lambda r: _treatment(r)["source"].pop("topic"),
    "A6 topic without system": lambda r: _treatment(r)["source"]["topic"].pop("system"),
    "topic code with a hyphen": lambda r: _treatment(r)["source"]["topic"].update(code="First-Line"),
    "topic unknown": lambda r: _treatment(r)["source"]["topic"].update(code="SixthLineTreatment"),
    "source relative": lambda r: _treatment(r)["source"].update(url="/rules#R004"),
    "source leads to no rule": lambda r: _treatment(r)["source"].update(url="https://cds.example.org/rules"),
    "A7 detail empty": lambda r: _treatment(r).update(detail=""),
    "detail with HTML": lambda r: _treatment(r).update(detail="<b>THP</b>"),
    "A7 no override reason in the list": lambda r: _treatment(r).update(overrideReasons=[]),
    "advice without override reasons": lambda r: _treatment(r).pop("overrideReasons"),
    "seven override reasons": lambda r: _treatment(r).update(
        overrideReasons=[{**_treatment(r)["overrideReasons"][0], "code": f"reason-{n}"} for n in range(7)]
    ),
    "A9 override reason without display": lambda r: _treatment(r)["overrideReasons"][0].pop("display"),
    "A8 suggestions without selection behavior": lambda r: _warning(r).pop("selectionBehavior"),
    "selection behavior without suggestions": lambda r: _warning(r).pop("suggestions"),
    "A8 selection behavior unknown": lambda r: _warning(r).update(selectionBehavior="all"),
    "two recommended of at most one": _twice_recommended,
    "A10 link without host": lambda r: _warning(r)["links"][0].update(url="https://"),
    "A10 link of an unknown type": lambda r: _warning(r)["links"][0].update(type="external"),
    "A10 context on an absolute link": lambda r: _warning(r)["links"][0].update(appContext="x"),
    "A11 suggestion without label": lambda r: _suggestion(r).pop("label"),
    "suggestion without uuid": lambda r: _suggestion(r).pop("uuid"),
    "A11 no action in the list": lambda r: _suggestion(r).update(actions=[]),
    "two actions in one suggestion": lambda r: _suggestion(r).update(actions=[_action(r), _action(r)]),
    "A11 action type in capitals": lambda r: _action(r).update(type="CREATE"),
    "A11 action without description": lambda r: _action(r).pop("description"),
    "A11 create without a resource": lambda r: _action(r).pop("resource"),
    "A11 resource as a string": lambda r: _action(r).update(resource="{}"),
    "A11 resource without its type": lambda r: _action(r)["resource"].pop("resourceType"),
    "resource with an empty value deep inside": lambda r: _action(r)["resource"]["code"].update(coding=[{"code": ""}]),
    "create of an active order": lambda r: _action(r)["resource"].update(status="active"),
    "create with an id": lambda r: _action(r)["resource"].update(id="echo"),
    "create for nobody": lambda r: _action(r)["resource"].pop("subject"),
    "create of a diagnosis": lambda r: _action(r)["resource"].update(resourceType="Condition"),
    "update without id": lambda r: _action(r).update(type="update", resource={**DRUG, "id": ""}),
    "update of an examination": lambda r: _action(r).update(type="update", resource={**ECHO, "id": "echo"}),
    "delete of a result": lambda r: (_action(r).update(type="delete", resourceId="Observation/1"), _action(r).pop("resource")),
    "A11 delete without a reference": lambda r: _action(r).update(type="delete"),
    "A13 system action without description": lambda r: r.update(systemActions=[{"type": "create", "resource": ECHO}]),
    "card without uuid": lambda r: _treatment(r).pop("uuid"),
    "uuid in words": lambda r: _treatment(r).update(uuid="card-1"),
    "unknown member of a card": lambda r: _treatment(r).update(title="x"),
    "null in a card": lambda r: _treatment(r).update(links=None),
    "card without advice": lambda r: _treatment(r)["extension"].pop("dev.her2cds.advice"),
    "extension not in reverse domain notation": lambda r: _treatment(r)["extension"].update(advice={"x": 1}),
    "empty extension beside ours": lambda r: _treatment(r)["extension"].update({"com.example.x": {}}),
    "unknown regimen": lambda r: _advice(r).update(regimen="thp-2"),
    "empty alternatives": lambda r: _advice(r).update(alternatives=[]),
    "rule without its letter": lambda r: _advice(r)["rules"].append("004"),
    "missing input of another form": lambda r: _advice(r).update(missing=["I7"]),
    "fact without value": lambda r: _advice(r)["facts"][0].pop("value"),
    "fact with a day that no month has": lambda r: _advice(r)["facts"][0].update(date="2026-01-32"),
    "fact said not to be inferred": lambda r: _advice(r)["facts"][0].update(inferred=False),
    "unknown profile": lambda r: _advice(r).update(profile="seed/US"),
    "regimen on a safety card": lambda r: _warning(r)["extension"]["dev.her2cds.advice"].update(regimen="thp"),
    "regimen on a tumor board card": lambda r: _treatment(r)["source"]["topic"].update(code="TumorBoard"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_response_is_refused(damage: Callable[[dict[str, Any]], Any]) -> None:
    """Each constraint of CDS Hooks and of our public contract is held by the schema: one damage, and the response is refused."""
    response = a_response()
    damage(response)
    assert not response_validator().is_valid(response)


def test_the_schema_knows_our_topics_and_regimens() -> None:
    """The names of the schema are those of the topics file and the knowledge files."""
    known = response_validator().schema["$defs"]
    assert {*known["treatmentTopic"]["enum"], *known["topicCode"]["anyOf"][1]["enum"]} == TOPICS.keys()
    assert set(known["treatmentTopic"]["enum"]) == {topic.code for topic in TOPICS.values() if topic.treatment}
    assert set(known["regimen"]["enum"]) == KNOWLEDGE.regimens.keys()
    assert TOPICS.keys() - CODINGS.keys() == {"Her2Low"}
