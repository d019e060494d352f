"""The 34 traps of the terminology, by their number, as far as they lie in how resources are put together.

What they owe at the level of single codes and words is in `test_terminology_traps.py`; both together hold every trap.
"""

from __future__ import annotations

import pytest

from guideline.case import UNKNOWN_HER2_CONJUGATE
from tests.fhir_mappings.resource_builders import (
    AJCC,
    BREAST_CANCER,
    CPT,
    FISH,
    ICD10CM,
    IHC,
    INTERPRETATION,
    LOINC,
    LVEF,
    NEGATIVE,
    POSITIVE,
    RACE,
    RXNORM,
    SNOMED,
    TRASTUZUMAB,
    VERIFICATION,
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
    statement,
)

HER2_POSITIVE = {"valueCodeableConcept": concept(POSITIVE)}
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
NDC = "http://hl7.org/fhir/sid/ndc"
ATC = "http://www.whocc.no/atc"


def drugs(*codings, text=None):
    return [d.drug for d in case_of(patient(), order(*codings, text=text)).drugs]


def metastases(*codings, **members):
    return [m.site for m in case_of(patient(), condition(*codings, **members)).metastases]


def diagnoses(*codings, **members):
    return [d.kind for d in case_of(patient(), condition(*codings, **members)).diagnoses]


def test_trap_01_orders_of_conjugates_are_conjugates():
    """Kadcyla and Enhertu orders whose display is "Trastuzumab Injection" are T-DM1 and T-DXd."""
    assert drugs((RXNORM, "1658086", "Trastuzumab Injection [KADCYLA]")) == ["trastuzumab-emtansine"]
    assert drugs((RXNORM, "2267579", "Trastuzumab Injection [Enhertu]"), TRASTUZUMAB) == ["trastuzumab-deruxtecan"]


def test_trap_02_a_form_group_of_all_trastuzumab_products_is_none_of_them():
    """1922508 alone: some trastuzumab product, nobody knows which."""
    assert drugs((RXNORM, "1922508", "Trastuzumab Injection")) in ([UNKNOWN_HER2_CONJUGATE], [])
    assert drugs(TRASTUZUMAB) == ["trastuzumab"]


def test_trap_03_phesgo_is_one_record_of_the_combination():
    """The fixed-dose product is one record; the guideline knows that it holds both antibodies."""
    assert drugs((RXNORM, "2382605", "Phesgo")) == ["pertuzumab-trastuzumab-hyaluronidase"]


def test_trap_04_other_deruxtecans_are_not_t_dxd():
    """Datopotamab deruxtecan targets TROP2."""
    assert "trastuzumab-deruxtecan" not in drugs((RXNORM, "2703033", "datopotamab deruxtecan"))
    assert drugs(text="datopotamab deruxtecan-dlnk") == []


def test_trap_05_paclitaxel_100_mg_is_a_taxane():
    """583214 is a taxane in either reading."""
    assert drugs((RXNORM, "583214", "Paclitaxel 100 MG Injection"))[0] in {"paclitaxel", "nab-paclitaxel"}


def test_trap_06_a_co_pack_is_two_records_of_one_source():
    """Kisqali-Femara gives ribociclib and letrozole, both from the same order."""
    found = case_of(patient(), order((RXNORM, "1923053", None))).drugs
    assert {(d.drug, d.source) for d in found} == {("ribociclib", "MedicationRequest/1"), ("letrozole", "MedicationRequest/1")}


@pytest.mark.parametrize("code", ["J9999", "J3490", "J8999"])
def test_trap_07_billing_codes_alone_prove_no_therapy(code):
    """An unclassified billing code is no drug and no problem."""
    case = case_of(patient(), order((HCPCS, code, "Not otherwise classified, antineoplastic drugs")))
    assert (case.drugs, case.problems) == ((), ())


def test_trap_08_ndc_with_and_without_zeros_is_one_product():
    """Ten and eleven digits of Enhertu's package are the same drug."""
    assert drugs((NDC, "65597-406-01")) == drugs((NDC, "65597-0406-01")) == ["trastuzumab-deruxtecan"]


