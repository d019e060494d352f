"""The file in which a site says which rules are off and sets its limits: YAML, checked against `site_schema.json`.

    rules_off: [R044, R105]
    thresholds:
      lvef_lower_limit: 53

Everything in it is optional: of comments alone it changes nothing. Each fault is named with file and line. Members about other matters
than the guideline's (`Further`) are checked here and read by whoever asks for them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from guideline.knowledge_entries import RuleEntry
from guideline.knowledge_files import Fault, Path_, line_of, read
from guideline.site_rules import why_locked

_RULE_ID = r"R\d{3}|P\d{2}"
_SCHEMA = Path(__file__).with_name("site_schema.json")


@dataclass(frozen=True, slots=True)
class SiteFile:
    """What a site file says: the ids of the rules that are off, limits by the names of `Practice`'s fields, and its further members."""

    rules_off: frozenset[str] = frozenset()
    thresholds: dict[str, float] = field(default_factory=dict)
    further: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Further:
    """Members of a site file that the guideline has no use for: the JSON schema of each, and what a schema cannot say is wrong with them.

    `faults` is given the members that are there, all of them as their schemas have them.
    """

    schemas: Mapping[str, Any]
    faults: Callable[[Mapping[str, Any]], Iterator[tuple[Path_, str]]]


def _nothing_further(_: Mapping[str, Any]) -> Iterator[tuple[Path_, str]]:
    return iter(())


NOTHING_FURTHER = Further({}, _nothing_further)


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that a site may set: the name of `Practice`'s field, what it is, and its bounds."""

    name: str
    meaning: str
    least: float
    most: float


def limits() -> tuple[Limit, ...]:
    """The limits that a site may set, from the schema of its file."""
    entries = _schema()["properties"]["thresholds"]["properties"].items()
    return tuple(Limit(name, entry["description"], entry["minimum"], entry["maximum"]) for name, entry in entries)


def read_site_file(file: Path, rules: Mapping[str, RuleEntry], further: Further = NOTHING_FURTHER) -> tuple[SiteFile, list[Fault]]:
    """What the file says, and every fault in it. `rules` is the rule book; with a fault nothing of the file counts."""
    document = read(file, may_say_nothing=True)
    if isinstance(document, Fault):
        return SiteFile(), [document]
    faults = [*_against_schema(document, further), *_rules(document, rules)]
    more = {name: document[name] for name in further.schemas if name in document}
    if not any(path[:1] == (name,) for path, _ in faults for name in more):
        faults += further.faults(more)
    if faults:
        return SiteFile(), sorted((fault_at(file, path, message) for path, message in faults), key=lambda fault: fault.line)
    return SiteFile(frozenset(document.get("rules_off", ())), dict(document.get("thresholds", {})), more), []


def fault_at(file: Path, path: Path_, message: str) -> Fault:
    """A fault of what stands at a place of a file that could be read."""
    return Fault(file.name, line_of(file, path), f"{'.'.join(map(str, path))}: {message}".removeprefix(": "))


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(_SCHEMA.read_bytes())
    return schema


def _against_schema(document: dict[str, Any], further: Further) -> Iterator[tuple[Path_, str]]:
    schema = _schema() | {"properties": _schema()["properties"] | further.schemas}
    for error in Draft202012Validator(schema).iter_errors(document):
        path = tuple(error.absolute_path)
        if error.validator == "additionalProperties":
            allowed = error.schema["properties"]
            for name in error.instance:
                if name not in allowed:
                    yield (*path, str(name)), f"is not known here; there are {', '.join(allowed)}"
        else:
            yield path, error.message


def _rules(document: dict[str, Any], rules: Mapping[str, RuleEntry]) -> Iterator[tuple[Path_, str]]:
    """Ids that the rule book does not have, and rules that must stay on."""
    named = document.get("rules_off", ())
    for place, id_ in enumerate(named if isinstance(named, list) else ()):
        if not isinstance(id_, str) or not re.fullmatch(_RULE_ID, id_):
            continue  # the schema says so
        rule = rules.get(id_)
        reason = why_locked(rule) if rule is not None else None
        if rule is None:
            yield ("rules_off", place), f"there is no rule {id_!r}"
        elif reason is not None:
            yield ("rules_off", place), f"{id_} cannot be switched off: {reason}"
