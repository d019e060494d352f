"""Laboratory values before an ordered drug, and DPYD before capecitabine (P06-P09, R118-R120; decision 29)."""

from __future__ import annotations

import pytest

from guideline.case import Patient
from guideline.orders import OrderedDose
from guideline.partial_date import PartialDate
from guideline.rules.orders import labs as module
from tests.guideline.case_builder import a_case, given, intake, second_line
from tests.guideline.measure_builder import BODY, GOOD_LABS, dosed, height, lab, labs, weight
from tests.guideline.order_builder import beside, order, says, words

TDXD, TDM1 = "trastuzumab-deruxtecan", "trastuzumab-emtansine"
NORMAL_DPYD = intake(dpyd="normal")


def found(values, *orders, **facts):
    facts = {"body": BODY, "intake": NORMAL_DPYD, **facts}
    return says(module.RULES, second_line(labs=values, **facts), *orders)


def one(values, *orders, **facts):
    """The only finding."""
    (f,) = found(values, *orders, **facts)
    assert f.topic == "LabSafety"
    return f


def running(drug):
    """On the drug, last given 21 days ago."""
    return {"drugs": (given(drug, 60), dosed(drug, 21, 1, "mg/kg"))}


def case_running(drug, values, *orders, **facts):
    return says(module.RULES, second_line(labs=values, **{"body": BODY, "intake": NORMAL_DPYD, **running(drug), **facts}), *orders)


@pytest.mark.parametrize("drug", [TDXD, TDM1, "tucatinib", "docetaxel", "capecitabine", "pertuzumab", "letrozole"])
def test_good_values_are_silent(drug):
    """Nothing to say about normal values, at a start and later."""
    assert found(GOOD_LABS, order(drug)) == []
    assert case_running(drug, GOOD_LABS, order(drug)) == []


# --- Docetaxel (P06) ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"bilirubin": 1.2}, None),
        ({"bilirubin": 1.21}, "critical"),
        ({"bilirubin": lab("bilirubin", 1.3, upper=1.4)}, None),
        ({"alt": 60, "alp": 301}, None),
        ({"alt": 61, "alp": 301}, "critical"),
        ({"ast": 61, "alp": 301}, "critical"),
        ({"alt": 61, "alp": 300}, None),
        ({"alt": 400}, None),
        ({"neutrophils": 1.5}, None),
        ({"neutrophils": 1.49}, "critical"),
    ],
)
def test_docetaxel(values, expected):
    """Bilirubin above normal; AST or ALT over 1.5 x with ALP over 2.5 x; neutrophils below 1.5: critical; at the limit silent."""
    got = found(labs(**values), order("docetaxel"))
    assert [f.indicator for f in got] == ([expected] if expected else [])


def test_docetaxel_in_a_liver_crisis():
    """V42: every value named, P06, deletable, and the way on; no dose of docetaxel is mentioned."""
    asked = order("docetaxel", 75, "mg/m2")
    f = one(labs(bilirubin=lab("bilirubin", 1.92, upper=1.2), ast=lab("ast", 160, upper=40), alp=lab("alp", 360, upper=120)), asked)
    assert f.headline.text == "Do not give docetaxel: bilirubin 1.92 mg/dL (1.6 x ULN)"
    assert "AST 160 U/L (4 x ULN) with ALP 360 U/L (3 x ULN)" in words(f)
    assert "Urgent specialist choice" in words(f)
    assert "AST or ALT not over 1.5 x with ALP over 2.5 x ULN" in words(f)
    assert "docetaxel 75" not in words(f)
    assert f.avoid == ("docetaxel",)
    assert f.rules == ("P06",)
    assert [(s.act, s.order, s.recommended) for s in f.suggestions] == [("delete", asked.id, True)]
    assert ("bilirubin", "1.92 mg/dL") in [(fact.name, fact.value) for fact in f.facts]


