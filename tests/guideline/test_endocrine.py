"""Hormone-receptor-positive disease: who is selected for endocrine therapy, and what goes with it.

R060-R065, R067-R070, R125, R137; decision 20, C07, C08.
"""

import pytest

from guideline.case import Menopause, PerformanceStatus, Procedure
from guideline.rules.orders.order_backbone import RULES as BACKBONE
from tests.guideline.case_builder import (
    CURRENT_US,
    GUIDELINE_US,
    HR_NEGATIVE,
    HR_POSITIVE,
    LONG,
    a_case,
    adjuvant,
    advice_on,
    ago,
    alternatives_of,
    breast_cancer,
    doses,
    finding,
    given,
    heart_condition,
    her2,
    intake,
    lead_of,
    lvef,
    metastasis,
    missing_in,
    said,
    said_ids,
    second_line,
    source,
    thp,
    topics,
    words_of,
)
from tests.guideline.order_builder import order, says, topics_of

POSITIVE = (her2("3+"), *HR_POSITIVE)
RECENT = (breast_cancer(day=400),)


def ecog(grade, day=10):
    return PerformanceStatus(grade, ago(day), source("Observation"))


def positive(**facts):
    """First line, hormone-receptor-positive, nothing that would select for endocrine therapy."""
    return a_case(**{"receptors": POSITIVE, "diagnoses": RECENT, **facts})


SELECTED = {
    "low burden": {"intake": intake(disease_burden="low")},
    "ECOG 2": {"performance": ecog(2)},
    "ECOG 4": {"performance": ecog(4)},
    "long interval": {"diagnoses": (breast_cancer(day="2016-03-01"),)},
}
NOT_SELECTED = {
    "nothing said": {},
    "high burden": {"intake": intake(disease_burden="high"), "performance": ecog(3)},
    "visceral crisis": {"intake": intake(disease_burden="visceral-crisis"), "diagnoses": (breast_cancer(day="2016-03-01"),)},
    "ECOG 1": {"performance": ecog(1)},
    "an old ECOG": {"performance": ecog(3, day=91)},
    "a better ECOG since": {"performance": (ecog(3, day=60), ecog(1, day=5))},
    "low burden, long ago": {"intake": intake(disease_burden=said("low", days=91))},
    "HR-negative": {"receptors": (her2("3+"), *HR_NEGATIVE), "intake": intake(disease_burden="low")},
    "HR unknown": {"receptors": her2("3+"), "intake": intake(disease_burden="low")},
}


@pytest.mark.parametrize("practice", [GUIDELINE_US, CURRENT_US])
@pytest.mark.parametrize("facts", SELECTED.values(), ids=SELECTED)
def test_r061_decision_20_a_reason_makes_it_an_alternative_never_the_lead(facts, practice):
    """R061, R063: low burden, frailty, a long interval: endocrine + HER2 therapy stands last; the leading regimen does not change."""
    advice = advice_on(positive(**facts), practice)
    assert lead_of(advice) == lead_of(advice_on(positive(), practice))
    assert alternatives_of(advice)[-1] == "endocrine-her2"
    assert "endocrine-alone" not in alternatives_of(advice)
    assert advice.treatment.headline == advice_on(positive(), practice).treatment.headline


@pytest.mark.parametrize("facts", NOT_SELECTED.values(), ids=NOT_SELECTED)
def test_r063_without_a_reason_on_record_it_is_not_offered(facts):
    """R060, R063, I16: what nobody recorded selects nobody; a high burden or visceral crisis speaks against it."""
    assert "endocrine-her2" not in alternatives_of(advice_on(positive(**facts)))


@pytest.mark.parametrize(
    ("primary", "found", "long"),
    [
        ("2021-10-31", 20, True),
        ("2021-11-01", 20, False),
        ("2021-10", 20, True),
        ("2021", 20, False),
        (None, 20, False),
        ("2016-01-01", None, False),
    ],
    ids=["five years to the day", "a day less", "month known", "year too coarse", "no date", "relapse undated"],
)
def test_r062_a_long_interval_is_five_years_and_certain(primary, found, long):
    """R062: counted in calendar months from the primary to the metastases; dates too coarse to tell select nobody."""
    case = positive(diagnoses=(breast_cancer(day=primary),), metastases=(metastasis("bone", found),))
    assert ("endocrine-reason-interval" in said_ids(advice_on(case))) is long


def test_r062_the_interval_counts_from_the_operation():
    """R062: operated half a year after the diagnosis: the operation begins the disease-free interval."""
    operation = Procedure("breast-surgery", "done", ago(1700), source("Procedure"))
    assert "endocrine-her2" not in alternatives_of(advice_on(positive(diagnoses=(breast_cancer(day=1900),), procedures=operation)))
    assert "endocrine-her2" in alternatives_of(advice_on(positive(diagnoses=(breast_cancer(day=1900),))))


