"""The demo EHR in a browser: what a newcomer does in the first minute, through all three hooks, feedback and the app."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.app_pages import Held, at_rest
from tests.browser.demo_service import running_browser, running_demo
from tests.outside.npm import NODE_FOLDER, needs_npm
from tests.outside.programs import needs

pytestmark = [needs("chromium")]

TODAY = "2026-11-20"
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 400, "height": 800}


class Demo(NamedTuple):
    """A running service: its address and its data folder."""

    url: str
    data: Path


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo-ehr")
    with running_demo(folder, TODAY) as url:
        yield Demo(url, folder / "data")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


@pytest.fixture
def ehr(demo: Demo, chromium: Browser) -> Iterator[Page]:
    """The demo EHR with the first chart open, for a clinician of its own. Nothing may fail on the page, and nothing be asked elsewhere."""
    context = chromium.new_context(viewport=WIDE)
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: faults.append(request.url) if not request.url.startswith((demo.url, "about:")) else None)
    open_chart(page, demo, "second-line")
    yield page
    context.close()
    assert faults == []


def open_chart(page: Page, demo: Demo, sample: str) -> None:
    page.goto(f"{demo.url}/demo/?patient={sample}")
    expect(page.locator("#chart-cards > *").first).to_be_visible()


def feedback_rows(demo: Demo) -> list[tuple[Any, ...]]:
    """Topic, outcome and reason of all feedback that the service keeps."""
    with closing(sqlite3.connect(demo.data / "her2-cds.sqlite")) as store:
        return store.execute("select topic, outcome, reason_code from feedback order by rowid").fetchall()


def order(page: Page, drug: str) -> None:
    page.select_option("#drug", drug)
    page.click("#pick button")


def test_opening_a_chart_brings_the_cards(ehr: Page):
    """The cards of patient-view stand beside the chart, with indicator in words, source, reasons and the whole detail."""
    first = ehr.locator("#chart-cards .card").first
    expect(first.locator(".indicator")).to_contain_text("Information")
    expect(first.locator("h3")).to_contain_text("Second line: T-DXd")
    expect(first.locator(".detail strong").first).to_have_text("trastuzumab deruxtecan")
    first.get_by_role("button", name="Show all").click()
    expect(first.locator(".detail.cut")).to_have_count(0)
    expect(first.get_by_text("Basis: source documents")).to_be_visible()
    assert "/rules#R020" in (first.locator("footer a").get_attribute("href") or "")


def test_no_line_ends_between_a_number_and_its_unit(ehr: Page, demo: Demo):
    """However wide the sidebar is: "LVEF 42" above "% ..." reads as a number without a unit."""
    open_chart(ehr, demo, "lvef-hold")
    card = ehr.locator("#chart-cards .card")
    assert "LVEF 42\xa0%, 16 points below baseline 58\xa0%" in (card.locator("h3").text_content() or "")
    assert " %" not in (card.locator(".detail").text_content() or "")


def test_an_order_is_warned_about_changed_and_reported(ehr: Page, demo: Demo):
    """Pick: order-select warns. Accept: the order is another one. The service keeps what became of its card."""
    ehr.get_by_role("button", name="trastuzumab emtansine").click()
    warning = ehr.locator("#order-cards .card.warning")
    expect(warning.locator("h3")).to_contain_text("T-DXd is preferred over T-DM1")
    expect(ehr.locator("#drafts li")).to_have_count(1)
    warning.get_by_role("button", name="Change to trastuzumab deruxtecan").click()
    expect(ehr.locator("#drafts strong")).to_have_text("trastuzumab deruxtecan")
    expect(ehr.locator("#drafts input")).to_have_value("5.4")
    expect(warning).to_have_count(0)
    assert ("NonPreferredAgent", "accepted", "") in feedback_rows(demo)


def test_signing_asks_once_more(ehr: Page):
    """order-sign warns before anything is signed; who signs anyway, signs."""
    order(ehr, "trastuzumab-emtansine")
    expect(ehr.locator("#order-cards .card.warning")).to_be_visible()
    ehr.click("#sign")
    expect(ehr.locator("#sign")).to_have_text("Sign anyway")
    expect(ehr.locator("#order-cards .hook")).to_contain_text("order-sign")
    expect(ehr.locator("#drafts li")).to_have_count(1)
    ehr.click("#sign")
    expect(ehr.locator("#signed")).to_contain_text("Signed")
    expect(ehr.locator("#drafts li")).to_have_count(0)


def test_who_signs_by_keyboard_goes_on_from_there(ehr: Page):
    """The button is off when nothing is left to sign: the focus goes to the next order, not to the top of the page."""
    ehr.get_by_role("button", name="trastuzumab emtansine").click()
    expect(ehr.locator("#order-cards .card.warning")).to_be_visible()
    ehr.press("#sign", "Enter")
    expect(ehr.locator("#sign")).to_have_text("Sign anyway")
    ehr.press("#sign", "Enter")
    expect(ehr.locator("#signed")).to_contain_text("Signed")
    expect(ehr.locator("#drug")).to_be_focused()


def test_an_order_without_a_warning_is_signed_at_once(ehr: Page):
    """An antibiotic brings no card, at choosing and at signing."""
    order(ehr, "amoxicillin")
    expect(ehr.locator("#status")).to_contain_text("No card about this order")
    ehr.click("#sign")
    expect(ehr.locator("#signed")).to_contain_text("Signed")


def test_a_changed_dose_is_asked_about_anew(ehr: Page):
    """A dose far above the label brings a warning that was not there before."""
    order(ehr, "trastuzumab-deruxtecan")
    expect(ehr.locator("#status")).to_contain_text("No card about this order")
    ehr.locator("#drafts input").fill("7.4")
    ehr.locator("#drafts input").press("Enter")
    expect(ehr.locator("#order-cards .card.critical, #order-cards .card.warning")).to_be_visible()


@pytest.mark.parametrize("typed", ["-1", "0", ""])
def test_what_is_no_dose_is_not_shown_as_one(ehr: Page, typed: str):
    """The order keeps its dose, and so does the field: what is signed is what is seen."""
    order(ehr, "trastuzumab-deruxtecan")
    dose = ehr.locator("#drafts input")
    dose.fill("4.4")
    dose.press("Tab")
    dose.fill(typed)
    dose.press("Tab")
    expect(dose).to_have_value("4.4")


def test_an_old_answer_is_not_shown_about_newer_orders(ehr: Page):
    """An order that was taken out before the service answered brings no card; one that came during signing is not signed unseen."""
    held = Held(ehr, "**/cds-services/her2-order-*")
    held.after(lambda: order(ehr, "trastuzumab-emtansine"))
    ehr.locator("#drafts").get_by_role("button", name="Remove").click()
    expect(ehr.locator("#status")).to_have_text("No draft orders.")
    held.let_go(0)
    expect(ehr.locator("body[aria-busy]")).to_have_count(0)
    expect(ehr.locator("#order-cards .card")).to_have_count(0)
    held.after(lambda: order(ehr, "amoxicillin"))
    held.after(lambda: ehr.click("#sign"))
    held.after(lambda: order(ehr, "trastuzumab-emtansine"))
    held.let_all_go()
    expect(ehr.locator("#order-cards .card.warning")).to_be_visible()
    expect(ehr.locator("body[aria-busy]")).to_have_count(0)
    expect(ehr.locator("#order-cards .card")).to_have_count(1)
    expect(ehr.locator("#status")).to_contain_text("about this order")
    expect(ehr.locator("#drafts li")).to_have_count(2)
    expect(ehr.locator("#sign")).to_have_text("Sign orders")


def test_an_order_picked_before_the_chart_is_open_is_asked_about(demo: Demo, chromium: Browser):
    """Who is quicker than the EHR does not read that there is no card."""
    context = chromium.new_context(viewport=WIDE)
    ehr = context.new_page()
    held = Held(ehr, "**/cds-services")
    held.after(lambda: ehr.goto(f"{demo.url}/demo/?patient=second-line"))
    order(ehr, "trastuzumab-emtansine")
    expect(ehr.locator("#drafts li")).to_have_count(1)
    held.let_all_go()
    expect(ehr.locator("#order-cards .card.warning")).to_be_visible()
    context.close()


def test_a_dismissed_card_is_quiet_until_somebody_else_comes(ehr: Page, demo: Demo):
    """Dismissed with a reason, the card is gone at the next opening; to another clinician it is new."""
    card = ehr.locator("#chart-cards .card").first
    card.get_by_role("button", name="Dismiss").click()
    card.get_by_label("Treated in a clinical trial").check()
    card.get_by_label("Comment").fill("demo")
    card.get_by_role("button", name="Dismiss the card").click()
    expect(card).to_contain_text("Dismissed: Treated in a clinical trial")
    assert ("SecondLineTreatment", "overridden", "trial") in feedback_rows(demo)
    ehr.click("#reopen")
    expect(ehr.locator("#chart-cards .card")).to_have_count(1)
    expect(ehr.locator("#chart-cards h3")).not_to_contain_text("Second line")
    ehr.click("#start-over")
    expect(ehr.locator("#chart-cards .card")).to_have_count(2)


def test_a_critical_card_that_is_dismissed_comes_back_and_the_page_says_so(ehr: Page, demo: Demo):
    """Decision 22: what is critical is never kept quiet, and nobody is promised that it would be."""
    open_chart(ehr, demo, "ild")
    card = ehr.locator("#chart-cards .card.critical")
    card.get_by_role("button", name="Dismiss").click()
    card.locator("input[type=radio]").last.check()
    card.get_by_role("button", name="Dismiss the card").click()
    expect(ehr.locator("#status")).to_have_text("Dismissed. The service was told why; what is critical is said again all the same.")
    ehr.click("#reopen")
    expect(ehr.locator("#chart-cards .card.critical")).to_have_count(1)


def test_a_reason_has_to_be_given(ehr: Page):
    """A card that lists reasons is not dismissed without one."""
    card = ehr.locator("#chart-cards .card").first
    card.get_by_role("button", name="Dismiss").click()
    card.get_by_role("button", name="Dismiss the card").click()
    expect(card.locator("h3")).to_be_visible()
    expect(ehr.locator(".set-aside")).to_have_count(0)


def test_a_suggested_examination_becomes_a_draft(ehr: Page):
    """The suggestion of a chart's card creates an order, which can be taken out again."""
    ehr.get_by_role("button", name="Order a biopsy").click()
    expect(ehr.locator("#drafts strong")).to_contain_text("Biopsy of an accessible metastasis")
    ehr.locator("#drafts").get_by_role("button", name="Remove").click()
    expect(ehr.locator("#no-drafts")).to_be_visible()


