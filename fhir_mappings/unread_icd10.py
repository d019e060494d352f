"""Tumours under an ICD-10 that is not read: that of the WHO, and those of other countries (ICD-10-GM, ICD-10-AM).

Their codes look like those of ICD-10-CM and are not theirs, so only words beside them tell what they mean. Where these say nothing, the
diagnosis is lost.
"""

from __future__ import annotations

import re
from typing import Final

from fhir_mappings.code_tables import canonical_system, icd10_key
from fhir_mappings.coded import CodingTriple

_ICD10: Final = re.compile(r"icd-?10", re.IGNORECASE)

#: Malignant tumours but those of the skin (C44), which are no other primary here either, and the carcinoma in situ of the breast.
_TUMOUR: Final = re.compile(r"C(?!44)\d\d.*+|D05.*+")


def is_unread_tumour(codings: tuple[CodingTriple, ...]) -> bool:
    """Whether a Condition is coded as a malignant tumour in an ICD-10 that is not ICD-10-CM."""
    return any(_is_unread(system) and _TUMOUR.fullmatch(icd10_key(code)) for system, code, _ in codings)


def _is_unread(system: str | None) -> bool:
    """Whether a system is an ICD-10 of the WHO or of another country; one that nobody knows by its name is not."""
    known = canonical_system(system)
    return known == "icd10" or (known is None and system is not None and _ICD10.search(system) is not None)
