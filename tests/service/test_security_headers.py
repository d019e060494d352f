"""Security headers on whatever the service answers: every address it serves, every method, faults and files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from service.app import create_app
from tests.service.checked_client import CALL, site

PUBLIC = "https://cds.example.org/her2"
METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "PROPFIND")

#: What a directive may hold; the demo EHR frames the app by its public address. Framing and the goals of forms may name other places,
#: since a site decides on them.
OWN_SOURCES = {"'none'", "'self'"}
MORE_SOURCES = {"img-src": {"data:"}, "frame-src": {"https://cds.example.org"}}
FORBIDDEN_SOURCES = {"'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'", "'strict-dynamic'", "*", "http:", "https:"}
SITE_DECIDES = {"frame-ancestors", "form-action"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """A service with all of its pages, and an address that fails."""
    made = create_app(site(demo=True, public_url=PUBLIC, data=tmp_path_factory.mktemp("data")))

    def fail() -> str:
        raise RuntimeError("on purpose")

    made.add_url_rule("/fails", view_func=fail)
    return made


def addresses(app: Flask) -> Iterator[str]:
    """An address for each route; what stands for a name in it is a name that does not exist, and one that does where there is one."""
    known = {"filename": ["page.css"], "service_id": ["her2-patient-view"], "name": ["second-line"]}
    for rule in app.url_map.iter_rules():
        if not rule.arguments:
            yield rule.rule
            continue
        for choice in ("none-of-ours", "known"):
            yield _filled(rule, {name: known.get(name, ["x"])[0] if choice == "known" else choice for name in rule.arguments})


def _filled(rule: Rule, arguments: dict[str, Any]) -> str:
    try:
        built = rule.build(arguments)
    except ValueError:  # a converter that wants a number
        built = rule.build(dict.fromkeys(arguments, 1))
    assert built is not None
    return built[1]


def directives(headers: Headers) -> dict[str, set[str]]:
    (policy,) = headers.getlist("Content-Security-Policy")
    parts = [part.split() for part in policy.split(";")]
    assert len({part[0] for part in parts}) == len(parts), policy  # browsers ignore what is said twice
    return {part[0]: set(part[1:]) for part in parts}


def assert_secured(answer: TestResponse) -> None:
    headers = answer.headers
    said = directives(headers)
    assert said["default-src"] == said["base-uri"] == {"'none'"}
    assert {"form-action", "frame-ancestors"} <= said.keys()  # these do not follow default-src
    for name, sources in said.items():
        assert not FORBIDDEN_SOURCES & sources, (name, sources)
        if name not in SITE_DECIDES:
            assert sources <= OWN_SOURCES | MORE_SOURCES.get(name, set()), (name, sources)
    # Old browsers know this header alone; it must not contradict the policy.
    assert "X-Frame-Options" not in headers or said["frame-ancestors"] == {"'none'"}
    for name, value in {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Strict-Transport-Security": "max-age=31536000",
    }.items():
        assert headers.getlist(name) == [value]
    assert len(headers.getlist("Cache-Control")) == 1
    assert not {"Server", "X-Powered-By"} & set(headers.keys())


@pytest.mark.parametrize("method", METHODS)
def test_every_address_answers_with_the_headers(app: Flask, method: str):
    """Pages, JSON, files, redirects and errors of every route, by whatever method, under a strict policy and never as a fault of ours."""
    client = app.test_client()
    asked = [*addresses(app), "/nowhere", "/static/none-of-ours.css", "/static/../app.py", "/fails"]
    assert len(asked) > 15
    statuses = set()
    for address in asked:
        with client.open(address, method=method) as answer:  # a file stays open otherwise
            assert_secured(answer)
        assert answer.status_code < 500 or address == "/fails", address
        statuses.add(answer.status_code)
    assert statuses & {404, 405}


def test_answers_about_a_patient_are_kept_by_no_cache(app: Flask, second_line: dict[str, Any]):
    """Cards, errors of a call, feedback: `no-store`."""
    client = app.test_client()
    for address, body in ((CALL, second_line), (CALL, []), (f"{CALL}/feedback", {"feedback": []})):
        answer = client.post(address, json=body)
        assert answer.headers["Cache-Control"] == "no-store"
        assert_secured(answer)


def test_pages_hold_nothing_that_the_policy_forbids(app: Flask):
    """No script, no style and no handler stands within a page: a browser would drop it."""
    client = app.test_client()
    pages = []
    for address in addresses(app):
        with client.get(address) as answer:
            if answer.mimetype == "text/html":
                pages.append(answer.text)
    assert len(pages) >= 2
    for page in pages:
        assert not [word for word in ("<style", " style=", "<script>", " onclick=", " onload=", "javascript:") if word in page]


def test_https_is_insisted_on_only_where_the_service_is_reached_by_it():
    """On plain HTTP (loopback, trials) browsers are told nothing that would lock them out."""
    assert "Strict-Transport-Security" not in create_app(site()).test_client().get("/rules").headers


def test_a_redirect_stays_where_it_is(app: Flask):
    """Where an address is written otherwise than we write it, the answer leads to a path, never to a host that the request names."""
    answer = app.test_client().get("/static//page.css", headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
    assert (answer.status_code, answer.headers["Location"]) == (308, "/her2/static/page.css")
    assert (answer.data, answer.headers["Content-Length"]) == (b"", "0")
