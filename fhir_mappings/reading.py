"""Bytes in, typed resources out: the body of a CDS Hooks call, or a record from a file or a FHIR server.

`read_hook_request(body)`  a CDS Hooks request -> `HookRequest(envelope, reading)`
`read_document(body)`      a Bundle of any type, an array of resources, one resource, or a whole CDS Hooks request (for the command line)
`read_value(raw, key)`     one JSON value already cut out: a page from a FHIR server, a prefetch value, an order set

All three raise only errors of `fhir_mappings.errors`, and only when the document as a whole is unusable. Whatever single resource
cannot be used is set aside and named in `Reading.problems`.

The whole body is decoded in one typed pass. Only where that fails, for a member of the wrong JSON type somewhere, the document is cut
into resources and each is decoded by itself (`fhir_mappings.salvage`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import msgspec

from fhir_mappings.errors import NotJson, TooDeep, WrongShape
from fhir_mappings.lost_facts import lost_with, lost_with_key
from fhir_mappings.old_fhir import OLD_TYPES, is_old_fhir
from fhir_mappings.resources import USED_TYPES, Entry, Resource, source_of
from fhir_mappings.salvage import salvage
from guideline.case import DataProblem

#: What a prefetch key held. `null`: the client says there is no data. `empty`: a Bundle without entries. `failed`: an OperationOutcome.
#: `garbage`: anything that is no FHIR resource.
KeyState = Literal["data", "empty", "null", "failed", "garbage"]

#: The key under which a document that is no hook request stands.
DOCUMENT = ""


@dataclass(frozen=True, slots=True)
class KeyContent:
    """What stood under one prefetch key.

    Its state, the resource types in it, the URL of its next page where it is one of several, and whether it came as a Bundle.
    """

    state: KeyState
    types: frozenset[str] = frozenset()
    next_page: str | None = None
    bundled: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """The resources of a document, those that could not be used, and what each prefetch key held.

    `entries` holds only resources of types that a case can use, duplicates included, each with the `fullUrl` of its entry (or `None`).
    A document that is no hook request stands under the one key `DOCUMENT`.
    """

    entries: tuple[Entry, ...] = ()
    problems: tuple[DataProblem, ...] = ()
    keys: dict[str, KeyContent] = field(default_factory=dict)

    def __add__(self, other: Reading) -> Reading:
        """Both readings together. A page read under the key of the page before it takes over that key's state and next page."""
        keys = dict(self.keys)
        for key, content in other.keys.items():
            before = keys.get(key)
            types = content.types | before.types if before else content.types
            keys[key] = KeyContent(content.state, types, content.next_page, content.bundled)
        return Reading(self.entries + other.entries, self.problems + other.problems, keys)


@dataclass(frozen=True, slots=True)
class HookRequest:
    """A CDS Hooks request: every member but `prefetch` as plain JSON (`envelope`), and what `prefetch` held (`reading`).

    `has_prefetch` tells an absent or null `prefetch` from an empty one.
    """

    envelope: dict[str, Any]
    reading: Reading
    has_prefetch: bool


_Value = Resource | list[Resource] | None
_T = TypeVar("_T")


class _Envelope(msgspec.Struct, rename="camel"):
    hook: Any = msgspec.UNSET
    hook_instance: Any = msgspec.UNSET
    context: Any = msgspec.UNSET
    fhir_server: Any = msgspec.UNSET
    fhir_authorization: Any = msgspec.UNSET
    extension: Any = msgspec.UNSET


class _Request(_Envelope, rename="camel"):
    prefetch: dict[str, Resource | list[Resource] | None] | msgspec.UnsetType | None = msgspec.UNSET


class _CutRequest(_Envelope, rename="camel"):
    prefetch: msgspec.Raw = msgspec.Raw()


class _Kind(msgspec.Struct, rename="camel"):
    resource_type: Any = None
    hook: Any = None


_REQUEST = msgspec.json.Decoder(_Request)
_CUT_REQUEST = msgspec.json.Decoder(_CutRequest)
_CUT_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_VALUE = msgspec.json.Decoder(_Value)
_KIND = msgspec.json.Decoder(_Kind)
_ANY = msgspec.json.Decoder(msgspec.Raw)
_POSITION = re.compile(r"\(byte (\d+)\)")


def read_hook_request(body: bytes) -> HookRequest:
    """Read the body of a CDS Hooks call. Raises `NotJson`, `TooDeep`, or `WrongShape` (body or `prefetch` is no object)."""
    collector = _Collector()
    try:
        request = _decoded(_REQUEST.decode, body)
    except msgspec.ValidationError:
        return _read_cut_request(body, collector)
    if isinstance(request.prefetch, dict):
        for key, value in request.prefetch.items():
            collector.add(key, value)
    return HookRequest(_envelope(request), collector.reading(), isinstance(request.prefetch, dict))


