"""Is this case ours? (R001, R121-R123, R132, R134; decisions 9 and 10)."""

from datetime import timedelta

import pytest

from guideline.case import Diagnosis, Patient, Procedure
from guideline.partial_date import PartialDate
from guideline.rules.orders import order_safety
from tests.guideline.case_builder import (
    HR_NEGATIVE,
    LONG,
    TODAY,
    a_case,
    adjuvant,
    advice_on,
    ago,
    breast_cancer,
    finding,
    given,
    her2,
    intake,
    lead_of,
    lung,
    lvef,
    metastasis,
    on_therapy,
    said_ids,
    second_line,
    stage,
    thp,
    topics,
    words_of,
)
from tests.guideline.case_builder import status as progressed
from tests.guideline.order_builder import order, says

DCIS = Diagnosis("breast-in-situ", "active", ago(900), source="Condition/dcis")
HISTORY = Diagnosis("breast-history", "resolved", ago(3000), source="Condition/history")
OTHER = Diagnosis("other-primary", "active", ago(300), source="Condition/colon")


def test_r001_the_plainest_case_is_ours():
    """R001: invasive, metastatic, HER2-positive, adult: one treatment finding."""
    assert topics(advice_on(a_case())) == ["FirstLineTreatment"]


@pytest.mark.parametrize(
    "facts",
    [
        {"diagnoses": DCIS},
        {"diagnoses": ()},
        {"metastases": ()},
        {"metastases": (), "stages": stage("III")},
        {"metastases": metastasis("regional-node")},
        {"metastases": (), "stages": stage("II"), "drugs": given("trastuzumab", 100, intent="curative")},
    ],
    ids=["DCIS", "no diagnosis", "no metastasis", "stage III", "regional node", "adjuvant"],
)
def test_r123_silent_outside_metastatic_breast_cancer(facts):
    """R123, silence list 1: DCIS, stage I-III, adjuvant only: silence, with the rule that asks for it."""
    advice = advice_on(a_case(**facts))
    assert topics(advice) == []
    assert "R123" in advice.silent


@pytest.mark.parametrize(
    "facts",
    [
        {"patient": Patient(PartialDate.on(TODAY.replace(year=TODAY.year - 18) + timedelta(days=1)), "female")},
        {"patient": Patient(PartialDate.of(1972, 3, 1), "female", deceased=True)},
        {"procedures": Procedure("hospice", "done", ago(3), "Encounter/1")},
        {"diagnoses": (breast_cancer(), OTHER), "receptors": (her2("3+", 900, "primary"),)},
    ],
    ids=["17 years", "deceased", "hospice", "another active primary"],
)
def test_decision_9_silent_for(facts):
    """Under 18, deceased, hospice, another active primary that explains the metastases."""
    assert topics(advice_on(a_case(**facts))) == []


def test_decision_9_eighteen_today_is_an_adult():
    """The eighteenth birthday counts."""
    assert lead_of(advice_on(a_case(patient=Patient(PartialDate.on(TODAY.replace(year=TODAY.year - 18)), "female")))) == "thp"


def test_decision_9_an_unknown_age_is_not_a_reason_for_silence():
    """No birth date: the advice is given."""
    assert lead_of(advice_on(a_case(patient=Patient(None, "female")))) == "thp"


@pytest.mark.parametrize("facts", [{"metastases": metastasis("liver", linked_to_breast=True)}, {"receptors": (her2("3+"), *HR_NEGATIVE)}])
def test_decision_9_another_primary_that_does_not_explain_the_metastases_does_not_silence(facts):
    """The record links the metastasis to the breast, or a metastasis was tested for HER2."""
    base = {"diagnoses": (breast_cancer(), OTHER), "receptors": (her2("3+", 900, "primary"), *HR_NEGATIVE)}
    assert lead_of(advice_on(a_case(**{**base, **facts}))) is not None


REFERRED = Procedure("hospice", "booked", ago(5), "ServiceRequest/1")


