"""Symptoms and findings on the chart: which Conditions tell of them, since when, and which do not (decisions 12 and 13)."""

from __future__ import annotations

import json

import pytest
import yaml
from jsonschema import Draft202012Validator

from fhir_mappings.terminology_files import FOLDER, TerminologyError, read_symptoms_file
from tests.fhir_mappings.resource_builders import ICD10CM, SNOMED, case_of, concept, condition, patient, problems_of

_CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"
VISIT = {"category": [concept((_CATEGORY, "encounter-diagnosis"))], "status": None, "onsetDateTime": None}
DYSPNOEA = (ICD10CM, "R06.02", "Shortness of breath")


def read(*codes, text=None, **members):
    """Kind and name of what one Condition tells of."""
    code = concept(*codes, text=text)
    found = case_of(patient(), condition(**{"code": code, "onsetDateTime": "2026-11-15", **members})).symptoms
    return [(symptom.kind, symptom.name) for symptom in found]


def test_the_file_has_its_form():
    """`symptoms.yaml` fits its schema."""
    schema = json.loads((FOLDER / "schema" / "symptoms.schema.json").read_text("utf-8"))
    content = yaml.safe_load((FOLDER / "symptoms.yaml").read_text("utf-8"))
    Draft202012Validator(schema).validate(content)


def test_a_code_that_two_symptoms_claim_stops_the_start(tmp_path):
    """One code, one symptom."""
    row = "{id: cough, kind: respiratory, names: [cough], icd10cm: [R05]}"
    (tmp_path / "symptoms.yaml").write_text(f"sources: {{}}\nsymptoms: [{row}, {row}]", "utf-8")
    with pytest.raises(TerminologyError, match="R05 is there twice"):
        read_symptoms_file(tmp_path)


@pytest.mark.parametrize("code", ["R06.00", "R06.02", "R06.03", "R06.09", "R0609"])
def test_decision_12_dyspnoea_by_its_codes(code):
    """ICD-10-CM with the dot and without."""
    assert read((ICD10CM, code)) == [("respiratory", "dyspnoea")]


@pytest.mark.parametrize("code", ["R05", "R05.1", "R05.2", "R05.4", "R05.8", "R05.9"])
def test_decision_12_cough_by_its_codes(code):
    """All but the chronic one; R05 alone is of older records."""
    assert read((ICD10CM, code)) == [("respiratory", "cough")]


def test_decision_12_symptoms_by_snomed():
    """Two findings and a disorder of SNOMED CT."""
    assert read((SNOMED, "267036007"), (SNOMED, "49727002")) == [("respiratory", "dyspnoea"), ("respiratory", "cough")]
    assert read((SNOMED, "389087006")) == read((ICD10CM, "R09.02")) == [("respiratory", "hypoxaemia")]


def test_decision_12_respiratory_failure_by_its_codes():
    """Worse than the symptoms that it comes with; chronic respiratory failure is no new one."""
    failure = [("respiratory", "respiratory failure")]
    assert read((SNOMED, "65710008")) == read((ICD10CM, "J96.01")) == read((ICD10CM, "J96.21")) == failure
    assert read((SNOMED, "67782005")) == read((ICD10CM, "J80")) == [("respiratory", "acute respiratory distress syndrome")]
    assert read((ICD10CM, "J96.11")) == []


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Dyspnea", "dyspnoea"),
        ("Shortness of breath", "dyspnoea"),
        ("New dyspnoea on exertion", "dyspnoea"),
        ("Acute dyspnea due to anemia", "dyspnoea"),
        ("Atemnot", "dyspnoea"),
        ("Akute Dyspnoe", "dyspnoea"),
        ("Dry cough", "cough"),
        ("Cough, unspecified", "cough"),
        ("Cough, unspecified type", "cough"),
        ("SOB (shortness of breath)", "dyspnoea"),
        ("DOE (dyspnea on exertion)", "dyspnoea"),
        ("Acute hypoxia", "hypoxaemia"),
        ("Hypoxemia", "hypoxaemia"),
        ("Acute respiratory failure with hypoxia (HCC)", "respiratory failure"),
        ("ARDS (adult respiratory distress syndrome)", "acute respiratory distress syndrome"),
        ("Husten", "cough"),
    ],
)
def test_decision_12_symptoms_by_the_whole_label(label, name):
    """Where no code tells: the symptom alone, beside words that say how it is."""
    assert read(text=label) == [("respiratory", name)]


