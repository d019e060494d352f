"""What the tests of several sites share: deployments made of the files of their sites, and the line that a request left in the log."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.service.auth.signing import BASE, key_files
from tests.service.checked_client import CheckedClient

#: Two hospitals that read the first line in different order, and rely on different FHIR servers and pages.
NORTH = """\
issuers: [https://ehr.example.org]
profile: guideline
"""
SOUTH = """\
issuers: [https://other.example.org]
profile: current
thresholds:
  lvef_lower_limit: 53
rules_off: [R044]
"""

Deployment = Callable[..., CheckedClient]
LogLine = Callable[[], dict[str, Any]]


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """A folder with the files of some sites: `folder(north="...")`."""

    def write(**files: str) -> Path:
        place = tmp_path / "sites"
        place.mkdir(exist_ok=True)
        for name, text in files.items():
            (place / f"{name}.yaml").write_text(text, encoding="utf-8")
        return place

    return write


@pytest.fixture
def deployment(folder: Callable[..., Path], tmp_path: Path, client_of: Callable[..., CheckedClient]) -> Deployment:
    """A deployment of two sites, or of those whose files are given, without authentication: `deployment(west="...", settings={...})`."""

    def start(settings: dict[str, Any] | None = None, **files: str) -> CheckedClient:
        files = files or {"north": NORTH, "south": SOUTH}
        return client_of(**{"tenants": folder(**files), "data": tmp_path / "data"} | (settings or {}))

    return start


@pytest.fixture
def guarded(deployment: Deployment, tmp_path: Path) -> Deployment:
    """The same, which asks for a token of one of two issuers."""
    asked = {"auth": "required", "public_url": BASE, "jwt_issuers": key_files(tmp_path)}
    return lambda settings=None, **files: deployment(asked | (settings or {}), **files)


@pytest.fixture
def log_line(_logging: None, capfd: pytest.CaptureFixture[str]) -> LogLine:
    """The line of the last request."""

    def last() -> dict[str, Any]:
        lines = map(orjson.loads, capfd.readouterr().err.splitlines())
        return [line for line in lines if line["event"] == "request"][-1]

    return last


def lead(response: Any) -> str:
    """The regimen that leads the treatment card of an answer."""
    assert response.status_code == 200, response.text
    return next(card["extension"]["dev.her2cds.advice"]["regimen"] for card in response.get_json()["cards"] if _leads(card))


def _leads(card: dict[str, Any]) -> bool:
    return "regimen" in card["extension"]["dev.her2cds.advice"]
