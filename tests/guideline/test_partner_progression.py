"""Endocrine therapy, or what goes with it, that was ended for progression while the HER2 drugs go on (I17, R011)."""

import pytest

from tests.guideline.case_builder import advice_on, doses, finding, given, intake, on_therapy, receptor, said, status, topics
from tests.guideline.case_builder import her2 as her2_result

HR_POSITIVE = (her2_result("3+"), receptor("ER", "positive"), receptor("PgR", "positive"))
FIRST = (given("trastuzumab", 400), given("pertuzumab", 400), given("docetaxel", 400, 280))


def ended(drug="letrozole", day=20, reason="progression", start=270):
    return given(drug, start, day, status="stopped", reason=reason)


def on_maintenance(*more, first=FIRST, **facts):
    """First line, its chemotherapy part over, and what became of the partner."""
    return advice_on(on_therapy(*first, *more, receptors=HR_POSITIVE, **facts))


@pytest.mark.parametrize("first", [FIRST, FIRST[:2]], ids=["after chemotherapy", "without"])
@pytest.mark.parametrize("more", [(ended(),), (ended("palbociclib"), given("letrozole", 270))], ids=["letrozole", "palbociclib"])
def test_i17_whether_the_line_has_failed_is_asked_for(first, more):
    """In place of another endocrine partner, or of silence."""
    advice = on_maintenance(*more, first=first)
    found = finding(advice, "MissingData")
    assert (found.indicator, found.headline.id, advice.treatment) == ("info", "partner-progression", None)
    assert [gap.input for gap in found.missing] == ["I17"]
    assert found.facts[-1].value == "ended 2026-10-31 for progression"


@pytest.mark.parametrize("reason", [None, "toxicity", "patient-wish"])
def test_r011_one_that_ended_otherwise_is_followed_by_another(reason):
    """As before."""
    assert topics(on_maintenance(ended(reason=reason))) == ["MaintenanceTreatment"]


@pytest.mark.parametrize(
    ("more", "facts"),
    [
        ((given("fulvestrant", 19),), {}),
        ((given("fulvestrant", 20),), {}),
        ((), {"disease_statuses": status("stable", 19)}),
        ((), {"intake": intake(last_line_outcome=said("ongoing", days=19))}),
        (doses("trastuzumab", 62, 20), {"day": 84}),
    ],
    ids=["another partner", "that day", "stable since", "the clinician's answer", "HER2 drug given for longer than a pause"],
)
def test_i17_a_later_entry_answers_it(more, facts):
    """Then nothing is asked."""
    day = facts.pop("day", 20)
    advice = on_maintenance(ended(day=day), *more, **facts)
    assert "partner-progression" not in [f.headline.id for f in advice.findings]


@pytest.mark.parametrize(
    ("more", "facts"),
    [
        ((given("fulvestrant", 200),), {}),
        ((), {"disease_statuses": status("stable", 20)}),
        ((), {"intake": intake(last_line_outcome=said("ongoing", days=21))}),
        (doses("trastuzumab", 62, 20), {"day": 83}),
    ],
    ids=["a partner of before", "stable that day", "an older answer", "HER2 drug given for no longer than a pause"],
)
def test_i17_an_older_one_does_not(more, facts):
    """The boundary of each."""
    day = facts.pop("day", 20)
    assert finding(on_maintenance(ended(day=day), *more, **facts), "MissingData").headline.id == "partner-progression"


def test_i17_progression_on_adjuvant_endocrine_therapy_is_not_of_the_line():
    """The relapse itself: the line began after it. Nor is one of which nobody knows the day."""
    for day, start in ((420, 900), (None, None)):
        assert "MissingData" not in topics(on_maintenance(ended(day=day, start=start)))


def test_a_documented_progression_makes_the_next_line():
    """Then nothing needs to be asked."""
    advice = on_maintenance(ended(), disease_statuses=status("worsened", 20))
    assert topics(advice)[0] == "SecondLineTreatment"
