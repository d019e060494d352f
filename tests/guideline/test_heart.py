"""The heart on HER2 therapy: each drug's own table at and around its boundaries (R071-R077, R110-R114; decision 14)."""

import pytest
from msgspec.structs import replace

from tests.guideline.case_builder import (
    LONG,
    Practice,
    a_case,
    advice_on,
    alternatives_of,
    booked_echo,
    dose,
    doses,
    finding,
    given,
    heart_condition,
    intake,
    lead_of,
    lvef,
    metastasis,
    on_therapy,
    said_ids,
    second_line,
    situation_of,
    status,
    topics,
    words_of,
)

T_DXD, T_DM1 = "trastuzumab-deruxtecan", "trastuzumab-emtansine"
PHESGO = "pertuzumab-trastuzumab-hyaluronidase"
START = 300


def on(*drugs, value, baseline=None, day=2, **facts):
    """On these drugs for 300 days, LVEF `value` so many days ago, `baseline` ten days before the first dose."""
    values = (lvef(value, day), *((lvef(baseline, START + 10),) if baseline is not None else ()))
    return on_therapy(*(given(drug, START) for drug in drugs), lvef=values, **facts)


def judged(case) -> tuple[str | None, str | None]:
    """The heart's topic and indicator."""
    found = [f for f in advice_on(case).findings if f.topic in ("LvefHold", "LvefMonitoringDue", "HeartFailure")]
    assert len(found) <= 1
    return (found[0].topic, found[0].indicator) if found else (None, None)


HOLD, CRITICAL, WATCH, SILENT = ("LvefHold", "warning"), ("LvefHold", "critical"), ("LvefMonitoringDue", "warning"), (None, None)


@pytest.mark.parametrize(
    ("value", "baseline", "expected"),
    [
        (39.9, 45, CRITICAL),
        (39.9, None, CRITICAL),
        (40, 50, HOLD),
        (40, 49.9, WATCH),
        (40, 49, WATCH),
        (45, 55, HOLD),
        (45, 54.9, WATCH),
        (45, 54, WATCH),
        (45, 65, HOLD),
        (45, 65.1, CRITICAL),
        (45.1, 55.1, WATCH),
        (45.1, 65.1, WATCH),
        (45.1, 65.2, CRITICAL),
        (49.9, 60, WATCH),
        (50, 60, SILENT),
        (50, 70, SILENT),
        (50, 70.1, CRITICAL),
        (55, 76, CRITICAL),
        (55, 75, SILENT),
    ],
)
def test_r110_t_dxd(value, baseline, expected):
    """R110: < 40 or a fall > 20: interrupt; 40-45 with a fall of 10 (10 included): interrupt; above 45 with a fall to 20: go on."""
    assert judged(on(T_DXD, value=value, baseline=baseline)) == expected


@pytest.mark.parametrize("drugs", [("trastuzumab", "pertuzumab"), (PHESGO,), ("trastuzumab-hyaluronidase", "pertuzumab")])
@pytest.mark.parametrize(
    ("value", "baseline", "expected"),
    [
        (39.9, 45, CRITICAL),
        (39.9, None, CRITICAL),
        (40, 50, HOLD),
        (40, 49.9, WATCH),
        (45, 55, HOLD),
        (45, 54.9, WATCH),
        (45, 54, WATCH),
        (45.1, 65, WATCH),
        (49.9, 70, WATCH),
        (50, 70, SILENT),
    ],
)
def test_r111_pertuzumab_with_trastuzumab_and_phesgo(drugs, value, baseline, expected):
    """R111, R075, decision 14: one table for both antibodies, not the trastuzumab table on top of it."""
    assert judged(on(*drugs, value=value, baseline=baseline)) == expected


@pytest.mark.parametrize("drug", ["trastuzumab", "trastuzumab-hyaluronidase", "margetuximab"])
@pytest.mark.parametrize(
    ("value", "baseline", "expected"),
    [
        (54, 70, HOLD),
        (54, 69.9, SILENT),
        (54, 69, SILENT),
        (50, 60, SILENT),
        (50, 65, SILENT),
        (50, 66, HOLD),
        (49.9, 59.9, HOLD),
        (49.9, 59.8, WATCH),
        (49.9, 58.9, WATCH),
        (48, 65, HOLD),
        (39.9, 60, CRITICAL),
    ],
)
def test_r112_trastuzumab_and_margetuximab(drug, value, baseline, expected):
    """R112: a fall of 16, or below the normal limit with a fall of 10; both included."""
    assert judged(on(drug, value=value, baseline=baseline)) == expected


