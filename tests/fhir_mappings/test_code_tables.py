"""Code systems under all their names, and the look-up of codes."""

from __future__ import annotations

import pytest

from fhir_mappings.code_tables import CONCEPTS, canonical_system, codes_of, concepts_of, meanings, ndc_keys, system_uri, value_of
from tests.fhir_mappings.resource_builders import case_of, condition, patient

ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
NDC = "http://hl7.org/fhir/sid/ndc"


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("http://www.nlm.nih.gov/research/umls/rxnorm", "rxnorm"),
        ("urn:oid:2.16.840.1.113883.6.88", "rxnorm"),
        ("2.16.840.1.113883.6.88", "rxnorm"),
        ("http://loinc.org", "loinc"),
        ("https://loinc.org/", "loinc"),
        ("HTTP://LOINC.ORG", "loinc"),
        ("http://loinc.org|2.77", "loinc"),
        (" http://loinc.org ", "loinc"),
        ("urn:oid:2.16.840.1.113883.6.1", "loinc"),
        ("http://snomed.info/sct", "snomed"),
        ("http://snomed.info/sct/731000124108", "snomed"),
        ("http://snomed.info/sct/731000124108/version/20260301", "snomed"),
        ("http://snomed.info/sct|http://snomed.info/sct/731000124108", "snomed"),
        ("urn:oid:2.16.840.1.113883.6.96", "snomed"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "icd10cm"),
        ("http://terminology.hl7.org/CodeSystem/icd10CM", "icd10cm"),
        ("urn:oid:2.16.840.1.113883.6.90", "icd10cm"),
        ("http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", "hcpcs"),
        ("https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", "hcpcs"),
        ("http://www.nlm.nih.gov/research/umls/hcpcs", "hcpcs"),
        ("urn:oid:2.16.840.1.113883.6.285", "hcpcs"),
        ("http://hl7.org/fhir/sid/ndc", "ndc"),
        ("http://www.whocc.no/atc", "atc"),
        ("http://fhir.de/CodeSystem/bfarm/atc", "atc"),
        ("http://fhir.de/CodeSystem/dimdi/atc|2026", "atc"),
        ("http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl", "ncit"),
        ("http://www.ama-assn.org/go/cpt", "cpt"),
        ("http://cancerstaging.org", "ajcc"),
        ("http://hl7.org/fhir/sid/icd-10", "icd10"),
        ("http://www.cms.gov/Medicare/Coding/ICD10", None),
        ("http://snomed.info/sctx", None),
        ("http://example.org/codes", None),
        ("", None),
        (None, None),
    ],
)
def test_a_system_is_known_under_every_spelling(spelling, name):
    """URI, OID, https, slash, case, version and edition are one system; another system is not."""
    assert canonical_system(spelling) == name


def test_the_uri_that_we_write_is_read_back():
    """Every system of a code has a URI, and that URI is the system."""
    for name in {entry.system for concept in CONCEPTS.values() for entry in concept.codes}:
        assert canonical_system(system_uri(name)) == name


def test_who_icd_10_is_not_icd_10_cm():
    """TRAP: C79.31 of the WHO's ICD-10 is no ICD-10-CM code; the same letters mean something else there."""
    assert meanings("http://hl7.org/fhir/sid/icd-10", "C79.31") == ()


@pytest.mark.parametrize("code", ["C7951", "c79.51", " C79.51 ", "C79.51"])
def test_icd_codes_come_with_and_without_the_dot(code):
    """`C7951` and `C79.51` are one code."""
    assert concepts_of(ICD10CM, code) == ("cond.mets_bone",)


def test_icd_categories_stand_for_their_descendants():
    """A code that the table does not list counts as its category; the category counts once."""
    assert concepts_of(ICD10CM, "C50.999") == ("cond.breast_cancer_primary",)
    assert concepts_of(ICD10CM, "C50.911") == ("cond.breast_cancer_primary",)
    assert concepts_of(ICD10CM, "O09.523") == ("obs.pregnancy",)
    assert value_of(ICD10CM, "O09.523", "obs.pregnancy") == "pregnant"


