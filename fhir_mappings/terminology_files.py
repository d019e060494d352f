"""The terminology as it lies on disk, read and checked once.

The long tables are JSON Lines, one code or concept a line, so that a change shows as one line; what people edit by hand is YAML.
A fault stops the start: `TerminologyError` names the file and the line or entry. No code that was never verified gets in.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

import msgspec
import yaml

FOLDER: Final = Path(__file__).with_name("terminology")

#: How a code may be used; the meaning of each is in `terminology/README.md`.
USES: Final = frozenset(
    {
        "match", "match_if_text_agrees", "ambiguous", "legacy", "look_alike", "component", "numeric", "panel",
        "procedure_only", "body_site", "regional", "history", "context", "negative",
    }
)  # fmt: skip


Row = TypeVar("Row")


class TerminologyError(Exception):
    """A terminology file is unreadable or holds a code that must not ship; the message names file and line or entry."""


class CodeRow(msgspec.Struct, frozen=True):
    """One line of `codes.jsonl`: a code, the concept it belongs to and how it may be used.

    `value` is what the code says within its concept (`echo`, `worsened`, `3+`). `descendants`: an ICD-10-CM category that
    stands for all codes below it. Sources and notes stay in the file, for people.
    """

    concept: str
    system: str
    code: str
    display: str
    use: str
    status: str
    value: str | None = None
    descendants: bool = False


class ConceptRow(msgspec.Struct, frozen=True):
    """One line of `concepts.jsonl`."""

    id: str
    label: str
    kind: str


class SystemRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One code system: the short name, the URI that we write, and the other spellings that we read."""

    name: str
    title: str
    uri: str
    oid: str | None = None
    aliases: tuple[str, ...] = ()
    editions: bool = False


class DrugRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"with_": "with"}):
    """One drug and the words that name it; `drugs.yaml` explains each field."""

    id: str
    concept: str
    names: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    known_as: tuple[str, ...] = ()
    formulation_of: str | None = None
    with_: tuple[str, ...] = ()
    conjugate: bool = False
    unless_with: tuple[str, ...] = ()


class CombinationRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"with_": "with"}):
    """Names and words that together are one product."""

    names: tuple[str, ...]
    with_: tuple[str, ...]
    id: str


class SharedCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A code that several products or forms share; its own display adds nothing to it."""

    system: str
    code: str
    display: str


class DrugFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`drugs.yaml`."""

    drugs: tuple[DrugRow, ...]
    fixed_combinations: tuple[CombinationRow, ...]
    payloads: frozenset[str]
    shared_by_conjugates: tuple[SharedCode, ...]
    of_any_form: tuple[SharedCode, ...]
    context_words: tuple[str, ...]
    diluents: frozenset[str]
    infusion_words: frozenset[str]
    plain_second_words: frozenset[str]


class OtherDrugRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One medicine that is no cancer drug; `other_drugs.yaml` explains each field. `rxnorm` leads from a code to its sources."""

    id: str
    words: tuple[str, ...] = ()
    rxnorm: dict[str, tuple[str, ...]] = {}
    supportive: bool = False


class OtherDrugFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`other_drugs.yaml`."""

    sources: dict[str, str]
    local_forms: frozenset[str]
    drugs: tuple[OtherDrugRow, ...]


class SymptomRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One symptom or sign; `symptoms.yaml` explains each field."""

    id: str
    kind: Literal["respiratory", "neurological"]
    names: tuple[str, ...]
    icd10cm: frozenset[str] = frozenset()
    icd10cm_below: tuple[str, ...] = ()
    chronic: frozenset[str] = frozenset()
    snomed: frozenset[str] = frozenset()


class SymptomFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`symptoms.yaml`. Its codes are all of two code systems, so each of these has one source."""

    sources: dict[str, str]
    symptoms: tuple[SymptomRow, ...]


class AnswerFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`answers.yaml`."""

    presence: dict[str, tuple[str, ...]]
    her2_low: tuple[str, ...]
    her2_ultralow: tuple[str, ...]


class DisplayFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`displays.yaml`."""

    families: dict[str, str]
    of_concept: dict[str, frozenset[str]]
    of_code: dict[str, frozenset[str]]
    opposites: tuple[tuple[str, str], ...]


class _SystemFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    systems: tuple[SystemRow, ...]


@cache
def read_systems(folder: Path = FOLDER) -> tuple[SystemRow, ...]:
    """Read `systems.yaml`."""
    return _yaml(folder / "systems.yaml", _SystemFile).systems


