"""The `Authorization` header taken apart. Nothing that stands in a token is believed before its signature is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from joserfc.util import urlsafe_b64decode

from service.auth.refusals import TokenRefused

#: The longest token in bytes. Those of EHRs have 400 to 1500.
MOST_BYTES: Final = 8192

#: Deeper than any header or claim; keeps parsers from recursing.
_MOST_NESTED: Final = 64

_BASE64URL: Final = r"[A-Za-z0-9_-]++"
#: The scheme is case-insensitive in HTTP. Two tokens, whether in one header or in two joined by a comma, are not one.
_BEARER: Final = re.compile(r"(?i:bearer)\s+(\S.*)")
_SIGNED: Final = re.compile(rf"\A({_BASE64URL})\.({_BASE64URL})\.{_BASE64URL}")


@dataclass(frozen=True, slots=True)
class Token:
    """A signed JWT as it came, with what it says of itself."""

    text: str
    header: Mapping[str, Any]
    claims: Mapping[str, Any]


def read_authorization(value: str | None) -> Token:
    """The token of an `Authorization` header. Raises `TokenRefused`."""
    if not value:
        raise TokenRefused("missing")
    bearer = _BEARER.fullmatch(value.strip())
    if bearer is None:
        raise TokenRefused("scheme")
    text = bearer[1]
    if len(text) > MOST_BYTES:
        raise TokenRefused("oversized")
    parts = _SIGNED.fullmatch(text)
    if parts is None:
        raise TokenRefused("malformed")
    return Token(text, _object_in(parts[1]), _object_in(parts[2]))


def _object_in(part: str) -> dict[str, Any]:
    """The JSON object in a part of a token."""
    try:
        decoded = urlsafe_b64decode(part.encode())
        found = orjson.loads(decoded) if decoded.count(b"[") + decoded.count(b"{") <= _MOST_NESTED else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise TokenRefused("malformed")
    return found
