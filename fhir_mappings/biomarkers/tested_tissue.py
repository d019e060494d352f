"""The tissue that a receptor test is of: primary or metastasis, which specimen, which breast, or another organ's tumour."""

from __future__ import annotations

import re
from typing import Literal

from fhir_mappings.coded import as_list, triples, words, words_of_all
from fhir_mappings.denial import Passage
from fhir_mappings.documents.later_members import concepts_in, extensions_of, specimen_reference
from fhir_mappings.record import Record, type_and_id
from fhir_mappings.remembered import remembered
from fhir_mappings.resources import Concept, Contained, Resource, source_of
from fhir_mappings.tumour.conditions import side_of_tumour
from fhir_mappings.tumour.laterality import side_in_label, side_of_label, side_of_sites
from fhir_mappings.tumour.tumour_claims import site_of_code, sites_in
from guideline.case import Side

_Tissue = Literal["primary", "metastasis"] | None

#: mCODE: the tumour that a result is about.
_RELATED_CONDITION = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-related-condition"

_METASTASIS = re.compile(r"metasta|\bmets?\b")
_BREAST = re.compile(r"(?<!non-)(?<!non )\bbreasts?\b|\bmammary\b|lumpectomy|mastectomy")
_PRIMARY = re.compile(rf"\bprimary\b|{_BREAST.pattern}")
#: Where a tumour began, and not where the tissue is from: "liver, core biopsy: carcinoma, consistent with breast primary".
_FROM_BREAST = re.compile(
    r"\b(?:breast|mammary)(?: \w{1,20})? (?:primary|origin|cancer|carcinoma|adenocarcinoma)\b|"
    r"\b(?:primary|origin|from) (?:(?:in|of|the) )*+(?:breast|mammary)\b"
)

#: Organs whose own tumours are tested for HER2 and that breast cancer seldom reaches; their nodes may drain a breast's metastasis.
_ORGAN = (
    r"(?<!-)\b(?:stomach|gastr(?:ic|o-?o?esophageal)|o?esophag(?:us|eal|ogastric)|(?:gej|cardia|duoden(?:um|al)|colon(?:ic)?|rect(?:um|al))\b|"
    r"ge junction|colorectal|(?:recto)?sigmoid|ca?ecum|pancrea|bil(?:iary|e duct)|gall ?bladder|ampulla|prostat|urothel|"
    r"(?:urinary )?bladder|endometri|uter(?:us|ine)|cervix|salivary|parotid)\w{0,8}+(?! (?:lymph ?)?node)"
)
_OTHER_ORGAN = re.compile(_ORGAN)
#: A tumour of such an organ, wherever it was found; one of an organ that breast cancer does reach, which says that it began there; and a
#: test that is not the breast's.
_OTHER_PRIMARY = re.compile(
    r"\bnon-?breast\b|\bprimary (?:\w{1,20} )?(?:lung|pulmonary|ovar|liver|hepat|brain|periton)|"
    r"\b(?:lung|ovarian|peritoneal) (?:primary|cancer)\b|non-?small[ -]cell|\bnsclc\b|small[ -]cell|hepatocellular|"
    r"cholangiocarcinoma|mesothelioma|melanoma|\bserous carcinoma|"
    rf"{_ORGAN}[ ,(]{{1,2}}(?:\w{{1,20}} )?(?:primary|adeno|carcinoma|cancer)|(?:primary|carcinoma|cancer) (?:of|in) (?:the )?{_ORGAN}"
)


def _origin(record: Record, resource: Resource) -> tuple[list[Concept], str, str | None]:
    """The sites and sorts of the tissue, its words in the reference to it, and what names the specimen."""
    concepts: list[Concept] = [*as_list(resource.body_site)]
    reference = specimen_reference(resource)
    if reference is None:
        return concepts, "", None
    specimen = record.resolve(reference, resource)
    if specimen is not None:
        concepts += concepts_in(specimen.type)
        if specimen.collection is not None and specimen.collection.body_site is not None:
            concepts.append(specimen.collection.body_site)
    return concepts, (reference.display or "").lower(), _specimen_name(reference.reference, specimen)


def is_of_another_organ(record: Record, resource: Resource) -> bool:
    """Whether the tissue, or the label of the test, is plainly of another organ's tumour: a stomach's HER2 says nothing of a breast."""
    concepts, display, _ = _origin(record, resource)
    return _names_another_organ(words(resource.code)) or _names_another_organ(" ".join([words_of_all(*concepts), display]))


@remembered(maxsize=1024)
def _names_another_organ(text: str) -> bool:
    if _BREAST.search(text) is not None:
        return False
    return _OTHER_PRIMARY.search(text) is not None or (_OTHER_ORGAN.search(text) is not None and not _is_metastasis(text))


def _is_metastasis(text: str) -> bool:
    """Whether words call the tissue a metastasis; "sentinel node negative for metastasis" does not."""
    return Passage(text).may_be_so(_METASTASIS)


def specimen_of(record: Record, resource: Resource) -> tuple[_Tissue, str | None, Literal["left", "right"] | None]:
    """Where the tissue came from, what names the specimen, and the breast whose tumour it is."""
    concepts, display, name = _origin(record, resource)
    tissue = _tissue(concepts, display)
    if tissue == "metastasis":
        return tissue, name, None
    side = side_of_sites(concepts) or side_in_label(display) or side_of_label(resource.code) or _side_of_condition(record, resource)
    return tissue, name, side if side != "both" else None


def _side_of_condition(record: Record, resource: Resource) -> Side | None:
    """The breast of the one breast cancer that a result names as its condition."""
    targets = {
        type_and_id(extension.value_reference.reference or "")
        for extension in extensions_of(resource)
        if extension.url == _RELATED_CONDITION and extension.value_reference is not None
    }
    if len(targets) != 1:
        return None
    named = [one for one in record.of("Condition") if source_of(one) in targets]
    return side_of_tumour(named[0]) if len(named) == 1 else None


def _specimen_name(reference: str | None, specimen: Resource | Contained | None) -> str | None:
    """What tells one specimen from another. A contained one has no name: IHC and ISH of one block each contain a copy of their own."""
    if isinstance(specimen, Resource):
        return source_of(specimen)
    if not reference or reference.startswith("#"):
        return None
    return type_and_id(reference) or reference


def _tissue(concepts: list[Concept], display: str) -> _Tissue:
    """A word or a distant site says metastasis; breast or "primary" says primary; a regional node says neither."""
    if not concepts and not display:
        return None
    text = f"{display} {words_of_all(*concepts)}"
    coded = {site_of_code(system, code) for concept in concepts for system, code, _ in triples(concept)} - {None, "regional-node"}
    if _is_metastasis(text) or coded - {"breast"}:
        return "metastasis"
    if "breast" in coded:
        return "primary"
    distant = any(site != "regional-node" for site in sites_in(text))
    origin_aside = _FROM_BREAST.sub(" ", text)
    if _PRIMARY.search(text if not distant else origin_aside):
        return "primary"
    return "metastasis" if distant else None
