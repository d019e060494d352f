"""Loading again after a gap, and doses that come too early (P04)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from guideline.advice import HEADLINE_LENGTH
from guideline.case import Dose
from guideline.orders import OrderedDose
from guideline.partial_date import PartialDate
from guideline.practice import Practice
from guideline.rules.orders import reload as module
from tests.guideline.case_builder import TODAY, ago, dose, doses, given, lvef, on_therapy, second_line
from tests.guideline.measure_builder import BODY, dosed, weight
from tests.guideline.order_builder import asks, beside, order, says, words

TDXD, TDM1, PHESGO = "trastuzumab-deruxtecan", "trastuzumab-emtansine", "pertuzumab-trastuzumab-hyaluronidase"


def found(drugs, *orders):
    return says(module.RULES, second_line(body=BODY, drugs=drugs), *orders)


def headline(drugs, *orders):
    """The only headline, or None for silence. Every finding is a warning of its topic without a deletion."""
    got = found(drugs, *orders)
    assert len(got) <= 1
    assert all((f.topic, f.indicator, f.suggestions) == ("ReloadingDose", "warning", ()) for f in got)
    return got[0].headline.text if got else None


def kind(drugs, *orders):
    """`load`, `again`, `early` or None."""
    text = headline(drugs, *orders)
    if text is None:
        return None
    return {"Load": "load", "No s": "again", "Too ": "early"}[text[:4]]


def three_weekly(days):
    return (dosed("trastuzumab", days + 21, 6, "mg/kg"), dosed("trastuzumab", days, 6, "mg/kg"))


@pytest.mark.parametrize(
    ("days", "amount", "expected"),
    [
        (21, 6, None), (27, 6, None), (28, 6, None), (29, 6, "load"), (400, 6, "load"),
        (21, 8, "again"), (28, 8, "again"), (29, 8, None), (400, 8, None),
        (18, 6, None), (17, 6, "early"), (1, 6, "early"), (0, 6, None),
    ],
)  # fmt: skip
def test_trastuzumab_every_three_weeks(days, amount, expected):
    """A gap of more than 28 days: 8 mg/kg; up to it: 6 mg/kg. Less than 18 days: too early; the day of the dose itself: silent."""
    assert kind(three_weekly(days), order("trastuzumab", amount, "mg/kg", every_days=21)) == expected


@pytest.mark.parametrize(
    ("before", "amount", "unit", "more", "expected"),
    [
        (70, 420, "mg", {}, None),
        (70, 440, "mg", {}, None),
        (70, 420, "mg", {"loading": True}, "again"),
        (55, 420, "mg", {}, "again"),
        (70, 8, "mg/kg", {}, "again"),
        (63, 440, "mg", {}, "again"),  # 7 mg/kg at the start: not its usual dose
    ],
)
def test_the_usual_dose_after_weight_loss_is_no_second_loading_dose(before, amount, unit, more, expected):
    """At 55 kg 420 mg is near 8 mg/kg; where it was 6 mg/kg at the start of the course it is that dose, not calculated again."""
    drugs = (given("trastuzumab", 42), *three_weekly(21))
    case = second_line(body=(weight(before, 43), weight(55, 2)), drugs=drugs)
    got = says(module.RULES, case, order("trastuzumab", amount, unit, every_days=21, **more))
    assert [f.headline.text[:4] for f in got] == (["No s"] if expected else [])


@pytest.mark.parametrize(
    ("days", "amount", "expected"),
    [(7, 2, None), (14, 2, None), (15, 2, "load"), (14, 4, "again"), (15, 4, None), (3, 2, None)],
)
def test_trastuzumab_weekly(days, amount, expected):
    """A gap of more than 14 days: 4 mg/kg; and a weekly drug is never early by the three-weekly rule."""
    weekly = (dosed("trastuzumab", days + 7, 2, "mg/kg"), dosed("trastuzumab", days, 2, "mg/kg"))
    assert kind(weekly, order("trastuzumab", amount, "mg/kg", every_days=7)) == expected


@pytest.mark.parametrize(
    ("asked", "days"),
    [(order("trastuzumab", 600, every_days=21, route="sc"), 21), (order("trastuzumab", 6, "mg/kg", plan=TDXD), 140)],
    ids=["subcutaneously", "not the planned product"],
)
def test_a_product_that_has_to_be_checked_is_not_loaded(asked, days):
    """R083: what another product would be loaded with is no advice; a dose that comes too early stays one."""
    assert kind(three_weekly(days), asked) is None
    assert kind(three_weekly(17), order("trastuzumab", 6, "mg/kg", every_days=21, plan=TDXD)) == "early"


def test_the_dose_names_the_schedule():
    """Without an interval, 2 or 4 mg/kg are weekly and 6 or 8 mg/kg three-weekly."""
    assert kind(dosed("trastuzumab", 15, 2, "mg/kg"), order("trastuzumab", 2, "mg/kg")) == "load"
    assert kind(dosed("trastuzumab", 21, 6, "mg/kg"), order("trastuzumab", 6, "mg/kg")) is None


def test_from_weekly_to_three_weekly():
    """The three-weekly schedule begins a week after the last weekly dose: not too early."""
    weekly = tuple(dosed("trastuzumab", day, 2, "mg/kg") for day in (7, 14, 21))
    assert kind(weekly, order("trastuzumab", 6, "mg/kg", every_days=21)) is None


@pytest.mark.parametrize(
    ("drug", "before", "unit", "days", "amount", "expected"),
    [
        ("trastuzumab", 420, "mg", 21, 140, None),
        ("trastuzumab", 420, "mg", 28, 140, None),
        ("trastuzumab", 420, "mg", 29, 140, "load"),
        ("trastuzumab", 420, "mg", 21, 280, "again"),
        ("trastuzumab", 560, "mg", 21, 140, None),
        ("trastuzumab", 6, "mg/kg", 21, 140, None),
        ("trastuzumab-hyaluronidase", 600, "mg", 21, 140, None),
        ("trastuzumab", 140, "mg", 15, 420, "load"),
        ("trastuzumab", 140, "mg", 14, 420, None),
        ("trastuzumab", 140, "mg", 15, 560, None),
        ("trastuzumab", 140, "mg", 15, 140, "load"),
    ],
)
def test_the_gap_is_counted_by_the_schedule_that_was_given(drug, before, unit, days, amount, expected):
    """P04: from three-weekly to weekly no dose was missed on day 21; from weekly to three-weekly one was, on day 15."""
    every = 7 if amount in (140, 280) else 21
    earlier = (dosed(drug, days + (7 if before == 140 else 21), before, unit), dosed(drug, days, before, unit))
    assert kind(earlier, order("trastuzumab", amount, "mg", every_days=every)) == expected


@pytest.mark.parametrize(
    ("days", "amount", "expected"),
    [(21, 420, None), (41, 420, None), (42, 420, "load"), (41, 840, "again"), (42, 840, None), (17, 420, "early")],
)
def test_pertuzumab(days, amount, expected):
    """A gap of six weeks or more: 840 mg; shorter: 420 mg."""
    assert kind(dosed("pertuzumab", days, 420, "mg"), order("pertuzumab", amount, "mg", every_days=21)) == expected


@pytest.mark.parametrize(
    ("days", "parts", "expected"),
    [
        (21, (600.0, 600.0), None), (41, (600.0, 600.0), None), (42, (600.0, 600.0), "load"),
        (21, (1200.0, 600.0), "again"), (41, (1200.0, 600.0), "again"), (42, (1200.0, 600.0), None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("before", ["intravenous", "fixed-dose"])
def test_the_fixed_dose_combination(days, parts, expected, before):
    """After itself or after intravenous pertuzumab and trastuzumab: 600/600 mg within six weeks, from then on 1200/600 mg."""
    earlier = (
        (dosed("trastuzumab", days, 6, "mg/kg"), dosed("pertuzumab", days, 420, "mg")) if before == "intravenous" else (dose(PHESGO, days),)
    )
    assert kind(earlier, order(PHESGO, parts[0], "mg", parts=parts)) == expected


@pytest.mark.parametrize(
    ("days", "first", "further", "expected"),
    [
        (21, (8, "mg/kg"), (OrderedDose(6, "mg/kg", later=True),), "again"),
        (42, (8, "mg/kg"), (OrderedDose(6, "mg/kg", later=True),), None),
        (42, (6, "mg/kg"), (OrderedDose(8, "mg/kg"),), None),  # the words load
        (21, (6, "mg/kg"), (OrderedDose(8, "mg/kg"),), "again"),
        (21, (6, "mg/kg"), (OrderedDose(8, "mg/kg", conditional=True),), None),  # "reload if more than six weeks late"
        (42, (6, "mg/kg"), (OrderedDose(8, "mg/kg", conditional=True),), "load"),
        (42, (6, "mg/kg"), (OrderedDose(420, "mg"),), "load"),
        (42, (6, "mg/kg"), (OrderedDose(8, "mg/kg", later=True),), "load"),  # what follows loads nothing
        (21, (6, "mg/kg"), (OrderedDose(8, "mg/kg", later=True),), None),  # an overdose, and no reload
    ],
)
def test_every_dose_of_an_order_is_seen(days, first, further, expected):
    """A loading dose and what follows it in one order is normal; the loading dose may stand in the words, or in another unit."""
    assert kind(three_weekly(days), order("trastuzumab", *first, every_days=21, further=further)) == expected


def on(days):
    return PartialDate.on(TODAY + timedelta(days=days))


def cycles(drug, *amounts, unit="mg/kg", every=21):
    return [order(drug, amount, unit, planned=on(every * n), id=f"MedicationRequest/c{n}") for n, amount in enumerate(amounts)]


@pytest.mark.parametrize(
    ("days", "drafts", "expected"),
    [
        (21, cycles("trastuzumab", 6, 6, 6, 6), []),
        (21, cycles("trastuzumab", 6, 6, every=35), [("MedicationRequest/c0", "reload-needed")]),
        (42, cycles("trastuzumab", 8, 6, 6), []),
        (42, cycles("trastuzumab", 8, 8), [("MedicationRequest/c0", "reload-not-needed")]),
        (42, cycles("trastuzumab", 6, 6), [("2026-10-09", "reload-needed")]),
    ],
)
def test_the_cycles_of_a_plan_follow_one_another(days, drafts, expected):
    """Each draft counts from the one before it, not from the last dose that was given."""
    got = says(module.RULES, second_line(body=BODY, drugs=three_weekly(days)), *drafts)
    assert [(f.facts[0].source if f.facts[0].name == "Planned dose" else f.facts[0].date, f.headline.id) for f in got] == expected


@pytest.mark.parametrize(
    ("drafts", "again"),
    [
        (cycles("trastuzumab", 560, 560, 560, 560, unit="mg"), ["c1", "c2", "c3"]),
        (cycles("pertuzumab", 840, 840, unit="mg"), ["c1"]),
        (cycles(PHESGO, 15, 15, 10, unit="mL"), ["c1"]),
        (cycles("trastuzumab", 560, 420, 420, unit="mg"), []),
        (cycles("trastuzumab", 560, 560, unit="mg", every=35), []),
        (cycles("trastuzumab", 6, 8), []),  # no draft before the loading dose has loaded
        (cycles("trastuzumab", 4, 2, 2, every=7), []),
        (cycles("trastuzumab", 4, 4, every=7), ["c1"]),
        (cycles(TDXD, 5.4, 5.4), []),
    ],
)
def test_the_loading_dose_in_every_cycle_of_a_first_course(drafts, again):
    """P04: nothing on record is no reason to load in each draft of the plan."""
    got = says(module.RULES, second_line(body=BODY, drugs=()), *drafts)
    assert [(f.headline.id, f.facts[0].name) for f in got] == [("reload-not-needed", "Planned dose")] * len(again)
    assert [f.facts[0].source[-2:] for f in got] == [f"c{int(name[1]) - 1}" for name in again]


@pytest.mark.parametrize(
    ("drug", "first", "further", "said"),
    [
        ("trastuzumab", OrderedDose(8, "mg/kg", every_days=21, count=18), (), "8 mg/kg is the loading dose, ordered for 18 doses; 6 mg/kg"),
        ("trastuzumab", OrderedDose(560, "mg", count=6), (), "trastuzumab 560 mg (8 mg/kg) is the loading dose, ordered for 6 doses"),
        ("pertuzumab", OrderedDose(840, "mg", count=6), (), "ordered for 6 doses; 420 mg follows it"),
        (PHESGO, OrderedDose(15, "mL", count=2), (), "ordered for 2 doses"),
        ("trastuzumab", OrderedDose(560, "mg", count=1), (), None),
        ("trastuzumab", OrderedDose(560, "mg"), (), None),
        ("trastuzumab", OrderedDose(420, "mg", count=18), (), None),
        ("trastuzumab", OrderedDose(8, "mg/kg", count=18), (OrderedDose(6, "mg/kg", later=True),), None),
        (TDXD, OrderedDose(5.4, "mg/kg", count=18), (), None),
    ],
)  # fmt: skip
def test_one_order_for_several_loading_doses(drug, first, further, said):
    """P04: 8 mg/kg every three weeks x 18 loads eighteen times; what follows the loading dose in the order is right."""
    asked = replace(order(drug, 1), dose=first, further=further)
    got = says(module.RULES, second_line(body=BODY, drugs=()), asked)
    assert len(got) == (said is not None)
    assert all(
        (f.topic, f.indicator, f.headline.id) == ("ReloadingDose", "warning", "load-only-once") and said in f.headline.text for f in got
    )


def test_the_usual_dose_for_several_cycles_after_weight_loss_is_no_loading_dose():
    """420 mg x 6 at 55 kg is near 8 mg/kg: it was 6 mg/kg at the start of the course."""
    drugs = (given("trastuzumab", 42), *three_weekly(21))
    case = second_line(body=(weight(70, 43), weight(55, 2)), drugs=drugs)
    assert says(module.RULES, case, replace(order("trastuzumab", 1), dose=OrderedDose(420, "mg", count=6))) == []


def test_a_loading_dose_in_milligrams_beside_the_later_one():
    """560 mg at 70 kg is 8 mg/kg: the other draft is not told to load."""
    drafts = (order("trastuzumab", 560, planned=on(0)), order("trastuzumab", 420))
    assert says(module.RULES, second_line(body=BODY, drugs=three_weekly(42)), *drafts) == []


def test_a_dose_per_kg_in_the_words_is_judged_where_the_weight_is_missing():
    """560 mg cannot be judged without a weight; "8 mg/kg" beside it can."""
    case = second_line(drugs=three_weekly(21))
    (got,) = says(module.RULES, case, order("trastuzumab", 560, further=(OrderedDose(8, "mg/kg"),)))
    assert got.headline.id == "reload-not-needed"


def test_the_flat_dose_of_the_subcutaneous_form_is_asked_about():
    """P05: 600 mg is 8 mg/kg at 75 kg: no second loading dose, or the subcutaneous product meant."""
    case = second_line(body=(weight(75),), drugs=three_weekly(21))
    (got,) = says(module.RULES, case, order("trastuzumab", 600))
    assert "600 mg is the flat dose of trastuzumab-hyaluronidase" in words(got)


def test_volumes_of_the_fixed_dose_combination():
    """15 mL is the loading dose, 10 mL the later one."""
    assert kind(dose(PHESGO, 21), order(PHESGO, 15, "mL")) == "again"
    assert kind(dose(PHESGO, 50), order(PHESGO, 10, "mL")) == "load"
    assert kind(dose(PHESGO, 21), order(PHESGO, 10, "mL")) is None


def test_the_fixed_dose_combination_after_trastuzumab_alone():
    """Without pertuzumab before, 1200/600 mg is a first dose: nothing to say about a gap; but too early it can be."""
    assert kind(dosed("trastuzumab", 21, 6, "mg/kg"), order(PHESGO, 15, "mL")) is None
    assert kind(dosed("trastuzumab", 10, 6, "mg/kg"), order(PHESGO, 15, "mL")) == "early"


def test_back_from_the_fixed_dose_combination():
    """Intravenous trastuzumab three weeks after the fixed-dose combination is not loaded again; after five weeks it is."""
    assert kind(dose(PHESGO, 21), order("trastuzumab", 6, "mg/kg")) is None
    assert kind(dose(PHESGO, 35), order("trastuzumab", 6, "mg/kg")) == "load"


def test_a_switch_of_route_is_no_gap():
    """Trastuzumab under the skin three weeks after the infusion, and back: silent; it never loads."""
    assert kind(dosed("trastuzumab", 21, 6, "mg/kg"), order("trastuzumab-hyaluronidase", 600, "mg")) is None
    assert kind(dosed("trastuzumab", 60, 6, "mg/kg"), order("trastuzumab-hyaluronidase", 600, "mg")) is None
    assert kind(dosed("trastuzumab-hyaluronidase", 21, 600, "mg"), order("trastuzumab", 6, "mg/kg")) is None


@pytest.mark.parametrize("drug", [TDXD, TDM1])
def test_conjugates_never_load(drug):
    """After any gap the dose is the same; only too early a dose is named."""
    amount = 5.4 if drug == TDXD else 3.6
    for days in (18, 21, 30, 60, 300):
        assert kind(dosed(drug, days, amount, "mg/kg"), order(drug, amount, "mg/kg")) is None
    assert kind(dosed(drug, 17, amount, "mg/kg"), order(drug, amount, "mg/kg")) == "early"
    assert kind(dosed(drug, 17, amount, "mg/kg"), order(drug)) == "early"


def test_a_conjugate_is_no_dose_of_its_antibody():
    """Trastuzumab 8 mg/kg ten days after T-DXd is a first dose, neither early nor loaded twice."""
    assert kind(dosed(TDXD, 10, 5.4, "mg/kg"), order("trastuzumab", 8, "mg/kg")) is None


def test_docetaxel_too_early():
    """Docetaxel ten days after the last dose."""
    assert "not before" in headline(dosed("docetaxel", 10, 75, "mg/m2"), order("docetaxel", 75, "mg/m2"))
    assert kind(dosed("paclitaxel", 7, 80, "mg/m2"), order("paclitaxel", 80, "mg/m2")) is None


_LAST_CYCLE = (dosed("trastuzumab", 10, 6, "mg/kg"), dosed("pertuzumab", 10, 420, "mg"), dosed("docetaxel", 10, 75, "mg/m2"))
_NEXT_CYCLE = (order("trastuzumab", 6, "mg/kg", every_days=21), order("pertuzumab", 420), order("docetaxel", 75, "mg/m2"))


def test_a_cycle_that_comes_too_early_is_one_finding():
    """Its drugs were given on one day and are ordered for one day: the same words three times over say nothing more."""
    (f,) = module.one_cycle(found(_LAST_CYCLE, *_NEXT_CYCLE))
    assert f.headline.text == (
        "Too early for trastuzumab + pertuzumab + docetaxel: 10 days after the dose of 2026-11-10; due 2026-12-01, not before 2026-11-28"
    )
    assert f.about == ("trastuzumab", "pertuzumab", "docetaxel")
    assert [(fact.name, fact.value) for fact in f.facts] == [("Last dose", drug) for drug in f.about]


def test_drugs_given_last_on_different_days_are_too_early_each_by_itself():
    """Each has its own day from which it is due."""
    later = dosed("docetaxel", 3, 75, "mg/m2")
    headlines = [f.headline.text for f in module.one_cycle(found((*_LAST_CYCLE, later), *_NEXT_CYCLE))]
    assert [text.partition(":")[0] for text in headlines] == ["Too early for trastuzumab + pertuzumab", "Too early for docetaxel"]


def test_a_drug_on_hold_is_not_too_early_beside_the_others_of_its_cycle():
    """What holds a drug says how it would be given again: a card of its own must give no day on which it is due."""
    running = on_therapy(*_LAST_CYCLE, *(given(drug, 60) for drug in ("trastuzumab", "pertuzumab", "docetaxel")), body=BODY)
    for values, named in (
        ((lvef(60, 70), lvef(60, 1)), "trastuzumab + pertuzumab + docetaxel"),
        ((lvef(60, 70), lvef(38, 1)), "docetaxel"),
    ):
        cards = asks(replace(running, lvef=values), *_NEXT_CYCLE).findings
        early = [f.headline.text for f in cards if f.headline.id == "interval-short"]
        assert [text.partition(":")[0] for text in early] == [f"Too early for {named}"]


def test_the_longest_names_leave_room_for_the_day():
    """The day from which a dose is not questioned stands at the end, and must not be cut off."""
    last = (dose(PHESGO, 17), dosed("docetaxel", 17, 75, "mg/m2"))
    (f,) = module.one_cycle(found(last, order(PHESGO, 1200, every_days=21), order("docetaxel", 75, "mg/m2")))
    assert f.headline.text.startswith("Too early for pertuzumab-trastuzumab-hyaluronidase + docetaxel: 17 days after")
    assert f.headline.text.endswith("not before 2026-11-21")
    assert len(f.headline.text) <= HEADLINE_LENGTH


def test_the_card_says_when_and_what():
    """Days, the dose to give, and the day from which it may be given."""
    assert headline(three_weekly(35), order("trastuzumab", 420, "mg")) == (
        "Load again: trastuzumab 8 mg/kg instead of 420 mg (6 mg/kg); 35 days since the last dose"
    )
    (f,) = found(three_weekly(10), order("trastuzumab", 6, "mg/kg", every_days=21))
    assert f.headline.text == "Too early for trastuzumab: 10 days after the dose of 2026-11-10; due 2026-12-01, not before 2026-11-28"
    assert f.detail[0].text == (
        "Given every three weeks: day 21 is 2026-12-01, and from day 18 on (2026-11-28) a dose is not questioned. "
        "Right as ordered if it is meant for such a day."
    )
    assert "more than 28 days" in words(found(three_weekly(35), order("trastuzumab", 6, "mg/kg"))[0])
    assert [(fact.name, fact.date) for fact in f.facts] == [("Last dose", ago(10).earliest.isoformat())]


def test_an_order_for_a_later_day():
    """The gap counts up to the day for which the dose is planned."""
    later = order("trastuzumab", 6, "mg/kg", every_days=21, planned=PartialDate.on(TODAY + timedelta(11)))
    assert kind(three_weekly(10), later) is None
    assert kind(three_weekly(18), later) == "load"


def test_the_days_are_those_between_the_doses():
    """Planned for in five days, the last dose ten days ago: 15 days lie between them, and nothing is said to be "15 days ago"."""
    soon = order("trastuzumab", 6, "mg/kg", every_days=21, planned=PartialDate.on(TODAY + timedelta(5)))
    assert "15 days after the dose of 2026-11-10" in headline(three_weekly(10), soon)
    assert "ago" not in headline(three_weekly(10), soon)


def test_an_order_set_may_hold_both_doses():
    """The later dose beside a draft of the loading dose is right after a gap."""
    loading, later = order("trastuzumab", 8, "mg/kg"), order("trastuzumab", 6, "mg/kg")
    assert kind(three_weekly(60), loading, later) is None
    assert kind(three_weekly(60), later, beside("trastuzumab", 8, "mg/kg")) is None


def test_nothing_known_nothing_said():
    """No earlier dose, no readable dose, or a course that goes on without recorded doses: silent."""
    assert kind((), order("trastuzumab", 6, "mg/kg")) is None
    assert kind(three_weekly(60), order("trastuzumab")) is None
    assert kind(given("trastuzumab", 300), order("trastuzumab", 8, "mg/kg")) is None
    assert kind((given("trastuzumab", 300), dose("trastuzumab", 300)), order("trastuzumab", 6, "mg/kg")) == "load"
    assert kind((dose("trastuzumab", 300), given("trastuzumab", 40)), order("trastuzumab", 6, "mg/kg")) is None
    assert kind(dosed("tucatinib", 5, 300, "mg"), order("tucatinib", 300, "mg")) is None


def test_a_course_that_ended_without_recorded_doses():
    """Its end is the last day it can have been given: a gap is at least that long, an early dose is not proven."""
    assert kind(given("trastuzumab", 300, 40), order("trastuzumab", 6, "mg/kg")) == "load"
    assert kind(given("trastuzumab", 300, 28), order("trastuzumab", 6, "mg/kg")) is None
    assert kind(given("trastuzumab", 300, 10), order("trastuzumab", 8, "mg/kg")) is None
    assert kind(given(TDXD, 300, 10), order(TDXD, 5.4, "mg/kg")) is None


def test_one_order_a_cycle():
    """A cycle's order, completed when its dose was given, dates that dose."""
    cycles = tuple(given("trastuzumab", day, kind="order", status="completed") for day in (56, 35))
    assert kind(cycles, order("trastuzumab", 6, "mg/kg")) == "load"
    recent = tuple(given("trastuzumab", day, kind="order", status="completed") for day in (42, 21))
    assert kind(recent, order("trastuzumab", 6, "mg/kg")) is None


