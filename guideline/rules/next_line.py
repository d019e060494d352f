"""Second line and later (R015-R059 as far as no order is needed, R103, R106; decisions 2-6, 12, 13).

One order of preference for all lines (decision 4): T-DXd where it was never given, else the tucatinib triplet where it was never
given, else no regimen leads. Brain metastases, the lungs and availability change who leads; the menu widens with the line.
"""

from __future__ import annotations

from guideline.advice import HEADLINE_LENGTH, Gap, Statement, Treatment
from guideline.facts_used import counting_drugs, drug_names, line_drugs, progressed_on, treatment_facts
from guideline.intake import tdxd_unavailable
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lungs.history import T_DM1, T_DXD
from guideline.rules.biomarkers import biomarker_statements
from guideline.rules.brain import brain_alone_headline, brain_first, brain_statements, isolated_in_brain, tucatinib_first
from guideline.rules.disputed_end import disputed_end
from guideline.rules.endocrine import endocrine_in_second_line
from guideline.rules.first_line import pair_may_lead, six_months_unclear, tdxd_pertuzumab_fits
from guideline.rules.gaps import common_checks, her2_gap, lung_symptom_facts
from guideline.rules.given_on import given_on
from guideline.rules.later_lines import abemaciclib_fits, in_later_lines, later_line_statements, menu_rules, reasons_open, rechallenge
from guideline.rules.menu import alternative, in_menu_order, lead_option
from guideline.rules.objections import TUCATINIB, objection, severe_allergies, sort_out, without_trastuzumab
from guideline.rules.options import study_drug_condition
from guideline.rules.orders.order_stop import ACCEPTED_REASONS
from guideline.situation import Situation

_ORDINALS = {2: "Second line", 3: "Third line", 4: "Fourth line", 5: "Fifth line", 6: "Sixth line", 7: "Seventh line"}

#: The last therapy is over, and the record tells no reason for it, or none that explains the end of HER2 therapy.
_ENDED_UNEXPLAINED = frozenset({"condition-completed", "condition-no-reason", "condition-other-reason"})


def topic_of(s: Situation) -> str:
    """The topic of the line that comes next (decision 3)."""
    if in_later_lines(s):
        return "LaterLineTreatment"
    return ("FirstLineTreatment", "SecondLineTreatment", "ThirdLineTreatment")[s.used_line_count]


def next_line(s: Situation, conditional: Statement | None) -> Treatment:
    """The card for the line after the newest one.

    `conditional` is the sentence it depends on when it is not documented that this line failed.
    """
    candidates = [*candidates_in_order(s), *endocrine_in_second_line(s)]
    offered, barred = sort_out(s, candidates)
    lead = _lead(s, offered)
    alternatives = _alternatives(s, offered, lead)
    named = [r for r in (lead, *alternatives) if r is not None]
    checks, gaps = common_checks(s, named, lead)
    left_out, asks = reasons_open(s, candidates)
    missing = ((Gap("I04", _question(s, conditional)),) if conditional is not None else ()) + (*asks, *gaps)
    if s.early_relapse and six_months_unclear(s):
        missing = (Gap("I05", K.say("ask-relapse-interval")), *missing)
    missing = (*her2_gap(s), *missing)
    study = study_drug_condition(s)
    if study is not None and study != conditional:
        missing = (Gap("I04", K.say("ask-study-drug-over")), *missing)
    return Treatment(
        topic_of(s),
        "info",
        _headline(s, lead, conditional),
        detail=_said_first(s, conditional),
        facts=(*treatment_facts(s), *lung_symptom_facts(s, named)),
        missing=missing,
        avoid=("thp",) if s.last_line is None else (),
        lead=lead_option(s, lead) if lead is not None else None,
        alternatives=tuple([alternative(s, r, lead) for r in alternatives]),
        barred=barred,
        why=(*_why(s, lead), *left_out),
        checks=checks,
        rules=("R001", "R059", *menu_rules(s)),
    )


