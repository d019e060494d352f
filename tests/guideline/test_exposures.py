"""Drug records to exposures: one course counted once, however often the chart tells it (decision 8)."""

from itertools import permutations

import pytest
from msgspec.structs import replace

from guideline.case import DrugRecord
from guideline.therapy.exposures import Exposure, exposures
from tests.guideline.case_builder import TODAY, a_case, advice_on, ago, dose, doses, given, lvef, metastasis, on_therapy, thp, topics
from tests.guideline.order_builder import asks, order


def courses(*records) -> tuple[Exposure, ...]:
    return exposures(records, TODAY)


def the_course(*records) -> Exposure:
    found = courses(*records)
    assert len(found) == 1, found
    return found[0]


def test_a_course_told_three_ways_is_one_exposure():
    """Statement, order and administrations of one course are one exposure that names all its sources."""
    records = (
        given("trastuzumab", 200),
        given("trastuzumab", 198, kind="order"),
        *doses("trastuzumab", 200, 11),
    )
    found = the_course(*records)
    assert found.state == "running"
    assert found.start == ago(200)
    assert set(found.sources) == {r.source for r in records}


def test_an_order_a_cycle_is_one_course():
    """One order for every cycle is still one course, running while the last one is active."""
    orders = [given("trastuzumab-deruxtecan", day, kind="order", status="completed") for day in range(31, 200, 21)]
    found = the_course(*orders, given("trastuzumab-deruxtecan", 10, kind="order"))
    assert found.state == "running"
    assert found.start == ago(199)


def test_completed_orders_of_past_cycles_do_not_end_a_course_that_a_statement_calls_active():
    """Each cycle's order is completed when its dose was given; the statement says that the therapy goes on."""
    orders = [given("trastuzumab", day, kind="order", status="completed") for day in range(10, 200, 21)]
    assert the_course(given("trastuzumab", 199), *orders).state == "running"


def test_completed_orders_with_a_dose_last_week_are_a_running_course():
    """Decision 8: the last administration says when it was last given; an order fulfilled is not a therapy ended."""
    orders = [given("trastuzumab", day, kind="order", status="completed") for day in range(7, 200, 21)]
    assert the_course(*orders, *doses("trastuzumab", 196, 7)).state == "running"


@pytest.mark.parametrize("reason", ["progression", "toxicity", "patient-wish", "completed", "other"])
@pytest.mark.parametrize("doses_too", [False, True])
def test_the_orders_of_its_cycles_do_not_undo_the_told_end_of_a_course(reason, doses_too):
    """The last cycle was given before the therapy was stopped: it is no new course, and the reason of the stop stays."""
    stop = given("trastuzumab", 200, 12, reason=reason)
    orders = [given("trastuzumab", day, kind="order", status="completed") for day in range(18, 200, 21)]
    found = the_course(stop, *orders, *(doses("trastuzumab", 186, 18) if doses_too else ()))
    assert (found.state, found.end, found.stop_reason) == ("ended", ago(12), reason)


@pytest.mark.parametrize("reason", ["progression", "toxicity", "lung", "heart", "patient-wish"])
@pytest.mark.parametrize("kind", ["statement", "order"])
@pytest.mark.parametrize("began", [320, 140, None])
def test_what_earlier_visits_left_open_does_not_outvote_the_told_end(reason, kind, began):
    """One record a visit, all of them "active", and a last one that says when and why: the drug was called running for good."""
    visits = [given("trastuzumab-deruxtecan", day, kind=kind) for day in (320, 260, 200, 140, 98)]
    found = the_course(*visits, given("trastuzumab-deruxtecan", began, 90, reason=reason))
    assert (found.state, found.start, found.end, found.stop_reason) == ("ended", ago(320), ago(90), reason)


