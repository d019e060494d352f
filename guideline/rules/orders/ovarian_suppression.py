"""An endocrine drug is begun without what it needs beside it: ovarian function suppression, a GnRH analogue in men (R068, R125, I14)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from guideline.advice import Finding, Gap
from guideline.drug_classes import ENDOCRINE_DRUGS, GNRH_AGONISTS
from guideline.facts_used import headline_names
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.order_question import OrderQuestion
from guideline.reproductive import past_childbearing_age
from guideline.rules.endocrine import AROMATASE_INHIBITORS
from guideline.rules.orders.order_scope import new_drugs


def without_suppression(q: OrderQuestion) -> Iterator[Finding]:
    """A reminder when the drug is signed for the first time; silent where a GnRH agonist is given or drafted, and after the menopause.

    A warning where an aromatase inhibitor would not work: before the menopause, and in men. Where nobody wrote down whether a woman who
    may be of childbearing age is past it, that is asked before an aromatase inhibitor alone. In pregnancy that is not the question (R124).
    """
    if q.selecting or q.s.pregnancy == "pregnant":
        return
    s = q.s
    begun = new_drugs(q, ENDOCRINE_DRUGS - GNRH_AGONISTS)
    inhibitors = [drug for drug in begun if drug in AROMATASE_INHIBITORS]
    if not begun or not q.together.isdisjoint(GNRH_AGONISTS):
        return
    if s.male:
        if inhibitors:
            yield Finding("MaintenanceTreatment", "warning", K.say("order-gnrh-in-men", drugs=headline_names(inhibitors)), rules=("R125",))
    elif s.menopause in ("premenopausal", "perimenopausal"):
        headline = K.say("order-needs-suppression", drugs=headline_names(inhibitors or begun), status=s.menopause)
        yield Finding("MaintenanceTreatment", "warning" if inhibitors else "info", headline, rules=("R068",))
    elif s.menopause is None and inhibitors and not past_childbearing_age(s.case):
        ask = Gap("I14", K.say("ask-menopause"))
        headline = K.say("order-suppression-open", drugs=headline_names(inhibitors))
        yield Finding("MaintenanceTreatment", "info", headline, missing=(ask,), rules=("R068", "R131"))


RULES: tuple[Callable[[OrderQuestion], Iterable[Finding]], ...] = (without_suppression,)