def test_a_coarse_date_decides_nothing_it_cannot():
    """A last dose of "2026-10" was 20 to 50 days ago: neither a gap nor an early dose is certain."""
    assert kind(dose("trastuzumab", "2026-10"), order("trastuzumab", 6, "mg/kg")) is None
    assert kind(dose("trastuzumab", "2026-10"), order("trastuzumab", 8, "mg/kg")) is None
    assert kind(dose("trastuzumab", "2026-09"), order("trastuzumab", 6, "mg/kg")) == "load"


def test_milligrams_need_a_current_weight():
    """420 mg cannot be told from 560 mg without a weight: silent."""
    case = second_line(body=weight(70, 60), drugs=three_weekly(60))
    assert says(module.RULES, case, order("trastuzumab", 420, "mg")) == []


def test_gastric_cancer_is_not_concerned():
    """Silent for an order for gastric cancer."""
    assert kind(three_weekly(60), order("trastuzumab", 6, "mg/kg", gastric=True)) is None


def test_a_dose_of_yesterday_is_one_day():
    """P04: "1 day after", not "1 days after"."""
    (found,) = says(module.RULES, second_line(body=BODY, drugs=three_weekly(1)), order("trastuzumab", 6, "mg/kg"))
    assert ": 1 day after the dose of" in found.headline.text


