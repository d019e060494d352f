"""Why the advice is what it is: rules, questions that were asked, what the unknown could change, and what was not read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from cards.topics import TOPICS
from guideline.advice import Advice
from guideline.case import DataProblem
from guideline.explain import Explanation
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.knowledge_base import rule_book
from guideline.spoken_rules import in_rule_order
from guideline.what_if import Answer, Dependence, answer_of
from service.problem_words import KINDS, SUBJECTS


class Rule(Struct, frozen=True):
    """A rule that spoke: its id (the anchor in the rule book) and statement."""

    id: str
    statement: str


class Asked(Struct, frozen=True):
    """A clinical question that was asked of the record: the cards that answer it, or what closed it."""

    question: str
    spoke: tuple[str, ...]
    because: str


class Depends(Struct, frozen=True):
    """Something not known: under which values another regimen would lead (each in words), and which would change other things only.

    `urgent`: the warnings and critical cards that such a value would bring and that do not stand there today, and what those that do stand
    there would ask for instead.
    """

    name: str
    input: str
    lead: tuple[str, ...]
    other: tuple[str, ...]
    urgent: tuple[str, ...]


class NotRead(Struct, frozen=True):
    """Something of the record that could not be used, and why."""

    subject: str
    why: str
    source: str


class Reasons(Struct, frozen=True):
    """The whole of it. `silent` names rules that asked for silence, `switched_off` those that the site silenced here."""

    rules: tuple[Rule, ...]
    asked: tuple[Asked, ...]
    depends: tuple[Depends, ...]
    holds_for: tuple[str, ...]
    silent_rules: tuple[tuple[str, str, str], ...]
    silent: tuple[Rule, ...]
    switched_off: tuple[Rule, ...]
    not_read: tuple[NotRead, ...]


def reasons(explanation: Explanation, advice: Advice, problems: Iterable[DataProblem]) -> Reasons:
    """The reasons behind an advice."""
    spoke = dict.fromkeys(rule for fired in explanation.fired for rule in fired.rules)
    return Reasons(
        rules=_rules(in_rule_order(spoke)),
        asked=tuple(Asked(one.question, one.spoke, one.because or "") for one in explanation.considered),
        depends=tuple(_depends(explanation.depends, advice)),
        holds_for=tuple(one.name for one in explanation.depends if not one.lead and not one.other),
        silent_rules=tuple((one.rule, one.statement, one.because) for one in explanation.silent_rules),
        silent=_rules(advice.silent),
        switched_off=_rules(advice.switched_off),
        not_read=not_read(problems),
    )


def _rules(ids: Iterable[str]) -> tuple[Rule, ...]:
    book = rule_book()
    return tuple(Rule(id_, book[id_].statement) for id_ in ids if id_ in book)


def _depends(depends: Iterable[Dependence], advice: Advice) -> Iterator[Depends]:
    today = answer_of(advice)
    for one in sorted(depends, key=lambda one: not one.lead):
        if one.lead or one.other:
            yield Depends(
                one.name,
                one.input,
                tuple(f"{words}: {_then(then)}" for words, then in one.lead),
                tuple(words for words, _ in one.other),
                tuple(f"{words}: {added}" for words, then in one.other if (added := _added(then, today))),
            )


def _added(then: Answer, today: Answer) -> str:
    """The cards above information that an answer would add, in words; of one that stands there today, what it would ask for instead."""
    urgent = (finding for finding in then.findings if finding[1] != "info")
    return ", ".join(
        act if (topic, indicator) in today.findings else f"{TOPICS[topic].display} ({indicator})"
        for (topic, indicator), act in zip(urgent, then.acts, strict=True)
        if (topic, indicator) not in today.findings or act not in today.acts
    )


def _then(then: Answer) -> str:
    if then.topic is None:
        return "no treatment card"
    return f"{K.regimens[then.lead].short} leads" if then.lead is not None else "no regimen leads"


def not_read(problems: Iterable[DataProblem]) -> tuple[NotRead, ...]:
    """Each problem once, in words."""
    found = (
        NotRead(SUBJECTS.get(p.subject, p.subject), f"{KINDS[p.kind]}{f': {p.detail}' if p.detail else ''}", p.source) for p in problems
    )
    return tuple(dict.fromkeys(found))
