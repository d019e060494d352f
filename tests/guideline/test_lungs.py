"""ILD and pneumonitis (R079, R080, R115-R117, R119, R130, R133; decision 12)."""

import pytest

from guideline.case import Procedure
from tests.guideline.case_builder import (
    CURRENT_US,
    a_case,
    advice_on,
    ago,
    alternatives_of,
    barred_in,
    finding,
    given,
    intake,
    lead_of,
    lung,
    metastasis,
    missing_in,
    on_therapy,
    said_ids,
    second_line,
    topics,
    words_of,
)

T_DXD, T_DM1 = "trastuzumab-deruxtecan", "trastuzumab-emtansine"
OPEN = intake(ild_history=None)
SYMPTOMS = intake(ild_history=None, respiratory_symptoms="true")
FIRST = tuple(given(d, 690, 400, reason="progression") for d in ("trastuzumab", "docetaxel"))


def on_drug(drug, *conditions, **facts):
    return on_therapy(*FIRST, given(drug, 200), **{"lungs": conditions, "intake": OPEN, **facts})


def test_i09_nothing_recorded_leaves_t_dxd_the_option_with_a_check():
    """R080, R131: T-DXd leads, "confirm no ILD, baseline chest CT", I09; never "no ILD"."""
    advice = advice_on(second_line(intake=OPEN))
    assert lead_of(advice) == "tdxd"
    assert "check-lungs-unknown" in said_ids(advice)
    assert "I09" in missing_in(advice)


@pytest.mark.parametrize(
    "condition", [lung("ild", "active", onset=900), lung("ild", "unknown", onset=900), lung("radiation", "active", onset=900)]
)
def test_r079_decision_12_active_stable_ild_keeps_t_dxd_out_and_t_dm1_leads_with_its_own_warning(condition):
    """R027, R079, R130: T-DXd neither leads nor is an alternative; T-DM1 after a lung opinion; the triplet beside it."""
    advice = advice_on(second_line(lungs=condition, intake=OPEN))
    assert lead_of(advice) == "tdm1"
    assert "tucatinib-trastuzumab-capecitabine" in alternatives_of(advice)
    assert not {"tdxd", "tdxd-pertuzumab"} & {*alternatives_of(advice)}
    assert "tdxd" in barred_in(advice)
    assert {"tdm1-lung-warning", "tdm1-after-lung-opinion"} <= said_ids(advice)
    assert finding(advice, "InterstitialLungDisease").indicator == "warning"


def test_c17_avoid_and_never_contraindicated():
    """C17, decision 12: "avoid", "specialist decision", not "contraindicated"."""
    for condition in (lung(onset=900), lung("radiation", "resolved"), lung(grade=3, onset=100, cause_drug=T_DXD)):
        assert "contraindicated" not in words_of(advice_on(second_line(lungs=condition, intake=OPEN))).lower()


@pytest.mark.parametrize(
    "condition", [lung("ild", "resolved", onset=1500), lung("ild", "resolved"), lung("radiation", "resolved", 1, 1100)]
)
def test_r117_resolved_disease_of_another_cause_is_no_bar(condition):
    """R117: T-DXd may lead, with chest CT, lung opinion, closer monitoring; the alternatives stand beside it."""
    advice = advice_on(second_line(lungs=condition, intake=OPEN))
    assert lead_of(advice) == "tdxd"
    assert {"check-lungs-resolved", "tdxd-after-resolved-lung-disease", "tdm1-lung-warning"} <= said_ids(advice)
    assert {"tucatinib-trastuzumab-capecitabine", "tdm1"} <= set(alternatives_of(advice))


@pytest.mark.parametrize("status", ["active", "resolved", "unknown"])
@pytest.mark.parametrize("grade", [2, 3, 4])
def test_r116_after_grade_2_t_dxd_is_barred_for_good(status, grade):
    """R116: `tdxd` and `tdxd-pertuzumab` are never offered again."""
    drugs = (*FIRST, given(T_DXD, 380, 30, reason="lung"))
    advice = advice_on(on_therapy(*drugs, lungs=lung(status=status, grade=grade, onset=40, cause_drug=T_DXD), intake=OPEN))
    assert not {"tdxd", "tdxd-pertuzumab"} & {lead_of(advice), *alternatives_of(advice)}
    assert "tdxd" in barred_in(advice)
    assert lead_of(advice) == "tucatinib-trastuzumab-capecitabine"


@pytest.mark.parametrize("practice", [CURRENT_US])
@pytest.mark.parametrize(
    "facts",
    [{"lungs": lung(onset=900)}, {"intake": intake(ild_history="tdxd-grade-2-or-worse")}, {"intake": intake(ild_history="other-active")}],
)
def test_decision_12_barred_lungs_bar_t_dxd_with_pertuzumab_too(practice, facts):
    """First line, profile `current`: with barred lungs THP leads and T-DXd + pertuzumab is no alternative."""
    advice = advice_on(a_case(**{"intake": OPEN, **facts}), practice)
    assert lead_of(advice) == "thp"
    assert "tdxd-pertuzumab" not in alternatives_of(advice)


