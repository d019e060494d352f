from __future__ import annotations

import json

import pytest

from fhir_mappings.diagnose import diagnose
from fhir_mappings.errors import NotJson
from tests.fhir_mappings.resource_builders import (
    IHC,
    LOINC,
    LVEF,
    POSITIVE,
    RXNORM,
    SNOMED,
    T_DXD,
    TODAY,
    bundle,
    concept,
    condition,
    observation,
    order,
    patient,
    resource,
    statement,
)

GOOD = observation(IHC, valueCodeableConcept=concept(POSITIVE))


def of(document, **options):
    return diagnose(json.dumps(document).encode(), today=TODAY, **options)


def test_a_good_record_has_nothing_wrong():
    """Valid resources that are all used give an empty diagnosis that says so."""
    found = of(bundle(patient(), GOOD))
    assert (found.resources, found.faults, found.unused) == (2, (), ())
    assert "nothing was found that could not be used" in str(found)
    assert "all that matters" not in str(found)


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


HOUSE = "urn:oid:1.2.840.114350"


HER2_STAIN = "Human epidermal growth factor receptor 2 gene detection by immunohistochemistry"
J9354 = ("https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", "J9354", "Inj, ado-trastuzumab emt 1mg")


def variant(gene):
    """A genetic variant as mCODE and the genomics guide write it."""
    studied = {
        "code": concept((LOINC, "48018-6", "Gene studied")),
        "valueCodeableConcept": concept(("http://www.genenames.org/geneId", gene)),
    }
    return observation((LOINC, "69548-6"), ident="9", valueCodeableConcept=concept((LOINC, "LA9633-4", "Present")), component=[studied])


@pytest.mark.parametrize(
    ("unread", "told"),
    [
        ({"resourceType": "DiagnosticReport", "id": "9", "conclusion": "HER2 3+"}, "DiagnosticReport (1): its results count only"),
        ({"resourceType": "MedicationDispense", "id": "9"}, "MedicationDispense (1): a therapy counts only"),
        (
            observation((HOUSE, "77"), ident="9", code=concept((HOUSE, "77"), text="Immature platelets")),
            "Observation/9: labelled as platelets",
        ),
        (observation(code=concept((HOUSE, "77"), text="Platelets"), ident="9", valueInteger=40), "Observation/9: labelled as platelets"),
        (observation(code=concept(text="Ejection Fraction at rest"), ident="9", valueInteger=38), "Observation/9: labelled as LVEF"),
        (
            observation(code=concept((HOUSE, "3", "Estrogen receptor % of cells")), ident="9"),
            "Observation/9: labelled as a hormone receptor",
        ),
        (variant("ERBB2"), "Observation/9: a variant of ERBB2"),
        (order(text="Enhertu", ident="9", intent="Plan"), "MedicationRequest/9: an order of intent plan is none yet"),
        (observation((LOINC, "99999-9", "Left ventricular Ejection fraction by strain"), ident="9"), "Observation/9: labelled as LVEF"),
        (observation(code=concept(text="Disease status"), ident="9", valueString="flare"), "Observation/9: labelled as the course of the"),
        (observation((SNOMED, "99999", "RECIST assessment"), ident="9"), "Observation/9: labelled as the course of the disease"),
        (observation((SNOMED, "433114000", HER2_STAIN), ident="9", valueString="3+"), "Observation/9: labelled as HER2"),
        (resource("Procedure", "9", code=concept(J9354), performedDateTime="2025-01-01"), "Procedure/9: names a cancer drug"),
        (
            resource("Procedure", "9", code=concept(text="Chemotherapy: docetaxel, trastuzumab"), performedDateTime="2025-01-01"),
            "Procedure/9: names a cancer drug",
        ),
        (observation((LOINC, "60567-5"), ident="9", contained=[{**GOOD, "id": "a"}]), "Observation/9: contains a result"),
    ],
)
def test_what_is_never_looked_at_is_told_to_who_asks(unread, told):
    """Types that nothing reads, results under a code of the house, orders that are none yet: "nothing was found" would be false."""
    found = of(bundle(patient(), GOOD, unread))
    assert (found.unused, len(found.passed_over)) == ((), 1)
    assert told in str(found)
    assert "nothing was found that could not be used" not in str(found)


