"""The chart as the demo EHR shows it."""

from __future__ import annotations

from typing import Any

from service.demo.chart_summary import Row, Summary, summary_of
from service.demo.charts import charts
from tests.service.checked_client import TODAY


def _summary(patient: str) -> Summary:
    return summary_of(charts(TODAY)[patient].resources, TODAY)


def _rows(summary: Summary, section: str) -> list[Row]:
    return list(next(one.rows for one in summary.sections if one.name == section))


def test_who_the_patient_is():
    """Name, age on the day of the chart, and allergies."""
    summary = _summary("sample-second-line")
    assert (summary.name, summary.age, summary.gender, summary.allergies) == ("Bea Sample", 59, "female", "Penicillin")


def test_receptors_and_heart_come_first():
    """What matters most for this disease stands on top, each as its newest result with the one before."""
    results = _rows(_summary("sample-lvef-hold"), "Results")
    assert [row.name for row in results[:4]] == ["HER2 by IHC", "ER by IHC", "PR by IHC", "LVEF"]
    assert results[3].value == "42 %"
    assert results[3].remark.startswith("before: 55 %, ")


def test_a_course_says_how_it_ended():
    """Stopped therapy carries its last day and the reason."""
    rows = _rows(_summary("sample-second-line"), "Cancer therapy")
    pertuzumab = next(row for row in rows if "pertuzumab" in row.name)
    assert pertuzumab.value.startswith("until 20")
    assert pertuzumab.remark == "stopped: disease progression"


def test_doses_that_were_given_count_with_their_order():
    """Administrations are one line with the order they belong to, not one each."""
    rows = _rows(_summary("sample-lvef-hold"), "Cancer therapy")
    assert [row.value.partition(",")[0] for row in rows if "trastuzumab" in row.name] == ["9 doses"]


def test_other_drugs_stand_apart():
    """Supportive drugs do not hide the cancer therapy."""
    summary = _summary("sample-second-line")
    assert {row.name for row in _rows(summary, "Other drugs")} == {"ondansetron 8 mg tablet", "lisinopril 10 mg tablet"}


def test_a_bare_chart_is_shown():
    """A patient of whom nothing else is recorded has a head and no sections."""
    patient: dict[str, Any] = {"resourceType": "Patient", "name": [{"family": "Sample"}], "birthDate": "1980-11-21"}
    summary = summary_of([patient], TODAY)
    assert (summary.name, summary.age, summary.allergies, summary.sections) == ("Sample", 45, "none recorded", ())


def test_unusual_resources_are_shown_as_far_as_they_go():
    """A result without a value, a problem without a date, a drug by reference: nothing is lost, nothing fails."""
    patient: dict[str, Any] = {"resourceType": "Patient", "name": [{"family": "Sample"}], "birthDate": "1980-11-21"}
    others = [
        {"resourceType": "Condition", "id": "1", "code": {"coding": [{"code": "254837009"}]}},
        {"resourceType": "Observation", "id": "2", "code": {"text": "MRI"}, "valueString": "unchanged"},
        {"resourceType": "Observation", "id": "3", "code": {"text": "CT"}},
        {"resourceType": "MedicationRequest", "id": "4", "status": "stopped", "medicationReference": {"display": "Capecitabine"}},
    ]
    summary = summary_of([patient, *others], TODAY)
    assert _rows(summary, "Problems") == [Row("254837009")]
    assert _rows(summary, "Results") == [Row("MRI", "unchanged"), Row("CT")]
    assert _rows(summary, "Cancer therapy") == [Row("Capecitabine", remark="stopped")]
