"""FHIR's own small status codes as real systems write them: `Entered in Error`, `ENTERED_IN_ERROR`, a house code beside the standard one.

A status that is not understood stays what it was: it is never read as one that takes a fact away, or brings one.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec.structs import replace

from fhir_mappings.remembered import remembered
from fhir_mappings.resources import Concept, Resource


def _by_letters(*codes: str) -> dict[str, str]:
    return {code.replace("-", ""): code for code in codes}


#: Statuses and intents of the types that are used.
_STATUSES: Final = frozenset(
    {
        "registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown", "active", "on-hold",
        "completed", "stopped", "draft", "intended", "not-taken", "in-progress", "not-done", "preparation", "revoked",
    }
)  # fmt: skip
_INTENTS: Final = frozenset(
    {"proposal", "plan", "order", "original-order", "reflex-order", "filler-order", "instance-order", "option", "directive"}
)
_PLAIN: Final = frozenset({None, *_STATUSES, *_INTENTS})
_SPELLINGS: Final = _by_letters(*_STATUSES, *_INTENTS) | {"canceled": "cancelled", "onhold": "on-hold"}

#: Clinical and verification statuses of a Condition or an allergy.
_CONDITION_STATUSES: Final = _by_letters(
    "active", "recurrence", "relapse", "inactive", "remission", "resolved",
    "unconfirmed", "provisional", "differential", "confirmed", "refuted", "entered-in-error",
) | {"ruledout": "refuted"}  # fmt: skip
_CONDITION_CODES: Final = frozenset(_CONDITION_STATUSES.values())
_STANDARD: Final = re.compile(
    r"terminology\.hl7\.org/CodeSystem/(?:condition|allergyintolerance)-|hl7\.org/fhir/(?:condition|allergy)|2\.16\.840\.1\.113883\.4\.642"
)
_BETWEEN: Final = re.compile(r"[\s_-]+")


def plainly_spelled(resource: Resource) -> Resource:
    """The resource with its status and intent spelled as FHIR does."""
    if resource.status in _PLAIN and resource.intent in _PLAIN:
        return resource
    status, intent = _spelled(resource.status), _spelled(resource.intent)
    if status == resource.status and intent == resource.intent:
        return resource
    return replace(resource, status=status, intent=intent)


@remembered(maxsize=256)
def _spelled(code: str | None) -> str | None:
    return _SPELLINGS.get(_letters(code), code) if code else code


def condition_status(concept: Concept | str | None) -> str:
    """A clinical or verification status: of all its codings the standard one, else one that is a status by its code, else its words.

    In lower case where it is none of FHIR's; empty where there is none.
    """
    if concept is None:
        return ""
    if isinstance(concept, str):
        return _status_in((concept,))
    if len(concept.coding) == 1 and (only := concept.coding[0].code) in _CONDITION_CODES:
        return str(only)  # as nearly all are
    standard = [coding for coding in concept.coding if _STANDARD.search(coding.system or "")]
    others = [coding for coding in concept.coding if coding not in standard]
    said = [str(coding.code or "") for coding in (*standard, *others)]
    return _status_in((*said, concept.text or "", *[coding.display or "" for coding in (*standard, *others)]))


@remembered(maxsize=1024)
def _status_in(said: tuple[str, ...]) -> str:
    known = (_CONDITION_STATUSES.get(_letters(one)) for one in said)
    return next((code for code in known if code), next((one.lower() for one in said if one), ""))


def _letters(code: str) -> str:
    return _BETWEEN.sub("", code).lower()
