"""The store as the service holds it: one per process, and never the reason why a card is not shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock, Thread, main_thread
from time import monotonic
from typing import Literal
from uuid import UUID

from cards.card_key import CardKeys
from service.errors import StoreUnavailable
from service.evaluation import Memory
from service.logs import log, where_it_failed
from service.operations.counting import note_store
from service.store.database import Database
from service.store.feedback_log import Feedback, find_acknowledged, keep_feedback
from service.store.replay import forget_expired, use_once
from service.store.salt import new_salt, salt_of_site, shared_salt
from service.store.shown_counts import Shown, ShownCounts
from service.store.smart_rows import forget_ended
from service.store.trial import try_writing

#: How often counts are written and a store that failed is tried again, in seconds.
INTERVAL = 3.0

#: How often expired tokens are dropped, in seconds.
FORGET_INTERVAL = 300.0


class Store:
    """Feedback, acknowledged cards and counts of one site, for one process.

    Feedback that cannot be kept is an error. Everything else goes on without the store: cards are shown, counts wait. After a failure the
    store is left alone until a thread in the background finds it in order again, so that a slow fault slows one answer and not all.
    """

    def __init__(self, database: Database, *, salt: str = "") -> None:
        """Take a database and the salt from the settings, or none to share one through the store."""
        self._database = database
        self._given_salt = salt
        self._salt = salt or new_salt()
        self._salt_known = bool(salt)
        self._keys = CardKeys(self._salt.encode())
        self._site_keys: dict[tuple[str, str], CardKeys] = {}
        self._counts = ShownCounts()
        self._chores: list[Callable[[Database], None]] = [self._counts.write, self._forget]
        self._farewells: list[Callable[[], None]] = []
        self._state = "new"
        #: Whether it can be read, which it may be while it cannot be written: a disk that is full brings no card back.
        self._readable = False
        self._thread: Thread | None = None
        self._lock = Lock()
        self._forget_at = 0.0
        self._ended = False

    @property
    def keys(self) -> CardKeys:
        """The keys behind the uuids of cards. While the store has never been reached, they are of this process alone."""
        return self._keys

    @property
    def salt(self) -> bytes:
        """The salt behind them."""
        return self._salt.encode()

    def salt_of(self, site: str) -> bytes:
        """The salt of one of several sites; without a name, the salt itself."""
        return salt_of_site(self.salt, site)

    def keys_of(self, site: str) -> CardKeys:
        """The keys of one of several sites: a patient and a user of the same ids at two hospitals are not the same."""
        if not site:
            return self._keys
        named = (self._salt, site)
        if named not in self._site_keys:
            self._site_keys[named] = CardKeys(self.salt_of(site))
        return self._site_keys[named]

    def learn_salt(self) -> bool:
        """Take over the salt of a store that was never reached; whether it is known now."""
        if not self._salt_known:
            self.open()
        return self._salt_known

    @property
    def works(self) -> bool:
        """Whether the store worked when it was last used."""
        return self._state == "open"

    def open(self) -> bool:
        """Create the store or bring it up to date where needed, take over its salt, and write to it. Whether it works.

        One that failed works again only when all that waited is written: that it can be read says nothing about a disk that is full.
        """
        try:
            self._database.prepare()
            if not self._given_salt:
                self._salt = shared_salt(self._database, self._salt)
                self._keys = CardKeys(self._salt.encode())
                self._salt_known = True
        except StoreUnavailable as fault:
            self._failed(fault)
            return False
        self._readable = True
        if not self.works:
            try:
                try_writing(self._database)
                self._do_chores()
            except StoreUnavailable as fault:
                self._mend_later(fault)
                return False
        self._note("open")
        return True

    def look(self) -> bool:
        """Whether it works, by a look at it now. One that does not is left to the thread in the background."""
        if not self.works:
            return False
        try:
            self._database.prepare()
        except StoreUnavailable as fault:
            self._failed(fault)
        return self.works

    def memory(self, site: str = "") -> Memory:
        """How the cards of a site are known again, under the present salt."""
        return Memory(self.keys_of(site), self._acknowledged_uuids)

    def keep(self, service: str, entries: Sequence[Feedback]) -> None:
        """Keep feedback. Raises `StoreUnavailable`."""
        self.do(lambda database: keep_feedback(database, service, entries))

    def do(self, work: Callable[[Database], None]) -> None:
        """Do something with the database now, even if it did not work a moment ago. Raises `StoreUnavailable`."""
        try:
            if not self.works:
                self._database.prepare()
            work(self._database)
        except StoreUnavailable as fault:
            self._failed(fault)
            raise

    def do_behind(self, chore: Callable[[Database], None], *, in_the_end: Callable[[], None] | None = None) -> None:
        """Do something with the database every few seconds from now on, while it works, and a last time when the process ends.

        It is done by the thread in the background, never on the way of an answer. `chore` may raise `StoreUnavailable`; `in_the_end` is
        called after the last time, whether the store worked or not.
        """
        self._chores.append(chore)
        if in_the_end is not None:
            self._farewells.append(in_the_end)

    def wake(self) -> None:
        """Something waits to be done behind."""
        self._work_behind()

    def acknowledged(self, cards: Iterable[str]) -> frozenset[str]:
        """Those of some cards that were dealt with; none while the store cannot be read.

        Asked each time and never remembered: what a clinician tells one process must be known to all at the next call.
        """
        asked = list(cards)
        if not asked or not self._readable:
            return frozenset()
        try:
            return find_acknowledged(self._database, asked)
        except StoreUnavailable as fault:
            self._failed(fault)
            return frozenset()

    def use_once(self, token: str, until: float) -> bool:
        """Whether a client's token is used for the first time, in whatever process. Raises `StoreUnavailable`, at once while it is down."""
        if not self.works:
            raise StoreUnavailable("down")
        self._work_behind()
        try:
            return use_once(self._database, token, until)
        except StoreUnavailable as fault:
            self._failed(fault)
            raise

    def count_shown(self, cards: Iterable[Shown]) -> None:
        """Count cards that are being sent."""
        self._counts.add(cards)
        self._work_behind()

    def write_waiting(self) -> None:
        """Write the counts, and all else that waits, if the store works; it waits on otherwise."""
        try:
            self._do_chores()
        except StoreUnavailable as fault:
            self._failed(fault)

    @contextmanager
    def tended(self) -> Iterator[Database]:
        """The database for what is kept for a while only: a thread in the background drops it when its time is over.

        Raises `StoreUnavailable`, at once while the store is down.
        """
        if not self.works:
            raise StoreUnavailable("down")
        self._work_behind()
        try:
            yield self._database
        except StoreUnavailable as fault:
            self._failed(fault)
            raise

    def close(self) -> None:
        """Write what waits, if the store works, and let go of the database; the next use opens it again."""
        if self.works:
            self.write_waiting()
        self._database.close()

    def end(self) -> None:
        """Close it, and let the thread in the background end, in a process that goes on without this store."""
        self._ended = True
        self.close()

    def _acknowledged_uuids(self, cards: Collection[UUID]) -> Collection[UUID]:
        by_name = {str(card): card for card in cards}
        return [by_name[name] for name in self.acknowledged(by_name)]

    def _forget(self, database: Database) -> None:
        """Drop the tokens that are no longer accepted, and the launches and sessions of the SMART app that have ended, now and then."""
        if monotonic() < self._forget_at:
            return
        self._forget_at = monotonic() + FORGET_INTERVAL
        forget_expired(database)
        forget_ended(database)

    def _do_chores(self) -> None:
        """Do all that waits. A fault of ours in one of them ends neither the others nor the thread: nobody would start it again."""
        for chore in self._chores:
            try:
                chore(self._database)
            except StoreUnavailable:
                raise
            except Exception as fault:  # noqa: BLE001 - whatever it is, it is logged, and tried again with the next round
                log().error("failure", where=where_it_failed(fault))

    def _failed(self, fault: StoreUnavailable) -> None:
        self._readable = False
        self._mend_later(fault)

    def _mend_later(self, fault: StoreUnavailable) -> None:
        self._note("unavailable", fault.kind)
        self._work_behind()

    def _note(self, state: Literal["open", "unavailable"], fault: str | None = None) -> None:
        """Take note of a change, and log it."""
        if state != self._state:
            self._state = state
            note_store(state)
            log().info("store", state=state) if state == "open" else log().error("store", state=state, fault=fault)

    def _work_behind(self) -> None:
        """Start the thread in the background, once."""
        if self._thread is None:
            with self._lock:
                if self._thread is None:
                    # Said, not inherited: the threads of the HTTP server are daemons.
                    self._thread = Thread(target=self._tend, name="store", daemon=False)
                    self._thread.start()

    def _tend(self) -> None:
        """Write counts and mend the store, every few seconds, and a last time when the process ends; then close it.

        The thread is no daemon, so the interpreter waits for it at exit; it notices by the main thread's end.
        CAUTION: a worker ends without tidying up. What nobody closes stays open, and SQLite leaves its log beside the file.
        """
        main, going_on = main_thread(), True
        while going_on:
            main.join(INTERVAL)
            # Asked before it is written: what is counted and recorded while that lasts is written in another round.
            going_on = main.is_alive()
            if self._ended:
                return  # closed by who ended it, and perhaps in use again: what another thread has in hand must not be let go of here
            if self.works or self.open():
                self.write_waiting()
        self._database.close()
        for farewell in self._farewells:
            farewell()
