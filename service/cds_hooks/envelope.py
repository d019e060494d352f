"""Checks of a request's own members (`schema/request.json`); the resources inside are not looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
import orjson
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from service.cds_hooks.registry import CdsService
from service.cds_hooks.schema_types import type_of
from service.errors import EnvelopeFault, Issue


def check_envelope(envelope: Mapping[str, Any], service: CdsService) -> None:
    """Raise `EnvelopeFault`, naming every member that is missing or wrong, unless the request fits the service it was sent to."""
    try:
        msgspec.convert(envelope, accepted_type(service.hook))
    except msgspec.ValidationError:
        # The type only says yes or no, quickly; what is wrong is for the schema to say.
        issues = {issue: None for fault in request_validator(service.hook).iter_errors(envelope) for issue in _issues(fault)}
        if issues:
            raise EnvelopeFault(*issues) from None


@cache
def accepted_type(hook: str) -> Any:
    """The type that accepts what the validator of a hook accepts."""
    return type_of(_schema(hook), _schema(hook))


@cache
def request_validator(hook: str) -> Draft202012Validator:
    """The validator of one hook's requests."""
    return Draft202012Validator(_schema(hook))


@cache
def _schema(hook: str) -> dict[str, Any]:
    """The schema of one hook's requests: the envelope, with the hook's name and context filled in."""
    schema: dict[str, Any] = orjson.loads(files("service.cds_hooks").joinpath("schema/request.json").read_bytes())
    schema["properties"]["hook"] = {"const": hook, "description": f"{hook} at this address"}
    schema["properties"]["context"] = schema["$defs"][hook]
    return schema


def _issues(fault: ValidationError) -> Iterator[Issue]:
    """What to tell the caller. jsonschema's own messages quote the value, which may be patient data, so they are never passed on."""
    place = ".".join(str(step) for step in fault.absolute_path)
    schema: Mapping[str, Any] = fault.schema if isinstance(fault.schema, Mapping) else {}
    instance: Any = fault.instance
    if fault.validator == "required":
        for member in schema["required"]:
            if member not in instance:
                name = f"{place}.{member}" if place else member
                yield Issue("required", f"{name} is missing.", name)
        return
    code = "value" if fault.validator in {"const", "pattern"} else "invalid"
    yield Issue(code, f"{place or 'The request'} must be {schema.get('description', 'an object')}.", place or None)