@pytest.mark.parametrize(
    ("value", "baseline", "expected"),
    [
        (39.9, 45, CRITICAL),
        (40, 50, HOLD),
        (40, 49.9, WATCH),
        (45, 55, HOLD),
        (45, 54.9, WATCH),
        (45.1, 70, WATCH),
        (50, 75, SILENT),
    ],
)
def test_r113_t_dm1(value, baseline, expected):
    """R113: < 40, or 40-45 with a fall of 10: hold; above 45: go on, whatever the fall."""
    assert judged(on(T_DM1, value=value, baseline=baseline)) == expected


@pytest.mark.parametrize(("value", "expected"), [(39.9, CRITICAL), (49.9, HOLD), (50, SILENT)])
def test_r114_lapatinib(value, expected):
    """R114: below normal: stop lapatinib."""
    assert judged(on("lapatinib", "capecitabine", value=value, baseline=60)) == expected


@pytest.mark.parametrize("limit", [50.0, 55.0])
def test_the_lower_limit_of_normal_is_a_setting(limit):
    """Decision 14: the institution's limit decides the trastuzumab and lapatinib rows."""
    case = on("trastuzumab", value=52, baseline=63)
    found = [f.topic for f in advice_on(case, Practice(lvef_lower_limit=limit)).findings]
    assert ("LvefHold" in found) is (limit == 55.0)


@pytest.mark.parametrize("drug", ["trastuzumab", "margetuximab", "pertuzumab", PHESGO, T_DM1, T_DXD, "lapatinib", "zanidatamab"])
@pytest.mark.parametrize("baseline", [None, 36, 60])
def test_decision_14_below_40_on_a_running_her2_drug_is_critical_whatever_the_baseline(drug, baseline):
    """I07: without a baseline the absolute rule still fires; below 40 no card ever says that the drug may go on."""
    case = on(drug, value=35, baseline=baseline)
    assert judged(case) == CRITICAL
    assert "may go on" not in words_of(advice_on(case))


@pytest.mark.parametrize("drug", ["trastuzumab", "margetuximab", "pertuzumab", PHESGO, T_DM1, T_DXD, "lapatinib", "zanidatamab",
                                  "trastuzumab-duocarmazine"])  # fmt: skip
@pytest.mark.parametrize("value", [40, 45, 45.1, 49.9])
def test_decision_14_below_50_is_never_silent(drug, value):
    """On any HER2 antibody, conjugate or lapatinib: at least a warning to repeat within three weeks."""
    topic, indicator = judged(on(drug, value=value, baseline=None))
    assert topic in ("LvefMonitoringDue", "LvefHold")
    assert indicator in ("warning", "critical")


@pytest.mark.parametrize(
    ("age", "booked", "says"),
    [
        (21, None, "repeat within 3 weeks, refer to cardiology"),
        (22, None, "22 days ago, not repeated within 3 weeks: repeat it now, refer to cardiology"),
        (90, None, "90 days ago, not repeated within 3 weeks: repeat it now, refer to cardiology"),
        (50, booked_echo(), "50 days ago, not repeated within 3 weeks: booked (2026-11-27), refer to cardiology"),
    ],
)
def test_decision_14_a_low_value_that_was_not_repeated_within_3_weeks_is_to_be_repeated_now(age, booked, says):
    """49 on pertuzumab: three weeks on, the card no longer says "repeat within 3 weeks"; a booked echo is not ordered anew."""
    case = on("pertuzumab", value=49, baseline=60, day=age, procedures=booked or ())
    found = finding(advice_on(case), "LvefMonitoringDue")
    assert (found.indicator, found.headline.text.endswith(says)) == ("warning", True)
    assert found.requests == (() if booked else ("echocardiogram",))
    assert ("lvef-low-repeat" in said_ids(advice_on(case))) is (age <= 21)


