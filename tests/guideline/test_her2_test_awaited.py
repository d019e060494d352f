"""A HER2 test that is ordered already: its result is awaited, and nothing is ordered again (R122; decision 23)."""

import pytest

from guideline.case import Procedure
from guideline.knowledge_base import KNOWLEDGE as K
from tests.guideline.case_builder import HR_NEGATIVE, a_case, advice_on, finding, her2, source, topics, when

TOPIC, WAIT = "Her2StatusNeeded", K.thresholds.intervals.biopsy_result_days

EQUIVOCAL = (her2("2+", 10),)


def ordered(kind="her2-ish", day=3, state="booked"):
    return Procedure(kind, state, when(day), source("ServiceRequest"))


def needed(*orders, results=EQUIVOCAL):
    advice = advice_on(a_case(receptors=(*results, *HR_NEGATIVE), procedures=orders))
    assert topics(advice) == [TOPIC]
    return finding(advice, TOPIC)


@pytest.mark.parametrize("day", [3, WAIT, -2, None])
def test_an_ordered_ish_is_awaited(day):
    """The card names the day and is information; nothing is suggested; what the result changes is still said."""
    found = needed(ordered(day=day))
    assert (found.indicator, found.headline.id, found.requests) == ("info", "her2-ish-awaited", ())
    assert found.headline.text.startswith(f"HER2 IHC 2+: the ISH is ordered ({when(day) if day is not None else 'no date given'})")
    assert "her2-what-ish-changes" in {said.id for said in found.detail}
    assert [gap.input for gap in found.missing] == ["I02"]
    assert "Test ordered" in {fact.name for fact in found.facts}


@pytest.mark.parametrize("order", [(), (ordered(day=WAIT + 1),), (ordered("her2-ihc"),), (ordered("biopsy"),), (ordered(state="done"),)])
def test_what_is_no_open_order_of_an_ish_leaves_the_request(order):
    """An order nobody followed up for six weeks, another test, and a test that was done without a result."""
    found = needed(*order)
    assert (found.indicator, found.headline.id, found.requests) == ("warning", "her2-equivocal", ("her2-ish",))


def test_an_ish_since_the_order_answers_it():
    """EHRs leave orders active: an equivocal ISH after it is the result, and another one is asked for."""
    equivocal = her2(None, 1, method="ish", ratio=1.9, copies=5.0)
    assert needed(ordered(day=3), results=(equivocal,)).headline.id == "her2-equivocal-otherwise"
    assert needed(ordered(day=0), results=(equivocal,)).headline.id == "her2-ish-awaited"


@pytest.mark.parametrize("kind", ["her2-ihc", "her2-ish"])
def test_the_first_test_is_awaited_as_well(kind):
    """No result at all, and a test ordered."""
    found = needed(ordered(kind), results=())
    assert (found.indicator, found.headline.id, found.requests) == ("info", "her2-test-awaited", ())