def test_t_dxd_pneumonitis_on_the_problem_list_never_leads_to_t_dxd():
    """The problem list names T-DXd as the cause, the therapy list does not hold it: T-DXd must not lead, and was not "never used"."""
    advice = advice_on(second_line(lungs=lung(onset=100, cause_drug=T_DXD), intake=OPEN))
    assert lead_of(advice) != "tdxd"
    assert "tdxd" not in alternatives_of(advice)


def test_t_dxd_grade_1_in_the_intake_means_that_t_dxd_was_used():
    """The intake says "T-DXd grade 1, resolved": the card must not say that T-DXd was not used before."""
    advice = advice_on(second_line(intake=intake(ild_history="tdxd-grade-1-resolved")))
    assert "tdxd-preferred" not in said_ids(advice)


# --- On a conjugate -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("drug", [T_DXD, T_DM1])
@pytest.mark.parametrize(
    "facts", [{"intake": SYMPTOMS}, {"lungs": (lung(onset=10),)}, {"lungs": (lung(grade=2, onset=10),)}, {"lungs": (lung(),)}],
    ids=["symptoms", "new, ungraded", "new, grade 2", "active, undated"],
)  # fmt: skip
def test_r080_r119_symptoms_or_new_pneumonitis_on_a_conjugate_are_critical(drug, facts):
    """R080, R116, R119: interrupt, image, lung consult; ungraded counts as suspected; no treatment card."""
    advice = advice_on(on_drug(drug, **facts))
    found = finding(advice, "InterstitialLungDisease")
    assert found.indicator == "critical"
    assert drug in found.avoid
    assert advice.treatment is None


def test_r115_asymptomatic_grade_1_is_interrupted_not_ended():
    """R115: warning, interrupt, restart at grade 0: same dose to day 28, one level down later; no stop for good, no T-DM1."""
    advice = advice_on(on_drug(T_DXD, lung(grade=1, onset=0, cause_drug=T_DXD)))
    found = finding(advice, "InterstitialLungDisease")
    assert (found.indicator, advice.treatment) == ("warning", None)
    assert {"ild-grade-1-restart", "ild-grade-1-steroid", "hold-not-progression"} <= said_ids(advice)
    assert "for good" not in words_of(advice)


def test_r119_grade_1_on_t_dm1_is_critical():
    """R119, R130: T-DM1 is discontinued for ILD of any grade."""
    advice = advice_on(on_drug(T_DM1, lung(grade=1, onset=5)))
    assert finding(advice, "InterstitialLungDisease").indicator == "critical"
    assert "ild-tdm1-stops" in said_ids(advice)


def test_r116_grade_2_under_t_dxd_stops_it_for_good():
    """R116: permanent, with the steroid dose."""
    advice = advice_on(on_drug(T_DXD, lung(grade=2, onset=10)))
    assert {"ild-grade-2-stop", "ild-grade-2-steroid"} <= said_ids(advice)


@pytest.mark.parametrize("facts", [{"intake": SYMPTOMS}, {"lungs": (lung(onset=3),)}])
def test_an_adjuvant_conjugate_that_still_runs_at_the_relapse_is_interrupted_too(facts):
    """Metastases found during adjuvant T-DM1, new lung symptoms or pneumonitis: T-DM1 runs, so the card is critical and names it."""
    case = a_case(**{"metastases": metastasis("liver", 5), "drugs": given(T_DM1, 200, intent="curative"), "intake": OPEN, **facts})
    found = finding(advice_on(case), "InterstitialLungDisease")
    assert found.indicator == "critical"
    assert T_DM1 in found.avoid


def test_decision_12_pneumonitis_under_adjuvant_t_dm1_has_no_leader():
    """New pneumonitis under treatment: no leader, in an early relapse as well."""
    case = a_case(metastases=metastasis("liver", 5), drugs=given(T_DM1, 200, intent="curative"), lungs=lung(onset=3), intake=OPEN)
    assert lead_of(advice_on(case)) is None


@pytest.mark.parametrize("build", [a_case, second_line])
def test_decision_12_new_symptoms_before_a_start_leave_no_leader(build):
    """New symptoms while the next therapy is chosen: clear the lungs first."""
    advice = advice_on(build(intake=intake(ild_history=None, respiratory_symptoms="true")))
    assert lead_of(advice) is None
    assert finding(advice, "InterstitialLungDisease").indicator == "warning"


CLEAR_ONLY = "tdxd-once-lungs-clear"


