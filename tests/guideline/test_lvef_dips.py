"""What a label makes of an LVEF over time: stop for good, no restart before a day, or the restart test alone (R110-R113, R077, R111)."""

import pytest
from msgspec.structs import replace

from guideline.rules.orders import order_safety
from tests.guideline.case_builder import (
    LONG,
    a_case,
    advice_on,
    ago,
    doses,
    finding,
    given,
    lvef,
    on_therapy,
    said_ids,
    status,
    thp,
)
from tests.guideline.order_builder import order, says

T_DXD, T_DM1 = "trastuzumab-deruxtecan", "trastuzumab-emtansine"
PHESGO = "pertuzumab-trastuzumab-hyaluronidase"
START = 300
READY, EARLY, NOT_READY, STOP = "lvef-held-ready", "lvef-held-early", "lvef-held-not-ready", "lvef-held-stop"


def on_hold(drug, *values, baseline=60, reason="cardiac", more=()):
    """On hold, begun 300 days ago, baseline ten days before; then these values as (percent, days ago or a date)."""
    series = (*(lvef(*v) if isinstance(v, tuple) else v for v in values), *([lvef(baseline, START + 10)] if baseline else []))
    return on_therapy(given(drug, START, status="on-hold", reason=reason), *more, lvef=series)


def said(case):
    """The headline's sentence about the heart."""
    return finding(advice_on(case), "LvefHold").headline.id


@pytest.mark.parametrize(
    ("drug", "values", "expected"),
    [
        (T_DXD, [(36, 60), (37, 42), (54, 2)], STOP),
        (T_DXD, [(36, 60), (42, 42), (37, 22), (54, 2)], STOP),
        (T_DXD, [(36, 60), (37, 42)], STOP),
        (T_DXD, [(36, 60), (54, 2)], READY),
        (T_DXD, [(36, 60), (42, 42), (54, 2)], READY),
        (T_DXD, [(36, 60), (55, 40), (37, 20), (54, 2)], READY),
        (T_DXD, [(36, 160), (37, 69), (54, 2)], STOP),
        (T_DXD, [(36, 161), (37, 69), (54, 2)], READY),
        (T_DM1, [(36, 60), (37, 42), (54, 2)], STOP),
        ("pertuzumab", [(36, 60), (37, 42), (54, 2)], READY),
    ],
)
def test_r110_r113_a_confirmed_value_below_40_ends_the_drug_for_good(drug, values, expected):
    """Twice below 40 with no recovery between, near enough to be its repeat: stop for good, whatever the newest value is."""
    assert said(on_hold(drug, *values)) == expected


@pytest.mark.parametrize("drug", [T_DXD, T_DM1])
@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([(43, 60), (44, 42), (54, 2)], STOP),
        ([(43, 60), (48, 42), (54, 2)], STOP),
        ([(43, 60), (50, 42), (44, 40), (54, 2)], READY),
        ([(43, 60), (54, 2)], READY),
        ([(44, 60), (45, 50), (54, 39)], READY),
        ([(44, 60), (45, 50), (54, 38)], STOP),
        ([(36, 60), (43, 42), (54, 2)], READY),
        ([(36, 60), (43, 42), (45, 20), (54, 2)], STOP),
        ([(44, 60), (44, 53), (54, 2)], READY),
        ([(44, 60), (44, 52), (54, 2)], STOP),
        ([(44, 160), (45, 69), (54, 2)], STOP),
        ([(44, 161), (45, 69), (54, 2)], READY),
        ([(44, 60), lvef(45, 42, preliminary=True), (54, 2)], READY),
    ],
    ids=[
        "not back on repeat", "above 45, and not back", "back by 10 points", "back on repeat", "back within three weeks", "a day later",
        "below 40 not confirmed", "and its repeat not back", "told twice", "another examination", "within 91 days", "a gap", "preliminary",
    ],
)  # fmt: skip
def test_r110_r113_40_to_45_and_not_back_within_10_points_on_repeat_ends_the_drug_for_good(drug, values, expected):
    """Baseline 60, a fall of 10 or more to 40-45, and the repeat still 11 or more below: a recovery after that lifts nothing."""
    assert said(on_hold(drug, *values)).removesuffix("-long") == expected


