"""The app in a frame of an EHR and in a window: over https, at another site, in a browser that blocks third-party cookies."""

from __future__ import annotations

import http.server
import ssl
import threading
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest
import trustme
from flask import Response
from playwright.sync_api import Browser, FrameLocator, Page, expect, sync_playwright
from werkzeug.serving import make_server

from service.app import create_app
from tests.browser.demo_service import _ARGUMENTS, PATIENCE_MS
from tests.outside.programs import needs, path_of
from tests.outside.smart_ehr.fixtures import NEEDS_SMART_EHR, _running_smart_ehr, ehr_fhir_server, smart_ehr  # noqa: F401 - fixtures
from tests.outside.smart_ehr.running import RunningSmartEhr
from tests.service.checked_client import site

pytestmark = [needs("chromium"), NEEDS_SMART_EHR]

APP, EHR = "app.her2.test", "ehr.hospital.test"
PATIENT = "sample-second-line"

#: As EHRs set up their browsers, and as browsers are going: no cookies of another site, but those in a jar for each page.
_BLOCKING = ("--test-third-party-cookie-phaseout", "--host-resolver-rules=MAP *.test 127.0.0.1")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path_of("chromium"), args=[*_ARGUMENTS, *_BLOCKING], timeout=PATIENCE_MS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(ignore_https_errors=True)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(APP, EHR).configure_cert(context)
    return context


@pytest.fixture
def app_at(smart_ehr: RunningSmartEhr, tls: ssl.SSLContext, tmp_path: Path) -> Iterator[Callable[..., str]]:  # noqa: F811 - the fixture
    """The app with some settings, and its address."""
    servers = []

    def start(**settings: Any) -> str:
        # The address is in the settings, so the port comes first.
        server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True, ssl_context=tls)
        address = f"https://{APP}:{server.port}"
        server.app = create_app(site(data=tmp_path, public_url=address, smart_clients=smart_ehr.registration(), **settings))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return address

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


class EhrPage:
    """A page of the EHR that shows an address inside."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        page = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(f'<!doctype html><title>EHR</title><iframe name="app" src="{escape(page.shown)}"></iframe>'.encode())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.shown = "about:blank"
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.origin = f"https://{EHR}:{self.server.server_port}"


@pytest.fixture
def ehr_page(tls: ssl.SSLContext) -> Iterator[EhrPage]:
    shown = EhrPage(tls)
    thread = threading.Thread(target=shown.server.serve_forever)
    thread.start()
    yield shown
    shown.server.shutdown()
    shown.server.server_close()
    thread.join()


def in_frame(page: Page, ehr_page: EhrPage, address: str) -> FrameLocator:
    """What the frame of the EHR's page shows: found anew each time, since a frame that is refused is another one for a moment."""
    ehr_page.shown = address
    page.goto(ehr_page.origin)
    return page.frame_locator("iframe[name=app]")


def shown_from(page: Page, address: str) -> bool:
    """Whether a frame of the page shows what lies at the address."""
    return any(frame.url.startswith(address) for frame in page.frames)


def test_in_a_frame(app_at: Callable[..., str], smart_ehr: RunningSmartEhr, ehr_page: EhrPage, page: Page):  # noqa: F811 - the fixture
    """Inside the page of a listed EHR the launch succeeds and the chart is shown, though the browser blocks third-party cookies."""
    app = app_at(smart_frame_ancestors=ehr_page.origin)
    frame = in_frame(page, ehr_page, smart_ehr.launch_url(app, PATIENT))
    expect(frame.locator("h1")).to_contain_text("HER2")
    assert shown_from(page, f"{app}/smart/?s=")
    expect(frame.locator("main")).to_contain_text("trastuzumab deruxtecan")


def test_without_a_jar_of_its_own(
    app_at: Callable[..., str],
    smart_ehr: RunningSmartEhr,  # noqa: F811 - the fixture
    ehr_page: EhrPage,
    page: Page,
    monkeypatch: pytest.MonkeyPatch,
):
    """The browser does block: were the cookies not partitioned, the clinician would read what is wrong and what to do."""
    plain = Response.set_cookie
    monkeypatch.setattr(Response, "set_cookie", lambda *given, **named: plain(*given, **(named | {"partitioned": False})))
    app = app_at(smart_frame_ancestors=ehr_page.origin)
    frame = in_frame(page, ehr_page, smart_ehr.launch_url(app, PATIENT))
    expect(frame.locator("h1")).to_contain_text("The browser did not remember this launch")


def test_in_the_frame_of_somebody_else(app_at: Callable[..., str], smart_ehr: RunningSmartEhr, ehr_page: EhrPage, page: Page):  # noqa: F811
    """A page that the site does not list shows nothing of the app."""
    app = app_at(smart_frame_ancestors="https://other.hospital.test")
    with page.expect_event("requestfailed", lambda failed: failed.url.startswith(f"{app}/smart/?s=")):
        frame = in_frame(page, ehr_page, smart_ehr.launch_url(app, PATIENT))
    assert not shown_from(page, app)
    expect(frame.locator("body")).not_to_contain_text("HER2")


def test_in_a_window(app_at: Callable[..., str], smart_ehr: RunningSmartEhr, page: Page):  # noqa: F811 - the fixture
    """In a window of its own the app needs no origin to be listed."""
    app = app_at()
    page.goto(smart_ehr.launch_url(app, PATIENT))
    page.wait_for_url(f"{app}/smart/?s=*")
    expect(page.locator("main")).to_contain_text("HER2")
