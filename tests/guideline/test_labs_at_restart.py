"""A drug that is on hold for toxicity and ordered again, its values not on record (R131, R133)."""

import pytest

from guideline.rules.orders import labs as module
from tests.guideline.case_builder import doses, given, on_therapy, thp
from tests.guideline.measure_builder import BODY, labs
from tests.guideline.order_builder import order, says

T_DM1, T_DXD = "trastuzumab-emtansine", "trastuzumab-deruxtecan"


def restart(drug, *, values=(), reason="toxicity", status="on-hold", given_until=34):
    """Second line since a hundred days; what the labs' rules say when the drug is ordered again."""
    held = given(drug, 100, status=status, reason=reason)
    case = on_therapy(*thp(690, 120, reason="progression"), held, *doses(drug, 97, given_until), labs=values, body=BODY)
    return says(module.RULES, case, order(drug))


@pytest.mark.parametrize(
    ("drug", "named", "asked"),
    [
        (T_DM1, "ALT or AST, bilirubin, platelets", ["I11", "I12"]),
        (T_DXD, "neutrophils, platelets", ["I12"]),
        ("tucatinib", "ALT or AST, bilirubin, creatinine clearance", ["I10", "I11"]),
    ],
)
def test_r133_the_values_that_are_not_on_record_are_named(drug, named, asked):
    """Information: nobody can tell whether the hold is over."""
    (found,) = restart(drug)
    assert (found.topic, found.indicator, found.headline.id) == ("LabSafety", "info", "lab-needed-restart")
    assert found.headline.text.endswith(f"Not on record for the last 21 days: {named}")
    assert [gap.input for gap in found.missing] == asked


@pytest.mark.parametrize(
    "facts",
    [{"values": labs()}, {"reason": None}, {"reason": "patient-wish"}, {"status": "active", "reason": None}],
    ids=["all there", "no reason", "another reason", "running"],
)
def test_r133_silent_otherwise(facts):
    """No reminder at each cycle."""
    assert restart(T_DM1, **facts) == []


def test_r133_what_holds_the_drug_today_is_said_alone():
    """The value of today first: one card for a drug."""
    assert [f.indicator for f in restart(T_DM1, values=labs(bilirubin=None, platelets=20))] == ["warning"]
