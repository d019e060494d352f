"""Relapse within twelve months of (neo)adjuvant HER2 therapy (R014-R019, R106; decisions 1, 2)."""

import pytest

from tests.guideline.case_builder import (
    CURRENT_US,
    GUIDELINE_EU,
    GUIDELINE_US,
    a_case,
    adjuvant,
    advice_on,
    alternatives_of,
    doses,
    given,
    intake,
    lead_of,
    lung,
    metastasis,
    missing_in,
    said_ids,
    topics,
    words_of,
)


def relapse(end, *drugs, relapsed="2026-11-20", **facts):
    chosen = drugs or ("trastuzumab", "docetaxel")
    return a_case(**{"drugs": tuple(adjuvant(d, "2024-01-05", end) for d in chosen), "metastases": metastasis("liver", relapsed), **facts})


@pytest.mark.parametrize(
    ("end", "lead", "topic"),
    [
        ("2026-09-01", "tdxd", "SecondLineTreatment"),
        ("2026-05-20", "tdxd", "SecondLineTreatment"),
        ("2025-11-20", "tdxd", "SecondLineTreatment"),
        ("2025-11-19", "thp", "FirstLineTreatment"),
        ("2025-10", "thp", "FirstLineTreatment"),
        ("2025-12", "tdxd", "SecondLineTreatment"),
    ],
)
def test_r014_r015_twelve_months_included(end, lead, topic):
    """R014, R015, C10: the same day twelve months later is second line, the day after is first line."""
    advice = advice_on(relapse(end))
    assert (lead_of(advice), advice.treatment.topic) == (lead, topic)


@pytest.mark.parametrize(
    ("before", "last", "lead", "said"),
    [
        ("2025-10-10", "2025-11-20", "tdxd", "(2025-11-20 or later)"),
        ("2026-05-02", "2026-06-20", "tdxd", "(2026-06-20 or later)"),
        ("2025-10-10", "2025-11-19", None, "exact date of the last (neo)adjuvant HER2 dose is needed"),
        ("2024-01-05", "2024-02-16", None, "exact date of the last (neo)adjuvant HER2 dose is needed"),
    ],
)
def test_r015_an_end_that_nobody_wrote_down_is_no_earlier_than_the_last_order(before, last, lead, said):
    """Two completed orders without an end: within twelve months of the later one's start is within; beyond, it is asked."""
    orders = tuple(given("trastuzumab", day, kind="order", status="completed", intent="curative") for day in (before, last))
    advice = advice_on(a_case(drugs=orders, metastases=metastasis("liver", "2026-11-20")))
    assert lead_of(advice) == lead
    assert said in words_of(advice)


def test_r018_thp_is_advised_against_after_an_early_relapse():
    """R018: do not restart THP; it is no alternative either."""
    advice = advice_on(relapse("2026-03-01"))
    assert "no-first-line-restart" in said_ids(advice)
    assert "thp" in advice.treatment.avoid
    assert "thp" not in alternatives_of(advice)


def test_r016_the_adjuvant_pertuzumab_changes_nothing():
    """R016: after adjuvant trastuzumab + pertuzumab the advice is the same and says so."""
    advice = advice_on(relapse("2026-03-01", "trastuzumab", "pertuzumab"))
    assert lead_of(advice) == "tdxd"
    assert "relapse-after-adjuvant-pertuzumab" in said_ids(advice)


def test_r017_relapse_during_adjuvant_therapy_implies_resistance():
    """R017, C21: on therapy is interval 0; no T-DXd + pertuzumab (needs more than six months)."""
    advice = advice_on(
        a_case(drugs=(adjuvant("trastuzumab", 230, None), adjuvant("pertuzumab", 230, None)), metastases=metastasis("liver", 5))
    )
    assert lead_of(advice) == "tdxd"
    assert "relapse-on-therapy" in said_ids(advice)
    assert "tdxd-pertuzumab" not in alternatives_of(advice)


