"""T-DXd after its grade 1 pneumonitis: the dose of a restart, at order entry and while it is on hold (R115, R118, R133)."""

import pytest

from guideline.case import Dose, Procedure
from guideline.lungs.tdxd_restart import restarts
from guideline.orders import OrderedDose
from guideline.practice import Practice
from guideline.rules.orders import order_safety
from tests.guideline.case_builder import (
    advice_on,
    ago,
    finding,
    given,
    intake,
    lung,
    missing_in,
    on_therapy,
    situation_of,
    symptom,
    topics,
    when,
)
from tests.guideline.measure_builder import dosed, weight
from tests.guideline.order_builder import asks, order, says

T_DXD = "trastuzumab-deruxtecan"
OPEN = intake(ild_history=None)
SAID = intake(ild_history="tdxd-grade-1-resolved")
FIRST = tuple(given(d, 690, 400, reason="progression") for d in ("trastuzumab", "docetaxel"))
HELD = given(T_DXD, 390, status="on-hold")
CT_DONE = {"procedures": Procedure("chest-ct", "done", ago(2), "Procedure/ct")}


def pneumonitis(onset, abated, **more):
    return lung(**{"status": "resolved", "grade": 1, "onset": onset, "abated": when(abated), "cause_drug": T_DXD, **more})


SLOW, QUICK, UNDATED = pneumonitis(80, 20), pneumonitis(40, 20), pneumonitis(80, None)


def held(*conditions, drugs=(HELD,), **facts):
    return on_therapy(*FIRST, *drugs, **{"lungs": conditions, "intake": OPEN, **facts})


def about_lungs(case, *orders, **more):
    return [f for f in says(order_safety.RULES, case, *orders, **more) if f.topic == "InterstitialLungDisease"]


def the_restart(*conditions, drugs=(HELD,)):
    case = held(*conditions, drugs=drugs)
    return restarts(situation_of(case), [record for record in case.drugs if record.drug == T_DXD])[0]


# --- How long it took ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "lower", "days", "missing"),
    [
        (pneumonitis(48, 20), False, 28, ""),
        (pneumonitis(49, 20), True, 29, ""),
        (pneumonitis(80, 20), True, 60, ""),
        (pneumonitis(20, 20), False, 0, ""),
        # Without a day of resolution it was over today at the latest.
        (pneumonitis(28, None), False, None, ""),
        (pneumonitis(29, None), None, None, "day of full resolution"),
        (pneumonitis(None, 20), None, None, "day of onset"),
        (pneumonitis(None, None), None, None, "days of onset and of full resolution"),
        # Months: October 2026 holds both 24 and 54 days before 24 November; August does not.
        (pneumonitis("2026-10", "2026-11-15"), None, None, "day of onset"),
        (pneumonitis("2026-08", "2026-11-15"), True, None, ""),
        (pneumonitis("2026-09-20", "2026-10"), None, None, "day of full resolution"),
        (pneumonitis("2026-10-05", "2026-10"), False, None, ""),
        (pneumonitis("2026", "2026"), None, None, "days of onset and of full resolution"),
        # Resolved before it began: one of the two is wrong.
        (pneumonitis(20, 30), None, None, "days of onset and of full resolution"),
        # Nobody recorded the onset: it was there when the entry was written, perhaps for weeks.
        (pneumonitis(40, 20, onset_stated=False), None, None, "day of onset"),
        (pneumonitis(80, 20, onset_stated=False), True, None, ""),
    ],
)
def test_r115_28_days_from_onset_to_resolution(condition, lower, days, missing):
    """R115: exactly 28 days are the same dose, 29 one level down; what the dates leave open stays open, and is named."""
    found = the_restart(condition)
    assert (found.lower, found.days, found.missing) == (lower, days, missing)


