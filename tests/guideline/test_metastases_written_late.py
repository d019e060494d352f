"""HER2 therapy begun days before the metastases were written down (decisions 3, 6 and 8)."""

import pytest

from guideline.case import Case
from tests.guideline.case_builder import (
    HR_POSITIVE,
    a_case,
    advice_on,
    dose,
    doses,
    given,
    her2,
    intake,
    lead_of,
    metastasis,
    missing_in,
    said_ids,
    situation_of,
    status,
    thp,
    topics,
)

#: The metastases were written down 400 days ago.
WRITTEN = 400


def chart(*drugs, **facts) -> Case:
    return a_case(**{"metastases": metastasis("liver", WRITTEN), "drugs": drugs, **facts})


def settings_of(case: Case) -> dict[str, str]:
    """Each drug's setting as the situation sorts it."""
    found = situation_of(case).therapies
    named = {"early": found.early, "unknown": found.undated, "line": tuple(e for line in found.lines for e in line.exposures)}
    return {e.drug: setting for setting, exposures in named.items() for e in exposures}


def pair(start: int, end: int | None = None, **more):
    return given("trastuzumab", start, end, **more), given("pertuzumab", start, end, **more)


@pytest.mark.parametrize(
    ("drugs", "expected"),
    [
        (pair(405), "line"),
        (pair(442), "line"),
        (pair(443), "early"),
        (pair(405, 357), "line"),
        (pair(405, 358), "unknown"),
        (pair(405, 400), "unknown"),
        (pair(405, 401), "early"),
        (pair(405, 300, reason="progression"), "line"),
        (pair(405, 300, status="on-hold"), "line"),
        (pair(405, status="on-hold"), "unknown"),
        (pair(405, 300, intent="curative"), "early"),
        (pair(405, 390, intent="palliative"), "line"),
        ((given("docetaxel", 405, 300),), "early"),
    ],
    ids=[
        "running",
        "42 days before",
        "43 days before",
        "43 days on",
        "42 days on",
        "not beyond",
        "over before",
        "failed",
        "held after weeks",
        "held since nobody knows when",
        "curative",
        "palliative",
        "chemotherapy alone",
    ],
)
def test_decision_8_what_was_given_for_weeks_against_the_metastases_was_their_treatment(drugs, expected):
    """Begun up to 42 days before: given for more than 42 days on it is a line, running or ended; given for less it stays open."""
    assert set(settings_of(chart(*drugs)).values()) == {expected}


def test_within_six_weeks_of_the_metastases_a_running_therapy_stays_open():
    """While it cannot be told yet whether the therapy is for the metastases, neither is assumed."""
    for written, expected in ((42, "unknown"), (43, "line")):
        assert set(settings_of(a_case(metastases=metastasis("liver", written), drugs=pair(written + 5))).values()) == {expected}


def test_decision_3_what_was_begun_together_is_one_line():
    """A taxane that ended early, or that was begun some days later, goes with its antibodies; so does the route switch that follows."""
    case = chart(
        *pair(405, 385), given("docetaxel", 405, 404, reason="toxicity"), given("paclitaxel", 402, 320),
        given("pertuzumab-trastuzumab-hyaluronidase", 364),
    )  # fmt: skip
    (line,) = situation_of(case).therapies.lines
    assert (len(line.drugs), line.outcome) == (5, "ongoing")


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (pair(3000, 2600), "line"),
        (pair(700, 586), "line"),
        (pair(700, 585), "unknown"),
        (pair(700, 500), "unknown"),
    ],
    ids=["years before is another matter", "over 180 days before", "180 days before", "neoadjuvant therapy"],
)
def test_the_next_part_of_an_adjuvant_sequence_stays_open(before, expected):
    """Begun weeks after other HER2 therapy it may be its adjuvant part: that it still runs at the metastases settles nothing."""
    fixed = "pertuzumab-trastuzumab-hyaluronidase"
    assert settings_of(chart(*before, given(fixed, 405)))[fixed] == expected


def test_t_dm1_stays_open_whatever_went_before():
    """It is adjuvant therapy after a neoadjuvant one, also where the record has only the second part."""
    assert settings_of(chart(given("trastuzumab-emtansine", 405))) == {"trastuzumab-emtansine": "unknown"}
    assert settings_of(chart(given("trastuzumab-emtansine", 405, 300))) == {"trastuzumab-emtansine": "early"}


def test_decision_3_a_short_course_that_another_line_followed_counts_once():
    """First line for a few weeks, or (neo)adjuvant with an early relapse: one line was used in either reading."""
    case = chart(*pair(405, 390), given("trastuzumab-deruxtecan", 370, 10, reason="progression"))
    assert (situation_of(case).used_line_count, lead_of(advice_on(case))) == (2, "tucatinib-trastuzumab-capecitabine")


def test_r020_thp_that_failed_is_the_first_line():
    """Metastases written down five days after THP began, progression a year later: second line, T-DXd, on what failed."""
    advice = advice_on(chart(*thp(405, 10, reason="progression"), disease_statuses=status("worsened", 11)))
    assert (advice.treatment.topic, lead_of(advice)) == ("SecondLineTreatment", "tdxd")
    assert advice.treatment.headline.text.endswith("progressed on trastuzumab + pertuzumab + docetaxel")
    assert "no-first-line-restart" not in said_ids(advice)


def test_decision_7_while_it_runs_nothing_is_asked_and_maintenance_is_offered():
    """Line one: silence without progression; HR-positive with the taxane over, the maintenance card."""
    drugs = (*doses("trastuzumab", 405, 6), *doses("pertuzumab", 405, 6), given("docetaxel", 405, 300, status="completed"))
    assert topics(advice_on(chart(*drugs))) == []
    assert topics(advice_on(chart(*drugs, receptors=(her2("3+"), *HR_POSITIVE)))) == ["MaintenanceTreatment"]


# --- The adjuvant therapy that the disease came back under (decision 5) ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("drugs", "asked"),
    [
        ((given("trastuzumab-emtansine", 300), dose("trastuzumab-emtansine", 12)), False),
        ((given("trastuzumab-emtansine", 300),), False),
        ((given("trastuzumab-emtansine", 600),), True),
        ((given("trastuzumab-emtansine", 300, 60),), False),
        ((given("trastuzumab-emtansine", 300, 91),), True),
        ((given("trastuzumab-emtansine", 300, 130),), True),
    ],
    ids=["dosed since", "runs", "open longer than planned", "ended of late", "ended 91 days ago", "over before the metastases"],
)
def test_decision_5_an_adjuvant_therapy_that_goes_on_is_no_gap_in_the_record(drugs, asked):
    """Metastatic for 120 days: the advice stays while the HER2 therapy that failed is being given; long over, the card asks for one."""
    case = a_case(metastases=metastasis("liver", 120), drugs=drugs, intake=intake(prior_therapy_complete=None))
    advice = advice_on(case)
    if asked:
        assert (topics(advice), missing_in(advice)) == (["MissingData"], {"I04"})
        assert "no therapy for metastatic disease on record" in advice.findings[0].headline.text
    else:
        assert (advice.treatment.topic, lead_of(advice)) == ("SecondLineTreatment", "tdxd")
        assert "relapse-on-therapy" in said_ids(advice)
