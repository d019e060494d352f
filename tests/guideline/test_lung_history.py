"""What the record says about the lungs (decision 12; inputs I09)."""

import pytest

from tests.guideline.case_builder import LONG, a_case, advice_on, ago, given, intake, lead_of, lung, said, second_line, situation_of, when

T_DXD = "trastuzumab-deruxtecan"
ON_TDXD = (given(T_DXD, 200),)
AFTER_TDXD = (given(T_DXD, 400, 100, reason="toxicity"),)


def lungs(*conditions, **facts):
    return situation_of(a_case(**{"metastases": LONG, "lungs": conditions, "intake": intake(ild_history=None), **facts})).lungs


def test_nothing_recorded_is_not_no_ild():
    """Silence of the record is unknown."""
    assert not lungs().known


@pytest.mark.parametrize("answer", ["none", ("none",)])
def test_the_intake_may_say_none(answer):
    """The words "None" is knowledge, as long as nothing else contradicts it."""
    assert lungs(intake=intake(ild_history=answer)).none_said
    assert not lungs(lung(), intake=intake(ild_history=answer)).none_said


@pytest.mark.parametrize(
    ("condition", "bars", "resolved"),
    [
        (lung(status="active"), True, False),
        (lung(status="unknown"), True, False),
        (lung(status="resolved"), False, True),
        (lung("radiation", "active"), True, False),
        (lung("radiation", "resolved"), False, False),
    ],
)
def test_an_entry_without_a_status_is_not_a_resolved_one(condition, bars, resolved):
    """Active and unknown bar T-DXd; resolved does not."""
    found = lungs(condition)
    assert found.known
    assert (found.bars_tdxd, found.resolved) == (bars, resolved)


def test_an_abatement_in_the_past_resolves():
    """Decision 12: resolved by status, or by an abatement in the past."""
    found = lungs(lung(status="active", onset=900, abated=when(700)))
    assert (found.resolved, found.active) == (True, False)


@pytest.mark.parametrize("status", ["active", "resolved", "unknown"])
@pytest.mark.parametrize("grade", [2, 3, 4, 5])
@pytest.mark.parametrize("cause", [T_DXD, "drug", None])
def test_r116_tdxd_pneumonitis_of_grade_2_or_worse_is_for_good(status, grade, cause):
    """R116: ever, resolved or not, whether the record names T-DXd or the dates do."""
    found = lungs(lung(status=status, grade=grade, onset=150, cause_drug=cause), drugs=AFTER_TDXD)
    assert found.tdxd_stopped_for_good
    assert found.bars_tdxd


def test_decision_12_ungraded_tdxd_pneumonitis_bars_until_it_is_graded():
    """An unknown grade is not grade 1."""
    found = lungs(lung(status="resolved", onset=150, cause_drug=T_DXD), drugs=AFTER_TDXD)
    assert found.tdxd_ungraded
    assert found.bars_tdxd


@pytest.mark.parametrize("status", ["active", "resolved", "unknown"])
@pytest.mark.parametrize("grade", [None, 1])
def test_tdxd_pneumonitis_counts_even_when_the_tdxd_itself_is_not_on_record(status, grade):
    """The problem list says "T-DXd pneumonitis", the therapy list is incomplete: the lungs are known, never "nothing recorded"."""
    found = lungs(lung(status=status, grade=grade, onset=150, cause_drug=T_DXD))
    assert found.known
    if grade is None or status != "resolved":
        assert found.bars_tdxd


@pytest.mark.parametrize(("grade", "only"), [(1, True), (None, False), (2, False)])
def test_r115_pneumonitis_under_a_running_conjugate(grade, only):
    """Grade 1 is the only one that is not a suspected grade 2; ungraded counts as suspected."""
    found = lungs(lung(status="active", grade=grade, onset=10), drugs=ON_TDXD)
    assert found.under_treatment
    assert found.grade_1_only is only


def test_symptoms_end_grade_1():
    """Grade 1 is asymptomatic by definition."""
    found = lungs(lung(grade=1, onset=10), drugs=ON_TDXD, intake=intake(ild_history=None, respiratory_symptoms="true"))
    assert not found.grade_1_only


def test_disease_that_began_before_the_drug_did_not_arise_under_it():
    """An ILD of three years ago is active disease, not T-DXd pneumonitis."""
    found = lungs(lung(onset=1000), drugs=ON_TDXD)
    assert (found.under_treatment, found.active, found.tdxd_stopped_for_good) == (False, True, False)


