from __future__ import annotations

import pytest

from fhir_mappings.lost_facts import lost_with_key, lost_with_type
from fhir_mappings.prefetch_queries import PREFETCH


@pytest.mark.parametrize(
    ("key", "subject"),
    [
        ("patient", "patient"),
        ("conditions", "diagnosis"),
        ("medicationRequests", "therapy"),
        ("medicationStatements", "therapy"),
        ("medicationAdministrations", "therapy"),
        ("receptors", "her2"),
        ("heart", "lvef"),
        ("labs", "lab"),
        ("intake", "intake"),
        ("anything", "other"),
    ],
)
def test_a_key_tells_what_was_to_stand_under_it(key, subject):
    """What fails under one of our own keys is named by the kind of fact that the key asks for; of an unknown key nothing is guessed."""
    assert lost_with_key(key) == subject
    assert key in PREFETCH or key == "anything"


@pytest.mark.parametrize("kind", ["MedicationStatement", "MedicationRequest", "MedicationAdministration", "MedicationOrder", "Medication"])
def test_whatever_carries_a_drug_is_a_therapy(kind):
    """A lost drug record of any type, old ones included, is a lost therapy."""
    assert lost_with_type(kind) == "therapy"
