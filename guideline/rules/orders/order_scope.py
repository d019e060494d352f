"""Which orders a rule may speak about, and whether a drug is begun by them or goes on (decisions 16 and 18, R132)."""

from __future__ import annotations

from collections.abc import Iterable

from guideline.advice import FactUsed, Suggestion
from guideline.drug_classes import HER2_DRUGS, components
from guideline.facts_used import in_usual_order, line_facts, lung_fact, metastatic_fact, relapse_fact
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.order_question import OrderQuestion
from guideline.orders import DraftOrder, OrderedDose
from guideline.rules.orders.order_undiagnosed import breast_by, of_her2_safety
from guideline.rules.scope import breast_present, other_primary, scope
from guideline.situation import Situation


def safety_orders(q: OrderQuestion) -> tuple[DraftOrder, ...]:
    """The asked starts that drug safety speaks about: any stage of breast cancer; none for another primary (decision 18).

    Without a diagnosis, where the record itself says breast, those of HER2 drugs.
    """
    orders = tuple(order for order in q.starts if not order.gastric)
    if has_breast_cancer(q.s):
        return orders
    return tuple(filter(of_her2_safety, orders)) if breast_by(q) is not None else ()


def pathway_orders(q: OrderQuestion) -> tuple[DraftOrder, ...]:
    """The asked starts that the choice of therapy speaks about: HER2-positive metastatic breast cancer only (R121-R123)."""
    return tuple(order for order in q.starts if not order.gastric) if q.s.once(scope).treatable else ()


def has_breast_cancer(s: Situation) -> bool:
    """Whether a breast cancer is on record for a patient of ours; one that is history yields to another active primary."""
    if "R001" in s.once(scope).silent:
        return False
    kinds = {d.kind for d in s.case.diagnoses}
    if not kinds & {"invasive-breast", "breast-history"}:
        lost = any(p.subject == "diagnosis" for p in s.case.problems)
        return lost and "other-primary" not in kinds and bool(s.case.receptors)
    return breast_present(s) or not other_primary(s) or s.metastatic


def ordered_drugs(orders: Iterable[DraftOrder], among: frozenset[str] = HER2_DRUGS) -> list[str]:
    """The drugs of these orders that are in `among`, each once, in their usual order."""
    return in_usual_order(drug for order in orders for drug in order.drugs if drug in among)


def orders_of(orders: Iterable[DraftOrder], drugs: Iterable[str]) -> tuple[DraftOrder, ...]:
    """The orders of one of `drugs`."""
    wanted = frozenset(drugs)
    return tuple(order for order in orders if not wanted.isdisjoint(order.drugs))


def own_doses(order: DraftOrder, drug: str) -> tuple[OrderedDose, ...]:
    """The doses of an order that are its drug's: the first one, and those by weight or surface only as the label gives the drug.

    Another unit is that of a partner whose dose the order quotes.
    """
    units = {schedule.unit for schedule in K.doses[drug].schedules} if drug in K.doses else set()
    further = (dose for dose in order.further if dose.unit not in ("mg/kg", "mg/m2") or dose.unit in units)
    return (order.dose, *further) if order.dose is not None else ()


def is_start(s: Situation, drug: str) -> bool:
    """Whether giving the drug now is a start or a restart: some antibody or agent in it is not being given today.

    A route, biosimilar or fixed-dose switch within what runs is none (R136); a drug on hold is restarted.
    """
    return not components(drug) <= _given(s, ("running",))


def is_new(s: Situation, drug: str) -> bool:
    """Whether the drug is a new choice: neither running nor on hold, nor of unknown status (R132: running therapy is not questioned)."""
    return not components(drug) <= _given(s, ("running", "on-hold", "unknown"))


def new_drugs(q: OrderQuestion, among: frozenset[str]) -> list[str]:
    """The ordered drugs among these that are a new choice in HER2-positive metastatic breast cancer."""
    return [drug for drug in ordered_drugs(pathway_orders(q), among) if is_new(q.s, drug)]


def course_facts(s: Situation) -> tuple[FactUsed, ...]:
    """The course of the disease, as the cards on the choice of therapy rest on it."""
    found = (metastatic_fact(s), relapse_fact(s), *line_facts(s), lung_fact(s))
    return tuple(fact for fact in found if fact is not None)


def _given(s: Situation, states: tuple[str, ...]) -> frozenset[str]:
    return frozenset(c for e in s.exposures if e.state in states for c in components(e.drug))


def deletions(orders: Iterable[DraftOrder], *, recommended: bool = False) -> tuple[Suggestion, ...]:
    """One click each to take these drafts back. An order that is no draft any more is not deleted but ended, which is no click."""
    drafts = (part for order in orders for part in (order.made_of or (order,)) if part.asked or not order.made_of)
    return tuple(Suggestion("delete", order.drugs[0], order.id, recommended) for order in drafts if order.status == "draft" and order.drugs)
