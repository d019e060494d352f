"""A study drug that is being given may be the next line: asked, not passed over (I04, R131, R133)."""

import pytest
from msgspec.structs import replace

from guideline.case import STUDY_DRUG, DataProblem, OtherDrug
from tests.guideline.case_builder import (
    LONG,
    a_case,
    adjuvant,
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
        second_line(other_drugs=study(status="on-hold")),
        second_line(other_drugs=study(status="unknown")),
    ],
    ids=[
        "after progression", "since nobody knows when", "planned end", "among others", "no reason", "no line yet", "no therapy on record",
        "on hold", "status unknown",
    ],
)  # fmt: skip
def test_the_next_line_is_not_advised_beside_a_study_drug(case):
    """One card asks what it is (I04) in place of a regimen."""
    advice = advice_on(case)
    assert advice.treatment is None
    assert topics(advice) == ["MissingData"]
    assert {"study-drug", "ask-study-drug"} <= said_ids(advice)


@pytest.mark.parametrize(
    ("status", "words"),
    [("active", "being given"), ("on-hold", "on hold"), ("unknown", "status not recorded"), ("draft", "status not recorded")],
)
def test_what_is_recorded_of_the_study_drug_is_a_fact_of_the_card(status, words):
    """Since when, whether it is given, and which resource says so."""
    drug = study(status=status)
    (card,) = advice_on(second_line(other_drugs=drug)).findings
    assert [(f.name, f.value, f.date, f.source) for f in card.facts if f.name == "Study drug"] == [
        ("Study drug", words, "2026-11-12", drug.source)
    ]


@pytest.mark.parametrize(
    "more",
    [
        {"other_drugs": study(40, 12)},
        {"other_drugs": study(drug="gemfibrozil")},
        {"other_drugs": study(900)},
        {"other_drugs": study(900, 800)},
        {"other_drugs": study(710, 12)},
        {"other_drugs": study(None, 800)},
    ],
    ids=["over", "another medicine", "before the metastases", "and over", "begun with the line", "over before the metastases"],
)
def test_other_records_leave_the_advice_as_it_is(more):
    """What was a part of the newest line, or given before the metastases, is neither that line's successor nor a line."""
    assert changes_nothing(second_line(**more))


PROGRESSED = thp(690, 70, reason="progression")


@pytest.mark.parametrize(
    ("drugs", "study_drug", "headline"),
    [
        (PROGRESSED, study(60, 12), "Second line, if the treatment history is complete: T-DXd"),
        (PROGRESSED, study(60, None, "stopped"), "Second line, if the treatment history is complete: T-DXd"),
        (PROGRESSED, study(None, None, "completed"), "Second line, if the treatment history is complete: T-DXd"),
        (thp(690, 70, reason="toxicity"), study(60, 12), "Second line, if the treatment history is complete: T-DXd"),
        (thp(690, 70), study(60, 12), "Second line, if the disease has progressed: T-DXd"),
        (
            (*thp(690, 400, reason="progression"), given("trastuzumab-deruxtecan", 190, 10, reason="progression")),
            study(390, 200),
            "Third line, if the treatment history is complete: tucatinib triplet",
        ),
    ],
    ids=["over", "stopped, no date", "nobody knows when", "after toxicity", "no reason on record", "between two lines"],
)
def test_r131_a_study_drug_that_is_over_may_have_been_a_line(drugs, study_drug, headline):
    """Decision 24: which drug it was nobody knows, so the number of the line and "never given" hold on condition, and the card asks."""
    advice = advice_on(on_therapy(*drugs, other_drugs=study_drug))
    assert advice.treatment.headline.text == headline
    assert "condition-study-drug" in [line.id for line in advice.treatment.detail]
    assert [gap.ask.id for gap in advice.treatment.missing].count("ask-study-drug-over") == 1
    assert "Study drug" in [fact.name for fact in advice.treatment.facts]


def test_r131_the_card_says_when_the_study_drug_was_given():
    """From, until; of an undated one that nobody wrote it down. An early relapse and a first line hold on the same condition."""

    def condition(case):
        (said_so,) = [line.text for line in advice_on(case).treatment.detail if line.id == "condition-study-drug"]
        return said_so

    both = condition(on_therapy(*PROGRESSED, other_drugs=study(60, 12)))
    assert both.startswith("A study drug is on record beside the lines of therapy from 2026-09-21 until 2026-11-08; it may have been")
    assert "therapy, nobody wrote down when; it" in condition(on_therapy(*PROGRESSED, other_drugs=study(None, None, "stopped")))
    assert "until 2026-11-15" in condition(a_case(other_drugs=study(18, 5)))
    assert "until 2026-11-15" in condition(a_case(drugs=adjuvant("trastuzumab", 700, 100), other_drugs=study(18, 5)))


def test_a_lost_record_outweighs_a_study_drug():
    """What could not be read may be any number of therapies."""
    lost = DataProblem("unreadable", "therapy", "MedicationStatement/9")
    advice = advice_on(on_therapy(*PROGRESSED, other_drugs=study(60, 12), problems=lost))
    assert advice.treatment.detail[0].id == "condition-record-incomplete"


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
