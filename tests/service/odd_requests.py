"""Requests that a fuzzer sends: good ones with something wrong in them, and some that are nothing but wrong."""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from urllib.parse import quote

import orjson
from hypothesis import strategies as st

from service.cds_hooks.registry import SERVICES
from service.samples import names, order_names, order_request_body, request_body
from tests.service.checked_client import TODAY


@dataclass(frozen=True, slots=True)
class OddRequest:
    """One request; `kind` is what it was made of, for the figures. A body that is chunked goes without its length."""

    kind: str
    method: str
    target: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    chunked: bool = False


#: Hypothesis likes the ends of a range, so what is to come seldom stands in its middle.
_SELDOM = st.integers(0, 12).map(lambda number: number == 7)

_WORDS = st.text(max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_WORDS, inner, max_size=4),
    max_leaves=8,
)

#: What code is most often surprised by: dates that are none, numbers beyond every type, references to nothing, text of any script.
SURPRISES: Sequence[Any] = (
    None, True, "", " ", "\x00", "\ud800", "\u202e", "é" * 3000, "9" * 5000, "0000", "2024-13", "2024-02-30", "-0001-01-01",
    "9999-12-31T25:61:61Z", "2026-11-20T10:00:00+99:00", 0, -1, 0.0, 1e308, 1e-320, float("nan"), float("inf"), 2**53, 2**64,
    10**400, -(10**400), [], {}, [None], [[[[]]]], {"": {}}, "#", "Patient/", "//", "urn:uuid:", "http://[",
    "https://ehr.example.org:99999999/fhir", "javascript:alert(1)", {"resourceType": "Bundle"}, {"resourceType": ["Patient"]},
    {"resourceType": "OperationOutcome"}, {"reference": None}, {"value": "1", "unit": 7},
)  # fmt: skip
ODD = st.sampled_from(SURPRISES) | JSON


@dataclass(frozen=True, slots=True)
class Change:
    """One thing done to a document: at the place of this number, in this way."""

    place: int
    way: str
    value: Any


CHANGES = st.lists(
    st.builds(Change, st.integers(0, 100_000), st.sampled_from(("replace", "drop", "wrap", "rename", "repeat", "beside")), ODD), max_size=4
)


def changed(document: Any, changes: Sequence[Change]) -> Any:
    """The document after all changes, one upon the other; it is changed itself."""
    whole = [document]
    for change in changes:
        places = _places(whole)
        holder, key = places[change.place % len(places)]
        match change.way:
            case "replace":
                holder[key] = copy.deepcopy(change.value)
            case "drop" if holder is not whole:
                del holder[key]
            case "wrap":
                holder[key] = [holder[key]]
            case "rename" if isinstance(holder, dict):
                holder[str(change.value)] = holder.pop(key)
            case "repeat":
                holder[key] = [holder[key]] * 40
            case "beside" if isinstance(holder[key], dict):
                holder[key][str(change.place)] = copy.deepcopy(change.value)
    return whole[0]


def _places(holder: Any) -> list[tuple[Any, Any]]:
    """Every place in which a value stands: what holds it, and its key or index there."""
    found: list[tuple[Any, Any]] = []
    waiting = [holder]
    while waiting:
        inner = waiting.pop()
        members = list(inner.items()) if isinstance(inner, dict) else list(enumerate(inner))
        for key, value in members:
            found.append((inner, key))
            if isinstance(value, dict | list):
                waiting.append(value)
    return found


def _encoded(document: Any) -> bytes:
    # The standard library writes what is no JSON as well: NaN, huge integers, lone surrogates.
    return json.dumps(document).encode()


#: How a body is spoilt after it was written. Each takes a body and a number.
SPOILT: Sequence[Callable[[bytes, int], bytes]] = (
    lambda body, at: body[: at % (len(body) + 1)],
    lambda body, at: body[: at % (len(body) + 1)] + bytes([at % 256]) + body[at % (len(body) + 1) + 1 :],
    lambda body, _: b"\xef\xbb\xbf" + body,
    lambda body, _: body.decode(errors="replace").encode("utf-16"),
    lambda body, _: body + body,
    lambda _, at: b'{"prefetch":' + b"[" * (at % 20_000),
)

_TOKEN = st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=255, exclude_characters="\x7f"), max_size=40)
_HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Content-Type": st.sampled_from(("application/json", "application/fhir+json", "text/plain", "multipart/form-data", "x")) | _TOKEN,
        "Authorization": st.sampled_from(("Bearer", "Bearer a.b.c", "Bearer e30.e30.e30", "Basic x", "Bearer " + "x" * 9000)) | _TOKEN,
        "Traceparent": st.sampled_from(("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "00-0-0-0")) | _TOKEN,
        "Origin": st.sampled_from(("null", "https://ehr.example.org")) | _TOKEN,
        "X-Forwarded-For": st.sampled_from(("203.0.113.5, 10.0.0.1", "unknown", ",,,", "[::1]:80")) | _TOKEN,
        "X-Forwarded-Proto": st.sampled_from(("https", "ftp")) | _TOKEN,
        "Accept": st.sampled_from(("application/openmetrics-text; version=9.9.9", "*/*;q=x", "text/html")) | _TOKEN,
        "Cookie": _TOKEN,
        "Accept-Language": _TOKEN,
        "Range": _TOKEN,
        "If-None-Match": _TOKEN,
        "If-Modified-Since": _TOKEN,
    },
)
_ENCODINGS = st.sampled_from((*[""] * 12, "gzip", "gzip", "x-gzip", "identity", "br", "gzip, gzip"))


