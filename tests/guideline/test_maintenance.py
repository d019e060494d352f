"""Maintenance after the chemotherapy part (R008-R011, R066-R068, R104, R105, R125; decision 7)."""

import pytest

from guideline.case import Menopause
from tests.guideline.case_builder import (
    HR_NEGATIVE,
    HR_POSITIVE,
    LONG,
    a_case,
    advice_on,
    ago,
    alternatives_of,
    dose,
    doses,
    given,
    her2,
    intake,
    lead_of,
    lvef,
    missing_in,
    said,
    said_ids,
    thp,
    topics,
    words_of,
)

POSITIVE = (her2("3+"), *HR_POSITIVE)


def after_taxane(**facts):
    return a_case(**{"metastases": LONG, "receptors": POSITIVE, "drugs": thp(300, taxane_end=100), **facts})


def test_r009_r011_r067_taxane_over_antibodies_going_on_hormone_receptor_positive():
    """R008-R011, R067: keep the antibodies, add endocrine therapy; palbociclib and tucatinib with date and label as alternatives."""
    advice = advice_on(after_taxane())
    assert topics(advice) == ["MaintenanceTreatment"]
    assert {"maintenance-antibodies-go-on", "maintenance-add-endocrine"} <= said_ids(advice)
    assert alternatives_of(advice) == ["palbociclib-maintenance", "tucatinib-hp-maintenance"]
    assert all(o.label is not None for o in advice.treatment.alternatives)


@pytest.mark.parametrize(
    "facts",
    [
        {"receptors": (her2("3+"), *HR_NEGATIVE)},
        {"receptors": (her2("3+"),)},
        {"drugs": (given("trastuzumab", 100), given("pertuzumab", 100), given("docetaxel", 100))},
        {"drugs": (*thp(300, taxane_end=100), given("letrozole", 90))},
        {"drugs": (*thp(300, taxane_end=100), given("letrozole", 90, 3, kind="order", status="completed"))},
        {"drugs": (given("trastuzumab", 300), given("pertuzumab", 300))},
        {"drugs": (given("trastuzumab-deruxtecan", 300), given("docetaxel", 300, 200))},
        {"drugs": thp(300, 10, taxane_end=100, reason="progression")},
    ],
    ids=[
        "HR-negative",
        "HR unknown",
        "taxane running",
        "letrozole running",
        "letrozole to be refilled",
        "no chemotherapy",
        "conjugate",
        "progressed",
    ],
)
def test_decision_7_no_maintenance_card_otherwise(facts):
    """The taxane documented as over, HR+, antibodies going on, no endocrine therapy: all of it."""
    assert "MaintenanceTreatment" not in topics(advice_on(after_taxane(**facts)))


@pytest.mark.parametrize(("last", "over"), [(42, False), (43, True), (63, True)])
def test_decision_7_orders_that_were_fulfilled_one_by_one_tell_of_doses(last, over):
    """One order a cycle, completed with its dose and no administration on record: the taxane is over after 42 days as well."""
    antibodies = [given(drug, day, kind="order", status="completed") for drug in ("trastuzumab", "pertuzumab") for day in range(4, 200, 21)]
    taxane = [given("docetaxel", day, kind="order", status="completed") for day in range(last, last + 120, 21)]
    assert ("MaintenanceTreatment" in topics(advice_on(after_taxane(drugs=(*antibodies, *taxane))))) is over


@pytest.mark.parametrize(("last", "over"), [(41, False), (43, True)])
def test_decision_7_no_taxane_dose_for_42_days_while_the_antibodies_go_on(last, over):
    """The order is still active, the doses have stopped: over after 42 days."""
    drugs = (
        *(given(d, 300) for d in ("trastuzumab", "pertuzumab")),
        *(r for d in ("trastuzumab", "pertuzumab") for r in doses(d, 300, 6)),
        given("docetaxel", 300), *(dose("docetaxel", last + 21 * n) for n in range(6)),
    )  # fmt: skip
    assert ("MaintenanceTreatment" in topics(advice_on(after_taxane(drugs=drugs)))) is over


def test_endocrine_therapy_that_runs_since_the_adjuvant_days_is_endocrine_therapy():
    """Letrozole begun before the metastases and still running: nothing to add."""
    drugs = (*thp(300, taxane_end=100), given("letrozole", 1500))
    assert "MaintenanceTreatment" not in topics(advice_on(after_taxane(drugs=drugs)))


