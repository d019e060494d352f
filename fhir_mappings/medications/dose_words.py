"""Doses as people write them: amount, unit, how often, by which way, and whether it is a first dose.

    "5.4 mg/kg IV q3w"                 5.4 mg/kg, every 21 days, iv
    "1200 mg/600 mg SC"                the parts of a fixed combination
    "2000 mg/m2/day in 2 doses PO"     1000 mg/m2, twice a day, oral
    "600 mg daily, divided BID"        300 mg, twice a day
    "2 (two) times a day"              twice a day: EHRs write a number in both ways
    "4 tabs of 150 mg"                 600 mg

TRAP: "21 mg/mL", "150 mg tablet", "4 vials of 100 mg" and "in 250 mL" are a concentration, two strengths and a diluent, never a dose.
"1.000 mg" is one milligram to some, and a thousand to others: no dose that could be told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from fhir_mappings.medications.control_words import without_controls
from fhir_mappings.medications.infusion_days import days_apart, meant_daily
from fhir_mappings.remembered import remembered
from fhir_mappings.units import dose_unit
from guideline.orders import Route


class Amount(NamedTuple):
    """An amount in a canonical unit (`mg`, `mg/kg`, `mg/m2`, `mL`, `AUC`, or one that is only counted: `{tbl}`, `[iU]`).

    `daily`: the amount of a whole day.
    """

    value: float
    unit: str
    daily: bool = False


class Place(NamedTuple):
    """An amount, and the words around it: the end of what stands before it in its clause, and the beginning of what follows."""

    amount: Amount
    before: str
    after: str


class Frequency(NamedTuple):
    """How often: times a day, or days from one dose to the next (on average). Both `None`: not said.

    `every_days` is 1 only for an infusion that is meant to be given every day: once a day is how systems write "once". Below 1: so often a
    day.
    """

    times_a_day: float | None = None
    every_days: float | None = None


#: A milligram and its thousandths, or thousands of milligrams.
_ONE_OR_A_THOUSAND: Final = re.compile(r"[1-9]\.\d{3}")
#: No dose is as large in any unit: such a number is none.
_MOST: Final = 1e9

_NUMBER: Final = r"(?<![\d.,])(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?)"
_MASS: Final = r"mg|milligrams?|grams?|gm|g|mcg|ug|µg|μg|micrograms?"
_SMALL_NUMBERS: Final = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
_COUNT: Final = rf"(?<![\w.,/–-])(\d{{1,2}}(?:\.\d{{1,2}})?|{'|'.join(_SMALL_NUMBERS)})"
_TABLET: Final = r"(?<![a-z])(?:tab|cap(?!ecit)|pill)"
_FORM: Final = rf"(?:oral |film[- ]coated )*{_TABLET}"
_FORMS: Final = rf"{_FORM}[a-z]*"
#: Behind "daily": the amount is that of the day, and is shared out. No other amount stands in between.
_SHARED_OUT: Final = r"\b(?:(?!\d ?mg)[^.;]){0,40}?\b(?:divided|split|(?:in|into|as) \w{1,5} (?:equal )?doses)\b"
_OF_A_DAY: Final = (
    r"\s*(?:/|per|a|each)\s*(?:day|d|24 ?h)\b|(?:\s+total)?\s+daily dose\b|"
    rf"(?=(?:\s+(?:total|by mouth|p\.?o\.?|orally))*\s+daily{_SHARED_OUT})"
)
_AMOUNT: Final = re.compile(
    rf"{_NUMBER}\s*-?\s*({_MASS})\b"
    r"(?:\s*(?:/|per)\s*(kg|kilograms?|m2|m²|m\^2|sqm|m\s?sq|square met(?:er|re)s?|ml|milliliters?|l)\b)?"
    rf"({_OF_A_DAY})?"
    # Of one vial: "6 vials (100 mg each)", "100 mg x 6 vials". Not "150 mg each morning".
    rf"(\s*{_FORM}|\s*vial|\s*(?:each|apiece)(?=\s*(?:[).,;]|\bi\.?v\b|$))|\s*[x×]\s*\d+\s*vials?\b)?"
)
_TABLETS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_COUNT}\s*(?:x|×|of)?\s*{_NUMBER}\s*mg\s*{_FORM}",
        rf"{_COUNT} ?{_FORMS} (?:of|x|×|@) {_NUMBER}\s*mg\b(?! total)",
        rf"{_COUNT} ?{_FORMS},? [(@]?{_NUMBER}\s*mg (?:each|apiece|per {_FORM})",
    )
)
_COUNTED: Final = re.compile(rf"{_COUNT} ?{_FORMS}(?![a-z])")
_STRENGTH: Final = re.compile(rf"{_NUMBER}\s*mg\b(?! ?/| per ml)")
#: What a product is counted in.
_PIECE: Final = re.compile(rf"{_TABLET}|\b(?:vials?|injection)\b|\b(?:filmtablett|(?:hart)?kapsel|comprimido)")
#: The strength of several vials follows; of a single one it is the dose as well.
_VIALS_OF: Final = re.compile(r"(?<!\b1 )(?<!\bone )\bvials? of \Z")
_VOLUME: Final = re.compile(
    rf"(?<!/)(?<!in )(?<!with )(?<!of ){_NUMBER}\s*(?:ml|milliliters?)\b(?! (?:of )?(?:ns|nacl|saline|sodium|d5w|dextrose))"
)
_AUC: Final = re.compile(r"\bauc\s*(?:of|=)?\s*(\d+(?:\.\d+)?)")
_PAIRS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_NUMBER}\s*mg(?:\s+(?:of\s+)?[a-z]+)?\s*(?:/|\+|-|–|&|,|and)+\s*(?:and\s+)?(?:[a-z]{{6,}}\s+)?{_NUMBER}\s*mg(?!\s*/\s*(?:ml|kg|m))",
        # A third number is the units of hyaluronidase: "1200-600-30000 MG-MG-UNT/15ML".
        r"(?<![\d.,/])(?<!\d-)([\d,]{3,5})\s*[/-]\s*([\d,]{3,5})(?:\s*[/-]\s*[\d,]{4,6})?\s*mg(?!\s*/\s*(?:ml|kg|m))",
    )
)  # fmt: skip
_PER: Final = {"kg": "/kg", "kilogram": "/kg", "kilograms": "/kg", "ml": None, "milliliter": None, "milliliters": None, "l": None}
_LEADING_TO: Final = {"g": ("mg", 1000.0), "ug": ("mg", 0.001), "ug/kg": ("mg/kg", 0.001), "g/m2": ("mg/m2", 1000.0)}
#: By which weight it was reckoned and the like: "mg/kg{actual}", "mg/kg (Treatment Plan Recorded)". Alone it is the unit: "{tbl}".
_REMARK: Final = re.compile(r"(?<=[a-z0-9²])\s*(?:\{[^{}]*\}|\([^()]*\))\Z")
_ENDING: Final = re.compile(r"/\{?(?:dose|dosis|inf\w*|application)\}?$")
_DAILY: Final = re.compile(r"/\{?(?:day|d|24\.?h)\}?$")

_NUMBER_WORD: Final = rf"(?:{'|'.join(_SMALL_NUMBERS)}|nine|ten|eleven|twelve|fourteen|twenty[- ]one|twenty[- ]eight|thirty)"
_WRITTEN_TWICE: Final = re.compile(rf"\b(\d{{1,3}}) ?\({_NUMBER_WORD}\)|\b{_NUMBER_WORD} ?\((\d{{1,3}})\)")
_NUMERAL: Final = r"(\d+|one|two|three|four|six)"
_SEVERAL_A_DAY: Final = (
    (re.compile(r"\bb\.?i\.?d\b|\bbd\b|twice[- ](?:a |per |each )?da(?:y|ily)|\bevery 12 ?h|\bq ?12 ?h"), 2.0),
    (re.compile(r"\bt\.?i\.?d\b|\btds\b|thrice daily|\bevery 8 ?h|\bq ?8 ?h"), 3.0),
    (re.compile(r"\bq\.?i\.?d\b|\bqds\b|\bevery 6 ?h|\bq ?6 ?h"), 4.0),
)
_TIMES_A_DAY: Final = re.compile(
    rf"\b{_NUMERAL}(?: times?| ?x) ?(?:a |per |each |/ ?)?da(?:y|ily)\b(?! ?\d)|\b(?:in|into|as) {_NUMERAL} (?:equal |divided )*doses\b"
)
_EVERY: Final = (
    (re.compile(rf"\b(?:q|every|each) ?{_NUMERAL} ?-?(?:w|wks?|weeks?)\b"), 7),
    (re.compile(rf"\b{_NUMERAL}[- ]week(?:ly|s? cycle)\b"), 7),
    (re.compile(rf"\b(?:q|every|each) ?{_NUMERAL} ?-?(?:d|days?)\b"), 1),
    (re.compile(rf"\b{_NUMERAL}[- ]days? cycle\b"), 1),
)
_SHORTEST_DAYS: Final = 5
_OTHER_WEEK: Final = re.compile(r"\b(?:every (?:other|second) week|fortnightly)\b")
#: TRAP: "if more than 1 wk late" is no interval: "wk" counts behind what makes it one. "Tri-weekly" is every three weeks to most.
_WEEKLY: Final = re.compile(
    r"(?<!twice )(?<!\d-)(?<!\btri-)(?<!\bbi-)\b"
    r"(?:weekly|wkly|every week|each week|q ?w(?:k|eek(?:ly)?)?|per week|(?:every |each |per |mg/m2 |mg/kg )wk)\b|"
    r"/ ?w(?:ee)?k\b"
)
#: Weekly doses that come first: "4 mg/kg, then 2 mg/kg weekly x 12, then 6 mg/kg every 3 weeks".
_WEEKLY_FIRST: Final = re.compile(r"\A.{0,60}?\bmg/kg(?:/dose)?,? ?(?:iv |sc )?(?:once )?(?:weekly|every week|q ?1? ?wk?)\b")
_MONTHLY: Final = re.compile(r"\b(?:monthly|every (?:28 days|month))\b")
_DAILY_WORD: Final = re.compile(r"\b(?:daily|q\.?d|qday|every day|each day|once a day|q ?24 ?h|every 24 ?h\w*|per day|a day)\b")

_ROUTES: Final[tuple[tuple[re.Pattern[str], Route], ...]] = (
    (re.compile(r"(?:\bs\.?c\b|\bsq\b|\bsub-?q\b|subcut[a-z]*+)(?! (?:port|chemoport|implant))"), "sc"),
    (re.compile(r"\bi\.?v\b|\bivpb\b|\bivinf|intraven|infusion|\binfuse"), "iv"),
    (re.compile(r"\bi\.?m\b|intramusc"), "im"),
    (re.compile(r"\bp\.?o\b|\boral|\bby mouth|\btablet|\bcapsule"), "oral"),
)
#: "not for subcutaneous use", "do not give SC": another way is meant.
_NOT_THIS_WAY: Final = re.compile(r"(?<!if )\b(?:not|never|avoid)\b(?: [a-z]+){0,4} ?\Z")
#: What follows "first dose" where the words say how long it runs, or on which day it is due: "first dose 11/20/26 9:00".
_RUN_OR_DAY: Final = (
    r"s?[:,]? ?(?:over\b|infus|given (?:over|on)\b|in \d+ min|on\b|at\b|today\b|tomorrow\b|now\b|stat\b|due\b|date|time\b|"
    r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d\d-\d\d|\d{1,2}:\d\d)"
)
_LOADING: Final = re.compile(rf"\b(?:re-?)?load(?:ing)?\b|\b(?:initial|first|starting) (?:dose|infusion)\b(?!{_RUN_OR_DAY})")
_MAINTENANCE: Final = re.compile(
    r"\bmaintenance\b|\b(?:subsequent|following) (?:doses?|infusions?)\b(?! (?:over|infus|given over|in \d+ min))"
)
#: A loading dose on a condition, or one that was given: "reload with 8 mg/kg if more than 6 weeks late", "loading dose given 5/1/26".
_NOT_THIS_TIME: Final = re.compile(
    r"\b(?:re-?)?load(?:ing|ed)?\b[^.;]{0,40}?(?:\bif\b[^.;]*|\b(?:was given|given (?:on|in|\d{1,4}[/-]\d+)|received)\b)|"
    r"\bif\b[^.;]{0,60}\b(?:re-?)load\b"
)
_NO_LOADING: Final = re.compile(
    r"\b(?:no|without|not a|no need (?:for|to)) (?:an? |any )?(?:re-?)?load|"
    r"\bload(?:ing)?(?: dose)? (?:is |was )?(?:not (?:needed|required|necessary|indicated)|omitted|unnecessary)"
)


@remembered(maxsize=1024)
def canonical(value: float, unit: str) -> Amount | None:
    """An amount in its canonical unit; `None` for a unit that we do not read. `mg/kg/dose` is `mg/kg`, `mg/m2/d` an amount of a day."""
    plain = _ENDING.sub("", _REMARK.sub("", unit.strip().lower()))
    daily = _DAILY.search(plain) is not None
    known = dose_unit(_DAILY.sub("", plain))
    if known is None or value > _MOST:
        return None
    target, factor = _LEADING_TO.get(known, (known, 1.0))
    return Amount(round(value * factor, 6), target, daily)


@remembered(maxsize=1024)
def area_or_volume_in(text: str) -> Amount | None:
    """The first AUC, else the first volume, that a text gives as a dose."""
    low = _plain(text)
    area = _AUC.search(low)
    if area is not None:
        return Amount(float(area[1]), "AUC")
    volume = _VOLUME.search(low)
    return Amount(_number(volume[1]), "mL") if volume is not None else None


@remembered(maxsize=1024)
def tablets_in(text: str) -> float | None:
    """How many tablets (capsules) a text says are taken at a time; None where it says nothing, or two numbers."""
    counts = {_numeral(count) for count in _COUNTED.findall(_plain(text))}
    return counts.pop() if len(counts) == 1 else None


@remembered(maxsize=1024)
def strength_in(product: str) -> float | None:
    """The mg of one tablet (capsule, vial) by the name of a product: `tucatinib 150 mg tablet`. None where the name holds none, or two."""
    low = _plain(product)
    if _PIECE.search(low) is None:
        return None
    strengths = {_number(found) for found in _STRENGTH.findall(low)}
    return strengths.pop() if len(strengths) == 1 else None


@remembered(maxsize=1024)
def relative_amount_in(text: str) -> Amount | None:
    """The first amount per kg or m2 in a product's name: strengths are never given so."""
    return next((found.amount for found in _amounts(_plain(text)) if found.amount.unit in ("mg/kg", "mg/m2")), None)


