"""Edges of the rules: the record, day or word at which the advice changes. Each was found by a mutant that no other test noticed."""

import pytest

from guideline.case import Allergy, DataProblem, Dose
from guideline.facts_used import drug_name, drug_names
from guideline.laboratory.values import lab_name
from guideline.rules.orders import labs as labs_module
from guideline.rules.orders import order_conflicts, reload
from tests.guideline.case_builder import (
    HR_NEGATIVE,
    HR_POSITIVE,
    LONG,
    a_case,
    advice_on,
    ago,
    alternatives_of,
    barred_in,
    dose,
    finding,
    given,
    heart_condition,
    her2,
    intake,
    lead_of,
    lung,
    lvef,
    missing_in,
    on_therapy,
    pregnancy,
    said,
    said_ids,
    second_line,
    situation_of,
    status,
    thp,
    topics,
)
from tests.guideline.measure_builder import BODY, dosed, labs
from tests.guideline.order_builder import asks, beside, only, order, says, stop, words

T_DXD, T_DM1 = "trastuzumab-deruxtecan", "trastuzumab-emtansine"


# --- When a chart is opened ---------------------------------------------------------------------------------------------------------


def test_r056_a_severe_trastuzumab_allergy_leaves_first_line_to_the_tumour_board():
    """P15, R056: every first-line option holds trastuzumab: no leader, each one barred with its reason, a trial beside."""
    advice = advice_on(a_case(allergies=Allergy("trastuzumab", True, "AllergyIntolerance/1")))
    assert (topics(advice), lead_of(advice)) == (["TumorBoard"], None)
    assert finding(advice, "TumorBoard").headline.id == "headline-no-option"
    assert {"thp", "tdxd-pertuzumab"} <= set(barred_in(advice))
    assert alternatives_of(advice) == ["clinical-trial"]


@pytest.mark.parametrize("kind", ["unreadable", "old-fhir", "incomplete"])
@pytest.mark.parametrize("lost", [{"metastases": ()}, {"diagnoses": ()}])
def test_i01_a_problem_list_that_could_not_be_read_is_not_no_metastases(kind, lost):
    """R131: HER2-positive, and the metastases are not to be seen in a list with unreadable parts: it is asked, not passed over."""
    advice = advice_on(a_case(problems=DataProblem(kind, "diagnosis", "Condition/9"), **lost))
    assert (topics(advice), missing_in(advice)) == (["MissingData"], {"I01"})
    assert finding(advice, "MissingData").rules == ("R131",)


def test_a_problem_list_that_could_not_be_read_says_nothing_about_others():
    """Without a positive HER2 result or a HER2 drug, or with another kind of record lost, silence stays silence."""
    lost = DataProblem("unreadable", "diagnosis", "Condition/9")
    assert topics(advice_on(a_case(metastases=(), receptors=HR_NEGATIVE, problems=lost))) == []
    assert topics(advice_on(a_case(metastases=(), problems=DataProblem("unreadable", "lab", "Observation/9")))) == []


@pytest.mark.parametrize(("shown", "low"), [("ultralow", True), ("1+", True), ("0", False)])
def test_r134_what_low_and_ultralow_mean_is_said_of_them_only(shown, low):
    """R134: a metastasis that became HER2-low or -ultralow: both roads are named; of a negative one, not that road."""
    advice = advice_on(second_line(receptors=(her2("3+", 1900, "primary"), her2(shown, 10, "metastasis"), *HR_NEGATIVE)))
    assert ("discordance-if-low" in said_ids(advice)) is low
    assert finding(advice, "Her2Discordance").requests == ("her2-ihc", "her2-ish")


def test_r131_progression_on_record_leaves_only_the_history_open():
    """Progression is documented and a therapy record is lost: "if the history is complete", not "if the disease has progressed"."""
    lost = DataProblem("unreadable", "therapy", "MedicationStatement/9")
    assert "headline-next-line-history" in said_ids(advice_on(second_line(problems=lost)))
    unclear = advice_on(second_line(drugs=thp(690, 10), problems=lost))
    assert "headline-next-line-conditional" in said_ids(unclear)


