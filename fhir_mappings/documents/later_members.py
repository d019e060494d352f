"""Members that were left undecoded when a resource or an entry was read, decoded when somebody asks.

Few resources need them, and other resource types have members of the same name in other shapes. One of another shape than ours is as good
as absent: none of these members decides what a resource says.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw

from fhir_mappings.documents.outcomes import Issue, Response, Search
from fhir_mappings.resources import (
    ABSENT,
    Concept,
    Contained,
    Dosage,
    Entry,
    Extension,
    Part,
    Period,
    Quantity,
    Range,
    Reference,
    Resource,
)


class Annotation(Part, frozen=True, gc=False):
    """A note."""

    text: str | None = None


class DispenseRequest(Part, frozen=True, gc=False):
    """The dispensing part of an order."""

    validity_period: Period | None = None


class Meta(Part, frozen=True, gc=False):
    """Which version of a resource this is."""

    version_id: str | None = None
    last_updated: str | None = None


_CONTAINED = msgspec.json.Decoder(list[Contained])
_REFERENCE = msgspec.json.Decoder(Reference)
_META = msgspec.json.Decoder(Meta)
_EXTENSIONS = msgspec.json.Decoder(list[Extension])
_CONCEPTS = msgspec.json.Decoder(list[Concept] | Concept)
_DOSAGES = msgspec.json.Decoder(list[Dosage] | Dosage)
_DISPENSE = msgspec.json.Decoder(DispenseRequest)
_SEARCH = msgspec.json.Decoder(Search)
_RESPONSE = msgspec.json.Decoder(Response)
_ISSUES = msgspec.json.Decoder(list[Issue])
_QUANTITY = msgspec.json.Decoder(Quantity)
_RANGE = msgspec.json.Decoder(Range)
_TEXT = msgspec.json.Decoder(str)
_RANGES = msgspec.json.Decoder(list[Range])
_ANY = msgspec.json.Decoder()
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
    found: Reference | None = decoded(_REFERENCE, raw) if raw else None
    return found.reference or None if found is not None else None


def specimen_reference(resource: Resource) -> Reference | None:
    """The specimen of a result. Other resource types have a list of them in the same member."""
    found: Reference | None = _later(_REFERENCE, resource.specimen)
    return found


def extensions_of(resource: Resource) -> list[Extension]:
    """The extensions of the resource itself."""
    return extensions_in(resource.extension)


def extensions_in(raw: Raw) -> list[Extension]:
    """The extensions of an element."""
    return _later(_EXTENSIONS, raw) or []


def is_modified(resource: Resource) -> bool:
    """Whether a resource carries an extension that may turn its meaning into another, "negated" for one: FHIR forbids to pass over it."""
    modifier: object = _later(_ANY, resource.modifier_extension)
    return bool(modifier)


def ranges_of(resource: Resource) -> list[Range]:
    """The reference ranges of a result; few of the results of a chart are looked at so closely."""
    return _later(_RANGES, resource.reference_range) or []


def onset_ages_of(resource: Resource) -> list[Quantity]:
    """The age, or both ends of the ages, at which a Condition is said to have begun."""
    found: list[Quantity | None] = [_later(_QUANTITY, resource.onset_age)]
    ages: Range | None = _later(_RANGE, resource.onset_range)
    if ages is not None:
        found += (ages.low, ages.high)
    return [age for age in found if age is not None]


def onset_words_of(resource: Resource) -> str:
    """When a Condition began, where that is said in words."""
    return text_in(resource.onset_string)


def text_in(raw: Raw) -> str:
    """A text; empty where there is none, or something else."""
    return _later(_TEXT, raw) or ""


def notes_of(resource: Resource) -> list[str]:
    """The texts of the notes."""
    found: list[Annotation] | None = _later(_NOTES, resource.note)
    return [note.text for note in found if note.text] if found else []


def concepts_in(raw: Raw) -> list[Concept]:
    """A coded member that is a list in one resource type, one object in another, and any of both in the wild."""
    found: list[Concept] | Concept | None = _later(_CONCEPTS, raw)
    return found if isinstance(found, list) else [found] if found is not None else []


def dosages_of(resource: Resource) -> list[Dosage]:
    """The dosages of an order, a statement or an administration."""
    found: list[Dosage] | Dosage | None = _later(_DOSAGES, resource.dosage_instruction) or _later(_DOSAGES, resource.dosage)
    return found if isinstance(found, list) else [found] if found is not None else []


def bounds_of(resource: Resource) -> list[Period]:
    """Between which dates the doses of an order are given; few orders say so."""
    if b'"boundsPeriod"' not in bytes(resource.dosage_instruction):
        return []
    timings = (dosage.timing for dosage in dosages_of(resource))
    repeats = (timing.repeat for timing in timings if timing is not None)
    return [repeat.bounds_period for repeat in repeats if repeat is not None and repeat.bounds_period is not None]


def validity_of(resource: Resource) -> Period | None:
    """How long an order may be dispensed."""
    found: DispenseRequest | None = _later(_DISPENSE, resource.dispense_request)
    return found.validity_period if found is not None else None


def search_mode_of(entry: Entry) -> str | None:
    """Why a search brought an entry: `match`, `include` or `outcome`."""
    found: Search | None = _later(_SEARCH, entry.search)
    return found.mode if found is not None else None


def response_of(entry: Entry) -> Response | None:
    """What came of one part of a batch; `None` in an entry of anything else."""
    found: Response | None = _later(_RESPONSE, entry.response)
    return found


def severities_of(outcome: Resource) -> list[str | None]:
    """How grave the issues of an OperationOutcome are."""
    found: list[Issue] = _later(_ISSUES, outcome.issue) or []
    return [issue.severity for issue in found]


def _later(decoder: msgspec.json.Decoder[Any], raw: Raw) -> Any:
    """Decode a member that was left alone; `None` where there is none, or none of the expected shape."""
    return decoded(decoder, raw) if raw is not ABSENT and memoryview(raw).nbytes else None


def decoded(decoder: msgspec.json.Decoder[Any], raw: bytes | Raw) -> Any:
    """What a piece of JSON holds; `None` where it has another shape than the decoder's."""
    try:
        return decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
