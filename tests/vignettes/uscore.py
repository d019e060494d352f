"""Facts as a US hospital's EHR writes them: ICD-10-CM beside SNOMED CT, RxNorm products, LOINC answers, relative references.

Past therapy is a MedicationStatement with a period and a reason in words; running therapy an order with its administrations,
and for tablets a statement that tells the same course again.
"""

from __future__ import annotations

from datetime import date
from functools import singledispatch

from tests.vignettes import codes as c
from tests.vignettes.chart import PATIENT_ID, Chart, amount_on, birth_date, dose_days
from tests.vignettes.codes import Json, coding
from tests.vignettes.facts import (
    Course,
    Ejection,
    Examination,
    Fact,
    Facts,
    HeartFailure,
    Intake,
    Lab,
    Lung,
    Menopause,
    Metastasis,
    Performance,
    Person,
    Pregnancy,
    Receptor,
    Stage,
    Therapy,
    Tumour,
)

SUBJECT: Json = {"reference": f"Patient/{PATIENT_ID}", "display": "Sample, Vignette"}
_PROFILE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"


def encode(facts: Facts, today: date) -> list[Json]:
    """All resources of a case in US Core style."""
    chart = Chart(today)
    for fact in facts:
        write(fact, chart)
    return chart.resources


@singledispatch
def write(fact: Fact, chart: Chart) -> None:
    """Add the resources of one fact to the chart; one function below for each kind of fact."""
    raise TypeError(f"no writer for {type(fact).__name__} in the chart of {chart.today}")


@write.register
def _stage(fact: Stage, chart: Chart) -> None:
    _observation(
        chart,
        coding(c.LOINC, "21908-9", "Stage group.clinical Cancer"),
        fact.date,
        valueCodeableConcept={"coding": [coding(c.AJCC, _ajcc(fact.value), f"Stage {fact.value}")], "text": f"Stage {fact.value}"},
    )


@write.register
def _metastasis(fact: Metastasis, chart: Chart) -> None:
    icd, icd_text, snomed, snomed_text = c.METASTASIS[fact.site]
    code = {"coding": [coding(c.ICD10CM, icd, icd_text), coding(c.SNOMED, snomed, snomed_text)], "text": icd_text}
    _condition(chart, code, onset=fact.date, recorded=fact.recorded or fact.date)


@write.register
def _ejection(fact: Ejection, chart: Chart) -> None:
    code = coding(c.LOINC, "10230-1", "Left ventricular Ejection fraction")
    _observation(chart, code, fact.date, category="procedure", status=fact.status, valueQuantity=_quantity(fact.value, "%"))


@write.register
def _disease_status(fact: Course, chart: Chart) -> None:
    code = coding(c.LOINC, "97509-4", "Cancer Disease Progression")
    text = f"Patient's condition {fact.trend}"
    _observation(
        chart,
        code,
        fact.date,
        category="exam",
        valueCodeableConcept={"coding": [coding(c.SNOMED, c.TREND[fact.trend], text)], "text": text},
    )


@write.register
def _pregnancy(fact: Pregnancy, chart: Chart) -> None:
    code = coding(c.LOINC, "82810-3", "Pregnancy status")
    answer = coding(c.SNOMED, *(("77386006", "Pregnant") if fact.status == "pregnant" else ("60001007", "Not pregnant")))
    _observation(chart, code, fact.date, category="social-history", valueCodeableConcept={"coding": [answer], "text": answer["display"]})


@write.register
def _menopause(fact: Menopause, chart: Chart) -> None:
    state = ("76498008", "Postmenopausal state") if fact.status == "postmenopausal" else ("309606002", "Before menopause")
    _condition(chart, {"coding": [coding(c.SNOMED, *state)], "text": state[1]}, onset=fact.date, recorded=fact.date)


@write.register
def _lab(fact: Lab, chart: Chart) -> None:
    loinc, text, unit = c.LAB[fact.kind]
    normal = [{"high": _quantity(fact.upper_normal, unit)}] if fact.upper_normal is not None else None
    _observation(chart, coding(c.LOINC, loinc, text), fact.date, valueQuantity=_quantity(fact.value, unit), referenceRange=normal)


