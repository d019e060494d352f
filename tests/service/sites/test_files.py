"""The files of several sites: what may stand in them, and each fault by file and line, before anything starts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.app import create_app
from service.cli import main
from service.errors import SettingsError
from service.settings import Settings, load_settings, variable
from service.sites.file_members import OF_A_SITE, is_of_a_site
from service.sites.tenants import read_tenants, settings_of
from tests.service.auth.signing import ISS, key_files
from tests.service.checked_client import site
from tests.service.sites.conftest import NORTH, SOUTH

Folder = Callable[..., Path]

GOOD = """\
issuers:
  - https://ehr.example.org
profile: current
fhir_hosts: [https://one.example.org, https://two.example.org]
thresholds:
  lvef_lower_limit: 53
rules_off: [R044]
audience: [Practitioner/17]
topics_off: [SupportiveCare]
topics_for:
  LabelWindow: [PractitionerRole]
"""


def faults_of(folder: Path, **settings: Any) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        create_app(site(tenants=folder, **settings))
    return list(caught.value.faults)


def test_a_file_in_order(folder: Folder):
    """What it says holds for its site, and lists may be written as lists."""
    (tenant,) = read_tenants(site(tenants=folder(north=GOOD), lvef_lower_limit=55, deadline_ms=300, jurisdiction="EU"))
    settings = tenant.settings
    assert (tenant.name, tenant.issuers, tenant.tenants) == ("north", ("https://ehr.example.org",), ())
    assert settings.practice.label == "current/EU"
    assert settings.practice.lvef_lower_limit == 53
    assert settings.practice.rules_off == {"R044"}
    assert settings.practice.topics_off == {"SupportiveCare"}
    assert {origin.host for origin in settings.allowed_hosts.origins} == {"one.example.org", "two.example.org"}
    assert settings.base_url == "http://127.0.0.1:8000/t/north"


def test_what_a_file_does_not_say(folder: Folder, monkeypatch: pytest.MonkeyPatch):
    """It is as the deployment has it, by variable or by default; a file alone never reads a variable of its own."""
    monkeypatch.setenv("HER2CDS_PROFILE", "current")
    monkeypatch.setenv("HER2CDS_FHIR_HOSTS", "https://fhir.example.org")
    deployment = site(tenants=folder(north="{}\n"), lvef_lower_limit=55, fhir_hosts="")
    (tenant,) = read_tenants(deployment)
    settings = tenant.settings
    assert (settings.profile, settings.today, settings.practice.lvef_lower_limit) == ("current", deployment.today, 55)
    assert settings.origin("lvef_lower_limit") == "variable"
    assert not settings.allowed_hosts.origins
    assert not settings.demo


def test_one_file_is_one_site(folder: Folder):
    """Instead of a folder a single file may be named."""
    (tenant,) = read_tenants(site(tenants=folder(north=NORTH) / "north.yaml"))
    assert tenant.name == "north"


def test_hidden_and_other_files_are_no_sites(folder: Folder):
    """Container platforms and editors put their own files into a folder."""
    place = folder(north=NORTH)
    for name in (".north.yaml", "README.md", "north.yaml~"):
        (place / name).write_text("nothing: [", encoding="utf-8")
    (place / "..data").mkdir()
    assert [tenant.name for tenant in read_tenants(site(tenants=place))] == ["north"]


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("profile: current", "profile: newest", 3, "profile: Input should be 'guideline' or 'current'"),
        ("profile: current", "jurisdiction: UK", 3, "jurisdiction: Input should be"),
        ("profile: current", "deadline_ms: 5", 3, "deadline_ms: Input should be greater"),
        ("profile: current", "public_url: north", 3, "public_url: should be a web address"),
        ("profile: current", "fhir_ca_file: nowhere.pem", 3, "fhir_ca_file:"),
        ("profile: current", "cors_origins: [north]", 3, "cors_origins: should be"),
        ("profile: current", "client: [1]", 3, "client:"),
        ("profile: current", "port: 8001", 3, "port: is not known here"),
        ("profile: current", "auth: 'off'", 3, "auth: is not known here"),
        ("profile: current", "salt: abcdefghijklmnop", 3, "salt: is not known here"),
        ("profile: current", "demo: true", 3, "demo: is not known here"),
        ("profile: current", "smart_key: abcdefghijklmnop", 3, "smart_key: is not known here"),
        ("[https://one.example.org, ", "[http://one.example.org, ", 4, "fhir_hosts: should use https"),
        ("lvef_lower_limit: 53", "lvef_lower_limit: 30", 6, "less than the minimum"),
        ("[R044]", "[R079]", 7, "R079 cannot be switched off: its card can be critical"),
        ("[Practitioner/17]", "[]", 8, "audience: [] should be non-empty"),
        ("[Practitioner/17]", "Practitioner", 8, "is not of type 'array'"),
        ("[Practitioner/17]", "[Patient]", 8, "not for patients"),
        ("[Practitioner/17]", "[RelatedPerson/1]", 8, "not for patients"),
        ("[Practitioner/17]", "[17]", 8, "is not of type 'string'"),
        ("[Practitioner/17]", "[Device/17]", 8, "should be Practitioner, PractitionerRole"),
        ("[Practitioner/17]", "['|394593009']", 8, "should be Practitioner, PractitionerRole"),
        ("[SupportiveCare]", "[InterstitialLungDisease]", 9, "InterstitialLungDisease cannot be switched off: its card can be critical"),
        ("[SupportiveCare]", "[MissingData]", 9, "MissingData cannot be switched off: other advice rests on what it asks for"),
        ("[SupportiveCare]", "[SecondLineTreatment]", 9, "SecondLineTreatment cannot be switched off: silence would pass for an answer"),
        ("[SupportiveCare]", "[LvefMonitoringDue]", 9, "LvefMonitoringDue cannot be switched off: R074 cannot be switched off"),
        ("[SupportiveCare]", "[ChemotherapyWithoutHer2]", 9, "ChemotherapyWithoutHer2 cannot be switched off"),
        ("[SupportiveCare]", "[Supportive]", 9, "there is no topic 'Supportive'"),
        ("[SupportiveCare]", "[SupportiveCare, LabelWindow]", 11, "LabelWindow: is off, so it is for nobody"),
        ("LabelWindow: ", "DoseCheck: ", 11, "DoseCheck cannot be for some only: its card can be critical"),
        ("LabelWindow: [PractitionerRole]", "LabelWindow: [Patient]", 11, "not for patients"),
        ("rules_off: [R044]", "rules_off: [", 9, "did not find expected"),
        ("rules_off: [R044]", "profile: guideline", 7, "stands here twice"),
    ],
)
def test_a_fault_names_file_and_line(folder: Folder, old: str, new: str, line: int, what: str):
    """Each fault is one line with the setting, the file and the line, and nothing starts; the other site's file is in order."""
    assert GOOD.count(old) == 1
    (fault,) = faults_of(folder(north=GOOD.replace(old, new), south=SOUTH))
    assert fault.startswith(f"HER2CDS_TENANTS: north.yaml:{line}: ")
    assert what in fault


def test_the_faults_of_all_files_are_named(folder: Folder):
    """A deployment is repaired in one go."""
    found = faults_of(folder(north="profile: newest\n", south="rules_off: [R999]\nclient: nobody\n", west="a: 1\n"))
    assert [fault.split(":")[1].strip() for fault in found] == ["north.yaml", "south.yaml", "west.yaml"]
    found = faults_of(folder(north="profile: newest\njurisdiction: UK\n", south="{}\n", west="{}\n"))
    assert [fault.split(":")[2] for fault in found] == ["1", "2"]


@pytest.mark.parametrize("name", ["North", "north_1", "-north", "nörth", "n" * 41, "north.old"])
def test_a_name_that_is_no_path(folder: Folder, name: str):
    """The name of a site is a step of an address and a word of the log."""
    (fault,) = faults_of(folder(**{name: "{}\n"}))
    assert fault.startswith(f"HER2CDS_TENANTS: {name}.yaml:1: should be named after its site")


def test_a_file_with_another_ending_is_not_passed_over(folder: Folder):
    """`north.yml` would otherwise be a hospital that silently is none."""
    place = folder(south=SOUTH)
    (place / "north.yml").write_text(NORTH, encoding="utf-8")
    (fault,) = faults_of(place)
    assert "north.yml:1: should be named" in fault


def test_an_empty_folder_and_a_missing_one(folder: Folder, tmp_path: Path):
    """Several sites that are none are a fault."""
    assert faults_of(folder()) == ["HER2CDS_TENANTS: there is no file NAME.yaml"]
    for missing in ("nowhere.yaml", "nowhere"):
        assert faults_of(tmp_path / missing) == ["HER2CDS_TENANTS: does not exist"]


def test_two_sites_under_one_address(folder: Folder):
    """A token for one would be for the other as well."""
    own = "public_url: https://cds.example.org/x\n"
    assert faults_of(folder(north=own, south=own)) == ["HER2CDS_TENANTS: south.yaml: public_url: is that of north.yaml too"]
    (fault,) = faults_of(folder(north=own, south="{}\n"), public_url="https://cds.example.org/x")
    assert "the deployment itself" in fault


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{}\n", "north.yaml:1: issuers: HER2CDS_AUTH=required needs to know whose tokens are of this site"),
        ("issuers: [https://unknown.example.org]\n", "north.yaml:1: issuers.0: HER2CDS_JWT_ISSUERS does not list this issuer"),
        ("issuers: []\n", "north.yaml:1: issuers: [] should be non-empty"),
        (f"issuers: {ISS}\n", "north.yaml:1: issuers: 'https://ehr.example.org' is not of type 'array'"),
    ],
)
def test_a_site_that_no_token_opens(folder: Folder, tmp_path: Path, text: str, what: str):
    """Where tokens are asked for, each site says whose are its own, and their keys are listed."""
    (fault,) = faults_of(folder(north=text), auth="required", jwt_issuers=key_files(tmp_path))
    assert what in fault


