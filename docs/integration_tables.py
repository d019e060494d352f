"""Write the generated parts of `docs/integration.md` anew: services, prefetch, scopes, topics, override reasons, as the code has them.

    .venv/bin/python docs/integration_tables.py

A test fails while the page differs from what this writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from cards.override_reasons import OVERRIDE_REASONS
from cards.topics import TOPICS
from fhir_mappings.prefetch_queries import PREFETCH
from service.cds_hooks.prefetch import queried_type
from service.cds_hooks.registry import REQUIRED_KINDS, SERVICES

PAGE = Path(__file__).with_name("integration.md")

_PART = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def with_tables(page: str) -> str:
    """The page with every generated part as the code has it now. Raises `KeyError` for a part that nobody writes."""
    return _PART.sub(lambda part: f"{part[1]}\n{_WRITERS[part[2]]()}\n\n{part[3]}", page)


def _services() -> str:
    rows = [f"| `{service.hook}` | `/cds-services/{id_}` | `/cds-services/{id_}/feedback` |" for id_, service in SERVICES.items()]
    return _table("hook", "endpoint", "feedback", rows=rows)


def _prefetch() -> str:
    return "\n\n".join(f"`{key}`\n\n```text\n{query}\n```" for key, query in PREFETCH.items())


def _scopes() -> str:
    return _table("resource type", "SMART v1", "SMART v2", "key", rows=list(_scope_rows()))


def _scope_rows() -> Iterator[str]:
    keys: dict[str, list[str]] = {}
    for key, query in PREFETCH.items():
        keys.setdefault(queried_type(query), []).append(f"`{key}`")
    for kind, named in keys.items():
        searched = any("?" in PREFETCH[key.strip("`")] for key in named)
        needed = " (required)" if kind in REQUIRED_KINDS else ""
        yield f"| {kind}{needed} | `patient/{kind}.read` | `patient/{kind}.{'rs' if searched else 'r'}` | {', '.join(named)} |"
    yield "| Medication | `patient/Medication.read` | `patient/Medication.r` | none: read where an order names its drug by reference only |"


def _topics() -> str:
    rows = [f"| `{code}` | {topic.display} | {_reasons(code)} |" for code, topic in TOPICS.items()]
    return _table("`source.topic.code`", "is about", "override reasons offered", rows=rows)


def _reasons(topic: str) -> str:
    return ", ".join(f"`{code}`" for code in OVERRIDE_REASONS.by_topic.get(topic, ())) or "none: it informs only"


def _overrides() -> str:
    return _table("code", "the menu says", rows=[f"| `{code}` | {reason.display} |" for code, reason in OVERRIDE_REASONS.reasons.items()])


def _table(*heads: str, rows: list[str]) -> str:
    return "\n".join([f"| {' | '.join(heads)} |", "|" + "---|" * len(heads), *rows])


_WRITERS = {"services": _services, "prefetch": _prefetch, "scopes": _scopes, "topics": _topics, "overrides": _overrides}


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text("utf-8")), "utf-8")
