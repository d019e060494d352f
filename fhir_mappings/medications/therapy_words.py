"""Why a therapy was stopped and with what intent it was given, where a person wrote it instead of a code.

Only clear words count. A sentence that denies a reason ("no progression") is not that reason.
"""

from __future__ import annotations

import re
from typing import Literal

from fhir_mappings.ctcae import grades_in
from fhir_mappings.denial import SO, Passage, Standing
from fhir_mappings.medications.refusal_words import REFUSED, REFUSED_BY_PAYER
from fhir_mappings.remembered import remembered
from fhir_mappings.tumour.growth_words import PROGRESSION_LETTERS, SIGNS_OF_GROWTH, WHERE, worsening_in
from guideline.case import StopReason

_FALL = r"drop|decline|fall|decrease|reduction"
_HIGH = r"\b(?:elevated|raised|rising|increas(?:ed|ing)|high|abnormal)"
_LIVER_TEST = r"\b(?:lfts?|alt|ast|bilirubin|transaminases?|liver (?:enzymes?|function(?: tests?)?|tests?))\b"
_TUMOUR = r"(?:tumou?rs?|metastas[ei]s|mets|lesions?)"
_CHILD = r"(?:(?:become |get )?pregnan|conceive|conception|child|baby)"
#: In order: the reason that explains most stands first where a text gives several ("progression, also neuropathy").
_REASON_WORDS: tuple[tuple[StopReason, tuple[str, ...]], ...] = (
    (
        "progression",
        (
            r"progress(?:ion|ive|ed|ing)?\b",
            PROGRESSION_LETTERS,
            r"\b(?:no|not) (?:longer )?respon|non-?respon|lack of (?:response|efficacy|effect)",
            r"treatment failure|ineffective|refractory|relapse",
            rf"\b{_TUMOUR} (?:(?:is|are|was|were|has|have|been|again|slowly|rapidly) ){{0,3}}(?:gr(?:owing|ew|own)|increas|enlarg)",
            r"\btumou?r growth|progredien|\bprogr\.",
            rf"disease worsen|worsening (?:of )?(?:disease|{WHERE}{{0,4}}(?:lesion|metasta|mets?\b))",
            # Not "no further benefit expected", as the end of a planned chemotherapy is explained.
            r"(?:no|lack of|loss of|absence of|without) clinical benefit|no longer (?:deriving |having )?(?:any |clinical )*benefit",
        ),
    ),
    ("lung", (r"\bild\b", r"pneumonitis|interstitial lung", r"(?:lung|pulmonary) toxicity")),
    (
        "cardiac",
        (
            rf"(?:(?:{_FALL}|change)s? (?:in|of) (?:the )?)?(?:lvef|ejection fraction|left ventric)",
            r"cardiac|cardiotox|cardiomyopath|heart failure",
            rf"(?:{_FALL})s? (?:in|of) (?:the )?ef\b|\b(?:low|reduced|decreas(?:ed|ing)|declin(?:ed|ing)|falling|dropping) ef\b",
            # A number below 50 alone is a reason, one above it none.
            rf"\bef\b:? (?:(?:has|had|is|was|now|to) ){{0,2}}(?:{_FALL}|declin|fell|(?:[<=] ?)?[1-4]\d\b)",
        ),
    ),
    # A pregnancy that is wished for is the patient's wish to stop: nobody is pregnant.
    (
        "patient-wish",
        (
            rf"(?:wish|want|desir|hop|plan|try|trie)(?:es|s|e|ed|ing|ning)? (?:to |for |a |her |of |future ){{0,3}}{_CHILD}",
            r"pregnancy (?:wish|desire|plan|intent)|family planning|child wish",
        ),
    ),
    ("pregnancy", (r"pregnan",)),
    ("hospice", (r"hospice|comfort care|end of life|best supportive care",)),
    ("death", (r"\bdeath\b|\bdied\b|deceased",)),
    (
        "toxicity",
        (
            r"toxic|intolera(?:n|b)|(?:not|n'?t|no longer|unable to|hard to) tolerat|untolerated|poor(?:ly)? tolera",
            # A reaction where the needle was is one to the route: the same antibodies go on by vein.
            r"adverse|side[ -]?effect|(?<!site )reaction|anaphyla|hypersensitiv|grade [2-4]",
            r"neuropath|cytopeni|(?:neutro|thrombo|leu[ck]o|lympho)peni|diarrh|hepatotox|rash|mucositis|stomatitis",
            r"hyperbilirubin|\b(?:severe|recurrent) (?:bleed|epistaxis|ha?emorrhag)|\bsepsis|capillary leak|fluid retention",
            r"\bren(?:al|al function) (?:failure|toxicity)|kidney failure|renal function (?:worsen|declin)",
            r"palmar-?plantar|palmoplantar|hand[- ](?:and[- ])?foot|\bppe\b",
            r"low (?:blood )?(?:platelet|counts|neutrophil)",
            rf"transaminit|{_HIGH} {_LIVER_TEST}|(?:elevation|increase|rise)s? (?:in|of) (?:the )?{_LIVER_TEST}",
            rf"{_LIVER_TEST} (?:{_HIGH}|elevation|increase|rise)|(?<!< )(?<![<.\d])(?:[2-9]|\d\d)(?:\.\d+)? ?(?:x|times) (?:the )?uln\b",
        ),
    ),
    (
        "completed",
        (
            r"(?:chemo|chemotherapy|treatment|therapy|course|regimen|planned|all|adjuvant|cycles?)[\w ,/-]{0,30} (?:completed?|done)\b",
            r"complet(?:ed|ion) (?:of )?(?:\w+ ){0,3}(?:treatment|therapy|course|chemo|cycles|regimen|trial)",
            r"^\s*completed?\s*$|end of (?:planned )?(?:treatment|therapy|chemo)",
            # Not "ended at the patient's request": a reason that follows is the reason.
            r"(?:chemo|chemotherapy|taxane|docetaxel|paclitaxel) (?:is |was )?(?:finished|ended|over)\b(?! (?:at|because|by|due|for)\b)",
        ),
    ),
    # Complaints of many patients who complete what was planned: "completed 6 cycles, some fatigue" is a completion.
    ("toxicity", (r"(?<!mild )(?<!minimal )(?<!slight )(?<!treatment )(?:nausea|vomit|fatigue)",)),
    # Pneumonitis by what the image shows, where nothing else explains it.
    ("lung", (r"ground[- ]glass|\bggos?\b|alveolitis|(?:lung|pulmonary) (?:infiltrat|opacit)",)),
    (
        "patient-wish",
        (
            r"(?:patient|\bpt)(?:'s)? (?:wish|prefer|request|choice|decision)",
            REFUSED,
            r"(?:by|own) (?:choice|request)",
        ),
    ),
    (
        "unavailable",
        (
            r"not available|unavailab|shortage|supply",
            r"\bcosts?\b|insurance|\binsurer|financ|coverage|not covered|denied by",
            REFUSED_BY_PAYER,
        ),
    ),
)
_REASONS: tuple[tuple[re.Pattern[str], StopReason], ...] = tuple((re.compile("|".join(words)), reason) for reason, words in _REASON_WORDS)


