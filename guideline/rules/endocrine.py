"""Endocrine therapy in hormone-receptor-positive disease: who is selected for it, and what belongs beside it.

R061, R062, R065 (selected patients), R068 (ovarian function suppression), R125 (men); decision 20, conflict C08.
"""

from __future__ import annotations

from guideline.advice import FactUsed, Gap, Option, Statement
from guideline.case import PerformanceStatus
from guideline.facts_used import drug_names
from guideline.intake import answer, said_yes
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate, add_months, days_since
from guideline.rules.options import option
from guideline.situation import Situation

GNRH_AGONISTS = frozenset(d.id for d in K.drugs.values() if d.drug_class == "gnrh-agonist")


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


def newest_performance(s: Situation) -> PerformanceStatus | None:
    """The newest ECOG performance status (the worse of one day), while it counts as long as the answer about the burden does."""
    days = K.thresholds.intake.expires_days["disease-burden"]
    fresh = [p for p in s.case.performance if p.date is not None and days_since(p.date, s.today) <= days]
    return max(fresh, key=lambda p: (p.date.latest.toordinal() if p.date else 0, p.ecog, p.source), default=None)


def frail(s: Situation, from_ecog: int) -> bool:
    """Whether the newest performance status is at this ECOG grade or worse."""
    newest = newest_performance(s)
    return newest is not None and newest.ecog >= from_ecog


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
    newest = newest_performance(s)
    if newest is not None and frail(s, K.thresholds.endocrine.frail_ecog):
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
    newest = newest_performance(s)
    if newest is not None:
        found.append(FactUsed("ECOG performance status", str(newest.ecog), str(newest.date), newest.source))
    return tuple(found)


# --- The options -------------------------------------------------------------------------------------------------------------------


def endocrine_her2(s: Situation, rule: str, *, leads: bool = False) -> Option:
    """Endocrine therapy with trastuzumab or lapatinib on the card (R061, R065), with lapatinib's own heart rule (R114)."""
    reasons = [] if leads else [K.say("endocrine-her2-selected"), *selection_reasons(s), *_declined(s)]
    if "trastuzumab" in s.not_tolerated:
        reasons.append(K.say("agent-not-tolerated", drugs=drug_names(("trastuzumab",))))
    reasons.append(K.say("endocrine-lapatinib-heart"))
    return option(s, "endocrine-her2", reasons, ("asco-2022-6-0-2",), (rule, "R114"), leads=leads)


def _declined(s: Situation) -> tuple[Statement, ...]:
    return (K.say("endocrine-reason-declined"),) if declines_chemotherapy(s) else ()


def endocrine_alone(s: Situation) -> Option:
    """R062, C08: without HER2 therapy only where HER2 drugs are ruled out."""
    return option(s, "endocrine-alone", (K.say("endocrine-alone-only-if"),), ("asco-2022-6-0-3",), ("R062", "R069"))


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
