"""Reading answers: presence, IHC scores and the ISH result written beside them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_mappings.biomarkers.answers import contradicts, denies_overexpression, ihc_score, ish_presence, presence

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
    ("text", "score"),
    [
        ("Not 3+", None), ("No 3+ staining", None), ("Negative (not 3+)", None), ("No HER2 overexpression (3+ not seen)", None),
        ("3+?", None), ("Suspected 3+", None), ("1+. No 3+ staining", "1+"), ("not HER2-low", None), ("Negative, not ultralow", None),
        ("External control: 3+. Tumor: negative", None), ("control 3+, tumour 0", "0"), ("Control: 3+\nTumor: 1+", "1+"),
        ("negative control 0, positive control 3+, tumor 1+", "1+"), ("Negative. Prior biopsy 3+", None), ("Prior biopsy:\n3+", None),
        ("Score 1+ (previously 3+)", "1+"), ("Previously 1+, now 3+", "3+"), ("HER2-negative (1+), previously HER2-positive (3+)", "1+"),
        ("Invasive: negative; DCIS: 3+", None), ("Negative in invasive, 3+ in the DCIS component", None), ("3 + in DCIS", None),
        ("3+ (DCIS)", None), ("Invasive carcinoma 1+, DCIS 3+", "1+"), ("Negative (reference range: 3+ = positive)", None),
        ("1+ (reference: 0 to 1+ negative, 3+ positive)", "1+"), ("Score 3+ (scale 0-3+)", "3+"), ("3+ (scale: 0, 1+, 2+, 3+)", "3+"),
        ("HER2 1+ to 2+", None), ("No staining (0)", "0"), ("Cannot exclude 2+", None), ("less than 3+", None), ("<3+", None),
        ("HER2 3+ in 2019, HER2 1+ in liver", None), ("ER 3+, HER2 score 0", "0"), ("ER 3+, PR 2+, HER2 0", "0"), ("HER2 3+, ER 2+", "3+"),
    ],
)  # fmt: skip
def test_a_score_of_something_else_is_none(text, score):
    """A score that is denied, or that a control, an earlier sample, DCIS, the scale or another receptor has, is not the tumour's."""
    assert ihc_score([], text) == score


@pytest.mark.parametrize(
    "text",
    [
        "3+ (positive)", "3+; controls satisfactory", "External control appropriate. 3+", "External control appropriate\nHER2 3+",
        "3+ with appropriate negative control", "Invasive 3+ with DCIS", "No residual DCIS. 3+", "3+ in primary and metastasis",
        "3+ (no FISH needed)", "FISH not performed, 3+", "No change: 3+", "Reference lab: 3+", "3+ prior to therapy", "3 plus",
        "Score 3 plus", "3-plus by IHC", "IHC 3+ by in situ hybridization not amplified",
    ],
)  # fmt: skip
def test_words_about_something_else_take_no_score_away(text):
    """Controls, DCIS and a denial of something else beside the score leave it as it is."""
    assert ihc_score([], text) == "3+"


@pytest.mark.parametrize("text", ["grade 2 plus DCIS", "2 plus 3", "all other 2 areas"])
def test_a_number_beside_plus_or_her_is_no_score(text):
    """Only a score is followed by "plus" and nothing more; the 2 of "other 2" is not that of HER2."""
    assert ihc_score([], text) is None


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("3+ (negative)", True), ("IHC 3+, HER2 negative", True), ("HER2 negative on metastasis; primary was 3+", True),
        ("ER 3+, HER2 negative", True),
        ("3+", False), ("3+, FISH negative", False), ("IHC 3+; FISH: not amplified (negative)", False), ("HER2 not amplified, 3+", False),
        ("Negative for amplification; IHC 3+", False), ("ER negative PR negative HER2 3+", False),
        ("ER (-), PR (-), HER2 (3+)", False), ("3+, margins negative", False),
        ("3+, negative control appropriate", False), ("Prior biopsy negative. Now 3+", False),
    ],
)  # fmt: skip
def test_a_stain_is_denied_by_what_is_said_of_it(text, denied):
    """ISH, another receptor, a control and a margin may be negative beside a 3+ (decision 10); the stain itself may not."""
    assert denies_overexpression([], text) is denied


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Tumor: negative; control: positive", "negative"), ("Negative. Prior biopsy positive", "negative"), ("Positive control 3+", None),
        ("Positive in DCIS only", None), ("DCIS: 3+ (positive)", None), ("Positive (previously negative)", "positive"),
        ("Previously negative, now positive", "positive"), ("In situ hybridization: positive", "positive"),
    ],
)  # fmt: skip
def test_an_answer_about_something_else_is_none(text, answer):
    """What a control, an earlier sample or DCIS shows is not the answer; in situ hybridisation is a test, not DCIS."""
    assert presence([], text) == answer


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
     ("3+", None), (None, None), ("2+ FISH ratio 1.2", None), ("2+, reflex FISH pending", "not-tested"),
     ("2+; previous FISH amplified", None), ("finish -", None)],
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
