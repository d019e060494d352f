"""QuestionnaireResponse -> the answers of the intake questionnaire: the newest per item.

How long an answer counts, and whether a newer coded fact overrules it, is decided by `guideline`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from fhir_mappings.dates import when
from fhir_mappings.record import Record
from fhir_mappings.resources import Coding, Resource, source_of
from guideline.case import DataProblem, IntakeAnswer
from guideline.partial_date import PartialDate

#: The canonical URL that a QuestionnaireResponse names.
QUESTIONNAIRE = "urn:her2-cds:questionnaire:her2-intake"
#: The code system of coded answers.
ANSWERS = "urn:her2-cds:intake"

_BOOLEAN = frozenset({"true", "false"})

#: The items and what may answer them. An answer that is none of these is not an answer.
ITEMS: dict[str, frozenset[str]] = {
    "prior-therapy-complete": _BOOLEAN,
    "last-line-outcome": frozenset({"ongoing", "progression", "toxicity", "completed"}),
    "cns-disease": frozenset({"none", "stable", "active", "leptomeningeal"}),
    "cns-burden-predominant": _BOOLEAN,
    "cns-symptoms": _BOOLEAN,
    "ild-history": frozenset(
        {
            "none", "radiation-pneumonitis-resolved", "other-resolved", "other-active",
            "tdxd-grade-1-active", "tdxd-grade-1-resolved", "tdxd-grade-2-or-worse",
        }
    ),
    "respiratory-symptoms": _BOOLEAN,
    "heart-failure-symptoms": _BOOLEAN,
    "menopausal-status": frozenset({"premenopausal", "postmenopausal"}),
    "lesion-accessible": _BOOLEAN,
    "disease-burden": frozenset({"low", "high", "visceral-crisis"}),
    "declines-chemotherapy": _BOOLEAN,
    "tdxd-available": _BOOLEAN,
    "pregnancy-excluded": _BOOLEAN,
    "her2-reviewed": frozenset({"positive", "negative"}),
    "dpyd": frozenset({"normal", "intermediate", "poor"}),
}  # fmt: skip

#: Of two answers of one moment the one that stands first here counts: the benign one is not assumed. Items that are not named have none
#: that is the safer one; of two answers to them neither counts.
_ADVERSE: dict[str, tuple[str, ...]] = {
    "prior-therapy-complete": ("false",),
    "cns-disease": ("leptomeningeal", "active", "stable"),
    "cns-symptoms": ("true",),
    "respiratory-symptoms": ("true",),
    "heart-failure-symptoms": ("true",),
    "menopausal-status": ("premenopausal",),
    "pregnancy-excluded": ("false",),
    "dpyd": ("poor", "intermediate"),
}

#: Items that take several answers at once.
REPEATING = frozenset({"ild-history"})

#: Groups within groups deeper than this are not opened.
_DEEPEST = 10


class _Answer(msgspec.Struct, frozen=True, rename="camel"):
    value_boolean: bool | str | None = None
    value_coding: Coding | None = None
    item: msgspec.Raw = msgspec.Raw()


class _Item(msgspec.Struct, frozen=True, rename="camel"):
    link_id: str | None = None
    answer: list[_Answer] | None = None
    item: msgspec.Raw = msgspec.Raw()


_ITEMS = msgspec.json.Decoder(list[_Item])


def read_intake(record: Record) -> dict[str, IntakeAnswer]:
    """The newest answer to each item, of questionnaires that are completed or amended and say when they were answered."""
    found: defaultdict[str, list[_Given]] = defaultdict(list)
    for resource in record.of("QuestionnaireResponse"):
        form = resource.questionnaire if isinstance(resource.questionnaire, str) else ""
        if form.split("|", 1)[0] != QUESTIONNAIRE or resource.status not in ("completed", "amended"):
            continue
        day = when(resource.authored)
        if day is None:
            record.problem("incomplete", resource, "answers without a date", "intake")
        elif record.counts(day, resource, "intake"):
            at, zoned = _instant(resource.authored)
            for link_id, answer in _answers(record, resource, day).items():
                found[link_id].append(_Given(at, zoned, answer))
    newest = ((link_id, _newest(record, link_id, given)) for link_id, given in sorted(found.items()))
    return {link_id: answer for link_id, answer in newest if answer is not None}


class _Given(NamedTuple):
    """An answer, when it was given in seconds since 1970 (without a time of day, when the day began), and whether its zone is known."""

    at: float
    zoned: bool
    answer: IntakeAnswer


def _newest(record: Record, link_id: str, given: Sequence[_Given]) -> IntakeAnswer | None:
    """The newest answer. The dates of two time zones do not compare, their instants do; without a zone the date is all there is.

    None where two answers of one moment contradict each other and neither is the safer one.
    """
    zoned = [one for one in given if one.zoned]
    others = [one for one in given if not one.zoned]
    newest = [max(zoned, key=lambda one: (one.at, _age(one)))] if zoned else []
    last = max((*newest, *others), key=_age)
    beside = [one.answer for one in given if (one.answer.date, one.at) == (last.answer.date, last.at)]
    return last.answer if len({answer.values for answer in beside}) == 1 else _adverse(record, link_id, beside)


def _adverse(record: Record, link_id: str, answers: Sequence[IntakeAnswer]) -> IntakeAnswer | None:
    """Of several answers of one moment the adverse one; of those that go together all but "none"."""
    said = {value for answer in answers for value in answer.values}
    if link_id in REPEATING:
        worse = tuple(sorted(said - {"none"}))
    else:
        worse = tuple(value for value in _ADVERSE.get(link_id, ()) if value in said)[:1]
    if worse:
        return IntakeAnswer(worse, answers[0].date, min(answer.source for answer in answers if not set(worse).isdisjoint(answer.values)))
    record.problems.append(
        DataProblem("unreadable", "intake", answers[0].source, f"two answers of one moment to {link_id} contradict each other")
    )
    return None


def _age(one: _Given) -> tuple[PartialDate, float, str, tuple[str, ...]]:
    """Newer answers are greater. Of one day the later one counts, as far as the time is known."""
    return one.answer.date, one.at, one.answer.source, one.answer.values


def _instant(authored: str | None) -> tuple[float, bool]:
    """When answers were given, and whether the time zone is known."""
    try:
        moment = datetime.fromisoformat(authored or "")
    except ValueError:
        return 0.0, False
    zoned = moment.tzinfo is not None
    return (moment if zoned else moment.replace(tzinfo=UTC)).timestamp(), zoned


def _answers(record: Record, resource: Resource, day: PartialDate) -> dict[str, IntakeAnswer]:
    values: dict[str, list[str]] = {}
    for item in _items(record, resource):
        allowed = ITEMS.get(item.link_id or "")
        if allowed is None or not item.answer:
            continue
        stated = [value for answer in item.answer if (value := _value(answer)) is not None]
        good = [value for value in stated if value in allowed]
        if len(good) < len(item.answer) or (len(set(good)) > 1 and item.link_id not in REPEATING):
            record.problem("unreadable", resource, f"answer to {item.link_id} not understood", "intake")
        else:
            values.setdefault(item.link_id or "", []).extend(good)
    source = source_of(resource)
    return {link_id: IntakeAnswer(tuple(sorted(set(stated))), day, source) for link_id, stated in values.items()}


def _value(answer: _Answer) -> str | None:
    if answer.value_boolean is not None:
        return str(answer.value_boolean).lower()
    coding = answer.value_coding
    return str(coding.code) if coding is not None and coding.system == ANSWERS and coding.code else None


def _items(record: Record, resource: Resource) -> Iterator[_Item]:
    """Every item, groups and items below answers opened."""
    waiting = [(resource.item, 0)]
    while waiting:
        raw, depth = waiting.pop()
        if not bytes(raw) or depth > _DEEPEST:
            continue
        try:
            items = _ITEMS.decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            record.problem("unreadable", resource, "items that cannot be read", "intake")
            continue
        for item in items:
            yield item
            waiting.append((item.item, depth + 1))
            waiting += [(answer.item, depth + 1) for answer in item.answer or ()]
