"""The closed table of units that are read. An unknown unit is no unit: the value is then not used, never guessed.

Factors lead to the canonical units of `guideline.case`: kg, cm, U/L, mg/dL, g/dL, 10^9/L. Keys are compared without spaces and in lower
case; UCUM codes and the ways in which people write them stand side by side. Molar factors: bilirubin 584.66 g/mol, creatinine 113.12 g/mol,
haemoglobin (monomer) 16 114 g/mol.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fhir_mappings.remembered import remembered


def _table(*rows: tuple[float, str]) -> Mapping[str, float]:
    """Unit -> factor, from rows of a factor and the units that have it, separated by spaces."""
    return {unit: factor for factor, units in rows for unit in units.split()}


def _counted(amounts: str, volumes: str) -> str:
    """Every way to write an amount of cells in a volume; powers of ten with a sign of multiplication before them too."""
    signs = {amount: ("", "x") if amount.startswith("10") else ("",) for amount in amounts.split()}
    return " ".join(f"{sign}{amount}/{volume}" for amount, before in signs.items() for sign in before for volume in volumes.split())


#: A microlitre, which is a cubic millimetre.
_MICROLITRE: Final = "ul µl mcl mm3 mm^3 mm³ cumm cmm"
_THOUSAND: Final = "10*3 10^3 10e3 10x3 10exp3 10(3) 10³ 1000 k th thou thousand thousands tsd tsd."
_THOUSAND_MILLION: Final = "10*9 10^9 10e9 10x9 10exp9 e9 10(9) 10⁹"


_ENZYME: Final = _table(
    (1.0, "u/l [iu]/l iu/l ui/l units/l unit/l [u]/l units/liter unit/liter mu/ml"),
    (1000.0, "u/ml [iu]/ml"),
    (60.0, "ukat/l µkat/l mckat/l"),
    (0.06, "nkat/l"),
)
_COUNT: Final = _table(
    (1.0, _counted(_THOUSAND_MILLION, "l") + " g/l giga/l gpt/l /nl 10*6/ml 10^6/ml 10*3.ul"),
    (1.0, _counted(_THOUSAND, _MICROLITRE)),
    (0.001, _counted("cells {cells} cell", _MICROLITRE) + " /" + _MICROLITRE.replace(" ", " /") + " 10*6/l 10^6/l"),
)
_FACTORS: Final[Mapping[str, Mapping[str, float]]] = {
    "weight": _table(
        (1.0, "kg kgs kilogram kilograms"),
        (0.001, "g gram grams"),
        (0.45359237, "[lb_av] lb_av lb lbs pound pounds"),
        (0.028349523125, "[oz_av] oz_av oz ounce ounces"),
    ),
    "height": _table(
        (1.0, "cm centimeter centimeters"),
        (100.0, "m meter meters"),
        (0.1, "mm"),
        (2.54, "[in_i] in_i [in_us] in inch inches"),
        (30.48, "[ft_i] ft"),
    ),
    "alt": _ENZYME,
    "ast": _ENZYME,
    "alp": _ENZYME,
    "bilirubin": _table((1.0, "mg/dl mg% mg/100ml"), (0.1, "mg/l"), (0.058466, "umol/l µmol/l mcmol/l micromol/l")),
    "creatinine": _table((1.0, "mg/dl mg% mg/100ml"), (0.1, "mg/l"), (0.011312, "umol/l µmol/l mcmol/l micromol/l"), (11.312, "mmol/l")),
    # Normed to a body surface it is another number than the labels mean.
    "creatinine-clearance": _table((1.0, "ml/min ml/minute"), (60.0, "ml/s ml/sec")),
    "egfr": _table(
        (1.0, "ml/min/{1.73_m2} ml/min/1.73.m2 ml/min/1.73m2 ml/min/{1.73m2} ml/min/1.73m^2 ml/min/1.73m²"),
        # Codes of an eGFR are normed to body surface whatever the unit says.
        (1.0, "ml/min ml/min/bsa ml/min/1.73_m2 ml/min/1.73sqm ml/min/1.73mexp2 ml/min/{1.73} ml/min/1.73"),
    ),
    "neutrophils": _COUNT,
    "platelets": _COUNT,
    "haemoglobin": _table((1.0, "g/dl gm/dl g%"), (0.1, "g/l"), (1.6114, "mmol/l")),
}

_MILLIGRAM: Final = "mg milligram milligrams"
_GRAM: Final = "g gm gram grams"
_MICROGRAM: Final = "ug mcg µg microgram micrograms"
_KILOGRAM: Final = "kg kilogram kilograms kgbodyweight kgofbodyweight kgbw"
_SURFACE: Final = "m2 m^2 m² {m2} sqm squaremeter squaremeters squaremetre squaremetres"


def _per(amounts: str, bodies: str) -> str:
    """Every way to write an amount per kilogram, or per square metre."""
    return " ".join(f"{amount}{per}{body}" for amount in amounts.split() for per in ("/", "per") for body in bodies.split())


#: Without its strength a vial is no dose.
VIAL: Final = "{vial}"

#: UCUM unit of a dose -> the ways in which it is written.
_DOSE_SPELLINGS: Final = {
    "mg": _MILLIGRAM,
    "g": _GRAM,
    "ug": _MICROGRAM,
    "mg/kg": _per(_MILLIGRAM, _KILOGRAM),
    "ug/kg": _per(_MICROGRAM, _KILOGRAM),
    "mg/m2": _per(_MILLIGRAM, _SURFACE),
    "g/m2": _per(_GRAM, _SURFACE),
    "mL": "ml",
    "[iU]": "[iu] iu",
    "AUC": "auc {auc} {auc'}",
    "{tbl}": "{tbl} {tablet} {tab} tablet tablets tab tabs tablette tabletten comprimido comprimidos",
    "{capsule}": "{capsule} {cap} capsule capsules cap caps kapsel kapseln",
    VIAL: "{vial} vial vials",
}
#: Canonical units of a dose as medicine counts it; others (tablets, volumes) only where the record gives none of these.
MASSES: Final = frozenset({"mg", "mg/kg", "mg/m2", "AUC"})

_DOSE_UNITS: Final = {written: unit for unit, spellings in _DOSE_SPELLINGS.items() for written in spellings.split()}


@remembered(maxsize=1024)
def factor(kind: str, unit: str) -> float | None:
    """By what a value of this kind in this unit is multiplied to be in the canonical unit; `None` for an unknown or missing unit."""
    return _FACTORS[kind].get(_plain(unit))


def factor_of(kind: str, coded: str, shown: str) -> float | None:
    """The same for a unit that comes as a code and as people read it: the code may be the house's own, but the two must not contradict."""
    by = factor(kind, coded)
    if not shown:
        return by
    other = factor(kind, shown)
    if by is None or other is None:
        return other if by is None else by
    return by if by == other else None


@remembered(maxsize=1024)
def dose_unit(unit: str) -> str | None:
    """The UCUM unit of a dose; `None` for one that we do not read. "milligram(s)" is one milligram or several."""
    return _DOSE_UNITS.get(_plain(unit).replace("(s)", ""))


def _plain(unit: str) -> str:
    # Micro is written by its own sign, and by the Greek letter.
    return unit.replace(" ", "").replace("×", "x").replace("\N{GREEK SMALL LETTER MU}", "\N{MICRO SIGN}").lower()
