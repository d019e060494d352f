"""A hold for the LVEF is over when its restart test is met, not when the newest value alone would ask for none (R112, R076)."""

import pytest

from tests.guideline.case_builder import advice_on, ago, doses, finding, given, lvef, on_therapy, topics
from tests.guideline.order_builder import asks, order

T_DXD = "trastuzumab-deruxtecan"


def after_low(drug, *later, baseline=55, low=(44, 30)):
    """A drug given until 48 days ago, a value that asked for a hold 30 days ago, and what was measured since."""
    return on_therapy(*doses(drug, 90, 48), lvef=(lvef(baseline, 100), lvef(*low), *(lvef(*value) for value in later)))


@pytest.mark.parametrize("drug", ["trastuzumab", "margetuximab"])
def test_r112_better_and_still_below_normal_is_no_end_of_the_hold(drug):
    """44 % from 55, then 47 %: a fall of 8 asks for no hold, but normal it is not. Chart and order say the same."""
    case = after_low(drug, (47, 2))
    found = finding(advice_on(case), "LvefHold")
    assert found.headline.text == f"Hold {drug}: LVEF 47 %, 8 points below baseline 55 % - refer to cardiology"
    assert found.rules == ("R112", "R074")
    assert f"The hold for the low value of {ago(30)} is not over: the newest value does not meet the restart test." in [
        line.text for line in found.detail
    ]
    assert [f.headline.text for f in asks(case, order(drug, 6, "mg/kg")).findings if f.topic == "LvefHold"] == [found.headline.text]


@pytest.mark.parametrize(
    ("later", "held"),
    [(((50, 2),), False), (((50, 20), (47, 2)), False), (((47, 20), (47, 2)), True), (((47, 2), (47, 2)), True)],
    ids=["normal again", "normal in between", "twice below normal", "one examination told twice"],
)
def test_r112_normal_ends_it(later, held):
    """Once normal, a value a little lower is watched as any other."""
    assert ("LvefHold" in topics(advice_on(after_low("trastuzumab", *later)))) is held


@pytest.mark.parametrize(("gap", "held"), [(91, True), (92, False)])
def test_a_value_long_after_the_low_one_does_not_show_that_it_lasted(gap, held):
    """As far apart as the LVEF is monitored; a longer gap may hide a recovery."""
    case = on_therapy(given("trastuzumab", 300), lvef=(lvef(55, 310), lvef(44, gap + 2), lvef(47, 2)))
    assert ("LvefHold" in topics(advice_on(case))) is held


def test_r110_the_repeat_decides_under_t_dxd():
    """Below 40, not confirmed at 46 %: its own table lets it go on."""
    assert topics(advice_on(after_low(T_DXD, (46, 2), baseline=60, low=(38, 20)))) == ["LvefMonitoringDue"]


def paused(*drugs, low=14, recovered=53, last=35, baseline=60, value=48):
    """Doses up to five weeks ago, a low value since, and the LVEF back today."""
    records = [record for drug in drugs for record in doses(drug, 200, last)]
    return on_therapy(*records, lvef=(lvef(baseline, 210), lvef(value, low), lvef(recovered, 0)))


@pytest.mark.parametrize(("low", "held"), [(27, True), (28, False)])
def test_r112_the_shortest_hold_also_where_the_drug_counts_as_given(low, held):
    """Back to normal on day 27 of four weeks: chart and order name the day; on day 28 they are silent."""
    case = paused("trastuzumab", low=low)
    texts = [[f.headline.text for f in advice.findings] for advice in (advice_on(case), asks(case, order("trastuzumab", 8, "mg/kg")))]
    said = (
        f"Do not restart trastuzumab before {ago(low - 28)} (shortest hold), though LVEF 53 %, 7 points below baseline 60 %, meets the test"
    )
    assert texts == ([[said], [said]] if held else [[], []])


def test_r111_trastuzumab_beside_pertuzumab_waits_with_it():
    """Three weeks; an order for the day on which they are over is in order."""
    case = paused("trastuzumab", "pertuzumab", low=14, value=44, recovered=50)
    assert finding(advice_on(case), "LvefHold").avoid == ("pertuzumab", "trastuzumab")
    for day, topic in ((-6, ["LvefHold"]), (-7, [])):
        found = asks(case, order("pertuzumab", 840, planned=ago(day)))
        assert [f.topic for f in found.findings if f.topic == "LvefHold"] == topic


