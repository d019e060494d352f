"""Compressed request bodies: gzip, unpacked no further than a plain body might be long."""

from __future__ import annotations

import zlib
from threading import Lock
from typing import Final

from service.errors import BodyTooLarge, BrokenGzip, UnsupportedEncoding

#: gzip with its header, and nothing else that zlib knows.
_GZIP: Final = 16 + zlib.MAX_WBITS

#: The encodings that are read; `x-gzip` is its old name.
_GZIP_NAMES: Final = frozenset({"gzip", "x-gzip"})

#: More members than any client joins. Each costs a copy of what is left, so thousands of empty ones would hold a worker for minutes.
_MOST_MEMBERS: Final = 100

_ONE_AT_A_TIME: Final = Lock()


def unpack(body: bytes, encoding: str, most_mb: int) -> bytes:
    """The body behind its `Content-Encoding`.

    Raises `UnsupportedEncoding`, `BrokenGzip`, or `BodyTooLarge` before all of it is unpacked.
    """
    match encoding.strip().lower():
        case "" | "identity":
            return body
        case name if name in _GZIP_NAMES:
            return _unzip(body, most_mb)
        case _:
            raise UnsupportedEncoding


def _unzip(body: bytes, most_mb: int) -> bytes:
    """All members of a gzip file in one piece. One body at a time: until it is unpacked nobody knows how much memory it takes."""
    with _ONE_AT_A_TIME:
        return _members(body, most_mb)


def _members(body: bytes, most_mb: int) -> bytes:
    most = most_mb * 1024 * 1024
    pieces: list[bytes] = []
    left = most
    while body:
        if len(pieces) == _MOST_MEMBERS:
            raise BrokenGzip(f"more than {_MOST_MEMBERS} gzip members are joined in it")
        member = zlib.decompressobj(_GZIP)
        try:
            # One byte more than allowed tells "just fits" from "too long", and nothing beyond it is ever unpacked.
            piece = member.decompress(body, left + 1)
        except zlib.error:
            raise BrokenGzip(f"{'what follows its first member' if pieces else 'it'} is not gzip, or damaged") from None
        if len(piece) > left:
            raise BodyTooLarge(most_mb)
        if not member.eof:
            raise BrokenGzip("it is cut off")
        pieces.append(piece)
        left -= len(piece)
        body = member.unused_data
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)
