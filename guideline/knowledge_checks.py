"""What a set of knowledge files must fulfil beyond being YAML: the schemas, the references, and what may be printed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from guideline.knowledge_files import FOLDER, Fault, Finding, line_of, read, rule_ids, unknown
from guideline.order_knowledge import dose_faults, interaction_faults
from guideline.other_drugs import dangling
from guideline.sources import source_faults

#: The files that every start loads. Beside `statements.yaml`, sentences may
#: stand in further files `statements_*.yaml` of the same form, each with one subject.
FILES = ("knowledge", "drugs", "other_drugs", "regimens", "evidence", "labels", "thresholds", "doses", "interactions", "statements")

#: The files of the rule book, loaded when it is asked for.
BOOK_FILES = ("rules", "conflicts", "sources")

Documents = dict[str, dict[str, Any]]
Entries = dict[str, Any]

_PLACEHOLDER = re.compile(r"[a-z][a-z0-9_]*")


def faults(folder: Path = FOLDER, files: tuple[str, ...] = FILES) -> tuple[Documents, list[Fault]]:
    """Read `files` of `folder`: the documents, and every fault in them by file and line.

    References are checked once all files fit their schemas.
    """
    documents: Documents = {}
    found: list[Fault] = []
    for stem in _stems(folder, files):
        document = read(folder / f"{stem}.yaml")
        if isinstance(document, Fault):
            found.append(document)
        else:
            documents[stem] = document
    found += [_located(folder, finding) for stem, document in documents.items() for finding in _against_schema(stem, document)]
    if not found and set(FILES) <= set(documents):
        rules = rule_ids(folder)
        # What other files say of doses is compared with files that are whole in themselves.
        found = [_located(folder, finding) for finding in _references(documents, rules)]
        found = found or [_located(folder, finding) for finding in _order_references(documents, rules)]
    if not found and set(BOOK_FILES) <= set(documents):
        found = [_located(folder, finding) for finding in _book_references(documents)]
    return documents, sorted(found, key=lambda fault: (fault.file, fault.line))


def sentences(documents: Documents) -> dict[str, Entries]:
    """The sentences of all statement files, by file stem."""
    return {stem: document["statements"] for stem, document in documents.items() if _form(stem) == "statements"}


def _stems(folder: Path, files: Iterable[str]) -> Iterator[str]:
    """`files`, the further statement files of `folder` behind `statements`."""
    for stem in files:
        yield stem
        if stem == "statements":
            yield from sorted(file.stem for file in folder.glob("statements_*.yaml"))


def _form(stem: str) -> str:
    """The name of the schema that a file fulfils."""
    return "statements" if stem.startswith("statements_") else stem


def _located(folder: Path, finding: Finding) -> Fault:
    stem, path, message = finding
    file = folder / f"{stem}.yaml"
    return Fault(file.name, line_of(file, path), f"{'.'.join(map(str, path))}: {message}")


@cache
def _validator(stem: str) -> Draft202012Validator:
    schema = json.loads((FOLDER / "schema" / f"{_form(stem)}.json").read_bytes())
    # A pattern lets 2026-02-30 pass as a review date.
    return Draft202012Validator(schema, format_checker=FormatChecker(formats=["date"]))


def _against_schema(stem: str, document: dict[str, Any]) -> Iterator[Finding]:
    # A place that fails its pattern fails its format too: the pattern tells more.
    for error in sorted(_validator(stem).iter_errors(document), key=lambda error: error.validator == "format"):
        path = tuple(error.absolute_path)
        if error.validator == "additionalProperties" and "properties" in error.schema:
            allowed: dict[str, Any] = dict(error.schema["properties"])
            for name in sorted(set(error.instance) - set(allowed), key=str):
                yield stem, (*path, str(name)), "is not a known entry here"
        else:
            yield stem, path, _reason(error)


def _reason(error: ValidationError) -> str:
    choices: Any = error.validator_value
    if error.validator == "anyOf" and all("required" in choice for choice in choices):
        return f"needs one of {', '.join(choice['required'][0] for choice in choices)}"
    return error.message if len(error.message) < 200 else f"does not fit ({error.validator})"


def _references(documents: Documents, rules: frozenset[str]) -> Iterator[Finding]:
    """Dangling ids, contradictions between files, and figures that may not be printed."""
    drugs, regimens = documents["drugs"]["drugs"], documents["regimens"]["regimens"]
    evidence, labels = documents["evidence"]["evidence"], documents["labels"]["labels"]
    thresholds = documents["thresholds"]
    yield from _editions(documents)
    yield from _drugs(drugs, thresholds["lvef_tables"])
    yield from dangling(documents["other_drugs"], drugs)
    yield from _regimens(regimens, drugs, evidence, rules)
    for id_, label in labels.items():
        yield from unknown("labels", ("labels", id_, "regimen"), "regimen", [label["regimen"]], regimens)
        yield from unknown("labels", ("labels", id_, "rule"), "rule", [label["rule"]], rules)
    yield from _printable(evidence)
    yield from _lvef(thresholds, drugs, rules)
    yield from _doses(thresholds["dose_levels"], drugs, regimens, rules)
    for drug, rows in thresholds["labs"]["drugs"].items():
        yield from unknown("thresholds", ("labs", "drugs", drug), "drug", [drug], drugs)
        for n, row in enumerate(rows):
            yield from unknown("thresholds", ("labs", "drugs", drug, n), "rule", [row["rule"]], rules)
    fever = thresholds["febrile_neutropenia"]
    yield from unknown("thresholds", ("febrile_neutropenia", "drugs"), "drug with dose levels", fever["drugs"], thresholds["dose_levels"])
    yield from unknown("thresholds", ("febrile_neutropenia", "rule"), "rule", [fever["rule"]], rules)
    for stem, statements in sentences(documents).items():
        yield from _statements(stem, statements, rules)
    yield from _said_twice(sentences(documents))


def _order_references(documents: Documents, rules: frozenset[str]) -> Iterator[Finding]:
    """What order entry adds: label doses, interactions, supportive care."""
    yield from dose_faults(documents)
    yield from interaction_faults(documents, {id_ for found in sentences(documents).values() for id_ in found}, rules)


def _drugs(drugs: Entries, tables: Entries) -> Iterator[Finding]:
    for id_, drug in drugs.items():
        yield from unknown("drugs", ("drugs", id_, "components"), "drug", drug["components"], drugs)
        table = drug.get("lvef_table")
        if table is not None and (table not in tables or id_ not in tables[table]["drugs"]):
            yield "drugs", ("drugs", id_, "lvef_table"), f"the LVEF table {table!r} does not exist or does not name the drug"


def _regimens(regimens: Entries, drugs: Entries, evidence: Entries, rules: frozenset[str]) -> Iterator[Finding]:
    printable = {id_ for id_, entry in evidence.items() if entry["print"]}
    for id_, regimen in regimens.items():
        here = ("regimens", id_)
        for n, component in enumerate(regimen["components"]):
            yield from unknown("regimens", (*here, "components", n), "drug", [component["drug"]], drugs)
        yield from unknown("regimens", (*here, "drugs"), "drug", regimen["drugs"], drugs)
        yield from unknown("regimens", (*here, "evidence"), "printable evidence", regimen["evidence"], printable)
        yield from unknown("regimens", (*here, "rules"), "rule", regimen["rules"], rules)


def _editions(documents: Documents) -> Iterator[Finding]:
    edition = documents["knowledge"]["version"]
    for stem, document in documents.items():
        if document["version"] > edition:
            yield stem, ("version",), f"is newer than the edition {edition} in knowledge.yaml"


def _printable(evidence: dict[str, Any]) -> Iterator[Finding]:
    rejected = [entry for entry in evidence.values() if entry["verification"] in ("wrong", "unverified", "outdated")]
    for id_, entry in evidence.items():
        here = ("evidence", id_)
        if "readout" in entry and str(entry["year"]) not in entry["readout"]:
            yield "evidence", (*here, "readout"), f"does not name the year {entry['year']}"
        if not entry["print"]:
            continue
        if entry["verification"] not in ("confirmed", "secondary-only"):
            yield "evidence", (*here, "print"), f"is on, but the entry is {entry['verification']}"
        elif entry["verification"] == "secondary-only" and "caveat" not in entry:
            yield "evidence", (*here, "print"), "is on for secondary sources only, without a caveat that says so"
        elif any(_repeats(entry, other) for other in rejected):
            yield "evidence", here, "prints what another entry keeps off the cards"


def _repeats(entry: dict[str, Any], rejected: dict[str, Any]) -> bool:
    """Whether `entry` states a rejected figure of the same trial and population, or a rejected statement."""
    if entry["trial"] != rejected["trial"] or entry["population"] != rejected["population"]:
        return False
    if "endpoints" not in rejected:
        stated = ("statement", "strength", "quality")
        return all(entry.get(name) == rejected.get(name) for name in stated)
    figures = ("value", "comparator", "hr")
    return any(
        all(mine.get(name) == theirs[name] for name in figures if name in theirs)
        for mine in entry.get("endpoints", ())
        for theirs in rejected["endpoints"]
    )


def _lvef(thresholds: dict[str, Any], drugs: Entries, rules: frozenset[str]) -> Iterator[Finding]:
    if thresholds["lvef"]["due_days"] <= thresholds["lvef"]["current_days"]:
        yield "thresholds", ("lvef", "due_days"), "is not after current_days"
    for id_, table in thresholds["lvef_tables"].items():
        here = ("lvef_tables", id_)
        yield from unknown("thresholds", (*here, "rule"), "rule", [table["rule"]], rules)
        for drug in table["drugs"]:
            if drugs.get(drug, {}).get("lvef_table") != id_:
                yield "thresholds", (*here, "drugs"), f"drug {drug!r} does not name this table"


def _doses(levels: Entries, drugs: Entries, regimens: Entries, rules: frozenset[str]) -> Iterator[Finding]:
    for drug, entry in levels.items():
        here = ("dose_levels", drug)
        yield from unknown("thresholds", here, "drug", [drug], drugs)
        yield from unknown("thresholds", (*here, "rule"), "rule", [entry["rule"]], rules)
        if entry["levels"] != sorted(entry["levels"], reverse=True):
            yield "thresholds", (*here, "levels"), "are not in falling order"
        for id_, regimen in regimens.items():
            if any(part["drug"] == drug and part["dose"] != entry["levels"][0] for part in regimen["components"]):
                yield "thresholds", (*here, "levels"), f"the first is not the dose of regimen {id_!r}"


def _book_references(documents: Documents) -> Iterator[Finding]:
    """What the rule book names: conflicts between its sources (none unknown, none that no rule names), sections of guidelines, sources."""
    rules, conflicts = documents["rules"]["rules"], documents["conflicts"]["conflicts"]
    evidence = documents.get("evidence", {}).get("evidence")
    for id_, rule in rules.items():
        yield from unknown("rules", ("rules", id_, "conflicts"), "conflict", rule.get("conflicts", ()), conflicts)
        if evidence is not None:
            sections = {f"{entry['fact']}/{entry['trial'].rpartition(', ')[2]}" for entry in evidence.values()}
            named = [fact for fact in rule.get("evidence", ()) if "/" in fact]
            yield from unknown("rules", ("rules", id_, "evidence"), "guideline section", named, sections)
    for id_ in sorted(conflicts.keys() - {id_ for rule in rules.values() for id_ in rule.get("conflicts", ())}):
        yield "conflicts", ("conflicts", id_), "is named by no rule"
    yield from source_faults(documents)


def _said_twice(sentences: dict[str, Entries]) -> Iterator[Finding]:
    """A sentence id in two files: the second would silently replace the first."""
    first: dict[str, str] = {}
    for stem, statements in sentences.items():
        for id_ in statements:
            if first.setdefault(id_, stem) != stem:
                yield stem, ("statements", id_), f"stands in {first[id_]}.yaml too"


def _statements(stem: str, statements: Entries, rules: frozenset[str]) -> Iterator[Finding]:
    for id_, entry in statements.items():
        here = ("statements", id_)
        yield from unknown(stem, (*here, "rules"), "rule", entry["rules"], rules)
        try:
            fields = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(entry["text"]) if name is not None]
        except ValueError as error:
            yield stem, (*here, "text"), f"is not a sentence with {{placeholders}}: {error}"
            continue
        for name, spec, conversion in fields:
            if spec or conversion or not _PLACEHOLDER.fullmatch(name):
                yield stem, (*here, "text"), f"the placeholder {{{name}}} is not a plain name"
