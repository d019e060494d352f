"""T-DXd ordered after its grade 1 pneumonitis: fully resolved, and at the dose that the time to resolution allows (R115, R118).

Speaks of a dose that is too high at every order, since no dose is raised again; of what is open only at a restart, and where a cycle was
left out since.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from guideline.advice import Finding, Suggestion
from guideline.dosing.earlier_doses import earlier_doses, records_of
from guideline.dosing.label_doses import Judgement
from guideline.dosing.ordered_level import above_level, dosed_value, judged_dose, raised_from
from guideline.facts_used import drug_name
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lungs.history import T_DXD
from guideline.lungs.tdxd_restart import Restart, restarts
from guideline.order_question import OrderQuestion
from guideline.orders import DraftOrder, OrderedDose
from guideline.partial_date import days_since
from guideline.rules.lung_words import dates_gap, given_before, how_low, lung_facts
from guideline.rules.lungs_held import no_level_left
from guideline.rules.orders.dose_words import order_fact, ordered_words

_TOPIC = "InterstitialLungDisease"
CHEST_CT = (Suggestion("request", "chest-ct"),)


def too_high_again(q: OrderQuestion, orders: tuple[DraftOrder, ...]) -> Finding | None:
    """A dose that is not one level below that before a pneumonitis of more than 28 days; None where none is known to be."""
    for restart in restarts(q.s, records_of(q, T_DXD)):
        if restart.lower:
            if restart.level is None:
                return no_level_left(q.s, restart)
            for order, dose in _each_dose(orders):
                found = judged_dose(q, order, dose)
                value = dosed_value(q, T_DXD, dose, found)
                if found is not None and above_level(q, T_DXD, value, restart.level) and raised_from(q, T_DXD, value) is None:
                    return _too_high_finding(q, order, dose, found, restart)
    return None


def after_left_out_cycle(q: OrderQuestion, orders: tuple[DraftOrder, ...]) -> Finding | None:
    """A pneumonitis that T-DXd may have been left out for, whose dates do not tell the dose: none was given since, as far as is known."""
    last = earlier_doses(q, T_DXD).last
    if last is None or days_since(last, q.s.today) <= K.thresholds.ild.same_dose_days:
        return None
    given_since = any(c.onset is not None and c.onset.latest < last.earliest for c in q.s.lungs.tdxd_grade_1)
    return None if given_since else _open_dose(q, orders)


def _each_dose(orders: tuple[DraftOrder, ...]) -> Iterator[tuple[DraftOrder, OrderedDose]]:
    return ((order, dose) for order in orders for dose in order.doses)


def restart_of_order(q: OrderQuestion, orders: tuple[DraftOrder, ...], *, ct_open: bool) -> Finding | None:
    """A restart after grade 1 pneumonitis: the dose first, what is not known of it, and the chest CT where none is done or booked."""
    high = too_high_again(q, orders)
    if high is None:
        return _before_restart(q, orders) if ct_open else _open_dose(q, orders)
    if not ct_open or T_DXD in high.avoid:
        return high
    return replace(high, detail=(*high.detail, K.say("check-lungs-grade-1")), suggestions=CHEST_CT)


def _before_restart(q: OrderQuestion, orders: tuple[DraftOrder, ...]) -> Finding:
    """R115, I09: information: a chest CT at one click, and the dose as far as it can be told."""
    undecided = _undecided(q, orders)
    restart = undecided or restarts(q.s, records_of(q, T_DXD))[0]
    detail = [how_low(restart), K.say("tdxd-after-grade-1")]
    if q.s.lungs.resolved_of_other_cause:
        detail.append(K.say("tdxd-after-resolved-lung-disease"))
    headline = K.say("order-lungs-grade-1", drug=drug_name(T_DXD))
    return Finding(_TOPIC, "info", headline, tuple(detail), lung_facts(q.s), dates_gap(undecided), suggestions=CHEST_CT)


def _open_dose(q: OrderQuestion, orders: tuple[DraftOrder, ...]) -> Finding | None:
    """Information where the ordered dose cannot be judged: the rule as it applies, and the dates that it waits for."""
    restart = _undecided(q, orders)
    if restart is None:
        return None
    name, level = drug_name(T_DXD), restart.level_words
    if restart.lower:
        headline = K.say("tdxd-again-level", drug=name, level=level, span=restart.span)
    else:
        headline = K.say("tdxd-again-open", drug=name, level=level, limit=K.thresholds.ild.same_dose_days)
    return Finding(_TOPIC, "info", headline, (how_low(restart),), lung_facts(q.s), dates_gap(restart))


def _undecided(q: OrderQuestion, orders: tuple[DraftOrder, ...]) -> Restart | None:
    """The pneumonitis that may ask for less than is ordered: its dates do not tell, or the order does not tell its dose."""
    values = [dosed_value(q, T_DXD, order.dose, judged_dose(q, order, order.dose)) for order in orders]
    known = restarts(q.s, records_of(q, T_DXD))
    return next(
        (r for r in known if r.lower is not False and any(above_level(q, T_DXD, value, r.level) is not False for value in values)), None
    )


def _too_high_finding(q: OrderQuestion, order: DraftOrder, dose: OrderedDose, found: Judgement, restart: Restart) -> Finding:
    ordered = ordered_words(dose, found.schedule, found.value)
    headline = K.say("tdxd-again-too-high", drug=drug_name(T_DXD), ordered=ordered, level=restart.level_words, span=restart.span)
    facts = (*lung_facts(q.s), order_fact(order, dose), *given_before(restart))
    return Finding(_TOPIC, "warning", headline, (how_low(restart),), facts)
