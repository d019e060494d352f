"""The cache of labels keeps no free text."""

import importlib
import pkgutil
from functools import _lru_cache_wrapper

import fhir_mappings
from fhir_mappings.remembered import LONGEST, remembered


def test_a_short_label_is_read_once_and_a_long_text_is_forgotten():
    """Labels come again and again; a note longer than any label leaves nothing behind."""
    read: list[str] = []

    @remembered(maxsize=8)
    def length(text: str) -> int:
        read.append(text)
        return len(text)

    note = "n" * (LONGEST + 1)
    assert [length("label"), length("label"), length(note), length(note)] == [5, 5, LONGEST + 1, LONGEST + 1]
    assert read == ["label", note, note]


def test_of_a_coded_answer_too_only_a_short_text_is_kept():
    """A pathologist's report beside a code leaves nothing behind; a code with a short text, or with none, is read once."""
    read: list[tuple[str, str | None]] = []

    @remembered(maxsize=8)
    def said(code: str, text: str | None) -> str:
        read.append((code, text))
        return f"{code} {text}"

    report = "n" * (LONGEST + 1)
    for text in (None, None, "3+", "3+", report, report):
        assert said("her2", text) == f"her2 {text}"
    assert read == [("her2", None), ("her2", "3+"), ("her2", report), ("her2", report)]


def test_a_display_inside_codings_counts_as_a_text():
    """A coding may carry a whole report as its display."""
    read: list[tuple[tuple[str, str, str | None], ...]] = []

    @remembered(maxsize=8)
    def known(codings: tuple[tuple[str, str, str | None], ...]) -> int:
        read.append(codings)
        return len(codings)

    short, long = (("s", "c", "label"),), (("s", "c", "n" * (LONGEST + 1)),)
    assert [known(short), known(short), known(long), known(long), known(short * 40), known(short * 40)] == [1, 1, 1, 1, 40, 40]
    assert read == [short, long, long, short * 40, short * 40]


def test_a_full_cache_begins_anew():
    """It never holds more than it may, and goes on answering right."""
    read: list[int] = []

    @remembered(maxsize=2)
    def same(number: int) -> int:
        read.append(number)
        return number

    assert [same(number) for number in (1, 2, 1, 2, 3, 3, 1)] == [1, 2, 1, 2, 3, 3, 1]
    assert read == [1, 2, 3, 1]


def test_what_is_read_from_a_record_is_kept_by_this_cache_alone():
    """No function of these modules with arguments keeps texts of any length, but those that read our own files."""
    names = [module.name for module in pkgutil.iter_modules(fhir_mappings.__path__, "fhir_mappings.")]
    members = [(name, member) for name in names for member in vars(importlib.import_module(name)).values()]
    caches = [(name, member) for name, member in members if isinstance(member, _lru_cache_wrapper)]
    of_records = [member.__wrapped__ for _, member in caches if member.__wrapped__.__module__ != "fhir_mappings.terminology_files"]
    assert [function.__qualname__ for function in of_records if function.__code__.co_argcount] == []
