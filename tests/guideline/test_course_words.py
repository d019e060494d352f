"""How the course of therapy and the metastases are worded: what progressed on what, and since when (decisions 3 and 8)."""

import pytest

from guideline.facts_used import line_facts, metastatic_fact, progressed_on
from guideline.situation import Situation
from tests.guideline.case_builder import LONG, advice_on, given, metastasis, on_therapy, situation_of, status, thp

T_DM1 = "trastuzumab-emtansine"
PARTLY = (
    given("trastuzumab", 690),
    given("pertuzumab", 690, 500, reason="toxicity"),
    given("paclitaxel", 690, 570, status="completed", reason="completed"),
)


def after(*drugs) -> Situation:
    return situation_of(on_therapy(*drugs, disease_statuses=status("worsened", 6)))


@pytest.mark.parametrize(
    ("drugs", "words", "fact"),
    [
        (
            (given(T_DM1, 400, 144, reason="toxicity"),),
            "after trastuzumab emtansine (stopped for toxicity)",
            "stopped for toxicity, then progressed",
        ),
        (
            (given("trastuzumab-deruxtecan", 400, 113, reason="lung"),),
            "after trastuzumab deruxtecan (stopped for toxicity)",
            "stopped for toxicity, then progressed",
        ),
        (PARTLY, "on trastuzumab", "pertuzumab stopped for toxicity; progressed"),
        ((given(T_DM1, 400, 144),), "after trastuzumab emtansine", "progressed"),
        ((given(T_DM1, 400, 144, reason="completed"),), "after trastuzumab emtansine", "progressed"),
        ((given(T_DM1, 400, 10),), "on trastuzumab emtansine", "progressed"),
        ((given(T_DM1, 400, 4, reason="progression"),), "on trastuzumab emtansine", "progressed"),
        (thp(690), "on trastuzumab + pertuzumab + docetaxel", "progressed"),
    ],
    ids=["toxicity", "pneumonitis", "one part", "over before", "completed", "just over", "stopped for it", "the taxane over as planned"],
)
def test_decision_3_progressed_on_names_what_was_being_given(drugs, words, fact):
    """What was stopped for toxicity, or long before, is not what failed: neither in the headline nor in the line's fact."""
    s = after(*drugs)
    assert progressed_on(s.therapies.lines[-1]) == words
    assert line_facts(s)[-1].value.partition(": ")[2] == fact


def test_decision_3_the_headline_says_so():
    """The second line's headline after T-DM1 stopped for toxicity."""
    case = on_therapy(given(T_DM1, 400, 144, reason="toxicity"), disease_statuses=status("worsened", 6))
    headline = advice_on(case).treatment.headline.text
    assert headline == "Second line: T-DXd - progressed after trastuzumab emtansine (stopped for toxicity)"


def test_decision_3_taken_up_again_it_did_fail():
    """Stopped for toxicity, given again and running at the progression: progressed on it."""
    assert (
        progressed_on(after(given(T_DM1, 400, 300, reason="toxicity"), given(T_DM1, 250)).therapies.lines[-1]) == "on trastuzumab emtansine"
    )


@pytest.mark.parametrize(
    ("metastases", "value"),
    [
        (LONG, "liver"),
        ((*LONG, metastasis("bone", 658)), "bone, liver"),
        ((*LONG, metastasis("bone", 657)), "liver (2024-12-20), bone (2025-02-01)"),
        (
            (*LONG, metastasis("brain", 8), metastasis("distant-node", 60)),
            "liver (2024-12-20), distant node (2026-09-21), brain (2026-11-12)",
        ),
        ((*LONG, metastasis("bone", None)), "bone, liver"),
        ((*LONG, metastasis("bone", None), metastasis("bone", 8)), "bone, liver"),
        ((*LONG, metastasis("liver", 8)), "liver"),
        ((metastasis("unspecified", 700), metastasis("brain", 8)), "recorded (2024-12-20), brain (2026-11-12)"),
    ],
    ids=["one", "42 days later", "43 days later", "two later", "undated", "undated and dated", "the same site", "site unknown"],
)
def test_a_site_that_came_later_has_its_own_date(metastases, value):
    """Brain metastases of this month do not bear the date of the liver's two years ago."""
    found = metastatic_fact(situation_of(on_therapy(*thp(690), metastases=metastases)))
    assert (found.value, found.date) == (value, "2024-12-20")
