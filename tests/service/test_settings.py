"""Settings: read once, faults by name, and nothing unsafe by accident."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from guideline.practice import Practice
from service.app import create_app
from service.configuration import check
from service.errors import SettingsError
from service.settings import Settings, load_settings, settings_table, unknown_variables, usable_cores, variable
from tests.service.checked_client import site

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """No variable and no `.env` of the machine."""
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)
    monkeypatch.chdir(tmp_path)


def test_defaults_are_those_of_the_contract():
    """Without any setting: loopback, port 8000, a worker per core, guideline/US, 16 MB, no demo."""
    settings = load_settings()
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8000, usable_cores())
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.practice == Practice("guideline", "US", 50.0)
    assert settings.max_body_bytes == 16 * 1024 * 1024
    assert settings.allowed_origins == {"*"}
    assert (settings.auth, settings.open, settings.demo, settings.today) == ("off", False, False, None)


def test_the_environment_and_the_file_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """`.env` is read, and the environment wins over it."""
    (tmp_path / ".env").write_text("HER2CDS_PORT=8001\nHER2CDS_PROFILE=current\nOTHER=1\nHER2CDS_LATER=1\n")
    monkeypatch.setenv("HER2CDS_PORT", "8002")
    monkeypatch.setenv("HER2CDS_TODAY", "2026-11-20")
    settings = load_settings()
    assert (settings.port, settings.profile) == (8002, "current")
    assert settings.current_day() == date(2026, 11, 20)


def test_secrets_are_read_from_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """As container platforms hand them over: a file for each setting, its line end left out; the environment wins."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "HER2CDS_SALT").write_text("a salt out of a file\n")
    (tmp_path / "secrets" / "her2cds_port").write_text("8001\n")
    monkeypatch.setenv("HER2CDS_SECRETS", str(tmp_path / "secrets"))
    assert (load_settings().salt, load_settings().port) == ("a salt out of a file", 8001)
    monkeypatch.setenv("HER2CDS_PORT", "8002")
    assert load_settings().port == 8002


def test_secrets_that_cannot_be_read_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A folder that is not there, and a faulty value in it, by name: a service must not start on defaults for the lack of a secret."""
    monkeypatch.setenv("HER2CDS_SECRETS", str(tmp_path / "nowhere"))
    with pytest.raises(SettingsError, match="HER2CDS_SECRETS"):
        load_settings()
    monkeypatch.setenv("HER2CDS_SECRETS", str(tmp_path))
    (tmp_path / "HER2CDS_SALT").write_text("short")
    with pytest.raises(SettingsError, match="HER2CDS_SALT") as raised:
        load_settings()
    assert "short" not in str(raised.value)
    (tmp_path / "HER2CDS_SALT").write_bytes(b"\xff\xfe not text at all")
    with pytest.raises(SettingsError, match="HER2CDS_SECRETS"):
        load_settings()


FAULTS = {
    "HER2CDS_PORT": "http",
    "HER2CDS_WORKERS": "0",
    "HER2CDS_PROFILE": "newest",
    "HER2CDS_JURISDICTION": "us",
    "HER2CDS_PUBLIC_URL": "cds.example.org",
    "HER2CDS_CORS_ORIGINS": "https://a.example.org/path",
    "HER2CDS_MAX_BODY_MB": "-1",
    "HER2CDS_AUTH": "on",
    "HER2CDS_JWT_ISSUERS": "https://ehr.example.org",
    "HER2CDS_JWT_ALGORITHMS": "HS256",
    "HER2CDS_JWT_MAX_AGE": "0",
    "HER2CDS_OPEN": "perhaps",
    "HER2CDS_DEMO": "2",
    "HER2CDS_TODAY": "tomorrow",
    "HER2CDS_LVEF_LOWER_LIMIT": "30",
    "HER2CDS_DOSE_TOLERANCE_PERCENT": "50",
    "HER2CDS_MINIMUM_INTERVAL_DAYS": "7",
    "HER2CDS_CPT": "some",
    "HER2CDS_SITE": "nowhere.yaml",
    "HER2CDS_TIMEZONE": "../etc/localtime",
    "HER2CDS_DATABASE_URL": "mysql://somewhere/her2",
    "HER2CDS_RATE": "600/minute;0/hour",
    "HER2CDS_SALT": "short",
    "HER2CDS_FHIR_CA_FILE": __file__,
}


@pytest.mark.parametrize(("name", "value"), FAULTS.items())
def test_a_faulty_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str):
    """A fault is one line that begins with the variable."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    (fault,) = caught.value.faults
    assert fault.startswith(f"{name}: ")
    assert "\n" not in fault


def test_all_faults_are_named_at_once(monkeypatch: pytest.MonkeyPatch):
    """A site repairs its settings in one go."""
    for name, value in FAULTS.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert {fault.partition(":")[0] for fault in caught.value.faults} == set(FAULTS)


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "sqlite://host/x", "her2-cds.sqlite", "postgresql:", "memory", "postgresql://u:p@db:port/x"]
)
def test_a_store_that_processes_cannot_share_is_refused(monkeypatch: pytest.MonkeyPatch, url: str):
    """A store is a file or a server: one in memory would be another for each worker."""
    monkeypatch.setenv("HER2CDS_DATABASE_URL", url)
    with pytest.raises(SettingsError, match="HER2CDS_DATABASE_URL: should be"):
        load_settings()


