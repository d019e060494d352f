"""The 34 traps of the terminology, by their number, at the level of codes and words.

Where a trap lies in how a resource is put together (dates, links, body sites, statuses), the test here holds what the terminology owes
to it, and `test_traps_in_resources.py` holds the rest.
"""

from __future__ import annotations

import pytest

from fhir_mappings.biomarkers.answers import ihc_score, presence
from fhir_mappings.code_tables import CONCEPTS, concepts_of
from fhir_mappings.medications.drug_names import NO_DRUG, DrugMatch, drugs_of
from fhir_mappings.terminology import canonical_system, display_conflicts, meanings, value_of
from guideline.case import UNKNOWN_HER2_CONJUGATE

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
NDC = "http://hl7.org/fhir/sid/ndc"
ATC = "http://www.whocc.no/atc"
CPT = "http://www.ama-assn.org/go/cpt"
AJCC = "http://cancerstaging.org"
RACE = "urn:oid:2.16.840.1.113883.6.238"

UNTOLD = DrugMatch((UNKNOWN_HER2_CONJUGATE,), conflict=False)
MIX_UP = DrugMatch((UNKNOWN_HER2_CONJUGATE,), conflict=True)


def only(*drugs: str) -> DrugMatch:
    return DrugMatch(drugs, conflict=False)


def uses(system: str, code: str) -> dict[str, str]:
    return {meaning.concept: meaning.use for meaning in meanings(system, code)}


def test_trap_01_a_conjugate_is_never_read_as_trastuzumab():
    """RxNorm names Kadcyla and Enhertu "Trastuzumab Injection"; every one of their codes is still the conjugate."""
    assert drugs_of([(RXNORM, "1658086", "Trastuzumab Injection [KADCYLA]")], None) == only("trastuzumab-emtansine")
    assert drugs_of([(RXNORM, "2267579", "Trastuzumab Injection [Enhertu]")], "trastuzumab") == only("trastuzumab-deruxtecan")
    for concept, drug in (("drug.t_dm1", "trastuzumab-emtansine"), ("drug.t_dxd", "trastuzumab-deruxtecan")):
        for entry in CONCEPTS[concept].codes:
            if entry.use in {"match", "legacy"}:
                assert drugs_of([(entry.system, entry.code, entry.display)], None) == only(drug), entry


def test_trap_01_text_is_read_from_the_most_specific_name_down():
    """Conjugate and brand words win over the plain name inside them."""
    assert drugs_of([], "fam-trastuzumab deruxtecan-nxki 5.4 mg/kg IV") == only("trastuzumab-deruxtecan")
    assert drugs_of([], "ado-trastuzumab emtansine") == only("trastuzumab-emtansine")
    assert drugs_of([], "trastuzumab (Kadcyla)") == only("trastuzumab-emtansine")
    for words, drug in (("T-DM1", "trastuzumab-emtansine"), ("TDXd", "trastuzumab-deruxtecan"), ("Hylecta", "trastuzumab-hyaluronidase")):
        assert drugs_of([], words) == only(drug)


def test_trap_02_the_ingredient_code_gives_way_to_text_and_siblings():
    """224905 is trastuzumab only when nothing beside it says more."""
    ingredient = (RXNORM, "224905", "Trastuzumab")
    assert drugs_of([ingredient], None) == only("trastuzumab")
    assert drugs_of([ingredient], "Enhertu 100 mg vial") == only("trastuzumab-deruxtecan")
    assert drugs_of([ingredient, (HCPCS, "J9354", None)], None) == only("trastuzumab-emtansine")
    assert drugs_of([ingredient], "docetaxel") == MIX_UP


@pytest.mark.parametrize("code", ["1922508", "1162762"])
def test_trap_02_form_groups_shared_with_conjugates_never_resolve_alone(code):
    """1922508 and 1162762 are some trastuzumab product; only text or a brand tells which."""
    display = {"1922508": "Trastuzumab Injection", "1162762": "Trastuzumab Injectable Product"}[code]
    assert uses(RXNORM, code) == {"drug.trastuzumab": "ambiguous"}
    assert drugs_of([(RXNORM, code, display)], None) == UNTOLD
    assert drugs_of([(RXNORM, code, display)], display) == UNTOLD
    assert drugs_of([(RXNORM, code, display)], "Herceptin") == only("trastuzumab")
    assert drugs_of([(RXNORM, code, display)], "Kadcyla") == only("trastuzumab-emtansine")


