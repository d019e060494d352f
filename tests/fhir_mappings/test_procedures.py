from __future__ import annotations

import pytest

from tests.fhir_mappings.resource_builders import (
    CPT,
    LOINC,
    LVEF,
    RXNORM,
    SNOMED,
    TRASTUZUMAB,
    VERIFICATION,
    case_of,
    concept,
    condition,
    observation,
    on,
    patient,
    problems_of,
    quantity,
    resource,
)

ECHO = (SNOMED, "40701008")


def done(*codings, **members):
    return resource("Procedure", **{"status": "completed", "code": concept(*codings), "performedDateTime": "2026-03-04", **members})


def booked(*codings, **members):
    return resource(
        "ServiceRequest", **{"status": "active", "intent": "order", "code": concept(*codings), "authoredOn": "2026-11-01", **members}
    )


def kinds(*resources):
    return [(p.kind, p.state) for p in case_of(patient(), *resources).procedures]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (ECHO, "echo"),
        ((CPT, "93306"), "echo"),
        ((CPT, "78472"), "muga"),
        ((CPT, "71250"), "chest-ct"),
        ((SNOMED, "816077007"), "brain-mri"),
        ((SNOMED, "86259008"), "biopsy"),
        ((SNOMED, "392021009"), "breast-surgery"),
        ((SNOMED, "305336008"), "hospice"),
        ((CPT, "61510"), "brain-resection"),
        ((CPT, "61518"), "brain-resection"),
    ],
)
def test_procedures_by_code(code, kind):
    """What was done, with its day."""
    assert [(p.kind, p.state, p.date) for p in case_of(patient(), done(code)).procedures] == [(kind, "done", on("2026-03-04"))]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("NM gated blood pool scan", "muga"),
        ("Equilibrium radionuclide angiography", "muga"),
        ("Transthoracic echocardiogram", "echo"),
        ("Transthoracic echo (TTE) complete", "echo"),
        ("ECHO COMPLETE W DOPPLER", "echo"),
        ("2D echo", "echo"),
        ("Echokardiographie", "echo"),
        ("CT chest with contrast", "chest-ct"),
        ("MRI brain", "brain-mri"),
        ("Whole brain radiotherapy", "brain-radiotherapy"),
        ("Stereotactic radiosurgery of brain metastasis", "brain-radiotherapy"),
        ("Left mastectomy", "breast-surgery"),
        ("Referral to hospice care", "hospice"),
        ("US guided liver biopsy", "biopsy"),
    ],
)
def test_procedures_by_label(text, kind):
    """Where no code is known, clear words count."""
    expected = [(kind, "booked" if text.startswith("Referral") else "done")]
    assert kinds(done(code=concept(text=text))) == expected


@pytest.mark.parametrize("text", ["Fetal echocardiogram", "Fetal echo", "Gradient echo sequence", "Echo virus PCR", "Echovirus antibody"])
def test_what_is_called_an_echo_and_is_none_of_the_heart(text):
    """It books no LVEF."""
    assert case_of(patient(), booked(code=concept(text=text))).procedures == ()


@pytest.mark.parametrize(
    ("members", "under_care"),
    [
        ({"code": concept((SNOMED, "385763009"))}, True),
        ({"code": concept((SNOMED, "170935008"))}, True),
        ({"code": concept(text="Hospice care patient")}, True),
        ({"code": concept(text="Receiving hospice care at home")}, True),
        ({"code": concept(text="Declined hospice care")}, False),
        ({"code": concept(text="Discussion about hospice")}, False),
        ({"code": concept(text="Referral to hospice")}, False),
        ({"code": concept(text="Referred to hospice")}, False),
        ({"code": concept(text="Palliative care patient")}, False),
        ({"code": concept(text="Not under hospice care")}, False),
        ({"code": concept(text="Formerly in hospice")}, False),
        ({"code": concept(text="History of hospice care")}, False),
        ({"code": concept((SNOMED, "385763009")), "status": "resolved"}, False),
        ({"code": concept((SNOMED, "385763009")), "verified": "entered-in-error"}, False),
    ],
)
def test_hospice_care_on_the_problem_list(members, under_care):
    """Decision 9: many EHRs keep it as a Condition. Declined, discussed or over is not under care, and palliative care is not hospice."""
    code = members.pop("code")
    assert kinds(condition(**members) | {"code": code}) == ([("hospice", "done")] if under_care else [])


