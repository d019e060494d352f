from __future__ import annotations

import pytest

from tests.fhir_mappings.resource_builders import AJCC, LOINC, NEGATIVE, SNOMED, case_of, concept, observation, on, patient, problems_of

STATUS, STAGE, M, HISTORY, ECOG = (LOINC, "97509-4"), (LOINC, "21908-9"), (LOINC, "21907-1"), (SNOMED, "1287652008"), (LOINC, "89247-1")
SITE = (SNOMED, "385421009")


def case(*codings, **members):
    return case_of(patient(), observation(*codings, **members))


def value(*coding, text=None):
    return {"valueCodeableConcept": concept(*([coding] if coding else []), text=text)}


@pytest.mark.parametrize(
    ("answer", "trend"),
    [
        (value(SNOMED, "271299001"), "worsened"),
        (value(SNOMED, "359746009"), "stable"),
        (value(SNOMED, "268910001"), "improved"),
        (value(SNOMED, "709137006"), "undetermined"),
        (value(SNOMED, "550991000124107"), "remission"),
        (value(SNOMED, "359748005"), "stable"),
        (value("http://hl7.org/fhir/us/mcode/CodeSystem/snomed-requested-cs", "USCRS-352236"), "remission"),
        (value(text="Progressive disease"), "worsened"),
        (value(text="Stable disease, no progression"), "stable"),
        (value(text="No evidence of disease progression"), "stable"),
        (value(text="Partial response"), "improved"),
        (value(text="Complete response"), "remission"),
        (value(text="mixed response"), "undetermined"),
        ({"valueString": "PD"}, "worsened"),
    ],
)
def test_decision_06_disease_status(answer, trend):
    """Codes of today, yesterday and elsewhere, and words."""
    found = case(STATUS, **answer).disease_statuses
    assert [(s.trend, s.date) for s in found] == [(trend, on("2026-05-03"))]


@pytest.mark.parametrize(
    ("text", "trend"),
    [
        ("New liver lesion", "worsened"),
        ("New bone and liver metastases", "worsened"),
        ("New liver lesion; otherwise stable", "worsened"),
        ("New liver lesions and pleural effusion", "worsened"),
        ("Interval increase in size of liver lesions", "worsened"),
        ("Liver lesions increased in size", "worsened"),
        ("Increase in number and size of lung nodules", "worsened"),
        ("Enlarging brain metastasis", "worsened"),
        ("Liver metastases have grown", "worsened"),
        ("Worse", "worsened"),
        ("Disease is worse than in May", "worsened"),
        ("No new liver lesion", "stable"),
        ("No new or enlarging liver lesions", "stable"),
        ("No interval increase in size of liver lesions", "stable"),
        ("Liver lesions have not increased in size", "stable"),
        ("No new lesions, no effusion", "stable"),
        ("Stable disease, neuropathy worse", "stable"),
        ("Not worse", "stable"),
        ("No worse", "stable"),
        ("Possible new liver lesion", "undetermined"),
        ("Near complete response", "improved"),
        ("Nearly complete metabolic remission", "improved"),
        ("near-CR", "improved"),
        ("Near complete response in liver, progression in brain", "undetermined"),
    ],
)
def test_a_worsening_in_other_words(text, trend):
    """A new lesion, one that grew, "worse"; what is denied is none, and what is nearly complete is not."""
    found = case(STATUS, valueString=text)
    assert [s.trend for s in found.disease_statuses] == [trend]
    assert found.problems == ()


@pytest.mark.parametrize(
    "text",
    [
        "Decrease in size of liver lesions",
        "Liver lesions decreased, bone lesions increased in size",
        "New liver lesion, the others decreased",
        "New liver lesion, likely benign cyst",
        "Slight increase in size of liver lesion",
        "Increase in size of lesions, stable disease by RECIST",
        "Increased sclerosis of bone lesions",
        "Increased tumor uptake",
        "Increased tumor markers",
        "Increase in pleural effusion",
        "Increase in dose",
        "Increased risk of cancer",
        "Heart increased in size",
        "Two larger liver lesions",
        "Human epidermal growth factor receptor 2 positive",
        "New treatment for liver metastases",
        "New skin lesion",
        "Neuropathy worse",
        "Worse pain",
        "Liver lesions neither grown nor shrunk",
        "See report",
    ],
)
def test_a_status_that_cannot_be_read_is_named(text):
    """What grows smaller and greater at once, what is about something else, what says nothing of the disease."""
    found = case(STATUS, valueString=text)
    assert found.disease_statuses == ()
    assert problems_of(found) == [("unreadable", "course")]


