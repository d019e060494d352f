from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cards.override_reasons import MOST_PER_CARD, OVERRIDE_REASONS
from cards.render import render_cards
from cards.response_schema import response_validator
from cards.topics import TOPICS
from guideline.advice import FactUsed, Finding, Option, Statement
from tests.cards.advice_builders import HER2_FACT, LVEF_FACT, advice, behind, cards_of, finding, is_one_line, say, thp_first, topics_of


def empties(value: Any, at: str = "$") -> list[str]:
    """Where a null or an empty string, array or object stands."""
    if value is None or value in ("", [], {}):
        return [at]
    if isinstance(value, dict):
        return [place for name, member in value.items() for place in empties(member, f"{at}.{name}")]
    if isinstance(value, list):
        return [place for member in value for place in empties(member, f"{at}[]")]
    return []


def test_silence_is_no_card() -> None:
    """An advice that says nothing gives an empty list."""
    assert cards_of() == []


def test_the_treatment_card_carries_the_public_contract() -> None:
    """Topic, source, rule anchor and every member of the machine-readable advice are as the public contract names them."""
    (card,) = cards_of(treatment=thp_first(facts=(HER2_FACT, LVEF_FACT)))
    assert card["source"] == {
        "label": "HER2 metastatic breast cancer guidance",
        "url": "https://cds.example.org/rules#R005",
        "topic": {"system": "urn:her2-cds:topic", "code": "FirstLineTreatment", "display": "First-line treatment"},
    }
    assert behind(card) == {
        "rules": ["R001", "R004", "R005", "R006", "R007", "R030", "R071", "R101", "R117", "R135"],
        "regimen": "thp",
        "alternatives": ["tdxd-pertuzumab"],
        "avoid": ["tdm1"],
        "facts": [
            {"name": "HER2", "value": "IHC 3+", "date": "2026-01-05", "source": "Observation/her2"},
            {"name": "LVEF", "value": "62 %", "date": "2026-05", "source": "Observation/lvef", "inferred": True},
        ],
        "missing": ["I07"],
        "profile": "guideline/US",
        "knowledge": "2026.11.20",
    }


@pytest.mark.parametrize(
    "source",
    [None, "", "Observation", "Observation/<b>1</b>", "Observation/[x](javascript:alert(1))", "Observation/a b", "A/1/2"],
)
def test_a_resource_without_an_id_is_not_named(source: str | None) -> None:
    """The public contract has `Observation/123`: a bare type names no resource, and what holds markup is no id."""
    (card,) = cards_of(treatment=thp_first(facts=(replace(HER2_FACT, source=source),)))
    assert behind(card)["facts"] == [{"name": "HER2", "value": "IHC 3+", "date": "2026-01-05"}]


@pytest.mark.parametrize("id_", ["123", "a-b.c", "T81_lvef~2", "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", "x" * 200])
def test_a_resource_is_named_by_its_id(id_: str) -> None:
    """Also by ids of other characters, and longer, than FHIR's, as EHRs send them."""
    (card,) = cards_of(treatment=thp_first(facts=(replace(HER2_FACT, source=f"Observation/{id_}"),)))
    assert behind(card)["facts"][0]["source"] == f"Observation/{id_}"


def test_rules_stand_in_order() -> None:
    """Rules of the inventory stand before order checks, each by number."""
    (card,) = cards_of(finding("DoseCheck", rules=("P10", "R101", "P02", "R020")))
    assert behind(card)["rules"] == ["R020", "R072", "R073", "R101", "P02", "P10"]


def test_the_source_leads_to_the_leading_rule() -> None:
    """The rule its author named first leads, not the lowest number; a slash at the end of the public URL does no harm."""
    found = advice(finding("LvefHold", rules=("R112", "R110")))
    (card,) = render_cards(found, public_url="https://cds.example.org/her2/")
    assert card["source"]["url"] == "https://cds.example.org/her2/rules#R112"


@pytest.mark.parametrize(("lead", "rule"), [(Option("thp", rules=("R005", "R004")), "R005"), (Option("thp"), "R015"), (None, "R015")])
def test_a_treatment_leads_to_the_rule_of_its_regimen(lead: Option | None, rule: str) -> None:
    """The source of a treatment card is the rule that chose the regimen, else the rule of its headline."""
    (card,) = cards_of(treatment=thp_first(lead=lead, headline=say("T-DXd: early relapse", "R015"), rules=("R001",)))
    assert card["source"]["url"].endswith(f"/rules#{rule}")