@pytest.mark.parametrize(("answer", "statement"), [("premenopausal", "maintenance-ofs"), (None, "maintenance-ofs-if-premenopausal")])
def test_r068_i14_ovarian_function_suppression(answer, statement):
    """R068, I14: premenopausal: with; unknown: "if premenopausal", and asked."""
    advice = advice_on(after_taxane(intake=intake(menopausal_status=answer)))
    assert statement in said_ids(advice)
    assert ("I14" in missing_in(advice)) is (answer is None)


def test_r068_perimenopausal_is_not_postmenopausal():
    """Perimenopausal: ovarian function suppression is mentioned."""
    case = after_taxane(menopause=Menopause("perimenopausal", ago(30), "Observation/m"), intake=intake(menopausal_status=None))
    assert "ovarian" in words_of(advice_on(case))


def test_r125_a_man_in_maintenance():
    """R125: GnRH analogue with an aromatase inhibitor, no ovaries."""
    text = words_of(advice_on(after_taxane(sex="male", intake=intake(menopausal_status=None))))
    assert "GnRH" in text
    assert "ovar" not in text.lower()


def test_r009_the_leading_regimen_keeps_both_antibodies_without_a_new_loading_dose():
    """R009: the doses printed for maintenance are those of both antibodies going on, not a re-load of one, nor lapatinib instead."""
    doses_printed = " ".join(advice_on(after_taxane()).treatment.lead.doses)
    assert "trastuzumab 6 mg/kg" in doses_printed
    assert "pertuzumab 420 mg" in doses_printed
    assert not {"lapatinib", "8 mg/kg", "840 mg"} & {word for word in ("lapatinib", "8 mg/kg", "840 mg") if word in doses_printed}


@pytest.mark.parametrize("values", [(lvef(62, 310), lvef(44, 2)), (lvef(62, 310), lvef(38, 2))])
def test_no_card_says_keep_the_antibodies_while_another_says_hold_them(values):
    """A hold of the antibodies and "keep them going" never stand beside each other."""
    found = topics(advice_on(after_taxane(lvef=values)))
    assert "LvefHold" in found
    assert "MaintenanceTreatment" not in found


def test_c08_palbociclib_and_tucatinib_are_not_combined():
    """N02, N03: each says that it is not given with the other."""
    assert {"palbociclib-when", "tucatinib-maintenance-when"} <= said_ids(advice_on(after_taxane()))


def test_r066_after_a_later_line_endocrine_therapy_without_the_first_line_trials():
    """R066, C07: second-line trastuzumab + vinorelbine, chemotherapy over: consider endocrine therapy; no first-line trial is named."""
    second = (given("trastuzumab", 200), given("vinorelbine", 200, 60, status="completed"))
    advice = advice_on(after_taxane(drugs=(*thp(690, 250, reason="progression"), *second)))
    assert topics(advice) == ["MaintenanceTreatment"]
    assert "maintenance-later-line" in said_ids(advice)
    assert "R066" in advice.treatment.rules
    assert alternatives_of(advice) == []


def test_r066_c07_nothing_to_add_under_t_dxd():
    """C07, R064: T-DXd has no planned end: no endocrine prompt while it runs, in any cycle."""
    for cycles in (1, 6, 12):
        drugs = (*thp(690, 400, reason="progression"), *doses("trastuzumab-deruxtecan", 5 + 21 * (cycles - 1), 5))
        assert topics(advice_on(after_taxane(drugs=drugs))) == []


@pytest.mark.parametrize(
    ("more", "left"),
    [
        (given("palbociclib", 30), []),
        (given("palbociclib", 2000, 1500, intent="curative"), ["tucatinib-hp-maintenance"]),
        (given("tucatinib", 290), []),
    ],
    ids=["palbociclib runs", "palbociclib before", "tucatinib runs"],
)
def test_r104_r105_neither_beside_the_other_nor_a_second_time(more, left):
    """R104, R105: the two are not combined, and what runs or was used is not offered."""
    advice = advice_on(after_taxane(drugs=(*thp(300, taxane_end=100), more)))
    assert topics(advice) == ["MaintenanceTreatment"]
    assert alternatives_of(advice) == left


def test_r105_needs_both_antibodies():
    """R105: tucatinib was added to trastuzumab + pertuzumab; with trastuzumab alone only palbociclib is named (R104: with or without)."""
    drugs = (given("trastuzumab", 300), given("docetaxel", 300, 100, status="completed"))
    assert alternatives_of(advice_on(after_taxane(drugs=drugs))) == ["palbociclib-maintenance"]


