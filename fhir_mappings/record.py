"""One patient's record: the resources of a reading that are about this patient, each once.

What is dropped here is named: resources of another patient and resources without a subject, counted and without anything that
identifies anyone. The order and the repetition of resources in the document make no difference to the record.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal

import msgspec

from fhir_mappings.later_members import contained_in, meta_of
from fhir_mappings.lost_facts import lost_with
from fhir_mappings.observation_topics import topic_of
from fhir_mappings.reading import Reading
from fhir_mappings.resources import Contained, Entry, Reference, Resource, source_of
from guideline.case import DataProblem, ProblemKind
from guideline.partial_date import PartialDate

#: A day of grace for time zones (`guideline.partial_date.is_future`).
GRACE: Final = timedelta(days=1)

#: Types that are read only where another resource refers to them; a Medication has no subject.
_REFERENCED = frozenset({"Medication", "Specimen"})


@dataclass(slots=True)
class Record:
    """The patient's own resources in a fixed order, and the problems met so far.

    `groups` holds Observations by topic (`observation_topics.Topic`), everything else by resource type. `references` finds a
    Medication or Specimen by `Type/id` or by the `fullUrl` of its entry. What begins after `horizon` is in the future.
    """

    today: date
    horizon: date
    groups: dict[str, list[Resource]] = field(default_factory=dict)
    references: dict[str, Resource] = field(default_factory=dict)
    problems: list[DataProblem] = field(default_factory=list)

    def of(self, group: str) -> list[Resource]:
        """The patient's resources of a type, or Observations of a topic."""
        return self.groups.get(group, [])

    def problem(self, kind: ProblemKind, resource: Resource, detail: str, subject: str | None = None) -> None:
        """Name something that could not be used. `detail` must not carry patient data."""
        self.problems.append(DataProblem(kind, subject or lost_with(resource), source_of(resource), detail))

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
    record = Record(today, today + GRACE, problems=list(reading.problems))
    own = _own_references(reading, patient_id)
    dropped: Counter[tuple[ProblemKind, str]] = Counter()
    for group, by_id in _each_once(reading.entries).items():
        kept: list[Resource] = []
        for ident in sorted(by_id):
            for resource, full_url in by_id[ident]:
                verdict = _verdict(resource, full_url, own)
                if verdict is None:
                    kept.append(resource)
                    if group in _REFERENCED:
                        record.references.update(dict.fromkeys(filter(None, (f"{group}/{resource.id}", full_url)), resource))
                else:
                    dropped[verdict, lost_with(resource)] += 1
        record.groups[group] = kept
    record.problems += [DataProblem(kind, subject, "", f"{count} dropped") for (kind, subject), count in dropped.items()]
    return record


_Versions = list[tuple[Resource, str | None]]


def _each_once(entries: Iterable[Entry]) -> dict[str, dict[str, _Versions]]:
    """The resources that a case may need, by group and identity: the newest version of each.

    Several only where one id came with different contents that no version tells apart: then each is read.
    """
    groups: defaultdict[str, dict[str, _Versions]] = defaultdict(dict)
    for entry in entries:
        resource = entry.resource
        if resource is None:
            continue
        group = resource.resource_type
        if group == "Observation":
            topic = topic_of(resource)
            if topic is None:
                continue
            group = topic
        ident = resource.id or _fingerprint(resource)
        by_id = groups[group]
        if ident not in by_id:
            by_id[ident] = [(resource, entry.full_url)]
        elif all(known != resource for known, _ in by_id[ident]):
            versions = [*by_id[ident], (resource, entry.full_url)]
            newest = max(_age(known) for known, _ in versions)
            by_id[ident] = sorted((version for version in versions if _age(version[0]) == newest), key=lambda v: _fingerprint(v[0]))
    return groups


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


def _verdict(resource: Resource, full_url: str | None, own: frozenset[str]) -> Literal["other-patient", "no-subject"] | None:
    """Why a resource is not this patient's; `None` when it is, or when its type belongs to no patient."""
    kind = resource.resource_type
    if kind in _REFERENCED:
        return None
    if kind == "Patient":
        return None if f"Patient/{resource.id}" in own or full_url in own else "other-patient"
    subject = resource.subject or resource.patient
    if subject is None or not subject.reference:
        return "no-subject"
    return None if subject.reference in own or subject_of(subject.reference) in own else "other-patient"


def _own_references(reading: Reading, patient_id: str | None) -> frozenset[str]:
    """Everything that names the patient: `Patient/id` and the `fullUrl` of the Patient's entry."""
    patients = [(resource.id, url) for resource, url in _patients(reading)]
    if patient_id is not None:
        known = patient_id.rstrip("/").rsplit("/", 1)[-1]
        return frozenset({f"Patient/{known}", f"urn:uuid:{known}", *(url for ident, url in patients if url and ident == known)})
    if len({ident or url for ident, url in patients}) == 1:
        named = {name for ident, _ in patients if ident for name in (f"Patient/{ident}", f"urn:uuid:{ident}")}
        return frozenset(named.union(url for _, url in patients if url))
    if patients:
        return frozenset()
    resources = (entry.resource for entry in reading.entries if entry.resource is not None)
    subjects = (resource.subject or resource.patient for resource in resources)
    subjects_named = frozenset(subject_of(subject.reference) for subject in subjects if subject is not None and subject.reference)
    return subjects_named if len(subjects_named) == 1 else frozenset()


def _patients(reading: Reading) -> Iterator[tuple[Resource, str | None]]:
    for entry in reading.entries:
        if entry.resource is not None and entry.resource.resource_type == "Patient":
            yield entry.resource, entry.full_url


def subject_of(reference: str) -> str:
    """A subject without base URL and version: `Patient/id`, or the `urn:` as it is."""
    return type_and_id(reference) or reference
