"""Reading a stage group or an M category from the many ways in which it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Literal

from fhir_mappings.coded import CodingTriple, triples
from fhir_mappings.denial import SO, Passage
from fhir_mappings.remembered import remembered
from fhir_mappings.resources import Concept
from fhir_mappings.terminology import canonical_system, value_of

StageValue = Literal["0", "I", "II", "III", "IV", "M0", "M1"]

_GROUPS: dict[str, StageValue] = {
    "0": "0", "1": "I", "2": "II", "3": "III", "4": "IV", "i": "I", "ii": "II", "iii": "III", "iv": "IV",
    "I": "I", "II": "II", "III": "III", "IV": "IV", "M0": "M0", "M1": "M1",
}  # fmt: skip

#: The concepts whose codes are stage groups.
_GROUP_ANSWERS = ("answer.stage", "answer.stage_iv")

#: "Stage IV", "stage 3A", "clinical stage IIA1", "Stage group IIIC".
_SAID = re.compile(r"\bstage(?: group)?[ :]*(?:yp|yc|[cpr])?(iv|iii|ii|i|[0-4])(?:[a-d]?\d?)?\b", re.IGNORECASE)
#: "Stage I or II", "stage II/III": no one stage.
_OR_ANOTHER = re.compile(r"(?<!\s)\s*+(?:or|to|vs\.?|/|-|\u2013)\s*(?:stage )?(iv|iii|ii|i|[0-4])(?:[a-d]?\d?)?\b", re.IGNORECASE)
#: The bare group: "IV", "4", "c3A", "pIIA".
_BARE = re.compile(r"\A\s*+(?:yp|yc|[cpr])?(iv|iii|ii|i|[0-4])(?:[a-d]\d?)?\s*+", re.IGNORECASE)
#: "cM1", "pM1a", "rcM1", "M0(i+)", "M0 category", and behind the N: "T2N1M1", "pN1mi cM0". An X says nothing.
_M = re.compile(
    r"(?:\b|(?<=n[0-3x])|(?<=n[0-3][abc])|(?<=n[01]mi))(?:r?y?[cp]|r)?m([01])(?:[a-e]|\(i\+\))?(?![0-9a-z])",
    re.IGNORECASE,
)
#: What is said behind it is the state of today: "stage II at diagnosis, now stage IV".
_NOW = re.compile(r"\b(?:now|currently)\b", re.IGNORECASE)


def stage_group(concept: Concept | None, text: str | None = None) -> StageValue | None:
    """The stage group an answer states, by code first; `None` when it states none, or several."""
    codings = triples(concept)
    by_code = _by_codes(codings, _GROUP_ANSWERS)
    if by_code:
        return _only(by_code)
    found: set[StageValue] = set()
    for system, code, display in codings:
        # AJCC codes are the group itself; other systems' codes are numbers that mean nothing here.
        if code and canonical_system(system) in ("ajcc", None) and (bare := _BARE.fullmatch(code)):
            found.add(_GROUPS[bare[1].lower()])
        found |= _groups_in(display)
    found |= _groups_in(concept.text if concept is not None else None) | _groups_in(text)
    return _only(found)


def stage_contradicts_itself(concept: Concept | None) -> bool:
    """Whether an answer's code is one stage and its words are another: then neither is used (trap 31)."""
    codings = triples(concept)
    coded = _by_codes(codings, _GROUP_ANSWERS)
    if not coded or concept is None:
        return False
    written = _groups_in(concept.text).union(*[_groups_in(display) for _, _, display in codings])
    return bool(written) and not written & coded


def m_category(concept: Concept | None, text: str | None = None) -> StageValue | None:
    """The M category an answer states; `cM0(i+)` is M0 (trap 31), MX and an absent M say nothing."""
    by_code = _by_codes(triples(concept), ("answer.m1",))
    if by_code:
        return _only(by_code)
    parts = [text or "", *((concept.text or "",) if concept is not None else ())]
    for system, code, display in triples(concept):
        parts.append(display or "")
        if canonical_system(system) in ("ajcc", None):
            parts.append(code or "")
    return _only({_GROUPS[f"M{match[1]}"] for part in parts for match in _stated(_M, part)})


def _stated(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """The matches that a text states: "stage IV ruled out" and "?M1" are neither."""
    passage = Passage(text)
    return (found for found in pattern.finditer(passage.text) if passage.standing(found) in SO)


def _only(found: AbstractSet[StageValue]) -> StageValue | None:
    return next(iter(found)) if len(found) == 1 else None


@remembered(maxsize=1024)
def _by_codes(codings: tuple[CodingTriple, ...], answers: tuple[str, ...]) -> frozenset[StageValue]:
    values = {value_of(system, code, answer) for system, code, _ in codings for answer in answers}
    return frozenset(_GROUPS[value] for value in values if value in _GROUPS)


@remembered(maxsize=1024)
def _groups_in(text: str | None) -> frozenset[StageValue]:
    if not text:
        return frozenset()
    bare = _BARE.fullmatch(text)
    if bare is not None:
        return frozenset({_GROUPS[bare[1].lower()]})
    found = _groups_said(text)
    now = [said.end() for said in _NOW.finditer(text)] if len(found) > 1 else []
    today = _groups_said(text[now[-1] :]) if now else found
    # "Stage IV at diagnosis, now stage II": a spread does not come undone.
    return today if today and max(found) in today else found


def _groups_said(text: str) -> frozenset[StageValue]:
    found: set[StageValue] = set()
    for match in _stated(_SAID, text):
        found.add(_GROUPS[match[1].lower()])
        other = _OR_ANOTHER.match(match.string, match.end())
        if other is not None:
            found.add(_GROUPS[other[1].lower()])
    return frozenset(found)
