"""The exhaustive check, a fixed sample of it; and that it would notice."""

from __future__ import annotations

from collections import Counter

import pytest
from msgspec import structs

import guideline.case
from guideline.advice import Finding, Statement, Suggestion
from guideline.partial_date import PartialDate
from guideline.rules import objections
from guideline.rules.scope import Scope
from tests.guideline import case_builder
from verify import invariants, orders
from verify.__main__ import readable
from verify.invariants import INVARIANTS
from verify.orders import ORDER_INVARIANTS, Ordered
from verify.outcome import Seen
from verify.points import case_of, key_of, point_of, tags
from verify.reproduction import as_builder_call
from verify.search import check, check_orders, everything, sample, violations
from verify.spaces import size_of

_SEED = 20261120


def _told(found):
    counted = Counter(c.invariant for c in found)
    shown = {c.invariant: c for c in reversed(found)}
    return "\n\n".join(f"{counted[name]} times {readable(example)}" for name, example in shown.items())


def test_no_invariant_is_broken_in_the_sample():
    """What the guideline must never say it does not say, in a fixed sample of the cases of `make verify`."""
    found, _ = check(sample(2500, _SEED))
    assert not found, _told(found)


def test_no_order_invariant_is_broken_in_the_sample():
    """The same at order entry."""
    found, _ = check_orders(sample(250, _SEED, orders=True))
    assert not found, _told(found)


def test_more_than_a_million_cases_are_enumerated():
    """`make verify` asks over two million points and half a million orders."""
    by_door = Counter()
    for space, block in everything():
        by_door[space.startswith("orders")] += size_of(block)
    assert by_door[False] > 2_000_000
    assert by_door[True] * len(orders.ORDERED) > 500_000


def test_a_point_and_its_number_are_the_same():
    """Distinct cases are counted by their numbers."""
    points = sample(300, _SEED)
    assert [point_of(key_of(p)) for p in points] == points


def test_a_counterexample_can_be_built_again():
    """The printed call builds the very same case."""
    names = {**vars(guideline.case), **{n: getattr(case_builder, n) for n in ("a_case", "ago", "when", "said")}, "PartialDate": PartialDate}
    for point in sample(300, _SEED):
        case = case_of(point)
        again = eval(as_builder_call(case), names)  # noqa: S307 - our own words
        assert structs.replace(again, intake={}) == structs.replace(case, intake={})
        assert {k: (v.values, v.date) for k, v in again.intake.items()} == {k: (v.values, v.date) for k, v in case.intake.items()}


def _none(*_, **__):
    return None


def _regional_too(metastases):
    return metastases


#: How the guideline could go wrong: what is broken, how, and in which points (by tag) the invariant must notice.
_BROKEN = {
    "no-tdxd-with-active-ild": ("guideline.rules.objections._lungs", _none, "active-ild"),
    "no-tdxd-after-tdxd-pneumonitis": ("guideline.rules.objections.objection", _none, "tdxd-grade-2"),
    "no-leader-while-the-lungs-are-unclear": ("guideline.lungs.history.said_yes", lambda *_: False, "breathless"),
    "no-her2-drug-in-pregnancy": ("guideline.advise.pregnancy", _none, "pregnant"),
    "no-regimen-unless-her2-positive": (
        "guideline.advise.scope",
        lambda s: Scope(treatable=s.metastatic, silent=() if s.metastatic else ("R123",)),
        "her2-",
    ),
    "no-agent-again-that-failed": ("guideline.rules.objections.objection", _none, "failed:tucatinib"),
    "no-conjugate-or-tucatinib-again": ("guideline.rules.objections._given_before", _none, "used:trastuzumab-deruxtecan"),
    "no-agent-again-after-toxicity": ("guideline.rules.objections._not_tolerated", _none, "toxic:tucatinib"),
    "no-first-line-after-early-relapse": ("guideline.situation.relapse_after", _none, "early"),
    "no-silence-where-a-decision-is-due": ("guideline.rules.treatment.next_line", _none, "failed:trastuzumab"),
    "the-unknown-is-a-condition": ("guideline.rules.gaps.lung_check", lambda *_: ([], []), "line-count:1"),
    "an-open-record-is-a-condition": ("guideline.rules.treatment._first_line_condition", _none, "history-open"),
    "no-start-on-an-old-lvef": ("guideline.rules.gaps.heart_check", lambda _: ([], []), "line-count:1"),
    "two-lvef-rules-combine": ("guideline.rules.heart._hold", _none, "running:trastuzumab"),
    "what-does-not-count-changes-nothing": ("guideline.situation.distant", _regional_too, "line-count:1"),
}