def test_low_neutrophils_hold_docetaxel():
    """Neutrophils alone ask for a hold until 1.5."""
    f = one(labs(neutrophils=1.2), order("docetaxel"))
    assert f.headline.text == "Hold docetaxel: neutrophils 1.2 x 10^9/L"
    assert "1.5 or higher" in words(f)


def test_a_transaminase_without_its_partner():
    """AST over 1.5 x without ALP cannot be judged: ALP is asked for, nothing is held."""
    f = one(labs(ast=100, alp=None), order("docetaxel"))
    assert (f.indicator, [g.input for g in f.missing]) == ("info", ["I11"])
    assert "ALP" in f.headline.text


def test_an_assumed_limit_is_named():
    """Without a reference range of its own the value is judged by an assumed one, and the card says so."""
    f = one(labs(bilirubin=1.5), order("docetaxel"))
    assert "Upper limit of normal assumed where the result has none: bilirubin 1.2" in words(f)
    assert "assumed" not in words(one(labs(bilirubin=lab("bilirubin", 1.5, upper=1.2)), order("docetaxel")))


# --- T-DM1 (P07, R119) --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "says_"),
    [
        ({"platelets": 100}, None), ({"platelets": 99}, "not studied"),
        ({"alt": 100}, None), ({"alt": 101}, "not studied"), ({"ast": 101}, "not studied"),
        ({"bilirubin": 1.8}, None),
        ({"bilirubin": 1.81}, "Do not start"),
        ({"platelets": 49}, "Do not start"),
        ({"ast": 801}, "Do not start"),
    ],
)  # fmt: skip
def test_tdm1_at_the_start(values, says_):
    """Platelets below 100, ALT or AST over 2.5 x: not studied; what holds or stops a running T-DM1 is no reason to begin it."""
    got = found(labs(**values), order(TDM1))
    assert [f.indicator for f in got] == (["warning"] if says_ else [])
    if says_:
        assert says_ in got[0].headline.text
        assert "not studied" in words(got[0])
        assert "level" not in words(got[0])


@pytest.mark.parametrize(
    ("values", "act", "then"),
    [
        ({"platelets": 99}, None, ""), ({"platelets": 50}, None, ""),
        ({"platelets": 49.9}, "Hold", "then the same dose"), ({"platelets": 25}, "Hold", "then the same dose"),
        ({"platelets": 24.9}, "Hold", "one dose level down (3 mg/kg)"),
        ({"alt": 101}, None, ""), ({"alt": 200}, None, ""),
        ({"alt": 201}, "Hold", "one dose level down (3 mg/kg)"), ({"ast": 800}, "Hold", "one dose level down"),
        ({"ast": 801}, "Stop", ""),
        ({"bilirubin": 1.8}, None, ""), ({"bilirubin": 1.9}, "Hold", "then the same dose"),
        ({"bilirubin": 3.6}, "Hold", "then the same dose"),
        ({"bilirubin": 3.7}, "Hold", "one dose level down"), ({"bilirubin": 12.1}, "Stop", ""),
        ({"alt": 121, "bilirubin": 2.4}, "Hold", "then the same dose"), ({"alt": 121, "bilirubin": 2.41}, "Stop", ""),
        ({"alt": 120, "bilirubin": 2.41}, "Hold", "then the same dose"),
    ],
)  # fmt: skip
def test_tdm1_while_it_runs(values, act, then):
    """R119 by its table: grade 2 goes on, grade 3 holds and reduces, grade 4 and ALT > 3 x with bilirubin > 2 x stop for good."""
    got = case_running(TDM1, labs(**values), order(TDM1, 3.6, "mg/kg"))
    assert [f.indicator for f in got] == (["warning"] if act else [])
    if act:
        assert got[0].headline.text.startswith(act)
        assert then in words(got[0])
        assert got[0].suggestions == ()
        assert "R119" in got[0].rules


def test_both_transaminases_are_named():
    """ALT and AST of grade 3: one card, both values."""
    f = one(labs(alt=240, ast=280), order(TDM1), **running(TDM1))
    assert "ALT 240" in f.headline.text
    assert "AST 280" in words(f)


