"""Allergies on the problem list: many EHRs keep them there, in words."""

from __future__ import annotations

import pytest

from guideline.case import Allergy
from guideline.partial_date import PartialDate
from tests.fhir_mappings.resource_builders import SNOMED, case_of, concept, condition, patient, resource
from tests.guideline.case_builder import on_therapy
from tests.guideline.order_builder import asks, order


def listed(text: str, **members: object) -> dict[str, bool | None]:
    """The drugs of which a Condition names an allergy, and whether it was severe."""
    return {a.drug: a.severe for a in case_of(patient(), condition(code=concept(text=text), **members)).allergies}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Anaphylaxis due to trastuzumab", {"trastuzumab": True}),
        ("Allergy to trastuzumab (disorder)", {"trastuzumab": None}),
        ("Trastuzumab allergy", {"trastuzumab": None}),
        ("History of anaphylaxis to Herceptin", {"trastuzumab": True}),
        ("Anaphylaxis to Kadcyla", {"trastuzumab-emtansine": True}),
        ("Hypersensitivity reaction to pertuzumab", {"pertuzumab": None}),
        ("Anaphylaxis during docetaxel infusion", {"docetaxel": True}),
        ("Suspected anaphylaxis to docetaxel", {"docetaxel": None}),
        ("Stevens-Johnson syndrome due to capecitabine", {"capecitabine": True}),
        ("SJS due to capecitabine", {"capecitabine": True}),
        ("Drug-induced angioedema - lapatinib", {"lapatinib": True}),
        ("Anaphylaxis (paclitaxel)", {"paclitaxel": True}),
        ("Drug allergy, trastuzumab", {"trastuzumab": None}),
        ("Hypersensitivity: carboplatin, paclitaxel", {"carboplatin": None, "paclitaxel": None}),
        ("Allergy to taxanes", {"docetaxel": None, "nab-paclitaxel": None, "paclitaxel": None}),
        ("Hypersensitivity to 5-fluorouracil", {"capecitabine": None}),
        ("Anaphylaxis due to 5-FU", {"capecitabine": True}),
        ("Drug allergy: fluoropyrimidines", {"capecitabine": None}),
        ("Paclitaxel: anaphylaxis", {"paclitaxel": True}),
        ("Trastuzumab - anaphylaxis 2021", {"trastuzumab": True}),
        ("Trastuzumab, pertuzumab: allergic reaction", {"trastuzumab": None, "pertuzumab": None}),
        ("Ado-trastuzumab emtansine (Kadcyla) - anaphylaxis", {"trastuzumab-emtansine": True}),
        ("Anaphylaxis after paclitaxel", {"paclitaxel": True}),
        ("Allergic to: paclitaxel", {"paclitaxel": None}),
        ("Allergy to antineoplastic drug - Kadcyla", {"trastuzumab-emtansine": None}),
        ("Allergy status to other drugs: Herceptin", {"trastuzumab": None}),
        ("Anaphylactic reaction due to adverse effect of correct drug or medicament properly administered: Taxotere", {"docetaxel": True}),
    ],
)
def test_the_problem_list_names_an_allergy(text, found):
    """A severe one ruled out nothing, since only AllergyIntolerance was read."""
    assert listed(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "No known allergy to trastuzumab",
        "No known allergy to fluorouracil",
        "Allergy to flucytosine",
        "No known drug allergies",
        "Denies allergy to paclitaxel",
        "No evidence of hypersensitivity to trastuzumab",
        "Rule out allergy to trastuzumab",
        "Possible paclitaxel allergy, ruled out",
        "Family history of anaphylaxis to paclitaxel",
        "Risk of hypersensitivity to paclitaxel",
        "Drug allergy: premedicate for paclitaxel",
        "Angioedema due to lisinopril, on trastuzumab",
        "Latex allergy - trastuzumab given",
        "Allergic reaction to contrast, trastuzumab ongoing",
        "Infusion reaction to trastuzumab",
        "Cardiomyopathy due to trastuzumab",
        "Hypersensitivity pneumonitis",
        "Rash due to capecitabine",
        "Hypersensitivity pneumonitis due to trastuzumab deruxtecan",
        "Asthma, allergic; breast cancer treated with docetaxel",
        "Allergic rhinitis, on Herceptin",
        "Breast cancer on trastuzumab: drug allergy",
        "Metastatic breast cancer, trastuzumab, drug allergy",
        "Possible allergy to trastuzumab, ruled out by allergist",
        "Docetaxel allergy - delabelled 2024",
        "Trastuzumab: no allergy",
        "Trastuzumab; allergies: none",
        "Docetaxel - allergy testing negative",
        "Seen by the allergologist: docetaxel",
    ],
)
def test_what_names_no_allergy_to_our_drugs_is_none(text):
    """Denied, asked about, a relative's, to something else, or a reaction to the infusion, which is premedicated (R082)."""
    assert listed(text) == {}


