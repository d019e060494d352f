"""Results that are there and could not be read: kept with their day, so that no older one is taken for them (R131)."""

from __future__ import annotations

import pytest

from guideline.case import UnreadResult
from tests.fhir_mappings.resource_builders import (
    FISH,
    IHC,
    INTERPRETATION,
    LOINC,
    LVEF,
    POSITIVE,
    SNOMED,
    case_of,
    concept,
    observation,
    on,
    patient,
    quantity,
)

PLATELETS, BILIRUBIN, ER = (LOINC, "777-3"), (LOINC, "1975-2"), (LOINC, "85337-4")
POSITIVE_ER = {"code": concept(ER), "valueCodeableConcept": concept(POSITIVE)}
LIVER, STOMACH = concept((SNOMED, "10200004", "Liver structure")), concept(text="Stomach")


def unread(*resources):
    return case_of(patient(), *resources).unread


@pytest.mark.parametrize(
    ("code", "members", "kind"),
    [
        (LVEF, {"valueString": "severely reduced, approx 25"}, "lvef"),
        (LVEF, {"valueQuantity": quantity(620, "%")}, "lvef"),
        (LVEF, {"valueString": "see report"}, "lvef"),
        (LVEF, {"component": [{"code": concept(LVEF), "valueString": "poor"}]}, "lvef"),
        ((LOINC, "34552-0"), {"component": [{"code": concept(LVEF), "valueString": "poor"}]}, "lvef"),
        (LVEF, {"note": [{"text": "LVEF 35-40 %, global hypokinesis"}]}, "lvef"),
        (LVEF, {"dataAbsentReason": concept(text="see note"), "note": [{"text": "Severely reduced, LVEF 30 %"}]}, "lvef"),
        (PLATELETS, {"valueQuantity": quantity(45, "furlong")}, "platelets"),
        (PLATELETS, {"valueString": "clumped"}, "platelets"),
        (BILIRUBIN, {"valueQuantity": quantity(-1, "mg/dL")}, "bilirubin"),
        (INTERPRETATION, {"valueString": "negativ"}, "her2"),
        (IHC, {"valueString": "3+ (negative)"}, "her2"),
        (FISH, {"valueString": "see addendum"}, "her2"),
        (IHC, {"valueString": "IHC 2+, FISH ratio 1.3, copy number 3.1"}, "her2"),
        (INTERPRETATION, {"valueString": "2+; ISH: 5.8 copies per cell"}, "her2"),
        ((LOINC, "74885-5"), {"component": [{"code": concept(FISH), "valueString": "see addendum"}, POSITIVE_ER]}, "her2"),
    ],
)
def test_r131_a_result_that_could_not_be_read_keeps_its_kind_and_its_day(code, members, kind):
    """Whatever it says, it is there."""
    assert unread(observation(code, **members)) == (UnreadResult(kind, on("2026-05-03"), source="Observation/1"),)


@pytest.mark.parametrize(
    ("code", "members"),
    [
        (LVEF, {}),
        (LVEF, {"valueString": "not performed"}),
        (LVEF, {"valueString": "not performed", "note": [{"text": "LVEF 60 %"}]}),
        (LVEF, {"note": [{"text": "Patient did not come"}]}),
        (LVEF, {"valueQuantity": quantity(61, "%"), "note": [{"text": "LVEF 35 %"}]}),
        (LVEF, {"valueString": "Pending."}),
        (LVEF, {"code": concept(LVEF, text="Right ventricular ejection fraction"), "valueString": "poor"}),
        (LVEF, {"status": "entered-in-error", "valueString": "poor"}),
        (LVEF, {"status": "registered", "valueString": "poor"}),
        (LVEF, {"effectiveDateTime": "2027-05-03", "valueString": "poor"}),
        ((LOINC, "34552-0"), {"component": [{"code": concept(LVEF), "valueString": "not done"}]}),
        (PLATELETS, {}),
        (PLATELETS, {"valueString": "TNP"}),
        (PLATELETS, {"valueQuantity": quantity(45, "10*9/L")}),
        (INTERPRETATION, {}),
        (INTERPRETATION, {"valueString": "not performed"}),
        (INTERPRETATION, {"valueString": "negativ", "bodySite": STOMACH}),
        (ER, {"valueString": "positiv"}),
        (IHC, {"valueQuantity": quantity(90, "%")}),
        (FISH, {"valueString": "to follow"}),
    ],
)
def test_what_is_no_result_is_none_that_could_not_be_read(code, members):
    """Not done, not final yet, in error, of another organ or another receptor: nothing is there that could be looked up."""
    assert unread(observation(code, **members)) == ()


def test_the_tissue_of_a_her2_result_that_could_not_be_read_is_kept():
    """Decision 10: the newest result of a metastasis leads."""
    (found,) = unread(observation(INTERPRETATION, valueString="negativ", bodySite=LIVER))
    assert found.specimen == "metastasis"
