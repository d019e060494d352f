"""The register of sources: what the labels stand for by which rules, evidence and comments say where something comes from.

A label that leads nowhere cannot be looked up, so every name that the rule book prints has an entry here, also where the entry can only say
that the document is not publicly identified.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from msgspec import convert

from guideline.knowledge_files import Finding, unknown

_Files = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """One document, label, report or list of our own that is named as a source.

    `names` are the wordings in which it is cited; `address` is known for few. Where it is not `identified`, no reader can find it by what
    is known of it.
    """

    id: str
    names: tuple[str, ...]
    kind: Literal[
        "source document", "own list", "label", "regulator", "guideline", "benefit score", "trial", "news", "company", "secondary", "none"
    ]
    what: str
    identified: bool
    address: str | None = None


@dataclass(frozen=True, slots=True)
class CheckedFact:
    """One item of the fact check: what it is about, how it came out, and the documents (ids) that it was held against."""

    id: str
    about: str
    verdict: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """The register: documents by id and by each name they are cited under, the owner's decisions by number, checked facts by id.

    `inputs` (`I04`) and `silences` (by number) are the items of two lists of our own that rules cite.
    """

    documents: dict[str, SourceDocument]
    named: dict[str, SourceDocument]
    decisions: dict[int, str]
    facts: dict[str, CheckedFact]
    inputs: dict[str, str]
    silences: dict[int, str]


def register(document: Mapping[str, Any]) -> Sources:
    """The register of `sources.yaml`."""
    documents = {id_: convert({"id": id_, **entry}, SourceDocument) for id_, entry in document["documents"].items()}
    return Sources(
        documents=documents,
        named={name: entry for entry in documents.values() for name in entry.names},
        decisions={int(number): text for number, text in document["decisions"].items()},
        facts={id_: convert({"id": id_, **entry}, CheckedFact) for id_, entry in document["facts"].items()},
        inputs=dict(document["inputs"]),
        silences={int(number): text for number, text in document["silences"].items()},
    )


def cited_names(source: str) -> list[str]:
    """The documents that the `source` of an evidence entry names: a semicolon parts them."""
    return [name.strip() for name in source.split(";")]


def source_faults(documents: _Files) -> Iterator[Finding]:
    """Sources that rules or evidence name and the register does not have, and entries of the register that contradict each other.

    Evidence is looked at where its file is among the `documents`.
    """
    known, facts = documents["sources"]["documents"], documents["sources"]["facts"]
    names: dict[str, str] = {}
    for id_, entry in known.items():
        for name in entry["names"]:
            if names.setdefault(name, id_) != id_:
                yield "sources", ("documents", id_, "names"), f"{name!r} is a name of {names[name]!r} too"
    for id_, fact in facts.items():
        yield from unknown("sources", ("facts", id_, "by"), "document", fact["by"], known)
    for id_, rule in documents["rules"]["rules"].items():
        here = ("rules", id_)
        yield from (
            ("rules", (*here, "sources"), f"the source {name!r} is not in sources.yaml") for name in rule["sources"] if name not in names
        )
        yield from (
            ("rules", (*here, "evidence"), f"the fact {fact!r} is not in sources.yaml")
            for fact in rule.get("evidence", ())
            if fact.partition("/")[0] not in facts
        )
    for id_, found in documents.get("evidence", {}).get("evidence", {}).items():
        place = ("evidence", id_)
        if found["fact"] not in facts:
            yield "evidence", (*place, "fact"), f"the fact {found['fact']!r} is not in sources.yaml"
        yield from (
            ("evidence", (*place, "source"), f"the source {name!r} is not in sources.yaml")
            for name in cited_names(found["source"])
            if name not in names
        )
