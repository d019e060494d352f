"""What is known of a patient's DPYD: the laboratory's result, or the answer of the intake (P09)."""

from __future__ import annotations

from datetime import date

from guideline.advice import FactUsed
from guideline.case import Case, DpydPhenotype, DpydResult
from guideline.intake import answer

#: The worse of two that cannot be told apart by their days.
_WORST_FIRST: tuple[DpydPhenotype, ...] = ("poor", "intermediate", "normal")


def dpyd(case: Case) -> DpydResult | None:
    """The newest of results and answer, the worse of one day; None: not tested as far as was seen.

    A result without a date may be the newest: it counts where it is the worse.
    """
    found = [*case.dpyd, *_answered(case)]
    dated = [(result.date.latest, result) for result in found if result.date is not None]
    newest = max((day for day, _ in dated), default=date.min)
    counts = [result for result in found if result.date is None or result.date.latest == newest]
    return min(counts, key=lambda result: (_WORST_FIRST.index(result.phenotype), result.date is None, result.source), default=None)


def dpyd_phenotype(case: Case) -> DpydPhenotype | None:
    """`poor`, `intermediate`, `normal`; None: not tested as far as was seen."""
    known = dpyd(case)
    return known.phenotype if known is not None else None


def dpyd_facts(case: Case) -> tuple[FactUsed, ...]:
    """What is known, as a fact of a card."""
    known = dpyd(case)
    return (FactUsed("DPYD", known.phenotype, str(known.date) if known.date is not None else None, known.source),) if known else ()


def _answered(case: Case) -> tuple[DpydResult, ...]:
    given = answer(case, "dpyd")
    said = next((phenotype for phenotype in _WORST_FIRST if given is not None and phenotype in given.values), None)
    return (DpydResult(said, given.date, given.source),) if given is not None and said is not None else ()
