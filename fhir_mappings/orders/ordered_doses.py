"""The dose of a draft order: how much, how often, which way, and whether it is a first dose.

Structured amounts come before words, masses before volumes and tablets, and of several dosages the first that gives an amount. What the
structure leaves out (frequency, route, loading) the words may add. Tablets (vials) that are only counted are as many times the strength
in the product's name, where that names one. Shares of a day (morning, evening) are taken together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import msgspec
from msgspec.structs import replace

from fhir_mappings.code_tables import canonical_system
from fhir_mappings.coded import as_list, labels_of, triples
from fhir_mappings.documents.later_members import notes_of
from fhir_mappings.medications.day_shares import Share, WholeDay, part_of_day_in, parts_of_day, pieces_of, whole_day
from fhir_mappings.medications.dose_words import (
    Amount,
    Frequency,
    area_or_volume_in,
    canonical,
    frequency_in,
    loading_in,
    parts_in,
    relative_amount_in,
    route_in,
    strength_in,
    tablets_in,
)
from fhir_mappings.medications.former_dose_words import RELATIVE
from fhir_mappings.medications.partner_words import without_partners
from fhir_mappings.medications.repeats import between_events, counted
from fhir_mappings.orders.draft_resources import Draft, DraftDosage, DraftRepeat, amounts_of, dosages_of_draft, dose_range_of, timing_of
from fhir_mappings.orders.order_lengths import days_on, doses_ordered
from fhir_mappings.orders.ordered_dose_words import steps_in
from fhir_mappings.resources import Concept, Quantity, Range
from fhir_mappings.results import of_quantity
from fhir_mappings.units import MASSES, VIAL
from guideline.orders import OrderedDose, Route

_COUNTED: Final = ("{tbl}", "{capsule}", VIAL)
_ROUTE_CODES: Final[dict[str, Route]] = {
    "47625008": "iv", "34206005": "sc", "26643006": "oral", "78421000": "im",
}  # fmt: skip
_MOST_A_DAY: Final = 6


class Order(NamedTuple):
    """Dose and route of one order, the further doses that it names, and the strength of its tablets."""

    dose: OrderedDose | None
    route: Route | None
    further: tuple[OrderedDose, ...] = ()
    strength: float | None = None


class _Dosage(NamedTuple):
    """One dosage instruction, read once: its structured amounts, how often (listed days, `rhythm` in words), its words and its route.

    `own` are the words without what they say of other medicines.
    """

    amounts: tuple[Amount, ...]
    events: tuple[str, ...]
    repeat: DraftRepeat | None
    rhythm: Concept | None
    words: tuple[str, ...]
    own: tuple[str, ...]
    route: list[Concept] | Concept | None
    sequence: int | None


def _read(dosage: DraftDosage, drugs: Sequence[str]) -> _Dosage:
    timing = timing_of(dosage)
    repeat, rhythm = (timing.repeat, timing.code) if timing is not None else (None, None)
    events = tuple(timing.event or ()) if timing is not None else ()
    amounts, words = tuple(_amounts(dosage)), tuple(_words(dosage))
    if repeat is None and rhythm is None:
        amounts = _as_said_of_a_day(amounts, words)
    own = tuple(without_partners(text, drugs) for text in words)
    return _Dosage(amounts, events, repeat, rhythm, words, own, dosage.route, dosage.sequence)


def _as_said_of_a_day(amounts: Sequence[Amount], words: Iterable[str]) -> tuple[Amount, ...]:
    """Amounts that the words, which alone say how often, give for a whole day: `3600 mg` of "3600 mg daily in two divided doses"."""
    said = {amount for text in words for step in steps_in(text) for amount in step.amounts if amount.daily}
    return tuple(of_day if (of_day := amount._replace(daily=True)) in said else amount for amount in amounts)


def _in_sequence(dosages: list[_Dosage]) -> list[_Dosage]:
    """The dosages in the order of their sequence numbers, where all have one: the list need not be in it."""
    if any(dosage.sequence is None for dosage in dosages):
        return dosages
    return sorted(dosages, key=lambda dosage: dosage.sequence or 0)


def read_order(draft: Draft, product: Sequence[str], drugs: Sequence[str], *, combination: bool) -> Order:
    """Read the dose and the route of an order.

    `product` are the names of the medication: they may hold a dose per kg or m2, and the amounts of a fixed combination, where
    the dosage does not. `drugs` are the ids of what is ordered: the words may quote another drug's dose. `combination`: the drug is
    a fixed combination, so that two amounts are its parts and not two doses; its amount in words is then the larger part.
    """
    return _order(draft, product, drugs, combination=combination)._replace(strength=_strength(product))


def _order(draft: Draft, product: Sequence[str], drugs: Sequence[str], *, combination: bool) -> Order:
    dosages = _in_sequence([_read(dosage, drugs) for dosage in dosages_of_draft(draft)])
    words = [text for dosage in dosages for text in dosage.words]
    own = [text for dosage in dosages for text in dosage.own]
    route = _route(dosages, (*own, *product))
    parts = next((found for text in (*words, *product) if (found := parts_in(text))), ()) if combination else ()
    day = _day(dosages, _strength(product))
    if day is not None:
        taken = OrderedDose(day.amount.value, day.amount.unit, times_a_day=day.times, of_day=day.summed)
        return Order(_lasting(taken, dosages[0], words), route)
    spoken = _spoken(draft, dosages, product)
    if spoken is None and not parts:
        return Order(None, route)
    amount, chosen = spoken or (Amount(parts[0], "mg"), dosages[0] if dosages else None)
    if amount.value in parts:
        amount = Amount(parts[0], "mg")
    dose = _dose(amount, _frequency(chosen, dosages), parts=parts, loading=_loading(chosen, product, notes_of(draft)))
    dose = _lasting(dose, chosen, words)
    # Without a route: what is given by weight or surface. Of tablets nobody asks for an interval.
    if chosen is not None and (route != "oral" if route is not None else dose.unit in RELATIVE):
        dose = _daily_or_more(dose, chosen)
    return Order(dose, route, _further(draft, dosages, spoken, dose, drugs, combination=combination) if spoken is not None else ())


def _dose(
    amount: Amount,
    how_often: Frequency,
    *,
    parts: tuple[float, ...] = (),
    loading: bool | None = None,
    later: bool = False,
    conditional: bool = False,
) -> OrderedDose:
    return OrderedDose(
        amount=_per_dose(amount, how_often),
        unit=amount.unit,
        every_days=how_often.every_days,
        times_a_day=how_often.times_a_day or (1.0 if amount.daily else None),
        parts=parts,
        loading=False if later else loading,
        of_day=amount.daily and how_often.times_a_day in (None, 1),
        later=later,
        conditional=conditional,
    )


def _spoken(draft: Draft, dosages: list[_Dosage], product: Sequence[str]) -> tuple[Amount, _Dosage | None] | None:
    """The amount that counts, with its dosage: structured as a mass, in words as a mass, then anything else in the same order."""
    first = dosages[0] if dosages else None
    strength = _strength(product)
    found: list[tuple[Amount, _Dosage | None]] = []
    found += [(amount, dosage) for dosage in dosages for amount in dosage.amounts]
    found += [(amount, first) for amount in _of_elements((draft.dose_quantity,), (dose_range_of(draft),))]
    found += [(amount, dosage) for dosage in dosages for text in _own_first(dosage) if (amount := _in_words(text, strength)) is not None]
    found += [(amount, first) for text in product if (amount := relative_amount_in(text)) is not None]
    counted = [(amount, dosage) for dosage in dosages if (amount := _of_tablets(dosage, strength)) is not None]
    masses = (one for one in (*found, *counted) if one[0].unit in MASSES)
    return next(masses, None) or next((one for one in found if one[0].unit != VIAL), None)


def _further(
    draft: Draft,
    dosages: list[_Dosage],
    spoken: tuple[Amount, _Dosage | None],
    dose: OrderedDose,
    drugs: Sequence[str],
    *,
    combination: bool,
) -> tuple[OrderedDose, ...]:
    """The other doses of an order: those of its further steps, and the same dose in another unit."""
    amount, chosen = spoken
    found = [_dose(one, Frequency()) for one in _of_elements((draft.dose_quantity,), (dose_range_of(draft),)) if one.unit in MASSES]
    follows = False
    for dosage in dosages:
        later = follows and _goes_on(dosage, chosen, loaded=dose.loading is True)
        found += _doses_of(dosage, amount, drugs, later=later, combination=combination)
        follows = follows or dosage is chosen
    return tuple(dict.fromkeys(one for one in found if _says_more(one, dose)))


def _doses_of(dosage: _Dosage, first: Amount, drugs: Sequence[str], *, later: bool | None, combination: bool) -> Iterator[OrderedDose]:
    """The doses of one dosage. `later`: it follows another; None: it does if its amount is of the same kind as the first."""
    how_often = _frequency(dosage, (dosage,))
    structured = [amount for amount in dosage.amounts if amount.unit in MASSES or amount.unit == "mL"]
    for amount in structured:
        yield _dose(amount, how_often, later=later if later is not None else amount.unit == first.unit)
    for text in dosage.words:
        if combination:
            if later is not False and (parts := parts_in(text)):
                yield _dose(Amount(parts[0], "mg"), how_often, parts=parts, later=True)
            continue
        for number, step in enumerate(steps_in(text)):
            of_another = step.elsewhere or (step.drugs and not set(step.drugs) & set(drugs))
            for amount in step.beside(first, begins=number == 0) if not of_another else ():
                if amount not in structured:
                    # Which of several rhythms in one text is this step's cannot be told.
                    often = how_often if amount.daily else Frequency()
                    yield _dose(amount, often, later=step.goes_on or later is True, conditional=step.conditional)


def _goes_on(dosage: _Dosage, chosen: _Dosage | None, *, loaded: bool) -> bool | None:
    """Whether a dosage behind the chosen one follows it: by its words, or the other's, or (None: perhaps) by their numbers."""
    loading = _loading(dosage, (), ())
    if loading is not None or loaded:
        return loading is not True
    numbers = (chosen.sequence if chosen is not None else None, dosage.sequence)
    return None if None not in numbers and numbers[0] != numbers[1] else False


