"""The door for order hooks: a case and its draft orders in, the advice about these orders out (decision 16)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from guideline.advice import INDICATOR_RANK, Advice, Finding
from guideline.case import Case
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.order_question import OrderQuestion, order_question
from guideline.orders import DraftOrder
from guideline.practice import Practice
from guideline.rules.orders import (
    allergy,
    dose,
    interactions,
    labs,
    order_choice,
    order_conflicts,
    order_heart_again,
    order_her2_unproven,
    order_repeats,
    order_safety,
    order_stop,
    order_tdm1_toxicity,
    order_untold,
    ovarian_suppression,
    reload,
    rest_days,
    supportive_care,
)
from guideline.rules.orders.order_scope import has_breast_cancer
from guideline.rules.orders.order_undiagnosed import breast_by
from guideline.rules.orders.order_untold import UNTOLD_HEADLINES
from guideline.rules.orders.reload import one_cycle
from guideline.rules.unseen import naming_what_is_open, unchecked_order, unread_code
from guideline.site_rules import switched_on

_RULES: tuple[Callable[[OrderQuestion], Iterable[Finding]], ...] = tuple(
    rule
    for module in (
        order_safety,
        order_conflicts,
        order_untold,
        order_repeats,
        order_stop,
        order_choice,
        order_her2_unproven,
        allergy,
        dose,
        rest_days,
        order_heart_again,
        reload,
        labs,
        order_tdm1_toxicity,
        interactions,
        supportive_care,
        ovarian_suppression,
    )
    for rule in module.RULES
)

#: Decision 17: where one problem fits two topics the first speaks and names the other in its detail.
_PRECEDENCE = (
    ("HeartFailure", "LvefHold"),
    ("PermanentlyStoppedAgent", "InterstitialLungDisease"),
    ("ProductMixUp", "DoseCheck"),
    ("ProductMixUp", "NonPreferredAgent"),
    ("ChemotherapyWithoutHer2", "ChemoEndocrineConcurrent"),
)

_ONE_PROBLEM = ("AnthracyclineWithTrastuzumab", "SupportiveCare")

#: What keeps a drug from being given at all for now.
_FORBIDDING = frozenset({"Pregnancy", "HeartFailure", "LvefHold", "InterstitialLungDisease"})

#: What a laboratory card says of a drug that its label ends for good.
_ENDED_BY_VALUES = frozenset({"lab-stop", "after-hold-stop"})


def advise_orders(case: Case, orders: Iterable[DraftOrder], practice: Practice, *, selecting: bool = False) -> Advice:
    """What is to be said about the asked orders, the most urgent first; nothing where they are in order.

    While orders are still being selected, what is missing beside them is not missing yet: that is said when they are signed.
    """
    question = order_question(case, orders, practice, selecting=selecting)
    if not question.starts and not question.stops:
        return Advice(None, (), ("R132",), practice.label, K.version, question.s.used_line_count)
    # What is switched off goes first: a topic that yields to another (decision 17) speaks when the other is off.
    found, silenced, hidden = switched_on([finding for rule in _RULES for finding in rule(question)], practice)
    findings = _one_a_topic(one_cycle(_not_to_be_given(_ended_by_values(_settled(found)))))
    # An examination does not settle a hold: on an order hook it is not offered as if it did.
    findings = [replace(f, requests=()) if f.topic == "LvefHold" else f for f in findings]
    if any(finding.indicator == "critical" for finding in findings):
        # What a critical card forbids needs no side notes.
        findings = [finding for finding in findings if finding.indicator != "info"]
    findings.sort(key=lambda f: (-INDICATOR_RANK[f.indicator], f.topic, f.headline.text))
    without_diagnosis = breast_by(question) if findings and not has_breast_cancer(question.s) else None
    if without_diagnosis is not None:
        findings[0] = replace(findings[0], detail=(*findings[0].detail, without_diagnosis))
    if not findings and question.starts:
        ordered = [drug for order in question.starts for drug in order.drugs]
        findings = [f for f in (unchecked_order(case) or unread_code(case, ordered),) if f is not None]
    _, findings = naming_what_is_open(case, None, findings)
    silent = () if findings else ("R132",)
    switched_off = tuple(sorted(silenced))
    return Advice(None, tuple(findings), silent, practice.label, K.version, question.s.used_line_count, switched_off, tuple(hidden))


def _settled(findings: list[Finding]) -> list[Finding]:
    """Apply decision 17. The weaker topic's finding about the same drugs is dropped after its headline joined the stronger one's detail."""
    for stronger, weaker in _PRECEDENCE:
        for lead in [f for f in findings if f.topic == stronger and f.headline.id not in UNTOLD_HEADLINES]:
            yielding = [f for f in findings if f.topic == weaker and _one_problem(lead, f)]
            if not yielding:
                continue
            # A click that mends only the lesser problem would leave the card standing.
            joined = replace(_join(lead, yielding), suggestions=lead.suggestions)
            findings = [joined if f is lead else f for f in findings if f not in yielding]
    return findings


def _one_problem(lead: Finding, other: Finding) -> bool:
    """Whether two findings may be about the same drug: another drug's dose is no part of a mix-up of products."""
    lead_drugs, drugs = ({*f.avoid, *f.about} for f in (lead, other))
    return not lead_drugs or not drugs or not lead_drugs.isdisjoint(drugs)


