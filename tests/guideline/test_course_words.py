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


WISHED = tuple(given(drug, 690, 200, reason="patient-wish") for drug in ("trastuzumab", "pertuzumab"))
TAXANE = given("docetaxel", 690, 570, status="completed", reason="completed")


@pytest.mark.parametrize(
    ("drugs", "words"),
    [
        ((*WISHED, TAXANE, given("letrozole", 199)), "on letrozole after trastuzumab + pertuzumab + docetaxel"),
        ((*WISHED, TAXANE), "after trastuzumab + pertuzumab + docetaxel"),
        ((WISHED[1], given("trastuzumab", 690), TAXANE), "on trastuzumab + docetaxel"),
        (
            (given("trastuzumab-deruxtecan", 690, 300, reason="completed"), given("trastuzumab", 280), given("pertuzumab", 280)),
            "on trastuzumab + pertuzumab",
        ),
    ],
    ids=["endocrine therapy alone since", "nothing since", "one antibody of two", "a conjugate completed, the antibodies instead"],
)
def test_decision_3_a_her2_drug_that_was_over_before_is_not_what_the_disease_progressed_on(drugs, words):
    """Ended by wish or as completed months before the progression, it did not fail."""
    assert progressed_on(after(*drugs).therapies.lines[-1]) == words


LETROZOLE = given("letrozole", 400)
ANTIBODY = given("trastuzumab", 400, 10, reason="progression")


@pytest.mark.parametrize(
    ("drugs", "words", "fact"),
    [
        ((ANTIBODY, LETROZOLE), "on trastuzumab + letrozole", "trastuzumab + letrozole from 2025-10-16: progressed"),
        (
            (ANTIBODY, LETROZOLE, given("palbociclib", 400)),
            "on trastuzumab + letrozole + palbociclib",
            "trastuzumab + letrozole + palbociclib from 2025-10-16: progressed",
        ),
        (
            (ANTIBODY, given("letrozole", 400, 200), given("exemestane", 199)),
            "on trastuzumab + exemestane",
            "trastuzumab + letrozole + exemestane from 2025-10-16: progressed",
        ),
        (
            (ANTIBODY, given("letrozole", 400, 200, reason="toxicity")),
            "on trastuzumab",
            "trastuzumab + letrozole from 2025-10-16: letrozole stopped for toxicity; progressed",
        ),
        (
            (*thp(690), given("letrozole", 500)),
            "on trastuzumab + pertuzumab + docetaxel",
            "trastuzumab + pertuzumab + docetaxel from 2024-12-30, letrozole from 2025-07-08: progressed",
        ),
        (
            (given("trastuzumab-deruxtecan", 400), given("letrozole", 200)),
            "on trastuzumab deruxtecan",
            "trastuzumab deruxtecan from 2025-10-16, letrozole from 2026-05-04: progressed",
        ),
    ],
    ids=["endocrine", "with palbociclib", "one after the other", "not tolerated", "joined chemotherapy", "joined a conjugate"],
)
def test_r061_endocrine_therapy_is_named_with_the_her2_drug_it_was_given_with(drugs, words, fact):
    """In place of chemotherapy it is a part of the regimen that failed; beside chemotherapy the line tells it with its day."""
    s = after(*drugs)
    assert progressed_on(s.therapies.lines[-1]) == words
    assert line_facts(s)[-1].value == fact


@pytest.mark.parametrize(
    ("reason", "headline", "fact"),
    [
        ("toxicity", "Second line: T-DXd - trastuzumab stopped for toxicity", "stopped for toxicity; letrozole goes on"),
        ("completed", None, "completed; letrozole goes on"),
    ],
)
def test_r061_endocrine_therapy_that_outlasts_the_line(reason, headline, fact):
    """What happened to the HER2 drug is not said of letrozole."""
    advice = advice_on(on_therapy(given("trastuzumab", 400, 10, reason=reason), LETROZOLE))
    assert (advice.treatment.headline.text if advice.treatment is not None else None) == headline
    (line,) = [f for f in (advice.treatment or advice.findings[0]).facts if f.name == "Line 1"]
    assert line.value == f"trastuzumab + letrozole from 2025-10-16: {fact}"


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