DECLINED = intake(declines_chemotherapy="true")


@pytest.mark.parametrize("practice", [GUIDELINE_US, CURRENT_US])
def test_r061_r062_decision_20_declining_chemotherapy_leads_and_names_the_ranking(practice):
    """R060-R062: endocrine + HER2 therapy leads, THP beside it; endocrine alone third, only where a reason selects for it."""
    plain = advice_on(positive(intake=DECLINED), practice)
    assert (lead_of(plain), alternatives_of(plain)) == ("endocrine-her2", ["thp"])
    frail = advice_on(positive(intake=DECLINED, performance=ecog(2)), practice)
    assert alternatives_of(frail) == ["thp", "endocrine-alone"]
    assert "endocrine-alone-only-if" in said_ids(frail)
    for advice in (plain, frail):
        assert {"hr-positive-ranking", "declines-chemotherapy"} <= said_ids(advice)
        assert "chemotherapy + HER2 therapy stays the standard" in advice.treatment.headline.text


def test_r114_lapatinib_brings_its_own_heart_rule():
    """R114: wherever lapatinib is offered with letrozole, its LVEF rule stands beside it."""
    assert "endocrine-lapatinib-heart" in said_ids(advice_on(positive(intake=DECLINED)))
    assert "1250 mg" in words_of(advice_on(positive(intake=DECLINED)))


def test_r063_visceral_crisis_is_said_where_chemotherapy_is_declined():
    """R063: the wish leads, and the card says what speaks against it."""
    case = positive(intake=intake(declines_chemotherapy="true", disease_burden="visceral-crisis"))
    assert "endocrine-visceral-crisis" in said_ids(advice_on(case))


def test_r131_declined_and_nothing_on_record_is_conditional():
    """Decision 5: the headline holds the condition, I04 is missing."""
    advice = advice_on(positive(intake=intake(declines_chemotherapy="true", prior_therapy_complete=None)))
    assert lead_of(advice) == "endocrine-her2"
    assert advice.treatment.headline.id == "headline-first-line-conditional"
    assert "I04" in missing_in(advice)


def test_r061_a_trastuzumab_that_was_not_tolerated_is_named():
    """R053: stopped for toxicity in the adjuvant course: said beside the regimen that holds trastuzumab or lapatinib."""
    case = positive(intake=DECLINED, drugs=adjuvant("trastuzumab", 1900, 1700, reason="toxicity"))
    assert "trastuzumab had to be stopped for toxicity" in words_of(advice_on(case))


@pytest.mark.parametrize(
    ("facts", "statement", "asked"),
    [
        ({"sex": "male"}, "maintenance-man", False),
        ({"intake": intake(declines_chemotherapy="true", menopausal_status="premenopausal")}, "maintenance-ofs", False),
        ({"intake": intake(declines_chemotherapy="true", menopausal_status=None)}, "maintenance-ofs-if-premenopausal", True),
        ({}, None, False),
    ],
    ids=["man", "premenopausal", "unknown", "postmenopausal"],
)
def test_r068_r125_i14_what_goes_with_endocrine_therapy_in_first_line(facts, statement, asked):
    """R068: ovarian suppression before the menopause; R125: a GnRH analogue in men, no word of ovaries; I14: asked where unknown, once."""
    advice = advice_on(positive(**{"intake": DECLINED, **facts}))
    partners = {"maintenance-man", "maintenance-ofs", "maintenance-ofs-if-premenopausal"}
    assert said_ids(advice) & partners == ({statement} if statement else set())
    assert [gap.input for gap in advice.treatment.missing].count("I14") == int(asked)
    if facts.get("sex") == "male" or statement is None:
        assert "ovar" not in words_of(advice).lower()


@pytest.mark.parametrize("status", ["premenopausal", None])
def test_r068_ovarian_suppression_is_said_once_and_as_a_sentence(status):
    """R068, I14: a check that stands alone names what needs it; where the status is asked for, it is not said a second time."""
    text = words_of(advice_on(positive(intake=intake(declines_chemotherapy="true", menopausal_status=status))))
    assert "remenopausal: endocrine therapy needs ovarian function suppression." in text
    assert text.count("ovarian function suppression") == 1


def test_r081_the_first_trastuzumab_infusions_only():
    """R081, silence list 15: said before the first dose, not to who had trastuzumab before."""
    assert "check-trastuzumab-infusion" in said_ids(advice_on(positive(intake=DECLINED)))
    had = positive(intake=DECLINED, drugs=adjuvant("trastuzumab", 1900, 1500))
    assert "check-trastuzumab-infusion" not in said_ids(advice_on(had))


# --- Second line ---------------------------------------------------------------------------------------------------------------------


def second(**facts):
    return second_line(**{"receptors": POSITIVE, "diagnoses": (breast_cancer(day=710),), **facts})


