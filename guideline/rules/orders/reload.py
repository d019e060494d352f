"""Loading again after a gap, and doses that come too early (P04).

Trastuzumab is loaded again after a gap longer than its limit, pertuzumab and the fixed-dose combination from theirs on; conjugates never.
The gap counts from the last known dose of the same antibody in any product, or from the day that another draft plans it for before this
one; the day of the order's own dose is no gap. Where no dose is on record, what other drafts plan first is the first course of doses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from guideline.advice import FactUsed, Finding, Statement
from guideline.dosing.earlier_doses import EarlierDoses, days_after, drafted_before, earlier_doses, gap_to_load, loaded_part, not_before
from guideline.dosing.label_doses import Judgement, judge
from guideline.dosing.ordered_level import by_label
from guideline.drug_classes import components
from guideline.facts_used import drug_name, headline_names, in_usual_order
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.order_knowledge import DoseSchedule
from guideline.order_question import OrderQuestion
from guideline.orders import DraftOrder, OrderedDose
from guideline.partial_date import PartialDate, when_last
from guideline.rules.orders.dose_weight import dosed_on_earlier_weight
from guideline.rules.orders.dose_words import flat_product_meant, label_words, loading_words, order_fact, ordered_words
from guideline.rules.orders.first_dose import loaded_beside
from guideline.rules.orders.order_products import mixed_up
from guideline.rules.orders.order_scope import own_doses, safety_orders

_WEEKLY = 7
_THREE_WEEKLY = 21

_TOO_EARLY = "interval-short"

#: A dose that is the label's, and what it is by the label.
_Judged = tuple[OrderedDose, Judgement]


def reloading(q: OrderQuestion) -> Iterator[Finding]:
    """For each asked order of an infusion: too early, loaded without need, or not loaded although the gap asks for it."""
    for order in safety_orders(q):
        if len(order.drugs) != 1 or order.drugs[0] not in K.doses or not K.drugs[order.drugs[0]].infused:
            continue
        drug = order.drugs[0]
        found = _judgements(q, order, drug)
        finding = _too_early(q, order, drug, earlier_doses(q, drug), found)
        if finding is None and not mixed_up(q, order):
            part = loaded_part(drug)
            earlier = drafted_before(q, order, part) or earlier_doses(q, part)
            finding = _loading(q, order, drug, earlier, found) or _loaded_each_time(q, order, drug, found)
        if finding is not None:
            yield replace(finding, about=(drug,))


def one_cycle(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, those as one that say of several drugs that they come too early, after the same dose: it is one cycle that does."""
    kept: list[Finding] = []
    early: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.headline.id == _TOO_EARLY:
            early.setdefault(_since(finding), []).append(finding)
        else:
            kept.append(finding)
    return [*kept, *(_together(since, same) for since, same in early.items())]


def _since(finding: Finding) -> str:
    """What its headline says after the name of the drug: when the last dose was, and when the next one is due."""
    return finding.headline.text.partition(": ")[2]


def _together(since: str, same: list[Finding]) -> Finding:
    of = {finding.about[0]: finding for finding in same}
    about = tuple(in_usual_order(of))
    facts = tuple(fact for drug in about for fact in of[drug].facts)
    return replace(same[0], headline=K.say(_TOO_EARLY, drugs=headline_names(about), since=since), facts=facts, about=about)


def _judgements(q: OrderQuestion, order: DraftOrder, drug: str) -> list[_Judged]:
    """Each dose of the order that may be the next one, by its label: usual or loading doses.

    What follows another dose, or hangs on a condition, is not the next one.
    """
    found = [(dose, by_label(q, drug, dose)) for dose in own_doses(order, drug) if not (dose.later or dose.conditional)]
    return [(dose, judged) for dose, judged in found if judged is not None and judged.verdict in ("fits", "loading")]


