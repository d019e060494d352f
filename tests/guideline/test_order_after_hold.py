"""The first order after a laboratory value that asked for one level down, or ended the drug (R118-R120, P08)."""

import dataclasses

import pytest
from msgspec.structs import replace

from guideline.case import Dose
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.orders import OrderedDose
from guideline.rules.orders import dose as doses
from guideline.rules.orders import labs
from tests.guideline.case_builder import dose, given, lab, on_therapy, when
from tests.guideline.measure_builder import weight
from tests.guideline.order_builder import asks, only, order, says

T_DXD, T_DM1, TUCATINIB = "trastuzumab-deruxtecan", "trastuzumab-emtansine", "tucatinib"
FIRST = tuple(given(d, 690, 400, reason="progression") for d in ("trastuzumab", "docetaxel"))
#: Normal values of today, after which the laboratory rules of the day are silent.
NORMAL = tuple(
    lab(kind, value, 0) for kind, value in (("neutrophils", 2.4), ("platelets", 210), ("alt", 22), ("ast", 20), ("bilirubin", 0.6))
)
ANC, ALT = lab("neutrophils", 0.3, 7), lab("alt", 260, 21)


def cycles(drug, amount, *days, unit="mg/kg"):
    """One order a cycle, completed when its dose was given, and the doses."""
    ordered = Dose(amount, unit, 21)
    orders = tuple(given(drug, day, kind="order", status="completed", dose=ordered) for day in days)
    return (*orders, *(dose(drug, day, dose=ordered) for day in days))


def tablets(amount, start, end=None, **more):
    """A course of tucatinib."""
    return given(TUCATINIB, start, end, kind="order", dose=Dose(amount, "mg"), **more)


def about(drugs, labs_, asked):
    """What the laboratory rules say of the order of today."""
    case = on_therapy(*FIRST, *drugs, labs=(*labs_, *NORMAL), body=(weight(68, 1),))
    return [f for f in says(labs.RULES, case, asked) if f.headline.id.startswith("after-hold")]


ON_TDXD, ON_TDM1 = cycles(T_DXD, 5.4, 28, 49), cycles(T_DM1, 3.6, 42, 63)
ON_TUCATINIB = (tablets(300, 60, 21, reason="toxicity"), given("trastuzumab", 60), given("capecitabine", 60))


FULL_TDXD = order(T_DXD, 367, "mg", every_days=21)
FULL_TDM1 = order(T_DM1, 3.6, "mg/kg", every_days=21)
FULL_TUCATINIB = order(TUCATINIB, 300, "mg", times_a_day=2)


@pytest.mark.parametrize(
    ("drugs", "value", "asked", "words"),
    [
        (ON_TDXD, ANC, FULL_TDXD, "367 mg (5.4 mg/kg) after neutrophils 0.3 x 10^9/L: the label goes on one level down, 4.4 mg/kg"),
        (ON_TDM1, ALT, FULL_TDM1, "3.6 mg/kg after ALT 260 U/L (6.5 x ULN): the label goes on one level down, 3 mg/kg"),
        (ON_TDM1, lab("platelets", 20, 21), FULL_TDM1, "after platelets 20 x 10^9/L: the label goes on one level down, 3 mg/kg"),
        (ON_TUCATINIB, ALT, FULL_TUCATINIB, "300 mg after ALT 260 U/L (6.5 x ULN): the label goes on one level down, 250 mg"),
        (ON_TUCATINIB, lab("bilirubin", 4, 21), FULL_TUCATINIB, "goes on one level down, 250 mg"),
    ],
)
def test_the_old_dose_after_a_value_that_asks_for_less(drugs, value, asked, words):
    """A warning with the ordered dose, the value and the level; the dose before it is a fact; nothing is forbidden."""
    (found,) = about(drugs, (value,), asked)
    assert (found.topic, found.indicator, found.avoid) == ("LabSafety", "warning", ())
    assert words in found.headline.text
    assert "Dose before that" in {fact.name for fact in found.facts}
    assert "after-hold-unless" in {said.id for said in found.detail}