def test_r064_r065_r137_second_line_is_t_dxd_on_its_own():
    """R064, R067, R137, C07: T-DXd leads, no routine partner, a later one is no error; nobody is selected for endocrine therapy."""
    advice = advice_on(second())
    assert lead_of(advice) == "tdxd"
    assert {"tdxd-alone-hr-positive", "endocrine-not-selected"} <= said_ids(advice)
    assert "endocrine-her2" not in alternatives_of(advice)
    assert "6 cycles" in words_of(advice)


@pytest.mark.parametrize("facts", [*SELECTED.values(), {"intake": DECLINED}], ids=[*SELECTED, "declined"])
def test_r065_a_reason_makes_it_an_alternative_in_second_line(facts):
    """R065: for selected patients, and for those who decline chemotherapy, after T-DXd and its fallback."""
    advice = advice_on(second(**facts))
    assert lead_of(advice) == "tdxd"
    assert "endocrine-her2" in alternatives_of(advice)[1:]
    assert "endocrine-not-selected" not in said_ids(advice)


def test_r065_not_in_later_lines():
    """R065: second line only."""
    drugs = (given("trastuzumab-deruxtecan", 400, 10, reason="progression"), given("trastuzumab", 690, 410, reason="progression"))
    advice = advice_on(second(drugs=(*drugs, given("docetaxel", 690, 500)), intake=intake(disease_burden="low")))
    assert advice.treatment.topic == "ThirdLineTreatment"
    assert "endocrine-her2" not in alternatives_of(advice)


def test_r064_hr_negative_hears_nothing_of_endocrine_therapy():
    """R064: nothing endocrine in HR-negative disease."""
    assert "endocrine" not in words_of(advice_on(second_line())).lower()


def endocrine_option(advice):
    return next(o for o in advice.treatment.alternatives if o.regimen == "endocrine-her2")


def after_trastuzumab_and(partner, reason="progression", her2_reason="progression", **facts):
    """One line of trastuzumab with an endocrine partner, ended ten days ago; low burden selects for another try."""
    drugs = (given("trastuzumab", 690, 10, reason=her2_reason), given(partner, 690, 10, reason=reason))
    return second(**{"drugs": drugs, "intake": intake(disease_burden="low"), **facts})


@pytest.mark.parametrize(
    ("partner", "doses"),
    [
        ("letrozole", ["trastuzumab 6 mg/kg IV every 3 weeks (with another endocrine partner)"]),
        (
            "anastrozole",
            [
                "trastuzumab 6 mg/kg IV every 3 weeks (with another endocrine partner)",
                "or lapatinib 1500 mg by mouth once daily (with letrozole 2.5 mg once daily)",
            ],
        ),
        (
            "tamoxifen",
            [
                "trastuzumab 6 mg/kg IV every 3 weeks (with an aromatase inhibitor)",
                "or lapatinib 1500 mg by mouth once daily (with letrozole 2.5 mg once daily)",
            ],
        ),
    ],
)
@pytest.mark.parametrize("reason", ["progression", None])
def test_r065_decision_4_the_combination_that_failed_is_named_and_offered_with_another_partner_only(partner, doses, reason):
    """Trastuzumab with an endocrine drug progressed: said with its day; the dose names no partner of the kind that failed."""
    option = endocrine_option(advice_on(after_trastuzumab_and(partner, reason)))
    assert option.cautions[-1].id == "endocrine-partner-failed"
    assert f"progressed on trastuzumab + {partner} ({ago(10)})" in option.cautions[-1].text
    assert list(option.doses) == doses


def test_r053_a_partner_not_tolerated_is_named_where_endocrine_therapy_leads():
    """First line, chemotherapy declined: letrozole was stopped for toxicity in the adjuvant years."""
    drugs = adjuvant("letrozole", 1900, 1700, reason="toxicity")
    advice = advice_on(positive(intake=DECLINED, performance=ecog(2), drugs=drugs))
    assert advice.treatment.lead.cautions[-1].id == "endocrine-partner-not-tolerated"
    assert (
        next(o for o in advice.treatment.alternatives if o.regimen == "endocrine-alone").cautions[-1].id
        == "endocrine-partner-not-tolerated"
    )
    assert list(advice.treatment.lead.doses) == ["trastuzumab 8 mg/kg, then 6 mg/kg IV every 3 weeks (with another endocrine partner)"]


def test_r053_a_partner_given_again_is_not_named_as_stopped():
    """Letrozole was stopped for toxicity once and runs again: it is tolerated."""
    drugs = (*thp(690, 10, reason="progression"), given("letrozole", 500, 400, reason="toxicity"), given("letrozole", 8))
    assert "endocrine-partner-not-tolerated" not in said_ids(advice_on(second(drugs=drugs, intake=intake(disease_burden="low"))))