def test_the_next_level_after_a_reduction():
    """After 3.0 mg/kg the next level down is 2.4; after 2.4 there is none: stop."""
    for given_, says_ in [(3.0, "2.4 mg/kg"), (2.4, "lowest dose level is reached")]:
        f = one(labs(platelets=20), order(TDM1, given_, "mg/kg"), drugs=(given(TDM1, 60), dosed(TDM1, 21, given_, "mg/kg")))
        assert says_ in words(f)


# --- T-DXd (P07, R118) --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "then"),
    [
        ({"neutrophils": 1.0}, None), ({"neutrophils": 0.99}, "then the same dose"), ({"neutrophils": 0.5}, "then the same dose"),
        ({"neutrophils": 0.49}, "one dose level down (4.4 mg/kg)"),
        ({"platelets": 50}, None), ({"platelets": 49}, "49"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("start", [True, False])
def test_tdxd(values, then, start):
    """Neutrophils below 1.0 or platelets below 50: hold; grade 4 neutropenia: one level down."""
    got = found(labs(**values), order(TDXD, 5.4, "mg/kg", every_days=21), **({} if start else running(TDXD)))
    assert [f.indicator for f in got] == (["warning"] if then else [])
    if then:
        assert got[0].headline.text.startswith("Do not start trastuzumab" if start else "Hold trastuzumab deruxtecan")
        assert start or then in words(got[0])


@pytest.mark.parametrize(
    ("drug", "values", "says_"),
    [
        (TDXD, {"neutrophils": 0.3}, "No first dose before neutrophils at grade 2 or better"),
        ("tucatinib", {"bilirubin": 4}, "No first dose before bilirubin at grade 1 or better"),
        ("tucatinib", {"alt": 300, "bilirubin": 4}, "Do not start tucatinib"),
        ("tucatinib", {"alt": 300, "ast": 300}, "AST 300 U/L (7.5 x ULN) - not before AST at grade 1 or better"),
        ("docetaxel", {"neutrophils": 1.2}, "No first dose before neutrophils 1.5 or higher"),
    ],
)
def test_before_a_first_dose_nothing_is_held_or_stopped(drug, values, says_):
    """What was never given is not started; "hold", "stop" and a lower level are words for a drug that was given, also long ago."""
    f = one(labs(**values), order(drug), drugs=given("neratinib", 60))
    assert f.headline.text.startswith("Do not start")
    assert says_ in words(f)
    assert not {"Hold", "Stop", "level"} & set(words(f).split())
    earlier = one(labs(**values), order(drug), drugs=(given(drug, 300, 200, status="completed"),))
    assert earlier.headline.text.startswith(("Hold", "Stop"))


def test_tdxd_after_a_reduction():
    """At 4.4 mg/kg the next level is 3.2, also where the order is in milligrams."""
    f = one(labs(neutrophils=0.3), order(TDXD, 308, "mg"), drugs=(given(TDXD, 60), dosed(TDXD, 21, 4.4, "mg/kg")))
    assert "3.2 mg/kg" in words(f)


# --- Tucatinib (P08, R120) ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "act", "then"),
    [
        ({"alt": 200}, None, ""), ({"alt": 201}, "Hold", "one dose level down (250 mg)"), ({"alt": 801}, "Stop", ""),
        ({"bilirubin": 1.8}, None, ""), ({"bilirubin": 1.9}, "Hold", "then the same dose"),
        ({"bilirubin": 3.7}, "Hold", "one dose level down"), ({"bilirubin": 12.1}, "Stop", ""),
        ({"ast": 121, "bilirubin": 2.5}, "Stop", ""),
    ],
)  # fmt: skip
def test_tucatinib(values, act, then):
    """Bilirubin over 1.5 x: hold, same dose; grade 3: one level down; grade 4 or ALT/AST > 3 x with bilirubin > 2 x: stop."""
    got = found(labs(**values), order("tucatinib", 300, "mg", times_a_day=2), **running("tucatinib"))
    assert [f.indicator for f in got] == (["warning"] if act else [])
    if act:
        assert got[0].headline.text.startswith(act)
        assert then in words(got[0])


#: 54 years, 70 kg, female: 71.1 mL/min at a creatinine of 1.0.
def clearance(value):
    return {"creatinine": 86 * 70 / 72 * 0.85 / value}


@pytest.mark.parametrize(("value", "expected"), [(30.0, None), (29.9, "warning")])
def test_tucatinib_and_the_kidney(value, expected):
    """A clearance below 30 at the start: avoid. Before its first dose tucatinib has not raised the creatinine."""
    got = found(labs(**clearance(value)), order("tucatinib"))
    assert [f.indicator for f in got] == ([expected] if expected else [])
    if expected:
        assert got[0].headline.text == "Avoid tucatinib: creatinine clearance 29.9 mL/min"
        assert "raises creatinine" not in words(got[0])
        assert "Cockcroft-Gault" in words(got[0])
        assert [fact.inferred for fact in got[0].facts] == [True]


def test_a_running_tucatinib_is_not_stopped_for_creatinine():
    """R120 is a rule for the start: a creatinine that rises under tucatinib says nothing about filtration."""
    assert found(labs(**clearance(20)), order("tucatinib"), **running("tucatinib")) == []


# --- Capecitabine (P09) -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "says_"),
    [(50.1, None), (50.0, "Reduce capecitabine to 75 %"), (30.0, "Reduce capecitabine to 75 %"), (29.9, "Avoid capecitabine")],
)
def test_capecitabine_and_the_kidney(value, says_):
    """A clearance of 30-50: 75 % of the dose; below 30: avoid."""
    got = found(labs(**clearance(value)), order("capecitabine", 1000, "mg/m2", times_a_day=2), drugs=given("neratinib", 60))
    assert [f.headline.text.startswith(says_ or "-") for f in got] == ([True] if says_ else [])
    assert all(f.indicator == "warning" for f in got)


