"""The order vignettes: drafts and chart in, over HTTP, the warning a pharmacist would give out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fhir.resources.R4B import get_fhir_model_class

from guideline.advice import INDICATOR_RANK
from tests.vignettes.answers import Answer, advice
from tests.vignettes.fhir_builder import ENCODINGS, Encoding
from tests.vignettes.order_answers import act, ask_order, suggestions
from tests.vignettes.order_cases import ORDER_CASES
from tests.vignettes.order_expectations import ORDER_EXPECTED, OrderExpected

VIGNETTES = [json.loads(line) for line in (Path(__file__).parent / "vignettes.jsonl").read_text().splitlines()]

#: A regimen that is one drug alone.
_REGIMEN = {"trastuzumab-emtansine": "tdm1", "trastuzumab-deruxtecan": "tdxd"}


def test_every_order_vignette_is_told() -> None:
    """No vignette of an order hook is left out; V33 is rule-book text, no card (decision 23)."""
    told = {v["id"]: v["hook"] for v in VIGNETTES if v["hook"].startswith("order-")}
    assert told == {vignette: case.hook for vignette, case in ORDER_CASES.items()}
    assert set(told) == set(ORDER_EXPECTED)


def test_expectations_agree_with_the_vignettes() -> None:
    """The highest indicator is the vignette's own, and none of them is silent."""
    for vignette in VIGNETTES:
        expected = ORDER_EXPECTED.get(vignette["id"])
        if expected is not None:
            assert not vignette["expected"]["silent"]
            assert expected.ceiling == vignette["expected"]["max_indicator"], vignette["id"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("vignette", sorted(ORDER_EXPECTED))
def test_order_vignette(vignette: str, encoding: Encoding) -> None:
    """These orders for this patient, however encoded, get exactly the warning the vignette and the owner's decisions ask for."""
    faults = list(differences(ask_order(ORDER_CASES[vignette], encoding), ORDER_EXPECTED[vignette]))
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("vignette", sorted(ORDER_EXPECTED))
def test_the_profile_changes_no_order_card(vignette: str) -> None:
    """Decision 1: the evidence profile reorders first-line options on the chart only; what is said about an order stays."""
    one, other = (ask_order(ORDER_CASES[vignette], "uscore", profile=profile) for profile in ("guideline", "current"))
    assert [(c["summary"], c["indicator"]) for c in one.cards] == [(c["summary"], c["indicator"]) for c in other.cards]


@pytest.mark.parametrize("vignette", sorted(ORDER_EXPECTED))
def test_both_encodings_get_the_same_words(vignette: str) -> None:
    """What a clinician reads does not depend on the EHR that sent it, but for a dose in the unit of the order."""
    one, other = (
        [(re.sub(r"\d+ mg \(([\d.]+ mg/(kg|m2))\)", r"\1", card["summary"]), card["indicator"]) for card in answer.cards]
        for answer in (ask_order(ORDER_CASES[vignette], encoding) for encoding in ENCODINGS)
    )
    assert one == other


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("vignette", sorted(ORDER_EXPECTED))
def test_cards_are_fit_to_be_read(vignette: str, encoding: Encoding) -> None:
    """Decisions 16, 31 and 32: no patient-view advice, at most four cards, whole sentences, and a reason to override where one advises."""
    answer = ask_order(ORDER_CASES[vignette], encoding)
    assert answer.treatment is None
    assert len(answer.cards) <= 4
    for card in answer.cards:
        assert not card["summary"].endswith(("…", "...")), card["summary"]
        if card["indicator"] != "info":
            assert 1 <= len(card["overrideReasons"]) <= 6, card["source"]["topic"]["code"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("vignette", sorted(ORDER_EXPECTED))
def test_suggested_resources_are_whole_and_valid(vignette: str, encoding: Encoding) -> None:
    """Every suggestion is one action that a human can read, about this patient, with a resource that passes the strict R4B models."""
    answer = ask_order(ORDER_CASES[vignette], encoding)
    for card, suggestion in suggestions(answer):
        assert card["selectionBehavior"] in {"any", "at-most-one"}
        assert len(suggestion["actions"]) == 1
        action = suggestion["actions"][0]
        assert len(action["description"]) > 20
        if action["type"] != "delete":
            resource = action["resource"]
            get_fhir_model_class(resource["resourceType"]).model_validate(resource)
            assert resource["subject"]["reference"].endswith("Patient/synthetic-1")


def differences(answer: Answer, expected: OrderExpected) -> Iterator[str]:
    """Everything in which the answer departs from the expectation, one line each."""
    if not answer.cards:
        yield "expected cards, got none"
        return
    yield from _topics(answer, expected)
    yield from _members(answer, expected)
    yield from _words(answer, expected)


def _topics(answer: Answer, expected: OrderExpected) -> Iterator[str]:
    for topic, indicator in expected.topics.items():
        found = [card["indicator"] for card in answer.cards if card["source"]["topic"]["code"] == topic]
        if set(found) != {indicator} or len(found) > expected.problems.get(topic, 1):
            yield f"{topic}: expected a card at {indicator}, got {found} (all: {answer.topics})"
    for card in answer.cards:
        topic, indicator = card["source"]["topic"]["code"], card["indicator"]
        if INDICATOR_RANK[indicator] > INDICATOR_RANK[expected.ceiling]:
            yield f"{topic} is {indicator}, the ceiling is {expected.ceiling}: {card['summary']}"
        if topic not in expected.topics and (topic not in expected.may or indicator != "info"):
            yield f"needless card {topic} ({indicator}): {card['summary']}"


def _members(answer: Answer, expected: OrderExpected) -> Iterator[str]:
    named = answer.avoid
    if lacking := {drug for drug in expected.avoid if not named & {drug, _REGIMEN.get(drug, drug)}}:
        yield f"avoid lacks {sorted(lacking)}, got {sorted(named)}"
    rules = {rule for card in answer.cards for rule in advice(card)["rules"]}
    if unfired := expected.rules - rules:
        yield f"rules lack {sorted(unfired)}, got {sorted(rules)}"
    if unasked := expected.missing - answer.missing:
        yield f"missing lacks {sorted(unasked)}, got {sorted(answer.missing)}"
    acts = [act(suggestion) for _, suggestion in suggestions(answer)]
    for pattern in expected.suggests:
        if not any(re.search(pattern, done) for done in acts):
            yield f"no suggestion {pattern!r}, got {acts}"


def _words(answer: Answer, expected: OrderExpected) -> Iterator[str]:
    for pattern in expected.summary_says:
        if not re.search(pattern, answer.summaries):
            yield f"no summary says {pattern!r}: {answer.summaries!r}"
    for pattern in expected.says:
        if not re.search(pattern, answer.text):
            yield f"nothing says {pattern!r}: {answer.text!r}"
    for pattern in expected.never:
        if found := re.search(pattern, answer.text):
            yield f"must not say {pattern!r}: ...{answer.text[max(0, found.start() - 60) : found.end() + 40]!r}"


def test_a_wrong_answer_is_noticed() -> None:
    """The comparison itself: silence, another indicator, a forbidden word and a lacking suggestion are all named."""
    answer, expected = ask_order(ORDER_CASES["V29"], "uscore"), ORDER_EXPECTED["V29"]
    assert list(differences(Answer([]), expected)) == ["expected cards, got none"]
    assert any("needless card" in fault for fault in differences(answer, replace(expected, topics={})))
    assert any("must not say" in fault for fault in differences(answer, replace(expected, never=(r"(?i)doxorubicin",))))
    assert any("no suggestion" in fault for fault in differences(answer, replace(expected, suggests=(r"^create 1$",))))
