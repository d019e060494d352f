"""What is missing, and what to check before a first dose (R071, R080, R131; list of inputs)."""

import pytest
from msgspec.structs import replace

from guideline.case import Procedure
from guideline.rules.orders import labs as labs_at_order
from tests.guideline.case_builder import (
    LONG,
    a_case,
    advice_on,
    ago,
    given,
    her2,
    intake,
    lead_of,
    missing_in,
    said_ids,
    second_line,
    words_of,
)
from tests.guideline.measure_builder import BODY, lab, weight
from tests.guideline.order_builder import order, says

_BARE = {"intake": {}, "lvef": (), "receptors": (her2("3+"),), "age": 40}


def test_r131_nothing_benign_is_said_about_what_is_unknown():
    """R131: with almost nothing on record the card asks, and never says "normal", "no ILD" or "fit"."""
    advice = advice_on(a_case(**_BARE))
    assert {"I03", "I04", "I06", "I07", "I08", "I09", "I13"} <= missing_in(advice)
    text = words_of(advice).lower()
    assert not any(word in text for word in ("cardiac function is normal", "no ild on record", "fit to", "not pregnant"))


@pytest.mark.parametrize(
    ("answers", "item"),
    [
        ({"ild_history": None}, "I09"),
        ({"cns_disease": None}, "I06"),
        ({"pregnancy_excluded": None, "menopausal_status": "premenopausal"}, "I13"),
        ({"prior_therapy_complete": None}, "I04"),
    ],
)
def test_each_open_input_is_named_and_only_it(answers, item):
    """Section 4: the missing item is named; what is known is not asked for."""
    base = missing_in(advice_on(a_case()))
    assert base == set()
    assert missing_in(advice_on(a_case(intake=intake(**answers)))) == {item}


@pytest.mark.parametrize(
    ("labs", "missing"),
    [
        ((), {"I11", "I12"}),
        ((lab("alt", 20), lab("ast", 20), lab("bilirubin", 0.5)), {"I12"}),
        ((lab("alt", 20), lab("ast", 20), lab("bilirubin", 0.5), lab("platelets", 200)), set()),
        ((lab("alt", 20, 21), lab("ast", 20, 21), lab("bilirubin", 0.5, 21), lab("platelets", 200, 21)), set()),
        ((lab("alt", 20, 22), lab("ast", 20, 21), lab("bilirubin", 0.5, 21), lab("platelets", 200, 21)), {"I11"}),
    ],
)
def test_i11_i12_before_t_dm1(labs, missing):
    """I11, I12: liver tests and platelets not older than three weeks before T-DM1."""
    advice = advice_on(second_line(intake=intake(tdxd_available="false"), labs=labs))
    assert lead_of(advice) == "tdm1"
    assert missing_in(advice) & {"I10", "I11", "I12"} == missing


LIVER = (lab("alt", 20), lab("ast", 20), lab("bilirubin", 0.5))


@pytest.mark.parametrize(
    ("labs", "body", "missing"),
    [
        ((), BODY, {"I10", "I11"}),
        (LIVER, BODY, {"I10"}),
        ((*LIVER, lab("creatinine", 0.8)), BODY, set()),
        ((*LIVER, lab("creatinine", 0.8)), (), {"I10"}),
        ((*LIVER, lab("creatinine", 0.8)), (weight(70, 29),), {"I10"}),
        ((*LIVER, lab("creatinine", 0.8, 22)), BODY, {"I10"}),
        ((*LIVER, lab("egfr", 90)), BODY, set()),
    ],
)
def test_i10_i11_before_the_triplet(labs, body, missing):
    """I10, I11: clearance and liver tests before the triplet: a creatinine of three weeks with a weight of four, or an eGFR."""
    drugs = tuple(given(d, 600, 10, reason="progression") for d in ("trastuzumab-deruxtecan", "pertuzumab"))
    assert missing_in(advice_on(a_case(metastases=LONG, drugs=drugs, labs=labs, body=body))) & {"I10", "I11", "I12"} == missing


@pytest.mark.parametrize(
    ("alt", "asked"),
    [
        ((lab("alt", 20, preliminary=True),), True),
        ((lab("alt", 20, 2, preliminary=True), lab("alt", 20, 10)), False),
        ((lab("alt", 20, 22), lab("alt", 20, 2, preliminary=True)), True),
        ((lab("alt", 1000, bound="<"),), True),
        ((lab("alt", 30, bound="<"),), False),
        ((lab("alt", 20),), False),
    ],
    ids=["preliminary", "a final one behind it", "the final one is too old", "a limit that clears nothing", "a limit that does", "final"],
)
def test_i11_decision_8_what_clears_nothing_is_asked_for_on_the_chart_as_at_the_order(alt, asked):
    """A preliminary ALT, or one that is only a limit, is not known to be normal; AST likewise."""
    values = (*alt, *(replace(one, kind="ast") for one in alt), lab("bilirubin", 0.5), lab("platelets", 200))
    case = second_line(intake=intake(tdxd_available="false"), labs=values)
    advice = advice_on(case)
    assert lead_of(advice) == "tdm1"
    assert ("I11" in missing_in(advice)) is asked
    at_order = says(labs_at_order.RULES, case, order("trastuzumab-emtansine", 3.6, "mg/kg", every_days=21))
    assert any(gap.input == "I11" for f in at_order for gap in f.missing) is asked


def test_r129_prophylaxis_is_named_where_t_dxd_leads():
    """R129: only at the start of T-DXd."""
    assert "check-tdxd-emesis" in said_ids(advice_on(second_line()))
    assert "check-tdxd-emesis" not in said_ids(advice_on(second_line(intake=intake(tdxd_available="false"))))


def test_no_gap_is_named_twice():
    """Each input once per card."""
    for case in (a_case(**_BARE), second_line(intake={}, lvef=(), receptors=(her2("3+"),), age=40)):
        for finding in (advice_on(case).treatment, *advice_on(case).findings):
            inputs = [g.input for g in finding.missing]
            assert len(inputs) == len(set(inputs)), inputs


def test_r081_infusion_reactions_are_named_where_an_antibody_is_started():
    """R081, I15, silence list 15: at the start of trastuzumab: watch for infusion reactions and lung toxicity; once, not each cycle."""
    assert "infusion" in words_of(advice_on(a_case())).lower()


def test_r080_with_a_recent_chest_ct_the_patient_is_still_counselled():
    """R080: the CT is not asked for again; cough, dyspnoea and fever are still spoken of before T-DXd."""
    case = second_line(procedures=(Procedure("chest-ct", "done", ago(10), "Procedure/ct"),))
    assert "check-lungs-counsel" in said_ids(advice_on(case))
    assert "check-lungs-baseline-ct" not in said_ids(advice_on(case))


def test_what_leads_is_checked_before_what_stands_beside_it():
    """Where THP leads and T-DXd + pertuzumab stands beside it, what T-DXd asks of the lungs is the last of the checks."""
    assert advice_on(a_case()).treatment.checks[-1].id == "check-lungs-baseline-ct"
    assert advice_on(second_line()).treatment.checks[-1].id == "check-tdxd-emesis"