@pytest.mark.parametrize(
    ("drugs", "day", "silent"),
    [
        (thp(600, 10), 5, True),
        (thp(600, 10, reason="progression"), 5, True),
        (thp(600, 3), 5, True),
        (thp(600, 3), 31, True),
        (thp(600, 3), 32, False),
        (thp(600, 3), None, True),
        (thp(600), 5, False),
        (thp(600), None, False),
    ],
    ids=["ended", "progressed", "ended after it", "four weeks after it", "later", "undated", "running", "running, undated"],
)
def test_decision_9_a_referral_to_hospice_is_silent_once_her2_therapy_is_over(drugs, day, silent):
    """Not under its care yet: while a HER2 drug runs an LVEF of 38 % is told; one given long after the referral has outdated it."""
    referral = Procedure("hospice", "booked", ago(day) if day is not None else None, "ServiceRequest/1")
    advice = advice_on(on_therapy(*drugs, procedures=referral, lvef=lvef(38, 5)))
    assert (topics(advice) == []) is silent
    assert "R001" not in advice.silent


def test_decision_16_a_her2_drug_ordered_after_the_referral_is_still_checked():
    """T-DXd at an LVEF of 35 %, HER2 therapy over, hospice ordered or the reason: nothing about the pathway, but the heart is named."""
    for facts in ({"drugs": thp(600, 10), "procedures": REFERRED}, {"drugs": thp(600, 10, reason="hospice")}):
        case = a_case(**{"metastases": LONG, "lvef": lvef(35, 5), **facts})
        found = says(order_safety.RULES, case, order("trastuzumab-deruxtecan", 5.4, "mg/kg"))
        assert "LvefHold" in [f.topic for f in found]


def test_decision_9_hospice_as_the_reason_for_stopping_is_silent():
    """The last therapy was stopped for hospice: no next line."""
    assert advice_on(second_line(drugs=tuple(given(d, 600, 10, reason="hospice") for d in ("trastuzumab", "pertuzumab")))).treatment is None


def test_safety_is_not_silenced_by_a_primary_of_unknown_status():
    """An old second cancer without a status does not silence an LVEF of 30 % under palliative trastuzumab."""
    case = on_therapy(
        given("trastuzumab", 300, intent="palliative"),
        diagnoses=(breast_cancer(), Diagnosis("other-primary", "unknown", ago(6000), source="Condition/skin")),
        receptors=(her2("3+", 900, "primary"),), lvef=(lvef(60, 310), lvef(30, 3)),
    )  # fmt: skip
    assert topics(advice_on(case))


def test_a_history_of_breast_cancer_that_has_come_back_is_ours():
    """R001: only "history of breast cancer" is coded, metastases are on record."""
    assert lead_of(advice_on(a_case(diagnoses=HISTORY))) == "thp"


def test_a_metastasis_of_unknown_primary_is_asked_about():
    """I01: never silently attached to the breast cancer."""
    advice = advice_on(a_case(metastases=metastasis("liver", primary_unknown=True)))
    assert topics(advice) == ["MissingData"]
    assert [g.input for g in finding(advice, "MissingData").missing] == ["I01"]


def test_r122_unknown_her2_asks_for_the_test_and_gives_no_regimen():
    """R122, I02: no HER2 result: ask, no treatment card."""
    advice = advice_on(a_case(receptors=()))
    assert topics(advice) == ["Her2StatusNeeded"]
    assert finding(advice, "Her2StatusNeeded").requests == ("her2-ihc",)


def test_r122_two_plus_without_ish_asks_for_the_ish():
    """V35: IHC 2+ without ISH: request ISH; say what each result changes."""
    found = finding(advice_on(a_case(receptors=(her2("2+"), *HR_NEGATIVE))), "Her2StatusNeeded")
    assert found.requests == ("her2-ish",)
    assert (found.indicator, [g.input for g in found.missing]) == ("warning", ["I02"])


@pytest.mark.parametrize(
    "results",
    [(her2("equivocal", method="unspecified"),), (her2(None, method="ish", ratio=1.9, copies=5.0),)],
    ids=["overall", "ISH group 4"],
)
def test_r122_an_equivocal_result_that_is_no_2_plus_is_not_called_so(results):
    """The headline names what was found: an equivocal ISH is not "IHC 2+ without ISH"."""
    assert "2+ without ISH" not in finding(advice_on(a_case(receptors=results)), "Her2StatusNeeded").headline.text


