"""Second line and later (R015-R059 as far as no order is needed, R103, R106; decisions 2-6, 12, 13).

One order of preference for all lines (decision 4): T-DXd where it was never given, else the tucatinib triplet where it was never
given, else no regimen leads. Brain metastases, the lungs and availability change who leads; the menu widens with the line.
"""

from __future__ import annotations

from guideline.advice import Gap, Option, Statement, Treatment
from guideline.facts_used import drug_names, line_drugs, treatment_facts
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lung_history import T_DM1, T_DXD
from guideline.rules.biomarkers import biomarker_statements
from guideline.rules.brain import brain_statements, tucatinib_first
from guideline.rules.first_line import tdxd_pertuzumab_fits
from guideline.rules.gaps import common_checks
from guideline.rules.options import objection, option, sort_out
from guideline.situation import Situation, tdxd_unavailable
from guideline.therapy_lines import CYTOTOXIC_DRUGS

TUCATINIB = "tucatinib-trastuzumab-capecitabine"

_ORDINALS = {2: "Second line", 3: "Third line"}


def topic_of(s: Situation) -> str:
    """The topic of the line that comes next (decision 3)."""
    used = s.used_line_count
    if used >= K.thresholds.intervals.later_line_from:
        return "LaterLineTreatment"
    return ("FirstLineTreatment", "SecondLineTreatment", "ThirdLineTreatment")[used]


def next_line(s: Situation, conditional: Statement | None) -> Treatment:
    """The card for the line after the newest one.

    `conditional` is the sentence it depends on when it is not documented that this line failed.
    """
    candidates = candidates_in_order(s)
    offered, barred = sort_out(s, candidates)
    lead = _lead(s, offered)
    alternatives = _alternatives(s, offered, lead)
    checks, gaps = common_checks(s, [r for r in (lead, *alternatives) if r is not None], lead)
    missing = ((Gap("I04", K.say("ask-line-outcome")),) if conditional is not None else ()) + gaps
    if s.her2.basis == "diagnosis":
        missing = (Gap("I02", K.say("ask-her2")), *missing)
    return Treatment(
        topic_of(s),
        "info",
        _headline(s, lead, conditional),
        detail=() if conditional is None else (conditional,),
        facts=treatment_facts(s),
        missing=missing,
        avoid=("thp",) if s.last_line is None else (),
        lead=_lead_option(s, lead) if lead is not None else None,
        alternatives=tuple([_alternative(s, r, lead) for r in alternatives]),
        barred=barred,
        why=tuple(_why(s, lead)),
        checks=checks,
        rules=("R001", "R059"),
    )


def candidates_in_order(s: Situation) -> list[str]:
    """Everything the line's menu holds, in order of preference, before anything is ruled out."""
    used = s.used_line_count
    top = [TUCATINIB, "tdxd"] if tucatinib_first(s) else ["tdxd", TUCATINIB]
    if used >= K.thresholds.intervals.later_line_from:
        if any(objection(s, r) is None for r in top):
            return [*top, "tdm1", "trastuzumab-chemotherapy", "clinical-trial"]
        return [
            *top, "tdm1", "margetuximab-chemotherapy", "neratinib-capecitabine", "trastuzumab-chemotherapy", "lapatinib-capecitabine",
            "lapatinib-trastuzumab", "clinical-trial",
        ]  # fmt: skip
    if used == 2:
        return [
            *top, "tdm1", "pertuzumab-trastuzumab-chemotherapy", "lapatinib-capecitabine", "trastuzumab-chemotherapy",
            "lapatinib-trastuzumab", "clinical-trial",
        ]  # fmt: skip
    if s.used(T_DXD):
        return [*top, "tdm1", "trastuzumab-chemotherapy", "clinical-trial"]
    if objection(s, "tdxd") is not None:
        # R027: T-DM1 is the fallback where T-DXd cannot be had or given; the triplet stands beside it (R130).
        return ["tdxd", "tdm1", TUCATINIB, "trastuzumab-chemotherapy"]
    if tucatinib_first(s):
        return top
    menu = ["tdxd"]
    if s.early_relapse and tdxd_pertuzumab_fits(s):
        menu.append("tdxd-pertuzumab")
    beside = s.brain.present or s.lungs.resolved or s.lungs.radiation_resolved or s.lungs.tdxd_grade_1_past or s.used(T_DM1)
    if beside:
        menu.append(TUCATINIB)
    menu.append("tdm1")
    return menu


def _lead(s: Situation, offered: list[str]) -> str | None:
    if tucatinib_first(s) and TUCATINIB in offered:
        return TUCATINIB
    if "tdxd" in offered:
        if _current_profile_first_line(s, offered):
            return "tdxd-pertuzumab"
        return "tdxd"
    if not s.used(T_DXD) and "tdm1" in offered:
        return "tdm1"
    if TUCATINIB in offered:
        return TUCATINIB
    return None


