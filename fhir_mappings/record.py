"""One patient's record: the resources of a reading that are about this patient, each once.

What is dropped here is named: resources of another patient and resources without a subject, counted and without anything that
identifies anyone. The order and the repetition of resources in the document make no difference to the record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal

import msgspec
from msgspec import Raw

from fhir_mappings.documents.later_members import contained_in, is_modified, meta_of, reference_in, subject_bytes
from fhir_mappings.lost_facts import OUR_KEYS, lost_with, lost_with_search
from fhir_mappings.observation_topics import topic_of
from fhir_mappings.reading import Reading
from fhir_mappings.resources import ABSENT, Contained, Entry, Reference, Resource, source_of
from fhir_mappings.status_words import plainly_spelled
from guideline.case import DataProblem, ProblemKind, UnreadResult
from guideline.partial_date import PartialDate

_Verdict = Literal["other-patient", "no-subject"] | None

#: A Patient, and the `fullUrl` of its entry.
_Patient = tuple[Resource, str | None]

#: A day of grace for time zones.
GRACE: Final = timedelta(days=1)

#: Types that are read only where another resource refers to them; a Medication has no subject.
_REFERENCED = frozenset({"Medication", "Specimen"})

#: Types whose `subject`, if they have one at all, does not tell whose they are.
_WITHOUT_SUBJECT = _REFERENCED | {"Patient"}
_PATIENT = frozenset({"Patient"})

#: Links of a Patient to a record that holds data of the same person and was merged into this one, or stands beside it.
_SAME_PERSON = frozenset({"replaces", "seealso"})


@dataclass(slots=True)
class Record:
    """The patient's own resources in a fixed order, and the problems met so far.

    `groups` holds Observations by topic (`observation_topics.Topic`), everything else by resource type. `references` finds a
    Medication or Specimen by `Type/id` or by the `fullUrl` of its entry. What begins after `horizon` is in the future.
    `unread` holds the results that are there and could not be read.
    """

    today: date
    horizon: date
    groups: dict[str, list[Resource]] = field(default_factory=dict)
    references: dict[str, Resource] = field(default_factory=dict)
    problems: list[DataProblem] = field(default_factory=list)
    unread: list[UnreadResult] = field(default_factory=list)

    def of(self, group: str) -> list[Resource]:
        """The patient's resources of a type, or Observations of a topic."""
        return self.groups.get(group, [])

    def problem(
        self, kind: ProblemKind, resource: Resource, detail: str, subject: str | None = None, day: PartialDate | None = None
    ) -> None:
        """Name something that could not be used. `detail` must not carry patient data."""
        self.problems.append(DataProblem(kind, subject or lost_with(resource), source_of(resource), detail, day))

    def counts(self, day: PartialDate | None, resource: Resource, subject: str | None = None) -> bool:
        """Whether a date lets a fact count: not more than a day ahead (decision 8). What does not count is named."""
        if day is not None and self.is_future(day):
            self.problem("future", resource, "dated in the future", subject)
            return False
        return True

    def is_future(self, day: PartialDate) -> bool:
        """Whether a day lies more than a day ahead."""
        return day.earliest > self.horizon

    def resolve(self, reference: Reference | None, resource: Resource) -> Resource | Contained | None:
        """What a reference in a resource leads to: a contained resource, or a Medication or Specimen of the document."""
        if reference is None or not reference.reference:
            return None
        target = reference.reference
        if target.startswith("#"):
            return next((item for item in contained_in(resource) if item.id in (target, target[1:])), None)
        return self.references.get(target) or self.references.get(type_and_id(target) or "")


def type_and_id(reference: str) -> str | None:
    """`Type/id` of a relative, absolute or versioned reference; `None` for a `urn:` or a fragment."""
    if reference.startswith(("urn:", "#")):
        return None
    parts = reference.split("/_history/", 1)[0].rstrip("/").split("/")
    return "/".join(parts[-2:]) if len(parts) > 1 else None


def patient_ids(reading: Reading) -> tuple[str, ...]:
    """The ids of the Patients in a document, each once."""
    return tuple(sorted({resource.id for resource, _ in _patients(reading) if resource.id}))


