"""What the EHR can do at one click: the suggestions of a card, one action each, and in words what cannot be done that way.

Every resource that is suggested fits the models of `fhir.resources.R4B` (`cards.strict_fhir`). An action's description is enough for a
human who has to do it by hand: some EHRs read nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID, uuid5

from cards.changed_order import changed_order, drug_of, is_new, order_beside
from cards.context import CardContext
from cards.examinations import check_templates, is_drafted, service_request
from cards.label_dosage import dose_in_words, label_dosage
from cards.sharing import CardContent
from cards.strict_fhir import load_models
from cards.wording import VALUE_LIMIT, one_line
from guideline.advice import Finding, Suggestion
from guideline.knowledge_base import KNOWLEDGE
from guideline.orderables import ORDERABLES

#: Act, code and draft of something that a card offers.
Offer = tuple[str, str, str | None]

#: CDS Hooks allows ids in references to drafts a few characters more than FHIR does.
_ORDER = re.compile(r"MedicationRequest/[A-Za-z0-9._-]+")

#: An action, or in words what to do where there can be none, or nothing.
_Action = dict[str, Any] | str | None


def suggest(content: CardContent, context: CardContext, card: UUID, offered: set[Offer]) -> tuple[list[dict[str, Any]], list[str]]:
    """The suggestions of a card, and the lines that say what to do by hand instead.

    What is in `offered` stands on a card above and is not offered again; what this card offers joins it. Uuids derive from the card's.
    """
    suggestions: list[dict[str, Any]] = []
    by_hand: list[str] = []
    for finding, suggestion in _wanted(content):
        known = suggestion.act, suggestion.code, suggestion.order
        if known in offered:
            continue
        offered.add(known)
        action = _ACTIONS[suggestion.act](suggestion, finding, context)
        if isinstance(action, str):
            by_hand.append(action)
        elif action is not None:
            offer = {"label": action.pop("label"), "uuid": str(uuid5(card, " ".join(filter(None, known)))), "actions": [action]}
            suggestions.append({**offer, "isRecommended": True} if suggestion.recommended else offer)
    return suggestions, by_hand


def warm_up() -> None:
    """Load the FHIR models and check every order that a card can offer, at the start of a server.

    Raises `ValueError` for an invalid one.
    """
    load_models()
    check_templates()


def _wanted(content: CardContent) -> Iterator[tuple[Finding, Suggestion]]:
    """What the findings of a card suggest, then what they request."""
    for finding in content.findings:
        yield from ((finding, suggestion) for suggestion in finding.suggestions)
        yield from ((finding, Suggestion("request", orderable)) for orderable in finding.requests)


def _request(suggestion: Suggestion, finding: Finding, context: CardContext) -> _Action:
    """Order an examination; nothing when it is among the drafts already, or the patient is not known."""
    if is_drafted(suggestion.code, context):
        return None
    resource = service_request(suggestion.code, finding, context)
    entry = ORDERABLES.orderables[suggestion.code]
    if resource is None:
        return None
    return {"label": entry.label, "type": "create", "description": _because(f"Order: {entry.name}", finding), "resource": resource}


def _replace(suggestion: Suggestion, finding: Finding, context: CardContext) -> _Action:
    """Change a draft to another drug; an order beside it where the EHR carries out no update, or the old order was signed before."""
    drug = KNOWLEDGE.drugs[suggestion.code].name
    dose = dose_in_words(suggestion.code)
    ordered = f"{drug} {dose}" if dose else drug
    draft = _draft(suggestion, context)
    old = drug_of(draft, context.drafts) if draft is not None else None
    named = f"the order for {old}" if old else "the present order"
    if draft is not None and label_dosage(suggestion.code):
        why = _because(f"Changed from {old or 'another drug'} to {drug}", finding)
        if context.only_create_delete or not is_new(draft):
            resource, kind = order_beside(draft, suggestion.code, why, context), "create"
            description = _because(f"Order {ordered}, then end {named} by hand", finding)
        else:
            resource, kind = changed_order(draft, suggestion.code, why, context), "update"
            description = _because(f"Change {named} to {ordered}", finding)
        if resource is not None:
            return {"label": f"Change to {drug}", "type": kind, "description": description, "resource": resource}
    return f"Change {named} to {ordered}."


def _delete(suggestion: Suggestion, finding: Finding, context: CardContext) -> _Action:
    """Take a draft out; an order that was signed before is ended by hand, since deleting it would hide what was given."""
    draft = _draft(suggestion, context)
    drug = KNOWLEDGE.drugs.get(suggestion.code)
    name = (drug_of(draft, context.drafts) if draft is not None else None) or (drug.name if drug is not None else None)
    named = f"the order for {name}" if name else "the present order"
    if draft is None or not is_new(draft):
        return f"End {named}."
    return {
        "label": one_line(f"Remove {name or 'this order'}", VALUE_LIMIT),
        "type": "delete",
        "description": _because(f"Remove {named}", finding),
        "resourceId": suggestion.order,
    }


_ACTIONS = {"request": _request, "replace": _replace, "delete": _delete}


def _draft(suggestion: Suggestion, context: CardContext) -> Mapping[str, Any] | None:
    """The medication order that a suggestion is about; only what the call sent can be changed."""
    order = suggestion.order
    return context.drafts.get(order) if order is not None and _ORDER.fullmatch(order) else None


def _because(act: str, finding: Finding) -> str:
    reason = one_line(finding.headline.text, VALUE_LIMIT)
    return one_line(f"{act}. Reason: {reason}" if reason else f"{act}.")
