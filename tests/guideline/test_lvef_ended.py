"""A drug that its label has ended for good by the LVEF stays ended, whatever it recovers to and however the doses are recorded.

R110, R113: twice below 40, or 40-45 and not back within 10 points of baseline on repeat; R112, R077: a lasting decline.
"""

import pytest

from guideline.rules.orders import order_safety
from tests.guideline.case_builder import (
    a_case,
    advice_on,
    doses,
    finding,
    given,
    heart_condition,
    lvef,
    metastasis,
    on_therapy,
    said_ids,
    status,
    thp,
)
from tests.guideline.order_builder import asks, order, says

T_DXD, T_DM1 = "trastuzumab-deruxtecan", "trastuzumab-emtansine"
AMOUNT = {T_DXD: 5.4, T_DM1: 3.6}
FIRST_LINE = thp(690, 320, reason="progression")


def recorded(how, drug, first, last):
    """The course of a drug with its last dose `last` days ago: an order a cycle, one for the course, doses alone, or an order alone."""
    each = doses(drug, first, last)
    if how == "cycles":
        return (*each, *(given(drug, day, kind="order", status="completed") for day in range(last, first + 1, 21)))
    if how == "doses":
        return each
    return (*(each if how == "course" else ()), given(drug, first, kind="order"))


def treated(drug, last, *values, how="cycles", more=(), **facts):
    """First line over for progression; then the drug from day 300, baseline 60, with these values as (percent, days ago)."""
    series = (lvef(60, 310), *(lvef(*value) for value in values))
    return on_therapy(*FIRST_LINE, *recorded(how, drug, 300, last), *more, lvef=series, **facts)


def confirmed(day):
    """Baseline 60; 36 on that day, 38 two weeks later, 52 three weeks after that."""
    return ((36, day), (38, day - 15), (52, day - 35))


def heart_of(case, drug=T_DXD):
    """What an order of the drug is met with."""
    found = says(order_safety.RULES, case, order(drug, AMOUNT.get(drug, 6), "mg/kg"))
    return [(f.topic, f.indicator, f.headline.id) for f in found if f.topic in ("LvefHold", "LvefMonitoringDue")]


@pytest.mark.parametrize("drug", [T_DXD, T_DM1])
@pytest.mark.parametrize("how", ["cycles", "course", "doses", "order alone"])
@pytest.mark.parametrize("last", [48, 60, 90, 250])
def test_r110_r113_every_later_order_is_critical(drug, how, last):
    """The last dose 12 days before the low value; recovered to 52 since: seven weeks or eight months later."""
    case = treated(drug, last, *confirmed(last - 12), how=how)
    [(topic, indicator, said)] = heart_of(case, drug)
    assert (topic, indicator) == ("LvefHold", "critical")
    assert said.removesuffix("-long") in ("lvef-stop", "lvef-held-stop")
    card = finding(asks(case, order(drug, AMOUNT[drug], "mg/kg")), "LvefHold")
    assert card.avoid == (drug,)
    assert [(s.act, s.code) for s in card.suggestions] == [("delete", drug)]


@pytest.mark.parametrize("drug", [T_DXD, T_DM1])
@pytest.mark.parametrize("how", ["cycles", "course", "doses", "order alone"])
def test_r110_r113_the_chart_says_so_while_the_drug_counts_as_running(drug, how):
    """LVEF 52 and the drug not stopped on record: a warning, no silence, and no restart test."""
    found = finding(advice_on(treated(drug, 48, *confirmed(36), how=how)), "LvefHold")
    assert (found.indicator, found.headline.id) == ("warning", "lvef-stop")
    assert "confirmed 38 %" in found.headline.text
    assert "lvef-stop-later" in [line.id for line in found.detail]


@pytest.mark.parametrize("drug", [T_DXD, T_DM1])
@pytest.mark.parametrize("how", ["cycles", "course", "doses"])
def test_r133_a_drug_that_its_label_ended_is_on_hold_and_no_line_that_is_over(drug, how):
    """Nine weeks without a dose: the stop is said, and no next line is advised."""
    advice = advice_on(treated(drug, 90, *confirmed(78), how=how))
    assert finding(advice, "LvefHold").headline.id == "lvef-held-stop"
    assert advice.treatment is None


