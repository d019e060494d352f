"""Heart failure that has resolved: its drug is not given again by itself (R077, R110, R113; decision 17)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from guideline.advice import FactUsed, Finding
from guideline.case import HeartCondition
from guideline.exposures import Exposure
from guideline.facts_used import headline_names, lvef_fact
from guideline.failure_under_drug import failures_under
from guideline.heart_function import effective_value
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.rules.heart_words import all_names
from guideline.situation import Situation


def failed_under(s: Situation, given: Iterable[Exposure]) -> Finding | None:
    """The drugs among these under which heart failure began: critical below 40 (decision 14), else a warning."""
    failed = failures_under(s, given)
    if not failed:
        return None
    latest = s.heart.latest
    below = latest is not None and effective_value(latest) < K.thresholds.lvef.critical_below
    return Finding(
        "HeartFailure",
        "critical" if below else "warning",
        K.say("heart-failure-resolved", drugs=headline_names(failed)),
        (*all_names(failed), K.say("heart-failure-stop-rule"), K.say("heart-failure-later")),
        facts=(*_facts(failed), *((lvef_fact(latest),) if latest is not None else ())),
        avoid=tuple(sorted(failed)),
    )


def _facts(failed: Mapping[str, HeartCondition]) -> tuple[FactUsed, ...]:
    entries = {c.source: c for c in failed.values()}
    return tuple([FactUsed("Heart failure", "resolved", str(c.date), source) for source, c in sorted(entries.items())])
