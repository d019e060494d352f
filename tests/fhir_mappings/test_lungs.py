from __future__ import annotations

import pytest

from tests.fhir_mappings.resource_builders import ICD10CM, RXNORM, SNOMED, case_of, concept, condition, on, patient
from tests.stopwatch import best_of, slowness

ILD = (SNOMED, "233703007", "Interstitial lung disease (disorder)")
DUE_TO = "http://hl7.org/fhir/StructureDefinition/condition-dueTo"


def one(*codings, **members):
    found = case_of(patient(), condition(*codings, **members)).lungs
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (ILD, "ild"),
        ((ICD10CM, "J84.112"), "ild"),
        ((ICD10CM, "J70.4"), "ild"),
        ((SNOMED, "84004001"), "radiation"),
        ((ICD10CM, "J70.0"), "radiation"),
    ],
)
def test_kinds_of_lung_disease(code, kind):
    """Interstitial disease and radiation pneumonitis stay apart."""
    found = one(code)
    assert (found.kind, found.status, found.onset) == (kind, "active", on("2024-02-03"))


def test_a_pneumonitis_that_its_text_calls_radiation_is_one():
    """A general code with a radiation text is radiation pneumonitis."""
    assert one(code=concept((SNOMED, "205237003"), text="Radiation pneumonitis, right upper lobe")).kind == "radiation"


@pytest.mark.parametrize(
    ("members", "grade"),
    [
        ({"severity": concept(text="CTCAE grade 2")}, 2),
        ({"severity": concept(("urn:ctcae", "3", "Severe"))}, 3),
        ({"stage": [{"summary": concept(text="Grade 1")}]}, 1),
        ({"code": concept(ILD, text="Pneumonitis, grade II")}, 2),
        ({"note": [{"text": "CTCAE v5.0 grade 3 pneumonitis"}]}, 3),
        ({"code": concept(ILD, text="pneumonitis G1")}, 1),
        ({"severity": concept((SNOMED, "24484000", "Severe"))}, None),
        ({"note": [{"text": "was grade 1, then grade 2"}]}, 2),
        ({}, None),
    ],
)
def test_the_grade(members, grade):
    """From severity, stage, label or note; mild, moderate and severe are no CTCAE grades; the worst counts."""
    assert one(ILD, **members).grade == grade


@pytest.mark.parametrize(
    ("members", "cause"),
    [
        (
            {"extension": [{"url": DUE_TO, "valueCodeableConcept": concept((RXNORM, "2267582"), text="fam-trastuzumab deruxtecan")}]},
            "trastuzumab-deruxtecan",
        ),
        (
            {"extension": [{"url": DUE_TO, "valueReference": {"reference": "MedicationStatement/1", "display": "Kadcyla"}}]},
            "trastuzumab-emtansine",
        ),
        ({"evidence": [{"code": [concept(text="Enhertu")]}]}, "trastuzumab-deruxtecan"),
        ({"evidence": [{"detail": [{"display": "T-DXd cycle 4"}]}]}, "trastuzumab-deruxtecan"),
        ({"code": concept(ILD, text="Pneumonitis due to trastuzumab deruxtecan")}, "trastuzumab-deruxtecan"),
        ({"note": [{"text": "attributed to T-DM1"}]}, "trastuzumab-emtansine"),
        ({"code": concept((SNOMED, "196051003"))}, "drug"),
        ({"code": concept((ICD10CM, "J70.2"))}, "drug"),
        ({"code": concept(text="Drug-induced pneumonitis")}, "drug"),
        ({}, None),
    ],
)
def test_the_cause(members, cause):
    """By extension, evidence, label or note; `drug` where only that is said."""
    assert one(ILD, **members).cause_drug == cause


def test_abatement_and_status():
    """An abatement in the past is kept; one in the future is a plan."""
    assert one(ILD, status="resolved", abatementDateTime="2025-06").abated == on("2025-06")
    assert one(ILD, abatementDateTime="2027-01").abated is None


