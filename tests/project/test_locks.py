"""What the image installs: the versions that were tested, each file by its hash."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from audit.sbom import closure, needed_by, shipped_requirements
from tests.project.test_dependencies import PROJECT, ROOT, _pins

_LOCKS = ("requirements.lock", "build-requirements.lock")
_PACKAGE = re.compile(r"(?P<requirement>[A-Za-z0-9._-]+==[^\\]+?)(?P<hashes>(?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n")


def _locked(name: str) -> dict[str, str]:
    """The packages of a lock with their exact versions; every line that is no comment belongs to one and has hashes."""
    text = re.sub(r"^#.*\n", "", (ROOT / name).read_text(), flags=re.MULTILINE)
    assert _PACKAGE.sub("", text) == ""
    requirements = [Requirement(package["requirement"]) for package in _PACKAGE.finditer(text)]
    return {canonicalize_name(one.name): str(one.specifier).removeprefix("==") for one in requirements}


@pytest.mark.parametrize("name", _LOCKS)
def test_the_versions_are_those_that_were_tested(name: str) -> None:
    """A lock that was not written anew with the pins would install what no test has seen."""
    locked, pins = _locked(name), _pins()
    assert locked
    assert {package: locked[package] for package in locked.keys() & pins} == {package: pins[package] for package in locked.keys() & pins}


def test_all_that_ships_is_locked_down_to_what_only_a_package_needs() -> None:
    """With hashes required, one package without them ends the installation."""
    shipped = closure(shipped_requirements(PROJECT), needed_by(Path(sys.prefix)))
    assert shipped >= {"flask", "werkzeug", "psycopg-binary", "redis"}
    assert shipped <= _locked("requirements.lock").keys()


def test_all_that_builds_the_package_is_locked_and_declared() -> None:
    """A builder elsewhere fetches what `build-system` declares, so what that needs in turn is declared too, in the same version."""
    building = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    declared = {canonicalize_name(name): version for name, version in (line.split("==") for line in building)}
    assert declared == _locked("build-requirements.lock")


def test_the_image_installs_nothing_unlocked() -> None:
    """Each installation in the Dockerfile asks for hashes, or installs our own wheel and nothing with it."""
    installations = re.findall(r"pip (?:install|wheel) [^&\n]*", (ROOT / "Dockerfile").read_text())
    assert len(installations) == 4
    assert [line for line in installations if "--require-hashes" not in line and "--no-deps" not in line] == []
    named = re.findall(r"--requirement (\S+)", "\n".join(installations))
    assert sorted(named) == sorted(_LOCKS)
    assert {f"!{name}" for name in _LOCKS} <= set((ROOT / ".dockerignore").read_text().splitlines())
