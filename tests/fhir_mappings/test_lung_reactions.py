"""Pneumonitis that is written down as the reaction to a drug, on the allergy list alone."""

import pytest

from tests.fhir_mappings.resource_builders import RXNORM, SNOMED, case_of, concept, on, patient, resource

T_DXD = "trastuzumab-deruxtecan"
ENHERTU = concept((RXNORM, "2267582", None), text="Enhertu")
ACTIVE = concept(("http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "active"))


def told(*shown, code=ENHERTU, **members):
    """The lung conditions of an entry whose reaction shows itself like this."""
    entry = resource("AllergyIntolerance", **{"clinicalStatus": ACTIVE, "code": code, "recordedDate": "2026-11-16", **members})
    entry["patient"] = entry.pop("subject")
    entry.setdefault("reaction", [{"manifestation": list(shown)}])
    return case_of(patient(), entry).lungs


@pytest.mark.parametrize(
    "shown",
    [concept(text="Pneumonitis"), concept(text="Interstitial lung disease"), concept((SNOMED, "233703007", "Interstitial lung disease"))],
)
def test_r116_a_reaction_of_the_lungs_is_a_pneumonitis_of_that_drug(shown):
    """Its cause is the drug, its day that of the entry; the list says that it was, not whether it is there still."""
    [found] = told(shown)
    assert (found.kind, found.cause_drug, found.grade, found.onset) == ("ild", T_DXD, None, on("2026-11-16"))
    assert (found.of_allergy_list, found.onset_stated) == (True, False)


def test_the_grade_and_the_day_of_the_reaction_are_read():
    """In the words of the manifestation, the description or the note."""
    [found] = told(reaction=[{"manifestation": [concept(text="Pneumonitis")], "description": "CTCAE grade 2", "onset": "2026-11-10"}])
    assert (found.grade, found.onset_stated) == (2, True)
    assert told(concept(text="Pneumonitis"), note=[{"text": "grade 1, steroids"}])[0].grade == 1


@pytest.mark.parametrize(
    ("shown", "members"),
    [
        ("Rash", {}),
        ("Aspiration pneumonitis", {}),
        ("No pneumonitis", {}),
        ("Pneumonitis", {"code": concept(text="Amiodarone")}),
        ("Pneumonitis", {"clinicalStatus": concept(("http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "inactive"))}),
        ("Pneumonitis", {"verificationStatus": concept(("urn:v", "refuted"))}),
        ("Pneumonitis", {"recordedDate": "2027-11-16"}),
    ],
)
def test_what_is_no_pneumonitis_of_our_drugs(shown, members):
    """Another reaction, another drug, one that was withdrawn, one of the future."""
    assert told(concept(text=shown), **members) == ()