@pytest.mark.parametrize(("grade", "first"), [(2, True), (None, True), (1, False)])
def test_decision_12_pneumonitis_under_treatment_comes_before_the_next_line(grade, first):
    """Worsened while T-DM1 runs and its pneumonitis is not over: no leader before the lungs are cleared; asymptomatic grade 1 is no bar."""
    drugs = (*thp(690, 400, reason="progression"), given(T_DM1, 390))
    lungs = {"lungs": lung(grade=grade, onset=30), "intake": intake(ild_history=None)}
    advice = advice_on(a_case(metastases=LONG, drugs=drugs, disease_statuses=status("worsened", 5), **lungs))
    assert ("lungs-first" in said_ids(advice), lead_of(advice) is None) == (first, first)


def test_decision_6_a_course_without_an_end_date_is_not_followed_by_anything():
    """THP completed, nobody knows when; "stable" proves nothing about the time since: the next line, conditionally."""
    drugs = tuple(given(drug, 690, None, status="completed") for drug in ("trastuzumab", "pertuzumab", "docetaxel"))
    advice = advice_on(a_case(metastases=LONG, drugs=drugs, disease_statuses=status("stable", 10)))
    assert lead_of(advice) == "tdxd"
    assert "headline-next-line-conditional" in said_ids(advice)


@pytest.mark.parametrize(("start", "indicator"), [(200, "warning"), (400, "critical"), (None, "critical")])
def test_r077_a_heart_failure_is_older_than_the_drug_only_where_the_dates_say_so(start, indicator):
    """R077: failure known for 300 days, LVEF 55: a warning on a drug begun since; a drug begun before, or nobody knows when: critical."""
    drugs = (*thp(690, 450, reason="progression"), given(T_DXD, start, status="active"))
    advice = advice_on(on_therapy(*drugs, heart=heart_condition(day=300), lvef=lvef(55, 20)))
    assert finding(advice, "HeartFailure").indicator == indicator


@pytest.mark.parametrize("days", [(900, 20), (20, 900)])
def test_r077_heart_failure_that_a_visit_codes_again_is_no_new_one(days):
    """Known for 900 days, coded again 20 days ago: a warning with the day since when it is known, whatever the entries are called."""
    drugs = (*thp(690, 450, reason="progression"), given(T_DXD, 200, status="active"))
    entries = tuple(heart_condition(day=day) for day in days)
    found = finding(advice_on(on_therapy(*drugs, heart=entries, lvef=lvef(55, 20))), "HeartFailure")
    assert (found.indicator, found.facts[0].date) == ("warning", str(ago(900)))
    acute = on_therapy(*drugs, heart=entries, lvef=lvef(55, 20), intake=intake(heart_failure_symptoms="true"))
    assert finding(advice_on(acute), "HeartFailure").indicator == "critical"


@pytest.mark.parametrize(
    ("answer", "known", "unknown"),
    [("postmenopausal", True, False), ("premenopausal", False, False), (None, False, True)],
)
def test_r109_the_label_knows_the_menopause_as_far_as_it_is_on_record(answer, known, unknown):
    """R109: labels for postmenopausal women: fulfilled, not fulfilled, or nobody can tell."""
    s = situation_of(a_case(receptors=(her2("3+"), *HR_POSITIVE), intake=intake(menopausal_status=answer)))
    assert ("postmenopausal" in s.label_flags, "postmenopausal" in s.unknown_label_flags) == (known, unknown)


def test_r109_a_mans_menopause_is_no_question():
    """A man is not postmenopausal, and nobody is asked."""
    s = situation_of(a_case(sex="male", intake=intake(menopausal_status=None)))
    assert "postmenopausal" not in s.label_flags | s.unknown_label_flags


