"""What the problem list holds that is really so: Conditions with their status, without what was refuted, ruled out or written in error."""

from __future__ import annotations

from collections import defaultdict

from fhir_mappings.coded import contradicts_itself, triples
from fhir_mappings.condition_topics import ConditionTopic, condition_topics, only_asked_about
from fhir_mappings.dates import known_by, onset_without_date
from fhir_mappings.nameless import names_nothing
from fhir_mappings.record import Record
from fhir_mappings.resources import Resource
from fhir_mappings.status_words import condition_status
from fhir_mappings.tumour.named_by_site import with_its_site
from fhir_mappings.unread_icd10 import lost_with_icd10
from guideline.case import ClinicalStatus

ProblemList = defaultdict[ConditionTopic, list[Resource]]

#: Verification statuses under which a Condition is no disease of the patient (trap 30).
_NOT_DISEASE = frozenset({"refuted", "entered-in-error", "differential"})

_STATUSES: dict[str, ClinicalStatus] = {
    "active": "active",
    "recurrence": "active",
    "relapse": "active",
    "inactive": "resolved",
    "remission": "resolved",
    "resolved": "resolved",
}


def diseases(record: Record) -> ProblemList:
    """The Conditions that say that this patient has, or had, something, by topic.

    What was refuted, ruled out or entered in error is left out; so are, named, a Condition whose code and display disagree, and one that
    names no disease: it may have been any. One of which only a code in an ICD-10 that is not read tells is named too, where it matters.
    """
    listed: ProblemList = defaultdict(list)
    for resource in map(with_its_site, record.of("Condition")):
        topics = condition_topics(resource.code)
        if not topics and names_nothing(triples(resource.code), resource.code.text if resource.code is not None else None):
            if not is_no_disease(resource):
                record.problem("unreadable", resource, "names no disease", "diagnosis")
            continue
        unread = None if topics else lost_with_icd10(triples(resource.code))
        if not (topics or unread) or is_no_disease(resource) or _only_asked_about(resource):
            continue
        if unread is not None:
            _name_unread_code(record, resource, unread)
        elif contradicts_itself(resource.code):
            record.problem("code-text-conflict", resource, "code and display disagree")
        elif record.counts(known_by(resource), resource):
            for topic in topics:
                listed[topic].append(resource)
    return listed


def _name_unread_code(record: Record, resource: Resource, subject: str) -> None:
    """Name what a code of an ICD-10 that is not read may mean. A tumour always counts; anything else while it has not resolved."""
    detail = "a code of an ICD-10 that is not read, without words that are"
    if subject == "diagnosis":
        record.problem("unreadable", resource, detail, subject)
    elif clinical_status(resource) != "resolved":
        record.problem("unread-code", resource, detail, subject, known_by(resource))


def is_no_disease(resource: Resource) -> bool:
    """Whether a Condition was refuted, ruled out or entered in error."""
    return condition_status(resource.verification_status) in _NOT_DISEASE


def name_undated(record: Record, resource: Resource, subject: str) -> None:
    """Name a Condition that counts by the day on which it began, where somebody said when, and not as a date."""
    if onset_without_date(resource):
        record.problem("unreadable", resource, "an onset that is no date", subject)


def _only_asked_about(resource: Resource) -> bool:
    return resource.code is not None and bool(resource.code.text) and only_asked_about(resource.code.text or "")


def clinical_status(resource: Resource) -> ClinicalStatus:
    """The clinical status. Without one, an abatement says `resolved`; a Condition may lack both, which is `unknown`, not inactive."""
    stated = _STATUSES.get(condition_status(resource.clinical_status))
    if stated is not None:
        return stated
    dated = resource.abatement_date_time or resource.abatement_period or resource.abatement_string
    return "resolved" if dated or resource.abatement_boolean in (True, "true") else "unknown"
