"""The sample charts as one FHIR server would hold them: each resource under an id of its own, all labelled as test data.

In the samples two patients may both have an `Observation/her2-ihc`; here it is `Observation/second-line.her2-ihc`, and whatever refers to
it says so too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

from service.demo.situations import LISTED
from service.samples import chart

#: HL7's security label for data of nobody.
TEST_DATA: Final = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST", "display": "test health data"}

_SHARED_KINDS: Final = frozenset({"Patient", "Practitioner"})


@dataclass(frozen=True, slots=True)
class Chart:
    """One sample patient's record: the sample's name, and the resources, the Patient first. Not to be changed."""

    sample: str
    resources: tuple[dict[str, Any], ...]

    @property
    def patient(self) -> dict[str, Any]:
        """The Patient resource."""
        return self.resources[0]

    @property
    def patient_id(self) -> str:
        """The patient's id on the demo FHIR server, such as `sample-second-line`."""
        id_: str = self.patient["id"]
        return id_


@lru_cache(maxsize=2)
def charts(today: date) -> Mapping[str, Chart]:
    """The charts of all listed patients as they are on `today`, by patient id."""
    built = [Chart(sample, tuple(_as_served(sample, chart(sample, today)))) for sample in LISTED]
    return {one.patient_id: one for one in built}


def _as_served(sample: str, resources: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    moved = {
        f"{resource['resourceType']}/{resource['id']}": f"{resource['resourceType']}/{sample}.{resource['id']}"
        for resource in resources
        if resource["resourceType"] not in _SHARED_KINDS
    }
    for resource in resources:
        kept: dict[str, Any] = _with_references(resource, moved)
        own = f"{resource['resourceType']}/{resource['id']}"
        yield labelled({**kept, "id": moved.get(own, own).partition("/")[2]})


def labelled(resource: dict[str, Any]) -> dict[str, Any]:
    """The resource, labelled as test data."""
    return {**resource, "meta": {**resource.get("meta", {}), "security": [TEST_DATA]}}


def _with_references(value: Any, moved: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            name: moved.get(member, member) if name == "reference" and isinstance(member, str) else _with_references(member, moved)
            for name, member in value.items()
        }
    if isinstance(value, list):
        return [_with_references(member, moved) for member in value]
    return value