@pytest.mark.parametrize(("amount", "silent"), [(1250, False), (1035, False), (1031, True), (950, True)])
def test_a_capecitabine_that_is_reduced_already(amount, silent):
    """75 % of 1250 mg/m2, within ten percent, is what the card would ask for."""
    got = found(labs(**clearance(40)), order("capecitabine", amount, "mg/m2", times_a_day=2))
    assert (got == []) is silent


@pytest.mark.parametrize(("further", "silent"), [(950, True), (1250, False)])
def test_every_dose_of_an_order_is_reduced_already_or_none_is(further, silent):
    """A full dose as a further one (another step, or the same dose in mg) is not reduced."""
    more = (OrderedDose(further, "mg/m2", times_a_day=2),)
    got = found(labs(**clearance(40)), order("capecitabine", 950, "mg/m2", times_a_day=2, further=more))
    assert (got == []) is silent


def test_tucatinib_explains_the_creatinine_of_capecitabine():
    """Beside tucatinib a low clearance is to be confirmed."""
    asked = order("capecitabine", 1250, "mg/m2", times_a_day=2)
    assert "raises creatinine" in words(one(labs(**clearance(40)), asked, drugs=given("tucatinib", 60)))
    assert "raises creatinine" not in words(one(labs(**clearance(40)), asked))
    assert "raises creatinine" not in words(one(labs(**clearance(20)), asked, beside("tucatinib")))


def test_p08_tucatinib_ordered_again_may_have_raised_the_creatinine_before():
    """A restart after a pause: to be confirmed before the low clearance is acted on."""
    stopped = (given("tucatinib", 90, 10, reason="toxicity"),)
    got = one(labs(**clearance(20)), order("tucatinib"), drugs=stopped)
    assert got.headline.text.startswith("Avoid tucatinib")
    assert "raises creatinine without loss of filtration" in words(got)


