"""Observation and Condition -> pregnancy and menopause.

Trap 22: 77386006 "pregnancy" is also a reason for which therapies are stopped, and 86645-9 is an intention. Only an answer to a
pregnancy question, or a Condition, is a status.
"""

from __future__ import annotations

import re
from typing import Literal

from fhir_mappings.coded import as_list, first_code, labels_of, triples, words
from fhir_mappings.dates import known_by, performed
from fhir_mappings.denial import Passage
from fhir_mappings.observation_topics import is_panel, topic_of_codes
from fhir_mappings.problem_list import ProblemList, clinical_status
from fhir_mappings.record import Record
from fhir_mappings.reproductive_names import asks_for_pregnancy, menopause_named, names_both_ovaries_removed, pregnancy_named
from fhir_mappings.resources import Component, Concept, Range, Resource, source_of
from fhir_mappings.results import is_false, normal_ranges, number_of, results, text_of, upper_limit
from fhir_mappings.terminology import value_of
from guideline.case import Menopause, Pregnancy

PregnancyStatus = Literal["pregnant", "not-pregnant", "possible"]
MenopauseStatus = Literal["premenopausal", "perimenopausal", "postmenopausal"]

_PREGNANCY: tuple[PregnancyStatus, ...] = ("pregnant", "not-pregnant", "possible")
_MENOPAUSE: tuple[MenopauseStatus, ...] = ("premenopausal", "perimenopausal", "postmenopausal")

#: hCG tests: their answer is a test result, not a status.
_HCG = frozenset({"2106-3", "2118-8", "21198-7"})

#: Interpretations of a test, HL7's codes in lower case: positive, or above normal.
_HIGH = frozenset({"pos", "det", "h", "hh", "hu", ">", "a", "aa"})


def read_pregnancies(record: Record, listed: ProblemList) -> tuple[Pregnancy, ...]:
    """Pregnancy statuses, tests and Conditions. A resolved pregnancy says nothing about today and is left out."""
    found = []
    panels = [resource for resource in record.of("lab") if resource.component is not None and is_panel(resource) and _answers(resource)]
    for result in results(record, (*record.of("pregnancy"), *panels), "pregnancy"):
        for item in _answers(result.resource):
            status = _pregnancy_answer(item)
            if status is None and _is_test(item):
                limits = normal_ranges(result.resource) if item is result.resource else []
                status = _above_normal(item, limits)
                if status is None and _is_unjudged(item, limits):
                    record.problem("unreadable", result.resource, "a number without a range or an interpretation", "pregnancy")
            if status is not None and not (result.preliminary and status == "not-pregnant"):
                found.append(Pregnancy(status, result.day, source_of(result.resource)))
    for resource in listed["pregnancy"]:
        status = _by_code(resource.code) or pregnancy_named(words(resource.code))
        if status is not None and clinical_status(resource) != "resolved":
            found.append(Pregnancy(status, known_by(resource), source_of(resource)))
    return tuple(found)


def _answers(resource: Resource) -> list[Resource] | list[Component]:
    """Where the answer stands: in the result itself, or in those components of a panel that ask."""
    if not is_panel(resource):
        return [resource]
    return [component for component in resource.component or () if topic_of_codes(component.code) == "pregnancy"]


def _by_code(concept: Concept | None) -> PregnancyStatus | None:
    values = {value_of(system, code, "obs.pregnancy") for system, code, _ in triples(concept)}
    return next((status for status in _PREGNANCY if status in values), None)


def _pregnancy_answer(resource: Resource | Component) -> PregnancyStatus | None:
    coded = _by_code(resource.value_codeable_concept)
    if coded is not None:
        return coded
    if resource.value_boolean not in (None, ""):
        return "not-pregnant" if is_false(resource.value_boolean) else "pregnant"
    said = "\n".join((words(resource.value_codeable_concept), text_of(resource) or ""))
    said = said.strip() or " ".join(first_code(concept) for concept in as_list(resource.interpretation))
    return _pregnancy_words(said, _is_test(resource))


def _is_test(resource: Resource | Component) -> bool:
    if any(code in _HCG for _, code, _ in triples(resource.code)):
        return True
    labels = labels_of(resource.code) if topic_of_codes(resource.code) is None else []
    return any(asks_for_pregnancy(label) == "test" for label in labels)


def _is_unjudged(resource: Resource | Component, limits: list[Range]) -> bool:
    return number_of(resource) is not None and not resource.interpretation and not any(map(upper_limit, limits))


