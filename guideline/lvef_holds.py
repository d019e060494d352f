"""Therapy that fell silent after a decline of the LVEF is on hold: no end, and no new line (R133, R111).

Orders of one cycle each, and doses alone, say nothing of a hold: there is just none any more. After nine weeks that reads as an end
(decision 8), unless the record shows what the doses were left out for.
"""

from __future__ import annotations

from datetime import date, timedelta

from msgspec.structs import replace

from guideline.case import Case
from guideline.exposures import LONGEST_SILENCE_DAYS, Exposure
from guideline.heart_function import HeartFunction, effective_value, fall_from
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lvef_by_drug import begun, dose_days, tables_for
from guideline.therapy_lines import ANTICANCER_DRUGS, Line, Therapies
from guideline.thresholds import LvefTable


def with_lvef_holds(given: tuple[Exposure, ...], found: Therapies, case: Case, heart: HeartFunction, normal: float) -> tuple[Exposure, ...]:
    """The exposures, the HER2 drugs of the last line as on hold where they fell silent for their LVEF; else `given` itself.

    `normal` is the lower limit of normal, in percent. A recorded end stands, and heart failure is no hold (R077).
    """
    last = found.used_lines[-1] if found.used_lines else None
    if last is None or last.outcome != "unknown" or not last.has_her2 or heart.latest is None or heart.symptomatic_failure:
        return given
    silent = _last_silent(last, case)
    if _followed_by_another(silent, given, case) or _failed_since(last, case):
        return given
    if not any(_declined(e, table, last, case, heart, normal) for e, table in tables_for(silent)):
        return given
    return tuple([replace(e, state="on-hold", end=None) if e in silent else e for e in given])


def _last_silent(line: Line, case: Case) -> tuple[Exposure, ...]:
    """The HER2 drugs of a line that were given to its last; one that was left out long before is no part of the hold."""
    days = {e.drug: _last_day(e, case) for e in line.main_part() if e.fell_silent}
    known = [day for day in days.values() if day is not None]
    if not known:
        return ()
    since = max(known) - timedelta(days=LONGEST_SILENCE_DAYS)
    return tuple([e for e in line.main_part() if e.fell_silent and (day := days[e.drug]) is not None and day >= since])


def _followed_by_another(silent: tuple[Exposure, ...], given: tuple[Exposure, ...], case: Case) -> bool:
    """Whether other therapy was begun after the last dose, endocrine therapy alone too: then somebody decided on it."""
    days = [day for e in silent if (day := _last_day(e, case)) is not None]
    others = [e.start.earliest for e in given if e.start is not None and e.drug in ANTICANCER_DRUGS]
    return bool(days) and any(start > max(days) for start in others)


def _failed_since(line: Line, case: Case) -> bool:
    """Whether heart failure that has resolved began in the line or after it."""
    days = [c.date for c in case.heart if c.kind == "heart-failure" and c.date is not None]
    return line.start is not None and any(day.earliest > line.start.latest for day in days)


def _last_day(exposure: Exposure, case: Case) -> date | None:
    return max(dose_days(case, exposure.drug), default=None)


def _declined(exposure: Exposure, table: LvefTable, line: Line, case: Case, heart: HeartFunction, normal: float) -> bool:
    """Whether an LVEF around the last dose asked for a hold, and no later one before that dose had met the restart test."""
    start, last = begun(exposure, line.exposures), _last_day(exposure, case)
    if start is None or last is None:
        return False
    baseline, before = heart.baseline(start) or (None, False)
    window = last - timedelta(days=K.thresholds.lvef.due_days), last + timedelta(days=LONGEST_SILENCE_DAYS)
    declined = False
    for v in heart.series:
        if v.date is None or v.date.earliest <= start.latest or v.date.earliest < window[0] or v.date.latest > window[1]:
            continue
        value, fall = effective_value(v), fall_from(baseline, v) if baseline is not None else None
        row = table.row(value, fall if before else None, normal)
        if row is not None and row.action != "continue":
            declined = True
        elif v.date.earliest <= last and table.resume.met(value, fall, normal):
            declined = False
    return declined
