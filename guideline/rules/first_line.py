"""First-line treatment (R004-R013, R060-R063, R101, R102, R014; decisions 1, 2, 5, 20)."""

from __future__ import annotations

from guideline.advice import Gap, Option, Statement, Treatment
from guideline.facts_used import treatment_facts
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lungs.history import T_DXD
from guideline.rules.biomarkers import biomarker_statements
from guideline.rules.brain import before_first_therapy
from guideline.rules.endocrine import (
    declines_chemotherapy,
    endocrine_alone,
    endocrine_her2,
    partners,
    selection_facts,
    selection_reasons,
    visceral_crisis,
)
from guideline.rules.gaps import common_checks, her2_gap, lung_symptom_facts
from guideline.rules.objections import sort_out, without_trastuzumab
from guideline.rules.options import option
from guideline.rules.tumor_board import no_option_left
from guideline.situation import Situation


def first_line(s: Situation, conditional: Statement | None) -> Treatment:
    """The first-line card. `conditional` is the sentence it depends on when the record may be incomplete (then I04 is missing)."""
    declined = declines_chemotherapy(s)
    order = ["endocrine-her2", "thp", *(("endocrine-alone",) if selection_reasons(s) else ())] if declined else _order(s)
    offered, barred = sort_out(s, order)
    if not offered or (not declined and offered == ["endocrine-her2"]):
        # Decision 20: a selected patient's alternative to what is ruled out here does not lead by that.
        return no_option_left(s, order)
    lead, others = offered[0], offered[1:]
    checks, gaps = common_checks(s, offered, lead)
    if declined:
        beside, asked = partners(s)
        checks = (*checks, *beside, *_first_trastuzumab(s))
        gaps = tuple(dict.fromkeys((*gaps, *asked)))
    missing = ((Gap("I04", K.say("ask-prior-therapy")),) if conditional is not None else ()) + gaps
    missing = (*her2_gap(s), *missing)
    return Treatment(
        "FirstLineTreatment",
        "info",
        _headline(lead, others, conditional),
        detail=() if conditional is None else (conditional,),
        facts=tuple(
            dict.fromkeys(
                (*treatment_facts(s), *lung_symptom_facts(s, offered), *(selection_facts(s) if "endocrine-her2" in offered else ()))
            )
        ),
        missing=missing,
        lead=_first_line_option(s, lead, leads=True),
        alternatives=tuple(_first_line_option(s, r, leads=False) for r in others),
        barred=barred,
        why=tuple(_why(s)),
        checks=checks,
        rules=("R001", "R004", *(("R060", "R061", "R062", "R063") if declined else ()), *(() if conditional is None else ("R131",))),
    )


def _first_trastuzumab(s: Situation) -> tuple[Statement, ...]:
    """R081: at the first infusions only."""
    return () if s.used("trastuzumab") or without_trastuzumab(s) else (K.say("check-trastuzumab-infusion"),)


def tdxd_pertuzumab_fits(s: Situation) -> bool:
    """R101: over six months since any (neo)adjuvant HER2 therapy, no earlier T-DXd, nothing given for metastatic disease yet."""
    beyond_6 = s.relapse is None or s.relapse.within_6 is False
    return beyond_6 and _nothing_against_metastases_yet(s)


def six_months_unclear(s: Situation) -> bool:
    """I05: whether T-DXd + pertuzumab fits hangs on dates that straddle the six months alone."""
    return s.relapse is not None and s.relapse.within_6 is None and _nothing_against_metastases_yet(s)


def _nothing_against_metastases_yet(s: Situation) -> bool:
    return not s.used(T_DXD) and not s.therapies.used_lines


def _order(s: Situation) -> list[str]:
    """Decision 1: the profile orders the first-line options only. THP leads where the lungs speak against T-DXd.

    Decision 20: low burden, frailty or a long interval put endocrine + HER2 therapy last.
    """
    selected = ["endocrine-her2"] if selection_reasons(s) else []
    if not tdxd_pertuzumab_fits(s):
        # Named, so that the card says for how long T-DXd is out.
        return ["thp", *(("tdxd-pertuzumab",) if _tdxd_ended_for_the_lungs(s) else ()), *selected]
    if pair_may_lead(s):
        return ["tdxd-pertuzumab", "thp", *selected]
    return ["thp", "tdxd-pertuzumab", *selected]


def pair_may_lead(s: Situation) -> bool:
    """Decision 1: under the `current` profile in the US T-DXd + pertuzumab leads where it fits, unless the lungs speak against it."""
    current_us = s.practice.evidence_profile == "current" and s.practice.jurisdiction == "US"
    return current_us and not s.lungs.resolved_of_other_cause


def _tdxd_ended_for_the_lungs(s: Situation) -> bool:
    """R116: pneumonitis under (neo)adjuvant T-DXd bars it for good; no board brings it back."""
    return s.used(T_DXD) and (s.lungs.tdxd_stopped_for_good or s.lungs.tdxd_ungraded)


def _headline(lead: str, others: list[str], conditional: Statement | None) -> Statement:
    if conditional is not None:
        named = [r for r in (lead, *others) if r == lead or r not in ("endocrine-her2", "endocrine-alone")]
        return K.say("headline-first-line-conditional", regimens=" or ".join(K.regimens[r].short for r in named))
    if lead == "endocrine-her2":
        return K.say("headline-endocrine-her2")
    if lead == "thp" and "tdxd-pertuzumab" in others:
        return K.say("headline-first-line-thp")
    if lead == "tdxd-pertuzumab":
        return K.say("headline-first-line-current" if "thp" in others else "headline-first-line-tdxd-pertuzumab-only")
    return K.say("headline-first-line-thp-only")


def _why(s: Situation) -> list[Statement]:
    said: list[Statement] = []
    relapse = s.relapse
    if relapse is not None and relapse.within_12 is False:
        said.append(K.say("relapse-beyond-12-months", end=relapse.ended, relapsed=relapse.relapsed))
    elif not s.therapies.used_lines:
        said.append(K.say("no-her2-therapy-yet"))
    if s.her2.basis == "diagnosis":
        said.append(K.say("her2-by-diagnosis-only"))
    if declines_chemotherapy(s):
        said += [K.say("declines-chemotherapy"), *selection_reasons(s), K.say("hr-positive-ranking")]
        if visceral_crisis(s):
            said.append(K.say("endocrine-visceral-crisis"))
    elif s.hormones.state == "positive":
        said.append(K.say("hr-positive-same-first-line"))
        said.append(K.say("hr-positive-endocrine-later-man" if s.male else "hr-positive-endocrine-later"))
    if s.used(T_DXD) and not _tdxd_ended_for_the_lungs(s):
        said.append(K.say("early-tdxd-thp-leads"))
    said += before_first_therapy(s)
    said += biomarker_statements(s)
    return said


def _first_line_option(s: Situation, regimen: str, *, leads: bool) -> Option:
    if regimen == "endocrine-her2":
        return endocrine_her2(s, "R061", leads=leads)
    if regimen == "endocrine-alone":
        return endocrine_alone(s)
    if regimen == "thp" and declines_chemotherapy(s):
        return option(s, regimen, (K.say("thp-if-she-changes-her-mind"),), ("cleopatra-2015-os",), ("R060",))
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
