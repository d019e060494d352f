"""LVEF at an order in early disease: two labels have another table there, which holds sooner than that of metastatic disease."""

import pytest

from tests.guideline.case_builder import HR_NEGATIVE, a_case, given, her2, lvef, said_ids, stage, words_of
from tests.guideline.order_builder import asks, order

T_DM1 = "trastuzumab-emtansine"
HP = ("trastuzumab", "pertuzumab")


def asked(drugs, value, *, early=True, **more):
    """The next cycle of what has been given for 200 days, the LVEF from 60 to `value` since."""
    stage_2 = {"metastases": (), "stages": stage("II", 300), "receptors": (her2("3+", 300, "primary"), *HR_NEGATIVE)}
    running = tuple(given(drug, 200, **more) for drug in drugs)
    case = a_case(**(stage_2 if early else {"metastases": ()}), drugs=running, lvef=(lvef(60, 210), lvef(value, 5)))
    return asks(case, *(order(drug) for drug in drugs))


@pytest.mark.parametrize(
    ("drugs", "named"), [((T_DM1,), "trastuzumab emtansine"), (HP, "pertuzumab"), (("pertuzumab-trastuzumab-hyaluronidase",), "pertuzumab")]
)
@pytest.mark.parametrize("early", [True, False])
def test_r111_r113_early_disease_is_not_told_that_no_hold_rule_is_met(drugs, named, early):
    """LVEF 47, 13 points down: the metastatic table lets it go on, that of early disease may not; so without a stage."""
    advice = asked(drugs, 47, early=early)
    assert "lvef-low-early" in said_ids(advice)
    assert "lvef-low-no-hold" not in said_ids(advice)
    assert named in words_of(advice)


@pytest.mark.parametrize("drugs", [(T_DM1,), HP])
def test_r111_r113_a_hold_in_early_disease_names_whose_limits_it_prints(drugs):
    """LVEF 43: held by either table; the restart test that is printed is that of metastatic disease."""
    assert {"lvef-hold-resume", "lvef-hold-early"} <= said_ids(asked(drugs, 43))


def test_r112_trastuzumab_has_one_table_at_any_stage():
    """Trastuzumab alone, T-DXd: nothing to add."""
    assert "lvef-hold-early" not in said_ids(asked(("trastuzumab",), 43))
    assert "lvef-low-no-hold" in said_ids(asked(("trastuzumab-deruxtecan",), 49))


def test_in_metastatic_disease_nothing_is_added():
    """The table is the one that applies."""
    case = a_case(drugs=given(T_DM1, 15), lvef=(lvef(60, 210), lvef(47, 5)))
    advice = asks(case, order(T_DM1))
    assert "lvef-low-early" not in said_ids(advice)
    assert "lvef-low-no-hold" in said_ids(advice)
