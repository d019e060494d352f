"""Laboratory values against a first dose, on the card that offers the regimen (R118-R120, P06-P08; I11, I12)."""

from __future__ import annotations

import pytest

from tests.guideline.case_builder import LONG, a_case, advice_on, given, intake, lead_of, second_line, thp
from tests.guideline.measure_builder import BODY, lab, labs
from tests.guideline.test_later_lines import TDXD

TRIPLET = "tucatinib-trastuzumab-capecitabine"


def cautions(advice, regimen=None) -> list[str]:
    """What the card says to mind about a regimen, the leading one unless named."""
    offered = [o for o in (advice.treatment.lead, *advice.treatment.alternatives) if o is not None]
    found = next(o for o in offered if o.regimen == (regimen or lead_of(advice)))
    return [c.text for c in found.cautions if c.id.startswith(("start-labs", "lab-assumed"))]


def third_line(**values):
    """The triplet leads."""
    return advice_on(a_case(metastases=LONG, drugs=(*thp(690, 500, reason="progression"), *TDXD), body=BODY, labs=labs(**values)))


def test_good_values_say_nothing():
    """No sentence where nothing crosses a limit, and none without values."""
    assert cautions(third_line()) == []
    assert cautions(advice_on(second_line())) == []


def test_the_liver_before_tucatinib():
    """P08: the values that would hold or end it are named with their days; the triplet leads all the same."""
    advice = third_line(bilirubin=lab("bilirubin", 4.0, upper=1.2), alt=lab("alt", 310, 5, upper=40))
    assert lead_of(advice) == TRIPLET
    (said,) = cautions(advice)
    assert said == (
        "No first dose of tucatinib by the label at ALT 310 U/L (7.75 x ULN) on 2026-11-15; bilirubin 4 mg/dL (3.33 x ULN) on 2026-11-17: "
        "wait, or choose another drug."
    )


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"platelets": 49}, "No first dose of trastuzumab emtansine by the label at platelets 49 x 10^9/L on 2026-11-17"),
        ({"platelets": 99}, "trastuzumab emtansine was not studied at platelets 99 x 10^9/L on 2026-11-17."),
        ({"platelets": 100}, None),
        ({"platelets": lab("platelets", 49, 22)}, None),
    ],
)
def test_platelets_before_t_dm1(values, said):
    """P07, I12: held below 50, not studied below 100; a value older than three weeks is none."""
    advice = advice_on(second_line(intake=intake(tdxd_available="false"), labs=labs(**values)))
    assert lead_of(advice) == "tdm1"
    found = cautions(advice)
    assert [text.split(":")[0] if text.startswith("No") else text for text in found] == ([said] if said else [])


def test_neutrophils_before_t_dxd():
    """R118: a value that holds T-DXd keeps its first dose waiting too."""
    assert cautions(advice_on(second_line(labs=labs(neutrophils=0.9)))) == [
        "No first dose of trastuzumab deruxtecan by the label at neutrophils 0.9 x 10^9/L on 2026-11-17: wait, or choose another drug."
    ]


def test_bilirubin_before_docetaxel_of_thp():
    """P06: the taxane of the first line; an upper limit of normal that was assumed is named so (decision 29)."""
    advice = advice_on(a_case(labs=labs(bilirubin=lab("bilirubin", 1.3))))
    assert cautions(advice, "thp") == [
        "No first dose of docetaxel by the label at bilirubin 1.3 mg/dL (1.08 x ULN) on 2026-11-17: wait, or choose another drug.",
        "Upper limit of normal assumed where the result has none: bilirubin 1.2.",
    ]


def test_a_drug_that_runs_is_judged_by_its_own_card():
    """No sentence about a first dose of what is being given already."""
    running = (*thp(690, 500, reason="progression"), given("docetaxel", 30))
    advice = advice_on(a_case(metastases=LONG, drugs=running, labs=labs(bilirubin=3.0)))
    offered = [o for o in (advice.treatment.lead, *advice.treatment.alternatives) if o] if advice.treatment else []
    assert not [c for o in offered for c in o.cautions if c.id == "start-labs-against" and "docetaxel" in c.text]


def test_a_transaminase_whose_meaning_depends_on_another_value_is_not_judged_alone():
    """ALT over 3 x is a stop of tucatinib only with bilirubin over 2 x: without a bilirubin nothing is claimed."""
    assert cautions(third_line(alt=lab("alt", 130, upper=40), bilirubin=None)) == []


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ({}, []),
        ({"labs": labs(bilirubin=4.0)}, [("bilirubin", "4 mg/dL", "2026-11-17")]),
        ({"labs": labs(creatinine=1.6)}, [("creatinine clearance", "44.4 mL/min", "2026-11-17")]),
        ({"labs": labs(creatinine=2.6)}, [("creatinine clearance", "27.3 mL/min", "2026-11-17")]),
        ({"intake": intake(dpyd="intermediate")}, [("DPYD", "intermediate", "2026-11-15")]),
        ({"intake": intake(dpyd="normal")}, []),
    ],
)
def test_the_values_that_act_are_facts_of_the_card(facts, named):
    """Each with its value, day and resource; normal values are none: with them the card would be a new one after each blood test."""
    drugs = (*thp(690, 500, reason="progression"), *TDXD)
    treatment = advice_on(a_case(metastases=LONG, drugs=drugs, **({"body": BODY, "labs": labs()} | facts))).treatment
    laboratory = {"ALT", "AST", "ALP", "bilirubin", "creatinine clearance", "neutrophils", "platelets", "DPYD"}
    assert [(f.name, f.value, f.date) for f in treatment.facts if f.name in laboratory] == named


def test_dpyd_on_the_card():
    """P09: no dose of capecitabine with a deficiency; a partial one has a start dose of its own; neither is called a toxicity."""
    poor, partial = (
        advice_on(
            a_case(metastases=LONG, drugs=(*thp(690, 500, reason="progression"), *TDXD), body=BODY, labs=labs(), intake=intake(dpyd=dpyd))
        )
        for dpyd in ("poor", "intermediate")
    )
    assert poor.treatment.lead.doses[-1].startswith("another partner in place of capecitabine, which is not given without DPD activity")
    assert partial.treatment.lead.doses[-1].endswith("(start dose after genetic or pharmacist advice: partial DPD deficiency)")
    assert "dpyd-intermediate" in [c.id for c in partial.treatment.lead.cautions]
    for advice in (poor, partial):
        assert not any("toxicity" in line or "1000 mg/m2" in line for line in advice.treatment.lead.doses)


def test_a_value_against_what_is_not_offered_is_no_fact_of_the_card():
    """T-DXd was used and stands under "avoid" for that: neutrophils that would hold it say nothing about what is offered."""
    treatment = third_line(neutrophils=0.9).treatment
    assert "tdxd" in [option.regimen for option in treatment.barred]
    assert "neutrophils" not in [f.name for f in treatment.facts]
