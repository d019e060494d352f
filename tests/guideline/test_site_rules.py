"""Switching rules off: what goes, what stays whatever a site switches off, and what the advice says about it."""

import pytest
from msgspec.structs import replace

from guideline.advice import Finding, Statement
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.knowledge_base import rule_book
from guideline.practice import Practice
from guideline.site_rules import CRITICAL_TOPICS, spoken, treatment_spoken, why_locked, why_topic_locked, without_topics
from tests.guideline.case_builder import (
    LONG,
    a_case,
    advice_on,
    alternatives_of,
    lead_of,
    lvef,
    on_therapy,
    said_ids,
    second_line,
    thp,
    topics,
)
from tests.guideline.case_builder import given as drug
from tests.guideline.order_builder import asks, order

EVERYTHING_OFF = frozenset(rule.id for rule in rule_book().values() if why_locked(rule) is None)


def off(*rules: str) -> Practice:
    """A site that has switched these rules off."""
    return Practice(rules_off=frozenset(rules))


def test_r002_off_says_nothing_of_a_biopsy():
    """R002 off: no sentence that states R002 alone; the treatment card stays as it is otherwise, and the advice names R002."""
    before, after = advice_on(second_line()), advice_on(second_line(), off("R002"))
    gone = said_ids(before) - said_ids(after)
    assert gone
    assert all(set((K.statements.get(id_) or K.templates[id_]).rules) == {"R002"} for id_ in gone)
    assert (lead_of(after), alternatives_of(after)) == (lead_of(before), alternatives_of(before))
    assert before.switched_off == ()
    assert after.switched_off == ("R002",)


def test_r030_off_lets_t_dm1_be_ordered_without_a_word():
    """R030 leads the card about T-DM1 in T-DXd's place: off, there is no such card though its other rules are on."""
    draft = order("trastuzumab-emtansine", 3.6, "mg/kg", every_days=21)
    case = second_line(lvef=(lvef(60),))
    assert "NonPreferredAgent" in topics(asks(case, draft))
    after = asks(case, draft, practice=off("R030"))
    assert "NonPreferredAgent" not in topics(after)
    assert "R030" in after.switched_off


def test_r027_off_takes_t_dm1_from_the_alternatives():
    """An alternative goes with the rule that offers it; what leads stays."""
    assert alternatives_of(advice_on(second_line())) == ["tdm1"]
    after = advice_on(second_line(), off("R027"))
    assert (lead_of(after), alternatives_of(after)) == ("tdxd", [])
    assert "R027" in after.switched_off


def test_r107_off_leaves_the_options_of_that_label():
    """The rule of a label note is no reason to take the regimen away."""
    assert alternatives_of(advice_on(second_line(), off("R107", "R019"))) == ["tdm1"]


def test_r072_r073_off_together_silence_the_reminder_but_not_a_low_value():
    """A card headed by a sentence of two rules goes when both are off; a low LVEF is never passed over (R074)."""
    running = on_therapy(drug("trastuzumab-deruxtecan", 200), lvef=(lvef(62, 100), lvef(62, 210)))
    assert topics(advice_on(running)) == ["LvefMonitoringDue"]
    assert topics(advice_on(running, off("R072"))) == ["LvefMonitoringDue"]
    after = advice_on(running, off("R072", "R073"))
    assert topics(after) == []
    assert (after.silent, after.switched_off) == (("R132",), ("R072", "R073"))
    low = on_therapy(drug("trastuzumab-deruxtecan", 200), lvef=(lvef(47, 5), lvef(52, 210)))
    assert topics(advice_on(low, Practice(rules_off=EVERYTHING_OFF))) == topics(advice_on(low)) == ["LvefMonitoringDue"]


def test_a_rule_that_would_not_have_spoken_is_not_named():
    """The advice names what was silenced here, not everything that is off at the site."""
    assert advice_on(second_line(), off("P10", "R050")).switched_off == ()


def test_the_card_stays_when_its_lead_has_its_rules_off():
    """A treatment card and its leading regimen hold whatever is off."""
    cases = [second_line(), a_case(), a_case(metastases=LONG, drugs=thp(690, 10, reason="progression"))]
    for case in cases:
        before, after = advice_on(case), advice_on(case, Practice(rules_off=EVERYTHING_OFF))
        assert before.treatment is not None
        assert after.treatment is not None
        assert (after.treatment.topic, after.treatment.headline) == (before.treatment.topic, before.treatment.headline)
        assert lead_of(after) == lead_of(before)
        assert after.treatment.missing == before.treatment.missing
        assert after.treatment.barred == before.treatment.barred


def a_finding(indicator: str, *rules: str, headline: tuple[str, ...] = ("R009",)) -> Finding:
    """A finding that a rule might make."""
    return Finding("DrugInteraction", indicator, Statement("x", "Something", headline), rules=rules)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("finding", "stays"),
    [
        (a_finding("warning", "P10", "R020"), False),
        (a_finding("warning", "R020", "P10"), True),
        (a_finding("critical", "P10"), True),
        (a_finding("info", headline=("P10",)), False),
        (a_finding("info", headline=("P10", "R020")), True),
        (a_finding("info", headline=()), True),
    ],
)
def test_a_finding_goes_with_its_leading_rule(finding, stays):
    """The first rule that a finding names leads it; without one all rules of its headline do; what is critical stays."""
    left, silenced = spoken([finding], frozenset({"P10"}))
    assert left == ([finding] if stays else [])
    assert silenced == (set() if stays else {"P10"})


def test_nothing_off_changes_nothing():
    """Without rules off the very same findings come back."""
    advice = advice_on(second_line())
    assert treatment_spoken(advice.treatment, frozenset()) == (advice.treatment, set())