@pytest.mark.parametrize(
    ("members", "onset", "stated"),
    [
        ({"onsetDateTime": "2026-09-02", "recordedDate": "2026-09-20"}, "2026-09-02", True),
        (
            {"onsetDateTime": None, "onsetPeriod": {"start": "2026-09-02", "end": "2026-09-05"}, "recordedDate": "2026-09-20"},
            "2026-09-02",
            True,
        ),
        ({"onsetDateTime": None, "recordedDate": "2026-09-20"}, "2026-09-20", False),
        ({"onsetDateTime": None, "onsetString": "early September", "recordedDate": "2026-09-20"}, "2026-09-20", False),
    ],
)
def test_the_day_an_entry_was_written_is_no_onset(members, onset, stated):
    """R115 counts from the onset: where nobody recorded one, the case says so."""
    found = one(ILD, **members)
    assert (found.onset, found.onset_stated) == (on(onset), stated)


@pytest.mark.parametrize("text", ["Pneumonitis", "ILD", "Interstitial lung disease", "organizing pneumonia", "Pulmonary toxicity"])
def test_labels_without_a_code(text):
    """Clear words count where no code says more."""
    assert one(code=concept(text=text)).kind == "ild"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("History of pneumonitis", "ild"),
        ("H/o pneumonitis, unspecified", "ild"),
        ("Previous organizing pneumonia", "ild"),
        ("Personal history of radiation pneumonitis", "radiation"),
        ("Pneumonitis, resolved", "ild"),
        ("Resolved pneumonitis", "ild"),
        ("Past pneumonitis", "ild"),
        ("S/p pneumonitis", "ild"),
        ("Pneumonitis, grade 2 (resolved)", "ild"),
        ("Radiation pneumonitis, now resolved", "radiation"),
    ],
)
def test_a_history_of_pneumonitis_is_past(text, kind):
    """Its entry is active for ever, and the day on which a history was written down is no day of the disease; a stated onset is kept."""
    found = one(code=concept(text=text), onsetDateTime=None, recordedDate="2026-09-01")
    assert (found.kind, found.status, found.onset, found.onset_stated) == (kind, "resolved", None, False)
    assert one(code=concept(text=text), onsetDateTime="2019-01").onset == on("2019-01")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Pneumonitis", "active"),
        ("History of interstitial lung disease", "active"),
        ("History of pulmonary fibrosis", "active"),
        ("History of pneumonitis, now recurrent pneumonitis", "active"),
        ("Pneumonitis, history of radiation", "active"),
        ("History of pneumonitis", "recurrence"),
        ("Pneumonitis, resolved", "recurrence"),
        ("Pneumonitis, not resolved", "active"),
        ("Pneumonitis, partially resolved", "active"),
        ("Unresolved pneumonitis", "active"),
        ("Resolving pneumonitis", "active"),
        ("S/p lobectomy, pneumonitis", "active"),
        ("Past smoker with pneumonitis", "active"),
        ("Past pneumonitis, now recurrent pneumonitis", "active"),
        ("ILD, resolved", "active"),
    ],
)
def test_what_goes_on_is_not_past(text, status):
    """A fibrosis stays, and what came back is there."""
    found = one(code=concept(text=text), status=status, onsetDateTime=None, recordedDate="2026-09-01")
    assert (found.kind, found.status, found.onset) == ("ild", "active", on("2026-09-01"))


@pytest.mark.parametrize(
    "text",
    [
        "Pulmonary toxicity screening", "ILD screening", "High risk medication use - pulmonary toxicity monitoring", "Surveillance for ILD",
        "Baseline CT for ILD", "ILD education", "Patient counselled about pneumonitis", "Cardiotoxicity monitoring",
        "Heart failure screening", "Monitoring for cardiotoxicity", "Cardiomyopathy screening",
    ],
)  # fmt: skip
def test_what_is_watched_for_is_no_disease(text):
    """Under T-DXd each of them was a critical card."""
    case = case_of(patient(), condition(code=concept(text=text)))
    assert (case.lungs, case.heart) == ((), ())