@pytest.mark.parametrize("reason", ["progression", "toxicity", "completed", "other", None])
@pytest.mark.parametrize("begun", [97, 90, 60])
def test_what_begins_about_the_told_end_goes_on(reason, begun):
    """It may be another dose, or the next part of the plan; where the plan was completed, what was open before goes on too."""
    told = given("trastuzumab", 320, 90, reason=reason)
    assert courses(told, given("trastuzumab", begun))[-1].state == "running"
    longer = courses(told, given("trastuzumab", 140))[-1].state
    assert longer == ("ended" if reason in ("progression", "toxicity") else "running")


@pytest.mark.parametrize(
    ("drug", "reason"), [("trastuzumab-deruxtecan", "progression"), ("tucatinib", "progression"), ("trastuzumab-emtansine", "lung")]
)
@pytest.mark.parametrize("begun", [7, 1])
def test_the_cycle_ordered_in_the_days_before_the_told_end_is_no_therapy_that_goes_on(drug, reason, begun):
    """The order of the day of the scan, never closed: what failed, or went to the lungs, was not begun anew in another dose."""
    told = given(drug, 400, 60, reason=reason)
    found = the_course(told, given(drug, 60 + begun, kind="order"))
    assert (found.state, found.end, found.stop_reason) == ("ended", ago(60), reason)
    assert (
        courses(given("trastuzumab", 400, 60, reason="progression"), given("trastuzumab", 60 + begun, kind="order"))[-1].state == "running"
    )
    assert courses(given(drug, 400, 60, reason="toxicity"), given(drug, 60 + begun, kind="order"))[-1].state == "running"


@pytest.mark.parametrize("kind", ["statement", "order"])
@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("other", "progression", "progression"),
        ("completed", "lung", "lung"),
        ("toxicity", "lung", "lung"),
        ("patient-wish", "progression", "progression"),
        ("other", "completed", "other"),
    ],
)
def test_of_two_records_of_one_end_that_counts_which_says_why(one, other, told, kind):
    """An order closed as "discontinued by provider" beside the statement that says why: the order stood first, and was believed."""
    records = (
        given("trastuzumab-deruxtecan", 480, 60, kind="order", reason=one),
        given("trastuzumab-deruxtecan", 480, 60, kind=kind, reason=other),
    )
    assert the_course(*records).stop_reason == told


def test_of_two_reasons_that_of_the_later_end_is_why_it_ended():
    """Paused for neutropenia, given on and stopped for progression, both told from the first day: it was "stopped for toxicity"."""
    drug = "trastuzumab-deruxtecan"
    found = the_course(given(drug, 480, 200, reason="toxicity"), given(drug, 480, 60, reason="progression"))
    assert (found.end, found.stop_reason) == (ago(60), "progression")
    found = the_course(given(drug, 480, 200, reason="progression"), given(drug, 480, 60, reason="toxicity"))
    assert found.stop_reason == "toxicity"
    found = the_course(
        given(drug, 480, 60, reason="toxicity"), given(drug, 480, 60, reason="progression"), given(drug, 480, 200, reason="lung")
    )
    assert found.stop_reason == "progression"


@pytest.mark.parametrize("closed", [{}, {"end": 60}, {"end": 53}, {"end": 200, "reason": "other"}])
def test_an_order_closed_without_a_reason_before_the_told_end_is_no_course_of_its_own(closed):
    """A dose written anew closes the order before it: the line had two ends, one of them unexplained."""
    anew = given("trastuzumab-deruxtecan", 300, closed.get("end"), kind="order", status="stopped", reason=closed.get("reason"))
    found = the_course(given("trastuzumab-deruxtecan", 480, 60, reason="lung"), anew)
    assert (found.end, found.stop_reason) == (ago(60), "lung")
    assert (
        len(courses(given("trastuzumab-deruxtecan", 480, 60, reason="lung"), given("trastuzumab-deruxtecan", 300, 20, kind="order"))) == 2
    )