def test_the_longest_name_leaves_room():
    """P04: the headline of the fixed-dose combination is still under 140 characters."""
    assert len(headline(dose(PHESGO, 10), order(PHESGO, 10, "mL"))) < 140


def test_the_shortest_interval_is_a_setting():
    """P04: a site that gives three-weekly drugs from day 17 on is not told that day 17 is early."""
    case = second_line(body=BODY, drugs=three_weekly(17))
    ask = order("trastuzumab", 6, "mg/kg")
    assert says(module.RULES, case, ask)
    assert says(module.RULES, case, ask, practice=Practice(minimum_interval_days=17)) == []


@pytest.mark.parametrize(
    ("drug", "amount", "unit"), [("trastuzumab", 6, "mg/kg"), ("trastuzumab-deruxtecan", 5.4, "mg/kg"), ("pertuzumab", 420, "mg")]
)
@pytest.mark.parametrize("apart", [0, 1, 4])
def test_a_dose_that_is_recorded_twice_is_no_weekly_schedule(drug, amount, unit, apart):
    """Two systems wrote each dose down, on one day or a few apart: the next one is early all the same, and on time on time."""
    for days, expected in ((9, "early"), (21, None)):
        twins = [dosed(drug, day + more, amount, unit) for day in (days, days + 21, days + 42) for more in (0, apart)]
        assert kind(tuple(twins), order(drug, amount, unit, every_days=21)) == expected


