"""An ordered dose as one of the dose levels of its drug (R118-R120)."""

from __future__ import annotations

from guideline.case import DrugRecord
from guideline.dosing.earlier_doses import records_of
from guideline.dosing.label_doses import Judgement, above, as_dosed, judge, lowest_level_given
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.order_question import OrderQuestion
from guideline.orders import DraftOrder, OrderedDose


def judged_dose(q: OrderQuestion, order: DraftOrder, dose: OrderedDose | None) -> Judgement | None:
    """An ordered dose in the unit of its label; None, or no value, where the order does not tell, or only with a weight not on record."""
    return by_label(q, order.drugs[0], dose) if dose is not None and len(order.drugs) == 1 else None


def by_label(q: OrderQuestion, drug: str, dose: OrderedDose) -> Judgement | None:
    """A dose against the label of its drug, beside what would be given with it."""
    label = K.doses[drug]
    return judge(dose, label.beside(q.together), q.s.body, q.s.practice.dose_tolerance_percent, flat=label.flat)


def dosed_value(q: OrderQuestion, drug: str, dose: OrderedDose | None, found: Judgement | None) -> float | None:
    """An ordered dose in the unit of its levels: the same milligrams after weight loss are the level that they were before."""
    return as_dosed(dose, found.value, lowest_given(q, drug), q.s.case) if dose is not None and found is not None else None


def raised_from(q: OrderQuestion, drug: str, value: float | None) -> tuple[float, DrugRecord] | None:
    """P03: the lower level that a drug was reduced to, with its record, where a dose is above it and the drug is never raised again.

    That is critical already, and one problem has one card. None: nothing of the kind.
    """
    levels = K.thresholds.dose_levels.get(drug)
    if value is None or levels is None or levels.re_escalate:
        return None
    lowest = lowest_given(q, drug)
    if lowest is None or lowest[0] == levels.levels[0]:
        return None
    return lowest if above(value, lowest[0], q.s.practice.dose_tolerance_percent) else None


def above_level(q: OrderQuestion, drug: str, value: float | None, level: float | None) -> bool | None:
    """Whether a dose stands for a higher level, however wide the site's tolerance is; None where the dose is not known.

    No `level`: none is left, and any dose is too high.
    """
    if value is None:
        return None
    if level is None:
        return True
    nearest = min(K.thresholds.dose_levels[drug].levels, key=lambda known: abs(known - value))
    return nearest > level or above(value, level, q.s.practice.dose_tolerance_percent)


def lowest_given(q: OrderQuestion, drug: str) -> tuple[float, DrugRecord] | None:
    """The lowest dose level on record, without the asked order, and the newest record that shows it."""
    return q.once(_look_up_lowest, drug)


def _look_up_lowest(q: OrderQuestion, drug: str) -> tuple[float, DrugRecord] | None:
    return lowest_level_given(q.s, drug, records_of(q, drug))
