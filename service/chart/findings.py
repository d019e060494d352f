"""Everything that the cards say beside the treatment: safety, biomarkers, what is missing; the most urgent first, nothing merged."""

from __future__ import annotations

from msgspec import Struct

from cards.topics import TOPICS
from guideline.advice import INDICATOR_RANK, Advice, Finding, Indicator
from guideline.facts_used import drug_name
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.orderables import ORDERABLES
from guideline.spoken_rules import rules_in
from service.chart.said import Fact, Missing, Said, each_said, facts, missing, said


class FindingView(Struct, frozen=True):
    """One finding: what it is about, how urgent, what it says and rests on, which examinations would close it, what it advises against."""

    topic: str
    display: str
    indicator: Indicator
    headline: Said
    detail: tuple[Said, ...]
    facts: tuple[Fact, ...]
    missing: tuple[Missing, ...]
    to_order: tuple[str, ...]
    avoid: tuple[str, ...]
    rules: tuple[str, ...]


def finding_views(advice: Advice) -> tuple[FindingView, ...]:
    """The findings of an advice as its cards order them."""
    ordered = sorted(advice.findings, key=lambda f: (-INDICATOR_RANK[f.indicator], TOPICS[f.topic].rank))
    return tuple(_view(finding) for finding in ordered)


def _view(finding: Finding) -> FindingView:
    requested = (*finding.requests, *(s.code for s in finding.suggestions if s.act == "request"))
    return FindingView(
        topic=finding.topic,
        display=TOPICS[finding.topic].display,
        indicator=finding.indicator,
        headline=said(finding.headline),
        detail=each_said(finding.detail),
        facts=facts(finding.facts),
        missing=missing(finding.missing),
        to_order=tuple(ORDERABLES.orderables[code].name for code in dict.fromkeys(requested)),
        avoid=tuple(_name(what) for what in dict.fromkeys(finding.avoid)),
        rules=rules_in(finding),
    )


def _name(what: str) -> str:
    """A regimen or a drug as printed."""
    regimen = K.regimens.get(what)
    return regimen.name if regimen is not None else drug_name(what)
