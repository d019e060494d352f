"""When to stay silent (R132; silence list, as far as opening the chart goes)."""

import pytest

from guideline.case import UNKNOWN_HER2_CONJUGATE, PerformanceStatus
from tests.guideline.case_builder import (
    HR_NEGATIVE,
    HR_POSITIVE,
    LONG,
    a_case,
    advice_on,
    ago,
    booked_echo,
    dose,
    doses,
    given,
    heart_condition,
    her2,
    intake,
    lung,
    lvef,
    on_therapy,
    said_ids,
    status,
    thp,
    topics,
)


@pytest.mark.parametrize(
    "drugs",
    [
        (given("trastuzumab-emtansine", 200),),
        (*thp(690, 400, reason="progression"), given("trastuzumab-emtansine", 380)),
        thp(300, taxane_end=100),
        (given("trastuzumab", 300), given("vinorelbine", 300)),
        (given("tucatinib", 300), given("trastuzumab", 300), given("capecitabine", 300)),
        (given("trastuzumab-deruxtecan", 300),),
        (given("margetuximab", 300), given("eribulin", 300)),
    ],
    ids=["T-DM1 first line", "T-DM1 second line", "HP", "trastuzumab + vinorelbine", "triplet", "T-DXd", "margetuximab"],
)
def test_section_5_2_a_responder_is_not_told_to_switch(drugs):
    """Section 5 (2), R030, decision 7: on treatment without progression, everything monitored: silence by R132."""
    advice = advice_on(on_therapy(*drugs, disease_statuses=status("improved", 20)))
    assert topics(advice) == []
    assert advice.silent == ("R132",)


@pytest.mark.parametrize("age", [0, 84])
def test_section_5_5_a_current_lvef_is_silent(age):
    """Section 5 (5): up to 84 days."""
    assert topics(advice_on(on_therapy(given("trastuzumab-deruxtecan", 300), lvef=lvef(60, age)))) == []


@pytest.mark.parametrize(("more", "silent"), [((), True), ((status("worsened", 10),), False)])
def test_section_5_13_endocrine_therapy_alone_because_of_the_heart(more, silent):
    """R062: the heart ended the HER2 drugs, letrozole goes on: no critical card at every visit; with progression it is named again."""
    drugs = (*thp(690, 200, reason="cardiac"), given("letrozole", 190))
    facts = {"heart": heart_condition(day=200), "lvef": (lvef(36, 200), lvef(38, 20)), "receptors": (her2("3+"), *HR_POSITIVE)}
    advice = advice_on(on_therapy(*drugs, disease_statuses=more, **facts))
    assert (topics(advice) == []) is silent


ALONE = given("letrozole", 300)
KNOWN_BEFORE = (her2("3+", day=400), *HR_POSITIVE)
ECOG_3 = {"performance": PerformanceStatus(3, ago(30), "Observation/ecog")}


@pytest.mark.parametrize(
    "reason",
    [ECOG_3, {"heart": heart_condition(day=900)}, {"lvef": lvef(38, 200)}, {"intake": intake(disease_burden="low")}],
    ids=["ECOG 3", "heart failure", "LVEF of 38", "low burden"],
)
def test_section_5_13_endocrine_therapy_alone_for_a_reason_on_record(reason):
    """R062: letrozole alone is the plan; neither THP nor the heart is a card at every visit."""
    assert topics(advice_on(a_case(metastases=LONG, drugs=ALONE, receptors=KNOWN_BEFORE, **reason))) == []


@pytest.mark.parametrize(
    "more",
    [
        {},
        {**ECOG_3, "disease_statuses": status("worsened", 20)},
        {**ECOG_3, "drugs": given("letrozole", 300, 20)},
        {**ECOG_3, "drugs": given("letrozole", 900)},
        {**ECOG_3, "receptors": (her2("3+", day=400), *HR_NEGATIVE)},
        {**ECOG_3, "receptors": (her2("3+", day=299), *HR_POSITIVE)},
    ],
    ids=["no reason", "progression", "letrozole ended", "adjuvant letrozole", "HR-negative", "HER2 known since"],
)
def test_section_5_13_else_the_first_line_is_named(more):
    """R062, R069: endocrine therapy alone without a reason, after progression, not for the metastases, or before HER2 was known."""
    case = a_case(**{"metastases": LONG, "drugs": ALONE, "receptors": KNOWN_BEFORE, **more})
    assert topics(advice_on(case)) == ["FirstLineTreatment"]


