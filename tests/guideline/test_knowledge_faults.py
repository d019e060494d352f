"""Faulty knowledge stops the start, and says where: each test damages a copy of the files in one place."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys

import pytest
import yaml
from jsonschema import Draft202012Validator

from guideline.knowledge_base import KNOWLEDGE as K
from guideline.knowledge_base import load, rule_book, settled_conflicts
from guideline.knowledge_checks import BOOK_FILES, FILES, faults
from guideline.knowledge_files import FOLDER, KnowledgeError, line_of
from tests.stopwatch import best_of, slowness


def check(folder=FOLDER):
    """Every fault, those of the rule book included, as `her2-cds config check` asks for them."""
    return faults(folder, (*FILES, *BOOK_FILES))[1]


@pytest.fixture
def folder(tmp_path):
    """A copy of the knowledge files to damage."""
    return shutil.copytree(FOLDER, tmp_path / "knowledge")


def damage(folder, name, old, new):
    """Replace the first `old` in a file by `new`; return the line (from 1) on which it stands."""
    file = folder / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


DAMAGES = [
    ("drugs.yaml", "components: [pertuzumab, trastuzumab]", "components: [pertuzumab, trastuzumap]", "there is no drug 'trastuzumap'"),
    ("drugs.yaml", "class: her2-antibody", "class: antibody", "is not one of"),
    ("drugs.yaml", "lvef_table: tdxd", "lvef_table: tdm1", "does not name the drug"),
    ("drugs.yaml", "    short: T-DXd", "    brand: Enhertu\n    short: T-DXd", "brand: is not a known entry here"),
    ("drugs.yaml", "  lapatinib:", "  pertuzumab:", "'pertuzumab' stands here twice"),
    ("regimens.yaml", "{drug: trastuzumab-deruxtecan,", "{drug: deruxtecan,", "there is no drug 'deruxtecan'"),
    ("regimens.yaml", "evidence: [emilia]", "evidence: [mcbs-tdm1]", "there is no printable evidence 'mcbs-tdm1'"),
    ("regimens.yaml", "evidence: [emilia]", "evidence: [emillia]", "there is no printable evidence 'emillia'"),
    ("regimens.yaml", "rules: [R020, R021, R022, R023, R024, R025, R026]", "rules: [R020, R999, R026]", "there is no rule 'R999'"),
    ("regimens.yaml", "dose: 5.4,", "dose: five,", "is not of type 'number'"),
    ("labels.yaml", "regimen: tdm1", "regimen: tdm2", "there is no regimen 'tdm2'"),
    ("labels.yaml", "rule: R107", "rule: R170", "there is no rule 'R170'"),
    ("labels.yaml", "windows: [[her2-regimen]]", "windows: []", "non-empty"),
    ("evidence.yaml", "readout: 2023 update", "readout: 2024 update", "does not name the year 2023"),
    (
        "evidence.yaml",
        "    verification: unverified\n    print: false",
        "    verification: unverified\n    print: true",
        "entry is unverified",
    ),
    ("evidence.yaml", "    verification: wrong\n    print: false", "    verification: wrong\n    print: true", "entry is wrong"),
    ("evidence.yaml", "    caveat: reported by secondary sources only, the regulator's text was not found\n", "", "without a caveat"),
    ("thresholds.yaml", "due_days: 91", "due_days: 80", "is not after current_days"),
    ("thresholds.yaml", "due_days: 91", "due_days: 84", "is not after current_days"),
    ("regimens.yaml", "drugs: [trastuzumab-deruxtecan]", "drugs: [trastuzumab-deruxtekan]", "there is no drug 'trastuzumab-deruxtekan'"),
    ("thresholds.yaml", "levels: [5.4, 4.4, 3.2]", "levels: [4.4, 5.4, 3.2]", "falling order"),
    ("thresholds.yaml", "levels: [3.6, 3.0, 2.4]", "levels: [3.8, 3.0, 2.4]", "is not the dose of regimen 'tdm1'"),
    ("thresholds.yaml", "rule: R113", "rule: R913", "there is no rule 'R913'"),
    ("thresholds.yaml", "  due_days: 91 ", "  dew_days: 91\n  due_days: 91 ", "dew_days: is not a known entry here"),
    ("knowledge.yaml", 'dated: "', 'dated: "on ', "does not match"),
    ("evidence.yaml", 'dated: "2026-11-20"', 'dated: "2026-11-31"', "is not a 'date'"),
    ("regimens.yaml", 'dated: "', '# dated: "', "'dated' is a required property"),
    ("evidence.yaml", "    population: first-line HER2+ MBC\n", "", "'population' is a required property"),
    ("evidence.yaml", "    year: 2015\n", "", "'year' is a required property"),
    ("evidence.yaml", "    source: NEJM 2015", "    cited: NEJM 2015", "'source' is a required property"),
    ("drugs.yaml", "    source: ", "    seen: ", "'source' is a required property"),
    ("labels.yaml", "    source: ", "    seen: ", "'source' is a required property"),
    ("rules.yaml", "    conflicts: [C14]", "    conflicts: [C24]", "there is no conflict 'C24'"),
    ("rules.yaml", "    evidence: [E16/4.0]", "    evidence: [E16/4.9]", "there is no guideline section 'E16/4.9'"),
    ("conflicts.yaml", "    settled: ", "    decided: ", "'settled' is a required property"),
    ("conflicts.yaml", "  C23:", "  C99:", "is named by no rule"),
    ("drugs.yaml", 'version: "2026', 'version: "2027', "is newer than the edition"),
    (
        "thresholds.yaml",
        "drugs: [trastuzumab-emtansine]",
        "drugs: [trastuzumab-emtansine, tucatinib]",
        "drug 'tucatinib' does not name this table",
    ),
    ("statements.yaml", "LVEF {value}, {fall} - refer to cardiology", "LVEF {value}, {fall - cardiology", "is not a sentence with"),
    ("statements.yaml", "Hold {drugs}: LVEF {value}", "Hold {drugs!r}: LVEF {value}", "the placeholder {drugs} is not a plain name"),
    ("statements.yaml", "Hold {drugs}: LVEF {value}", "Hold {drugs:>9}: LVEF {value}", "the placeholder {drugs} is not a plain name"),
    ("statements.yaml", "Hold {drugs}: LVEF {value}", "Hold {0}: LVEF {value}", "the placeholder {0} is not a plain name"),
    ("statements.yaml", "    rules: [R074]", "    rules: [R974]", "there is no rule 'R974'"),
    (
        "statements_orders.yaml",
        "\nstatements:\n",
        "\nstatements:\n  lvef-hold: {text: Twice, rules: []}\n",
        "stands in statements.yaml too",
    ),
]

#: The rule book's files are loaded when the book is asked for.
BOOK = ("rules.yaml", "conflicts.yaml")


@pytest.mark.parametrize(("name", "old", "new", "what"), DAMAGES, ids=[f"{name}-{what[:30]}" for name, _, _, what in DAMAGES])
def test_a_fault_names_file_and_line(folder, name, old, new, what):
    """Loading a damaged file raises an error that names the file, the damaged line (or its entry's) and what is wrong there."""
    line = damage(folder, name, old, new)
    if name not in BOOK:
        with pytest.raises(KnowledgeError, match=re.escape(what)):
            load(folder)
    found = [fault for fault in check(folder) if what in fault.message]
    assert [fault.file for fault in found] == [name] * len(found)
    assert any(abs(fault.line - line) <= 25 for fault in found)
    assert any(str(fault).startswith(f"{name}:{fault.line}: ") for fault in found)
    if "stands here twice" not in what:
        document = yaml.load((folder / name).read_bytes(), Loader=yaml.CSafeLoader)
        assert all(_at(document, fault.message.partition(": ")[0]) is not None for fault in found)


def _at(document, place):
    """What stands at a place such as `regimens.thp.components.0`. Raises `KeyError` where nothing does."""
    for step in filter(None, place.split(".")):
        document = document[int(step) if isinstance(document, list) else step]
    return document


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("drugs.yaml", "    class: her2-conjugate", "    class: her2-konjugate"),
        ("regimens.yaml", "    evidence: [emilia]", "    evidence: [emillia]"),
        ("thresholds.yaml", "  due_days: 91", "  due_days: 80"),
        ("evidence.yaml", "    readout: 2023 update", "    readout: 2024 update"),
        ("labels.yaml", "    regimen: tdm1", "    regimen: tdm2"),
    ],
)
def test_the_line_is_the_very_line(folder, name, old, new):
    """The line named is the one to edit, not merely the entry it belongs to."""
    line = damage(folder, name, old, new)
    assert line in [fault.line for fault in check(folder)]


