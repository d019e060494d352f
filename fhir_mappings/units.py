"""The closed table of units that are read. An unknown unit is no unit: the value is then not used, never guessed.

Factors lead to the canonical units of `guideline.case`: kg, cm, U/L, mg/dL, g/dL, 10^9/L. Keys are compared without spaces and in lower
case; UCUM codes and the ways in which people write them stand side by side. Molar factors: bilirubin 584.66 g/mol, creatinine 113.12 g/mol,
haemoglobin (monomer) 16 114 g/mol.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

_WEIGHT: Final = {
    "kg": 1.0, "kilogram": 1.0, "kilograms": 1.0, "kgs": 1.0, "g": 0.001, "gram": 0.001, "grams": 0.001,
    "[lb_av]": 0.45359237, "lb": 0.45359237, "lbs": 0.45359237, "pound": 0.45359237, "pounds": 0.45359237, "lb_av": 0.45359237,
    "[oz_av]": 0.028349523125, "oz": 0.028349523125, "ounce": 0.028349523125, "ounces": 0.028349523125, "oz_av": 0.028349523125,
}  # fmt: skip
_HEIGHT: Final = {
    "cm": 1.0, "centimeter": 1.0, "centimeters": 1.0, "m": 100.0, "meter": 100.0, "meters": 100.0, "mm": 0.1,
    "[in_i]": 2.54, "in": 2.54, "inch": 2.54, "inches": 2.54, "in_i": 2.54, "[in_us]": 2.54, "[ft_i]": 30.48, "ft": 30.48,
}  # fmt: skip
_ENZYME: Final = {
    "u/l": 1.0, "[iu]/l": 1.0, "iu/l": 1.0, "units/l": 1.0, "unit/l": 1.0, "[u]/l": 1.0, "u/ml": 1000.0, "[iu]/ml": 1000.0,
    "ukat/l": 60.0, "µkat/l": 60.0, "mckat/l": 60.0, "nkat/l": 0.06,
}  # fmt: skip
_COUNT: Final = {
    "10*9/l": 1.0, "10^9/l": 1.0, "10e9/l": 1.0, "x10^9/l": 1.0, "x10*9/l": 1.0, "x10e9/l": 1.0, "g/l": 1.0, "giga/l": 1.0, "gpt/l": 1.0,
    "10*3/ul": 1.0, "10^3/ul": 1.0, "10e3/ul": 1.0, "x10^3/ul": 1.0, "x10*3/ul": 1.0, "x10e3/ul": 1.0, "k/ul": 1.0, "thousand/ul": 1.0, "thou/ul": 1.0,
    "10*3/mm3": 1.0, "10^3/mm3": 1.0, "k/mm3": 1.0, "10*3/mm^3": 1.0, "1000/ul": 1.0, "th/ul": 1.0, "10*3.ul": 1.0, "k/mcl": 1.0, "10*3/mcl": 1.0,
    "10^3/mcl": 1.0, "/nl": 1.0, "10*6/ml": 1.0, "10^6/ml": 1.0,
    "/ul": 0.001, "cells/ul": 0.001, "{cells}/ul": 0.001, "/mm3": 0.001, "/mm^3": 0.001, "cells/mm3": 0.001, "/mcl": 0.001, "cells/mcl": 0.001,
    "10*6/l": 0.001, "10^6/l": 0.001,
}  # fmt: skip
_FACTORS: Final[Mapping[str, Mapping[str, float]]] = {
    "weight": _WEIGHT,
    "height": _HEIGHT,
    "alt": _ENZYME,
    "ast": _ENZYME,
    "alp": _ENZYME,
    "bilirubin": {"mg/dl": 1.0, "mg/l": 0.1, "umol/l": 0.058466, "µmol/l": 0.058466, "μmol/l": 0.058466, "mcmol/l": 0.058466},
    "creatinine": {"mg/dl": 1.0, "mg/l": 0.1, "umol/l": 0.011312, "µmol/l": 0.011312, "μmol/l": 0.011312, "mcmol/l": 0.011312, "mmol/l": 11.312},
    "egfr": {
        "ml/min/{1.73_m2}": 1.0, "ml/min/1.73.m2": 1.0, "ml/min/1.73m2": 1.0, "ml/min/{1.73m2}": 1.0, "ml/min/1.73m^2": 1.0, "ml/min/1.73m²": 1.0,
        "ml/min": 1.0, "ml/min/bsa": 1.0, "ml/min/1.73_m2": 1.0, "ml/min/1.73sqm": 1.0, "ml/min/1.73mexp2": 1.0, "ml/min/{1.73}": 1.0,
        "ml/min/1.73": 1.0,
    },
    "neutrophils": _COUNT,
    "platelets": _COUNT,
    "haemoglobin": {"g/dl": 1.0, "g/l": 0.1, "mmol/l": 1.6114, "g%": 1.0, "gm/dl": 1.0},
}  # fmt: skip

_DOSE_UNITS: Final = {
    "mg": "mg", "milligram": "mg", "milligrams": "mg", "g": "g", "gram": "g", "grams": "g", "ug": "ug", "mcg": "ug", "µg": "ug",
    "mg/kg": "mg/kg", "mg/m2": "mg/m2", "mg/m^2": "mg/m2", "mg/m²": "mg/m2", "mg/sqm": "mg/m2", "mg/{m2}": "mg/m2", "g/m2": "g/m2",
    "ml": "mL", "[iu]": "[iU]", "iu": "[iU]", "auc": "AUC", "{auc}": "AUC", "{auc'}": "AUC",
    "{tbl}": "{tbl}", "tablet": "{tbl}", "tablets": "{tbl}", "tab": "{tbl}", "{tablet}": "{tbl}", "{capsule}": "{capsule}", "capsule": "{capsule}",
}  # fmt: skip


@lru_cache(maxsize=1024)
def factor(kind: str, unit: str) -> float | None:
    """By what a value of this kind in this unit is multiplied to be in the canonical unit; `None` for an unknown or missing unit."""
    return _FACTORS[kind].get(_plain(unit))


@lru_cache(maxsize=1024)
def dose_unit(unit: str) -> str | None:
    """The UCUM unit of a dose; `None` for one that we do not read."""
    return _DOSE_UNITS.get(_plain(unit))


def _plain(unit: str) -> str:
    return unit.replace(" ", "").lower()
