"""The same HER2 drug twice among the drafts of one session (P01, R126; decision 18)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from guideline.dosing.ordered_level import by_label
from guideline.partial_date import PartialDate
from guideline.practice import Practice
from guideline.rules.orders import order_repeats as module
from tests.guideline.case_builder import TODAY, second_line
from tests.guideline.measure_builder import BODY
from tests.guideline.order_builder import asks, beside, order, says, stop, words

TDXD, TDM1, PHESGO = "trastuzumab-deruxtecan", "trastuzumab-emtansine", "pertuzumab-trastuzumab-hyaluronidase"
CASE = second_line(body=BODY)


def found(*orders, case=CASE, **more):
    return says(module.RULES, case, *orders, **more)


def on(days):
    """The planned day so many days from today."""
    return PartialDate.on(TODAY + timedelta(days=days))


def pair(drug, first, second, unit="mg/kg", **more):
    return order(drug, first, unit, **more), order(drug, second, unit, **more)


# --- One day -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "orders",
    [
        pair(TDXD, 5.4, 5.4),
        pair(TDXD, 5.4, 5.4, every_days=21),
        pair(TDXD, 5.4, 4.4, every_days=21),
        pair(TDXD, 5.4, 5.4, planned=on(0)),
        (order(TDXD, 5.4, "mg/kg", planned=on(0)), order(TDXD, 378, "mg", planned=on(0))),
        pair("trastuzumab", 8, 6, planned=on(3)),
        pair("pertuzumab", 840, 420, "mg", planned=on(3)),
        pair(TDM1, 3.6, 3.6),
        pair("trastuzumab", 8, 8),
        pair("trastuzumab", 6, 6),
        pair("pertuzumab", 840, 840, "mg"),
        pair("pertuzumab", 420, 420, "mg"),
        pair(PHESGO, 1200, 1200, "mg", parts=(1200.0, 600.0)),
        pair("tucatinib", 300, 300, "mg", times_a_day=2.0),
        pair("neratinib", 240, 240, "mg", times_a_day=1.0),
        (order(TDXD, 5.4, "mg/kg"), beside(TDXD, 5.4, "mg/kg")),
        (beside(TDXD, 5.4, "mg/kg"), order(TDXD, 5.4, "mg/kg")),
        (order(TDXD, 5.4, "mg/kg", planned=on(21)), *pair(TDXD, 5.4, 5.4, planned=on(0))),
    ],
)
def test_one_drug_ordered_twice_for_a_day(orders):
    """P01: a whole dose twice is critical, asked or beside."""
    (f,) = found(*orders)
    assert (f.topic, f.indicator) == ("DuplicateHer2Therapy", "critical")
    assert "is ordered twice" in f.headline.text
    assert {s.order for s in f.suggestions} <= {o.id for o in orders if o.asked}
    assert f.suggestions


@pytest.mark.parametrize(
    "orders",
    [
        # What goes on after a loading dose, by its amount or by its mark.
        pair("trastuzumab", 8, 6),
        (order("trastuzumab", 8, "mg/kg", planned=on(3)), order("trastuzumab", 6, "mg/kg", planned=on(24))),
        (order("trastuzumab", 8, "mg/kg", planned=on(3)), order("trastuzumab", 6, "mg/kg", planned=on(3), every_days=21)),
        pair("pertuzumab", 840, 420, "mg"),
        (order("trastuzumab", 6, "mg/kg", loading=True), order("trastuzumab", 6, "mg/kg", loading=False)),
        (order(PHESGO, 1200, "mg", parts=(1200.0, 600.0)), order(PHESGO, 600, "mg", parts=(600.0, 600.0))),
        # The cycles of a plan, with or without their days.
        tuple(order(TDXD, 5.4, "mg/kg", planned=on(21 * n)) for n in range(6)),
        tuple(order(TDXD, 5.4, "mg/kg") for _ in range(4)),
        (order(TDXD, 5.4, "mg/kg", planned=on(0)), order(TDXD, 5.4, "mg/kg", every_days=21)),
        (order(TDXD, 5.4, "mg/kg"), order(TDXD, 5.4, "mg/kg", every_days=21)),
        # The parts of one dose.
        pair(TDXD, 300, 78, "mg"),
        pair("trastuzumab", 420, 120, "mg"),
        pair("tucatinib", 150, 100, "mg", times_a_day=2.0),
        pair("tucatinib", 150, 150, "mg", times_a_day=2.0),
        pair("tucatinib", 300, 300, "mg", times_a_day=1.0),
        # The steps of a dose escalation.
        pair("neratinib", 120, 240, "mg", times_a_day=1.0),
        # Nothing to compare.
        (order(TDXD), order(TDXD)),
        (order(TDXD, 5.4, "mg/kg"), order(TDXD)),
        # One order, seen again or replaced.
        pair(TDXD, 5.4, 5.4, id="MedicationRequest/1"),
        (order(TDXD, 5.4, "mg/kg", id="MedicationRequest/1"), order(TDXD, 4.4, "mg/kg", replaces="MedicationRequest/1")),
        (order(TDXD, 5.4, "mg/kg", id="MedicationRequest/1"), order(TDXD, 5.4, "mg/kg", based_on="MedicationRequest/1")),
        (order(TDXD, 5.4, "mg/kg"), stop(TDXD)),
        pair(TDXD, 5.4, 5.4, gastric=True),
        # Other drugs.
        (order("trastuzumab", 6, "mg/kg"), order("pertuzumab", 420)),
        pair("docetaxel", 75, 75, "mg/m2"),
        (beside(TDXD, 5.4, "mg/kg"), beside(TDXD, 5.4, "mg/kg"), order("letrozole", 2.5)),
    ],
)
def test_drafts_of_one_drug_that_may_be_in_order(orders):
    """Cycles, loading and what follows, parts and steps of a dose, a draft and the one that it replaces: no card."""
    assert found(*orders) == []


def test_milligrams_without_a_weight_are_compared_as_they_are():
    """The same amount twice is twice the same dose, whatever the patient weighs; different amounts may be parts of one."""
    unweighed = second_line(body=())
    assert len(found(*pair(TDXD, 378, 378, "mg"), case=unweighed)) == 1
    assert found(*pair(TDXD, 300, 78, "mg"), case=unweighed) == []


def test_both_doses_are_named():
    """The card says what stands in the two drafts, and when they are right."""
    (f,) = found(order(TDXD, 5.4, "mg/kg", id="MedicationRequest/1"), order(TDXD, 378, "mg", id="MedicationRequest/2"))
    assert f.headline.text == "Keep one: trastuzumab deruxtecan is ordered twice (5.4 mg/kg, 378 mg)"
    assert [fact.source for fact in f.facts] == ["MedicationRequest/1", "MedicationRequest/2"]
    assert "different days" in words(f)


def test_the_duplicate_reaches_the_card():
    """P01 is said once, among what is said of the order."""
    advice = asks(CASE, *pair(TDXD, 5.4, 5.4))
    assert [f.topic for f in advice.findings if f.indicator == "critical"] == ["DuplicateHer2Therapy"]


def test_a_dose_is_judged_once_however_many_drafts_have_it(monkeypatch):
    """The cost of many drafts for one day must not grow with the number of their pairs."""
    judged = []
    monkeypatch.setattr(module, "by_label", lambda q, drug, dose: judged.append(dose) or by_label(q, drug, dose))
    assert found(*(order(TDXD, 20 + n, "mg", planned=on(0)) for n in range(40))) == []
    assert len(judged) == 40


def test_two_drafts_of_one_id_keep_their_own_dose():
    """A draft and its correction under one id are no repeat of each other; a third draft is one of the whole dose."""
    drafts = [order(TDXD, amount, "mg", planned=on(0), id=f"MedicationRequest/{n}") for n, amount in ((1, 378), (1, 60), (2, 378))]
    (f,) = found(*drafts)
    assert "378 mg, 378 mg" in f.headline.text


# --- Days too near ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("drug", "amount", "unit", "days", "expected"),
    [
        (TDXD, 5.4, "mg/kg", (0, 7, 14), "critical"),
        (TDXD, 5.4, "mg/kg", (0, 21, 38), "critical"),
        (TDXD, 5.4, "mg/kg", (0, 1), "critical"),
        (TDXD, 5.4, "mg/kg", (0, 18, 36), None),
        (TDXD, 5.4, "mg/kg", (0, 21, 42), None),
        (TDM1, 3.6, "mg/kg", (0, 14), "critical"),
        ("pertuzumab", 420, "mg", (0, 14), "warning"),
        ("trastuzumab", 2, "mg/kg", (0, 7, 14), None),
        ("tucatinib", 300, "mg", (0, 7), None),
    ],
)
def test_drafts_planned_too_near(drug, amount, unit, days, expected):
    """R126: three-weekly doses as drafts less than 18 days apart are one finding; weekly schedules and tablets are none."""
    got = found(*(order(drug, amount, unit, planned=on(day)) for day in days))
    assert [(f.topic, f.indicator) for f in got] == ([("DoseCheck", expected)] if expected else [])


def test_the_days_of_the_site_count():
    """What is too near is the site's own limit."""
    orders = [order(TDXD, 5.4, "mg/kg", planned=on(day)) for day in (0, 16)]
    assert found(*orders)
    assert not found(*orders, practice=Practice(minimum_interval_days=14))