def _says_more(one: OrderedDose, dose: OrderedDose) -> bool:
    if one.later or (one.amount, one.unit) != (dose.amount, dose.unit):
        return True
    return one.every_days not in (None, dose.every_days)


def _own_first(dosage: _Dosage) -> Iterable[str]:
    """Its words without what they say of other medicines, then as they are: the wrong product's dose may stand beside its name."""
    return dict.fromkeys((*dosage.own, *dosage.words))


def _in_words(text: str, strength: float | None) -> Amount | None:
    """The first mass that a text orders, else another amount. "Take 6 tablets (40 mg)" of a 40 mg tablet is 240 mg."""
    steps = steps_in(text)
    if not steps:
        return area_or_volume_in(text)
    amount, tablets = steps[0].amounts[0], tablets_in(text)
    return Amount(amount.value * tablets, "mg") if tablets is not None and amount == Amount(strength or 0.0, "mg") else amount


def _of_tablets(dosage: _Dosage, strength: float | None) -> Amount | None:
    """Tablets (capsules, vials) that are only counted, by the strength of one; never the strength as the dose."""
    counts = [amount.value for amount in dosage.amounts if amount.unit in _COUNTED]
    counts += [tablets for text in dosage.words if (tablets := tablets_in(text)) is not None]
    return _tablets(next(iter(counts), None), strength)


