"""Febrile neutropenia under T-DXd: hold until it has resolved, then one dose level down (R118; decision 28)."""

import pytest

from guideline.rules.orders import labs
from tests.guideline.case_builder import LONG, a_case, advice_on, febrile_neutropenia, finding, given, thp, topics
from tests.guideline.measure_builder import BODY, GOOD_LABS, dosed, lab
from tests.guideline.order_builder import order, says, words

TDXD, TDM1 = "trastuzumab-deruxtecan", "trastuzumab-emtansine"
#: Normal values of five days ago; the episode is a week old where nothing else is said.
RECOVERED = lab("neutrophils", 2.4, 2)


def on(drug, *episodes, amount=5.4, values=(), last=21, recorded=True):
    """The drug as second line without progression, its last dose `last` days ago."""
    doses = tuple(dosed(drug, day, amount, "mg/kg") for day in range(last, 90, 21)) if recorded else ()
    drugs = (*thp(690, 120, reason="progression"), given(drug, 100), *doses)
    return a_case(metastases=LONG, drugs=drugs, febrile_neutropenia=episodes, labs=values, body=BODY)


def ordered(case, amount=5.4):
    """What the laboratory rules say of an order of T-DXd."""
    return says(labs.RULES, case, order(TDXD, amount, "mg/kg", every_days=21))


@pytest.mark.parametrize(("day", "status"), [(7, "active"), (7, "unknown"), (21, "active"), (0, "active")])
def test_r118_a_running_t_dxd_is_held(day, status):
    """Since the last dose and not older than three weeks; a visit's diagnosis has no status."""
    found = finding(advice_on(on(TDXD, febrile_neutropenia(day, status), last=21 if day < 21 else 30)), "LabSafety")
    assert (found.indicator, found.avoid) == ("warning", ())
    assert found.headline.text.startswith("Hold trastuzumab deruxtecan: febrile neutropenia since 20")
    assert "Hold until it has resolved, then one dose level down (4.4 mg/kg)." in words(found)
    assert "R118" in found.rules
    assert [fact.name for fact in found.facts] == ["Febrile neutropenia"]


@pytest.mark.parametrize(
    "case",
    [
        on(TDXD, febrile_neutropenia(7, "resolved")),
        on(TDXD, febrile_neutropenia(22)),
        on(TDXD, febrile_neutropenia(22), recorded=False),
        on(TDXD, febrile_neutropenia(101), recorded=False),
        on(TDXD, febrile_neutropenia(7), values=(RECOVERED,)),
        on(TDXD, febrile_neutropenia(7), values=(lab("neutrophils", 1.0, 6),)),
        on(TDM1, febrile_neutropenia(7), amount=3.6),
        on(TDXD, febrile_neutropenia(None, "unknown")),
    ],
    ids=["resolved", "before the last dose", "older than three weeks", "before the drug", "recovered", "grade 2", "T-DM1", "undated"],
)
def test_silent_where_it_is_over_or_of_no_concern(case):
    """A later count of 1.0 or more ends it, whatever the problem list says; T-DM1's label names none."""
    assert topics(advice_on(case)) == []


@pytest.mark.parametrize(
    "values",
    [
        (lab("neutrophils", 0.99, 2),),
        (lab("neutrophils", 2.4, 8),),
        (lab("neutrophils", 2.4, 2, preliminary=True),),
        (lab("neutrophils", 0.2, 7), lab("neutrophils", 1.4, 7)),
    ],
    ids=["below 1.0", "before", "preliminary", "low on that day"],
)
def test_a_count_that_does_not_end_it(values):
    """The fever may be on."""
    found = finding(advice_on(on(TDXD, febrile_neutropenia(7), values=values)), "LabSafety")
    assert "febrile neutropenia" in words(found)


def test_a_diagnosis_coded_again_at_a_visit_is_no_new_episode():
    """With a normal count of its own day it tells of the earlier one: no hold, and one level down, not two."""
    again = (febrile_neutropenia(12, "unknown"), febrile_neutropenia(0, "unknown"))
    counts = (lab("neutrophils", 0.2, 12), lab("neutrophils", 2.4, 6), lab("neutrophils", 3.4, 0))
    assert topics(advice_on(on(TDXD, *again, values=counts, last=14))) == []
    reduced = on(TDXD, *again, amount=4.4, values=(*GOOD_LABS, *counts), last=5)
    assert ordered(reduced, 4.4) == []


def test_a_diagnosis_recorded_on_the_day_of_discharge_is_an_episode():
    """Nothing earlier is on record: the only entry counts for the next dose, though the count is normal again."""
    case = on(TDXD, febrile_neutropenia(10, "unknown"), values=(*GOOD_LABS, lab("neutrophils", 2.0, 10)), last=14)
    assert topics(advice_on(case)) == []
    assert [f.headline.id for f in ordered(case)] == ["after-hold-too-high"]


