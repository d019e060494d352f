"""Observation -> LVEF; Condition -> heart failure and cardiomyopathy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from fhir_mappings.code_tables import icd10_key
from fhir_mappings.coded import CodingTriple, contradicts_itself, is_known, meanings_of, triples, words
from fhir_mappings.dates import known_by
from fhir_mappings.denial import Passage
from fhir_mappings.documents.later_members import notes_of
from fhir_mappings.lvef_words import LvefReading, in_percent, lvef_in
from fhir_mappings.observation_topics import asks_for_lvef, is_panel, topic_of_codes
from fhir_mappings.problem_list import ProblemList
from fhir_mappings.record import Record
from fhir_mappings.remembered import remembered
from fhir_mappings.resources import Component, Quantity, Resource, source_of
from fhir_mappings.results import Number, Result, has_result, has_value, of_quantity, of_text, results, text_of
from fhir_mappings.terminology import value_of
from fhir_mappings.visit_diagnoses import Closed
from guideline.case import HeartCondition, Lvef, UnreadResult

Modality = Literal["echo", "muga", "mri", "ct", "angiogram", "unspecified"]

#: In percent: outside of this no living patient's LVEF lies; such a number is another quantity or a typing error.
LVEF_LEAST, LVEF_MOST = 5.0, 95.0

_MODALITY_WORDING: tuple[tuple[str, Modality], ...] = (
    (r"muga|radionuclide|blood pool|scintigra|multigated|gated", "muga"),
    (r"\bc?mri?\b|magnetic", "mri"),
    (r"echo|\btte\b|\btee\b|ultrasound|simpson|biplane", "echo"),
    (r"angiogra|ventriculogra|catheter", "angiogram"),
    (r"\bct\b|tomogra", "ct"),
)  # fmt: skip
_MODALITY_WORDS: tuple[tuple[re.Pattern[str], Modality], ...] = tuple(
    (re.compile(pattern), modality) for pattern, modality in _MODALITY_WORDING
)


_MODALITIES: dict[str, Modality] = {modality: modality for _, modality in _MODALITY_WORDS}

#: In points: planes and methods of one examination differ by less.
_MOST_SPREAD = 10.0

#: Units of a percentage as they are written, and of a fraction.
_PERCENTAGE = re.compile(r"%|percent|\bpct\b|prozent|\A1\Z|\A\{.*\}\Z|fraction|\bef\b", re.IGNORECASE)

#: What a component may be called that is an LVEF; and what makes it one of another day, of another state, or no value at all.
_NAMED = re.compile(r"lvef|lv[ -]ef\b|\bef\b|ejection fraction|ejektionsfraktion")
_ANOTHER = re.compile(
    r"\b(?:prev(?:ious(?:ly)?)?|prior|baseline|earlier|former|initial|last|pre-?treatment|change|delta|difference|target|goal|reference|"
    r"limit|lower|upper|stress|exercise|dobutamine|date)\b"
)

#: An examination whose measurements are not those at rest, or not hers.
_UNDER_STRESS = re.compile(r"stress|exercise|dobutamine|\bfo?etal\b")

#: An ejection fraction of something else.
_ELSEWHERE = re.compile(r"\bright vent|\brv\b|gall ?bladder")


def read_lvef(record: Record) -> tuple[Lvef, ...]:
    """The LVEF series. What cannot be an LVEF, and what cannot be read, is named."""
    return tuple([fact for result in results(record, record.of("lvef"), "lvef") if (fact := _lvef(record, result)) is not None])


def _lvef(record: Record, result: Result) -> Lvef | None:
    resource, panel = result.resource, is_panel(result.resource)
    if contradicts_itself(resource.code) or (not panel and _is_elsewhere(words(resource.code))):
        record.problem("code-text-conflict", resource, "labelled as something other than an LVEF", "lvef")
        return None
    components = resource.component or []
    if panel and _UNDER_STRESS.search(words(resource.code)) is not None and not any(map(_is_coded, components)):
        return None
    reading = None if panel else _reading(resource)
    if reading is None and components:
        reading = _in_components(components, told_by_them=panel)
    if reading is None:
        measured = any(_is_asked_for(one) and has_result(one) for one in components)
        if not panel or any(_is_asked_for(one) and has_value(one) for one in components):
            record.problem("unreadable", resource, "no value that can be read", "lvef")
        noted = not has_value(resource) and _told_in_a_note(resource)
        if measured or (not panel and (has_result(resource) or noted)):
            _unread(record, result)
    elif not (LVEF_LEAST <= reading.value <= LVEF_MOST and (reading.upper is None or reading.value <= reading.upper <= LVEF_MOST)):
        record.problem("erroneous", resource, "not a possible LVEF", "lvef")
        _unread(record, result)
    else:
        modality, source = _modality(resource), source_of(resource)
        return Lvef(reading.value, result.day, reading.upper, reading.bound, modality, result.preliminary, source)
    return None


def _unread(record: Record, result: Result) -> None:
    record.unread.append(UnreadResult("lvef", result.day, source=source_of(result.resource)))


def _told_in_a_note(resource: Resource) -> bool:
    """Whether a result without a value has one in its note. A note may speak of another day, so it is looked up, not judged."""
    return any(lvef_in(note) is not None for note in notes_of(resource))


def _reading(item: Resource | Component) -> LvefReading | None:
    number = _percentage(item.value_quantity) or of_text(item.value_integer)
    if number is not None:
        return LvefReading(in_percent(number.value), bound=number.bound)
    if item.value_range is not None:
        low, high = _percentage(item.value_range.low), _percentage(item.value_range.high)
        if low is not None and high is not None:
            return LvefReading(in_percent(low.value), in_percent(high.value))
        if low is not None:
            return LvefReading(in_percent(low.value), bound=">=")
        return LvefReading(in_percent(high.value), bound="<=") if high is not None else None
    text = text_of(item) or words(item.value_codeable_concept)
    return lvef_in(text) if text else None


def _percentage(quantity: Quantity | None) -> Number | None:
    """The number of a quantity that is a percentage, or a fraction of 1; millilitres and beats a minute are not an LVEF."""
    number = of_quantity(quantity)
    if quantity is None or number is None:
        return None
    units = [unit for unit in (quantity.code, quantity.unit, number.unit) if unit]
    return number if not units or any(_PERCENTAGE.search(unit) for unit in units) else None


def _in_components(components: list[Component], *, told_by_them: bool) -> LvefReading | None:
    """The present LVEF among the measurements of an echo: the one so coded, else so labelled, else a number that nothing else claims.

    The last only where the Observation itself asks for the LVEF, and is not one by its components alone (`told_by_them`). Several (of two
    planes, of two methods) are a range, unless they differ so much that one of them must be of another day.
    """
    read = [(one, found) for one in components if not _is_another(words(one.code)) and (found := _reading(one)) is not None]
    present = (
        [found for one, found in read if _is_coded(one)]
        or [found for one, found in read if _names_lvef(words(one.code))]
        or [found for one, found in read if not told_by_them and _is_unclaimed(one)]
    )
    if len(present) < 2:
        return present[0] if present else None
    low, high = min(one.value for one in present), max(one.upper or one.value for one in present)
    if high - low > _MOST_SPREAD or any(one.bound for one in present):
        return present[0] if len(set(present)) == 1 else None
    return LvefReading(low, high if high > low else None)


def _is_coded(component: Component) -> bool:
    return topic_of_codes(component.code) == "lvef"


def _is_asked_for(component: Component) -> bool:
    """Whether a component asks for the present LVEF, by its code or by its label."""
    return _is_coded(component) or (asks_for_lvef(component.code) and not _is_another(words(component.code)))


def _is_unclaimed(component: Component) -> bool:
    """Whether the number of a component without a name of ours may be the LVEF: a percentage, or a text that says so, under its label."""
    quantity = component.value_quantity
    said = f"{quantity.value} {quantity.unit or quantity.code or ''}" if quantity is not None else text_of(component) or ""
    return lvef_in(f"{words(component.code)}: {said}") is not None


def _modality(resource: Resource) -> Modality:
    """How it was measured: by code (trap 18), else by the method or the label. Two codes that differ leave it open."""
    codings = triples(resource.code)
    for component in resource.component or ():
        codings += triples(component.code) if _is_coded(component) else ()
    return _modality_of(codings) or _modality_in(f"{words(resource.method)} {words(resource.code)}")


@remembered(maxsize=1024)
def _modality_of(codings: tuple[CodingTriple, ...]) -> Modality | None:
    coded = {value_of(system, code, "obs.lvef") for system, code, _ in codings} - {None, "unspecified"}
    if len(coded) > 1:
        return "unspecified"
    return _MODALITIES.get(coded.pop() or "", "unspecified") if coded else None


@remembered(maxsize=1024)
def _modality_in(text: str) -> Modality:
    return next((modality for pattern, modality in _MODALITY_WORDS if pattern.search(text)), "unspecified")


@remembered(maxsize=1024)
def _names_lvef(label: str) -> bool:
    return _NAMED.search(label) is not None


@remembered(maxsize=1024)
def _is_another(label: str) -> bool:
    return _ANOTHER.search(label) is not None or _is_elsewhere(label)


@remembered(maxsize=1024)
def _is_elsewhere(label: str) -> bool:
    return _ELSEWHERE.search(label) is not None


#: I50.9 of a visit and I50.22 of the problem list are one heart failure.
_SAME_HEART_DISEASE = 3

#: Stage A of the ACC/AHA is a risk of heart failure, as "pre-heart failure" is a step before it.
_FAILURE = re.compile(
    r"(?<!stage a )(?<!pre-)heart failure(?! risk\b|,? \(?(?:(?:acc/aha|aha/acc|acc|aha) )?stage a\b)|cardiac failure|"
    r"(?:\bleft |\bbi-?)ventricular failure|\blv failure|\bchf\b|\bhf(?:p|r|mr)?ef\b|"
    # From class II on there are symptoms.
    r"\bnyha\b[ ,:()-]*+(?:(?:functional|classification|class|klasse|stadium|stage|fc)\b[ ,:-]*+)*+(?:ii|iii|iv|[234])\b"
)
_MUSCLE = re.compile(
    # Who takes a cardiotoxic drug has no disease of the heart yet.
    r"cardiomyopath|cardiotoxic(?:it|\W++(?:effect|reaction|event|damage|injury))|\bctrcd\b|"
    r"(?<!diastolic )(?:cardiac|myocardial) dysfunction|\blvsd\b|"
    r"(?:left ventricular|\blv\b) (?:systolic )?(?:dysfunction|impairment)|"
    r"(?:reduced|decreased|impaired|low) (?:lvef|(?:cardiac )?ejection|(?:left ventricular|lv) (?:systolic )?(?:function|ejection))"
)


def read_heart_conditions(listed: ProblemList) -> tuple[HeartCondition, ...]:
    """Heart failure and cardiomyopathy on the problem list, resolved ones too."""
    closed = Closed(listed["heart"], icd_characters=_SAME_HEART_DISEASE)
    return tuple(fact for resource in listed["heart"] for fact in _heart(resource, closed))


def _heart(resource: Resource, closed: Closed) -> Iterator[HeartCondition]:
    concepts = {meaning.concept for _, meaning in meanings_of(resource.code) if meaning.use == "match"}
    kind: Literal["heart-failure", "cardiomyopathy"] | None = None
    if "cond.heart_failure" in concepts:
        kind = "heart-failure"
    elif "cond.cardiomyopathy_lvsd" in concepts:
        # I97.13x is heart failure, though postprocedural.
        kind = "heart-failure" if any(icd10_key(code).startswith("I9713") for _, code, _ in triples(resource.code)) else "cardiomyopathy"
    elif not is_known(resource.code):
        kind = _heart_disease_in(words(resource.code))
    if kind is not None:
        yield HeartCondition(kind, closed.course_of(resource).status, known_by(resource), source_of(resource))


@remembered(maxsize=1024)
def _heart_disease_in(label: str) -> Literal["heart-failure", "cardiomyopathy"] | None:
    """The disease that a label names and does not deny. One that is suspected makes as careful as one that is there."""
    passage = Passage(label)
    if passage.may_be_so(_FAILURE):
        return "heart-failure"
    return "cardiomyopathy" if passage.may_be_so(_MUSCLE) else None
