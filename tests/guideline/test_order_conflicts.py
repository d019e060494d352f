"""Orders that do not go together, or are not what was meant (P01, P13, R078, R083, R127, R136)."""

import re
from datetime import date, timedelta

import pytest

from guideline.case import BodyMeasure, Diagnosis, Dose
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.orders import OrderedDose
from guideline.partial_date import PartialDate
from guideline.rules.orders import order_conflicts
from tests.guideline.case_builder import (
    LONG,
    TODAY,
    a_case,
    adjuvant,
    ago,
    cycles,
    dose,
    doses,
    given,
    her2,
    intake,
    lung,
    metastasis,
    on_therapy,
    said,
    second_line,
    status,
)
from tests.guideline.measure_builder import dosed, weight
from tests.guideline.order_builder import beside, only, order, says, stop, topics_of, words

RULES = order_conflicts.RULES
T_DM1 = "trastuzumab-emtansine"
T_DXD = "trastuzumab-deruxtecan"
PHESGO = "pertuzumab-trastuzumab-hyaluronidase"
SC = "trastuzumab-hyaluronidase"


def tdxd(**more):
    return order(T_DXD, 5.4, "mg/kg", **more)


def doxorubicin(**more):
    return order("doxorubicin", 60, "mg/m2", **more)


# --- P01 -------------------------------------------------------------------------------------------------------------------------


def test_v47_tdxd_while_trastuzumab_runs():
    """V47: critical; trastuzumab is to be ended first, pertuzumab may stay."""
    case = on_therapy(*(dose("trastuzumab", d) for d in (26, 5)), *(dose("pertuzumab", d) for d in (26, 5)))
    found = only(says(RULES, case, tdxd(id="MedicationRequest/t")), "DuplicateHer2Therapy")
    assert found.indicator == "critical"
    assert found.headline.text.startswith("Stop trastuzumab first or cancel this order: trastuzumab deruxtecan")
    assert [(s.act, s.order) for s in found.suggestions] == [("delete", "MedicationRequest/t")]


@pytest.mark.parametrize(
    ("running", "asked"),
    [
        (("trastuzumab",), (order(SC, 600),)),
        (("trastuzumab",), (order(PHESGO, 1200),)),
        (("trastuzumab",), (order(T_DM1, 3.6, "mg/kg"),)),
        ((T_DM1,), (tdxd(),)),
        ((T_DXD,), (order("margetuximab", 15, "mg/kg"),)),
        (("pertuzumab",), (order(PHESGO, 1200),)),
        (("lapatinib",), (order("tucatinib", 300),)),
        ((), (order("trastuzumab", 6, "mg/kg"), order(SC, 600))),
        ((), (tdxd(), beside("trastuzumab", 6, "mg/kg"))),
    ],
)
def test_p01_duplicates(running, asked):
    """P01: active and drafts together: two antibodies or conjugates, pertuzumab twice, two kinase inhibitors."""
    case = on_therapy(*(given(drug, 100) for drug in running))
    assert only(says(RULES, case, *asked), "DuplicateHer2Therapy").indicator == "critical"


@pytest.mark.parametrize(
    ("running", "asked"),
    [
        (("trastuzumab",), (order("pertuzumab", 840),)),
        ((), (tdxd(), order("pertuzumab", 840))),
        (("trastuzumab",), (order("tucatinib", 300),)),
        (("trastuzumab",), (order("trastuzumab", 6, "mg/kg"),)),
        (("trastuzumab",), (stop("trastuzumab"), order(SC, 600))),
        (("trastuzumab", "pertuzumab"), (stop("trastuzumab"), stop("pertuzumab"), order(PHESGO, 600))),
        (("trastuzumab", "pertuzumab"), (stop(("trastuzumab", "pertuzumab"), "progression"), tdxd())),
        ((T_DM1,), (stop(T_DM1, "progression", asked=False), tdxd())),
        ((T_DM1,), (order(T_DM1, 3.6, "mg/kg"),)),
    ],
    ids=[
        "HP",
        "T-DXd + pertuzumab",
        "TKI",
        "biosimilar or next cycle",
        "IV to SC",
        "IV to fixed",
        "HP stopped",
        "stop beside",
        "next T-DM1",
    ],
)
def test_p01_allowed_together(running, asked):
    """P01, R136: allowed pairs, the next cycle, a biosimilar, and switches whose stop order lies in the same set."""
    assert says(RULES, on_therapy(*(given(drug, 100) for drug in running)), *asked) == []


def fulfilled(*days):
    return tuple(given(drug, d, kind="order", status="completed") for drug in ("trastuzumab", "pertuzumab") for d in days)


@pytest.mark.parametrize(
    ("drugs", "facts", "duplicate"),
    [
        (fulfilled(84, 63, 42, 21), {"disease_statuses": status("worsened", 5)}, False),
        (fulfilled(84, 63, 42, 21), {"disease_statuses": ()}, True),
        (fulfilled(84, 63, 42, 21), {"disease_statuses": status("worsened", 30)}, True),
        (doses("trastuzumab", 126, 42), {}, False),
        (doses("trastuzumab", 125, 41), {}, True),
        ((given("trastuzumab", 126), *doses("trastuzumab", 126, 42)), {}, True),
    ],
    ids=["fulfilled, progressed since", "fulfilled", "progressed before", "six weeks", "less", "still on the list"],
)
def test_p01_what_is_over_with_nothing_left_to_stop_is_no_duplicate(drugs, facts, duplicate):
    """After neoadjuvant antibodies, or after progression, T-DM1 is the next step: nothing is open, and six weeks went by."""
    case = a_case(metastases=LONG, drugs=drugs, **facts)
    assert ("DuplicateHer2Therapy" in topics_of(says(RULES, case, order(T_DM1, 3.6, "mg/kg")))) is duplicate


PAIRS = [
    ((T_DM1,), ("pertuzumab",)), ((T_DM1,), ("tucatinib",)), ((T_DXD,), ("tucatinib",)), ((T_DXD,), ("neratinib",)),
    (("margetuximab",), ("pertuzumab",)), (("zanidatamab",), ("lapatinib",)),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "running"), PAIRS)
