"""SMART scopes, version 1 (`patient/Observation.read`) and 2 (`patient/Observation.rs`): what is granted, and what a token may do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

#: Granted as they are asked for; the demo knows neither refresh tokens nor several patients at once.
_PLAIN: Final = frozenset({"openid", "fhirUser", "profile", "launch", "launch/patient"})

#: CAUTION: in version 2 the letters stand in this order only. A query (`?category=...`) is not granted.
_DATA: Final = re.compile(r"(patient|user)/([A-Z][A-Za-z]*|\*)\.(read|write|\*|c?r?u?d?s?)")

#: The only resource that may be written.
WRITABLE: Final = "QuestionnaireResponse"


def granted(asked: str, kinds: Iterable[str]) -> str:
    """Those scopes of a request that the demo grants: reading what it holds, and writing answers to a questionnaire."""
    held = set(kinds)
    return " ".join(dict.fromkeys(scope for scope in asked.split() if scope in _PLAIN or _is_granted(scope, held)))


def _is_granted(scope: str, held: set[str]) -> bool:
    parts = _DATA.fullmatch(scope)
    if parts is None or not parts[3] or (parts[2] != "*" and parts[2] not in held):
        return False
    return parts[2] in ("*", WRITABLE) or not _writes_only(parts[3])


def _writes_only(acts: str) -> bool:
    return acts == "write" or not set(acts) & set("rs*")


def may(scopes: str, act: str, kind: str) -> bool:
    """Whether scopes let their holder do `act` (`r` read, `s` search, `c` create) with resources of this kind."""
    matches = (_DATA.fullmatch(scope) for scope in scopes.split())
    return any(parts is not None and parts[2] in (kind, "*") and _covers(parts[3], act) for parts in matches)


def _covers(acts: str, act: str) -> bool:
    if acts == "*":
        return True
    if acts in ("read", "write"):
        return (act in "rs") == (acts == "read")
    return act in acts