@pytest.mark.parametrize(
    ("text", "referred"),
    [
        ("Referral to hospice", True),
        ("Ambulatory referral to hospice", True),
        ("Hospice referral", True),
        ("Referred to home hospice care", True),
        ("Declined referral to hospice", False),
        ("Discussion of hospice referral", False),
        ("Referral to palliative care", False),
    ],
)
def test_decision_9_a_referral_to_hospice_is_no_hospice_care(text, referred):
    """Ordered, or recorded as made: a booking. Carried out, the order still says where the patient is."""
    expected = [("hospice", "booked")] if referred else []
    assert kinds(booked(code=concept(text=text))) == expected
    assert kinds(booked(code=concept(text=text), status="completed")) == expected
    assert kinds(booked(code=concept(text=text), status="revoked")) == []
    assert kinds(done(code=concept(text=text))) == expected


def test_radiotherapy_counts_where_the_brain_was_irradiated():
    """A general radiotherapy code with the brain as body site is brain radiotherapy; without it, nothing that matters."""
    code = (SNOMED, "33195004", "Teleradiotherapy procedure (procedure)")
    assert kinds(done(code, bodySite=[concept((SNOMED, "12738006"))])) == [("brain-radiotherapy", "done")]
    assert kinds(done(code, bodySite=[concept((SNOMED, "76752008"))])) == []


@pytest.mark.parametrize(
    ("text", "members", "brain"),
    [
        ("Stereotactic radiosurgery", {}, True),
        ("SRS, single fraction", {}, True),
        ("Gamma knife", {}, True),
        ("Stereotactic radiosurgery", {"reasonCode": [concept(text="Metastasis to brain")]}, True),
        ("Stereotactic radiosurgery of liver metastasis", {}, False),
        ("Spine SRS", {}, False),
        ("Stereotactic body radiotherapy", {}, False),
        ("Stereotactic radiosurgery", {"bodySite": [concept(text="L3 vertebra")]}, False),
        ("Stereotactic radiosurgery", {"reasonCode": [concept(text="Bone metastasis")]}, False),
        ("SRS consultation", {}, False),
        ("SRS treatment planning", {}, False),
        ("SRS declined", {}, False),
        ("SRS", {"status": "not-done"}, False),
    ],
)
def test_decision_13_radiosurgery_without_a_site_is_that_of_the_brain(text, members, brain):
    """Where nothing says another site; talk of it, its planning and what was not done are none."""
    assert kinds(done(code=concept(text=text), **members)) == ([("brain-radiotherapy", "done")] if brain else [])


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Radiation oncology consult for brain mets", None),
        ("Ambulatory referral to radiation oncology for brain metastases", None),
        ("Whole brain radiation therapy declined", None),
        ("Patient refused whole brain radiotherapy", None),
        ("Discussed whole brain radiation", None),
        ("Radiation treatment planning, brain", None),
        ("WBRT simulation", None),
        ("Whole brain radiotherapy not given", None),
        ("MRI brain for stereotactic radiosurgery planning", "brain-mri"),
        ("Whole brain radiotherapy as planned", "brain-radiotherapy"),
        ("History of whole brain radiation", "brain-radiotherapy"),
        ("Radiation therapy to brain, 30 Gy", "brain-radiotherapy"),
    ],
)
def test_irradiation_that_was_talked_about_is_none(text, kind):
    """A consultation, a referral, a plan or a refusal irradiates nobody, however it is coded."""
    expected = [(kind, "done")] if kind else []
    assert kinds(done(code=concept(text=text))) == expected
    coded = concept((SNOMED, "108290001"), text=text)
    assert kinds(done(code=coded)) == (expected if kind != "brain-mri" else [])


