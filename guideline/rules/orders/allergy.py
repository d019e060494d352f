"""An allergy on record to the ordered drug, or to the antibody inside it (P15)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from guideline.advice import FactUsed, Finding, Statement
from guideline.allergies import allergen, allergies_to, contain_it, parts_of
from guideline.case import FLUOROURACIL, Allergy
from guideline.drug_classes import components
from guideline.facts_used import drug_name, headline_names
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.order_question import OrderQuestion
from guideline.orders import DraftOrder
from guideline.rules.orders.order_scope import deletions, safety_orders


def allergies(q: OrderQuestion) -> Iterator[Finding]:
    """One finding for each asked order of a drug that an allergy concerns, the severest allergy first."""
    if not q.s.case.allergies:
        return
    ordered = frozenset(drug for order in q.all_starts for drug in order.drugs)
    for order in safety_orders(q):
        for drug in order.drugs:
            concerned = sorted(allergies_to(q.s.case, drug), key=lambda a: (-_rank(drug, a, ordered), a.drug, a.source))
            if concerned:
                yield _finding(order, drug, concerned[0], ordered)


def _rank(drug: str, allergy: Allergy, ordered: frozenset[str]) -> int:
    return 4 * bool(allergy.severe) + 2 * contain_it((drug,), allergy) + contain_it(ordered, allergy)


def _never(drug: str, allergy: Allergy, ordered: frozenset[str]) -> Statement:
    words = {"drug": drug_name(drug), "allergen": allergen(allergy)}
    if allergy.drug == drug:
        return K.say("allergy-severe", **words)
    if contain_it((drug,), allergy):
        return K.say("allergy-severe-shared", **words)
    rest = components(allergy.drug) - parts_of(drug)
    return K.say("allergy-severe-together", others=headline_names(other for other in ordered if parts_of(other) & rest), **words)


def _finding(order: DraftOrder, drug: str, allergy: Allergy, ordered: frozenset[str]) -> Finding:
    whole = contain_it((drug,), allergy)
    severity = "severe" if allergy.severe else "not severe" if allergy.severe is False else "severity not recorded"
    fact = FactUsed("Allergy", f"{allergen(allergy)}, {severity}", None, allergy.source)
    prodrug = (K.say("allergy-prodrug"),) if allergy.drug == drug and allergy.named == FLUOROURACIL else ()
    if allergy.severe and (whole or contain_it(ordered, allergy)):
        headline = _never(drug, allergy, ordered)
        suggestions = deletions((order,), recommended=True) if len(order.drugs) == 1 else ()
        return Finding("AllergyOrIntolerance", "critical", headline, prodrug, (fact,), avoid=(drug,), suggestions=suggestions)
    headline = K.say("allergy" if whole else "allergy-shared", drug=drug_name(drug), allergen=allergen(allergy), severity=severity)
    return Finding("AllergyOrIntolerance", "warning", headline, (*prodrug, K.say("allergy-confirm")), (fact,))


RULES: tuple[Callable[[OrderQuestion], Iterable[Finding]], ...] = (allergies,)
