"""Bytes in, typed resources out: the body of a CDS Hooks call, or a record from a file or a FHIR server.

`read_hook_request(body)`  a CDS Hooks request -> `HookRequest(envelope, reading)`
`read_document(body)`      a Bundle of any type, an array of resources, one resource, or a whole CDS Hooks request (for the command line)
`read_value(raw, key)`     one JSON value already cut out: a page from a FHIR server, a prefetch value, an order set

All three raise only errors of `fhir_mappings.errors`, and only when the document as a whole is unusable. Whatever single resource
cannot be used is set aside and named in `Reading.losses()`.

The whole body is decoded in one typed pass. Only where that fails, for a member of the wrong JSON type somewhere, the document is cut
into resources and each is decoded by itself (`fhir_mappings.documents.salvage`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from fhir_mappings.documents.bundles import KeyContent, open_value
from fhir_mappings.documents.salvage import Salvage
from fhir_mappings.errors import NotFhir, NotJson, NotUtf8, TooDeep, WrongShape
from fhir_mappings.lost_facts import lost_with_key
from fhir_mappings.resources import Entry, Resource
from guideline.case import DataProblem

__all__ = ["DOCUMENT", "HookRequest", "KeyContent", "Reading", "read_document", "read_hook_request", "read_value"]

#: The key under which a document that is no hook request stands.
DOCUMENT = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """The resources of a document, those that could not be used, and what each prefetch key held.

    `entries` holds only resources of types that a case can use, duplicates included, each with the `fullUrl` of its entry (or `None`).
    A document that is no hook request stands under the one key `DOCUMENT`.
    """

    entries: tuple[Entry, ...] = ()
    problems: tuple[DataProblem, ...] = ()
    keys: dict[str, KeyContent] = field(default_factory=dict)

    def losses(self) -> tuple[DataProblem, ...]:
        """All that could not be used: `problems`, and what is lost with keys that hold garbage."""
        return (*self.problems, *(problem for content in self.keys.values() for problem in content.lost))

    def __add__(self, other: Reading) -> Reading:
        """Both readings together. What is read later under the same key settles it: its state, its next page, and its garbage."""
        keys = dict(self.keys)
        for key, content in other.keys.items():
            keys[key] = keys[key].and_then(content) if key in keys else content
        return Reading(self.entries + other.entries, self.problems + other.problems, keys)


@dataclass(frozen=True, slots=True)
class HookRequest:
    """A CDS Hooks request: every member but `prefetch` as plain JSON (`envelope`), and what `prefetch` held (`reading`)."""

    envelope: dict[str, Any]
    reading: Reading


#: An array stays cut: no client sends one, and a small one of empty objects would become a very large one of resources.
_Value = Resource | list[msgspec.Raw] | None

#: The most elements of an array that are read.
_LONGEST_ARRAY = 20_000

#: The most prefetch keys: a discovery entry names some twenty. Each costs more to look at than to write.
_MOST_KEYS = 1000

#: Documents over this size are looked at before they are decoded: FHIR has an object in about sixty bytes, and a value in about eighteen.
#: What has one in fewer than these is none, but would take a hundred times its size in memory.
_LARGE = 2 * 1024 * 1024
_DENSEST_OBJECTS = 20
_DENSEST_VALUES = 6

_T = TypeVar("_T")


class _Envelope(msgspec.Struct, rename="camel"):
    hook: Any = msgspec.UNSET
    hook_instance: Any = msgspec.UNSET
    context: Any = msgspec.UNSET
    fhir_server: Any = msgspec.UNSET
    fhir_authorization: Any = msgspec.UNSET
    extension: Any = msgspec.UNSET


class _Request(_Envelope, rename="camel"):
    prefetch: dict[str, _Value] | msgspec.UnsetType | None = msgspec.UNSET


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
    """Read the body of a CDS Hooks call. Raises `NotJson`, `TooDeep`, `NotFhir`, or `WrongShape` (body or `prefetch` is no object)."""
    with _places_in(body):
        return _read_request(body, _Collector())


def _read_request(body: bytes, collector: _Collector) -> HookRequest:
    try:
        request = _decoded(_REQUEST.decode, body)
    except msgspec.ValidationError:
        return _read_cut_request(body, collector)
    if isinstance(request.prefetch, dict):
        _check_keys(request.prefetch)
        for key, value in request.prefetch.items():
            collector.add(key, value)
    return HookRequest(_envelope(request), collector.reading())


def read_document(body: bytes) -> HookRequest:
    """Read a Bundle, an array of resources, one resource or a whole CDS Hooks request; `envelope` is empty unless it is a request.

    Raises `NotJson`, `TooDeep`, `NotFhir` or `WrongShape` (not even an object or an array).
    """
    try:
        with _places_in(body):
            kind = _decoded(_KIND.decode, body)
    except msgspec.ValidationError:
        kind = _Kind()
    if kind.hook is not None and not isinstance(kind.resource_type, str):
        return read_hook_request(body)
    reading = read_value(body)
    if not isinstance(kind.resource_type, str) and body.lstrip()[:1] != b"[":
        raise WrongShape("", "a FHIR resource, a Bundle, an array of resources or a CDS Hooks request")
    return HookRequest({}, reading)


def read_value(raw: bytes | msgspec.Raw, key: str = DOCUMENT) -> Reading:
    """Read one JSON value as what stood under `key`. Raises `NotJson`, `TooDeep` or `NotFhir`; a value that is no resource is no error."""
    collector = _Collector()
    with _places_in(raw):
        _read_one(raw, key, collector)
    return collector.reading()


def _read_one(raw: bytes | msgspec.Raw, key: str, collector: _Collector) -> None:
    try:
        collector.add(key, _decoded(_VALUE.decode, raw))
    except msgspec.ValidationError:
        _decoded(_ANY.decode, raw)  # decoding stopped at the first odd member: is the rest JSON at all?
        collector.add_all(key, collector.salvage.value(raw, lost_with_key(key)))


def _read_cut_request(body: bytes, collector: _Collector) -> HookRequest:
    try:
        request = _decoded(_CUT_REQUEST.decode, body)
    except msgspec.ValidationError:
        raise WrongShape("", "a JSON object") from None
    try:
        values = _decoded(_CUT_OBJECT.decode, request.prefetch)
    except msgspec.ValidationError:
        raise WrongShape("prefetch", "an object") from None
    _check_keys(values)
    for key, raw in values.items():
        _read_one(raw, key, collector)
    return HookRequest(_envelope(request), collector.reading())


def _check_keys(prefetch: Mapping[str, object]) -> None:
    if len(prefetch) > _MOST_KEYS:
        raise WrongShape("prefetch", f"an object of at most {_MOST_KEYS} keys")


def _decoded(decode: Callable[[bytes | msgspec.Raw], _T], raw: bytes | msgspec.Raw) -> _T:
    """Decode, with what is wrong about the document as a whole as our own errors.

    `msgspec.ValidationError` passes through, and so does `UnicodeDecodeError`, for `_places_in`.
    """
    if memoryview(raw).nbytes > _LARGE and _is_too_dense(bytes(raw)):
        raise NotFhir
    try:
        return decode(raw)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError as error:
        found = _POSITION.search(str(error))
        raise NotJson(int(found[1]) if found else None) from None
    except RecursionError:
        raise TooDeep from None


@contextmanager
def _places_in(document: bytes | msgspec.Raw) -> Iterator[None]:
    """Give what is not UTF-8 its place in the document: the decoder counts from the beginning of the text it was at."""
    try:
        yield
    except UnicodeDecodeError:
        raise NotUtf8(_first_strange_byte(bytes(document))) from None


def _first_strange_byte(document: bytes) -> int | None:
    try:
        document.decode()
    except UnicodeDecodeError as error:
        return error.start
    return None


def _is_too_dense(document: bytes) -> bool:
    """Whether a document holds more objects, or more values of any kind, than FHIR of its size could."""
    objects = document.count(b"{")
    # Every value is the first of an object or an array, or stands behind a comma; what stands in texts is counted too, and is little.
    values = objects + document.count(b"[") + document.count(b",")
    return objects * _DENSEST_OBJECTS > len(document) or values * _DENSEST_VALUES > len(document)


def _envelope(request: _Envelope) -> dict[str, Any]:
    names = (("hook", "hook"), ("hook_instance", "hookInstance"), ("context", "context"), ("fhir_server", "fhirServer"),
             ("fhir_authorization", "fhirAuthorization"), ("extension", "extension"))  # fmt: skip
    return {name: value for member, name in names if (value := getattr(request, member)) is not msgspec.UNSET}


class _Collector:
    """Gathers the resources of one document, key by key."""

    def __init__(self) -> None:
        self.resources: list[Entry] = []
        self.problems: list[DataProblem] = []
        self.salvage = Salvage(self.problems)
        self.keys: dict[str, KeyContent] = {}

    def reading(self) -> Reading:
        """What was gathered."""
        return Reading(tuple(self.resources), tuple(self.problems), self.keys)

    def add(self, key: str, value: Resource | list[msgspec.Raw] | None) -> None:
        """Take the value of a key."""
        if isinstance(value, list):
            self.add_all(key, self.salvage.parts(value[:_LONGEST_ARRAY], lost_with_key(key)))
            if len(value) > _LONGEST_ARRAY:
                self.problems.append(DataProblem("incomplete", lost_with_key(key), "", "an array of which only the beginning was read"))
        else:
            self.keys[key] = open_value(value, key, self.resources, self.problems)

    def add_all(self, key: str, resources: list[Resource]) -> None:
        """Take the resources of an array that stood under a key."""
        self.keys[key] = open_value(resources, key, self.resources, self.problems)