def test_p01_what_is_neither_duplicate_nor_an_allowed_pair_is_a_warning_once(asked, running):
    """Begun beside what still runs (mostly an earlier drug that nobody ended), or both drafted: a warning. The next cycle is silent."""
    (drug,), (other,) = asked, running
    found = only(says(RULES, on_therapy(given(other, 100)), order(drug)), "DuplicateHer2Therapy")
    assert (found.indicator, found.headline.text[: 5 + len(other)]) == ("warning", f"Stop {K.drugs[other].name}")
    drafted = only(says(RULES, on_therapy(), order(drug), order(other)), "DuplicateHer2Therapy")
    assert (drafted.indicator, drafted.headline.id) == ("warning", "order-pair-drafts")
    assert says(RULES, on_therapy(given(other, 100), given(drug, 100)), order(drug)) == []


@pytest.mark.parametrize(
    ("running", "asked", "named"),
    [
        (("trastuzumab", "pertuzumab"), T_DM1, "Stop trastuzumab + pertuzumab first"),
        (("trastuzumab", "pertuzumab"), T_DXD, "Stop trastuzumab first"),
        (("trastuzumab", "tucatinib"), T_DXD, "Stop trastuzumab + tucatinib first"),
        ((SC, "pertuzumab"), PHESGO, "Stop trastuzumab SC + pertuzumab first"),
    ],
)
def test_p01_all_that_goes_with_a_switch_is_named(running, asked, named):
    """T-DM1 takes the place of both antibodies; pertuzumab may stay beside T-DXd; a kinase inhibitor goes with its trastuzumab."""
    found = only(says(RULES, on_therapy(*(given(drug, 100) for drug in running)), order(asked)), "DuplicateHer2Therapy")
    assert found.headline.text.startswith(named)
    assert len(found.facts) == named.count("+") + 1


def test_p01_three_drafts_are_not_reduced_to_one():
    """Either the fixed combination or the two antibodies: "keep one" would leave one of the two out."""
    found = only(says(RULES, on_therapy(), order("trastuzumab"), order("pertuzumab"), order(PHESGO)), "DuplicateHer2Therapy")
    assert found.headline.text == f"Not all of these: trastuzumab + pertuzumab + {PHESGO} together are duplicate HER2 therapy"


HP_21 = (*doses("trastuzumab", 84, 21), *doses("pertuzumab", 84, 21))


@pytest.mark.parametrize(
    ("drugs", "asked", "duplicate"),
    [
        (HP_21, order(PHESGO, 600, parts=(600, 600)), False),
        (doses("trastuzumab", 84, 21), order(SC, 600), False),
        (doses(SC, 84, 21), order("trastuzumab", 6, "mg/kg"), False),
        (tuple(given("trastuzumab", d, kind="order", status="completed") for d in (84, 63, 42, 21)), order(SC, 600), False),
        ((*HP_21, given("trastuzumab", 84, kind="order")), order(PHESGO, 600, parts=(600, 600)), True),
        ((*doses("trastuzumab", 84, 21), given("trastuzumab", 84)), order(SC, 600), True),
        (doses("trastuzumab", 84, 21), order(T_DXD, 5.4, "mg/kg"), True),
        (doses("trastuzumab", 84, 21), order("margetuximab", 15, "mg/kg"), True),
    ],
)
def test_r136_another_form_of_the_same_antibody_once_no_order_is_left_to_stop(drugs, asked, duplicate):
    """Section 5, 8: IV to SC and back by doses alone, or by orders that are fulfilled, is silent; with an open order it is a duplicate."""
    assert ("DuplicateHer2Therapy" in topics_of(says(RULES, on_therapy(*drugs), asked))) is duplicate


HP_DOSES = (*doses("trastuzumab", 300, 20), *doses("pertuzumab", 300, 20))


@pytest.mark.parametrize(
    ("drugs", "facts", "critical"),
    [
        (HP_DOSES, {"disease_statuses": status("worsened", 20)}, False),
        (HP_DOSES, {"disease_statuses": status("worsened", 5)}, False),
        (HP_DOSES, {"disease_statuses": (), "intake": intake(last_line_outcome=said("progression", days=3))}, False),
        (HP_DOSES, {"disease_statuses": status("worsened", 21)}, True),
        (HP_DOSES, {"disease_statuses": ()}, True),
        (HP_DOSES, {"disease_statuses": status("stable", 5)}, True),
        ((*HP_DOSES, given("trastuzumab", 300, kind="order")), {"disease_statuses": status("worsened", 5)}, True),
        ((*HP_DOSES, given("trastuzumab", 300)), {"disease_statuses": status("worsened", 5)}, True),
    ],
    ids=[
        "on the day of the last dose", "since the last dose", "by the intake", "before the last dose", "no progression", "stable",
        "an open order", "an open statement",
    ],
)  # fmt: skip
def test_section_5_4_the_switch_after_progression_is_no_duplicate_of_past_doses(drugs, facts, critical):
    """Doses alone, and progression documented since the last one: nothing is left to stop, and T-DXd is what the chart's card asks for."""
    case = a_case(metastases=LONG, drugs=drugs, **facts)
    assert ("DuplicateHer2Therapy" in topics_of(says(RULES, case, tdxd()))) is critical


HP_CYCLES = (*cycles("trastuzumab", 210, 21), *cycles("pertuzumab", 210, 21))
HP_BEFORE = (*cycles("trastuzumab", 252, 63), *cycles("pertuzumab", 252, 63))
PAIR_CYCLES = (*cycles(T_DXD, 189, 21), *cycles("pertuzumab", 189, 21))
TRIPLET = (order("trastuzumab", 8, "mg/kg"), order("tucatinib", 300), order("capecitabine", 1000, "mg/m2"))


