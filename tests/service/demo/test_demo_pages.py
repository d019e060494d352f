"""`/demo/`: the demo EHR's page and what its scripts ask for."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.demo.situations import LISTED
from service.server import banner
from tests.service.checked_client import CheckedClient, site
from tests.service.demo.visits import ISSUER, PATIENT, USER, demo_client

STATIC = Path(__file__).parents[3] / "service" / "static"


class _Page(HTMLParser):
    """What a page loads, its ids and links, the orders it offers, and what stands inline."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.inline: list[str] = []
        self.orders: dict[str, Any] = {}
        self._script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self._script = tag == "script"
        self.inline += [name for name in said if name == "style" or name.startswith("on")] + ([tag] if tag == "style" else [])
        self.ids += [said["id"]] if "id" in said else []
        self.links += [said["href"]] if tag == "a" else []
        self.loads += [said["src"]] if tag == "script" else [said["href"]] if tag == "link" else []
        if "data-orders" in said:
            self.orders[said["value"]] = json.loads(said["data-orders"])

    def handle_data(self, data: str) -> None:
        self.inline += ["script"] if self._script and data.strip() else []


@pytest.mark.parametrize("sample", sorted(LISTED))
def test_every_patient_has_a_page(demo: FlaskClient, sample: str):
    """Each chart opens, says that it is synthetic, and loads only what is ours."""
    answer = demo.get(f"/demo/?patient={sample}")
    page = _Page(answer.text)
    assert answer.status_code == 200
    assert "Synthetic patients." in answer.text
    assert page.inline == []
    assert len(page.ids) == len(set(page.ids))
    for address in page.loads + [link for link in page.links if link.startswith("/")]:
        with demo.get(address) as loaded:  # a static file stays open otherwise
            assert loaded.status_code == 200, address


def test_the_page_runs_our_scripts_only(demo: FlaskClient):
    """Scripts and styles are files of this service; nothing else runs, and no other site may show the page in a frame."""
    policy = demo.get("/demo/").headers["Content-Security-Policy"]
    for rule in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"):
        assert rule in policy
    assert "unsafe" not in policy


def test_other_pages_still_run_no_script(demo: FlaskClient):
    """The rule book and the front page keep the stricter policy."""
    for path in ("/", "/rules", "/demo/samples"):
        assert "script-src" not in demo.get(path).headers["Content-Security-Policy"]


def test_modules_import_files_that_are_there():
    """Every module that a script of the demo imports is served."""
    for script in (STATIC / "demo").glob("*.js"):
        for target in re.findall(r"from '([^']+)'", script.read_text()):
            assert (script.parent / target).resolve().is_file(), f"{script.name} imports {target}"


def test_vendored_libraries_carry_version_and_licence():
    """Each library stands in a folder with its version, names it itself, and has its licence beside it."""
    for name, version in (("marked", "18.2.1"), ("dompurify", "3.4.18")):
        folder = STATIC / "vendor" / f"{name}-{version}"
        assert (folder / "LICENSE").is_file()
        assert any(version in file.read_text()[:500] for file in folder.glob("*.*js"))


def test_the_page_follows_the_path_of_a_proxy(tmp_path: Path):
    """Under a path every address of the page begins with it."""
    page = _Page(demo_client(tmp_path, public_url="https://cds.example.org/her2").get("/demo/").text)
    assert all(address.startswith("/her2/") for address in page.loads + page.links)


def test_localhost_is_led_to_the_address_that_the_cards_use(demo: FlaskClient):
    """To a browser `localhost` and `127.0.0.1` are two sites, and the app would find no session in a frame of the other."""
    answer = demo.get("/demo/?patient=ild", headers={"Host": "localhost:8000"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "http://127.0.0.1:8000/demo/?patient=ild"


def test_the_banner_leads_to_the_demo():
    """Who types `make run` reads first where to look."""
    assert "http://127.0.0.1:8000/demo/" in banner(site(demo=True)).splitlines()[1]
    assert "/demo/" not in banner(site())


def test_an_unknown_patient_is_404(demo: FlaskClient):
    """A patient that is not there is no failure: a browser is shown those that are, a program is told in JSON."""
    answer = demo.get("/demo/?patient=nobody", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert {f"/demo/?patient={sample}" for sample in LISTED} <= set(_Page(answer.text).links)
    assert "nobody" not in answer.text
    told = demo.get("/demo/?patient=nobody", headers={"Accept": "application/json"})
    assert (told.status_code, told.get_json()["resourceType"]) == (404, "OperationOutcome")


def test_a_session_lends_the_service_a_token(demo: FlaskClient):
    """The members of a hook request that an EHR adds: its FHIR server and the token, for this patient and this service."""
    session = demo.post("/demo/session", json={"patient": PATIENT, "user": USER}).get_json()
    assert session["fhirServer"] == ISSUER
    assert set(session["fhirAuthorization"]) == {"access_token", "token_type", "expires_in", "scope", "subject", "patient"}
    assert session["fhirAuthorization"]["patient"] == PATIENT


@pytest.mark.parametrize("path", ["/demo/session", "/demo/launch", "/demo/reset"])
@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"patient": "somebody", "user": USER}, 422),
        ({"patient": ["x"], "user": USER}, 422),
        ({"patient": PATIENT, "user": "Practitioner/somebody"}, 422),
        ({"patient": PATIENT}, 422),
        ([], 400),
    ],
)
def test_only_sample_patients_and_demo_users(demo: FlaskClient, path: str, sent: Any, status: int):
    """Nobody else gets a token, whatever is asked."""
    assert demo.post(path, json=sent).status_code == status


def test_broken_requests_are_refused(demo: FlaskClient):
    """What is not JSON, or a context that is no short text, is the caller's error."""
    assert demo.post("/demo/session", data=b"{").status_code == 400
    for context in (5, "x" * 5000):
        assert demo.post("/demo/launch", json={"patient": PATIENT, "user": USER, "appContext": context}).status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        *("/demo/", "/demo/?patient=second-line", "/demo/samples", "/demo/fhir/metadata", "/demo/fhir/.well-known/smart-configuration"),
        *("/demo/fhir/Patient/sample-ild", "/demo/auth/authorize", "/demo/auth/keys"),
    ],
)
def test_without_demo_there_is_nothing(client: CheckedClient, path: str):
    """A site that did not ask for the demo serves no part of it."""
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/demo/session", "/demo/launch", "/demo/reset", "/demo/auth/token", "/demo/fhir/QuestionnaireResponse"])
def test_without_demo_nothing_is_taken(client: CheckedClient, path: str):
    """The same for what the demo takes."""
    assert client.open(path, method="POST", json={}).status_code == 404
