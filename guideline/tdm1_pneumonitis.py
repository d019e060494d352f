"""Pneumonitis of T-DM1: its label ends T-DM1 whatever the grade, so that one which has resolved still speaks (R119, R130).

By the same dates as that of T-DXd (`guideline.tdxd_pneumonitis`). Not where a dose is recorded since: whoever gave one has decided on it.
"""

from __future__ import annotations

from datetime import date

from guideline.case import LungCondition
from guideline.exposures import LONGEST_SILENCE_DAYS, Exposure
from guideline.lung_history import T_DM1, T_DXD
from guideline.lvef_by_drug import dose_days
from guideline.partial_date import add_days
from guideline.situation import Situation
from guideline.tdxd_pneumonitis import arose_under, is_of_tdxd


def ended_tdm1(s: Situation) -> LungCondition | None:
    """The newest pneumonitis that has ended T-DM1; None where the record shows none, or that T-DM1 was given on."""
    courses = [e for e in s.exposures if e.drug == T_DM1]
    of_tdxd = [e for e in s.exposures if e.drug == T_DXD]
    own = [
        c
        for c in s.case.lungs
        if is_of_tdxd(c, T_DM1, courses)
        and any(arose_under(c, e) and not _given_on(s, e, c) for e in courses)
        and (c.cause_drug == T_DM1 or not is_of_tdxd(c, T_DXD, of_tdxd))
    ]
    return max(own, key=lambda c: (_over(c) or date.max, c.source), default=None)


def _over(condition: LungCondition) -> date | None:
    """The last day on which it is known to have been there."""
    day = condition.abated or condition.onset
    return day.latest if day is not None else None


def _given_on(s: Situation, e: Exposure, condition: LungCondition) -> bool:
    """Whether a dose is recorded since; without recorded doses, whether the course has gone on for longer than any pause."""
    over, given = _over(condition), dose_days(s.case, T_DM1)
    if over is None:
        return False
    if given:
        return given[-1] > over
    return e.state not in ("ended", "on-hold") and s.today > add_days(over, LONGEST_SILENCE_DAYS)
