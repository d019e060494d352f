"""Products that are taken for one another: trastuzumab, its subcutaneous and fixed-dose forms, T-DM1, T-DXd (R083, R126, R136, P05)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from guideline.advice import FactUsed, Finding, Indicator, Statement, Suggestion
from guideline.dosing.dosing_weight import last_milligrams
from guideline.dosing.label_doses import converted, same
from guideline.drug_classes import ANTIBODIES, CONJUGATES, PERTUZUMAB_PRODUCTS, TRASTUZUMAB_PRODUCTS, components
from guideline.facts_used import course_fact, drug_name, headline_names, in_usual_order
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lungs.history import T_DM1, T_DXD
from guideline.order_question import OrderQuestion
from guideline.orders import DraftOrder, OrderedDose
from guideline.rules.objections import objection
from guideline.rules.orders.dose_words import ordered_words
from guideline.rules.orders.order_scope import deletions, orders_of, own_doses, safety_orders
from guideline.rules.orders.order_stop import reason_on_record
from guideline.situation import Situation
from guideline.therapy.exposures import Exposure

#: R083, C15: products that are taken for one another; trastuzumab by any route, brand or suffix is one (R136).
_PRODUCT = {
    **dict.fromkeys(TRASTUZUMAB_PRODUCTS - PERTUZUMAB_PRODUCTS, "trastuzumab"),
    **dict.fromkeys(TRASTUZUMAB_PRODUCTS & PERTUZUMAB_PRODUCTS, "fixed combination"),
    **{drug: drug for drug in CONJUGATES},
}

_TRASTUZUMAB = "trastuzumab"
_SUBCUTANEOUS = frozenset(d for d in ANTIBODIES if K.drugs[d].route == "sc")
#: Antibodies and conjugates that no label gives other than into a vein; of trastuzumab for infusion another form is meant.
_INFUSED_ONLY = frozenset(d for d in ANTIBODIES | CONJUGATES if K.drugs[d].route == "iv") - {_TRASTUZUMAB}
_CONFUSED = frozenset(_PRODUCT) | _INFUSED_ONLY


class _Sign(NamedTuple):
    """What gives a mix-up away: the headline, how urgent it is, the detail, and what it rests on in the record."""

    said: Statement
    indicator: Indicator
    detail: list[Statement]
    facts: tuple[FactUsed, ...] = ()


def product_mix_up(q: OrderQuestion) -> Iterator[Finding]:
    """R083, R126, P05: not the planned product, another product's dose, or another product's route."""
    for order in safety_orders(q):
        for drug in order.drugs:
            found = _mix_up(q, order, drug) if drug in _CONFUSED else None
            if found is not None:
                yield found
                break


def _mix_up(q: OrderQuestion, order: DraftOrder, drug: str) -> Finding | None:
    sign = _by_plan(q, order, drug) or _by_dose(q, order, drug) or _by_form(order, drug) or _by_revision(q, order, drug)
    if sign is None:
        return None
    never = [K.say("tdm1-never-above")] if drug == T_DM1 else []
    return Finding(
        "ProductMixUp", sign.indicator, sign.said, (*sign.detail, *never), sign.facts, avoid=(drug,), rules=("R083", "R126"),
        suggestions=(*_meant(q, order, drug), *deletions((order,))),
    )  # fmt: skip


def _by_plan(q: OrderQuestion, order: DraftOrder, drug: str) -> _Sign | None:
    """Not what the order's own plan names."""
    if order.plan is None or not _not_planned(order, drug) or _pair_of_the_plan(q, order.plan, drug):
        return None
    said = K.say("order-not-the-planned-product", drug=drug_name(drug), plan=drug_name(order.plan))
    return _Sign(said, "critical", [K.say("order-different-drugs"), *_beside_what_runs(q, order.plan, drug)])