def places_in(text: str) -> Iterator[Place]:
    """Every mass that a text gives as a dose, with the words around it."""
    return _amounts(_plain(text))


@remembered(maxsize=1024)
def parts_in(text: str) -> tuple[float, ...]:
    """The amounts of a fixed combination of two in mg, the larger first; `()` where the text does not give both."""
    low = _plain(text)
    for pattern in _PAIRS:
        found = pattern.search(low)
        if found is not None:
            return tuple(sorted((_part(found[1]), _part(found[2])), reverse=True))
    return ()


def _part(text: str) -> float:
    """One amount of a fixed combination, hundreds of milligrams: `1.200` is 1200."""
    return _number(text.replace(".", "") if _ONE_OR_A_THOUSAND.fullmatch(text) else text)


@remembered(maxsize=1024)
def frequency_in(text: str) -> Frequency:
    """How often, in words or abbreviations: `BID`, `Q3W`, `every 21 days`, `weekly`, `daily`."""
    low = without_controls(_plain(text))
    several = next((times for pattern, times in _SEVERAL_A_DAY if pattern.search(low)), None)
    if several is None and (counted := _TIMES_A_DAY.search(low)) is not None:
        several = _numeral(counted[1] or counted[2])
    days = next((round(_numeral(found[1]) * length) for pattern, length in _EVERY if (found := pattern.search(low)) is not None), None)
    if several is not None:
        return Frequency(times_a_day=several, every_days=round(1 / several, 3) if several > 1 and meant_daily(low) else None)
    listed = days_apart(low)
    if listed is not None:
        return Frequency(every_days=listed)
    if days is None and _OTHER_WEEK.search(low):
        days = 14
    if (days is None and _WEEKLY.search(low)) or (days is not None and _WEEKLY_FIRST.search(low)):
        days = 7
    if days is None and _MONTHLY.search(low):
        days = 28
    if days is not None and days > 1:
        # No infusion is written so; what is done every few days (a dressing, a control) is not the dose.
        return Frequency(every_days=days) if days >= _SHORTEST_DAYS else Frequency()
    if days == 1 or _DAILY_WORD.search(low):
        return Frequency(times_a_day=1.0, every_days=1 if meant_daily(low) else None)
    return Frequency()


