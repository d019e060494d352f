"""The LVEF under one drug, told as dips: from the first value that asked for a hold to the one that met the restart test again.

Only what the record proves counts. Not: a preliminary value, one from before the first dose or from an earlier line, a fall without a
value from before the first dose (I07), two values of one day that disagree, or values between which one with a coarse date may lie.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations, groupby
from typing import Literal

from msgspec import Struct

from guideline.case import Lvef
from guideline.drug_classes import HER2_DRUGS, PERTUZUMAB_PRODUCTS
from guideline.heart.function import effective_value, fall_from
from guideline.heart.lvef_by_drug import WITHOUT_PERTUZUMAB, dose_days
from guideline.heart.lvef_tables import Judged, first_dose, line_of
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import add_days
from guideline.situation import Situation
from guideline.therapy.exposures import Exposure

#: `grave`: a hold that ends the drug when it is confirmed. `between`: asks for no hold, and does not meet the restart test.
_Kind = Literal["grave", "hold", "between", "recovered"]

#: The same value again within these days may be one examination that two resources report.
_SAME_EXAMINATION_DAYS = 7


class Dip(Struct, frozen=True):
    """One decline: its values, each of an exact day.

    `low`: those before the recovery, in order, the first of which asked for a hold; `holding` and `grave`: those among them that ask for
    a hold, and those that end the drug when confirmed; `recovered`: the value that met the restart test, None while none did.
    """

    low: tuple[Lvef, ...]
    holding: tuple[Lvef, ...]
    grave: tuple[Lvef, ...]
    recovered: Lvef | None

    @property
    def since(self) -> date:
        """The day of the first value that asked for a hold."""
        return day_of(self.low[0])

    @property
    def confirmed(self) -> tuple[Lvef, Lvef] | None:
        """A grave value and the one that confirms it: of another examination, and near enough to be its repeat."""
        pairs = combinations(self.grave, 2)
        return next(((a, b) for a, b in pairs if days_between(a, b) <= _followed() and not _may_be_told_twice(a, b)), None)

    def unrecovered(self, repeat_days: int) -> tuple[Lvef, Lvef] | None:
        """A value that asks for a hold and its repeat that did not meet the restart test; a recovery in the days for the repeat counts."""
        for place, held in enumerate(self.low):
            in_time = self.recovered is not None and days_between(held, self.recovered) <= repeat_days
            if in_time or held not in self.holding or held in self.grave:
                continue
            for v in self.low[place + 1 :]:
                if days_between(held, v) <= _followed() and not _may_be_told_twice(held, v):
                    return held, v
        return None

    @property
    def goes_on_since(self) -> date | None:
        """Since when the decline is documented without a gap up to its newest value, which meets no restart test; None: it recovered."""
        if self.recovered is not None:
            return None
        run = [self.low[-1]]
        for v in reversed(self.low[:-1]):
            if days_between(v, run[-1]) > _followed():
                break
            run.append(v)
        return next((day_of(v) for v in reversed(run) if v in self.holding), None)

    @property
    def longest(self) -> tuple[Lvef, Lvef]:
        """From which value to which one the decline is documented without a gap; a longer gap may hide a recovery."""
        first = last = self.low[0]
        runs = [(first, last)]
        for v in self.low[1:]:
            if days_between(last, v) > _followed():
                # After a gap only a value that asks for a hold again shows a decline.
                if v not in self.holding:
                    continue
                first = v
            last = v
            runs.append((first, last))
        return max(runs, key=lambda run: days_between(*run))


def dips(s: Situation, judged: Judged) -> tuple[Dip, ...]:
    """The declines that are the drug's, in order: begun since its first dose, and not after its end; the last one may be going on."""
    found: list[Dip] = []
    low: list[tuple[Lvef, _Kind]] = []
    for v, kind in _kinds(s, judged):
        if kind == "recovered":
            if low:
                found.append(_dip(low, v))
            low = []
        elif low or kind != "between":
            low.append((v, kind))
    if low:
        found.append(_dip(low, None))
    until = _counts_until(s, judged.exposure)
    return tuple([dip for dip in found if until is None or dip.since <= until])


def _counts_until(s: Situation, exposure: Exposure) -> date | None:
    """The last day on which a decline that begins is put down to a drug that is over; None: it is not over, or nobody knows since when.

    As long after its last dose as the LVEF is monitored, and not once another HER2 drug was begun.
    """
    if exposure in s.her2_running or exposure in s.held_drugs:
        return None
    last = exposure.last_known.latest if exposure.last_known is not None else max(dose_days(s.case, exposure.drug), default=None)
    after = last or (exposure.start.latest if exposure.start is not None else date.max)
    followed = [e.start.earliest for e in s.exposures if e.start is not None and e.drug in HER2_DRUGS and e.start.earliest > after]
    limits = [*followed, *([add_days(last, _followed())] if last is not None else [])]
    return min(limits, default=None)