@pytest.mark.parametrize("start", [True, False])
def test_no_dpd_no_capecitabine(start):
    """V48: complete DPD deficiency: never, at any dose; no reduced dose is offered, whatever the kidney says."""
    asked = order("capecitabine", 1000, "mg/m2", times_a_day=2)
    f = one(labs(**clearance(38)), asked, intake=intake(dpyd="poor"), **({} if start else running("capecitabine")))
    assert f.indicator == "critical"
    assert f.headline.text.startswith("No capecitabine at any dose")
    assert "75 %" not in words(f)
    assert f.avoid == ("capecitabine",)
    assert [(s.act, s.order) for s in f.suggestions] == [("delete", asked.id)]
    assert ("DPYD", "poor") in [(fact.name, fact.value) for fact in f.facts]


def test_partial_dpd_deficiency():
    """Intermediate: a warning at the start; a dose that has been found is not questioned again."""
    f = one(GOOD_LABS, order("capecitabine"), intake=intake(dpyd="intermediate"))
    assert f.indicator == "warning"
    assert "lower start dose" in f.headline.text
    assert case_running("capecitabine", GOOD_LABS, order("capecitabine"), intake=intake(dpyd="intermediate")) == []


def test_dpd_not_tested():
    """Not tested: asked at the start as information, naming no input of its own; silent later and for other drugs."""
    f = one(GOOD_LABS, order("capecitabine"), intake=intake())
    assert (f.indicator, f.missing) == ("info", ())
    assert "no readable DPYD result seen" in f.headline.text
    assert case_running("capecitabine", GOOD_LABS, order("capecitabine"), intake=intake()) == []
    assert found(GOOD_LABS, order("tucatinib"), intake=intake()) == []


def refill(day, until, **more):
    return given("capecitabine", day, until, kind="order", **{"status": "completed", **more})


@pytest.mark.parametrize(
    ("drugs", "asked"),
    [
        ((refill(21, 0),), False),
        ((refill(51, 21), refill(30, 0)), False),
        ((refill(60, 50),), False),
        ((refill(64, None),), True),
        ((refill(63, None),), False),
        ((refill(400, 380),), True),
        ((refill(30, 9, status="stopped", reason="toxicity"),), True),
        ((refill(30, 9, status="stopped", reason="completed"),), False),
    ],
    ids=["refill", "later refill", "after a pause", "64 days", "63 days", "years later", "stopped for toxicity", "stopped to be renewed"],
)
def test_a_refill_is_no_first_dose(drugs, asked):
    """Section 5, 15: the last supply was completed; nothing of a first dose is asked, unless it was stopped for toxicity or long ago."""
    assert bool(found(GOOD_LABS, order("capecitabine"), drugs=drugs, intake=intake())) is asked


def test_the_order_itself_in_the_chart_is_no_earlier_dose():
    """Some EHRs store what is being signed: a first order that is already there begins the drug all the same."""
    stored = given("capecitabine", 0, kind="order", source="MedicationRequest/new")
    assert len(found(GOOD_LABS, order("capecitabine", id="MedicationRequest/new"), drugs=(stored,), intake=intake())) == 1


def test_dpd_beside_the_kidney():
    """Both problems of one drug stand on one card."""
    f = one(labs(**clearance(40)), order("capecitabine"), intake=intake())
    assert f.headline.text.startswith("Reduce capecitabine")
    assert "No readable DPYD result seen" in words(f)


# --- Age, order and state of values -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "counts"), [(20, True), (21, True), (22, False), (None, False)])
def test_values_count_for_three_weeks(days, counts):
    """A value of 21 days ago is judged; an older or undated one is asked for at a start, never called good."""
    f = one(labs(neutrophils=lab("neutrophils", 0.8, days)), order(TDXD))
    assert f.indicator == ("warning" if counts else "info")
    assert [g.input for g in f.missing] == ([] if counts else ["I12"])


