"""Loading again after a gap, and doses that come too early (P04).

Trastuzumab is loaded again after a gap longer than its limit, pertuzumab and the fixed-dose combination from theirs on; conjugates never.
The gap counts from the last known dose of the same antibody in any product; the day of the order's own dose is no gap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from guideline.advice import FactUsed, Finding, Statement
from guideline.body import Body, body
from guideline.dosing import Judgement, judge
from guideline.earlier_doses import EarlierDoses, days_after, earlier_doses, gap_to_load, loaded_part, not_before
from guideline.facts_used import drug_name
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.order_knowledge import DoseSchedule
from guideline.order_question import OrderQuestion
from guideline.orders import DraftOrder
from guideline.partial_date import PartialDate
from guideline.rules.dose import dosed_on_earlier_weight, label_words, loaded_beside, loading_words, ordered_words
from guideline.rules.order_products import mixed_up
from guideline.rules.order_scope import safety_orders
from guideline.therapy_lines import components

_WEEKLY = 7
_THREE_WEEKLY = 21


def reloading(q: OrderQuestion) -> Iterator[Finding]:
    """For each asked order of an infusion: too early, loaded without need, or not loaded although the gap asks for it."""
    measured: Body | None = None
    for order in safety_orders(q):
        if len(order.drugs) != 1 or order.drugs[0] not in K.doses or not K.drugs[order.drugs[0]].infused:
            continue
        drug = order.drugs[0]
        earlier = earlier_doses(q, drug)
        if not earlier.recorded:
            continue
        measured = measured or body(q.s.case)
        found = _judgement(q, order, drug, measured)
        finding = _too_early(q, order, drug, earlier, found)
        if finding is None and not mixed_up(q, order):
            finding = _loading(q, order, drug, earlier_doses(q, loaded_part(drug)), found, measured)
        if finding is not None:
            yield finding


def _judgement(q: OrderQuestion, order: DraftOrder, drug: str, measured: Body) -> Judgement | None:
    """The ordered dose by its label, whatever its size; None without a readable dose."""
    if order.dose is None:
        return None
    label = K.doses[drug]
    return judge(order.dose, label.beside(q.together), measured, q.s.practice.dose_tolerance_percent, flat=label.flat)


def _schedule(order: DraftOrder, drug: str, found: Judgement | None) -> DoseSchedule | None:
    """The schedule of the order: by its dose, else by its interval, else the only one there is; None when that leaves two."""
    if found is not None and found.verdict in ("fits", "loading"):
        return found.schedule
    schedules = K.doses[drug].schedules
    every = order.dose.every_days if order.dose is not None else None
    alike = [s for s in schedules if s.every_days == every] if every is not None else []
    if alike:
        return alike[0]
    return schedules[0] if len({s.every_days for s in schedules}) == 1 else None


def _last_fact(earlier: EarlierDoses) -> FactUsed:
    name = "Last dose" if earlier.exact else "Last course ended"
    return FactUsed(name, drug_name(earlier.drug or ""), str(earlier.last), earlier.source)


def _too_early(q: OrderQuestion, order: DraftOrder, drug: str, earlier: EarlierDoses, found: Judgement | None) -> Finding | None:
    """A three-weekly drug again less than 18 days (site setting) after a recorded dose."""
    schedule, last = _schedule(order, drug, found), earlier.last
    if last is None or not earlier.exact or schedule is None or schedule.every_days != _THREE_WEEKLY:
        return None
    least, most = days_after(last, order, q.s.case)
    limit = q.s.practice.minimum_interval_days
    if not 0 < least <= most < limit or _was_weekly(q, drug, last):
        return None
    on = {"due": not_before(last, _THREE_WEEKLY).isoformat(), "date": not_before(last, limit).isoformat()}
    headline = K.say("interval-short", drug=drug_name(drug), days=_days(most), last=str(last), **on)
    detail = (K.say("interval-short-why", every=_THREE_WEEKLY, limit=limit, **on),)
    return Finding("ReloadingDose", "warning", headline, detail, (_last_fact(earlier),))


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def _was_weekly(q: OrderQuestion, drug: str, last: PartialDate) -> bool:
    """Whether the earlier doses were weekly ones: the three-weekly schedule then begins a week after the last of them.

    Two records a day apart are no weekly doses: one dose that two systems wrote down, or one too many.
    """
    records = [r for r in q.s.case.drugs if components(r.drug) & components(drug) and _has_weekly_schedule(r.drug)]
    if any(r.dose is not None and r.dose.every_days == _WEEKLY and r.status in ("active", "completed", "stopped") for r in records):
        return True
    given = [r.start for r in records if r.kind == "administration" and r.start is not None]
    return any(_WEEKLY - 2 <= (last.earliest - day.latest).days <= _WEEKLY + 3 for day in given)


def _has_weekly_schedule(drug: str) -> bool:
    label = K.doses.get(drug)
    return label is None or any(schedule.every_days == _WEEKLY for schedule in label.schedules)


def _loading(
    q: OrderQuestion, order: DraftOrder, drug: str, earlier: EarlierDoses, found: Judgement | None, measured: Body
) -> Finding | None:
    dose, last = order.dose, earlier.last
    if dose is None or last is None or found is None or found.verdict not in ("fits", "loading"):
        return None
    schedule = found.schedule
    if schedule.loading is None and schedule.unit != "parts":
        return None
    least, most = days_after(last, order, q.s.case)
    limit, words = _limit(drug, schedule)
    said = {
        "drug": drug_name(drug),
        "loading": loading_words(schedule),
        "label": label_words(schedule),
        "ordered": ordered_words(dose, schedule, found.value),
    }
    if found.verdict == "fits" and least >= limit and not loaded_beside(q, order, drug):
        detail = (K.say("reload-needed-why", limit=words.text, loading=said["loading"], label=said["label"]),)
        return Finding("ReloadingDose", "warning", K.say("reload-needed", days=_days(least), **said), detail, (_last_fact(earlier),))
    again = found.verdict == "loading" and not dosed_on_earlier_weight(q, order, dose, drug, found, measured)
    if again and earlier.exact and 0 < least <= most < limit:
        detail = (K.say("reload-not-needed-why", limit=words.text),)
        return Finding("ReloadingDose", "warning", K.say("reload-not-needed", days=_days(most), **said), detail, (_last_fact(earlier),))
    return None


def _limit(drug: str, schedule: DoseSchedule) -> tuple[int, Statement]:
    """The gap in days from which on the label loads again, and in words."""
    days = gap_to_load(drug, schedule.every_days)
    if "pertuzumab" in components(drug):
        return days, K.say("gap-at-least", weeks=days // 7)
    return days, K.say("gap-more-than", days=days - 1)


RULES: tuple[Callable[[OrderQuestion], Iterable[Finding]], ...] = (reloading,)
