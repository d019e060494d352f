"""The intake says that the last therapy is still being given, the record is in doubt (R133; decisions 8 and 27)."""

from __future__ import annotations

import pytest

from tests.guideline.case_builder import LONG, a_case, advice_on, dose, given, intake, lvef, said, said_ids, situation_of, topics

_ASKED = "on-hold-or-stopped"
#: Active, with recorded doses, the last of them 70 days ago.
SILENT = (
    given("trastuzumab", 690),
    given("pertuzumab", 690),
    *(dose(drug, day) for drug in ("trastuzumab", "pertuzumab") for day in (91, 70)),
)
NO_STATUS = (given("trastuzumab", 690, status="unknown"),)


def _advice(drugs, days, answer="ongoing", **more):
    return advice_on(a_case(drugs=drugs, metastases=LONG, intake=intake(last_line_outcome=said(answer, days=days)), **more))


def _running(drugs, **answers):
    return {e.drug for e in situation_of(a_case(drugs=drugs, metastases=LONG, intake=intake(**answers))).current_drugs}


@pytest.mark.parametrize("drugs", [SILENT, NO_STATUS], ids=["no dose for ten weeks", "no usable status"])
def test_the_answer_settles_the_doubt(drugs):
    """Asked whether the therapy is on hold or stopped, "still being given" is an answer: the drugs count as current, nothing is asked."""
    asked = advice_on(a_case(drugs=drugs, metastases=LONG, intake=intake()))
    assert _ASKED in said_ids(asked)
    settled = _advice(drugs, 3)
    assert _ASKED not in said_ids(settled)
    assert settled.treatment is None
    assert _running(drugs, last_line_outcome=said("ongoing", days=3)) == {record.drug for record in drugs}
    assert _running(drugs) == set()


def test_current_again_the_heart_is_watched():
    """What is given again needs its echocardiogram: the overdue LVEF is asked for, which it is not while nothing is current."""
    old = lvef(60, 400)
    assert "LvefMonitoringDue" in topics(_advice(SILENT, 3, lvef=old))
    assert "LvefMonitoringDue" not in topics(advice_on(a_case(drugs=SILENT, metastases=LONG, intake=intake(), lvef=old)))


@pytest.mark.parametrize(("days", "settled"), [(63, True), (64, False)])
def test_an_answer_is_worth_a_dose_of_its_day(days, settled):
    """It lasts for nine weeks, as a dose does; so it is never older than the last dose whose silence it speaks of."""
    assert (_ASKED not in said_ids(_advice(SILENT, days))) == settled


@pytest.mark.parametrize("answer", ["progression", "toxicity", "completed", "unknown"])
def test_other_answers_do_not_make_it_current(answer):
    """Only "still being given" does."""
    assert _running(SILENT, last_line_outcome=said(answer, days=3)) == set()


def test_a_recorded_hold_stays_a_hold():
    """On hold by its status is the record's own word, newer than any answer for all we know."""
    assert _running((given("trastuzumab", 690, status="on-hold"),), last_line_outcome=said("ongoing", days=3)) == set()


def test_a_recorded_reason_for_stopping_is_not_outweighed():
    """A drug whose record gives no usable status, but why it was stopped, does not become current by an answer."""
    drugs = (given("trastuzumab", 690, status="unknown", reason="cardiac"),)
    assert _running(drugs, last_line_outcome=said("ongoing", days=3)) == set()


def test_a_finished_partner_stays_finished():
    """The taxane that was completed does not come back with the antibodies."""
    drugs = (*SILENT, given("docetaxel", 690, 570, status="completed"))
    assert _running(drugs, last_line_outcome=said("ongoing", days=3)) == {"trastuzumab", "pertuzumab"}
