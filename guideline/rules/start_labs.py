"""Laboratory values that speak against a first dose of a regimen's drugs, when a chart is opened (R118-R120, P06-P08; I11, I12).

A card that offers a regimen is not silent about what an order of it would be warned about. It is a caution, no bar: values may be the
disease's own, may be a passing thing, and what is lost by waiting is for the clinician to weigh. The kidneys:
`guideline.laboratory.kidneys`.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from guideline.advice import Option, Statement, Treatment
from guideline.facts_used import drug_names
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.laboratory.dpyd import dpyd_facts, dpyd_phenotype
from guideline.laboratory.kidneys import clearance_acts
from guideline.laboratory.values import CLEARANCE, LabValue, current_labs, met
from guideline.rules.lab_words import assumed_limits, lab_facts
from guideline.situation import Situation
from guideline.thresholds import LabRow

_FORBIDS = frozenset({"avoid", "hold", "stop"})

#: By drug the rows that keep a first dose from being given, by whatever they ask for later.
_ROWS: dict[str, tuple[LabRow, ...]] = {
    drug: tuple(row for row in rows if row.lab != CLEARANCE and row.action in {*_FORBIDS, "not-studied"})
    for drug, rows in K.thresholds.labs.drugs.items()
}
_DRUGS = {
    regimen.id: tuple(drug for drug in dict.fromkeys((*regimen.drugs, *(c.drug for c in regimen.components))) if _ROWS.get(drug))
    for regimen in K.regimens.values()
}


def start_labs(s: Situation, regimen: str) -> list[Statement]:
    """What the values of the last three weeks say against a first dose; nothing of drugs that run (`rules.labs_running`)."""
    if not s.case.labs or not s.once(_all_met):
        return []
    against: dict[tuple[str, tuple[LabValue, ...]], list[str]] = {}
    for drug in _begun_by(s, regimen):
        found = s.once(_all_met).get(drug, [])
        forbidden = tuple(dict.fromkeys(v for row, values in found if row.action in _FORBIDS for v in values))
        unstudied = tuple(dict.fromkeys(v for _, values in found for v in values))
        if forbidden or unstudied:
            says = "start-labs-against" if forbidden else "start-labs-not-studied"
            against.setdefault((says, forbidden or unstudied), []).append(drug)
    said = [K.say(says, drugs=drug_names(of), values=_dated(values)) for (says, values), of in against.items()]
    return [*said, *assumed_limits(dict.fromkeys(v for _, values in against for v in values))]


def naming_values(s: Situation, chosen: Treatment) -> Treatment:
    """The card with the values as facts that keep a drug of its regimens from being begun, or ask for less of it; normal ones are none."""
    offered = [*([chosen.lead] if chosen.lead else []), *chosen.alternatives]
    rows = s.once(_all_met) if s.case.labs else {}
    begun = dict.fromkeys([drug for option in offered for drug in _begun_by(s, option.regimen) if drug in rows]) if rows else {}
    values = [v for drug in begun for _, of in rows[drug] for v in of]
    # A regimen that is not offered is named with its reason: of the laboratory, the kidneys.
    kept_off = [option for option in chosen.barred if any(reason.id == "kidneys-avoid" for reason in option.reasons)]
    for options, act in ((offered, "reduce"), (kept_off, "avoid")):
        found = clearance_acts(s, _drugs_of(options), act)
        values += found[1].values if found is not None else ()
    facts = lab_facts(dict.fromkeys(values))
    if "capecitabine" in _drugs_of(offered) and dpyd_phenotype(s.case) in ("poor", "intermediate"):
        facts = (*facts, *dpyd_facts(s.case))
    return replace(chosen, facts=(*chosen.facts, *facts)) if facts else chosen


def _drugs_of(options: Iterable[Option]) -> frozenset[str]:
    return frozenset(drug for option in options for drug in K.regimens[option.regimen].drugs)


def _begun_by(s: Situation, regimen: str) -> list[str]:
    """The drugs with a laboratory table that a regimen begins: those that it holds and that do not run."""
    running = s.once(_running)
    return [drug for drug in _DRUGS[regimen] if drug not in running]


def _running(s: Situation) -> frozenset[str]:
    return frozenset([e.drug for e in s.exposures if e.state == "running"])


def _dated(values: tuple[LabValue, ...]) -> str:
    """`bilirubin 4 mg/dL (3.33 x ULN), ALT 310 U/L (7.75 x ULN) on 2026-11-18`, each day with its values."""
    days = dict.fromkeys(str(v.date) for v in values)
    return "; ".join(f"{', '.join(v.shown for v in values if str(v.date) == day)} on {day}" for day in days)


_Rows = list[tuple[LabRow, tuple[LabValue, ...]]]


def _all_met(s: Situation) -> dict[str, _Rows]:
    """By drug the rows that today's values meet. Most values meet nothing, and each lab stands in the tables of several drugs."""
    values = s.once(current_labs)
    found: dict[str, _Rows] = {}
    for drug, rows in _ROWS.items():
        for row in rows:
            if row.lab in values and (m := met(row, values)) is not None and not m.partner_missing:
                found.setdefault(drug, []).append((m.row, m.values))
    return found
