"""Symptoms that stand on the chart and that the intake did not ask for (decisions 12, 13 and 27)."""

from __future__ import annotations

import pytest

from guideline.case import Procedure
from tests.guideline.case_builder import (
    a_case,
    advice_on,
    ago,
    dose,
    finding,
    given,
    intake,
    metastasis,
    missing_in,
    on_therapy,
    said,
    said_ids,
    second_line,
    source,
    stage,
    symptom,
    topics,
)

TDXD = (given("trastuzumab-deruxtecan", 200),)
TDM1 = (given("trastuzumab-emtansine", 200),)
HP = (given("trastuzumab", 200), given("pertuzumab", 200))


def on(*found, drugs=TDXD, **answers):
    return advice_on(on_therapy(*drugs, symptoms=found, intake=intake(**answers)))


def facts(advice, name):
    return [(fact.value, fact.date) for fact in finding(advice, "InterstitialLungDisease").facts if fact.name == name]


@pytest.mark.parametrize("drugs", [TDXD, TDM1])
@pytest.mark.parametrize("day", [0, 5, 28])
def test_r080_new_dyspnoea_on_the_chart_under_a_conjugate_is_critical(drugs, day):
    """As the intake's answer: interrupt, image, lung consult; the fact names the entry."""
    entry = symptom(day=day)
    found = finding(on(entry, drugs=drugs), "InterstitialLungDisease")
    assert (found.indicator, found.headline.id) == ("critical", "ild-symptoms")
    (fact,) = [fact for fact in found.facts if fact.name == "Respiratory symptoms"]
    assert (fact.value, fact.date, fact.source) == ("dyspnoea on the chart", str(entry.date), entry.source)


@pytest.mark.parametrize(
    "entry",
    [
        symptom(day=29),
        symptom(day=None),
        symptom(day="2026"),
        symptom(status="resolved"),
        symptom(day=5, since=201),
        symptom(day=5, since=None),
        symptom("neurological", "seizure"),
    ],
)
def test_r080_what_is_old_over_undated_or_was_there_before_stays_silent(entry):
    """Older than an answer may be, resolved, without a date, known before the first dose, of another organ."""
    assert "InterstitialLungDisease" not in topics(on(entry))


def test_r080_a_symptom_of_the_day_of_the_first_dose_is_not_the_drugs():
    """It was there before the drug was; the day after may be the drug's."""
    drugs = (given("trastuzumab-deruxtecan", 10),)
    assert "InterstitialLungDisease" not in topics(on(symptom(day=10), drugs=drugs))
    assert "InterstitialLungDisease" in topics(on(symptom(day=9), drugs=drugs))


def test_r080_without_a_conjugate_a_symptom_on_the_chart_stays_silent():
    """Dyspnoea under trastuzumab and pertuzumab is no pneumonitis of a conjugate."""
    for kind in ("respiratory", "lung-finding"):
        assert "InterstitialLungDisease" not in topics(on(symptom(kind), drugs=HP))
    long_over = (given("trastuzumab-deruxtecan", 600, 200, reason="progression"), *HP)
    assert "InterstitialLungDisease" not in topics(on(symptom(), drugs=long_over))


def test_r116_what_begins_soon_after_the_last_dose_still_counts():
    """As pneumonitis does that is found at the visit after the last dose."""
    ended = (given("trastuzumab-deruxtecan", 300, 20, reason="progression"),)
    advice = on(symptom(), drugs=ended)
    assert finding(advice, "InterstitialLungDisease").headline.id == "ild-symptoms-before-start"
    assert facts(advice, "Respiratory symptoms") == [("dyspnoea on the chart", "2026-11-15")]


@pytest.mark.parametrize(("answered", "speaks"), [(3, False), (5, True), (9, True)])
def test_a_later_no_of_the_intake_wins_and_an_older_one_does_not(answered, speaks):
    """The entry is five days old: "no" three days ago is news, nine days ago it was before."""
    advice = on(symptom(day=5), respiratory_symptoms=said("false", days=answered))
    assert ("InterstitialLungDisease" in topics(advice)) is speaks


def test_a_no_before_the_entry_was_written_down_does_not_win():
    """Begun ten days ago, asked seven days ago, written down three days ago."""
    advice = on(symptom(day=10, recorded=3), respiratory_symptoms=said("false", days=7))
    assert "InterstitialLungDisease" in topics(advice)


def test_intake_and_chart_stand_side_by_side():
    """Each with its source; one entry for each symptom, the newest."""
    entries = (symptom(day=8), symptom(day=4), symptom(name="cough", day=6))
    advice = on(*entries, respiratory_symptoms=said("true", days=5))
    assert facts(advice, "Respiratory symptoms") == [
        ("new cough, dyspnoea or fever reported", "2026-11-15"),
        ("cough on the chart", "2026-11-14"),
        ("dyspnoea on the chart", "2026-11-16"),
    ]


