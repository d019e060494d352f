"""Documents that are cheap to write and dear to read: what is junk in them is counted before it is looked at, and named once."""

from __future__ import annotations

import json
import tracemalloc

import pytest

from fhir_mappings.errors import NotFhir
from fhir_mappings.reading import Reading, read_hook_request, read_value
from tests.fhir_mappings.resource_builders import bundle, patient

#: What stands where an entry of a Bundle is expected.
JUNK = {
    "numbers": b"1", "null": b"null", "texts": b'"a"', "arrays": b"[]", "resources that are texts": b'{"resource":"a"}',
    "entries that are empty": b'{"fullUrl":"x"}',
}  # fmt: skip

_each = pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK)


def _bundle_of(junk: bytes, number: int) -> bytes:
    return b'{"resourceType":"Bundle","entry":[' + b",".join([junk] * number) + b"]}"


def _request(*values: bytes) -> bytes:
    keys = b",".join(b'"key%d":%b' % one for one in enumerate(values))
    return b'{"hook":"patient-view","context":{},"prefetch":{' + keys + b"}}"


def _peak_mb(body: bytes) -> tuple[Reading | None, float]:
    tracemalloc.start()
    try:
        reading = read_hook_request(body).reading
    except NotFhir:
        reading = None
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return reading, peak / 2**20


@_each
def test_a_body_of_junk_is_refused_before_it_is_looked_at(junk: bytes):
    """Millions of entries that are none, in a body as long as one may be, take no more memory than a look at it."""
    body = _request(_bundle_of(junk, 12_000_000 // len(junk)))
    reading, peak = _peak_mb(body)
    assert reading is None
    assert peak < 20


@_each
def test_more_entries_than_any_record_has_are_not_looked_at(junk: bytes):
    """Bundles below the size from which a document is weighed: more entries than are read cost their key, and are named."""
    reading, peak = _peak_mb(_request(_bundle_of(junk, 60_000)))
    assert reading is not None
    assert reading.keys["key0"].state == "garbage" if junk != JUNK["entries that are empty"] else "empty"
    assert {problem.kind for problem in reading.losses()} == {"unreadable"}
    assert len(reading.losses()) <= 2
    assert peak < 40


def test_the_entries_of_all_keys_count_together():
    """Many Bundles just below the limit are no way around it: the keys that come after are lost, and named."""
    reading = read_hook_request(_request(*[_bundle_of(b"1", 20_000)] * 4)).reading
    assert [reading.keys[f"key{number}"].state for number in range(4)] == ["empty", "empty", "garbage", "garbage"]
    assert len(reading.losses()) == 4


@_each
def test_junk_beside_a_resource_is_named_once(junk: bytes):
    """Junk costs itself alone, and one problem for the key, however much there is."""
    page = (
        json.dumps(bundle(patient()), separators=(",", ":")).encode().replace(b'"entry":[', b'"entry":[' + b",".join([junk] * 5000) + b",")
    )
    reading = read_value(page, "patient")
    assert [entry.resource.resource_type for entry in reading.entries if entry.resource] == ["Patient"]
    assert [(problem.kind, problem.subject) for problem in reading.losses()] == [("unreadable", "patient")]


def test_links_without_end_are_not_looked_at():
    """A Bundle of thousands of links: the first are read, and that there may be a further page is named."""
    links = b",".join([b'{"relation":"self","url":"x"}'] * 5000 + [b"1"])
    reading = read_value(b'{"resourceType":"Bundle","link":[' + links + b'],"entry":[]}', "labs")
    assert [problem.kind for problem in reading.losses()] == ["incomplete"]
