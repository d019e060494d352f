"""Endocrine therapy in hormone-receptor-positive disease: who is selected for it, and what belongs beside it.

R061, R062, R065 (selected patients), R068 (ovarian function suppression), R125 (men); partners that failed before (R053, decision 4);
decision 20, conflict C08.
"""

from __future__ import annotations

from msgspec.structs import replace

from guideline.advice import FactUsed, Gap, Option, Statement
from guideline.drug_classes import ENDOCRINE_DRUGS, GNRH_AGONISTS, HER2_DRUGS
from guideline.facts_used import drug_name, drug_names, in_usual_order, performance_fact
from guideline.intake import answer, said_yes
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate, add_months
from guideline.performance import newest_performance, very_frail
from guideline.rules.objections import without_trastuzumab
from guideline.rules.options import option
from guideline.situation import Situation
from guideline.therapy.lines import TOXICITY

AROMATASE_INHIBITORS = frozenset({"anastrozole", "exemestane", "letrozole"})


def declines_chemotherapy(s: Situation) -> bool:
    """Decision 20: hormone-receptor-positive, and the intake says that chemotherapy is declined."""
    return s.hormones.state == "positive" and said_yes(s.case, "declines-chemotherapy")


# --- Who is selected ---------------------------------------------------------------------------------------------------------------


def low_burden(s: Situation) -> bool:
    """Whether the intake says that the disease burden is low. Nothing said is not low."""
    return _burden(s) == "low"


def visceral_crisis(s: Situation) -> bool:
    """Whether the intake says visceral crisis."""
    return _burden(s) == "visceral-crisis"


def _burden(s: Situation) -> str | None:
    given = answer(s.case, "disease-burden")
    return given.values[0] if given is not None else None


def heart_against_her2(s: Situation) -> bool:
    """R062: heart failure, cardiomyopathy, an LVEF below 50, or HER2 therapy stopped for the heart."""
    low = s.heart.below(K.thresholds.lvef.never_silent_below)
    stopped = any(e.stop_reason == "cardiac" and e.drug in HER2_DRUGS for e in s.exposures)
    return low or stopped or s.heart.symptomatic_failure or s.heart.cardiomyopathy is not None


def reason_for_endocrine_alone(s: Situation) -> bool:
    """R062, C08: low burden or frailty on record, or HER2 therapy ended at the patient's wish.

    Declining chemotherapy is none, nor is a long interval by itself: endocrine therapy goes with a HER2 drug then.
    """
    wish = any(e.drug in HER2_DRUGS and e.stop_reason in ("patient-wish", "hospice") for e in s.exposures)
    return wish or low_burden(s) or very_frail(s.case) is not None


def long_interval_since(s: Situation) -> PartialDate | None:
    """The day of the primary (its operation where later), when the metastases came long after it; None when not, or not certain."""
    found = [d.date for d in s.case.diagnoses if d.kind == "invasive-breast" and d.date is not None]
    since = s.metastatic_since
    if not found or since is None:
        return None
    primary = min(found, key=lambda day: (day.earliest, day.latest))
    operations = [p.date for p in s.case.procedures if p.kind == "breast-surgery" and p.state == "done" and p.date is not None]
    before = [day for day in operations if primary.earliest <= day.earliest and day.latest < since.earliest]
    primary = max([primary, *before], key=lambda day: (day.latest, day.earliest))
    beyond = add_months(primary.latest, K.thresholds.endocrine.long_interval_months)
    return primary if beyond <= since.earliest else None


def selection_reasons(s: Situation) -> tuple[Statement, ...]:
    """R061, R065: what selects this patient for endocrine therapy with a HER2 drug: low burden, frailty, a long interval.

    Empty in HR-negative or unknown disease, and where the burden is recorded as high or as a visceral crisis.
    """
    if s.hormones.state != "positive" or _burden(s) in ("high", "visceral-crisis"):
        return ()
    said: list[Statement] = []
    if low_burden(s):
        said.append(K.say("endocrine-reason-low-burden"))
    newest = newest_performance(s.case)
    if newest is not None and newest.ecog >= K.thresholds.endocrine.frail_ecog:
        said.append(K.say("endocrine-reason-frail", ecog=newest.ecog))
    primary = long_interval_since(s)
    if primary is not None:
        said.append(K.say("endocrine-reason-interval", primary=primary, since=s.metastatic_since))
    return tuple(said)


def selection_facts(s: Situation) -> tuple[FactUsed, ...]:
    """The facts behind `declines_chemotherapy` and `selection_reasons`."""
    found: list[FactUsed] = []
    for item, name, value in (("declines-chemotherapy", "Chemotherapy", "declined"), ("disease-burden", "Disease burden", None)):
        given = answer(s.case, item)
        if given is not None and given.values[0] != "false":
            found.append(FactUsed(name, value or given.values[0].replace("-", " "), str(given.date), given.source))
    newest = newest_performance(s.case)
    if newest is not None:
        found.append(performance_fact(newest))
    return tuple(found)


# --- What was tried ----------------------------------------------------------------------------------------------------------------


