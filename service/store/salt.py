"""The site's salt: what makes the hash on a card meaningless to anyone who guesses patients and users."""

from __future__ import annotations

import secrets

from sqlalchemy import select

from service.store.database import Database
from service.store.tables import SITE
from service.store.upsert import insert_once

_NAME = "salt"


def new_salt() -> str:
    """A salt that nobody can guess."""
    return secrets.token_hex(32)


def shared_salt(database: Database, own: str) -> str:
    """The salt kept in the store; `own` where there was none yet, and is kept from now on. Raises `StoreUnavailable`."""
    wanted = select(SITE.c.value).where(SITE.c.name == _NAME)
    with database.reading() as connection:
        kept = connection.execute(wanted).scalar()
    if kept is None:
        with database.writing() as connection:
            connection.execute(insert_once(database, SITE), {"name": _NAME, "value": own})
            kept = connection.execute(wanted).scalar()
    return str(kept)