def record_of(reading: Reading, patient_id: str | None, today: date) -> Record:
    """Gather one patient's resources. Without `patient_id`, the patient is the one Patient of the document, or the one subject it names."""
    record = Record(today, today + GRACE, problems=list(reading.losses()))
    patients = list(_patients(reading))
    own = _own_references(reading, patients, patient_id)
    subjects = _Subjects(own, _linked_references(patients, own))
    dropped: defaultdict[tuple[ProblemKind, str], set[str]] = defaultdict(set)
    groups: defaultdict[str, dict[str, Resource]] = defaultdict(dict)
    copies: defaultdict[tuple[str, str], list[Resource]] = defaultdict(list)
    by_url: dict[str, tuple[str, str]] = {}
    perhaps_modified: set[str] = set()
    ours: Raw | None = None
    for entry in reading.entries:
        if entry.resource is None:
            continue
        kind = entry.resource.resource_type
        group = topic_of(entry.resource) if kind == "Observation" else kind
        if group is None:
            continue  # an Observation that no case needs
        resource = plainly_spelled(entry.resource)
        ident = resource.id or _fingerprint(resource)
        # Nearly all resources of a chart name the patient in the same bytes as the one before.
        if resource.subject != ours:
            verdict = subjects.verdict(resource, entry.full_url)
            if verdict is not None:
                dropped[verdict, lost_with(resource)].add(f"{kind}/{ident}")
                continue
            if kind not in _WITHOUT_SUBJECT and bytes(resource.subject):
                ours = resource.subject
        if resource.modifier_extension is not ABSENT and kind != "Patient":
            perhaps_modified.add(group)
        known = groups[group].setdefault(ident, resource)
        if known != resource:
            copies[group, ident].append(resource)
        if group in _REFERENCED and entry.full_url:
            by_url[entry.full_url] = max(by_url.get(entry.full_url, ("", "")), (group, ident))
    for group, by_id in groups.items():
        record.groups[group] = [by_id[ident] for ident in sorted(by_id)]
    versions = {(group, ident): _newest((groups[group][ident], *more)) for (group, ident), more in copies.items()}
    for group in {group for group, _ in versions}:
        by_id = groups[group]
        record.groups[group] = [one for ident in sorted(by_id) for one in versions.get((group, ident), (by_id[ident],))]
    for group in perhaps_modified:
        record.groups[group] = _unmodified(record, group)
    for url, (group, ident) in by_url.items():
        record.references[url] = versions.get((group, ident), (groups[group][ident],))[-1]
    record.references |= {source_of(resource): resource for group in _REFERENCED for resource in record.of(group)}
    record.problems += [DataProblem(kind, subject, "", f"{len(idents)} dropped") for (kind, subject), idents in dropped.items()]
    record.problems += _not_about(subjects, reading, strangers=bool(dropped))
    return record


def _not_about(subjects: _Subjects, reading: Reading, *, strangers: bool) -> Iterator[DataProblem]:
    """Our own searches that brought resources and none about this patient: what they were to find was not seen."""
    for key, content in reading.keys.items():
        if key not in OUR_KEYS or not (strangers or content.types == _PATIENT):
            continue
        if _about_others(subjects, key, content.entries):
            for subject in lost_with_search(key, content.types - _PATIENT):
                yield DataProblem("incomplete", subject, "", "a search that brought nothing about this patient")


def _about_others(subjects: _Subjects, key: str, entries: Iterable[Entry]) -> bool:
    """Whether a search brought resources, and none of them about this patient. Its first one tells, nearly always."""
    brought = False
    for entry in entries:
        one = entry.resource
        if one is None or one.resource_type in _REFERENCED:
            continue
        if (key == "patient" or one.resource_type != "Patient") and subjects.verdict(one, entry.full_url) is None:
            return False
        brought = True
    return brought


def of_others_only(reading: Reading, patient_id: str) -> bool:
    """Whether records of other patients came, and nothing about this one: they say nothing, not even that nothing is recorded."""
    patients = list(_patients(reading))
    own = _own_references(reading, patients, patient_id)
    subjects = _Subjects(own, _linked_references(patients, own))
    strangers = False
    for entry in reading.entries:
        if entry.resource is None or entry.resource.resource_type in _REFERENCED:
            continue
        verdict = subjects.verdict(entry.resource, entry.full_url)
        if verdict is None:
            return False
        strangers |= verdict == "other-patient"
    return strangers


