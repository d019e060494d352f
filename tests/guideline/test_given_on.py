"""Doses after documented progression (R009, R026; decision 6): neither silence nor "on treatment", and the card says so."""

from __future__ import annotations

import pytest

from tests.guideline.case_builder import (
    advice_on,
    ago,
    cycles,
    dose,
    doses,
    given,
    intake,
    metastasis,
    on_therapy,
    said,
    said_ids,
    situation_of,
    statements_of,
    status,
    thp,
)

T_DM1, SAID = "trastuzumab-emtansine", "given-on-after-progression"
FIRST = thp(690, 230, reason="progression")
WORSE = {"disease_statuses": status("worsened", 30)}


def on_tdm1(*drugs, **facts):
    return on_therapy(*FIRST, *drugs, **facts)


@pytest.mark.parametrize(
    "case",
    [
        on_tdm1(given(T_DM1, 200), *doses(T_DM1, 200, 11), **WORSE),
        on_tdm1(*cycles(T_DM1, 200, 11), **WORSE),
        on_tdm1(*doses(T_DM1, 200, 11), **WORSE),
        on_tdm1(given(T_DM1, 200), *doses(T_DM1, 200, 11), disease_statuses=status("worsened", "2026-10")),
        on_tdm1(given(T_DM1, 200), *doses(T_DM1, 200, 11), metastases=(metastasis("liver", 700), metastasis("bone", 30))),
        on_tdm1(given(T_DM1, 200), *doses(T_DM1, 200, 11), intake=intake(last_line_outcome=said("progression", days=30))),
        on_tdm1(given(T_DM1, 200, 30, reason="progression"), dose(T_DM1, 11)),
        on_tdm1(given(T_DM1, 200, 80, reason="progression"), *doses(T_DM1, 53, 11)),
        on_tdm1(given(T_DM1, 200, 80, reason="progression"), given(T_DM1, 53, kind="order"), *doses(T_DM1, 53, 11)),
    ],
    ids=["doses", "cycles", "doses alone", "in a month", "new site", "intake", "stopped", "stopped, cycles", "stopped, ordered"],
)  # fmt: skip
def test_decision_6_what_failed_and_is_given_on_is_named(case):
    """However the record tells of the progression and of the doses: the next line's card, and the last dose on it."""
    advice = advice_on(case)
    assert advice.treatment is not None
    assert advice.treatment.headline.text == "Third line: T-DXd - progressed on trastuzumab emtansine"
    assert [s.text for s in statements_of(advice) if s.id == SAID and f"trastuzumab emtansine, last dose {ago(11)}" in s.text]


@pytest.mark.parametrize(
    "case",
    [
        on_tdm1(given(T_DM1, 200), *doses(T_DM1, 200, 32), **WORSE),
        on_tdm1(given(T_DM1, 200, 30, reason="progression")),
        on_tdm1(given(T_DM1, 200), **WORSE),
        on_tdm1(given(T_DM1, 200), *doses(T_DM1, 200, 11), metastases=(metastasis("liver", 700), metastasis("brain", 30))),
        on_tdm1(
            given(T_DM1, 200),
            *doses(T_DM1, 200, 11),
            metastases=(metastasis("liver", 700), metastasis("bone", 30)),
            disease_statuses=status("stable", 15),
        ),
    ],
    ids=["none since", "stopped", "no doses recorded", "in the brain alone", "judged stable since"],
)
def test_without_a_dose_since_nothing_is_said(case):
    """And decision 13: where the brain alone progressed, unchanged HER2 therapy is what is advised."""
    advice = advice_on(case)
    assert advice.treatment is not None
    assert SAID not in said_ids(advice)


@pytest.mark.parametrize("better", [{"disease_statuses": status("stable", 5)}, {"intake": intake(last_line_outcome="ongoing")}])
def test_judged_better_since_it_is_being_given_again(better):
    """Stopped for progression, given again within weeks, and not worse since: a line that goes on."""
    case = on_tdm1(given(T_DM1, 200, 80, reason="progression"), *doses(T_DM1, 53, 11), **better)
    assert (advice_on(case).treatment, situation_of(case).on_treatment) == (None, True)


def test_after_a_longer_pause_it_is_a_line_of_its_own():
    """R053: used again later, which somebody decided."""
    again = on_tdm1(given(T_DM1, 200, 100, reason="progression"), *doses(T_DM1, 32, 11))
    assert (situation_of(again).used_line_count, situation_of(again).on_treatment) == (3, True)


def test_decision_4_the_backbone_is_used_again():
    """Trastuzumab after progression on it, taken up again with endocrine therapy: a line of its own that goes on."""
    again = on_therapy(*thp(690, 80, reason="progression"), given("trastuzumab", 40), given("letrozole", 40))
    assert (situation_of(again).used_line_count, situation_of(again).on_treatment) == (2, True)


def test_the_triplet_given_on_is_told_as_one_line():
    """However many of its drugs are taken up again."""
    triplet = ("tucatinib", "trastuzumab", "capecitabine")
    first = [given(drug, 200, 80, reason="progression") for drug in triplet]
    case = on_tdm1(*first, *(given(drug, 40) for drug in triplet))
    assert (situation_of(case).used_line_count, situation_of(case).on_treatment) == (2, False)


@pytest.mark.parametrize(("last", "progressed", "named"), [(29, 30, True), (30, 30, False), (63, 80, True), (64, 80, False)])
def test_r026_what_counts_as_given_on(last, progressed, named):
    """A dose after the day of the progression, for as long as a pause of an infused drug lasts."""
    case = on_tdm1(given(T_DM1, 200), *doses(T_DM1, 200, last), disease_statuses=status("worsened", progressed))
    assert (SAID in said_ids(advice_on(case))) is named
