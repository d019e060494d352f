"""ILD and pneumonitis (R079-R081, R115-R117, R119, R130, R133; decision 12)."""

from __future__ import annotations

from guideline.advice import FactUsed, Finding, Gap, Indicator, Statement
from guideline.case import LungCondition
from guideline.drug_classes import HER2_DRUGS, TRASTUZUMAB_PRODUCTS
from guideline.facts_used import course_fact, drug_name, headline_names, level_fact, lung_fact, symptom_fact
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lungs.history import T_DM1, T_DXD, LungHistory
from guideline.lungs.tdm1_pneumonitis import ended_tdm1
from guideline.lungs.tdxd_pneumonitis import given_since
from guideline.lungs.tdxd_restart import Restart, restarts
from guideline.partial_date import add_days
from guideline.situation import Situation
from guideline.symptoms import reported
from guideline.therapy.exposures import Exposure

_CONJUGATES_WITH_ILD = frozenset(drug.id for drug in K.drugs.values() if drug.ild_warning)


def lungs(s: Situation) -> Finding | None:
    """The one finding about the lungs: a conjugate that runs or is held first, else active disease before a start or under trastuzumab."""
    return _on_conjugate(s) or held_conjugate(s) or _before_start(s) or on_trastuzumab(s)


def lung_facts(s: Situation) -> tuple[FactUsed, ...]:
    """What is on record of the lungs, and the symptoms that the intake and the chart speak of."""
    facts = []
    fact = lung_fact(s)
    if fact is not None:
        facts.append(fact)
    given = reported(s.case, "respiratory-symptoms")
    if given is not None:
        facts.append(FactUsed("Respiratory symptoms", "new cough, dyspnoea or fever reported", str(given.date), given.source))
    return (*facts, *[symptom_fact(symptom, "Respiratory symptoms") for symptom in s.lungs.charted_symptoms])


def chest_ct_booked(s: Situation) -> bool:
    """Whether a chest CT is ordered already."""
    return any(p.kind == "chest-ct" and p.state == "booked" for p in s.case.procedures)


def _chest_ct(s: Situation) -> tuple[str, ...]:
    """The chest CT to be ordered, unless one is booked. One that was done says nothing of what is new since."""
    return () if chest_ct_booked(s) else ("chest-ct",)