@pytest.mark.parametrize(
    ("start", "lead"),
    [("2025-05-20", "tdxd"), ("2025-05-19", None), ("2025-06", "tdxd"), ("2025-05", None), ("2025", None), ("2025-12", "tdxd")],
)
def test_i05_an_adjuvant_record_that_may_be_forgotten_is_no_relapse_under_therapy(start, lead):
    """Open for more than 18 months without a dose, by the earliest day that its start may mean: the last dose is asked for."""
    advice = advice_on(a_case(drugs=adjuvant("trastuzumab", start, None), metastases=metastasis("liver", "2026-11-20")))
    assert lead_of(advice) == lead
    assert ("relapse-on-therapy" in said_ids(advice)) == (lead is not None)
    assert ("I05" in missing_in(advice)) == (lead is None)


@pytest.mark.parametrize("end", [None, 100])
@pytest.mark.parametrize("dosed", [False, True])
def test_i05_a_forgotten_adjuvant_record_that_the_next_line_joins_is_no_relapse_under_therapy(end, dosed):
    """Trastuzumab never closed, taken up again five years later: the next line was the third, "metastases during trastuzumab"."""
    again = [given(drug, 680, end, reason="progression" if end else None) for drug in ("trastuzumab", "pertuzumab")]
    given_on = doses("trastuzumab", 680, end or 10) if dosed else ()
    drugs = (given("trastuzumab", 2400, kind="order"), *again, given("docetaxel", 680, 560), *given_on)
    advice = advice_on(a_case(drugs=drugs, metastases=(metastasis("liver", 700), metastasis("lung", 3))))
    assert (advice.treatment.topic, lead_of(advice)) == ("SecondLineTreatment", "tdxd")
    assert "metastases during" not in words_of(advice)


def test_what_was_seen_in_the_months_before_the_relapse_is_a_relapse_under_therapy():
    """An adjuvant course of a year that is open when the metastases come, and goes on with the taxane."""
    drugs = (given("trastuzumab", 900, kind="order"), given("trastuzumab", 680, 100, reason="progression"), given("docetaxel", 680, 560))
    advice = advice_on(a_case(drugs=drugs, metastases=(metastasis("liver", 700), metastasis("lung", 3))))
    assert advice.treatment.topic == "ThirdLineTreatment"


@pytest.mark.parametrize(
    ("end", "practice", "lead", "beside"),
    [
        ("2026-05-19", CURRENT_US, "tdxd-pertuzumab", "tdxd"),
        ("2026-05-20", CURRENT_US, "tdxd", None),
        ("2026-05-19", GUIDELINE_US, "tdxd", "tdxd-pertuzumab"),
        ("2026-05-20", GUIDELINE_US, "tdxd", None),
        ("2026-05-19", GUIDELINE_EU, "tdxd", "tdxd-pertuzumab"),
    ],
)
def test_decision_1_over_six_and_up_to_twelve_months(end, practice, lead, beside):
    """C10, R101: more than six months fits the first-line trial; `current` in the US lets it lead, six months do not count as more."""
    advice = advice_on(relapse(end), practice)
    assert lead_of(advice) == lead
    assert (beside is None and not {"tdxd-pertuzumab"} & set(alternatives_of(advice))) or beside in alternatives_of(advice)


def test_decision_1_current_does_not_let_t_dxd_with_pertuzumab_lead_after_lung_disease():
    """R101: "no ILD": with resolved lung disease the combination does not come before T-DXd's own caution rules."""
    advice = advice_on(relapse("2026-04-01", lungs=lung("ild", "resolved"), intake=intake(ild_history=None)), CURRENT_US)
    assert lead_of(advice) != "tdxd-pertuzumab"


@pytest.mark.parametrize(
    ("end", "practice", "status"),
    [
        ("2026-05-20", GUIDELINE_US, "label-within"),
        ("2026-05-19", GUIDELINE_US, "label-outside"),
        ("2026-05-19", GUIDELINE_EU, "label-within"),
        ("2026-05", GUIDELINE_US, "label-depends"),
    ],
)
def test_r107_r135_the_six_month_label_window_is_a_note(end, practice, status):
    """R107, R135: US six months (included), EU no limit; the pathway stays the same."""
    advice = advice_on(relapse(end), practice)
    assert lead_of(advice) == "tdxd"
    label = advice.treatment.lead.label
    words = {"label-within": "On label", "label-outside": "Outside the label", "label-depends": "On or off label depends"}[status]
    assert label.text.startswith(words)