@pytest.mark.parametrize(
    ("drugs", "facts", "asked", "indicator"),
    [
        (HP_CYCLES, {"disease_statuses": status("worsened", 3)}, (tdxd(),), None),
        ((*HP_BEFORE, *cycles(T_DXD, 42, 21)), {"disease_statuses": status("worsened", 45)}, (tdxd(),), None),
        (HP_CYCLES, {}, (tdxd(),), "warning"),
        (HP_CYCLES, {"disease_statuses": status("stable", 3)}, (tdxd(),), "warning"),
        ((*HP_BEFORE, *cycles(T_DXD, 42, 21)), {}, (tdxd(),), None),
        (cycles(T_DXD, 210, 21), {"disease_statuses": status("worsened", 3)}, TRIPLET, None),
        (cycles(T_DXD, 210, 21), {}, TRIPLET, "warning"),
        ((*cycles(T_DXD, 252, 63), *cycles("trastuzumab", 42, 21)), {}, (order("trastuzumab", 6, "mg/kg"),), None),
        (PAIR_CYCLES, {}, (order("trastuzumab", 8, "mg/kg"), order("pertuzumab", 420)), "warning"),
        (PAIR_CYCLES, {}, (order(PHESGO, 1200, parts=(1200, 600)),), "warning"),
        (HP_CYCLES, {}, (order(PHESGO, 600, parts=(600, 600)),), None),
        ((*HP_BEFORE, *cycles(PHESGO, 42, 21)), {}, (order(PHESGO, 600, parts=(600, 600)),), None),
        (cycles("trastuzumab", 210, 21), {}, (order(SC, 600),), None),
    ],
    ids=[
        "progression: first dose", "progression: third dose", "no word of progression", "stable", "once only",
        "triplet", "triplet, no word", "triplet, once only", "T-DXd + pertuzumab to the antibodies", "to the fixed combination",
        "IV to fixed", "the next fixed", "IV to SC",
    ],
)  # fmt: skip
def test_p01_a_switch_where_every_order_is_fulfilled_is_no_duplicate(drugs, facts, asked, indicator):
    """One order a cycle: nothing is left to stop. Silent with the reason on record, or once the new drug is given; else one warning."""
    found = says(RULES, a_case(metastases=LONG, drugs=drugs, **facts), *asked)
    assert [(f.indicator, f.suggestions) for f in found if f.topic == "DuplicateHer2Therapy"] == ([(indicator, ())] if indicator else [])


@pytest.mark.parametrize(
    ("asked", "indicator"),
    [
        ((tdxd(),), "critical"),
        ((order(PHESGO, 600, parts=(600, 600)),), "critical"),
        ((tdxd(), stop("trastuzumab"), stop("pertuzumab")), None),
        ((order("trastuzumab", 6, "mg/kg"), order("pertuzumab", 420)), None),
    ],
    ids=["T-DXd", "fixed combination", "the plan is stopped as well", "the plan goes on"],
)
def test_p01_cycles_ordered_for_days_to_come_are_left_to_stop(asked, indicator):
    """A plan is often ordered at once: after progression the cycles ahead are open orders, and would be given beside T-DXd."""
    ahead = tuple(given(drug, -day, kind="order") for drug in ("trastuzumab", "pertuzumab") for day in (5, 26))
    case = a_case(metastases=LONG, drugs=HP_CYCLES, planned=ahead, disease_statuses=status("worsened", 3))
    found = [f.indicator for f in says(RULES, case, *asked) if f.topic == "DuplicateHer2Therapy"]
    assert found == ([indicator] if indicator else [])


def test_p01_a_relapse_under_adjuvant_antibodies_is_the_switch():
    """Adjuvant trastuzumab + pertuzumab, one order a cycle, metastases found since the last dose: T-DXd is the next therapy."""
    adjuvant_hp = tuple(
        given(r.drug, str(r.start), str(r.end) if r.end else None, kind=r.kind, status=r.status, intent="curative") for r in HP_CYCLES
    )
    assert says(RULES, a_case(drugs=adjuvant_hp, metastases=(metastasis("liver", 7),)), tdxd()) == []
    before = a_case(drugs=adjuvant_hp, metastases=(metastasis("liver", 30),))
    assert only(says(RULES, before, tdxd()), "DuplicateHer2Therapy").indicator == "warning"


@pytest.mark.parametrize(
    ("drugs", "asked"),
    [
        ((*cycles("trastuzumab", 63, 21), *cycles(T_DXD, 63, 21)), tdxd()),
        ((*cycles("trastuzumab", 63, 21), *cycles(T_DXD, 63, 21)), order("trastuzumab", 6, "mg/kg")),
        ((*cycles("trastuzumab", 49, 28), *cycles(T_DXD, 42, 21)), tdxd()),
        ((*cycles("trastuzumab", 210, 42), *cycles(T_DXD, 21, 21)), order("trastuzumab", 6, "mg/kg")),
        ((*cycles("trastuzumab", 210, 42), *cycles(T_DXD, 21, 21), given("trastuzumab", 210, kind="order")), tdxd()),
        (cycles("trastuzumab", 217, 7), tdxd()),
    ],
    ids=[
        "both given, the new one again", "both given, the old one again", "by turns", "the old plan goes on after the switch",
        "an order stays open after the switch", "in the middle of a cycle",
    ],
)  # fmt: skip
def test_p01_what_really_goes_on_side_by_side_stays_critical(drugs, asked):
    """Given both, the old plan ordered again beside the new drug, an order left open, or a dose before the next one is due."""
    found = only(says(RULES, a_case(metastases=LONG, drugs=drugs), asked), "DuplicateHer2Therapy")
    assert found.indicator == "critical"
    assert len(found.suggestions) == 1


def test_p01_a_switch_ordered_ahead_counts_from_its_day():
    """The last dose was 7 days ago; T-DXd for today is beside it, for the day of the next cycle it may be the switch."""
    case = a_case(metastases=LONG, drugs=cycles("trastuzumab", 217, 7))
    ahead = only(says(RULES, case, tdxd(planned=ago(-14))), "DuplicateHer2Therapy")
    assert ahead.indicator == "warning"
    assert ahead.headline.text == "No end of trastuzumab is on record: give trastuzumab deruxtecan only instead, not as well"


def test_p01_oral_kinase_inhibitors_that_were_refilled_to_the_end_are_a_switch():
    """Lapatinib for 30 days at a time, the last supply at its end: tucatinib instead is asked about once, not called a duplicate."""
    refills = tuple(given("lapatinib", day, day - 30, kind="order", status="completed") for day in (90, 60, 30))
    found = says(RULES, a_case(metastases=LONG, drugs=refills), order("tucatinib", 300))
    assert [f.indicator for f in found] == ["warning"]


