"""What the app asks for: only the kinds of resource it reads, and to file answers to its questionnaire; and what it was granted.

SMART knows two ways of writing scopes: v1 `patient/Condition.read`, v2 `patient/Condition.rs` (create, read, update, delete, search). An
EHR says in its capabilities which it knows.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from fhir_mappings.prefetch_queries import PREFETCH
from service.cds_hooks.prefetch import queried_type

#: Who the user is. A server that does not know these leaves them out of what it grants.
_IDENTITY: Final = ("openid", "fhirUser")

#: Read beside what the queries ask for: an order may name its drug by reference alone.
READ: Final = tuple(dict.fromkeys((*map(queried_type, PREFETCH.values()), "Medication")))

WRITTEN: Final = "QuestionnaireResponse"

#: Scopes that let a QuestionnaireResponse be created. One with a filter (`?...`) may not, so it does not count.
_CREATES: Final = re.compile(rf"(?:patient|user)/(?:{WRITTEN}|\*)\.(?:write|\*|c(?=[ruds]*$)r?u?d?s?)")


def requested_scopes(capabilities: Collection[str], *, standalone: bool) -> str:
    """What is asked of a server with these capabilities, as one text. A standalone launch also asks for a patient to be chosen."""
    v2 = "permission-v2" in capabilities
    read, create = ("rs", "c") if v2 else ("read", "write")
    context = "launch/patient" if standalone else "launch"
    # Reading and writing by themselves: a server that lets nothing be written can still grant the first.
    return " ".join((context, *_IDENTITY, *(f"patient/{kind}.{read}" for kind in READ), f"patient/{WRITTEN}.{create}"))


def lets_answers_be_written(granted: Collection[str]) -> bool:
    """Whether one of the granted scopes lets a QuestionnaireResponse be created."""
    return any(_CREATES.fullmatch(scope) for scope in granted)
