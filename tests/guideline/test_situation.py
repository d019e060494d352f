"""What the facts amount to: metastatic since, the relapse interval, pregnancy, menopause (decisions 2, 8, 15)."""

import pytest

from guideline.case import Patient, Pregnancy
from guideline.partial_date import PartialDate
from tests.guideline.case_builder import (
    a_case,
    adjuvant,
    ago,
    given,
    intake,
    metastasis,
    pregnancy,
    said,
    situation_of,
    stage,
)


@pytest.mark.parametrize(
    ("facts", "since"),
    [
        ({"metastases": (metastasis("liver", 20), metastasis("bone", 50))}, ago(50)),
        ({"metastases": metastasis("liver", 20), "stages": stage("IV", 70)}, ago(70)),
        ({"metastases": (), "stages": stage("M1", 70)}, ago(70)),
        ({"metastases": metastasis("liver", None), "stages": stage("IV", None)}, None),
        ({"metastases": metastasis("bone", None, recorded=ago(50))}, None),
        ({"metastases": (metastasis("liver", 20), metastasis("bone", None, recorded=ago(50)))}, ago(50)),
        ({"metastases": (metastasis("liver", 20), metastasis("bone", None, recorded=ago(5)))}, ago(20)),
    ],
)
def test_decision_8_metastatic_since_the_earliest_of_stage_iv_m1_and_a_distant_metastasis(facts, since):
    """The earliest documented day counts; without any date nobody knows since when.

    An onset that is no date was some day before its entry: alone it tells nothing, but it was there before a metastasis that came later.
    """
    found = situation_of(a_case(**facts))
    assert found.metastatic
    assert found.metastatic_since == since


@pytest.mark.parametrize(
    "facts",
    [
        {"metastases": ()},
        {"metastases": metastasis("regional-node")},
        {"metastases": (), "stages": stage("III")},
        {"metastases": metastasis("liver", primary_unknown=True)},
    ],
)
def test_what_is_not_metastatic(facts):
    """Regional nodes, stage III and a metastasis of unknown primary do not make stage IV."""
    assert not situation_of(a_case(**facts)).metastatic


def test_the_earliest_of_a_coarse_and_an_exact_date_is_no_later_than_the_exact_one():
    """Stage IV "in 2026" and a metastasis of 10 March 2026: metastatic by 10 March at the latest."""
    since = situation_of(a_case(metastases=metastasis("liver", "2026-03-10"), stages=stage("IV", "2026"))).metastatic_since
    assert since is not None
    assert since.latest == PartialDate.of(2026, 3, 10).latest


def relapse(end, relapsed="2026-11-20", drug="trastuzumab", **facts):
    return situation_of(a_case(**{"drugs": adjuvant(drug, 2000, end), "metastases": metastasis("liver", relapsed), **facts})).relapse


@pytest.mark.parametrize(
    ("end", "within_12", "within_6"),
    [
        ("2025-11-20", True, False),
        ("2025-11-19", False, False),
        ("2026-05-20", True, True),
        ("2026-05-19", True, False),
        ("2025-11", None, False),
        ("2025-10", False, False),
        ("2025-12", True, False),
        ("2025", None, False),
        ("2026-05", True, None),
    ],
)
def test_decision_2_the_twelve_and_the_six_month_windows(end, within_12, within_6):
    """R014-R017, C10: calendar months, the same day within; of a coarse date only what every day of it allows."""
    found = relapse(end)
    assert found is not None
    assert (found.within_12, found.within_6) == (within_12, within_6)


@pytest.mark.parametrize("drug", ["trastuzumab", "pertuzumab", "trastuzumab-emtansine", "trastuzumab-deruxtecan", "neratinib",
                                  "pertuzumab-trastuzumab-hyaluronidase"])  # fmt: skip
def test_decision_2_any_adjuvant_her2_therapy_counts(drug):
    """The window counts from the last dose of any (neo)adjuvant HER2 drug."""
    found = relapse("2026-02-01", drug=drug)
    assert found is not None
    assert found.within_12 is True


def test_decision_2_chemotherapy_alone_is_no_adjuvant_her2_therapy():
    """Adjuvant docetaxel does not count."""
    assert relapse("2026-02-01", drug="docetaxel") is None


def test_decision_2_the_last_dose_of_several_courses_counts():
    """Trastuzumab to 2024, neratinib to February 2026: the window counts from the neratinib."""
    found = situation_of(
        a_case(drugs=(adjuvant("trastuzumab", 1500, 900), adjuvant("neratinib", 880, 300)), metastases=metastasis("liver", 20))
    ).relapse
    assert found is not None
    assert found.end == ago(300)