@pytest.mark.parametrize("reason", ["progression", "lung", "toxicity", "cardiac", "patient-wish"])
@pytest.mark.parametrize("begun", [399, None])
@pytest.mark.parametrize("last", [60, 64])
def test_orders_of_a_cycle_that_nobody_closed_do_not_outlive_the_told_end(reason, begun, last):
    """Each with the days of its cycle, and left "active": from the second on they were a therapy that goes on."""
    cycles = [given("trastuzumab-deruxtecan", day, day - 20, kind="order", status="active") for day in range(399, last, -21)]
    found = the_course(given("trastuzumab-deruxtecan", begun, last, reason=reason), *cycles)
    assert (found.state, found.end, found.stop_reason) == ("ended", ago(last), reason)


@pytest.mark.parametrize("status", ["completed", "stopped"])
@pytest.mark.parametrize("reason", ["other", "completed"])
def test_the_last_cycle_closed_with_a_word_of_routine_is_none_of_its_own(status, reason):
    """It began days before the end that another record explains."""
    last = given("trastuzumab-deruxtecan", 64, 60, kind="order", status=status, reason=reason)
    assert the_course(given("trastuzumab-deruxtecan", 400, 60, reason="lung"), last).stop_reason == "lung"


def test_a_dose_after_the_told_end_is_another_course():
    """Somebody gave it again, whatever the reason of the stop was."""
    told = (given("trastuzumab-deruxtecan", 320, 90, reason="lung"), given("trastuzumab-deruxtecan", 140, kind="order"))
    assert [e.state for e in courses(*told, dose("trastuzumab-deruxtecan", 30))] == ["ended", "running"]
    assert [e.state for e in courses(*told, dose("trastuzumab-deruxtecan", 100))] == ["ended"]


@pytest.mark.parametrize(("begun", "said"), [(95, ["InterstitialLungDisease"]), (90, ["InterstitialLungDisease"]), (89, [])])
def test_t_dxd_begun_days_before_its_stop_for_the_lungs_is_no_restart(begun, said):
    """Whoever gives it after the stop knows the grade; what was open before knows nothing of it."""
    stop = given("trastuzumab-deruxtecan", 320, 90, reason="lung")
    case = on_therapy(stop, given("trastuzumab-deruxtecan", begun, kind="order"), lvef=lvef(60, 30))
    found = asks(case, order("trastuzumab-deruxtecan", 5.4, "mg/kg")).findings
    assert [f.topic for f in found if f.topic == "InterstitialLungDisease"] == said


@pytest.mark.parametrize("left_open", ["statement", "order"])
def test_t_dxd_stopped_for_the_lungs_is_not_silently_being_given(left_open):
    """The chart was silent: T-DXd seemed to go on. An order of it says what stands against it, by the record that told of the stop."""
    stop = given("trastuzumab-deruxtecan", 320, 90, reason="lung")
    drugs = (*thp(700, 330, reason="progression", taxane_end=560), stop, given("trastuzumab-deruxtecan", 140, kind=left_open))
    chart = advice_on(on_therapy(*drugs, lvef=lvef(60, 30)))
    assert topics(chart) == ["ThirdLineTreatment"]
    (found,) = asks(on_therapy(*drugs, lvef=lvef(60, 30)), order("trastuzumab-deruxtecan", 5.4, "mg/kg")).findings
    assert (found.topic, found.indicator) == ("InterstitialLungDisease", "critical")
    assert [fact.source for fact in found.facts if fact.name == "Lungs"] == [stop.source]


def test_a_cycle_ordered_after_the_told_end_of_a_course_is_another_course():
    """It was begun again."""
    stop = given("trastuzumab", 200, 40, reason="toxicity")
    orders = [given("trastuzumab", day, kind="order", status="completed") for day in (10, 31, 52, 73)]
    assert [e.state for e in courses(stop, *orders)] == ["ended", "running"]


