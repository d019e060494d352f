"""Who declines a therapy: the patient, or who is to pay for it; and what only gets worse when it "declines"."""

from __future__ import annotations

from typing import Final

_PAYER: Final = r"(?:insur(?:ance|er)|pay[eo]r|(?:(?:health|insurance) )?plan\b|(?:insurance )?carrier|medicare|medicaid)"
_PAYERS: Final = ("insurance", "insurance company", "insurer", "payer", "payor", "health plan", "medicare", "medicaid")
_NO: Final = r"(?:declin|refus|reject|den(?:y|ie[ds]))"

#: What gets worse when it declines: "functional decline", "performance status is declining". Nobody refuses anything there.
_STATES: Final = (
    "performance", "status", "ps", "ecog", "kps", "function", "functional", "functionally", "clinical", "clinically", "cognitive",
    "cognition", "physical", "physically", "general", "overall", "health", "condition", "neurologic", "neurological", "mobility",
    "strength", "weight",
)  # fmt: skip
_PACES: Final = ("rapid", "rapidly", "steady", "steadily", "gradual", "progressive")
_LINKS: Final = ("", "is ", "was ", "has ", "has been ", "rapidly ")

#: Lookbehinds, which need fixed widths; they stand behind the stem, so that they are tried only where it is.
_NOT_ITSELF: Final = "".join([rf"(?<!\b{declining} {link}declin)" for declining in (*_STATES, *_PACES) for link in _LINKS])
_NOT_A_PAYER: Final = "".join([rf"(?<!\b{payer} {link}{no})" for payer in _PAYERS for link in ("", "has ") for no in ("declin", "refus")])
_NO_REFUSAL: Final = rf"e (?:in|of)\b|ing (?:{'|'.join(_STATES)}|renal|kidney|liver|lung)\b|[a-z]* (?:{'|'.join(_PACES)})\b"

#: A no of the patient, or of nobody who is named.
REFUSED: Final = rf"(?:refus|declin{_NOT_ITSELF}(?!{_NO_REFUSAL})){_NOT_A_PAYER}(?![a-z]* by (?:(?:the|her|his|patient's) )?{_PAYER})"
#: A no of the insurer.
REFUSED_BY_PAYER: Final = (
    rf"{_NO}[a-z]* by (?:(?:the|her|his|patient's) )?{_PAYER}|{_PAYER}(?: company)? (?:has )?{_NO}|prior auth[a-z]* (?:was )?{_NO}"
)
