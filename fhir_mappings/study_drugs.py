"""Study drugs: medications that name themselves as such, whatever they are made of."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from fhir_mappings.coded import CodingTriple
from fhir_mappings.remembered import remembered


def is_study_drug(codings: tuple[CodingTriple, ...], text: str | None) -> bool:
    """Whether a medication calls itself investigational, a study drug or one of a clinical trial; vaccines and imaging agents are none."""
    return any(_says_so(words) for words in (text, *(display for _, _, display in codings)) if words)


@remembered(maxsize=4096)
def _says_so(text: str) -> bool:
    words = _WORD.findall(text.lower())
    if _TELLING.isdisjoint(words) or not _ELSEWHERE.isdisjoint(words):
        return False
    return any(pair in _PAIRS for pair in pairwise(words))


_WORD: Final = re.compile(r"[a-z]+")
_THINGS: Final = ("agent", "antibody", "compound", "drug", "medication", "medicine", "product", "therapy", "treatment")
_PAIRS: Final = frozenset(
    {
        *((kind, thing) for kind in ("investigational", "experimental", "study", "trial") for thing in _THINGS),
        ("investigational", "medicinal"),
        ("clinical", "trial"),
    }
)
_TELLING: Final = frozenset(first for first, _ in _PAIRS)
#: Words of study products that treat no cancer.
_ELSEWHERE: Final = frozenset({"vaccine", "imaging", "contrast", "diagnostic", "tracer", "pet", "dressing", "supplement", "vitamin"})
