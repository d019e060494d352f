"""Advice to CDS Hooks cards: plain dicts, ready to be sent as JSON, without a null or an empty member anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from uuid import uuid4

from cards import override_reasons, topics
from cards.detail import write_detail
from cards.sharing import CardContent, each_once, share_cards
from cards.topics import TOPICS
from cards.wording import SOURCE_LIMIT, SUMMARY_LIMIT, VALUE_LIMIT, one_line
from guideline.advice import Advice, FactUsed, Finding, Treatment

#: Who speaks, as EHRs print it under a card.
SOURCE_LABEL = "HER2 metastatic breast cancer guidance"

#: The member of a card's `extension` that carries the advice for machines.
ADVICE_EXTENSION = "dev.her2cds.advice"

Card = dict[str, Any]


def render_cards(advice: Advice, *, public_url: str) -> list[Card]:
    """The cards of an advice: none to four, the most urgent first; none when there is nothing to say.

    `public_url` is the service as clients see it, without a path: each card's source leads to its rule there.
    """
    rule_page = f"{public_url.rstrip('/')}/rules"
    asked: set[str] = set()
    return [_card(content, advice, rule_page, asked) for content in share_cards(advice)]


def _card(content: CardContent, advice: Advice, rule_page: str, asked: set[str]) -> Card:
    topic = content.main.topic
    rules = _rules(content.findings)
    leading = _leading_rule(content.main, rules)
    card: Card = {
        "uuid": str(uuid4()),
        "summary": _summary(content),
        "indicator": content.indicator,
        "detail": write_detail(content, advice, asked),
        "source": {
            "label": SOURCE_LABEL,
            "url": f"{rule_page}#{leading}" if leading else rule_page,
            "topic": {"system": topics.SYSTEM, "code": topic, "display": TOPICS[topic].display},
        },
    }
    if reasons := override_reasons.CODINGS.get(topic):
        card["overrideReasons"] = [coding.copy() for coding in reasons]
    card["extension"] = {ADVICE_EXTENSION: _for_machines(content, advice, rules)}
    return card


def _summary(content: CardContent) -> str:
    """The act and its reason. A card of several warnings says so, where there is room."""
    summary = one_line(content.main.headline.text, SUMMARY_LIMIT) or TOPICS[content.main.topic].display
    others = sum(finding.indicator != "info" for finding in content.joined)
    counted = f"{summary} (+ {others} more)" if others else summary
    return counted if len(counted) <= SUMMARY_LIMIT else summary


def _for_machines(content: CardContent, advice: Advice, rules: list[str]) -> dict[str, Any]:
    """The advice behind the card, as the public contract names it; what would be empty is left out."""
    findings, main = content.findings, content.main
    treatment = main if isinstance(main, Treatment) else None
    lead = treatment.lead if treatment else None
    barred = (option.regimen for option in treatment.barred) if treatment else ()
    members = {
        "rules": rules,
        "regimen": lead.regimen if lead else None,
        "alternatives": list(each_once(option.regimen for option in treatment.alternatives)) if treatment else None,
        "avoid": list(each_once((*barred, *(name for finding in findings for name in finding.avoid)))),
        "facts": _facts(findings),
        "missing": sorted({gap.input for finding in findings for gap in finding.missing}),
        "profile": advice.profile,
        "knowledge": advice.knowledge,
    }
    return {name: member for name, member in members.items() if member}


def _facts(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    return [
        _fact(fact, value)
        for fact in each_once(fact for finding in findings for fact in finding.facts)
        if (value := one_line(fact.value, VALUE_LIMIT))
    ]


def _fact(fact: FactUsed, value: str) -> dict[str, Any]:
    read: dict[str, Any] = {"name": fact.name, "value": value}
    if fact.date:
        read["date"] = fact.date
    if fact.source and (source := one_line(fact.source, SOURCE_LIMIT)):
        read["source"] = source
    if fact.inferred:
        read["inferred"] = True
    return read


def _leading_rule(main: Finding, rules: list[str]) -> str | None:
    """The rule a card's source leads to: that of the leading regimen, or the first its author named."""
    if isinstance(main, Treatment):
        named = (main.lead.rules if main.lead else (), main.headline.rules, main.rules, rules)
    else:
        named = (main.rules, main.headline.rules, (), rules)
    return next((some[0] for some in named if some), None)


def _rules(findings: Iterable[Finding]) -> list[str]:
    """Every rule that speaks on the card: of its findings, their sentences and their options."""
    fired: set[str] = set()
    for finding in findings:
        fired.update(finding.rules)
        said = [finding.headline, *finding.detail, *(gap.ask for gap in finding.missing)]
        if isinstance(finding, Treatment):
            said += (*finding.why, *finding.checks)
            for option in (finding.lead, *finding.alternatives, *finding.barred):
                if option is not None:
                    fired.update(option.rules)
                    said += (*option.reasons, *option.cautions, *([option.label] if option.label else ()))
        for statement in said:
            fired.update(statement.rules)
    return sorted(fired, key=_rule_order)


@lru_cache(maxsize=1024)
def _rule_order(rule: str) -> tuple[bool, int]:
    """Rules of the inventory (R) before order checks (P), each by number."""
    return rule[0] != "R", int(rule[1:])
