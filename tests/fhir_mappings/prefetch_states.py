"""Every state that a prefetch key can be in, by name: what an EHR sends, and what it must be taken for (CDS Hooks requirements, 1.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fhir_mappings.prefetch_queries import MEDICATION_KINDS, PREFETCH
from tests.fhir_mappings.resource_builders import Json, bundle

#: What stands for a key that is not sent.
ABSENT: Final = object()

NEXT_PAGE: Final = "https://ehr.example.org/fhir?page=2"


def outcome(severity: str) -> Json:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": "processing", "diagnostics": "Timeout 504"}]}


def kind_of(key: str) -> str:
    """The type that a key of our own asks for."""
    return PREFETCH[key].partition("?")[0].partition("/")[0]


def resource_for(key: str, patient: str) -> Json:
    """One resource of the type that a key asks for, about nothing in particular."""
    kind = kind_of(key)
    if kind == "Patient":
        return {"resourceType": kind, "id": patient, "gender": "female", "birthDate": "1970-05-04"}
    subject = "patient" if kind == "AllergyIntolerance" else "subject"
    name = {"medicationCodeableConcept": {"text": "omeprazole 20 mg"}} if kind in MEDICATION_KINDS else {}
    if kind == "Condition":
        name = {"code": {"text": "Hypertension"}}
    return {"resourceType": kind, "id": f"of-{key}", subject: {"reference": f"Patient/{patient}"}, **name}


@dataclass(frozen=True, slots=True)
class State:
    """One state of a key: the value sent, given a resource of the key; the state read; and the kinds of problem that are named for it."""

    send: Callable[[Json], Any]
    read_as: str
    problems: frozenset[str] = frozenset()


def _always(value: Any) -> Callable[[Json], Any]:
    return lambda _: value


def _entry(one: Json, mode: str | None = None, **members: Any) -> Json:
    return {"resource": one, **({"search": {"mode": mode}} if mode else {}), **members}


def _entries(*entries: Json, kind: str = "searchset", **members: Any) -> Json:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries), **members}


def _garbage(value: Any) -> State:
    return State(_always(value), "garbage", frozenset({"unreadable"}))


_INCOMPLETE = frozenset({"incomplete"})
_NEXT = [{"relation": "next", "url": NEXT_PAGE}]
_NOT_FOUND = {"response": {"status": "404 Not Found"}}
_FAILED = {"response": {"status": "500 Internal Server Error", "outcome": outcome("error")}}
_EMPTY = {"resourceType": "Bundle", "type": "searchset"}
_OK = {"status": "200 OK"}

STATES: Final[Mapping[str, State]] = {
    "absent": State(_always(ABSENT), "absent"),
    "null": State(_always(None), "null"),
    "empty Bundle": State(_always(_EMPTY), "empty"),
    "Bundle with an empty array": State(_always(bundle()), "empty"),
    "total 0": State(_always({**_EMPTY, "total": 0}), "empty"),
    "total 0 with a warning": State(_always(_entries(_entry(outcome("warning"), "outcome"), total=0)), "empty"),
    "total 0 with a plain outcome": State(_always(_entries(_entry(outcome("information")), total=0)), "empty"),
    "a warning and no total": State(_always(_entries(_entry(outcome("warning"), "outcome"))), "empty"),
    "resource": State(lambda one: one, "data"),
    "searchset": State(lambda one: bundle(one, total=1), "data"),
    "collection": State(lambda one: bundle(one, kind="collection"), "data"),
    "array": State(lambda one: [one], "data"),
    "paged": State(lambda one: bundle(one, link=_NEXT), "data", _INCOMPLETE),
    "empty first page": State(_always({**_EMPTY, "link": _NEXT}), "empty", _INCOMPLETE),
    "data with a warning": State(lambda one: _entries(_entry(one, "match"), _entry(outcome("warning"), "outcome")), "data"),
    "data with a plain outcome": State(lambda one: _entries(_entry(one), _entry(outcome("warning"))), "data"),
    "data that was included": State(lambda one: _entries(_entry(one, "include")), "data"),
    "data with an error": State(lambda one: _entries(_entry(one), _entry(outcome("error"), "outcome")), "data", _INCOMPLETE),
    "counted and not sent": State(_always({**_EMPTY, "total": 7}), "empty", _INCOMPLETE),
    "OperationOutcome": State(_always(outcome("error")), "failed", _INCOMPLETE),
    "OperationOutcome that warns": State(_always(outcome("warning")), "failed", _INCOMPLETE),
    "OperationOutcome in an array": State(_always([outcome("error")]), "failed", _INCOMPLETE),
    "OperationOutcome in a Bundle": State(_always(bundle(outcome("warning"))), "failed", _INCOMPLETE),
    "total 0 with an error": State(_always(_entries(_entry(outcome("fatal"), "outcome"), total=0)), "failed", _INCOMPLETE),
    "batch of a search": State(
        lambda one: _entries(_entry(bundle(one), response=_OK), kind="batch-response"),
        "data",
    ),
    "batch without results": State(_always(_entries(_entry(_EMPTY, response=_OK), kind="batch-response")), "empty"),
    "batch that failed": State(_always(_entries(_NOT_FOUND, _FAILED, kind="batch-response")), "failed", _INCOMPLETE),
    "transaction that failed": State(
        _always(_entries(_entry(outcome("error"), response={"status": "403"}), kind="transaction-response")), "failed", _INCOMPLETE
    ),
    "batch that failed in part": State(
        lambda one: _entries(_entry(bundle(one), response=_OK), _NOT_FOUND, kind="batch-response"), "data", _INCOMPLETE
    ),
    "batch without results that failed in part": State(
        _always(_entries(_entry(_EMPTY, response=_OK), _FAILED, kind="batch-response")), "empty", _INCOMPLETE
    ),
    "batch of a paged search": State(
        lambda one: _entries(_entry(bundle(one, link=_NEXT), response=_OK), kind="batch-response"), "data", _INCOMPLETE
    ),
    "HTML": _garbage("<!DOCTYPE html><html><body>HTTP Status 500</body></html>"),
    "text": _garbage("Patient/p1"),
    "empty text": _garbage(""),
    "number": _garbage(17),
    "truth": _garbage(True),
    "strings": _garbage(["Patient/p1", "x"]),
    "empty array": _garbage([]),
    "empty object": _garbage({}),
    "object without a type": _garbage({"id": "p1", "entry": [{"resource": {}}]}),
    "type that is a number": _garbage({"resourceType": 7, "id": "p1"}),
    "type in the wrong case": _garbage({"resourceType": "bundle", "entry": []}),
    "other type": _garbage({"resourceType": "Binary", "contentType": "text/html", "data": "PGh0bWw+"}),
    "searchset of another type": _garbage(bundle({"resourceType": "Basic", "id": "b"})),
}