@pytest.mark.parametrize(
    ("drug", "age", "overdue"), [(T_DXD, 21, False), (T_DXD, 22, True), ("trastuzumab", 28, False), ("trastuzumab", 29, True)]
)
def test_r110_r112_the_value_of_a_hold_that_was_not_repeated_in_time_is_old(drug, age, overdue):
    """Each table names the days for its repeat: 21, and 28 for trastuzumab alone."""
    advice = advice_on(on(drug, value=43, baseline=60, day=age))
    assert ("lvef-value-old" in said_ids(advice)) is overdue


@pytest.mark.parametrize("drug", ["pertuzumab", T_DXD, T_DM1])
@pytest.mark.parametrize("value", [40, 43, 45])
def test_an_unknown_baseline_is_not_a_small_fall(drug, value):
    """40-45 without a baseline: whether to hold depends on the fall, so the card must not say that no hold rule is met."""
    advice = advice_on(on(drug, value=value))
    assert "lvef-low-no-hold" not in said_ids(advice)
    assert "lvef-no-baseline" in said_ids(advice)


def test_with_two_tables_every_drug_that_must_be_held_is_named():
    """T-DXd + pertuzumab, LVEF 42 from 55: both labels ask for a hold; naming pertuzumab alone would leave T-DXd running."""
    found = finding(advice_on(on(T_DXD, "pertuzumab", value=42, baseline=55)), "LvefHold")
    assert "deruxtecan" in found.headline.text
    assert {T_DXD, "pertuzumab"} <= set(found.avoid)


def test_decision_32_a_hold_keeps_its_value_and_loses_its_baseline_where_the_summary_has_no_room():
    """Long names and two preliminary ranges: the summary ends within 140 characters, and the baseline stands among the facts."""
    values = (lvef(35, 2, upper=40, preliminary=True), lvef(40.5, START + 10, upper=45, preliminary=True))
    found = finding(advice_on(on_therapy(given(PHESGO, START), given(T_DM1, START), lvef=values)), "LvefHold")
    assert found.headline.text.startswith("Hold pertuzumab-trastuzumab-hyaluronidase and 1 more: LVEF 35-40 % (preliminary) - ")
    assert "baseline" not in found.headline.text
    assert "40.5-45 % (preliminary)" in {fact.value for fact in found.facts}


@pytest.mark.parametrize(("value", "says"), [(38.5, "Do not restart"), (58, "meets the restart test")])
def test_decision_32_the_restart_of_a_drug_with_a_long_name_fits_as_well(value, says):
    """Phesgo on hold, its full name, two ranges: the summary still says what to do, and on which value."""
    values = (lvef(value, 2, upper=value + 5), lvef(60, START + 10, upper=65))
    case = on_therapy(given(PHESGO, START, status="on-hold", reason="cardiac"), lvef=values)
    headline = finding(advice_on(case), "LvefHold").headline.text
    assert says in headline
    assert f"LVEF {value}-{value + 5} %" in headline
    assert "baseline" not in headline


@pytest.mark.parametrize(
    "facts",
    [
        {"lvef": lvef(35, 2)},
        {"lvef": lvef(60, 200)},
        {"heart": heart_condition()},
        {"heart": heart_condition("cardiomyopathy"), "lvef": lvef(60, 2)},
        {"heart": heart_condition(day=START + 100), "lvef": lvef(60, 2)},
    ],
    ids=["hold", "overdue", "failure", "cardiomyopathy", "older failure"],
)
def test_decision_32_more_drugs_than_a_summary_has_room_for_are_named_below_it(facts):
    """Phesgo and T-DM1 at once, which is a mistake by itself: the headline counts, the first sentence names both in full."""
    found = [f for f in advice_on(on_therapy(given(PHESGO, START), given(T_DM1, START), **facts)).findings if "heart-drugs" in ids(f)]
    assert len(found) == 1
    assert "pertuzumab-trastuzumab-hyaluronidase and 1 more" in found[0].headline.text
    assert found[0].detail[0].text == "This is about pertuzumab-trastuzumab-hyaluronidase + trastuzumab emtansine."


def ids(found) -> set[str]:
    return {statement.id for statement in found.detail}


