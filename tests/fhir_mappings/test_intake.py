from __future__ import annotations

import pytest

from fhir_mappings.intake import ANSWERS, ITEMS, QUESTIONNAIRE
from tests.fhir_mappings.resource_builders import case_of, on, patient, problems_of, resource


def coded(*codes, system=ANSWERS):
    return [{"valueCoding": {"system": system, "code": code}} for code in codes]


def item(link_id, answer, **members):
    return {"linkId": link_id, "answer": answer, **members}


def response(*items, ident="1", **members):
    return resource(
        "QuestionnaireResponse",
        ident,
        **{"questionnaire": QUESTIONNAIRE, "status": "completed", "authored": "2026-11-01", "item": list(items), **members},
    )


def intake(*resources):
    return {link_id: answer.values for link_id, answer in case_of(patient(), *resources).intake.items()}


def test_booleans_and_choices():
    """Every item keeps its answer, its day and its source."""
    case = case_of(patient(), response(item("cns-symptoms", [{"valueBoolean": False}]), item("cns-disease", coded("stable"))))
    assert {k: (a.values, a.date, a.source) for k, a in case.intake.items()} == {
        "cns-symptoms": (("false",), on("2026-11-01"), "QuestionnaireResponse/1"),
        "cns-disease": (("stable",), on("2026-11-01"), "QuestionnaireResponse/1"),
    }


@pytest.mark.parametrize("idents", [("1", "2"), ("2", "1")])
@pytest.mark.parametrize(
    "times",
    [
        ("T09:00:00Z", "T09:30:00Z"),
        ("T09:00:00+05:00", "T05:00:00Z"),
        ("", "T00:00:01Z"),
        ("T1", "T09:00:00"),
        ("T09:00:00.100Z", "T09:00:00.200Z"),
    ],
)
def test_of_one_day_the_later_answer_wins(idents, times):
    """Who corrects an answer an hour later is believed, whatever the server calls the two resources."""
    earlier, later = (
        response(item("cns-symptoms", [{"valueBoolean": value}]), ident=ident, authored=f"2026-11-01{time}")
        for value, ident, time in zip((True, False), idents, times, strict=True)
    )
    assert intake(earlier, later) == intake(later, earlier) == {"cns-symptoms": ("false",)}


@pytest.mark.parametrize("idents", [("1", "2"), ("2", "1")])
@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2026-11-02T03:00:00Z", "2026-11-01T23:00:00-05:00"),
        ("2026-11-02T00:30:00+05:00", "2026-11-01T20:00:00Z"),
        ("2026-11-01T23:59:00Z", "2026-11-02"),
    ],
)
def test_the_later_answer_wins_across_time_zones(idents, earlier, later):
    """Two writers, two offsets: the instant counts, and a date alone is compared as a date."""
    first, second = (
        response(item("cns-symptoms", [{"valueBoolean": value}]), ident=ident, authored=authored)
        for value, ident, authored in zip((True, False), idents, (earlier, later), strict=True)
    )
    assert intake(first, second) == intake(second, first) == {"cns-symptoms": ("false",)}


@pytest.mark.parametrize("idents", [("1", "2"), ("2", "1")])
@pytest.mark.parametrize("authored", ["2026-11-01", "2026-11-01T09:00:00Z"])
@pytest.mark.parametrize(
    ("link_id", "one", "other", "counts"),
    [
        ("respiratory-symptoms", ("true",), ("false",), ("true",)),
        ("pregnancy-excluded", ("true",), ("false",), ("false",)),
        ("prior-therapy-complete", ("true",), ("false",), ("false",)),
        ("cns-disease", ("none",), ("active",), ("active",)),
        ("ild-history", ("none",), ("other-active",), ("other-active",)),
        ("ild-history", ("other-resolved",), ("tdxd-grade-2-or-worse",), ("other-resolved", "tdxd-grade-2-or-worse")),
        ("menopausal-status", ("postmenopausal",), ("premenopausal",), ("premenopausal",)),
        ("dpyd", ("normal",), ("poor",), ("poor",)),
        ("her2-reviewed", ("positive",), ("negative",), None),
        ("last-line-outcome", ("progression",), ("ongoing",), None),
        ("tdxd-available", ("true",), ("false",), None),
    ],
)
def test_of_two_answers_of_one_moment_the_adverse_one_counts(link_id, one, other, counts, authored, idents):
    """The benign one is not assumed, whatever the server calls the two resources; where neither is the safer one, neither counts."""
    answers = [[{"valueBoolean": values[0] == "true"}] if values[0] in ("true", "false") else coded(*values) for values in (one, other)]
    first, second = (response(item(link_id, answer), ident=ident, authored=authored) for answer, ident in zip(answers, idents, strict=True))
    case = case_of(patient(), first, second)
    assert {name: answer.values for name, answer in case.intake.items()} == ({link_id: counts} if counts else {})
    assert problems_of(case) == ([] if counts else [("unreadable", "intake")])


