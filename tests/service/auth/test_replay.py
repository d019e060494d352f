"""A token counts once, in whichever process it comes."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from service.app import create_app
from service.store.database import Database, sqlite_url
from service.store.feedback_log import utc_now
from service.store.replay import forget_expired, token_key, use_once
from service.store.tables import SEEN_JTI
from tests.service.auth.conftest import LogLine
from tests.service.auth.signing import BASE, ISS, OTHER, OTHER_ISS, bearer, claims, header, key_files, signed
from tests.service.checked_client import CheckedClient, checked, site
from tests.stopwatch import Stopwatch


def test_a_token_counts_once(guarded: Callable[..., CheckedClient], log_line: LogLine, second_line: Any):
    """The second time it is refused, also by another process, and also after a restart."""
    one, other, token = guarded(), guarded(), bearer(signed())
    assert one.call(second_line, headers=token).status_code == 200
    for client in (one, other, guarded()):
        assert client.call(second_line, headers=token).status_code == 401
        assert log_line()["reason"] == "replayed"


def test_the_same_jti_of_another_issuer_is_another_token(guarded: Callable[..., CheckedClient], second_line: Any):
    """Issuers number their tokens without asking each other; a new signature does not make a token new."""
    client = guarded()
    assert client.call(second_line, headers=bearer(signed(claims(jti="1")))).status_code == 200
    assert client.call(second_line, headers=bearer(signed(claims(iss=OTHER_ISS, jti="1"), header(kid="other"), OTHER))).status_code == 200
    assert client.call(second_line, headers=bearer(signed(claims(jti="1")))).status_code == 401


def test_a_refused_token_is_not_used_up(guarded: Callable[..., CheckedClient], second_line: Any):
    """Only a token that is in order is noted, so nobody can spoil those of others by guessing their jti."""
    client = guarded()
    assert client.call(second_line, headers=bearer(signed(claims(jti="2", aud="x")))).status_code == 401
    assert client.call(second_line, headers=bearer(signed(claims(jti="2"), key=OTHER, head=header()))).status_code == 401
    assert client.call(second_line, headers=bearer(signed(claims(jti="2")))).status_code == 200


def test_at_the_same_moment_one_wins(tmp_path: Path, second_line: Any):
    """Of many uses of one token at the same moment, spread over four processes' stores, exactly one is answered with cards."""
    settings = site(auth="required", public_url=BASE, jwt_issuers=key_files(tmp_path), data=tmp_path / "data")
    apps = [create_app(settings) for _ in range(4)]

    def call(attempt: int) -> int:
        client = apps[attempt % 4].test_client()
        return checked(client.post("/cds-services/her2-patient-view", json=second_line, headers=token), call=True).status_code

    for _ in range(5):
        token = bearer(signed())
        with ThreadPoolExecutor(8) as threads:
            assert sorted(threads.map(call, range(16))) == [200] + [401] * 15


def test_what_is_kept_names_nobody_and_ends(tmp_path: Path, guarded: Callable[..., CheckedClient], second_line: Any):
    """A hash, until the token would be refused for its age: its end or the longest age, and the leeway."""
    now = time.time()
    client = guarded(jwt_max_age=600)
    client.call(second_line, headers=bearer(signed(claims(jti="short", exp=int(now) + 300))))
    client.call(second_line, headers=bearer(signed(claims(jti="long", exp=int(now) + 9_999_999))))
    database = Database(sqlite_url(tmp_path / "data"))
    with database.reading() as connection:
        kept = {token: (until - utc_now()).total_seconds() for token, until in connection.execute(select(SEEN_JTI))}
    assert kept.keys() == {token_key(ISS, "short"), token_key(ISS, "long")}
    assert kept[token_key(ISS, "short")] == pytest.approx(360, abs=20)
    assert kept[token_key(ISS, "long")] == pytest.approx(660, abs=20)


def test_what_has_ended_is_forgotten(tmp_path: Path):
    """The table does not grow: what would be refused anyway is dropped, what would not be is kept."""
    database = Database(sqlite_url(tmp_path))
    database.prepare()
    now = time.time()
    assert use_once(database, "old", now - 2)
    assert use_once(database, "new", now + 60)
    forget_expired(database)
    assert use_once(database, "old", now + 60)
    assert not use_once(database, "new", now + 60)
    with database.reading() as connection:
        assert all(until > utc_now() + timedelta(seconds=30) for (until,) in connection.execute(select(SEEN_JTI.c.keep_until)))


def test_without_the_store_no_call_is_answered(guarded: Callable[..., CheckedClient], log_line: LogLine, tmp_path: Path, second_line: Any):
    """Whether a token is new cannot be told, so `required` answers 503, at once, and works again when the store is back."""
    client = guarded()
    assert client.call(second_line, headers=bearer(signed())).status_code == 200
    away = tmp_path / "away"
    (tmp_path / "data").rename(away)
    (tmp_path / "data").touch()  # so that no new store can be made there
    with Stopwatch() as watch:
        for _ in range(3):
            response = client.call(second_line, headers=bearer(signed()))
            assert response.status_code == 503
            assert "WWW-Authenticate" not in response.headers
            line = log_line()
            assert (line["auth"], line["reason"]) == ("refused", "store")
        assert client.call(second_line).status_code == 401
        assert client._client.get("/readyz").status_code == 503
    assert watch.seconds < 2
    (tmp_path / "data").unlink()
    away.rename(tmp_path / "data")
    assert client.store.open()  # as the thread in the background does, every few seconds
    assert client.get("/readyz").get_json()["store"] == "reachable"
    assert client.call(second_line, headers=bearer(signed())).status_code == 200


def test_warn_answers_without_the_store(guarded: Callable[..., CheckedClient], log_line: LogLine, tmp_path: Path, second_line: Any):
    """`warn` refuses nobody, whatever fails."""
    client = guarded(auth="warn")
    (tmp_path / "data").rename(tmp_path / "away")
    (tmp_path / "data").touch()
    assert client.call(second_line, headers=bearer(signed())).status_code == 200
    line = log_line()
    assert (line["auth"], line["reason"]) == ("warned", "store")
