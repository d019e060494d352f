"""What the tests of the demo share."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.service.demo.visits import demo_client


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A client of a service with the demo."""
    return demo_client(tmp_path_factory.mktemp("demo"))
