"""A token counts once on PostgreSQL too, where a server is installed on this machine."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import time
from typing import Any

from service.app import create_app
from service.store.database import Database
from service.store.replay import forget_expired, use_once
from tests.service.auth.signing import BASE, bearer, key_files, signed
from tests.service.checked_client import CALL, CheckedClient, checked, site
from tests.service.test_store_postgresql import Server, pytestmark, server  # noqa: F401 - a mark and a fixture


def test_at_the_same_moment_one_wins(server: Server, tmp_path: Path, second_line: dict[str, Any]):  # noqa: F811 - the fixture
    """Of many uses of one token, spread over four processes' stores, exactly one is answered with cards."""
    settings = site(auth="required", public_url=BASE, jwt_issuers=key_files(tmp_path), database_url=server.url)
    apps = [create_app(settings) for _ in range(4)]

    def call(attempt: int) -> int:
        return checked(apps[attempt % 4].test_client().post(CALL, json=second_line, headers=token), call=True).status_code

    for _ in range(3):
        token = bearer(signed())
        with ThreadPoolExecutor(8) as threads:
            assert sorted(threads.map(call, range(16))) == [200] + [401] * 15


def test_what_has_ended_is_forgotten(server: Server):  # noqa: F811 - the fixture
    """Moments mean the same in both databases: what has ended is dropped, what has not is kept."""
    database = Database(server.url)
    database.prepare()
    assert use_once(database, "old", time() - 2)
    assert use_once(database, "new", time() + 60)
    forget_expired(database)
    assert use_once(database, "old", time() + 60)
    assert not use_once(database, "new", time() + 60)
    database.close()


def test_a_server_that_stops_and_comes_back(
    server: Server,  # noqa: F811 - the fixture
    guarded: Callable[..., CheckedClient],
    second_line: dict[str, Any],
):
    """While the server is away nobody can be authenticated (503); when it is back, calls are answered without a restart of ours."""
    client = guarded(database_url=server.url)
    assert client.call(second_line, headers=bearer(signed())).status_code == 200
    server.stop()
    try:
        assert client.call(second_line, headers=bearer(signed())).status_code == 503
        assert client.call(second_line).status_code == 401
    finally:
        server.start()
    assert client.store.open()  # as the thread in the background does, every few seconds
    assert client.get("/readyz").get_json()["store"] == "reachable"
    assert client.call(second_line, headers=bearer(signed())).status_code == 200