def test_trap_03_phesgo_is_one_product_and_its_parts_are_not_it():
    """Phesgo codes are the fixed combination; the -zzxf components name one antibody each, the enzyme none."""
    for code in ("2382604", "2383305", "2382605"):
        assert drugs_of([(RXNORM, code, None)], None) == only("pertuzumab-trastuzumab-hyaluronidase")
    for code in ("2382597", "2382599", "2382613", "2382598", "2382600", "2382614"):
        assert uses(RXNORM, code) == {"drug.phesgo": "component"}
        assert drugs_of([(RXNORM, code, None)], None) == NO_DRUG
    assert drugs_of([(RXNORM, "2382595", "Hyaluronidase-zzxf")], None) == NO_DRUG
    assert drugs_of([], "hyaluronidase-zzxf / pertuzumab-zzxf / trastuzumab-zzxf") == only("pertuzumab-trastuzumab-hyaluronidase")


def test_trap_04_deruxtecan_is_not_always_t_dxd():
    """Datopotamab deruxtecan and sacituzumab target TROP2."""
    assert drugs_of([(RXNORM, "2703033", "datopotamab deruxtecan")], None) == NO_DRUG
    assert drugs_of([(ATC, "L01FX35", None)], "datopotamab deruxtecan-dlnk") == NO_DRUG
    assert drugs_of([(ATC, "L01FX17", "sacituzumab govitecan")], None) == NO_DRUG
    assert drugs_of([], "Datroway (datopotamab deruxtecan)") == NO_DRUG


def test_trap_05_paclitaxel_100_mg_is_a_taxane_of_unknown_formulation():
    """583214 is Abraxane's generic in RxNorm and plain paclitaxel in demo data: text decides, else it is paclitaxel."""
    assert uses(RXNORM, "583214") == {"drug.paclitaxel": "match_if_text_agrees", "drug.nab_paclitaxel": "ambiguous"}
    assert drugs_of([(RXNORM, "583214", "Paclitaxel 100 MG Injection")], None) == only("paclitaxel")
    assert drugs_of([(RXNORM, "583214", "Paclitaxel 100 MG Injection")], "Abraxane") == only("nab-paclitaxel")


def test_trap_06_co_packs_name_both_drugs_and_other_packs_none():
    """Kisqali-Femara holds letrozole too; Fensolvi, Lupron Depot-Ped and norethindrone packs are not oncology."""
    for code in range(1923053, 1923059):
        assert drugs_of([(RXNORM, str(code), None)], None) == only("letrozole", "ribociclib")
    assert drugs_of([], "Kisqali Femara Co-Pack") == only("letrozole", "ribociclib")
    for code in ("2371769", "1946520", "1488618", "1488616"):
        display = next(entry.display for entry in CONCEPTS["drug.leuprolide"].codes if entry.code == code)
        assert drugs_of([(RXNORM, code, display)], display) == NO_DRUG


@pytest.mark.parametrize("code", ["J9999", "J3490", "J3590", "C9399", "J8999"])
def test_trap_07_billing_codes_name_no_drug(code):
    """An unclassified code says nothing; the text beside it does (Phesgo and Margenza were billed so at first)."""
    assert drugs_of([(HCPCS, code, "Not otherwise classified, antineoplastic drugs")], None) == NO_DRUG
    assert drugs_of([(HCPCS, code, None)], "Margenza") == only("margetuximab")


def test_trap_07_codes_that_are_one_digit_away_are_other_drugs():
    """J9352 is trabectedin, J9356 Hylecta, J9309 polatuzumab, J9306 pertuzumab."""
    assert drugs_of([(HCPCS, "J9352", "Injection, trabectedin, 0.1 mg")], None) == NO_DRUG
    assert drugs_of([(HCPCS, "J9352", None)], "fam-trastuzumab deruxtecan") == MIX_UP
    assert drugs_of([(HCPCS, "J9356", None)], None) == only("trastuzumab-hyaluronidase")
    assert drugs_of([(HCPCS, "J9309", None)], None) == NO_DRUG
    assert drugs_of([(HCPCS, "J9306", None)], None) == only("pertuzumab")
    assert drugs_of([(HCPCS, "J9355", "Injection, trastuzumab, 10 mg")], None) == only("trastuzumab")
    for code, drug in (("J9358", "trastuzumab-deruxtecan"), ("J9316", "pertuzumab-trastuzumab-hyaluronidase"), ("J9353", "margetuximab")):
        assert drugs_of([(HCPCS, code, None)], None) == only(drug)


