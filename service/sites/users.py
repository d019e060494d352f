"""Who asks, as far as a request tells: `context.userId`, and the user's PractitionerRole where the client's prefetch brings it.

A request says little about a user's role: the type and id of one reference. A site that wants to go by roles lets its EHR send the role,
under a prefetch key of its own (`PractitionerRole/{{userPractitionerRoleId}}`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from service.sites.audience import User

_ROLE = b'"PractitionerRole"'

#: How deep Bundles may nest, in which a role is looked for.
_DEPTH = 3


class _Request(msgspec.Struct):
    prefetch: dict[str, msgspec.Raw] | None = None


_REQUEST = msgspec.json.Decoder(_Request)


def user_of(context: Mapping[str, Any], body: bytes = b"") -> User:
    """The user of a request whose envelope is in order, with the roles that its body brings; without a body, without them."""
    named = reference_of(context.get("userId"))
    references = {named} if named is not None else set()
    codes: set[str] = set()
    for role in _roles(body) if references else ():
        own = {f"PractitionerRole/{role.get('id')}", reference_of(_members(role.get("practitioner")).get("reference"))} - {None}
        # A role of somebody else, such as the patient's oncologist, says nothing about this user.
        if named in own:
            references |= {one for one in own if one is not None}
            codes.update(_codes(role))
    return User(frozenset(references), frozenset(codes))


def reference_of(text: Any) -> str | None:
    """A reference as `Type/id`: some EHRs write it with the address of their server before it, or a version behind."""
    if not isinstance(text, str):
        return None
    steps = text.partition("/_history/")[0].rstrip("/").split("/")
    return "/".join(steps[-2:]) if len(steps) > 1 and all(steps[-2:]) else None


def _roles(body: bytes) -> Iterator[Mapping[str, Any]]:
    """The PractitionerRoles in the prefetch."""
    if _ROLE not in body:
        return
    for value in (_REQUEST.decode(body).prefetch or {}).values():
        if _ROLE not in bytes(value):
            continue
        try:
            resource = msgspec.json.decode(value)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            # The rest of the chart was read without it. A role that nobody can read puts nobody into the audience.
            continue
        yield from _roles_in(resource, _DEPTH)


def _roles_in(resource: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    members = _members(resource)
    if members.get("resourceType") == "PractitionerRole":
        yield members
    elif members.get("resourceType") == "Bundle" and depth:
        for entry in _list(members.get("entry")):
            yield from _roles_in(_members(entry).get("resource"), depth - 1)


def _codes(role: Mapping[str, Any]) -> Iterator[str]:
    for concept in (*_list(role.get("code")), *_list(role.get("specialty"))):
        for coding in _list(_members(concept).get("coding")):
            system, code = _members(coding).get("system"), _members(coding).get("code")
            if isinstance(system, str) and isinstance(code, str):
                yield f"{system}|{code}"


def _members(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
