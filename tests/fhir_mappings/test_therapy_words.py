"""Why a therapy was stopped, in the words of those who stopped it."""

from __future__ import annotations

import pytest

from fhir_mappings.medications.therapy_words import lung_grade_in, stop_reason_in
from tests.fhir_mappings.resource_builders import RXNORM, T_DXD, TRASTUZUMAB, case_of, concept, order, patient


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Injection site reaction, back to IV", "other"),
        ("Injection-site reaction", "other"),
        ("Grade 3 injection site reaction", "toxicity"),
        ("Infusion reaction", "toxicity"),
        ("Allergic reaction", "toxicity"),
    ],
)
def test_a_reaction_where_the_needle_was_is_no_toxicity_of_the_drug(text, reason):
    """Subcutaneous antibodies stopped for it go on by vein."""
    assert (stop_reason_in(text) or "other") == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Pregnancy wish", "patient-wish"),
        ("Wishes to become pregnant", "patient-wish"),
        ("Patient wants to conceive", "patient-wish"),
        ("Desires pregnancy", "patient-wish"),
        ("Planning a pregnancy", "patient-wish"),
        ("Family planning", "patient-wish"),
        ("Pt choice", "patient-wish"),
        ("Pregnancy", "pregnancy"),
        ("Found to be pregnant", "pregnancy"),
        ("Unplanned pregnancy", "pregnancy"),
        ("Pregnant, wishes to keep the baby", "pregnancy"),
        ("ILD, wants to conceive later", "lung"),
    ],
)
def test_a_pregnancy_that_is_wished_for_is_a_wish(text, reason):
    """Nobody is pregnant: HER2 therapy ended for it was ended at the patient's wish."""
    assert stop_reason_in(text) == reason


@pytest.mark.parametrize(
    "text",
    [
        "Transaminitis, ALT 14x ULN",
        "ALT 6.5 x ULN",
        "Elevated LFTs",
        "Elevated AST/ALT",
        "ALT elevation",
        "Bilirubin rising",
        "Increase in liver enzymes",
        "Liver function tests abnormal",
        "Severe palmar-plantar erythrodysesthesia",
        "Hand-foot syndrome",
        "PPE",
        "Mucositis",
        "Stomatitis",
        "Intolerable nausea and fatigue",
        "Patient can't tolerate",
        "Cannot tolerate",
        "Not tolerating well",
        "Nausea/vomiting",
        "Fatigue",
        "Low platelets",
        "Low blood counts",
        "Pancytopenia",
        "Possible transaminitis",
        "Thrombopenia 45 G/l",
        "Leukopenia",
        "Hyperbilirubinaemia",
        "Fluid retention",
        "Neutropenic sepsis",
        "Renal failure",
        "Patient declined due to fatigue",
        "Completed 4 of 6 cycles, intolerable mucositis",
    ],
)
def test_harm_is_read_in_the_words_of_the_ward(text):
    """What was stopped for harm was not failed by, and is not offered again as if nothing had been."""
    assert stop_reason_in(text) == "toxicity"
    assert case_of(patient(), order(TRASTUZUMAB, status="stopped", statusReason=concept(text=text))).drugs[0].stop_reason == "toxicity"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Tumour growth", "progression"),
        ("Liver mets growing", "progression"),
        ("Metastases increasing", "progression"),
        ("Lesions have grown", "progression"),
        ("Progr. hepatic", "progression"),
        ("Progredienz", "progression"),
        ("No tumour growth", None),
        ("Metastases not growing, patient request", "patient-wish"),
        ("Ground-glass opacities on CT", "lung"),
        ("Bilateral GGO", "lung"),
        ("Lung infiltrates", "lung"),
        ("No ground-glass opacities", None),
        ("Progression, lung opacities", "progression"),
    ],
)
def test_growth_and_what_the_lungs_show_are_read_as_sites_write_them(text, reason):
    """Each was "another reason": the next line was conditional, and nothing was said of the lungs."""
    assert stop_reason_in(text) == reason