def test_r110_the_card_of_a_repeat_that_was_not_back_says_how_far_it_was():
    """44, then 48: within no restart test of T-DXd; 60 afterwards does not meet it any more."""
    card = finding(advice_on(on_hold(T_DXD, (44, 60), (48, 40), (60, 2))), "LvefHold")
    assert card.headline.text == (
        "Do not restart trastuzumab deruxtecan: label says stop for good - LVEF 48 % on repeat (2026-10-11), still 12 points below baseline"
    )
    assert [line.id for line in card.detail] == ["lvef-stop-unrecovered", "lvef-stop-later", "lvef-stop-not-progression"]
    assert card.avoid == (T_DXD,)


@pytest.mark.parametrize(("drug", "expected"), [(T_DXD, STOP), (T_DM1, READY)])
def test_r110_a_confirmed_fall_over_20_ends_t_dxd_only(drug, expected):
    """75, then 54 and 53: R113 knows no such row."""
    assert said(on_hold(drug, (53.9, 60), (53, 42), (70, 2), baseline=75)) == expected


@pytest.mark.parametrize(
    "values",
    [
        [(36, 60), (36, 58), (54, 2)],
        [(36, 60), lvef(37, 42, preliminary=True), (54, 2)],
        [lvef(36, 60, preliminary=True), (37, 42), (54, 2)],
        [(36, 60), (37, 42), (55, 42), (54, 2)],
        [(36, "2026-08"), (37, "2026-10"), (54, 2)],
        [(36, 60), (58, "2026-09"), (37, 42), (54, 2)],
    ],
    ids=["told twice", "preliminary repeat", "preliminary first", "one day, two values", "months only", "a month between"],
)
def test_what_the_record_does_not_prove_is_not_claimed(values):
    """A copy, a preliminary value, a contradiction and a coarse date confirm nothing."""
    assert said(on_hold(T_DXD, *values)) == READY


def test_another_value_on_the_next_day_is_another_examination():
    """36 and, the day after, 35: repeated and confirmed."""
    assert said(on_hold(T_DXD, (36, 60), (35, 59), (54, 2))) == STOP


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([(36, 60), (37, 42), (54, 2)], STOP),
        ([(36, 60), (58, 42), (37, 20), (52, 2)], READY),
        ([(75, 290), (54, 60), (53, 42), (70, 2)], READY),
    ],
    ids=["below 40", "recovered between", "a fall"],
)
def test_i07_without_a_baseline_only_the_absolute_limit_proves_a_stop(values, expected):
    """The first value after the start is no baseline that could end a drug, and a normal value ends a decline."""
    assert said(on_hold(T_DXD, *values, baseline=None)) == expected


def test_below_40_meets_no_restart_test_whatever_the_fall_is_counted_from():
    """No value from before the start: 37 is not "within 10 points" of the 36 that the hold is for."""
    assert said(on_hold(T_DM1, (36, 160), (37, 2), baseline=None)) == NOT_READY


@pytest.mark.parametrize(("again", "expected"), [((), STOP), (doses(T_DXD, 140, 77), READY)])
def test_a_drug_that_was_given_again_is_held_for_its_last_dip(again, expected):
    """Confirmed half a year ago; given again since, the hold of today is for the one value of three weeks ago."""
    values = [(36, 200), (37, 180), (55, 150), *([(44, 20)] if again else []), (54, 2)]
    assert said(on_hold(T_DXD, *values, more=(*doses(T_DXD, 300, 216), *again))) == expected


def test_a_hold_that_nobody_explained_is_for_the_dip_only_where_the_doses_say_so():
    """No reason: with the last dose before the recovery it is; without any dose on record nothing is claimed (R112)."""
    values = [(44, 104), (45, 47), (54, 2)]
    assert said(on_hold("trastuzumab", *values, reason=None)) == READY
    assert said(on_hold("trastuzumab", *values, reason=None, more=doses("trastuzumab", 300, 110))) == STOP


