"""Exposures to lines of therapy.

A line is what was given together against metastatic disease until something ended it. Agents that start within 28 days of the
line's first dose belong to it. Dropping the taxane, adding endocrine therapy, a biosimilar or route switch and a hold do not start
a new line; a new agent after progression does, and so do one after a gap of more than 180 days, a conjugate and another HER2 backbone
(precedent: Meng et al., J Biomed Inform 2019). The parameters stand in `knowledge/thresholds.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Literal

from msgspec import Struct

from guideline.case import Case, StopReason
from guideline.drug_classes import (
    ANTIBODY_PRODUCTS,
    ANTICANCER_DRUGS,
    CONJUGATES,
    COUNTING_DRUGS,
    CYTOTOXIC_DRUGS,
    HER2_DRUGS,
    PARTNER_DRUGS,
    components,
)
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate, add_days, newest_day
from guideline.therapy.exposures import LONGEST_SILENCE_DAYS, Exposure, told_by
from guideline.therapy.progression import Progression, documented_progression, intake_outcome, judged_better_after
from guideline.therapy.setting import setting, written_late

Outcome = Literal["progression", "ongoing", "on-hold", "toxicity", "completed", "changed", "unknown"]

#: Stop reasons that are toxicity, and no progression (decision 3).
TOXICITY = frozenset({"toxicity", "cardiac", "lung"})

#: Stop reasons after which an order for the same drug is a contradiction, and no plan.
_NOT_AGAIN = TOXICITY | {"progression", "hospice", "death"}

#: A conjugate replaces the antibodies; only T-DXd has one beside it in a regimen.
_BESIDE_CONJUGATES: Mapping[tuple[str, ...], frozenset[str]] = {("trastuzumab-deruxtecan",): frozenset({"pertuzumab"})}

#: A stop is often written down at the visit after the next therapy was begun.
_STOP_WRITTEN_LATE_DAYS = 7


class Line(Struct, frozen=True):
    """One line of therapy for metastatic disease.

    `ended_on` is the day of documented progression, else the last known day of its main part; None while it goes on, or if unknown.
    `documented`: the outcome is written in the record; otherwise it is inferred from the dates. `progression` is what says so.
    `drugs`: those of the exposures in the order they were begun, each once. `counts`: decision 3, a line counts when it held an anti-HER2
    drug or a cytotoxic; endocrine-only lines do not.
    """

    start: PartialDate
    exposures: tuple[Exposure, ...]
    drugs: tuple[str, ...]
    has_her2: bool
    counts: bool
    outcome: Outcome
    documented: bool
    ended_on: PartialDate | None = None
    progression: Progression | None = None

    def main_part(self) -> tuple[Exposure, ...]:
        """The exposures whose end is the line's end: its HER2 drugs, without any its chemotherapy, without either all of them."""
        return tuple(_main_part(self.exposures))

    def end_reasons(self) -> frozenset[StopReason]:
        """The recorded reasons for which the main part was ended; empty where one of its drugs has none."""
        reasons = [e.stop_reason for e in _last_of_each(self.main_part())]
        return frozenset([reason for reason in reasons if reason is not None]) if None not in reasons else frozenset()

    def held_on_record(self, case: Case) -> frozenset[str]:
        """The drugs of which the line's own records say "on hold", rather than "active" with no dose for weeks."""
        own = {source for e in self.exposures for source in e.sources}
        return frozenset([record.drug for record in case.drugs if record.status == "on-hold" and record.source in own])

    def progressed_on(self) -> tuple[Exposure, ...]:
        """The exposures that were being given when the disease progressed, or were stopped because it did."""
        if self.outcome != "progression":
            return ()
        given: list[Exposure] = []
        grace = K.thresholds.intervals.infused_without_dose_days
        for e in self.exposures:
            ended = e.ended_on
            at_progression = self.ended_on is None or ended is None or (self.ended_on.earliest - ended.latest).days <= grace
            if e.stop_reason == "progression" or (at_progression and e.stop_reason in (None, "other")):
                given.append(e)
        return tuple(given)

    def failed_agents(self) -> frozenset[str]:
        """The agents of what was being given when the disease progressed, or was stopped because it did."""
        return frozenset([c for e in self.progressed_on() for c in components(e.drug)])

    def not_tolerated(self) -> tuple[str, ...]:
        """The drugs of the line that were stopped for toxicity, and are not given again in it."""
        given = {e.drug for e in self.progressed_on()}
        return tuple(
            dict.fromkeys([e.drug for e in self.exposures if e.stop_reason in TOXICITY and e.state == "ended" and e.drug not in given])
        )


class Therapies(Struct, frozen=True):
    """All anticancer exposures by setting, and the metastatic ones as lines; `used_lines` are the lines that count.

    `undated`: exposures whose setting cannot be told for want of dates or intent.
    """

    early: tuple[Exposure, ...]
    lines: tuple[Line, ...]
    undated: tuple[Exposure, ...]
    used_lines: tuple[Line, ...]


