from __future__ import annotations

import pytest

from fhir_mappings.code_tables import CONCEPTS, system_uri
from fhir_mappings.tumour.tumour_claims import claims_of_code
from guideline.case import Metastasis
from guideline.partial_date import PartialDate
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


MALIGNANT = (SNOMED, "363346000", "Malignant neoplastic disease (disorder)")
LEFT_BREAST = concept((SNOMED, "80248007", "Left breast structure (body structure)"))


def histology(code: str, display: str) -> dict:
    url = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-histology-morphology-behavior"
    return {"url": url, "valueCodeableConcept": concept((SNOMED, code, display))}


DUCTAL = histology("82711006", "Infiltrating duct carcinoma (morphologic abnormality)")
LOBULAR_IN_SITU = histology("77284006", "Lobular carcinoma in situ (morphologic abnormality)")


@pytest.mark.parametrize(
    ("code", "members", "kinds"),
    [
        (MALIGNANT, {"bodySite": [LEFT_BREAST]}, ["invasive-breast"]),
        (MALIGNANT, {"bodySite": [LEFT_BREAST], "extension": [DUCTAL]}, ["invasive-breast"]),
        (MALIGNANT, {"bodySite": [LEFT_BREAST], "extension": [LOBULAR_IN_SITU]}, ["breast-in-situ"]),
        (MALIGNANT, {"bodySite": [concept(("http://terminology.hl7.org/CodeSystem/icd-o-3", "C50.4"))]}, ["invasive-breast"]),
        ((None, None, "Adenocarcinoma"), {"bodySite": [concept(text="Breast, right")]}, ["invasive-breast"]),
        (MALIGNANT, {}, []),
        (MALIGNANT, {"bodySite": [concept((SNOMED, "39607008", "Lung structure"))]}, []),
        (MALIGNANT, {"bodySite": [LEFT_BREAST, concept((SNOMED, "39607008", "Lung structure"))]}, []),
        ((None, None, "Non-Hodgkin lymphoma"), {"bodySite": [LEFT_BREAST]}, ["other-primary"]),
        ((None, None, "Family history of malignant neoplasm"), {"bodySite": [LEFT_BREAST]}, []),
        ((None, None, "Fibroadenoma"), {"bodySite": [LEFT_BREAST]}, []),
        ((None, None, "Basal cell carcinoma"), {"bodySite": [LEFT_BREAST]}, []),
        ((None, None, "Squamous cell carcinoma of skin"), {"bodySite": [LEFT_BREAST]}, []),
        (MALIGNANT, {"bodySite": [LEFT_BREAST], "extension": [{**DUCTAL, "valueCodeableConcept": {"text": "Basal cell carcinoma"}}]}, []),
        ((None, None, "Personal history of malignant neoplasm"), {"bodySite": [LEFT_BREAST]}, ["breast-history"]),
        ((None, None, "Cancer-related pain"), {"bodySite": [LEFT_BREAST]}, []),
        ((None, None, "Lymphedema due to cancer treatment"), {"bodySite": [LEFT_BREAST]}, []),
        ((None, None, "Suspected malignancy"), {"bodySite": [LEFT_BREAST]}, []),
        ((None, None, "Basal cell carcinoma"), {"bodySite": [concept(text="Skin of breast")]}, []),
        (MALIGNANT, {"bodySite": [concept(text="Skin of left breast")]}, []),
    ],
)
def test_a_breast_cancer_named_by_code_site_and_histology_together(code, members, kinds):
    """MCODE allows a code without an organ: the body site says that it is the breast, and the histology whether it is invasive."""
    assert [d.kind for d in case_of(patient(), condition(code, **members)).diagnoses] == kinds


def test_the_side_may_stand_on_the_condition_itself():
    """A qualifier of the side beside the code, where no body site carries one."""
    side = {
        "url": "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-laterality-qualifier",
        "valueCodeableConcept": concept((SNOMED, "7771000", "Left (qualifier value)")),
    }
    assert [d.side for d in case_of(patient(), condition(BREAST_CANCER, extension=[side])).diagnoses] == ["left"]


