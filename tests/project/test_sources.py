"""What rules, sentences, changelogs and comments cite stands in the register of sources: no label leads nowhere."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from guideline.knowledge_base import rule_book, settled_conflicts, sources

ROOT = Path(__file__).parents[2]
KNOWLEDGE = ROOT / "guideline" / "knowledge"

#: Rooms whose comments cite decisions. Ids of the fact check look like codes of ICD-10 (C50, E11, N18), of which the reading of records
#: speaks, so they are looked for in the other rooms only.
CITING = ("cards", "docs", "fhir_mappings", "guideline", "service", "verify", "tests")
WITHOUT_ICD = ("cards/", "guideline/", "service/", "verify/", "tests/guideline/", "tests/cards/", "tests/vignettes/")

#: "decision 12", "owner's decisions 3, 6 and 8", "decisions 2-8 and 22".
DECISIONS = re.compile(r"\b[Dd]ecisions?\s+(\d+(?:(?:-|,? and | to |, )\d+(?![\d.%]))*)")
SILENCES = re.compile(r"\bsilence list,? (\d+(?:(?:, | and )\d+)*)")
ID = re.compile(r"(?<![\w./])([CEINP]\d{2}[a-z]?)\b(?!\.\d)")

#: Codes of ICD-10 that these texts speak of.
NOT_CITED = {"guideline/knowledge/CHANGELOG.md": {"C50"}}

#: Words for a document that the project does not have.
ABSENT = re.compile(r"rule inventory|section 5\.[1-9]|sections? [45] of the rule|(?<![\w/-])(?:decisions|evidence|order-checks|design)\.md")


def texts() -> Iterator[tuple[str, str]]:
    """Whatever may cite: the knowledge files, changelogs and pages whole, of code the comments and the strings (docstrings among them)."""
    for file in (*KNOWLEDGE.glob("*.yaml"), KNOWLEDGE / "CHANGELOG.md", ROOT / "CHANGELOG.md", ROOT / "README.md"):
        yield str(file.relative_to(ROOT)), file.read_text("utf-8")
    for room in CITING:
        for file in sorted((ROOT / room).rglob("*.md")):
            yield str(file.relative_to(ROOT)), file.read_text("utf-8")
        for file in sorted((ROOT / room).rglob("*.py")):
            yield str(file.relative_to(ROOT)), _said_in(file)


def _said_in(file: Path) -> str:
    """Comments and docstrings of a module, each on lines of their own."""
    found, first = [], True
    for token in tokenize.generate_tokens(io.StringIO(file.read_text("utf-8")).readline):
        if token.type == tokenize.COMMENT or (token.type == tokenize.STRING and first):
            found.append(token.string.removeprefix("#:").removeprefix("#").strip())
        # A string that begins a statement is a docstring.
        first = token.type in {tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT, tokenize.ENCODING}
    return " \n".join(found)


TEXTS = dict(texts())


def _numbers(found: str) -> set[int]:
    return {int(number) for number in re.findall(r"\d+", found)}


def test_every_cited_decision_is_in_the_register() -> None:
    """By number; the register has no gap, and the scan sees what it should."""
    register = sources().decisions
    assert list(register) == list(range(1, len(register) + 1))
    cited = {(number, name) for name, text in TEXTS.items() for found in DECISIONS.findall(text) for number in _numbers(found)}
    assert {found for found in cited if found[0] not in register} == set()
    assert len({number for number, _ in cited}) > 25
    assert len({name for _, name in cited}) > 50


def test_every_cited_silence_is_in_the_register() -> None:
    """By number; the list itself is found."""
    cited = {(number, name) for name, text in TEXTS.items() for found in SILENCES.findall(text) for number in _numbers(found)}
    assert {found for found in cited if found[0] not in sources().silences} == set()
    assert len(cited) > 5


def test_every_cited_item_is_in_the_register() -> None:
    """E.. and N.. of the fact check, C.. of the conflicts, P.. of the order checks, I.. of the inputs."""
    known = {*sources().facts, *sources().inputs, *settled_conflicts(), *(rule for rule in rule_book() if rule.startswith("P"))}
    scanned = {name: text for name, text in TEXTS.items() if name.startswith(WITHOUT_ICD)}
    cited = {(id_, name) for name, text in scanned.items() for id_ in set(ID.findall(text)) - NOT_CITED.get(name, set())}
    assert {found for found in cited if found[0] not in known} == set()
    assert {id_[0] for id_, name in cited if name.endswith(".py")} == set("CEINP")


def test_nothing_points_to_a_document_that_is_not_here() -> None:
    """Comments, knowledge and changelogs name entries of the register, no file or section outside the project."""
    here = "tests/project/test_sources.py"
    assert [(name, found[0]) for name, text in TEXTS.items() if name != here for found in ABSENT.finditer(text)] == []


def test_every_source_of_a_rule_has_one_entry() -> None:
    """What a rule is "said by" leads to an entry that says what it is."""
    named = sources().named
    assert {name for rule in rule_book().values() for name in rule.sources} <= set(named)
    assert all(entry.what.endswith(".") for entry in named.values())


@pytest.mark.parametrize("name", ["second-line summary (2026-01-22)", "early-relapse summary", "fourth-line expert panel"])
def test_what_cannot_be_looked_up_is_said_to_be_so(name: str) -> None:
    """A document of which only kind and date are known has no address and is not called identified."""
    entry = sources().named[name]
    assert not entry.identified
    assert entry.address is None


def test_an_address_is_that_of_the_cited_paper() -> None:
    """An address made from a DOI has the DOI of the name."""
    for entry in sources().documents.values():
        dois = [name.split("doi:")[1].split(", ")[0] for name in entry.names if "doi:" in name]
        assert entry.address is None or entry.address == f"https://doi.org/{dois[0]}", entry.id
        assert bool(dois) is (entry.address is not None), entry.id


def test_the_pages_lead_to_the_register() -> None:
    """Whoever reads about independent review finds the register, in the file and on its page."""
    page = (ROOT / "docs" / "intended-use.md").read_text("utf-8")
    assert "/rules/sources" in page
    assert "guideline/knowledge/sources.yaml" in page