@pytest.mark.parametrize(
    ("build", "options"), [(a_case, ["thp", "tdxd-pertuzumab"]), (second_line, ["tdxd", "tdm1"])], ids=["first line", "second line"]
)
def test_decision_12_with_new_symptoms_each_conjugate_is_an_option_on_condition_alone(build, options):
    """T-DXd stands beside the others in each line, "only once ILD is excluded", and T-DM1 with its own warning."""
    advice = advice_on(build(intake=SYMPTOMS))
    assert alternatives_of(advice) == options
    cautions = {o.regimen: {c.id for c in o.cautions} for o in advice.treatment.alternatives}
    assert all((CLEAR_ONLY in said) == regimen.startswith("tdxd") for regimen, said in cautions.items())
    assert all("tdm1-lung-warning" in said for regimen, said in cautions.items() if regimen == "tdm1")
    assert advice.treatment.headline.id == "headline-lungs-first-symptoms"


def test_r080_with_new_symptoms_no_chest_ct_on_record_is_called_recent():
    """A CT from before the symptoms serves for nothing: the card on the lungs asks for another, and no card says that one is there."""
    ct = Procedure("chest-ct", "done", ago(10), "Procedure/ct")
    assert "check-lungs-counsel" in said_ids(advice_on(second_line(procedures=(ct,))))
    said = said_ids(advice_on(second_line(procedures=(ct,), intake=SYMPTOMS)))
    assert not {"check-lungs-counsel", "check-lungs-baseline-ct"} & said
    assert "ild-symptoms-before-start" in said


def test_decision_12_after_chemotherapy_alone_the_options_with_new_symptoms_are_those_of_first_line():
    """Chemotherapy without HER2 therapy is no HER2 line: THP, and no second-line conjugate."""
    drugs = given("paclitaxel", 400, 100, reason="progression")
    advice = advice_on(a_case(metastases=metastasis("liver", 700), drugs=drugs, intake=SYMPTOMS))
    assert (advice.treatment.topic, alternatives_of(advice)) == ("FirstLineTreatment", ["thp"])


def test_r133_t_dxd_on_hold_for_the_lungs():
    """R133: the hold shows the restart test and is no new line."""
    case = on_therapy(*FIRST, given(T_DXD, 200, status="on-hold", reason="lung"), lungs=lung(grade=1, onset=20), intake=OPEN)
    advice = advice_on(case)
    assert advice.treatment is None
    assert {"ild-grade-1-restart", "hold-not-progression"} <= said_ids(advice)


def test_r133_the_grade_in_the_reason_of_a_hold_is_not_asked_for():
    """It stands in the record; its cause may be another."""
    case = on_therapy(*FIRST, given(T_DXD, 200, status="on-hold", reason="lung", lung_grade=1), intake=OPEN)
    found = finding(advice_on(case), "InterstitialLungDisease")
    assert [gap.ask.id for gap in found.missing] == ["ask-ild-cause"]
    assert any("on hold for the lungs, grade 1" in fact.value for fact in found.facts)


def test_no_lung_disease_no_lung_card():
    """On T-DXd without anything on record about the lungs: no card (silence list 15: reminders only at the start)."""
    assert "InterstitialLungDisease" not in topics(advice_on(on_drug(T_DXD)))


def test_an_adjuvant_conjugate_is_still_running_when_endocrine_therapy_was_begun_since():
    """Adjuvant T-DM1 runs, letrozole was begun after the relapse, new lung symptoms: T-DM1 is still the drug to interrupt."""
    case = a_case(
        metastases=metastasis("liver", 30),
        drugs=(given(T_DM1, 200, intent="curative"), given("letrozole", 10)),
        intake=SYMPTOMS,
    )
    assert T_DM1 in finding(advice_on(case), "InterstitialLungDisease").avoid


@pytest.mark.parametrize(("state", "days", "asked"), [("booked", -2, ()), ("booked", 0, ()), ("done", 1, ("chest-ct",))])
@pytest.mark.parametrize(
    "case",
    [
        lambda **more: on_drug(T_DXD, lung("ild", "active", onset=5), **more),
        lambda **more: on_drug(T_DXD, lung("ild", "active", 1, 5), **more),
        lambda **more: on_drug(T_DXD, lung("ild", "active", onset=900), **more),
        lambda **more: second_line(**{"intake": SYMPTOMS, **more}),
    ],
    ids=["new", "grade 1", "older", "before a start"],
)
def test_r080_a_chest_ct_that_is_booked_is_not_ordered_again(case, state, days, asked):
    """One that was done says nothing of what is new since."""
    found = finding(advice_on(case(procedures=Procedure("chest-ct", state, ago(days)))), "InterstitialLungDisease")
    assert found.requests == asked