@pytest.mark.parametrize("fulfilled", [False, True])
def test_a_therapy_stopped_for_toxicity_has_a_next_line_however_its_cycles_were_ordered(fulfilled):
    """The next line was silent, and an LVEF of the drugs that had been stopped was called due."""
    orders = [given("trastuzumab", day, kind="order", status="completed") for day in range(18, 200, 21)] if fulfilled else []
    told = (given("trastuzumab", 200, 12, reason="toxicity"), *orders, *doses("trastuzumab", 186, 18))
    found = topics(advice_on(a_case(metastases=metastasis(day=210), drugs=told, lvef=lvef(60, 88))))
    assert "SecondLineTreatment" in found
    assert "LvefMonitoringDue" not in found


@pytest.mark.parametrize("reason", ["progression", "toxicity", "lung", "heart"])
@pytest.mark.parametrize("last", [12, 19])
def test_orders_of_cycles_within_a_course_that_was_ended_for_a_reason_are_that_course(reason, last):
    """A statement tells when and why the therapy ended; the completed orders and the doses of its cycles do not begin another one."""
    ended = given("trastuzumab-deruxtecan", 199, 12, status="stopped", reason=reason)
    found = the_course(ended, *one_day_orders(last, drug="trastuzumab-deruxtecan"), *doses("trastuzumab-deruxtecan", 199, last))
    assert (found.state, found.end, found.stop_reason) == ("ended", ago(12), reason)


def test_the_period_of_the_last_cycle_does_not_put_off_a_recorded_end():
    """The statement says when the therapy ended; the order of its last cycle is for three weeks."""
    found = the_course(given("trastuzumab", 200, 30, status="stopped", reason="progression"), *cycle_orders(20, last=32))
    assert (found.state, found.end) == ("ended", ago(30))


def test_the_period_of_the_only_cycle_does_not_put_off_a_recorded_end():
    """Stopped for toxicity five days after the first dose."""
    found = the_course(given("trastuzumab", 30, 25, status="stopped", reason="toxicity"), *cycle_orders(20, last=30)[:1])
    assert (found.state, found.end, found.stop_reason) == ("ended", ago(25), "toxicity")


@pytest.mark.parametrize("status", ["stopped", "completed"])
@pytest.mark.parametrize(
    "cycles",
    [[given("trastuzumab", 20, kind="order", status="completed")], doses("trastuzumab", 41, 20), doses("trastuzumab", 33, 33)],
    ids=["an order of a cycle", "doses", "one dose"],
)
def test_what_is_given_after_a_recorded_end_goes_on(status, cycles):
    """A plan with chemotherapy is closed, and the antibodies go on as orders or doses of single cycles: no therapy that ended."""
    found = the_course(given("trastuzumab", 200, 45, status=status), *cycles)
    assert (found.state, found.start, found.end) == ("running", ago(200), None)


def test_a_dose_a_few_days_after_a_recorded_end_is_the_last_one():
    """The day of an end is not always that of the last dose."""
    found = the_course(given("trastuzumab", 200, 45, status="completed"), *doses("trastuzumab", 197, 38))
    assert (found.state, found.end) == ("ended", ago(45))


def test_a_dose_after_an_end_for_a_reason_does_not_take_the_end_away():
    """Stopped for progression is stopped; a dose soon after it belongs to what was stopped."""
    found = the_course(given("trastuzumab", 200, 45, status="stopped", reason="progression"), dose("trastuzumab", 30))
    assert (found.state, found.end) == ("ended", ago(45))


def one_day_orders(last: int, *, drug: str = "trastuzumab") -> list[DrugRecord]:
    """One order a cycle, completed with its dose, whose period is the day of that dose."""
    return [given(drug, day, day, kind="order", status="completed") for day in range(last, 200, 21)]


def cycle_orders(length: int, *, status: str = "completed", last: int = 40) -> list[DrugRecord]:
    """One order a cycle with a period of so many days, begun `last` days ago and every four weeks before."""
    return [given("trastuzumab", day, day - length, kind="order", status=status) for day in range(last, 200, 28)]