@pytest.mark.parametrize(
    ("drugs", "value", "asked"),
    [
        (ON_TDXD, ANC, order(T_DXD, 4.4, "mg/kg")),
        (ON_TDXD, ANC, order(T_DXD, 299, "mg")),
        (ON_TDXD, ANC, order(T_DXD)),
        (ON_TDXD, lab("neutrophils", 0.5, 7), order(T_DXD, 5.4, "mg/kg")),
        (ON_TDXD, lab("platelets", 30, 7), order(T_DXD, 5.4, "mg/kg")),
        (ON_TDXD, lab("alt", 260, 7), order(T_DXD, 5.4, "mg/kg")),
        (ON_TDM1, lab("alt", 200, 21), order(T_DM1, 3.6, "mg/kg")),
        (ON_TUCATINIB, ALT, order(TUCATINIB, 250, "mg", times_a_day=2)),
        (ON_TUCATINIB, ALT, order("capecitabine", 1000, "mg/m2")),
    ],
)
def test_silent_at_the_lower_dose_and_after_what_asks_for_the_same(drugs, value, asked):
    """At the boundaries of each row, for another drug, and where the order does not tell its dose."""
    assert about(drugs, (value,), asked) == []


@pytest.mark.parametrize("again", [cycles(T_DXD, 4.4, 6), cycles(T_DXD, 5.4, 6), (given(T_DXD, 3, kind="order", status="active"),)])
def test_silent_once_a_dose_was_given_since(again):
    """No alarm at every cycle: a lower dose settles it, the same dose was somebody's decision (with P03 for a raised one)."""
    assert about((*ON_TDXD, *again), (ANC,), order(T_DXD, 5.4, "mg/kg")) == []


def test_a_dose_on_the_day_of_the_value_does_not_settle_it():
    """The value was known after the dose, or the dose went against it."""
    drugs = cycles(T_DXD, 5.4, 7, 28, 49)
    assert about(drugs, (ANC,), order(T_DXD, 5.4, "mg/kg"))


@pytest.mark.parametrize("day", [49, 60, 200])
def test_a_value_from_before_the_drug_is_none_of_its_holds(day):
    """Neutropenia of docetaxel, and the value on the day of the first dose, say nothing of T-DXd."""
    assert about(ON_TDXD, (lab("neutrophils", 0.3, day),), order(T_DXD, 5.4, "mg/kg")) == []


def test_a_value_long_after_the_last_dose_is_none_of_its_holds():
    """More than one treatment interval after its end it is the next drug's."""
    over = (given(T_DXD, 300, 100, dose=Dose(5.4, "mg/kg")),)
    assert about(over, (lab("neutrophils", 0.3, 71),), order(T_DXD, 5.4, "mg/kg")) == []
    assert about(over, (lab("neutrophils", 0.3, 72),), order(T_DXD, 5.4, "mg/kg"))


def test_p03_speaks_alone_where_the_dose_was_reduced_before():
    """4.4 mg/kg was given before the value: 5.4 mg/kg is a re-escalation, critical already; 4.4 again is one level too high."""
    reduced = cycles(T_DXD, 4.4, 28, 49)
    assert about(reduced, (ANC,), order(T_DXD, 5.4, "mg/kg")) == []
    (found,) = about(reduced, (ANC,), order(T_DXD, 4.4, "mg/kg"))
    assert "one level down, 3.2 mg/kg" in found.headline.text


@pytest.mark.parametrize("never_again", [True, False])
def test_p03_is_the_drugs_own_and_read_once(monkeypatch, never_again):
    """A reduced drug that may be raised again is none that P03 speaks of: then the value does, and never both nor neither."""
    levels = dataclasses.replace(K.thresholds.dose_levels[T_DXD], re_escalate=not never_again)
    monkeypatch.setitem(K.thresholds.dose_levels, T_DXD, levels)
    case = on_therapy(*FIRST, *cycles(T_DXD, 4.4, 28, 49), labs=(ANC, *NORMAL), body=(weight(68, 1),))
    asked = order(T_DXD, 5.4, "mg/kg", every_days=21)
    spoken = [f.headline.id for f in (*says(labs.RULES, case, asked), *says(doses.RULES, case, asked))]
    assert spoken == (["dose-re-escalation"] if never_again else ["after-hold-too-high"])


def test_r118_below_the_lowest_level_there_is_none():
    """3.2 mg/kg and neutrophils of grade 4: no level is left, and the drug is named as one to avoid."""
    (found,) = about(cycles(T_DXD, 3.2, 28, 49), (ANC,), order(T_DXD, 3.2, "mg/kg"))
    assert (found.headline.id, found.avoid) == ("after-hold-no-level", (T_DXD,))
    assert "lowest dose level, 3.2 mg/kg" in found.headline.text


