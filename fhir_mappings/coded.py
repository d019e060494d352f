"""Small questions to coded elements: their codings, their words, what they stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import starmap
from typing import TypeVar

from fhir_mappings.remembered import remembered
from fhir_mappings.resources import Coding, Concept
from fhir_mappings.terminology import Meaning, display_conflicts, meanings

#: One coding as (system URI, code, display), as `fhir_mappings.terminology` takes it.
CodingTriple = tuple[str | None, str | None, str | None]


_Coded = TypeVar("_Coded", bound=Concept)


def as_list(value: list[_Coded] | _Coded | None) -> list[_Coded]:
    """An element that may come as a list, as one object, or not at all, as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def triples(concept: Concept | None) -> tuple[CodingTriple, ...]:
    """The codings of a concept."""
    if concept is None:
        return ()
    codings = concept.coding
    return (_triple(codings[0]),) if len(codings) == 1 else tuple(map(_triple, codings))


def _triple(coding: Coding) -> CodingTriple:
    """One coding. A code that came as a number is the number's digits."""
    return coding.system or None, str(coding.code) if coding.code else None, coding.display or None


@remembered(maxsize=16384)
def meanings_of_code(system: str | None, code: str | int | None) -> tuple[Meaning, ...]:
    """`terminology.meanings`, remembered for the codes that come again and again."""
    return meanings(system, str(code)) if code else ()


def meanings_of(concept: Concept | None) -> Iterator[tuple[CodingTriple, Meaning]]:
    """Every meaning of every coding of a concept, with the coding."""
    for triple in triples(concept):
        for meaning in meanings_of_code(triple[0], triple[1]):
            yield triple, meaning


def contradicts_itself(concept: Concept | None) -> bool:
    """Whether a coding's display names something other than its code (trap 16): then neither may be used."""
    return any(starmap(display_conflicts, triples(concept)))


def first_code(concept: Concept | str | None) -> str:
    """The first code in lower case, else the text: enough for FHIR's own small code sets, whose codes are plain words."""
    if concept is None:
        return ""
    if isinstance(concept, str):
        return concept.lower()
    for coding in concept.coding:
        if coding.code:
            return str(coding.code).lower()
    return (concept.text or "").lower()


def words(concept: Concept | None) -> str:
    """Text and displays of a concept in lower case, one space between words."""
    if concept is None:
        return ""
    codings = concept.coding
    return _words(concept.text, codings[0].display) if len(codings) == 1 else _words(concept.text, *[coding.display for coding in codings])


def words_of_all(*concepts: Concept | None) -> str:
    """The `words` of several concepts."""
    return " ".join([said for concept in concepts if (said := words(concept))])


def labels_of(concept: Concept | None) -> list[str]:
    """The text of a concept and the displays of its codings, each by itself, as far as they are there."""
    return labels_in(triples(concept), concept.text) if concept is not None else []


def labels_in(codings: Iterable[CodingTriple], text: str | None) -> list[str]:
    """The same of a concept that was taken apart."""
    return [label for label in (text, *[display for _, _, display in codings]) if label]


def is_known(concept: Concept | None) -> bool:
    """Whether any coding of a concept means something to us."""
    return any(True for _ in meanings_of(concept))


@remembered(maxsize=1024)
def _words(*parts: str | None) -> str:
    return plain_label(" ".join([part for part in parts if part]))


#: What EHRs put behind a label for billing, the group of a risk adjustment: "Seizure (HCC)", "Pregnancy (HHS-HCC)", "(CMS/HCC)".
_RISK_GROUP = re.compile(r" ?\((?:[a-z]{2,4}[ /-])?hcc\)")


def plain_label(label: str) -> str:
    """A label in lower case, with one space between words, and without the billing group behind it, which is no part of a name."""
    plain = " ".join(label.lower().split())
    return _RISK_GROUP.sub("", plain) if "hcc)" in plain else plain
