"""Charts with thousands of doses and weights: what is looked up for all of them is not looked up again for each."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from guideline import body
from guideline.dosing import dosing_weight, earlier_doses, label_doses, ordered_level
from guideline.facts_used import course_fact
from guideline.therapy.exposures import exposures
from guideline.therapy.going_on import last_given, stands
from tests.guideline.case_builder import TODAY, a_case, advice_on, ago, doses, febrile_neutropenia, on_therapy, second_line
from tests.guideline.measure_builder import dosed, weight
from tests.guideline.order_builder import asks, order

TDXD = "trastuzumab-deruxtecan"


def long_chart(cycles, **facts):
    """Doses of T-DXd in mg, and the weight of each day."""
    days = range(21, 21 * cycles + 1, 21)
    weights = (weight(70, 1), *(weight(70 + day % 3, day) for day in days))
    return second_line(drugs=tuple(dosed(TDXD, day, 378, "mg") for day in days), body=weights, **facts)


def times_sorted(monkeypatch, act):
    """How often the weights are put in order."""
    sorted_for = []

    class Counted(body.Weights):
        def __init__(self, case):
            sorted_for.append(case)
            super().__init__(case)

    with monkeypatch.context() as counting:
        for module in (label_doses, dosing_weight):
            counting.setattr(module, "Weights", Counted)
        act()
    return len(sorted_for)


@pytest.mark.parametrize(
    "act",
    [
        lambda cycles: asks(long_chart(cycles), order(TDXD, 378, "mg")),
        lambda cycles: advice_on(long_chart(cycles, febrile_neutropenia=febrile_neutropenia(3))),
    ],
    ids=["order", "chart"],
)
def test_the_weights_are_put_in_order_as_often_for_many_doses_as_for_few(monkeypatch, act):
    """The cost must not grow with doses times weights."""
    few, many = (times_sorted(monkeypatch, lambda cycles=cycles: act(cycles)) for cycles in (3, 30))
    assert few == many > 0


def test_the_weight_of_a_day_is_found_among_the_few_before_it():
    """However many weights were measured before, and whether their days are known or not."""
    weights = body.Weights(a_case(body=(*(weight(70, day) for day in range(100, 1000)), *(weight(70, "2026-08") for _ in range(1000)))))
    looked_at = []

    class Counted(list):
        def __getitem__(self, place):
            looked_at.append(place)
            return super().__getitem__(place)

    weights._found = Counted(weights._found)
    assert [weights.around(ago(day)) is not None for day in (0, 50, 200)] == [False, False, True]
    assert len(looked_at) < 40


@pytest.mark.parametrize(
    ("module", "look_up"), [(dosing_weight, "_last_milligrams"), (earlier_doses, "_earlier_doses"), (ordered_level, "_look_up_lowest")]
)
def test_the_record_is_looked_through_once_for_all_orders_of_a_drug(monkeypatch, module, look_up):
    """The cost must not grow with drafts times doses."""
    asked, found = [], getattr(module, look_up)
    monkeypatch.setattr(module, look_up, lambda q, drug: asked.append(drug) or found(q, drug))
    asks(long_chart(3), *(order(TDXD, 378, "mg", planned=ago(-21 * cycle)) for cycle in range(12)))
    assert sorted(asked) == sorted(set(asked))
    assert TDXD in asked


class Reference(str):
    """A reference that counts how often one is compared with another."""

    __slots__ = ()
    compared = 0

    __hash__ = str.__hash__

    def __eq__(self, other):
        Reference.compared += 1
        return str.__eq__(self, other)


@pytest.mark.parametrize(
    "act",
    [stands, last_given, lambda case, e: course_fact(case, e, "last dose", e.last_dose)],
    ids=["stands", "last given", "cited"],
)
def test_the_records_of_a_course_are_found_without_comparing_each_with_each(act):
    """The cost must not grow with the records times the sources of a course."""
    records = tuple(replace(record, source=Reference(record.source)) for record in doses("trastuzumab", 2100, 5))
    (course,) = exposures(records, TODAY)
    Reference.compared = 0
    act(on_therapy(*records), course)
    assert Reference.compared <= 2 * len(records)
