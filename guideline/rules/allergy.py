"""An allergy on record to the ordered drug, or to the antibody inside it (P15)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from guideline.advice import FactUsed, Finding
from guideline.case import Allergy
from guideline.facts_used import drug_name
from guideline.going_on import given_on
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.order_question import OrderQuestion
from guideline.orders import DraftOrder
from guideline.rules.order_scope import deletions, safety_orders
from guideline.therapy_lines import CONJUGATES, components


def allergies(q: OrderQuestion) -> Iterator[Finding]:
    """One finding for each asked order of a drug that an allergy concerns, the severest allergy first."""
    if not q.s.case.allergies:
        return
    for order in safety_orders(q):
        for drug in order.drugs:
            concerned = sorted(
                (a for a in q.s.case.allergies if parts_of(drug) & parts_of(a.drug) and not _tolerated_since(q, drug, a)),
                key=lambda a: (-_rank(drug, a), a.drug, a.source),
            )
            if concerned:
                yield _finding(order, drug, concerned[0])


def parts_of(drug: str) -> frozenset[str]:
    """A drug, what a combination holds, and the antibody of a conjugate: all HER2 conjugates here are made of trastuzumab."""
    return components(drug) | ({"trastuzumab"} if drug in CONJUGATES else frozenset()) | {drug}


def _tolerated_since(q: OrderQuestion, drug: str, allergy: Allergy) -> bool:
    """Whether a reaction that was not severe was followed by a dose of what it was to: it is known, and was no allergy (decision 23)."""
    if allergy.severe is not False or allergy.date is None:
        return False
    same = (r for r in q.s.case.drugs if r.drug in (drug, allergy.drug) and components(allergy.drug) <= parts_of(r.drug))
    return any(day.earliest > allergy.date.latest for day in given_on(same))


def _whole(drug: str, allergy: Allergy) -> bool:
    """Whether the patient reacted to the ordered drug or to a part of it, not only to another drug that shares a part with it."""
    return allergy.drug in parts_of(drug) or components(allergy.drug) <= parts_of(drug)


def _rank(drug: str, allergy: Allergy) -> int:
    return 2 * bool(allergy.severe) + _whole(drug, allergy)


def _finding(order: DraftOrder, drug: str, allergy: Allergy) -> Finding:
    whole = _whole(drug, allergy)
    severity = "severe" if allergy.severe else "not severe" if allergy.severe is False else "severity not recorded"
    fact = FactUsed("Allergy", f"{drug_name(allergy.drug)}, {severity}", None, allergy.source)
    words = {"drug": drug_name(drug), "allergen": drug_name(allergy.drug)}
    if allergy.severe and whole:
        headline = K.say("allergy-severe" if allergy.drug == drug else "allergy-severe-shared", **words)
        suggestions = deletions((order,), recommended=True) if len(order.drugs) == 1 else ()
        return Finding("AllergyOrIntolerance", "critical", headline, facts=(fact,), avoid=(drug,), suggestions=suggestions)
    headline = K.say("allergy" if whole else "allergy-shared", severity=severity, **words)
    return Finding("AllergyOrIntolerance", "warning", headline, (K.say("allergy-confirm"),), (fact,))


RULES: tuple[Callable[[OrderQuestion], Iterable[Finding]], ...] = (allergies,)
