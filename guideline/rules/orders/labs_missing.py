"""Laboratory values that should be there before an ordered drug is begun, or given again after a hold (I10-I12, R131), and DPYD (P09).

Of a creatinine clearance only what is not on record is asked for: the creatinine, or the weight.
"""

from __future__ import annotations

from collections.abc import Callable

from guideline.advice import FactUsed, Finding, Gap, Indicator, Statement
from guideline.body import kilograms
from guideline.facts_used import drug_name
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.laboratory.dpyd import dpyd_facts, unread
from guideline.laboratory.kidneys import kidneys_in_doubt
from guideline.laboratory.values import CLEARANCE, CurrentLabs, LabValue, Met, answered, clearance_at, lab_name, met
from guideline.order_question import OrderQuestion
from guideline.rules.lab_words import lab_facts
from guideline.rules.unseen import unseen_parts
from guideline.unread_results import unread_labs

_LIVER = frozenset({"alt", "ast", "alp", "bilirubin"})
_BLOOD = frozenset({"neutrophils", "platelets"})


def lab_gaps(q: OrderQuestion, drug: str, values: CurrentLabs) -> tuple[Gap, ...]:
    """I10-I12, as the absent values ask for them; of the clearance only what is not on record, or as new as what casts doubt on it."""
    absent = set(_absent(drug, values))
    found = []
    if CLEARANCE in absent or kidneys_in_doubt(q.s, frozenset({drug})) is not None:
        weigh = _creatinine_alone(values) is not None and q.s.body.kg is None
        found.append(Gap("I10", K.say("ask-weight" if weigh else "ask-creatinine")))
    if absent & _LIVER:
        found.append(Gap("I11", K.say("ask-liver-labs")))
    if absent & _BLOOD:
        found.append(Gap("I12", K.say("ask-blood-count")))
    return tuple(found)


def missing_labs(
    q: OrderQuestion, drug: str, values: CurrentLabs, gaps: tuple[Gap, ...], *, untested: bool, acts: Callable[[Met], bool]
) -> Finding | None:
    """The gaps as information; `untested`: so is DPYD, but a result of it that was not read is a warning.

    `acts`: whether a row of the drug's table that is met asks for anything.
    """
    result = unread(q.s.case) if untested else None
    if result is not None:
        headline = K.say("dpyd-unread", when=f" of {result.date}" if result.date is not None else "")
        return Finding("LabSafety", "warning", headline, (K.say("dpyd-why"),), dpyd_facts(q.s.case), gaps, rules=("P09",))
    if not gaps:
        return Finding("LabSafety", "info", K.say("dpyd-unknown"), (K.say("dpyd-why"),), rules=("P09",)) if untested else None
    detail = (K.say("dpyd-unknown-also"),) if untested else ()
    rules = tuple(dict.fromkeys(row.rule for row in K.thresholds.labs.drugs[drug]))
    absent, creatinine = _absent(drug, values), _creatinine_alone(values)
    if creatinine is not None and CLEARANCE in absent:
        return _no_clearance(q, drug, creatinine, [lab for lab in absent if lab != CLEARANCE], detail, gaps, rules, acts)
    doubt = kidneys_in_doubt(q.s, frozenset({drug}))
    if doubt is not None:
        others = [lab for lab in absent if lab != CLEARANCE]
        headline = K.say("lab-clearance-doubtful", drug=drug_name(drug), value=doubt.words, below=f"{doubt.below:g}")
        detail = (*([_also_needed(others)] if others else []), *detail)
        facts = (FactUsed("Kidneys", doubt.words, str(doubt.lab.date), doubt.lab.source),)
        return Finding("LabSafety", "warning", headline, detail, facts, gaps, rules=rules)
    # What is there and could not be read is not missing from the record; of a clearance that is the creatinine, too.
    measured = (*absent, *(("creatinine",) if CLEARANCE in absent else ()))
    not_read = bool(unread_labs(q.s, measured)) or "lab" in unseen_parts(q.s.case)
    says = "lab-needed-not-read" if not_read else "lab-needed"
    headline = K.say(says, drug=drug_name(drug), labs=_absent_words(absent), days=K.thresholds.intervals.labs_days)
    return Finding("LabSafety", "info", headline, detail, missing=gaps, rules=rules)


