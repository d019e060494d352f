"""Promises about every record, held against generated ones."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_mappings.case_builder import build_case
from fhir_mappings.errors import Unreadable
from fhir_mappings.reading import read_document, read_hook_request, read_value
from guideline.case import Case
from tests.fhir_mappings.resource_builders import (
    BREAST_CANCER,
    FISH,
    IHC,
    LOINC,
    LVEF,
    POSITIVE,
    RXNORM,
    SNOMED,
    TODAY,
    TRASTUZUMAB,
    administration,
    bundle,
    case_of,
    concept,
    condition,
    observation,
    order,
    patient,
    quantity,
    resource,
    statement,
)

RECORD = [
    patient(),
    condition(BREAST_CANCER, ident="c1"),
    condition((SNOMED, "94381002"), ident="c2", recordedDate="2024-03-01"),
    condition((SNOMED, "128462008"), ident="c3", bodySite=[concept((SNOMED, "12738006"))]),
    condition((SNOMED, "233703007"), ident="c4", status="resolved"),
    observation(IHC, ident="o1", valueString="2+", specimen={"reference": "Specimen/s1"}),
    observation(FISH, ident="o2", valueCodeableConcept=concept(POSITIVE)),
    observation(LVEF, ident="o3", valueQuantity=quantity(61, "%")),
    observation((LOINC, "1742-6"), ident="o4", valueQuantity=quantity(30, "U/L"), referenceRange=[{"high": quantity(35, "U/L")}]),
    observation((LOINC, "97509-4"), ident="o5", valueCodeableConcept=concept((SNOMED, "271299001"))),
    observation((LOINC, "29463-7"), ident="o6", valueQuantity=quantity(70, "kg")),
    order(TRASTUZUMAB, ident="m1", status="stopped", statusReason=concept(text="progression")),
    order(ident="m2", medicationReference={"reference": "Medication/x"}),
    administration((RXNORM, "2267582"), ident="m3", dosage={"dose": quantity(378, "mg")}),
    statement(text="capecitabine", ident="m4"),
    observation(ident="dpyd", code=concept(text="DPYD phenotype"), valueString="Poor metabolizer"),
    {"resourceType": "Medication", "id": "x", "code": concept(text="pertuzumab")},
    {"resourceType": "Specimen", "id": "s1", "type": concept(text="liver biopsy")},
    resource("Procedure", "p1", status="completed", code=concept((SNOMED, "40701008")), performedDateTime="2026-03-04"),
    resource(
        "QuestionnaireResponse",
        "q1",
        questionnaire="urn:her2-cds:questionnaire:her2-intake",
        status="completed",
        authored="2026-11-01",
        item=[{"linkId": "cns-symptoms", "answer": [{"valueBoolean": False}]}],
    ),
    statement((RXNORM, "11289", "warfarin"), ident="other-1"),
    {"resourceType": "AllergyIntolerance", "id": "a1", "patient": {"reference": "Patient/p1"}, "code": concept(text="docetaxel")},
]
EXPECTED = case_of(*RECORD)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
MEMBERS = sorted(
    {name for one in RECORD for name in one} | {"valueBoolean", "component", "contained", "extension", "meta", "interpretation", "note"}
)


def facts_of(case: Case) -> dict[str, Any]:
    """Everything on the case but the problems."""
    return {name: getattr(case, name) for name in case.__slots__ if name != "problems"}


def test_the_record_of_these_tests_has_something_of_everything():
    """The promises below are about a case with facts of nearly every kind."""
    empty = {name for name, facts in facts_of(EXPECTED).items() if facts in ((), {})}
    assert empty == {
        "febrile_neutropenia", "heart", "pregnancies", "menopause", "performance", "planned", "stages", "symptoms", "toxicities", "unread",
    }  # fmt: skip
    assert EXPECTED.problems == ()


@given(st.permutations(RECORD), st.lists(st.sampled_from(RECORD), max_size=6))
def test_order_and_repetition_change_nothing(shuffled, repeated):
    """The same resources in another order, some of them again, and in Bundles, make an equal case."""
    assert case_of(*shuffled, *repeated) == EXPECTED
    assert case_of(bundle(*shuffled[:7]), bundle(*shuffled[7:], *repeated)) == EXPECTED


@given(
    st.lists(st.sampled_from(RECORD[1:]), min_size=1, max_size=8),
    st.sampled_from(["Patient/p2", "https://ehr/Patient/p11", "urn:uuid:1", "Group/p1"]),
)
def test_another_patients_resources_change_no_fact(others, reference):
    """Whatever stands there about somebody else, this patient's facts are the same."""
    foreign = [
        {**one, "subject": {"reference": reference}, "patient": {"reference": reference}, "id": f"z{n}"} for n, one in enumerate(others)
    ]
    foreign = [one for one in foreign if one["resourceType"] not in ("Medication", "Specimen")]
    case = case_of(*RECORD, *foreign)
    assert facts_of(case) == facts_of(EXPECTED)
    assert {p.kind for p in case.problems} <= {"other-patient"}


@settings(max_examples=300)
@given(st.integers(min_value=0, max_value=len(RECORD) - 1), JSON)
def test_any_json_in_place_of_a_resource_costs_that_resource_only(position, anything):
    """No JSON value in place of a resource raises, and the other resources' facts stay."""
    record = [*RECORD[:position], anything, *RECORD[position + 1 :]]
    case = case_of(bundle(*record))
    if RECORD[position]["resourceType"] not in ("Patient", "Medication", "Specimen"):
        without = facts_of(case_of(*RECORD[:position], *RECORD[position + 1 :]))
        assert facts_of(case) == without


@settings(max_examples=600)
@given(st.sampled_from(RECORD), st.sampled_from(MEMBERS), JSON)
def test_any_json_in_place_of_a_member_raises_nothing(one, member, anything):
    """Whatever stands in one member, the case is built; the envelope keeps working."""
    others = [other for other in RECORD if other is not one]
    broken = {**one, member: anything}
    assert isinstance(case_of(*others, broken), Case)
    body = json.dumps({"hook": "patient-view", "context": {}, "prefetch": {"all": bundle(*others, broken)}}).encode()
    assert read_hook_request(body).envelope["hook"] == "patient-view"


@settings(max_examples=300)
@given(JSON)
def test_any_document_is_read_or_refused(anything):
    """A document of any shape gives a case or an error of ours."""
    body = json.dumps(anything).encode()
    build_case(read_value(body), patient_id=None, today=TODAY)
    for read in (read_document, read_hook_request):
        try:
            build_case(read(body).reading, patient_id="p1", today=TODAY)
        except Unreadable:
            continue


@settings(max_examples=300)
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(body):
    """So do any bytes."""
    for read in (read_document, read_hook_request):
        try:
            read(body)
        except Unreadable:
            continue