def test_trap_09_old_atc_codes_are_read():
    """Records from before the change of the ATC still name their drug."""
    assert drugs((ATC, "L01XC03")) == drugs((ATC, "L01FD01")) == ["trastuzumab"]


def test_trap_10_drugs_without_a_code_are_read_from_text():
    """Hercessi has no RxNorm code, pyrotinib neither."""
    assert drugs(text="Hercessi 150 mg") == ["trastuzumab"]
    assert drugs(text="pyrotinib") == ["pyrotinib"]


def test_trap_11_her2_negative_carcinoma_is_negative_and_other_organs_are_other_primaries():
    """431396003 is HER2-negative; gastric HER2-positive cancer is another primary."""
    negative = case_of(patient(), condition((SNOMED, "431396003"))).diagnoses[0]
    assert (negative.kind, negative.her2) == ("invasive-breast", "negative")
    gastric = case_of(patient(), condition((SNOMED, "878807001"))).diagnoses[0]
    assert (gastric.kind, gastric.her2) == ("other-primary", None)
    metastatic = case_of(patient(), condition((SNOMED, "459391000124109")))
    assert (metastatic.diagnoses[0].her2, metastatic.metastases[0].linked_to_breast) == ("positive", True)


@pytest.mark.parametrize("code", ["32996-1", "42914-2", "51981-9", "42783-1", "72382-5", "85328-3"])
def test_trap_12_serum_mutation_concentration_and_staining_percent_are_no_her2_status(code):
    """None of these makes a receptor result, positive or not."""
    for members in (HER2_POSITIVE, {"valueQuantity": quantity(3, "ng/mL")}, {"valueQuantity": quantity(90, "%")}, {"valueInteger": 3}):
        assert case_of(patient(), observation((LOINC, code), **members)).receptors == ()


LOCAL = ("urn:oid:1.2.3.4", "1234567", "HER2/NEU")


@pytest.mark.parametrize("code", ["32996-1", "42914-2", "51981-9", "42783-1"])
@pytest.mark.parametrize("local", [LOCAL, LOCAL[:2]], ids=["with its label", "without"])
@pytest.mark.parametrize("turned", [False, True])
def test_trap_12_a_known_code_outweighs_the_label_of_a_local_one(code, local, turned):
    """Serum and mutation stay what they are beside a hospital's own code, in whatever order the two come."""
    codings = ((LOINC, code), local) if turned else (local, (LOINC, code))
    result = observation(*codings, **HER2_POSITIVE) | {"code": concept(*codings, text="HER2/NEU")}
    assert case_of(patient(), result).receptors == ()


@pytest.mark.parametrize("turned", [False, True])
def test_trap_16_a_result_named_her2_under_an_unknown_loinc_code_is_named_and_not_read(turned):
    """The hospital's label says HER2, the LOINC code beside it is none of ours: it may be anything, so it is named as unreadable."""
    codings = (LOCAL, (LOINC, "99999-9")) if not turned else ((LOINC, "99999-9"), LOCAL)
    case = case_of(patient(), observation(*codings, **HER2_POSITIVE))
    assert case.receptors == ()
    assert [problem.subject for problem in case.problems] == ["her2"]


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("code", ["10231-9", "39895-8"])
def test_trap_18_another_ejection_fraction_under_a_local_label_is_no_lvef(code, turned):
    """The right ventricle and the gallbladder have one too; the hospital's own label does not make theirs the left ventricle's."""
    codings = (("urn:oid:1.2.3.4", "7654321"), (LOINC, code))
    result = observation(*codings, valueQuantity=quantity(35, "%"))
    result["code"] = concept(*(codings[::-1] if turned else codings), text="LVEF")
    assert case_of(patient(), result).lvef == ()


def test_a_local_code_before_one_of_ours_is_read():
    """Real EHRs send their own code first: ours counts, wherever it stands."""
    assert len(case_of(patient(), observation(LOCAL, INTERPRETATION, **HER2_POSITIVE)).receptors) == 1
    local = ("urn:oid:1.2.3.4", "7654321", "LVEF")
    assert [m.value for m in case_of(patient(), observation(local, ("urn:oid:1.2.3.5", "x"), valueQuantity=quantity(55, "%"))).lvef] == [55]


