"""The first dose of an antibody that is loaded (R126, P04)."""

from __future__ import annotations

from guideline.advice import Finding
from guideline.dosing.earlier_doses import drafted_before, earlier_doses, loaded_part
from guideline.dosing.label_doses import Judgement, judge
from guideline.drug_classes import components
from guideline.facts_used import drug_name
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.order_question import OrderQuestion
from guideline.orders import DraftOrder, OrderedDose
from guideline.rules.orders.dose_words import label_words, loading_words, order_fact
from guideline.rules.orders.order_scope import own_doses


def first_without_loading(q: OrderQuestion, order: DraftOrder, dose: OrderedDose, drug: str, found: Judgement) -> Finding | None:
    """R126: the dose that goes on, ordered as a first dose. Silent when another draft loads, or the order says that it is no first dose."""
    schedule = found.schedule
    if schedule.loading is None and schedule.unit != "parts":
        return None
    part = loaded_part(drug)
    if dose.loading is False or q.s.therapy_lost or earlier_doses(q, part).recorded:
        return None
    if drafted_before(q, order, part) is not None or loaded_beside(q, order, drug):
        return None
    limits = K.thresholds.doses
    days = limits.reload_pertuzumab_days if "pertuzumab" in components(drug) else limits.reload_trastuzumab_3w_days
    headline = K.say("dose-first-is-loading", drug=drug_name(drug), loading=loading_words(schedule), label=label_words(schedule))
    detail = (K.say("dose-first-condition", days=limits.reload_trastuzumab_weekly_days if schedule.every_days == 7 else days),)
    return Finding("DoseCheck", "info", headline, detail, (order_fact(order, dose),))


def loaded_beside(q: OrderQuestion, order: DraftOrder, drug: str) -> bool:
    """Whether another dose of the order, or another draft of the same session, is the loading dose (an order set has both)."""
    others = [o for o in q.all_starts if o.id != order.id and len(o.drugs) == 1]
    doses = [(drug, dose) for dose in own_doses(order, drug)[1:]]
    doses += [(o.drugs[0], dose) for o in others if o.drugs[0] in K.doses and components(drug) & components(o.drugs[0]) for dose in o.doses]
    return any(_loads(q, product, dose) for product, dose in doses)


def _loads(q: OrderQuestion, product: str, dose: OrderedDose) -> bool:
    """Whether a dose is called a loading dose, or is the label's. What follows another dose, or hangs on a condition, is none."""
    if dose.later or dose.conditional:
        return False
    if dose.loading:
        return True
    label = K.doses[product]
    found = judge(dose, label.schedules, q.s.body, q.s.practice.dose_tolerance_percent, flat=label.flat)
    return found is not None and found.verdict == "loading"
