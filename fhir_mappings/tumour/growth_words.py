"""Words that tell of a progression without calling it one: new lesions, lesions that grow; and the letters by which it is called."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from fhir_mappings.denial import Passage, Standing

#: PD, but not PD-L1 and PD-1; POD, but not the third day after an operation ("POD 3", "POD #3").
PROGRESSION_LETTERS: Final = r"\bpd\b(?![- ]?l?-?[12]\b)|\bpod\b(?! ?#?\d)"

#: Where a lesion is, and which ones: words that may stand between "new" and "lesion" without making another thing of it.
WHERE = (
    r"(?:(?:liver|hepatic|lung|pulmonary|pleural|bon[ey]|osseous|spin(?:e|al)|vertebral|rib|pelvic|brain|cerebral|cerebellar|intracranial|"
    r"cns|dural|leptomeningeal|nodal|lymph|nodes?|axillary|mediastinal|hilar|supraclavicular|chest|wall|adrenal|ovarian|peritoneal|visceral|"
    r"distant|left|right|frontal|parietal|occipital|temporal|lobe|and|or|small|large|multiple|several|further|additional|enhancing|"
    r"hypermetabolic) )"
)
_LESIONS = (
    rf"(?:(?:the|all|both|known|target|measurable|existing) ){{0,2}}{WHERE}{{0,4}}"
    r"(?:lesion|metasta|mets?\b|nodul|lymph nodes?\b|(?:lymph)?adenopath|disease\b|tumou?rs?\b|mass(?:es)?\b|"
    r"(?:disease |tumou?r )?burden)"
)
_SIZE = r"(?:size|number|extent|volume)"
_HARMLESS = r"benign|cyst|angioma|seroma|ha?ematoma|abscess|infect|inflammat|necrosis|granuloma|keratosis|fibroid"
_NO_TUMOUR = (
    rf"{_HARMLESS}|effusion|ascites|thyroid|aneurysm|thromb|sclero|implant|edema|swelling|spleen|uter[iu]|heart|cardiac|ventric|"
    r"atri(?:um|al)|hydroneph|\bhair\b|marker"
)
LESS = r"(?<!dose )(?:decreas|reduc)|shr[iau]nk|smaller|resol|disappear|\bfewer\b|\bless\b|\bbetter\b"
STABLE = re.compile(r"\bstable|unchanged|\bsd\b|no (?:(?:significant|interval|definite|relevant) ){0,2}change")


class Sign(NamedTuple):
    """Words for a worsening that does not call itself one: beside `another` they tell of something else, beside `contrary` nothing sure."""

    said: re.Pattern[str]
    another: re.Pattern[str]
    contrary: re.Pattern[str]


#: A new lesion is a progression whatever else is stable; what grew and is called stable did not grow enough to be one.
SIGNS_OF_GROWTH: Final = (
    Sign(
        re.compile(rf"\bnew {WHERE}{{0,4}}(?:lesion|metasta|mets?\b)|\bnew (?:skin|cutaneous) metasta"),
        re.compile(_HARMLESS),
        re.compile(LESS),
    ),
    Sign(
        re.compile(
            rf"\b(?:increas(?:es?|ed|ing)|enlarging|interval enlargement|grow(?:ing|th)) "
            rf"(?:(?:in )?(?:the )?{_SIZE}(?: (?:and|or|and/or) {_SIZE})? )?(?:(?:of|in) )?{_LESIONS}|"
            r"\b(?:increas(?:es?|ed|ing)|grow(?:n|ing)|grew) in size\b|\b(?:has|have) grown\b"
        ),
        re.compile(
            rf"{_NO_TUMOUR}|\b(?:slight|minimal|mild|minor|subtle|marginal|trace)|uptake|avidity|activity|density|conspicu|enhancement|\brisk"
        ),
        re.compile(rf"{LESS}|{STABLE.pattern}"),
    ),
)


def worsening_in(passage: Passage, signs: Iterable[Sign], known: frozenset[Standing] = frozenset()) -> frozenset[Standing] | None:
    """What a passage says of signs of a worsening, beside what is `known` of it; None where a growth stands beside a shrinkage alone."""
    said = known
    for sign in signs:
        if sign.another.search(passage.text) is not None:
            continue
        standings = passage.standings(sign.said)
        if "asserted" in standings and "asserted" not in said and passage.asserts(sign.contrary):
            return None
        said |= standings
    return said