def test_trap_12_procedures_and_orders_are_no_results():
    """433114000 in a Procedure, an order or as the code of an Observation is no result."""
    code = (SNOMED, "433114000", "HER2 by immunohistochemistry")
    others = (
        resource("Procedure", status="completed", code=concept(code)),
        resource("ServiceRequest", status="active", code=concept(code)),
    )
    assert case_of(patient(), *others, observation(code, **HER2_POSITIVE)).receptors == ()


def test_trap_13_the_second_coding_gives_the_method():
    """48676-1 with 85319-2 is IHC, with 85318-4 ISH, alone neither."""
    found = case_of(
        patient(),
        observation(INTERPRETATION, IHC, ident="1", **HER2_POSITIVE),
        observation(INTERPRETATION, FISH, ident="2", **HER2_POSITIVE),
        observation(INTERPRETATION, ident="3", **HER2_POSITIVE),
    ).receptors
    assert [r.method for r in found] == ["ihc", "ish", "unspecified"]


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        (concept((LOINC, "LA11842-4", "2+")), "2+"),
        (concept((LOINC, "LA11885-3", "Equivocal")), "equivocal"),
        (concept((LOINC, "LA11884-6", "Indeterminate")), "equivocal"),
        (concept((SNOMED, "419984006", "Inconclusive")), "equivocal"),
        (concept((LOINC, "LA6576-8", "Positive")), "positive"),
    ],
)
def test_trap_14_two_plus_and_equivocal_stay_what_they_are(answer, value):
    """Neither is folded into positive or negative; a positive without a score stays without one."""
    assert [r.value for r in case_of(patient(), observation(IHC, valueCodeableConcept=answer)).receptors] == [value]


def test_trap_14_a_text_with_both_tests_gives_both():
    """The text "IHC 2+/FISH-" is a 2+ and a negative ISH of the same day."""
    found = case_of(patient(), observation(IHC, valueString="IHC 2+/FISH-")).receptors
    assert [(r.method, r.value) for r in found] == [("ihc", "2+"), ("ish", "negative")]


def test_trap_15_results_of_primary_and_metastasis_stay_apart():
    """Two results keep their own date and specimen; HER2-low is a score, not a merger."""
    tests = (
        observation(IHC, ident="1", effectiveDateTime="2018-03-10", valueString="3+", specimen={"display": "breast, core biopsy"}),
        observation(IHC, ident="2", effectiveDateTime="2026-02", valueString="1+", specimen={"display": "liver metastasis"}),
    )
    found = case_of(patient(), *tests).receptors
    assert [(r.value, r.specimen, r.date) for r in found] == [("3+", "primary", on("2018-03-10")), ("1+", "metastasis", on("2026-02"))]


@pytest.mark.parametrize(
    "result",
    [
        observation((LOINC, "85319-2", "Ki-67 [Interpretation] in Tissue"), **HER2_POSITIVE),
        observation((LOINC, "34566", "HER2 [Presence] in Breast cancer specimen by Immune stain"), **HER2_POSITIVE),
        observation(IHC, code=concept(IHC, text="Estrogen receptor"), **HER2_POSITIVE),
        observation(IHC, valueCodeableConcept=concept(POSITIVE, text="Estrogen receptor positive tumor")),
        observation(IHC, (LOINC, "85337-4"), **HER2_POSITIVE),
    ],
)
def test_trap_16_code_and_words_that_disagree_are_refused(result):
    """A wrong display, an invented code, a wrong text, a wrong answer, two receptors: named, and neither is used."""
    case = case_of(patient(), result)
    assert (case.receptors, problems_of(case)) == ((), [("code-text-conflict", "her2")])


@pytest.mark.parametrize("code", ["1975-2", "2160-0", "1742-6", "1920-8", "2106-3", "2118-8"])
def test_trap_17_race_codes_are_no_results(code):
    """The same numbers in the CDC race system, or without a system, are no laboratory value."""
    for system in (RACE, None, ""):
        case = case_of(patient(), observation((system, code, "x"), valueQuantity=quantity(1, "mg/dL"), valueString=None))
        assert (case.labs, case.pregnancies) == ((), ())


