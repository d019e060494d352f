"""Each drug against its own LVEF table: the row that applies to the latest value, and what the fall is counted from (decision 14)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from guideline.advice import FactUsed
from guideline.case import Lvef
from guideline.exposures import Exposure
from guideline.facts_used import lvef_fact
from guideline.heart_function import effective_value, fall_from
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate
from guideline.situation import Situation
from guideline.therapy_lines import PERTUZUMAB_PRODUCTS, TRASTUZUMAB_PRODUCTS, components
from guideline.thresholds import LvefRow, LvefTable

_TABLES = {d.id: K.thresholds.lvef_tables[d.lvef_table] for d in K.drugs.values() if d.lvef_table is not None}

#: Trastuzumab products that go by the pertuzumab table while pertuzumab is given beside them (R111).
WITHOUT_PERTUZUMAB = TRASTUZUMAB_PRODUCTS - PERTUZUMAB_PRODUCTS


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
        return self.row is not None and self.row.action != "continue"

    @property
    def baseline(self) -> FactUsed | None:
        """The value that the fall is counted from, as a fact."""
        return baseline_fact(self.reference, before_start=self.before_start) if self.reference is not None else None


def baseline_fact(reference: Lvef, *, before_start: bool) -> FactUsed:
    """The value that a fall is counted from, named by where it comes from."""
    return lvef_fact(reference, "LVEF baseline" if before_start else "LVEF baseline (first value after the start)")


def tables_for(exposures: tuple[Exposure, ...]) -> list[tuple[Exposure, LvefTable]]:
    """The LVEF table of each drug that has one; trastuzumab beside pertuzumab goes by the pertuzumab table alone (R111)."""
    covered = frozenset() if PERTUZUMAB_PRODUCTS.isdisjoint([e.drug for e in exposures]) else WITHOUT_PERTUZUMAB
    return [(e, _TABLES[e.drug]) for e in exposures if e.drug in _TABLES and e.drug not in covered]


def first_dose(s: Situation, exposure: Exposure) -> PartialDate | None:
    """When the current agent was begun: a route, biosimilar or fixed-dose switch within the line is no new agent."""
    members = s.therapies.lines[-1].exposures if s.therapies.lines else ()
    parts = components(exposure.drug)
    alike = [e.start for e in members if e.start is not None and not parts.isdisjoint(components(e.drug))]
    if exposure.start is not None:
        alike.append(exposure.start)
    return min(alike, key=_earliest) if alike else None


def _earliest(day: PartialDate) -> date:
    return day.earliest


def judge(s: Situation, exposures: tuple[Exposure, ...]) -> list[Judged]:
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
