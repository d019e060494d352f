"""Third line (R038-R047, R056, R058; decision 4)."""

import pytest

from guideline.knowledge_base import KNOWLEDGE as K
from tests.guideline.case_builder import (
    LONG,
    Practice,
    a_case,
    advice_on,
    alternatives_of,
    given,
    intake,
    lead_of,
    lung,
    said_ids,
    thp,
)
from tests.guideline.measure_builder import BODY, labs

TRIPLET = "tucatinib-trastuzumab-capecitabine"
AFTER_TDXD = (*thp(690, 400, reason="progression"), given("trastuzumab-deruxtecan", 380, 10, reason="progression"))
AFTER_TDM1 = (*thp(690, 400, reason="progression"), given("trastuzumab-emtansine", 380, 10, reason="progression"))


def third(drugs=AFTER_TDXD, **facts):
    return a_case(**{"metastases": LONG, "drugs": drugs, **facts})


def test_r038_after_t_dxd_the_triplet():
    """R038, R047: the triplet leads, with the evidence gap after T-DXd and the overall figures."""
    advice = advice_on(third())
    assert (advice.treatment.topic, lead_of(advice)) == ("ThirdLineTreatment", TRIPLET)
    assert {"evidence-gap-after-tdxd", "trial-part-of-care"} <= said_ids(advice)
    assert "tucatinib-liver-tests" in {check.id for check in advice.treatment.checks}
    assert "her2climb-2020-pfs" in advice.treatment.lead.evidence
    assert "her2climb-2020-brain-pfs" not in advice.treatment.lead.evidence
    assert advice.treatment.lead.rules[0] == "R038"
    assert "R032" not in advice.treatment.lead.rules


def test_r039_r042_to_r046_r056_the_menu_of_the_third_line():
    """R039, R042-R046, R056: T-DM1 if never used, lapatinib pairs, trastuzumab + another chemotherapy, a trial."""
    assert set(alternatives_of(advice_on(third()))) == {
        "tdm1", "lapatinib-capecitabine", "trastuzumab-chemotherapy", "lapatinib-trastuzumab", "clinical-trial",
    }  # fmt: skip


def test_r045_pertuzumab_if_it_was_never_given():
    """R045: with its limited evidence."""
    drugs = (given("trastuzumab", 690, 400, reason="progression"), given("paclitaxel", 690, 500, status="completed"),
             given("trastuzumab-deruxtecan", 380, 10, reason="progression"))  # fmt: skip
    advice = advice_on(third(drugs))
    assert "pertuzumab-trastuzumab-chemotherapy" in alternatives_of(advice)
    assert "pertuzumab-late" in said_ids(advice)


def test_r040_r041_r042_after_t_dm1():
    """R041: T-DXd leads with its phase 3 evidence; R040, R042: the triplet and lapatinib pairs beside it; no T-DM1."""
    advice = advice_on(third(AFTER_TDM1))
    assert lead_of(advice) == "tdxd"
    assert "db02-2023" in advice.treatment.lead.evidence
    assert {TRIPLET, "lapatinib-capecitabine", "lapatinib-trastuzumab"} <= set(alternatives_of(advice))
    assert "tdm1" not in alternatives_of(advice)


def test_c20_t_dxd_in_third_line_is_not_lent_the_grade_of_the_second():
    """E15, E16, decision 4: it leads; ASCO's strong recommendation is that of second line, and ranks nothing later."""
    after_triplet = tuple(given(drug, 380, 10, reason="progression") for drug in ("tucatinib", "capecitabine", "trastuzumab"))
    for drugs in ((*thp(690, 400, reason="progression"), *after_triplet), AFTER_TDM1):
        advice = advice_on(third(drugs))
        assert lead_of(advice) == "tdxd"
        assert "asco-2022-3-0" in advice.treatment.lead.evidence
        assert "asco-2022-2-1" not in advice.treatment.lead.evidence
        assert "tdxd-preferred" not in said_ids(advice)
    assert "asco-2022-2-1" in advice_on(third(thp(690, 10, reason="progression"))).treatment.lead.evidence


def test_r058_after_both_there_is_no_regimen():
    """R058, decision 4: T-DXd and tucatinib used: no leader, a trial first, "no standard"."""
    drugs = (*(given(d, 690, 400, reason="progression") for d in ("trastuzumab-deruxtecan", "pertuzumab")),
             *(given(d, 380, 10, reason="progression") for d in ("tucatinib", "trastuzumab", "capecitabine")))  # fmt: skip
    advice = advice_on(third(drugs))
    assert lead_of(advice) is None
    assert alternatives_of(advice)[0] == "clinical-trial"
    assert {"no-standard", "keep-her2-blockade"} <= said_ids(advice)
    assert "trastuzumab-chemotherapy" in alternatives_of(advice)


