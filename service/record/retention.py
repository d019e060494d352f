"""How long what is kept stays: by age, now and then from the background, or at once by `her2-cds purge`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from sqlalchemy import Column, Table, delete, select

from service.settings import Settings
from service.store.database import Database
from service.store.feedback_log import ACKNOWLEDGED_FOR, utc_now
from service.store.tables import DECISION, DECISION_INPUT, FEEDBACK

#: How often what is too old is looked for, in seconds.
INTERVAL: Final = 3600.0

#: How many rows are deleted in one transaction, so that nobody waits long for it.
_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many rows were deleted."""

    decisions: int
    inputs: int
    feedback: int


class Retention:
    """Forgets what is older than a site keeps it, about once an hour."""

    def __init__(self, settings: Settings) -> None:
        self._days, self._input_days = settings.record_days, settings.record_input_days
        self._next = 0.0

    def forget_now_and_then(self, database: Database) -> None:
        """Delete what is too old, when it is time to. Raises `StoreUnavailable`."""
        if monotonic() < self._next:
            return
        forget(database, days=self._days, input_days=self._input_days)
        database.empty_log()
        self._next = monotonic() + INTERVAL


def forget(database: Database, *, days: int, input_days: int) -> Forgotten:
    """Delete decisions and feedback older than `days`, and inputs older than `input_days`. Raises `StoreUnavailable`.

    Feedback stays as long as it keeps advice from being repeated. An input never outlives its decision. With -1 nothing is too new.
    """
    now = utc_now()
    before = now - timedelta(days)
    return Forgotten(
        decisions=_delete(database, DECISION, DECISION.c.request, DECISION.c.moment, before),
        inputs=_delete(database, DECISION_INPUT, DECISION_INPUT.c.request, DECISION_INPUT.c.moment, now - timedelta(min(days, input_days))),
        feedback=_delete(database, FEEDBACK, FEEDBACK.c.id, FEEDBACK.c.received_at, min(before, now - ACKNOWLEDGED_FOR)),
    )


def _delete(database: Database, table: Table, key: Column[object], moment: Column[object], before: datetime) -> int:
    deleted = 0
    while True:
        with database.writing() as connection:
            some = select(key).where(moment <= before).limit(_BATCH).scalar_subquery()
            number = connection.execute(delete(table).where(key.in_(some))).rowcount
        deleted += number
        if number < _BATCH:
            return deleted