def test_a_course_without_an_end_may_have_ended_later():
    """An adjuvant course with no end on record: "beyond 12 months" is not concluded."""
    found = situation_of(
        a_case(drugs=(adjuvant("trastuzumab", 2000, 1600), given("neratinib", 1500, status="completed", intent="curative")))
    ).relapse
    assert found is not None
    assert found.within_12 is None


def test_c21_a_running_adjuvant_course_is_an_interval_of_zero():
    """C21: relapse on therapy counts as interval 0."""
    found = situation_of(a_case(drugs=adjuvant("trastuzumab", 200, None))).relapse
    assert found is not None
    assert (found.on_therapy, found.within_12, found.within_6) == (True, True, True)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"pregnancies": pregnancy("pregnant", 300)}, "pregnant"),
        ({"pregnancies": pregnancy("pregnant", 301)}, "unknown"),
        ({"pregnancies": pregnancy("pregnant", None)}, "pregnant"),
        ({"pregnancies": (pregnancy("pregnant", 100), pregnancy("not-pregnant", 2))}, "excluded"),
        ({"pregnancies": (pregnancy("pregnant", 100), pregnancy("not-pregnant", 50))}, "unknown"),
        ({"pregnancies": (pregnancy("not-pregnant", 100), pregnancy("pregnant", 2))}, "pregnant"),
        ({"pregnancies": (pregnancy("pregnant", 2), pregnancy("not-pregnant", 2))}, "pregnant"),
        ({"pregnancies": pregnancy("possible", 2)}, "unknown"),
        ({"pregnancies": pregnancy("not-pregnant", 7)}, "excluded"),
        ({"pregnancies": pregnancy("not-pregnant", 8)}, "unknown"),
        ({}, "unknown"),
        ({"age": 55}, "unknown"),
        ({"age": 56}, "not-applicable"),
        ({"sex": "male"}, "not-applicable"),
        ({"sex": "male", "pregnancies": pregnancy("pregnant", 2)}, "pregnant"),
        ({"sex": "male", "pregnancies": pregnancy("pregnant", 301)}, "not-applicable"),
        ({"sex": "male", "pregnancies": pregnancy("possible", 2)}, "not-applicable"),
        ({"sex": "unknown"}, "unknown"),
    ],
)
def test_decision_15_pregnancy(facts, state):
    """R124, I13: documented within 300 days; unknown up to 55 unless postmenopausal; never assumed to be excluded."""
    case = a_case(**{"age": 40, "intake": intake(pregnancy_excluded=None, menopausal_status=None), **facts})
    assert situation_of(case).pregnancy == state


@pytest.mark.parametrize(("answer", "state"), [(said("true", days=7), "excluded"), (said("true", days=8), "unknown"), ("false", "unknown")])
def test_decision_27_the_answer_about_pregnancy(answer, state):
    """The words "Excluded" counts for seven days; `false` is unknown, not pregnant and not excluded."""
    case = a_case(age=40, intake=intake(pregnancy_excluded=answer, menopausal_status=None))
    assert situation_of(case).pregnancy == state


def test_decision_15_postmenopausal_women_are_not_asked():
    """Recorded as postmenopausal: not applicable."""
    case = a_case(age=50, intake=intake(pregnancy_excluded=None, menopausal_status="postmenopausal"))
    assert situation_of(case).pregnancy == "not-applicable"


def test_a_year_of_birth_does_not_rule_out_childbearing_age():
    """Born "1970": 55 or 56 today; she may be 55, so pregnancy is asked about (an unknown is not the benign value)."""
    case = a_case(patient=Patient(PartialDate.of(1970), "female"), intake=intake(pregnancy_excluded=None, menopausal_status=None))
    assert situation_of(case).pregnancy == "unknown"


@pytest.mark.parametrize("coarse", ["2026", "2026-11"])
def test_a_coarse_negative_pregnancy_test_does_not_outdate_an_exact_positive_one(coarse):
    """Pregnant on 10 November, "not pregnant" dated only 2026: which is newer cannot be told, so she counts as pregnant."""
    records = (
        Pregnancy("pregnant", PartialDate.of(2026, 11, 10), "Observation/a"),
        Pregnancy("not-pregnant", PartialDate.parse(coarse), "Observation/b"),
    )
    assert situation_of(a_case(age=38, pregnancies=records, intake=intake(pregnancy_excluded=None))).pregnancy == "pregnant"
