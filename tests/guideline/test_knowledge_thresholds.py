"""The numbers that decide: LVEF tables at their boundaries, monitoring ages, dose levels, laboratory limits."""

from __future__ import annotations

from dataclasses import fields

import pytest

from guideline.knowledge_base import KNOWLEDGE as K
from guideline.practice import Practice
from guideline.site_file import limits
from guideline.thresholds import Doses, LvefMonitoring, Thresholds

T = K.thresholds


@pytest.mark.parametrize(
    ("table", "value", "fall", "row"),
    [
        ("tdxd", 46, 20, "over-45"),
        ("tdxd", 46, 20.5, "fall-over-20"),
        ("tdxd", 45, 10, "40-45-fall-10-20"),
        ("tdxd", 40, 20, "40-45-fall-10-20"),
        ("tdxd", 45, 9, "40-45-fall-below-10"),
        ("tdxd", 39.9, 0, "below-40"),
        ("tdxd", 39, None, "below-40"),
        ("tdxd", 44, None, None),
        ("tdxd", 60, None, "over-45"),
        ("hp", 45, 9, "40-45-fall-below-10"),
        ("hp", 45, 10, "40-45-fall-10"),
        ("hp", 46, 30, "over-45"),
        ("hp", 39, 1, "below-40"),
        ("trastuzumab", 48, 17, "fall-16"),
        ("trastuzumab", 60, 16, "fall-16"),
        ("trastuzumab", 49, 10, "below-normal-fall-10"),
        ("trastuzumab", 50, 15, None),
        ("trastuzumab", 49, 9, None),
        ("trastuzumab", 30, None, None),
        ("tdm1", 39, None, "below-40"),
        ("tdm1", 45, 10, "40-45-fall-10"),
        ("tdm1", 45, 9, "40-45-fall-below-10"),
        ("tdm1", 46, 25, "over-45"),
        ("lapatinib", 49, None, "grade-2"),
        ("lapatinib", 50, 20, None),
    ],
)
def test_lvef_tables_at_their_boundaries(table, value, fall, row):
    """Each drug's own table decides; ranges include both ends, 10 points includes exactly 10, a fall needs a baseline (R110-R114)."""
    found = T.lvef_tables[table].row(value, fall, normal=50)
    assert (found.id if found else None) == row


def test_holds_and_continues():
    """The rows that hold, and the one that goes on, are those of the labels; T-DXd and T-DM1 below 40 % stop when confirmed."""
    rows = {(id_, row.id): row for id_, table in T.lvef_tables.items() for row in table.rows}
    assert rows["tdxd", "over-45"].action == "continue"
    assert rows["tdxd", "40-45-fall-10-20"].action == "hold"
    assert rows["hp", "40-45-fall-below-10"].action == "continue"
    assert {key for key, row in rows.items() if row.confirmed_stops} == {
        ("tdxd", "below-40"),
        ("tdxd", "fall-over-20"),
        ("tdm1", "below-40"),
    }
    assert T.lvef_tables["trastuzumab"].hold_days == 28
    assert T.lvef_tables["hp"].hold_days == 21
    assert (T.lvef_tables["trastuzumab"].stop_after_days, T.lvef_tables["trastuzumab"].stop_after_interruptions) == (56, 3)


def test_resuming_follows_the_drug():
    """T-DXd comes back within 10 points of baseline, pertuzumab above 45 %, trastuzumab when normal with a fall of 15 at most."""
    assert T.lvef_tables["tdxd"].resume.within_points == 10
    assert T.lvef_tables["tdxd"].resume.above is None
    assert (T.lvef_tables["hp"].resume.above, T.lvef_tables["hp"].resume.fall_below) == (45, 10)
    assert (T.lvef_tables["trastuzumab"].resume.normal, T.lvef_tables["trastuzumab"].resume.fall_at_most) == (True, 15)


def test_an_institutional_limit_of_normal_counts():
    """A site whose lower limit is 55 % holds trastuzumab at 53 % with a fall of 12."""
    assert T.lvef_tables["trastuzumab"].row(53, 12, normal=50) is None
    found = T.lvef_tables["trastuzumab"].row(53, 12, normal=55)
    assert found
    assert found.id == "below-normal-fall-10"


def test_every_drug_with_a_table_is_named_by_it():
    """A drug and its LVEF table point at each other; kinase inhibitors other than lapatinib have none."""
    with_table = {drug.id: drug.lvef_table for drug in K.drugs.values() if drug.lvef_table}
    assert with_table == {drug: id_ for id_, table in T.lvef_tables.items() for drug in table.drugs}
    assert all(K.drugs[id_].lvef_table is None for id_ in ("tucatinib", "neratinib", "pyrotinib"))


