"""Laboratory values that count today: the newest ones, not older than three weeks, in multiples of the upper limit of normal.

A preliminary value counts only when it is adverse (decision 8): it may set off a rule, and it never clears one. Of a value that is only a
limit counts what it says for certain: platelets <50 set off what 49 does, platelets >50 set off nothing, and clear only what 50 clears.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from guideline.body import cockcroft_gault
from guideline.bounds import is_lower, is_upper, just_beyond
from guideline.case import Bound, Lab, LabKind
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate, days_since
from guideline.situation import Situation
from guideline.thresholds import LabRow

CLEARANCE: Final = "creatinine-clearance"

#: Of several values of one day the adverse one counts: the low one of these, the high one of the others.
_LOW_IS_ADVERSE = frozenset({"neutrophils", "platelets", "haemoglobin", "egfr", CLEARANCE})

#: The more creatinine, the less clearance.
_TURNED: dict[Bound | None, Bound | None] = {None: None, "<": ">", "<=": ">=", ">": "<", ">=": "<="}

_NAMES = {
    "alt": "ALT", "ast": "AST", "alp": "ALP", "bilirubin": "bilirubin", "neutrophils": "neutrophils", "platelets": "platelets",
    "creatinine": "creatinine", CLEARANCE: "creatinine clearance",
}  # fmt: skip
_UNITS = {
    "alt": "U/L", "ast": "U/L", "alp": "U/L", "bilirubin": "mg/dL", "neutrophils": "x 10^9/L", "platelets": "x 10^9/L",
    "creatinine": "mg/dL", CLEARANCE: "mL/min",
}  # fmt: skip


def lab_name(lab: str) -> str:
    """A laboratory value's name as printed."""
    return _NAMES.get(lab, lab)


class LabValue(Struct, frozen=True):
    """A value that counts: `upper` is its upper limit of normal (`assumed` when the result had none; None: no such limit is used).

    `calculated`: a creatinine clearance by Cockcroft-Gault, and none that was reported.
    """

    lab: str
    value: float
    date: PartialDate
    source: str
    preliminary: bool = False
    upper: float | None = None
    assumed: bool = False
    bound: Bound | None = None
    calculated: bool = False

    @property
    def judged(self) -> float:
        """The value to judge by: of a limit the value nearest to it."""
        return just_beyond(self.value, self.bound)

    @property
    def may_be_worse(self) -> bool:
        """Whether the value is a limit that the true value lies beyond on the adverse side: neutrophils <0.5, ALT >1000."""
        return is_upper(self.bound) if self.lab in _LOW_IS_ADVERSE else is_lower(self.bound)

    @property
    def may_be_better(self) -> bool:
        """Whether the value is a limit that the true value lies beyond on the harmless side: platelets >50, ALT <200."""
        return self.bound is not None and not self.may_be_worse

    @property
    def times_normal(self) -> float | None:
        """The value in multiples of its upper limit of normal."""
        return self.judged / self.upper if self.upper else None

    @property
    def shown(self) -> str:
        """The value as printed: `bilirubin 1.92 mg/dL (1.6 x ULN)`."""
        times = f" ({round(self.times_normal, 2):g} x ULN)" if self.times_normal is not None else ""
        value = f"{self.bound or ''}{round(self.value, 2):g}"
        return f"{lab_name(self.lab)} {value} {_UNITS[self.lab]}{times}{', preliminary' if self.preliminary else ''}"

    @property
    def amount(self) -> str:
        """The value with its unit."""
        return f"{self.bound or ''}{round(self.value, 2):g} {_UNITS[self.lab]}{', preliminary' if self.preliminary else ''}"


#: The values that count for each lab: the newest, and behind a preliminary one the newest final one.
CurrentLabs = dict[str, tuple[LabValue, ...]]


def current_labs(s: Situation) -> CurrentLabs:
    """All laboratory values that count today, the creatinine clearance included."""
    found: CurrentLabs = {kind: tuple(value_of(lab) for lab in labs) for kind, labs in s.once(_labs_that_count).items() if kind in _UNITS}
    clearances = s.once(creatinine_clearance)
    if clearances:
        found[CLEARANCE] = clearances
    return found


def undated_labs(s: Situation) -> CurrentLabs:
    """What counts today, and in place of it the most adverse value of which nobody can tell the day, as if it were of today."""
    by_kind: dict[str, list[Lab]] = {}
    for lab in s.case.labs:
        if lab.date is None and lab.kind in _UNITS:
            by_kind.setdefault(lab.kind, []).append(replace(lab, date=PartialDate.on(s.today)))
    if not by_kind:
        return {}
    return s.once(current_labs) | {kind: (value_of(newest_of(labs, kind)),) for kind, labs in by_kind.items()}


def creatinine_clearance(s: Situation) -> tuple[LabValue, ...]:
    """The clearance by the creatinine that counts today, and behind a preliminary one by the newest final one; none where it is unknown.

    One that was reported counts where no creatinine is newer; of the same day the adverse one does.
    """
    creatinine = labs_that_count(s, "creatinine")
    newest = max((day.earliest for lab in creatinine if not lab.preliminary and (day := lab.date) is not None), default=date.min)
    found = map(value_of, labs_that_count(s, CLEARANCE))
    reported = tuple(value for value in found if value.date.latest >= newest)
    kg = s.body.kg
    if kg is None:
        return reported
    calculated = tuple(value for lab in creatinine if (value := clearance_at(s, value_of(lab), kg)) is not None)
    known = max((value.date.earliest for value in reported if not value.preliminary), default=date.min)
    return (*reported, *(value for value in calculated if value.date.latest >= known))


