"""What a Condition calls a pregnancy, or the menopause, and a result its question for one, where no code that we know says it.

A pregnancy on the problem list is read by words as heart and lung disease are: many EHRs keep it as text, or under one of the hundred codes
of its supervision and its complications. What is over, lost, wished for or only tested is none.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from fhir_mappings.denial import Passage
from fhir_mappings.remembered import remembered

_PREGNANCY: Final = re.compile(r"(?<!non-)(?<!non)\bpregnan(?:t|cy)\b|\bgravid\b")
#: Words beside which a pregnancy is another's, over, hoped for or feared, or part of the name of something else.
_ANOTHER: Final = re.compile(
    r"ectopic|tubal|\bmolar\b|\bmole\b|\bfalse\b|pseudo|phantom|\bloss\b|miscarr|abort|terminat|post-?partum|puerper|deliver|childbirth|"
    r"histor|\blast pregnan|\bpast\b|previous|\bprior\b|\b(?:to|become|becoming|get|getting) pregnan|sequela|late effect|"
    r"\b(?:after|since|following|before|between) (?:the |a |her )?pregnan|\b(?:post|pre)-?pregnan|"
    r"pregnan[a-z]+[- ](?:associated|induced|related|test|status|plan|wish|intent|desire|counsel|prevent|rate|risk)|"
    r"\b(?:risk|prevention|fear|mask|possibility|intention|desire|wish) (?:of|for) |"
    r"\b(?:plan|want|wish|desir|hop|try)(?:s|es|ing|ning|e)?\b|"
    r"contracep|fertility|counsel|\b(?:partner|wife|daughter|donor)"
)
#: A cancer "of pregnancy" is found up to a year after it, and stays on the list: beside a tumour only the words of the second pattern tell
#: of a pregnancy that goes on.
_TUMOUR: Final = re.compile(r"cancer|carcinoma|neoplasm|tumou?r")
_BESIDE_TUMOUR: Final = re.compile(r"\b(?:affecting|complicating) (?:(?:this|the|current) )?pregnan|\bpregnancy complicated by\b")
#: What was before is another matter than the pregnancy that is named first: "pregnancy with history of infertility".
_HISTORY_BESIDE: Final = re.compile(
    r"[ ,;(](?:(?:with|and|due to|because of|a|an|other|poor|personal|past|obstetric|reproductive) )*+"
    r"(?:history of|hx of|h/o) (?!pregnan)(?=\w).*"
)
_KIND = (
    r"normal|(?:early|late)(?: stage of)?|twin|triplet|multiple|singleton|teenage|adolescent|unplanned|unintended|unexpected|unwanted|"
    r"intrauterine|viable|single|live|current|ongoing|confirmed|new|ivf|(?:high|low)[- ]risk"
)
_SINCE = (
    r"(?:ga|at|in|of|with|first|second|third|1st|2nd|3rd|\d{1,2}(?:[+/.]\d)?|weeks?|wks?|wk|w|d|days?|months?|"
    r"trimester|gestation(?:al age)?|unspecified|one|fetus|foetus|twins|resulting|from|ivf)\b|"
    r"(?:edd|edc|due)(?: date)?(?: on)?[ :]*+[\d/.-]++"
)
#: The whole label is a pregnancy, said once or, as text and display, again; "age at first pregnancy" or "advised against" are not.
_WHOLE: Final = re.compile(
    rf"\A(?:(?:(?:(?:patient|pt|she|is|currently|an?|{_KIND})[ ,]++)*+(?:pregnan(?:t|cy)(?: state)?|gravid)"
    rf"(?:[ ,:(-]++(?:incidental|active|now|known|woman|female|patient|finding|disorder|{_KIND}|{_SINCE}))*+)[ ,;:).]*+)++\Z"
)
#: How far it has come tells of one that goes on, whatever else is said.
_GOES_ON: Final = re.compile(r"trimester|\d (?:weeks?|wks?|months?) (?:of )?(?:gestation|pregnan)|\bsupervision of\b")
#: A complication may stand on the list for long.
_COMPLICATED: Final = re.compile(
    r"\b(?:affecting|complicating|in|during) (?:(?:this|the|current) )?pregnan|"
    r"(?:cholestasis|emesis|vomiting|nausea|diabetes|hypertension) of pregnan|\bpregnancy of unknown (?:anatomic )?location"
)
_POSITIVE_TEST: Final = re.compile(
    r"\bpregnancy test[:,]? (?:was |is |result[:,]? )*positive\b|"
    r"\bpositive (?:(?:home|urine|serum|blood|rapid|poc|qualitative|quantitative|hcg) )*+pregnancy test\b"
)

_WAYS = (
    r"(?:poc|point[ -]of[ -]care|urine|ur|serum|plasma|blood|rapid|beta|b|qual(?:itative)?|quant(?:itative)?|total|human|status|test|"
    r"screen|result|current|is|the|patient)\b"
)
#: The whole label of a question for pregnancy, or of a test for it; "pregnancy test ordered" and "hCG tumour marker" are others.
_ASKED: Final = re.compile(
    rf"\A(?:{_WAYS}[ ,:/-]++)*+(?:pregnancy|pregnant|hcg|chorionic gonadotropin|choriogonadotropin)\b"
    rf"(?:[ ,:/(-]++(?:hcg\b|{_WAYS}))*+[ ):?]*+"
)
_TEST: Final = re.compile(r"\b(?:test|screen|poc|point|urine|ur|serum|plasma|blood|rapid)\b|hcg|gonadotropin")

_MENOPAUSE: Final = re.compile(
    r"(post|pre|peri)[- ]?menopausal(?: (?:state|status|woman|female|patient))?(?:,? \(?(?:finding|disorder|unspecified)\)?)?"
)
_STATUSES: Final[dict[str, Literal["premenopausal", "perimenopausal", "postmenopausal"]]] = {
    "pre": "premenopausal", "peri": "perimenopausal", "post": "postmenopausal",
}  # fmt: skip


#: Both ovaries are gone, by an operation. One of them, the womb, or an operation that is only spoken of is another matter.
_REMOVAL: Final = r"(?:salping\w*[ -]?)?(?:oophorectom|ovariectom)"
_OVARIES: Final = re.compile(
    rf"\b(?:bilateral|both)[ -](?:(?:laparoscopic|robotic|open|prophylactic|risk[ -]reducing)[ -])*+{_REMOVAL}|"
    rf"{_REMOVAL}\w*+,? \(?(?:bilateral|both)\b|\bbso\b|"
    r"\babsence of (?:both ovaries|ovar(?:y|ies),? \(?bilateral)|\bsurgical(?:ly induced)? menopause\b"
)
_NOT_REMOVED: Final = re.compile(
    r"discuss|declin|refus|plan|schedul|consider|counsel|consult|referral|evaluat|candidate|cancel|defer|postpone|offer|request|wait|"
    r"family|mother|sister|unilateral|congenital|before|prior to|not (?:done|performed)"
)


@remembered(maxsize=1024)
def names_both_ovaries_removed(label: str) -> bool:
    """Whether a label says that both ovaries were removed: "Bilateral salpingo-oophorectomy", "Acquired absence of both ovaries"."""
    passage = Passage(label)
    return passage.is_so(_OVARIES) and _NOT_REMOVED.search(passage.text) is None


@remembered(maxsize=1024)
def pregnancy_named(label: str) -> Literal["pregnant", "possible"] | None:
    """The pregnancy that the label of a Condition names; one that is suspected or complicates something, or a positive test, is `possible`.

    A label that only speaks of pregnancy ("to be avoided", "at age 35") names none: a card at each visit would be wrong.
    """
    passage = Passage(label)
    text = passage.text
    if _POSITIVE_TEST.search(text) and "denied" not in passage.standings(_POSITIVE_TEST):
        return "possible"
    standings = passage.standings(_PREGNANCY)
    present = _HISTORY_BESIDE.sub("", text)
    text = present if _PREGNANCY.search(present) is not None else text
    if standings.isdisjoint({"asserted", "suspected"}) or _ANOTHER.search(text) is not None:
        return None
    if _TUMOUR.search(text) is not None and _BESIDE_TUMOUR.search(text) is None:
        return None
    if "asserted" in standings and (_WHOLE.fullmatch(text) or _GOES_ON.search(text)):
        return "pregnant"
    return "possible" if "suspected" in standings or _COMPLICATED.search(text) or _BESIDE_TUMOUR.search(text) else None


@remembered(maxsize=4096)
def asks_for_pregnancy(label: str) -> Literal["status", "test"] | None:
    """Whether a result is called the pregnancy status, or a pregnancy test, and nothing else."""
    low = " ".join(label.lower().split())
    if not any(word in low for word in ("pregnan", "hcg", "gonadotropin")) or _ASKED.fullmatch(low) is None:
        return None
    return "test" if _TEST.search(low) else "status"


@remembered(maxsize=1024)
def menopause_named(label: str) -> Literal["premenopausal", "perimenopausal", "postmenopausal"] | None:
    """The menopausal status that the label of a Condition is, and nothing else: "postmenopausal bleeding" is a bleeding."""
    found = _MENOPAUSE.fullmatch(" ".join(label.lower().split()))
    return _STATUSES[found[1]] if found is not None else None
