"""What may stand in a site's file beside what the guideline reads from it (`guideline.site_file`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from guideline.knowledge_files import Path_
from guideline.site_file import Further
from service.sites.audience import SCHEMAS, audience_faults

_WORDS: Final = {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1, "uniqueItems": True}

#: Settings that each of several sites may have for itself, by the names of their fields. What a site's file does not say holds for all.
OF_A_SITE: Final = frozenset({
    "public_url", "profile", "jurisdiction", "cpt", "client", "detail", "medication_records", "fhir_hosts", "fhir_networks", "fhir_ca_file",
    "deadline_ms", "cors_origins", "jwt_audiences", "shadow", "timezone",
})  # fmt: skip

#: So begin the settings of the SMART app, which each site registers with its own EHR; but all sites keep sessions in one store.
_SMART: Final = "smart_"
_OF_THE_DEPLOYMENT: Final = frozenset({"smart_key"})


def is_of_a_site(setting: str) -> bool:
    """Whether each of several sites may have this setting for itself."""
    return setting in OF_A_SITE or (setting.startswith(_SMART) and setting not in _OF_THE_DEPLOYMENT)


def _faults(said: Mapping[str, Any]) -> Iterator[tuple[Path_, str]]:
    # The rule book is loaded only where something has to be compared with it.
    from guideline.knowledge_base import rule_book  # noqa: PLC0415

    return audience_faults(said, rule_book())


#: The file of `HER2CDS_SITE`: everything else is set by variables.
ONE_SITE: Final = Further(SCHEMAS, _faults)


def one_of_several(settings: Iterable[str]) -> Further:
    """The file of one of several sites, with those of the `settings` that are of a site. What these say is for the settings class."""
    own = {name: True for name in settings if is_of_a_site(name)}
    return Further({"issuers": _WORDS, "tenants": _WORDS, **SCHEMAS, **own}, _faults)