@pytest.mark.parametrize(
    ("records", "state", "end"),
    [
        (one_day_orders(19), "running", None),
        (one_day_orders(63), "running", None),
        ([given("trastuzumab", 199), *one_day_orders(19)], "running", None),
        ([*one_day_orders(19), dose("trastuzumab", 19)], "running", None),
        ([*one_day_orders(40), dose("trastuzumab", 5)], "running", None),
        (one_day_orders(64), "ended", ago(64)),
        ([*one_day_orders(40), given("trastuzumab", 19, 19, kind="order", status="completed", reason="toxicity")], "ended", ago(19)),
        (one_day_orders(42)[:1], "running", None),
        (one_day_orders(43)[:1], "ended", ago(43)),
        ([*one_day_orders(19), given("trastuzumab", 199, 12, status="stopped")], "ended", ago(12)),
        (cycle_orders(20), "running", None),
        (cycle_orders(28), "running", None),
        (cycle_orders(29), "ended", ago(11)),
        (cycle_orders(20, status="active"), "running", None),
        ([*cycle_orders(20, status="active", last=64 + 20)], "ended", ago(64)),
        ([given("letrozole", 80, 10, kind="order", status="completed")], "running", None),
        (one_day_orders(14, drug="letrozole")[:1], "running", None),
        (one_day_orders(15, drug="letrozole")[:1], "ended", ago(15)),
    ],
    ids=[
        "recent", "63 days", "a statement", "a dose that day", "a dose since", "silent", "a reason", "one order", "one order long ago",
        "stopped", "cycles", "cycles of four weeks", "longer", "left open", "left open, silent", "a supply", "supply", "no supply",
    ],
)  # fmt: skip
def test_the_end_of_a_cycle_is_no_end_of_the_therapy(records, state, end):
    """An order for one cycle that states the day of its dose as its period says no more of the therapy than one without an end."""
    found = the_course(*records)
    assert (found.state, found.end) == (state, end)


@pytest.mark.parametrize(
    ("drug", "days", "end"),
    [
        ("trastuzumab", (370, 310), None),
        ("trastuzumab", (331, 310), None),
        ("trastuzumab", (331, 310, 310), None),
        ("trastuzumab", (430, 370, 310), None),
        ("trastuzumab", (366, 338, 310), ago(310)),
        ("trastuzumab", (367, 338, 310), None),
        ("letrozole", (366, 338, 310), None),
    ],
    ids=["far apart", "two", "two, one told twice", "three far apart", "cycles", "slower than cycles", "by mouth"],
)
def test_the_start_of_the_last_order_is_no_end(drug, days, end):
    """Completed orders without an end: until when it was given is not known, unless they follow one another as cycles do."""
    found = the_course(*[given(drug, day, kind="order", status="completed") for day in days])
    assert (found.state, found.end, found.last_known, found.last_seen) == ("ended", end, end, ago(310))


@pytest.mark.parametrize(("status", "fell_silent"), [("completed", True), ("active", True), ("stopped", False)])
def test_only_what_nobody_ended_fell_silent(status, fell_silent):
    """One order a cycle, none of late: a last one that somebody stopped is an end."""
    *before, last = cycle_orders(20, last=90)[::-1]
    found = the_course(*before, replace(last, status=status))
    assert (found.state, found.fell_silent) == ("ended", fell_silent)


def test_a_therapy_of_one_day_orders_asks_for_no_next_line():
    """Trastuzumab and pertuzumab 19 days ago, by orders that each end on the day of their dose: nothing is to be said."""
    assert topics(advice_on(on_therapy(*one_day_orders(19), *one_day_orders(19, drug="pertuzumab")))) == []


@pytest.mark.parametrize(
    ("last_dose", "state"),
    [(62, "running"), (63, "running"), (64, "on-hold")],
)
def test_decision_8_an_infused_drug_silent_for_more_than_nine_weeks_is_not_current(last_dose, state):
    """Active on paper, no dose for over 63 days where doses are recorded: "on hold?", not current."""
    found = the_course(given("trastuzumab", 300), *doses("trastuzumab", 299, last_dose))
    assert found.state == state


