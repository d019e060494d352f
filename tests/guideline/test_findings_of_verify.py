"""Faults that `make verify` found, each as the case that showed it."""

from __future__ import annotations

import pytest

from guideline.advise_orders import advise_orders
from guideline.case import Allergy
from guideline.practice import Practice
from tests.guideline.case_builder import (
    HR_NEGATIVE,
    HR_POSITIVE,
    LONG,
    a_case,
    adjuvant,
    advice_on,
    breast_cancer,
    finding,
    given,
    heart_condition,
    her2,
    intake,
    lead_of,
    lung,
    lvef,
    metastasis,
    missing_in,
    on_therapy,
    said_ids,
    second_line,
    status,
    thp,
    topics,
)
from tests.guideline.order_builder import order


def test_r053_pertuzumab_that_went_on_from_the_adjuvant_course_failed_with_t_dxd():
    """Decision 4: two records of one course, of which the second ends at progression: the agent has failed, and its order is questioned."""
    line_1 = (given(drug, 690, 580, reason="progression") for drug in ("trastuzumab-deruxtecan", "pertuzumab"))
    before = (adjuvant("trastuzumab", 1027, 697), adjuvant("pertuzumab", 1027, 697))
    case = a_case(metastases=LONG, drugs=(*before, *line_1, given("trastuzumab-emtansine", 100, 10, reason="progression")))
    found = finding(advise_orders(case, (order("pertuzumab"),), Practice()), "PermanentlyStoppedAgent")
    assert "pertuzumab" in found.avoid


@pytest.mark.parametrize(("ended", "questioned"), [(580, True), (650, False)])
def test_r053_adjuvant_t_dxd_given_on_against_the_metastases_failed(ended, questioned):
    """Decision 4 counts failures in metastatic disease: a stop for progression at the relapse itself is none."""
    course = (adjuvant("trastuzumab-deruxtecan", 1027, 697), given("trastuzumab-deruxtecan", 690, ended, reason="progression"))
    case = a_case(
        metastases=LONG if questioned else (metastasis("liver", 660),),
        drugs=(*course, given("capecitabine", 100, 10, reason="progression")),
    )
    found = advise_orders(case, (order("trastuzumab-deruxtecan"),), Practice())
    assert ("PermanentlyStoppedAgent" in topics(found)) is questioned


def test_i05_an_unclear_interval_stays_unclear_after_chemotherapy_alone():
    """R014, R015, C10: chemotherapy without a HER2 drug in between does not turn an early relapse into a late one."""
    drugs = (adjuvant("trastuzumab", 1100, "2023-12"), given("capecitabine", 100, 10, reason="progression"))
    advice = advice_on(a_case(metastases=LONG, drugs=drugs))
    assert lead_of(advice) is None
    assert {"I04", "I05"} <= missing_in(advice)


@pytest.mark.parametrize("facts", [{"heart": heart_condition()}, {"lungs": lung("ild")}, {}])
def test_i02_her2_by_a_diagnosis_code_alone_is_asked_for_on_every_treatment_card(facts):
    """Decision 10: also where nothing leads."""
    advice = advice_on(a_case(receptors=HR_NEGATIVE, diagnoses=breast_cancer(her2="positive"), **facts))
    assert advice.treatment is not None
    assert "I02" in missing_in(advice)


@pytest.mark.parametrize("drug", ["trastuzumab", "pertuzumab"])
def test_p15_maintenance_offers_nothing_to_which_a_severe_allergy_is_recorded(drug):
    """R104, R105: neither the antibodies going on nor what joins them."""
    advice = advice_on(on_therapy(*_taxane_over(), receptors=(her2("3+"), *HR_POSITIVE), allergies=Allergy(drug, True)))
    offered = (
        [] if advice.treatment is None else [option.regimen for option in (advice.treatment.lead, *advice.treatment.alternatives) if option]
    )
    assert "tucatinib-hp-maintenance" not in offered
    assert drug != "trastuzumab" or not offered


