"""The percentage of stained cells in a written result: `95 %`, `Negative (<1%)`, `less than 1 percent`, `1-5 %`."""

from __future__ import annotations

import re
from typing import Final

from fhir_mappings.results import Number
from guideline.case import Bound

_NUMBER: Final = r"(?<![\d.,])(\d{1,3}(?:[.,]\d{1,3})?)"
_SIGNS: Final[tuple[tuple[str, Bound], ...]] = (
    (r">=|≥|at least|(?:more|greater|higher) than or equal to", ">="),
    (r"<=|≤|at most|up to|(?:less|fewer|lower) than or equal to", "<="),
    (r">|(?:more|greater|higher) than|over|above", ">"),
    (r"<|(?:less|fewer|lower) than|under|below", "<"),
)
_BOUND: Final = "|".join(f"({words})" for words, _ in _SIGNS)
_PERCENT: Final = re.compile(rf"(?:(?:{_BOUND}) ?)?{_NUMBER} ?(?:% ?)?(?:(?:-|–|to) ?{_NUMBER} ?)?(?:%|percent\b)")
#: A percentage behind one of these is not the tumour's.
_OF_OTHERS: Final = re.compile(r"(?:cut-?off|threshold|control|reference|ki-?67)\W{0,2}(?:of |is |at |value |range )?\W?$")
_LEAD: Final = 24


def percent_in(text: str) -> Number | None:
    """The first percentage of a text in lower case, with its bound. Of a range the lower end is known: at least so many cells."""
    plain = " ".join(text.split())
    for found in _PERCENT.finditer(plain):
        if _OF_OTHERS.search(plain[max(0, found.start() - _LEAD) : found.start()]) is None:
            signs, first, second = found.groups()[: len(_SIGNS)], *found.groups()[len(_SIGNS) :]
            bound = next((bound for sign, (_, bound) in zip(signs, _SIGNS, strict=True) if sign), None)
            numbers = [float(number.replace(",", ".")) for number in (first, second) if number]
            return Number(min(numbers), "%", ">=" if len(numbers) > 1 else bound)
    return None
