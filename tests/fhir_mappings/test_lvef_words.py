"""Which number of a written result is the present LVEF."""

from __future__ import annotations

import pytest

from fhir_mappings.lvef_words import lvef_in
from tests.fhir_mappings.resource_builders import LVEF, case_of, observation, patient, problems_of

READ: tuple[tuple[str, float], ...] = (
    ("LVEF 55%", 55),
    ("EF 60 +/- 5%", 60),
    ("55 ± 5 %", 55),
    ("EF 55% (+/- 5%)", 55),
    ("LVEF 62, GLS 18%", 62),
    ("LVEF 62%, GLS -18%", 62),
    ("EF 60, GLS -20%", 60),
    ("GLS -18%, LVEF 62%", 62),
    ("LVEF 45, down 10%", 45),
    ("LVEF 45 (down 10 points)", 45),
    ("EF 55, FS 30%", 55),
    ("LVEF 38 (previously 60%)", 38),
    ("LVEF 40 (previously 55%)", 40),
    ("LVEF 38, previously 60%", 38),
    ("LVEF 38%, was 60%", 38),
    ("LVEF 38% (baseline 60%)", 38),
    ("LVEF 60% at baseline, 45% now", 45),
    ("LVEF was 60%, now 45%", 45),
    ("Previous LVEF 60%, current LVEF 45%", 45),
    ("LVEF decreased from 60% to 45%", 45),
    ("LVEF dropped to 45% from 60%", 45),
    ("LVEF fell 15 points from 60 to 45%", 45),
    ("LVEF declined by 10% to 45%", 45),
    ("LVEF 60% -> 45%", 45),
    ("LVEF 60 → 45 %", 45),
    ("The left ventricular ejection fraction is 58 %.", 58),
    ("LVEF measured at 47%", 47),
    ("LVEF estimated at approximately 55%", 55),
    ("LVEF by 3D echo 57%", 57),
    ("LVEF (biplane) 57.5 %", 57.5),
    ("EF (Simpson's biplane method): 61 %", 61),
    ("LVEF = 0.55", 55),
    ("EF 0,48", 48),
    ("LVEF approx. 50%", 50),
    ("Estimated EF ~ 65%", 65),
    ("60% ejection fraction", 60),
    ("55 % LVEF", 55),
    ("LVEF was 55%", 55),
    ("Normal, estimated at 60%", 60),
    ("normal, 60%", 60),
    ("0.62", 62),
    ("about 55", 55),
    ("LVEF 38%; repeat echo in 3 weeks", 38),
    ("LVEF 60%. Repeat in 12 weeks.", 60),
    ("LVEF 55% on 2026-05-03", 55),
    ("LVEF 48 %, BP 120/80, HR 72", 48),
    ("LVEF 58%, RVEF 45%", 58),
    ("LVEF 35% moderately dilated LV, LVIDd 60 mm", 35),
    ("No significant change, LVEF 60%", 60),
    ("LVEF unchanged at 60%", 60),
    ("LVEF moderately reduced 35%", 35),
    ("LVEF reduced (38%)", 38),
    ("LVEF improved to 50%", 50),
    ("LVEF 60% (normal 52-72%)", 60),
    ("LVEF 62%. EF 62% by MRI.", 62),
    ("EF55%", 55),
    ("lv ef 44", 44),
    ("LVEF 55%, age 60, grade 1 diastolic dysfunction", 55),
    ("LVEF 53 % in a 67-year-old", 53),
    ("LVEF from 3D echo: 53 %", 53),
    ("LVEF 45%, 60% at baseline", 45),
    ("LVEF 38% compared with 60% before", 38),
    ("LVEF 38% vs 60% prior", 38),
    ("LVEF reduced: 38%", 38),
    ("Currently LVEF 45 %, prior 60 %", 45),
    ("Right ventricle normal. LVEF 60%", 60),
    ("EF by MUGA 52%", 52),
    ("LVEF 51% (MUGA)", 51),
    ("LVEF fell by 15 points to 45%", 45),
    ("LVEF 38%. Prior echo 60%.", 38),
    ("RV normal, LVEF 60%", 60),
    ("60±5%", 60),
    ("LVEF 58 percent", 58),
)

RANGES: tuple[tuple[str, float, float], ...] = (
    ("decrease in LVEF from 60-65% to 50-55%", 50, 55),
    ("LVEF: 55-60 %", 55, 60),
    ("Ejection fraction 55 to 60 percent", 55, 60),
    ("LVEF between 50 and 55%", 50, 55),
    ("EF ranging from 50 to 55%", 50, 55),
    ("55-60 %", 55, 60),
)

