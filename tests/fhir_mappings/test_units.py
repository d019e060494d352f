from __future__ import annotations

import pytest

from fhir_mappings.units import dose_unit, factor


@pytest.mark.parametrize(
    ("kind", "unit", "expected"),
    [
        ("weight", "[lb_av]", 0.45359237),
        ("weight", "lbs", 0.45359237),
        ("weight", "[oz_av]", 0.45359237 / 16),
        ("height", "[in_i]", 2.54),
        ("platelets", "10*9/L", 1.0),
        ("platelets", "10*3/uL", 1.0),
        ("platelets", "x10(3)/mcL", 1.0),
        ("neutrophils", "cells/uL", 0.001),
        ("neutrophils", "cell/mm3", 0.001),
        ("platelets", "10x3/uL", 1.0),
        ("platelets", "10exp9/L", 1.0),
        ("platelets", "E9/L", 1.0),
        ("ast", "Units/Liter", 1.0),
        ("ast", "mU/mL", 1.0),
        ("haemoglobin", "g/L", 0.1),
        ("bilirubin", "umol/L", 584.66e-6 / 10 * 1000),
        ("creatinine", "mg %", 1.0),
        ("bilirubin", "mg/100 mL", 1.0),
        ("creatinine", "umol/L", 113.12e-6 / 10 * 1000),
        ("haemoglobin", "mmol/L", 1.6114),
        ("alt", "ukat/L", 60),
    ],
)
def test_factors_are_what_physics_says(kind, unit, expected):
    """Each factor follows from the molar mass or the definition of the unit."""
    assert factor(kind, unit) == pytest.approx(expected, rel=1e-3)


def test_an_unknown_unit_has_no_factor():
    """Never one, never zero: none."""
    assert factor("weight", "st") is None
    assert factor("alt", "") is None
    assert factor("platelets", "mg/dL") is None


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("mg", "mg"), ("mg/kg", "mg/kg"), ("mg / m2", "mg/m2"), ("MG/M²", "mg/m2"), ("tablet", "{tbl}"), ("milligram(s)", "mg"),
        ("mg per kg", "mg/kg"), ("milligrams/kilogram", "mg/kg"), ("mg/kg of body weight", "mg/kg"), ("ug/kg", "ug/kg"),
        ("mcg per kg", "ug/kg"), ("mg/square meter", "mg/m2"), ("milligram per square metre", "mg/m2"), ("g/sqm", "g/m2"), ("grams", "g"),
        ("micrograms", "ug"), ("vial(s)", "{vial}"), ("tablet(s)", "{tbl}"), ("tabs", "{tbl}"), ("Tabletten", "{tbl}"),
        ("CAP", "{capsule}"), ("mg/kg/h", None), ("mg/lb", None), ("mg per vial", None),
        ("x", None), ("", None),
    ],
)  # fmt: skip
def test_dose_units(written, unit):
    """Units of doses in UCUM, however they are written."""
    assert dose_unit(written) == unit