def test_decision_8_without_recorded_doses_the_status_stands():
    """Where no administrations are recorded at all, an active infused drug is current."""
    assert the_course(given("trastuzumab", 300)).state == "running"


def test_decision_8_oral_drugs_go_by_status():
    """Nobody records administrations of tablets at home: an active oral drug is current."""
    assert the_course(given("tucatinib", 300), dose("tucatinib", 290)).state == "running"


@pytest.mark.parametrize(
    ("record", "state", "end"),
    [
        (given("trastuzumab", 300, 30), "ended", ago(30)),
        (given("trastuzumab", 300, 30, status="active"), "ended", ago(30)),
        (given("trastuzumab", 300, -30, status="active"), "running", None),
        (given("trastuzumab", 300, 30, status="completed"), "ended", ago(30)),
        (given("trastuzumab", 300, status="completed"), "ended", None),
        (given("trastuzumab", 300, status="on-hold"), "on-hold", None),
        (given("trastuzumab", 300, status="unknown"), "unknown", None),
    ],
)
def test_decision_8_the_end_of_a_therapy(record, state, end):
    """An end in the past ends a course whatever its status says; one in the future does not; no end is invented."""
    found = the_course(record)
    assert (found.state, found.end) == (state, end)


def test_decision_8_else_the_last_administration():
    """A course known from doses alone ends with its last dose, once that is nine weeks ago."""
    found = the_course(*doses("trastuzumab", 400, 190))
    assert (found.state, found.end) == ("ended", ago(190))


def test_a_stopped_order_without_an_end_ends_with_its_last_dose():
    """Decision 8: period, validity, else the last administration."""
    found = the_course(given("trastuzumab", 400, status="stopped", kind="order"), *doses("trastuzumab", 400, 190))
    assert found.last_known == ago(190)


def test_an_adjuvant_and_a_metastatic_course_are_two():
    """The same drug years apart, or with another intent, is two exposures."""
    assert len(courses(given("trastuzumab", 2000, 1600, status="completed"), given("trastuzumab", 300))) == 2
    assert len(courses(given("trastuzumab", 400, 300, intent="curative"), given("trastuzumab", 290, intent="palliative"))) == 2


def test_an_undated_old_record_does_not_end_a_running_course():
    """A completed entry without dates says nothing about the course that began last year and is active."""
    found = courses(given("trastuzumab", None, status="completed"), given("trastuzumab", 300))
    assert any(e.state == "running" for e in found)


def test_a_dose_of_another_intent_is_not_part_of_the_adjuvant_course():
    """A completed adjuvant order without an end is not prolonged by palliative doses years later."""
    found = courses(
        given("trastuzumab", 2500, kind="order", status="completed", intent="curative"),
        *(dose("trastuzumab", day, intent="palliative") for day in (52, 31, 10)),
    )
    assert {(e.intent, e.state) for e in found} == {("curative", "ended"), ("palliative", "running")}


def test_the_order_of_the_records_is_of_no_account():
    """Any order of the same records gives the same exposures."""
    records = (
        given("trastuzumab", 900, 600, status="completed"),
        given("trastuzumab", 300, status="on-hold"),
        given("trastuzumab", 298, kind="order"),
        dose("trastuzumab", 279),
    )
    assert len({courses(*order) for order in permutations(records)}) == 1


@pytest.mark.parametrize("sentinel", ["0001-01-01", "1900-01-01", "9999-12-31"])
@pytest.mark.parametrize("kind", ["statement", "order", "administration"])
def test_the_dates_that_systems_write_for_unknown_are_read(sentinel, kind):
    """A start or an end of 0001-01-01 or 9999-12-31 is no error, nothing of the future, and hides no dose that is known."""
    records = (given("trastuzumab", sentinel, kind=kind), given("trastuzumab", 300, sentinel, kind=kind), dose("trastuzumab", 10))
    found = courses(*records)
    assert [e.last_known for e in found if e.state == "running"] == [ago(10)]
    assert all(e.start is None or e.start.latest <= TODAY for e in found)