def test_tenants_without_issuers(folder: Folder):
    """What `tenant` says counts for nothing without an issuer."""
    (fault,) = faults_of(folder(north="tenants: [north]\n"))
    assert "north.yaml:1: tenants: says something about tokens of issuers, and there are none" in fault


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"fhir_hosts": "https://fhir.example.org"}, "FHIR_HOSTS"),
        ({"demo": True}, "DEMO"),
        ({"smart_clients": "https://e.example.org/fhir x"}, "SMART_CLIENTS"),
    ],
)
def test_what_one_variable_must_not_say_for_all(folder: Folder, settings: dict[str, Any], name: str):
    """FHIR servers and the app's clients are of one hospital; set for all, calls of one could reach those of another."""
    (fault,) = faults_of(folder(north=NORTH), **settings)
    assert fault.startswith(f"HER2CDS_{name}: with HER2CDS_TENANTS")


def test_a_site_file_beside_the_folder(folder: Folder, tmp_path: Path):
    """Which of both holds would not be plain."""
    file = tmp_path / "site.yaml"
    file.write_text("{}\n", encoding="utf-8")
    assert faults_of(folder(north=NORTH), site=file) == ["HER2CDS_SITE: with HER2CDS_TENANTS it belongs into the file of each site"]


def test_shadow_without_a_record(folder: Folder):
    """A site in shadow mode that nobody could look at."""
    (fault,) = faults_of(folder(north="shadow: true\n"), record="off")
    assert "north.yaml:1: shadow: without HER2CDS_RECORD" in fault


