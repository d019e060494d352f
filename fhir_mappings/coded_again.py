"""Whether an entry of the problem list or of a visit only codes again what another one told before."""

from __future__ import annotations

import re

from fhir_mappings.coded import triples, words
from fhir_mappings.documents.later_members import notes_of
from fhir_mappings.resources import Resource
from fhir_mappings.status_words import condition_status
from fhir_mappings.visit_diagnoses import codes_of

#: J84.10 is a fibrosis of years, J84.114 an acute pneumonitis: the whole code tells them apart.
_WHOLE_CODE = 7

_NEWS = re.compile(r"\bnew\b|\bacut|\bakut|exacerbat|worse|progress(?:ion|ing|ed)\b|\bflare|recur|relaps")


def says_news(resource: Resource) -> bool:
    """Whether an entry itself says that what it names is new, worse, or back."""
    status = condition_status(resource.clinical_status)
    return any(_NEWS.search(text) for text in (status, words(resource.code), *[note.lower() for note in notes_of(resource)]))


def same_code(one: Resource, other: Resource) -> bool:
    """Whether both have a code of the same system, and agree in each such system; without codes, whether the words are the same."""
    codes, others = (codes_of(triples(resource.code), _WHOLE_CODE) for resource in (one, other))
    if not codes or not others:
        return codes == others and words(one.code) == words(other.code)
    shared = {system for system, _ in codes} & {system for system, _ in others}
    return bool(shared) and all({c for s, c in codes if s == system} & {c for s, c in others if s == system} for system in shared)
