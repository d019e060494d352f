from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_mappings import record
from fhir_mappings.case_builder import build_case, patient_ids
from fhir_mappings.documents import later_members
from fhir_mappings.reading import read_value
from tests.fhir_mappings.resource_builders import (
    BREAST_CANCER,
    FISH,
    IHC,
    LOINC,
    POSITIVE,
    RXNORM,
    SNOMED,
    TODAY,
    TRASTUZUMAB,
    bundle,
    case_of,
    concept,
    condition,
    observation,
    on,
    order,
    patient,
    problems_of,
    quantity,
    resource,
    statement,
)

PERTUZUMAB = (RXNORM, "1298944")
HAEMOGLOBIN = (LOINC, "718-7")
HER2 = {"valueCodeableConcept": concept(POSITIVE)}


@pytest.mark.parametrize(
    "reference",
    [
        "Patient/p1",
        "https://ehr.example/fhir/Patient/p1",
        "Patient/p1/_history/4",
        "http://other/base/Patient/p1/_history/2",
        "urn:uuid:p1",
    ],
)
def test_decision_25_a_subject_is_compared_by_its_id(reference):
    """Base URL and version of a reference make no difference; a `urn:uuid` of the same id is the same patient."""
    assert len(case_of(patient(), observation(IHC, subject={"reference": reference}, **HER2)).receptors) == 1


def test_decision_25_resources_of_another_patient_are_dropped_and_counted():
    """Another patient's result is not this patient's fact; how many were dropped is said, whose is not."""
    other = {"reference": "Patient/p2", "display": "Jane Roe"}
    case = case_of(patient(), *(observation(IHC, ident=str(n), subject=other, **HER2) for n in range(3)))
    assert case.receptors == ()
    assert [(p.kind, p.subject, p.detail, p.source) for p in case.problems] == [("other-patient", "her2", "3 dropped", "")]
    assert "Roe" not in str(case.problems)


def test_another_patients_resource_of_the_same_id_takes_nothing_away():
    """Ids are unique on one server only: a newer Observation/1 of somebody else does not replace this patient's."""
    other = observation(IHC, subject={"reference": "Patient/p2"}, valueString="0", meta={"lastUpdated": "2026-11-01T00:00:00Z"})
    assert [r.value for r in case_of(patient(), observation(IHC, valueString="3+"), other).receptors] == ["3+"]


@pytest.mark.parametrize("subject", [None, {}, {"display": "Jane Roe"}, {"reference": ""}, 3, "Patient/p1", [{"reference": "Patient/p1"}]])
def test_decision_25_resources_without_a_subject_are_dropped_and_counted(subject):
    """A resource that says nobody's name is nobody's."""
    case = case_of(patient(), statement(TRASTUZUMAB, subject=subject))
    assert case.drugs == ()
    assert problems_of(case) == [("no-subject", "therapy")]


def test_another_patients_patient_resource_is_not_taken():
    """Of two Patients the one in the hook's context is treated."""
    case = case_of(patient(id="p2", birthDate="1930-01-01"), patient())
    assert case.patient.birth == on("1970-05-04")


def linked(kind, reference="Patient/p0"):
    return patient(link=[{"other": {"reference": reference}, "type": kind}])


@pytest.mark.parametrize(
    ("who", "theirs"),
    [
        (linked("replaces"), 1),
        (linked("seealso", "https://ehr.example/fhir/Patient/p0/_history/2"), 1),
        (linked("replaced-by"), 0),
        (linked("refer"), 0),
        (linked("seealso", "RelatedPerson/p0"), 0),
        (patient(link=[{"other": {"display": "Jane Roe"}, "type": "replaces"}, {}]), 0),
        (linked("replaces") | {"id": "p2"}, 0),
    ],
)
def test_what_was_merged_into_the_patient_is_the_patients(who, theirs):
    """Of a chart that was merged, resources keep the old id; the patient's own Patient says which one, and nobody else's does."""
    old = observation(IHC, subject={"reference": "Patient/p0"}, **HER2)
    assert len(case_of(patient(), who, old).receptors) == theirs if who["id"] == "p2" else len(case_of(who, old).receptors) == theirs


def test_the_patient_that_was_replaced_is_not_taken():
    """The old Patient stays another one: age and sex are those of the one in the hook's context."""
    case = case_of(linked("replaces"), patient(id="p0", birthDate="1930-01-01", gender="male"))
    assert (case.patient.birth, case.patient.sex) == (on("1970-05-04"), "female")


