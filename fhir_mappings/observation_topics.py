"""What an Observation is about, told by its code in one look, before anything else of it is read.

A chart holds thousands of Observations and a case needs a few kinds of them. Only the code counts (in a panel of an unknown code those of
its components), never `meta.profile`, and never a code without its system (trap 17: LOINC numbers are also CDC race codes). Codes that
only look like one of ours have no topic.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from fhir_mappings.biomarkers.her2_names import HER2_NAME
from fhir_mappings.code_tables import CONCEPTS
from fhir_mappings.coded import meanings_of_code, words
from fhir_mappings.lab_names import lab_named, measure_named
from fhir_mappings.remembered import remembered
from fhir_mappings.reproductive_names import asks_for_pregnancy
from fhir_mappings.resources import Component, Concept, Resource
from fhir_mappings.terminology import canonical_system
from guideline.case import LabKind

Topic = Literal[
    "receptor", "lvef", "lab", "body", "performance", "disease-status", "stage", "metastatic-history", "metastasis-site", "pregnancy",
    "menopause", "mislabelled-receptor", "dpyd",
]  # fmt: skip

_TOPICS: dict[str, Topic] = {
    "obs.her2_interpretation": "receptor",
    "obs.her2_ihc": "receptor",
    "obs.her2_ish": "receptor",
    "obs.er": "receptor",
    "obs.pr": "receptor",
    "obs.lvef": "lvef",
    "obs.alt": "lab",
    "obs.ast": "lab",
    "obs.alp": "lab",
    "obs.bilirubin_total": "lab",
    "obs.creatinine": "lab",
    "obs.creatinine_clearance": "lab",
    "obs.egfr": "lab",
    "obs.anc": "lab",
    "obs.platelets": "lab",
    "obs.haemoglobin": "lab",
    "obs.body_weight": "body",
    "obs.body_height": "body",
    "obs.ecog": "performance",
    "obs.cancer_disease_status": "disease-status",
    "obs.cancer_stage": "stage",
    "obs.m_category": "stage",
    "obs.history_metastatic": "metastatic-history",
    "obs.metastasis_site": "metastasis-site",
    "obs.pregnancy": "pregnancy",
    "obs.menopause": "menopause",
}

#: Concepts whose SNOMED codes name the question. Of the others they are answers, which must not be taken for a question; a grade of ECOG
#: may be an Observation's own code, and is then what it says.
_SNOMED_QUESTIONS = frozenset(
    {
        "obs.lvef", "obs.cancer_stage", "obs.m_category", "obs.history_metastatic", "obs.metastasis_site", "obs.menopause", "obs.ecog",
    }
)  # fmt: skip

_USES = frozenset({"match", "legacy", "panel"})

RATIO_CODE, COPIES_CODE = "49683-6", "74860-8"
PERCENT_CODES = frozenset({"14228-1", "85329-1", "14230-7", "85325-9"})

#: The receptor codes whose result is a number that means something here; 72382-5 (a concentration) and moles per mass do not (trap 12).
NUMERIC_CODES = PERCENT_CODES | {RATIO_CODE, COPIES_CODE}

#: The receptor codes that name breast cancer as the tumour that was tested.
BREAST_CODES = frozenset(
    entry.code for concept in ("obs.her2_ihc", "obs.her2_ish", "obs.er", "obs.pr") for entry in CONCEPTS[concept].codes
    if "breast cancer specimen" in entry.display.lower()
)  # fmt: skip


def topic_of(resource: Resource) -> Topic | None:
    """What an Observation is about, or `None` when a case does not need it."""
    code, topic = resource.code, None
    if code is not None:
        for coding in code.coding:  # as `topic_of_codes`, without a call for each of thousands
            topic = _topic_of_code(coding.system, coding.code)
            if topic is not None:
                return topic
        topic = _topic_of_label(code)
    if topic is None and resource.component is not None:
        topic = _topic_of_components(code, resource.component)
    if topic is not None:
        return topic
    # Menopause has no question code that EHRs agree on: the answer tells (trap 22).
    value = resource.value_codeable_concept
    if value is not None and any(_topic_of_answer(coding.system, coding.code) for coding in value.coding):
        return "menopause"
    return None


def is_panel(resource: Resource) -> bool:
    """Whether only the components of an Observation tell its topic: a value of its own is then about something else."""
    code = resource.code
    return code is None or (topic_of_codes(code) or _topic_of_label(code)) is None


def _topic_of_label(code: Concept) -> Topic | None:
    """What a code that is none of ours asks for by its words."""
    if len(code.coding) == 1:
        only = code.coding[0]
        return _topic_of_unknown_code(only.system, only.code, only.display or code.text)
    if code.coding:
        return _topic_of_unknown_codes(tuple([(c.system, c.code, c.display or code.text) for c in code.coding]))
    return _topic_of_words(code.text) if code.text else None


def asks_for_her2(code: Concept | None) -> bool:
    """Whether a component of a panel asks for HER2, by nothing but its label: "HER2 (IHC)", but not "HER2 control" or "HER2 % of cells"."""
    return code is not None and _topic_of_label(code) == "receptor" and _HER2_ALONE.fullmatch(words(code)) is not None


def asks_for_receptor(code: Concept | None) -> bool:
    """Whether a component of a panel asks for HER2, ER or PgR, by nothing but its label."""
    return asks_for_her2(code) or (
        code is not None and _topic_of_label(code) == "receptor" and hormone_receptor_in(words(code)) is not None
    )


def asks_for_lvef(code: Concept | None) -> bool:
    """Whether a component of a panel asks for an LVEF, by nothing but its label."""
    return code is not None and _topic_of_label(code) == "lvef"


def asks_for_lab(code: Concept | None) -> LabKind | None:
    """The laboratory value that a code asks for by nothing but its label: the hospital's own code, or none."""
    if code is None or topic_of_codes(code) is not None or _topic_of_label(code) != "lab":
        return None
    labels = (code.text, *[coding.display for coding in code.coding])
    found = {kind for label in labels if label and (kind := lab_named(label)) is not None}
    return found.pop() if len(found) == 1 else None


