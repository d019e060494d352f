"""The rule book written out: text for a terminal, Markdown to print or file, records for machines."""

from __future__ import annotations

import textwrap
from typing import Any

from guideline.knowledge_base import KNOWLEDGE
from service.rule_book import INTENDED_USE, WHAT_OFF_MEANS, RuleBook

_COLUMN = 16


def as_text(book: RuleBook, width: int = 100) -> str:
    """The book for a terminal, in lines of at most `width` columns."""
    lines = ["her2-cds rule book", _edition(), "", *textwrap.wrap(INTENDED_USE, width), "", "At this site"]
    lines += [line for choice in book.site_lines for line in _wrapped("  - ", choice, width)]
    lines += ["", *textwrap.wrap(WHAT_OFF_MEANS, width), ""]
    for group in book.groups:
        lines += [group.name, "=" * len(group.name), ""]
        for rule in group.rules:
            lines += _wrapped(f"{rule.entry.id}  ", rule.entry.statement + (" [OFF]" if rule.off else ""), width)
            for label, text in rule.rows:
                lines += _wrapped(f"      {label}:".ljust(_COLUMN), text, width)
            lines.append("")
    return "\n".join(lines)


def as_markdown(book: RuleBook) -> str:
    """The book as Markdown."""
    lines = ["# Rule book", "", _edition(), "", INTENDED_USE, "", "## At this site", ""]
    lines += [f"- {choice}" for choice in book.site_lines]
    lines += ["", WHAT_OFF_MEANS, ""]
    for group in book.groups:
        lines += [f"## {group.name}", ""]
        for rule in group.rules:
            lines += [f"### {rule.entry.id}: {rule.entry.statement}{' (off)' if rule.off else ''}", ""]
            lines += [f"- **{label}:** {text}" for label, text in rule.rows]
            lines.append("")
    return "\n".join(lines)


def as_records(book: RuleBook) -> list[dict[str, Any]]:
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
                "labels": rule.labels,
                "sources": rule.entry.sources,
                "conflicts": rule.entry.conflicts,
                "conflictNotes": rule.conflicts,
                "topics": rule.entry.topics,
                "note": rule.entry.note,
                "status": rule.entry.status,
                "reason": rule.entry.reason,
                "switched": rule.switched,
                "locked": rule.locked,
            }.items()
            if value
        }
        for group in book.groups
        for rule in group.rules
    ]


def _edition() -> str:
    return f"Knowledge {KNOWLEDGE.version}, {KNOWLEDGE.review_status}, dated {KNOWLEDGE.dated}."


def _wrapped(label: str, text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, initial_indent=label, subsequent_indent=" " * len(label)) or [label.rstrip()]