def test_nothing_empty_is_sent() -> None:
    """No member of a card is null or empty, however little the advice holds."""
    bare = Finding(
        "LvefHold", "warning", say("Hold trastuzumab"), facts=(FactUsed("LVEF", " "), FactUsed("LVEF", "44 %", "", "")), rules=("R110",)
    )
    for card in cards_of(bare, treatment=thp_first(lead=None, alternatives=(), barred=(), facts=(), missing=(), why=(), checks=())):
        assert empties(card) == []
    assert behind(cards_of(bare)[0])["facts"] == [{"name": "LVEF", "value": "44 %"}]


@given(st.text(max_size=400))
def test_a_summary_is_short_and_on_one_line(headline: str) -> None:
    """A summary has 1 to 139 characters on one line, whatever a headline holds; a blank one falls back to the topic."""
    (card,) = cards_of(Finding("LvefHold", "warning", say(headline), rules=("R110",)))
    assert 0 < len(card["summary"]) < 140
    assert is_one_line(card["summary"])


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_value_of_the_record_gives_a_valid_card(value: str, name: str) -> None:
    """Whatever a fact or a sentence holds, the response is valid, can be sent, and carries no HTML tag."""
    fact = FactUsed("HER2", value, "2026-01-05", f"Observation/{name}")
    cards = cards_of(finding("LvefHold", facts=(fact,), detail=(say(name),)), treatment=thp_first(facts=(fact,), why=(say(value),)))
    orjson.dumps(cards)
    response_validator().validate({"cards": cards})
    assert all("<" not in card["detail"] for card in cards)


def test_a_value_that_no_clinician_reads_is_cut() -> None:
    """A value of a hundred thousand characters does not reach the card."""
    (card,) = cards_of(finding("LvefHold", facts=(FactUsed("Note", "long " * 20_000),)))
    assert len(card["detail"]) < 600
    assert len(behind(card)["facts"][0]["value"]) <= 200


def test_every_card_has_its_own_uuid() -> None:
    """No two cards share a uuid, within an answer or across answers."""
    found = [finding("LvefHold"), finding("Pregnancy", "critical"), finding("LvefMonitoringDue")]
    uuids = [card["uuid"] for _ in range(200) for card in cards_of(*found, treatment=thp_first())]
    assert len(set(uuids)) == 800


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_gives_a_valid_card(topic: str) -> None:
    """A card of every topic is valid, and offers one to six override reasons unless it only informs."""
    if TOPICS[topic].treatment:
        lead = {"lead": None} if topic == "TumorBoard" else {}
        treatment = replace(thp_first(**lead), topic=topic)
        cards = cards_of(treatment=treatment)
    else:
        cards = cards_of(finding(topic))
    assert topics_of(cards) == [topic]
    response_validator().validate({"cards": cards})
    assert 0 < len(cards[0].get("overrideReasons", ())) <= MOST_PER_CARD or topic == "Her2Low"


def test_no_suggestion_means_no_selection_behavior() -> None:
    """A card without suggestions names neither suggestions nor how to choose among them."""
    (card,) = cards_of(finding("LvefBaselineNeeded", requests=("echocardiogram",)))
    assert not {"suggestions", "selectionBehavior"} & card.keys()


def test_cards_do_not_share_their_parts() -> None:
    """A caller may add to one card without changing another."""
    first, second = cards_of(finding("LvefHold"))[0], cards_of(finding("LvefHold"))[0]
    first["overrideReasons"][0]["display"] = "changed"
    first["overrideReasons"].pop()
    first["source"]["topic"]["display"] = "changed"
    third = cards_of(finding("LvefHold"))[0]
    for card in (second, third):
        assert "changed" not in str(card)
        assert len(card["overrideReasons"]) == len(OVERRIDE_REASONS.by_topic["LvefHold"])


def test_rules_of_every_sentence_are_named() -> None:
    """A rule that speaks anywhere on a card, even only in what is asked, is among the card's rules."""
    treatment = thp_first(detail=(Statement("x", "Local therapy first.", ("R128",)),))
    (card,) = cards_of(treatment=treatment)
    assert {"R128", "R071", "R117", "R135"} <= set(behind(card)["rules"])
