"""Software from npm that tests run beside ours: Node, and the packages of `node/package.json`.

Without them the tests that need them are skipped, each by its name; where `TESTS_REQUIRE` names `node`, as in `.ci/run`, they
fail instead.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.outside.programs import required

NODE_FOLDER = Path(__file__).with_name("node")
OLDEST_NODE = 20


def needs_npm(*packages: str) -> pytest.MarkDecorator:
    """The mark of tests that run `packages`: they are skipped where that is not possible, and not required."""
    reason = None if "node" in required() else why_not(packages)
    return pytest.mark.skipif(reason is not None, reason=reason or "")


def node_for(*packages: str) -> str:
    """The Node that runs `packages`, as a path; the test fails where there is none."""
    if reason := why_not(packages):
        pytest.fail(reason)
    node = shutil.which("node")
    assert node is not None
    return node


def why_not(packages: tuple[str, ...]) -> str | None:
    """Why `packages` cannot run here; nothing when they can."""
    node = shutil.which("node")
    if node is None:
        return f"Node is not installed ({OLDEST_NODE} or newer needed)"
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603  (Node itself)
    if int(version.removeprefix("v").partition(".")[0] or 0) < OLDEST_NODE:
        return f"Node is too old: {version}, {OLDEST_NODE} or newer needed"
    missing = [package for package in packages if not (NODE_FOLDER / "node_modules" / package).is_dir()]
    if missing:
        return f"npm packages are not installed ({', '.join(missing)}): npm install --no-package-lock in tests/outside/node"
    return None
