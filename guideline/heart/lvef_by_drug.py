"""Which label table judges the LVEF under which drug, since when its agent is being given, and on which days it was (R110-R114)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from guideline.case import Case, DrugRecord
from guideline.drug_classes import PERTUZUMAB_PRODUCTS, TRASTUZUMAB_PRODUCTS, components
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate
from guideline.therapy.exposures import Exposure, is_fulfilled_cycle
from guideline.thresholds import LvefTable

_TABLES = {d.id: K.thresholds.lvef_tables[d.lvef_table] for d in K.drugs.values() if d.lvef_table is not None}

#: Trastuzumab products that go by the pertuzumab table while pertuzumab is given beside them (R111).
WITHOUT_PERTUZUMAB = TRASTUZUMAB_PRODUCTS - PERTUZUMAB_PRODUCTS


def tables_for(exposures: Sequence[Exposure]) -> list[tuple[Exposure, LvefTable]]:
    """The LVEF table of each drug that has one; trastuzumab beside pertuzumab goes by the pertuzumab table alone (R111)."""
    covered = frozenset() if PERTUZUMAB_PRODUCTS.isdisjoint([e.drug for e in exposures]) else WITHOUT_PERTUZUMAB
    return [(e, _TABLES[e.drug]) for e in exposures if e.drug in _TABLES and e.drug not in covered]


def begun(exposure: Exposure, line: Sequence[Exposure]) -> PartialDate | None:
    """When the agent was begun: a route, biosimilar or fixed-dose switch within the line is no new agent."""
    parts = components(exposure.drug)
    alike = [e.start for e in line if e.start is not None and not parts.isdisjoint(components(e.drug))]
    if exposure.start is not None:
        alike.append(exposure.start)
    return min(alike, key=_earliest) if alike else None


def _earliest(day: PartialDate) -> date:
    return day.earliest


def dose_days(case: Case, drug: str) -> tuple[date, ...]:
    """The days on which the drug, or another product of the same agent, is recorded as given, in order."""
    parts = components(drug)
    days = [_dose_day(record) for record in case.drugs if not parts.isdisjoint(components(record.drug))]
    return tuple(sorted([day for day in days if day is not None]))


def _dose_day(record: DrugRecord) -> date | None:
    """The (last possible) day of a dose: of an administration, or of an order for one cycle that was fulfilled."""
    day = record.end or record.start if record.kind == "administration" else record.start
    return day.latest if day is not None and (record.kind == "administration" or is_fulfilled_cycle(record)) else None
