"""The store: its tables, its migrations, its counts, and how several processes share it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text

import service.store
from service.errors import StoreUnavailable
from service.store.database import NEWEST, Database, sqlite_url
from service.store.feedback_log import ACKNOWLEDGED_FOR, Feedback, acknowledged_query, utc_now
from service.store.shown_counts import Shown
from service.store.store import Store
from service.store.tables import FEEDBACK, METADATA, SHOWN

DAY = date(2026, 11, 20)
KIND = Shown(DAY, "her2-patient-view", "SecondLineTreatment", "info")


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(sqlite_url(tmp_path))
    made.prepare()
    return made


def opened(folder: Path, salt: str = "") -> Store:
    """A store as another process would open it."""
    store = Store(Database(sqlite_url(folder)), salt=salt)
    assert store.open()
    return store


def feedback(card: str, reason: str = "other") -> Feedback:
    return Feedback(card, "SecondLineTreatment", "overridden", utc_now(), "urn:her2-cds:override-reason", reason)


def counts(database: Database) -> dict[Shown, int]:
    with database.reading() as connection:
        return {Shown(*row[:4]): row[4] for row in connection.execute(select(SHOWN))}


def test_the_migrations_make_the_tables_of_the_code(database: Database):
    """Tables in the code and tables in a migrated database are the same."""
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_the_newest_migration_is_the_one_named(database: Database):
    """A start compares with the newest migration there is; preparing again changes nothing."""
    config = Config()
    config.set_main_option("script_location", str(Path(service.store.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == NEWEST == database.revision()
    database.prepare()
    assert database.revision() == NEWEST


def test_migrations_can_be_undone(database: Database):
    """Each migration knows the way back."""
    from alembic.command import downgrade  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(service.store.__file__).parent / "migrations"))
    with database.writing() as connection:
        config.attributes["connection"] = connection
        downgrade(config, "base")
    database.prepare()
    assert database.revision() == NEWEST


def test_a_store_that_a_newer_release_only_added_to_is_used(database: Database):
    """During a rolling upgrade the replicas of the older release keep feedback as before, and leave the tables as they are."""
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE of_a_later_release (id INTEGER)"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    store = Store(database)
    assert store.open()
    store.keep("her2-patient-view", [])
    assert database.revision() == "0999"


@pytest.mark.parametrize(("revision", "release"), [("1000", "newer"), ("9999", "newer"), ("0000", "unknown")])
def test_a_store_of_another_release_is_left_alone(database: Database, revision: str, release: str):
    """After a step back to an older release the store is not touched, and the service goes on without it."""
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    with pytest.raises(StoreUnavailable, match=f"{release} release"):
        database.prepare()
    assert database.revision() == revision
    assert not Store(database).open()


def test_the_file_is_private_and_never_makes_readers_wait(tmp_path: Path, database: Database):
    """Only its owner can read the file; its journal lets readers read while somebody writes."""
    file = tmp_path / "her2-cds.sqlite"
    assert file.stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(file)) as connection, connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
    with database.writing(), database.reading() as reader:
        assert reader.execute(select(FEEDBACK)).all() == []


def test_counts_add_up(tmp_path: Path, database: Database):
    """What several processes count, in several batches, is added."""
    first, second = opened(tmp_path), opened(tmp_path)
    other = KIND._replace(day=DAY + timedelta(days=1))
    first.count_shown([KIND, KIND])
    first.write_waiting()
    first.write_waiting()
    second.count_shown([KIND, other])
    first.count_shown([KIND])
    second.write_waiting()
    first.write_waiting()
    assert counts(database) == {KIND: 4, other: 1}


def test_the_salt_is_shared(tmp_path: Path):
    """All processes of a site put the same uuids on the same cards; a salt of the settings is not written to the store."""
    assert opened(tmp_path).salt == opened(tmp_path).salt
    given = opened(tmp_path / "other", salt="a salt of the settings")
    assert given.salt == b"a salt of the settings"
    assert b"a salt of the settings" not in (tmp_path / "other" / "her2-cds.sqlite").read_bytes()
    assert opened(tmp_path).salt != opened(tmp_path / "third").salt


def test_what_one_process_hears_the_other_knows(tmp_path: Path):
    """Feedback to one process is known to another at once, also one that had asked before."""
    first, second = opened(tmp_path), opened(tmp_path)
    card = str(uuid4())
    assert second.acknowledged([card]) == frozenset()
    first.keep("her2-patient-view", [feedback(card)])
    assert second.acknowledged([card, str(uuid4())]) == {card}
    assert first.acknowledged([card]) == {card}


def test_only_what_was_dealt_with_is_acknowledged(tmp_path: Path):
    """Accepted, or overridden with a reason or a comment; a card that was only waved away comes again."""
    store = opened(tmp_path)
    accepted, reasoned, commented, waved = (str(uuid4()) for _ in range(4))
    store.keep(
        "her2-patient-view",
        [
            Feedback(accepted, "", "accepted", utc_now()),
            feedback(reasoned),
            Feedback(commented, "", "overridden", utc_now(), commented=True),
            feedback(waved, reason=""),
        ],
    )
    for process in (store, opened(tmp_path)):
        assert process.acknowledged([accepted, reasoned, commented, waved]) == {accepted, reasoned, commented}


def test_acknowledged_for_ninety_days(tmp_path: Path, database: Database):
    """After ninety days the advice is given again; what a client repeats of old does not prolong it."""
    card = str(uuid4())
    said = feedback(card)
    opened(tmp_path).keep("her2-patient-view", [said])

    def age(by: timedelta) -> None:
        with database.writing() as connection:
            connection.execute(FEEDBACK.update().values(received_at=utc_now() - by))

    age(ACKNOWLEDGED_FOR - timedelta(minutes=5))
    assert opened(tmp_path).acknowledged([card]) == {card}
    age(ACKNOWLEDGED_FOR)
    assert opened(tmp_path).acknowledged([card]) == frozenset()
    opened(tmp_path).keep("her2-patient-view", [said])
    assert opened(tmp_path).acknowledged([card]) == frozenset()


def test_the_days_count_from_the_moment_of_the_feedback(tmp_path: Path):
    """What a client sends again long after silences nothing for longer; nor does a client's clock that is ahead."""
    old, recent, ahead = (str(uuid4()) for _ in range(3))
    moments = {old: -ACKNOWLEDGED_FOR, recent: timedelta(hours=1) - ACKNOWLEDGED_FOR, ahead: timedelta(days=400)}
    store = opened(tmp_path)
    store.keep("her2-patient-view", [replace(feedback(card), outcome_at=utc_now() + by) for card, by in moments.items()])
    assert store.acknowledged(moments) == {recent, ahead}


