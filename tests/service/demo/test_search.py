"""FHIR search as prefetch templates and the app use it."""

from __future__ import annotations

from typing import Any

import pytest

from service.demo.search import date_of, search

LVEF = {"system": "http://loinc.org", "code": "8806-2"}


def _observation(id_: str, day: str, *, status: str = "final", coding: dict[str, str] = LVEF) -> dict[str, Any]:
    return {"resourceType": "Observation", "id": id_, "status": status, "code": {"coding": [coding]}, "effectiveDateTime": day}


OBSERVATIONS = [
    _observation("a", "2026-01-05"),
    _observation("b", "2026-03-05T10:00:00Z", status="amended"),
    _observation("c", "2026-02-05", coding={"system": "http://snomed.info/sct", "code": "8806-2"}),
    _observation("d", "2026-04-05", coding={"system": "http://loinc.org", "code": "1742-6"}),
]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ([("code", "http://loinc.org|8806-2")], "ab"),
        ([("code", "8806-2")], "abc"),
        ([("code", "http://loinc.org|")], "abd"),
        ([("code", "http://snomed.info/sct|8806-2,http://loinc.org|1742-6")], "cd"),
        ([("code", "http://loinc.org|8806-2"), ("status", "amended")], "b"),
        ([("_id", "a,d")], "ad"),
        ([("date", "ge2026-03-01")], "bd"),
        ([("date", "2026-03")], "b"),
        ([("date", "ge2026-02-01"), ("date", "lt2026-04-01")], "bc"),
        ([("_sort", "-date")], "dbca"),
        ([("_sort", "date")], "acbd"),
        ([("value-quantity", "gt5")], "abcd"),
    ],
)
def test_searches(query: list[tuple[str, str]], ids: str):
    """Alternatives by comma, conditions by repetition, codes with and without system, dates with prefixes, sorted as asked."""
    assert "".join(resource["id"] for resource in search(OBSERVATIONS, query).resources) == ids


def test_what_is_not_understood_is_not_claimed():
    """An unknown parameter is missing from the `self` link, so that a client can see that it was ignored."""
    assert search(OBSERVATIONS, [("code", "1742-6"), ("value-quantity", "gt5")]).understood == [("code", "1742-6")]


@pytest.mark.parametrize("query", [("date", "soon"), ("_sort", "value")])
def test_unreadable_values_are_refused(query: tuple[str, str]):
    """A date or an order that cannot be read is an error, not an empty answer."""
    with pytest.raises(ValueError, match="date"):
        search(OBSERVATIONS, [query])


def test_a_questionnaire_is_found_with_and_without_its_version():
    """An answer to version 2 is found by the questionnaire's address alone."""
    answers = [{"resourceType": "QuestionnaireResponse", "id": "1", "questionnaire": "urn:q|2"}]
    assert search(answers, [("questionnaire", "urn:q")]).resources == answers
    assert search(answers, [("questionnaire", "urn:other")]).resources == []


def test_the_date_of_a_course_is_its_beginning():
    """A period counts from its start; a resource without a date has none."""
    assert date_of({"effectivePeriod": {"start": "2026-01-01", "end": "2026-02-01"}}) == "2026-01-01"
    assert date_of({"resourceType": "Medication"}) == ""
