"""Facts as an oncology registry writes them: mCODE STU4 profiles, sites in `bodySite`, drugs behind references, intent and reason coded.

Every course is an order with its administrations, past ones too. References are absolute or versioned, some systems are OIDs.
"""

from __future__ import annotations

from datetime import date
from functools import singledispatch

from tests.vignettes import codes as c
from tests.vignettes.chart import FHIR_SERVER, PATIENT_ID, Chart, amount_on, birth_date, dose_days
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
from tests.vignettes.uscore import intake

_MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-"
SUBJECT: Json = {"reference": f"{FHIR_SERVER}/Patient/{PATIENT_ID}"}
VERSIONED_SUBJECT: Json = {"reference": f"{FHIR_SERVER}/Patient/{PATIENT_ID}/_history/3", "type": "Patient"}
PRIMARY: Json = {"reference": f"{FHIR_SERVER}/Condition/condition-1"}
_INTENT = {
    "curative": coding(c.SNOMED, "373808002", "Curative - procedure intent"),
    "palliative": coding(c.SNOMED, "363676003", "Palliative - procedure intent"),
}


def encode(facts: Facts, today: date) -> list[Json]:
    """All resources of a case in mCODE style."""
    chart = Chart(today)
    for fact in facts:
        write(fact, chart)
    return chart.resources


@singledispatch
def write(fact: Fact, chart: Chart) -> None:
    """Add the resources of one fact to the chart; one function below for each kind of fact."""
    raise TypeError(f"no writer for {type(fact).__name__} in the chart of {chart.today}")


@write.register
def _ejection(fact: Ejection, chart: Chart) -> None:
    code = coding(c.LOINC, "8806-2", "Left ventricular Ejection fraction by 2D echo")
    value = {"value": fact.value, "unit": "percent", "system": c.UCUM, "code": "%"}
    _observation(chart, None, code, fact.date, status=fact.status, valueQuantity=value)


@write.register
def _disease_status(fact: Course, chart: Chart) -> None:
    code = coding(c.LOINC, "97509-4", "Cancer Disease Progression")
    answer = coding(c.SNOMED, c.TREND[fact.trend], f"Patient's condition {fact.trend} (finding)")
    _observation(chart, "cancer-disease-status", code, fact.date, focus=[PRIMARY], valueCodeableConcept={"coding": [answer]})


@write.register
def _pregnancy(fact: Pregnancy, chart: Chart) -> None:
    code = coding(c.LOINC, "82810-3", "Pregnancy status")
    state = coding(c.LOINC, "LA15173-0", "Pregnant") if fact.status == "pregnant" else coding(c.SNOMED, "60001007", "Not pregnant")
    _observation(chart, None, code, fact.date, valueCodeableConcept={"coding": [state]})


@write.register
def _menopause(fact: Menopause, chart: Chart) -> None:
    icd = coding(c.ICD10CM, "Z78.0", "Asymptomatic menopausal state")
    before = coding(c.SNOMED, "309606002", "Before menopause")
    _condition(chart, None, icd if fact.status == "postmenopausal" else before, fact.date)


@write.register
def _lab(fact: Lab, chart: Chart) -> None:
    loinc, text, unit = c.LAB[fact.kind]
    quantity = {"value": fact.value, "unit": unit, "system": c.UCUM, "code": unit}
    normal = [{"high": {**quantity, "value": fact.upper_normal}}] if fact.upper_normal is not None else None
    _observation(chart, None, coding(c.OID[c.LOINC], loinc, text), fact.date, valueQuantity=quantity, referenceRange=normal)


@write.register
def _intake_answers(fact: Intake, chart: Chart) -> None:
    intake(chart, fact, SUBJECT)


@write.register
def _patient(fact: Person, chart: Chart) -> None:
    patient = chart.add(
        "Patient",
        meta={"profile": [_MCODE + "cancer-patient"]},
        name=[{"family": "Sample", "given": ["Vignette"]}],
        gender={"F": "female", "M": "male"}[fact.sex],
        birthDate=birth_date(fact.age, chart.today),
        deceasedBoolean=fact.deceased,
    )
    patient["id"] = PATIENT_ID