def test_a_metastasis_to_the_breast_stays_another_tumours():
    """A secondary tumour in the breast is none of the breast, whatever the body site."""
    secondary = condition((None, None, "Secondary malignant neoplasm"), bodySite=[LEFT_BREAST])
    assert "invasive-breast" not in [d.kind for d in case_of(patient(), secondary).diagnoses]


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
        ("Lung cancer in husband", [], []),
        ("Husband has lung cancer", [], []),
        ("Colon cancer in paternal uncle", [], []),
        ("Anxiety about metastatic cancer", [], []),
        ("Fibroid tumor of uterus", [], []),
        ("Secondary malignant neoplasm of brain and cerebral meninges", [], ["brain"]),
        ("Brain and leptomeningeal metastases", [], ["brain", "leptomeningeal"]),
        ("Metastasis to cerebral meninges", [], ["leptomeningeal"]),
        ("Metastasis to left frontal lobe", [], ["brain"]),
        ("Metastatic breast cancer, temporal lobe epilepsy", ["invasive-breast"], ["unspecified"]),
        ("Leptomeningeal carcinomatosis", [], ["leptomeningeal"]),
        ("Leptomeningeal disease", [], ["leptomeningeal"]),
        ("Carcinomatous meningitis", [], ["leptomeningeal"]),
        ("Neoplastic meningitis", [], ["leptomeningeal"]),
        ("Peritoneal carcinomatosis", [], ["peritoneum"]),
        ("Lymphangitic carcinomatosis of lung", [], ["lung"]),
        ("Malignant pleural effusion", [], ["pleura"]),
        ("Pleural effusion, malignant", [], ["pleura"]),
        ("Breast cancer with leptomeningeal disease", ["invasive-breast"], ["leptomeningeal"]),
        ("No leptomeningeal disease", [], []),
        ("Leptomeningeal carcinomatosis ruled out", [], []),
        ("Suspected leptomeningeal disease", [], []),
        ("Non-malignant pleural effusion", [], []),
        ("Pleural effusion, malignancy excluded", [], []),
        ("Malignant meningioma", [], []),
        ("Malignant neoplasm of meninges", [], []),
        ("Bacterial meningitis", [], []),
        ("Leptomeningeal enhancement", [], []),
        ("Primary peritoneal carcinomatosis", [], []),
        ("Carcinomatous lymphangitis of the left breast", ["invasive-breast"], []),
        ("Malignant pleural effusion due to lung cancer", ["other-primary"], []),
        ("Peritoneal carcinomatosis from ovarian cancer", ["other-primary"], []),
        ("Leptomeningeal disease from melanoma", ["other-primary"], []),
        ("Breast cancer with micrometastases in sentinel node", ["invasive-breast"], []),
        ("Breast cancer, metastatic work-up", ["invasive-breast"], []),
        ("Breast cancer, metastatic status unknown", ["invasive-breast"], []),
        ("Breast cancer, CKD stage 4", ["invasive-breast"], []),
        ("Breast lump", [], []),
        ("BRCA1 mutation carrier, breast cancer risk", [], []),
        ("Hereditary breast and ovarian cancer syndrome", [], []),
        ("Breast cancer gene carrier", [], []),
        ("Lynch syndrome, colon cancer risk", [], []),
        ("High risk HER2 positive breast cancer", ["invasive-breast"], []),
        ("Metastatic breast cancer with PIK3CA mutation (HCC)", ["invasive-breast"], ["unspecified"]),
        ("Malignant neoplasm of breast, BRCA2 gene mutation positive", ["invasive-breast"], []),
        ("Non-small cell lung cancer with EGFR mutation", ["other-primary"], []),
        ("Colon cancer metastatic to liver", ["other-primary"], []),
        ("Metastatic lung cancer (metastasis from lung to other site) (HCC)", ["other-primary"], []),
        ("Liver metastases from pancreatic adenocarcinoma", ["other-primary"], []),
        ("Metastatic melanoma", ["other-primary"], []),
        ("Malignant neoplasm of colon metastatic to liver", ["other-primary"], []),
        ("Secondary malignant neoplasm of colon", [], ["unspecified"]),
        ("Metastatic carcinoma of lung", [], ["lung"]),
        ("Lung metastasis of carcinoma", [], ["lung"]),
        ("Metastatic liver cancer", [], ["liver"]),
        ("Brain metastasis, history of colon cancer", [], ["brain"]),
        ("Metastatic disease, no lung cancer", [], ["unspecified"]),
        ("Secondary and unspecified malignant neoplasm of intrathoracic lymph nodes", [], ["distant-node"]),
        ("Secondary and unspecified malignant neoplasm of axilla and upper limb lymph nodes", [], ["regional-node"]),
        ("Metastasis to hilar lymph node", [], ["distant-node"]),
        ("Diabetes mellitus type 2", [], []),
    ],
)
def test_labels_without_a_code_are_read_with_care(text, kinds, found):
    """Where no code says more, clear words count and everything else is left alone."""
    case = case_of(patient(), condition(code=concept(text=text)))
    assert [d.kind for d in case.diagnoses] == kinds
    assert sorted(m.site for m in case.metastases) == found