def test_silence_and_failure_do_not_look_alike(ehr: Page, demo: Demo):
    """A patient with nothing to say about is said to be so; a service that fails is said to have failed."""
    open_chart(ehr, demo, "silent-on-treatment")
    expect(ehr.locator("#chart-cards")).to_contain_text("Nothing to say")
    ehr.route("**/cds-services/her2-patient-view", lambda route: route.fulfill(status=200, body="<html>"))
    ehr.click("#reopen")
    expect(ehr.locator(".notice.failed")).to_contain_text("The call failed")


def test_shadow_mode_is_not_taken_for_silence(tmp_path: Path, chromium: Browser):
    """Cards that are held back leave no "nothing to say" about a patient whose T-DXd has to be interrupted, and no way into the app."""
    with running_demo(tmp_path, TODAY, SHADOW="1") as url:
        page = chromium.new_page()
        page.goto(f"{url}/demo/?patient=ild")
        expect(page.locator("#status")).to_have_text("No card on opening the chart.")
        expect(page.locator(".cards .notice")).to_have_count(1)
        expect(page.locator(".cards .notice")).to_contain_text("Shadow mode")
        expect(page.locator("[data-launch]")).to_have_count(0)
        page.close()


def test_a_card_cannot_bring_code(demo: Demo, chromium: Browser):
    """Whatever a card's markdown holds, it is shown as text or left out, and does nothing."""
    ehr = chromium.new_page()
    hostile = {
        "uuid": "5d6c7e0a-0000-4000-8000-000000000000",
        "summary": "<img src=x onerror=document.title='run'>",
        "indicator": "info",
        "detail": "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\">\n\n[go](javascript:alert(1)) **bold**",
        "source": {"label": "<b>source</b>"},
    }
    ehr.route("**/cds-services/her2-patient-view", lambda route: route.fulfill(status=200, body=json.dumps({"cards": [hostile]})))
    open_chart(ehr, demo, "second-line")
    card = ehr.locator("#chart-cards .card")
    expect(card.locator("h3")).to_have_text("<img src=x onerror=document.title='run'>")
    expect(card.locator(".detail strong")).to_have_text("bold")
    assert card.locator(".detail script, .detail img, .detail [onerror], .detail a[href^='javascript']").count() == 0
    assert "run" not in ehr.title()
    ehr.close()