def test_r019_t_dm1_stands_beside_it_with_its_own_window():
    """R019, R027: T-DM1 only if T-DXd cannot be had; outside its label after more than six months."""
    advice = advice_on(relapse("2026-01-10"))
    tdm1 = next(o for o in advice.treatment.alternatives if o.regimen == "tdm1")
    assert tdm1.label is not None
    assert tdm1.label.text.startswith("Outside")


@pytest.mark.parametrize(("end", "straddles"), [("2025-11", True), ("2025", True), ("2025-10", False), ("2025-12", False)])
def test_i05_a_month_that_straddles_the_limit_shows_both_branches(end, straddles):
    """I05: both branches, no leader, and the question for the day."""
    advice = advice_on(relapse(end))
    assert ("I05" in missing_in(advice)) is straddles
    if straddles:
        assert lead_of(advice) is None
        assert {"tdxd", "thp"} <= set(alternatives_of(advice))


@pytest.mark.parametrize("practice", [GUIDELINE_US, CURRENT_US])
def test_i05_a_month_that_straddles_six_months_shows_both_branches(practice):
    """I05, R101, R107: T-DXd leads by the twelve months; with pertuzumab only if the six were over, and the day is asked for."""
    advice = advice_on(relapse("2026-05"), practice)
    assert lead_of(advice) == "tdxd"
    assert "tdxd-pertuzumab" in alternatives_of(advice)
    assert "tdxd-pertuzumab-if-over-6-months" in said_ids(advice)
    assert "I05" in missing_in(advice)
    for known in ("2026-05-19", "2026-05-20"):
        advice = advice_on(relapse(known), practice)
        assert "tdxd-pertuzumab-if-over-6-months" not in said_ids(advice)
        assert "I05" not in missing_in(advice)


def test_i05_after_adjuvant_t_dxd_neither_branch_repeats_it():
    """R106: an unclear interval after adjuvant T-DXd: "within twelve months: T-DXd" must not be said."""
    advice = advice_on(relapse("2025-11", "trastuzumab-deruxtecan"))
    assert "interval-unclear-within" not in said_ids(advice)
    assert "tdxd" not in {lead_of(advice), *alternatives_of(advice)}


def test_r106_after_adjuvant_t_dm1():
    """R106, decision 2: T-DXd leads, T-DM1 is gone."""
    advice = advice_on(relapse("2026-06-01", "trastuzumab-emtansine"))
    assert lead_of(advice) == "tdxd"
    assert "tdm1" not in alternatives_of(advice)
    assert "adjuvant-conjugate-not-repeated" in said_ids(advice)


@pytest.mark.parametrize("practice", [GUIDELINE_US, CURRENT_US, GUIDELINE_EU])
def test_r106_after_adjuvant_t_dxd_a_board_decides(practice):
    """R106, R056: no leader, no T-DXd, an evidence gap, a trial among the options."""
    advice = advice_on(relapse("2026-08-20", "trastuzumab-deruxtecan"), practice)
    assert topics(advice)[0] == "TumorBoard"
    assert lead_of(advice) is None
    assert {"thp", "tdm1", "tucatinib-trastuzumab-capecitabine", "clinical-trial"} == set(alternatives_of(advice))
    assert "evidence-gap-after-tdxd" in said_ids(advice)


def test_decision_2_an_early_relapse_of_long_ago_with_metastatic_lines_since():
    """Decision 3: the early relapse counts as a line; then T-DXd given and failed: third line, the triplet."""
    drugs = (adjuvant("trastuzumab", 1200, 800), given("trastuzumab-deruxtecan", 690, 10, reason="progression"))
    advice = advice_on(a_case(drugs=drugs, metastases=metastasis("liver", 700)))
    assert (advice.treatment.topic, lead_of(advice)) == ("ThirdLineTreatment", "tucatinib-trastuzumab-capecitabine")


def test_the_printed_dates_are_those_of_the_record():
    """V04, V05: the card shows the dates it counted with."""
    text = words_of(advice_on(relapse("2025-11-20")))
    assert "2025-11-20" in text
    assert "2026-11-20" in text
