"""Condition -> diagnoses, metastases, and the stages that a Condition carries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from fhir_mappings.coded import as_list, triples, words
from fhir_mappings.dates import began, recorded
from fhir_mappings.later_members import extensions_of
from fhir_mappings.problem_list import ProblemList, clinical_status
from fhir_mappings.record import Record, type_and_id
from fhir_mappings.remembered import remembered
from fhir_mappings.resources import Resource, source_of
from fhir_mappings.stage_words import stage_group
from fhir_mappings.tumour_claims import Claim, claims_of_code, claims_of_words, site_of_code, sites_in
from guideline.case import Diagnosis, Metastasis, Site, Stage

_RELATED = frozenset(
    {
        "http://hl7.org/fhir/StructureDefinition/condition-related",
        "http://hl7.org/fhir/StructureDefinition/condition-dueTo",
    }
)
_BREAST_TUMOURS = frozenset({"invasive-breast", "breast-in-situ", "breast-history"})


class Tumours(NamedTuple):
    """Everything the problem list says about tumours."""

    diagnoses: tuple[Diagnosis, ...]
    metastases: tuple[Metastasis, ...]
    stages: tuple[Stage, ...]


def read_tumours(record: Record, listed: ProblemList) -> Tumours:
    """The tumours of the problem list. A Condition whose codes contradict each other is named and not used."""
    read: list[tuple[Resource, tuple[Claim, ...]]] = []
    for resource in listed["tumour"]:
        claims = _claims(resource)
        if _contradict(resource, claims):
            record.problem("code-text-conflict", resource, "codes of different tumours in one Condition", "diagnosis")
        elif claims:
            read.append((resource, claims))
    breast = frozenset(source_of(resource) for resource, claims in read if any(claim.kind in _BREAST_TUMOURS for claim in claims))
    metastases = tuple(m for resource, claims in read for m in _metastases(resource, claims, breast))
    dated = any(m.date is not None for m in metastases)
    carrier = _carrier(claims for _, claims in read)
    return Tumours(
        tuple(d for resource, claims in read for d in _diagnoses(resource, claims, carrier)),
        metastases,
        tuple(s for resource, claims in read for s in _stages(resource, claims, dated_metastases=dated)),
    )


def _claims(resource: Resource) -> tuple[Claim, ...]:
    """What the codes claim; where no code is known to us, what the words claim."""
    found: dict[Claim, None] = {}
    for system, code, _ in triples(resource.code):
        found |= dict.fromkeys(claims_of_code(system, code))
    return tuple(found) or claims_of_words(words(resource.code))


def _contradict(resource: Resource, claims: tuple[Claim, ...]) -> bool:
    """Breast and another primary in one Condition, by its codes (trap 23) or by a coding that we know only by its words."""
    kinds = {claim.kind for claim in claims}
    said: set[str] = set()
    if kinds:
        unknown = [display for system, code, display in triples(resource.code) if display and not claims_of_code(system, code)]
        for text in (*unknown, (resource.code.text if resource.code is not None else None) or ""):
            said |= _kinds_in(text)
    tumours = kinds | (said if "other-primary" in kinds else said & {"other-primary"})
    return "other-primary" in tumours and bool(tumours & {"invasive-breast", "breast-in-situ"})


@remembered(maxsize=1024)
def _kinds_in(text: str) -> frozenset[str]:
    return frozenset(claim.kind for claim in claims_of_words(" ".join(text.lower().split())))


def _carrier(all_claims: Iterator[tuple[Claim, ...]]) -> str:
    """The kind of tumour that a bare receptor status (Z17.*) belongs to: whatever breast tumour is on the list, else one of the past."""
    kinds = {claim.kind for claims in all_claims for claim in claims}
    return next((kind for kind in ("invasive-breast", "breast-in-situ") if kind in kinds), "breast-history")


def _diagnoses(resource: Resource, claims: tuple[Claim, ...], carrier: str) -> Iterator[Diagnosis]:
    for claim in claims:
        if claim.kind == "metastasis":
            continue
        kind = carrier if claim.kind == "receptors" else claim.kind
        for known in ("invasive-breast", "breast-in-situ", "breast-history", "other-primary"):
            if known == kind:
                yield Diagnosis(known, clinical_status(resource), began(resource), claim.her2, claim.hormone_receptors, source_of(resource))


def _metastases(resource: Resource, claims: tuple[Claim, ...], breast: frozenset[str]) -> Iterator[Metastasis]:
    found = [claim for claim in claims if claim.kind == "metastasis"]
    if not found or any(claim.kind == "other-primary" for claim in claims):
        return  # coded together with another primary: it is that one's metastasis
    linked = _linked(resource, breast) or any(claim.from_breast for claim in found)
    sites: dict[tuple[Site, bool, bool], None] = {}
    for claim in found:
        for site in (claim.site,) if claim.site is not None else _body_sites(resource):
            sites[site, linked, claim.primary_unknown] = None
    if len(sites) > 1:  # a general code beside a specific one adds nothing
        sites = {key: None for key in sites if key[0] != "unspecified"} or sites
    for site, from_breast, unknown in sites:
        yield Metastasis(site, began(resource), recorded(resource), clinical_status(resource), from_breast, unknown, source_of(resource))


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


def _stages(resource: Resource, claims: tuple[Claim, ...], *, dated_metastases: bool) -> Iterator[Stage]:
    """The stage in the code itself, and `Condition.stage` of a breast tumour.

    CAUTION: a stage on the Condition has no date of its own. It may have been raised years after the onset, so where metastases carry a
    date a stage IV keeps none: the onset of the primary must not become the day of the relapse.
    """
    for claim in claims:
        if claim.stage is not None:
            yield Stage(claim.stage, began(resource), source_of(resource))
    if any(claim.kind in ("invasive-breast", "breast-in-situ") for claim in claims):
        for stage in resource.stage or ():
            value = stage_group(stage.summary)
            if value is not None:
                undated = value == "IV" and dated_metastases
                yield Stage(value, None if undated else began(resource), source_of(resource))