def test_decision_25_in_a_file_the_one_patient_is_the_patient():
    """`evaluate`: the subjects' `urn:uuid` is resolved by the `fullUrl` of the Patient's entry."""
    entries = [
        {"fullUrl": "urn:uuid:0a", "resource": {"resourceType": "Patient", "gender": "female"}},
        {"fullUrl": "urn:uuid:0b", "resource": observation(IHC, subject={"reference": "urn:uuid:0a"}, **HER2)},
        {"fullUrl": "urn:uuid:0c", "resource": observation(IHC, ident="2", subject={"reference": "urn:uuid:0d"}, **HER2)},
    ]
    case = case_of({"resourceType": "Bundle", "type": "transaction", "entry": entries}, patient_id=None)
    assert case.patient.sex == "female"
    assert [r.source for r in case.receptors] == ["Observation/1"]
    assert problems_of(case) == [("other-patient", "her2")]


def test_in_a_file_without_a_patient_the_one_subject_is_the_patient():
    """A single resource can be evaluated; two subjects cannot."""
    one = observation(IHC, **HER2)
    assert len(case_of(one, patient_id=None).receptors) == 1
    assert case_of(one, observation(IHC, ident="2", subject={"reference": "Patient/p2"}, **HER2), patient_id=None).receptors == ()


def test_with_several_patients_and_no_choice_nothing_is_anybodys():
    """Two Patients in a file and no id: nothing is used."""
    both = (patient(), patient(id="p2"), observation(IHC, **HER2))
    assert case_of(*both, patient_id=None).receptors == ()
    assert len(case_of(*both, patient_id="p1").receptors) == 1


def test_the_patients_of_a_file_can_be_asked_for():
    """The command line offers the choice."""
    assert patient_ids(
        read_value(b'[{"resourceType":"Patient","id":"b"},{"resourceType":"Patient","id":"a"},{"resourceType":"Patient"}]')
    ) == ("a", "b")


def test_the_same_resource_under_several_keys_is_read_once():
    """A resource that comes three times makes one fact."""
    result = observation(IHC, **HER2)
    assert len(case_of(patient(), result, bundle(result), result).receptors) == 1


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_versions_the_newer_is_read(first):
    """By `lastUpdated`, then `versionId`, in whatever order they come."""
    old = statement(TRASTUZUMAB, meta={"versionId": "9", "lastUpdated": "2026-01-01T10:00:00+02:00"})
    new = statement(TRASTUZUMAB, status="stopped", meta={"versionId": "10", "lastUpdated": "2026-01-01T09:00:00Z"})
    pair = [old, new] if first == 0 else [new, old]
    assert [d.status for d in case_of(patient(), *pair).drugs] == ["stopped"]
    by_number = [{**r, "meta": {"versionId": r["meta"]["versionId"]}} for r in pair]
    assert [d.status for d in case_of(patient(), *by_number).drugs] == ["stopped"]


def test_one_id_with_different_contents_and_no_version_loses_nothing():
    """Sites reuse ids: both contents are read, in an order that does not depend on the document."""
    pair = observation(IHC, valueString="3+"), observation(FISH, valueString="amplified")
    assert case_of(patient(), *pair).receptors == case_of(patient(), *reversed(pair)).receptors
    assert {r.method for r in case_of(patient(), *pair).receptors} == {"ihc", "ish"}


_CONTENTS = st.fixed_dictionaries(
    {},
    optional={
        "valueString": st.sampled_from(["0", "1+", "2+", "3+"]),
        "meta": st.fixed_dictionaries(
            {},
            optional={
                "versionId": st.sampled_from(["1", "2", "10"]),
                "lastUpdated": st.sampled_from(["2026-01-01", "2026-01-01T10:00:00Z"]),
            },
        ),
    },
)


