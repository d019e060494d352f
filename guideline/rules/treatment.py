"""Which treatment question does this case ask? From the course of the disease to at most one treatment card (decisions 3-7, 12-15)."""

from __future__ import annotations

from datetime import date

from guideline.advice import Gap, Statement, Treatment
from guideline.biomarkers.her2_findings import state_of
from guideline.drug_classes import HER2_DRUGS, PARTNER_DRUGS
from guideline.facts_used import (
    reasons_shown,
)
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lungs.history import T_DXD
from guideline.partial_date import PartialDate, add_days, add_months, days_since
from guideline.performance import very_frail
from guideline.rules.endocrine import heart_against_her2, low_burden
from guideline.rules.first_line import first_line, tdxd_pertuzumab_fits
from guideline.rules.heart import heart_forbids_her2
from guideline.rules.maintenance import maintenance
from guideline.rules.next_line import candidates_in_order, next_line, topic_of
from guideline.rules.options import history_condition
from guideline.rules.partner_progression import partner_progression
from guideline.rules.tumor_board import after_adjuvant_tdxd, heart_first, interval_unclear, leptomeningeal, lungs_first
from guideline.situation import Situation
from guideline.therapy.exposures import Exposure
from guideline.therapy.lines import Line
from guideline.therapy.progression import NOT_WORSE


def treatment(s: Situation) -> Treatment | None:
    """The treatment card, or None while a treatment is running without progression."""
    if s.on_treatment:
        # Decision 13: no regimen leads in leptomeningeal disease, maintenance neither.
        waits = heart_forbids_her2(s) or s.lungs.symptoms or s.brain.leptomeningeal or partner_progression(s) is not None
        return None if waits else maintenance(s)
    if s.unknown_conjugate or s.study_drug is not None:
        return None
    last = s.last_line
    if last is not None and last.outcome == "unknown" and any(e.state == "unknown" for e in last.exposures):
        # I17: the status of the newest regimen is unknown: neither an end nor a new line is concluded.
        return None
    if (last is not None and controlled_without_her2(s, last)) or _endocrine_for_a_reason(s):
        return None
    if heart_forbids_her2(s):
        return None if last is not None and _endocrine_for_the_heart(s, last) else heart_first(s, topic_of(s))
    if s.brain.leptomeningeal:
        return leptomeningeal(s, candidates_in_order(s))
    if last is None:
        return _without_metastatic_lines(s)
    if _lungs_come_first(s):
        return _lungs_first(s)
    if not s.her2_lines and not s.early_relapse:
        # Decision 5: chemotherapy without HER2 therapy as the only past treatment.
        if s.relapse is not None and s.relapse.within_12 is None:
            return interval_unclear(s, (Gap("I04", K.say("ask-prior-therapy")),))
        return first_line(s, K.say("condition-chemotherapy-only"))
    return next_line(s, _condition(s))


def controlled_without_her2(s: Situation, last: Line) -> bool:
    """Decision 6: the HER2 part is over without progression, and endocrine therapy runs or the disease is under control since."""
    if last.outcome not in ("completed", "unknown", "changed"):
        return False
    return any(e.drug in PARTNER_DRUGS for e in s.current_drugs) or better_since(s, last)


def _endocrine_for_the_heart(s: Situation, last: Line) -> bool:
    """R062, silence 13: endocrine therapy alone goes on since the heart ended the HER2 drugs, and no progression followed."""
    reasons = {e.stop_reason for e in last.exposures if e.drug in HER2_DRUGS}
    return last.outcome == "toxicity" and reasons == {"cardiac"} and any(e.drug in PARTNER_DRUGS for e in s.current_drugs)


def _endocrine_for_a_reason(s: Situation) -> bool:
    """R062, silence 13: the newest line is endocrine therapy alone, it goes on without progression, and the reason for it is on record.

    It was chosen in the knowledge of HER2: where that was found to be positive only later, the choice is still to be made. An earlier wish
    to end some HER2 drug is no reason: what was given since tells of another one.
    """
    newest = s.therapies.lines[-1] if s.therapies.lines else None
    if newest is None or newest.counts or newest.outcome != "ongoing" or s.therapy_lost or s.hormones.state != "positive":
        return False
    return _her2_known_by(s, newest.start) and (low_burden(s) or very_frail(s.case) is not None or heart_against_her2(s))


def _her2_known_by(s: Situation, day: PartialDate) -> bool:
    """Whether HER2 was known to be positive by a day: by a result, or since a HER2 drug was given at all."""
    found = [r.date for r in s.case.receptors if r.receptor == "HER2" and state_of(r) == "positive"]
    return bool(HER2_DRUGS & s.used_drugs) or any(date is not None and date.latest <= day.latest for date in found)


