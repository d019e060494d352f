"""A display that contradicts its code is found, and nothing else is."""

from __future__ import annotations

import pytest

from fhir_mappings.code_tables import CONCEPTS, system_uri
from fhir_mappings.terminology import display_conflicts

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"


@pytest.mark.parametrize(
    ("system", "code", "display"),
    [
        (LOINC, "85319-2", "Ki-67"),
        (LOINC, "85319-2", "Progesterone receptor Ag"),
        (LOINC, "16112-5", "HER2 [Interpretation] in Tissue"),
        (LOINC, "85337-4", "Progesterone receptor"),
        (LOINC, "10230-1", "Right ventricular Ejection fraction"),
        (LOINC, "8806-2", "Gallbladder ejection fraction"),
        (LOINC, "2160-0", "Glucose"),
        (LOINC, "89247-1", "Karnofsky score"),
        (SNOMED, "431396003", "HER2 positive carcinoma of breast"),
        (SNOMED, "427685000", "Human epidermal growth factor 2 negative carcinoma of breast"),
        (ICD10CM, "Z17.31", "HER2 negative status"),
        (SNOMED, "1222837003", "AJCC stage IIIC"),
        (RXNORM, "1658087", "Enhertu 100 MG Injection"),
        (RXNORM, "72965", "Exemestane"),
    ],
)
def test_a_contradicting_display_is_found(system, code, display):
    """Another receptor, the other ventricle, another analyte, the opposite status, another drug."""
    assert display_conflicts(system, code, display)


@pytest.mark.parametrize(
    ("system", "code", "display"),
    [
        (LOINC, "85319-2", "HER2 IHC"),
        (LOINC, "85319-2", "c-erbB-2"),
        (LOINC, "85319-2", "Receptor panel: ER, PR, HER2"),
        (LOINC, "85319-2", "Immunohistochemistry"),
        (LOINC, "85319-2", None),
        (LOINC, "85319-2", ""),
        (LOINC, "16112-5", "Oestrogen receptor"),
        (LOINC, "10230-1", "EF"),
        (LOINC, "10230-1", "Left and right ventricular ejection fraction"),
        (LOINC, "10480-2", "ER and PR"),
        (SNOMED, "1222837003", "American Joint Committee on Cancer stage IVA"),
        (SNOMED, "258228008", "Clinical staging"),
        (LOINC, "33914-3", "eGFR by creatinine"),
        (RXNORM, "1658086", "Trastuzumab Injection [KADCYLA]"),
        (RXNORM, "224905", "Herceptin"),
        ("http://example.org", "85319-2", "Ki-67"),
        (LOINC, "unheard-of", "Ki-67"),
        (None, None, None),
    ],
)
def test_an_agreeing_or_silent_display_is_no_conflict(system, code, display):
    """Synonyms, panels, general words and unknown codes are left alone."""
    assert not display_conflicts(system, code, display)


def test_no_code_of_the_tables_conflicts_with_its_own_display():
    """The check has no false alarm on any code that we ship."""
    false_alarms = [
        entry
        for concept in CONCEPTS.values()
        for entry in concept.codes
        if entry.use != "look_alike" and display_conflicts(system_uri(entry.system), entry.code, entry.display)
    ]
    assert false_alarms == []
