"""A HER2 drug is ordered, and the order does not tell which one (R083, decision 24).

Its codes or words contradict each other, several products share its name, or it is a product with trastuzumab that we do not know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from guideline.advice import Finding, Suggestion
from guideline.drug_classes import HER2_DRUGS
from guideline.facts_used import drug_name, headline_names, in_usual_order
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lungs.history import T_DM1, T_DXD
from guideline.order_question import OrderQuestion
from guideline.orders import DraftOrder, UntoldProduct
from guideline.rules.orders.order_products import confused
from guideline.rules.orders.order_scope import safety_orders

#: What a name that several products share, or a product with trastuzumab that we do not know, may be taken for.
_MAY_BE = ("trastuzumab", T_DM1, T_DXD)

#: The headlines of this module: such a card is about its own order, and settles nothing about another one of the same drug.
UNTOLD_HEADLINES = frozenset({"order-product-untold", "order-product-untold-names", "order-product-untold-codes"})


def untold_product(q: OrderQuestion) -> Iterator[Finding]:
    """R083: a warning; critical where the codes name products that are not to be taken for one another."""
    untold: dict[UntoldProduct, list[DraftOrder]] = {}
    for order in safety_orders(q):
        if order.untold is not None:
            untold.setdefault(order.untold, []).append(order)
    for product, orders in untold.items():
        yield _untold(product, orders)


def _untold(product: UntoldProduct, orders: list[DraftOrder]) -> Finding:
    named = in_usual_order(product.products)
    names = " and ".join(map(drug_name, named)) if len(named) == 2 else headline_names(named)
    mixed_up = confused(named)
    critical = product.by_codes and mixed_up
    if not named:
        headline = K.say("order-product-untold")
    else:
        headline = K.say("order-product-untold-codes" if critical else "order-product-untold-names", drugs=names)
    different = (K.say("order-different-drugs"),) if mixed_up or not named else ()
    return Finding(
        "ProductMixUp", "critical" if critical else "warning", headline,
        (*different, K.say("order-product-unchecked")), avoid=may_be(product), rules=("R083",),
        suggestions=tuple(Suggestion("delete", "", order.id) for order in orders if order.status == "draft"),
    )  # fmt: skip


def may_be(product: UntoldProduct) -> tuple[str, ...]:
    """The HER2 drugs that the product may be taken for."""
    return tuple(drug for drug in in_usual_order(product.products) if drug in HER2_DRUGS) or _MAY_BE


RULES: tuple[Callable[[OrderQuestion], Iterable[Finding]], ...] = (untold_product,)