@pytest.mark.parametrize(
    ("one", "other", "state"),
    [
        ("active", "completed", "ended"),
        ("active", "stopped", "ended"),
        ("active", "on-hold", "on-hold"),
        ("on-hold", "completed", "ended"),
        ("unknown", "active", "running"),
        ("draft", "unknown", "unknown"),
    ],
)
def test_who_knows_of_an_end_or_a_hold_knows_more(one, other, state):
    """One course told twice with the same first day, in either order: the record that knows more decides."""
    for told in ((one, other), (other, one)):
        drugs = tuple(given("tucatinib", 100, None, status=status) for status in told)
        course = the_course(*drugs)
        assert course.state == state, told


def test_a_dose_is_cited_by_the_record_that_has_its_day():
    """The last dose that a card names, and the resource beside it, are one administration."""
    doses_given = tuple(dose("trastuzumab", day) for day in (47, 26, 5))
    found = asks(on_therapy(*doses_given), order("doxorubicin", 60, "mg/m2", every_days=21))
    fact = next(fact for finding in found.findings for fact in finding.facts if fact.value == "last dose")
    assert (fact.date, fact.source) == (str(doses_given[-1].start), doses_given[-1].source)


def test_one_course_told_twice_ends_on_the_later_day():
    """Two records with the same first day and different last days: the later one, in either order; the reason of whichever has one."""
    one, other = given("tucatinib", 100, 40), given("tucatinib", 100, 30, reason="toxicity")
    for told in ((one, other), (other, one)):
        course = the_course(*told)
        assert (course.state, course.end, course.stop_reason) == ("ended", ago(30), "toxicity")


def test_doses_that_nobody_dated_are_a_course():
    """The drug was given: neither since when nor whether it still is can be said. Beside a dated course they add nothing."""
    undated = [replace(one, start=None, end=None) for one in doses("trastuzumab-deruxtecan", 40, 19)]
    found = the_course(*undated)
    assert (found.start, found.end, found.state, found.last_dose) == (None, None, "unknown", None)
    assert set(found.sources) == {one.source for one in undated}
    dated = [given("trastuzumab-deruxtecan", 40), *doses("trastuzumab-deruxtecan", 40, 19)]
    assert courses(*dated, *undated) == courses(*dated)


@pytest.mark.parametrize(
    ("record", "state"),
    [
        (given("letrozole", 90, 0, kind="order", status="completed"), "running"),
        (given("letrozole", 104, 14, kind="order", status="completed"), "running"),
        (given("letrozole", 105, 15, kind="order", status="completed"), "ended"),
        (given("letrozole", 90, 1, kind="order", status="active"), "running"),
        (given("letrozole", 90, 1, kind="order"), "ended"),
        (given("letrozole", 90, 1, kind="order", status="completed", reason="toxicity"), "ended"),
        (given("letrozole", 90, 1, status="completed"), "ended"),
        (given("trastuzumab", 90, 1, kind="order", status="completed"), "ended"),
    ],
    ids=["today", "14 days", "15 days", "active", "stopped", "a reason", "a statement", "infused"],
)
def test_an_oral_drug_whose_supply_ran_out_awaits_its_refill(record, state):
    """Some days between one order's end and the next one's signature are no end of a therapy that nobody ended."""
    assert the_course(record).state == state


@pytest.mark.parametrize("kind", ["order", "statement"])
@pytest.mark.parametrize(("again", "number"), [(320, 1), (319, 2), (100, 2)])
def test_a_course_that_nobody_closed_is_over_when_its_doses_stop_long_before_the_next_order(kind, again, number):
    """Adjuvant trastuzumab "active" for ever, its last dose half a year before trastuzumab is ordered anew: two courses, the first over."""
    earlier = (given("trastuzumab", 900, kind=kind), *doses("trastuzumab", 900, 500))
    found = courses(*earlier, given("trastuzumab", again, kind="order"), *doses("trastuzumab", again, 12))
    assert len(found) == number
    assert found[-1].state == "running"
    if number == 2:
        assert (found[0].state, found[0].last_known) == ("ended", ago(500))


