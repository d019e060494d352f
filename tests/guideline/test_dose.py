"""The dose of an ordered drug against its label (R126; P03, P05, P14; decision 18)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from guideline.advice import Suggestion
from guideline.case import DataProblem, Diagnosis, Dose, Procedure
from guideline.dosing.label_doses import lowest_level_given
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.orders import OrderedDose
from guideline.partial_date import PartialDate
from guideline.practice import Practice
from guideline.rules.orders import dose as module
from guideline.situation import situation
from tests.guideline.case_builder import TODAY, a_case, breast_cancer, given, her2, lung, metastasis, second_line, source, stage
from tests.guideline.measure_builder import BODY, dosed, height, weight
from tests.guideline.order_builder import beside, order, says, stop, words

TDXD, TDM1, PHESGO = "trastuzumab-deruxtecan", "trastuzumab-emtansine", "pertuzumab-trastuzumab-hyaluronidase"
SC = "trastuzumab-hyaluronidase"


def found(case, *orders, **more):
    return says(module.RULES, case, *orders, **more)


def verdict(case, *orders, **more):
    """The indicator of the only finding, or None for silence."""
    got = found(case, *orders, **more)
    assert len(got) <= 1, [f.headline.text for f in got]
    assert all(f.topic == "DoseCheck" for f in got)
    return got[0].indicator if got else None


CASE = second_line(body=BODY)
ON_TRASTUZUMAB = second_line(body=BODY, drugs=(dosed("trastuzumab", 21, 6, "mg/kg"), dosed("pertuzumab", 21, 420, "mg")))


@pytest.mark.parametrize(
    ("drug", "amount", "unit", "expected"),
    [
        (TDXD, 5.4, "mg/kg", None),
        (TDXD, 5.9, "mg/kg", None),
        (TDXD, 5.94, "mg/kg", None),
        (TDXD, 5.95, "mg/kg", "critical"),
        (TDXD, 6.4, "mg/kg", "critical"),
        (TDXD, 4.4, "mg/kg", None),
        (TDXD, 3.2, "mg/kg", None),
        (TDXD, 2.88, "mg/kg", None),
        (TDXD, 2.87, "mg/kg", "info"),
        (TDXD, 3.7, "mg/kg", "info"),
        (TDXD, 378, "mg", None),
        (TDXD, 400, "mg", None),  # four vials of 100 mg
        (TDXD, 415.8, "mg", None),
        (TDXD, 416, "mg", "critical"),
        (TDXD, 200, "mg", "info"),
        (TDM1, 3.6, "mg/kg", None),
        (TDM1, 3.96, "mg/kg", None),
        (TDM1, 3.97, "mg/kg", "critical"),
        (TDM1, 5.4, "mg/kg", "critical"),
        (TDM1, 3.0, "mg/kg", None),
        (TDM1, 2.4, "mg/kg", None),
        (TDM1, 2.1, "mg/kg", "info"),
        (TDM1, 260, "mg", None),  # 100 + 160 mg vials for 252 mg
        (TDM1, 280, "mg", "critical"),
        ("margetuximab", 15, "mg/kg", None),
        ("margetuximab", 16.5, "mg/kg", None),
        ("margetuximab", 16.6, "mg/kg", "warning"),
        ("docetaxel", 75, "mg/m2", None),
        ("docetaxel", 100, "mg/m2", None),
        ("docetaxel", 110, "mg/m2", None),
        ("docetaxel", 110.1, "mg/m2", "warning"),
        ("docetaxel", 55, "mg/m2", None),
        ("docetaxel", 49, "mg/m2", "info"),
        ("docetaxel", 134, "mg", None),  # 75 mg/m2 at 1.79 m2
        ("docetaxel", 198, "mg", "warning"),
        ("paclitaxel", 80, "mg/m2", None),
        ("paclitaxel", 175, "mg/m2", None),
        ("paclitaxel", 193, "mg/m2", "warning"),
        ("tucatinib", 300, "mg", None),
        ("tucatinib", 250, "mg", None),
        ("tucatinib", 150, "mg", None),
        ("tucatinib", 330, "mg", None),
        ("tucatinib", 350, "mg", "warning"),
        ("tucatinib", 100, "mg", "info"),
        ("neratinib", 240, "mg", None),
        ("neratinib", 160, "mg", None),
        ("neratinib", 280, "mg", "warning"),
        ("neratinib", 40, "mg", "info"),
        ("palbociclib", 125, "mg", None),
        ("palbociclib", 75, "mg", None),
        ("palbociclib", 150, "mg", "warning"),
        ("lapatinib", 1500, "mg", None),
        ("lapatinib", 1750, "mg", "warning"),
        ("lapatinib", 1000, "mg", None),
        ("lapatinib", 250, "mg", "info"),
        ("capecitabine", 1250, "mg/m2", None),
        ("capecitabine", 1376, "mg/m2", "warning"),
        ("capecitabine", 2250, "mg", None),  # 1.79 m2 x 1250
        ("capecitabine", 400, "mg/m2", "info"),
        ("letrozole", 25, "mg", None),
        ("vinorelbine", 300, "mg", None),
    ],
)
def test_the_dose_of_each_drug(drug, amount, unit, expected):
    """Within ten percent of a label dose or one of its reductions: silent; above: by the drug; below: information."""
    how = {"times_a_day": 2} if drug in ("tucatinib", "capecitabine") else {}
    assert verdict(CASE, order(drug, amount, unit, **how)) == expected


@pytest.mark.parametrize(
    ("drug", "amount", "how", "said"),
    [
        ("capecitabine", 6500, {"times_a_day": 1, "of_day": True}, "capecitabine 6500 mg a day (1814 mg/m2) is"),
        ("capecitabine", 3500, {"times_a_day": 1, "of_day": True}, None),
        ("tucatinib", 300, {"times_a_day": 3}, "tucatinib 300 mg 3 times daily is 50 % above the label dose of 300 mg twice daily"),
        ("neratinib", 300, {"times_a_day": 1}, "neratinib 300 mg is"),
    ],
)
def test_how_often_is_said_where_it_is_not_as_on_the_label(drug, amount, how, said):
    """The doses of a day are judged together, and the card does not compare 300 mg with 300 mg."""
    headlines = [f.headline.text for f in found(CASE, order(drug, amount, "mg", **how))]
    assert [said in headline for headline in headlines] == ([True] if said else [])


def test_an_overdose_says_by_how_much_and_can_be_taken_back():
    """The card names dose, mg/kg, percent and label dose, the weight used, and offers to delete the draft."""
    overdose = order(TDXD, 432, "mg")
    (f,) = found(CASE, overdose)
    assert "432 mg (6.17 mg/kg) is 14 % above the label dose of 5.4 mg/kg" in f.headline.text
    assert f.avoid == (TDXD,)
    assert f.suggestions == (Suggestion("delete", TDXD, overdose.id),)
    assert [(fact.name, fact.value) for fact in f.facts] == [("Ordered dose", "432 mg"), ("Weight", "70 kg")]
    assert "5.4 mg/kg is the highest dose" in words(f)


def test_a_warning_or_an_information_offers_no_deletion():
    """Only critical doses can be deleted at a click."""
    for drug, amount, unit in [("docetaxel", 150, "mg/m2"), (TDXD, 1, "mg/kg")]:
        (f,) = found(CASE, order(drug, amount, unit))
        assert f.suggestions == ()


def test_an_order_that_is_no_draft_is_not_deleted():
    """A signed order is ended, not deleted."""
    (f,) = found(CASE, order(TDXD, 8, "mg/kg", status="active"))
    assert f.indicator == "critical"
    assert f.suggestions == ()


def test_the_tolerance_is_a_setting():
    """A site that allows 5 % questions 5.7 mg/kg."""
    strict = Practice(dose_tolerance_percent=5)
    assert verdict(CASE, order(TDXD, 5.67, "mg/kg"), practice=strict) is None
    assert verdict(CASE, order(TDXD, 5.68, "mg/kg"), practice=strict) == "critical"


def test_gastric_cancer_has_its_own_dose():
    """T-DXd 6.4 mg/kg for gastric cancer is right."""
    assert verdict(CASE, order(TDXD, 6.4, "mg/kg", gastric=True)) is None


def test_silent_for_another_primary_and_without_breast_cancer():
    """Decision 18: any stage of breast cancer, no other tumour; nobody of ours (child, hospice): nothing."""
    overdose = order(TDXD, 8, "mg/kg")
    lung_cancer = Diagnosis("other-primary", "active", source=source("Condition"))
    assert verdict(a_case(body=BODY, diagnoses=lung_cancer, receptors=(), metastases=()), overdose) is None
    assert verdict(a_case(body=BODY, diagnoses=()), overdose) is None
    assert verdict(a_case(body=BODY, age=17), overdose) is None
    assert verdict(a_case(body=BODY, procedures=Procedure("hospice", "done", source=source("Procedure"))), overdose) is None


@pytest.mark.parametrize(("ordered", "indicator"), [(6.4, "warning"), (6.9, "warning"), (8, "critical")])
def test_beside_another_active_cancer_a_dose_of_gastric_cancer_is_asked_about(ordered, indicator):
    """P05: both cancers are active and the order does not say for which it is: a question; far above any label it stays critical."""
    two = (breast_cancer(), Diagnosis("other-primary", "active", source=source("Condition")))
    (found_one,) = found(second_line(body=BODY, diagnoses=two), order(TDXD, ordered, "mg/kg"))
    assert found_one.indicator == indicator
    assert ("gastric cancer" in words(found_one)) is (indicator == "warning")
    assert bool(found_one.suggestions) is bool(found_one.avoid) is (indicator == "critical")


def test_beside_another_active_cancer_other_overdoses_stay_critical():
    """T-DM1 has one label dose."""
    two = (breast_cancer(), Diagnosis("other-primary", "active", source=source("Condition")))
    assert verdict(second_line(body=BODY, diagnoses=two), order(TDM1, 4.2, "mg/kg")) == "critical"


HISTORY = (
    Diagnosis("breast-history", "active", source=source("Condition")),
    Diagnosis("other-primary", "active", source=source("Condition")),
)  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "concerned"),
    [
        ({"drugs": (given("trastuzumab", 100),)}, False),
        ({"drugs": (given("trastuzumab", 100), given("pertuzumab", 100))}, True),
        ({"drugs": (given("trastuzumab", 100),), "metastases": metastasis(day=700, linked_to_breast=True)}, True),
        ({"drugs": (given("trastuzumab", 100),), "receptors": her2("3+", 15, "metastasis")}, True),
        ({"drugs": (given("trastuzumab", 100),), "diagnoses": HISTORY[:1]}, True),
    ],
    ids=["trastuzumab for the other", "pertuzumab", "linked metastasis", "metastasis tested", "no other cancer"],
)
def test_a_history_of_breast_cancer_yields_to_another_active_cancer(facts, concerned):
    """Decisions 9 and 18: metastases beside another active cancer are the breast's only where the record shows it."""
    base = {"body": BODY, "diagnoses": HISTORY, "metastases": metastasis(day=700), "receptors": her2("3+", 15, None)}
    assert (verdict(a_case(**{**base, **facts}), order(TDXD, 6.4, "mg/kg")) is not None) is concerned


