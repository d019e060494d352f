"""Encryption of what is kept."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.errors import ConfigurationError
from service.smart.vault import KEY_FILE, Unsealable, Vault, lookup_of, new_secret, site_vault
from tests.service.checked_client import site

CONTENT = b'{"access_token": "made-up"}'


def test_opens_what_it_sealed():
    """What was sealed under a secret opens under it, and shows nothing of itself."""
    vault, secret = Vault("site key"), new_secret()
    sealed = vault.seal(CONTENT, secret, "session")
    assert vault.open(sealed, secret, "session") == CONTENT
    assert b"made-up" not in sealed
    assert vault.seal(CONTENT, secret, "session") != sealed


def test_everything_else_stays_closed():
    """Another secret, another purpose, another site's key, a changed or cut piece: none opens."""
    vault, secret = Vault("site key"), new_secret()
    sealed = vault.seal(CONTENT, secret, "session")
    attempts = [
        (vault, sealed, new_secret(), "session"),
        (vault, sealed, secret, "record"),
        (Vault("other key"), sealed, secret, "session"),
        (vault, sealed[:-1] + bytes([sealed[-1] ^ 1]), secret, "session"),
        (vault, sealed[:20], secret, "session"),
        (vault, b"", secret, "session"),
    ]
    for tried, piece, held, purpose in attempts:
        with pytest.raises(Unsealable):
            tried.open(piece, held, purpose)


def test_the_row_does_not_tell_the_secret():
    """By what a row is found is neither the secret nor what the browser shows of it."""
    secret = new_secret()
    assert secret not in lookup_of(secret)
    assert lookup_of(secret) != lookup_of(new_secret())


def test_the_key_is_made_once_for_this_user_alone(tmp_path):
    """Processes that start together share one key, in a file that only this user may read."""
    settings = site(data=tmp_path / "data")
    with ThreadPoolExecutor(8) as threads:
        vaults = list(threads.map(lambda _: site_vault(settings), range(16)))
    sealed = vaults[0].seal(CONTENT, "secret", "session")
    assert all(vault.open(sealed, "secret", "session") == CONTENT for vault in vaults)
    assert stat.S_IMODE((tmp_path / "data" / KEY_FILE).stat().st_mode) == 0o600
    assert [file.name for file in (tmp_path / "data").iterdir()] == [KEY_FILE]


def test_the_sites_of_a_deployment_open_nothing_of_each_other(tmp_path):
    """A session of one site is none at another, though they share key and store."""
    settings = site(data=tmp_path)
    sealed = site_vault(settings, "north").seal(CONTENT, "secret", "session")
    with pytest.raises(Unsealable):
        site_vault(settings, "south").open(sealed, "secret", "session")


def test_a_key_that_is_set_is_written_nowhere(tmp_path):
    """With `HER2CDS_SMART_KEY` no file is made."""
    site_vault(site(data=tmp_path, smart_key="0123456789abcdef"))
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_used_is_named(tmp_path):
    """Where no key can be kept the service does not start, and says why."""
    (tmp_path / "data").write_text("a file")
    with pytest.raises(ConfigurationError, match="HER2CDS_SMART_KEY"):
        site_vault(site(data=tmp_path / "data"))