def missing_at_restart(q: OrderQuestion, drug: str, values: CurrentLabs) -> Finding | None:
    """R131, R133: a drug that is on hold for toxicity is ordered, and not every value of its table is on record since three weeks."""
    held = any(e.drug == drug and e.stop_reason == "toxicity" for e in q.s.held_drugs)
    gaps = lab_gaps(q, drug, values) if held else ()
    if not gaps:
        return None
    says = "lab-needed-restart-not-read" if "lab" in unseen_parts(q.s.case) else "lab-needed-restart"
    headline = K.say(says, drug=drug_name(drug), labs=_absent_words(_absent(drug, values)), days=K.thresholds.intervals.labs_days)
    return Finding("LabSafety", "info", headline, missing=gaps, rules=("R131", "R133"))


def _absent(drug: str, values: CurrentLabs) -> list[str]:
    """The values that the drug's table needs and that are not on record, final and recent; one transaminase is enough."""
    rows = K.thresholds.labs.drugs[drug]
    needed = {lab for row in rows for lab in (row.lab, *row.also_lab)} - {"alp"}
    known = answered(drug, values)
    if {"alt", "ast"} & known:
        needed -= {"alt", "ast"}
    return sorted(needed - known)


def _creatinine_alone(values: CurrentLabs) -> LabValue | None:
    """The creatinine from which no clearance can be told."""
    return values["creatinine"][0] if "creatinine" in values and CLEARANCE not in values else None


def _no_clearance(
    q: OrderQuestion,
    drug: str,
    creatinine: LabValue,
    others: list[str],
    detail: tuple[Statement, ...],
    gaps: tuple[Gap, ...],
    rules: tuple[str, ...],
    acts: Callable[[Met], bool],
) -> Finding:
    """The creatinine is on record, and what its clearance takes is not. A warning where by an old weight the clearance would be too low."""
    weight, name = q.s.body.weight, drug_name(drug)
    if others:
        detail = (_also_needed(others), *detail)
    indicator: Indicator = "info"
    if weight is not None and weight.state == "current":
        headline = K.say("lab-clearance-open", drug=name, value=creatinine.shown)
    else:
        headline = K.say("lab-clearance-weight", drug=name, value=creatinine.shown)
        by_old = _clearance_by_old_weight(q, creatinine)
        if weight is not None and by_old is not None and _too_low(drug, by_old, acts):
            indicator = "warning"
            detail = (K.say("lab-clearance-old-weight", value=by_old.amount, weight=kilograms(weight.kg), date=str(weight.date)), *detail)
    return Finding("LabSafety", indicator, headline, detail, lab_facts((creatinine,)), gaps, rules=rules)


def _too_low(drug: str, clearance: LabValue, acts: Callable[[Met], bool]) -> bool:
    """Whether the drug's table asks for anything at this clearance."""
    found = (met(row, {CLEARANCE: (clearance,)}) for row in K.thresholds.labs.drugs[drug])
    return any(m is not None and acts(m) for m in found)


def _clearance_by_old_weight(q: OrderQuestion, creatinine: LabValue) -> LabValue | None:
    """What the clearance would be by a weight that is too old to calculate with; None without one."""
    s, weight = q.s, q.s.body.weight
    if weight is None or weight.state != "old" or weight.date is None:
        return None
    return clearance_at(s, creatinine, weight.kg)


def _also_needed(others: list[str]) -> Statement:
    return K.say("lab-also-needed", labs=_absent_words(others), days=K.thresholds.intervals.labs_days)


def _absent_words(absent: list[str]) -> str:
    names = [lab_name(lab) for lab in absent if lab not in ("alt", "ast")]
    return ", ".join(["ALT or AST", *names] if {"alt", "ast"} & set(absent) else names)
