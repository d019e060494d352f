"""Pregnancy and HER2 drugs (R124, decision 15)."""

from __future__ import annotations

from guideline.advice import FactUsed, Finding
from guideline.facts_used import drug_names, in_usual_order
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.situation import Situation


def pregnancy(s: Situation) -> Finding | None:
    """R124: a documented pregnancy: no HER2 antibody, conjugate or kinase inhibitor; running ones are named."""
    if s.pregnancy != "pregnant":
        return None
    running = in_usual_order(e.drug for e in s.her2_running)
    headline = K.say("pregnancy-running", drugs=drug_names(running)) if running else K.say("pregnancy")
    detail = (
        K.say("pregnancy-board"),
        K.say("pregnancy-contraception", months=K.thresholds.intervals.contraception_months),
        K.say("pregnancy-dating"),
    )
    newest = max(
        (p for p in s.case.pregnancies if p.status == "pregnant"),
        key=lambda p: (p.date.latest.toordinal() if p.date else 0, p.source),
    )
    fact = FactUsed("Pregnancy", "documented", str(newest.date) if newest.date is not None else None, newest.source)
    return Finding("Pregnancy", "critical", headline, detail, facts=(fact,), avoid=tuple(running) or ("thp", "tdxd-pertuzumab", "tdxd"))