@pytest.mark.parametrize(
    ("drugs", "level"),
    [
        ((HELD,), 4.4),
        ((dosed(T_DXD, 100, 5.4, "mg/kg"), HELD), 4.4),
        ((dosed(T_DXD, 130, 5.4, "mg/kg"), dosed(T_DXD, 100, 4.4, "mg/kg"), HELD), 3.2),
        ((dosed(T_DXD, 130, 4.4, "mg/kg"), dosed(T_DXD, 100, 3.2, "mg/kg"), HELD), None),
        # The restart itself is not what was given before.
        ((dosed(T_DXD, 100, 5.4, "mg/kg"), dosed(T_DXD, 10, 4.4, "mg/kg"), HELD), 4.4),
        ((dosed(T_DXD, 80, 4.4, "mg/kg"), HELD), 3.2),
        ((dosed(T_DXD, 79, 4.4, "mg/kg"), HELD), 4.4),
        ((given(T_DXD, 390, status="on-hold", dose=Dose(4.4, "mg/kg")),), 3.2),
        # A statement that is kept up to date, or ended after the restart, tells the dose of today.
        ((given(T_DXD, 390, dose=Dose(4.4, "mg/kg")),), 4.4),
        ((given(T_DXD, 390, 5, dose=Dose(4.4, "mg/kg")),), 4.4),
        ((given(T_DXD, 390, 85, dose=Dose(4.4, "mg/kg")),), 3.2),
        # So does an order that goes on; the doses given are what counts.
        ((given(T_DXD, 390, kind="order", dose=Dose(4.4, "mg/kg")),), 4.4),
        ((dosed(T_DXD, 100, 5.4, "mg/kg"), given(T_DXD, 390, kind="order", status="on-hold", dose=Dose(4.4, "mg/kg"))), 4.4),
        ((dosed(T_DXD, 100, 4.4, "mg/kg", kind="order"), HELD), 3.2),
        ((given(T_DXD, None, status="on-hold", dose=Dose(4.4, "mg/kg")),), 4.4),
    ],
)
def test_r118_one_level_below_what_was_given_until_the_onset(drugs, level):
    """R118: 5.4, 4.4, 3.2, then none; without a recorded dose the highest counts as given."""
    assert the_restart(SLOW, drugs=drugs).level == level


def test_the_strictest_of_several():
    """Two pneumonitides, or one entered twice: the one that asks for less leads."""
    for listed in ((SLOW, QUICK), (QUICK, SLOW), (UNDATED, SLOW)):
        assert the_restart(*listed).lower is True
    assert the_restart(QUICK, UNDATED).lower is None


# --- At order entry -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "amount", "said"),
    [
        (SLOW, 5.4, [("warning", "tdxd-again-too-high")]),
        (SLOW, 6.4, [("warning", "tdxd-again-too-high")]),
        (SLOW, 4.4, []),
        (SLOW, 3.2, []),
        (SLOW, None, [("info", "tdxd-again-level")]),
        (QUICK, 5.4, []),
        (QUICK, None, []),
        (UNDATED, 5.4, [("info", "tdxd-again-open")]),
        (UNDATED, 4.4, []),
        (UNDATED, None, [("info", "tdxd-again-open")]),
    ],
)
def test_r115_the_ordered_dose_after_a_chest_ct(condition, amount, said):
    """R115: too high is a warning, right is silence; what the dates or the order leave open is information."""
    found = about_lungs(held(condition, **CT_DONE), order(T_DXD, amount, "mg/kg"))
    assert [(f.indicator, f.headline.id) for f in found] == said


def test_r118_a_later_dose_of_the_order_is_too_high_as_well():
    """R118: 4.4 mg/kg now and 5.4 mg/kg from the next cycle on is a restart one level too high."""
    stepped = order(T_DXD, 4.4, "mg/kg", further=(OrderedDose(5.4, "mg/kg", later=True),))
    (found,) = about_lungs(held(SLOW, **CT_DONE), stepped)
    assert (found.indicator, found.headline.id) == ("warning", "tdxd-again-too-high")
    assert "5.4 mg/kg as a later dose" in found.headline.text


def test_r115_the_card_names_days_dose_and_level():
    """The summary holds the ordered dose, the level below and the days; the facts hold both dates and the order."""
    (found,) = about_lungs(held(SLOW, **CT_DONE), order(T_DXD, 5.4, "mg/kg"))
    assert all(words in found.headline.text for words in ("5.4 mg/kg", "one level down, 4.4 mg/kg", "60 days"))
    assert {"Lungs", "Ordered dose"} == {fact.name for fact in found.facts}
    assert found.avoid == ()


