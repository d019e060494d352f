"""Reading answers: presence, IHC scores and the ISH result written beside them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_mappings.answers import contradicts, ihc_score, ish_presence, presence

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
RACE = "urn:oid:2.16.840.1.113883.6.238"


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("3+", "3+"), ("Score 3+", "3+"), ("IHC 2+/FISH-", "2+"),
        ("0", "0"), ("1", "1+"), ("2", "2+"), ("3", "3+"), ("2.0", "2+"), ("3/3", "3+"),
        ("IHC 0", "0"), ("Score 0", "0"), ("Negative (0)", "0"), ("Negative (1+)", "1+"), ("+++", "3+"), ("++", "2+"), ("2 +", "2+"),
        ("HER2 3+", "3+"), ("HER-2/neu 2+", "2+"), ("c-erbB-2: 3+", "3+"), ("HER2/neu: 3+ (positive)", "3+"), ("ER 3+, HER2 2+", "2+"),
        ("10% of cells 2+", "2+"), ("0+", "0+"), ("HER2-low", "low"), ("HER2 ultralow", "ultralow"), ("IHC 0, ultralow", "0+"),
        ("2+ FISH ratio 1.2", "2+"),
        ("HER2+", None), ("HER-2+", None), ("positive", None), ("1+ to 2+", None), ("4", None), ("0% of cells", None), ("ratio 2.0", None),
        ("+", None), ("", None), ("0.5", None),
    ],
)  # fmt: skip
def test_ihc_scores_in_words(text, score):
    """Scores are read in the ways that laboratories write them; HER2+ is not a score of 2+."""
    assert ihc_score([], text) == score
    assert ihc_score([("http://example.org/answers", "x", text)], None) == score


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Positive", "positive"), ("POS", "positive"), ("HER2 positive", "positive"), ("amplified", "positive"), ("Detected", "positive"),
        ("positive (3+)", "positive"), ("HER2+", "positive"), ("+", "positive"), ("ER+", "positive"),
        ("Negative", "negative"), ("neg", "negative"), ("Not amplified", "negative"), ("non-amplified", "negative"), ("HER2-", "negative"),
        ("Not detected", "negative"), ("No amplification detected", "negative"), ("negative (1+)", "negative"), ("-", "negative"),
        ("Equivocal", "equivocal"), ("IHC 2+ (equivocal)", "equivocal"), ("indeterminate", "equivocal"), ("inconclusive", "equivocal"),
        ("Not tested", "not-tested"), ("QNS", "not-tested"), ("pending", "not-tested"), ("unknown", "not-tested"),
        ("weakly positive", None),
        ("HER2-low", None), ("not positive", None), ("ER positive, PR negative", None), ("Triple negative", None),
        ("3+", None), ("", None), ("No staining was detected", None), ("positively identified patient", None), ("negated", None),
    ],
)  # fmt: skip
def test_presence_in_words(text, answer):
    """Positive, negative, equivocal and not tested are told apart; a denial is never taken for a positive answer."""
    assert presence([], text) == answer


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ((SNOMED, "10828004", "Positive"), "positive"), ((SNOMED, "260373001", None), "positive"), ((LOINC, "LA11882-0", None), "positive"),
        ((SNOMED, "260385009", None), "negative"), ((SNOMED, "260415000", "Not detected (qualifier value)"), "negative"),
        ((SNOMED, "705105000", None), "negative"), ((LOINC, "LA11883-8", None), "negative"), ((SNOMED, "280416009", None), "equivocal"),
        ((LOINC, "LA13538-6", None), "not-tested"), ((SNOMED, "260408008", "Weakly positive"), None), ((RACE, "LA6576-8", None), None),
        ((None, "10828004", None), None),
    ],
)  # fmt: skip
def test_presence_in_codes(code, answer):
    """Answer codes count under their own system only; weakly positive is no answer."""
    assert presence([code], None) == answer


def test_grades_of_plus_in_snomed_are_scores():
    """+, ++ and +++ of SNOMED CT are 1+, 2+ and 3+."""
    scores = [ihc_score([(SNOMED, code, None)], None) for code in ("260347006", "260348001", "260349009")]
    assert scores == ["1+", "2+", "3+"]


def test_code_and_words_that_disagree_conclude_nothing():
    """Positive coded and negative written is no answer, and is told apart from no answer at all."""
    positive = [(LOINC, "LA6576-8", "Positive")]
    assert presence(positive, "negative") is None
    assert contradicts(positive, "negative")
    assert ihc_score([(LOINC, "LA11842-4", "3+")], None) is None
    assert contradicts([(LOINC, "LA11842-4", "3+")], None)
    assert not contradicts(positive, "Positive")
    assert not contradicts([], "see report")


@pytest.mark.parametrize(
    ("text", "answer"),
    [("IHC 2+/FISH-", "negative"), ("IHC 2+, FISH+", "positive"), ("2+; FISH not amplified", "negative"),
     ("2+ (equivocal), ISH amplified", "positive"),
     ("3+", None), (None, None), ("2+ FISH ratio 1.2", None), ("2+, reflex FISH pending", "not-tested"), ("finish -", None)],
)  # fmt: skip
def test_the_ish_result_beside_an_ihc_score(text, answer):
    """One string may carry both tests."""
    assert ish_presence(text) == answer


@given(st.text())
def test_any_text_is_read_without_an_error(text):
    """No answer raises."""
    assert ihc_score([], text) in {None, "0", "0+", "1+", "2+", "3+", "low", "ultralow"}
    assert presence([], text) in {None, "positive", "negative", "equivocal", "not-tested"}
    ish_presence(text)