@pytest.mark.parametrize(("held_on", "expected"), [(80, STOP), (20, STOP), (5, READY)])
def test_r112_a_recovery_does_not_lift_what_a_recorded_hold_was_for(held_on, expected):
    """A statement on hold since before the recovery, no reason, no doses: "for good" stays said; a later hold says nothing of the dip."""
    values = [(45, 80), (47, 52), (48, 21), (58, 19)]
    drug = given("trastuzumab", START, status="on-hold", held_on=ago(held_on))
    series = tuple(lvef(*value) for value in ((62, START + 5), *values))
    assert said(on_therapy(drug, lvef=series)) == expected


def test_r110_a_hold_that_nobody_explained_is_no_restart_of_a_drug_that_its_label_ended():
    """T-DXd: a confirmed value below 40 ends it, whether or not a dose is on record."""
    assert said(on_hold(T_DXD, (36, 60), (37, 42), (54, 2), reason=None)) == STOP


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([(44, 104), (45, 48), (53, 2)], READY),
        ([(44, 104), (45, 47), (53, 2)], STOP),
        ([(44, 104), (49, 47), (53, 2)], STOP),
        ([(44, 104), (52, 70), (45, 47), (53, 2)], READY),
        ([(44, 104), (53, 2)], READY),
        ([(44, 170), (45, 78), (53, 2)], READY),
        ([(44, 104), (45, 47)], STOP),
    ],
)
def test_r112_r077_a_decline_over_8_weeks_ends_trastuzumab(values, expected):
    """On record over more than 56 days, with no recovery and no gap in which one could hide. 49, a fall of 11 or 9, is no recovery."""
    assert said(on_hold("trastuzumab", *values)) == expected


def dips_of(*starts, days=28):
    return [value for start in starts for value in ((44, start), (54, start - days))]


@pytest.mark.parametrize(
    ("starts", "days", "given_again", "expected"),
    [
        ((280, 210, 140, 35), 28, (), STOP),
        ((210, 140, 35), 28, (), READY),
        ((280, 210, 140, 35), 27, (), EARLY),
        ((280, 210, 140, 35), 28, doses("trastuzumab", 200, 200), READY),
        ((280, 210, 140, 35), 28, doses("trastuzumab", 170, 170), STOP),
    ],
    ids=["four", "three", "back too soon to have been held", "a dose within", "a dose between"],
)
def test_r112_r077_more_than_three_interruptions_end_trastuzumab(starts, days, given_again, expected):
    """Each one a low value and, after the label's four weeks or more, a recovery, without a dose between the two."""
    values = dips_of(*starts, days=days)
    case = on_hold("trastuzumab", *values, more=given_again)
    assert (said(case) == STOP) is (expected == STOP)


def test_r111_values_under_pertuzumab_do_not_count_by_the_trastuzumab_table():
    """Four dips to 48, of which three fell beside pertuzumab: by its table they asked for no hold."""
    values = [v for start in (280, 210, 140, 35) for v in (lvef(48, start), lvef(56, start - 28))]
    trastuzumab = given("trastuzumab", START, status="on-hold", reason="cardiac")
    alone = on_therapy(trastuzumab, lvef=(*values, lvef(60, 310)))
    beside = on_therapy(trastuzumab, given("pertuzumab", START, 100, status="completed"), lvef=(*values, lvef(60, 310)))
    assert (said(alone), said(beside)) == (STOP, READY)


def test_a_dip_of_an_earlier_line_is_not_of_this_one():
    """Below 40 under T-DM1 of the first line; one value below 40 under T-DXd of the second."""
    first = (given(T_DM1, 690, 500, reason="progression"), given("docetaxel", 690, 500))
    case = on_therapy(*first, given(T_DXD, START, status="on-hold", reason="cardiac"),
                      lvef=(lvef(60, 700), lvef(37, 520), lvef(58, 310), lvef(36, 60), lvef(54, 2)))  # fmt: skip
    assert said(case) == READY