def _schedule(order: DraftOrder, drug: str, found: list[_Judged]) -> DoseSchedule | None:
    """The schedule of the order: by its dose, else by its interval, else the only one there is; None when that leaves two."""
    if found:
        return found[0][1].schedule
    schedules = K.doses[drug].schedules
    every = order.dose.every_days if order.dose is not None else None
    alike = [s for s in schedules if s.every_days == every] if every is not None else []
    if alike:
        return alike[0]
    return schedules[0] if len({s.every_days for s in schedules}) == 1 else None


def _last_fact(earlier: EarlierDoses) -> FactUsed:
    name = "Planned dose" if earlier.planned else "Last dose" if earlier.exact else "Last course ended"
    return FactUsed(name, drug_name(earlier.drug or ""), str(earlier.last), earlier.source)


def _too_early(q: OrderQuestion, order: DraftOrder, drug: str, earlier: EarlierDoses, found: list[_Judged]) -> Finding | None:
    """A three-weekly drug again less than 18 days (site setting) after a recorded dose."""
    schedule, last = _schedule(order, drug, found), earlier.last
    if last is None or not earlier.exact or schedule is None or schedule.every_days != _THREE_WEEKLY:
        return None
    least, most = days_after(last, order, q.s.case)
    limit = q.s.practice.minimum_interval_days
    if not 0 < least <= most < limit or _was_weekly(q, drug, last):
        return None
    on = {"due": not_before(last, _THREE_WEEKLY).isoformat(), "date": not_before(last, limit).isoformat()}
    since = K.say("interval-short-since", days=_days(most), last=str(last), **on)
    headline = K.say(_TOO_EARLY, drugs=drug_name(drug), since=since.text)
    detail = (K.say("interval-short-why", every=_THREE_WEEKLY, limit=limit, **on),)
    return Finding("ReloadingDose", "warning", headline, detail, (_last_fact(earlier),))


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def _was_weekly(q: OrderQuestion, drug: str, last: PartialDate, *, exact: bool = True) -> bool:
    """Whether the earlier doses were weekly ones: the three-weekly schedule then begins a week after the last of them.

    By the newest order that says how often, of those begun by then; else by the days between the last doses. The day on which a course was
    ended (not `exact`) is none of them. Two records a day apart are no weekly doses: one dose that two systems wrote down, or one too many.
    """
    records = [r for r in q.s.case.drugs if components(r.drug) & components(drug) and _has_weekly_schedule(r.drug)]
    stated = [
        (when_last(r.start), r.dose.every_days)
        for r in records
        if r.dose is not None and r.dose.every_days is not None and r.status in ("active", "completed", "stopped")
        and (r.start is None or r.start.earliest <= last.latest)
    ]  # fmt: skip
    newest = max((day for day, _ in stated), default=None)
    if (newest, _WEEKLY) in stated:
        return True
    given = [r.start for r in records if r.kind == "administration" and r.start is not None and r.start.earliest <= last.latest]
    final = last if exact else max(given, key=lambda day: day.latest, default=last)
    return any(_WEEKLY - 2 <= (final.earliest - day.latest).days <= _WEEKLY + 3 for day in given)


def _has_weekly_schedule(drug: str) -> bool:
    label = K.doses.get(drug)
    return label is None or any(schedule.every_days == _WEEKLY for schedule in label.schedules)


