"""What the answer of a result says: positive or negative, and IHC scores.

Equivocal is an answer of its own and is never folded into another (an IHC 2+ waits for ISH). Where code and words, or two words,
contradict each other nothing is concluded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, Literal, cast

from fhir_mappings.biomarkers.beside_results import own_words, parts_on_stain
from fhir_mappings.biomarkers.her2_names import HER2_NAME
from fhir_mappings.code_tables import canonical_system, concepts_of, meanings, value_of
from fhir_mappings.coded import CodingTriple
from fhir_mappings.denial import SO, Passage
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

#: The carcinomas of the breast that SNOMED CT tells apart by HER2.
HER2_CARCINOMA: Final = "cond.her2_positive_breast"


def ihc_score(codings: Sequence[CodingTriple], text: str | None) -> IhcScore | None:
    """The HER2 IHC score that an answer states: LOINC and SNOMED CT answers, "3+", "Score 3+", "IHC 2+/FISH-", "0", "HER2-low".

    A score that is denied, or that a control, an earlier sample or DCIS has, is none: "negative (not 3+)", "control 3+, tumor 1+".
    CAUTION: call it only for an Observation under an IHC code; `LA6111-4 "0"` means nothing elsewhere. `None` when no score is stated,
    or when codes and text state different ones.
    """
    return _ihc_score(tuple(codings), text)


def low_expression(codings: Sequence[CodingTriple], text: str | None) -> Literal["low", "ultralow"] | None:
    """Whether an answer calls HER2 low or ultralow, whatever the test: "HER2-low", "negative (HER2-low)"; with no other score beside it."""
    if presence(codings, text) not in (None, "negative"):
        return None
    match tuple(_scores(tuple(codings), text)):
        case ("low" | "ultralow" as called,):
            return called
    return None


def presence(codings: Sequence[CodingTriple], text: str | None) -> Presence | None:
    """Whether the answer says positive, negative, equivocal or not tested.

    `None` when it says none of them (a weak stain, a bare score), or when code and words contradict each other: `contradicts` tells which.
    """
    found = _presences(tuple(codings), text)
    return next(iter(found)) if len(found) == 1 else None


def contradicts(codings: Sequence[CodingTriple], text: str | None) -> bool:
    """Whether the codes and words of one answer say different things ("Positive" coded, "negative" written)."""
    return _contradicts(tuple(codings), text)


def denies_overexpression(codings: Sequence[CodingTriple], text: str | None) -> bool:
    """Whether a HER2 answer says negative of the stain: "3+ (negative)". "3+, FISH negative" and "ER negative, HER2 3+" do not."""
    if any(_coded_presence(system, code) == "negative" for system, code, _ in codings):
        return True
    parts = [part for words in _words_of(codings, text) for part in parts_on_stain(_plainly(words))]
    return any("negative" in _presences_in(part) for part in parts if part.strip() != "-")  # the sign of "ER (-)"


def ish_presence(text: str | None) -> Presence | None:
    """The ISH result written beside an IHC score: "IHC 2+/FISH-" is negative, "2+, FISH amplified" positive."""
    found = _ISH.search(own_words(text.lower())) if text else None
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
    # "HER2-negative carcinoma of breast" as the answer of a HER2 test.
    carcinoma = value_of(system, code, HER2_CARCINOMA)
    if carcinoma is not None:
        return "positive" if carcinoma.startswith("her2+") else "negative"
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
    words = _plainly(text)
    plain = _BARE_SCORE.fullmatch(words)
    if plain is not None:
        return frozenset({_score(plain[1])})
    # "3+ (negative)" states a score; that its two halves contradict each other is another matter.
    passage = Passage(_CUES_IN_ANSWERS.sub("result", own_words(words)))
    if passage.asserts(_ULTRALOW):
        return frozenset({"0+" if _asserted(passage, _ZERO) else "ultralow"})
    stated = _asserted(passage, _SCORE)
    if stated:
        return _of_her2(passage.text, stated)
    if _asserted(passage, _ZERO):
        return frozenset({"0"})
    return frozenset({"low"}) if passage.asserts(_LOW) else frozenset()


def _asserted(passage: Passage, pattern: re.Pattern[str]) -> dict[int, IhcScore]:
    """The scores that a passage asserts, by where they end."""
    found = ((match, match.lastgroup or 0) for match in pattern.finditer(passage.text))
    return {match.end(group): _score(match[group]) for match, group in found if passage.standing(match, group) == "asserted"}


def _plainly(text: str) -> str:
    """A text in lower case, with one name for HER2 and one spelling of the scores."""
    return _PLUS_IN_WORDS.sub(r"\1+", HER2_NAME.sub("her2_", text.lower().strip()))


def _of_her2(words: str, stated: dict[int, IhcScore]) -> frozenset[IhcScore]:
    """Of scores by where they end, those behind the name of HER2, where several tests share one string: 2+ in "ER 3+, HER2 2+"."""
    part = _HER2_PART.search(words)
    of_her2 = {score for end, score in stated.items() if part is not None and part.start() < end <= part.end()}
    return frozenset(of_her2 or stated.values())


def _score(written: str) -> IhcScore:
    """`3`, `+++` and `3 +` are 3+; 0 and 0+ are two scores."""
    if written.startswith("0"):
        return cast("IhcScore", written)
    return cast("IhcScore", f"{len(written) if written.startswith('+') else written[0]}+")


@remembered(maxsize=2048)
def _presences_in(text: str) -> frozenset[Presence]:
    words = _plainly(text)
    sign = _SIGN_ALONE.fullmatch(words)
    if sign is not None:
        return frozenset({"positive" if sign[1] == "+" else "negative"})
    own = own_words(words)
    passage = Passage(own)
    said = {_stated(passage, match) for match in _ANSWER.finditer(passage.text)}
    if said == {"positive"} and _DENIAL.search(_ANSWER.sub(" ", own)):
        return frozenset()
    return frozenset(cast("set[Presence]", said - {"unclear"}))


def _stated(passage: Passage, found: re.Match[str]) -> str:
    """The answer of a phrase; a "positive" that is denied, suspected or waited for is `unclear`."""
    answer = _ANSWER_OF[" ".join(re.split(r"[\s-]+", found[0]))]
    return "unclear" if answer == "positive" and passage.standing(found) not in SO else answer


def _any_of(phrases: Iterable[str]) -> str:
    longest_first = sorted(phrases, key=len, reverse=True)
    return "|".join(re.escape(phrase).replace(r"\ ", r"[\s-]+").replace(r"\-", r"[\s-]+") for phrase in longest_first)


_FILE: Final = read_answers()
_ANSWER_OF: Final = {phrase: answer for answer, phrases in _FILE.presence.items() for phrase in phrases}
_ANSWER: Final = re.compile(rf"(?<![a-z])(?:{_any_of(_ANSWER_OF)})(?![a-z])")

#: A denial outside the known phrases ("no staining was detected"): the positive word is not the answer.
_DENIAL: Final = re.compile(r"\b(?:no|not|non|never|without|nor)\b")

#: Answers in which a word denies or doubts: not what stands beside them, but what is tested.
_CUES_IN_ANSWERS: Final = re.compile(
    rf"(?<![a-z])(?:{_any_of([*_FILE.presence['negative'], *_FILE.presence['equivocal'], *_FILE.presence['not-tested']])})(?![a-z])"
)

#: "3 plus", but not "grade 2 plus DCIS".
_PLUS_IN_WORDS: Final = re.compile(r"(?<![\w.+-])([1-3])[ -]?plus(?=\s*+(?:\Z|[.,;:)/\n]|positive|stain|by ihc|on ihc))")
#: The last group of a match is the score.
_SCORE: Final = re.compile(
    r"(?<![\w.+<>-])(?<![<>] )(?<!than )(?P<digit>[1-3])\s?\+(?![\w+])|(?<![\w+])(?P<pluses>\+{2,3})(?![\w+])|(?<![\w.])(?P<trace>0\+)|"
    r"\b(?:her2_|score|tumou?rs?|metasta[a-z]{1,8}|carcinoma)(?: ihc| score)?[\s:=]{1,3}(?P<zero>0)(?=\s?(?:[;,()/]|\.(?!\d)|\Z))"
)
#: Up to the name of another receptor.
_HER2_PART: Final = re.compile(r"her2_(?:(?!\b(?:er|pg?r|ki-?67|o?estrogen|progesterone)\b).)*+")
_ZERO: Final = re.compile(r"(?:\bscore|\bihc|[(=:])[\s:=a-z]{0,8}\b(?P<zero>0)\b(?!\s?[+.%\d])|^(?P<first>0)\b(?![.%\d])")
_BARE_SCORE: Final = re.compile(r"\A(?:her2_|ihc|score|[\s:=])*+\b([0-3])(?:\.0)?(?:\s?/\s?3)?")
_SIGN_ALONE: Final = re.compile(r"\A(?:her2_|er|pr)?\s*+([+-])")
_SIGN: Final = re.compile(r"\A\s*+([+-])(?!\w)")
_ISH: Final = re.compile(r"\b(?:f|c|s|d)?ish\b(.{0,40})")
_LOW: Final = re.compile(rf"(?:{_any_of(_FILE.her2_low)})|her2_[\s-]*low\b")
_ULTRALOW: Final = re.compile(rf"(?:{_any_of(_FILE.her2_ultralow)})")