@pytest.mark.parametrize(
    "text", ["Cardiomyopathy, monitoring of LVEF", "Heart failure; diet education", "Heart failure under monitoring for LVEF"]
)
def test_a_disease_that_is_watched_is_one(text):
    """The label says that it is there, and what is done about it."""
    assert len(case_of(patient(), condition(code=concept(text=text))).heart) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Aspiration pneumonitis", "Lymphangitic carcinomatosis", "Rule out ILD", "Pneumonia", "Chemical pneumonitis", "COVID pneumonitis",
        "Interstitial pneumonia due to COVID-19", "Viral pneumonitis", "Lung fibrosis after tuberculosis", "COVID pneumonia, no ILD",
    ],
)  # fmt: skip
def test_labels_that_are_not_ild(text):
    """Aspiration, infection, spread and questions are no ILD."""
    assert case_of(patient(), condition(code=concept(text=text))).lungs == ()


@pytest.mark.parametrize(
    "text", ["Post-COVID pulmonary fibrosis", "Organizing pneumonia after COVID-19", "Interstitial lung disease post COVID"]
)
def test_what_a_virus_leaves_is_ild(text):
    """As where it is coded: the pneumonia is over, the fibrosis stays."""
    assert [c.kind for c in case_of(patient(), condition(code=concept(text=text))).lungs] == ["ild"]


def test_a_refuted_ild_is_none():
    """Refuted, erroneous and differential ILD are silent."""
    for verified in ("refuted", "entered-in-error", "differential"):
        assert case_of(patient(), condition(ILD, verified=verified)).lungs == ()


@pytest.mark.parametrize(
    ("text", "kind", "cause"),
    [
        ("Interstitial pulmonary disease, unspecified", "ild", None),
        ("Other interstitial pulmonary diseases with fibrosis in diseases classified elsewhere", "ild", None),
        ("Lung disease, interstitial (HCC)", "ild", None),
        ("Fibrosis of lung (disorder)", "ild", None),
        ("Fibrosis of lung following radiation", "radiation", None),
        ("Drug-induced lung disease", "ild", "drug"),
        ("Enhertu-induced lung injury", "ild", "trastuzumab-deruxtecan"),
        ("Lung disorder due to drug", "ild", "drug"),
        ("Pneumonitis, infectious vs drug-induced", "ild", "drug"),
        ("Viral pneumonitis vs. drug toxicity", "ild", "drug"),
        ("Infection versus pneumonitis", "ild", None),
    ],
)
def test_names_of_ild_in_classifications_and_on_problem_lists(text, kind, cause):
    """ICD-10-CM's and SNOMED CT's own titles and EHRs' displays; and what may be the drug's as well as an infection stops therapy too."""
    assert [(c.kind, c.status, c.cause_drug) for c in case_of(patient(), condition(code=concept(text=text))).lungs] == [
        (kind, "active", cause)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Cystic fibrosis of lung", "Interstitial pulmonary edema", "Chronic obstructive lung disease", "Ventilator-induced lung injury",
        "Viral vs bacterial pneumonitis", "Aspiration pneumonia vs pneumonitis", "No drug-induced lung disease",
    ],
)  # fmt: skip
def test_other_diseases_of_the_lungs_stay_others(text):
    """Nor is one infection against another a question of ILD."""
    assert case_of(patient(), condition(code=concept(text=text))).lungs == ()


def test_a_long_label_is_read_in_time():
    """Ten times the words take some ten times as long, whatever they are."""
    text = "pneumonitis or " * 20_000
    assert best_of(1, lambda: case_of(patient(), condition(code=concept(text=text)))) < 4 * slowness()
