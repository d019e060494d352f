"""Laboratory values under a running conjugate or tucatinib, when a chart is opened (R118-R120, P07, P08; decision 7, silence list 15)."""

import dataclasses

import pytest

from guideline.case import Patient
from guideline.rules import labs_running as labs_running_module
from tests.guideline.case_builder import LONG, a_case, advice_on, finding, given, thp, topics
from tests.guideline.measure_builder import BODY, GOOD_LABS, dosed, lab, labs
from tests.guideline.order_builder import words

TDXD, TDM1 = "trastuzumab-deruxtecan", "trastuzumab-emtansine"
FULL = {TDXD: 5.4, TDM1: 3.6}


def on(drug, values, *, last=21, amount=None, before=(), **facts):
    """On the drug without progression; infusions were last given `last` days ago."""
    drugs = [given(drug, 100), *before]
    if drug in FULL:
        drugs += [dosed(drug, day, amount or FULL[drug], "mg/kg") for day in range(last, 90, 21)]
    return advice_on(
        a_case(**{"metastases": LONG, "drugs": (*thp(690, 120, reason="progression"), *drugs), "labs": values, "body": BODY, **facts})
    )


def held(drug, values, **more):
    """What the one finding says."""
    advice = on(drug, values, **more)
    assert topics(advice) == ["LabSafety"]
    found = finding(advice, "LabSafety")
    assert found.indicator == "warning"
    return found


@pytest.mark.parametrize("drug", [TDXD, TDM1, "tucatinib"])
@pytest.mark.parametrize("values", [GOOD_LABS, ()], ids=["good", "none"])
def test_section_5_no_reminder_each_cycle(drug, values):
    """R118-R120: good values and no values at all are both silent while a drug runs: the order of the next dose asks for them."""
    assert topics(on(drug, values)) == []


@pytest.mark.parametrize(
    ("values", "rule", "then"),
    [
        ({"neutrophils": 1.0}, None, None),
        ({"neutrophils": 0.99}, "R118", "then the same dose"),
        ({"neutrophils": 0.5}, "R118", "then the same dose"),
        ({"neutrophils": 0.49}, "R118", "one dose level down (4.4 mg/kg)"),
        ({"platelets": 50}, None, None),
        ({"platelets": 49}, "P07", "platelets 49"),
        ({"alt": 400}, None, None),
        ({"neutrophils": lab("neutrophils", 0.5, bound="<")}, "R118", "neutrophils <0.5 x 10^9/L"),
        ({"neutrophils": lab("neutrophils", 0.5, bound="<")}, "R118", "one dose level down (4.4 mg/kg)"),
        ({"neutrophils": lab("neutrophils", 1.0, bound="<")}, "R118", "then the same dose"),
        ({"neutrophils": lab("neutrophils", 1.0, bound="<=")}, None, None),
        ({"neutrophils": lab("neutrophils", 0.5, bound=">")}, None, None),
        ({"platelets": lab("platelets", 50, bound="<")}, "P07", "platelets <50"),
        ({"platelets": lab("platelets", 20, bound=">")}, None, None),
    ],
)
def test_r118_t_dxd(values, rule, then):
    """R118: neutrophils grade 3 hold, same dose; grade 4 one level down; platelets below 50."""
    if rule is None:
        assert topics(on(TDXD, labs(**values))) == []
        return
    found = held(TDXD, labs(**values))
    assert found.headline.text.startswith("Hold trastuzumab deruxtecan: ")
    assert rule in found.rules
    assert then in words(found)
    assert found.avoid == ()


