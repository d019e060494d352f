"""What is to be recorded, from the call to the store: it waits in memory and is written behind, or is written before the answer."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from threading import Lock
from time import sleep
from typing import Final

from service.errors import RecordNotKept, StoreUnavailable
from service.logs import log, where_it_failed
from service.operations.counting import count_lost
from service.record.call import Call, Rows, rows_of
from service.record.retention import Retention
from service.settings import Settings
from service.store.database import Database
from service.store.store import Store
from service.store.tables import DECISION, DECISION_INPUT
from service.store.upsert import insert_once

#: How many calls of one process may wait for a store that cannot be reached: some 40 MB.
MOST_WAITING: Final = 5000

#: How much of their inputs may wait, in bytes.
MOST_INPUT_BYTES: Final = 64 * 1024 * 1024

#: How many rows are written in one transaction.
_BATCH: Final = 200


class DecisionRecord:
    """The decision record of one process. Safe to use from several threads."""

    def __init__(self, store: Store, settings: Settings) -> None:
        """Take the store in which it is kept, and the settings that say how long."""
        self._store = store
        self._waiting: deque[Call] = deque()
        self._input_bytes = 0
        self._lock = Lock()
        self._writing = Lock()
        self._losing = False
        store.do_behind(self.write, in_the_end=self._say_what_is_left)
        store.do_behind(Retention(settings).forget_now_and_then)

    @property
    def waiting(self) -> int:
        """How many calls of this process are not yet written."""
        return len(self._waiting)

    @property
    def losing(self) -> bool:
        """Whether calls of this process are at present not recorded at all, since too many wait already."""
        return self._losing

    def note(self, call: Call) -> None:
        """Record a call behind its answer. Never raises; what cannot wait any longer is counted as lost."""
        with self._lock:
            lost = len(self._waiting) >= MOST_WAITING
            if not lost:
                if call.input is not None and self._input_bytes + call.input_bytes > MOST_INPUT_BYTES:
                    count_lost("input")
                    call = replace(call, input=None)
                self._waiting.append(call)
                self._input_bytes += call.input_bytes
        if lost:
            count_lost("record")
            if not self._losing:
                # Once for each time that it begins: a line for each call would be a second fault.
                self._losing = True
                log().error("record", state="losing", waiting=self.waiting)
        self._store.wake()

    def keep(self, call: Call) -> None:
        """Record a call before its answer. Raises `RecordNotKept`."""
        try:
            self._store.do(lambda database: _write(database, [rows_of(call)]))
        except StoreUnavailable:
            raise RecordNotKept from None

    def write(self, database: Database) -> None:
        """Write what waits. Raises `StoreUnavailable`; then nothing is lost, it is written next time."""
        with self._writing:
            while self._waiting:
                with self._lock:
                    batch = list(islice(self._waiting, _BATCH))
                _write(database, list(_rows_behind(batch)))
                with self._lock:
                    for call in batch:
                        self._waiting.popleft()
                        self._input_bytes -= call.input_bytes
        if self._losing:
            self._losing = False
            log().info("record", state="kept")

    def _say_what_is_left(self) -> None:
        """When the process ends and the store never came back."""
        if self._waiting:
            count_lost("record", len(self._waiting))
            log().error("record", state="lost", calls=len(self._waiting))


def _write(database: Database, rows: Sequence[Rows]) -> None:
    inputs = [row.input for row in rows if row.input is not None]
    with database.writing() as connection:
        if rows:
            connection.execute(insert_once(database, DECISION), [row.decision for row in rows])
        if inputs:
            connection.execute(insert_once(database, DECISION_INPUT), inputs)


def _rows_behind(calls: Iterable[Call]) -> Iterator[Rows]:
    """The rows of some calls. One that cannot be made is a fault of ours, and costs itself alone."""
    for call in calls:
        try:
            yield rows_of(call)
        except Exception as error:  # noqa: BLE001 - the thread in the background must go on; the fault is logged and counted
            count_lost("record")
            log().error("record", state="unwritable", id=call.request, where=where_it_failed(error))
        # Those who answer calls meanwhile come first.
        sleep(0)