@pytest.mark.parametrize(
    ("answer", "flag"),
    [
        ("radiation-pneumonitis-resolved", "radiation_resolved"),
        ("other-resolved", "resolved"),
        ("other-active", "active"),
        ("tdxd-grade-1-resolved", "tdxd_grade_1_past"),
        ("tdxd-grade-2-or-worse", "tdxd_stopped_for_good"),
    ],
)
def test_each_intake_answer_counts(answer, flag):
    """I09: every answer of `ild-history` is read, and makes the lungs known."""
    found = lungs(intake=intake(ild_history=answer))
    assert getattr(found, flag)
    assert found.known


def test_intake_grade_1_active_is_pneumonitis_under_tdxd_while_it_runs():
    """`tdxd-grade-1-active`: under treatment while T-DXd runs, active disease otherwise."""
    assert lungs(intake=intake(ild_history="tdxd-grade-1-active"), drugs=ON_TDXD).grade_1_only
    assert lungs(intake=intake(ild_history="tdxd-grade-1-active")).active


@pytest.mark.parametrize(("days", "counts"), [(28, True), (29, False)])
def test_decision_27_respiratory_symptoms_expire_after_28_days(days, counts):
    """Symptoms of 28 days ago still count, of 29 days ago no more."""
    assert lungs(intake=intake(respiratory_symptoms=said("true", days=days))).symptoms is counts


@pytest.mark.parametrize(
    "facts",
    [
        {"intake": intake(ild_history="tdxd-grade-1-active")},
        {"intake": intake(ild_history="tdxd-grade-1-resolved")},
        {"intake": intake(ild_history="tdxd-grade-2-or-worse")},
        {"lungs": lung(grade=1, cause_drug=T_DXD, onset=30)},
        {"lungs": lung(grade=2, cause_drug=T_DXD, onset=30)},
        {"lungs": lung(grade=None, cause_drug=T_DXD, onset=30)},
        {"lungs": lung(grade=1, status="resolved", cause_drug=T_DXD, onset=300)},
    ],
)
def test_who_had_t_dxd_pneumonitis_had_t_dxd(facts):
    """R103: pneumonitis by T-DXd, active or past, of any grade, and no T-DXd on the list: it was given, and what follows it leads."""
    case = second_line(**facts)
    assert situation_of(case).used(T_DXD)
    assert lead_of(advice_on(case)) == "tucatinib-trastuzumab-capecitabine"


def test_pneumonitis_by_something_else_is_no_sign_of_t_dxd():
    """Active ILD of another cause: T-DXd is barred, and not taken for given."""
    case = second_line(lungs=lung(grade=1, cause_drug="everolimus", onset=30))
    assert not situation_of(case).used(T_DXD)
    assert lead_of(advice_on(case)) == "tdm1"


@pytest.mark.parametrize(
    ("conditions", "shown", "since"),
    [
        ((lung(grade=1, onset="2026-09-02"),), "ILD/pneumonitis, grade 1, active", "2026-09-02"),
        (
            (lung(status="resolved", grade=1, onset="2026-09-02", abated=when("2026-11-01")),),
            "ILD/pneumonitis, grade 1, onset 2026-09-02, resolved 2026-11-01",
            "2026-11-01",
        ),
        ((lung(status="resolved", onset="2026-09"),), "ILD/pneumonitis, onset 2026-09, resolved", None),
        ((lung(status="resolved", abated=when("2026")),), "ILD/pneumonitis, resolved 2026", "2026"),
        ((lung(status="resolved"),), "ILD/pneumonitis, resolved", None),
        (
            (lung(status="resolved", onset="2026-09-20", onset_stated=False),),
            "ILD/pneumonitis, on record since 2026-09-20, resolved",
            None,
        ),
        (
            (lung(onset="2026-11-07"), lung("radiation", onset="2023-01-05"), lung(status="resolved", onset="2020", abated=when("2021"))),
            "ILD/pneumonitis, onset 2020, resolved 2021; radiation pneumonitis, active (2023-01-05); ILD/pneumonitis, active",
            "2026-11-07",
        ),
    ],
)
def test_resolved_never_stands_beside_the_day_of_the_onset(conditions, shown, since):
    """Both days are named, each by what it is; the date of the fact is that of the last state it names."""
    found = lungs(*conditions)
    assert (found.shown, str(found.since) if found.since else None) == (shown, since)


def test_what_is_told_twice_is_printed_once():
    """A disease that is coded again at each visit reads alike each time; every entry stays a source."""
    history = lungs(lung(onset=400), lung(onset=400, status="unknown"), lung(onset=800, grade=1))
    assert history.shown == f"ILD/pneumonitis, grade 1, active ({ago(800)}); ILD/pneumonitis, active"
    assert len(history.sources) == 3
