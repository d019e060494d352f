"""What the tests of authentication share: services that ask for tokens, and the line that a request left in the log."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.service.auth.signing import BASE, key_files
from tests.service.checked_client import CheckedClient

LogLine = Callable[[], dict[str, Any]]


@pytest.fixture
def guarded(tmp_path: Path, client_of: Callable[..., CheckedClient]) -> Callable[..., CheckedClient]:
    """Services that ask for a token of two issuers, on one store: `guarded()`, or with other settings."""
    settings = {"auth": "required", "public_url": BASE, "jwt_issuers": key_files(tmp_path), "data": tmp_path / "data"}
    return lambda **changes: client_of(**(settings | changes))


@pytest.fixture
def log_line(_logging: None, capfd: pytest.CaptureFixture[str]) -> LogLine:
    """The line of the last request, and the promise that no line holds a token."""

    def last() -> dict[str, Any]:
        printed = capfd.readouterr()
        assert "eyJ" not in printed.err + printed.out  # every JOSE header begins so
        return [line for line in map(orjson.loads, printed.err.splitlines()) if line["event"] == "request"][-1]

    return last
