from __future__ import annotations

import pytest

from tests.fhir_mappings.resource_builders import (
    ICD10CM,
    LOINC,
    SNOMED,
    TRASTUZUMAB,
    case_of,
    concept,
    condition,
    observation,
    on,
    order,
    patient,
    problems_of,
    quantity,
    resource,
)

STATUS, HCG = (LOINC, "82810-3"), (LOINC, "2106-3")


def answers(code, **members):
    return [p.status for p in case_of(patient(), observation(code, **members)).pregnancies]


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({"valueCodeableConcept": concept((SNOMED, "77386006"))}, "pregnant"),
        ({"valueCodeableConcept": concept((LOINC, "LA15173-0"))}, "pregnant"),
        ({"valueCodeableConcept": concept((SNOMED, "60001007"))}, "not-pregnant"),
        ({"valueCodeableConcept": concept((SNOMED, "102874004"))}, "possible"),
        ({"valueCodeableConcept": concept(text="Not pregnant")}, "not-pregnant"),
        ({"valueString": "Pregnant, 18 weeks"}, "pregnant"),
        ({"valueString": "Pregnant, gestational age unknown"}, "possible"),
        ({"valueCodeableConcept": concept((SNOMED, "10828004", "Positive"))}, "possible"),
        ({"valueString": "Positive (urine)"}, "possible"),
        ({"valueBoolean": False}, "not-pregnant"),
    ],
)
def test_pregnancy_status(members, status):
    """Answers by code, word or boolean."""
    assert answers(STATUS, **members) == [status]


def test_an_unknown_pregnancy_status_suspects_nothing():
    """It is neither a pregnancy nor its absence, and no reason to ask about a running therapy."""
    assert answers(STATUS, valueCodeableConcept=concept(text="Unknown")) == []


def test_a_pregnancy_test_is_asked_about_when_positive():
    """HCG positive is a possible pregnancy, negative is none."""
    assert answers(HCG, valueCodeableConcept=concept((SNOMED, "10828004", "Positive"))) == ["possible"]
    assert answers(HCG, valueString="Negative") == ["not-pregnant"]


@pytest.mark.parametrize(
    ("component", "found"),
    [
        ({"code": concept(HCG), "valueString": "POSITIVE"}, ["possible"]),
        ({"code": concept(HCG), "valueString": "Negative"}, ["not-pregnant"]),
        ({"code": concept(STATUS), "valueCodeableConcept": concept((SNOMED, "77386006"))}, ["pregnant"]),
        ({"code": concept((LOINC, "2345-7", "Glucose")), "valueString": "POSITIVE"}, []),
    ],
)
def test_r124_a_pregnancy_test_in_a_panel_counts(component, found):
    """As an LVEF or a blood count does; beside others it hides nothing, and nothing hides it."""
    others = {"code": concept((LOINC, "777-3")), "valueQuantity": quantity(231, "10*9/L")}
    assert answers((LOINC, "24357-6", "Urinalysis panel"), component=[component]) == found
    mixed = case_of(patient(), observation((LOINC, "55555-5", "Panel"), component=[component, others]), labs_since=None)
    assert ([p.status for p in mixed.pregnancies], [lab.kind for lab in mixed.labs]) == (found, ["platelets"])