@pytest.mark.parametrize(
    "plan",
    [
        "At progression consider T-DXd",
        "At progression: T-DXd",
        "Upon disease progression, switch to Enhertu",
        "After progression would offer trial",
        "At time of progression start T-DXd",
        "When progression occurs, T-DXd",
        "Should disease progression occur, T-DXd",
        "Consider T-DXd at progression",
        "Next line at progression",
    ],
)
def test_what_is_planned_for_a_progression_is_none(plan):
    """A plan for later was a progression of today, and T-DXd was advised to a patient whose disease was stable."""
    assert case(STATUS, valueString=plan).disease_statuses == ()
    for text in (f"Stable. {plan}", f"Stable disease\n{plan}"):
        assert [s.trend for s in case(STATUS, valueString=text).disease_statuses] == ["stable"]


@pytest.mark.parametrize(
    "text",
    [
        "At progression in liver, new lesions found",
        "On progression switched to T-DXd",
        "Progression at liver",
        "When progression was seen, T-DM1 was stopped",
        "Progression. Next line T-DXd",
        "Disease progression, plan T-DXd",
        "Considered for trial, progression on CT",
    ],
)
def test_a_progression_with_what_was_done_about_it_is_one(text):
    """Where it was, when it was seen, and what follows from it."""
    assert [s.trend for s in case(STATUS, valueString=text).disease_statuses] == ["worsened"]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        value(text="Unknown"),
        value(SNOMED, "261665006", "Unknown", text="unknown"),
        {"valueString": "not assessed"},
        {"valueString": "N/A"},
        {"valueString": " "},
    ],
)
def test_a_status_that_was_left_open_is_no_loss(answer):
    """Nobody said anything there."""
    found = case(STATUS, **answer)
    assert (found.disease_statuses, found.problems) == ((), ())


HOUSE = "https://hospital.example.org/codes"


@pytest.mark.parametrize(
    "code",
    [
        concept(text="Cancer disease status"),
        concept((HOUSE, "DS", "Disease status")),
        concept((HOUSE, "R1"), text="Overall response (RECIST 1.1)"),
        concept(text="Tumor response to treatment"),
    ],
)
def test_decision_06_a_status_under_a_house_code_is_told_by_its_label(code):
    """As HER2, the LVEF and ECOG are: what the radiologist judged is on record under whatever code."""
    assert [one.trend for one in case(code=code, valueString="Progressive disease").disease_statuses] == ["worsened"]


@pytest.mark.parametrize(
    "code",
    [
        concept(text="Best overall response"),
        concept(text="Pathologic response to treatment"),
        concept(text="Disease status at diagnosis"),
        concept(text="Disease progression risk"),
        concept(text="Response to pain therapy"),
        concept(text="Response to treatment"),  # of whatever: nurses and physiotherapists note it too
        concept(text="Treatment response"),
        concept(text="Tumor marker response"),
        concept((LOINC, "21976-6", "Cancer status")),
        concept((LOINC, "21976-6", "Cancer status"), (HOUSE, "CS", "Cancer status")),
    ],
)
def test_a_label_that_says_more_is_another_question(code):
    """What was best so far, what the pathologist saw, what was at diagnosis; and a code of LOINC that is not known."""
    assert case(code=code, valueString="Progressive disease").disease_statuses == ()


@pytest.mark.parametrize("said", ["Patient progressing well", "good progress", "progressing as expected", "progressing toward goals"])
def test_who_progresses_well_does_not_do_worse(said):
    """The word is the physiotherapist's too."""
    assert [one.trend for one in case(STATUS, valueString=said).disease_statuses] == []


def test_an_answer_that_is_no_course_is_no_loss_where_only_a_label_asks():
    """It may answer another question; `--diagnose` names it."""
    found = case(code=concept(text="Disease status"), valueString="flare")
    assert (found.disease_statuses, problems_of(found)) == ((), [])


def test_a_changed_treatment_is_no_status():
    """59557-9 "treatment changed" says nothing about why; an absent answer says nothing at all."""
    changed = case((LOINC, "59557-9"), **value(text="Treatment changed"))
    assert (changed.disease_statuses, changed.problems) == ((), ())
    assert case(STATUS).disease_statuses == ()


@pytest.mark.parametrize(
    ("code", "answer", "stage"),
    [
        (STAGE, value(SNOMED, "1222837003"), "IV"),
        (STAGE, value(SNOMED, "2640006"), "IV"),
        (STAGE, value(AJCC, "4"), "IV"),
        (STAGE, value(AJCC, "IV"), "IV"),
        (STAGE, value(AJCC, "c3A"), "III"),
        (STAGE, value(AJCC, "3C"), "III"),
        (STAGE, value(text="Stage IV"), "IV"),
        (STAGE, value(text="IV"), "IV"),
        (STAGE, value(text="stage IIA"), "II"),
        (STAGE, {"valueString": "Stage IIIB"}, "III"),
        (STAGE, {"valueInteger": 4}, "IV"),
        (STAGE, value(text="Stage 0"), "0"),
        ((SNOMED, "399537006"), value(text="IV"), "IV"),
        (M, value(SNOMED, "1229903009"), "M1"),
        (M, value(SNOMED, "1229901006"), "M0"),
        (M, value(AJCC, "cM0"), "M0"),
        (M, value(text="cM0(i+)"), "M0"),
        (M, value(text="pM1"), "M1"),
    ],
)
def test_stages(code, answer, stage):
    """Stage groups and M categories in all the ways in which they are written."""
    assert [s.value for s in case(code, **answer).stages] == [stage]


