"""The rule book: every rule with its trigger, advice, strength, evidence and sources, grouped as clinicians look for it.

Read from the knowledge files alone, so the book and the advice cannot differ. Written out as text, Markdown, JSON, and as the web page
that a card's source link leads to.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from guideline.knowledge_base import KNOWLEDGE
from guideline.knowledge_base import rule_book as rule_entries
from guideline.knowledge_entries import RuleEntry

#: What a reader is told about where a rule speaks.
WHERE_IT_SPEAKS = {
    "card": "on cards when a chart is opened",
    "order": "at order entry (order-select, order-sign)",
    "text": "in this book only",
}


@dataclass(frozen=True, slots=True)
class BookRule:
    """One rule as readers see it: the entry of the knowledge files, and its evidence as printable sentences."""

    entry: RuleEntry
    evidence: tuple[str, ...]

    @property
    def where(self) -> str:
        """Where the rule speaks, and why not on a card if it does not."""
        where = WHERE_IT_SPEAKS[self.entry.status]
        return f"{where}: {self.entry.reason}" if self.entry.reason else where

    @property
    def rows(self) -> Iterator[tuple[str, str]]:
        """The labelled parts that the rule has, in reading order."""
        entry = self.entry
        parts = [
            ("When", entry.trigger),
            ("Advice", entry.advice),
            ("Strength", entry.strength),
            ("Note", entry.note),
            ("Speaks", self.where),
        ]
        yield from ((label, text) for label, text in parts if text)


@dataclass(frozen=True, slots=True)
class BookGroup:
    """The rules of one clinical subject."""

    name: str
    anchor: str
    rules: tuple[BookRule, ...]


def rule_book() -> tuple[BookGroup, ...]:
    """All rules, grouped, in the order of the knowledge files."""
    groups: dict[str, list[BookRule]] = {}
    for entry in rule_entries().values():
        groups.setdefault(entry.group, []).append(BookRule(entry, tuple(_printable(entry.evidence))))
    return tuple(BookGroup(name, f"group-{number}", tuple(rules)) for number, (name, rules) in enumerate(groups.items(), 1))


def _printable(facts: tuple[str, ...]) -> Iterator[str]:
    """The sentences about these checked facts (E01 ...) that may be printed; what is not confirmed stays out of the book too."""
    for fact in facts:
        yield from (entry.line for entry in KNOWLEDGE.evidence.values() if entry.fact == fact and entry.line is not None)


def as_text(book: tuple[BookGroup, ...], width: int = 100) -> str:
    """The book for a terminal."""
    lines: list[str] = []
    for group in book:
        lines += [group.name, "=" * len(group.name), ""]
        for rule in group.rules:
            lines += _wrapped(f"{rule.entry.id}  ", rule.entry.statement, width)
            for label, text in rule.rows:
                lines += _wrapped(f"      {label + ':':<10}", text, width)
            for text in rule.evidence:
                lines += _wrapped("      Evidence: ", text, width)
            lines += _wrapped("      Sources:  ", "; ".join(rule.entry.sources), width)
            lines.append("")
    return "\n".join(lines)


def as_markdown(book: tuple[BookGroup, ...]) -> str:
    """The book as Markdown."""
    lines = ["# Rule book", "", f"Knowledge {KNOWLEDGE.version}, {KNOWLEDGE.review_status}.", ""]
    for group in book:
        lines += [f"## {group.name}", ""]
        for rule in group.rules:
            lines += [f"### {rule.entry.id}: {rule.entry.statement}", ""]
            lines += [f"- **{label}:** {text}" for label, text in rule.rows]
            lines += [f"- **Evidence:** {text}" for text in rule.evidence]
            lines.append(f"- **Sources:** {'; '.join(rule.entry.sources)}")
            lines.append("")
    return "\n".join(lines)


def as_records(book: tuple[BookGroup, ...]) -> list[dict[str, Any]]:
    """The book for machines: one record per rule; members without content are left out."""
    return [
        {
            key: value
            for key, value in {
                "id": rule.entry.id,
                "group": group.name,
                "kind": rule.entry.kind,
                "statement": rule.entry.statement,
                "trigger": rule.entry.trigger,
                "advice": rule.entry.advice,
                "strength": rule.entry.strength,
                "evidence": rule.evidence,
                "sources": rule.entry.sources,
                "conflicts": rule.entry.conflicts,
                "topics": rule.entry.topics,
                "note": rule.entry.note,
                "status": rule.entry.status,
                "reason": rule.entry.reason,
            }.items()
            if value
        }
        for group in book
        for rule in group.rules
    ]


def _wrapped(label: str, text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, initial_indent=label, subsequent_indent=" " * len(label)) or [label.rstrip()]
