"""ILD and pneumonitis (R079, R080, R115-R117, R119, R130, R133; decision 12)."""

from __future__ import annotations

from guideline.advice import FactUsed, Finding, Gap
from guideline.facts_used import course_fact, drug_name, lung_fact
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lung_history import T_DM1, T_DXD
from guideline.situation import Situation

_CONJUGATES_WITH_ILD = (T_DXD, T_DM1)


def lungs(s: Situation) -> Finding | None:
    """The one finding about the lungs: a conjugate that runs or is held first, else active disease before a start."""
    return _on_conjugate(s) or _held_conjugate(s) or _before_start(s)


def _facts(s: Situation) -> tuple[FactUsed, ...]:
    facts = []
    fact = lung_fact(s)
    if fact is not None:
        facts.append(fact)
    if s.lungs.symptoms:
        given = s.case.intake["respiratory-symptoms"]
        facts.append(FactUsed("Respiratory symptoms", "new cough, dyspnoea or fever reported", str(given.date), given.source))
    return tuple(facts)


def _running_conjugate(s: Situation) -> str | None:
    return next((e.drug for e in s.her2_running if e.drug in _CONJUGATES_WITH_ILD), None)


def _on_conjugate(s: Situation) -> Finding | None:
    """R080, R115, R116, R119: pneumonitis, or symptoms of it, while T-DXd or T-DM1 is being given. Ungraded counts as suspected."""
    drug = _running_conjugate(s)
    history = s.lungs
    if drug is None:
        return None
    stopped = drug == T_DXD and history.tdxd_stopped_for_good
    if not (history.symptoms or history.under_treatment or history.active or stopped):
        return None
    name = drug_name(drug)
    if stopped:
        headline = K.say("ild-stop-for-good", drug=name)
        steroid = (K.say("ild-grade-2-stop"), K.say("ild-grade-2-steroid"))
        return Finding("InterstitialLungDisease", "critical", headline, steroid, _facts(s), avoid=(drug,))
    if drug == T_DXD and history.grade_1_only and not history.symptoms:
        return Finding(
            "InterstitialLungDisease",
            "warning",
            K.say("ild-grade-1", drug=name),
            (K.say("ild-grade-1-restart"), K.say("ild-grade-1-steroid"), K.say("ild-exclude-infection"), K.say("ild-hold-not-progression")),
            facts=_facts(s),
            avoid=(drug,),
            requests=("chest-ct",),
        )
    if history.symptoms:
        headline = K.say("ild-symptoms", drug=name)
    elif history.under_treatment:
        headline = K.say("ild-new-under-treatment", drug=name)
    elif _older_than(s, drug):
        # Stable lung disease from before the drug: a warning at every dose, not an emergency (decision 12).
        detail = (K.say("ild-older-on-conjugate"), K.say("ild-grading") if drug == T_DXD else K.say("ild-tdm1-stops"))
        headline = K.say("ild-active-on-conjugate-older", drug=name)
        return Finding(
            "InterstitialLungDisease", "warning", headline, detail, facts=_facts(s), rules=("R079", "R080"), requests=("chest-ct",)
        )
    else:
        headline = K.say("ild-active-on-conjugate", drug=name)
    grade = K.say("ild-grading") if drug == T_DXD else K.say("ild-tdm1-stops")
    return Finding(
        "InterstitialLungDisease", "critical", headline, (K.say("ild-interrupt-image-consult"), grade, K.say("ild-exclude-infection")),
        facts=_facts(s), avoid=(drug,), missing=(Gap("I09", K.say("ask-ild-grade")),), rules=("R080",), requests=("chest-ct",),
    )  # fmt: skip


def _older_than(s: Situation, drug: str) -> bool:
    """Whether every active lung condition is known to have begun before the drug was."""
    starts = [e.start for e in s.her2_running if e.drug == drug and e.start is not None]
    active = [c for c in s.case.lungs if c.status != "resolved" and c.abated is None]
    return bool(starts and active) and all(c.onset is not None and c.onset.latest < starts[0].earliest for c in active)


def _held_conjugate(s: Situation) -> Finding | None:
    """R115, R116, R133: T-DXd on hold for the lungs: the restart test."""
    if not s.held_drugs:
        return None
    held = next((e for e in s.held_drugs if e.drug in _CONJUGATES_WITH_ILD), None)
    history = s.lungs
    if held is None:
        return None
    name = drug_name(held.drug)
    if held.drug == T_DXD and history.tdxd_stopped_for_good:
        detail = (K.say("ild-grade-2-stop"), K.say("ild-hold-not-progression"))
        headline = K.say("ild-do-not-restart", drug=name)
        return Finding("InterstitialLungDisease", "critical", headline, detail, _facts(s), avoid=(held.drug,))
    if not (held.stop_reason == "lung" or history.under_treatment or history.symptoms or history.active):
        return None
    # The hold itself is the fact where nothing else about the lungs is on record.
    facts = _facts(s) or (course_fact(s.case, held, "on hold for the lungs", held.start),)
    restart = K.say("ild-grade-1-restart") if held.drug == T_DXD else K.say("ild-tdm1-stops")
    return Finding(
        "InterstitialLungDisease", "warning", K.say("ild-on-hold", drug=name), (restart, K.say("ild-hold-not-progression")),
        facts=facts, avoid=(held.drug,), missing=(Gap("I09", K.say("ask-ild-grade")),), rules=("R133",),
    )  # fmt: skip


def _before_start(s: Situation) -> Finding | None:
    """R079, decision 12: active disease or new symptoms while the next treatment is being chosen."""
    if s.on_treatment:
        return None
    if s.lungs.symptoms:
        return Finding(
            "InterstitialLungDisease", "warning", K.say("ild-symptoms-before-start"), (K.say("ild-image-consult-first"),),
            facts=_facts(s), missing=(Gap("I09", K.say("ask-ild-grade")),), rules=("R079", "R080"), requests=("chest-ct",),
        )  # fmt: skip
    if s.lungs.active or s.lungs.under_treatment:
        return Finding(
            "InterstitialLungDisease", "warning", K.say("ild-active-before-start"), (K.say("ild-label-wording"),),
            facts=_facts(s), avoid=("tdxd", "tdxd-pertuzumab"), rules=("R079",),
        )  # fmt: skip
    return None