def test_radiosurgery_by_a_general_code_and_its_words():
    """The code says radiotherapy, the text radiosurgery: the brain, unless a body site says another."""
    code = {"coding": [{"system": SNOMED, "code": "33195004"}], "text": "Stereotactic radiosurgery"}
    assert kinds(done(code=code)) == [("brain-radiotherapy", "done")]
    assert kinds(done(code=code, bodySite=[concept((SNOMED, "76752008"))])) == []


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("Resection of brain metastasis", True),
        ("Craniotomy for tumor resection", True),
        ("Left frontal craniotomy, metastasis", True),
        ("Suboccipital craniectomy and excision of cerebellar lesion", True),
        ("Cerebral metastasectomy", True),
        ("Craniotomy for excision of brain tumor, supratentorial, except meningioma", True),
        ("Craniotomy", False),
        ("Craniotomy for brain tumor biopsy", False),
        ("Craniotomy for evacuation of hematoma", False),
        ("Craniotomy for resection of meningioma", False),
        ("Resection of liver metastasis", False),
        ("Excision of lesion of scalp", False),
        ("Excision of tumor of cranial nerve", False),
        ("Discussion of craniotomy for tumor", False),
        ("MRI brain, status of the lesion", False),
    ],
)
def test_the_resection_of_a_brain_tumour_is_local_therapy(text, counts):
    """By clear words: the removal of a tumour inside the skull; no biopsy, no other operation, no other tumour."""
    assert (("brain-resection", "done") in kinds(done(code=concept(text=text)))) is counts


@pytest.mark.parametrize(
    ("text", "members", "counts"),
    [
        ("Craniotomy", {"reasonCode": [concept(text="Metastasis to brain")]}, True),
        ("Craniotomy", {"reasonCode": [concept(text="Subdural hematoma")]}, False),
        ("Craniotomy for evacuation of clot", {"reasonCode": [concept(text="Metastasis to brain")]}, False),
        ("Excision of lesion", {"bodySite": [concept((SNOMED, "12738006"))]}, True),
        ("Excision of lesion", {"bodySite": [concept((SNOMED, "76752008"))]}, False),
    ],
)
def test_reason_and_body_site_tell_what_an_operation_was_for(text, members, counts):
    """A craniotomy for a metastasis, the excision of a lesion at the brain."""
    assert kinds(done(code=concept(text=text), **members)) == ([("brain-resection", "done")] if counts else [])


@pytest.mark.parametrize("status", ["not-done", "entered-in-error", "preparation"])
def test_what_was_not_done(status):
    """A procedure that was not done is none."""
    assert kinds(done(ECHO, status=status)) == []


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (concept((LOINC, "85318-4")), "her2-ish"),
        (concept((LOINC, "85319-2")), "her2-ihc"),
        (concept(text="HER2 FISH, breast tissue"), "her2-ish"),
        (concept(text="ERBB2 in situ hybridization"), "her2-ish"),
        (concept(text="FISH for HER2"), "her2-ish"),
        (concept(text="HER2 IHC"), "her2-ihc"),
        (concept(text="HER2 FISH on liver biopsy"), "her2-ish"),
        (concept(text="FISH on liver biopsy for HER2"), "her2-ish"),
        (concept(text="HER2 IHC, liver biopsy 2026-11-10"), "her2-ihc"),
        (concept(text="Liver biopsy specimen: HER2 FISH"), "her2-ish"),
        (concept(text="HER2 FISH on mastectomy specimen"), "her2-ish"),
        (concept(text="Liver biopsy with HER2 IHC"), "biopsy"),
        (concept(text="Biopsy of liver lesion with HER2 FISH"), "biopsy"),
        (concept(text="Biopsy of liver lesion with HER2 testing"), "biopsy"),
        (concept(text="Lumpectomy with HER2 IHC"), "breast-surgery"),
        (concept(text="FISH on liver biopsy"), "biopsy"),
        (concept(text="FISH for BCR-ABL"), None),
    ],
)
def test_an_ordered_her2_test(code, kind):
    """R122, decision 23: by LOINC code or in words."""
    order = resource("ServiceRequest", status="active", intent="order", code=code, authoredOn="2026-11-01")
    assert kinds(order) == ([(kind, "booked")] if kind else [])


