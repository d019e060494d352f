"""Records that others wrote (see `samples/README.md`): what a careful reader finds in them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from fhir_mappings.case_builder import build_case
from fhir_mappings.diagnose import diagnose
from fhir_mappings.reading import read_document
from guideline.case import Case
from guideline.partial_date import PartialDate

SAMPLES = Path(__file__).parent / "samples"
TODAY = date(2026, 11, 20)
FILES = sorted(SAMPLES.glob("*.json"))


def case_of(name: str) -> Case:
    (path,) = SAMPLES.glob(f"{name}*.json")
    return build_case(read_document(path.read_bytes()).reading, patient_id=None, today=TODAY)


def her2(case: Case) -> list[tuple[str, str | None]]:
    return sorted((r.method, r.value) for r in case.receptors if r.receptor == "HER2")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_sample_crashes_and_each_gives_facts_or_says_why_not(path):
    """Every outside file is read, mapped and diagnosed; none is silently empty unless it holds nothing of ours."""
    case = build_case(read_document(path.read_bytes()).reading, patient_id=None, today=TODAY)
    facts = [getattr(case, name) for name in case.__slots__ if name not in {"today", "patient"}]
    nothing_of_ours = {
        "mcode400_MedicationRequest-cancer-related-medication-request-cisplatin-stopped",
        "mcode400_Observation-no-history-of-metastatic-cancer",
    }
    assert any(facts) != (path.stem in nothing_of_ours)
    assert diagnose(path.read_bytes(), today=TODAY).unused == case.problems


def test_jenny_m_is_her2_negative_and_not_metastatic():
    """HER2-negative, ER-positive, stage II by the staging Observation, M0, no metastasis; nothing of her record is lost."""
    case = case_of("mcode400_Bundle-mcode-patient-bundle-jenny-m")
    assert her2(case) == [("unspecified", "negative")]
    assert case.metastases == ()
    assert {s.value for s in case.stages} == {"II", "III", "M0"}
    assert {(d.drug, d.intent) for d in case.drugs} == {
        (drug, "curative") for drug in ("anastrozole", "cyclophosphamide", "doxorubicin", "paclitaxel")
    }
    assert case.problems == ()


def test_the_mismatch_fixture_is_refused_for_use():
    """An invented LOINC number with a HER2 display makes no HER2 result, and that is named."""
    case = case_of("bct_patient_data")
    assert case.receptors == ()
    assert [(p.kind, p.subject) for p in case.problems] == [("code-text-conflict", "her2")]


def test_ctms_is_her2_positive_twice_with_a_meningeal_metastasis_and_a_stage_that_disagrees():
    """IHC and FISH positive, cerebral meninges by body site, stage III beside it, other patients' results left out."""
    case = case_of("ctms_patient_data")
    assert her2(case) == [("ihc", "positive"), ("ish", "positive")]
    assert [(m.site, m.status, m.date) for m in case.metastases] == [("leptomeningeal", "active", PartialDate.parse("2017-07-21"))]
    assert {s.value for s in case.stages} == {"III"}
    assert {p.kind for p in case.procedures} == {"biopsy", "brain-radiotherapy"}
    assert case.performance == ()
    assert [(p.kind, p.source) for p in case.problems] == [("other-patient", "")]
    assert len(case.drugs) == 3


def test_eom_keeps_both_receptor_results_and_both_stages():
    """ER positive 2018 and negative 2022 stand side by side, as do stage IV and an older M0."""
    case = case_of("ctms_eom")
    er = sorted((str(r.date), r.value) for r in case.receptors if r.receptor == "ER")
    assert er == [("2018-03-10", "positive"), ("2022-01-02", "negative")]
    assert {s.value for s in case.stages} == {"IV", "M0"}
    assert [m.site for m in case.metastases] == ["lung"]
    assert [p.ecog for p in case.performance] == [3]


def test_trial_matching_patient_is_stage_iv_with_regional_and_distant_sites():
    """The AJCC code "4" is stage IV; axillary nodes are regional; dose-form-group codes name their drugs."""
    case = case_of("ctma_TrialMatching_Patient01")
    assert {s.value for s in case.stages} == {"IV"}
    assert sorted(m.site for m in case.metastases) == ["bone", "liver", "regional-node"]
    assert her2(case) == [("ihc", "negative")]
    assert {d.drug for d in case.drugs} == {"leuprolide", "fulvestrant", "abemaciclib", "ribociclib"}


def test_maureen_is_an_array_whose_dstu2_parts_are_named():
    """Orders and Conditions of DSTU2 are not half-read; her results, which kept their shape, are."""
    case = case_of("pathways_Maureen")
    assert {(p.kind, p.subject) for p in case.problems} == {("old-fhir", "therapy"), ("old-fhir", "diagnosis"), ("unreadable", "her2")}
    assert (case.drugs, case.diagnoses) == ((), ())
    assert her2(case) == [("ihc", "positive")]
    assert {s.value for s in case.stages} == {"I", "M0"}


def test_maryam_is_found_by_her_urn():
    """Subjects of the form `urn:uuid:ID` are the Patient of that id: nothing is dropped as somebody else's."""
    case = case_of("pathways_Maryam")
    assert "negative" in {value for _, value in her2(case)}
    assert {d.drug for d in case.drugs} >= {"paclitaxel"} or {d.drug for d in case.drugs} >= {"nab-paclitaxel"}
    assert "other-patient" not in {p.kind for p in case.problems}


def test_breast_primary_and_metastasis_to_the_breast_in_one_condition():
    """The extraction fixture is DSTU2 and named so; in R4 shape its contradiction is named; in neither is it used."""
    assert [p.kind for p in case_of("mef_secondary").problems] == ["old-fhir"]
    (path,) = SAMPLES.glob("mef_secondary*.json")
    old = json.loads(path.read_bytes())
    status = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}
    condition = {
        "resourceType": "Condition",
        "id": "1",
        "code": old["code"],
        "clinicalStatus": status,
        "subject": {"reference": "Patient/1"},
    }
    case = build_case(read_document(json.dumps(condition).encode()).reading, patient_id=None, today=TODAY)
    assert (case.diagnoses, case.metastases) == ((), ())
    assert [(p.kind, p.subject) for p in case.problems] == [("code-text-conflict", "diagnosis")]


@pytest.mark.parametrize(
    ("name", "facts", "expected"),
    [
        ("mcode400_Condition-secondary", lambda c: [m.site for m in c.metastases], ["brain"]),
        ("mcode400_Condition-john", lambda c: [h.kind for h in c.heart], ["heart-failure"]),
        ("mcode400_Observation-history-of-cancer", lambda c: [m.site for m in c.metastases], ["liver"]),
        ("mcode400_Observation-no-history", lambda c: list(c.metastases), []),
        ("mcode400_Observation-tnm-clinical-stage-group", lambda c: [s.value for s in c.stages], ["III"]),
        ("mef_csv-cancer-disease-status", lambda c: [s.trend for s in c.disease_statuses], ["remission"]),
        ("mef_csv-staging", lambda c: sorted(s.value for s in c.stages), ["III", "M0"]),
    ],
)
def test_single_resources_of_others(name, facts, expected):
    """Examples of mCODE and of the extraction framework say what they are named after."""
    assert facts(case_of(name)) == expected
