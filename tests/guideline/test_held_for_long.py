"""HER2 therapy that its status has on hold, and no end in sight (R133, I17)."""

import pytest

from tests.guideline.case_builder import (
    advice_on,
    ago,
    doses,
    finding,
    given,
    heart_condition,
    intake,
    lung,
    lvef,
    on_therapy,
    pregnancy,
    status,
    topics,
)
from tests.guideline.test_planned_again import planned


def held(drug: str, last: int, **more):
    """A drug on hold since its dose so many days ago."""
    return given(drug, 400, status="on-hold", **more), *doses(drug, 400, last)


@pytest.mark.parametrize(
    ("drugs", "facts", "asked"),
    [
        (held("trastuzumab", 64), {}, True),
        (held("trastuzumab", 63), {}, False),
        ((given("trastuzumab", 400, status="on-hold"),), {}, True),
        ((given("trastuzumab", 64, status="on-hold"),), {}, True),
        ((given("trastuzumab", 63, status="on-hold"),), {}, False),
        ((given("trastuzumab", 400, status="on-hold", held_on=ago(64)),), {}, True),
        ((given("trastuzumab", 400, status="on-hold", held_on=ago(63)),), {}, False),
        (
            (
                given("trastuzumab", 400, status="on-hold", held_on=ago(90)),
                given("trastuzumab", 380, status="on-hold", held_on=ago(63)),
            ),
            {},
            False,
        ),
        ((given("tucatinib", 400, status="on-hold"),), {}, True),
        (held("trastuzumab", 64, held_on=ago(10)), {}, True),
        (held("trastuzumab", 64), {"planned": planned("trastuzumab", -7)}, False),
        (held("trastuzumab", 64, reason="cardiac"), {"lvef": (lvef(62, 410), lvef(40, 64), lvef(45, 5))}, False),
        (held("trastuzumab", 64), {"heart": heart_condition()}, False),
        (held("trastuzumab-deruxtecan", 64, reason="lung"), {"lungs": lung(grade=1, onset=66, cause_drug="trastuzumab-deruxtecan")}, False),
        ((*held("trastuzumab", 64), given("pertuzumab", 400)), {}, False),
        (held("trastuzumab", 64), {"disease_statuses": status("worsened", 5)}, False),
    ],
    ids=[
        "64 days",
        "63 days",
        "since nobody knows when, begun long ago",
        "begun 64 days ago",
        "begun 63 days ago",
        "so recorded 64 days ago",
        "so recorded 63 days ago",
        "two records",
        "an oral drug",
        "the last dose decides",
        "a restart is ordered",
        "the LVEF",
        "heart failure",
        "the lungs",
        "the other antibody runs",
        "progressed",
    ],
)
def test_r133_a_hold_of_more_than_nine_weeks_is_asked_about(drugs, facts, asked):
    """Neither silence for ever nor a second card: asked where the last dose is over 63 days old and no finding about an organ speaks."""
    said = [f.headline.id for f in advice_on(on_therapy(*drugs, **facts)).findings if f.topic == "MissingData"]
    assert ("held-for-long" in said) is asked


def test_r133_the_card_says_since_when_and_why_and_to_load_again():
    """The last dose, the reason where the record has one, and the label's loading dose; a conjugate has none."""
    drugs = (*held("trastuzumab", 90, reason="patient-wish"), *held("pertuzumab", 90))
    card = finding(advice_on(on_therapy(*drugs)), "MissingData")
    assert (card.indicator, [gap.input for gap in card.missing], card.rules) == ("info", ["I17"], ("R133",))
    assert card.headline.text == "trastuzumab + pertuzumab on hold, last dose 2026-08-22: is a restart planned, or was it stopped?"
    assert [line.text for line in card.detail] == [
        "Recorded reason of the hold: patient wish.",
        "A restart after this gap begins with a new loading dose: trastuzumab + pertuzumab.",
    ]
    conjugate = finding(advice_on(on_therapy(*held("trastuzumab-deruxtecan", 90))), "MissingData")
    assert [line.id for line in conjugate.detail] == ["held-no-reason"]


@pytest.mark.parametrize(
    ("held_on", "words", "loaded"),
    [
        (ago(90), "trastuzumab on hold, so recorded on 2026-08-22: is a restart planned, or was it stopped?", True),
        (None, "trastuzumab on hold (begun 2025-10-16, no dose on record): is a restart planned, or was it stopped?", False),
    ],
)
def test_r133_without_a_recorded_dose_the_card_says_what_is_known_of_the_hold(held_on, words, loaded):
    """The day on which it was recorded as one, else when the drug was begun: a gap that nobody can measure asks for no loading dose."""
    card = finding(advice_on(on_therapy(given("trastuzumab", 400, status="on-hold", held_on=held_on))), "MissingData")
    assert card.headline.text == words
    assert ("held-load-again" in [line.id for line in card.detail]) is loaded
    assert [gap.input for gap in card.missing] == ["I17"]


@pytest.mark.parametrize(
    ("reason", "facts", "asked"),
    [
        ("pregnancy", {}, True),
        (None, {"pregnancies": (pregnancy(day=25), pregnancy("not-pregnant", 5))}, True),
        (None, {"pregnancies": (pregnancy(day=200), pregnancy("not-pregnant", 5))}, False),
        ("pregnancy", {"intake": intake(pregnancy_excluded=None), "age": 35}, False),
        ("patient-wish", {}, False),
    ],
    ids=["the recorded reason", "found during the hold", "long before", "not excluded", "another reason"],
)
def test_r133_a_hold_for_a_pregnancy_that_is_excluded_is_asked_about_at_once(reason, facts, asked):
    """After 30 days: the reason of the hold has gone, so the card asks; no loading dose is named so early."""
    advice = advice_on(on_therapy(*held("trastuzumab", 30, reason=reason), **facts))
    assert topics(advice) == (["MissingData"] if asked else [])
    if asked:
        (card,) = advice.findings
        assert card.headline.id == "held-pregnancy-over"
        assert [line.id for line in card.detail] == ["held-because" if reason else "held-pregnancy-found"]
