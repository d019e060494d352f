"""T-DXd that fell silent after its own pneumonitis: what the doses were left out for is on record (R115, R116, R133).

At grade 1 it is on hold: no end, and no new line, for grade 1 may take long to resolve. At grade 2 or worse it was ended for the lungs.
Without a grade nobody knows which of the two.
"""

from __future__ import annotations

from msgspec.structs import replace

from guideline.case import Case, LungCondition
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lungs.history import T_DXD
from guideline.lungs.tdxd_pneumonitis import arose_under, is_of_tdxd
from guideline.therapy.exposures import Exposure
from guideline.therapy.fell_silent import last_day, last_silent
from guideline.therapy.lines import Therapies


def with_silent_tdxd(given: tuple[Exposure, ...], found: Therapies, case: Case) -> tuple[Exposure, ...]:
    """The exposures, T-DXd of the last line as on hold with what was given beside it, or as ended for the lungs; else `given` itself."""
    last = found.used_lines[-1] if found.used_lines else None
    if last is None or last.outcome != "unknown" or not case.lungs:
        return given
    silent = last_silent(last, case)
    tdxd = next((e for e in silent if e.drug == T_DXD), None)
    if tdxd is None:
        return given
    own = [c for c in case.lungs if is_of_tdxd(c, T_DXD, (tdxd,)) and _left_out_for(c, tdxd, case)]
    grades = {c.grade for c in own}
    if any(grade is not None and grade >= K.thresholds.ild.permanent_stop_from_grade for grade in grades):
        return tuple([replace(e, stop_reason="lung") if e is tdxd else e for e in given])
    if grades != {1}:
        return given
    return tuple([replace(e, state="on-hold", end=None) if e in silent else e for e in given])


def _left_out_for(condition: LungCondition, tdxd: Exposure, case: Case) -> bool:
    """Whether it arose under T-DXd and was still there, as far as the dates say, after the last dose."""
    over, last = condition.abated or condition.onset, last_day(tdxd, case)
    there = condition.status != "resolved" or (over is not None and last is not None and over.latest >= last)
    return there and arose_under(condition, tdxd)
