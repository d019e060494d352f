"""Endocrine therapy, or what goes with it, that was ended for progression while the HER2 drugs of its line go on (I17, R011).

The line did not end by it: a partner may be changed. But it is the disease that progressed, and nobody wrote down that of the HER2 therapy.
"""

from __future__ import annotations

from guideline.advice import Finding, Gap
from guideline.drug_classes import PARTNER_DRUGS
from guideline.facts_used import course_fact, headline_names, treatment_facts
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate, add_days, newest_day
from guideline.situation import Situation
from guideline.therapy.exposures import LONGEST_SILENCE_DAYS, Exposure
from guideline.therapy.going_on import last_given
from guideline.therapy.lines import Line
from guideline.therapy.progression import NOT_WORSE, intake_outcome


def partner_progression(s: Situation) -> Finding | None:
    """Ask whether the next line is due, in place of more endocrine therapy."""
    line = s.last_line
    if line is None or line.outcome != "ongoing":
        return None
    failed = [e for e in s.exposures if _failed_in(line, e) and not _settled(s, line, e)]
    if not failed:
        return None
    facts = tuple([course_fact(s.case, e, f"ended {e.last_known} for progression", e.last_known) for e in failed])
    return Finding(
        "MissingData", "info", K.say("partner-progression", drugs=headline_names(sorted({e.drug for e in failed}))),
        (K.say("partner-progression-why"),), facts=tuple(dict.fromkeys((*treatment_facts(s), *facts))),
        missing=(Gap("I17", K.say("ask-partner-progression")),), rules=("R011", "R131"),
    )  # fmt: skip


def _failed_in(line: Line, e: Exposure) -> bool:
    if e.drug not in PARTNER_DRUGS or e.state != "ended" or e.stop_reason != "progression" or e.last_known is None:
        return False
    return line.has_her2 and e.last_known.latest > line.start.earliest


def _settled(s: Situation, line: Line, e: Exposure) -> bool:
    """Whether a later entry answers it.

    Another partner was begun, the HER2 drugs were given for longer than a therapy pauses, the disease was judged not worse, or the
    clinician said how the line stands.
    """
    day = e.last_known
    assert day is not None
    answer = intake_outcome(s.case, line.start)
    if answer is not None and _not_before(answer.date, day):
        return True
    if any(other.drug in PARTNER_DRUGS and other.start is not None and _not_before(other.start, day) for other in s.current_drugs):
        return True
    given = newest_day(last_given(s.case, her2) for her2 in s.her2_running)
    if given is not None and given.earliest > add_days(day.latest, LONGEST_SILENCE_DAYS):
        return True
    return any(d.trend in NOT_WORSE and d.date is not None and d.date.earliest > day.latest for d in s.case.disease_statuses)


def _not_before(day: PartialDate, other: PartialDate) -> bool:
    return day.latest >= other.earliest