@pytest.mark.parametrize("drugs", [TDXD, TDM1])
def test_decision_12_ground_glass_opacities_are_suspected_pneumonitis(drugs):
    """New pneumonitis under treatment, grade and cause asked for; what the image shows is named as what it is."""
    found = finding(on(symptom("lung-finding", "ground-glass opacities", day=3), drugs=drugs), "InterstitialLungDisease")
    assert (found.indicator, found.headline.id) == ("critical", "ild-new-under-treatment")
    assert [gap.input for gap in found.missing] == ["I09"]
    assert ("Lungs", "ground-glass opacities, pneumonitis not excluded") in {(fact.name, fact.value) for fact in found.facts}


def test_decision_12_a_finding_after_the_last_dose_of_t_dxd_is_not_graded():
    """As ungraded pneumonitis of T-DXd that is over."""
    ended = (given("trastuzumab-deruxtecan", 300, 20, reason="progression"),)
    found = finding(on(symptom("lung-finding", "ground-glass opacities"), drugs=ended), "InterstitialLungDisease")
    assert found.headline.id == "ild-after-tdxd-ungraded"


@pytest.mark.parametrize(
    "entry",
    [
        symptom("lung-finding", "ground-glass opacities", day=29),
        symptom("lung-finding", "ground-glass opacities", status="resolved"),
        symptom("lung-finding", "ground-glass opacities", day=None),
        symptom("lung-finding", "ground-glass opacities", day=5, since=300),
    ],
)
def test_decision_12_old_findings_stay_silent(entry):
    """Older than an answer may be, resolved, without a date, seen before the first dose."""
    assert "InterstitialLungDisease" not in topics(on(entry))


def test_a_conjugate_on_hold_is_not_restarted_over_new_symptoms():
    """The restart waits for the lungs, as it does for the intake's answer."""
    held = (given("trastuzumab-deruxtecan", 200, status="on-hold"), dose("trastuzumab-deruxtecan", 30))
    assert finding(on(symptom(), drugs=held), "InterstitialLungDisease").headline.id == "ild-on-hold"


LIVER = metastasis("liver", 700)
NEW_BRAIN = metastasis("brain", 6)


def seizure(day=5, **more):
    return symptom("neurological", "seizure", day, **more)


def with_brain(*found, sites=(NEW_BRAIN,), procedures=(), **answers):
    """Progression in the brain after a first line; the intake says nothing of the brain unless asked to."""
    answers = {"cns_disease": None, **answers}
    return advice_on(second_line(metastases=(LIVER, *sites), symptoms=found, procedures=procedures, intake=intake(**answers)))


@pytest.mark.parametrize("site", ["brain", "leptomeningeal"])
@pytest.mark.parametrize("day", [0, 5, 28])
def test_r128_symptoms_on_the_chart_beside_metastases_of_the_brain_are_urgent(site, day):
    """No treatment card; the fact names the entry."""
    entry = seizure(day)
    advice = with_brain(entry, sites=(metastasis(site, 30),))
    found = finding(advice, "BrainMetastasesUrgent")
    assert (found.indicator, found.headline.id, advice.treatment) == ("critical", "brain-urgent", None)
    assert found.facts[0].name == "Neurological symptoms or mass effect"
    assert (found.facts[0].value, found.facts[0].date, found.facts[0].source) == ("seizure on the chart", str(entry.date), entry.source)


def test_r128_old_metastases_of_the_brain_with_a_new_seizure_are_urgent():
    """The metastasis may be of last year, or of no date; the seizure is not."""
    for day in (400, None):
        assert "BrainMetastasesUrgent" in topics(with_brain(seizure(), sites=(metastasis("brain", day),)))


@pytest.mark.parametrize(
    "entry",
    [
        seizure(29),
        seizure(None),
        seizure(status="resolved"),
        seizure(5, since=400),
        seizure(5, since=None),
        symptom("respiratory", "dyspnoea"),
    ],
)
def test_r128_old_known_resolved_and_undated_symptoms_are_not_urgent(entry):
    """Epilepsy of years that a visit codes again is no new seizure."""
    assert "BrainMetastasesUrgent" not in topics(with_brain(entry, sites=(metastasis("brain", 30),)))


@pytest.mark.parametrize(("metastasis_day", "urgent"), [(0, True), (-1, False)])
def test_r128_a_symptom_long_before_the_first_metastasis_is_not_its_own(metastasis_day, urgent):
    """Up to 28 days before it was written down it may have led to it."""
    advice = with_brain(seizure(28), sites=(metastasis("brain", metastasis_day),))
    assert ("BrainMetastasesUrgent" in topics(advice)) is urgent


def mri(day: int | None, state: str = "done"):
    return (Procedure("brain-mri", state, ago(day) if day is not None else None, source("Procedure")),)


