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


@pytest.mark.parametrize(
    ("label", "modality"),
    [
        ("LVEF", "unspecified"), ("LV EF (biplane)", "echo"), ("LV-EF", "unspecified"), ("Left Ventricular EF", "unspecified"),
        ("Ejection fraction", "unspecified"), ("Ejection Fraction (EF)", "unspecified"), ("Echo ejection fraction, biplane", "echo"),
        ("LV ejection fraction", "unspecified"), ("Left ventricle ejection fraction, gated blood pool", "muga"),
    ],
)  # fmt: skip
def test_a_label_of_the_house_names_the_lvef(label, modality):
    """In the words that echo laboratories use, with or without a code of their own."""
    for code in (concept(text=label), concept(("urn:oid:1.2.3", "EF", label))):
        found = case_of(patient(), observation(code=code, valueQuantity=quantity(55, "%"))).lvef
        assert [(f.value, f.modality) for f in found] == [(55, modality)]


@pytest.mark.parametrize(
    "label",
    [
        "RV EF",
        "Right ventricular EF",
        "LV effusion",
        "Gallbladder EF",
        "Gallbladder ejection fraction",
        "Ejection fraction after CCK",
        "LVEF order",
        "Shelv ef",
    ],
)
def test_a_label_of_something_else_names_no_lvef(label):
    """The other ventricle, an organ without one, an order."""
    assert case_of(patient(), observation(code=concept(text=label), valueQuantity=quantity(55, "%"))).lvef == ()


def test_a_component_may_hold_the_number():
    """Echo reports put the LVEF into a component of the coded Observation."""
    assert one(component=[{"code": concept(LVEF), "valueQuantity": quantity(58, "%")}]).value == 58


PULSE = {"code": concept((LOINC, "8867-4"), text="Heart rate"), "valueQuantity": quantity(72, "/min")}


def part(label, value, unit="%", *codings):
    return {"code": concept(*codings, text=label), "valueQuantity": quantity(value, unit)}


@pytest.mark.parametrize(
    ("components", "value", "upper"),
    [
        ([PULSE, part("LVEF", 38, "%", LVEF)], 38, None),
        ([part("LVIDd", 52, "mm"), part("Ejection fraction", 38)], 38, None),
        ([part("LVEDV", 90, "mL"), part("LV EF", 38)], 38, None),
        ([part("Previous LVEF", 62), part("LVEF today", 38)], 38, None),
        ([part("LVEF at baseline", 62, "%", LVEF), part("LVEF", 38, "%", LVEF)], 38, None),
        ([part("Fractional shortening", 30), part("GLS", -18), part("Biplane Simpson", 55)], 55, None),
        ([part("RVEF", 50), part("LVEF", 38)], 38, None),
        ([part("LVEF A4C", 55), part("LVEF A2C", 58), part("LVEF biplane", 56)], 55, 58),
        ([{"valueQuantity": quantity(58, "%")}], 58, None),
        ([{"code": concept(text="Findings"), "valueString": "LVEF 55-60 %"}], 55, 60),
    ],
)  # fmt: skip
def test_among_the_measurements_of_an_echo_the_lvef_is_the_one_that_says_so(components, value, upper):
    """By code, else by label, else the one that nothing else claims; several planes are a range."""
    found = one(component=components)
    assert (found.value, found.upper) == (value, upper)


@pytest.mark.parametrize(
    "members",
    [
        {"component": [PULSE]},
        {"component": [part("LVIDd", 52, "mm")]},
        {"component": [part("Previous LVEF", 62)]},
        {"component": [part("Fractional shortening", 30)]},
        {"component": [{"code": concept(text="Heart rate"), "valueString": "72"}]},
        {"component": [part("LVEF", 62), part("Ejection fraction", 38)]},
        {"valueQuantity": quantity(55, "mL")},
        {"valueRange": {"low": quantity(52, "mm"), "high": quantity(55, "mm")}},
    ],
)
def test_another_measurement_is_no_lvef(members):
    """A pulse, a diameter, a volume, an earlier value: named, never taken for the LVEF; nor is one of two that cannot both be."""
    case = case_of(patient(), observation(LVEF, **members))
    assert (case.lvef, problems_of(case)) == ((), [("unreadable", "lvef")])


@pytest.mark.parametrize("unit", ["%", "1", "percent", "% EF", "{EF}", None])
def test_a_percentage_is_written_in_many_ways(unit):
    """What a unit says of a percentage, and no unit, is read."""
    assert one(valueQuantity=quantity(55, unit) if unit else {"value": 55}).value == 55


ECHO_PANEL = [((LOINC, "34552-0"),), (("urn:oid:1.2.840.114350.1.13", "ECHO"),)]


@pytest.mark.parametrize("code", ECHO_PANEL)
def test_a_panel_is_an_echo_by_its_components(code):
    """Whatever code the panel itself has: a coded LVEF in it counts, with its modality; the panel's own value is about something else."""
    members = {"component": [PULSE, part("LVEF", 38, "%", (LOINC, "8806-2"))], "valueString": "EF 60 %"}
    assert [(f.value, f.modality) for f in case_of(patient(), observation(*code, **members)).lvef] == [(38, "echo")]


