"""Saving what can be saved of a document in which something has the wrong JSON type.

The document is cut into resources, and each is decoded by itself. A resource that still does not decode loses the members that
are broken, or is lost as a whole where such a member decides what the resource says (its code, its value, whom it is about, whether
it is refuted). Every loss is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from fhir_mappings.lost_facts import lost_with, lost_with_type
from fhir_mappings.old_fhir import OLD_TYPES
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

_RESOURCE = msgspec.json.Decoder(Resource)
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])
_TEXT = msgspec.json.Decoder(str)
_LINK = msgspec.json.Decoder(Link)
_MEMBERS = {field.encode_name: (field.name, msgspec.json.Decoder(field.type)) for field in msgspec.structs.fields(Resource)}
#: A list of codes, as other types have, says nothing in those that are used.
_MEMBERS["code"] = ("code", msgspec.json.Decoder(Concept | None))


def salvage(raw: bytes | msgspec.Raw, subject: str, problems: list[DataProblem]) -> list[Resource]:
    """The readable resources of one JSON value (a resource, a Bundle or an array of them), Bundles as Bundles of what was readable.

    Adds a problem for each loss; `subject` is the kind of fact lost where nothing better is known.
    """
    parts = _parts(raw)
    return salvage_parts([raw] if parts is None else parts, subject, problems)


def salvage_parts(parts: Sequence[bytes | msgspec.Raw], subject: str, problems: list[DataProblem]) -> list[Resource]:
    """The readable resources of an array that was cut already; see `salvage`."""
    found = [_resource(part, subject, problems, 0) for part in parts]
    return [resource for resource in found if resource is not None]


def _parts(raw: bytes | msgspec.Raw) -> list[msgspec.Raw] | None:
    found: list[msgspec.Raw] | None = _or_none(_ARRAY, raw)
    return found


def _resource(raw: bytes | msgspec.Raw, subject: str, problems: list[DataProblem], depth: int) -> Resource | None:
    resource: Resource | None = _or_none(_RESOURCE, raw)
    if resource is not None:
        return resource
    members = _or_none(_OBJECT, raw)
    if members is None:
        return Resource()  # without a type: the reader names it
    kind = _or_none(_TEXT, members.get("resourceType"))
    if kind == "Bundle":
        return _bundle(members, subject, problems, depth)
    if not kind:
        return Resource()
    if kind not in USED_TYPES and kind not in OLD_TYPES:
        return Resource(resource_type=kind, issue=members.get("issue", ABSENT))
    return _without_broken_members(kind, members, problems)


def _bundle(members: dict[str, msgspec.Raw], subject: str, problems: list[DataProblem], depth: int) -> Resource | None:
    entries = _parts(members["entry"]) if "entry" in members else []
    if entries is None or depth == _DEEPEST:
        problems.append(DataProblem("unreadable", subject, "", "a Bundle whose entries cannot be read"))
        return None
    read: list[Entry] = []
    for raw in entries:
        entry = _or_none(_OBJECT, raw)
        if entry is None:
            read.append(Entry(None, Resource()))
        else:
            sent = "resource" in entry and bytes(entry["resource"]) != b"null"
            resource = _resource(entry["resource"], subject, problems, depth + 1) if sent else None
            if sent and resource is None:
                continue  # lost, and named
            url = _or_none(_TEXT, entry.get("fullUrl"))
            read.append(Entry(url, resource, entry.get("search", ABSENT), entry.get("response", ABSENT)))
    link = _links(members.get("link"), subject, problems)
    return Resource(resource_type="Bundle", total=members.get("total", ABSENT), link=link, entry=read)


def _links(raw: msgspec.Raw | None, subject: str, problems: list[DataProblem]) -> list[Link]:
    """The links of a Bundle, or the single one that stands for a list. One that cannot be read may lead to a further page."""
    if raw is None or bytes(raw) == b"null":
        return []
    found = [_or_none(_LINK, part) for part in _parts(raw) or [raw]]
    if None in found:
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
    if raw is None:
        return None
    try:
        return decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
