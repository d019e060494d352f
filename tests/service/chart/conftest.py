"""Applications with the app's page, and charts open in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from service.app import create_app
from service.samples import request_body
from tests.service.chart.records import NOWHERE, OpenChart
from tests.service.checked_client import TODAY, site


@pytest.fixture(scope="session")
def site_app(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Flask]:
    """Applications by their settings, each made once."""
    made: dict[str, Flask] = {}

    def app_with(**settings: Any) -> Flask:
        key = repr(sorted(settings.items()))
        if key not in made:
            data: Path = tmp_path_factory.mktemp("chart")
            made[key] = create_app(
                site(**{"data": data, "smart_clients": f"{NOWHERE} her2-cds", "public_url": "http://127.0.0.1", **settings})
            )
        return made[key]

    return app_with


@pytest.fixture
def open_chart(site_app: Callable[..., Flask]) -> Callable[..., OpenChart]:
    """The chart of a sample patient, or of a request, open in the app."""

    def open_one(chart: str | dict[str, Any] | bytes, *, settings: dict[str, Any] | None = None, **session: Any) -> OpenChart:
        body = request_body(chart, TODAY) if isinstance(chart, str) else chart
        return OpenChart(site_app(**(settings or {})), body, **session)

    return open_one
