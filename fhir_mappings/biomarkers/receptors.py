"""Observation -> HER2, ER and PgR results, each with its method, its specimen and its date.

Nothing is judged here: an IHC 2+ stays a 2+, and results of the primary and of a metastasis stay apart.
"""

from __future__ import annotations

import re
from itertools import starmap
from typing import Literal, NamedTuple

from msgspec import Struct

from fhir_mappings.biomarkers.answers import (
    HER2_CARCINOMA,
    contradicts,
    denies_overexpression,
    ihc_score,
    ish_presence,
    low_expression,
    presence,
)
from fhir_mappings.biomarkers.her2_names import HER2_NAME
from fhir_mappings.biomarkers.percent_words import percent_in
from fhir_mappings.biomarkers.stain_scores import stain_score
from fhir_mappings.biomarkers.tested_tissue import is_of_another_organ, specimen_of
from fhir_mappings.coded import CodingTriple, as_list, contradicts_itself, first_code, meanings_of_code, triples, words
from fhir_mappings.observation_topics import (
    BREAST_CODES,
    COPIES_CODE,
    NUMERIC_CODES,
    PERCENT_CODES,
    RATIO_CODE,
    asks_for_her2,
    asks_for_receptor,
    hormone_receptor_beside_her2,
    hormone_receptor_in,
)
from fhir_mappings.record import Record
from fhir_mappings.remembered import remembered
from fhir_mappings.resources import Component, Concept, Resource, source_of
from fhir_mappings.results import Number, Result, has_result, number_of, of_quantity, of_text, results, text_of
from fhir_mappings.terminology import display_conflicts, value_of
from guideline.case import ReceptorResult, UnreadResult

Receptor = Literal["HER2", "ER", "PR"]
Method = Literal["ihc", "ish", "unspecified"]
Value = Literal["0", "0+", "1+", "2+", "3+", "positive", "negative", "equivocal", "low", "ultralow"]

_RECEPTORS: dict[str, Receptor] = {
    "obs.her2_interpretation": "HER2",
    "obs.her2_ihc": "HER2",
    "obs.her2_ish": "HER2",
    "obs.er": "ER",
    "obs.pr": "PR",
}
_METHODS: dict[str, Method] = {"obs.her2_ihc": "ihc", "obs.her2_ish": "ish"}


#: HL7's own interpretation codes, in lower case.
_INTERPRETATIONS: dict[str, Value] = {
    "pos": "positive", "det": "positive", "neg": "negative", "nd": "negative", "e": "equivocal", "ind": "equivocal",
}  # fmt: skip

_INTERPRETATION_SYSTEM = re.compile(r"ObservationInterpretation|v2-0078|2\.16\.840\.1\.113883\.5\.83")

_IHC_WORDS = re.compile(r"\bihc\b|immun|stain")
_ISH_WORDS = re.compile(r"\b(?:[fcs]|dd)?ish\b|hybridi[sz]ation")
_NAMES = {"HER2": re.compile(rf"{HER2_NAME.pattern}|neu\b"), "ER": re.compile(r"o?estrogen|\ber\b"), "PR": re.compile(r"progest|\bpg?r\b")}
_SCORE = re.compile(r"[0-3][\s-]*(?:\+|plus\b)|\+{1,3}", re.IGNORECASE)
#: A figure of an ISH in words: "ratio 1.3", "copy number: 3.1", "4 signals".
_ISH_FIGURES = re.compile(
    r"(?:\bratio|\bcop(?:y|ies)(?: numbers?)?|\bsignals?)\b[^\d;]{0,25}\d{1,2}(?:[.,]\d+)?(?![\d/-])|\d[.,]?\d* (?:copies|signals)\b"
)
_RATIO_SIGN = re.compile(r"[:/]")


class _Asked(NamedTuple):
    """What an Observation's code asks for. `mislabelled`: its codings name different receptors."""

    receptor: Receptor
    method: Method
    codes: frozenset[str]
    mislabelled: bool


class _Answer(Struct, frozen=True, gc=False):
    """How an item answers: a coded answer with its codings, its text and all its `words`; a text of its own; a number."""

    codings: tuple[CodingTriple, ...]
    coded_text: str | None
    words: str
    text: str | None
    number: Number | None


