"""The command line: one patient in, the cards out; faults in one line, status 0, 1 or 2."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from codecs import BOM_UTF8
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any, get_origin, get_type_hints

import orjson
import pytest

import service.evaluation
from cards.response_schema import response_validator
from guideline.case import Case
from guideline.knowledge_base import KNOWLEDGE, rule_book
from guideline.knowledge_files import Fault
from service.cli import main
from service.samples import names, request_body
from service.settings import load_settings
from service.terminal import _FACTS
from tests.outside.ports import free_port
from tests.service.checked_client import TODAY

DAY = TODAY.isoformat()


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Work in an empty folder, so that no `.env` is read."""
    monkeypatch.chdir(tmp_path)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run a command; its status, output and errors."""
    try:
        status = main(arguments)
    except SystemExit as stop:  # argparse ends the process for usage
        status = int(stop.code or 0)
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def collection(name: str) -> dict[str, Any]:
    """A sample's resources as one Bundle without any request around them."""
    values = [value for value in request_body(name, TODAY)["prefetch"].values() if value]
    resources = [r for v in values for r in ([e["resource"] for e in v.get("entry", ())] if v["resourceType"] == "Bundle" else [v])]
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": resource} for resource in resources]}


@pytest.mark.parametrize("name", names())
def test_each_sample_is_printed(capsys: pytest.CaptureFixture[str], name: str):
    """Every sample patient can be read in a terminal, no line longer than the terminal is wide, no markup left."""
    status, out, err = run(capsys, "evaluate", f"sample:{name}", "--today", DAY)
    assert (status, err) == (0, "")
    assert out.strip()
    assert "**" not in out
    assert all(len(line) <= 120 for line in out.splitlines() if "http" not in line)


def test_the_card_is_readable(capsys: pytest.CaptureFixture[str]):
    """What a clinician needs is there: indicator, summary, evidence, where facts come from, the rules and where to read them."""
    _, json_out, _ = run(capsys, "evaluate", "sample:second-line", "--today", DAY, "--json")
    card = orjson.loads(json_out)["cards"][0]
    _, out, _ = run(capsys, "evaluate", "sample:second-line", "--today", DAY)
    flat = re.sub(r"\s+", " ", out)
    assert card["indicator"].upper() in flat
    assert card["summary"] in flat
    assert "Evidence" in flat
    advice = card["extension"]["dev.her2cds.advice"]
    assert advice["rules"][0] in flat
    assert all(fact["source"] in flat for fact in advice["facts"] if "source" in fact)
    assert card["source"]["url"] in flat


def test_json_is_a_hook_response(capsys: pytest.CaptureFixture[str]):
    """`--json` prints what the service would send."""
    status, out, _ = run(capsys, "evaluate", "sample:second-line", "--today", DAY, "--json")
    assert status == 0
    assert not list(response_validator().iter_errors(orjson.loads(out)))


@pytest.mark.parametrize("shape", ["request", "collection", "array", "transaction"])
def test_every_shape_of_a_record_gives_the_same_cards(capsys: pytest.CaptureFixture[str], tmp_path: Path, shape: str):
    """A CDS Hooks request, Bundles of any type and an array of the same resources are the same patient."""
    bundle = collection("second-line")
    content: dict[str, Any] = {
        "request": request_body("second-line", TODAY),
        "collection": bundle,
        "array": [entry["resource"] for entry in bundle["entry"]],
        "transaction": bundle | {"type": "transaction"},
    }
    file = tmp_path / "patient.json"
    file.write_bytes(orjson.dumps(content[shape]))
    status, out, err = run(capsys, "evaluate", str(file), "--today", DAY, "--json")
    assert (status, err) == (0, "")
    summaries = [card["summary"] for card in orjson.loads(out)["cards"]]
    _, expected, _ = run(capsys, "evaluate", "sample:second-line", "--today", DAY, "--json")
    assert summaries == [card["summary"] for card in orjson.loads(expected)["cards"]] != []