def read_document(body: bytes) -> HookRequest:
    """Read a Bundle, an array of resources, one resource or a whole CDS Hooks request; `envelope` is empty unless it is a request.

    Raises `NotJson`, `TooDeep` or `WrongShape` (not even an object or an array).
    """
    try:
        kind = _decoded(_KIND.decode, body)
    except msgspec.ValidationError:
        kind = _Kind()
    if kind.hook is not None and not isinstance(kind.resource_type, str):
        return read_hook_request(body)
    reading = read_value(body)
    if not isinstance(kind.resource_type, str) and body.lstrip()[:1] != b"[":
        raise WrongShape("", "a FHIR resource, a Bundle, an array of resources or a CDS Hooks request")
    return HookRequest({}, reading, False)


def read_value(raw: bytes | msgspec.Raw, key: str = DOCUMENT) -> Reading:
    """Read one JSON value as what stood under `key`. Raises `NotJson` or `TooDeep`; a value that is no resource is no error."""
    collector = _Collector()
    _read_one(raw, key, collector)
    return collector.reading()


def _read_one(raw: bytes | msgspec.Raw, key: str, collector: _Collector) -> None:
    try:
        collector.add(key, _decoded(_VALUE.decode, raw))
    except msgspec.ValidationError:
        _decoded(_ANY.decode, raw)  # decoding stopped at the first odd member: is the rest JSON at all?
        collector.add(key, salvage(raw, lost_with_key(key), collector.problems))


def _read_cut_request(body: bytes, collector: _Collector) -> HookRequest:
    try:
        request = _decoded(_CUT_REQUEST.decode, body)
    except msgspec.ValidationError:
        raise WrongShape("", "a JSON object") from None
    try:
        values = _decoded(_CUT_OBJECT.decode, request.prefetch)
    except msgspec.ValidationError:
        raise WrongShape("prefetch", "an object") from None
    for key, raw in values.items():
        _read_one(raw, key, collector)
    return HookRequest(_envelope(request), collector.reading(), True)


def _decoded(decode: Callable[[bytes | msgspec.Raw], _T], raw: bytes | msgspec.Raw) -> _T:
    """Decode, with what is wrong about the document as a whole as our own errors; `msgspec.ValidationError` passes through."""
    try:
        return decode(raw)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError as error:
        found = _POSITION.search(str(error))
        raise NotJson(int(found[1]) if found else None) from None
    except UnicodeDecodeError as error:
        raise NotJson(error.start) from None
    except RecursionError:
        raise TooDeep from None


def _envelope(request: _Envelope) -> dict[str, Any]:
    names = (("hook", "hook"), ("hook_instance", "hookInstance"), ("context", "context"), ("fhir_server", "fhirServer"),
             ("fhir_authorization", "fhirAuthorization"), ("extension", "extension"))  # fmt: skip
    return {name: value for member, name in names if (value := getattr(request, member)) is not msgspec.UNSET}


class _Collector:
    """Gathers the resources of one document, key by key."""

    def __init__(self) -> None:
        self.resources: list[Entry] = []
        self.problems: list[DataProblem] = []
        self.keys: dict[str, KeyContent] = {}

    def reading(self) -> Reading:
        """What was gathered."""
        return Reading(tuple(self.resources), tuple(self.problems), self.keys)

    def add(self, key: str, value: Resource | list[Resource] | None) -> None:
        """Take the value of a key."""
        if value is None:
            self.keys[key] = KeyContent("null")
            return
        tops = value if isinstance(value, list) else [value]
        types = self._open(tops, key)
        self.keys[key] = KeyContent(
            _state(tops, types), frozenset(types - {"", "Bundle", "OperationOutcome"}), _next_page(tops), "Bundle" in types
        )

    def _open(self, tops: list[Resource], key: str) -> set[str]:
        """Open Bundles, however deeply they nest, and keep the resources of the types that are used. Returns every type met."""
        types: set[str] = set()
        waiting = [Entry(None, top) for top in tops]
        for entry in waiting:  # grows while Bundles are opened
            resource = entry.resource
            if resource is None:
                continue
            kind = resource.resource_type
            types.add(kind)
            if kind in USED_TYPES:
                if kind == "Observation" or not is_old_fhir(resource):
                    self.resources.append(entry)
                else:
                    self._old_fhir(resource)
            elif kind == "Bundle":
                waiting += resource.entry or ()
            elif not kind:
                self.problems.append(DataProblem("unreadable", lost_with_key(key), "", "not a FHIR resource"))
            elif kind in OLD_TYPES:
                self._old_fhir(resource)
        return types

    def _old_fhir(self, resource: Resource) -> None:
        detail = f"{resource.resource_type} in the shape of FHIR DSTU2 or STU3"
        self.problems.append(DataProblem("old-fhir", lost_with(resource), source_of(resource), detail))


def _state(tops: list[Resource], types: set[str]) -> KeyState:
    if types - {"", "Bundle", "OperationOutcome"}:
        return "data"
    # Epic answers an empty search with `total: 0` and a warning in an OperationOutcome: no data, not a failure.
    if "OperationOutcome" in types and not any(top.resource_type == "Bundle" and bytes(top.total) == b"0" for top in tops):
        return "failed"
    # A Bundle of which no entry could be read is still an answer: what it lost is named entry by entry.
    return "garbage" if "" in types and "Bundle" not in types else "empty"


def _next_page(tops: list[Resource]) -> str | None:
    return next((link.url for top in tops for link in top.link or () if link.relation == "next" and link.url), None)
