"""Before each call of the CDS Hooks endpoints: who calls."""

from __future__ import annotations

from dataclasses import dataclass
from time import time

from flask import Flask, g, request
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jws import JWSRegistry, deserialize_compact

from service.auth.claims import Claims, check_claims
from service.auth.keyring import Keyring
from service.auth.refusals import Reason, TokenRefused
from service.auth.token import MOST_BYTES, Token, read_authorization
from service.cds_hooks.registry import ENDPOINTS
from service.errors import CallerNotVerifiable, NotAuthenticated, StoreUnavailable
from service.request_log import note_client
from service.settings import Settings
from service.site import Site, Sites, choose_site, chosen_site, site_store
from service.store.replay import token_key


@dataclass(frozen=True, slots=True)
class Client:
    """Who calls: the issuer of the token, and the tenant where that serves several sites."""

    iss: str
    tenant: str | None = None


def check_clients(app: Flask, settings: Settings, sites: Sites) -> None:
    """Let the application ask for a token before each call: `HER2CDS_AUTH` is `warn` or `required`."""
    gate = Gate(settings, sites)

    @app.before_request
    def _ask() -> None:
        # A preflight carries no token: browsers send none.
        if request.blueprint in ENDPOINTS and request.method != "OPTIONS":
            gate.ask(request.headers.get("Authorization"), request.path)


class Gate:
    """Asks each call for its token, and lets pass or refuses. One per process."""

    def __init__(self, settings: Settings, sites: Sites) -> None:
        self._sites = sites
        self._algorithms = frozenset(settings.token_algorithms)
        self._max_age = settings.jwt_max_age
        self._required = settings.auth == "required"
        self._keyring = Keyring(settings.issuers, settings.allowed_hosts, settings.fhir_ca_file)
        self._registry = JWSRegistry(algorithms=settings.token_algorithms, strict_check_header=False)
        # The size is bounded already, and a `jku` may be long.
        self._registry.max_header_length = MOST_BYTES

    def ask(self, authorization: str | None, path: str) -> None:
        """Check the token of a call of an address below the base URL, and where the address names no site, let the token choose it.

        Raises `NotAuthenticated` or `CallerNotVerifiable`.
        """
        addressed = chosen_site(request.environ) or self._sites.deployment
        try:
            claims, site = self.check(authorization, path, addressed)
            if site.name:
                choose_site(request.environ, site)
            _use(claims)
        except TokenRefused as refused:
            self._refuse(refused.reason, NotAuthenticated())
        except StoreUnavailable:
            self._refuse("store", CallerNotVerifiable())
        else:
            g.client = Client(claims.iss, claims.tenant)
            note_client("accepted", client=claims.iss, tenant=claims.tenant)

    def check(self, authorization: str | None, path: str, addressed: Site) -> tuple[Claims, Site]:
        """Everything but whether the token was used before, and whose token it is. Raises `TokenRefused`."""
        token = read_authorization(authorization)
        self._check_header(token)
        key = self._keyring.key_of(token)
        try:
            deserialize_compact(token.text, key.key, registry=self._registry)
        except BadSignatureError:
            raise TokenRefused("signature") from None
        except (JoseError, ValueError):
            raise TokenRefused("malformed") from None
        site = self._site_of(token, addressed)
        # The very endpoint, as the caller knows it: without a site in the address, that of the deployment.
        audiences = {addressed.settings.base_url + path.rstrip("/"), *site.settings.further_audiences}
        return check_claims(token.claims, audiences=audiences, max_age=self._max_age, now=time()), site

    def _site_of(self, token: Token, addressed: Site) -> Site:
        """The site to which the client that signed a token belongs. Raises `TokenRefused` for a client of another site than addressed."""
        if not self._sites.named:
            return addressed
        iss, said = token.claims["iss"], token.claims.get("tenant")
        tenant = said if isinstance(said, str) else None
        site = addressed if addressed.name else self._sites.of_token(iss, tenant)
        if site is None or not site.owns(iss, tenant):
            raise TokenRefused("site")
        return site

    def _check_header(self, token: Token) -> None:
        algorithm, kind = token.header.get("alg"), token.header.get("typ")
        if not isinstance(algorithm, str) or algorithm not in self._algorithms:
            raise TokenRefused("algorithm")
        if not isinstance(kind, str) or kind.upper() != "JWT":
            raise TokenRefused("type")
        if "crit" in token.header or "b64" in token.header:
            raise TokenRefused("critical")

    def _refuse(self, reason: Reason, answer: NotAuthenticated | CallerNotVerifiable) -> None:
        # Nobody can answer for a site that neither the address nor a token names.
        refused = self._required or (bool(self._sites.named) and chosen_site(request.environ) is None)
        note_client("refused" if refused else "warned", reason=reason)
        if refused:
            raise answer


def _use(claims: Claims) -> None:
    """Take note that a token is used. Raises `TokenRefused` when it was, or `StoreUnavailable`."""
    if not site_store().use_once(token_key(claims.iss, claims.jti), claims.until):
        raise TokenRefused("replayed")
