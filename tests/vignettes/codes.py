"""The codes that the two encodings write: RxNorm products, SNOMED CT sites, LOINC tests and answers."""

from __future__ import annotations

from typing import Any

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
AJCC = "http://cancerstaging.org"
UCUM = "http://unitsofmeasure.org"

#: The same systems as some EHRs write them.
OID = {RXNORM: "urn:oid:2.16.840.1.113883.6.88", SNOMED: "urn:oid:2.16.840.1.113883.6.96", LOINC: "urn:oid:2.16.840.1.113883.6.1"}

Json = dict[str, Any]


def coding(system: str, code: str, display: str) -> Json:
    """One Coding."""
    return {"system": system, "code": code, "display": display}


#: drug id -> (RxNorm product code, display); the conjugates' own products, whose ingredient is plain trastuzumab in RxNorm.
PRODUCT: dict[str, tuple[str, str]] = {
    "trastuzumab": ("1922512", "Herceptin 150 MG Injection"),
    "pertuzumab": ("1298953", "Perjeta 420 MG per 14 ML Injection"),
    "pertuzumab-trastuzumab-hyaluronidase": ("2382609", "Phesgo 1,200 MG / 600 MG / 30,000 UNT per 15 ML Injection"),
    "trastuzumab-emtansine": ("1658087", "KADCYLA 100 MG Injection"),
    "trastuzumab-deruxtecan": ("2267581", "Enhertu 100 MG Injection"),
    "docetaxel": ("1860619", "2 ML DOCEtaxel 10 MG/ML Injection"),
    "paclitaxel": ("312199", "PACLitaxel 6 MG/ML Injectable Solution"),
    "carboplatin": ("597195", "CARBOplatin 10 MG/ML Injectable Solution"),
    "vinorelbine": ("1729422", "5 ML vinorelbine 10 MG/ML Injection"),
    "capecitabine": ("200328", "Capecitabine 500 MG Oral Tablet"),
    "lapatinib": ("672149", "Lapatinib 250 MG Oral Tablet"),
    "tucatinib": ("2361290", "Tucatinib 150 MG Oral Tablet"),
    "letrozole": ("200064", "Letrozole 2.5 MG Oral Tablet"),
    "anastrozole": ("199224", "Anastrozole 1 MG Oral Tablet"),
    "tamoxifen": ("10324", "Tamoxifen"),
    "ribociclib": ("1873983", "Ribociclib 200 MG Oral Tablet"),
    "trastuzumab-hyaluronidase": ("2119719", "Herceptin Hylecta 600 MG / 10,000 UNT per 5 ML Injection"),
    "doxorubicin": ("1790099", "10 ML DOXOrubicin hydrochloride 2 MG/ML Injection"),
    "liposomal-doxorubicin": ("1790131", "Doxil 20 MG per 10 ML Injection"),
    "epirubicin": ("1732187", "Ellence 200 MG per 100 ML Injection"),
    "goserelin": ("310592", "Goserelin 3.6 MG Drug Implant"),
    "palbociclib": ("2284105", "Palbociclib 125 MG Oral Tablet"),
    "neratinib": ("1940648", "Neratinib 40 MG Oral Tablet"),
    "fulvestrant": ("727954", "5 ML Faslodex 50 MG/ML Prefilled Syringe"),
    "warfarin": ("11289", "Warfarin sodium 5 MG Oral Tablet"),
    "gemfibrozil": ("4719", "Gemfibrozil 600 MG Oral Tablet"),
    "ondansetron": ("26225", "Ondansetron 8 MG Oral Tablet"),
    "aprepitant": ("358255", "Aprepitant 125 MG Oral Capsule"),
    "dexamethasone": ("3264", "Dexamethasone 4 MG Oral Tablet"),
    "loperamide": ("6468", "Loperamide hydrochloride 2 MG Oral Capsule"),
    "metformin": ("6809", "Metformin hydrochloride 500 MG Oral Tablet"),
}

#: drug id -> (RxNorm ingredient, display), as registries tend to write them.
INGREDIENT: dict[str, tuple[str, str]] = {
    "trastuzumab": ("2289225", "Trastuzumab-dttb"),
    "pertuzumab": ("1298944", "Pertuzumab"),
    "pertuzumab-trastuzumab-hyaluronidase": ("2382603", "Hyaluronidase / pertuzumab / trastuzumab"),
    "trastuzumab-emtansine": ("1371041", "Ado-trastuzumab emtansine"),
    "trastuzumab-deruxtecan": ("2267574", "Fam-trastuzumab deruxtecan-nxki"),
    "docetaxel": ("72962", "DOCEtaxel"),
    "paclitaxel": ("56946", "PACLitaxel"),
    "carboplatin": ("40048", "Carboplatin"),
    "vinorelbine": ("39541", "Vinorelbine"),
    "capecitabine": ("194000", "Capecitabine"),
    "lapatinib": ("480167", "Lapatinib"),
    "tucatinib": ("2361285", "Tucatinib"),
    "letrozole": ("72965", "Letrozole"),
    "anastrozole": ("84857", "Anastrozole"),
    "tamoxifen": ("10324", "Tamoxifen"),
    "ribociclib": ("1873916", "Ribociclib"),
    "trastuzumab-hyaluronidase": ("2375543", "Trastuzumab-oysk"),
    "doxorubicin": ("3639", "DOXOrubicin"),
    "liposomal-doxorubicin": ("466523", "DOXOrubicin hydrochloride liposome"),
    "epirubicin": ("3995", "EpiRUBicin"),
    "goserelin": ("50610", "Goserelin"),
    "palbociclib": ("1601374", "Palbociclib"),
    "neratinib": ("1940643", "Neratinib"),
    "fulvestrant": ("282357", "Fulvestrant"),
    "warfarin": ("11289", "Warfarin"),
    "gemfibrozil": ("4719", "Gemfibrozil"),
    "ondansetron": ("26225", "Ondansetron"),
    "aprepitant": ("358255", "Aprepitant"),
    "dexamethasone": ("3264", "Dexamethasone"),
    "loperamide": ("6468", "Loperamide"),
    "metformin": ("6809", "Metformin"),
}

