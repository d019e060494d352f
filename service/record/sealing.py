"""Encryption of inputs: AES-256-GCM under the keys of `HER2CDS_RECORD_KEY`, of which the first encrypts and all decrypt.

What is sealed is bound to the id of its request, so that no row can be passed off as another's.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

from service.errors import NotReplayable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

#: The length of a key in bytes.
KEY_BYTES = 32

_NONCE_BYTES = 12


def read_keys(text: str) -> tuple[bytes, ...]:
    """The keys of a setting, newest first: 32 bytes each as base64, separated by commas. Raises `ValueError` without repeating any."""
    keys = []
    for entry in filter(None, map(str.strip, text.split(","))):
        try:
            key = base64.b64decode(entry.replace("-", "+").replace("_", "/"), validate=True)
        except ValueError:  # also a letter beyond ASCII
            key = b""
        if len(key) != KEY_BYTES:
            raise ValueError("each key should be 32 random bytes as base64, such as `openssl rand -base64 32` prints")
        keys.append(key)
    return tuple(keys)


def key_name(key: bytes) -> str:
    """By which name a key is known in the store; nothing of the key can be read from it."""
    return sha256(b"her2-cds record key\0" + key).hexdigest()[:16]


def seal(content: bytes, request: str, key: bytes) -> bytes:
    """Encrypt the input of a request."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _cipher(key).encrypt(nonce, content, request.encode())


def unseal(sealed: bytes, request: str, name: str, keys: Sequence[bytes]) -> bytes:
    """The input of a request, by the name of its key. Raises `NotReplayable`."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - see `_cipher`

    key = next((key for key in keys if key_name(key) == name), None)
    if key is None:
        raise NotReplayable(f"its input is encrypted with a key that HER2CDS_RECORD_KEY does not hold ({name})")
    try:
        return _cipher(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], request.encode())
    except (InvalidTag, ValueError):  # of a wrong length, such as none
        raise NotReplayable("its input is damaged, or is not that of this request") from None


def _cipher(key: bytes) -> AESGCM:
    # The cryptography is loaded only where a site has set a key.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    return AESGCM(key)
