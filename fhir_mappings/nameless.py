"""Records of a drug, or of a disease, of which nobody can tell which: masked, withheld, or not there.

A record of a drug that is not ours says that it was another drug. One without a name says nothing, and may have been any drug.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from fhir_mappings.coded import CodingTriple
from fhir_mappings.resources import Resource

#: Code systems whose codes say why there is no code.
_WHY_NOT: Final = ("data-absent-reason", "v3-NullFlavor")

#: What servers write in place of a name that they may not tell.
_WITHHELD: Final = re.compile(
    r"[\W_]*+(?:(?:data|information|medication|condition|diagnosis|problem|masked|redacted|withheld|restricted|sensitive)[\W_]++)*+"
)

#: Security labels of a resource that lacks something, or has it blotted out.
_LABELS: Final = (b'"MASKED"', b'"REDACTED"')


def names_nothing(codings: Iterable[CodingTriple], text: str | None) -> bool:
    """Whether neither a code nor a word says which medication, or which disease, it is."""
    return not _is_word(text) and not any(_is_name(coding) for coding in codings)


def _is_name(coding: CodingTriple) -> bool:
    system, code, display = coding
    if (system or "").endswith(_WHY_NOT):
        return False
    return _is_word(display) or any(map(str.isalnum, code or ""))


def _is_word(text: str | None) -> bool:
    return any(map(str.isalpha, text or "")) and _WITHHELD.fullmatch(f"{text} ".lower()) is None


def is_masked(resource: Resource) -> bool:
    """Whether the server says that it hid something of this resource."""
    meta = bytes(resource.meta)
    return any(label in meta for label in _LABELS)
