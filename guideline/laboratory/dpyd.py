"""What is known of a patient's DPYD: the laboratory's result, or the answer of the intake (P09)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from guideline.advice import FactUsed
from guideline.case import Case, DpydPhenotype, DpydResult
from guideline.facts_used import day_shown
from guideline.intake import answer
from guideline.partial_date import when_last

#: The worse of two that cannot be told apart by their days.
_WORST_FIRST: tuple[DpydPhenotype, ...] = ("poor", "intermediate", "normal")


def dpyd(case: Case) -> DpydResult | None:
    """The newest result, or the answer where that is worse; None: not tested as far as was seen.

    Genes do not change: where an answer says better than the laboratory one of the two is mistaken, and one click may be a slip.
    """
    known = [found for found in (newest(case.dpyd), _answered(case)) if found is not None]
    return min(known, key=_rank, default=None)


def newest(found: Sequence[DpydResult]) -> DpydResult | None:
    """The newest of those that were read; the worst of what may be the newest: of one day, of the same month, without a date."""
    read = [result for result in found if result.phenotype is not None]
    last = max((result.date.earliest for result in read if result.date is not None), default=date.min)
    counts = [result for result in read if result.date is None or result.date.latest >= last]
    return min(counts, key=lambda result: (_rank(result), result.date is None, result.source), default=None)


def _rank(result: DpydResult) -> int:
    """The worst first; what was not read tells nothing and comes last."""
    return len(_WORST_FIRST) if result.phenotype is None else _WORST_FIRST.index(result.phenotype)


def unread(case: Case) -> DpydResult | None:
    """A result that could not be read, the newest of them, where nothing else is known."""
    if dpyd(case) is not None:
        return None
    found = [result for result in case.dpyd if result.phenotype is None]
    return max(found, key=lambda one: (when_last(one.date), one.source), default=None)


def dpyd_phenotype(case: Case) -> DpydPhenotype | None:
    """`poor`, `intermediate`, `normal`; None: not tested as far as was seen."""
    known = dpyd(case)
    return known.phenotype if known is not None else None


def dpyd_facts(case: Case) -> tuple[FactUsed, ...]:
    """What is known, or was not read, as a fact of a card."""
    known = dpyd(case) or unread(case)
    if known is None:
        return ()
    return (FactUsed("DPYD", known.phenotype or "not read", day_shown(known.date), known.source),)


def _answered(case: Case) -> DpydResult | None:
    given = answer(case, "dpyd")
    said = next((phenotype for phenotype in _WORST_FIRST if given is not None and phenotype in given.values), None)
    return DpydResult(said, given.date, given.source) if given is not None and said is not None else None