@pytest.mark.parametrize("reason", ["cardiac", "progression", "completed", None])
@pytest.mark.parametrize("drug", [T_DXD, T_DM1])
def test_r110_r113_the_next_lines_card_bars_it_with_the_reason(drug, reason):
    """Stopped on record, recovered, progression since."""
    over = given(drug, 300, 200, reason=reason)
    values = (lvef(60, 310), *(lvef(*v) for v in confirmed(190)), lvef(58, 10))
    case = on_therapy(*FIRST_LINE, over, lvef=values, disease_statuses=status("worsened", 3))
    chosen = advice_on(case).treatment
    barred = [option for option in chosen.barred if option.regimen == ("tdxd" if drug == T_DXD else "tdm1")]
    assert [reason.id for option in barred for reason in option.reasons] == ["lvef-barred"]
    assert all(words in barred[0].reasons[0].text for words in ("LVEF 36 %", drug.replace("-", " ")))
    assert "check-lvef-stop" in said_ids(advice_on(case))


def test_r110_years_later_in_another_line():
    """T-DXd ended in 2023, the triplet runs: the chart is silent, an order of T-DXd is not."""
    triplet = tuple(given(d, 190) for d in ("tucatinib", "trastuzumab", "capecitabine"))
    drugs = (*thp(1400, 1100, reason="progression"), *doses(T_DXD, 1080, 980), given(T_DXD, 1080, 980), *triplet)
    values = (lvef(60, 1090), lvef(36, 970), lvef(37, 950), lvef(58, 900), lvef(60, 200), lvef(59, 20))
    case = a_case(metastases=metastasis("liver", 1500), drugs=drugs, lvef=values)
    assert not {f.topic for f in advice_on(case).findings} & {"LvefHold", "HeartFailure"}
    assert heart_of(case) == [("LvefHold", "critical", "lvef-held-stop")]


@pytest.mark.parametrize(("until", "expected"), [(170, True), (80, False)])
def test_a_decline_under_the_next_drug_is_not_of_the_one_before(until, expected):
    """T-DXd over 190 days ago; below 40 twelve days after it, or not before the fourth month of the triplet."""
    triplet = tuple(given(d, 160) for d in ("tucatinib", "trastuzumab", "capecitabine"))
    drugs = (*FIRST_LINE, *doses(T_DXD, 300, 190), given(T_DXD, 300, 190, reason="progression"), *triplet)
    values = (lvef(60, 310), lvef(36, until), lvef(37, until - 15), lvef(58, until - 60), lvef(60, 2))
    assert (heart_of(on_therapy(*drugs, lvef=values)) != []) is expected


def test_given_again_since_is_a_decision_that_an_order_is_warned_of():
    """Doses recorded after the recovery: the chart says no more, each order is met with a warning that can be acknowledged."""
    case = treated(T_DXD, 132, *confirmed(120), (58, 10), more=doses(T_DXD, 75, 12))
    assert "LvefHold" not in {f.topic for f in advice_on(case).findings}
    assert heart_of(case) == [("LvefHold", "warning", "lvef-given-again")]


def test_given_again_and_low_again_is_a_hold():
    """44 after the drug was given again: the hold of today is said, not what was."""
    case = treated(T_DXD, 132, *confirmed(120), (44, 10), more=doses(T_DXD, 75, 12))
    assert heart_of(case) == [("LvefHold", "warning", "lvef-hold")]


@pytest.mark.parametrize("values", [[(54, 60), (51, 20)], [(44, 40), (53, 20)], [(36, 40), (53, 20)]], ids=["drift", "back", "unconfirmed"])
@pytest.mark.parametrize("how", ["cycles", "course", "doses", "order alone"])
def test_a_drift_and_a_decline_that_came_back_are_quiet(values, how):
    """60 -> 54 -> 51, and 44 (or one 36) then 53: no card, at the chart or at the order."""
    case = treated(T_DXD, 40, *values, how=how)
    assert not {f.topic for f in advice_on(case).findings} & {"LvefHold", "LvefMonitoringDue"}
    assert heart_of(case) == []


# --- 40-45 %, and a repeat of 46-49 % (R110, R113) --------------------------------------------------------------------------------------