@pytest.mark.parametrize(("value", "word"), [("1+", "HER2-low"), ("0+", "HER2-ultralow")])
def test_r121_low_and_ultralow_get_one_neutral_line(value, word):
    """R121: HER2-positive rules off, one line, information only."""
    advice = advice_on(a_case(receptors=(her2(value), *HR_NEGATIVE)))
    found = finding(advice, "Her2Low")
    assert (topics(advice), found.indicator) == (["Her2Low"], "info")
    assert word in found.headline.text


def test_r121_her2_negative_is_silent():
    """Section 5 (1): negative, never positive: silence."""
    assert topics(advice_on(a_case(receptors=(her2("0"), *HR_NEGATIVE)))) == []


REVIEWED_LOW = {"receptors": (her2("3+", 1900, "primary"), her2("1+", 300), *HR_NEGATIVE), "intake": intake(her2_reviewed="negative")}
NEVER_POSITIVE = {"receptors": (her2("0", 300), *HR_NEGATIVE)}


@pytest.mark.parametrize("status", [REVIEWED_LOW, NEVER_POSITIVE], ids=["reviewed as not positive", "HER2-negative"])
def test_r121_the_safety_of_a_running_her2_drug_is_spoken_of_whatever_the_her2_status(status):
    """R110, R116, R124: T-DXd is given in HER2-low disease too; the choice of therapy stays silent."""
    running = {"metastases": LONG, "drugs": given("trastuzumab-deruxtecan", 200), **status}
    ill = a_case(lvef=(lvef(62, 210), lvef(36, 5)), lungs=lung(grade=2, onset=5, cause_drug="trastuzumab-deruxtecan"), **running)
    advice = advice_on(ill)
    assert topics(advice) == ["InterstitialLungDisease", "LvefHold"]
    assert {f.indicator for f in advice.findings} == {"critical"}
    well = advice_on(a_case(**running))
    assert (topics(well), well.silent) == ([], ("R121", "R132"))
    worse = advice_on(a_case(disease_statuses=progressed("worsened", 5), **running))
    assert worse.treatment is None
    # Without a HER2 drug nothing is watched.
    assert topics(advice_on(a_case(lvef=lvef(36, 5), **status))) == []


def test_r134_discordance_shows_both_results_and_gives_no_regimen():
    """R134, R003: both results, review, conditional options; no treatment card."""
    advice = advice_on(second_line(receptors=(her2("3+", 1900, "primary"), her2("1+", 10, "metastasis"), *HR_NEGATIVE)))
    found = finding(advice, "Her2Discordance")
    assert advice.treatment is None
    assert "IHC 1+" in found.headline.text
    assert "IHC 3+" in found.headline.text
    assert {"discordance-if-positive", "discordance-if-low"} <= said_ids(advice)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"metastases": (metastasis(day=400), metastasis("brain", 5)), "drugs": thp(390)}, {"brain-body-controlled"}),
        ({"metastases": (metastasis(), metastasis("brain"))}, {"brain-first-line"}),
        ({"metastases": (metastasis(day=400), metastasis("brain", 395)), "drugs": thp(390)}, set()),
    ],
    ids=["new under treatment", "before the first line", "known, treatment goes well"],
)
def test_r128_a_brain_metastasis_beside_discordant_results_does_not_wait_for_the_pathologist(facts, said):
    """Local therapy does not depend on HER2; the card named the brain among its facts alone."""
    advice = advice_on(a_case(receptors=DISCORDANT, **facts))
    assert topics(advice)[0] == "Her2Discordance"
    assert {i for i in said_ids(advice) if i.startswith("brain-")} == said


DISCORDANT = (her2("3+", 1900, "primary"), her2("1+", 10, "metastasis"), *HR_NEGATIVE)
T_DXD_FAILED = (*thp(690, 400, reason="progression"), given("trastuzumab-deruxtecan", 380, 15, reason="progression"))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, {"discordance-if-positive-first-line", "discordance-if-low"}),
        ({"metastases": LONG, "drugs": thp(690, 15, reason="progression")}, {"discordance-if-positive", "discordance-if-low"}),
        ({"metastases": LONG, "drugs": T_DXD_FAILED}, {"discordance-if-positive-after-tdxd"}),
        ({"metastases": LONG, "drugs": (*T_DXD_FAILED[:-1], given("trastuzumab-deruxtecan", 380))}, set()),
        ({"drugs": adjuvant("trastuzumab-deruxtecan", 900, 600)}, set()),
    ],
    ids=["first line", "second line", "after T-DXd", "on T-DXd", "after adjuvant T-DXd"],
)
def test_r134_the_options_by_condition_are_those_of_the_line(facts, expected):
    """R102, R103: T-DXd neither alone in first line nor a second time, under whichever label."""
    ids = said_ids(advice_on(a_case(receptors=DISCORDANT, **facts)))
    assert {i for i in ids if i.startswith("discordance-if")} == expected


