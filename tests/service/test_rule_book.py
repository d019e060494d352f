"""The rule book and the site's file, as a review board meets them: command, page, settings, `config check`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from cards.topics import TOPICS
from guideline.knowledge_base import KNOWLEDGE, settled_conflicts
from guideline.knowledge_base import rule_book as rule_entries
from guideline.site_file import limits
from service.cli import main
from service.errors import SettingsError
from service.rule_book import INTENDED_USE, RuleBook, rule_book
from service.settings import Settings, load_settings, variable
from tests.service.checked_client import site

ROOT = Path(__file__).parents[2]


@pytest.fixture
def site_file(tmp_path: Path) -> Path:
    """A site that has switched two rules off and set a limit."""
    file = tmp_path / "site.yaml"
    file.write_text("rules_off: [R044, R105]\nthresholds:\n  lvef_lower_limit: 53\n", encoding="utf-8")
    return file


@pytest.fixture
def book(site_file: Path) -> RuleBook:
    """The book of that site."""
    return rule_book(site(site=site_file))


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of a command."""
    status = main(arguments)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_every_rule_says_all_there_is(book: RuleBook):
    """Each rule has its trigger, advice, source documents, where it speaks and its state here; options say how they are graded."""
    for rule in book.rules:
        labels = [label for label, _ in rule.rows]
        assert {"When", "Advice", "Said by", "Speaks", "Here"} <= set(labels), rule.entry.id
        assert ("Cards" in labels) == bool(rule.entry.topics)
        assert labels.count("Conflict") == len(rule.entry.conflicts)
        if rule.entry.kind in {"REC", "ALT"}:
            assert "Strength" in labels, rule.entry.id
        if rule.entry.status == "text":
            assert rule.entry.reason
            assert rule.entry.reason in rule.where


def test_evidence_stands_with_population_year_and_citation(book: RuleBook):
    """Every line of evidence in the book is a printable entry, which has population and year, followed by its citation."""
    printable = {f"{entry.line}. Source: {entry.source}": entry for entry in KNOWLEDGE.evidence.values() if entry.line}
    lines = [line for rule in book.rules for line in rule.evidence]
    assert len(lines) > 60
    for line in lines:
        entry = printable[line]
        assert entry.population in line
        assert str(entry.year) in line


def test_a_rule_cites_its_own_section_of_a_guideline(book: RuleBook):
    """R004 cites ASCO's first-line recommendation, not those for other situations."""
    (rule,) = [rule for rule in book.rules if rule.entry.id == "R004"]
    assert [line[:15] for line in rule.evidence if line.startswith("ASCO")] == ["ASCO 2022, 1.1 "]


def test_conflicts_are_told_with_what_was_settled(book: RuleBook):
    """C14: the disagreement about biopsies, and what the rules follow, stand under R002."""
    (rule,) = [rule for rule in book.rules if rule.entry.id == "R002"]
    c14 = settled_conflicts()["C14"]
    assert rule.conflicts == (f"{c14.clash} {c14.settled}",)


def test_topics_of_the_book_are_cards_of_the_contract():
    """The cards that rules name exist, and each topic is named by some rule."""
    named = {topic for entry in rule_entries().values() for topic in entry.topics}
    assert named <= set(TOPICS)
    assert set(TOPICS) - named <= {"ChemotherapyWithoutHer2"}


def test_switching_a_rule_off_never_promises_to_take_the_treatment_card_away(book: RuleBook):
    """It stays whatever is off, so a rule that only adds to it costs its sentences; the reminder at order entry does go."""
    states = {rule.entry.id: rule.state for rule in book.rules}
    assert states["R026"] == "on; off means: up to 1 sentence of its own left out"
    assert states["R052"] == "on; off means: up to 3 sentences of its own left out"
    assert 'no card "Maintenance treatment"' in states["R068"]


def test_the_book_shows_the_state_of_the_site(book: RuleBook):
    """Rules that are off, rules that cannot be, and limits with where they come from."""
    states = {rule.entry.id: rule.switched for rule in book.rules}
    assert [id_ for id_, state in states.items() if state == "off"] == ["R044", "R105"] == list(book.switched_off)
    assert (states["R020"], states["R079"], states["R002"]) == ("always on", "always on", "on")
    lines = "\n".join(book.site_lines)
    assert "percent: 53 (set by the site file; may be 45 to 60)" in lines
    assert "rules switched off: R044, R105" in lines


@pytest.mark.parametrize("form", [["--format", "text"], ["--format", "md"], ["--markdown"], []])
def test_the_command_shows_the_site(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, site_file: Path, form: list[str]):
    """In text and Markdown: the state of the site, the intended use, every rule."""
    monkeypatch.setenv("HER2CDS_SITE", str(site_file))
    status, out, err = run(capsys, "rules", *form)
    assert (status, err) == (0, "")
    flat = re.sub(r"\s+", " ", out)
    assert INTENDED_USE in flat
    assert "rules switched off: R044, R105" in flat
    assert "chemotherapy [OFF]" in flat or "chemotherapy (off)" in flat
    assert all(id_ in out for id_ in rule_entries())


