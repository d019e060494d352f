"""The choice of therapy at order entry: what is preferred, what comes too early, what is missing beside it."""

import pytest
from msgspec.structs import replace

from guideline.case import Allergy, DataProblem, Diagnosis, PerformanceStatus
from guideline.rules.orders import order_choice
from tests.guideline.case_builder import (
    CURRENT_US,
    GUIDELINE_EU,
    GUIDELINE_US,
    HR_NEGATIVE,
    HR_POSITIVE,
    LONG,
    a_case,
    adjuvant,
    ago,
    breast_cancer,
    cycles,
    dose,
    doses,
    given,
    heart_condition,
    her2,
    intake,
    lab,
    lung,
    lvef,
    metastasis,
    on_therapy,
    pregnancy,
    receptor,
    second_line,
    thp,
)
from tests.guideline.case_builder import status as worsened
from tests.guideline.order_builder import asks, beside, only, order, says, stop, topics_of, words

RULES = order_choice.RULES
T_DM1 = "trastuzumab-emtansine"
T_DXD = "trastuzumab-deruxtecan"
PHESGO = "pertuzumab-trastuzumab-hyaluronidase"
POSITIVE = (her2("3+"), *HR_POSITIVE)


def early_relapse(months_ago_ended=3, **facts):
    """Metastatic for 20 days, adjuvant trastuzumab ended so many months (of 30 days) before today."""
    ended = months_ago_ended * 30
    facts.setdefault("drugs", (adjuvant("trastuzumab", ended + 365, ended), adjuvant("docetaxel", ended + 365, ended + 240)))
    return a_case(**facts)


def tdm1():
    return order(T_DM1, 3.6, "mg/kg")


# --- R030 ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("practice", [GUIDELINE_US, GUIDELINE_EU, CURRENT_US])
def test_v11_tdm1_in_second_line_gives_way_to_tdxd(practice):
    """R030: a warning, with T-DXd at one click on the same order; nothing says contraindicated or obsolete."""
    asked = tdm1()
    found = only(says(RULES, second_line(), asked, practice=practice), "NonPreferredAgent")
    assert found.indicator == "warning"
    assert [(s.act, s.code, s.order, s.recommended) for s in found.suggestions] == [("replace", T_DXD, asked.id, False)]
    assert "T-DXd is preferred over T-DM1" in found.headline.text
    assert "28.8 vs 6.8" in words(found)
    assert not {"contraindicated", "obsolete", "hard stop"} & set(words(found).lower().split())


@pytest.mark.parametrize(
    ("case", "others"),
    [
        (on_therapy(*doses("trastuzumab", 84, 21), *doses("pertuzumab", 84, 21)), ()),
        (second_line(), (beside("trastuzumab", 6, "mg/kg"),)),
        (second_line(), (beside("pertuzumab", 420),)),
    ],
)
def test_no_click_leads_from_one_duplicate_into_another(case, others):
    """Trastuzumab runs without a word of progression, or is ordered as well: T-DXd would stand beside it just as T-DM1 does."""
    found = says(RULES, case, order(T_DM1, 6, "mg/kg"), *others)
    assert only(found, "NonPreferredAgent").suggestions == ()


@pytest.mark.parametrize(("begun", "known"), [(0, False), (1, True), (30, True)])
def test_the_charts_copy_of_an_order_of_today_proves_nothing(begun, known):
    """Some EHRs file an order before it is signed: found in the chart under its own id, it says not yet that T-DM1 is being given."""
    asked = order(T_DM1, 3.6, "mg/kg", status="active")
    copy = given(T_DM1, begun, kind="order", source=asked.id)
    case = second_line()
    found = topics_of(says(RULES, replace(case, drugs=(*case.drugs, copy)), asked))
    assert ("NonPreferredAgent" not in found) is known


def test_r030_after_an_early_relapse_too():
    """R030, R015: the second-line pathway after adjuvant trastuzumab."""
    assert topics_of(says(RULES, early_relapse(), tdm1())) == ["NonPreferredAgent"]


def test_v07_tdxd_that_cannot_be_obtained_leaves_tdm1_alone():
    """V07, R027: unavailable on record: no warning, one collapsed note that the fallback is accepted."""
    found = only(says(RULES, early_relapse(intake=intake(tdxd_available="false")), tdm1()), "NonPreferredAgent")
    assert found.indicator == "info"
    assert found.suggestions == ()


@pytest.mark.parametrize(
    "facts",
    [
        {"lungs": lung(onset=2000)},
        {"intake": intake(ild_history="tdxd-grade-2-or-worse")},
        {"intake": intake(respiratory_symptoms="true")},
        {"allergies": Allergy(T_DXD, severe=True)},
        {"heart": heart_condition()},
        {"lvef": lvef(35)},
        {"pregnancies": pregnancy(), "age": 38, "intake": intake(pregnancy_excluded=None)},
    ],
    ids=["active ILD", "grade 2 before", "symptoms", "severe allergy", "heart failure", "LVEF 35", "pregnant"],
)
def test_r030_tdm1_because_tdxd_cannot_be_given_is_silent(facts):
    """Near miss: T-DM1 because of the lungs, an allergy, or where no T-DXd may be offered either."""
    assert "NonPreferredAgent" not in topics_of(says(RULES, second_line(**facts), tdm1()))


