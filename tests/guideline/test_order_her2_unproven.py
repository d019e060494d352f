"""A HER2 drug ordered for metastatic disease of which nobody has shown that it is HER2-positive (R122, R131, R121)."""

import pytest

from guideline.case import DataProblem, Procedure
from tests.guideline.case_builder import LONG, a_case, adjuvant, ago, breast_cancer, given, her2, second_line, thp
from tests.guideline.order_builder import asks, beside, order, stop, topics_of

T_DXD, T_DM1 = "trastuzumab-deruxtecan", "trastuzumab-emtansine"
UNKNOWN = {"receptors": ()}
WITHOUT_ISH = {"receptors": her2("2+")}
TDXD = order(T_DXD, 5.4, "mg/kg")
THP = (order("trastuzumab", 8, "mg/kg"), order("pertuzumab", 840), order("docetaxel", 75, "mg/m2"))


def needed(case, *orders):
    """The cards on the HER2 status."""
    return [f for f in asks(case, *orders).findings if f.topic == "Her2StatusNeeded"]


@pytest.mark.parametrize("drug", ["trastuzumab", "pertuzumab", T_DM1, T_DXD, "tucatinib", "lapatinib"])
def test_r122_a_her2_drug_without_any_her2_result(drug):
    """Said once, calmly: a warning that names the drug and offers the test."""
    (found,) = needed(a_case(**UNKNOWN), order(drug))
    assert (found.indicator, found.headline.id, found.requests) == ("warning", "order-her2-unknown", ("her2-ihc",))
    assert {gap.input for gap in found.missing} == {"I02"}
    assert drug.replace("-", " ") in found.headline.text


def test_r122_one_card_for_all_her2_drugs_of_a_session():
    (found,) = needed(a_case(**WITHOUT_ISH), *THP)
    assert (found.indicator, found.headline.id, found.requests) == ("warning", "order-her2-without-ish", ("her2-ish",))
    assert "trastuzumab + pertuzumab" in found.headline.text


def test_r122_an_ish_that_settles_nothing_is_named():
    (found,) = needed(a_case(receptors=(her2("2+"), her2("equivocal", method="ish"))), *THP)
    assert "IHC 2+, ISH equivocal" in found.headline.text


def test_r121_tdxd_at_ihc_2_without_ish_may_be_right_either_way():
    """HER2-low disease has an indication of its own: information, in these words. Not so for T-DXd with pertuzumab."""
    (found,) = needed(a_case(**WITHOUT_ISH), TDXD)
    assert found.indicator == "info"
    assert "HER2-low" in found.detail[0].text
    assert needed(a_case(**WITHOUT_ISH), TDXD, order("pertuzumab", 840))[0].indicator == "warning"
    assert needed(a_case(**UNKNOWN), TDXD)[0].indicator == "warning"


def test_decision_23_a_test_that_is_ordered_is_not_ordered_again():
    booked = Procedure("her2-ish", "booked", ago(4), "ServiceRequest/ish")
    (found,) = needed(a_case(**WITHOUT_ISH, procedures=booked), *THP)
    assert (found.indicator, found.headline.id, found.requests) == ("info", "order-her2-awaited", ())


def test_r131_results_that_could_not_be_read_are_not_called_missing():
    (found,) = needed(a_case(**UNKNOWN, problems=DataProblem("incomplete", "her2")), TDXD)
    assert (found.headline.id, found.requests) == ("her2-not-seen", ())


@pytest.mark.parametrize(
    "facts",
    [
        {"drugs": thp(690, 10, reason="progression")},
        {"drugs": adjuvant("trastuzumab", 1800, 1400)},
        {"drugs": given("trastuzumab", 300), "metastases": LONG},
    ],
    ids=["an earlier line", "adjuvant", "runs"],
)
@pytest.mark.parametrize("receptors", [(), (her2("2+", 1900, "primary"),)], ids=["no result", "IHC 2+ before it"])
def test_r122_after_her2_therapy_the_record_lacks_the_result(facts, receptors):
    """Somebody had proof of it then: no card at each order. The chart's own card asks for the result."""
    assert needed(a_case(**facts, receptors=receptors), TDXD) == []


def test_r122_a_newer_biopsy_that_no_ish_settled_opens_the_question_again():
    """HER2 may be lost under HER2 therapy."""
    (found,) = needed(second_line(**WITHOUT_ISH), order(T_DM1, 3.6, "mg/kg"))
    assert found.headline.id == "order-her2-without-ish"


@pytest.mark.parametrize(("tested", "asked"), [(299, 1), (300, 0), (301, 0)])
def test_r122_a_result_of_the_day_on_which_her2_therapy_began_was_known_then(tested, asked):
    case = a_case(receptors=her2("2+", tested), metastases=LONG, drugs=given("trastuzumab", 300, 100))
    assert len(needed(case, TDXD)) == asked


def test_r132_the_next_cycle_of_what_runs_is_not_questioned_by_a_newer_result():
    """The chart's own card asks for the ISH."""
    runs = a_case(receptors=her2("2+", 20), metastases=LONG, drugs=given(T_DXD, 300))
    assert needed(runs, TDXD) == []
    assert len(needed(runs, order("tucatinib", 300))) == 1


def test_decision_23_an_ordered_test_without_a_day_is_named_without_one():
    booked = Procedure("her2-ish", "booked", None, "ServiceRequest/ish")
    (found,) = needed(a_case(**WITHOUT_ISH, procedures=booked), *THP)
    assert "(no date given)" in found.headline.text


def test_decision_16_the_dose_of_what_is_ordered_at_her2_0_is_judged():
    """Silence on the status is none on the safety of the drug."""
    assert "DoseCheck" in topics_of(asks(a_case(receptors=her2("0")), order(T_DM1, 4.5, "mg/kg")).findings)


@pytest.mark.parametrize(
    ("case", "orders"),
    [
        (a_case(), (TDXD,)),
        (a_case(receptors=her2("1+")), (TDXD,)),
        (a_case(receptors=her2("0")), (order(T_DM1, 3.6, "mg/kg"),)),
        (a_case(receptors=her2("negative", method="ish")), THP),
        (a_case(receptors=her2("0")), (TDXD,)),
        (a_case(receptors=(), diagnoses=breast_cancer(her2="positive")), (TDXD,)),
        (a_case(receptors=(), metastases=()), (order("trastuzumab", 8, "mg/kg"),)),
        (a_case(**UNKNOWN), (order("docetaxel", 75, "mg/m2"),)),
        (a_case(**UNKNOWN), (order(T_DXD, 6.4, "mg/kg", gastric=True),)),
        (a_case(**UNKNOWN), (order("docetaxel", 75, "mg/m2"), beside("trastuzumab"))),
        (a_case(**UNKNOWN, drugs=given(T_DXD, 40)), (TDXD,)),
        (a_case(**UNKNOWN, drugs=given(T_DXD, 40)), (stop(T_DXD, "progression"),)),
    ],
    ids=[
        "positive",
        "HER2-low",
        "HER2 0",
        "ISH negative",
        "T-DXd at HER2 0",
        "by its code",
        "early disease",
        "chemotherapy",
        "gastric",
        "not selected",
        "next cycle",
        "stop order",
    ],
)
def test_r122_is_silent_otherwise(case, orders):
    """Decision 10: "negative: silence", at order entry too."""
    assert needed(case, *orders) == []