def labs_that_count(s: Situation, kind: LabKind) -> list[Lab]:
    """Of one lab the newest value not older than three weeks, and behind a preliminary one the newest final one."""
    return s.once(_labs_that_count).get(kind, [])


def _labs_that_count(s: Situation) -> dict[str, list[Lab]]:
    by_kind: dict[str, list[Lab]] = {}
    for lab in s.case.labs:
        if _counts(lab, s.today):
            by_kind.setdefault(lab.kind, []).append(lab)
    return {kind: _newest_and_final(labs, kind) for kind, labs in by_kind.items()}


def _counts(lab: Lab, today: date) -> bool:
    return lab.date is not None and days_since(lab.date, today) <= K.thresholds.intervals.labs_days


def _newest_and_final(labs: list[Lab], kind: str) -> list[Lab]:
    newest = newest_of(labs, kind)
    final = [lab for lab in labs if not lab.preliminary] if newest.preliminary else []
    return [newest, newest_of(final, kind)] if final else [newest]


def newest_of(labs: list[Lab], kind: str) -> Lab:
    """The newest value; of those that may be as new, the adverse one."""
    first = max(lab.date.earliest if lab.date is not None else date.min for lab in labs)
    as_new = [lab for lab in labs if lab.date is not None and lab.date.latest >= first]
    sign = 1 if kind in _LOW_IS_ADVERSE else -1
    return min(as_new, key=lambda lab: (sign * just_beyond(lab.value, lab.bound), lab.preliminary, lab.source))


def value_of(lab: Lab) -> LabValue:
    """A dated laboratory value with its upper limit of normal."""
    assert lab.date is not None  # undated values do not count
    assumed = K.thresholds.labs.assumed_upper_normal.get(lab.kind)
    upper = None if assumed is None else lab.upper_normal or assumed
    assumes = upper is not None and lab.upper_normal is None
    return LabValue(lab.kind, lab.value, lab.date, lab.source, lab.preliminary, upper, assumes, lab.bound)


def clearance_at(s: Situation, creatinine: LabValue, kg: float) -> LabValue | None:
    """Cockcroft-Gault at a weight in kg, to one decimal; None when the age or the sex is missing."""
    if s.age is None:
        return None
    value = cockcroft_gault(s.age, kg, creatinine.value, s.case.patient.sex)
    if value is None:
        return None
    bound = _TURNED[creatinine.bound]
    return LabValue(CLEARANCE, round(value, 1), creatinine.date, creatinine.source, creatinine.preliminary, bound=bound, calculated=True)


class Met(Struct, frozen=True):
    """A row that applies, with the values that meet it; `partner_missing`: the second limit cannot be judged for want of a value."""

    row: LabRow
    values: tuple[LabValue, ...]
    partner_missing: bool = False


def met(row: LabRow, labs: CurrentLabs) -> Met | None:
    """Whether a row applies to the values that count."""
    first = _first(labs.get(row.lab, ()), lambda v: _within(row, v) and not v.may_be_better)
    if first is None:
        return None
    if not row.also_lab:
        return Met(row, (first,))
    partners = [value for lab in row.also_lab for value in labs.get(lab, ())]
    if not partners:
        return Met(row, (first,), partner_missing=True)
    over = {v: _over_normal(v, row.also_over_normal) for v in partners}
    second = _first(partners, lambda v: over[v] is True)
    if second is None and None in over.values():
        return Met(row, (first,), partner_missing=True)
    return Met(row, (first, second)) if second is not None else None


def settles(rows: Sequence[LabRow], v: LabValue) -> bool:
    """Whether a value answers all that the rows ask of its lab: a limit does where it sets off a row, or allows no value that would."""
    meets = any(row.lab == v.lab and row.action != "continue" and _within(row, v) for row in rows)
    return v.bound is None or meets is v.may_be_worse


def answered(drug: str, values: CurrentLabs) -> frozenset[str]:
    """The labs of which a final value answers all that the drug's table asks of them (decision 8: a preliminary one clears nothing)."""
    rows = K.thresholds.labs.drugs[drug]
    return frozenset(lab for lab, found in values.items() if any(not v.preliminary and settles(rows, v) for v in found))


def _over_normal(v: LabValue, limit: float | None) -> bool | None:
    """Whether a value is over so many times its upper limit of normal; `None` where a limit leaves both open."""
    if limit is None or v.times_normal is None:
        return False
    over = v.times_normal > limit + 1e-9
    return over if v.bound is None or over is v.may_be_worse else None


def _first(values: Iterable[LabValue], fits: Callable[[LabValue], bool]) -> LabValue | None:
    return next((v for v in values if fits(v)), None)


def _within(row: LabRow, v: LabValue) -> bool:
    """Whether the row's own limits hold; "up to" includes its limit, "over" and "below" do not."""
    times = v.times_normal
    if (row.over_normal is not None or row.up_to_normal is not None) and times is None:
        return False
    if times is not None:
        if row.over_normal is not None and times <= row.over_normal + 1e-9:
            return False
        if row.up_to_normal is not None and times > row.up_to_normal + 1e-9:
            return False
    if row.below is not None and v.judged >= row.below:
        return False
    if row.at_least is not None and v.judged < row.at_least:
        return False
    return row.at_most is None or v.judged <= row.at_most
