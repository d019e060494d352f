"""A chart under construction: numbered resources, and the days that both encodings have to agree on."""

from __future__ import annotations

from datetime import date, timedelta

from tests.vignettes.codes import UCUM, Json
from tests.vignettes.facts import Therapy

PATIENT_ID = "synthetic-1"
FHIR_SERVER = "https://ehr.example.org/fhir/R4"


class Chart:
    """Resources under construction: numbers ids per resource type, so that a failing test names the same resource every time."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.resources: list[Json] = []
        self._numbers: dict[str, int] = {}

    def add(self, resource_type: str, **members: object) -> Json:
        """Add a resource; members that are `None` are left out, as FHIR wants it."""
        number = self._numbers[resource_type] = self._numbers.get(resource_type, 0) + 1
        resource: Json = {"resourceType": resource_type, "id": f"{resource_type.lower()}-{number}"}
        resource.update((name, value) for name, value in members.items() if value is not None)
        self.resources.append(resource)
        return resource


def birth_date(age: int, today: date) -> str:
    """A birthday about half a year before today, `age` years back."""
    half_year_ago = today - timedelta(days=183)
    return half_year_ago.replace(year=half_year_ago.year - age, day=min(half_year_ago.day, 28)).isoformat()


def quantity(amount: float, unit: str) -> Json:
    """A Quantity in UCUM."""
    return {"value": amount, "unit": unit, "system": UCUM, "code": unit}


def amount_on(course: Therapy, day: str) -> Json | None:
    """How much was given on a day, where the vignette says so."""
    given = [amount for amount in course.amounts if amount.since <= day]
    return quantity(given[-1].value, given[-1].unit) if given else None


def dose_days(course: Therapy, today: date) -> list[str]:
    """The days an infusion was given, every 21 days.

    An ended course counts back from its last day, since the last dose decides intervals; a running one counts on from its start.
    Without exact dates nobody can say on which days it was given.
    """
    if not course.doses or len(course.start) < 10:
        return []
    start = date.fromisoformat(course.start)
    until = course.last_dose or course.end
    if until is not None:
        if len(until) < 10:
            return []
        last = date.fromisoformat(until)
        count = (last - start).days // 21 + 1
        return [(last - timedelta(days=21 * back)).isoformat() for back in reversed(range(count))]
    count = (today - start).days // 21 + 1
    return [(start + timedelta(days=21 * n)).isoformat() for n in range(count)]
