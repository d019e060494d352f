"""What an order says about its purpose: the plan it belongs to, and the tumour it is for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from fhir_mappings.code_tables import canonical_system, icd10_key
from fhir_mappings.coded import labels_of, triples, words
from fhir_mappings.condition_topics import only_asked_about
from fhir_mappings.denial import Passage
from fhir_mappings.documents.later_members import concepts_in, notes_of
from fhir_mappings.medications.drug_names import drugs_mentioned
from fhir_mappings.medications.drug_words import CONJUGATES, GENERAL_NAMES
from fhir_mappings.orders.draft_resources import Draft, group_of, references_in, texts_in
from fhir_mappings.problem_list import is_no_disease
from fhir_mappings.record import type_and_id
from fhir_mappings.resources import Concept, Contained, Reference, Resource
from fhir_mappings.tumour.tumour_claims import claims_of_code, claims_of_words
from guideline.case import UNKNOWN_HER2_CONJUGATE

#: The HER2 antibodies and their conjugates: products that are mixed up by name.
_MIXED_UP: Final = frozenset({"trastuzumab", "pertuzumab", "margetuximab", "zanidatamab"}) | {
    drug for drug, names in GENERAL_NAMES.items() if "trastuzumab" in names and drug != UNKNOWN_HER2_CONJUGATE
}
_PLAN_IN_NOTE: Final = re.compile(r"\b(?:plan(?:ned)?|protocol|regimen)\b\s*(?:is\b|[:=-])([^.;\n]{1,120})", re.IGNORECASE)
#: What stands behind these words in a note is no plan of today ("THP, then T-DXd"), nor is what waits for a progression ("T-DXd if she
#: progresses", but "T-DXd on Monday for progression").
_NOT_TODAY: Final = re.compile(r"\b(?:then|followed by|later|consider|not?|without|instead of)\b", re.IGNORECASE)
_WAITS: Final = re.compile(r"\b(?:if|when|upon|at|on)\b(?:(?!\bfor\b)[^,:\d]){0,30}?\b(?:progress|relaps|recur)", re.IGNORECASE)
#: What a note says after a change of the drug: the plans of the notes before it were those of the drug before.
_CHANGED: Final = re.compile(r"\AChanged from \S.{0,200}? to \S", re.IGNORECASE)
_PLAN_WORD: Final = re.compile(r"\b(?:plan|protocol|regimen)\b", re.IGNORECASE)
PLAN_TYPES: Final = frozenset({"CarePlan", "RequestGroup", "RequestOrchestration", "PlanDefinition"})
_TUMOUR: Final = r"(?:cancer|carcinoma|adenocarcinoma|tumou?r|neoplasm|malignan\w{1,8}+)"
_STOMACH: Final = r"(?:gastric|stomach|gastro-?o?esophageal|\bgej?\b|cardia\b)"
_GASTRIC: Final = re.compile(rf"{_STOMACH}[\w ,/()-]{{0,40}}{_TUMOUR}|{_TUMOUR}\s+(?:of\s+)?(?:the\s+)?[\w ]{{0,30}}{_STOMACH}")
_BREAST: Final = re.compile(r"\bbreast\b|\bmammary\b")
#: Malignant neoplasm of stomach, and gastric cancer.
_GASTRIC_SNOMED: Final = "363349007"


def planned_product(draft: Draft, ordered: tuple[str, ...], titles: Iterable[str] = ()) -> str | None:
    """The HER2 antibody or conjugate that the order's own plan or protocol names; `titles` are those of plans sent beside it.

    The ordered drug itself where the plan names it too, else the plan's first in alphabetical order, pertuzumab last: nobody takes it for
    another antibody. `None` where the order is for no such drug, or the plan names none. IV trastuzumab and pertuzumab of a plan are what
    a fixed combination of both brings.
    """
    own = _MIXED_UP.intersection(ordered)
    if not own:
        return None
    named = {drug for text in (*_plans(draft), *titles) for drug in drugs_mentioned(text)} & _MIXED_UP
    if not named:
        return None
    same = sorted(drug for drug in own if drug in named or _is_brought(drug, named))
    return same[0] if same else min(named - {"pertuzumab"} or named)


def _is_brought(drug: str, named: set[str]) -> bool:
    """Whether a subcutaneous form or fixed combination brings antibodies that a plan names; a conjugate brings none."""
    antibodies = GENERAL_NAMES.get(drug, frozenset())
    return bool(antibodies) and drug not in CONJUGATES and antibodies <= named


def _plans(draft: Draft) -> Iterator[str]:
    """Where an order names its plan. A note counts only from the word "plan", "protocol" or "regimen" on, up to what is for later."""
    yield from (reference.display for reference in references_in(draft.based_on) if reference.display)
    yield from (reference.display for reference in references_in(draft.supporting_information) if reference.display and _is_plan(reference))
    for raw in (draft.instantiates_canonical, draft.instantiates_uri):
        yield from texts_in(raw)
    yield from group_of(draft)
    for note in _since_the_change(notes_of(draft)):
        for plan in _PLAN_IN_NOTE.findall(note):
            if not _WAITS.search(plan):
                yield _NOT_TODAY.split(plan, maxsplit=1)[0]


def _since_the_change(notes: Sequence[str]) -> Sequence[str]:
    changes = [number for number, note in enumerate(notes) if _CHANGED.match(note)]
    return notes[changes[-1] :] if changes else notes


def _is_plan(reference: Reference) -> bool:
    """TRAP: what supports an order is often the therapy before it. It is a plan by its type, else by its name."""
    kind = reference.type or (type_and_id(reference.reference or "") or "").partition("/")[0]
    return kind in PLAN_TYPES or (not kind.startswith("Medication") and _PLAN_WORD.search(reference.display or "") is not None)


def is_gastric(draft: Draft, find: Callable[[Reference], Resource | Contained | None]) -> bool:
    """Whether the reasons of an order name gastric cancer and not breast cancer: the dose of T-DXd is another one there."""
    concepts = concepts_in(draft.reason_code)
    texts = [*notes_of(draft)]
    for reference in references_in(draft.reason_reference):
        texts += [reference.display] if reference.display else []
        condition = find(reference)
        concepts += [condition.code] if condition is not None and condition.code is not None else []
    texts += [label for concept in concepts for label in labels_of(concept)]
    passages = [Passage(text) for text in texts]
    if any(_BREAST.search(passage.text) for passage in passages):
        return False
    return any(map(_is_gastric_code, concepts)) or any(passage.asserts(_GASTRIC) for passage in passages)


def is_for_breast(draft: Draft, find: Callable[[Reference], Resource | Contained | None]) -> bool:
    """Whether the reasons of an order name an invasive breast cancer. A Condition that was refuted or ruled out is no reason."""
    concepts = concepts_in(draft.reason_code)
    for reference in references_in(draft.reason_reference):
        condition = find(reference)
        if condition is None:
            concepts += [Concept(text=reference.display)] if reference.display else []
        elif condition.code is not None and not (isinstance(condition, Resource) and is_no_disease(condition)):
            concepts.append(condition.code)
    return any(map(_is_breast, concepts))


def _is_breast(concept: Concept) -> bool:
    coded = [claim for system, code, _ in triples(concept) for claim in claims_of_code(system, code)]
    label = " ".join(words(concept).split())
    said = coded or ([] if only_asked_about(label) else claims_of_words(label))
    return any(claim.kind == "invasive-breast" for claim in said)


def _is_gastric_code(concept: Concept) -> bool:
    for system, code, _ in triples(concept):
        name = canonical_system(system)
        if (name in ("icd10cm", "icd10") and icd10_key(code).startswith("C16")) or (name == "snomed" and code == _GASTRIC_SNOMED):
            return True
    return False
