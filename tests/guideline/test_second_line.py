"""Second line (R020-R031, R059, R103, R107; decisions 3, 4, 6)."""

import pytest

from guideline.case import Allergy
from tests.guideline.case_builder import (
    CURRENT_US,
    GUIDELINE_EU,
    GUIDELINE_US,
    HR_POSITIVE,
    LONG,
    a_case,
    advice_on,
    alternatives_of,
    barred_in,
    finding,
    given,
    her2,
    intake,
    lead_of,
    lung,
    metastasis,
    missing_in,
    said_ids,
    second_line,
    status,
    thp,
    words_of,
)


@pytest.mark.parametrize("practice", [GUIDELINE_US, CURRENT_US, GUIDELINE_EU])
@pytest.mark.parametrize(
    "drugs",
    [
        thp(690, 10, reason="progression"),
        (given("trastuzumab", 690, 10, reason="progression"), given("paclitaxel", 690, 500, status="completed")),
        (given("pertuzumab-trastuzumab-hyaluronidase", 690, 10, reason="progression"), given("docetaxel", 690, 500, status="completed")),
    ],
)
def test_r020_t_dxd_comes_first_whatever_the_profile(drugs, practice):
    """R020, decision 1: the profile orders the first line only; T-DXd leads, T-DM1 only if it cannot be had."""
    advice = advice_on(a_case(metastases=LONG, drugs=drugs), practice)
    assert (advice.treatment.topic, lead_of(advice), alternatives_of(advice)) == ("SecondLineTreatment", "tdxd", ["tdm1"])
    assert {"tdxd-preferred", "tdm1-only-if", "keep-her2-blockade", "until-progression"} <= said_ids(advice)
    assert "I04" not in missing_in(advice)


def test_r022_asco_strong_recommendation_moderate_evidence():
    """R022, C20: strong, moderate; never "high quality"."""
    text = words_of(advice_on(second_line()))
    assert "moderate evidence" in text
    assert "high-quality" not in text


def test_r023_r024_r025_the_evidence_of_t_dxd():
    """R023-R025: the corrected figures by id; never the superseded ones."""
    assert {"db03-2023-pfs", "db03-2023-os", "mcbs-db03"} <= set(advice_on(second_line()).treatment.lead.evidence)


def test_r027_t_dm1_when_t_dxd_cannot_be_had():
    """R027, R028: recorded as unavailable: T-DM1 leads and T-DXd is named with the reason."""
    advice = advice_on(second_line(intake=intake(tdxd_available="false")))
    assert lead_of(advice) == "tdm1"
    assert "tdxd" in barred_in(advice)
    assert {"tdm1-because-unavailable", "tdm1-never-above"} <= said_ids(advice)


SEVERE = Allergy("trastuzumab-deruxtecan", True, "AllergyIntolerance/1")


@pytest.mark.parametrize(
    ("facts", "reasons"),
    [
        ({"allergies": SEVERE}, {"tdm1-after-severe-allergy"}),
        ({"lungs": lung("ild", "active", onset=900)}, {"tdm1-after-lung-opinion"}),
        ({"allergies": SEVERE, "lungs": lung("ild", "active", onset=900)}, {"tdm1-after-severe-allergy", "tdm1-after-lung-opinion"}),
        ({"allergies": SEVERE, "intake": intake(tdxd_available="false")}, {"tdm1-because-unavailable"}),
    ],
)
def test_r027_the_card_says_what_keeps_t_dxd_from_leading(facts, reasons):
    """R027, R130, P15: after a severe reaction to T-DXd it speaks of that reaction, and of the lungs only where they are the reason."""
    advice = advice_on(second_line(**facts))
    assert lead_of(advice) == "tdm1"
    assert {name for name in said_ids(advice) if name.startswith(("tdm1-after", "tdm1-because"))} == reasons


def test_r064_hormone_receptor_positive_t_dxd_on_its_own():
    """R064: no endocrine partner beside T-DXd."""
    advice = advice_on(second_line(receptors=(her2("3+"), *HR_POSITIVE)))
    assert lead_of(advice) == "tdxd"
    assert "tdxd-alone-hr-positive" in said_ids(advice)


@pytest.mark.parametrize(
    "facts",
    [
        {"drugs": thp(690, 10)},
        {"drugs": thp(690, 10, reason="completed")},
        {"drugs": thp(690, 10, reason="other")},
    ],
    ids=["no reason", "completed", "another reason"],
)
def test_decision_6_over_without_documented_progression_is_conditional(facts):
    """R131: the next line's card holds "if", with I04; it never claims that the disease progressed."""
    advice = advice_on(second_line(**facts))
    assert lead_of(advice) == "tdxd"
    assert "I04" in missing_in(advice)
    assert "progressed on" not in words_of(advice)


