"""What forbids an ordered HER2 drug, or must be known before its first dose: pregnancy, heart, lungs."""

import re

import pytest

from guideline.case import Diagnosis, Procedure
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.rules.orders import order_safety
from tests.guideline.case_builder import (
    HR_NEGATIVE,
    HR_POSITIVE,
    LONG,
    a_case,
    ago,
    booked_echo,
    breast_cancer,
    dose,
    doses,
    given,
    heart_condition,
    her2,
    intake,
    lung,
    lvef,
    on_therapy,
    pregnancy,
    second_line,
    thp,
)
from tests.guideline.order_builder import asks, beside, only, order, says, stop, topics_of, words

RULES = order_safety.RULES
T_DM1 = "trastuzumab-emtansine"
T_DXD = "trastuzumab-deruxtecan"
HER2_ORDERS = ["trastuzumab", "pertuzumab", "pertuzumab-trastuzumab-hyaluronidase", T_DM1, T_DXD, "tucatinib", "lapatinib"]
OPEN = {"age": 38, "intake": intake(pregnancy_excluded=None, menopausal_status="premenopausal")}


def tdxd(**more):
    return order(T_DXD, 5.4, "mg/kg", **more)


def tdm1():
    return order(T_DM1, 3.6, "mg/kg")


def chest_ct(state="done", day=10):
    return Procedure("chest-ct", state, ago(day), "Procedure/ct")


def on_tdxd(**facts):
    return a_case(**{"metastases": LONG, "drugs": (*thp(690, 300, reason="progression"), given(T_DXD, 200)), **facts})


def test_a_clear_case_is_silent():
    """Section 5: fresh LVEF, no ILD, pregnancy excluded: nothing to say about T-DXd."""
    assert says(RULES, second_line(), tdxd(), order("pertuzumab", 840)) == []


# --- Pregnancy -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("drug", HER2_ORDERS)
def test_r124_a_documented_pregnancy_is_critical(drug):
    """R124: every HER2 antibody, conjugate and kinase inhibitor; the draft can be taken back at one click."""
    found = only(says(RULES, second_line(pregnancies=pregnancy(), **OPEN), order(drug, 1, id="MedicationRequest/p")), "Pregnancy")
    assert found.indicator == "critical"
    assert K.drugs[drug].name in found.headline.text
    assert [(s.act, s.order) for s in found.suggestions] == [("delete", "MedicationRequest/p")]


def test_r124_running_therapy_ordered_again():
    """R124: critical for the next cycle as well."""
    assert only(says(RULES, on_tdxd(pregnancies=pregnancy(), **OPEN), tdxd()), "Pregnancy").indicator == "critical"


def test_r124_chemotherapy_is_outside():
    """R124: a taxane in pregnancy is outside this tool."""
    assert says(RULES, second_line(pregnancies=pregnancy(), **OPEN), order("docetaxel", 75, "mg/m2")) == []


@pytest.mark.parametrize("drug", ["letrozole", "anastrozole", "exemestane", "tamoxifen", "fulvestrant"])
def test_r124_an_endocrine_drug_in_a_documented_pregnancy(drug):
    """The pregnancy is named, and nothing else is asked: neither the menopause nor for ovarian suppression."""
    for menopause in (None, "premenopausal"):
        facts = {"age": 38, "intake": intake(pregnancy_excluded=None, menopausal_status=menopause), "receptors": (her2("3+"), *HR_POSITIVE)}
        (found,) = asks(second_line(pregnancies=pregnancy(), **facts), order(drug, 1)).findings
        assert (found.topic, found.indicator, found.headline.id) == ("Pregnancy", "warning", "order-pregnancy-endocrine")
        assert (found.avoid, len(found.suggestions)) == ((drug,), 1)
        assert drug in found.headline.text
    assert "Pregnancy" not in topics_of(asks(second_line(pregnancies=pregnancy("possible", 5), **facts), order(drug, 1)).findings)


