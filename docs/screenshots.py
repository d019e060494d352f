"""Photograph the main states into `docs/images/`: `make screenshots`.

The service runs with its sample patients on a fixed day, so that the pictures change only when the pages do. Needs Chromium (Debian:
`chromium`); what they look like in detail depends on the fonts of the machine.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.demo_service import running_browser, running_demo

TODAY = "2026-11-20"
IMAGES = Path(__file__).with_name("images")
WINDOW = {"width": 1280, "height": 800}
#: Enough for a page of text; the browser's own pictures are three times as large.
COLOURS = 192
#: Sharp on screens with small pixels.
SCALE = 1.5
SIDEBAR = {"width": 400, "height": 800}


def main() -> None:
    """Take every picture anew."""
    argparse.ArgumentParser(prog="python -m docs.screenshots", description=__doc__).parse_args()
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running_demo(Path(folder), TODAY) as url, running_browser() as browser:
        _demo_ehr(browser, url)
        _order_warning(browser, url)
        _app(browser, url)
        _rule_book(browser, url)


def _demo_ehr(browser: Browser, url: str) -> None:
    with _chart(browser, url, "second-line") as page:
        _keep(page, "demo-ehr")
    with _chart(browser, url, "ild", color_scheme="dark") as page:
        _keep(page, "demo-ehr-dark")


def _order_warning(browser: Browser, url: str) -> None:
    with _chart(browser, url, "second-line") as page:
        page.click("[data-try-drug]")
        expect(page.locator("#order-cards .card.warning")).to_be_visible()
        _keep(page, "order-warning")


def _app(browser: Browser, url: str) -> None:
    for name, size, scheme in (("app", WINDOW, "light"), ("app-sidebar", SIDEBAR, "light"), ("app-dark", WINDOW, "dark")):
        with _chart(browser, url, "lvef-hold", viewport=size, color_scheme=scheme) as page, page.context.expect_page() as opened:
            page.locator(".banner [data-launch=window]").click()
            app = opened.value
            expect(app.locator("main")).to_be_visible(timeout=20_000)
            _keep(app, name)


def _rule_book(browser: Browser, url: str) -> None:
    page = browser.new_page(viewport=WINDOW, device_scale_factor=SCALE)
    page.goto(f"{url}/rules#R020")
    page.evaluate("scrollBy(0, -120)")
    _keep(page, "rule-book")
    page.close()


@contextmanager
def _chart(browser: Browser, url: str, sample: str, **context: Any) -> Iterator[Page]:
    """The demo EHR with a chart open and its cards there, in a browser of its own."""
    opened = browser.new_context(**({"viewport": WINDOW, "device_scale_factor": SCALE, "reduced_motion": "reduce"} | context))
    page = opened.new_page()
    page.goto(f"{url}/demo/?patient={sample}")
    expect(page.locator("#chart-cards .card").first).to_be_visible()
    yield page
    opened.close()


def _keep(page: Page, name: str) -> None:
    page.evaluate("document.activeElement.blur()")
    page.wait_for_load_state("networkidle")
    picture = Image.open(BytesIO(page.screenshot(animations="disabled")))
    picture.convert("RGB").quantize(COLOURS).save(IMAGES / f"{name}.png", optimize=True)
    print(f"wrote docs/images/{name}.png")


if __name__ == "__main__":
    main()