@pytest.mark.parametrize("code", ["65597-406-01", "65597-0406-01", "65597040601", "6559740601", "65597-406", " 65597-0406 "])
def test_trap_08_ndc_is_compared_by_labeler_and_product(code):
    """Ten and eleven digits, with and without hyphens and package, are one product."""
    assert drugs_of([(NDC, code, None)], None) == only("trastuzumab-deruxtecan")


@pytest.mark.parametrize("code", ["83703-580", "43624-040", "49187-0601", "63552-037", "69438-0008", "67643-7004", "71851-007"])
def test_trap_08_bulk_drug_for_further_processing_is_no_patient_product(code):
    """Drugs for further processing name no drug, whatever their display says."""
    assert "look_alike" in uses(NDC, code).values()
    assert drugs_of([(NDC, code, None)], None) == NO_DRUG
    assert drugs_of([(NDC, "63552-037", "trastuzumab, drug for further processing")], None) == NO_DRUG


def test_trap_08_kit_parts_need_their_label_and_labelers_change():
    """The extra NDCs of kits resolve by text only; Margenza is now TerSera's."""
    for code in ("55513-152", "55513-164", "63459-221", "63459-307"):
        assert drugs_of([(NDC, code, None)], None) == NO_DRUG
        assert drugs_of([(NDC, code, None)], "Kanjinti 420 mg kit") == only("trastuzumab")
    assert drugs_of([(NDC, "70720-022", None)], None) == only("margetuximab")


@pytest.mark.parametrize(
    ("old", "new"),
    [("L01XC03", "L01FD01"), ("L01XC13", "L01FD02"), ("L01XC14", "L01FD03"), ("L01XC41", "L01FD04"), ("L01XY02", "L01FY01")],
)
def test_trap_09_old_atc_codes_still_name_their_drug(old, new):
    """A replaced ATC code is read like its successor."""
    assert drugs_of([(ATC, old, None)], None) == drugs_of([(ATC, new, None)], None) != NO_DRUG
    assert set(uses(ATC, old).values()) == {"legacy"}


@pytest.mark.parametrize(
    ("text", "drug"),
    [
        ("trastuzumab-strf (Hercessi)", "trastuzumab"),
        ("Margenza 250 mg", "margetuximab"),
        ("trastuzumab duocarmazine", "trastuzumab-duocarmazine"),
        ("vic-trastuzumab duocarmazine", "trastuzumab-duocarmazine"),
        ("pyrotinib 400 mg", "pyrotinib"),
    ],
)
def test_trap_10_drugs_without_rxnorm_code_are_named_by_text(text, drug):
    """Hercessi, Margenza, duocarmazine and pyrotinib are found by their words."""
    assert drugs_of([], text) == only(drug)


def test_trap_11_her2_negative_and_other_organs_are_not_her2_positive_breast_cancer():
    """431396003 is HER2-negative; 878807001 and 458581000124106 are not breast."""
    assert concepts_of(SNOMED, "431396003") == ()
    assert value_of(SNOMED, "431396003", "cond.her2_positive_breast") == "her2-"
    assert concepts_of(SNOMED, "427685000") == ("cond.her2_positive_breast",)
    assert value_of(SNOMED, "459391000124109", "cond.her2_positive_breast") == "her2+ metastatic"
    for code in ("878807001", "458581000124106"):
        assert uses(SNOMED, code) == {"obs.her2_not_tissue": "look_alike"}


@pytest.mark.parametrize("code", ["32996-1", "42914-2", "51981-9", "42783-1"])
def test_trap_12_serum_and_mutation_are_not_tissue_her2(code):
    """Shed antigen and ERBB2 mutations resolve to no HER2 result."""
    assert concepts_of(LOINC, code) == ()


