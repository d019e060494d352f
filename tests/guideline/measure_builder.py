"""Body measures and laboratory values for the order rules' tests."""

from __future__ import annotations

from typing import Any

from guideline.case import BodyMeasure, Bound, Dose, DrugRecord, Lab
from tests.guideline.case_builder import given, source, when


def weight(kg: float, day: int | str | None = 5) -> BodyMeasure:
    """A weight so many days ago."""
    return BodyMeasure("weight", kg, when(day), source("Observation"))


def height(cm: float, day: int | str | None = 400) -> BodyMeasure:
    """A height so many days ago."""
    return BodyMeasure("height", cm, when(day), source("Observation"))


#: 70 kg and 165 cm: 1.79 m2.
BODY = (weight(70), height(165))


def lab(
    kind: str, value: float, day: int | str | None = 3, *, upper: float | None = None, preliminary: bool = False, bound: Bound | None = None
) -> Lab:
    """A laboratory value so many days ago, with the upper limit of normal where the result has one."""
    return Lab(kind, value, when(day), upper, preliminary, source("Observation"), bound)  # type: ignore[arg-type]


#: Nothing to say about any drug.
GOOD_LABS = (
    lab("alt", 24, upper=40),
    lab("ast", 22, upper=40),
    lab("alp", 80, upper=120),
    lab("bilirubin", 0.6, upper=1.2),
    lab("creatinine", 0.7, upper=1.1),
    lab("neutrophils", 3.4),
    lab("platelets", 240),
)


def labs(**values: float | Lab | None) -> tuple[Lab, ...]:
    """Good values with others where named; None leaves a value out."""
    kept = [value for value in GOOD_LABS if value.kind not in values]
    changed = [lab(kind, value) if not isinstance(value, Lab) else value for kind, value in values.items() if value is not None]
    return (*kept, *changed)


def dosed(drug: str, day: int | str, amount: float, unit: str, *, kind: str = "administration", **more: Any) -> DrugRecord:
    """One administration (or order) of a drug with its dose."""
    status = more.pop("status", "completed")
    return given(drug, day, day, kind=kind, status=status, dose=Dose(amount, unit, more.pop("every_days", None)), **more)
