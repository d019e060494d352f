"""Examinations that are being ordered in the same session: a drafted echocardiogram counts as booked (decision 23)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from fhir_mappings.reading import Reading, read_value

_KEY = "draftOrders"


def read_drafted_examinations(context: Mapping[str, Any], patient_id: str | None) -> Reading:
    """The ServiceRequests among the drafts, as a reading to join to the chart's own. A draft without a subject is the patient's."""
    drafts = context.get("draftOrders")
    entries = drafts.get("entry") if isinstance(drafts, dict) else None
    found: list[dict[str, Any]] = []
    for entry in entries if isinstance(entries, list) else ():
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict) and resource.get("resourceType") == "ServiceRequest":
            found.append(
                resource if "subject" in resource or not patient_id else resource | {"subject": {"reference": f"Patient/{patient_id}"}}
            )
    return read_value(msgspec.json.encode(found), _KEY) if found else Reading()
