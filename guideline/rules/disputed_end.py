"""Record and intake answer disagree on whether the last therapy has ended (R131).

The end stands, whichever of the two says so: what is over opens the question of the next line. But one of the two is wrong, so the card
says so. Where the record has the end, the card is worded on condition; where the answer has it, the record is merely behind, unless a dose
was given since.
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
from guideline.therapy.lines import Line, last_day_of
from guideline.therapy.progression import intake_outcome

_ENDED_BY_ANSWER = {"toxicity": "stopped for toxicity", "completed": "completed"}


class DisputedEnd(Struct, frozen=True):
    """The drugs of a line that the record has as ended and an answer as still being given, the recorded end (None: no date), the answer."""

    drugs: tuple[str, ...]
    ended: PartialDate | None
    answer: IntakeAnswer


def disputed_end(s: Situation) -> DisputedEnd | None:
    """Where answer and record contradict each other; None where they agree, or where the record is newer than the answer and wins."""
    last = s.last_line
    if last is None or last.outcome == "ongoing" or s.current_drugs:
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
        return _naming_open_record(s, chosen), list(findings)
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


def _naming_open_record(s: Situation, chosen: Treatment | None) -> Treatment | None:
    """The treatment card, naming an answer that the last therapy is over while the record has no end of it."""
    last = s.last_line
    if chosen is None or last is None or last.outcome not in _ENDED_BY_ANSWER:
        return chosen
    answer = intake_outcome(s.case, last.start)
    if answer is None or answer.values[0] != last.outcome:
        return chosen
    ended = _ENDED_BY_ANSWER[last.outcome]
    fact = FactUsed("Intake answer", f"the last therapy was {ended}", str(answer.date), answer.source)
    named = replace(chosen, facts=(*chosen.facts, fact))
    still_open = _without_end(last)
    if not still_open:
        return named
    said = K.say("answered-end", drugs=drug_names(still_open), outcome=ended, date=str(answer.date))
    return replace(named, detail=(*named.detail, said), rules=tuple(dict.fromkeys((*named.rules, "R131"))))


def _without_end(line: Line) -> tuple[str, ...]:
    return tuple(in_usual_order(e.drug for e in line.main_part() if e.state != "ended"))