@given(st.lists(_CONTENTS, min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_versions_in_every_order_are_one_record(contents, chance):
    """However many contents come under one id, their order and repetition make no difference."""
    copies = [observation(IHC, **members) for members in contents]
    shuffled = [*copies, *copies]
    chance.shuffle(shuffled)
    assert case_of(patient(), *copies).receptors == case_of(patient(), *shuffled).receptors


@pytest.mark.parametrize("turned", [False, True])
def test_a_medication_is_found_by_its_address_in_its_newest_version(turned):
    """Two versions of one Medication under one `fullUrl`, in either order: the newer one is what was given."""
    url = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"
    versions = [
        {"fullUrl": url, "resource": {"resourceType": "Medication", "id": "m", "code": concept(drug), "meta": {"versionId": number}}}
        for drug, number in ((PERTUZUMAB, "1"), (TRASTUZUMAB, "2"))
    ]
    entries = [*(reversed(versions) if turned else versions), {"resource": order(medicationReference={"reference": url})}]
    document = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": patient()}, *entries]}
    assert [d.drug for d in case_of(document).drugs] == ["trastuzumab"]


def test_each_of_many_contents_of_one_id_is_looked_at_once(monkeypatch):
    """A site that reuses one id for a whole chart costs no more than one that does not."""
    looked_at = []
    age = record._age
    monkeypatch.setattr(record, "_age", lambda resource: looked_at.append(resource) or age(resource))
    copies = [observation(HAEMOGLOBIN, valueQuantity=quantity(number, "g/dL")) for number in range(200)]
    assert len(case_of(patient(), *copies).labs) == 200
    assert len(looked_at) == 200


def test_resources_without_an_id_are_told_by_their_content():
    """Two equal resources without id are one; two different ones are two."""
    result = {k: v for k, v in observation(IHC, **HER2).items() if k != "id"}
    case = case_of(patient(), result, result, {**result, "effectiveDateTime": "2026-06"})
    assert [r.date for r in case.receptors] == [on("2026-05-03"), on("2026-06")]


def test_ids_may_be_two_hundred_characters_long():
    """Epic's ids are longer than FHIR allows."""
    ident = "e" + "x.-" * 70
    case = case_of(patient(id=ident), observation(IHC, subject={"reference": f"https://ehr/Patient/{ident}"}, **HER2), patient_id=ident)
    assert len(case.receptors) == 1


def test_decision_8_what_lies_in_the_future_does_not_count():
    """More than a day ahead: not used, and named; tomorrow is a time zone."""
    result = observation(IHC, effectiveDateTime="2026-11-22", **HER2)
    case = case_of(patient(), result, condition(BREAST_CANCER, onsetDateTime="2027"), order(TRASTUZUMAB, authoredOn="2026-12-24"))
    assert (case.receptors, case.diagnoses, case.drugs) == ((), (), ())
    assert set(problems_of(case)) == {("future", "her2"), ("future", "diagnosis"), ("future", "therapy")}
    assert len(case_of(patient(), {**result, "effectiveDateTime": "2026-11-21T23:00:00+14:00"}).receptors) == 1


def test_decision_30_today_is_an_argument():
    """The same record on another day: what lay ahead counts once its day has come."""
    result = observation(IHC, effectiveDateTime="2026-12-01", **HER2)
    assert case_of(patient(), result).receptors == ()
    later = case_of(patient(), result, today=date(2026, 12, 1))
    assert (len(later.receptors), later.today) == (1, date(2026, 12, 1))


def test_partial_dates_stay_partial():
    """`2024-03` is a month."""
    case = case_of(patient(), condition(BREAST_CANCER, onsetDateTime="2024-03"), observation(IHC, effectiveDateTime="2025", **HER2))
    assert case.diagnoses[0].date == on("2024-03")
    assert case.receptors[0].date == on("2025")


def test_decision_8_the_clinical_date_comes_before_the_recorded_one():
    """Onset before asserted before recorded; effective before issued."""
    asserted = [{"url": "http://hl7.org/fhir/StructureDefinition/condition-assertedDate", "valueDateTime": "2023-02"}]
    full = condition(BREAST_CANCER, onsetDateTime="2023-01-05", recordedDate="2023-03-01", extension=asserted)
    assert case_of(patient(), full).diagnoses[0].date == on("2023-01-05")
    assert case_of(patient(), {**full, "onsetDateTime": None}).diagnoses[0].date == on("2023-02")
    assert case_of(patient(), {**full, "onsetDateTime": None, "extension": None}).diagnoses[0].date == on("2023-03-01")
    issued = observation(IHC, effectiveDateTime=None, effectivePeriod={"start": "2026-04-01"}, issued="2026-04-09T08:00:00Z", **HER2)
    assert case_of(patient(), issued).receptors[0].date == on("2026-04-01")
    assert case_of(patient(), {**issued, "effectivePeriod": None}).receptors[0].date == on("2026-04-09")


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"effectiveDateTime": "11/19/2026"}, True),
        ({"effectiveDateTime": "20261119"}, True),
        ({"effectiveDateTime": None, "effectiveTiming": {"event": ["2026-11-19"]}}, True),
        ({"effectiveDateTime": None, "effectivePeriod": {"start": "last week"}}, True),
        ({"effectiveDateTime": None}, False),
        ({"effectiveDateTime": "0001-01-01"}, False),
        ({"effectiveDateTime": "2026-11-19Z"}, False),
    ],
)
def test_a_date_that_cannot_be_read_is_named(members, named):
    """A result whose day somebody wrote down, and nobody can read, is named; it stays a result, without a day."""
    case = case_of(patient(), observation(IHC, **members, **HER2))
    assert problems_of(case) == ([("unreadable", "her2")] if named else [])
    assert len(case.receptors) == 1