def grade_gap(history: LungHistory) -> tuple[Gap, ...]:
    """I09: the cause and the grade of the lung finding, as far as nobody wrote them down."""
    if history.grade_open:
        return (Gap("I09", K.say("ask-ild-grade" if history.cause_open else "ask-ild-grade-only")),)
    return (Gap("I09", K.say("ask-ild-cause")),) if history.cause_open else ()


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
            requests=_chest_ct(s),
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
            "InterstitialLungDisease", "warning", headline, detail, facts=lung_facts(s), rules=("R079", "R080"), requests=_chest_ct(s)
        )
    else:
        headline = K.say("ild-active-on-conjugate", drug=name)
    grade = K.say("ild-grading") if drug == T_DXD else K.say("ild-tdm1-stops")
    return Finding(
        "InterstitialLungDisease", "critical", headline, (K.say("ild-interrupt-image-consult"), grade, K.say("ild-exclude-infection")),
        facts=lung_facts(s), avoid=(drug,), missing=grade_gap(history), rules=("R080",), requests=_chest_ct(s),
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
        requests=_chest_ct(s),
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


def held_conjugate(s: Situation) -> Finding | None:
    """R115, R116, R133: T-DXd on hold for the lungs: the restart test."""
    if not s.held_drugs:
        return None
    held = next((e for e in s.held_drugs if e.drug in _CONJUGATES_WITH_ILD), None)
    history = s.lungs
    if held is None:
        return None
    name = drug_name(held.drug)
    if held.drug == T_DXD and history.tdxd_stopped_for_good:
        detail = (K.say("ild-grade-2-stop"), K.say("hold-not-progression"))
        headline = K.say("ild-do-not-restart", drug=name)
        return Finding("InterstitialLungDisease", "critical", headline, detail, lung_facts(s), avoid=(held.drug,))
    cleared = _cleared(s, held)
    if cleared is not None:
        return cleared
    open_ = history.under_treatment or history.symptoms or history.active
    if held.drug == T_DM1 and not open_ and (ended := tdm1_ended(s)) is not None:
        return ended
    if not (held.stop_reason == "lung" or open_):
        return _held_ungraded(s, held)
    # The hold itself is the fact where nothing else about the lungs is on record, and its reason may name the grade.
    grade = _grade_of_hold(s, held) if not open_ else None
    facts = lung_facts(s) or (_on_hold(s, held, "on hold for the lungs" if grade is None else f"on hold for the lungs, grade {grade}"),)
    missing = grade_gap(history) if grade is None else (Gap("I09", K.say("ask-ild-cause")),)
    restart = K.say("ild-grade-1-restart") if held.drug == T_DXD else K.say("ild-tdm1-stops")
    headline = K.say("ild-on-hold" if held.drug == T_DXD else "ild-on-hold-tdm1", drug=name)
    return Finding(
        "InterstitialLungDisease", "warning", headline, (restart, K.say("hold-not-progression")),
        facts=facts, avoid=(held.drug,), missing=missing, rules=("R133",),
    )  # fmt: skip


def _grade_of_hold(s: Situation, held: Exposure) -> int | None:
    """The CTCAE grade that the reason of a hold names, the worst where several do."""
    grades = [r.lung_grade for r in s.case.drugs if r.drug == held.drug and r.source in held.sources and r.lung_grade is not None]
    return max(grades, default=None)


def tdm1_ended(s: Situation) -> Finding | None:
    """R119: T-DM1 after its own pneumonitis, resolved or not: the label ends it at any grade."""
    if not ended_tdm1(s):
        return None
    detail = (K.say("ild-tdm1-stops"), K.say("ild-unless-other-cause"), K.say("hold-not-progression"))
    headline = K.say("ild-tdm1-ended", drug=drug_name(T_DM1))
    return Finding("InterstitialLungDisease", "warning", headline, detail, lung_facts(s), avoid=(T_DM1,), rules=("R119",))


def _held_ungraded(s: Situation, held: Exposure) -> Finding | None:
    """R116, R131: T-DXd on hold, its pneumonitis resolved and never graded: the grade decides on any restart."""
    if held.drug != T_DXD or not s.lungs.tdxd_ungraded or not _may_be_held_for_it(s, held) or _running_conjugate(s):
        return None
    return Finding(
        "InterstitialLungDisease", "warning", K.say("ild-held-ungraded", drug=drug_name(T_DXD)),
        (K.say("ild-grading"), K.say("hold-not-progression")), facts=lung_facts(s), avoid=(T_DXD,), missing=grade_gap(s.lungs),
        rules=("R133",),
    )  # fmt: skip


def _cleared(s: Situation, held: Exposure) -> Finding | None:
    """R115, R133: T-DXd on hold, its grade 1 pneumonitis resolved: the restart, as far as the lungs go."""
    history = s.lungs
    open_ = history.under_treatment or history.symptoms or history.active or history.tdxd_ungraded
    if held.drug != T_DXD or open_ or not history.tdxd_grade_1_past or not _may_be_held_for_it(s, held) or _running_conjugate(s):
        return None
    restart = restarts(s, [record for record in s.case.drugs if record.drug == T_DXD])[0]
    if restart.lower and restart.level is None:
        return no_level_left(s, restart)
    words = {"drug": drug_name(T_DXD), "span": restart.span, "level": restart.level_words}
    if restart.lower is None:
        headline = K.say("ild-held-open", drug=words["drug"], limit=K.thresholds.ild.same_dose_days, level=words["level"])
    elif restart.lower:
        headline = K.say("ild-held-lower", **words)
    else:
        headline = K.say("ild-held-same", drug=words["drug"], span=words["span"])
    return Finding(
        "InterstitialLungDisease", "info", headline, (how_low(restart), K.say("tdxd-after-grade-1"), K.say("hold-not-progression")),
        facts=(*lung_facts(s), _on_hold(s, held, "on hold"), *given_before(restart)),
        missing=dates_gap(restart), rules=("R133",),
    )  # fmt: skip


def _may_be_held_for_it(s: Situation, held: Exposure) -> bool:
    """Whether the hold may be for the resolved pneumonitis: by its reason, or without another reason and without a dose since."""
    if held.stop_reason == "lung":
        return True
    days = [day for c in s.case.lungs if (day := c.abated or c.onset) is not None]
    newest = max((day.latest for day in days), default=None)
    given = [day for day in (held.start, held.last_dose) if day is not None]
    return held.stop_reason in (None, "toxicity") and newest is not None and all(day.earliest <= newest for day in given)


def how_low(restart: Restart) -> Statement:
    """R115 as it applies: the same dose, one level down, or the rule itself where the dates do not decide."""
    limit = K.thresholds.ild.same_dose_days
    if restart.lower is None:
        return K.say("ild-grade-1-restart")
    if restart.lower:
        return K.say("ild-grade-1-lower", span=restart.span, limit=limit, level=restart.level_words)
    return K.say("ild-grade-1-same", span=restart.span, limit=limit)


def dates_gap(restart: Restart | None) -> tuple[Gap, ...]:
    """I09: the dates that decide on the dose, where they are open."""
    if restart is None or restart.lower is not None:
        return ()
    return (Gap("I09", K.say("ask-grade-1-dates", what=restart.missing, limit=K.thresholds.ild.same_dose_days)),)


def given_before(restart: Restart) -> tuple[FactUsed, ...]:
    """The dose before the pneumonitis, where it is on record."""
    return (level_fact("Dose before the pneumonitis", T_DXD, restart.before),) if restart.before is not None else ()


def no_level_left(s: Situation, restart: Restart) -> Finding:
    """R115, R118: one level down from the lowest: T-DXd ends."""
    levels = K.thresholds.dose_levels[T_DXD]
    headline = K.say("ild-grade-1-no-level", drug=drug_name(T_DXD), span=restart.span, lowest=f"{min(levels.levels):g} {levels.unit}")
    return Finding("InterstitialLungDisease", "warning", headline, facts=(*lung_facts(s), *given_before(restart)), avoid=(T_DXD,))


def _on_hold(s: Situation, held: Exposure, words: str) -> FactUsed:
    """The hold as a fact. The day on record is that of the first dose, not of the hold."""
    begun = f"begun {held.start}, {words}" if held.start is not None else words
    return course_fact(s.case, held, begun, held.start)


def _before_start(s: Situation) -> Finding | None:
    """R079, decision 12: active disease or new symptoms while the next treatment is being chosen."""
    of_tdxd = s.lungs.tdxd_active and (s.lungs.tdxd_stopped_for_good or s.lungs.tdxd_ungraded)
    if s.on_treatment:
        return _after_tdxd(s) if of_tdxd and _goes_on_without_tdxd(s) else None
    if s.lungs.symptoms:
        return Finding(
            "InterstitialLungDisease", "warning", K.say("ild-symptoms-before-start"), (K.say("ild-image-consult-first"),),
            facts=lung_facts(s), missing=grade_gap(s.lungs), rules=("R079", "R080"), requests=_chest_ct(s),
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
        requests=() if history.tdxd_stopped_for_good else _chest_ct(s),
    )  # fmt: skip