def test_r134_is_never_a_stop_prompt_in_a_responder():
    """Decision 10: on a working treatment the discordance card says that it is no reason to end it."""
    advice = advice_on(on_therapy(given("trastuzumab", 300), receptors=(her2("3+", 1900, "primary"), her2("0", 10), *HR_NEGATIVE)))
    assert "discordance-on-treatment" in said_ids(advice)
    assert "stop" not in words_of(advice).lower()


@pytest.mark.parametrize(
    ("earlier", "said"),
    [
        ((her2("0", 1900, "primary"),), True),
        ((her2("3+", 1900, "primary"), her2("1+", 400)), True),
        ((her2("1+", 1900, "primary"), her2("3+", 400)), False),
        ((her2("2+", 1900, "primary"),), False),
        ((her2("3+", 1900, "primary"),), False),
        ((), False),
    ],
    ids=["negative before", "low in between", "positive in between", "equivocal before", "positive before", "the first result"],
)
def test_r003_her2_that_became_positive_is_flagged(earlier, said):
    """R003: the newest result of a metastasis leads, and the card names the one before it where that was not positive."""
    advice = advice_on(second_line(receptors=(*earlier, her2("3+", 8), *HR_NEGATIVE)))
    assert lead_of(advice) == "tdxd"
    assert ("her2-became-positive" in said_ids(advice)) is said
    assert ("The HER2 result before was not positive" in words_of(advice)) is said  # of three results the first may have been 3+


def test_r134_the_review_brings_the_treatment_back():
    """Decision 10: `her2-reviewed: positive` clears the discordance and says so on the card."""
    advice = advice_on(
        second_line(receptors=(her2("3+", 1900, "primary"), her2("1+", 30), *HR_NEGATIVE), intake=intake(her2_reviewed="positive"))
    )
    assert lead_of(advice) == "tdxd"
    assert "discordance-reviewed-positive" in said_ids(advice)


@pytest.mark.parametrize(
    "facts",
    [{}, {"metastases": LONG, "drugs": tuple(given(d, 690, 10, reason="progression") for d in ("trastuzumab", "docetaxel"))}],
    ids=["first line", "second line"],
)
def test_decision_10_positive_by_a_diagnosis_code_only_is_conditional(facts):
    """A card, worded conditionally, with I02 among the missing - in every line."""
    advice = advice_on(a_case(**{**facts, "receptors": HR_NEGATIVE, "diagnoses": breast_cancer(her2="positive")}))
    assert advice.treatment is not None
    assert "her2-by-diagnosis-only" in said_ids(advice)
    assert "I02" in {g.input for g in advice.treatment.missing}


PROGRESSED = {"end": 10, "reason": "progression"}


@pytest.mark.parametrize(
    ("breast", "drug", "treated"),
    [
        (Diagnosis("breast-history", "active"), "trastuzumab", False),
        (Diagnosis("breast-history", "active"), "trastuzumab-deruxtecan", False),
        (Diagnosis("breast-history", "active"), "pertuzumab", True),
        (Diagnosis("breast-history", "active"), "trastuzumab-emtansine", True),
        (breast_cancer(), "trastuzumab", True),
    ],
)
def test_decision_9_trastuzumab_and_t_dxd_do_not_make_metastases_those_of_a_former_breast_cancer(breast, drug, treated):
    """Another cancer is active and the breast cancer a history: both drugs are given in gastric cancer too, the others are not."""
    drugs = (given(drug, 300, **PROGRESSED), given("capecitabine", 300, 10))
    advice = advice_on(a_case(metastases=LONG, diagnoses=(breast, OTHER), receptors=(her2("3+", 400, None),), drugs=drugs))
    assert (advice.treatment is not None) is treated
    if not treated:
        assert "R001" in advice.silent