@pytest.mark.parametrize("code", ["10231-9", "24571-2", "39895-8", "39917-0", "39931-1", "39925-3", "81566-2", "81567-0"])
def test_trap_18_right_ventricle_gallbladder_and_study_codes_are_no_lvef(code):
    """A number under these codes never enters the LVEF series."""
    assert case_of(patient(), observation((LOINC, code), valueQuantity=quantity(40, "%"))).lvef == ()


def test_trap_18_a_right_ventricle_under_the_general_code_is_refused():
    """The general LVEF code with a right-ventricular display or text is named and not used."""
    case = case_of(
        patient(),
        observation(LVEF, code=concept((LOINC, "10230-1"), text="Right ventricular ejection fraction"), valueQuantity=quantity(40, "%")),
    )
    assert (case.lvef, problems_of(case)) == ((), [("code-text-conflict", "lvef")])


def test_trap_19_karnofsky_is_not_read_as_ecog():
    """Karnofsky 90 is fit, ECOG 4 is bedbound: the two never meet."""
    assert (
        case_of(
            patient(), observation((LOINC, "89243-0"), valueInteger=90), observation((LOINC, "89243-0"), ident="2", valueInteger=4)
        ).performance
        == ()
    )


def test_trap_20_percent_is_a_number_and_intensity_and_combined_tests_are_no_result():
    """Percent codes give percent; intensity codes and the combined ER/PR test give nothing."""
    percent = case_of(patient(), observation((LOINC, "85329-1"), valueQuantity=quantity(95, "%"))).receptors
    assert [(r.receptor, r.percent, r.value) for r in percent] == [("ER", 95, None)]
    for code in ("85310-1", "85331-7", "85310-0", "85309-2", "10480-2"):
        assert case_of(patient(), observation((LOINC, code), **HER2_POSITIVE)).receptors == ()


def test_trap_21_percentages_of_neutrophils_are_no_counts():
    """770-8 is a percentage; a count is one of the three count codes."""
    assert case_of(patient(), observation((LOINC, "770-8"), valueQuantity=quantity(60, "%"))).labs == ()
    assert [x.kind for x in case_of(patient(), observation((LOINC, "753-4"), valueQuantity=quantity(2, "10*3/uL"))).labs] == ["neutrophils"]


def test_trap_22_intention_and_stop_reason_are_no_pregnancy():
    """86645-9 is an intention; 77386006 in a statusReason a reason; "possible" stays possible."""
    pregnant = concept((SNOMED, "77386006"))
    assert case_of(patient(), observation((LOINC, "86645-9"), valueCodeableConcept=pregnant)).pregnancies == ()
    assert case_of(patient(), order(TRASTUZUMAB, status="stopped", statusReason=pregnant)).pregnancies == ()
    possible = observation((LOINC, "82810-3"), valueCodeableConcept=concept((SNOMED, "146799005")))
    assert [p.status for p in case_of(patient(), possible).pregnancies] == ["possible"]


@pytest.mark.parametrize(
    ("system", "code"), [(ICD10CM, "C79.81"), (SNOMED, "94297009"), (SNOMED, "145501000119108"), (SNOMED, "285634003")]
)
def test_trap_23_metastasis_to_the_breast_is_another_primary(system, code):
    """It came from elsewhere: no breast primary, no metastasis of one."""
    assert (diagnoses((system, code)), metastases((system, code))) == (["other-primary"], [])


def test_trap_23_metastasis_from_the_breast_is_one():
    """315004001 has the other direction."""
    assert metastases((SNOMED, "315004001")) == ["unspecified"]