@pytest.mark.parametrize(
    ("condition", "missing"),
    [(UNDATED, "Exact day of full resolution"), (pneumonitis(None, 20), "Exact day of onset"), (None, "Exact days of onset and of full")],
)
def test_i09_the_dates_that_decide_are_asked_for(condition, missing):
    """R115, I09: what to check, where the record or the questionnaire only says that a grade 1 has resolved."""
    facts = {"intake": SAID} if condition is None else {"lungs": condition}
    (found,) = about_lungs(held(**{"lungs": (), **CT_DONE, **facts}), order(T_DXD, 5.4, "mg/kg"))
    assert [gap.input for gap in found.missing] == ["I09"]
    assert found.missing[0].ask.text.startswith(missing)


@pytest.mark.parametrize(
    ("condition", "amount", "indicator", "line"),
    [
        (SLOW, 5.4, "warning", "ild-grade-1-lower"),
        (SLOW, 4.4, "info", "ild-grade-1-lower"),
        (QUICK, 5.4, "info", "ild-grade-1-same"),
        (UNDATED, 5.4, "info", "ild-grade-1-restart"),
        (SLOW, None, "info", "ild-grade-1-lower"),
    ],
)
def test_r115_without_a_chest_ct_the_rule_is_applied_beside_it(condition, amount, indicator, line):
    """R115: one card, with the CT at one click and the rule as the dates decide it."""
    (found,) = about_lungs(held(condition), order(T_DXD, amount, "mg/kg"))
    assert (found.indicator, found.detail[0].id) == (indicator, line)
    assert [(s.act, s.code) for s in found.suggestions] == [("request", "chest-ct")]


def test_r117_another_resolved_lung_disease_beside_it_is_not_forgotten():
    """R117: the lung opinion for the older disease stands on the same card, and the dose is judged all the same."""
    both = held(SLOW, lung("radiation", "resolved", onset=900))
    (found,) = about_lungs(both, order(T_DXD, 4.4, "mg/kg"))
    assert "tdxd-after-resolved-lung-disease" in {statement.id for statement in found.detail}
    assert [f.indicator for f in about_lungs(both, order(T_DXD, 5.4, "mg/kg"))] == ["warning"]


def test_r118_below_the_lowest_level_t_dxd_ends():
    """R118: 3.2 mg/kg given, more than 28 days: no restart at any dose."""
    lowest = (dosed(T_DXD, 100, 3.2, "mg/kg"), HELD)
    for amount in (3.2, None):
        (found,) = about_lungs(held(SLOW, drugs=lowest), order(T_DXD, amount, "mg/kg"))
        assert (found.indicator, found.headline.id, found.avoid) == ("warning", "ild-grade-1-no-level", (T_DXD,))


def test_p03_a_dose_raised_again_has_one_card():
    """P03, one card for one problem: after a restart at 4.4 an order of 5.4 is critical by its dose alone, and 4.4 is in order."""
    drugs = (dosed(T_DXD, 100, 5.4, "mg/kg"), dosed(T_DXD, 15, 4.4, "mg/kg"), given(T_DXD, 390, kind="order", dose=Dose(4.4, "mg/kg")))
    for amount, said in ((5.4, [("DoseCheck", "critical")]), (4.4, [])):
        found = asks(held(SLOW, drugs=drugs, **CT_DONE), order(T_DXD, amount, "mg/kg")).findings
        assert [(f.topic, f.indicator) for f in found if f.topic in ("DoseCheck", "InterstitialLungDisease")] == said


@pytest.mark.parametrize("tolerance", [0, 10, 25])
def test_no_tolerance_turns_one_level_into_another(tolerance):
    """Decision 18: 5.4 is not 4.4, however wide a site's tolerance is."""
    practice = Practice(dose_tolerance_percent=tolerance)
    for amount, indicators in ((5.4, ["warning"]), (4.4, [])):
        found = about_lungs(held(SLOW, **CT_DONE), order(T_DXD, amount, "mg/kg"), practice=practice)
        assert [f.indicator for f in found] == indicators