def test_p01_a_held_or_ended_drug_is_no_duplicate():
    """Trastuzumab ended at progression, or without a dose for ten weeks."""
    assert says(RULES, second_line(), tdxd()) == []
    assert says(RULES, on_therapy(given("trastuzumab", 300), *doses("trastuzumab", 300, 80)), tdxd()) == []


def test_p01_an_adjuvant_record_that_nobody_closed_is_no_duplicate():
    """A three-year-old adjuvant entry, still "active" without a dose, is history."""
    assert says(RULES, a_case(drugs=adjuvant("trastuzumab", 1100, None)), tdxd()) == []
    assert topics_of(says(RULES, a_case(drugs=adjuvant("trastuzumab", 200, None)), tdxd())) == ["DuplicateHer2Therapy"]


def test_p01_a_duplicate_beside_the_question_is_not_the_question():
    """Decision 16: two drafts that were not selected are not judged while a third one is."""
    assert says(RULES, a_case(), beside("trastuzumab", 6, "mg/kg"), beside(SC, 600), order("docetaxel", 75, "mg/m2")) == []


def test_an_order_that_was_signed_before_is_not_deleted():
    """A re-signed order is no draft: ending it is no one-click deletion."""
    case = on_therapy(given("trastuzumab", 100))
    assert only(says(RULES, case, tdxd(status="active")), "DuplicateHer2Therapy").suggestions == ()


# --- R078, R127, P13 -------------------------------------------------------------------------------------------------------------


def test_v29_doxorubicin_while_trastuzumab_runs():
    """V29: critical, with the 27 % and nothing about 8 % or a safe liposomal form."""
    case = on_therapy(given("trastuzumab", 100), dose("trastuzumab", 14))
    found = only(says(RULES, case, doxorubicin(id="MedicationRequest/d")), "AnthracyclineWithTrastuzumab")
    assert found.indicator == "critical"
    assert "27 %" in words(found)
    assert "7 months" in words(found)
    assert not re.search(r"8 ?%|liposomal form is safe", words(found))
    assert [(s.act, s.order, s.recommended) for s in found.suggestions] == [("delete", "MedicationRequest/d", True)]


@pytest.mark.parametrize("antibody", ["trastuzumab", SC, PHESGO, "margetuximab"])
@pytest.mark.parametrize("anthracycline", ["doxorubicin", "liposomal-doxorubicin", "epirubicin"])
def test_r078_the_whole_family_both_ways(antibody, anthracycline):
    """P13: every antibody product with every anthracycline, whichever runs and whichever is ordered, or both ordered."""
    for case, orders in (
        (on_therapy(given(antibody, 100)), (order(anthracycline, 60, "mg/m2"),)),
        (on_therapy(given(anthracycline, 30)), (order(antibody, 600),)),
        (a_case(), (order(antibody, 600), order(anthracycline, 60, "mg/m2"))),
        (a_case(), (order(antibody, 600), beside(anthracycline, 60, "mg/m2"))),
    ):
        assert only(says(RULES, case, *orders), "AnthracyclineWithTrastuzumab").indicator == "critical"


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (doses("doxorubicin", 83, 20), True),
        (doses("doxorubicin", 84, 21), False),
        (cycles("doxorubicin", 83, 20), True),
        (cycles("doxorubicin", 84, 21), False),
        ((given("doxorubicin", 91, kind="order"), *doses("doxorubicin", 91, 28)), True),
        ((given("doxorubicin", 92, kind="order"), *doses("doxorubicin", 92, 29)), False),
        ((given("doxorubicin", 30),), True),
        (doses("doxorubicin", 55, 13, 14), True),
        (doses("doxorubicin", 56, 14, 14), False),
        (doses("doxorubicin", 35, 14, 7), True),
    ],
    ids=[
        "20 days ago",
        "21 days ago",
        "fulfilled 20 days ago",
        "fulfilled 21 days ago",
        "open, 28 days",
        "open, 29 days",
        "no dose known",
        "dose-dense, 13 days ago",
        "dose-dense, 14 days ago",
        "weekly, 14 days ago",
    ],
)
def test_p13_trastuzumab_after_the_last_cycle_of_an_anthracycline_is_the_usual_sequence(record, said):
    """AC, then a taxane with trastuzumab: an open order counts for a treatment interval, what is only given for its cycle."""
    found = says(RULES, a_case(drugs=record), order("trastuzumab", 4, "mg/kg"), order("paclitaxel", 80, "mg/m2"))
    assert topics_of(found) == (["AnthracyclineWithTrastuzumab"] if said else [])


@pytest.mark.parametrize(
    ("days", "more", "said"),
    [(21, {}, False), (20, {}, True), (84, {}, False), (84, {"every_days": 21}, True), (84, {"count": 4}, True), (84, {"count": 1}, False)],
    ids=["a cycle later", "a day less", "after four cycles", "repeated", "four doses", "one dose"],
)
def test_p13_a_plan_of_one_after_the_other(days, more, said):
    """Each draft for its own day; of one that is repeated from its day on, nobody knows when it is over."""
    now, then = (PartialDate.on(TODAY + timedelta(days=n)) for n in (3, 3 + days))
    orders = (order("doxorubicin", 60, "mg/m2", planned=now, **more), order("trastuzumab", 4, "mg/kg", planned=then))
    found = says(RULES, a_case(), *orders)
    assert topics_of(found) == (["AnthracyclineWithTrastuzumab"] if said else [])
    weekly = (orders[0], order("trastuzumab", 4, "mg/kg", planned=then, every_days=7))
    assert topics_of(says(RULES, a_case(), *weekly)) == (["AnthracyclineWithTrastuzumab"] if said else [])
    unread = (order("doxorubicin", planned=now), orders[1])
    assert topics_of(says(RULES, a_case(), *unread)) == ["AnthracyclineWithTrastuzumab"]
    without_day = (*orders, order("doxorubicin", 60, "mg/m2"))
    assert topics_of(says(RULES, a_case(), *without_day)) == ["AnthracyclineWithTrastuzumab"]
    runs = on_therapy(given("trastuzumab", 100))
    assert "AnthracyclineWithTrastuzumab" in topics_of(says(RULES, runs, *orders))


