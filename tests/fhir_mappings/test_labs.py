from __future__ import annotations

from datetime import date

import pytest

from tests.fhir_mappings.resource_builders import LOINC, RACE, case_of, concept, observation, on, patient, problems_of, quantity

ALT, BILIRUBIN, CREATININE, EGFR = (LOINC, "1742-6"), (LOINC, "1975-2"), (LOINC, "2160-0"), (LOINC, "98979-8")
NEUTROPHILS, PLATELETS, HAEMOGLOBIN = (LOINC, "751-8"), (LOINC, "777-3"), (LOINC, "718-7")
WEIGHT, HEIGHT = (LOINC, "29463-7"), (LOINC, "8302-2")


def lab(code, value, unit, **members):
    found = case_of(patient(), observation(code, valueQuantity=quantity(value, unit), **members)).labs
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "upper"),
    [
        ("0.2-1.0 mg/dL", 1.0), ("0.2 - 1.0", 1.0), ("0,2–1,0 mg/dl", 1.0), ("<=1.0", 1.0), ("< 1.0 mg/dL", 1.0), ("up to 1.0", 1.0),
        ("(0.2-1.0)", 1.0), ("Normal: 0.2 to 1.0 MG/DL", 1.0), ("3-17.1 umol/L", pytest.approx(1.0, abs=0.001)),
        (">0.2", None), ("M: 0.2-1.3, F: 0.2-1.0", None), ("0.2-1.0 (adults)", None), ("0.2-1.0 furlong", None), ("see comment", None),
    ],
)  # fmt: skip
def test_decision_29_a_range_that_came_as_text_alone(text, upper):
    """So many laboratories send it. What says more than a limit is not read: the limit is then assumed, and the card says so."""
    assert lab(BILIRUBIN, 1.1, "mg/dL", referenceRange=[{"text": text}]).upper_normal == upper


@pytest.mark.parametrize(
    ("code", "value", "unit", "kind", "canonical"),
    [
        (ALT, 40, "U/L", "alt", 40),
        (ALT, 0.5, "ukat/L", "alt", 30),
        ((LOINC, "1743-4"), 40, "U/L", "alt", 40),
        ((LOINC, "1744-2"), 40, "U/L", "alt", 40),
        ((LOINC, "1920-8"), 33, "[iU]/L", "ast", 33),
        ((LOINC, "30239-8"), 33, "U/L", "ast", 33),
        ((LOINC, "88112-8"), 33, "U/L", "ast", 33),
        ((LOINC, "6768-6"), 90, "IU/L", "alp", 90),
        (ALT, 40, "UI/L", "alt", 40),
        (CREATININE, 88.4, "micromol/L", "creatinine", 1.0),
        (BILIRUBIN, 1.2, "mg/dL", "bilirubin", 1.2),
        (BILIRUBIN, 17.1, "umol/L", "bilirubin", 1.0),
        (CREATININE, 88.4, "umol/L", "creatinine", 1.0),
        ((LOINC, "14631-6"), 17.1, "umol/L", "bilirubin", 1.0),
        ((LOINC, "14682-9"), 88.4, "umol/L", "creatinine", 1.0),
        (EGFR, 66, "mL/min/{1.73_m2}", "egfr", 66),
        ((LOINC, "2164-2"), 38, "mL/min", "creatinine-clearance", 38),
        ((LOINC, "35591-7"), 0.5, "mL/s", "creatinine-clearance", 30),
        (NEUTROPHILS, 1.4, "10*3/uL", "neutrophils", 1.4),
        (NEUTROPHILS, 1400, "/uL", "neutrophils", 1.4),
        (PLATELETS, 210, "10*9/L", "platelets", 210),
        (PLATELETS, 210, "K/uL", "platelets", 210),
        (HAEMOGLOBIN, 118, "g/L", "haemoglobin", 11.8),
        (HAEMOGLOBIN, 7.4, "mmol/L", "haemoglobin", 11.9),
    ],
)
def test_values_come_in_their_canonical_unit(code, value, unit, kind, canonical):
    """Conventional and SI units of one value are one value."""
    found = lab(code, value, unit)
    assert found.kind == kind
    assert found.value == pytest.approx(canonical, rel=0.005)
    assert found.date == on("2026-05-03")


