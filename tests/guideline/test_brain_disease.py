"""Brain metastases: present, active, predominant (decision 13; I06)."""

import pytest

from guideline.case import IntakeAnswer
from guideline.partial_date import PartialDate
from tests.guideline.case_builder import TODAY, a_case, ago, intake, metastasis, said, situation_of


def brain(*metastases, **answers):
    return situation_of(a_case(metastases=metastases or (metastasis("liver"),), intake=intake(cns_disease=None, **answers))).brain


def with_answer(answer, *metastases):
    return situation_of(a_case(metastases=metastases or (metastasis("liver"),), intake=intake(cns_disease=answer))).brain


def test_nothing_recorded_is_unknown():
    """I06: no entry and no answer is unknown, not "none"."""
    assert brain().state == "unknown"


@pytest.mark.parametrize(("answer", "state"), [("none", "none"), ("stable", "stable"), ("active", "active"), ("leptomeningeal", "present")])
def test_each_answer_counts(answer, state):
    """Every answer of `cns-disease` is read."""
    assert with_answer(answer).state == state


def test_an_active_entry_outweighs_an_answer_of_none():
    """The intake cannot take away what the problem list holds."""
    assert with_answer("none", metastasis("brain", 300), metastasis("liver")).present


def test_a_newer_entry_outweighs_an_answer_of_stable():
    """New brain metastases after the answer "stable" are not stable."""
    assert with_answer(said("stable", days=60), metastasis("brain", 10), metastasis("liver")).state == "present"


def test_a_resolved_entry_is_no_disease_now():
    """Resolved brain metastases alone leave the state unknown."""
    assert brain(metastasis("brain", 900, status="resolved"), metastasis("liver")).state == "unknown"


@pytest.mark.parametrize(
    ("days", "answer", "since"),
    [
        ((("brain", 480), ("leptomeningeal", 4)), None, 4),
        ((("brain", 480), ("leptomeningeal", 40), ("leptomeningeal", 4)), None, 40),
        ((("brain", 480), ("leptomeningeal", 4)), "leptomeningeal", 4),
        ((("brain", 480),), said("leptomeningeal", days=9), 9),
        ((("brain", 480), ("brain", 20)), None, 480),
        ((("brain", 480),), said("active", days=9), 480),
    ],
)
def test_the_day_is_that_of_what_is_said(days, answer, since):
    """Leptomeningeal disease since the meninges were named, by an entry or the answer alone; brain metastases since the first of them."""
    listed = [metastasis(site, day) for site, day in days]
    found = with_answer(answer, metastasis("liver"), *listed)
    assert found.date == ago(since)
    assert found.sources[0] == next((one.source for one in listed if one.date == ago(since)), "QuestionnaireResponse/1")
    assert set(found.sources) >= {one.source for one in listed}


@pytest.mark.parametrize(
    ("sites", "answers", "predominant"),
    [
        (("brain",), {}, True),
        (("brain", "liver"), {}, None),
        (("brain", "liver"), {"cns_burden_predominant": "true"}, True),
        (("brain",), {"cns_burden_predominant": "false"}, False),
        (("brain", "unspecified"), {}, None),
        (("brain", "regional-node"), {}, True),
    ],
)
def test_decision_13_which_burden_predominates(sites, answers, predominant):
    """By the intake, or when the brain is the only metastatic site; else nobody said."""
    assert brain(*(metastasis(site) for site in sites), **answers).predominant is predominant


@pytest.mark.parametrize(("days", "counts"), [(28, True), (29, False)])
def test_decision_27_neurological_symptoms_expire_after_28_days(days, counts):
    """Symptoms count for 28 days."""
    assert brain(cns_symptoms=said("true", days=days)).symptoms is counts


@pytest.mark.parametrize(("days", "state"), [(90, "none"), (91, "unknown")])
def test_decision_27_an_answer_about_the_cns_expires_after_90_days(days, state):
    """The words "None" of 91 days ago is unknown today."""
    assert with_answer(said("none", days=days)).state == state


def test_decision_27_an_answer_of_some_day_of_the_year_may_have_expired():
    """A coarse date is never taken as fresher than it may be: "none" of this year is unknown, for it may be of January."""
    answered = PartialDate.parse(str(TODAY.year))
    assert answered is not None
    assert with_answer(IntakeAnswer(("none",), answered)).state == "unknown"