def by_cycle(drug, amount, unit, length, *, every=None, last=10):
    """Fulfilled orders of a cycle each, with a period of so many days, the last begun `last` days ago."""
    amount = Dose(amount, unit, every)
    return [given(drug, day, day - length, kind="order", status="completed", dose=amount) for day in (last, last + 21, last + 42)]


@pytest.mark.parametrize(
    ("records", "asked", "expected"),
    [
        (by_cycle(TDXD, 5.4, "mg/kg", 20), order(TDXD, 5.4, "mg/kg", every_days=21), "early"),
        (by_cycle("trastuzumab", 6, "mg/kg", 20, every=21), order("trastuzumab", 6, "mg/kg", every_days=21), "early"),
        (by_cycle("trastuzumab", 6, "mg/kg", 20), order("trastuzumab", 6, "mg/kg", every_days=21), "early"),
        (by_cycle("trastuzumab", 420, "mg", 20, last=31), order("trastuzumab", 6, "mg/kg", every_days=21), "load"),
        (by_cycle("trastuzumab", 2, "mg/kg", 20), order("trastuzumab", 6, "mg/kg", every_days=21), None),
        (by_cycle("trastuzumab", 2, "mg/kg", 20, every=7), order("trastuzumab", 6, "mg/kg", every_days=21), None),
        (by_cycle("trastuzumab", 2, "mg/kg", 20, every=7, last=33), order("trastuzumab", 2, "mg/kg", every_days=7), None),
        (by_cycle("trastuzumab", 2, "mg/kg", 20, every=7, last=42), order("trastuzumab", 2, "mg/kg", every_days=7), "load"),
        (by_cycle("trastuzumab", 2, "mg/kg", 0, every=7, last=33), order("trastuzumab", 2, "mg/kg", every_days=7), "load"),
    ],
    ids=[
        "T-DXd",
        "three-weekly",
        "three-weekly by its dose",
        "in milligrams, long",
        "weekly by its dose",
        "weekly",
        "weekly, not long",
        "weekly, long",
        "an order a dose",
    ],
)
def test_a_cycle_whose_order_has_room_for_several_doses(records, asked, expected):
    """Weekly doses in one order of three weeks: the last was given by the end of it, not on its first day."""
    assert kind(tuple(records), asked) == expected