@pytest.mark.parametrize(
    ("drugs", "amount", "unit", "asks"),
    [
        ((given("trastuzumab", 100),), 6, "mg/kg", True),
        ((given("trastuzumab", 100),), 420, "mg", True),
        ((), 6, "mg/kg", False),
        ((given("trastuzumab", 300, 100, status="completed"),), 6, "mg/kg", False),
        ((), 8, "mg/kg", True),
    ],
)
def test_tdxd_at_the_dose_of_the_trastuzumab_that_runs(drugs, amount, unit, asks):
    """R083: Enhertu instead of Herceptin keeps the dose of Herceptin: whether another product is meant is asked, also in a switch."""
    for orders in ((order(TDXD, amount, unit),), (order(TDXD, amount, unit), stop("trastuzumab"))):
        (over,) = found(second_line(body=BODY, drugs=drugs), *orders)
        assert over.indicator == "critical"
        assert ("another product" in words(over)) is asks


@pytest.mark.parametrize(("kg", "amount", "asks"), [(68, 600, True), (85, 600, True), (60, 610, False), (75, 600, None), (100, 600, None)])
def test_the_flat_dose_of_subcutaneous_trastuzumab_ordered_as_an_infusion(kg, amount, asks):
    """P05: 600 mg is asked about, unless it is the dose by weight; other amounts are merely wrong."""
    got = found(second_line(body=(weight(kg), height(165))), order("trastuzumab", amount, "mg"))
    assert ["subcutaneous product meant" in words(one) for one in got] == ([] if asks is None else [asks])


def test_just_above_the_tolerance_is_not_printed_as_within_it():
    """10.3 % is more than the ten percent that are not questioned, and reads so."""
    (over,) = found(second_line(body=(weight(68), height(165))), order("trastuzumab", 600, "mg"))
    assert "10.3 % above" in over.headline.text


@pytest.mark.parametrize(("drug", "amount", "unit", "first"), [("trastuzumab", 7, "mg/kg", "8 mg/kg"), ("pertuzumab", 600, "mg", "840 mg")])
def test_a_dose_between_the_first_and_the_later_ones(drug, amount, unit, first):
    """It is not "below" the dose that goes on."""
    (between,) = found(CASE, order(drug, amount, unit))
    assert between.indicator == "info"
    assert f"neither the first dose of {first}" in between.headline.text


def test_early_breast_cancer_is_concerned():
    """Adjuvant T-DM1 at 5.4 mg/kg is as wrong as in metastatic disease."""
    assert verdict(a_case(metastases=(), stages=stage("II"), body=BODY), order(TDM1, 5.4, "mg/kg")) == "critical"


def test_no_dose_or_an_unreadable_one_is_not_judged():
    """No dose, a dose of 0, tablets, AUC, mL of a powder, and an order of two drugs: silent."""
    case = second_line(body=BODY)
    assert verdict(case, order(TDXD)) is None
    for amount in (0, -1, float("nan"), float("inf")):
        assert verdict(case, order(TDXD, amount, "mg/kg")) is None
    for unit in ("tablet", "AUC", "mL", ""):
        assert verdict(case, order(TDXD, 100, unit)) is None
    assert verdict(case, order(("tucatinib", "trastuzumab"), 5000, "mg")) is None


def test_context_and_stop_orders_are_not_the_question():
    """A draft that is not selected, or ends a therapy, is not judged (decision 16)."""
    assert found(CASE, beside(TDXD, 8, "mg/kg")) == []
    assert found(CASE, stop(TDXD)) == []


# --- Several doses in one order -----------------------------------------------------------------------------------------------------


def dose(amount, unit="mg/kg", **how):
    return OrderedDose(amount, unit, **how)


