"""A draft medication order with another drug in it: the whole resource, as EHRs need it for an update.

Drafts are seldom valid FHIR (no `intent`, `category` as an object, a dose at the top level), so what is wrong in a known way is put right;
a draft that stays invalid is not sent back, and the card says in words what to change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cards.context import CardContext
from cards.examinations import requester_of
from cards.label_dosage import label_dosage
from cards.strict_fhir import elements, is_valid
from cards.wording import escape, one_line, without_tags
from guideline.knowledge_base import KNOWLEDGE

_NAME_LIMIT = 80

_RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
_RXNORM_OID = "urn:oid:2.16.840.1.113883.6.88"

#: What said how the old drug looks, is given or is dispensed; in the new order it would be wrong.
_OF_THE_OLD_DRUG = frozenset(
    {"text", "medicationReference", "medicationCodeableConcept", "dosageInstruction", "substitution", "detectedIssue"}
)
_AMOUNTS = frozenset({"quantity", "initialFill", "expectedSupplyDuration", "numberOfRepeatsAllowed", "dispenseInterval"})

#: What is the old order's own: a new one has no id yet, and is no version of the old.
_OF_THE_OLD_ORDER = frozenset({"id", "meta", "identifier", "implicitRules", "statusReason", "priorPrescription", "eventHistory"})

#: What ties an order to its plan: the next one to read it would take the new drug for a mix-up with the drug of the plan.
_OF_THE_PLAN = frozenset({"basedOn", "groupIdentifier", "instantiatesCanonical", "instantiatesUri", "supportingInformation"})

_STATUSES = frozenset({"active", "on-hold", "cancelled", "completed", "entered-in-error", "stopped", "draft", "unknown"})
_INTENTS = frozenset({"proposal", "plan", "order", "original-order", "reflex-order", "filler-order", "instance-order", "option"})


def is_new(draft: Mapping[str, Any]) -> bool:
    """Whether an order was never signed: what was signed before is ended and ordered anew, not turned into another drug."""
    return draft.get("status") in (None, "", "draft")


def drug_of(draft: Mapping[str, Any], drafts: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The drug of a draft in its own words, on one line; nothing when none is said. A Medication may be contained or among the drafts."""
    reference = draft.get("medicationReference")
    reference = reference if isinstance(reference, dict) else {}
    medication = _medication(reference.get("reference"), draft, drafts)
    said = [*_said(draft.get("medicationCodeableConcept")), *_said(medication.get("code")), reference.get("display")]
    return next((name for text in said if isinstance(text, str) and (name := one_line(without_tags(text), _NAME_LIMIT))), None)


def _said(concept: Any) -> Iterator[Any]:
    if isinstance(concept, dict):
        yield concept.get("text")
        codings = concept.get("coding")
        yield from (coding.get("display") for coding in codings if isinstance(coding, dict)) if isinstance(codings, list) else ()