@write.register
def _intake_answers(fact: Intake, chart: Chart) -> None:
    intake(chart, fact, SUBJECT)


def _ajcc(value: str) -> str:
    return {"0": "0", "I": "1", "II": "2", "III": "3", "IV": "4"}[value]


def _quantity(value: float, unit: str) -> Json:
    return {"value": value, "unit": unit, "system": c.UCUM, "code": unit}


@write.register
def _patient(fact: Person, chart: Chart) -> None:
    patient = chart.add(
        "Patient",
        meta={"profile": [_PROFILE + "patient"]},
        identifier=[{"system": "urn:example:mrn", "value": "SYN-0001"}],
        name=[{"use": "official", "family": "Sample", "given": ["Vignette"]}],
        gender={"F": "female", "M": "male"}[fact.sex],
        birthDate=birth_date(fact.age, chart.today),
        deceasedBoolean=True if fact.deceased else None,
    )
    patient["id"] = PATIENT_ID


@write.register
def _tumour(fact: Tumour, chart: Chart) -> None:
    if fact.kind == "in-situ":
        code = {"coding": [coding(c.ICD10CM, "D05.12", "Intraductal carcinoma in situ of left breast")], "text": "DCIS, left breast"}
    elif fact.sex == "M":
        icd = coding(c.ICD10CM, "C50.922", "Malignant neoplasm of unspecified site of left male breast")
        code = {"coding": [icd, coding(c.SNOMED, "93884005", "Primary malignant neoplasm of male breast")], "text": "Breast cancer, left"}
    else:
        icd = coding(c.ICD10CM, "C50.412", "Malignant neoplasm of upper-outer quadrant of left female breast")
        code = {"coding": [icd, coding(c.SNOMED, "254837009", "Malignant neoplasm of breast")], "text": "Breast cancer, left"}
    _condition(chart, code, onset=fact.date, recorded=fact.date)


def _condition(
    chart: Chart, code: Json, *, onset: str | None, recorded: str | None = None, abated: str | None = None, **more: object
) -> None:
    chart.add(
        "Condition",
        meta={"profile": [_PROFILE + "condition-problems-health-concerns"]},
        clinicalStatus=_status("condition-clinical", "resolved" if abated else "active"),
        verificationStatus=_status("condition-ver-status", "confirmed"),
        category=[_status("condition-category", "problem-list-item")],
        code=code,
        subject=SUBJECT,
        onsetDateTime=onset,
        abatementDateTime=abated,
        recordedDate=recorded,
        **more,
    )


def _status(system: str, code: str) -> Json:
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": code}]}


def _observation(chart: Chart, code: Json, when: str, *, category: str = "laboratory", status: str = "final", **value: object) -> None:
    chart.add(
        "Observation",
        status=status,
        category=[_status("observation-category", category)],
        code={"coding": [code], "text": code["display"]},
        subject=SUBJECT,
        effectiveDateTime=when,
        **value,
    )


@write.register
def _receptor(fact: Receptor, chart: Chart) -> None:
    word = fact.value.capitalize() if fact.value.isalpha() else fact.value
    site = None
    if fact.specimen is not None:
        site = {"coding": [coding(c.SNOMED, *c.BODY_SITE[fact.specimen])], "text": c.BODY_SITE[fact.specimen][1]}
    _observation(
        chart,
        coding(c.LOINC, *c.RECEPTOR_USCORE[fact.test]),
        fact.date,
        status=fact.status,
        valueCodeableConcept={"coding": [coding(c.LOINC, c.LOINC_ANSWER[fact.value], word)], "text": word},
        bodySite=site,
    )


