"""The creatinine clearance before capecitabine and tucatinib, when a chart is opened (R120, P09, I10; decision 29)."""

from __future__ import annotations

import pytest

from tests.guideline.case_builder import LONG, a_case, advice_on, alternatives_of, barred_in, given, intake, lead_of, said_ids, thp
from tests.guideline.measure_builder import BODY, lab
from tests.guideline.test_later_lines import TDXD

TRIPLET = "tucatinib-trastuzumab-capecitabine"
PAIRS = {"neratinib-capecitabine", "lapatinib-capecitabine"}


def clearance(value: float, **more):
    """A creatinine that gives a clearance of `value`: 54 years, 70 kg, female."""
    return lab("creatinine", 86 * 70 / 72 * 0.85 / value, **more)


def third_line(*labs, **facts):
    """Progression on THP and on T-DXd: the triplet leads unless something speaks against it."""
    drugs = (*thp(690, 500, reason="progression"), *TDXD)
    return advice_on(a_case(metastases=LONG, drugs=drugs, labs=labs, **({"body": BODY} | facts)))


@pytest.mark.parametrize("value", [15, 29, 29.9])
def test_below_30_nothing_with_tucatinib_or_capecitabine_is_offered(value):
    """R120, P09: the label advises against both; the triplet stands under "avoid" with the clearance, and does not lead."""
    advice = third_line(clearance(value))
    assert lead_of(advice) != TRIPLET
    assert not {TRIPLET, *PAIRS} & set(alternatives_of(advice))
    assert TRIPLET in barred_in(advice)
    barred = next(o for o in advice.treatment.barred if o.regimen == TRIPLET)
    assert barred.reasons[0].text == f"creatinine clearance {value:g} mL/min - below 30 the label advises against capecitabine + tucatinib."


@pytest.mark.parametrize(("value", "whole"), [(30, False), (42, False), (50, False), (50.1, True), (90, True)])
def test_from_30_to_50_three_quarters_of_capecitabine(value, whole):
    """P09: both limits included; above, the label dose."""
    advice = third_line(clearance(value))
    assert lead_of(advice) == TRIPLET
    doses = advice.treatment.lead.doses
    assert (doses == ()) is whole
    if not whole:
        assert doses[-1] == f"capecitabine days 1-14 of 21 at 75 % of the dose (creatinine clearance {value:g} mL/min)"
        assert not any("1000 mg/m2" in line for line in doses)


NO_WEIGHT = {"body": ()}


@pytest.mark.parametrize(
    ("labs", "facts", "printed", "asked"),
    [
        ((), {}, False, True),
        ((lab("creatinine", 0.7, 22),), {}, False, True),
        ((lab("creatinine", 0.7, None),), {}, False, True),
        ((clearance(90, preliminary=True),), {}, False, True),
        ((lab("creatinine", 0.7),), {}, True, False),
        ((lab("creatinine", 0.7, upper=1.1),), NO_WEIGHT, True, False),
        ((lab("creatinine", 0.7, upper=1.1),), {"sex": "unknown"}, True, False),
        ((lab("creatinine", 0.7),), NO_WEIGHT, True, True),
        ((lab("creatinine", 1.2, upper=1.1),), NO_WEIGHT, True, True),
        ((lab("creatinine", 4.0),), NO_WEIGHT, False, True),
        ((lab("creatinine", 1.5),), NO_WEIGHT, False, True),
        ((lab("egfr", 51),), {}, True, False),
        ((lab("egfr", 60, bound=">"),), {}, True, False),
        ((lab("egfr", 60, bound="<"),), {}, False, True),
        ((lab("egfr", 50, bound=">"),), {}, True, False),
        ((lab("creatinine", 1.0, upper=1.1, bound=">"),), NO_WEIGHT, False, True),
        ((lab("egfr", 50),), {}, False, True),
        ((lab("egfr", 50), lab("creatinine", 0.7, upper=1.1)), NO_WEIGHT, False, True),
        ((lab("egfr", 90, preliminary=True),), {}, False, True),
    ],
)  # fmt: skip
def test_the_dose_of_capecitabine_where_kidneys_are_more_or_less_known(labs, facts, printed, asked):
    """I10: a clearance, an eGFR over 50, a creatinine within its range is known. Else it is asked for, and the dose waits.

    A creatinine without range and weight that is normal at a usual weight leaves the dose, and the question.
    """
    advice = third_line(*labs, **facts)
    assert lead_of(advice) == TRIPLET
    doses = advice.treatment.lead.doses
    assert (doses == ()) is printed
    if not printed:
        assert doses[-1] == "capecitabine days 1-14 of 21 (dose once the creatinine clearance is known)"
    assert ("check-labs-i10" in said_ids(advice)) is asked


