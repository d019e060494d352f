"""The milligrams that a drug was given in last, and the weight by which they were calculated (P14)."""

from __future__ import annotations

from itertools import takewhile

from msgspec import Struct

from guideline.body import Weights
from guideline.case import BodyMeasure
from guideline.dosing.earlier_doses import records_of
from guideline.dosing.label_doses import SAME_AMOUNT_PERCENT, above, milligrams, same
from guideline.order_question import OrderQuestion
from guideline.orders import OrderedDose


class LastMilligrams(Struct, frozen=True):
    """The milligrams of the last dose, and the weight on the day when they were first given; None: not on record.

    `recorded`: in milligrams; otherwise they are calculated from a dose per kg.
    """

    amount: float
    weight: BodyMeasure | None
    recorded: bool

    def repeated_in(self, dose: OrderedDose) -> bool:
        """Whether an order is for the same milligrams again."""
        return dose.unit == "mg" and same(dose.amount, self.amount, SAME_AMOUNT_PERCENT)

    def raised_in(self, dose: OrderedDose) -> bool:
        """Whether an order is for more milligrams."""
        return dose.unit == "mg" and above(dose.amount, self.amount, SAME_AMOUNT_PERCENT)


def last_milligrams(q: OrderQuestion, drug: str) -> LastMilligrams | None:
    """Look them up among the doses recorded in mg, else among such orders and statements, else among doses per kg."""
    return q.once(_last_milligrams, drug)


def _last_milligrams(q: OrderQuestion, drug: str) -> LastMilligrams | None:
    records = [r for r in records_of(q, drug) if r.dose is not None]
    in_milligrams = [r for r in records if r.dose is not None and r.dose.unit == "mg"]
    chosen = [r for r in in_milligrams if r.kind == "administration"] or in_milligrams or records
    weights = Weights(q.s.case)
    entries = [
        (day, r.source, amount) for r in chosen if (day := r.start or r.end) is not None and (amount := milligrams(r, weights)) is not None
    ]
    if not entries:
        return None
    entries.sort(key=lambda entry: (entry[0].latest, entry[1]), reverse=True)
    last = entries[0][2]
    first_day = list(takewhile(lambda entry: same(entry[2], last, SAME_AMOUNT_PERCENT), entries))[-1][0]
    return LastMilligrams(last, weights.around(first_day), recorded=bool(in_milligrams))