@pytest.mark.parametrize("unit", [None, "furlong", "mmol/mol"])
def test_a_value_without_a_known_unit_is_named_and_not_used(unit):
    """1.2 of what? Nothing is guessed."""
    case = case_of(patient(), observation(BILIRUBIN, valueQuantity=quantity(1.2, unit)))
    assert (case.labs, problems_of(case)) == ((), [("unreadable", "lab")])


def test_decision_29_the_upper_limit_comes_from_the_results_own_range():
    """In the canonical unit; a limit without unit has the value's; a therapeutic range is no normal one."""
    assert lab(ALT, 80, "U/L", referenceRange=[{"high": quantity(35, "U/L")}]).upper_normal == 35
    assert lab(BILIRUBIN, 20, "umol/L", referenceRange=[{"high": {"value": 21}}]).upper_normal == pytest.approx(1.2278, abs=0.001)
    therapeutic = {"type": {"coding": [{"code": "therapeutic"}]}, "high": quantity(100, "U/L")}
    assert lab(ALT, 80, "U/L", referenceRange=[therapeutic]).upper_normal is None
    assert lab(ALT, 80, "U/L", referenceRange=[{"text": "7-56 U/L", "high": quantity(35, "U/L")}]).upper_normal == 35
    assert lab(ALT, 80, "U/L").upper_normal is None


def test_limits_stay_limits_and_texts_are_read_as_numbers():
    """`<5` is a limit, also where it came as a text or in another unit."""
    assert [(found.value, found.bound) for found in (lab(ALT, 5, "U/L"), lab(ALT, "<5", "U/L"), lab(ALT, "≥1000", "U/L"))] == [
        (5, None), (5, "<"), (1000, ">="),
    ]  # fmt: skip
    below = case_of(patient(), observation(NEUTROPHILS, valueQuantity=quantity(500, "/uL", comparator="<"))).labs
    assert [(found.value, found.bound) for found in below] == [(0.5, "<")]
    assert lab(ALT, "41", "U/L").value == 41
    case = case_of(patient(), observation(BILIRUBIN, valueString="0.8 mg/dL"))
    assert [found.value for found in case.labs] == [0.8]


@pytest.mark.parametrize(
    ("code", "text", "value"),
    [
        (PLATELETS, "150,000 /uL", 150),
        (PLATELETS, "150.000 /µL", 150),
        (PLATELETS, "150 000/uL", 150),
        (PLATELETS, "150,000 cells/mm3", 150),
        (PLATELETS, "250 x 10^9/L", 250),
        (PLATELETS, "45 K/uL L", 45),
        (BILIRUBIN, "3.1 mg/dL (H)", 3.1),
        (PLATELETS, "250 ×10⁹/L", 250),
        (NEUTROPHILS, "1,800 /uL", 1.8),
        (NEUTROPHILS, "1,8 10*9/L", 1.8),
        (NEUTROPHILS, "1.800 10*9/L", 1.8),
        (BILIRUBIN, "0,7 mg/dL", 0.7),
        (BILIRUBIN, "0,700 mg/dL", 0.7),
        (ALT, "1'200 U/L", 1200),
        (ALT, "1,200,000 U/L", 1200000),
    ],
)
def test_thousands_and_decimals_are_told_apart(code, text, value):
    """Single cells are counted in thousands and have no decimals; elsewhere a comma before one or two digits is a decimal comma."""
    assert [found.value for found in case_of(patient(), observation(code, valueString=text)).labs] == [value]


@pytest.mark.parametrize(
    ("unit", "value"),
    [
        ("thou/mcL", 45), ("thou/cmm", 45), ("K/cumm", 45), ("x10^3/mm^3", 45), ("x 10\N{SUPERSCRIPT THREE}/\N{MICRO SIGN}L", 45),
        ("10*3/\N{MICRO SIGN}L", 45), ("10*3/\N{GREEK SMALL LETTER MU}L", 45), ("/cumm", 0.045), ("cells/cmm", 0.045),
        ("Tsd./\N{MICRO SIGN}l", 45), ("Tsd/ul", 45),
    ],
)  # fmt: skip
def test_counts_are_written_in_many_ways(unit, value):
    """A cubic millimetre is a microlitre, and micro is written by two signs."""
    assert lab(PLATELETS, 45, unit).value == value
    assert [found.value for found in case_of(patient(), observation(PLATELETS, valueString=f"45 {unit}")).labs] == [value]


def part(code, **members):
    return {"code": concept(code), **members}


