"""Whether the cards of a call lead to the app: where the EHR that calls is one that may launch it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cards.context import AppLaunch
from service.settings import Settings
from service.smart.clients import client_of

#: Ids of calls are UUIDs; what is longer is left out.
_LONGEST: Final = 100


def app_launch(envelope: Mapping[str, Any], settings: Settings) -> AppLaunch | None:
    """How the app is opened from the cards of a request; `None` where its `fhirServer` is not that of an EHR which may launch it.

    A client that does not say which FHIR server it has could be any: the app would only tell it that it is not registered.
    """
    if client_of(settings.smart_clients, envelope.get("fhirServer")) is None:
        return None
    call = envelope.get("hookInstance")
    return AppLaunch(f"{settings.base_url}/smart/launch", call if isinstance(call, str) and len(call) <= _LONGEST else "")