@pytest.mark.parametrize(
    ("condition", "amount", "indicators"), [(SLOW, 5.4, ["warning"]), (SLOW, 4.4, []), (UNDATED, 5.4, []), (SLOW, None, [])]
)
def test_while_it_runs_only_a_dose_known_to_be_too_high_speaks(condition, amount, indicators):
    """R118, silence list 15: no dose is raised again, so the warning stands at every cycle; questions are for the restart."""
    running = held(condition, drugs=(given(T_DXD, 390),))
    assert [f.indicator for f in about_lungs(running, order(T_DXD, amount, "mg/kg"))] == indicators


@pytest.mark.parametrize(
    ("facts", "last", "amount", "spoken"),
    [
        ({"intake": SAID, "lungs": ()}, 42, 5.4, True),
        ({"intake": SAID, "lungs": ()}, 29, 5.4, True),
        ({"intake": SAID, "lungs": ()}, 28, 5.4, False),
        ({"intake": SAID, "lungs": ()}, 42, 4.4, False),
        ({"lungs": (pneumonitis(40, None),)}, 42, 5.4, True),
        ({"lungs": (pneumonitis(60, None),)}, 42, 5.4, False),  # a dose was given since
        ({"lungs": (QUICK,)}, 42, 5.4, False),
    ],
)
def test_i09_a_cycle_was_left_out_and_the_dates_of_the_pneumonitis_are_open(facts, last, amount, spoken):
    """The drug still counts as running: its next dose is the restart, and the days that decide on it are asked for."""
    drugs = tuple(dosed(T_DXD, day, 5.4, "mg/kg") for day in (last + 42, last + 21, last))
    case = on_therapy(*FIRST, *drugs, **{"intake": OPEN, **CT_DONE, **facts})
    found = about_lungs(case, order(T_DXD, amount, "mg/kg"))
    assert [(f.headline.id, f.indicator) for f in found] == ([("tdxd-again-open", "info")] if spoken else [])


# --- On hold ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (QUICK, "ild-held-same"),
        (SLOW, "ild-held-lower"),
        (UNDATED, "ild-held-open"),
    ],
)
@pytest.mark.parametrize("reason", [None, "toxicity", "lung"])
def test_r133_a_hold_whose_pneumonitis_has_resolved_shows_the_restart(condition, said, reason):
    """R133, R115: information: at what dose, as far as the lungs go; no treatment card, nothing advised against."""
    advice = advice_on(held(condition, drugs=(given(T_DXD, 390, status="on-hold", reason=reason),)))
    found = finding(advice, "InterstitialLungDisease")
    assert (found.indicator, found.headline.id, found.avoid, advice.treatment) == ("info", said, (), None)
    assert ("I09" in missing_in(advice)) is (condition is UNDATED)


@pytest.mark.parametrize(
    ("drugs", "facts"),
    [
        ((given(T_DXD, 390, status="on-hold", reason="cardiac"),), {}),
        ((HELD, dosed(T_DXD, 10, 4.4, "mg/kg")), {}),
        ((given(T_DXD, 15, status="on-hold"),), {}),
        ((HELD,), {"lungs": (), "intake": SAID}),
    ],
    ids=["held for the heart", "given since", "begun since", "only said, no dates"],
)
def test_r132_a_hold_that_is_not_about_the_lungs_is_silent(drugs, facts):
    """R132: another reason, or a dose after the resolution: the pneumonitis is not why it is on hold."""
    case = on_therapy(*FIRST, *drugs, **{"lungs": SLOW, "intake": OPEN, **facts})
    assert "InterstitialLungDisease" not in topics(advice_on(case))


def test_r116_a_hold_with_ungraded_pneumonitis_asks_for_the_grade():
    """R116, R131: resolved, and nobody wrote down the grade: a grade of 2 would end T-DXd."""
    found = finding(advice_on(held(pneumonitis(80, 20, grade=None))), "InterstitialLungDisease")
    assert (found.indicator, found.headline.id) == ("warning", "ild-held-ungraded")
    assert [gap.ask.id for gap in found.missing] == ["ask-ild-grade-only"]