def test_integrators_see_what_was_sent_and_what_came_back(ehr: Page):
    """Every call stands in the list with its request and its answer, as JSON."""
    ehr.get_by_text("For integrators").click()
    ehr.locator("#exchanges").get_by_role("button", name="CDS: patient-view").click()
    sent, answer = (json.loads(ehr.locator(pane).inner_text()) for pane in ("#sent", "#answer"))
    assert sent["hook"] == "patient-view"
    assert {"fhirServer", "fhirAuthorization", "context", "prefetch", "hookInstance"} <= set(sent)
    assert [card["summary"] for card in answer["cards"]] == ehr.locator("#chart-cards h3").all_inner_texts()
    ehr.locator("#exchanges").get_by_role("button", name="14 FHIR queries").click()
    assert len(json.loads(ehr.locator("#sent").inner_text())) == 14


def test_the_app_is_launched_from_a_card(ehr: Page):
    """A card's link opens the app in the chart, by a real EHR launch, for this patient."""
    ehr.locator("#chart-cards").get_by_role("button", name="Open the HER2").first.click()
    frame = ehr.frame_locator("#app-frame")
    expect(frame.get_by_text("trastuzumab deruxtecan").first).to_be_visible()
    assert "/smart/" in ehr.frames[1].url
    assert "launch=" not in ehr.frames[1].url
    with ehr.expect_response("**/cds-services/her2-patient-view"):
        ehr.get_by_role("button", name="Close").click()
    expect(ehr.locator("#app")).to_be_hidden()
    expect(ehr.locator("#status")).to_contain_text("on opening the chart")


