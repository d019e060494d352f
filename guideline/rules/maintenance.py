"""Maintenance after the chemotherapy part of first-line HER2 therapy (R008-R011, R066-R068, R104, R105, R125; decision 7)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from guideline.advice import Gap, Option, Treatment
from guideline.exposures import Exposure
from guideline.facts_used import drug_name, treatment_facts
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.knowledge_printing import maintenance_line
from guideline.partial_date import add_days
from guideline.rules.options import option
from guideline.situation import Situation, menopausal_status
from guideline.therapy_lines import CONJUGATES, CYTOTOXIC_DRUGS, ENDOCRINE_DRUGS, PERTUZUMAB_PRODUCTS, TRASTUZUMAB_PRODUCTS, Line


def chemotherapy_part_over(s: Situation, line: Line) -> bool:
    """Decision 7: the taxane is documented as over: ended, or no dose for 42 days while the antibodies go on."""
    partners = [e for e in line.exposures if e.drug in CYTOTOXIC_DRUGS]
    if not partners:
        return False
    pause = K.thresholds.intervals.taxane_without_dose_days
    for e in partners:
        silent = e.last_dose is not None and add_days(e.last_dose.latest, pause) < s.today
        if e.state != "ended" and not silent:
            return False
    return True


def maintenance(s: Situation) -> Treatment | None:
    """R011, R104: HR-positive, chemotherapy over, antibodies going on, no endocrine therapy yet."""
    line = s.last_line
    if line is None or line.outcome != "ongoing" or s.hormones.state != "positive":
        return None
    antibodies = [e for e in s.her2_running if e.drug in TRASTUZUMAB_PRODUCTS | PERTUZUMAB_PRODUCTS]
    if not antibodies or any(e.drug in CONJUGATES for e in line.exposures) or not chemotherapy_part_over(s, line):
        return None
    if any(e.drug in ENDOCRINE_DRUGS and e.state == "running" for e in s.exposures):
        return None
    first = len(s.therapies.used_lines) == 1
    gaps: tuple[Gap, ...] = ()
    why = [K.say("maintenance-antibodies-go-on"), K.say("maintenance-add-endocrine")]
    menopause = menopausal_status(s.case)
    if s.male:
        why.append(K.say("maintenance-man"))
    elif menopause == "premenopausal":
        why.append(K.say("maintenance-ofs"))
    elif menopause != "postmenopausal":
        why.append(K.say("maintenance-ofs-if-premenopausal"))
        gaps = (Gap("I14", K.say("ask-menopause")),)
    alternatives: list[Option] = []
    if first:
        alternatives = [
            option(s, "palbociclib-maintenance", (K.say("palbociclib-when"),), ("patina-2026",), ("R104",)),
            option(s, "tucatinib-hp-maintenance", (K.say("tucatinib-maintenance-when"),), ("her2climb05-2025",), ("R105",)),
        ]
    return Treatment(
        "MaintenanceTreatment",
        "info",
        K.say("headline-maintenance"),
        facts=treatment_facts(s),
        missing=gaps,
        lead=replace(option(s, "endocrine-her2", (), ("asco-2022-7-0",), ("R009", "R011")), doses=_doses_that_go_on(antibodies)),
        alternatives=tuple(alternatives),
        why=tuple(why),
        rules=("R008", "R009", "R011", "R067"),
    )


#: The three-weekly maintenance dose of each antibody, as the pair of antibodies alone is given.
_MAINTENANCE = {c.drug: maintenance_line(c, K.drugs[c.drug]) for c in K.regimens["trastuzumab-pertuzumab"].components if not c.choice}


def _doses_that_go_on(antibodies: Sequence[Exposure]) -> tuple[str, ...]:
    """R009: the antibodies as they run, without a new loading dose; other products keep the dose they have."""
    running = dict.fromkeys(e.drug for e in antibodies)
    lines = [_MAINTENANCE.get(drug) or f"{drug_name(drug)}, dose unchanged" for drug in running]
    return (*lines, "plus endocrine therapy")
