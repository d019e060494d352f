"""ILD and pneumonitis (R079-R081, R115-R117, R119, R130, R133; decision 12)."""

from __future__ import annotations

from guideline.advice import Finding, Indicator, Statement
from guideline.case import LungCondition
from guideline.drug_classes import CONJUGATES_WITH_ILD, HER2_DRUGS, TRASTUZUMAB_PRODUCTS
from guideline.facts_used import drug_name, headline_names
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lungs.history import T_DM1, T_DXD
from guideline.lungs.tdxd_pneumonitis import given_since
from guideline.partial_date import add_days
from guideline.rules.lung_words import chest_ct_wanted, grade_gap, lung_facts
from guideline.rules.lungs_held import held_conjugate, tdm1_ended
from guideline.situation import Situation
from guideline.therapy.exposures import Exposure


def lungs(s: Situation) -> Finding | None:
    """The one finding about the lungs: a conjugate that runs or is held first, else active disease before a start or under trastuzumab."""
    return _on_conjugate(s) or held_conjugate(s) or _before_start(s) or on_trastuzumab(s)


def _on_conjugate(s: Situation) -> Finding | None:
    """R080, R115, R116, R119: pneumonitis, or symptoms of it, while T-DXd or T-DM1 is being given. Ungraded counts as suspected."""
    drug = next((e.drug for e in s.her2_running if e.drug in CONJUGATES_WITH_ILD), None)
    history = s.lungs
    if drug is None:
        return None
    stopped = drug == T_DXD and history.tdxd_stopped_for_good
    if not (history.symptoms or history.under_treatment or history.active or stopped):
        return tdm1_ended(s) if drug == T_DM1 else _running_ungraded(s)
    name = drug_name(drug)
    if stopped:
        headline = K.say("ild-stop-for-good", drug=name)
        steroid = (K.say("ild-grade-2-stop"), _grade_2_steroid())
        return Finding("InterstitialLungDisease", "critical", headline, steroid, lung_facts(s), avoid=(drug,))
    if drug == T_DXD and history.grade_1_only:
        return Finding(
            "InterstitialLungDisease",
            "warning",
            K.say("ild-grade-1", drug=name),
            (K.say("ild-grade-1-restart"), _grade_1_steroid(), K.say("ild-exclude-infection"), K.say("hold-not-progression")),
            facts=lung_facts(s),
            avoid=(drug,),
            requests=chest_ct_wanted(s),
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
            "InterstitialLungDisease", "warning", headline, detail, facts=lung_facts(s), rules=("R079", "R080"), requests=chest_ct_wanted(s)
        )
    else:
        headline = K.say("ild-active-on-conjugate", drug=name)
    grade = K.say("ild-grading") if drug == T_DXD else K.say("ild-tdm1-stops")
    return Finding(
        "InterstitialLungDisease", "critical", headline, (K.say("ild-interrupt-image-consult"), grade, K.say("ild-exclude-infection")),
        facts=lung_facts(s), avoid=(drug,), missing=grade_gap(history), rules=("R080",), requests=chest_ct_wanted(s),
    )  # fmt: skip


def _running_ungraded(s: Situation) -> Finding | None:
    """R116, R131: T-DXd pneumonitis that nobody graded is over, and T-DXd still counts as given: the grade decides on the next dose.

    Not where it was given since: whoever gave it knew the grade.
    """
    courses = [e for e in s.her2_running if e.drug == T_DXD]
    days = [day for c in s.case.lungs if (day := c.abated or c.onset) is not None]
    newest = max((day.latest for day in days), default=None)
    given_on = newest is not None and any(given_since(s.case, e, newest) for e in courses)
    if not s.lungs.tdxd_ungraded or given_on:
        return None
    return Finding(
        "InterstitialLungDisease", "warning", K.say("ild-running-ungraded", drug=drug_name(T_DXD)),
        (K.say("ild-grading"),), facts=lung_facts(s), missing=grade_gap(s.lungs), rules=("R116", "R131"),
    )  # fmt: skip


def on_trastuzumab(s: Situation) -> Finding | None:
    """R081: new pneumonitis under trastuzumab itself: its label (E26) ends it for interstitial pneumonitis, whose cause is found first.

    Not where a dose is recorded since: whoever gave one has decided on it.
    """
    courses = [e for e in (*s.her2_running, *s.held_drugs) if e.drug in TRASTUZUMAB_PRODUCTS]
    if not courses or not any(_new_under(s, c, e) for c in s.case.lungs for e in courses):
        return None
    return Finding(
        "InterstitialLungDisease", "warning", K.say("ild-on-trastuzumab", drugs=headline_names(sorted({e.drug for e in courses}))),
        (K.say("ild-trastuzumab-label"), K.say("ild-trastuzumab-causes")), facts=lung_facts(s), missing=grade_gap(s.lungs), rules=("R081",),
        requests=chest_ct_wanted(s),
    )  # fmt: skip


