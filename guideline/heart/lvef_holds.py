"""Therapy that fell silent after a decline of the LVEF is on hold: no end, and no new line (R133, R111)."""

from __future__ import annotations

from msgspec.structs import replace

from guideline.case import Case
from guideline.heart.function import HeartFunction, effective_value, fall_from
from guideline.heart.lvef_by_drug import begun, tables_for
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import add_days
from guideline.therapy.exposures import LONGEST_SILENCE_DAYS, Exposure
from guideline.therapy.fell_silent import last_day, last_silent
from guideline.therapy.lines import Line, Therapies
from guideline.thresholds import LvefTable


def with_lvef_holds(given: tuple[Exposure, ...], found: Therapies, case: Case, heart: HeartFunction, normal: float) -> tuple[Exposure, ...]:
    """The exposures, the HER2 drugs of the last line as on hold where they fell silent for their LVEF; else `given` itself.

    `normal` is the lower limit of normal, in percent. A recorded end stands, and heart failure is no hold (R077).
    """
    last = found.used_lines[-1] if found.used_lines else None
    if last is None or last.outcome != "unknown" or not last.has_her2 or heart.latest is None or heart.symptomatic_failure:
        return given
    silent = last_silent(last, case)
    if _failed_since(last, case):
        return given
    if not any(_declined(e, table, last, case, heart, normal) for e, table in tables_for(silent)):
        return given
    return tuple([replace(e, state="on-hold", end=None) if e in silent else e for e in given])


def _failed_since(line: Line, case: Case) -> bool:
    """Whether heart failure that has resolved began in the line or after it."""
    days = [c.date for c in case.heart if c.kind == "heart-failure" and c.date is not None]
    return any(day.earliest > line.start.latest for day in days)


def _declined(exposure: Exposure, table: LvefTable, line: Line, case: Case, heart: HeartFunction, normal: float) -> bool:
    """Whether an LVEF around the last dose asked for a hold, and no later one before that dose had met the restart test."""
    start, last = begun(exposure, line.exposures), last_day(exposure, case)
    if start is None or last is None:
        return False
    baseline, before = heart.baseline(start) or (None, False)
    window = add_days(last, -K.thresholds.lvef.due_days), add_days(last, LONGEST_SILENCE_DAYS)
    declined = False
    for v in heart.series:
        if v.date is None or v.date.earliest <= start.latest or v.date.earliest < window[0] or v.date.latest > window[1]:
            continue
        value, fall = effective_value(v), fall_from(baseline, v) if baseline is not None else None
        row = table.row(value, fall if before else None, normal)
        if row is not None and row.holds:
            declined = True
        elif v.date.earliest <= last and table.resume.met(value, fall, normal):
            declined = False
    return declined