def test_old_values_are_not_asked_for_while_the_drug_runs():
    """At a later cycle an old value is neither judged nor asked for."""
    old = tuple(lab(value.kind, value.value, 40) for value in GOOD_LABS)
    assert case_running(TDXD, old, order(TDXD)) == []
    assert case_running(TDXD, (lab("neutrophils", 0.3, 40),), order(TDXD)) == []


@pytest.mark.parametrize(
    ("drug", "inputs"),
    [(TDXD, ["I12"]), (TDM1, ["I11", "I12"]), ("tucatinib", ["I10", "I11"]), ("docetaxel", ["I11", "I12"]), ("capecitabine", ["I10"])],
)
def test_missing_values_are_asked_for_at_a_start(drug, inputs):
    """I10, I11, I12 as the drug's table needs them: one information, no hold."""
    f = one((), order(drug))
    assert (f.indicator, [g.input for g in f.missing]) == ("info", inputs)
    assert "not on record" in f.headline.text
    assert case_running(drug, (), order(drug)) == []


def test_one_transaminase_is_enough():
    """ALT without AST is no gap."""
    assert found(labs(ast=None), order(TDM1)) == []


def test_gaps_stand_on_the_card_of_what_is_known():
    """Low platelets without liver tests before the first T-DM1: one card, with I11."""
    f = one((lab("platelets", 80),), order(TDM1))
    assert f.indicator == "warning"
    assert [g.input for g in f.missing] == ["I11"]


def test_a_clearance_takes_a_current_weight_and_a_sex():
    """Without a weight of the last four weeks, or with an unknown sex, the clearance is unknown (I10), not normal."""
    for facts, indicator in (
        ({"body": height(165)}, "info"),
        ({"body": (weight(70, 40), height(165))}, "warning"),
        ({"sex": "unknown"}, "info"),
    ):
        f = one(labs(creatinine=3.0), order("capecitabine"), **facts)
        assert (f.indicator, [g.input for g in f.missing]) == (indicator, ["I10"])
    nobody_knows = one(labs(creatinine=3.0), order("capecitabine"), patient=Patient(PartialDate.parse("1970-05-04"), "female"))
    assert nobody_knows.indicator == "warning"


@pytest.mark.parametrize(
    ("creatinine", "asked", "indicator"),
    [(6.2, {}, "warning"), (0.9, {}, "info"), (1.8, {}, "warning"), (1.8, {"amount": 750}, "info")],
)
def test_a_creatinine_without_a_current_weight_is_named(creatinine, asked, indicator):
    """What is on record and what is missing; a warning where by the old weight the clearance would be too low for the ordered dose."""
    capecitabine = order("capecitabine", asked.get("amount", 1250), "mg/m2", times_a_day=2)
    f = one(labs(creatinine=creatinine), capecitabine, body=(weight(70, 40), height(165), weight(70, 40)))
    assert f.indicator == indicator
    assert f"creatinine {creatinine} mg/dL, and no reliable weight of the last four weeks" in f.headline.text
    assert ("By the old weight" in words(f)) is (indicator == "warning")
    assert [fact.name for fact in f.facts] == ["creatinine"]
    assert [gap.ask.id for gap in f.missing] == ["ask-weight"]


@pytest.mark.parametrize("drug", ["capecitabine", "tucatinib"])
@pytest.mark.parametrize(("egfr", "indicator"), [(25, "warning"), (29.9, "warning"), (30, "info"), (95, "info")])
def test_a_low_egfr_without_a_creatinine_is_named(drug, egfr, indicator):
    """No clearance can be told by it, yet it may mean one below the label's limit, as on the chart."""
    f = one((*labs(creatinine=None), lab("egfr", egfr)), order(drug))
    assert (f.indicator, [gap.input for gap in f.missing]) == (indicator, ["I10"])
    assert (f"eGFR {egfr} mL/min/1.73 m2 - calculate the creatinine clearance" in f.headline.text) is (indicator == "warning")
    assert len(f.headline.text) < 140