@pytest.mark.parametrize(
    ("body_site", "sites"),
    [
        (concept((SNOMED, "12738006")), ["brain"]),
        (concept((SNOMED, "8935007")), ["leptomeningeal"]),
        (concept((SNOMED, "10200004")), ["liver"]),
        (concept((SNOMED, "76752008")), []),
        (concept((SNOMED, "68171009")), ["regional-node"]),
        (concept(text="Bone structure of pelvis"), ["bone"]),
        (concept(text="thyroid"), ["other"]),
        (None, ["unspecified"]),
    ],
)
def test_trap_24_the_general_code_takes_its_site_from_the_body_site(body_site, sites):
    """128462008 names no site; the breast as body site is no distant metastasis."""
    code = (SNOMED, "128462008", "Secondary malignant neoplastic disease (disorder)")
    assert metastases(code, bodySite=[body_site] if body_site else None) == sites
    assert metastases(code, bodySite=body_site) == sites


def test_trap_24_an_unknown_primary_is_flagged():
    """The code "metastasis to brain of unknown primary" keeps its site and denies the breast primary."""
    found = case_of(patient(), condition(BREAST_CANCER), condition((SNOMED, "285641009"), ident="2")).metastases
    assert [(m.site, m.primary_unknown) for m in found] == [("brain", True)]


@pytest.mark.parametrize(
    ("system", "code"),
    [
        (ICD10CM, "C77.3"),
        (SNOMED, "94181007"),
        (SNOMED, "359780007"),
        (SNOMED, "94338000"),
        (SNOMED, "94463004"),
        (SNOMED, "94614009"),
        (ICD10CM, "C77.0"),
    ],
)
def test_trap_25_regional_nodes_are_regional(system, code):
    """Axillary, infraclavicular and supraclavicular nodes are not stage IV by themselves."""
    assert metastases((system, code)) == ["regional-node"]


def test_trap_25_distant_nodes_are_distant():
    """Mediastinal and inguinal nodes are."""
    assert metastases((SNOMED, "94408005")) == metastases((ICD10CM, "C77.4")) == ["distant-node"]


@pytest.mark.parametrize(
    ("system", "code", "sites"),
    [
        (ICD10CM, "C79.32", ["leptomeningeal"]),
        (SNOMED, "1155991005", ["leptomeningeal"]),
        (SNOMED, "94246001", ["leptomeningeal"]),
        (ICD10CM, "C79.31", ["brain"]),
        (ICD10CM, "C70.0", []),
        (ICD10CM, "C7B.01", []),
        (ICD10CM, "C79.63", ["ovary"]),
    ],
)
def test_trap_26_meninges_brain_and_what_is_neither(system, code, sites):
    """Meninges are not brain, a meningeal primary is no metastasis, a carcinoid secondary is not from the breast."""
    assert metastases((system, code)) == sites


def test_trap_27_spread_along_the_lymphatics_of_the_lung_is_no_ild():
    """Lymphangitic carcinomatosis is lung metastasis; inhalation injury is neither."""
    spread = case_of(patient(), condition((SNOMED, "255119002")))
    assert (spread.lungs, [m.site for m in spread.metastases]) == ((), ["lung"])
    assert case_of(patient(), condition((ICD10CM, "J68.0"))).lungs == ()
    assert case_of(patient(), condition((ICD10CM, "J70.0"))).lungs[0].kind == "radiation"
    assert case_of(patient(), condition((ICD10CM, "J84.9"))).lungs[0].kind == "ild"


@pytest.mark.parametrize(
    ("code", "kind"),
    [("I42.7", "cardiomyopathy"), ("I11.0", "heart-failure"), ("I13.0", "heart-failure"), ("I13.2", "heart-failure"), ("I51.81", None)],
)
def test_trap_28_where_heart_disease_hides(code, kind):
    """Hypertensive heart disease may carry heart failure; Takotsubo alone is not drug damage."""
    assert [h.kind for h in case_of(patient(), condition((ICD10CM, code))).heart] == ([kind] if kind else [])


def test_trap_29_an_allergy_names_its_own_drug_only():
    """A Kadcyla allergy is no T-DXd allergy; 293785000 is an allergy code, not the drug taken."""

    def allergy(*codings, text=None):
        body = {
            "resourceType": "AllergyIntolerance",
            "id": "1",
            "patient": {"reference": "Patient/p1"},
            "code": concept(*codings, text=text),
        }
        return [a.drug for a in case_of(patient(), body).allergies]

    assert allergy((RXNORM, "1658086", "Trastuzumab Injection [KADCYLA]")) == ["trastuzumab-emtansine"]
    assert allergy(text="Enhertu") == ["trastuzumab-deruxtecan"]
    assert drugs((SNOMED, "293785000", "Allergy to paclitaxel")) == []


