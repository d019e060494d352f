"""Which symptoms and findings a Condition names: by its code, by its whole label, or, of a lung finding, by words in the label.

A code of a symptom says less than words beside it: a label that calls it chronic, denies it or speaks of the past wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, Literal, NamedTuple

from fhir_mappings.code_tables import canonical_system, icd10_key
from fhir_mappings.coded import CodingTriple, labels_of, plain_label, triples
from fhir_mappings.denial import Passage
from fhir_mappings.remembered import remembered
from fhir_mappings.resources import Concept
from fhir_mappings.terminology_files import SymptomRow, read_symptoms_file

SymptomKind = Literal["respiratory", "lung-finding", "neurological"]


class NamedSymptom(NamedTuple):
    """A symptom or finding that a Condition names. `chronic`: as one of long standing, which is no new one."""

    kind: SymptomKind
    name: str
    chronic: bool = False


_ROWS: Final = read_symptoms_file().symptoms

#: What may stand beside a name without making it another thing.
_BEFORE = (
    r"(?:(?:new(?:ly)?|new-onset|onset|acute|subacute|chronic|long-?standing|worsening|worse|progressive|increasing|increased|recurrent|"
    r"intermittent|persistent|severe|moderate|mild|dry|productive|non-?productive|exertional|left|right|left-sided|right-sided|partial|"
    r"focal|generali[sz]ed|tonic-clonic|single|first|neue?|neu|akute?r?s?|chronische?r?s?|trockener) )*+"
)
_AFTER = (
    r"(?:,? ?(?:\(?(?:unspecified(?: type)?|finding|disorder|symptom|new onset|acute|chronic|on exertion|on effort|with exertion|at rest|"
    r"bei belastung|in ruhe|left|right|left side|right side|links|rechts)\)?))*+(?:,? (?:due|secondary) to .*+)?"
)
#: As EHRs have it on their lists: "SOB (shortness of breath)", "DOE (dyspnea on exertion)".
_ABBREVIATED: Final = re.compile(r"\A[a-z]{2,5} \(([^()]*+)\)")
_CHRONIC: Final = re.compile(r"\bchroni|\blong-?standing|\blong-?term\b|\bbaseline\b")

_GROUND_GLASS: Final = re.compile(r"\bground[ -]glass\b(?! nodul)|\bmilchglas")
_INFILTRATES: Final = re.compile(r"\bnew (?:(?:bilateral|pulmonary|interstitial|diffuse|lung|patchy) )+infiltrat")
_LUNG_FINDINGS: Final = (("ground-glass opacities", _GROUND_GLASS), ("new pulmonary infiltrates", _INFILTRATES))
#: What was seen before, or goes away, unless something new is beside it.
_OLD_FINDING: Final = re.compile(r"\A(?!.*\bnew).*?(?:\bstable\b|unchanged|resolv|improv|regress|decreas|\bchroni|\bknown\b)")

_MASS_EFFECT: Final = re.compile(r"\bmass effect\b|\bmidline shift\b|(?<!\bdis[ck] )\bherniation\b|\bvasogenic o?edema\b")
#: Where one statement of a text ends: what resolved is told of in another one than what is there.
_STATEMENT_ENDS: Final = re.compile(r"[.;\n]")


def _pattern(row: SymptomRow) -> re.Pattern[str]:
    return re.compile(rf"{_BEFORE}(?:{'|'.join(map(re.escape, row.names))})s?{_AFTER}")


_WHOLE: Final = {row.id: _pattern(row) for row in _ROWS}
_WITHIN: Final = {row.id: re.compile(rf"\b(?:{'|'.join(map(re.escape, row.names))})") for row in _ROWS}
_BY_ICD10: Final = {icd10_key(code): (row, code in row.chronic) for row in _ROWS for code in (*row.icd10cm, *row.chronic)}
_BY_CATEGORY: Final = {icd10_key(code): row for row in _ROWS for code in row.icd10cm_below}
_BY_SNOMED: Final = {code: row for row in _ROWS for code in row.snomed}


def symptoms_of(code: Concept | None) -> tuple[NamedSymptom, ...]:
    """What a Condition's code names, by its codes, else by its words."""
    return symptoms_coded(code) or symptoms_named(code)


def symptoms_coded(code: Concept | None) -> tuple[NamedSymptom, ...]:
    """The symptoms that the codes name, unless a label says that they are not there."""
    return _coded(triples(code), _labels(code))


def symptoms_named(code: Concept | None) -> tuple[NamedSymptom, ...]:
    """The symptoms that are the whole of a label, and the findings of the lungs that one speaks of."""
    return _named(_labels(code))


def names_mass_effect(texts: Iterable[str]) -> bool:
    """Whether the label or a note of a brain metastasis says that it presses on the brain, or may."""
    return any(_presses(text) for text in texts)


@remembered(maxsize=1024)
def _presses(text: str) -> bool:
    statements = [said for said in _STATEMENT_ENDS.split(text.lower()) if _MASS_EFFECT.search(said) and not _OLD_FINDING.search(said)]
    return any(Passage(said).standings(_MASS_EFFECT) & {"asserted", "suspected"} for said in statements)


def _labels(code: Concept | None) -> tuple[str, ...]:
    return tuple([plain_label(label) for label in labels_of(code)])


@remembered(maxsize=4096)
def _coded(codings: tuple[CodingTriple, ...], labels: tuple[str, ...]) -> tuple[NamedSymptom, ...]:
    found: dict[str, NamedSymptom] = {}
    for system, code, _ in codings:
        row, chronic = _row_of(canonical_system(system), code or "")
        if row is not None and not _denied(labels, _WITHIN[row.id]):
            found[row.id] = NamedSymptom(row.kind, row.id, chronic or any(_CHRONIC.search(label) for label in labels))
    return tuple(found.values())


def _row_of(system: str | None, code: str) -> tuple[SymptomRow | None, bool]:
    if system == "snomed":
        return _BY_SNOMED.get(code), False
    if system != "icd10cm":
        return None, False
    key = icd10_key(code)
    return _BY_ICD10.get(key) or (next((row for category, row in _BY_CATEGORY.items() if key.startswith(category)), None), False)


@remembered(maxsize=4096)
def _named(labels: tuple[str, ...]) -> tuple[NamedSymptom, ...]:
    found: dict[str, NamedSymptom] = {}
    for label in labels:
        for named in (*_whole(label), *_lung_findings(label)):
            found.setdefault(named.name, named)
    return tuple(found.values())


def _whole(label: str) -> Iterator[NamedSymptom]:
    label = _ABBREVIATED.sub(r"\1", label)
    for row in _ROWS:
        if _WHOLE[row.id].fullmatch(label):
            yield NamedSymptom(row.kind, row.id, chronic=_CHRONIC.search(label) is not None)


def _lung_findings(label: str) -> Iterator[NamedSymptom]:
    for name, pattern in _LUNG_FINDINGS:
        if pattern.search(label) and not _OLD_FINDING.search(label) and not _denied((label,), pattern):
            yield NamedSymptom("lung-finding", name)
            return


def _denied(labels: Iterable[str], pattern: re.Pattern[str]) -> bool:
    """Whether a label names it only to deny it, as a thing of the past, or as one that may come."""
    said = (Passage(label).standings(pattern) for label in labels)
    return any(standings and standings <= {"denied", "open", "past"} for standings in said)
