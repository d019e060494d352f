"""The terminology files: each fits its schema, and no fault in them gets past the loader."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import jsonschema
import pytest
import yaml

from fhir_mappings.terminology_files import FOLDER, TerminologyError, read_codes, read_concepts, read_drugs, read_systems
from tests.stopwatch import slowness

LINES = ["codes", "concepts", "sources", "source_commits"]
EDITED = ["systems", "drugs", "answers", "displays", "excluded"]


def rows(name: str) -> list[dict]:
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def document(name: str) -> dict:
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def validator(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((FOLDER / "schema" / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.fixture
def folder(tmp_path):
    for name in ("codes.jsonl", "concepts.jsonl", "systems.yaml", "drugs.yaml"):
        shutil.copy(FOLDER / name, tmp_path)
    return tmp_path


def add_code(folder, **changes) -> int:
    """Append a code to a copy of `codes.jsonl` and return its line number."""
    path = folder / "codes.jsonl"
    code = {"concept": "obs.lvef", "system": "loinc", "code": "1-8", "display": "x", "use": "match", "status": "verified"} | changes
    path.write_text(path.read_text(encoding="utf-8") + json.dumps(code) + "\n", encoding="utf-8")
    return len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("name", LINES)
def test_every_line_fits_its_schema(name):
    """Each line of a long table is valid by itself."""
    check = validator(name)
    for row in rows(name):
        check.validate(row)


@pytest.mark.parametrize("name", EDITED)
def test_every_edited_file_fits_its_schema(name):
    """What people edit is valid."""
    validator(name).validate(document(name))


def test_every_code_names_its_sources():
    """The numbers of sources exist, and none is unused."""
    known = {row["id"] for row in rows("sources")}
    used = {number for row in rows("codes") for number in row["sources"]}
    assert used == known


def test_every_concept_of_a_drug_file_exists():
    """Drugs, their general names and plain drugs refer to each other and to concepts that exist."""
    concepts = {row.id for row in read_concepts()}
    file = read_drugs()
    ids = {drug.id for drug in file.drugs}
    for drug in file.drugs:
        assert drug.concept in concepts
        assert set(drug.known_as) <= ids
        assert drug.formulation_of is None or drug.formulation_of in ids
    assert {shared.code for shared in (*file.shared_by_conjugates, *file.of_any_form)} <= {row.code for row in read_codes()}


def test_no_brand_or_name_belongs_to_two_drugs():
    """A word that named two drugs would make the answer depend on the order of the file."""
    words = [word for drug in read_drugs().drugs for word in (*drug.names, *drug.brands)]
    assert sorted(words) == sorted(set(words))


def test_the_six_excluded_codes_do_not_ship():
    """What could not be verified is listed, and in no table."""
    excluded = {(row["system"], row["code"]) for row in document("excluded")["excluded"]}
    assert len(excluded) == 6
    assert excluded.isdisjoint((row.system, row.code) for row in read_codes())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": "unverified"}, "unverified"),
        ({"use": "do_not_ship"}, "do_not_ship"),
        ({"use": "perhaps"}, "unknown use"),
        ({"concept": "obs.unheard_of"}, "concept"),
        ({"system": "unheard-of"}, "code system"),
        ({"code": "10230-1"}, "twice"),
        ({"code": 5}, "Expected `str`"),
    ],
)
def test_the_loader_refuses_a_bad_code_and_names_its_line(folder, changes, reason):
    """An unverified, unshippable, unknown, double or mistyped code stops the start with file and line."""
    line = add_code(folder, **changes)
    with pytest.raises(TerminologyError, match=rf"codes\.jsonl:{line}: .*{reason}"):
        read_codes(folder)


def test_the_loader_takes_a_good_code(folder):
    """The refusals above are not for the wrong reason."""
    add_code(folder)
    assert read_codes(folder)[-1].code == "1-8"


def test_a_line_that_is_no_json_is_named(folder):
    """A broken line is told by its number."""
    (folder / "codes.jsonl").write_text("{oops\n", encoding="utf-8")
    with pytest.raises(TerminologyError, match=r"codes\.jsonl:1: "):
        read_codes(folder)


@pytest.mark.parametrize(("content", "reason"), [("systems: [", "systems.yaml"), ("systems: [{name: x}]", "title"), ("other: 1", "other")])
def test_a_bad_yaml_file_is_named(folder, content, reason):
    """A YAML file with a fault of form or content is told by its name and entry."""
    (folder / "systems.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(TerminologyError, match=reason):
        read_systems(folder)


def test_a_missing_file_is_named(tmp_path):
    """A missing file is a terminology error like any other."""
    with pytest.raises(TerminologyError, match=r"drugs\.yaml"):
        read_drugs(tmp_path)


def test_the_terminology_is_loaded_and_ready_in_a_blink():
    """Start-up stays short: all is read, checked and compiled within 300 ms even on a slow machine (30 to 60 ms as measured)."""
    script = (
        "import time, msgspec, yaml, guideline.case; start = time.process_time(); "
        "import fhir_mappings.terminology, fhir_mappings.biomarkers.answers; print(time.process_time() - start)"
    )
    command = [sys.executable, "-c", script]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(3)]  # noqa: S603 - our own interpreter
    assert min(float(done.stdout) for done in runs) < 0.3 * slowness()
