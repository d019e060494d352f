"""CTCAE grades in words: `grade 2`, `CTCAE v5 G3`, `Gr. II`. A range (`grade 1-2`) names none."""

from __future__ import annotations

import re

_GRADE = re.compile(r"\b(?:ctcae\s*(?:v\.?\s*\d(?:\.\d)?\s*)?)?(?:grade|gr\.?|g)\s*[:=]?\s*([1-5]|i{1,3}v?|iv|v)\b(?!\s*(?:-|to|/)\s*\d)")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}


def grades_in(text: str) -> frozenset[int]:
    """Every grade that a text in lower case names."""
    return frozenset(_ROMAN.get(found) or int(found) for found in _GRADE.findall(text))