@pytest.mark.parametrize(
    ("label", "components", "read"),
    [
        ("Echocardiogram", [part("LVEF", 38), PULSE], [38]),
        ("Echocardiogram", [part("Left ventricular ejection fraction", 38), part("Fractional shortening", 30)], [38]),
        ("Transthoracic echo", [part("EF", 38)], [38]),
        ("Echocardiogram", [part("Previous LVEF", 62), part("Fractional shortening", 30)], []),
        ("Dobutamine stress echo", [part("LVEF", 38)], []),
        ("Right heart catheter", [part("RVEF", 38)], []),
        ("Renal function", [part("EF", 38)], []),
    ],
)
def test_a_panel_is_an_echo_by_the_labels_of_its_components(label, components, read):
    """An LVEF of 38 % in a panel of the house was read by nothing, and named by nothing. Only what is so called counts there."""
    case = case_of(patient(), observation(code=concept(text=label), component=components))
    assert ([f.value for f in case.lvef], case.problems) == (read, ())


def test_an_lvef_in_a_panel_that_cannot_be_read_is_named():
    """By its label as by its code: no older value stands for it."""
    odd = {"code": concept(text="LVEF"), "valueString": "see report"}
    case = case_of(patient(), observation(code=concept(text="Echocardiogram"), component=[odd, PULSE]))
    assert (case.lvef, problems_of(case)) == ((), [("unreadable", "lvef")])
    assert [one.kind for one in case.unread] == ["lvef"]


@pytest.mark.parametrize("code", ECHO_PANEL)
def test_a_panel_without_an_lvef_is_no_lvef_that_could_not_be_read(code):
    """One in which nothing was measured is nothing; one whose value is not understood is named."""
    empty = case_of(patient(), observation(*code, component=[PULSE, {"code": concept(LVEF)}]))
    assert (empty.lvef, problems_of(empty)) == ((), [])
    odd = case_of(patient(), observation(*code, component=[{"code": concept(LVEF), "valueString": "see report"}]))
    assert (odd.lvef, problems_of(odd)) == ((), [("unreadable", "lvef")])


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


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Cancer therapy-related cardiac dysfunction", ["cardiomyopathy"]),
        ("CTRCD, mild, asymptomatic", ["cardiomyopathy"]),
        ("Impaired left ventricular function", ["cardiomyopathy"]),
        ("Reduced LV systolic function", ["cardiomyopathy"]),
        ("Decreased left ventricular ejection fraction", ["cardiomyopathy"]),
        ("Decreased cardiac ejection fraction (finding)", ["cardiomyopathy"]),
        ("Cardiotoxicity", ["cardiomyopathy"]),
        ("Cardiotoxic effect of trastuzumab", ["cardiomyopathy"]),
        ("Heart failure, stage B", ["heart-failure"]),
        ("Left ventricular failure", ["heart-failure"]),
        ("Acute LV failure", ["heart-failure"]),
        ("HFmrEF", ["heart-failure"]),
        ("No left ventricular failure", []),
        ("Right ventricular failure", []),
        ("No cardiac dysfunction", []),
        ("LV diastolic dysfunction", []),
        ("Impaired right ventricular function", []),
        ("Normal left ventricular function", []),
        ("Exposure to cardiotoxic chemotherapy", []),
        ("Long-term use of cardiotoxic drug", []),
        ("High risk medication use, cardiotoxic", []),
        ("Stage A heart failure", []),
        ("NYHA class III", ["heart-failure"]),
        ("New York Heart Association (NYHA) classification - class II", ["heart-failure"]),
        ("NYHA Klasse 4", ["heart-failure"]),
        ("NYHA class I", []),
        ("NYHA class", []),
        ("Heart failure, ACC/AHA stage A", []),
        ("Heart failure risk (stage A)", []),
        ("Congestive heart failure risk assessment", []),
        ("Pre-heart failure", []),
    ],
)
def test_a_weak_left_ventricle_by_its_usual_names(text, kinds):
    """As where it is coded (cardiotoxicity, impaired left ventricular function); the right one, and diastole, are other diseases.

    A drug that may harm the heart is no disease of it.
    """
    assert [h.kind for h in case_of(patient(), condition(code=concept(text=text))).heart] == kinds


def test_heart_conditions_by_label():
    """Without a code, clear words count; with a code of something else they do not."""
    assert [h.kind for h in case_of(patient(), condition(code=concept(text="Congestive heart failure"))).heart] == ["heart-failure"]
    assert [h.kind for h in case_of(patient(), condition(code=concept(text="LV dysfunction"))).heart] == ["cardiomyopathy"]
    assert (
        case_of(patient(), condition((ICD10CM, "C50.911"), code=concept((ICD10CM, "C50.911"), text="breast cancer, heart failure"))).heart
        == ()
    )
