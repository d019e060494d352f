"""At which LVEF the drugs are held: the label tables of the drugs that run, or of those that would be started."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from guideline.advice import Advice
from guideline.case import Lvef
from guideline.facts_used import lvef_shown
from guideline.heart.function import effective_value, fall_from
from guideline.heart.lvef_by_drug import tables_for
from guideline.heart.lvef_tables import first_dose
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.situation import Situation
from guideline.therapy.exposures import Exposure
from guideline.thresholds import LvefRow, LvefTable


class HeartLimit(Struct, frozen=True, omit_defaults=True):
    """One value below which something follows: `value` in percent, for which drugs, what, and by which rule.

    `included`: at the value itself too. `conditional`: only with a fall from the baseline as well.
    """

    value: float
    drugs: str
    action: str
    words: str
    rule: str | None = None
    conditional: bool = False
    included: bool = False


class HeartRule(Struct, frozen=True):
    """The table of one drug in words: when it is held, what to do, and when it may be resumed. `baseline` is what falls count from."""

    drugs: str
    rule: str
    rows: tuple[str, ...]
    act: str
    resume: str
    baseline: str | None


class HeartLimits(Struct, frozen=True):
    """The limits to draw, highest first, and the tables in words. `planned`: for drugs that are advised, not yet given."""

    planned: bool
    limits: tuple[HeartLimit, ...]
    rules: tuple[HeartRule, ...]


def heart_limits(s: Situation, advice: Advice) -> HeartLimits:
    """The limits of the HER2 drugs that run or are on hold; else those of the regimen that leads."""
    given = (*s.her2_running, *s.held_drugs)
    lead = advice.treatment.lead if advice.treatment is not None else None
    planned = not given and lead is not None
    if planned and lead is not None:
        given = tuple(Exposure(drug, None, None, "running", None, None, None, ()) for drug in K.regimens[lead.regimen].drugs)
    tables: dict[str, tuple[LvefTable, list[Exposure]]] = {}
    for exposure, table in tables_for(given):
        tables.setdefault(table.id, (table, []))[1].append(exposure)
    limits: dict[tuple[float, bool], HeartLimit] = {}
    rules = []
    for table, members in tables.values():
        names = " + ".join(dict.fromkeys(K.drugs[e.drug].short for e in members))
        baseline = None if planned else _baseline(s, members)
        rules.append(_rule(table, names, baseline, s.practice.lvef_lower_limit))
        for limit in _limits(table, names, baseline, s.practice.lvef_lower_limit):
            limits.setdefault((limit.value, limit.conditional), limit)
    if planned:
        start = K.thresholds.lvef.start_below
        limits.setdefault((start, False), HeartLimit(start, "start", "not-studied", f"a start below {start:g} % was not studied"))
    ordered = tuple(sorted(limits.values(), key=lambda limit: (-limit.value, limit.conditional)))
    return HeartLimits(planned, ordered, tuple(rules))


def held_by(s: Situation, value: Lvef) -> str:
    """Which label table of a drug that runs or is on hold says to hold it at a value of its course; empty where none does.

    Falls count from the baseline of today: the last value before the drug's first dose, else the first after it.
    """
    if value.date is None:
        return ""
    for exposure, table in tables_for((*s.her2_running, *s.held_drugs)):
        begun = first_dose(s, exposure)
        if begun is None or value.date.earliest <= begun.latest:
            continue  # as for the rules: a value of the first day is the baseline
        found = s.heart.baseline(begun)
        fall = fall_from(found[0], value) if found is not None else None
        row = table.row(effective_value(value), fall, s.practice.lvef_lower_limit)
        if row is not None and row.holds:
            fallen = f", {fall:g} points below {found[0].value:g} %" if found is not None and fall is not None and fall > 0 else ""
            return f"{K.drugs[exposure.drug].short}: {row.action} ({table.rule}){fallen}"
    return ""


def _baseline(s: Situation, members: Iterable[Exposure]) -> tuple[float, str] | None:
    """The value that falls are counted from, and in words."""
    for exposure in members:
        found = s.heart.baseline(first_dose(s, exposure))
        if found is not None:
            value, before = found
            when = f", {value.date}" if value.date is not None else ""
            return value.value, f"{lvef_shown(value)}{when}{'' if before else ' (first value after the start)'}"
    return None


def _limits(table: LvefTable, names: str, baseline: tuple[float, str] | None, normal: float) -> Iterator[HeartLimit]:
    for row in table.rows:
        if not row.holds:
            continue
        value = row.below if row.below is not None else row.at_most if row.at_most is not None else normal if row.below_normal else None
        falls = row.fall_at_least if row.fall_at_least is not None else row.fall_over
        words = f"{names}: {_row(row, normal)}"
        if value is not None:
            included = row.below is None and row.at_most is not None
            yield HeartLimit(value, names, row.action, words, table.rule, conditional=falls is not None, included=included)
        elif falls is not None and baseline is not None and baseline[0] > falls:
            included = row.fall_at_least is not None
            yield HeartLimit(round(baseline[0] - falls, 1), names, row.action, words, table.rule, included=included)


def _rule(table: LvefTable, names: str, baseline: tuple[float, str] | None, normal: float) -> HeartRule:
    rows = tuple(_row(row, normal) for row in table.rows if row.holds)
    return HeartRule(names, table.rule, rows, table.action_text, table.resume.text, baseline[1] if baseline is not None else None)


def _row(row: LvefRow, normal: float) -> str:
    """A row in words: `40-45 % with a fall of 10 points or more: hold`."""
    parts = []
    if row.at_least is not None and row.at_most is not None:
        parts.append(f"{row.at_least:g}-{row.at_most:g} %")
    elif row.below is not None:
        parts.append(f"below {row.below:g} %")
    elif row.below_normal:
        parts.append(f"below normal ({normal:g} %)")
    if row.fall_at_least is not None:
        parts.append(f"a fall of {row.fall_at_least:g} points or more")
    elif row.fall_over is not None:
        parts.append(f"a fall of more than {row.fall_over:g} points")
    return f"{' with '.join(parts)}: {row.action}"
