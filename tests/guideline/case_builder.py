"""Cases for the guideline's tests, in the words of the clinic.

`TODAY` is the day of every case; "days ago" counts back from it. `a_case()` alone is the plainest patient of all: a woman of 54 with
HER2-positive, hormone-receptor-negative breast cancer, metastatic to the liver for 20 days, with a fresh LVEF, no ILD, no CNS
disease, not pregnant, and an intake that says that the (empty) list of therapies is complete.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Any

from guideline.advice import Advice, Finding, Statement
from guideline.advise import advise
from guideline.case import (
    Case,
    Diagnosis,
    DiseaseStatus,
    DrugRecord,
    FebrileNeutropenia,
    HeartCondition,
    IntakeAnswer,
    Lab,
    LungCondition,
    Lvef,
    Metastasis,
    Patient,
    Procedure,
    ReceptorResult,
    Stage,
    Symptom,
    Toxicity,
)
from guideline.case import Pregnancy as PregnancyRecord
from guideline.partial_date import PartialDate
from guideline.practice import Practice
from guideline.situation import Situation, situation
from tests.guideline.form import in_form

TODAY = date(2026, 11, 20)
GUIDELINE_US = Practice()
CURRENT_US = Practice("current")
GUIDELINE_EU = Practice("guideline", "EU")

_number = count(1)


def source(kind: str) -> str:
    """A reference that no other fact has."""
    return f"{kind}/{next(_number)}"


def ago(days: int) -> PartialDate:
    """The day so many days before today."""
    return PartialDate.on(TODAY - timedelta(days=days))


def when(moment: int | str | None) -> PartialDate | None:
    """Days ago, or a date as records write it (`2026`, `2026-03`, `2026-03-01`), or none."""
    if moment is None or isinstance(moment, int):
        return None if moment is None else ago(moment)
    return PartialDate.parse(moment)


def given(drug: str, start: int | str | None, end: int | str | None = None, **more: Any) -> DrugRecord:
    """One record of a drug: a statement unless `kind` says otherwise; with an end it is stopped, without one active."""
    status = more.pop("status", "active" if end is None else "stopped")
    kind = more.pop("kind", "statement")
    words = {"statement": "MedicationStatement", "order": "MedicationRequest", "administration": "MedicationAdministration"}
    return DrugRecord(
        drug, kind, status, when(start), when(end), more.pop("reason", None), more.pop("intent", None),
        source=more.pop("source", None) or source(words[kind]), **more,
    )  # fmt: skip


def dose(drug: str, day: int | str, **more: Any) -> DrugRecord:
    """One administration."""
    return given(drug, day, day, kind="administration", status="completed", **more)


def doses(drug: str, first: int, last: int, every: int = 21) -> tuple[DrugRecord, ...]:
    """Administrations from `first` to `last` days ago, the last one included."""
    return tuple(dose(drug, day) for day in range(last, first + 1, every))


def cycles(drug: str, first: int, last: int, every: int = 21) -> tuple[DrugRecord, ...]:
    """One order a cycle, each fulfilled with its dose, from `first` to `last` days ago."""
    orders = tuple(given(drug, day, kind="order", status="completed") for day in range(last, first + 1, every))
    return (*orders, *doses(drug, first, last, every))


def thp(start: int, end: int | None = None, *, reason: str | None = None, taxane_end: int | None = None) -> tuple[DrugRecord, ...]:
    """Trastuzumab + pertuzumab + docetaxel; the docetaxel part is over four months after the start unless said otherwise."""
    over = taxane_end if taxane_end is not None else max(start - 120, end or 0)
    return (
        given("trastuzumab", start, end, reason=reason),
        given("pertuzumab", start, end, reason=reason),
        given("docetaxel", start, over, status="completed"),
    )


def adjuvant(drug: str, start: int, end: int | str | None, **more: Any) -> DrugRecord:
    """A completed (neo)adjuvant course."""
    return given(drug, start, end, status="active" if end is None else "completed", intent="curative", **more)


def metastasis(site: str = "liver", day: int | str | None = 20, **more: Any) -> Metastasis:
    return Metastasis(site, when(day), more.pop("recorded", when(day)), more.pop("status", "active"), source=source("Condition"), **more)  # type: ignore[arg-type]


def her2(
    value: str | None, day: int | str | None = 15, specimen: str | None = "metastasis", method: str = "ihc", **more: Any
) -> ReceptorResult:
    return ReceptorResult("HER2", method, value, when(day), specimen, source=source("Observation"), **more)  # type: ignore[arg-type]


def receptor(name: str, value: str, day: int | str | None = 15, specimen: str | None = "metastasis") -> ReceptorResult:
    return ReceptorResult(name, "ihc", value, when(day), specimen, source=source("Observation"))  # type: ignore[arg-type]


HR_POSITIVE = (receptor("ER", "positive"), receptor("PR", "negative"))
HR_NEGATIVE = (receptor("ER", "negative"), receptor("PR", "negative"))


def lvef(value: float, day: int | str | None = 20, **more: Any) -> Lvef:
    return Lvef(value, when(day), source=source("Observation"), **more)


def lung(kind: str = "ild", status: str = "active", grade: int | None = None, onset: int | str | None = None, **more: Any) -> LungCondition:
    return LungCondition(kind, status, grade, when(onset), source=source("Condition"), **more)  # type: ignore[arg-type]


def heart_condition(kind: str = "heart-failure", status: str = "active", day: int | None = 30) -> HeartCondition:
    return HeartCondition(kind, status, when(day), source("Condition"))  # type: ignore[arg-type]


def febrile_neutropenia(day: int | str | None = 5, status: str = "active") -> FebrileNeutropenia:
    return FebrileNeutropenia(status, when(day), source("Condition"))  # type: ignore[arg-type]


def toxicity(kind: str = "neuropathy", grade: int | None = 3, day: int | str | None = 5, status: str = "active") -> Toxicity:
    return Toxicity(kind, status, grade, when(day), source("Condition"))  # type: ignore[arg-type]


def symptom(kind: str = "respiratory", name: str = "dyspnoea", day: int | str | None = 5, **more: Any) -> Symptom:
    """A symptom on the chart, there since the day of its entry unless `since` says otherwise."""
    since, recorded = more.pop("since", day), more.pop("recorded", day)
    return Symptom(kind, name, more.pop("status", "active"), when(day), when(since), when(recorded), source("Condition"))  # type: ignore[arg-type]


def status(trend: str, day: int | str, *, preliminary: bool = False) -> DiseaseStatus:
    """A recorded judgement of the disease: worsened, stable, improved."""
    return DiseaseStatus(trend, when(day), preliminary, source("Observation"))  # type: ignore[arg-type]


def pregnancy(value: str = "pregnant", day: int | None = 30) -> PregnancyRecord:
    return PregnancyRecord(value, when(day), source("Observation"))  # type: ignore[arg-type]


def lab(kind: str, value: float, day: int = 5) -> Lab:
    return Lab(kind, value, when(day), source=source("Observation"))  # type: ignore[arg-type]


def booked_echo(day: int | None = -7) -> Procedure:
    return Procedure("echo", "booked", when(day), source("ServiceRequest"))


def stage(value: str, day: int | str | None = 20) -> Stage:
    return Stage(value, when(day), source("Observation"))  # type: ignore[arg-type]


def breast_cancer(day: int | str | None = 2000, **more: Any) -> Diagnosis:
    return Diagnosis("invasive-breast", "active", when(day), source=source("Condition"), **more)


def said(*values: str, days: int = 5) -> IntakeAnswer:
    """An answer of the intake questionnaire."""
    return IntakeAnswer(values, ago(days), "QuestionnaireResponse/1")


#: An intake that answers everything the plainest patient needs.
PLAIN_INTAKE = {
    "ild-history": said("none"),
    "cns-disease": said("none"),
    "prior-therapy-complete": said("true"),
    "pregnancy-excluded": said("true", days=2),
    "menopausal-status": said("postmenopausal"),
}


def intake(**answers: str | tuple[str, ...] | IntakeAnswer | None) -> dict[str, IntakeAnswer]:
    """The plain intake with other answers: `intake(cns_disease="active", ild_history=None)`; None leaves an item open."""
    found = dict(PLAIN_INTAKE)
    for name, value in answers.items():
        item = name.replace("_", "-")
        if value is None:
            found.pop(item, None)
        else:
            found[item] = value if isinstance(value, IntakeAnswer) else said(*((value,) if isinstance(value, str) else value))
    return found


def a_case(**facts: Any) -> Case:
    """The plainest patient, with other facts where named. `age` and `sex` stand for the patient; single facts may stand alone."""
    born = PartialDate.on(TODAY.replace(year=TODAY.year - facts.pop("age", 54)))
    whole: dict[str, Any] = {
        "today": TODAY,
        "patient": Patient(born, facts.pop("sex", "female")),
        "diagnoses": (breast_cancer(),),
        "metastases": (metastasis(),),
        "receptors": (her2("3+"), *HR_NEGATIVE),
        "lvef": (lvef(62),),
        "intake": dict(PLAIN_INTAKE),
    }
    for name, value in facts.items():
        whole[name] = value if isinstance(value, tuple | dict) or name in ("today", "patient") else (value,)
    return Case(**whole)


#: Metastatic for 700 days: room for lines of therapy.
LONG = (metastasis("liver", 700),)


def second_line(**facts: Any) -> Case:
    """Progression on trastuzumab + pertuzumab + docetaxel ten days ago; T-DXd never given."""
    return a_case(**{"metastases": LONG, "drugs": thp(690, 10, reason="progression"), **facts})


def on_therapy(*drugs: DrugRecord, **facts: Any) -> Case:
    """A patient on treatment for metastatic disease, without progression."""
    return a_case(**{"metastases": LONG, "drugs": drugs, **facts})


def situation_of(case: Case, practice: Practice = GUIDELINE_US) -> Situation:
    return situation(case, practice)


def advice_on(case: Case, practice: Practice = GUIDELINE_US) -> Advice:
    return in_form(advise(case, practice), case)


def lead_of(advice: Advice) -> str | None:
    """The leading regimen's id, or none."""
    return advice.treatment.lead.regimen if advice.treatment is not None and advice.treatment.lead is not None else None


