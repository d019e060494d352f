"""Tablets of two strengths, ordered apart and taken together, are judged as the one dose that they are (R126, P09)."""

from __future__ import annotations

import pytest

from guideline.dosing.whole_doses import as_whole_doses
from guideline.orders import OrderedDose
from tests.guideline.case_builder import intake, second_line
from tests.guideline.measure_builder import BODY, labs
from tests.guideline.order_builder import asks, beside, only, order, words

CASE = second_line(body=BODY, intake=intake(dpyd="normal"))
TUCATINIB = beside("tucatinib", 300, times_a_day=2)


def tablets(strength, number, drug="capecitabine", **more):
    return order(drug, strength * number, times_a_day=2, strength=strength, **more)


def doses(*orders):
    return [(o.dose.amount, len(o.made_of)) for o in as_whole_doses(orders)]


@pytest.mark.parametrize(
    ("of_500", "of_150", "verdict"),
    [(3, 2, None), (3, 4, "17 % above"), (4, 2, "28 % above"), (1, 1, "below the label dose")],
)
def test_the_sum_is_judged(of_500, of_150, verdict):
    """1.79 m2: 1500 + 300 mg are right beside tucatinib, 2000 + 300 mg is the dose of capecitabine alone."""
    found = [f for f in asks(CASE, tablets(500, of_500), tablets(150, of_150), TUCATINIB).findings if f.topic == "DoseCheck"]
    assert [verdict in f.headline.text for f in found] == ([True] if verdict else [])
    if found:
        parts = [(fact.value, fact.source) for fact in found[0].facts if fact.name == "Part of it"]
        assert [value for value, _ in parts] == [f"{500 * of_500} mg", f"{150 * of_150} mg"]


def test_the_other_strength_may_stand_beside_the_question():
    """Selected one by one, they are one dose all the same."""
    selected = tablets(150, 2)
    found = only(list(asks(CASE, tablets(500, 4, asked=False), selected, TUCATINIB).findings), "DoseCheck")
    assert "2300 mg" in found.headline.text
    assert found.facts[0].source == selected.id


def test_the_kidneys_ask_for_three_quarters_of_the_sum():
    """P09: 1000 and 750 mg are each below 75 % of the dose; together they are all of it."""
    case = second_line(body=BODY, intake=intake(dpyd="normal"), labs=labs(creatinine=86 * 70 / 72 * 0.85 / 40))
    reduced = asks(case, tablets(500, 2), tablets(150, 1), TUCATINIB)
    assert all("Reduce capecitabine" not in f.headline.text for f in reduced.findings)
    full = [f.headline.text for f in asks(case, tablets(500, 2), tablets(150, 5), TUCATINIB).findings]
    assert [text.startswith("Reduce capecitabine to 75 %") for text in full if "capecitabine" in text] == [True]


def test_both_are_taken_back():
    """P09: complete DPD deficiency: each of the asked drafts at one click."""
    case = second_line(body=BODY, intake=intake(dpyd="poor"))
    first, second = tablets(500, 3), tablets(150, 2)
    found = only(list(asks(case, first, second).findings), "LabSafety")
    assert [s.order for s in found.suggestions] == [first.id, second.id]
    found = only(list(asks(case, first, tablets(150, 2, asked=False)).findings), "LabSafety")
    assert [s.order for s in found.suggestions] == [first.id]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (tablets(500, 3), tablets(500, 2)),
        (tablets(500, 3), tablets(150, 10)),
        (tablets(500, 3.6), tablets(150, 2)),
        (tablets(150, 2, "tucatinib"), tablets(50, 6, "tucatinib")),
        (tablets(500, 3, setting="inpatient"), tablets(150, 2, setting="home")),
        (tablets(500, 3, proposed=True), tablets(150, 2)),
        (tablets(500, 3), order("capecitabine", 300, times_a_day=1, strength=150)),
        (tablets(500, 3), tablets(150, 2, further=(OrderedDose(600, "mg"),))),
        (tablets(500, 3, id="MedicationRequest/a"), tablets(150, 2, replaces="MedicationRequest/a")),
    ],
)  # fmt: skip
def test_what_is_no_part_of_one_dose(one, other):
    """Equal strengths are steps, ten of the smaller or as many mg as the other a dose of their own; other days, places or times."""
    assert doses(one, other) == [(one.dose.amount, 0), (other.dose.amount, 0)]


def test_three_orders_are_no_pair():
    """Which of them belong together nobody can tell."""
    assert len(as_whole_doses((tablets(500, 3), tablets(150, 2), tablets(150, 3)))) == 3


@pytest.mark.parametrize(("second", "speaks"), [(1800, True), (1700, True), (900, False)])
def test_capecitabine_twice(second, speaks):
    """R126: the whole dose in two orders of one session is twice the dose: a warning. Different amounts may follow each other."""
    orders = (order("capecitabine", 1800, times_a_day=2), order("capecitabine", second, times_a_day=2))
    found = [f for f in asks(CASE, *orders, TUCATINIB).findings if "twice (" in f.headline.text]
    assert [(f.topic, f.indicator) for f in found] == ([("DoseCheck", "warning")] if speaks else [])
    if speaks:
        assert "1000 mg/m2 twice daily" in words(found[0])
        assert [s.order for s in found[0].suggestions] == [o.id for o in orders]


@pytest.mark.parametrize(
    ("drug", "one", "other"),
    [("capecitabine", (500, 1800), (150, 1800)), ("capecitabine", (500, 2150), (150, 2150)), ("tucatinib", (150, 250), (50, 250))],
)
def test_a_dose_that_both_orders_name_is_one(drug, one, other):
    """Both orders say 1800 mg, 3 x 500 and 2 x 150: tablets of 500 mg alone cannot make it."""
    orders = [order(drug, amount, times_a_day=2, strength=strength) for strength, amount in (one, other)]
    assert not [f for f in asks(CASE, *orders, TUCATINIB).findings if "twice (" in f.headline.text]


def test_tucatinib_twice_in_two_strengths_stays_critical():
    """P01: 300 mg of 150 mg tablets and 300 mg of 50 mg tablets are the same dose twice."""
    found = asks(CASE, tablets(150, 2, "tucatinib"), tablets(50, 6, "tucatinib")).findings
    assert only(list(found), "DuplicateHer2Therapy").indicator == "critical"