BOUNDS: tuple[tuple[str, float, str], ...] = (
    ("LVEF >55%", 55, ">"),
    ("EF greater than 60 %", 60, ">"),
    ("LVEF at least 50%", 50, ">="),
    ("LVEF ≥ 55", 55, ">="),
    ("EF less than 40%", 40, "<"),
    ("LVEF less than or equal to 35%", 35, "<="),
    ("LVEF below 40%", 40, "<"),
    (">55", 55, ">"),
)

REFUSED: tuple[str, ...] = (
    "Previous LVEF, by echo, 60 %",
    "LVEF better than 55 %",
    "LVEF 5O%",
    "LVEF 6l %",
    "EF l5%",
    "Normal. Repeat echo in less than 12 weeks",
    "LVEF normal; repeat in less than 12 weeks",
    "Fell by 10-15 points",
    "No change over 12 months",
    "normal",
    "see report",
    "was 60%, now 45%",
    "45%, down from over 60%",
    "55-60% (previously 40-45%)",
    "GLS -18%",
    "18% global longitudinal strain",
    "FS 30%",
    "fractional shortening 28%",
    "RVEF 45%",
    "right ventricular ejection fraction 40%",
    "previously 60%",
    "LVEF previously 60%",
    "baseline LVEF 60%",
    "LVEF down 10%",
    "LVEF decreased by 10%",
    "decrease of 10%",
    "LVEF change: -10%",
    "LVEF 60%, 45%",
    "LVEF 60% and 45%",
    "LVEF 60% previously 45%",
    "LVEF 45% now 60% before",
    "LVEF 60% in May, dropping under therapy to 38%",
    "Repeat echo if LVEF < 50%",
    "Hold trastuzumab when LVEF below 45%",
    "LVEF goal > 50%",
    "LVEF not below 50%",
    "no LVEF below 50%",
    "stenosis 50%",
    "BP 120/80",
    "12 weeks",
    "10 points",
    "age 60",
    "LVEF not measured, heart rate 72",
    "LVEF normal, RVSP 35 mmHg",
    "EF A4C 60%, A2C 55%",
    "biplane 59%, 3D 55%",
    "LVEF from 50 to 55%",
    "LVEF normal (echo 12 May 2026)",
    "visit 12",
    "follow-up in 6 months",
    "LVEF normal, down-titrate by 50%",
    "LVEF ok, 30% weight loss",
    "LVEF 62, follow-up 45",
    "LVEF 62, later 45%",
    "LVEF 60% in 2024; now 45%",
    "Septal hypokinesis, 30% FAC",
    "120",
    "LVEF 3/4",
    "wall thickness 12",
    "LVEF pending, 50% dose given",
    "EF 60% (50% in 2024)",
    "LVEF reduced 35%",
    "LVEF 60%. Today 38%.",
    "LVEF if <50% hold",
    "EF target 55%",
    "55%, later 38%",
    "50-60-70",
    "down from 60%",
    "",
    "%",
    "LVEF",
    "LVEF %",
    "LVEF normal, GLS -18%",
)


@pytest.mark.parametrize(("text", "value"), READ)
def test_the_present_lvef_is_read(text, value):
    """Tied to LVEF or EF by its position, or the only number there is; earlier values, differences and tolerances are not it."""
    found = lvef_in(text)
    assert found is not None
    assert (found.value, found.upper, found.bound) == (value, None, None)


@pytest.mark.parametrize(("text", "lower", "upper"), RANGES)
def test_a_range_keeps_both_ends(text, lower, upper):
    """Written with a dash, with "to", with "between ... and"."""
    found = lvef_in(text)
    assert found is not None
    assert (found.value, found.upper, found.bound) == (lower, upper, None)


@pytest.mark.parametrize(("text", "value", "bound"), BOUNDS)
def test_a_limit_stays_a_limit(text, value, bound):
    """In signs and in words."""
    found = lvef_in(text)
    assert found is not None
    assert (found.value, found.upper, found.bound) == (value, None, bound)


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_lvef_or_may_be_two_is_not_read(text):
    """Other measurements, times, earlier values alone, differences alone, limits to act on, and two values that may both be the present."""
    assert lvef_in(text) is None


@pytest.mark.parametrize("text", [text for text in REFUSED if text])
def test_what_is_not_read_is_named(text):
    """A result that nobody can read is missing and said to be; it is never silently another number."""
    case = case_of(patient(), observation(LVEF, valueString=text))
    assert (case.lvef, problems_of(case)) == ((), [("unreadable", "lvef")])


@pytest.mark.parametrize(("text", "value"), READ)
def test_upper_case_and_blanks_make_no_difference(text, value):
    """A report in capitals, with tabs and double blanks, says the same."""
    found = lvef_in(f"  {text.upper()} ".replace(" ", " \t "))
    assert found is not None
    assert found.value == value
