"""The app through the demo EHR: a real launch, answers filed in the chart, and the next hook call that reads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.app_pages import open_from_demo
from tests.browser.demo_service import running_browser, running_demo
from tests.outside.programs import needs

pytestmark = [needs("chromium")]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_demo(Path(tmp_path_factory.mktemp("launched")), "2026-11-20") as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


@pytest.fixture
def ehr(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


def cards(page: Page) -> str:
    return page.locator("#chart-cards").inner_text()


def test_answered_saved_and_read_by_the_next_call(ehr: Page, demo: str):
    """An answer given in the app changes the advice, is filed in the EHR, and stands on the cards when the chart is opened again."""
    app = open_from_demo(ehr, demo, "second-line")
    assert "Heart failure" not in cards(ehr)
    app.check('input[name="answer.heart-failure-symptoms"][value="true"]')
    expect(app.locator("#changed-answer")).to_contain_text("No regimen leads any more (before: T-DXd).")
    app.get_by_role("button", name="Save 1 answer to the chart").click()
    expect(app.locator("#saved")).to_contain_text("Saved to the chart.")
    expect(app.locator("#saving button")).to_have_count(0)
    expect(app.locator("#saved")).to_be_focused()
    expect(app.locator("#state-heart-failure-symptoms")).to_contain_text("In the record since 2026-11-20")
    ehr.goto(f"{demo}/demo/?patient=second-line")
    expect(ehr.locator("#chart-cards")).to_contain_text("Heart failure")
    expect(ehr.locator("#chart-cards")).not_to_contain_text("Second line: T-DXd")


def test_corrected_on_the_same_day(ehr: Page, demo: str):
    """An answer that was filed can be corrected an hour later: the later one counts for the next call."""
    app = open_from_demo(ehr, demo, "early-relapse")
    for answer, said in (("true", "Cardiology before any HER2 therapy"), ("false", "T-DXd leads now")):
        app.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        app.check(f'input[name="answer.heart-failure-symptoms"][value="{answer}"]')
        expect(app.locator("#changed-answer")).to_contain_text(said)
        app.get_by_role("button", name="Save 1 answer to the chart").click()
        # The button is gone once this answer was filed; "Saved" stands there from the answer before already.
        expect(app.locator("#saving button")).to_have_count(0)
        expect(app.locator("#saved")).to_be_visible()
    ehr.goto(f"{demo}/demo/?patient=early-relapse")
    expect(ehr.locator("#chart-cards > *").first).to_be_visible()
    assert "Heart failure" not in cards(ehr)


def test_a_supposition_never_reaches_the_chart(ehr: Page, demo: str):
    """What was supposed in the app is nowhere when the chart is opened again."""
    app = open_from_demo(ehr, demo, "third-line")
    before = cards(ehr)
    app.select_option("#suppose-cns-disease", "leptomeningeal")
    expect(app.locator("#banner")).to_contain_text("Hypothetical, not this record.")
    ehr.goto(f"{demo}/demo/?patient=third-line")
    expect(ehr.locator("#chart-cards > *").first).to_be_visible()
    assert cards(ehr) == before


def test_the_page_shows_what_the_cards_say(ehr: Page, demo: str):
    """Every headline of a card stands in the app that it opens."""
    for sample in ("brain-metastases", "ild", "her2-equivocal"):
        app = open_from_demo(ehr, demo, sample)
        for headline in ehr.locator("#chart-cards h3").all_inner_texts():
            expect(app.locator("main")).to_contain_text(headline, use_inner_text=True)
        app.close()