def test_settings_of_a_site_exist():
    """The subset names settings that there are, and none by which one site could change what all depend on."""
    assert set(Settings.model_fields) >= OF_A_SITE
    of_all = {
        "host",
        "port",
        "workers",
        "auth",
        "jwt_issuers",
        "database_url",
        "salt",
        "record",
        "record_key",
        "tenants",
        "smart_key",
        "demo",
    }
    assert not {name for name in of_all if is_of_a_site(name)}


@pytest.fixture
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: Folder) -> None:
    """A deployment of two sites as the command line finds it."""
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HER2CDS_TENANTS", str(folder(north=NORTH, south=SOUTH)))
    monkeypatch.setenv("HER2CDS_TODAY", "2026-11-20")


@pytest.mark.usefixtures("_environment")
def test_config_check_names_the_sites(capsys: pytest.CaptureFixture[str]):
    """Each site with its address, whose tokens are its own, and how it reads the rules."""
    assert main(["config", "check"]) == 0
    printed = capsys.readouterr().out
    assert "site north: http://127.0.0.1:8000/t/north/cds-services; tokens of https://ehr.example.org; profile guideline/US" in printed
    assert "site south: " in printed
    assert "percent: 53 (set by the site file" in printed


@pytest.mark.usefixtures("_environment")
def test_config_check_names_faults_and_shared_issuers(capsys: pytest.CaptureFixture[str], folder: Folder):
    """A fault ends the check with 1; sites that share an issuer are noted."""
    folder(south=SOUTH.replace("https://other.example.org", ISS))
    assert main(["config", "check"]) == 0
    assert "note: north and south share an issuer" in capsys.readouterr().err
    folder(south="rules_off: [R079]\n")
    assert main(["config", "check"]) == 1
    assert "her2-cds: HER2CDS_TENANTS: south.yaml:1: rules_off.0: R079 cannot be switched off" in capsys.readouterr().err
    with pytest.raises(SettingsError, match=r"south\.yaml:1"):
        load_settings()