def test_lapatinib_beside_trastuzumab_is_held_as_well():
    """LVEF 48 from 60 on lapatinib + trastuzumab: both tables ask for a hold, both drugs are named."""
    found = finding(advice_on(on("lapatinib", "trastuzumab", value=48, baseline=60)), "LvefHold")
    assert "lapatinib" in found.headline.text
    assert "trastuzumab" in found.headline.text


@pytest.mark.parametrize(("value", "baseline"), [(42, 60), (60, 81)])
def test_decision_14_other_pairs_the_stricter(value, baseline):
    """T-DXd + pertuzumab: a hold of either table is a hold."""
    assert judged(on(T_DXD, "pertuzumab", value=value, baseline=baseline))[0] == "LvefHold"


def test_r112_a_route_switch_keeps_the_baseline():
    """LVEF 65 before the first IV dose, 58 at the switch to SC, 49 now: fallen 16 on trastuzumab, not 9 on a new drug."""
    case = on_therapy(
        given("trastuzumab", 400, 200, status="completed"), given("trastuzumab-hyaluronidase", 180),
        lvef=(lvef(65, 410), lvef(58, 185), lvef(49, 2)),
    )  # fmt: skip
    assert judged(case) == HOLD


def test_r111_a_switch_to_phesgo_keeps_the_baseline():
    """LVEF 60 before IV trastuzumab + pertuzumab, 52 at the switch, 44 now: a fall of 16, hold."""
    case = on_therapy(
        given("trastuzumab", 400, 200, status="completed"), given("pertuzumab", 400, 200, status="completed"), given(PHESGO, 180),
        lvef=(lvef(60, 410), lvef(52, 185), lvef(44, 2)),
    )  # fmt: skip
    assert judged(case) == HOLD


def test_an_order_a_cycle_keeps_the_baseline():
    """The baseline is before the first cycle, not before the newest order."""
    orders = [given(T_DXD, day, kind="order", status="completed") for day in range(31, 300, 21)]
    case = on_therapy(*orders, given(T_DXD, 10, kind="order"), lvef=(lvef(62, 310), lvef(50, 60), lvef(44, 2)))
    assert judged(case) == HOLD


def test_the_value_before_the_first_dose_did_not_fall_under_it():
    """Echo 48 % before T-DXd was begun last week, 70 % six years ago: low, but no fall of 22 points under T-DXd."""
    case = on_therapy(given(T_DXD, 7), lvef=(lvef(70, 2200), lvef(48, 12)))
    assert judged(case) == WATCH


# --- Age of the LVEF ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "expected"),
    [(84, SILENT), (85, ("LvefMonitoringDue", "info")), (91, ("LvefMonitoringDue", "info")), (92, ("LvefMonitoringDue", "warning"))],
)
@pytest.mark.parametrize("drug", ["trastuzumab", "pertuzumab", PHESGO, T_DM1, T_DXD, "margetuximab", "lapatinib"])
def test_r072_r073_decision_14_the_age_of_the_last_lvef(drug, age, expected):
    """R072-R074, C02: 84 days current, 85-91 due, older overdue."""
    assert judged(on(drug, value=62, baseline=62, day=age)) == expected


@pytest.mark.parametrize("drug", ["trastuzumab", T_DXD, T_DM1, "margetuximab", "zanidatamab"])
def test_decision_14_no_lvef_at_all_on_her2_therapy_is_overdue(drug):
    """None at all: warning, with an echocardiogram to order."""
    advice = advice_on(on_therapy(given(drug, START), lvef=()))
    found = finding(advice, "LvefMonitoringDue")
    assert (found.indicator, found.requests) == ("warning", ("echocardiogram",))


@pytest.mark.parametrize("drug", ["tucatinib", "neratinib"])
def test_decision_14_kinase_inhibitors_only_as_labelled(drug):
    """Tucatinib and neratinib alone have no LVEF schedule."""
    assert judged(on_therapy(given(drug, START), given("capecitabine", START), lvef=())) == SILENT