@pytest.mark.parametrize("name", _BROKEN)
def test_each_invariant_would_notice(name, monkeypatch):
    """With the rule it guards broken, the invariant is."""
    target, broken, tag = _BROKEN[name]
    points = [p for p in _POINTS if tag in tags(p)][:250]
    monkeypatch.setattr(target, broken)
    assert name in {c.invariant for c in check(points)[0]}


_POINTS = sample(6000, _SEED + 1)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("one-leader-or-none-with-a-reason", {"alternatives": "lead"}),
        ("first-line-before-anything-else", {"topic": "ThirdLineTreatment"}),
        ("no-two-cards-contradict", {"avoid": "lead"}),
    ],
)
def test_invariants_of_form_would_notice(name, changes):
    """An advice that offers its leader twice, speaks of a wrong line, or advises against what it offers is noticed."""
    seen = next(Seen(p, {}) for p in _POINTS if "complete" in tags(p) and Seen(p, {}).lead == "thp" and "late" not in tags(p))
    if "alternatives" in changes:
        seen.offered = (seen.lead, seen.lead)
    if "topic" in changes:
        seen.topic = changes["topic"]
    if "avoid" in changes:
        seen.advice = structs.replace(
            seen.advice, findings=(Finding("LvefHold", "warning", seen.treatment.headline, avoid=("trastuzumab",)),)
        )
    assert name in {c.invariant for c in violations(seen)}


def test_worse_lungs_that_speak_for_a_drug_would_be_noticed(monkeypatch):
    """A guideline that offers T-DXd only in active ILD is noticed."""
    real = objections._lungs
    never = objections.Objection(objections.K.say("tdxd-used"))
    monkeypatch.setattr(
        objections, "_lungs", lambda s, r: None if s.lungs.active or r not in objections.TDXD_REGIMENS else real(s, r) or never
    )
    found, _ = check([p for p in _POINTS if "active-ild" in tags(p)][:250])
    assert "worse-organs-never-speak-for-a-drug" in {c.invariant for c in found}


def test_every_invariant_is_shown_to_notice():
    """No invariant is without a test that breaks it."""
    shown = {
        *_BROKEN,
        "first-line-before-anything-else",
        "one-leader-or-none-with-a-reason",
        "no-two-cards-contradict",
        "worse-organs-never-speak-for-a-drug",
    }
    assert {i.name for i in INVARIANTS} == shown


@pytest.mark.parametrize("invariant", ORDER_INVARIANTS, ids=[i.name for i in ORDER_INVARIANTS])
def test_each_order_invariant_would_notice_silence(invariant):
    """Advice about orders that says nothing breaks every invariant that asks for a card; the others are broken by what they forbid."""
    broken = False
    for point in sample(400, _SEED, orders=True):
        for drug in ("trastuzumab-deruxtecan", "trastuzumab-emtansine"):
            ordered = Ordered(point, drug)
            if invariant.name in ("no-click-towards-harm", "one-voice", "more-ild-is-never-less-urgent"):
                broken = broken or bool(_forbidden(invariant, ordered))
            else:
                ordered.advice = structs.replace(ordered.advice, findings=(), silent=("R132",))
                broken = broken or invariant.broken(ordered) is not None
        if broken:
            return
    pytest.fail("the invariant never noticed")


def _forbidden(invariant, ordered):
    """What the invariant forbids, put into the advice."""
    headline = Statement("x", "x")
    replacing = Finding(
        "LvefHold", "info", headline, suggestions=(Suggestion("replace", "trastuzumab-deruxtecan", "MedicationRequest/draft"),)
    )
    said = {"no-click-towards-harm": (replacing,), "one-voice": (replacing, replacing), "more-ild-is-never-less-urgent": ()}[invariant.name]
    ordered.advice = structs.replace(ordered.advice, findings=said)
    ordered.__dict__.pop("urgency", None)
    return invariant.broken(ordered)


def test_the_facts_that_do_not_count_are_in_the_case():
    """The invariant adds them to the case it asks about again."""
    case = case_of(sample(1, _SEED)[0])
    more = invariants.with_facts_that_do_not_count(case)
    assert len(more.problems) == len(case.problems) + 2
    assert len(more.metastases) == len(case.metastases) + 1