def asks_for_measure(code: Concept | None) -> Literal["weight", "height"] | None:
    """Whether a code asks for a weight or a height by nothing but its label."""
    if code is None or topic_of_codes(code) is not None or _topic_of_label(code) != "body":
        return None
    labels = (code.text, *[coding.display for coding in code.coding])
    found = {kind for label in labels if label and (kind := measure_named(label)) is not None}
    return found.pop() if len(found) == 1 else None


def hormone_receptor_beside_her2(code: Concept | None) -> Literal["ER", "PR"] | None:
    """The hormone receptor that a component asks for in a panel that asks for HER2 as well: "ER" and "PR" alone are receptors there."""
    if code is None or any(meanings_of_code(coding.system, coding.code) for coding in code.coding):
        return None
    return _hormone_receptor_named(words(code))


def topic_of_codes(concept: Concept | None) -> Topic | None:
    """What a code asks for, by its codings alone."""
    if concept is None:
        return None
    for coding in concept.coding:
        topic = _topic_of_code(coding.system, coding.code)
        if topic is not None:
            return topic
    return None


def _topic_of_components(code: Concept | None, components: list[Component]) -> Topic | None:
    """What a panel is about that has a code of its own: its components tell, by codes of ours, or labelled as HER2 or as an LVEF.

    A receptor counts only in a panel that is not known, by code or label, to be something else, a sequencing of the blood for one.
    """
    for component in components:
        if component.code is None:
            continue
        for coding in component.code.coding:
            topic = _topic_of_code(coding.system, coding.code)
            if topic in ("lab", "lvef") or (topic == "receptor" and not _is_something_else(code)):
                return topic
        labelled = _topic_of_label(component.code)
        if labelled in ("lab", "lvef") or (labelled == "receptor" and asks_for_receptor(component.code) and not _is_something_else(code)):
            return labelled
    if _is_of_the_heart(words(code)) and any(words(component.code) in _EF for component in components):
        return "lvef"
    # Last: an hCG among blood counts must not hide them.
    return "pregnancy" if any(topic_of_codes(component.code) == "pregnancy" for component in components) else None


@remembered(maxsize=1024)
def _is_of_the_heart(label: str) -> bool:
    return _OF_THE_HEART.search(label) is not None


def _is_something_else(code: Concept | None) -> bool:
    if code is None:
        return False
    known = any(meanings_of_code(coding.system, coding.code) for coding in code.coding)
    return known or _NOT_TISSUE.search(words(code)) is not None


