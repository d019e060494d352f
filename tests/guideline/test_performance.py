"""A very poor performance status on the treatment card (I16, R052)."""

from __future__ import annotations

import pytest

from guideline.case import PerformanceStatus
from tests.guideline.case_builder import HR_POSITIVE, LONG, a_case, advice_on, given, her2, on_therapy, second_line, source, thp, when


def ecog(grade, day=10):
    return PerformanceStatus(grade, when(day), source("Observation"))


def said_on(case):
    treatment = advice_on(case).treatment
    assert treatment is not None
    about = [c.text for c in treatment.checks if c.id == "check-performance"]
    return about, [(f.value, f.date) for f in treatment.facts if f.name == "ECOG performance status"]


LATE = (
    *thp(690, 480, reason="progression"),
    given("trastuzumab-deruxtecan", 470, 300, reason="progression"),
    given("tucatinib", 290, 10, reason="progression"),
)


@pytest.mark.parametrize(
    "build",
    [a_case, second_line, lambda **facts: on_therapy(*LATE, **facts)],
    ids=["first line", "second line", "fourth line"],
)
@pytest.mark.parametrize("grade", [3, 4])
def test_r052_ecog_3_or_4_is_weighed_first(build, grade):
    """The advice is not worded as for a fit patient: the status stands first among the checks, and among the facts."""
    case = build(performance=ecog(grade))
    day = str(when(10))
    about = f"ECOG performance status {grade} ({day}): before any of these weigh with the patient what can be borne, and the goals of care."
    assert said_on(case) == ([about], [(str(grade), day)])
    treatment = advice_on(case).treatment
    assert treatment is not None
    assert treatment.checks[0].text == about


@pytest.mark.parametrize(
    "performance",
    [(), ecog(2), ecog(3, day=91), ecog(3, day=None), (ecog(3, day=60), ecog(1, day=5))],
    ids=["none", "ECOG 2", "old", "no date", "better since"],
)
def test_else_nothing_is_said(performance):
    """I16: an unknown performance status is not asked for, and an old one tells nothing of today."""
    assert said_on(second_line(performance=performance)) == ([], [])


def test_the_worse_of_one_day_counts():
    """Two entries of one day."""
    assert said_on(second_line(performance=(ecog(1), ecog(4))))[1] == [("4", str(when(10)))]


def test_it_is_one_fact_where_it_selects_for_endocrine_therapy_too():
    """Decision 20: frailty puts endocrine + HER2 therapy on the card; the fact behind both stands there once."""
    case = a_case(performance=ecog(3), metastases=LONG, receptors=(her2("3+"), *HR_POSITIVE))
    assert said_on(case)[1] == [("3", str(when(10)))]
