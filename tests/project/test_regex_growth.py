"""No regular expression that reads a record or a request is held up by the length of a text."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests import regex_growth

#: For all patterns together, in seconds: many times what a slow machine takes. Only a pattern without end needs it.
_WITHOUT_END = 1200


def test_no_pattern_grows_worse_than_the_text():
    """Every compiled pattern of the rooms that read what others wrote, against blanks, digits, letters, marks and its own words."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tests.regex_growth"], capture_output=True, text=True, check=True, timeout=_WITHOUT_END
        )
    except subprocess.TimeoutExpired as late:
        pytest.fail(f"a pattern that has no end: {(late.stdout or b'').decode()[-300:]}")
    lines = done.stdout.splitlines()
    assert len([line for line in lines if line.startswith("trying ")]) > 150
    assert [line for line in lines if line.startswith("offender ")] == []


@pytest.mark.parametrize(
    ("pattern", "unit"),
    [
        (r"\s*x", " "),
        (r"a.*b", "a"),
        (r"\w+\s*=", "a"),
        (r"(?:metasta\w*) to", "metasta"),
        (r"\?\W*$", "?"),
    ],
)
def test_a_pattern_that_is_worse_than_linear_is_found(pattern, unit):
    """A search begun again at each character, two times anything."""
    assert regex_growth.outgrows(re.compile(pattern), unit)


@pytest.mark.parametrize("pattern", [r"\A\s*+x", r"(?<!\s)\s*+x", r"\bbreast\b[\w ]{0,40}cancer", r"\b\w++\s", r"x"])
@pytest.mark.parametrize("unit", [" ", "a", "breast ", "?"])
def test_a_linear_pattern_is_not_blamed(pattern, unit):
    """Possessive, anchored or bounded repetition is linear."""
    assert not regex_growth.outgrows(re.compile(pattern), unit)


def test_the_words_of_a_pattern_are_tried_on_it():
    """A search may begin again at each of its own words."""
    assert {"metasta", "metasta ", "breast "} <= set(regex_growth.hostile_units(re.compile(r"metasta\w* to (?:the )?breast")))
