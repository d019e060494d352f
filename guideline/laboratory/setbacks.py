"""What set a drug back, so that it goes on one dose level down or not at all: laboratory values, febrile neutropenia (R118-R120, P08).

What counts came up under the drug, and no dose of it is on record since: whoever gave one has decided on it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from guideline.advice import FactUsed, Statement
from guideline.bounds import is_upper
from guideline.case import DrugRecord, FebrileNeutropenia, Lab
from guideline.dosing.label_doses import lowest_level_by_doses, lowest_level_given
from guideline.facts_used import day_shown
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.laboratory.values import Met, lab_name, met, value_of
from guideline.partial_date import PartialDate, add_days, days_since
from guideline.situation import Situation
from guideline.therapy.exposures import Exposure
from guideline.thresholds import LabRow


class Setback(Struct, frozen=True):
    """One setback of a drug, printed as `words`.

    `stops`: its label ends the drug; else it is held until `resume`, and goes on one level down. `facts`: what is on record of it;
    `before`: the lowest dose level known to have been given until then, with its record.
    """

    drug: str
    words: str
    day: PartialDate
    stops: bool
    resume: str | None
    rule: str
    facts: tuple[FactUsed, ...]
    before: tuple[float, DrugRecord] | None = None

    @property
    def level(self) -> float | None:
        """One level down; None: there is none left. Where no dose is on record the highest level counts as given."""
        levels = K.thresholds.dose_levels[self.drug]
        return levels.next_lower(self.before[0] if self.before is not None else levels.levels[0])


def setback_before(s: Situation, drug: str, records: Sequence[DrugRecord]) -> Setback | None:
    """What ended the drug, else the newest that asks for one level down. `records`: the drug's own, without the asked order."""
    last = last_recorded(records)
    found = [*_by_values(s, drug, last), *_by_fever(s, drug, last)]
    lead = max(found, key=lambda setback: (setback.stops, setback.day.latest, setback.words), default=None)
    return replace(lead, before=_level_before(s, drug, lead.day, records)) if lead is not None else None


def last_recorded(records: Sequence[DrugRecord]) -> date:
    """The newest day on which something of a drug began; the first day of all where none is told."""
    return max([r.start.earliest for r in records if r.start is not None], default=date.min)


def _by_values(s: Situation, drug: str, last: date) -> Iterator[Setback]:
    by_day: defaultdict[tuple[str, PartialDate | None], list[Lab]] = defaultdict(list)
    for lab in s.case.labs:
        by_day[lab.kind, lab.date].append(lab)
    for lab in s.case.labs:
        for m in _met(drug, lab, by_day) if lab.date is not None and still_open(s, drug, lab.date, last) else ():
            words = " with ".join(value.shown for value in m.values)
            facts = tuple(FactUsed(lab_name(v.lab), v.amount, str(v.date), v.source) for v in m.values)
            yield Setback(drug, words, m.values[0].date, m.row.action == "stop", m.row.resume, m.row.rule, facts)


def _by_fever(s: Situation, drug: str, last: date) -> Iterator[Setback]:
    limits = K.thresholds.febrile_neutropenia
    for episode in episodes(s) if drug in limits.drugs else ():
        if episode.date is not None and still_open(s, drug, episode.date, last):
            words = f"febrile neutropenia ({episode.date})"
            yield Setback(drug, words, episode.date, False, limits.resume, limits.rule, (episode_fact(episode),))


def episodes(s: Situation) -> list[FebrileNeutropenia]:
    """The episodes of febrile neutropenia, each once: a visit's diagnosis is coded again at the next visits.

    An entry tells of an earlier one where one is on record and no neutrophil count of its own day was low.
    """
    found = s.case.febrile_neutropenia
    first = min([e.date for e in found if e.date is not None], key=lambda day: day.earliest, default=None)
    return [e for e in found if e.date is None or e.date == first or e.date not in s.once(recovered_days)]


def recovered_days(s: Situation) -> frozenset[PartialDate]:
    """The days whose lowest final neutrophil count was of grade 2 or better; of a day without a count nobody knows."""
    limit = K.thresholds.febrile_neutropenia.recovered_from
    counted = [(lab.date, lab) for lab in s.case.labs if lab.kind == "neutrophils" and lab.date is not None and not lab.preliminary]
    low = {day for day, lab in counted if lab.value < limit or is_upper(lab.bound)}
    return frozenset([day for day, _ in counted if day not in low])


def episode_fact(episode: FebrileNeutropenia) -> FactUsed:
    """An episode of febrile neutropenia as a fact."""
    status = "recorded" if episode.status == "unknown" else episode.status
    return FactUsed("Febrile neutropenia", status, day_shown(episode.date), episode.source)


def _met(drug: str, lab: Lab, by_day: Mapping[tuple[str, PartialDate | None], Sequence[Lab]]) -> Iterator[Met]:
    """The rows of the drug's table that the value meets, with what was measured on the same day."""
    for row in K.thresholds.labs.drugs[drug]:
        if row.lab == lab.kind and _lasts(row):
            partners = {kind: tuple(map(value_of, by_day.get((kind, lab.date), ()))) for kind in row.also_lab}
            found = met(row, {**partners, lab.kind: (value_of(lab),)})
            if found is not None and not found.partner_missing:
                yield found


def _lasts(row: LabRow) -> bool:
    """Whether a row says something of the dose after the value is normal again."""
    return row.at == "dose" and (row.dose == "one-level-down" or row.action == "stop")


def still_open(s: Situation, drug: str, day: PartialDate, last: date) -> bool:
    """Whether it came up under the drug in the last half year, and nothing of the drug is recorded since (`last_recorded`)."""
    if last > day.latest or days_since(day, s.today) > K.thresholds.intervals.setback_days:
        return False
    return any(e.drug == drug and under(e, day) for e in s.exposures)


def under(e: Exposure, day: PartialDate) -> bool:
    """Whether a day lies after the course's first dose and not more than one treatment interval after its end."""
    if e.start is None or day.earliest <= e.start.latest:
        return False
    until = e.last_known if e.state == "ended" else None
    return until is None or day.earliest <= add_days(until.latest, K.thresholds.intervals.treatment_interval_days)


def _level_before(s: Situation, drug: str, day: PartialDate, records: Sequence[DrugRecord]) -> tuple[float, DrugRecord] | None:
    """The lowest level until then. A statement or order that goes on is revised: it tells today's dose."""
    until_then = [r for r in records if r.start is not None and r.start.earliest <= day.latest]
    return lowest_level_by_doses(s, drug, [r for r in until_then if r.kind == "administration" or r.status not in ("active", "unknown")])


def level_given(s: Situation, drug: str) -> float | None:
    """The lowest dose level given so far, as far as it is on record."""
    records = [r for r in s.case.drugs if r.drug == drug]
    found = lowest_level_given(s, drug, records)
    return found[0] if found is not None else None


def one_level_down(drug: str, level: float | None, resume: str) -> Statement:
    """Until when to hold, and the level after that: below `level`, the lowest one given so far; None where nobody recorded it."""
    levels = K.thresholds.dose_levels[drug]
    if level is None:
        named = ", ".join(f"{known:g}" for known in levels.levels)
        return K.say("lab-resume-lower-open", resume=resume, levels=f"{named} {levels.unit}")
    lower = levels.next_lower(level)
    if lower is None:
        return K.say("lab-resume-lowest", resume=resume)
    return K.say("lab-resume-lower", resume=resume, level=f"{lower:g} {levels.unit}")
