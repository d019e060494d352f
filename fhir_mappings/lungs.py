"""Condition, and the reactions of the allergy list -> interstitial lung disease and pneumonitis, with grade and cause where they are said.

Not ILD: lymphangitic carcinomatosis, inhalation injury (J68), infection, aspiration (traps 27). Radiation pneumonitis is kept apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from fhir_mappings.allergies import last_reaction, reacted_to, stands
from fhir_mappings.code_tables import CONCEPTS, icd10_key
from fhir_mappings.coded import is_known, meanings_of, triples, words, words_of_all
from fhir_mappings.condition_grade import condition_grade
from fhir_mappings.ctcae import grades_in
from fhir_mappings.dates import known_by, onset, when
from fhir_mappings.denial import Passage
from fhir_mappings.documents.later_members import concepts_in, extensions_of, notes_of, text_in
from fhir_mappings.known_lung_disease import as_known_before
from fhir_mappings.medications.drug_names import drugs_mentioned, drugs_of
from fhir_mappings.problem_list import ProblemList
from fhir_mappings.record import Record
from fhir_mappings.remembered import remembered
from fhir_mappings.resources import Concept, Resource, source_of
from fhir_mappings.status_words import condition_status
from fhir_mappings.visit_diagnoses import Closed
from guideline.case import LungCondition

#: J84.1 is a fibrosis, which stays, J84.8 and J84.9 are not.
_SAME_LUNG_DISEASE = 4

_DUE_TO = ("condition-dueto", "condition-due-to")

_FIBROSIS = r"(?:pulmonary|lung) fibrosis|(?<!cystic )fibrosis of (?:the )?(?:left |right )?lungs?\b"
_INTERSTITIAL = (
    r"interstitial lung disease|interstitial pulmonary (?:disease|disorder)|"
    r"(?:lung|pulmonary) (?:disease|disorder),? (?:\(?(?:acute|chronic)\)?,? )?interstitial"
)
_LUNG_HARM = r"(?:acute )?(?:lung|pulmonary) (?:disease|disorder|injury)"
#: "Drug-induced lung disease", "Enhertu-induced lung injury", "lung disorder due to drug".
_BY_A_DRUG = (
    r"(?:drug|medication|chemotherapy|immunotherapy|therapy|treatment|enhertu|kadcyla|t-?dxd|t-?dm1|deruxtecan|emtansine)"
    rf"[ -]induced {_LUNG_HARM}|{_LUNG_HARM}s? due to (?:(?:and|or) following )?(?:drug|medication|chemotherapy)"
)
_ILD_WORDS = re.compile(
    rf"{_INTERSTITIAL}|interstitial lung|interstitial pneumon|pneumonitis|\bild\b|{_FIBROSIS}|organi[sz]ing pneumonia|fibrosing alveolitis|"
    rf"(?:pulmonary|lung) toxicity|{_BY_A_DRUG}"
)
#: What stays after a viral pneumonia is a disease of its own; the pneumonia itself is none.
_STAYS = re.compile(rf"{_FIBROSIS}|organi[sz]ing pneumonia|{_INTERSTITIAL}|fibrosing alveolitis|\bild\b")
_VIRAL = re.compile(r"covid|viral")
_RADIATION_WORDS = re.compile(r"radiation|radiotherapy|actinic|post-?rt\b|radiogenic")
_NOT_ILD = re.compile(r"aspiration|lymphangi|carcinomat|chemical|inhalation|viral|bacterial|infect|tubercul|pneumocystis|covid")
_ASPIRATED = re.compile(r"aspirat|inhal")
_VERSUS = re.compile(r"\b(?:versus|vs)\b")
_DRUG_WORDS = re.compile(r"drug|medication|chemotherapy|treatment-related|therapy-related|iatrogenic")

#: What heals, of the words above.
_HEALS = re.compile(r"pneumonitis|organi[sz]ing pneumonia")
#: A label that says so itself: "resolved pneumonitis"; "pneumonitis, resolved", and not "partially resolved".
_OVER_FIRST = re.compile(r"\A(?:resolved|healed|past|status[- ]post|s/p)\b(?:(?! and | with |[,;]).)*\bpneumonitis\b")
_OVER_LAST = re.compile(r"\b(?:resolved|healed)\W*\Z")
_NOT_OF_IT = re.compile(r" and | with |;|\bnot\b|partial|incomplete|almost|mostly|nearly")
_PNEUMONITIS = re.compile(r"\bpneumonitis\b")
_CAME_BACK = re.compile(r"recur|relaps|\bagain\b|\bflare|\bnow (?!resolved|healed)")
#: Clinical statuses of a disease that came back.
_BACK = frozenset({"recurrence", "relapse"})

#: Codes (as `icd10_key`) that say themselves that a drug did it, under whatever system they are written: WHO's ICD-10 has some of them too.
_DRUG_INDUCED = frozenset(icd10_key(entry.code) for entry in CONCEPTS["cond.ild_pneumonitis"].codes if entry.value == "drug")


def read_lungs(record: Record, listed: ProblemList) -> tuple[LungCondition, ...]:
    """ILD, pneumonitis and radiation pneumonitis on the problem list and the allergy list, resolved ones too: they decide as well."""
    closed = Closed(listed["lung"], icd_characters=_SAME_LUNG_DISEASE)
    known = as_known_before([(resource, fact) for resource in listed["lung"] for fact in _lung(record, resource, closed)])
    return (*known, *[fact for resource in record.of("AllergyIntolerance") for fact in _reaction_of_the_lungs(record, resource)])


def _reaction_of_the_lungs(record: Record, resource: Resource) -> Iterator[LungCondition]:
    """Pneumonitis as the reaction to a drug of ours: many write it down nowhere else. The list says that it was, not that it is there."""
    reactions = resource.reaction or ()
    shown = [concept for reaction in reactions for concept in concepts_in(reaction.manifestation)]
    if not stands(resource) or not any(_kind_of(concept) == "ild" for concept in shown):
        return
    told = [*map(words, shown), *(text.lower() for reaction in reactions if (text := text_in(reaction.description)))]
    grades = [grade for text in (*told, words(resource.code), *(note.lower() for note in notes_of(resource))) for grade in grades_in(text)]
    day = last_reaction(resource)
    if day is not None and not record.counts(day, resource):
        return
    stated = any(when(text) is not None for text in (resource.onset_date_time, *(reaction.onset for reaction in reactions)))
    for drug in dict.fromkeys(drug for concept in (resource.code, *(r.substance for r in reactions)) for drug in reacted_to(concept).drugs):
        yield LungCondition(
            "ild", "resolved", max(grades, default=None), day, None, drug, source_of(resource), onset_stated=stated, of_allergy_list=True
        )


def _lung(record: Record, resource: Resource, closed: Closed) -> Iterator[LungCondition]:
    kind = _kind_of(resource.code)
    if kind is None:
        return
    status, ended = closed.course_of(resource)
    if ended is not None and record.is_future(ended):
        ended = None
    cause = _cause(resource) if kind == "ild" else None
    began = onset(resource)
    stated, over = began is not None, _was_once(resource)
    if over:
        # The day on which a history was written down is none on which the disease was there.
        status = "resolved"
    else:
        began = began or known_by(resource)
    yield LungCondition(kind, status, condition_grade(resource), began, ended, cause, source_of(resource), onset_stated=stated)


def _kind_of(code: Concept | None) -> Literal["ild", "radiation"] | None:
    found = {meaning.concept for _, meaning in meanings_of(code) if meaning.use in ("match", "legacy")}
    label = words(code)
    if "cond.radiation_lung" in found:
        return "radiation"
    if "cond.ild_pneumonitis" in found:
        # A general pneumonitis code whose text says radiation is radiation pneumonitis.
        return "radiation" if Passage(label).asserts(_RADIATION_WORDS) else "ild"
    return None if is_known(code) else _kind_in(label)


@remembered(maxsize=1024)
def _kind_in(label: str) -> Literal["ild", "radiation"] | None:
    """What a label without a code of ours names. A suspected ILD counts as one, since it stops therapy too; a denied infection is none."""
    passage = Passage(label)
    if not passage.may_be_so(_ILD_WORDS):
        return None
    another = {found[0] for found in _NOT_ILD.finditer(passage.text) if passage.standing(found) != "denied"}
    if another and not (passage.asserts(_STAYS) and all(_VIRAL.fullmatch(word) for word in another)) and not _one_of_two(passage.text):
        return None
    radiation = passage.standings(_RADIATION_WORDS)
    return "radiation" if "asserted" in radiation or ("past" in radiation and _past_in(label)) else "ild"


def _one_of_two(text: str) -> bool:
    """Whether a label leaves it open between another cause and none such: "pneumonitis, infectious vs drug-induced" may be the drug's."""
    if _ASPIRATED.search(text) is not None:
        return False  # "aspiration pneumonia vs pneumonitis"
    alternatives = _VERSUS.split(text)
    named = (one for one in alternatives if _ILD_WORDS.search(one) is not None or _DRUG_WORDS.search(one) is not None)
    return len(alternatives) > 1 and any(_NOT_ILD.search(one) is None for one in named)