@pytest.mark.parametrize(
    "other",
    [
        observation((LOINC, "4548-4", "Hemoglobin A1c"), ident="9"),
        observation((LOINC, "32623-1", "Platelet mean volume"), ident="9"),
        observation(code=concept((HOUSE, "4", "Creatinine, urine")), ident="9"),
        observation(code=concept(text="Potassium"), ident="9"),
        variant("TP53"),
        order(text="Enhertu", ident="9", intent="plan", reportedBoolean=True),
        observation((LOINC, "10231-9", "Right ventricular Ejection fraction"), ident="9"),
        observation((SNOMED, "433114000", HER2_STAIN), ident="9"),
        resource("Procedure", "9", code=concept(text="Chemotherapy"), performedDateTime="2025-01-01"),
        {**variant("ERBB2"), "code": concept(IHC), "valueCodeableConcept": concept(POSITIVE)},
    ],
)
def test_what_only_sounds_like_a_fact_is_not_told(other):
    """A code of LOINC says what it is, known to us or not; another quantity is another quantity, and a test without a value no result."""
    assert of(bundle(patient(), GOOD, other)).passed_over == ()


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


def told(*resources):
    """What stands in the third list, and the faults by element."""
    found = of(bundle(patient(), *resources))
    return [one.reason for one in found.passed_over], [(fault.source, fault.element) for fault in found.faults]


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        ({**GOOD, "subject": {"display": "Jane"}}, "names no patient"),
        (observation(IHC, valueCodeableConcept=concept(POSITIVE), effectiveDateTime=None), "a receptor result without a date"),
        (observation(LVEF, valueInteger=38, effectiveDateTime=None), "an LVEF without a date"),
        (condition((SNOMED, "94381002"), onsetDateTime=None), "a metastasis without a date"),
        (order(T_DXD, authoredOn=None), "a therapy without a date"),
        (order(T_DXD, dosageInstruction=[{"doseAndRate": [{"doseQuantity": {"value": 350}}]}]), "a dose without a unit"),
        (order(("http://hl7.org/fhir/sid/ndc", "2267582")), "one of another (rxnorm)"),
        (
            order(("http://rxnorm.info", "2267582", "fam-trastuzumab deruxtecan")),
            "of a system that is not read, and looks like one of rxnorm",
        ),
        (order((None, "2267582", "fam-trastuzumab deruxtecan")), "names no system, and looks like one of rxnorm"),
        (observation((None, "85319-2"), valueString="3+"), "names no system, and looks like one of loinc"),
        (
            condition(("http://hl7.org/fhir/sid/icd-10cm", "C50.912", "Breast cancer")),
            "of a system that is not read, and looks like one of icd10cm",
        ),
    ],
)
def test_what_was_read_without_a_part_that_matters_is_told(resource, reason):
    """No patient, no date, no unit, the wrong code system: valid FHIR, and no loss that a case could name."""
    reasons, faults = told(resource)
    assert len(reasons) == 1
    assert reason in reasons[0]
    assert faults == []


@pytest.mark.parametrize(
    "resource",
    [
        order(T_DXD, dosageInstruction=[{"doseAndRate": [{"doseQuantity": {"value": 350, "unit": "mg"}}]}]),
        order((RXNORM, "5640", "ibuprofen")),
        order(("http://hl7.org/fhir/sid/ndc", "0000-0000-00")),
        observation((HOUSE, "93306", "Potassium"), valueInteger=4),
        observation(LVEF, valueInteger=38, effectiveDateTime="11/19/2026"),
    ],
)
def test_what_is_whole_or_none_of_ours_or_named_already_is_not_told(resource):
    """Another drug, a house code of few digits beside its label, a date that the case itself names."""
    assert told(resource)[0] == []


@pytest.mark.parametrize(
    ("resource", "element"),
    [
        ({**GOOD, "status": "completed"}, "status"),
        (order(T_DXD, status="Dispensed"), "status"),
        (order(T_DXD, intent="ordered"), "intent"),
        (condition((SNOMED, "254837009"), status="current"), "clinicalStatus"),
        (condition((SNOMED, "254837009"), verified="yes"), "verificationStatus"),
    ],
)
def test_a_status_that_fhir_does_not_have_is_a_fault(resource, element):
    """The shape is right and the word is not: used where that is safe, and named."""
    assert [fault for _, fault in told(resource)[1]] == [element]


def test_a_missing_date_of_birth_is_told():
    """Age decides whom the service speaks of, and whom it asks about pregnancy."""
    assert [one.reason for one in of(bundle(patient(birthDate=None), GOOD)).passed_over] == ["no date of birth that can be read"]


def test_a_document_without_a_patient_says_so():
    """It is not the date of birth that is missing then."""
    assert "Patient: none was sent" in str(of(bundle(GOOD)))
