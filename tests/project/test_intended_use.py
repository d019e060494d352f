"""The intended use is said in the same words wherever it is said, and the page answers what a review board asks."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from guideline.knowledge_base import KNOWLEDGE
from service.rule_book import INTENDED_USE
from tests.service.test_equity import BESIDE, PATIENT

ROOT = Path(__file__).parents[2]


def flat(name: str) -> str:
    """A page on one line."""
    return re.sub(r"\s+", " ", (ROOT / name).read_text("utf-8"))


@pytest.mark.parametrize("name", ["docs/intended-use.md", "README.md"])
def test_the_sentence_is_the_same_everywhere(name: str) -> None:
    """Page and README say the sentence of the rule book and of each card's source page."""
    assert INTENDED_USE in flat(name)


def test_readme_leads_to_the_page() -> None:
    """Whoever reads the README finds the whole of it."""
    assert "(docs/intended-use.md)" in flat("README.md")


def test_the_review_status_is_told_as_it_is() -> None:
    """While the knowledge awaits review, the page says that it should not go live."""
    assert KNOWLEDGE.review_status in flat("docs/intended-use.md")


def test_every_code_system_with_a_licence_is_named() -> None:
    """Each code system of which codes are shipped stands in the table of licences."""
    lines = (ROOT / "fhir_mappings" / "terminology" / "codes.jsonl").read_text("utf-8").splitlines()
    shipped = {json.loads(line)["system"] for line in lines}
    titles = {
        "rxnorm": "RxNorm", "snomed": "SNOMED CT", "loinc": "LOINC", "cpt": "CPT", "icd10cm": "ICD-10-CM", "hcpcs": "HCPCS Level II",
        "atc": "ATC", "ndc": "NDC", "ncit": "NCI Thesaurus", "ajcc": "AJCC",
    }  # fmt: skip
    assert shipped <= set(titles)
    table = (ROOT / "docs" / "intended-use.md").read_text("utf-8").partition("## Licences")[2]
    assert all(re.search(rf"^\|[^|]*\b{re.escape(titles[system])}\b", table, re.MULTILINE) for system in shipped)


def test_the_source_attributes_are_answered() -> None:
    """All thirteen that an EHR may ask for of an evidence-based intervention, and those that are not used are tried out."""
    part = (ROOT / "docs" / "intended-use.md").read_text("utf-8").partition("## Source attributes")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|$", part, re.MULTILINE))
    del rows["attribute"]
    assert len(rows) == 13
    unused = {name for name, answer in rows.items() if answer == "not used"}
    assert unused == {"race", "ethnicity", "language", "sexual orientation", "gender identity", "social determinants of health"}
    assert unused - {"social determinants of health"} <= {*PATIENT, *BESIDE}
