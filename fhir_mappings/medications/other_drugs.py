"""Which medicine beside the cancer drugs a coded or written medication is: what interacts with them, and their supportive care.

A chart holds far more of these than of our drugs, so a name costs one look-up per word, and nothing is compared twice.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from fhir_mappings.code_tables import canonical_system
from fhir_mappings.coded import CodingTriple
from fhir_mappings.remembered import remembered
from fhir_mappings.terminology_files import OtherDrugRow, read_other_drugs


def other_drugs_of(codings: Sequence[CodingTriple], text: str | None) -> tuple[str, ...]:
    """The ids of `other_drugs.yaml` that a medication names, in alphabetical order; two for a combination, none for most medications.

    Products that act where they are applied (creams, eye drops) are none.
    """
    return _match(tuple(codings), text)


@remembered(maxsize=8192)
def _match(codings: tuple[CodingTriple, ...], text: str | None) -> tuple[str, ...]:
    words = set(_WORD.findall(" ".join([text or "", *(display or "" for _, _, display in codings)]).lower()))
    found = {
        _OF_CODE[code.strip()] for system, code, _ in codings if code and code.strip() in _OF_CODE and canonical_system(system) == "rxnorm"
    }
    for word in words & _NAMES:
        found.update(_OF_WORD[word])
    return () if not found or words & _FILE.local_forms else tuple(sorted(found))


def _by_word(drugs: Sequence[OtherDrugRow]) -> dict[str, tuple[str, ...]]:
    by_word: defaultdict[str, list[str]] = defaultdict(list)
    for drug in drugs:
        for word in dict.fromkeys((drug.id, *drug.words)):
            by_word[word].append(drug.id)
    return {word: tuple(ids) for word, ids in by_word.items()}


_FILE: Final = read_other_drugs()
_WORD: Final = re.compile(r"[a-z0-9]+")
_OF_CODE: Final = {code: drug.id for drug in _FILE.drugs for code in drug.rxnorm}
_OF_WORD: Final = _by_word(_FILE.drugs)
_NAMES: Final = frozenset(_OF_WORD)

#: Supportive care: an order of it alone asks nothing of us.
SUPPORTIVE: Final = frozenset(drug.id for drug in _FILE.drugs if drug.supportive)