@pytest.mark.parametrize("conjugate", [T_DM1, T_DXD])
def test_p13_conjugates_are_a_warning(conjugate):
    """P13: conjugates."""
    found = only(says(RULES, on_therapy(given(conjugate, 100)), doxorubicin()), "AnthracyclineWithTrastuzumab")
    assert found.indicator == "warning"


@pytest.mark.parametrize(
    ("last", "expected"),
    [("2026-04-20", ["AnthracyclineWithTrastuzumab"]), ("2026-04-19", []), ("2026-04", ["AnthracyclineWithTrastuzumab"]), ("2026-03", [])],
    ids=["7 months to the day", "7 months and a day", "perhaps within", "surely beyond"],
)
def test_r127_seven_calendar_months(last, expected):
    """R127: the same day seven months later counts as within; what may be within counts too."""
    assert date(2026, 11, 20) == TODAY
    found = says(RULES, on_therapy(given("trastuzumab", 500, last, reason="progression")), doxorubicin())
    assert topics_of(found) == expected
    assert all(f.indicator == "warning" for f in found)


def test_r127_counts_to_the_planned_day():
    """An anthracycline planned for the day after the seven months are over is in order."""
    case = on_therapy(given("trastuzumab", 500, "2026-05-01", reason="progression"))
    assert says(RULES, case, doxorubicin(planned=PartialDate.parse("2026-12-02"))) == []
    assert topics_of(says(RULES, case, doxorubicin(planned=PartialDate.parse("2026-12-01")))) == ["AnthracyclineWithTrastuzumab"]


def test_r127_trastuzumab_stopped_in_the_same_set_is_recent():
    """R127: a stop order makes it a warning, not silence."""
    found = says(RULES, on_therapy(given("trastuzumab", 100)), stop("trastuzumab", "progression"), doxorubicin())
    assert [(f.topic, f.indicator) for f in found] == [("AnthracyclineWithTrastuzumab", "warning")]


def test_r127_an_unknown_last_dose_is_asked_for():
    """R131: an ended course without a date is not "long ago"."""
    found = says(RULES, on_therapy(given("trastuzumab", None, None, status="completed")), doxorubicin())
    assert "when was trastuzumab given last" in words(only(found, "AnthracyclineWithTrastuzumab"))


@pytest.mark.parametrize(
    ("drugs", "asked"),
    [
        ((given("doxorubicin", 2000, 1900),), order("trastuzumab", 8, "mg/kg")),
        ((given("trastuzumab", 100),), order("docetaxel", 75, "mg/m2")),
        ((given(T_DXD, 300, 60),), doxorubicin()),
        ((), doxorubicin()),
    ],
    ids=["anthracycline years ago", "no anthracycline", "conjugate is over", "no HER2 drug"],
)
def test_section_5_history_only(drugs, asked):
    """Section 5: an anthracycline given years ago is history."""
    assert says(RULES, a_case(drugs=drugs), asked) == []


@pytest.mark.parametrize(("cycles", "indicator"), [(5, None), (6, "warning"), (9, "critical")])
def test_p13_lifetime_doxorubicin(cycles, indicator):
    """P13: 300 + 60 is in order, 360 + 60 is over 400, 540 + 60 over 550 mg/m2."""
    past = tuple(dose("doxorubicin", 3000 + 21 * n, dose=Dose(60, "mg/m2")) for n in range(cycles))
    found = says(RULES, a_case(drugs=past), doxorubicin())
    assert [f.indicator for f in found] == ([indicator] if indicator else [])


@pytest.mark.parametrize(
    ("first", "further", "total"),
    [
        ((60, "mg/m2"), (OrderedDose(107, "mg"),), None),  # the same dose in mg
        ((60, "mg/m2"), (OrderedDose(50, "mg/m2", later=True),), "410"),
        ((60, "mg/m2"), (OrderedDose(600, "mg/m2"),), None),  # the partner of "60 and 600 mg/m2"
        ((107, "mg"), (OrderedDose(110, "mg/m2"),), "410"),
        ((30, "mg/m2"), (OrderedDose(35, "mg/m2", later=True), OrderedDose(36, "mg/m2", later=True)), "401"),
    ],
)
def test_p13_every_dose_of_the_order_counts(first, further, total):
    """300 mg/m2 on record and what the order adds: one dose in two units once, each dose that follows on top."""
    past = tuple(dose("doxorubicin", 3000 + 21 * n, dose=Dose(60, "mg/m2")) for n in range(5))
    surface = (BodyMeasure("weight", 70, ago(5), "Observation/w"), BodyMeasure("height", 165, ago(400), "Observation/h"))
    found = says(RULES, a_case(drugs=past, body=surface), order("doxorubicin", *first, further=further))
    assert [f"reach {total} mg/m2" in f.headline.text for f in found] == ([True] if total else [])


def test_p13_one_order_may_be_too_much_alone():
    """600 mg/m2 with nothing on record; the ordered dose is named, and no earlier one."""
    found = only(says(RULES, a_case(), order("doxorubicin", 600, "mg/m2")), "AnthracyclineWithTrastuzumab")
    assert found.indicator == "critical"
    assert [(fact.name, fact.value) for fact in found.facts] == [("Ordered dose", "600 mg/m2")]


# --- R083, R126, P05, R136 -------------------------------------------------------------------------------------------------------


def test_v34_tdm1_at_the_dose_of_tdxd():
    """V34: critical, both drugs by their full names, never above 3.6, and nothing about biosimilars."""
    found = only(says(RULES, second_line(), order(T_DM1, 5.4, "mg/kg", plan=T_DXD)), "ProductMixUp")
    assert found.indicator == "critical"
    assert all(K.drugs[drug].name in found.headline.text for drug in (T_DM1, T_DXD))
    assert "3.6 mg/kg" in words(found)
    assert not re.search("biosimilar|interchangeable", words(found))
    assert [(s.act, s.code) for s in found.suggestions] == [("replace", T_DXD), ("delete", T_DM1)]


