"""Members that were left undecoded when a resource was read, decoded when somebody asks.

Few resources need them, and other resource types have members of the same name in other shapes. One of another shape than ours is as good
as absent: none of these members decides what a resource says.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw

from fhir_mappings.resources import (
    ABSENT,
    Annotation,
    Concept,
    Contained,
    DispenseRequest,
    Dosage,
    Extension,
    Meta,
    Period,
    Reference,
    Resource,
)

_CONTAINED = msgspec.json.Decoder(list[Contained])
_REFERENCE = msgspec.json.Decoder(Reference)
_META = msgspec.json.Decoder(Meta)
_EXTENSIONS = msgspec.json.Decoder(list[Extension])
_CONCEPTS = msgspec.json.Decoder(list[Concept] | Concept)
_DOSAGES = msgspec.json.Decoder(list[Dosage] | Dosage)
_DISPENSE = msgspec.json.Decoder(DispenseRequest)
_NOTES = msgspec.json.Decoder(list[Annotation])


def meta_of(resource: Resource) -> Meta:
    """Which version this is; empty where the record does not say."""
    found: Meta | None = _later(_META, resource.meta)
    return found or Meta()


def contained_in(resource: Resource) -> list[Contained]:
    """The contained resources."""
    return _later(_CONTAINED, resource.contained) or []


def subject_bytes(resource: Resource) -> bytes:
    """Whom a resource is about, undecoded: nearly all resources of a chart say it in the same bytes. Some types call it `patient`."""
    return bytes(resource.subject) or bytes(resource.patient)


def reference_in(raw: bytes) -> str | None:
    """The `reference` of a Reference; `None` where there is none."""
    try:
        found = _REFERENCE.decode(raw) if raw else None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return found.reference or None if found is not None else None


def specimen_reference(resource: Resource) -> Reference | None:
    """The specimen of a result. Other resource types have a list of them in the same member."""
    found: Reference | None = _later(_REFERENCE, resource.specimen)
    return found


def extensions_of(resource: Resource) -> list[Extension]:
    """The extensions of the resource itself."""
    return _later(_EXTENSIONS, resource.extension) or []


def notes_of(resource: Resource) -> list[str]:
    """The texts of the notes."""
    found: list[Annotation] = _later(_NOTES, resource.note) or []
    return [note.text for note in found if note.text]


def concepts_in(raw: Raw) -> list[Concept]:
    """A coded member that is a list in one resource type, one object in another, and any of both in the wild."""
    found: list[Concept] | Concept | None = _later(_CONCEPTS, raw)
    return found if isinstance(found, list) else [found] if found is not None else []


def dosages_of(resource: Resource) -> list[Dosage]:
    """The dosages of an order, a statement or an administration."""
    found: list[Dosage] | Dosage | None = _later(_DOSAGES, resource.dosage_instruction) or _later(_DOSAGES, resource.dosage)
    return found if isinstance(found, list) else [found] if found is not None else []


def validity_of(resource: Resource) -> Period | None:
    """How long an order may be dispensed."""
    found: DispenseRequest | None = _later(_DISPENSE, resource.dispense_request)
    return found.validity_period if found is not None else None


def _later(decoder: msgspec.json.Decoder[Any], raw: Raw) -> Any:
    """Decode a member that was left alone; `None` where there is none, or none of the expected shape."""
    if raw is ABSENT or not memoryview(raw).nbytes:
        return None
    try:
        return decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