def test_r030_resolved_lung_disease_of_another_cause_does_not_speak_for_tdm1():
    """Decision 12: T-DXd may lead then, so the preference stands."""
    found = says(RULES, second_line(lungs=lung(status="resolved", onset=900)), tdm1())
    assert "NonPreferredAgent" in topics_of(found)


@pytest.mark.parametrize("status", ["active", "on-hold"])
def test_r132_tdm1_that_runs_or_is_held_is_not_questioned(status):
    """V12: running T-DM1, ordered again for the next cycle, or restarted after a hold."""
    case = on_therapy(*thp(690, 300, reason="progression"), given(T_DM1, 250, status=status))
    assert says(RULES, case, tdm1()) == []


def test_r030_after_tdxd_is_silent():
    """R039: T-DM1 after T-DXd is a real option."""
    case = on_therapy(*thp(690, 400, reason="progression"), given(T_DXD, 390, 10, reason="progression"))
    assert "NonPreferredAgent" not in topics_of(says(RULES, case, tdm1()))


@pytest.mark.parametrize(
    "case",
    [
        a_case(metastases=(), drugs=(given("trastuzumab", 200, intent="curative"),)),
        second_line(receptors=(her2("0"), *HR_NEGATIVE)),
        second_line(receptors=(her2("1+"), *HR_NEGATIVE)),
        second_line(age=16),
    ],
    ids=["adjuvant", "HER2-negative", "HER2-low", "child"],
)
def test_r123_nothing_is_said_about_the_choice_outside_the_scope(case):
    """R121, R123: adjuvant T-DM1, HER2-negative disease and minors are not ours."""
    assert says(RULES, case, tdm1()) == []


def test_r030_without_replacement_when_the_heart_waits():
    """P02: with an LVEF of 45 the preference is said, but T-DXd is not put at one click."""
    assert only(says(RULES, second_line(lvef=lvef(45)), tdm1()), "NonPreferredAgent").suggestions == ()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((lab("neutrophils", 0.4, 1),), "neutrophils 0.4 x 10^9/L"),
        ((lab("platelets", 40, 1),), "platelets 40 x 10^9/L"),
        ((lab("neutrophils", 0.4, 1), lab("platelets", 40, 1)), "neutrophils 0.4 x 10^9/L, platelets 40 x 10^9/L"),
        ((lab("neutrophils", 1.0, 1), lab("platelets", 50, 1)), None),
        ((lab("neutrophils", 0.4, 30),), None),
    ],
)
@pytest.mark.parametrize("problems", [(), (DataProblem("unreadable", "therapy", "MedicationAdministration/1", "names no drug"),)])
def test_r030_without_replacement_when_the_blood_count_waits(values, said, problems):
    """R118, P07: at values at which T-DXd is not started it stays preferred, but not at one click, nor with "nothing against it"."""
    found = only(says(RULES, second_line(labs=values, problems=problems), tdm1()), "NonPreferredAgent")
    assert (found.suggestions == ()) is (said is not None)
    assert ("not started at" in found.headline.text) is (said is not None)
    assert (said or "T-DXd") in words(found)
    assert not (said and "nothing on record against it" in found.headline.text)
    assert len(found.headline.text) < 140
    assert len([fact for fact in found.facts if "10^9" in (fact.value or "")]) == (len(values) if said else 0)


def test_r030_heart_and_blood_count_wait():
    """P02 leads; what the blood count says stands in the detail."""
    found = only(says(RULES, second_line(lvef=lvef(45), labs=lab("platelets", 40, 1)), tdm1()), "NonPreferredAgent")
    assert "cardiology" in found.headline.text
    assert "T-DXd is not started at platelets 40 x 10^9/L" in words(found)


@pytest.mark.parametrize("facts", [{}, {"lvef": lvef(45)}], ids=["heart in order", "heart waits"])
def test_r131_no_word_of_never_used_where_a_therapy_was_lost(facts):
    """A record of therapy that could not be read may be T-DXd: the headline says "if", with the whole record it says "not used before"."""
    lost = DataProblem("unreadable", "therapy", "MedicationAdministration/1", "refers to a Medication that names no drug")
    unread = only(says(RULES, second_line(problems=(lost,), **facts), tdm1()), "NonPreferredAgent")
    whole = only(says(RULES, second_line(**facts), tdm1()), "NonPreferredAgent")
    assert "if it was not used before" in unread.headline.text
    assert "T-DXd not used before" in whole.headline.text
    assert len(unread.headline.text) < 140


def test_an_order_that_is_not_asked_is_context():
    """Decision 16: T-DM1 among the other drafts says nothing while letrozole is selected."""
    case = on_therapy(*thp(690, 10, reason="progression"), receptors=POSITIVE)
    assert "NonPreferredAgent" not in topics_of(says(RULES, case, beside(T_DM1, 3.6, "mg/kg"), order("letrozole", 2.5)))


def test_v34_a_mix_up_is_no_choice_of_t_dm1():
    """V34: T-DM1 ordered at the dose of T-DXd is a product to check, not a preference to discuss."""
    assert says(RULES, second_line(), order(T_DM1, 5.4, "mg/kg", plan=T_DXD)) == []