def test_trap_30_history_is_history_whatever_the_status():
    """Z85.3 marked active is still a tumour of the past; refuted and differential Conditions are none."""
    assert diagnoses((ICD10CM, "Z85.3"), status="active") == ["breast-history"]
    for verified in ("refuted", "entered-in-error", "differential"):
        assert diagnoses(BREAST_CANCER, verificationStatus=concept((VERIFICATION, verified))) == []


def test_trap_31_iia1_is_not_stage_iv_and_a_wrong_display_is_refused():
    """1222767004 is IIA1; under the display "Stage IV" it is named and not used; cM0(i+) is M0."""
    stage = (LOINC, "21908-9")
    assert "IV" not in [
        s.value for s in case_of(patient(), observation(stage, valueCodeableConcept=concept((SNOMED, "1222767004")))).stages
    ]
    wrong = case_of(
        patient(), observation(stage, valueCodeableConcept=concept((SNOMED, "1222767004", "American Joint Committee on Cancer stage IV")))
    )
    assert wrong.stages == ()
    assert [s.value for s in case_of(patient(), observation(stage, valueCodeableConcept=concept((AJCC, "4", "IV")))).stages] == ["IV"]
    assert diagnoses((SNOMED, "424229006")) == ["invasive-breast"]
    m_category = observation((LOINC, "21907-1"), valueCodeableConcept=concept((SNOMED, "1229902004")))
    assert [s.value for s in case_of(patient(), m_category).stages] == ["M0"]


def test_trap_32_progression_is_a_dated_judgement_without_a_drug():
    """Worsened, stable and remission keep their day; nothing ties them to a therapy."""
    worsened = observation((LOINC, "97509-4"), valueCodeableConcept=concept((SNOMED, "271299001")))
    old = observation((LOINC, "88040-1"), ident="2", valueCodeableConcept=concept((SNOMED, "268910001")), effectiveDateTime="2025-01")
    found = case_of(patient(), statement(TRASTUZUMAB), worsened, old).disease_statuses
    assert [(s.trend, s.date) for s in found] == [("worsened", on("2026-05-03")), ("improved", on("2025-01"))]


def test_trap_33_de_novo_is_never_coded():
    """Dates of primary and metastasis stand side by side; nothing is inferred here, and an absent date stays absent."""
    case = case_of(patient(), condition(BREAST_CANCER), condition((SNOMED, "94381002"), ident="2", onsetDateTime=None, recordedDate=None))
    assert (case.diagnoses[0].date, case.metastases[0].date) == (on("2024-02-03"), None)


@pytest.mark.parametrize(
    ("system", "code", "kind"), [(CPT, "71250", "chest-ct"), (SNOMED, "169069000", "chest-ct"), (SNOMED, "816077007", "brain-mri")]
)
def test_trap_34_chest_ct_and_brain_mri_are_found(system, code, kind):
    """HRCT is billed as 71250; the disputed brain MRI codes are not used."""
    done = resource("Procedure", status="completed", code=concept((system, code)))
    assert [p.kind for p in case_of(patient(), done).procedures] == [kind]
    for disputed in ("241601008", "241615005", "431855005"):
        assert case_of(patient(), resource("Procedure", status="completed", code=concept((SNOMED, disputed)))).procedures == ()


def test_values_of_answer_lists_are_no_answers():
    """Section 4: an LL number is a list, not an answer."""
    case = case_of(patient(), observation(IHC, valueCodeableConcept=concept((LOINC, "LL4396-9"))))
    assert case.receptors == ()
    assert case_of(patient(), observation(INTERPRETATION, valueCodeableConcept=concept((LOINC, "LA6111-4", "0")))).receptors == ()
    assert [r.value for r in case_of(patient(), observation(FISH, valueCodeableConcept=concept(NEGATIVE))).receptors] == ["negative"]
