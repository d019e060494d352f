"""Programs that tests run beside ours, from this machine's packages or an extra of ours: which there are, and which must be there.

Without one of them the tests that need it are skipped, each by its name. Where the variable `TESTS_REQUIRE` names it, as in `.ci/run`
(`TESTS_REQUIRE=nginx,postgresql`), they fail instead.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

#: What `TESTS_REQUIRE` may name, each with the command by which it is known and the Debian package that brings it.
#: Of PostgreSQL the command is that which makes a database: Debian keeps the server's programs off the PATH. Two come by `make`: `deploy`
#: is our own extra, for which hadolint stands, and `audit` an environment of its own.
PROGRAMS: Mapping[str, tuple[str, str]] = {
    "audit": ("pip-audit", ""),
    "chromium": ("chromium", "chromium"),
    "deploy": ("hadolint", ""),
    "nginx": ("nginx", "nginx"),
    "node": ("node", "nodejs"),
    "postgresql": ("initdb", "postgresql"),
    "redis": ("redis-server", "redis-server"),
}

#: What makes those that are no packages of Debian.
MADE_BY: Mapping[str, str] = {"audit": ".venv-audit/.done", "deploy": ".venv/.deploy"}

ROOT = Path(__file__).parents[2]


def required() -> frozenset[str]:
    """The programs that must be there. Raises `pytest.UsageError` for a name that is none: misspelt, it would skip tests in silence."""
    names = frozenset(filter(None, map(str.strip, os.environ.get("TESTS_REQUIRE", "").split(","))))
    if unknown := names - PROGRAMS.keys():
        raise pytest.UsageError(f"TESTS_REQUIRE names {', '.join(sorted(unknown))}; it may name {', '.join(PROGRAMS)}")
    return names


def found(name: str) -> Path | None:
    """The command of a program, nothing where it is not installed."""
    command, _ = PROGRAMS[name]
    if name == "postgresql":
        versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{command}"), key=lambda path: int(path.parts[-3]))
        if versions:
            return versions[-1]
    if name == "audit":
        own = ROOT / ".venv-audit" / "bin" / command
        return own if own.exists() else None
    # A user's PATH may lack where servers are kept, and our own environment.
    path = shutil.which(command) or shutil.which(command, path=f"{Path(sys.executable).parent}:/usr/sbin:/usr/local/sbin")
    return Path(path) if path else None


def why_not(name: str) -> str | None:
    """Why a program cannot be run here, nothing when it can."""
    if found(name):
        return None
    package = PROGRAMS[name][1]
    where = f"on this machine (Debian: {package})" if package else f"(make {MADE_BY[name]})"
    return f"{name} is not installed {where}"


def needs(*names: str) -> pytest.MarkDecorator:
    """The mark of tests that run these programs: they are skipped where one is missing that is not required."""
    reasons = [reason for name in names if name not in required() and (reason := why_not(name))]
    return pytest.mark.skipif(bool(reasons), reason="; ".join(reasons))


def path_of(name: str) -> Path:
    """The command of a program; where there is none the test is skipped, or fails if it is required."""
    path = found(name)
    if path is None:
        without = pytest.fail if name in required() else pytest.skip
        without(why_not(name) or name)
    return path