@pytest.mark.parametrize(
    ("age", "expected"), [(85, SILENT), (91, SILENT), (92, ("LvefMonitoringDue", "warning")), (200, ("LvefMonitoringDue", "warning"))]
)
def test_decision_23_a_booked_echo(age, expected):
    """Booked: the due card is silent, the overdue card says so and orders nothing more."""
    case = on("trastuzumab", value=62, baseline=62, day=age, procedures=booked_echo())
    assert judged(case) == expected
    if expected != SILENT:
        card = finding(advice_on(case), "LvefMonitoringDue")
        booked = "an echocardiogram is booked (2026-11-27)"
        assert card.headline.text == f"LVEF overdue: last one {age} days ago on trastuzumab - {booked}"
        assert card.requests == ()


def test_decision_23_a_booked_echo_where_none_was_ever_done():
    """Nothing is ordered twice there either."""
    card = finding(advice_on(on_therapy(given("trastuzumab", START), lvef=(), procedures=booked_echo())), "LvefMonitoringDue")
    assert card.headline.text == "LVEF missing on HER2 therapy (trastuzumab): an echocardiogram is booked (2026-11-27)"
    assert (card.indicator, card.requests) == ("warning", ())


def test_section_5_6_t_dxd_above_45_with_a_fall_to_20_is_never_a_stop_prompt():
    """Section 5 (6): 46 from 66 on T-DXd: the label says go on."""
    advice = advice_on(on(T_DXD, value=46, baseline=66))
    assert "LvefHold" not in topics(advice)


# --- Heart failure and holds ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("drug", ["trastuzumab", T_DXD, T_DM1, "pertuzumab", "lapatinib"])
@pytest.mark.parametrize("facts", [{"heart": heart_condition()}, {"intake": intake(heart_failure_symptoms="true")}])
def test_r077_decision_17_heart_failure_outranks_the_hold(drug, facts):
    """R077, R110, R113: heart failure on HER2 therapy is one critical card, and the hold is not a second one."""
    assert judged(on(drug, value=35, baseline=60, **facts)) == ("HeartFailure", "critical")


@pytest.mark.parametrize("drug", ["trastuzumab", T_DXD])
def test_r077_heart_failure_on_a_held_drug_is_no_restart(drug):
    """On hold for the heart, heart failure active, LVEF 60: nothing "meets the restart test"."""
    case = on_therapy(given(drug, START, status="on-hold", reason="cardiac"), heart=heart_condition(), lvef=(lvef(62, 310), lvef(60, 2)))
    assert judged(case)[0] == "HeartFailure"
    assert "lvef-held-ready" not in said_ids(advice_on(case))


def test_cardiomyopathy_on_her2_therapy_is_not_silent():
    """E23, I08: the boxed warning is cardiomyopathy; an active entry under trastuzumab is said even with an LVEF of 55 %."""
    assert judged(on("trastuzumab", value=55, baseline=60, heart=heart_condition("cardiomyopathy"))) != SILENT


def held(drug, *values, reason="cardiac", **facts):
    return on_therapy(given(drug, START, status="on-hold", reason=reason), lvef=values, **facts)


@pytest.mark.parametrize(("last", "said"), [(29, "lvef-held-older"), (30, "lvef-held-older"), (31, "lvef-held-ready")])
def test_r076_a_value_from_before_the_last_dose_meets_no_restart_test(last, said):
    """R131: given after 62 % and then held for the heart: whatever it is held for is newer, and nobody here knows it."""
    case = on_therapy(
        given(T_DXD, START, status="on-hold", reason="cardiac"), dose(T_DXD, 200), dose(T_DXD, last), lvef=(lvef(64, 310), lvef(62, 30))
    )
    (found,) = advice_on(case).findings
    assert (found.topic, found.headline.id) == ("LvefHold", said)


@pytest.mark.parametrize("drug", [T_DXD, T_DM1])
@pytest.mark.parametrize("kind", [None, "cardiomyopathy"])
def test_below_50_is_not_silent_while_the_drug_is_on_hold(drug, kind):
    """Decision 14, P02: its table holds nothing at 47 %, but the restart waits for cardiology, and cardiomyopathy makes it no better."""
    facts = {"heart": heart_condition(kind)} if kind is not None else {}
    case = held(drug, lvef(62, 310), lvef(47, 4), reason="toxicity", **facts)
    assert judged(case) == WATCH
    assert "lvef-low-held" in said_ids(advice_on(case))
    assert "lvef-low-no-hold" not in said_ids(advice_on(case))


