"""How a browser is known again: one cookie for each launch under way, and one for each session.

A session has a cookie of its own name, so that the charts of two patients open side by side stay two sessions. The name ends with the
session's handle, which may stand in addresses; the value is the secret, which no script and no address ever holds.

Over https the cookies are `Secure`, bound to this very host (`__Host-`) and, since EHRs show apps in iframes, `SameSite=None` and
`Partitioned`: each EHR's page has them for itself. Over http, on loopback only, they are `SameSite=Lax`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from flask import Response, request

from service.smart.site import SmartSite

_LAUNCH, _SESSION = "her2cds-launch-", "her2cds-smart-"
_HANDLE: Final = re.compile(r"[0-9a-f]{16}")

#: More charts than anybody has open at once; the cookies of ended sessions beyond that are taken back.
MOST_SESSIONS: Final = 12


def keep_launch(site: SmartSite, response: Response, handle: str, secret: str, seconds: int) -> None:
    """Let the browser hold the secret of a launch."""
    _set(site, response, _LAUNCH + handle, secret, seconds)


def launch_secret(site: SmartSite, handle: str) -> str | None:
    """The secret of a launch; `None` where this browser did not begin it."""
    return request.cookies.get(_name(site, _LAUNCH + handle))


def drop_launch(site: SmartSite, response: Response, handle: str) -> None:
    """Take it back."""
    _set(site, response, _LAUNCH + handle, "", 0)


def keep_session(site: SmartSite, response: Response, handle: str, secret: str) -> None:
    """Let the browser hold the secret of a session until it is closed: on a shared machine the next user has none of it."""
    _set(site, response, _SESSION + handle, secret, None)


def session_secrets(site: SmartSite) -> Mapping[str, str]:
    """The secrets of the sessions in this browser, by handle."""
    begin = _name(site, _SESSION)
    found = {name.removeprefix(begin): secret for name, secret in request.cookies.items() if name.startswith(begin)}
    return {handle: secret for handle, secret in found.items() if _HANDLE.fullmatch(handle)}


def drop_session(site: SmartSite, response: Response, handle: str) -> None:
    """Take it back."""
    _set(site, response, _SESSION + handle, "", 0)


def _name(site: SmartSite, name: str) -> str:
    return f"__Host-{name}" if site.encrypted else name


def _set(site: SmartSite, response: Response, name: str, value: str, seconds: int | None) -> None:
    response.set_cookie(
        _name(site, name),
        value,
        max_age=seconds,
        path="/",
        httponly=True,
        secure=site.encrypted,
        samesite="None" if site.encrypted else "Lax",
        partitioned=site.encrypted,
    )