# --- R018 ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "orders",
    [
        (order("trastuzumab", 8, "mg/kg"), order("pertuzumab", 840), order("docetaxel", 75, "mg/m2")),
        (order("pertuzumab-trastuzumab-hyaluronidase", 600),),
        (order("trastuzumab", 8, "mg/kg"), order("paclitaxel", 80, "mg/m2")),
        (order("pertuzumab", 840), beside("trastuzumab", 8, "mg/kg")),
    ],
    ids=["THP", "fixed combination", "trastuzumab + taxane", "pertuzumab beside a trastuzumab draft"],
)
def test_r018_no_first_line_restart_after_an_early_relapse(orders):
    """Decision 19: one warning that points to T-DXd."""
    found = only(says(RULES, early_relapse(), *orders), "FirstLineRestart")
    assert found.indicator == "warning"
    assert "T-DXd" in found.headline.text
    assert found.avoid == ("thp",)


@pytest.mark.parametrize(
    "case",
    [
        early_relapse(intake=intake(tdxd_available="false")),
        early_relapse(lungs=lung()),
        early_relapse(drugs=(adjuvant(T_DXD, 200, 60), adjuvant("trastuzumab", 400, 210))),
        early_relapse(months_ago_ended=16),
        a_case(),
    ],
    ids=["T-DXd unavailable", "ILD", "adjuvant T-DXd", "relapse after 15 months", "de novo"],
)
def test_r018_is_silent_where_thp_is_right(case):
    """Decision 19: unavailable, ILD, after adjuvant T-DXd, beyond twelve months, or no earlier HER2 therapy."""
    orders = (order("trastuzumab", 8, "mg/kg"), order("pertuzumab", 840), order("docetaxel", 75, "mg/m2"))
    assert says(RULES, case, *orders) == []


@pytest.mark.parametrize(("months", "named"), [(3, False), (8, True)])
def test_c22_the_pair_is_named_after_six_months(months, named):
    """R018, R101: over 6 and up to 12 months after the adjuvant therapy the label covers T-DXd + pertuzumab, not T-DXd alone."""
    for orders in ((order("trastuzumab", 8, "mg/kg"), order("docetaxel", 75, "mg/m2")), (tdm1(),)):
        (found,) = says(RULES, early_relapse(months_ago_ended=months), *orders)
        assert ("T-DXd + pertuzumab: On label" in words(found)) is named
        assert ("Or T-DXd + pertuzumab" in words(found)) is named


def test_r018_trastuzumab_in_a_later_line_is_no_restart():
    """R054: after HER2 therapy for metastatic disease trastuzumab with chemotherapy is a usual later option."""
    drugs = (adjuvant("trastuzumab", 1200, 800), given(T_DXD, 690, 10, reason="progression"))
    case = a_case(metastases=LONG, drugs=drugs)
    assert "FirstLineRestart" not in topics_of(says(RULES, case, order("trastuzumab", 6, "mg/kg"), order("docetaxel", 75, "mg/m2")))


# --- R102 ------------------------------------------------------------------------------------------------------------------------


def test_r102_tdxd_alone_in_first_line():
    """R102: the pair or THP; the label window is not said a second time."""
    found = says(RULES, a_case(), order(T_DXD, 5.4, "mg/kg"))
    assert topics_of(found) == ["TdxdMonotherapyFirstLine"]
    assert found[0].indicator == "warning"
    assert "pertuzumab" in found[0].headline.text


@pytest.mark.parametrize(
    "orders",
    [
        (order(T_DXD, 5.4, "mg/kg"), order("pertuzumab", 840)),
        (order(T_DXD, 5.4, "mg/kg"), beside("pertuzumab", 840)),
    ],
    ids=["both asked", "pertuzumab among the drafts"],
)
def test_r101_the_pair_in_first_line_is_silent(orders):
    """R132: what is recommended is ordered."""
    assert says(RULES, a_case(), *orders) == []


@pytest.mark.parametrize(
    "case", [second_line(), early_relapse(months_ago_ended=3), a_case(metastases=LONG, intake=intake(prior_therapy_complete=None))]
)  # fmt: skip
def test_r102_later_or_unknown_lines_are_silent(case):
    """Second line, early relapse, or a history that nobody recorded: not first line."""
    assert "TdxdMonotherapyFirstLine" not in topics_of(says(RULES, case, order(T_DXD, 5.4, "mg/kg")))


def test_r102_recent_metastases_without_any_history_ask_for_it():
    """Decision 5: said conditionally, the history is asked for (I04)."""
    found = only(says(RULES, a_case(intake=intake(prior_therapy_complete=None)), order(T_DXD, 5.4, "mg/kg")), "TdxdMonotherapyFirstLine")
    assert {gap.input for gap in found.missing} == {"I04"}


def test_r132_tdxd_in_second_line_is_silent():
    """Section 5: the recommended regimen is what is being ordered."""
    assert says(RULES, second_line(), order(T_DXD, 5.4, "mg/kg")) == []


# --- R053, R103, R106 ------------------------------------------------------------------------------------------------------------


def after_tdxd(**facts):
    drugs = (*thp(690, 400, reason="progression"), given(T_DXD, 390, 10, reason="progression"))
    return a_case(**{"metastases": LONG, "drugs": drugs, **facts})


def test_r103_tdxd_again_after_progression_on_it():
    """R103, decision 4: a warning that another agent is due."""
    found = only(says(RULES, after_tdxd(), order(T_DXD, 5.4, "mg/kg")), "PermanentlyStoppedAgent")
    assert found.indicator == "warning"
    assert "progressed" in found.headline.text
    assert found.avoid == (T_DXD,)


