"""Facts that only order vignettes tell: weight and height, an allergy, a cancer of another organ. Written in both encodings here.

Importing this module teaches `uscore` and `mcode` to write them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.vignettes import codes as c
from tests.vignettes import mcode, uscore
from tests.vignettes.chart import Chart, quantity
from tests.vignettes.codes import Json, coding
from tests.vignettes.facts import days_ago


@dataclass(frozen=True, slots=True)
class Measure:
    """Body weight or height, in any UCUM unit."""

    kind: Literal["weight", "height"]
    value: float
    unit: str
    date: str


@dataclass(frozen=True, slots=True)
class Reaction:
    """An allergy or intolerance to a drug on record."""

    drug: str
    severe: bool


@dataclass(frozen=True, slots=True)
class OtherCancer:
    """A cancer that is not of the breast: ICD-10-CM and SNOMED CT."""

    icd: str
    snomed: str
    text: str
    date: str


def weight(value: float, days: int = 6, unit: str = "kg") -> Measure:
    """The patient's weight, taken `days` ago."""
    return Measure("weight", value, unit, days_ago(days))


def height(centimetres: float) -> Measure:
    """The patient's height, taken long ago."""
    return Measure("height", centimetres, "cm", "2025-03-03")


def gastric_cancer(date: str) -> OtherCancer:
    """HER2-positive stomach cancer: trastuzumab and T-DXd (6.4 mg/kg) are given for it."""
    return OtherCancer("C16.9", "363349007", "Malignant neoplasm of stomach", date)


def lymphoma(date: str) -> OtherCancer:
    """Lymphoma, treated with doxorubicin."""
    return OtherCancer("C83.30", "109969005", "Diffuse large B-cell lymphoma", date)


_MEASURE = {"weight": ("29463-7", "Body weight"), "height": ("8302-2", "Body height")}


def _measure(fact: Measure, chart: Chart, subject: Json) -> None:
    chart.add(
        "Observation",
        status="final",
        category=[{"coding": [coding("http://terminology.hl7.org/CodeSystem/observation-category", "vital-signs", "Vital Signs")]}],
        code={"coding": [coding(c.LOINC, *_MEASURE[fact.kind])]},
        subject=subject,
        effectiveDateTime=fact.date,
        valueQuantity=quantity(fact.value, fact.unit),
    )


def _reaction(fact: Reaction, chart: Chart, subject: Json, medicine: tuple[str, str]) -> None:
    chart.add(
        "AllergyIntolerance",
        clinicalStatus={
            "coding": [coding("http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "active", "Active")],
        },
        verificationStatus={
            "coding": [coding("http://terminology.hl7.org/CodeSystem/allergyintolerance-verification", "confirmed", "Confirmed")],
        },
        type="allergy",
        category=["medication"],
        criticality="high" if fact.severe else "low",
        code={"coding": [coding(c.RXNORM, *medicine)], "text": medicine[1]},
        patient=subject,
        reaction=[{"manifestation": [{"text": "Anaphylaxis" if fact.severe else "Rash"}], "severity": "severe" if fact.severe else "mild"}],
    )


def _other_cancer(fact: OtherCancer, chart: Chart, subject: Json, code: Json) -> None:
    chart.add(
        "Condition",
        clinicalStatus={"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
        verificationStatus={"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "confirmed"}]},
        code={"coding": [code], "text": fact.text},
        subject=subject,
        onsetDateTime=fact.date,
    )


@uscore.write.register
def _(fact: Measure, chart: Chart) -> None:
    _measure(fact, chart, uscore.SUBJECT)


@uscore.write.register
def _(fact: Reaction, chart: Chart) -> None:
    _reaction(fact, chart, uscore.SUBJECT, c.PRODUCT[fact.drug])


@uscore.write.register
def _(fact: OtherCancer, chart: Chart) -> None:
    _other_cancer(fact, chart, uscore.SUBJECT, coding(c.ICD10CM, fact.icd, fact.text))


@mcode.write.register
def _(fact: Measure, chart: Chart) -> None:
    _measure(fact, chart, mcode.SUBJECT)


@mcode.write.register
def _(fact: Reaction, chart: Chart) -> None:
    _reaction(fact, chart, mcode.SUBJECT, c.INGREDIENT[fact.drug])


@mcode.write.register
def _(fact: OtherCancer, chart: Chart) -> None:
    _other_cancer(fact, chart, mcode.SUBJECT, coding(c.SNOMED, fact.snomed, fact.text))