@pytest.mark.parametrize(
    "label",
    [
        "Chronic dyspnea",
        "Cough variant asthma",
        "Whooping cough",
        "Cough medicine overdose",
        "No dyspnea",
        "Denies cough",
        "History of cough",
        "Rule out dyspnea",
        "Family history of cough",
        "Paroxysmal nocturnal dyspnea",
        "Dyspnea ruled out",
        "Nocturnal hypoxemia",
        "Chronic respiratory failure",
        "Respiratory failure of newborn",
        "Hypoxic ischemic encephalopathy",
    ],
)
def test_decision_12_labels_that_are_no_new_symptom(label):
    """Of long standing, denied, past, asked about, a relative's, or another thing."""
    assert read(text=label) == []


@pytest.mark.parametrize(
    "code", [(ICD10CM, "R05.3"), (ICD10CM, "R06.01"), (ICD10CM, "R06.2"), (ICD10CM, "J45.991"), (SNOMED, "267102003"), ("urn:x", "R06.02")]
)
def test_decision_12_codes_that_are_no_new_symptom(code):
    """Chronic cough, orthopnoea, wheezing, another system."""
    assert read(code) == []


@pytest.mark.parametrize("label", ["Chronic dyspnea", "No dyspnea", "History of dyspnea"])
def test_a_label_wins_over_the_code_of_a_symptom(label):
    """What somebody wrote says more than the code behind it."""
    assert read((ICD10CM, "R06.09"), text=label) == []


@pytest.mark.parametrize(
    "label",
    [
        "Ground-glass opacities on chest CT",
        "New bilateral ground glass opacities",
        "Bilateral ground-glass infiltrates",
        "Stable liver metastases, new ground-glass opacities",
        "New pulmonary infiltrates",
        "New bilateral interstitial infiltrates",
        "Milchglastrübungen beidseits",
    ],
)
@pytest.mark.parametrize("codes", [(), ((ICD10CM, "R91.8", "Other nonspecific abnormal finding of lung field"),)])
def test_decision_12_findings_that_may_be_pneumonitis(codes, label):
    """By their words, whatever general code stands beside them."""
    ((kind, _),) = read(*codes, text=label)
    assert kind == "lung-finding"


@pytest.mark.parametrize(
    "label",
    [
        None,
        "Lung nodule",
        "Ground-glass nodule, right upper lobe",
        "No ground-glass opacities",
        "Resolved ground-glass opacities",
        "Stable ground-glass opacity",
        "Lung infiltrates, unchanged",
        "New liver infiltrates",
    ],
)
def test_decision_12_findings_that_are_none(label):
    """R91.8 alone tells nothing; what is denied, resolved, stable, a nodule or elsewhere is no new infiltrate."""
    assert read((ICD10CM, "R91.8"), text=label) == []


@pytest.mark.parametrize("members", [{"verified": "refuted"}, {"verified": "entered-in-error"}, {"verified": "differential"}])
def test_what_was_refuted_is_no_symptom(members):
    """The verification status decides first."""
    assert read(DYSPNOEA, **members) == []


@pytest.mark.parametrize("members", [{"status": "resolved"}, {"status": "inactive"}, {"abatementDateTime": "2026-11-17"}])
def test_what_is_over_is_read_as_resolved(members):
    """A status, or an end."""
    (found,) = case_of(patient(), condition(DYSPNOEA, **members)).symptoms
    assert found.status == "resolved"


def test_an_end_that_is_to_come_ends_nothing():
    """A date far ahead is a mistake."""
    (found,) = case_of(patient(), condition(DYSPNOEA, abatementDateTime="2027-11-17")).symptoms
    assert found.status == "active"


def test_the_day_is_that_of_the_onset_else_of_the_writing():
    """An onset that is no date leaves it without one."""
    days = {
        "onset": {"onsetDateTime": "2026-11-10", "recordedDate": "2026-11-15"},
        "written": {"onsetDateTime": None, "recordedDate": "2026-11-15"},
        "words": {"onsetDateTime": None, "onsetString": "last year", "recordedDate": "2026-11-15"},
    }
    found = {name: case_of(patient(), condition(DYSPNOEA, **members)).symptoms[0] for name, members in days.items()}
    assert {name: str(symptom.date) for name, symptom in found.items()} == {
        "onset": "2026-11-10", "written": "2026-11-15", "words": "None"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("known", "visit", "since"),
    [
        ({}, {}, "2024-02-03"),
        ({"code": concept((ICD10CM, "R06.00"))}, {}, "2024-02-03"),
        ({}, {"onsetDateTime": "2026-11-10"}, "2026-11-10"),
        ({}, {"code": concept((ICD10CM, "R06.02"), text="Worsening dyspnea")}, "2026-11-15"),
        ({"status": "resolved"}, {}, "2026-11-15"),
        ({"code": concept((ICD10CM, "R05.9"))}, {}, "2026-11-15"),
        ({"code": concept((ICD10CM, "R06.09"), text="Chronic dyspnea")}, {}, "2024-02-03"),
    ],
)
def test_a_known_symptom_that_a_visit_codes_again_is_no_new_one(known, visit, since):
    """It is there since its oldest entry, unless it has an onset of its own, is called worse, was over, or is another one."""
    listed = condition(DYSPNOEA, ident="list", **known)
    again = condition(DYSPNOEA, ident="again", **{**VISIT, "recordedDate": "2026-11-15", **visit})
    found = {symptom.source: symptom for symptom in case_of(patient(), listed, again).symptoms}["Condition/again"]
    assert str(found.since) == since


