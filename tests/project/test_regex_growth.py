"""What `make fuzz` tries the patterns of the rooms on (`tests.regex_growth`). The times themselves are no test of every change."""

from __future__ import annotations

import re

from tests import regex_growth


def test_every_compiled_pattern_is_tried():
    """Those of all modules that read what others wrote, also inside tables."""
    found = regex_growth.patterns()
    assert len(found) > 150
    assert {name.split(".")[0] for name in found} == set(regex_growth.PACKAGES)


def test_the_words_of_a_pattern_are_tried_on_it():
    """A search may begin again at each of its own words."""
    assert {"metasta", "metasta ", "breast "} <= set(regex_growth.hostile_units(re.compile(r"metasta\w* to (?:the )?breast")))