def test_the_app_opens_in_a_window_too(ehr: Page):
    """The same launch in a window of its own."""
    with ehr.context.expect_page() as opened:
        ehr.locator(".banner").get_by_role("button", name="new window").click()
    expect(opened.value.get_by_text("trastuzumab deruxtecan").first).to_be_visible()


def test_everything_can_be_done_by_keyboard(ehr: Page):
    """Pick, read, accept: Tab and Enter are enough, and the focus is never lost."""
    ehr.locator("#drug").focus()
    ehr.keyboard.press("Tab")
    ehr.keyboard.press("Enter")
    accept = ehr.get_by_role("button", name="Change to trastuzumab deruxtecan")
    expect(accept).to_be_visible()
    accept.focus()
    ehr.keyboard.press("Enter")
    expect(ehr.locator("#drafts strong")).to_have_text("trastuzumab deruxtecan")
    expect(ehr.locator("#cards-heading")).to_be_focused()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@needs_npm("axe-core")
def test_axe_finds_nothing(demo: Demo, chromium: Browser, size: Any, scheme: Any):
    """No violation of WCAG 2.2 A and AA that axe-core knows: with cards, a warning, the reasons, and the panel for integrators open."""
    context = chromium.new_context(viewport=size, color_scheme=scheme)
    page = context.new_page()
    open_chart(page, demo, "second-line")
    order(page, "trastuzumab-emtansine")
    expect(page.locator("#order-cards .card.warning")).to_be_visible()
    page.locator("#order-cards").get_by_role("button", name="Dismiss").click()
    page.get_by_text("For integrators").click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/rules", "/demo/auth/authorize"])
@needs_npm("axe-core")
def test_axe_finds_nothing_on_the_other_pages(demo: Demo, chromium: Browser, path: str, scheme: Any):
    """The front page, the rule book and the page of the authorization server are as accessible."""
    page = chromium.new_page(viewport=WIDE, color_scheme=scheme)
    page.goto(demo.url + path)
    assert violations(page) == []
    page.close()


@pytest.mark.parametrize("path", ["/", "/rules", "/rules/sources"])
def test_the_other_pages_are_read_on_a_phone(demo: Demo, chromium: Browser, path: str):
    """At 320 pixels nothing scrolls sideways, whatever a source is called."""
    page = chromium.new_page(viewport={"width": 320, "height": 700})
    page.goto(demo.url + path)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.close()


def violations(page: Page) -> list[tuple[str, list[Any]]]:
    """What axe-core finds on a page at rest by WCAG 2.2 A and AA and good practice: the rule, and where."""
    at_rest(page)
    page.evaluate((NODE_FOLDER / "node_modules" / "axe-core" / "axe.min.js").read_text())
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("tags => axe.run(document, {runOnly: tags})", tags)["violations"]
    return [(one["id"], [node["target"] for node in one["nodes"]]) for one in found]