@pytest.mark.parametrize(
    ("drug", "low", "now", "least"),
    [
        ("pertuzumab", 38, 47, 21),
        (PHESGO, 38, 47, 21),
        ("trastuzumab", 44, 55, 28),
        ("margetuximab", 44, 55, 28),
        ("lapatinib", 46, 55, 14),
    ],
)
def test_r111_no_restart_before_the_labels_shortest_hold_is_over(drug, low, now, least):
    """R111, R112, R114: three, four, two weeks from the low value; one day earlier the values are enough, and the day is named."""
    assert said(on_hold(drug, (low, least), (now, 1))).removesuffix("-long") == READY
    early = finding(advice_on(on_hold(drug, (low, least - 1), (now, 1))), "LvefHold")
    assert early.headline.id.removesuffix("-long") == EARLY
    assert str(ago(-1)) in early.headline.text
    assert early.avoid == (drug,)


def test_r111_a_dose_after_the_low_value_begins_the_hold_anew():
    """Pertuzumab given ten days after the low value: three weeks count from that dose."""
    case = on_hold("pertuzumab", (38, 25), (47, 1), more=doses("pertuzumab", 15, 15))
    assert f"before {ago(-6)} (shortest hold)" in finding(advice_on(case), "LvefHold").headline.text


def antibodies(*values, reason="cardiac"):
    held = [given(drug, START, status="on-hold", reason=reason) for drug in ("trastuzumab", "pertuzumab")]
    return on_therapy(*held, lvef=(*(lvef(*v) for v in values), lvef(62, 310)))


@pytest.mark.parametrize("reason", ["cardiac", None])
@pytest.mark.parametrize(
    ("values", "expected"), [([(43, 30), (43, 2)], NOT_READY), ([(43, 5), (47, 1)], EARLY), ([(43, 30), (47, 1)], READY)]
)
def test_r111_both_antibodies_on_hold_are_named(values, expected, reason):
    """Decision 14: R111 is for both; the restart of trastuzumab waits as that of pertuzumab does."""
    found = finding(advice_on(antibodies(*values, reason=reason)), "LvefHold")
    assert found.headline.id == expected
    assert "trastuzumab + pertuzumab" in found.headline.text
    assert set(found.avoid) == (set() if expected == READY else {"trastuzumab", "pertuzumab"})


def test_decision_14_of_two_held_drugs_the_stricter_restart_test_decides():
    """T-DXd is back within 10 points, lapatinib not normal: both wait, both are named."""
    held = [given(drug, START, status="on-hold", reason="cardiac") for drug in (T_DXD, "lapatinib")]
    found = finding(advice_on(on_therapy(*held, lvef=(lvef(43, 60), lvef(49, 2), lvef(55, 310)))), "LvefHold")
    assert found.headline.id == NOT_READY
    assert set(found.avoid) == {T_DXD, "lapatinib"}


def running(*drugs, values, baseline=60):
    return on_therapy(*(given(drug, START) for drug in drugs), lvef=(*(lvef(*v) for v in values), lvef(baseline, START + 10)))


@pytest.mark.parametrize(
    ("drugs", "values", "expected", "indicator"),
    [
        ((T_DXD,), [(36, 20), (37, 2)], "lvef-stop", "critical"),
        ((T_DXD,), [(36, 40), (37, 22), (43, 2)], "lvef-stop", "warning"),
        ((T_DXD,), [(37, 2)], "lvef-hold", "critical"),
        ((T_DXD,), [(36, 70), (55, 40), (37, 2)], "lvef-hold", "critical"),
        ((T_DXD, "pertuzumab"), [(36, 20), (37, 2)], "lvef-stop-and-hold", "critical"),
        (("trastuzumab", "pertuzumab"), [(36, 80), (37, 2)], "lvef-hold", "critical"),
        (("trastuzumab",), [(44, 60), (45, 2)], "lvef-stop", "warning"),
        (("trastuzumab",), [(44, 58), (45, 2)], "lvef-hold", "warning"),
        (("trastuzumab",), [*dips_of(280, 210, 140), (44, 2)], "lvef-stop", "warning"),
        (("trastuzumab",), [*dips_of(210, 140), (44, 2)], "lvef-hold", "warning"),
    ],
)
def test_a_running_drug_whose_label_ends_it_is_stopped_not_held(drugs, values, expected, indicator):
    """R110, R112, R077: the card says stop for good, names what is held beside it, and avoids all of them."""
    found = finding(advice_on(running(*drugs, values=values)), "LvefHold")
    assert (found.headline.id, found.indicator) == (expected, indicator)
    assert set(found.avoid) == set(drugs)
    assert ("for good" in found.headline.text) is expected.startswith("lvef-stop")


