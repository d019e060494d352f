"""Pregnancy and HER2 drugs (R124, decision 15)."""

from __future__ import annotations

from datetime import date

from guideline.advice import FactUsed, Finding, Gap, Statement
from guideline.case import Pregnancy
from guideline.facts_used import day_shown, drug_names, in_usual_order
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import when_last
from guideline.reproductive import past_term
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
    newest = max((p for p in s.case.pregnancies if p.status == "pregnant"), key=_recency)
    facts = (pregnancy_fact(newest),)
    return Finding("Pregnancy", "critical", headline, detail, facts=facts, avoid=tuple(running) or ("thp", "tdxd-pertuzumab", "tdxd"))


def pregnancy_excluded(*, antibody: bool) -> Statement:
    """R124: what is to be settled before the first dose. The seven months are those of antibodies and conjugates, and of no other drug."""
    if antibody:
        return K.say("check-pregnancy", months=K.thresholds.intervals.contraception_months)
    return K.say("check-pregnancy-by-label")


def possible_pregnancy(s: Situation) -> Finding | None:
    """R124: a suspected pregnancy while a HER2 drug runs: asked, not believed."""
    suspected = suspected_pregnancy(s)
    if suspected is None or not s.her2_running:
        return None
    running = in_usual_order(e.drug for e in s.her2_running)
    ask = K.say("pregnancy-possible-running", drugs=drug_names(running), date=str(suspected.date))
    return Finding("Pregnancy", "warning", ask, facts=(pregnancy_fact(suspected),), missing=(Gap("I13", ask),))


def suspected_pregnancy(s: Situation) -> Pregnancy | None:
    """A positive test or a suspicion, as new as a laboratory value that counts, that nothing newer excludes."""
    if s.pregnancy != "unknown":
        return None
    suspected = max((p for p in s.case.pregnancies if p.status == "possible" and p.date is not None), key=_recency, default=None)
    if suspected is None or suspected.date is None or (s.today - suspected.date.earliest).days > K.thresholds.intervals.labs_days:
        return None
    negative = (p.date for p in s.case.pregnancies if p.status == "not-pregnant" and p.date is not None)
    return None if any(day.earliest >= suspected.date.latest for day in negative) else suspected


def contradicted_pregnancy(s: Situation) -> Pregnancy | None:
    """A pregnancy on record within its 300 days that only a newer answer, not a coded finding, says is over: one click may be a slip."""
    if s.pregnancy != "excluded" or s.pregnancy_source is not None:
        return None
    documented = max((p for p in s.case.pregnancies if p.status == "pregnant"), key=_recency, default=None)
    if documented is None or documented.date is None or past_term(documented.date, s.today):
        return None
    ended = any(p.status == "not-pregnant" and p.date is not None and p.date.earliest > documented.date.latest for p in s.case.pregnancies)
    return None if ended else documented


def pregnancy_fact(found: Pregnancy) -> FactUsed:
    """A documented or suspected pregnancy as a card names it."""
    known = "documented" if found.status == "pregnant" else "possible"
    return FactUsed("Pregnancy", known, day_shown(found.date), found.source)


def _recency(found: Pregnancy) -> tuple[date, str]:
    return when_last(found.date), found.source
