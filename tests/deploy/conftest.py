"""What the tests of deployment share: PostgreSQL, and replicas behind nginx."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.deploy.behind_nginx import Nginx, Stack, start_replicas, stop_all
from tests.outside.programs import path_of
from tests.service.auth.signing import BASE
from tests.service.test_store_postgresql import Server, server

__all__ = ["server"]


@pytest.fixture(scope="module")
def stack_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Stack]]:
    """Replicas behind nginx: `stack_of(2, DATABASE_URL=...)`; all of them end with the module's tests."""
    path_of("nginx")
    with ExitStack() as ending:

        def make(count: int, **settings: str) -> Stack:
            folder = tmp_path_factory.mktemp("stack")
            told = {"TRUSTED_PROXIES": "127.0.0.1/32", "DEMO": "0"} | settings
            replicas = start_replicas(folder, count, **told)
            ending.callback(stop_all, replicas)
            nginx = ending.enter_context(Nginx(folder, [int(replica.url.rpartition(":")[2]) for replica in replicas]))
            return Stack(nginx, replicas, told)

        yield make


@pytest.fixture(scope="module")
def two(server: Server, stack_of: Callable[..., Stack]) -> Stack:
    """Two replicas on one PostgreSQL, under a path, without authentication."""
    return stack_of(2, DATABASE_URL=server.url, PUBLIC_URL=BASE)