@pytest.mark.parametrize("answer", [value(text="MX"), value(text="unknown"), value(text="Stage I or II"), {}, value(LOINC, "LA3649-7")])
def test_what_says_no_stage(answer):
    """MX, two stages at once or no answer are no stage."""
    assert case(STAGE, **answer).stages == ()
    assert case(M, **answer).stages == ()


@pytest.mark.parametrize(
    ("code", "answer", "subject"),
    [
        (STAGE, {"valueString": "Stage II or IV"}, "diagnosis"),
        (STAGE, value(text="Metastatic disease"), "diagnosis"),
        (M, value(text="distant metastasis present"), "diagnosis"),
        (STAGE, value(text="Stage I or II"), "course"),
        (STAGE, value(text="T2 N1"), "course"),
        (M, value(text="no evidence of metastasis"), "course"),
        (STAGE, value(SNOMED, "1"), "course"),
    ],
)
def test_a_stage_that_cannot_be_read_is_named(code, answer, subject):
    """Where it speaks of distant disease it may be the only entry that does: a diagnosis that was lost."""
    found = case(code, **answer)
    assert (found.stages, problems_of(found)) == ((), [("unreadable", subject)])


@pytest.mark.parametrize("answer", [value(text="MX"), value(text="cMX"), value(text="Stage unknown"), value(text="not assessed"), {}])
def test_a_stage_that_was_left_open_is_no_loss(answer):
    """An X, "unknown" or no answer: there is nothing to be read."""
    assert case(M, **answer).problems == case(STAGE, **answer).problems == ()


@pytest.mark.parametrize(
    ("answer", "sites"),
    [
        ({"valueBoolean": True}, ["unspecified"]),
        ({}, ["unspecified"]),
        ({"valueBoolean": False}, []),
        ({"valueBoolean": "false"}, []),
        ({"valueCodeableConcept": concept(NEGATIVE)}, []),
        ({"valueString": "No"}, []),
    ],
)
def test_history_of_metastatic_cancer(answer, sites):
    """False is no history; true and an absent value are."""
    assert [m.site for m in case(HISTORY, **answer).metastases] == sites


def test_a_history_may_name_its_site():
    """History of cancer metastatic to liver is a liver metastasis of unknown status."""
    found = case((SNOMED, "1098951000119108", "History of cancer metastatic to liver (situation)")).metastases
    assert [(m.site, m.status) for m in found] == [("liver", "unknown")]


LIVER, BRAIN, NODE = (SNOMED, "10200004", "Liver structure"), (SNOMED, "12738006", "Brain structure"), (SNOMED, "59441001", None)


@pytest.mark.parametrize(
    ("answer", "sites"),
    [
        ({"valueCodeableConcept": concept(LIVER)}, ["liver"]),
        ({"valueCodeableConcept": concept(("urn:example:sites", "HEP", "Leber"), LIVER)}, ["liver"]),
        ({"bodySite": concept(BRAIN)}, ["brain"]),
        ({"valueCodeableConcept": concept(text="Bone and lung")}, ["bone", "lung"]),
        ({"valueString": "pleura"}, ["pleura"]),
        ({"valueCodeableConcept": concept(NODE)}, ["distant-node"]),
        ({"valueString": "lymph nodes"}, ["distant-node"]),
        ({"valueString": "axillary lymph nodes"}, ["regional-node"]),
        ({"valueCodeableConcept": concept(text="Not applicable")}, []),
        ({"valueCodeableConcept": concept(text="Unknown")}, []),
        ({"valueString": "None"}, []),
        ({"valueBoolean": False}, []),
        ({}, []),
    ],
)
def test_the_site_of_a_distant_metastasis(answer, sites):
    """An Observation that asks where the metastasis is holds one; without an answer, or with "none", it says nothing."""
    found = case(SITE, **answer)
    assert ([(m.site, m.date, m.status) for m in found.metastases], found.problems) == (
        [(site, on("2026-05-03"), "unknown") for site in sites],
        (),
    )


def test_a_site_that_cannot_be_read_is_a_metastasis_and_named():
    """A registry's own code for a site, in another language: metastatic all the same, and it may be the brain."""
    found = case(SITE, **value("urn:example:sites", "BRA", "Hirn"))
    assert [m.site for m in found.metastases] == ["unspecified"]
    assert problems_of(found) == [("unreadable", "diagnosis")]


