"""The controls that the words of an order ask for beside the dose: how often these are is not how often the dose is.

    "378 mg IV on day 1; return weekly for labs"      378 mg IV on day 1;
    "CBC every 2 weeks, 5.4 mg/kg every 3 weeks"      5.4 mg/kg every 3 weeks
    "5.4 mg/kg IV with weekly CBC"                    5.4 mg/kg IV

A clause that speaks of the dose as well stays whole: a rhythm too many is asked about, one too few is not seen.
"""

from __future__ import annotations

import re
from typing import Final

_CONTROL: Final = (
    r"(?:labs?|laboratory|cbc|cmp|bmp|lfts?|blood (?:counts?|tests?|work)|counts|visits?|return|rtc|follow[- ]?up|appointments?|clinic|"
    r"weigh(?:t|ed)?|echo(?:cardiogra\w+)?|muga|lvef|ecg|ekg|mri|ct|scans?|imaging|monitor(?:ing)?|vitals?|dressings?|flush(?:es|ing)?)\b"
)
_CLAUSE: Final = re.compile(r"(?:[^.;,]|[.,](?=\d))+[.;,]?")
_SPEAKS_OF_ONE: Final = re.compile(rf"\b{_CONTROL}")
#: A clause with one of these is about the dose as well.
_OF_THE_DOSE: Final = re.compile(r"\d ?(?:mg|g|ml)\b|\b(?:iv|ivpb|sc|subcut\w*|intravenous|infus\w*|dos(?:e|es|ing)|auc)\b")
_WITH_ONE: Final = re.compile(rf"\b(?:with|and|plus) (?:[a-z0-9]+ ){{0,3}}?{_CONTROL}[^.;,]*")


def without_controls(low: str) -> str:
    """A text in small letters with single spaces, without the clauses that are about a control alone, and without "with weekly CBC"."""
    if _SPEAKS_OF_ONE.search(low) is None:
        return low
    kept = (clause for clause in _CLAUSE.findall(low) if _SPEAKS_OF_ONE.search(clause) is None or _OF_THE_DOSE.search(clause))
    return _WITH_ONE.sub(" ", "".join(kept))
