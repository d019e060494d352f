"""Measurements over time: the LVEF, the weight and the laboratory values that the rules ask for, each with its limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from guideline.advice import Advice
from guideline.case import Case, Lab, Lvef
from guideline.facts_used import lvef_shown
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.laboratory.values import CLEARANCE, current_labs, lab_name
from guideline.partial_date import when_last
from guideline.situation import Situation
from service.chart.heart_limits import HeartLimits, heart_limits, held_by
from service.chart.said import day

#: The laboratory values of the picture, in its order.
_LABS = {"neutrophils": "10⁹/L", "platelets": "10⁹/L", "bilirubin": "mg/dL", "alt": "U/L", "ast": "U/L", "creatinine": "mg/dL"}

#: How many values of one kind that have no date are named; the table has all of them.
_NAMED = 3


class Point(Struct, frozen=True, omit_defaults=True):
    """One value: its number, its date as known (`None`: not on record), the resource, and what else to say about it.

    `shown` stands where the record gives no plain number (`55-60 %`, `>55 %`). `past`: what a drug's table says about such a value.
    """

    value: float
    date: str | None
    source: str
    shown: str = ""
    note: str = ""
    past: str = ""


class Limit(Struct, frozen=True, omit_defaults=True):
    """A limit to draw: the value, in words, and the rule. `upper` limits are exceeded, others are fallen below."""

    value: float
    words: str
    rule: str | None = None
    upper: bool = False


class Panel(Struct, frozen=True):
    """One small picture: what is measured, in which unit, its values from old to new, its limits, and a note below it."""

    id: str
    name: str
    unit: str
    points: tuple[Point, ...]
    limits: tuple[Limit, ...] = ()
    note: str = ""


class Measurements(Struct, frozen=True):
    """All pictures of measurements; `absent` names those without any value, `undated` says in words what has no place on a time axis."""

    lvef: Panel
    heart: HeartLimits
    others: tuple[Panel, ...]
    absent: tuple[str, ...]
    undated: tuple[str, ...]


def measurements(s: Situation, advice: Advice) -> Measurements:
    """The measurements of a situation, with the limits of the drugs that run or would be started."""
    heart = heart_limits(s, advice)
    lvef = Panel("lvef", "LVEF", "%", _in_order(_lvef(s, value) for value in s.case.lvef))
    limited = _limited_drugs(s, advice)
    panels = [_weight(s.case), *(_lab(s, kind, unit, limited) for kind, unit in _LABS.items())]
    absent = [panel.name for panel in (lvef, *panels) if not panel.points]
    undated = [words for panel in (lvef, *panels) for words in _undated(panel)]
    return Measurements(lvef, heart, tuple(panel for panel in panels if panel.points), tuple(absent), tuple(undated))


def _undated(panel: Panel) -> Iterator[str]:
    """The values without a date in words, with their resources; of many the first, and how many more there are."""
    points = [point for point in panel.points if point.date is None]
    for point in points[:_NAMED]:
        value = point.shown or _number(point.value)
        yield f"{panel.name} {value.removesuffix(panel.unit).rstrip()} {panel.unit} ({point.source})"
    if len(points) > _NAMED:
        yield f"{panel.name}: {len(points) - _NAMED} more"


def _in_order(points: Iterable[Point]) -> tuple[Point, ...]:
    return tuple(sorted(points, key=lambda p: (p.date or "", p.source, p.value)))


def _number(value: float) -> str:
    """A value as cards print it: one that was converted from another unit has no five decimals."""
    return f"{round(value, 2):g}"


def _lvef(s: Situation, v: Lvef) -> Point:
    plain = v.upper is None and v.bound is None
    notes = [v.modality if v.modality != "unspecified" else "", "preliminary" if v.preliminary else ""]
    return Point(v.value, day(v.date), v.source, "" if plain else lvef_shown(v), ", ".join(note for note in notes if note), held_by(s, v))


def _weight(case: Case) -> Panel:
    weights = (Point(round(m.value, 1), day(m.date), m.source) for m in case.body if m.kind == "weight")
    return Panel("weight", "Weight", "kg", _in_order(weights))


def _lab(s: Situation, kind: str, unit: str, drugs: Sequence[str]) -> Panel:
    labs = [lab for lab in s.case.labs if lab.kind == kind]
    points = _in_order(
        Point(
            lab.value, day(lab.date), lab.source, f"{lab.bound}{_number(lab.value)}" if lab.bound else "",
            "preliminary" if lab.preliminary else "",
        )
        for lab in labs
    )  # fmt: skip
    name = lab_name(kind)
    limits = (*_upper_normal(kind, labs, unit), *_drug_limits(kind, drugs, unit))
    return Panel(kind, name[0].upper() + name[1:], unit, points, limits, _clearance(s) if kind == "creatinine" else "")


def _upper_normal(kind: str, labs: Sequence[Lab], unit: str) -> Iterator[Limit]:
    """The upper limit of normal of the newest result that has one; for liver values the one that the rules assume."""
    if kind not in ("alt", "ast", "bilirubin", "creatinine"):
        return
    with_limit = [lab for lab in labs if lab.upper_normal is not None]
    newest = max(with_limit, key=lambda lab: (when_last(lab.date), lab.source), default=None)
    assumed = K.thresholds.labs.assumed_upper_normal.get(kind)
    if newest is not None and newest.upper_normal is not None:
        yield Limit(newest.upper_normal, f"upper limit of normal {_number(newest.upper_normal)} {unit}", upper=True)
    elif assumed is not None:
        yield Limit(assumed, f"upper limit of normal {assumed:g} {unit}, assumed", upper=True)


def _limited_drugs(s: Situation, advice: Advice) -> tuple[str, ...]:
    """The drugs whose laboratory limits matter: those that run, and those of the regimen that leads."""
    lead = advice.treatment.lead if advice.treatment is not None else None
    planned = K.regimens[lead.regimen].drugs if lead is not None else ()
    return tuple(dict.fromkeys((*(e.drug for e in s.current_drugs), *planned)))


def _drug_limits(kind: str, drugs: Sequence[str], unit: str) -> Iterator[Limit]:
    for drug in drugs:
        for row in K.thresholds.labs.drugs.get(drug, ()):
            if row.lab == kind and row.below is not None and row.action in ("hold", "stop", "avoid"):
                yield Limit(row.below, f"{K.drugs[drug].short}: {row.action} below {row.below:g} x {unit}", row.rule)


def _clearance(s: Situation) -> str:
    """The creatinine clearance of today: as reported, or where creatinine, weight, age and sex allow it."""
    values = current_labs(s).get(CLEARANCE)
    how = "Cockcroft-Gault" if values and values[0].calculated else "reported"
    return f"clearance {values[0].amount} ({how}, {values[0].date})" if values else ""


def table_by_day(measured: Measurements) -> dict[str, Any]:
    """The same as a table, for readers without the picture: a column for each kind of value, a row for each day, newest first."""
    panels = [panel for panel in (measured.lvef, *measured.others) if panel.points]
    days: dict[str, dict[str, list[str]]] = {}
    for panel in panels:
        for point in panel.points:
            words = f"{point.shown or _number(point.value)}{f' ({point.note})' if point.note else ''}"
            days.setdefault(point.date or "", {}).setdefault(panel.id, []).append(words)
    sources: dict[str, list[str]] = {}
    for panel in panels:
        for point in panel.points:
            sources.setdefault(point.date or "", []).append(point.source)
    return {
        "columns": [(panel.id, panel.name, panel.unit) for panel in panels],
        "rows": [(when or "no date", days[when], sources[when]) for when in sorted(days, reverse=True)],
    }
