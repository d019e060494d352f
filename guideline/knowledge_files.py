"""Reading knowledge files: YAML that refuses duplicate keys, and the line on which anything in it stands."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

#: Keys and list positions that lead to one place in a document.
Path_ = tuple[str | int, ...]

#: A fault before its line is known: the stem of the file, the place, and what is wrong.
Finding = tuple[str, Path_, str]

FOLDER = Path(__file__).parent / "knowledge"

_RULE_ID = re.compile(r"^  (R\d{3}|P\d{2}):", re.MULTILINE)


class KnowledgeError(Exception):
    """A knowledge file is faulty (message: `file:line: what`), or a rule asks for knowledge that is not there."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a knowledge file: the file's name, the line (from 1), and what."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        """`file:line: what`."""
        return f"{self.file}:{self.line}: {self.message}"


class _StrictLoader(yaml.CSafeLoader):
    """Safe YAML without duplicate keys: a second entry of the same id would silently replace the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        if len(mapping) != len(node.value):
            seen: set[str] = set()
            for key, _ in node.value:
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands here twice", key.start_mark)
                seen.add(key.value)
        return mapping


def read(file: Path, *, may_say_nothing: bool = False) -> dict[str, Any] | Fault:
    """The document in `file`, or the fault that keeps it from being read.

    One that `may_say_nothing` may hold comments alone. Where not a word stands in it, somebody's write has failed, more likely than not.
    """
    try:
        text = file.read_bytes()
        document = yaml.load(text, Loader=_StrictLoader)  # noqa: S506  (a safe loader)
    except FileNotFoundError:
        return Fault(file.name, 1, "the file is missing")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        return Fault(file.name, mark.line + 1 if mark else 1, str(error.problem or error))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        return Fault(file.name, 1, f"not readable as YAML: {' '.join(str(error).split())}")
    if may_say_nothing and document is None:
        return {} if text.strip() else Fault(file.name, 1, "is empty; a site that changes nothing says so in a comment")
    if not isinstance(document, dict):
        return Fault(file.name, 1, "is not a mapping")
    return document


def line_of(file: Path, path: Path_) -> int:
    """The line (from 1) of the place `path` in a readable `file`, or of the nearest place above it that exists."""
    node: Any = yaml.compose(file.read_bytes(), Loader=yaml.CSafeLoader)
    line = 0
    for step in path:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == str(step)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line
        else:
            break
    return line + 1


def rule_ids(folder: Path) -> frozenset[str]:
    """The ids of the rule book, read without parsing it: the book is long and only its page needs it whole."""
    file = folder / "rules.yaml"
    return frozenset(_RULE_ID.findall(file.read_text(encoding="utf-8"))) if file.exists() else frozenset()


def unknown(stem: str, path: Path_, kind: str, ids: Iterable[str], known: Container[str]) -> Iterator[Finding]:
    """A finding for each of the ids named at a place that nothing known has."""
    return ((stem, path, f"there is no {kind} {id_!r}") for id_ in ids if id_ not in known)
