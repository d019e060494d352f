"""What the EHR can do at one click: the suggestions of a card, one action each, and in words what cannot be done that way.

An EHR that carries out no update gets another drug as two suggestions, the new order and the removal of the old one. Every resource that
is suggested fits the models of `fhir.resources.R4B` (`cards.strict_fhir`). An action's description is enough for a human who has to do it
by hand: some EHRs read nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from cards.changed_order import changed_order, drug_of, is_new, order_beside, outside_its_plan
from cards.context import CardContext
from cards.examinations import check_templates, is_drafted, service_request
from cards.label_dosage import dose_in_words, label_dosage
from cards.sharing import CardContent
from cards.strict_fhir import is_deep, load_models
from cards.wording import VALUE_LIMIT, one_line
from guideline.advice import Finding, Suggestion
from guideline.knowledge_base import KNOWLEDGE
from guideline.orderables import ORDERABLES

#: Act, code and draft of something that a card offers. A draft is removed once, whatever drug a finding calls it by.
Offer = tuple[str, str, str | None]

#: CDS Hooks allows ids in references to drafts a few characters more than FHIR does.
_ORDER = re.compile(r"MedicationRequest/[A-Za-z0-9._-]+")

#: What a card says where only one of its suggestions can be taken.
_ONLY_ONE = "Only one of the suggestions can be taken here; do by hand what else is wanted."

#: An action, or in words what to do where there can be none, or nothing.
_Action = dict[str, Any] | str | None


def suggest(content: CardContent, context: CardContext, card: UUID, offered: set[Offer]) -> tuple[list[dict[str, Any]], list[str]]:
    """The suggestions of a card, and the lines that say what to do by hand instead.

    What is in `offered` stands on a card above and is not offered again; what this card offers joins it. Uuids derive from the card's.
    """
    suggestions: list[dict[str, Any]] = []
    by_hand: list[str] = []
    wanted = list(_wanted(content))
    for finding, suggestion in wanted:  # grows where an order beside the old one leaves that to be removed
        known = _offer(suggestion)
        if known in offered:
            continue
        offered.add(known)
        action = _ACTIONS[suggestion.act](suggestion, finding, context)
        if isinstance(action, str):
            by_hand.append(action)
        elif action is not None and context.client.no_suggestions:
            by_hand.append(action["description"])
        elif action is not None:
            offer = {"label": action.pop("label"), "uuid": str(uuid5(card, " ".join(filter(None, known)))), "actions": [action]}
            suggestions.append({**offer, "isRecommended": True} if suggestion.recommended else offer)
            if suggestion.act == "replace" and _may_remove(suggestion, context):
                wanted.append((finding, Suggestion("delete", "", suggestion.order)))
    if selection_behavior(suggestions, context) == "at-most-one":
        _recommend_one(suggestions)
        if not _are_alternatives(suggestions):
            by_hand.append(_ONLY_ONE)
    return suggestions, by_hand


def selection_behavior(suggestions: Sequence[Mapping[str, Any]], context: CardContext) -> str:
    """`any`, unless the EHR takes suggestions for alternatives, or two of these act on one draft: changed and removed, it would be lost.

    Epic knows `any` only. It is never given a change, so two suggestions about one draft, to order anew and to remove, go together there.
    """
    drafts = [draft for draft in map(_draft_of, suggestions) if draft is not None]
    return "at-most-one" if context.client.one_suggestion or len(set(drafts)) < len(drafts) else "any"


def _are_alternatives(suggestions: Sequence[Mapping[str, Any]]) -> bool:
    """Whether nobody would want a second one: all of them change or remove the same draft."""
    drafts = set(map(_draft_of, suggestions))
    return len(suggestions) < 2 or (len(drafts) == 1 and None not in drafts)


def _draft_of(suggestion: Mapping[str, Any]) -> str | None:
    """The draft, as `Type/id`, that a suggestion changes or removes."""
    (action,) = suggestion["actions"]
    if action["type"] == "update":
        return f"{action['resource']['resourceType']}/{action['resource']['id']}"
    removed: str | None = action.get("resourceId")
    return removed


def _recommend_one(suggestions: list[dict[str, Any]]) -> None:
    """Keep the first recommendation: CDS Hooks allows no second among alternatives."""
    for suggestion in [one for one in suggestions if "isRecommended" in one][1:]:
        del suggestion["isRecommended"]


def _offer(suggestion: Suggestion) -> Offer:
    removes = suggestion.act == "delete" and suggestion.order is not None
    return suggestion.act, "" if removes else suggestion.code, suggestion.order


def _may_remove(suggestion: Suggestion, context: CardContext) -> bool:
    """Whether the old order, beside which the EHR files the new one, can be removed by a suggestion of its own."""
    draft = _draft(suggestion, context)
    return context.client.only_create_delete and draft is not None and is_new(draft)


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
    """Change a draft to another drug; an order beside it where the EHR carries out no update, or the old order was signed before.

    CAUTION: the description carries the dose, since some EHRs (Epic) file a new order with their own default dose.
    """
    drug = KNOWLEDGE.drugs[suggestion.code].name
    dose = dose_in_words(suggestion.code)
    ordered = f"{drug} {dose}" if dose else drug
    draft = _draft(suggestion, context)
    old = drug_of(draft, context.drafts) if draft is not None else None
    named = f"the order for {old}" if old else "the present order"
    if draft is not None and not is_deep(draft) and label_dosage(suggestion.code):
        draft, plan = (outside_its_plan(draft), ", outside the present plan") if suggestion.leaves_plan else (draft, "")
        why = _because(f"Changed from {old or 'another drug'} to {drug}", finding)
        if not is_new(draft):
            resource, kind, label = order_beside(draft, suggestion.code, why, context), "create", f"Order {drug}"
            act = f"Order {ordered}{plan}, then end {named} by hand"
        elif context.client.only_create_delete:
            resource, kind, label = order_beside(draft, suggestion.code, why, context), "create", f"Order {drug}"
            act = f"Order {ordered}{plan}, and remove {named}"
        else:
            resource, kind, label = changed_order(draft, suggestion.code, why, context), "update", f"Change to {drug}"
            act = f"Change {named} to {ordered}{plan}"
        if resource is not None:
            return {"label": label, "type": kind, "description": _because(act, finding), "resource": resource}
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