@cache
def read_drugs(folder: Path = FOLDER) -> DrugFile:
    """Read `drugs.yaml`."""
    return _yaml(folder / "drugs.yaml", DrugFile)


def read_other_drugs(folder: Path = FOLDER) -> OtherDrugFile:
    """Read `other_drugs.yaml`. Raises `TerminologyError` for a code without a known source, or one that two medicines claim."""
    file = _yaml(folder / "other_drugs.yaml", OtherDrugFile)
    seen: set[str] = set()
    for row in file.drugs:
        for code, sources in row.rxnorm.items():
            if not sources or not file.sources.keys() >= set(sources):
                raise TerminologyError(f"other_drugs.yaml: code {code} of {row.id} has no known source: only verified codes ship")
            if code in seen:
                raise TerminologyError(f"other_drugs.yaml: code {code} is there twice")
            seen.add(code)
    return file


def read_symptoms_file(folder: Path = FOLDER) -> SymptomFile:
    """Read `symptoms.yaml`. Raises `TerminologyError` for a code that two symptoms claim."""
    file = _yaml(folder / "symptoms.yaml", SymptomFile)
    codes = [code for row in file.symptoms for code in (*row.icd10cm, *row.icd10cm_below, *row.chronic, *row.snomed)]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise TerminologyError(f"symptoms.yaml: code {twice[0]} is there twice")
    return file


def read_answers(folder: Path = FOLDER) -> AnswerFile:
    """Read `answers.yaml`."""
    return _yaml(folder / "answers.yaml", AnswerFile)


def read_displays(folder: Path = FOLDER) -> DisplayFile:
    """Read `displays.yaml`."""
    return _yaml(folder / "displays.yaml", DisplayFile)


@cache
def read_concepts(folder: Path = FOLDER) -> tuple[ConceptRow, ...]:
    """Read `concepts.jsonl`."""
    return tuple(row for _, row in _lines(folder / "concepts.jsonl", ConceptRow))


def read_codes(folder: Path = FOLDER) -> tuple[CodeRow, ...]:
    """Read `codes.jsonl`.

    Raises `TerminologyError` for a code that is unverified or marked `do_not_ship`, of unknown use, system or concept, or there twice.
    """
    path = folder / "codes.jsonl"
    concepts = {row.id for row in read_concepts(folder)}
    systems = {row.name for row in read_systems(folder)}
    seen: set[tuple[str, str, str]] = set()
    rows = []
    for line, row in _lines(path, CodeRow):
        key = (row.concept, row.system, row.code)
        fault = _fault(row, concepts, systems) or ("is there twice" if key in seen else None)
        if fault is not None:
            raise TerminologyError(f"{path.name}:{line}: {row.system} {row.code} of {row.concept} {fault}")
        seen.add(key)
        rows.append(row)
    return tuple(rows)


def _fault(row: CodeRow, concepts: set[str], systems: set[str]) -> str | None:
    if row.status != "verified":
        return f"has status {row.status!r}: only verified codes ship; list it in excluded.yaml"
    if row.use == "do_not_ship":
        return "is marked do_not_ship; list it in excluded.yaml"
    if row.use not in USES:
        return f"has an unknown use {row.use!r}"
    if row.system not in systems:
        return "is of a code system that systems.yaml does not name"
    if row.concept not in concepts:
        return "is of a concept that concepts.jsonl does not name"
    return None


def _lines(path: Path, row_type: type[Row]) -> Iterator[tuple[int, Row]]:
    decoder = msgspec.json.Decoder(row_type)
    for number, line in enumerate(_bytes(path).splitlines(), start=1):
        try:
            yield number, decoder.decode(line)
        except msgspec.DecodeError as error:
            raise TerminologyError(f"{path.name}:{number}: {error}") from error


def _yaml(path: Path, file_type: type[Row]) -> Row:
    try:
        content: Any = yaml.load(_bytes(path), Loader=_YAML)  # noqa: S506 - the C twin of the safe loader
    except yaml.YAMLError as error:
        raise TerminologyError(f"{path.name}: {error}") from error
    try:
        return msgspec.convert(content, file_type)
    except msgspec.ValidationError as error:
        raise TerminologyError(f"{path.name}: {error}") from error


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TerminologyError(f"{path.name}: {error.strerror}") from error


#: libyaml reads ten times as fast; a build without it still works.
_YAML: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