@pytest.mark.parametrize(
    "case",
    [
        paused("trastuzumab", last=7),
        on_therapy(given("trastuzumab", 200), lvef=(lvef(60, 210), lvef(48, 14), lvef(53, 0))),
        paused(T_DXD, value=44, recovered=55),
    ],
    ids=["a dose since the low value", "no dose recorded", "its label names no shortest hold"],
)
def test_without_a_pause_there_is_no_hold_to_wait_for(case):
    """Whether it was held at all is not known, or it was not."""
    assert "LvefHold" not in topics(advice_on(case))


@pytest.mark.parametrize("drug", [T_DXD, "trastuzumab-emtansine"])
@pytest.mark.parametrize(
    ("baseline", "values", "expected"),
    [
        (60, [(38, 24), (47, 3)], "lvef-held-unconfirmed"),
        (60, [(38, 45), (47, 24), (47, 3)], "lvef-held-unconfirmed"),
        (60, [(38, 24), (44, 3)], "lvef-held-not-ready"),
        (60, [(38, 45), (44, 24), (47, 3)], "lvef-held-stop"),
        (60, [(38, 24), (38, 3)], "lvef-held-stop"),
        (60, [(38, 24), (51, 3)], "lvef-held-ready"),
        (60, [(42, 24), (48, 3)], "lvef-held-stop"),
        (60, [(42, 24)], "lvef-held-not-ready"),
        (60, [(38, 120), (47, 100)], "lvef-held-not-ready"),
    ],
)
def test_r110_r113_a_decline_that_its_repeat_does_not_confirm_is_for_cardiology(drug, baseline, values, expected):
    """The restart test within 10 points is that of 40-45 %: 47 % after 38 % is forbidden no more than where no hold is recorded."""
    series = (lvef(baseline, 310), *(lvef(*value) for value in values))
    case = on_therapy(given(drug, 300, status="on-hold", reason="cardiac"), *doses(drug, 260, 50), lvef=series)
    found = finding(advice_on(case), "LvefHold")
    assert (found.headline.id, bool(found.avoid)) == (expected, expected not in ("lvef-held-ready", "lvef-held-unconfirmed"))
    ordered = [f.headline.id for f in asks(case, order(drug)).findings if f.topic == "LvefHold"]
    assert ordered == ([] if expected == "lvef-held-ready" else [expected])


def test_r110_on_hold_and_without_a_hold_the_same_values_are_told_alike():
    """A fall of over 20, then one of 18: chart and order leave it to cardiology, whether the hold is recorded or not."""
    series = (lvef(68, 310), lvef(46, 24), lvef(49, 3))
    held = on_therapy(given(T_DXD, 300, status="on-hold"), *doses(T_DXD, 260, 30), lvef=series)
    going_on = on_therapy(given(T_DXD, 300), *doses(T_DXD, 260, 30), lvef=series)
    for case, expected in ((held, "lvef-held-unconfirmed"), (going_on, "lvef-low")):
        assert [f.headline.id for f in advice_on(case).findings] == [expected]
        assert expected in {f.headline.id for f in asks(case, order(T_DXD)).findings}


@pytest.mark.parametrize("reason", ["lung", "toxicity", "patient-wish"])
@pytest.mark.parametrize(("value", "said"), [(38, True), (43, True), (56, False)])
def test_r133_a_drug_held_for_something_else_is_not_restarted_at_an_lvef_that_asks_for_a_hold(reason, value, said):
    """The chart asked whether a restart was planned, or named the lungs alone, beside an LVEF of 38 %."""
    held = given(T_DXD, 300, status="on-hold", reason=reason)
    advice = advice_on(on_therapy(held, lvef=(lvef(62, 310), lvef(value, 4))))
    assert ("LvefHold" in topics(advice)) is said
    assert "MissingData" not in topics(advice) or not said
    if said:
        words = finding(advice, "LvefHold").headline.text
        assert words.startswith(f"Do not restart trastuzumab deruxtecan: LVEF {value} %")


def test_r111_trastuzumab_held_beside_pertuzumab_for_something_else_waits_with_it():
    """Both by the one table, whatever they were held for."""
    held = [given(drug, 300, status="on-hold", reason="toxicity") for drug in ("trastuzumab", "pertuzumab")]
    found = finding(advice_on(on_therapy(*held, lvef=(lvef(62, 310), lvef(42, 4)))), "LvefHold")
    assert found.headline.text.startswith("Do not restart trastuzumab + pertuzumab: LVEF 42 %")