def test_decision_27_ongoing_answers_an_older_worsening():
    """Worsened 60 days ago, the intake of five days ago says "ongoing": the line goes on; an older answer does not outweigh it."""
    case = on_therapy(*thp(690), disease_statuses=status("worsened", 60), intake=intake(last_line_outcome="ongoing"))
    assert situation_of(case).last_line.outcome == "ongoing"
    older = on_therapy(*thp(690), disease_statuses=status("worsened", 60), intake=intake(last_line_outcome=said("ongoing", days=90)))
    assert situation_of(older).last_line.outcome == "progression"


@pytest.mark.parametrize("reason", ["hospice", "death"])
def test_decision_9_a_therapy_that_ended_for_hospice_or_death_is_silent(reason):
    """Decision 9: the last line was stopped for it: nothing is said."""
    assert topics(advice_on(a_case(metastases=LONG, drugs=thp(690, 10, reason=reason)))) == []


@pytest.mark.parametrize("pneumonitis", [{"grade": None}, {"grade": 1, "status": "resolved"}], ids=["ungraded", "grade 1, resolved"])
def test_r130_t_dm1_stands_with_its_lung_warning_after_any_pneumonitis(pneumonitis):
    """R130: a pneumonitis under T-DXd that nobody graded, or one of grade 1 long over: each alone brings the warning beside T-DM1."""
    drugs = (*thp(690, 400, reason="progression"), given(T_DXD, 390, 10, reason="progression"))
    lungs = {"lungs": lung(onset=100, cause_drug=T_DXD, **pneumonitis), "intake": intake(ild_history=None)}
    advice = advice_on(a_case(metastases=LONG, drugs=drugs, **lungs))
    assert "tdm1" in alternatives_of(advice)
    assert "tdm1-lung-warning" in said_ids(advice)


# --- When orders are signed ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("record", "loads"), [("completed", True), ("active", False), ("on-hold", False), ("unknown", False)])
def test_p04_only_an_open_course_may_hide_doses(record, loads):
    """P04: last dose 60 days ago; a statement begun since that is over hides no dose, one that is open may: then nothing is judged."""
    drugs = (dosed("trastuzumab", 60, 6, "mg/kg"), given("trastuzumab", 30, None, status=record))
    found = says(reload.RULES, second_line(body=BODY, drugs=drugs), order("trastuzumab", 6, "mg/kg", every_days=21))
    assert bool(found) is loads


def test_p13_the_more_urgent_half_of_a_card_leads_it():
    """R078, P13: the lifetime dose is critical, doxorubicin beside T-DXd a warning: one card, critical, both said."""
    past = tuple(dose("doxorubicin", 3000 + 21 * n, dose=Dose(60, "mg/m2")) for n in range(9))
    case = on_therapy(*past, given(T_DXD, 100))
    found = only(says(order_conflicts.RULES, case, order("doxorubicin", 60, "mg/m2")), "AnthracyclineWithTrastuzumab")
    assert found.indicator == "critical"
    assert "550" in found.headline.text
    assert "Doxorubicin on record" in {fact.name for fact in found.facts}


def test_p09_without_dpd_what_the_kidney_says_stands_beside():
    """P09, R089: "no capecitabine at any dose" leads, and the clearance that speaks against it too is named."""
    case = second_line(labs=labs(creatinine=86 * 70 / 72 * 0.85 / 25), body=BODY, intake=intake(dpyd="poor"))
    (found,) = says(labs_module.RULES, case, order("capecitabine", 1000, "mg/m2", times_a_day=2))
    assert found.headline.id == "dpyd-poor"
    assert "creatinine clearance" in words(found)


def test_p07_missing_transaminases_are_asked_for_as_one():
    """Neither ALT nor AST: "ALT or AST", not both; the other values by name."""
    case = second_line(labs=(), body=BODY)
    (found,) = says(labs_module.RULES, case, order(T_DM1, 3.6, "mg/kg"))
    assert "ALT or AST, " in found.headline.text
    assert "ALT, AST" not in found.headline.text


