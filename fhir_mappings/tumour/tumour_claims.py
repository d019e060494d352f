"""What one coding, or the words of a label, claim about a tumour.

A Condition may carry several codings and a text. Each is read by itself; `conditions` then sees whether they agree.
"""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from fhir_mappings.code_tables import icd10_key
from fhir_mappings.coded import meanings_of_code
from fhir_mappings.denial import Passage
from fhir_mappings.remembered import remembered
from fhir_mappings.terminology import value_of
from guideline.case import Site

ClaimKind = Literal["invasive-breast", "breast-in-situ", "breast-history", "other-primary", "metastasis", "receptors"]
Sign = Literal["positive", "negative"]


class Claim(Struct, frozen=True, gc=False):
    """One statement about a tumour.

    `site` only with a metastasis; `None` there means that the code has no site, so that the body site must tell. `from_breast`: the
    code itself says that the metastasis came from the breast. `receptors` is a status code (Z17.*) of whatever breast tumour there is.
    """

    kind: ClaimKind
    site: Site | None = None
    from_breast: bool = False
    primary_unknown: bool = False
    her2: Sign | None = None
    hormone_receptors: Sign | None = None
    stage: Literal["I", "II", "III", "IV"] | None = None


_SITES: dict[str, Site] = {
    "cond.mets_brain": "brain",
    "cond.mets_leptomeningeal": "leptomeningeal",
    "cond.mets_bone": "bone",
    "cond.mets_bone_marrow": "bone-marrow",
    "cond.mets_liver": "liver",
    "cond.mets_lung": "lung",
    "cond.lymphangitic_carcinomatosis": "lung",
    "cond.mets_pleura": "pleura",
    "cond.mets_mediastinum": "mediastinum",
    "cond.mets_lymph_node": "distant-node",
    "cond.mets_skin": "skin",
    "cond.mets_adrenal": "adrenal",
    "cond.mets_ovary": "ovary",
    "cond.mets_peritoneum": "peritoneum",
    "cond.mets_other": "other",
}

#: SNOMED codes of a breast carcinoma that say more than that (trap 11, trap 31).
_BREAST_EXTRAS: dict[str, Claim] = {
    "422399001": Claim("invasive-breast", stage="I"),
    "422479008": Claim("invasive-breast", stage="II"),
    "423114009": Claim("invasive-breast", stage="III"),
    "424229006": Claim("invasive-breast", stage="IV"),
    "706970001": Claim("invasive-breast", her2="negative", hormone_receptors="negative"),
    "431396003": Claim("invasive-breast", her2="negative"),
    "767444009": Claim("invasive-breast", her2="negative"),
    "427685000": Claim("invasive-breast", her2="positive"),
    "459391000124109": Claim("invasive-breast", her2="positive"),
}

#: SNOMED codes that say "metastatic breast cancer" and name no site.
_FROM_BREAST = frozenset({"315004001", "459391000124109", "767444009"})

#: HER2-positive tumours of other organs (trap 11).
_HER2_ELSEWHERE = frozenset({"458581000124106", "878807001"})

#: ICD-10-CM headers (as `icd10_key`) and codes of secondary neoplasms that name no site: the body site tells.
_SITELESS = frozenset({"C799", "C800", "128462008", "405843009"})


@remembered(maxsize=8192)
def claims_of_code(system: str | None, code: str | None) -> tuple[Claim, ...]:
    """What a code claims; `()` when it is no tumour code that we know."""
    found: dict[Claim, None] = {}
    for concept, use in meanings_of_code(system, code):
        claim = _claim(concept, use, system, code or "")
        if claim is not None:
            found[claim] = None
    if code in _FROM_BREAST and found:
        found[Claim("metastasis", from_breast=True)] = None
    return tuple(found)


def _claim(concept: str, use: str, system: str | None, code: str) -> Claim | None:
    if concept in ("cond.breast_cancer_primary", "cond.her2_positive_breast"):
        return _BREAST_EXTRAS.get(code, Claim("invasive-breast")) if code in _BREAST_EXTRAS or use in ("match", "legacy") else None
    if concept == "cond.breast_dcis":
        return Claim("breast-in-situ")
    if concept == "cond.history_breast_cancer":
        return Claim("breast-history")
    if concept == "cond.mets_to_breast":
        return Claim("other-primary") if use == "look_alike" else Claim("metastasis", from_breast=True)
    if concept == "cond.other_primary" and use in ("match", "legacy"):
        return Claim("other-primary")
    if concept in ("cond.neuroendocrine_secondary", "cond.meninges_primary") or code in _HER2_ELSEWHERE:
        return Claim("other-primary")
    if concept == "cond.mets_unknown_primary":
        return (
            Claim("other-primary") if use == "look_alike" else Claim("metastasis", _site_value(system, code, concept), primary_unknown=True)
        )
    if concept == "obs.icd10_receptor_status":
        return _receptors(value_of(system, code, concept) or "")
    if concept == "obs.cancer_disease_status" and code == "399409002":
        return Claim("metastasis")
    return _metastasis(concept, use, code)