@pytest.mark.parametrize("reason", ["patient-wish", "unavailable", "pregnancy", "completed"])
def test_a_reason_on_record_is_not_called_unrecorded(reason):
    """Stopped by the patient's wish, for want of the drug, for a pregnancy, as completed: the record does say why."""
    text = words_of(advice_on(second_line(drugs=thp(690, 10, reason=reason))))
    assert "not recorded" not in text
    assert "does not say why" not in text


def test_decision_3_toxicity_is_used_but_not_progressed_on():
    """R133: stopped for toxicity: next line, unconditional, not called progression; the drugs are not "failed"."""
    advice = advice_on(second_line(drugs=thp(690, 10, reason="toxicity")))
    assert lead_of(advice) == "tdxd"
    assert "toxicity-is-not-progression" in said_ids(advice)
    assert "progressed on" not in words_of(advice)


def test_decision_6_a_newer_stable_keeps_the_patient_on_treatment():
    """Worsened, then stable, the drugs running: no treatment card."""
    case = second_line(drugs=thp(690), disease_statuses=(status("worsened", 60), status("stable", 10)))
    assert advice_on(case).treatment is None


def test_r103_after_first_line_t_dxd_with_pertuzumab():
    """R103: second line, the triplet leads, T-DXd is not proposed again, the evidence gap and a trial are named."""
    drugs = tuple(given(d, 600, 10, reason="progression") for d in ("trastuzumab-deruxtecan", "pertuzumab"))
    advice = advice_on(a_case(metastases=LONG, drugs=drugs))
    assert (advice.treatment.topic, lead_of(advice)) == ("SecondLineTreatment", "tucatinib-trastuzumab-capecitabine")
    assert {"tdm1", "trastuzumab-chemotherapy", "clinical-trial"} <= set(alternatives_of(advice))
    assert "tdxd" in barred_in(advice)
    assert "evidence-gap-after-tdxd" in said_ids(advice)
    assert advice.treatment.lead.label.text.startswith("On label")


def test_r108_the_triplet_in_the_eu_after_one_regimen_is_outside_the_label():
    """R108, R135: EU needs two earlier regimens."""
    drugs = tuple(given(d, 600, 10, reason="progression") for d in ("trastuzumab-deruxtecan", "pertuzumab"))
    assert advice_on(a_case(metastases=LONG, drugs=drugs), GUIDELINE_EU).treatment.lead.label.text.startswith("Outside the label")


def test_decision_4_t_dxd_is_never_offered_again_after_its_toxicity():
    """R053: T-DXd stopped for toxicity is not cycled back to."""
    advice = advice_on(
        second_line(drugs=(*thp(690, 400, reason="progression"), given("trastuzumab-deruxtecan", 380, 10, reason="toxicity")))
    )
    assert "tdxd" not in {lead_of(advice), *alternatives_of(advice)}


def test_decision_4_a_partner_stopped_for_toxicity_is_said():
    """Capecitabine had to be stopped for toxicity: a triplet that holds it says so, it is not merely "used before"."""
    drugs = (
        *thp(690, 500, reason="progression"),
        given("trastuzumab-deruxtecan", 480, 200, reason="progression"),
        given("trastuzumab", 180, 10, reason="progression"),
        given("capecitabine", 180, 150, reason="toxicity"),
    )
    advice = advice_on(a_case(metastases=LONG, drugs=drugs))
    options = [o for o in (advice.treatment.lead, *advice.treatment.alternatives) if o is not None]
    for chosen in options:
        if chosen.regimen in ("tucatinib-trastuzumab-capecitabine", "lapatinib-capecitabine", "neratinib-capecitabine"):
            assert any("toxicity" in s.text for s in chosen.cautions), chosen.regimen


def test_r130_t_dm1_carries_its_lung_warning_wherever_the_lungs_speak():
    """R130: with T-DXd pneumonitis behind, T-DM1 is offered only with its own warning."""
    drugs = (*thp(690, 400, reason="progression"), given("trastuzumab-deruxtecan", 380, 30, reason="lung"))
    advice = advice_on(a_case(metastases=LONG, drugs=drugs, lungs=lung("ild", "resolved", 2, 40)))
    tdm1 = next(o for o in advice.treatment.alternatives if o.regimen == "tdm1")
    assert any(s.id == "tdm1-lung-warning" for s in tdm1.cautions)


