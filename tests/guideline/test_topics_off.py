"""Topics that are off: what goes, what stays whatever is off, and what the advice says about it."""

import pytest

from guideline.advice import Finding, Statement
from guideline.knowledge_base import rule_book
from guideline.practice import Practice
from guideline.site_rules import CRITICAL_TOPICS, why_locked, why_topic_locked, without_topics
from tests.guideline.case_builder import advice_on, alternatives_of, her2, intake, lead_of, lvef, second_line, topics
from tests.guideline.order_builder import asks, order


def off(*codes: str) -> Practice:
    """A site that wants no cards of these topics."""
    return Practice(topics_off=frozenset(codes))


def finding(topic: str, indicator: str = "warning") -> Finding:
    """A finding of a topic."""
    return Finding(topic, indicator, Statement("x", "Something is said."))


def test_a_topic_that_is_off_is_not_said_when_a_chart_is_opened():
    """The biopsy is no longer suggested, the treatment stays as it is, and the advice names what it hides."""
    case = second_line(receptors=(her2("3+", 900, "primary"),), intake=intake(lesion_accessible="true"))
    before, after = advice_on(case), advice_on(case, off("RebiopsySuggested"))
    assert "RebiopsySuggested" in topics(before)
    assert topics(after) == [topic for topic in topics(before) if topic != "RebiopsySuggested"]
    assert (lead_of(after), alternatives_of(after)) == (lead_of(before), alternatives_of(before))
    assert (before.hidden, after.hidden) == ((), ("RebiopsySuggested",))


def test_a_topic_that_is_off_is_not_said_about_an_order():
    """T-DM1 in T-DXd's place is ordered without a word about it; all else is said, and the advice names what it hides."""
    draft = order("trastuzumab-emtansine", 3.6, "mg/kg", every_days=21)
    case = second_line(lvef=(lvef(60),))
    before, after = asks(case, draft), asks(case, draft, practice=off("NonPreferredAgent"))
    assert "NonPreferredAgent" in topics(before)
    assert after.findings == tuple(finding for finding in before.findings if finding.topic != "NonPreferredAgent")
    assert after.hidden == ("NonPreferredAgent",)


def test_a_topic_that_would_not_have_spoken_is_not_named():
    """What is off and has nothing to say hides nothing."""
    assert advice_on(second_line(), off("SupportiveCare")).hidden == ()


@pytest.mark.parametrize("topic", sorted(CRITICAL_TOPICS))
def test_what_is_critical_is_said_whatever_is_off(topic: str):
    """A second lock behind that of the site's file: no setting hides a finding that is critical."""
    critical, lesser = finding(topic, "critical"), finding(topic)
    assert without_topics([critical, lesser], frozenset({topic})) == ([critical], [topic])


def test_each_finding_counts():
    """The topic is named once for each finding, in their order."""
    found = [finding("SupportiveCare"), finding("LabelWindow", "info"), finding("DoseCheck"), finding("SupportiveCare", "info")]
    left, hidden = without_topics(found, frozenset({"SupportiveCare", "LabelWindow"}))
    assert left == [found[2]]
    assert hidden == ["SupportiveCare", "LabelWindow", "SupportiveCare"]


def test_a_topic_may_be_off_when_all_its_rules_may():
    """No rule that must stay on speaks under a topic that may be off: switching topics off is no way around the locks of the rules."""
    rules = rule_book()
    switchable = {topic for rule in rules.values() for topic in rule.topics if why_topic_locked(topic, rules) is None}
    assert len(switchable) == 10
    for rule in rules.values():
        assert switchable.isdisjoint(rule.topics) or why_locked(rule) is None, rule.id


@pytest.mark.parametrize(
    ("topic", "why"),
    [
        ("Pregnancy", "its card can be critical"),
        ("MissingData", "other advice rests on what it asks for"),
        ("TumorBoard", "silence would pass for an answer; an EHR that does not want treatment cards does not call her2-patient-view"),
        ("LvefMonitoringDue", "R074 cannot be switched off"),
        ("ChemotherapyWithoutHer2", "a rule behind it cannot be switched off"),
    ],
)
def test_why_a_topic_stays(topic: str, why: str):
    """The reason is one a site can understand."""
    assert why_topic_locked(topic, rule_book()) == why