@remembered(maxsize=1024)
def route_in(text: str) -> Route | None:
    """The way a drug is given, where a text names one."""
    low = _plain(text)
    return next((route for pattern, route in _ROUTES if any(_is_meant(found, low) for found in pattern.finditer(low))), None)


def _is_meant(found: re.Match[str], low: str) -> bool:
    return _NOT_THIS_WAY.search(low, max(found.start() - _AROUND, 0), found.start()) is None


@remembered(maxsize=1024)
def loading_in(text: str) -> bool | None:
    """Whether a text calls its dose a loading (first) dose, or a maintenance dose. "8 mg/kg loading, then 6 mg/kg" begins with loading."""
    low = _plain(text)
    if _NO_LOADING.search(low):
        return False
    low = _NOT_THIS_TIME.sub(" ", low)
    loading, maintenance = _LOADING.search(low), _MAINTENANCE.search(low)
    if loading is None or maintenance is None:
        return None if loading is maintenance else loading is not None
    return loading.start() < maintenance.start()


def _amounts(low: str) -> Iterator[Place]:
    counted = _counted(low)
    for found in _AMOUNT.finditer(low):
        number, mass, per, daily, strength = found.groups()
        relative = "" if per is None else _PER.get(per, "/m2")
        if relative in ("", "/m2") and _ONE_OR_A_THOUSAND.fullmatch(number):
            continue
        start, times = counted.get(found.start(), (found.start(), None))
        if relative is None or (strength and times is None) or _VIALS_OF.search(low, max(start - _AROUND, 0), start):
            continue
        amount = canonical(_number(number) * (times or 1), mass)
        if amount is not None:
            before, after = low[max(start - _AROUND, 0) : start], low[found.end() : found.end() + _AROUND]
            yield Place(Amount(amount.value, amount.unit + relative, daily is not None), before, after)


def _counted(low: str) -> dict[int, tuple[int, float]]:
    """Where a mass is that of one tablet (capsule): where its count stands, and the count (`4 tabs of 150 mg`)."""
    if re.search(_TABLET, low) is None:
        return {}
    return {found.start(2): (found.start(), _numeral(found[1])) for pattern in _TABLETS for found in pattern.finditer(low)}


#: How many characters around an amount may say what it is.
_AROUND: Final = 60


def _plain(text: str) -> str:
    """In lower case, with single blanks, no plural in brackets, and a number that is written twice (`2 (two)`, `two (2)`) written once."""
    low = " ".join(text.lower().split()).replace("(s)", "")
    return _WRITTEN_TWICE.sub(r"\1\2", low) if "(" in low else low


def _number(text: str) -> float:
    """A number as written: `1,000` is a thousand, `5,4` is 5.4."""
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        return float(text.replace(",", ""))
    return float(text.replace(",", "."))


def _numeral(text: str) -> float:
    return float(_SMALL_NUMBERS.get(text) or text)
