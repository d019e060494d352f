"""Dose arithmetic: an ordered dose in the unit of the label, and whether it is one of the label's doses.

Doses per kg need the current weight, doses per m2 the weight and the height (`guideline.body`). A dose is a label dose within the
site's tolerance (decision 18), so that rounding to vials or tablets is no finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import isfinite
from typing import Literal

from msgspec import Struct

from guideline.body import Body, Weights
from guideline.case import Case, DrugRecord
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.order_knowledge import DoseSchedule
from guideline.orders import OrderedDose
from guideline.situation import Situation
from guideline.therapy.exposures import still_stands
from guideline.thresholds import DoseLevels

#: `fits`: the label dose or one of its reductions; `loading`: the label's loading dose; `over`, `under`: none of them; `per-kg`: a flat
#: product ordered by weight; `too-often`: the dose more often than the label; `no-measure`: the weight or height is missing for it.
Verdict = Literal["fits", "loading", "over", "under", "mismatch", "per-kg", "too-often", "no-measure"]

#: Milligrams this close are one amount, rounded or not. A step between two levels is three times as much at the least.
SAME_AMOUNT_PERCENT = 5
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
    suited = _by_interval(dose, [s for s in schedules if s.unit == dose.unit] or schedules)
    if not suited:
        return Judgement("too-often", schedules[0])
    if schedules[0].unit == "parts":
        return _combination(dose, schedules, tolerance)
    found = [(s, _value(dose, s, body)) for s in suited]
    known = [(s, value) for s, value in found if value is not None]
    if not known:
        return Judgement("no-measure", suited[0]) if needs(dose.unit, suited[0].unit) else None
    seldom = next((found for found in known if _too_seldom(dose, *found, tolerance)), None)
    if seldom is not None:
        return Judgement("under", *seldom)
    judged = _verdict(dose, known, tolerance)
    return Judgement("too-often", judged.schedule) if _before_it_is_due(dose, judged) else judged


def _by_interval(dose: OrderedDose, schedules: Sequence[DoseSchedule]) -> list[DoseSchedule]:
    """The schedules with the ordered interval; all of them where the order names none, or a longer one. Empty: too often."""
    every = dose.every_days
    if every is None:
        return list(schedules)
    alike = [s for s in schedules if s.every_days is not None and abs(s.every_days - every) <= _INTERVAL_SLACK_DAYS]
    shortest = min((s.every_days for s in schedules if s.every_days is not None), default=0)
    return alike or ([] if every < shortest else list(schedules))


def _before_it_is_due(dose: OrderedDose, judged: Judgement) -> bool:
    """R006: a dose of a schedule that is loaded, at a shorter rhythm that is no other schedule's: 6 mg/kg every two weeks.

    Not where nothing is loaded: dose-dense paclitaxel is given as the three-weekly dose every two weeks.
    """
    every, due = dose.every_days, judged.schedule.every_days
    if judged.verdict not in ("fits", "loading") or judged.schedule.loading is None or every is None or due is None:
        return False
    return every < due - _INTERVAL_SLACK_DAYS


def _value(dose: OrderedDose, schedule: DoseSchedule, body: Body) -> float | None:
    """One dose in the schedule's unit. Twice the dose once a day counts as the dose twice a day."""
    value = converted(dose.amount, dose.unit, schedule.unit, body.kg, body.surface)
    if value is None or schedule.times_a_day is None or dose.times_a_day is None:
        return value
    return value * dose.times_a_day / schedule.times_a_day


def _too_seldom(dose: OrderedDose, schedule: DoseSchedule, value: float, tolerance: float) -> bool:
    """Whether one dose of the label's is ordered less often than the label: 300 mg once a day instead of twice.

    TRAP: by the day it is as much as a reduced dose. An amount that is that of a day says nothing of one dose.
    """
    if dose.of_day or schedule.times_a_day is None or dose.times_a_day is None or dose.times_a_day >= schedule.times_a_day:
        return False
    return same(value * schedule.times_a_day / dose.times_a_day, schedule.dose, tolerance)


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


