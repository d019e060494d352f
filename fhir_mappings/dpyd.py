"""Observation -> what a DPYD test says of how fluoropyrimidines are broken down.

CAUTION: told by words alone, in the label and in the answer; no code of such a test is verified. A genotype (`*1/*2A`), an activity score
and a deficiency of unsaid degree are not read, and named: none of them is taken for a normal result, nor for a test that was not done.
"""

from __future__ import annotations

import re
from typing import Final

from fhir_mappings.coded import as_list, words, words_of_all
from fhir_mappings.denial import Passage
from fhir_mappings.record import Record
from fhir_mappings.remembered import remembered
from fhir_mappings.resources import Resource, source_of
from fhir_mappings.results import results, text_of
from guideline.case import DpydPhenotype, DpydResult

_ENZYME: Final = r"(?:\s++(?:dpyd|dpd|enzyme|gene)\b){0,2}"
_SAID: Final[tuple[tuple[DpydPhenotype, re.Pattern[str]], ...]] = (
    ("poor", re.compile(rf"\bpoor{_ENZYME}\s++metaboli[sz]er|\bcomplete(?:ly)?{_ENZYME}\s++deficien")),
    ("intermediate", re.compile(rf"\bintermediate{_ENZYME}\s++metaboli[sz]er|\bpartial(?:ly)?{_ENZYME}\s++deficien")),
    ("normal", re.compile(rf"\b(?:normal|extensive){_ENZYME}\s++metaboli[sz]er|\bnormal{_ENZYME}\s++activity")),
)
#: "Poor or intermediate", "normal/intermediate": no one phenotype.
_ONE_OF_TWO: Final = re.compile(
    rf"\b(?:poor|intermediate|normal|extensive){_ENZYME}\s*+(?:or|to|and|/|-|\u2013)\s*+(?:poor|intermediate|normal|extensive)\b"
)
#: The answer is the one word.
_BARE: Final[dict[str, DpydPhenotype]] = {
    "poor": "poor", "pm": "poor", "intermediate": "intermediate", "im": "intermediate", "normal": "normal", "nm": "normal",
}  # fmt: skip


def read_dpyd(record: Record) -> tuple[DpydResult, ...]:
    """What DPYD tests state, read or not. A preliminary normal result settles nothing and is left out."""
    found = []
    for result in results(record, record.of("dpyd"), "lab"):
        phenotype = _phenotype(result.resource)
        if phenotype is None:
            record.problem("unreadable", result.resource, "a DPYD result that is not read", "lab")
        if not (result.preliminary and phenotype == "normal"):
            found.append(DpydResult(phenotype, result.day, source_of(result.resource)))
    return tuple(found)


def _phenotype(resource: Resource) -> DpydPhenotype | None:
    answer = words(resource.value_codeable_concept)
    return _phenotype_in("\n".join((answer, (text_of(resource) or "").lower(), words_of_all(*as_list(resource.interpretation)))))


@remembered(maxsize=512)
def _phenotype_in(text: str) -> DpydPhenotype | None:
    """The one phenotype that is asserted; none where several are, or where one is denied or suspected."""
    bare = {_BARE.get(line.strip()) for line in text.splitlines() if line.strip()}
    if len(bare) == 1 and (only := bare.pop()) is not None:
        return only
    passage = Passage(text)
    found = {phenotype: said for phenotype, pattern in _SAID if (said := passage.standings(pattern))}
    if len(found) != 1 or _ONE_OF_TWO.search(passage.text):
        return None
    phenotype, said = found.popitem()
    return phenotype if said == {"asserted"} else None