@pytest.mark.parametrize(
    ("text", "drug", "reason"),
    [
        ("Paused: new cough, CT pending", T_DXD, "lung"),
        ("Increasing dyspnoea", T_DXD, "lung"),
        ("SOB, rule out ILD", T_DXD, "lung"),
        ("Dyspnoea", (RXNORM, "1371041", "ado-trastuzumab emtansine"), "lung"),
        ("Increasing dyspnoea", TRASTUZUMAB, "other"),
        ("No cough, formulary change", T_DXD, "other"),
        ("Nausea and cough", T_DXD, "toxicity"),
    ],
)
def test_a_cough_under_a_conjugate_is_suspected_pneumonitis(text, drug, reason):
    """R080: of T-DXd on hold for a new cough it was asked whether a restart was planned."""
    assert case_of(patient(), order(drug, status="on-hold", statusReason=concept(text=text))).drugs[0].stop_reason == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("No nausea", None),
        ("No nausea or vomiting, patient moved", None),
        ("No elevated LFTs", None),
        ("LFTs not elevated", None),
        ("ALT 1.5x ULN", None),
        ("ALT <3x ULN", None),
        ("High platelets", None),
        ("Mild fatigue", None),
        ("Treatment fatigue, wants a break", None),
        ("Well tolerated", None),
        ("Breast increased", None),
        ("No fatigue; patient request", "patient-wish"),
        ("Completed 6 cycles, some fatigue", "completed"),
        ("Progression, nausea and vomiting", "progression"),
        ("Pneumonitis and stomatitis", "lung"),
        ("EF drop and elevated LFTs", "cardiac"),
    ],
)
def test_a_complaint_is_not_always_the_reason(text, reason):
    """Denied, mild, or beside a reason that explains more: progression, heart and lungs go before other harm, as ever."""
    assert stop_reason_in(text) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("EF drop to 41%", "cardiac"),
        ("EF dropped", "cardiac"),
        ("EF has declined", "cardiac"),
        ("Decline in EF", "cardiac"),
        ("Reduced EF", "cardiac"),
        ("EF 42%", "cardiac"),
        ("EF < 40%", "cardiac"),
        ("LVEF drop", "cardiac"),
        ("EF 62%", None),
        ("EF recovered", None),
        ("No EF drop", None),
        ("No EF drop, patient request", "patient-wish"),
        ("Completed planned therapy, EF 60%", "completed"),
    ],
)
def test_ef_is_the_ejection_fraction(text, reason):
    """A fall, or a value below 50 %; a value that is good is no reason to stop."""
    assert stop_reason_in(text) == reason


@pytest.mark.parametrize(
    ("text", "grade"), [("Grade 1 pneumonitis", 1), ("Pneumonitis and grade 3 stomatitis", None), ("ILD, PPE grade 2", None)]
)
def test_a_grade_may_be_that_of_the_other_harm(text, grade):
    """Beside other harm nobody can tell whose grade it is."""
    assert lung_grade_in(text) == grade


@pytest.mark.parametrize(
    "text",
    [
        "Declined by insurance",
        "Denied by insurance",
        "Refused by her health plan",
        "Denied by plan",
        "Refused by payer",
        "Insurer has refused",
        "Insurance company declined",
        "Payer denied",
        "Prior authorization denied",
    ],
)
def test_what_a_payer_refuses_is_no_wish_of_the_patient(text):
    """The patient wants it and cannot have it."""
    assert stop_reason_in(text) == "unavailable"