def test_r124_endocrine_and_her2_drugs_in_pregnancy_are_one_card():
    found = only(says(RULES, second_line(pregnancies=pregnancy(), **OPEN), tdxd(), order("letrozole", 2.5)), "Pregnancy")
    assert (found.indicator, found.avoid) == ("critical", (T_DXD, "letrozole"))
    assert "endocrine drugs" in words(found)


def test_decision_15_unknown_is_asked_once_before_a_first_dose():
    """I13: one warning for all ordered drugs; none for the next cycle."""
    found = only(says(RULES, second_line(**OPEN), order("tucatinib", 300), order(T_DM1, 3.6, "mg/kg")), "Pregnancy")
    assert found.indicator == "warning"
    assert {gap.input for gap in found.missing} == {"I13"}
    assert says(RULES, on_tdxd(**OPEN), tdxd()) == []


@pytest.mark.parametrize(
    ("orders", "months"),
    [
        ((order("neratinib", 240),), False),
        ((order("lapatinib", 1500), order("letrozole", 2.5)), False),
        ((order("lapatinib", 1000), order("trastuzumab", 8, "mg/kg")), True),
        ((order("tucatinib", 300), order(T_DM1, 3.6, "mg/kg")), True),
        ((order("trastuzumab-hyaluronidase", 600),), True),
    ],
)
def test_r124_seven_months_are_those_of_antibodies_and_conjugates(orders, months):
    """E30: of a kinase inhibitor its own label tells."""
    (gap,) = only(says(RULES, second_line(**OPEN), *orders), "Pregnancy").missing
    assert ("until 7 months after" in gap.ask.text) is months
    assert ("as the label of each drug says" in gap.ask.text) is not months


def test_r124_a_kinase_inhibitor_beside_an_antibody_that_runs():
    (gap,) = only(says(RULES, on_tdxd(**OPEN), order("neratinib", 240)), "Pregnancy").missing
    assert "until 7 months after" in gap.ask.text


@pytest.mark.parametrize("case", [on_tdxd, second_line], ids=["the next cycle", "a first dose"])
def test_decision_16_a_suspected_pregnancy_is_named_at_every_order(case):
    """A positive test five days ago: one warning with its day, for the drug that runs as for a new one, and nothing "not on record"."""
    found = only(says(RULES, case(pregnancies=pregnancy("possible", 5), **OPEN), tdxd()), "Pregnancy")
    assert (found.indicator, found.avoid, found.suggestions) == ("warning", (), ())
    assert found.headline.text == "Confirm or exclude the possible pregnancy of 2026-11-15 before trastuzumab deruxtecan"
    assert [(gap.input, fact.value, fact.date) for gap in found.missing for fact in found.facts] == [("I13", "possible", "2026-11-15")]


@pytest.mark.parametrize(
    "facts",
    [
        {"pregnancies": pregnancy("possible", 30)},
        {"pregnancies": (pregnancy("possible", 12), pregnancy("not-pregnant", 9))},
        {"pregnancies": pregnancy("possible", 5), "age": 60},
        {"pregnancies": pregnancy("possible", 5), "sex": "male"},
        {"pregnancies": pregnancy("possible", 5), "intake": intake(menopausal_status="postmenopausal", pregnancy_excluded=None)},
    ],
    ids=["long ago", "denied since", "over 55", "man", "postmenopausal"],
)
def test_a_suspicion_that_no_longer_stands_alerts_no_cycle(facts):
    """As on opening the chart: old, denied since, or not possible."""
    assert says(RULES, on_tdxd(**{**OPEN, **facts}), tdxd()) == []


@pytest.mark.parametrize(
    "facts",
    [{"sex": "male"}, {"age": 60}, {"age": 50}, {"age": 38}],
    ids=["man", "over 55", "postmenopausal", "excluded"],
)
def test_decision_15_not_asked_where_it_cannot_be(facts):
    """Men, over 55, postmenopausal, or excluded within seven days."""
    assert says(RULES, second_line(**facts), tdxd()) == []


# --- Heart -----------------------------------------------------------------------------------------------------------------------


