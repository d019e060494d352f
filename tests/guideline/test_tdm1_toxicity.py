"""Neuropathy of grade 3 or 4 holds T-DM1, nodular regenerative hyperplasia of the liver ends it (R119; E28)."""

import pytest

from tests.guideline.case_builder import (
    LONG,
    a_case,
    advice_on,
    dose,
    doses,
    finding,
    given,
    intake,
    on_therapy,
    second_line,
    thp,
    topics,
    toxicity,
)
from tests.guideline.measure_builder import BODY, labs
from tests.guideline.order_builder import asks, order

T_DM1, T_DXD = "trastuzumab-emtansine", "trastuzumab-deruxtecan"
FIRST = thp(690, 400, reason="progression")
RUNNING = (given(T_DM1, 380), *doses(T_DM1, 380, 20))
LIVER = toxicity("liver-hyperplasia", None, 100)


def on_tdm1(*toxicities, drugs=RUNNING, **facts):
    return on_therapy(*FIRST, *drugs, toxicities=toxicities, labs=labs(), body=BODY, **facts)


def on_chart(case):
    return [(f.indicator, f.headline.id, f.avoid) for f in advice_on(case).findings if "R119" in f.rules]


def at_order(case, drug=T_DM1, amount=3.6):
    return [(f.indicator, f.headline.id, f.avoid) for f in asks(case, order(drug, amount, "mg/kg")).findings if "R119" in f.rules]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (toxicity(grade=3), "lab-hold"),
        (toxicity(grade=4), "lab-hold"),
        (toxicity(grade=3, status="unknown"), "lab-hold"),
        (toxicity(grade=3, day="2026-11"), "lab-hold"),
        (toxicity(grade=3, day=20), "lab-hold"),
        (toxicity(grade=3, day=21), None),
        (toxicity(grade=2), None),
        (toxicity(grade=None), None),
        (toxicity(grade=3, status="resolved"), None),
    ],
    ids=[
        "grade 3",
        "grade 4",
        "status unknown",
        "some day of the month",
        "the day of the dose",
        "given since",
        "grade 2",
        "ungraded",
        "over",
    ],
)
def test_r119_neuropathy_holds_the_next_dose(found, said):
    """From grade 3 on, unless T-DM1 was given since: whoever gave it knew. Chart and order say the same."""
    case = on_tdm1(found)
    assert on_chart(case) == at_order(case) == ([("warning", said, ())] if said else [])


def test_r119_the_card_says_until_when_and_of_which_day_the_grade_is():
    """Decision 32: the act and its reason, and the fact with its source."""
    found = toxicity(grade=3, day=5)
    card = finding(advice_on(on_tdm1(found)), "LabSafety")
    assert card.headline.text == "Hold trastuzumab emtansine: peripheral neuropathy of grade 3 since 2026-11-15"
    assert [line.text for line in card.detail] == [
        "Until grade 2 or better, by the label; the grade on record is of 2026-11-15: examine again before the next dose.",
        "A hold is not progression and not a new line.",
    ]
    assert [(f.name, f.value, f.date, f.source) for f in card.facts] == [
        ("Peripheral neuropathy", "grade 3, active", "2026-11-15", found.source)
    ]
    assert card.rules == ("R119",)


def test_r131_an_undated_grade_3_is_to_be_looked_up():
    """One without a date holds nothing by itself."""
    case = on_tdm1(toxicity(grade=3, day=None))
    assert on_chart(case) == at_order(case) == [("info", "lab-undated", ())]
    both = on_tdm1(toxicity(grade=4, day=None), toxicity(grade=3))
    assert on_chart(both) == [("warning", "lab-hold", ())]


def test_r119_a_first_order_is_not_started():
    """Of the taxane's neuropathy, too: what was never given is not held."""
    case = second_line(toxicities=toxicity(grade=3, day=40), labs=labs(), body=BODY)
    assert at_order(case) == [("warning", "lab-not-started", ())]
    assert on_chart(case) == []
    assert at_order(case, T_DXD, 5.4) == []


@pytest.mark.parametrize(
    "drugs",
    [RUNNING, (given(T_DM1, 380, status="on-hold"), *doses(T_DM1, 380, 20)), (*RUNNING, dose(T_DM1, 3))],
    ids=["running", "on hold", "given since"],
)
@pytest.mark.parametrize("found", [LIVER, toxicity("liver-hyperplasia", None, None), toxicity("liver-hyperplasia", None, 300, "resolved")])
def test_r119_the_liver_ends_it_for_good(found, drugs):
    """Running, on hold, given since, undated, resolved: the label knows no way back. It goes before a hold for the nerves."""
    case = on_tdm1(found, toxicity(grade=3, day=1), drugs=drugs)
    assert on_chart(case) == at_order(case) == [("warning", "lab-stop", (T_DM1,))]


def test_r119_a_hold_is_not_held_again():
    """On hold already: the nerves are spoken of when it is ordered again."""
    case = on_tdm1(toxicity(grade=3), drugs=(given(T_DM1, 380, status="on-hold"), *doses(T_DM1, 380, 20)))
    assert on_chart(case) == []
    assert at_order(case) == [("warning", "lab-hold", ())]


def test_r119_t_dm1_is_not_offered_after_it():
    """Where T-DXd cannot be had T-DM1 would lead: the card says why it does not. Neuropathy, which heals, bars nothing."""
    case = second_line(toxicities=LIVER, intake=intake(tdxd_available="false"))
    treatment = advice_on(case).treatment
    assert "tdm1" not in [option.regimen for option in (treatment.lead, *treatment.alternatives) if option is not None]
    assert [reason.id for option in treatment.barred if option.regimen == "tdm1" for reason in option.reasons] == ["tdm1-barred-liver"]
    with_neuropathy = advice_on(second_line(toxicities=toxicity(grade=3), intake=intake(tdxd_available="false"))).treatment
    assert with_neuropathy.lead.regimen == "tdm1"


def test_r119_nothing_is_said_of_other_drugs():
    """Under T-DXd, and before any therapy."""
    assert topics(advice_on(on_tdm1(LIVER, toxicity(grade=4), drugs=(given(T_DXD, 380), *doses(T_DXD, 380, 20))))) == []
    assert "LabSafety" not in topics(advice_on(a_case(metastases=LONG, drugs=FIRST, toxicities=toxicity(grade=4))))
