from __future__ import annotations

import json

import pytest

from fhir_mappings.diagnose import diagnose
from fhir_mappings.errors import NotJson
from tests.fhir_mappings.resource_builders import IHC, POSITIVE, TODAY, bundle, concept, observation, patient, statement

GOOD = observation(IHC, valueCodeableConcept=concept(POSITIVE))


def of(document, **options):
    return diagnose(json.dumps(document).encode(), today=TODAY, **options)


def test_a_good_record_has_nothing_wrong():
    """Valid resources that are all used give an empty diagnosis that says so."""
    found = of(bundle(patient(), GOOD))
    assert (found.resources, found.faults, found.unused) == (2, (), ())
    assert "Nothing is wrong" in str(found)


def test_faults_of_fhir_name_resource_and_element():
    """What R4 forbids is named by resource and element, though the service can use it."""
    found = of(bundle(patient(birthDate=""), {**GOOD, "vendorField": 1}))
    assert {(fault.source, fault.element) for fault in found.faults} >= {("Observation/1", "vendorField")}
    assert found.unused == ()


def test_what_the_service_could_not_use_is_named_with_its_reason():
    """Old shapes, conflicts and other patients stand in the second list."""
    found = of(
        [patient(), {**statement(text="Kadcyla"), "taken": "n"}, observation((IHC[0], IHC[1], "Ki-67"), ident="2", valueString="3+")]
    )
    assert {problem.kind for problem in found.unused} == {"old-fhir", "code-text-conflict"}
    assert "MedicationStatement/1: old-fhir" in str(found)


def test_a_hook_request_is_diagnosed_for_its_own_patient():
    """The context of a request says whose record it is."""
    request = {"hook": "patient-view", "context": {"patientId": "p2"}, "prefetch": {"a": bundle(patient(), GOOD), "b": None}}
    assert [(p.kind, p.subject) for p in of(request).unused] == [("other-patient", "her2"), ("other-patient", "patient")]


def test_no_value_of_the_record_is_printed():
    """A diagnosis may be sent to a vendor: names, dates and free text of the patient stay out of it."""
    secret = {
        "name": [{"family": 4711}],
        "birthDate": "Secretdate",
        "gender": ["Secretgender"],
        "address": "Secretstreet",
        "contact": {"Secretkey": 1},
    }
    text = str(of([patient(**secret), {**GOOD, "issued": "Secretissued", "valueQuantity": {"value": "Secretvalue"}, "note": "Secretnote"}]))
    assert "Patient/p1" in text
    assert not [
        word for word in ("4711", "Secretdate", "Secretgender", "Secretstreet", "Secretissued", "Secretvalue", "Secretnote") if word in text
    ]


def test_a_resource_that_nests_too_deeply_is_named():
    """Three hundred levels of extensions: a line in the report, and the others are checked as ever."""
    nested: dict[str, object] = {"url": "x", "valueString": "y"}
    for _ in range(300):
        nested = {"url": "x", "extension": [nested]}
    deep = {"resourceType": "Patient", "id": "deep", "extension": [nested]}
    told = str(of(bundle(deep, GOOD)))
    assert "Patient/deep" in told
    assert "nests too deeply" in told


def test_unknown_types_and_garbage():
    """A type that R4 does not have is named; what is no resource at all is named by the reader."""
    found = of([patient(), {"resourceType": "Nonsense", "id": "1"}, "text"])
    assert [(fault.source, fault.element) for fault in found.faults] == [("Nonsense/1", "resourceType")]
    assert [p.kind for p in found.unused] == ["unreadable"]


def test_what_is_not_json_raises_as_reading_does():
    """The caller handles one tree of errors."""
    with pytest.raises(NotJson):
        diagnose(b"nope", today=TODAY)