def test_r083_a_planned_product_that_is_barred_is_not_offered():
    """R116: the plan says T-DXd, the lungs say no: nothing at one click but taking the draft back."""
    case = second_line(intake=intake(ild_history="tdxd-grade-2-or-worse"))
    found = only(says(RULES, case, order(T_DM1, 5.4, "mg/kg", plan=T_DXD)), "ProductMixUp")
    assert [s.act for s in found.suggestions] == ["delete"]


@pytest.mark.parametrize(
    ("running", "ordered", "plan", "clicks"),
    [
        (T_DXD, T_DXD, "trastuzumab", ["delete"]),
        ("trastuzumab", "trastuzumab", T_DM1, ["delete"]),
        ("pertuzumab", "trastuzumab", T_DXD, ["replace", "delete"]),
        ("letrozole", "trastuzumab", T_DXD, ["replace", "delete"]),
    ],
)
def test_r083_a_planned_product_beside_what_runs_is_not_offered(running, ordered, plan, clicks):
    """P01: one click must not lead from the mix-up into duplicate HER2 therapy; the name on the order may be the mistake."""
    case = on_therapy(given(running, 60))
    found = only(says(RULES, case, order(ordered, 5.4, "mg/kg", plan=plan)), "ProductMixUp")
    assert [s.act for s in found.suggestions] == clicks
    ended = only(says(RULES, case, order(ordered, 5.4, "mg/kg", plan=plan), stop(running)), "ProductMixUp")
    assert "replace" in [s.act for s in ended.suggestions]


@pytest.mark.parametrize(
    ("drugs", "ordered", "plan", "clicks"),
    [
        (given(T_DM1, 60), "trastuzumab", T_DM1, ["delete"]),  # it may have been reduced
        (given(T_DM1, 60, status="on-hold"), "trastuzumab", T_DM1, ["delete"]),
        (given(T_DM1, 400, 200), "trastuzumab", T_DM1, ["delete"]),  # a reduced dose is never raised again
        (given("trastuzumab", 60), T_DM1, "trastuzumab", ["delete"]),  # one click would load again
        (given(PHESGO, 60), T_DM1, "trastuzumab", ["delete"]),
        (given("pertuzumab", 60), "trastuzumab", PHESGO, ["delete"]),
        (given("trastuzumab", 400, 200), T_DM1, "trastuzumab", ["replace", "delete"]),
        ((), T_DM1, "trastuzumab", ["replace", "delete"]),
    ],
)
def test_r083_a_planned_product_that_goes_on_is_not_offered(drugs, ordered, plan, clicks):
    """P03, P04: one click begins at the full dose, with loading, which is no dose for a course that goes on."""
    case = on_therapy(*((drugs,) if drugs else ()))
    for stops in ((), (stop("letrozole"),), (stop(plan),)):
        found = only(says(RULES, case, order(ordered, 5.4, "mg/kg", plan=plan), *stops), "ProductMixUp")
        assert [s.act for s in found.suggestions] == clicks


def test_r083_the_wrong_product_of_what_runs_is_one_problem():
    """T-DXd runs, the next dose is ordered under its name as trastuzumab: one card, which says what it would come on top of."""
    case = on_therapy(given(T_DXD, 60), dose(T_DXD, 21))
    (found,) = says(RULES, case, order("trastuzumab", 5.4, "mg/kg", plan=T_DXD))
    assert found.topic == "ProductMixUp"
    assert "on top of trastuzumab deruxtecan" in words(found)
    both = says(RULES, case, order("trastuzumab", 5.4, "mg/kg", plan=T_DXD), order("trastuzumab", 6, "mg/kg"))
    assert "DuplicateHer2Therapy" in topics_of(both), "another order of the same product is meant"
    assert "DuplicateHer2Therapy" in topics_of(says(RULES, case, order("trastuzumab", 5.4, "mg/kg", plan=T_DM1))), "another plan"
    assert "DuplicateHer2Therapy" in topics_of(says(RULES, on_therapy(given("trastuzumab", 60)), order(SC, 600, plan="trastuzumab")))


def test_r126_the_dose_alone_gives_the_mix_up_away():
    """R083: without a plan, by mg/kg, or by mg and the weight of the last four weeks."""
    assert topics_of(says(RULES, second_line(), order(T_DM1, 5.4, "mg/kg"))) == ["ProductMixUp"]
    weighed = second_line(body=BodyMeasure("weight", 70, ago(3)))
    assert topics_of(says(RULES, weighed, order(T_DM1, 380))) == ["ProductMixUp"]
    assert says(RULES, second_line(body=BodyMeasure("weight", 70, ago(60))), order(T_DM1, 380)) == []


@pytest.mark.parametrize("per_kg", [3.6, 3.9, 3.0, 2.4, 4.4, 7.2])
def test_r126_other_doses_of_tdm1_are_no_mix_up(per_kg):
    """Doses that are not like T-DXd's are left to the dose check."""
    assert says(RULES, second_line(), order(T_DM1, per_kg, "mg/kg")) == []


MORE = OrderedDose(5.4, "mg/kg", later=True)


@pytest.mark.parametrize(
    ("drug", "amount", "unit", "more", "headline"),
    [
        (T_DM1, 3.6, "mg/kg", {"further": (MORE,)}, "order-tdm1-at-tdxd-dose"),
        (T_DM1, 3.6, "mg/kg", {"further": (OrderedDose(3.0, "mg/kg", later=True),)}, None),
        (T_DXD, 5.4, "mg/kg", {"further": (OrderedDose(3.6, "mg/kg", later=True),)}, "order-tdxd-at-tdm1-dose"),
        (T_DXD, 5.4, "mg/kg", {"further": (OrderedDose(4.4, "mg/kg", later=True),)}, None),
        ("trastuzumab", 5.4, "mg/kg", {}, "order-trastuzumab-at-conjugate-dose"),
        ("trastuzumab", 3.6, "mg/kg", {}, "order-trastuzumab-at-conjugate-dose"),
        ("trastuzumab", 8, "mg/kg", {"further": (MORE,)}, "order-trastuzumab-at-conjugate-dose"),
        ("trastuzumab", 8, "mg/kg", {"further": (OrderedDose(6, "mg/kg", later=True),)}, None),
        ("trastuzumab", 4, "mg/kg", {"further": (OrderedDose(2, "mg/kg", later=True),)}, None),
        ("trastuzumab", 378, "mg", {}, None),  # a rounded 6 mg/kg
        ("trastuzumab", 5.5, "mg/kg", {}, None),
    ],
)
def test_another_products_dose_in_any_dose_of_an_order(drug, amount, unit, more, headline):
    """R083, R126: a conjugate's dose per kg on trastuzumab lies within the tolerance of its own, so it counts to the decimal."""
    case = second_line(body=(BodyMeasure("weight", 70, ago(5), "Observation/w"),))
    found = [f for f in says(RULES, case, order(drug, amount, unit, **more)) if f.topic == "ProductMixUp"]
    assert [f.headline.id for f in found] == ([headline] if headline else [])