def _ended_by_values(findings: list[Finding]) -> list[Finding]:
    """Values that end a drug by its label, and "stopped for toxicity before": one problem, and the values say which toxicity it was."""
    for lead in [f for f in findings if f.topic == "LabSafety" and f.headline.id in _ENDED_BY_VALUES]:
        same = [f for f in findings if f.headline.id == "order-again-after-toxicity" and f.avoid and set(f.avoid) <= set(lead.avoid)]
        if same:
            # Its headline says no more than the first words of its detail.
            joined = _join(lead, [replace(f, headline=f.detail[0]) for f in same])
            findings = [joined if f is lead else f for f in findings if f not in same]
    return findings


def _not_to_be_given(findings: list[Finding]) -> list[Finding]:
    """How a drug would be loaded again, or that it is too early, is no card of its own beside one that advises against giving it."""
    for lead in [f for f in findings if f.topic in _FORBIDDING and f.indicator != "info"]:
        same = [f for f in findings if f.topic == "ReloadingDose" and f.about and set(f.about) <= set(lead.avoid)]
        if same:
            joined = _join(replace(lead, detail=(*lead.detail, K.say("if-given-again"))), same)
            findings = [joined if f is lead else f for f in findings if f not in same]
    return findings


def _one_a_topic(findings: list[Finding]) -> list[Finding]:
    """One card where several findings are one problem: two antibodies beside one anthracycline, several missing supportive drugs."""
    for topic in _ONE_PROBLEM:
        same = sorted((f for f in findings if f.topic == topic), key=lambda f: (-INDICATOR_RANK[f.indicator], f.headline.text))
        if len(same) > 1:
            findings = [*(f for f in findings if f.topic != topic), _join(same[0], same[1:])]
    return findings


def _join(lead: Finding, others: list[Finding]) -> Finding:
    indicator = max((lead, *others), key=lambda f: INDICATOR_RANK[f.indicator]).indicator
    detail = (*lead.detail, *(s for f in others for s in (f.headline, *f.detail)))
    return replace(
        lead,
        indicator=indicator,
        detail=tuple(dict.fromkeys(detail)),
        facts=tuple(dict.fromkeys((*lead.facts, *(x for f in others for x in f.facts)))),
        missing=tuple(dict.fromkeys((*lead.missing, *(g for f in others for g in f.missing)))),
        avoid=tuple(dict.fromkeys((*lead.avoid, *(d for f in others for d in f.avoid)))),
        requests=tuple(dict.fromkeys((*lead.requests, *(r for f in others for r in f.requests)))),
        rules=tuple(dict.fromkeys((*lead.rules, *(r for f in others for r in f.rules)))),
        suggestions=tuple(dict.fromkeys((*lead.suggestions, *(x for f in others for x in f.suggestions)))),
    )
