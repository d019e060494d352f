"""A drug that one entry has as open and another, without any date, as stopped for what it is not given again after (I17)."""

import pytest

from tests.guideline.case_builder import advice_on, doses, finding, given, intake, on_therapy, said, thp, topics

T_DXD, T_DM1 = "trastuzumab-deruxtecan", "trastuzumab-emtansine"


def beside_a_stop(drug: str, reason: str | None, *, last_dose: int | None = None, status: str = "stopped", **facts):
    """A drug by an order of a hundred days ago that is open, and a stop of which nobody wrote down the day."""
    stop = given(drug, None, status=status, reason=reason)
    given_until = doses(drug, 97, last_dose) if last_dose is not None else ()
    return on_therapy(*thp(690, 120, reason="progression"), given(drug, 100, kind="order"), stop, *given_until, **facts)


@pytest.mark.parametrize("drug", [T_DXD, T_DM1, "tucatinib"])
@pytest.mark.parametrize(("reason", "indicator"), [("progression", "info"), ("lung", "warning")])
def test_i17_which_of_the_two_holds_is_asked_for(drug, reason, indicator):
    """Neither an end nor that it goes on is concluded, whether or not doses are on record."""
    for last_dose in (None, 13):
        found = finding(advice_on(beside_a_stop(drug, reason, last_dose=last_dose)), "MissingData")
        assert (found.indicator, found.headline.id) == (indicator, "open-and-stopped")
        assert [gap.ask.id for gap in found.missing] == ["ask-on-hold"]
        assert found.rules == ("R131",)
        told = [(fact.value, fact.date) for fact in found.facts if "no date" in fact.value]
        assert len(told) == 1, found.facts
        assert told[0][0].endswith("stopped, no date")


@pytest.mark.parametrize(
    "case",
    [
        beside_a_stop(T_DXD, "toxicity"),
        beside_a_stop(T_DXD, None),
        beside_a_stop(T_DXD, "completed", status="completed"),
        beside_a_stop("pertuzumab", "progression"),
        beside_a_stop(T_DXD, "progression", intake=intake(last_line_outcome=said("ongoing"))),
        on_therapy(*thp(690, 120), given("pertuzumab", None, status="stopped", reason="lung")),
        on_therapy(*thp(690, 120, reason="progression"), given(T_DXD, 100), given(T_DM1, None, status="stopped", reason="progression")),
        on_therapy(given("trastuzumab", 99), given("docetaxel", 99), given("docetaxel", None, status="stopped", reason="progression")),
    ],
    ids=[
        "given again at a lower dose", "no reason", "a course completed", "an antibody, used again", "answered", "an antibody that runs",
        "another drug", "a partner",
    ],
)  # fmt: skip
def test_i17_silent_where_it_may_well_be_given_again(case):
    """Undated entries of what was given before are many."""
    assert "open-and-stopped" not in [f.headline.id for f in advice_on(case).findings]
    assert "MissingData" not in topics(advice_on(case))
