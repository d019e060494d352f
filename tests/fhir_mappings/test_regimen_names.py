"""Regimens that are named by letters alone."""

import pytest

from fhir_mappings.medications.regimen_names import is_regimen


@pytest.mark.parametrize(
    "text",
    [
        "TCHP", "TCH", "THP", "HP", "TH", "AC", "FEC", "TCHP x 6 cycles", "TCHP x6", "TCHP C1D1", "AC-T", "AC/T", "ddAC x 4", "AC-THP",
        "AC followed by TH", "dose-dense AC -> THP", "neoadjuvant TCHP", "FEC-D", "HP q3w", "TC x 4", "EC x 4 cycles", "TAC chemotherapy",
    ],
)  # fmt: skip
def test_the_letters_of_a_regimen(text):
    """The whole label, by text or by display, with how often it was given."""
    assert is_regimen((), text)
    assert is_regimen((("urn:local", "1", text),), None)


@pytest.mark.parametrize(
    "text",
    [
        "", "T", "H", "x 6 cycles", "chemotherapy", "EC", "TC", "TAC", "aspirin EC 81 mg", "EC 81", "insulin, take ac", "metformin AC",
        "calcium carbonate AC", "AC 81 mg", "ACTH", "HP Acthar gel", "hp 500 units", "TAC 0.1 %", "TAC 0.1% cream", "Tc-99m", "tc 99",
        "antacid per AC protocol", "ondansetron",
    ],
)  # fmt: skip
def test_letters_that_are_no_regimen(text):
    """Other labels hold the same letters: a coat, a meal, a tracer, a hormone."""
    assert not is_regimen((), text)


def test_another_name_beside_the_letters_is_what_it_is():
    """The letters of the text say when a coded medicine is taken."""
    assert not is_regimen((("http://www.nlm.nih.gov/research/umls/rxnorm", "6809", "metformin"),), "AC")
    assert is_regimen((("urn:local", "1", "TCHP"),), "TCHP x 6")