@pytest.mark.parametrize(("last", "asked", "expected"), [(10, 6, "early"), (21, 6, None), (21, 8, "again"), (31, 6, "load")])
def test_recorded_doses_tell_the_day_whatever_period_the_order_of_the_cycle_has(last, asked, expected):
    """Pharmacies order a cycle for three weeks: its end is no day of a dose where the dose itself is on record."""
    orders = [given("trastuzumab", day, max(day - 20, 0), kind="order", status="completed") for day in (last, last + 21, last + 42)]
    given_doses = tuple(dosed("trastuzumab", day, 6, "mg/kg") for day in (last, last + 21, last + 42))
    assert kind((*orders, *given_doses), order("trastuzumab", asked, "mg/kg", every_days=21)) == expected


def test_a_drug_that_is_not_to_be_given_is_not_loaded_again_by_a_card_of_its_own():
    """Held for the heart, 48 days after the last dose: the hold speaks, with how it would go on in its detail. Once it is over, alone."""
    values, again = (lvef(55, 100), lvef(44, 30)), order("trastuzumab", 6, "mg/kg", every_days=21)
    held = on_therapy(*doses("trastuzumab", 90, 48), lvef=(*values, lvef(47, 2)), body=BODY)
    (found,) = asks(held, again).findings
    assert (found.topic, found.indicator) == ("LvefHold", "warning")
    assert [line.id for line in found.detail][-3:] == ["if-given-again", "reload-needed", "reload-needed-why"]
    ready = on_therapy(*doses("trastuzumab", 90, 48), lvef=(*values, lvef(55, 1)), body=BODY)
    assert "ReloadingDose" in {f.topic for f in asks(ready, again).findings}