@pytest.mark.parametrize(
    ("drug", "first", "further", "expected"),
    [
        (TDXD, dose(5.4), dose(378, "mg"), None),
        (TDXD, dose(5.4), dose(540, "mg"), "critical"),
        (TDXD, dose(5.4), dose(3780, "mg"), "critical"),
        (TDXD, dose(5.4), dose(54), "critical"),
        (TDXD, dose(5.4), dose(6.4, later=True), "critical"),
        (TDXD, dose(5.4), dose(4.4, later=True), None),
        (TDXD, dose(5.4), dose(200, "mg"), None),  # too little is no second finding
        (TDXD, dose(5.4), dose(5.4, every_days=7), "critical"),
        (TDXD, dose(1), dose(5.4), "info"),
        (TDXD, dose(1), dose(8), "critical"),
        (TDXD, dose(5.4), dose(1000, "mg/m2"), None),  # a partner's dose
        ("trastuzumab", dose(8), dose(6, later=True, loading=False), None),
        ("trastuzumab", dose(8), dose(8, later=True, loading=False), "warning"),
        ("trastuzumab", dose(8), dose(60, later=True, loading=False), "warning"),
        ("trastuzumab", dose(4, every_days=7), dose(2, every_days=7, later=True, loading=False), None),
        ("pertuzumab", dose(840, "mg"), dose(420, "mg", later=True), None),
        ("pertuzumab", dose(840, "mg"), dose(840, "mg", later=True), "warning"),
        ("pertuzumab", dose(840, "mg"), dose(8), None),
        (PHESGO, dose(15, "mL"), dose(10, "mL", later=True), None),
        (PHESGO, dose(15, "mL"), dose(15, "mL", later=True), "warning"),
        (PHESGO, dose(15, "mL"), dose(20, "mL", later=True), "critical"),
        (PHESGO, dose(1200, "mg", parts=(1200, 600)), dose(1200, "mg", parts=(1200, 600), later=True), "warning"),
        (PHESGO, dose(1200, "mg", parts=(1200, 600)), dose(600, "mg", parts=(600, 600), later=True), None),
        ("tucatinib", dose(300, "mg", times_a_day=2), dose(1000, "mg/m2"), None),
    ],
)
def test_every_dose_of_an_order_is_judged(drug, first, further, expected):
    """The worst is said, once; a later step does not load again; of a further dose only what is too much counts."""
    assert verdict(CASE, order(drug, first.amount, first.unit, **_how(first), further=(further,))) == expected


def _how(ordered):
    return {"every_days": ordered.every_days, "times_a_day": ordered.times_a_day, "parts": ordered.parts}


def test_a_loading_dose_for_every_cycle_is_named():
    """The card says that the later dose is meant, and asks for no other product: the amount is that of the loading dose."""
    (f,) = found(CASE, order("trastuzumab", 8, "mg/kg", further=(dose(8, later=True),)))
    assert "trastuzumab 8 mg/kg as a later dose is 33 % above the label dose of 6 mg/kg" in f.headline.text
    assert "another product" not in words(f)


def test_a_later_dose_is_not_raised_again():
    """P03: a step up in the same order is one, whatever comes first."""
    reduced = second_line(body=BODY, drugs=(dosed(TDXD, 21, 4.4, "mg/kg"),))
    (f,) = found(reduced, order(TDXD, 4.4, "mg/kg", further=(dose(5.4, later=True),)))
    assert "re-escalate" in f.headline.text


# --- Loading and maintenance --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("drug", "amount", "unit", "every", "expected"),
    [
        ("trastuzumab", 6, "mg/kg", 21, None),
        ("trastuzumab", 420, "mg", 21, None),
        ("trastuzumab", 450, "mg", 21, None),  # three vials of 150 mg
        ("trastuzumab", 8, "mg/kg", 21, None),  # whether to load again is the reload rule's question
        ("trastuzumab", 8.8, "mg/kg", 21, None),
        ("trastuzumab", 8.9, "mg/kg", 21, "warning"),
        ("trastuzumab", 5.4, "mg/kg", 21, None),
        ("trastuzumab", 5.3, "mg/kg", 21, "info"),
        ("trastuzumab", 2, "mg/kg", 7, None),
        ("trastuzumab", 4, "mg/kg", 7, None),
        ("trastuzumab", 6, "mg/kg", 7, "warning"),
        ("trastuzumab", 6, "mg/kg", None, None),
        ("trastuzumab", 2, "mg/kg", None, None),
        ("trastuzumab", 5, "mg/kg", None, "info"),
        ("pertuzumab", 420, "mg", 21, None),
        ("pertuzumab", 840, "mg", 21, None),
        ("pertuzumab", 1200, "mg", 21, "warning"),
        ("pertuzumab", 600, "mg", 21, "info"),
        (SC, 600, "mg", 21, None),
        (SC, 5, "mL", 21, None),
        (SC, 1200, "mg", 21, "warning"),
        (SC, 420, "mg", 21, "info"),
    ],
)
def test_antibodies_that_go_on(drug, amount, unit, every, expected):
    """Loading and later doses by schedule; the weekly and the three-weekly schedule are not mixed."""
    assert verdict(ON_TRASTUZUMAB, order(drug, amount, unit, every_days=every)) == expected


@pytest.mark.parametrize(
    ("drug", "amount", "unit", "every", "expected"),
    [
        ("trastuzumab", 8, "mg/kg", 21, None),
        ("trastuzumab", 6, "mg/kg", 21, "info"),
        ("trastuzumab", 4, "mg/kg", 7, None),
        ("trastuzumab", 2, "mg/kg", 7, "info"),
        ("pertuzumab", 840, "mg", 21, None),
        ("pertuzumab", 420, "mg", 21, "info"),
        (SC, 600, "mg", 21, None),
        (TDXD, 5.4, "mg/kg", 21, None),
    ],
)
def test_a_first_dose_is_a_loading_dose(drug, amount, unit, every, expected):
    """Without an earlier dose on record the label begins with the loading dose; conjugates and trastuzumab SC never load."""
    assert verdict(a_case(body=BODY), order(drug, amount, unit, every_days=every)) == expected


def test_the_first_dose_after_a_conjugate_is_loaded():
    """A conjugate is never its antibody: trastuzumab after T-DXd is a first dose."""
    case = second_line(body=BODY, drugs=dosed(TDXD, 21, 5.4, "mg/kg"))
    assert verdict(case, order("trastuzumab", 6, "mg/kg", every_days=21)) == "info"


def test_an_order_set_may_hold_both_doses():
    """The later dose beside a draft of the loading dose is right; so is one that the order itself calls no first dose."""
    case = a_case(body=BODY)
    assert verdict(case, order("trastuzumab", 8, "mg/kg"), order("trastuzumab", 6, "mg/kg")) is None
    assert verdict(case, order("trastuzumab", 6, "mg/kg"), beside("trastuzumab", 8, "mg/kg")) is None
    assert verdict(case, order("trastuzumab", 6, "mg/kg"), beside("trastuzumab", 560, "mg", loading=True)) is None
    assert verdict(case, order("trastuzumab", 6, "mg/kg"), beside("pertuzumab", 840, "mg")) == "info"
    assert verdict(case, order("trastuzumab", 6, "mg/kg", loading=False)) is None


def test_one_order_may_hold_both_doses():
    """The usual dose with the loading dose in the words of the same order; what only follows does not load."""
    new = a_case(body=BODY)
    usual = {"every_days": 21}
    assert verdict(new, order("trastuzumab", 6, "mg/kg", **usual)) == "info"
    assert verdict(new, order("trastuzumab", 6, "mg/kg", **usual, further=(dose(8),))) is None
    assert verdict(new, order("pertuzumab", 420, further=(dose(840, "mg"),))) is None
    assert verdict(new, order("trastuzumab", 6, "mg/kg", **usual, further=(dose(6, later=True),))) == "info"
    assert verdict(new, order("trastuzumab", 6, "mg/kg", **usual), beside("trastuzumab", 6, "mg/kg", further=(dose(8),))) is None


def test_the_later_cycles_of_a_plan_are_no_first_dose():
    """Of four drafts of the usual dose the first one alone is told to load."""
    later = [order("pertuzumab", 420, planned=PartialDate.on(TODAY + timedelta(days=21 * n))) for n in range(4)]
    assert verdict(a_case(body=BODY), *later) == "info"


@pytest.mark.parametrize(
    ("drug", "first", "second", "more", "indicators"),
    [
        (TDXD, 200, 178, {}, []),
        (TDXD, 300, 78, {}, []),
        (TDXD, 200, 60, {}, ["info", "info"]),
        (TDXD, 100, 80, {}, ["info", "info"]),
        (TDXD, 200, 178, {"planned": PartialDate.on(TODAY)}, ["info", "info"]),
        ("trastuzumab", 280, 280, {}, []),
        ("trastuzumab", 210, 210, {}, []),
    ],
)
def test_a_dose_in_two_bags_is_two_orders(drug, first, second, more, indicators):
    """Each bag is too small, and both are a label dose; for two days, or too small together, each is named as before."""
    got = found(CASE, order(drug, first), order(drug, second, **more))
    assert [f.indicator for f in got] == indicators


