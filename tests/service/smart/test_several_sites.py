"""The app of several sites in one deployment: each has its own EHRs, and its own sessions."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from service.errors import SettingsError
from tests.outside.smart_ehr.fixtures import NEEDS_SMART_EHR
from tests.outside.smart_ehr.running import RunningSmartEhr
from tests.service.smart.browser import APP, Browser, error_of
from tests.service.smart.conftest import NOWHERE

PATIENT = "sample-second-line"
AppOf = Callable[..., Flask]


def sites(folder: Path, **clients: str) -> Path:
    """A folder with the file of each site."""
    folder.mkdir()
    for name, entry in clients.items():
        (folder / f"{name}.yaml").write_text(json.dumps({"smart_clients": entry}))
    return folder


@NEEDS_SMART_EHR
def test_each_site_by_its_path(app_of: AppOf, smart_ehr: RunningSmartEhr, tmp_path: Path):
    """The EHR of one site launches the app there, comes back there, and finds no session at another."""
    folder = sites(tmp_path / "sites", north=smart_ehr.registration(), south=f"{smart_ehr.registration()}, {NOWHERE} x")
    app = app_of(tenants=folder)
    browser = Browser(app)
    page = browser.launch_at(smart_ehr, f"{APP}/t/north", PATIENT).headers["Location"]
    assert page.startswith(f"{APP}/t/north/smart/?s=")
    (asked,) = smart_ehr.seen()["authorize"]
    assert asked["redirect_uri"] == f"{APP}/t/north/smart/callback"
    assert browser.get(page).status_code == 200
    assert error_of(browser.get(page.replace("/north/", "/south/"))) == "session-ended"


def test_an_ehr_of_another_site(app_of: AppOf, tmp_path: Path):
    """An EHR that one site lists is unknown to the others, and to the deployment itself there is no app."""
    app = app_of(tenants=sites(tmp_path / "sites", north=f"{NOWHERE} x", south="https://south.example.org/fhir x"))
    assert error_of(Browser(app).get(f"/t/south/smart/launch?iss={NOWHERE}")) == "unknown-issuer"
    assert error_of(Browser(app).get(f"/t/north/smart/launch?iss={NOWHERE}")) == "no-discovery"
    assert Browser(app).get(f"/smart/launch?iss={NOWHERE}").status_code == 404


def test_a_site_without_its_secret(app_of: AppOf, tmp_path: Path):
    """A secret that one of the sites lacks stops the start, and names the site."""
    folder = sites(tmp_path / "sites", north=f"{NOWHERE} x secret:NORTH_SECRET")
    with pytest.raises(SettingsError, match=r"HER2CDS_TENANTS: north\.yaml: smart_clients: the secret of \S+ is not set"):
        app_of(tenants=folder)