def test_trap_12_concentration_percent_and_procedures_are_not_results():
    """72382-5 is a concentration, 85328-3 a percentage, 433114000 and 434363004 are procedures."""
    assert uses(LOINC, "72382-5") == {"obs.her2_ihc": "numeric"}
    assert uses(LOINC, "85328-3") == {"obs.her2_ihc": "component"}
    for code, concept in (("433114000", "obs.her2_ihc"), ("434363004", "obs.her2_ish")):
        assert uses(SNOMED, code)[concept] == "procedure_only"
        assert concepts_of(SNOMED, code) == ("proc.her2_retest",)


def test_trap_13_the_generic_interpretation_says_no_method():
    """48676-1 is neither IHC nor ISH; the method comes from elsewhere in the resource (tested at mapping level)."""
    assert concepts_of(LOINC, "48676-1") == ("obs.her2_interpretation",)


def test_trap_14_two_plus_is_not_positive_and_equivocal_is_not_negative():
    """Each IHC answer is its own; equivocal and indeterminate stay equivocal."""
    for code, score in (("LA6111-4", "0"), ("LA11841-6", "1+"), ("LA11842-4", "2+"), ("LA11843-2", "3+")):
        assert ihc_score([(LOINC, code, None)], None) == score
        assert presence([(LOINC, code, None)], None) is None
    for system, code in ((LOINC, "LA11885-3"), (LOINC, "LA11884-6"), (SNOMED, "42425007"), (SNOMED, "419984006")):
        assert presence([(system, code, None)], None) == "equivocal"
        assert ihc_score([(system, code, None)], None) is None
    assert presence([], "IHC 2+") is None


def test_trap_14_positive_and_negative_without_a_score_are_no_score():
    """LA6576-8 and LA6577-6 on an IHC code are an interpretation."""
    assert presence([(LOINC, "LA6576-8", "Positive")], None) == "positive"
    assert presence([(LOINC, "LA6577-6", "Negative")], None) == "negative"
    assert ihc_score([(LOINC, "LA6576-8", "Positive")], None) is None


def test_trap_15_her2_low_is_no_code():
    """Low and ultralow come from words or from a score, never from a code (samples and dates: tested at mapping level)."""
    assert not any("low" in (entry.value or "") for concept in CONCEPTS.values() for entry in concept.codes)
    assert ihc_score([], "HER2-low") == "low"
    assert ihc_score([], "HER2 ultralow") == "ultralow"


@pytest.mark.parametrize("display", ["Ki-67 [Interpretation] in Tissue", "LI-RADS category", "Blood culture panel", "Estrogen receptor"])
def test_trap_16_a_display_that_names_something_else_refuses_the_code(display):
    """85319-2 with a display of another test is used neither way."""
    assert display_conflicts(LOINC, "85319-2", display)


def test_trap_16_a_value_that_names_another_receptor_is_found_with_the_same_check():
    """A HER2 result valued "Estrogen receptor positive tumor" contradicts its code; an invented code means nothing."""
    assert display_conflicts(LOINC, "48676-1", "Estrogen receptor positive tumor")
    assert not display_conflicts(LOINC, "48676-1", "HER2 positive")
    assert meanings(LOINC, "34566") == ()


def test_trap_16_icd_receptor_codes_say_their_receptors():
    """Z17.31 to Z17.421 state HER2 and hormone receptors."""
    assert value_of(ICD10CM, "Z17.31", "obs.icd10_receptor_status") == "her2+"
    assert value_of(ICD10CM, "Z17421", "obs.icd10_receptor_status") == "hr- her2-"


@pytest.mark.parametrize("code", ["1975-2", "2106-3", "2160-0", "1742-6", "1920-8", "1968-7", "2118-8"])
def test_trap_17_no_code_without_its_system(code):
    """A CDC race code, or a code without system, is never a laboratory result."""
    assert meanings(LOINC, code) != ()
    assert meanings(RACE, code) == ()
    assert meanings(None, code) == ()


def test_trap_18_lvef_codes_keep_their_modality():
    """MUGA, MRI, CT, angiogram and echo are told apart; values and ranges are tested at mapping level."""
    modality = {"10230-1": "unspecified", "8806-2": "echo", "8808-8": "angiogram", "8810-4": "ct", "8811-2": "mri", "8812-0": "muga"}
    for code, expected in modality.items():
        assert concepts_of(LOINC, code) == ("obs.lvef",)
        assert value_of(LOINC, code, "obs.lvef") == expected
    assert len([entry for entry in CONCEPTS["obs.lvef"].codes if entry.system == "loinc"]) == 26
    assert all(entry.value for entry in CONCEPTS["obs.lvef"].codes)