def test_p03_two_bags_are_one_dose_that_is_raised_again():
    """Each bag is below the reduced dose, both are above it."""
    reduced = second_line(body=BODY, drugs=(dosed(TDXD, 42, 5.4, "mg/kg"), dosed(TDXD, 21, 4.4, "mg/kg")))
    got = found(reduced, order(TDXD, 200), order(TDXD, 178))
    assert {(f.indicator, f.headline.id) for f in got} == {("critical", "dose-re-escalation")}
    assert "378 mg (5.4 mg/kg)" in got[0].headline.text
    assert found(reduced, order(TDXD, 200), order(TDXD, 108)) == []


def test_tablets_of_two_strengths_are_two_orders():
    """Capecitabine 1500 mg in tablets of 500 mg and 300 mg in tablets of 150 mg: neither is too little."""
    two = [order("capecitabine", amount, times_a_day=2.0) for amount in (1500, 300)]
    assert verdict(CASE, *two) is None
    assert verdict(CASE, two[1]) == "info"
    assert verdict(CASE, two[1], beside("trastuzumab", 6, "mg/kg")) == "info"


def test_the_order_itself_in_the_chart_is_no_earlier_dose():
    """A draft that the record already shows as an active order of today was never given."""
    today = given("trastuzumab", 0, kind="order", source="MedicationRequest/7")
    case = a_case(body=BODY, drugs=today)
    assert verdict(case, order("trastuzumab", 6, "mg/kg", id="MedicationRequest/7")) == "info"
    assert verdict(case, order("trastuzumab", 6, "mg/kg", id="MedicationRequest/8")) is None


# --- Flat products ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "unit", "parts", "expected"),
    [
        (1200, "mg", (1200.0, 600.0), None),
        (600, "mg", (600.0, 600.0), None),
        (600, "mg", (600.0, 1200.0), None),
        (1200, "mg", (1200.0, 1200.0), "critical"),
        (840, "mg", (840.0, 600.0), "critical"),
        (420, "mg", (420.0, 420.0), "critical"),
        (15, "mL", (), None),
        (10, "mL", (), None),
        (5, "mL", (), "critical"),
        (20, "mL", (), "critical"),
        (15, "mL", (1200.0, 600.0), None),
        (10, "mL", (600.0, 600.0), None),
        (15, "mL", (600.0, 600.0), "critical"),
        (10, "mL", (1200.0, 600.0), "critical"),
        (15, "mL", (840.0, 600.0), "critical"),
        (600, "mg", (), None),
        (1200, "mg", (), None),  # the first dose of pertuzumab, or the sum of a later dose
        (1800, "mg", (), None),
        (840, "mg", (), "critical"),
        (6, "mg/kg", (), "critical"),
        (1, "tablet", (), None),
    ],
)
def test_the_fixed_dose_combination(amount, unit, parts, expected):
    """1200/600 mg (15 mL) first, then 600/600 mg (10 mL); anything else does not exist, nor one of them in the volume of the other."""
    case = second_line(body=BODY, drugs=(dosed("trastuzumab", 21, 6, "mg/kg"), dosed("pertuzumab", 21, 420, "mg")))
    assert verdict(case, order(PHESGO, amount, unit, parts=parts)) == expected


def test_a_product_in_the_volume_of_the_other_is_named_with_both():
    """The maintenance product at 15 mL: the card says which amounts go with which volume."""
    (f,) = found(CASE, order(PHESGO, 15, "mL", parts=(600.0, 600.0)))
    assert "15 mL of 600/600 mg; only 1200/600 mg (15 mL) first, then 600/600 mg (10 mL) exist" in f.headline.text


def test_the_fixed_dose_combination_begins_with_its_loading_dose():
    """600/600 mg as the very first dose: information; after intravenous pertuzumab and trastuzumab it is right."""
    assert verdict(a_case(), order(PHESGO, 600, "mg", parts=(600.0, 600.0))) == "info"
    assert verdict(a_case(), order(PHESGO, 1200, "mg", parts=(1200.0, 600.0))) is None
    assert verdict(a_case(), order(PHESGO, 10, "mL")) == "info"
    assert verdict(a_case(drugs=dosed("trastuzumab", 21, 6, "mg/kg")), order(PHESGO, 10, "mL")) == "info"
    assert verdict(ON_TRASTUZUMAB, order(PHESGO, 10, "mL")) is None


@pytest.mark.parametrize("drug", [SC, PHESGO])
@pytest.mark.parametrize("unit", ["mg/kg", "mg/m2"])
def test_a_flat_product_by_weight_is_another_product(drug, unit):
    """P05: trastuzumab SC or the fixed-dose combination in mg/kg: critical, product mix-up named, deletable."""
    (f,) = found(a_case(), order(drug, 6, unit))
    assert f.indicator == "critical"
    assert "P05" in f.rules
    assert "different drugs with different doses" in words(f)
    assert [s.act for s in f.suggestions] == ["delete"]


def test_pertuzumab_by_weight():
    """Pertuzumab 6 mg/kg is 420 mg at 70 kg and not at 90 kg: it is converted, not guessed."""
    assert verdict(ON_TRASTUZUMAB, order("pertuzumab", 6, "mg/kg")) is None
    heavy = second_line(body=(weight(170), height(165)), drugs=ON_TRASTUZUMAB.drugs)
    assert verdict(heavy, order("pertuzumab", 6, "mg/kg")) == "warning"


# --- Partners, frequency, interval --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("partner", "amount", "expected"),
    [
        ("tucatinib", 1000, None), ("tucatinib", 1100, None), ("tucatinib", 1250, "warning"),
        ("lapatinib", 1000, None), ("lapatinib", 1250, "warning"),
        ("neratinib", 750, None), ("neratinib", 1000, "warning"), ("neratinib", 375, None),
        ("trastuzumab", 1250, None),
    ],
)  # fmt: skip
def test_capecitabine_by_its_partner(partner, amount, expected):
    """1000 mg/m2 twice daily beside tucatinib or lapatinib, 750 beside neratinib, 1250 alone."""
    assert verdict(a_case(body=BODY), order("capecitabine", amount, "mg/m2", times_a_day=2), beside(partner)) == expected
    running = second_line(body=BODY, drugs=given(partner, 60))
    assert verdict(running, order("capecitabine", amount, "mg/m2", times_a_day=2)) == expected


def test_capecitabine_per_day():
    """2000 mg/m2 a day is 1000 mg/m2 twice; without a frequency either reading is accepted."""
    case = a_case(body=BODY)
    assert verdict(case, order("capecitabine", 2000, "mg/m2", times_a_day=1), beside("tucatinib")) is None
    assert verdict(case, order("capecitabine", 2000, "mg/m2"), beside("tucatinib")) is None
    assert verdict(case, order("capecitabine", 2000, "mg/m2", times_a_day=2), beside("tucatinib")) == "warning"
    assert verdict(case, order("capecitabine", 1800, "mg", times_a_day=2), beside("tucatinib")) is None
    assert verdict(case, order("capecitabine", 3600, "mg", times_a_day=2), beside("tucatinib")) == "warning"


@pytest.mark.parametrize(
    ("partner", "amount", "expected"),
    [
        ("capecitabine", 1250, None), ("capecitabine", 1500, "warning"),
        ("trastuzumab", 1000, None), ("trastuzumab", 1250, "warning"),
        ("letrozole", 1500, None), ("letrozole", 1750, "warning"),
    ],
)  # fmt: skip
def test_lapatinib_by_its_partner(partner, amount, expected):
    """1250 mg beside capecitabine, 1000 beside trastuzumab, 1500 beside letrozole."""
    assert verdict(a_case(), order("lapatinib", amount, "mg", times_a_day=1), beside(partner)) == expected


@pytest.mark.parametrize(("times", "expected"), [(1, "info"), (2, None), (3, "warning")])
def test_tucatinib_frequency(times, expected):
    """300 mg three times a day is too much; once a day is half of the daily dose, and not the reduced 150 mg twice daily."""
    assert verdict(a_case(), order("tucatinib", 300, "mg", times_a_day=times)) == expected


