"""What the creatinine clearance allows before a regimen is begun: capecitabine and tucatinib (R120, P09, I10).

The clearance is Cockcroft-Gault's (decision 29): without a weight, an age or a sex a creatinine gives none, and an eGFR is none.
"""

from __future__ import annotations

from guideline.case import Lab
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.laboratory import CLEARANCE, Met, creatinine_clearance, labs_that_count, met
from guideline.situation import Situation

#: The rows of the laboratory table that the clearance decides, by drug.
_ROWS = {
    drug: rows
    for drug, table in K.thresholds.labs.drugs.items()
    if (rows := tuple(row for row in table if row.lab == CLEARANCE and row.action in ("avoid", "reduce")))
}


def clearance_known(s: Situation) -> bool:
    """Whether a final clearance not older than three weeks can be calculated."""
    return any(not value.preliminary for value in s.once(creatinine_clearance))


def clearance_acts(s: Situation, drugs: frozenset[str], action: str) -> tuple[tuple[str, ...], Met] | None:
    """The drugs for whose start the label asks for an action (`avoid`, `reduce`) at this clearance, with the row that says so."""
    values = {CLEARANCE: s.once(creatinine_clearance)}
    found = [(drug, m) for drug in sorted(drugs & _ROWS.keys()) for row in _ROWS[drug] if row.action == action and (m := met(row, values))]
    return (tuple(drug for drug, _ in found), found[0][1]) if found else None


def low_egfr(s: Situation, drugs: frozenset[str]) -> tuple[tuple[str, ...], Lab, float] | None:
    """Where no clearance is known: the drugs that could be forbidden by it, an eGFR below the label's limit, and that limit in mL/min."""
    if clearance_known(s):
        return None
    limits = {drug: row.below for drug in sorted(drugs & _ROWS.keys()) for row in _ROWS[drug] if row.action == "avoid" and row.below}
    low = [lab for lab in labs_that_count(s, "egfr") if limits and lab.value < max(limits.values())]
    return (tuple(limits), low[0], max(limits.values())) if low else None
