"""What a Condition may be about, told by its code in one look, so that each mapping reads only the few that concern it."""

from __future__ import annotations

import re
from typing import Literal

from fhir_mappings.code_tables import canonical_system, icd10_key
from fhir_mappings.coded import CodingTriple, meanings_of_code, triples, words
from fhir_mappings.denial import Passage
from fhir_mappings.remembered import remembered
from fhir_mappings.reproductive_names import pregnancy_named
from fhir_mappings.resources import Concept
from fhir_mappings.symptom_names import symptoms_coded, symptoms_named
from fhir_mappings.toxicity_names import toxicity_named
from fhir_mappings.tumour.tumour_claims import claims_of_code, claims_of_words

ConditionTopic = Literal[
    "tumour", "heart", "lung", "pregnancy", "menopause", "hospice", "neutropenia", "toxicity", "symptom", "allergy", "dpyd"
]  # fmt: skip

_TOPICS: dict[str, ConditionTopic] = {
    "cond.heart_failure": "heart",
    "cond.cardiomyopathy_lvsd": "heart",
    "cond.ild_pneumonitis": "lung",
    "cond.radiation_lung": "lung",
    "cond.febrile_neutropenia": "neutropenia",
    "obs.pregnancy": "pregnancy",
    "obs.menopause": "menopause",
    "proc.hospice": "hospice",
    "cond.hypersensitivity": "allergy",
}

_HEART = re.compile(r"heart|\bnyha\b|cardi|ventric|\blv\b|lvef|lvsd|\bchf\b|\bctrcd\b|ejection|\bhf(?:p|r|mr)?ef\b")
_LUNG = re.compile(
    r"pneumon|interstitial|(?:lung|pulmonary) toxic|\bild\b|fibros|alveolitis|post-?rt\b|induced (?:acute )?(?:lung|pulmonary)|"
    r"(?:lung|pulmonary) (?:disease|disorder|injury)s? due to"
)
_NEUTROPENIA = re.compile(r"neutropeni")
_PREGNANCY = re.compile(r"pregnan|\bgravid\b")
#: With it what ends the cycle at once: both ovaries removed.
_MENOPAUSE = re.compile(r"menopaus|oophorectom|ovariectom|absence of (?:both )?ovar|\bbso\b")
#: What is severe whatever severity is ticked beside it; most EHRs send how a reaction showed itself, and no severity.
SEVERE_BY_NATURE = re.compile(r"anaphyla|angio-?(?:neurotic o?)?o?edema|stevens-? ?johnson|\bsjs\b|epidermal necrolysis")
#: A reaction to an infusion is no allergy (R082).
_ALLERGY = re.compile(rf"allerg(?!ist|olog)|hypersensitiv\w*+(?! pneumon)|{SEVERE_BY_NATURE.pattern}")
_DPYD = re.compile(r"\bdpyd\b|\bdpd\b|dihydropyrimidine[\s-]dehydrogenase")
_HOSPICE = re.compile(r"\bhospice\b")
#: Hospice is spoken of, and not given.
_HOSPICE_TO_COME = re.compile(r"declin|refus|discuss|education|referr|consult|evaluat|discharg|volunteer|plan")
#: A label that asks about a disease, denies it, or is a relative's, as a whole: "breast cancer, r/o mets" is breast cancer, and so are
#: "breast cancer, mets ruled out" and "breast cancer; family history of ovarian cancer".
_ONLY_ASKED_ABOUT = re.compile(
    r"^\W*(?:rule[ -]?out|ruled[ -]out|r/o|screening for|encounter for screening|at risk (?:of|for)|risk of|"
    r"(?:concern|fear|worry|worries|anxiety) (?:for|of|about|regarding)|"
    r"no (?:known )?history of|family history|fhx?\b|mother with|sister with|query\b|\?)|"
    r"^\W*(?:no (?:clear |clinical |current )?(?:evidence|signs?|diagnosis|suspicion) of|negative for|absence of|denies)\b[^,;:]*$|"
    r"^[^,;]*\bfamily history\b|\bfamily history(?: of)?\W*$|\bin (?:mother|sister|daughter|aunt|grandmother|family)\b",
    re.IGNORECASE,
)
_ASKED_AT_THE_END = re.compile(r"\b(?:rule[ -]?out|ruled[ -]out|r/o|excluded|not confirmed)$", re.IGNORECASE)
#: What is looked for, guarded against or spoken of in heart and lungs is no disease of them, where the label says no more than that: "heart
#: failure screening", "ILD education", and not "cardiomyopathy, monitoring of LVEF".
_ONLY_WATCHED_FOR = re.compile(
    r"toxicity (?:monitoring|surveillance|screening|check)\W*\Z|\A[^,;:()]*\b(?:screening|education|counsell?ing|precautions)\W*\Z|"
    r"\A(?:(?:patient|pt|was|has|been|is|encounter|for) )*+"
    r"(?:counsell?ed|counsell?ing|educated|education|baseline ct|monitoring|surveillance) (?:about|on|regarding|for|of)\b"
)
_MARKS = " .,;:!?()[]-/"
_NOTHING: frozenset[ConditionTopic] = frozenset()
_NEUTROPENIA_ALONE: frozenset[ConditionTopic] = frozenset({"neutropenia"})
_SYMPTOM_ALONE: frozenset[ConditionTopic] = frozenset({"symptom"})


