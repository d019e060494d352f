"""How long an order goes on by its own words: how many doses it asks for, and on how many days in a row they are taken.

    "8 mg/kg IV q3w x 18"                       18 doses
    "600 mg SC for 6 cycles"                    6 doses
    "1800 mg BID days 1-14 of 21"               14 days on end
    "1800 mg BID continuously, no breaks"       without rest

TRAP: "x 70 kg" is arithmetic and "x 90 minutes" a duration: a bare number counts doses only behind how often they are given. And the bounds
of an order may be those of its cycle, or of many: they are days on end only where no word speaks of days, and up to four weeks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from fhir_mappings.dates import when
from fhir_mappings.orders.draft_resources import DraftRepeat
from fhir_mappings.remembered import remembered
from fhir_mappings.resources import Period, Quantity
from fhir_mappings.results import of_quantity

_MOST_DOSES: Final = 100
_OFTEN: Final = r"(?:\bq ?\d{1,2} ?(?:d|w|wks?|weeks?|days?)|\bevery (?:three|\d{1,2}) (?:weeks?|days?)|\bweekly)"
_COUNTS: Final = (
    re.compile(r"(?:\bx|×|\bfor(?: up to)?) ?(\d{1,2}) (?:more )?(?:cycles?|doses?|courses?|times)\b"),
    re.compile(rf"{_OFTEN},? ?[x×] ?(\d{{1,2}})(?= ?(?:$|[.,;)(]))"),
)


def doses_ordered(repeat: DraftRepeat | None, texts: Iterable[str]) -> int | None:
    """How many doses an order asks for, counted or in the words of one dose; `None` where it does not say."""
    count = repeat.count if repeat is not None else None
    if count is None:
        count = next((found for text in texts if (found := _counted_in(text)) is not None), None)
    return int(count) if count is not None and 0 < count <= _MOST_DOSES else None


@remembered(maxsize=1024)
def _counted_in(text: str) -> int | None:
    low = " ".join(text.lower().split())
    return next((int(found[1]) for pattern in _COUNTS if (found := pattern.search(low)) is not None), None)


class DaysOn(NamedTuple):
    """On how many days in a row a drug is taken, or that it is taken `without_rest`; nothing where the order does not say."""

    days: int | None = None
    without_rest: bool = False


_WEEKS: Final = {"one": 1, "two": 2, "three": 3, "four": 4}
_NUMBER: Final = rf"(\d{{1,2}}|{'|'.join(_WEEKS)})"
_UNIT: Final = r"(d|days?|wks?|weeks?)\b"
#: "days 1-14", "d1 to d14", "day 1 through day 14"
_SPAN: Final = re.compile(r"\bd(?:ays?)? ?1 ?(?:-|–|to|through|thru) ?(?:d(?:ays?)? ?)?(\d{1,2})\b")
#: "14 days on", "2 weeks on, 1 week off", "21 days, then 7 days off"
_ON: Final = re.compile(rf"\b{_NUMBER} ?{_UNIT}(?: on\b|,? ?(?:then |followed by )?{_NUMBER} ?{_UNIT} (?:of )?(?:off|rest|break)\b)")
#: "x 21 days", "for 2 weeks", and not "off for 7 days" or "for a 21-day cycle"
_FOR: Final = re.compile(rf"(?<!off )(?<!rest )(?<!break )(?:\bx|×|\bfor) ?{_NUMBER} ?{_UNIT}(?! ?(?:cycles?|supply|off|rest))")
_RESTS: Final = re.compile(r"\b(?:off|rest|breaks?|pause|cycles?)\b")
_WITHOUT_REST: Final = re.compile(
    r"(?<!not )(?<!not take )(?<!non-)\bcontinuous(?:ly)?\b|"
    r"\b(?:no|without(?: an?y?)?|w/o) (?:breaks?|rest(?: weeks?| periods?| days?)?|pause|interruptions?|weeks? off|days? off)\b"
)
#: Words that speak of days: what the bounds of such an order mean is not theirs to say.
_OF_DAYS: Final = re.compile(r"\b(?:off|rest|breaks?|pause|cycles?|courses?|d ?1)\b|\d ?-?(?:d|days?|wks?|weeks?)\b|\bdays? ?\d|\bweeks?\b")
_DAYS: Final = {"d": 1, "day": 1, "days": 1, "wk": 7, "week": 7, "weeks": 7}
_LONGEST_BOUNDS: Final = 28


def days_on(repeat: DraftRepeat | None, texts: Iterable[str]) -> DaysOn:
    """The days on end of an order in its words, else by its bounds."""
    plain = [" ".join(text.lower().split()) for text in texts]
    said = [days for text in plain for days in _said(text)]
    if said:
        return DaysOn(min(said))
    if any(_WITHOUT_REST.search(text) for text in plain):
        return DaysOn(without_rest=True)
    if repeat is None or any(_OF_DAYS.search(text) for text in plain):
        return DaysOn()
    bounds = _lasting(repeat.bounds_duration) or _between(repeat.bounds_period)
    return DaysOn(bounds if bounds is not None and bounds <= _LONGEST_BOUNDS else None)


def _said(low: str) -> list[int]:
    found = [int(span[1]) for span in _SPAN.finditer(low)]
    found += [_in_days(on[1], on[2]) for on in _ON.finditer(low)]
    if _RESTS.search(_WITHOUT_REST.sub(" ", low)) is None or found:
        found += [_in_days(lasting[1], lasting[2]) for lasting in _FOR.finditer(low)]
    return found


def _in_days(number: str, unit: str) -> int:
    return (_WEEKS.get(number) or int(number)) * (7 if unit.startswith("w") else 1)


def _lasting(duration: Quantity | None) -> int | None:
    number = of_quantity(duration)
    if duration is None or number is None:
        return None
    days = _DAYS.get((duration.code or duration.unit or "").strip().lower())
    return round(number.value * days) if days is not None else None


def _between(period: Period | None) -> int | None:
    """TRAP: whether the last day is one of the doses nobody says: it is not counted."""
    start, end = (when(day) if day else None for day in (period.start, period.end)) if period is not None else (None, None)
    return (end.earliest - start.latest).days if start is not None and end is not None else None