def test_without_a_dose_on_record_the_highest_level_counts_as_given():
    """Any lower one would make the highest ordered again the more wrong."""
    bare = (given(T_DXD, 60),)
    assert about(bare, (ANC,), order(T_DXD, 5.4, "mg/kg"))
    assert about(bare, (ANC,), order(T_DXD, 4.4, "mg/kg")) == []


def test_tucatinib_by_the_revised_order_of_today():
    """An order that goes on tells today's dose, which is the reduced one already."""
    revised = (tablets(250, 60), given("trastuzumab", 60), given("capecitabine", 60))
    assert about(revised, (ALT,), order(TUCATINIB, 250, "mg", times_a_day=2)) == []
    assert about(revised, (ALT,), order(TUCATINIB, 300, "mg", times_a_day=2))


@pytest.mark.parametrize(
    ("drugs", "values", "asked"),
    [
        (ON_TDM1, (lab("alt", 900, 21),), order(T_DM1, 3.0, "mg/kg")),
        (ON_TDM1, (lab("alt", 150, 21), lab("bilirubin", 3, 21)), order(T_DM1, 2.4, "mg/kg")),
        (ON_TUCATINIB, (lab("bilirubin", 13, 21),), order(TUCATINIB, 150, "mg", times_a_day=2)),
    ],
)
def test_r119_p08_what_ended_the_drug_is_said_at_the_restart(drugs, values, asked):
    """Transaminases over 20 x, or over 3 x with bilirubin over 2 x on the same day: no level is right, however normal it is today."""
    (found,) = about(drugs, values, asked)
    assert (found.indicator, found.headline.id, found.avoid) == ("warning", "after-hold-stop", asked.drugs)


def test_values_of_two_days_are_no_pair():
    """ALT over 3 x and a bilirubin over 2 x a week later did not end T-DM1 together."""
    assert about(ON_TDM1, (lab("alt", 150, 21), lab("bilirubin", 2.5, 14)), order(T_DM1, 3.6, "mg/kg")) == []


def test_a_value_that_holds_today_speaks_alone():
    """One problem, one card: today's neutrophils first."""
    case = on_therapy(*FIRST, *ON_TDXD, labs=(ANC, lab("neutrophils", 0.8, 0)), body=(weight(68, 1),))
    found = only(list(asks(case, order(T_DXD, 5.4, "mg/kg")).findings), "LabSafety")
    assert found.headline.id == "lab-hold"


def test_r118_a_later_dose_of_the_order_counts():
    """4.4 mg/kg now and 5.4 mg/kg later is a dose too high as well."""
    stepped = order(T_DXD, 4.4, "mg/kg", further=(OrderedDose(5.4, "mg/kg", later=True),))
    (found,) = about(ON_TDXD, (ANC,), stepped)
    assert "5.4 mg/kg as a later dose" in found.headline.text
    assert found.facts[0].date == str(when(7))


# --- A hold that is not over -------------------------------------------------------------------------------------------------------


def not_yet(drugs, values, asked):
    """What is said of an order while other values of today are normal."""
    kinds = {value.kind for value in values}
    case = on_therapy(*FIRST, *drugs, labs=(*values, *(v for v in NORMAL if v.kind not in kinds)), body=(weight(68, 1),))
    return [f for f in says(labs.RULES, case, asked) if f.headline.id == "still-held"]


def platelets(*values, **more):
    """Platelets with the days ago on which they were measured."""
    return tuple(replace(lab("platelets", value, day), **more) for value, day in values)


def transaminase(*values):
    return tuple(lab("alt", value, day) for value, day in values)


