"""Where no guideline-backed default exists: options for a board, none of them leading (R106, R134; decisions 2, 4, 12, 13)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from guideline.advice import Gap, Statement, Treatment
from guideline.facts_used import lvef_shown, treatment_facts
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lungs.history import T_DXD
from guideline.rules.biomarkers import biomarker_statements
from guideline.rules.brain import before_first_therapy
from guideline.rules.endocrine import endocrine_her2, partners
from guideline.rules.gaps import common_checks, her2_gap, lung_symptom_facts
from guideline.rules.heart_words import failure_words
from guideline.rules.menu import alternative
from guideline.rules.objections import TUCATINIB, objection, sort_out, without_trastuzumab
from guideline.rules.options import option
from guideline.situation import Situation


def _without_lead(
    s: Situation,
    topic: str,
    headline: Statement,
    why: Sequence[Statement],
    candidates: Sequence[str],
    rules: tuple[str, ...],
    extra_gaps: tuple[Gap, ...] = (),
) -> Treatment:
    offered, barred = sort_out(s, candidates)
    checks, gaps = common_checks(s, offered, None)
    return Treatment(
        topic,
        "info",
        headline,
        facts=(*treatment_facts(s), *lung_symptom_facts(s, offered)),
        missing=(*her2_gap(s), *extra_gaps, *gaps),
        alternatives=tuple(
            endocrine_her2(s, "R061") if r == "endocrine-her2" else option(s, r, rules=K.regimens[r].rules[:1]) for r in offered
        ),
        barred=barred,
        why=(*why, *biomarker_statements(s)),
        checks=checks,
        rules=rules,
    )


def after_adjuvant_tdxd(s: Situation) -> Treatment:
    """R106, decision 2: relapse within 12 months of adjuvant T-DXd: no automatic repeat, a board decides."""
    return _without_lead(
        s,
        "TumorBoard",
        K.say("headline-after-adjuvant-tdxd"),
        (*before_first_therapy(s), K.say("after-adjuvant-tdxd"), K.say("evidence-gap-after-tdxd"), K.say("trial-part-of-care")),
        ("thp", "tdm1", TUCATINIB, "tdxd", "clinical-trial"),
        ("R106", "R015", "R103", "R056"),
    )


def leptomeningeal(s: Situation, menu: Sequence[str]) -> Treatment:
    """Decision 13: leptomeningeal disease has no leading regimen; the options are those of the patient's line.

    Where neither T-DXd nor the triplet is left, they are what is left of the line's `menu`, a trial first (decision 4).
    """
    candidates: tuple[str, ...] = ("tdxd", TUCATINIB, "clinical-trial")
    if not s.her2_lines and not s.early_relapse:
        candidates = ("thp", "clinical-trial") if s.therapies.used_lines else ("tdxd-pertuzumab", "thp", "clinical-trial")
    both_gone = TUCATINIB in candidates and all(objection(s, regimen) is not None for regimen in ("tdxd", TUCATINIB))
    if both_gone:
        candidates = ("clinical-trial", *menu)
    why = [K.say("leptomeningeal")]
    last = s.last_line
    open_history = not s.therapy_told_complete if last is None else last.outcome in ("unknown", "changed")
    gaps = (Gap("I04", K.say("ask-prior-therapy")),) if open_history else ()
    if s.relapse is not None and s.relapse.within_12 is None and not s.her2_lines:
        either, sentences = _either_pathway(s)
        candidates = tuple(dict.fromkeys((*either, "clinical-trial")))
        why += sentences
        gaps = (Gap("I05", K.say("ask-relapse-interval")), *gaps)
    board = _without_lead(s, "TumorBoard", K.say("headline-leptomeningeal"), why, candidates, ("R032", "R056"), gaps)
    if not both_gone:
        return board
    return replace(board, alternatives=tuple(alternative(s, o.regimen, None) for o in board.alternatives))


def no_option_left(s: Situation, candidates: Sequence[str]) -> Treatment:
    """Every candidate is ruled out by the lungs, intolerance or earlier failure: say so."""
    return _without_lead(
        s,
        "TumorBoard",
        K.say("headline-no-option"),
        (K.say("no-option-left"), *((K.say("no-trastuzumab-confirm"),) if without_trastuzumab(s) else ())),
        (*candidates, "trastuzumab-chemotherapy", "clinical-trial"),
        ("R056",),
    )


def lungs_first(s: Situation, topic: str, candidates: Sequence[str]) -> Treatment:
    """Decision 12: new respiratory symptoms, or pneumonitis under treatment: no leader before the lungs are cleared."""
    headline = K.say("headline-lungs-first-symptoms" if s.lungs.symptoms else "headline-lungs-first-pneumonitis")
    return _without_lead(s, topic, headline, (K.say("lungs-first"),), candidates, ("R079", "R080"))


def heart_first(s: Situation, topic: str) -> Treatment:
    """P02: heart failure or an LVEF below 40: no HER2 regimen leads."""
    candidates = ("endocrine-alone",) if s.hormones.state == "positive" else ()
    why = [K.say("heart-first")]
    if candidates:
        why += [K.say("endocrine-alone-while-heart-forbids"), *partners(s)[0]]
    return _without_lead(s, topic, K.say("headline-heart-first", reason=_why_heart_first(s)), why, candidates, ("P02", "R062", "R074"))


def _why_heart_first(s: Situation) -> str:
    """What the record says of the heart: heart failure or its symptoms, else the low LVEF."""
    if s.heart.symptomatic_failure:
        return f"{failure_words(s)} on record"
    assert s.heart.latest is not None
    return f"LVEF {lvef_shown(s.heart.latest)}"


def interval_unclear(s: Situation, more_gaps: tuple[Gap, ...] = ()) -> Treatment:
    """I05: the dates straddle twelve months: both branches, and a question."""
    candidates, sentences = _either_pathway(s)
    return _without_lead(
        s,
        "FirstLineTreatment",
        K.say("headline-interval-unclear"),
        (*sentences, *before_first_therapy(s)),
        candidates,
        ("R014", "R015", "R131"),
        (Gap("I05", K.say("ask-relapse-interval")), *more_gaps),
    )


def _either_pathway(s: Situation) -> tuple[tuple[str, ...], tuple[Statement, Statement]]:
    """The options of both pathways, and which interval opens which."""
    assert s.relapse is not None
    after_tdxd = s.used(T_DXD)
    candidates: tuple[str, ...] = ("tdxd", "thp")
    if after_tdxd:
        candidates = ("thp", "clinical-trial")
    elif not s.relapse.within_6:
        candidates = ("tdxd", "thp", "tdxd-pertuzumab")
    branch = "-tdxd" if after_tdxd else ""
    return candidates, (K.say(f"interval-unclear-within{branch}"), K.say(f"interval-unclear-beyond{branch}"))
