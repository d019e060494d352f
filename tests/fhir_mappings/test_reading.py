from __future__ import annotations

import json
from typing import Any

import pytest

from fhir_mappings.errors import NotJson, NotUtf8, TooDeep, Unreadable, WrongShape
from fhir_mappings.reading import DOCUMENT, HookRequest, Reading, read_document, read_hook_request, read_value
from tests.fhir_mappings.resource_builders import IHC, POSITIVE, bundle, concept, observation, patient, statement

OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "processing"}]}


def hook(prefetch: Any = None, **members: Any) -> HookRequest:
    body = {"hook": "patient-view", "hookInstance": "1", "context": {"patientId": "p1", "userId": "Practitioner/1"}, **members}
    if prefetch is not None:
        body["prefetch"] = prefetch
    return read_hook_request(json.dumps(body).encode())


def read(value: Any) -> Reading:
    return read_value(json.dumps(value).encode())


def types(reading: Reading) -> list[str]:
    return [entry.resource.resource_type for entry in reading.entries if entry.resource is not None]


def test_the_envelope_is_kept_as_plain_json():
    """Every member of the request but `prefetch` comes back as it was sent; absent members stay absent."""
    request = hook({"patient": patient()}, fhirServer="https://ehr.example/fhir", extension={"a": [1]})
    assert request.envelope == {
        "hook": "patient-view",
        "hookInstance": "1",
        "context": {"patientId": "p1", "userId": "Practitioner/1"},
        "fhirServer": "https://ehr.example/fhir",
        "extension": {"a": [1]},
    }


def test_a_member_of_the_wrong_type_in_the_envelope_is_left_to_its_schema():
    """Reading does not judge the envelope: a numeric hook comes back as a number."""
    assert hook(hook=3).envelope["hook"] == 3
    assert read_hook_request(b'{"hook":"patient-view","prefetch":null}').reading == hook().reading


@pytest.mark.parametrize(
    "body", [b"", b"nope", b'{"hook":', b'{"hook":NaN}', b"\xff\xfe", b'{"prefetch":{"a":NaN}}', b'{"prefetch":{"a":[1,}}']
)
def test_what_is_not_json_says_so(body):
    """Anything that is no JSON is `NotJson`, wherever the fault stands."""
    with pytest.raises(NotJson):
        read_hook_request(body)


def test_the_position_of_a_json_fault_is_named_without_its_content():
    """The message says where, and repeats nothing of the document."""
    with pytest.raises(NotJson) as caught:
        read_hook_request(b'{"hook": secret}')
    assert caught.value.position == 9
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        b'{"hook":"patient-view","prefetch":{"p":{"resourceType":"Patient","id":"p\xff"}}}',
        b'{"hook":"patient-view","prefetch":{"o":3,"p":{"resourceType":"Patient","id":"p\xff"}}}',  # salvaged: one key by itself
        b'{"resourceType":"Patient","id":"p\xff"}',
        b'{"resourceType":"Patient\xff"}',
    ],
)
def test_the_position_of_what_is_not_utf8_is_that_in_the_document(body: bytes):
    """However deep the text stands that is no UTF-8, its byte is counted from the beginning of all."""
    with pytest.raises(NotUtf8, match=f"not UTF-8 at byte {body.index(0xFF)}$") as caught:
        read_document(body)
    assert caught.value.position == body.index(0xFF)


@pytest.mark.parametrize("prefetch", [b"3", b'"x"', b"[]", b"true"])
def test_a_prefetch_of_the_wrong_type_names_the_field(prefetch):
    """`prefetch` must be an object."""
    with pytest.raises(WrongShape) as caught:
        read_hook_request(b'{"hook":"patient-view","prefetch":' + prefetch + b"}")
    assert caught.value.field == "prefetch"


@pytest.mark.parametrize("body", [b"[]", b"3", b'"x"', b"null"])
def test_a_request_that_is_no_object_says_so(body):
    """The body of a call must be an object."""
    with pytest.raises(WrongShape):
        read_hook_request(body)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b'{"prefetch":{"a":' + b'{"item":[' * 50_000])
def test_nesting_beyond_all_reason_is_an_error_and_no_crash(body):
    """A document nested a hundred thousand deep is refused with an error of ours."""
    with pytest.raises(Unreadable):
        read_hook_request(body)
    with pytest.raises((TooDeep, NotJson)):
        read_value(body)


@pytest.mark.parametrize("body", [b"3", b'"text"', b"true", b"{}", b'{"a":1}'])
def test_a_document_that_is_no_record_says_so(body):
    """Neither resource, Bundle, array nor request: an error that says what would do."""
    with pytest.raises(Unreadable):
        read_document(body)


@pytest.mark.parametrize("value", [None, 1, {"resourceType": "OperationOutcome"}], ids=str)
def test_prefetch_keys_without_end_are_refused(value: Any):
    """A thousand keys are read; more are a burden and no prefetch, whatever stands under them."""
    assert len(hook({f"key{number}": value for number in range(1000)}).reading.keys) == 1000
    with pytest.raises(WrongShape, match="prefetch must be an object of at most 1000 keys"):
        hook({f"key{number}": value for number in range(1001)})