@pytest.mark.parametrize(
    "text",
    [
        "Decline in performance status",
        "Declining performance status",
        "Performance status is declining",
        "Functional decline",
        "Clinical decline",
        "General condition has declined",
        "Patient is declining rapidly",
        "Decline in renal function",
    ],
)
def test_a_state_that_declines_is_no_wish_of_the_patient(text):
    """Who gets weaker has refused nothing."""
    assert stop_reason_in(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Patient declined",
        "pt declines further treatment",
        "Declined chemotherapy",
        "Declined",
        "Treatment plan declined by patient",
        "Patient refuses further infusions",
        "Patient declining further therapy",
        "Functional decline, patient declines further therapy",
        "Patient has insurance, declined by her",
    ],
)
def test_who_declines_does_not_wish_it(text):
    """The patient's own no, beside whatever else."""
    assert stop_reason_in(text) == "patient-wish"


@pytest.mark.parametrize(
    "text",
    [
        "New bone lesions on restaging CT",
        "Increase in liver metastases",
        "Growth of liver lesions",
        "Worsening liver metastases",
        "POD",
        "POD on restaging",
        "Lack of clinical benefit",
        "No clinical benefit",
        "No longer deriving benefit",
        "New brain metastases, neuropathy",
    ],
)
def test_decision_6_progression_by_its_signs(text):
    """Stop reason progression or no response, by code or text: the signs are those by which a disease status is read."""
    assert stop_reason_in(text) == "progression"
    assert case_of(patient(), order(TRASTUZUMAB, status="stopped", statusReason=concept(text=text))).drugs[0].stop_reason == "progression"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("No new lesions", None),
        ("No growth", None),
        ("No growth of liver lesions", None),
        ("No POD", None),
        ("POD 3 after mastectomy", None),
        ("POD#2", None),
        ("Possible new lesions", None),
        ("New liver metastases ruled out", None),
        ("New bone lesions, liver lesions decreased", None),
        ("Clinical benefit", None),
        ("No further benefit expected from docetaxel", None),
        ("Worsening lung disease", None),
        ("Worsening tumor markers", None),
        ("Worsening pleural effusion", None),
        ("New skin lesions", None),
        ("No new lesions, patient request", "patient-wish"),
        ("Increase in ALT, no new lesions", "toxicity"),
    ],
)
def test_decision_6_what_is_no_sign_of_progression(text, reason):
    """Denied, suspected, beside a shrinkage, of another organ than the tumour: progression is documented or not assumed."""
    assert stop_reason_in(text) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Reorder", None),
        ("Re-ordered", None),
        ("Dose adjustment", None),
        ("Dose reduced.", None),
        ("Order expired", None),
        ("Automatically expired", None),
        ("Replaced by new order", None),
        ("Modified", None),
        ("Change in dose", None),
        ("Discontinued by provider", "other"),
        ("Dose reduced, then stopped", "other"),
        ("Replaced by T-DM1", "other"),
        ("Changed to capecitabine", "other"),
        ("Dose reduction for neuropathy", "toxicity"),
        ("Therapy completed", "completed"),
    ],
)
def test_what_was_done_to_the_order_is_no_reason_of_the_therapy(text, reason):
    """One order a cycle, each closed with "Reorder": the therapy that ran was "ended for another reason"."""
    stated = order(TRASTUZUMAB, status="completed", statusReason=concept(text=text))
    assert case_of(patient(), stated).drugs[0].stop_reason == reason


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("Pneumonitis Grad 2", 2),
        ("Pneumonitis CTC-Grad III", 3),
        ("Pneumonitis CTCAE 2", 2),
        ("Pneumonitis II°", 2),
        ("ILD °I", 1),
        ("CTCAE 5 grade 2 pneumonitis", 2),
        ("CTCAE 4, G3 pneumonitis", 3),
        ("CTCAE 5.0 pneumonitis", None),
        ("Pneumonitis 2° to T-DXd", None),
        ("Pneumonitis I-II°", None),
        ("Pneumonitis grade 1-2", None),
        ("Pneumonitis from grade 1 to grade 2", 2),
        ("Fever 38 °C, pneumonitis", None),
    ],
)
def test_a_grade_has_many_spellings(text, grade):
    """It stood in the record, and was asked for; "2°" is "secondary", and the number behind CTCAE may be that of the edition."""
    assert lung_grade_in(text) == grade
