"""The doses that the text of an order asks for, step by step.

    "5.4 mg/kg (378 mg)"                            one step, in two units
    "8 mg/kg loading, then 6 mg/kg"                 two steps, of which the second goes on
    "reduced from 5.4 mg/kg to 4.4 mg/kg"           4.4 mg/kg: what was given before is not ordered
    "do not exceed 5.4 mg/kg. Give 6.4 mg/kg"       6.4 mg/kg: a limit is no dose

What is ordered on a condition stands behind: it may be given, but it is not the dose. So does the dose of another cancer.
TRAP: a bare mass behind the first step may be another drug's ("premedicate with dexamethasone 12 mg"), and so may a mass per kg that
another drug's name introduces ("T-DM1 after T-DXd 5.4 mg/kg").
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Final, Literal, NamedTuple

from fhir_mappings.medications.dose_words import Amount, Place, places_in
from fhir_mappings.medications.drug_names import drugs_of
from fhir_mappings.medications.former_dose_words import (
    CONDITION_AFTER,
    MOST_AMOUNTS,
    RELATIVE,
    clause_before,
    is_denied,
    is_elsewhere,
    is_former,
    is_limit,
    is_replaced,
)
from fhir_mappings.remembered import remembered

_Manner = Literal["stated", "conditional", "elsewhere", "former"]

_LINK: Final = re.compile(r"\b(?:after|following|since|with|for|on|of|to|and|then)\b")

#: The same dose in another unit: "5.4 mg/kg (378 mg)", "378 mg = 5.4 mg/kg", "5.4 mg/kg, total dose 378 mg".
_SAME: Final = re.compile(
    r"[(=](?: ?(?:=|~|≈|:|about|approx\.?|total|dose|of)){0,4} ?$|\b(?:total|calculated|final|actual)(?: dose)?(?: of| ?[:=])? $"
)
#: What was given already is no order, also where it is the only dose that the text names.
_GIVEN_BEFORE: Final = re.compile(r"\bwas(?: on| at| given| receiving)?:? $")
_GIVEN_CLAUSE: Final = re.compile(r"\b(?:last (?:dose|given|time)|received)\b")
_GIVEN_AFTER: Final = re.compile(r"\A(?: ?\([^()]{0,30}\))? (?:was given|given (?:on|in|\d{1,4}[/-]\d+)|last (?:dose|cycle|time))\b")
_CONDITION_BEFORE: Final = re.compile(r"\b(?:if|unless|in case|consider|may|up to|not)\b")
_GOES_ON_BEFORE: Final = re.compile(
    r"\b(?:then|thereafter|afterwards|followed by|(?:maintenance|subsequent)(?: doses?)?|(?:from )?cycles? (?:2|two)(?: on(?:wards?)?)?)"
    r"(?: (?:of|with|give))?:? $"
)
#: A mass that the words begin with, as order entry prints it: "378 mg, Intravenous, Once", "Dose: 378 mg = 18.9 mL IVPB".
_BEGINS: Final = re.compile(r"(?:(?:total |calculated |final )?dose:? ?|give |infuse |administer )?")
_IV_NEXT: Final = re.compile(
    r"(?: ?= ?\d+(?:\.\d+)? ?ml)?,? ?(?:iv\b|i\.v\.|ivpb\b|intravenous(?:ly)?\b)"
    # Else the strength of a product: "100 mg intravenous powder for solution".
    r"(?!,? ?(?:sol(?:utio)?n|powder|inj(?:ection)?|vial|concentrate|recon|lyophil))"
)
_OF_ANOTHER: Final = re.compile(r"\b(?:before|prior|pre-?med\w*|pre-?treat\w*)\b")
_GOES_ON_AFTER: Final = re.compile(r"\A,? (?:iv |sc )?(?:as )?maintenance\b")


class Step(NamedTuple):
    """One dose of an order: its amount, in two units where the text says so; `goes_on`: it is said to follow another step.

    `drugs`: the drugs that the words right before the amount name. `conditional`: it is given only if something holds. `elsewhere`:
    it is called the dose of another cancer. `leads`: the words begin with it as an infusion, and name no drug before or behind it.
    """

    amounts: tuple[Amount, ...]
    goes_on: bool = False
    drugs: tuple[str, ...] = ()
    conditional: bool = False
    elsewhere: bool = False
    leads: bool = False

    def beside(self, other: Amount, *, begins: bool) -> tuple[Amount, ...]:
        """The amounts that may be of the same drug as another one.

        All, where the step holds that amount, follows it, is given by weight (surface) as that is, or is the infusion that the words begin
        with beside a dose by weight; those by weight of the first words (`begins`), which may still quote a partner's dose; else none.
        """
        relative = tuple(amount for amount in self.amounts if amount.unit in RELATIVE)
        if self.goes_on or other in self.amounts or any(amount.unit == other.unit for amount in relative):
            return self.amounts
        if begins and self.leads and other.unit in RELATIVE:
            return self.amounts
        return relative if begins else ()


@remembered(maxsize=1024)
def steps_in(text: str) -> tuple[Step, ...]:
    """The doses (masses) that a text orders, in its order, those on a condition and of another cancer last; `()` where it orders none."""
    found: list[tuple[_Manner, Step]] = []
    last: Place | None = None
    for place in islice(places_in(text), MOST_AMOUNTS):
        if last is not None and found and _in_another_unit(last, place):
            manner, step = found[-1]
            found[-1] = manner, step._replace(amounts=(*step.amounts, place.amount))
        else:
            manner = _manner(place)
            step = Step(
                (place.amount,), _goes_on(place) and bool(found), _named(place),
                conditional=manner == "conditional", elsewhere=manner == "elsewhere", leads=_leads(place),
            )  # fmt: skip
            found.append((manner, step))
        last = place
    return tuple(step for wanted in ("stated", "conditional", "elsewhere") for manner, step in found if manner == wanted)


def _in_another_unit(last: Place, place: Place) -> bool:
    relative = [one.amount.unit in RELATIVE for one in (last, place)]
    return relative[0] is not relative[1] and _SAME.search(place.before) is not None


def _manner(place: Place) -> _Manner:
    if is_replaced(place) or is_former(place) or is_limit(place) or is_denied(place) or _was_given(place):
        return "former"
    if is_elsewhere(place):
        return "elsewhere"
    return "conditional" if _CONDITION_BEFORE.search(clause_before(place)) or CONDITION_AFTER.match(place.after) else "stated"


def _was_given(place: Place) -> bool:
    if _GIVEN_BEFORE.search(place.before) or _GIVEN_CLAUSE.search(clause_before(place)):
        return True
    return _GIVEN_AFTER.match(place.after) is not None


def _named(place: Place) -> tuple[str, ...]:
    return drugs_of((), _LINK.split(clause_before(place))[-1]).drugs if place.before else ()


def _leads(place: Place) -> bool:
    return _BEGINS.fullmatch(place.before) is not None and _IV_NEXT.match(place.after) is not None and not _OF_ANOTHER.search(place.after)


def _goes_on(place: Place) -> bool:
    return _GOES_ON_BEFORE.search(place.before) is not None or _GOES_ON_AFTER.match(place.after) is not None
