"""Limits beyond the vignettes: nothing on record, answers that grow old, lungs, brain, scope, and the order of resources."""

from __future__ import annotations

import pytest

from tests.vignettes.answers import Answer, ask, ask_with
from tests.vignettes.case_words import CLEAR, thp
from tests.vignettes.cases import CASES
from tests.vignettes.expectations import TRIPLET
from tests.vignettes.facts import (
    Facts,
    breast_cancer,
    days_ago,
    disease_status,
    her2,
    intake,
    lvef,
    metastasis,
    patient,
    pneumonitis,
    postmenopausal,
    stage,
    therapy,
)
from tests.vignettes.fhir_builder import ENCODINGS, Encoding, patient_view, resources
from tests.vignettes.situations import WOMAN, de_novo, hearts, indicator, on, relapse

pytestmark = pytest.mark.parametrize("encoding", ENCODINGS)


# ---- nothing on record


@pytest.mark.parametrize(("days", "expected"), [(90, "FirstLineTreatment"), (91, "MissingData")])
def test_nothing_recorded(days: int, expected: str, encoding: Encoding) -> None:
    """Decision 5: with metastases of the last 90 days the first line, conditional; with older ones only the question what was given."""
    answer = ask(de_novo(days_ago(days), lvef(62, 20)), encoding)
    assert answer.topics == [expected]
    assert "I04" in answer.missing
    assert (answer.regimen == "thp") is (expected == "FirstLineTreatment")


def test_nothing_recorded_and_said_to_be_complete(encoding: Encoding) -> None:
    """Decision 5: the intake's "this is the whole list" turns nothing recorded into nothing given, however old the metastases."""
    answer = ask(de_novo("2025-01-20", lvef(62, 20), intake(prior_therapy_complete=True, **CLEAR)), encoding)
    assert answer.topics == ["FirstLineTreatment"]
    assert answer.regimen == "thp"
    assert "I04" not in answer.missing


# ---- intake answers grow old


@pytest.mark.parametrize(("age", "urgent"), [(28, True), (29, False)])
def test_brain_symptoms_expire(age: int, urgent: bool, encoding: Encoding) -> None:
    """Decision 27: neurological symptoms told 28 days ago still alarm, 29 days ago no longer."""
    facts = (*CASES["V14"][:-1], intake(days_ago(age), cns_symptoms=True, cns_disease="stable", prior_therapy_complete=True))
    answer = ask(facts, encoding)
    assert ("BrainMetastasesUrgent" in answer.topics) is urgent
    assert (answer.treatment is None) is urgent


@pytest.mark.parametrize(("age", "regimen"), [(90, TRIPLET), (91, "tdxd")])
def test_brain_burden_expires(age: int, regimen: str, encoding: Encoding) -> None:
    """Decision 27: that the brain predominates counts for 90 days; after that the burden is unknown and T-DXd leads."""
    facts = (*CASES["V14"][:-1], intake(days_ago(age), cns_burden_predominant=True, cns_disease="active", prior_therapy_complete=True))
    answer = ask(facts, encoding)
    assert answer.regimen == regimen
    assert ("I06" in answer.missing) is (age > 90)


@pytest.mark.parametrize(("age", "asked"), [(7, False), (8, True)])
def test_pregnancy_answer_expires(age: int, asked: bool, encoding: Encoding) -> None:
    """Decision 27: "pregnancy excluded" holds for a week; decision 15: then it is asked again, not critical."""
    facts = (patient(40, "F"), *relapse("2025-06-02")[2:-1], intake(days_ago(age), pregnancy_excluded=True, prior_therapy_complete=True))
    answer = ask(facts, encoding)
    assert ("I13" in answer.missing) is asked
    assert "Pregnancy" not in answer.topics


@pytest.mark.parametrize(("age", "menopausal", "asked"), [(55, False, True), (56, False, False), (50, True, False)])
def test_pregnancy_is_asked_up_to_55(age: int, menopausal: bool, asked: bool, encoding: Encoding) -> None:
    """Decision 15: unknown pregnancy is asked of a woman of 55 or younger who is not recorded as postmenopausal."""
    state = (postmenopausal("2020-01-01"),) if menopausal else ()
    facts = (patient(age, "F"), *state, *relapse("2025-06-02")[2:-1], intake(prior_therapy_complete=True, **CLEAR))
    assert ("I13" in ask(facts, encoding).missing) is asked


# ---- lungs and brain


@pytest.mark.parametrize("grade", [2, 3])
def test_grade_two_bars_t_dxd_for_good(grade: int, encoding: Encoding) -> None:
    """R116: resolved or not, T-DXd pneumonitis of grade 2 or worse leaves no place for T-DXd, alone or with pertuzumab."""
    facts = (
        *CASES["V17"][:10],
        therapy("trastuzumab-deruxtecan", start="2025-04-28", end="2025-08-04", reason="lung"),
        pneumonitis("t-dxd", "2025-08-06", grade=grade, abated="2025-10-15"),
        therapy("trastuzumab-emtansine", start="2025-11-03", end="2026-10-12", reason="progression"),
        lvef(62, 20),
        intake(prior_therapy_complete=True, cns_disease="none", cns_symptoms=False, respiratory_symptoms=False),
    )
    answer = ask(facts, encoding)
    assert {"tdxd", "tdxd-pertuzumab"}.isdisjoint({answer.regimen, *answer.alternatives})
    assert "tdxd" in answer.avoid


