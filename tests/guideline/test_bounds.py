"""Numbers of which a record gives only a limit."""

import pytest

from guideline.bounds import just_beyond, reaches


@pytest.mark.parametrize(
    ("value", "bound", "limit", "reached"),
    [
        (1, None, 1, True),
        (0.9, None, 1, False),
        (1, "<", 1, False),
        (0.5, "<", 1, False),
        (10, "<", 1, None),
        (1, "<=", 1, None),
        (0.9, "<=", 1, False),
        (1, ">", 1, True),
        (95, ">", 1, True),
        (0.5, ">", 1, None),
        (1, ">=", 1, True),
        (0.9, ">=", 1, None),
        (0, "<", 1, False),
        (0, ">=", 1, None),
    ],
)
def test_a_bound_reaches_a_limit_only_where_every_value_does(value, bound, limit, reached):
    """<1 is below 1, >1 above it; <10 may be either, and is neither."""
    assert reaches(value, bound, limit) is reached


@pytest.mark.parametrize("value", [0.0, 0.1, 1.0, 50.0, 1e6])
def test_just_beyond_is_on_the_side_of_the_bound_and_near(value):
    """A hair below "<", a hair above ">", and the number itself of the others."""
    below, above = just_beyond(value, "<"), just_beyond(value, ">")
    assert below < value < above
    assert above - below < 1e-4 * max(value, 1)
    assert just_beyond(value, "<=") == just_beyond(value, ">=") == just_beyond(value, None) == value
    assert (just_beyond(value, "<", 0.1), just_beyond(value, ">", 0.1)) == (value - 0.1, value + 0.1)
