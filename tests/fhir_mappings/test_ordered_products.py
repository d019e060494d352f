"""What a draft order is for, and when nobody can say which HER2 drug it is."""

import pytest

from fhir_mappings.medications.medication_names import Naming
from fhir_mappings.orders import ordered_products
from fhir_mappings.orders.ordered_products import OrderedProduct, ordered_product
from guideline.drug_classes import CONJUGATES, HER2_DRUGS, TRASTUZUMAB_PRODUCTS
from guideline.orders import UntoldProduct
from tests.fhir_mappings.resource_builders import RXNORM

HERCEPTIN, KADCYLA, ENHERTU = (RXNORM, "1922512", None), (RXNORM, "1371041", None), (RXNORM, "2267574", None)
PERTUZUMAB, LAPATINIB, TUCATINIB = (RXNORM, "1298944", None), (RXNORM, "480167", None), (RXNORM, "2361285", None)
LETROZOLE, EXEMESTANE = (RXNORM, "72965", None), (RXNORM, "258494", None)
SHARED = (RXNORM, "1922508", "Trastuzumab Injection")
T_DXD, T_DM1 = "trastuzumab-deruxtecan", "trastuzumab-emtansine"


def product(*codings, text=None):
    return ordered_product(Naming(codings, text))


@pytest.mark.parametrize(
    ("codings", "text"),
    [([SHARED], "Trastuzumab Injection"), ([SHARED], None), ([], "trastuzumab botidotin"), ([HERCEPTIN], "trastuzumab botidotin"),
     ([], "Herceptin (ado-trastuzumab emtansine)")],
)  # fmt: skip
def test_decision_24_some_product_with_trastuzumab(codings, text):
    """A name that its products share, and a conjugate that we do not know."""
    assert product(*codings, text=text) == OrderedProduct(untold=UntoldProduct())


@pytest.mark.parametrize(
    ("codings", "products"),
    [
        ([KADCYLA, ENHERTU], (T_DXD, T_DM1)),
        ([KADCYLA, ENHERTU, (RXNORM, "224905", "trastuzumab")], (T_DXD, T_DM1)),
        ([HERCEPTIN, KADCYLA], ("trastuzumab", T_DM1)),
        ([LAPATINIB, TUCATINIB], ("lapatinib", "tucatinib")),
    ],
)
def test_codes_of_two_her2_drugs(codings, products):
    """Trastuzumab, to which RxNorm rolls conjugates up, is no third."""
    assert product(*codings) == OrderedProduct(untold=UntoldProduct(products, by_codes=True))


def test_displays_that_name_two_conjugates():
    """Local codes say nothing; their displays contradict each other."""
    found = product(("urn:local", "1", "Kadcyla"), ("urn:local", "2", "Enhertu"))
    assert found.untold == UntoldProduct((T_DXD, T_DM1))


def test_a_code_under_another_products_name_is_ordered_and_the_name_was_meant():
    """The code is what gets dispensed."""
    assert product(ENHERTU, text="Herceptin") == OrderedProduct((T_DXD,), meant="trastuzumab")
    assert product((RXNORM, "1922512", None), (RXNORM, "2119711", None), text="Kadcyla").meant == T_DM1


@pytest.mark.parametrize(
    ("codings", "text"),
    [([LETROZOLE, EXEMESTANE], None), ([LETROZOLE], None), ([], "amoxicillin"), ([], "sodium chloride 0.9 % for trastuzumab infusion"),
     ([SHARED], "Enhertu"), ([], "Trastuzumab Injection"), ([], "Datopotam derux-dlnk")],
)  # fmt: skip
def test_decision_26_what_is_told_or_is_none_of_the_her2_drugs(codings, text):
    assert product(*codings, text=text).untold is None
    assert ordered_product(None) == OrderedProduct()


def test_the_other_her2_drugs_are_those_of_the_guideline():
    """This room reads no knowledge of the guideline: a HER2 drug that is new there is to be named here too."""
    assert HER2_DRUGS - CONJUGATES - TRASTUZUMAB_PRODUCTS == ordered_products._OTHER_HER2
