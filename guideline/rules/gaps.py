"""What is missing or stale, and what to check before a first dose (R131, R071, R080; list of inputs)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from guideline.advice import FactUsed, Gap, Statement
from guideline.case import LabKind, Symptom
from guideline.facts_used import drug_names, heart_disease, in_usual_order, lung_symptom_fact, lvef_shown, symptom_names
from guideline.heart.lvef_stop import stops_on_record
from guideline.heart.past_failure import resolved_failure
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.laboratory.kidneys import kidneys_known
from guideline.laboratory.values import answered, current_labs
from guideline.lungs.history import T_DM1, T_DXD
from guideline.partial_date import days_since
from guideline.performance import very_frail
from guideline.rules.brain import brain_gaps
from guideline.rules.heart import heart as heart_finding
from guideline.rules.heart_failed import ended_by_failure, stopped_for_heart
from guideline.rules.heart_words import echo_done
from guideline.rules.objections import TDXD_REGIMENS, TUCATINIB, without_trastuzumab
from guideline.rules.pregnancy import contradicted_pregnancy, pregnancy_excluded
from guideline.rules.unread import her2_check, lvef_ask, unread_labs_check
from guideline.situation import Situation
from guideline.unread_results import unread_lvef


def her2_gap(s: Situation) -> tuple[Gap, ...]:
    """I02, decision 10: HER2-positive by a diagnosis code only, or in one of two breast cancers as far as the record shows."""
    return (Gap("I02", K.say("ask-her2")),) if s.her2.basis == "diagnosis" or s.her2.one_unshown else ()


def heart_check(s: Situation) -> tuple[list[Statement], list[Gap]]:
    """R071, I07, I08: an LVEF not older than 84 days before any HER2 drug is started."""
    heart = s.heart
    low = []
    past = resolved_failure(s)
    failed = ended_by_failure(s) if past is not None else []
    stopped = sorted(stopped_for_heart(s).difference(failed))
    if stopped:
        low.append(K.say("check-stopped-for-heart", drugs=drug_names(stopped)))
    if failed:
        low.append(K.say("check-failure-ended", drugs=drug_names(failed)))
    elif past is not None:
        low.append(K.say("check-failure-resolved", disease=heart_disease(past), when=f" ({past.date})" if past.date is not None else ""))
    if heart.cardiomyopathy is not None:
        low.append(K.say("check-cardiomyopathy"))
    if heart.latest is not None and heart.below(K.thresholds.lvef.start_below):
        low.append(K.say("check-lvef-low", value=lvef_shown(heart.latest)))
    if heart.undated_low is not None:
        low.append(K.say("check-lvef-undated", value=lvef_shown(heart.undated_low)))
    ended = {stop.drug for stop in stops_on_record(s)}
    if ended:
        low.append(K.say("check-lvef-stop", drugs=drug_names(sorted(ended))))
    held = heart_finding(s)
    if held is not None and held.topic == "LvefHold" and not ended.issuperset(held.avoid):
        low.append(K.say("check-lvef-hold", drugs=drug_names(sorted({*held.avoid} - ended))))
    unread = unread_lvef(s)
    if unread is not None:
        check = lvef_ask(unread)
    elif heart.current:
        return low, []
    elif (done := echo_done(s)) is not None:
        check = K.say("check-lvef-done", **done)
    else:
        check = K.say("check-lvef-none") if heart.latest is None else K.say("check-lvef-old", days=heart.age_days)
    gaps = [Gap("I07", check)]
    if not heart.failure_asked and heart.failure is None:
        gaps.append(Gap("I08", K.say("ask-heart-failure")))
    return [*low, check], gaps


def lung_check(s: Situation, regimens: list[str]) -> tuple[list[Statement], list[Gap]]:
    """R080, R117, I09: the lungs before T-DXd. With new symptoms no CT on record counts: the card on the lungs asks for one."""
    lungs = s.lungs
    if TDXD_REGIMENS.isdisjoint(regimens) or lungs.symptoms:
        return [], []
    said = lungs_open(s)
    gaps = [Gap("I09", ask) for ask in said]
    if lungs.resolved_of_other_cause:
        said.append(K.say("check-lungs-resolved"))
    elif lungs.tdxd_grade_1_past:
        said.append(K.say("check-lungs-grade-1"))
    elif not gaps:
        said.append(K.say("check-lungs-counsel" if chest_ct_recent(s) else "check-lungs-baseline-ct"))
    return said, gaps


def lungs_open(s: Situation) -> list[Statement]:
    """What to clear before T-DXd: a drug that was ended for the lungs, new symptoms or findings; else that nothing is on record."""
    found = []
    if stopped := stopped_for_the_lungs(s):
        found.append(K.say("check-lungs-stopped", drugs=drug_names(stopped)))
    if open_ := lungs_to_clear(s):
        found.append(K.say("check-lungs-to-clear", found=symptom_names(open_)))
    return found or ([] if s.lungs.known else [K.say("check-lungs-unknown")])


def lungs_to_clear(s: Situation) -> tuple[Symptom, ...]:
    """New respiratory symptoms, and findings of an image, that no chest CT was done for since (R080)."""
    done = [p.date for p in s.case.procedures if p.kind == "chest-ct" and p.state == "done" and p.date is not None]

    def looked_at(symptom: Symptom) -> bool:
        # The image that shows a finding does not clear it.
        day = symptom.date
        return day is not None and any(ct.earliest > day.latest - timedelta(symptom.kind == "respiratory") for ct in done)

    return tuple([symptom for symptom in s.lungs.to_clear if not looked_at(symptom)])


def lung_symptom_facts(s: Situation, regimens: Collection[str]) -> list[FactUsed]:
    """What is to be cleared before T-DXd, with its day and source, where T-DXd is among the regimens."""
    return [lung_symptom_fact(symptom) for symptom in lungs_to_clear(s)] if not TDXD_REGIMENS.isdisjoint(regimens) else []


def stopped_for_the_lungs(s: Situation) -> list[str]:
    """The drugs whose own records are all that tells of lung disease: they were ended for it (I09). What ended T-DXd bars it by itself."""
    if s.lungs.known and not s.lungs.none_said:
        return []
    return in_usual_order(e.drug for e in s.exposures if e.stop_reason == "lung" and e.drug != T_DXD)


def chest_ct_recent(s: Situation) -> bool:
    """Whether a chest CT was done that still serves as the baseline for T-DXd."""
    limit = K.thresholds.intervals.chest_ct_days
    return any(
        p.kind == "chest-ct" and p.state == "done" and p.date is not None and days_since(p.date, s.today) <= limit
        for p in s.case.procedures
    )


#: The drug of a regimen whose dose depends on laboratory values, and the ones to ask for.
_LABS: dict[str, tuple[str, tuple[tuple[str, tuple[LabKind, ...]], ...]]] = {
    "tdm1": (T_DM1, (("I11", ("alt", "ast", "bilirubin")), ("I12", ("platelets",)))),
    TUCATINIB: ("tucatinib", (("I11", ("alt", "ast", "bilirubin")),)),
}


def lab_check(s: Situation, lead: str | None) -> tuple[list[Statement], list[Gap]]:
    """I10-I12: the laboratory values that the leading regimen's dose depends on, final and not older than three weeks."""
    checks: list[Statement] = []
    gaps: list[Gap] = []
    drug, asked = _LABS.get(lead or "", ("", ()))
    known = answered(drug, s.once(current_labs)) if asked else frozenset()
    for input_id, kinds in asked:
        if not known.issuperset(kinds):
            ask = K.say(f"check-labs-{input_id.lower()}")
            checks.append(ask)
            gaps.append(Gap(input_id, ask))
    if lead == TUCATINIB and not kidneys_known(s):
        ask = K.say("check-labs-i10")
        checks.append(ask)
        gaps.append(Gap("I10", ask))
    return checks, gaps


