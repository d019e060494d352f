"""No figure or sentence stands in the knowledge files that nothing reads: a reviewer would approve what decides nothing."""

from __future__ import annotations

import ast
import dataclasses
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import guideline
from guideline.knowledge_base import KNOWLEDGE, Knowledge
from guideline.knowledge_entries import Conflict, RuleEntry
from guideline.orderables import Orderables
from guideline.sources import Sources
from guideline.thresholds import Thresholds

ROOMS = Path(guideline.__file__).parent.parent
SCHEMAS = Path(guideline.__file__).parent / "knowledge" / "schema"

#: Members of the files that have no field of their own: what the checks at loading ask for, what is composed into another field, and
#: what is for the reader of the file alone.
CHECKED = {"verification"}
COMPOSED = {"class", "partners", "with", "categories"}
FOR_THE_READER = {"approved"}

#: Figures that `action_text` beside them says in words.
SAID_IN_WORDS = {"LvefTable.repeat_days"}


def _typed(kind: Any, seen: set[Any]) -> Iterator[Any]:
    """The dataclasses that a type is made of."""
    if dataclasses.is_dataclass(kind) and kind not in seen:
        seen.add(kind)
        yield kind
        for hint in get_type_hints(kind).values():
            yield from _typed(hint, seen)
    for part in get_args(kind):
        yield from _typed(part, seen)


TYPED = list(_typed(tuple[Knowledge, Orderables, RuleEntry, Conflict, Sources], set()))


def _names_read() -> set[str]:
    """Every attribute that some module of ours reads."""
    return {node.attr for nodes in _trees() for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)}


def _trees() -> Iterator[list[ast.AST]]:
    """The nodes of every module of ours."""
    for room in ("guideline", "cards", "service"):
        for file in (ROOMS / room).rglob("*.py"):
            yield list(ast.walk(ast.parse(file.read_text("utf-8"))))


def _assigned(node: ast.Assign) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Names and what is assigned to them, one by one."""
    for target in node.targets:
        both_tuples = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
        yield from zip(target.elts, node.value.elts, strict=False) if both_tuples else [(target, node.value)]


def _read_of_groups(groups: set[str]) -> set[tuple[str, str]]:
    """The figures that are read of a group of thresholds by its own name, `K.thresholds.lvef.due_days`, or by a name that stands for it."""
    read: set[tuple[str, str]] = set()
    for nodes in _trees():
        pairs = [pair for node in nodes if isinstance(node, ast.Assign) for pair in _assigned(node)]
        stands_for = {(t.id, v.attr) for t, v in pairs if isinstance(t, ast.Name) and isinstance(v, ast.Attribute) and v.attr in groups}
        for node in nodes:
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute):
                read.add((node.value.attr, node.attr))
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                read |= {(group, node.attr) for name, group in stands_for if name == node.value.id}
    return read


def _members(schema: Any) -> Iterator[str]:
    """Every member that a schema allows, at any depth."""
    if isinstance(schema, dict):
        yield from schema.get("properties", ())
        for part in schema.values():
            yield from _members(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _members(part)


def test_every_typed_value_is_read():
    read = _names_read()
    unread = {f"{kind.__name__}.{field.name}" for kind in TYPED for field in dataclasses.fields(kind) if field.name not in read}
    assert unread <= SAID_IN_WORDS


def test_every_threshold_is_read_of_its_own_group():
    """A figure that another class bears too, as a site's own limit does, is not read because that one is; sources are for the reader."""
    groups = {name: kind for name, kind in get_type_hints(Thresholds).items() if dataclasses.is_dataclass(kind)}
    figures = {(name, field.name) for name, kind in groups.items() for field in dataclasses.fields(kind)}
    assert {figure for figure in figures - _read_of_groups(set(groups)) if figure[1] != "source"} == set()


def test_every_member_of_the_files_is_typed():
    allowed = {member for file in SCHEMAS.glob("*.json") for member in _members(json.loads(file.read_bytes()))}
    typed = {field.name for kind in TYPED for field in dataclasses.fields(kind)}
    assert allowed - typed == CHECKED | COMPOSED | FOR_THE_READER


def test_every_sentence_can_be_said():
    """By its name, as code or another entry gives it (`interactions.yaml`), or by one that code puts together."""
    nodes = [node for module in _trees() for node in module]
    named = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    named |= {entry.says for entry in KNOWLEDGE.interactions}
    named |= {name for entry in KNOWLEDGE.supportive_care for name in (entry.says, entry.detail)}
    made = re.compile("|".join(filter(None, (_pattern(node) for node in nodes if isinstance(node, ast.JoinedStr)))))
    assert [name for name in (*KNOWLEDGE.statements, *KNOWLEDGE.templates) if name not in named and not made.fullmatch(name)] == []


def _pattern(text: ast.JoinedStr) -> str:
    """What an f-string may become, if three letters of it at least are its own."""
    parts = [part.value if isinstance(part, ast.Constant) else "" for part in text.values]
    return "".join(re.escape(str(part)) or ".+" for part in parts) if len("".join(map(str, parts))) >= 3 else ""
