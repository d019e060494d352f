"""Clinical facts in the words of a tumour board, before any FHIR.

A case of `cases.py` is a list of these facts. `fhir_builder` writes the same list in two encodings, so that a test of what
medicine says never depends on how one hospital writes it down. Dates are ISO strings and may be partial (`2025-11`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

#: The day all vignettes are told on (the relapse date of V04, V05 and V07).
TODAY = date(2026, 11, 20)

Trend = Literal["improved", "stable", "worsened"]
LabKind = Literal["alt", "ast", "alp", "bilirubin", "creatinine", "neutrophils", "platelets"]


def days_ago(days: int, today: date = TODAY) -> str:
    """The ISO date `days` before the vignettes' today; negative numbers lie ahead."""
    return (today - timedelta(days=days)).isoformat()


@dataclass(frozen=True, slots=True)
class Person:
    """The patient. The birthday lies half a year back, so the age holds all through the test."""

    age: int
    sex: Literal["F", "M"]
    deceased: bool = False


@dataclass(frozen=True, slots=True)
class Tumour:
    """The breast tumour on the problem list."""

    date: str
    kind: Literal["invasive", "in-situ"] = "invasive"
    sex: Literal["F", "M"] = "F"


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage group on a date."""

    value: Literal["0", "I", "II", "III", "IV"]
    date: str


@dataclass(frozen=True, slots=True)
class Metastasis:
    """A metastasis on the problem list; `recorded` only when it differs from the day it was found."""

    site: str
    date: str | None
    recorded: str | None = None


@dataclass(frozen=True, slots=True)
class Receptor:
    """One receptor test. `value` is an IHC score (`3+`) or `positive`/`negative`; `specimen` a site, or None when nobody wrote it down."""

    test: Literal["her2-ihc", "her2-ish", "er", "pr"]
    value: str
    date: str
    specimen: str | None = None
    status: str = "final"


@dataclass(frozen=True, slots=True)
class Amount:
    """How much was given at a time from `since` on."""

    value: float
    unit: str
    since: str


@dataclass(frozen=True, slots=True)
class Therapy:
    """A course of drugs given together, each over the same days.

    Infused drugs get an administration every 21 days: up to the end, up to `last_dose`, or up to today while it runs.
    `reason` is why it was stopped or is on hold. `amounts` says how much was given from which day on, where the vignette says so.
    """

    drugs: tuple[str, ...]
    start: str
    end: str | None
    status: Literal["active", "on-hold", "stopped", "completed"]
    reason: Literal["progression", "toxicity", "completed", "cardiac", "lung"] | None
    intent: Literal["curative", "palliative"] | None
    last_dose: str | None = None
    doses: bool = True
    amounts: tuple[Amount, ...] = ()


@dataclass(frozen=True, slots=True)
class Ejection:
    """A left ventricular ejection fraction in percent."""

    value: float
    date: str
    status: str = "final"


@dataclass(frozen=True, slots=True)
class Course:
    """The clinician's judgement of the disease."""

    trend: Trend
    date: str


@dataclass(frozen=True, slots=True)
class Lung:
    """Interstitial lung disease or pneumonitis; `cause` is `t-dxd`, `radiation` or `idiopathic`."""

    cause: Literal["t-dxd", "radiation", "idiopathic"]
    onset: str
    grade: int | None = None
    abated: str | None = None


@dataclass(frozen=True, slots=True)
class HeartFailure:
    """Heart failure on the problem list."""

    date: str


@dataclass(frozen=True, slots=True)
class Performance:
    """ECOG performance status."""

    ecog: int
    date: str


@dataclass(frozen=True, slots=True)
class Pregnancy:
    """A pregnancy status on a date."""

    status: Literal["pregnant", "not-pregnant"]
    date: str


@dataclass(frozen=True, slots=True)
class Menopause:
    """Menopausal status on a date."""

    status: Literal["premenopausal", "postmenopausal"]
    date: str


@dataclass(frozen=True, slots=True)
class Lab:
    """A laboratory value in its usual unit, with the upper limit of normal of the report."""

    kind: LabKind
    value: float
    date: str
    upper_normal: float | None = None


@dataclass(frozen=True, slots=True)
class Examination:
    """A procedure that was done, or one that is booked."""

    kind: Literal["chest-ct", "brain-mri", "echo", "biopsy", "brain-radiosurgery", "mastectomy"]
    date: str
    booked: bool = False


@dataclass(frozen=True, slots=True)
class Intake:
    """The intake questionnaire: `answers` by linkId; text for a choice, a tuple for a repeating one, else a boolean."""

    date: str
    answers: tuple[tuple[str, str | bool | tuple[str, ...]], ...]


Fact = (
    Person
    | Tumour
    | Stage
    | Metastasis
    | Receptor
    | Therapy
    | Ejection
    | Course
    | Lung
    | HeartFailure
    | Performance
    | Pregnancy
    | Menopause
    | Lab
    | Examination
    | Intake
)
Facts = tuple[Fact, ...]