def condition_topics(code: Concept | None) -> frozenset[ConditionTopic]:
    """The topics of a Condition's code. Words count only where no coding is one that we know."""
    if code is None:
        return _NOTHING
    # The code of a symptom does not keep the words beside it from naming a disease: "dyspnea due to pneumonitis".
    topics, known = _SYMPTOM_ALONE if symptoms_coded(code) else _NOTHING, False
    for coding in code.coding:
        found = _topics_of_code(coding.system, coding.code)
        if found is not None:
            topics, known = topics | found, True
    if known:
        return topics
    if symptoms_named(code):
        topics |= _SYMPTOM_ALONE
    return topics | _topics_of_words(words(code)) | (_NEUTROPENIA_ALONE if neutropenia_and_fever(code) else _NOTHING)


def neutropenia_and_fever(code: Concept | None) -> frozenset[Literal["neutropenia", "fever"]]:
    """Which of the two a code says: neutropenia (D70), and fever in a disease classified elsewhere (R50.81).

    ICD-10-CM has no code of its own for febrile neutropenia: it is the two together, in one Condition or in two.
    """
    return _neutropenia_and_fever(triples(code))


@remembered(maxsize=4096)
def _neutropenia_and_fever(codings: tuple[CodingTriple, ...]) -> frozenset[Literal["neutropenia", "fever"]]:
    keys = [icd10_key(code) for system, code, _ in codings if code and canonical_system(system) == "icd10cm"]
    said: set[Literal["neutropenia", "fever"]] = set()
    if any(key.startswith("D70") for key in keys):
        said.add("neutropenia")
    if "R5081" in keys:
        said.add("fever")
    return frozenset(said)


@remembered(maxsize=4096)
def only_asked_about(label: str) -> bool:
    """Whether a label itself says that the disease was not found, only looked for, or is a relative's."""
    return _ONLY_ASKED_ABOUT.search(label) is not None or _asked_at_the_end(label)


def _asked_at_the_end(label: str) -> bool:
    """Whether a label of one part ends in "ruled out", "r/o" or a question mark that stands alone."""
    said = label.rstrip(_MARKS)
    cue = _ASKED_AT_THE_END.search(said)
    if cue is None and "?" not in label[len(said) + 1 :]:
        return False
    return not any(mark in said[: cue.start() if cue is not None else None].rstrip(_MARKS) for mark in (",", ";", ":", " - "))


@remembered(maxsize=16384)
def _topics_of_code(system: str | None, code: str | int | None) -> frozenset[ConditionTopic] | None:
    """The topics of one code, or `None` for a code that we do not know."""
    meanings = meanings_of_code(system, code)
    if not meanings:
        return None
    topics = {_TOPICS[concept] for concept, use in meanings if concept in _TOPICS and use != "look_alike"}
    return frozenset(topics | ({"tumour"} if claims_of_code(system, str(code)) else set()))


@remembered(maxsize=4096)
def _topics_of_words(label: str) -> frozenset[ConditionTopic]:
    topics: set[ConditionTopic] = set()
    if only_asked_about(label):
        return _NOTHING
    if claims_of_words(label):
        topics.add("tumour")
    if _ONLY_WATCHED_FOR.search(label) is None:
        if _HEART.search(label):
            topics.add("heart")
        if _LUNG.search(label):
            topics.add("lung")
    if _NEUTROPENIA.search(label):
        topics.add("neutropenia")
    if Passage(label).asserts(_HOSPICE) and not _HOSPICE_TO_COME.search(label):
        topics.add("hospice")
    if _PREGNANCY.search(label) and pregnancy_named(label) is not None:
        topics.add("pregnancy")
    if _MENOPAUSE.search(label):
        topics.add("menopause")
    if _ALLERGY.search(label):
        topics.add("allergy")
    if _DPYD.search(label):
        topics.add("dpyd")
    if toxicity_named(label) is not None:
        topics.add("toxicity")
    return frozenset(topics)