@pytest.mark.parametrize(
    ("drug", "value", "ready"),
    [
        (T_DXD, 50, True),
        (T_DXD, 49.9, False),
        (T_DXD, 46, False),
        (T_DM1, 50, True),
        (T_DM1, 49, False),
        ("pertuzumab", 45.1, True),
        ("pertuzumab", 45, False),
        ("trastuzumab", 50, True),
        ("trastuzumab", 49.9, False),
        ("trastuzumab", 44, False),
        ("lapatinib", 50, True),
        ("lapatinib", 49.9, False),
    ],
)
def test_r076_r133_each_drug_has_its_own_restart_test(drug, value, ready):
    """R076, R133: baseline 60. T-DXd and T-DM1: back within 10; pertuzumab: above 45; trastuzumab: normal; never a new line."""
    advice = advice_on(held(drug, lvef(60, 310), lvef(40, 60), lvef(value, 1)))
    found = finding(advice, "LvefHold")
    assert ("lvef-held-ready" in said_ids(advice)) is ready
    assert (found.avoid == ()) is ready
    assert advice.treatment is None


@pytest.mark.parametrize(("value", "baseline", "ready"), [(55, 70, True), (55, 71, False), (44, 53.9, False)])
def test_r112_trastuzumab_restarts_with_a_fall_of_15_or_less(value, baseline, ready):
    """R112: normal and a fall of 15 (included)."""
    advice = advice_on(held("trastuzumab", lvef(baseline, 310), lvef(40, 60), lvef(value, 1)))
    assert ("lvef-held-ready" in said_ids(advice)) is ready


@pytest.mark.parametrize(("value", "baseline", "ready"), [(42, 51.9, True), (42, 52, False), (39.9, 45, False)])
def test_r111_pertuzumab_restarts_at_40_to_45_with_a_fall_below_10(value, baseline, ready):
    """R111: 40-45 with a fall below 10 (10 excluded)."""
    advice = advice_on(held("pertuzumab", lvef(baseline, 310), lvef(38, 60), lvef(value, 1)))
    assert ("lvef-held-ready" in said_ids(advice)) is ready


@pytest.mark.parametrize(("baseline", "dip", "reached"), [(55, 45, True), (54.96, 45, True), (54.94, 45, False), (54.9, 45, False)])
def test_a_fall_of_10_points_is_the_same_fall_on_a_running_and_on_a_held_drug(baseline, dip, reached):
    """R110: to a tenth. What would hold a running drug explains why a drug is on hold for a reason that nobody recorded."""
    assert (judged(on(T_DXD, value=dip, baseline=baseline)) == HOLD) is reached
    case = held(T_DXD, lvef(baseline, START + 10), lvef(dip, 60), lvef(60, 1), reason=None)
    assert ("LvefHold" in topics(advice_on(case))) is reached


@pytest.mark.parametrize("age", [85, 200, 400])
def test_a_stale_value_meets_no_restart_test(age):
    """Section 4: a stale value counts as missing for a start; a restart is a start."""
    assert "lvef-held-ready" not in said_ids(advice_on(held(T_DXD, lvef(62, 600), lvef(61, age))))


@pytest.mark.parametrize(
    ("drug", "value", "age", "says"),
    [
        ("pertuzumab", 52, 84, "meets the restart test"),
        ("pertuzumab", 52, 85, "Do not restart pertuzumab yet: LVEF 52 % (10 points below baseline 62 %) is 85 days old - repeat it first"),
        (T_DXD, 61, 200, "is 200 days old - repeat it first"),
        ("pertuzumab", 44, 85, "restart test not met"),
    ],
)
def test_a_value_that_would_meet_the_test_is_called_old_and_not_too_low(drug, value, age, says):
    """52 % meets "resume above 45 %" on day 84; a day later it is too old to restart on, and the test is not "not met"."""
    finding = next(f for f in advice_on(held(drug, lvef(62, 600), lvef(value, age))).findings if f.topic == "LvefHold")
    assert says in finding.headline.text
    assert (drug in finding.avoid) is (age > 84)


