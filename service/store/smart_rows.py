"""What the SMART app keeps: launches that are under way, and sessions. All of it is encrypted (`service.smart.vault`) before it comes here.

A row is found by a hash of what only the browser holds, so that whoever reads the store can neither continue a session nor read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from service.store.database import Database
from service.store.feedback_log import utc_now
from service.store.tables import SMART_PENDING, SMART_SESSION


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session as it is kept: the token with its context, the patient's record, the answers; each encrypted, the last two once known."""

    sealed: bytes
    record: bytes | None
    answers: bytes | None


def keep_pending(database: Database, key: str, sealed: bytes, until: datetime) -> None:
    """Keep a launch that is under way. Raises `StoreUnavailable`."""
    with database.writing() as connection:
        connection.execute(insert(SMART_PENDING).values(lookup=key, sealed=sealed, keep_until=until))


def take_pending(database: Database, key: str) -> bytes | None:
    """A launch that is under way, which is forgotten with this: each is taken once. Raises `StoreUnavailable`."""
    wanted = SMART_PENDING.c.lookup == key
    with database.writing() as connection:
        row = connection.execute(select(SMART_PENDING.c.sealed, SMART_PENDING.c.keep_until).where(wanted)).first()
        # Two processes may have read it; only one of them deletes it.
        taken = connection.execute(delete(SMART_PENDING).where(wanted)).rowcount == 1
    return bytes(row.sealed) if row is not None and taken and row.keep_until > utc_now() else None


def keep_session(database: Database, key: str, sealed: bytes, until: datetime) -> None:
    """Keep a new session. Raises `StoreUnavailable`."""
    with database.writing() as connection:
        connection.execute(insert(SMART_SESSION).values(lookup=key, sealed=sealed, keep_until=until))


def find_session(database: Database, key: str) -> SessionRow | None:
    """A session that has not ended. Raises `StoreUnavailable`."""
    columns = SMART_SESSION.c
    wanted = select(columns.sealed, columns.record, columns.answers).where(columns.lookup == key, columns.keep_until > utc_now())
    with database.reading() as connection:
        row = connection.execute(wanted).first()
    if row is None:
        return None
    return SessionRow(bytes(row.sealed), *(bytes(part) if part is not None else None for part in (row.record, row.answers)))


def keep_record(database: Database, key: str, record: bytes) -> None:
    """Keep the patient's record with a session; one that has ended stays so. Raises `StoreUnavailable`."""
    _change_session(database, key, record=record)


def keep_answers(database: Database, key: str, answers: bytes) -> None:
    """Keep the answers with a session; one that has ended stays so. Raises `StoreUnavailable`."""
    _change_session(database, key, answers=answers)


def _change_session(database: Database, key: str, **changed: bytes) -> None:
    with database.writing() as connection:
        connection.execute(update(SMART_SESSION).where(SMART_SESSION.c.lookup == key).values(**changed))


def forget_session(database: Database, key: str) -> None:
    """End a session: nothing of it stays. Raises `StoreUnavailable`."""
    with database.writing() as connection:
        connection.execute(delete(SMART_SESSION).where(SMART_SESSION.c.lookup == key))


def forget_ended(database: Database) -> None:
    """Drop sessions and launches whose time is over. Raises `StoreUnavailable`."""
    with database.writing() as connection:
        for table in (SMART_SESSION, SMART_PENDING):
            connection.execute(delete(table).where(table.c.keep_until <= utc_now()))
