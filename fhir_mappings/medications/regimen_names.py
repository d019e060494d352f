"""Regimens that a medication record names by letters alone ("TCHP x 6 cycles"): drugs of ours were given, and none of them is named.

The letters are read only where they are the whole label. Inside a longer text they are ordinary words: "ac" is "before meals", "EC" a coat.
"""

from __future__ import annotations

import re
from typing import Final

from fhir_mappings.coded import CodingTriple, labels_in
from fhir_mappings.remembered import remembered


def is_regimen(codings: tuple[CodingTriple, ...], text: str | None) -> bool:
    """Whether all that a medication says of itself is the letters of regimens against breast cancer, and how often they were given."""
    said = labels_in(codings, text)
    return bool(said) and all(map(_is_letters, said))


@remembered(maxsize=4096)
def _is_letters(label: str) -> bool:
    words = _WORD.findall(label.lower())
    if _REGIMENS.isdisjoint(words) and (_SHARED.isdisjoint(words) or _TELLING.isdisjoint(words)):
        return False
    return all(word in _REGIMENS or word in _SHARED or word in _TELLING or word in _AROUND or word.isdecimal() for word in words)


_WORD: Final = re.compile(r"[a-z]+|[0-9]+")
_REGIMENS: Final = frozenset({"ac", "ddac", "acthp", "fec", "fac", "cmf", "tch", "tchp", "tcbh", "tcbhp", "th", "thp", "hp"})
#: Letters that mean other things as well, as a coat or tacrolimus: they need one of `_TELLING` beside them.
_SHARED: Final = frozenset({"ec", "ddec", "tac", "tc"})
#: The last four are added to a regimen: AC-T, FEC-D, AC-T-H-P.
_TELLING: Final = frozenset(
    {"adjuvant", "chemo", "chemotherapy", "cycle", "cycles", "dd", "dense", "neoadjuvant", "regimen", "x", "t", "d", "h", "p"}
)
_AROUND: Final = frozenset(
    {"c", "q", "w", "by", "completed", "dose", "every", "followed", "neo", "palliative", "protocol", "then", "weekly", "weeks"}
)
