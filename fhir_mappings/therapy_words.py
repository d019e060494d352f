"""Why a therapy was stopped and with what intent it was given, where a person wrote it instead of a code.

Only clear words count. A sentence that denies a reason ("no progression") is not that reason.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from guideline.case import StopReason

_DENIED = r"(?:no|not|without|absence of|denies|ruled out)(?: evidence of| sign of| signs of| documented)?[ -]+(?:\w+ )?"

#: In order: the reason that explains most stands first where a text gives several ("progression, also neuropathy").
_REASON_WORDS: tuple[tuple[str, StopReason], ...] = (
    (r"progress(?:ion|ive|ed|ing)?\b(?!ion[- ]free)|\bpd\b|no (?:longer )?respon|non-?respon|treatment failure|lack of (?:response|efficacy|effect)|"
     r"ineffective|refractory|disease worsen|worsening (?:of )?disease|relapse", "progression"),
    (r"\bild\b|pneumonitis|interstitial lung|lung toxicity|pulmonary toxicity", "lung"),
    (r"lvef|ejection fraction|cardiac|cardiotox|heart failure|cardiomyopath|left ventric", "cardiac"),
    (r"pregnan", "pregnancy"),
    (r"hospice|comfort care|end of life|best supportive care", "hospice"),
    (r"\bdeath\b|\bdied\b|deceased", "death"),
    (r"toxic|intoleran|not tolerated|untolerated|adverse|side[ -]?effect|reaction|neuropath|neutropeni|thrombocytopeni|diarrh|hepatotox|rash|anaphyla|"
     r"hypersensitiv|poorly tolerated|grade [2-4]", "toxicity"),
    (r"(?:chemo(?:therapy)?|treatment|therapy|course|regimen|planned|all|adjuvant|cycles?)[\w ,/-]{0,30} (?:complete[d]?|finished|done)\b|"
     r"complet(?:ed|ion) (?:of )?(?:\w+ ){0,3}(?:treatment|therapy|course|chemo|cycles|regimen|trial)|^\s*complete[d]?\s*$|end of (?:planned )?(?:treatment|therapy)",
     "completed"),
    (r"patient(?:'s)? (?:wish|prefer|request|choice|decision|refus|declin)|refus|declin|(?:by|own) (?:choice|request)", "patient-wish"),
    (r"not available|unavailab|\bcosts?\b|insurance|financ|coverage|shortage|supply|not covered|denied by", "unavailable"),
)  # fmt: skip
_REASONS: tuple[tuple[re.Pattern[str], StopReason], ...] = tuple((re.compile(pattern), reason) for pattern, reason in _REASON_WORDS)


@lru_cache(maxsize=1024)
def stop_reason_in(text: str) -> StopReason | None:
    """The reason that words give for stopping or holding a therapy; `None` when they give none of ours."""
    low = " ".join(text.lower().split())
    for pattern, reason in _REASONS:
        for found in pattern.finditer(low):
            if not re.search(_DENIED + r"$", low[: found.start()]):
                return reason
    return None


_CURATIVE = re.compile(r"\b(?:neo-?)?adjuvant\b|\bcurative\b(?! intent not)|\bperi-?operative\b|\bpre-?operative\b|\bpost-?operative (?:therapy|treatment|chemo)")
_PALLIATIVE = re.compile(
    r"\bpalliative\b|\bmetastatic (?:setting|disease|breast|line|therapy|treatment)|\bfor metasta|^metastatic$|\b(?:1st|2nd|3rd|first|second|third)[- ]line metastatic"
)
_NOT_CURATIVE = re.compile(
    r"(?:after|since|following|prior|previous|past|failed|status post|s/p|history of|relapse\w* (?:on|after)|no)[\w ,+/-]{0,24} (?:neo-?)?adjuvant|"
    r"(?:not|non)[- ]?(?:curative|adjuvant)"
)


@lru_cache(maxsize=1024)
def intent_in(text: str) -> Literal["curative", "palliative"] | None:
    """The intent that words state: (neo)adjuvant is curative; both, or a look back at earlier therapy, is no statement."""
    low = " ".join(text.lower().split())
    curative = _CURATIVE.search(low) is not None and _NOT_CURATIVE.search(low) is None
    palliative = _PALLIATIVE.search(low) is not None
    if curative == palliative:
        return None
    return "curative" if curative else "palliative"