@pytest.mark.parametrize(
    "coding",
    [
        (ICD10CM, "Z15.01", "Genetic susceptibility to malignant neoplasm of breast"),
        (ICD10CM, "Z15.02", "Genetic susceptibility to malignant neoplasm of ovary"),
    ],
)
def test_a_susceptibility_is_no_tumour(coding):
    """A carrier's ovary is no other primary that might explain the metastases of her breast cancer (decision 9)."""
    assert case_of(patient(), condition(coding)).diagnoses == ()


LEFT_BREAST = (ICD10CM, "C50.912", "Malignant neoplasm of unspecified site of left female breast")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Carcinoma of left breast metastatic to liver (HCC)", ["liver"]),
        ("Breast cancer metastasized to bone, left (HCC)", ["bone"]),
        ("Breast cancer with mets to brain and lung", ["brain", "lung"]),
        ("Metastatic breast cancer (HCC)", ["unspecified"]),
        ("Malignant neoplasm of left breast, stage 4 (HCC)", ["unspecified"]),
        ("Bone metastases (HCC)", ["bone"]),
        ("Breast cancer metastatic to axillary lymph node", ["regional-node"]),
    ],
)
def test_a_label_says_more_than_the_code_of_a_breast_primary(text, found):
    """EHRs code "carcinoma of breast metastatic to liver" as C50 alone: the spread is the breast's."""
    case = case_of(patient(), condition(code=concept(LEFT_BREAST, text=text)))
    assert [d.kind for d in case.diagnoses] == ["invasive-breast"]
    assert [(m.site, m.linked_to_breast, m.date) for m in case.metastases] == [(site, True, on("2024-02-03")) for site in found]
    assert case.problems == ()


@pytest.mark.parametrize(
    "text",
    [
        "Breast cancer, no evidence of metastatic disease",
        "Breast cancer, metastatic to liver?",
        "Metastatic breast cancer?",
        "Metastatic breast cancer, rule out",
        "Breast cancer, rule out metastases",
        "Breast cancer, r/o brain mets",
        "Breast cancer, metastases: none",
        "Nonmetastatic breast cancer",
        "Breast cancer without metastasis",
        "Breast cancer at risk for metastasis",
        "Possible metastatic breast cancer",
        "Breast cancer; sister with metastatic breast cancer",
        "Metastatic cancer of unknown primary",
        "Breast cancer, stage II",
    ],
)
def test_a_label_that_denies_or_asks_adds_no_spread(text):
    """What is denied, asked about, feared or a relative's is none, and "rule out" at the end of a text does not reach into the display."""
    assert case_of(patient(), condition(code=concept(LEFT_BREAST, text=text))).metastases == ()


@pytest.mark.parametrize("text", ["Carcinoma metastatic to left breast (HCC)", "Melanoma metastatic to breast"])
def test_a_label_of_what_spread_to_the_breast_contradicts_its_code(text):
    """Another primary, coded as one of the breast: named, not chosen between (trap 23)."""
    case = case_of(patient(), condition(code=concept(LEFT_BREAST, text=text)))
    assert (case.diagnoses, case.metastases, problems_of(case)) == ((), (), [("code-text-conflict", "diagnosis")])


def test_the_onset_of_the_primary_is_not_the_day_of_the_relapse():
    """Where metastases have Conditions of their own, a label of the primary dates nothing, and "metastatic" alone adds nothing."""
    labelled = condition(code=concept(LEFT_BREAST, text="Breast cancer metastatic to bone (HCC)"))
    liver = condition(LIVER, ident="2", onsetDateTime="2026-02-01")
    assert {(m.site, m.date, m.recorded) for m in case_of(patient(), labelled, liver).metastases} == {
        ("bone", None, None),
        ("liver", on("2026-02-01"), None),
    }
    metastatic = condition(code=concept(LEFT_BREAST, text="Metastatic breast cancer (HCC)"))
    assert sites(metastatic, liver) == ["liver"]
    assert sites(metastatic, condition((ICD10CM, "C77.3"), ident="2")) == ["regional-node", "unspecified"]


