"""The drafts of an order hook: `context.draftOrders` as EHRs really send it -> `guideline.orders.DraftOrder`.

`relevant(context, hook=...)`   may any asked order concern us? Cheap; before anything is mapped, fetched or refused (decision 26)
`read_draft_orders(context, hook=..., today=..., reading=...)`   the orders, asked ones and context
`draft_resources(context, reading)`      the raw resources by `Type/id`, for suggestions that update or delete a draft

All three take the hook's `context` as plain JSON, whatever it holds, and raise nothing. Only MedicationRequests are orders here; other
resource types among the drafts are read where an order refers to them (Medication, Condition, CarePlan) and ignored otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final, Literal, NamedTuple

from msgspec import Raw

from fhir_mappings.coded import labels_in
from fhir_mappings.dates import ended, started, when
from fhir_mappings.documents.later_members import contained_in, extensions_of, notes_of, reference_in, subject_bytes, validity_of
from fhir_mappings.medications.exposures import stop_reason_of
from fhir_mappings.medications.medication_names import Naming, naming_of
from fhir_mappings.medications.other_drugs import SUPPORTIVE
from fhir_mappings.medications.therapy_words import stop_reason_in
from fhir_mappings.orders.draft_resources import (
    Draft,
    DraftEntry,
    bounds_of,
    dosages_of_draft,
    draft_of,
    entries_of,
    references_in,
    timing_of,
)
from fhir_mappings.orders.order_reasons import PLAN_TYPES, is_for_breast, is_gastric, planned_product
from fhir_mappings.orders.order_setting import course_of, is_proposal, setting_of
from fhir_mappings.orders.ordered_doses import read_order
from fhir_mappings.orders.ordered_products import ordered_product
from fhir_mappings.reading import Reading
from fhir_mappings.record import type_and_id
from fhir_mappings.resources import Contained, Reference, Resource
from fhir_mappings.terminology_files import read_drugs
from guideline.case import StopReason
from guideline.orders import DraftOrder
from guideline.partial_date import PartialDate

#: As an order of a drug says it, in R4 and R5, and as orders of other kinds do ("revoked").
_ENDED: Final = frozenset({"stopped", "cancelled", "canceled", "completed", "ended", "revoked", "discontinued"})
#: Nothing is ordered: an order that never was one, and one that is held and neither begins nor ends a therapy.
_NO_ORDER: Final = frozenset({"entered-in-error", "on-hold"})
#: An order that was never signed.
_DRAFT: Final = (None, "", "draft")
#: A plan that is none any more says nothing of what was meant.
_NO_PLAN: Final = frozenset({"revoked", "entered-in-error"})
_COMBINATIONS: Final = frozenset(row.id for row in read_drugs().fixed_combinations if len(row.names) > 1)


def relevant(context: Mapping[str, Any], *, hook: str) -> bool:
    """Whether an asked draft names a drug of ours, or a medicine that interacts with one. False: answer `{"cards": []}` at once.

    Also true for a draft that refers, without a name, to a Medication that is not among the drafts: nobody can say yet what it is.
    """
    drafts = _drafts(context, hook, None)
    return any(_concerns_us(drafts, entry) for entry in drafts.orders if drafts.asks(entry))


def read_draft_orders(context: Mapping[str, Any], *, hook: str, today: date, reading: Reading | None = None) -> tuple[DraftOrder, ...]:
    """The medication orders among the drafts, in the order of the document.

    Asked are, in `order-select`, those that `selections` names (none without `selections`), in any other hook all. An order stops a therapy
    by its status, by `doNotPerform`, or, once it is no draft any more, by an end that has come. Held and erroneous orders are left out, and
    so are those of another patient. `reading` (the prefetch) helps where a draft refers to a Medication or a reason that the drafts do
    not hold, and where it revises an order of the chart.
    """
    drafts = _drafts(context, hook, reading)
    return tuple(order for entry in drafts.orders if (order := _order(drafts, entry, today)) is not None)


def draft_resources(context: Mapping[str, Any], reading: Reading | None = None) -> dict[str, dict[str, Any]]:
    """Every draft resource as sent, by `Type/id`; those without an id are left out.

    A draft with the id of an order of the chart is that order being revised, whatever status it has: it gets the status of the chart.
    """
    signed = _signed(reading)
    return {
        entry.id: {**entry.resource, "status": signed[entry.id]}
        if entry.id in signed and entry.resource.get("status") in _DRAFT
        else entry.resource
        for entry in entries_of(context)
        if isinstance(entry.resource.get("id"), str) and entry.resource["id"]
    }


def _signed(reading: Reading | None) -> dict[str, str]:
    """The orders of the chart that are no drafts, with their status. CAUTION: to remove one would hide a therapy that is given."""
    resources = [entry.resource for entry in reading.entries] if reading is not None else []
    return {
        f"MedicationRequest/{one.id}": one.status
        for one in resources
        if one is not None and one.resource_type == "MedicationRequest" and one.status and one.status not in ("draft", "entered-in-error")
    }


class _Drafts(NamedTuple):
    """The drafts of one request: the orders, what they may refer to, and which of them are asked (`None`: all)."""

    orders: list[DraftEntry]
    beside: dict[str, DraftEntry]
    selected: frozenset[str] | None
    patient: str | None
    reading: Reading | None
    signed: Mapping[str, str]

    def asks(self, entry: DraftEntry) -> bool:
        """Whether the hook asks about an order."""
        return self.selected is None or not self.selected.isdisjoint((*entry.names, str(entry.resource.get("id") or "")))

    def find(self, reference: Reference, draft: Draft) -> Resource | Contained | None:
        """What a draft refers to: contained in it, beside it among the drafts, or in the prefetch."""
        target = reference.reference or ""
        if target.startswith("#"):
            return next((item for item in contained_in(draft) if item.id in (target, target[1:])), None)
        names = tuple(name for name in (target, type_and_id(target)) if name)
        entry = next((self.beside[name] for name in names if name in self.beside), None)
        if entry is not None:
            return draft_of(entry.resource)
        return next((one for name in names if (one := _in_reading(self.reading, name)) is not None), None)

    def titles_of_plans(self, draft: Draft) -> Iterator[str]:
        """How the plans among the drafts that a draft is based on are called: a reference to one mostly has no name of its own."""
        for reference in (*references_in(draft.based_on), *references_in(draft.supporting_information)):
            names = (reference.reference or "", type_and_id(reference.reference or "") or "")
            plan = next((self.beside[name].resource for name in names if name in self.beside), {})
            stands = plan.get("resourceType") in PLAN_TYPES and plan.get("status") not in _NO_PLAN
            if stands and isinstance(plan.get("title"), str):
                yield plan["title"]


def _drafts(context: Mapping[str, Any], hook: str, reading: Reading | None) -> _Drafts:
    orders: list[DraftEntry] = []
    beside: dict[str, DraftEntry] = {}
    for entry in entries_of(context):
        if entry.resource["resourceType"] == "MedicationRequest":
            orders.append(entry)
        else:
            beside |= dict.fromkeys(entry.names, entry)
    patient = context.get("patientId")
    return _Drafts(orders, beside, _selected(context, hook), patient if isinstance(patient, str) else None, reading, _signed(reading))


def _selected(context: Mapping[str, Any], hook: str) -> frozenset[str] | None:
    """References are compared as `Type/id`, whatever base URL or version they carry; a bare id counts too."""
    if hook != "order-select":
        return None
    named = context.get("selections")
    texts = [text for text in (named if isinstance(named, list) else [named]) if isinstance(text, str) and text]
    return frozenset(name for text in texts for name in (text, type_and_id(text)) if name)


def _in_reading(reading: Reading | None, name: str) -> Resource | None:
    if reading is None:
        return None
    for entry in reading.entries:
        resource = entry.resource
        if resource is not None and name in (f"{resource.resource_type}/{resource.id}", entry.full_url):
            return resource
    return None


def _naming(drafts: _Drafts, draft: Draft) -> Naming | None:
    return naming_of(draft, lambda reference: drafts.find(reference, draft))


def _concerns_us(drafts: _Drafts, entry: DraftEntry) -> bool:
    draft = draft_of(entry.resource)
    if draft.status in _NO_ORDER or _of_another(drafts, draft):
        return False
    naming = _naming(drafts, draft)
    if naming is None:
        return bool(draft.medication_reference is not None and draft.medication_reference.reference)
    product = ordered_product(naming)
    return bool(product.drugs) or product.untold is not None or not SUPPORTIVE.issuperset(product.others)


def _order(drafts: _Drafts, entry: DraftEntry, today: date) -> DraftOrder | None:
    draft = draft_of(entry.resource)
    if draft.status in _NO_ORDER or _of_another(drafts, draft):
        return None
    naming = _naming(drafts, draft)
    product = ordered_product(naming)
    names = labels_in(*naming) if naming is not None else []
    ordered = read_order(draft, names, product.drugs, combination=not _COMBINATIONS.isdisjoint(product.drugs))
    act = _act(draft, today)
    return DraftOrder(
        id=entry.id,
        act=act,
        asked=drafts.asks(entry),
        drugs=product.drugs,
        others=product.others,
        status=drafts.signed.get(entry.id, "draft") if draft.status in _DRAFT else draft.status or "",
        route=ordered.route,
        dose=ordered.dose,
        further=ordered.further,
        strength=ordered.strength,
        stop_reason=_stop_reason(draft) if act == "stop" else None,
        plan=product.meant or planned_product(draft, product.drugs, drafts.titles_of_plans(draft)),
        gastric=is_gastric(draft, lambda reference: drafts.find(reference, draft)),
        planned=_planned_day(draft, today) if act == "start" else None,
        replaces=_order_in(draft.prior_prescription) if act == "start" else None,
        based_on=_order_in(draft.based_on),
        setting=setting_of(draft),
        course=course_of(draft),
        proposed=is_proposal(draft),
        untold=product.untold,
        for_breast=is_for_breast(draft, lambda reference: drafts.find(reference, draft)),
    )


def _order_in(raw: Raw) -> str | None:
    """The medication order among some references."""
    named = (type_and_id(reference.reference or "") for reference in references_in(raw))
    return next((one for one in named if one is not None and one.startswith("MedicationRequest/")), None)


def _of_another(drafts: _Drafts, draft: Draft) -> bool:
    """Whether a draft names another patient (decision 25). Drafts often name none at all."""
    named = type_and_id(reference_in(subject_bytes(draft)) or "")
    if drafts.patient is None or named is None or not named.startswith("Patient/"):
        return False
    return named != f"Patient/{drafts.patient.rstrip('/').rsplit('/', 1)[-1]}"


def _act(draft: Draft, today: date) -> Literal["start", "stop"]:
    if draft.status in _ENDED or draft.do_not_perform in (True, "true"):
        return "stop"
    return "stop" if draft.status not in _DRAFT and _has_ended(draft, today) else "start"


def _has_ended(draft: Draft, today: date) -> bool:
    """TRAP: one infusion, ordered for today alone, begins and ends today; that is no end of a therapy."""
    periods = [period for period in (validity_of(draft), *map(bounds_of, dosages_of_draft(draft))) if period is not None]
    end = next((day for period in periods if (day := ended(period)) is not None), None)
    start = next((day for period in periods if (day := started(period)) is not None), None) or when(draft.authored_on)
    return end is not None and end.latest <= today and (start is None or start.earliest < end.earliest)


def _planned_day(draft: Draft, today: date) -> PartialDate | None:
    """The day of the next dose: the first event, else the start of the dosage or of the dispensing, where it is not past already."""
    dosages = dosages_of_draft(draft)
    timings = [timing for dosage in dosages if (timing := timing_of(dosage)) is not None]
    days = [when(event) for timing in timings for event in timing.event or ()]
    days += [started(bounds_of(dosage)) for dosage in dosages] + [started(validity_of(draft))]
    return min((day for day in days if day is not None and day.latest >= today), key=lambda day: day.earliest, default=None)


def _stop_reason(draft: Draft) -> StopReason | None:
    """Why the order ends a therapy: its status reason, else clear words of a note."""
    reason = stop_reason_of(draft, extensions_of(draft))
    return reason or next((found for note in notes_of(draft) if (found := stop_reason_in(note)) is not None), None)
