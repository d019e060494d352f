"""A JSON Schema as a msgspec type that accepts the same values, some twenty times faster than jsonschema finds nothing wrong.

Only the few keywords that our own schemas use are known; any other is an error when the type is made, so that none is passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Union

import msgspec
from msgspec import UNSET, Meta, UnsetType

_PLAIN: Final = {"string": str, "array": list[Any], "null": None}
_KNOWN: Final = frozenset({"$ref", "const", "type", "required", "properties", "minLength", "pattern"})
#: What describes and rejects nothing. Definitions are used where a `$ref` leads to them.
_COMMENTS: Final = frozenset({"$schema", "$id", "$comment", "$defs", "title", "description"})


def type_of(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Any:
    """The type of the values that a schema accepts; its references lead into `root`. Raises `ValueError` for an unknown keyword."""
    unknown = schema.keys() - _KNOWN - _COMMENTS
    if unknown:
        raise ValueError(f"no type is known for the keywords {sorted(unknown)}")
    if "$ref" in schema:
        return type_of(_referred(schema["$ref"], root), root)
    if "const" in schema:
        return Literal[schema["const"]]
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return Union[tuple(_object(schema, root) if kind == "object" else _plain(kind, schema) for kind in kinds)]  # noqa: UP007 - any number


def _plain(kind: str, schema: Mapping[str, Any]) -> Any:
    if kind != "string":
        return _PLAIN[kind]
    return Annotated[str, Meta(min_length=schema.get("minLength"), pattern=schema.get("pattern"))]


def _object(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Any:
    """A struct of the members that the schema knows; it passes over others."""
    properties, required = schema.get("properties", {}), schema.get("required", ())
    if not properties and not required:
        return dict[str, Any]
    members = {name: type_of(member, root) for name, member in properties.items()} | {n: Any for n in required if n not in properties}
    fields = [(name, kind) if name in required else (name, kind | UnsetType, UNSET) for name, kind in members.items()]
    return msgspec.defstruct("Accepted", fields, kw_only=True)


def _referred(reference: str, root: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference such as `#/$defs/orders` leads to."""
    found: Any = root
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found  # type: ignore[no-any-return]
