"""What is declared, what is pinned and what the README says about it agree."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
DECLARED = [Requirement(line) for line in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]]


def _pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = (line.partition("==") for line in lines if line and not line.startswith("#"))
    return {canonicalize_name(name): version for name, _, version in pinned}


@pytest.mark.parametrize("dependency", DECLARED, ids=str)
def test_pinned_within_bounds(dependency: Requirement) -> None:
    """Every declared dependency has a lower bound, and the version that is installed and tested respects it."""
    assert str(dependency.specifier).startswith(">=")
    assert dependency.specifier.contains(_pins()[canonicalize_name(dependency.name)])


def test_what_builds_the_package_is_exact() -> None:
    """Builders fetch and run these, whatever is newest elsewhere; what is installed anyway is built with in the same version."""
    building = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    versions = dict(line.split("==") for line in building)
    assert {"hatchling", "packaging", "pathspec", "pluggy", "trove-classifiers"} <= versions.keys()
    assert {name: version for name, version in versions.items() if name in _pins()} == {
        name: version for name, version in _pins().items() if name in versions
    }


def test_constraints_name_versions_only() -> None:
    """The pins say a name and an exact version, never a place to fetch from, so they serve behind any package index."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert [line for line in lines if not re.fullmatch(r"#.*|[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.+!]*", line)] == []


@pytest.mark.parametrize("dependency", DECLARED, ids=lambda dependency: dependency.name)
def test_readme_says_what_it_is_for(dependency: Requirement) -> None:
    """The README tells what each dependency is for."""
    rows = [row.split("|")[1] for row in (ROOT / "README.md").read_text().splitlines() if row.startswith("| ")]
    named = {canonicalize_name(name.strip()) for row in rows for name in row.split(",")}
    family = "types-*" if dependency.name.startswith("types-") else canonicalize_name(dependency.name)
    assert family in named


def test_readme_commands_exist() -> None:
    """Every `make` command of the README is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"^make ([a-z]+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert {"run", "test"} <= named <= targets


def test_rooms_introduce_themselves() -> None:
    """Each room says in its docstring what is inside, what comes in and what goes out."""
    for room in ("cards", "fhir_mappings", "guideline", "service"):
        source = (ROOT / room / "__init__.py").read_text()
        assert source.startswith('"""'), room
        assert re.search(r"\bin\b.*\bout\b", source.split('"""')[1], re.DOTALL | re.IGNORECASE), room