@pytest.mark.parametrize("link_id", sorted(ITEMS))
def test_every_item_of_the_questionnaire_is_read(link_id):
    """Each item of the public contract takes each of its answers."""
    for value in ITEMS[link_id]:
        answer = [{"valueBoolean": value == "true"}] if value in ("true", "false") else coded(value)
        assert intake(response(item(link_id, answer))) == {link_id: (value,)}


def test_repeating_answers():
    """ILD history takes several answers, in any order."""
    both = coded("other-resolved", "radiation-pneumonitis-resolved")
    assert intake(response(item("ild-history", both))) == intake(response(item("ild-history", both[::-1])))
    assert intake(response(item("ild-history", both)))["ild-history"] == ("other-resolved", "radiation-pneumonitis-resolved")


def test_the_newest_answer_wins_per_item():
    """A newer questionnaire that leaves an item open does not erase the older answer to it."""
    old = response(item("cns-disease", coded("none")), item("dpyd", coded("normal")), authored="2026-09-01")
    new = response(item("cns-disease", coded("active")), ident="2", authored="2026-10-01T12:00:00Z")
    assert intake(old, new) == intake(new, old) == {"cns-disease": ("active",), "dpyd": ("normal",)}


def test_items_may_lie_in_groups_and_below_answers():
    """Nested items are found wherever they lie."""
    nested = {"linkId": "g", "item": [item("g2", [{"valueBoolean": True, "item": [item("tdxd-available", [{"valueBoolean": True}])]}])]}
    assert intake(response(nested)) == {"tdxd-available": ("true",)}


@pytest.mark.parametrize(
    "members",
    [{"status": "in-progress"}, {"status": "entered-in-error"}, {"questionnaire": "urn:other"}, {"questionnaire": None}, {"status": None}],
)
def test_other_questionnaires_and_unfinished_ones_say_nothing(members):
    """Only a completed or amended intake answers."""
    case = case_of(patient(), response(item("dpyd", coded("poor")), **members))
    assert (case.intake, case.problems) == ({}, ())


def test_a_version_of_the_questionnaire_is_the_questionnaire():
    """A canonical reference may carry a version."""
    assert intake(response(item("dpyd", coded("poor")), questionnaire=f"{QUESTIONNAIRE}|1.2", status="amended")) == {"dpyd": ("poor",)}


@pytest.mark.parametrize(
    "answer",
    [coded("maybe"), coded("poor", system="urn:other"), [{"valueString": "poor"}], [{"valueBoolean": True}], coded("poor", "normal"), [{}]],
)
def test_an_answer_that_is_none_of_the_choices_is_named_and_not_used(answer):
    """Foreign codes, strings, and two answers where one is asked for."""
    case = case_of(patient(), response(item("dpyd", answer)))
    assert (case.intake, problems_of(case)) == ({}, [("unreadable", "intake")])


def test_decision_27_no_answer_expires_here():
    """How long an answer counts is decided with the rules: the mapping keeps the old answer and its day."""
    case = case_of(patient(), response(item("cns-symptoms", [{"valueBoolean": True}]), authored="2019-01-01"))
    assert [(a.values, a.date) for a in case.intake.values()] == [(("true",), on("2019-01-01"))]


def test_answers_without_a_date_are_named():
    """Whether an answer still counts depends on its date: without one it cannot be used."""
    case = case_of(patient(), response(item("dpyd", coded("poor")), authored=None))
    assert (case.intake, problems_of(case)) == ({}, [("incomplete", "intake")])


def test_items_of_the_wrong_shape_are_named():
    """A broken list of items costs the questionnaire, not the request."""
    assert problems_of(case_of(patient(), response(item("dpyd", coded("poor")), item=3))) == [("unreadable", "intake")]
    assert problems_of(case_of(patient(), response() | {"item": [{"linkId": 3}]})) == [("unreadable", "intake")]
