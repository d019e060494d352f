"""How laboratory values are printed and ranked on cards, when a chart is opened and at order entry (decision 29)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from guideline.advice import FactUsed, Finding, Statement
from guideline.facts_used import drug_name
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.laboratory.values import LabValue, Met, lab_name
from guideline.situation import Situation

#: What a row asks for, from nothing to the end of the drug.
ACTION_RANK = {"continue": 0, "not-studied": 1, "reduce": 2, "hold": 3, "avoid": 4, "stop": 5}


def shown(m: Met) -> str:
    """The values that meet a row, as printed."""
    return " with ".join(v.shown for v in m.values)


def lab_facts(used: Iterable[LabValue]) -> tuple[FactUsed, ...]:
    """Laboratory values as facts."""
    return tuple(FactUsed(lab_name(v.lab), v.amount, str(v.date), v.source, inferred=v.calculated) for v in used)


def assumed_limits(used: Iterable[LabValue]) -> Iterator[Statement]:
    """Decision 29: an upper limit of normal that the result did not bring is named as assumed."""
    limits = ", ".join(f"{lab_name(v.lab)} {v.upper:g}" for v in used if v.assumed)
    if limits:
        yield K.say("lab-assumed-normal", limits=limits)


def undated_finding(s: Situation, drug: str, m: Met) -> Finding:
    """R131: a value without a readable date that would forbid the drug if it were recent: to be looked up, and no hold."""
    without_day = {lab.source for lab in s.case.labs if lab.date is None}
    facts = tuple(replace(fact, date=None) if fact.source in without_day else fact for fact in lab_facts(m.values))
    headline = K.say("lab-undated", value=shown(m), drug=drug_name(drug), action=m.row.action)
    return Finding("LabSafety", "info", headline, (K.say("lab-undated-why"),), facts=facts, rules=(m.row.rule, "R131"))