def test_a_figure_without_population_or_year_is_refused(folder):
    """Evidence without its population or year does not load."""
    damage(folder, "evidence.yaml", "    population: first-line HER2+ MBC\n", "")
    damage(folder, "evidence.yaml", "    year: 2021\n", "")
    assert {"'population' is a required property", "'year' is a required property"} <= {
        fault.message.split(": ", 1)[1] for fault in check(folder)
    }
    with pytest.raises(KnowledgeError, match="required property"):
        load(folder)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("comparator: 6.8, unit: mo, hr: 0.33,", "comparator: 6.8, unit: mo, hr: 0.28,"),
        ("comparator: 5.6, unit: mo, hr: 0.54,", "comparator: 5.6, unit: mo, hr: 0.48,"),
        ("statement: score 4 of 5 for T-DXd (DESTINY-Breast03)", "statement: score 1A for T-DXd"),
        ("strength: strong\n    quality: moderate\n    fact: E15", "strength: strong\n    quality: high\n    fact: E15"),
    ],
)
def test_a_rejected_figure_cannot_come_back(folder, old, new):
    """A confirmed entry edited into a figure that was rejected (28.8 with HR 0.28, HR 0.48 overall, score 1A, high quality) is refused."""
    damage(folder, "evidence.yaml", old, new)
    with pytest.raises(KnowledgeError, match="keeps off the cards"):
        load(folder)


