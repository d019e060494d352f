"""First-line treatment (R004-R014, R060-R063, R101, R102; decisions 1, 5, 20)."""

import pytest

from guideline.case import Allergy, DataProblem
from tests.guideline.case_builder import (
    CURRENT_US,
    GUIDELINE_US,
    HR_POSITIVE,
    LONG,
    Practice,
    a_case,
    adjuvant,
    advice_on,
    alternatives_of,
    barred_in,
    breast_cancer,
    given,
    her2,
    intake,
    lead_of,
    lung,
    lvef,
    metastasis,
    missing_in,
    said_ids,
    topics,
    words_of,
)

NO_INTAKE = {"intake": intake(prior_therapy_complete=None)}
LATE = {"drugs": (adjuvant("trastuzumab", 2300, 1900), adjuvant("docetaxel", 2300, 2150))}


RECENT_PRIMARY = (breast_cancer(day=400),)


@pytest.mark.parametrize(
    "facts",
    [{}, LATE, {"receptors": (her2("3+"), *HR_POSITIVE), "diagnoses": RECENT_PRIMARY}, {"sex": "male"}],
)
@pytest.mark.parametrize(
    ("practice", "lead", "beside"),
    [
        (GUIDELINE_US, "thp", "tdxd-pertuzumab"),
        (CURRENT_US, "tdxd-pertuzumab", "thp"),
        (Practice("guideline", "EU"), "thp", "tdxd-pertuzumab"),
        (Practice("current", "EU"), "thp", "tdxd-pertuzumab"),
    ],
)
def test_r004_r101_decision_1_the_profile_orders_the_first_line(practice, lead, beside, facts):
    """R004, R014, R060, R101: `guideline` THP, `current` in the US T-DXd + pertuzumab; either way the other stands beside it."""
    advice = advice_on(a_case(**facts), practice)
    assert (lead_of(advice), alternatives_of(advice)) == (lead, [beside])
    assert advice.treatment.topic == "FirstLineTreatment"
    assert "2025-12-15" in advice.treatment.headline.text


def test_r102_t_dxd_is_never_alone_in_first_line():
    """R102: no `tdxd` among the options, and the card says so."""
    for practice in (GUIDELINE_US, CURRENT_US):
        advice = advice_on(a_case(), practice)
        assert "tdxd" not in {lead_of(advice), *alternatives_of(advice)}
        assert "tdxd-not-alone-first-line" in said_ids(advice)


def test_r012_r013_the_evidence_of_the_first_line():
    """R012, R013: CLEOPATRA and PERUSE for THP; DESTINY-Breast09 beside T-DXd + pertuzumab, with its ILD; nothing of DESTINY-Breast03."""
    treatment = advice_on(a_case()).treatment
    assert {"cleopatra-2015-os", "peruse-2021"} <= set(treatment.lead.evidence)
    assert {"db09-2025-pfs", "db09-2025-ild"} <= set(treatment.alternatives[0].evidence)
    assert not any(e.startswith("db03") for o in (treatment.lead, *treatment.alternatives) for e in o.evidence)


def test_r007_r008_r009_duration():
    """R007-R009: taxane about 4-6 months or six cycles, both antibodies to progression."""
    assert {"thp-taxane-duration", "thp-antibodies-go-on"} <= said_ids(advice_on(a_case()))


def test_decision_5_nothing_on_record_with_recent_metastases_is_conditional():
    """R131, I04: recent metastases, an empty list, no intake: the card holds "if", and asks."""
    advice = advice_on(a_case(**NO_INTAKE))
    assert lead_of(advice) == "thp"
    assert "I04" in missing_in(advice)
    assert advice.treatment.headline.id == "headline-first-line-conditional"


def test_decision_5_unconditional_when_the_intake_says_complete():
    """The intake says that the list is complete: no condition, no I04."""
    advice = advice_on(a_case())
    assert "I04" not in missing_in(advice)
    assert advice.treatment.headline.id == "headline-first-line-thp"


@pytest.mark.parametrize(("days", "treated"), [(90, True), (91, False)])
def test_decision_5_metastases_older_than_90_days_and_no_therapy(days, treated):
    """Older than 90 days with nothing on record: `MissingData` (I04) only."""
    advice = advice_on(a_case(metastases=metastasis("liver", days), **NO_INTAKE))
    assert (advice.treatment is not None) is treated
    if not treated:
        assert topics(advice) == ["MissingData"]
        assert missing_in(advice) == {"I04"}


def test_decision_5_undated_metastases_and_no_therapy():
    """Since nobody knows when: like older ones."""
    assert topics(advice_on(a_case(metastases=metastasis("liver", None), **NO_INTAKE))) == ["MissingData"]


