"""Reasons for the end of HER2 therapy that the record gives are named, and not asked for (R010, R131)."""

import pytest

from guideline.case import PerformanceStatus
from guideline.facts_used import line_drugs, line_facts
from tests.guideline.case_builder import (
    HR_POSITIVE,
    advice_on,
    ago,
    given,
    her2,
    intake,
    lvef,
    on_therapy,
    said_ids,
    situation_of,
    source,
    status,
    thp,
)

PHESGO = "pertuzumab-trastuzumab-hyaluronidase"
HR_POSITIVE_DISEASE = (her2("3+"), *HR_POSITIVE)


def ended(reason: str | None, other: str | None = None):
    """The antibodies ended four days ago for these reasons; the taxane was over before."""
    return (
        given("trastuzumab", 300, 4, reason=reason),
        given("pertuzumab", 300, 4, reason=other or reason),
        given("docetaxel", 300, 180, status="completed", reason="completed"),
    )


@pytest.mark.parametrize(
    ("drugs", "headline", "normally"),
    [
        (ended("patient-wish"), None, False),
        (ended("pregnancy"), None, False),
        (ended("hospice"), None, False),
        (ended("unavailable"), None, False),
        (ended("patient-wish", "completed"), None, False),
        (ended("other"), "her2-ended-otherwise-endocrine-goes-on", True),
        (ended("patient-wish", "other"), "her2-ended-otherwise-endocrine-goes-on", False),
        (ended("completed"), "her2-completed-endocrine-goes-on", True),
        (ended(None), "her2-ended-endocrine-goes-on", True),
        ((given("trastuzumab", 300, 4, reason="patient-wish"), given("pertuzumab", 300, 4)), "her2-ended-endocrine-goes-on", False),
    ],
    ids=[
        "wish",
        "pregnancy",
        "hospice",
        "unavailable",
        "two reasons",
        "another",
        "one of them another",
        "a planned end",
        "none",
        "one without",
    ],
)
def test_r010_endocrine_therapy_that_goes_on_alone(drugs, headline, normally):
    """Silent for a reason that ends HER2 therapy rightly; no recorded reason is called unrecorded.

    That it normally goes on is said where no reason explains the end.
    """
    case = on_therapy(*drugs, given("letrozole", 170), receptors=HR_POSITIVE_DISEASE)
    advice = advice_on(case)
    assert advice.treatment is None
    assert [f.headline.id for f in advice.findings] == ([] if headline is None else [headline])
    detail = [[line.id for line in f.detail] for f in advice.findings]
    assert detail == ([] if headline is None else [["her2-ended-normally-goes-on"] if normally else []])


@pytest.mark.parametrize(
    ("facts", "asked"),
    [
        ({}, True),
        ({"disease_statuses": status("stable", 60)}, True),
        ({"disease_statuses": status("stable", 2)}, False),
        ({"intake": intake(disease_burden="low")}, False),
        ({"performance": PerformanceStatus(3, ago(5), source("Observation"))}, False),
        ({"lvef": lvef(47)}, False),
    ],
    ids=["nothing else", "stable before the end", "stable since", "low burden", "frail", "the heart"],
)
def test_r009_a_planned_end_is_asked_about_while_endocrine_therapy_goes_on(facts, asked):
    """R062: not with a reason for endocrine therapy alone on record, nor where the disease was judged to be under control since."""
    case = on_therapy(*ended("completed"), given("letrozole", 170), **{"receptors": HR_POSITIVE_DISEASE, **facts})
    assert ("her2-completed-endocrine-goes-on" in said_ids(advice_on(case))) is asked


@pytest.mark.parametrize(
    ("reasons", "normally"),
    [
        (("completed",), True),
        ((None,), True),
        (("other",), True),
        ((None, "completed"), True),
        (("patient-wish",), False),
        (("unavailable",), False),
        (("patient-wish", "completed"), False),
        (("toxicity", None), False),
    ],
)
def test_r009_the_card_says_that_her2_therapy_normally_goes_on(reasons, normally):
    """Over without progression and without a reason that ends it rightly: said beside the condition of the next line."""
    treatment = advice_on(on_therapy(*ended(*reasons))).treatment
    assert ([line.id for line in treatment.detail][1:] == ["her2-ended-normally-goes-on"]) is normally