def test_words_never_overrule_a_code():
    """A Condition whose code names a site, or another tumour, is what its code says, whatever else its text mentions."""
    assert sites(condition(code=concept(LIVER, text="Metastases to liver and bone"))) == ["liver"]
    in_situ = case_of(patient(), condition(code=concept((ICD10CM, "D05.12"), text="Breast cancer metastatic to liver")))
    assert in_situ.metastases == ()


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
    """SNOMED codes of staged carcinomas and `Condition.stage` both give the stage, each with the Condition as its source."""
    assert [(s.value, s.source) for s in case_of(patient(), condition((SNOMED, code), ident="7")).stages] == [(value, "Condition/7")]
    staged = condition(BREAST_CANCER, stage=[{"summary": concept(text=f"Stage {value}")}])
    assert [s.value for s in case_of(patient(), staged).stages] == [value]


@pytest.mark.parametrize(
    ("text", "value"), [("cT2 cN1 cM1", "M1"), ("T2N1M1", "M1"), ("pT1cN0 cM0", "M0"), ("Stage II at diagnosis, now stage IV", "IV")]
)
def test_the_stage_of_a_condition_may_be_a_tnm(text, value):
    """An M category in `Condition.stage` counts as in an Observation; M1 takes no day of its own where metastases carry one."""
    staged = condition(BREAST_CANCER, stage=[{"summary": concept(text=text)}])
    assert [(s.value, s.date) for s in case_of(patient(), staged).stages] == [(value, on("2024-02-03"))]
    if value == "M1":
        assert [s.date for s in case_of(patient(), staged, condition(LIVER, ident="2")).stages] == [None]


@pytest.mark.parametrize(
    ("site", "found"),
    [
        (concept(text="Left frontal lobe"), "brain"),
        (concept(text="Right occipital lobe"), "brain"),
        (concept((SNOMED, "83251001", "Frontal lobe structure")), "brain"),
        (concept(text="Brainstem structure"), "brain"),
        (concept((SNOMED, "113305005")), "brain"),
        (concept(text="Temporal bone"), "bone"),
        (concept(text="Parietal pleura"), "pleura"),
        (concept(text="Cerebral meninges structure"), "leptomeningeal"),
    ],
)
def test_parts_of_the_brain_are_the_brain(site, found):
    """The body site of a metastasis whose code names none (trap 24)."""
    assert sites(condition(GENERIC, bodySite=[site])) == [found]


@pytest.mark.parametrize(
    ("system", "code"),
    [
        ("http://fhir.de/CodeSystem/bfarm/icd-10-gm", "C79.3"),
        ("http://hl7.org/fhir/sid/icd-10", "C78.7"),
        ("http://hl7.org/fhir/sid/icd-10-am", "C50.9"),
        ("http://hl7.org/fhir/sid/icd-10", "D05.1"),
    ],
)
def test_a_tumour_under_another_icd_10_is_named(system, code):
    """Their codes are not read, so the diagnosis is lost, unless words, or another code, say it."""
    assert problems_of(case_of(patient(), condition((system, code, "Bösartige Neubildung")))) == [("unreadable", "diagnosis")]
    assert problems_of(case_of(patient(), condition((system, code, "Secondary malignant neoplasm of liver")))) == []
    assert problems_of(case_of(patient(), condition((system, code), LIVER))) == []
    assert problems_of(case_of(patient(), condition((system, code), verified="refuted"))) == []


RECENTLY = {"onsetDateTime": "2026-08-03"}


@pytest.mark.parametrize(
    ("code", "subject"),
    [
        ("I50.14", "heart"),
        ("I42.7", "heart"),
        ("I13.0", "heart"),
        ("J84.9", "lung"),
        ("J70.2", "lung"),
        ("Z33", "pregnancy"),
        ("O26.9", "pregnancy"),
    ],
)
def test_what_stops_drugs_is_named_under_another_icd_10_too(code, subject):
    """Heart failure, lung disease and pregnancy of which only such a code tells are lost, as a tumour is, and not "none on record"."""
    for system in ("http://fhir.de/CodeSystem/bfarm/icd-10-gm", "http://hl7.org/fhir/sid/icd-10"):
        assert problems_of(case_of(patient(), condition((system, code), **RECENTLY))) == [("unread-code", subject)]
        assert problems_of(case_of(patient(), condition((system, code), verified="refuted", **RECENTLY))) == []
    assert problems_of(case_of(patient(), condition((ICD10CM, code), **RECENTLY))) == []