def test_a_site_in_words_that_is_only_suspected_is_named_and_no_metastasis():
    """Words that are not understood may say that nobody is sure."""
    found = case(SITE, valueString="possible liver")
    assert (found.metastases, problems_of(found)) == ((), [("unreadable", "diagnosis")])


def test_a_site_that_is_reported_again_is_no_new_one():
    """Registries repeat the sites with every follow-up: the first report dates the metastasis."""
    reports = [
        observation(SITE, ident=day, effectiveDateTime=day, valueCodeableConcept=concept(LIVER))
        for day in ("2026-05-03", "2025-11-02", "2026-02-02")
    ]
    assert [(m.site, m.date) for m in case_of(patient(), *reports).metastases] == [("liver", on("2025-11-02"))]


@pytest.mark.parametrize(
    ("members", "grade"),
    [
        ({"valueInteger": 1}, 1),
        ({"valueQuantity": {"value": 2}}, 2),
        ({"valueString": "ECOG 3"}, 3),
        ({"valueInteger": 5}, 5),
        ({"valueString": "2: ambulatory, capable of self-care"}, 2),
        ({"valueCodeableConcept": concept(text="1 - Restricted in strenuous activity")}, 1),
        ({"valueCodeableConcept": concept(text="2")}, 2),
        ({"valueCodeableConcept": concept((LOINC, "LA9623-5"))}, 1),
        ({"interpretation": [concept((LOINC, "LA9625-0"))]}, 3),
        ({"valueCodeableConcept": concept((SNOMED, "422512005"))}, 1),
        ({"valueCodeableConcept": concept(("urn:example:registry-ecog", "3", "Pflegebedürftig"))}, 3),
    ],
)
@pytest.mark.parametrize("code", [ECOG, (SNOMED, "423740007"), ("urn:oid:1.2.3", "77", "ECOG Performance Status")], ids=lambda c: c[1])
def test_ecog(code, members, grade):
    """Integer, interpretation or answer code; asked for by LOINC, by SNOMED CT, or by an EHR's own code of that name."""
    assert [p.ecog for p in case(code, **members).performance] == [grade]


def test_an_ecog_grade_may_be_the_finding_itself():
    """The grade as the Observation's code is the answer; "false" says that it is not so."""
    finding = (SNOMED, "422512005", "Eastern Cooperative Oncology Group performance status - grade 1 (finding)")
    assert [p.ecog for p in case(finding).performance] == [1]
    assert [p.ecog for p in case(finding, valueBoolean=True).performance] == [1]
    denied = case(finding, valueBoolean=False)
    assert (denied.performance, denied.problems) == ((), ())


@pytest.mark.parametrize("label", ["Karnofsky/ECOG conversion", "ECOG assessed by", "Performance status", "Date of ECOG"])
def test_what_is_not_the_name_of_the_scale(label):
    """Only the scale's own name makes an EHR's own code one of ECOG."""
    found = case(("urn:oid:1.2.3", "78", label), valueInteger=1)
    assert (found.performance, found.problems) == ((), ())


@pytest.mark.parametrize("members", [{"valueInteger": 90}, {"valueInteger": 1.5}, {"valueString": "good"}, {"valueString": "0-1"}, {}])
def test_what_is_no_ecog(members):
    """A number beyond 0 to 5 is no ECOG grade, and two of them are none; what holds a value and no grade is named."""
    found = case(ECOG, **members)
    assert found.performance == ()
    assert [(p.kind, p.subject, p.detail) for p in found.problems] == (
        [("unreadable", "other", "no ECOG grade that can be read")] if members else []
    )


def test_erroneous_statuses_and_stages_are_named():
    """An entry in error is not used, and that is said."""
    assert problems_of(case(STAGE, status="entered-in-error", **value(text="IV"))) == [("erroneous", "diagnosis")]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("T2N1M1", ["M1"]),
        ("pT1cpN1miM0", ["M0"]),
        ("T2N1aM1", ["M1"]),
        ("rcM1", ["M1"]),
        ("rpM1", ["M1"]),
        ("T2N1MX", []),
        ("?M1", []),
        ("no M1", []),
        ("IM1", []),
        ("Stage II at diagnosis, now stage IV", ["IV"]),
        ("Stage II, now stage IV ruled out", ["II"]),
        ("Stage IV at diagnosis, now stage II", []),
        ("Stage II, stage IV", []),
    ],
)
def test_usual_spellings_of_m_and_of_a_stage_that_was_raised(text, read):
    """An M right behind the N, a recurrence (r), and the stage of today beside that of the diagnosis, which never becomes lower."""
    assert [stage.value for stage in case(STAGE, valueString=text).stages] == read
