"""Beside the next line: a biopsy whose result is to come, and another cancer that may be what progressed (R001, R002; decision 9)."""

import pytest

from guideline.case import Diagnosis, Procedure
from tests.guideline.case_builder import (
    HR_NEGATIVE,
    a_case,
    advice_on,
    ago,
    breast_cancer,
    her2,
    intake,
    metastasis,
    receptor,
    said_ids,
    second_line,
    source,
    statements_of,
    status,
    thp,
    topics,
)

PRIMARY = (her2("3+", 900, "primary"), *HR_NEGATIVE)
ACCESSIBLE = intake(lesion_accessible="true")


def biopsy(day, state="done"):
    return Procedure("biopsy", state, None if day is None else ago(day), source("Procedure"))


def wanted(**facts):
    """Progression on THP 50 days ago, a lesion in reach, HER2 known of the primary only."""
    base = {"receptors": PRIMARY, "intake": ACCESSIBLE, "drugs": thp(690, 50, reason="progression")}
    return advice_on(second_line(**{**base, **facts}))


@pytest.mark.parametrize(
    ("procedure", "pending"),
    [
        (biopsy(2), True),
        (biopsy(42), True),
        (biopsy(43), False),
        (biopsy(51), False),
        (biopsy(None), False),
        (biopsy(2, "booked"), False),
        (Procedure("chest-ct", "done", ago(2), source("Procedure")), False),
    ],
    ids=["two days ago", "six weeks ago", "a day more", "before the progression", "undated", "booked", "a CT"],
)
def test_r002_no_second_biopsy_while_the_result_of_one_is_to_come(procedure, pending):
    """Section 5 (14): biopsied since the progression: no card asks for it again for six weeks; one line says that the result is to come."""
    advice = wanted(procedures=procedure)
    assert ("RebiopsySuggested" in topics(advice)) is not pending
    assert ("biopsy-result-pending" in said_ids(advice)) is pending


def test_r002_the_line_names_the_day_and_takes_the_place_of_the_advice_to_biopsy():
    """Nothing said of a lesion in reach: the line on the treatment card is the pending result, not a biopsy."""
    advice = wanted(procedures=biopsy(2), intake=intake(lesion_accessible=None))
    assert "rebiopsy-if-accessible" not in said_ids(advice)
    assert str(ago(2)) in next(s.text for s in advice.treatment.why if s.id == "biopsy-result-pending")


def test_r002_a_biopsy_with_a_result_is_not_waited_for():
    """Its HER2 result of the next day is on record: neither a pending line nor another biopsy."""
    advice = wanted(procedures=biopsy(3), receptors=(*PRIMARY, her2("3+", 2)))
    assert not {"biopsy-result-pending", "rebiopsy", "rebiopsy-if-accessible"} & said_ids(advice)


def test_r002_hormone_receptors_alone_are_not_the_whole_result():
    """ER of the biopsy came first: HER2 is still to come."""
    assert "biopsy-result-pending" in said_ids(wanted(procedures=biopsy(3), receptors=(*PRIMARY, receptor("ER", "positive", 1))))


def test_r002_a_biopsy_of_the_breast_with_its_result_leaves_the_metastasis_to_be_tested():
    """De novo: the breast was biopsied and tested, the liver not: a biopsy of the metastasis is still advised."""
    case = a_case(metastases=metastasis("liver", 15), receptors=(her2("3+", 20, "primary"), *HR_NEGATIVE), procedures=biopsy(20))
    assert "rebiopsy-if-accessible" in said_ids(advice_on(case))


def test_r002_the_biopsy_that_proves_the_relapse_may_be_older_than_its_entry():
    """Metastasis written down nine days after its biopsy: the result is to come."""
    case = a_case(metastases=metastasis("liver", 10), receptors=PRIMARY, procedures=biopsy(19))
    assert "biopsy-result-pending" in said_ids(advice_on(case))


# --- Another active cancer ---------------------------------------------------------------------------------------------------------


def other(day, clinical="active"):
    return Diagnosis("other-primary", clinical, None if day is None else ago(day), source=source("Condition"))


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ({"diagnoses": (breast_cancer(), other(150))}, True),
        ({"diagnoses": (breast_cancer(), other(10))}, True),
        ({"diagnoses": (breast_cancer(), other(None))}, True),
        ({"diagnoses": (breast_cancer(), other(9))}, False),
        ({"diagnoses": (breast_cancer(), other(150, "resolved"))}, False),
        ({"diagnoses": (breast_cancer(), other(150)), "receptors": (her2("3+", 5), *HR_NEGATIVE)}, False),
        ({"diagnoses": (breast_cancer(), other(150)), "drugs": thp(690, 10, reason="toxicity")}, False),
        ({"diagnoses": (breast_cancer(), other(150)), "drugs": thp(690), "disease_statuses": status("worsened", 10)}, True),
    ],
    ids=[
        "before the progression", "on its day", "undated", "found later", "resolved", "the metastasis tested since", "no progression",
        "worsened",
    ],
)  # fmt: skip
def test_decision_9_another_active_cancer_is_named_where_the_disease_progressed_since(facts, named):
    """What is new may be of the other cancer: the next line stands, and the card says that the lesion is to be proven first."""
    advice = advice_on(second_line(**{"receptors": (her2("3+", 600), *HR_NEGATIVE), **facts}))
    assert advice.treatment is not None
    assert ("another-active-cancer" in said_ids(advice)) is named


@pytest.mark.parametrize(
    ("build", "receptors", "since"),
    [
        (second_line, PRIMARY, "on record"),
        (second_line, (her2("3+", 700), *HR_NEGATIVE), "since the disease progressed"),
        (a_case, PRIMARY, "on record"),
    ],
    ids=["primary alone", "metastasis, before the progression", "de novo"],
)
def test_r002_the_line_says_since_when_no_metastasis_was_tested(build, receptors, since):
    """No "relapse or progression" for a patient who had neither."""
    statements = statements_of(advice_on(build(receptors=receptors)))
    (line,) = [statement.text for statement in statements if statement.id == "rebiopsy-if-accessible"]
    assert line.startswith(f"No receptor result from a metastasis {since}:")