@pytest.mark.parametrize("code", ["10231-9", "24571-2", "39895-8", "39917-0", "39931-1", "39925-3", "81566-2", "81567-0"])
def test_trap_18_right_ventricle_gallbladder_and_studies_are_no_lvef(code):
    """10231-9 is the RIGHT ventricle; the others are gallbladders or study codes."""
    assert "obs.lvef" not in uses(LOINC, code)
    assert uses(LOINC, code)["obs.not_lvef"] == "look_alike"
    assert uses(CPT, "78496") == {"proc.muga": "look_alike"}


def test_trap_19_ecog_and_karnofsky_are_two_scales():
    """ECOG answers run from 0 to 5; Karnofsky codes are another concept (values are tested at mapping level)."""
    codes = ("LA9622-7", "LA9623-5", "LA9624-3", "LA9625-0", "LA9626-8", "LA9627-6")
    assert [value_of(LOINC, code, "obs.ecog") for code in codes] == ["0", "1", "2", "3", "4", "5"]
    assert concepts_of(LOINC, "89247-1") == concepts_of(LOINC, "89262-0") == ("obs.ecog",)
    assert concepts_of(LOINC, "89243-0") == concepts_of(LOINC, "89245-5") == ("obs.karnofsky",)


def test_trap_20_percent_intensity_and_combined_receptor_tests():
    """Percent codes are numbers, intensity supports only, 10480-2 is both receptors at once, bogus codes mean nothing."""
    for code, concept in (("14228-1", "obs.er"), ("85329-1", "obs.er"), ("14230-7", "obs.pr"), ("85325-9", "obs.pr")):
        assert uses(LOINC, code) == {concept: "numeric"}
        assert value_of(LOINC, code, concept) == "percent"
    assert uses(LOINC, "85310-1") == {"obs.er": "component"}
    assert uses(LOINC, "85331-7") == {"obs.pr": "component"}
    assert uses(LOINC, "10480-2") == {"obs.er": "ambiguous"}
    assert meanings(LOINC, "85310-0") == meanings(LOINC, "85309-2") == ()


def test_trap_21_egfr_equations_and_counts():
    """Race-based eGFR codes are legacy; neutrophil percentages are not counts."""
    assert uses(LOINC, "98979-8") == {"obs.egfr": "match"}
    assert uses(LOINC, "48642-3") == uses(LOINC, "48643-1") == {"obs.egfr": "legacy"}
    assert {code for code in ("751-8", "753-4", "26499-4", "770-8") if concepts_of(LOINC, code)} == {"751-8", "753-4", "26499-4"}


def test_trap_22_pregnancy_is_also_a_stop_reason_and_intention_is_not_status():
    """77386006 has both meanings (the resource decides, tested at mapping level); 86645-9 is no status; possible is possible."""
    assert {meaning.concept for meaning in meanings(SNOMED, "77386006")} == {"obs.pregnancy", "answer.stop_reason"}
    assert value_of(SNOMED, "77386006", "obs.pregnancy") == "pregnant"
    assert value_of(SNOMED, "77386006", "answer.stop_reason") == "pregnancy"
    assert concepts_of(LOINC, "86645-9") == ()
    for code in ("102874004", "146799005"):
        assert concepts_of(SNOMED, code) == ()
        assert value_of(SNOMED, code, "obs.pregnancy") == "possible"
    assert meanings(SNOMED, "22636003") == ()


def test_trap_23_metastasis_to_the_breast_is_another_primary():
    """C79.81 and its SNOMED twins are look-alikes; 315004001 is metastasis FROM breast."""
    for system, code in ((ICD10CM, "C79.81"), (SNOMED, "94297009"), (SNOMED, "145501000119108"), (SNOMED, "1264495000")):
        assert uses(system, code) == {"cond.mets_to_breast": "look_alike"}
    assert concepts_of(SNOMED, "285634003") == ()
    assert concepts_of(SNOMED, "315004001") == ("cond.mets_to_breast",)


