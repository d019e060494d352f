"""Intake answer and record disagree on whether the last therapy has ended: the card says so (R131)."""

from __future__ import annotations

import pytest

from guideline.case import UNKNOWN_HER2_CONJUGATE
from tests.guideline.case_builder import (
    LONG,
    a_case,
    advice_on,
    dose,
    doses,
    given,
    intake,
    lead_of,
    said,
    said_ids,
    second_line,
    status,
    thp,
)

ENDED = 40
GOES_ON = intake(last_line_outcome=said("ongoing", days=3))
_SAID = "disputed-end"


@pytest.mark.parametrize("reason", [None, "toxicity", "completed", "progression", "patient-wish"])
def test_the_treatment_card_names_the_contradiction(reason):
    """Whatever the record's reason: the end stands and the card is worded on condition; its first line names both, with their dates."""
    treatment = advice_on(second_line(drugs=thp(690, ENDED, reason=reason), intake=GOES_ON)).treatment
    assert treatment.lead.regimen == "tdxd"
    assert treatment.headline.text == "Second line, if the last therapy has ended: T-DXd - record and intake answer disagree"
    assert treatment.detail[0].text == (
        "Record and intake disagree: the record has trastuzumab + pertuzumab as ended (2026-10-11), the intake answer of 2026-11-17 says "
        "that it is still being given. Taken as ended here; confirm before anything new is started."
    )
    assert [(fact.name, fact.date) for fact in treatment.facts][-1] == ("Intake answer", "2026-11-17")
    assert treatment.missing[0].ask.id == "ask-disputed-end"
    assert "R131" in treatment.rules


@pytest.mark.parametrize("end", [3, 4])
def test_an_end_up_to_the_day_of_the_answer_is_contradicted(end):
    """The day of the answer included: who wrote which first is not known."""
    assert _SAID in said_ids(advice_on(second_line(drugs=thp(690, end), intake=GOES_ON)))


def test_an_end_without_a_date_is_contradicted():
    """A stop without a day may be older than the answer: it is named, without a date."""
    drugs = (given("trastuzumab", 690, status="stopped"), given("docetaxel", 690, 570, status="completed"))
    found = advice_on(second_line(drugs=drugs, intake=GOES_ON)).treatment
    assert "as ended (no date)" in found.detail[0].text


@pytest.mark.parametrize(
    ("drugs", "answers"),
    [
        (thp(690, 2), GOES_ON),
        (thp(690, ENDED), intake(last_line_outcome=said("ongoing", days=60))),
        (thp(690, ENDED), intake(last_line_outcome=said("ongoing", days=700))),
        (thp(690, ENDED), intake(last_line_outcome=said("toxicity", days=3))),
        (thp(690, ENDED), intake()),
        (thp(690), GOES_ON),
        ((given("trastuzumab", 690, status="on-hold"),), GOES_ON),
        ((given("trastuzumab", 690, status="unknown"),), GOES_ON),
        ((given("trastuzumab", 690, ENDED), given("letrozole", 500)), GOES_ON),
        ((given("trastuzumab", 690, ENDED), given("capecitabine", 690)), GOES_ON),
    ],
    ids=[
        "the end is newer", "the answer is older", "the answer is about an earlier line", "another answer", "no answer", "it runs",
        "on hold", "status unknown", "endocrine therapy goes on", "chemotherapy goes on",
    ],
)  # fmt: skip
def test_no_contradiction_is_made_up(drugs, answers):
    """A newer end wins over the answer; and what still runs, or may, is what the answer speaks of."""
    ids = said_ids(advice_on(second_line(drugs=drugs, intake=answers)))
    assert not {_SAID, "disputed-end-alone", "headline-next-line-disputed"} & set(ids)


def test_progression_seen_after_the_answer_settles_it():
    """Worsened after the answer, and stopped without a date: the record is the newer, the line ended by progression."""
    drugs = (given("trastuzumab", 690, status="stopped"),)
    found = advice_on(second_line(drugs=drugs, intake=GOES_ON, disease_statuses=status("worsened", 1)))
    assert _SAID not in said_ids(found)
    assert found.treatment.headline.id == "headline-next-line"


def test_doses_that_ceased_are_an_end_too():
    """Known from doses alone, the last of them long ago."""
    drugs = tuple(dose("trastuzumab", day) for day in (140, 119, 98))
    assert _SAID in said_ids(advice_on(second_line(drugs=drugs, intake=GOES_ON)))


def test_without_a_treatment_card_it_is_a_card_of_its_own():
    """Ended, under control since, so no line is chosen: the contradiction is not lost, and stands beside what else is to be said."""
    case = a_case(drugs=thp(690, 100), intake=GOES_ON, disease_statuses=status("stable", 50), metastases=LONG)
    advice = advice_on(case)
    (card,) = advice.findings
    assert (advice.treatment, card.topic, card.indicator) == (None, "MissingData", "info")
    assert card.headline.text == (
        "Ended or still being given? trastuzumab + pertuzumab: record and intake answer disagree - correct the one that is wrong"
    )
    assert [fact.name for fact in card.facts] == ["Line 1", "Intake answer"]
    assert card.detail[0].id == _SAID
    assert ([gap.ask.id for gap in card.missing], card.rules) == (["ask-disputed-end"], ("R131",))


