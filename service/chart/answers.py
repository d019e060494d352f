"""Answers of the intake questionnaire given on the page: read from the form, laid over the case, written as a QuestionnaireResponse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from fhir_mappings.intake import ANSWERS, ITEMS, QUESTIONNAIRE, REPEATING
from guideline.case import Case, IntakeAnswer
from guideline.intake import answer
from guideline.partial_date import PartialDate
from service.smart.errors import SmartError

#: What an answer names as its source until it is in the record.
GIVEN_HERE = "answered in this app"

Answers = Mapping[str, tuple[str, ...]]


class BadAnswer(SmartError):
    """An answer to a question that is not asked, or none of its answers; a supposed fact that cannot be."""

    code = "bad-answer"
    title = "This cannot be answered so"
    text = "The form held an answer that its question cannot have, so nothing was taken from it and nothing was changed."
    advice = "Go back and answer again."


def read_answers(given: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """The answers of a form: by link id, each with its codes. An empty answer is none. Raises `BadAnswer`."""
    found = {}
    for item, codes in given.items():
        chosen = tuple(sorted({code for code in codes if code}))
        allowed = ITEMS.get(item)
        if allowed is None:
            raise BadAnswer("question")
        if not allowed.issuperset(chosen) or (len(chosen) > 1 and item not in REPEATING):
            raise BadAnswer("value")
        if len(chosen) > 1 and "none" in chosen:
            raise BadAnswer("contradiction")
        if chosen:
            found[item] = chosen
    return found


def answers_in(resource: Mapping[str, Any] | None) -> dict[str, tuple[str, ...]]:
    """The answers of a QuestionnaireResponse that `questionnaire_response` made; none for `None`."""
    items = resource.get("item", ()) if resource is not None else ()
    return {item["linkId"]: tuple(sorted(_code(answer) for answer in item["answer"])) for item in items}


def new_answers(case: Case, given: Answers) -> dict[str, tuple[str, ...]]:
    """What is answered differently from the record: an answer that stands there already keeps its own date."""
    return {item: codes for item, codes in given.items() if (known := answer(case, item)) is None or known.values != codes}


def with_answers(case: Case, given: Answers) -> Case:
    """The case with answers of today laid over those of the record."""
    if not given:
        return case
    today = PartialDate.on(case.today)
    return replace(case, intake={**case.intake, **{item: IntakeAnswer(codes, today, GIVEN_HERE) for item, codes in given.items()}})


def questionnaire_response(given: Answers, *, patient_id: str, authored: datetime, author: str | None = None) -> dict[str, Any]:
    """The answers as a FHIR R4 QuestionnaireResponse about the patient; `author` is the user where the EHR says who that is."""
    resource: dict[str, Any] = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": QUESTIONNAIRE,
        "status": "completed",
        "subject": {"reference": f"Patient/{patient_id}"},
        # Of two answers to one question the later counts, and an answer can be corrected within a second.
        "authored": authored.isoformat(timespec="milliseconds"),
    }
    if author is not None:
        resource["author"] = {"reference": author}
    if given:
        resource["item"] = [{"linkId": item, "answer": [_value(code) for code in given[item]]} for item in ITEMS if item in given]
    return resource


def _value(code: str) -> dict[str, Any]:
    if code in ("true", "false"):
        return {"valueBoolean": code == "true"}
    return {"valueCoding": {"system": ANSWERS, "code": code}}


def _code(answer: Mapping[str, Any]) -> str:
    if "valueBoolean" in answer:
        return "true" if answer["valueBoolean"] else "false"
    return str(answer["valueCoding"]["code"])