def test_v45_a_start_at_42_percent():
    """V45, P02: one warning: cardiology first; never "echo current"."""
    (found,) = says(RULES, second_line(lvef=lvef(42, 10)), tdxd())
    assert (found.topic, found.indicator) == ("LvefHold", "warning")
    assert found.headline.text.startswith("Cardiology before trastuzumab deruxtecan: LVEF 42 %")
    assert "current" not in words(found)


@pytest.mark.parametrize(
    ("value", "topics"), [(50, []), (49, [("LvefHold", "warning")]), (40, [("LvefHold", "warning")]), (39, [("LvefHold", "critical")])]
)
def test_p02_limits_at_the_start(value, topics):
    """P02: below 50 a warning, below 40 critical, 50 silent."""
    assert [(f.topic, f.indicator) for f in says(RULES, second_line(lvef=lvef(value)), tdxd())] == topics


@pytest.mark.parametrize("drug", ["tucatinib", "neratinib"])
def test_p02_kinase_inhibitors_other_than_lapatinib_are_not_meant(drug):
    """Decision 14: only as labelled."""
    assert says(RULES, second_line(lvef=lvef(42)), order(drug, 300)) == []
    assert topics_of(says(RULES, second_line(lvef=lvef(42)), order("lapatinib", 1250))) == ["LvefHold"]


def test_p02_heart_failure_at_the_start_is_critical():
    """P02, decision 17: one card, heart failure before the low value."""
    found = says(RULES, second_line(heart=heart_condition(), lvef=lvef(42)), tdxd())
    assert [(f.topic, f.indicator) for f in found] == [("HeartFailure", "critical")]


@pytest.mark.parametrize(
    ("facts", "silent"),
    [
        ({"heart": heart_condition("cardiomyopathy")}, False),
        ({"drugs": (given("trastuzumab", 400, 100, reason="cardiac"),)}, False),
        ({"heart": heart_condition("heart-failure", "resolved")}, False),
        ({"heart": heart_condition("heart-failure", "resolved", day=900)}, True),
    ],
    ids=["cardiomyopathy", "stopped for the heart", "resolved, under trastuzumab", "resolved before any HER2 drug"],
)
def test_p02_a_heart_that_was_affected_before(facts, silent):
    """R077: cardiology before the next HER2 drug."""
    found = [(f.topic, f.indicator) for f in says(RULES, second_line(**facts), tdxd())]
    assert found == ([] if silent else [("HeartFailure", "warning")])


@pytest.mark.parametrize(("days", "needed"), [(84, False), (85, True), (None, True)])
def test_r071_a_baseline_not_older_than_84_days(days, needed):
    """R071: day 84 is current, day 85 and none at all are not; the echo is one click away."""
    found = says(RULES, second_line(lvef=() if days is None else lvef(62, days)), tdxd())
    assert topics_of(found) == (["LvefBaselineNeeded"] if needed else [])
    if needed:
        assert found[0].indicator == "warning"
        assert [(s.act, s.code) for s in found[0].suggestions] == [("request", "echocardiogram")]
        assert {"I07", "I08"} == {gap.input for gap in found[0].missing}


def test_r071_once_the_echo_is_ordered_it_is_not_asked_for_again():
    """Issue 3: applying the suggestion gives no second card of the same topic."""
    assert says(RULES, second_line(lvef=(), procedures=booked_echo()), tdxd()) == []


def test_r071_an_echo_ordered_years_ago_and_never_reported_is_no_baseline():
    """The order is still active; the LVEF is asked for."""
    assert topics_of(says(RULES, second_line(lvef=(), procedures=booked_echo(700)), tdxd())) == ["LvefBaselineNeeded"]


@pytest.mark.parametrize(("days", "found"), [(84, []), (88, []), (91, []), (92, ["LvefMonitoringDue"])])
def test_r073_a_drug_that_runs_needs_no_baseline(days, found):
    """R072, R073: while running only an overdue LVEF is said at order entry."""
    assert topics_of(says(RULES, on_tdxd(lvef=(lvef(62, 210), lvef(60, days))), tdxd())) == found


def test_r073_overdue_and_booked_is_silent():
    """Section 5: the next echo is booked."""
    assert says(RULES, on_tdxd(lvef=(lvef(62, 210), lvef(60, 120)), procedures=booked_echo()), tdxd()) == []