def test_decision_15_maintenance_asks_about_pregnancy():
    """I13: a woman of childbearing age whose pregnancy status nobody recorded."""
    facts = {
        "receptors": (her2("3+"), *HR_POSITIVE),
        "age": 40,
        "intake": intake(pregnancy_excluded=None, menopausal_status="premenopausal"),
    }
    advice = advice_on(on_therapy(*_taxane_over(), **facts))
    assert "MaintenanceTreatment" in topics(advice)
    assert "I13" in missing_in(advice)


@pytest.mark.parametrize("value", [50, 49.9])
def test_decision_7_maintenance_never_returns_as_the_lvef_falls(value):
    """Cardiomyopathy on record: at 50 % and just below it no card says that the antibodies simply go on; the finding is named."""
    facts = {"heart": heart_condition("cardiomyopathy"), "lvef": (lvef(value, 5), lvef(58, 320))}
    advice = advice_on(on_therapy(*_taxane_over(), receptors=(her2("3+"), *HR_POSITIVE), **facts))
    assert "MaintenanceTreatment" not in topics(advice)
    assert "Cardiomyopathy" in {fact.name for f in advice.findings for fact in f.facts}


def test_r074_what_is_held_for_the_heart_is_not_started_in_the_next_line_unsaid():
    """Decision 14: the treatment card names the hold that another card asks for."""
    triplet = [given(drug, 100) for drug in ("tucatinib", "trastuzumab", "capecitabine")]
    drugs = (*thp(690, 580, reason="progression"), *triplet)
    case = on_therapy(*drugs, disease_statuses=status("worsened", 30), lvef=(lvef(62, 20), lvef(78, 110)))
    advice = advice_on(case)
    assert "trastuzumab" in finding(advice, "LvefHold").avoid
    assert "check-lvef-hold" in said_ids(advice)
    assert "check-lvef-hold" not in said_ids(advice_on(second_line()))


@pytest.mark.parametrize(("value", "indicator"), [(20, "critical"), (39.9, "critical"), (40, "warning")])
def test_p02_a_drug_on_hold_ordered_again_below_40_is_critical(value, indicator):
    """A restart is a start."""
    case = on_therapy(given("trastuzumab-emtansine", 100, status="on-hold", reason="cardiac"), lvef=lvef(value))
    (found,) = (
        f for f in advise_orders(case, [order("trastuzumab-emtansine", 3.6, "mg/kg")], Practice()).findings if f.topic == "LvefHold"
    )
    assert found.indicator == indicator


def test_r116_tdxd_after_its_pneumonitis_has_one_card():
    """Failed and stopped for the lungs: decision 17 leaves one card of the topic, and it is critical."""
    drugs = (*thp(690, 580, reason="progression"), given("trastuzumab-deruxtecan", 570, 300, reason="progression"))
    lungs = lung("ild", "resolved", 2, 400, cause_drug="trastuzumab-deruxtecan")
    case = on_therapy(*drugs, lungs=lungs)
    found = [
        f
        for f in advise_orders(case, [order("trastuzumab-deruxtecan", 5.4, "mg/kg")], Practice()).findings
        if f.topic == "PermanentlyStoppedAgent"
    ]
    assert [f.indicator for f in found] == ["critical"]


def test_decision_4_tdxd_that_failed_is_questioned_whatever_its_mild_pneumonitis_was():
    """Grade 1, resolved: no reason of the lungs against it, but it failed."""
    drugs = (*thp(690, 580, reason="progression"), given("trastuzumab-deruxtecan", 570, 300, reason="progression"))
    case = on_therapy(*drugs, lungs=lung("ild", "resolved", 1, 400, cause_drug="trastuzumab-deruxtecan"))
    found = advise_orders(case, [order("trastuzumab-deruxtecan", 5.4, "mg/kg")], Practice()).findings
    assert [f.indicator for f in found if f.topic == "PermanentlyStoppedAgent"] == ["warning"]


def _taxane_over():
    """First-line antibodies running, the taxane ended: maintenance is the question (decision 7)."""
    return thp(300, None, taxane_end=120)


def test_the_builder_asks_the_maintenance_question():
    """What the tests above vary would without them be a maintenance card."""
    assert "MaintenanceTreatment" in topics(advice_on(on_therapy(*_taxane_over(), receptors=(her2("3+"), *HR_POSITIVE))))
