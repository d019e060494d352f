"""How the lungs are printed and asked about: facts, the chest CT, the grade, and the dose of a restart (R080, R115; decision 12)."""

from __future__ import annotations

from guideline.advice import FactUsed, Gap, Statement
from guideline.facts_used import level_fact, lung_fact, symptom_fact
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lungs.history import T_DXD, LungHistory
from guideline.lungs.tdxd_restart import Restart
from guideline.situation import Situation
from guideline.symptoms import reported


def lung_facts(s: Situation) -> tuple[FactUsed, ...]:
    """What is on record of the lungs, and the symptoms that the intake and the chart speak of."""
    facts = []
    fact = lung_fact(s)
    if fact is not None:
        facts.append(fact)
    given = reported(s.case, "respiratory-symptoms")
    if given is not None:
        facts.append(FactUsed("Respiratory symptoms", "new cough, dyspnoea or fever reported", str(given.date), given.source))
    return (*facts, *[symptom_fact(symptom, "Respiratory symptoms") for symptom in s.lungs.charted_symptoms])


def chest_ct_booked(s: Situation) -> bool:
    """Whether a chest CT is ordered already."""
    return any(p.kind == "chest-ct" and p.state == "booked" for p in s.case.procedures)


def chest_ct_wanted(s: Situation) -> tuple[str, ...]:
    """The chest CT to be ordered, unless one is booked. One that was done says nothing of what is new since."""
    return () if chest_ct_booked(s) else ("chest-ct",)


def grade_gap(history: LungHistory) -> tuple[Gap, ...]:
    """I09: the cause and the grade of the lung finding, as far as nobody wrote them down."""
    if history.grade_open:
        return (Gap("I09", K.say("ask-ild-grade" if history.cause_open else "ask-ild-grade-only")),)
    return (Gap("I09", K.say("ask-ild-cause")),) if history.cause_open else ()


def how_low(restart: Restart) -> Statement:
    """R115 as it applies: the same dose, one level down, or the rule itself where the dates do not decide."""
    limit = K.thresholds.ild.same_dose_days
    if restart.lower is None:
        return K.say("ild-grade-1-restart")
    if restart.lower:
        return K.say("ild-grade-1-lower", span=restart.span, limit=limit, level=restart.level_words)
    return K.say("ild-grade-1-same", span=restart.span, limit=limit)


def dates_gap(restart: Restart | None) -> tuple[Gap, ...]:
    """I09: the dates that decide on the dose, where they are open."""
    if restart is None or restart.lower is not None:
        return ()
    return (Gap("I09", K.say("ask-grade-1-dates", what=restart.missing, limit=K.thresholds.ild.same_dose_days)),)


def given_before(restart: Restart) -> tuple[FactUsed, ...]:
    """The dose before the pneumonitis, where it is on record."""
    return (level_fact("Dose before the pneumonitis", T_DXD, restart.before),) if restart.before is not None else ()
