"""A point of the abstraction: one value of each fact, and the case it stands for."""

from __future__ import annotations

from typing import Any

from guideline.case import Case, Diagnosis, IntakeAnswer, Lvef, Patient
from guideline.partial_date import PartialDate
from guideline.practice import Practice
from verify.course import LINES
from verify.dimensions import DIMENSIONS, FALL, LVEF, LVEF_AGE, PATIENT, PRACTICE
from verify.values import NEWEST_LINE, RECENT, TODAY, Value, ago

#: The index of a value for each of `DIMENSIONS`, in their order.
Point = tuple[int, ...]

PLACE = {dimension.name: place for place, dimension in enumerate(DIMENSIONS)}
PLAINEST: Point = (0,) * len(DIMENSIONS)

_BREAST_CANCER = Diagnosis("invasive-breast", "active", ago(2000), source="Condition/breast")


def values(point: Point) -> tuple[Value, ...]:
    """The value of each fact."""
    return tuple([dimension.values[index] for dimension, index in zip(DIMENSIONS, point, strict=True)])


def tags(point: Point) -> frozenset[str]:
    """What the point means, by its tags."""
    return frozenset().union(*[value.tags for value in values(point)])


def moved(point: Point, dimension: str, index: int) -> Point:
    """The same point with one fact changed."""
    place = PLACE[dimension]
    return (*point[:place], index, *point[place + 1 :])


def words(point: Point) -> list[str]:
    """The point as a clinician reads it: the course first, then whatever is not the plainest."""
    shown = [value.words for value, index in zip(values(point), point, strict=True) if index]
    course = LINES.values[point[PLACE[LINES.name]]].words
    return [course, *(w for w in shown if w != course)]


def practice_of(point: Point) -> Practice:
    """How the site of this point practises."""
    practice = PRACTICE.values[point[PLACE[PRACTICE.name]]].practice
    assert practice is not None
    return practice


def case_of(point: Point) -> Case:
    """The case that the point stands for."""
    chosen = values(point)
    since = chosen[PLACE[LINES.name]].since or RECENT
    facts: dict[str, tuple[Any, ...]] = {"diagnoses": (_BREAST_CANCER,)}
    intake: dict[str, IntakeAnswer] = {}
    for value in chosen:
        for name, found in value.at(since).items():
            facts[name] = (*facts.get(name, ()), *found)
        intake.update(value.intake)
    who = chosen[PLACE[PATIENT.name]]
    birth = PartialDate.on(TODAY.replace(year=TODAY.year - who.age)) if who.age is not None else None
    return Case(TODAY, Patient(birth, who.sex or "unknown"), lvef=_lvef(chosen), intake=intake, **facts)  # type: ignore[arg-type]


def _lvef(chosen: tuple[Value, ...]) -> tuple[Lvef, ...]:
    """The newest LVEF, and the baseline from before the newest line that the fall is counted from."""
    value, fall = chosen[PLACE[LVEF.name]].number, chosen[PLACE[FALL.name]].number
    if value is None:
        return ()
    newest = Lvef(value, ago(int(chosen[PLACE[LVEF_AGE.name]].number or 0)), source="Observation/lvef")
    if fall is None:
        return (newest,)
    return newest, Lvef(round(value + fall, 1), ago(NEWEST_LINE + 10), source="Observation/lvef-baseline")


_RADIX = [len(dimension.values) for dimension in DIMENSIONS]


def key_of(point: Point) -> int:
    """The point as one number."""
    key = 0
    for radix, index in zip(_RADIX, point, strict=True):
        key = key * radix + index
    return key


def point_of(key: int) -> Point:
    """The point of a number made by `key_of`."""
    found = []
    for radix in reversed(_RADIX):
        key, index = divmod(key, radix)
        found.append(index)
    return tuple(reversed(found))
