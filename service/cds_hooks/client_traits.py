"""Which EHR calls, and what it does with cards: known by the request, or set by the site (`HER2CDS_CLIENT`, `HER2CDS_DETAIL`).

Only Epic names itself in a request. What is known of the others, and how well, stands in `docs/integration.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from cards.context import AS_SPECIFIED, ClientTraits
from service.settings import Settings

#: What the EHRs do with cards, by the names of `HER2CDS_CLIENT`.
TRAITS: Final[Mapping[str, ClientTraits]] = {
    "epic": ClientTraits(only_create_delete=True, codes_by_oid=True, plain_text=True),
    "oracle-health": ClientTraits(no_suggestions=True),
    "athenahealth": ClientTraits(one_suggestion=True),
    "generic": AS_SPECIFIED,
}

#: How the members of Epic's request extension begin.
_EPIC: Final = ("com.epic.cdshooks.", "internal.epic.")


def traits_of(envelope: Mapping[str, Any], settings: Settings) -> ClientTraits:
    """The traits of the client that sent a request, as far as its envelope and the settings tell."""
    named = settings.client
    traits = TRAITS["epic" if named == "auto" and _is_epic(envelope) else "generic" if named == "auto" else named]
    return traits if settings.detail == "auto" else replace(traits, plain_text=settings.detail == "plain")


def _is_epic(envelope: Mapping[str, Any]) -> bool:
    extension = envelope.get("extension")
    return isinstance(extension, dict) and any(name.startswith(_EPIC) for name in extension)
