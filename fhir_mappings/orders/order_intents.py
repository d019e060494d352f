"""Which intents of an order are none yet, and when a "plan" tells of a use all the same."""

from __future__ import annotations

from typing import Final

from fhir_mappings.resources import Resource

#: Intents under which nothing is ordered yet.
NOT_YET_ORDERED: Final = frozenset({"proposal", "plan", "option"})


def is_reported_use(resource: Resource) -> bool:
    """Whether a "plan" tells what somebody said the patient takes: so US Core records what was not ordered here."""
    if resource.intent != "plan":
        return False
    return resource.reported_boolean in (True, "true") or bytes(resource.reported_reference) not in (b"", b"null")