@pytest.mark.parametrize(
    "case",
    [
        lambda **more: on("pertuzumab", value=44, baseline=62, **more),
        lambda **more: replace(held("pertuzumab", lvef(62, 600), lvef(44, 5)), **more),
        lambda **more: replace(held(T_DXD, lvef(62, 600), lvef(39, 40), lvef(38, 5)), **more),
        lambda **more: a_case(lvef=lvef(44, 5), **more),
    ],
    ids=["hold", "held", "ended", "start"],
)
def test_decision_23_a_booked_echo_is_not_ordered_again_at_the_click_of_a_hold(case):
    """The repeat that the label asks for is booked: the card stays, its suggestion goes."""
    for booked, wanted in (((), ("echocardiogram",)), ((booked_echo(),), ())):
        finding = next(f for f in advice_on(case(procedures=booked)).findings if f.topic == "LvefHold")
        assert finding.requests == wanted


# --- At the start ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("age", "asked"), [(84, False), (85, True), (100, True)])
def test_r071_a_start_asks_for_an_lvef_not_older_than_84_days(age, asked):
    """R071, I07: older than 84 days counts as missing; the advice stays, with the check."""
    advice = advice_on(second_line(lvef=lvef(62, age)))
    assert lead_of(advice) == "tdxd"
    assert ("check-lvef-old" in said_ids(advice)) is asked
    assert ("I07" in {g.input for g in advice.treatment.missing}) is asked


def test_r071_no_lvef_at_all_is_asked_for():
    """I07, I08: none on record: an echo and the question about heart failure; never "normal"."""
    advice = advice_on(second_line(lvef=()))
    assert {"I07", "I08"} <= {g.input for g in advice.treatment.missing}
    assert "normal" not in words_of(advice)


@pytest.mark.parametrize(
    ("value", "topic", "indicator", "leads"),
    [(39.9, "LvefHold", "critical", False), (40, "LvefHold", "warning", True), (49.9, "LvefHold", "warning", True), (50, None, None, True)],
)
@pytest.mark.parametrize("build", [a_case, second_line])
def test_p02_a_low_lvef_at_the_start(build, value, topic, indicator, leads):
    """P02: below 50 cardiology first (warning); below 40 critical, no leading HER2 regimen."""
    advice = advice_on(build(lvef=lvef(value)))
    assert judged(build(lvef=lvef(value))) == (topic, indicator)
    assert (lead_of(advice) is not None) is leads
    if not leads:
        assert set(alternatives_of(advice)) <= {"endocrine-alone"}


@pytest.mark.parametrize("build", [a_case, second_line])
@pytest.mark.parametrize("facts", [{"heart": heart_condition()}, {"intake": intake(heart_failure_symptoms="true")}])
def test_p02_heart_failure_at_the_start(build, facts):
    """P02: symptomatic heart failure: critical, and no HER2 regimen leads or stands beside."""
    advice = advice_on(build(**facts))
    assert finding(advice, "HeartFailure").indicator == "critical"
    assert lead_of(advice) is None
    assert set(alternatives_of(advice)) <= {"endocrine-alone"}


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"heart": heart_condition()}, "heart failure on record"),
        ({"intake": intake(heart_failure_symptoms="true")}, "heart failure symptoms on record"),
        ({"lvef": lvef(38)}, "LVEF 38 %"),
    ],
)
def test_p02_the_cards_name_the_reason_that_the_record_gives(facts, reason):
    """Symptoms alone are no diagnosis, and no card says "or" where the record knows which."""
    advice = advice_on(second_line(**facts))
    assert advice.treatment.headline.text == f"No HER2 regimen until cardiology has decided: {reason}"
    (safety,) = [f for f in advice.findings if f.indicator == "critical"]
    assert reason in safety.headline.text


def test_r077_symptoms_alone_are_no_diagnosis_on_therapy_either():
    symptoms = advice_on(on("trastuzumab", value=60, intake=intake(heart_failure_symptoms="true")))
    assert "heart failure symptoms on HER2 therapy" in finding(symptoms, "HeartFailure").headline.text
    failure = advice_on(on("trastuzumab", value=60, heart=heart_condition(day=5)))
    assert ": heart failure on HER2 therapy" in finding(failure, "HeartFailure").headline.text


