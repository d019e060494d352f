"""Where a package's docstring lists its modules, the list is that of the files: a reader starts there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("audit", "bench", "cards", "fhir_mappings", "guideline", "mutation", "service", "soak", "verify")

#: A docstring that names fewer of its modules speaks of them, and lists none.
FEWEST = 3

#: The names that begin a line of a list or the row of a table.
FIRST = re.compile(r"^(?:- |\| )?((?:`\w+`(?:, )?)+)", re.MULTILINE)
NAME = re.compile(r"`(\w+)`")


def _modules(package: Path) -> set[str]:
    """The modules and packages directly below."""
    files = {file.stem for file in package.glob("*.py")}
    return files - {"__init__", "__main__"} | {folder.parent.name for folder in package.glob("*/__init__.py")}


def _lists() -> dict[str, tuple[str, set[str]]]:
    """Each package whose docstring lists its modules: the docstring, and the modules that there are."""
    found: dict[str, tuple[str, set[str]]] = {}
    for file in sorted(file for room in ROOMS for file in (ROOT / room).rglob("__init__.py")):
        says = ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
        there = _modules(file.parent)
        if len(there & set(NAME.findall(says))) >= FEWEST:
            found[file.parent.relative_to(ROOT).as_posix()] = (says, there)
    return found


LISTS = _lists()


def test_packages_list_their_modules():
    assert {"cards", "service/auth", "service/chart", "service/smart"} <= set(LISTS)


@pytest.mark.parametrize("package", LISTS)
def test_a_list_is_that_of_the_files(package: str):
    says, there = LISTS[package]
    listed = {name for line in FIRST.findall(says) for name in NAME.findall(line)}
    assert there - set(NAME.findall(says)) == set(), "not in the list"
    assert listed - there == set(), "in the list, and there is no such module"
