"""What of a document is never looked at, though it may hold a fact of the case: said to a site that asks, on no card.

Nobody can tell whether the fact stands elsewhere too, as most of what a report says does. So this is no loss (`DataProblem`) but a list
for the one who maps the site's data. It prints no value and no label of the record.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec
from msgspec import Struct

from fhir_mappings import labs
from fhir_mappings.biomarkers.her2_names import HER2_NAME
from fhir_mappings.coded import meanings_of_code, triples, words
from fhir_mappings.documents.later_members import contained_in
from fhir_mappings.medications.drug_names import drugs_of
from fhir_mappings.observation_topics import topic_of
from fhir_mappings.orders.order_intents import NOT_YET_ORDERED, is_reported_use
from fhir_mappings.resources import Resource, source_of
from fhir_mappings.results import has_value
from fhir_mappings.status_words import plainly_spelled
from fhir_mappings.terminology import canonical_system
from fhir_mappings.tumour import course

#: Types that no prefetch asks for and nothing reads, and what of them is looked for elsewhere.
_UNREAD_TYPES: Final = {
    "DiagnosticReport": "its results count only as Observations of their own, its conclusion and its documents never",
    "MedicationDispense": "a therapy counts only as MedicationStatement, MedicationRequest or MedicationAdministration",
    "DocumentReference": "documents are not read",
    "Composition": "documents are not read",
}

_LOOKED_INTO: Final = frozenset({"Observation", "MedicationRequest", "Procedure"})

#: Words of a label that name a fact of the case.
_FACTS: Final = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"her-?2|erbb2", "HER2"),
        (r"o?estrogen rec|progesterone rec|\b(?:er|pr|pgr) (?:status|receptor|ihc|stain|%|percent|by )", "a hormone receptor"),
        (r"lvef|ejection fraction|\bef\b", "LVEF"),
        (r"platelet|thrombocyt", "platelets"),
        (r"neutrophil|\banc\b", "neutrophils"),
        (r"bilirubin", "bilirubin"),
        (r"creatinine|kreatinin|\be?gfr\b", "kidney function"),
        (r"\balt\b|\bast\b|\bsgpt\b|\bsgot\b|transaminase|aminotransferase", "a transaminase"),
        (r"ha?emoglobin|\bhgb\b", "haemoglobin"),
        (r"\bweight\b", "weight"),
        (r"\bheight\b", "height"),
        (r"pregnan|\bhcg\b|gonadotropin", "pregnancy"),
        (r"\becog\b|performance status", "performance status"),
        (r"\bstage\b|\btnm\b", "stage"),
    )
)
#: Facts whose codes nobody can list in full, by labels that are nothing else.
_FACTS_OF_MANY_CODES: Final = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"\blv ?ef\b|left ventric\w+ ejection fraction", "LVEF"),
        (r"\becog\b|eastern cooperative", "performance status"),
        (
            r"(?:disease|cancer|tumou?r) (?:status|progression)|progressive disease|\brecist\b|response to (?:cancer )?(?:treat|therap)",
            "the course of the disease",
        ),
    )
)
#: What only sounds like one.
_ANOTHER: Final = re.compile(r"a1c|urine|urinary|mean |clearance|right vent|\bbirth ?weight|ideal|serum her|mutation")

#: LOINC: which gene a variant is of; and those that matter here, by name or by their number of the HGNC.
_GENE_STUDIED: Final = "48018-6"
_GENES: Final = ((re.compile(r"erbb2|her-?2|hgnc:3430\b"), "ERBB2"), (re.compile(r"dpyd|hgnc:3012\b"), "DPYD"))


class PassedOver(Struct, frozen=True):
    """A resource, or all of a type, that was not looked at, and why."""

    source: str
    reason: str


def passed_over(resources: Iterable[dict[str, Any]]) -> tuple[PassedOver, ...]:
    """What of these resources was not looked at, types first, in the order of the document."""
    found: list[PassedOver] = []
    types: Counter[str] = Counter()
    for plain in resources:
        kind = plain["resourceType"]
        if kind in _UNREAD_TYPES:
            types[kind] += 1
        elif kind in _LOOKED_INTO:
            found += _of_one(plain)
    return (*[PassedOver(f"{kind} ({number})", _UNREAD_TYPES[kind]) for kind, number in types.items()], *found)


def _of_one(plain: dict[str, Any]) -> Iterator[PassedOver]:
    resource = as_resource(plain)
    if resource is None:
        return
    match resource.resource_type:
        case "MedicationRequest":
            if resource.intent in NOT_YET_ORDERED and not is_reported_use(resource):
                yield PassedOver(source_of(resource), f"an order of intent {resource.intent} is none yet")
        case "Procedure":
            if drugs_of(triples(resource.code), resource.code.text if resource.code is not None else None).drugs:
                yield PassedOver(source_of(resource), f"names a cancer drug: {_UNREAD_TYPES['MedicationDispense']}")
        case _:
            yield from _of_result(resource)


def _of_result(resource: Resource) -> Iterator[PassedOver]:
    if any(item.resource_type == "Observation" for item in contained_in(resource)):
        yield PassedOver(source_of(resource), "contains a result, which counts only as an Observation of its own")
    if topic_of(resource) is not None and not (labs.labelled_only(resource) or course.labelled_only(resource)):
        return
    if (gene := _gene(resource)) is not None:
        yield PassedOver(source_of(resource), f"a variant of {gene}: neither a HER2 status nor a DPYD phenotype is read from one")
    elif (fact := _named_fact(resource)) is not None:
        yield PassedOver(source_of(resource), f"labelled as {fact}, under no code that is known for it")


def _gene(resource: Resource) -> str | None:
    """The gene that a genetic variant is of, where it is one that other results of the case speak of."""
    for component in resource.component or ():
        if component.code is not None and any(str(coding.code) == _GENE_STUDIED for coding in component.code.coding):
            value = component.value_codeable_concept
            said = f"{words(value)} {' '.join(str(coding.code) for coding in value.coding)}" if value is not None else ""
            return next((gene for pattern, gene in _GENES if pattern.search(said.lower())), None)
    return None


def as_resource(plain: dict[str, Any]) -> Resource | None:
    """A resource as mapping reads it; `None` for one that is named as unreadable."""
    try:
        return plainly_spelled(msgspec.json.decode(msgspec.json.encode(plain), type=Resource))
    except (msgspec.MsgspecError, RecursionError):
        return None


def _named_fact(resource: Resource) -> str | None:
    """The fact that a label names, where no code says what the Observation is.

    A code of LOINC or SNOMED CT says so, known to us or not, save for facts that both have more codes of than we know.
    """
    codings = resource.code.coding if resource.code is not None else []
    uses = {meaning.use for coding in codings for meaning in meanings_of_code(coding.system, coding.code)}
    if "procedure_only" in uses:
        return "HER2" if has_value(resource) and HER2_NAME.search(words(resource.code)) else None
    if uses:
        return None
    coded = any(canonical_system(coding.system) in ("loinc", "snomed") for coding in codings)
    label = words(resource.code)
    facts = _FACTS_OF_MANY_CODES if coded else (*_FACTS, *_FACTS_OF_MANY_CODES)
    return None if _ANOTHER.search(label) else next((name for pattern, name in facts if pattern.search(label)), None)
