"""`/rules/sources`: the register of sources, where "Said by" and the checked facts of a rule lead (`/rules/sources#E22`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from guideline.knowledge_base import KNOWLEDGE as K
from guideline.knowledge_base import rule_book, settled_conflicts, sources
from guideline.sources import SourceDocument, cited_names
from service.rule_book import printable


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the register: its anchor, its headline, labelled lines, the documents it rests on, and the rules that name it."""

    anchor: str
    title: str
    rows: tuple[tuple[str, str], ...]
    documents: tuple[SourceDocument, ...] = ()
    rules: tuple[str, ...] = ()
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """The entries of one kind, under a headline and a sentence about them."""

    anchor: str
    name: str
    about: str
    entries: tuple[Entry, ...]


#: Said of a document that nobody can find by what is known of it.
NOT_IDENTIFIED = "what is said here is all that is known of it; it is not publicly identified"


def register_parts() -> tuple[Part, ...]:
    """The whole register, part by part."""
    register = sources()
    return (
        Part(
            "documents",
            "Documents",
            "What rules and evidence name as their source.",
            tuple(_document(entry) for entry in register.documents.values()),
        ),
        Part(
            "decisions",
            "Decisions of the owner",
            "Where the sources leave a choice, or disagree, these decide. No clinician has approved them yet.",
            tuple(Entry(f"decision-{n}", f"Decision {n}", (("Decided", text),)) for n, text in register.decisions.items()),
        ),
        Part(
            "facts",
            "Fact check",
            "Claims of the source documents (E..) and newer developments (N..), held against public sources on 2026-11-20.",
            tuple(
                Entry(
                    fact.id,
                    fact.id,
                    (("About", fact.about), ("Verdict", fact.verdict), *(("Printed", line) for line in printable([fact.id]))),
                    documents=tuple(register.documents[by] for by in fact.by),
                    rules=tuple(_naming(fact.id)),
                )
                for fact in register.facts.values()
            ),
        ),
        Part(
            "conflicts",
            "Conflicts",
            "Where the source documents disagree with each other, or with a label, trial or guideline.",
            tuple(
                Entry(id_, id_, (("Clash", c.clash), ("Settled", c.settled), ("Source", c.source)), rules=tuple(_in_conflict(id_)))
                for id_, c in settled_conflicts().items()
            ),
        ),
        Part(
            "order-checks",
            "Order checks",
            "The items of the order-check list; each is a rule of the book.",
            tuple(
                Entry(rule.id, rule.id, (("Check", rule.statement),), rules=(rule.id,))
                for rule in rule_book().values()
                if rule.id.startswith("P")
            ),
        ),
        Part(
            "inputs",
            "List of inputs",
            "What a case has to say. An absent input is asked for and never read as the harmless value.",
            tuple(Entry(id_, id_, (("Input", text),)) for id_, text in register.inputs.items()),
        ),
        Part(
            "silences",
            "Silence list",
            "When the service stays silent, or only informs.",
            tuple(Entry(f"silence-{n}", f"Silence list {n}", (("Silent", text),)) for n, text in register.silences.items()),
        ),
    )


def _document(entry: SourceDocument) -> Entry:
    rows = [("Kind", entry.kind), ("What", entry.what)]
    if not entry.identified and entry.kind != "none":
        rows.append(("Found", NOT_IDENTIFIED))
    return Entry(entry.id, "; ".join(entry.names), tuple(rows), rules=tuple(_said_by(entry.names)), address=entry.address)


def _said_by(names: Iterable[str]) -> Iterator[str]:
    """The rules that name a document, by themselves or in evidence that they print."""
    wanted = set(names)
    facts = {entry.fact for entry in K.evidence.values() if entry.line and wanted.intersection(cited_names(entry.source))}
    for rule in rule_book().values():
        if wanted.intersection(rule.sources) or facts.intersection(fact.partition("/")[0] for fact in rule.evidence):
            yield rule.id


def _naming(fact: str) -> Iterator[str]:
    return (rule.id for rule in rule_book().values() if fact in {named.partition("/")[0] for named in rule.evidence})


def _in_conflict(conflict: str) -> Iterator[str]:
    return (rule.id for rule in rule_book().values() if conflict in rule.conflicts)
