"""Brain metastases (R032-R037, R108, R128; decision 13)."""

import pytest

from guideline.knowledge_base import KNOWLEDGE
from tests.guideline.case_builder import (
    GUIDELINE_EU,
    LONG,
    a_case,
    adjuvant,
    advice_on,
    alternatives_of,
    finding,
    given,
    intake,
    lead_of,
    metastasis,
    missing_in,
    said_ids,
    second_line,
    thp,
    topics,
)

TRIPLET = "tucatinib-trastuzumab-capecitabine"
BRAIN = (*LONG, metastasis("brain", 15))


def with_brain(**answers):
    return second_line(metastases=BRAIN, intake=intake(**{"cns_disease": "active", **answers}))


def test_r033_mostly_brain_the_triplet_leads_and_t_dxd_stands_beside_it():
    """R032, R033, R036: after at least one HER2 line; never "T-DXd does not reach the brain"."""
    advice = advice_on(with_brain(cns_burden_predominant="true"))
    assert lead_of(advice) == TRIPLET
    assert alternatives_of(advice)[0] == "tdxd"
    assert "tdxd-beside-tucatinib-brain" in said_ids(advice)
    assert "her2climb-2020-brain-pfs" in advice.treatment.lead.evidence
    # What comes after T-DXd is no reason here.
    assert advice.treatment.lead.rules[:2] == ("R033", "R032")
    assert "R038" not in advice.treatment.lead.rules


def test_decision_32_the_headline_says_that_the_brain_puts_the_triplet_first():
    """The reason why it is not T-DXd stands in the summary, not far below it; where T-DXd was used before, the brain is no reason."""
    headline = advice_on(with_brain(cns_burden_predominant="true")).treatment.headline
    assert headline.text.startswith("Second line: tucatinib triplet - progressed on ")
    assert headline.text.endswith(", disease mostly in the brain")
    assert headline.rules == ("R033", "R059")
    drugs = (*thp(690, 300, reason="progression"), given("trastuzumab-deruxtecan", 290, 10, reason="progression"))
    after_tdxd = a_case(metastases=BRAIN, drugs=drugs, intake=intake(cns_disease="active", cns_burden_predominant="true"))
    assert lead_of(advice_on(after_tdxd)) == TRIPLET
    assert advice_on(after_tdxd).treatment.headline.id == "headline-next-line"


def test_r033_decision_13_the_brain_as_the_only_site_is_mostly_brain():
    """The brain the only metastatic site: CNS-predominant without an answer."""
    case = a_case(metastases=metastasis("brain", 700), drugs=thp(690, 10, reason="progression"), intake=intake(cns_disease="active"))
    assert lead_of(advice_on(case)) == TRIPLET


def test_r034_mostly_outside_the_brain_t_dxd_stays():
    """R034, R035: extracranial burden predominates: T-DXd leads, the triplet beside it."""
    advice = advice_on(with_brain(cns_burden_predominant="false"))
    assert (lead_of(advice), alternatives_of(advice)[0]) == ("tdxd", TRIPLET)
    assert "db12-2024" in advice.treatment.lead.evidence


@pytest.mark.parametrize("state", ["active", "stable"])
def test_i06_burden_unknown(state):
    """I06: T-DXd leads, the triplet beside it, and the burden is asked for."""
    advice = advice_on(with_brain(cns_disease=state))
    assert (lead_of(advice), alternatives_of(advice)[0]) == ("tdxd", TRIPLET)
    assert "I06" in missing_in(advice)


def test_i06_cns_status_unknown_without_symptoms():
    """I06: the answer is given for disease outside the brain, and the status is asked for."""
    advice = advice_on(second_line(intake=intake(cns_disease=None)))
    assert lead_of(advice) == "tdxd"
    assert "ask-cns-status" in said_ids(advice)


def test_decision_13_after_an_adjuvant_only_relapse_t_dxd_leads_with_the_label_note_of_the_triplet():
    """R108: the US label of the triplet needs a regimen for metastatic disease."""
    case = a_case(
        drugs=adjuvant("trastuzumab", 500, 100), metastases=metastasis("brain", 20),
        intake=intake(cns_disease="active", cns_burden_predominant="true"),
    )  # fmt: skip
    advice = advice_on(case)
    triplet = next(o for o in advice.treatment.alternatives if o.regimen == TRIPLET)
    assert lead_of(advice) == "tdxd"
    assert triplet.label is not None
    assert triplet.label.text.startswith("Outside the label")


