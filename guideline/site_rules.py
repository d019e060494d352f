"""Rules that a site has switched off: which may be, and what that changes in an advice.

A rule that is off makes no card of its own: a finding is not made when the rule that leads it is off (where its author named none, when
all rules of its headline are). An alternative on a treatment card goes the same way, and a sentence goes when every rule it states is off.
Never touched are what is critical, the treatment card with its leading regimen, an option that the headline names, what is asked as
missing, label notes, and what is barred: other advice rests on these.

A topic that is off makes no card either, whichever rule leads it. Only topics all of whose rules may be off can be: a card goes whole, or
not at all, and what is critical is said whatever its topic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from guideline.advice import TREATMENT_TOPICS, Finding, Option, Statement, Treatment
from guideline.knowledge_entries import RuleEntry
from guideline.practice import Practice

#: Topics whose card can be critical: somebody may be harmed today.
CRITICAL_TOPICS = frozenset({
    "Pregnancy", "BrainMetastasesUrgent", "InterstitialLungDisease", "HeartFailure", "LvefHold", "PermanentlyStoppedAgent", "ProductMixUp",
    "AnthracyclineWithTrastuzumab", "DuplicateHer2Therapy", "AllergyOrIntolerance", "DoseCheck", "LabSafety",
})  # fmt: skip

#: Topics that say whether and on what a recommendation stands at all.
_FOUNDATION_TOPICS = frozenset({"Her2StatusNeeded", "Her2Discordance", "Her2Low", "MissingData", "LvefBaselineNeeded"})

_LOCKED_KINDS = {
    "SCOPE": "it decides for whom the service speaks",
    "GOV": "it keeps the state of the knowledge in sight",
    "SAFE": "it keeps what is unknown from being taken for harmless",
    "HOLD": "it holds a drug that harms",
    "STOP": "it stops a drug that harms",
    "REC": "it orders the treatment options; the evidence profile is the setting for that",
    "TIME": "it decides which treatment pathway applies",
    "COND": "it narrows when an option or a warning applies",
    "DOSE": "the dose of an option stays beside it",
    "EVID": "the evidence of an option stays beside it, so that a clinician can review the basis",
}

_LOCKED_ALONE = {"R074": "a low LVEF under HER2 therapy is never passed over in silence"}


def why_locked(rule: RuleEntry) -> str | None:
    """Why no site may switch this rule off; None for a rule that it may."""
    if rule.status == "text":
        return "it speaks in this book only"
    if rule.id in _LOCKED_ALONE:
        return _LOCKED_ALONE[rule.id]
    if not CRITICAL_TOPICS.isdisjoint(rule.topics):
        return "its card can be critical"
    if not _FOUNDATION_TOPICS.isdisjoint(rule.topics):
        return "other advice rests on what it asks for"
    return _LOCKED_KINDS.get(rule.kind)


def why_topic_locked(topic: str, rules: Mapping[str, RuleEntry]) -> str | None:
    """Why no site may switch this topic off, for all or for some; None for a topic that it may. `rules` is the rule book."""
    if topic in CRITICAL_TOPICS:
        return "its card can be critical"
    if topic in _FOUNDATION_TOPICS:
        return "other advice rests on what it asks for"
    if topic in TREATMENT_TOPICS:
        return "silence would pass for an answer; an EHR that does not want treatment cards does not call her2-patient-view"
    leading = [rule for rule in rules.values() if topic in rule.topics]
    locked = [rule.id for rule in leading if why_locked(rule) is not None]
    if locked or not leading:
        return f"{', '.join(locked) or 'a rule behind it'} cannot be switched off"
    return None


def speaks_for(finding: Finding) -> tuple[str, ...]:
    """The rules that make a finding: the first its author named, which leads it; without one, all rules of its headline."""
    return finding.rules[:1] or finding.headline.rules


def switched_on(findings: list[Finding], practice: Practice) -> tuple[list[Finding], set[str], list[str]]:
    """The findings that the site wants, the rules it has switched off that would have spoken here, and the topics left out."""
    if not practice.rules_off and not practice.topics_off:
        return findings, set(), []
    left, silenced = spoken(findings, practice.rules_off)
    left, hidden = without_topics(left, practice.topics_off)
    return left, silenced, hidden


def spoken(findings: Iterable[Finding], off: frozenset[str]) -> tuple[list[Finding], set[str]]:
    """The findings that are left with the rules `off`, and those of these rules that would have spoken here."""
    if not off:
        return list(findings), set()
    left: list[Finding] = []
    silenced: set[str] = set()
    for finding in findings:
        makers = speaks_for(finding)
        if makers and off.issuperset(makers) and finding.indicator != "critical" and not isinstance(finding, Treatment):
            silenced.update(makers)
            continue
        left.append(_in_fewer_words(finding, off, silenced))
    return left, silenced


def without_topics(findings: list[Finding], off: frozenset[str]) -> tuple[list[Finding], list[str]]:
    """The findings that are left with the topics `off`, and the topic of each that is not."""
    if not off:
        return findings, []
    hidden = [finding for finding in findings if finding.topic in off and finding.indicator != "critical"]
    left = [finding for finding in findings if finding.topic not in off or finding.indicator == "critical"]
    return left, [finding.topic for finding in hidden]


def treatment_spoken(treatment: Treatment | None, off: frozenset[str]) -> tuple[Treatment | None, set[str]]:
    """The treatment card that is left with the rules `off`, and those of these rules that would have spoken on it."""
    if treatment is None or not off:
        return treatment, set()
    (left,), silenced = spoken([treatment], off)
    assert isinstance(left, Treatment)
    alternatives = tuple(
        _option(option, off, silenced) for option in left.alternatives if not _option_off(option, left.headline, off, silenced)
    )
    lead = _option(left.lead, off, silenced) if left.lead is not None else None
    why, checks = _sentences(left.why, off, silenced), _sentences(left.checks, off, silenced)
    return replace(left, lead=lead, alternatives=alternatives, why=why, checks=checks), silenced


def _in_fewer_words(finding: Finding, off: frozenset[str], silenced: set[str]) -> Finding:
    detail = finding.detail if finding.indicator == "critical" else _sentences(finding.detail, off, silenced)
    return finding if detail == finding.detail else replace(finding, detail=detail)


def _option_off(option: Option, headline: Statement, off: frozenset[str], silenced: set[str]) -> bool:
    from guideline.knowledge_base import KNOWLEDGE  # noqa: PLC0415 - the locks above serve the check of faulty knowledge too

    leading, regimen = next(iter(option.rules), None), KNOWLEDGE.regimens[option.regimen]
    # A rule that is not the regimen's own, such as that of its label note, is no reason to take the regimen away.
    if leading not in off or leading not in regimen.rules or regimen.short in headline.text:
        return False
    silenced.add(leading)
    return True


def _option(option: Option, off: frozenset[str], silenced: set[str]) -> Option:
    reasons, cautions = _sentences(option.reasons, off, silenced), _sentences(option.cautions, off, silenced)
    return option if (reasons, cautions) == (option.reasons, option.cautions) else replace(option, reasons=reasons, cautions=cautions)


def _sentences(said: tuple[Statement, ...], off: frozenset[str], silenced: set[str]) -> tuple[Statement, ...]:
    left = tuple(statement for statement in said if not statement.rules or not off.issuperset(statement.rules))
    if len(left) != len(said):
        silenced.update(rule for statement in said if statement not in left for rule in statement.rules)
    return left
