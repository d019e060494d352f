"""The owner's decisions that no other module tests: 17, 27, 28, 30, 31, 34 (the others bear their number where their subject is)."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from guideline.intake import answer
from guideline.knowledge_base import KNOWLEDGE
from tests.guideline.case_builder import (
    CURRENT_US,
    GUIDELINE_US,
    TODAY,
    a_case,
    advice_on,
    everything,
    given,
    heart_condition,
    intake,
    lead_of,
    lung,
    lvef,
    on_therapy,
    pregnancy,
    said,
    said_ids,
    second_line,
    thp,
    topics,
    words_of,
)
from tests.guideline.measure_builder import BODY
from tests.guideline.order_builder import asks, only, order, words

T_DXD = "trastuzumab-deruxtecan"


def test_decision_17_heart_failure_is_one_card_and_names_the_rest():
    """HeartFailure outranks LvefHold: one card about the heart, which shows the LVEF."""
    case = on_therapy(given("trastuzumab", 300), lvef=(lvef(62, 310), lvef(35, 2)), heart=heart_condition())
    advice = advice_on(case)
    assert topics(advice) == ["HeartFailure"]
    assert any("35" in fact.value for fact in advice.findings[0].facts)


def test_decision_17_another_drug_is_another_problem():
    """What is wrong with one drug of a session takes no card from another: its dose, or the lungs before its first one."""
    wrong = order("trastuzumab", 5.4, "mg/kg")
    advice = asks(second_line(body=BODY), wrong, order("pertuzumab", 4200), order("docetaxel", 750, "mg/m2"))
    assert [f.topic for f in advice.findings if f.indicator == "warning"].count("DoseCheck") == 2
    assert "mg/m2" not in words(only(list(advice.findings), "ProductMixUp"))
    alone = asks(second_line(body=BODY), order("trastuzumab", 3.6, "mg/kg"))
    assert topics(alone) == ["ProductMixUp"], "the same drug's dose is part of the mix-up"
    failed = on_therapy(given("pertuzumab", 300, 60, reason="progression"), intake={})
    pair = asks(failed, order(T_DXD, 5.4, "mg/kg"), order("pertuzumab", 840))
    assert "progressed" in only(list(pair.findings), "PermanentlyStoppedAgent").headline.text
    assert [s.code for s in only(list(pair.findings), "InterstitialLungDisease").suggestions] == ["chest-ct"]


@pytest.mark.parametrize(
    ("item", "days"),
    [
        ("respiratory-symptoms", 28),
        ("cns-symptoms", 28),
        ("heart-failure-symptoms", 28),
        ("pregnancy-excluded", 7),
        ("cns-disease", 90),
        ("cns-burden-predominant", 90),
        ("lesion-accessible", 90),
        ("tdxd-available", 90),
        ("disease-burden", 90),
        ("declines-chemotherapy", 90),
    ],
)
def test_decision_27_how_long_an_answer_counts(item, days):
    """Each answer counts to its last day, and on the day after it the question is open again."""
    fresh = a_case(intake={item: said("true", days=days)})
    stale = a_case(intake={item: said("true", days=days + 1)})
    assert answer(fresh, item) is not None
    assert answer(stale, item) is None


@pytest.mark.parametrize("item", ["ild-history", "menopausal-status", "prior-therapy-complete", "her2-reviewed"])
def test_decision_27_other_answers_do_not_expire(item):
    """What the decision does not name stays."""
    assert answer(a_case(intake={item: said("none", days=900)}), item) is not None


def test_decision_27_pregnancy_excluded_false_is_unknown():
    """`false` neither excludes nor documents a pregnancy."""
    advice = advice_on(a_case(age=38, intake=intake(pregnancy_excluded="false", menopausal_status="premenopausal")))
    assert "check-pregnancy" in said_ids(advice)
    assert "Pregnancy" not in topics(advice)


def test_decision_28_the_doses_that_the_owner_accepted():
    """Capecitabine days 1-14 with tucatinib; weekly paclitaxel 80 mg/m2, named as a trial dose."""
    triplet = " ".join(KNOWLEDGE.regimens["tucatinib-trastuzumab-capecitabine"].dose_lines)
    weekly = " ".join(KNOWLEDGE.regimens["thp"].dose_lines)
    assert "1-14" in triplet
    assert "80 mg/m2" in weekly
    assert "trial dose" in weekly


@pytest.mark.parametrize("days", [30, 400, 4000])
def test_decision_30_today_is_the_day_of_the_case(days):
    """The same case a year later is older: nothing reads another clock."""
    case = second_line()
    later = advice_on(replace(case, today=TODAY + timedelta(days=days)))
    assert lead_of(later) == "tdxd"
    assert ("check-lvef-old" in said_ids(later)) is (days > 64)


@pytest.mark.parametrize(
    "case",
    [
        a_case(),
        second_line(),
        on_therapy(*thp(690), given(T_DXD, 690), lvef=(lvef(62, 700), lvef(35, 2)), lungs=lung(onset=5),
                   intake=intake(ild_history=None, cns_symptoms="true", respiratory_symptoms="true"), pregnancies=pregnancy(), age=38),
    ],
)  # fmt: skip
def test_decision_31_one_card_per_problem_and_at_most_one_treatment(case):
    """At most one treatment finding; no topic twice."""
    advice = advice_on(case)
    found = topics(advice)
    assert len(found) == len(set(found))
    assert sum(f is advice.treatment for f in everything(advice)) <= 1


def test_decision_31_the_most_urgent_first():
    """Findings come by urgency."""
    case = on_therapy(given(T_DXD, 300), lvef=lvef(62, 100), lungs=lung(onset=5), intake=intake(ild_history=None))
    assert [f.indicator for f in advice_on(case).findings] == ["critical", "warning"]


@pytest.mark.parametrize("practice", [GUIDELINE_US, CURRENT_US])
def test_decision_34_the_advice_carries_its_profile_and_the_knowledge_version(practice):
    """Each advice says by which profile and edition it was given."""
    advice = advice_on(a_case(), practice)
    assert (advice.profile, advice.knowledge) == (practice.label, KNOWLEDGE.version)


def test_no_sentence_uses_a_forbidden_word():
    """Decision 12, E02, E03, C16, C20: nothing "contraindicated", no "OS trend", no "1A", no 8 %, no high-quality evidence."""
    text = "\n".join(s.text for s in (*KNOWLEDGE.statements.values(), *KNOWLEDGE.templates.values())).lower()
    for wrong in ("contraindicated", "trend", "mcbs 1a", "8 %", "high-quality", "86.1"):
        assert wrong not in text, wrong


def test_no_sentence_calls_the_patient_she():
    """R125: the patient may be a man."""
    for statement in (*KNOWLEDGE.statements.values(), *KNOWLEDGE.templates.values()):
        words = statement.text.lower().replace(",", " ").split()
        assert not {"she", "her", "woman"} & set(words), statement.id


def test_words_of_the_plain_case_are_short_enough_to_read():
    """Decision 32: a summary is read in seconds."""
    for case in (a_case(), second_line()):
        assert len(advice_on(case).treatment.headline.text) < 140
        assert words_of(advice_on(case))