def test_r053_the_backbone_is_never_barred():
    """Decision 4: trastuzumab after progression on trastuzumab + pertuzumab is a usual backbone; pertuzumab is not."""
    triplet = (order("tucatinib", 300), order("trastuzumab", 8, "mg/kg"), order("capecitabine", 1000, "mg/m2"))
    assert says(RULES, after_tdxd(), *triplet) == []
    again = says(RULES, after_tdxd(), order("pertuzumab", 840), order("trastuzumab", 8, "mg/kg"), order("vinorelbine", 30, "mg/m2"))
    assert only(again, "PermanentlyStoppedAgent").avoid == ("pertuzumab",)


@pytest.mark.parametrize(("day", "barred"), [(5, False), (200, False), (389, False), (391, True), (600, True)])
def test_r053_a_receptor_change_from_before_the_line_opens_nothing(day, barred):
    """T-DXd was begun 390 days ago: what failed under the new receptors is barred as if they had never changed."""
    changed = (her2("3+"), receptor("ER", "negative", 700), receptor("ER", "positive", day), receptor("PR", "negative", day))
    found = topics_of(says(RULES, after_tdxd(receptors=changed), order(T_DXD, 5.4, "mg/kg")))
    assert ("PermanentlyStoppedAgent" in found) is barred


def test_r053_a_receptor_change_opens_it_again():
    """R053: re-use is an option when the receptors changed."""
    changed = (her2("3+"), receptor("ER", "negative", 600), receptor("ER", "positive", 15), receptor("PR", "negative", 15))
    assert "PermanentlyStoppedAgent" not in topics_of(says(RULES, after_tdxd(receptors=changed), order(T_DXD, 5.4, "mg/kg")))


def test_r053_a_drug_stopped_for_toxicity():
    """R053: never after severe toxicity; whether it was is asked."""
    case = on_therapy(
        *thp(690, 400, reason="progression"), given("lapatinib", 390, 300, reason="toxicity"), given(T_DXD, 290, 20, reason="progression")
    )
    found = only(says(RULES, case, order("lapatinib", 1250)), "PermanentlyStoppedAgent")
    assert found.indicator == "warning"
    assert "toxicity" in found.headline.text


def test_r053_a_cytotoxic_partner_that_failed_is_only_mentioned():
    """Decision 4: partners that failed are demoted and said so."""
    drugs = (given("tucatinib", 300, 10, reason="progression"), given("trastuzumab", 300, 10, reason="progression"))
    case = on_therapy(*drugs, given("capecitabine", 300, 10, reason="progression"))
    found = says(RULES, case, order("capecitabine", 1250, "mg/m2"), order("trastuzumab", 6, "mg/kg"))
    assert only(found, "PermanentlyStoppedAgent").indicator == "info"


def test_r106_the_adjuvant_conjugate_again_is_a_board_decision():
    """R106: T-DXd after adjuvant T-DXd is not repeated by default."""
    case = early_relapse(drugs=(adjuvant(T_DXD, 400, 100),))
    assert topics_of(says(RULES, case, order(T_DXD, 5.4, "mg/kg"))) == ["TumorBoard"]


def test_r106_tdm1_after_adjuvant_tdm1_points_to_tdxd():
    """Decision 2: after adjuvant T-DM1 T-DXd leads; one card says so, and gives no reason for which T-DM1 would be right."""
    found = says(RULES, early_relapse(drugs=(adjuvant(T_DM1, 400, 100),)), tdm1())
    assert topics_of(found) == ["NonPreferredAgent"]
    assert "remains appropriate" not in words(found[0])
    assert "not offered a second time" in words(found[0])
    assert "R106" in found[0].rules


@pytest.mark.parametrize(
    ("facts", "says_so"),
    [
        ({}, "THP or T-DXd + pertuzumab"),
        ({"lungs": lung(onset=2000)}, "not offered a second time"),
        ({"intake": intake(tdxd_available="false")}, "not offered a second time"),
    ],
    ids=["T-DXd possible", "active ILD", "T-DXd unavailable"],
)
def test_r106_tdm1_again_after_a_late_relapse(facts, says_so):
    """R106, R014: adjuvant T-DM1 years ago, ordered as the first treatment: a board; T-DXd is named only where it can be given."""
    found = says(RULES, a_case(drugs=(adjuvant(T_DM1, 1900, 1500),), **facts), tdm1())
    assert topics_of(found) == ["TumorBoard"]
    assert says_so in words(found[0])
    assert ("T-DXd" in words(found[0])) is ("T-DXd" in says_so)


def test_r106_tdxd_again_after_a_late_relapse():
    """R106: after adjuvant T-DXd THP leads."""
    found = only(says(RULES, a_case(drugs=(adjuvant(T_DXD, 1900, 1500),)), order(T_DXD, 5.4, "mg/kg")), "TumorBoard")
    assert "THP leads" in words(found)


@pytest.mark.parametrize("case", [early_relapse, second_line])
def test_r106_the_fallback_after_adjuvant_tdm1_is_no_accepted_one(case):
    """R027, R106: T-DXd unavailable, T-DM1 given as adjuvant therapy: a board, not "accepted fallback", whatever came between."""
    drugs = (adjuvant(T_DM1, 1900, 1500), *thp(340, 10)) if case is second_line else (adjuvant(T_DM1, 400, 100),)
    assert topics_of(says(RULES, case(drugs=drugs, intake=intake(tdxd_available="false")), tdm1())) == ["TumorBoard"]