@pytest.mark.parametrize("code", [(LOINC, "58410-2"), ("urn:oid:1.2.840.114350", "CBC"), PLATELETS])
def test_a_blood_count_holds_its_values_in_its_components(code):
    """Under a panel's own code, of LOINC or of the house; the range of the whole is no range of a part."""
    parts = [part(PLATELETS, valueQuantity=quantity(45, "10*9/L")), part(NEUTROPHILS, valueString="1.8 K/uL"), part((LOINC, "4544-3"))]
    case = case_of(patient(), observation(code, component=parts, referenceRange=[{"high": quantity(400, "10*9/L")}]))
    assert [(found.kind, found.value, found.upper_normal) for found in case.labs] == [("platelets", 45, None), ("neutrophils", 1.8, None)]
    assert case.problems == ()


def test_a_part_of_a_blood_count_that_could_not_be_read_is_named():
    """It is there, as a result of its own would be."""
    parts = [part(PLATELETS, valueQuantity=quantity(45, "furlong")), part(NEUTROPHILS, valueQuantity=quantity(1.8, "10*9/L"))]
    case = case_of(patient(), observation((LOINC, "58410-2"), component=parts))
    assert ([found.kind for found in case.labs], problems_of(case)) == (["neutrophils"], [("unreadable", "lab")])
    assert [one.kind for one in case.unread] == ["platelets"]


def test_thousands_are_read_where_the_unit_stands_elsewhere():
    """A quantity whose value came as a text."""
    assert lab(PLATELETS, "150,000", "/uL").value == 150


@pytest.mark.parametrize("text", ["1,200 U/L", "HIGH", "see comment", "45 (was 60) U/L"])
def test_a_value_that_is_no_clear_number_is_named(text):
    """1,200 is one or a thousand: nothing is guessed, and the loss is named."""
    case = case_of(patient(), observation(ALT, valueString=text))
    assert (case.labs, problems_of(case)) == ((), [("unreadable", "lab")])


@pytest.mark.parametrize(
    ("code", "shown", "value"), [("271", "K/uL", 210), ("10*3/uL", "thousand per microlitre", 210), ("10*9/L", "K/uL", 210)]
)
def test_the_unit_that_people_read_stands_in_for_a_code_of_the_house(code, shown, value):
    """Either names it; both agree."""
    case = case_of(patient(), observation(PLATELETS, valueQuantity={"value": 210, "unit": shown, "code": code}))
    assert [found.value for found in case.labs] == [value]


def test_a_unit_that_contradicts_its_code_is_not_used():
    """80 umol/L under the code mg/dL are two patients; so is a weight in kg and pounds."""
    case = case_of(patient(), observation(CREATININE, valueQuantity={"value": 80, "unit": "umol/L", "code": "mg/dL"}))
    assert (case.labs, problems_of(case)) == ((), [("unreadable", "lab")])
    case = case_of(patient(), observation(WEIGHT, valueQuantity={"value": 154, "unit": "lb", "code": "kg"}))
    assert (case.body, problems_of(case)) == ((), [("unreadable", "body")])


def test_a_body_measure_in_words_is_named():
    """Two units in one text: which one is the value is not guessed."""
    case = case_of(patient(), observation(WEIGHT, valueString="70.0 kg (154 lb)"))
    assert (case.body, problems_of(case)) == ((), [("unreadable", "other")])


def test_a_lab_without_a_value_is_no_fact_and_no_problem():
    """A panel header or a value that is absent for a reason is neither."""
    case = case_of(patient(), observation(ALT), observation((LOINC, "24323-8"), ident="2", valueQuantity=quantity(3, "U/L")))
    assert (case.labs, case.problems) == ((), ())


def test_race_codes_are_no_labs():
    """1742-6 in the CDC race system is a tribe, not an ALT."""
    assert case_of(patient(), observation((RACE, "1742-6"), valueQuantity=quantity(40, "U/L"))).labs == ()


def test_preliminary_labs_say_so():
    """The flag is kept."""
    assert lab(ALT, 40, "U/L", status="preliminary").preliminary


