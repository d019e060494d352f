"""HER2 therapy ended by the patient's wish while the disease was under control (decision 6)."""

import pytest

from tests.guideline.case_builder import a_case, advice_on, given, metastasis, status, thp, topics


def stopped(*statuses, reason="patient-wish", drugs=()):
    """Trastuzumab + pertuzumab + docetaxel until 100 days ago."""
    records = (*thp(690, 100, reason=reason), *drugs)
    return advice_on(a_case(metastases=(metastasis("liver", 700),), drugs=records, disease_statuses=statuses))


@pytest.mark.parametrize("trend", ["remission", "improved", "stable"])
@pytest.mark.parametrize("day", [142, 110, 60])
def test_silent_where_the_disease_was_under_control_at_the_stop(trend, day):
    """A judgement of the weeks before the stop counts, and one since."""
    assert topics(stopped(status(trend, day))) == []


@pytest.mark.parametrize(
    "statuses",
    [
        (),
        (status("stable", 143),),
        (status("undetermined", 110),),
        (status("stable", 110), status("worsened", 30)),
    ],
    ids=["no judgement", "an old one", "undetermined", "worse since"],
)
def test_the_next_line_stays_where_nothing_says_so(statuses):
    """Unknown is not under control, and a worsening since is progression."""
    assert topics(stopped(*statuses)) == ["SecondLineTreatment"]


@pytest.mark.parametrize("reason", [None, "toxicity", "unavailable", "other"])
def test_other_reasons_need_a_judgement_since(reason):
    """What was stopped for anything else says nothing of how it goes on without it."""
    assert topics(stopped(status("stable", 110), reason=reason)) == ["SecondLineTreatment"]


def test_a_line_that_was_stopped_in_part_by_wish_is_no_wish_to_stop():
    """Pertuzumab by wish, trastuzumab for toxicity."""
    drugs = (given("trastuzumab", 690, 100, reason="toxicity"), given("pertuzumab", 690, 100, reason="patient-wish"))
    advice = advice_on(a_case(metastases=(metastasis("liver", 700),), drugs=drugs, disease_statuses=(status("stable", 110),)))
    assert topics(advice) == ["SecondLineTreatment"]