def test_an_adjuvant_her2_drug_that_still_runs_at_the_relapse_is_under_the_same_rules():
    """Metastases found during adjuvant trastuzumab, LVEF 35 from 60: trastuzumab is running, so it is held by name."""
    case = a_case(metastases=metastasis("liver", 5), drugs=given("trastuzumab", 200, intent="curative"), lvef=(lvef(60, 210), lvef(35, 2)))
    assert "trastuzumab" in {drug for f in advice_on(case).findings for drug in f.avoid}


def test_a_drug_stopped_for_the_heart_is_not_offered_as_if_nothing_had_happened():
    """R077: trastuzumab stopped for a cardiac reason, LVEF 55 now: the card mentions the heart before HER2 therapy is resumed."""
    drugs = tuple(given(d, 690, 100, reason="cardiac") for d in ("trastuzumab", "pertuzumab"))
    case = a_case(metastases=(*LONG, metastasis("bone", 50)), drugs=drugs, lvef=lvef(55, 5))
    text = words_of(advice_on(case)).lower()
    assert "cardio" in text or "heart" in text


def test_the_lvef_of_a_silent_infusion_is_not_of_a_running_drug():
    """Nine weeks without a dose: "on hold?", so no "overdue on trastuzumab"; the hold is asked about instead (I17)."""
    case = on_therapy(given("trastuzumab", 400), *doses("trastuzumab", 400, 100), lvef=())
    assert situation_of(case).her2_running == ()
    assert "I17" in {g.input for f in advice_on(case).findings for g in f.missing}


def test_the_rules_on_a_hold_are_those_of_its_table():
    """Each hold names the rule of the drug's own table."""
    for drug, rule in ((T_DXD, "R110"), ("pertuzumab", "R111"), ("trastuzumab", "R112"), (T_DM1, "R113"), ("lapatinib", "R114")):
        assert rule in finding(advice_on(on(drug, value=42, baseline=60)), "LvefHold").rules


def test_p02_a_low_lvef_is_said_for_the_next_drug_too():
    """Progressed on trastuzumab + pertuzumab that still run, LVEF 44 from 62: T-DXd is a start below 50 %, and the advice says so."""
    case = a_case(metastases=LONG, drugs=tuple(given(d, 690) for d in ("trastuzumab", "pertuzumab", "docetaxel")),
                  disease_statuses=status("worsened", 5), lvef=(lvef(62, 700), lvef(44, 2)))  # fmt: skip
    advice = advice_on(case)
    assert lead_of(advice) == "tdxd"
    assert {"lvef-not-studied", "check-lvef-low"} & said_ids(advice)


def test_i08_cardiomyopathy_is_named_before_a_start():
    """I08: an active cardiomyopathy on the problem list, LVEF 55: the card that proposes T-DXd does not pass it over."""
    text = words_of(advice_on(second_line(heart=heart_condition("cardiomyopathy"), lvef=lvef(55)))).lower()
    assert "cardiomyopathy" in text or "cardiology" in text


def test_a_hold_is_not_taken_from_a_value_that_a_newer_normal_one_outdates():
    """38 % in January, 62 % last week: no hold (and a month known only as `2026-01` is January)."""
    case = on_therapy(given("trastuzumab", START), lvef=(lvef(60, 310), lvef(38, "2026-09"), lvef(62, 5)))
    assert judged(case) == SILENT


@pytest.mark.parametrize(("value", "topic"), [(45, "LvefMonitoringDue"), (35, "LvefHold")])
def test_a_drug_without_a_table_has_a_baseline_all_the_same(value, topic):
    """Zanidatamab has no label table: the fall from the value before its first dose is said, not "no baseline on record"."""
    found = finding(advice_on(on("zanidatamab", value=value, baseline=60)), topic)
    assert f"{60 - value} points below baseline 60 %" in found.headline.text
    assert "LVEF baseline" in {fact.name for fact in found.facts}
    without = finding(advice_on(on("zanidatamab", value=value)), topic)
    assert "no baseline on record" in without.headline.text
