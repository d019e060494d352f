"""Pregnancy (R124; decision 15)."""

import pytest

from guideline.case import Pregnancy
from guideline.partial_date import PartialDate
from tests.guideline.case_builder import (
    a_case,
    advice_on,
    finding,
    given,
    intake,
    lead_of,
    metastasis,
    missing_in,
    on_therapy,
    pregnancy,
    said,
    said_ids,
    second_line,
    words_of,
)
from tests.guideline.order_builder import asks, only, order

OPEN = {"age": 38, "intake": intake(pregnancy_excluded=None, menopausal_status="premenopausal")}


@pytest.mark.parametrize("build", [a_case, second_line])
def test_r124_a_documented_pregnancy_is_critical_and_no_her2_drug_leads(build):
    """R124: no treatment card; obstetric-oncology board, contraception seven months after the last dose later."""
    advice = advice_on(build(pregnancies=pregnancy(), **OPEN))
    assert advice.treatment is None
    assert finding(advice, "Pregnancy").indicator == "critical"
    assert {"pregnancy-board", "pregnancy-contraception"} <= said_ids(advice)
    assert "7 months" in words_of(advice)


@pytest.mark.parametrize("drug", ["trastuzumab", "pertuzumab", "trastuzumab-emtansine", "trastuzumab-deruxtecan", "tucatinib", "lapatinib"])
def test_r124_running_her2_drugs_are_named(drug):
    """R124: antibodies, conjugates and kinase inhibitors that run are named to be interrupted."""
    found = finding(advice_on(on_therapy(given(drug, 100), pregnancies=pregnancy(), **OPEN)), "Pregnancy")
    assert found.avoid == (drug,)


POSSIBLE = pregnancy("possible", 5)


def test_r124_a_possible_pregnancy_under_therapy_is_asked_about():
    """A positive test while T-DM1 runs is no silence: a warning that asks, and no hold of its own."""
    found = finding(advice_on(on_therapy(given("trastuzumab-emtansine", 100), pregnancies=POSSIBLE, **OPEN)), "Pregnancy")
    assert (found.indicator, found.headline.id, found.avoid) == ("warning", "pregnancy-possible-running", ())
    assert "trastuzumab emtansine" in found.headline.text
    assert [(gap.input, fact.value) for gap in found.missing for fact in found.facts] == [("I13", "possible")]


@pytest.mark.parametrize(
    "facts",
    [
        {"pregnancies": pregnancy("possible", 22)},
        {"pregnancies": pregnancy("possible", None)},
        {"pregnancies": (pregnancy("possible", 15), pregnancy("not-pregnant", 10))},
        {"pregnancies": POSSIBLE, "age": 60},
        {"pregnancies": POSSIBLE, "sex": "male"},
        {"pregnancies": POSSIBLE, "intake": intake(menopausal_status="premenopausal")},
        {"pregnancies": POSSIBLE, "intake": intake(pregnancy_excluded=None, menopausal_status="postmenopausal")},
        {"pregnancies": ()},
    ],
)
def test_r124_what_is_old_or_settled_is_not_asked_about(facts):
    """Older than a laboratory value that counts, denied since, or not possible: silence."""
    assert not [
        f for f in advice_on(on_therapy(given("trastuzumab-emtansine", 100), **{**OPEN, **facts})).findings if f.topic == "Pregnancy"
    ]


def test_r124_a_positive_test_is_newer_than_the_answer_that_excluded_pregnancy():
    """Answered six days ago, tested positive two days ago: asked again."""
    answered = intake(pregnancy_excluded=said("true", days=6), menopausal_status="premenopausal")
    case = on_therapy(given("trastuzumab-emtansine", 100), age=38, pregnancies=pregnancy("possible", 2), intake=answered)
    assert finding(advice_on(case), "Pregnancy").headline.id == "pregnancy-possible-running"


def test_r124_an_adjuvant_her2_drug_that_still_runs_is_named_too():
    """Pregnant during adjuvant trastuzumab, metastases just found: trastuzumab runs and is named."""
    case = a_case(pregnancies=pregnancy(), drugs=given("trastuzumab", 200, intent="curative"), metastases=metastasis("liver", 5), **OPEN)
    assert "trastuzumab" in finding(advice_on(case), "Pregnancy").avoid


def test_decision_15_unknown_is_asked_and_not_critical():
    """I13: asked on the card, the regimen stays."""
    advice = advice_on(a_case(**OPEN))
    assert lead_of(advice) == "thp"
    assert "I13" in missing_in(advice)
    assert "check-pregnancy" in said_ids(advice)


def test_decision_15_excluded_within_seven_days_is_not_asked_again():
    """I13: answered."""
    assert "I13" not in missing_in(advice_on(a_case(age=38, intake=intake(menopausal_status="premenopausal"))))


def test_a_newer_answer_outweighs_an_old_documented_pregnancy():
    """Interface: the newer of record and intake wins: excluded two days ago, documented 280 days ago (delivered since)."""
    advice = advice_on(a_case(age=38, pregnancies=pregnancy("pregnant", 280)))
    assert lead_of(advice) == "thp"


def test_an_answer_that_outdates_a_documented_pregnancy_is_named():
    """One click must not make a documented pregnancy vanish without a trace: the card and the order ask to confirm it."""
    case = a_case(age=38, pregnancies=pregnancy("pregnant", 8))
    assert "check-pregnancy-doubt" in said_ids(advice_on(case))
    found = only(asks(case, order("trastuzumab", 8, "mg/kg")).findings, "Pregnancy")
    assert (found.indicator, found.headline.id) == ("warning", "order-pregnancy-doubt")
    assert found.facts[0].value == "documented"


@pytest.mark.parametrize("found", [pregnancy("pregnant", 301), (pregnancy("pregnant", 100), pregnancy("not-pregnant", 20)), ()])
def test_nothing_is_doubted_where_no_pregnancy_stands_against_the_answer(found):
    """Longer ago than a pregnancy lasts, ended by a coded finding, or never recorded: no question."""
    assert "check-pregnancy-doubt" not in said_ids(advice_on(a_case(age=38, pregnancies=found)))


@pytest.mark.parametrize("month", ["2026-01", "2026-02"])
def test_a_pregnancy_of_some_day_of_a_month_is_doubted_as_long_as_it_counts(month):
    """Without the answer it is critical, so with the answer it is named: both count its 300 days alike."""
    documented = Pregnancy("pregnant", PartialDate.parse(month), "Condition/1")
    unanswered = intake(pregnancy_excluded=None, menopausal_status="premenopausal")
    assert finding(advice_on(a_case(age=38, pregnancies=documented, intake=unanswered)), "Pregnancy").indicator == "critical"
    assert "check-pregnancy-doubt" in said_ids(advice_on(a_case(age=38, pregnancies=documented)))
