"""Which unknowns could change the advice: each is varied over its possible values, and the guideline is asked again."""

from __future__ import annotations

from msgspec import Struct

from guideline.advice import Advice
from guideline.advise import advise
from guideline.case import Case
from guideline.practice import Practice
from guideline.situation import situation
from guideline.unknowns import Unknown, unknowns


class Answer(Struct, frozen=True):
    """What the guideline says, in short: the treatment topic, who leads, who stands beside, and the other topics with their indicators.

    `acts`: what each of those above information asks for, in their order. "Interrupt" and "stop for good" are one topic, at one urgency.
    """

    topic: str | None
    lead: str | None
    alternatives: tuple[str, ...]
    findings: tuple[tuple[str, str], ...]
    acts: tuple[str, ...] = ()


class Dependence(Struct, frozen=True):
    """An unknown, and the values under which the advice is another one.

    `lead`: values that change the leading regimen or the treatment topic. `other`: values that change only the alternatives, another card
    or its indicator. Both empty: the advice holds whatever it turns out to be. `tried` counts the values.
    """

    name: str
    input: str
    tried: int
    lead: tuple[tuple[str, Answer], ...] = ()
    other: tuple[tuple[str, Answer], ...] = ()


def answer_of(advice: Advice) -> Answer:
    """An advice in short."""
    t = advice.treatment
    return Answer(
        t.topic if t is not None else None,
        t.lead.regimen if t is not None and t.lead is not None else None,
        tuple(o.regimen for o in t.alternatives) if t is not None else (),
        tuple((f.topic, f.indicator) for f in advice.findings),
        tuple(f.headline.text for f in advice.findings if f.indicator != "info"),
    )


def dependences(case: Case, practice: Practice) -> tuple[Dependence, ...]:
    """For every unknown of the case, what of the advice depends on it. One value at a time: everything else stays as recorded."""
    now = answer_of(advise(case, practice))
    return tuple(_dependence(unknown, now, practice) for unknown in unknowns(situation(case, practice)))


def _dependence(unknown: Unknown, now: Answer, practice: Practice) -> Dependence:
    lead, other = [], []
    for words, completed in unknown.values:
        then = answer_of(advise(completed, practice))
        if (then.topic, then.lead) != (now.topic, now.lead):
            lead.append((words, then))
        elif then != now:
            other.append((words, then))
    return Dependence(unknown.name, unknown.input, len(unknown.values), tuple(lead), tuple(other))
