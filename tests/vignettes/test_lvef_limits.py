"""How old an ejection fraction may be, and how low it may fall, drug by drug: the last value on either side of each limit."""

from __future__ import annotations

import pytest

from tests.vignettes.answers import ask
from tests.vignettes.case_words import CLEAR
from tests.vignettes.facts import (
    booked,
    days_ago,
    intake,
    lvef,
)
from tests.vignettes.fhir_builder import ENCODINGS, Encoding
from tests.vignettes.situations import de_novo, hearts, indicator, on

pytestmark = pytest.mark.parametrize("encoding", ENCODINGS)


# ---- how old an ejection fraction may be


@pytest.mark.parametrize(("age", "expected"), [(84, None), (85, "info"), (91, "info"), (92, "warning")])
def test_lvef_age_on_treatment(age: int, expected: str | None, encoding: Encoding) -> None:
    """C02: 84 days are current, 85 to 91 due, more is overdue."""
    answer = ask(on("trastuzumab", "pertuzumab", heart=hearts(62, 61, age)), encoding)
    assert indicator(answer, "LvefMonitoringDue") == expected
    if expected is None:
        assert answer.cards == []


def test_no_lvef_at_all_on_treatment_is_overdue(encoding: Encoding) -> None:
    """Decision 14: none at all while on a HER2 antibody is overdue, at warning."""
    assert indicator(ask(on("trastuzumab", "pertuzumab"), encoding), "LvefMonitoringDue") == "warning"


@pytest.mark.parametrize(("age", "expected"), [(88, None), (100, "warning")])
def test_a_booked_echo_silences_due_but_not_overdue(age: int, expected: str | None, encoding: Encoding) -> None:
    """Decision 23: with an echo on order the due card is silent, the overdue card stays and says so."""
    answer = ask(on("trastuzumab", "pertuzumab", heart=hearts(62, 61, age), more=(booked("echo", days_ago(1)),)), encoding)
    assert indicator(answer, "LvefMonitoringDue") == expected
    if expected:
        assert "book" in answer.text.lower() or "order" in answer.text.lower()


@pytest.mark.parametrize(("age", "asked"), [(84, False), (85, True)])
def test_lvef_age_before_a_start(age: int, asked: bool, encoding: Encoding) -> None:
    """R071, decision 14: before a start, an echo older than 84 days counts as missing (I07)."""
    answer = ask(de_novo("2026-10-20", lvef(62, age), intake(prior_therapy_complete=True, **CLEAR)), encoding)
    assert answer.regimen == "thp"
    assert ("I07" in answer.missing) is asked


# ---- how low it may fall, by drug


@pytest.mark.parametrize(
    ("drugs", "baseline", "now", "topic", "expected"),
    [
        # pertuzumab with trastuzumab (R111): below 40, or 40-45 with a fall of 10 or more
        (("trastuzumab", "pertuzumab"), 49, 40, "LvefMonitoringDue", "warning"),
        (("trastuzumab", "pertuzumab"), 50, 40, "LvefHold", "warning"),
        (("trastuzumab", "pertuzumab"), 45, 39, "LvefHold", "critical"),
        (("trastuzumab", "pertuzumab"), 54, 45, "LvefMonitoringDue", "warning"),
        (("trastuzumab", "pertuzumab"), 55, 45, "LvefHold", "warning"),
        (("trastuzumab", "pertuzumab"), 65, 46, "LvefMonitoringDue", "warning"),
        (("trastuzumab", "pertuzumab"), 62, 49, "LvefMonitoringDue", "warning"),
        (("trastuzumab", "pertuzumab"), 62, 50, None, None),
        # T-DXd (R110): 40-45 with a fall of 10-20; below 40; a fall over 20
        (("trastuzumab-deruxtecan",), 49, 40, "LvefMonitoringDue", "warning"),
        (("trastuzumab-deruxtecan",), 50, 40, "LvefHold", "warning"),
        (("trastuzumab-deruxtecan",), 50, 39, "LvefHold", "critical"),
        (("trastuzumab-deruxtecan",), 66, 46, "LvefMonitoringDue", "warning"),
        (("trastuzumab-deruxtecan",), 67, 46, "LvefHold", "critical"),
        (("trastuzumab-deruxtecan",), 70, 50, None, None),
        # T-DM1 (R113): below 40; 40-45 with a fall of 10 or more
        (("trastuzumab-emtansine",), 54, 45, "LvefMonitoringDue", "warning"),
        (("trastuzumab-emtansine",), 55, 45, "LvefHold", "warning"),
        (("trastuzumab-emtansine",), 70, 46, "LvefMonitoringDue", "warning"),
        (("trastuzumab-emtansine",), 60, 39, "LvefHold", "critical"),
        # trastuzumab without pertuzumab (R112): a fall of 16, or below normal (50) with a fall of 10
        (("trastuzumab", "vinorelbine"), 66, 51, None, None),
        (("trastuzumab", "vinorelbine"), 67, 51, "LvefHold", "warning"),
        (("trastuzumab", "vinorelbine"), 58, 49, "LvefMonitoringDue", "warning"),
        (("trastuzumab", "vinorelbine"), 59, 49, "LvefHold", "warning"),
        (("trastuzumab", "vinorelbine"), 60, 50, None, None),
    ],
)
def test_lvef_limits(
    drugs: tuple[str, ...], baseline: float, now: float, topic: str | None, expected: str | None, encoding: Encoding
) -> None:
    """Decision 14: each drug's own hold table, both ends as written; below 50 is never silent."""
    answer = ask(on(*drugs, heart=hearts(baseline, now)), encoding)
    assert answer.treatment is None
    if topic is None:
        assert answer.cards == []
    else:
        assert indicator(answer, topic) == expected
        assert not ({"LvefHold", "LvefMonitoringDue"} - {topic}) & set(answer.topics)


@pytest.mark.parametrize(
    ("value", "status", "topic"), [(38, "preliminary", "LvefHold"), (70, "preliminary", None), (38, "entered-in-error", None)]
)
def test_preliminary_results_count_only_when_adverse(value: float, status: str, topic: str | None, encoding: Encoding) -> None:
    """Decision 8: a preliminary LVEF counts when it is bad, an erroneous one never."""
    heart = (lvef(62, "2026-04-27"), lvef(60, 30), lvef(value, 2, status=status))
    answer = ask(on("trastuzumab", "pertuzumab", heart=heart), encoding)
    assert answer.topics == ([topic] if topic else [])
    if topic:
        assert "preliminary" in answer.text.lower()
