"""T-DXd or T-DM1 on hold for the lungs, or ended by them: the restart (R115, R116, R119, R133)."""

from __future__ import annotations

from guideline.advice import FactUsed, Finding, Gap
from guideline.drug_classes import CONJUGATES_WITH_ILD
from guideline.facts_used import course_fact, drug_name
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lungs.history import T_DM1, T_DXD
from guideline.lungs.tdm1_pneumonitis import ended_tdm1
from guideline.lungs.tdxd_restart import Restart, restarts
from guideline.rules.lung_words import dates_gap, given_before, grade_gap, how_low, lung_facts
from guideline.situation import Situation
from guideline.therapy.exposures import Exposure


def held_conjugate(s: Situation) -> Finding | None:
    """R115, R116, R133: T-DXd on hold for the lungs: the restart test."""
    if not s.held_drugs:
        return None
    held = next((e for e in s.held_drugs if e.drug in CONJUGATES_WITH_ILD), None)
    history = s.lungs
    if held is None:
        return None
    name = drug_name(held.drug)
    if held.drug == T_DXD and history.tdxd_stopped_for_good:
        detail = (K.say("ild-grade-2-stop"), K.say("hold-not-progression"))
        headline = K.say("ild-do-not-restart", drug=name)
        return Finding("InterstitialLungDisease", "critical", headline, detail, lung_facts(s), avoid=(held.drug,))
    cleared = _cleared(s, held)
    if cleared is not None:
        return cleared
    open_ = history.under_treatment or history.symptoms or history.active
    if held.drug == T_DM1 and not open_ and (ended := tdm1_ended(s)) is not None:
        return ended
    if not (held.stop_reason == "lung" or open_):
        return _held_ungraded(s, held)
    # The hold itself is the fact where nothing else about the lungs is on record, and its reason may name the grade.
    grade = _grade_of_hold(s, held) if not open_ else None
    facts = lung_facts(s) or (_on_hold(s, held, "on hold for the lungs" if grade is None else f"on hold for the lungs, grade {grade}"),)
    missing = grade_gap(history) if grade is None else (Gap("I09", K.say("ask-ild-cause")),)
    restart = K.say("ild-grade-1-restart") if held.drug == T_DXD else K.say("ild-tdm1-stops")
    headline = K.say("ild-on-hold" if held.drug == T_DXD else "ild-on-hold-tdm1", drug=name)
    return Finding(
        "InterstitialLungDisease", "warning", headline, (restart, K.say("hold-not-progression")),
        facts=facts, avoid=(held.drug,), missing=missing, rules=("R133",),
    )  # fmt: skip


def _grade_of_hold(s: Situation, held: Exposure) -> int | None:
    """The CTCAE grade that the reason of a hold names, the worst where several do."""
    grades = [r.lung_grade for r in s.case.drugs if r.drug == held.drug and r.source in held.sources and r.lung_grade is not None]
    return max(grades, default=None)


def _held_ungraded(s: Situation, held: Exposure) -> Finding | None:
    """R116, R131: T-DXd on hold, its pneumonitis resolved and never graded: the grade decides on any restart."""
    if held.drug != T_DXD or not s.lungs.tdxd_ungraded or not _may_be_held_for_it(s, held) or _one_runs(s):
        return None
    return Finding(
        "InterstitialLungDisease", "warning", K.say("ild-held-ungraded", drug=drug_name(T_DXD)),
        (K.say("ild-grading"), K.say("hold-not-progression")), facts=lung_facts(s), avoid=(T_DXD,), missing=grade_gap(s.lungs),
        rules=("R133",),
    )  # fmt: skip


def _cleared(s: Situation, held: Exposure) -> Finding | None:
    """R115, R133: T-DXd on hold, its grade 1 pneumonitis resolved: the restart, as far as the lungs go."""
    history = s.lungs
    open_ = history.under_treatment or history.symptoms or history.active or history.tdxd_ungraded
    if held.drug != T_DXD or open_ or not history.tdxd_grade_1_past or not _may_be_held_for_it(s, held) or _one_runs(s):
        return None
    restart = restarts(s, [record for record in s.case.drugs if record.drug == T_DXD])[0]
    if restart.lower and restart.level is None:
        return no_level_left(s, restart)
    words = {"drug": drug_name(T_DXD), "span": restart.span, "level": restart.level_words}
    if restart.lower is None:
        headline = K.say("ild-held-open", drug=words["drug"], limit=K.thresholds.ild.same_dose_days, level=words["level"])
    elif restart.lower:
        headline = K.say("ild-held-lower", **words)
    else:
        headline = K.say("ild-held-same", drug=words["drug"], span=words["span"])
    return Finding(
        "InterstitialLungDisease", "info", headline, (how_low(restart), K.say("tdxd-after-grade-1"), K.say("hold-not-progression")),
        facts=(*lung_facts(s), _on_hold(s, held, "on hold"), *given_before(restart)),
        missing=dates_gap(restart), rules=("R133",),
    )  # fmt: skip


def _one_runs(s: Situation) -> bool:
    return any(e.drug in CONJUGATES_WITH_ILD for e in s.her2_running)


def _may_be_held_for_it(s: Situation, held: Exposure) -> bool:
    """Whether the hold may be for the resolved pneumonitis: by its reason, or without another reason and without a dose since."""
    if held.stop_reason == "lung":
        return True
    days = [day for c in s.case.lungs if (day := c.abated or c.onset) is not None]
    newest = max((day.latest for day in days), default=None)
    given = [day for day in (held.start, held.last_dose) if day is not None]
    return held.stop_reason in (None, "toxicity") and newest is not None and all(day.earliest <= newest for day in given)


def no_level_left(s: Situation, restart: Restart) -> Finding:
    """R115, R118: one level down from the lowest: T-DXd ends."""
    levels = K.thresholds.dose_levels[T_DXD]
    headline = K.say("ild-grade-1-no-level", drug=drug_name(T_DXD), span=restart.span, lowest=f"{min(levels.levels):g} {levels.unit}")
    return Finding("InterstitialLungDisease", "warning", headline, facts=(*lung_facts(s), *given_before(restart)), avoid=(T_DXD,))


def tdm1_ended(s: Situation) -> Finding | None:
    """R119: T-DM1 after its own pneumonitis, resolved or not: the label ends it at any grade."""
    if not ended_tdm1(s):
        return None
    detail = (K.say("ild-tdm1-stops"), K.say("ild-unless-other-cause"), K.say("hold-not-progression"))
    headline = K.say("ild-tdm1-ended", drug=drug_name(T_DM1))
    return Finding("InterstitialLungDisease", "warning", headline, detail, lung_facts(s), avoid=(T_DM1,), rules=("R119",))


def _on_hold(s: Situation, held: Exposure, words: str) -> FactUsed:
    """The hold as a fact. The day on record is that of the first dose, not of the hold."""
    begun = f"begun {held.start}, {words}" if held.start is not None else words
    return course_fact(s.case, held, begun, held.start)