@pytest.mark.parametrize(
    ("code", "value", "unit", "kind", "canonical"),
    [
        (WEIGHT, 70, "kg", "weight", 70),
        (WEIGHT, 70_000, "g", "weight", 70),
        (WEIGHT, 154, "[lb_av]", "weight", 69.85),
        (WEIGHT, 2464, "[oz_av]", "weight", 69.85),
        (HEIGHT, 165, "cm", "height", 165),
        (HEIGHT, 1.65, "m", "height", 165),
        (HEIGHT, 65, "[in_i]", "height", 165.1),
    ],
)
def test_weight_and_height(code, value, unit, kind, canonical):
    """Pounds, ounces, grams, inches and metres are converted, never assumed."""
    found = case_of(patient(), observation(code, valueQuantity=quantity(value, unit))).body
    assert [(b.kind, pytest.approx(b.value, abs=0.01)) for b in found] == [(kind, canonical)]


@pytest.mark.parametrize(("code", "value", "unit"), [(WEIGHT, 150, "kg"), (HEIGHT, 150, "cm")])
@pytest.mark.parametrize("bound", ["<", ">="])
def test_a_limit_is_no_body_measure(code, value, unit, bound):
    """A scale that ends at 150 kg has not weighed the patient: no dose is calculated from it, and it is named."""
    case = case_of(patient(), observation(code, valueQuantity=quantity(value, unit, comparator=bound)))
    assert (case.body, problems_of(case)) == ((), [("unreadable", "body")])


@pytest.mark.parametrize(("code", "value", "unit"), [(WEIGHT, 7, "kg"), (WEIGHT, 900, "kg"), (HEIGHT, 3, "m"), (WEIGHT, 70, "stone")])
def test_impossible_body_measures_are_named(code, value, unit):
    """An adult of 7 kg is a typing error; a stone is no unit that we read."""
    case = case_of(patient(), observation(code, valueQuantity=quantity(value, unit)))
    assert case.body == ()
    assert len(case.problems) == 1


def test_a_date_that_cannot_be_read_is_of_no_earlier_day():
    """`11/19/2026` sorts before every day of FHIR's writing: the value stays, without a date, and is named."""
    case = case_of(
        observation(PLATELETS, valueQuantity=quantity(40, "K/uL"), effectiveDateTime="11/19/2026"), labs_since=date(2026, 10, 30)
    )
    assert [(lab.value, lab.date) for lab in case.labs] == [(40, None)]
    assert problems_of(case) == [("unreadable", "lab")]


@pytest.mark.parametrize(
    ("when", "counts"),
    [
        ({"effectiveDateTime": "2026-10-29"}, False),
        ({"effectiveDateTime": "2026-10-29T23:59:00-05:00"}, False),
        ({"effectiveDateTime": "2026-10-30"}, True),
        ({"effectiveDateTime": "2026-10-30T00:00:00+14:00"}, True),
        ({"effectiveDateTime": "2026-10"}, True),
        ({"effectiveDateTime": "2026"}, True),
        ({"effectiveDateTime": None}, True),
        ({"effectiveDateTime": None, "issued": "2020-01-01T10:00:00Z"}, True),
    ],
)
def test_results_of_earlier_days_are_passed_over_where_nobody_asks_for_them(when, counts):
    """Only what certainly is of an earlier day; weights stay, since a past dose is judged by the weight of its day."""
    old = observation(WEIGHT, ident="w", valueQuantity=quantity(70, "kg"), effectiveDateTime="2020-01-01")
    resources = (patient(), observation(PLATELETS, valueQuantity=quantity(210, "K/uL"), **when), old)
    case = case_of(*resources, labs_since=date(2026, 10, 30))
    assert len(case.labs) == (1 if counts else 0)
    assert len(case.body) == 1
    assert len(case_of(*resources).labs) == 1


HOUSE = "https://hospital.example.org/lab"


