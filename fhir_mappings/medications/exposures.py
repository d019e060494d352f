"""MedicationStatement, MedicationRequest, MedicationAdministration -> drug records.

A record says that a drug was given or ordered; what was merely planned, refused or entered in error says neither. The same course may be
told by all three: they are merged later, by `guideline`. Medicines that matter only beside the cancer drugs are read in the same pass.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from msgspec.structs import replace

from fhir_mappings.coded import CodingTriple, as_list, labels_of, triples
from fhir_mappings.dates import ended, ends_of, started, unreadable, when
from fhir_mappings.documents.later_members import bounds_of, concepts_in, dosages_of, extensions_of, notes_of, validity_of
from fhir_mappings.medications.doses import dose_of
from fhir_mappings.medications.drug_names import NO_DRUG, DrugMatch, drugs_of
from fhir_mappings.medications.medication_names import Naming, naming_of
from fhir_mappings.medications.other_drugs import other_drugs_of
from fhir_mappings.medications.regimen_names import is_regimen
from fhir_mappings.medications.study_drugs import is_blinded, is_study_drug, known_beside_blinded
from fhir_mappings.medications.therapy_words import (
    intent_in,
    is_never_given,
    is_of_breathing,
    is_of_the_order,
    lung_grade_in,
    stop_reason_in,
)
from fhir_mappings.nameless import is_masked, names_nothing
from fhir_mappings.orders.order_intents import NOT_YET_ORDERED, is_reported_use
from fhir_mappings.record import Record
from fhir_mappings.remembered import remembered
from fhir_mappings.resources import ABSENT, Concept, Dosage, Extension, Resource, source_of
from fhir_mappings.terminology import value_of
from guideline.case import STUDY_DRUG, DrugRecord, OtherDrug, RecordStatus, StopReason
from guideline.partial_date import PartialDate, add_days

Kind = Literal["statement", "order", "administration"]

_KINDS: tuple[tuple[str, Kind], ...] = (
    ("MedicationStatement", "statement"),
    ("MedicationRequest", "order"),
    ("MedicationAdministration", "administration"),
)

#: Statuses under which nothing was given and nothing stands ordered.
_NOT_GIVEN = frozenset({"entered-in-error", "not-taken", "intended", "not-done", "cancelled", "draft"})
#: Under these a cough is suspected pneumonitis (R080); under others it is no harm of theirs by itself.
_HARM_LUNGS = frozenset({"trastuzumab-deruxtecan", "trastuzumab-emtansine"})
_NAMELESS = "names no medication"
#: What begins later than this is no plan but a slip of the pen: the year is not known.
_LONGEST_PLAN_DAYS = 366
_STATUSES: dict[str, RecordStatus] = {
    "active": "active",
    "in-progress": "active",
    "on-hold": "on-hold",
    "completed": "completed",
    "stopped": "stopped",
}

_INTENTS: dict[str, Literal["curative", "palliative"]] = {"curative": "curative", "palliative": "palliative"}

#: Extensions that carried the stop reason or the intent in mCODE, now or in an earlier version, by the end of their URL.
_STOP_EXTENSIONS = ("treatment-termination-reason", "termination-reason", "terminationreason", "statusreason")
_INTENT_EXTENSIONS = ("procedure-intent", "treatment-intent", "treatmentintent")


class Medications(NamedTuple):
    """What the medication resources tell: one record per drug that the knowledge files know, and the other medicines that matter.

    `planned`: the active orders whose treatment begins on a day to come; nothing of them was given yet.
    """

    drugs: tuple[DrugRecord, ...]
    planned: tuple[DrugRecord, ...]
    others: tuple[OtherDrug, ...]


def read_medications(record: Record) -> Medications:
    """Read every statement, order and administration."""
    drugs: list[DrugRecord] = []
    planned: list[DrugRecord] = []
    others: list[OtherDrug] = []
    for group, kind in _KINDS:
        for resource in record.of(group):
            if not _given_or_ordered(resource) or (kind != "administration" and _was_never_given(resource)):
                continue
            match, named = _medicines_of(record, resource)
            if match.drugs or match.conflict:
                for found in _drug_records(record, resource, kind, match):
                    to_come = found.start is not None and record.is_future(found.start)
                    (planned if to_come else drugs).append(found)
            if named:
                others += _other_drugs(record, resource, kind, named)
    return Medications(tuple(drugs), tuple(planned), tuple(others))


def _medicines_of(record: Record, resource: Resource) -> tuple[DrugMatch, tuple[str, ...]]:
    """Which of our drugs a resource names, else which other medicines that matter. One that names nothing may have been any of them."""
    concept = resource.medication_codeable_concept
    if concept is not None and concept.coding:
        naming: Naming | None = Naming(triples(concept), concept.text or None)
    else:
        naming = _naming(record, resource)
    if naming is None:
        return NO_DRUG, ()
    match, named, lost = _medicines(*naming)
    if not naming.codings and not (match.drugs or match.conflict or named) and is_masked(resource):
        lost = lost or _NAMELESS
    if lost is not None:
        record.problem("unreadable", resource, lost, "therapy")
    return match, named


@remembered(maxsize=8192)
def _medicines(codings: tuple[CodingTriple, ...], text: str | None) -> tuple[DrugMatch, tuple[str, ...], str | None]:
    """Our drugs, else other medicines that matter; and why nobody can tell what it was, where that is so.

    Of a blinded one of ours: the drugs that are given for certain, and a study drug for what may be a placebo.
    """
    match = drugs_of(codings, text)
    if match.drugs or match.conflict:
        if is_blinded(codings, text):
            return drugs_of((), known_beside_blinded(codings, text)), (STUDY_DRUG,), None
        return match, (), None
    others = other_drugs_of(codings, text)
    if not others and is_study_drug(codings, text):
        others = (STUDY_DRUG,)
    if others:
        return match, others, None
    if names_nothing(codings, text):
        return match, (), _NAMELESS
    return match, (), "names a regimen by its letters, and none of its drugs" if is_regimen(codings, text) else None


def _drug_records(record: Record, resource: Resource, kind: Kind, match: DrugMatch) -> Iterable[DrugRecord]:
    if match.conflict:
        record.problem("code-text-conflict", resource, "code and text name different drugs", "therapy")
    start, end = _dates(record, resource, kind)
    if (start is None or end is None) and _unreadable_dates(resource, kind):
        record.problem("unreadable", resource, "a date that cannot be read", "therapy")
    if start is not None and start.earliest > add_days(record.today, _LONGEST_PLAN_DAYS):
        record.problem("unreadable", resource, "dated further ahead than anybody plans", "therapy")
        return ()
    is_order = kind == "order" and resource.status == "active"
    if not (record.counts(start, resource, "therapy") or is_order) or not match.drugs:
        return ()
    if resource.intent in NOT_YET_ORDERED:
        kind = "statement"  # of use, as somebody reported it
    status, source = _STATUSES.get(resource.status or "", "unknown"), source_of(resource)
    extensions, dosages = extensions_of(resource), dosages_of(resource)
    reason, intent = stop_reason_of(resource, extensions), _intent(resource, dosages, extensions)
    concept = resource.medication_codeable_concept
    dose = dose_of(resource, dosages, concept.text if concept is not None else None)
    grade = _lung_grade(resource, extensions) if reason == "lung" else None
    held_on = _held_on(record, resource) if status == "on-hold" else None
    found = [DrugRecord(drug, kind, status, start, end, reason, intent, dose, source, held_on, grade) for drug in match.drugs]
    if reason == "other" and not _HARM_LUNGS.isdisjoint(match.drugs) and _is_of_breathing(resource, extensions):
        return [replace(one, stop_reason="lung") if one.drug in _HARM_LUNGS else one for one in found]
    return found


def _is_of_breathing(resource: Resource, extensions: list[Extension]) -> bool:
    return any(is_of_breathing(text) for concept in _stop_concepts(resource, extensions) for text in labels_of(concept))


def _held_on(record: Record, resource: Resource) -> PartialDate | None:
    """The day since which an order has its status (R5), or on which a statement was made; when it was ordered says nothing of a hold."""
    day = when(resource.status_changed) or when(resource.date_asserted)
    return day if day is not None and not record.is_future(day) else None


def _other_drugs(record: Record, resource: Resource, kind: Kind, named: tuple[str, ...]) -> Iterable[OtherDrug]:
    start, end = _dates(record, resource, kind)
    if start is not None and record.is_future(start):
        return ()
    status, source = _STATUSES.get(resource.status or "", "unknown"), source_of(resource)
    return [OtherDrug(drug, status, start, end, source) for drug in named]


def _given_or_ordered(resource: Resource) -> bool:
    ordered = resource.intent not in NOT_YET_ORDERED or is_reported_use(resource)
    return ordered and resource.status not in _NOT_GIVEN and resource.do_not_perform not in (True, "true")


def _was_never_given(resource: Resource) -> bool:
    """Whether an order or a statement was stopped because nothing was ever given on it. Doses that were given have their own records."""
    if resource.status != "stopped":
        return False
    concepts = _stop_concepts(resource, extensions_of(resource))
    return any(is_never_given(text) for concept in concepts for text in labels_of(concept))


def _naming(record: Record, resource: Resource) -> Naming | None:
    naming = naming_of(resource, lambda reference: record.resolve(reference, resource))
    if naming is None:
        # Nobody can say what this was: no rule may say "never given" now.
        reference = resource.medication_reference
        if reference is None:
            detail = _NAMELESS
        elif record.resolve(reference, resource) is None:
            detail = "refers to a Medication that was not sent"
        else:
            detail = "refers to a Medication that names no drug"
        record.problem("unreadable", resource, detail, "therapy")
    return naming


def _dates(record: Record, resource: Resource, kind: Kind) -> tuple[PartialDate | None, PartialDate | None]:
    """Start and end of a record. A planned end is no end."""
    start, end = _stated_dates(resource, kind)
    return start, end if end is None or not record.is_future(end) else None


def _stated_dates(resource: Resource, kind: Kind) -> tuple[PartialDate | None, PartialDate | None]:
    """Start and end as stated (decision 8): its period, else the validity or bounds period of the order."""
    if kind == "administration":
        day = when(resource.effective_date_time or resource.occurence_date_time)
        period = resource.effective_period or resource.occurence_period
        return (day, day) if day is not None else (started(period), ended(period))
    if kind == "statement":
        return when(resource.effective_date_time) or started(resource.effective_period), ended(resource.effective_period)
    validity, periods = validity_of(resource), bounds_of(resource)
    if validity is not None:
        periods = [validity, *periods]
    if not periods:
        return when(resource.authored_on), None
    start = next((day for period in reversed(periods) if (day := started(period)) is not None), None)
    end = next((day for period in periods if (day := ended(period)) is not None), None)
    return start or when(resource.authored_on), end


def _unreadable_dates(resource: Resource, kind: Kind) -> bool:
    """Whether a date is stated in a way that cannot be read, of those that `_stated_dates` looks at first."""
    if kind == "order":
        return unreadable(resource.authored_on)
    period = resource.effective_period or resource.occurence_period
    return any(map(unreadable, (resource.effective_date_time, resource.occurence_date_time, *ends_of(period))))


def stop_reason_of(resource: Resource, extensions: list[Extension]) -> StopReason | None:
    """Why it was stopped or held: by code first, then in words; a reason that we do not understand is `other`, not none.

    That the order was written anew is no reason of the therapy.
    """
    concepts = _stop_concepts(resource, extensions)
    if not concepts:
        return None
    for concept in concepts:
        coded = _stop_reason_of_codes(concept)
        if coded is not None:
            return coded
    texts = [text for concept in concepts for text in labels_of(concept)]
    reason = next((reason for text in texts if (reason := stop_reason_in(text)) is not None), None)
    if reason is not None:
        return reason
    said = any(concept.coding or concept.text for concept in concepts)
    return "other" if said and not (texts and all(map(is_of_the_order, texts))) else None


def _stop_concepts(resource: Resource, extensions: list[Extension]) -> list[Concept]:
    reason = resource.status_reason
    if reason is None and not extensions:
        return []
    stated = [Concept(text=reason)] if isinstance(reason, str) else as_list(reason)
    return [*stated, *_extension_values(extensions, _STOP_EXTENSIONS)]


def _lung_grade(resource: Resource, extensions: list[Extension]) -> int | None:
    """The CTCAE grade of the pneumonitis that the reason of a stop names, the worst where several do."""
    texts = [text for concept in _stop_concepts(resource, extensions) for text in labels_of(concept)]
    return max((grade for text in texts if (grade := lung_grade_in(text)) is not None), default=None)


def _stop_reason_of_codes(concept: Concept) -> StopReason | None:
    for system, code, _ in triples(concept):
        value = value_of(system, code, "answer.stop_reason")
        for reason in _REASONS:
            # `other` gives the words a chance to say more.
            if value == reason and reason != "other":
                return reason
    return None


_REASONS: tuple[StopReason, ...] = (
    "progression", "toxicity", "completed", "patient-wish", "unavailable", "pregnancy", "cardiac", "lung", "hospice", "death", "other",
)  # fmt: skip


def _intent(resource: Resource, dosages: list[Dosage], extensions: list[Extension]) -> Literal["curative", "palliative"] | None:
    """The treatment intent: mCODE's extension by code, else clear words of category, course, reason or note."""
    stated = _extension_values(extensions, _INTENT_EXTENSIONS) if extensions else []
    for concept in stated:
        for system, code, _ in triples(concept):
            intent = _INTENTS.get(value_of(system, code, "answer.intent") or "")
            if intent is not None:
                return intent
    for raw in (resource.category, resource.course_of_therapy_type, resource.reason_code):
        if raw is not ABSENT:
            stated += concepts_in(raw)
    texts = [*[dosage.text for dosage in dosages], *notes_of(resource)]
    for concept in stated:
        texts += labels_of(concept)
    found = {intent for text in texts if text and (intent := intent_in(text)) is not None}
    return found.pop() if len(found) == 1 else None


def _extension_values(extensions: list[Extension], endings: tuple[str, ...]) -> list[Concept]:
    found: list[Concept] = []
    for extension in extensions:
        if (extension.url or "").lower().endswith(endings):
            if extension.value_codeable_concept is not None:
                found.append(extension.value_codeable_concept)
            elif extension.value_coding is not None:
                found.append(Concept([extension.value_coding]))
            elif extension.value_string:
                found.append(Concept(text=extension.value_string))
    return found
