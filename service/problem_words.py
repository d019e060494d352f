"""What was not read of a record, in words: for the terminal and for the app."""

from __future__ import annotations

from typing import Final

from guideline.case import ProblemKind

#: What is lost, by the `subject` of a `DataProblem`.
SUBJECTS: Final[dict[str, str]] = {
    "therapy": "a therapy",
    "her2": "a HER2 or hormone-receptor result",
    "lvef": "an LVEF",
    "lung": "a lung condition",
    "heart": "a heart condition",
    "diagnosis": "a diagnosis",
    "lab": "a laboratory value",
    "pregnancy": "a pregnancy finding",
    "intake": "an answer of the intake questionnaire",
    "patient": "the patient's own data",
    "allergy": "an allergy",
    "body": "a weight or height",
    "course": "the course of the disease",
    "procedure": "an examination or procedure",
    "other": "something else",
}

#: Why, by its `kind`.
KINDS: Final[dict[ProblemKind, str]] = {
    "unreadable": "could not be read",
    "unread-code": "has a code that is not read, and no words that are",
    "other-patient": "is about another patient, so it is not used",
    "no-subject": "does not say whose it is, so it is not used",
    "old-fhir": "is in the form of another FHIR version",
    "code-text-conflict": "has a code and a text that contradict each other, so it is not used",
    "erroneous": "is marked as entered in error, so it is not used",
    "future": "lies in the future, so it is not used",
    "incomplete": "not all of it was seen",
    "unsent": "was not sent",
    "forbidden": "may not be read by this service, so it may be there",
}
