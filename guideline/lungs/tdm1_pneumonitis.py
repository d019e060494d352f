"""Pneumonitis of T-DM1: its label ends T-DM1 whatever the grade, so that one which has resolved still speaks (R119, R130).

By the same dates as that of T-DXd (`guideline.lungs.tdxd_pneumonitis`). Not where a dose is recorded since: whoever gave one has decided on
it.
"""

from __future__ import annotations

from datetime import date

from guideline.case import LungCondition
from guideline.lungs.history import T_DM1, T_DXD
from guideline.lungs.tdxd_pneumonitis import arose_under, given_since, is_of_tdxd
from guideline.situation import Situation


def ended_tdm1(s: Situation) -> bool:
    """Whether a pneumonitis has ended T-DM1, and the record does not show that it was given on."""
    courses = [e for e in s.exposures if e.drug == T_DM1]
    of_tdxd = [e for e in s.exposures if e.drug == T_DXD]
    return any(
        is_of_tdxd(c, T_DM1, courses)
        and any(arose_under(c, e) and not given_since(s.case, e, _over(c)) for e in courses)
        and (c.cause_drug == T_DM1 or not is_of_tdxd(c, T_DXD, of_tdxd))
        for c in s.case.lungs
    )


def _over(condition: LungCondition) -> date:
    """The last day on which it is known to have been there; that it arose under a drug was told by its onset."""
    day = condition.abated or condition.onset
    assert day is not None
    return day.latest
