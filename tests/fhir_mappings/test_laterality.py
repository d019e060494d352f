"""Which breast: of a diagnosis, and of a HER2 result (codes, qualifiers, labels, specimens, related conditions)."""

import pytest

from tests.fhir_mappings.resource_builders import (
    BREAST_CANCER,
    ICD10CM,
    IHC,
    SNOMED,
    case_of,
    concept,
    condition,
    observation,
    patient,
    resource,
)

LEFT, RIGHT, BREAST = (SNOMED, "80248007", "Left breast structure"), (SNOMED, "73056007", "Right breast structure"), (SNOMED, "76752008")
QUALIFIER = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-laterality-qualifier"
RELATED = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-related-condition"


def qualified(code):
    return {**concept(BREAST), "extension": [{"url": QUALIFIER, "valueCodeableConcept": concept((SNOMED, code))}]}


SITES = [
    (concept(LEFT), "left"),
    (concept((SNOMED, "73056007")), "right"),
    (qualified("7771000"), "left"),
    (qualified("24028007"), "right"),
    (concept(text="Upper outer quadrant of right breast"), "right"),
    (concept(text="Left"), "left"),
    (concept(text="Left axillary lymph node"), "left"),
    (concept(BREAST), None),
]


@pytest.mark.parametrize(("site", "side"), [*SITES, (concept((SNOMED, "3341006", "Right lung structure")), None)])
def test_the_side_of_a_diagnosis_by_its_site(site, side):
    """By code, by mCODE's qualifier, by word; the side of another organ is not that of the breast."""
    for shape in (site, [site]):
        (found,) = case_of(patient(), condition(BREAST_CANCER, bodySite=shape)).diagnoses
        assert found.side == side


@pytest.mark.parametrize(
    ("code", "side"),
    [
        (concept((ICD10CM, "C50.911")), "right"),
        (concept((ICD10CM, "C50412")), "left"),
        (concept((ICD10CM, "C50.919")), None),
        (concept((ICD10CM, "C50.911"), (ICD10CM, "C50.912")), "both"),
        (concept(text="Malignant neoplasm of upper-outer quadrant of left female breast"), "left"),
        (concept(text="Invasive carcinoma of breast, right"), "right"),
        (concept(text="Bilateral breast cancer"), "both"),
        (concept((SNOMED, "254837009"), text="Left breast cancer with metastasis to the right lung"), "left"),
        (concept((SNOMED, "254837009"), text="Breast cancer with metastasis to the right lung"), None),
    ],
)
def test_the_side_of_a_diagnosis_by_its_label(code, side):
    """The last character of the ICD-10-CM code, or a word beside the breast."""
    found = case_of(patient(), condition(code=code)).diagnoses
    assert {one.side for one in found} == {side}


@pytest.mark.parametrize(("site", "side"), SITES)
def test_the_side_of_a_result_by_its_site_or_its_specimen(site, side):
    """Observation.bodySite, or the collection of its specimen."""
    specimen = resource("Specimen", "s1", collection={"bodySite": site})
    for members in ({"bodySite": site}, {"specimen": {"reference": "Specimen/s1"}}):
        (found,) = case_of(patient(), specimen, observation(IHC, valueString="3+", **members)).receptors
        assert found.side == side


def test_the_side_of_a_result_by_its_label_its_specimens_name_and_its_tumour():
    """A test "HER2 by IHC, left breast", a specimen "Right breast, core biopsy", mCODE's related condition."""
    tumour = condition((ICD10CM, "C50.912"), ident="c1")
    named = {"code": concept(IHC, text="HER2 by IHC, left breast")}
    core = {"specimen": {"display": "Right breast, core biopsy"}}
    related = {"extension": [{"url": RELATED, "valueReference": {"reference": "Condition/c1"}}]}
    for members, side in ((named, "left"), (core, "right"), (related, "left")):
        (found,) = case_of(patient(), tumour, observation(IHC, valueString="3+", **members)).receptors
        assert found.side == side


def test_a_metastasis_has_no_side_of_the_breast():
    """A biopsy of the left lung is not one of the left breast."""
    site = concept((SNOMED, "10200004", "Liver structure"), text="Left lobe of liver, metastasis")
    (found,) = case_of(patient(), observation(IHC, valueString="3+", bodySite=site)).receptors
    assert (found.specimen, found.side) == ("metastasis", None)