ISSUED_BY_THE_LABORATORY = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
QUANTITATIVE = (LOINC, "21198-7")
HIGH = [concept(("urn:oid:1.2.3", "!"), (ISSUED_BY_THE_LABORATORY, "H"))]
NON_PREGNANT = {"high": quantity(5, "mIU/mL"), "type": concept(("x", "normal"))}


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ({"valueQuantity": quantity(25000, "mIU/mL"), "interpretation": HIGH}, ["possible"]),
        ({"valueQuantity": quantity(25000, "mIU/mL"), "interpretation": [concept(text="POS")]}, ["possible"]),
        ({"valueQuantity": quantity(25000, "mIU/mL"), "referenceRange": [NON_PREGNANT]}, ["possible"]),
        ({"valueQuantity": quantity(25000, "mIU/mL", comparator=">"), "referenceRange": [{"high": {"value": 5}}]}, ["possible"]),
        ({"valueQuantity": quantity(3500, "m[IU]/mL"), "referenceRange": [{"text": "<5 mIU/mL"}]}, ["possible"]),
        ({"valueQuantity": quantity(3500, "m[IU]/mL"), "referenceRange": [{"text": "Non-pregnant: <5"}]}, ["possible"]),
        ({"valueString": "3500 mIU/mL", "referenceRange": [{"text": "0-5 (non-pregnant)"}]}, ["possible"]),
        ({"valueQuantity": quantity(2, "mIU/mL"), "referenceRange": [NON_PREGNANT]}, []),
        ({"valueQuantity": quantity(5, "mIU/mL", comparator="<"), "referenceRange": [NON_PREGNANT]}, []),
        ({"valueQuantity": quantity(25, "IU/L"), "referenceRange": [NON_PREGNANT]}, []),
        ({"valueQuantity": quantity(2, "mIU/mL"), "interpretation": [concept(text="Negative")]}, ["not-pregnant"]),
    ],
)
def test_a_quantitative_test_is_positive_where_the_laboratory_says_so(members, found):
    """By its interpretation or its own range: no number of ours tells how much is too much."""
    case = case_of(patient(), observation(QUANTITATIVE, **members))
    assert ([p.status for p in case.pregnancies], problems_of(case)) == (found, [])


@pytest.mark.parametrize("members", [{}, {"referenceRange": [{"text": "see table"}]}])
def test_a_quantity_that_nobody_judged_is_named(members):
    """25,000 of a test that gives no range, or none that is read: neither a pregnancy nor its absence."""
    case = case_of(patient(), observation(QUANTITATIVE, valueQuantity=quantity(25000, "mIU/mL"), **members))
    assert (case.pregnancies, problems_of(case)) == ((), [("unreadable", "pregnancy")])


def test_a_preliminary_all_clear_does_not_count():
    """A preliminary result counts only when it is adverse (decision 8)."""
    assert answers(STATUS, status="preliminary", valueCodeableConcept=concept((SNOMED, "60001007"))) == []
    assert answers(STATUS, status="preliminary", valueCodeableConcept=concept((SNOMED, "77386006"))) == ["pregnant"]