def test_the_label_dose_once_instead_of_twice_a_day_is_named_with_both():
    """Half the daily dose of tucatinib, and of capecitabine whose reductions reach as low; the amount of a whole day is 150 mg twice."""
    (finding,) = found(a_case(), order("tucatinib", 300, "mg", times_a_day=1))
    assert "tucatinib 300 mg daily is below the label dose of 300 mg twice daily" in finding.headline.text
    assert verdict(a_case(body=BODY), order("capecitabine", 1000, "mg/m2", times_a_day=1), beside("tucatinib")) == "info"
    assert verdict(a_case(), order("tucatinib", 300, "mg", times_a_day=1, of_day=True)) is None
    assert verdict(a_case(), order("tucatinib", 600, "mg", times_a_day=1)) is None


def test_tucatinib_beside_a_strong_cyp2c8_inhibitor():
    """100 mg twice daily is the label's dose beside gemfibrozil, and no label dose without it."""
    low = order("tucatinib", 100, "mg", times_a_day=2)
    assert verdict(a_case(), low) == "info"
    assert verdict(a_case(), low, order((), others=("gemfibrozil",), asked=False)) is None


@pytest.mark.parametrize(
    ("amount", "every", "expected"), [(80, 7, None), (90, 7, "warning"), (88, 7, None), (175, 21, None), (175, 7, "warning")]
)
def test_paclitaxel_by_its_interval(amount, every, expected):
    """80 mg/m2 weekly, 175 every three weeks."""
    assert verdict(a_case(body=BODY), order("paclitaxel", amount, "mg/m2", every_days=every)) == expected


@pytest.mark.parametrize(
    ("drug", "amount", "every", "expected"),
    [(TDXD, 5.4, 7, "critical"), (TDXD, 5.4, 21, None), (TDXD, 5.4, 28, None), (TDXD, 5.4, 18, None), (TDXD, 5.4, 1, "critical"),
     (TDXD, 5.4, 10.5, "critical"), (TDXD, 5.4, 0.5, "critical"), (TDM1, 3.6, 14, "critical"),
     ("docetaxel", 75, 7, "warning"), ("paclitaxel", 80, 9.3, None)],
)  # fmt: skip
def test_a_three_weekly_dose_given_weekly(drug, amount, every, expected):
    """T-DXd 5.4 mg/kg every week, twice in three weeks or each day is critical."""
    unit = "mg/m2" if drug in ("docetaxel", "paclitaxel") else "mg/kg"
    assert verdict(CASE, order(drug, amount, unit, every_days=every)) == expected


@pytest.mark.parametrize(
    ("drug", "amount", "unit", "every", "expected"),
    [
        ("trastuzumab", 6, "mg/kg", 14, "warning"),
        ("trastuzumab", 6, "mg/kg", 10.5, "warning"),
        ("trastuzumab", 8, "mg/kg", 14, "warning"),
        ("trastuzumab", 420, "mg", 14, "warning"),
        ("trastuzumab", 6, "mg/kg", 18, None),
        ("trastuzumab", 6, "mg/kg", 28, None),
        ("trastuzumab", 4, "mg/kg", 14, None),
        ("trastuzumab", 2, "mg/kg", 14, None),
        ("paclitaxel", 175, "mg/m2", 14, None),
    ],
)
def test_r006_the_doses_of_the_two_schedules_are_not_mixed(drug, amount, unit, every, expected):
    """The three-weekly dose every two weeks is half as much again. Dose-dense paclitaxel is meant so."""
    got = found(ON_TRASTUZUMAB, order(drug, amount, unit, every_days=every))
    assert [f.indicator for f in got] == ([expected] if expected else [])
    assert all("6 mg/kg every 21 days" in f.headline.text for f in got)


def test_the_interval_of_tablets_is_no_question():
    """Capecitabine by surface, of which the mapping cannot tell that it is taken by mouth."""
    assert verdict(CASE, order("capecitabine", 1000, "mg/m2", times_a_day=2, every_days=0.5)) is None


def test_an_infusion_once_a_day_is_how_systems_write_once():
    """A count of once a day says nothing of the interval; `every_days` 1 is how the mapping says that each day is meant."""
    assert verdict(CASE, order(TDXD, 5.4, "mg/kg", times_a_day=1.0)) is None


@pytest.mark.parametrize(
    ("every", "said"),
    [
        (0.333, "is ordered 3 times a day;"),
        (0.5, "is ordered 2 times a day;"),
        (1, "is ordered daily;"),
        (7, "is ordered every 7 days;"),
        (10.5, "is ordered every 10.5 days;"),
    ],
)
def test_how_often_it_is_ordered_is_said_in_words(every, said):
    """An average of several doses in a period keeps its decimal."""
    (one,) = found(CASE, order(TDXD, 5.4, "mg/kg", every_days=every))
    assert said in one.headline.text


@pytest.mark.parametrize(
    ("ordered", "expected"),
    [
        ({"amount": 600, "parts": (600.0, 600.0), "every_days": 7}, "critical"),
        ({"amount": 10, "unit": "mL", "every_days": 14}, "critical"),
        ({"amount": 600, "every_days": 7}, "critical"),
        ({"amount": 600, "parts": (600.0, 600.0), "every_days": 20}, None),
        ({"amount": 15, "unit": "mL", "every_days": 21}, None),
    ],
)
def test_the_fixed_combination_more_often_than_every_three_weeks(ordered, expected):
    """R126: its amounts may be right, and it is too much all the same."""
    got = found(ON_TRASTUZUMAB, order(PHESGO, **ordered))
    assert [f.indicator for f in got] == ([expected] if expected else [])
    assert all(f.headline.text.startswith("Check the interval:") for f in got)


# --- Re-escalation ------------------------------------------------------------------------------------------------------------------

REDUCED = (dosed(TDXD, 63, 5.4, "mg/kg"), dosed(TDXD, 42, 4.4, "mg/kg"), dosed(TDXD, 21, 4.4, "mg/kg"))


@pytest.mark.parametrize(("amount", "expected"), [(5.4, "critical"), (4.85, "critical"), (4.84, None), (4.4, None), (3.2, None)])
def test_a_reduced_dose_is_never_raised(amount, expected):
    """P03, V46: T-DXd above the lowest level given before; the same level, rounded up within ten percent, is right."""
    case = second_line(body=BODY, drugs=REDUCED, lungs=lung(status="resolved", grade=1, onset=60))
    got = found(case, order(TDXD, amount, "mg/kg"))
    assert [f.indicator for f in got] == ([expected] if expected else [])
    if got:
        assert "4.4 mg/kg" in got[0].headline.text
        assert "P03" in {rule for s in (got[0].headline, *got[0].detail) for rule in s.rules}
        assert "label dose" not in words(got[0])
        assert "within range" not in words(got[0])
        assert [s.act for s in got[0].suggestions] == ["delete"]


def test_re_escalation_of_tdm1_in_milligrams():
    """T-DM1 3.6 mg/kg (252 mg) after 210 mg at 70 kg (3.0 mg/kg)."""
    case = second_line(body=(weight(70, 22), weight(70, 2)), drugs=dosed(TDM1, 21, 210, "mg"))
    (f,) = found(case, order(TDM1, 252, "mg"))
    assert f.indicator == "critical"
    assert "after a reduction to 3 mg/kg" in f.headline.text


def test_an_earlier_dose_that_only_rounds_low_is_no_reduction():
    """350 mg at 70 kg (5.0 mg/kg) was the full dose, rounded to vials; a dose in mg without a weight of its day says nothing."""
    rounded = second_line(body=(weight(70, 22), weight(70, 2)), drugs=dosed(TDXD, 21, 350, "mg"))
    assert verdict(rounded, order(TDXD, 5.4, "mg/kg")) is None
    unknown = second_line(body=weight(70, 2), drugs=dosed(TDXD, 200, 300, "mg"))
    assert verdict(unknown, order(TDXD, 5.4, "mg/kg")) is None