def candidates_in_order(s: Situation) -> list[str]:
    """Everything the line's menu holds, in order of preference, before anything is ruled out."""
    top = [TUCATINIB, "tdxd"] if tucatinib_first(s) else ["tdxd", TUCATINIB]
    endocrine = ["abemaciclib-trastuzumab-fulvestrant"] if abemaciclib_fits(s) else []
    if in_later_lines(s) or (s.used_line_count == 2 and all(objection(s, r) is not None for r in top)):
        # C12: the union of the sources' menus; each of them was tested after two or more HER2 regimens.
        return [
            *top, "tdm1", "pertuzumab-trastuzumab-chemotherapy", "margetuximab-chemotherapy", "neratinib-capecitabine",
            "trastuzumab-chemotherapy", "lapatinib-capecitabine", "lapatinib-trastuzumab", *endocrine, "clinical-trial",
        ]  # fmt: skip
    if s.used_line_count == 2:
        return [
            *top, "tdm1", "pertuzumab-trastuzumab-chemotherapy", "lapatinib-capecitabine", "trastuzumab-chemotherapy",
            "lapatinib-trastuzumab", *endocrine, "clinical-trial",
        ]  # fmt: skip
    # R059: the one regimen of the later menu whose HER2 blockade is without trastuzumab, and labelled after one earlier regimen.
    without = ["lapatinib-capecitabine"] if without_trastuzumab(s) else []
    if s.used(T_DXD):
        # R045: pertuzumab was never given where T-DXd was given alone, as in disease that was not HER2-positive then.
        return [*top, "tdm1", "pertuzumab-trastuzumab-chemotherapy", "trastuzumab-chemotherapy", *without, "clinical-trial"]
    if objection(s, "tdxd") is not None:
        # R027: T-DM1 is the fallback where T-DXd cannot be had or given; the triplet stands beside it (R130).
        return ["tdxd", "tdm1", TUCATINIB, "trastuzumab-chemotherapy", *without]
    if tucatinib_first(s):
        return top
    menu = ["tdxd"]
    if s.early_relapse and (tdxd_pertuzumab_fits(s) or six_months_unclear(s)):
        menu.append("tdxd-pertuzumab")
    beside = s.brain.present or s.lungs.resolved_of_other_cause or s.lungs.tdxd_grade_1_past or s.used(T_DM1)
    if beside:
        menu.append(TUCATINIB)
    menu.append("tdm1")
    return menu


def _lead(s: Situation, offered: list[str]) -> str | None:
    if tucatinib_first(s) and TUCATINIB in offered:
        return TUCATINIB
    if "tdxd" in offered:
        # Decision 1: also for a relapse over 6 and up to 12 months after therapy.
        pair_leads = pair_may_lead(s) and "tdxd-pertuzumab" in offered and tdxd_pertuzumab_fits(s)
        return "tdxd-pertuzumab" if pair_leads else "tdxd"
    if not s.used(T_DXD) and "tdm1" in offered:
        return "tdm1"
    if TUCATINIB in offered:
        return TUCATINIB
    return None


def _alternatives(s: Situation, offered: list[str], lead: str | None) -> list[str]:
    """The rest of the menu.

    Where nothing leads, re-use of what helped joins it (R053), and chemotherapy alone only where no HER2 drug can be given any more
    (R049, R059).
    """
    if lead is not None:
        return in_menu_order(s, offered, lead)
    more = ["rechallenge"] if s.once(rechallenge) is not None else []
    if set(offered) <= {"clinical-trial"} and not more:
        more.append("single-agent-chemotherapy")
    return in_menu_order(s, dict.fromkeys([*offered, *more, "clinical-trial"]), lead)


def _history_in_doubt(s: Situation, conditional: Statement | None) -> bool:
    """Whether what is open is the list of therapies, not the progression, which is on record."""
    if conditional is None or conditional.id not in ("condition-record-incomplete", "condition-study-drug", "medications-not-sent"):
        return False
    # A line that ended for toxicity is over as well, whatever was given since.
    open_otherwise = ("progression",) if conditional.id == "condition-record-incomplete" else ("progression", "toxicity")
    return s.last_line is None or s.last_line.outcome in open_otherwise