@pytest.mark.parametrize(("again", "expected"), [((), True), (doses(T_DXD, 140, 14), False)])
def test_a_running_drug_with_a_good_lvef_is_stopped_for_what_was_unless_it_was_given_again(again, expected):
    """Confirmed half a year ago and recovered: doses since then tell that somebody decided so; without any the label's stop is said."""
    case = running(T_DXD, values=[(36, 200), (37, 180), (55, 150), (58, 5)])
    advice = advice_on(replace(case, drugs=(*case.drugs, *again)))
    assert ("lvef-stop" in said_ids(advice)) is expected
    assert "lvef-hold" not in said_ids(advice)


def test_r074_the_next_lines_card_names_the_drug_that_its_label_ended():
    """Progression on T-DXd that was ended for the heart: the check is no restart test."""
    drugs = (*thp(690, 310, reason="progression"), given(T_DXD, START))
    case = a_case(metastases=LONG, drugs=drugs, disease_statuses=status("worsened", 1),
                  lvef=(lvef(60, 305), lvef(36, 40), lvef(37, 22), lvef(43, 2)))  # fmt: skip
    ids = said_ids(advice_on(case))
    assert "check-lvef-stop" in ids
    assert "check-lvef-hold" not in ids


# --- At the order ---------------------------------------------------------------------------------------------------------------------


def answer(case, *orders):
    return [(f.topic, f.indicator, f.headline.id) for f in says(order_safety.RULES, case, *orders) if f.topic.startswith("Lvef")]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([(36, 60), (37, 42), (54, 2)], [("LvefHold", "critical", STOP)]),
        ([(36, 60), (37, 2)], [("LvefHold", "critical", STOP)]),
        ([(43, 60), (44, 42), (54, 2)], [("LvefHold", "warning", STOP)]),
        ([(36, 60), (54, 2)], []),
    ],
)
def test_r110_an_order_of_a_drug_that_its_label_ended_is_answered(values, expected):
    """Decision 16: safety about an ordered drug always fires; after a confirmed value below 40 it is critical, whatever came after."""
    assert answer(on_hold(T_DXD, *values), order(T_DXD, 5.4, "mg/kg")) == expected


@pytest.mark.parametrize(
    ("planned", "expected"), [(None, [("LvefHold", "warning", EARLY)]), (ago(-14), [("LvefHold", "warning", EARLY)]), (ago(-16), [])]
)
@pytest.mark.parametrize("drug", ["trastuzumab", "pertuzumab", PHESGO])
def test_r111_an_order_for_a_day_after_the_shortest_hold_may_stand(drug, planned, expected):
    """Low five days ago: 16 days are left; either antibody, and the fixed combination of both."""
    assert answer(antibodies((43, 5), (47, 1)), order(drug, 6, "mg/kg", planned=planned)) == expected


def test_p02_a_long_name_makes_a_restart_below_40_no_less_critical():
    """Phesgo with a range for a value: the shorter headline stands on the same finding."""
    values = (lvef(35, 2, upper=38, preliminary=True), lvef(60.5, START + 10, upper=65))
    case = on_therapy(given(PHESGO, START, status="on-hold", reason="cardiac"), lvef=values)
    assert answer(case, order(PHESGO, 600)) == [("LvefHold", "critical", f"{NOT_READY}-long")]