def test_check_reports_every_fault(folder):
    """`config check` lists all faults of all files, not the first only."""
    damage(folder, "drugs.yaml", "route: iv", "route: vein")
    damage(folder, "labels.yaml", "jurisdiction: EU", "jurisdiction: UE")
    damage(folder, "rules.yaml", "kind: SCOPE", "kind: SCOUP")
    assert {"drugs.yaml", "labels.yaml", "rules.yaml"} == {fault.file for fault in check(folder)}


def test_broken_yaml_names_its_line(folder):
    """A file that is no YAML is a fault of that file with the line of the break, not a traceback."""
    line = damage(folder, "labels.yaml", "    regimen: thp\n", "    regimen: [thp\n")
    with pytest.raises(KnowledgeError, match=r"^labels\.yaml:\d+: "):
        load(folder)
    assert line <= check(folder)[0].line <= line + 2


@pytest.mark.parametrize("content", ["", "- a list\n", "just text\n"])
def test_a_file_that_is_no_mapping_is_a_fault(folder, content):
    """An empty file, a list or a text is named as a fault."""
    (folder / "regimens.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"regimens\.yaml:1: is not a mapping"):
        load(folder)


def test_a_missing_file_is_a_fault(folder):
    """A file that is not there is named."""
    (folder / "labels.yaml").unlink()
    with pytest.raises(KnowledgeError, match=r"labels\.yaml:1: the file is missing"):
        load(folder)


def test_settled_conflicts_are_those_of_the_file(folder):
    """Each conflict by its id, as the file has it; a faulty file is an error."""
    written = yaml.load((folder / "conflicts.yaml").read_bytes(), Loader=yaml.CSafeLoader)["conflicts"]
    found = settled_conflicts()
    assert found.keys() == written.keys()
    assert {id_: conflict.settled for id_, conflict in found.items()} == {id_: entry["settled"] for id_, entry in written.items()}
    assert {id_: conflict.id for id_, conflict in found.items()} == {id_: id_ for id_ in written}
    damage(folder, "conflicts.yaml", "    settled: ", "    decided: ")
    with pytest.raises(KnowledgeError, match=r"conflicts\.yaml"):
        settled_conflicts(folder)


def test_the_rule_book_of_a_folder_is_checked_when_loaded(folder):
    """A faulty rule book is an error when it is asked for; cards do not wait for it."""
    damage(folder, "rules.yaml", "kind: SCOPE", "kind: SCOUP")
    assert load(folder).version == K.version
    with pytest.raises(KnowledgeError, match=r"rules\.yaml:\d+: rules\.R001\.kind"):
        rule_book(folder)


@pytest.fixture
def sentences(folder):
    """Knowledge with three sentences of our own: plain, open, and one with a literal brace."""
    (folder / "statements.yaml").write_text(
        'version: "2026.11.20"\ndated: "2026-11-20"\nreview_status: pending human review\nstatements:\n'
        '  plain: {text: "Repeat within 3 weeks.", rules: [R110, R111]}\n'
        '  open: {text: "LVEF {value} % on {date}", rules: [R071], source: US label}\n'
        '  brace: {text: "A {{brace}}.", rules: [R084], source: [one, two]}\n',
        encoding="utf-8",
    )
    return folder


def test_a_plain_sentence_is_ready_made(sentences):
    """A sentence without placeholders is one object, with its id, text and rules."""
    knowledge = load(sentences)
    said = knowledge.say("plain")
    assert (said.id, said.text, said.rules) == ("plain", "Repeat within 3 weeks.", ("R110", "R111"))
    assert knowledge.say("plain") is said
    assert knowledge.say("brace").text == "A {brace}."


def test_a_sentence_takes_the_values_of_the_case(sentences):
    """Placeholders are filled by name; braces inside a value stay as they are."""
    said = load(sentences).say("open", value=44.0, date="{2026}")
    assert (said.id, said.text, said.rules) == ("open", "LVEF 44.0 % on {2026}", ("R071",))


def test_a_missing_value_or_sentence_is_an_error(sentences):
    """A rule that asks for an unknown sentence, or leaves out a value, fails loudly instead of printing half a sentence."""
    knowledge = load(sentences)
    with pytest.raises(KnowledgeError, match="'open': there is no 'date'"):
        knowledge.say("open", value=44)
    with pytest.raises(KnowledgeError, match="'unknown'"):
        knowledge.say("unknown")
    with pytest.raises(KnowledgeError, match="does not exist"):
        knowledge.evidence_line("unknown")


@pytest.mark.parametrize("text", ["{value.year}", "{value!r}", "{value:.1f}", "{}", "{Value}", "{value", "{0}"])
def test_placeholders_are_plain_names(sentences, text):
    """A placeholder that reaches into a value, formats it or has no name is a fault of the file."""
    damage(sentences, "statements.yaml", "Repeat within 3 weeks.", text)
    with pytest.raises(KnowledgeError, match=r"statements\.yaml:5: statements\.plain\.text"):
        load(sentences)


def test_a_sentence_names_rules_that_exist(sentences):
    """A sentence cannot state a rule that the book does not have."""
    damage(sentences, "statements.yaml", "R111", "R199")
    with pytest.raises(KnowledgeError, match=r"statements\.yaml:5: statements\.plain\.rules: there is no rule 'R199'"):
        load(sentences)


@pytest.fixture
def two_files(sentences):
    """The three sentences of our own, and a fourth in a second statement file."""
    (sentences / "statements_of_ours.yaml").write_text(
        'version: "2026.11.20"\ndated: "2026-11-20"\nreview_status: pending human review\nstatements:\n'
        '  fourth: {text: "Hold the dose.", rules: [R118]}\n',
        encoding="utf-8",
    )
    return sentences


def test_sentences_may_stand_in_several_files(two_files):
    """Every `statements_*.yaml` is read beside `statements.yaml`."""
    knowledge = load(two_files)
    assert knowledge.say("plain").text == "Repeat within 3 weeks."
    assert knowledge.say("fourth").text == "Hold the dose."


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("fourth", "plain", r"statements_of_ours\.yaml:5: statements\.plain: stands in statements\.yaml too"),
        ("R118", "R199", r"statements_of_ours\.yaml:5: statements\.fourth\.rules: there is no rule 'R199'"),
        ("Hold the dose.", "{value!r}", r"statements_of_ours\.yaml:5: statements\.fourth\.text: the placeholder"),
        ("rules: [R118]", "rulez: [R118]", r"statements_of_ours\.yaml:5: statements\.fourth"),
        ("statements:", "sentences:", r"statements_of_ours\.yaml:\d+: "),
    ],
)
def test_a_fault_in_a_second_statement_file_is_named(two_files, old, new, what):
    """An id that another file has already, or any other fault, is named by the very file and line."""
    damage(two_files, "statements_of_ours.yaml", old, new)
    with pytest.raises(KnowledgeError, match=what):
        load(two_files)


