"""The charts of the demo FHIR server."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from service.demo.charts import TEST_DATA, charts
from service.demo.situations import GROUPS, LISTED
from service.samples import names, order_names
from tests.service.checked_client import TODAY


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["reference"]] if isinstance(value.get("reference"), str) else []
        return own + [found for member in value.values() for found in _references(member)]
    return [found for member in value for found in _references(member)] if isinstance(value, list) else []


def test_every_sample_patient_is_listed_once():
    """No sample patient is left out of the list, and none stands there twice."""
    listed = [patient.sample for group in GROUPS for patient in group.patients]
    assert len(listed) == len(set(listed)) == len(LISTED)
    assert set(names()) <= set(listed) <= {*names(), *order_names()}


def test_no_two_resources_share_an_id():
    """The server holds all charts at once, so a type and an id name one resource."""
    ids = Counter((resource["resourceType"], resource["id"]) for chart in charts(TODAY).values() for resource in chart.resources)
    assert max(ids.values()) == 1
    assert all(len(id_) <= 64 for _, id_ in ids)


@pytest.mark.parametrize("patient", sorted(charts(TODAY)))
def test_references_lead_to_resources_of_the_same_chart(patient: str):
    """Whatever a resource refers to is there, and is of the same patient."""
    chart = charts(TODAY)[patient]
    held = {f"{resource['resourceType']}/{resource['id']}" for resource in chart.resources}
    assert {reference for resource in chart.resources for reference in _references(resource)} <= held


def test_every_resource_is_labelled_as_test_data():
    """A system that takes a resource for real finds HL7's label for data of nobody on it."""
    assert all(resource["meta"]["security"] == [TEST_DATA] for chart in charts(TODAY).values() for resource in chart.resources)


def test_charts_follow_the_day():
    """Tomorrow the charts are a day further: a service that runs for weeks shows no old ones."""
    today, later = (charts(day)["sample-second-line"].resources for day in (TODAY, TODAY + timedelta(days=30)))
    assert today != later
    assert charts(date(2027, 1, 1))["sample-second-line"].patient["birthDate"] > today[0]["birthDate"]