def stopped_partners(s: Situation) -> dict[str, Statement]:
    """R053, decision 4: each endocrine drug that failed, or had to be stopped, and what to say of it.

    Of one stopped for a reason that is not understood only where it was given for metastatic disease. Not those given again since.
    """
    said: dict[str, Statement] = {}
    for line in reversed(s.therapies.lines):
        given = line.progressed_on()
        for drug in [e.drug for e in given if e.drug in ENDOCRINE_DRUGS]:
            said.setdefault(drug, _partner_failed([e.drug for e in given], line.ended_on))
    running = {e.drug for e in s.exposures if e.state == "running"}
    ended = [e for e in reversed(s.exposures) if e.drug in ENDOCRINE_DRUGS - running and e.state == "ended"]
    for e in ended:
        if e.stop_reason == "progression":
            said.setdefault(e.drug, _partner_failed([e.drug], e.last_known))
    for e in ended:
        if e.stop_reason in TOXICITY:
            said.setdefault(e.drug, K.say("endocrine-partner-not-tolerated", drug=drug_name(e.drug), when=_on(e.last_known)))
    for e in [e for line in reversed(s.therapies.lines) for e in line.exposures if e in ended]:
        if e.stop_reason == "other":
            said.setdefault(e.drug, K.say("endocrine-partner-stopped", drug=drug_name(e.drug), when=_on(e.last_known)))
    return said


def _partner_failed(given: list[str], day: PartialDate | None) -> Statement:
    return K.say("endocrine-partner-failed", drugs=drug_names(in_usual_order(given)), when=f" ({day})" if day is not None else "")


def _on(day: PartialDate | None) -> str:
    return f" on {day}" if day is not None else ""


def said_of_partners(s: Situation) -> tuple[Statement, ...]:
    """What is said of the endocrine drugs that were stopped, each combination once."""
    return tuple(dict.fromkeys(s.once(stopped_partners).values()))


def partners_ruled_out(s: Situation) -> frozenset[str]:
    """The endocrine drugs that failed or were not tolerated: another one is needed."""
    return frozenset([drug for drug, said in s.once(stopped_partners).items() if said.id != "endocrine-partner-stopped"])


# --- The options -------------------------------------------------------------------------------------------------------------------


def endocrine_her2(s: Situation, rule: str, *, leads: bool = False) -> Option:
    """Endocrine therapy with trastuzumab or lapatinib on the card (R061, R065), with lapatinib's own heart rule (R114)."""
    reasons = [] if leads else [K.say("endocrine-her2-selected"), *selection_reasons(s), *_declined(s)]
    if "trastuzumab" in s.not_tolerated:
        reasons.append(K.say("agent-not-tolerated", drugs=drug_names(("trastuzumab",))))
    reasons.append(K.say("endocrine-lapatinib-heart"))
    found = option(s, "endocrine-her2", reasons, ("asco-2022-6-0-2",), (rule, "R114"), cautions=said_of_partners(s), leads=leads)
    return replace(found, doses=_with_another_partner(s, found.doses))


def _with_another_partner(s: Situation, doses: tuple[str, ...]) -> tuple[str, ...]:
    """The doses where a partner is ruled out.

    After an aromatase inhibitor none is named, after letrozole no lapatinib, given with it; of trastuzumab none after a severe reaction.
    """
    ruled_out = partners_ruled_out(s)
    lapatinib_alone = without_trastuzumab(s) and "letrozole" not in ruled_out
    if AROMATASE_INHIBITORS.isdisjoint(ruled_out) and not lapatinib_alone:
        return doses
    regimen = K.regimens["endocrine-her2"]
    lines: list[str] = []
    for component, line in zip(regimen.components, doses or regimen.dose_lines, strict=True):
        if component.drug == "trastuzumab" and lapatinib_alone:
            continue
        if component.drug == "trastuzumab" and component.note is not None:
            lines.append(line.replace(component.note, "with another endocrine partner"))
        elif component.drug != "lapatinib" or "letrozole" not in ruled_out:
            lines.append(line)
    return tuple(lines)


def _declined(s: Situation) -> tuple[Statement, ...]:
    return (K.say("endocrine-reason-declined"),) if declines_chemotherapy(s) else ()


def endocrine_alone(s: Situation) -> Option:
    """R062, C08: without HER2 therapy only where HER2 drugs are ruled out."""
    reasons = (K.say("endocrine-alone-only-if"),)
    return option(s, "endocrine-alone", reasons, ("asco-2022-6-0-3",), ("R062", "R069"), cautions=said_of_partners(s))


def endocrine_in_second_line(s: Situation) -> tuple[str, ...]:
    """R065: in second line an alternative for selected patients, and for those who decline chemotherapy; T-DXd leads (R064)."""
    if s.used_line_count != 1 or not (selection_reasons(s) or declines_chemotherapy(s)):
        return ()
    return ("endocrine-her2",)


# --- What belongs beside endocrine therapy -----------------------------------------------------------------------------------------


def partners(s: Situation) -> tuple[tuple[Statement, ...], tuple[Gap, ...]]:
    """R068, R125, I14: ovarian function suppression before the menopause, a GnRH analogue in men; an open status is asked for."""
    if any(e.drug in GNRH_AGONISTS and e.state == "running" for e in s.exposures):
        return (K.say("gnrh-goes-on"),), ()
    if s.male:
        return (K.say("maintenance-man"),), ()
    if s.menopause == "postmenopausal":
        return (), ()
    if s.menopause == "premenopausal":
        return (K.say("maintenance-ofs"),), ()
    return (K.say("maintenance-ofs-if-premenopausal"),), (Gap("I14", K.say("ask-menopause")),)
