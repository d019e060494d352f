"""Feedback, kept and asked for: what became of a card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Literal

from guideline.knowledge_base import KNOWLEDGE
from service.store.database import Database
from service.store.tables import FEEDBACK
from service.store.upsert import insert_once

Outcome = Literal["accepted", "overridden"]

#: How long a card that a clinician has dealt with is not shown again (decision 22).
ACKNOWLEDGED_FOR = timedelta(days=KNOWLEDGE.thresholds.intervals.acknowledged_days)

#: How far apart the clocks of the hosts of one deployment may be.
_CLOCKS_DIFFER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Feedback:
    """What became of one card. `card` is its uuid; `topic` is empty for a card that is not ours; `outcome_at` is UTC.

    `commented`: the clinician also wrote something, which is not taken over.
    """

    card: str
    topic: str
    outcome: Outcome
    outcome_at: datetime
    reason_system: str = ""
    reason_code: str = ""
    commented: bool = False
    suggestions: tuple[str, ...] = ()


def utc_now() -> datetime:
    """The present moment as the store keeps it: UTC, without a time zone, in whole seconds."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def keep_feedback(database: Database, service: str, entries: Sequence[Feedback]) -> None:
    """Keep feedback, all of it or none; what is there already stays as it is. Raises `StoreUnavailable`."""
    received = utc_now()
    rows = [
        {
            "card": entry.card,
            "service": service,
            "topic": entry.topic,
            "outcome": entry.outcome,
            "outcome_at": entry.outcome_at,
            "reason_system": entry.reason_system,
            "reason_code": entry.reason_code,
            "commented": entry.commented,
            "suggestions": " ".join(sorted(entry.suggestions)),
            "received_at": received,
        }
        for entry in entries
    ]
    if rows:
        with database.writing() as connection:
            connection.execute(insert_once(database, FEEDBACK), rows)


def find_acknowledged(database: Database, cards: Sequence[str]) -> frozenset[str]:
    """Those of some cards that were dealt with in the last ninety days: accepted, or said why not. Raises `StoreUnavailable`.

    The days count from the moment the client names or the one we heard of it, whichever is earlier: what is sent again much later, or
    with a clock that is ahead, silences nothing for longer. What we heard of in the future, when our own clock was ahead, does not count.
    """
    now = utc_now()
    # As SQLAlchemy writes moments into SQLite.
    since, until = (moment.isoformat(" ", "microseconds") for moment in (now - ACKNOWLEDGED_FOR, now + _CLOCKS_DIFFER))
    found = database.rows(acknowledged_query(database.placeholder, len(cards)), [*cards, since, since, until])
    return frozenset([card for (card,) in found])


@cache
def acknowledged_query(placeholder: str, cards: int) -> str:
    """The query for a number of cards; its parameters after these: since when feedback counts, twice, and until when."""
    wanted = ", ".join([placeholder] * cards)
    dealt_with = "outcome = 'accepted' OR reason_code <> '' OR commented"
    counts = f"outcome_at > {placeholder} AND received_at > {placeholder} AND received_at <= {placeholder}"
    return f"SELECT card FROM feedback WHERE card IN ({wanted}) AND {counts} AND ({dealt_with})"  # noqa: S608 - no values
