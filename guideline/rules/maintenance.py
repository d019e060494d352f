"""Maintenance after the chemotherapy part of first-line HER2 therapy (R008-R011, R066-R068, R104, R105, R125; decision 7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec.structs import replace

from guideline.advice import Option, Statement, Treatment
from guideline.drug_classes import (
    ANTIBODY_PRODUCTS,
    CDK46_INHIBITORS,
    CONJUGATES,
    CYTOTOXIC_DRUGS,
    ENDOCRINE_DRUGS,
    PERTUZUMAB_PRODUCTS,
    TAXANES,
)
from guideline.facts_used import drug_name, drug_names, treatment_facts
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.knowledge_printing import maintenance_line
from guideline.partial_date import add_days, add_months
from guideline.rules.endocrine import partners, partners_ruled_out, said_of_partners
from guideline.rules.gaps import her2_gap, pregnancy_check
from guideline.rules.objections import objection, severe_allergies
from guideline.rules.options import option
from guideline.situation import Situation
from guideline.therapy.exposures import Exposure
from guideline.therapy.going_on import last_given
from guideline.therapy.lines import TOXICITY, Line, last_day_of

#: Beside a running one of these no other is named.
_TRIED_BESIDE = CDK46_INHIBITORS | {"tucatinib"}

#: A taxane stopped before so many three-weekly cycles, or the weeks they take, is no induction that maintenance was tested after.
_LEAST_CYCLES = K.thresholds.doses.induction_minimum_cycles
_CYCLE_DAYS = 21


def chemotherapy_part_over(s: Situation, line: Line) -> bool:
    """Decision 7: the taxane is documented as over: ended, or no dose for 42 days (63 where it is on hold) while the antibodies go on."""
    chemotherapy = [e for e in line.exposures if e.drug in CYTOTOXIC_DRUGS]
    if not chemotherapy:
        return False
    intervals = K.thresholds.intervals
    for e in chemotherapy:
        # A hold on record is a pause, up to the longest after which a course still goes on.
        pause = intervals.infused_without_dose_days if e.state == "on-hold" else intervals.taxane_without_dose_days
        last = last_given(s.case, e)
        silent = last is not None and add_days(last.latest, pause) < s.today
        if e.state != "ended" and not silent:
            return False
    return True


def taxane_stopped_early(line: Line) -> tuple[str, ...]:
    """R007, R008: the taxanes, where they are all the chemotherapy of the line and were stopped for toxicity before four cycles in all."""
    chemotherapy = [e for e in line.exposures if e.drug in CYTOTOXIC_DRUGS]
    if not all(e.drug in TAXANES and e.state == "ended" and e.stop_reason in TOXICITY for e in chemotherapy):
        return ()
    begun, last = [e.start for e in chemotherapy if e.start is not None], last_day_of(chemotherapy)
    if last is None or len(begun) < len(chemotherapy) or any(e.last_known is None for e in chemotherapy):
        return ()
    # Of coarse dates the longest course they allow.
    days = (last.latest - min(day.earliest for day in begun)).days + _CYCLE_DAYS
    return tuple(dict.fromkeys(e.drug for e in chemotherapy)) if days < _LEAST_CYCLES * _CYCLE_DAYS else ()


def maintenance(s: Situation) -> Treatment | None:
    """R011, R104: HR-positive, chemotherapy over, antibodies going on, no endocrine therapy yet."""
    line = s.last_line
    if line is None or line.outcome != "ongoing" or s.hormones.state != "positive":
        return None
    antibodies = [e for e in s.her2_running if e.drug in ANTIBODY_PRODUCTS]
    if not antibodies or any(e.drug in CONJUGATES for e in line.exposures) or not chemotherapy_part_over(s, line):
        return None
    if any(e.drug in ENDOCRINE_DRUGS and e.state == "running" for e in s.exposures):
        return None
    if severe_allergies(s, [e.drug for e in antibodies]):
        # Whether they really go on is not for this card to say.
        return None
    beside, gaps = partners(s)
    with_child, asked = pregnancy_check(s)
    first = len(s.therapies.used_lines) == 1
    later = () if first else (K.say("maintenance-later-line"),)
    early = taxane_stopped_early(line) if first else ()
    again = early if _taxane_of_late(line, s.today) else ()
    tried = said_of_partners(s)
    plus = "plus another endocrine partner" if partners_ruled_out(s) else "plus endocrine therapy"
    # No label window names this use: endocrine therapy simply joins drugs that run already.
    lead = replace(
        option(s, "endocrine-her2", (), ("asco-2022-7-0",), ("R009", "R011"), cautions=tried),
        label=None,
        doses=(*_doses_that_go_on(s.her2_running), plus),
    )
    return Treatment(
        "MaintenanceTreatment",
        "info",
        _headline(early, again),
        facts=treatment_facts(s),
        missing=tuple(dict.fromkeys((*her2_gap(s), *gaps, *asked))),
        lead=lead,
        alternatives=tuple(_trial_option(s, regimen) for regimen in _trial_options(s, antibodies)) if first and not early else (),
        why=(*_after_early_stop(again), K.say("maintenance-antibodies-go-on"), _add_endocrine(early, tried), *later, *beside),
        checks=tuple(with_child),
        rules=("R008", "R009", "R011", "R067", *(() if first else ("R066",))),
    )


def _taxane_of_late(line: Line, today: date) -> bool:
    """Whether the chemotherapy part, as it was planned, would still be going on."""
    last = last_day_of([e for e in line.exposures if e.drug in TAXANES])
    return last is not None and today <= add_months(last.latest, K.thresholds.doses.chemotherapy_months)


def _headline(early: Sequence[str], again: Sequence[str]) -> Statement:
    if again:
        return K.say("headline-maintenance-early")
    return K.say("headline-maintenance-early-later" if early else "headline-maintenance")


def _after_early_stop(taxanes: Sequence[str]) -> tuple[Statement, ...]:
    if not taxanes:
        return ()
    weeks = _LEAST_CYCLES * _CYCLE_DAYS // 7
    return (K.say("maintenance-taxane-early", drugs=drug_names(taxanes), cycles=_LEAST_CYCLES, weeks=weeks),)


def _add_endocrine(taxanes: Sequence[str], tried: Sequence[Statement]) -> Statement:
    if taxanes:
        return K.say("maintenance-endocrine-now")
    return K.say("maintenance-add-another-endocrine" if tried else "maintenance-add-endocrine")


def _trial_options(s: Situation, antibodies: Sequence[Exposure]) -> list[str]:
    """R104, R105: what was tested beside the first-line antibodies; the two are not combined, and neither is given a second time."""
    if any(e.drug in _TRIED_BESIDE and e.state == "running" for e in s.exposures):
        return []
    with_pertuzumab = any(e.drug in PERTUZUMAB_PRODUCTS for e in antibodies)
    tucatinib = ("tucatinib-hp-maintenance",) if with_pertuzumab and not s.used("tucatinib") else ()
    named = [*(() if s.used("palbociclib") else ("palbociclib-maintenance",)), *tucatinib]
    return [regimen for regimen in named if objection(s, regimen) is None]


def _trial_option(s: Situation, regimen: str) -> Option:
    if regimen == "palbociclib-maintenance":
        return option(s, regimen, (K.say("palbociclib-when"),), ("patina-2026",), ("R104",))
    return option(s, regimen, (K.say("tucatinib-maintenance-when"),), ("her2climb05-2025",), ("R105",))


#: The three-weekly maintenance dose of each antibody, as the pair of antibodies alone is given.
_MAINTENANCE = {c.drug: maintenance_line(c, K.drugs[c.drug]) for c in K.regimens["trastuzumab-pertuzumab"].components if not c.choice}


def _doses_that_go_on(her2: Sequence[Exposure]) -> tuple[str, ...]:
    """R009: the HER2 drugs as they run, without a new loading dose; other products keep the dose they have."""
    running = dict.fromkeys(e.drug for e in her2)
    lines = [_MAINTENANCE.get(drug) or f"{drug_name(drug)}, dose unchanged" for drug in running]
    return tuple(lines)
