"""CTCAE grades in words: `grade 2`, `CTCAE v5 G3`, `Gr. II`, `CTC Grad 2`, `CTCAE 2`, `II°`. A range (`grade 1-2`) names none."""

from __future__ import annotations

import re

_NUMBER = r"([1-5]|i{1,3}v?|iv|v)\b(?!\s*(?:-|to|/)\s*(?:grade?\s*)?[\di])(?!\.\d)"
#: "2°" is "secondary"; a Roman number beside the sign is a grade. The number behind CTCAE may be that of its edition.
_GRADE = re.compile(
    rf"(?:\b(?:ctcae\s*(?:v\.?\s*\d(?:\.\d)?\s*)?)?(?:grade?|gr\.?|g)\s*[:=]?|(?<!\w)(?<!\d )°)\s*{_NUMBER}|"
    rf"\bctc(?:ae)?[ -]{_NUMBER}(?!,?\s*(?:grade?|gr\.?|g)\s*[:=]?\s*[1-5iv])|"
    r"(?<![-/\w])(i{1,3}v?|iv|v)\s?°"
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}


def grades_in(text: str) -> frozenset[int]:
    """Every grade that a text in lower case names."""
    return frozenset(_ROMAN.get(found) or int(found) for places in _GRADE.findall(text) for found in places if found)
