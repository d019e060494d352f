"""Order entry for the guideline's tests: draft orders, and what the order hooks say about them.

`asks(case, order("trastuzumab-deruxtecan", 5.4, "mg/kg"))` is the advice on signing that order; `says(module.RULES, case, order)` asks
the rules of one module only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

from guideline.advice import Advice, Finding
from guideline.advise_orders import advise_orders
from guideline.case import Case, StopReason
from guideline.order_question import OrderQuestion, order_question
from guideline.orders import DraftOrder, OrderedDose, UntoldProduct
from guideline.practice import Practice
from tests.guideline.case_builder import GUIDELINE_US
from tests.guideline.form import findings_in_form, in_form

_number = count(1)

_DOSE_WORDS = ("every_days", "times_a_day", "parts", "loading", "of_day", "count")

Rules = Iterable[Callable[[OrderQuestion], Iterable[Finding]]]


def order(drug: str | tuple[str, ...], amount: float | None = None, unit: str = "mg", **more: Any) -> DraftOrder:
    """A draft that starts (or goes on with) a drug, selected or signed.

    Words of the dose (`every_days`, `times_a_day`, `parts`, `loading`, `of_day`) and of the order (`route`, `plan`, `status`, `others`,
    `gastric`) may follow. Without an amount the order has no readable dose.
    """
    words = {name: more.pop(name) for name in _DOSE_WORDS if name in more}
    dose = OrderedDose(amount, unit, **words) if amount is not None else None
    drugs = (drug,) if isinstance(drug, str) else drug
    identity = more.pop("id", f"MedicationRequest/draft-{next(_number)}")
    return DraftOrder(identity, "start", more.pop("asked", True), drugs, dose=dose, **more)


def other(medicine: str, **more: Any) -> DraftOrder:
    """A draft for a supportive or interacting medicine (an id of `other_drugs`)."""
    return order((), others=(medicine,), **more)


def untold(*products: str, by_codes: bool = False, **more: Any) -> DraftOrder:
    """A draft for a HER2 drug of which nobody can say which one it is; `products` are those that it names."""
    return order((), untold=UntoldProduct(products, by_codes=by_codes), **more)


def beside(drug: str | tuple[str, ...], amount: float | None = None, unit: str = "mg", **more: Any) -> DraftOrder:
    """A draft that lies in the same order session without being selected: context, not the question."""
    return order(drug, amount, unit, asked=False, **more)


def stop(drug: str | tuple[str, ...], reason: StopReason | None = None, **more: Any) -> DraftOrder:
    """A stop order: a revised MedicationRequest with status stopped, unless said otherwise."""
    drugs = (drug,) if isinstance(drug, str) else drug
    identity = more.pop("id", f"MedicationRequest/draft-{next(_number)}")
    status = more.pop("status", "stopped")
    return DraftOrder(identity, "stop", more.pop("asked", True), drugs, status=status, stop_reason=reason, **more)


def question_of(case: Case, *orders: DraftOrder, practice: Practice = GUIDELINE_US) -> OrderQuestion:
    """The question that these drafts ask about the case."""
    return order_question(case, orders, practice)


def asks(case: Case, *orders: DraftOrder, practice: Practice = GUIDELINE_US, selecting: bool = False) -> Advice:
    """The whole advice about these drafts when they are signed, or while they are being selected."""
    return in_form(advise_orders(case, orders, practice, selecting=selecting), case, orders)


def says(rules: Rules, case: Case, *orders: DraftOrder, practice: Practice = GUIDELINE_US) -> list[Finding]:
    """What some rules say about these drafts, before precedence and merging."""
    question = question_of(case, *orders, practice=practice)
    return findings_in_form([finding for rule in rules for finding in rule(question)], case, orders)


def only(found: list[Finding], topic: str) -> Finding:
    """The one finding of a topic."""
    matching = [f for f in found if f.topic == topic]
    assert len(matching) == 1, (topic, [f.topic for f in found])
    return matching[0]


def topics_of(found: Iterable[Finding]) -> list[str]:
    """The topics of some findings, sorted."""
    return sorted(f.topic for f in found)


def words(finding: Finding) -> str:
    """Everything one finding says, as one text."""
    return "\n".join([finding.headline.text, *(s.text for s in finding.detail), *(gap.ask.text for gap in finding.missing)])