def test_r108_in_the_eu_the_triplet_needs_two_regimens():
    """R108, R135: one regimen: outside the EU label, and the US label is named beside it."""
    label = advice_on(with_brain(cns_burden_predominant="true"), GUIDELINE_EU).treatment.lead.label
    assert label is not None
    assert label.text.startswith("Outside the label")
    assert "US label" in label.text


def test_decision_13_isolated_progression_in_the_brain_puts_local_therapy_first_in_the_text():
    """Local therapy and unchanged HER2 therapy stands first in the text."""
    why = [s.id for s in advice_on(with_brain(cns_burden_predominant="true")).treatment.why]
    assert why[0] == "brain-body-controlled"


def test_r128_symptoms_or_mass_effect_come_before_any_regimen():
    """R128: critical, instead of a treatment card."""
    advice = advice_on(with_brain(cns_symptoms="true"))
    assert advice.treatment is None
    assert finding(advice, "BrainMetastasesUrgent").indicator == "critical"


def test_r128_symptoms_with_unknown_cns_status_ask_for_an_urgent_mri():
    """I06: symptoms, nothing on record: MRI first."""
    advice = advice_on(second_line(intake=intake(cns_disease=None, cns_symptoms="true")))
    assert advice.treatment is None
    assert finding(advice, "BrainMetastasesUrgent").requests == ("brain-mri",)


@pytest.mark.parametrize("answers", [{"cns_disease": "leptomeningeal"}, {"cns_disease": None}])
@pytest.mark.parametrize("build", [a_case, second_line])
def test_decision_13_leptomeningeal_disease_has_no_leader(answers, build):
    """`TumorBoard`, no leader."""
    advice = advice_on(build(metastases=(*LONG, metastasis("leptomeningeal", 15)), intake=intake(**answers)))
    assert topics(advice)[0] == "TumorBoard"
    assert lead_of(advice) is None


def test_r128_no_routine_screening_alert():
    """No symptoms, CNS said to be free: not a word about the brain."""
    assert not {s for s in said_ids(advice_on(second_line())) if s.startswith("brain") or "cns" in s}


def test_decision_4_mostly_brain_after_the_triplet():
    """The triplet used and failed: T-DXd, if never given."""
    drugs = (
        *thp(690, 400, reason="progression"),
        *(given(d, 380, 10, reason="progression") for d in ("tucatinib", "capecitabine", "trastuzumab")),
    )
    case = a_case(metastases=BRAIN, drugs=drugs, intake=intake(cns_disease="active", cns_burden_predominant="true"))
    assert lead_of(advice_on(case)) == "tdxd"


@pytest.mark.parametrize(("ended", "dose"), [(28, "6 mg/kg"), (29, "8 mg/kg, then 6 mg/kg")])
def test_p04_trastuzumab_that_goes_on_is_not_loaded_again(ended, dose):
    """Up to 28 days after the last trastuzumab the dose line is that of maintenance, as is its caution; later it is loaded."""
    drugs = thp(690, ended, reason="progression")
    case = a_case(metastases=metastasis("brain", 700), drugs=drugs, intake=intake(cns_disease="active"))
    lead = advice_on(case).treatment.lead
    assert lead.regimen == TRIPLET
    printed = lead.doses or KNOWLEDGE.regimens[TRIPLET].dose_lines
    assert f"trastuzumab {dose} IV every 3 weeks" in printed
    assert ("trastuzumab-not-loaded-again" in [caution.id for caution in lead.cautions]) == (ended == 28)


def test_p04_the_weekly_schedule_keeps_its_loading_dose():
    """More than 14 days after the last dose the weekly schedule begins with its loading dose: the order check would ask for it."""
    case = a_case(metastases=LONG, drugs=thp(690, 20, reason="progression"), intake=intake(tdxd_available="false"))
    lines = [line for option in advice_on(case).treatment.alternatives for line in option.doses]
    assert "trastuzumab 6 mg/kg IV every 3 weeks" in lines
    assert not any("2 mg/kg" in line and "4 mg/kg" not in line for line in lines)
