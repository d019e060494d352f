"""The knowledge base: the YAML files under `guideline/knowledge/`, checked, typed, loaded once.

`KNOWLEDGE` is what rules read; nothing of it changes after import. A fault in a file is a `KnowledgeError` that names file and line.
What a card prints about evidence and doses is composed here, once, from single fields, so that no sentence can mix two readouts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import convert

from guideline.advice import Statement
from guideline.knowledge_checks import BOOK_FILES, Documents, faults, sentences
from guideline.knowledge_entries import Component, Conflict, Drug, Evidence, Label, Regimen, RuleEntry
from guideline.knowledge_files import FOLDER, KnowledgeError
from guideline.knowledge_printing import dose_lines, evidence_line
from guideline.order_knowledge import Interaction, LabelDoses, SupportiveCare, interactions, label_doses, supportive_care
from guideline.other_drugs import OtherDrugEntry, OtherDrugGroup, drugs_in, groups_in
from guideline.sources import Sources, register
from guideline.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything the rules know about medicine. Dictionaries are keyed by id and never changed.

    `version` is the edition that every card carries. `statements` are the sentences without placeholders, ready made;
    `templates` those with. `labels` are keyed by regimen and jurisdiction.
    """

    version: str
    dated: str
    review_status: str
    drugs: dict[str, Drug]
    other_drugs: dict[str, OtherDrugEntry]
    other_drug_groups: dict[str, OtherDrugGroup]
    regimens: dict[str, Regimen]
    evidence: dict[str, Evidence]
    labels: dict[tuple[str, str], tuple[Label, ...]]
    thresholds: Thresholds
    statements: dict[str, Statement]
    templates: dict[str, Statement]
    doses: dict[str, LabelDoses]
    interactions: tuple[Interaction, ...]
    supportive_care: tuple[SupportiveCare, ...]

    def say(self, statement: str, /, **values: object) -> Statement:
        """The sentence `statement` of the statement files with the patient's values filled in.

        Raises `KnowledgeError` for an unknown id or a missing value.
        """
        ready = self.statements.get(statement)
        if ready is not None:
            return ready
        try:
            template = self.templates[statement]
            return Statement(statement, template.text.format_map(values), template.rules)
        except KeyError as error:
            raise KnowledgeError(f"statements.yaml: {statement!r}: there is no {error.args[0]!r}") from error

    def evidence_line(self, evidence: str) -> str:
        """The printable sentence of an evidence entry. Raises `KnowledgeError` for an unknown id, or one that is kept off cards."""
        entry = self.evidence.get(evidence)
        if entry is None or entry.line is None:
            raise KnowledgeError(f"evidence.yaml: {evidence!r} {'does not exist' if entry is None else 'may not be printed'}")
        return entry.line

    def labels_of(self, regimen: str, jurisdiction: str) -> tuple[Label, ...]:
        """The label entries of a regimen in a jurisdiction (`US`, `EU`); empty when none is known."""
        return self.labels.get((regimen, jurisdiction), ())


def load(folder: Path | None = None) -> Knowledge:
    """Load and check the knowledge files (of this package, or of `folder`). Raises `KnowledgeError` for the first fault."""
    documents, found = faults(folder or FOLDER)
    if found:
        raise KnowledgeError(str(found[0]))
    edition = documents["knowledge"]
    drugs = {id_: _drug(id_, entry) for id_, entry in documents["drugs"]["drugs"].items()}
    labels: dict[tuple[str, str], tuple[Label, ...]] = {}
    for id_, entry in documents["labels"]["labels"].items():
        label = convert({"id": id_, **entry}, Label)
        labels[label.regimen, label.jurisdiction] = (*labels.get((label.regimen, label.jurisdiction), ()), label)
    statements, templates = _sentences({id_: entry for entries in sentences(documents).values() for id_, entry in entries.items()})
    return Knowledge(
        version=edition["version"],
        dated=edition["dated"],
        review_status=edition["review_status"],
        drugs=drugs,
        other_drugs=drugs_in(documents["other_drugs"]),
        other_drug_groups=groups_in(documents["other_drugs"]),
        regimens={id_: _regimen(id_, entry, drugs) for id_, entry in documents["regimens"]["regimens"].items()},
        evidence={id_: _evidence(id_, entry) for id_, entry in documents["evidence"]["evidence"].items()},
        labels=labels,
        thresholds=_thresholds(documents["thresholds"]),
        statements=statements,
        templates=templates,
        doses=label_doses(documents["doses"]),
        interactions=interactions(documents["interactions"]),
        supportive_care=supportive_care(documents["interactions"]),
    )


@cache
def rule_book(folder: Path | None = None) -> dict[str, RuleEntry]:
    """The rule book by rule id, in its own order. Loaded when first asked for. Raises `KnowledgeError` for the first fault."""
    documents = _book(folder or FOLDER)
    return {id_: convert({"id": id_, **entry}, RuleEntry) for id_, entry in documents["rules"]["rules"].items()}


@cache
def settled_conflicts(folder: Path | None = None) -> dict[str, Conflict]:
    """The conflicts between sources that rules name, by id. Raises `KnowledgeError` for the first fault."""
    documents = _book(folder or FOLDER)
    return {id_: convert({"id": id_, **entry}, Conflict) for id_, entry in documents["conflicts"]["conflicts"].items()}


@cache
def sources(folder: Path | None = None) -> Sources:
    """The register of what rules and evidence name as their sources. Raises `KnowledgeError` for the first fault."""
    return register(_book(folder or FOLDER)["sources"])


@cache
def _book(folder: Path) -> Documents:
    documents, found = faults(folder, BOOK_FILES)
    if found:
        raise KnowledgeError(str(found[0]))
    return documents


def _drug(id_: str, entry: dict[str, Any]) -> Drug:
    # `class` is a word of Python, so the field has a longer name than the file's entry.
    fields = {name: value for name, value in entry.items() if name != "class"}
    return convert({"id": id_, "drug_class": entry["class"], **fields}, Drug)


def _regimen(id_: str, entry: dict[str, Any], drugs: dict[str, Drug]) -> Regimen:
    components = tuple(convert(component, Component) for component in entry["components"])
    return convert({"id": id_, **entry, "dose_lines": dose_lines(components, drugs, entry.get("partners"))}, Regimen)


def _evidence(id_: str, entry: dict[str, Any]) -> Evidence:
    silent = convert({"id": id_, **entry, "line": None}, Evidence)
    return convert({"id": id_, **entry, "line": evidence_line(silent)}, Evidence) if silent.print else silent


def _thresholds(document: dict[str, Any]) -> Thresholds:
    tables = {id_: {"id": id_, **table} for id_, table in document["lvef_tables"].items()}
    return convert({**document, "lvef_tables": tables}, Thresholds)


def _sentences(entries: dict[str, Any]) -> tuple[dict[str, Statement], dict[str, Statement]]:
    """Sentences without placeholders, and those with; a doubled brace stays one in the text."""
    plain: dict[str, Statement] = {}
    open_: dict[str, Statement] = {}
    for id_, entry in entries.items():
        text, rules = entry["text"], tuple(entry["rules"])
        try:
            plain[id_] = Statement(id_, text.format_map({}), rules)
        except KeyError:
            open_[id_] = Statement(id_, text, rules)
    return plain, open_


KNOWLEDGE: Knowledge = load()
