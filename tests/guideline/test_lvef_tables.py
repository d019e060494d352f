"""The sift before the LVEF tables: it lets no series through unread in which a table asks for a hold (R110-R114)."""

from itertools import product

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from guideline.heart.lvef_tables import never_low
from guideline.knowledge_base import KNOWLEDGE as K
from tests.guideline.case_builder import GUIDELINE_US, lvef, on_therapy, situation_of, thp

NORMAL = GUIDELINE_US.lvef_lower_limit


def sifted(values):
    """Whether a series of values a month apart is passed over."""
    series = tuple(lvef(value, 30 * (n + 1)) for n, value in enumerate(values))
    return never_low(situation_of(on_therapy(*thp(400), lvef=series)))


def asks_for_a_hold(values):
    """Whether some row of some table asks for one at some value, with the fall counted from any other or with none."""
    falls = [(value, fall) for value, other in product(values, values) for fall in (None, round(other - value, 1))]
    rows = [table.row(value, fall, NORMAL) for table in K.thresholds.lvef_tables.values() for value, fall in falls]
    return any(row is not None and row.action != "continue" for row in rows)


@examples(st.lists(st.one_of(st.integers(30, 75), st.sampled_from((39.9, 45.1, 49.9, 50.1, 65.9, 66.1))), min_size=1, max_size=5))
def test_r110_r114_what_is_passed_over_asks_for_no_hold(values):
    """No row of any table, from whatever value the fall is counted."""
    if sifted(values):
        assert not asks_for_a_hold(values)


@pytest.mark.parametrize("values", [(62,), (60, 58, 62), (66, 50.1), (71, 55.1), ()])
def test_an_ordinary_series_is_passed_over(values):
    """No value at or under 50, and no fall of 16 points."""
    assert sifted(values)


@pytest.mark.parametrize("values", [(50,), (49.9,), (39,), (67, 51), (75, 59, 70), (60, 45)])
def test_a_low_value_or_a_large_fall_is_looked_at(values):
    """At the limits themselves too."""
    assert not sifted(values)