def test_r009_a_running_tucatinib_goes_on_too():
    """R009: where tucatinib runs beside trastuzumab, the doses that go on name it."""
    drugs = (given("trastuzumab", 300), given("tucatinib", 300), given("capecitabine", 300, 60, status="completed"))
    advice = advice_on(after_taxane(drugs=(*thp(690, 320, reason="progression"), *drugs)))
    assert "tucatinib, dose unchanged" in advice.treatment.lead.doses


@pytest.mark.parametrize("sex", ["female", "male"])
def test_r068_r125_a_gnrh_agonist_that_runs_is_not_asked_for_again(sex):
    """R068, R125: goserelin runs: it goes on; nobody is told to add it, and the menopause is not asked for."""
    drugs = (*thp(300, taxane_end=100), given("goserelin", 90))
    advice = advice_on(after_taxane(sex=sex, drugs=drugs, intake=intake(menopausal_status=None)))
    assert "gnrh-goes-on" in said_ids(advice)
    assert not {"maintenance-man", "maintenance-ofs", "maintenance-ofs-if-premenopausal"} & said_ids(advice)
    assert "I14" not in missing_in(advice)


def test_r109_no_label_of_another_use_on_the_maintenance_lead():
    """R135: the label of lapatinib + letrozole does not speak of antibodies that go on."""
    assert advice_on(after_taxane()).treatment.lead.label is None


@pytest.mark.parametrize("taxane", ["docetaxel", "paclitaxel", "nab-paclitaxel"])
def test_a_completed_taxane_of_any_kind_is_a_chemotherapy_part_that_is_over(taxane):
    """R007: docetaxel or paclitaxel alike."""
    drugs = (given("trastuzumab", 300), given("pertuzumab", 300), given(taxane, 300, 100, status="completed"))
    assert topics(advice_on(after_taxane(drugs=drugs))) == ["MaintenanceTreatment"]


def test_decision_7_on_treatment_without_progression_there_is_no_treatment_card():
    """R132: HR-negative on HP: nothing to say; lead none."""
    advice = advice_on(after_taxane(receptors=(her2("3+"), *HR_NEGATIVE)))
    assert lead_of(advice) is None
    assert topics(advice) == []


def test_reported_lung_symptoms_silence_maintenance():
    """New respiratory symptoms on treatment: no maintenance card."""
    case = after_taxane(intake=intake(respiratory_symptoms=said("true")))
    assert "MaintenanceTreatment" not in topics(advice_on(case))


# --- Stopped early, or on hold -----------------------------------------------------------------------------------------------------


def test_decision_13_leptomeningeal_disease_silences_maintenance():
    """No regimen leads there, and no card says that everything goes on with an endocrine drug more."""
    assert advice_on(after_taxane(intake=intake(cns_disease="leptomeningeal"))).treatment is None
    assert advice_on(after_taxane(intake=intake(cns_disease="stable"))).treatment is not None


ANTIBODIES = (given("trastuzumab", 300), given("pertuzumab", 300))
STARTED = (given("trastuzumab", 150), given("pertuzumab", 150))


def taxane(drug, start, end, reason="toxicity", **more):
    return given(drug, start, end, reason=reason, **more)


@pytest.mark.parametrize(
    ("drugs", "early"),
    [
        ((taxane("docetaxel", 150, 108),), "docetaxel"),
        ((taxane("docetaxel", 150, 88),), "docetaxel"),
        ((taxane("docetaxel", 150, 87),), None),
        ((taxane("docetaxel", 150, 108, reason=None),), None),
        ((taxane("docetaxel", 150, 108, reason="completed"),), None),
        ((taxane("docetaxel", 150, 108, reason="patient-wish"),), None),
        ((taxane("docetaxel", 150, None, status="stopped"),), None),
        ((taxane("docetaxel", 150, 129), taxane("paclitaxel", 120, 92)), "docetaxel + paclitaxel"),
        ((taxane("docetaxel", 150, 108), taxane("paclitaxel", 100, 50, reason="completed")), None),
        ((taxane("docetaxel", 150, 108), taxane("vinorelbine", 100, 92)), None),
        ((taxane("docetaxel", 150, 108, reason="lung"),), "docetaxel"),
    ],
    ids=[
        "three cycles", "a day short of four", "four cycles", "no reason", "completed", "patient wish", "no end", "a second taxane as well",
        "then another taxane", "another drug", "the lungs",
    ],
)  # fmt: skip
def test_r007_r008_a_taxane_stopped_early_for_toxicity_is_no_completed_chemotherapy(drugs, early):
    """Fewer than four cycles (12 weeks) in all: another taxane is weighed first, and no trial of maintenance after induction is named."""
    advice = advice_on(after_taxane(drugs=(*STARTED, *drugs)))
    assert topics(advice) == ["MaintenanceTreatment"]
    assert advice.treatment.headline.id == ("headline-maintenance-early" if early else "headline-maintenance")
    assert (alternatives_of(advice) == []) is (early is not None)
    assert ("completed" in words_of(advice)) is (early is None)
    assert ("maintenance-taxane-early" in said_ids(advice)) is (early is not None)
    if early:
        assert words_of(advice).count(f"{early} was stopped for toxicity before 4 cycles (12 weeks)") == 1