def _was_once(resource: Resource) -> bool:
    """Whether the label speaks of a pneumonitis of the past, though nobody closed the entry. A fibrosis, and other ILD, stays."""
    return condition_status(resource.clinical_status) not in _BACK and _past_in(words(resource.code))


@remembered(maxsize=1024)
def _past_in(label: str) -> bool:
    passage = Passage(label)
    said = passage.standings(_ILD_WORDS)
    over = said == {"past"} or (said == {"asserted"} and _says_over(passage.text) and not _CAME_BACK.search(passage.text))
    return over and all(_HEALS.fullmatch(found[0]) for found in _ILD_WORDS.finditer(passage.text))


def _says_over(text: str) -> bool:
    """Whether a label begins or ends by saying that the pneumonitis resolved. The end is looked for first, so that all stays linear."""
    if _OVER_FIRST.search(text) is not None:
        return True
    last = _OVER_LAST.search(text)
    return last is not None and _PNEUMONITIS.search(_NOT_OF_IT.split(text[: last.start()])[-1]) is not None


def _cause(resource: Resource) -> str | None:
    """The drug that caused it, by extension, evidence, label or note; `drug` where the record only says that a drug did."""
    concepts: list[Concept | None] = []
    texts: list[str] = []
    for extension in extensions_of(resource):
        if (extension.url or "").lower().endswith(_DUE_TO):
            concepts.append(extension.value_codeable_concept)
            if extension.value_reference is not None and extension.value_reference.display:
                texts.append(extension.value_reference.display)
    for evidence in resource.evidence or ():
        concepts += evidence.code or []
        texts += [detail.display for detail in evidence.detail or () if detail.display]
    for concept in concepts:
        named = drugs_of(triples(concept), concept.text if concept is not None else None)
        if len(named.drugs) == 1:
            return named.drugs[0]
    texts += [words(resource.code), *notes_of(resource)]
    for text in texts:
        drugs = drugs_mentioned(text)
        if len(drugs) == 1:
            return drugs[0]
    codes = {icd10_key(code) for _, code, _ in triples(resource.code)}
    return "drug" if codes & _DRUG_INDUCED or _DRUG_WORDS.search(words_of_all(resource.code, *concepts)) else None
