"""V12 with other blood results: a limit of the running drug's label is crossed (R119), over HTTP and in both encodings."""

from __future__ import annotations

import pytest

from tests.vignettes.answers import ask
from tests.vignettes.cases import CASES
from tests.vignettes.facts import Facts, Lab, lab
from tests.vignettes.fhir_builder import ENCODINGS, Encoding


def on_tdm1(*values: Lab) -> Facts:
    """V12, responding to T-DM1, with these results in place of its own."""
    # Her tenth dose was given on 2026-11-20, and the blood taken on that day.
    return (*(fact for fact in CASES["V12"] if not isinstance(fact, Lab)), *values)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    ("values", "summary"),
    [
        ((lab("platelets", 45, "2026-11-20"),), "Hold trastuzumab emtansine: platelets 45"),
        ((lab("alt", 210, "2026-11-20", 40),), "Hold trastuzumab emtansine: ALT 210"),
        ((lab("alt", 130, "2026-11-20", 40), lab("bilirubin", 2.5, "2026-11-20", 1.2)), "Stop trastuzumab emtansine for good: ALT 130"),
    ],
    ids=["platelets", "ALT", "ALT with bilirubin"],
)
def test_a_crossed_limit_is_one_warning(values: tuple[Lab, ...], summary: str, encoding: Encoding) -> None:
    """R119: one `LabSafety` card at `warning` and no treatment card: a responder is not switched."""
    answer = ask(on_tdm1(*values), encoding)
    assert answer.topics == ["LabSafety"]
    assert answer.cards[0]["indicator"] == "warning"
    assert answer.cards[0]["summary"].startswith(summary)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("values", [(), (lab("platelets", 50, "2026-11-20"),), (lab("platelets", 20, "2026-10-29"),)])
def test_nothing_else_is_said(values: tuple[Lab, ...], encoding: Encoding) -> None:
    """Section 5: no value, a value at the limit, a value older than three weeks: silence, and no reminder."""
    assert ask(on_tdm1(*values), encoding).cards == []