def test_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """`-` reads the record from a pipe."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(orjson.dumps(collection("second-line")))))
    status, out, _ = run(capsys, "evaluate", "-", "--today", DAY)
    assert status == 0
    assert "INFO" in out


def test_silence_gives_its_reasons(capsys: pytest.CaptureFixture[str]):
    """No card is said with the rules that ask for silence, in words."""
    status, out, _ = run(capsys, "evaluate", "sample:silent-on-treatment", "--today", DAY)
    assert status == 0
    assert out.startswith("Nothing to say, because")
    rule = re.search(r"R\d{3}", out)
    assert rule
    assert rule_book()[rule[0]].statement[:30] in re.sub(r"\s+", " ", out)


def test_every_fact_that_was_read_is_counted():
    """A terminal that says "Read: nothing" means it: no kind of fact of a case is without its name."""
    facts = {field for field, of in get_type_hints(Case).items() if get_origin(of) in (tuple, dict)} - {"problems"}
    assert facts == set(_FACTS)


def test_data_problems_are_summed_up(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """What could not be used is counted by kind below the cards."""
    bundle = collection("second-line")
    bundle["entry"].append(
        {"resource": {"resourceType": "Condition", "id": "x", "subject": {"reference": "Patient/other"}, "code": {"text": "Flu"}}}
    )
    file = tmp_path / "patient.json"
    file.write_bytes(orjson.dumps(bundle))
    status, out, _ = run(capsys, "evaluate", str(file), "--today", DAY)
    assert status == 0
    assert "is about another patient" in out


def test_diagnose_explains_nothing(capsys: pytest.CaptureFixture[str]):
    """Asked for both, it says that it does one: nothing is left out without a word."""
    status, out, err = run(capsys, "evaluate", "sample:second-line", "--diagnose", "--explain")
    assert (status, out) == (1, "")
    assert "--diagnose" in err
    assert "--explain" in err


def test_diagnose_names_what_is_wrong(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """`--diagnose` tells a site, resource by resource, what is wrong."""
    bundle = collection("second-line")
    bundle["entry"].append({"resource": {"resourceType": "Observation", "id": "odd-one", "valueQuantity": "sixty"}})
    file = tmp_path / "patient.json"
    file.write_bytes(orjson.dumps(bundle))
    status, out, err = run(capsys, "evaluate", str(file), "--today", DAY, "--diagnose")
    assert (status, err) == (0, "")
    assert "Observation/odd-one" in out


@pytest.mark.parametrize("asked", ["--diagnose", "--explain"])
def test_no_id_of_a_record_can_command_the_terminal(capsys: pytest.CaptureFixture[str], tmp_path: Path, asked: str):
    """Ids come from outside as well: what would clear the terminal, colour it or turn its writing is not printed."""
    hostile = orjson.dumps(collection("second-line")).replace(b'her2-ihc"', rb'her2-ihc\u001b[2J\u009b31m\u202e"')
    file = tmp_path / "patient.json"
    file.write_bytes(hostile)
    status, out, err = run(capsys, "evaluate", str(file), "--today", DAY, asked)
    assert (status, err) == (0, "")
    assert "her2-ihc" in out
    assert out.replace("\n", "").isprintable()


def test_the_ids_of_several_patients_are_told_on_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """The patients to choose from are named without what a terminal would obey."""
    file = tmp_path / "patients.json"
    file.write_bytes(orjson.dumps([{"resourceType": "Patient", "id": "a\x1b[2J"}, {"resourceType": "Patient", "id": "b\nc"}]))
    status, out, err = run(capsys, "evaluate", str(file))
    assert (status, out) == (1, "")
    assert "a [2J, b c" in err


BAD_INPUT = {
    "not JSON": b"hello",
    "empty": b"",
    "a number": b"17",
    "an object that is no record": b'{"name": "x"}',
    "a request without patient": b'{"hook": "patient-view", "hookInstance": "1", "context": {"userId": "Practitioner/1"}, "prefetch": {}}',
    "a request for a hook that is not served": orjson.dumps(request_body("second-line", TODAY) | {"hook": "order-cancel"}),
    "an empty array": b"[]",
    "numbers": b"[1, 2]",
    "an empty Bundle": b'{"resourceType": "Bundle", "type": "collection"}',
    "an outcome instead of a record": b'{"resourceType": "OperationOutcome", "issue": []}',
    "two patients": orjson.dumps([{"resourceType": "Patient", "id": "a"}, {"resourceType": "Patient", "id": "b"}]),
}


@pytest.mark.parametrize("content", BAD_INPUT.values(), ids=BAD_INPUT)
def test_bad_input_is_status_1_and_named(capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes):
    """Bad input is said in readable lines on standard error, without a traceback, and nothing else is printed."""
    file = tmp_path / "input.json"
    file.write_bytes(content)
    status, out, err = run(capsys, "evaluate", str(file))
    assert (status, out) == (1, "")
    assert all(line.startswith("her2-cds: ") for line in err.splitlines())
    assert err.strip()
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["evaluate", "nowhere.json"],
        ["evaluate", "."],
        ["evaluate", "sample:nobody"],
        ["evaluate", "sample:second-line", "--hook", "order-cancel"],
        ["evaluate", "sample:second-line", "--hook", "order-sign"],
        ["evaluate", "sample:second-line", "--patient", "zzz"],
    ],
)
def test_what_is_not_there_is_status_1(capsys: pytest.CaptureFixture[str], arguments: list[str]):
    """A file, sample or hook that is not there is one readable line."""
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (1, "")
    assert len(err.splitlines()) == 1


def test_the_patient_of_a_request_may_be_named(capsys: pytest.CaptureFixture[str]):
    """Who names the patient whom the request is about gets that patient's cards."""
    patient = request_body("second-line", TODAY)["context"]["patientId"]
    expected = run(capsys, "evaluate", "sample:second-line", "--today", DAY)
    assert run(capsys, "evaluate", "sample:second-line", "--today", DAY, "--patient", patient) == expected