@pytest.mark.parametrize(
    ("values", "act", "then"),
    [
        ({"alt": 200}, None, None),
        ({"alt": 201}, "Hold", "one dose level down (3 mg/kg)"),
        ({"alt": 801}, "Stop", "new line"),
        ({"ast": 121, "bilirubin": 2.5}, "Stop", "new line"),
        ({"bilirubin": 1.81}, "Hold", "then the same dose"),
        ({"bilirubin": 3.7}, "Hold", "one dose level down (3 mg/kg)"),
        ({"platelets": 49}, "Hold", "platelets 75 or higher, then the same dose"),
        ({"platelets": 24}, "Hold", "one dose level down (3 mg/kg)"),
        ({"platelets": 110, "alt": 120}, None, None),
    ],
)
def test_r119_t_dm1(values, act, then):
    """R119, V12: grade 2 transaminases go on in silence; grade 3, bilirubin and platelets hold; grade 4 and Hy's law stop for good."""
    if act is None:
        assert topics(on(TDM1, labs(**values))) == []
        return
    found = held(TDM1, labs(**values))
    assert found.headline.text.startswith(f"{act} trastuzumab emtansine")
    assert then in words(found)
    assert ("a hold is not progression" in words(found)) is (act == "Hold")
    assert found.avoid == ((TDM1,) if act == "Stop" else ())


@pytest.mark.parametrize(
    ("values", "act"),
    [({"alt": 201}, "Hold"), ({"alt": 130, "bilirubin": 2.5}, "Stop"), ({"bilirubin": 1.81}, "Hold"), ({"creatinine": 4.0}, None)],
)
def test_r120_tucatinib(values, act):
    """R120, P08: the liver holds or stops it; a creatinine that it raises itself does not."""
    if act is None:
        assert topics(on("tucatinib", labs(**values))) == []
        return
    found = held("tucatinib", labs(**values))
    assert found.headline.text.startswith(f"{act} tucatinib")


def test_r120_an_unknown_level_is_not_taken_for_the_highest():
    """R120, R131: no dose on record: the levels are named, none is chosen."""
    assert "levels 300, 250, 200, 150 mg" in words(held("tucatinib", labs(alt=201)))


@pytest.mark.parametrize(("amount", "then"), [(4.4, "one dose level down (3.2 mg/kg)"), (3.2, "the lowest dose level is reached")])
def test_r118_levels_count_down_from_the_lowest_given(amount, then):
    """R118: no way up, and nothing below 3.2 mg/kg."""
    assert then in words(held(TDXD, labs(neutrophils=0.3), amount=amount))


@pytest.mark.parametrize(
    ("taken", "last", "counts"),
    [(3, 21, True), (10, 10, True), (11, 10, False), (21, 21, True), (22, 42, False)],
    ids=["fresh", "day of the dose", "before the dose", "three weeks", "older"],
)
def test_a_value_counts_when_it_is_newer_than_the_last_dose(taken, last, counts):
    """Decision 7: a value from before the last dose was judged when that dose was given; one older than three weeks is none."""
    advice = on(TDXD, labs(neutrophils=lab("neutrophils", 0.7, taken)), last=last)
    assert ("LabSafety" in topics(advice)) is counts


def test_r119_the_end_of_a_drug_is_not_outdated_by_another_dose():
    """R119: Hy's law from before the last dose still ends T-DM1; a hold from before it was judged when it was given."""
    liver = {"alt": lab("alt", 130, 15), "bilirubin": lab("bilirubin", 2.5, 15)}
    assert held(TDM1, labs(**liver), last=10).headline.text.startswith("Stop trastuzumab emtansine")
    assert topics(on(TDM1, labs(alt=lab("alt", 300, 15)), last=10)) == []


def test_a_newer_good_value_outdates_a_bad_one():
    """The nadir of last week, recovered since: silent."""
    values = (*labs(neutrophils=lab("neutrophils", 0.4, 9)), lab("neutrophils", 2.1, 1))
    assert topics(on(TDXD, values)) == []


def test_decision_8_a_preliminary_adverse_value_is_named_as_such():
    """Decision 8: it counts because it is adverse, and says that it is preliminary."""
    found = held(TDXD, labs(neutrophils=lab("neutrophils", 0.4, preliminary=True)))
    assert "preliminary" in found.headline.text


def test_r119_a_missing_partner_is_no_crossed_limit():
    """R119: ALT over 3 x with bilirubin unknown is below the limits of ALT alone: the order of the next dose asks for bilirubin."""
    assert topics(on(TDM1, labs(alt=130, bilirubin=None))) == []