@pytest.mark.parametrize("code", ["C34.11", "C18.7", "C25.9", "C56.1", "C61", "C64.2", "C43.59", "C16.9", "C7A.090", "C90.00", "C01"])
def test_another_primary_is_recognised_by_its_category(code):
    """Lung, colon, pancreas, ovary, prostate, kidney, melanoma, stomach and the rest of C00-C96."""
    assert "cond.other_primary" in concepts_of(ICD10CM, code)


@pytest.mark.parametrize("code", ["C50.911", "C44.91", "C77.3", "C78.7", "C79.31", "C80.1", "C80.0", "C7B.02", "D05.11", "D48.61"])
def test_what_is_no_other_primary(code):
    """Breast, common skin cancers, metastases, unknown primaries and in-situ disease explain no metastases."""
    assert "cond.other_primary" not in concepts_of(ICD10CM, code)


def test_hospice_is_not_palliative_care():
    """Hospice codes resolve; Z51.5 does not."""
    assert concepts_of("http://snomed.info/sct", "385763009") == ("proc.hospice",)
    assert concepts_of(ICD10CM, "Z51.5") == ()


@pytest.mark.parametrize(
    ("code", "keys"),
    [
        ("50242-088-01", ("50242-0088",)),
        ("50242-0088-01", ("50242-0088",)),
        ("0069-0305-01", ("00069-0305",)),
        ("50242*088-01", ()),
        ("50242008801", ("50242-0088",)),
        ("5024208801", ("05024-2088", "50242-0088", "50242-0880")),
        ("not-a-code", ()),
        ("", ()),
        ("123", ()),
        ("1234567-1", ()),
    ],
)
def test_ndc_forms(code, keys):
    """An NDC may stand for one labeler and product, for several, or for none."""
    if code == "50242*088-01":
        code = "50242-*088-01"
        keys = ("50242-0088",)
    assert ndc_keys(code) == keys


def test_an_ndc_of_ten_bare_digits_counts_when_only_one_reading_is_known():
    """5024208801 can only be Kadcyla."""
    assert concepts_of(NDC, "5024208801") == ("drug.t_dm1",)


@pytest.mark.parametrize(("system", "code"), [(None, "224905"), ("http://loinc.org", None), ("http://loinc.org", ""), ("x", "C50")])
def test_nothing_known_is_nothing_found(system, code):
    """A missing or unknown system or code has no meaning, and raises nothing."""
    assert meanings(system, code) == ()
    assert value_of(system, code, "obs.lvef") is None


def test_codes_of_a_concept_can_be_listed_for_queries():
    """The codes come in file order, without look-alikes, and an unknown concept is a `KeyError`."""
    assert codes_of("obs.her2_ihc", "loinc") == ("85319-2", "18474-7", "72383-3")
    assert codes_of("obs.her2_ihc", "loinc", frozenset({"numeric"})) == ("72382-5",)
    assert codes_of("obs.alp", "loinc")[0] == "6768-6"
    assert codes_of("obs.haemoglobin", "loinc") == ("718-7",)
    with pytest.raises(KeyError):
        codes_of("obs.unheard_of", "loinc")


def test_concepts_tell_their_kind():
    """A concept carries label, kind and codes."""
    lvef = CONCEPTS["obs.lvef"]
    assert (lvef.id, lvef.kind, len(lvef.codes)) == ("obs.lvef", "observation", 28)


_ICD10 = [entry.code for concept in CONCEPTS.values() for entry in concept.codes if entry.system == "icd10cm"]


@pytest.mark.parametrize("code", sorted({*_ICD10, "I97.130", "J70.2", "J70.3", "J70.4", "C79.9", "C80.0"}))
def test_an_icd_10_code_with_and_without_its_dot_is_one_code(code):
    """What any reader of conditions makes of it is the same, dotted, undotted, in lower case and with blanks around it."""

    def read(spelling):
        case = case_of(patient(), condition((ICD10CM, spelling)))
        return case.diagnoses, case.metastases, case.stages, case.heart, case.lungs, case.pregnancies, case.menopause, case.procedures

    assert read(code) == read(code.replace(".", "")) == read(f" {code.lower()} ")
