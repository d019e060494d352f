"""Heart failure that has resolved: its drug is not given again by itself, and the next one asks for cardiology (R077, R110, R113, P02)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from guideline.advice import FactUsed, Finding
from guideline.case import HeartCondition
from guideline.drug_classes import HER2_DRUGS
from guideline.facts_used import headline_names, in_usual_order, latest_lvef_fact, resolved_failure_fact
from guideline.heart.failure_under_drug import failures_under
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.rules.heart_words import all_names
from guideline.situation import Situation
from guideline.therapy.exposures import Exposure


def failed_under(s: Situation, given: Iterable[Exposure]) -> Finding | None:
    """The drugs among these under which heart failure began: critical below 40 (decision 14), else a warning."""
    failed = failures_under(s, given)
    if not failed:
        return None
    return Finding(
        "HeartFailure",
        "critical" if s.heart.below(K.thresholds.lvef.critical_below) else "warning",
        K.say("heart-failure-resolved", drugs=headline_names(failed)),
        (*all_names(failed), K.say("heart-failure-stop-rule"), K.say("heart-failure-later")),
        facts=(*_facts(failed), *latest_lvef_fact(s)),
        avoid=tuple(sorted(failed)),
    )


def stopped_for_heart(s: Situation) -> frozenset[str]:
    """The HER2 drugs that the record says were stopped for the heart."""
    return frozenset([e.drug for e in s.exposures if e.stop_reason == "cardiac" and e.drug in HER2_DRUGS])


def ended_by_failure(s: Situation) -> list[str]:
    """The drugs, running or over, that heart failure has ended: before another one cardiology is asked for."""
    return in_usual_order(failures_under(s, s.exposures))


def _facts(failed: Mapping[str, HeartCondition]) -> tuple[FactUsed, ...]:
    entries = {c.source: c for c in failed.values()}
    return tuple([resolved_failure_fact(c) for _, c in sorted(entries.items())])
