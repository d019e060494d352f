"""Applications with a SMART app, and browsers for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from service.app import create_app
from service.smart.sessions import SmartSession, current_session, open_session
from tests.outside.smart_ehr.fixtures import _running_smart_ehr, ehr_fhir_server, smart_ehr  # noqa: F401 - fixtures
from tests.outside.smart_ehr.running import RunningSmartEhr
from tests.service.checked_client import site
from tests.service.smart.browser import APP, Browser

#: A server that nobody runs: what is tested with it goes nowhere.
NOWHERE = "http://127.0.0.1:9/fhir"


@pytest.fixture
def app_of(tmp_path: Path) -> Callable[..., Flask]:
    """Applications with some settings, each with a store of its own unless they share a folder."""
    return lambda **settings: create_app(site(**({"data": tmp_path, "public_url": APP} | settings)))


@pytest.fixture
def app(app_of: Callable[..., Flask]) -> Flask:
    """An application that an EHR at `NOWHERE` may launch."""
    return app_of(smart_clients=f"{NOWHERE} her2-cds")


@pytest.fixture
def launched_by(app_of: Callable[..., Flask]) -> Callable[..., Browser]:
    """A browser with nothing in it, and an application that a running EHR may launch."""

    def browser(ehr: RunningSmartEhr, proof: str = "", **settings: Any) -> Browser:
        return Browser(app_of(smart_clients=ehr.registration(proof), **settings))

    return browser


@pytest.fixture
def opened() -> Callable[..., SmartSession]:
    """Sessions that are opened without a launch, in an application context."""

    def open_one(app: Flask, **session: Any) -> SmartSession:
        with inside(app):
            return open_session(**({"issuer": NOWHERE, "patient_id": "p1", "access_token": "made-up"} | session))

    return open_one


@contextmanager
def inside(app: Flask, path: str = "/", **request: Any) -> Iterator[None]:
    """In a request of an application, as a page of the app is."""
    with app.test_request_context(path, base_url=APP, **request):
        app.preprocess_request()
        yield


def session_of(browser: Browser, address: str) -> SmartSession:
    """The session that a browser has at an address, as a page of the app finds it."""
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies().items())
    with inside(browser.app, address.removeprefix(browser.base), headers={"Cookie": cookies}):
        return current_session()
