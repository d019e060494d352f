"""The reference cases: what the guideline makes of each of them, part by part, is what was reviewed."""

from pathlib import Path

import pytest
import yaml

from tests.guideline.composition import composition
from tests.guideline.reference_cases import REFERENCE_CASES

#: The reviewed composition of each case.
REVIEWED = yaml.load(Path(__file__).with_name("composition.yaml").read_bytes(), Loader=yaml.CSafeLoader)


@pytest.mark.parametrize("name", REFERENCE_CASES)
def test_a_reference_case_is_answered_as_reviewed(name):
    """Sentences, values, facts with their dates, questions, rules, regimens in their order, clicks: none more, none less."""
    assert composition(*REFERENCE_CASES[name]()) == REVIEWED[name], "meant? print composition.yaml anew (see composition.py), read the diff"


def test_nothing_is_reviewed_that_is_not_asked():
    """Every reviewed case is a reference case, in the same order."""
    assert list(REVIEWED) == list(REFERENCE_CASES)