@pytest.mark.parametrize(
    ("drugs", "values", "asked", "words", "then"),
    [
        (ON_TDM1, platelets((30, 10), (60, 0)), FULL_TDM1, "60 x 10^9/L after platelets 30 x 10^9/L; not before platelets 75", "same dose"),
        (ON_TDM1, platelets((30, 10), (51, 0)), FULL_TDM1, "platelets 51", "75 x 10^9/L or more"),
        (ON_TDM1, platelets((30, 10), (74, 0)), FULL_TDM1, "platelets 74", "same dose"),
        (ON_TDM1, platelets((20, 10), (60, 0)), order(T_DM1, 3.0, "mg/kg"), "platelets 60", "level down (3 mg/kg)"),
        (ON_TUCATINIB, transaminase((260, 14), (160, 0)), FULL_TUCATINIB, "ALT 160 U/L (4 x ULN) after ALT 2", "one dose level down (250"),
        (ON_TUCATINIB, transaminase((260, 14), (160, 0)), order(TUCATINIB, 250, "mg", times_a_day=2), "ALT 160", "3 x ULN or less"),
    ],
)  # fmt: skip
def test_r119_p08_better_and_not_yet_good_enough(drugs, values, asked, words, then):
    """Beyond the limit of the hold, and short of where the label goes on: one warning, with what follows the hold."""
    (found,) = not_yet(drugs, values, asked)
    assert (found.topic, found.indicator, found.avoid) == ("LabSafety", "warning", ())
    assert words in found.headline.text
    assert then in " ".join(said.text for said in found.detail)
    assert len(found.facts) == 2


@pytest.mark.parametrize(
    ("drugs", "values", "asked"),
    [
        (ON_TDM1, platelets((30, 10), (75, 0)), FULL_TDM1),
        (ON_TDM1, platelets((60, 0)), FULL_TDM1),
        (ON_TDM1, platelets((50, 10), (60, 0)), FULL_TDM1),
        (ON_TDM1, platelets((30, 10), (80, 5), (60, 0)), FULL_TDM1),  # the hold was over
        (ON_TDM1, platelets((30, 50), (60, 0)), FULL_TDM1),  # a dose was given since
        (ON_TDM1, platelets((30, 200), (60, 0)), FULL_TDM1),  # before the drug
        (ON_TDM1, (*platelets((30, 10)), *platelets((50, 0), bound=">")), FULL_TDM1),
        (ON_TDM1, platelets((30, 40), (60, 30)), FULL_TDM1),  # no value of the last three weeks
        (ON_TDXD, platelets((30, 10), (60, 0)), FULL_TDXD),  # its row names no such limit
        (ON_TUCATINIB, transaminase((260, 14), (120, 0)), order(TUCATINIB, 250, "mg", times_a_day=2)),
        (ON_TDM1, transaminase((260, 14), (160, 0)), order(T_DM1, 3.0, "mg/kg")),  # grade 2 is enough for T-DM1
    ],
)
def test_a_hold_that_is_over_or_none(drugs, values, asked):
    """Good enough now or once since, given since, not of this drug, or not to be told: silent."""
    assert not_yet(drugs, values, asked) == []


def test_a_preliminary_value_ends_no_hold():
    """90 that is not final yet is no word of a recovery."""
    unsure = (*platelets((30, 10), (60, 3)), *platelets((90, 0), preliminary=True))
    assert not_yet(ON_TDM1, unsure, FULL_TDM1)


# --- A hold that nobody measured again ---------------------------------------------------------------------------------------------


HELD_TDXD, HELD_TDM1 = cycles(T_DXD, 5.4, 40, 61), cycles(T_DM1, 3.6, 40, 61)


def unrepeated(drugs, values, asked):
    """What is said where nothing newer than these values is on record."""
    case = on_therapy(*FIRST, *drugs, labs=tuple(values), body=(weight(68, 1),))
    return [f for f in says(labs.RULES, case, asked) if f.headline.id == "held-never-repeated"]


@pytest.mark.parametrize(
    ("drugs", "value", "asked", "gap", "then"),
    [
        (HELD_TDXD, lab("neutrophils", 0.8, 30), FULL_TDXD, "I12", "then the same dose"),
        (HELD_TDXD, lab("platelets", 40, 30), FULL_TDXD, "I12", "Repeat the value before the next dose"),
        (HELD_TDM1, lab("platelets", 40, 22), FULL_TDM1, "I12", "Hold until platelets 75 or higher"),
        (HELD_TDM1, lab("alt", 260, 30), order(T_DM1, 3.0, "mg/kg"), "I11", "one dose level down (3 mg/kg)"),
        ((tablets(300, 100), given("trastuzumab", 100)), lab("bilirubin", 2.5, 30), FULL_TUCATINIB, "I11", "then the same dose"),
    ],
)
def test_r131_the_last_value_holds_the_drug_and_is_too_old_to_count(drugs, value, asked, gap, then):
    """Nobody knows whether the hold is over: it is asked for, with what follows it; nothing is forbidden."""
    (found,) = unrepeated(drugs, (value,), asked)
    assert (found.topic, found.indicator, found.avoid) == ("LabSafety", "warning", ())
    assert str(value.date) in found.headline.text
    assert [one.input for one in found.missing] == [gap]
    assert then in found.detail[0].text