def _metastasis(concept: str, use: str, code: str) -> Claim | None:
    if use == "regional":
        return Claim("metastasis", "regional-node")
    if icd10_key(code) in _SITELESS and use == "match":
        return Claim("metastasis")
    if concept == "cond.mets_generic" and use == "ambiguous":
        return Claim("metastasis")  # 1236953005: bone, skin or breast; the body site tells
    if use != "match":
        return None
    site = _SITES.get(concept)
    return Claim("metastasis", site) if site is not None else None


def _site_value(system: str | None, code: str, concept: str) -> Site | None:
    value = value_of(system, code, concept)
    return next((site for site in (*_SITES.values(), "regional-node", "unspecified") if site == value), None)


def _receptors(said: str) -> Claim:
    """ER-negative alone does not make a tumour hormone-receptor negative; ER- or PgR-positive makes it positive."""
    her2: Sign | None = "positive" if "her2+" in said else "negative" if "her2-" in said else None
    hormone: Sign | None = None
    if "er+" in said or "pr+" in said or "hr+" in said:
        hormone = "positive"
    elif ("er-" in said and "pr-" in said) or "hr-" in said:
        hormone = "negative"
    return Claim("receptors", her2=her2, hormone_receptors=hormone)


@remembered(maxsize=4096)
def site_of_code(system: str | None, code: str | None) -> Site | Literal["breast"] | None:
    """The site that a body-site code names; `breast` for the breast itself, which is no distant site."""
    for concept, use in meanings_of_code(system, code):
        if use == "body_site":
            if concept == "cond.mets_lymph_node":
                return "regional-node"
            if concept in _SITES:
                return _SITES[concept]
            if concept == "cond.mets_generic":
                return "breast" if code in ("76752008", "80248007", "73056007") else "other"
    return None


_SITE_WORDING: tuple[tuple[str, Site], ...] = (
    # "Brain and cerebral meninges" is the name of ICD-10's category (C79.3), which nearly always is the brain: nobody says both in it.
    (r"leptomening|(?<!brain and cerebral )mening(?:es|eal|itis)|csf\b", "leptomeningeal"),
    (
        (
            r"\bbrain(?:stem)?\b|cerebr(?!ospinal|al mening)|cerebell|intracranial|\bcns\b|"
            r"\b(?:frontal|parietal|occipital|temporal) lobes?\b(?! (?:epilep|seizure|dement|syndrome))"
        ),
        "brain",
    ),
    (r"bone marrow", "bone-marrow"),
    (r"\bbones?\b(?! marrow)|osseous|skelet|vertebra|\bspine\b|\bribs?\b|femur|sternum|pelvic bone|\bpelvis\b", "bone"),
    (r"\bliver\b|hepatic", "liver"),
    (r"\blungs?\b|pulmonary|lymphangi", "lung"),
    (r"pleura", "pleura"),
    (r"mediastin", "mediastinum"),
    (r"axill|infraclavicul|supraclavicul|internal mammary|regional (?:lymph )?nod|sentinel", "regional-node"),
    (
        (
            r"(?:distant|retroperitoneal|abdominal|intra-?thoracic|intra-?pelvic|hilar|mesenteric|para-?aortic) (?:lymph )?nod|"
            r"non-?regional|inguinal"
        ),
        "distant-node",
    ),
    (r"\bskin\b|cutaneous", "skin"),
    (r"adrenal", "adrenal"),
    (r"ovar", "ovary"),
    (r"periton|omentum|omental|ascites", "peritoneum"),
)  # fmt: skip
_SITE_WORDS: tuple[tuple[re.Pattern[str], Site], ...] = tuple((re.compile(pattern), site) for pattern, site in _SITE_WORDING)
_NODES = re.compile(r"lymph ?nod|\bnodes?\b|\bnodal\b")


@remembered(maxsize=1024)
def sites_in(text: str) -> tuple[Site, ...]:
    """The sites that words name and do not deny. Nodes without a region may be regional and count as such (trap 25)."""
    return _sites_of(Passage(text))