def test_a_byte_order_mark_is_no_fault(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """Some editors put one before a file."""
    file = tmp_path / "patient.json"
    file.write_bytes(BOM_UTF8 + orjson.dumps(collection("second-line")))
    status, out, err = run(capsys, "evaluate", str(file), "--today", DAY)
    assert (status, err) == (0, "")
    assert "Second line" in out


@pytest.mark.parametrize(
    "arguments", [[], ["evaluate"], ["serve", "now"], ["rules", "--format", "pdf"], ["config"], ["evaluate", "x", "--today", "soon"]]
)
def test_usage_is_status_2(capsys: pytest.CaptureFixture[str], arguments: list[str]):
    """A command that is not one is usage, and says so."""
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert "usage: her2-cds" in err


def test_several_patients_can_be_told_apart(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """`--patient` chooses among the patients of a file."""
    bundle = collection("second-line")
    bundle["entry"].append({"resource": {"resourceType": "Patient", "id": "somebody-else"}})
    file = tmp_path / "patients.json"
    file.write_bytes(orjson.dumps(bundle))
    assert run(capsys, "evaluate", str(file))[0] == 1
    patient = request_body("second-line", TODAY)["context"]["patientId"]
    status, out, _ = run(capsys, "evaluate", str(file), "--patient", patient, "--today", DAY, "--json")
    assert status == 0
    assert orjson.loads(out)["cards"]
    assert run(capsys, "evaluate", str(file), "--patient", "nobody")[0] == 1


def test_a_fault_of_ours_is_no_silence(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """When a rule raises, the command fails and says that nothing may be concluded."""

    def broken(*_: Any) -> None:
        raise ValueError("secret")

    monkeypatch.setattr(service.evaluation, "advise", broken)
    status, out, err = run(capsys, "evaluate", "sample:second-line")
    assert (status, out) == (1, "")
    assert "no conclusion may be drawn" in err
    assert "secret" not in err


def test_today_replaces_the_clock(capsys: pytest.CaptureFixture[str]):
    """A sample is dated relative to the day asked for."""
    _, first, _ = run(capsys, "evaluate", "sample:second-line", "--today", "2026-11-20", "--json")
    _, second, _ = run(capsys, "evaluate", "sample:second-line", "--today", date(2027, 5, 4).isoformat(), "--json")
    assert [card["source"]["topic"] for card in orjson.loads(first)["cards"]] == [
        card["source"]["topic"] for card in orjson.loads(second)["cards"]
    ]


def test_rules_in_every_format(capsys: pytest.CaptureFixture[str]):
    """Text, Markdown and JSON hold every rule."""
    for form in ("text", "md", "json"):
        status, out, err = run(capsys, "rules", "--format", form)
        assert (status, err) == (0, "")
        assert all(rule in out for rule in rule_book())
    records = orjson.loads(out)
    assert [record["id"] for record in records] == [*rule_book()] or {record["id"] for record in records} == set(rule_book())
    assert all(value for record in records for value in record.values())


def test_config_check_passes_here(capsys: pytest.CaptureFixture[str]):
    """The files as shipped are in order, and the command says which parts it looked at."""
    status, out, err = run(capsys, "config", "check")
    assert (status, err) == (0, "")
    assert [line.partition(":")[0] for line in out.splitlines()] == [
        "settings",
        "authentication",
        "SMART app",
        "FHIR servers",
        "knowledge",
        "site",
        "terminology",
        "cards",
        "store",
    ]


def test_config_check_says_which_servers_may_be_asked(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Origins as a request has to name them, and how long a call waits for them."""
    monkeypatch.setenv("HER2CDS_FHIR_HOSTS", "https://FHIR.example.org:443, http://[::1]:8080")
    monkeypatch.setenv("HER2CDS_DEADLINE_MS", "700")
    status, out, _ = run(capsys, "config", "check")
    assert status == 0
    assert "FHIR servers: http://[::1]:8080, https://fhir.example.org, 700 ms a call, certificates of the public authorities" in out


def test_config_check_names_faults(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Faulty settings are named, status 1; a variable that has no effect is noted."""
    monkeypatch.setenv("HER2CDS_PORT", "http")
    monkeypatch.setenv("HER2CDS_PROFIL", "current")
    status, _, err = run(capsys, "config", "check")
    assert status == 1
    assert "HER2CDS_PORT: " in err
    assert "HER2CDS_PROFIL" in err


def test_the_version(capsys: pytest.CaptureFixture[str]):
    """Release and knowledge, since advice depends on both."""
    assert run(capsys, "--version") == (0, f"her2-cds {version('her2-cds')}, knowledge {KNOWLEDGE.version}\n", "")


#: Places where nothing can be kept, also by root.
NO_PLACES = {"a file": "in-the-way", "nobody's": "/proc/her2-cds"}


@pytest.mark.parametrize("place", NO_PLACES.values(), ids=NO_PLACES)
def test_config_check_tries_the_data_folder(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, place: str):
    """Without it the service answers: a note. Where the SMART app needs a key from it, the service does not start: a fault."""
    Path("in-the-way").touch()
    monkeypatch.setenv("HER2CDS_DATA", place)
    status, out, err = run(capsys, "config", "check")
    assert (status, err.count("\n")) == (0, 1)
    assert err.startswith("her2-cds: note: HER2CDS_DATA: ")
    assert "cards are shown, feedback is refused" in err
    assert "store: " in out
    assert "cannot be made" in out.splitlines()[-1]
    monkeypatch.setenv("HER2CDS_RECORD", "required")
    assert "calls get 503" in run(capsys, "config", "check")[2]
    for name, value in (("HER2CDS_DEMO", "1"), ("HER2CDS_SMART_CLIENTS", "https://ehr.example.org/fhir her2-cds")):
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            patch.setenv("HER2CDS_PUBLIC_URL", "https://cds.example.org")
            status, _, err = run(capsys, "config", "check")
            assert status == 1
            assert "her2-cds: HER2CDS_SMART_KEY: is not set, and " in err
            patch.setenv("HER2CDS_SMART_KEY", "long enough a secret")
            assert run(capsys, "config", "check")[0] == 0


def test_config_check_makes_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Who checks may be root, and the service could not use what root has made."""
    monkeypatch.setenv("HER2CDS_DATA", "new/data")
    monkeypatch.setenv("HER2CDS_DEMO", "1")
    assert run(capsys, "config", "check")[0] == 0
    Path("there").mkdir()
    monkeypatch.setenv("HER2CDS_DATA", "there")
    assert run(capsys, "config", "check")[0] == 0
    assert [str(path) for path in Path().rglob("*")] == ["there"]


def test_config_check_notes_who_believes_everybody(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Proxies anywhere are none: whoever calls could name any address, and be counted as another each time."""
    monkeypatch.setenv("HER2CDS_TRUSTED_PROXIES", "10.1.2.0/24")
    assert run(capsys, "config", "check")[2] == ""
    for everybody in ("0.0.0.0/0", "10.1.2.0/24, ::/0"):
        monkeypatch.setenv("HER2CDS_TRUSTED_PROXIES", everybody)
        status, _, err = run(capsys, "config", "check")
        assert (status, err.partition(": believes")[0]) == (0, "her2-cds: note: HER2CDS_TRUSTED_PROXIES")


def test_a_secret_in_the_wrong_place_is_not_repeated(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Who types the secret where its place should be named finds the EHR in the message, and the secret in no log."""
    for secret in ("s3cr3tValue-zzz", "S3CR3TVALUE"):
        monkeypatch.setenv("HER2CDS_SMART_CLIENTS", f"https://ehr.example.org/fhir her2-cds secret:{secret}")
        for command in (["config", "check"], ["serve"]):
            status, out, err = run(capsys, *command)
            assert status == 1
            assert "the secret of https://ehr.example.org/fhir" in err
            assert secret not in out + err + repr(load_settings())


@pytest.mark.parametrize("command", [["config", "check"], ["serve"], ["purge"], ["report"], ["feedback", "report"], ["replay", "x"]])
def test_a_missing_driver_is_named(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: list[str]):
    """Without psycopg each command that needs the store says what to install, and for which setting."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.setenv("HER2CDS_DATABASE_URL", "postgresql://u:verysecret@db/x")
    monkeypatch.setenv("HER2CDS_PORT", str(free_port()))
    status, _, err = run(capsys, *command)
    assert (status, err) == (1, "her2-cds: HER2CDS_DATABASE_URL: needs the package psycopg. Install her2-cds[postgresql].\n")


def test_a_faulty_knowledge_file_is_named_by_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """`config check` passes on what the knowledge check finds, by file and line."""
    monkeypatch.setattr("service.configuration.faults", lambda **_: ({}, [Fault("drugs.yaml", 7, "drugs.x: no such route")]))
    status, _, err = run(capsys, "config", "check")
    assert status == 1
    assert "drugs.yaml:7: drugs.x: no such route" in err


def test_the_command_line_does_not_load_fhir_models():
    """A command that needs no FHIR models starts without them: they cost a quarter of a second."""
    script = (
        "import sys; from service.cli import main; main(['evaluate', 'sample:second-line', '--json']); "
        "sys.exit(any(name.startswith('fhir.resources') for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=300, check=False)  # noqa: S603 - our own script
    assert done.returncode == 0, done.stderr.decode()[-500:]
