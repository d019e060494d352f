"""Condition -> diagnoses, metastases, and the stages that a Condition carries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from fhir_mappings.code_tables import icd10_key
from fhir_mappings.coded import CodingTriple, as_list, labels_of, triples, words
from fhir_mappings.dates import began, recorded
from fhir_mappings.documents.later_members import extensions_of
from fhir_mappings.problem_list import ProblemList, clinical_status, name_undated
from fhir_mappings.record import Record, type_and_id
from fhir_mappings.remembered import remembered
from fhir_mappings.resources import Concept, Resource, ResourceCode, source_of
from fhir_mappings.tumour.laterality import qualifiers_in, side_of_label, side_of_qualifiers, side_of_sites
from fhir_mappings.tumour.stage_words import m_category, stage_group
from fhir_mappings.tumour.tumour_claims import (
    Claim,
    claims_of_code,
    claims_of_words,
    is_local_recurrence,
    names_spread,
    site_of_code,
    sites_in,
)
from guideline.case import ClinicalStatus, Diagnosis, Metastasis, Side, Site, Stage
from guideline.partial_date import PartialDate

_RELATED = frozenset(
    {
        "http://hl7.org/fhir/StructureDefinition/condition-related",
        "http://hl7.org/fhir/StructureDefinition/condition-dueTo",
    }
)
_BREAST_TUMOURS = frozenset({"invasive-breast", "breast-in-situ", "breast-history"})
#: As `icd10_key`: secondary malignant neoplasm of other specified sites.
_OTHER_SITES = "C7989"
_PRIMARY_ALONE = ({"invasive-breast"}, {"invasive-breast", "receptors"})
_PRESENT_BREAST_TUMOURS = frozenset({"invasive-breast", "breast-in-situ"})

#: Claims that make a diagnosis of their own.
_DIAGNOSES: dict[str, Literal["invasive-breast", "breast-in-situ", "breast-history", "other-primary"]] = {
    "invasive-breast": "invasive-breast",
    "breast-in-situ": "breast-in-situ",
    "breast-history": "breast-history",
    "other-primary": "other-primary",
}


class Tumours(NamedTuple):
    """Everything the problem list says about tumours."""

    diagnoses: tuple[Diagnosis, ...]
    metastases: tuple[Metastasis, ...]
    stages: tuple[Stage, ...]


class _Tumour(Struct, frozen=True):
    """A Condition that claims something about a tumour. `spread`: what its label says beyond codes that name a breast primary alone."""

    resource: Resource
    claims: tuple[Claim, ...]
    spread: tuple[Claim, ...]
    kinds: frozenset[str]
    status: ClinicalStatus
    began: PartialDate | None
    source: str


def read_tumours(record: Record, listed: ProblemList) -> Tumours:
    """The tumours of the problem list. A Condition whose codes contradict each other is named and not used."""
    read: list[_Tumour] = []
    for listed_one in listed["tumour"]:
        resource = _by_its_own_words(listed_one)
        claims = _claims(resource)
        spread = _spread_said(resource) if {claim.kind for claim in claims} in _PRIMARY_ALONE else ()
        kinds = frozenset([claim.kind for claim in (*claims, *spread)])
        if _contradict(resource, kinds):
            record.problem("code-text-conflict", resource, "codes of different tumours in one Condition", "diagnosis")
        elif claims:
            read.append(_Tumour(resource, claims, spread, kinds, clinical_status(resource), began(resource), source_of(resource)))
    breast = frozenset([tumour.source for tumour in read if not _BREAST_TUMOURS.isdisjoint(tumour.kinds)])
    metastases = [metastasis for tumour in read for metastasis in _metastases(tumour, tumour.claims, breast)]
    metastases += _told_by_labels(read, metastases)
    for tumour in read:
        if "metastasis" in tumour.kinds:
            name_undated(record, tumour.resource, "course")
    dated = any(metastasis.date is not None for metastasis in metastases)
    carrier = _carrier(read)
    return Tumours(
        tuple([diagnosis for tumour in read for diagnosis in _diagnoses(tumour, carrier)]),
        tuple(metastases),
        tuple([stage for tumour in read for stage in _stages(tumour, dated_metastases=dated)]),
    )


def _by_its_own_words(resource: Resource) -> Resource:
    """A Condition without the code "other specified sites" (C79.89), where its words say that this is a local recurrence.

    ICD-10-CM has no code for a recurrence in the chest wall, and EHRs take this one. It says nothing that the words do not say better; a
    code that names a site goes before words, as everywhere.
    """
    code = resource.code
    if code is None:
        return resource
    vague = [coding for coding in code.coding if isinstance(coding.code, str) and icd10_key(coding.code) == _OTHER_SITES]
    if not vague:
        return resource
    rest = [coding for coding in code.coding if coding not in vague]
    named = [said for said in (code.text, *[coding.display for coding in rest]) if said]
    local = [said for said in (*named, *[coding.display for coding in vague if coding.display]) if is_local_recurrence(said)]
    if not local or any(map(names_spread, named)) or "metastasis" in {claim.kind for claim in _claims_of_codes(triples(Concept(rest)))}:
        return resource
    return replace(resource, code=ResourceCode(rest, "; ".join(dict.fromkeys([*([code.text] if code.text else []), *local]))))


def _spread_said(resource: Resource) -> tuple[Claim, ...]:
    """The spread of a breast cancer that a label names: EHRs code "Carcinoma of left breast metastatic to liver" as C50.912 alone.

    Each text is read by itself, so that "rule out" at the end of one does not reach into the next. One that asks anything says nothing.
    """
    texts = [text for text in labels_of(resource.code) if "?" not in text]
    said = [claim for text in texts for claim in _claims_in(text) if claim.kind == "metastasis"]
    return tuple(dict.fromkeys([Claim("metastasis", claim.site, from_breast=True) for claim in said if not claim.primary_unknown]))


@remembered(maxsize=1024)
def _claims_in(text: str) -> tuple[Claim, ...]:
    return claims_of_words(" ".join(text.lower().split()))


def _claims(resource: Resource) -> tuple[Claim, ...]:
    """What the codes claim; where no code is known to us, what the words claim."""
    return _claims_of_codes(triples(resource.code)) or claims_of_words(words(resource.code))


@remembered(maxsize=1024)
def _claims_of_codes(codings: tuple[CodingTriple, ...]) -> tuple[Claim, ...]:
    return tuple(dict.fromkeys([claim for system, code, _ in codings for claim in claims_of_code(system, code)]))


def _contradict(resource: Resource, kinds: frozenset[str]) -> bool:
    """Breast and another primary in one Condition, by its codes (trap 23) or by a coding that we know only by its words."""
    if "other-primary" in kinds:
        # What spread to the breast is another primary by its code, and a tumour of the breast by its display.
        return not _PRESENT_BREAST_TUMOURS.isdisjoint(kinds | _kinds_said(resource, by_known_codes=False))
    return not _PRESENT_BREAST_TUMOURS.isdisjoint(kinds) and "other-primary" in _kinds_said(resource, by_known_codes=True)


def _kinds_said(resource: Resource, *, by_known_codes: bool) -> set[str]:
    """The kinds of tumour that the text of the code names, and the displays of codings: of all, or of those that we do not know."""
    said: set[str] = set()
    codings = [one for one in triples(resource.code) if by_known_codes or not claims_of_code(one[0], one[1])]
    displays = [display for _, _, display in codings if display]
    for text in (*displays, (resource.code.text if resource.code is not None else None) or ""):
        said |= _kinds_in(text)
    return said


@remembered(maxsize=1024)
def _kinds_in(text: str) -> frozenset[str]:
    return frozenset(claim.kind for claim in _claims_in(text))


def _carrier(tumours: Iterable[_Tumour]) -> str:
    """The kind of tumour that a bare receptor status (Z17.*) belongs to: whatever breast tumour is on the list, else one of the past."""
    kinds = {kind for tumour in tumours for kind in tumour.kinds}
    return next((kind for kind in ("invasive-breast", "breast-in-situ") if kind in kinds), "breast-history")


def _diagnoses(tumour: _Tumour, carrier: str) -> Iterator[Diagnosis]:
    for claim in tumour.claims:
        kind = _DIAGNOSES.get(carrier if claim.kind == "receptors" else claim.kind)
        if kind is not None:
            side = side_of_tumour(tumour.resource) if kind == "invasive-breast" else None
            yield Diagnosis(kind, tumour.status, tumour.began, claim.her2, claim.hormone_receptors, tumour.source, side)


def side_of_tumour(resource: Resource) -> Side | None:
    """The breast that a Condition of a breast cancer names: where it is, else by a qualifier of its own, else what it is called."""
    return (
        side_of_sites([*as_list(resource.body_site)])
        or side_of_qualifiers(qualifiers_in(resource.extension))
        or side_of_label(resource.code)
    )


def _metastases(tumour: _Tumour, claims: Iterable[Claim], breast: frozenset[str]) -> Iterator[Metastasis]:
    if "metastasis" not in tumour.kinds or "other-primary" in tumour.kinds:
        return  # coded together with another primary: it is that one's metastasis
    found = [claim for claim in claims if claim.kind == "metastasis"]
    linked = _linked(tumour.resource, breast) or any(claim.from_breast for claim in found)
    sites: dict[tuple[Site, bool], None] = {}
    for claim in found:
        for site in (claim.site,) if claim.site is not None else _body_sites(tumour.resource):
            sites[site, claim.primary_unknown] = None
    if len(sites) > 1:  # a general code beside a specific one adds nothing
        sites = {key: None for key in sites if key[0] != "unspecified"} or sites
    for site, unknown in sites:
        yield Metastasis(site, tumour.began, recorded(tumour.resource), tumour.status, linked, unknown, tumour.source)


def _told_by_labels(tumours: Iterable[_Tumour], others: Sequence[Metastasis]) -> list[Metastasis]:
    """The metastases that labels of breast primaries name, beside those that have Conditions of their own.

    CAUTION: such a label may have been changed years after the onset of the primary, which must not become the day of the relapse. So where
    others carry a date these keep none; and "metastatic breast cancer" adds nothing to distant sites that are known.
    """
    distant = [metastasis for metastasis in others if metastasis.site != "regional-node"]
    dated = any(metastasis.date is not None for metastasis in distant)
    found = [metastasis for tumour in tumours for metastasis in _metastases(tumour, tumour.spread, frozenset())]
    if distant:
        found = [metastasis for metastasis in found if metastasis.site != "unspecified"]
    return [replace(metastasis, date=None, recorded=None) for metastasis in found] if dated else found


def _body_sites(resource: Resource) -> tuple[Site, ...]:
    """Where a code without a site says the metastasis is (trap 24). The breast is no distant site; no body site is `unspecified`."""
    found: dict[Site | str, None] = {}
    for concept in as_list(resource.body_site):
        coded = {site for system, code, _ in triples(concept) if (site := site_of_code(system, code)) is not None}
        text = words(concept)
        found |= dict.fromkeys(sorted(coded) or sites_in(text) or (("breast",) if "breast" in text else ("other",) if text else ()))
    if not found:
        return sites_in(words(resource.code)) or ("unspecified",)
    return tuple(site for site in found if site != "breast")  # type: ignore[misc]


def _linked(resource: Resource, breast: frozenset[str]) -> bool:
    """Whether the record relates the metastasis to the breast primary."""
    for extension in extensions_of(resource):
        reference = extension.value_reference
        if extension.url in _RELATED and reference is not None:
            target = reference.reference or ""
            if type_and_id(target) in breast or "breast" in (reference.display or "").lower():
                return True
    return False


def _stages(tumour: _Tumour, *, dated_metastases: bool) -> Iterator[Stage]:
    """The stage in the code itself, and `Condition.stage` of a breast tumour.

    CAUTION: a stage on the Condition has no date of its own. It may have been raised years after the onset, so where metastases carry a
    date a stage IV keeps none: the onset of the primary must not become the day of the relapse.
    """
    for claim in tumour.claims:
        if claim.stage is not None:
            yield Stage(claim.stage, tumour.began, tumour.source)
    if not _PRESENT_BREAST_TUMOURS.isdisjoint(tumour.kinds):
        for stage in tumour.resource.stage or ():
            value = stage_group(stage.summary) or m_category(stage.summary)
            if value is not None:
                undated = value in ("IV", "M1") and dated_metastases
                yield Stage(value, None if undated else tumour.began, tumour.source)
