"""Which of our drugs a coded or written medication is.

TRAP: RxNorm calls Kadcyla and Enhertu "Trastuzumab Injection [...]" and rolls both up to trastuzumab. So the exact code comes first, then
brands and the full names of conjugates, and only then a plain name; a plain name never overrules anything more specific.
What the names are is data (`terminology/drugs.yaml`); this module holds the order in which they are believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from fhir_mappings.code_tables import canonical_system, meanings
from fhir_mappings.medications.drug_words import CONJUGATES, GENERAL_NAMES, PLAIN_OF, Named, mentioned_in, named_in
from fhir_mappings.remembered import remembered
from fhir_mappings.terminology_files import read_drugs
from guideline.case import UNKNOWN_HER2_CONJUGATE

if TYPE_CHECKING:
    from fhir_mappings.coded import CodingTriple


class DrugMatch(NamedTuple):
    """The drugs that one medication names.

    `drugs` are drug ids in alphabetical order: two for a co-pack, one for a fixed combination, `guideline.case.UNKNOWN_HER2_CONJUGATE` for
    a trastuzumab product that cannot be told. `conflict`: code and text, or two codes, contradict each other; `drugs` is then
    `unknown-her2-conjugate` where a trastuzumab product is involved and empty otherwise. `()` without conflict: none of our drugs.
    """

    drugs: tuple[str, ...]
    conflict: bool


NO_DRUG: Final = DrugMatch((), conflict=False)


def drugs_of(codings: Sequence[CodingTriple], text: str | None) -> DrugMatch:
    """Name the drugs of one CodeableConcept: its codings as (system, code, display), and its text."""
    return _match(tuple(codings), text)


def drugs_mentioned(text: str) -> tuple[str, ...]:
    """The drugs that a sentence speaks of; several products with trastuzumab are `unknown-her2-conjugate`."""
    drugs = frozenset(named.drug for named in mentioned_in(text))
    return _conflict(drugs).drugs if len(drugs & _TRASTUZUMAB_PRODUCTS) > 1 else tuple(sorted(drugs))


@remembered(maxsize=4096)
def _match(codings: tuple[CodingTriple, ...], text: str | None) -> DrugMatch:
    evidence = [_code_evidence(system, code) for system, code, _ in codings]
    texts = _named_in_texts(codings, evidence, text)
    exact = _union(each.exact for each in evidence)
    weak = _union(each.weak for each in evidence)
    denied = _union(each.denied for each in evidence)
    involved = exact | weak | texts.drugs
    agreed = _by_exact_codes(evidence, texts) if exact else _by_text(weak, denied, texts)
    if agreed is None or (exact and not weak <= agreed | _general_names(agreed)):
        return _conflict(involved)
    if len(agreed & _TRASTUZUMAB_PRODUCTS) > 1:
        return _conflict(agreed)
    if not exact and any(each.shared for each in evidence):
        return _of_shared_form(agreed)
    return DrugMatch(tuple(sorted(agreed)), conflict=False)


class _Evidence(NamedTuple):
    """What one code says: drugs for sure, drugs unless the text names another, drugs that it is mistaken for.

    `shared` is the name of a form group that several trastuzumab products share; `substance`: the drug in every form that it is given in;
    `coded_elsewhere`: a drug code that is none of ours.
    """

    exact: frozenset[str]
    weak: frozenset[str]
    denied: frozenset[str]
    shared: str | None
    substance: bool
    coded_elsewhere: bool


class _Texts(NamedTuple):
    """What displays and text name, each one apart, and all drugs among them."""

    each: tuple[frozenset[Named], ...]
    drugs: frozenset[str]


@remembered(maxsize=4096)
def _code_evidence(system: str | None, code: str | None) -> _Evidence:
    found = meanings(system, code)
    by_use: dict[str, set[str]] = {"exact": set(), "weak": set(), "denied": set()}
    for concept, use in found:
        drug = _DRUG_OF.get(concept)
        strength = _STRENGTH.get(use)
        if drug is not None and strength is not None:
            by_use[strength].add(drug)
    name = canonical_system(system)
    return _Evidence(
        frozenset(by_use["exact"]),
        frozenset(by_use["weak"]),
        frozenset(by_use["denied"]),
        shared=_SHARED.get((name, (code or "").strip())),
        substance=(name, (code or "").strip()) in _SUBSTANCES,
        coded_elsewhere=name in _DRUG_SYSTEMS and not found,
    )


def _named_in_texts(codings: tuple[CodingTriple, ...], evidence: list[_Evidence], text: str | None) -> _Texts:
    each = []
    silent_displays = []
    for (_, code, display), said in zip(codings, evidence, strict=True):
        named = named_in(display) if display else frozenset()
        if named and not (said.shared and named <= _PLAIN_TRASTUZUMAB):
            each.append(named)
        if said.coded_elsewhere and code and display and not named:
            silent_displays.append(display)
    if text and not _repeats_a_shared_display(text, codings, evidence) and not _is_about(text, silent_displays):
        each.append(named_in(text))
    return _Texts(tuple(filter(None, each)), frozenset(named.drug for names in each for named in names))


def _repeats_a_shared_display(text: str, codings: tuple[CodingTriple, ...], evidence: list[_Evidence]) -> bool:
    """TRAP: the text of a form-group code is often a copy of its name, which every trastuzumab product shares."""
    same = text.strip().lower()
    return any(
        said.shared and same in ((display or "").strip().lower(), said.shared)
        for (_, _, display), said in zip(codings, evidence, strict=True)
    )


def _is_about(text: str, displays: list[str]) -> bool:
    """Whether the text speaks of a coded drug that is none of ours: "dexamethasone with docetaxel" coded as dexamethasone."""
    words = set(_LONG_WORD.findall(text.lower())) - _FILE.plain_second_words
    return any(not words.isdisjoint(_LONG_WORD.findall(display.lower())) for display in displays)


def _by_exact_codes(evidence: list[_Evidence], texts: _Texts) -> frozenset[str] | None:
    agreed: frozenset[str] = frozenset()
    for exact in filter(None, (each.exact for each in evidence)):
        if agreed <= exact | _general_codes(exact):
            agreed = exact
        elif not exact <= agreed | _general_codes(agreed):
            return None
    any_form = all(each.substance for each in evidence if each.exact)
    for names in texts.each:
        refined = frozenset(_refined(drug, names, any_form=any_form) for drug in agreed)
        if not _agrees(refined, names):
            return None
        agreed = refined
    return agreed


def _refined(drug: str, names: frozenset[Named], *, any_form: bool) -> str:
    """A formulation that the text names, where the code names the plain drug: both are the same class.

    `any_form`: the code names the substance alone, so that the text may name the form under the skin as well.
    """
    return next((named.drug for named in names if PLAIN_OF.get(named.drug) == drug or (any_form and _is_form_of(named.drug, drug))), drug)


def _is_form_of(special: str, drug: str) -> bool:
    return special not in CONJUGATES and GENERAL_NAMES.get(special) == frozenset({drug})


def _agrees(drugs: frozenset[str], names: frozenset[Named]) -> bool:
    if any(named.drug in drugs for named in names):
        return True
    general = _general_names(drugs) | {PLAIN_OF[drug] for drug in drugs if drug in PLAIN_OF}
    if drugs & CONJUGATES:
        general |= {UNKNOWN_HER2_CONJUGATE}
    return all(named.drug in general and (not named.exact or named.drug in PLAIN_OF.values()) for named in names)


def _by_text(weak: frozenset[str], denied: frozenset[str], texts: _Texts) -> frozenset[str] | None:
    agreed: frozenset[Named] = frozenset()
    for names in texts.each:
        if _covers(names, agreed):
            agreed = names
        elif not _covers(agreed, names):
            return None
    if any(named.drug in denied and named.exact for named in agreed):
        return None
    drugs = frozenset(named.drug for named in agreed) - denied
    if not weak or not drugs:
        return drugs or weak
    return drugs if weak <= drugs | _general_names(drugs) else None


def _covers(special: frozenset[Named], general: frozenset[Named]) -> bool:
    """Whether everything `general` names is named by `special` too, or is a more general name for it."""
    drugs = frozenset(named.drug for named in special)
    names = _general_names(drugs)
    return all(named.drug in drugs or (not named.exact and named.drug in names) for named in general)


def _of_shared_form(agreed: frozenset[str]) -> DrugMatch:
    """A code shared by trastuzumab and its conjugates: the text tells which, or it is some trastuzumab product that nobody can tell."""
    if not agreed:
        return DrugMatch((UNKNOWN_HER2_CONJUGATE,), conflict=False)
    if agreed & _TRASTUZUMAB_PRODUCTS:
        return DrugMatch(tuple(sorted(agreed)), conflict=False)
    return _conflict(agreed | {UNKNOWN_HER2_CONJUGATE})


def _conflict(involved: frozenset[str]) -> DrugMatch:
    return DrugMatch((UNKNOWN_HER2_CONJUGATE,) if involved & _TRASTUZUMAB_PRODUCTS else (), conflict=True)


def _general_names(drugs: Iterable[str]) -> frozenset[str]:
    return _union(GENERAL_NAMES.get(drug, frozenset()) for drug in drugs)


def _general_codes(drugs: frozenset[str]) -> frozenset[str]:
    """More general drugs that an exact code may name beside these: never trastuzumab beside a conjugate, which is a mix-up."""
    return _general_names(drugs - CONJUGATES)


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)


_FILE: Final = read_drugs()
_DRUG_OF: Final = {drug.concept: drug.id for drug in _FILE.drugs}
_STRENGTH: Final = {"match": "exact", "legacy": "exact", "match_if_text_agrees": "weak", "look_alike": "denied"}
_SHARED: Final[dict[tuple[str | None, str], str]] = {
    (shared.system, shared.code): shared.display.lower() for shared in _FILE.shared_by_conjugates
}
_SUBSTANCES: Final = frozenset((code.system, code.code) for code in _FILE.of_any_form)
_DRUG_SYSTEMS: Final = frozenset({"rxnorm", "ndc", "atc", "hcpcs", "snomed", "ncit"})
_LONG_WORD: Final = re.compile(r"[a-z]{6,}")
_PLAIN_TRASTUZUMAB: Final = frozenset({Named("trastuzumab", exact=False)})

#: Every product with trastuzumab in it: a medication is at most one of them.
_TRASTUZUMAB_PRODUCTS: Final = frozenset({"trastuzumab"} | {drug for drug, names in GENERAL_NAMES.items() if "trastuzumab" in names})
