"""Which amounts of a dosage text are not its dose: those it replaced, those of before, limits, and those that are denied.

Orders and records are read alike.

    "4.4 mg/kg (previously 5.4 mg/kg)"              5.4 mg/kg was the dose before
    "5.4 mg/kg -> 4.4 mg/kg"                        so it was
    "reduced from 5.4 mg/kg", "80 % of 5.4 mg/kg"   5.4 mg/kg is another dose, to which this one is compared
    "do not exceed 5.4 mg/kg"                       5.4 mg/kg is a limit
    "gastric dose is 6.4 mg/kg - do not use"        6.4 mg/kg is denied, and that of another cancer

TRAP: "do not use if ..." and "do not give with ..." deny something else. The dose of another cancer that is all a text names is what it
orders.
TRAP: "was given", "received" and "last dose" say of an order what was before it, and of a record what it records. They are not read here.
"""

from __future__ import annotations

import re
from typing import Final

from fhir_mappings.medications.dose_words import Place

#: Amounts by weight or surface, which come before the product of it.
RELATIVE: Final = ("mg/kg", "mg/m2")
#: A text with more amounts than this is no dosage instruction.
MOST_AMOUNTS: Final = 8
#: What follows an amount that is given only if something holds.
CONDITION_AFTER: Final = re.compile(r"\A[ ,(]*(?:if|unless|in case)\b")

_CLAUSE: Final = re.compile(r"[;,()]|\.(?!\d)")
_REPLACED_BEFORE: Final = re.compile(
    r"\b(?:from|instead of|rather than|not|(?<!followed )by)(?: (?:the|an?|full|label|usual|starting|original|dose|of))* $|% of (?:the )?$"
)
_FORMER_BEFORE: Final = re.compile(r"(?:\A|[(;,:.]) ?was(?: on| at)?:? $")
_FORMER_CLAUSE: Final = re.compile(r"\b(?:previous(?:ly)?|prior(?! to\b)|formerly|earlier|history of|s/p)\b")
_FORMER_AFTER: Final = re.compile(
    r"\A\)?(?: ?\([^()]{0,30}\))?(?:"
    r",? (?:iv |po )?(?:dose )?(?:(?:was|is|has been|now) )*(?:reduced|decreased|lowered|changed|adjusted|increased) to\b|"
    r" (?:previously|formerly)\b)"
)
_ARROW_AFTER: Final = re.compile(r"\A\)?(?: ?\([^()]{0,30}\))? ?(?:-{1,2}>|=>|→|⇒)")
#: "loading 8 mg/kg -> 6 mg/kg": the arrow leads on from a loading dose, and back to nothing.
_LOADING_BEFORE: Final = re.compile(r"\bload(?:ing)?(?: dose)?(?: of)?:? $")
_LIMIT_BEFORE: Final = re.compile(r"\b(?:max|maximum|exceed(?:ing)?|capped|(?:no|not) more than|limit|cumulative|lifetime)\b")
_LIMIT_AFTER: Final = re.compile(r"\A (?:max|maximum|cumulative|lifetime)\b")
#: "do not give 6.4 mg/kg", "not the gastric dose of 6.4 mg/kg"
_DENIED_BEFORE: Final = re.compile(
    r"\b(?:not|don't|never|avoid)(?: (?:use|give|order|administer|be|as|at|for|the|an?|gastric|stomach|cancer|dos(?:e|ing)|of))*:? $"
)
#: What may stand between an amount and the words that deny it.
_ITS_WAY: Final = r"(?: ?\([^()]{0,30}\)| iv| sc| dose| q3w| every (?:3|three) weeks)*"
_DENIED_AFTER: Final = re.compile(
    rf"\A\)?{_ITS_WAY} ?[-–—:,;(.]* ?(?:(?:this|it) )?(?:"
    r"(?:do not|don't|never) (?:use|give|order|administer)|"
    r"(?:is |are |must |should |shall |may |can)?(?:not|never)(?: to)? be (?:used|given|ordered|administered)|"
    r"(?:is |are )?(?:not|never) (?:used|given|ordered|administered|the dose|the right dose|for))"
    r"(?: (?:this|it|here))?(?: (?:in|for) (?:breast|this|her\b|him\b|metastatic)[^.;]*)? ?(?:\Z|[.;!)])"
)
_ELSEWHERE: Final = r"(?:gastric|stomach|gej|gastro-?o?esophageal|nsclc|(?:lung|colorectal)(?= cancer))"
_ELSEWHERE_BEFORE: Final = re.compile(rf"\b{_ELSEWHERE}(?: cancer)?(?: dos(?:e|ing))?(?: of| is)?[:=]? $")
_ELSEWHERE_AFTER: Final = re.compile(rf"\A{_ITS_WAY} ?[(:-]? ?(?:is )?(?:the )?(?:dose )?(?:only )?(?:(?:for|in) )?(?:the )?{_ELSEWHERE}\b")


def clause_before(place: Place) -> str:
    """What stands before an amount in its own clause."""
    return _CLAUSE.split(place.before)[-1]


def is_replaced(place: Place) -> bool:
    """Whether an amount is named only to say what the dose is not, or by how much it changed."""
    return _REPLACED_BEFORE.search(place.before) is not None


def is_former(place: Place) -> bool:
    """Whether an amount is called the dose of before."""
    if _FORMER_BEFORE.search(place.before) or _FORMER_CLAUSE.search(clause_before(place)) or _FORMER_AFTER.match(place.after):
        return True
    return _ARROW_AFTER.match(place.after) is not None and not _LOADING_BEFORE.search(place.before)


def is_limit(place: Place) -> bool:
    """Whether an amount is a limit, or a sum of many doses."""
    return _LIMIT_BEFORE.search(clause_before(place)) is not None or _LIMIT_AFTER.match(place.after) is not None


def is_denied(place: Place) -> bool:
    """Whether an amount is named only to say that it is not to be given."""
    return _DENIED_BEFORE.search(place.before) is not None or _DENIED_AFTER.match(place.after) is not None


def is_elsewhere(place: Place) -> bool:
    """Whether an amount is called the dose of another cancer."""
    return _ELSEWHERE_BEFORE.search(place.before) is not None or _ELSEWHERE_AFTER.match(place.after) is not None