@write.register
def _therapy(fact: Therapy, chart: Chart) -> None:
    reason = [{"text": c.STOP_TEXT[fact.reason]}] if fact.reason else None
    for drug in fact.drugs:
        code, display = c.PRODUCT[drug]
        medication = {"coding": [coding(c.RXNORM, code, display)], "text": display}
        running = fact.status in ("active", "on-hold")
        if not running or drug in c.ORAL:
            period = {"start": fact.start} | ({"end": fact.end} if fact.end else {})
            chart.add(
                "MedicationStatement",
                status=fact.status,
                statusReason=reason,
                medicationCodeableConcept=medication,
                subject=SUBJECT,
                effectivePeriod=period,
            )
        if running:
            order = chart.add(
                "MedicationRequest",
                meta={"profile": [_PROFILE + "medicationrequest"]},
                status=fact.status,
                statusReason=reason[0] if reason else None,
                intent="order",
                medicationCodeableConcept=medication,
                subject=SUBJECT,
                authoredOn=fact.start,
                dosageInstruction=[{"text": "as protocol, every 3 weeks"}] if drug not in c.ORAL else None,
            )
            for day in dose_days(fact, chart.today) if drug not in c.ORAL else ():
                chart.add(
                    "MedicationAdministration",
                    status="completed",
                    medicationCodeableConcept=medication,
                    subject=SUBJECT,
                    effectiveDateTime=f"{day}T10:30:00-05:00",
                    dosage={"dose": amount} if (amount := amount_on(fact, day)) else None,
                    request={"reference": f"MedicationRequest/{order['id']}"},
                )


@write.register
def _lung(fact: Lung, chart: Chart) -> None:
    grade = f", CTCAE grade {fact.grade}" if fact.grade else ""
    code, text = {
        "t-dxd": (
            coding(c.ICD10CM, "J70.2", "Acute drug-induced interstitial lung disorders"),
            "Pneumonitis due to trastuzumab deruxtecan",
        ),
        "radiation": (coding(c.ICD10CM, "J70.0", "Acute pulmonary manifestations due to radiation"), "Radiation pneumonitis"),
        "idiopathic": (coding(c.ICD10CM, "J84.112", "Idiopathic pulmonary fibrosis"), "Idiopathic fibrosing interstitial lung disease"),
    }[fact.cause]
    _condition(chart, {"coding": [code], "text": text + grade}, onset=fact.onset, recorded=fact.onset, abated=fact.abated)


@write.register
def _heart_failure(fact: HeartFailure, chart: Chart) -> None:
    code = coding(c.ICD10CM, "I50.22", "Chronic systolic (congestive) heart failure")
    _condition(chart, {"coding": [code], "text": "Heart failure, NYHA III"}, onset=fact.date, recorded=fact.date)


@write.register
def _performance(fact: Performance, chart: Chart) -> None:
    code = coding(c.LOINC, "89247-1", "ECOG Performance Status score")
    _observation(chart, code, fact.date, category="survey", valueInteger=fact.ecog)


@write.register
def _examination(fact: Examination, chart: Chart) -> None:
    cpt, _, text = c.EXAMINATION[fact.kind]
    code: Json = {"text": text}
    if cpt is not None:
        code["coding"] = [coding(c.CPT, cpt, text)]
    if fact.booked:
        chart.add(
            "ServiceRequest",
            status="active",
            intent="order",
            code=code,
            subject=SUBJECT,
            authoredOn=fact.date,
            occurrenceDateTime=fact.date,
        )
    else:
        chart.add("Procedure", status="completed", code=code, subject=SUBJECT, performedDateTime=fact.date)


def intake(chart: Chart, fact: Intake, subject: Json) -> None:
    """The QuestionnaireResponse of the intake; the same in both encodings, since the questionnaire is the service's own."""
    items = []
    for link_id, answer in fact.answers:
        if isinstance(answer, bool):
            values: list[Json] = [{"valueBoolean": answer}]
        else:
            chosen = (answer,) if isinstance(answer, str) else answer
            values = [{"valueCoding": {"system": "urn:her2-cds:intake", "code": code}} for code in chosen]
        items.append({"linkId": link_id, "answer": values})
    chart.add(
        "QuestionnaireResponse",
        questionnaire="urn:her2-cds:questionnaire:her2-intake",
        status="completed",
        subject=subject,
        authored=f"{fact.date}T09:00:00-05:00",
        item=items,
    )