@pytest.mark.parametrize(("per_kg", "found"), [(3.6, ["ProductMixUp"]), (3.2, []), (3.3, []), (4.4, []), (5.4, []), (4.0, [])])
def test_tdxd_at_the_dose_of_tdm1(per_kg, found):
    """3.6 mg/kg is no dose level of T-DXd: a warning to check the product."""
    assert topics_of(says(RULES, second_line(), order(T_DXD, per_kg, "mg/kg"))) == found


@pytest.mark.parametrize(
    ("drug", "plan"),
    [(T_DM1, "trastuzumab"), ("trastuzumab", T_DXD), (PHESGO, "trastuzumab"), (SC, PHESGO), (T_DXD, T_DM1)],
)
def test_r083_not_the_planned_product(drug, plan):
    """R083, C15: trastuzumab, T-DM1, T-DXd and the fixed combination."""
    assert only(says(RULES, second_line(), order(drug, 3, "mg", plan=plan)), "ProductMixUp").indicator == "critical"


@pytest.mark.parametrize(
    ("drug", "plan"),
    [("trastuzumab", "trastuzumab"), (SC, "trastuzumab"), ("trastuzumab", SC), ("pertuzumab", "trastuzumab"), ("docetaxel", "paclitaxel")],
)
def test_r136_biosimilar_and_route_are_no_mix_up(drug, plan):
    """R136: the same antibody; and drugs that nobody takes for one another."""
    assert says(RULES, second_line(), order(drug, 3, "mg", plan=plan)) == []


def test_r136_both_antibodies_in_place_of_their_fixed_combination_are_no_mix_up():
    """A switch of form under the old plan's name; one of them alone, or a conjugate beside the other, is one."""
    pertuzumab = order("pertuzumab", 420, "mg", plan=PHESGO)
    pair = says(RULES, second_line(), order("trastuzumab", 6, "mg/kg", plan=PHESGO), pertuzumab)
    assert "ProductMixUp" not in topics_of(pair)
    assert "ProductMixUp" in topics_of(says(RULES, second_line(), order("trastuzumab", 6, "mg/kg", plan=PHESGO)))
    assert "ProductMixUp" in topics_of(says(RULES, second_line(), order(T_DM1, 3.6, "mg/kg", plan=PHESGO), pertuzumab))


@pytest.mark.parametrize(
    "asked",
    [
        order(SC, 6, "mg/kg"),
        order(PHESGO, 8, "mg/kg"),
        order(PHESGO, 600, route="iv"),
        order("trastuzumab", 600, route="sc"),
    ],
    ids=["SC by weight", "fixed combination by weight", "fixed combination IV", "infusion subcutaneously"],
)
def test_p05_flat_products(asked):
    """P05: a subcutaneous product by weight or into a vein, an infusion product under the skin."""
    assert only(says(RULES, second_line(), asked), "ProductMixUp").indicator == "critical"


@pytest.mark.parametrize("asked", [order(SC, 600, route="sc"), order(PHESGO, 600, route="sc"), order("trastuzumab", 600, route="iv")])
def test_p05_right_products_are_silent(asked):
    """Flat doses as they should be, and 600 mg of the infusion for 100 kg."""
    assert says(RULES, second_line(), asked) == []


@pytest.mark.parametrize("drug", [T_DXD, T_DM1, "margetuximab", "pertuzumab"])
@pytest.mark.parametrize("route", ["sc", "im"])
def test_r083_what_is_given_into_a_vein_only(drug, route):
    """No label gives conjugates, margetuximab or pertuzumab alone under the skin; pertuzumab is in a fixed combination that is."""
    found = only(says(RULES, second_line(), order(drug, route=route)), "ProductMixUp")
    assert (found.indicator, found.headline.id, found.avoid) == ("critical", "order-infusion-only", (drug,))
    assert ("fixed combination" in words(found)) is (drug == "pertuzumab")


@pytest.mark.parametrize("route", ["iv", None])
def test_r083_infusions_by_their_own_route_are_silent(route):
    """Nothing said of the route is no other route."""
    asked = (order(T_DXD, 5.4, "mg/kg", route=route), order("pertuzumab", 420, route=route))
    assert "ProductMixUp" not in topics_of(says(RULES, second_line(), *asked))


# --- Scope -----------------------------------------------------------------------------------------------------------------------


def test_decision_18_any_stage_of_breast_cancer():
    """Adjuvant trastuzumab and an anthracycline: critical without any metastasis and whatever HER2 says."""
    case = a_case(metastases=(), receptors=(her2("0"),), drugs=given("trastuzumab", 100, intent="curative"))
    assert topics_of(says(RULES, case, doxorubicin())) == ["AnthracyclineWithTrastuzumab"]


@pytest.mark.parametrize(
    "case",
    [a_case(diagnoses=Diagnosis("other-primary", "active"), metastases=(), drugs=given("trastuzumab", 100)), a_case(age=15)],
    ids=["gastric cancer", "child"],
)
def test_decision_18_other_primaries_are_silent(case):
    """Other primaries and patients who are not ours."""
    assert says(RULES, case, doxorubicin(), tdxd()) == []


def test_an_order_for_gastric_cancer_is_not_judged():
    """P05: the order's own indication."""
    assert says(RULES, on_therapy(given("trastuzumab", 100)), tdxd(gastric=True)) == []