@pytest.mark.parametrize(
    ("labs", "said"),
    [
        ((lab("egfr", 29.9),), True),
        ((lab("egfr", 30),), False),
        ((lab("egfr", 30, bound="<"),), True),
        ((lab("egfr", 15, bound=">"),), False),
        ((lab("egfr", 15, 22),), False),
        ((lab("egfr", 15), clearance(40)), False),
        ((lab("egfr", 15), clearance(40, preliminary=True)), True),
    ],
)
def test_a_low_egfr_is_named_where_no_clearance_is_known(labs, said):
    """I10: no clearance, so nothing is ruled out by it; but what is on record is not passed over."""
    advice = third_line(*labs)
    assert lead_of(advice) == TRIPLET
    assert ("kidneys-in-doubt" in [c.id for c in advice.treatment.lead.cautions]) is said


@pytest.mark.parametrize(("creatinine", "said"), [(6.2, True), (2.4, True), (2.35, False), (0.7, False)])
def test_a_high_creatinine_without_a_weight_is_named(creatinine, said):
    """It may mean a clearance below 30: named with its day beside the regimen, and the clearance asked for."""
    advice = third_line(lab("creatinine", creatinine), body=())
    named = [c.text for c in advice.treatment.lead.cautions if c.id == "kidneys-in-doubt"]
    assert bool(named) is said
    assert not said or named[0].startswith(f"creatinine {creatinine:g} mg/dL (2026-11-17): calculate the creatinine clearance first")
    assert "check-labs-i10" in said_ids(advice)


def test_a_preliminary_low_clearance_counts_and_a_final_one_gives_the_dose():
    """Decision 8: what is adverse counts before it is final."""
    assert TRIPLET in barred_in(third_line(clearance(25, preliminary=True)))
    both = third_line(clearance(80, preliminary=True, day=1), clearance(40, day=5))
    assert "75 %" in both.treatment.lead.doses[-1]


def test_an_order_of_tucatinib_is_judged_as_the_card_judges_it():
    """The card does not lead with what an order of it would be warned about: of the brain as well."""
    brain = third_line(clearance(25), intake=intake(cns_status="stable", cns_burden_predominant="true"))
    assert lead_of(brain) != TRIPLET


def test_low_clearance_does_not_touch_other_regimens():
    """Second line after THP: T-DXd leads whatever the kidneys do; only the triplet beside it goes."""
    drugs = (given("trastuzumab", 690, 10, reason="progression"), given("docetaxel", 690, 570, status="completed"))
    advice = advice_on(a_case(metastases=LONG, drugs=drugs, labs=(clearance(25),), body=BODY))
    assert lead_of(advice) == "tdxd"
    assert TRIPLET not in alternatives_of(advice)


def reported(value: float, day: int = 2, **more):
    """A creatinine clearance that the laboratory reports."""
    return lab("creatinine-clearance", value, day, **more)


@pytest.mark.parametrize(
    ("labs", "facts", "leads", "dose"),
    [
        ((reported(38),), NO_WEIGHT, True, "creatinine clearance 38 mL/min"),
        ((reported(29.9),), NO_WEIGHT, False, ""),
        ((reported(90),), NO_WEIGHT, True, ""),
        ((reported(90, 22),), NO_WEIGHT, True, "(dose once the creatinine clearance is known)"),
        # A newer one counts, and of one day the adverse one.
        ((reported(38, 2), clearance(90, day=9)), {}, True, "creatinine clearance 38 mL/min"),
        ((reported(90, 2), clearance(38, day=9)), {}, True, ""),
        ((reported(90, 9), clearance(38, day=2)), {}, True, "creatinine clearance 38 mL/min"),
        ((reported(90, 2), clearance(38, day=2)), {}, True, "creatinine clearance 38 mL/min"),
        # A newer creatinine without a weight leaves the clearance open: an older report does not stand for it.
        ((reported(90, 9), lab("creatinine", 1.6, 2)), NO_WEIGHT, True, "(dose once the creatinine clearance is known)"),
        # Preliminary: it sets off, and clears nothing.
        ((reported(38, preliminary=True),), NO_WEIGHT, True, "(dose once the creatinine clearance is known)"),
        ((reported(90, 9), clearance(38, day=2, preliminary=True)), {}, True, "creatinine clearance 38 mL/min, preliminary"),
        ((reported(90, 2, preliminary=True), clearance(38, day=9)), {}, True, "creatinine clearance 38 mL/min"),
    ],
)
def test_a_reported_clearance_counts_as_a_calculated_one(labs, facts, leads, dose):
    """I10, R120, P09: a clearance that was measured, or calculated elsewhere, is the clearance, unless a creatinine is newer."""
    advice = third_line(*labs, **facts)
    assert (lead_of(advice) == TRIPLET) is leads
    if leads:
        doses = advice.treatment.lead.doses
        assert dose in doses[-1] if dose else doses == ()


def test_a_reported_clearance_is_no_inferred_fact():
    """It stands on the card with its own resource, and without the formula."""
    advice = third_line(reported(38), **NO_WEIGHT)
    (fact,) = [fact for fact in advice.treatment.facts if fact.name == "creatinine clearance"]
    assert not fact.inferred