@pytest.mark.parametrize(
    ("running", "asked"),
    [
        (("trastuzumab",), order("trastuzumab-hyaluronidase", 600)),
        (("trastuzumab", "pertuzumab"), order("pertuzumab-trastuzumab-hyaluronidase", 600)),
    ],
)
def test_r136_a_route_switch_is_no_start(running, asked):
    """R136: IV to SC, or to the fixed combination, on day 88 needs no new baseline."""
    case = on_therapy(*(given(drug, 200) for drug in running), lvef=(lvef(62, 210), lvef(60, 88)))
    assert says(RULES, case, *(stop(drug) for drug in running), asked) == []


def test_a_new_antibody_beside_a_running_one_is_a_start():
    """Pertuzumab is added to trastuzumab: its baseline counts."""
    case = on_therapy(given("trastuzumab", 200), lvef=(lvef(62, 210), lvef(60, 88)))
    assert topics_of(says(RULES, case, order("pertuzumab", 840))) == ["LvefBaselineNeeded"]


@pytest.mark.parametrize(
    ("drug", "value", "expected"),
    [
        (T_DXD, 38, [("LvefHold", "critical")]),
        (T_DXD, 43, [("LvefHold", "warning")]),
        (T_DXD, 46, [("LvefMonitoringDue", "warning")]),
        (T_DXD, 52, []),
        ("trastuzumab", 46, [("LvefHold", "warning")]),
        (T_DM1, 44, [("LvefHold", "warning")]),
        ("lapatinib", 48, [("LvefHold", "warning")]),
    ],
)
def test_r110_the_next_cycle_goes_by_the_drugs_own_table(drug, value, expected):
    """R110-R114: baseline 62; each drug's own label table when it is ordered again."""
    case = on_therapy(given(drug, 200), lvef=(lvef(62, 210), lvef(value, 3)))
    assert [(f.topic, f.indicator) for f in says(RULES, case, order(drug, 1))] == expected


def test_r077_heart_failure_under_the_running_drug():
    """R077: critical."""
    found = says(RULES, on_tdxd(heart=heart_condition(), lvef=(lvef(62, 210), lvef(44, 3))), tdxd())
    assert [(f.topic, f.indicator) for f in found] == [("HeartFailure", "critical")]


@pytest.mark.parametrize(("value", "expected"), [(44, ["LvefHold"]), (56, [])])
def test_r133_a_held_drug_is_restarted_only_when_its_test_is_met(value, expected):
    """R133, R110: T-DXd held for the heart, back within ten points or not."""
    held = given(T_DXD, 200, status="on-hold", reason="cardiac")
    assert topics_of(says(RULES, on_therapy(held, lvef=(lvef(62, 210), lvef(value, 3))), tdxd())) == expected


@pytest.mark.parametrize(("baseline", "value", "expected"), [(55, 46, ["lvef-held-ready"]), (55, 49.9, ["lvef-held-ready"]), (55, 50, [])])
@pytest.mark.parametrize("drug", [T_DXD, T_DM1])
def test_decision_14_a_restart_below_the_normal_limit_is_not_silent(drug, baseline, value, expected):
    """The restart test is met, within ten points: cardiology decides, and the order says so as the chart does."""
    held = given(drug, 200, status="on-hold", reason="cardiac")
    found = says(RULES, on_therapy(held, lvef=(lvef(baseline, 210), lvef(42, 40), lvef(value, 3))), order(drug, 1))
    assert [(f.headline.id, f.indicator) for f in found if f.topic == "LvefHold"] == [(one, "warning") for one in expected]


def test_the_heart_is_not_spoken_of_for_other_orders():
    """Decision 16: docetaxel is ordered while T-DXd runs overdue: patient-view's matter."""
    assert says(RULES, on_tdxd(lvef=()), order("docetaxel", 75, "mg/m2")) == []
    assert says(RULES, on_tdxd(lvef=()), beside(T_DXD, 5.4, "mg/kg"), order("letrozole", 2.5)) == []


# --- Lungs -----------------------------------------------------------------------------------------------------------------------


