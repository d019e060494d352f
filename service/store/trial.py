"""Whether the store takes what is written to it. That it can be read says nothing about a full disk, or a server that became read-only."""

from __future__ import annotations

import os
import secrets
from typing import Final

from sqlalchemy import delete, insert

from service.store.database import Database
from service.store.feedback_log import utc_now
from service.store.tables import SMART_PENDING

#: As much as the largest that one call writes, in bytes: what is left of a full disk often takes a small row, and not the next call's.
_SIZE: Final = 64 * 1024


def try_writing(database: Database) -> None:
    """Write a row and delete it again. Raises `StoreUnavailable`.

    It stands among the launches of the SMART app, as one that is over: should it stay there, it goes with these.
    """
    key = f"trial {secrets.token_hex(16)}"
    with database.writing() as connection:
        connection.execute(insert(SMART_PENDING).values(lookup=key, sealed=os.urandom(_SIZE), keep_until=utc_now()))
    with database.writing() as connection:
        connection.execute(delete(SMART_PENDING).where(SMART_PENDING.c.lookup == key))