def course(drug, *cycles, kind="administration"):
    """A dose every three weeks, the last one three weeks ago: the weight of each day, and the milligrams given."""
    days = range(21 * len(cycles), 0, -21)
    weights = tuple(weight(kg, day) for day, (kg, _) in zip(days, cycles, strict=True))
    return weights, tuple(dosed(drug, day, mg, "mg", kind=kind) for day, (_, mg) in zip(days, cycles, strict=True))


def signed(drug, cycles, kg, amount, unit="mg", **more):
    """What is said of an order after such a course, at today's weight."""
    weights, doses = course(drug, *cycles, **more)
    return found(second_line(body=(*weights, weight(kg, 1), height(165)), drugs=doses), order(drug, amount, unit))


LOSES = ((68, 367), (68, 299), (64, 299))


@pytest.mark.parametrize(
    ("drug", "cycles", "kg", "amount", "expected"),
    [
        # Weight loss: the same milligrams, however they are rounded.
        (TDXD, LOSES, 61, 299, "Recalculate"),
        (TDXD, LOSES, 61, 300, "Recalculate"),
        (TDXD, LOSES, 61, 268, None),
        (TDXD, ((68, 367), (66, 299), (62.5, 299)), 60, 299, "Recalculate"),  # 4.98 mg/kg after a loss of 9 %
        (TDXD, ((68, 367), (68, 299), (60, 299), (60, 299)), 60, 299, "Recalculate"),
        (TDM1, ((68, 245), (68, 204)), 60, 204, "Recalculate"),
        (TDXD, ((68, 367), (68, 299), (60, 218)), 60, 218, "Recalculate"),  # reduced by the earlier weight
        # What was raised, by any weight.
        (TDXD, LOSES, 61, 329, "Do not re-escalate"),
        (TDXD, LOSES, 68, 367, "Do not re-escalate"),
        (TDXD, ((68, 299), (64, 299), (61, 268)), 61, 299, "Do not re-escalate"),
        (TDXD, ((68, 367), (68, 299), (68, 367)), 68, 367, "Do not re-escalate"),  # raised before, and again
        (TDXD, ((68, 367), (68, 299), (60, 218)), 60, 299, "Do not re-escalate"),
        (TDXD, ((68, 367), (68, 294)), 68, 367, "Do not re-escalate"),  # 80 % of the dose
        (TDM1, ((68, 245), (68, 204)), 60, 216, "Do not re-escalate"),
        # Weight gain: no milligram less is no reduction.
        (TDXD, ((60, 324), (60, 324), (67, 324)), 67, 362, None),
        (TDXD, ((60, 324), (60, 264), (75, 264)), 75, 330, None),
        (TDM1, ((60, 216), (67, 216)), 67, 241, None),
        (TDXD, ((60, 324), (60, 324), (70, 324)), 75, 324, "Recalculate"),
        (TDXD, ((60, 324), (67, 295)), 67, 362, "Do not re-escalate"),  # reduced on the day of the new weight
        (TDXD, ((60, 324), (60, 264), (75, 264)), 75, 405, "Do not re-escalate"),
        # The first reduced dose, and a dose that rounding took below its level.
        (TDXD, ((68, 367), (68, 367)), 68, 299, None),
        (TDXD, ((70, 350), (70, 350)), 73, 350, None),
    ],
)
def test_milligrams_of_a_weight_that_changes(drug, cycles, kg, amount, expected):
    """P03, P14: a level is raised by more milligrams, not by kilograms lost; the same ones are to be recalculated, as information."""
    got = signed(drug, cycles, kg, amount)
    assert [f.headline.text.startswith(expected) for f in got] == ([True] if expected else [])
    assert [f.indicator for f in got] == ({"Recalculate": ["info"], "Do not re-escalate": ["critical"], None: []}[expected])


def test_milligrams_known_by_orders_alone_and_by_doses_per_kg():
    """Orders say what was given where no dose is recorded; a dose per kg is as many milligrams as its day's weight makes of it."""
    assert [f.indicator for f in signed(TDXD, LOSES, 61, 299, kind="order")] == ["info"]
    per_kg = tuple(dosed(TDXD, day, amount, "mg/kg") for day, amount in ((42, 5.4), (21, 4.4)))
    case = second_line(body=(weight(68, 42), weight(68, 21), weight(61, 1)), drugs=per_kg)
    assert verdict(case, order(TDXD, 299, "mg")) == "info"
    assert verdict(case, order(TDXD, 329, "mg")) == "critical"


def test_a_higher_dose_per_kg_is_raised_whatever_it_weighs():
    """After so much weight loss 5.4 mg/kg are the milligrams of before: the order says a higher level all the same."""
    (f,) = signed(TDXD, ((80, 432), (80, 352)), 65, 5.4, "mg/kg")
    assert f.indicator == "critical"


def test_the_running_order_raised_in_place():
    """An order that ran at 4.4 mg/kg for weeks and is revised to 5.4 is a re-escalation; a draft of today corrected twice is none."""
    running = dosed(TDXD, 60, 4.4, "mg/kg", kind="order", status="active", source="MedicationRequest/7")
    raised = order(TDXD, 5.4, "mg/kg", id="MedicationRequest/7")
    assert verdict(second_line(body=BODY, drugs=running), raised) == "critical"
    today = dosed(TDXD, 0, 4.4, "mg/kg", kind="order", status="active", source="MedicationRequest/7")
    assert verdict(second_line(body=BODY, drugs=today), raised) is None


def test_other_drugs_may_be_raised_again():
    """Tucatinib and docetaxel are not bound by P03."""
    case = second_line(body=BODY, drugs=(dosed("tucatinib", 21, 250, "mg"), dosed("docetaxel", 21, 60, "mg/m2")))
    assert verdict(case, order("tucatinib", 300, "mg", times_a_day=2)) is None
    assert verdict(case, order("docetaxel", 75, "mg/m2")) is None


# --- Weight -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "says_"),
    [
        (weight(70, 29), "29 days old"), (weight(70, None), "undated"), (weight(7), "doubtful"), (weight(300), "doubtful"),
        ((), "no weight on record"),
    ],
)  # fmt: skip
def test_milligrams_without_a_usable_weight(body, says_):
    """P14: a weight that is old, undated, implausible or missing: no judgement in mg, I19 asked, mg/kg is judged."""
    case = second_line(body=body)
    (f,) = found(case, order(TDXD, 450, "mg"))
    assert (f.indicator, [g.input for g in f.missing]) == ("info", ["I19"])
    assert says_ in f.headline.text
    assert f.suggestions == ()
    assert verdict(case, order(TDXD, 5.4, "mg/kg")) is None
    assert verdict(case, order(TDXD, 6.4, "mg/kg")) == "critical"


