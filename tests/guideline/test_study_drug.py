"""A study drug that is being given may be the next line: asked, not passed over (I04, R131, R133)."""

import pytest
from msgspec.structs import replace

from guideline.case import STUDY_DRUG, OtherDrug
from tests.guideline.case_builder import (
    LONG,
    a_case,
    advice_on,
    given,
    intake,
    on_therapy,
    said_ids,
    second_line,
    source,
    status,
    thp,
    topics,
    when,
)


def study(start=8, end=None, status="active", drug=STUDY_DRUG):
    return OtherDrug(drug, status, when(start), when(end), source("MedicationStatement"))


def changes_nothing(case):
    return advice_on(case) == advice_on(replace(case, other_drugs=()))


@pytest.mark.parametrize(
    "case",
    [
        second_line(other_drugs=study()),
        second_line(other_drugs=study(None)),
        second_line(other_drugs=study(8, -20)),
        second_line(other_drugs=(study(drug="gemfibrozil"), study())),
        second_line(drugs=thp(690, 10), other_drugs=study()),
        a_case(other_drugs=study()),
        a_case(metastases=LONG, intake=intake(prior_therapy_complete=None), other_drugs=study()),
    ],
    ids=["after progression", "since nobody knows when", "planned end", "among others", "no reason", "no line yet", "no therapy on record"],
)
def test_the_next_line_is_not_advised_beside_a_study_drug(case):
    """One card asks what it is (I04) in place of a regimen."""
    advice = advice_on(case)
    assert advice.treatment is None
    assert topics(advice) == ["MissingData"]
    assert {"study-drug", "ask-study-drug"} <= said_ids(advice)


@pytest.mark.parametrize(
    "more",
    [
        {"other_drugs": study(40, 12)},
        {"other_drugs": study(status="stopped")},
        {"other_drugs": study(status="on-hold")},
        {"other_drugs": study(drug="gemfibrozil")},
        {"other_drugs": study(900)},
    ],
    ids=["over", "stopped", "on hold", "another medicine", "begun before the last line"],
)
def test_other_records_leave_the_advice_as_it_is(more):
    """What is not being given, or was begun before the newest line, is not that line's successor."""
    assert changes_nothing(second_line(**more))


def test_beside_a_line_that_goes_on_nothing_is_asked():
    """THP in a trial with a study drug: on treatment, as without it."""
    assert changes_nothing(on_therapy(*thp(200, taxane_end=80), other_drugs=study(200)))


@pytest.mark.parametrize(("begun", "asked"), [(600, False), (31, False), (30, True), (8, True)])
def test_a_study_drug_of_the_line_that_progressed_is_no_next_line(begun, asked):
    """THP and a study drug in one trial, progression 30 days ago, both still open on record: the next line is advised."""
    case = second_line(drugs=thp(690), disease_statuses=status("worsened", 30), other_drugs=study(begun))
    assert ("study-drug" in said_ids(advice_on(case))) is asked
    assert (advice_on(case).treatment is None) is asked


def test_a_record_that_nobody_closed_before_the_metastases_is_no_first_line():
    """A study drug of the adjuvant time, still "active" years later."""
    assert advice_on(a_case(other_drugs=study(1500))).treatment is not None


def test_controlled_without_her2_therapy_nothing_is_asked():
    """THP completed, letrozole runs: the study drug beside it raises no question of the next line."""
    drugs = (*thp(690, 200, reason="completed"), given("letrozole", 190))
    assert "study-drug" not in said_ids(advice_on(on_therapy(*drugs, other_drugs=study())))
