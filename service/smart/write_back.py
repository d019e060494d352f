"""Answers to the intake questionnaire into the EHR: one QuestionnaireResponse, created once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec
import orjson

from service.fhir_client.transport import Unavailable
from service.smart.exchange import send
from service.smart.scopes import WRITTEN, lets_answers_be_written
from service.smart.sessions import SmartSession
from service.smart.site import smart_site

_CREATED: Final = frozenset({200, 201})
_SERVER_FAULT: Final = 500

#: Why answers were not written: the token does not allow it; it is over; the EHR understood and refused; it failed or is busy; no answer
#: came in time, so that nobody knows; it cannot be reached.
Fault = Literal["not-allowed", "session-ended", "refused", "server", "deadline", "network"]

#: The faults in words, for the clinician.
REASONS: Final[Mapping[Fault, str]] = {
    "not-allowed": "The EHR does not allow this app to file answers.",
    "session-ended": "The access to the EHR has ended. Open the app again from the chart.",
    "refused": "The EHR did not accept the answers.",
    "server": "The EHR could not file the answers at present.",
    "deadline": "The EHR did not answer in time. Look in the chart whether the answers are there before you send them again.",
    "network": "The EHR could not be reached.",
}

_CREATED_AT: Final = re.compile(rf"(?:^|/){WRITTEN}/([A-Za-z0-9.-]{{1,256}})(?:/_history/[^/]+)?$")


@dataclass(frozen=True, slots=True)
class WriteResult:
    """What came of writing.

    `reference`: of the new resource (`QuestionnaireResponse/123`), where the EHR told it. `fault`: why it was not written. `status`: the
    HTTP status of the EHR's answer, where there was one.
    """

    written: bool
    reference: str | None = None
    fault: Fault | None = None
    status: int | None = None

    @property
    def reason(self) -> str | None:
        """Why it was not written, for the clinician."""
        return REASONS[self.fault] if self.fault is not None else None


def may_write(session: SmartSession) -> bool:
    """Whether the token lets answers be filed in the EHR."""
    return lets_answers_be_written(session.scopes)


def write_back(session: SmartSession, questionnaire_response: Mapping[str, Any]) -> WriteResult:
    """File answers in the EHR, once: they are never sent a second time. Whatever the EHR does is a result.

    Raises `ValueError` for answers about anybody but the patient of the session.
    """
    subject = questionnaire_response.get("subject")
    if not isinstance(subject, Mapping) or subject.get("reference") != f"Patient/{session.patient_id}":
        raise ValueError("answers of another patient")
    if not may_write(session):
        return WriteResult(False, fault="not-allowed")
    headers = {
        "Accept": "application/fhir+json",
        "Content-Type": "application/fhir+json",
        "Prefer": "return=minimal",
        "Authorization": f"Bearer {session.access_token}",
    }
    body = msgspec.json.encode(questionnaire_response)
    try:
        answer = send(smart_site(), f"{session.issuer}/{WRITTEN}", body, headers)
    except Unavailable as unavailable:
        return WriteResult(False, fault="deadline" if unavailable.reason == "deadline" else "network")
    if answer.status in _CREATED:
        return WriteResult(True, reference=_reference(answer.location, answer.body), status=answer.status)
    return WriteResult(False, fault=_fault(answer.status), status=answer.status)


def _fault(status: int) -> Fault:
    match status:
        case 401:
            return "session-ended"
        case 403:
            return "not-allowed"
        case 429:
            return "server"
        case _:
            return "server" if status >= _SERVER_FAULT else "refused"


def _reference(location: str, body: bytes) -> str | None:
    """Where the new resource is: `Location` says so, or the resource itself where it was sent back."""
    found = _CREATED_AT.search(location)
    if found is not None:
        return f"{WRITTEN}/{found[1]}"
    try:
        resource = orjson.loads(body)
    except ValueError:
        return None
    own = resource.get("id") if isinstance(resource, dict) and resource.get("resourceType") == WRITTEN else None
    return f"{WRITTEN}/{own}" if isinstance(own, str) else None
