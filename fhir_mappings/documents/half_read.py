"""What of a document was read without a part that matters: said to a site that asks, on no card.

A fact without a date, a dose without a unit and a code under another system's name are no loss that a case could name: the fact stands, or
may be none of ours. Whoever maps the site's data can mend them. No value of the record is printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from fhir_mappings.code_tables import canonical_system, meanings, systems_of_code
from fhir_mappings.coded import words
from fhir_mappings.documents.later_members import reference_in, subject_bytes
from fhir_mappings.documents.passed_over import PassedOver, as_resource
from fhir_mappings.nameless import names_nothing
from fhir_mappings.resources import Resource, source_of
from guideline.case import Case

#: Types of a patient's record, as far as they are read.
_OF_A_PATIENT: Final = frozenset(
    {
        "Condition", "Observation", "MedicationStatement", "MedicationRequest", "MedicationAdministration", "Procedure", "ServiceRequest",
        "AllergyIntolerance",
    }
)  # fmt: skip

#: Members that hold the amount of a dose.
_DOSES: Final = frozenset({"doseQuantity", "dose"})


#: In which systems a code of a type may be, where it is in none that it names.
_OF_DRUGS: Final = frozenset({"rxnorm", "ndc", "hcpcs", "atc"})
_SYSTEMS: Final = {"Condition": frozenset({"snomed", "icd10cm"}), "Observation": frozenset({"loinc", "snomed"})}
_TELLING_DIGITS: Final = 6


def half_read(resources: Sequence[dict[str, Any]], case: Case) -> Iterator[PassedOver]:
    """What was read in part, resource by resource, in the order of the document. `case` is what the document made."""
    if not any(plain["resourceType"] == "Patient" for plain in resources):
        yield PassedOver("Patient", "none was sent, so that age and sex are unknown")
    elif case.patient.birth is None:
        yield PassedOver(case.patient.source, "no date of birth that can be read")
    undated, undosed = _undated(case), frozenset(drug.source for drug in case.drugs if drug.dose is None)
    for plain in resources:
        if plain["resourceType"] not in _OF_A_PATIENT or (resource := as_resource(plain)) is None:
            continue
        source = source_of(resource)
        if reference_in(subject_bytes(resource)) is None:
            yield PassedOver(source, "names no patient, so it is nobody's")
        if source in undated:
            yield PassedOver(source, f"{undated[source]} without a date")
        if source in undosed and _has_bare_dose(plain):
            yield PassedOver(source, "a dose without a unit that is read")
        yield from _of_another_system(resource, source)


def _undated(case: Case) -> dict[str, str]:
    """The sources of facts that lack the date by which they count, and what they are; a date that cannot be read is named by the case."""
    named = {problem.source for problem in case.problems}
    facts = [
        *((result.source, "a receptor result") for result in case.receptors if result.date is None),
        *((value.source, "an LVEF") for value in case.lvef if value.date is None),
        *((value.source, "a laboratory value") for value in case.labs if value.date is None),
        *((status.source, "a disease status") for status in case.disease_statuses if status.date is None),
        *((metastasis.source, "a metastasis") for metastasis in case.metastases if metastasis.date is None),
        *((drug.source, "a therapy") for drug in case.drugs if drug.start is None and drug.end is None),
    ]
    return {source: what for source, what in facts if source not in named}


def _has_bare_dose(value: Any) -> bool:
    """Whether a quantity of a dose holds a number and no unit that people or programs read."""
    if isinstance(value, list):
        return any(map(_has_bare_dose, value))
    if not isinstance(value, dict):
        return False
    for name, member in value.items():
        if name in _DOSES and isinstance(member, dict) and "value" in member and not (member.get("unit") or member.get("code")):
            return True
        if _has_bare_dose(member):
            return True
    return False


def _of_another_system(resource: Resource, source: str) -> Iterator[PassedOver]:
    """A code that means nothing in its system and something of ours in another, where no other code of the resource is known.

    A number of few digits is a code in several systems: such a one tells nothing. Nor does one that bears the name of a system that we know
    and words of its own.
    """
    concept = resource.medication_codeable_concept or resource.code
    codings = [(c.system or None, str(c.code)) for c in concept.coding if c.code] if concept is not None else []
    if concept is None or any(meanings(system, code) for system, code in codings):
        return
    bare = names_nothing((), words(concept))
    for system, code in codings:
        others = systems_of_code(code) & _SYSTEMS.get(resource.resource_type, _OF_DRUGS) - {canonical_system(system)}
        if code.isdecimal() and len(code) < _TELLING_DIGITS:
            continue
        if others and (bare or canonical_system(system) is None):
            names = ", ".join(sorted(others))
            if system is None:
                yield PassedOver(source, f"its code names no system, and looks like one of {names}")
            elif canonical_system(system) is None:
                yield PassedOver(source, f"its code is of a system that is not read, and looks like one of {names}")
            else:
                yield PassedOver(source, f"its code is none of the system that it names, and one of another ({names})")
            return
