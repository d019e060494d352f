"""Each drug against its own LVEF table: the row that applies to the latest value, and what the fall is counted from (decision 14)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from guideline.advice import FactUsed
from guideline.case import Lvef
from guideline.facts_used import in_usual_order, lvef_fact
from guideline.heart.function import effective_value, fall_from
from guideline.heart.lvef_by_drug import begun, tables_for
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate
from guideline.situation import Situation
from guideline.therapy.exposures import Exposure
from guideline.thresholds import LvefRow, LvefTable


class Judged(Struct, frozen=True):
    """One drug against its table: the row that applies, and what was compared.

    `reference` is the value that the fall is counted from, `before_start` whether it is from before the drug's first dose.
    """

    exposure: Exposure
    table: LvefTable
    row: LvefRow | None
    fall: float | None
    reference: Lvef | None
    before_start: bool

    @property
    def holds(self) -> bool:
        """Whether the table asks for a hold at the latest value."""
        return self.row is not None and self.row.holds

    @property
    def baseline(self) -> FactUsed | None:
        """The value that the fall is counted from, as a fact."""
        return baseline_fact(self.reference, before_start=self.before_start) if self.reference is not None else None


def baseline_fact(reference: Lvef, *, before_start: bool) -> FactUsed:
    """The value that a fall is counted from, named by where it comes from."""
    return lvef_fact(reference, "LVEF baseline" if before_start else "LVEF baseline (first value after the start)")


_HOLDS = tuple(row for table in K.thresholds.lvef_tables.values() for row in table.rows if row.holds)

#: No row asks for a hold at a value above its limit (the lower limit of normal apart) ...
_HIGHEST_LIMIT = max(K.thresholds.lvef.critical_below, *(row.highest for row in _HOLDS if row.highest is not None))
#: ... and one without a limit on the value at no smaller fall.
_LEAST_FALL = min(row.fall_at_least or row.fall_over or 0.0 for row in _HOLDS if row.highest is None and not row.below_normal)


def never_low(s: Situation) -> bool:
    """Whether no dated LVEF on record can ask for a hold of any drug, whatever its fall is counted from: so it is in most charts."""
    values = [effective_value(v) for v in s.heart.series]
    if not values:
        return True
    lowest = min(values)
    return lowest > max(_HIGHEST_LIMIT, s.practice.lvef_lower_limit) and round(max(values) - lowest, 1) < _LEAST_FALL


def first_dose(s: Situation, exposure: Exposure) -> PartialDate | None:
    """When the current agent was begun: a route, biosimilar or fixed-dose switch within the line is no new agent."""
    return begun(exposure, line_of(s, exposure))


def line_of(s: Situation, exposure: Exposure) -> tuple[Exposure, ...]:
    """What was given in the newest line that an exposure is of; one of no line (adjuvant, undated) is seen beside the newest one."""
    lines = s.therapies.lines
    own = next((line for line in reversed(lines) if exposure in line.exposures), lines[-1] if lines else None)
    return own.exposures if own is not None else ()


def judge(s: Situation, exposures: Sequence[Exposure]) -> list[Judged]:
    """The latest LVEF by the table of each drug that has one; none without an LVEF."""
    latest = s.heart.latest
    if latest is None:
        return []
    value = effective_value(latest)
    judged = []
    for e, table in tables_for(exposures):
        reference, before = s.heart.baseline(first_dose(s, e)) or (None, False)
        fall = fall_from(reference, latest) if reference is not None else None
        judged.append(Judged(e, table, table.row(value, fall, s.practice.lvef_lower_limit), fall, reference, before))
    return judged


def other_table_when_early(s: Situation, judged: Iterable[Judged]) -> list[str]:
    """Without metastases on record: the drugs among these whose label judges the LVEF in early disease by another table than this one."""
    return [] if s.metastatic else in_usual_order(j.exposure.drug for j in judged if j.table.metastatic_only)


_ACTION_RANK = {None: 0, "continue": 1, "hold": 2, "stop": 3}


def strictest(judged: Iterable[Judged]) -> Judged | None:
    """Two drugs, two tables: the stricter decides (decision 14)."""
    return max(
        judged,
        key=lambda j: (
            _ACTION_RANK[j.row.action if j.row else None],
            bool(j.row and j.row.confirmed_stops),
            j.table.hold_days or 0,
            j.exposure.drug,
        ),
        default=None,
    )