def test_what_must_be_settled_first_is_asked_alone():
    """Which conjugate was given comes before the question whether a line has ended: one card asks about the therapy, not two."""
    drugs = (given(UNKNOWN_HER2_CONJUGATE, 900, 700, reason="progression"), *thp(690, ENDED))
    advice = advice_on(second_line(drugs=drugs, intake=GOES_ON))
    assert advice.treatment is None
    assert [card.headline.id for card in advice.findings if card.topic == "MissingData"] == ["unknown-conjugate"]


def test_where_no_regimen_leads_the_card_is_conditional_too():
    """T-DXd and tucatinib used, stopped for toxicity, "goes on": no "no standard left" without a condition."""
    drugs = (
        *thp(1200, 900, reason="progression"),
        given("trastuzumab-deruxtecan", 890, 500, reason="progression"),
        given("tucatinib", 490, ENDED, reason="toxicity"),
        given("trastuzumab", 490, ENDED, reason="toxicity"),
        given("capecitabine", 490, ENDED, reason="toxicity"),
    )
    advice = advice_on(second_line(drugs=drugs, intake=GOES_ON))
    assert lead_of(advice) is None
    assert advice.treatment.headline.id == "headline-no-standard-conditional"


def test_the_end_of_the_taxane_is_no_reason_for_the_end_of_the_antibodies():
    """Docetaxel "completed", the antibodies stopped without a reason: the card says that the reason is not on record."""
    drugs = (given("trastuzumab", 690, ENDED), given("docetaxel", 690, 570, status="completed", reason="completed"))
    treatment = advice_on(second_line(drugs=drugs, intake=intake())).treatment
    assert [statement.id for statement in treatment.detail] == ["condition-no-reason", "her2-ended-normally-goes-on"]


@pytest.mark.parametrize(("record", "words"), [("stopped", "ended, reason not recorded"), ("unknown", "status not recorded")])
def test_the_fact_says_what_is_not_recorded(record, words):
    """A line that ended without a reason, and one of which nobody knows whether it ended, are told apart."""
    advice = advice_on(second_line(drugs=(given("trastuzumab", 690, status=record),), intake=intake()))
    (card,) = (advice.treatment,) if advice.treatment is not None else advice.findings
    assert next(fact for fact in card.facts if fact.name == "Line 1").value.endswith(words)


@pytest.mark.parametrize(("answer", "words"), [("toxicity", "stopped for toxicity"), ("completed", "completed")])
def test_an_end_that_only_the_answer_knows_is_named(answer, words):
    """The answer stands, as the newer; that the record has no end is said, with the answer as a fact; the headline is that of the end."""
    treatment = advice_on(second_line(drugs=thp(690), intake=intake(last_line_outcome=said(answer, days=30)))).treatment
    assert (treatment.lead.regimen, "second line" in treatment.headline.text.lower()) == ("tdxd", True)
    assert treatment.detail[-1].text == (
        f"The record has no end of trastuzumab + pertuzumab; the intake answer of 2026-10-21 says: {words}. "
        "Taken as ended here; bring the medication record up to date."
    )
    assert (treatment.facts[-1].value, treatment.facts[-1].date) == (f"the last therapy was {words}", "2026-10-21")
    assert "R131" in treatment.rules


def test_what_record_and_answer_both_call_ended_is_not_named():
    """The record has the end, the answer the reason: the answer is a fact of the card, and nothing disagrees."""
    treatment = advice_on(second_line(drugs=thp(690, ENDED), intake=intake(last_line_outcome=said("toxicity", days=30)))).treatment
    assert "answered-end" not in said_ids(
        advice_on(second_line(drugs=thp(690, ENDED), intake=intake(last_line_outcome=said("toxicity", days=30))))
    )
    assert treatment.facts[-1].name == "Intake answer"


@pytest.mark.parametrize("answer", ["toxicity", "completed"])
@pytest.mark.parametrize(("last_dose", "goes_on"), [(5, True), (29, True), (30, False), (40, False)])
def test_a_dose_after_the_answer_outdates_it(answer, last_dose, goes_on):
    """What was given after the day of the answer was not over on it: the therapy runs, and no next line is advised."""
    drugs = (given("trastuzumab", 690), *doses("trastuzumab", last_dose + 126, last_dose))
    advice = advice_on(second_line(drugs=drugs, intake=intake(last_line_outcome=said(answer, days=30))))
    assert (advice.treatment is None) is goes_on


def test_a_dose_after_the_answer_does_not_undo_a_recorded_end():
    """Given once more after the answer, then stopped by the record too: over, and the answer's reason is the only one."""
    drugs = (given("trastuzumab", 690, 10), dose("trastuzumab", 12))
    treatment = advice_on(second_line(drugs=drugs, intake=intake(last_line_outcome=said("toxicity", days=30)))).treatment
    assert (treatment.lead.regimen, treatment.facts[-1].value) == ("tdxd", "the last therapy was stopped for toxicity")


def test_progression_by_the_answer_outlasts_a_later_dose():
    """Therapy is often given on until the next line begins: a dose after the answer does not undo a progression."""
    drugs = (given("trastuzumab", 690), *doses("trastuzumab", 131, 5))
    assert (
        advice_on(second_line(drugs=drugs, intake=intake(last_line_outcome=said("progression", days=30)))).treatment.lead.regimen == "tdxd"
    )