def failed_in_metastatic_disease(found: Therapies, metastatic_since: PartialDate | None) -> frozenset[str]:
    """Decision 4: the agents that failed in a line, or in a course that was begun before the metastases and given on against them.

    The latter is how an adjuvant course looks that was taken up again at the relapse within weeks.
    """
    failed = {agent for line in found.lines for agent in line.failed_agents()}
    for e in found.early:
        if e.stop_reason == "progression" and e.last_known is not None and metastatic_since is not None:
            days_on = (e.last_known.earliest - metastatic_since.latest).days
            failed |= components(e.drug) if days_on > K.thresholds.intervals.record_lag_days else frozenset()
    return frozenset(failed)


def therapies(found: Sequence[Exposure], case: Case, metastatic_since: PartialDate | None) -> Therapies:
    """Sort the anticancer exposures into settings and group the metastatic ones into lines."""
    early: list[Exposure] = []
    metastatic: list[Exposure] = []
    undated: list[Exposure] = []
    against_cancer = [exposure for exposure in found if exposure.drug in ANTICANCER_DRUGS]
    together, of_them = written_late(against_cancer, metastatic_since, case)
    for exposure in against_cancer:
        where = of_them if exposure in together else setting(exposure, metastatic_since)
        if where == "early":
            early.append(exposure)
        elif where == "metastatic" and exposure.start is not None:
            metastatic.append(exposure)
        else:
            undated.append(exposure)
    groups: list[list[Exposure]] = []
    for exposure in metastatic:
        if not groups or _starts_new_line(groups[-1], exposure, metastatic, case):
            groups.append([exposure])
        else:
            groups[-1].append(exposure)
    starts = [_start(group) for group in groups]
    lines = [
        _line(
            _with_carried_over(group, early, groups[:index], case),
            starts[index],
            starts[index + 1] if index + 1 < len(groups) else None,
            case,
        )
        for index, group in enumerate(groups)
    ]
    return Therapies(tuple(early), tuple(lines), tuple(undated), tuple([line for line in lines if line.counts]))


def _start(group: list[Exposure]) -> PartialDate:
    start = group[0].start
    assert start is not None  # undated exposures never reach a group
    return start


def _starts_new_line(group: list[Exposure], new: Exposure, metastatic: list[Exposure], case: Case) -> bool:
    first, begun = _start(group), new.start
    assert begun is not None
    intervals = K.thresholds.intervals
    if (begun.earliest - first.latest).days <= intervals.line_start_days:
        # What begins within weeks belongs together - unless all that was begun had failed by then.
        return new.drug in COUNTING_DRUGS and _all_failed(group, begun)
    known = {c for e in group for c in components(e.drug)}
    added = components(new.drug) - known
    progressed = _documented_progression(group, first, begun, case) is not None
    if not added:
        # The same agents again: a hold, a route or a biosimilar switch - unless the disease had progressed and they had been stopped.
        stopped = progressed and not _given_at(group, begun, COUNTING_DRUGS, case)
        return stopped and not _given_on(group, begun, case)
    if new.drug in PARTNER_DRUGS:
        # Endocrine maintenance joins the line; alone after the line is over it begins one of its own, which does not count.
        return not _given_at(group, begun, COUNTING_DRUGS, case)
    if progressed or new.drug in CONJUGATES or _backbone_replaced(group, begun, metastatic, case):
        return True
    idle_since = [e.last_known for e in group if e.state == "ended"]
    idle = all(d is not None and add_days(d.latest, intervals.line_gap_days) < begun.earliest for d in idle_since)
    if idle and len(idle_since) == len(group):
        return True
    if all(e.drug in PARTNER_DRUGS for e in group):
        return True
    # A new partner beside an unchanged HER2 backbone is the same line (decision 3); without the backbone it is another one.
    going_on = [e for e in group if not _ended_for_good(e, begun)]
    return not _given_at(going_on, begun, HER2_DRUGS, case)


def _backbone_replaced(group: list[Exposure], begun: PartialDate, metastatic: list[Exposure], case: Case) -> bool:
    """Whether none of the line's HER2 drugs was given any longer when other ones were begun: the backbone is not unchanged (decision 3).

    So whether or not anybody wrote down why. A conjugate is the backbone of nothing: chemotherapy after it replaces it as well.
    """
    agents = {agent for e in group if e.drug in HER2_DRUGS for agent in components(e.drug)}
    until = add_days(begun.latest, K.thresholds.intervals.line_start_days)
    together = [e for e in metastatic if e.start is not None and e.start.earliest <= until and e.drug in HER2_DRUGS]
    if not agents or any(agents & components(e.drug) and _given_beyond(e, begun, case) for e in together):
        return False
    others = any(e.start is not None and e.start.earliest >= begun.earliest and not agents & components(e.drug) for e in together)
    return others or not agents.isdisjoint(CONJUGATES)