def alternatives_of(advice: Advice) -> list[str]:
    return [o.regimen for o in advice.treatment.alternatives] if advice.treatment is not None else []


def barred_in(advice: Advice) -> list[str]:
    return [o.regimen for o in advice.treatment.barred] if advice.treatment is not None else []


def topics(advice: Advice) -> list[str]:
    return [f.topic for f in everything(advice)]


def everything(advice: Advice) -> list[Finding]:
    """The treatment and all other findings."""
    return [*([advice.treatment] if advice.treatment is not None else []), *advice.findings]


def finding(advice: Advice, topic: str) -> Finding:
    """The one finding of a topic."""
    found = [f for f in everything(advice) if f.topic == topic]
    assert len(found) == 1, (topic, topics(advice))
    return found[0]


def missing_in(advice: Advice) -> set[str]:
    return {gap.input for f in everything(advice) for gap in f.missing}


def statements_of(advice: Advice) -> list[Statement]:
    """Every sentence of the advice, in no particular order."""
    found: list[Statement] = []
    for f in everything(advice):
        found += [f.headline, *f.detail, *(gap.ask for gap in f.missing)]
    if advice.treatment is not None:
        t = advice.treatment
        found += [*t.why, *t.checks]
        for o in (*((t.lead,) if t.lead else ()), *t.alternatives, *t.barred):
            found += [*o.reasons, *o.cautions, *((o.label,) if o.label else ())]
    return found


def said_ids(advice: Advice) -> set[str]:
    return {s.id for s in statements_of(advice)}


def words_of(advice: Advice) -> str:
    """Everything the advice says, as one text."""
    return "\n".join(s.text for s in statements_of(advice))