#: Harm that is only suspected is a reason to stop; a progression that is only suspected has not been found.
_SUSPICION_SUFFICES = frozenset({"lung", "cardiac", "toxicity", "pregnancy"})
_SO_OR_SUSPECTED: frozenset[Standing] = SO | {"suspected"}


@remembered(maxsize=1024)
def stop_reason_in(text: str) -> StopReason | None:
    """The reason that words give for stopping or holding a therapy; `None` when they give none of ours."""
    passage = Passage(text)
    if not SO.isdisjoint(worsening_in(passage, SIGNS_OF_GROWTH) or ()):
        return "progression"
    for pattern, reason in _REASONS:
        enough = _SO_OR_SUSPECTED if reason in _SUSPICION_SUFFICES else SO
        if not enough.isdisjoint(passage.standings(pattern)):
            return reason
    return None


#: Nothing but these words may stand before it in its clause: "cycle 6 never given" and "stop date entered in error" say something else.
_ALL_OF_IT = (
    r"(?:^|(?<=[.,;:()/])|(?<=[.,;:()/] )|(?<= - ))"
    r"(?:(?:the|this|patient|pt|she|it|was|were|has|had|been|but|and|order|drug|medication|therapy|treatment) )*+"
)
#: So ends such a clause: "never started cycle 2" and "ordered in error as weekly" say something else, "never started?" asks.
_AND_NO_MORE = r"(?= ?(?:$|[.,;:()/-])| (?:due|because|owing|since|by|per)\b)"
_NEVER_GIVEN = re.compile(
    rf"{_ALL_OF_IT}(?:"
    r"never (?:been )?(?:started|given|taken|received|administered|begun|initiated|infused|dispensed|filled)"
    r"(?: (?:it|(?:the )?(?:drug|medication|therapy|treatment)))?|not started|no doses? (?:was |were )?(?:ever )?given|"
    r"(?:cancell?ed|stopped|discontinued|withdrawn|withdrew|declined|refused|died)(?: by (?:the )?\w+)? (?:before|prior to) "
    r"(?:any|(?:(?:the|her) )?(?:first|1st|initial)) (?:dose|infusion|administration|cycle)(?: (?:was )?(?:given|administered))?|"
    r"(?:entered|ordered|created|placed|documented|charted|recorded) (?:in|by) (?:error|mistake)|"
    r"duplicated?(?: (?:order|entry|record|request|prescription))?"
    rf"){_AND_NO_MORE}|"
    r"^(?:(?:order|ordering|order entry|data entry|entry|clerical|charting|documentation) )?error\.?$|^not (?:given|administered)\.?$"
)


