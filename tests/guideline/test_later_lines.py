"""Fourth line and later, as far as the line logic goes (R048-R059; decisions 3, 4)."""

from tests.guideline.case_builder import LONG, a_case, advice_on, alternatives_of, given, lead_of, said_ids, thp

TRIPLET = tuple(given(d, 330, 200, reason="progression") for d in ("tucatinib", "trastuzumab", "capecitabine"))
FOUR = (
    *thp(690, 500, reason="progression"),
    given("trastuzumab-deruxtecan", 480, 350, reason="progression"),
    *TRIPLET,
    given("trastuzumab-emtansine", 180, 10, reason="progression"),
)


def later(drugs=FOUR):
    return advice_on(a_case(metastases=LONG, drugs=drugs))


def test_r048_no_standard_from_the_fourth_line_on():
    """R048, R056, R059: no leader, individualise, a trial first, HER2 blockade goes on."""
    advice = later()
    assert (advice.treatment.topic, lead_of(advice)) == ("LaterLineTreatment", None)
    assert alternatives_of(advice)[0] == "clinical-trial"
    assert {"no-standard", "keep-her2-blockade", "trial-part-of-care"} <= said_ids(advice)


def test_r049_r050_r051_r055_the_menu():
    """R050, R051, R055: margetuximab, neratinib, trastuzumab with another partner; no pipeline drug (R057)."""
    assert {"margetuximab-chemotherapy", "neratinib-capecitabine", "trastuzumab-chemotherapy"} <= set(alternatives_of(later()))


def test_r053_nothing_that_failed_is_offered_again():
    """R053, R058: no T-DXd, T-DM1, tucatinib, pertuzumab."""
    offered = set(alternatives_of(later()))
    assert not offered & {"tdxd", "tdm1", "tucatinib-trastuzumab-capecitabine", "pertuzumab-trastuzumab-chemotherapy", "thp"}


def test_decision_4_a_t_dxd_naive_patient_gets_t_dxd_in_any_line():
    """Decision 4: T-DXd leads in any line where it was never given; the topic follows the line."""
    drugs = (*thp(690, 500, reason="progression"), given("trastuzumab-emtansine", 480, 350, reason="progression"), *TRIPLET)
    advice = later(drugs)
    assert (advice.treatment.topic, lead_of(advice)) == ("LaterLineTreatment", "tdxd")


def test_decision_4_a_tucatinib_naive_patient_gets_the_triplet_after_t_dxd():
    """Decision 4: else tucatinib-naive: the triplet."""
    drugs = (*thp(690, 500, reason="progression"), given("trastuzumab-deruxtecan", 480, 350, reason="progression"),
             given("trastuzumab-emtansine", 330, 10, reason="progression"))  # fmt: skip
    assert lead_of(later(drugs)) == "tucatinib-trastuzumab-capecitabine"
