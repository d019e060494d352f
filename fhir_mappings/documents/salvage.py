"""Saving what can be saved of a document in which something has the wrong JSON type.

The document is cut into resources, and each is decoded by itself. A resource that still does not decode loses the members that
are broken, or is lost as a whole where such a member decides what the resource says (its code, its value, whom it is about, whether
it is refuted). Every loss is named. How many pieces a document may be cut into is limited: each costs more to look at than to write.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from fhir_mappings.documents.later_members import decoded
from fhir_mappings.documents.old_fhir import OLD_TYPES
from fhir_mappings.lost_facts import lost_with, lost_with_type
from fhir_mappings.resources import ABSENT, USED_TYPES, Concept, Entry, Link, Resource, source_of
from guideline.case import DataProblem

#: Members without which the rest of a resource could say the opposite of what was meant.
_DECISIVE = frozenset(
    {
        "resourceType", "status", "clinicalStatus", "verificationStatus", "intent", "doNotPerform", "subject", "patient", "code",
        "medicationCodeableConcept", "medicationReference", "contained", "valueQuantity", "valueCodeableConcept", "valueString",
        "valueInteger", "valueBoolean", "valueRange", "valueRatio", "interpretation", "component", "bodySite", "questionnaire",
    }
)  # fmt: skip

#: Bundles nested more deeply than this are not opened: each level is cut again, and no server nests them.
_DEEPEST = 8

#: The most entries of all Bundles of a document that are looked at one by one. The largest body holds fewer resources than that.
_MOST_ENTRIES = 50_000

#: The most links of a Bundle: servers write a handful.
_MOST_LINKS = 100

#: An entry, or what stands in one, that is no JSON object.
_NO_OBJECT = Resource()
_NO_ENTRY = Entry(None, _NO_OBJECT)

_BRACE = ord("{")

_RESOURCE = msgspec.json.Decoder(Resource)
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])
_TEXT = msgspec.json.Decoder(str)
_LINK = msgspec.json.Decoder(Link)
_MEMBERS = {field.encode_name: (field.name, msgspec.json.Decoder(field.type)) for field in msgspec.structs.fields(Resource)}
#: A list of codes, as other types have, says nothing in those that are used.
_MEMBERS["code"] = ("code", msgspec.json.Decoder(Concept | None))


class Salvage:
    """Saves what can be saved of one document. Adds a problem for each loss to `problems`."""

    def __init__(self, problems: list[DataProblem]) -> None:
        self._problems = problems
        self._entries_left = _MOST_ENTRIES

    def value(self, raw: bytes | msgspec.Raw, subject: str) -> list[Resource]:
        """The readable resources of one JSON value (a resource, a Bundle or an array of them), Bundles as Bundles of what was readable.

        `subject` is the kind of fact lost where nothing better is known.
        """
        parts = _parts(raw)
        return self.parts([raw] if parts is None else parts, subject)

    def parts(self, parts: Sequence[bytes | msgspec.Raw], subject: str) -> list[Resource]:
        """The readable resources of an array that was cut already; see `value`."""
        found = [self._resource(part, subject, 0) for part in parts]
        return [resource for resource in found if resource is not None]

    def _resource(self, raw: bytes | msgspec.Raw, subject: str, depth: int) -> Resource | None:
        resource: Resource | None = _or_none(_RESOURCE, raw)
        if resource is not None:
            return resource
        members = _or_none(_OBJECT, raw)
        if members is None:
            return _NO_OBJECT  # without a type: the reader names it
        kind = _or_none(_TEXT, members.get("resourceType"))
        if kind == "Bundle":
            return self._bundle(members, subject, depth)
        if not kind:
            return _NO_OBJECT
        if kind not in USED_TYPES and kind not in OLD_TYPES:
            return Resource(resource_type=kind, issue=members.get("issue", ABSENT))
        return _without_broken_members(kind, members, self._problems)

    def _bundle(self, members: dict[str, msgspec.Raw], subject: str, depth: int) -> Resource | None:
        entries = _parts(members["entry"]) if "entry" in members else []
        if entries is None or depth == _DEEPEST or len(entries) > self._entries_left:
            self._problems.append(DataProblem("unreadable", subject, "", "a Bundle whose entries cannot be read"))
            return None
        self._entries_left -= len(entries)
        found = [self._entry(raw, subject, depth) for raw in entries]
        read = [entry for entry in found if entry is not None]
        link = _links(members.get("link"), subject, self._problems)
        return Resource(resource_type="Bundle", total=members.get("total", ABSENT), link=link, entry=read)

    def _entry(self, raw: msgspec.Raw, subject: str, depth: int) -> Entry | None:
        """An entry of a Bundle; `None` when its resource is lost, and named."""
        entry = _or_none(_OBJECT, raw) if _is_object(raw) else None
        if entry is None:
            return _NO_ENTRY
        resource: Resource | None = None
        sent = entry.get("resource")
        if sent is not None and bytes(sent) != b"null":
            resource = self._resource(sent, subject, depth + 1) if _is_object(sent) else _NO_OBJECT
            if resource is None:
                return None
        return Entry(_or_none(_TEXT, entry.get("fullUrl")), resource, entry.get("search", ABSENT), entry.get("response", ABSENT))


def _is_object(raw: msgspec.Raw) -> bool:
    """Whether a piece is a JSON object: quicker to see than to find out by decoding, where there are many that are none."""
    return memoryview(raw)[0] == _BRACE


def _parts(raw: bytes | msgspec.Raw) -> list[msgspec.Raw] | None:
    found: list[msgspec.Raw] | None = _or_none(_ARRAY, raw)
    return found


def _links(raw: msgspec.Raw | None, subject: str, problems: list[DataProblem]) -> list[Link]:
    """The links of a Bundle, or the single one that stands for a list. One that cannot be read may lead to a further page."""
    if raw is None or bytes(raw) == b"null":
        return []
    parts = _parts(raw) or [raw]
    found = [_or_none(_LINK, part) for part in parts[:_MOST_LINKS]]
    if None in found or len(parts) > _MOST_LINKS:
        problems.append(DataProblem("incomplete", subject, "", "a link of a Bundle that cannot be read"))
    return [link for link in found if link is not None]


def _without_broken_members(kind: str, members: dict[str, msgspec.Raw], problems: list[DataProblem]) -> Resource | None:
    good: dict[str, Any] = {}
    broken: list[str] = []
    for name, raw in members.items():
        if name in _MEMBERS:
            member, decoder = _MEMBERS[name]
            try:
                good[member] = decoder.decode(raw)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                broken.append(name)
    resource = Resource(**good)
    lost = _DECISIVE.intersection(broken)
    subject = lost_with(resource) if kind in ("Observation", "Condition") else lost_with_type(kind)
    problems.append(DataProblem("unreadable", subject, source_of(resource), f"unreadable: {', '.join(sorted(broken))}"))
    return None if lost else resource


def _or_none(decoder: msgspec.json.Decoder[Any], raw: bytes | msgspec.Raw | None) -> Any:
    """The decoded value, or `None` when it has another shape or there is none."""
    return decoded(decoder, raw) if raw is not None else None
