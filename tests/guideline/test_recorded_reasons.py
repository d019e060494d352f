"""Reasons for the end of HER2 therapy that the record gives are named, and not asked for (R010, R131)."""

import pytest

from guideline.facts_used import line_drugs, line_facts
from tests.guideline.case_builder import HR_POSITIVE, advice_on, given, her2, on_therapy, situation_of, status

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
    ("drugs", "headline"),
    [
        (ended("patient-wish"), None),
        (ended("pregnancy"), None),
        (ended("hospice"), None),
        (ended("unavailable"), None),
        (ended("patient-wish", "completed"), None),
        (ended("other"), "her2-ended-otherwise-endocrine-goes-on"),
        (ended("patient-wish", "other"), "her2-ended-otherwise-endocrine-goes-on"),
        (ended(None), "her2-ended-endocrine-goes-on"),
        ((given("trastuzumab", 300, 4, reason="patient-wish"), given("pertuzumab", 300, 4)), "her2-ended-endocrine-goes-on"),
    ],
    ids=["wish", "pregnancy", "hospice", "unavailable", "two reasons", "another", "one of them another", "none", "one without"],
)
def test_r010_endocrine_therapy_that_goes_on_alone(drugs, headline):
    """Silent for a reason that ends HER2 therapy rightly; no recorded reason is called unrecorded."""
    case = on_therapy(*drugs, given("letrozole", 170), receptors=HR_POSITIVE_DISEASE)
    advice = advice_on(case)
    assert advice.treatment is None
    assert [f.headline.id for f in advice.findings] == ([] if headline is None else [headline])


@pytest.mark.parametrize(
    ("reason", "other", "words", "ask"),
    [
        ("patient-wish", None, "ended (patient wish)", "ask-progressed-since"),
        ("patient-wish", "completed", "ended (completed, patient wish)", "ask-progressed-since"),
        ("completed", None, "completed", "ask-progressed-since"),
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
