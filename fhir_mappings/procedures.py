"""Procedure and ServiceRequest -> what was done and what is booked; hospice care as a Condition."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from fhir_mappings.coded import as_list, meanings_of, triples, words, words_of_all
from fhir_mappings.dates import began, performed, started, when
from fhir_mappings.documents.later_members import concepts_in
from fhir_mappings.problem_list import ProblemList, clinical_status
from fhir_mappings.record import Record
from fhir_mappings.resources import ABSENT, Resource, source_of
from fhir_mappings.tumour.tumour_claims import site_of_code, sites_in
from guideline.case import Lvef, Procedure, ProcedureKind
from guideline.partial_date import PartialDate

_KINDS: dict[str, ProcedureKind] = {
    "proc.echocardiogram": "echo",
    "proc.muga": "muga",
    "proc.chest_ct": "chest-ct",
    "proc.brain_mri": "brain-mri",
    "proc.biopsy": "biopsy",
    "proc.breast_surgery": "breast-surgery",
    "proc.brain_resection": "brain-resection",
    "proc.hospice": "hospice",
    "obs.her2_ihc": "her2-ihc",
    "obs.her2_ish": "her2-ish",
}

#: What brings the tissue. A HER2 test "on liver biopsy" is a test, a biopsy "with HER2 IHC" a biopsy: what is named first is what is done.
_TAKEN = r"(?:biops(?:y|ies)|ectom(?:y|ies))\b(?! (?:specimen|sample|tissue|block|material|slide|core))"
_NOT_TAKEN_FIRST = rf"\A(?:(?!{_TAKEN}).)*?"
_HER2 = r"(?:her-?2|erbb2)"
_ISH = r"(?:\b(?:[fcs]|dd)?ish\b|hybridi[sz]ation)"
_IHC = r"(?:\bihc\b|immunohisto)"
_BETWEEN = r"[\w /,()-]"

#: Read only where no code is known to us.
_WORDING: tuple[tuple[ProcedureKind, tuple[str, ...]], ...] = (
    ("her2-ish", (rf"{_NOT_TAKEN_FIRST}(?:{_HER2}{_BETWEEN}{{0,40}}{_ISH}|{_ISH}{_BETWEEN}{{0,40}}{_HER2})",)),
    ("her2-ihc", (rf"{_NOT_TAKEN_FIRST}(?:{_HER2}{_BETWEEN}{{0,40}}{_IHC}|{_IHC}{_BETWEEN}{{0,40}}{_HER2})",)),
    (
        "brain-radiotherapy",
        (
            r"whole[- ]brain|\bwbrt\b|gamma ?knife",
            r"(?:brain|cranial|intracranial)[\w ,]{0,30}(?:radi|srs|stereotactic)",
            r"(?:radi|stereotactic)[\w ,]{0,40}(?:brain|cranial)",
        ),
    ),
    ("hospice", (r"hospice",)),
    ("breast-surgery", (r"mastectomy|lumpectomy|breast[- ]conserving|quadrantectomy|segmentectomy of breast",)),
    (
        "echo",
        (
            r"(?<!fetal )(?<!foetal )(?:[eé]chocardiogra|ecocardiogra|echokardiogra)|\btte\b",
            # As order entry calls it: "ECHO COMPLETE W CONTRAST", "2D echo". Not an echo of MRI, a foetal one or a virus.
            r"\b(?:transthoracic|trans-thoracic|cardiac|limited|complete|2-?d|3-?d) echo\b",
            r"\A(?:us |cv |card(?:iac)? )?echo\b(?= ?\Z| (?:transthoracic|tte|complete|limited|2-?d|3-?d|adult|heart|with|w/?o?\b))",
        ),
    ),
    ("muga", (r"\bmuga\b|radionuclide (?:ventriculo|angio)gra|multigated|gated blood pool",)),
    (
        "chest-ct",
        (r"(?:\bct\b|tomography)[\w ,]{0,20}(?:chest|thorax|lung)", r"(?:chest|thorax|lung)[\w ,]{0,12}(?:\bct\b|tomography)", r"\bhrct\b"),
    ),
    ("brain-mri", (r"(?:\bmri?\b|magnetic resonance)[\w ,]{0,20}(?:brain|head|cranial)", r"(?:brain|head|cranial)[\w ,]{0,12}\bmri?\b")),
    ("biopsy", (r"biops",)),
)
_WORDS: tuple[tuple[re.Pattern[str], ProcedureKind], ...] = tuple((re.compile("|".join(words)), kind) for kind, words in _WORDING)
_RADIOTHERAPY = re.compile(r"radiotherapy|radiation|radiosurg|teleradio|stereotactic")
#: Radiosurgery is done in the brain, save where another site or disease is named.
_RADIOSURGERY = re.compile(r"radio-?surg|\bsrs\b")
_ELSEWHERE = re.compile(
    r"\bbody\b|extracranial|spin(?:e|al)|sacr|prostat|pancrea|kidney|renal|trigemin|neuralgia|neuroma|schwannoma|malformation"
)
_NOT_YET = re.compile(r"(?<!\bas )plan|simulat|scheduled")
_BRAIN = re.compile(r"\bbrain\b|cranial|cerebr")
_IN_THE_SKULL = re.compile(r"\bbrain\b|cerebr|cerebell|intracranial|craniotom|craniectom")
_OPENS_THE_SKULL = re.compile(r"craniotom|craniectom")
_REMOVES = re.compile(r"resect|excis|remov|debulk|metastasectom")
_TUMOUR = re.compile(r"metasta|tumou?r|neoplas|lesion|\bmass\b")
#: Done through a craniotomy as well, and no local therapy of a metastasis.
_REMOVES_NO_TUMOUR = re.compile(r"biops|haematoma|hematoma|evacuat|abscess|shunt|drain|reservoir|catheter|explor")
_SPOKEN_OF = r"declin|refus|discuss|education|referral|consult|evaluation for"
_NOT_THE_ACT_ITSELF = re.compile(rf"{_SPOKEN_OF}|history")
#: A history of irradiation tells of one.
_NO_IRRADIATION = re.compile(rf"{_SPOKEN_OF}|{_NOT_YET.pattern}|cancel|defer|postpone|not (?:done|given|performed|started|indicated)")
_TO_HOSPICE = re.compile(r"\brefer\w*(?: [\w/]+){0,4} hospice|hospice(?: [\w/]+){0,2} referral")
_NO_REFERRAL = re.compile(r"declin|refus|discussion|education|evaluation for|history|cancel")
_MEASURE_LVEF: tuple[ProcedureKind, ...] = ("echo", "muga")
_NOT_DONE = frozenset({"entered-in-error", "not-done", "preparation"})
_NOT_BOOKED = frozenset({"entered-in-error", "revoked", "completed", "on-hold", "unknown"})


def read_procedures(record: Record, lvef: Iterable[Lvef]) -> tuple[Procedure, ...]:
    """Procedures done, and orders that are active or draft and have no result yet. An order is never a result (trap 12).

    A referral to hospice is a booking, whoever records it: the patient is not under its care yet.

    EHRs leave orders `active` for years: one is open only until the examination was done, or an LVEF measured, on its day or later.
    """
    done = tuple([fact for resource in record.of("Procedure") if (fact := _done(record, resource)) is not None])
    booked = [fact for resource in record.of("ServiceRequest") if (fact := _booked(resource)) is not None]
    if not booked:
        return done
    results = [(fact.kind, fact.date) for fact in done]
    results += [(kind, measured.date) for measured in lvef for kind in _MEASURE_LVEF]
    newest: dict[ProcedureKind, date] = {}
    for kind, day in results:
        if day is not None:
            newest[kind] = max(day.earliest, newest.get(kind, day.earliest))
    return (*done, *(order for order in booked if not _fulfilled(order, newest.get(order.kind))))


def _refers_to_hospice(resource: Resource) -> bool:
    label = words(resource.code)
    return "hospice" in label and _TO_HOSPICE.search(label) is not None and _NO_REFERRAL.search(label) is None


def _fulfilled(order: Procedure, done_on: date | None) -> bool:
    """Whether the newest examination of its kind was on the day of an order or later."""
    return done_on is not None and order.date is not None and done_on >= order.date.earliest


def _done(record: Record, resource: Resource) -> Procedure | None:
    referred = _refers_to_hospice(resource)
    kind = "hospice" if referred else _kind(resource)
    if kind in ("her2-ish", "her2-ihc") and "biops" in words(resource.code):
        kind = "biopsy"  # the tissue was taken; that the test is done its result will tell
    day = performed(resource)
    if kind is not None and resource.status not in _NOT_DONE and (day is None or record.counts(day, resource)):
        return Procedure(kind, "booked" if referred else "done", day, source_of(resource))
    return None


def _booked(resource: Resource) -> Procedure | None:
    kind = "hospice" if _refers_to_hospice(resource) else _kind(resource)
    refused = resource.do_not_perform in (True, "true") or resource.intent in ("proposal", "option")
    # A referral that was carried out has led to hospice, which is seldom recorded once more.
    open_still = resource.status not in _NOT_BOOKED or (kind == "hospice" and resource.status == "completed")
    if kind is not None and open_still and not refused:
        day: PartialDate | None = when(resource.occurrence_date_time) or started(resource.occurrence_period) or when(resource.authored_on)
        return Procedure(kind, "booked", day, source_of(resource))
    return None


def read_hospice(listed: ProblemList) -> tuple[Procedure, ...]:
    """Hospice care on the problem list, where many EHRs keep it; not what is over (decision 9)."""
    under_care = [resource for resource in listed["hospice"] if clinical_status(resource) != "resolved"]
    return tuple([Procedure("hospice", "done", began(resource), source_of(resource)) for resource in under_care])


def _kind(resource: Resource) -> ProcedureKind | None:
    known = False
    for _, (concept, use) in meanings_of(resource.code):
        known = True
        if use in ("match", "legacy"):
            if concept in _KINDS:
                return _KINDS[concept]
            if concept == "proc.radiotherapy":
                return "brain-radiotherapy" if _irradiates_brain(resource) or _unplaced_radiosurgery(resource) else None
    label = words(resource.code)
    if _RADIOTHERAPY.search(label) and _irradiates_brain(resource):
        return "brain-radiotherapy"
    if not known and _unplaced_radiosurgery(resource):
        return "brain-radiotherapy"
    if known or not label or _NOT_THE_ACT_ITSELF.search(label):
        return None
    if _resects_in_brain(resource, label):
        return "brain-resection"
    named = (kind for pattern, kind in _WORDS if pattern.search(label))
    return next((kind for kind in named if kind != "brain-radiotherapy" or _NO_IRRADIATION.search(label) is None), None)


def _irradiates_brain(resource: Resource) -> bool:
    """Whether radiotherapy is that of the brain, and given: not talked about, planned or declined."""
    return _NO_IRRADIATION.search(words(resource.code)) is None and _on_brain(resource)


def _unplaced_radiosurgery(resource: Resource) -> bool:
    """Whether radiosurgery was done and nothing says where: "SRS", "Stereotactic radiosurgery". Body site and reason may say another."""
    label = words(resource.code)
    if not _RADIOSURGERY.search(label) or _NOT_THE_ACT_ITSELF.search(label) or _NOT_YET.search(label) or as_list(resource.body_site):
        return False
    said = words_of_all(resource.code, *concepts_in(resource.reason_code))
    return _ELSEWHERE.search(said) is None and not set(sites_in(said)) - {"brain"}


def _resects_in_brain(resource: Resource, label: str) -> bool:
    """Whether a tumour of the brain is removed: a craniotomy for one, or any removal of one at that site. A biopsy is none."""
    if _REMOVES_NO_TUMOUR.search(label) or not (_OPENS_THE_SKULL.search(label) or _REMOVES.search(label)):
        return False
    if not _on_brain(resource, _IN_THE_SKULL):
        return False
    reasons = concepts_in(resource.reason_code) if resource.reason_code is not ABSENT else []
    return _TUMOUR.search(words_of_all(resource.code, *reasons)) is not None


def _on_brain(resource: Resource, named: re.Pattern[str] = _BRAIN) -> bool:
    """Whether the body site is coded as in the brain, or the words of the act or of its site name it."""
    sites = as_list(resource.body_site)
    coded = any(site_of_code(system, code) == "brain" for concept in sites for system, code, _ in triples(concept))
    return coded or named.search(words_of_all(resource.code, *sites)) is not None
