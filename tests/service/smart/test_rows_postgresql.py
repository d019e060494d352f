"""Sessions and launches in PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

from service.store.database import Database
from service.store.feedback_log import utc_now
from service.store.smart_rows import (
    SessionRow,
    find_session,
    forget_ended,
    forget_session,
    keep_answers,
    keep_pending,
    keep_record,
    keep_session,
    take_pending,
)
from tests.outside.programs import needs
from tests.service.test_store_postgresql import Server, server  # noqa: F401 - a fixture

pytestmark = needs("postgresql")


def test_kept_and_found(server: Server):  # noqa: F811 - the fixture
    """What is kept is found as it was, bytes for bytes, until it is over; a launch is taken once."""
    database = Database(server.url)
    try:
        database.prepare()
        soon, past = utc_now() + timedelta(minutes=5), utc_now() - timedelta(seconds=1)
        keep_session(database, "live", b"\x00sealed", soon)
        keep_session(database, "over", b"sealed", past)
        assert find_session(database, "live") == SessionRow(b"\x00sealed", None, None)
        assert find_session(database, "over") is None
        keep_record(database, "live", b"\xffrecord")
        keep_answers(database, "live", b"answers")
        assert find_session(database, "live") == SessionRow(b"\x00sealed", b"\xffrecord", b"answers")
        keep_pending(database, "state", b"launch", soon)
        assert take_pending(database, "state") == b"launch"
        assert take_pending(database, "state") is None
        forget_ended(database)
        forget_session(database, "live")
        assert find_session(database, "live") is None
    finally:
        database.close()