def _tablets(count: float | None, strength: float | None) -> Amount | None:
    return Amount(round(count * strength, 6), "mg") if count is not None and strength is not None else None


def _day(dosages: list[_Dosage], strength: float | None) -> WholeDay | None:
    """The doses of a day where the order gives them in shares, in several dosages that hold at the same time or in the words of one."""
    shares = [share for dosage in dosages for share in _shares(dosage, strength)]
    if len(shares) < 2 or len({dosage.repeat.bounds_period if dosage.repeat is not None else None for dosage in dosages}) != 1:
        return None
    return whole_day(shares)


def _shares(dosage: _Dosage, strength: float | None) -> Iterator[Share]:
    times, parts = parts_of_day(dosage.repeat)
    words = dosage.words
    masses = (amount for amount in dosage.amounts if amount.unit in MASSES)
    amount = next(masses, None) or (_of_tablets(dosage, strength) if parts else None)
    if amount is not None:
        yield Share(amount, times, parts or (part_of_day_in(words[0]) if words and times else frozenset()))
    elif words and times:
        for piece in pieces_of(words[0]):
            named = _in_words(piece, strength) or _tablets(tablets_in(piece), strength)
            if named is not None:
                yield Share(named, times, parts or part_of_day_in(piece))


def _strength(product: Sequence[str]) -> float | None:
    strengths = {strength for name in product if (strength := strength_in(name)) is not None}
    return strengths.pop() if len(strengths) == 1 else None


def _amounts(dosage: DraftDosage) -> Iterator[Amount]:
    rates = amounts_of(dosage)
    yield from _of_elements(
        (*(rate.dose_quantity for rate in rates), dosage.dose_quantity), (*(rate.dose_range for rate in rates), dosage.dose_range)
    )


def _of_elements(quantities: Iterable[Quantity | None], ranges: Iterable[Range | None]) -> Iterator[Amount]:
    """The amounts of quantities, then the upper ends of ranges: what may be given at most is what must be safe."""
    for quantity in (*quantities, *(one.high or one.low for one in ranges if one is not None)):
        amount = _of_quantity(quantity)
        if amount is not None:
            yield amount


def _of_quantity(quantity: Quantity | None) -> Amount | None:
    """The amount of a quantity; an upper limit is what may be given at most, a lower limit is no amount."""
    number = of_quantity(quantity)
    if quantity is None or number is None or number.value <= 0 or number.bound in (">", ">="):
        return None
    # Some systems put a code of their own beside a readable unit.
    return next((amount for unit in (number.unit, quantity.unit) if unit and (amount := canonical(number.value, unit)) is not None), None)


def _per_dose(amount: Amount, how_often: Frequency) -> float:
    times = how_often.times_a_day
    return amount.value / times if amount.daily and times is not None and times > 1 else amount.value