@st.composite
def _sent(draw: st.DrawFn, request: OddRequest, document: Any) -> OddRequest:
    """The request with the document as its body: as it is, spoilt, packed, in chunks."""
    body = _encoded(document)
    if draw(_SELDOM):
        body = draw(st.sampled_from(SPOILT))(body, draw(st.integers(0, 100_000)))
    encoding = draw(_ENCODINGS)
    if encoding.endswith("gzip"):
        body = gzip.compress(body, 1)
        body = body[: draw(st.sampled_from((len(body), len(body), len(body), 20, len(body) - 4)))]
    headers = draw(_HEADERS) | ({"Content-Encoding": encoding} if encoding else {})
    return replace(request, body=body, headers=headers, chunked=draw(st.booleans()))


@cache
def _samples() -> list[tuple[str, bytes]]:
    by_hook = {service.hook: service.id for service in SERVICES.values()}
    bodies = [*(request_body(name, TODAY) for name in names()), *(order_request_body(name, TODAY) for name in order_names())]
    return [(by_hook[body["hook"]], orjson.dumps(body)) for body in bodies]


@st.composite
def calls(draw: st.DrawFn, fhir: str) -> OddRequest:
    """A call of a sample patient with something wrong; one in two leaves its record to the FHIR server at `fhir`."""
    service, sample = draw(st.sampled_from(_samples()))
    body = orjson.loads(sample)
    if draw(st.booleans()):
        kept = {"patient": body["prefetch"]["patient"]} if draw(st.booleans()) else {}
        token = {"access_token": "made-up", "token_type": "Bearer", "expires_in": 300, "scope": "patient/*.rs", "subject": "x"}
        body |= {"fhirServer": fhir, "fhirAuthorization": token, "prefetch": kept}
    if draw(_SELDOM):
        service = draw(st.sampled_from([*SERVICES, "nobody"]))
    return draw(_sent(OddRequest("call", "POST", f"/cds-services/{service}"), changed(body, draw(CHANGES))))


_FEEDBACK = {
    "feedback": [
        {
            "card": "4e0a3a1e-3167-443b-a6ea-323afecaaa42",
            "outcome": "overridden",
            "outcomeTimestamp": "2026-11-20T10:00:00Z",
            "overrideReason": {"reason": {"code": "not-relevant", "system": "https://x.example.org"}, "userComment": "words"},
        },
        {
            "card": "4e0a3a1e-3167-443b-a6ea-323afecaaa43",
            "outcome": "accepted",
            "outcomeTimestamp": "2026-11-20T10:00:00.123456+01:00",
            "acceptedSuggestions": [{"id": "4e0a3a1e-3167-443b-a6ea-323afecaaa44"}],
        },
    ]
}


@st.composite
def feedback(draw: st.DrawFn) -> OddRequest:
    """A feedback message with something wrong."""
    target = f"/cds-services/{draw(st.sampled_from(list(SERVICES)))}/feedback"
    return draw(_sent(OddRequest("feedback", "POST", target), changed(copy.deepcopy(_FEEDBACK), draw(CHANGES))))


@st.composite
def pages(draw: st.DrawFn, rules: Sequence[tuple[str, Sequence[str]]]) -> OddRequest:
    """Any address of the service (`rules`: route and methods), its variable parts and its query filled with anything."""
    rule, methods = draw(st.sampled_from(rules))
    target = "".join(
        quote(draw(st.sampled_from(("Patient", "demo", "..", "a/b")) | _WORDS), safe="", errors="replace") if variable else fixed
        for fixed, variable in _parts(rule)
    )
    query = draw(st.dictionaries(st.sampled_from(("iss", "launch", "code", "state", "patient", "_count")) | _WORDS, _WORDS, max_size=3))
    if query:
        target += "?" + "&".join(f"{quote(name, errors='replace')}={quote(value, errors='replace')}" for name, value in query.items())
    method = draw(st.sampled_from(("HEAD", "OPTIONS", "PUT", "TRACE", "ODD", *methods, *methods, *methods)))
    request = OddRequest("page", method, target or "/", headers=draw(_HEADERS))
    return draw(_sent(request, draw(ODD))) if method == "POST" else request


def _parts(rule: str) -> list[tuple[str, bool]]:
    """`/a/<b>.json` -> [("/a/", False), ("b", True), (".json", False)]."""
    pieces = [piece for part in rule.split("<") for piece in part.split(">")]
    return [(piece, place % 2 == 1) for place, piece in enumerate(pieces)]


@st.composite
def anything(draw: st.DrawFn) -> OddRequest:
    """A method, a path and a body of no meaning, sent somewhere below the root."""
    path = "/" + quote(draw(st.sampled_from(("", "cds-services/", "t/", "static/", "smart/", "demo/"))) + draw(_WORDS), errors="replace")
    request = OddRequest("anything", draw(st.sampled_from(("GET", "POST", "PATCH", "DELETE"))), path)
    return draw(_sent(request, draw(ODD)))


def odd_requests(rules: Sequence[tuple[str, Sequence[str]]], fhir: str) -> st.SearchStrategy[OddRequest]:
    """All of them; calls most often."""
    return st.one_of(calls(fhir), calls(fhir), calls(fhir), feedback(), pages(rules), anything())
