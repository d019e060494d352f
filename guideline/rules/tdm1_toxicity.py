"""Peripheral neuropathy of grade 3 or 4, and nodular regenerative hyperplasia of the liver, under T-DM1 (R119; E28).

No laboratory value tells either: they stand on the problem list or among the diagnoses of visits.
"""

from __future__ import annotations

from guideline.advice import FactUsed, Finding
from guideline.case import Toxicity
from guideline.facts_used import day_shown, drug_name
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lungs.history import T_DM1
from guideline.lungs.tdxd_pneumonitis import given_since
from guideline.situation import Situation

#: The CTCAE grade of neuropathy from which the label holds T-DM1 (E28).
_HELD_FROM = 3

_NAMES = {"neuropathy": "Peripheral neuropathy", "liver-hyperplasia": "Nodular regenerative hyperplasia"}


def tdm1_toxicity(s: Situation) -> Finding | None:
    """When a chart is opened: what holds T-DM1 that is given, or ends it, on hold as well."""
    if not s.case.toxicities:
        return None
    running = any(e.drug == T_DM1 for e in s.her2_running)
    if not running and not any(e.drug == T_DM1 for e in s.held_drugs):
        return None
    return ended_by_liver(s) or (held_by_nerves(s, first=False) if running else None)


def liver_ends_tdm1(s: Situation) -> Toxicity | None:
    """The newest entry of nodular regenerative hyperplasia, resolved or not: T-DM1 is ended for good."""
    found = [t for t in s.case.toxicities if t.kind == "liver-hyperplasia"]
    return max(found, key=_by_day, default=None)


def ended_by_liver(s: Situation) -> Finding | None:
    """R119: nodular regenerative hyperplasia ends T-DM1 for good."""
    found = liver_ends_tdm1(s)
    if found is None:
        return None
    headline = K.say("lab-stop", drug=drug_name(T_DM1), value="nodular regenerative hyperplasia of the liver on record")
    return Finding("LabSafety", "warning", headline, (K.say("lab-stop-other"),), (_fact(found),), avoid=(T_DM1,), rules=("R119",))


def held_by_nerves(s: Situation, *, first: bool) -> Finding | None:
    """R119: grade 3 or 4 holds T-DM1 until grade 2 or better, unless it was given since. `first`: it was never given."""
    waiting = [t for t in s.case.toxicities if _holds(s, t)]
    worst = max(waiting, key=lambda t: (t.date is not None, t.grade or 0, *_by_day(t)), default=None)
    if worst is None:
        return None
    name, value = drug_name(T_DM1), f"peripheral neuropathy of grade {worst.grade}"
    if worst.date is None:
        headline = K.say("lab-undated", value=value, drug=name, action="hold")
        return Finding("LabSafety", "info", headline, facts=(_fact(worst),), rules=("R119", "R131"))
    headline = K.say("lab-not-started" if first else "lab-hold", drug=name, value=f"{value} since {worst.date}")
    until = K.say("neuropathy-not-before" if first else "neuropathy-until", date=str(worst.date))
    detail = (until,) if first else (until, K.say("hold-not-progression"))
    return Finding("LabSafety", "warning", headline, detail, (_fact(worst),), rules=("R119",))


def _holds(s: Situation, t: Toxicity) -> bool:
    if t.kind != "neuropathy" or t.status == "resolved" or t.grade is None or t.grade < _HELD_FROM:
        return False
    day = t.date
    # Whoever gave it since knew the grade.
    return day is None or not any(given_since(s.case, e, day.latest) for e in s.exposures if e.drug == T_DM1)


def _by_day(t: Toxicity) -> tuple[str, str]:
    return str(t.date or ""), t.source


def _fact(t: Toxicity) -> FactUsed:
    status = "recorded" if t.status == "unknown" else t.status
    value = status if t.grade is None else f"grade {t.grade}, {status}"
    return FactUsed(_NAMES[t.kind], value, day_shown(t.date), t.source)