def test_decision_5_endocrine_therapy_alone_on_record_of_old_metastases_does_not_make_the_record_complete():
    """Metastatic for two years, only letrozole on record, no intake: "no HER2 therapy so far" is not known."""
    advice = advice_on(a_case(metastases=LONG, drugs=given("letrozole", 650, 30), **NO_INTAKE))
    assert "I04" in missing_in(advice)


def test_decision_5_chemotherapy_without_her2_therapy_as_the_only_past_line():
    """THP, conditional, I04; and the card does not say that no therapy was given."""
    advice = advice_on(a_case(metastases=LONG, drugs=given("paclitaxel", 650, 30, reason="progression"), **NO_INTAKE))
    assert lead_of(advice) == "thp"
    assert "I04" in missing_in(advice)
    assert "if no therapy for metastatic disease was given" not in advice.treatment.headline.text


def test_a_therapy_without_dates_is_not_called_no_therapy():
    """Trastuzumab without dates is on record: the card asks for its dates and does not say that nothing is recorded."""
    advice = advice_on(a_case(drugs=given("trastuzumab", None, status="completed"), **NO_INTAKE))
    assert advice.treatment is None
    assert "I04" in missing_in(advice)
    assert "no therapy on record" not in words_of(advice)


def test_a_lost_therapy_record_makes_it_conditional():
    """R131: a therapy record that could not be read forbids "none so far", even against the intake."""
    advice = advice_on(a_case(problems=DataProblem("unreadable", "therapy", "MedicationStatement/9")))
    assert "condition-record-incomplete" in said_ids(advice)
    assert "I04" in missing_in(advice)


@pytest.mark.parametrize("condition", [lung("ild", "resolved"), lung("radiation", "resolved")])
def test_r101_thp_leads_where_the_lungs_speak_against_t_dxd(condition):
    """R101, R117: resolved lung disease: THP leads in `current` too; T-DXd + pertuzumab stands beside it with its caution."""
    advice = advice_on(a_case(lungs=condition, intake=intake(ild_history=None)), CURRENT_US)
    assert lead_of(advice) == "thp"
    assert "tdxd-after-resolved-lung-disease" in said_ids(advice)


def test_r106_after_adjuvant_t_dxd_long_ago_thp_leads():
    """R101, R106: T-DXd was part of the adjuvant therapy, relapse after more than 12 months: THP, no T-DXd."""
    advice = advice_on(a_case(drugs=adjuvant("trastuzumab-deruxtecan", 2300, 1900)), CURRENT_US)
    assert (lead_of(advice), alternatives_of(advice)) == ("thp", [])
    assert "early-tdxd-thp-leads" in said_ids(advice)


@pytest.mark.parametrize("practice", [CURRENT_US, GUIDELINE_US])
@pytest.mark.parametrize(
    ("grade", "reason"), [(2, "tdxd-barred-grade-2"), (None, "tdxd-barred-ungraded"), (1, None)], ids=["grade 2", "not graded", "grade 1"]
)
def test_r116_adjuvant_t_dxd_that_ended_for_the_lungs_is_barred_in_first_line_too(grade, reason, practice):
    """The card said that a tumour board may repeat it."""
    ended, drug = adjuvant("trastuzumab-deruxtecan", 2300, 1900), "trastuzumab-deruxtecan"
    advice = advice_on(a_case(drugs=ended, lungs=lung("ild", "resolved", grade, 1950, cause_drug=drug)), practice)
    assert advice.treatment is not None
    assert lead_of(advice) == "thp"
    assert {r.id for o in advice.treatment.barred for r in o.reasons} == ({reason} if reason else set())
    assert ("early-tdxd-thp-leads" in said_ids(advice)) is (reason is None)


def test_r027_t_dxd_that_cannot_be_had_is_named_as_such():
    """I20: not available: THP alone, T-DXd + pertuzumab under "avoid" with the reason."""
    advice = advice_on(a_case(intake=intake(tdxd_available="false")), CURRENT_US)
    assert lead_of(advice) == "thp"
    assert "tdxd-pertuzumab" in barred_in(advice)


def test_r060_r063_positive_hormone_receptors_do_not_change_the_choice():
    """R060, R063, R070: same first line; endocrine therapy follows the chemotherapy part."""
    advice = advice_on(a_case(receptors=(her2("3+"), *HR_POSITIVE)))
    assert {"hr-positive-same-first-line", "hr-positive-endocrine-later"} <= said_ids(advice)
    assert "endocrine-alone" not in alternatives_of(advice)


def test_r125_a_man_gets_the_same_her2_rules_and_no_word_of_ovaries():
    """R125: same first line, GnRH analogue with an aromatase inhibitor, no ovarian suppression, no pregnancy question."""
    advice = advice_on(
        a_case(sex="male", receptors=(her2("3+"), *HR_POSITIVE), intake=intake(menopausal_status=None, pregnancy_excluded=None))
    )
    assert lead_of(advice) == "thp"
    assert "GnRH" in words_of(advice)
    assert not any(word in words_of(advice).lower() for word in ("ovar", "premenopausal", "pregnan"))


