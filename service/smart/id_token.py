"""Who the user is, as far as the EHR says so: its signed `id_token`, checked as OpenID Connect asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import Key, KeySet

from service.auth.keys import NotKeys, PublicKey, read_keys
from service.auth.refusals import TokenRefused
from service.auth.token import read_authorization
from service.fhir_client.transport import Refused, Unavailable
from service.smart.authorization import Granted, Launch
from service.smart.clients import SmartClient
from service.smart.errors import TokenExpired, UserUnproven
from service.smart.exchange import read
from service.smart.site import SmartSite

#: How far the clocks of EHR and service may be apart, in seconds.
LEEWAY: Final = 60

_LONGEST_USER: Final = 500


def proven_user(site: SmartSite, client: SmartClient, launch: Launch, granted: Granted) -> str | None:
    """The user as the EHR names them (`fhirUser`), absolute or relative; `None` where it does not say.

    Raises `UserUnproven` for a token that is not in order, `TokenExpired` for one that is over.
    """
    if granted.id_token is None:
        return None
    configuration = launch.configuration
    if configuration.jwks_uri is None or configuration.issuer is None:
        raise UserUnproven("no-keys")
    try:
        keys = read_keys(read(site, configuration.jwks_uri))
    except (Refused, Unavailable, NotKeys):
        raise UserUnproven("no-keys") from None
    claims = checked_claims(granted.id_token, keys, issuer=configuration.issuer, client_id=client.client_id, nonce=launch.nonce)
    user = claims.get("fhirUser", claims.get("profile"))
    return user if isinstance(user, str) and 0 < len(user) <= _LONGEST_USER else None


def checked_claims(text: str, keys: Sequence[PublicKey], *, issuer: str, client_id: str, nonce: str) -> Mapping[str, Any]:
    """What an `id_token` says, once its signature and whom it is for are in order. Raises as `proven_user` does."""
    try:
        header = read_authorization(f"Bearer {text}").header
        algorithm = str(header.get("alg"))
        fitting: list[Key] = [key.key for key in keys if algorithm in key.algorithms and header.get("kid") in (None, key.kid)]
        if not fitting:
            raise UserUnproven("key-unknown")
        token = jwt.decode(text, KeySet(fitting) if len(fitting) > 1 else fitting[0], algorithms=[algorithm])
        claims = CodeIDToken(
            token.claims,
            token.header,
            {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": client_id}},
            {"nonce": nonce, "client_id": client_id},
        )
        claims.validate(leeway=LEEWAY)
    except ExpiredTokenError:
        raise TokenExpired from None
    except TokenRefused as refused:
        raise UserUnproven(refused.reason) from None
    except (JoseError, ValueError) as fault:
        raise UserUnproven(type(fault).__name__) from None
    return dict(claims)
