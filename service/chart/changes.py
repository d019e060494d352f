"""What became different between two advices, in words: who leads, what stands beside it, which cards came and went, what they newly say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cards.topics import TOPICS
from cards.wording import one_line
from guideline.advice import Advice, Finding, Option, Statement, Treatment
from guideline.knowledge_base import KNOWLEDGE as K

#: What is said where two advices are the same.
NOTHING = "Nothing changes: the advice stays as it is."


def changes(before: Advice, after: Advice) -> tuple[str, ...]:
    """What changed, the most important first; one sentence that nothing did where that is so."""
    found = [*_treatment(before.treatment, after.treatment), *_findings(before.findings, after.findings)]
    return tuple(dict.fromkeys(found)) or (NOTHING,)


def _treatment(before: Treatment | None, after: Treatment | None) -> Iterator[str]:
    if before is None and after is None:
        return
    if after is None:
        assert before is not None
        yield f"There is no treatment advice any more (before: {_leading(before)})."
        return
    if before is None:
        yield f"There is treatment advice now: {_leading(after)}."
        return
    was, now = _lead(before), _lead(after)
    if was != now:
        if now is None:
            yield f"No regimen leads any more (before: {was})."
        else:
            yield f"{now} leads now{f', instead of {was}' if was else '; before, no regimen did'}."
    if before.topic != after.topic:
        yield f"The advice is now about: {TOPICS[after.topic].display.lower()} (before: {TOPICS[before.topic].display.lower()})."
    yield from _moved(before, after)
    yield from _new_words(before, after)


def _leading(treatment: Treatment) -> str:
    return f"{TOPICS[treatment.topic].display.lower()}, {_lead(treatment) or 'no regimen leads'}"


def _lead(treatment: Treatment) -> str | None:
    return K.regimens[treatment.lead.regimen].short if treatment.lead is not None else None


def _shorts(options: Iterable[Option]) -> list[str]:
    return [K.regimens[option.regimen].short for option in options]


def _moved(before: Treatment, after: Treatment) -> Iterator[str]:
    for name, old, new in (("alternative", before.alternatives, after.alternatives), ("advised against", before.barred, after.barred)):
        came = [short for short in _shorts(new) if short not in _shorts(old)]
        went = [short for short in _shorts(old) if short not in _shorts(new)]
        if came:
            yield f"Now {name}: {', '.join(came)}."
        if went:
            yield f"No longer {name}: {', '.join(went)}."


def _new_words(before: Treatment, after: Treatment) -> Iterator[str]:
    """What is newly said, or no longer, about the same leading regimen and what stands beside it."""
    if _lead(before) != _lead(after) or before.topic != after.topic:
        return
    if before.headline.text != after.headline.text:
        yield f"The headline is now: {one_line(after.headline.text)}"
    yield from _said(_statements(before), _statements(after))
    yield from _new_words_of_options(before.alternatives, after.alternatives)
    yield from _new_words_of_options(before.barred, after.barred)


def _new_words_of_options(before: Iterable[Option], after: Iterable[Option]) -> Iterator[str]:
    """What is newly said, or no longer, about a regimen that stands where it stood."""
    was = {option.regimen: option for option in before}
    for option in after:
        if option.regimen in was:
            yield from _said(_words_of(was[option.regimen]), _words_of(option), f" of {K.regimens[option.regimen].short}")


def _said(old: list[str], new: list[str], of: str = "") -> Iterator[str]:
    for text in new:
        if text not in old:
            yield f"Newly said{of}: {one_line(text)}"
    for text in old:
        if text not in new:
            yield f"No longer said{of}: {one_line(text)}"


def _statements(treatment: Treatment) -> list[str]:
    lead = treatment.lead
    said: list[Statement] = [*treatment.detail, *treatment.why, *treatment.checks, *(gap.ask for gap in treatment.missing)]
    return list(dict.fromkeys([statement.text for statement in said] + (_words_of(lead) if lead is not None else [])))


def _words_of(option: Option) -> list[str]:
    label = (option.label,) if option.label is not None else ()
    return [statement.text for statement in (*option.reasons, *option.cautions, *label)] + list(option.doses)


def _findings(before: Iterable[Finding], after: Iterable[Finding]) -> Iterator[str]:
    old, new = {_key(f): f for f in before}, {_key(f): f for f in after}
    for key, finding in new.items():
        if key not in old:
            yield f"New, {_urgency(finding)}: {TOPICS[finding.topic].display}. {one_line(finding.headline.text)}"
            continue
        if old[key].indicator != finding.indicator:
            yield f"Now {_urgency(finding)} (before: {_urgency(old[key])}): {TOPICS[finding.topic].display}."
        yield from _said(_words_of_finding(old[key]), _words_of_finding(finding), f" ({TOPICS[finding.topic].display})")
    for key, finding in old.items():
        if key not in new:
            yield f"Gone: {TOPICS[finding.topic].display}. {one_line(finding.headline.text)}"


def _words_of_finding(finding: Finding) -> list[str]:
    return [statement.text for statement in (*finding.detail, *(gap.ask for gap in finding.missing))]


def _key(finding: Finding) -> tuple[str, str]:
    return finding.topic, finding.headline.text


def _urgency(finding: Finding) -> str:
    return {"info": "information", "warning": "warning", "critical": "critical"}[finding.indicator]