def test_a_document_may_be_a_request_a_bundle_an_array_or_a_resource():
    """The command line takes whatever holds a record."""
    for document in (patient(), [patient()], bundle(patient()), {"hook": "patient-view", "prefetch": {"p": patient()}}):
        assert types(read_document(json.dumps(document).encode()).reading) == ["Patient"]


@pytest.mark.parametrize("kind", ["searchset", "collection", "transaction", "batch-response", "history", "document", ""])
def test_bundles_of_any_type_are_opened(kind):
    """What a Bundle is called does not matter, nor how deeply Bundles nest."""
    assert types(read(bundle(patient(), bundle(statement(), bundle(observation(IHC)))))) == [
        "Patient",
        "MedicationStatement",
        "Observation",
    ]
    assert types(read(bundle(patient(), kind=kind))) == ["Patient"]


@pytest.mark.parametrize(
    ("value", "state"),
    [
        (None, "null"),
        (patient(), "data"),
        (bundle(patient()), "data"),
        ({"resourceType": "Bundle"}, "empty"),
        (bundle(), "empty"),
        (OUTCOME, "failed"),
        ({**bundle(OUTCOME), "total": 0}, "empty"),
        (bundle(OUTCOME), "failed"),
        (bundle(patient(), OUTCOME), "data"),
        ([patient()], "data"),
        ("<html>500</html>", "garbage"),
        (7, "garbage"),
        ({}, "garbage"),
        ({"resourceType": "Basic"}, "unused"),
        (bundle({"resourceType": "Basic"}), "unused"),
        ([], "garbage"),
        ({"resourceType": "MedicationOrder"}, "data"),
    ],
)
def test_decision_26_every_state_of_a_prefetch_key(value, state):
    """Each row of the state table of the CDS Hooks requirements (1.4) is told apart."""
    assert hook({"key": value}).reading.keys["key"].state == state


def test_garbage_costs_only_its_own_key_and_is_named():
    """A Tomcat error page under one key leaves the others as they are; the key's name says what was lost."""
    reading = hook({"patient": patient(), "medicationStatements": "<html>"}).reading
    assert types(reading) == ["Patient"]
    assert [(p.kind, p.subject) for p in reading.losses()] == [("unreadable", "therapy")]


def test_a_next_page_is_reported_and_taken_over_when_it_is_read():
    """A paged search says where its next page is; reading that page settles it."""
    first = hook({"labs": {**bundle(patient()), "link": [{"relation": "next", "url": "https://ehr/next"}]}}).reading
    assert first.keys["labs"].next_page == "https://ehr/next"
    both = first + read_value(json.dumps(bundle(statement())).encode(), "labs")
    assert both.keys["labs"].next_page is None
    assert both.keys["labs"].types == {"Patient", "MedicationStatement"}


@pytest.mark.parametrize("garbage", ["text", 3, None, True, [], {}, {"resourceType": 3}, {"resourceType": None}, [[1]]])
def test_garbage_in_a_bundle_costs_only_itself(garbage):
    """Whatever stands in place of a resource, the resources beside it are read."""
    assert types(read(bundle(patient(), garbage, statement()))) == ["Patient", "MedicationStatement"]


def test_a_broken_member_costs_only_that_member():
    """A birth date that is a number is lost and named; the Patient is not."""
    reading = read([patient(birthDate=1970), statement()])
    assert types(reading) == ["Patient", "MedicationStatement"]
    assert [(p.kind, p.subject, p.detail) for p in reading.problems] == [("unreadable", "patient", "unreadable: birthDate")]


@pytest.mark.parametrize("member", ["status", "code", "interpretation", "valueCodeableConcept", "component"])
def test_a_broken_member_that_decides_costs_the_resource(member):
    """Without its status, code or value a result could say the opposite: it is not half-read."""
    reading = read([patient(), observation(IHC, valueCodeableConcept=concept(POSITIVE)) | {member: 3}])
    assert types(reading) == ["Patient"]
    assert reading.problems[0].kind == "unreadable"
    assert reading.problems[0].subject in {"her2", "other"}


def test_members_of_types_that_are_not_used_break_nothing():
    """Encounter.type is a list, DiagnosticReport.specimen too: their shapes are no fault of the record."""
    others = [{"resourceType": "Encounter", "type": [{}]}, {"resourceType": "DiagnosticReport", "specimen": [{}], "code": "x"}]
    reading = read([patient(), *others])
    assert types(reading) == ["Patient"]
    assert reading.problems == ()


def test_unknown_members_and_empty_strings_cost_nothing():
    """Extra members, nulls and empty strings are absent members."""
    reading = read([patient(birthDate="", vendorField={"a": 1}, id="p1", gender=None)])
    assert types(reading) == ["Patient"]
    assert reading.problems == ()


def test_numbers_beyond_any_range_cost_the_result_only():
    """1e999 in one quantity does not cost the request."""
    body = b'{"hook":"patient-view","prefetch":{"a":{"resourceType":"Patient","id":"p1"},"b":' + json.dumps(observation(IHC)).encode()[:-1]
    reading = read_hook_request(body + b',"valueQuantity":{"value":1e999}}}}').reading
    assert types(reading) == ["Patient"]


def test_a_document_stands_under_one_key():
    """A bare record has one key, so that its state can be asked like a prefetch key's."""
    assert read(bundle(patient())).keys[DOCUMENT].types == {"Patient"}