def test_i15_p15_a_severe_allergy_to_the_leading_drug_is_not_passed_over():
    """I15: an allergy on record to trastuzumab deruxtecan is at least named where T-DXd is proposed."""
    advice = advice_on(second_line(allergies=Allergy("trastuzumab-deruxtecan", severe=True, source="AllergyIntolerance/1")))
    assert lead_of(advice) != "tdxd" or "allerg" in words_of(advice).lower()


def test_r124_men_on_t_dxd_hear_of_four_months():
    """R124, E30: contraception for men: four months after the last T-DXd dose."""
    assert "4 months" in words_of(advice_on(second_line(sex="male")))


def test_r002_decision_11_rebiopsy_is_a_line_or_a_card():
    """R002: accessible by the intake: a card (info); unknown: one line on the treatment card; not in a visceral crisis."""
    old = (her2("3+", 900, "primary"),)
    line = advice_on(second_line(receptors=old))
    assert "rebiopsy-if-accessible" in said_ids(line)
    card = advice_on(second_line(receptors=old, intake=intake(lesion_accessible="true")))
    assert [(f.topic, f.indicator) for f in card.findings] == [("RebiopsySuggested", "info")]
    for answers in ({"lesion_accessible": "false"}, {"lesion_accessible": "true", "disease_burden": "visceral-crisis"}):
        silent = advice_on(second_line(receptors=old, intake=intake(**answers)))
        assert not {"rebiopsy", "rebiopsy-if-accessible"} & said_ids(silent)


def test_r002_a_metastasis_tested_since_the_progression_is_enough():
    """Section 5 (14): tested five days ago, progression ten days ago: silent."""
    assert "rebiopsy-if-accessible" not in said_ids(advice_on(second_line(receptors=her2("3+", 5))))


def test_r002_the_biopsy_that_proved_the_metastasis_counts():
    """The metastasis was biopsied nine days before it was written down: no second biopsy is asked for."""
    case = a_case(metastases=metastasis("liver", 10), receptors=(her2("3+", 19, "metastasis"), *HR_POSITIVE))
    assert "rebiopsy-if-accessible" not in said_ids(advice_on(case))


def test_endocrine_maintenance_after_her2_therapy_with_stable_disease_is_no_failed_line():
    """Decision 7: THP completed, letrozole running, stable: no next-line regimen is proposed as if the disease had progressed."""
    case = a_case(
        metastases=LONG, receptors=(her2("3+"), *HR_POSITIVE), disease_statuses=status("stable", 10),
        drugs=(*thp(690, 200, reason="completed"), given("letrozole", 190)),
    )  # fmt: skip
    assert lead_of(advice_on(case)) is None


def test_progression_under_endocrine_therapy_after_her2_therapy_is_documented_progression():
    """Worsened under letrozole after completed THP: the next line is not "if the disease progressed"."""
    case = a_case(
        metastases=LONG, receptors=(her2("3+"), *HR_POSITIVE), disease_statuses=status("worsened", 10),
        drugs=(*thp(690, 200, reason="completed"), given("letrozole", 190)),
    )  # fmt: skip
    advice = advice_on(case)
    assert lead_of(advice) == "tdxd"
    assert "headline-next-line-conditional" not in said_ids(advice)


def test_a_new_metastasis_before_the_running_partner_does_not_fail_the_running_line():
    """Trastuzumab + docetaxel, new lung metastasis, then vinorelbine beside trastuzumab, running since: on treatment, no switch."""
    case = a_case(
        metastases=(*LONG, metastasis("lung", 320)),
        drugs=(given("trastuzumab", 600), given("docetaxel", 600, 310), given("vinorelbine", 290)),
    )
    assert advice_on(case).treatment is None


@pytest.mark.parametrize("reason", [None, "other"])
def test_her2_therapy_that_ended_without_a_reason_is_not_passed_over_while_endocrine_therapy_goes_on(reason):
    """R010, R069, I04: HP ended, nobody wrote why, letrozole goes on: ask why the HER2 therapy ended; silence would accept it."""
    case = a_case(metastases=LONG, receptors=(her2("3+"), *HR_POSITIVE), drugs=(*thp(690, 30, reason=reason), given("letrozole", 500)))
    advice = advice_on(case)
    assert not advice.silent
    assert "I04" in missing_in(advice)


def test_r122_where_the_ihc_is_known_the_ish_alone_is_missing():
    """IHC 2+ without ISH: the score is not asked for again."""
    (gap,) = finding(advice_on(a_case(receptors=her2("2+"))), "Her2StatusNeeded").missing
    assert gap.ask.id == "ask-her2-ish"