def test_trap_24_the_site_is_in_the_body_site_or_the_code_never_in_the_display():
    """128462008 has no site; body structures are body sites only; unknown primaries keep their site and stay ambiguous."""
    assert concepts_of(SNOMED, "128462008") == ("cond.mets_generic",)
    assert uses(SNOMED, "12738006") == {"cond.mets_brain": "body_site"}
    assert uses(SNOMED, "8935007") == {"cond.mets_leptomeningeal": "body_site"}
    assert uses(SNOMED, "10200004") == {"cond.mets_liver": "body_site"}
    assert uses(SNOMED, "1236953005") == {"cond.mets_generic": "ambiguous"}
    assert concepts_of(SNOMED, "285641009") == ()
    assert value_of(SNOMED, "285641009", "cond.mets_unknown_primary") == "brain"


def test_trap_25_regional_nodes_are_marked_regional():
    """Axillary, infraclavicular and supraclavicular nodes are not distant by themselves."""
    for system, code in (
        (ICD10CM, "C77.3"), (ICD10CM, "C77.0"), (SNOMED, "94181007"), (SNOMED, "359780007"), (SNOMED, "94338000"),
        (SNOMED, "94477001"), (SNOMED, "94463004"), (SNOMED, "94614009"),
    ):  # fmt: skip
        assert uses(system, code) == {"cond.mets_lymph_node": "regional"}
        assert value_of(system, code, "cond.mets_lymph_node") == "regional-node"
    assert value_of(ICD10CM, "C77.4", "cond.mets_lymph_node") == "distant-node"


def test_trap_26_meninges_brain_primaries_and_missing_codes():
    """Leptomeninges are not brain; C70.* and C7B.* are no breast metastases; C79.63 and C50.A* are there."""
    assert (
        concepts_of(ICD10CM, "C79.32")
        == concepts_of(SNOMED, "1155991005")
        == concepts_of(SNOMED, "94246001")
        == ("cond.mets_leptomeningeal",)
    )
    assert concepts_of(SNOMED, "722671009") == ("cond.mets_leptomeningeal",)
    assert concepts_of(ICD10CM, "C79.31") == ("cond.mets_brain",)
    assert uses(ICD10CM, "C70.0") == {"cond.meninges_primary": "look_alike", "cond.other_primary": "match"}
    assert uses(ICD10CM, "C7B.02") == {"cond.neuroendocrine_secondary": "look_alike"}
    assert concepts_of(ICD10CM, "C79.63") == ("cond.mets_ovary",)
    assert concepts_of(ICD10CM, "C50.A1") == concepts_of(ICD10CM, "C50A1") == ("cond.breast_cancer_primary",)


def test_trap_27_lung_spread_radiation_and_inhalation_are_not_ild():
    """255119002, J70.0/J70.1, 84004001 and J68 keep apart from ILD; J84.* is broad on purpose."""
    assert concepts_of(SNOMED, "255119002") == ("cond.lymphangitic_carcinomatosis",)
    assert concepts_of(ICD10CM, "J70.0") == concepts_of(ICD10CM, "J70.1") == concepts_of(SNOMED, "84004001") == ("cond.radiation_lung",)
    assert concepts_of(ICD10CM, "J68.0") == ()
    for system, code in ((ICD10CM, "J84.81"), (ICD10CM, "J84.112"), (ICD10CM, "J70.4"), (SNOMED, "196051003"), (SNOMED, "233703007")):
        assert concepts_of(system, code) == ("cond.ild_pneumonitis",)
    assert value_of(ICD10CM, "J70.2", "cond.ild_pneumonitis") == value_of(SNOMED, "427046006", "cond.ild_pneumonitis") == "drug"


def test_trap_28_heart_failure_hides_and_takotsubo_is_no_cardiotoxicity():
    """I11.0, I13.0 and I13.2 hold heart failure; I42.7 is the drug's cardiomyopathy; I51.81 does not resolve alone."""
    for code in ("I11.0", "I13.0", "I13.2", "I50.22"):
        assert concepts_of(ICD10CM, code) == ("cond.heart_failure",)
    for system, code in ((ICD10CM, "I42.7"), (SNOMED, "16228931000119102"), (SNOMED, "72972005"), (ICD10CM, "I97.130")):
        assert concepts_of(system, code) == ("cond.cardiomyopathy_lvsd",)
    assert concepts_of(ICD10CM, "I51.81") == ()