# --- R060, R069, R070 ------------------------------------------------------------------------------------------------------------


def test_v23_docetaxel_and_letrozole_without_her2():
    """V23: both problems are found; the stronger one names the endocrine drug too."""
    found = says(RULES, a_case(receptors=POSITIVE), order("docetaxel", 75, "mg/m2"), order("letrozole", 2.5))
    assert topics_of(found) == ["ChemoEndocrineConcurrent", "ChemotherapyWithoutHer2"]
    lead = only(found, "ChemotherapyWithoutHer2")
    assert {f.indicator for f in found} == {"warning"}
    assert "HER2-directed backbone" in lead.headline.text
    assert "R069" in lead.rules
    assert "letrozole" in words(only(found, "ChemoEndocrineConcurrent"))


def test_v23_two_problems_stand_on_one_card():
    """Decision 17: the missing backbone speaks and carries the endocrine drug and its rule; no click mends only half of it."""
    advice = asks(a_case(receptors=POSITIVE), order("docetaxel", 75, "mg/m2"), order("letrozole", 2.5))
    assert [f.topic for f in advice.findings if f.indicator != "info"] == ["ChemotherapyWithoutHer2"]
    lead = only(list(advice.findings), "ChemotherapyWithoutHer2")
    assert "Hold letrozole until docetaxel is completed" in words(lead)
    assert {"R060", "R070"} <= set(lead.rules)
    assert lead.suggestions == ()


@pytest.mark.parametrize(
    ("case", "orders"),
    [
        (a_case(), (order("docetaxel", 75, "mg/m2"), order("trastuzumab", 8, "mg/kg"), order("pertuzumab", 840))),
        (a_case(), (order("docetaxel", 75, "mg/m2"), beside("trastuzumab", 8, "mg/kg"))),
        (on_therapy(given("trastuzumab", 60), given("pertuzumab", 60)), (order("docetaxel", 75, "mg/m2"),)),
        (on_therapy(given("trastuzumab", 60, status="on-hold")), (order("docetaxel", 75, "mg/m2"),)),
        (a_case(heart=heart_condition()), (order("docetaxel", 75, "mg/m2"),)),
        (a_case(lvef=lvef(45)), (order("docetaxel", 75, "mg/m2"),)),
        (a_case(pregnancies=pregnancy(), age=38, intake=intake(pregnancy_excluded=None)), (order("doxorubicin", 60, "mg/m2"),)),
        (on_therapy(given("docetaxel", 60)), (order("docetaxel", 75, "mg/m2"),)),
        (a_case(receptors=(her2("0"),)), (order("docetaxel", 75, "mg/m2"),)),
        (a_case(allergies=Allergy("trastuzumab", severe=True)), (order("docetaxel", 75, "mg/m2"),)),
    ],
    ids=["THP", "draft beside", "running", "on hold", "heart failure", "LVEF 45", "pregnant", "runs already", "HER2-negative", "allergy"],
)
def test_r060_chemotherapy_with_her2_therapy_or_a_reason_is_silent(case, orders):
    """R060: a HER2 drug runs, is ordered, is held or is ruled out."""
    assert "ChemotherapyWithoutHer2" not in topics_of(says(RULES, case, *orders))


@pytest.mark.parametrize(
    ("case", "first", "topic"),
    [
        (a_case(), order("docetaxel", 75, "mg/m2"), "ChemotherapyWithoutHer2"),
        (a_case(), order("docetaxel", 75, "mg/m2"), "SupportiveCare"),
        (
            a_case(receptors=POSITIVE, intake=intake(menopausal_status="premenopausal"), age=44),
            order("letrozole", 2.5),
            "MaintenanceTreatment",
        ),
    ],
)
def test_decision_16_what_is_missing_beside_an_order_is_said_when_it_is_signed(case, first, topic):
    """While a set is being selected the HER2 drug, or what else belongs beside the order, may be the next click."""
    assert topic in topics_of(asks(case, first).findings)
    assert topic not in topics_of(asks(case, first, selecting=True).findings)


def test_decision_16_what_is_wrong_with_an_order_is_said_when_it_is_selected():
    """Safety, dose, and what does not go together: at once."""
    wrong = (order(T_DXD, 6.4, "mg/kg"), order(T_DM1, 3.6, "mg/kg"))
    assert asks(second_line(), *wrong, selecting=True).findings == asks(second_line(), *wrong).findings
    together = asks(a_case(receptors=POSITIVE), order("docetaxel", 75, "mg/m2"), order("letrozole", 2.5), selecting=True)
    assert "ChemoEndocrineConcurrent" in topics_of(together.findings)


def test_r069_endocrine_therapy_alone_is_asked_about_when_it_is_selected():
    """It is a choice of its own; nothing that belongs to it need follow."""
    assert topics_of(asks(a_case(receptors=POSITIVE), order("letrozole", 2.5), selecting=True).findings) == ["EndocrineWithoutHer2"]


def test_r049_a_single_agent_in_a_later_line_is_information():
    """R049: an option there, with a HER2 drug where one is still possible."""
    drugs = (*thp(690, 500, reason="progression"), given(T_DXD, 490, 300, reason="progression"))
    more = (given("tucatinib", 290, 10, reason="progression"), given("trastuzumab", 290, 10, reason="progression"))
    found = says(RULES, a_case(metastases=LONG, drugs=(*drugs, *more)), order("eribulin", 1.4, "mg/m2"))
    assert only(found, "ChemotherapyWithoutHer2").indicator == "info"