def pregnancy_check(s: Situation) -> tuple[list[Statement], list[Gap]]:
    """R124, I13: pregnancy must be excluded before a HER2 drug is started; an answer that outdates a documented one is checked."""
    if (documented := contradicted_pregnancy(s)) is not None:
        return [K.say("check-pregnancy-doubt", date=str(documented.date))], []
    if s.pregnancy != "unknown":
        return [], []
    check = pregnancy_excluded(antibody=not without_trastuzumab(s))
    return [check], [Gap("I13", check)]


def common_checks(s: Situation, regimens: list[str], lead: str | None) -> tuple[tuple[Statement, ...], tuple[Gap, ...]]:
    """Everything to check and everything missing for a treatment card that offers `regimens`, led by `lead`."""
    poor = very_frail(s.case)
    checks = [K.say("check-performance", ecog=poor.ecog, date=poor.date)] if poor is not None else []
    gaps: list[Gap] = []
    before_tdxd, lung_gaps = lung_check(s, regimens)
    tdxd_leads = lead in TDXD_REGIMENS
    drugs = K.regimens[lead].drugs if lead is not None else ()
    of_the_lungs = (before_tdxd if tdxd_leads else [], lung_gaps)
    asked = (her2_check(s), heart_check(s), of_the_lungs, pregnancy_check(s), lab_check(s, lead), unread_labs_check(s, drugs))
    for found_checks, found_gaps in asked:
        checks += found_checks
        gaps += found_gaps
    gaps += brain_gaps(s)
    if s.hormones.state == "unknown":
        gaps.append(Gap("I03", K.say("ask-hormone-receptors")))
    if s.hormones.state == "positive" and not s.male and s.menopause is None:
        gaps.append(Gap("I14", K.say("ask-menopause")))
    if lead is not None and "trastuzumab" in K.regimens[lead].drugs and not s.used("trastuzumab"):
        checks.append(K.say("check-trastuzumab-infusion"))
    if lead == TUCATINIB:
        checks.append(K.say("tucatinib-liver-tests"))
    if tdxd_leads:
        checks.append(K.say("check-tdxd-emesis"))
        if s.male:
            checks.append(K.say("check-contraception-man", months=K.thresholds.intervals.contraception_men_months))
    else:
        # What an option beside the lead would ask for stands behind what the lead does.
        checks += before_tdxd
    return tuple(checks), tuple(gaps)