@pytest.mark.usefixtures("_environment")
def test_the_command_line_as_one_of_the_sites(capsys: pytest.CaptureFixture[str]):
    """`evaluate --site` and `rules --site` answer as that site does; a name that is none is told."""
    assert main(["evaluate", "--site", "south", "sample:first-line"]) == 0
    assert "First line: T-DXd + pertuzumab" in capsys.readouterr().out
    assert main(["evaluate", "--site", "north", "sample:first-line"]) == 0
    assert "First line: THP" in capsys.readouterr().out
    assert main(["rules", "--site", "south"]) == 0
    assert "rules switched off: R044" in capsys.readouterr().out
    assert main(["evaluate", "--site", "west", "sample:first-line"]) == 1
    assert "there is no site of that name; there are north, south" in capsys.readouterr().err


@pytest.mark.usefixtures("_environment")
@pytest.mark.parametrize(
    "command", [["evaluate", "sample:first-line"], ["evaluate", "--diagnose", "sample:first-line"], ["rules"]], ids=" ".join
)
def test_the_command_line_asks_which_site(capsys: pytest.CaptureFixture[str], command: list[str]):
    """Of several sites none stands in for the others: without a name there is no answer, and the names are told."""
    assert main(command) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "each by its own rules: name one with --site: north, south" in printed.err


def test_a_site_of_a_deployment_of_one():
    """Without several sites there is none to name."""
    assert settings_of(site(), "").practice == site().practice
    with pytest.raises(SettingsError, match="HER2CDS_TENANTS is not set"):
        settings_of(site(), "north")


def test_each_site_has_its_own_date(folder: Folder):
    """Two hospitals on both sides of the date line, in one deployment: what counts as today is the site's own."""
    tenants = folder(east="timezone: Pacific/Kiritimati\n", west="timezone: Pacific/Pago_Pago\n")
    east, west = (tenant.settings for tenant in read_tenants(Settings(tenants=tenants)))
    assert (east.current_day() - west.current_day()).days >= 1