def _new_under(s: Situation, c: LungCondition, e: Exposure) -> bool:
    """Whether active pneumonitis that no other drug is named for began after the first dose of a course that was not given since."""
    if c.kind != "ild" or c.status == "resolved" or c.abated is not None or c.onset is None or e.start is None:
        return False
    of_it = c.cause_drug in (None, "drug") or c.cause_drug in TRASTUZUMAB_PRODUCTS
    return of_it and c.onset.earliest > e.start.latest and not given_since(s.case, e, c.onset.latest)


def _grade_1_steroid() -> Statement:
    return K.say("ild-grade-1-steroid", dose=f"{K.thresholds.ild.grade_1_prednisolone:g}")


def _grade_2_steroid() -> Statement:
    ild = K.thresholds.ild
    return K.say("ild-grade-2-steroid", dose=f"{ild.grade_2_prednisolone:g}", days=ild.grade_2_steroid_days, weeks=ild.taper_weeks)


def _older_than(s: Situation, drug: str) -> bool:
    """Whether every active lung condition is known to have begun before the drug was."""
    starts = [e.start for e in s.her2_running if e.drug == drug and e.start is not None]
    active = [c for c in s.case.lungs if c.status != "resolved" and c.abated is None]
    return bool(starts and active) and all(c.onset is not None and c.onset.latest < starts[0].earliest for c in active)


def _before_start(s: Situation) -> Finding | None:
    """R079, decision 12: active disease or new symptoms while the next treatment is being chosen."""
    of_tdxd = s.lungs.tdxd_active and (s.lungs.tdxd_stopped_for_good or s.lungs.tdxd_ungraded)
    if s.on_treatment:
        return _after_tdxd(s) if of_tdxd and _goes_on_without_tdxd(s) else None
    if s.lungs.symptoms:
        return Finding(
            "InterstitialLungDisease", "warning", K.say("ild-symptoms-before-start"), (K.say("ild-image-consult-first"),),
            facts=lung_facts(s), missing=grade_gap(s.lungs), rules=("R079", "R080"), requests=chest_ct_wanted(s),
        )  # fmt: skip
    if of_tdxd:
        return _after_tdxd(s)
    if s.lungs.active or s.lungs.under_treatment:
        return Finding(
            "InterstitialLungDisease", "warning", K.say("ild-active-before-start"), (K.say("ild-label-wording"),),
            facts=lung_facts(s), avoid=("tdxd", "tdxd-pertuzumab"), rules=("R079",),
        )  # fmt: skip
    return None


def _goes_on_without_tdxd(s: Situation) -> bool:
    """Whether the line goes on with what was given beside T-DXd (R101): no other HER2 drug was begun since T-DXd ended."""
    line = s.last_line.exposures if s.last_line is not None else ()
    ended = [e.last_known for e in line if e.drug == T_DXD and e.last_known is not None]
    begun = [e.start for e in line if e.drug in HER2_DRUGS and e.start is not None]
    return bool(ended) and all(start.earliest <= day.latest for start in begun for day in ended)


def _after_tdxd(s: Situation) -> Finding:
    """R116: active pneumonitis of T-DXd that is over. Critical as long as it would be had nobody written down that it is over."""
    history, name = s.lungs, drug_name(T_DXD)
    limit = K.thresholds.ild.after_last_dose_days
    known = [e.last_known for e in s.exposures if e.drug == T_DXD and e.last_known is not None]
    indicator: Indicator = "critical" if any(add_days(day.latest, limit) >= s.today for day in known) else "warning"
    if history.tdxd_stopped_for_good:
        headline, detail = K.say("ild-ended-for-good", drug=name), (K.say("ild-grade-2-stop"), _grade_2_steroid())
    else:
        headline, detail = K.say("ild-after-tdxd-ungraded", drug=name), (K.say("ild-grading"), K.say("ild-exclude-infection"))
    missing = () if history.tdxd_stopped_for_good else grade_gap(history)
    return Finding(
        "InterstitialLungDisease", indicator, headline, detail, lung_facts(s), missing, avoid=("tdxd", "tdxd-pertuzumab"),
        requests=() if history.tdxd_stopped_for_good else chest_ct_wanted(s),
    )  # fmt: skip