def _by_dose(q: OrderQuestion, order: DraftOrder, drug: str) -> _Sign | None:
    """Another product's dose, whichever of the doses of the order it is."""
    last, tolerance = last_milligrams(q, drug), q.s.practice.dose_tolerance_percent
    for dose in own_doses(order, drug):
        # What was given last is no other product for a weight that changed.
        per_kg = _per_kg(q.s, dose) if last is None or not last.repeated_in(dose) else None
        if drug == T_DM1 and per_kg is not None and per_kg > _highest(T_DM1) and same(per_kg, _highest(T_DXD), tolerance):
            said = K.say("order-tdm1-at-tdxd-dose", drug=drug_name(T_DM1), other=drug_name(T_DXD))
            return _Sign(said, "critical", [K.say("order-different-drugs")])
        if drug == T_DXD and per_kg is not None and _only_like_tdm1(per_kg, tolerance):
            said = K.say("order-tdxd-at-tdm1-dose", drug=drug_name(T_DXD), other=drug_name(T_DM1))
            return _Sign(said, "warning", [K.say("order-different-drugs")])
        conjugate = _dose_level_of(dose) if drug == _TRASTUZUMAB else None
        if conjugate is not None:
            said = K.say(
                "order-trastuzumab-at-conjugate-dose", drug=drug_name(drug), ordered=ordered_words(dose), other=drug_name(conjugate)
            )
            return _Sign(said, "warning", [K.say("order-different-drugs")])
        if drug in _SUBCUTANEOUS and dose.unit == "mg/kg":
            said = K.say("order-flat-product-by-weight", drug=drug_name(drug))
            return _Sign(said, "critical", [K.say("order-flat-products")])
    return None


def _by_form(order: DraftOrder, drug: str) -> _Sign | None:
    """Another form's route."""
    if drug in _SUBCUTANEOUS and order.route == "iv":
        said = K.say("order-sc-product-iv", drug=drug_name(drug))
    elif drug == _TRASTUZUMAB and order.route == "sc":
        said = K.say("order-iv-product-sc", drug=drug_name(drug))
    elif drug in _INFUSED_ONLY and order.route in ("sc", "im"):
        said = K.say("order-infusion-only", drug=drug_name(drug), way="subcutaneously" if order.route == "sc" else "intramuscularly")
        return _Sign(said, "critical", [K.say("order-pertuzumab-sc")] if drug == "pertuzumab" else [])
    else:
        return None
    return _Sign(said, "critical", [K.say("order-flat-products")])


def _by_revision(q: OrderQuestion, order: DraftOrder, drug: str) -> _Sign | None:
    """An order of the chart that was for another conjugate, or its antibody, until now; nothing on record says why that one ends."""
    before = [e for e in q.s.exposures if e.state in ("running", "on-hold") and order.id in e.sources and e.stop_reason is None]
    other = next((e for e in before if confused((e.drug, drug)) and not CONJUGATES.isdisjoint((e.drug, drug))), None)
    if other is None or reason_on_record(q.s):
        return None
    said = K.say("order-product-changed", drug=drug_name(drug), other=drug_name(other.drug))
    fact = course_fact(q.s.case, other, "ongoing" if other.state == "running" else "on hold", other.start)
    return _Sign(said, "warning", [K.say("order-different-drugs"), K.say("order-product-changed-meant")], (fact,))


def mixed_up(q: OrderQuestion, order: DraftOrder) -> bool:
    """Whether the product of an order has to be checked: what its own label asks for says nothing about it until then."""
    return any(drug in _CONFUSED and _mix_up(q, order, drug) is not None for drug in order.drugs)


def confused(drugs: Iterable[str]) -> bool:
    """Whether some of these drugs are products that are not to be taken for one another (C15); trastuzumab by any route is one."""
    return len({_PRODUCT[drug] for drug in drugs if drug in _PRODUCT}) > 1


def meant_as(orders: Iterable[DraftOrder], drug: str, other: str) -> bool:
    """Whether every order of `drug` is meant, by its plan, as `other`: then it is the wrong product, and no second therapy beside it."""
    of_drug = orders_of(orders, (drug,))
    return all(o.plan is not None and _not_planned(o, drug) and components(other) <= components(o.plan) for o in of_drug)


