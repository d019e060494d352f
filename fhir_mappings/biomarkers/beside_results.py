"""What a written result says of something else than the tissue tested: a control, an earlier sample, DCIS, the scale it is read by.

"External control: 3+. Tumor: negative" is no 3+, nor is "negative (scale 0-3+)". English only. Linear in the length of the text.
"""

from __future__ import annotations

import re
from typing import Final

_ELSE: Final = (
    r"(?:(?:external|internal|positive|negative|tissue|slide|on-slide) ){0,3}controls?\b|[dl]cis\b|in[ -]situ\b(?![ -]hybridi)|"
    r"prior\b(?! to\b)|previous(?:ly)?\b|former(?:ly)?\b|earlier\b|historical(?:ly)?\b"
)
_SCALE: Final = r"(?:reference(?! lab)|scale|legend|cut-?off|scoring (?:criteria|guidelines?|system)|(?:normal|ref\.?) range)\b"
_GROUP: Final = r"\.(?=\d)|\([^()\n]*+\)?+"
#: Up to the end of the part: a mark, a bracket that was opened before, a new line, or a word that comes back to what was tested.
_REST: Final = rf"(?:(?!\b(?:now|current|currently|today|but|whereas|while)\b)(?::\s*|{_GROUP}|[^.;,:()\n]))*+"
#: The entries of a scale are told apart by commas.
_ENTRIES: Final = rf"(?:{_GROUP}|[^.;()\n])*+"
#: An answer before what it is of: "3+ in the DCIS component", "3+ (DCIS)".
_ANSWER: Final = r"(?<![\w+])(?:[0-3] ?\+|[\w+]{1,20})"
_OF: Final = rf"{_ANSWER} (?:staining |intensity )?(?:in|on|at|from|for) (?:the |an? )?(?:\w{{1,20}}[ -])?"
_SORT: Final = r"(?: (?:component|part|area|biopsy|specimen|sample|slide|tissue|tumou?r|only))?"

_BESIDE: Final = re.compile(rf"{_ANSWER} ?\((?:{_ELSE}){_SORT}\)|(?:{_OF}|\b)(?:{_ELSE}){_REST}|\b{_SCALE}{_ENTRIES}")

#: A test beside the stain, to the end of its sentence or to the stain; and the name of one.
_ISH: Final = re.compile(r"\b(?:f|c|s|d|dd)?ish\b(?:(?!\bihc\b|immuno)(?:\.(?=\d)|[^.;\n]))*+|\bin[ -]situ hybridi[^.;\n]*+")
_ANOTHER_TEST: Final = re.compile(
    r"\bish\b|amplif|\b(?:er|pgr|pr|hr|ar|ki-?67|p53|pd-?l1|lvi)\b|o?estrogen|progesterone|hormone|androgen|cadherin|margins?\b|\bnod(?:es?|al)\b"
)
_PART_ENDS: Final = re.compile(r"[.;,/()\n]|(?=her2_)")


def own_words(text: str) -> str:
    """The words of a result, in lower case, without those about something else than the tissue tested."""
    return _BESIDE.sub(" ", text)


def parts_on_stain(text: str) -> list[str]:
    """The parts of a HER2 result that neither ISH nor another test is named in. HER2 is written as `her2_`, which begins a part."""
    return [part for part in _PART_ENDS.split(_ISH.sub(" ish ", own_words(text))) if _ANOTHER_TEST.search(part) is None]
