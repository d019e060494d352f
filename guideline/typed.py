"""Plain mappings, as YAML and JSON give them, into frozen dataclasses, by the classes' own type hints.

Meant for data that a schema has already checked. Keys that the class does not have are left out (a file's header, say);
a missing field without a default is a `TypeError` of the class itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def typed(kind: type[T], data: Mapping[str, Any]) -> T:
    """Build the dataclass `kind` from `data`, nested dataclasses, tuples, sets and dictionaries included."""
    return kind(**{name: convert(data[name]) for name, convert in _plan(kind) if name in data})


@cache
def _plan(kind: type[Any]) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    hints = get_type_hints(kind)
    return tuple((field.name, _converter(hints[field.name])) for field in fields(kind))


def _converter(hint: Any) -> Callable[[Any], Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        inner = _converter(next(argument for argument in arguments if argument is not type(None)))
        return lambda value: None if value is None else inner(value)
    if origin in (tuple, frozenset):
        item = _converter(arguments[0])
        collect: Callable[[Any], Any] = origin
        return lambda values: collect(item(value) for value in values)
    if origin is dict:
        item = _converter(arguments[1])
        return lambda values: {key: item(value) for key, value in values.items()}
    if isinstance(hint, type) and is_dataclass(hint):
        return lambda value: typed(hint, value)
    if hint is float:
        return float
    return lambda value: value
