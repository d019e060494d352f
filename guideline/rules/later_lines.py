"""What only late lines ask: cycling back to what helped before, and what is said where no regimen is standard (R048-R058; decision 4).

A drug is named for re-use only where the record shows that it helped: a response was recorded during its line, or the line lasted as
long as trials ask of clinical benefit. What had to be stopped for toxicity is never named; what failed only after the hormone
receptors changed. Conjugates and tucatinib are not given a second time (R058, R103, R106), anthracyclines not beside trastuzumab (R078),
and nothing to which a severe reaction is on record (P15).
"""

from __future__ import annotations

from collections.abc import Iterable

from guideline.advice import Gap, Statement
from guideline.drug_classes import (
    ANTHRACYCLINES,
    CDK46_INHIBITORS,
    CONJUGATES,
    COUNTING_DRUGS,
    HER2_DRUGS,
    KINASE_INHIBITORS,
    TRASTUZUMAB_PRODUCTS,
    components,
)
from guideline.facts_used import drug_names, in_usual_order
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lungs.history import T_DXD
from guideline.partial_date import PartialDate
from guideline.rules.objections import SETTLED_REASONS, drugs_with_reason_open, reason_open, severe_allergies, without_trastuzumab
from guideline.situation import Situation
from guideline.therapy.exposures import Exposure
from guideline.therapy.lines import TOXICITY, Line

_ONCE_ONLY = CONJUGATES | {"tucatinib"} | ANTHRACYCLINES
_LATER_LINE_FROM = K.thresholds.intervals.later_line_from


def in_later_lines(s: Situation) -> bool:
    """Whether three lines or more were used (decision 3)."""
    return s.used_line_count >= _LATER_LINE_FROM


def abemaciclib_fits(s: Situation) -> bool:
    """ASCO 2022, 3.2.1: hormone-receptor-positive, third line and later, neither a CDK4/6 inhibitor nor fulvestrant used before."""
    if s.hormones.state != "positive" or s.used_line_count < 2:
        return False
    return CDK46_INHIBITORS.isdisjoint(s.used_drugs) and not s.used("fulvestrant")


def later_line_statements(s: Situation, lead: str | None) -> list[Statement]:
    """R048, R052, R058: how to choose where evidence is thin."""
    said = [] if lead is None else [K.say("later-line-individualise")]
    said.append(K.say("side-effects-that-matter"))
    if lead is not None and s.used("tucatinib"):
        said.append(K.say("tucatinib-gone"))
    if lead is None and s.used(T_DXD):
        said.append(K.say("evidence-gap-after-tdxd"))
    return said


def menu_rules(s: Situation) -> tuple[str, ...]:
    """The rules that shaped the menu without a sentence of their own (R048, R049, R058)."""
    return (*(("R048", "R049") if in_later_lines(s) else ()), *(("R058",) if s.used("tucatinib") else ()))


def rechallenge(s: Situation) -> Statement | None:
    """R053: what may be used again, with its course; None where the record shows nothing that helped and may be repeated."""
    after_change = _courses(s, failed_too=True)
    if after_change:
        return K.say("rechallenge-after-receptor-change", courses="; ".join(after_change))
    courses = _courses(s, failed_too=False)
    return K.say("rechallenge-without-progression", courses="; ".join(courses)) if courses else None


def _courses(s: Situation, *, failed_too: bool) -> list[str]:
    found = []
    # HER2 blockade goes on beside what is used again: without trastuzumab only where the course brings its own.
    blockade = KINASE_INHIBITORS if without_trastuzumab(s) else COUNTING_DRUGS - TRASTUZUMAB_PRODUCTS
    for line in s.therapies.used_lines:
        if not _helped(s, line) or (failed_too and not _receptors_changed_since(s, line)):
            continue
        drugs = _repeatable(s, line, failed_too=failed_too)
        if drugs & blockade:
            found.append(f"{drug_names(in_usual_order(drugs))} (in the line from {line.start} to {line.ended_on})")
    return found


def _repeatable(s: Situation, line: Line, *, failed_too: bool) -> frozenset[str]:
    harmed = s.not_tolerated | _parts(e for e in s.exposures if e.stop_reason in TOXICITY)
    drugs = set()
    for e in line.exposures:
        parts = components(e.drug)
        if e.drug not in COUNTING_DRUGS or e.drug in _ONCE_ONLY or parts & harmed or severe_allergies(s, (e.drug,)):
            continue
        # A receptor change reopens HER2 drugs; a chemotherapy partner that failed stays behind, as in the rest of the menu.
        reopened = failed_too and e.drug in HER2_DRUGS
        if _reason_known(e, line) and (reopened or not parts & s.failed_agents):
            drugs.add(e.drug)
    return frozenset(drugs)


def _reason_known(e: Exposure, line: Line) -> bool:
    """Whether the record says why the drug was stopped, and not for harm: an unknown reason may be toxicity."""
    if e.stop_reason is None:
        return line.outcome in ("progression", "completed")
    return e.stop_reason in SETTLED_REASONS or e.stop_reason == "progression"


def _parts(given: Iterable[Exposure]) -> frozenset[str]:
    return frozenset(part for e in given for part in components(e.drug))


def _helped(s: Situation, line: Line) -> bool:
    """Whether a response was recorded during the line, or it lasted as long as trials ask of clinical benefit."""
    if line.ended_on is None:
        return False
    if (line.ended_on.earliest - line.start.latest).days >= K.thresholds.intervals.clinical_benefit_days:
        return True
    return any(
        d.trend in ("improved", "remission") and not d.preliminary and d.date is not None and _within(d.date, line.start, line.ended_on)
        for d in s.case.disease_statuses
    )


def _within(day: PartialDate, start: PartialDate, end: PartialDate) -> bool:
    return day.earliest > start.latest and day.latest <= end.earliest


def _receptors_changed_since(s: Situation, line: Line) -> bool:
    tested, ended = s.hormones.date, line.ended_on
    return s.hormones.changed and tested is not None and ended is not None and tested.earliest >= ended.latest


def reasons_open(s: Situation, candidates: Iterable[str]) -> tuple[list[Statement], list[Gap]]:
    """R053, R131: agents left out because nobody recorded why they were stopped: said once, and asked for."""
    in_question = s.once(drugs_with_reason_open) - _ONCE_ONLY - s.failed_agents - s.not_tolerated
    if not in_question:
        return [], []
    drugs = sorted({drug for regimen in candidates for drug in reason_open(s, regimen)} & in_question)
    if not drugs:
        return [], []
    names = drug_names(drugs)
    return [K.say("reason-for-stopping-open", drugs=names)], [Gap("I04", K.say("ask-reason-for-stopping", drugs=names))]