ORAL = frozenset(
    {"anastrozole", "tamoxifen"}
    | {"capecitabine", "lapatinib", "tucatinib", "letrozole", "ribociclib", "palbociclib", "neratinib", "warfarin", "gemfibrozil"}
    | {"ondansetron", "aprepitant", "dexamethasone", "loperamide", "metformin"}
)

#: site -> (ICD-10-CM, display, SNOMED diagnosis, display)
METASTASIS: dict[str, tuple[str, str, str, str]] = {
    "brain": ("C79.31", "Secondary malignant neoplasm of brain", "94225005", "Secondary malignant neoplasm of brain"),
    "liver": (
        "C78.7",
        "Secondary malignant neoplasm of liver and intrahepatic bile duct",
        "94381002",
        "Secondary malignant neoplasm of liver",
    ),
    "lung": ("C78.00", "Secondary malignant neoplasm of unspecified lung", "94391008", "Secondary malignant neoplasm of lung"),
    "bone": ("C79.51", "Secondary malignant neoplasm of bone", "94222008", "Secondary malignant neoplasm of bone"),
    "distant-node": (
        "C77.4",
        "Secondary and unspecified malignant neoplasm of inguinal and lower limb lymph nodes",
        "94339008",
        "Secondary malignant neoplasm of inguinal lymph nodes",
    ),
}

#: site -> (SNOMED body structure, display)
BODY_SITE: dict[str, tuple[str, str]] = {
    "brain": ("12738006", "Brain structure"),
    "liver": ("10200004", "Liver structure"),
    "lung": ("39607008", "Lung structure"),
    "bone": ("272673000", "Bone structure"),
    "breast": ("76752008", "Breast structure"),
}

#: test -> (LOINC, display), US Core style and mCODE style
RECEPTOR_USCORE: dict[str, tuple[str, str]] = {
    "her2-ihc": ("85319-2", "HER2 [Presence] in Breast cancer specimen by Immune stain"),
    "her2-ish": ("85318-4", "ERBB2 gene duplication [Presence] in Breast cancer specimen by FISH"),
    "er": ("85337-4", "Estrogen receptor Ag [Presence] in Breast cancer specimen by Immune stain"),
    "pr": ("85339-0", "Progesterone receptor Ag [Presence] in Breast cancer specimen by Immune stain"),
}
RECEPTOR_MCODE: dict[str, tuple[str, str]] = {
    "her2-ihc": ("18474-7", "HER2 Ag [Presence] in Tissue by Immune stain"),
    "her2-ish": ("31150-6", "ERBB2 gene duplication [Presence] in Tissue by FISH"),
    "er": ("16112-5", "Estrogen receptor [Interpretation] in Tissue"),
    "pr": ("16113-3", "Progesterone receptor [Interpretation] in Tissue"),
}
#: answers as LOINC codes (US Core style)
LOINC_ANSWER = {"0": "LA6111-4", "1+": "LA11841-6", "2+": "LA11842-4", "3+": "LA11843-2", "positive": "LA6576-8", "negative": "LA6577-6"}
SNOMED_ANSWER = {"positive": ("10828004", "Positive"), "negative": ("260385009", "Negative")}

TREND = {"improved": "268910001", "stable": "359746009", "worsened": "271299001"}
STAGE_IV_SNOMED = coding(SNOMED, "1222837003", "American Joint Committee on Cancer stage IV (qualifier value)")

#: lab -> (LOINC, display, unit, UCUM)
LAB: dict[str, tuple[str, str, str]] = {
    "alt": ("1742-6", "Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma", "U/L"),
    "ast": ("1920-8", "Aspartate aminotransferase [Enzymatic activity/volume] in Serum or Plasma", "U/L"),
    "alp": ("6768-6", "Alkaline phosphatase [Enzymatic activity/volume] in Serum or Plasma", "U/L"),
    "neutrophils": ("751-8", "Neutrophils [#/volume] in Blood by Automated count", "10*9/L"),
    "bilirubin": ("1975-2", "Bilirubin.total [Mass/volume] in Serum or Plasma", "mg/dL"),
    "creatinine": ("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL"),
    "platelets": ("777-3", "Platelets [#/volume] in Blood by Automated count", "10*9/L"),
}

CPT = "http://www.ama-assn.org/go/cpt"
#: examination -> (CPT, SNOMED, text)
EXAMINATION: dict[str, tuple[str | None, str | None, str]] = {
    "chest-ct": ("71250", "169069000", "CT of thorax"),
    "brain-mri": ("70553", "816077007", "MRI of brain"),
    "echo": ("93306", "40701008", "Echocardiography"),
    "biopsy": (None, "86259008", "Biopsy of liver"),
    "brain-radiosurgery": (None, None, "Stereotactic radiosurgery of brain metastasis"),
    "mastectomy": (None, None, "Mastectomy"),
}

#: why a therapy was stopped: in free text (US Core style) and as mCODE's codes, where there is one
STOP_TEXT = {
    "progression": "Disease progression",
    "toxicity": "Not tolerated",
    "completed": "Treatment completed",
    "cardiac": "Decreased left ventricular ejection fraction",
    "lung": "Pneumonitis",
}
STOP_CODE = {
    "progression": coding(SNOMED, "266721009", "No response to treatment (situation)"),
    "toxicity": coding(SNOMED, "407563006", "Treatment not tolerated (situation)"),
}
