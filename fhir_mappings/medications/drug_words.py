"""The drugs that a piece of text names, by whole words.

Text is cut into words once and looked up word by word, so that a text about another drug costs a few dictionary look-ups.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from typing import Final, NamedTuple
from unicodedata import combining, normalize

from fhir_mappings.remembered import remembered
from fhir_mappings.terminology_files import DrugFile, DrugRow, read_drugs, read_other_drugs
from guideline.case import UNKNOWN_HER2_CONJUGATE


class Named(NamedTuple):
    """A drug that a text names: `exact` by a brand or a full name, else by a plain name that a more specific drug may stand behind."""

    drug: str
    exact: bool


_NONE: Final[frozenset[Named]] = frozenset()
_WORD: Final = re.compile(r"\btdm-1\b|[a-z0-9]+")
#: How often, which cycle or day, and the way of giving it, as order entry shortens them ("Q21D", "C2D1", "subcut"): no drug is called so.
_MARK: Final = (
    r"(?:q\d{1,2}(?:d|days?|wks?|weeks?)|qweek(?:ly)?|c\d{1,2}(?:d\d{1,2})?|d\d{1,2}|cycle\d{1,2}|day\d{1,2}|w(?:k|eek)?\d{1,2}|"
    r"subcu(?:t(?:an)?)?|ivinf|intraven)(?![a-z0-9])"
)
_GAP: Final = r"[\s\u2010-\u2015®™-]+"
#: The word right after "trastuzumab", with nothing but marks, spaces and hyphens between; the last mark where no word follows it.
_SECOND_WORD: Final = re.compile(rf"\btrastuzumab{_GAP}((?:{_MARK}{_GAP})*)([a-z][a-z0-9]*)")
_SUFFIX: Final = re.compile(rf"[a-z]{{1,4}}|q\d+w?|{_MARK}")
#: Behind a mark no suffix of a biosimilar stands; three letters may be a payload ("DXd").
_BEHIND_MARK: Final = re.compile(rf"[a-z]{{1,2}}|and|for|with|plus|over|then|days?|q\d+w?|{_MARK}")


@remembered(maxsize=4096)
def named_in(text: str) -> frozenset[Named]:
    """The drugs that the name of a medication names, the more specific one of two ("Paclitaxel [Abraxane]" is nab-paclitaxel).

    What another medicine is given with is not named ("sodium chloride 250 mL for trastuzumab infusion").
    """
    return _named(text, _before_companion)


@remembered(maxsize=1024)
def mentioned_in(text: str) -> frozenset[Named]:
    """The drugs that a sentence speaks of, whatever else is given with them ("prednisone for pneumonitis due to Enhertu")."""
    return _named(text, lambda words: words)


def _named(text: str, counted: Callable[[list[str]], list[str]]) -> frozenset[Named]:
    lower = _folded(text)
    words = _WORD.findall(lower)
    if _FIRST_WORDS.isdisjoint(words):
        return _NONE
    words = counted(_before_context(words))
    found = _scan(words)
    if not found:
        return _NONE
    if "trastuzumab" in found and any(_is_unknown(word, behind=marks) for marks, word in _SECOND_WORD.findall(lower)):
        found[UNKNOWN_HER2_CONJUGATE] = False
    return _most_specific(_combined(found, words))


def _folded(text: str) -> str:
    """In lower case without accents: "trastuzumab émtansine" must not read as trastuzumab and a word that is none."""
    if text.isascii():
        return text.lower()
    return "".join([letter for letter in normalize("NFD", text.lower()) if not combining(letter)])


def _scan(words: list[str]) -> dict[str, bool]:
    """Find the names from left to right, the longest first: drug id -> whether it is named exactly."""
    found: dict[str, bool] = {}
    position = 0
    while position < len(words):
        for phrase, drug, exact in _PHRASES.get(words[position], ()):
            if tuple(words[position : position + len(phrase)]) == phrase:
                if not (phrase[0] in _PAYLOADS and _follows_another_antibody(words, position)):
                    found[drug] = found.get(drug, False) or exact
                position += len(phrase)
                break
        else:
            position += 1
    return found


def _follows_another_antibody(words: list[str], position: int) -> bool:
    """TRAP: datopotamab deruxtecan targets TROP2; only trastuzumab deruxtecan is T-DXd."""
    return position > 0 and words[position - 1].endswith("mab")


def _before_context(words: list[str]) -> list[str]:
    for position, word in enumerate(words):
        if any(tuple(words[position : position + len(phrase)]) == phrase for phrase in _CONTEXT.get(word, ())):
            return words[:position]
    return words


def _before_companion(words: list[str]) -> list[str]:
    """Without the drug of ours that something else is given with.

    All words where ours stands first ("trastuzumab in sodium chloride"), or has an amount, or is hung with its diluent: it may be in the
    same bag.
    """
    named = next((position for position, word in enumerate(words) if word in _FIRST_WORDS), 0)
    substance = next((position for position, word in enumerate(words[:named]) if word in _BESIDE), named)
    goes_with = next((position for position in range(substance, named) if words[position] in _GOES_WITH), None)
    if goes_with is None or "mg" in words[named:]:
        return words
    only_diluents = _BESIDE.intersection(words[:named]) <= _FILE.diluents
    is_one_bag = only_diluents and words[goes_with] == "with" and not _BAGS.isdisjoint(words[named:])
    return words if is_one_bag else words[:goes_with]


def _is_unknown(second_word: str, *, behind: str) -> bool:
    """Whether the word behind "trastuzumab" and marks (none: an empty string) may be the payload of a conjugate that we do not know."""
    harmless = _BEHIND_MARK if behind else _SUFFIX
    return not (harmless.fullmatch(second_word) or second_word in _FILE.plain_second_words or second_word in _PHRASES)


def _combined(found: dict[str, bool], words: list[str]) -> dict[str, bool]:
    present = set(words)
    joined = f" {' '.join(words)} "
    for drug in _FILE.drugs:
        if drug.id in found and any(word in present for word in drug.unless_with):
            del found[drug.id]
        if drug.formulation_of in found and any(f" {phrase} " in joined for phrase in drug.with_):
            found[drug.id] = True
    for product in _FILE.fixed_combinations:
        if all(name in found for name in product.names) and present.issuperset(product.with_):
            found[product.id] = True
            break
    return found


def _most_specific(found: dict[str, bool]) -> frozenset[Named]:
    covered = {name for drug in found for name in GENERAL_NAMES.get(drug, ()) if not found.get(name) or PLAIN_OF.get(drug) == name}
    return frozenset(Named(drug, exact) for drug, exact in found.items() if drug not in covered)


def _phrases(drugs: tuple[DrugRow, ...]) -> dict[str, tuple[tuple[tuple[str, ...], str, bool], ...]]:
    by_first_word: defaultdict[str, list[tuple[tuple[str, ...], str, bool]]] = defaultdict(list)
    for drug in drugs:
        for name, exact in [*((name, False) for name in drug.names), *((brand, True) for brand in drug.brands)]:
            phrase = tuple(name.split())
            by_first_word[phrase[0]].append((phrase, drug.id, exact))
    return {word: tuple(sorted(phrases, key=lambda each: -len(each[0]))) for word, phrases in by_first_word.items()}


def _context(file: DrugFile) -> dict[str, tuple[tuple[str, ...], ...]]:
    by_first_word: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
    for words in file.context_words:
        phrase = tuple(words.split())
        by_first_word[phrase[0]].append(phrase)
    return {word: tuple(phrases) for word, phrases in by_first_word.items()}


_FILE: Final = read_drugs()
_PAYLOADS: Final = _FILE.payloads
_PHRASES: Final = _phrases(_FILE.drugs)
_FIRST_WORDS: Final = frozenset(_PHRASES)
_CONTEXT: Final = _context(_FILE)
_GOES_WITH: Final = frozenset({"for", "with", "to"})
_BAGS: Final = frozenset({"ivpb", "piggyback"})
_BESIDE: Final = _FILE.diluents | _FILE.infusion_words | {word for drug in read_other_drugs().drugs for word in (drug.id, *drug.words)}

#: The drugs that are antibody-drug conjugates of trastuzumab.
CONJUGATES: Final = frozenset(drug.id for drug in _FILE.drugs if drug.conjugate)

#: drug id -> the more general drugs that may be named in its place.
GENERAL_NAMES: Final = {drug.id: frozenset(drug.known_as) for drug in _FILE.drugs} | {UNKNOWN_HER2_CONJUGATE: frozenset({"trastuzumab"})}

#: formulation -> the plain drug of the same class (nab-paclitaxel -> paclitaxel).
PLAIN_OF: Final = {drug.id: drug.formulation_of for drug in _FILE.drugs if drug.formulation_of}