@pytest.mark.parametrize(("day", "speaks"), [(4, True), (5, False), (6, False)])
def test_i10_an_egfr_that_is_newer_than_the_creatinine_asks_for_the_clearance_again(day, speaks):
    """R131: the first dose waits for a clearance of today, as the card beside a running drug says."""
    orders = order("capecitabine", 1000, "mg/m2", times_a_day=2)
    said = found((*labs(creatinine=None), lab("creatinine", 0.8, 5), lab("egfr", 22, day)), orders)
    assert [(f.headline.id, f.indicator, [gap.input for gap in f.missing]) for f in said] == (
        [("lab-clearance-doubtful", "warning", ["I10"])] if speaks else []
    )
    # The next cycle is no start: the chart's own card speaks of a running drug.
    again = (*labs(creatinine=None), lab("creatinine", 0.8, 5), lab("egfr", 22, day))
    assert case_running("capecitabine", again, orders) == []


def test_other_values_that_are_missing_beside_the_weight():
    """One card for a drug."""
    f = one(labs(creatinine=6.2, bilirubin=None, alt=None, ast=None), order("tucatinib"), body=height(165))
    assert "Not on record either: ALT or AST, bilirubin of the last 21 days." in words(f)
    assert [gap.input for gap in f.missing] == ["I10", "I11"]


def test_the_newest_value_counts():
    """A recovered value replaces the low one, and the other way round; of two on one day the adverse one counts."""
    low, good = lab("neutrophils", 0.8, 9), lab("neutrophils", 2.4, 2)
    assert found((*labs(neutrophils=None), low, good), order(TDXD)) == []
    assert one((*labs(neutrophils=None), lab("neutrophils", 2.4, 9), lab("neutrophils", 0.8, 2)), order(TDXD)).indicator == "warning"
    assert one((*labs(neutrophils=None), lab("neutrophils", 0.8, 2), good), order(TDXD)).indicator == "warning"
    assert one((*labs(bilirubin=None), lab("bilirubin", 0.5, 2), lab("bilirubin", 2.5, 2)), order("docetaxel")).indicator == "critical"


def test_a_preliminary_value_counts_when_it_is_adverse():
    """A preliminary low value holds and is named preliminary; a preliminary good one clears nothing and fills no gap."""
    rest = labs(neutrophils=None)
    f = one((*rest, lab("neutrophils", 2.4, 9), lab("neutrophils", 0.8, 1, preliminary=True)), order(TDXD))
    assert "preliminary" in f.headline.text
    assert one((*rest, lab("neutrophils", 0.8, 9), lab("neutrophils", 2.4, 1, preliminary=True)), order(TDXD)).indicator == "warning"
    f = one((*rest, lab("neutrophils", 2.4, 1, preliminary=True)), order(TDXD))
    assert (f.indicator, [g.input for g in f.missing]) == ("info", ["I12"])


def test_context_is_not_the_question():
    """A draft that is not selected, a stop, gastric cancer: silent."""
    values = labs(bilirubin=5)
    assert found(values, beside("docetaxel")) == []
    assert found(values, order("docetaxel", gastric=True)) == []
    assert says(module.RULES, a_case(labs=values, diagnoses=()), order("docetaxel")) == []


def test_two_drugs_two_cards():
    """One finding for each ordered drug."""
    got = found(labs(bilirubin=2.0), order("docetaxel"), order(TDM1), order("pertuzumab"))
    assert sorted((f.avoid, f.indicator) for f in got) == [((), "warning"), (("docetaxel",), "critical")]


