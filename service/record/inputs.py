"""What a call brought and what was fetched for it, packed for the store: without the token, compressed, encrypted."""

from __future__ import annotations

import zlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import msgspec
from msgspec import Raw

from fhir_mappings.reading import Reading
from service.record.sealing import seal, unseal

#: The member of a request with the access token to the FHIR server.
_AUTHORIZATION = "fhirAuthorization"

#: Fast, and a FHIR record still becomes a tenth of its size.
_LEVEL = 1


@dataclass(frozen=True, slots=True)
class Input:
    """What is to be kept of a call: the body as it came, what was fetched, and the advice that the user had dealt with before."""

    body: bytes
    key: bytes
    fetched: Reading | None = None
    set_aside: tuple[UUID, ...] = ()


class Kept(msgspec.Struct, frozen=True):
    """An input as it comes back: the request without its token, what was fetched, the day and the answer of then."""

    service: str
    site: str
    day: date
    outcome: str
    knowledge: str
    profile: str
    request: Raw
    answer: Raw
    fetched: Reading | None = None
    set_aside: tuple[UUID, ...] = ()


_CUT = msgspec.json.Decoder(dict[str, Raw])
_KEPT = msgspec.json.Decoder(Kept)


def without_token(body: bytes) -> bytes:
    """The body of a request without the access token that it carries; all else stays byte for byte."""
    members = _CUT.decode(body)
    if members.pop(_AUTHORIZATION, None) is None:
        return body
    return msgspec.json.encode(members)


def pack(kept: Kept, request: str, key: bytes) -> bytes:
    """Compress and encrypt an input."""
    return seal(zlib.compress(msgspec.json.encode(kept), _LEVEL), request, key)


def unpack(sealed: bytes, request: str, name: str, keys: Collection[bytes]) -> Kept:
    """An input as it was. Raises `NotReplayable`."""
    return _KEPT.decode(zlib.decompress(unseal(sealed, request, name, tuple(keys))))
