"""The LVEF over time: which value is the latest, how old it is, and how far it fell from the baseline of a drug."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from guideline.bounds import is_upper, just_beyond
from guideline.case import Case, HeartCondition, Lvef, Procedure
from guideline.intake import answer
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate, days_since

#: The examinations that measure it.
_MEASURES = ("echo", "muga")

#: LVEF is read to a tenth of a percent.
_TENTH = 0.1


class HeartFunction(Struct, frozen=True):
    """What is known of the heart. `latest` is None when no dated, final LVEF is on record (an adverse preliminary one counts).

    `undated_low` is the lowest value under 50 of which nobody can tell the day: it may be the newest of all.
    `unvalued_echo` is an examination that was done since the latest value, not longer ago than a value is current, and gave none on record.
    """

    series: tuple[Lvef, ...]
    latest: Lvef | None
    age_days: int | None
    failure: HeartCondition | None
    cardiomyopathy: HeartCondition | None
    failure_symptoms: bool
    failure_asked: bool
    booked_echo: Procedure | None
    undated_low: Lvef | None = None
    unvalued_echo: Procedure | None = None

    @property
    def symptomatic_failure(self) -> bool:
        """Whether heart failure is active on the problem list or its symptoms were reported."""
        return self.failure is not None or self.failure_symptoms

    def below(self, limit: float) -> bool:
        """Whether the latest LVEF is known, and lies below a limit in percent."""
        return self.latest is not None and effective_value(self.latest) < limit

    @property
    def current(self) -> bool:
        """Whether the latest LVEF is young enough to start on."""
        return self.age_days is not None and self.age_days <= K.thresholds.lvef.current_days

    def baseline(self, drug_start: PartialDate | None) -> tuple[Lvef, bool] | None:
        """The last value before the drug's first dose; without one the first after it (then the flag is False).

        Without a value before, the latest does not serve as its own: then None. Like modality with like where both exist.
        """
        if self.latest is None or drug_start is None:
            return None
        if self.latest.date is not None and self.latest.date.latest <= drug_start.earliest:
            return self.latest, True
        before = [v for v in self.series if v.date is not None and v.date.latest <= drug_start.earliest]
        if before:
            return _last_alike(before, self.latest), True
        after = [v for v in self.series if v is not self.latest]
        if after:
            alike = [v for v in after if v.modality == self.latest.modality]
            return (alike or after)[0], False
        return None


def _latest(usable: list[Lvef]) -> Lvef | None:
    """The newest value; of those that may be as new (same day, or a coarse date that reaches it), the lowest."""
    if not usable:
        return None
    newest = usable[-1].date
    assert newest is not None
    as_new = [v for v in usable if v.date is not None and v.date.latest >= newest.earliest]
    return as_new[0] if len(as_new) == 1 else min(as_new, key=lambda v: (effective_value(v), v.source))


def _last_alike(values: list[Lvef], latest: Lvef) -> Lvef:
    alike = [v for v in values if v.modality == latest.modality]
    return (alike or values)[-1]


def effective_value(lvef: Lvef) -> float:
    """The value to judge by, in percent: the lower end of a range; "<40" and "<=40" count as just below 40, ">45" as just above 45."""
    return just_beyond(lvef.value, "<" if is_upper(lvef.bound) else lvef.bound, _TENTH)


def fall_from(reference: Lvef, value: Lvef) -> float:
    """How many points a value lies below its reference, to a tenth: what binary fractions leave behind it is no part of a fall."""
    return round(effective_value(reference) - effective_value(value), 1)


def heart_function(case: Case) -> HeartFunction:
    """Read the heart from the case."""
    limits = K.thresholds.lvef
    usable = [v for v in case.lvef if v.date is not None and (not v.preliminary or effective_value(v) < limits.never_silent_below)]
    usable.sort(key=lambda v: (v.date.earliest if v.date else date.min, -effective_value(v), v.source))
    latest = _latest(usable)
    undated = [v for v in case.lvef if v.date is None and effective_value(v) < limits.never_silent_below]
    booked = [p for p in case.procedures if p.kind in _MEASURES and p.state == "booked" and _may_be_done_yet(p, case.today)]
    symptoms = answer(case, "heart-failure-symptoms")
    return HeartFunction(
        series=tuple(usable),
        latest=latest,
        age_days=days_since(latest.date, case.today) if latest is not None and latest.date is not None else None,
        failure=_first_active(case.heart, "heart-failure"),
        cardiomyopathy=_first_active(case.heart, "cardiomyopathy"),
        failure_symptoms=symptoms is not None and symptoms.values[0] == "true",
        failure_asked=symptoms is not None,
        booked_echo=min(booked, key=lambda p: (p.date.latest if p.date else date.max, p.source)) if booked else None,
        undated_low=min(undated, key=lambda v: (effective_value(v), v.source)) if undated else None,
        unvalued_echo=_unvalued(case, latest),
    )


def _unvalued(case: Case, latest: Lvef | None) -> Procedure | None:
    """The newest examination of the heart that came after the latest value: a report as a document leaves no figure to read."""
    known = latest.date.latest if latest is not None and latest.date is not None else date.min
    done = [
        (p.date.latest, p.source, p)
        for p in case.procedures
        if p.kind in _MEASURES and p.state == "done" and p.date is not None and known < p.date.earliest <= case.today
        and days_since(p.date, case.today) <= K.thresholds.lvef.current_days
    ]  # fmt: skip
    return max(done, key=lambda found: found[:2])[2] if done else None


def _may_be_done_yet(booked: Procedure, today: date) -> bool:
    """Whether a booking is one still. An order that gave no value for as long as the LVEF is monitored was forgotten, or never reported."""
    return booked.date is None or days_since(booked.date, today) <= K.thresholds.lvef.due_days


def _first_active(conditions: Sequence[HeartCondition], kind: str) -> HeartCondition | None:
    """An entry without a status is not a resolved one."""
    active = [c for c in conditions if c.kind == kind and c.status != "resolved"]
    return min(active, key=lambda c: c.source) if active else None
