"""Orders for a patient without a diagnosis of a cancer, while the record itself says breast (decisions 16 and 18)."""

import pytest

from guideline.case import DataProblem, Diagnosis, OtherDrug
from tests.guideline.case_builder import a_case, advice_on, ago, given, her2, intake, pregnancy, second_line, topics
from tests.guideline.measure_builder import BODY
from tests.guideline.order_builder import asks, only, order, topics_of, untold, words

T_DXD, T_DM1 = "trastuzumab-deruxtecan", "trastuzumab-emtansine"
TOO_HIGH = order(T_DXD, 10, "mg/kg")
NO_DIAGNOSIS = {"diagnoses": (), "body": BODY}
BREAST_TEST = {"receptors": her2("3+", 15, "primary", of_breast=True)}


def dose_asked(case, *orders):
    return "DoseCheck" in topics_of(asks(case, *orders).findings)


@pytest.mark.parametrize(
    ("facts", "drafts", "because"),
    [
        (BREAST_TEST, (TOO_HIGH,), "order-breast-by-test"),
        ({"receptors": (), "drugs": given("pertuzumab", 300, 100)}, (TOO_HIGH,), "order-breast-by-drug"),
        ({"receptors": ()}, (TOO_HIGH, order("pertuzumab", 840)), "order-breast-by-drug"),
        ({"receptors": ()}, (order(T_DXD, 10, "mg/kg", for_breast=True),), "order-breast-by-reason"),
    ],
    ids=["a test", "an earlier drug", "an ordered drug", "the reason"],
)
def test_decision_18_drug_safety_applies_where_the_record_itself_says_breast(facts, drafts, because):
    """An unknown primary is no other one; the card says why it speaks."""
    found = asks(a_case(**NO_DIAGNOSIS, **facts), *drafts).findings
    assert only(list(found), "DoseCheck").indicator == "critical"
    assert because in {statement.id for statement in found[0].detail}


@pytest.mark.parametrize(
    ("facts", "draft"),
    [
        ({"receptors": her2("3+")}, TOO_HIGH),
        ({"receptors": (), "drugs": given("trastuzumab", 300, 100)}, TOO_HIGH),
        ({"receptors": (), "drugs": given("tucatinib", 300, 100)}, TOO_HIGH),
        ({**BREAST_TEST, "diagnoses": Diagnosis("other-primary", "active", ago(100), source="Condition/9")}, TOO_HIGH),
        ({**BREAST_TEST, "diagnoses": Diagnosis("other-primary", "resolved", ago(900), source="Condition/9")}, TOO_HIGH),
        (BREAST_TEST, order(T_DXD, 10, "mg/kg", gastric=True)),
        ({**BREAST_TEST, "age": 16}, TOO_HIGH),
        (BREAST_TEST, order("docetaxel", 200, "mg/m2")),
    ],
    ids=["a test of any tumour", "trastuzumab", "tucatinib", "another primary", "one of the past", "gastric", "a child", "chemotherapy"],
)
def test_decision_18_other_primaries_and_unknown_ones_stay_silent(facts, draft):
    """Trastuzumab and T-DXd are given in gastric cancer, tucatinib in colorectal cancer; HER2 drugs only are spoken of."""
    assert not dose_asked(a_case(**{**NO_DIAGNOSIS, **facts}), draft)


def test_decision_18_a_gastric_reason_of_another_draft_speaks_for_all():
    assert not dose_asked(a_case(**NO_DIAGNOSIS, **BREAST_TEST), TOO_HIGH, order("capecitabine", 1000, "mg/m2", gastric=True))


def test_dcis_alone_is_no_other_primary():
    """Whoever orders a HER2 drug for a tumour of the breast is told what speaks against it."""
    dcis = Diagnosis("breast-in-situ", "active", ago(100), source="Condition/9")
    assert dose_asked(a_case(**{**NO_DIAGNOSIS, **BREAST_TEST, "diagnoses": dcis}), TOO_HIGH)


def test_r124_a_pregnancy_is_critical_without_a_diagnosis():
    expecting = {"age": 38, "pregnancies": pregnancy(), "intake": intake(pregnancy_excluded=None, menopausal_status="premenopausal")}
    for draft in (order(T_DXD, 5.4, "mg/kg"), untold()):
        found = asks(a_case(**NO_DIAGNOSIS, **BREAST_TEST, **expecting), draft).findings
        assert only(list(found), "Pregnancy").indicator == "critical"


def test_p10_interactions_of_her2_drugs_alone():
    """Gemfibrozil beside tucatinib is asked about, warfarin beside capecitabine is not: it is no HER2 drug."""
    case = a_case(**NO_DIAGNOSIS, **BREAST_TEST, other_drugs=(OtherDrug("gemfibrozil", "active", source="MedicationRequest/9"),))
    assert "DrugInteraction" in topics_of(asks(case, order("tucatinib", 300)).findings)
    case = a_case(**NO_DIAGNOSIS, **BREAST_TEST, other_drugs=(OtherDrug("warfarin", "active", source="MedicationRequest/9"),))
    assert "DrugInteraction" not in topics_of(asks(case, order("capecitabine", 1000, "mg/m2")).findings)


def test_r001_the_choice_of_therapy_needs_the_diagnosis():
    """T-DM1 in second line, chemotherapy alone, and the chart: nothing on the choice."""
    case = second_line(**NO_DIAGNOSIS, **BREAST_TEST)
    assert "NonPreferredAgent" not in topics_of(asks(case, order(T_DM1, 3.6, "mg/kg")).findings)
    assert topics_of(asks(case, order("docetaxel", 75, "mg/m2")).findings) == []
    assert topics(advice_on(case)) == topics(advice_on(second_line(**NO_DIAGNOSIS)))


def test_a_diagnosis_needs_no_reason():
    """With the breast cancer on record, or with a problem list that could not be read, nothing of it is said."""
    for case in (
        second_line(**BREAST_TEST, body=BODY),
        a_case(**NO_DIAGNOSIS, **BREAST_TEST, problems=DataProblem("unreadable", "diagnosis", "Condition/9")),
    ):
        found = only(list(asks(case, TOO_HIGH).findings), "DoseCheck")
        assert "taken for breast cancer" not in words(found)