def _end_in_question(s: Situation, conditional: Statement | None) -> bool:
    """R009, R010, R026: HER2 therapy is over, and neither progression nor another reason that ends it rightly is on record."""
    last = s.last_line
    if conditional is None or conditional.id not in _ENDED_UNEXPLAINED or last is None or not last.has_her2:
        return False
    return ACCEPTED_REASONS.isdisjoint([e.stop_reason for e in last.main_part()]) and s.once(disputed_end) is None


def _said_first(s: Situation, conditional: Statement | None) -> tuple[Statement, ...]:
    if conditional is None:
        return given_on(s)
    ended = (K.say("her2-ended-normally-goes-on"),) if _end_in_question(s, conditional) else ()
    study = study_drug_condition(s)
    return (conditional, *ended, *((study,) if study not in (None, conditional) else ()), *given_on(s))


def _question(s: Situation, conditional: Statement) -> Statement:
    """What settles the condition. Why the last therapy was ended is not asked where the record says so in words that are understood."""
    if conditional.id == "condition-study-drug":
        return K.say("ask-study-drug-over")
    if _history_in_doubt(s, conditional):
        return K.say("ask-prior-therapy")
    if conditional.id == "condition-new-site-stable":
        return K.say("ask-new-site")
    if conditional.id == "condition-completed" and _end_in_question(s, conditional):
        return K.say("ask-end-meant")
    reasons = s.last_line.end_reasons() if s.last_line is not None else frozenset()
    reason_known = bool(reasons) and "other" not in reasons
    if conditional.id == "condition-completed" or (conditional.id == "condition-other-reason" and reason_known):
        return K.say("ask-progressed-since")
    return K.say("ask-line-outcome")


def _headline(s: Situation, lead: str | None, conditional: Statement | None) -> Statement:
    line = _ORDINALS.get(s.used_line_count + 1, "Later line")
    disputed = s.once(disputed_end) is not None
    if lead is None:
        settled = conditional is None and not disputed
        if settled and isolated_in_brain(s):
            return brain_alone_headline(s, line.lower(), "no standard regimen")
        if settled and _allergy_decides(s):
            return K.say("headline-no-trastuzumab", line=line)
        return K.say("headline-no-standard" if settled else "headline-no-standard-conditional", line=line)
    regimen = K.regimens[lead].short
    if disputed:
        return K.say("headline-next-line-disputed", line=line, regimen=regimen)
    if _history_in_doubt(s, conditional):
        return K.say("headline-next-line-history", line=line, regimen=regimen)
    if conditional is not None:
        if conditional.id == "condition-completed" and _end_in_question(s, conditional):
            return K.say("headline-next-line-completed", line=line.lower(), regimen=regimen)
        return K.say("headline-next-line-conditional", line=line, regimen=regimen)
    if isolated_in_brain(s):
        return brain_alone_headline(s, line.lower(), regimen)
    # Decision 32: the act and its reason. Where the triplet stands before T-DXd, that is the brain.
    for_the_brain = ("headline-next-line-brain",) if lead == TUCATINIB and tucatinib_first(s) and not s.used(T_DXD) else ()
    reason = _short_reason(s)
    longest_first = (K.say(id_, line=line, regimen=regimen, reason=reason) for id_ in (*for_the_brain, "headline-next-line"))
    fits = (said for said in longest_first if len(said.text) <= HEADLINE_LENGTH)
    return next(fits, None) or K.say("headline-next-line-long", line=line, regimen=regimen)


def _allergy_decides(s: Situation) -> bool:
    """Whether a regimen that would lead is ruled out by the reaction to trastuzumab alone."""
    if not without_trastuzumab(s):
        return False
    against = (objection(s, regimen) for regimen in ("tdxd", "tdm1", TUCATINIB))
    return any(found is not None and found.statement.id == "severe-allergy" for found in against)


