"""Breast cancers that code, body site and histology name together: mCODE's "malignant neoplastic disease", of the left breast, ductal.

The code alone names no organ, so nothing of it would be a breast cancer. Only the breast is looked for: a malignant tumour of another organ
may be a metastasis there as well as another primary, and stays untold.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec.structs import replace

from fhir_mappings.coded import as_list, triples, words
from fhir_mappings.documents.later_members import extensions_of
from fhir_mappings.resources import Concept, Resource
from fhir_mappings.tumour.tumour_claims import claims_of_code, claims_of_words, site_of_code

_HISTOLOGY: Final = "mcode-histology-morphology-behavior"

#: A malignant tumour of no organ, by a label that is nothing else: "cancer-related pain" and a carcinoma of the skin are not.
_MALIGNANT: Final = re.compile(r"malignan(?:t|cy)|cancer|carcinoma")
_TUMOUR_ITSELF: Final = re.compile(
    r"(?:(?:personal|history|of|primary|malignant|malignancy|neoplasms?|neoplastic|disease|tumou?rs?|cancer|carcinoma|adenocarcinoma|"
    r"invasive|infiltrating|unspecified|nos|disorder|situation|morphologic|abnormality)\b[\W_]*+)++"
)
#: A histology of what is on the breast, but not of it.
_OF_THE_SKIN: Final = re.compile(r"\bskin\b|\bcutaneous\b|\bbasal cell\b|\bmerkel\b")
_BREAST: Final = re.compile(r"\bbreasts?\b")
_NOT_THE_GLAND: Final = re.compile(r"\bskin\b|\bnod(?:e|es|al)\b|\bwall\b")
#: ICD-O-3: the topography of the breast.
_ICD_O_BREAST: Final = re.compile(r"C50(?:\.\d)?")


def with_its_site(resource: Resource) -> Resource:
    """A Condition with the names of its body site and histology behind that of its code, where they make it a breast cancer."""
    sites = as_list(resource.body_site)
    if not sites or resource.code is None or not all(map(_is_breast, sites)) or not _is_of_no_organ(resource.code):
        return resource
    histologies = [one.value_codeable_concept for one in extensions_of(resource) if (one.url or "").endswith(_HISTOLOGY)]
    name = ", ".join([words(resource.code), "breast", *(said for one in histologies if (said := words(one)))])
    return resource if _OF_THE_SKIN.search(name) else replace(resource, code=replace(resource.code, text=name))


def _is_of_no_organ(code: Concept) -> bool:
    label = words(code)
    if _MALIGNANT.search(label) is None or _TUMOUR_ITSELF.fullmatch(label.strip("( ")) is None:
        return False
    if any(claims_of_code(system, one) for system, one, _ in triples(code)):
        return False
    return not claims_of_words(label)


def _is_breast(site: Concept) -> bool:
    label = words(site)
    coded = {site_of_code(system, code) for system, code, _ in triples(site)} - {None}
    if coded:
        return coded == {"breast"}
    by_topography = any("icd-o" in (system or "").lower() and _ICD_O_BREAST.fullmatch(code or "") for system, code, _ in triples(site))
    return by_topography or (_BREAST.search(label) is not None and _NOT_THE_GLAND.search(label) is None)