def test_a_her2_test_on_a_biopsy_as_done_is_a_biopsy_whose_result_is_waited_for():
    """R002, decision 23: nobody is asked for tissue that was taken, and the ordered test is open until its result."""
    text = "HER2 FISH on liver biopsy"
    ordered = booked(code=concept(text=text), authoredOn="2026-11-01")
    assert kinds(done(code=concept(text=text), performedDateTime="2026-11-05"), ordered) == [("biopsy", "done"), ("her2-ish", "booked")]
    assert kinds(done(code=concept(text="HER2 FISH, breast tissue"))) == [("her2-ish", "done")]


def test_booked_is_an_order_that_is_active_or_draft():
    """The day it is planned for may lie ahead; a revoked, completed or refused order is no booking."""
    plan = booked(ECHO, occurrenceDateTime="2026-12-24")
    assert [(p.state, p.date) for p in case_of(patient(), plan).procedures] == [("booked", on("2026-12-24"))]
    assert kinds(booked(ECHO, status="draft")) == [("echo", "booked")]
    for members in (
        {"status": "revoked"},
        {"status": "completed"},
        {"doNotPerform": True},
        {"doNotPerform": "true"},
        {"intent": "proposal"},
        {"status": "entered-in-error"},
    ):
        assert kinds(booked(ECHO, **members)) == []


def test_decision_23_a_booking_is_open_until_its_result():
    """An order that stayed active after its echo, or after an LVEF of its day or later, is no booking any more; one planned ahead is."""
    old = booked(ECHO, authoredOn="2026-01-10")
    lvef = observation(LVEF, effectiveDateTime="2026-02-01", valueQuantity=quantity(60, "%"))
    assert kinds(old) == [("echo", "booked")]
    assert kinds(old, lvef) == []
    assert kinds(old, done(ECHO)) == [("echo", "done")]
    assert kinds(old, {**lvef, "effectiveDateTime": "2025-12-01"}) == [("echo", "booked")]
    assert kinds(booked(ECHO, authoredOn="2026-01-10", occurrenceDateTime="2026-12-01"), lvef) == [("echo", "booked")]


def allergy(*codings, **members):
    return {"resourceType": "AllergyIntolerance", "id": "1", "patient": {"reference": "Patient/p1"}, "code": concept(*codings), **members}


@pytest.mark.parametrize(
    ("members", "day"),
    [
        ({"recordedDate": "2026-01-12"}, "2026-01-12"),
        ({"onsetDateTime": "2026-01-10", "recordedDate": "2026-01-12T09:00:00Z"}, "2026-01-12"),
        ({"recordedDate": "2026-01-12", "lastOccurrence": "2026-02"}, "2026-02"),
        ({"recordedDate": "2026-01-12", "reaction": [{"onset": "2026-03-02"}, {"severity": "mild"}]}, "2026-03-02"),
        ({"recordedDate": "2026-01-12", "lastOccurrence": "02/03/2026"}, None),
        ({}, None),
    ],
)
def test_the_last_day_that_an_allergy_speaks_of(members, day):
    """A dose given after it was tolerated; a day that cannot be read may be any."""
    (found,) = case_of(patient(), allergy(TRASTUZUMAB, **members)).allergies
    assert (str(found.date) if found.date is not None else None) == day


@pytest.mark.parametrize(
    ("members", "severe"),
    [
        ({"reaction": [{"manifestation": [concept(text="Anaphylaxis")]}]}, True),
        ({"reaction": [{"manifestation": [concept((SNOMED, "39579001"))]}]}, True),
        ({"reaction": [{"manifestation": [concept(text="Rash")]}, {"manifestation": [concept(text="Angioedema")]}]}, True),
        ({"reaction": [{"severity": "moderate", "manifestation": [concept(text="Anaphylactic shock")]}]}, True),
        ({"reaction": [{"manifestation": [concept(text="Other")], "description": "Anaphylactoid reaction at 10 minutes"}]}, True),
        ({"code": concept(text="Anaphylactic reaction to trastuzumab")}, True),
        ({"code": concept(text="Trastuzumab (history of anaphylaxis)")}, True),
        ({"criticality": "unable-to-assess", "reaction": [{"manifestation": concept(text="anaphylaxis")}]}, True),
        ({"reaction": [{"manifestation": [concept(text="Rash")]}]}, None),
        ({"reaction": [{"severity": "mild", "manifestation": [concept(text="Rash")], "description": "Flushing, no anaphylaxis"}]}, False),
        ({"reaction": [{"manifestation": [concept(text="Anaphylaxis?")]}]}, None),
        ({"reaction": [{"severity": "severe", "manifestation": ["hives"], "description": {"text": "odd"}}]}, True),
    ],
)
def test_anaphylaxis_is_severe_whether_or_not_a_severity_is_recorded(members, severe):
    """P15: a reaction has always a manifestation, and seldom a severity."""
    (found,) = case_of(patient(), allergy(TRASTUZUMAB, **members)).allergies
    assert (found.drug, found.severe) == ("trastuzumab", severe)