def better_since(s: Situation, last: Line) -> bool:
    """Whether the disease is documented as under control after the line's end.

    In the weeks before it where the patient wished to stop: a worsening since would be progression.
    """
    ended = last.ended_on
    if ended is None:
        return False
    wished = {e.stop_reason for e in last.exposures if e.drug in HER2_DRUGS} == {"patient-wish"}
    # The 42nd day before the end counts, the day of the end itself only with a wish.
    since_end = add_days(ended.latest, -K.thresholds.intervals.judged_before_days if wished else 1)
    first_day = max(since_end, add_days(last.start.latest, 1))
    since_then = (d for d in s.case.disease_statuses if d.date is not None and d.date.earliest >= first_day)
    return any(d.trend in NOT_WORSE for d in since_then)


def _without_metastatic_lines(s: Situation) -> Treatment | None:
    relapse = s.relapse
    if _lungs_come_first(s):
        return _lungs_first(s)
    if history_open(s):
        return None
    if s.early_relapse:
        if relapse is not None and T_DXD in relapse.drugs:
            return after_adjuvant_tdxd(s)
        return next_line(s, history_condition(s))
    if relapse is not None and relapse.within_12 is None:
        return interval_unclear(s)
    return first_line(s, _first_line_condition(s))


def _lungs_come_first(s: Situation) -> bool:
    """Decision 12: new symptoms, or pneumonitis under treatment that is more than asymptomatic grade 1."""
    return s.lungs.symptoms or (s.lungs.under_treatment and not s.lungs.grade_1_only)


def _lungs_first(s: Situation) -> Treatment:
    """Decision 12: no leader; the options are those that the line would have with clear lungs."""
    if s.her2_lines or s.early_relapse:
        return lungs_first(s, topic_of(s), candidates_in_order(s))
    return lungs_first(s, "FirstLineTreatment", ("thp", "tdxd-pertuzumab") if tdxd_pertuzumab_fits(s) else ("thp",))


def history_open(s: Situation) -> bool:
    """Decision 5: metastatic for more than 90 days, or since nobody knows when, with no therapy against it on record.

    That the clinician calls the list complete settles it only where the list was read: what is not seen may be on it.
    """
    if s.therapies.used_lines:
        return False
    if any(e.drug not in PARTNER_DRUGS for e in s.therapies.undated):
        return True
    if _early_her2_goes_on(s) or s.therapy_told_complete:
        return False
    if s.therapies.lines and not s.therapies.undated:
        return False
    return not _recent(s)


def _early_her2_goes_on(s: Situation) -> bool:
    """Whether the HER2 therapy that the disease came back under was still being given of late: that is no gap in the record."""
    if s.relapse is None or not s.relapse.on_therapy or s.relapse.relapsed is None:
        return False
    since = s.relapse.relapsed
    return any(e.drug in HER2_DRUGS and _given_of_late(e, since, s.today) for e in s.therapies.early)


def _given_of_late(e: Exposure, since: PartialDate, today: date) -> bool:
    """Whether a course has a recent dose or end after `since`, or runs without recorded doses for no longer than planned courses do."""
    intervals = K.thresholds.intervals
    if e.last_known is not None:
        return e.last_known.earliest > since.latest and days_since(e.last_known, today) <= intervals.recent_metastases_days
    return e.state == "running" and e.start is not None and add_months(e.start.latest, intervals.adjuvant_course_months) >= today


def _recent(s: Situation) -> bool:
    since = s.metastatic_since
    return since is not None and days_since(since, s.today) <= K.thresholds.intervals.recent_metastases_days


def _first_line_condition(s: Situation) -> Statement | None:
    if s.therapy_lost or s.study_drug_over is not None or s.therapy_told_complete:
        return history_condition(s)
    if not s.exposures:
        return K.say("condition-nothing-on-record")
    return K.say("condition-endocrine-only") if s.therapies.lines and not _recent(s) else history_condition(s)


def _condition(s: Situation) -> Statement | None:
    """Decision 6: over, nothing running and no reason: the next line, conditionally. A lost record makes everything conditional.

    So does a kind of record that never came; but what the records that did come leave open is said first.
    """
    last = s.last_line
    assert last is not None
    history = history_condition(s)
    if history is not None and history.id == "condition-record-incomplete":
        return history
    if last.progression is not None and last.progression.contradicted is not None:
        found = last.progression
        sites = ", ".join(found.sites).replace("-", " ")
        return K.say("condition-new-site-stable", sites=sites, day=str(found.day), stable=str(found.contradicted))
    if last.outcome == "completed":
        return K.say("condition-completed")
    if last.outcome not in ("changed", "unknown"):
        return history
    # That the taxane was completed is no reason for the end of the antibodies.
    reasons = {e.stop_reason for e in last.main_part() if e.stop_reason is not None}
    return K.say("condition-other-reason", reason=reasons_shown(reasons)) if reasons else K.say("condition-no-reason")