@pytest.mark.parametrize(
    ("drugs", "values", "asked"),
    [
        (HELD_TDXD, (lab("neutrophils", 0.8, 30), lab("neutrophils", 2.0, 25)), FULL_TDXD),  # it was good enough since
        (HELD_TDXD, (lab("neutrophils", 0.8, 30), lab("neutrophils", 2.0, 3)), FULL_TDXD),
        (HELD_TDXD, (lab("neutrophils", 0.8, 21),), FULL_TDXD),  # it counts today
        ((*HELD_TDXD, *cycles(T_DXD, 5.4, 20)), (lab("neutrophils", 0.8, 30),), FULL_TDXD),  # given since
        (HELD_TDXD, (lab("neutrophils", 1.0, 30),), FULL_TDXD),
        (HELD_TDXD, (lab("neutrophils", 0.8, 70),), FULL_TDXD),  # before the drug
        (HELD_TDXD, (lab("alt", 260, 30),), FULL_TDXD),
    ],
)
def test_a_hold_that_was_measured_again_or_is_none(drugs, values, asked):
    """At the boundaries, and where somebody gave a dose since."""
    assert unrepeated(drugs, values, asked) == []


def test_the_old_dose_is_one_card_with_the_value_that_was_never_repeated():
    """ALT of grade 3 a month ago and the old dose: the dose is said, with until when it is held."""
    case = on_therapy(*FIRST, *HELD_TDM1, labs=(lab("alt", 260, 30),), body=(weight(68, 1),))
    assert [f.headline.id for f in says(labs.RULES, case, FULL_TDM1)] == ["after-hold-too-high"]


# --- Without a weight --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "unit", "last", "said"),
    [
        (378, "mg", 378, "after-hold-same-amount"),
        (400, "mg", 378, "after-hold-same-amount"),
        (375, "mg", 378, "after-hold-same-amount"),
        (308, "mg", 378, None),
        (378, "mg", None, None),
        (5.4, "mg/kg", 378, "after-hold-too-high"),
    ],
)
def test_r118_the_same_milligrams_without_a_weight(amount, unit, last, said):
    """Which level they are cannot be told; that they are none down can."""
    amounts = Dose(last, "mg", 21) if last is not None else None
    drugs = tuple(dose(T_DXD, day, dose=amounts) for day in (28, 49, 70))
    case = on_therapy(*FIRST, *drugs, labs=(ANC, *NORMAL))
    found = [f.headline.id for f in says(labs.RULES, case, order(T_DXD, amount, unit)) if f.headline.id.startswith("after-hold")]
    assert found == ([said] if said else [])


@pytest.mark.parametrize(("since", "headline"), [(12, "lab-stop"), (62, "after-hold-stop")])
def test_values_that_ended_a_drug_and_its_stop_for_toxicity_are_one_card(since, headline):
    """R120: the values say which toxicity it was; that it was stopped for it stands in the detail, and the order can be taken back."""
    drugs = (*FIRST, given(T_DM1, 200, since - 2, reason="toxicity"))
    case = on_therapy(
        *drugs, labs=(lab("ast", 300, since), lab("bilirubin", 3.0, since), *(NORMAL if since > 60 else ())), body=(weight(68, 1),)
    )
    findings = asks(case, order(T_DM1, 3.6, "mg/kg", every_days=21)).findings
    assert {f.topic for f in findings} == {"LabSafety", "NonPreferredAgent"}
    found = only(findings, "LabSafety")
    assert (found.topic, found.indicator, found.headline.id, found.avoid) == ("LabSafety", "warning", headline, (T_DM1,))
    assert [s.id for s in found.detail if s.id.startswith("order-again")] == ["order-again-toxic", "order-again-severe"]
    assert len(found.suggestions) == 1
    assert "R053" in found.rules