@pytest.mark.parametrize("sites", [(), (metastasis("brain", 6, status="resolved"),), (metastasis("bone", 6),)])
def test_r128_decision_13_without_metastases_of_the_brain_a_new_seizure_asks_for_an_mri(sites):
    """Before any choice of a regimen; a warning, since the chart alone may tell of another disease."""
    advice = with_brain(seizure(), sites=sites)
    found = finding(advice, "BrainMetastasesUrgent")
    assert (found.indicator, found.headline.id, found.requests) == ("warning", "brain-mri-urgent", ("brain-mri",))
    assert found.facts[0].value == "seizure on the chart"
    assert advice.treatment is None


@pytest.mark.parametrize("day", [5, 2])
def test_r128_once_the_brain_was_imaged_a_seizure_stays_silent(day):
    """What the MRI showed is on the problem list, or nothing was found."""
    assert "BrainMetastasesUrgent" not in topics(with_brain(seizure(5), sites=(), procedures=mri(day)))


@pytest.mark.parametrize("day", [-2, 1, None])
def test_r128_an_mri_that_is_booked_is_waited_for_and_not_ordered_again(day):
    """No regimen is advised until it is read."""
    found = finding(with_brain(seizure(5), sites=(), procedures=mri(day, "booked")), "BrainMetastasesUrgent")
    assert found.requests == ()


@pytest.mark.parametrize("procedures", [mri(6), mri(None)], ids=["before", "no day"])
def test_r128_an_mri_from_before_the_seizure_does_not_tell_of_it(procedures):
    """Nor does one of which nobody knows the day."""
    assert "BrainMetastasesUrgent" in topics(with_brain(seizure(5), sites=(), procedures=procedures))


@pytest.mark.parametrize(("answered", "asked"), [(5, False), (6, True)])
def test_r128_an_answer_that_there_are_none_counts_from_the_day_of_the_seizure_on(answered, asked):
    """An older one does not tell of it, and the card says that it is on record."""
    advice = with_brain(seizure(5), sites=(), cns_disease=said("none", days=answered))
    assert ("BrainMetastasesUrgent" in topics(advice)) is asked
    if asked:
        assert finding(advice, "BrainMetastasesUrgent").headline.id == "brain-mri-urgent-none"


def test_r128_an_early_breast_cancer_is_not_asked_about_its_brain():
    """R123: no metastatic disease, no card."""
    early = a_case(metastases=(), stages=stage("II", 300), drugs=given("trastuzumab", 200), symptoms=(seizure(),))
    advice = advice_on(early)
    assert "BrainMetastasesUrgent" not in topics(advice)


@pytest.mark.parametrize("kind", ["brain-radiotherapy", "brain-resection"])
@pytest.mark.parametrize(("day", "urgent"), [(2, False), (5, False), (9, True)])
def test_r128_local_therapy_after_the_symptom_settles_it(kind, day, urgent):
    """Done on the day of the symptom or later; what was done before it did not prevent it."""
    done = (Procedure(kind, "done", ago(day), source("Procedure")),)
    assert ("BrainMetastasesUrgent" in topics(with_brain(seizure(5), procedures=done))) is urgent


def test_r128_local_therapy_that_is_only_booked_settles_nothing():
    """It is still to come."""
    booked = (Procedure("brain-radiotherapy", "booked", ago(1), source("ServiceRequest")),)
    assert "BrainMetastasesUrgent" in topics(with_brain(seizure(5), procedures=booked))


@pytest.mark.parametrize(("answered", "urgent"), [(3, False), (5, True), (9, True)])
def test_r128_a_later_no_about_the_brain_wins_and_an_older_one_does_not(answered, urgent):
    """As with the lungs."""
    advice = with_brain(seizure(5), cns_symptoms=said("false", days=answered))
    assert ("BrainMetastasesUrgent" in topics(advice)) is urgent


def test_r128_intake_and_chart_are_both_named():
    """Each with its source."""
    advice = with_brain(seizure(5), symptom("neurological", "mass effect", 6), cns_symptoms=said("true", days=4))
    named = [f.value for f in finding(advice, "BrainMetastasesUrgent").facts if f.name == "Neurological symptoms or mass effect"]
    assert named == ["reported", "mass effect on the chart", "seizure on the chart"]


def test_i06_new_metastases_of_the_brain_ask_for_symptoms():
    """Nobody said whether there are any: the card of the next line asks, beside the burden."""
    advice = with_brain()
    assert "ask-cns-symptoms" in said_ids(advice)
    assert "I06" in missing_in(advice)


@pytest.mark.parametrize(
    "facts",
    [
        {"sites": (metastasis("brain", 29),)},
        {"sites": ()},
        {"sites": (metastasis("brain", None),)},
        {"cns_symptoms": said("false", days=3)},
        {"procedures": (Procedure("brain-radiotherapy", "done", ago(2), source("Procedure")),)},
    ],
)
def test_i06_symptoms_are_not_asked_for_otherwise(facts):
    """Older metastases, none, of no date, answered, or treated since."""
    assert "ask-cns-symptoms" not in said_ids(with_brain(**facts))