def read_receptors(record: Record) -> tuple[ReceptorResult, ...]:
    """All receptor results of tumour tissue. What its code and its words contradict is named and not used."""
    for resource in record.of("mislabelled-receptor"):
        record.problem("code-text-conflict", resource, "a receptor's name beside a code that is not that test", "her2")
    return tuple([fact for result in results(record, record.of("receptor"), "her2") for fact in _results(record, result)])


def _results(record: Record, result: Result) -> list[ReceptorResult]:
    """The result itself and those of its components (a panel holds all of them there)."""
    resource, lost = result.resource, False
    found: list[ReceptorResult] = []
    if is_of_another_organ(record, resource):
        record.problem("unreadable", resource, "tissue of another organ, which nothing calls a metastasis", "her2")
        return found
    components = resource.component or ()
    with_her2 = any(_asks_for_her2(component) for component in components)
    for item in (resource, *components):
        asked = _asked(item.code) or (_asked_in_words(item.code) if item is resource or asks_for_receptor(item.code) else None)
        if asked is None and with_her2 and item is not resource and (hormone := hormone_receptor_beside_her2(item.code)) is not None:
            asked = _Asked(hormone, "unspecified", frozenset(), contradicts_itself(item.code))
        if asked is None:
            continue
        answer = _answer_of(item)
        if _mislabelled(asked, item.code, answer):
            record.problem("code-text-conflict", resource, "codes, displays or words of different receptors", "her2")
            return found
        of_item = _of_item(record, result, item, asked, answer)
        # A percentage of cells beside the score is no result that anybody would look up.
        share = answer.number is not None and answer.number.unit == "%"
        lost = lost or (not of_item and asked.receptor == "HER2" and _has_result(item) and not share)
        found += of_item
    if lost or (not found and not _says_untested(resource)):
        record.problem("unreadable", resource, "no value that can be read", "her2")
    if lost:
        # It is there: an older one does not stand for it.
        record.unread.append(UnreadResult("her2", result.day, specimen_of(record, resource)[0], source_of(resource)))
    return found


def _asks_for_her2(component: Component) -> bool:
    asked = _asked(component.code)
    return asked.receptor == "HER2" if asked is not None else asks_for_her2(component.code)


def _has_result(item: Resource | Component) -> bool:
    return has_result(item) and not _says_untested(item)


def _asked(code: Concept | None) -> _Asked | None:
    return _asked_by(triples(code)) if code is not None else None


@remembered(maxsize=1024)
def _asked_by(codings: tuple[CodingTriple, ...]) -> _Asked | None:
    receptors: set[Receptor] = set()
    methods: set[Method] = set()
    codes: set[str] = set()
    for system, code, _ in codings:
        for concept, use in meanings_of_code(system, code):
            if concept not in _RECEPTORS or not (use in ("match", "panel") or code in NUMERIC_CODES):
                continue
            receptors.add(_RECEPTORS[concept])
            codes.add(code or "")
            if concept in _METHODS:
                methods.add(_METHODS[concept])
    if len(receptors) != 1:
        return None if not receptors else _Asked(min(receptors), "unspecified", frozenset(), mislabelled=True)
    mislabelled = any(starmap(display_conflicts, codings))
    return _Asked(receptors.pop(), methods.pop() if len(methods) == 1 else "unspecified", frozenset(codes), mislabelled)


def _asked_in_words(code: Concept | None) -> _Asked | None:
    """A local code, told by its label."""
    label = words(code)
    if _NAMES["HER2"].search(label) is None:
        hormone = hormone_receptor_in(label)
        return _Asked(hormone, "unspecified", frozenset(), contradicts_itself(code)) if hormone is not None else None
    return _Asked("HER2", _method_in(label) or "unspecified", frozenset(), contradicts_itself(code))


def _answer_of(item: Resource | Component) -> _Answer:
    concept = item.value_codeable_concept
    return _Answer(triples(concept), concept.text if concept is not None else None, words(concept), text_of(item), number_of(item))


