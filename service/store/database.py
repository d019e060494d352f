"""The door to the database: an SQLite file, or PostgreSQL by URL.

Two engines. Reading happens on the way of an answer, so it waits for nobody and holds no transaction; writing may wait a little.
Whatever goes wrong below is `StoreUnavailable` above.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import Any
from weakref import finalize

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError

from service.errors import StoreUnavailable
from service.store.silent_server import wait_longer, wait_no_longer
from service.store.sqlite_statements import SqliteStatements

#: The newest migration in `migrations/versions`. Migrations with the same first digit only add tables, and columns that an older release
#: need not fill: so a release goes on with a store that a newer one has brought up to date, in a rolling upgrade or after a step back.
NEWEST = "0004"

#: How long a read and a write may wait for a lock, in seconds.
READ_WAIT = 0.05
WRITE_WAIT = 2.0

#: The same for a change on the way of an answer.
CHANGE_WAIT = 0.5

#: How often SQLite's log is tried to be cut before somebody is said to read in it.
_CUTS = 10

#: How long a survey may take, in seconds.
_SURVEY_WAIT = 600

#: How long a PostgreSQL server may take to accept a connection, in seconds (the least that libpq knows).
_CONNECT_WAIT = 2

#: How long after the end of a statement's time, which the server keeps, its answer is waited for, in seconds.
_SILENCE = 0.5

#: The lock that one migration of one site holds, so that two hosts do not migrate at once. Any fixed number.
_MIGRATION_LOCK = 0x4845_5232

#: Alembic keeps the migration it is at in variables of the module: one thread of a process at a time.
_ALEMBIC = Lock()


def sqlite_url(folder: Path) -> str:
    """The URL of the default database in a data folder."""
    return URL.create("sqlite", database=str(folder / "her2-cds.sqlite")).render_as_string()


class Database:
    """One site's database. Opening it touches nothing: connections are made when they are needed."""

    def __init__(self, url: str) -> None:
        """Take a URL such as `sqlite:///data/her2-cds.sqlite` or `postgresql://user:password@host/name`."""
        parsed = make_url(url)
        if parsed.drivername in {"postgres", "postgresql"}:
            parsed = parsed.set(drivername="postgresql+psycopg")
        # Absolute, so that it stays the same file wherever the process goes.
        self._file = Path(parsed.database or "").absolute() if parsed.get_backend_name() == "sqlite" else None
        self._look_ups = SqliteStatements(self._file, _opener(self._file, READ_WAIT)) if self._file is not None else None
        self._changes = SqliteStatements(self._file, _hasty_opener(self._file)) if self._file is not None else None
        self._reader = self._engine(parsed, READ_WAIT, isolation_level="AUTOCOMMIT")
        self._writer = self._engine(parsed, WRITE_WAIT)
        if self._file is not None:
            event.listen(self._writer, "connect", _overwrite_deleted)
            event.listen(self._writer, "begin", _begin_immediately)
        # One that is dropped without being closed closes its connections; SQLAlchemy and sqlite3 would leave that to chance.
        finalize(self, _let_go, (self._reader, self._writer), self._statements()).atexit = False

    @property
    def place(self) -> str:
        """Where the database is, in words for an operator; never with a password."""
        return str(self._file) if self._file is not None else self._writer.url.render_as_string(hide_password=True)

    @property
    def file(self) -> Path | None:
        """The SQLite file; `None` for a server."""
        return self._file

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._writer.dialect.name

    @property
    def placeholder(self) -> str:
        """How a parameter is marked in a query of the database's own."""
        return "%s" if self._file is None else "?"

    def exists(self) -> bool:
        """Whether there is anything to open. A server is taken to exist."""
        return self._file is None or self._file.exists()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reading, each statement by itself. Raises `StoreUnavailable`."""
        with _faults_named(), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def surveying(self) -> Iterator[Connection]:
        """A connection for reading much at once, for minutes if need be, without being in anyone's way. Raises `StoreUnavailable`."""
        if self._file is not None:
            with self.reading() as connection:
                yield connection
            return
        with _faults_named(), self._writer.begin() as connection:
            connection.execute(text(f"SET LOCAL statement_timeout = {1000 * _SURVEY_WAIT}"))
            with wait_longer(connection, _SURVEY_WAIT + _SILENCE):
                yield connection

    def rows(self, query: str, parameters: Sequence[str]) -> Sequence[Sequence[Any]]:
        """The rows of a query in the database's own SQL, for reading on the way of an answer. Raises `StoreUnavailable`."""
        with _faults_named():
            if self._look_ups is not None:
                return self._look_ups.rows(query, parameters)
            with self._reader.connect() as connection:
                return connection.exec_driver_sql(query, tuple(parameters)).all()

    def change(self, statement: str, parameters: Sequence[str]) -> int:
        """How many rows a statement in the database's own SQL changed, on the way of an answer. Raises `StoreUnavailable`.

        All processes see the change when this returns. After a power failure an SQLite file may have lost the changes of the last seconds.
        """
        with _faults_named():
            if self._changes is not None:
                return self._changes.change(statement, parameters)
            with self._writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                return connection.exec_driver_sql(statement, tuple(parameters)).rowcount

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in a transaction that is committed at the end. Raises `StoreUnavailable`."""
        with _faults_named(), self._writer.begin() as connection:
            yield connection

    def prepare(self) -> None:
        """Create the database or bring it up to date; nothing where it is. Raises `StoreUnavailable`."""
        revision = self.revision()
        if revision == NEWEST or (revision is not None and revision > NEWEST and revision[0] == NEWEST[0]):
            return
        if revision is not None and revision > NEWEST:
            raise StoreUnavailable("of a newer release")
        migrate = _migration()
        if self._file is not None:
            _create_file(self._file)
        with self.writing() as connection:
            if self._file is None:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
            migrate(connection)

    def revision(self) -> str | None:
        """The migration the database is at; nothing before the first. Raises `StoreUnavailable`."""
        if not self.exists():
            return None
        with self.reading() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()

    def empty_log(self) -> bool:
        """Write SQLite's log (`-wal`) into the file and cut it to nothing. Whether it is empty now: someone may be reading what it holds.

        Nothing to do at a server. Raises `StoreUnavailable`.
        """
        if self._look_ups is None:
            return True
        with _faults_named():
            return any(self._cut_log(self._look_ups) for _ in range(_CUTS))

    @staticmethod
    def _cut_log(statements: SqliteStatements) -> bool:
        """Once, with the patience of a look-up, since writers wait meanwhile."""
        ((busy, *_),) = statements.rows("PRAGMA wal_checkpoint(TRUNCATE)", ())
        if busy:
            sleep(READ_WAIT)  # for those writers
        return not busy

    def close(self) -> None:
        """Close all connections; the next use opens new ones. The last process to close an SQLite file leaves nothing beside it."""
        _let_go((self._reader, self._writer), self._statements())

    def _statements(self) -> tuple[SqliteStatements, ...]:
        return tuple([statements for statements in (self._look_ups, self._changes) if statements is not None])

    def _engine(self, url: URL, wait: float, **options: Any) -> Engine:
        if self._file is None:
            limits = f"-c lock_timeout={int(1000 * wait)} -c statement_timeout={int(2000 * wait)}"
            # Text as UTF-8, whatever the database was made with: of one without an encoding of its own psycopg would give bytes.
            arguments = {"connect_timeout": _CONNECT_WAIT, "options": limits, "client_encoding": "utf8"}
            server = create_engine(
                url, pool_size=4, max_overflow=8, pool_timeout=wait, pool_pre_ping=True, connect_args=arguments, **options
            )
            wait_no_longer(server, 2 * wait + _SILENCE)
            return server
        engine = create_engine(url, creator=_opener(self._file, wait), pool_size=4, max_overflow=8, pool_timeout=1, **options)
        event.listen(engine, "connect", _note_inode(self._file))
        event.listen(engine, "checkout", _refuse_vanished(self._file))
        return engine


@contextmanager
def _faults_named() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise StoreUnavailable(type(getattr(error, "orig", None) or error).__name__) from error


def _let_go(engines: Iterable[Engine], statements: Iterable[SqliteStatements]) -> None:
    for engine in engines:
        engine.dispose()
    for idle in statements:
        idle.close()


def _opener(file: Path, wait: float) -> Callable[[], sqlite3.Connection]:
    # `mode=rw`: a file that vanished is a fault, not a new and empty database.
    address = f"{file.as_uri()}?mode=rw"

    def connect() -> sqlite3.Connection:
        # Transactions are begun by us: Python's sqlite3 would begin them late, and not at all for the statements of a migration.
        return sqlite3.connect(address, uri=True, timeout=wait, isolation_level=None, check_same_thread=False)

    return connect


def _hasty_opener(file: Path) -> Callable[[], sqlite3.Connection]:
    """Connections whose changes do not wait for the disk, which would take longer than the whole answer."""
    connect = _opener(file, CHANGE_WAIT)

    def connect_hastily() -> sqlite3.Connection:
        connection = connect()
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection

    return connect_hastily


def _note_inode(file: Path) -> Callable[..., None]:
    def connected(_: sqlite3.Connection, record: Any) -> None:
        record.info["inode"] = file.stat().st_ino

    return connected


def _refuse_vanished(file: Path) -> Callable[..., None]:
    """A connection to a file that was deleted goes on working, and what is written to it is lost. So look before each use."""

    def checked_out(_: sqlite3.Connection, record: Any, __: Any) -> None:
        try:
            inode = file.stat().st_ino
        except OSError:
            inode = None
        if inode != record.info["inode"]:
            raise DisconnectionError

    return checked_out


def _overwrite_deleted(connection: sqlite3.Connection, _: Any) -> None:
    # Else what was deleted stays readable in the file until other rows happen to take its place.
    connection.execute("PRAGMA secure_delete=ON")


def _begin_immediately(connection: Connection) -> None:
    # A transaction that reads before it writes would fail at once, without waiting, when another process wrote in between.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _create_file(file: Path) -> None:
    with _faults_named():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600, exist_ok=True)
        connection = sqlite3.connect(file, timeout=WRITE_WAIT, isolation_level=None)
        try:
            _let_readers_read(connection)
        finally:
            connection.close()


def _let_readers_read(connection: sqlite3.Connection) -> None:
    """Switch the file to a write-ahead log: readers never wait for a writer, nor it for them. A property of the file, so once is enough.

    CAUTION: SQLite does not wait for a lock here, and processes that start together meet.
    """
    given_up = monotonic() + WRITE_WAIT
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if monotonic() > given_up:
                raise
            sleep(0.02)


def _migration() -> Callable[[Connection], None]:
    """What brings a database up to date, loaded before it is locked: only a new or old database needs it, and it takes a while to load."""
    from alembic.command import upgrade  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(files("service.store").joinpath("migrations")).replace("%", "%%"))

    def migrate(connection: Connection) -> None:
        config.attributes["connection"] = connection
        try:
            with _ALEMBIC:
                upgrade(config, "head")
        except CommandError as error:
            raise StoreUnavailable("of an unknown release") from error

    return migrate
