"""Naming the drugs of a medication from codes and words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_mappings.code_tables import CONCEPTS
from fhir_mappings.medications.drug_names import NO_DRUG, DrugMatch, drugs_mentioned, drugs_of
from fhir_mappings.terminology_files import read_drugs
from guideline.case import UNKNOWN_HER2_CONJUGATE

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
HCPCS = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
SNOMED = "http://snomed.info/sct"
LOCAL = "http://example.org/formulary"

HERCEPTIN = (RXNORM, "1922512", "Herceptin 150 MG Injection")
KADCYLA = (RXNORM, "1658087", "KADCYLA 100 MG Injection")
ENHERTU = (RXNORM, "2267581", "Enhertu 100 MG Injection")

INTERFACE_DRUGS = [
    "trastuzumab", "trastuzumab-hyaluronidase", "pertuzumab", "pertuzumab-trastuzumab-hyaluronidase", "trastuzumab-emtansine",
    "trastuzumab-deruxtecan", "margetuximab", "zanidatamab", "tucatinib", "lapatinib", "neratinib", "pyrotinib", "capecitabine",
    "paclitaxel", "nab-paclitaxel", "docetaxel", "carboplatin", "vinorelbine", "eribulin", "gemcitabine", "doxorubicin",
    "liposomal-doxorubicin", "epirubicin", "cyclophosphamide", "letrozole", "anastrozole", "exemestane", "tamoxifen", "fulvestrant",
    "goserelin", "leuprolide", "palbociclib", "ribociclib", "abemaciclib", "alpelisib", "inavolisib",
]  # fmt: skip


def only(*drugs: str) -> DrugMatch:
    return DrugMatch(drugs, conflict=False)


def test_every_drug_of_the_interface_can_be_named():
    """The ids are those of the public contract, with duocarmazine beside them."""
    assert {drug.id for drug in read_drugs().drugs} == {*INTERFACE_DRUGS, "trastuzumab-duocarmazine"}


@pytest.mark.parametrize("concept", sorted(drug.concept for drug in read_drugs().drugs))
def test_every_code_of_a_drug_names_it_and_agrees_with_its_own_display(concept):
    """No code contradicts the display that it stands with in the table."""
    drug = next(drug.id for drug in read_drugs().drugs if drug.concept == concept)
    for entry in CONCEPTS[concept].codes:
        if entry.use in {"match", "legacy"}:
            match = drugs_of([(entry.system, entry.code, entry.display)], None)
            assert drug in match.drugs, entry
            assert not match.conflict, entry


@pytest.mark.parametrize(
    ("text", "drug"),
    [
        ("Herceptin 440 mg", "trastuzumab"), ("trastuzumab-dkst 420 mg", "trastuzumab"),
        ("Trastuzumab-anns IV every 3 weeks", "trastuzumab"),
        ("trastuzumab injection", "trastuzumab"), ("Trastuzumab 6mg/kg IV q3w", "trastuzumab"), ("trastuzumab biosimilar", "trastuzumab"),
        ("trastuzumab/hyaluronidase-oysk", "trastuzumab-hyaluronidase"),
        ("Herceptin Hylecta", "trastuzumab-hyaluronidase"), ("Phesgo", "pertuzumab-trastuzumab-hyaluronidase"),
        ("Trastuzumabe 440 mg", "trastuzumab"), ("pertuzumabe", "pertuzumab"), ("Tucatinibe 150 mg", "tucatinib"),
        ("lapatinibe", "lapatinib"), ("succinato de ribociclibe", "ribociclib"), ("Capecitabina 500 mg comprimidos", "capecitabine"),
        ("Ciclofosfamida", "cyclophosphamide"), ("letrozolo 2,5 mg compresse", "letrozole"), ("tamoxifeno", "tamoxifen"),
        ("Herceptin 600 mg solution for injection in vial", "trastuzumab-hyaluronidase"),
        ("Herceptin 600mg/5ml", "trastuzumab-hyaluronidase"), ("Trastuzumab SC 600 mg/5 mL", "trastuzumab-hyaluronidase"),
        ("trastuzumab (Herceptin) 120 mg/mL", "trastuzumab-hyaluronidase"),
        ("Herceptin 150 mg powder for concentrate for solution for infusion", "trastuzumab"), ("trastuzumab 120 mg/6 mL", "trastuzumab"),
        ("trastuzumab 600 mg in sodium chloride 0.9 % 250 mL", "trastuzumab"),
        ("Pertuzumab/Trastuzumab 600 mg/600 mg solution for injection", "pertuzumab-trastuzumab-hyaluronidase"),
        ("pertuz-trastuz-hyaluron-zzxf 1,200 mg-600 mg", "pertuzumab-trastuzumab-hyaluronidase"),
        ("pertuzumab-trastuzumab-hyaluron-zzxf", "pertuzumab-trastuzumab-hyaluronidase"),
        ("pertuz-trastuzumab-hyaluron-zzxf", "pertuzumab-trastuzumab-hyaluronidase"),
        ("trastuzumab-hyaluronidas-oysk", "trastuzumab-hyaluronidase"),
        ("trastuzumab SC", "trastuzumab-hyaluronidase"), ("Trastuzumab s.c.", "trastuzumab-hyaluronidase"),
        ("Herceptin SC 600 mg", "trastuzumab-hyaluronidase"), ("Herceptin subkutan", "trastuzumab-hyaluronidase"),
        ("Trastuzumab 600 mg s.c.", "trastuzumab-hyaluronidase"),
        ("Pertuzumab/Trastuzumab SC", "pertuzumab-trastuzumab-hyaluronidase"),
        ("Trastuzumab + Pertuzumab s.c.", "pertuzumab-trastuzumab-hyaluronidase"),
        ("pertuzumab and trastuzumab subcutaneous injection", "pertuzumab-trastuzumab-hyaluronidase"),
        ("PERTUZUMAB-TRASTUZ-HYAL-ZZXF", "pertuzumab-trastuzumab-hyaluronidase"),
        ("pertuzumab-trastuzumab-zzxf 600-600 mg", "pertuzumab-trastuzumab-hyaluronidase"),
        ("Pertuzumab, trastuzumab and hyaluronidase-zzxf", "pertuzumab-trastuzumab-hyaluronidase"), ("Perjeta", "pertuzumab"),
        ("T-DXd", "trastuzumab-deruxtecan"), ("tdxd C3D1", "trastuzumab-deruxtecan"), ("DS-8201a", "trastuzumab-deruxtecan"),
        ("TRASTUZUMAB\u2013DERUXTECAN", "trastuzumab-deruxtecan"), ("T-DM1", "trastuzumab-emtansine"), ("TDM1", "trastuzumab-emtansine"),
        ("ado-trastuzumab", "trastuzumab-emtansine"), ("Tukysa", "tucatinib"), ("Tykerb", "lapatinib"), ("Tyverb", "lapatinib"),
        ("Nerlynx", "neratinib"), ("Xeloda", "capecitabine"), ("Taxol", "paclitaxel"), ("Paclitaxel 80 mg/m2 weekly", "paclitaxel"),
        ("Paclitaxel albumin 100 mg powder for suspension for infusion", "nab-paclitaxel"), ("Pazenir 5 mg/ml", "nab-paclitaxel"),
        ("Abraxane", "nab-paclitaxel"), ("nab-paclitaxel", "nab-paclitaxel"), ("paclitaxel protein-bound", "nab-paclitaxel"),
        ("PACLitaxel (albumin-bound)", "nab-paclitaxel"), ("Taxotere", "docetaxel"), ("Navelbine", "vinorelbine"), ("Halaven", "eribulin"),
        ("Hertraz 440", "trastuzumab"), ("Vivitra 440 mg", "trastuzumab"), ("CANMAb", "trastuzumab"), ("Poherdy", "pertuzumab"),
        ("pertuzumab-dpzb (Poherdy) 420 mg", "pertuzumab"), ("TDM-1 3.6 mg/kg", "trastuzumab-emtansine"),
        ("Capecitabin 500 mg", "capecitabine"), ("Cyclophosphamid", "cyclophosphamide"), ("Vinorelbin", "vinorelbine"),
        ("Gemcitabin", "gemcitabine"), ("Letrozol", "letrozole"), ("Anastrozol", "anastrozole"), ("Exemestan", "exemestane"),
        ("Gemzar", "gemcitabine"), ("Adriamycin", "doxorubicin"), ("Doxil", "liposomal-doxorubicin"), ("Caelyx", "liposomal-doxorubicin"),
        ("pegylated liposomal doxorubicin", "liposomal-doxorubicin"), ("doxorubicin, liposomal", "liposomal-doxorubicin"),
        ("Ellence", "epirubicin"), ("Femara", "letrozole"), ("Arimidex", "anastrozole"), ("Aromasin", "exemestane"),
        ("Faslodex", "fulvestrant"), ("Zoladex", "goserelin"), ("Lupron Depot", "leuprolide"), ("Ibrance", "palbociclib"),
        ("Kisqali", "ribociclib"), ("Verzenio", "abemaciclib"), ("Piqray", "alpelisib"), ("Itovebi", "inavolisib"),
        ("Trastuzumab-Emtansin", "trastuzumab-emtansine"),
        ("ado-trastuz emtan", "trastuzumab-emtansine"), ("trastuzumab derux", "trastuzumab-deruxtecan"),
        ("FAM-TRASTUZ DERUX-NXKI", "trastuzumab-deruxtecan"), ("trastuzumab deruxtec-nxki", "trastuzumab-deruxtecan"),
        ("trastuzumab emtansina", "trastuzumab-emtansine"),
        ("trastuzumabe entansina", "trastuzumab-emtansine"),
        ("trastuzumab émtansine", "trastuzumab-emtansine"),
        ("Trastuzumab deruxtecán 100 mg", "trastuzumab-deruxtecan"),
    ],
)  # fmt: skip
def test_text_alone_names_a_drug(text, drug):
    """Generic names, brands and abbreviations are read as whole words, whatever their case."""
    assert drugs_of([], text) == only(drug)
    assert drugs_of([(LOCAL, "77", text)], None) == only(drug)


@pytest.mark.parametrize(
    "text",
    [
        "THP",
        "TCHP cycle 2",
        "ondansetron 8 mg",
        "",
        "   ",
        "T",
        "DM1",
        "Trodelvy",
        "pertuzumabx",
        "untrastuzumab",
        "Vijoice (alpelisib)",
        "AC-T",
        "vancomycin per TDM 1 g every 12 h",
        "TDM",
        "Datopotam derux-dlnk",
    ],
)
def test_text_that_names_none_of_our_drugs(text):
    """Regimen letters, other drugs and parts of words name nothing."""
    assert drugs_of([], text) == NO_DRUG


@pytest.mark.parametrize(
    "text",
    [
        "trastuzumab rezetecan",
        "trastuzumab botidotin 6 mg/kg",
        "Trastuzumab-imbotolimod",
        "trastuzumab dm4",
        "trastuzumab trial supply",
        "trastuzumab study",
        "trastuzumab d1553",
        "trastuzumab Q21D rezetecan",
        "trastuzumab C2D1 DXd",
        "trastuzumab-C2D1-mmae",
        "trastuzumab subcut trial supply",
    ],
)
def test_decision_24_an_unknown_second_word_is_an_unknown_conjugate(text):
    """A conjugate that we cannot name is not trastuzumab."""
    assert drugs_of([], text) == only(UNKNOWN_HER2_CONJUGATE)
    assert drugs_of([(RXNORM, "224905", "Trastuzumab")], text) == only(UNKNOWN_HER2_CONJUGATE)
    assert drugs_of([HERCEPTIN], text) == DrugMatch((UNKNOWN_HER2_CONJUGATE,), conflict=True)


@pytest.mark.parametrize(
    "suffix",
    ["anns", "dkst", "dttb", "pkrb", "qyyp", "strf", "abcd", "injection", "IV infusion", "hyaluronidase", "therapy", "weekly", "q3w"],
)
def test_decision_24_suffixes_and_plain_words_make_no_conjugate(suffix):
    """Four letters are a biosimilar; dose words and routes say nothing."""
    assert UNKNOWN_HER2_CONJUGATE not in drugs_of([], f"trastuzumab {suffix}").drugs
    assert UNKNOWN_HER2_CONJUGATE not in drugs_of([], f"trastuzumab-{suffix}").drugs


@pytest.mark.parametrize(
    "mark",
    ["Q21D", "q3wk", "q21days", "qweekly", "D1", "C2", "C2D1", "C02D08", "day1", "cycle2", "wk1", "subcut", "ivinf", "Q21D IV", "D1 D8",
     "C2D1 injection", "Q21D for 6 cycles"],
)  # fmt: skip
def test_decision_24_marks_of_a_schedule_make_no_conjugate(mark):
    """How often, which day and which way are no drug, as order entry shortens them; the word behind them may be one."""
    assert drugs_of([], f"TRASTUZUMAB {mark}") == only("trastuzumab")
    assert drugs_of([], f"trastuzumab-{mark}") == only("trastuzumab")
    assert drugs_of([], f"trastuzumab deruxtecan {mark}") == only("trastuzumab-deruxtecan")


@pytest.mark.parametrize(
    "code", [("http://www.whocc.no/atc", "L01FD01"), ("http://www.whocc.no/atc", "L01XC03"), (SNOMED, "387003001"), (RXNORM, "224905")]
)
def test_the_form_under_the_skin_bears_the_code_of_the_substance_too(code):
    """In Europe "Herceptin 600 mg solution for injection" is coded as the infusion is: the name tells the form, and nothing contradicts."""
    name = "Herceptin 600 mg solution for injection in vial"
    assert drugs_of([(*code, "trastuzumab")], name) == only("trastuzumab-hyaluronidase")
    assert drugs_of([(*code, "trastuzumab")], "trastuzumab 600 mg IV") == only("trastuzumab")
    assert drugs_of([HERCEPTIN], name).conflict
    assert drugs_of([HERCEPTIN, (*code, "trastuzumab")], name).conflict


@pytest.mark.parametrize("name", ["Kadcyla", "trastuzumab deruxtecan", "Phesgo", "Perjeta"])
def test_the_code_of_trastuzumab_stands_against_every_other_product(name):
    """ATC has a code of its own for each of these."""
    assert drugs_of([("http://www.whocc.no/atc", "L01FD01", "trastuzumab")], name).conflict


def test_both_antibodies_by_different_ways_are_no_fixed_combination():
    """Trastuzumab under the skin with pertuzumab into a vein is a pair of two products."""
    assert drugs_of([], "trastuzumab SC + pertuzumab IV") == only("pertuzumab", "trastuzumab-hyaluronidase")
    assert drugs_of([], "Pertuzumab + Herceptin s.c.") == only("pertuzumab", "trastuzumab-hyaluronidase")


def test_a_misspelt_conjugate_beside_its_exact_code_is_no_conflict():
    """The exact Enhertu code stands against "trastuzumab deruxetcan"."""
    assert drugs_of([ENHERTU], "trastuzumab deruxetcan") == only("trastuzumab-deruxtecan")


@pytest.mark.parametrize(
    ("codings", "text"),
    [
     ([KADCYLA], "Enhertu"), ([ENHERTU], "Herceptin"), ([HERCEPTIN], "ado-trastuzumab emtansine"), ([HERCEPTIN, KADCYLA], None),
     ([ENHERTU, KADCYLA], None), ([], "Herceptin (ado-trastuzumab emtansine)"),
     ([(LOCAL, "1", "Kadcyla")], "Enhertu"), ([KADCYLA], "docetaxel")],
)  # fmt: skip
def test_trastuzumab_products_that_contradict_each_other_are_a_conflict(codings, text):
    """A mix-up of trastuzumab, T-DM1 and T-DXd is never settled by choosing one."""
    assert drugs_of(codings, text) == DrugMatch((UNKNOWN_HER2_CONJUGATE,), conflict=True)


def test_other_contradictions_name_no_drug():
    """Letrozole coded and exemestane written: neither."""
    assert drugs_of([(RXNORM, "72965", "Letrozole")], "exemestane 25 mg") == DrugMatch((), conflict=True)
    assert drugs_of([(RXNORM, "72965", None), (HCPCS, "J9171", None)], None) == DrugMatch((), conflict=True)


def test_several_codes_of_one_drug_agree():
    """RxNorm, HCPCS, SNOMED and a local code of one drug are one drug."""
    codings = [(RXNORM, "2267582", "Trastuzumab deruxtecan"), (HCPCS, "J9358", None), (SNOMED, "838469001", None), (LOCAL, "9", "ENHERTU")]
    assert drugs_of(codings, "Enhertu") == only("trastuzumab-deruxtecan")


def test_a_regimen_in_the_text_does_not_add_drugs_to_an_exact_code():
    """The record of one drug stays one drug; a text without codes is taken as it is written."""
    assert drugs_of([(HCPCS, "J9306", None)], "trastuzumab + pertuzumab + docetaxel C1") == only("pertuzumab")
    assert drugs_of([], "trastuzumab + pertuzumab + docetaxel") == only("docetaxel", "pertuzumab", "trastuzumab")


@pytest.mark.parametrize(
    ("codings", "text"),
    [([], "dexamethasone before docetaxel"), ([], "Antiemetic with carboplatin"),
     ([(RXNORM, "3264", "dexamethasone 4 MG Oral Tablet")], "dexamethasone with docetaxel")],
)  # fmt: skip
def test_a_supportive_drug_is_not_the_drug_it_supports(codings, text):
    """What is given around docetaxel is not docetaxel."""
    assert drugs_of(codings, text) == NO_DRUG


SALINE = (RXNORM, "313002", "sodium chloride 9 MG/ML Injectable Solution")


@pytest.mark.parametrize("codings", [[], [SALINE]])
@pytest.mark.parametrize(
    "text",
    ["sodium chloride 0.9 % 250 mL for trastuzumab infusion", "sodium chloride 0.9 % (NS) infusion 250 mL with Herceptin",
     "sodium chloride 0.9 % 250 mL - hydration with trastuzumab", "0.9% NaCl flush, use with Herceptin",
     "Normal saline 100 mL with Enhertu", "sodium chloride 0.9 % 50 mL for trastuzumab-anns IVPB",
     "sodium chloride 0.9 % flush 50 mL with trastuzumab IVPB", "NS hydration with Enhertu IVPB"],
)  # fmt: skip
def test_saline_for_an_antibody_is_not_the_antibody(codings, text):
    """What is hung beside an infusion names none of our drugs, coded or not."""
    assert drugs_of(codings, text) == NO_DRUG


@pytest.mark.parametrize(
    "text",
    ["methylprednisolone 125 mg for infusion reaction to trastuzumab", "diphenhydramine 25 mg IV for Kadcyla", "dextrose 5 % for Enhertu",
     "ondansetron 8 mg with docetaxel", "dexamethasone 10 mg in sodium chloride 50 mL with docetaxel IVPB"],
)  # fmt: skip
def test_a_medicine_given_for_our_drug_is_not_our_drug(text):
    """Another medicine that stands first is what the entry is; ours behind "for", "with" or "to" is why."""
    assert drugs_of([], text) == NO_DRUG


@pytest.mark.parametrize(
    ("text", "drug"),
    [("trastuzumab 420 mg in sodium chloride 0.9 % 250 mL for infusion", "trastuzumab"),
     ("sodium chloride 0.9 % 250 mL with trastuzumab 420 mg", "trastuzumab"), ("NS 100 mL with fam-trastuzumab deruxtecan 378 mg",
     "trastuzumab-deruxtecan"), ("sodium chloride 0.9 % 250 mL with trastuzumab-anns IVPB", "trastuzumab"),
     ("NS 100 mL with Enhertu IV piggyback", "trastuzumab-deruxtecan"),
     ("switch to Kadcyla", "trastuzumab-emtansine"), ("chemotherapy with Herceptin", "trastuzumab"),
     ("continue with lapatinib", "lapatinib")],
)  # fmt: skip
def test_our_drug_in_its_bag_is_our_drug(text, drug):
    """A diluent behind the drug, and a drug with its amount in the bag, take nothing away; nor does a word that is no medicine."""
    assert drugs_of([], text) == only(drug)


def test_a_sentence_names_the_drug_that_another_medicine_is_given_for():
    """What treats the harm of a drug does not hide the drug; of two trastuzumab products none is chosen."""
    assert drugs_mentioned("Prednisone started for pneumonitis due to Enhertu") == ("trastuzumab-deruxtecan",)
    assert drugs_mentioned("Kadcyla, then Enhertu") == (UNKNOWN_HER2_CONJUGATE,)
    assert drugs_mentioned("Prednisone for asthma") == ()


def test_a_code_without_its_system_counts_as_its_display_only():
    """224905 without a system is a word, not a code."""
    assert drugs_of([(None, "1371041", None)], None) == NO_DRUG
    assert drugs_of([(None, "1371041", "Kadcyla")], None) == only("trastuzumab-emtansine")


def test_a_lenient_pair_of_one_class_is_no_conflict():
    """Plain paclitaxel coded and nab-paclitaxel written is nab-paclitaxel: the same class, the more specific product."""
    assert drugs_of([(RXNORM, "56946", "PACLitaxel")], "nab-paclitaxel") == only("nab-paclitaxel")
    assert drugs_of([(HCPCS, "J9264", None)], "paclitaxel") == only("nab-paclitaxel")


@given(
    st.lists(st.tuples(st.one_of(st.none(), st.text()), st.one_of(st.none(), st.text()), st.one_of(st.none(), st.text())), max_size=3),
    st.text(),
)
def test_any_text_is_read_without_an_error(codings, text):
    """No input raises, and a conflict never names a drug for certain."""
    match = drugs_of(codings, text)
    assert not match.conflict or set(match.drugs) <= {UNKNOWN_HER2_CONJUGATE}


@given(st.permutations([(RXNORM, "224905", "Trastuzumab"), (HCPCS, "J9354", None), (LOCAL, "1", "Kadcyla"), (SNOMED, "702836004", None)]))
def test_the_order_of_codings_does_not_matter(codings):
    """Codings are a set."""
    assert drugs_of(codings, None) == only("trastuzumab-emtansine")
