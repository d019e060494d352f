"""`make mutate` works in a copy of the tree: what its suite imports must be copied too. Holds without mutmut."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_what_the_suite_imports_is_copied():
    """Each module of the tests that the pure suite or the conftest imports is named in mutation/tree.py, or lies in a folder that is."""
    copied = re.findall(r'"(tests/[\w/.]+)"', (ROOT / "mutation/tree.py").read_text("utf-8"))
    suite = [ROOT / "tests/conftest.py", *(ROOT / "tests/guideline").rglob("*.py")]
    imported = {name for file in suite for name in re.findall(r"^\s*from (tests\.[\w.]+) import", file.read_text("utf-8"), re.MULTILINE)}
    assert imported
    paths = {f"{name.replace('.', '/')}.py" for name in imported if (ROOT / f"{name.replace('.', '/')}.py").is_file()}
    assert not {path for path in paths if not path.startswith(tuple(copied))}


def test_the_suite_reads_no_other_room():
    """A test that looks into the files of a room that is not copied finds nothing there, and fails without any change."""
    other_room = re.compile(r"""["'](?:cards|service|fhir_mappings|bench|docs|soak)["'/]""")
    suite = (ROOT / "tests/guideline").rglob("*.py")
    assert [file.name for file in suite if other_room.search(file.read_text("utf-8"))] == []
