"""Before a first dose of T-DXd: new symptoms of the lungs, and what an image shows of them, are cleared first (R080, decision 12)."""

from __future__ import annotations

import pytest

from guideline.case import Procedure
from tests.guideline.case_builder import (
    advice_on,
    ago,
    given,
    intake,
    lung,
    missing_in,
    said,
    said_ids,
    second_line,
    symptom,
    topics,
)
from tests.guideline.order_builder import asks, order

T_DXD = "trastuzumab-deruxtecan"
GLASS = ("lung-finding", "ground-glass opacities")


def a_ct(day: int, state: str = "done") -> Procedure:
    return Procedure("chest-ct", state, ago(day), "Procedure/ct")  # type: ignore[arg-type]


def opened(*found, procedures=(), **facts):
    return advice_on(second_line(symptoms=found, procedures=procedures, **facts))


def ordered(*found, procedures=(), **facts):
    """The cards about the lungs when T-DXd is ordered for the first time."""
    case = second_line(symptoms=found, procedures=procedures, **facts)
    return [f for f in asks(case, order(T_DXD)).findings if f.topic == "InterstitialLungDisease"]


@pytest.mark.parametrize("entry", [symptom(), symptom(day=28), symptom(*GLASS)])
@pytest.mark.parametrize("history", ["none", None])
def test_what_is_new_is_named_before_the_first_dose(entry, history):
    """T-DXd still leads; the check names what is on the chart, and the fact its day and source. "Nothing is recorded" would be untrue."""
    advice = opened(entry, intake=intake(ild_history=history))
    treatment = advice.treatment
    assert treatment.lead.regimen == "tdxd"
    (check,) = [check for check in treatment.checks if check.id.startswith("check-lungs")]
    assert check.id == "check-lungs-to-clear"
    assert entry.name in check.text
    assert "I09" in missing_in(advice)
    assert (f"{entry.name} on the chart", str(entry.date), entry.source) in {(f.value, f.date, f.source) for f in treatment.facts}
    assert "InterstitialLungDisease" not in topics(advice)


@pytest.mark.parametrize(
    "entry",
    [symptom(day=29), symptom(day=None), symptom(status="resolved"), symptom(day=5, since=300), symptom("neurological", "seizure")],
)
def test_what_is_old_over_or_of_another_organ_is_not_named(entry):
    """As under the drug: only what an answer of the intake would still count for."""
    advice = opened(entry)
    assert "check-lungs-to-clear" not in said_ids(advice)
    assert not [f for f in advice.treatment.facts if "on the chart" in f.value]


@pytest.mark.parametrize(("answered", "named"), [(3, False), (9, True)])
def test_a_later_no_of_the_intake_answers_it(answered, named):
    """The entry is five days old."""
    answers = intake(respiratory_symptoms=said("false", days=answered))
    assert ("check-lungs-to-clear" in said_ids(opened(symptom(day=5), intake=answers))) is named


@pytest.mark.parametrize(("day", "named"), [(7, True), (5, False), (2, False)])
def test_a_ct_on_or_after_the_day_of_a_symptom_looked_for_its_cause(day, named):
    """One from before the symptom says nothing of it."""
    assert ("check-lungs-to-clear" in said_ids(opened(symptom(day=5), procedures=(a_ct(day),)))) is named


@pytest.mark.parametrize(("day", "named"), [(5, True), (4, False)])
def test_the_ct_that_shows_a_finding_does_not_clear_it(day, named):
    """A later one does."""
    assert ("check-lungs-to-clear" in said_ids(opened(symptom(*GLASS, day=5), procedures=(a_ct(day),)))) is named


def test_beside_resolved_lung_disease_both_are_said():
    """The earlier disease asks for a lung opinion, the new symptom for its cause."""
    said_here = said_ids(opened(symptom(), lungs=(lung(status="resolved", onset=900),)))
    assert {"check-lungs-to-clear", "check-lungs-resolved"} <= set(said_here)


def test_where_t_dxd_is_no_option_the_symptom_is_no_fact_of_the_card():
    """Nothing on the card rests on it."""
    advice = opened(symptom(), lungs=(lung(onset=900),))
    assert "tdxd" not in {option.regimen for option in (advice.treatment.lead, *advice.treatment.alternatives)}
    assert not [f for f in advice.treatment.facts if "on the chart" in f.value]


def test_several_are_named_in_one_sentence():
    advice = opened(symptom(), symptom(name="cough", day=3), symptom(*GLASS, day=2))
    (check,) = [check for check in advice.treatment.checks if check.id == "check-lungs-to-clear"]
    assert "dyspnoea, cough and ground-glass opacities on the chart" in check.text


@pytest.mark.parametrize(("entry", "indicator"), [(symptom(), "info"), (symptom(*GLASS), "warning")])
@pytest.mark.parametrize("before", [(), (a_ct(20),)])
def test_an_order_of_the_first_dose_asks_for_the_cause(entry, indicator, before):
    """Information for a symptom, a warning for an image that may be pneumonitis; a chest CT at one click, whatever was done before."""
    (found,) = ordered(entry, procedures=before)
    assert (found.indicator, found.headline.id) == (indicator, "order-lungs-to-clear")
    assert entry.name in found.headline.text
    assert [gap.input for gap in found.missing] == ["I09"]
    assert [suggestion.code for suggestion in found.suggestions] == ["chest-ct"]
    assert (entry.source,) == tuple(fact.source for fact in found.facts if "on the chart" in fact.value)


def test_a_booked_ct_is_not_offered_again():
    (found,) = ordered(symptom(), procedures=(a_ct(-3, "booked"),))
    assert (found.headline.id, found.suggestions) == ("order-lungs-to-clear", ())


def test_an_order_after_a_ct_that_looked_for_the_cause_is_not_questioned():
    assert ordered(symptom(day=5), procedures=(a_ct(4),)) == []


def test_an_order_says_both_beside_resolved_lung_disease():
    (found,) = ordered(symptom(), lungs=(lung(status="resolved", onset=900),))
    assert "tdxd-after-resolved-lung-disease" in [said.id for said in found.detail]


def test_the_longest_headline_fits():
    every = (symptom(), symptom(name="cough"), symptom(*GLASS), symptom("lung-finding", "new pulmonary infiltrates"))
    (found,) = ordered(*every)
    assert len(found.headline.text) < 140


def test_the_answer_of_the_intake_is_as_before():
    """Symptoms reported by the clinician are no information: they hold the order."""
    (found,) = ordered(symptom(), intake=intake(respiratory_symptoms="true"))
    assert (found.indicator, found.headline.id) == ("critical", "order-ild-symptoms")


def test_without_t_dxd_in_the_answer_nothing_is_asked():
    """A symptom says nothing about an order of the tucatinib triplet, nor to a patient on maintenance."""
    case = second_line(symptoms=(symptom(),), drugs=(given("trastuzumab", 200), given("pertuzumab", 200)))
    assert "check-lungs-to-clear" not in said_ids(advice_on(case))