@remembered(maxsize=1024)
def is_never_given(text: str) -> bool:
    """Whether the reason of a stop says that nothing was ever given: never started, a duplicate, an error, cancelled in time."""
    return _NEVER_GIVEN.search(Passage(text.strip()).text) is not None


#: What was done to an order while the therapy goes on: it was written anew, or its dose was given.
_OF_THE_ORDER = re.compile(
    r"\A(?:(?:the|this|by|with|by a|a|an|of|in|new|another|medication|system|automatically|auto|was|has|been|due|to) )*+"
    r"(?:re-?order(?:ed)?|renew(?:al|ed)?|expired?|expiration|modified|modify|replaced|fulfilled|administered|dispensed|"
    r"(?:dose|dosage|dosing|order|strength|frequency|schedule|rate) (?:adjust\w*|chang\w*|modif\w*|updated?|reduc\w*)|"
    r"order (?:expired|completed|replaced|renewed|fulfilled|discontinued|written anew)|"
    r"(?:change|adjustment|modification) (?:of|in|to) (?:the )?(?:dose|dosage|dosing|order|strength|frequency|schedule))"
    r"(?: (?:by|with|as|to|under|for) (?:(?:a|the|new|next|another|other|different) )*+(?:order|cycle|dose|strength|one|system|protocol))?"
)


@remembered(maxsize=1024)
def is_of_the_order(text: str) -> bool:
    """Whether words tell of the order alone, and not of the therapy: "Reorder", "Dose adjustment", "Order expired"."""
    return _OF_THE_ORDER.fullmatch(Passage(text.strip(" .")).text) is not None


_BREATHING = re.compile(r"\bcough|dyspn|short(?:ness)? of breath|\bsob\b|breathless|hypox|respiratory symptom")


@remembered(maxsize=1024)
def is_of_breathing(text: str) -> bool:
    """Whether words give a cough or dyspnoea as the reason: under a drug that harms the lungs that is suspected pneumonitis."""
    return not _SO_OR_SUSPECTED.isdisjoint(Passage(text).standings(_BREATHING))


#: That which names the pneumonitis, not what an image shows.
_LUNG = next(pattern for pattern, reason in _REASONS if reason == "lung")
#: Other harm, and lung disease of another cause, to which a grade may belong as well.
_OTHER_HARM = re.compile(
    r"neuropath|neutropeni|cytopeni|diarrh|hepat|rash|fatigue|nause|vomit|mucosit|stomatit|palmar|hand[- ]foot|\bppe\b|transamin|\blfts?\b|"
    r"cardi|lvef|radiat|infect"
)


@remembered(maxsize=1024)
def lung_grade_in(text: str) -> int | None:
    """The CTCAE grade of the pneumonitis that words give as the reason of a stop, where it is the only harm and the only grade."""
    passage = Passage(text)
    if not passage.is_so(_LUNG) or _OTHER_HARM.search(passage.text) is not None:
        return None
    grades = grades_in(passage.text)
    return next(iter(grades)) if len(grades) == 1 else None


_CURATIVE = re.compile(r"\b(?:neo-?)?adjuvant\b|\bcurative\b|\b(?:peri|pre)-?operative\b|\bpost-?operative (?:therapy|treatment|chemo)")
_PALLIATIVE = re.compile(
    r"\bpalliative\b|\bmetastatic (?:setting|disease|breast|line|therapy|treatment)|\bfor metasta|^metastatic$|"
    r"\b(?:1st|2nd|3rd|first|second|third)[- ]line metastatic"
)
_LOOKS_BACK = re.compile(
    r"(?:after|since|following|prior|previous|past|failed|status post|s/p|history of|relapse\w{0,3} on|no)"
    r"[\w ,+/-]{0,24} (?:neo-?)?adjuvant|"
    r"(?:not|non)[- ]?(?:curative|adjuvant)"
)


@remembered(maxsize=1024)
def intent_in(text: str) -> Literal["curative", "palliative"] | None:
    """The intent that words state: (neo)adjuvant is curative; both, or a look back at earlier therapy, is no statement."""
    passage = Passage(text)
    curative = passage.asserts(_CURATIVE) and _LOOKS_BACK.search(passage.text) is None
    palliative = _PALLIATIVE.search(passage.text) is not None
    if curative == palliative:
        return None
    return "curative" if curative else "palliative"
