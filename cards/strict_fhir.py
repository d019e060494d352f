"""Strict on the way out: what a card suggests is checked against the FHIR R4 models of `fhir.resources.R4B` before it is sent.

The models cost a quarter of a second to import, so they are loaded with the first use; a server loads them at start (`load_models`).
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

#: How deep JSON may nest in a resource that is checked; those of FHIR's examples have fifteen levels at most.
_DEEPEST = 40

#: The resources that cards suggest and the service publishes.
_SENT = ("CodeSystem", "MedicationRequest", "ServiceRequest")


def is_valid(resource: dict[str, Any]) -> bool:
    """Whether a resource of a type that we send fits its model; 50 to 200 microseconds."""
    if is_deep(resource):
        return False
    # Besides its ValidationError (a ValueError), the library stumbles over JSON of a foreign shape, such as a contained text.
    try:
        _model(resource["resourceType"]).model_validate(resource)
    except (ValueError, TypeError, LookupError, AttributeError):
        return False
    return True


def is_deep(resource: Any) -> bool:
    """Whether JSON nests deeper than any real resource.

    CAUTION: the models recurse in compiled code, and two hundred levels overflow a thread's stack, which ends the whole process. So nothing
    that a caller wrote goes into a model unasked.
    """
    level = [resource]
    for _ in range(_DEEPEST):
        level = [member for one in level if isinstance(one, dict | list) for member in (one.values() if isinstance(one, dict) else one)]
        if not level:
            return False
    return True


@cache
def elements(resource_type: str) -> dict[str, bool]:
    """The elements that a resource type has, by their JSON names (`_status` included), and whether each is a list."""
    fields = _model(resource_type).model_fields
    return {field.alias or name: "List[" in str(field.annotation) for name, field in fields.items() if name != "fhir_comments"}


def load_models() -> None:
    """Load every model that is needed; the first resource would wait for it otherwise."""
    for resource_type in _SENT:
        elements(resource_type)
        is_valid({"resourceType": resource_type})


@cache
def _model(resource_type: str) -> Any:
    return getattr(import_module(f"fhir.resources.R4B.{resource_type.lower()}"), resource_type)
