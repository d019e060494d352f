from __future__ import annotations

import pytest

from fhir_mappings.code_tables import CONCEPTS, system_uri
from fhir_mappings.tumour_claims import claims_of_code
from guideline.case import Metastasis
from tests.fhir_mappings.resource_builders import (
    BREAST_CANCER,
    ICD10CM,
    SNOMED,
    case_of,
    concept,
    condition,
    on,
    patient,
    problems_of,
    resource,
)

GENERIC = (SNOMED, "128462008", "Secondary malignant neoplastic disease (disorder)")
LIVER = (SNOMED, "94381002", "Secondary malignant neoplasm of liver (disorder)")
BRAIN = (ICD10CM, "C79.31", "Secondary malignant neoplasm of brain")


def sites(*conditions, **options):
    return sorted(m.site for m in case_of(patient(), *conditions, **options).metastases)


def test_a_primary_a_metastasis_and_their_dates():
    """A breast primary and a metastasis keep status, clinical date, recorded date and source."""
    case = case_of(patient(), condition(BREAST_CANCER), condition(LIVER, ident="2", onsetDateTime="2026-02", recordedDate="2026-03-01"))
    assert [(d.kind, d.status, d.date, d.source) for d in case.diagnoses] == [
        ("invasive-breast", "active", on("2024-02-03"), "Condition/1")
    ]
    assert case.metastases == (Metastasis("liver", on("2026-02"), on("2026-03-01"), "active", source="Condition/2"),)


@pytest.mark.parametrize(
    ("coding", "kind"),
    [
        ((ICD10CM, "C50.911"), "invasive-breast"),
        ((ICD10CM, "C50911"), "invasive-breast"),
        ((ICD10CM, "D05.12"), "breast-in-situ"),
        ((ICD10CM, "Z85.3"), "breast-history"),
        ((SNOMED, "429087003"), "breast-history"),
        ((ICD10CM, "C34.11"), "other-primary"),
        ((ICD10CM, "C70.0"), "other-primary"),
        ((ICD10CM, "C7B.02"), "other-primary"),
    ],
)
def test_kinds_of_tumour(coding, kind):
    """Invasive, in situ, past and other primaries are told apart."""
    assert [d.kind for d in case_of(patient(), condition(coding)).diagnoses] == [kind]


@pytest.mark.parametrize("verified", ["refuted", "entered-in-error", "differential"])
def test_what_is_not_a_disease_is_no_fact(verified):
    """Refuted, erroneous and differential diagnoses are nobody's disease."""
    assert case_of(patient(), condition(BREAST_CANCER, verified=verified), condition(LIVER, ident="2", verified=verified)).diagnoses == ()
    assert sites(condition(LIVER, verified=verified)) == []


@pytest.mark.parametrize(
    "text", ["Rule out metastatic breast cancer", "R/O liver metastases", "Family history of breast cancer", "?breast cancer"]
)
def test_what_is_only_asked_about_is_no_fact(text):
    """A label that asks, or speaks of a relative, is no disease of this patient."""
    case = case_of(
        patient(), condition(code=concept(text=text)), condition(BREAST_CANCER, ident="2", code=concept(BREAST_CANCER, text=text))
    )
    assert (case.diagnoses, case.metastases) == ((), ())


@pytest.mark.parametrize("display", ["Family history of malignant neoplasm of breast (situation)", "Family history of heart failure"])
def test_a_coded_family_history_is_no_disease(display):
    """A code that we do not know is read by its display: a relative's disease stays the relative's."""
    case = case_of(patient(), condition((SNOMED, "429740004", display)))
    assert (case.diagnoses, case.metastases, case.heart) == ((), (), ())


def test_orders_and_family_history_are_no_diagnoses():
    """A ServiceRequest for a disease and a FamilyMemberHistory say nothing about this patient's diseases."""
    case = case_of(
        patient(),
        resource("ServiceRequest", code=concept(text="CT: rule out ILD"), status="active", reasonCode=[concept(BREAST_CANCER)]),
        {
            "resourceType": "FamilyMemberHistory",
            "id": "1",
            "patient": {"reference": "Patient/p1"},
            "condition": [{"code": concept(BREAST_CANCER)}],
        },
    )
    assert (case.diagnoses, case.lungs) == ((), ())


@pytest.mark.parametrize(
    ("status", "read"), [("recurrence", "active"), ("relapse", "active"), ("remission", "resolved"), ("inactive", "resolved")]
)
def test_clinical_statuses(status, read):
    """A recurrence is active, a remission is not."""
    assert case_of(patient(), condition(BREAST_CANCER, status=status)).diagnoses[0].status == read