def _condition(chart: Chart, profile: str | None, code: Json, onset: str | None, /, **more: object) -> None:
    chart.add(
        "Condition",
        **{
            "meta": {"profile": [_MCODE + profile]} if profile else None,
            "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
            "verificationStatus": {
                "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "confirmed"}]
            },
            "code": {"coding": [code]},
            "subject": VERSIONED_SUBJECT,
            "onsetDateTime": onset,
        }
        | more,
    )


@write.register
def _tumour(fact: Tumour, chart: Chart) -> None:
    if fact.kind == "in-situ":
        code = coding(c.ICD10CM, "D05.12", "Intraductal carcinoma in situ of left breast")
    elif fact.sex == "M":
        code = coding(c.OID[c.SNOMED], "93884005", "Primary malignant neoplasm of male breast (disorder)")
    else:
        code = coding(c.OID[c.SNOMED], "372137005", "Primary malignant neoplasm of breast (disorder)")
    site = {"coding": [coding(c.SNOMED, "80248007", "Left breast structure (body structure)")]}
    _condition(chart, "primary-cancer-condition", code, fact.date, bodySite=[site])


@write.register
def _stage(fact: Stage, chart: Chart) -> None:
    value = {"coding": [c.STAGE_IV_SNOMED]} if fact.value == "IV" else {"text": f"Stage {fact.value}"}
    _observation(
        chart,
        "tnm-stage-group",
        coding(c.LOINC, "21908-9", "Stage group.clinical Cancer"),
        fact.date,
        focus=[PRIMARY],
        valueCodeableConcept=value,
        method={"coding": [coding(c.SNOMED, "897275008", "American Joint Commission on Cancer, Cancer Staging Manual, 8th edition")]},
    )


@write.register
def _metastasis(fact: Metastasis, chart: Chart) -> None:
    if fact.site in c.BODY_SITE:
        code = coding(c.SNOMED, "128462008", "Metastatic malignant neoplasm (disorder)")
        body_site = [{"coding": [coding(c.SNOMED, *c.BODY_SITE[fact.site])]}]
    else:
        _, _, snomed, text = c.METASTASIS[fact.site]
        code, body_site = coding(c.SNOMED, snomed, text), None
    _condition(
        chart,
        "secondary-cancer-condition",
        code,
        fact.date,
        extension=[{"url": "http://hl7.org/fhir/StructureDefinition/condition-related", "valueReference": PRIMARY}],
        bodySite=body_site,
        recordedDate=fact.recorded,
    )


def _observation(chart: Chart, profile: str | None, code: Json, when: str, *, status: str = "final", **more: object) -> None:
    chart.add(
        "Observation",
        **{
            "meta": {"profile": [_MCODE + profile]} if profile else None,
            "status": status,
            "code": {"coding": [code]},
            "subject": SUBJECT,
            "effectiveDateTime": when,
        }
        | more,
    )


@write.register
def _receptor(fact: Receptor, chart: Chart) -> None:
    if fact.value in c.SNOMED_ANSWER:
        value: Json = {"coding": [coding(c.SNOMED, *c.SNOMED_ANSWER[fact.value])]}
    else:
        value = {"text": f"IHC {fact.value}"}
    contained = specimen = None
    if fact.specimen is not None:
        code, text = c.BODY_SITE[fact.specimen]
        contained = [
            {
                "resourceType": "Specimen",
                "id": "tissue",
                "type": {"text": f"Core needle biopsy, {text.removesuffix(' structure').lower()}"},
                "subject": SUBJECT,
                "collection": {"collectedDateTime": fact.date, "bodySite": {"coding": [coding(c.SNOMED, code, text)]}},
            }
        ]
        specimen = {"reference": "#tissue"}
    _observation(
        chart,
        "tumor-marker-test",
        coding(c.LOINC, *c.RECEPTOR_MCODE[fact.test]),
        fact.date,
        status=fact.status,
        contained=contained,
        extension=[{"url": _MCODE + "related-condition", "valueReference": PRIMARY}],
        specimen=specimen,
        valueCodeableConcept=value,
    )


