"""What an endocrine drug needs beside it when it is ordered (R068, R125, I14)."""

import pytest

from guideline.case import Menopause, Patient
from guideline.partial_date import PartialDate
from guideline.rules.orders import ovarian_suppression
from tests.guideline.case_builder import ago, given, her2, intake, on_therapy, receptor
from tests.guideline.order_builder import beside, order, says

HP = tuple(given(drug, 300) for drug in ("trastuzumab", "pertuzumab"))


def woman(birth="1985-05-05"):
    return Patient(birth=PartialDate.parse(birth), sex="female")


def said(drug, *more, status=None, patient=None, drafts=()):
    """What the rule says of the order of an endocrine drug beside trastuzumab and pertuzumab."""
    menopause = (Menopause(status, ago(60), "Observation/menopause"),) if status else ()
    facts = {"patient": patient or woman(), "menopause": menopause, "intake": intake(menopausal_status=None)}
    case = on_therapy(*HP, *more, receptors=(her2("3+"), receptor("ER", "positive")), **facts)
    return [(f.headline.id, f.indicator) for f in says(ovarian_suppression.RULES, case, order(drug, 2.5), *drafts)]


@pytest.mark.parametrize("status", ["premenopausal", "perimenopausal"])
def test_r068_before_the_menopause(status):
    """An aromatase inhibitor does not work without it; with tamoxifen and fulvestrant it is a reminder."""
    assert said("letrozole", status=status) == [("order-needs-suppression", "warning")]
    assert said("tamoxifen", status=status) == said("fulvestrant", status=status) == [("order-needs-suppression", "info")]


def test_r125_men():
    """An aromatase inhibitor needs a GnRH analogue; tamoxifen needs nothing."""
    man = Patient(birth=PartialDate.parse("1960-05-05"), sex="male")
    assert said("anastrozole", patient=man) == [("order-gnrh-in-men", "warning")]
    assert said("tamoxifen", patient=man) == []


def test_i14_a_status_that_nobody_wrote_down():
    """Asked of women up to 55 before an aromatase inhibitor alone."""
    assert said("exemestane") == [("order-suppression-open", "info")]
    assert said("exemestane", patient=woman("1971-11-21")) == [("order-suppression-open", "info")]
    assert said("exemestane", patient=woman("1970-11-20")) == []
    assert said("exemestane", patient=Patient(birth=None, sex="female")) == [("order-suppression-open", "info")]
    assert said("exemestane", patient=woman("1970")) == [("order-suppression-open", "info")]
    assert said("fulvestrant") == []


def test_silent_where_it_is_there_or_not_needed():
    """A GnRH agonist given or drafted, after the menopause, the drug itself given already, and the agonist's own order."""
    assert said("letrozole", given("goserelin", 100), status="premenopausal") == []
    assert said("letrozole", status="premenopausal", drafts=(beside("leuprolide", 3.75),)) == []
    assert said("letrozole", status="postmenopausal") == []
    assert said("letrozole", given("letrozole", 90), status="premenopausal") == []
    assert said("goserelin", status="premenopausal") == []
