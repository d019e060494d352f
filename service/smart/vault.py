"""Encryption of what is kept: a token and a patient's record are nothing to whoever reads the store.

Each thing has a key of its own (HKDF), made of the site's key and of a secret that only the browser holds. So the store alone opens
nothing, the store with the site's key opens nothing, and a session that ended stays closed.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from service.data_folder import why_not_writable
from service.errors import ConfigurationError
from service.settings import Settings, variable

#: The file of the site's key in the data folder, unless `HER2CDS_SMART_KEY` gives the key.
KEY_FILE: Final = "smart.key"

_NONCE: Final = 12
_KEY: Final = 32


class Unsealable(Exception):
    """What was kept does not open: it was made with another key, or was changed."""


def new_secret() -> str:
    """A secret that nobody can guess, fit for a cookie and an address."""
    return secrets.token_urlsafe(32)


def lookup_of(secret: str) -> str:
    """By what the row of a secret is found; it tells nothing of the secret."""
    return sha256(b"lookup\0" + secret.encode()).hexdigest()


class Vault:
    """Seals and opens under the site's key."""

    def __init__(self, site_key: str) -> None:
        self._site_key = site_key.encode()

    def seal(self, content: bytes, secret: str, purpose: str) -> bytes:
        """Encrypt something under a browser's secret. What is sealed for one purpose does not open for another."""
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(self._key(secret, purpose)).encrypt(nonce, content, None)

    def open(self, sealed: bytes, secret: str, purpose: str) -> bytes:
        """Decrypt it. Raises `Unsealable`."""
        try:
            return AESGCM(self._key(secret, purpose)).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
        except (InvalidTag, ValueError):
            raise Unsealable from None

    def derived(self, secret: str, purpose: str) -> str:
        """Something else made of a browser's secret, from which it cannot be told: the token against forged requests."""
        return self._key(secret, purpose).hex()

    def _key(self, secret: str, purpose: str) -> bytes:
        return HKDF(SHA256(), _KEY, salt=self._site_key, info=f"her2-cds smart {purpose}".encode()).derive(secret.encode())


def site_vault(settings: Settings, name: str = "") -> Vault:
    """The vault of a site, which opens nothing of another's. Its key is made at the first start where none is set.

    Raises `ConfigurationError`.
    """
    return Vault(f"{settings.smart_key or _kept_key(settings.data / KEY_FILE)}/{name}")


def key_faults(settings: Settings) -> Iterator[str]:
    """Why the key of the settings could not be read or made. Makes nothing that stays: whoever checks may not be whoever serves."""
    file = settings.data / KEY_FILE
    if settings.smart_key:
        return
    try:
        if file.exists():
            file.read_text()
            return
        reason = why_not_writable(file.parent)
    except OSError as error:
        reason = _reason(error)
    if reason is not None:
        yield _no_key(file, reason)


def _kept_key(file: Path) -> str:
    """The key in a file that only this user may read, made once: processes that start together agree on one."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
        if not file.exists():
            fresh.touch(mode=0o600, exist_ok=False)
            fresh.write_text(new_secret())
            # A link is made whole or not at all, and not over one that is there.
            with suppress(FileExistsError):
                file.hardlink_to(fresh)
            fresh.unlink()
        return file.read_text().strip()
    except OSError as error:
        raise ConfigurationError([_no_key(file, _reason(error))]) from None


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__


def _no_key(file: Path, reason: str) -> str:
    return f"{variable('smart_key')}: is not set, and {file} cannot be made or read ({reason})"
