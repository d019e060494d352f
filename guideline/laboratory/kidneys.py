"""What the creatinine clearance allows before a regimen is begun: capecitabine and tucatinib (R120, P09, I10).

The clearance is Cockcroft-Gault's (decision 29). Where a weight, an age or a sex is missing, an eGFR well above the label's limits or a
creatinine within its own reference range tells as much as a dose needs; nothing but a clearance rules a drug out.
"""

from __future__ import annotations

from msgspec import Struct

from guideline.body import cockcroft_gault
from guideline.bounds import is_lower, is_upper, just_beyond
from guideline.case import Lab, LabKind, Sex
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.laboratory.values import CLEARANCE, Met, creatinine_clearance, labs_that_count, met
from guideline.situation import Situation

#: The rows of the laboratory table that the clearance decides, by drug.
_ROWS = {
    drug: rows
    for drug, table in K.thresholds.labs.drugs.items()
    if (rows := tuple(row for row in table if row.lab == CLEARANCE and row.action in ("avoid", "reduce")))
}


#: A clearance or eGFR above which no row acts, in mL/min.
_NO_LIMIT_ABOVE = max(row.at_most or row.below or 0.0 for rows in _ROWS.values() for row in rows)

#: Where a creatinine has neither a weight nor a reference range beside it: whether it may be a normal one is judged by a usual weight.
USUAL_KG = 70.0


def clearance_known(s: Situation) -> bool:
    """Whether a final clearance not older than three weeks can be calculated."""
    return any(not value.preliminary for value in s.once(creatinine_clearance))


def kidneys_known(s: Situation) -> bool:
    """Whether final values of the last three weeks tell which dose the kidneys allow."""
    if clearance_known(s):
        return True
    filtered = _final(s, "egfr")
    if filtered:
        # Many laboratories print no more than ">60".
        return just_beyond(filtered[0].value, filtered[0].bound) > _NO_LIMIT_ABOVE and not is_upper(filtered[0].bound)
    return any(
        lab.upper_normal is not None and lab.value <= lab.upper_normal and not is_lower(lab.bound) for lab in _final(s, "creatinine")
    )


def kidneys_seem_fit(s: Situation) -> bool:
    """Whether the label's dose may stand on the card: the kidneys are known, or a creatinine alone is normal at a usual weight."""
    if kidneys_known(s):
        return True
    if _final(s, "egfr"):
        return False
    estimates = [_at_usual_weight(s, lab) for lab in _final(s, "creatinine") if not is_lower(lab.bound)]
    return any(value is not None and value > _NO_LIMIT_ABOVE for value in estimates)


def _at_usual_weight(s: Situation, creatinine: Lab) -> float | None:
    """A clearance in mL/min that a creatinine in mg/dL would mean; the lower one where the sex is not known."""
    sex: Sex = "male" if s.case.patient.sex == "male" else "female"
    return cockcroft_gault(s.age, USUAL_KG, creatinine.value, sex) if s.age is not None else None


def _final(s: Situation, kind: LabKind) -> list[Lab]:
    return [lab for lab in labs_that_count(s, kind) if not lab.preliminary]


def clearance_acts(s: Situation, drugs: frozenset[str], action: str) -> tuple[tuple[str, ...], Met] | None:
    """The drugs for whose start the label asks for an action (`avoid`, `reduce`) at this clearance, with the row that says so."""
    clearance = s.once(creatinine_clearance)
    if all(value.judged > _NO_LIMIT_ABOVE for value in clearance):
        return None
    values = {CLEARANCE: clearance}
    found = [(drug, m) for drug in sorted(drugs & _ROWS.keys()) for row in _ROWS[drug] if row.action == action and (m := met(row, values))]
    return (tuple(drug for drug, _ in found), found[0][1]) if found else None


class KidneyDoubt(Struct, frozen=True):
    """A value, printed as `words`, that may mean a clearance below `below` mL/min, at which the label advises against the drugs."""

    drugs: tuple[str, ...]
    lab: Lab
    words: str
    below: float


def kidneys_in_doubt(s: Situation, drugs: frozenset[str]) -> KidneyDoubt | None:
    """Where no clearance is known, or none as new as the eGFR, but what is on record may mean one below the label's limit."""
    limits = {drug: row.below for drug in sorted(drugs & _ROWS.keys()) for row in _ROWS[drug] if row.action == "avoid" and row.below}
    if not limits:
        return None
    most = max(limits.values())
    known = max((value.date.latest for value in s.once(creatinine_clearance) if not value.preliminary), default=None)
    for lab in labs_that_count(s, "egfr"):
        if known is not None and lab.date is not None and lab.date.earliest <= known:
            continue
        if just_beyond(lab.value, lab.bound) < most and not is_lower(lab.bound):
            return KidneyDoubt(tuple(limits), lab, f"eGFR {lab.bound or ''}{round(lab.value, 2):g} mL/min/1.73 m2", most)
    for lab in labs_that_count(s, "creatinine") if known is None else ():
        estimate = _at_usual_weight(s, lab)
        if estimate is not None and estimate < most and not is_upper(lab.bound):
            return KidneyDoubt(tuple(limits), lab, f"creatinine {lab.bound or ''}{round(lab.value, 2):g} mg/dL", most)
    return None
