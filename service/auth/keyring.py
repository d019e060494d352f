"""The key for a token, from the sources that the site lists for its issuer, and from nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from service.auth.issuers import Issuer
from service.auth.key_source import KeySource, file_source, web_source
from service.auth.keys import PublicKey, chosen_key
from service.auth.refusals import TokenRefused
from service.auth.token import Token
from service.fhir_client.origins import AllowedHosts, origin_of
from service.fhir_client.transport import Transport


class Keyring:
    """The keys of all issuers of a site."""

    def __init__(self, issuers: Sequence[Issuer], hosts: AllowedHosts, ca_file: Path | None = None) -> None:
        """Take the issuers, the private networks in which their hosts may stand, and the authorities that these are checked against."""
        listed = frozenset(origin for issuer in issuers for url in issuer.urls if (origin := origin_of(url)) is not None)
        transport = Transport(AllowedHosts(listed, hosts.networks), ca_file)
        self._files = {issuer.iss: [file_source(file) for file in issuer.files] for issuer in issuers}
        self._urls = {issuer.iss: {url: web_source(url, transport) for url in issuer.urls} for issuer in issuers}

    def key_of(self, token: Token) -> PublicKey:
        """The key that must have signed a token. Raises `TokenRefused`."""
        kid, algorithm = token.header.get("kid"), token.header["alg"]
        if not isinstance(kid, str) or not kid:
            raise TokenRefused("kid-missing")
        sources = self._sources_of(token)
        try:
            return chosen_key(_all_keys(source.keys() for source in sources), kid, algorithm)
        except TokenRefused as refused:
            if refused.reason not in {"kid-unknown", "keys-unavailable"}:
                raise
        return chosen_key(_all_keys(source.newest_keys() for source in sources), kid, algorithm)

    def _sources_of(self, token: Token) -> list[KeySource]:
        """The places where the keys of a token's issuer are.

        A token may name one of them (`jku`). It is compared, never followed; where the site holds the keys as files alone, it says nothing.
        """
        iss = token.claims.get("iss")
        if not isinstance(iss, str) or iss not in self._files:
            raise TokenRefused("issuer")
        files, urls = self._files[iss], self._urls[iss]
        if not urls or "jku" not in token.header:
            return [*files, *urls.values()]
        jku = token.header["jku"]
        if not isinstance(jku, str) or jku not in urls:
            raise TokenRefused("jku")
        return [*files, urls[jku]]


def _all_keys(read: Iterable[tuple[PublicKey, ...] | None]) -> list[PublicKey]:
    """The keys of several places together; refused only where not one of them could ever be read."""
    found = [keys for keys in read if keys is not None]
    if not found:
        raise TokenRefused("keys-unavailable")
    return [key for keys in found for key in keys]