def test_a_folder_of_sites_that_is_not_there(monkeypatch: pytest.MonkeyPatch):
    """It is said to be missing, and nothing about how it should be named."""
    monkeypatch.setenv("HER2CDS_TENANTS", "nowhere")
    with pytest.raises(SettingsError, match=r"^HER2CDS_TENANTS: does not exist$"):
        load_settings()


def test_secrets_are_not_printed():
    """The password of the store and the salt stay out of whatever prints the settings."""
    shown = repr(site(database_url="postgresql://u:verysecret@h/d", salt="verysecret" * 2))
    assert "verysecret" not in shown


def test_misspelt_settings_are_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A variable, or a file among the secrets, that looks like ours and is none is found; what is ours, or nobody's, is not."""
    for name in ("HER2CDS_SALT", "her2cds_port", "HER2CDS_RECORDKEY", "tls_key"):
        (tmp_path / name).touch()
    monkeypatch.setenv("HER2CDS_PROFIL", "current")
    monkeypatch.setenv("HER2CDS_SECRETS", str(tmp_path))
    assert unknown_variables() == ["HER2CDS_PROFIL", "HER2CDS_RECORDKEY"]


def test_misspelt_lines_of_the_env_file_are_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A line of `.env` that looks like ours and is none is found, in large or small letters, by the check too; other lines are nobody's."""
    monkeypatch.chdir(tmp_path)
    lines = ("HER2CDS_PROFIL=current", "her2cds_jurisdictio=EU", "HER2CDS_PORT=8001", "PATH_OF_OTHERS=x", "# HER2CDS_NOTE=1")
    (tmp_path / ".env").write_text("\n".join(lines))
    assert unknown_variables() == ["HER2CDS_JURISDICTIO", "HER2CDS_PROFIL"]
    assert {note.partition(" ")[0] for note in check().notes if "no setting" in note} == {"HER2CDS_JURISDICTIO", "HER2CDS_PROFIL"}


@pytest.mark.parametrize("auth", ["warn", "required"])
def test_authentication_of_nobody_refuses_to_start(auth: str):
    """A site that asks for client authentication never runs without it unknowingly: it has to say whose tokens are accepted."""
    with pytest.raises(SettingsError, match="HER2CDS_JWT_ISSUERS"):
        create_app(site(auth=auth))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "cds.example.org"])  # noqa: S104 - nothing is bound
def test_beyond_loopback_needs_open(host: str):
    """Listening where others reach it, without authentication, has to be said twice."""
    with pytest.raises(SettingsError, match="HER2CDS_OPEN"):
        create_app(site(host=host))
    create_app(site(host=host, open=True))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_loopback_needs_nothing(host: str):
    """All names of this machine alone are loopback."""
    assert site(host=host).on_loopback
    create_app(site(host=host))


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({"host": "::1", "port": 8001}, "http://[::1]:8001"),
        ({"public_url": "https://cds.example.org/her2/"}, "https://cds.example.org/her2"),
    ],
)
def test_base_url(settings: dict[str, object], url: str):
    """Links begin with the public URL, or with the address it listens on."""
    assert site(**settings).base_url == url


def test_cards_link_to_the_public_url(client_of, second_line):
    """The source of every card is reachable by clients."""
    cards = client_of(public_url="https://cds.example.org").call(second_line).get_json()["cards"]
    assert cards
    assert all(card["source"]["url"].startswith("https://cds.example.org/rules#") for card in cards)


def test_the_profile_reaches_the_cards(client_of, request_of):
    """The settings decide how the guideline is read: the first line differs by profile, and the card names it."""
    leading = {}
    for profile in ("guideline", "current"):
        card = client_of(profile=profile, jurisdiction="US").call(request_of("first-line")).get_json()["cards"][0]
        advice = card["extension"]["dev.her2cds.advice"]
        assert advice["profile"] == f"{profile}/US"
        leading[profile] = advice["regimen"]
    assert leading == {"guideline": "thp", "current": "tdxd-pertuzumab"}


def test_every_setting_is_described():
    """No setting without a sentence."""
    assert all(field.description for field in Settings.model_fields.values())


def test_the_documentation_is_up_to_date():
    """`docs/settings.md` is what `her2-cds config table` prints."""
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == settings_table()


def test_today_is_the_date_at_the_site():
    """Two sites a day apart at every moment: each has its own date; the date of a replay is everybody's."""
    first, last = Settings(timezone="Pacific/Kiritimati"), Settings(timezone="Pacific/Pago_Pago")
    before = datetime.now(UTC)
    assert first.current_day() - last.current_day() >= timedelta(1)
    assert timedelta(0) <= last.now() - before < timedelta(minutes=1)
    assert Settings(timezone="Pacific/Kiritimati", today=date(2026, 3, 1)).current_day() == date(2026, 3, 1)


def test_without_a_time_zone_today_is_the_date_of_the_process():
    """The clock of the process, with its own offset."""
    now = Settings().now()
    assert now.utcoffset() == datetime.now().astimezone().utcoffset()
