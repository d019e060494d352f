"""Laboratory values that hold a drug beyond their own limit: its label goes on only from a better value (R119, P08).

Platelets of 40 hold T-DM1 until they are 75, so that 60 is no value to go on with; without the 40 before it, 60 holds nothing. And a value
that holds a drug, and is older than values count, is over by no value until it was measured again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from msgspec import Struct

from guideline.case import DrugRecord
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.laboratory.setbacks import last_recorded, still_open
from guideline.laboratory.values import LabValue, labs_that_count, met, newest_of, value_of
from guideline.situation import Situation
from guideline.thresholds import LabRow


class HeldValue(Struct, frozen=True):
    """The row that held a drug, the value that met it, and the newest one, better and not yet good enough (None: there is none)."""

    row: LabRow
    held: LabValue
    now: LabValue | None = None


def still_held(s: Situation, drug: str, records: Sequence[DrugRecord]) -> HeldValue | None:
    """The newest hold of a drug that is not over by its values. `records`: the drug's own, without the asked order.

    None: no such hold, a final value since then was good enough, no value of the last three weeks, or a dose was given since.
    """
    return max(_found(s, drug, records), key=_newness, default=None)


def never_repeated(s: Situation, drug: str, records: Sequence[DrugRecord]) -> HeldValue | None:
    """The newest hold of a drug of which nobody can tell whether it is over: its value is older than three weeks, and the last one.

    None: no such hold, or a dose was given since.
    """
    return max(_last_values(s, drug, records), key=_newness, default=None)


def _newness(found: HeldValue) -> tuple[date, str]:
    return found.held.date.latest, found.row.id


def _last_values(s: Situation, drug: str, records: Sequence[DrugRecord]) -> Iterator[HeldValue]:
    last = last_recorded(records)
    for row in K.thresholds.labs.drugs[drug]:
        dated = [lab for lab in s.case.labs if lab.kind == row.lab and lab.date is not None]
        if row.at != "dose" or row.action != "hold" or not dated or labs_that_count(s, dated[0].kind):
            continue
        held = value_of(newest_of(dated, row.lab))
        if met(row, {row.lab: (held,)}) is not None and still_open(s, drug, held.date, last):
            yield HeldValue(row, held)


def _found(s: Situation, drug: str, records: Sequence[DrugRecord]) -> Iterator[HeldValue]:
    last = last_recorded(records)
    for row in K.thresholds.labs.drugs[drug]:
        if row.resume_at_least is None and row.resume_up_to_normal is None:
            continue
        dated = [lab for lab in s.case.labs if lab.kind == row.lab and lab.date is not None]
        values = [value_of(lab) for lab in dated]
        better = [v for v in map(value_of, labs_that_count(s, dated[0].kind) if dated else ()) if _short(row, v)]
        if not better:
            continue
        over = max([v.date.earliest for v in values if not v.preliminary and _good_enough(row, v)], default=date.min)
        for held in values:
            if met(row, {row.lab: (held,)}) is None or over > held.date.latest or not still_open(s, drug, held.date, last):
                continue
            now = next((v for v in better if v.date.earliest > held.date.latest), None)
            if now is not None:
                yield HeldValue(row, held, now)


def _good_enough(row: LabRow, v: LabValue) -> bool:
    if row.resume_at_least is not None:
        return v.judged >= row.resume_at_least
    return row.resume_up_to_normal is not None and v.times_normal is not None and v.times_normal <= row.resume_up_to_normal + 1e-9


def _short(row: LabRow, v: LabValue) -> bool:
    """Whether a value is certainly not good enough: platelets >50 may be."""
    return not v.may_be_better and not _good_enough(row, v)