@pytest.mark.parametrize(
    ("body", "drug", "amount", "expected", "says_"),
    [
        (weight(70, 30), TDXD, 1000, "critical", "1000 mg (14.3 mg/kg) is 165 % above"),
        (weight(70, 30), TDXD, 492, "critical", "30 % above"),
        (weight(70, 183), TDXD, 1000, "critical", "165 % above"),
        (weight(70, 30), TDXD, 491, "info", "cannot be judged: the weight is 30 days old"),
        (weight(70, 184), TDXD, 1000, "info", "cannot be judged"),
        (weight(70, None), TDXD, 1000, "info", "cannot be judged"),
        (weight(70, 30), "trastuzumab", 740, "warning", "32 % above the label dose of 8 mg/kg"),
        (weight(70, 30), "trastuzumab", 720, "info", "cannot be judged"),
        ((weight(70, 30), height(165)), "docetaxel", 230, "info", "cannot be judged"),
        ((weight(70, 30), height(165)), "docetaxel", 250, "warning", "40 % above the label dose of 100 mg/m2"),
        ((), TDXD, 1350, "info", "no weight on record"),
        ((), TDXD, 1351, "critical", "1351 mg is above 5.4 mg/kg at any adult weight"),
        (weight(7), TDXD, 2000, "critical", "at any adult weight"),
        ((weight(150, 2), weight(68, 19)), TDXD, 810, "critical", "810 mg (11.9 mg/kg) is 121 % above"),
        ((weight(150, 2), weight(68, 19)), TDXD, 367, "info", "the weight on record (150 kg) is doubtful"),
        ((weight(7, 2), weight(68, 183)), TDXD, 810, "critical", "121 % above"),
        ((weight(7, 2), weight(68, 184)), TDXD, 810, "info", "doubtful"),
        (weight(70, 400), TDXD, 2000, "critical", "at any adult weight"),
        ((), "trastuzumab", 2001, "warning", "above 8 mg/kg at any adult weight"),
        ((), "docetaxel", 1000, "warning", "at any adult weight and height"),
        (height(165), "docetaxel", 400, "warning", "above 100 mg/m2 at any adult weight"),
        ((), "docetaxel", 399, "info", "cannot be judged"),
        ((), "docetaxel", 401, "warning", "docetaxel 401 mg is above 100 mg/m2 at any adult weight and height"),
        (weight(70), "docetaxel", 211, "info", "cannot be judged"),
        (weight(70), "docetaxel", 213, "warning", "docetaxel 213 mg is above 100 mg/m2 at any adult height"),
        (weight(70, 100), "docetaxel", 270, "info", "cannot be judged"),
        (weight(70, 100), "docetaxel", 280, "warning", "docetaxel 280 mg is above 100 mg/m2 at any adult height"),
        (weight(70), "capecitabine", 6000, "warning", "at any adult height"),
    ],
)
def test_a_gross_overdose_needs_no_current_weight(body, drug, amount, expected, says_):
    """R126: too much by nearly a third by a weight of the last half year, or by the heaviest adult's: judged, and the weight asked for."""
    (f,) = found(second_line(body=body), order(drug, amount, "mg"))
    assert (f.indicator, [g.input for g in f.missing]) == (expected, ["I19"])
    assert says_ in f.headline.text
    assert bool(f.suggestions) is (expected == "critical")


def test_the_old_weight_that_a_dose_is_judged_by_is_named():
    """P14: the weight, its age, and that the patient is to be weighed."""
    (f,) = found(second_line(body=weight(70, 30)), order(TDXD, 1000, "mg"))
    assert "Judged by the last weight, 70 kg, 30 days old: weigh before the dose." in words(f)


def test_a_dose_per_kg_beside_milligrams_needs_no_weight():
    """Of "378 mg (5.4 mg/kg)" the second can be judged; a gross overdose in mg still counts."""
    case = second_line(body=())
    assert verdict(case, order(TDXD, 378, further=(dose(5.4),))) is None
    assert verdict(case, order(TDXD, 378, further=(dose(6.4),))) == "critical"
    assert verdict(case, order(TDXD, 3780, further=(dose(5.4),))) == "critical"
    assert verdict(case, order(TDXD, 378, further=(dose(5.4, later=True),))) == "info"


@pytest.mark.parametrize(
    ("drug", "amount", "unit", "said"),
    [
        ("capecitabine", 6500, "mg", "6500 mg (3629 mg/m2)"),
        ("capecitabine", 3814.44, "mg/m2", "3814 mg/m2"),
        ("trastuzumab", 999.5, "mg", "999.5 mg (14.3 mg/kg)"),
        ("trastuzumab", 12.3456, "mg/kg", "12.3 mg/kg"),
        (TDXD, 432.25, "mg", "432.2 mg (6.17 mg/kg)"),
    ],
)
def test_figures_are_printed_as_a_pharmacist_writes_them(drug, amount, unit, said):
    """Three figures, whole from 100 on; the ordered amount stays recognisable."""
    (f,) = found(CASE, order(drug, amount, unit))
    assert f" {said} is " in f.headline.text


def test_a_weight_that_cannot_be_right_is_not_called_missing():
    """700 kg was not read, but something is on record."""
    case = second_line(body=(), problems=DataProblem("erroneous", "body", "Observation/1"))
    (f,) = found(case, order(TDXD, 450, "mg"))
    assert "no usable weight on record" in f.headline.text


def test_a_weight_in_pounds_is_printed_as_scales_show_it():
    """P14: 110.2 lb is 49.9859 kg, and the card says 50 kg; the dose is judged by the exact value."""
    (f,) = found(second_line(body=weight(49.9859)), order(TDXD, 324, "mg"))
    assert ("Weight", "50 kg") in [(fact.name, fact.value) for fact in f.facts]
    assert "6.48 mg/kg" in f.headline.text


def test_a_weight_of_four_weeks_is_used():
    """28 days old is current."""
    assert verdict(second_line(body=weight(70, 28)), order(TDXD, 432, "mg")) == "critical"


def test_flat_doses_need_no_weight():
    """Pertuzumab 420 mg, tucatinib 300 mg, trastuzumab SC 600 mg: no weight is asked for."""
    case = second_line(body=(), drugs=ON_TRASTUZUMAB.drugs)
    for drug, amount in [("pertuzumab", 420), ("tucatinib", 300), (SC, 600)]:
        assert verdict(case, order(drug, amount, "mg")) is None


def test_square_metres_need_a_height():
    """Docetaxel in mg without a height: asked for with the weight."""
    (f,) = found(second_line(body=weight(70)), order("docetaxel", 134, "mg"))
    assert f.indicator == "info"
    assert "no height on record" in f.headline.text
    assert verdict(second_line(body=weight(70)), order("docetaxel", 75, "mg/m2")) is None


def test_the_surface_is_explained():
    """The formula is stated wherever mg were judged by body surface area."""
    (f,) = found(CASE, order("docetaxel", 250, "mg"))
    assert "Mosteller" in words(f)
    assert ("Body surface area", "1.79 m2 (height 165 cm)") in [(fact.name, fact.value) for fact in f.facts]


def loses_weight(before, now):
    """On T-DXd for 60 days, weighed at its start and now."""
    return second_line(body=(weight(before, 62), weight(now, 2)), drugs=given(TDXD, 60))


def test_a_dose_that_fits_the_old_weight_is_to_be_recalculated():
    """P14: 432 mg fits the 80 kg of the start; at 70 kg it is 6.17 mg/kg: recalculate, and more than the label gives."""
    (f,) = found(loses_weight(80, 70), order(TDXD, 432, "mg"))
    assert f.indicator == "warning"
    assert "14 % above 5.4 mg/kg" in f.headline.text
    assert "weight 70 kg, 12 % off the 80 kg" in f.headline.text
    assert "6.17 mg/kg" in words(f)
    assert "P14" in f.headline.rules


@pytest.mark.parametrize(
    ("drug", "per_kg", "kg", "indicator", "said"),
    [
        (TDXD, 5.4, 50, "warning", "40 % above 5.4 mg/kg - weight 50 kg, 29 % off the 70 kg"),
        (TDXD, 5.4, 45, "warning", "56 % above 5.4 mg/kg"),
        (TDM1, 3.6, 50, "warning", "40 % above 3.6 mg/kg"),
        (TDXD, 4.4, 50, "warning", "14 % above 5.4 mg/kg"),
        (TDXD, 4.4, 60, "info", "weight 60 kg, 14 % off the 70 kg"),  # 5.13 mg/kg: not above the label
        (TDXD, 5.4, 80, "info", "weight 80 kg, 14 % off the 70 kg"),
        ("trastuzumab", 6, 50, "info", "29 % off the 70 kg"),  # 8.4 mg/kg: no drug whose label dose is never exceeded
    ],
)
def test_how_far_the_same_milligrams_are_above_the_label_after_weight_loss(drug, per_kg, kg, indicator, said):
    """Decision 18, P14: a conjugate above its label by today's weight is a warning with the percentage; below it, information."""
    (f,) = signed(drug, ((70, per_kg * 70), (70, per_kg * 70)), kg, per_kg * 70, "mg")
    assert (f.topic, f.indicator) == ("DoseCheck", indicator)
    assert said in f.headline.text


def test_a_dose_that_fits_neither_weight_is_an_overdose():
    """500 mg is too much at 80 kg and at 70 kg."""
    assert verdict(loses_weight(80, 70), order(TDXD, 500, "mg")) == "critical"


