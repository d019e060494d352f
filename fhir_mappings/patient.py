"""Patient -> who is treated."""

from __future__ import annotations

from fhir_mappings.dates import when
from fhir_mappings.documents.later_members import extensions_of
from fhir_mappings.record import Record
from fhir_mappings.resources import Extension, Resource, source_of
from guideline.case import Patient, Sex

_US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"
#: Extensions that state the sex. A gender identity is none.
_SEX_EXTENSIONS = frozenset({_US_CORE + "us-core-birthsex", _US_CORE + "us-core-sex"})

#: As codes of FHIR and HL7, and of SNOMED CT.
_SEXES: dict[str, Sex] = {
    "female": "female", "male": "male", "f": "female", "m": "male", "248152002": "female", "248153007": "male",
}  # fmt: skip


def read_patient(record: Record) -> Patient:
    """The patient; unknown in every respect when the record holds no Patient, which is not the same as an adult woman."""
    found = record.of("Patient")
    if not found:
        return Patient()
    resource = found[0]
    birth = when(resource.birth_date)
    if birth is not None and not record.counts(birth, resource, "patient"):
        birth = None
    return Patient(birth, _sex(record, resource), _deceased(resource), source_of(resource))


def _sex(record: Record, resource: Resource) -> Sex:
    """Administrative gender, and the sex that the record states beside it. Where they differ nobody can say here which is the body's."""
    stated = [resource.gender, *[_code(item) for item in extensions_of(resource) if item.url in _SEX_EXTENSIONS]]
    sexes = {_SEXES[one.lower()] for one in stated if one and one.lower() in _SEXES}
    if len(sexes) > 1:
        record.problem("code-text-conflict", resource, "gender and sex at birth differ", "patient")
    return sexes.pop() if len(sexes) == 1 else "unknown"


def _code(extension: Extension) -> str | None:
    coding = extension.value_coding
    return extension.value_code or (str(coding.code or "") if coding is not None else None)


def _deceased(resource: Resource) -> bool:
    return resource.deceased_boolean in (True, "true") or bool(resource.deceased_date_time)
