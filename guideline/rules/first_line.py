"""First-line treatment (R004-R013, R060-R063, R101, R102, R014; decisions 1, 2, 5, 20)."""

from __future__ import annotations

from guideline.advice import Gap, Option, Statement, Treatment
from guideline.facts_used import treatment_facts
from guideline.intake import answer, said_yes
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lung_history import T_DXD
from guideline.rules.biomarkers import biomarker_statements
from guideline.rules.gaps import common_checks
from guideline.rules.options import option, sort_out
from guideline.rules.tumor_board import no_option_left
from guideline.situation import Situation


def first_line(s: Situation, conditional: Statement | None) -> Treatment:
    """The first-line card. `conditional` is the sentence it depends on when the record may be incomplete (then I04 is missing)."""
    if _declines_chemotherapy(s):
        return _endocrine_first(s, conditional)
    order = [*_order(s), *(("endocrine-her2",) if _selected_for_endocrine(s) else ())]
    offered, barred = sort_out(s, order)
    if not offered:
        return no_option_left(s, order)
    lead, others = offered[0], offered[1:]
    checks, gaps = common_checks(s, offered, lead)
    missing = ((Gap("I04", K.say("ask-prior-therapy")),) if conditional is not None else ()) + gaps
    if s.her2.basis == "diagnosis":
        missing = (Gap("I02", K.say("ask-her2")), *missing)
    return Treatment(
        "FirstLineTreatment",
        "info",
        _headline(lead, others, conditional),
        detail=() if conditional is None else (conditional,),
        facts=treatment_facts(s),
        missing=missing,
        lead=_first_line_option(s, lead, leads=True),
        alternatives=tuple(_first_line_option(s, r, leads=False) for r in others),
        barred=barred,
        why=tuple(_why(s)),
        checks=checks,
        rules=("R001", "R004", "R059") if conditional is None else ("R001", "R004", "R131"),
    )


def _declines_chemotherapy(s: Situation) -> bool:
    """Decision 20: HR-positive and chemotherapy declined."""
    return s.hormones.state == "positive" and said_yes(s.case, "declines-chemotherapy")


def _selected_for_endocrine(s: Situation) -> bool:
    """Decision 20: HR-positive with low burden makes endocrine + HER2 therapy an alternative, never the leading regimen."""
    burden = answer(s.case, "disease-burden")
    return s.hormones.state == "positive" and burden is not None and burden.values[0] == "low"


def tdxd_pertuzumab_fits(s: Situation) -> bool:
    """R101: over six months since any (neo)adjuvant HER2 therapy, no earlier T-DXd, nothing given for metastatic disease yet."""
    beyond_6 = s.relapse is None or s.relapse.within_6 is False
    return beyond_6 and not s.used(T_DXD) and not s.therapies.used_lines


def _order(s: Situation) -> list[str]:
    """Decision 1: the profile orders the first-line options only. THP leads where the lungs speak against T-DXd."""
    if not tdxd_pertuzumab_fits(s):
        return ["thp"]
    lung_risk = s.lungs.resolved or s.lungs.radiation_resolved
    if s.practice.evidence_profile == "current" and s.practice.jurisdiction == "US" and not lung_risk:
        return ["tdxd-pertuzumab", "thp"]
    return ["thp", "tdxd-pertuzumab"]


def _headline(lead: str, others: list[str], conditional: Statement | None) -> Statement:
    if conditional is not None:
        return K.say("headline-first-line-conditional", regimens=" or ".join(K.regimens[r].short for r in (lead, *others)))
    if lead == "thp" and others:
        return K.say("headline-first-line-thp")
    if lead == "tdxd-pertuzumab":
        return K.say("headline-first-line-current")
    return K.say("headline-first-line-thp-only")


def _why(s: Situation) -> list[Statement]:
    said: list[Statement] = []
    relapse = s.relapse
    if relapse is not None and relapse.within_12 is False:
        said.append(K.say("relapse-beyond-12-months", end=relapse.end, relapsed=relapse.relapsed))
    elif not s.therapies.used_lines:
        said.append(K.say("no-her2-therapy-yet"))
    if s.her2.basis == "diagnosis":
        said.append(K.say("her2-by-diagnosis-only"))
    if s.hormones.state == "positive":
        said.append(K.say("hr-positive-same-first-line"))
        said.append(K.say("hr-positive-endocrine-later-man" if s.male else "hr-positive-endocrine-later"))
    if s.used(T_DXD):
        said.append(K.say("early-tdxd-thp-leads"))
    if s.brain.present:
        said.append(K.say("brain-first-line"))
    said += biomarker_statements(s)
    return said


def _first_line_option(s: Situation, regimen: str, *, leads: bool) -> Option:
    if regimen == "endocrine-her2":
        return option(s, regimen, (K.say("endocrine-her2-selected"),), ("asco-2022-6-0-2",), ("R061",))
    if regimen == "thp":
        reasons = [K.say("thp-taxane-duration"), K.say("thp-antibodies-go-on")] if leads else [K.say("thp-when")]
        return option(
            s,
            "thp",
            reasons,
            ("cleopatra-2015-os", "peruse-2021", "asco-2022-1-1") if leads else ("cleopatra-2015-os",),
            ("R004",),
            leads=leads,
        )
    reasons = [K.say("tdxd-pertuzumab-when")] if not leads else [K.say("tdxd-pertuzumab-leads")]
    reasons.append(K.say("tdxd-not-alone-first-line"))
    return option(s, regimen, reasons, ("db09-2025-pfs", "db09-2025-ild", "fda-2025-12-15-tdxd-pertuzumab"), ("R101",), leads=leads)


def _endocrine_first(s: Situation, conditional: Statement | None) -> Treatment:
    """R060-R063, decision 20: chemotherapy is declined: endocrine therapy with a HER2 drug leads, the standard is named."""
    others, _ = sort_out(s, ["thp"])
    checks, gaps = common_checks(s, ["endocrine-her2", *others], "endocrine-her2")
    why = [K.say("declines-chemotherapy"), K.say("hr-positive-ranking")]
    if conditional is not None:
        gaps = (Gap("I04", K.say("ask-prior-therapy")), *gaps)
    return Treatment(
        "FirstLineTreatment",
        "info",
        K.say("headline-endocrine-her2"),
        detail=() if conditional is None else (conditional,),
        facts=treatment_facts(s),
        missing=gaps,
        lead=option(s, "endocrine-her2", (), ("asco-2022-6-0-2",), ("R061",), leads=True),
        alternatives=tuple(option(s, r, (K.say("thp-if-she-changes-her-mind"),), ("cleopatra-2015-os",), ("R060",)) for r in others),
        why=tuple(why),
        checks=checks,
        rules=("R060", "R061", "R062", "R063"),
    )
