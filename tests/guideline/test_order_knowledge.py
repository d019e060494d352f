"""The knowledge of order entry (`doses.yaml`, `interactions.yaml`) agrees with the other knowledge files, or does not load."""

from __future__ import annotations

import shutil

import pytest

from guideline.knowledge_base import KNOWLEDGE as K
from guideline.knowledge_base import load
from guideline.knowledge_checks import faults
from guideline.knowledge_files import FOLDER, KnowledgeError


@pytest.fixture
def folder(tmp_path):
    """A copy of the knowledge files to damage."""
    return shutil.copytree(FOLDER, tmp_path / "knowledge")


@pytest.mark.parametrize(
    ("name", "old", "new", "what"),
    [
        ("doses.yaml", "  margetuximab:", "  margetuximap:", "there is no drug 'margetuximap'"),
        ("doses.yaml", "beside: [neratinib]", "beside: [neratinip]", "there is no drug 'neratinip'"),
        ("doses.yaml", "dose: 5.4, levels: [4.4, 3.2]", "dose: 5.4, levels: [4.4, 3.0]", "are not the dose levels of thresholds.yaml"),
        ("doses.yaml", "loading: 840, dose: 420", "loading: 840, dose: 410", "do not hold the dose of regimen"),
        ("doses.yaml", "loading: 8, dose: 6", "loading: 7, dose: 6", "do not hold the dose of regimen"),
        ("doses.yaml", "dose: 240, levels", "dosis: 240, levels", "dosis: is not a known entry here"),
        ("doses.yaml", "over: critical", "over: loud", "is not one of"),
        ("interactions.yaml", "group: strong-cyp3a-inducer", "group: strong-inducer", "there is no group 'strong-inducer'"),
        ("interactions.yaml", "with: tucatinib", "with: tucatinip", "there is no drug 'tucatinip'"),
        ("interactions.yaml", "rule: P09", "rule: P99", "there is no rule 'P99'"),
        ("interactions.yaml", "says: interaction-neratinib-ppi", "says: interaction-ppi", "there is no sentence 'interaction-ppi'"),
        ("interactions.yaml", "all_of: [loperamide]", "all_of: [loperamid]", "there is no group 'loperamid'"),
    ],
)
def test_a_fault_names_file_and_entry(folder, name, old, new, what):
    """A dangling id or a contradiction is a fault of that file, with its line, and keeps the service from starting."""
    file = folder / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=what):
        load(folder)
    line = text[: text.index(old)].count("\n") + 1
    assert any(fault.file == name and abs(fault.line - line) <= 10 and what in fault.message for fault in faults(folder)[1])


def test_every_dose_and_interaction_names_its_source():
    """What is coded from memory has no source, so nothing is without one."""
    assert all(entry.source for entry in K.doses.values())
    assert all(entry.source for entry in (*K.interactions, *K.supportive_care))


def test_the_drugs_that_are_judged():
    """Each drug whose dose the issue names, and no drug without a verified label dose."""
    assert set(K.doses) == {
        "trastuzumab", "trastuzumab-hyaluronidase", "pertuzumab", "pertuzumab-trastuzumab-hyaluronidase", "trastuzumab-deruxtecan",
        "trastuzumab-emtansine", "margetuximab", "tucatinib", "lapatinib", "neratinib", "palbociclib", "capecitabine", "docetaxel",
        "paclitaxel",
    }  # fmt: skip
    assert {drug for drug, entry in K.doses.items() if entry.over == "critical"} == {
        "trastuzumab-deruxtecan", "trastuzumab-emtansine", "pertuzumab-trastuzumab-hyaluronidase",
    }  # fmt: skip


def test_the_first_partner_decides():
    """Lapatinib beside trastuzumab and capecitabine goes by the lower dose; without a partner by the highest."""
    lapatinib = K.doses["lapatinib"]
    assert [s.dose for s in lapatinib.beside({"capecitabine", "trastuzumab"})] == [1000]
    assert [s.dose for s in lapatinib.beside({"capecitabine"})] == [1250]
    assert [s.dose for s in lapatinib.beside(frozenset())] == [1500]
