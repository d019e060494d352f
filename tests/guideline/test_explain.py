"""The explanation: the rules that spoke, why the others did not, and what the unknown could change."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from guideline.advice import Finding, Statement
from guideline.case import Diagnosis
from guideline.considered import considered
from guideline.explain import explain
from guideline.heart.function import effective_value
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.knowledge_base import rule_book
from guideline.situation import situation
from guideline.spoken_rules import rules_in
from guideline.unknowns import unknowns
from guideline.what_if import dependences
from tests.guideline.case_builder import (
    GUIDELINE_US,
    a_case,
    adjuvant,
    advice_on,
    alternatives_of,
    barred_in,
    everything,
    given,
    her2,
    intake,
    lead_of,
    lvef,
    metastasis,
    on_therapy,
    second_line,
    situation_of,
    thp,
)
from tests.guideline.order_builder import asks, order
from verify.lvef_oracle import expected_hold
from verify.outcome import Seen
from verify.points import case_of, practice_of
from verify.search import sample


def explained(case, practice=GUIDELINE_US):
    return explain(case, practice, advice_on(case, practice))


def _depends(case):
    return {d.name: d for d in dependences(case, GUIDELINE_US)}


#: What a reason claims, by its words, as a question to the abstraction's tags (which no rule reads).
_CLAIMS = {
    "HER2 is positive": lambda seen: "her2+" in seen.tags,
    "HER2 is not positive": lambda seen: "her2+" not in seen.tags,
    "HER2 is not settled": lambda seen: "her2+" not in seen.tags,
    "the patient is under": lambda seen: "not ours" in seen.tags,
    "no distant metastasis": lambda seen: "metastatic" not in seen.tags,
    "a current negative finding": lambda seen: "pregnant" not in seen.tags,
    "a man, a postmenopausal": lambda seen: bool({"man", "postmenopausal", "over 55"} & seen.tags),
    "no current pregnancy": lambda seen: "pregnant" not in seen.tags,
    "pregnancy comes first": lambda seen: "pregnant" in seen.tags,
    "neurological symptoms come first": lambda seen: "cns-symptoms" in seen.tags,
    "no current neurological": lambda seen: "cns-symptoms" not in seen.tags,
    "which therapies were given": lambda seen: "history-open" in seen.tags,
    "no active ILD": lambda seen: not {"active-ild", "breathless"} & seen.tags,
}


def test_every_reason_is_true():
    """Over a fixed sample of the exhaustive check: no question without an answer, and what a reason claims is so."""
    heard = set()
    for point in sample(2000, 7):
        seen = Seen(point, {})
        for asked in considered(situation(case_of(point), practice_of(point)), seen.advice):
            assert bool(asked.spoke) is (asked.because is None)
            for words, claim in _CLAIMS.items():
                if asked.because is not None and asked.because.startswith(words):
                    heard.add(words)
                    assert claim(seen), (asked.because, point)
            if asked.because is not None and "no table asks for a hold" in asked.because and seen.ours:
                assert not expected_hold(point, seen.named("running"))[0]
    assert heard == set(_CLAIMS)


def test_the_reason_outside_is_the_one_of_the_rules():
    """A HER2 result that was reviewed as negative is why, though another active cancer is on record as well."""
    case = a_case(
        diagnoses=(*a_case().diagnoses, Diagnosis("other-primary", "active")),
        metastases=metastasis("liver", linked_to_breast=True),
        receptors=(her2("3+", 900, "primary"), her2("1+")),
        intake=intake(her2_reviewed="negative"),
    )
    advice = advice_on(case)
    assert advice.silent == ("R121", "R132")
    assert considered(situation_of(case), advice)[0].because == "HER2 is not positive (IHC 1+)"


def test_every_rule_at_this_door_spoke_or_says_why_not():
    """No rule of the book that speaks when a chart is opened is left out, and none is named twice."""
    explanation = explained(second_line())
    spoke = {rule for one in explanation.fired for rule in one.rules}
    silent = [rule.rule for rule in explanation.silent_rules]
    assert len(silent) == len(set(silent))
    assert {*spoke, *silent} >= {rule.id for rule in rule_book().values() if rule.status == "card"}
    assert not spoke & set(silent)
    assert all(rule.because for rule in explanation.silent_rules)


def test_every_regimen_has_the_place_it_has_on_the_card():
    """Lead, alternatives and avoided regimens as the card has them; the rest with the rule that speaks against them."""
    case = second_line(intake=intake(ild_history="other-active"))
    advice = advice_on(case)
    places = {place.regimen: place for place in explained(case).regimens}
    assert [r for r, p in places.items() if p.place == "lead"] == [lead_of(advice)]
    assert [r for r, p in places.items() if p.place == "alternative"] == alternatives_of(advice)
    assert [r for r, p in places.items() if p.place == "avoid"] == barred_in(advice)
    assert places["thp"].place == "ruled out"
    assert "pertuzumab" in places["thp"].because


def test_an_unknown_ild_history_decides_and_an_unknown_lvef_does_not_above_40():
    """The example of the issue: active ILD moves the lead to T-DM1; the LVEF matters below 40 only."""
    found = _depends(second_line(intake=intake(ild_history=None), lvef=()))
    assert [(words, then.lead) for words, then in found["ILD history"].lead] == [("another ILD, active", "tdm1")]
    assert [(words, then.lead) for words, then in found["LVEF"].lead] == [("39.9 %", None)]
    assert {words for words, _ in found["LVEF"].other} >= {"40 %", "49.9 %"}


def test_what_is_known_is_not_varied():
    """A fresh LVEF, asked lungs and brain, tested receptors: none of them is an unknown."""
    names = set(_depends(second_line()))
    assert not names & {"LVEF", "ILD history", "CNS disease", "HER2", "hormone receptors", "earlier therapies", "pregnancy"}


def test_an_unclear_interval_depends_on_the_day_of_the_last_adjuvant_dose():
    """I05: the month holds the 12-month limit: up to it T-DXd leads, a day beyond THP."""
    case = a_case(metastases=metastasis("liver", "2026-10-30"), drugs=adjuvant("trastuzumab", 900, "2025-10"))
    found = _depends(case)["last adjuvant HER2 dose"]
    assert {then.lead for _, then in found.lead} == {"tdxd", "thp"}
    assert any("12 months before" in words and then.lead == "tdxd" for words, then in found.lead)
    assert any("12 months and a day" in words and then.lead == "thp" for words, then in found.lead)


def test_brain_burden_decides_who_leads():
    """I06: brain metastases of unknown burden: the tucatinib triplet leads if most of the disease is there."""
    found = _depends(second_line(intake=intake(cns_disease="active")))["which burden predominates"]
    assert [(words, then.lead) for words, then in found.lead] == [("yes", "tucatinib-trastuzumab-capecitabine")]


def test_an_unknown_baseline_decides_on_a_hold():
    """I07: LVEF 42 on THP without a baseline: a fall of 10 points asks for a hold."""
    found = _depends(on_therapy(*thp(100), lvef=lvef(42)))["LVEF baseline"]
    assert any(("LvefHold", "warning") in then.findings for _, then in found.other)
    assert any(("LvefHold", "warning") not in then.findings for words, then in found.other) or found.tried > len(found.other)


def test_an_unknown_her2_decides_everything():
    """I02: without a result only a positive test gives a treatment card."""
    found = _depends(second_line(receptors=()))["HER2"]
    assert {words for words, then in found.lead if then.lead is not None} == {"positive (IHC 3+)", "positive (ISH)"}


def test_t_dxd_leads_however_the_first_line_ended():
    """I04: a line that is over without a reason: progression, toxicity or completed, T-DXd is the next; the advice holds."""
    found = _depends(second_line(drugs=thp(690, 10)))["how the last line ended"]
    assert (found.tried, found.lead) == (4, ())


def test_a_second_t_dxd_depends_on_what_was_given_before():
    """I04: nothing on record: a T-DXd that nobody wrote down would move the lead away from first line."""
    found = _depends(a_case(intake=intake(prior_therapy_complete=None)))["earlier therapies"]
    assert {then.topic for _, then in found.lead} == {"SecondLineTreatment"}


def test_performance_status_changes_nothing():
    """No rule asks the performance status: whatever it is, the advice holds."""
    found = _depends(second_line())["performance status"]
    assert (found.lead, found.other) == ((), ())


@pytest.mark.parametrize(
    "case",
    [
        second_line(intake={}, lvef=(), receptors=her2("3+")),
        a_case(intake={}, lvef=()),
        on_therapy(given("trastuzumab", 100), given("pertuzumab", 100), given("docetaxel", 100), intake={}, lvef=()),
    ],
    ids=["second line", "first line", "on treatment"],
)
def test_a_varied_unknown_is_unknown_no_more(case):
    """Each value really settles what it stands for, so that its answer is an answer."""
    for unknown in unknowns(situation_of(case)):
        if unknown.name == "earlier therapies":
            continue
        for words, completed in unknown.values:
            left = {u.name for u in unknowns(situation(completed, GUIDELINE_US))}
            assert unknown.name not in left, (unknown.name, words)


def test_the_lvef_is_varied_at_every_limit():
    """39.9, 40, 45, 45.1, 49.9 and 50 are all among the values."""
    found = next(u for u in unknowns(situation_of(second_line(lvef=()))) if u.name == "LVEF")
    tried = {effective_value(case.lvef[-1]) for _, case in found.values}
    assert {39.9, 40.0, 45.0, 45.1, 49.9, 50.0} <= tried


def test_silence_is_explained():
    """On treatment without progression: no finding, every question with its reason, and the treatment named."""
    case = on_therapy(*thp(300))
    explanation = explained(case)
    assert not everything(advice_on(case))
    because = {asked.question: asked.because for asked in explanation.considered}
    assert "goes on without documented progression" in because["Which treatment now?"]
    assert "no table asks for a hold" in because["Does the heart allow it?"]


def test_every_regimen_says_why_it_stands_where_it_does():
    """Another ILD is active, second line: each regimen once, in the order of the card, with the reason why it is not on offer."""
    pertuzumab = ("ruled out", "the disease progressed on pertuzumab.")
    lungs = "avoid with active ILD or pneumonitis; specialist decision (boxed warning, no formal label exclusion)."
    elsewhere = ("not on the menu", "the menu of SecondLineTreatment here does not hold it")
    found = {
        place.regimen: (place.place, place.because) for place in explained(second_line(intake=intake(ild_history="other-active"))).regimens
    }
    assert found == {
        "tdm1": ("lead", None), "tucatinib-trastuzumab-capecitabine": ("alternative", None),
        "trastuzumab-chemotherapy": ("alternative", None),
        "tdxd": ("avoid", lungs), "tdxd-pertuzumab": ("ruled out", lungs),
        **dict.fromkeys(("thp", "trastuzumab-pertuzumab", "pertuzumab-trastuzumab-chemotherapy", "tucatinib-hp-maintenance"), pertuzumab),
        **dict.fromkeys(
            ("lapatinib-capecitabine", "lapatinib-trastuzumab", "neratinib-capecitabine", "margetuximab-chemotherapy", "endocrine-her2",
             "endocrine-alone", "palbociclib-maintenance", "abemaciclib-trastuzumab-fulvestrant", "single-agent-chemotherapy",
             "rechallenge", "clinical-trial"), elsewhere,
        ),
    }  # fmt: skip
    assert found.keys() == K.regimens.keys()


def test_what_is_avoided_without_being_an_option_has_its_place():
    """A card that avoids a regimen without naming it under its options: its place is "avoid"."""
    case = second_line()
    advice = advice_on(case)
    avoiding = replace(advice, treatment=replace(advice.treatment, avoid=("lapatinib-trastuzumab",)))
    places = {place.regimen: place.place for place in explain(case, GUIDELINE_US, avoiding).regimens}
    assert places["lapatinib-trastuzumab"] == "avoid"


@pytest.mark.parametrize(
    ("rule", "because"),
    [
        ("R004", "the treatment card is SecondLineTreatment (speaks when: "),
        ("R018", "its card was not called for (speaks when: "),
        ("R016", "it had nothing to add to this card (speaks when: "),
        ("R036", "it has no card of its own and had no sentence to add (speaks when: "),
        ("R075", "no HER2 drug runs; LVEF 62 %, 20 days old: the treatment card asks for what is missing before a start"),
        ("R124", "a current negative finding excludes pregnancy"),
        ("R128", "no current neurological symptoms are reported"),
    ],
)
def test_a_silent_rule_says_why(rule, because):
    """By the card that another rule made, by what closed its question, else by when it would speak."""
    said = {silent.rule: silent for silent in explained(second_line()).silent_rules}[rule]
    assert said.because.startswith(because)
    assert said.statement == rule_book()[rule].statement
    if "speaks when" in because:
        assert said.because.endswith(f"{rule_book()[rule].trigger})")


def test_what_fired_is_the_card_itself():
    """Topic, indicator, headline and facts of each finding, the treatment first, and every rule that speaks in it."""
    case = second_line(lvef=lvef(45), receptors=(her2("3+"),))
    advice = advice_on(case)
    fired = explained(case).fired
    assert [(f.topic, f.indicator, f.headline, f.facts) for f in fired] == [
        (f.topic, f.indicator, f.headline.text, f.facts) for f in everything(advice)
    ]
    assert [f.topic for f in fired] == ["SecondLineTreatment", "LvefHold"]
    assert set(advice.treatment.lead.rules) | set(advice.treatment.headline.rules) <= set(fired[0].rules)
    assert list(fired[0].rules) == sorted(fired[0].rules, key=lambda rule: (rule[0] == "P", int(rule[1:])))


def test_the_explanation_about_orders_holds_the_order_rules_alone():
    """About drafts: what fired, and the silent rules of order entry; no question of the chart, no menu, no what-if."""
    case = second_line()
    advice = asks(case, order("trastuzumab-emtansine", 3.6, "mg/kg", every_days=21))
    found = explain(case, GUIDELINE_US, advice, about_orders=True)
    assert [f.topic for f in found.fired] == [f.topic for f in advice.findings]
    assert (found.considered, found.regimens, found.depends) == ((), (), ())
    assert (found.profile, found.knowledge) == (advice.profile, advice.knowledge)
    assert {rule_book()[silent.rule].status for silent in found.silent_rules} == {"order", "both"}
    assert not {silent.rule for silent in found.silent_rules} & {rule for f in found.fired for rule in f.rules}


def test_silence_has_no_places():
    """Without a treatment card no regimen has a place."""
    assert explained(on_therapy(*thp(300))).regimens == ()


def test_every_sentence_of_a_card_brings_its_rules():
    """The rules of a card: its own, and those of its headline, sentences, questions, reasons, checks and options; R before P, by number."""
    treatment = advice_on(second_line(drugs=thp(690, 10), intake={}, lvef=(lvef(45),))).treatment
    options = [option for option in (treatment.lead, *treatment.alternatives, *treatment.barred) if option is not None]
    parts = {
        "own": treatment.rules,
        "headline": treatment.headline.rules,
        "detail": [rule for sentence in treatment.detail for rule in sentence.rules],
        "asked": [rule for gap in treatment.missing for rule in gap.ask.rules],
        "why": [rule for sentence in treatment.why for rule in sentence.rules],
        "checks": [rule for sentence in treatment.checks for rule in sentence.rules],
        "options": [rule for option in options for rule in option.rules],
        "reasons": [rule for option in options for sentence in (*option.reasons, *option.cautions) for rule in sentence.rules],
        "labels": [rule for option in options if option.label is not None for rule in option.label.rules],
    }
    found = rules_in(treatment)
    for part, rules in parts.items():
        assert set(rules) <= set(found), part
    assert set(found) == {rule for rules in parts.values() for rule in rules}
    assert list(found) == sorted(found, key=lambda rule: (rule[0] == "P", int(rule[1:])))
    alone = Finding("SupportiveCare", "info", Statement("a", "A.", ("P02",)), (Statement("b", "B.", ("R010", "R009")),))
    assert rules_in(alone) == ("R009", "R010", "P02")
