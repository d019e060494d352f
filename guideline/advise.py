"""The one door of the guideline: a case in, the advice out."""

from __future__ import annotations

from guideline.advice import INDICATOR_RANK, Advice, Finding, Treatment
from guideline.case import Case
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.practice import Practice
from guideline.rules.biomarkers import rebiopsy
from guideline.rules.brain import brain_urgent
from guideline.rules.cns_answered import cns_answered
from guideline.rules.disputed_end import naming_disputed_end
from guideline.rules.dpyd_running import dpyd_running
from guideline.rules.heart import heart, heart_at_start
from guideline.rules.kidneys_running import kidneys_running
from guideline.rules.labs_running import labs_running
from guideline.rules.lungs import lungs
from guideline.rules.pregnancy import possible_pregnancy, pregnancy
from guideline.rules.scope import scope
from guideline.rules.start_labs import naming_values
from guideline.rules.tdm1_toxicity import tdm1_toxicity
from guideline.rules.therapy_gap import therapy_gap, with_gap
from guideline.rules.treatment import treatment
from guideline.rules.unseen import naming_unsent, naming_what_is_open, unread_code, unseen_history
from guideline.site_rules import switched_on, treatment_spoken
from guideline.situation import Situation, situation

_ORGAN_TOPICS = frozenset({"LvefHold", "HeartFailure", "InterstitialLungDisease", "LabSafety"})


def advise(case: Case, practice: Practice) -> Advice:
    """Everything the guideline says about the case when its chart is opened; an empty advice names the rules that ask for silence.

    Pure: the same case and practice give the same advice, in whatever order the case holds its facts.
    """
    s = situation(case, practice)
    found = s.once(scope)
    if found.silent and not found.watched:
        return Advice(None, (), found.silent, practice.label, K.version)
    chosen: Treatment | None = None
    with_child = pregnancy(s)
    urgent = brain_urgent(s)
    findings: list[Finding] = [f for f in (found.finding, with_child or possible_pregnancy(s), urgent) if f is not None]
    if s.metastatic:
        findings += _organ_safety(s)
    # What is switched off must not keep anything else from being said, so it goes before the rest is asked.
    findings, silenced, hidden = switched_on(findings, practice)
    if found.treatable and with_child is None and urgent is None:
        chosen, findings = _with_treatment(s, findings)
    findings, later, hidden_later = switched_on(findings, practice)
    chosen, on_treatment = treatment_spoken(chosen, practice.rules_off)
    findings.sort(key=lambda f: (-INDICATOR_RANK[f.indicator], f.topic))
    if chosen is None and not findings and found.treatable:
        findings = [f for f in (unseen_history(case),) if f is not None]
    if case.problems:
        if chosen is None and not findings:
            findings = [f for f in (unread_code(case, (e.drug for e in s.current_drugs)),) if f is not None]
        chosen = naming_unsent(case, chosen)
        chosen, findings = naming_what_is_open(case, chosen, findings)
    silent = () if chosen is not None or findings else found.silent or ("R132",)
    switched_off = tuple(sorted(silenced | later | on_treatment))
    return Advice(chosen, tuple(findings), silent, practice.label, K.version, s.used_line_count, switched_off, (*hidden, *hidden_later))


def _with_treatment(s: Situation, findings: list[Finding]) -> tuple[Treatment | None, list[Finding]]:
    """The treatment card, or what is to be cleared before one is made, and the findings that stand beside it."""
    chosen = treatment(s)
    if chosen is None:
        gap = therapy_gap(s)
        findings = with_gap(findings, gap) if gap is not None else findings
    elif chosen.topic == "MaintenanceTreatment":
        # "Keep the antibodies going" never stands beside a card that holds them.
        if any(f.topic in _ORGAN_TOPICS or f.headline.id.startswith("lvef-low") for f in findings):
            chosen = None
    else:
        findings += [f for f in (heart_at_start(s), rebiopsy(s)) if f is not None and not _said(findings, f)]
    asked = cns_answered(s) if s.case.intake else None
    if asked is not None and (chosen is None or chosen.topic == "MaintenanceTreatment"):
        chosen = None
        findings.append(asked)
    if chosen is not None and (s.case.labs or s.case.intake):
        chosen = naming_values(s, chosen)
    return naming_disputed_end(s, chosen, findings)


def _organ_safety(s: Situation) -> list[Finding]:
    """Safety of what runs now, whatever the HER2 status says today."""
    return [f for f in (heart(s), lungs(s), labs_running(s), kidneys_running(s), dpyd_running(s), tdm1_toxicity(s)) if f is not None]


def _said(findings: list[Finding], new: Finding) -> bool:
    """Whether a finding about the same problem is already there (heart failure outranks a hold: decision 17)."""
    heart_topics = {"HeartFailure", "LvefHold", "LvefMonitoringDue"}
    topics = {f.topic for f in findings}
    return new.topic in topics or (new.topic in heart_topics and bool(topics & heart_topics))
