"""Cancer drugs and other medicines that do not go together (P09 warfarin, P10, P11).

Both directions: the medicine may be taken while the cancer drug is ordered, or ordered while the cancer drug runs. One side at least
is asked about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from guideline.advice import FactUsed, Finding
from guideline.companions import Companion, companions, given_with, order_of
from guideline.dosing.label_doses import same
from guideline.drug_classes import HER2_DRUGS
from guideline.facts_used import drug_name
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.order_knowledge import Interaction
from guideline.order_question import OrderQuestion
from guideline.rules.orders.order_scope import has_breast_cancer, safety_orders
from guideline.rules.orders.order_undiagnosed import breast_by


def interactions(q: OrderQuestion) -> Iterator[Finding]:
    """One finding for each cancer drug, with every medicine that does not go with it."""
    diagnosed = has_breast_cancer(q.s)
    if not diagnosed and breast_by(q) is None:
        return
    found = companions(q)
    asked = {drug for order in safety_orders(q) for drug in order.drugs}
    by_drug: dict[str, list[tuple[Interaction, Companion]]] = {}
    for interaction in K.interactions:
        if interaction.drug not in q.together or not (diagnosed or interaction.drug in HER2_DRUGS):
            continue
        for other in given_with(q, interaction, found):
            if (interaction.drug in asked or other.asked) and not _settled(q, interaction):
                by_drug.setdefault(interaction.drug, []).append((interaction, other))
    for drug, pairs in by_drug.items():
        yield _finding(q, drug, pairs)


def _settled(q: OrderQuestion, interaction: Interaction) -> bool:
    """Whether all that is ordered is the dose for this combination, as often as the label gives the drug."""
    order = order_of(q, interaction.drug)
    if interaction.settled_at is None or order is None or not order.doses:
        return False
    value, tolerance = interaction.settled_at, q.s.practice.dose_tolerance_percent
    often = {None, K.doses[interaction.drug].schedules[0].times_a_day}
    return all(dose.unit == "mg" and same(dose.amount, value, tolerance) and dose.times_a_day in often for dose in order.doses)


def _finding(q: OrderQuestion, drug: str, pairs: list[tuple[Interaction, Companion]]) -> Finding:
    said = tuple(dict.fromkeys(K.say(interaction.says, other=_capital(interaction, other)) for interaction, other in pairs))
    facts = [FactUsed("Taken together", other.name, other.since, other.source) for _, other in pairs]
    order = order_of(q, drug)
    running = next((e for e in q.running if e.drug == drug), None)
    source = order.id if order is not None else running.sources[0] if running is not None else None
    facts.append(FactUsed("Cancer drug", drug_name(drug), None, source))
    rules = tuple(dict.fromkeys(interaction.rule for interaction, _ in pairs))
    return Finding("DrugInteraction", "warning", said[0], said[1:], tuple(dict.fromkeys(facts)), rules=rules)


def _capital(interaction: Interaction, other: Companion) -> str:
    """The medicine's name, with a capital where the sentence begins with it."""
    begins = K.templates.get(interaction.says)
    return other.name[:1].upper() + other.name[1:] if begins is not None and begins.text.startswith("{other}") else other.name


RULES: tuple[Callable[[OrderQuestion], Iterable[Finding]], ...] = (interactions,)
