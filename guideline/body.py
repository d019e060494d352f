"""The patient's body as doses need it: weight, height, body surface area, creatinine clearance.

Body surface area by Mosteller: square root of height (cm) x weight (kg) / 3600, in m2.
Creatinine clearance by Cockcroft-Gault (decision 29): (140 - age) x weight (kg) / (72 x creatinine (mg/dL)), x 0.85 in women, in mL/min.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from math import sqrt
from typing import Literal

from msgspec import Struct

from guideline.case import BodyMeasure, Case, Sex
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate, add_days, days_since

#: `current`: a dose in mg may be judged by it. `old`: older than four weeks, or undated. `doubtful`: no adult's weight, two newest values
#: that contradict each other, or one that is most likely in the other unit.
WeightState = Literal["current", "old", "doubtful"]


#: Pounds in a kilogram.
_POUNDS = 2.2046


class Weight(Struct, frozen=True):
    """The newest weight in kg; `age_days` is None when it is undated."""

    kg: float
    state: WeightState
    age_days: int | None
    date: PartialDate | None
    source: str


class Body(Struct, frozen=True):
    """What is known of the body; `height` in cm. None: not on record."""

    weight: Weight | None
    height: float | None

    @property
    def kg(self) -> float | None:
        """The weight to calculate with, if it is current."""
        return self.weight.kg if self.weight is not None and self.weight.state == "current" else None

    @property
    def surface(self) -> float | None:
        """The body surface area in m2, where weight and height are known."""
        kg = self.kg
        return mosteller(self.height, kg) if kg is not None and self.height is not None else None


def kilograms(weight: float) -> str:
    """A weight as scales show it: one measured in pounds is no 49.9859 kg."""
    return f"{round(weight, 1):g}"


def body(case: Case) -> Body:
    """The newest weight and height of the case."""
    heights = _newest([m for m in case.body if m.kind == "height"])
    return Body(_weight(case), heights[0].value if heights else None)


def _weight(case: Case) -> Weight | None:
    limits = K.thresholds.doses
    newest = _newest([m for m in case.body if m.kind == "weight"])
    if not newest:
        return None
    found = newest[0]
    age = days_since(found.date, case.today) if found.date is not None else None
    state: WeightState = "current"
    if (
        not limits.weight_least <= found.value <= limits.weight_most
        or changed(min(m.value for m in newest), max(m.value for m in newest))
        or _pounds_for_kilograms(found, case)
    ):
        state = "doubtful"
    elif age is None or age > K.thresholds.intervals.weight_days:
        state = "old"
    return Weight(found.value, state, age, found.date, found.source)


def weight_before(doubtful: Weight, case: Case) -> Weight | None:
    """The last weight of an adult before a doubtful one, as an old one; None: not on record."""
    if doubtful.date is None:
        return None
    before = Weights(case).before(doubtful.date)
    if before is None or before.date is None:
        return None
    return Weight(before.value, "old", days_since(before.date, case.today), before.date, before.source)


def _pounds_for_kilograms(found: BodyMeasure, case: Case) -> bool:
    """Whether a weight of the four weeks before, or the last one of the half year, is, within a tenth, this one in the other unit.

    Nobody doubles or halves so fast. An error of entry of months ago that later weights have answered makes no weight doubtful.
    """
    if found.date is None:
        return False
    earlier = [(m.date, m.value) for m in case.body if m.kind == "weight" and m.date is not None and m.date.latest < found.date.earliest]
    near = add_days(found.date.earliest, -K.thresholds.intervals.weight_days)
    farthest = add_days(found.date.earliest, -K.thresholds.doses.weight_overdose_days)
    last = max((day.latest for day, _ in earlier if day.latest >= farthest), default=None)
    before = [kg for day, kg in earlier if day.latest >= near or day.latest == last]
    return any(not changed(_POUNDS, max(kg, found.value) / min(kg, found.value)) for kg in before if kg > 0)


def _newest(measures: list[BodyMeasure]) -> list[BodyMeasure]:
    """The newest measure, and those that may be as new; dated ones come before undated ones."""
    measures.sort(key=lambda m: (m.date.earliest if m.date else date.min, m.value, m.source), reverse=True)
    if not measures or measures[0].date is None:
        return measures
    first = measures[0].date.earliest
    return [m for m in measures if m.date is not None and m.date.latest >= first]


def changed(before: float, now: float) -> bool:
    """Whether a weight changed so much that doses are to be calculated again."""
    return abs(now - before) >= before * K.thresholds.doses.weight_change_percent / 100 - 1e-9


class Weights:
    """The weights on record by which earlier doses were calculated. For many doses it is made once: charts hold thousands of weights."""

    def __init__(self, case: Case) -> None:
        limits = K.thresholds.doses
        found: dict[PartialDate, BodyMeasure] = {}
        for m in case.body:
            if m.kind == "weight" and m.date is not None and limits.weight_least <= m.value <= limits.weight_most:
                before = found.get(m.date)
                found[m.date] = m if before is None else max(before, m, key=lambda one: (one.value, one.source))
        self._found = sorted(found.items(), key=lambda entry: (entry[0].latest, entry[1].value, entry[1].source))

    def around(self, day: PartialDate) -> BodyMeasure | None:
        """The weight by which a dose of that day was calculated: the last one up to that day, not older than four weeks then.

        Without one the first of the four weeks after it.
        """
        near = K.thresholds.intervals.weight_days
        oldest, after = add_days(day.earliest, -near), self._after(day.latest)
        for place in range(after, 0, -1):
            measured, weight = self._found[place - 1]
            if measured.earliest >= oldest:
                return weight
            if measured.latest < oldest:
                break
        if after < len(self._found):
            measured, weight = self._found[after]
            if measured.earliest >= oldest and measured.latest <= add_days(day.latest, near):
                return weight
        return None

    def before(self, day: PartialDate) -> BodyMeasure | None:
        """The last weight of the days before."""
        return next((weight for measured, weight in reversed(self._found) if measured.latest < day.earliest), None)

    def since(self, day: PartialDate) -> list[float]:
        """The weights after a day, in kg."""
        return [weight.value for _, weight in self._found[self._after(day.latest) :]]

    def _after(self, day: date) -> int:
        return bisect_right(self._found, day, key=lambda entry: entry[0].latest)


def mosteller(height: float, weight: float) -> float:
    """Body surface area in m2 from cm and kg."""
    return sqrt(height * weight / 3600)


def cockcroft_gault(age: int, weight: float, creatinine: float, sex: Sex) -> float | None:
    """Creatinine clearance in mL/min from years, kg and mg/dL; None where the sex is not known or the creatinine is no value."""
    if sex == "unknown" or creatinine <= 0:
        return None
    clearance = max(140 - age, 0) * weight / (72 * creatinine)
    return clearance * 0.85 if sex == "female" else clearance