def _mislabelled(asked: _Asked, code: Concept | None, answer: _Answer) -> bool:
    """Whether code, display, text or answer name different receptors (trap 16)."""
    if asked.mislabelled or contradicts(answer.codings, None):
        return True
    if asked.receptor != "HER2" and _answers_of_her2(answer):
        return True
    for text in (code.text if code is not None else None, answer.words, answer.text):
        named = _named_in(text) if text else None
        if named and asked.receptor not in named:
            return True
    return False


def _answers_of_her2(answer: _Answer) -> bool:
    """Whether an answer can only be one about HER2: a carcinoma by its HER2, or, where no receptor is named, a gene that is amplified."""
    if any(value_of(system, code, HER2_CARCINOMA) for system, code, _ in answer.codings):
        return True
    said = f"{answer.words} {answer.text or ''}".lower()
    return "amplified" in said and not _named_in(said)


@remembered(maxsize=1024)
def _named_in(text: str) -> frozenset[str]:
    low = text.lower()
    return frozenset(name for name, pattern in _NAMES.items() if pattern.search(low))


def _of_item(record: Record, result: Result, item: Resource | Component, asked: _Asked, answer: _Answer) -> list[ReceptorResult]:
    resource = result.resource
    found: list[ReceptorResult] = []
    method = asked.method if asked.receptor == "HER2" else "unspecified"
    number, said = answer.number, f"{answer.words} {answer.text.lower()}".strip() if answer.text else answer.words
    if method == "unspecified":
        method = _method_in(words(resource.method)) or _method_in(words(item.code)) or _method_said(said) or "unspecified"
    value = _value(asked, method, item, answer)
    if value == "3+" and _is_negative_too(item, answer):
        return []
    ratio = _ratio(asked, item, answer) if method == "ish" else None
    copies = _plausible(number, 100) if COPIES_CODE in asked.codes else None
    percent = _percent(asked, said, number) if asked.receptor != "HER2" else None
    bound = next((one.bound for one in (ratio, copies, percent) if one is not None), None)
    if value in ("0", "0+", "1+", "2+", "3+") and asked.receptor == "HER2":
        method = "ihc"
    specimen, specimen_id, side = specimen_of(record, resource)
    source = source_of(resource)
    of_breast = not asked.codes.isdisjoint(BREAST_CODES)
    if value is not None or ratio is not None or copies is not None or percent is not None:
        found.append(
            ReceptorResult(
                asked.receptor, method, value, result.day, specimen, specimen_id, _figure(ratio), _figure(copies), _figure(percent),
                result.preliminary, source, bound, side, of_breast,
            )
        )  # fmt: skip
    # One text may hold both tests: "IHC 2+/FISH-".
    aside = ish_presence(said) if asked.receptor == "HER2" and method == "ihc" else None
    if value == "2+" and aside in (None, "not-tested") and _ISH_FIGURES.search(said):
        # Figures of an ISH that is not read as a result: neither an outcome, nor a 2+ without ISH.
        return []
    if aside is not None and aside != "not-tested":
        found.append(
            ReceptorResult(
                "HER2",
                "ish",
                aside,
                result.day,
                specimen,
                specimen_id,
                preliminary=result.preliminary,
                source=source,
                side=side,
                of_breast=of_breast,
            )
        )
    return found


def _value(asked: _Asked, method: Method, item: Resource | Component, answer: _Answer) -> Value | None:
    """The answer in words or as a score. A number is an answer only where it is an IHC score."""
    text = answer.text if answer.text is not None else answer.coded_text
    value, number = _in_words((asked.receptor, method, answer.codings), text), answer.number
    if value is None and asked.receptor == "HER2" and method == "ihc" and _is_score(number):
        scores: dict[float, Value] = {0: "0", 1: "1+", 2: "2+", 3: "3+"}
        value = scores.get(number.value) if number is not None else None
    scored = stain_score(text.lower()) if asked.receptor != "HER2" and text is not None else None
    if value is None and not contradicts(answer.codings, text):
        value = scored
    elif {value, scored} == {"positive", "negative"}:
        return None
    interpreted = _interpreted(item)
    if value is None:
        return interpreted
    if {value, interpreted} == {"positive", "negative"}:
        return None  # the value says one thing, the interpretation the other
    return value