def _sites_of(passage: Passage) -> tuple[Site, ...]:
    found: list[Site] = [site for pattern, site in _SITE_WORDS if passage.is_so(pattern)]
    nodes = passage.is_so(_NODES)
    if "mediastinum" in found and nodes:
        found.remove("mediastinum")
        found.append("distant-node")
    if not found and nodes:
        found.append("regional-node")
    return tuple(found)


#: The breast by name, or by tumours that are of the breast where nothing else is said.
_BREAST = re.compile(
    r"\bbreasts?\b|\bmammary\b(?! node)|\bdcis\b|\blcis\b|\blobular carcinoma|"
    r"\b(?:invasive|infiltrating)\b[\w ,]{0,80}\b(?:duct|ductal|lobular)\b"
)
#: What beside the name of a cancer makes it no cancer: its risk, its genes.
_NOT_ITSELF = (
    r"(?!s? (?:\d )?(?:(?:high|increased|elevated|lifetime) )?(?:risk|genes?\b|genetic|susceptib|predispos|carrier|mutation|prevention|"
    r"syndrome))"
)
_CANCER = re.compile(rf"(?:cancer|carcinoma|malignan|\bca\b){_NOT_ITSELF}")
_OTHER_ORGAN = (
    r"lung|bronch|colon|colorectal|rectum|rectal|anal|pancrea|stomach|gastric|o?esophag|liver|hepatocellular|kidney|renal|bladder|"
    r"prostat|ovar|uter|endometri|cervix|cervical|vulva|thyroid|brain|laryn|pharyn|oral|tongue|head and neck|testi|bile duct|"
    r"(?:non-)?small cell|nsclc|urothelial"
)
_TUMOUR = r"cancer|carcinoma|malignan|tumou?r"
#: Another organ beside a tumour word, or a tumour that is not of the breast by its name. A "carcinoma" of no organ is no other primary.
_OTHER_CANCER = re.compile(
    rf"(?:{_OTHER_ORGAN})[\w ,-]{{0,40}}(?:{_TUMOUR}){_NOT_ITSELF}|(?:{_TUMOUR}){_NOT_ITSELF}[\w ,-]{{0,60}}(?:{_OTHER_ORGAN})|"
    rf"(?:sarcoma|lymphoma|melanoma|leuka?emia|myeloma|glioblastoma|mesothelioma|cholangiocarcinoma){_NOT_ITSELF}"
)
#: A tumour by its name or its organ, and not where it went: "colon cancer metastatic to liver", "metastatic lung adenocarcinoma"; but
#: "lung metastasis of a carcinoma", "secondary cancer of lung". A "metastatic liver cancer" or brain cancer is most often one in them.
_ANOTHER_BY_ORGAN = re.compile(
    rf"\b(?!liver|brain)(?:{_OTHER_ORGAN})\w{{0,10}}+(?: (?!metasta|mets\b|nod|lesion|of\b|from\b|with\b|and\b)[\w-]{{1,30}}){{0,2}}? "
    rf"(?:cancer|carcinoma|adenocarcinoma|primary)\b{_NOT_ITSELF}|"
    r"(?<!secondary )(?<!metastatic )(?<!unspecified )(?:cancer|carcinoma|malignant (?:neoplasm|tumou?r)) of "
    rf"(?:the )?(?:[a-z-]{{1,20}} ){{0,2}}?(?:{_OTHER_ORGAN})|"
    r"sarcoma|lymphoma|melanoma|leuka?emia|myeloma|glioblastoma|mesothelioma|cholangiocarcinoma|hepatocellular"
)
_MINOR_SKIN = re.compile(
    r"basal cell|(?:squamous cell carcinoma|cancer|carcinoma|malignant neoplasm) of (?:the )?skin|non-?melanoma|in situ"
)
#: Micrometastases are found in regional nodes; a metastatic work-up looks for what nobody has found yet.
_METASTASIS = (
    r"(?<!micro)(?<!micro-)metasta(?!tic (?:work-?up|evaluation|survey|screen|status|potential))|"
    r"secondary (?:and unspecified )?(?:malignan|cancer|carcinoma|neoplas)|disseminated|\bmets?\b|"
    r"(?<!ckd )(?<!kidney disease )\bstage (?:iv|4)\b(?! (?:ckd|(?:chronic )?kidney|pressure|decubitus))"
)
#: What a tumour does where it has spread, named for the place: "peritoneal carcinomatosis". Not in the skin of the breast itself.
_SEEDING = (
    r"(?<!primary peritoneal )carcinomato(?:sis|sa|us (?:mening|lymphangi)\w*+)(?! of (?:the )?(?:left |right )?breast)|"
    r"leptomeningeal disease|(?:neoplastic|malignant) meningitis|"
    r"\bmalignant (?:pleural |pericardial |peritoneal )?(?:effusion|ascites)|\b(?:effusion|ascites),? malignant\b"
)
_SEEDED = re.compile(_SEEDING)
_SPREAD = re.compile(f"{_METASTASIS}|{_SEEDING}")
#: The tumour that has spread so, where it is named and is none of the breast.
_SEEDED_BY_ANOTHER = re.compile(
    rf"(?:{_OTHER_ORGAN})\w{{0,10}}+(?: [\w-]{{1,30}}){{0,2}}? (?:cancer|carcinoma|adenocarcinoma|primary)\b|"
    r"sarcoma|lymphoma|melanoma|leuka?emi|myeloma|gliom|glioblastoma|medulloblastoma|mesothelioma|germ cell"
)
_TO_BREAST = re.compile(r"(?:metasta\w{0,12}+|secondary \w+(?: \w+)?|mets) (?:to|of|in) (?:the )?(?:left |right |female |male )?breast")
_IN_SITU = re.compile(r"in situ|in-situ|\bdcis\b|\blcis\b|intraductal carcinoma")
_PAST = re.compile(r"(?<!family )history of|\bh/o\b|\bhx of\b|personal history")
_BENIGN = re.compile(r"benign|fibroadenoma|fibroid|density|lump\b|\bcysts?\b|(?<!adenoid )\bcystic\b|screening")