def test_p04_the_dose_of_trastuzumab_that_goes_on_agrees_with_its_caution():
    """Trastuzumab ended ten days ago: no loading dose stands above the words that it is not loaded again."""
    option = endocrine_option(advice_on(second(intake=intake(disease_burden="low"))))
    assert option.doses[0] == "trastuzumab 6 mg/kg IV every 3 weeks (with an aromatase inhibitor)"
    assert "trastuzumab-not-loaded-again" in [caution.id for caution in option.cautions]


# --- The heart (V20) -----------------------------------------------------------------------------------------------------------------


def on_trastuzumab(receptors, **facts):
    drugs = (given("trastuzumab", 200), given("letrozole", 200))
    values = (lvef(60, 210), lvef(35, 1))
    return a_case(**{"metastases": LONG, "receptors": receptors, "drugs": drugs, "lvef": values, "heart": heart_condition(day=1), **facts})


def test_r062_r077_heart_failure_leaves_endocrine_therapy_alone():
    """R062, R069, R077: heart failure on trastuzumab: stop it; endocrine therapy alone is acceptable for as long as the heart forbids."""
    found = finding(advice_on(on_trastuzumab(POSITIVE)), "HeartFailure")
    assert found.indicator == "critical"
    assert "endocrine-alone-while-heart-forbids" in {s.id for s in found.detail}


@pytest.mark.parametrize("receptors", [(her2("3+"), *HR_NEGATIVE), (her2("3+"),)])
def test_r062_endocrine_therapy_is_no_answer_without_positive_receptors(receptors):
    """I03: HR-negative or unknown: not a word of it."""
    found = finding(advice_on(on_trastuzumab(receptors)), "HeartFailure")
    assert "endocrine-alone-while-heart-forbids" not in {s.id for s in found.detail}


# --- Orders (R069, R070) -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "warned"),
    [
        ({"performance": ecog(2)}, True),
        ({"performance": ecog(3)}, False),
        ({"performance": ecog(3, day=91)}, True),
        ({"diagnoses": (breast_cancer(day="2016-03-01"),)}, True),
        ({"diagnoses": (breast_cancer(day="2016-03-01"),), "intake": intake(disease_burden="low")}, False),
        ({"intake": intake(disease_burden="high")}, True),
    ],
    ids=["ECOG 2", "ECOG 3", "an old ECOG 3", "long interval alone", "low burden and long interval", "high burden"],
)
def test_r069_c08_what_makes_endocrine_therapy_alone_acceptable(facts, warned):
    """C08: frailty and low burden on record; a long interval by itself speaks for endocrine therapy with a HER2 drug."""
    assert ("EndocrineWithoutHer2" in topics_of(says(BACKBONE, positive(**facts), order("letrozole", 2.5)))) is warned


@pytest.mark.parametrize("cycles", [1, 5, 6, 7])
def test_r070_r137_endocrine_therapy_beside_t_dxd_is_no_error(cycles):
    """R137, C23: T-DXd is no classical cytotoxic; from six cycles on least of all."""
    drugs = doses("trastuzumab-deruxtecan", 5 + 21 * (cycles - 1), 5)
    case = a_case(receptors=POSITIVE, metastases=LONG, drugs=drugs)
    assert says(BACKBONE, case, order("letrozole", 2.5)) == []


def test_r068_perimenopausal_counts_as_not_yet_postmenopausal():
    """R068: perimenopausal on record: ovarian suppression is mentioned."""
    menopause = Menopause("perimenopausal", ago(30), "Observation/m")
    case = positive(intake=intake(declines_chemotherapy="true", menopausal_status=None), menopause=menopause)
    assert "ovarian" in words_of(advice_on(case))


def test_r132_endocrine_and_her2_therapy_that_works_is_silent():
    """Section 5: on letrozole + trastuzumab without progression nothing is said."""
    case = a_case(receptors=POSITIVE, metastases=LONG, drugs=(given("trastuzumab", 200), given("letrozole", 200)))
    assert topics(advice_on(case)) == []


@pytest.mark.parametrize(
    ("facts", "statement"),
    [({"sex": "male"}, "maintenance-man"), ({"intake": intake(menopausal_status="premenopausal")}, "maintenance-ofs"), ({}, None)],
    ids=["man", "premenopausal", "postmenopausal"],
)
def test_r062_r068_r125_before_a_start_that_the_heart_forbids(facts, statement):
    """P02, R062: heart failure before first line: endocrine therapy alone is the option, with what R068 and R125 ask for."""
    advice = advice_on(positive(heart=heart_condition(), **facts))
    assert (lead_of(advice), alternatives_of(advice)) == (None, ["endocrine-alone"])
    assert said_ids(advice) & {"maintenance-man", "maintenance-ofs"} == ({statement} if statement else set())