def _above_normal(resource: Resource | Component, normal: list[Range]) -> PregnancyStatus | None:
    """An hCG that the laboratory itself calls positive or high, or that lies above its range. Which number is high is nowhere else told."""
    codes = {str(code).lower() for concept in as_list(resource.interpretation) for _, code, _ in triples(concept)}
    if codes & _HIGH:
        return "possible"
    number = number_of(resource)
    limits = [upper_limit(limit) for limit in normal]
    if number is None or number.bound in ("<", "<="):
        return None
    units = ("", _plain(number.unit))
    above = any(limit is not None and _plain(limit.unit) in units and number.value > limit.value for limit in limits)
    return "possible" if above else None


def _plain(unit: str) -> str:
    """A range in words has no brackets: `<5 mIU/mL` of 3500 m[IU]/mL."""
    return unit.translate({ord("["): None, ord("]"): None}).lower()


_PREGNANT = re.compile(r"(?<!to become )(?<!to get )(?<!becoming )pregnant|\bpregnancy confirmed")
_PREGNANCY_WORDS = re.compile(
    r"(?<!to become )(?<!to get )(?<!becoming )pregnant|\bpregnancy\b(?! (?:test|plan|wish|intent|desire|status|histor|counsel|prevent))"
)
_YES = re.compile(r"^yes\b")
_UNSURE = re.compile(r"possib|unknown|uncertain|not yet confirmed")
_UNKNOWN = re.compile(r"\A\s*+unknown\b")
_NEGATIVE = re.compile(r"not detected|\bneg(?:ative)?\b|^no\b(?: no\b)*(?=$| ?[,.;:(/-])")
_POSITIVE_TEST = re.compile(r"\bpos(?:itive)?\b|(?<!not )detected")
#: A pregnancy status that is "positive" is so by a test.
_POSITIVE_ANSWER = re.compile(r"\A\W*+pos(?:itive)?\b")
#: What she says of herself, or said of the past, proves nothing.
_NO_PROOF = re.compile(
    r"\b(?:den(?:y|ies|ied|ying)|never|not (?:known|aware|sure|certain|planning|trying))\b[^.;,]{0,60}\bpregnan|"
    r"\bpregnan[a-z]{1,2}:? (?:is |was )?denied"
)


def _pregnancy_words(text: str, is_test: bool) -> PregnancyStatus | None:
    """What words answer. What they assert and deny at once is `possible`, which is as good as unknown."""
    passage = Passage(text)
    said = passage.standings(_PREGNANCY_WORDS)
    pregnant = passage.asserts(_PREGNANT) or _YES.search(passage.text) is not None
    if not pregnant and "suspected" not in said and ("denied" in said or _NEGATIVE.search(passage.text)):
        return None if _NO_PROOF.search(passage.text) else "not-pregnant"
    if not pregnant and "suspected" not in said and _UNKNOWN.match(passage.text):
        return None  # "Unknown" suspects nothing
    if "suspected" in said or _UNSURE.search(passage.text) or (pregnant and "denied" in said):
        return "possible"
    if pregnant:
        return "pregnant"
    if (_POSITIVE_TEST if is_test else _POSITIVE_ANSWER).search(passage.text) is not None:
        return "possible"  # hCG can come from elsewhere: a test alone is asked about, not believed
    return None


def read_menopause(record: Record, listed: ProblemList) -> tuple[Menopause, ...]:
    """Menopausal statuses, from answers and from Conditions; a woman without ovaries is postmenopausal from the operation on."""
    found = []
    for result in results(record, record.of("menopause"), "other"):
        resource = result.resource
        if not is_false(resource.value_boolean):
            status = _menopause(resource.value_codeable_concept) or _menopause(resource.code)
            if status is not None:
                found.append(Menopause(status, result.day, source_of(resource)))
    for resource in listed["menopause"]:
        status = _menopause(resource.code) or _menopause_said(resource.code)
        if status is None and names_both_ovaries_removed(words(resource.code)):
            status = "postmenopausal"
        if status is not None:
            found.append(Menopause(status, known_by(resource), source_of(resource)))
    for resource in record.of("Procedure"):
        if resource.status == "completed" and names_both_ovaries_removed(words(resource.code)):
            day = performed(resource)
            if day is None or record.counts(day, resource):
                found.append(Menopause("postmenopausal", day, source_of(resource)))
    return tuple(found)


def _menopause(concept: Concept | None) -> MenopauseStatus | None:
    values = {value_of(system, code, "obs.menopause") for system, code, _ in triples(concept)}
    return next((status for status in _MENOPAUSE if status in values), None)


def _menopause_said(concept: Concept | None) -> MenopauseStatus | None:
    """The status that the text of a code is, or one of its displays."""
    return next((status for label in labels_of(concept) if (status := menopause_named(label)) is not None), None)