def _is_negative_too(item: Resource | Component, answer: _Answer) -> bool:
    """Whether what states a 3+ says negative as well: in words, by a code, or as its interpretation."""
    return _interpreted(item) == "negative" or denies_overexpression(answer.codings, answer.text or answer.coded_text)


@remembered(maxsize=2048)
def _in_words(answer: tuple[Receptor, Method, tuple[CodingTriple, ...]], text: str | None) -> Value | None:
    receptor, method, codings = answer
    if receptor == "HER2" and method != "ish":
        # Codes such as LA6111-4 "0" are scores only under an IHC code; elsewhere only a written "3+" is one.
        score: Value | None = None
        if method == "ihc":
            score = ihc_score(codings, text)
        elif text is not None and _SCORE.search(text):
            score = ihc_score((), text)
        else:
            score = low_expression(codings, text)
        if score is not None:
            return score
    said = presence(codings, text)
    return said if said != "not-tested" else None


def _interpreted(item: Resource | Component) -> Value | None:
    if item.interpretation is None:
        return None
    found: set[Value] = set()
    for concept in as_list(item.interpretation):
        coded = _by_interpretation_code(concept)
        said = presence(triples(concept), concept.text)
        if coded is not None:
            found.add(coded)
        elif said is not None and said != "not-tested":
            found.add(said)
    return found.pop() if len(found) == 1 else None


def _by_interpretation_code(concept: Concept) -> Value | None:
    """By the code of HL7's own system, wherever it stands, else by the first code."""
    ours = (str(coding.code).lower() for coding in concept.coding if coding.system and _INTERPRETATION_SYSTEM.search(coding.system))
    return next((_INTERPRETATIONS[code] for code in (*ours, first_code(concept)) if code in _INTERPRETATIONS), None)


def _says_untested(item: Resource | Component) -> bool:
    return presence(triples(item.value_codeable_concept), text_of(item)) == "not-tested"


@remembered(maxsize=1024)
def _method_said(answer: str) -> Method | None:
    """The method that an answer names. With a score it is the stain's, whatever is said of an ISH beside it: "2+, FISH negative"."""
    method = _method_in(answer)
    return "ihc" if method == "ish" and _SCORE.search(answer) else method


@remembered(maxsize=1024)
def _method_in(text: str) -> Method | None:
    ihc, ish = _IHC_WORDS.search(text), _ISH_WORDS.search(text)
    if (ihc is None) == (ish is None):
        return None
    return "ihc" if ihc is not None else "ish"


def _is_score(number: Number | None) -> bool:
    return number is not None and number.bound is None and number.unit in ("", "1", "{score}", "+")


def _figure(number: Number | None) -> float | None:
    return number.value if number is not None else None


def _plausible(number: Number | None, most: float) -> Number | None:
    return number if number is not None and 0 < number.value <= most else None


def _ratio(asked: _Asked, item: Resource | Component, answer: _Answer) -> Number | None:
    """A HER2/CEP17 ratio: two numbers, as a Ratio or as `2.6:1`; else the number of a test that asks for the ratio."""
    if item.value_ratio is not None:
        return _quotient(of_quantity(item.value_ratio.numerator), of_quantity(item.value_ratio.denominator))
    if RATIO_CODE not in asked.codes:
        return None
    numbers = _RATIO_SIGN.split(answer.text or answer.coded_text or "")
    if len(numbers) == 1:
        return _plausible(answer.number, 50)
    return _quotient(*map(of_text, numbers)) if len(numbers) == 2 else None


def _quotient(above: Number | None, below: Number | None) -> Number | None:
    """One that no nucleus has (1:100 in a sample) is no ratio of these genes."""
    if above is None or below is None or not below.value or below.bound is not None:
        return None
    ratio = above.value / below.value
    return Number(ratio, "", above.bound) if 0.1 <= ratio <= 50 else None


def _percent(asked: _Asked, said: str, number: Number | None) -> Number | None:
    """The percentage of cells, as a number or as written. 0.95 without a percent sign is nearly all cells to one, under 1 % to another."""
    if number is not None and number.unit != "%" and 0 < number.value < 1:
        return None
    found = number if number is not None and (number.unit == "%" or asked.codes & PERCENT_CODES) else percent_in(said)
    return found if found is not None and 0 <= found.value <= 100 else None