def lowest_level_given(s: Situation, drug: str, records: Iterable[DrugRecord]) -> tuple[float, DrugRecord] | None:
    """The lowest dose level that these records of a drug show, and the newest record that shows it.

    What is no dose level within the site's tolerance says nothing.
    """
    known = _levels(records, s.case, K.thresholds.dose_levels[drug], s.practice.dose_tolerance_percent)
    found = [(level, _age(record, s.case), record.source, record) for level, record in known]
    if not found:
        return None
    level, _, _, record = min(found, key=lambda f: f[:3])
    return level, record


def lowest_level_by_doses(s: Situation, drug: str, records: Sequence[DrugRecord]) -> tuple[float, DrugRecord] | None:
    """The same by the doses alone where they show a level: an order or a statement says what was meant to be given."""
    doses = [record for record in records if record.kind == "administration"]
    return lowest_level_given(s, drug, doses) or lowest_level_given(s, drug, records)


def as_dosed(dose: OrderedDose, value: float | None, lowest: tuple[float, DrugRecord] | None, case: Case) -> float | None:
    """An ordered dose in mg/kg (`value` by today's weight) as the level that it stands for.

    TRAP: mg/kg rise with every kilogram lost. Milligrams not above those given at the lowest level are that level, whatever the weight is.
    """
    if value is None or lowest is None or dose.unit != "mg":
        return value
    level, record = lowest
    given = milligrams(record, Weights(case))
    return value if given is None or above(dose.amount, given, SAME_AMOUNT_PERCENT) else min(value, level)


def _levels(records: Iterable[DrugRecord], case: Case, levels: DoseLevels, tolerance: float) -> Iterator[tuple[float, DrugRecord]]:
    """The level of each dose, the oldest first: a dose in mg by the weight of its day.

    TRAP: the same milligrams at another weight are no other level, more of them no reduction, and fewer of them no higher level.
    """
    level_before = amount_before = kg_before = None
    weights = Weights(case)
    for record in sorted(records, key=lambda r: (-_age(r, case), r.source)):
        kg = _kg(record, weights)
        level, amount = _level(record, kg, levels, tolerance), _milligrams(record, kg)
        in_milligrams = record.dose is not None and record.dose.unit == "mg" != levels.unit
        if in_milligrams and record.start is not None and still_stands(record, case.today):
            # It was revised since nobody knows when: a level only where it is the same by every weight since then.
            later = [_level(record, other, levels, tolerance) for other in weights.since(record.start)]
            level = level if all(other == level for other in later) else None
        if in_milligrams and amount is not None and level_before is not None and amount_before is not None:
            if same(amount, amount_before, SAME_AMOUNT_PERCENT):
                yield level_before, record
                continue
            if amount > amount_before:
                level = max(level, level_before) if level is not None else None
            else:
                # A reduction may have been calculated by the weight of the doses before.
                level = level if level is not None else _level(record, kg_before, levels, tolerance)
                level = min(level, level_before) if level is not None else None
        if level is not None:
            level_before, amount_before, kg_before = level, amount, kg
            yield level, record


def _level(record: DrugRecord, kg: float | None, levels: DoseLevels, tolerance: float) -> float | None:
    """The level nearest to a recorded dose, by a weight; None where it is none within the tolerance."""
    value = converted(record.dose.amount, record.dose.unit, levels.unit, kg, None) if record.dose is not None else None
    if value is None:
        return None
    return min((level for level in levels.levels if same(value, level, tolerance)), key=lambda level: abs(level - value), default=None)


def milligrams(record: DrugRecord, weights: Weights) -> float | None:
    """A recorded dose in mg: one per kg by the weight of its day."""
    return _milligrams(record, _kg(record, weights))


def _milligrams(record: DrugRecord, kg: float | None) -> float | None:
    return converted(record.dose.amount, record.dose.unit, "mg", kg, None) if record.dose is not None else None


def _kg(record: DrugRecord, weights: Weights) -> float | None:
    """The weight of a record's day."""
    day = record.start or record.end
    weight = weights.around(day) if day is not None else None
    return weight.value if weight is not None else None


def _age(record: DrugRecord, case: Case) -> int:
    day = record.start or record.end
    return (case.today - day.latest).days if day is not None else _UNDATED