def test_an_order_session_without_a_cancer_drug_is_silent_and_says_why():
    """R132: nothing started, nothing stopped: silence with its rule, the line counted all the same."""
    advice = asks(second_line(), beside("capecitabine"))
    assert (advice.findings, advice.silent, advice.line) == ((), ("R132",), 1)


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [("completed", "order-stop-completed"), ("other", "order-stop-other"), (None, "order-stop-no-reason")],
)
def test_r010_a_stop_is_answered_by_its_reason(reason, sentence):
    """R010: HER2 therapy ends in a responder: completed, for another reason, or nobody says why."""
    case = on_therapy(*thp(200, taxane_end=80), disease_statuses=status("improved", 30))
    advice = asks(case, stop("trastuzumab", reason), stop("pertuzumab", reason))
    assert sentence in {s.id for s in finding(advice, "Her2TherapyStopped").detail}


# --- The record ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trend", "day", "controlled"),
    [("stable", 30, True), ("improved", 30, True), ("remission", 30, True), ("worsened", 30, False), ("improved", 100, False)],
)
def test_decision_6_what_was_judged_since_the_end_tells_whether_the_disease_is_under_control(trend, day, controlled):
    """THP completed 100 days ago: stable, improved or in remission since then: no next line; on the last day it says nothing of since."""
    case = on_therapy(*thp(300, 100, reason="completed"), disease_statuses=status(trend, day))
    assert (advice_on(case).treatment is None) is controlled


def test_decision_10_a_review_keeps_the_result_it_reviewed():
    """HER2-negative after positive, reviewed as positive: the treatment card still names the newest test among its facts."""
    case = second_line(receptors=(her2("3+", 1900, "primary"), her2("0", 10), *HR_NEGATIVE), intake=intake(her2_reviewed="positive"))
    assert [fact.value for fact in advice_on(case).treatment.facts if fact.name == "HER2"] == ["IHC 0 (metastasis)"]


def test_decision_10_two_results_on_either_side_of_the_metastases_are_two_specimens():
    """Without a specimen on record: IHC 2+ before the metastases were found and a negative ISH two days after it are not one finding."""
    before, after = her2("2+", 21, None), her2("negative", 17, None, "ish")
    found = situation_of(a_case(receptors=(before, after))).her2
    assert (found.state, found.leading.shown) == ("negative", "ISH negative")
    together = situation_of(a_case(receptors=(her2("2+", 19, None), after))).her2
    assert (together.state, together.leading.shown) == ("low", "IHC 2+, ISH negative")


def test_decision_15_the_newest_documented_pregnancy_is_the_one_shown():
    """Two entries that say pregnant: the card dates itself by the newer one, whichever is listed first."""
    older, newer = pregnancy(day=60), pregnancy(day=10)
    for listed in ((older, newer), (newer, older)):
        fact = finding(advice_on(a_case(age=38, pregnancies=listed, intake=intake(pregnancy_excluded=None))), "Pregnancy").facts[0]
        assert (fact.name, fact.value, fact.date, fact.source) == ("Pregnancy", "documented", str(newer.date), newer.source)


def test_a_course_that_is_open_in_the_statement_goes_on_through_its_orders():
    """A statement that is active, and an order long after its start: one course, however long nobody wrote anything between."""
    drugs = (given("tucatinib", 600, None), given("tucatinib", 200, None, kind="order", status="completed"))
    (course,) = situation_of(a_case(metastases=LONG, drugs=drugs)).exposures
    assert (course.state, course.start) == ("running", drugs[0].start)


def test_r053_how_the_replaced_line_ended_is_documented_where_each_drug_says_so():
    """Every HER2 drug of the line stopped for toxicity before the next line: documented, on its last day; one of two: not."""
    both = (*(given(drug, 690, 400, reason="toxicity") for drug in ("trastuzumab", "pertuzumab")), given(T_DXD, 380))
    line = situation_of(on_therapy(*both)).therapies.lines[0]
    assert (line.outcome, line.documented, line.ended_on) == ("toxicity", True, both[0].end)
    one = (given("trastuzumab", 690, 400, reason="toxicity"), given("pertuzumab", 690, 390), given(T_DXD, 370))
    line = situation_of(on_therapy(*one)).therapies.lines[0]
    assert (line.outcome, line.documented, line.ended_on) == ("changed", False, one[1].end)


