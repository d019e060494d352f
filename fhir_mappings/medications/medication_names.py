"""How an order, a statement or an administration names its medication: in itself, in the Medication it refers to, or by its ingredients.

Pharmacies compound infusions: their Medication has often no code of its own, or none but "IV admixture", and the drug and its diluent as
ingredients.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import msgspec
from msgspec import Raw

from fhir_mappings.coded import CodingTriple, triples
from fhir_mappings.documents.later_members import decoded
from fhir_mappings.medications.drug_names import NO_DRUG, drugs_of
from fhir_mappings.medications.other_drugs import other_drugs_of
from fhir_mappings.medications.study_drugs import is_blinded
from fhir_mappings.nameless import names_nothing
from fhir_mappings.resources import Concept, Contained, Part, Reference, Resource

#: What a reference in a resource leads to.
Find = Callable[[Reference], Resource | Contained | None]


class Naming(NamedTuple):
    """How a resource names its medication: codings as (system, code, display), and text."""

    codings: tuple[CodingTriple, ...]
    text: str | None


class _Item(Part, frozen=True, gc=False):
    """What R5 has for a concept or a reference."""

    concept: Concept | None = None
    reference: Reference | None = None


class _Ingredient(Part, frozen=True, gc=False):
    """Medication.ingredient, as R4 and as R5 have it."""

    item_codeable_concept: Concept | None = None
    item_reference: Reference | None = None
    item: _Item | None = None


def naming_of(resource: Resource, find: Find) -> Naming | None:
    """Name the medication by the code in the resource, else by the Medication it refers to, else by the name of that reference."""
    concept = resource.medication_codeable_concept
    if concept is not None and (concept.coding or concept.text):
        return Naming(triples(concept), concept.text or None)
    reference = resource.medication_reference
    if reference is None:
        return None
    return _of_medication(find(reference), reference.display or None, find)


def _of_medication(medication: Resource | Contained | None, display: str | None, find: Find) -> Naming | None:
    """The first that names a drug of ours: the code, the ingredients, the name of the reference. Else the first that tells most."""
    if medication is None:
        return Naming((), display) if display else None
    code = medication.code or Concept()
    coded, shown = Naming(triples(code), code.text or display), Naming(triples(code), display)
    if _is_ours(*coded):
        return coded
    mixed = _of_ingredients(list(_ingredients(medication, find)), display)
    named = [naming for naming in (coded, mixed, shown) if naming is not None and any(naming)]
    return next((naming for tells in _TELLING for naming in named if tells(*naming)), named[0] if named else None)


def _is_ours(codings: tuple[CodingTriple, ...], text: str | None) -> bool:
    return drugs_of(codings, text) != NO_DRUG or is_blinded(codings, text)


def _is_another(codings: tuple[CodingTriple, ...], text: str | None) -> bool:
    return bool(other_drugs_of(codings, text))


def _is_named(codings: tuple[CodingTriple, ...], text: str | None) -> bool:
    return not names_nothing(codings, text)


def _ingredients(medication: Resource | Contained, find: Find) -> Iterator[Naming]:
    for ingredient in _decoded(medication.ingredient):
        item = ingredient.item or _Item()
        concept, reference = ingredient.item_codeable_concept or item.concept, ingredient.item_reference or item.reference
        substance = find(reference) if concept is None and reference is not None else None
        if substance is not None:
            concept = substance.code
        if concept is not None:
            yield Naming(triples(concept), concept.text or None)
        elif reference is not None and reference.display:
            yield Naming((), reference.display)


def _of_ingredients(mixed: list[Naming], display: str | None) -> Naming | None:
    """One drug of ours by its own codes; several, or one with hyaluronidase, by their names together: they may be one product."""
    matches = [(naming, drugs_of(*naming)) for naming in mixed]
    unclear = next((naming for naming, match in matches if match.conflict), None)
    ours = [naming for naming, match in matches if match.drugs]
    said = [text for naming in mixed for text in (naming.text, *(shown for _, _, shown in naming.codings)) if text]
    with_enzyme = any(map(_HYALURONIDASE.search, said))
    if unclear is not None or (len(ours) == 1 and not with_enzyme):
        return unclear or ours[0]
    if ours:
        drugs = dict.fromkeys(drug for _, match in matches for drug in match.drugs)
        return Naming((), " + ".join([*drugs, "hyaluronidase"] if with_enzyme else drugs))
    # The name of the mixture first: what a diluent is for must not hide it.
    return Naming((), " + ".join([display, *said] if display else said)) if said else None


def _decoded(raw: Raw) -> list[_Ingredient]:
    return decoded(_INGREDIENTS, raw) or [] if bytes(raw) else []


_INGREDIENTS: Final = msgspec.json.Decoder(list[_Ingredient])
#: What a name may tell, most first: a drug of ours, a medicine that matters beside them, anything at all.
_TELLING: Final = (_is_ours, _is_another, _is_named)
_HYALURONIDASE: Final = re.compile("hyaluronidase", re.IGNORECASE)