def test_decision_20_chemotherapy_declined():
    """R061, R062: HR-positive and chemotherapy declined: endocrine + HER2 therapy leads, the standard is named beside it."""
    facts = {"receptors": (her2("3+"), *HR_POSITIVE), "diagnoses": RECENT_PRIMARY}
    advice = advice_on(a_case(**facts, intake=intake(declines_chemotherapy="true")))
    assert (lead_of(advice), alternatives_of(advice)) == ("endocrine-her2", ["thp"])
    assert "she" not in words_of(advice).lower().split()


def test_decision_20_declining_chemotherapy_counts_only_with_positive_receptors():
    """HR-negative: endocrine therapy is no answer."""
    assert lead_of(advice_on(a_case(intake=intake(declines_chemotherapy="true")))) == "thp"


def test_i03_unknown_hormone_receptors_are_asked_for_and_endocrine_rules_left_out():
    """I03: once, and nothing endocrine is said."""
    advice = advice_on(a_case(receptors=her2("3+")))
    assert "I03" in missing_in(advice)
    assert "hr-positive-same-first-line" not in said_ids(advice)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"drugs": given("docetaxel", 900, 860, reason="toxicity", intent="curative")}, {"partner-not-tolerated"}),
        ({"drugs": given("docetaxel", 300, 20, reason="progression"), "metastases": LONG}, {"partner-failed"}),
        (
            {
                "drugs": (given("paclitaxel", 300, 250, reason="toxicity"), given("docetaxel", 245, 20, reason="progression")),
                "metastases": LONG,
            },
            {"partner-not-tolerated", "partner-failed"},
        ),
        ({"drugs": given("docetaxel", 900, 800, reason="completed", intent="curative")}, set()),
    ],
    ids=["not tolerated", "failed", "one each", "completed"],
)
def test_i15_a_taxane_that_was_not_tolerated_or_failed_is_named_beside_thp(facts, expected):
    """R007, I15, decision 4: the doses of both taxanes stand on the card, and which of them the record speaks against."""
    advice = advice_on(a_case(**facts))
    assert lead_of(advice) == "thp"
    assert {c.id for c in advice.treatment.lead.cautions if c.id.startswith("partner")} == expected


def test_r128_brain_metastases_in_first_line():
    """R128: local therapy is cleared first; THP still stands."""
    advice = advice_on(a_case(metastases=(metastasis("brain"), metastasis("liver")), intake=intake(cns_disease="active")))
    assert "brain-first-line" in said_ids(advice)


@pytest.mark.parametrize("status", ["active", "completed", "unknown"])
def test_a_her2_drug_without_dates_is_never_no_her2_therapy_yet(status):
    """Trastuzumab on record, dates missing, the intake says that the list is complete: its setting is open, first line is not a fact."""
    advice = advice_on(a_case(drugs=given("trastuzumab", None, status=status)))
    assert "no-her2-therapy-yet" not in said_ids(advice)
    assert "I04" in missing_in(advice)


def test_i15_an_allergy_to_one_taxane_is_said_beside_thp():
    """I15: a severe reaction to docetaxel on record: THP stays, the card that prints docetaxel names it."""
    advice = advice_on(a_case(allergies=Allergy("docetaxel", severe=True, source="AllergyIntolerance/1")))
    assert lead_of(advice) == "thp"
    assert "allerg" in words_of(advice).lower() or "reaction" in words_of(advice).lower()


def test_r077_adjuvant_trastuzumab_stopped_for_the_heart_is_said_where_thp_leads():
    """R077: stopped for a cardiac reason years ago: before trastuzumab is proposed again the card mentions the heart."""
    advice = advice_on(a_case(drugs=adjuvant("trastuzumab", 2300, 1900, reason="cardiac"), lvef=lvef(52)))
    text = words_of(advice).lower()
    assert "cardi" in text or "heart" in text


def test_r053_thp_that_was_not_tolerated_is_in_no_headline_and_is_named_below():
    """Adjuvant trastuzumab ended for toxicity: THP neither leads nor stands beside; the card says why."""
    drugs = (adjuvant("docetaxel", 600, 500), adjuvant("trastuzumab", 600, 580, reason="toxicity"))
    advice = advice_on(a_case(drugs=drugs))
    assert lead_of(advice) == "tdxd-pertuzumab"
    assert "THP" not in advice.treatment.headline.text
    assert barred_in(advice) == ["thp"]
    assert "agent-not-tolerated" in said_ids(advice)