def test_an_active_one_without_a_date_is_looked_up():
    """R131: unknown is not "long over"; it is asked for, and nothing is held."""
    found = finding(advice_on(on(TDXD, febrile_neutropenia(None))), "LabSafety")
    assert (found.indicator, found.headline.id) == ("info", "lab-undated")


@pytest.mark.parametrize("low", [0.9, 0.3])
def test_one_without_a_date_is_named_beside_the_values(low):
    """R131: what the values ask for stands; the episode is to be looked up, whatever their indicator."""
    alone = finding(advice_on(on(TDXD, values=(lab("neutrophils", low, 3),))), "LabSafety")
    found = finding(advice_on(on(TDXD, febrile_neutropenia(None), values=(lab("neutrophils", low, 3),))), "LabSafety")
    assert (found.headline, found.indicator) == (alone.headline, alone.indicator)
    assert "Also: febrile neutropenia on record without a readable date" in words(found)
    assert "Febrile neutropenia" in [fact.name for fact in found.facts]
    assert {"R118", "R131"} <= set(found.rules)


def test_the_values_speak_first_and_the_fever_is_named():
    """Neutrophils 0.3 and fever are one card: the value leads, the fever stands beside it."""
    case = on(TDXD, febrile_neutropenia(3), values=(lab("neutrophils", 0.3, 3),))
    found = finding(advice_on(case), "LabSafety")
    assert "neutrophils 0.3" in found.headline.text
    assert "Also: febrile neutropenia since" in words(found)
    (at_order,) = ordered(case)
    assert "Also: febrile neutropenia since" in words(at_order)
    assert "R118" in at_order.rules


def test_r118_an_order_before_it_has_resolved_is_a_hold():
    """At any dose; what is missing is still asked for."""
    for amount in (5.4, 4.4):
        (found,) = ordered(on(TDXD, febrile_neutropenia(7)), amount)
        assert (found.indicator, found.headline.id) == ("warning", "lab-hold")


@pytest.mark.parametrize("episode", [febrile_neutropenia(10, "resolved"), febrile_neutropenia(10), febrile_neutropenia(10, "unknown")])
def test_r118_the_old_dose_after_it(episode):
    """5.4 mg/kg again is one level too high, also months later while no dose was given; 4.4 mg/kg is right."""
    case = on(TDXD, episode, values=(*GOOD_LABS, RECOVERED), last=14)
    (found,) = ordered(case)
    assert found.headline.id == "after-hold-too-high"
    assert "5.4 mg/kg after febrile neutropenia (20" in found.headline.text
    assert found.headline.text.endswith("the label goes on one level down, 4.4 mg/kg")
    assert {fact.name for fact in found.facts} >= {"Febrile neutropenia", "Dose before that"}
    assert ordered(case, 4.4) == []


@pytest.mark.parametrize("day", [14, 101, 60])
def test_a_dose_since_then_settles_it(day):
    """Given again after the episode, or the episode was before the drug; on the day of a dose it came after it."""
    case = on(TDXD, febrile_neutropenia(day, "resolved"), values=(*GOOD_LABS, RECOVERED), last=14)
    assert [f.headline.id for f in ordered(case)] == (["after-hold-too-high"] if day == 14 else [])


def test_below_the_lowest_level_there_is_none():
    """3.2 mg/kg and febrile neutropenia: the drug ends."""
    case = on(TDXD, febrile_neutropenia(10, "resolved"), amount=3.2, values=(*GOOD_LABS, RECOVERED), last=14)
    (found,) = ordered(case, 3.2)
    assert (found.headline.id, found.avoid) == ("after-hold-no-level", (TDXD,))


@pytest.mark.parametrize("amount", [5.4, 4.4, 3.2, None])
@pytest.mark.parametrize(("recorded", "then"), [(5.4, "4.4 mg/kg"), (4.4, "3.2 mg/kg"), (3.2, None)])
def test_r118_one_level_down_is_one_level_for_values_and_fever_on_chart_and_order(amount, recorded, then):
    """Neutrophils 0.3 and fever: below what was given, whatever is ordered now, and said alike at each place."""
    case = on(TDXD, febrile_neutropenia(3), amount=recorded, values=(lab("neutrophils", 0.3, 3),))
    (at_order,) = ordered(case, amount)
    said = [words(finding(advice_on(case), "LabSafety")), words(at_order)]
    for text in said:
        assert text.count(f"one dose level down ({then})" if then else "lowest dose level") == 2
        assert then is None or text.count("one dose level down") == 2


@pytest.mark.parametrize(
    ("amount", "then"), [(5.4, "one dose level down (4.4 mg/kg)"), (4.4, "one dose level down (3.2 mg/kg)"), (None, "5.4, 4.4, 3.2 mg/kg")]
)
def test_r118_the_ordered_dose_stands_in_where_none_is_recorded(amount, then):
    """It is what the patient is on; with no readable dose either, the levels are named and none is chosen."""
    case = on(TDXD, febrile_neutropenia(3), values=(lab("neutrophils", 0.3, 3),), recorded=False)
    (at_order,) = ordered(case, amount)
    assert words(at_order).count(then) == 2
