"""The dose of a statement, an order or an administration: one amount, its unit, and the interval in days."""

from __future__ import annotations

from fhir_mappings.repeats import counted
from fhir_mappings.resources import Dosage, DoseAndRate, Quantity, Resource, Timing
from fhir_mappings.results import of_quantity
from fhir_mappings.units import dose_unit
from guideline.case import Dose


def dose_of(resource: Resource, dosages: list[Dosage]) -> Dose | None:
    """The first dose with an amount that can be read. Orders may carry it at the top (Epic), administrations in `dosage.dose`."""
    for dosage in dosages:
        rates = dosage.dose_and_rate or ()
        for given in (rates, dosage) if isinstance(rates, DoseAndRate) else (*rates, dosage):
            dose = _dose(given.dose_quantity, dosage.timing)
            if dose is not None:
                return dose
        dose = _dose(dosage.dose, dosage.timing)
        if dose is not None:
            return dose
    return _dose(resource.dose_quantity, dosages[0].timing if dosages else None)


def _dose(quantity: Quantity | None, timing: Timing | None) -> Dose | None:
    number = of_quantity(quantity)
    if number is None or number.value <= 0 or number.bound is not None:
        return None
    unit = dose_unit(number.unit)
    return Dose(number.value, unit, _interval(timing)) if unit is not None else None


def _interval(timing: Timing | None) -> int | None:
    """Days between doses; less than a day is no interval to speak of: one."""
    if timing is None or timing.repeat is None:
        return None
    how_often = counted(timing.repeat)
    return 1 if how_often.times_a_day is not None else how_often.every_days