@pytest.mark.parametrize(
    ("code", "value", "unit", "kind", "canonical"),
    [
        (concept((HOUSE, "PLT", "Platelets")), 40, "K/uL", "platelets", 40),
        (concept((HOUSE, "17"), text="Platelet count"), 40, "10*9/L", "platelets", 40),
        (concept(text="Absolute neutrophil count (ANC)"), 800, "/uL", "neutrophils", 0.8),
        (concept(text="ALT (SGPT)"), 220, "U/L", "alt", 220),
        (concept(text="Aspartate aminotransferase [Enzymatic activity/volume] in Serum or Plasma"), 220, "U/L", "ast", 220),
        (concept(text="Alk Phos"), 310, "U/L", "alp", 310),
        (concept(text="Bilirubin, total"), 34.2, "umol/L", "bilirubin", 2),
        (concept(text="Creatinine, serum"), 1.9, "mg/dL", "creatinine", 1.9),
        (concept(text="CrCl (Cockcroft-Gault)"), 38, "mL/min", "creatinine-clearance", 38),
        (concept((HOUSE, "9", "eGFR (CKD-EPI 2021)")), 25, "mL/min/1.73m2", "egfr", 25),
        (concept(text="Hgb"), 11.8, "g/dL", "haemoglobin", 11.8),
    ],
)
def test_a_value_under_a_house_code_is_told_by_its_label(code, value, unit, kind, canonical):
    """As HER2, the LVEF and a pregnancy are: platelets of 40 are on record under whatever code the hospital keeps them."""
    (found,) = case_of(patient(), observation(code=code, valueQuantity=quantity(value, unit))).labs
    assert found.kind == kind
    assert found.value == pytest.approx(canonical, rel=0.005)


@pytest.mark.parametrize(
    ("label", "value", "unit"),
    [
        ("Urine creatinine", 1.9, "mg/dL"),
        ("Creatinine", 120, "mg/dL"),  # more than any blood holds
        ("Protein/creatinine ratio", 1.9, "mg/dL"),
        ("Creatinine clearance", 38, "mL/min/1.73m2"),
        ("Bilirubin, direct", 2.0, "mg/dL"),
        ("Bone alkaline phosphatase", 310, "U/L"),
        ("AST/ALT ratio", 2.0, "U/L"),
        ("Neutrophils", 40, "%"),
        ("Segmented neutrophils", 0.4, "10*9/L"),
        ("Immature platelets", 5, "10*9/L"),
        ("Hemoglobin A1c", 7.1, "g/dL"),
        ("Platelets", 40, None),
    ],
)
def test_what_only_sounds_like_a_value_is_none(label, value, unit):
    """Another test, another material, or no unit: not used, and no loss."""
    case = case_of(patient(), observation(code=concept(text=label), valueQuantity=quantity(value, unit)))
    assert (case.labs, case.unread, problems_of(case)) == ((), (), [])


def test_a_label_beside_a_code_of_loinc_that_is_not_known_tells_nothing():
    """The code may be that of urine, or of a fraction."""
    code = concept((LOINC, "2161-8", "Creatinine"), (HOUSE, "CREA", "Creatinine"))
    assert case_of(patient(), observation(code=code, valueQuantity=quantity(1.9, "mg/dL"))).labs == ()


def test_values_of_a_blood_count_are_told_by_the_labels_of_its_components():
    """A panel of the house's own, with a component for each value."""
    parts = [
        {"code": concept(text="PLT"), "valueQuantity": quantity(40, "K/uL")},
        {"code": concept(text="MPV"), "valueQuantity": quantity(9, "fL")},
        {"code": concept(text="ANC"), "valueQuantity": quantity(0.8, "K/uL")},
    ]
    found = case_of(patient(), observation(code=concept(text="CBC with differential"), component=parts)).labs
    assert [(lab.kind, lab.value) for lab in found] == [("platelets", 40), ("neutrophils", 0.8)]


@pytest.mark.parametrize(
    ("code", "value", "unit", "read"),
    [
        (concept(text="Body weight"), 154.3, "[lb_av]", ("weight", 69.99)),
        (concept((HOUSE, "WT", "Weight (kg)")), 70, "kg", ("weight", 70)),
        (concept(text="Height"), 1.65, "m", ("height", 165)),
        (concept(text="Ideal body weight"), 58, "kg", None),
        (concept(text="Dry weight"), 58, "kg", None),
        (concept(text="Birth weight"), 3.1, "kg", None),
        (concept(text="Weight loss"), 25, "kg", None),
        (concept(text="Fundal height"), 90, "cm", None),
        (concept(text="Weight for height"), 90, "kg", None),
        (concept((LOINC, "8338-6", "Body weight")), 70, "kg", None),
    ],
)
def test_a_weight_or_height_under_a_house_code_is_told_by_its_label(code, value, unit, read):
    """Without it no dose in mg can be judged; a weight that was not measured now is another one."""
    found = case_of(patient(), observation(code=code, valueQuantity=quantity(value, unit))).body
    assert [(one.kind, one.value) for one in found] == ([(read[0], pytest.approx(read[1], abs=0.01))] if read else [])