@remembered(maxsize=16384)
def _topic_of_code(system: str | None, code: str | int | None) -> Topic | None:
    name = canonical_system(system) if system else None
    if name not in ("loinc", "snomed") or (name == "loinc" and str(code).startswith("LA")):
        return None
    for concept, use in meanings_of_code(system, code):
        if (use in _USES or code in NUMERIC_CODES) and (name == "loinc" or concept in _SNOMED_QUESTIONS) and concept in _TOPICS:
            return _TOPICS[concept]
    return None


@remembered(maxsize=4096)
def _topic_of_answer(system: str | None, code: str | int | None) -> Topic | None:
    found = any(meaning.concept == "obs.menopause" and meaning.use == "match" for meaning in meanings_of_code(system, code))
    return "menopause" if found else None


_WORDS: tuple[tuple[re.Pattern[str], Topic], ...] = (
    (HER2_NAME, "receptor"),
    (re.compile(r"\blv[ -]?ef\b|\b(?:lv|left ventric(?:le|ular)) (?:ef\b|ejection fraction)", re.IGNORECASE), "lvef"),
    # Of the heart, where the label names no organ: that of the gallbladder is called by it.
    (
        re.compile(
            r"\A(?:(?:est(?:imated)?\.?|echo(?:cardiogra(?:m|phic|phy))?|cardiac|biplane|2d|3d) ){0,2}ejection fraction"
            r"(?:,? ?\(?(?:ef|est(?:imated)?|biplane|visual|%|2d|3d|simpson'?s?|mod|bp)\)?){0,2}\Z",
            re.IGNORECASE,
        ),
        "lvef",
    ),
    # Nothing but what the course of a disease is called: not the best response so far, nor a specimen's, nor what it was at diagnosis.
    (
        re.compile(
            r"\A(?=.{0,40}?(?:\b(?:disease|cancer|tumou?r) (?:status|progression|response|assessment)|\boverall response|\brecist\b))"
            r"(?:(?:(?:breast|metastatic|disease|cancer|tumou?r|status|progression|response|assessment|evaluation|overall|treatment|therapy|"
            r"recist|criteria|clinical|radiologic(?:al)?|radiographic|imaging|current|finding|course|of|to|the|by|in|on|per|v?[12]|1\.1)\b)"
            r"[\W_]*+)++\Z",
            re.IGNORECASE,
        ),
        "disease-status",
    ),
    # Nothing but the name of the scale: not who assessed it, nor another scale beside it.
    (
        re.compile(
            r"\A(?=.{0,60}?(?:\becog\b|\beastern cooperative oncology group\b))"
            r"(?:(?:ecog|eastern|cooperative|oncology|group|who|zubrod|performance|status|ps|score|scale|grade)\b[\W_]*+)++\Z",
            re.IGNORECASE,
        ),
        "performance",
    ),
)
#: What an echo calls its LVEF; elsewhere it may be anything.
_EF: Final = frozenset({"ef", "ef %", "ef (%)"})
_OF_THE_HEART: Final = re.compile(r"\becho(?:cardiogra\w{1,6})?\b|\btte\b|\bmuga\b")
#: A label that names HER2 and, beside it, only the test and that it is one; a percentage of cells or a count is no result.
_HER2_ALONE: Final = re.compile(
    rf"(?:{HER2_NAME.pattern}|(?:by|status|results?|interpretation|scores?|expression|overexpression|amplification|protein|gene|receptor|"
    rf"oncoprotein|ihc|[fcs]?ish|immunohisto(?:chemistry|chemical)|immunostain|stain|tissue|tumou?r|breast|in|of)\b|[\s/,:;()\[\]-])++",
    re.IGNORECASE,
)
#: Told by its label under any code that we do not know: no code of the test is verified.
_DPYD = re.compile(
    r"\bdpyd\b|dihydropyrimidine[\s-]dehydrogenase|\bdpd (?:deficien|phenotyp|genotyp|enzyme|activity|metaboli)", re.IGNORECASE
)
#: The names of a hormone receptor. Estrogen and progesterone are hormones too; ER is an emergency room, and PR an interval or a response.
_HORMONE_RECEPTORS: Final[dict[str, Literal["ER", "PR"]]] = {
    "estrogen": "ER", "oestrogen": "ER", "er": "ER", "progesterone": "PR", "progestin": "PR", "pgr": "PR", "pr": "PR",
}  # fmt: skip
#: The words that make it one of tissue: one of them stands beside it, but for PgR, which is nothing else.
_OF_A_RECEPTOR: Final = frozenset({"receptor", "receptors", "ihc", "immunohistochemistry", "immunohistochemical", "immunostain"})
_OF_ITS_TEST: Final = frozenset(
    {"status", "result", "results", "interpretation", "expression", "protein", "by", "in", "of", "the", "stain", "staining", "nuclear"}
    | {"qualitative", "presence", "tissue", "tumor", "tumour", "breast", "cancer", "carcinoma", "specimen", "biopsy", "core"}
)
_LABEL_WORDS: Final = re.compile(r"\w+|%|\+")
_NOT_TISSUE = re.compile(r"serum|plasma|\bblood\b(?! pool)|mutation|order|sequenc|\bngs\b", re.IGNORECASE)