def _given_beyond(e: Exposure, begun: PartialDate, case: Case) -> bool:
    """Whether a drug was still given after another one was begun. Of one that was left open its doses tell, once the next would be due.

    A conjugate is not given beside another HER2 drug or chemotherapy: no further dose needs to be due.
    """
    if e.state == "ended":
        return e.last_known is None or e.last_known.earliest > add_days(begun.latest, _STOP_WRITTEN_LATE_DAYS)
    if e.last_dose is not None and e.last_dose.latest <= begun.earliest and not _sent_in_part(e, begun):
        due = add_days(e.last_dose.latest, K.thresholds.intervals.treatment_interval_days)
        return _on_hold_by_record(e, case) or (e.drug not in CONJUGATES and due >= case.today)
    return True


def _sent_in_part(e: Exposure, when: PartialDate) -> bool:
    """Whether the doses of an antibody that was left open stop so long before a day that they tell nothing of it: not all were sent."""
    return e.drug not in CONJUGATES and e.last_dose is not None and add_days(e.last_dose.latest, LONGEST_SILENCE_DAYS) < when.earliest


def _open_at(e: Exposure, when: PartialDate, case: Case) -> bool:
    """Whether a drug that nobody ended was being given on that day, or on hold. Of a conjugate its doses tell (decision 8)."""
    if e.state == "ended":
        return False
    given_until = add_days(e.last_dose.latest, LONGEST_SILENCE_DAYS) if e.drug in CONJUGATES and e.last_dose is not None else None
    return given_until is None or given_until >= when.earliest or _on_hold_by_record(e, case)


def _on_hold_by_record(e: Exposure, case: Case) -> bool:
    return e.state == "on-hold" and any(record.status == "on-hold" and record.source in e.sources for record in case.drugs)


def _given_on(group: list[Exposure], begun: PartialDate, case: Case) -> bool:
    """Whether a conjugate or kinase inhibitor that had failed was given on after no more than a pause: that is no line of its own.

    Unless the disease was judged not worse since. Antibodies are a backbone that is used again (decision 4).
    """
    if all(e.drug in ANTIBODY_PRODUCTS or e.drug not in HER2_DRUGS for e in group) or judged_better_after(begun, case):
        return False
    return _given_at(group, begun, COUNTING_DRUGS, case, LONGEST_SILENCE_DAYS)


def _all_failed(group: list[Exposure], when: PartialDate) -> bool:
    """Whether every drug that makes the line was stopped for progression up to that day (an early progressor)."""
    ends = [e.last_known if e.state == "ended" and e.stop_reason == "progression" else None for e in group if e.drug in COUNTING_DRUGS]
    return bool(ends) and all(end is not None and end.latest <= when.earliest for end in ends)


def _ended_for_good(e: Exposure, when: PartialDate) -> bool:
    """Whether a drug was stopped for what it did, or did not do, before the new agent began: it is replaced, and no backbone."""
    ended = e.ended_on
    return ended is not None and ended.latest < when.earliest and e.stop_reason in TOXICITY | {"progression"}


def _given_at(
    group: list[Exposure], when: PartialDate, drugs: frozenset[str], case: Case, grace: int = K.thresholds.intervals.treatment_interval_days
) -> bool:
    """Whether one of `drugs` was still being given when the new agent began (up to one treatment interval before it)."""
    for e in group:
        if e.drug in drugs:
            ended = e.ended_on
            if _open_at(e, when, case) or (ended is not None and add_days(ended.latest, grace) >= when.earliest):
                return True
    return False


def _with_carried_over(group: list[Exposure], early: list[Exposure], before: list[list[Exposure]], case: Case) -> list[Exposure]:
    """Add the antibodies begun earlier (adjuvant, or in the line before) that went on being given beside the line's first drugs."""
    known = {e.drug for e in group}
    conjugates = tuple(CONJUGATES & known)
    carriable = _BESIDE_CONJUGATES.get(conjugates, frozenset()) if conjugates else ANTIBODY_PRODUCTS
    begun = _start(group)
    carried = []
    for e in chain(early, *before):
        if e.drug in known or e.drug not in carriable:
            continue
        ended = e.ended_on
        if _given_in(e, begun, case) or (ended is not None and ended.earliest > add_days(begun.latest, _STOP_WRITTEN_LATE_DAYS)):
            carried.append(e)
            known.add(e.drug)
    return [*group, *carried]


