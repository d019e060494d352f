"""The case: everything the rules may ask about one patient, and nothing else.

Every fact carries its value, its date and the reference of the resource that says so (`source`, such as
`Observation/123`). The case holds what the record *says*; what that *means* (the line of therapy, the HER2
status over time, the baseline LVEF) is derived in `guideline.situation`.

Not recorded, unreadable and negative are three things: an empty tuple is "nothing recorded", `Case.problems`
names what could not be read (`Case.unread` the results among it), and a negative finding is a fact of its own. No empty field means
"normal".
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct, field

from guideline.partial_date import PartialDate

Sex = Literal["female", "male", "unknown"]

#: Where a metastasis sits. `regional-node` is recorded but is not stage IV by itself.
Site = Literal[
    "brain", "leptomeningeal", "bone", "bone-marrow", "liver", "lung", "pleura", "mediastinum", "distant-node",
    "regional-node", "skin", "adrenal", "ovary", "peritoneum", "other", "unspecified",
]  # fmt: skip

#: A problem-list entry's clinical status. `unknown` when the record does not say.
ClinicalStatus = Literal["active", "resolved", "unknown"]


#: How a number bounds the true value, where it is not the value itself.
Bound = Literal["<", "<=", ">", ">="]


class Patient(Struct, frozen=True):
    """Who is treated. `birth` may be partial; `deceased` is True only when the record says so."""

    birth: PartialDate | None = None
    sex: Sex = "unknown"
    deceased: bool = False
    source: str = "Patient"


#: The breast that a tumour is of; `both` where one entry names two.
Side = Literal["left", "right", "both"]


class Diagnosis(Struct, frozen=True):
    """A tumour on the problem list, without its metastases.

    `her2` and `hormone_receptors` are set only where the diagnosis code itself states them (a label without a test). `side` is that of an
    invasive breast cancer, where the record says so.
    """

    kind: Literal["invasive-breast", "breast-in-situ", "breast-history", "other-primary"]
    status: ClinicalStatus = "unknown"
    date: PartialDate | None = None
    her2: Literal["positive", "negative"] | None = None
    hormone_receptors: Literal["positive", "negative"] | None = None
    source: str = ""
    side: Side | None = None


class Metastasis(Struct, frozen=True):
    """A metastasis on the problem list. `recorded` is when it was written down, where the record says so.

    `linked_to_breast`: the record itself relates it to the breast primary. `primary_unknown`: the code denies a known primary.
    """

    site: Site
    date: PartialDate | None = None
    recorded: PartialDate | None = None
    status: ClinicalStatus = "unknown"
    linked_to_breast: bool = False
    primary_unknown: bool = False
    source: str = ""


class Stage(Struct, frozen=True):
    """A stage group (`0`, `I` ... `IV`) or M category (`M0`, `M1`) on a date."""

    value: Literal["0", "I", "II", "III", "IV", "M0", "M1"]
    date: PartialDate | None = None
    source: str = ""


class ReceptorResult(Struct, frozen=True):
    """One receptor test of tumour tissue.

    `value` of an IHC HER2 test is its score (`0`, `0+` for incomplete staining in up to 10 % of cells, `1+`, `2+`, `3+`);
    otherwise `positive`, `negative`, `equivocal`, `low`, `ultralow`. Quantitative ISH carries `ratio` (HER2/CEP17) and
    `copies` (mean HER2 signals per nucleus) with value `None`. ER/PR given as percent of cells carry `percent`.
    `bound` says when that number is only a limit (`<1 %`); of a range (`1-5 %`) the lower end is a limit.
    `specimen` is where the tissue came from, where the record says so; `specimen_id` groups tests of one specimen. `side` is the breast
    whose tumour was tested, never that of a metastasis. `of_breast`: the code of the test names breast cancer as the tumour.
    """

    receptor: Literal["HER2", "ER", "PR"]
    method: Literal["ihc", "ish", "unspecified"]
    value: Literal["0", "0+", "1+", "2+", "3+", "positive", "negative", "equivocal", "low", "ultralow"] | None
    date: PartialDate | None = None
    specimen: Literal["primary", "metastasis"] | None = None
    specimen_id: str | None = None
    ratio: float | None = None
    copies: float | None = None
    percent: float | None = None
    preliminary: bool = False
    source: str = ""
    bound: Bound | None = None
    side: Literal["left", "right"] | None = None
    of_breast: bool = False


class DiseaseStatus(Struct, frozen=True):
    """The clinician's or radiologist's judgement of the disease on a date."""

    trend: Literal["improved", "stable", "worsened", "undetermined", "remission"]
    date: PartialDate | None = None
    preliminary: bool = False
    source: str = ""


#: Why a therapy was stopped or held, as far as the record says. `other`: a reason is given, but none of these.
StopReason = Literal[
    "progression", "toxicity", "completed", "patient-wish", "unavailable", "pregnancy", "cardiac", "lung", "hospice", "death", "other"
]

RecordStatus = Literal["active", "on-hold", "completed", "stopped", "cancelled", "draft", "unknown"]


class Dose(Struct, frozen=True):
    """A dose as recorded: an amount and its UCUM unit (`mg`, `mg/kg`, `mg/m2`, `g`, ...), and the interval in days where said."""

    amount: float
    unit: str
    every_days: int | None = None


class DrugRecord(Struct, frozen=True):
    """One statement, order or administration of one drug.

    Only records that prove or order exposure become a `DrugRecord`: no drafts, proposals, cancelled or erroneous entries, nothing
    `not-taken`, `intended` or `not-done`. A co-pack gives one record per drug; a fixed-dose combination
    (`pertuzumab-trastuzumab-hyaluronidase`) is one record. `start` and `end` are clinical dates; an administration has both on the
    day it was given. `intent` is the treatment intent. `held_on`: a day on which a record that says "on hold" is known to have said so.
    `lung_grade`: the CTCAE grade (1-5) of the pneumonitis that the words of the stop reason name, where they do.
    """

    drug: str
    kind: Literal["statement", "order", "administration"]
    status: RecordStatus
    start: PartialDate | None = None
    end: PartialDate | None = None
    stop_reason: StopReason | None = None
    intent: Literal["curative", "palliative"] | None = None
    dose: Dose | None = None
    source: str = ""
    held_on: PartialDate | None = None
    lung_grade: int | None = None


#: A HER2 conjugate the terminology cannot name ("trastuzumab" with an unknown second word): no conclusion about lines is drawn from it.
UNKNOWN_HER2_CONJUGATE = "unknown-her2-conjugate"


class Lvef(Struct, frozen=True):
    """A left ventricular ejection fraction in percent. A range keeps its lower and upper end, and `value` is its lower end.

    `bound` says when the record gives only a limit (`>55`).
    """

    value: float
    date: PartialDate | None = None
    upper: float | None = None
    bound: Bound | None = None
    modality: Literal["echo", "muga", "mri", "ct", "angiogram", "unspecified"] = "unspecified"
    preliminary: bool = False
    source: str = ""


class HeartCondition(Struct, frozen=True):
    """Heart failure, or cardiomyopathy / left ventricular dysfunction, on the problem list."""

    kind: Literal["heart-failure", "cardiomyopathy"]
    status: ClinicalStatus = "unknown"
    date: PartialDate | None = None
    source: str = ""


class FebrileNeutropenia(Struct, frozen=True):
    """Febrile neutropenia on the problem list or as a diagnosis of a visit; `date`: when it began."""

    status: ClinicalStatus = "unknown"
    date: PartialDate | None = None
    source: str = ""


class Toxicity(Struct, frozen=True):
    """A toxicity that no laboratory value tells, on the problem list or as a diagnosis of a visit.

    `neuropathy` is peripheral; `liver-hyperplasia` is nodular regenerative hyperplasia of the liver. `grade`: CTCAE; `date`: when it began.
    """

    kind: Literal["neuropathy", "liver-hyperplasia"]
    status: ClinicalStatus = "unknown"
    grade: int | None = None
    date: PartialDate | None = None
    source: str = ""


class Symptom(Struct, frozen=True):
    """A symptom, or a finding, on the problem list or among the diagnoses of a visit that may be that of a complication.

    `lung-finding`: an image that may be pneumonitis. `name` is our own word for it (`dyspnoea`, `ground-glass opacities`). `date` is its
    onset, else the day on which it was written down; `since` that of the oldest entry which it only codes again.
    """

    kind: Literal["respiratory", "lung-finding", "neurological"]
    name: str
    status: ClinicalStatus = "unknown"
    date: PartialDate | None = None
    since: PartialDate | None = None
    recorded: PartialDate | None = None
    source: str = ""


class LungCondition(Struct, frozen=True):
    """Interstitial lung disease or pneumonitis on the problem list. Lymphangitic carcinomatosis and inhalation injury are not.

    `grade` is CTCAE 1-5 where the record says; `cause_drug` a drug id where the record names one, `drug` when it only says "drug-induced".
    `onset_stated` is False where nobody recorded an onset: `onset` is then the day the entry was written, when the disease was there.
    `of_allergy_list`: told as the reaction to `cause_drug`; such a list says that it was, not whether it is there still.
    """

    kind: Literal["ild", "radiation"]
    status: ClinicalStatus = "unknown"
    grade: int | None = None
    onset: PartialDate | None = None
    abated: PartialDate | None = None
    cause_drug: str | None = None
    source: str = ""
    onset_stated: bool = True
    of_allergy_list: bool = False


class Pregnancy(Struct, frozen=True):
    """Pregnancy status on a date."""

    status: Literal["pregnant", "not-pregnant", "possible"]
    date: PartialDate | None = None
    source: str = ""


class Menopause(Struct, frozen=True):
    """Menopausal status on a date."""

    status: Literal["premenopausal", "perimenopausal", "postmenopausal"]
    date: PartialDate | None = None
    source: str = ""


class PerformanceStatus(Struct, frozen=True):
    """ECOG performance status, 0 (fully active) to 5 (dead)."""

    ecog: int
    date: PartialDate | None = None
    source: str = ""


LabKind = Literal[
    "alt", "ast", "alp", "bilirubin", "creatinine", "creatinine-clearance", "egfr", "neutrophils", "platelets", "haemoglobin",
]  # fmt: skip


class Lab(Struct, frozen=True):
    """A laboratory value in its canonical unit.

    ALT, AST, ALP in U/L; bilirubin and creatinine in mg/dL; eGFR in mL/min/1.73 m2; neutrophils and platelets in 10^9/L; haemoglobin in
    g/dL. `upper_normal` comes from the result's own reference range, in the same unit. `bound` says when the value is only a limit (`<5`).
    """

    kind: LabKind
    value: float
    date: PartialDate | None = None
    upper_normal: float | None = None
    preliminary: bool = False
    source: str = ""
    bound: Bound | None = None


#: What a result that could not be read is a result of.
ResultKind = Literal["lvef", "her2"] | LabKind


class UnreadResult(Struct, frozen=True):
    """A final or preliminary result that is there, and whose value could not be read: neither normal nor missing.

    `specimen` is that of a HER2 result, where the record says so. Why it could not be read says its `DataProblem`.
    """

    kind: ResultKind
    date: PartialDate | None = None
    specimen: Literal["primary", "metastasis"] | None = None
    source: str = ""


class BodyMeasure(Struct, frozen=True):
    """Weight in kg or height in cm."""

    kind: Literal["weight", "height"]
    value: float
    date: PartialDate | None = None
    source: str = ""


#: What capecitabine becomes in the body: who reacted to the one is not given the other.
FLUOROURACIL = "fluorouracil"


class Allergy(Struct, frozen=True):
    """An active allergy or intolerance to a drug of the knowledge files; `date`: the last day that the entry speaks of.

    `named` is what the entry calls it, where that is not the drug itself: its class, or what it becomes in the body.
    """

    drug: str
    severe: bool | None = None
    source: str = ""
    date: PartialDate | None = None
    named: str | None = None


#: A medication that calls itself a study or investigational drug, and that the terminology does not know.
STUDY_DRUG = "study-drug"


class OtherDrug(Struct, frozen=True):
    """A medicine that interacts with the cancer drugs or belongs to their supportive care; `drug` is an id of `other_drugs.yaml`.

    `STUDY_DRUG` stands for one that names itself a study drug, and nothing more.
    """

    drug: str
    status: RecordStatus
    start: PartialDate | None = None
    end: PartialDate | None = None
    source: str = ""


ProcedureKind = Literal[
    "echo", "muga", "chest-ct", "brain-mri", "biopsy", "breast-surgery", "brain-radiotherapy", "brain-resection", "hospice", "her2-ihc",
    "her2-ish",
]  # fmt: skip


class Procedure(Struct, frozen=True):
    """An examination, operation or service that was done or is booked (an active or draft order with no result yet)."""

    kind: ProcedureKind
    state: Literal["done", "booked"]
    date: PartialDate | None = None
    source: str = ""


class IntakeAnswer(Struct, frozen=True):
    """One answer of the intake questionnaire: its codes (or `true` / `false`), when it was given, and where."""

    values: tuple[str, ...]
    date: PartialDate
    source: str = ""


DpydPhenotype = Literal["poor", "intermediate", "normal"]


class DpydResult(Struct, frozen=True):
    """What a test of DPYD (dihydropyrimidine dehydrogenase) says of the patient; it does not change in a lifetime.

    `phenotype` is `None` where the result could not be read: the patient was tested, and may lack the enzyme.
    """

    phenotype: DpydPhenotype | None
    date: PartialDate | None
    source: str = ""


ProblemKind = Literal[
    "unreadable", "unread-code", "other-patient", "no-subject", "old-fhir", "code-text-conflict", "erroneous", "future", "incomplete",
    "unsent", "forbidden",
]  # fmt: skip


class DataProblem(Struct, frozen=True):
    """Something sent that could not be used, or not sent at all, so that no rule says "never" or "none" about it.

    `unread-code`: a disease that stops drugs, or a pregnancy, may be on the problem list, under a code of which nobody here knows more.
    `incomplete`: more was there than was seen. `unsent`: one of several places where such facts stand was not looked at.
    `forbidden`: the EHR does not let this service read such facts; they may be there.

    `subject` names the kind of fact lost (`therapy`, `her2`, `lvef`, `lung`, `heart`, `diagnosis`, `lab`, `pregnancy`, `intake`,
    `patient`, `allergy`, `body`, `course`, `procedure`, `other`); `detail` says why, for the diagnostic report, without any patient data;
    `date` is the day from which an `unread-code` was known, where it has one.
    """

    kind: ProblemKind
    subject: str
    source: str = ""
    detail: str = ""
    date: PartialDate | None = None


class Case(Struct, frozen=True):
    """One patient on one day. Facts are in no particular order; rules must not depend on it.

    `planned` holds the active orders of cancer drugs that begin on a day to come: no exposure, and nothing that was given.
    """

    today: date
    patient: Patient = field(default_factory=Patient)
    diagnoses: tuple[Diagnosis, ...] = ()
    metastases: tuple[Metastasis, ...] = ()
    stages: tuple[Stage, ...] = ()
    receptors: tuple[ReceptorResult, ...] = ()
    disease_statuses: tuple[DiseaseStatus, ...] = ()
    drugs: tuple[DrugRecord, ...] = ()
    lvef: tuple[Lvef, ...] = ()
    heart: tuple[HeartCondition, ...] = ()
    lungs: tuple[LungCondition, ...] = ()
    febrile_neutropenia: tuple[FebrileNeutropenia, ...] = ()
    toxicities: tuple[Toxicity, ...] = ()
    symptoms: tuple[Symptom, ...] = ()
    pregnancies: tuple[Pregnancy, ...] = ()
    menopause: tuple[Menopause, ...] = ()
    performance: tuple[PerformanceStatus, ...] = ()
    labs: tuple[Lab, ...] = ()
    body: tuple[BodyMeasure, ...] = ()
    allergies: tuple[Allergy, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    other_drugs: tuple[OtherDrug, ...] = ()
    dpyd: tuple[DpydResult, ...] = ()
    intake: dict[str, IntakeAnswer] = field(default_factory=dict)
    problems: tuple[DataProblem, ...] = ()
    unread: tuple[UnreadResult, ...] = ()
    planned: tuple[DrugRecord, ...] = ()
