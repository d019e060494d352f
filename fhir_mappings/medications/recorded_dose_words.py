"""The dose that a text beside an earlier or running therapy says was given.

    "4.4 mg/kg IV every 3 weeks"                    4.4 mg/kg
    "378 mg (5.4 mg/kg)"                            5.4 mg/kg: by weight before the product of it
    "5.4 mg/kg, dose reduced to 4.4 mg/kg"          4.4 mg/kg
    "4.4 mg/kg (previously 5.4 mg/kg)"              4.4 mg/kg

TRAP: "if ANC < 0.5 reduce to 4.4 mg/kg" was not given, "reduced from 5.4 mg/kg" is no more. Two doses that differ are none.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from fhir_mappings.medications.dose_words import Amount, Place, places_in
from fhir_mappings.medications.former_dose_words import CONDITION_AFTER, MOST_AMOUNTS, RELATIVE, is_denied, is_former, is_limit, is_replaced
from fhir_mappings.remembered import remembered

_SENTENCE: Final = re.compile(r"\.(?!\d)")
_CONDITION_BEFORE: Final = re.compile(r"\b(?:if|unless|in case|consider|max|maximum|up to|not)\b")
_REDUCED: Final = re.compile(r"\b(?:reduced?|decreased?|lower(?:ed)?) (?:from [\d., a-z/]{1,30} )?to $")
_RANGE: Final = re.compile(r"\d(?:-|–| - | to | or )$")


@remembered(maxsize=1024)
def recorded_amount_in(text: str) -> Amount | None:
    """The mass (per kg, per m2 or as such) that a text says is or was given; None where it gives none, or several that differ."""
    places = list(islice(places_in(text), MOST_AMOUNTS + 1))
    stated = [place for place in places if not (_conditional(place) or is_limit(place) or is_denied(place))]
    if len(places) > MOST_AMOUNTS or any(place.amount.daily for place in places):
        return None
    reduced = [place for place in stated if _REDUCED.search(place.before)]
    meant = [place for place in stated if not is_replaced(place)]
    # What is called former was given too, where the text names no other dose.
    current = reduced or [place for place in meant if not is_former(place)] or meant
    if not reduced and any(_RANGE.search(place.before) for place in current):
        return None
    amounts = {place.amount for place in current}
    relative = {amount for amount in amounts if amount.unit in RELATIVE}
    return _only(relative or amounts)


def _conditional(place: Place) -> bool:
    sentence = _SENTENCE.split(place.before)[-1]
    return _CONDITION_BEFORE.search(sentence) is not None or CONDITION_AFTER.match(place.after) is not None


def _only(amounts: set[Amount]) -> Amount | None:
    return amounts.pop() if len(amounts) == 1 else None
