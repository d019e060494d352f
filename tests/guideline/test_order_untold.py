"""A HER2 drug is ordered, and nobody can say which one (R083, R124, decision 24)."""

import pytest

from tests.guideline.case_builder import a_case, breast_cancer, intake, pregnancy, second_line
from tests.guideline.order_builder import asks, only, order, stop, topics_of, untold, words

T_DXD, T_DM1 = "trastuzumab-deruxtecan", "trastuzumab-emtansine"
EXPECTING = {"age": 38, "pregnancies": pregnancy(), "intake": intake(pregnancy_excluded=None, menopausal_status="premenopausal")}
DRAFT = "MedicationRequest/d"


def mix_up(case, *orders):
    return only(list(asks(case, *orders).findings), "ProductMixUp")


def test_r083_a_name_that_several_products_share_is_asked_about():
    """RxNorm says "Trastuzumab Injection" of Kadcyla and Enhertu too."""
    found = mix_up(second_line(), untold(id=DRAFT))
    assert (found.indicator, found.headline.id) == ("warning", "order-product-untold")
    assert set(found.avoid) == {"trastuzumab", T_DXD, T_DM1}
    assert [(s.act, s.order) for s in found.suggestions] == [("delete", DRAFT)]


def test_r083_codes_of_two_conjugates_are_critical():
    found = mix_up(second_line(), untold(T_DXD, T_DM1, by_codes=True))
    assert (found.indicator, set(found.avoid)) == ("critical", {T_DXD, T_DM1})
    assert "trastuzumab deruxtecan" in found.headline.text
    assert "trastuzumab emtansine" in found.headline.text


@pytest.mark.parametrize(
    ("products", "by_codes"),
    [((T_DXD, T_DM1), False), (("pertuzumab", "trastuzumab"), True), (("lapatinib", "tucatinib"), True), (("docetaxel", T_DM1), True)],
    ids=["words only", "given together", "kinase inhibitors", "chemotherapy"],
)
def test_r083_other_contradictions_are_a_warning(products, by_codes):
    """Words may quote the drug before; of the other pairs no label says that they are taken for one another."""
    found = mix_up(second_line(), untold(*products, by_codes=by_codes))
    assert (found.indicator, found.headline.id) == ("warning", "order-product-untold-names")
    assert "different doses" not in words(found) or set(products) == {T_DXD, T_DM1}


def test_r083_two_orders_of_one_kind_are_one_card():
    found = mix_up(second_line(), untold(), untold())
    assert len(found.suggestions) == 2


def test_r124_in_a_documented_pregnancy_no_her2_drug_whichever_it_is():
    found = only(list(asks(a_case(**EXPECTING), untold(id=DRAFT)).findings), "Pregnancy")
    assert (found.indicator, found.headline.id) == ("critical", "order-pregnancy-untold")
    assert [(s.act, s.order) for s in found.suggestions] == [("delete", DRAFT)]


def test_r124_beside_a_named_drug_the_card_names_that_one():
    found = only(list(asks(a_case(**EXPECTING), order("tucatinib", 300), untold(T_DXD, T_DM1)).findings), "Pregnancy")
    assert found.headline.id == "order-pregnancy"
    assert {"tucatinib", T_DXD, T_DM1} == set(found.avoid)


def test_decision_17_the_dose_of_another_order_is_a_card_of_its_own():
    """An order whose product cannot be told settles nothing about one whose product can."""
    found = asks(second_line(), order(T_DXD, 10, "mg/kg"), untold()).findings
    assert {"DoseCheck", "ProductMixUp"} <= set(topics_of(found))


def test_r060_a_her2_drug_is_ordered_whichever_it_is():
    """No backbone is asked for beside it."""
    docetaxel = order("docetaxel", 75, "mg/m2")
    assert "ChemotherapyWithoutHer2" in topics_of(asks(a_case(), docetaxel).findings)
    assert "ChemotherapyWithoutHer2" not in topics_of(asks(a_case(), docetaxel, untold()).findings)


@pytest.mark.parametrize(
    ("case", "draft"),
    [
        (second_line(), untold(asked=False)),
        (second_line(), stop((), "progression")),
        (second_line(), untold(gastric=True)),
        (a_case(diagnoses=(), receptors=()), untold()),
        (second_line(diagnoses=breast_cancer()), order((), others=("loperamide",))),
    ],
    ids=["not selected", "stop order", "gastric", "no breast cancer", "another medicine"],
)
def test_r083_is_silent_otherwise(case, draft):
    assert "ProductMixUp" not in topics_of(asks(case, draft).findings)