def test_pregnancy_as_a_condition():
    """A Condition is a status, unless it is resolved or refuted."""
    code = (ICD10CM, "Z33.1")
    assert [(p.status, p.date) for p in case_of(patient(), condition(code)).pregnancies] == [("pregnant", on("2024-02-03"))]
    assert case_of(patient(), condition(code, status="resolved")).pregnancies == ()
    assert case_of(patient(), condition(code, verified="refuted")).pregnancies == ()


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Pregnancy", "pregnant"),
        ("12 weeks pregnant", "pregnant"),
        ("Unplanned pregnancy", "pregnant"),
        ("Supervision of high risk pregnancy in second trimester", "pregnant"),
        ("Pregnancy, 10 weeks", "pregnant"),
        ("Pregnant state, incidental", "pregnant"),
        ("Normal pregnancy (finding)", "pregnant"),
        ("Pregnancy, EDD 2027-03-01", "pregnant"),
        ("Hypothyroidism in pregnancy", "possible"),
        ("Nausea and vomiting of pregnancy", "possible"),
        ("Anemia complicating pregnancy, third trimester", "pregnant"),
        ("Possible pregnancy", "possible"),
        ("Pregnancy not yet confirmed", "possible"),
        ("Pregnancy test positive", "possible"),
        ("Not pregnant", None),
        ("Nonpregnant", None),
        ("Pregnancy ruled out", None),
        ("History of pregnancy", None),
        ("Pregnancy test negative", None),
        ("Encounter for pregnancy test", None),
        ("Ectopic pregnancy", None),
        ("Pregnancy loss", None),
        ("Encounter for pregnancy test, result positive", "possible"),
        ("Encounter for pregnancy test, result negative", None),
        ("Positive urine pregnancy test", "possible"),
        ("Positive serum pregnancy test", "possible"),
        ("No positive urine pregnancy test", None),
        ("Pregnancy, unspecified gestational age", "pregnant"),
        ("Pregnancy with one fetus", "pregnant"),
        ("Pregnancy resulting from IVF", "pregnant"),
        ("Gravid", "pregnant"),
        ("Multigravida", None),
        ("Pregnancy-associated breast cancer", None),
        ("Breast cancer diagnosed during pregnancy", None),
        ("Malignant neoplasm complicating pregnancy, second trimester", "pregnant"),
        ("Breast cancer affecting pregnancy", "possible"),
        ("Pregnancy complicated by malignant neoplasm of breast", "possible"),
        ("Malignant neoplasm complicating the puerperium", None),
        ("Pregnancy (HHS-HCC)", "pregnant"),
        ("Early stage of pregnancy", "pregnant"),
        ("Pregnancy of unknown anatomic location", "possible"),
        ("Pregnancy with history of breast cancer", "pregnant"),
        ("Supervision of pregnancy with history of ectopic pregnancy, third trimester", "pregnant"),
        ("Pregnancy, history of", None),
        ("Pregnancy-induced hypertension", None),
        ("Desires pregnancy", None),
        ("Trying to become pregnant", None),
        ("Wishes to avoid pregnancy", None),
        ("Pregnancy counselling", None),
        ("Complication of the puerperium after pregnancy", None),
        ("Age at first pregnancy 23", None),
        ("First pregnancy at age 35", None),
        ("Late age at first full-term pregnancy", None),
        ("Pregnancy 2012", None),
        ("Pregnancy x3", None),
        ("s/p pregnancy", None),
        ("Pregnancy to be avoided", None),
        ("Pregnancy precautions", None),
        ("Pregnancy contraindicated", None),
        ("Advised against pregnancy", None),
        ("Pregnancy denied", None),
        ("Planned pregnancy", None),
        ("Stretch marks of pregnancy", None),
        ("Pre-eclampsia in past pregnancy", None),
    ],
)
def test_a_pregnancy_on_the_problem_list_in_words(text, status):
    """Text alone, and the display of a code that nobody here knows; what is over, lost, tested or wished for is no pregnancy of today."""
    for code in (concept(text=text), concept((SNOMED, "72892002", text)), concept(("http://hl7.org/fhir/sid/icd-10", "Z33", text))):
        found = case_of(patient(), condition(code=code)).pregnancies
        assert [p.status for p in found] == ([status] if status else [])
    twice = case_of(patient(), condition(code=concept((SNOMED, "72892002", text), text=text))).pregnancies
    assert [p.status for p in twice] == ([status] if status else [])
    assert case_of(patient(), condition(code=concept(text=text), status="resolved")).pregnancies == ()


@pytest.mark.parametrize(
    ("label", "answer", "found"),
    [
        ("Pregnancy status", "Pregnant", ["pregnant"]),
        ("Is the patient pregnant?", "Yes", ["pregnant"]),
        ("Pregnancy status", "Not pregnant", ["not-pregnant"]),
        ("Pregnancy status", "Unknown", []),
        ("POC Urine Pregnancy", "Positive", ["possible"]),
        ("hCG, urine, qualitative", "POSITIVE", ["possible"]),
        ("Serum pregnancy test", "Negative", ["not-pregnant"]),
        ("Pregnancy test ordered", "Yes", []),
        ("hCG tumor marker", "Positive", []),
        ("Pregnancy intention", "Yes", []),
        ("Pregnant or breastfeeding", "Yes", []),
        ("Ever pregnant", "Yes", []),
    ],
)
def test_a_pregnancy_under_a_label_of_the_house(label, answer, found):
    """Text alone, and a local code: the whole label tells; a code that we know to be something else outweighs it."""
    for code in (concept(text=label), concept(("urn:oid:1.2.3", "77", label))):
        case = case_of(patient(), observation(code=code, valueString=answer))
        assert [p.status for p in case.pregnancies] == found
    assert case_of(patient(), observation((LOINC, "718-7", label), valueString=answer)).pregnancies == ()