def test_r069_endocrine_therapy_as_the_only_treatment():
    """R069: a warning in HR-positive disease."""
    found = says(RULES, a_case(receptors=POSITIVE), order("letrozole", 2.5))
    assert topics_of(found) == ["EndocrineWithoutHer2"]
    assert found[0].indicator == "warning"


@pytest.mark.parametrize(
    "facts",
    [
        {"heart": heart_condition()},
        {"lvef": lvef(42)},
        {"intake": intake(disease_burden="low")},
        {"performance": PerformanceStatus(3, ago(10))},
        {"receptors": (her2("0"), *HR_POSITIVE)},
        {"receptors": (her2("3+"), *HR_NEGATIVE)},
        {"drugs": given("letrozole", 100)},
        {"drugs": (given("trastuzumab", 300), given("pertuzumab", 300))},
        {"drugs": (given("trastuzumab", 300, 20, reason="patient-wish"),), "metastases": LONG},
        {"drugs": (given("trastuzumab", 300, 20, reason="cardiac"),), "metastases": LONG},
    ],
    ids=["heart failure", "LVEF 42", "low burden", "frail", "HER2-negative", "HR-negative", "runs", "with HER2", "wish", "cardiac"],
)
def test_r069_is_silent_with_an_r062_reason(facts):
    """Decision 20: a recorded reason, a HER2-negative metastasis, or HER2 drugs that go on."""
    assert "EndocrineWithoutHer2" not in topics_of(says(RULES, a_case(**{"receptors": POSITIVE, **facts}), order("letrozole", 2.5)))


def test_decision_20_declining_chemotherapy_is_no_reason_to_leave_her2_therapy_out():
    """Decision 20: endocrine + HER2 therapy leads then."""
    case = a_case(receptors=POSITIVE, intake=intake(declines_chemotherapy="true"))
    assert topics_of(says(RULES, case, order("letrozole", 2.5))) == ["EndocrineWithoutHer2"]


def test_r069_a_gnrh_agonist_alone_is_no_endocrine_monotherapy():
    """C23: GnRH agonists never count as endocrine therapy here."""
    assert says(RULES, a_case(receptors=POSITIVE), order("goserelin", 3.6)) == []


def hr_positive_on(*drugs):
    return on_therapy(*drugs, receptors=POSITIVE)


def test_r070_endocrine_therapy_beside_the_taxane():
    """R070: letrozole waits until the docetaxel part is over."""
    case = hr_positive_on(given("trastuzumab", 60), given("pertuzumab", 60), given("docetaxel", 60))
    found = only(says(RULES, case, order("letrozole", 2.5)), "ChemoEndocrineConcurrent")
    assert found.indicator == "warning"
    assert found.avoid == ("letrozole",)


def test_r070_a_taxane_ordered_while_letrozole_runs():
    """R070: the other direction."""
    case = hr_positive_on(given("trastuzumab", 60), given("pertuzumab", 60), given("letrozole", 60))
    assert topics_of(says(RULES, case, order("docetaxel", 75, "mg/m2"))) == ["ChemoEndocrineConcurrent"]


@pytest.mark.parametrize(
    ("drugs", "asked"),
    [
        (thp(200, taxane_end=60), order("letrozole", 2.5)),
        ((given("trastuzumab", 200), *doses("docetaxel", 200, 50)), order("letrozole", 2.5)),
        ((given("trastuzumab", 60), given("docetaxel", 60)), order("goserelin", 3.6)),
        ((given("trastuzumab", 60), given("letrozole", 60)), order("leuprolide", 11.25)),
        (doses(T_DXD, 150, 10), order("letrozole", 2.5)),
        ((given(T_DM1, 100),), order("letrozole", 2.5)),
        ((given(T_DXD, 20),), order("letrozole", 2.5)),
    ],
    ids=[
        "letrozole after the taxane",
        "no taxane for 50 days",
        "GnRH beside taxane",
        "GnRH beside letrozole",
        "T-DXd cycle 7",
        "T-DM1",
        "T-DXd cycle 1",
    ],
)
def test_r137_near_misses_are_silent(drugs, asked):
    """R137, C23: after the taxane, GnRH agonists, and conjugates, which are no classical chemotherapy."""
    assert says(RULES, hr_positive_on(*drugs), asked) == []


HP_ON = (*cycles("trastuzumab", 126, 21), *cycles("pertuzumab", 126, 21))
LETROZOLE = order("letrozole", 2.5)