@pytest.mark.parametrize(
    ("text", "severe"),
    [
        ("Severe hypersensitivity reaction to paclitaxel", True),
        ("Paclitaxel allergy (severe)", True),
        ("Hypersensitivity to paclitaxel, grade 3", True),
        ("Paclitaxel allergy, life-threatening", True),
        ("Paclitaxel allergy (G4)", True),
        ("Allergic reaction to paclitaxel, not severe", None),
        ("Non-severe allergic reaction to paclitaxel", None),
        ("Allergic reaction to paclitaxel, grade 2", None),
        ("Mild allergy to paclitaxel; severe asthma", None),
    ],
)
def test_p15_the_label_says_how_bad_it_was(text, severe):
    """A Condition has no severity of a reaction beside it: "severe" ruled nothing out, and was a warning at the order."""
    assert listed(text) == {"paclitaxel": severe}


def test_what_is_borne_instead_is_no_allergen():
    """The label says what to do."""
    assert listed("Anaphylactic reaction to paclitaxel; tolerates docetaxel") == {"paclitaxel": True}
    assert listed("Hypersensitivity to paclitaxel, switched to docetaxel") == {"paclitaxel": None}
    assert listed("Allergy: paclitaxel (rash), docetaxel OK") == {"paclitaxel": None}


def test_a_reaction_is_over_and_the_allergy_is_not():
    """An allergy that resolved is none; an anaphylaxis resolves within hours, and stays one. What was refuted is nothing."""
    assert listed("Allergy to trastuzumab", status="resolved") == {}
    assert listed("Anaphylaxis due to trastuzumab", status="resolved") == {"trastuzumab": True}
    assert listed("Anaphylaxis due to trastuzumab", verified="refuted") == {}


def test_the_words_beside_a_general_code_name_the_allergen():
    """SNOMED has a code for "allergy to drug", and none that is verified for our drugs."""
    code = concept((SNOMED, "416098002"), text="Allergy to trastuzumab")
    (found,) = case_of(patient(), condition(code=code, recordedDate="2025-03-04", onsetDateTime="2025-02-01")).allergies
    assert found == Allergy("trastuzumab", None, found.source, PartialDate.parse("2025-03-04"))


@pytest.mark.parametrize(
    "text", ["Trastuzumab allergy", "trastuzumab hypersensitivity", "trastuzumab intolerance", "Trastuzumab anaphylaxis"]
)
def test_the_word_allergy_behind_trastuzumab_is_no_payload(text):
    """It made the allergen a conjugate that nobody knows, and an order of trastuzumab was silent."""
    entry = resource("AllergyIntolerance", code=concept(text=text), patient={"reference": "Patient/p1"})
    assert [a.drug for a in case_of(patient(), entry).allergies] == ["trastuzumab"]


def test_an_order_of_what_the_problem_list_names_is_met():
    """As by an entry of the allergy list."""
    severe = case_of(patient(), condition(code=concept(text="Anaphylaxis due to trastuzumab"))).allergies
    (found,) = [
        f for f in asks(on_therapy(allergies=severe), order("trastuzumab", 8, "mg/kg")).findings if f.topic == "AllergyOrIntolerance"
    ]
    assert found.indicator == "critical"


@pytest.mark.parametrize(
    ("label", "drug", "named", "says"),
    [
        ("Fluorouracil", "capecitabine", "fluorouracil", "severe allergy to fluorouracil on record"),
        ("fluorouracil (5-FU)", "capecitabine", "fluorouracil", "severe allergy to fluorouracil on record"),
        ("Capecitabine", "capecitabine", None, "severe allergy to capecitabine on record"),
        ("Taxanes", "docetaxel", "taxanes", "severe allergy to taxanes on record"),
    ],
)
def test_p15_a_class_and_a_prodrug_are_called_as_the_entry_calls_them(label, drug, named, says):
    """Capecitabine after a severe reaction to fluorouracil was silent; "severe allergy to docetaxel" stood on no chart."""
    entry = resource("AllergyIntolerance", code=concept(text=label), criticality="high")
    allergies = case_of(patient(), entry).allergies
    assert {a.named for a in allergies if a.drug == drug} == {named}
    (found,) = [f for f in asks(on_therapy(allergies=allergies), order(drug)).findings if f.topic == "AllergyOrIntolerance"]
    assert (found.indicator, found.headline.text) == ("critical", f"Do not give {drug}: {says}")
    assert any("fluorouracil in the body" in sentence.text for sentence in found.detail) is (named == "fluorouracil")