@pytest.mark.parametrize("grade", [None, 2])
def test_new_pneumonitis_under_t_dxd_is_critical(grade: int | None, encoding: Encoding) -> None:
    """Decision 12: symptomatic or ungraded pneumonitis that arose under running T-DXd: interrupt, at critical."""
    facts = (
        *(f for f in CASES["V30"][:-1] if f != pneumonitis("t-dxd", "2026-11-20", grade=1)),
        pneumonitis("t-dxd", "2026-11-20", grade=grade),
    )
    answer = ask(facts, encoding)
    assert indicator(answer, "InterstitialLungDisease") == "critical"
    assert answer.treatment is None
    assert "deruxtecan" in answer.card("InterstitialLungDisease")["summary"]


def test_nothing_recorded_about_the_lungs(encoding: Encoding) -> None:
    """Decision 12: T-DXd leads, the card asks for the history (I09) and a baseline chest CT."""
    facts = (*CASES["V17"][:-1], intake(prior_therapy_complete=True, cns_disease="none", cns_symptoms=False))
    answer = ask(facts, encoding)
    assert answer.regimen == "tdxd"
    assert "I09" in answer.missing
    assert "chest ct" in answer.text.lower()


def test_t_dxd_that_cannot_be_had(encoding: Encoding) -> None:
    """R027: where T-DXd is not obtainable, T-DM1 leads the second line."""
    facts = (*CASES["V09"][:-1], intake(tdxd_available=False, prior_therapy_complete=True, **CLEAR))
    assert ask(facts, encoding).regimen == "tdm1"


def test_brain_predominant_after_an_adjuvant_relapse(encoding: Encoding) -> None:
    """Decision 13: without a metastatic HER2 line T-DXd leads even when the brain predominates; the triplet stands beside it."""
    brain = {**CLEAR, "cns_disease": "active", "cns_burden_predominant": True}
    facts = (*relapse("2026-05-20")[:-1], metastasis("brain", "2026-11-20"), intake(prior_therapy_complete=True, **brain))
    answer = ask(facts, encoding)
    assert answer.regimen == "tdxd"
    assert TRIPLET in answer.alternatives


# ---- scope


@pytest.mark.parametrize(("facts", "why"), [((patient(17, "F"),), "under 18"), ((patient(58, "F", deceased=True),), "deceased")])
def test_out_of_scope_is_silent(facts: Facts, why: str, encoding: Encoding) -> None:
    """Decision 9: no cards for the under-aged and the dead."""
    assert ask((*facts, *CASES["V01"][1:]), encoding).cards == [], why


def test_a_hold_is_neither_progression_nor_a_new_line(encoding: Encoding) -> None:
    """R133: THP on hold for toxicity, disease stable: no second-line card."""
    facts = (
        *on("trastuzumab", "pertuzumab")[:8],
        therapy("trastuzumab", "pertuzumab", start="2026-05-04", status="on-hold", reason="toxicity", last_dose="2026-10-19"),
        disease_status("stable", "2026-11-02"),
        lvef(61, 20),
    )
    assert not {"SecondLineTreatment", "FirstLineTreatment"} & set(ask(facts, encoding).topics)


def test_stable_after_worse_overrides_it(encoding: Encoding) -> None:
    """Decision 6: a newer "improved" overrides an older "worsened" on the same line."""
    answer = ask(on("trastuzumab", "pertuzumab", heart=hearts(62, 61), more=(disease_status("worsened", "2026-08-03"),)), encoding)
    assert answer.cards == []
    worse = ask(on("trastuzumab", "pertuzumab", heart=hearts(62, 61), more=(disease_status("worsened", "2026-11-13"),)), encoding)
    assert "SecondLineTreatment" in worse.topics


def test_a_new_metastasis_is_progression_after_42_days(encoding: Encoding) -> None:
    """Decision 6: a site first found more than 42 days after the line's start is progression, up to then staging."""
    answers = [
        ask((*on("trastuzumab", "pertuzumab")[:9], *hearts(62, 61), metastasis("bone", found)), encoding)
        for found in ("2026-06-15", "2026-06-16")
    ]
    assert ["SecondLineTreatment" in answer.topics for answer in answers] == [False, True]


# ---- order


@pytest.mark.parametrize("vignette", ["V01", "V08", "V09", "V13", "V28", "V37"])
def test_the_order_of_resources_never_matters(vignette: str, encoding: Encoding) -> None:
    """Shuffled and doubled resources give the same advice, word for word but for the cards' own ids."""
    chart = resources(CASES[vignette], encoding)
    expected = _without_ids(ask_with(patient_view(chart, encoding)))
    third = len(chart) // 3
    for mixed in (chart[::-1], chart[third:] + chart[:third], chart[1::2] + chart[::2], chart + chart):
        assert _without_ids(ask_with(patient_view(mixed, encoding))) == expected


def _without_ids(answer: Answer) -> object:
    def clean(value: object) -> object:
        if isinstance(value, dict):
            return {name: clean(member) for name, member in value.items() if name not in ("uuid", "id")}
        return [clean(member) for member in value] if isinstance(value, list) else value

    return clean(list(answer.cards))


def test_two_lines_are_counted_once_each(encoding: Encoding) -> None:
    """Decision 3: THP with its taxane stopped and a hold is one line; with T-DXd after it the next is the third."""
    facts = (
        *WOMAN,
        breast_cancer("2023-05-08"),
        stage("IV", "2023-05-08"),
        metastasis("liver", "2023-05-08"),
        her2("3+", "2023-05-11", "liver"),
        *thp("2023-06-05", "2023-09-18", "2024-11-04"),
        therapy("trastuzumab-deruxtecan", start="2024-12-02", end="2026-10-26", reason="progression"),
        lvef(62, 20),
        intake(prior_therapy_complete=True, **CLEAR),
    )
    answer = ask(facts, encoding)
    assert answer.topics == ["ThirdLineTreatment"]
    assert answer.regimen == TRIPLET