@remembered(maxsize=1024)
def claims_of_words(label: str) -> tuple[Claim, ...]:
    """What a label without a usable code claims. Careful rather than complete: what it does not understand it leaves alone."""
    passage = Passage(label)
    text = passage.text
    if passage.is_so(_TO_BREAST):
        return (Claim("other-primary"),)
    spread = passage.is_so(_SPREAD)
    if not passage.is_so(_BREAST):
        if spread:
            if passage.is_so(_SEEDED) and passage.may_be_so(_SEEDED_BY_ANOTHER):
                return (Claim("other-primary"),)
            if passage.asserts(_ANOTHER_BY_ORGAN):
                return (Claim("other-primary"),)
            return tuple(Claim("metastasis", site, primary_unknown="unknown primary" in text) for site in _sites_of(passage) or (None,))
        # Another tumour that is only suspected makes as careful as one that is there.
        other = passage.may_be_so(_OTHER_CANCER)
        return (Claim("other-primary"),) if other and not (_MINOR_SKIN.search(text) or _PAST.search(text) or _BENIGN.search(text)) else ()
    if passage.is_so(_IN_SITU):
        return (Claim("breast-in-situ"),)
    if not passage.is_so(_CANCER) or _BENIGN.search(text):
        return ()
    if _PAST.search(text) and not spread:
        return (Claim("breast-history"),)
    return (_breast_claim(text), *(Claim("metastasis", site, from_breast=True) for site in (_sites_of(passage) or (None,)) if spread))


_LOCAL_RECURRENCE = re.compile(
    r"(?:chest[- ]wall|\bscar|\bin[- ]breast|ipsilateral breast(?: tumou?r)?|\b(?:local|loco-?regional)(?:ly)?)[- ](?:recurren|relaps)|"
    r"\b(?:recurren|relaps)\w* (?:[a-z]+ ){0,6}(?:chest wall|scar)\b"
)
_BESIDE_THE_BREAST = frozenset({"regional-node", "skin"})


@remembered(maxsize=1024)
def is_local_recurrence(label: str) -> bool:
    """Whether words speak of a recurrence at the breast or the chest wall, and neither of a metastasis nor of a distant site."""
    passage = Passage(label)
    return passage.is_so(_LOCAL_RECURRENCE) and not names_spread(label) and _BESIDE_THE_BREAST.issuperset(_sites_of(passage))


@remembered(maxsize=1024)
def names_spread(label: str) -> bool:
    """Whether words speak of a spread and do not deny it: one that is suspected counts."""
    return Passage(label).may_be_so(_SPREAD)


def _breast_claim(text: str) -> Claim:
    her2: Sign | None = None
    if re.search(r"triple[ -]negative", text):
        return Claim("invasive-breast", her2="negative", hormone_receptors="negative")
    if re.search(r"her-?2(?:/neu)?[ -]*(?:neg|-(?![a-z0-9]))", text):
        her2 = "negative"
    elif re.search(r"her-?2(?:/neu)?[ -]*(?:pos|\+)", text):
        her2 = "positive"
    return Claim("invasive-breast", her2=her2)