@pytest.mark.parametrize(
    ("conditions", "facts"),
    [
        ((QUICK,), {"intake": intake(ild_history=None, respiratory_symptoms="true")}),
        ((QUICK,), {"symptoms": symptom(day=5)}),
        ((QUICK, lung(onset=5)), {}),
        ((QUICK, lung(onset=5, cause_drug=T_DXD)), {}),
        ((QUICK, lung(grade=1, onset=700)), {}),
        ((QUICK, pneumonitis(19, 10, grade=None)), {}),
    ],
    ids=["symptoms told", "symptoms on the chart", "another one", "a second one", "older lung disease", "a second one, ungraded"],
)
def test_r115_no_dose_of_a_restart_while_the_lungs_are_open(conditions, facts):
    """The first episode is over; another, or symptoms of one, is not: a warning that names no dose in place of the restart."""
    found = finding(advice_on(held(*conditions, **facts)), "InterstitialLungDisease")
    assert found.indicator == "warning"
    assert found.headline.id in {"ild-on-hold", "ild-held-ungraded"}
    assert found.avoid == (T_DXD,)


def test_r116_another_conjugate_that_runs_is_spoken_of_in_place_of_the_hold():
    """T-DM1 given now, T-DXd still "on hold" beside it: no restart of T-DXd is anybody's question, whatever its pneumonitis was."""
    drugs = (HELD, given("trastuzumab-emtansine", 10))
    for grade in (1, None):
        found = [f for f in advice_on(held(pneumonitis(80, 20, grade=grade), drugs=drugs)).findings if f.topic == "InterstitialLungDisease"]
        assert [f.headline.id for f in found if f.headline.id.startswith("ild-held")] == []


def test_r118_a_hold_at_the_lowest_level_says_that_there_is_none_below():
    """R118: more than 28 days at 3.2 mg/kg."""
    drugs = (given(T_DXD, 390, status="on-hold", dose=Dose(3.2, "mg/kg")),)
    found = finding(advice_on(held(SLOW, drugs=drugs)), "InterstitialLungDisease")
    assert (found.indicator, found.headline.id) == ("warning", "ild-grade-1-no-level")


@pytest.mark.parametrize(
    ("condition", "asked"),
    [
        (lung(grade=1, onset=14, cause_drug=T_DXD), []),
        (lung(grade=1, onset=14), ["ask-ild-cause"]),
        (lung(onset=14, cause_drug=T_DXD), ["ask-ild-grade-only"]),
        (lung(onset=14, cause_drug="drug"), ["ask-ild-grade"]),
    ],
)
def test_only_what_is_not_on_record_is_asked_for(condition, asked):
    """I09: a grade or a cause that stands among the facts is no question."""
    found = finding(advice_on(held(condition)), "InterstitialLungDisease")
    assert [gap.ask.id for gap in found.missing] == asked


def test_new_symptoms_ask_for_grade_and_cause_again():
    """New symptoms are not explained by the grade of an older finding."""
    case = held(lung(grade=1, onset=14, cause_drug=T_DXD), intake=intake(ild_history=None, respiratory_symptoms="true"))
    assert [gap.ask.id for gap in finding(advice_on(case), "InterstitialLungDisease").missing] == ["ask-ild-grade"]


@pytest.mark.parametrize(("amount", "said"), [(299, None), (329, "Do not re-escalate"), (367, "Do not re-escalate")])
def test_r118_the_milligrams_of_the_restart_are_no_higher_level_for_weight_lost(amount, said):
    """Restarted one level down, 299 mg at 68 kg: at 60 kg they are 4.98 mg/kg, and still the level of the restart."""
    body = (weight(68, 100), weight(68, 15), weight(60, 1))
    doses = (dosed(T_DXD, 100, 367, "mg"), dosed(T_DXD, 15, 299, "mg"))
    found = asks(held(SLOW, drugs=doses, body=body, **CT_DONE), order(T_DXD, amount, "mg")).findings
    assert [f for f in found if f.topic == "InterstitialLungDisease"] == []
    assert [f.headline.text.split(" trastuzumab")[0] for f in found if f.indicator == "critical"] == ([said] if said else [])
