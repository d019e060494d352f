"""Writes `traceability.md`: each rule with the code that names it, its knowledge entries, its tests and its cards.

    .venv/bin/python docs/traceability.py

Code and tests are read as syntax, never run. A rule belongs to a function that names its id, or that says a sentence which states the rule;
to a module where only its docstring names it. A test belongs to a rule when its name, docstring or parameters name the id. A range such as
R072-R074 names each of its ids.
"""

from __future__ import annotations

import ast
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from guideline.knowledge_base import KNOWLEDGE as K
from guideline.knowledge_base import rule_book

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "traceability.md"

_ID = re.compile(r"\b([RP])(\d{2,3})(?:-([RP])(\d{2,3}))?\b")
_IN_NAME = re.compile(r"(?<![a-z0-9])([rp])(\d{2,3})(?![0-9])")

_HEAD = """\
# Traceability

Generated: `.venv/bin/python docs/traceability.py`. A test fails when this page is stale, or when a rule has no test.

Each rule of the [rule book](../README.md#the-rule-book) with the code that names it (or says its sentences), the knowledge entries that
name it, the tests whose name, docstring or parameters name it, the vignettes that list it, and the cards it may speak on. `text`: in the
book only.
"""


@dataclass(frozen=True)
class Trace:
    """Everything that belongs to one rule."""

    rule: str
    statement: str
    status: str
    code: tuple[str, ...]
    knowledge: tuple[str, ...]
    tests: tuple[str, ...]
    vignettes: tuple[str, ...]
    topics: tuple[str, ...]


def traces() -> tuple[Trace, ...]:
    """The trace of every rule, in the order of the book."""
    code, knowledge, tests, vignettes = _code(), _knowledge(), _tests(), _vignettes()
    return tuple(
        Trace(
            id_,
            rule.statement,
            rule.status,
            *(tuple(sorted(found.get(id_, ()))) for found in (code, knowledge, tests, vignettes)),
            rule.topics,
        )
        for id_, rule in rule_book().items()
    )


def page() -> str:
    """The page as it should be."""
    lines = [_HEAD]
    for trace in traces():
        lines.append(f"## {trace.rule}: {trace.statement}\n")
        rows = {
            "code": trace.code,
            "knowledge": trace.knowledge,
            "tests": trace.tests,
            "vignettes": trace.vignettes,
            "cards": trace.topics or ((trace.status,) if trace.status == "text" else ()),
        }
        lines += [f"- {label}: {', '.join(f'`{name}`' for name in names)}" for label, names in rows.items() if names]
        lines.append("")
    return "\n".join(lines)


def ids_in(text: str) -> set[str]:
    """The rule ids that a text names; a range names all of its ids."""
    found: set[str] = set()
    for letter, first, last_letter, last in _ID.findall(text):
        width = len(first)
        end = int(last) if last and last_letter == letter else int(first)
        found |= {f"{letter}{number:0{width}}" for number in range(int(first), end + 1)}
    return found & rule_book().keys()


def _code() -> dict[str, set[str]]:
    """By rule: `module:function` of the guideline; `module` where only its docstring names the rule."""
    stated = {id_: statement.rules for id_, statement in (*K.statements.items(), *K.templates.items())}
    found: dict[str, set[str]] = defaultdict(set)
    for file in sorted((ROOT / "guideline").rglob("*.py")):
        module = ".".join(file.relative_to(ROOT / "guideline").with_suffix("").parts)
        source = file.read_text(encoding="utf-8")
        tree = ast.parse(source)
        named: set[str] = set()
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef | ast.ClassDef):
                continue
            rules = ids_in(ast.get_source_segment(source, node) or "")
            for text in _strings(node):
                rules.update(stated.get(text, ()))
            for rule in rules:
                found[rule].add(f"{module}:{node.name}")
            named |= rules
        for rule in ids_in(source) - named:
            found[rule].add(module)
    return found


def _strings(node: ast.AST) -> Iterator[str]:
    return (part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str))


def _knowledge() -> dict[str, set[str]]:
    """By rule: the entries of the knowledge files that name it, and the evidence that its rule-book entry names."""
    found: dict[str, set[str]] = defaultdict(set)

    def note(rules: Iterable[str], entry: str) -> None:
        for rule in rules:
            found[rule].add(entry)

    for id_, statement in (*K.statements.items(), *K.templates.items()):
        note(statement.rules, f"statements.{id_}")
    for id_, regimen in K.regimens.items():
        note(regimen.rules, f"regimens.{id_}")
    for label in (label for windows in K.labels.values() for label in windows):
        note((label.rule,), f"labels.{label.id}")
    for id_, table in K.thresholds.lvef_tables.items():
        note((table.rule,), f"thresholds.lvef_tables.{id_}")
    for id_, levels in K.thresholds.dose_levels.items():
        note((levels.rule,), f"thresholds.dose_levels.{id_}")
    for id_, rows in K.thresholds.labs.drugs.items():
        note((row.rule for row in rows), f"thresholds.labs.{id_}")
    for interaction in (*K.interactions, *K.supportive_care):
        note((interaction.rule,), f"interactions.{interaction.drug}")
    for rule in rule_book().values():
        for fact in rule.evidence:
            id_, _, section = fact.partition("/")
            for entry in K.evidence.values():
                if entry.fact == id_ and entry.trial.endswith(section):
                    note((rule.id,), f"evidence.{entry.id}")
    return found


def _tests() -> dict[str, set[str]]:
    """By rule: `file::test` of the tests whose name, docstring or parameters name it."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        source = file.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                named = {f"{letter.upper()}{digits}" for letter, digits in _IN_NAME.findall(node.name)}
                parameters = "\n".join(ast.get_source_segment(source, decorator) or "" for decorator in node.decorator_list)
                named |= ids_in(f"{ast.get_docstring(node) or ''}\n{parameters}")
                for rule in named:
                    found[rule].add(f"{file.relative_to(ROOT / 'tests')}::{node.name}")
    return found


@cache
def _vignettes() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for line in (ROOT / "tests" / "vignettes" / "vignettes.jsonl").read_text(encoding="utf-8").splitlines():
        vignette = json.loads(line)
        for rule in vignette.get("rules", ()):
            found[rule].add(vignette["id"])
    return found


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