# ---- the words a case is written in


def patient(age: int, sex: Literal["F", "M"], *, deceased: bool = False) -> Person:
    """Who is treated."""
    return Person(age, sex, deceased)


def breast_cancer(date: str, *, sex: Literal["F", "M"] = "F") -> Tumour:
    """Invasive breast cancer, diagnosed on a date."""
    return Tumour(date, "invasive", sex)


def dcis(date: str) -> Tumour:
    """Ductal carcinoma in situ."""
    return Tumour(date, "in-situ")


def stage(value: Literal["0", "I", "II", "III", "IV"], date: str) -> Stage:
    """A stage group."""
    return Stage(value, date)


def metastasis(site: str, date: str | None, *, recorded: str | None = None) -> Metastasis:
    """A metastasis found on a date."""
    return Metastasis(site, date, recorded)


def her2(score: str, date: str, specimen: str | None = None, *, status: str = "final") -> Receptor:
    """HER2 by immunohistochemistry: `0`, `1+`, `2+`, `3+`."""
    return Receptor("her2-ihc", score, date, specimen, status)


def her2_ish(value: Literal["positive", "negative"], date: str, specimen: str | None = None) -> Receptor:
    """HER2 by in-situ hybridisation."""
    return Receptor("her2-ish", value, date, specimen)


def hormone_receptors(er: Literal["positive", "negative"], date: str, specimen: str | None = None) -> Facts:
    """Oestrogen and progesterone receptor of one specimen, both alike."""
    return (Receptor("er", er, date, specimen), Receptor("pr", er, date, specimen))


def therapy(
    *drugs: str,
    start: str,
    end: str | None = None,
    status: Literal["active", "on-hold", "stopped", "completed"] | None = None,
    reason: Literal["progression", "toxicity", "completed", "cardiac", "lung"] | None = None,
    intent: Literal["curative", "palliative"] | None = "palliative",
    last_dose: str | None = None,
    doses: bool = True,
    amounts: tuple[Amount, ...] = (),
) -> Therapy:
    """A course for metastatic disease. Without an end it runs; with a reason it was stopped; else it was completed."""
    if status is None:
        status = "active" if end is None else "stopped" if reason not in (None, "completed") else "completed"
    return Therapy(drugs, start, end, status, reason, intent, last_dose, doses, amounts)


def adjuvant(*drugs: str, start: str, end: str | None = None, last_dose: str | None = None, doses: bool = True) -> Therapy:
    """A course with curative intent, before or after the operation."""
    return therapy(*drugs, start=start, end=end, intent="curative", last_dose=last_dose, doses=doses)


def lvef(value: float, date: str | int, *, status: str = "final") -> Ejection:
    """An ejection fraction; a number instead of a date counts days back from today."""
    return Ejection(value, days_ago(date) if isinstance(date, int) else date, status)


def disease_status(trend: Trend, date: str) -> Course:
    """How the disease does."""
    return Course(trend, date)


def pneumonitis(
    cause: Literal["t-dxd", "radiation", "idiopathic"], onset: str, grade: int | None = None, abated: str | None = None
) -> Lung:
    """Interstitial lung disease or pneumonitis; active unless it abated."""
    return Lung(cause, onset, grade, abated)


def heart_failure(date: str) -> HeartFailure:
    """Heart failure, found on a date."""
    return HeartFailure(date)


def performance(ecog: int, date: str) -> Performance:
    """ECOG performance status on a date."""
    return Performance(ecog, date)


def pregnant(date: str) -> Pregnancy:
    """A documented pregnancy."""
    return Pregnancy("pregnant", date)


def postmenopausal(date: str) -> Menopause:
    """After the menopause."""
    return Menopause("postmenopausal", date)


def lab(kind: LabKind, value: float, date: str, upper_normal: float | None = None) -> Lab:
    """A laboratory value: ALT, AST and ALP in U/L, bilirubin and creatinine in mg/dL, neutrophils and platelets in 10^9/L."""
    return Lab(kind, value, date, upper_normal)


def done(kind: Literal["chest-ct", "brain-mri", "echo", "biopsy", "brain-radiosurgery", "mastectomy"], date: str) -> Examination:
    """An examination or operation that was done."""
    return Examination(kind, date)


def booked(kind: Literal["echo", "chest-ct", "brain-mri"], date: str) -> Examination:
    """An examination that is ordered and has no result yet."""
    return Examination(kind, date, booked=True)


def intake(date: str = "2026-11-18", **answers: str | bool | tuple[str, ...]) -> Intake:
    """The clinic's own questionnaire; `cns_disease="none"` answers the item `cns-disease`."""
    return Intake(date, tuple((name.replace("_", "-"), answer) for name, answer in answers.items()))
