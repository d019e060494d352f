from __future__ import annotations

import pytest

from fhir_mappings.lost_facts import lost_with_key, lost_with_search, lost_with_type
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
        ("course", "course"),
        ("body", "body"),
        ("procedures", "procedure"),
        ("serviceRequests", "procedure"),
        ("allergies", "allergy"),
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


@pytest.mark.parametrize("key", PREFETCH)
def test_a_search_under_a_key_of_ours_loses_what_its_key_asks_for(key):
    """Nothing else: a failed search for allergies makes no therapy uncertain."""
    assert lost_with_search(key) == {lost_with_key(key)}


@pytest.mark.parametrize("key", ["record", "everything", "", "q7"])
def test_a_search_under_a_key_that_says_nothing_may_have_held_anything(key):
    """All queries may have been merged there: therapies and diagnoses are uncertain, unless results tell what it was."""
    assert lost_with_search(key) == {"therapy", "diagnosis", "other"}
    assert lost_with_search(key, ["Observation"]) == {"other"}
    assert lost_with_search(key, ["MedicationRequest", "Observation"]) == {"therapy", "other"}


def test_results_say_more_than_the_key_and_the_key_more_than_a_type_of_everything():
    """A Condition under `labs` is a diagnosis; an Observation under `labs` is a laboratory value."""
    assert lost_with_search("labs", ["Condition"]) == {"diagnosis"}
    assert lost_with_search("labs", ["Observation"]) == {"lab"}