@pytest.mark.parametrize("drug", [T_DXD, T_DM1])
@pytest.mark.parametrize("repeat", [46, 49])
@pytest.mark.parametrize("how", ["cycles", "course", "doses"])
def test_r110_r113_a_repeat_above_45_that_is_not_back_within_10_points_ends_it(drug, repeat, how):
    """Baseline 60, 44, no dose since, then 46 or 49: the label's test decides, not its row of a value above 45."""
    case = treated(drug, 55, (44, 40), (repeat, 18), how=how)
    found = finding(advice_on(case), "LvefHold")
    assert (found.indicator, found.headline.id) == ("warning", "lvef-stop")
    assert f"LVEF {repeat} % on repeat" in found.headline.text
    assert "lvef-low-no-hold" not in said_ids(advice_on(case))
    assert heart_of(case, drug) == [("LvefHold", "warning", "lvef-stop")]


def test_r110_a_repeat_within_10_points_is_no_stop():
    """50 on repeat is back within 10 points of 60: the drug may go on."""
    assert "LvefHold" not in {f.topic for f in advice_on(treated(T_DXD, 55, (44, 40), (50, 18))).findings}


def test_r111_pertuzumab_knows_no_such_stop():
    """44, then 46 under HP: above 45 its table lets it go on, below 50 it is not silent."""
    drugs = [record for drug in ("trastuzumab", "pertuzumab") for record in recorded("cycles", drug, 300, 55)]
    found = finding(advice_on(on_therapy(*drugs, lvef=(lvef(60, 310), lvef(44, 40), lvef(46, 18)))), "LvefMonitoringDue")
    assert found.headline.id == "lvef-low"


# --- The other drugs of an order, and the other cards -----------------------------------------------------------------------------------


def test_r112_r077_a_lasting_decline_is_a_warning_until_the_drug_was_given_again():
    """Trastuzumab alone, 46 and 47 over 58 days, then 58; ordered again, and once more after a dose."""
    values = (lvef(64, 310), lvef(46, 130), lvef(47, 72), lvef(58, 40))
    first = doses("trastuzumab", 300, 140)
    assert heart_of(on_therapy(*first, lvef=values), "trastuzumab") == [("LvefHold", "warning", "lvef-held-stop")]
    assert heart_of(on_therapy(*first, *doses("trastuzumab", 30, 9), lvef=values), "trastuzumab") == []


def test_an_order_of_the_antibody_beside_it_is_not_met_with_the_stop_of_another_drug():
    """T-DXd + pertuzumab: T-DXd was ended by its label, the LVEF is 52 again, pertuzumab alone is ordered."""
    case = treated(T_DXD, 48, *confirmed(36), more=doses("pertuzumab", 300, 48))
    assert heart_of(case, "pertuzumab") == []
    assert heart_of(case) == [("LvefHold", "critical", "lvef-stop")]


def test_p02_another_her2_drug_after_a_stop_waits_for_cardiology():
    """T-DXd ordered after T-DM1 was ended by its label: the decline is named, T-DXd is not called ended."""
    case = treated(T_DM1, 90, *confirmed(78), more=(), disease_statuses=status("worsened", 3))
    found = finding(asks(case, order(T_DXD, 5.4, "mg/kg")), "HeartFailure")
    assert (found.indicator, found.headline.id) == ("warning", "order-heart-history")
    assert "check-lvef-stop" in [line.id for line in found.detail]


def test_r030_no_other_conjugate_is_offered_in_place_of_the_one_that_was_ended():
    """T-DM1 ordered again: its stop is the card, not that T-DXd would be preferred."""
    advice = asks(treated(T_DM1, 90, *confirmed(78)), order(T_DM1, 3.6, "mg/kg"))
    assert [f.topic for f in advice.findings] == ["LvefHold"]


def test_decision_17_heart_failure_outranks_the_stop():
    """Symptoms today: heart failure is the card."""
    case = treated(T_DXD, 48, *confirmed(36), heart=heart_condition())
    topics = [f.topic for f in says(order_safety.RULES, case, order(T_DXD, 5.4, "mg/kg"))]
    assert "HeartFailure" in topics
    assert "LvefHold" not in topics
