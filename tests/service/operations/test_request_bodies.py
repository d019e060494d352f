"""Bodies as clients and proxies pack them: gzip within limits, FHIR's own media type."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from service.errors import BodyTooLarge
from service.operations.request_bodies import unpack
from tests.service.checked_client import CheckedClient, issues, without_uuids
from tests.stopwatch import Stopwatch

MB = 1024 * 1024


@pytest.mark.parametrize("name", ["gzip", "GZIP", "x-gzip", " gzip "])
def test_a_gzip_body_is_answered_like_a_plain_one(client: CheckedClient, second_line: dict[str, Any], name: str):
    """The same cards, whatever way the body came."""
    plain = client.call(second_line).get_json()["cards"]
    packed = client.call(gzip.compress(orjson.dumps(second_line)), headers={"Content-Encoding": name})
    assert packed.status_code == 200
    assert without_uuids(packed.get_json()["cards"]) == without_uuids(plain)


def test_several_members_are_one_body(client: CheckedClient, second_line: dict[str, Any]):
    """A gzip file may be several joined together."""
    body = orjson.dumps(second_line)
    joined = gzip.compress(body[:100]) + gzip.compress(body[100:])
    assert client.call(joined, headers={"Content-Encoding": "gzip"}).get_json()["cards"]


def test_gzip_feedback_is_kept(client: CheckedClient, second_line: dict[str, Any]):
    """Feedback goes the same way in."""
    card = client.call(second_line).get_json()["cards"][0]["uuid"]
    given = {"feedback": [{"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-11-20T10:00:00Z"}]}
    assert client.give_feedback(gzip.compress(orjson.dumps(given)), headers={"Content-Encoding": "gzip"}).status_code == 200


BROKEN = {
    "no gzip": (b'{"hook": "patient-view"}', "it is not gzip"),
    "cut off": (gzip.compress(b"{}" * 1000)[:-12], "it is cut off"),
    "wrong checksum": (gzip.compress(b"{}")[:-8] + b"\0" * 8, "it is not gzip, or damaged"),
    "zlib": (zlib.compress(b"{}"), "it is not gzip"),
    "rubbish behind": (gzip.compress(b"{}") + b"rubbish", "what follows its first member is not gzip"),
}


@pytest.mark.parametrize(("body", "why"), BROKEN.values(), ids=BROKEN)
def test_broken_gzip_is_400(client: CheckedClient, body: bytes, why: str):
    """What cannot be unpacked to its end is refused, not read in part, and its sender learns that header and body disagree."""
    response = client.call(body, headers={"Content-Encoding": "gzip"})
    assert response.status_code == 400
    (issue,) = issues(response)
    assert issue["details"]["text"].startswith(f"The request says Content-Encoding: gzip, but its body cannot be unpacked: {why}")


def test_an_empty_body_is_no_gzip(client: CheckedClient):
    """Nothing at all is told as nothing at all, whatever its encoding."""
    response = client.call(b"", headers={"Content-Encoding": "gzip"})
    assert (response.status_code, issues(response)[0]["details"]["text"]) == (400, "The body is empty.")


def test_a_bomb_is_413_and_costs_no_more_than_the_limit(client_of: Callable[..., CheckedClient]):
    """A few KB that unpack to a gigabyte are refused at the limit: what is beyond it is never unpacked."""
    bomb = gzip.compress(bytes(256 * MB)) * 4
    assert len(bomb) < 2 * MB
    assert client_of(max_body_mb=2).call(bomb, headers={"Content-Encoding": "gzip"}).status_code == 413
    tracemalloc.start()
    try:
        with pytest.raises(BodyTooLarge):
            unpack(bomb, "gzip", 2)
        assert tracemalloc.get_traced_memory()[1] < 8 * MB
    finally:
        tracemalloc.stop()


def test_thousands_of_members_are_refused_at_once(client: CheckedClient):
    """A few hundred KB of empty members, each of which costs a copy of the rest, hold no worker."""
    with Stopwatch() as watch:
        assert client.call(gzip.compress(b"") * 50_000, headers={"Content-Encoding": "gzip"}).status_code == 400
    assert watch.seconds < 0.5


@pytest.mark.parametrize(("length", "fits"), [(MB, True), (MB + 1, False)])
def test_the_limit_is_that_of_plain_bodies(length: int, fits: bool):
    """A body that just fits is unpacked, also in several members; one byte more is too long."""
    body = bytes(length)
    for packed in (gzip.compress(body), gzip.compress(body[:1000]) + gzip.compress(body[1000:])):
        if fits:
            assert unpack(packed, "gzip", 1) == body
        else:
            with pytest.raises(BodyTooLarge):
                unpack(packed, "gzip", 1)


@pytest.mark.parametrize("encoding", ["br", "deflate", "zstd", "gzip, gzip", "MARKED"])
def test_any_other_encoding_is_415_and_says_what_is_read(client: CheckedClient, encoding: str):
    """Who packs otherwise learns which way is open; the encoding's name is not repeated."""
    response = client.call(b"x", headers={"Content-Encoding": encoding})
    assert response.status_code == 415
    assert response.headers["Accept-Encoding"] == "gzip"
    assert "MARKED" not in response.text


@pytest.mark.parametrize(
    "media_type", ["application/fhir+json", "application/fhir+json; charset=utf-8; fhirVersion=4.0", "application/json"]
)
def test_fhirs_own_media_type_is_accepted(client: CheckedClient, second_line: dict[str, Any], media_type: str):
    """Some clients send the type of what is inside."""
    assert client.call(second_line, content_type=media_type).get_json()["cards"]
