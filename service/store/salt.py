"""The site's salt: what makes the hash on a card meaningless to anyone who guesses patients and users."""

from __future__ import annotations

import hmac
import secrets

from sqlalchemy import select

from service.store.database import Database
from service.store.tables import SITE
from service.store.upsert import insert_once

_NAME = "salt"

_WANTED = select(SITE.c.value).where(SITE.c.name == _NAME)


def new_salt() -> str:
    """A salt that nobody can guess."""
    return secrets.token_hex(32)


def salt_of_site(salt: bytes, site: str) -> bytes:
    """The salt of one of several sites; without a name, the salt itself."""
    return hmac.digest(salt, f"site {site}".encode(), "sha256") if site else salt


def kept_salt(database: Database) -> str | None:
    """The salt kept in the store, if there is one yet. Raises `StoreUnavailable`."""
    with database.reading() as connection:
        return connection.execute(_WANTED).scalar()


def shared_salt(database: Database, own: str) -> str:
    """The salt kept in the store; `own` where there was none yet, and is kept from now on. Raises `StoreUnavailable`."""
    kept = kept_salt(database)
    if kept is None:
        with database.writing() as connection:
            connection.execute(insert_once(database, SITE), {"name": _NAME, "value": own})
            kept = connection.execute(_WANTED).scalar()
    return str(kept)
