"""Laboratory values of the past after which a drug goes on one dose level down, or not at all (R118-R120, P08).

What counts is a value under the drug since which no dose of it is on record: whoever gave a dose since has decided on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from guideline.case import DrugRecord, Lab
from guideline.dosing import lowest_level_given
from guideline.exposures import Exposure
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.laboratory import Met, met, value_of
from guideline.partial_date import PartialDate, add_days
from guideline.situation import Situation
from guideline.thresholds import LabRow


class LabHold(Struct, frozen=True):
    """A value that held a drug, and `before`: the lowest dose level known to have been given until then, with its record."""

    drug: str
    met: Met
    before: tuple[float, DrugRecord] | None

    @property
    def day(self) -> PartialDate:
        """The day of the value."""
        return self.met.values[0].date

    @property
    def level(self) -> float | None:
        """One level down; None: there is none left. Where no dose is on record the highest level counts as given."""
        levels = K.thresholds.dose_levels[self.drug]
        return levels.next_lower(self.before[0] if self.before is not None else levels.levels[0])


def hold_before(s: Situation, drug: str, records: Sequence[DrugRecord]) -> LabHold | None:
    """The value that ended the drug, else the newest that asks for one level down. `records`: the drug's own, without the asked order."""
    found = [(m, lab.date) for lab in s.case.labs if lab.date is not None for m in _met(s, drug, lab) if _open(s, drug, lab.date, records)]
    if not found:
        return None
    lead, day = max(found, key=lambda entry: (entry[0].row.action == "stop", entry[1].latest, entry[0].row.id))
    return LabHold(drug, lead, _level_before(s, drug, day, records))


def _met(s: Situation, drug: str, lab: Lab) -> Iterator[Met]:
    """The rows of the drug's table that the value meets, with what was measured on the same day."""
    for row in K.thresholds.labs.drugs[drug]:
        if row.lab == lab.kind and _lasts(row):
            partners = {kind: tuple(value_of(x) for x in s.case.labs if x.kind == kind and x.date == lab.date) for kind in row.also_lab}
            found = met(row, {**partners, lab.kind: (value_of(lab),)})
            if found is not None and not found.partner_missing:
                yield found


def _lasts(row: LabRow) -> bool:
    """Whether a row says something of the dose after the value is normal again."""
    return row.at == "dose" and (row.dose == "one-level-down" or row.action == "stop")


def _open(s: Situation, drug: str, day: PartialDate, records: Sequence[DrugRecord]) -> bool:
    """Whether the value was measured under the drug, and nothing of it is recorded since."""
    under = any(e.drug == drug and _under(e, day) for e in s.exposures)
    return under and all(r.start is None or r.start.earliest <= day.latest for r in records)


def _under(e: Exposure, day: PartialDate) -> bool:
    """Whether a day lies after the course's first dose and not more than one treatment interval after its end."""
    if e.start is None or day.earliest <= e.start.latest:
        return False
    until = e.last_known if e.state == "ended" else None
    return until is None or day.earliest <= add_days(until.latest, K.thresholds.intervals.line_start_days)


def _level_before(s: Situation, drug: str, day: PartialDate, records: Sequence[DrugRecord]) -> tuple[float, DrugRecord] | None:
    """By doses where such are recorded. A statement or order that goes on is revised: it tells today's dose."""
    levels, tolerance = K.thresholds.dose_levels[drug], s.practice.dose_tolerance_percent
    until_then = [r for r in records if r.start is not None and r.start.earliest <= day.latest]
    doses = [r for r in until_then if r.kind == "administration"]
    over = [r for r in until_then if r.kind == "administration" or r.status not in ("active", "unknown")]
    return lowest_level_given(doses, s.case, levels, tolerance) or lowest_level_given(over, s.case, levels, tolerance)
