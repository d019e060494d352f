from __future__ import annotations

import pytest

from tests.fhir_mappings.resource_builders import (
    ICD10CM,
    LOINC,
    LVEF,
    SNOMED,
    case_of,
    concept,
    condition,
    observation,
    on,
    patient,
    problems_of,
    quantity,
)


def one(*codings, **members):
    found = case_of(patient(), observation(*(codings or (LVEF,)), **members)).lvef
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("members", "value", "upper", "bound"),
    [
        ({"valueQuantity": quantity(55, "%")}, 55, None, None),
        ({"valueQuantity": quantity(0.55)}, 55, None, None),
        ({"valueQuantity": quantity(0.55, "%")}, 55, None, None),
        ({"valueString": "LVEF 55% on 2026-05-03"}, 55, None, None),
        ({"valueString": "60 to 55 %"}, 55, 60, None),
        ({"valueQuantity": quantity(0.55, "1")}, 55, None, None),
        ({"valueQuantity": {"value": "61", "unit": "%"}}, 61, None, None),
        ({"valueQuantity": quantity(55, "%", comparator=">")}, 55, None, ">"),
        ({"valueInteger": 48}, 48, None, None),
        ({"valueString": "55-60 %"}, 55, 60, None),
        ({"valueString": "55 % to 60 %"}, 55, 60, None),
        ({"valueString": "LVEF 55%"}, 55, None, None),
        ({"valueString": ">55"}, 55, None, ">"),
        ({"valueString": "greater than 60 %"}, 60, None, ">"),
        ({"valueString": "<40%"}, 40, None, "<"),
        ({"valueString": "0.62"}, 62, None, None),
        ({"valueString": "Normal, estimated at 60%"}, 60, None, None),
        ({"valueRange": {"low": quantity(50, "%"), "high": quantity(55, "%")}}, 50, 55, None),
        ({"valueRange": {"low": quantity(55, "%")}}, 55, None, ">="),
        ({"valueRange": {"high": quantity(40, "%")}}, 40, None, "<="),
        ({"valueQuantity": quantity(55, "%", comparator=">=")}, 55, None, ">="),
        ({"valueQuantity": quantity(0.4, "1", comparator="<=")}, 40, None, "<="),
        ({"valueCodeableConcept": concept(text="40-45%")}, 40, 45, None),
    ],
)
def test_decision_14_an_lvef_in_every_form_it_comes_in(members, value, upper, bound):
    """Numbers, fractions, ranges and bounds; of a range the lower end leads."""
    found = one(**members)
    assert (found.value, found.upper, found.bound, found.date) == (value, upper, bound, on("2026-05-03"))


@pytest.mark.parametrize("value", [0, 3, 97, 550, -4])
def test_what_no_heart_has_is_named_and_dropped(value):
    """Below 5 and above 95 it is another quantity or a typing error."""
    case = case_of(patient(), observation(LVEF, valueQuantity=quantity(value, "%")))
    assert (case.lvef, problems_of(case)) == ((), [("erroneous", "lvef")])


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"valueString": "normal"},
        {"valueString": "was 60%, now 45%"},
        {"valueString": "45%, down from over 60%"},
        {"valueString": "55-60% (previously 40-45%)"},
        {"valueString": "see report"},
    ],
)
def test_what_cannot_be_read_is_named(members):
    """No number, or two that differ: nothing is guessed."""
    case = case_of(patient(), observation(LVEF, **members))
    assert (case.lvef, problems_of(case)) == ((), [("unreadable", "lvef")])


def test_erroneous_lvefs_do_not_count_and_preliminary_ones_say_so():
    """Entered in error is named; preliminary is flagged."""
    case = case_of(patient(), observation(LVEF, status="entered-in-error", valueQuantity=quantity(35, "%")))
    assert (case.lvef, problems_of(case)) == ((), [("erroneous", "lvef")])
    assert one(status="preliminary", valueQuantity=quantity(35, "%")).preliminary


@pytest.mark.parametrize(
    ("codings", "members", "modality"),
    [
        ([(LOINC, "8806-2")], {}, "echo"),
        ([(LOINC, "8812-0")], {}, "muga"),
        ([(LOINC, "8811-2")], {}, "mri"),
        ([(LOINC, "8810-4")], {}, "ct"),
        ([(LOINC, "8808-8")], {}, "angiogram"),
        ([LVEF], {}, "unspecified"),
        ([LVEF], {"method": concept(text="MUGA scan")}, "muga"),
        ([LVEF, (LOINC, "8806-2")], {}, "echo"),
        ([(LOINC, "8806-2"), (LOINC, "8812-0")], {}, "unspecified"),
        ([(SNOMED, "250908004")], {"method": concept(text="Echocardiography")}, "echo"),
    ],
)
def test_decision_14_the_modality_is_kept(codings, members, modality):
    """By code, else by method; two codes that differ leave it open."""
    assert one(*codings, valueQuantity=quantity(55, "%"), **members).modality == modality


def test_a_component_may_hold_the_number():
    """Echo reports put the LVEF into a component of the coded Observation."""
    assert one(component=[{"code": concept(LVEF), "valueQuantity": quantity(58, "%")}]).value == 58


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ((SNOMED, "84114007"), "heart-failure"),
        ((ICD10CM, "I50.22"), "heart-failure"),
        ((ICD10CM, "I11.0"), "heart-failure"),
        ((ICD10CM, "I42.7"), "cardiomyopathy"),
        ((ICD10CM, "I97.130"), "heart-failure"),
        ((ICD10CM, "I97130"), "heart-failure"),
        ((ICD10CM, "i97131"), "heart-failure"),
    ],
)
def test_heart_conditions(code, kind):
    """Heart failure, wherever it hides, and cardiomyopathy, with their status."""
    found = case_of(patient(), condition(code, status="resolved")).heart
    assert [(h.kind, h.status, h.date) for h in found] == [(kind, "resolved", on("2024-02-03"))]


def test_heart_conditions_by_label():
    """Without a code, clear words count; with a code of something else they do not."""
    assert [h.kind for h in case_of(patient(), condition(code=concept(text="Congestive heart failure"))).heart] == ["heart-failure"]
    assert [h.kind for h in case_of(patient(), condition(code=concept(text="LV dysfunction"))).heart] == ["cardiomyopathy"]
    assert (
        case_of(patient(), condition((ICD10CM, "C50.911"), code=concept((ICD10CM, "C50.911"), text="breast cancer, heart failure"))).heart
        == ()
    )