@remembered(maxsize=1024)
def hormone_receptor_in(label: str) -> Literal["ER", "PR"] | None:
    """Which hormone receptor a label asks for that names one and, beside it, only the test: "Estrogen receptor (ER), IHC"."""
    said = set(_LABEL_WORDS.findall(label.lower()))
    sure = "pgr" in said or not said.isdisjoint(_OF_A_RECEPTOR) or said == {"er", "status"}
    return _hormone_receptor_named(label) if sure else None


@remembered(maxsize=1024)
def _hormone_receptor_named(label: str) -> Literal["ER", "PR"] | None:
    """As `hormone_receptor_in`, also by letters alone, or by a hormone's name."""
    said = set(_LABEL_WORDS.findall(label.lower()))
    named = said & _HORMONE_RECEPTORS.keys()
    asked = {_HORMONE_RECEPTORS[name] for name in named}
    return asked.pop() if len(asked) == 1 and said - named <= _OF_A_RECEPTOR | _OF_ITS_TEST else None


@remembered(maxsize=8192)
def _topic_of_unknown_code(system: str | None, code: str | int | None, label: str | None) -> Topic | None:
    """A local code is told by its label; a code of LOINC or SNOMED CT that we do not know, yet labelled as HER2, is suspect (trap 16)."""
    if not label or meanings_of_code(system, code):
        return None
    topic = _topic_of_words(label)
    if topic == "receptor" and HER2_NAME.search(label) is None and canonical_system(system) in ("loinc", "snomed"):
        return None
    if topic == "dpyd":
        return topic
    if topic == "receptor" and canonical_system(system) in ("loinc", "snomed"):
        return "mislabelled-receptor"
    return topic if canonical_system(system) not in ("loinc", "snomed") else None


@remembered(maxsize=8192)
def _topic_of_unknown_codes(labelled: tuple[tuple[str | None, str | int | None, str | None], ...]) -> Topic | None:
    """The same for several codes, in whatever order: one that we know to be something else outweighs every label (trap 12)."""
    if any(meanings_of_code(system, code) for system, code, _ in labelled):
        return None
    found = {_topic_of_unknown_code(*one) for one in labelled}
    if "receptor" in found and not any(label and HER2_NAME.search(label) for _, _, label in labelled):
        return "receptor" if not any(canonical_system(system) in ("loinc", "snomed") for system, _, _ in labelled) else None
    if "receptor" in found and any(canonical_system(system) in ("loinc", "snomed") for system, _, _ in labelled):
        return "mislabelled-receptor"
    if not found.isdisjoint(_OF_PLAIN_LABELS) and any(canonical_system(system) in ("loinc", "snomed") for system, _, _ in labelled):
        return None
    return next((topic for topic in _TOPICS_OF_LABELS if topic in found), None)


#: Topics of labels so plain that an unknown code of LOINC or SNOMED CT beside them may mean another material, fraction or time.
_OF_PLAIN_LABELS: Final = frozenset({"lab", "body", "disease-status"})
#: The topics that labels tell, those that count for more first.
_TOPICS_OF_LABELS: Final[tuple[Topic, ...]] = (
    "mislabelled-receptor", "receptor", "lvef", "dpyd", "pregnancy", "performance", "disease-status", "lab", "body",
)  # fmt: skip


def _topic_of_words(label: str) -> Topic | None:
    if _DPYD.search(label):
        return "dpyd"
    if asks_for_pregnancy(label) is not None:
        return "pregnancy"
    if lab_named(label) is not None:
        return "lab"
    if measure_named(label) is not None:
        return "body"
    if _NOT_TISSUE.search(label):
        return None
    if hormone_receptor_in(label) is not None:
        return "receptor"
    return next((topic for pattern, topic in _WORDS if pattern.search(label)), None)
