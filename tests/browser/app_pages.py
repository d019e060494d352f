"""The app's page open in a browser: for a sample patient through the demo EHR, or for any record without a launch."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import BrowserContext, Page, Route, expect
from werkzeug.serving import make_server

from service.app import create_app
from service.samples import request_body
from tests.service.chart.records import NOWHERE, OpenChart
from tests.service.checked_client import TODAY, site

WINDOW: Final = {"width": 1280, "height": 800}
SIDEBAR: Final = {"width": 400, "height": 800}


def open_from_demo(page: Page, demo: str, sample: str) -> Page:
    """The app's page after a real EHR launch: the demo EHR at `demo` opens it in a window of its own for a sample patient."""
    page.goto(f"{demo}/demo/?patient={sample}")
    expect(page.locator("#chart-cards > *").first).to_be_visible()
    with page.expect_popup() as opened:
        page.locator('[data-launch="window"]').first.click()
    app = opened.value
    app.wait_for_url("**/smart/?s=*")
    expect(app.locator("#picture svg").first).to_be_visible()
    return app


def at_rest(page: Page) -> None:
    """Wait until nothing fades or moves: half-way through, colours and places are those of no state of the page."""
    page.evaluate("Promise.allSettled(document.getAnimations().map(one => one.finished))")


class Held:
    """The requests of a page to an address, each of which waits until it is let go."""

    def __init__(self, page: Page, address: str) -> None:
        self._page, self._open = page, False
        self.waiting: list[Route] = []
        page.route(address, self._hold)

    def _hold(self, route: Route) -> None:
        if self._open:
            route.continue_()
        else:
            self.waiting.append(route)

    def after(self, act: Callable[[], object]) -> None:
        """Do what makes the page ask there, and return when it has asked."""
        before = len(self.waiting)
        act()
        while len(self.waiting) == before:
            self._page.wait_for_timeout(10)

    def let_go(self, place: int) -> None:
        """Let one of them reach the service, and return when the page has the answer."""
        route = self.waiting.pop(place)
        with self._page.expect_event("requestfinished", lambda request: request == route.request):
            route.continue_()

    def let_all_go(self) -> None:
        """Let them reach the service, the newest first, as a busy network may; those that come later too."""
        self._open = True
        while self.waiting:
            self.let_go(-1)


class AppServer:
    """The service on loopback, with charts that are open without a launch."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        # The address is in the settings, so the port comes first.
        self._server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
        self.url = f"http://127.0.0.1:{self._server.port}"
        self.app = create_app(site(**{"data": folder, "public_url": self.url, "smart_clients": f"{NOWHERE} her2-cds", **settings}))
        self._server.app = self.app
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def address_in(self, context: BrowserContext, chart: str | dict[str, Any], **session: Any) -> str:
        """The address of a chart's page, which this browser may open from now on: a sample patient's, or that of a request."""
        body = request_body(chart, TODAY) if isinstance(chart, str) else chart
        opened = OpenChart(self.app, body, **session).session
        context.add_cookies([{"name": f"her2cds-smart-{opened.id}", "value": opened.secret, "url": self.url, "httpOnly": True}])
        return f"{self.url}/smart/?s={opened.id}"


@contextmanager
def running_app(folder: Path, **settings: Any) -> Iterator[AppServer]:
    """The service while a test lasts."""
    server = AppServer(folder, **settings)
    try:
        yield server
    finally:
        server.stop()
