"""The dose of a statement, an order or an administration: one amount, its unit, and the interval in days."""

from __future__ import annotations

from collections.abc import Iterator

from fhir_mappings.medications.dose_words import canonical, relative_amount_in
from fhir_mappings.medications.recorded_dose_words import recorded_amount_in
from fhir_mappings.medications.repeats import counted
from fhir_mappings.resources import Dosage, DoseAndRate, Quantity, Resource, Timing
from fhir_mappings.results import of_quantity
from fhir_mappings.units import MASSES, VIAL
from guideline.case import Dose


def dose_of(resource: Resource, dosages: list[Dosage], product: str | None = None) -> Dose | None:
    """The first dose with an amount that can be read: structured as a mass, in words as a mass, then structured as anything else.

    Orders may carry it at the top (Epic), administrations in `dosage.dose`. `product` is the name of the medication in words, which may
    hold a dose per kg or m2. Words are read only where no mass is structured.
    """
    structured = None
    for dose in _structured(resource, dosages):
        if dose.unit in MASSES:
            return dose
        structured = structured or dose
    return _in_words(dosages, product) or structured


def _structured(resource: Resource, dosages: list[Dosage]) -> Iterator[Dose]:
    for dosage in dosages:
        rates = dosage.dose_and_rate or ()
        for given in (rates, dosage) if isinstance(rates, DoseAndRate) else (*rates, dosage):
            if given.dose_quantity is not None and (dose := _dose(given.dose_quantity, dosage.timing)) is not None:
                yield dose
        if dosage.dose is not None and (dose := _dose(dosage.dose, dosage.timing)) is not None:
            yield dose
    if resource.dose_quantity is not None and (dose := _dose(resource.dose_quantity, dosages[0].timing if dosages else None)) is not None:
        yield dose


def _in_words(dosages: list[Dosage], product: str | None) -> Dose | None:
    """The dose that the dosages give in words, else the name. Several that differ are steps, or alternatives: none of them."""
    said = [(amount, dosage.timing) for dosage in dosages if dosage.text and (amount := recorded_amount_in(dosage.text)) is not None]
    if not said and product and (named := relative_amount_in(product)) is not None:
        said = [(named, dosages[0].timing if dosages else None)]
    if len({amount for amount, _ in said}) != 1:
        return None
    amount, timing = said[0]
    return Dose(amount.value, amount.unit, _interval(timing))


def _dose(quantity: Quantity | None, timing: Timing | None) -> Dose | None:
    """The dose of a quantity. Vials are what was opened, not what was given; an amount of a day is no dose."""
    number = of_quantity(quantity)
    if number is None or number.value <= 0 or number.bound is not None:
        return None
    amount = canonical(number.value, number.unit)
    if amount is None or amount.daily or amount.unit == VIAL:
        return None
    return Dose(amount.value, amount.unit, _interval(timing))


def _interval(timing: Timing | None) -> int | None:
    """Days between doses; less than a day is no interval to speak of: one. An average that is no whole number of days is none."""
    if timing is None or timing.repeat is None:
        return None
    how_often = counted(timing.repeat)
    if how_often.times_a_day is not None:
        return 1
    days = how_often.every_days
    return int(days) if days is not None and days == int(days) else None
