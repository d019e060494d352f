"""`/demo/auth`: the authorization server of the demo EHR, as SMART App Launch 2 describes it.

It knows one client, the SMART app of this service, and approves without asking: nobody's data is behind it. Everything else is as strict as
in an EHR: `state`, `aud`, PKCE with S256, the exact redirect address, a code that works once and for a minute.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from hmac import compare_digest
from time import time
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from guideline.knowledge_base import KNOWLEDGE
from service.demo.capability import SERVED
from service.demo.scopes import granted
from service.demo.site import CLIENT_ID, issuer, site_charts, site_demo, smart_app_address
from service.demo.situations import GROUPS
from service.demo.tokens import LIFETIMES, TokenFault
from service.responses import json_response
from service.site import site_settings

blueprint = Blueprint("demo_auth", __name__, url_prefix="/demo/auth")

#: Who acts in the EHR where nobody launched the app from it.
_ALONE: Final = "Practitioner/sample-oncologist"


class _Refused(Exception):
    """An OAuth error: its code, and a sentence for the developer of the app."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.body = {"error": error, "error_description": description}


@blueprint.get("/authorize")
def authorize() -> ResponseReturnValue:
    """Send the browser back to the app with a code, for the patient of the launch or the one that is chosen here."""
    asked = request.args
    if asked.get("client_id") != CLIENT_ID or asked.get("redirect_uri") != smart_app_address("callback"):
        # CAUTION: whom nobody knows is not redirected to.
        return _page("refused", status=400)
    try:
        context = _context(asked)
        if context is None:
            return _page("choose", choices=_choices(asked))
        code = site_demo().tokens.sign("code", context | _checked(asked))
    except _Refused as refused:
        return _back(refused.body)
    return _back({"code": code})


def _context(asked: Any) -> dict[str, Any] | None:
    """The patient and the user of a launch; `None` where the patient is still to be chosen. Raises `_Refused`."""
    if "launch" in asked:
        try:
            launch = site_demo().tokens.read("launch", asked["launch"])
        except TokenFault:
            raise _Refused("invalid_request", "This launch is not known, or is over. Launch the app again.") from None
        return {name: launch[name] for name in ("patient", "user", "banner", "appContext") if name in launch}
    _checked(asked)
    if asked.get("patient") in site_charts():
        return {"patient": asked["patient"], "user": _ALONE, "banner": True}
    return None


def _checked(asked: Any) -> dict[str, str]:
    """What the code remembers of a request that is in order. Raises `_Refused`."""
    if asked.get("response_type") != "code":
        raise _Refused("unsupported_response_type", "response_type should be code.")
    if not asked.get("state"):
        raise _Refused("invalid_request", "state is missing.")
    if asked.get("aud", "").rstrip("/") != issuer():
        raise _Refused("invalid_request", f"aud should be {issuer()}.")
    if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
        raise _Refused("invalid_request", "PKCE with code_challenge_method S256 is required.")
    scope = granted(asked.get("scope", ""), SERVED)
    if not scope:
        raise _Refused("invalid_scope", "No scope that could be granted was asked for.")
    return {"scope": scope, "challenge": asked["code_challenge"], "nonce": asked.get("nonce", "")}


def _choices(asked: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    """The patients of a standalone launch by group, each with the address that chooses it."""
    charts = {chart.sample: chart for chart in site_charts().values()}
    known = {name: value for name, value in asked.items() if name != "patient"}
    here = url_for("demo_auth.authorize")
    return [
        (
            group.name,
            [
                (
                    f"{name_of(charts[one.sample].patient)}: {one.title}",
                    f"{here}?{urlencode(known | {'patient': charts[one.sample].patient_id})}",
                )
                for one in group.patients
            ],
        )
        for group in GROUPS
    ]


def name_of(patient: dict[str, Any]) -> str:
    """A patient's name as people read it, such as `Bea Sample`."""
    name = patient["name"][0]
    return " ".join([*name.get("given", ()), name["family"]])


def _page(state: str, *, status: int = 200, **shown: Any) -> tuple[str, int]:
    page = render_template("demo/authorize.html", state=state, knowledge=KNOWLEDGE, practice=site_settings().practice, **shown)
    return page, status


def _back(answer: dict[str, str]) -> Response:
    state = {"iss": issuer()} | ({"state": request.args["state"]} if request.args.get("state") else {})
    response = redirect(f"{smart_app_address('callback')}?{urlencode(answer | state)}", 302)
    response.headers["Cache-Control"] = "no-store"
    assert isinstance(response, Response)
    return response


@blueprint.post("/token")
def token() -> Response:
    """Exchange a code for an access token and the context of the launch."""
    try:
        return _token_answer(_exchange(request.form))
    except _Refused as refused:
        return _token_answer(refused.body, status=400)


def _exchange(sent: Any) -> dict[str, Any]:
    """The answer to a request that is in order. Raises `_Refused`."""
    if sent.get("grant_type") != "authorization_code":
        raise _Refused("unsupported_grant_type", "grant_type should be authorization_code.")
    if sent.get("client_id") != CLIENT_ID:
        raise _Refused("invalid_client", "This client is not known.")
    tokens = site_demo().tokens
    try:
        code = tokens.read("code", sent.get("code", ""))
    except TokenFault:
        raise _Refused("invalid_grant", "The code is not known, or has ended.") from None
    if sent.get("redirect_uri") != smart_app_address("callback"):
        raise _Refused("invalid_grant", "redirect_uri is not that of the authorization.")
    if not compare_digest(_challenge(sent.get("code_verifier", "")).encode(), code["challenge"].encode()):
        raise _Refused("invalid_grant", "code_verifier does not fit the challenge.")
    if not site_demo().store.use_once(code["jti"], time() + LIFETIMES["code"]):
        raise _Refused("invalid_grant", "The code was used before.")
    access = tokens.sign("access", {name: code[name] for name in ("patient", "user", "scope")})
    answer = {
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": LIFETIMES["access"],
        "scope": code["scope"],
        "patient": code["patient"],
        "need_patient_banner": code["banner"],
        **({"appContext": code["appContext"]} if "appContext" in code else {}),
    }
    if "openid" in code["scope"].split():
        answer["id_token"] = _id_token(code)
    return answer


def _id_token(code: dict[str, Any]) -> str:
    user = code["user"]
    claims = {"iss": issuer(), "sub": user.rpartition("/")[2], "aud": CLIENT_ID}
    claims |= {"fhirUser": f"{issuer()}/{user}"} if "fhirUser" in code["scope"].split() else {}
    return site_demo().tokens.sign_identity(claims | ({"nonce": code["nonce"]} if code["nonce"] else {}))


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _token_answer(body: dict[str, Any], *, status: int = 200) -> Response:
    response = json_response(body, status=status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Pragma"] = "no-cache"
    return response


@blueprint.get("/keys")
def keys() -> Response:
    """The public keys of id tokens."""
    return json_response(site_demo().tokens.identity_keys())
