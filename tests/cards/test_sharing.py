from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.sharing import MOST_CARDS, share_cards
from cards.topics import TOPICS
from guideline.advice import INDICATOR_RANK, Finding
from tests.cards.advice_builders import advice, behind, cards_of, finding, gap, say, thp_first, topics_of

OTHER_TOPICS = [topic.code for topic in TOPICS.values() if not topic.treatment]

findings = st.lists(st.sampled_from(OTHER_TOPICS), unique=True, max_size=9).flatmap(
    lambda codes: st.tuples(
        *(st.sampled_from(["info", "warning", "critical"]).map(lambda indicator, code=code: finding(code, indicator)) for code in codes)
    )
)


@given(findings, st.booleans())
def test_nothing_found_is_lost(found: tuple[Finding, ...], treated: bool) -> None:
    """With up to ten findings there are at most four cards, and every headline, sentence, rule and indicator is still on one."""
    cards = cards_of(*found, treatment=thp_first() if treated else None)
    assert len(cards) <= MOST_CARDS
    written = "\n".join(f"{card['summary']}\n{card['detail']}" for card in cards)
    for one in found:
        assert one.headline.text in written
        assert one.detail[0].text in written
    if found:
        assert max(INDICATOR_RANK[card["indicator"]] for card in cards) == max(INDICATOR_RANK[one.indicator] for one in found)
    assert topics_of(cards).count("FirstLineTreatment") == treated


@given(findings, st.booleans())
def test_the_order_is_by_urgency(found: tuple[Finding, ...], treated: bool) -> None:
    """Critical before warning before info; the treatment card first among equals; findings in any order give one order."""
    treatment = thp_first() if treated else None
    contents = share_cards(advice(*found, treatment=treatment))
    ranks = [INDICATOR_RANK[content.indicator] for content in contents]
    assert ranks == sorted(ranks, reverse=True)
    if treated:
        place = next(at for at, content in enumerate(contents) if content.main.topic == "FirstLineTreatment")
        assert INDICATOR_RANK["info"] == ranks[place]
        assert all(rank > ranks[place] for rank in ranks[:place])
    assert contents == share_cards(advice(*reversed(found), treatment=treatment))


def test_four_findings_keep_four_cards() -> None:
    """Nothing is folded while there is room."""
    cards = cards_of(finding("LvefHold"), finding("MissingData", "info"), finding("Her2Low", "info"), treatment=thp_first())
    assert topics_of(cards) == ["LvefHold", "FirstLineTreatment", "MissingData", "Her2Low"]


def test_information_joins_the_treatment_card() -> None:
    """The fifth card makes the informing ones join the treatment: their topics go, their sentences and gaps stay under `Also`."""
    cards = cards_of(
        finding("LvefHold"),
        finding("MissingData", "info", missing=(gap("I04", "Ask for earlier therapy."),)),
        finding("RebiopsySuggested", "info"),
        finding("SupportiveCare", "info"),
        treatment=thp_first(),
    )
    assert topics_of(cards) == ["LvefHold", "FirstLineTreatment"]
    assert "**Also: Headline of RebiopsySuggested**\n- What to do about RebiopsySuggested." in cards[1]["detail"]
    assert behind(cards[1])["missing"] == ["I04", "I07"]


def test_information_without_treatment_shares_one_card() -> None:
    """Without a treatment card the informing findings join the first of them."""
    cards = cards_of(
        finding("LvefHold"), *(finding(topic, "info") for topic in ("MissingData", "RebiopsySuggested", "SupportiveCare", "Her2Low"))
    )
    assert topics_of(cards) == ["LvefHold", "MissingData"]
    assert cards[1]["indicator"] == "info"


def test_the_most_urgent_warnings_keep_their_own_cards() -> None:
    """Warnings join from the least urgent up, under the topic and indicator of the most urgent among them, counted in the summary."""
    topics = ["Pregnancy", "InterstitialLungDisease", "HeartFailure", "LvefHold", "LvefMonitoringDue"]
    found = [finding("LvefMonitoringDue"), finding("LvefHold"), *(finding(topic, "critical") for topic in topics[:3])]
    cards = cards_of(*found, treatment=thp_first())
    assert topics_of(cards) == ["Pregnancy", "InterstitialLungDisease", "HeartFailure", "FirstLineTreatment"]
    assert cards[2]["indicator"] == "critical"
    assert cards[2]["summary"] == "Headline of HeartFailure (+ 2 more)"
    assert "**Also: Headline of LvefMonitoringDue**" in cards[2]["detail"]


def test_rules_facts_and_gaps_of_joined_cards_unite() -> None:
    """A card of several findings carries the rules, facts, gaps and drugs to avoid of all of them, each once."""
    both = {"missing": (gap("I08", "Ask for symptoms."),)}
    found = [finding(topic, "critical", **both, rules=(f"R11{at}",), avoid=("tdxd",)) for at, topic in enumerate(OTHER_TOPICS[:6])]
    joined = behind(cards_of(*found)[-1])
    assert joined["rules"] == ["R071", "R072", "R073", "R113", "R114", "R115"]
    assert joined["missing"] == ["I08"]
    assert joined["avoid"] == ["tdxd"]


def test_a_long_summary_is_not_cut_for_the_count() -> None:
    """Where the count of joined warnings has no room, the act keeps the whole summary."""
    long = (
        "Interrupt trastuzumab deruxtecan now, image the chest and ask the lung specialist before any other dose of any HER2 drug is given "
        + "x" * 6
    )
    found = [finding(topic, "critical", headline=f"{long}{at}") for at, topic in enumerate(OTHER_TOPICS[:6])]
    assert all("more)" not in card["summary"] and "…" not in card["summary"] for card in cards_of(*found))


def test_two_findings_that_say_the_same_are_one_card() -> None:
    """One topic with one headline is one card, as urgent as the more urgent, with what both know."""
    first = finding("LvefHold", detail=(say("From the trastuzumab table."),), rules=("R110",))
    second = finding("LvefHold", "critical", detail=(say("From the pertuzumab table."),), rules=("R111",))
    (card,) = cards_of(first, second)
    assert card["indicator"] == "critical"
    assert "From the trastuzumab table." in card["detail"]
    assert "From the pertuzumab table." in card["detail"]
    assert {"R110", "R111"} <= set(behind(card)["rules"])


def test_what_is_missing_is_asked_once() -> None:
    """Two cards that depend on one missing fact: the more urgent asks for it, and both name it for machines."""
    cards = cards_of(finding("LvefMonitoringDue", missing=(gap(),)), treatment=thp_first())
    assert sum(card["detail"].count("Get an echocardiogram before the first dose.") for card in cards) == 1
    assert "Get an echocardiogram" in cards[0]["detail"]
    assert [behind(card)["missing"] for card in cards] == [["I07"], ["I07"]]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_order_of_findings_changes_nothing(order: tuple[int, ...]) -> None:
    """The same findings in any order give the same cards, but for their uuids."""
    found = [finding("LvefHold"), finding("Pregnancy", "critical"), finding("LvefMonitoringDue")]
    cards, expected = cards_of(*(found[at] for at in order)), cards_of(*found)
    for card in (*cards, *expected):
        del card["uuid"]
    assert json.dumps(cards) == json.dumps(expected)
