"""What the demo keeps, shared by all worker processes: a small SQLite file of its own, `demo.sqlite` in the data folder.

| table | holds |
|---|---|
| `secret` | the keys that sign launches, codes and tokens, made when they are first needed |
| `used` | authorization codes that were exchanged, until they would have ended anyway |
| `answers` | QuestionnaireResponses that apps wrote, for a day |

Nothing in it is of a real patient. The file may be deleted at any time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import time
from typing import Any, Final

import orjson

from service.demo.refusals import DemoNotKept
from service.logs import log

#: How long an answer stays, in seconds: visitors of tomorrow find the charts as they were.
ANSWER_LIFETIME: Final = 86_400

#: Answers kept for one patient; the oldest go first.
MOST_ANSWERS: Final = 20

_TABLES: Final = """
create table if not exists secret (name text primary key, value text not null);
create table if not exists used (code text primary key, until real not null);
create table if not exists answers (id text primary key, patient text not null, at real not null, resource text not null);
"""

#: How long to wait for another process that writes, in seconds.
_WAIT: Final = 5.0


class DemoStore:
    """The demo's file. Safe to use from several threads and processes: each act opens and closes it.

    Every act raises `DemoNotKept` when the file cannot be read or written.
    """

    def __init__(self, folder: Path) -> None:
        """Take the data folder; neither it nor the file is made before something is to be kept."""
        self._file = folder / "demo.sqlite"

    def secret(self, name: str, make: Callable[[], str]) -> str:
        """The secret of this name, made by `make` where there is none yet: the same in every process."""
        with self._open() as file:
            found = file.execute("select value from secret where name = ?", (name,)).fetchone()
            if found is None:
                file.execute("insert or ignore into secret values (?, ?)", (name, make()))
                # Another process may have been quicker.
                found = file.execute("select value from secret where name = ?", (name,)).fetchone()
            return str(found[0])

    def use_once(self, code: str, until: float) -> bool:
        """Whether this code is used for the first time. It is remembered until its end, in seconds since 1970."""
        with self._open() as file:
            file.execute("delete from used where until < ?", (time(),))
            return file.execute("insert or ignore into used values (?, ?)", (code, until)).rowcount == 1

    def keep_answer(self, patient_id: str, resource: dict[str, Any]) -> None:
        """Keep a QuestionnaireResponse of a patient."""
        with self._open() as file:
            values = (resource["id"], patient_id, time(), orjson.dumps(resource).decode())
            file.execute("insert into answers values (?, ?, ?, ?)", values)
            file.execute("delete from answers where at < ?", (time() - ANSWER_LIFETIME,))
            file.execute(
                "delete from answers where patient = ? and id not in (select id from answers where patient = ? order by at desc limit ?)",
                (patient_id, patient_id, MOST_ANSWERS),
            )

    def answers(self, patient_id: str) -> list[dict[str, Any]]:
        """The QuestionnaireResponses that were written for a patient, the oldest first."""
        query = "select resource from answers where patient = ? and at >= ? order by at"
        with self._open() as file:
            return [orjson.loads(row[0]) for row in file.execute(query, (patient_id, time() - ANSWER_LIFETIME))]

    def forget_answers(self, patient_id: str) -> None:
        """Take back what was written for a patient."""
        with self._open() as file:
            file.execute("delete from answers where patient = ?", (patient_id,))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.touch(mode=0o600, exist_ok=True)
            with closing(sqlite3.connect(self._file, timeout=_WAIT)) as file, file:
                file.executescript(_TABLES)
                yield file
        except (sqlite3.Error, OSError) as fault:
            log().error("demo-file", fault=type(fault).__name__)
            raise DemoNotKept from None
