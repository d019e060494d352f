"""From a reading to advice: what is passed over on the way changes nothing that is said."""

from __future__ import annotations

from datetime import timedelta

import pytest

from guideline.case import Case, DrugRecord, Lab
from guideline.knowledge_base import KNOWLEDGE
from guideline.laboratory.setbacks import setback_before
from guideline.laboratory.values import current_labs
from guideline.partial_date import PartialDate
from guideline.situation import situation
from service.evaluation import labs_since
from service.samples import names, request_body
from tests.service.checked_client import TODAY, CheckedClient, site, without_uuids

#: LOINC codes with a unit and an alarming value: platelets, ALT, bilirubin, creatinine.
ALARMING = (("777-3", "10*3/uL", 20), ("1742-6", "U/L", 900), ("1975-2", "mg/dL", 9), ("2160-0", "mg/dL", 4))


def test_the_first_day_that_is_read_is_the_first_that_counts():
    """What is passed over no longer counts, and what counts is never passed over."""

    def counts(days_before: int) -> bool:
        day = PartialDate.on(labs_since(TODAY) - timedelta(days_before))
        case = Case(TODAY, labs=(Lab("platelets", 40.0, day, source="Observation/1"),))
        return bool(current_labs(situation(case, site().practice)))

    assert counts(0)
    assert not counts(1)


@pytest.mark.parametrize(("days_before", "silent"), [(0, False), (1, True)])
def test_a_value_that_held_a_drug_is_read_when_the_drug_is_ordered_again(days_before: int, silent: bool):
    """Neutrophils of grade 4 long ago, no dose since: the old dose is one level too high, as far back as setbacks count."""
    day = PartialDate.on(labs_since(TODAY, about_orders=True) - timedelta(days_before))
    begun = PartialDate.on(day.earliest - timedelta(60))
    drug = "trastuzumab-deruxtecan"
    given = DrugRecord(drug, "statement", "on-hold", begun, source="MedicationStatement/1")
    low = Lab("neutrophils", 0.3, day, source="Observation/1")
    found = setback_before(situation(Case(TODAY, drugs=(given,), labs=(low,)), site().practice), drug, [given])
    assert (found is None) is silent


@pytest.mark.parametrize("name", names())
def test_results_that_no_longer_count_change_no_card(client: CheckedClient, name: str):
    """A chart with years of alarming laboratory values is answered like the same chart without them."""
    before = client.call(request_body(name, TODAY)).get_json()["cards"]
    body = request_body(name, TODAY)
    for age in (KNOWLEDGE.thresholds.intervals.labs_days + 1, 40, 400, 4000):
        for code, unit, value in ALARMING:
            body["prefetch"][f"old-{code}-{age}"] = {
                "resourceType": "Observation",
                "id": f"old-{code}-{age}",
                "status": "final",
                "subject": {"reference": f"Patient/{body['context']['patientId']}"},
                "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
                "effectiveDateTime": str(TODAY - timedelta(age)),
                "valueQuantity": {"value": value, "unit": unit, "code": unit, "system": "http://unitsofmeasure.org"},
            }
    assert without_uuids(client.call(body).get_json()["cards"]) == without_uuids(before)
