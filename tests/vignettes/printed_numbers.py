"""Where a number on a card may come from: a sentence of the knowledge files, or this patient.

First everything that the knowledge files say word for word is taken out of a card's text: sentences, evidence, doses, labels, the fixed
words of sentences with placeholders. The numbers that are left were filled in. Each must be the patient's (the case or the drafts), follow
from the patient's facts in one of the ways below, or be a limit of the knowledge files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import permutations
from string import Formatter
from typing import Any

import msgspec
import yaml

from guideline.advice import Advice
from guideline.body import body
from guideline.case import Case
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.knowledge_files import FOLDER

_DATE = re.compile(r"\b\d{4}(?:-\d{2}){1,2}\b")

#: Digits that are part of a name: HER2, T-DM1, CYP2C8, 5-HT3, NK1, DESTINY-Breast03.
_NAME = re.compile(r"\b5-HT3\b|\b[A-Za-z][\w-]*[A-Za-z]\d\w*")

_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*(?![A-Za-z])")

#: A template with fewer fixed letters than this ("{text}.") would match any text.
_SHORTEST = 8


def numbers(text: str) -> set[str]:
    """The numbers of a text, as printed; a date is one number with its dashes, a year alone a number like others."""
    dates = set(_DATE.findall(text))
    rest = _NAME.sub(" ", _DATE.sub(" ", text))
    # A dash or tilde before a digit is a range or a bullet, never part of the number.
    return dates | set(_NUMBER.findall(re.sub(r"[-~/x+]", " ", rest)))


def filled_in(text: str) -> set[str]:
    """The numbers of a card's text that no knowledge sentence holds word for word."""
    for sentence in _sentences():
        text = text.replace(sentence, " ")
    for pattern in _templates():
        text = pattern.sub(lambda found: f" {' ; '.join(found.groups())} ", text)
    return numbers(text)


def patients_numbers(case: Case, advice: Advice, drafts: Any) -> set[str]:
    """The numbers that this patient's facts and drafts hold, and those that follow from them."""
    facts = msgspec.to_builtins(case)
    held = {*_shown(facts), *_shown(drafts)}
    return held.union(_ages(case, facts), _falls(case), _lines(advice), _times_normal(case), _doses(case, drafts))


def limits() -> set[str]:
    """The numbers of the tables: thresholds, doses, regimens, and the edition itself."""
    return {number for stem in ("thresholds", "doses", "regimens", "knowledge") for number in _shown(_document(stem))}


def _ages(case: Case, facts: Any) -> Iterator[str]:
    """How many days ago something was."""
    for text in _texts(facts):
        yield from (str((case.today - date.fromisoformat(day)).days) for day in _DATE.findall(text) if len(day) == 10)


def _falls(case: Case) -> Iterator[str]:
    """By how many points one LVEF is below another."""
    yield from (f"{one.value - other.value:g}" for one, other in permutations(case.lvef, 2) if one.value > other.value)


def _lines(advice: Advice) -> Iterator[str]:
    """Lines of therapy: those used, by number, and the next one."""
    yield from map(str, range(1, advice.line + 2))


def _times_normal(case: Case) -> Iterator[str]:
    """A laboratory value in multiples of its upper limit of normal, the result's own or the assumed one."""
    for lab in case.labs:
        upper = lab.upper_normal or K.thresholds.labs.assumed_upper_normal.get(lab.kind)
        if upper:
            yield f"{round(lab.value / upper, 2):g}"


def _doses(case: Case, drafts: Any) -> Iterator[str]:
    """An ordered amount per kilogram or square metre, the label's in milligrams, and by how many percent the one is off the other."""
    measured = body(case)
    per = {size for size in (measured.kg, measured.surface) if size}
    ordered = set(_amounts(drafts))
    label = {dose for dose in _amounts(_document("doses")) if dose}
    relative = ordered | {amount / size for amount in ordered for size in per}
    for amount in {*relative, *(dose * size for dose in label for size in per)}:
        yield from _forms(amount)
    for amount in relative:
        yield from (f"{abs(amount / dose - 1) * 100:.0f}" for dose in label)


@cache
def _document(stem: str) -> Any:
    return yaml.safe_load((FOLDER / f"{stem}.yaml").read_bytes())


@cache
def _sentences() -> tuple[str, ...]:
    """Everything the knowledge files say word for word, the longest first."""
    said = {statement.text for statement in K.statements.values()}
    said |= {entry.line for entry in K.evidence.values() if entry.line}
    said |= {line for regimen in K.regimens.values() for line in (*regimen.dose_lines, *regimen.toxicity, regimen.duration, regimen.name)}
    said |= {label.text for windows in K.labels.values() for label in windows}
    said |= {text for table in K.thresholds.lvef_tables.values() for text in (table.action_text, table.resume.text)}
    return tuple(sorted((sentence for sentence in said if len(sentence) >= _SHORTEST), key=len, reverse=True))


@cache
def _templates() -> tuple[re.Pattern[str], ...]:
    found = []
    for statement in K.templates.values():
        parts = [(fixed, name) for fixed, name, _, _ in Formatter().parse(statement.text)]
        if sum(map(len, (fixed for fixed, _ in parts))) >= _SHORTEST:
            found.append("".join(re.escape(fixed) + ("(.*?)" if name is not None else "") for fixed, name in parts))
    # A placeholder at the end takes the rest of its line.
    return tuple(re.compile(re.sub(r"\(\.\*\?\)$", "(.*)", pattern)) for pattern in sorted(found, key=len, reverse=True))


def _values(tree: Any) -> Iterator[Any]:
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield key
            yield from _values(value)
    elif isinstance(tree, list | tuple):
        for value in tree:
            yield from _values(value)
    elif tree is not None and not isinstance(tree, bool):
        yield tree


def _texts(tree: Any) -> Iterator[str]:
    return (str(value) for value in _values(tree) if not isinstance(value, int | float))


def _amounts(tree: Any) -> Iterator[float]:
    return (float(value) for value in _values(tree) if isinstance(value, int | float))


def _shown(tree: Any) -> Iterator[str]:
    """The numbers of a tree as a card may print them; a date also by its month and its year."""
    for amount in _amounts(tree):
        yield from _forms(amount)
    for text in _texts(tree):
        yield from numbers(text)
        yield from (day[:length] for day in _DATE.findall(text) for length in (4, 7))


def _forms(amount: float) -> tuple[str, ...]:
    return f"{amount:g}", f"{amount:.2f}", f"{amount:.1f}", f"{amount:.0f}"
