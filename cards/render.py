"""Advice to CDS Hooks cards: plain dicts, ready to be sent as JSON, without a null or an empty member anywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from itertools import chain
from typing import Any
from uuid import UUID, uuid4

from msgspec import Struct, field

from cards import override_reasons, topics
from cards.context import AppLaunch, CardContext
from cards.detail import write_detail
from cards.sharing import CardContent, each_once, share_cards
from cards.suggestions import Offer, selection_behavior, suggest
from cards.topics import TOPICS
from cards.wording import SOURCE_LIMIT, SUMMARY_LIMIT, VALUE_LIMIT, one_line, plain_text
from guideline.advice import Advice, FactUsed, Finding, Treatment
from guideline.spoken_rules import rules_in

#: Who speaks, as EHRs print it under a card.
SOURCE_LABEL = "HER2 metastatic breast cancer guidance"

#: What the link to the SMART app says.
APP_LABEL = "Open the HER2 pathway app"

#: The member of a card's `extension` that carries the advice for machines.
ADVICE_EXTENSION = "dev.her2cds.advice"

#: The member that tells Epic that a detail is no markdown; other EHRs pass over it.
CONTENT_TYPE_EXTENSION = "com.epic.cdshooks.card.detail.content-type"

_PLAIN_TEXT = {CONTENT_TYPE_EXTENSION: "text/plain"}

Card = dict[str, Any]


class _Answer(Struct, frozen=True):
    """What the cards of one answer have in common, and what those above have said already."""

    advice: Advice
    rule_page: str
    context: CardContext | None
    asked: set[str] = field(default_factory=set)
    offered: set[Offer] = field(default_factory=set)
    uuids: dict[tuple[str, str], UUID] = field(default_factory=dict)

    def uuid(self, finding: Finding) -> UUID:
        """The uuid of the card about a finding. Topic and headline tell the findings of one answer apart."""
        says = finding.topic, finding.headline.text
        if says not in self.uuids:
            keyed = self.context.card_key if self.context is not None else None
            self.uuids[says] = keyed(finding) if keyed is not None else uuid4()
        return self.uuids[says]

    def not_acknowledged(self, findings: list[Finding]) -> list[Finding]:
        """The findings without those that this user has set aside for this patient (decision 22); what is critical is always said."""
        if self.context is None or self.context.card_key is None or self.context.acknowledged is None:
            return findings
        asked = [self.uuid(finding) for finding in findings if finding.indicator != "critical"]
        known = self.context.acknowledged(asked) if asked else ()
        return [finding for finding in findings if finding.indicator == "critical" or self.uuid(finding) not in known]


def render_cards(advice: Advice, *, public_url: str, context: CardContext | None = None) -> list[Card]:
    """The cards of an advice: none to four, the most urgent first; none when there is nothing to say.

    `public_url` is the service as clients see it, without a path: each card's source leads to its rule there. Without a `context` the
    cards suggest nothing and leave out nothing: there is no call, and so neither orders nor a user.
    """
    answer = _Answer(advice, f"{public_url.rstrip('/')}/rules", context)
    return [_card(content, answer) for content in share_cards(advice, answer.not_acknowledged)]


def _card(content: CardContent, answer: _Answer) -> Card:
    advice, context, topic = answer.advice, answer.context, content.main.topic
    uuid = answer.uuid(content.main)
    suggestions, by_hand = suggest(content, context, uuid, answer.offered) if context is not None else ([], [])
    detail, plain = write_detail(content, advice, answer.asked, by_hand), context is not None and context.client.plain_text
    rules = list(rules_in(*content.findings))
    leading = _leading_rule(content.main, rules)
    card: Card = {
        "uuid": str(uuid),
        "summary": _summary(content),
        "indicator": content.indicator,
        "detail": plain_text(detail) if plain else detail,
        "source": {
            "label": SOURCE_LABEL,
            "url": f"{answer.rule_page}#{leading}" if leading else answer.rule_page,
            "topic": {"system": topics.SYSTEM, "code": topic, "display": TOPICS[topic].display},
        },
    }
    if suggestions and context is not None:
        card["suggestions"] = suggestions
        card["selectionBehavior"] = selection_behavior(suggestions, context)
    if context is not None and context.app is not None:
        card["links"] = [_app_link(context.app, topic)]
    if reasons := override_reasons.CODINGS.get(topic):
        card["overrideReasons"] = [coding.copy() for coding in reasons]
    card["extension"] = {ADVICE_EXTENSION: _for_machines(content, advice, rules), **(_PLAIN_TEXT if plain else {})}
    return card


def _app_link(app: AppLaunch, topic: str) -> dict[str, Any]:
    """The link to the SMART app, which learns from the EHR's token what the card was about."""
    told = {"topic": topic, **({"hookInstance": app.hook_instance} if app.hook_instance else {})}
    return {"label": APP_LABEL, "url": app.url, "type": "smart", "appContext": json.dumps(told, separators=(",", ":"))}


def _summary(content: CardContent) -> str:
    """The act and its reason. A card of several warnings says so, where there is room."""
    summary = one_line(content.main.headline.text, SUMMARY_LIMIT) or TOPICS[content.main.topic].display
    if not content.joined:
        return summary
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


#: A resource by its type and id. FHIR's ids are letters, digits, hyphens and dots; EHRs send a little more, and markup is none of it.
_REFERENCE = re.compile(r"[A-Za-z]+/[A-Za-z0-9._~:|=+@-]+")


def _facts(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    return [
        _fact(fact, value)
        for fact in each_once(chain.from_iterable([finding.facts for finding in findings]))
        if (value := one_line(fact.value, VALUE_LIMIT))
    ]


def _fact(fact: FactUsed, value: str) -> dict[str, Any]:
    read: dict[str, Any] = {"name": fact.name, "value": value}
    if fact.date:
        read["date"] = fact.date
    # A resource without an id cannot be named; its type alone leads nowhere.
    if fact.source and _REFERENCE.fullmatch(fact.source):
        read["source"] = one_line(fact.source, SOURCE_LIMIT)
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