def test_decision_4_partners_that_failed_go_last_and_are_said():
    """Capecitabine failed: the pairs with it stand behind those without."""
    drugs = (*(given(d, 690, 400, reason="progression") for d in ("trastuzumab-deruxtecan", "pertuzumab")),
             *(given(d, 380, 10, reason="progression") for d in ("tucatinib", "trastuzumab", "capecitabine")))  # fmt: skip
    advice = advice_on(third(drugs))
    order = alternatives_of(advice)
    assert order.index("lapatinib-trastuzumab") < order.index("lapatinib-capecitabine")
    assert "partner-failed" in said_ids(advice)


@pytest.mark.parametrize("drug", ["trastuzumab", "trastuzumab-hyaluronidase"])
def test_decision_4_trastuzumab_is_never_barred_by_progression(drug):
    """Trastuzumab stays possible as a backbone."""
    drugs = (given(drug, 690, 400, reason="progression"), given("docetaxel", 690, 400, reason="progression"),
             given("trastuzumab-deruxtecan", 380, 10, reason="progression"))  # fmt: skip
    advice = advice_on(third(drugs))
    assert lead_of(advice) == TRIPLET
    assert "trastuzumab-chemotherapy" in alternatives_of(advice)


@pytest.mark.parametrize("profile", ["guideline", "current"])
@pytest.mark.parametrize("jurisdiction", ["US", "EU"])
def test_decision_1_later_lines_are_the_same_in_every_profile(profile, jurisdiction):
    """Only the first line is reordered."""
    advice = advice_on(third(), Practice(profile, jurisdiction))
    assert lead_of(advice) == TRIPLET


@pytest.mark.parametrize(
    ("jurisdiction", "regimen", "words"),
    [("US", "lapatinib-trastuzumab", "not a label indication"), ("EU", "lapatinib-trastuzumab", "hormone-receptor-negative")],
)
def test_r044_r109_label_notes_of_the_alternatives(jurisdiction, regimen, words):
    """R044, R109, R135: EU label HR-negative only, no US indication."""
    option = next(o for o in advice_on(third(), Practice("guideline", jurisdiction)).treatment.alternatives if o.regimen == regimen)
    assert jurisdiction == "EU" or (option.label is not None and words in option.label.text)


def test_r027_unavailable_t_dxd_in_third_line():
    """R027, decision 4: T-DXd-naive, not to be had, T-DM1 used: the triplet."""
    advice = advice_on(third(AFTER_TDM1, intake=intake(tdxd_available="false")))
    assert lead_of(advice) == TRIPLET


def test_decision_12_active_ild_after_t_dm1():
    """T-DXd to be avoided, T-DM1 used: the triplet leads."""
    advice = advice_on(third(AFTER_TDM1, lungs=lung(onset=1500), intake=intake(ild_history=None)))
    assert lead_of(advice) == TRIPLET
    assert "tdxd" not in alternatives_of(advice)


def test_p09_without_dpd_no_capecitabine_is_shown_at_a_dose():
    """P09: a poor metaboliser: the triplet says so and shows no capecitabine dose; what holds no capecitabine says nothing of it."""
    case = a_case(metastases=LONG, drugs=AFTER_TDXD, intake=intake(dpyd="poor"), labs=labs(), body=BODY)
    found = advice_on(case).treatment
    assert lead_of(advice_on(case)) == "tucatinib-trastuzumab-capecitabine"
    for option in (found.lead, *found.alternatives):
        holds = "capecitabine" in K.regimens[option.regimen].drugs
        assert ("capecitabine-without-dpd" in {caution.id for caution in option.cautions}) is holds
        shown = option.doses or K.regimens[option.regimen].dose_lines
        assert not any(line.startswith("capecitabine 1") for line in shown), shown
    by_capecitabine = {"lapatinib-capecitabine", "neratinib-capecitabine"}
    assert by_capecitabine.isdisjoint(alternatives_of(advice_on(case)))
    for known in ("normal", "intermediate"):
        other = advice_on(a_case(metastases=LONG, drugs=AFTER_TDXD, intake=intake(dpyd=known), labs=labs(), body=BODY))
        assert "capecitabine-without-dpd" not in {caution.id for caution in other.treatment.lead.cautions}
        assert "lapatinib-capecitabine" in alternatives_of(other)