def test_allergies():
    """By ingredient, text or the substance of a reaction, with the severity where it is said."""
    severe = allergy(TRASTUZUMAB, criticality="high")
    assert [(a.drug, a.severe, a.source) for a in case_of(patient(), severe).allergies] == [("trastuzumab", True, "AllergyIntolerance/1")]
    mild = allergy(reaction=[{"substance": concept((RXNORM, "72962", "docetaxel")), "severity": "mild"}])
    assert [(a.drug, a.severe) for a in case_of(patient(), mild).allergies] == [("docetaxel", False)]
    assert [(a.drug, a.severe) for a in case_of(patient(), allergy(code=concept(text="Perjeta"))).allergies] == [("pertuzumab", None)]


@pytest.mark.parametrize(
    "members",
    [
        {"verificationStatus": concept((VERIFICATION, "refuted"))},
        {"verificationStatus": concept((VERIFICATION, "entered-in-error"))},
        {"clinicalStatus": concept(("x", "resolved"))},
        {"clinicalStatus": concept(("x", "inactive"))},
    ],
)
def test_allergies_that_are_none(members):
    """Refuted, erroneous, resolved and inactive allergies do not count."""
    assert case_of(patient(), allergy(TRASTUZUMAB, **members)).allergies == ()


@pytest.mark.parametrize(
    ("code", "drugs"),
    [
        (concept((SNOMED, "293785000", "Allergy to paclitaxel")), ["paclitaxel"]),
        (concept((SNOMED, "293785000")), ["paclitaxel"]),
        (concept((SNOMED, "293785000"), text="Abraxane allergy"), ["nab-paclitaxel"]),
        (concept(text="TAXANES"), ["docetaxel", "nab-paclitaxel", "paclitaxel"]),
        (concept(text="Allergy to taxane"), ["docetaxel", "nab-paclitaxel", "paclitaxel"]),
        (concept(text="Taxanes (docetaxel)"), ["docetaxel"]),
        (concept((RXNORM, "56946", "PACLitaxel"), text="Paclitaxel, a taxane"), ["paclitaxel"]),
        (concept(text="No known allergy to taxanes"), []),
        (concept(text="Taxus baccata pollen"), []),
        (concept(("http://www.whocc.no/atc", "293785000")), []),
    ],
)
def test_trap_29_an_allergy_to_a_taxane(code, drugs):
    """Coded as the allergy, or recorded for the class: the drugs that are meant, and where one is named that one."""
    case = case_of(patient(), allergy(code=code, criticality="high"))
    assert sorted(a.drug for a in case.allergies) == drugs
    assert all(a.severe for a in case.allergies)
    assert case.problems == ()


def test_an_allergy_coded_and_written_for_different_drugs_is_named():
    """Which of the two is meant nobody can tell."""
    case = case_of(patient(), allergy(code=concept((SNOMED, "293785000"), text="docetaxel")))
    assert (case.allergies, problems_of(case)) == ((), [("code-text-conflict", "allergy")])


def test_an_allergy_whose_code_and_text_disagree_is_named():
    """It is not decided which drug is meant."""
    case = case_of(patient(), allergy((RXNORM, "2174802", "Trastuzumab-anns"), code=concept((RXNORM, "2174802"), text="Enhertu")))
    assert ("code-text-conflict", "allergy") in problems_of(case)
