"""Shadow mode: everything but the cards."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from service.errors import SettingsError
from service.server import banner
from service.store.tables import SHOWN
from tests.service.checked_client import CheckedClient, site
from tests.service.record.records import rows

Clients = Callable[..., CheckedClient]


def test_nothing_is_shown_and_everything_recorded(client_of: Clients, tmp_path: Path, second_line: dict[str, Any]):
    """The answer holds no card; the record holds those that a live service sends, marked as shadow."""
    live = client_of(data=tmp_path / "live").call(second_line).get_json()["cards"]
    shadow = client_of(data=tmp_path / "shadow", shadow=True)
    response = shadow.call(second_line)
    assert response.get_json() == {"cards": []}
    (row,) = rows(shadow)
    assert (row["outcome"], row["regimen"]) == ("shadow", "tdxd")
    assert [card["topic"] for card in row["cards"]] == [card["source"]["topic"]["code"] for card in live]


def test_counted_by_itself(client_of: Clients, tmp_path: Path, second_line: dict[str, Any]):
    """Cards that were held back are no cards shown, in the store and in the metrics."""
    client = client_of(data=tmp_path, shadow=True)

    def numbers() -> tuple[float, float, float]:
        text = client.get("/metrics").text
        names = (r"her2cds_cards_total\{.*\}", r"her2cds_shadow_cards_total\{.*\}", r'her2cds_calls_total\{outcome="shadow",.*\}')
        return tuple(sum(map(float, re.findall(rf"^{name} ([0-9.]+)$", text, re.MULTILINE))) for name in names)

    cards, shadow, calls = numbers()
    client.call(second_line)
    after = numbers()
    assert after[0] == cards
    assert after[1] >= shadow + 1
    assert after[2] == calls + 1
    client.store.write_waiting()
    with client.store._database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(SHOWN)).scalar_one() == 0


def test_discovery_is_the_same(client_of: Clients, tmp_path: Path):
    """What an EHR configures in shadow mode is what it needs when the service goes live."""
    paths = ("/cds-services", "/rules")
    live, shadow = (client_of(data=tmp_path / str(mode), shadow=mode) for mode in (False, True))
    assert [live.get(path).data for path in paths] == [shadow.get(path).data for path in paths]


def test_errors_are_errors(client_of: Clients, tmp_path: Path, second_line: dict[str, Any]):
    """A request that cannot be answered is told so in shadow mode too: integration is what the time before go-live is for."""
    client = client_of(data=tmp_path, shadow=True)
    assert client.call(second_line | {"prefetch": {}}).status_code == 412
    assert client.call(b"{").status_code == 400


def test_required_in_shadow_mode(client_of: Clients, tmp_path: Path, second_line: dict[str, Any]):
    """Even an empty answer waits for its record where the site requires one."""
    (tmp_path / "data").write_text("in the way")
    client = client_of(data=tmp_path / "data", shadow=True, record="required")
    assert client.call(second_line).status_code == 503


def test_said_loudly():
    """Whoever starts the service sees that no clinician will see anything."""
    assert "SHADOW MODE" in banner(site(shadow=True))
    assert "SHADOW" not in banner(site())


def test_shadow_mode_without_a_record():
    """Shadow mode that records nothing would be for nothing: the service does not start."""
    with pytest.raises(SettingsError, match="HER2CDS_SHADOW"):
        site(shadow=True, record="off").refuse_unsafe()