@write.register
def _therapy(fact: Therapy, chart: Chart) -> None:
    intent = [{"url": _MCODE + "procedure-intent", "valueCodeableConcept": {"coding": [_INTENT[fact.intent]]}}] if fact.intent else None
    reason: Json | None = None
    if fact.reason in c.STOP_CODE:
        reason = {"coding": [c.STOP_CODE[fact.reason]]}
    elif fact.reason is not None:
        reason = {"text": c.STOP_TEXT[fact.reason]}
    for number, drug in enumerate(fact.drugs):
        code, display = c.INGREDIENT[drug]
        concept = {"coding": [coding(c.OID[c.RXNORM] if number % 2 else c.RXNORM, code, display)]}
        contained, reference = _medication(chart, concept, separate=number % 2 == 0)
        bounds = {"start": fact.start} | ({"end": fact.end} if fact.end else {})
        repeat: Json = {"boundsPeriod": bounds, "frequency": 1, "period": 21, "periodUnit": "d"}
        if drug in c.ORAL:
            repeat = {"boundsPeriod": bounds, "frequency": 1, "period": 1, "periodUnit": "d"}
        order = chart.add(
            "MedicationRequest",
            meta={"profile": [_MCODE + "cancer-related-medication-request"]},
            contained=contained,
            extension=intent,
            status=fact.status,
            statusReason=reason,
            intent="order",
            medicationReference=reference,
            subject=VERSIONED_SUBJECT,
            authoredOn=fact.start,
            dosageInstruction=[{"timing": {"repeat": repeat}}],
        )
        for day in dose_days(fact, chart.today) if drug not in c.ORAL else ():
            chart.add(
                "MedicationAdministration",
                meta={"profile": [_MCODE + "cancer-related-medication-administration"]},
                contained=contained,
                extension=intent,
                status="completed",
                medicationReference=reference,
                subject=SUBJECT,
                effectivePeriod={"start": f"{day}T09:00:00+01:00", "end": f"{day}T10:00:00+01:00"},
                dosage={"dose": amount} if (amount := amount_on(fact, day)) else None,
                request={"reference": f"{FHIR_SERVER}/MedicationRequest/{order['id']}"},
            )


def _medication(chart: Chart, concept: Json, *, separate: bool) -> tuple[list[Json] | None, Json]:
    """The drug behind a reference: an entry of its own, or contained in the resource that names it."""
    if separate:
        medication = chart.add("Medication", code=concept)
        return None, {"reference": f"{FHIR_SERVER}/Medication/{medication['id']}"}
    return [{"resourceType": "Medication", "id": "drug", "code": concept}], {"reference": "#drug"}


@write.register
def _lung(fact: Lung, chart: Chart) -> None:
    code, text = {
        "t-dxd": (coding(c.SNOMED, "427046006", "Pneumonitis due to drug"), "trastuzumab deruxtecan pneumonitis"),
        "radiation": (coding(c.SNOMED, "84004001", "Radiation pneumonitis"), "Radiation pneumonitis"),
        "idiopathic": (coding(c.SNOMED, "700250006", "Idiopathic pulmonary fibrosis"), "Idiopathic fibrosing ILD"),
    }[fact.cause]
    severity = {"text": f"CTCAE grade {fact.grade}"} if fact.grade else None
    note = [{"text": f"Grade {fact.grade} (CTCAE v5)"}] if fact.grade else None
    concept = {"coding": [code], "text": text}
    _condition(chart, None, code, fact.onset, code=concept, abatementDateTime=fact.abated, severity=severity, note=note)
    if fact.abated:
        chart.resources[-1]["clinicalStatus"]["coding"][0]["code"] = "resolved"


@write.register
def _heart_failure(fact: HeartFailure, chart: Chart) -> None:
    _condition(chart, None, coding(c.SNOMED, "84114007", "Heart failure (disorder)"), fact.date)


@write.register
def _performance(fact: Performance, chart: Chart) -> None:
    code = coding(c.LOINC, "89247-1", "ECOG Performance Status score")
    _observation(chart, "ecog-performance-status", code, fact.date, valueInteger=fact.ecog)


@write.register
def _examination(fact: Examination, chart: Chart) -> None:
    _, snomed, text = c.EXAMINATION[fact.kind]
    code: Json = {"text": text}
    if snomed is not None:
        code["coding"] = [coding(c.SNOMED, snomed, text)]
    if fact.booked:
        chart.add("ServiceRequest", status="active", intent="order", code=code, subject=SUBJECT, authoredOn=fact.date)
    else:
        chart.add("Procedure", status="completed", code=code, subject=SUBJECT, performedPeriod={"start": fact.date, "end": fact.date})