def test_r009_a_planned_end_leads_the_card():
    """Completed, without progression: that, and the question, stand before the next line; T-DXd as the later end is no other matter."""
    advice = advice_on(on_therapy(*ended("completed")))
    assert advice.treatment.headline.text == (
        "HER2 therapy ended as completed, no progression recorded: confirm why; second line, if progressed: T-DXd"
    )
    assert "\n".join(line.text for line in advice.treatment.detail) == (
        "The last therapy is recorded as completed, without progression: this holds if the disease has progressed since.\n"
        "HER2 therapy normally goes on until progression or unacceptable toxicity; no progression is documented: "
        "confirm that it was meant to end."
    )
    later = (*thp(690, 400, reason="progression"), given("trastuzumab-deruxtecan", 390, 100, reason="completed"))
    assert advice_on(on_therapy(*later)).treatment.headline.text.endswith("third line, if progressed: tucatinib triplet")


def test_chemotherapy_alone_that_was_completed_was_meant_to_end():
    """Third line: vinorelbine completed; nothing of HER2 therapy ended with it."""
    drugs = (*thp(690, 500, reason="progression"), given("vinorelbine", 300, 100, reason="completed"))
    treatment = advice_on(on_therapy(*drugs)).treatment
    assert (treatment.headline.id, len(treatment.detail)) == ("headline-next-line-conditional", 1)


@pytest.mark.parametrize(
    ("reason", "other", "words", "ask"),
    [
        ("patient-wish", None, "ended (patient wish)", "ask-progressed-since"),
        ("patient-wish", "completed", "ended (completed, patient wish)", "ask-progressed-since"),
        ("completed", None, "completed", "ask-end-meant"),
        ("other", None, "ended (another reason)", "ask-line-outcome"),
        (None, None, "ended, reason not recorded", "ask-line-outcome"),
        (None, "patient-wish", "ended, reason not recorded", "ask-line-outcome"),
    ],
)
def test_r131_the_line_names_its_reason_and_the_card_asks_for_what_is_open(reason, other, words, ask):
    """With a reason that is understood the open question is whether the disease has progressed since, not why the therapy was ended."""
    advice = advice_on(on_therapy(*ended(reason, other)))
    (line,) = [fact for fact in advice.treatment.facts if fact.name == "Line 1"]
    assert line.value.partition(": ")[2] == words
    assert [gap.ask.id for gap in advice.treatment.missing if gap.input == "I04"] == [ask]


def test_decision_6_a_change_with_a_recorded_reason_says_which():
    """A line that another one followed: its reason, where the record has it."""
    s = situation_of(on_therapy(*ended("unavailable"), given("trastuzumab-deruxtecan", 2)))
    assert line_facts(s)[0].value.endswith(": ended (unavailable)")
    s = situation_of(on_therapy(*ended("completed"), given("trastuzumab-deruxtecan", 2)))
    assert line_facts(s)[0].value.endswith(": completed")


@pytest.mark.parametrize(
    ("drugs", "words"),
    [
        (("trastuzumab", "pertuzumab", "docetaxel", PHESGO), f"{PHESGO} + docetaxel"),
        ((PHESGO, "trastuzumab", "pertuzumab"), "trastuzumab + pertuzumab"),
        ((PHESGO, "trastuzumab"), f"trastuzumab + {PHESGO}"),
        (("trastuzumab", "trastuzumab-hyaluronidase"), "trastuzumab-hyaluronidase"),
        (("trastuzumab", "pertuzumab"), "trastuzumab + pertuzumab"),
    ],
    ids=["IV to SC", "SC to IV", "pertuzumab dropped", "another form", "no switch"],
)
def test_r136_the_same_antibodies_are_named_once(drugs, words):
    """After a switch of route or product the line is named by the newer product; what only the older one brings keeps its name."""
    records = [given(drug, 300 - 60 * place) for place, drug in enumerate(drugs)]
    (line,) = situation_of(on_therapy(*records, disease_statuses=status("worsened", 5))).therapies.lines
    assert line_drugs(line) == words