def grade_2(**facts):
    """THP, then T-DXd stopped for grade 2 pneumonitis five months ago, resolved."""
    drugs = (*thp(690, 500, reason="progression"), given(T_DXD, 490, 150, reason="lung"))
    condition = lung(status="resolved", grade=2, onset=150, cause_drug=T_DXD)
    return a_case(**{"metastases": LONG, "drugs": drugs, "lungs": condition, **facts})


def test_v31_tdxd_after_grade_2_pneumonitis_is_over():
    """V31: critical, whatever the dose and however well resolved; other options are named."""
    found = only(says(RULES, grade_2(), order(T_DXD, 4.4, "mg/kg", id="MedicationRequest/x")), "PermanentlyStoppedAgent")
    assert found.indicator == "critical"
    assert found.headline.text.startswith("Do not restart trastuzumab deruxtecan")
    assert [(s.act, s.order, s.recommended) for s in found.suggestions] == [("delete", "MedicationRequest/x", True)]
    assert "tucatinib + trastuzumab + capecitabine" in words(found)
    assert "T-DM1 after a lung opinion" in words(found)
    assert "toxicity, not progression" in words(found)
    assert not re.search(r"resolved, so safe|reduce to 4\.4|cycle back", words(found))


def test_r116_by_the_intake_alone():
    """R116: the questionnaire says grade 2 or worse."""
    case = second_line(intake=intake(ild_history="tdxd-grade-2-or-worse"))
    assert topics_of(says(RULES, case, tdxd())) == ["PermanentlyStoppedAgent"]


@pytest.mark.parametrize(
    ("facts", "indicator"),
    [
        ({"lungs": lung(onset=900)}, "warning"),
        ({"intake": intake(respiratory_symptoms="true")}, "critical"),
        ({"drugs": (given(T_DXD, 400, 200, reason="lung"),), "lungs": lung(status="resolved", onset=210, cause_drug=T_DXD)}, "critical"),
    ],
    ids=["active ILD", "symptoms", "T-DXd pneumonitis without a grade"],
)
def test_r079_tdxd_is_to_be_avoided(facts, indicator):
    """R079, R116: old stable disease a warning, symptoms or an ungraded pneumonitis critical; avoidance rather than contraindication."""
    found = only(says(RULES, second_line(**facts), tdxd()), "InterstitialLungDisease")
    assert found.indicator == indicator
    assert found.headline.text.startswith("Avoid trastuzumab deruxtecan")
    assert "contraindicated" not in words(found)
    assert {gap.input for gap in found.missing} == {"I09"}


def test_r115_grade_1_that_is_active_is_a_hold():
    """R115: T-DXd on hold for grade 1: not before it is resolved."""
    held = given(T_DXD, 200, status="on-hold", reason="lung")
    case = on_therapy(held, lungs=lung(grade=1, onset=20, cause_drug=T_DXD))
    assert [(f.topic, f.indicator) for f in says(RULES, case, tdxd())] == [("InterstitialLungDisease", "warning")]


@pytest.mark.parametrize(("drug", "asked"), [(T_DXD, tdxd()), (T_DM1, tdm1())], ids=["T-DXd", "T-DM1"])
@pytest.mark.parametrize(("reason", "indicators"), [("lung", ["warning"]), ("toxicity", []), (None, [])])
def test_r133_a_conjugate_held_for_the_lungs_is_not_ordered_again_in_silence(drug, asked, reason, indicators):
    """The hold's reason is all that is on record of the lungs: the order hears what the chart says. Another reason is none of theirs."""
    case = on_therapy(given(drug, 200, status="on-hold", reason=reason))
    found = [f for f in says(RULES, case, asked) if f.topic == "InterstitialLungDisease"]
    assert [f.indicator for f in found] == indicators
    assert all("on hold for the lungs" in f.headline.text for f in found)
    assert all(f.avoid == (drug,) for f in found)


def test_r080_symptoms_while_tdxd_runs():
    """R080: the next cycle with new symptoms: critical, interrupt."""
    found = only(says(RULES, on_tdxd(intake=intake(respiratory_symptoms="true")), tdxd()), "InterstitialLungDisease")
    assert found.indicator == "critical"