def test_a_hold_on_record_and_a_course_without_doses_are_not_closed_by_the_next_order():
    """Nobody can tell from doses that were never recorded; and a hold that somebody wrote down is a pause."""
    assert len(courses(given("trastuzumab", 900), given("trastuzumab", 100, kind="order"))) == 1
    held = (given("trastuzumab", 900, kind="order", status="on-hold"), *doses("trastuzumab", 900, 500))
    assert len(courses(*held, given("trastuzumab", 100, kind="order"))) == 1


def test_a_relapse_treated_with_the_adjuvant_drug_again_is_in_the_line_that_it_was_before():
    """The order of adjuvant trastuzumab was never closed: THP 14 months after its last dose is no early relapse."""
    adjuvant = (given("trastuzumab", 1400, kind="order"), *doses("trastuzumab", 1400, 1000))
    thp = [given(drug, 560, kind="order") for drug in ("trastuzumab", "pertuzumab", "docetaxel")]
    given_on = [record for drug in ("trastuzumab", "pertuzumab") for record in doses(drug, 560, 14)]
    drugs = (*adjuvant, *thp, *given_on, *doses("docetaxel", 560, 440))
    advice = advice_on(a_case(drugs=drugs, metastases=(metastasis("liver", 575), metastasis("lung", 3))))
    assert advice.treatment.topic == "SecondLineTreatment"


@pytest.mark.parametrize("intents", [("palliative", "palliative"), ("palliative", None), (None, "palliative")])
@pytest.mark.parametrize("kind", ["statement", "order"])
def test_records_of_one_intent_or_of_none_are_one_course(intents, kind):
    """Only a second intent makes another course; one that is told once is that of the whole."""
    earlier, later = intents
    records = (given("trastuzumab", 200, intent=earlier), given("trastuzumab", 60, kind=kind, intent=later))
    assert the_course(*records).intent == "palliative"


def test_the_intent_of_a_dose_is_that_of_its_course():
    """The order says nothing of it."""
    assert the_course(given("trastuzumab", 60, kind="order"), dose("trastuzumab", 60, intent="palliative")).intent == "palliative"


@pytest.mark.parametrize(("intents", "told"), [(("curative", "curative"), "curative"), (("curative", None), None)])
def test_doses_without_a_day_tell_of_an_intent_where_all_do(intents, told):
    """Given some day, for one purpose: more is not known."""
    assert the_course(*[given("trastuzumab", None, kind="administration", intent=intent) for intent in intents]).intent == told


@pytest.mark.parametrize(("last", "state"), [(63, "running"), (64, "unknown")])
def test_a_course_of_no_known_status_runs_while_doses_tell_of_it(last, state):
    """The record gives no usable status (I17); a dose of the last nine weeks does."""
    assert the_course(given("trastuzumab", 300, status="unknown"), dose("trastuzumab", last)).state == state


def test_old_orders_of_cycles_do_not_end_what_a_statement_calls_open():
    """Nobody wrote new ones down; the statement still says that it is being taken."""
    orders = cycle_orders(20, status="active", last=100)
    assert the_course(*orders).state == "ended"
    assert the_course(given("trastuzumab", 199), *orders).state == "running"


def test_a_statement_that_joins_later_keeps_a_course_open_as_well():
    """First an order, then a statement of a later visit; the completed order of the last cycle ends nothing."""
    records = (
        given("trastuzumab", 200, kind="order"),
        given("trastuzumab", 150),
        given("trastuzumab", 100, 90, kind="order", status="completed"),
    )
    assert the_course(*records).state == "running"
