"""AllergyIntolerance, and Conditions that name an allergy -> allergies to our drugs (trap 29)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from fhir_mappings.code_tables import CONCEPTS
from fhir_mappings.coded import triples, words
from fhir_mappings.condition_topics import SEVERE_BY_NATURE
from fhir_mappings.dates import known_by, recorded, unreadable, when
from fhir_mappings.denial import Passage
from fhir_mappings.documents.later_members import concepts_in, text_in
from fhir_mappings.medications.drug_names import DrugMatch, drugs_mentioned, drugs_of
from fhir_mappings.problem_list import ProblemList, clinical_status
from fhir_mappings.record import Record
from fhir_mappings.remembered import remembered
from fhir_mappings.resources import Concept, Resource, source_of
from fhir_mappings.status_words import condition_status
from fhir_mappings.terminology import canonical_system
from guideline.case import FLUOROURACIL, Allergy
from guideline.partial_date import PartialDate, newest_day

#: Not the allergist, and not the pneumonitis that is called so.
_ALLERGY = re.compile(r"allerg(?!ist|olog)|hypersensitiv\w*+(?! pneumon)|intoleran|reaction|anaphyla")
#: The code of an allergy is none of a drug; here it stands for the allergen.
_INGREDIENT_OF: dict[tuple[str | None, str | None], tuple[str, str]] = {
    ("snomed", "293785000"): ("http://www.nlm.nih.gov/research/umls/rxnorm", "56946"),
}
#: How bad it was, in the words of a label that has no severity beside it.
_CALLED_SEVERE = re.compile(r"(?<!non-)(?<!non )\b(?:severe(?:ly)?|life[ -]threatening|(?:grade|gr|g) ?[345]\b)")
_ANAPHYLAXIS = frozenset((row.system, row.code) for row in CONCEPTS["cond.hypersensitivity"].codes if "anaphyla" in row.display.lower())
#: An allergy to the class is one to each of it, unless the entry names the drug.
_TAXANE_CLASS = re.compile(r"\btax(?:ane|oid)s?\b")
_TAXANES = ("docetaxel", "nab-paclitaxel", "paclitaxel")
#: Capecitabine is a prodrug of it, and its label names it.
_FLUOROURACIL = re.compile(r"\b(?:5-? ?fu|(?:5-? ?)?(?:fluorouracil|fluoro-uracil)|fluoropyrimidines?|adrucil)\b")

#: A drug of ours, and what an entry calls it where it is not named itself.
_Allergen = tuple[str, str | None]
#: The parts of a Condition's label, of which one speaks of the allergy, and another may of what is given instead.
_PARTS = re.compile(r"[,;:.()\[\]]|\s-+\s|\bbut\b")
#: The words of a part that says no more than that there is an allergy, or was a reaction: what it is to stands beside it.
_NO_ALLERGEN = re.compile(
    r"history|personal|status|of|to|the|due|h/o|hx|known|severe|mild|moderate|acute|(?:drug|medication|medicament|agent)s?|chemotherapy|"
    r"chemotherapeutic|antineoplastic|cytotoxic|induced|adverse|effect|correct|properly|administered|or|other|shock|reactions?|"
    r"allerg(?!ist|olog)\w*|hypersensitivity|anaphyla\w*|(?:angio)?o?edema|angio|grade|gr?[1-5]?|ctcae|life|threatening|in|\d[\d/]*"
)
_BORNE = re.compile(
    r"tolerat|premedic|desensiti[sz]|switch|changed|replaced|instead|\b(?:given|ongoing|continu\w+|receiv\w+|treated|planned|ok|okay|fine)\b|"
    r"\bwithout (?:problem|reaction|issue)|^\W*(?:now|on|under|while|for)\b"
)
_DURING = re.compile(r"\b(?:during|after)\b")
#: What was thought an allergy, and is none.
_REFUTED = re.compile(
    r"\A\W*+(?:(?:was|has been|since|later|now) )*+(?:ruled out|excluded|refuted|disprove[dn]|not confirmed|de-?labell?ed|none|nil)\b"
)
#: As much as the name of a product takes: "Docetaxel: anaphylaxis", "ado-trastuzumab emtansine (Kadcyla) - anaphylaxis".
_A_NAME = 3


def read_allergies(record: Record, listed: ProblemList) -> tuple[Allergy, ...]:
    """Active allergies and intolerances to our drugs, by ingredient, brand or text; the problem list names allergies too."""
    entries = [fact for resource in record.of("AllergyIntolerance") for fact in _allergies(record, resource)]
    return (*entries, *[fact for resource in listed["allergy"] for fact in _allergies_on_problem_list(resource)])


def stands(resource: Resource) -> bool:
    """Whether an entry of the allergy list is still held to be true."""
    if condition_status(resource.verification_status) in ("refuted", "entered-in-error"):
        return False
    return condition_status(resource.clinical_status) not in ("inactive", "resolved")


def _allergies(record: Record, resource: Resource) -> Iterator[Allergy]:
    if not stands(resource):
        return
    concepts: list[Concept | None] = [resource.code, *(reaction.substance for reaction in resource.reaction or ())]
    drugs: dict[str, str | None] = {}
    for concept in concepts:
        if _no_allergy(words(concept)):
            continue
        match = reacted_to(concept)
        if match.conflict:
            record.problem("code-text-conflict", resource, "code and text name different drugs")
        drugs |= dict.fromkeys(match.drugs) if match.drugs or match.conflict else dict(_concerned((), words(concept)))
    severe = _severe(resource)
    for drug, named in drugs.items():
        yield Allergy(drug, severe, source_of(resource), last_reaction(resource), named)


def _allergies_on_problem_list(resource: Resource) -> Iterator[Allergy]:
    """The allergies that a Condition names ("anaphylaxis due to paclitaxel"). Such a reaction is over soon, and the allergy is not."""
    label = words(resource.code)
    by_nature = _is_severe_by_nature(label)
    if clinical_status(resource) == "resolved" and not by_nature:
        return
    severe = by_nature or _is_called_severe(label)
    for drug, named in _allergens(label):
        yield Allergy(drug, severe or None, source_of(resource), recorded(resource) or known_by(resource), named)


@remembered(maxsize=1024)
def _allergens(label: str) -> tuple[_Allergen, ...]:
    """The drugs of the part of a label that says "allergy to"; of one that says no more than "allergy", those that stand beside it.

    Those before it count where the label begins with nothing but names: "Docetaxel: anaphylaxis".
    """
    found: list[_Allergen] = []
    names: list[str] | None = []
    beside = False
    latest = 0
    for part in filter(str.strip, _PARTS.split(label)):
        of_allergy = _ALLERGY.search(part) or SEVERE_BY_NATURE.search(part)
        if _REFUTED.match(part):
            del found[latest:]
        elif not _BORNE.search(part) and not (of_allergy and _no_allergy(part)):
            latest = len(found)
            if of_allergy:
                found += _concerned(drugs_mentioned(_DURING.sub("to", part)), part)
                beside = all(map(_NO_ALLERGEN.fullmatch, part.replace("-", " ").split()))
                if beside and len(found) == latest:
                    found += [(drug, None) for drug in names or ()]
            elif beside:
                found += _concerned(drugs_of((), part).drugs, part)
        named = drugs_of((), part).drugs if len(part.split()) <= _A_NAME and not of_allergy else ()
        names = [*names, *named] if names is not None and named else None
    return tuple(dict(found).items())


def _concerned(named: Sequence[str], label: str) -> tuple[_Allergen, ...]:
    """The drugs that a label names; without the name of one, the taxanes as a class, capecitabine by what it becomes."""
    if named:
        return tuple((drug, None) for drug in named)
    found = tuple((drug, "taxanes") for drug in _TAXANES) if _TAXANE_CLASS.search(label) else ()
    return (*found, ("capecitabine", FLUOROURACIL)) if _FLUOROURACIL.search(label) else found


def reacted_to(concept: Concept | None) -> DrugMatch:
    """The drugs that an entry names. It may be coded as an allergy, not as a drug."""
    codings = [
        (*_INGREDIENT_OF.get((canonical_system(system), code), (system, code)), display) for system, code, display in triples(concept)
    ]
    return drugs_of(codings, concept.text if concept is not None else None)


def last_reaction(resource: Resource) -> PartialDate | None:
    """The last day that an entry speaks of: its onset and last occurrence, each reaction, the day it was written down.

    None where one of them cannot be read: whatever was given since may have been given before it.
    """
    texts = [resource.onset_date_time, resource.last_occurrence, *(reaction.onset for reaction in resource.reaction or ())]
    if any(map(unreadable, (*texts, resource.recorded_date))):
        return None
    return newest_day((recorded(resource), *map(when, texts)))


@remembered(maxsize=1024)
def _no_allergy(label: str) -> bool:
    """Whether a label denies what it is about: "No known allergy to trastuzumab". One that is suspected counts."""
    said = Passage(label).standings(_ALLERGY)
    return bool(said) and said <= {"denied", "open"}


def _severe(resource: Resource) -> bool | None:
    severities = {(reaction.severity or "").lower() for reaction in resource.reaction or ()}
    if "severe" in severities or resource.criticality == "high" or _was_anaphylaxis(resource):
        return True
    return False if severities & {"mild", "moderate"} or resource.criticality == "low" else None


def _was_anaphylaxis(resource: Resource) -> bool:
    """Whether a reaction was one that is severe by its nature, by its code or in words; one that is only suspected, or denied, is none."""
    shown = [concept for reaction in resource.reaction or () for concept in concepts_in(reaction.manifestation)]
    if any((canonical_system(system), code) in _ANAPHYLAXIS for concept in shown for system, code, _ in triples(concept)):
        return True
    said = [words(resource.code), *map(words, shown), *(text_in(reaction.description) for reaction in resource.reaction or ())]
    return any(_is_severe_by_nature(text) for text in said if text)


@remembered(maxsize=1024)
def _is_severe_by_nature(text: str) -> bool:
    return Passage(text).is_so(SEVERE_BY_NATURE)


@remembered(maxsize=1024)
def _is_called_severe(label: str) -> bool:
    """Whether the part of a label that names the allergy calls it severe, or another part that says no more than that."""
    return any(
        (_ALLERGY.search(part) or all(map(_NO_ALLERGEN.fullmatch, part.replace("-", " ").split()))) and Passage(part).is_so(_CALLED_SEVERE)
        for part in _PARTS.split(label)
    )