def _dip(low: list[tuple[Lvef, _Kind]], recovered: Lvef | None) -> Dip:
    return Dip(
        low=tuple([v for v, _ in low]),
        holding=tuple([v for v, kind in low if kind != "between"]),
        grave=tuple([v for v, kind in low if kind == "grave"]),
        recovered=recovered,
    )


def unrecovered_since(s: Situation, judged: Judged) -> date | None:
    """Since when a drug is to be held though its table asks for no hold at the latest value: that value meets no restart test (R112).

    Not by the tables of T-DXd and T-DM1, which let the repeat decide (R110, R113). None: the table says all, or the decline is over.
    """
    if judged.holds or judged.table.resume.within_points is not None:
        return None
    found, latest = dips(s, judged), s.heart.latest
    if not found or latest is None or latest.date is None or day_of(found[-1].low[-1]) != latest.date.latest:
        return None
    return found[-1].goes_on_since


def held_for(s: Situation, exposure: Exposure, dip: Dip) -> bool:
    """Whether a dip is what the drug is (to be) held for: it goes on, or the drug was not given again since it was over.

    Where no dose is recorded only an end or a hold before the recovery, or a hold that is recorded as one for the heart, says so.
    """
    if dip.recovered is None:
        return True
    over = exposure.last_known if exposure.state == "ended" else None
    ended_before = over is not None and over.latest < day_of(dip.recovered)
    held_then = exposure.held_on if exposure.state == "on-hold" else None
    held_before = held_then is not None and held_then.earliest <= day_of(dip.recovered)
    known = bool(dose_days(s.case, exposure.drug)) or exposure.stop_reason == "cardiac" or ended_before or held_before
    return known and not given_again(s, exposure, dip)


def given_again(s: Situation, exposure: Exposure, dip: Dip) -> bool:
    """Whether a dose is recorded after the recovery."""
    return dip.recovered is not None and any(day > day_of(dip.recovered) for day in dose_days(s.case, exposure.drug))


def day_of(v: Lvef) -> date:
    """The day of a value of a dip."""
    assert v.date is not None  # a dip holds values of an exact day only
    return v.date.latest


def days_between(first: Lvef, second: Lvef) -> int:
    """Days from the first value of a dip to the second."""
    return (day_of(second) - day_of(first)).days


def _followed() -> int:
    """Two values no further apart than the LVEF is monitored tell of one decline."""
    return K.thresholds.lvef.due_days


def _may_be_told_twice(first: Lvef, second: Lvef) -> bool:
    return days_between(first, second) <= _SAME_EXAMINATION_DAYS and effective_value(first) == effective_value(second)


def _kinds(s: Situation, judged: Judged) -> Iterator[tuple[Lvef, _Kind]]:
    """What each value proves, one a day: final, of an exact day, under this drug and its table, later than every coarse date."""
    after = _governed_since(s, judged.exposure)
    if after is None:
        return
    known = [(v, v.date) for v in s.heart.series if v.date is not None and v.date.latest > after]
    certain_after = max([day.latest for _, day in known if not day.is_exact], default=after)
    certain = [v for v, day in known if day.is_exact and day.earliest > certain_after and not v.preliminary]
    for _, same_day in groupby(certain, key=day_of):
        values = list(same_day)
        kinds = {_kind(s, judged, v) for v in values}
        if len(kinds) == 1:
            yield values[-1], kinds.pop()


def _governed_since(s: Situation, exposure: Exposure) -> date | None:
    """The last day before the values that count: of the first dose, or of pertuzumab beside trastuzumab, whose table was another one."""
    start = first_dose(s, exposure)
    if start is None:
        return None
    if exposure.drug not in WITHOUT_PERTUZUMAB:
        return start.latest
    beside = [e.last_known for e in line_of(s, exposure) if e.drug in PERTUZUMAB_PRODUCTS]
    ends = [end.latest for end in beside if end is not None]
    return max([start.latest, *ends]) if len(ends) == len(beside) else None


def _kind(s: Situation, judged: Judged, v: Lvef) -> _Kind:
    normal, value = s.practice.lvef_lower_limit, effective_value(v)
    fall = fall_from(judged.reference, v) if judged.reference is not None else None
    row = judged.table.row(value, fall if judged.before_start else None, normal)
    if row is not None and row.holds:
        return "grave" if row.confirmed_stops else "hold"
    # Without a baseline from before the first dose a normal value ends a decline as well: what may have recovered proves nothing.
    met = judged.table.resume.met(value, fall, normal) or (not judged.before_start and value >= normal)
    return "recovered" if met else "between"
