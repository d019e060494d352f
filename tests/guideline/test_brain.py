"""Brain metastases (R032-R037, R108, R128; decision 13)."""

import pytest

from guideline.case import Procedure
from guideline.knowledge_base import KNOWLEDGE
from tests.guideline.case_builder import (
    GUIDELINE_EU,
    LONG,
    a_case,
    adjuvant,
    advice_on,
    ago,
    alternatives_of,
    finding,
    given,
    intake,
    lead_of,
    metastasis,
    missing_in,
    said,
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


def given_for_progression(start, end, *drugs):
    return tuple(given(drug, start, end, reason="progression") for drug in drugs)


AFTER_TRIPLET = (*thp(690, 400, reason="progression"), *given_for_progression(380, 10, "tucatinib", "capecitabine", "trastuzumab"))
AFTER_BOTH = (
    *thp(690, 500, reason="progression"),
    *given_for_progression(490, 300, "trastuzumab-deruxtecan"),
    *given_for_progression(280, 10, "tucatinib", "capecitabine", "trastuzumab"),
)
AFTER_TDXD = (*thp(690, 400, reason="progression"), *given_for_progression(380, 10, "trastuzumab-deruxtecan"))


@pytest.mark.parametrize("drugs", [AFTER_TRIPLET, AFTER_BOTH])
def test_r058_mostly_brain_once_the_triplet_was_used_it_is_not_said_to_lead(drugs):
    """R033, R058: the triplet would have led; the card led by T-DXd, or by nothing, does not say that it leads."""
    advice = advice_on(second_line(metastases=BRAIN, drugs=drugs, intake=intake(cns_disease="active", cns_burden_predominant="true")))
    assert "brain-predominant-triplet-gone" in said_ids(advice)
    assert "brain-predominant" not in said_ids(advice)


@pytest.mark.parametrize("drugs", [AFTER_TRIPLET, AFTER_BOTH])
def test_i06_the_burden_is_not_asked_for_once_the_triplet_is_gone(drugs):
    """I06, R058: neither the question nor the triplet that the answer would have favoured."""
    advice = advice_on(second_line(metastases=BRAIN, drugs=drugs, intake=intake(cns_disease="active")))
    assert said_ids(advice).isdisjoint({"brain-burden-unknown", "ask-cns-burden"})


def test_r034_mostly_outside_the_brain_after_t_dxd_it_is_not_said_to_stay_preferred():
    """R034, R103: T-DXd was used; the triplet leads for that."""
    case = second_line(metastases=BRAIN, drugs=AFTER_TDXD, intake=intake(cns_disease="stable", cns_burden_predominant="false"))
    advice = advice_on(case)
    assert lead_of(advice) == TRIPLET
    assert "brain-extracranial" not in said_ids(advice)


@pytest.mark.parametrize("answer", [None, "true"])
def test_r032_after_an_adjuvant_only_relapse_the_triplet_is_not_said_to_lead_when_mostly_brain(answer):
    """Decision 13: T-DXd leads even then; the triplet's own line says what it waits for."""
    case = a_case(
        drugs=adjuvant("trastuzumab", 500, 100), metastases=(metastasis("brain", 20), metastasis("liver", 20)),
        intake=intake(cns_disease="active", cns_burden_predominant=answer),
    )  # fmt: skip
    advice = advice_on(case)
    assert lead_of(advice) == "tdxd"
    assert "tucatinib-beside-early" in said_ids(advice)
    assert said_ids(advice).isdisjoint({"tucatinib-beside-tdxd-brain", "brain-burden-unknown"})


def test_r027_after_an_adjuvant_only_relapse_t_dxd_is_not_said_to_lead_where_it_cannot_be_had():
    """R027, R108: T-DM1 leads; the brain's own sentence names neither as leading."""
    case = a_case(
        drugs=(adjuvant("trastuzumab", 500, 100), adjuvant("docetaxel", 500, 400)), metastases=metastasis("brain", 20),
        intake=intake(cns_disease="active", tdxd_available="false"),
    )  # fmt: skip
    advice = advice_on(case)
    assert lead_of(advice) == "tdm1"
    assert "brain-predominant-triplet-beside" in said_ids(advice)
    assert "brain-predominant-no-metastatic-her2" not in said_ids(advice)


def test_decision_13_a_new_site_in_the_body_is_no_progression_of_the_brain_alone():
    """Mostly brain by the answer, but what is new is in the liver: no "if only the brain progressed"."""
    case = second_line(
        metastases=(metastasis("bone", 700), metastasis("brain", 690), metastasis("liver", 15)), drugs=thp(690),
        intake=intake(cns_disease="active", cns_burden_predominant="true"),
    )  # fmt: skip
    advice = advice_on(case)
    assert lead_of(advice) == TRIPLET
    assert "brain-body-controlled" not in said_ids(advice)


def test_decision_13_after_toxicity_no_unchanged_her2_therapy():
    """Stopped for toxicity, nothing progressed: what had to be stopped does not "go on unchanged"."""
    case = second_line(
        metastases=(*LONG, metastasis("brain", 695)), drugs=thp(690, 10, reason="toxicity"),
        intake=intake(cns_disease="stable", cns_burden_predominant="true"),
    )  # fmt: skip
    assert "brain-body-controlled" not in said_ids(advice_on(case))


@pytest.mark.parametrize(
    ("drugs", "expected"),
    [
        (thp(690, 10, reason="progression"), "brain-after-local"),
        (AFTER_TRIPLET, "brain-after-local-ask"),
        (AFTER_TDXD, "brain-after-local-ask"),
        ((), "brain-after-local-ask"),
    ],
)
def test_r128_what_comes_after_local_control_is_named_only_where_it_is_left(drugs, expected):
    """R128, R058, R103: neither option again that was used, and none of the second line before any HER2 therapy."""
    case = a_case(metastases=BRAIN, drugs=drugs, intake=intake(cns_disease="active", cns_symptoms="true"))
    ids = said_ids(advice_on(case))
    assert [i for i in ids if i.startswith("brain-after-local")] == [expected]


def test_decision_13_leptomeningeal_disease_after_both_keeps_the_options_of_the_line():
    """T-DXd and the triplet used: a trial first (decision 4), then what is left of the menu, with what limits it; still no leader."""
    advice = advice_on(second_line(metastases=LONG, drugs=AFTER_BOTH, intake=intake(cns_disease="leptomeningeal")))
    assert topics(advice)[0] == "TumorBoard"
    assert lead_of(advice) is None
    assert alternatives_of(advice)[:2] == ["clinical-trial", "tdm1"]
    assert "trastuzumab-chemotherapy" in alternatives_of(advice)
    assert "margetuximab-limits" in said_ids(advice)


ADJUVANT = adjuvant("trastuzumab", 500, 100)
BRAIN_AND_LIVER = (metastasis("brain", 20), metastasis("liver", 20))


@pytest.mark.parametrize(
    "drugs",
    [(), ADJUVANT, adjuvant("trastuzumab", 900, "2025"), adjuvant("trastuzumab-deruxtecan", 500, 100)],
    ids=["first line", "early relapse", "interval unclear", "after adjuvant T-DXd"],
)
def test_r128_before_any_therapy_of_the_metastases_local_therapy_of_the_brain_is_cleared(drugs):
    """R128: whatever pathway the relapse opens; not once it was done, but again when the disease was called active since."""
    facts = {"drugs": drugs, "metastases": BRAIN_AND_LIVER, "intake": intake(cns_disease=None)}
    assert "brain-first-line" in said_ids(advice_on(a_case(**facts)))
    irradiated = Procedure("brain-radiotherapy", "done", ago(10), "Procedure/1")
    after = said_ids(advice_on(a_case(procedures=irradiated, **facts)))
    assert ("brain-treated-follow-up" in after, "brain-first-line" in after) == (True, False)
    facts["intake"] = intake(cns_disease=said("active", days=5))
    assert "brain-first-line" in said_ids(advice_on(a_case(procedures=irradiated, **facts)))


def test_r034_stable_brain_metastases_at_an_early_relapse_are_followed():
    """Stable by the answer: the follow-up, and no local therapy to be cleared."""
    ids = said_ids(advice_on(a_case(drugs=ADJUVANT, metastases=BRAIN_AND_LIVER, intake=intake(cns_disease="stable"))))
    assert ("brain-stable-follow-up" in ids, "brain-first-line" in ids) == (True, False)


def test_i05_leptomeningeal_disease_at_an_unclear_interval_shows_both_pathways():
    """I05, R018: not the first-line options alone; the day is asked for, and still nothing leads."""
    case = a_case(drugs=adjuvant("trastuzumab", 900, "2025"), metastases=metastasis("leptomeningeal", 20), intake=intake(cns_disease=None))
    advice = advice_on(case)
    assert (topics(advice)[0], lead_of(advice)) == ("TumorBoard", None)
    assert {"tdxd", "thp", "clinical-trial"} <= set(alternatives_of(advice))
    assert {"leptomeningeal", "interval-unclear-within", "interval-unclear-beyond"} <= said_ids(advice)
    assert "I05" in missing_in(advice)