def _alternatives(s: Situation, offered: list[str], lead: str | None) -> list[str]:
    """Decision 4: regimens whose partner already failed go behind the others; without a leading regimen a trial stands first."""
    others = [r for r in offered if r != lead]
    others.sort(key=lambda r: (r != "clinical-trial" if lead is None else r == "clinical-trial", _partner_failed(s, r)))
    return others


def _partner_failed(s: Situation, regimen: str) -> bool:
    return not CYTOTOXIC_DRUGS.intersection(K.regimens[regimen].drugs).isdisjoint(s.failed_agents)


def _current_profile_first_line(s: Situation, offered: list[str]) -> bool:
    """Decision 1: under `current` in the US, T-DXd + pertuzumab also leads for a relapse over 6 and up to 12 months after therapy."""
    lung_risk = s.lungs.resolved or s.lungs.radiation_resolved
    current_us = s.practice.evidence_profile == "current" and s.practice.jurisdiction == "US"
    return current_us and not lung_risk and "tdxd-pertuzumab" in offered


def _headline(s: Situation, lead: str | None, conditional: Statement | None) -> Statement:
    line = _ORDINALS.get(s.used_line_count + 1, "Later line")
    if lead is None:
        return K.say("headline-no-standard", line=line)
    regimen = K.regimens[lead].short
    if conditional is not None:
        return K.say("headline-next-line-conditional", line=line, regimen=regimen)
    reason = _short_reason(s)
    said = K.say("headline-next-line", line=line, regimen=regimen, reason=reason)
    return said if len(said.text) < 140 else K.say("headline-next-line-long", line=line, regimen=regimen)


def _short_reason(s: Situation) -> str:
    last = s.last_line
    if last is None:
        relapse = s.relapse
        assert relapse is not None
        if relapse.on_therapy:
            return "relapse during (neo)adjuvant HER2 therapy"
        return "relapse within 12 months of (neo)adjuvant HER2 therapy"
    drugs = line_drugs(last)
    if last.outcome == "progression":
        return f"progressed on {drugs}"
    if last.outcome == "toxicity":
        return f"{drugs} stopped for toxicity"
    return f"after {drugs}"


def _why(s: Situation, lead: str | None) -> list[Statement]:
    # Isolated progression in the brain: local therapy and unchanged HER2 therapy stand first (decision 13).
    said: list[Statement] = [K.say("brain-body-controlled")] if tucatinib_first(s) else []
    last = s.last_line
    if last is None:
        said += _why_early_relapse(s)
    elif last.outcome == "progression":
        said.append(K.say("keep-her2-blockade"))
    elif last.outcome == "toxicity":
        said.append(K.say("toxicity-is-not-progression"))
    if lead == "tdxd":
        said.append(K.say("tdxd-after-tdm1") if s.used(T_DM1) and s.her2_lines else K.say("tdxd-preferred"))
        if s.hormones.state == "positive":
            said.append(K.say("tdxd-alone-hr-positive"))
    elif lead == TUCATINIB and s.used(T_DXD):
        said.append(K.say("tucatinib-after-tdxd"))
        said.append(K.say("evidence-gap-after-tdxd"))
    elif lead == "tdm1":
        said.append(K.say("tdm1-because-unavailable") if tdxd_unavailable(s.case) else K.say("tdm1-after-lung-opinion"))
    elif lead is None:
        said.append(K.say("no-standard"))
        said.append(K.say("keep-her2-blockade"))
    if s.her2.basis == "diagnosis":
        said.append(K.say("her2-by-diagnosis-only"))
    said += brain_statements(s)
    if s.used_line_count >= 2 or lead is None or s.used(T_DXD):
        said.append(K.say("trial-part-of-care"))
    said += biomarker_statements(s)
    return list(dict.fromkeys(said))


def _why_early_relapse(s: Situation) -> list[Statement]:
    """R015-R018, R106: why an early relapse is treated as second line."""
    relapse = s.relapse
    assert relapse is not None
    said: list[Statement] = []
    if relapse.on_therapy:
        said.append(K.say("relapse-on-therapy"))
    else:
        said.append(K.say("relapse-within-12-months", end=relapse.end, relapsed=relapse.relapsed))
    if "pertuzumab" in relapse.drugs or "pertuzumab-trastuzumab-hyaluronidase" in relapse.drugs:
        said.append(K.say("relapse-after-adjuvant-pertuzumab"))
    said.append(K.say("no-first-line-restart"))
    if T_DM1 in relapse.drugs:
        said.append(K.say("adjuvant-conjugate-not-repeated", drug=drug_names((T_DM1,))))
    return said


