"""Orders for examinations: draft ServiceRequests, from templates that a server checks once, at start."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from cards.context import CardContext
from cards.strict_fhir import is_valid
from cards.wording import VALUE_LIMIT, one_line
from guideline.advice import Finding, Statement
from guideline.knowledge_entries import Coding
from guideline.orderables import ORDERABLES

_CPT = "http://www.ama-assn.org/go/cpt"

#: Who may ask for an examination; a patient who looks at the own chart may not.
_REQUESTER = re.compile(r"Practitioner(?:Role)?/[A-Za-z0-9.-]+")
_ID = re.compile(r"[A-Za-z0-9.-]+")


def service_request(orderable: str, finding: Finding, context: CardContext) -> dict[str, Any] | None:
    """A draft order of the examination for the patient of the call, with the finding as its reason; nothing without a patient.

    What is filled in here (references of a checked form, a date, text on one line) cannot make a valid template invalid, so a call does
    not pay for checking it again: `check_templates` did.
    """
    if context.patient_id is None or not _ID.fullmatch(context.patient_id):
        return None
    order = {
        **_template(orderable, context.cpt),
        "subject": {"reference": f"Patient/{context.patient_id}"},
        "authoredOn": context.today.isoformat(),
    }
    if reason := one_line(finding.headline.text, VALUE_LIMIT):
        order["reasonCode"] = [{"text": reason}]
    if finding.indicator == "critical":
        order["priority"] = "urgent"
    if requester := requester_of(context):
        order["requester"] = requester
    return order


def requester_of(context: CardContext) -> dict[str, str] | None:
    """The user of the call as the one who orders, where the user is a practitioner."""
    user = context.user_id
    return {"reference": user} if user is not None and _REQUESTER.fullmatch(user) else None


def is_drafted(orderable: str, context: CardContext) -> bool:
    """Whether the call's own drafts hold the examination already, under the code that we would send."""
    code = ORDERABLES.orderables[orderable].code
    drafted = (draft.get("code") for reference, draft in context.drafts.items() if reference.startswith("ServiceRequest/"))
    codings = (concept.get("coding") for concept in drafted if isinstance(concept, dict))
    return any(
        isinstance(coding, dict) and (coding.get("system"), coding.get("code")) == (code.system, code.code)
        for listed in codings
        if isinstance(listed, list)
        for coding in listed
    )


def check_templates() -> None:
    """Check the order of every examination against the FHIR models, filled in as a call does. Raises `ValueError` for an invalid one."""
    context = CardContext(date(2026, 1, 1), patient_id="a", user_id="Practitioner/a")
    finding = Finding("LvefHold", "critical", Statement("check", "a"))
    for orderable in ORDERABLES.orderables:
        for cpt in (False, True):
            order = service_request(orderable, finding, replace(context, cpt=cpt))
            if order is None or not is_valid(order):
                raise ValueError(f"orderables.yaml: {orderable}: makes no valid ServiceRequest")


@cache
def _template(orderable: str, cpt: bool) -> dict[str, Any]:
    entry = ORDERABLES.orderables[orderable]
    codings = [_coding(entry.code)]
    if cpt and entry.cpt is not None:
        codings.append({"system": _CPT, "code": entry.cpt})
    return {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "order",
        "category": [{"coding": [_coding(entry.category)]}],
        "code": {"coding": codings, "text": entry.name},
    }


def _coding(code: Coding) -> dict[str, str]:
    return {"system": code.system, "code": code.code, "display": code.display}