def test_the_command_speaks_to_machines(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, site_file: Path):
    """`--json`: one record for each rule, with its state and why it is locked."""
    monkeypatch.setenv("HER2CDS_SITE", str(site_file))
    status, out, _ = run(capsys, "rules", "--json")
    records = {record["id"]: record for record in orjson.loads(out)}
    assert status == 0
    assert set(records) == set(rule_entries())
    assert (records["R044"]["switched"], records["R020"]["switched"]) == ("off", "always on")
    assert records["R079"]["locked"]


def test_the_page_shows_the_site(client_of: Any, site_file: Path):
    """`/rules` marks what is off, names the intended use, and two sites in one process have pages of their own."""
    text = client_of(site=site_file).get("/rules").text
    article = re.search(r'<article id="R044" class="off">(.*?)</article>', text, re.DOTALL)
    assert article
    assert "off at this site" in article[1]
    assert INTENDED_USE in text
    assert "rules switched off: R044, R105" in text
    assert 'class="off"' not in client_of().get("/rules").text


def test_the_page_can_be_printed(client_of: Any):
    """The style sheet has a part for paper: no navigation, no rule torn apart, black on white."""
    css = client_of().get("/static/page.css").text
    paper = css[css.index("@media print") :]
    for part in ("nav { display: none; }", "break-inside: avoid", "@page", "--paper: #fff"):
        assert part in paper


def test_the_site_decides_what_the_service_says(client_of: Any, request_of: Any, tmp_path: Path):
    """A rule that is off is silent over HTTP as well: R027 takes T-DM1 from the alternatives of second line."""
    file = tmp_path / "site.yaml"
    file.write_text("rules_off: [R027]\n", encoding="utf-8")

    def alternatives(client: Any) -> list[str]:
        cards = client.call(request_of("second-line")).get_json()["cards"]
        found: list[str] = cards[0]["extension"]["dev.her2cds.advice"].get("alternatives", [])
        return found

    assert "tdm1" in alternatives(client_of())
    assert "tdm1" not in alternatives(client_of(site=file))


def test_a_variable_wins_over_the_file(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, site_file: Path):
    """A limit that is set both ways follows the variable, and `config check` says so."""
    monkeypatch.setenv("HER2CDS_SITE", str(site_file))
    assert load_settings().practice.lvef_lower_limit == 53
    monkeypatch.setenv("HER2CDS_LVEF_LOWER_LIMIT", "55")
    assert load_settings().practice.lvef_lower_limit == 55
    assert load_settings().practice.rules_off == {"R044", "R105"}
    status, out, err = run(capsys, "config", "check")
    assert status == 0
    assert "HER2CDS_LVEF_LOWER_LIMIT wins over lvef_lower_limit" in err
    assert "percent: 55 (set by HER2CDS_LVEF_LOWER_LIMIT; may be 45 to 60)" in out
    assert "rules switched off: R044, R105" in out


def test_file_and_variables_have_the_same_bounds():
    """What the file may set, the variable may set, and no more."""
    for limit in limits():
        field = Settings.model_fields[limit.name]
        bounds = {type(bound).__name__: bound for bound in field.metadata}
        assert (bounds["Ge"].ge, bounds["Le"].le) == (limit.least, limit.most), limit.name


def test_a_faulty_file_keeps_the_service_from_starting(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, site_file: Path
):
    """Every fault is named by variable, file and line, by the settings and by `config check`."""
    site_file.write_text("rules_off:\n  - R079\n  - R998\n", encoding="utf-8")
    monkeypatch.setenv("HER2CDS_SITE", str(site_file))
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert [fault.split(": ")[:2] for fault in caught.value.faults] == [[variable("site"), f"site.yaml:{line}"] for line in (2, 3)]
    for command in (("config", "check"), ("rules",)):
        status, _, err = run(capsys, *command)
        assert status == 1
        assert "site.yaml:2: " in err
        assert "site.yaml:3: " in err
        assert "Traceback" not in err


@pytest.mark.parametrize("sample", ["second-line", "ild", "lvef-hold", "pregnancy"])
def test_r084_every_card_names_the_edition_and_its_review(client_of: Any, request_of: Any, sample: str):
    """R084: each card says which edition of the knowledge it rests on and that it awaits human review."""
    cards = client_of().call(request_of(sample)).get_json()["cards"]
    assert cards
    for card in cards:
        assert f"knowledge {KNOWLEDGE.version}".replace(".", "") in card["detail"].replace("\\", "").replace(".", "")
        assert KNOWLEDGE.review_status in card["detail"]