def test_decision_29_an_assumed_limit_is_named():
    """Decision 29: the result brings no reference range: the limit used is said."""
    assert "ALT 40" in words(held(TDM1, labs(alt=lab("alt", 250))))
    assert "assumed" not in words(held(TDM1, labs(alt=lab("alt", 250, upper=40)))).lower()


def test_what_is_on_hold_is_not_held_again():
    """R133: T-DM1 on hold: no second card about it."""
    drugs = (*thp(690, 120, reason="progression"), given(TDM1, 100, status="on-hold"))
    advice = advice_on(a_case(metastases=LONG, drugs=drugs, labs=labs(platelets=20), body=BODY))
    assert "LabSafety" not in topics(advice)


@pytest.mark.parametrize(("drug", "name"), [(TDM1, "trastuzumab emtansine"), ("tucatinib", "tucatinib")])
def test_what_ends_a_drug_is_told_of_one_on_hold(drug, name):
    """R119, P08: held for its liver values, and Hy's law among them: no hold any more; only an order of it said so."""
    drugs = (*thp(690, 120, reason="progression"), given(drug, 100, status="on-hold"))
    advice = advice_on(a_case(metastases=LONG, drugs=drugs, labs=labs(alt=lab("alt", 130), bilirubin=lab("bilirubin", 2.5)), body=BODY))
    found = finding(advice, "LabSafety")
    assert found.headline.text.startswith(f"Stop {name} for good: ALT")
    assert (found.indicator, found.avoid) == ("warning", (drug,))


@pytest.mark.parametrize("drug", ["trastuzumab", "pertuzumab", "lapatinib"])
def test_drugs_without_a_laboratory_table_are_silent(drug):
    """R118-R120: no table, no card."""
    assert "LabSafety" not in topics(on(drug, labs(alt=900, neutrophils=0.1, platelets=10)))


def test_two_drugs_are_one_card():
    """Decision 31: T-DM1 + tucatinib with one liver value: the stricter first, the other named behind it."""
    found = held(TDM1, labs(alt=900), before=(given("tucatinib", 100),))
    assert "Stop trastuzumab emtansine" in found.headline.text
    assert "Stop tucatinib" in words(found)
    assert set(found.avoid) == {TDM1, "tucatinib"}


def test_r119_the_strictest_value_leads():
    """R119: platelets hold, the liver stops: the stop is the headline, the platelets stand behind it."""
    found = held(TDM1, labs(platelets=30, alt=801))
    assert found.headline.text.startswith("Stop trastuzumab emtansine")
    assert "platelets 30" in words(found)


def test_r119_two_holds_end_with_the_later_of_both():
    """R119: the liver and the platelets hold T-DM1: the card says until when for each, or it would be resumed with 60 platelets."""
    said = words(held(TDM1, labs(alt=240, platelets=40)))
    assert "Hold until ALT at grade 2 or better" in said
    assert "platelets 40 x 10^9/L - hold until platelets 75 or higher as well" in said
    assert "as well" not in words(held(TDM1, labs(alt=801, platelets=40)))


def test_r133_a_hold_whose_end_no_table_names_is_still_a_hold(monkeypatch):
    """R133: where the table says "hold" and no more, the card says no more, and nothing of another line."""
    bare = dataclasses.replace(labs_running_module._TABLES[TDXD][-1], dose=None, resume=None)
    monkeypatch.setitem(labs_running_module._TABLES, TDXD, (bare,))
    said = words(held(TDXD, labs(platelets=40)))
    assert "a hold is not progression" in said
    assert "new line is decided" not in said
    assert "Hold until" not in said


def test_r123_the_early_stage_and_the_minor_stay_silent():
    """Decision 9: outside the scope nothing is said here."""
    child = Patient(a_case(age=15).patient.birth, "female")
    assert topics(on(TDM1, labs(platelets=20), patient=child)) == []