def test_trap_29_an_allergy_is_matched_by_drug_and_never_jumps_to_a_sister_drug():
    """A Kadcyla allergy is T-DM1's; 293785000 is an allergy, not paclitaxel; T45.1X1 is poisoning, not an adverse effect."""
    assert drugs_of([(RXNORM, "1371046", "KADCYLA")], "Kadcyla") == only("trastuzumab-emtansine")
    assert drugs_of([(SNOMED, "293785000", "Paclitaxel allergy")], None) == NO_DRUG
    assert drugs_of([], "Paclitaxel allergy") == only("paclitaxel")
    assert drugs_of([(SNOMED, "293785000", "Paclitaxel allergy"), (RXNORM, "56946", "PACLitaxel")], None) == only("paclitaxel")
    assert concepts_of(ICD10CM, "T45.1X5A") == ("cond.hypersensitivity",)
    assert meanings(ICD10CM, "T45.1X1A") == ()


def test_trap_30_history_of_breast_cancer_is_history():
    """Z85.3 never resolves to an active cancer (status and contradiction are tested at mapping level)."""
    assert uses(ICD10CM, "Z85.3") == {"cond.history_breast_cancer": "history"}
    assert concepts_of(ICD10CM, "Z85.3") == ()


def test_trap_31_iia1_is_not_stage_iv():
    """1222767004 is IIA1; the stage IV codes, old ones and AJCC's own, are IV; cM0(i+) is M0."""
    assert concepts_of(SNOMED, "1222767004") == ()
    assert value_of(SNOMED, "1222767004", "answer.stage_iv") == "II"
    for system, code in ((SNOMED, "1222837003"), (SNOMED, "1222842006"), (SNOMED, "258228008"), (SNOMED, "2640006"), (AJCC, "4")):
        assert concepts_of(system, code) == ("answer.stage_iv",)
        assert value_of(system, code, "answer.stage_iv") == "IV"
    assert value_of(SNOMED, "424229006", "cond.breast_cancer_primary") == "stage-IV"
    assert value_of(SNOMED, "1229902004", "answer.m1") == "M0"
    assert concepts_of(SNOMED, "1229902004") == ()


def test_trap_32_the_trend_is_a_code_and_no_code_names_the_drug():
    """271299001 worsened, 268910001 improved, 359746009 stable, 709137006 undetermined (dates: tested at mapping level)."""
    trend = {
        "271299001": "worsened", "268910001": "improved", "359746009": "stable", "709137006": "undetermined",
        "550991000124107": "remission", "551001000124108": "improved",
    }  # fmt: skip
    assert {code: value_of(SNOMED, code, "obs.cancer_disease_status") for code in trend} == trend
    assert uses(LOINC, "88040-1") == {"obs.cancer_disease_status": "legacy"}
    assert uses(SNOMED, "281900007") == {"obs.cancer_disease_status": "ambiguous"}
    assert value_of(SNOMED, "266721009", "answer.stop_reason") == "progression"


def test_trap_33_de_novo_metastatic_has_no_code():
    """No concept claims de novo disease; the mapping gives stage and dates, the guideline infers (tested there)."""
    assert not any("de_novo" in concept for concept in CONCEPTS)
    assert concepts_of(LOINC, "21908-9") == ("obs.cancer_stage",)


def test_trap_34_hrct_and_brain_mri():
    """HRCT goes by 71250 and its SNOMED codes; 169070004 is no chest CT; of the brain MRI codes only 816077007 counts."""
    for system, code in ((CPT, "71250"), (SNOMED, "241541005"), (SNOMED, "16335031000119103"), (SNOMED, "169069000")):
        assert concepts_of(system, code) == ("proc.chest_ct",)
    assert meanings(SNOMED, "169070004") == ()
    assert concepts_of(SNOMED, "816077007") == ("proc.brain_mri",)
    assert [meanings(SNOMED, code) for code in ("241601008", "241615005", "431855005")] == [(), (), ()]


def test_answer_lists_and_value_set_oids_are_no_codes():
    """An LL number is never a value, and the OID of a value set is no code system."""
    assert ihc_score([(LOINC, "LL4396-9", "3+")], None) is None
    assert meanings(LOINC, "LL529-9") == ()
    assert canonical_system("urn:oid:2.16.840.1.113883.3.526.3.1134") is None
