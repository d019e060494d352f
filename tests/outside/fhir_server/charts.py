"""Charts to load into a FHIR server: the sample patients under ids of their own, and some more made of them."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from service import samples

Chart = list[dict[str, Any]]

#: How long the patient of `long_chart` was followed, in months; each month brings one value of each kind.
MONTHS = 24
_DAYS_OF_A_MONTH = 30
_MEASURED_MONTHLY = {"alt", "ast", "bilirubin", "creatinine", "neutrophils", "platelets", "haemoglobin", "weight"}

#: The samples that are loaded a second time, with their drugs as Medications.
BY_REFERENCE = ("third-line", "maintenance")


def chart_of(name: str, today: date) -> Chart:
    """The chart of a sample, whatever prefetch would ask of it. Ids are unique among all samples: one server holds them together."""
    return _renamed(samples._sample(name, today)["chart"], name)


def long_chart(today: date) -> Chart:
    """The patient of the sample `lvef-hold`, over years: more than 200 further Observations, newest first.

    The ejection fraction before therapy is the oldest, so it stands on the last page of its search.
    """
    chart = _renamed(samples._sample("lvef-hold", today)["chart"], "long", patient="sample-long")
    measured = [resource for resource in chart if resource["resourceType"] == "Observation"]
    hearts = sorted((one for one in measured if one["id"].startswith("long-lvef-")), key=_moment, reverse=True)
    repeated = [one for one in measured if one["id"].removeprefix("long-") in _MEASURED_MONTHLY]
    rest = [resource for resource in chart if resource not in hearts]
    latest, *_, baseline = hearts
    before = [_taken(latest, days, 55 + days % 3, today) for days in range(20, 300, 20)]
    earlier = [
        _taken(one, _DAYS_OF_A_MONTH * month, round(one["valueQuantity"]["value"] * (1 + month % 5 / 50), 1), today)
        for month in range(1, MONTHS + 1)
        for one in repeated
    ]
    return [*rest, latest, *before, baseline, *earlier]


def _moment(resource: dict[str, Any]) -> str:
    moment: str = resource["effectiveDateTime"]
    return moment


def _taken(resource: dict[str, Any], days: int, value: float, today: date) -> dict[str, Any]:
    """The same measurement so many days ago."""
    earlier = copy.deepcopy(resource)
    earlier["id"] = f"{resource['id']}-{days}d"
    earlier["effectiveDateTime"] = (today - timedelta(days=days)).isoformat()
    earlier["valueQuantity"]["value"] = value
    return earlier


def by_reference(name: str, today: date) -> Chart:
    """A sample whose orders and doses name their drug by a reference to a Medication, as Epic and Oracle Health store them."""
    own = f"{name}-by-reference"
    chart = _renamed(samples._sample(name, today)["chart"], own, patient=f"sample-{own}")
    medications: dict[str, dict[str, Any]] = {}
    for resource in chart:
        concept = resource.pop("medicationCodeableConcept", None)
        if concept is not None:
            known = medications.setdefault(
                str(concept), {"resourceType": "Medication", "id": f"{own}-drug-{len(medications)}", "code": concept}
            )
            resource["medicationReference"] = {"reference": f"Medication/{known['id']}"}
    return [*chart, *medications.values()]


def patient_id(chart: Chart) -> str:
    """The id of the Patient of a chart."""
    own: str = chart[0]["id"]
    return own


def _renamed(chart: Chart, name: str, patient: str | None = None) -> Chart:
    """A chart whose ids begin with `name`; its Patient is called `patient`, or as before."""
    ids = {(one["resourceType"], one["id"]): f"{name}-{one['id']}" for one in chart}
    ids["Patient", patient_id(chart)] = patient or patient_id(chart)
    references = {f"{kind}/{old}": f"{kind}/{new}" for (kind, old), new in ids.items()}
    renamed = [one | {"id": ids[one["resourceType"], one["id"]]} for one in chart]
    return [_with_references(one, references) for one in renamed]


def _with_references(value: Any, references: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            member: references.get(inner, inner) if member == "reference" else _with_references(inner, references)
            for member, inner in value.items()
        }
    return [_with_references(inner, references) for inner in value] if isinstance(value, list) else value


def all_charts(today: date) -> Iterator[tuple[str, Chart]]:
    """Every chart by name: the samples and the order samples with a chart of their own, `long`, and two by reference."""
    for name in (*samples.names(), *samples.order_names()):
        if "chart" in samples._sample(name, today):
            yield name, chart_of(name, today)
    yield "long", long_chart(today)
    for name in BY_REFERENCE:
        yield f"{name}-by-reference", by_reference(name, today)
