"""Whoever asks a script of the project what it does is told, and nothing is done."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from docs import screenshots
from tests import regex_growth


@pytest.mark.parametrize(
    ("main", "name"),
    [(screenshots.main, "docs.screenshots"), (regex_growth.main, "tests.regex_growth")],
    ids=["screenshots", "regex_growth"],
)
@pytest.mark.parametrize("argument", ["--help", "--no-such-option"])
def test_a_script_without_options_says_what_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], main: Callable[[], object], name: str, argument: str
):
    """`--help` is help and no run of minutes, which draws pictures over those that are there; what is no option is refused."""
    monkeypatch.setattr(sys, "argv", [name, argument])
    for what in ("running_demo", "running_browser"):
        monkeypatch.setattr(screenshots, what, lambda *_: pytest.fail("drawn"))
    monkeypatch.setattr(regex_growth, "outgrows", lambda *_: pytest.fail("measured"))
    with pytest.raises(SystemExit) as ended:
        main()
    printed = capsys.readouterr()
    assert ended.value.code == (0 if argument == "--help" else 2)
    assert f"usage: python -m {name}" in printed.out + printed.err
