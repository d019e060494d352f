"""Feedback, kept and asked for: what became of a card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import bindparam, or_, select

from service.store.database import Database
from service.store.tables import FEEDBACK
from service.store.upsert import insert_once

Outcome = Literal["accepted", "overridden"]

#: How long a card that a clinician has dealt with is not shown again (decision 22).
ACKNOWLEDGED_FOR = timedelta(days=90)


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

    @property
    def acknowledges(self) -> bool:
        """Whether the clinician has dealt with the card: accepted it, or said why not."""
        return self.outcome == "accepted" or bool(self.reason_code) or self.commented


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


#: Built once: putting a query together takes longer than asking it.
_ACKNOWLEDGED = select(FEEDBACK.c.card, FEEDBACK.c.received_at).where(
    FEEDBACK.c.card.in_(bindparam("cards", expanding=True)),
    FEEDBACK.c.received_at > bindparam("since"),
    or_(FEEDBACK.c.outcome == "accepted", FEEDBACK.c.reason_code != "", FEEDBACK.c.commented),
)


def find_acknowledged(database: Database, cards: Sequence[str]) -> dict[str, datetime]:
    """Those of some cards that were dealt with in the last ninety days, and until when that holds. Raises `StoreUnavailable`.

    What counts is when we heard of it: the clocks of clients differ.
    """
    with database.reading() as connection:
        found = connection.execute(_ACKNOWLEDGED, {"cards": cards, "since": utc_now() - ACKNOWLEDGED_FOR})
        return {card: received + ACKNOWLEDGED_FOR for card, received in found}