def test_what_was_received_in_the_future_silences_nothing(tmp_path: Path, database: Database):
    """A host whose clock was ahead for a while leaves no advice silent for years; clocks of two hosts may differ by hours."""
    card = str(uuid4())
    opened(tmp_path).keep("her2-patient-view", [feedback(card)])
    for by, silent in ((timedelta(hours=20), {card}), (timedelta(days=400), set())):
        with database.writing() as connection:
            connection.execute(FEEDBACK.update().values(received_at=utc_now() + by, outcome_at=utc_now() + by))
        assert opened(tmp_path).acknowledged([card]) == silent


def test_looking_up_uses_the_index(database: Database):
    """The look-up on the way of an answer never walks the table."""
    plan = database.rows(f"EXPLAIN QUERY PLAN {acknowledged_query('?', 2)}", ["a", "b", "2026", "2026", "2027"])
    assert plan
    assert all("USING INDEX" in row[3] for row in plan)


def test_threads_look_up_at_the_same_time(tmp_path: Path):
    """Several threads ask at once; each gets its own answer."""
    store = opened(tmp_path)
    cards = [str(uuid4()) for _ in range(200)]
    store.keep("her2-patient-view", [feedback(card) for card in cards[::2]])
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda card: store.acknowledged([card]), cards))
    assert found == [frozenset({card}) if index % 2 == 0 else frozenset() for index, card in enumerate(cards)]


def test_a_replaced_file_is_what_is_read(tmp_path: Path):
    """After a backup was put back in place of the file, a running process reads the backup."""
    card = str(uuid4())
    opened(tmp_path / "backup").keep("her2-patient-view", [feedback(card)])
    store = opened(tmp_path / "site")
    assert store.acknowledged([card]) == frozenset()
    name = "her2-cds.sqlite"
    with closing(sqlite3.connect(tmp_path / "backup" / name)) as backup, backup:
        backup.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    backup.close()
    for beside in ("-wal", "-shm"):
        (tmp_path / "site" / f"{name}{beside}").unlink(missing_ok=True)
    (tmp_path / "backup" / name).replace(tmp_path / "site" / name)
    assert store.acknowledged([card]) == {card}


COUNT_AND_END = """
import sys
from datetime import date
from pathlib import Path
from service.store import database
from service.store.database import Database, sqlite_url
from service.store.shown_counts import Shown
from service.store.store import Store
database.READ_WAIT = database.WRITE_WAIT = 60  # for each other, on a slow machine
store = Store(Database(sqlite_url(Path(sys.argv[1]))))
store.open()
store.count_shown([Shown(date(2026, 11, 20), "her2-patient-view", "SecondLineTreatment", "info")] * 7)
"""


def test_counts_are_written_when_the_process_ends(tmp_path: Path, database: Database):
    """A process that ends right after its last answer still writes what it counted, and does not linger."""
    subprocess.run([sys.executable, "-c", COUNT_AND_END, str(tmp_path)], check=True, timeout=120)  # noqa: S603 - our own script
    assert counts(database) == {KIND: 7}


COUNT_WHILE_WRITING = """
import sys
from datetime import date
from pathlib import Path
from threading import Event, main_thread
import service.store.store
from service.store.database import Database, sqlite_url
from service.store.shown_counts import Shown
service.store.store.INTERVAL = 0.01
store = service.store.store.Store(Database(sqlite_url(Path(sys.argv[1]))))
store.open()
written = Event()

def last(_):
    if not written.is_set():
        written.set()
        main_thread().join()

store.do_behind(last)
store.wake()
written.wait()
store.count_shown([Shown(date(2026, 11, 20), "her2-patient-view", "SecondLineTreatment", "info")])
"""


def test_what_is_counted_during_the_last_round_is_written(tmp_path: Path, database: Database):
    """A process that ends while the background writes still writes what was counted after it began to."""
    subprocess.run([sys.executable, "-c", COUNT_WHILE_WRITING, str(tmp_path)], check=True, timeout=120)  # noqa: S603 - our own script
    assert counts(database) == {KIND: 1}


def test_processes_that_start_together_make_one_store(tmp_path: Path):
    """Several processes that find no store at once end up with the same one."""
    starts = [subprocess.Popen([sys.executable, "-c", COUNT_AND_END, str(tmp_path / "new")]) for _ in range(4)]  # noqa: S603 - our own script
    assert [process.wait(120) for process in starts] == [0, 0, 0, 0]
    assert counts(Database(sqlite_url(tmp_path / "new"))) == {KIND: 28}