@pytest.mark.parametrize("code", ["I50.14", "J84.9", "Z33"])
def test_what_has_resolved_is_not_named_under_another_icd_10(code):
    """It stops no drug today; what has no status may be so. The day goes with it: a pregnancy is over after its term."""
    known = ("http://hl7.org/fhir/sid/icd-10", code)
    assert len(problems_of(case_of(patient(), condition(known, status=None, **RECENTLY)))) == 1
    assert problems_of(case_of(patient(), condition(known, status="resolved", **RECENTLY))) == []
    (problem,) = case_of(patient(), condition(known, onsetDateTime="2023-05-02")).problems
    assert problem.date == PartialDate.parse("2023-05-02")


@pytest.mark.parametrize(
    ("system", "code"),
    [
        ("http://hl7.org/fhir/sid/icd-10", "I10"),
        ("http://hl7.org/fhir/sid/icd-10", "C44.3"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "C44.311"),
        ("http://fhir.de/CodeSystem/bfarm/icd-10-gm", "D50.9"),
        ("urn:oid:1.2.3", "C50.9"),
    ],
)
def test_other_codes_of_another_icd_10_are_not_named(system, code):
    """What is no malignant tumour, or one of the skin, or of a system that nobody knows."""
    assert problems_of(case_of(patient(), condition((system, code)))) == []


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


OTHER_SITES = (ICD10CM, "C79.89", "Secondary malignant neoplasm of other specified sites")


@pytest.mark.parametrize(
    "text",
    [
        "Chest wall recurrence of breast cancer",
        "Local recurrence of breast cancer",
        "Locally recurrent breast cancer",
        "Locoregional recurrence of breast cancer, axilla",
        "Loco-regional relapse of breast cancer",
        "Scar recurrence of breast cancer",
        "In-breast recurrence of breast cancer",
        "Recurrent breast cancer of the left chest wall",
        "Chest wall recurrence of breast cancer, no distant metastases",
    ],
)
def test_r123_a_local_recurrence_under_the_code_of_other_sites_is_none_of_distant_disease(text):
    """C79.89 says nothing that the entry's own words do not say better, with or without its dot and its own name."""
    for coding in (OTHER_SITES, (ICD10CM, "C7989"), (ICD10CM, "C79.89", text)):
        case = case_of(patient(), condition(BREAST_CANCER), condition(code=concept(coding, text=text), ident="2"))
        assert (case.metastases, [d.kind for d in case.diagnoses]) == ((), ["invasive-breast", "invasive-breast"])
    alone = case_of(patient(), condition(BREAST_CANCER), condition(code=concept(text=text), ident="2"))
    assert alone.diagnoses == case.diagnoses
    assert sites(condition(code=concept(BREAST_CANCER, OTHER_SITES, text=text))) == []


@pytest.mark.parametrize(
    ("codings", "text", "found"),
    [
        ([OTHER_SITES], "Chest wall metastasis of breast cancer", ["other"]),
        ([OTHER_SITES], "Breast cancer metastatic to chest wall", ["other"]),
        ([OTHER_SITES], "Chest wall recurrence and distant metastases of breast cancer", ["other"]),
        ([OTHER_SITES], "Chest wall recurrence of breast cancer, suspected metastases", ["other"]),
        ([OTHER_SITES], "Chest wall recurrence of breast cancer, also in the lung", ["other"]),
        ([OTHER_SITES], "No local recurrence of breast cancer", ["other"]),
        ([OTHER_SITES], "Recurrence of breast cancer", ["other"]),
        ([OTHER_SITES], None, ["other"]),
        ([BRAIN, OTHER_SITES], "Chest wall recurrence of breast cancer", ["brain", "other"]),
        ([LIVER], "Chest wall recurrence of breast cancer", ["liver"]),
        ([(ICD10CM, "C79.51")], "Chest wall recurrence of breast cancer", ["bone"]),
        ([(ICD10CM, "C78.00")], "Local recurrence of breast cancer", ["lung"]),
        ([(ICD10CM, "C79.2")], "Chest wall recurrence of breast cancer", ["skin"]),
    ],
)
def test_words_outweigh_no_code_that_names_a_site(codings, text, found):
    """Only the code of no named site gives way, and only to words that name a local recurrence and no spread."""
    listed = condition(code=concept(*codings, text=text) if text else concept(*codings), ident="2")
    assert sites(condition(BREAST_CANCER), listed) == found
