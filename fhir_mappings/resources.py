"""The resources as typed, tolerant structs: only the members that a case needs; every other member is skipped unparsed.

One wide struct serves all resource types. An absent member is `None` or empty. Members that real systems send in two shapes
(a list or a single object, a number or a text) accept both, so that the odd shape does not cost a second reading.
FHIR allows no empty strings, yet EHRs send them: `""` means absent, and every reader tests for truth, never for `None`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Raw

#: The types that a case can use. All others are dropped before anything is built.
USED_TYPES = frozenset(
    {
        "Patient", "Condition", "Observation", "MedicationStatement", "MedicationRequest", "MedicationAdministration", "Medication",
        "Procedure", "ServiceRequest", "AllergyIntolerance", "QuestionnaireResponse", "Specimen",
    }
)  # fmt: skip


#: An undecoded member that was not sent.
ABSENT = Raw()


class Part(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, gc=False):
    """Base of all structs here: frozen, camel-case names, and free of cycles, so the garbage collector need not track them."""


class Coding(Part, frozen=True, gc=False):
    """A code in a system."""

    system: str | None = None
    code: str | int | None = None
    display: str | None = None


class Concept(Part, frozen=True, gc=False):
    """A CodeableConcept: codes that all mean the same, and a text."""

    coding: list[Coding] = []
    text: str | None = None


class ResourceCode(Concept, frozen=True, gc=False):
    """What a resource is of. FHIR R5 has the code of an order one level deeper, in `concept`; it is read only to recognise those."""

    concept: Raw = ABSENT


class BodySite(Concept, frozen=True, gc=False):
    """A body site. Its side may stand beside the code, in an extension."""

    extension: Raw = ABSENT


class Period(Part, frozen=True, gc=False):
    """A time span; either end may be missing."""

    start: str | None = None
    end: str | None = None


class Quantity(Part, frozen=True, gc=False):
    """An amount with its unit: `code` is the UCUM unit, `unit` what people read."""

    value: float | str | None = None
    comparator: str | None = None
    unit: str | None = None
    code: str | None = None


class Range(Part, frozen=True, gc=False):
    """A Range, or the range part of a reference range."""

    low: Quantity | None = None
    high: Quantity | None = None
    text: str | None = None
    type: Concept | None = None


class Ratio(Part, frozen=True, gc=False):
    """A Ratio of two quantities."""

    numerator: Quantity | None = None
    denominator: Quantity | None = None


class Reference(Part, frozen=True, gc=False):
    """A Reference: where the other resource is, or only its name."""

    reference: str | None = None
    type: str | None = None
    display: str | None = None


class Extension(Part, frozen=True, gc=False):
    """An extension with the kinds of value that are read; a nested extension keeps its own list."""

    url: str | None = None
    value_codeable_concept: Concept | None = None
    value_reference: Reference | None = None
    value_date_time: str | None = None
    value_code: str | None = None
    value_coding: Coding | None = None
    value_string: str | None = None


class Repeat(Part, frozen=True, gc=False):
    """How often a dose is repeated, and between which dates."""

    bounds_period: Period | None = None
    frequency: float | None = None
    period: float | None = None
    period_unit: str | None = None


class Timing(Part, frozen=True, gc=False):
    """When doses are given."""

    repeat: Repeat | None = None


class DoseAndRate(Part, frozen=True, gc=False):
    """One amount per dose."""

    dose_quantity: Quantity | None = None


class Dosage(Part, frozen=True, gc=False):
    """A Dosage of an order or a statement, or the `dosage` of an administration (whose amount is `dose`)."""

    text: str | None = None
    timing: Timing | None = None
    dose_and_rate: list[DoseAndRate] | DoseAndRate | None = None
    dose_quantity: Quantity | None = None
    dose: Quantity | None = None


class Component(Part, frozen=True, gc=False):
    """A component of an Observation, with the kinds of value that are read."""

    code: Concept | None = None
    value_quantity: Quantity | None = None
    value_codeable_concept: Concept | None = None
    value_string: str | float | None = None
    value_integer: float | str | None = None
    value_boolean: bool | str | None = None
    value_range: Range | None = None
    value_ratio: Ratio | None = None
    interpretation: list[Concept] | Concept | None = None


class Stage(Part, frozen=True, gc=False):
    """Condition.stage."""

    summary: Concept | None = None


class Evidence(Part, frozen=True, gc=False):
    """Condition.evidence."""

    code: list[Concept] | None = None
    detail: list[Reference] | None = None


class Collection(Part, frozen=True, gc=False):
    """Specimen.collection."""

    body_site: BodySite | None = None


class Contained(Part, frozen=True, gc=False):
    """A contained resource: a Medication or one of its ingredients, or the Specimen of a result."""

    resource_type: str | None = None
    id: str | None = None
    code: Concept | None = None
    ingredient: Raw = ABSENT
    type: Raw = ABSENT
    collection: Collection | None = None


class Reaction(Part, frozen=True, gc=False):
    """AllergyIntolerance.reaction."""

    onset: str | None = None
    severity: str | None = None
    substance: Concept | None = None
    manifestation: Raw = ABSENT
    description: Raw = ABSENT


class Link(Part, frozen=True, gc=False):
    """A link of a Bundle (`relation`, `url`), or of a Patient to another record of the same person (`other`, `type`)."""

    relation: str | None = None
    url: str | None = None
    other: Reference | None = None
    type: str | None = None


if TYPE_CHECKING:
    _Code = ResourceCode
else:
    #: A PractitionerRole has a list of codes. No type that is used has: `bundles` sets such a one aside, and nobody else meets the list.
    _Code = ResourceCode | list[Raw]


class Resource(Part, frozen=True, gc=False):
    """A FHIR R4 resource of any type, as far as a case needs it. Members stand in the order in which servers write them.

    Members that few of the resources need, or that other types have in other shapes, stay undecoded (`Raw`) until a function of
    `fhir_mappings.documents.later_members` asks for them. `text`, `identifier`, `encounter` and `performer` are never asked for: nearly all
    resources have them, and a member that is known by name is passed over faster than one that is looked for in vain.
    """

    resource_type: str = ""
    id: str | None = None
    meta: Raw = ABSENT
    text: Raw = ABSENT
    contained: Raw = ABSENT
    extension: Raw = ABSENT
    modifier_extension: Raw = ABSENT
    identifier: Raw = ABSENT
    clinical_status: Concept | str | None = None
    verification_status: Concept | str | None = None
    status: str | None = None
    status_reason: list[Concept] | Concept | str | None = None
    intent: str | None = None
    type: Raw = ABSENT
    category: Raw = ABSENT
    criticality: str | None = None
    do_not_perform: bool | str | None = None
    reported_boolean: bool | str | None = None
    reported_reference: Raw = ABSENT
    severity: Raw = ABSENT
    code: _Code | None = None
    medication_codeable_concept: Concept | None = None
    medication_reference: Reference | None = None
    ingredient: Raw = ABSENT
    body_site: list[BodySite] | BodySite | None = None
    subject: Raw = ABSENT
    patient: Raw = ABSENT
    context: Raw = ABSENT
    encounter: Raw = ABSENT
    onset_date_time: str | None = None
    onset_period: Period | None = None
    onset_age: Raw = ABSENT
    onset_range: Raw = ABSENT
    onset_string: Raw = ABSENT
    abatement_date_time: str | None = None
    abatement_period: Period | None = None
    abatement_boolean: bool | str | None = None
    abatement_string: str | None = None
    recorded_date: str | None = None
    last_occurrence: str | None = None
    effective_date_time: str | None = None
    effective_period: Period | None = None
    effective_instant: str | None = None
    effective_timing: Raw = ABSENT
    date_asserted: str | None = None
    issued: str | None = None
    performer: Raw = ABSENT
    performed_date_time: str | None = None
    performed_period: Period | None = None
    occurrence_date_time: str | None = None
    occurrence_period: Period | None = None
    authored_on: str | None = None
    authored: str | None = None
    requester: Raw = ABSENT
    course_of_therapy_type: Raw = ABSENT
    reason_code: Raw = ABSENT
    value_quantity: Quantity | None = None
    value_codeable_concept: Concept | None = None
    value_string: str | float | None = None
    value_integer: float | str | None = None
    value_boolean: bool | str | None = None
    value_range: Range | None = None
    value_ratio: Ratio | None = None
    interpretation: list[Concept] | Concept | None = None
    method: Concept | None = None
    specimen: Raw = ABSENT
    collection: Collection | None = None
    reference_range: Raw = ABSENT
    component: list[Component] | None = None
    dosage: Raw = ABSENT
    dosage_instruction: Raw = ABSENT
    dose_quantity: Quantity | None = None
    dispense_request: Raw = ABSENT
    stage: list[Stage] | None = None
    evidence: list[Evidence] | None = None
    reaction: list[Reaction] | None = None
    note: Raw = ABSENT
    questionnaire: str | Reference | None = None
    item: Raw = ABSENT
    birth_date: str | None = None
    gender: str | None = None
    deceased_boolean: bool | str | None = None
    deceased_date_time: str | None = None
    # Since when an order has its status (FHIR R5), and when a drug was given, as R5 calls and spells it.
    status_changed: str | None = None
    occurence_date_time: str | None = None
    occurence_period: Period | None = None
    # Members of other FHIR versions. They are read only to recognise those resources.
    medication: Raw = ABSENT
    taken: str | None = None
    not_given: bool | str | None = None
    was_not_given: bool | str | None = None
    was_not_taken: bool | str | None = None
    not_done: bool | str | None = None
    not_performed: bool | str | None = None
    definition: Raw = ABSENT
    prescription: Raw = ABSENT
    substance: Raw = ABSENT
    animal: Raw = ABSENT
    is_brand: Raw = ABSENT
    # Members of a Bundle.
    total: Raw = ABSENT
    link: list[Link] | None = None
    entry: list[Entry] | None = None
    # A member of an OperationOutcome.
    issue: Raw = ABSENT


class Entry(Part, frozen=True, gc=False):
    """An entry of a Bundle: the resource, why a search brought it (`search`), or what came of a part of a batch (`response`)."""

    full_url: str | None = None
    resource: Resource | None = None
    search: Raw = ABSENT
    response: Raw = ABSENT


def source_of(resource: Resource) -> str:
    """The reference by which a fact names this resource: `Observation/123`, or the bare type where it has no id."""
    return f"{resource.resource_type}/{resource.id}" if resource.id else resource.resource_type
