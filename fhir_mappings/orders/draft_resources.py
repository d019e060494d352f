"""The drafts as typed, tolerant structs, cut out of the hook's context, which is plain JSON of any shape.

What a chart's order need not tell (why it was ordered, by which plan, by which way) a draft must, so it has structs of its own.
A member of the wrong shape costs that member and nothing else: drafts are half-filled by nature.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Generic, NamedTuple, TypeVar

import msgspec
from msgspec import Raw

from fhir_mappings.documents.later_members import decoded
from fhir_mappings.record import type_and_id
from fhir_mappings.resources import Concept, Part, Period, Quantity, Range, Reference, Repeat, Resource


class Draft(Resource, frozen=True, gc=False, rename="camel"):
    """A MedicationRequest (or Medication) among the drafts."""

    reason_reference: Raw = Raw()
    based_on: Raw = Raw()
    instantiates_canonical: Raw = Raw()
    instantiates_uri: Raw = Raw()
    group_identifier: Raw = Raw()
    supporting_information: Raw = Raw()
    prior_prescription: Raw = Raw()
    dose_range: Raw = Raw()


class DraftDosage(Part, frozen=True, gc=False):
    """One `dosageInstruction` of a draft; those of one `sequence` hold at the same time."""

    sequence: int | None = None
    text: str | None = None
    patient_instruction: str | None = None
    additional_instruction: list[Concept] | Concept | None = None
    timing: Raw = Raw()
    route: list[Concept] | Concept | None = None
    dose_and_rate: Raw = Raw()
    dose_quantity: Quantity | None = None
    dose_range: Range | None = None


class DraftTiming(Part, frozen=True, gc=False):
    """When doses are given: on days (`event`), counted (`repeat`) or named (`code`)."""

    event: list[str] | None = None
    repeat: DraftRepeat | None = None
    code: Concept | None = None


class DraftRepeat(Repeat, frozen=True, gc=False, rename="camel"):
    """How often and how many times, at most where two numbers are given, with the times of day where they are listed instead of counted."""

    frequency_max: Raw = Raw()
    count: float | None = None
    bounds_duration: Quantity | None = None
    time_of_day: list[str] | None = None
    when: list[str] | None = None

    @property
    def most_often(self) -> float | None:
        """How many times in the period at most: what may be given must be safe."""
        return max((times for times in (self.frequency, decoded(_NUMBER, self.frequency_max)) if times is not None), default=None)


class DraftAmount(Part, frozen=True, gc=False):
    """One amount per dose, exact or between two."""

    dose_quantity: Quantity | None = None
    dose_range: Range | None = None


class GroupIdentifier(Part, frozen=True, gc=False):
    """The requisition or protocol that an order belongs to."""

    value: str | None = None
    type: Concept | None = None


_T = TypeVar("_T")


class _Tolerant(Generic[_T]):
    """Decodes a struct; one that does not fit loses the members that do not."""

    def __init__(self, struct: type[_T]) -> None:
        self._struct = struct
        self._whole = msgspec.json.Decoder(struct)
        self._members = {one.encode_name: (one.name, msgspec.json.Decoder(one.type)) for one in msgspec.structs.fields(struct)}  # type: ignore[arg-type]

    def decode(self, raw: bytes | Raw) -> _T | None:
        found: _T | None = decoded(self._whole, raw)
        members: dict[str, Raw] | None = decoded(_OBJECT, raw) if found is None else None
        if members is None:
            return found
        read = {
            name: value
            for key, (name, decoder) in self._members.items()
            if key in members and (value := decoded(decoder, members[key])) is not None
        }
        return self._struct(**read)

    def several(self, raw: bytes | Raw) -> list[_T]:
        """A list of them, or a single one."""
        items: list[Raw] | None = decoded(_ARRAY, raw)
        return [one for item in ([raw] if items is None else items) if (one := self.decode(item)) is not None] if raw else []


_OBJECT: Final = msgspec.json.Decoder(dict[str, Raw])
_ARRAY: Final = msgspec.json.Decoder(list[Raw])
_TEXTS: Final = msgspec.json.Decoder(list[str] | str)
_GROUP: Final = msgspec.json.Decoder(GroupIdentifier)
_RANGE: Final = msgspec.json.Decoder(Range)
_NUMBER: Final = msgspec.json.Decoder(float)
_DRAFT: Final = _Tolerant(Draft)
_DOSAGE: Final = _Tolerant(DraftDosage)
_TIMING: Final = _Tolerant(DraftTiming)
_AMOUNT: Final = _Tolerant(DraftAmount)
_REFERENCE: Final = _Tolerant(Reference)


class DraftEntry(NamedTuple):
    """One draft as sent: its `fullUrl` and its resource as plain JSON."""

    full_url: str | None
    resource: dict[str, Any]

    @property
    def id(self) -> str:
        """`Type/id`; without an id the `fullUrl`, else the bare type."""
        kind, ident = self.resource.get("resourceType"), self.resource.get("id")
        if isinstance(ident, str) and ident:
            return f"{kind}/{ident}"
        return self.full_url or str(kind)

    @property
    def names(self) -> tuple[str, ...]:
        """What a reference may call it: its `id` here, its `fullUrl`, and the `Type/id` that this ends in."""
        return tuple(name for name in (self.id, self.full_url, type_and_id(self.full_url or "")) if name)


def entries_of(context: Mapping[str, Any]) -> Iterator[DraftEntry]:
    """The resources of `context.draftOrders`: a Bundle with or without `type`, an entry alone, resources without entries; else nothing."""
    waiting: list[tuple[str | None, Any]] = [(None, context.get("draftOrders"))]
    for full_url, value in waiting:  # grows while Bundles and lists are opened
        if isinstance(value, list):
            waiting += [(None, item) for item in value]
        elif isinstance(value, dict):
            if "entry" in value and value.get("resourceType") in (None, "Bundle"):
                waiting.append((None, value["entry"]))
            elif isinstance(value.get("resourceType"), str):
                yield DraftEntry(full_url, value)
            elif "resource" in value:
                url = value.get("fullUrl")
                waiting.append((url if isinstance(url, str) else None, value["resource"]))


def draft_of(resource: dict[str, Any]) -> Draft:
    """The typed draft; an empty one where nothing of it can be read."""
    try:
        raw = msgspec.json.encode(_as_r4(resource))
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError, TypeError, ValueError):
        return Draft()
    return _DRAFT.decode(raw) or Draft()


def _as_r4(resource: dict[str, Any]) -> dict[str, Any]:
    """R5 names the medication in one member, as a concept or as a reference; the orders of R5 that are sent are read as R4 names them."""
    medication = resource.get("medication")
    if not isinstance(medication, dict):
        return resource
    named = {"medicationCodeableConcept": medication.get("concept"), "medicationReference": medication.get("reference")}
    return {**{name: value for name, value in named.items() if isinstance(value, dict)}, **resource}


def dosages_of_draft(draft: Draft) -> list[DraftDosage]:
    """The dosage instructions, in their order."""
    return _DOSAGE.several(draft.dosage_instruction)


def timing_of(dosage: DraftDosage) -> DraftTiming | None:
    """When the doses of a dosage are given."""
    return _TIMING.decode(dosage.timing) if dosage.timing else None


def amounts_of(dosage: DraftDosage) -> list[DraftAmount]:
    """The amounts per dose of a dosage: FHIR has a list there, the example of the CDS Hooks specification one object."""
    return _AMOUNT.several(dosage.dose_and_rate)


def dose_range_of(draft: Draft) -> Range | None:
    """A dose range at the top of the order."""
    found: Range | None = decoded(_RANGE, draft.dose_range) if draft.dose_range else None
    return found


def references_in(raw: Raw) -> list[Reference]:
    """A member that is a list of references, or a single one."""
    return _REFERENCE.several(raw)


def texts_in(raw: Raw) -> list[str]:
    """A member that is a list of texts, or a single one."""
    found: list[str] | str | None = decoded(_TEXTS, raw) if raw else None
    return found if isinstance(found, list) else [found] if found else []


def group_of(draft: Draft) -> list[str]:
    """How the requisition or protocol of an order is called."""
    found: GroupIdentifier | None = decoded(_GROUP, draft.group_identifier) if draft.group_identifier else None
    if found is None:
        return []
    named = [found.type.text, *(coding.display for coding in found.type.coding)] if found.type is not None else []
    return [text for text in (found.value, *named) if text]


def bounds_of(dosage: DraftDosage) -> Period | None:
    """Between which dates a dosage holds."""
    timing = timing_of(dosage)
    return timing.repeat.bounds_period if timing is not None and timing.repeat is not None else None
