"""What codes mean and when not to believe them: the terminology as the mappings use it.

The tables are in `fhir_mappings.code_tables`, their files in `fhir_mappings/terminology/`; drugs are named by
`fhir_mappings.medications.drug_names`, answers read by `fhir_mappings.biomarkers.answers`.
"""

from __future__ import annotations

import re
from typing import Final

from fhir_mappings.code_tables import Meaning, canonical_system, codes_of, meanings, system_uri, value_of
from fhir_mappings.medications.drug_names import drugs_of
from fhir_mappings.remembered import remembered
from fhir_mappings.terminology_files import read_displays

__all__ = ["Meaning", "canonical_system", "codes_of", "display_conflicts", "meanings", "system_uri", "value_of"]


@remembered(maxsize=4096)
def display_conflicts(system: str | None, code: str | None, display: str | None) -> bool:
    """Whether a display clearly names something other than its code, so that neither may be used.

    TRAP: 85319-2 (HER2) stands in public data with the displays "Ki-67" and "Estrogen receptor". The value of an Observation can be checked
    the same way, with the Observation's code. A display that names nothing we know, or several things with the right one among them, is
    no conflict. For a drug code the display is read as `drug_names.drugs_of` reads it.
    """
    if not display:
        return False
    found = meanings(system, code)
    if not found:
        return False
    if any(meaning.concept.startswith("drug.") for meaning in found):
        return drugs_of(((system, code, display),), None).conflict
    own = _families_of(system, code)
    if not own:
        return False
    text = display.lower()
    named = {family for family, pattern in _FAMILIES.items() if pattern.search(text)}
    return bool(named) and (not named & own or _names_the_opposite(named, own))


def _families_of(system: str | None, code: str | None) -> frozenset[str]:
    by_code = _DISPLAYS.of_code.get(f"{canonical_system(system)}:{(code or '').strip()}")
    if by_code is not None:
        return by_code
    return frozenset().union(*(_DISPLAYS.of_concept.get(meaning.concept, frozenset()) for meaning in meanings(system, code)))


def _names_the_opposite(named: set[str], own: frozenset[str]) -> bool:
    """Whether the display names the opposite of what the code says, and not the code's own side as well."""
    return any(wrong in named and right not in named for right, wrong in _OPPOSITES if right in own and wrong not in own)


_DISPLAYS: Final = read_displays()
_FAMILIES: Final = {name: re.compile(pattern) for name, pattern in _DISPLAYS.families.items()}
_OPPOSITES: Final = tuple(pair for left, right in _DISPLAYS.opposites for pair in ((left, right), (right, left)))