def test_windows_of_the_owner():
    """Ages, intervals and ILD days are those the owner decided or the labels say."""
    assert (T.lvef.current_days, T.lvef.due_days) == (84, 91)
    assert (T.lvef.start_below, T.lvef.critical_below, T.lvef.critical_fall_over) == (50, 40, 20)
    assert (T.intervals.early_relapse_months, T.intervals.label_relapse_months) == (12, 6)
    assert (T.intervals.recent_metastases_days, T.intervals.new_metastasis_days, T.intervals.line_start_days) == (90, 42, 28)
    assert (T.intervals.line_gap_days, T.intervals.infused_without_dose_days, T.intervals.taxane_without_dose_days) == (180, 63, 42)
    assert (T.intervals.judged_before_days, T.intervals.treatment_interval_days, T.intervals.infused_lapsed_days) == (42, 28, 42)
    assert (T.intervals.later_line_from, T.intervals.acknowledged_days) == (3, 90)
    assert (T.intervals.anthracycline_gap_months, T.intervals.contraception_months, T.intervals.contraception_men_months) == (7, 7, 4)
    assert (T.ages.adult, T.ages.childbearing, T.ages.pregnancy_days) == (18, 55, 300)
    assert (T.ild.same_dose_days, T.ild.permanent_stop_from_grade, T.ild.grade_2_steroid_days, T.ild.taper_weeks) == (28, 2, 14, 4)
    assert T.ild.after_last_dose_days == 63
    assert (T.ild.grade_1_prednisolone, T.ild.grade_2_prednisolone) == (0.5, 1.0)
    assert (T.receptors.ratio, T.receptors.copies_positive, T.receptors.hormone_percent) == (2.0, 4.0, 1)


def test_intake_answers_expire():
    """Symptoms count 28 days, pregnancy 7, the rest 90 (decision 27)."""
    assert {id_ for id_, days in T.intake.expires_days.items() if days == 28} == {
        "respiratory-symptoms",
        "cns-symptoms",
        "heart-failure-symptoms",
    }
    assert T.intake.expires_days["pregnancy-excluded"] == 7
    assert T.intake.expires_days["cns-disease"] == 90
    assert "ild-history" not in T.intake.expires_days


def test_dose_levels_go_down_only():
    """T-DXd 5.4, 4.4, 3.2, then stop; T-DM1 3.6, 3.0, 2.4; tucatinib 300, 250, 200, 150 mg; the conjugates never up again."""
    tdxd = T.dose_levels["trastuzumab-deruxtecan"]
    assert tdxd.levels == (5.4, 4.4, 3.2)
    assert tdxd.next_lower(5.4) == 4.4
    assert tdxd.next_lower(5.3) == 4.4
    assert tdxd.next_lower(3.2) is None
    assert T.dose_levels["trastuzumab-emtansine"].levels == (3.6, 3.0, 2.4)
    assert T.dose_levels["tucatinib"].levels == (300, 250, 200, 150)
    assert {drug for drug, entry in T.dose_levels.items() if not entry.re_escalate} == {"trastuzumab-deruxtecan", "trastuzumab-emtansine"}


def test_laboratory_limits():
    """Assumed limits of normal and the rows of the labels: grade 2 transaminases leave T-DM1 alone, platelets 25-50 hold it."""
    assert T.labs.assumed_upper_normal == {"alt": 40, "ast": 40, "alp": 120, "bilirubin": 1.2}
    rows = {row.id: row for drug in T.labs.drugs.values() for row in drug}
    assert rows["tdm1-alt-2"].action == "continue"
    assert (rows["tdm1-platelets-3"].at_least, rows["tdm1-platelets-3"].below, rows["tdm1-platelets-3"].dose) == (25, 50, "same")
    assert rows["tdm1-platelets-4"].dose == "one-level-down"
    assert (rows["docetaxel-ast-with-alp"].over_normal, rows["docetaxel-ast-with-alp"].also_over_normal) == (1.5, 2.5)
    assert (rows["tdxd-anc-4"].below, rows["tdxd-anc-4"].dose) == (0.5, "one-level-down")
    assert (rows["capecitabine-clearance-reduce"].at_least, rows["capecitabine-clearance-reduce"].at_most) == (30, 50)


def test_thresholds_are_all_sourced():
    """Every group of thresholds names where its numbers come from."""
    for field in fields(Thresholds):
        group = getattr(T, field.name)
        for part in group.values() if isinstance(group, dict) else [group]:
            assert part.source


@pytest.mark.parametrize(
    ("practice", "label"),
    [(Practice(), "guideline/US"), (Practice(evidence_profile="current", jurisdiction="EU"), "current/EU")],
)
def test_a_practice_is_named_on_cards(practice, label):
    """Profile and jurisdiction print as cards carry them; the default is the guideline in the US."""
    assert practice.label == label


def test_a_site_that_sets_nothing_practises_as_the_owner_decided():
    """Decision 18, E23, order check list: the limits of a site stand in `Practice` alone, and nowhere in the files that rules read."""
    found = Practice()
    assert (found.lvef_lower_limit, found.dose_tolerance_percent, found.minimum_interval_days) == (50, 10, 18)
    set_by_sites = {limit.name for limit in limits()}
    assert set_by_sites <= {field.name for field in fields(Practice)}
    assert not any(set_by_sites & {field.name for field in fields(group)} for group in (LvefMonitoring, Doses))
