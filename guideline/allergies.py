"""What a recorded allergy concerns, and what tells that a mild reaction was none (P15, decision 23): one reading for chart and order."""

from __future__ import annotations

from collections.abc import Iterable

from guideline.case import Allergy, Case
from guideline.drug_classes import CONJUGATES, components
from guideline.facts_used import drug_name
from guideline.therapy.going_on import given_on


def allergen(allergy: Allergy) -> str:
    """What the patient reacted to, as the entry names it."""
    return allergy.named or drug_name(allergy.drug)


def allergens(allergies: Iterable[Allergy]) -> str:
    """Those of several entries, each once, joined as drugs are."""
    return " + ".join(dict.fromkeys(allergen(a) for a in sorted(allergies, key=lambda a: (a.drug, a.named or ""))))


def parts_of(drug: str) -> frozenset[str]:
    """A drug, what a combination holds, and the antibody of a conjugate: all HER2 conjugates here are made of trastuzumab."""
    return components(drug) | ({"trastuzumab"} if drug in CONJUGATES else frozenset()) | {drug}


def contain_it(drugs: Iterable[str], allergy: Allergy) -> bool:
    """Whether drugs given together bring all that the patient reacted to, and not only another part of it.

    A severe reaction rules them out.
    """
    parts = frozenset(part for drug in drugs for part in parts_of(drug))
    return allergy.drug in parts or components(allergy.drug) <= parts


def allergies_to(case: Case, drug: str) -> list[Allergy]:
    """The allergies to a drug or to one that shares a part with it, but for mild reactions that later doses have answered."""
    return [a for a in case.allergies if parts_of(drug) & parts_of(a.drug) and not _tolerated_since(case, drug, a)]


def _tolerated_since(case: Case, drug: str, allergy: Allergy) -> bool:
    """Whether a reaction that was not severe was followed by a dose of what it was to: it is known, and was no allergy (decision 23)."""
    if allergy.severe is not False or allergy.date is None:
        return False
    same = (r for r in case.drugs if r.drug in (drug, allergy.drug) and components(allergy.drug) <= parts_of(r.drug))
    return any(day.earliest > allergy.date.latest for day in given_on(same))
