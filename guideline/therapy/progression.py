"""Documented progression (decision 6): what the record says between two lines' starts, and what of it a newer judgement outdates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from msgspec import Struct

from guideline.case import Case, IntakeAnswer, Site
from guideline.drug_classes import HER2_DRUGS
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate, add_days, newest_day

#: The judgements of the disease by which it is not worse.
NOT_WORSE = frozenset({"stable", "improved", "remission"})

#: Where HER2 therapy of the body reaches poorly: that the therapy goes on says nothing about them.
_CNS = frozenset({"brain", "leptomeningeal"})

#: Local therapy of brain metastases (R128): radiotherapy may follow a resection, so it is named first.
_LOCAL_THERAPY = ("brain-radiotherapy", "brain-resection")


class LocalTherapy(Struct, frozen=True):
    """Local therapy of the brain: the newest irradiation (`irradiated`), else the newest resection of a tumour."""

    day: PartialDate
    irradiated: bool


class Progression(Struct, frozen=True):
    """Documented progression on a line: the day of its newest sign and the resource that says so.

    `sites`: the new sites among the signs that no newer judgement outdates; `unplaced`: whether another sign (worsened, a stop reason, the
    intake) speaks of it without a place. `contradicted` is the day of a "stable" or "improved" recorded soon after new sites outside the
    CNS that are all there is: one of the two is mistaken, and nobody can tell which. `treated` is the local therapy of the brain since
    the newest sign.
    """

    day: PartialDate | None
    source: str
    sites: tuple[Site, ...] = ()
    unplaced: bool = True
    contradicted: PartialDate | None = None
    treated: LocalTherapy | None = None

    @property
    def brain_alone(self) -> bool:
        """Whether a new brain metastasis is all that documents it."""
        return self.sites == ("brain",) and not self.unplaced


class _Sign(NamedTuple):
    """Something got worse by `day`; at a `site` where a new metastasis says so."""

    day: PartialDate
    source: str
    site: Site | None = None


class _Better(NamedTuple):
    """Not worse at `day`, which is not before `since`; `asked`: the clinician answered the very question whether the line goes on."""

    since: date
    day: PartialDate
    asked: bool = False


def documented_progression(start: PartialDate, next_start: PartialDate | None, case: Case) -> Progression | None:
    """The signs of progression after a line's start, up to the next one's; None where there are none, or newer judgement outdates them.

    Signs are a disease status of worsened, a metastasis first recorded more than 42 days after the line's start, and in the newest line
    the intake answer given since its start. A newer "stable" or "improved" overrides an older sign - but not a new metastasis of the same
    weeks: staging of the body says nothing about the brain, and a lesion that is new does not become old by being stable.
    In the newest line a brain metastasis alone is settled once it had local therapy and the line goes on (decision 13).
    """
    worse: list[_Sign] = []
    better: list[_Better] = []
    for s in case.disease_statuses:
        if s.date is not None and _in_line(s.date, start, next_start) and not _perhaps_of_the_line_before(s.date, start, case):
            if s.trend == "worsened":
                worse.append(_Sign(s.date, s.source))
            elif s.trend in NOT_WORSE and not s.preliminary:
                # What may be older than a worsening does not override it.
                better.append(_Better(s.date.earliest, s.date))
    for day, source, site in _new_sites(case, add_days(start.latest, K.thresholds.intervals.new_metastasis_days)):
        if _in_line(day, start, next_start):
            worse.append(_Sign(day, source, site))
    answer = intake_outcome(case, start) if next_start is None else None
    if answer is not None and answer.values[0] == "progression":
        worse.append(_Sign(answer.date, answer.source))
    elif answer is not None and answer.values[0] == "ongoing":
        better.append(_Better(answer.date.latest, answer.date, asked=True))
    standing = [sign for sign in worse if not any(_outdates(b, sign, case) for b in better)]
    if next_start is None and standing and all(sign.site == "brain" and _settled(sign.day, better, case) for sign in standing):
        return None
    return _joined(standing, better, case) if standing else None


def _settled(day: PartialDate, better: list[_Better], case: Case) -> bool:
    """Decision 13: the brain had local therapy since, the body was judged not worse in the weeks before, and the HER2 therapy went on."""
    treated = held_local_therapy(day, case)
    if treated is None:
        return False
    weeks_before = add_days(day.earliest, -K.thresholds.intervals.judged_before_days)
    return any(b.since >= weeks_before for b in better) and _went_on_after(treated.day, case)


def held_local_therapy(day: PartialDate, case: Case) -> LocalTherapy | None:
    """The local therapy of the brain, not before a day, unless the clinician called the CNS disease active after it."""
    treated = _treated_since(day, case)
    return treated if treated is not None and not _cns_called("active", treated.day, case) else None


def _cns_called(state: str, day: PartialDate, case: Case) -> bool:
    """Whether the clinician called the CNS disease so (`active`, `stable`) after a day."""
    answer = case.intake.get("cns-disease")
    return answer is not None and answer.values[:1] == (state,) and answer.date.earliest > day.latest


def _went_on_after(day: PartialDate, case: Case) -> bool:
    """Whether a HER2 drug was given after a day, and so kept: a dose of an infused one on record, an oral one still called active."""
    for record in case.drugs:
        if record.drug not in HER2_DRUGS:
            continue
        if record.kind == "administration" and record.start is not None and record.start.earliest > day.latest:
            return True
        if not K.drugs[record.drug].infused and record.status == "active" and record.end is None:
            return True
    return False


def _joined(standing: list[_Sign], better: list[_Better], case: Case) -> Progression:
    newest = max(standing, key=lambda sign: (sign.day.latest, sign.source))
    sites = {sign.site for sign in standing if sign.site is not None}
    unplaced = any(sign.site is None for sign in standing)
    later = [b.day for b in better if b.since > newest.day.latest]
    contradicted = newest_day(later) if not unplaced and sites.isdisjoint(_CNS) else None
    return Progression(newest.day, newest.source, tuple(sorted(sites)), unplaced, contradicted, _treated_since(newest.day, case))


def judged_better_after(day: PartialDate, case: Case) -> bool:
    """Whether the disease was judged not worse after a day, or the clinician answered that the line goes on."""
    answer = intake_outcome(case, day)
    if answer is not None and answer.values[0] == "ongoing":
        return True
    return any(s.trend in NOT_WORSE and not s.preliminary and s.date is not None and _after(s.date, day) for s in case.disease_statuses)


def _outdates(better: _Better, sign: _Sign, case: Case) -> bool:
    """Whether a judgement of "not worse" is the newer one, and speaks of what the sign speaks of."""
    if better.since <= sign.day.latest:
        # On one day the bad news counts.
        return False
    if sign.site is None or better.since > add_days(sign.day.latest, K.thresholds.intervals.new_metastasis_days):
        return True
    return (better.asked and sign.site not in _CNS) or _seen_to(sign.site, sign.day, case)


def _seen_to(site: Site, day: PartialDate, case: Case) -> bool:
    """Whether a new site is resolved, or in the brain irradiated, resected or called stable since, and not active after that."""
    if all(m.status == "resolved" for m in case.metastases if m.site == site):
        return True
    return site == "brain" and (held_local_therapy(day, case) is not None or _cns_called("stable", day, case))


def _treated_since(day: PartialDate, case: Case) -> LocalTherapy | None:
    """The local therapy of the brain, not before a day."""
    done = [(p.kind, p.date) for p in case.procedures if p.state == "done" and p.date is not None and p.date.earliest >= day.latest]
    for kind in _LOCAL_THERAPY:
        days = [since for what, since in done if what == kind]
        if days:
            return LocalTherapy(max(days, key=lambda since: since.latest), irradiated=kind == "brain-radiotherapy")
    return None


def _new_sites(case: Case, known_until: date) -> Iterator[tuple[PartialDate, str, Site]]:
    """The first entry of each site of metastases that was not on record by a day: when, its source, and the site."""
    if not [m for m in case.metastases if m.date is not None and m.date.earliest > known_until]:
        return
    known = {m.site for m in case.metastases if m.date is None or m.date.earliest <= known_until} | {"regional-node", "unspecified"}
    later = ((m.date.earliest, m.source, m.date, m.site) for m in case.metastases if m.date is not None)
    for _, source, day, site in sorted(later, key=lambda entry: entry[:2]):
        if site not in known:
            known.add(site)
            yield day, source, site


def intake_outcome(case: Case, start: PartialDate) -> IntakeAnswer | None:
    """The intake answer about the last line, if it was given after that line began (decision 27)."""
    answer = case.intake.get("last-line-outcome")
    return answer if answer is not None and answer.values and _after(answer.date, start) else None


def _in_line(day: PartialDate, start: PartialDate, next_start: PartialDate | None) -> bool:
    return _after(day, start) and (next_start is None or day.earliest <= next_start.earliest)


def _perhaps_of_the_line_before(day: PartialDate, start: PartialDate, case: Case) -> bool:
    """Whether a day lies in the month or year of which alone the start is known, and another therapy was given up to that day or nearly.

    Then the worsening may be why the line was begun, and not its failure.
    """
    if start.is_exact or day.earliest > start.latest:
        return False
    begun = {r.drug for r in case.drugs if r.start == start}
    since = add_days(day.earliest, -K.thresholds.intervals.treatment_interval_days)
    others = ((r.start, r.end) for r in case.drugs if r.drug not in begun)
    return any(first is not None and first.earliest < day.earliest and (last or first).latest >= since for first, last in others)


def _after(day: PartialDate, start: PartialDate) -> bool:
    """Whether `day` lies after a line's start. A month that holds the start day does not count: nothing is assumed (decision 6)."""
    return day.earliest > start.earliest