def _beside_what_runs(q: OrderQuestion, plan: str, drug: str) -> Iterator[Statement]:
    """The planned product runs, and what is ordered under its name would come on top of it."""
    running = [e.drug for e in q.running if _PRODUCT.get(e.drug, _PRODUCT[drug]) != _PRODUCT[drug]]
    of_plan = in_usual_order(other for other in running if components(other) <= components(plan))
    if of_plan:
        yield K.say("order-product-beside", others=headline_names(of_plan))


def _meant(q: OrderQuestion, order: DraftOrder, drug: str) -> tuple[Suggestion, ...]:
    """The planned product at one click, where the plan names another one and nothing in the record forbids it.

    What runs forbids it too: the planned product would be a second one beside it, and the name on the order may be the mistake.
    So does an earlier dose of it: one click begins at the full dose, with loading, and what was given asks for another one.
    """
    plan = order.plan
    if plan is None or not _not_planned(order, drug) or order.drugs != (drug,):
        return ()
    barred = plan == T_DXD and (objection(q.s, "tdxd") is not None or q.s.lungs.symptoms)
    doubled = any(_not_beside(e.drug, plan) for e in q.running)
    goes_on = any(_given_before(e, plan) for e in q.s.exposures)
    return () if barred or doubled or goes_on or q.s.pregnancy == "pregnant" else (Suggestion("replace", plan, order.id),)


def _given_before(e: Exposure, plan: str) -> bool:
    """Whether the planned product would not be begun at its full dose: its course goes on, or a conjugate may have been reduced."""
    return bool(components(e.drug) & components(plan)) and (e.state != "ended" or plan in CONJUGATES)


def _not_beside(running: str, plan: str) -> bool:
    """Whether the planned product would be a second HER2 antibody or conjugate beside one that runs. Pertuzumab has one beside it."""
    if running == "pertuzumab":
        return plan in PERTUZUMAB_PRODUCTS
    return running != plan and (running in ANTIBODIES or running in CONJUGATES)


def _pair_of_the_plan(q: OrderQuestion, plan: str, drug: str) -> bool:
    """Whether the plan names a fixed combination and both antibodies of it are ordered in its place: another form, no mix-up (R136)."""
    ordered = {part for order in q.all_starts for other in order.drugs for part in components(other)}
    return drug not in CONJUGATES and _PRODUCT[plan] == "fixed combination" and components(plan) <= ordered


def _not_planned(order: DraftOrder, drug: str) -> bool:
    """Whether the plan of an order names another product, and the order holds it not beside this one."""
    planned = _PRODUCT.get(order.plan or "")
    return planned is not None and drug in _PRODUCT and planned not in {_PRODUCT.get(other) for other in order.drugs}


def _highest(drug: str) -> float:
    return max(K.thresholds.dose_levels[drug].levels)


def _only_like_tdm1(dose: float, tolerance: float) -> bool:
    """A dose that fits full-dose T-DM1 and no dose level of T-DXd."""
    fits_tdxd = any(same(dose, level, tolerance) for level in K.thresholds.dose_levels[T_DXD].levels)
    return same(dose, _highest(T_DM1), tolerance) and not fits_tdxd


def _dose_level_of(dose: OrderedDose) -> str | None:
    """The conjugate whose dose level is written per kg, to the decimal: 5.4 mg/kg lies within the tolerance of trastuzumab's 6 mg/kg."""
    own = {amount for s in K.doses[_TRASTUZUMAB].schedules for amount in (s.loading, s.dose)}
    if dose.unit != "mg/kg" or dose.amount in own:
        return None
    return next((drug for drug in (T_DXD, T_DM1) if dose.amount in K.thresholds.dose_levels[drug].levels), None)


def _per_kg(s: Situation, dose: OrderedDose) -> float | None:
    """An ordered dose in mg/kg, by the current weight where it is ordered in mg; None where that cannot be told."""
    kg = s.body.kg if dose.unit == "mg" else None
    return converted(dose.amount, dose.unit, "mg/kg", kg, None)


RULES: tuple[Callable[[OrderQuestion], Iterable[Finding]], ...] = (product_mix_up,)