@pytest.mark.parametrize(
    "facts",
    [
        {"lungs": lung(status="resolved", onset=900)},
        {"lungs": lung("radiation", "resolved", onset=900)},
        {"intake": intake(ild_history=None)},
    ],
    ids=["resolved", "radiation", "nothing recorded"],
)
def test_r117_before_the_first_dose_a_chest_ct_and_an_opinion(facts):
    """R117, R080: information with a CT at one click, and silence once it is booked or done."""
    found = only(says(RULES, second_line(**facts), tdxd()), "InterstitialLungDisease")
    assert found.indicator == "info"
    assert [(s.act, s.code) for s in found.suggestions] == [("request", "chest-ct")]
    assert says(RULES, second_line(**facts, procedures=chest_ct("booked", -5)), tdxd()) == []


def test_v25_old_echo_and_unknown_lungs():
    """V25: the order may stand; both missing inputs are named, nothing reassures."""
    found = says(RULES, second_line(lvef=lvef(60, 100), intake=intake(ild_history=None)), tdxd())
    assert sorted((f.topic, f.indicator) for f in found) == [("InterstitialLungDisease", "info"), ("LvefBaselineNeeded", "warning")]
    assert {"I07", "I09"} <= {gap.input for f in found for gap in f.missing}
    text = "\n".join(words(f) for f in found)
    assert "The order may stand" in text
    assert "100 days" in text
    assert not re.search(r"(?i)cardiac function normal|no ILD|fit to start", text)


def test_section_5_reminders_only_at_the_start():
    """Section 5: unknown or resolved lungs are not recalled at each cycle."""
    assert says(RULES, on_tdxd(intake=intake(ild_history=None)), tdxd()) == []


@pytest.mark.parametrize(
    ("drugs", "asked"),
    [
        ((given(T_DXD, 200, status="on-hold"), dose(T_DXD, 80)), False),
        ((given(T_DXD, 100, 30), dose(T_DXD, 30)), False),
        ((given(T_DXD, 400, 300), dose(T_DXD, 300)), True),
    ],
    ids=["on hold", "ended a month ago", "ended long ago"],
)
def test_section_5_a_restart_after_recent_doses_is_no_first_dose(drugs, asked):
    """The lung history is asked for before a first dose; what was given some weeks ago is not begun."""
    found = says(RULES, on_therapy(*drugs, intake=intake(ild_history=None)), tdxd())
    assert ("order-lungs-unknown" in {f.headline.id for f in found}) is asked


@pytest.mark.parametrize(
    ("facts", "indicator"),
    [
        ({"lungs": lung(onset=900)}, "warning"),
        ({"intake": intake(respiratory_symptoms="true")}, "warning"),
        ({"lungs": lung(status="resolved", onset=900)}, "info"),
        ({"intake": intake(ild_history=None)}, None),
    ],
    ids=["active", "symptoms", "resolved", "unknown"],
)
def test_r130_tdm1_is_not_lung_neutral(facts, indicator):
    """R130: a warning with active disease, information after it, silence without."""
    assert [f.indicator for f in says(RULES, second_line(**facts), tdm1())] == ([indicator] if indicator else [])


def test_r130_tdm1_after_tdxd_pneumonitis_is_never_critical():
    """V31: T-DM1 with lung caution is an option."""
    assert [(f.topic, f.indicator) for f in says(RULES, grade_2(), tdm1())] == [("InterstitialLungDisease", "info")]


def test_r119_tdm1_that_runs_with_new_pneumonitis():
    """R119: ILD stops T-DM1."""
    case = on_therapy(given(T_DM1, 200), lungs=lung(onset=5))
    assert only(says(RULES, case, tdm1()), "InterstitialLungDisease").indicator == "critical"


def test_ild_says_nothing_about_antibodies():
    """R079 is about T-DXd: trastuzumab + pertuzumab in ILD are silent."""
    assert says(RULES, a_case(lungs=lung()), order("trastuzumab", 8, "mg/kg"), order("pertuzumab", 840)) == []


