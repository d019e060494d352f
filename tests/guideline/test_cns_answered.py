"""CNS disease that only the intake speaks of, while HER2 therapy goes on: asked about, not passed over (R128, R131; decisions 6, 13)."""

from __future__ import annotations

import pytest

from tests.guideline.case_builder import (
    HR_POSITIVE,
    advice_on,
    doses,
    finding,
    given,
    her2,
    intake,
    metastasis,
    missing_in,
    on_therapy,
    said,
    situation_of,
    thp,
    topics,
)

T_DXD = "trastuzumab-deruxtecan"
RUNNING = (*thp(690, 380, reason="progression"), given(T_DXD, 300), *doses(T_DXD, 300, 15))
POSITIVE = (her2("3+"), *HR_POSITIVE)
LIVER = metastasis("liver", 700)


def on_tdxd(cns, *metastases, outcome=None, **facts):
    """T-DXd for 300 days, and this answer about the CNS."""
    return on_therapy(*RUNNING, intake=intake(cns_disease=cns, last_line_outcome=outcome), metastases=(LIVER, *metastases), **facts)


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (on_tdxd("active"), "cns-answered-active"),
        (on_tdxd("leptomeningeal"), "cns-answered-leptomeningeal"),
        (on_tdxd("active", metastasis("brain", 600)), "cns-answered-active"),
        (on_tdxd("active", outcome=said("ongoing", days=20)), "cns-answered-active"),
        (on_therapy(*thp(300, taxane_end=150), receptors=POSITIVE, intake=intake(cns_disease="active")), "cns-answered-active"),
    ],
    ids=["active", "leptomeningeal", "known before, active now", "called ongoing before", "in place of maintenance"],
)  # fmt: skip
def test_an_answer_alone_is_asked_about(case, expected):
    """No progression is concluded from it, and no other card says that the therapy simply goes on."""
    advice = advice_on(case)
    assert (topics(advice), missing_in(advice)) == (["MissingData"], {"I06"})
    found = finding(advice, "MissingData")
    assert (found.headline.id, found.indicator) == (expected, "info")
    assert [fact.name for fact in found.facts] == ["CNS metastases", f"Line {len(situation_of(case).therapies.used_lines)}"]
    follows = {"cns-answered-active": "brain-body-controlled", "cns-answered-leptomeningeal": "leptomeningeal"}[expected]
    assert ([line.id for line in found.detail], found.rules) == ([follows], ("R128", "R131"))


@pytest.mark.parametrize(("answered", "asked"), [(3, False), (2, True)])
def test_the_first_42_days_are_those_of_the_start(answered, asked):
    """Begun 45 days ago: what is said of the CNS within six weeks was known at the start."""
    drugs = (*thp(690, 60, reason="progression"), given(T_DXD, 45))
    case = on_therapy(*drugs, intake=intake(cns_disease=said("active", days=answered)))
    assert ("MissingData" in topics(advice_on(case))) is asked


@pytest.mark.parametrize(
    "case",
    [
        on_tdxd("stable"),
        on_tdxd("none"),
        on_tdxd(said("active", days=91)),
        on_tdxd("active", outcome="ongoing"),
        on_tdxd("leptomeningeal", metastasis("leptomeningeal", 600)),
        on_therapy(*thp(690, 60, reason="progression"), given(T_DXD, 40), intake=intake(cns_disease="active")),
    ],
    ids=["stable", "none", "expired", "called ongoing since", "leptomeningeal, known before", "at the start"],
)
def test_else_the_chart_is_silent(case):
    """Nothing new is said of it, or the clinician has answered."""
    assert topics(advice_on(case)) == []


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (on_tdxd("active", metastasis("brain", 20)), "ThirdLineTreatment"),
        (on_tdxd("leptomeningeal", metastasis("leptomeningeal", 20)), "TumorBoard"),
        (on_tdxd("active", outcome="progression"), "ThirdLineTreatment"),
    ],
    ids=["new on the list", "leptomeningeal, new on the list", "called progression"],
)
def test_what_is_documented_is_told_by_its_own_card(case, expected):
    """A new metastasis, or the answer that the line failed."""
    assert topics(advice_on(case)) == [expected]


def test_what_is_planned_again_is_named():
    """A route switch ordered for next week: nothing runs today, and the line goes on."""
    hp = (given("trastuzumab", 300, 5), given("pertuzumab", 300, 5))
    again = given("pertuzumab-trastuzumab-hyaluronidase", -5, kind="order")
    case = on_therapy(*hp, planned=again, intake=intake(cns_disease="active"))
    assert "growing on trastuzumab + pertuzumab?" in finding(advice_on(case), "MissingData").headline.text


def test_symptoms_come_first():
    """The urgent card alone."""
    case = on_therapy(*RUNNING, intake=intake(cns_disease="active", cns_symptoms="true"))
    assert topics(advice_on(case)) == ["BrainMetastasesUrgent"]
