"""The pages that people and cards are led to."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from guideline.knowledge_base import KNOWLEDGE, rule_book, settled_conflicts, sources
from guideline.knowledge_printing import evidence_line
from service.samples import names
from tests.service.checked_client import CheckedClient

#: Elements of HTML that are never closed.
VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """What a page holds: its ids, its links, and whether its elements are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.inline: list[str] = []
        self.faults: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        self.faults += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag not in VOID:
            self._open.append(tag)
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.links += [value for name, value in attrs if name == "href" and tag == "a" and value]
        self.loads += [value for name, value in attrs if (name == "src" or (name == "href" and tag == "link")) and value]
        self.inline += [tag for name in found if name == "style" or name.startswith("on")]
        self.inline += [tag] if tag in {"script", "style"} else []

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}>")


@pytest.mark.parametrize("path", ["/", "/rules", "/rules/sources"])
def test_pages_are_well_formed_and_load_only_our_style_sheet(client: CheckedClient, path: str):
    """Every element is closed, no id is there twice, nothing is inline and nothing comes from elsewhere."""
    response = client.get(path)
    assert response.mimetype == "text/html"
    page = Page(response.text)
    assert page.faults == []
    assert len(page.ids) == len(set(page.ids))
    assert page.inline == []
    assert page.loads == ["/static/page.css"]
    assert client.get("/static/page.css").status_code == 200


def test_every_rule_has_its_anchor(client: CheckedClient):
    """`/rules#R020` leads to R020, for every rule of the book, and the contents link to each."""
    page = Page(client.get("/rules").text)
    assert set(rule_book()) <= set(page.ids)
    assert {f"#{rule}" for rule in rule_book()} <= set(page.links)
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)


def test_every_source_of_a_rule_leads_to_its_entry(client: CheckedClient):
    """What a rule names as its source, checked fact or conflict is a link to an entry of the register, which leads back to the rule."""
    rules, register = Page(client.get("/rules").text), Page(client.get("/rules/sources").text)
    led = {link.partition("#")[2] for link in rules.links if link.startswith("/rules/sources#")}
    assert {"pathway-summary", "E16", "C14"} <= led <= set(register.ids)
    assert {link[1:] for link in register.links if link.startswith("#")} <= set(register.ids)
    back = {link.partition("#")[2] for link in register.links if link.startswith("/rules#")}
    assert set(rule_book()) - {"R084"} <= back <= set(rules.ids)


def test_the_register_says_what_each_label_stands_for(client: CheckedClient):
    """Documents, decisions by number, checked facts with their verdict, conflicts, order checks, inputs, silences."""
    text = client.get("/rules/sources").text
    ids = set(Page(text).ids)
    known = sources()
    assert {*known.documents, *known.facts, *known.inputs, *settled_conflicts(), "P01", "P15", "silence-15"} <= ids
    assert {f"decision-{number}" for number in known.decisions} <= ids
    assert "not publicly identified" in text
    assert 'href="https://doi.org/10.1056/NEJMoa1413513"' in text


def test_the_rule_page_says_how_this_site_reads_the_rules(client_of: Any):
    """Profile, jurisdiction and knowledge version stand on the page."""
    text = client_of(profile="current", jurisdiction="EU").get("/rules").text
    assert "current/EU" in text
    assert KNOWLEDGE.version in text
    assert KNOWLEDGE.review_status in text


def test_the_rule_page_shows_what_a_rule_says(client: CheckedClient):
    """Statement, trigger, advice and sources of a rule are on its page, and no markup of theirs gets through."""
    text = client.get("/rules").text
    rule = rule_book()["R002"]
    article = re.search(r'<article id="R002">(.*?)</article>', text, re.DOTALL)
    assert article
    for part in (rule.statement, rule.trigger, rule.advice, *rule.sources):
        assert (
            part.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;").replace('"', "&#34;") in article[1]
        )


def test_unconfirmed_evidence_stays_off_the_rule_page(client: CheckedClient):
    """What may not be printed on a card is not printed in the book either."""
    text = client.get("/rules").text
    kept_off = [entry for entry in KNOWLEDGE.evidence.values() if not entry.print]
    assert kept_off
    assert all(html.escape(evidence_line(entry)) not in text for entry in kept_off)
    printed = [entry for entry in KNOWLEDGE.evidence.values() if entry.line and html.escape(entry.line) in text]
    assert printed


def test_links_of_the_front_page_lead_somewhere(client_of: Any):
    """Each link of the front page that is ours is answered."""
    client = client_of(demo=True)
    links = [link for link in Page(client.get("/").text).links if link.startswith("/")]
    assert {"/cds-services", "/rules", "/fhir/Questionnaire/her2-intake"} <= set(links)
    for link in links:
        assert client.get(link).status_code == 200, link


@pytest.mark.parametrize("name", names())
def test_demo_samples_are_requests_ready_to_send(client_of: Any, name: str):
    """Each sample of the demo can be posted as it is and is answered."""
    client = client_of(demo=True)
    sample = client.get(f"/demo/samples/{name}.json")
    assert sample.mimetype == "application/json"
    assert client.call(sample.data).status_code == 200


def test_demo_lists_its_samples(client_of: Any):
    """The list names every sample and where it is."""
    listed = client_of(demo=True).get("/demo/samples").get_json()["samples"]
    assert [sample["name"] for sample in listed] == names()


@pytest.mark.parametrize("path", ["/demo/samples", "/demo/samples/second-line.json"])
def test_without_demo_there_are_no_samples(client: CheckedClient, path: str):
    """A site that did not ask for the demo does not serve it."""
    assert client.get(path).status_code == 404


def test_an_unknown_sample_is_404(client_of: Any):
    """A sample that is not there is no failure."""
    client = client_of(demo=True)
    assert client.get("/demo/samples/nobody.json").status_code == 404
    assert client.get("/demo/samples/..%2F..%2Fsettings.json").status_code == 404


def test_health_and_readiness(client: CheckedClient):
    """Alive says only that; ready names the knowledge version, how it is read, whether store and record are in order."""
    assert client.get("/healthz").get_json() == {"status": "alive"}
    ready = client.get("/readyz").get_json()
    ready.pop("record_lost", None)  # counted for the whole process, so of other tests too
    assert ready == {
        "status": "ready",
        "knowledge": KNOWLEDGE.version,
        "profile": "guideline/US",
        "store": "reachable",
        "record": "kept",
    }


def test_a_trailing_slash_costs_nothing(client: CheckedClient):
    """Clients that add a slash are served as well."""
    assert client.get("/cds-services/").status_code == 200
