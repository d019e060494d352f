"""What the answer of a result says: positive or negative, and IHC scores.

Equivocal is an answer of its own and is never folded into another (an IHC 2+ waits for ISH). Where code and words, or two words,
contradict each other nothing is concluded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, Literal, cast

from fhir_mappings.code_tables import canonical_system, concepts_of, meanings, value_of
from fhir_mappings.denial import Passage
from fhir_mappings.drug_names import CodingTriple
from fhir_mappings.remembered import remembered
from fhir_mappings.terminology_files import read_answers

Presence = Literal["positive", "negative", "equivocal", "not-tested"]
IhcScore = Literal["0", "0+", "1+", "2+", "3+", "low", "ultralow"]

#: The concepts of answer codes; LA codes are LOINC-wide, LL numbers are answer lists and in none of them.
_PRESENCE_OF: Final[dict[str, Presence]] = {
    "answer.positive": "positive",
    "answer.negative": "negative",
    "answer.equivocal": "equivocal",
    "answer.not_tested": "not-tested",
}
_SCORES: Final = frozenset({"0", "1+", "2+", "3+"})


def ihc_score(codings: Sequence[CodingTriple], text: str | None) -> IhcScore | None:
    """The HER2 IHC score that an answer states: LOINC and SNOMED CT answers, "3+", "Score 3+", "IHC 2+/FISH-", "0", "HER2-low".

    CAUTION: call it only for an Observation under an IHC code; `LA6111-4 "0"` means nothing elsewhere. `None` when no score is stated,
    or when codes and text state different ones.
    """
    return _ihc_score(tuple(codings), text)


def presence(codings: Sequence[CodingTriple], text: str | None) -> Presence | None:
    """Whether the answer says positive, negative, equivocal or not tested.

    `None` when it says none of them (a weak stain, a bare score), or when code and words contradict each other: `contradicts` tells which.
    """
    found = _presences(tuple(codings), text)
    return next(iter(found)) if len(found) == 1 else None


def contradicts(codings: Sequence[CodingTriple], text: str | None) -> bool:
    """Whether the codes and words of one answer say different things ("Positive" coded, "negative" written)."""
    return _contradicts(tuple(codings), text)


def ish_presence(text: str | None) -> Presence | None:
    """The ISH result written beside an IHC score: "IHC 2+/FISH-" is negative, "2+, FISH amplified" positive."""
    found = _ISH.search(text.lower()) if text else None
    if found is None:
        return None
    sign = _SIGN.match(found[1])
    if sign is not None:
        return "positive" if sign[1] == "+" else "negative"
    stated = _presences_in(found[1])
    return next(iter(stated)) if len(stated) == 1 else None


@remembered(maxsize=2048)
def _contradicts(codings: tuple[CodingTriple, ...], text: str | None) -> bool:
    return len(_presences(codings, text)) > 1 or len(_scores(codings, text)) > 1


@remembered(maxsize=2048)
def _ihc_score(codings: tuple[CodingTriple, ...], text: str | None) -> IhcScore | None:
    found = _scores(codings, text)
    return next(iter(found)) if len(found) == 1 else None


@remembered(maxsize=2048)
def _scores(codings: tuple[CodingTriple, ...], text: str | None) -> frozenset[IhcScore]:
    coded = {value for system, code, _ in codings if (value := value_of(system, code, "answer.her2_ihc_score")) in _SCORES}
    written = {score for words in _words_of(codings, text) for score in _scores_in(words)}
    return frozenset(cast("set[IhcScore]", coded) | written)


@remembered(maxsize=2048)
def _presences(codings: tuple[CodingTriple, ...], text: str | None) -> frozenset[Presence]:
    coded = {answer for system, code, _ in codings if (answer := _coded_presence(system, code))}
    written = {answer for words in _words_of(codings, text) for answer in _presences_in(words)}
    return frozenset(coded | written)


def _coded_presence(system: str | None, code: str | None) -> Presence | None:
    if value_of(system, code, "answer.her2_ihc_score") == "equivocal":
        return "equivocal"
    return next((_PRESENCE_OF[concept] for concept in concepts_of(system, code) if concept in _PRESENCE_OF), None)


def _words_of(codings: Iterable[CodingTriple], text: str | None) -> Iterable[str]:
    """The words to read: the text and the displays, but not the display of an ambiguous code or of an answer list."""
    for system, code, display in codings:
        if display and not _is_answer_list(system, code) and not any(use == "ambiguous" for _, use in meanings(system, code)):
            yield display
    if text:
        yield text


def _is_answer_list(system: str | None, code: str | None) -> bool:
    return code is not None and code.strip().upper().startswith("LL") and canonical_system(system) == "loinc"


@remembered(maxsize=2048)
def _scores_in(text: str) -> frozenset[IhcScore]:
    words = _HER2_NAME.sub("her2_", text.lower().strip())
    if _ULTRALOW.search(words):
        return frozenset({"0+" if _ZERO.search(words) else "ultralow"})
    plain = _BARE_SCORE.fullmatch(words)
    if plain is not None:
        return frozenset({_score(plain[1])})
    found = {_score(digit) for digit in _PLUS_SCORE.findall(words)} | {_score(str(len(pluses))) for pluses in _PLUSES.findall(words)}
    if "0+" in words and _ZERO_PLUS.search(words):
        found.add("0+")
    if not found and _ZERO.search(words):
        found.add("0")
    if len(found) > 1 and "her2_" in words:
        return _scores_in_her2_part(words) or frozenset(found)
    if not found and _LOW.search(words):
        found.add("low")
    return frozenset(found)


def _scores_in_her2_part(words: str) -> frozenset[IhcScore]:
    """The score that stands right after HER2, where several tests share one string: 2+ in "ER 3+, HER2 2+"."""
    after = words.partition("her2_")[2]
    first = _PLUS_SCORE.search(after)
    return frozenset({_score(first[1])}) if first else frozenset()


def _score(digit: str) -> IhcScore:
    return "0" if digit == "0" else cast("IhcScore", f"{digit}+")


@remembered(maxsize=2048)
def _presences_in(text: str) -> frozenset[Presence]:
    words = _HER2_NAME.sub("her2_", text.lower().strip())
    sign = _SIGN_ALONE.fullmatch(words)
    if sign is not None:
        return frozenset({"positive" if sign[1] == "+" else "negative"})
    passage = Passage(words)
    said = {_stated(passage, match) for match in _ANSWER.finditer(passage.text)}
    if said == {"positive"} and _DENIAL.search(_ANSWER.sub(" ", words)):
        return frozenset()
    return frozenset(cast("set[Presence]", said - {"unclear"}))


def _stated(passage: Passage, found: re.Match[str]) -> str:
    """The answer of a phrase; a "positive" that is denied, suspected or waited for is `unclear`."""
    answer = _ANSWER_OF[" ".join(re.split(r"[\s-]+", found[0]))]
    return "unclear" if answer == "positive" and passage.standing(found) not in ("asserted", "past") else answer


def _any_of(phrases: Iterable[str]) -> str:
    longest_first = sorted(phrases, key=len, reverse=True)
    return "|".join(re.escape(phrase).replace(r"\ ", r"[\s-]+").replace(r"\-", r"[\s-]+") for phrase in longest_first)


_FILE: Final = read_answers()
_ANSWER_OF: Final = {phrase: answer for answer, phrases in _FILE.presence.items() for phrase in phrases}
_ANSWER: Final = re.compile(rf"(?<![a-z])(?:{_any_of(_ANSWER_OF)})(?![a-z])")

#: A denial outside the known phrases ("no staining was detected"): the positive word is not the answer.
_DENIAL: Final = re.compile(r"\b(?:no|not|non|never|without|nor)\b")

#: "HER2", "HER-2/neu", "c-erbB-2": replaced first, so that the 2 of HER2+ is never read as a score of 2+.
_HER2_NAME: Final = re.compile(r"(?:her[\s-]?2|c?-?erb-?b-?2)(?:[\s/-]*neu)?")
_PLUS_SCORE: Final = re.compile(r"(?<![\w.+-])([1-3])\s?\+(?![\w+])")
_PLUSES: Final = re.compile(r"(?<![\w+])(\+{2,3})(?![\w+])")
_ZERO_PLUS: Final = re.compile(r"(?<![\w.])0\+")
_ZERO: Final = re.compile(r"(?:\bscore|\bihc|[(=:])[\s:=a-z]{0,8}\b0\b(?!\s?[+.%\d])|^0\b(?![.%\d])")
_BARE_SCORE: Final = re.compile(r"\A(?:her2_|ihc|score|[\s:=])*+\b([0-3])(?:\.0)?(?:\s?/\s?3)?")
_SIGN_ALONE: Final = re.compile(r"\A(?:her2_|er|pr)?\s*+([+-])")
_SIGN: Final = re.compile(r"\A\s*+([+-])(?!\w)")
_ISH: Final = re.compile(r"\b(?:f|c|s|d)?ish\b(.{0,40})")
_LOW: Final = re.compile(rf"(?:{_any_of(_FILE.her2_low)})|her2_[\s-]*low\b")
_ULTRALOW: Final = re.compile(rf"(?:{_any_of(_FILE.her2_ultralow)})")
