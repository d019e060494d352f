"""The doses that the text of an order asks for, step by step.

    "5.4 mg/kg (378 mg)"                            one step, in two units
    "8 mg/kg loading, then 6 mg/kg"                 two steps, of which the second goes on
    "reduced from 5.4 mg/kg to 4.4 mg/kg"           4.4 mg/kg: what was given before is not ordered
    "do not exceed 5.4 mg/kg. Give 6.4 mg/kg"       6.4 mg/kg: a limit is no dose

What is ordered on a condition stands last: it may be given, but it is not the dose.
TRAP: a bare mass behind the first step may be another drug's ("premedicate with dexamethasone 12 mg"), and so may a mass per kg that
another drug's name introduces ("T-DM1 after T-DXd 5.4 mg/kg").
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Final, Literal, NamedTuple

from fhir_mappings.dose_words import Amount, Place, places_in
from fhir_mappings.drug_names import drugs_of
from fhir_mappings.remembered import remembered

_Manner = Literal["stated", "conditional", "former"]

_RELATIVE: Final = ("mg/kg", "mg/m2")
#: A text with more amounts than this is no dosage instruction.
_MOST: Final = 8
_CLAUSE: Final = re.compile(r"[;,()]|\.(?!\d)")
_LINK: Final = re.compile(r"\b(?:after|following|since|with|for|on|of|to|and|then)\b")

#: The same dose in another unit: "5.4 mg/kg (378 mg)", "378 mg = 5.4 mg/kg", "5.4 mg/kg, total dose 378 mg".
_SAME: Final = re.compile(
    r"[(=](?: ?(?:=|~|≈|:|about|approx\.?|total|dose|of)){0,4} ?$|\b(?:total|calculated|final|actual)(?: dose)?(?: of| ?[:=])? $"
)
_FORMER_BEFORE: Final = re.compile(
    r"\b(?:from|instead of|rather than|not|(?<!followed )by)(?: (?:the|an?|full|label|usual|starting|original|dose|of))* $|"
    r"% of (?:the )?$|\bwas(?: on| at| given| receiving)?:? $"
)
_FORMER_CLAUSE: Final = re.compile(
    r"\b(?:previous(?:ly)?|prior(?! to\b)|formerly|last (?:dose|given|time)|earlier|received|history of|s/p)\b"
)
_FORMER_AFTER: Final = re.compile(
    r"\A(?: ?\([^()]{0,30}\))?(?:"
    r",? (?:iv |po )?(?:dose )?(?:(?:was|is|has been|now) )*(?:reduced|decreased|lowered|changed|adjusted|increased) to\b|"
    r" (?:previously|formerly|was given|given (?:on|in|\d{1,4}[/-]\d+)|last (?:dose|cycle|time))\b)"
)
_ARROW_AFTER: Final = re.compile(r"\A(?: ?\([^()]{0,30}\))? ?(?:-{1,2}>|=>|→|⇒)")
#: "loading 8 mg/kg -> 6 mg/kg": the arrow leads on from a loading dose, and back to nothing.
_LOADING_BEFORE: Final = re.compile(r"\bload(?:ing)?(?: dose)?(?: of)?:? $")
_LIMIT_BEFORE: Final = re.compile(r"\b(?:max|maximum|exceed(?:ing)?|capped|(?:no|not) more than|limit|cumulative|lifetime)\b")
_LIMIT_AFTER: Final = re.compile(r"\A (?:max|maximum|cumulative|lifetime)\b")
_CONDITION_BEFORE: Final = re.compile(r"\b(?:if|unless|in case|consider|may|up to|not)\b")
_CONDITION_AFTER: Final = re.compile(r"\A[ ,(]*(?:if|unless|in case)\b")
_GOES_ON_BEFORE: Final = re.compile(
    r"\b(?:then|thereafter|afterwards|followed by|(?:maintenance|subsequent)(?: doses?)?|(?:from )?cycles? (?:2|two)(?: on(?:wards?)?)?)"
    r"(?: (?:of|with|give))?:? $"
)
_GOES_ON_AFTER: Final = re.compile(r"\A,? (?:iv |sc )?(?:as )?maintenance\b")


class Step(NamedTuple):
    """One dose of an order: its amount, in two units where the text says so; `goes_on`: it is said to follow another step.

    `drugs`: the drugs that the words right before the amount name. `conditional`: it is given only if something holds.
    """

    amounts: tuple[Amount, ...]
    goes_on: bool = False
    drugs: tuple[str, ...] = ()
    conditional: bool = False

    def beside(self, other: Amount, *, begins: bool) -> tuple[Amount, ...]:
        """The amounts that may be of the same drug as another one.

        All, where the step holds that amount, follows it, or is given by weight (surface) as that is; those by weight of the first words
        (`begins`), which may still quote a partner's dose; else none.
        """
        relative = tuple(amount for amount in self.amounts if amount.unit in _RELATIVE)
        if self.goes_on or other in self.amounts or any(amount.unit == other.unit for amount in relative):
            return self.amounts
        return relative if begins else ()


@remembered(maxsize=1024)
def steps_in(text: str) -> tuple[Step, ...]:
    """The doses (masses) that a text orders, in its order, those on a condition last; `()` where it orders none."""
    found: list[tuple[_Manner, Step]] = []
    last: Place | None = None
    for place in islice(places_in(text), _MOST):
        if last is not None and found and _in_another_unit(last, place):
            manner, step = found[-1]
            found[-1] = manner, step._replace(amounts=(*step.amounts, place.amount))
        else:
            manner = _manner(place)
            step = Step((place.amount,), _goes_on(place) and bool(found), _named(place), manner == "conditional")
            found.append((manner, step))
        last = place
    return tuple(step for wanted in ("stated", "conditional") for manner, step in found if manner == wanted)


def _in_another_unit(last: Place, place: Place) -> bool:
    relative = [one.amount.unit in _RELATIVE for one in (last, place)]
    return relative[0] is not relative[1] and _SAME.search(place.before) is not None


def _manner(place: Place) -> _Manner:
    clause = _CLAUSE.split(place.before)[-1]
    if _FORMER_BEFORE.search(place.before) or _FORMER_CLAUSE.search(clause) or _FORMER_AFTER.match(place.after):
        return "former"
    if _ARROW_AFTER.match(place.after) and not _LOADING_BEFORE.search(place.before):
        return "former"
    if _LIMIT_BEFORE.search(clause) or _LIMIT_AFTER.match(place.after):
        return "former"
    return "conditional" if _CONDITION_BEFORE.search(clause) or _CONDITION_AFTER.match(place.after) else "stated"


def _named(place: Place) -> tuple[str, ...]:
    return drugs_of((), _LINK.split(_CLAUSE.split(place.before)[-1])[-1]).drugs if place.before else ()


def _goes_on(place: Place) -> bool:
    return _GOES_ON_BEFORE.search(place.before) is not None or _GOES_ON_AFTER.match(place.after) is not None