def test_an_hcg_above_its_range_under_a_label_of_the_house():
    """As under its LOINC code."""
    members = {"valueQuantity": quantity(3500, "mIU/mL"), "referenceRange": [{"high": quantity(5, "mIU/mL")}]}
    case = case_of(patient(), observation(code=concept(text="Beta-hCG, quantitative"), **members))
    assert [p.status for p in case.pregnancies] == ["possible"]


def test_a_stop_reason_is_no_pregnancy_status():
    """77386006 as the reason why a therapy was stopped says nothing about today."""
    assert case_of(patient(), order(TRASTUZUMAB, status="stopped", statusReason=concept((SNOMED, "77386006")))).pregnancies == ()


@pytest.mark.parametrize(
    ("resource", "status"),
    [
        (condition((SNOMED, "76498008")), "postmenopausal"),
        (condition((ICD10CM, "Z78.0")), "postmenopausal"),
        (observation((LOINC, "63890-8"), valueCodeableConcept=concept((SNOMED, "309606002"))), "premenopausal"),
        (observation((SNOMED, "161541000119104")), "perimenopausal"),
        (condition(code=concept(text="Postmenopausal")), "postmenopausal"),
        (condition(code=concept(("urn:oid:1.2.3", "77", "Post-menopausal state"), text="Post-menopausal state")), "postmenopausal"),
        (condition(code=concept(text="Premenopausal")), "premenopausal"),
    ],
)
def test_menopause(resource, status):
    """By Condition, by answer, or by the finding itself."""
    assert [m.status for m in case_of(patient(), resource).menopause] == [status]


OVARIES_REMOVED = [
    "Bilateral salpingo-oophorectomy",
    "Laparoscopic bilateral oophorectomy",
    "Hysterectomy with bilateral salpingo-oophorectomy",
    "Oophorectomy, bilateral",
    "S/P BSO",
    "Risk-reducing bilateral salpingoophorectomy",
    "Bilateral risk-reducing salpingo-oophorectomy",
    "History of bilateral oophorectomy",
    "Acquired absence of both ovaries",
    "Acquired absence of ovaries, bilateral",
    "Surgical menopause",
]
OVARIES_KEPT = [
    "Unilateral oophorectomy",
    "Oophorectomy",
    "Hysterectomy",
    "Bilateral salpingectomy",
    "Bilateral salpingectomy with left oophorectomy",
    "Bilateral tubal ligation, right oophorectomy",
    "Bilateral oophorectomy planned",
    "Declined bilateral oophorectomy",
    "Discussion of bilateral salpingo-oophorectomy",
    "Family history of bilateral oophorectomy",
    "No bilateral oophorectomy",
    "Acquired absence of ovary, unilateral",
]


@pytest.mark.parametrize(
    ("text", "found"), [*((text, ["postmenopausal"]) for text in OVARIES_REMOVED), *((text, []) for text in OVARIES_KEPT)]
)
def test_without_ovaries_a_woman_is_postmenopausal(text, found):
    """By the operation or the problem list: at 40 she was asked for her menopausal status, a pregnancy and ovarian suppression."""
    code, day = concept(text=text), "2026-01-10"
    assert [m.status for m in case_of(patient(), condition(code=code)).menopause] == found
    done = resource("Procedure", status="completed", code=code, performedDateTime=day)
    assert [(m.status, m.date) for m in case_of(patient(), done).menopause] == [(status, on(day)) for status in found]
    assert case_of(patient(), {**done, "status": "preparation"}).menopause == ()


@pytest.mark.parametrize("text", ["Postmenopausal bleeding", "Not postmenopausal", "Menopausal symptoms"])
def test_what_only_speaks_of_the_menopause_is_no_status(text):
    """A label that says more may be about anything."""
    assert case_of(patient(), condition(code=concept(text=text))).menopause == ()


def test_a_denied_menopause_is_none():
    """The finding with `false` is not the finding."""
    assert case_of(patient(), observation((SNOMED, "76498008"), valueBoolean=False)).menopause == ()