def test_every_headline_fits_on_a_card():
    """No headline reaches 140 characters."""
    adverse = [
        {"bilirubin": lab("bilirubin", value, upper=1.234567, preliminary=True), "alt": lab("alt", 1234.567, upper=39.9, preliminary=True),
         "ast": lab("ast", 1234.567, upper=39.9, preliminary=True), "alp": lab("alp", 1234.567, upper=119.9, preliminary=True)}
        for value in (1.0, 1.91234, 3.98765, 12.98765)
    ]  # fmt: skip
    sets = [
        (),
        *(labs(**values) for values in adverse),
        labs(alt=lab("alt", 161.123, upper=39.9, preliminary=True), bilirubin=None, alp=None),
    ]
    sets += [labs(platelets=lab("platelets", 12.345678, preliminary=True), neutrophils=lab("neutrophils", 0.123456, preliminary=True))]
    drugs = (TDXD, TDM1, "tucatinib", "docetaxel", "capecitabine")
    texts = {f.headline.text for values in sets for drug in drugs for f in found(values, order(drug))}
    unclear = labs(creatinine=lab("creatinine", 16.2567, preliminary=True))
    texts |= {
        f.headline.text for drug in drugs for facts in ({"body": ()}, {"sex": "unknown"}) for f in found(unclear, order(drug), **facts)
    }
    assert len(texts) > 10
    assert [text for text in texts if len(text) >= 140] == []


def limit(kind, value, bound, upper=None):
    return {kind: lab(kind, value, upper=upper, bound=bound)}


@pytest.mark.parametrize(
    ("drug", "values", "expected"),
    [
        ("docetaxel", limit("neutrophils", 1.5, "<"), "critical"),
        ("docetaxel", limit("neutrophils", 0.5, "<="), "critical"),
        ("docetaxel", limit("neutrophils", 1.5, "<="), "asked"),
        ("docetaxel", limit("neutrophils", 2.0, "<"), "asked"),
        ("docetaxel", limit("neutrophils", 1.5, ">"), None),
        ("docetaxel", limit("neutrophils", 1.5, ">="), None),
        ("docetaxel", limit("neutrophils", 1.0, ">"), "asked"),
        ("docetaxel", limit("bilirubin", 1.2, ">", 1.2), "critical"),
        ("docetaxel", limit("bilirubin", 0.5, ">", 1.2), "asked"),
        ("docetaxel", limit("bilirubin", 0.2, "<", 1.2), None),
        ("docetaxel", limit("bilirubin", 1.2, "<=", 1.2), None),
        ("docetaxel", limit("bilirubin", 2.0, "<", 1.2), "asked"),
        ("docetaxel", {"ast": 100} | limit("alp", 300, ">", 120), "critical"),
        ("docetaxel", {"ast": 100} | limit("alp", 200, ">", 120), "asked"),
        ("docetaxel", {"ast": 100} | limit("alp", 310, "<", 120), "asked"),
        ("docetaxel", {"ast": 100} | limit("alp", 300, "<", 120), None),
        (TDM1, limit("alt", 1000, ">", 40), "warning"),
        (TDM1, limit("alt", 110, ">", 40), "warning"),
        (TDM1, limit("platelets", 100, ">"), None),
        (TDM1, limit("platelets", 50, ">"), "asked"),
        (TDM1, limit("platelets", 5, "<"), "warning"),
        ("capecitabine", limit("creatinine", 4.0, ">"), "warning"),
        ("capecitabine", limit("creatinine", 0.3, "<"), None),
        ("capecitabine", limit("creatinine", 4.0, "<"), "asked"),
        ("capecitabine", limit("creatinine", 0.8, ">"), "asked"),
    ],
)
def test_a_value_that_is_only_a_limit_counts_for_what_it_says_for_certain(drug, values, expected):
    """What is on the adverse side for certain acts, what is on the harmless side clears, and what may be on either is asked for."""
    got = [f.indicator for f in found(labs(**values), order(drug))]
    assert got == ([] if expected is None else ["info" if expected == "asked" else expected])


def test_a_limit_is_printed_as_a_limit():
    """In the headline, and as a fact."""
    f = one(labs(**limit("neutrophils", 0.5, "<")), order("docetaxel"))
    assert f.headline.text == "Hold docetaxel: neutrophils <0.5 x 10^9/L"
    assert [fact.value for fact in f.facts] == ["<0.5 x 10^9/L"]