def test_drafts_that_are_too_frequent_themselves_are_said_of_each():
    """What the dose check says of an order is not said again."""
    assert found(*(order(TDXD, 5.4, "mg/kg", every_days=7, planned=on(day)) for day in (0, 7))) == []


def test_days_that_are_not_known_are_not_near():
    """A month is no day."""
    month = PartialDate.parse(f"{TODAY.year + 1}-01")
    assert found(order(TDXD, 5.4, "mg/kg", planned=month), order(TDXD, 5.4, "mg/kg", planned=on(35))) == []


def test_the_interval_of_the_drafts_is_said():
    """The days between the two drafts that are too near, and which they are."""
    (f,) = found(*(order(TDXD, 5.4, "mg/kg", planned=on(day)) for day in (0, 7, 14)))
    assert "is ordered every 7 days; the label gives 5.4 mg/kg every 21 days" in f.headline.text
    assert [fact.date for fact in f.facts] == [TODAY.isoformat(), (TODAY + timedelta(days=7)).isoformat()]


# --- The ward and home ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "twice"),
    [
        ({"setting": "inpatient"}, {"setting": "home"}, False),
        ({"course": "acute"}, {"course": "continuous"}, False),
        ({"proposed": True}, {}, False),
        ({"setting": "inpatient"}, {"setting": "inpatient"}, True),
        ({"setting": "home"}, {"setting": "home"}, True),
        ({"setting": "inpatient"}, {}, True),
        ({"course": "acute"}, {}, True),
        ({"proposed": True}, {"proposed": True}, True),
    ],
)
def test_doses_on_the_ward_and_a_prescription_for_home_are_no_repeat(first, second, twice):
    """A kinase inhibitor for the stay and for afterwards, or planned and ordered: silent; where the orders do not tell, the card stays."""
    words_ = {"times_a_day": 2.0}
    got = found(order("tucatinib", 300, **words_, **first), order("tucatinib", 300, **words_, **second))
    assert ["is ordered twice" in f.headline.text for f in got] == ([True] if twice else [])


def test_an_infusion_is_given_once_wherever_it_is_ordered():
    """T-DXd on the ward and in the day clinic, for the same day: twice. A plan and its order are one."""
    assert found(order(TDXD, 5.4, "mg/kg", setting="inpatient"), order(TDXD, 5.4, "mg/kg", setting="home"))
    assert not found(order(TDXD, 5.4, "mg/kg", proposed=True), order(TDXD, 5.4, "mg/kg"))