def test_no_clinical_status_is_unknown_unless_it_abated():
    """A Condition may lack clinicalStatus: unknown, not inactive; an abatement says resolved."""
    assert case_of(patient(), condition(BREAST_CANCER, status=None)).diagnoses[0].status == "unknown"
    assert case_of(patient(), condition(BREAST_CANCER, status=None, abatementDateTime="2025")).diagnoses[0].status == "resolved"


@pytest.mark.parametrize(
    ("coding", "her2", "hormone"),
    [
        ((SNOMED, "427685000"), "positive", None),
        ((SNOMED, "431396003"), "negative", None),
        ((SNOMED, "706970001"), "negative", "negative"),
        (BREAST_CANCER, None, None),
    ],
)
def test_what_a_diagnosis_code_says_of_receptors(coding, her2, hormone):
    """Only codes that state HER2 or hormone receptors set them."""
    found = case_of(patient(), condition(coding)).diagnoses[0]
    assert (found.kind, found.her2, found.hormone_receptors) == ("invasive-breast", her2, hormone)


@pytest.mark.parametrize(
    ("code", "her2", "hormone"),
    [
        ("Z17.31", "positive", None),
        ("Z17.411", "negative", "positive"),
        ("Z17.420", "positive", "negative"),
        ("Z17.0", None, "positive"),
        ("Z17.1", None, None),
    ],
)
def test_receptor_status_codes_belong_to_the_breast_tumour_on_the_list(code, her2, hormone):
    """Z17.* states receptors of whatever breast tumour there is; ER-negative alone does not make it hormone-receptor negative."""
    status = condition((ICD10CM, code), ident="2")
    found = case_of(patient(), condition(BREAST_CANCER), status).diagnoses[1]
    assert (found.kind, found.her2, found.hormone_receptors) == ("invasive-breast", her2, hormone)
    assert case_of(patient(), condition((ICD10CM, "D05.10")), status).diagnoses[1].kind == "breast-in-situ"
    assert case_of(patient(), status).diagnoses[0].kind == "breast-history"


@pytest.mark.parametrize("code", ["315004001", "459391000124109"])
def test_metastatic_breast_cancer_without_a_site(code):
    """Codes for "metastasis from breast cancer" give a metastasis somewhere, related to the breast."""
    case = case_of(patient(), condition((SNOMED, code)))
    assert [(m.site, m.linked_to_breast) for m in case.metastases] == [("unspecified", True)]


def test_the_record_may_link_a_metastasis_to_the_primary():
    """`condition-related` to the breast primary, by reference or name, links it; to something else it does not."""

    def related(**reference):
        extension = [{"url": "http://hl7.org/fhir/StructureDefinition/condition-related", "valueReference": reference}]
        return case_of(patient(), condition(BREAST_CANCER), condition(LIVER, ident="2", extension=extension)).metastases[0].linked_to_breast

    assert related(reference="Condition/1")
    assert related(reference="https://ehr/fhir/Condition/1/_history/2")
    assert related(display="Breast cancer, left")
    assert not related(reference="Condition/9")


def test_two_sites_in_one_condition_are_two_metastases():
    """A Condition coded with two sites names both; a general code beside a site adds nothing."""
    assert sites(condition(LIVER, BRAIN)) == ["brain", "liver"]
    assert sites(condition(GENERIC, LIVER)) == ["liver"]


def test_a_metastasis_coded_with_another_primary_is_that_ones():
    """Lung cancer with brain metastasis in one Condition is no breast metastasis."""
    case = case_of(patient(), condition((ICD10CM, "C34.90"), BRAIN))
    assert ([d.kind for d in case.diagnoses], case.metastases) == (["other-primary"], ())


