"""How often each kind of card is shown: counted in memory, written in batches, never on the way of an answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from threading import Lock
from typing import Any, NamedTuple

from service.store.database import Database
from service.store.upsert import add_to_counts


class Shown(NamedTuple):
    """One kind of card on one day."""

    day: date
    service: str
    topic: str
    indicator: str


def shown(cards: Iterable[Mapping[str, Any]], service: str, day: date) -> list[Shown]:
    """What is counted of some cards."""
    return [Shown(day, service, card["source"]["topic"]["code"], card["indicator"]) for card in cards]


class ShownCounts:
    """The cards shown by this process and not yet written. Safe to use from several threads."""

    def __init__(self) -> None:
        self._counts: Counter[Shown] = Counter()
        self._lock = Lock()

    def add(self, cards: Iterable[Shown]) -> None:
        """Count cards that are being sent."""
        with self._lock:
            self._counts.update(cards)

    def write(self, database: Database) -> None:
        """Write what was counted. Raises `StoreUnavailable`; then nothing is lost, it is written next time."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            with database.writing() as connection:
                connection.execute(add_to_counts(database), [{**kind._asdict(), "count": count} for kind, count in counts.items()])
        except BaseException:
            with self._lock:
                self._counts.update(counts)
            raise
