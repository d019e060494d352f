"""What a clinician sees of a chart at one glance: problems, therapies, results, as the resources say it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from guideline.knowledge_base import KNOWLEDGE
from service.demo.search import date_of

#: What comes first among the results; the rest follows as it stands in the record.
_FIRST_RESULTS: Final = ("HER2", "ER", "PR", "LVEF", "Cancer disease status")

_ENDED: Final = frozenset({"completed", "stopped", "cancelled", "ended"})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a section: what, how much, when (as FHIR writes a date), and a remark such as `stopped: disease progression`."""

    name: str
    value: str = ""
    when: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the chart under its heading."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """The head of a chart, and its sections."""

    name: str
    age: int
    birth_date: str
    gender: str
    allergies: str
    sections: tuple[Section, ...]


def summary_of(resources: Iterable[dict[str, Any]], today: date) -> Summary:
    """The summary of a chart whose first resource is the Patient."""
    patient, *others = resources
    kinds: dict[str, list[dict[str, Any]]] = {}
    for resource in others:
        kinds.setdefault(resource["resourceType"], []).append(resource)
    born = date.fromisoformat(patient["birthDate"])
    name = patient["name"][0]
    therapies = _newest_first(_therapies(kinds))
    sections = (
        Section("Problems", tuple(_newest_first(map(_problem, kinds.get("Condition", ()))))),
        Section("Cancer therapy", tuple(row for row in therapies if _is_cancer_drug(row.name))),
        Section("Other drugs", tuple(row for row in therapies if not _is_cancer_drug(row.name))),
        Section("Results", tuple(_results(kinds.get("Observation", ())))),
        Section("Procedures", tuple(_newest_first(Row(_words(one.get("code")), when=_day(one)) for one in kinds.get("Procedure", ())))),
    )
    return Summary(
        name=" ".join([*name.get("given", ()), name["family"]]),
        age=today.year - born.year - ((today.month, today.day) < (born.month, born.day)),
        birth_date=born.isoformat(),
        gender=patient.get("gender", "unknown"),
        allergies=", ".join(_words(one.get("code")) for one in kinds.get("AllergyIntolerance", ())) or "none recorded",
        sections=tuple(section for section in sections if section.rows),
    )


def _newest_first(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row.when, reverse=True)


def _problem(condition: dict[str, Any]) -> Row:
    status = condition.get("clinicalStatus", {}).get("coding", [{}])[0].get("code", "")
    when = str(condition.get("onsetDateTime") or condition.get("recordedDate") or "")[:10]
    return Row(_words(condition.get("code")), when=when, remark="" if status == "active" else status)


def _therapies(kinds: Mapping[str, list[dict[str, Any]]]) -> Iterator[Row]:
    """Statements and orders as they are; administrations of one order count as one line with it."""
    given: dict[str, list[str]] = {}
    for dose in kinds.get("MedicationAdministration", ()):
        given.setdefault(dose.get("request", {}).get("reference", ""), []).append(_day(dose))
    for course in kinds.get("MedicationStatement", ()):
        period = course.get("effectivePeriod", {})
        yield Row(_drug(course), value=f"until {period['end'][:10]}" if "end" in period else "", when=_day(course), remark=_end_of(course))
    for order in kinds.get("MedicationRequest", ()):
        doses = sorted(given.get(f"MedicationRequest/{order['id']}", ()))
        said = order.get("dosageInstruction", [{}])[0].get("text", "")
        value = f"{len(doses)} doses, last {doses[-1]}" if doses else said
        yield Row(_drug(order), value=value, when=_day(order), remark=_end_of(order))


def _is_cancer_drug(name: str) -> bool:
    return any(drug.name in name.lower() for drug in KNOWLEDGE.drugs.values())


def _end_of(therapy: dict[str, Any]) -> str:
    status = therapy.get("status", "")
    if status not in _ENDED:
        return ""
    reasons = therapy.get("statusReason", ())
    reason = _words(reasons[0] if isinstance(reasons, list) and reasons else reasons or None)
    said = f"{reason[:1].lower()}{reason[1:]}"
    return f"{status}: {said}" if said and status not in said else said or str(status)


def _results(observations: Iterable[dict[str, Any]]) -> list[Row]:
    """The newest result of each kind, with the one before it."""
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for observation in observations:
        by_kind.setdefault(_words(observation.get("code")), []).append(observation)
    rows = []
    for name, results in by_kind.items():
        newest, *earlier = sorted(results, key=date_of, reverse=True)
        before = f"before: {_value(earlier[0])}, {_day(earlier[0])}" if earlier else ""
        rows.append(Row(name, value=_value(newest), when=_day(newest), remark=before))
    return sorted(rows, key=lambda row: next((place for place, first in enumerate(_FIRST_RESULTS) if row.name.startswith(first)), 99))


def _value(observation: Mapping[str, Any]) -> str:
    if "component" in observation:
        return " / ".join(filter(None, map(_value, observation["component"])))
    if quantity := observation.get("valueQuantity"):
        return f"{quantity['value']:g} {_typeset(quantity.get('unit', ''))}".strip()
    for name, value in observation.items():
        if name.startswith("value"):
            return _words(value) if isinstance(value, dict) else str(value)
    return ""


def _typeset(unit: str) -> str:
    return unit.replace("10*3", "10³").replace("uL", "µL")


def _drug(resource: Mapping[str, Any]) -> str:
    reference = resource.get("medicationReference", {})
    return _words(resource.get("medicationCodeableConcept")) or reference.get("display", "")


def _words(concept: Any) -> str:
    if not isinstance(concept, dict):
        return ""
    codings = concept.get("coding", [{}])
    return str(concept.get("text") or codings[0].get("display") or codings[0].get("code") or "")


def _day(resource: Mapping[str, Any]) -> str:
    return date_of(resource)[:10]