def _given_in(e: Exposure, begun: PartialDate, case: Case) -> bool:
    """Whether an antibody that nobody ended is given in the line that was begun: not where its doses go on until then, and no further."""
    if e.state == "ended":
        return False
    new_line = add_days(begun.latest, LONGEST_SILENCE_DAYS) >= case.today
    told = e.last_dose is not None and e.last_dose.latest <= begun.earliest and not _sent_in_part(e, begun)
    return new_line or not told or _on_hold_by_record(e, case)


def _line(members: list[Exposure], start: PartialDate, next_start: PartialDate | None, case: Case) -> Line:
    drugs = tuple(dict.fromkeys([e.drug for e in members]))
    has_her2, counts = not HER2_DRUGS.isdisjoint(drugs), not COUNTING_DRUGS.isdisjoint(drugs)
    return Line(start, tuple(members), drugs, has_her2, counts, *_ending(members, start, next_start, case))


def _ending(
    exposures: list[Exposure], start: PartialDate, next_start: PartialDate | None, case: Case
) -> tuple[Outcome, bool, PartialDate | None, Progression | None]:
    """How a line ended, if it did: its outcome, whether that is documented, when, and the progression, if there was one."""
    # What belongs to the line: after its start, up to the day the next one began.
    found = _documented_progression(exposures, start, next_start, case)
    if found is not None:
        return "progression", True, found.day, found
    main = _main_part(exposures)
    last_day = last_day_of(main)
    reasons = {e.stop_reason for e in _last_of_each(main)}
    if next_start is not None:
        if reasons and reasons <= TOXICITY:
            return "toxicity", True, last_day, None
        return "changed", False, last_day, None
    answer = intake_outcome(case, start)
    if answer is not None and answer.values[0] != "progression" and not given_since(main, answer.date):
        outcome: Outcome = {"ongoing": "ongoing", "toxicity": "toxicity", "completed": "completed"}.get(answer.values[0], "unknown")  # type: ignore[assignment]
        if outcome != "ongoing" or any(e.state == "running" for e in main):
            return outcome, True, None if outcome == "ongoing" else last_day, None
    if any(e.state == "running" for e in main):
        return "ongoing", True, None, None
    if any(e.state == "on-hold" for e in main):
        return "on-hold", True, None, None
    if any(e.state == "unknown" for e in main):
        return "unknown", False, None, None
    if planned_again(main, case):
        return "ongoing", True, None, None
    if reasons and reasons <= TOXICITY:
        return "toxicity", True, last_day, None
    if reasons == {"completed"}:
        return "completed", True, last_day, None
    return "unknown", False, last_day, None


def planned_again(main: Sequence[Exposure], case: Case) -> bool:
    """Whether an active order gives the same HER2 agents, and no other ones, again on a day soon to come: a route switch, a restart.

    Not after a recorded reason that speaks against the drugs themselves, or against any therapy.
    """
    if not case.planned or any(e.stop_reason in _NOT_AGAIN for e in main):
        return False
    until = add_days(case.today, LONGEST_SILENCE_DAYS)
    ordered = [r.drug for r in case.planned if r.drug in HER2_DRUGS and r.start is not None and r.start.earliest <= until]
    agents = {agent for drug in ordered for agent in components(drug)}
    return bool(agents) and agents <= {agent for e in main for agent in components(e.drug)}


def _main_part(exposures: Sequence[Exposure]) -> Sequence[Exposure]:
    return [e for e in exposures if e.drug in HER2_DRUGS] or [e for e in exposures if e.drug in CYTOTOXIC_DRUGS] or exposures


def _last_of_each(main: Iterable[Exposure]) -> Iterable[Exposure]:
    """The newest course of each drug: why an earlier one was over no longer matters, once the drug was given again in the line."""
    return {e.drug: e for e in sorted(main, key=lambda e: e.start.earliest if e.start is not None else date.min)}.values()


def given_since(members: Sequence[Exposure], day: PartialDate) -> bool:
    """Whether a dose after `day` is on record of what has no recorded end: an answer of that day that it was over is outdated."""
    return any(e.state != "ended" and e.last_dose is not None and e.last_dose.earliest > day.latest for e in members)


def last_day_of(members: Sequence[Exposure]) -> PartialDate | None:
    """The last day any of the exposures is known to have been given."""
    return newest_day(e.last_known for e in members)


def _documented_progression(
    exposures: Sequence[Exposure], start: PartialDate, next_start: PartialDate | None, case: Case
) -> Progression | None:
    """How progression on a line is documented (decision 6), or None: a stop reason says so, which nothing overrides, or other signs do."""
    grace = K.thresholds.intervals.treatment_interval_days
    for e in exposures:
        if e.stop_reason != "progression" or not (e.drug in COUNTING_DRUGS or len(exposures) == 1):
            continue
        if next_start is None or e.last_known is None or e.last_known.earliest <= add_days(next_start.latest, grace):
            return Progression(e.last_known, told_by(e, case.drugs))
    return documented_progression(start, next_start, case)
