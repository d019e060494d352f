"""The intake questionnaire as the page asks it: pre-filled from the record, and first what could change the advice.

What an answer could change is not written down anywhere: the guideline is asked again with each of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Literal

from msgspec import Struct

from fhir_mappings.intake import ITEMS
from guideline.advice import Advice
from guideline.advise import advise
from guideline.case import Case
from guideline.facts_used import brain_fact, lung_fact
from guideline.intake import answer
from guideline.laboratory.dpyd import newest as newest_dpyd
from guideline.partial_date import when_last
from guideline.practice import Practice
from guideline.situation import Situation
from guideline.what_if import answer_of
from service.chart.answers import GIVEN_HERE, with_answers
from service.intake import questionnaire

#: What an answer could change: who leads (or which treatment card it is), something else, or nothing.
Matters = Literal["lead", "other", "nothing"]

_RANK: dict[Matters, int] = {"lead": 0, "other": 1, "nothing": 2}

_BOOLEAN = {"true": "Yes", "false": "No"}


class Choice(Struct, frozen=True):
    """One answer that can be given, and whether it is the one that counts now."""

    code: str
    display: str
    chosen: bool


class Question(Struct, frozen=True):
    """One question.

    `answered`: what counts now came from the record (`record`), from this page (`here`), or there is none (`""`). `when` and `source` say
    since when and where; `expired` is an answer that no longer counts, in words. `hint` is what the record says by other means.
    """

    id: str
    text: str
    repeats: bool
    choices: tuple[Choice, ...]
    answered: Literal["record", "here", ""]
    when: str | None
    source: str | None
    expired: str
    hint: str
    matters: Matters


def questions(s: Situation, advice: Advice) -> tuple[Question, ...]:
    """Every question, those first that are open and whose answer could change most."""
    found = [_question(s, advice, item, entry) for item, entry in _asked(s)]
    return tuple(sorted(found, key=lambda q: (bool(q.answered), _RANK[q.matters])))


@cache
def _entries() -> dict[str, dict[str, Any]]:
    entries: dict[str, dict[str, Any]] = questionnaire()["questions"]
    return entries


def _asked(s: Situation) -> Iterator[tuple[str, dict[str, Any]]]:
    """The questions that can be asked of this patient."""
    for item, entry in _entries().items():
        if s.male and item in ("menopausal-status", "pregnancy-excluded"):
            continue
        yield item, entry


def _question(s: Situation, advice: Advice, item: str, entry: dict[str, Any]) -> Question:
    counts, recorded = answer(s.case, item), s.case.intake.get(item)
    words: dict[str, str] = entry.get("answers") or _BOOLEAN
    chosen = counts.values if counts is not None else ()
    here = counts is not None and counts.source == GIVEN_HERE
    expired = ""
    if counts is None and recorded is not None and recorded.values:
        expired = f"{', '.join(words[value] for value in recorded.values)} ({recorded.date}): too long ago to count"
    return Question(
        id=item,
        text=" ".join(str(entry["text"]).split()),
        repeats=bool(entry.get("repeats", False)),
        choices=tuple(Choice(code, words[code], code in chosen) for code in words),
        answered="" if counts is None else "here" if here else "record",
        when=str(counts.date) if counts is not None else None,
        source=counts.source if counts is not None and not here else None,
        expired=expired,
        hint=_hint(s, item),
        matters=_matters(s.case, s.practice, advice, item),
    )


def _hint(s: Situation, item: str) -> str:
    """What the record says about a question by other means than the questionnaire."""
    fact = lung_fact(s) if item == "ild-history" else brain_fact(s) if item == "cns-disease" else None
    if fact is not None and fact.source is not None and not fact.source.startswith(("QuestionnaireResponse", GIVEN_HERE)):
        day = f", {fact.date}" if fact.date and fact.date not in fact.value else ""
        return f"{fact.value}{day}, {fact.source}"
    if item == "menopausal-status" and s.case.menopause:
        newest = max(s.case.menopause, key=lambda m: (when_last(m.date), m.source))
        return f"{newest.status}{f', {newest.date}' if newest.date else ''}, {newest.source}"
    tested = newest_dpyd(s.case.dpyd) if item == "dpyd" else None
    return f"{tested.phenotype}{f', {tested.date}' if tested.date else ''}, {tested.source}" if tested is not None else ""


def _matters(case: Case, practice: Practice, advice: Advice, item: str) -> Matters:
    """What the answers of a question could change, each tried by itself."""
    now, most = answer_of(advice), 2
    for code in sorted(ITEMS[item]):
        then = answer_of(advise(with_answers(case, {item: (code,)}), practice))
        if (then.topic, then.lead) != (now.topic, now.lead):
            return "lead"
        if then != now:
            most = 1
    return "other" if most == 1 else "nothing"