def test_a_newer_file_asks_for_a_new_edition(folder):
    """A file that was changed without raising the edition of the whole is a fault, since cards carry the edition."""
    text = (folder / "drugs.yaml").read_text(encoding="utf-8")
    (folder / "drugs.yaml").write_text(text.replace('version: "2026', 'version: "2099', 1), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"drugs\.yaml:\d+: version: is newer than the edition"):
        load(folder)


def test_our_files_have_no_fault():
    """The knowledge as shipped is whole, and its edition is a date."""
    assert check() == []
    assert K.version.startswith("2026.")
    assert K.dated.replace("-", ".") == K.version


def test_the_changelog_tells_of_the_edition():
    """Its newest heading is the edition that cards, records and replays name."""
    headings = re.findall(r"^## (\S+)", (FOLDER / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings[0] == K.version


@pytest.mark.parametrize("schema", sorted((FOLDER / "schema").glob("*.json")), ids=lambda file: file.stem)
def test_each_file_has_a_strict_schema(schema):
    """Each knowledge file has a valid JSON Schema (2020-12) in which nothing unknown is allowed."""
    content = json.loads(schema.read_bytes())
    Draft202012Validator.check_schema(content)
    assert content["$schema"].endswith("2020-12/schema")
    assert content["additionalProperties"] is False
    assert (FOLDER / f"{schema.stem}.yaml").exists()


def test_each_file_has_a_schema():
    """No knowledge file goes unchecked; all statement files share one form."""
    files = {file.stem for file in FOLDER.glob("*.yaml") if not file.stem.startswith("statements_")}
    assert files == {file.stem for file in (FOLDER / "schema").glob("*.json")}


def test_line_of_a_place_that_is_not_there():
    """A place that does not exist has the line of the nearest place above it."""
    assert line_of(FOLDER / "drugs.yaml", ("drugs", "no-such-drug")) == line_of(FOLDER / "drugs.yaml", ("drugs",))


def test_loading_is_quick():
    """The knowledge loads within the share of the start-up time that it may take (150 ms of CPU, with room for a busy machine)."""
    program = (
        "import time, yaml, jsonschema, guideline.knowledge_base as k; s = time.process_time(); k.load(); print(time.process_time() - s)"
    )
    command = [sys.executable, "-c", program]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(3)]  # noqa: S603 - our own interpreter
    assert min(float(done.stdout) for done in runs) < 0.45 * slowness()


def test_plain_sentences_cost_next_to_nothing():
    """Saying a ready sentence is a look-up: under ten microseconds even on a busy machine (about 0.1 alone)."""
    id_ = next(iter(K.statements))
    assert best_of(5, lambda: [K.say(id_) for _ in range(10_000)]) < 0.1
