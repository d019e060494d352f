"""Orders for a patient of whom no diagnosis says which cancer it is, while the record itself says breast (decisions 16 and 18).

Drug safety is silent for other primaries; an unknown one is none of them, and a problem list that did not come is no reason to pass over a
pregnancy. The choice of therapy is not spoken of: that needs the diagnosis (R001).
"""

from __future__ import annotations

from guideline.advice import Statement
from guideline.drug_classes import ANTHRACYCLINES, HER2_DRUGS
from guideline.facts_used import headline_names
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.order_question import OrderQuestion
from guideline.orders import DraftOrder
from guideline.rules.scope import ONLY_BREAST, scope

#: Where no cancer at all is on record: tucatinib is given in colorectal cancer too, zanidatamab in cancer of the bile ducts.
_TELLS_BREAST = ONLY_BREAST - {"tucatinib", "zanidatamab"}


def breast_by(q: OrderQuestion) -> Statement | None:
    """What says breast where no diagnosis says which cancer it is: a test, a drug or the reason of an order. None with any other tumour."""
    s = q.s
    if "R001" in s.once(scope).silent or {d.kind for d in s.case.diagnoses} - {"breast-in-situ"}:
        return None
    drafts = q.all_starts
    if any(order.gastric for order in drafts):
        return None
    if any(result.of_breast for result in s.case.receptors):
        return K.say("order-breast-by-test")
    if any(order.for_breast for order in drafts):
        return K.say("order-breast-by-reason")
    telling = _TELLS_BREAST.intersection((*(e.drug for e in s.exposures), *(drug for order in drafts for drug in order.drugs)))
    return K.say("order-breast-by-drug", drugs=headline_names(telling)) if telling else None


def of_her2_safety(order: DraftOrder) -> bool:
    """Whether an order is for a HER2 drug, or for an anthracycline, which is not given beside one (R078)."""
    return order.untold is not None or not (HER2_DRUGS | ANTHRACYCLINES).isdisjoint(order.drugs)
