"""`make mutate` works in a copy of the tree: what the suite of a room imports must be copied too. Holds without mutmut."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mutation.rooms import ROOMS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("room", ROOMS.values(), ids=lambda room: room.package)
def test_what_the_suite_imports_is_copied(room):
    """Each module of the tests that is imported by what is copied of them is copied as well."""
    copied = {file for name in room.needed if name.startswith("tests/") for file in modules(ROOT / name)}
    assert {ROOT / "tests/conftest.py", *(file for folder in room.suite for file in modules(ROOT / folder))} <= copied
    imported = {name for file in copied for name in re.findall(r"^\s*from (tests\.[\w.]+) import", file.read_text("utf-8"), re.MULTILINE)}
    paths = {file for name in imported if (file := ROOT / f"{name.replace('.', '/')}.py").is_file()}
    assert paths
    assert paths - copied == set()


def modules(place: Path) -> Iterator[Path]:
    """A module, or all of a folder."""
    yield from [place] if place.is_file() else place.rglob("*.py")


def test_the_suite_reads_no_other_room():
    """A test that looks into the files of a room that is not copied finds nothing there, and fails without any change."""
    other_room = re.compile(r"""["'](?:cards|service|fhir_mappings|bench|docs|soak)["'/]""")
    suite = (ROOT / "tests/guideline").rglob("*.py")
    assert [file.name for file in suite if other_room.search(file.read_text("utf-8"))] == []
