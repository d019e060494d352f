"""The interval since adjuvant therapy: 6 and 12 calendar months, the day that still counts, and dates that do not tell."""

from __future__ import annotations

import pytest

from tests.vignettes.answers import ask
from tests.vignettes.cases import CASES
from tests.vignettes.facts import (
    adjuvant,
)
from tests.vignettes.fhir_builder import ENCODINGS, Encoding
from tests.vignettes.situations import relapse

pytestmark = pytest.mark.parametrize("encoding", ENCODINGS)


@pytest.mark.parametrize(
    ("last_dose", "topic", "regimen"),
    [
        ("2025-11-19", "FirstLineTreatment", "thp"),
        ("2025-11-20", "SecondLineTreatment", "tdxd"),
        ("2025-11-21", "SecondLineTreatment", "tdxd"),
    ],
)
def test_twelve_calendar_months_count_as_within(last_dose: str, topic: str, regimen: str, encoding: Encoding) -> None:
    """R014/R015: the same day twelve months later is still an early relapse, one day more is not."""
    answer = ask(relapse(last_dose), encoding)
    assert (answer.treatment or {}).get("source", {}).get("topic", {}).get("code") == topic
    assert answer.regimen == regimen


@pytest.mark.parametrize(("found", "topic"), [("2026-02-28", "SecondLineTreatment"), ("2026-03-01", "FirstLineTreatment")])
def test_months_end_on_the_last_day_of_a_shorter_month(found: str, topic: str, encoding: Encoding) -> None:
    """Twelve months after 28 February end on 28 February: calendar months, not 365 days and not days/30."""
    facts = (*relapse("2025-02-28", found, start="2024-11-28"),)
    assert topic in ask(facts, encoding).topics


def test_within_six_months_no_label_note_is_needed(encoding: Encoding) -> None:
    """R107: a relapse exactly six months after adjuvant therapy lies within the US label of T-DXd alone; a day more does not."""
    inside, outside = (ask(relapse(day), encoding) for day in ("2026-05-20", "2026-05-19"))
    assert inside.regimen == outside.regimen == "tdxd"
    assert inside.text != outside.text
    assert "6 months" in outside.text


def test_eu_label_has_no_six_month_window(encoding: Encoding) -> None:
    """R107: nine months after adjuvant therapy the US and the EU label notes of T-DXd differ."""
    facts = relapse("2026-02-20")
    us, eu = ask(facts, encoding), ask(facts, encoding, jurisdiction="EU")
    assert us.regimen == eu.regimen == "tdxd"
    assert us.text != eu.text


def test_current_profile_leads_with_the_combination_from_six_months_on(encoding: Encoding) -> None:
    """Decision 1: under `current` in the US, T-DXd + pertuzumab leads over 6 and up to 12 months after adjuvant therapy, not at 6."""
    assert ask(relapse("2026-05-20"), encoding, profile="current").regimen == "tdxd"
    assert ask(relapse("2026-05-19"), encoding, profile="current").regimen == "tdxd-pertuzumab"
    assert ask(relapse("2025-11-20"), encoding, profile="current").regimen == "tdxd-pertuzumab"


def test_current_profile_in_the_eu_keeps_thp_first(encoding: Encoding) -> None:
    """Decision 1: the combination leads where it is approved; no EU decision was found."""
    answer = ask(CASES["V01"], encoding, profile="current", jurisdiction="EU")
    assert answer.regimen == "thp"
    assert "tdxd-pertuzumab" in answer.alternatives


@pytest.mark.parametrize("last_dose", ["2025-11", "2025"])
def test_a_coarse_end_date_shows_both_branches(last_dose: str, encoding: Encoding) -> None:
    """I05: when the month of the last dose straddles twelve months, the card names both pathways and asks for the day."""
    answer = ask(relapse(last_dose), encoding)
    assert "I05" in answer.missing
    assert answer.treatment is not None
    options = {answer.regimen, *answer.alternatives}
    assert {"tdxd", "thp"} <= options
    assert "12 months" in answer.text


@pytest.mark.parametrize(("last_dose", "regimen"), [("2025-10", "thp"), ("2025-12", "tdxd")])
def test_a_coarse_end_date_that_decides_is_enough(last_dose: str, regimen: str, encoding: Encoding) -> None:
    """A month that lies wholly on one side of the limit needs no day."""
    answer = ask(relapse(last_dose), encoding)
    assert answer.regimen == regimen
    assert "I05" not in answer.missing


def test_the_last_dose_of_any_her2_drug_counts(encoding: Encoding) -> None:
    """Decision 2: trastuzumab ended 13 months ago, but pertuzumab 10: an early relapse."""
    facts = (*relapse("2025-10-20"), adjuvant("pertuzumab", start="2024-11-28", end="2026-01-20"))
    assert ask(facts, encoding).regimen == "tdxd"