def test_a_recalculated_dose_is_silent():
    """378 mg is right for today's 70 kg, whatever the weight was."""
    assert verdict(loses_weight(80, 70), order(TDXD, 378, "mg")) is None


@pytest.mark.parametrize(("now", "expected"), [(63, "info"), (63.1, None), (76.9, None), (77, "info"), (70, None)])
def test_an_order_per_kg_after_a_change_of_weight(now, expected):
    """A tenth up or down since the start of the course: prepare with today's weight."""
    assert verdict(loses_weight(70, now), order(TDXD, 5.4, "mg/kg")) == expected


def loses_weight_on_trastuzumab(now, since):
    """On trastuzumab from 70 kg on, with the last dose of 6 mg/kg so many days ago."""
    doses = tuple(dosed("trastuzumab", day, 420, "mg") for day in (since + 21, since))
    open_order = given("trastuzumab", since + 21)
    return second_line(body=(weight(70, since + 22), weight(now, 2), height(165)), drugs=(open_order, *doses))


@pytest.mark.parametrize(
    ("now", "since", "amount", "more", "recalculated"),
    [
        (55, 21, 420, {}, True),  # 7.64 mg/kg of today
        (52.5, 21, 420, {}, True),
        (61, 21, 420, {}, True),
        (55, 21, 330, {}, False),
        (55, 21, 420, {"loading": True}, False),
        (55, 35, 440, {}, False),  # after a gap the label loads
        (70, 21, 560, {}, False),
    ],
)
def test_the_usual_dose_after_weight_loss_is_no_loading_dose(now, since, amount, more, recalculated):
    """P14: 6 mg/kg of the weight at the start is to be calculated again, though by today's weight it is as much as a loading dose."""
    got = found(loses_weight_on_trastuzumab(now, since), order("trastuzumab", amount, "mg", every_days=21, **more))
    assert [f.headline.text.split(":")[0] for f in got] == (["Recalculate trastuzumab"] if recalculated else [])


@pytest.mark.parametrize(
    ("drug", "cycles", "kg", "amount", "unit", "expected"),
    [
        (TDXD, ((110, 594), (75, 405)), 66, 405, "mg", "12 % off the 75 kg"),
        (TDXD, ((90, 486), (75, 405)), 75, 486, "mg", "20 % above"),  # an old order: more than was given last
        (TDXD, ((72, 400), (70, 400)), 67, 400, "mg", "7 % off the 72 kg"),  # 5.97 mg/kg
        (TDXD, ((80, 432), (70, 378)), 68, 5.4, "mg/kg", None),
        (TDXD, ((80, 432), (72, 432)), 70, 5.4, "mg/kg", "12 % off the 80 kg"),
        ("trastuzumab", ((80, 480), (70, 420)), 60, 420, "mg", "14 % off the 70 kg"),
        ("trastuzumab", ((70, 420), (60, 360)), 55, 420, "mg", None),  # a loading dose, which is another finding
        ("docetaxel", ((70, 134), (70, 134)), 52, 134, "mg", "26 % off the 70 kg"),
        ("docetaxel", ((70, 134), (70, 134)), 60, 134, "mg", None),
    ],
)
def test_the_weight_that_counts_is_that_of_the_last_milligrams(drug, cycles, kg, amount, unit, expected):
    """P14: what was recalculated during the course goes by its new weight; a surface area changes by half as much as the weight."""
    said = [f.headline.text for f in signed(drug, cycles, kg, amount, unit)]
    assert [expected in text for text in said] == ([True] if expected else []), said


def test_no_change_is_known_before_a_first_dose():
    """A weight that changed before the therapy is of no matter."""
    case = second_line(body=(weight(90, 100), weight(70, 2)))
    assert verdict(case, order(TDXD, 5.4, "mg/kg")) is None


def test_every_headline_fits_on_a_card():
    """No headline reaches 140 characters, for the longest names and amounts."""
    orders = [
        order(drug, amount, unit, parts=parts, every_days=every)
        for drug in K.doses
        for amount, unit in [(0.01, "mg/kg"), (99.99, "mg/kg"), (12345.67, "mg"), (0.01, "mg"), (9999.99, "mg/m2"), (99.99, "mL")]
        for parts in ((), (1234.5, 1234.5))
        for every in (None, 7)
    ]
    cases = [a_case(body=BODY), a_case(body=weight(70, 1234)), a_case(body=weight(249.55, None)), a_case(body=weight(1234.56)), a_case()]
    headlines = {f.headline.text for case in cases for one in orders for f in found(case, one)}
    headlines |= {f.headline.text for f in found(loses_weight(123.45, 90.55), order(TDXD, 666.66, "mg"))}
    assert len(headlines) > 100
    assert [text for text in headlines if len(text) >= 140] == []


def lowest(*records, body=(), tolerance=10.0):
    """The lowest level that some doses of T-DXd show, and the record that shows it."""
    s = situation(second_line(body=body), Practice(dose_tolerance_percent=tolerance))
    return lowest_level_given(s, "trastuzumab-deruxtecan", records)


def test_p03_the_lowest_level_is_that_of_the_newest_record_that_shows_it():
    """5.4, then 4.4 twice: 4.4, by the newer of the two; a dose without a date is the oldest of all."""
    tdxd = "trastuzumab-deruxtecan"
    old, new, high = dosed(tdxd, 63, 4.4, "mg/kg"), dosed(tdxd, 42, 4.4, "mg/kg"), dosed(tdxd, 21, 5.4, "mg/kg")
    undated = given(tdxd, None, kind="order", status="completed", dose=Dose(4.4, "mg/kg"))
    assert lowest(old, new, high, undated) == (4.4, new)
    assert lowest(undated, old) == (4.4, old)
    assert lowest(undated) == (4.4, undated)
    assert lowest(high) == (5.4, high)
    assert lowest() is None


def test_p03_a_dose_counts_for_the_nearest_level_within_the_tolerance():
    """4.7 mg/kg is nearer to 4.4 than to 5.4; 2.0 is no level; milligrams count by the weight of their day, and without one not at all."""
    tdxd = "trastuzumab-deruxtecan"
    assert lowest(dosed(tdxd, 21, 4.7, "mg/kg"))[0] == 4.4
    assert lowest(dosed(tdxd, 21, 4.7, "mg/kg"), tolerance=20)[0] == 4.4
    assert lowest(dosed(tdxd, 21, 5.0, "mg/kg"), tolerance=20)[0] == 5.4
    assert lowest(dosed(tdxd, 21, 2.0, "mg/kg")) is None
    assert lowest(dosed(tdxd, 21, 308, "mg"), body=(weight(70, 21),))[0] == 4.4
    assert lowest(dosed(tdxd, 21, 308, "mg")) is None
    assert lowest(given(tdxd, 21, 21, kind="administration", status="completed")) is None


@pytest.mark.parametrize(("kilograms", "expected"), [((63, 57, 62), False), ((63, 63, 63), True)])
def test_p03_a_standing_order_is_a_reduction_only_by_every_weight_since_it_began(kilograms, expected):
    """300 mg were 4.8 mg/kg at 63 kg and 5.3 at 57: a revised order tells today's dose, and no reduction is made of it."""
    weights = tuple(weight(kg, day) for kg, day in zip(kilograms, (42, 21, 0), strict=True))
    case = second_line(drugs=(given(TDXD, 42, dose=Dose(300, "mg")),), body=(*weights, height(165)))
    got = found(case, order(TDXD, 335, "mg", every_days=21))
    assert any(f.indicator == "critical" and "re-escalate" in f.headline.text for f in got) is expected


def test_p03_the_weight_on_record_may_be_younger_than_the_last_dose():
    """378, 378, 308 mg, the only weight three days ago: 378 mg is a step up again."""
    doses = tuple(dosed(TDXD, day, amount, "mg") for day, amount in ((63, 378), (42, 378), (21, 308)))
    case = second_line(drugs=(given(TDXD, 63), *doses), body=(weight(70, 3), height(165)))
    got = found(case, order(TDXD, 378, "mg", every_days=21))
    assert any(f.indicator == "critical" and "re-escalate" in f.headline.text for f in got)
