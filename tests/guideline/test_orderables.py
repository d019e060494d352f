"""What cards can order: complete, and with codes that stand in the terminology of the mapping."""

from __future__ import annotations

import json
import re
import shutil

import pytest

from fhir_mappings.terminology_files import FOLDER as TERMINOLOGY
from guideline.knowledge_files import FOLDER, KnowledgeError
from guideline.orderables import ORDERABLES, load_orderables, orderables_faults

#: The names that rules ask for (`guideline.advice.Suggestion`).
NAMES = {"echocardiogram", "chest-ct", "brain-mri", "her2-ihc", "her2-ish", "biopsy"}


def test_every_examination_of_the_rules_can_be_ordered() -> None:
    """Every name that a suggestion may carry has its order, and each order its own code, name and button."""
    entries = ORDERABLES.orderables
    assert entries.keys() == NAMES
    for read in ("label", "name", "code"):
        assert len({str(getattr(entry, read)) for entry in entries.values()}) == len(NAMES), read


def test_every_name_in_the_rules_is_an_orderable() -> None:
    """Whatever a rule requests is there: a misspelled name would be a card that fails."""
    source = "".join(file.read_text(encoding="utf-8") for file in sorted((FOLDER.parent / "rules").rglob("*.py")))
    requested = {name for names in re.findall(r"requests=\(([^)]*)\)", source) for name in re.findall(r'"([a-z0-9-]+)"', names)}
    assert requested
    assert requested <= NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_codes_are_read_back_as_what_they_order(name: str) -> None:
    """The code of each order is one that our own mapping knows, so that an order taken from a card is recognised in the record."""
    entry = ORDERABLES.orderables[name]
    rows = [json.loads(line) for line in (TERMINOLOGY / "codes.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row for row in rows if entry.code.code in row.values()]


DAMAGES = [
    ('code: {system: "http://snomed.info/sct", code: "40701008"', 'code: {system: "http://snomed.info", code: "40701008"', "is not one of"),
    ("    category: surgery\n", "    category: scalpel\n", "is not one of"),
    ("    label: Order a chest CT\n", "", "'label' is a required property"),
    ('cpt: "93306"', 'cpt: "9330"', "does not match"),
    ("  chest-ct:", "  echocardiogram:", "'echocardiogram' stands here twice"),
    ("  im: {", "  muscle: {", "'im' is a required property"),
]


@pytest.mark.parametrize(("old", "new", "message"), DAMAGES)
def test_a_fault_stops_the_start(tmp_path, old, new, message) -> None:
    """A faulty entry is named by file and line, and nothing is loaded."""
    text = (FOLDER / "orderables.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "orderables.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    (fault,) = orderables_faults(tmp_path)
    assert message in str(fault)
    assert re.match(r"orderables\.yaml:\d+: ", str(fault))
    with pytest.raises(KnowledgeError, match="orderables"):
        load_orderables(tmp_path)


def test_a_missing_file_stops_the_start(tmp_path) -> None:
    """Without the file there is nothing to load, and it says so."""
    with pytest.raises(KnowledgeError, match="missing"):
        load_orderables(tmp_path)


def test_the_shipped_file_has_no_fault(tmp_path) -> None:
    """The file that ships is sound, wherever it lies."""
    shutil.copy(FOLDER / "orderables.yaml", tmp_path)
    assert orderables_faults() == orderables_faults(tmp_path) == []
