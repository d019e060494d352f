"""The explanation of an advice: which rules spoke and on which facts, which stayed silent and why, and what the unknown could change."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from guideline.advice import TREATMENT_TOPICS, Advice, FactUsed, Finding
from guideline.case import Case
from guideline.considered import Considered, considered
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.knowledge_base import rule_book
from guideline.knowledge_entries import RuleEntry
from guideline.practice import Practice
from guideline.rules.objections import objection
from guideline.rules.scope import scope
from guideline.situation import Situation, situation
from guideline.spoken_rules import rules_in
from guideline.what_if import Dependence, dependences


class Fired(Struct, frozen=True):
    """A finding that became advice: its topic and headline, every rule that speaks in it, and the facts it rests on."""

    topic: str
    indicator: str
    headline: str
    rules: tuple[str, ...]
    facts: tuple[FactUsed, ...]


class SilentRule(Struct, frozen=True):
    """A rule that said nothing about this case, and why."""

    rule: str
    statement: str
    because: str


class Place(Struct, frozen=True):
    """Where a regimen stands: `lead`, `alternative`, `avoid`, `ruled out` (and not worth a word on the card) or `not on the menu`."""

    regimen: str
    place: str
    because: str | None = None


class Explanation(Struct, frozen=True):
    """Why the advice is what it is. `considered` and `depends` are empty for advice about orders, where each rule looks at the drafts."""

    profile: str
    knowledge: str
    fired: tuple[Fired, ...]
    considered: tuple[Considered, ...]
    silent_rules: tuple[SilentRule, ...]
    regimens: tuple[Place, ...]
    depends: tuple[Dependence, ...]


def explain(case: Case, practice: Practice, advice: Advice, *, about_orders: bool = False) -> Explanation:
    """Explain an advice on a case: that of `advise`, or that of `advise_orders` about its draft orders."""
    fired = tuple(Fired(f.topic, f.indicator, f.headline.text, rules_in(f), f.facts) for f in _findings(advice))
    if about_orders:
        return Explanation(advice.profile, advice.knowledge, fired, (), _silent(fired, (), "order"), (), ())
    s = situation(case, practice)
    asked = considered(s, advice)
    return Explanation(
        advice.profile,
        advice.knowledge,
        fired,
        asked,
        _silent(fired, asked, "card"),
        tuple(_places(s, advice)),
        dependences(case, practice),
    )


def _findings(advice: Advice) -> tuple[Finding, ...]:
    return (*((advice.treatment,) if advice.treatment is not None else ()), *advice.findings)


def _silent(fired: Iterable[Fired], asked: Iterable[Considered], status: str) -> tuple[SilentRule, ...]:
    """The rules of the book that speak at this door and did not: by what closed their question, else by when they would speak."""
    fired = tuple(fired)
    spoke = {rule for one in fired for rule in one.rules}
    topics = {one.topic for one in fired}
    closed = {topic: one.because for one in asked for topic in one.topics if one.because is not None}
    treatment = next((one.topic for one in fired if one.topic in TREATMENT_TOPICS), None)
    return tuple(
        SilentRule(rule.id, rule.statement, _because(rule, topics, closed, treatment))
        for rule in rule_book().values()
        if rule.status in (status, "both") and rule.id not in spoke
    )


def _because(rule: RuleEntry, topics: set[str], closed: dict[str, str], treatment: str | None) -> str:
    own = set(rule.topics)
    if not own:
        return f"it has no card of its own and had no sentence to add (speaks when: {rule.trigger})"
    if topics & own:
        return f"it had nothing to add to this card (speaks when: {rule.trigger})"
    if treatment is not None and own & set(TREATMENT_TOPICS):
        return f"the treatment card is {treatment} (speaks when: {rule.trigger})"
    reason = next((closed[topic] for topic in rule.topics if topic in closed), None)
    return reason or f"its card was not called for (speaks when: {rule.trigger})"


def _places(s: Situation, advice: Advice) -> Iterable[Place]:
    """Every regimen of the knowledge files and its place on the treatment card, in the order of the card."""
    t = advice.treatment
    if t is None:
        return
    placed = set()
    for place, options in (("lead", (t.lead,) if t.lead is not None else ()), ("alternative", t.alternatives), ("avoid", t.barred)):
        for option in options:
            placed.add(option.regimen)
            because = "; ".join(reason.text for reason in option.reasons) if place == "avoid" else None
            yield Place(option.regimen, place, because)
    for regimen in K.regimens:
        if regimen in placed or not s.once(scope).treatable:
            continue
        if regimen in t.avoid:
            yield Place(regimen, "avoid")
            continue
        against = objection(s, regimen)
        if against is not None:
            yield Place(regimen, "ruled out", against.statement.text)
        else:
            yield Place(regimen, "not on the menu", f"the menu of {t.topic} here does not hold it")
