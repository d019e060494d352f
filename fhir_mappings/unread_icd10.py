"""Diseases under an ICD-10 that is not read: that of the WHO, and those of other countries (ICD-10-GM, ICD-10-AM).

Their codes look like those of ICD-10-CM and are not theirs, so only words beside them tell what they mean. Where these say nothing, the
fact is lost: a tumour, heart failure, an interstitial lung disease, a pregnancy.
"""

from __future__ import annotations

import re
from typing import Final

from fhir_mappings.code_tables import canonical_system, icd10_key
from fhir_mappings.coded import CodingTriple

_ICD10: Final = re.compile(r"icd-?10", re.IGNORECASE)

#: What a code in any ICD-10 may be, and the kind of fact that is lost with it: a heart or lung disease that stops drugs; a pregnancy;
#: malignant tumours but those of the skin (C44), which are no other primary here either, and the carcinoma in situ of the breast.
_KINDS: Final = tuple(
    (re.compile(codes), subject)
    for codes, subject in (
        (r"C(?!44)\d\d.*+|D05.*+", "diagnosis"),
        (r"I(?:50|42).*+|I110.*+|I13[02].*+", "heart"),
        (r"J84.*+|J70[0-4].*+", "lung"),
        (r"O(?:09|[1-4]\d).*+|Z3[345].*+", "pregnancy"),
    )
)


def lost_with_icd10(codings: tuple[CodingTriple, ...]) -> str | None:
    """The kind of fact (`DataProblem.subject`) that a Condition in an ICD-10 other than ICD-10-CM is, by the look of its code; or none."""
    keys = [icd10_key(code) for system, code, _ in codings if _is_unread(system)]
    return next((subject for codes, subject in _KINDS for key in keys if codes.fullmatch(key)), None)


def _is_unread(system: str | None) -> bool:
    """Whether a system is an ICD-10 of the WHO or of another country; one that nobody knows by its name is not."""
    known = canonical_system(system)
    return known == "icd10" or (known is None and system is not None and _ICD10.search(system) is not None)