_EVIDENCE: dict[str, tuple[str, ...]] = {
    "tdxd": ("db03-2023-pfs", "db03-2023-os", "db03-2024-os", "mcbs-db03", "asco-2022-2-1"),
    "tdxd-pertuzumab": ("db09-2025-pfs", "db09-2025-ild", "fda-2025-12-15-tdxd-pertuzumab"),
    TUCATINIB: ("her2climb-2020-pfs", "her2climb-2020-os", "mcbs-her2climb", "asco-2022-3-0"),
    "tdm1": ("emilia",),
    "pertuzumab-trastuzumab-chemotherapy": ("pherexa-2018", "asco-2022-3-1-9"),
    "lapatinib-capecitabine": ("geyer-2008-ttp",),
    "lapatinib-trastuzumab": ("egf104900-2012",),
    "margetuximab-chemotherapy": ("sophia-2021-pfs", "sophia-2022-os"),
    "neratinib-capecitabine": ("nala-2020",),
}


def _evidence(s: Situation, regimen: str) -> tuple[str, ...]:
    """The readouts that fit this patient: other trials speak for T-DXd after T-DM1 and for brain metastases."""
    found = _EVIDENCE.get(regimen, ())
    if regimen == "tdxd" and s.used(T_DM1) and s.her2_lines:
        found = ("db02-2023", "asco-2022-2-1")
    if s.brain.present and regimen == "tdxd":
        found = (*found, "db03-2022-brain-pfs", "db12-2024")
    if s.brain.present and regimen == TUCATINIB:
        general = [e for e in found if e != "asco-2022-3-0"]
        found = (*general, "asco-2022-brain-local", "her2climb-2020-brain-pfs", "her2climb-2022-brain-os")
    return found


def _lead_option(s: Situation, regimen: str) -> Option:
    reasons: list[Statement] = []
    if regimen in ("tdxd", "tdxd-pertuzumab"):
        reasons.append(K.say("until-progression"))
    if regimen == TUCATINIB:
        reasons.append(K.say("tucatinib-liver-tests"))
    if regimen == "tdm1":
        reasons.append(K.say("tdm1-never-above"))
    return option(s, regimen, reasons, _evidence(s, regimen), _RULES.get(regimen, ()), leads=True)


_RULES: dict[str, tuple[str, ...]] = {
    "tdxd": ("R020",),
    "tdxd-pertuzumab": ("R101",),
    TUCATINIB: ("R038",),
    "tdm1": ("R027",),
    "pertuzumab-trastuzumab-chemotherapy": ("R045",),
    "lapatinib-capecitabine": ("R043",),
    "lapatinib-trastuzumab": ("R044",),
    "trastuzumab-chemotherapy": ("R046", "R055"),
    "margetuximab-chemotherapy": ("R051",),
    "neratinib-capecitabine": ("R050",),
    "clinical-trial": ("R056",),
}


def _alternative(s: Situation, regimen: str, lead: str | None) -> Option:
    when = _when(s, regimen, lead)
    evidence = _evidence(s, regimen)
    brief = evidence[:1] if regimen != "tdm1" else ()
    if regimen in (TUCATINIB, "tdxd") and s.brain.present:
        brief = evidence[-2:]
    return option(s, regimen, (when,) if when is not None else (), brief, _RULES.get(regimen, ()))


def _when(s: Situation, regimen: str, lead: str | None) -> Statement | None:
    """When an alternative would lead."""
    if regimen == "tdm1":
        if lead in ("tdxd", "tdxd-pertuzumab"):
            return K.say("tdm1-only-if")
        return K.say("tdm1-not-used-yet") if s.used(T_DXD) else None
    if regimen == "tdxd":
        if tucatinib_first(s):
            return K.say("tdxd-beside-tucatinib-brain")
        return K.say("tdxd-alone-beside-pertuzumab") if lead == "tdxd-pertuzumab" else None
    if regimen == "tdxd-pertuzumab":
        return K.say("tdxd-pertuzumab-over-6-months")
    if regimen == TUCATINIB:
        if s.brain.present:
            return K.say("tucatinib-beside-tdxd-brain")
        return K.say("tucatinib-if-tdxd-unsuitable") if lead in ("tdxd", "tdm1") else None
    if regimen == "clinical-trial":
        return K.say("trial-when")
    if regimen == "pertuzumab-trastuzumab-chemotherapy":
        return K.say("pertuzumab-late")
    if regimen == "trastuzumab-chemotherapy":
        used = sorted(s.used_drugs & CYTOTOXIC_DRUGS)
        return K.say("trastuzumab-new-partner", used=drug_names(used)) if used else K.say("trastuzumab-partner-of-choice")
    return None
