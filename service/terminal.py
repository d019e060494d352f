"""What `her2-cds evaluate` prints: the cards, or why there is none, then what was wrong with the data."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable

from cards.terminal import print_cards
from cards.topics import TOPICS
from guideline.advice import Advice
from guideline.case import Case, DataProblem
from guideline.knowledge_base import rule_book
from service.evaluation import Evaluation
from service.problem_words import KINDS, SUBJECTS

#: What one fact of a case is called, and several, so that a reader sees what arrived.
_FACTS = {
    "diagnoses": ("diagnosis", "diagnoses"),
    "metastases": ("metastasis", "metastases"),
    "stages": ("stage", "stages"),
    "receptors": ("receptor result", "receptor results"),
    "disease_statuses": ("disease status", "disease statuses"),
    "drugs": ("drug record", "drug records"),
    "other_drugs": ("other drug", "other drugs"),
    "allergies": ("allergy", "allergies"),
    "lvef": ("LVEF value", "LVEF values"),
    "heart": ("heart condition", "heart conditions"),
    "lungs": ("lung condition", "lung conditions"),
    "febrile_neutropenia": ("episode of febrile neutropenia", "episodes of febrile neutropenia"),
    "toxicities": ("toxicity", "toxicities"),
    "symptoms": ("symptom", "symptoms"),
    "labs": ("laboratory value", "laboratory values"),
    "unread": ("result that could not be read", "results that could not be read"),
    "body": ("weight or height", "weights and heights"),
    "performance": ("performance status", "performance statuses"),
    "pregnancies": ("pregnancy finding", "pregnancy findings"),
    "menopause": ("menopausal status", "menopausal statuses"),
    "procedures": ("procedure", "procedures"),
    "dpyd": ("DPYD result", "DPYD results"),
    "planned": ("planned order", "planned orders"),
    "intake": ("intake answer", "intake answers"),
}


def print_evaluation(evaluation: Evaluation, width: int, *, colour: bool = False) -> str:
    """The evaluation as text of at most `width` columns."""
    cards = print_cards(evaluation.cards, width, colour=colour) if evaluation.cards else _silence(evaluation, width)
    problems = evaluation.case.problems
    parts = [cards, _problems(problems, width) if problems else "", _left_out(evaluation.advice, width)]
    return "\n".join(part for part in parts if part)


def _left_out(advice: Advice, width: int) -> str:
    """What would have been said had the site not switched it off; empty where it would have been the same."""
    lines = [_listed(f"rule {id_}: {rule_book()[id_].statement}", width) for id_ in advice.switched_off]
    lines += [_listed(f"topic {topic}: {TOPICS[topic].display}", width) for topic in dict.fromkeys(advice.hidden)]
    return "\n".join(["Not said, since this site has it switched off:", *lines, ""]) if lines else ""


def _silence(evaluation: Evaluation, width: int) -> str:
    """Why there is no card, and what was read: a record of which nothing arrived must not pass for one without need of advice."""
    book = rule_book()
    reasons = [_listed(f"{rule}: {book[rule].statement} ({book[rule].trigger})", width) for rule in evaluation.advice.silent]
    heading = "Nothing to say, because" if reasons else "Nothing to say: no rule applies to this record."
    read = f"Read: {_facts_read(evaluation.case)}. With --explain: what closed each question."
    return "\n".join([heading, *reasons, textwrap.fill(read, width), ""])


def _facts_read(case: Case) -> str:
    counted = [(len(getattr(case, field)), names) for field, names in _FACTS.items()]
    return ", ".join(f"{n} {one if n == 1 else several}" for n, (one, several) in counted if n) or "nothing that any rule asks for"


def _problems(problems: Iterable[DataProblem], width: int) -> str:
    counted = Counter((problem.subject, problem.kind) for problem in problems)
    lines = [
        _listed(f"{count} x {SUBJECTS.get(subject, subject)}: {KINDS[kind]}", width) for (subject, kind), count in sorted(counted.items())
    ]
    return "\n".join(["Data that needs attention (--diagnose says more, resource by resource):", *lines, ""])


def _listed(text: str, width: int) -> str:
    return textwrap.fill(text, width, initial_indent="  - ", subsequent_indent="    ", break_on_hyphens=False)
