"""Dose arithmetic: an ordered dose in the unit of the label, and whether it is one of the label's doses.

Doses per kg need the current weight, doses per m2 the weight and the height (`guideline.body`). A dose is a label dose within the
site's tolerance (decision 18), so that rounding to vials or tablets is no finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import isfinite
from typing import Literal

from msgspec import Struct

from guideline.body import Body, weight_around
from guideline.case import Case, DrugRecord
from guideline.order_knowledge import DoseSchedule
from guideline.orders import OrderedDose
from guideline.thresholds import DoseLevels

#: `fits`: the label dose or one of its reductions; `loading`: the label's loading dose; `over`, `under`: none of them; `per-kg`: a flat
#: product ordered by weight; `too-often`: the dose more often than the label; `no-measure`: the weight or height is missing for it.
Verdict = Literal["fits", "loading", "over", "under", "mismatch", "per-kg", "too-often", "no-measure"]

_INTERVAL_SLACK_DAYS = 3
#: How old an undated record counts, in days: older than any that has a date.
_UNDATED = 365 * 200


class Judgement(Struct, frozen=True):
    """A verdict on an ordered dose, the schedule it was compared with, and the dose in that schedule's unit (None: not to be told)."""

    verdict: Verdict
    schedule: DoseSchedule
    value: float | None = None


def same(value: float, reference: float, tolerance: float) -> bool:
    """Whether a dose is the reference dose within so many percent."""
    return abs(value - reference) <= reference * tolerance / 100 + 1e-9


def above(value: float, reference: float, tolerance: float) -> bool:
    """Whether a dose is more than so many percent above the reference dose."""
    return value > reference * (1 + tolerance / 100) + 1e-9


def converted(amount: float, unit: str, to: str, kg: float | None, surface: float | None) -> float | None:
    """An amount in another unit; None when that takes a weight or a height that is not there, or the units do not convert."""
    if unit == to:
        return amount
    measures = {"mg": 1.0, "mg/kg": kg, "mg/m2": surface}
    by, per = measures.get(unit), measures.get(to)
    return amount * by / per if by is not None and per is not None else None


def needs(unit: str, to: str) -> frozenset[Literal["weight", "height"]]:
    """What converting between two units takes."""
    if unit == to or not {unit, to} <= {"mg", "mg/kg", "mg/m2"}:
        return frozenset()
    return frozenset({"weight", "height"}) if "mg/m2" in (unit, to) else frozenset({"weight"})


def going_on(schedule: DoseSchedule) -> DoseSchedule:
    """A schedule as it is after its first dose: without loading."""
    return replace(schedule, loading=None, loading_parts=schedule.dose_parts)


def judge(dose: OrderedDose, schedules: Sequence[DoseSchedule], body: Body, tolerance: float, *, flat: bool) -> Judgement | None:
    """Compare an ordered dose with the schedules of its drug. None: the amount or its unit says nothing that could be compared."""
    if not (isfinite(dose.amount) and dose.amount > 0):
        return None
    if flat and dose.unit in ("mg/kg", "mg/m2"):
        return Judgement("per-kg", schedules[0])
    if schedules[0].unit == "parts":
        return _combination(dose, schedules, tolerance)
    suited = _by_interval(dose, [s for s in schedules if s.unit == dose.unit] or schedules)
    if not suited:
        return Judgement("too-often", schedules[0])
    found = [(s, _value(dose, s, body)) for s in suited]
    known = [(s, value) for s, value in found if value is not None]
    if not known:
        return Judgement("no-measure", suited[0]) if needs(dose.unit, suited[0].unit) else None
    return _verdict(dose, known, tolerance)


def _by_interval(dose: OrderedDose, schedules: Sequence[DoseSchedule]) -> list[DoseSchedule]:
    """The schedules with the ordered interval; all of them where the order names none, or a longer one. Empty: too often."""
    every = dose.every_days
    if every is None:
        return list(schedules)
    alike = [s for s in schedules if s.every_days is not None and abs(s.every_days - every) <= _INTERVAL_SLACK_DAYS]
    shortest = min((s.every_days for s in schedules if s.every_days is not None), default=0)
    return alike or ([] if every < shortest else list(schedules))


def _value(dose: OrderedDose, schedule: DoseSchedule, body: Body) -> float | None:
    """One dose in the schedule's unit. Twice the dose once a day counts as the dose twice a day."""
    value = converted(dose.amount, dose.unit, schedule.unit, body.kg, body.surface)
    if value is None or schedule.times_a_day is None or dose.times_a_day is None:
        return value
    return value * dose.times_a_day / schedule.times_a_day


