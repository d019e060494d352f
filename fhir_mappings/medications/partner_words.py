"""What the words of an order say of other medicines: their rhythm and their route are not this drug's.

    "378 mg IV on day 1; methotrexate weekly"            378 mg IV on day 1;
    "6 mg/kg every 3 weeks with weekly paclitaxel"       6 mg/kg every 3 weeks with
    "Paclitaxel 80 mg/m2 IV, weekly. 6 mg/kg q3w"        6 mg/kg q3w

A medicine is known by its name or the ending of it, behind "with" and the like also as one of a class ("with weekly chemotherapy"). What
follows it in the same sentence is said of it, unless it has an amount per kg, or another name. Where that cannot be told the words are left
out: without a rhythm nothing is asked, another drug's rhythm would be a false alarm.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from fhir_mappings.medications.drug_names import drugs_mentioned
from fhir_mappings.medications.drug_words import CONJUGATES, GENERAL_NAMES
from fhir_mappings.medications.other_drugs import other_drugs_of
from fhir_mappings.remembered import remembered
from fhir_mappings.terminology_files import read_drugs
from guideline.case import UNKNOWN_HER2_CONJUGATE

#: Endings that only the generic names of medicines have.
_GENERIC: Final = re.compile(
    r"\b[a-z]{2,}(?:mab|tinib|ciclib|parib|lisib|platin|taxel|rubicin|citabine|tabine|trexate|trexed|relbine|blastine|cristine|fosfamide|"
    r"phosphamide|poside|tecan|grastim|poetin|setron|pitant|sone|solone|dronate|dronic|estrant|relin|oxifen|trozole|prazole|conazole|"
    r"mycin|parin|statin|limus)\b"
)
_CLASS: Final = re.compile(
    r"\A(?: ?(?:weekly|daily|monthly|oral|iv|sc|the|her|his))* ?"
    r"(?:chemo\w*|taxanes?|steroids?|anti-?emetics?|pre-?med\w*|g-?csf|b12|vitamin)"
)
_JOINS: Final = r"\b(?:with|and|plus|followed by|following|after|before|then|since|beside|alongside|while|during)\b|\bw/|[+&]"
#: What separates the phrases of a text. It is kept where the phrase behind it is.
_SEPARATOR: Final = re.compile(rf"([.,](?!\d)|[;:()\n]| [-–—] |{_JOINS})")
_JOINED: Final = re.compile(_JOINS)
#: Behind these something new begins.
_NEW: Final = frozenset(".;\n")
_PER_KG: Final = re.compile(r"\d ?mg/kg\b")
#: A fixed combination is spoken of by its parts.
_PARTS: Final = {row.id: frozenset(row.names) for row in read_drugs().fixed_combinations}


def without_partners(text: str, drugs: Sequence[str]) -> str:
    """A text without its phrases on other medicines than `drugs`, in small letters; as it is where it names none, or `drugs` is empty."""
    return _without(text, tuple(drugs)) if drugs else text


@remembered(maxsize=1024)
def _without(text: str, drugs: tuple[str, ...]) -> str:
    parts = frozenset(drugs).union(*(_PARTS.get(drug, ()) for drug in drugs))
    own = parts.union(form for form, names in GENERAL_NAMES.items() if names and names <= parts and form not in CONJUGATES)
    pieces = _SEPARATOR.split(text.lower())
    phrases = list(zip(["", *pieces[1::2]], pieces[::2], strict=True))
    whose = [_whose(phrase, separator, own) for separator, phrase in phrases]
    if "other" not in whose:
        return text
    kept: list[str] = []
    mine, around = True, [True]
    for (separator, phrase), owner in zip(phrases, whose, strict=True):
        if separator == "(":
            around.append(mine)
        elif separator == ")":
            mine = around.pop() if len(around) > 1 else mine
        if owner is not None or separator in _NEW or _PER_KG.search(phrase):
            mine = owner != "other"
        if mine:
            kept.append(separator + phrase)
    return "".join(kept)


def _whose(phrase: str, separator: str, own: frozenset[str]) -> str | None:
    """Whether a phrase speaks of the `own` drugs, of an `other` medicine alone, or of none by name."""
    named = set(drugs_mentioned(phrase)) - {UNKNOWN_HER2_CONJUGATE}
    if named & own:
        return "own"
    if named or other_drugs_of((), phrase) or any(not drugs_mentioned(word) for word in _GENERIC.findall(phrase)):
        return "other"
    return "other" if _JOINED.fullmatch(separator) and _CLASS.match(phrase) else None
