"""Which breast a tumour is of, and of which breast's tumour a result speaks: by site, by code, by label.

Two cancers of two breasts are two diseases, each with a HER2 status of its own. What names both sides in one place names neither of them,
but says that there are two.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from msgspec import Raw

from fhir_mappings.code_tables import icd10_key
from fhir_mappings.coded import triples, words
from fhir_mappings.documents.later_members import extensions_in
from fhir_mappings.remembered import remembered
from fhir_mappings.resources import BodySite, Concept
from fhir_mappings.terminology import canonical_system
from fhir_mappings.tumour.tumour_claims import site_of_code, sites_in
from guideline.case import Side

#: SNOMED CT: the qualifiers of mCODE's laterality value set, and the breasts themselves.
_SNOMED: dict[str, Side] = {
    "7771000": "left", "24028007": "right", "51440002": "both",
    "80248007": "left", "73056007": "right",
}  # fmt: skip

#: ICD-10-CM, invasive breast cancer: the last of the six characters is the side. 9 is "unspecified".
_ICD_BREAST = re.compile(r"C50[0-9][12]([129])")
_ICD_SIDES: dict[str, Side] = {"1": "right", "2": "left"}

_LATERALITY = "laterality"

_BOTH = re.compile(r"\bbilateral\b|\bboth breasts\b|\bleft and right\b|\bright and left\b")
_SIDED = re.compile(r"\b(left|right)\b")
#: In a label, which may name another organ too: "left breast cancer, metastasis to the right lung".
_SIDED_BREAST = re.compile(r"\b(left|right)(?: [\w-]+){0,2} (?:breast|mammary)\b|\bbreast(?: [\w-]+){0,2}\W{1,3}(left|right)\b")


def side_of_sites(sites: Iterable[Concept]) -> Side | None:
    """The side that body sites of a breast tumour name: by code, by a qualifier beside the code, else by word."""
    found: set[Side] = set()
    for site in sites:
        if _elsewhere(site):
            continue
        for concept in (site, *(qualifiers_in(site.extension) if isinstance(site, BodySite) else ())):
            side = _side_of(concept)
            if side is not None:
                found.add(side)
    return _side_among(found)


def side_of_qualifiers(qualifiers: Iterable[Concept]) -> Side | None:
    """The side that qualifiers name by themselves: those of a Condition, where no body site carries them."""
    found = {side for qualifier in qualifiers if (side := _side_of(qualifier)) is not None}
    return found.pop() if len(found) == 1 else "both" if found else None


def qualifiers_in(extensions: Raw) -> list[Concept]:
    """The qualifiers of the side among the extensions of an element."""
    return [
        extension.value_codeable_concept
        for extension in extensions_in(extensions)
        if extension.value_codeable_concept is not None and _LATERALITY in (extension.url or "")
    ]


def _side_of(concept: Concept) -> Side | None:
    return _side_of_codes(tuple(code for _, code, _ in triples(concept) if code)) or _side_in(words(concept))


def _elsewhere(site: Concept) -> bool:
    """Whether a site is another organ: the right lung says nothing about the breast. Nodes beside a breast lie on its side."""
    coded = {site_of_code(system, code) for system, code, _ in triples(site)}
    return not {*coded, *sites_in(words(site))} <= {None, "breast", "regional-node"}


def side_of_label(label: Concept | None) -> Side | None:
    """The breast that the code or the words of a diagnosis or of a test name."""
    found: set[Side] = set()
    for system, code, _ in triples(label):
        matched = _ICD_BREAST.fullmatch(icd10_key(code)) if canonical_system(system) == "icd10cm" else None
        if matched is not None and matched[1] in _ICD_SIDES:
            found.add(_ICD_SIDES[matched[1]])
    return _side_among(found) or side_in_label(words(label))


@remembered(maxsize=1024)
def side_in_label(text: str) -> Side | None:
    """The breast that a text in lower case names."""
    if _BOTH.search(text):
        return "both" if "breast" in text else None
    found = {before or after for before, after in _SIDED_BREAST.findall(text)}
    return _named(found)


@remembered(maxsize=1024)
def _side_of_codes(codes: tuple[str, ...]) -> Side | None:
    return _side_among({_SNOMED[code] for code in codes if code in _SNOMED})


def _side_among(found: Collection[Side]) -> Side | None:
    """The one side that is named; `both` where several are."""
    return "both" if len(found) > 1 else next(iter(found), None)


@remembered(maxsize=1024)
def _side_in(text: str) -> Side | None:
    return "both" if _BOTH.search(text) else _named(set(_SIDED.findall(text)))


def _named(words_found: set[str]) -> Side | None:
    if len(words_found) == 2:
        return "both"
    return "left" if "left" in words_found else "right" if words_found else None
