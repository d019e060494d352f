"""Tokens of clients that were used: each counts once, in whichever process it comes.

What is kept is a hash of issuer and `jti`, until the token would be refused for its age anyway.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from hashlib import sha256

from sqlalchemy import delete

from service.store.database import Database
from service.store.feedback_log import utc_now
from service.store.tables import SEEN_JTI


def token_key(iss: str, jti: str) -> str:
    """By what a token is known again: short, and the same whatever an issuer writes."""
    return sha256(f"{iss}\0{jti}".encode()).hexdigest()


def use_once(database: Database, key: str, until: float) -> bool:
    """Keep a token until a moment (seconds since 1970). `False` when it was there already. Raises `StoreUnavailable`."""
    moment = datetime.fromtimestamp(until, UTC).replace(tzinfo=None).isoformat(" ", "microseconds")  # as SQLAlchemy writes moments
    return database.change(_insertion(database.placeholder), [key, moment]) == 1


def forget_expired(database: Database) -> None:
    """Drop the tokens that are no longer accepted. Raises `StoreUnavailable`."""
    with database.writing() as connection:
        connection.execute(delete(SEEN_JTI).where(SEEN_JTI.c.keep_until < utc_now()))


@cache
def _insertion(placeholder: str) -> str:
    return f"INSERT INTO seen_jti (token, keep_until) VALUES ({placeholder}, {placeholder}) ON CONFLICT DO NOTHING"  # noqa: S608 - no values
