"""The intake says that the last therapy is still being given, the record that it has ended (R131).

The record's end stands, being the more cautious reading: what is over opens the question of the next line. But one of the two is wrong,
so the card says so, and is worded on condition.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from guideline.advice import FactUsed, Finding, Gap, Treatment
from guideline.case import IntakeAnswer
from guideline.facts_used import drug_names, headline_names, in_usual_order, line_facts
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate
from guideline.situation import Situation
from guideline.therapy_lines import intake_outcome, last_day_of


class DisputedEnd(Struct, frozen=True):
    """The drugs of a line that the record has as ended and an answer as still being given, the recorded end (None: no date), the answer."""

    drugs: tuple[str, ...]
    ended: PartialDate | None
    answer: IntakeAnswer


def disputed_end(s: Situation) -> DisputedEnd | None:
    """Where answer and record contradict each other; None where they agree, or where the record is newer than the answer and wins."""
    last = s.last_line
    if last is None or last.start is None or s.current_drugs:
        return None
    answer = intake_outcome(s.case, last.start)
    main = last.main_part()
    if answer is None or answer.values[0] != "ongoing" or any(e.state != "ended" for e in main):
        return None
    ended = last_day_of(main)
    if any(day is not None and day.earliest > answer.date.latest for day in (ended, last.ended_on)):
        return None
    return DisputedEnd(tuple(in_usual_order(e.drug for e in main)), ended, answer)


def naming_disputed_end(s: Situation, chosen: Treatment | None, findings: Sequence[Finding]) -> tuple[Treatment | None, list[Finding]]:
    """The same advice, its treatment card naming the contradiction; a `MissingData` card where nothing else asks about the therapy."""
    disputed = s.once(disputed_end)
    if disputed is None:
        return chosen, list(findings)
    ended = str(disputed.ended) if disputed.ended is not None else "no date"
    said = K.say("disputed-end", drugs=drug_names(disputed.drugs), ended=ended, date=str(disputed.answer.date))
    fact = FactUsed("Intake answer", "the last therapy is still being given", str(disputed.answer.date), disputed.answer.source)
    gap = Gap("I04", K.say("ask-disputed-end"))
    if chosen is not None:
        named = replace(
            chosen,
            detail=(said, *chosen.detail),
            facts=(*chosen.facts, fact),
            missing=(gap, *chosen.missing),
            rules=(*chosen.rules, "R131"),
        )
        return named, list(findings)
    if any(f.topic == "MissingData" for f in findings):
        return None, list(findings)
    headline = K.say("disputed-end-alone", drugs=headline_names(disputed.drugs))
    return None, [*findings, Finding("MissingData", "info", headline, (said,), (*line_facts(s)[-1:], fact), (gap,), rules=("R131",))]
