"""Every rule can be followed from the book to code, knowledge, tests and cards, and `docs/traceability.md` says so."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def traceability() -> Iterator[ModuleType]:
    """The script that writes the page."""
    spec = importlib.util.spec_from_file_location("traceability", ROOT / "docs" / "traceability.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # A dataclass looks its own module up.
    sys.modules["traceability"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["traceability"]


def test_the_page_is_up_to_date(traceability: ModuleType) -> None:
    """The page is what `python docs/traceability.py` writes."""
    assert (ROOT / "docs" / "traceability.md").read_text("utf-8") == traceability.page(), "run: .venv/bin/python docs/traceability.py"


def test_every_rule_has_a_test(traceability: ModuleType) -> None:
    """No rule without a test that names it in its name, its docstring or its parameters."""
    assert [trace.rule for trace in traceability.traces() if not trace.tests] == []


def test_every_rule_that_speaks_has_code_or_knowledge(traceability: ModuleType) -> None:
    """A rule that is said to speak is named by code, by a sentence or by another entry of the knowledge files."""
    silent = [trace.rule for trace in traceability.traces() if trace.status != "text" and not trace.code and not trace.knowledge]
    # R084 is the line on every card that names the edition and its review status; no sentence of its own.
    assert set(silent) <= {"R084"}


def test_every_vignette_rule_is_in_the_book(traceability: ModuleType) -> None:
    """The rules that vignettes list exist."""
    assert set(traceability._vignettes()) <= {trace.rule for trace in traceability.traces()}


def test_ranges_name_each_id(traceability: ModuleType) -> None:
    """R072-R074 are three rules; an id that the book does not have is none."""
    assert traceability.ids_in("R072-R074, P02; R999 and R110") == {"R072", "R073", "R074", "P02", "R110"}
