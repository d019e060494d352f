"""What a site has switched off does not vanish: the terminal and the log line say what would have been said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.cli import main
from service.samples import order_request_body
from service.settings import Settings, variable
from tests.service.checked_client import TODAY, CheckedClient
from tests.service.sites.conftest import LogLine


@pytest.fixture
def site_file(tmp_path: Path) -> Path:
    """A site that lets T-DM1 be ordered without a word, by rule and by topic."""
    file = tmp_path / "site.yaml"
    file.write_text("rules_off: [R027]\ntopics_off: [NonPreferredAgent]\n", encoding="utf-8")
    return file


@pytest.fixture
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, site_file: Path) -> None:
    """The site as the command line finds it."""
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HER2CDS_SITE", str(site_file))
    monkeypatch.setenv("HER2CDS_TODAY", TODAY.isoformat())


@pytest.mark.usefixtures("_environment")
def test_the_terminal_says_what_is_left_out(capsys: pytest.CaptureFixture[str]):
    """After the cards, or the silence: each rule and topic that would have spoken here, in words."""
    assert main(["evaluate", "sample:second-line"]) == 0
    printed = capsys.readouterr().out
    assert "Not said, since this site has it switched off:\n  - rule R027: " in printed
    assert "topic " not in printed.partition("Not said")[2]
    assert main(["evaluate", "sample:order-tdm1"]) == 0
    printed = capsys.readouterr().out
    assert "  - topic NonPreferredAgent: Preferred agent not ordered" in printed


def test_nothing_is_added_where_nothing_is_off(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A site with everything on reads the cards alone."""
    monkeypatch.chdir(tmp_path)
    assert main(["evaluate", "sample:second-line"]) == 0
    assert "Not said" not in capsys.readouterr().out


def test_the_log_line_says_which_rules_would_have_spoken(
    client_of: Callable[..., CheckedClient], site_file: Path, second_line: dict[str, Any], log_line: LogLine
):
    """The ids of the rules that are off and would have spoken; none where it would have been the same. Cards are not cluttered with it."""
    client = client_of(site=site_file)
    cards = client.call(second_line).get_json()["cards"]
    assert log_line()["rules_off"] == ["R027"]
    assert "R027" not in str(cards)
    client.call(order_request_body("order-doxorubicin", TODAY), path="/cds-services/her2-order-sign")
    assert "rules_off" not in log_line()
