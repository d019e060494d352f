"""Examinations that are being ordered in the same session: a drafted echocardiogram counts as booked (decision 23)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from fhir_mappings.orders.draft_resources import entries_of
from fhir_mappings.reading import Reading, read_value

_KEY = "draftOrders"


def read_drafted_examinations(context: Mapping[str, Any], patient_id: str | None) -> Reading:
    """The ServiceRequests among the drafts, as a reading to join to the chart's own. A draft without a subject is the patient's."""
    of_the_patient = {"subject": {"reference": f"Patient/{patient_id}"}} if patient_id else {}
    drafts = (entry.resource for entry in entries_of(context))
    found = [of_the_patient | draft for draft in drafts if draft["resourceType"] == "ServiceRequest"]
    return read_value(msgspec.json.encode(found), _KEY) if found else Reading()