def test_decision_17_heart_failure_on_a_running_drug_is_said_once_where_another_line_begins():
    """Progression on trastuzumab with heart failure: one card about the heart, not one more about the start of the next line."""
    case = a_case(
        metastases=LONG, drugs=(given("trastuzumab", 300), given("docetaxel", 300)), disease_statuses=status("worsened", 5),
        heart=heart_condition(),
    )  # fmt: skip
    assert [topic for topic in topics(advice_on(case)) if topic in ("HeartFailure", "LvefHold", "LvefMonitoringDue")] == ["HeartFailure"]
    low = a_case(
        metastases=LONG, drugs=(given("trastuzumab", 300), given("docetaxel", 300)), disease_statuses=status("worsened", 5),
        lvef=(lvef(47, 5), lvef(50, 310)),
    )  # fmt: skip
    assert [topic for topic in topics(advice_on(low)) if topic in ("HeartFailure", "LvefHold", "LvefMonitoringDue")] == [
        "LvefMonitoringDue"
    ]


# --- Loading again ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("record", ["active", "completed", "stopped", "cancelled"])
def test_p04_weekly_doses_on_record_make_the_first_three_weekly_one_not_too_early(record):
    """P04: the last dose a week ago: a weekly order that was given says why; one that was cancelled does not."""
    drugs = (
        dosed("trastuzumab", 7, 2, "mg/kg"),
        dosed("trastuzumab", 60, 2, "mg/kg", kind="order", status=record, every_days=7),
    )
    found = says(reload.RULES, second_line(body=BODY, drugs=drugs), order("trastuzumab", 6, "mg/kg", every_days=21))
    assert [f.headline.id for f in found] == (["interval-short"] if record == "cancelled" else [])


@pytest.mark.parametrize(("before", "early"), [(14, False), (17, False), (18, True), (28, True)])
def test_p04_doses_a_week_apart_are_weekly_ones(before, early):
    """P04: given 7 days ago, and up to ten days before that: weekly, so three-weekly may begin; three weeks before: too early."""
    drugs = (dosed("trastuzumab", 7, 2, "mg/kg"), dosed("trastuzumab", before, 2, "mg/kg"))
    found = says(reload.RULES, second_line(body=BODY, drugs=drugs), order("trastuzumab", 6, "mg/kg", every_days=21))
    assert [f.headline.id for f in found] == (["interval-short"] if early else [])


def test_p04_an_order_without_a_dose_goes_by_its_only_schedule():
    """P04: T-DXd has one schedule, so an order without a dose a week after the last one is too early; trastuzumab has two: silent."""
    conjugate = second_line(body=BODY, drugs=(dosed(T_DXD, 7, 5.4, "mg/kg"),))
    assert [f.headline.id for f in says(reload.RULES, conjugate, order(T_DXD))] == ["interval-short"]
    antibody = second_line(body=BODY, drugs=(dosed("trastuzumab", 7, 6, "mg/kg"),))
    assert says(reload.RULES, antibody, order("trastuzumab")) == []


@pytest.mark.parametrize(("every", "early"), [(21, True), (7, False), (None, False)])
def test_p04_a_dose_that_fits_no_label_goes_by_its_interval(every, early):
    """P04: trastuzumab 5 mg/kg a week after the last dose: three-weekly is too early, weekly is not, without an interval nobody knows."""
    case = second_line(body=BODY, drugs=(dosed("trastuzumab", 7, 6, "mg/kg"),))
    found = says(reload.RULES, case, order("trastuzumab", 5, "mg/kg", every_days=every))
    assert [f.headline.id for f in found] == (["interval-short"] if early else [])


def test_what_has_no_name_is_called_by_its_id():
    """A drug or a laboratory value that the knowledge files do not name is printed as it stands, never left out."""
    assert (drug_name("zongertinib"), drug_names(["trastuzumab", "zongertinib"])) == ("zongertinib", "trastuzumab + zongertinib")
    assert (lab_name("lipase"), lab_name("alt")) == ("lipase", "ALT")
