"""Code systems, codes and what they mean, held in memory.

CAUTION: a code means nothing without its system. LOINC 1975-2 is bilirubin and a CDC race code, SNOMED CT has no check against an NDC,
and ICD-10 of the WHO is not ICD-10-CM. An unknown system therefore has no meanings, whatever its code looks like.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from fhir_mappings.remembered import remembered
from fhir_mappings.terminology_files import CodeRow, SystemRow, read_codes, read_concepts, read_systems


class Meaning(NamedTuple):
    """What one code stands for: a concept id (`cond.mets_brain`) and how it may be used (`match`, `ambiguous`, `look_alike`, ...)."""

    concept: str
    use: str


class CodeEntry(NamedTuple):
    """One code of one concept as the data file has it. `system` is the short name; `value` is what it says within the concept."""

    system: str
    code: str
    concept: str
    use: str
    display: str
    value: str | None


class Concept(NamedTuple):
    """One concept: id (`obs.lvef`), label, kind, and its codes in file order."""

    id: str
    label: str
    kind: str
    codes: tuple[CodeEntry, ...]


#: The uses that resolve a concept by code alone: `match`, and `legacy` for old records.
_RESOLVING: Final = frozenset({"match", "legacy"})

_NOTHING: Final[tuple[CodeEntry, ...]] = ()


@remembered(maxsize=1024)
def canonical_system(uri: str | None) -> str | None:
    """The short name of a code system (`rxnorm`, `loinc`, `snomed`, `icd10cm`, `hcpcs`, `ndc`, `atc`, `ncit`, `cpt`, `ajcc`), or `None`.

    Accepts the URI, `urn:oid:` and the bare OID, http and https, a trailing slash, `|version`, a SNOMED CT edition, replaced URIs, any
    case. ICD-10 of the WHO is `icd10`, a system of its own without codes here.
    """
    if uri is None:
        return None
    spelling = _spelling(uri)
    found = _NAME_OF.get(spelling)
    if found is None:
        found = next((name for prefix, name in _EDITIONS if spelling.startswith(prefix)), None)
    return found


def systems_of_code(code: str) -> frozenset[str]:
    """The short names of the systems in which a code, as it stands, means something to us: whose code it looks like."""
    return frozenset(name for name in _URI_OF if meanings(_URI_OF[name], code))


def system_uri(name: str) -> str:
    """The URI that we write for a short name (`snomed` -> `http://snomed.info/sct`); `KeyError` for an unknown one."""
    return _URI_OF[name]


@remembered(maxsize=8192)
def meanings(system: str | None, code: str | None) -> tuple[Meaning, ...]:
    """Every meaning of a code in its system (`system` as the resource writes it); `()` for an unknown system or code.

    ICD-10-CM codes may come without the dot and match the categories above them. NDCs are compared by labeler and product, with or
    without hyphens and package; ten digits without hyphens count only when all ways to split them agree.
    """
    return tuple(dict.fromkeys(Meaning(entry.concept, entry.use) for entry in _entries(system, code)))


@remembered(maxsize=2048)
def value_of(system: str | None, code: str | None, concept: str) -> str | None:
    """What a code says within its concept, where the concept holds codes of different meaning; `None` where it has no such value.

    obs.lvef                      modality of `guideline.case.Lvef`
    obs.cancer_disease_status     trend of `guideline.case.DiseaseStatus`, or `distant-metastasis`
    obs.ecog                      `0` to `5`, for its answers
    obs.pregnancy                 `pregnant`, `not-pregnant`, `possible`; `hcg` for a pregnancy test
    obs.menopause                 status of `guideline.case.Menopause`
    obs.icd10_receptor_status     words such as `hr+ her2-`, `er+`
    obs.er, .pr, .her2_ihc, .her2_ish  the quantity: `percent`, `mass`, `intensity`, `concentration`, `ratio`, `copies`
    obs.cancer_stage              `clinical` or `pathologic`
    answer.her2_ihc_score         `0`, `1+`, `2+`, `3+` or `equivocal`
    answer.stage_iv, answer.m1    `II`, `III`, `IV`; `M0`, `M1`
    answer.stop_reason, .intent   a `guideline.case.StopReason`; `curative` or `palliative`
    cond.breast_cancer_primary    `stage-I` to `stage-IV`, `recurrence`, or receptor words
    cond.her2_positive_breast     `her2+`, `her2+ metastatic`, `her2-`
    cond.history_breast_cancer    `in-situ`
    cond.mets_lymph_node          `distant-node` or `regional-node`
    cond.mets_generic, .mets_other, .mets_unknown_primary  a site of `guideline.case.Site`, or `breast`
    cond.ild_pneumonitis          `drug` where the code says drug-induced
    """
    return next((entry.value for entry in _entries(system, code) if entry.concept == concept), None)


@remembered(maxsize=2048)
def concepts_of(system: str | None, code: str | None) -> tuple[str, ...]:
    """The concept ids that a code resolves to by itself."""
    return tuple(meaning.concept for meaning in meanings(system, code) if meaning.use in _RESOLVING)


def codes_of(concept: str, system: str, uses: frozenset[str] = _RESOLVING) -> tuple[str, ...]:
    """The codes of a concept in one system (short name) that have one of these uses, in file order; `KeyError` for an unknown concept."""
    return tuple(entry.code for entry in CONCEPTS[concept].codes if entry.system == system and entry.use in uses)


def _entries(system: str | None, code: str | None) -> tuple[CodeEntry, ...]:
    name = canonical_system(system)
    if name is None or code is None:
        return _NOTHING
    if name == "ndc":
        return _ndc_entries(code)
    key = _code_key(name, code)
    found = _ENTRIES.get((name, key), _NOTHING)
    return found + _category_entries(key) if name == "icd10cm" else found


def _category_entries(key: str) -> tuple[CodeEntry, ...]:
    return tuple(entry for length in range(len(key) - 1, 2, -1) for entry in _CATEGORIES.get(key[:length], _NOTHING))


def _ndc_entries(code: str) -> tuple[CodeEntry, ...]:
    readings = [entries for key in ndc_keys(code) if (entries := _ENTRIES.get(("ndc", key)))]
    return readings[0] if readings and all(reading == readings[0] for reading in readings) else _NOTHING


def ndc_keys(code: str) -> tuple[str, ...]:
    """The labeler and product (`50242-0088`) that an NDC may stand for: one when it has hyphens or eleven digits, else several.

    TRAP: 65597-406-01 and 65597-0406-01 are one package; ten digits without hyphens may be 4-4-2, 5-3-2 or 5-4-1.
    """
    segments = code.strip().replace("*", "0").split("-")
    if not all(segment.isascii() and segment.isdigit() for segment in segments):
        return ()
    if len(segments) > 1:
        labeler, product = segments[:2]
        splits = [(labeler, product)] if len(labeler) <= 5 and len(product) <= 4 else []
    else:
        digits = segments[0]
        widths = {11: ((5, 4),), 10: ((4, 4), (5, 3), (5, 4)), 9: ((5, 4),), 8: ((4, 4), (5, 3))}
        splits = [(digits[:first], digits[first : first + second]) for first, second in widths.get(len(digits), ())]
    return tuple(f"{labeler:0>5}-{product:0>4}" for labeler, product in splits)


def icd10_key(code: str | None) -> str:
    """An ICD-10 code by which it is compared: `I97.130` and `i97130` are one code. Codes of other systems have no dot to lose."""
    return code.strip().upper().replace(".", "") if code else ""


def _code_key(system: str, code: str) -> str:
    return icd10_key(code) if system == "icd10cm" else code.strip().upper()


def _spelling(uri: str) -> str:
    text = uri.partition("|")[0].strip().lower().rstrip("/")
    return text.removeprefix("urn:oid:").removeprefix("https://").removeprefix("http://")


def _names(systems: Iterable[SystemRow]) -> dict[str, str]:
    spellings = {_spelling(alias): row.name for row in systems for alias in (row.uri, row.oid or row.uri, *row.aliases)}
    return spellings | {row.name: row.name for row in systems}


def _entry(row: CodeRow) -> CodeEntry:
    return CodeEntry(row.system, row.code, row.concept, row.use, row.display, row.value)


def _table(rows: Iterable[CodeRow]) -> dict[tuple[str, str], tuple[CodeEntry, ...]]:
    table: defaultdict[tuple[str, str], list[CodeEntry]] = defaultdict(list)
    for row in rows:
        key = ndc_keys(row.code)[0] if row.system == "ndc" else _code_key(row.system, row.code)
        table[row.system, key].append(_entry(row))
    return {key: tuple(entries) for key, entries in table.items()}


def _concepts(rows: Iterable[CodeRow]) -> dict[str, Concept]:
    codes: defaultdict[str, list[CodeEntry]] = defaultdict(list)
    for row in rows:
        codes[row.concept].append(_entry(row))
    return {row.id: Concept(row.id, row.label, row.kind, tuple(codes[row.id])) for row in read_concepts()}


_SYSTEMS: Final = read_systems()
_NAME_OF: Final = _names(_SYSTEMS)
_URI_OF: Final = {row.name: row.uri for row in _SYSTEMS}
_EDITIONS: Final = tuple((_spelling(row.uri) + "/", row.name) for row in _SYSTEMS if row.editions)
_ROWS: Final = read_codes()
_ENTRIES: Final = _table(_ROWS)
_CATEGORIES: Final = {key: entries for (_, key), entries in _table(row for row in _ROWS if row.descendants).items()}

#: Every concept by its id.
CONCEPTS: Final[Mapping[str, Concept]] = _concepts(_ROWS)
