"""The explanation of an evaluation, for `her2-cds evaluate --explain`: as text for a reader and as JSON for machines."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from cards.terminal import harmless
from fhir_mappings.errors import Unreadable
from fhir_mappings.reading import read_document
from guideline.advice import FactUsed
from guideline.explain import Explanation, explain
from guideline.knowledge_base import KNOWLEDGE
from guideline.what_if import Answer, Dependence
from service.evaluation import ORDER_HOOKS, Evaluation
from service.settings import Settings


def explanation_of(evaluation: Evaluation, body: bytes, hook: str | None, settings: Settings) -> Explanation:
    """Explain the evaluation of `body`, which was read before; `hook` as the command line gives it."""
    return explain(evaluation.case, settings.practice, evaluation.advice, about_orders=(hook or _hook_of(body)) in ORDER_HOOKS)


def _hook_of(body: bytes) -> str | None:
    try:
        hook = read_document(body).envelope.get("hook")
    except Unreadable:
        return None
    return hook if isinstance(hook, str) else None


def as_record(explanation: Explanation) -> dict[str, Any]:
    """The explanation for machines: the members of `guideline.explain.Explanation`."""
    record: dict[str, Any] = msgspec.to_builtins(explanation)
    return record


def print_explanation(explanation: Explanation, width: int) -> str:
    """The explanation as text of at most `width` columns, for a clinician who reviews the basis of the advice."""
    return harmless("\n".join(_lines(explanation, width))) + "\n"


def _lines(explanation: Explanation, width: int) -> Iterator[str]:
    yield f"Explanation ({explanation.profile}, knowledge {explanation.knowledge})"
    yield from _section("Rules that spoke, and on which facts")
    for one in explanation.fired:
        yield from _item(f"{one.topic} ({one.indicator}): {', '.join(one.rules)}", width)
        for fact in one.facts:
            yield from _item(_fact(fact), width, level=2)
    if not explanation.fired:
        yield "  none"
    if explanation.considered:
        yield from _section("Questions that were asked")
        for asked in explanation.considered:
            answered = f"yes: {', '.join(asked.spoke)}" if asked.spoke else f"no card: {asked.because}"
            yield from _item(f"{asked.question} {answered}", width)
    if explanation.regimens:
        yield from _section("Where each regimen stands")
        yield from _regimens(explanation, width)
    if explanation.depends:
        yield from _section("What the unknown could change (each varied over its possible values)")
        leads = any(place.place == "lead" for place in explanation.regimens)
        yield from _unknowns(explanation.depends, width, leads=leads)
    yield from _section("Rules that stayed silent")
    for rule in explanation.silent_rules:
        yield from _item(f"{rule.rule} {rule.statement}: {rule.because}", width)


def _section(title: str) -> Iterable[str]:
    return ("", title)


def _item(text: str, width: int, level: int = 1) -> list[str]:
    indent = "  " * level
    return textwrap.wrap(text, width, initial_indent=f"{indent}- ", subsequent_indent=f"{indent}  ", break_on_hyphens=False)


def _fact(fact: FactUsed) -> str:
    words = [f"{fact.name}: {fact.value}", fact.date, fact.source, "inferred" if fact.inferred else None]
    return ", ".join(word for word in words if word is not None)


def _short(regimen: str | None) -> str:
    if regimen is None:
        return "no regimen"
    return KNOWLEDGE.regimens[regimen].short


def _regimens(explanation: Explanation, width: int) -> Iterator[str]:
    elsewhere = []
    for place in explanation.regimens:
        if place.place == "not on the menu":
            elsewhere.append(_short(place.regimen))
        else:
            because = f" ({place.because.rstrip('.')})" if place.because else ""
            yield from _item(f"{place.place}: {_short(place.regimen)}{because}", width)
    if elsewhere:
        yield from _item(f"not on the menu of this card: {', '.join(elsewhere)}", width)


def _unknowns(depends: tuple[Dependence, ...], width: int, *, leads: bool) -> Iterator[str]:
    if not any(one.lead for one in depends):
        now = "The leading regimen stays the same" if leads else "No regimen leads"
        yield from _item(f"{now}, whatever the unknown turns out to be.", width)
    for one in depends:
        if one.lead:
            yield from _item(f"depends on: {one.name} ({one.input})", width)
            for words, then in one.lead:
                yield from _item(f"{words}: {_then(then)}", width, level=2)
    other = [one for one in depends if one.other and not one.lead]
    for one in other:
        words = ", ".join(f"{value}{_urgent(then)}" for value, then in one.other)
        yield from _item(f"changes alternatives or other cards: {one.name} ({one.input}): {words}", width)
    same = [f"{one.name} ({one.input})" for one in depends if not one.lead and not one.other]
    if same:
        yield from _item(f"no change, whatever these turn out to be: {', '.join(same)}", width)


def _then(then: Answer) -> str:
    said = f"{then.topic}, {_short(then.lead)} leads" if then.topic is not None else "no treatment card"
    return f"{said}{_urgent(then)}"


def _urgent(then: Answer) -> str:
    urgent = [f"{topic} ({indicator})" for topic, indicator in then.findings if indicator != "info"]
    return f"; {', '.join(urgent)}" if urgent else ""