def test_a_failed_or_half_sent_search_is_not_nothing_recorded():
    """A search that failed, or of which only one page came, is named, with the kind of fact it would have held."""
    paged = {**bundle(statement(TRASTUZUMAB)), "link": [{"relation": "next", "url": "https://ehr/2"}]}
    reading = read_value(b'{"resourceType":"OperationOutcome"}', "medicationStatements") + read_value(json.dumps(paged).encode(), "x")
    problems = build_case(reading, patient_id="p1", today=TODAY).problems
    assert [(p.kind, p.subject) for p in problems] == [("incomplete", "therapy")] * 2


def test_what_is_not_ours_is_sifted_out_before_anything_of_it_is_looked_into(monkeypatch):
    """The cost of a chart follows what matters: five hundred vital signs and visits are never opened beyond their type and code.

    Neither their subject is judged nor any member decoded that was left undecoded, whatever it holds.
    """
    heavy = {"note": [{"text": "x" * 500}], "referenceRange": [{"low": 3}], "meta": {"versionId": "1"}, "specimen": {"reference": "S/1"}}
    chart = [patient(), observation(IHC, **HER2), statement(TRASTUZUMAB)]
    beside = [observation((LOINC, "8480-6"), ident=f"n{n}", extension=[{"url": "x"}], **heavy) for n in range(300)]
    beside += [resource("Encounter", f"e{n}", type=[concept(BREAST_CANCER)], code="3") for n in range(200)]
    opened = []
    decode = later_members._later
    monkeypatch.setattr(later_members, "_later", lambda decoder, raw: (opened.append(bytes(raw)), decode(decoder, raw))[1])
    small = case_of(*chart)
    alone, opened = list(opened), []
    assert case_of(*chart, *beside) == small
    assert opened == alone != []


def test_resources_of_types_that_are_not_used_are_not_kept():
    """A reading holds only what a case could use, so that memory follows it too."""
    others = [resource(kind, "1") for kind in ("Encounter", "DiagnosticReport", "DocumentReference", "Immunization", "Provenance")]
    reading = read_value(json.dumps([patient(), *others]).encode())
    assert [entry.resource.resource_type for entry in reading.entries] == ["Patient"]
    assert len(build_case(reading, patient_id="p1", today=TODAY).problems) == 0


NEGATED = [{"url": "http://hl7.org/fhir/StructureDefinition/negated", "valueBoolean": True}]


@pytest.mark.parametrize(
    ("modified", "subject"),
    [
        (observation(IHC, modifierExtension=NEGATED, **HER2), "her2"),
        (condition((SNOMED, "94222008"), modifierExtension=NEGATED), "diagnosis"),
        (statement(TRASTUZUMAB, modifierExtension=NEGATED), "therapy"),
    ],
)
def test_a_resource_with_a_modifier_extension_is_named_and_not_used(modified, subject):
    """It may say the opposite of the rest, and FHIR forbids to pass over it."""
    case = case_of(patient(), modified)
    assert (case.receptors, case.metastases, case.drugs, problems_of(case)) == ((), (), (), [("unreadable", subject)])


@pytest.mark.parametrize("extension", [[], None])
def test_an_empty_modifier_extension_modifies_nothing(extension):
    """Nor does one that is null."""
    assert len(case_of(patient(), observation(IHC, modifierExtension=extension, **HER2)).receptors) == 1


def test_of_two_versions_the_newest_says_whether_it_is_modified():
    """The older one does not come back in its place."""
    old = observation(IHC, meta={"versionId": "1"}, **HER2)
    new = observation(IHC, meta={"versionId": "2"}, modifierExtension=NEGATED, **HER2)
    assert case_of(patient(), old, new).receptors == ()
    assert len(case_of(patient(), {**new, "meta": {"versionId": "1"}}, {**old, "meta": {"versionId": "2"}}).receptors) == 1


def test_a_patient_with_a_modifier_extension_is_still_the_patient():
    """Age and sex are needed; what the modifier says of them nobody knows, and none is published."""
    assert case_of(patient(gender="female", modifierExtension=NEGATED)).patient.sex == "female"