@pytest.mark.parametrize(("day", "again"), [("2026-05-20", True), ("2026-05-19", False)], ids=["six months ago", "a day more"])
def test_r008_another_taxane_is_weighed_only_while_the_chemotherapy_part_would_go_on(day, again):
    """Six months after the last dose nobody begins another taxane: the antibodies go on and endocrine therapy joins them."""
    advice = advice_on(after_taxane(drugs=(*ANTIBODIES, taxane("docetaxel", 200, day))))
    assert advice.treatment.headline.id == ("headline-maintenance-early" if again else "headline-maintenance-early-later")
    assert ("maintenance-taxane-early" in said_ids(advice)) is again
    assert "maintenance-endocrine-now" in said_ids(advice)
    assert alternatives_of(advice) == []


def test_r066_a_taxane_of_a_later_line_stopped_early_is_maintenance_as_before():
    """The trials behind the number of cycles were in first line."""
    second = (given("trastuzumab", 200), taxane("paclitaxel", 200, 180))
    advice = advice_on(after_taxane(drugs=(*thp(690, 250, reason="progression"), *second)))
    assert advice.treatment.headline.id == "headline-maintenance"


@pytest.mark.parametrize(
    ("last", "state", "over"), [(43, "on-hold", False), (63, "on-hold", False), (64, "on-hold", True), (43, "active", True)]
)
def test_decision_7_a_taxane_on_hold_is_not_over(last, state, over):
    """Held on record: a pause, until it is longer than any after which a course goes on; without a hold 42 days are enough."""
    weekly = (given("paclitaxel", 300, status=state), *(dose("paclitaxel", last + 7 * n) for n in range(12)))
    dosed = (*ANTIBODIES, *(r for d in ("trastuzumab", "pertuzumab") for r in doses(d, 300, 6)))
    assert ("MaintenanceTreatment" in topics(advice_on(after_taxane(drugs=(*dosed, *weekly))))) is over


# --- An endocrine partner that was stopped -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("partner", "statement", "plus"),
    [
        (
            given("anastrozole", 1500, 310, intent="curative", reason="progression"),
            "endocrine-partner-failed",
            "plus another endocrine partner",
        ),
        (given("letrozole", 90, 4, reason="toxicity"), "endocrine-partner-not-tolerated", "plus another endocrine partner"),
        (given("letrozole", 90, 4, reason="other"), "endocrine-partner-stopped", "plus endocrine therapy"),
    ],
    ids=["failed at the relapse", "not tolerated", "another reason"],
)
def test_r053_r065_maintenance_names_the_endocrine_partner_that_was_stopped(partner, statement, plus):
    """Decision 4: said so, with its day, and another one is asked for where it failed or was not tolerated."""
    advice = advice_on(after_taxane(drugs=(*thp(300, taxane_end=100), partner)))
    assert [c.id for c in advice.treatment.lead.cautions][-1] == statement
    assert str(partner.end) in advice.treatment.lead.cautions[-1].text
    assert advice.treatment.lead.doses[-1] == plus
    assert "maintenance-add-another-endocrine" in said_ids(advice)
    assert "maintenance-add-endocrine" not in said_ids(advice)


@pytest.mark.parametrize(
    "partner",
    [
        given("anastrozole", 1500, 310, intent="curative", reason="completed"),
        given("anastrozole", 1500, 310, intent="curative"),
        given("tamoxifen", 1500, 900, intent="curative", reason="other"),
        given("letrozole", 90, 4, reason="patient-wish"),
        given("goserelin", 90, 4, reason="toxicity"),
    ],
    ids=["completed", "no reason", "adjuvant, another reason", "patient wish", "no partner but suppression"],
)
def test_r053_a_partner_that_neither_failed_nor_was_stopped_for_itself_is_not_named(partner):
    """What was completed, or changed in the adjuvant years, speaks against no partner."""
    advice = advice_on(after_taxane(drugs=(*thp(300, taxane_end=100), partner)))
    assert not {s for s in said_ids(advice) if s.startswith("endocrine-partner")}
    assert advice.treatment.lead.doses[-1] == "plus endocrine therapy"
