"""Everything that can go wrong with the SMART app, each with the page that says so to the clinician.

SmartError
├── launch      NotInUse, UnknownIssuer, NoDiscovery, ForeignEndpoint, NoPkce
├── callback    Denied, AuthorizationFailed, StateUnknown, OtherBrowser, MixUp
├── token       TokenRefused, NoPatient, TokenExpired, UserUnproven
├── session     SessionEnded, WhichSession, ForgedRequest
└── behind      RecordUnavailable, StoreDown

A page says what happened and what to do next. It never repeats what the other side said, and names no patient. `code` stands in the log
and in the answer to a script.
"""

from __future__ import annotations

from typing import ClassVar

from service.errors import ServiceError

_AGAIN = "Close this page and open the app again from the patient's chart."


class SmartError(ServiceError):
    """The app cannot go on. `reason` is one word for the log, where one kind has several."""

    status: ClassVar[int] = 400
    code: ClassVar[str]
    title: ClassVar[str]
    text: ClassVar[str]
    advice: ClassVar[str] = _AGAIN

    def __init__(self, reason: str | None = None) -> None:
        super().__init__(self.code)
        self.reason = reason


class NotInUse(SmartError):
    """The site is in shadow mode: nobody is shown advice, here no more than on cards."""

    status = 403
    code = "not-in-use"
    title = "The app is not in use yet"
    text = "This service is being tried out at your site and shows advice to nobody so far. Nothing was read."
    advice = "Ask whoever runs this service when it will be in use (HER2CDS_SHADOW)."


class UnknownIssuer(SmartError):
    """The launch names no EHR, or one that the site does not list."""

    status = 403
    code = "unknown-issuer"
    title = "This EHR is not registered here"
    text = "The app was launched for an EHR that this service does not know, so nothing was read."
    advice = "Ask whoever runs this service to register the EHR (HER2CDS_SMART_CLIENTS)."


class NoDiscovery(SmartError):
    """The EHR's SMART configuration could not be read, or says too little."""

    status = 502
    code = "no-discovery"
    title = "The EHR did not say how to sign in"
    text = "The EHR's SMART configuration could not be read, so the launch could not begin."
    advice = "Try again in a moment. If it stays so, tell whoever runs this service."


class ForeignEndpoint(SmartError):
    """Discovery names an authorization server at an origin that the site does not list for this EHR."""

    status = 502
    code = "foreign-endpoint"
    title = "The EHR points to a place that is not allowed"
    text = "The EHR's SMART configuration names a sign-in server that this service does not know, so the launch was stopped."
    advice = "Ask whoever runs this service to check the EHR's entry (`at:` in HER2CDS_SMART_CLIENTS)."


class NoPkce(SmartError):
    """The EHR does not protect the code of a launch by PKCE with S256."""

    status = 502
    code = "no-pkce"
    title = "The EHR's sign-in is not safe enough"
    text = "The EHR does not offer PKCE with S256, without which a launch could be stolen. Nothing was read."
    advice = "Tell whoever runs this service: the EHR has to offer it, or the app has to be registered as a confidential client."


class Denied(SmartError):
    """The user, or the EHR for the user, said no."""

    status = 403
    code = "denied"
    title = "Access was not granted"
    text = "The EHR says that the app may not see this chart, or the request was cancelled. Nothing was read."


class AuthorizationFailed(SmartError):
    """The EHR refused the launch for another reason."""

    status = 502
    code = "authorization-failed"
    title = "The EHR did not let the app in"
    text = "The EHR refused the launch. Nothing was read."


class StateUnknown(SmartError):
    """The answer of an EHR to a launch that is not under way: too old, used before, or never begun."""

    code = "state-unknown"
    title = "This launch is over"
    text = "A launch can be completed once, within ten minutes. This one was used before, took too long, or was not begun here."


class OtherBrowser(SmartError):
    """The launch is under way, but not in this browser: somebody else's, or the browser keeps no cookies."""

    status = 403
    code = "other-browser"
    title = "The browser did not remember this launch"
    text = (
        "The launch was not begun in this browser window, or the browser keeps no cookies for the app. Browsers often block cookies of "
        "apps that are shown inside another page."
    )
    advice = (
        "Open the app from the chart again. If it stays so, ask for it to be opened in a window of its own, or for its cookies "
        "to be allowed."
    )


class MixUp(SmartError):
    """The answer comes from another sign-in server than the one that was asked."""

    status = 403
    code = "mix-up"
    title = "The answer came from another EHR"
    text = "The launch was answered by another sign-in server than the one it was sent to, so it was stopped. Nothing was read."


class TokenRefused(SmartError):
    """The EHR gave no token for the code, or none that can be used."""

    status = 502
    code = "token-refused"
    title = "The EHR did not complete the launch"
    text = "The EHR gave the app no access. The launch may have been used before or have taken too long. Nothing was read."


class NoPatient(SmartError):
    """The EHR gave a token, but no patient."""

    status = 502
    code = "no-patient"
    title = "The EHR named no patient"
    text = "The EHR let the app in without saying for which patient, so no record was read."
    advice = "Open a patient's chart, and open the app from there."


class TokenExpired(SmartError):
    """The access had ended when it was given; often the clocks of two machines differ."""

    status = 502
    code = "token-expired"
    title = "The EHR's access had already ended"
    text = "The access that the EHR gave was over when it came. Either the launch took too long, or the clocks of EHR and service differ."
    advice = "Open the app again from the patient's chart. If it stays so, tell whoever runs this service to check the clocks."


class UserUnproven(SmartError):
    """What the EHR says about the user is not properly signed, or not for this launch."""

    status = 502
    code = "user-unproven"
    title = "It could not be checked who you are"
    text = "The EHR's statement about the signed-in user could not be confirmed, so the launch was stopped. Nothing was read."


class SessionEnded(SmartError):
    """There is no session, or it is over."""

    status = 401
    code = "session-ended"
    title = "The session has ended"
    text = "For safety the app's access to the chart ends after a while. What was shown may be out of date."


class WhichSession(SmartError):
    """The browser has sessions of several patients, and the request does not say which it means."""

    status = 400
    code = "which-session"
    title = "Several charts are open"
    text = "The app is open for more than one chart in this browser, and this address does not say for which."


class ForgedRequest(SmartError):
    """A change that was not asked for by the app's own page."""

    status = 403
    code = "forged-request"
    title = "The request was not made by this app"
    text = "Something asked for a change that did not come from the page of this session. Nothing was changed."


class RecordUnavailable(SmartError):
    """The FHIR server gave nothing of what every answer needs."""

    status = 502
    code = "record-unavailable"
    title = "The record could not be read"
    text = "The EHR's record server did not answer as it should, so nothing can be said about this patient."
    advice = "Try again in a moment, or open the app again from the patient's chart."


class StoreDown(SmartError):
    """The store that keeps sessions cannot be reached."""

    status = 503
    code = "store-down"
    title = "The service is not ready"
    text = "The service cannot keep a session at present. Nothing was concluded about this patient."
    advice = "Try again in a moment."