# --- Scope -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "facts",
    [
        {"metastases": (), "drugs": ()},
        {"receptors": (her2("1+"), *HR_NEGATIVE)},
        {"receptors": (), "metastases": ()},
    ],
    ids=["early", "HER2-low", "no HER2 result"],
)
def test_decision_18_any_stage_of_breast_cancer(facts):
    """Drug safety asks for no stage and no HER2 status."""
    assert topics_of(says(RULES, a_case(**{"lvef": lvef(42), **facts}), order("trastuzumab", 8, "mg/kg"))) == ["LvefHold"]


@pytest.mark.parametrize(
    "diagnoses",
    [
        (Diagnosis("other-primary", "active"),),
        (Diagnosis("breast-history", "resolved"), Diagnosis("other-primary", "active")),
        (),
        (Diagnosis("breast-in-situ", "active"),),
    ],
    ids=["gastric cancer", "breast cancer long ago", "no cancer on record", "DCIS"],
)
def test_decision_18_other_primaries_are_silent(diagnoses):
    """Trastuzumab for gastric cancer is another service's matter."""
    assert says(RULES, a_case(diagnoses=diagnoses, metastases=(), lvef=lvef(35)), order("trastuzumab", 8, "mg/kg")) == []


def test_an_order_for_gastric_cancer_beside_breast_cancer():
    """The order's own indication decides."""
    other = (breast_cancer(), Diagnosis("other-primary", "active"))
    assert says(RULES, a_case(diagnoses=other, lvef=lvef(35)), tdxd(gastric=True)) == []


@pytest.mark.parametrize("facts", [{"age": 16}, {"procedures": Procedure("hospice", "done", ago(5), "Procedure/h")}])
def test_decision_9_silent_for_minors_and_hospice(facts):
    """Decision 9."""
    assert says(RULES, a_case(lvef=lvef(35), **facts), tdxd()) == []


def test_weekly_doses_make_no_new_start():
    """A drug known from its administrations alone runs as well."""
    assert (
        says(RULES, on_therapy(*doses("trastuzumab", 100, 3, 7), lvef=(lvef(62, 110), lvef(60, 86))), order("trastuzumab", 2, "mg/kg"))
        == []
    )


@pytest.mark.parametrize("room", [order_safety.headline_names(HER2_ORDERS), order_safety.headline_names(HER2_ORDERS[:1])])
def test_every_headline_fits_a_summary(room):
    """Decision 32: headlines stay under 140 characters with long names filled in."""
    longest = {"drugs": room, "her2": room, "endocrine": room, "others": "trastuzumab SC + pertuzumab", "drug": "x" * 36, "plan": "x" * 36}
    longest |= {"failure": "heart failure symptoms", "status": "perimenopausal"}
    other = {
        "regimen": "x" * 89,
        "jurisdiction": "US",
        "days": 9999,
        "value": "57-59 % (preliminary)",
        "until": "2027-01-01",
        "months": 7,
        "test": "echocardiogram",
        "date": "2026-11-13",
    }
    more = {"anthracycline": "liposomal doxorubicin", "chemo": "cyclophosphamide", "other": "x" * 22, "total": 1000, "limit": 550}
    more |= {
        "found": "cough, dyspnoea, ground-glass opacities and new pulmonary infiltrates",
        "first": "1234.56 mg/m2",
        "second": "1200/600 mg",
        "ordered": "5.4 mg/kg",
        "shown": "IHC 2+, ISH equivocal",
        "way": "intramuscularly",
    }
    details = {"order-flat-products", "order-tdxd-label", "order-pair-label", "order-tdm1-comparison", "order-anthracycline-evidence"}
    for name in [*K.statements, *K.templates]:
        if name.startswith("order-") and name not in details and not name.startswith(NOT_HEADLINES):
            assert len(K.say(name, **longest, **other, **more, evidence="").text) < 140, name


NOT_HEADLINES = (
    "order-pertuzumab-sc",
    "order-tdxd-her2-low",
    "order-stop-no",
    "order-stop-other",
    "order-stop-completed",
    "order-stop-palbociclib",
    "order-anthracycline-if",
)
