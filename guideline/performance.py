"""The performance status that counts today: for how frail a patient is taken, and what is weighed before any therapy (I16, R052)."""

from __future__ import annotations

from guideline.case import Case, PerformanceStatus
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import days_since, when_last


def newest_performance(case: Case) -> PerformanceStatus | None:
    """The newest ECOG performance status (the worse of one day), while it counts as long as the answer about the burden does."""
    days = K.thresholds.intake.expires_days["disease-burden"]
    fresh = [p for p in case.performance if p.date is not None and days_since(p.date, case.today) <= days]
    return max(fresh, key=lambda p: (when_last(p.date), p.ecog, p.source), default=None)


def very_frail(case: Case) -> PerformanceStatus | None:
    """The newest performance status, where it is so poor that endocrine therapy alone is not questioned either."""
    newest = newest_performance(case)
    return newest if newest is not None and newest.ecog >= K.thresholds.endocrine.frail_ecog_without_her2 else None
