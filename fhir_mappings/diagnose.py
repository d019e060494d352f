"""What is wrong with a site's data, resource by resource, and what could not be used because of it.

Three views side by side: what FHIR R4 itself says of each resource (the strict models of `fhir.resources.R4B`), what this service could
not use and why, and what it does not look at. `fhir.resources` takes long to import and is imported only here, never on the way of an
answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from fhir_mappings.case_builder import build_case
from fhir_mappings.documents.half_read import half_read
from fhir_mappings.documents.passed_over import PassedOver, passed_over
from fhir_mappings.reading import read_document
from fhir_mappings.required_codes import wrong_codes
from guideline.case import DataProblem


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that FHIR R4 forbids: in which resource, at which element, and what is expected there. No value of the record."""

    source: str
    element: str
    message: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What FHIR says is wrong (`faults`), what the service could not use (`unused`), and what it did not look at in full (`passed_over`).

    Of a document with so many resources.
    """

    resources: int
    faults: tuple[Fault, ...]
    unused: tuple[DataProblem, ...]
    passed_over: tuple[PassedOver, ...] = ()

    def __str__(self) -> str:
        """Readable in a terminal: one line for each."""
        lines = [f"{self.resources} resources read."]
        lines.append("" if self.faults or self.unused else _ALL_WELL if not self.passed_over else _ALL_WELL_SO_FAR)
        if self.unused:
            lines += ["Not used by this service:", *(f"  {_line(problem)}" for problem in self.unused), ""]
        if self.passed_over:
            lines += ["Not looked at, or not in full, though it may hold a fact that matters:"]
            lines += [f"  {one.source}: {one.reason}" for one in self.passed_over]
        if self.faults:
            lines += ["Not valid FHIR R4 (used all the same where that was safe):"]
            lines += [f"  {fault.source}: {fault.element}: {fault.message}" for fault in self.faults]
        return "\n".join(line for line in lines).rstrip()


#: No more than was looked for: a fact in words that nobody thought of is not found to be lost.
_ALL_WELL = "Nothing is wrong with them, and nothing was found that could not be used."
_ALL_WELL_SO_FAR = "Nothing is wrong with what was looked at."


def _line(problem: DataProblem) -> str:
    where = problem.source or "(no single resource)"
    return f"{where}: {problem.kind}, {problem.detail} [{problem.subject}]"


def diagnose(body: bytes, *, today: date, patient_id: str | None = None) -> Diagnosis:
    """Check a Bundle, an array, a resource or a CDS Hooks request. Raises `fhir_mappings.errors.Unreadable` as reading does."""
    request = read_document(body)
    if patient_id is None and isinstance(request.envelope.get("context"), dict):
        stated = request.envelope["context"].get("patientId")
        patient_id = stated if isinstance(stated, str) else None
    case = build_case(request.reading, patient_id=patient_id, today=today)
    plain = msgspec.json.decode(body)
    found = list(_resources(plain))
    return Diagnosis(
        len(found),
        tuple(fault for resource in found for fault in _faults(resource)),
        case.problems,
        (*passed_over(found), *half_read(found, case)),
    )


def _resources(document: Any) -> Iterator[dict[str, Any]]:
    """Every resource of a document, Bundles opened, in the order of the document."""
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += reversed(value)
        elif isinstance(value, dict) and isinstance(value.get("resourceType"), str):
            if value["resourceType"] == "Bundle":
                entries = value.get("entry")
                waiting += reversed([e.get("resource") for e in entries if isinstance(e, dict)] if isinstance(entries, list) else [])
            else:
                yield value
        elif isinstance(value, dict) and isinstance(value.get("prefetch"), dict):
            waiting += reversed(list(value["prefetch"].values()))


def _faults(resource: dict[str, Any]) -> Iterator[Fault]:
    from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415 - takes over a second; no answer needs it
    from pydantic import ValidationError  # noqa: PLC0415

    kind, ident = resource["resourceType"], resource.get("id")
    source = f"{kind}/{ident}" if isinstance(ident, str) else str(kind)
    for element in wrong_codes(resource):
        yield Fault(source, element, "a code that FHIR R4 does not have there")
    try:
        model = get_fhir_model_class(kind)
    except (KeyError, LookupError, ValueError):
        yield Fault(source, "resourceType", "no resource type of FHIR R4")
        return
    try:
        model.model_validate(resource)
    except ValidationError as error:
        for one in error.errors(include_input=False, include_url=False, include_context=False):
            yield Fault(source, ".".join(str(step) for step in one["loc"]) or "(resource)", _without_values(one["type"], one["msg"]))
    except RecursionError:
        yield Fault(source, "(resource)", "nests too deeply to be checked")


def _without_values(kind: str, message: str) -> str:
    """Say what is expected there; messages that repeat a value of the record are replaced by their kind."""
    if kind in _PLAIN_KINDS or (kind == "value_error" and "field value" in message):  # choice types: names elements, not values
        return message
    return kind.replace("_", " ")


_PLAIN_KINDS = frozenset(
    {"missing", "extra_forbidden", "string_type", "list_type", "dict_type", "model_type", "bool_type", "int_type", "float_type"}
)
