"""Where and for how long an order holds: `category`, `courseOfTherapyType` and `intent`, in codes or the words that EHRs put there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from msgspec import Raw

from fhir_mappings.documents.later_members import concepts_in
from fhir_mappings.orders.draft_resources import Draft
from fhir_mappings.orders.order_intents import NOT_YET_ORDERED

_INPATIENT: Final = re.compile(r"\binpatient\b")
_HOME: Final = re.compile(r"\b(?:outpatient|community|discharge|home|ambulatory|take[- ]home)\b")
_COURSES: Final[dict[str, Literal["acute", "continuous"]]] = {"acute": "acute", "continuous": "continuous"}


def setting_of(draft: Draft) -> Literal["inpatient", "home"] | None:
    """Whether the order is for the ward or for after it; None where it does not say, or says both."""
    words = list(_words(draft.category))
    on_ward, at_home = (any(pattern.search(text) for text in words) for pattern in (_INPATIENT, _HOME))
    if on_ward is at_home:
        return None
    return "inpatient" if on_ward else "home"


def course_of(draft: Draft) -> Literal["acute", "continuous"] | None:
    """Whether the therapy is for a few days or goes on."""
    named = {course for text in _words(draft.course_of_therapy_type) if (course := _COURSES.get(text.strip())) is not None}
    return named.pop() if len(named) == 1 else None


def is_proposal(draft: Draft) -> bool:
    """Whether the draft proposes or plans what another one orders."""
    return draft.intent in NOT_YET_ORDERED


def _words(member: Raw) -> Iterator[str]:
    """The codes (they are words) and names of a coded member, in lower case."""
    for concept in concepts_in(member):
        for text in (concept.text, *(coding.display for coding in concept.coding), *(coding.code for coding in concept.coding)):
            if isinstance(text, str):
                yield text.lower()
