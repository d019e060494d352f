"""The days of an infusion where a text lists them or says "daily", beside its amount: what is meant as an interval.

    "5.4 mg/kg IV on days 1 and 8 of a 21-day cycle"     7 days from one dose to the next
    "5.4 mg/kg IV daily"                                 1 day
    "5.4 mg/kg IV BID"                                   half a day

TRAP: in the text of an infusion other medicines are spoken of too ("... dexamethasone on days 1, 2 and 3"), and systems write "daily,
for 1 dose". Only what stands beside the amount, with nothing but the way of giving it in between, is the infusion's own.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

_BRACKETED: Final = re.compile(r" ?\((?![^()]*\bd(?:ays?)? ?\d)[^()]*\)")
#: The words that may stand between an amount and its days.
_BETWEEN: Final = (
    r"(?:,? (?:iv|i\.v\.?|ivpb|sc|sq|subq|subcut\w*|intravenous(?:ly)?|infusions?|infused?|administer(?:ed)?|given?|over|via|in|on|as|a|an|"
    r"the|by|once|\d{1,3}(?:-day)?|min|mins|minutes|h|hours?|every|each|of|cycle|weeks|days|q ?\d{1,2}(?:d|w|days|weeks)?)(?![\w-]))*"
)
_MASS: Final = r"\d ?(?:mg|g)\b"
_AMOUNT: Final = rf"{_MASS}(?P<per>/(?:kg|m2|m²|m\^2))?(?:/dose\b)?"
_FURTHER: Final = r"(?: ?, ?(?:and )?| ?(?:and|&|\+) ?)(?:d|days? )?\d{1,2}"
#: A list of days ends with what cannot make its last number an amount, an hour or a span.
_LIST: Final = (
    rf"(?P<days>\b(?:d|days? )\d{{1,2}}(?:{_FURTHER})+)(?!{_FURTHER})"
    r"(?= ?(?:$|[.;,)]|of\b|in\b|q\b|q\d|every\b|each\b|iv\b|i\.v|over\b|via\b))"
)
_LISTED: Final = re.compile(rf"(?:^|{_AMOUNT}){_BETWEEN},? \(?{_LIST}")
_OFTEN: Final = (
    r"(?:daily|every day|each day|q\.?d\b|qday|b\.?i\.?d|t\.?i\.?d|(?:twice|(?:2|3|two|three) times) (?:a |per )?da(?:y|ily)|"
    r"q ?(?:8|12) ?h|every (?:8|12) hours)"
)
_DAILY: Final = re.compile(rf"{_AMOUNT}(?P<way>{_BETWEEN}),? {_OFTEN}(?![\w-])")
_INTO_THE_BODY: Final = re.compile(r"\b(?:iv|i\.v|ivpb|sc|sq|subq|subcut|intravenous|infus)")
_ONE_DOSE: Final = re.compile(
    r"\b(?:1|one|a single) (?:dose|day|time|occurrence)s?\b|\bx ?1\b|\b1 ?x\b|\bonce only\b|\bsingle dose\b|\blast dose\b|\buntil\b"
)
_NUMBER: Final = re.compile(r"\d+")
_FIRST: Final = re.compile(_MASS)


def days_apart(low: str) -> int | None:
    """Days from one dose to the next at least, of a text in small letters with single spaces; `None` where it does not list them.

    A single day of a cycle is no list, and neither is a span ("days 1-14").
    """
    plain = _without_brackets(low)
    listed = _LISTED.search(plain)
    if listed is None or not _of_the_first(listed, plain):
        return None
    days = sorted({int(day) for day in _NUMBER.findall(listed["days"])})
    return min((later - earlier for earlier, later in pairwise(days)), default=None)


def meant_daily(low: str) -> bool:
    """Whether a text gives an amount by infusion or injection every day, once or several times, and not once alone."""
    plain = _without_brackets(low)
    daily = _DAILY.search(plain)
    if daily is None or not _of_the_first(daily, plain) or _ONE_DOSE.search(low) is not None:
        return False
    return daily["per"] == "/kg" or _INTO_THE_BODY.search(daily["way"]) is not None


def _without_brackets(low: str) -> str:
    """The text without what stands in brackets, as a rule the amount calculated (listed days stay); each word has a space before it."""
    return f" {_BRACKETED.sub('', low)}"


def _of_the_first(found: re.Match[str], plain: str) -> bool:
    """Whether what was found belongs to the first amount of a text: further ones are those of other medicines, or of other days."""
    first = _FIRST.search(plain)
    return first is None or found.start() <= first.start()
