"""An active order for the same HER2 drugs that begins on a day to come: the line goes on (decisions 3 and 6, R136)."""

import pytest

from guideline.case import DrugRecord
from tests.guideline.case_builder import advice_on, given, intake, on_therapy, said, situation_of, status, thp, topics

PHESGO = "pertuzumab-trastuzumab-hyaluronidase"


def planned(drug: str, day: int) -> DrugRecord:
    """An active order that begins so many days ahead (counted back from today, so negative)."""
    return given(drug, day, kind="order")


@pytest.mark.parametrize(
    ("orders", "reason", "outcome"),
    [
        (planned(PHESGO, -16), None, "ongoing"),
        (planned("trastuzumab", -16), "completed", "ongoing"),
        (planned(PHESGO, -63), "unavailable", "ongoing"),
        (planned(PHESGO, -64), None, "unknown"),
        (planned("tucatinib", -16), None, "unknown"),
        ((planned("tucatinib", -16), planned("trastuzumab", -16)), None, "unknown"),
        (planned("letrozole", -16), None, "unknown"),
        (planned(PHESGO, -16), "toxicity", "toxicity"),
        (planned(PHESGO, -16), "progression", "progression"),
        ((), None, "unknown"),
    ],
    ids=[
        "IV to SC", "one of the two", "in 63 days", "in 64 days", "another drug", "another drug with the backbone", "an endocrine drug",
        "after toxicity", "after progression", "nothing ordered",
    ],
)  # fmt: skip
def test_r136_an_order_for_the_same_antibodies_continues_the_line(orders, reason, outcome):
    """The intravenous pair closed on the day of its last dose, and the next dose ordered: neither an end nor a next line is concluded."""
    case = on_therapy(*thp(300, 4, reason=reason, taxane_end=180), planned=orders)
    assert situation_of(case).last_line.outcome == outcome
    if outcome == "ongoing":
        assert topics(advice_on(case)) == []


def test_decision_6_progression_on_record_stands_whatever_is_ordered():
    """A worsening counts; so does the intake's answer that the therapy was stopped for toxicity."""
    drugs, orders = thp(300, 4, taxane_end=180), planned(PHESGO, -16)
    worse = on_therapy(*drugs, planned=orders, disease_statuses=status("worsened", 5))
    assert advice_on(worse).treatment.topic == "SecondLineTreatment"
    answered = on_therapy(*drugs, planned=orders, intake=intake(last_line_outcome=said("toxicity", days=2)))
    assert situation_of(answered).last_line.outcome == "toxicity"


def test_r131_an_answer_that_it_goes_on_is_not_disputed_by_the_old_route():
    """The intake says that the therapy goes on, and the order says how: there is no contradiction to name."""
    case = on_therapy(
        *thp(300, 4, taxane_end=180), planned=planned(PHESGO, -16), intake=intake(last_line_outcome=said("ongoing", days=2))
    )  # fmt: skip
    assert topics(advice_on(case)) == []
