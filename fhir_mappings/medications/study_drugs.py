"""Study drugs: medications that name themselves as such, whatever they are made of, and those that may be a placebo."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from fhir_mappings.coded import CodingTriple, labels_in
from fhir_mappings.remembered import remembered


def is_study_drug(codings: tuple[CodingTriple, ...], text: str | None) -> bool:
    """Whether a medication calls itself investigational, a study drug or one of a clinical trial; vaccines and imaging agents are none."""
    return any(map(_says_so, _said(codings, text)))


def is_blinded(codings: tuple[CodingTriple, ...], text: str | None) -> bool:
    """Whether a medication, or a part of it, is blinded or may be a placebo, as its text or a display says."""
    return any(_BLINDED.search(words) for words in _said(codings, text))


def known_beside_blinded(codings: tuple[CodingTriple, ...], text: str | None) -> str:
    """What of a blinded medication is given for certain ("T-DM1 + tucatinib or placebo"), in words; empty where nothing is.

    Its codes, and a display that is silent on it, say no more than what it may be.
    """
    parts = [part for words in _said(codings, text) if _BLINDED.search(words) for part in _PLUS.split(words)]
    return " + ".join(part.strip() for part in parts if not _BLINDED.search(part))


def _said(codings: tuple[CodingTriple, ...], text: str | None) -> list[str]:
    return [label.lower() for label in labels_in(codings, text)]


@remembered(maxsize=4096)
def _says_so(text: str) -> bool:
    words = _WORD.findall(text)
    if _TELLING.isdisjoint(words) or not _ELSEWHERE.isdisjoint(words):
        return False
    return any(pair in _PAIRS for pair in pairwise(words))


_WORD: Final = re.compile(r"[a-z]+")
_THINGS: Final = ("agent", "antibody", "compound", "drug", "medication", "medicine", "product", "therapy", "treatment")
_PAIRS: Final = frozenset(
    {
        *((kind, thing) for kind in ("investigational", "experimental", "study", "trial", "blinded") for thing in _THINGS),
        ("investigational", "medicinal"),
        ("clinical", "trial"),
    }
)
_TELLING: Final = frozenset(first for first, _ in _PAIRS)
#: Words of study products that treat no cancer.
_ELSEWHERE: Final = frozenset({"vaccine", "imaging", "contrast", "diagnostic", "tracer", "pet", "dressing", "supplement", "vitamin"})

#: Not "unblinded": then somebody knows.
_BLINDED: Final = re.compile(r"(?<!\bno )(?<!\bnot )\bplacebos?\b|(?<!\bun-)(?<!\bnot )(?<!\bnon-)\bblinded\b|\bdouble[- ]blind\b")
#: What joins the drugs of a regimen; "and", "with" and a comma may stand between a drug and its placebo.
_PLUS: Final = re.compile(r"\+|\bplus\b")