def _loading(q: OrderQuestion, order: DraftOrder, drug: str, earlier: EarlierDoses, found: list[_Judged]) -> Finding | None:
    """Judged by all doses of the order that may be the next one: in another unit, or in the words, it may load where the first does not."""
    last = earlier.last
    loaded = [(dose, judged) for dose, judged in found if judged.schedule.loading is not None or judged.schedule.unit == "parts"]
    if last is None or not loaded:
        return None
    least, most = days_after(last, order, q.s.case)
    loads = [
        (dose, judged)
        for dose, judged in loaded
        if judged.verdict == "loading" and not dosed_on_earlier_weight(q, order, dose, drug, judged)
    ]
    dose, judged = (loads or loaded)[0]
    schedule = judged.schedule
    limit, words = _limit(drug, _given_every(q, drug, earlier) or schedule.every_days)
    said = {
        "drug": drug_name(drug),
        "loading": loading_words(schedule),
        "label": label_words(schedule),
        "ordered": ordered_words(dose, schedule, judged.value),
    }
    facts = (_last_fact(earlier),)
    if judged.verdict == "fits" and least >= limit and not loaded_beside(q, order, drug):
        detail = (K.say("reload-needed-why", limit=words.text, loading=said["loading"], label=said["label"]),)
        return Finding("ReloadingDose", "warning", K.say("reload-needed", days=_days(least), **said), detail, facts)
    if loads and earlier.exact and 0 < least <= most < limit and _loaded_before(q, order, drug, earlier):
        why = (K.say("reload-not-needed-why", limit=words.text), *flat_product_meant(dose, drug))
        return Finding("ReloadingDose", "warning", K.say("reload-not-needed", days=_days(most), **said), why, facts)
    return None


def _loaded_before(q: OrderQuestion, order: DraftOrder, drug: str, earlier: EarlierDoses) -> bool:
    """Whether the first dose lies behind: one is on record, or another draft is the loading dose."""
    return not earlier.planned or earlier_doses(q, loaded_part(drug)).recorded or loaded_beside(q, order, drug)


def _loaded_each_time(q: OrderQuestion, order: DraftOrder, drug: str, found: list[_Judged]) -> Finding | None:
    """One order for several doses, all of them loading doses: it loads in every cycle."""
    if any(dose.later for dose in order.doses):
        return None
    for dose, judged in found:
        if dose.count is None or dose.count < 2 or judged.verdict != "loading":
            continue
        if dosed_on_earlier_weight(q, order, dose, drug, judged):
            continue
        schedule = judged.schedule
        ordered, label = ordered_words(dose, schedule, judged.value), label_words(schedule)
        headline = K.say("load-only-once", drug=drug_name(drug), ordered=ordered, count=dose.count, label=label)
        detail = (K.say("load-only-once-why", loading=loading_words(schedule), label=label), *flat_product_meant(dose, drug))
        return Finding("ReloadingDose", "warning", headline, detail, (order_fact(order, dose),))
    return None


def _given_every(q: OrderQuestion, drug: str, earlier: EarlierDoses) -> int | None:
    """The interval of the earlier dose, which the gap is counted by: three weeks without a dose are a gap in weekly therapy alone.

    By the amount of that dose, else by the days between the last doses; None: not to be told.
    """
    label = K.doses.get(earlier.drug or "")
    if label is None:
        return None
    intervals = {schedule.every_days for schedule in label.schedules}
    if len(intervals) == 1:
        return intervals.pop()
    for dose in _doses_of(q, earlier):
        judged = judge(dose, label.schedules, q.s.body, q.s.practice.dose_tolerance_percent, flat=label.flat)
        if judged is not None and judged.verdict in ("fits", "loading"):
            return judged.schedule.every_days
    return _WEEKLY if earlier.last is not None and _was_weekly(q, drug, earlier.last, exact=earlier.exact) else None


def _doses_of(q: OrderQuestion, earlier: EarlierDoses) -> Iterator[OrderedDose]:
    """The earlier dose itself, as recorded or as drafted."""
    for record in q.s.case.drugs:
        if record.source == earlier.source and record.dose is not None:
            yield OrderedDose(record.dose.amount, record.dose.unit, every_days=record.dose.every_days)
    for order in (*q.starts, *q.beside):
        if order.id == earlier.source and order.dose is not None:
            yield order.dose


def _limit(drug: str, every_days: int | None) -> tuple[int, Statement]:
    """The gap in days from which on the label loads again, and in words, by the interval of the earlier doses."""
    days = gap_to_load(drug, every_days)
    if "pertuzumab" in components(drug):
        return days, K.say("gap-at-least", weeks=days // 7)
    return days, K.say("gap-more-than", days=days - 1)


RULES: tuple[Callable[[OrderQuestion], Iterable[Finding]], ...] = (reloading,)
