"""The Medications that a record refers to and that did not come with it.

EHRs keep the code of a drug in a resource of its own; prefetch templates cannot ask for it along with the order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from fhir_mappings.orders.draft_orders import draft_resources
from fhir_mappings.reading import Reading
from fhir_mappings.record import type_and_id
from fhir_mappings.resources import Resource

#: More are not asked for: the drugs of a chart are few, however many orders refer to them.
MOST: Final = 40

#: FHIR allows 64 characters; EHRs use up to 200, and an underscore too.
_MEDICATION: Final = re.compile(r"Medication/(?!\.{1,2}$)[A-Za-z0-9._\-]{1,256}")


def open_references(reading: Reading, context: Mapping[str, Any], base: str) -> tuple[str, ...]:
    """`Medication/id` for each Medication that a resource or a draft order refers to and nobody sent, as the server at `base` knows it.

    An absolute reference to another server is left alone. Newest resources first, at most `MOST`.
    """
    known, named = set(), []
    for entry in reading.entries:
        resource = entry.resource
        if resource is None:
            continue
        if resource.resource_type == "Medication":
            known.add(f"Medication/{resource.id}")
            if entry.full_url:
                known.add(entry.full_url)
        elif resource.medication_reference is not None and not _has_code(resource):
            named.append((_newness(resource), resource.medication_reference.reference or ""))
    named.sort(key=lambda item: item[0], reverse=True)
    drafts = draft_resources(context)
    known |= drafts.keys()
    wanted = dict.fromkeys([*_of_drafts(drafts), *(target for _, target in named)])
    found = dict.fromkeys(
        local for target in wanted if target not in known and (local := _local(target, base)) is not None and local not in known
    )
    return tuple(found)[:MOST]


def _has_code(resource: Resource) -> bool:
    concept = resource.medication_codeable_concept
    return concept is not None and bool(concept.coding or concept.text)


def _newness(resource: Resource) -> str:
    period = resource.effective_period
    return resource.authored_on or resource.effective_date_time or (period.start if period is not None else None) or ""


def _of_drafts(drafts: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for draft in drafts.values():
        reference = draft.get("medicationReference")
        target = reference.get("reference") if isinstance(reference, dict) else None
        if isinstance(target, str):
            yield target


def _local(target: str, base: str) -> str | None:
    """A reference as `Medication/id`, unless it leads to another server or elsewhere than to a Medication."""
    if "://" in target and not target.startswith(f"{base}/"):
        return None
    reference = type_and_id(target)
    return reference if reference is not None and _MEDICATION.fullmatch(reference) else None
