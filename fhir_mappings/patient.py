"""Patient -> who is treated."""

from __future__ import annotations

from fhir_mappings.dates import when
from fhir_mappings.later_members import extensions_of
from fhir_mappings.record import Record
from fhir_mappings.resources import Resource, source_of
from guideline.case import Patient, Sex

_BIRTH_SEX = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"
_SEXES: dict[str, Sex] = {"female": "female", "male": "male", "f": "female", "m": "male"}


def read_patient(record: Record) -> Patient:
    """The patient; unknown in every respect when the record holds no Patient, which is not the same as an adult woman."""
    found = record.of("Patient")
    if not found:
        return Patient()
    resource = found[0]
    birth = when(resource.birth_date)
    if birth is not None and not record.counts(birth, resource, "patient"):
        birth = None
    return Patient(birth, _sex(resource), _deceased(resource), source_of(resource))


def _sex(resource: Resource) -> Sex:
    """Administrative gender, or the sex at birth where gender does not say."""
    stated = _SEXES.get((resource.gender or "").lower())
    if stated is not None:
        return stated
    codes = [item.value_code or "" for item in extensions_of(resource) if item.url == _BIRTH_SEX]
    return next((_SEXES[code.lower()] for code in codes if code.lower() in _SEXES), "unknown")


def _deceased(resource: Resource) -> bool:
    return resource.deceased_boolean in (True, "true") or bool(resource.deceased_date_time)