@pytest.mark.parametrize("after", [5, 7, 10])
@pytest.mark.parametrize(("days", "expected"), [(21, None), (28, None), (45, "load")])
def test_the_day_on_which_a_three_weekly_course_was_stopped_is_no_weekly_dose(after, days, expected):
    """The order was stopped for another product days after the last dose: three weeks without one are the rhythm, and no gap."""
    drugs = (given("trastuzumab", days + 63, days - after, kind="order"), *doses("trastuzumab", days + 63, days))
    assert kind(drugs, order("trastuzumab", 6, "mg/kg", every_days=21)) == expected


def test_weekly_doses_of_long_ago_are_not_the_rhythm_of_today():
    """Trastuzumab weekly for three months, three-weekly since: three weeks after a dose of unknown amount it is not loaded again."""
    weekly = replace(given("trastuzumab", 400, 320, kind="order"), dose=Dose(2, "mg/kg", every_days=7))
    since = replace(given("trastuzumab", 310, kind="order"), dose=Dose(6, "mg/kg", every_days=21))
    drugs = (weekly, since, *doses("trastuzumab", 400, 320, 7), *doses("trastuzumab", 310, 21))
    assert kind(drugs, order("trastuzumab", 6, "mg/kg", every_days=21)) is None


def test_a_mix_up_of_one_drug_does_not_take_in_that_another_is_too_early():
    """Both were given a week ago: that pertuzumab is too early stays a card of its own beside the mix-up of trastuzumab."""
    given_both = tuple(dose(drug, day) for drug in ("trastuzumab", "pertuzumab") for day in (7, 28, 49))
    cycle = (order("trastuzumab", 3.6, "mg/kg", every_days=21), order("pertuzumab", 420, every_days=21))
    cards = asks(on_therapy(*given_both, body=BODY), *cycle).findings
    assert "ProductMixUp" in {f.topic for f in cards}
    assert any(f.topic == "ReloadingDose" and "pertuzumab" in f.headline.text for f in cards)