def _short_reason(s: Situation) -> str:
    last = s.last_line
    if last is None:
        relapse = s.relapse
        assert relapse is not None
        if relapse.on_therapy:
            return "relapse during (neo)adjuvant HER2 therapy"
        return "relapse within 12 months of (neo)adjuvant HER2 therapy"
    if last.outcome == "progression":
        return f"progressed {progressed_on(last)}"
    if last.outcome == "toxicity":
        # Endocrine therapy beside it need not have been stopped, nor for that.
        return f"{counting_drugs(last)} stopped for toxicity"
    return f"after {line_drugs(last)}"


def _why(s: Situation, lead: str | None) -> list[Statement]:
    # Isolated progression in the brain: local therapy and unchanged HER2 therapy stand first (decision 13).
    said = brain_first(s)
    last = s.last_line
    if last is None:
        said += _why_early_relapse(s)
    elif last.outcome == "progression":
        said.append(K.say("keep-her2-blockade"))
    elif last.outcome == "toxicity":
        said.append(K.say("toxicity-is-not-progression"))
    if lead == "tdxd":
        # C20, E16: the graded recommendation is that of second line.
        preferred = "tdxd-preferred" if s.used_line_count < 2 else "tdxd-preferred-later"
        said.append(K.say("tdxd-after-tdm1" if s.used(T_DM1) and s.her2_lines else preferred))
        if s.hormones.state == "positive":
            said.append(K.say("tdxd-alone-hr-positive", cycles=K.thresholds.doses.endocrine_beside_tdxd_cycles))
            if s.used_line_count == 1 and not endocrine_in_second_line(s):
                said.append(K.say("endocrine-not-selected"))
    elif lead == TUCATINIB and s.used(T_DXD):
        said.append(K.say("tucatinib-after-tdxd"))
        said.append(K.say("evidence-gap-after-tdxd"))
    elif lead == "tdm1":
        said += _why_tdm1(s)
    elif lead is None:
        if without_trastuzumab(s):
            said.append(K.say("no-trastuzumab-confirm"))
        said.append(K.say("no-standard"))
        said.append(K.say("keep-her2-blockade"))
    if lead is None or in_later_lines(s):
        said += later_line_statements(s, lead)
    if s.her2.basis == "diagnosis":
        said.append(K.say("her2-by-diagnosis-only"))
    said += brain_statements(s, lead)
    if s.used_line_count >= 2 or lead is None or s.used(T_DXD):
        said.append(K.say("trial-part-of-care"))
    said += biomarker_statements(s)
    return list(dict.fromkeys(said))


def _why_tdm1(s: Situation) -> list[Statement]:
    """R027, R130: what keeps T-DXd from leading, and what T-DM1 needs for it: a lung opinion for the lungs, none for an allergy."""
    if tdxd_unavailable(s.case):
        return [K.say("tdm1-because-unavailable")]
    said = [K.say("tdm1-after-lung-opinion")] if s.lungs.bars_tdxd else []
    if severe_allergies(s, K.regimens["tdxd"].drugs):
        said.append(K.say("tdm1-after-severe-allergy"))
    return said


def _why_early_relapse(s: Situation) -> list[Statement]:
    """R015-R018, R106: why an early relapse is treated as second line."""
    relapse = s.relapse
    assert relapse is not None
    said: list[Statement] = []
    if relapse.on_therapy:
        said.append(K.say("relapse-on-therapy"))
    else:
        said.append(K.say("relapse-within-12-months", end=relapse.ended, relapsed=relapse.relapsed))
    if "pertuzumab" in relapse.drugs or "pertuzumab-trastuzumab-hyaluronidase" in relapse.drugs:
        said.append(K.say("relapse-after-adjuvant-pertuzumab"))
    said.append(K.say("no-first-line-restart"))
    if T_DM1 in relapse.drugs:
        said.append(K.say("adjuvant-conjugate-not-repeated", drug=drug_names((T_DM1,))))
    return said
