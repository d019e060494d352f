"""HER2 therapy that fell silent after a decline of the LVEF is on hold, and no line that is over (R133, R111)."""

import pytest

from tests.guideline.case_builder import (
    advice_on,
    dose,
    doses,
    finding,
    given,
    heart_condition,
    intake,
    lvef,
    on_therapy,
    situation_of,
    status,
)

HP = ("trastuzumab", "pertuzumab")
#: Baseline 60; low while nothing is given any more (last dose 84 days ago), 47 ten days ago.
DIP = ((60, 310), (58, 150), (44, 74), (43, 52), (42, 31), (47, 10))


def cycles(drug, first, last, *, with_doses=True):
    """One order a cycle, completed when its dose was given."""
    days = range(last, first + 1, 21)
    orders = [given(drug, day, kind="order", status="completed") for day in days]
    return (*orders, *(doses(drug, first, last) if with_doses else ()))


RECORDS = {
    "an order a cycle": lambda drug: cycles(drug, 299, 84),
    "orders alone": lambda drug: cycles(drug, 299, 84, with_doses=False),
    "doses alone": lambda drug: doses(drug, 299, 84),
    "one order": lambda drug: (*doses(drug, 299, 84), given(drug, 299, kind="order")),
}


def hp(how="an order a cycle", *more, values=DIP, **facts):
    """Trastuzumab + pertuzumab with the last dose twelve weeks ago."""
    records = [record for drug in HP for record in RECORDS[how](drug)]
    return on_therapy(*records, *more, lvef=tuple(lvef(*v) for v in values), **facts)


def state(case):
    return {e.drug: e.state for e in situation_of(case).exposures}


@pytest.mark.parametrize("how", RECORDS)
def test_r133_a_documented_dip_makes_the_silence_a_hold(how):
    """However the EHR writes it: the restart test, not "not studied below 50 % at the start" and not a second line."""
    advice = advice_on(hp(how))
    found = finding(advice, "LvefHold")
    assert found.headline.text == (
        "trastuzumab + pertuzumab on hold: LVEF 47 % (13 points below baseline 60 %) meets the restart test - decide with cardiology"
    )
    assert advice.treatment is None


@pytest.mark.parametrize(
    "values", [((60, 310), (58, 150), (55, 60)), ((60, 310), (44, 250), (58, 220), (57, 60))], ids=["none", "long ago"]
)
def test_without_a_dip_near_the_last_dose_the_silence_is_an_end(values):
    """No hold is assumed: never low, or low and recovered before doses went on."""
    advice = advice_on(hp(values=values))
    assert advice.treatment.topic == "SecondLineTreatment"
    assert "LvefHold" not in {f.topic for f in advice.findings}


@pytest.mark.parametrize(("low", "held"), [(175, True), (176, False), (21, True), (20, False)])
def test_a_dip_explains_the_silence_from_91_days_before_the_last_dose_to_63_days_after_it(low, held):
    """The last dose was 84 days ago: as long before it as the LVEF is monitored, and as long after it as a pause lasts."""
    assert (state(hp(values=((60, 310), (44, low))))["pertuzumab"] == "on-hold") is held


@pytest.mark.parametrize(
    "more",
    [
        {"disease_statuses": status("worsened", 5)},
        {"intake": intake(last_line_outcome="completed")},
        {"heart": heart_condition()},
    ],
    ids=["progression", "said to be completed", "heart failure"],
)
def test_what_the_record_says_of_the_end_stands(more):
    """Documented progression, or an answer, is no hold; heart failure ends HER2 therapy (R077)."""
    assert set(state(hp(**more)).values()) == {"ended"}


@pytest.mark.parametrize("next_drug", ["trastuzumab-deruxtecan", "letrozole"])
def test_other_therapy_begun_since_is_a_decision(next_drug):
    """A line of its own: whoever began it did not wait for the LVEF."""
    assert state(hp("an order a cycle", given(next_drug, 40)))["pertuzumab"] == "ended"


@pytest.mark.parametrize("begun", [84, 80, 60])
def test_endocrine_therapy_begun_between_two_cycles_is_no_decision_against_the_other_drugs(begun):
    """It belongs to the line: nobody knew yet that the next cycle would be left out."""
    case = hp("an order a cycle", given("letrozole", begun))
    assert state(case)["pertuzumab"] == "on-hold"
    assert finding(advice_on(case), "LvefHold").headline.id.startswith("lvef-held-ready")


def test_a_recorded_reason_stands():
    """The last dose says that it was stopped for progression."""
    records = (*doses("trastuzumab", 299, 105), dose("trastuzumab", 84, reason="progression"))
    assert state(on_therapy(*records, lvef=tuple(lvef(*v) for v in DIP)))["trastuzumab"] == "ended"


def test_what_was_left_out_long_before_is_no_part_of_the_hold():
    """Pertuzumab ended a hundred days before trastuzumab did."""
    records = (*doses("trastuzumab", 299, 84), *doses("pertuzumab", 299, 184))
    assert state(on_therapy(*records, lvef=tuple(lvef(*v) for v in DIP))) == {"trastuzumab": "on-hold", "pertuzumab": "ended"}


def test_an_adjuvant_course_is_not_held():
    """A decline at the end of adjuvant trastuzumab years ago is no hold of today's therapy."""
    adjuvant = doses("trastuzumab", 1900, 1600)
    values = (lvef(62, 1910), lvef(44, 1590), lvef(60, 20))
    assert state(on_therapy(*adjuvant, lvef=values))["trastuzumab"] == "ended"


def test_day_of_the_sentence():
    """Silent since nine weeks to the day: still running; a day later it would be over, and is on hold."""
    running = [record for drug in HP for record in doses(drug, 299 - 21, 63)]
    held = [record for drug in HP for record in doses(drug, 299 - 20, 64)]
    low = (lvef(60, 310), lvef(44, 50), lvef(47, 10))
    assert set(state(on_therapy(*running, lvef=low)).values()) == {"running"}
    assert set(state(on_therapy(*held, lvef=low)).values()) == {"on-hold"}