def test_words_beside_the_code_of_a_symptom_still_name_a_disease():
    """Dyspnoea due to pneumonitis is pneumonitis too."""
    case = case_of(patient(), condition(code=concept(DYSPNOEA, text="Dyspnea due to pneumonitis")))
    assert [lung.kind for lung in case.lungs] == ["ild"]
    assert problems_of(case) == []


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("G93.5", "brain compression"),
        ("G93.6", "cerebral oedema"),
        ("R56.9", "seizure"),
        ("G40.909", "seizure"),
        ("G81.94", "hemiparesis"),
        ("R47.01", "aphasia"),
    ],
)
def test_decision_13_neurological_symptoms_by_their_codes(code, name):
    """Mass effect, oedema, seizures, hemiparesis, aphasia."""
    assert read((ICD10CM, code)) == [("neurological", name)]


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Vasogenic edema", "cerebral oedema"),
        ("Hirnödem", "cerebral oedema"),
        ("New onset seizure", "seizure"),
        ("Focal seizures", "seizure"),
        ("Left-sided hemiparesis", "hemiparesis"),
        ("Hemiplegia, right", "hemiparesis"),
        ("Aphasia", "aphasia"),
        ("Seizures (HCC)", "seizure"),
        ("Cerebral edema (CMS/HCC)", "cerebral oedema"),
        ("Mass effect", "mass effect"),
        ("Brain mass effect", "mass effect"),
        ("Midline shift of brain", "mass effect"),
        ("Increased intracranial pressure", "raised intracranial pressure"),
    ],
)
def test_decision_13_neurological_symptoms_by_the_whole_label(label, name):
    """Where no code tells."""
    assert read(text=label) == [("neurological", name)]


@pytest.mark.parametrize(
    "label",
    [
        "Edema of leg",
        "Pulmonary edema",
        "Disc herniation",
        "Inguinal hernia",
        "Seizure prophylaxis",
        "Febrile seizure in childhood",
        "No seizures",
        "Rule out seizure",
        "Chronic hemiparesis",
        "History of seizures",
    ],
)
def test_decision_13_labels_that_tell_nothing_of_the_brain(label):
    """Another organ, prevention, denied, asked about, of long standing, past."""
    assert read(text=label) == []


@pytest.mark.parametrize("code", ["G93.0", "G93.40", "G82.20", "R56.00", "R47.02", "G44.1"])
def test_decision_13_codes_that_are_none(code):
    """Cysts, encephalopathy, paraplegia, febrile convulsions, other troubles."""
    assert read((ICD10CM, code)) == []


BRAIN = (ICD10CM, "C79.31", "Secondary malignant neoplasm of brain")


@pytest.mark.parametrize(
    "members",
    [
        {"code": concept(BRAIN, text="Brain metastasis with mass effect and midline shift")},
        {"code": concept(text="Brain metastasis with vasogenic edema")},
        {"note": [{"text": "3.4 cm, midline shift of 6 mm."}]},
        {"note": [{"text": "Pulmonary nodules resolved. Impending uncal herniation"}]},
        {"note": [{"text": "concern for herniation"}]},
        {"code": concept((ICD10CM, "C79.32"), text="Leptomeningeal metastases"), "note": [{"text": "mass effect on the brainstem"}]},
    ],
)
def test_decision_13_mass_effect_in_the_words_of_a_brain_metastasis(members):
    """In its label or a note."""
    assert read(BRAIN, **members) == [("neurological", "mass effect")]


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"code": concept(BRAIN, text="Brain metastasis without midline shift")},
        {"note": [{"text": "No mass effect or herniation"}]},
        {"note": [{"text": "Mass effect resolved after surgery"}]},
        {"note": [{"text": "improved vasogenic edema"}]},
        {"note": [{"text": "L5 disc herniation"}]},
        {"code": concept((ICD10CM, "C78.7"), text="Liver metastases with mass effect")},
    ],
)
def test_decision_13_no_mass_effect(members):
    """Not said, denied, resolved, or of another organ."""
    assert read(BRAIN, **members) == []


def test_another_patients_symptom_is_none():
    """A resource of another subject is dropped."""
    assert read(DYSPNOEA, subject={"reference": "Patient/p2"}) == []
