"""Capecitabine and palbociclib without their week of rest (R126; R038, R043, R050, R104; decision 28)."""

import pytest
from msgspec.structs import replace

from guideline.orders import OrderedDose
from tests.guideline.case_builder import given, on_therapy
from tests.guideline.measure_builder import BODY
from tests.guideline.order_builder import asks, order

CASE = on_therapy(given("tucatinib", 60), given("trastuzumab", 60), body=BODY)
HALF = OrderedDose(1800, "mg", times_a_day=2)


def about(drug, dose, **more):
    """What is said of the days of an order."""
    asked = replace(order(drug, 1, **more), dose=dose)
    return [f for f in asks(CASE, asked).findings if f.headline.id == "dose-without-rest"]


@pytest.mark.parametrize(
    ("dose", "said"),
    [
        (replace(HALF, days_on=21), "ordered for 21 days on end; the label gives it on days 1-14 of 21"),
        (replace(HALF, days_on=15), "for 15 days"),
        (replace(HALF, without_rest=True), "ordered without rest"),
        (OrderedDose(1000, "mg/m2", times_a_day=2, days_on=28), "for 28 days"),
    ],
)
def test_r126_capecitabine_without_its_rest(dose, said):
    """A warning without a click: the days belong to the dose."""
    (found,) = about("capecitabine", dose)
    assert (found.topic, found.indicator, found.suggestions, found.avoid) == ("DoseCheck", "warning", (), ())
    assert said in found.headline.text


@pytest.mark.parametrize(
    ("dose", "said"),
    [
        (OrderedDose(125, "mg", times_a_day=1, days_on=28), "for 28 days on end"),
        (OrderedDose(75, "mg", times_a_day=1, without_rest=True), "without rest"),
    ],
)
def test_r104_palbociclib_without_its_rest(dose, said):
    """21 days, then 7 of rest, at every dose level."""
    (found,) = about("palbociclib", dose)
    assert (found.topic, found.indicator) == ("DoseCheck", "warning")
    assert found.headline.text == f"Check the days: palbociclib is ordered {said}; the label gives it on days 1-21 of 28"


@pytest.mark.parametrize(
    ("drug", "dose"),
    [
        ("capecitabine", HALF),
        ("capecitabine", replace(HALF, days_on=14)),
        ("capecitabine", replace(HALF, days_on=7)),
        ("tucatinib", OrderedDose(300, "mg", times_a_day=2, days_on=21)),
        ("lapatinib", OrderedDose(1250, "mg", times_a_day=1, without_rest=True)),
        ("palbociclib", OrderedDose(125, "mg", times_a_day=1, days_on=21)),
    ],
)
def test_r126_no_word_where_the_order_says_nothing_or_the_label_gives_no_rest(drug, dose):
    """Silence about the days is no error, and the other drugs by mouth are taken every day."""
    assert about(drug, dose) == []


def test_r126_days_of_another_cancer_are_not_judged():
    """An order for gastric cancer has its own schedule."""
    assert about("capecitabine", replace(HALF, days_on=21), gastric=True) == []