def test_what_is_critical_is_locked():
    """No rule whose card can be critical may be switched off, nor one that decides scope, pathway, holds, stops, doses or evidence."""
    for rule in rule_book().values():
        if rule.id in EVERYTHING_OFF:
            assert CRITICAL_TOPICS.isdisjoint(rule.topics), rule.id
            assert rule.kind in {"DO", "DUR", "ALT", "NEVER", "LABEL", "INFO", "CHECK"}, rule.id
        else:
            assert why_locked(rule)
    assert {"R079", "R116", "R124", "R131", "R132", "R110", "R077", "P01", "P15", "R074", "R020"}.isdisjoint(EVERYTHING_OFF)
    assert {"R002", "R030", "R105", "P10"} <= EVERYTHING_OFF


@pytest.mark.parametrize(
    ("rule", "because"),
    [
        ("R074", "a low LVEF under HER2 therapy is never passed over in silence"),
        ("R124", "its card can be critical"),
        ("R122", "other advice rests on what it asks for"),
        ("R004", "it orders the treatment options; the evidence profile is the setting for that"),
        ("R002", None),
        ("P10", None),
    ],
)
def test_why_a_rule_stays_on(rule, because):
    """A site reads why it may not switch a rule off."""
    assert why_locked(rule_book()[rule]) == because


def test_what_stands_in_the_book_only_cannot_be_switched_off():
    """A rule that makes no card has nothing to switch off."""
    only_text = [rule for rule in rule_book().values() if rule.status == "text"]
    assert only_text
    assert {why_locked(rule) for rule in only_text} == {"it speaks in this book only"}


@pytest.mark.parametrize(
    ("topic", "because"),
    [
        ("LvefHold", "its card can be critical"),
        ("DoseCheck", "its card can be critical"),
        ("MissingData", "other advice rests on what it asks for"),
        ("LvefBaselineNeeded", "other advice rests on what it asks for"),
        *(
            (topic, "silence would pass for an answer; an EHR that does not want treatment cards does not call her2-patient-view")
            for topic in (
                "FirstLineTreatment",
                "SecondLineTreatment",
                "ThirdLineTreatment",
                "LaterLineTreatment",
                "MaintenanceTreatment",
                "TumorBoard",
            )
        ),
        ("NoSuchTopic", "a rule behind it cannot be switched off"),
        ("RebiopsySuggested", None),
        ("DrugInteraction", "P09 cannot be switched off"),
    ],
)
def test_why_a_topic_stays_on(topic, because):
    """A topic goes as a whole or not at all: not where it can be critical, is a foundation, is the treatment, or holds a locked rule."""
    assert why_topic_locked(topic, rule_book()) == because


def test_a_topic_with_one_locked_rule_names_it():
    """The rule that keeps the whole topic on is named."""
    book = rule_book()
    locked = {
        topic: [rule.id for rule in book.values() if topic in rule.topics and why_locked(rule) is not None]
        for rule in book.values() for topic in rule.topics
    }  # fmt: skip
    named = {topic: why_topic_locked(topic, book) for topic in locked}
    mixed = [topic for topic, because in named.items() if because is not None and because.endswith("cannot be switched off")]
    assert mixed
    for topic in mixed:
        assert named[topic] == f"{', '.join(locked[topic])} cannot be switched off"
    assert all(not locked[topic] for topic, because in named.items() if because is None)


def test_a_topic_that_is_off_hides_its_cards_but_what_is_critical():
    """The topic of each hidden card is told, in the order of the cards."""
    cards = [a_finding("warning", "P10"), a_finding("critical", "P10"), Finding("SupportiveCare", "info", Statement("y", "Other", ()))]
    assert without_topics(cards, frozenset({"DrugInteraction"})) == ([cards[1], cards[2]], ["DrugInteraction"])
    assert without_topics(cards, frozenset({"SupportiveCare", "DrugInteraction"})) == ([cards[1]], ["DrugInteraction", "SupportiveCare"])
    assert without_topics(cards, frozenset()) == (cards, [])


def test_everything_off_leaves_no_sentence_of_a_rule_that_is_off():
    """On the treatment card every sentence of the lead, the alternatives, the reasons and the checks belongs to a rule that is on."""
    cases = [second_line(), a_case(), a_case(metastases=LONG, drugs=thp(690, 10, reason="progression")), second_line(intake={}, lvef=())]
    gone = set()
    for case in cases:
        before, after = (advice_on(case, practice).treatment for practice in (Practice(), Practice(rules_off=EVERYTHING_OFF)))
        left = [*after.why, *after.checks, *after.detail]
        for option in (after.lead, *after.alternatives):
            left += [*option.reasons, *option.cautions]
        assert not [statement for statement in left if statement.rules and EVERYTHING_OFF.issuperset(statement.rules)]
        gone |= {statement.id for statement in before.lead.reasons} - {statement.id for statement in after.lead.reasons}
    assert gone


def test_a_finding_loses_the_sentences_of_rules_that_are_off():
    """A card that stays says nothing more of a rule that is off, and that rule is named; what is critical keeps every word."""
    said = (Statement("a", "Off.", ("P10",)), Statement("b", "Half off.", ("P10", "R020")), Statement("c", "Of nobody.", ()))
    card = Finding("SupportiveCare", "info", Statement("x", "Something", ("R020",)), said, rules=("R020",))
    assert spoken([card], frozenset({"P10"})) == ([replace(card, detail=said[1:])], {"P10"})
    critical = replace(card, indicator="critical")
    assert spoken([critical], frozenset({"P10"})) == ([critical], set())