@pytest.mark.parametrize(
    ("drugs", "asked", "waits"),
    [
        ((*HP_ON, *cycles("docetaxel", 126, 21)), (LETROZOLE,), False),
        ((*HP_ON, *doses("docetaxel", 126, 21)), (LETROZOLE,), False),
        ((*HP_ON, *cycles("paclitaxel", 129, 10, 7)), (LETROZOLE,), False),
        ((*HP_ON, *cycles("docetaxel", 126, 42)), (LETROZOLE,), False),
        (tuple(given("docetaxel", day, kind="order", status="completed") for day in (85, 64, 43)), (LETROZOLE,), False),
        ((*HP_ON, *cycles("docetaxel", 63, 21)), (LETROZOLE, order("trastuzumab", 6, "mg/kg")), False),
        ((*HP_ON, *cycles("docetaxel", 63, 21)), (LETROZOLE, beside(PHESGO, 600)), False),
        ((*HP_ON, *cycles("docetaxel", 63, 21)), (LETROZOLE,), True),
        ((*cycles("trastuzumab", 52, 10), *cycles("docetaxel", 52, 10)), (LETROZOLE, order("trastuzumab", 6, "mg/kg")), True),
        ((*HP_ON, *cycles("docetaxel", 126, 21), given("docetaxel", 126, kind="order")), (LETROZOLE,), True),
        ((*HP_ON, *cycles("docetaxel", 126, 21)), (LETROZOLE, beside("docetaxel", 75, "mg/m2")), True),
    ],
    ids=[
        "six cycles", "six cycles by doses alone", "eighteen weeks", "five, left out once", "three by orders, six weeks ago",
        "three, the antibody without it", "three, the fixed combination without it", "three, its next cycle open",
        "in the middle of a cycle", "an order is open", "the seventh in the session",
    ],
)  # fmt: skip
def test_r070_chemotherapy_by_fulfilled_orders_alone_is_over_with_its_cycles_or_once_it_is_left_out(drugs, asked, waits):
    """R067, decision 7: at the first visit with the antibodies alone endocrine therapy begins; an open or drafted taxane comes first."""
    found = topics_of(says(RULES, hr_positive_on(*drugs), *asked))
    assert ("ChemoEndocrineConcurrent" in found) is waits


def test_r070_an_oral_cytotoxic_that_was_refilled_goes_on():
    """Six cycles are a taxane's; capecitabine runs for as long as it is taken."""
    refills = tuple(given("capecitabine", day, kind="order", status="completed") for day in range(189, 0, -21))
    found = says(RULES, hr_positive_on(*HP_ON, *refills), LETROZOLE)
    assert topics_of(found) == ["ChemoEndocrineConcurrent"]


def test_r070_the_taxane_that_is_stopped_in_the_same_set_is_over():
    """Stop docetaxel, start letrozole: sequence, not concurrence."""
    case = hr_positive_on(given("trastuzumab", 200), given("pertuzumab", 200), given("docetaxel", 200))
    assert says(RULES, case, order("letrozole", 2.5), stop("docetaxel", "completed")) == []


# --- Labels ----------------------------------------------------------------------------------------------------------------------


def triplet():
    return (order("tucatinib", 300), order("trastuzumab", 8, "mg/kg"), order("capecitabine", 1000, "mg/m2"))


def test_r108_the_triplet_in_first_line_is_outside_the_label():
    """R108: information only, with the label's own words."""
    found = says(RULES, a_case(), *triplet())
    assert topics_of(found) == ["LabelWindow"]
    assert found[0].indicator == "info"
    assert "US label" in words(found[0])


def test_r135_the_jurisdiction_decides():
    """R108: one earlier HER2 regimen is enough in the US, the EU asks for two."""
    assert says(RULES, second_line(), *triplet()) == []
    assert topics_of(says(RULES, second_line(), *triplet(), practice=GUIDELINE_EU)) == ["LabelWindow"]


def test_r107_tdxd_between_six_and_twelve_months_leads_and_is_outside_the_us_label():
    """Decision 2: the label window is a note; the EU label has no time limit."""
    case = early_relapse(months_ago_ended=9)
    assert topics_of(says(RULES, case, order(T_DXD, 5.4, "mg/kg"))) == ["LabelWindow"]
    assert says(RULES, case, order(T_DXD, 5.4, "mg/kg"), practice=GUIDELINE_EU) == []


def test_r109_neratinib_after_two_lines_is_on_label_in_the_us_only():
    """R109: neratinib + capecitabine."""
    orders = (order("neratinib", 240), order("capecitabine", 750, "mg/m2"))
    assert says(RULES, after_tdxd(), *orders) == []
    assert topics_of(says(RULES, after_tdxd(), *orders, practice=GUIDELINE_EU)) == ["LabelWindow"]


def test_no_label_note_beside_a_warning_about_the_same_order():
    """A duplicate or a low LVEF speaks first; the label window is information for orders that are otherwise in order."""
    assert says(RULES, on_therapy(given("trastuzumab", 100), given("pertuzumab", 100)), order(T_DXD, 5.4, "mg/kg")) == []
    assert says(RULES, a_case(lvef=lvef(45)), *triplet()) == []


def stopped_last(drug, reason):
    """Cycles up to three weeks ago; the last order was stopped by the clinician to switch."""
    *before, last = cycles(drug, 126, 42), given(drug, 21, 0, kind="order", reason=reason)
    return (*before[0], last, dose(drug, 21))


@pytest.mark.parametrize("reason", [None, "completed", "other"])
@pytest.mark.parametrize("taxane", [(), cycles("docetaxel", 126, 21), cycles("docetaxel", 84, 21)], ids=["none", "over", "goes on"])
def test_r136_the_antibodies_in_another_form_are_no_new_regimen_for_the_label(reason, taxane):
    """Section 5, 8: IV stopped, Phesgo ordered in its place, in any cycle: the label's window was asked at the start of the line."""
    drugs = (*stopped_last("trastuzumab", reason), *stopped_last("pertuzumab", reason), *taxane)
    with_taxane = (beside("docetaxel", 75, "mg/m2"),) if len(taxane) == 8 else ()
    assert says(RULES, on_therapy(*drugs), order(PHESGO, 600, parts=(600, 600)), *with_taxane) == []