@pytest.mark.parametrize(
    ("text", "kinds", "found"),
    [
        ("Metastatic breast cancer to liver and bone", ["invasive-breast"], ["bone", "liver"]),
        ("metastatic breast cancer", ["invasive-breast"], ["unspecified"]),
        ("Breast cancer, stage IV", ["invasive-breast"], ["unspecified"]),
        ("HER2 positive breast carcinoma", ["invasive-breast"], []),
        ("Invasive ductal carcinoma of left breast, no metastasis", ["invasive-breast"], []),
        ("Breast cancer, r/o metastases", ["invasive-breast"], []),
        ("DCIS left breast", ["breast-in-situ"], []),
        ("History of breast cancer", ["breast-history"], []),
        ("Brain metastases", [], ["brain"]),
        ("Secondary malignant neoplasm of axillary lymph nodes", [], ["regional-node"]),
        ("Metastasis to breast from melanoma", ["other-primary"], []),
        ("Adenocarcinoma of colon", ["other-primary"], []),
        ("Basal cell carcinoma of skin", [], []),
        ("Invasive ductal carcinoma", ["invasive-breast"], []),
        ("Malignant neoplastic disease (disorder)", [], []),
        ("Non-small cell lung cancer", ["other-primary"], []),
        ("Follicular lymphoma", ["other-primary"], []),
        ("Breast cancer in mother", [], []),
        ("Breast lump", [], []),
        ("BRCA1 mutation carrier, breast cancer risk", [], []),
        ("Diabetes mellitus type 2", [], []),
    ],
)
def test_labels_without_a_code_are_read_with_care(text, kinds, found):
    """Where no code says more, clear words count and everything else is left alone."""
    case = case_of(patient(), condition(code=concept(text=text)))
    assert [d.kind for d in case.diagnoses] == kinds
    assert sorted(m.site for m in case.metastases) == found


def test_words_never_overrule_a_code():
    """A coded Condition is what its code says, whatever else its text mentions."""
    case = case_of(patient(), condition(code=concept(BREAST_CANCER, text="Breast cancer, metastatic to liver?")))
    assert case.metastases == ()


def test_codes_that_contradict_each_other_are_not_used():
    """Breast primary and metastasis to the breast in one Condition: named, not chosen between (mCODE extraction fixture)."""
    codings = (
        ("http://hl7.org/fhir/sid/icd-9-cm/diagnosis", "174.2", "Malignant neoplasm of upper-inner quadrant of right female breast"),
        (ICD10CM, "C79.81", "Secondary malignant neoplasm of breast"),
        (SNOMED, "188152004", "Malignant neoplasm of upper-inner quadrant of female breast (disorder)"),
    )
    case = case_of(patient(), condition(*codings))
    assert (case.diagnoses, case.metastases) == ((), ())
    assert problems_of(case) == [("code-text-conflict", "diagnosis")]


@pytest.mark.parametrize(("code", "value"), [("422399001", "I"), ("424229006", "IV")])
def test_a_stage_in_the_diagnosis_code_or_beside_it(code, value):
    """SNOMED codes of staged carcinomas and `Condition.stage` both give the stage."""
    assert [s.value for s in case_of(patient(), condition((SNOMED, code))).stages] == [value]
    staged = condition(BREAST_CANCER, stage=[{"summary": concept(text=f"Stage {value}")}])
    assert [s.value for s in case_of(patient(), staged).stages] == [value]


def test_a_display_that_names_another_cancer_makes_its_code_unusable():
    """The code of breast cancer beside "Malignant tumor of lung" (trap 16): neither is believed, and it is named."""
    case = case_of(patient(), condition((SNOMED, "254837009", "Malignant tumor of lung")))
    assert (case.diagnoses, problems_of(case)) == ((), [("code-text-conflict", "diagnosis")])


@pytest.mark.parametrize(
    ("system", "code", "display"),
    [
        (system_uri(entry.system), entry.code, entry.display)
        for found in CONCEPTS.values()
        for entry in found.codes
        if "invasive-breast" in {claim.kind for claim in claims_of_code(system_uri(entry.system), entry.code)}
    ],
)
def test_no_code_of_breast_cancer_contradicts_the_display_it_has_itself(system, code, display):
    """All displays of the terminology's own table are believed."""
    assert problems_of(case_of(patient(), condition((system, code, display)))) == []


@pytest.mark.parametrize(
    "code",
    [
        None,
        {},
        concept(text="Masked"),
        concept(("http://terminology.hl7.org/CodeSystem/data-absent-reason", "masked", "Masked")),
        {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}]},
    ],
)
def test_a_condition_that_names_no_disease_is_named(code):
    """Masked, or empty: it may have been the cancer itself. What was refuted was none, whatever it was."""
    assert problems_of(case_of(patient(), condition(code=code))) == [("unreadable", "diagnosis")]
    assert problems_of(case_of(patient(), condition(code=code, verified="refuted"))) == []
    assert problems_of(case_of(patient(), condition(("urn:oid:1.2.3", "house-4711")))) == []
