"""The audit finds what is known to be vulnerable and says when it could not look; the bill of materials is complete."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from audit.advisories import CANARY, all_pins, read_report
from audit.sbom import VENDORED, closure, vendored_parts
from tests.outside.programs import needs, path_of
from tests.project.test_dependencies import PROJECT, ROOT, _pins


@contextmanager
def advisory_service(vulnerable: set[str]) -> Iterator[str]:
    """A service in the manner of OSV, to which these packages are vulnerable: its address."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            name = canonicalize_name(asked["package"]["name"])
            found = {"vulns": [{"id": f"TEST-{name}", "affected": [{"package": {"name": name, "ecosystem": "PyPI"}}]}]}
            body = json.dumps(found if name in vulnerable else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1/query"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def audit(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m audit` in its own environment."""
    python = path_of("audit").with_name("python")
    return subprocess.run([python, "-m", "audit", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603


@needs("audit")
def test_a_known_vulnerability_is_a_fault():
    """A pinned package of which an advisory is known is named with it, and the audit fails; without one it passes."""
    with advisory_service({"jinja2", "flask"}) as address:
        told = audit("advisories", "--vulnerability-service", "osv", "--osv-url", address)
        assert told.returncode == 1
        assert "VULNERABLE: flask" in told.stdout
        assert "TEST-flask" in told.stdout
        ignored = ["--ignore-vuln", "TEST-flask", "--ignore-vuln", "TEST-jinja2"]
        told = audit("advisories", "--vulnerability-service", "osv", "--osv-url", address, *ignored)
    audited, beside = told.stdout.splitlines()
    assert (told.returncode, audited) == (0, f"{len(all_pins(ROOT))} packages audited, 0 with known vulnerabilities.")
    assert all(library["name"] in beside for library in vendored_parts((ROOT / VENDORED).read_text()))


@needs("audit")
@pytest.mark.parametrize("reached", [True, False], ids=["knows nothing", "is not reached"])
def test_an_advisory_service_that_cannot_help_is_said_and_stops_no_build(reached: bool):
    """Where nothing was audited nobody is told that all is well, and a build goes on."""
    with advisory_service(set()) as address:
        if reached:
            told = audit("advisories", "--vulnerability-service", "osv", "--osv-url", address)
    if not reached:
        told = audit("advisories", "--vulnerability-service", "osv", "--osv-url", address)
    assert told.returncode == 0
    assert told.stdout.startswith("NOT AUDITED")
    assert "0 with known" not in told.stdout


def test_the_report_tells_what_to_do():
    """The version that mends it, where there is one; packages that nobody knows are not counted as audited."""
    unmended: dict[str, Any] = {"id": "GHSA-2", "fix_versions": []}
    report = read_report(
        {
            "dependencies": [
                {"name": "jinja2", "version": "2.4.1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.11.3"]}, unmended]},
                {"name": "ours", "skip_reason": "Dependency not found on PyPI"},
                {"name": "flask", "version": "3.1.3", "vulns": []},
            ]
        }
    )
    assert report.faulty
    assert report.lines() == [
        "VULNERABLE: jinja2 2.4.1: PYSEC-1 (mended in 2.11.3), GHSA-2 (not yet mended)",
        "Not audited, the service does not know them: ours",
        "2 packages audited, 1 with known vulnerabilities.",
    ]
    assert CANARY.startswith("jinja2==2")


@needs("audit")
def test_the_bill_of_materials_is_complete(tmp_path: Path):
    """Every pinned package is in it with its version and licence; what ships is told from what only tests need."""
    told = audit("sbom", str(tmp_path / "bill.json"))
    assert told.returncode == 0, told.stderr
    bill = json.loads((tmp_path / "bill.json").read_text())
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "her2-cds")
    assert bill["metadata"]["component"]["version"] == PROJECT["version"]
    parts = {canonicalize_name(part["name"]): part for part in bill["components"]}
    assert {name: parts[name]["version"] for name in _pins() if name in parts} == _pins()
    scopes = {name: part["scope"] for name, part in parts.items()}
    assert {scopes[name] for name in ("flask", "werkzeug", "granian", "cryptography", "psycopg", "redis")} == {"required"}
    assert {scopes[name] for name in ("d3", "dompurify", "marked")} == {"required"}
    assert {scopes[name] for name in ("pytest", "mypy", "hypothesis", "ruff", "pip")} == {"excluded"}


def test_what_browsers_load_is_in_the_bill():
    """Every library of others that pages load, under the name by which a scanner knows it."""
    parts = vendored_parts((ROOT / VENDORED).read_text())
    assert {f"{part['name']}-{part['version']}" for part in parts} == {
        one.name for one in (ROOT / VENDORED).parent.iterdir() if one.is_dir()
    }
    assert all(part["purl"] == f"pkg:npm/{part['name']}@{part['version']}" and part["scope"] == "required" for part in parts)
    assert all(len(part["hashes"][0]["content"]) == 64 and part["licenses"][0]["expression"] for part in parts)


def test_what_builds_the_package_is_audited():
    """The packages that run while the image is built are among those that the advisory service is asked about."""
    assert "hatchling==1.33.0" in all_pins(ROOT)
    assert len(all_pins(ROOT)) == len(set(all_pins(ROOT))) > len(_pins())


def test_what_ships_is_followed_to_the_end():
    """A package that only another one needs ships with it, an extra only where it is asked for; circles end."""
    needs = {
        "flask": [Requirement("werkzeug>=3"), Requirement("asgiref; extra == 'async'")],
        "werkzeug": [Requirement("MarkupSafe"), Requirement("pytest; extra == 'test'"), Requirement("wheel; python_version < '3'")],
        "markupsafe": [Requirement("Flask")],
        "psycopg": [Requirement("psycopg-binary; extra == 'binary'")],
    }
    shipped = closure([Requirement("flask>=3.1"), Requirement("psycopg[binary]")], needs)
    assert shipped == {"flask", "werkzeug", "markupsafe", "psycopg", "psycopg-binary"}
