"""Several sites on one record: each call under the name of its site, evaluated again as that site practises."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.errors import SettingsError
from service.record.figures import Period, make_report
from service.record.replay import replay
from service.server import banner
from tests.service.checked_client import site
from tests.service.record.records import KEY, rows
from tests.service.sites.conftest import SOUTH, Deployment, deployment, folder  # noqa: F401 - fixtures

SHADOWED = {"north": "shadow: true\n", "south": SOUTH}


def test_each_under_its_name(deployment: Deployment, request_of: Callable[[str], dict[str, Any]]):  # noqa: F811 - the fixture
    """One site in shadow mode, one live: rows with their sites, profiles and outcomes, and a report of each."""
    client = deployment({"record_key": KEY}, **SHADOWED)
    body = request_of("first-line")
    assert client.call(body, path="/t/north/cds-services/her2-patient-view").get_json() == {"cards": []}
    assert client.call(body, path="/t/south/cds-services/her2-patient-view").get_json()["cards"]
    found = {row["site"]: (row["outcome"], row["profile"], row["regimen"]) for row in rows(client)}
    assert found == {"north": ("shadow", "guideline/US", "thp"), "south": ("answered", "current/US", "tdxd-pertuzumab")}
    assert make_report(client.store._database, Period(), site="south").evaluated == (1, 0)
    assert make_report(client.store._database, Period()).evaluated == (1, 1)


def test_evaluated_again_as_the_site_practises(
    deployment: Deployment,  # noqa: F811 - the fixture
    tmp_path: Path,
    request_of: Callable[[str], dict[str, Any]],
):
    """The replay of a call takes the settings of its site; where that is gone, it says so."""
    settings = {"record_key": KEY}
    client = deployment(settings, **SHADOWED)
    answer = client.call(request_of("first-line"), path="/t/south/cds-services/her2-patient-view")
    rows(client)
    request, database = answer.headers["X-Request-ID"], client.store._database
    assert replay(database, request, site(tenants=tmp_path / "sites", **settings))[1].same
    with pytest.raises(SettingsError, match="no site of that name"):
        replay(database, request, site(**settings))


def test_users_outside_the_audience(deployment: Deployment, request_of: Callable[[str], dict[str, Any]]):  # noqa: F811 - the fixture
    """A user to whom a site shows no cards has a row that says so, with nothing of the patient in it and no input."""
    client = deployment({"record_key": KEY}, north="audience: [Practitioner/pilot]\n")
    client.call(request_of("first-line"), path="/t/north/cds-services/her2-patient-view")
    (row,) = rows(client)
    assert (row["outcome"], row["resources"], row["facts"], row["findings"]) == ("outside", 0, {}, [])


def test_the_banner_names_the_sites(folder: Callable[..., Path]):  # noqa: F811 - the fixture
    """Which sites see no cards is said at the start."""
    assert "WITHOUT cards: north" in banner(site(tenants=folder(**SHADOWED)))