def _frequency(dosage: _Dosage | None, dosages: Sequence[_Dosage]) -> Frequency:
    """How often a dosage is given: listed, counted, else in its words or those of all `dosages`."""
    own = [text for one in dosages for text in one.own]
    if dosage is None:
        return _often_in(own)
    if (days := between_events(dosage.events)) is not None:
        return Frequency(every_days=days)
    counts = _counted(dosage.repeat) if dosage.repeat is not None else Frequency()
    if counts == Frequency(times_a_day=1.0):
        # How systems write "once", unless the words say so of an infusion.
        said = [frequency_in(text) for text in dosage.own]
        daily = next((found for found in said if found.every_days is not None and found.every_days <= 1), None)
        # They also fill it in by themselves: beside "twice a day", or "in two divided doses", nobody can tell.
        return daily or (Frequency() if any((found.times_a_day or 1) > 1 for found in said) else counts)
    if counts != Frequency():
        return counts
    found = _often_in((*_texts(dosage.rhythm), *dosage.own, *own))
    # How often a day is a matter of tablets: there another medicine's name stands beside what is taken with it.
    words = (text for one in (dosage, *dosages) for text in one.words)
    return found if found != Frequency() else _often_in(words)._replace(every_days=None)


def _daily_or_more(dose: OrderedDose, dosage: _Dosage) -> OrderedDose:
    """An infusion or injection that the structure counts (or codes) several times a day, as some order sets have it by default, or daily.

    Not what is ordered once, nor more often than anything is infused: that is how systems write how long it runs. Once a day is how they
    write "once", unless they count more doses than one. Where the words name another rhythm ("every 3 weeks"), that is the one which
    somebody wrote.
    """
    counts = _counted(dosage.repeat) if dosage.repeat is not None else Frequency()
    times = (counts if counts != Frequency() else _often_in(_texts(dosage.rhythm))).times_a_day
    if times == 1 and dose.every_days is None and dosage.repeat is not None and (dosage.repeat.count or 0) > 1:
        return replace(dose, every_days=_often_in(dosage.own).every_days or 1.0)
    if times is None or not 1 < times <= _MOST_A_DAY or dose.every_days is not None or dose.count == 1:
        return dose
    return replace(dose, every_days=_often_in(dosage.own).every_days or round(1 / times, 3))


def _often_in(texts: Iterable[str]) -> Frequency:
    return next((found for text in texts if (found := frequency_in(text)) != Frequency()), Frequency())


def _counted(repeat: DraftRepeat) -> Frequency:
    """CAUTION: once a day at two listed times is what a system's default makes of twice a day: how often cannot be told."""
    listed = len(repeat.time_of_day or repeat.when or ())
    found = counted(msgspec.structs.replace(repeat, frequency=repeat.most_often), listed)
    return Frequency() if listed > 1 and found == Frequency(times_a_day=1.0) else found


def _lasting(dose: OrderedDose, dosage: _Dosage | None, words: Sequence[str]) -> OrderedDose:
    """A dose with how many of them and how many days in a row; a text with several steps does not tell which of them it counts."""
    if dosage is None:
        return dose
    days, without_rest = days_on(dosage.repeat, words)
    count = doses_ordered(dosage.repeat, (own for text, own in zip(dosage.words, dosage.own, strict=True) if len(steps_in(text)) < 2))
    return replace(dose, count=count, days_on=days, without_rest=without_rest)


def _loading(dosage: _Dosage | None, product: Sequence[str], notes: Sequence[str]) -> bool | None:
    said = (loading_in(text) for text in (*(dosage.words if dosage is not None else ()), *product, *notes))
    return next((loading for loading in said if loading is not None), None)


def _route(dosages: list[_Dosage], words: Iterable[str]) -> Route | None:
    for concept in (one for dosage in dosages for one in as_list(dosage.route)):
        for system, code, _ in triples(concept):
            if canonical_system(system) == "snomed" and code in _ROUTE_CODES:
                return _ROUTE_CODES[code]
        named = next((route for text in (*_texts(concept), *_codes(concept)) if (route := route_in(text)) is not None), None)
        if named is not None:
            return named
    return next((route for text in words if (route := route_in(text)) is not None), None)


def _words(dosage: DraftDosage) -> list[str]:
    """The words of a dosage, its own text first."""
    texts = [dosage.text, dosage.patient_instruction, *(text for one in as_list(dosage.additional_instruction) for text in _texts(one))]
    return [text for text in texts if text]


def _texts(concept: Concept | None) -> list[str]:
    return [*labels_of(concept), *_codes(concept)] if concept is not None else []


def _codes(concept: Concept) -> list[str]:
    """Codes that are abbreviations people write: BID, Q3W, PO, IV."""
    return [code for coding in concept.coding if isinstance(code := coding.code, str) and not code.isdigit()]