def _verdict(dose: OrderedDose, known: Sequence[tuple[DoseSchedule, float]], tolerance: float) -> Judgement:
    for schedule, value in known:
        # Tablets without a frequency may be written per day.
        shares = [value]
        if schedule.times_a_day is not None and dose.times_a_day is None and schedule.times_a_day > 1:
            shares.append(value / schedule.times_a_day)
        if any(_is_label_dose(share, schedule, tolerance) for share in shares):
            return Judgement("fits", schedule, value)
    for schedule, value in known:
        if schedule.loading is not None and same(value, schedule.loading, tolerance):
            return Judgement("loading", schedule, value)
    highest, value = max(known, key=lambda found: found[0].loading or found[0].dose)
    return Judgement("over" if above(value, highest.loading or highest.dose, tolerance) else "under", highest, value)


def _is_label_dose(value: float, schedule: DoseSchedule, tolerance: float) -> bool:
    if any(same(value, level, tolerance) for level in (schedule.dose, *schedule.levels)):
        return True
    return schedule.lowest is not None and schedule.lowest * (1 - tolerance / 100) - 1e-9 <= value <= schedule.dose


def _combination(dose: OrderedDose, schedules: Sequence[DoseSchedule], tolerance: float) -> Judgement | None:
    """A fixed combination: the two amounts as the order names them, or its volume (both where it has both), or one amount or their sum."""
    parts, volume = schedules[0], next((s for s in schedules if s.unit == "mL"), None)
    if len(dose.parts) >= 2:
        ordered = sorted(dose.parts[:2], reverse=True)
        fits = _all_same(ordered, parts.dose_parts, tolerance)
        verdict: Verdict = "fits" if fits else "loading" if _all_same(ordered, parts.loading_parts, tolerance) else "mismatch"
        if dose.unit == "mL" and volume is not None and verdict != "mismatch" and _of_volume(dose, volume, tolerance) != verdict:
            # One product in the volume of the other.
            return Judgement("mismatch", volume, dose.amount)
        return Judgement(verdict, parts)
    if dose.unit == "mL" and volume is not None:
        return Judgement(_of_volume(dose, volume, tolerance), volume, dose.amount)
    if dose.unit != "mg":
        return None
    going_on = {parts.dose_parts[0], sum(parts.dose_parts)}
    first = {parts.loading_parts[0], sum(parts.loading_parts)}
    fits = any(same(dose.amount, amount, tolerance) for amount in going_on)
    loads = any(same(dose.amount, amount, tolerance) for amount in first)
    if fits and loads:
        # 1200 mg may be the first dose of pertuzumab or the sum of a later dose: nothing to be said.
        return None
    return Judgement("fits" if fits else "loading" if loads else "mismatch", parts, dose.amount)


def _of_volume(dose: OrderedDose, volume: DoseSchedule, tolerance: float) -> Verdict:
    if same(dose.amount, volume.dose, tolerance):
        return "fits"
    return "loading" if volume.loading is not None and same(dose.amount, volume.loading, tolerance) else "mismatch"


def _all_same(ordered: Iterable[float], reference: Iterable[float], tolerance: float) -> bool:
    return all(same(one, other, tolerance) for one, other in zip(ordered, reference, strict=True))


def lowest_level_given(records: Iterable[DrugRecord], case: Case, levels: DoseLevels, tolerance: float) -> tuple[float, DrugRecord] | None:
    """The lowest dose level that the records of a drug show, and the newest record that shows it.

    A dose in mg counts by the weight of its day. What is no dose level within the tolerance says nothing.
    """
    found: list[tuple[float, int, str, DrugRecord]] = []
    for record in records:
        value = _recorded(record, case, levels.unit)
        near = [level for level in levels.levels if value is not None and same(value, level, tolerance)]
        if value is not None and near:
            day = record.start or record.end
            age = (case.today - day.latest).days if day is not None else _UNDATED
            found.append((min(near, key=lambda level: abs(level - value)), age, record.source, record))
    if not found:
        return None
    level, _, _, record = min(found, key=lambda f: f[:3])
    return level, record


def _recorded(record: DrugRecord, case: Case, unit: str) -> float | None:
    if record.dose is None:
        return None
    if record.dose.unit == unit:
        return record.dose.amount
    day = record.start or record.end
    weight = weight_around(case, day) if day is not None else None
    return converted(record.dose.amount, record.dose.unit, unit, weight.value if weight is not None else None, None)