@pytest.mark.parametrize("given_as", [cycles, doses])
def test_r135_pertuzumab_of_the_line_that_failed_is_no_part_of_the_next_regimen(given_as):
    """Progression on trastuzumab + pertuzumab, T-DXd ordered: that is T-DXd alone, on its label."""
    case = on_therapy(*given_as("trastuzumab", 210, 21), *given_as("pertuzumab", 210, 21), disease_statuses=worsened("worsened", 3))
    assert says(RULES, case, order(T_DXD, 5.4, "mg/kg")) == []


def test_r131_no_label_judgement_on_an_unknown_history():
    """R131: nothing recorded for two years of metastases is not "outside the label"."""
    assert says(RULES, a_case(metastases=LONG, intake=intake(prior_therapy_complete=None)), *triplet()) == []


def test_r132_what_runs_is_not_measured_against_a_label():
    """R132: running tucatinib in first line, next cycle."""
    assert says(RULES, on_therapy(given("tucatinib", 100), given("trastuzumab", 100), given("capecitabine", 100)), *triplet()) == []


def test_supportive_care_alone_says_nothing():
    """Ondansetron only: no order of ours."""
    assert says(RULES, second_line(), order((), others=("ondansetron",))) == []


def test_p01_the_second_drug_of_a_running_pair_is_no_new_line():
    """Adding pertuzumab to T-DXd in first line completes the recommended pair."""
    case = on_therapy(given(T_DXD, 20), dose(T_DXD, 20), metastases=(metastasis("liver", 30),), diagnoses=(breast_cancer(),))
    assert says(RULES, case, order("pertuzumab", 840)) == []


def test_r078_an_anthracycline_alone_does_not_ask_for_trastuzumab_beside_it():
    """R060, R078: "add a HER2 backbone" to doxorubicin would be the forbidden pair; another regimen is asked for instead."""
    found = only(says(RULES, second_line(), order("doxorubicin", 60, "mg/m2")), "ChemotherapyWithoutHer2")
    assert "Add a HER2" not in words(found)
    assert {"order-anthracycline-alone", "order-anthracycline-no-partner"} <= {found.headline.id, *(s.id for s in found.detail)}


def test_r018_chemotherapy_alone_after_an_early_relapse_names_no_first_line():
    """R015: THP is not what an early relapse is pointed to."""
    found = only(says(RULES, early_relapse(), order("docetaxel", 75, "mg/m2")), "ChemotherapyWithoutHer2")
    assert [s.id for s in found.detail] == ["order-backbone-whatever-line"]


@pytest.mark.parametrize("facts", [{"pregnancies": pregnancy(), "age": 38}, {"lvef": lvef(38)}])
def test_r102_no_partner_is_proposed_where_tdxd_may_not_be_given_at_all(facts):
    """R124, P02: "add pertuzumab" beside "do not give" would contradict it."""
    case = a_case(**{"intake": intake(pregnancy_excluded=None), **facts})
    assert "TdxdMonotherapyFirstLine" not in topics_of(asks(case, order(T_DXD, 5.4, "mg/kg")).findings)


def test_r053_a_fixed_combination_is_named_by_the_part_that_failed():
    """Pertuzumab failed by infusion: the card does not say that the combination, never given, did."""
    found = only(says(RULES, second_line(), order("pertuzumab-trastuzumab-hyaluronidase")), "PermanentlyStoppedAgent")
    assert found.headline.text == "Choose another agent: the disease progressed on pertuzumab before"
    assert "pertuzumab-trastuzumab-hyaluronidase" not in words(found)


def test_the_label_note_beside_another_drug_names_its_drug():
    """R135: on a card about T-DM1 the note on T-DXd's label says whose label it is."""
    found = only(says(RULES, second_line(), tdm1()), "NonPreferredAgent")
    assert any(s.text.startswith("T-DXd: On label.") for s in found.detail)


def test_decision_9_the_choice_of_therapy_for_another_active_cancer_is_not_ours():
    """A history of breast cancer, trastuzumab for another active cancer: its chemotherapy needs no HER2 backbone of ours."""
    other = (Diagnosis("breast-history", "active"), Diagnosis("other-primary", "active"))
    facts = {"metastases": LONG, "receptors": her2("3+", 15, None), "drugs": (given("trastuzumab", 300, 30, reason="progression"),)}
    paclitaxel = order("paclitaxel", 80, "mg/m2")
    assert says(RULES, a_case(diagnoses=other, **facts), paclitaxel) == []
    assert topics_of(says(RULES, a_case(diagnoses=other[:1], **facts), paclitaxel)) == ["ChemotherapyWithoutHer2"]


@pytest.mark.parametrize("start", ["2026-03-01", "2026", None])
def test_endocrine_therapy_without_a_setting_puts_no_first_line_outside_its_label(start):
    """The label asks for no earlier HER2 therapy or chemotherapy: letrozole of which nobody can tell whether it was adjuvant is neither."""
    drugs = (given("trastuzumab", "2024-01-10", "2025-01-10", status="completed"), given("letrozole", start))
    case = a_case(drugs=drugs, metastases=metastasis("liver", "2026-11-01"))
    advice = asks(case, order("trastuzumab", 8, "mg/kg"), order("pertuzumab", 840), order("docetaxel", 75, "mg/m2"))
    assert "LabelWindow" not in [f.topic for f in advice.findings]
