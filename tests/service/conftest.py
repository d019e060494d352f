"""What all tests of the service share: applications on a fixed day, and sample requests."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from service.app import create_app
from service.logs import configure_logs
from service.samples import request_body
from service.settings import Settings
from service.store import database
from service.store.opening import open_store
from service.store.store import Store
from tests.service.checked_client import TODAY, CheckedClient, site


@pytest.fixture(scope="session", autouse=True)
def _quiet() -> Iterator[None]:
    """Tests are not interested in the log, except those that ask for it (`_logging`)."""
    _silence_log()
    yield
    structlog.reset_defaults()


def _silence_log() -> None:
    structlog.reset_defaults()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


@pytest.fixture(scope="session", autouse=True)
def _stores_wait() -> Iterator[None]:
    """A store that works is waited for, however busy the machine is. Tests of one that does not work set the waits of a service again."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("READ_WAIT", "CHANGE_WAIT", "WRITE_WAIT", "_CONNECT_WAIT"):
            patch.setattr(database, name, 60)
        yield


@pytest.fixture
def _stores_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store is left alone after as long as a service waits for it, but for writing, which nobody waits for."""
    monkeypatch.setattr(database, "READ_WAIT", 0.05)
    monkeypatch.setattr(database, "CHANGE_WAIT", 0.5)
    monkeypatch.setattr(database, "WRITE_WAIT", 0.2)
    monkeypatch.setattr(database, "_CONNECT_WAIT", 2)


@pytest.fixture(scope="session")
def _opened_stores() -> Iterator[list[Store]]:
    """The stores that applications of this process opened, oldest first."""
    opened: list[Store] = []

    def open_and_note(settings: Settings) -> Store:
        opened.append(open_store(settings))
        return opened[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.app.open_store", open_and_note)
        yield opened


@pytest.fixture(autouse=True)
def _stores_end(_opened_stores: list[Store]) -> Iterator[None]:
    """The store of a test's own application ends with the test. Else a thousand of them would tend one file, until it is always locked."""
    before = len(_opened_stores)
    yield
    while len(_opened_stores) > before:
        _opened_stores.pop().end()


@pytest.fixture
def _logging() -> Iterator[None]:
    """The log as a running service writes it."""
    structlog.reset_defaults()
    configure_logs()
    yield
    _silence_log()


@pytest.fixture(scope="session")
def client() -> CheckedClient:
    """A client of the service with its defaults."""
    return CheckedClient(create_app(site()).test_client())


@pytest.fixture(scope="session")
def client_of() -> Callable[..., CheckedClient]:
    """Clients of services with other settings."""
    return lambda **settings: CheckedClient(create_app(site(**settings)).test_client())


@pytest.fixture
def request_of() -> Callable[[str], dict[str, Any]]:
    """The request of a sample patient on the fixed day."""
    return lambda name: request_body(name, TODAY)


@pytest.fixture
def second_line() -> dict[str, Any]:
    """A request that is answered with a treatment card."""
    return request_body("second-line", TODAY)
