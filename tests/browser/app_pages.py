"""The app's page open in a browser: for a sample patient through the demo EHR, or for any record without a launch."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import BrowserContext, Page, expect
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