def test_an_order_revised_in_place_is_not_a_second_drug():
    """The chart still holds the order as T-DM1, the draft revises it to T-DXd under the same id: one conjugate, no duplicate."""
    kept = given("trastuzumab-emtansine", 60, kind="order", source="MedicationRequest/7")
    case = on_therapy(kept)
    revised = order("trastuzumab-deruxtecan", 5.4, "mg/kg", id="MedicationRequest/7")
    beside_it = order("trastuzumab-deruxtecan", 5.4, "mg/kg")
    assert "DuplicateHer2Therapy" not in topics_of(says(RULES, case, revised))
    assert "DuplicateHer2Therapy" in topics_of(says(RULES, case, beside_it))


OLD = "MedicationRequest/7"
NEW = order("trastuzumab-deruxtecan", 5.4, "mg/kg", replaces=OLD)


@pytest.mark.parametrize("replacing", [NEW, order("trastuzumab-deruxtecan", 5.4, "mg/kg", id=OLD)], ids=["prior", "revised"])
@pytest.mark.parametrize(
    ("in_chart", "duplicate"),
    [
        ((), False),
        ((dose("trastuzumab-emtansine", 21),), False),
        ((given("trastuzumab-emtansine", 60, kind="order", source="MedicationRequest/6", status="completed"),), False),
        ((given("trastuzumab-emtansine", 60, kind="order", source="MedicationRequest/8"),), True),
        ((given("trastuzumab-emtansine", 60, 0, kind="order", source="MedicationRequest/8", status="active"),), True),
        ((given("trastuzumab-emtansine", 60, -1, kind="order", source="MedicationRequest/8", status="active"),), True),
        ((given("trastuzumab-emtansine", 60, 1, kind="order", source="MedicationRequest/8", status="active"),), False),
        ((given("trastuzumab-emtansine", 60, kind="statement", source="MedicationStatement/1"),), True),
    ],
    ids=[
        "alone",
        "with doses",
        "after a fulfilled one",
        "beside another order",
        "beside one that ends today",
        "beside one that ends tomorrow",
        "beside one that ended",
        "beside a statement",
    ],
)
def test_an_order_that_takes_the_place_of_another(replacing, in_chart, duplicate):
    """Doses given under the replaced order, and fulfilled orders, are no therapy that runs on; what else stands in the chart is."""
    kept = given("trastuzumab-emtansine", 60, kind="order", source=OLD)
    found = topics_of(says(RULES, on_therapy(kept, *in_chart), replacing))
    assert ("DuplicateHer2Therapy" in found) is duplicate


@pytest.mark.parametrize(
    ("before", "drug", "facts", "mixed_up"),
    [
        (T_DXD, T_DM1, {}, True),
        (T_DM1, T_DXD, {}, True),
        ("trastuzumab", T_DM1, {}, True),
        ("trastuzumab", "trastuzumab-hyaluronidase", {}, False),
        ("trastuzumab", PHESGO, {}, False),
        ("tucatinib", T_DXD, {}, False),
        (T_DXD, T_DM1, {"disease_statuses": status("worsened", 5)}, False),
        (T_DXD, T_DM1, {"lungs": lung(onset=10, grade=2)}, False),
    ],
)
def test_r083_an_order_that_was_for_another_conjugate_until_now(before, drug, facts, mixed_up):
    """Revised under its own id, and nothing on record says why the drug ends: the product is to be checked; a new order is a switch."""
    case = on_therapy(given(before, 60, kind="order", source=OLD), **facts)
    label = {T_DM1: 3.6, T_DXD: 5.4}.get(drug)
    unit = "mg/kg" if label is not None else "mg"
    found = [f for f in says(RULES, case, order(drug, label, unit, id=OLD, status="active")) if f.topic == "ProductMixUp"]
    assert [(f.indicator, f.suggestions) for f in found] == ([("warning", ())] if mixed_up else [])
    assert "ProductMixUp" not in topics_of(says(RULES, case, order(drug, label, unit, replaces=OLD)))


def test_an_order_of_the_same_drug_replaces_nothing():
    """A renewal goes on with the drug: another conjugate beside it stays a duplicate."""
    case = on_therapy(given("trastuzumab-emtansine", 60, kind="order", source=OLD))
    renewed = order("trastuzumab-emtansine", 3.6, "mg/kg", replaces=OLD)
    assert "DuplicateHer2Therapy" in topics_of(says(RULES, case, renewed, order("trastuzumab-deruxtecan", 5.4, "mg/kg")))


def test_p13_doses_in_milligrams_count_by_the_body_surface():
    """Doxorubicin of 102 mg at 1.7 m2 is 60 mg/m2: seven of them and one more are 480; without a height they cannot be told."""
    past = tuple(dose("doxorubicin", 3000 + 21 * n, dose=Dose(102, "mg")) for n in range(7))
    surface = (BodyMeasure("weight", 65, ago(5), "Observation/w"), BodyMeasure("height", 160, ago(400), "Observation/h"))
    found = only(says(RULES, a_case(drugs=past, body=surface), order("doxorubicin", 102, "mg")), "AnthracyclineWithTrastuzumab")
    assert found.headline.id == "order-doxorubicin-lifetime"
    assert "480" in found.headline.text
    assert says(RULES, a_case(drugs=past, body=surface[:1]), order("doxorubicin", 102, "mg")) == []


@pytest.mark.parametrize(
    ("drug", "given_mg", "kg", "amount", "mixed_up"),
    [
        (T_DXD, 218, 60, 218, False),  # 3.63 mg/kg, as much as T-DM1
        (T_DXD, 299, 60, 218, True),
        (T_DM1, 245, 45, 245, False),  # 5.44 mg/kg, as much as T-DXd
        (T_DM1, 204, 45, 245, True),
    ],
)
def test_the_milligrams_of_last_time_are_no_other_product(drug, given_mg, kg, amount, mixed_up):
    """R083, P14: what was given last is the same product again, whatever a weight that fell makes of it."""
    case = second_line(body=(weight(68, 21), weight(kg, 1)), drugs=dosed(drug, 21, given_mg, "mg"))
    assert ("ProductMixUp" in topics_of(says(RULES, case, order(drug, amount, "mg")))) is mixed_up
