"""Which EHRs may launch the app, and as whom it is registered there: the setting `HER2CDS_SMART_CLIENTS`.

An entry is `ISS CLIENT_ID`, then, where they are needed, `secret:PLACE` or `key:FILE`, `at:ORIGIN` for each origin besides that of the FHIR
server at which its authorization server stands, and `back:NAME` for a redirect URI that this EHR shares with no other. Discovery is written
by the EHR: an address in it is followed only to those origins.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from service.fhir_client.origins import Origin, origin_of

#: How the app proves at the token endpoint that it is the one registered: not at all (PKCE alone), by a secret, by a signature.
Proof = Literal["public", "secret", "key"]

#: The client id at the demo EHR.
DEMO_CLIENT: Final = "her2-cds-demo"

_VARIABLE: Final = re.compile(r"[A-Z][A-Z0-9_]*")
#: What may be a client id: visible ASCII without what separates entries.
_CLIENT_ID: Final = re.compile(r"[\x21-\x2b\x2d-\x7e]{1,255}")
#: What may be the last part of a redirect URI.
_BACK: Final = re.compile(r"[a-z0-9-]{1,40}")

_FORM: Final = (
    "should be entries `ISS CLIENT_ID`, each followed by `secret:VARIABLE_OR_FILE` or `key:FILE` for a confidential client, by `at:ORIGIN` "
    "where the authorization server stands elsewhere, or by `back:NAME` for a redirect URI of its own; entries are separated by commas"
)


@dataclass(frozen=True, slots=True)
class SmartClient:
    """The app as one EHR knows it.

    `issuer`: the base address of its FHIR server, without a final slash. `place`: where the secret or the private key is, the name of an
    environment variable or a file. `origins`: where FHIR and authorization server may be. `back`: the last part of the redirect URI that is
    this EHR's alone; empty for the common one.
    """

    issuer: str
    client_id: str
    proof: Proof = "public"
    place: str = field(default="", repr=False)
    origins: frozenset[Origin] = frozenset()
    back: str = ""

    @property
    def callback(self) -> str:
        """The path under which the browser comes back from this EHR."""
        return f"/smart/callback/{self.back}" if self.back else "/smart/callback"

    def permits(self, url: object) -> bool:
        """Whether an address that this EHR named is one of its own."""
        return isinstance(url, str) and (origin_of(url) in self.origins)

    def credential(self) -> bytes:
        """The secret, or the file of the private key. Raises `OSError` or, for a variable that is not set, `KeyError`."""
        if self.proof == "secret" and _VARIABLE.fullmatch(self.place):
            return os.environ[self.place].encode()
        return Path(self.place).read_bytes().strip()


def same_issuer(one: str, other: str) -> bool:
    """Whether two addresses are those of one FHIR server: a final slash makes no difference."""
    return one.rstrip("/") == other.rstrip("/")


def client_of(clients: Sequence[SmartClient], issuer: object) -> SmartClient | None:
    """The client registered at a FHIR server; `None` for one that the site does not list."""
    if not isinstance(issuer, str):
        return None
    return next((client for client in clients if same_issuer(client.issuer, issuer)), None)


def public_client(issuer: str, client_id: str) -> SmartClient:
    """A client that proves nothing, at a FHIR server whose authorization server has the same origin. Raises `ValueError`."""
    return SmartClient(issuer.rstrip("/"), client_id, origins=frozenset({_origin(issuer)}))


def read_smart_clients(text: str) -> tuple[SmartClient, ...]:
    """The setting. Raises `ValueError` with a sentence about the first faulty entry, never with what stands in it."""
    clients: dict[str, SmartClient] = {}
    for entry in filter(None, map(str.strip, text.split(","))):
        client = _read_entry(entry.split())
        if client.issuer in clients:
            raise ValueError("should name each EHR once")
        if client.back and any(client.back == other.back for other in clients.values()):
            raise ValueError("should give each EHR a `back:` of its own")
        clients[client.issuer] = client
    return tuple(clients.values())


def _read_entry(words: Sequence[str]) -> SmartClient:
    if len(words) < 2 or not _CLIENT_ID.fullmatch(words[1]):
        raise ValueError(_FORM)
    issuer, client_id, *further = words
    parts = urlsplit(issuer)
    if parts.query or parts.fragment:
        raise ValueError("should name an EHR by the base address of its FHIR server, such as https://ehr.example.org/fhir")
    proof: Proof = "public"
    place, back, origins = "", "", {_origin(issuer)}
    for word in further:
        kind, _, value = word.partition(":")
        match kind:
            case "secret" | "key" if value and proof == "public":
                proof, place = kind, value
            case "at" if value and urlsplit(value).path in {"", "/"}:
                origins.add(_origin(value))
            case "back" if _BACK.fullmatch(value) and not back:
                back = value
            case _:
                raise ValueError(_FORM)
    return SmartClient(issuer.rstrip("/"), client_id, proof, place, frozenset(origins), back)


def _origin(url: str) -> Origin:
    origin = origin_of(url)
    if origin is None:
        raise ValueError("should name servers by addresses such as https://ehr.example.org/fhir")
    if origin.scheme != "https" and not origin.is_loopback:
        raise ValueError("should use https: only an EHR on this machine may be reached by http")
    return origin
