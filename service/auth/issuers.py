"""Whose tokens are accepted, and where their keys are: the setting `HER2CDS_JWT_ISSUERS`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from service.fhir_client.origins import origin_of

#: The signatures that a site may allow. All have a public key: with HMAC whoever can check a token can also make one, and `none` is none.
ASYMMETRIC: Final = ("ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512")


@dataclass(frozen=True, slots=True)
class Issuer:
    """One `iss` with the places of its keys, all listed by the site: files, and addresses (the only `jku` that its tokens may name)."""

    iss: str
    files: tuple[Path, ...] = ()
    urls: tuple[str, ...] = ()


def read_issuers(text: str) -> tuple[Issuer, ...]:
    """The setting: entries `ISS KEYS`, separated by commas; an issuer with several places has several entries. Raises `ValueError`."""
    issuers: dict[str, Issuer] = {}
    for entry in filter(None, map(str.strip, text.split(","))):
        iss, _, place = entry.partition(" ")
        place = place.strip()
        if not place:
            raise ValueError("should be entries of an issuer, a space, and its JWKS as a file or an address, separated by commas")
        known = issuers.get(iss, Issuer(iss))
        if "://" in place:
            issuers[iss] = Issuer(iss, known.files, (*known.urls, _listed_address(place)))
        else:
            issuers[iss] = Issuer(iss, (*known.files, Path(place)), known.urls)
    return tuple(issuers.values())


def _listed_address(url: str) -> str:
    origin = origin_of(url)
    if origin is None or urlsplit(url).fragment:
        raise ValueError("should name a JWKS by an address such as https://ehr.example.org/jwks.json")
    if origin.scheme != "https" and not origin.is_loopback:
        raise ValueError("should name a JWKS by https: only one on this machine may be read by http")
    return url


def read_algorithms(text: str) -> tuple[str, ...]:
    """The setting `HER2CDS_JWT_ALGORITHMS`. Raises `ValueError`."""
    named = tuple(dict.fromkeys(filter(None, map(str.strip, text.split(",")))))
    if not named or not set(named) <= set(ASYMMETRIC):
        raise ValueError(f"should be some of {', '.join(ASYMMETRIC)}, separated by commas")
    return named