@pytest.mark.parametrize(("more", "said"), [({}, ["ThirdLineTreatment"]), (ECOG_3, [])], ids=["a wish long ago", "ECOG 3"])
def test_section_5_13_after_progression_on_her2_therapy(more, said):
    """Pertuzumab was left out by wish in first line, T-DXd failed, letrozole alone since: the next line, unless frailty is on record."""
    drugs = (
        *(given("trastuzumab", 690, 600, reason="progression"), given("pertuzumab", 690, 640, reason="patient-wish")),
        *(given("docetaxel", 690, 560, status="completed"), given("trastuzumab-deruxtecan", 550, 400, reason="progression"), ALONE),
    )
    case = a_case(metastases=LONG, drugs=drugs, receptors=(her2("3+"), *HR_POSITIVE), **more)
    assert topics(advice_on(case)) == said


def test_section_5_5_a_booked_echo_silences_the_due_card():
    """Section 5 (5): 88 days old and booked."""
    assert topics(advice_on(on_therapy(given("trastuzumab", 300), lvef=lvef(60, 88), procedures=booked_echo()))) == []


def test_section_5_8_a_biosimilar_or_route_change_is_silent():
    """Section 5 (8), R136: IV to SC in the middle of the line."""
    drugs = (given("trastuzumab", 400, 200, status="completed"), given("trastuzumab-hyaluronidase", 180), given("pertuzumab", 400))
    assert topics(advice_on(on_therapy(*drugs))) == []


def test_section_5_10_an_anthracycline_years_ago_is_history():
    """Section 5 (10): adjuvant doxorubicin changes nothing under trastuzumab."""
    drugs = (given("doxorubicin", 2000, 1900, status="completed"), given("trastuzumab", 300), given("pertuzumab", 300))
    assert topics(advice_on(on_therapy(*drugs))) == []


def test_section_5_15_no_reminders_cycle_after_cycle():
    """Section 5 (15): R080, R081, R129 speak at the start, not on treatment."""
    assert said_ids(advice_on(on_therapy(given("trastuzumab-deruxtecan", 300), dose("trastuzumab-deruxtecan", 10)))) == set()


def test_r133_a_hold_without_a_problem_is_no_new_line():
    """R133: on hold for a holiday: no treatment card."""
    assert advice_on(on_therapy(given("trastuzumab", 300, status="on-hold"))).treatment is None


def test_i17_a_regimen_of_unknown_status_is_asked_about():
    """I17: neither progression nor a new line is concluded."""
    advice = advice_on(a_case(metastases=LONG, drugs=given("trastuzumab", 300, status="unknown")))
    assert advice.treatment is None
    assert topics(advice) == ["MissingData"]


@pytest.mark.parametrize(
    ("held", "asked"),
    [
        (None, True),
        (given("letrozole", 4000, status="on-hold"), True),
        (given("trastuzumab", 3000, status="on-hold"), True),
        (given("trastuzumab-emtansine", 300, status="on-hold"), False),
    ],
    ids=["nothing on hold", "an endocrine drug years ago", "trastuzumab years ago", "the regimen itself"],
)
def test_i17_only_the_regimens_own_record_documents_its_hold(held, asked):
    """I17: nine weeks without a dose: asked about, unless the record has this course on hold; what else is on hold proves nothing of it."""
    drug = "trastuzumab-emtansine"
    drugs = (*thp(900, 500, reason="progression"), given(drug, 300), *doses(drug, 300, 100), *((held,) if held else ()))
    assert ("on-hold-or-stopped" in said_ids(advice_on(a_case(metastases=LONG, drugs=drugs)))) is asked


def test_i17_the_question_stands_once_and_on_the_card_that_says_what_the_hold_is_for():
    """Two cards may tell of a hold: the first asks. What else keeps the treatment question open is no hold's, and a card of its own."""
    drug = "trastuzumab-deruxtecan"
    unseen = (given(drug, 400), *doses(drug, 400, 70))
    held = advice_on(on_therapy(*unseen, heart=heart_condition(), lungs=lung(onset=60, cause_drug=drug)))
    asks = [(finding.topic, [gap.ask.id for gap in finding.missing]) for finding in held.findings]
    assert asks == [("HeartFailure", ["ask-on-hold"]), ("InterstitialLungDisease", ["ask-ild-grade-only"])]
    other = (given("trastuzumab", 400), *doses("trastuzumab", 400, 10), given(UNKNOWN_HER2_CONJUGATE, 30))
    asks = [(f.topic, [gap.ask.id for gap in f.missing]) for f in advice_on(on_therapy(*other, heart=heart_condition())).findings]
    assert asks == [("HeartFailure", []), ("MissingData", ["ask-conjugate"])]