def _medication(reference: Any, draft: Mapping[str, Any], drafts: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    if not isinstance(reference, str):
        return {}
    if not reference.startswith("#"):
        return drafts.get("/".join(reference.split("/")[-2:]), {})
    contained = draft.get("contained")
    found = (one for one in contained if isinstance(one, dict) and one.get("id") == reference[1:]) if isinstance(contained, list) else ()
    return next(iter(found), {})


def outside_its_plan(draft: Mapping[str, Any]) -> dict[str, Any]:
    """The draft without what ties it to a plan that is another drug's."""
    return {name: value for name, value in draft.items() if name.removeprefix("_") not in _OF_THE_PLAN}


def changed_order(draft: Mapping[str, Any], drug: str, why: str, context: CardContext) -> dict[str, Any] | None:
    """The draft with `drug` at its label dose, under the same id; nothing when no valid order comes of it."""
    order = _with_drug(draft, drug, why, context)
    return order if order.get("id") and is_valid(order) else None


def order_beside(draft: Mapping[str, Any], drug: str, why: str, context: CardContext) -> dict[str, Any] | None:
    """A new draft of `drug` at its label dose beside the old order, with what the old one says of patient, course and plan."""
    order = {
        name: value for name, value in _with_drug(draft, drug, why, context).items() if name.removeprefix("_") not in _OF_THE_OLD_ORDER
    }
    order |= {"status": "draft", "intent": "order", "authoredOn": context.today.isoformat()}
    return order if is_valid(order) else None


def _with_drug(draft: Mapping[str, Any], drug: str, why: str, context: CardContext) -> dict[str, Any]:
    lists = elements("MedicationRequest")
    order: dict[str, Any] = {}
    for name, sent in draft.items():
        value = _filled(sent)
        if value is not None and name in lists and name.removeprefix("_") not in _OF_THE_OLD_DRUG:
            order[name] = [value] if lists[name] and not isinstance(value, list) else value
    order["resourceType"] = "MedicationRequest"
    order["status"] = _one_of(_STATUSES, order.get("status"), "draft")
    order["intent"] = _one_of(_INTENTS, order.get("intent"), "order")
    if "subject" not in order and context.patient_id is not None:
        order["subject"] = {"reference": f"Patient/{context.patient_id}"}
    if "requester" not in order and (requester := requester_of(context)):
        order["requester"] = requester
    if isinstance(dispensed := order.pop("dispenseRequest", None), dict) and (
        kept := {name: value for name, value in dispensed.items() if name.removeprefix("_") not in _AMOUNTS}
    ):
        order["dispenseRequest"] = kept
    order["medicationCodeableConcept"] = _concept(drug, by_oid=context.client.codes_by_oid)
    order["dosageInstruction"] = list(label_dosage(drug))
    order["note"] = [*order.get("note", ()), {"text": escape(why)}]
    return _without_orphans(order)


def _one_of(codes: frozenset[str], sent: Any, usual: str) -> str:
    return sent if isinstance(sent, str) and sent in codes else usual


def _concept(drug: str, *, by_oid: bool) -> dict[str, Any]:
    """A drug by code and name. CAUTION: an EHR that knows a system by its OID may look at the first coding only."""
    entry = KNOWLEDGE.drugs[drug]
    if entry.code is None:
        return {"text": entry.name}
    coding = {"system": entry.code.system, "code": entry.code.code, "display": entry.code.display}
    first = [{**coding, "system": _RXNORM_OID}] if by_oid and entry.code.system == _RXNORM else []
    return {"coding": [*first, coding], "text": entry.name}


def _filled(value: Any) -> Any:
    """A copy without what FHIR forbids and EHRs send: null, empty text, empty lists and objects; `None` when nothing is left.

    CAUTION: a null in a list of primitives holds the place of an extension; such a list loses both.
    """
    if isinstance(value, Mapping):
        return {name: kept for name, member in value.items() if (kept := _filled(member)) is not None} or None
    if isinstance(value, list):
        return [kept for member in value if (kept := _filled(member)) is not None] or None
    if isinstance(value, str):
        return value if value.strip() else None
    return value


def _without_orphans(order: dict[str, Any]) -> dict[str, Any]:
    """The order with those contained resources only that it still refers to: the old drug was one, and orphans are invalid."""
    contained = {resource["id"]: resource for resource in order.pop("contained", ()) if _has_id(resource)}
    kept: dict[str, Any] = {}
    waiting = list(_local_references(order))
    while waiting:
        id_ = waiting.pop()
        if id_ in contained and id_ not in kept:
            kept[id_] = contained[id_]
            waiting.extend(_local_references(kept[id_]))
    return {**order, "contained": [resource for id_, resource in contained.items() if id_ in kept]} if kept else order


def _has_id(resource: Any) -> bool:
    return isinstance(resource, dict) and isinstance(resource.get("id"), str)


def _local_references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        reference = value.get("reference")
        if isinstance(reference, str) and reference.startswith("#"):
            yield reference[1:]
        value = list(value.values())
    if isinstance(value, list):
        for member in value:
            yield from _local_references(member)