def _newest(versions: Sequence[Resource]) -> list[Resource]:
    """The newest of the contents that came under one id, each once; all of them where no version tells them apart."""
    ages = [_age(one) for one in versions]
    newest = max(ages)
    contents = {_fingerprint(one): one for one, age in zip(versions, ages, strict=True) if age == newest}
    return [contents[name] for name in sorted(contents)]


def _fingerprint(resource: Resource) -> str:
    """Names a resource by its content; sorts before every id."""
    return "\x00" + msgspec.json.encode(resource).decode(errors="replace")


def _age(resource: Resource) -> tuple[float, int]:
    """Sorts the versions of one resource: when it was last updated, then its version number, where it has one."""
    meta = meta_of(resource)
    try:
        updated = datetime.fromisoformat(meta.last_updated or "")
        stamp = (updated if updated.tzinfo else updated.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        stamp = 0.0
    version = meta.version_id or ""
    return (stamp, int(version) if version.isdecimal() and len(version) < 12 else 0)


def _unmodified(record: Record, group: str) -> list[Resource]:
    """The resources of a group without those that carry a modifier extension, which are named: nobody can say what they say."""
    for resource in record.of(group):
        if is_modified(resource):
            record.problem("unreadable", resource, "a modifier extension, which may say the opposite")
    return [resource for resource in record.of(group) if not is_modified(resource)]


class _Subjects:
    """Tells whether resources are this patient's. Each way of naming the subject is decoded and judged once.

    `own` names the patient, `linked` other records of the same person: what is about them is about the patient.
    """

    def __init__(self, own: frozenset[str], linked: frozenset[str]) -> None:
        self._own = own
        self._subjects = own | linked
        self._judged: dict[bytes, _Verdict] = {b"": "no-subject"}

    def verdict(self, resource: Resource, full_url: str | None) -> _Verdict:
        """Why a resource is not this patient's; `None` when it is, or when its type belongs to no patient."""
        kind = resource.resource_type
        if kind in _REFERENCED:
            return None
        if kind == "Patient":
            return None if f"Patient/{resource.id}" in self._own or full_url in self._own else "other-patient"
        return self._judge(subject_bytes(resource))

    def _judge(self, subject: bytes) -> _Verdict:
        if subject not in self._judged:
            reference = reference_in(subject)
            ours = reference is not None and (reference in self._subjects or subject_of(reference) in self._subjects)
            self._judged[subject] = None if ours else "no-subject" if reference is None else "other-patient"
        return self._judged[subject]


def _own_references(reading: Reading, found: Sequence[_Patient], patient_id: str | None) -> frozenset[str]:
    """Everything that names the patient: `Patient/id` and the `fullUrl` of the Patient's entry."""
    patients = [(resource.id, url) for resource, url in found]
    if patient_id is not None:
        known = patient_id.rstrip("/").rsplit("/", 1)[-1]
        return frozenset({f"Patient/{known}", f"urn:uuid:{known}", *(url for ident, url in patients if url and ident == known)})
    if len({ident or url for ident, url in patients}) == 1:
        named = {name for ident, _ in patients if ident for name in (f"Patient/{ident}", f"urn:uuid:{ident}")}
        return frozenset(named.union(url for _, url in patients if url))
    if patients:
        return frozenset()
    subjects = {subject_bytes(entry.resource) for entry in reading.entries if entry.resource is not None}
    subjects_named = frozenset(subject_of(reference) for subject in subjects if (reference := reference_in(subject)) is not None)
    return subjects_named if len(subjects_named) == 1 else frozenset()


def _linked_references(patients: Sequence[_Patient], own: frozenset[str]) -> frozenset[str]:
    """The records that the patient's own Patient names as the same person: those it replaced, and those beside it."""
    links = (link for resource, url in patients if f"Patient/{resource.id}" in own or url in own for link in resource.link or ())
    others = (link.other.reference for link in links if link.type in _SAME_PERSON and link.other is not None)
    return frozenset(subject_of(reference) for reference in others if reference and "RelatedPerson/" not in reference)


def _patients(reading: Reading) -> Iterator[_Patient]:
    for entry in reading.entries:
        if entry.resource is not None and entry.resource.resource_type == "Patient":
            yield entry.resource, entry.full_url


def subject_of(reference: str) -> str:
    """A subject without base URL and version: `Patient/id`, or the `urn:` as it is."""
    return type_and_id(reference) or reference
