"""What a draft order is for: drugs of ours, other medicines, or a HER2 drug of which the order does not tell which one it is."""

from __future__ import annotations

from typing import Final, NamedTuple

from fhir_mappings.coded import labels_in
from fhir_mappings.medications.drug_names import drugs_of
from fhir_mappings.medications.drug_words import GENERAL_NAMES
from fhir_mappings.medications.medication_names import Naming
from fhir_mappings.medications.other_drugs import other_drugs_of
from guideline.case import UNKNOWN_HER2_CONJUGATE
from guideline.orders import UntoldProduct

#: HER2 drugs without trastuzumab in them: where two of these contradict each other, the order is for a HER2 drug all the same.
_OTHER_HER2: Final = frozenset({"pertuzumab", "margetuximab", "zanidatamab", "tucatinib", "lapatinib", "neratinib", "pyrotinib"})


class OrderedProduct(NamedTuple):
    """What an order is for: drugs of ours, other medicines, and the drug that its text names where its code names another.

    `untold`: a HER2 drug, but nobody can say which; there is no drug then.
    """

    drugs: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    meant: str | None = None
    untold: UntoldProduct | None = None


def ordered_product(naming: Naming | None) -> OrderedProduct:
    """Tell by its codes, displays and text what an order is for."""
    if naming is None:
        return OrderedProduct()
    match = drugs_of(naming.codings, naming.text)
    if match.conflict:
        return _contradiction(naming, of_trastuzumab=bool(match.drugs))
    if UNKNOWN_HER2_CONJUGATE not in match.drugs:
        return OrderedProduct(match.drugs) if match.drugs else OrderedProduct(others=other_drugs_of(naming.codings, naming.text))
    drugs = tuple(drug for drug in match.drugs if drug != UNKNOWN_HER2_CONJUGATE)
    return OrderedProduct(drugs, untold=None if drugs else UntoldProduct())


def _contradiction(naming: Naming, *, of_trastuzumab: bool) -> OrderedProduct:
    """TRAP: a product picked by its code under another product's name. The code is what gets dispensed, the text is what was meant."""
    coded = _coded(naming)
    written = {drug for label in labels_in(*naming) for drug in drugs_of((), label).drugs} - {UNKNOWN_HER2_CONJUGATE} - coded
    if len(coded) == 1 and len(written) == 1:
        return OrderedProduct(tuple(coded), meant=min(written))
    named = coded if len(coded) > 1 else coded | written
    if not of_trastuzumab and not (named and named <= _OTHER_HER2):
        return OrderedProduct()
    return OrderedProduct(untold=UntoldProduct(tuple(sorted(named)) if len(named) > 1 else (), by_codes=len(coded) > 1))


def _coded(naming: Naming) -> set[str]:
    """What the codes alone name: each of them for itself where they contradict each other.

    Without trastuzumab where two of its products stand beside it: RxNorm rolls both of them up to it.
    """
    codes = [(system, code, None) for system, code, _ in naming.codings]
    together = drugs_of(codes, None)
    if not together.conflict:
        return set(together.drugs) - {UNKNOWN_HER2_CONJUGATE}
    known = {drug for code in codes for drug in drugs_of([code], None).drugs} - {UNKNOWN_HER2_CONJUGATE}
    special = known - {name for drug in known for name in GENERAL_NAMES.get(drug, ())}
    return special if len(special) > 1 else known
