"""Everything that can go wrong in the service.

ServiceError
├── ConfigurationError        what is configured or installed is faulty (start-up and command line only)
│   └── SettingsError         settings with which nothing may start
├── UnreadableInput           a file the command line was given is no patient record
├── NotReplayable             of a call that is to be evaluated again no input is kept, or none that can be read
├── StoreUnavailable          the store cannot be reached, read or written
├── LogInUse                  what was deleted may still stand in SQLite's log, in which somebody reads
└── CallError                 an HTTP call that cannot be answered
    ├── BodyNotJson           400 structure      the body is not JSON, or no JSON object
    ├── UnreadableCall        400 invalid        the HTTP request itself is broken
    ├── BrokenGzip            400 structure      the body is announced as gzip and cannot be unpacked
    ├── EnvelopeFault         400 required,      a member of the request is missing or wrong: every one is named
    │                             value, invalid
    ├── NoFeedback            400 required,      a feedback message in which no entry can be understood
    │                             value, invalid
    ├── NotAuthenticated      401 login          who calls is not proven; why stands in the log only
    ├── NotServed             404 not-found      no such service or page
    ├── WrongMethod           405 not-supported
    ├── PrefetchMissing       412 required       neither prefetch nor the FHIR server brought a kind of resource that every answer needs,
    │                                            or nothing of this patient
    ├── BodyTooLarge          413 too-long
    ├── UnsupportedEncoding   415 not-supported  a body compressed in another way than gzip
    ├── TooOften              429 throttled      this client called too often
    ├── InternalFailure       500 exception      a fault of ours; never an empty list of cards instead
    ├── Busy                  503 transient      too many requests at the same time
    ├── FeedbackNotKept       503 transient      feedback was understood, but could not be written
    ├── RecordNotKept         503 transient      the call was evaluated, but its record could not be written, and the site requires it
    └── CallerNotVerifiable   503 transient      whether a token was used before cannot be told

Each `CallError` knows its HTTP status and its issues, and `operation_outcome()` writes them as FHIR R4 OperationOutcome. Messages name
fields, never their values: a value may be patient data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Final


class ServiceError(Exception):
    """Anything the service reports to its caller rather than to its developer."""


class ConfigurationError(ServiceError):
    """What is configured or installed is faulty; `faults` holds one readable line each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class SettingsError(ConfigurationError):
    """Settings with which nothing may start."""


class UnreadableInput(ServiceError):
    """A file of the command line that is no patient record; the message says why in one line."""


class NotReplayable(ServiceError):
    """Of a call that is to be evaluated again no input is kept, or none that can be read; the message says why in one line."""


class StoreUnavailable(ServiceError):
    """The store cannot be reached, read or written. `kind` is the type of what went wrong: its message may quote what was written."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"the store is unavailable ({kind}); see HER2CDS_DATABASE_URL and HER2CDS_DATA")
        self.kind = kind


class LogInUse(ServiceError):
    """What was deleted may still stand in SQLite's log, in which somebody reads."""

    def __init__(self) -> None:
        super().__init__("somebody reads the store: what was deleted may still stand in its log (-wal). Run the command again.")


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue of an OperationOutcome: its code (`issue-type`), a sentence, and the member of the request it is about."""

    code: str
    text: str
    expression: str | None = None


class CallError(ServiceError):
    """An HTTP call that cannot be answered."""

    status: ClassVar[int]
    severity: ClassVar[str] = "error"
    #: What the answer carries beside its body.
    headers: Mapping[str, str] = MappingProxyType({})

    def __init__(self, *issues: Issue) -> None:
        super().__init__("; ".join(issue.text for issue in issues))
        self.issues = issues


class BodyNotJson(CallError):
    """The body is not JSON, or not a JSON object."""

    status = 400

    def __init__(self, reason: str) -> None:
        super().__init__(Issue("structure", reason))


class UnreadableCall(CallError):
    """The HTTP request itself is broken, such as a body that ends before its announced length."""

    status = 400

    def __init__(self) -> None:
        super().__init__(Issue("invalid", "The HTTP request could not be read."))


class BrokenGzip(CallError):
    """The body is announced as gzip and cannot be unpacked to its end."""

    status = 400

    def __init__(self, why: str) -> None:
        super().__init__(Issue("structure", f"The request says Content-Encoding: gzip, but its body cannot be unpacked: {why}."))


class EnvelopeFault(CallError):
    """Members of the request that are missing or wrong."""

    status = 400


class NoFeedback(CallError):
    """A feedback message in which no entry can be understood."""

    status = 400


class NotAuthenticated(CallError):
    """Who calls is not proven. The answer is the same whatever the reason, which stands in the log."""

    status = 401
    headers = MappingProxyType({"WWW-Authenticate": "Bearer"})

    def __init__(self) -> None:
        super().__init__(Issue("login", "Not authenticated."))


class NotServed(CallError):
    """No such service or page."""

    status = 404

    def __init__(self, text: str = "Nothing is served at this address.") -> None:
        super().__init__(Issue("not-found", text))


class WrongMethod(CallError):
    """The address exists, but not for this method; `allowed` are those it has."""

    status = 405

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self.allowed = tuple(sorted(allowed))
        methods = f" Use {' or '.join(self.allowed)}." if self.allowed else ""
        super().__init__(Issue("not-supported", f"This method is not served at this address.{methods}"))


_NOT_ASKED: Final = {
    "unlisted": "and the FHIR server of the request is not one that this service may ask (HER2CDS_FHIR_HOSTS). ",
    "patient": "and the FHIR server was not asked: its token is of another patient, or the patient's id is none. ",
    "token": "and the FHIR server was not asked: its access token cannot be sent in a header. ",
}


#: What came of a search that brought nothing, in words for whoever connects an EHR.
_NOT_GIVEN: Final = {
    "deadline": "not in time",
    "unauthorized": "the access token was not accepted",
    "forbidden": "not permitted",
    "refused": "not offered",
    "server": "an error of the server, or too many requests",
    "network": "no connection",
    "redirect": "redirected",
    "too-large": "too large",
    "not-fhir": "the answer was not FHIR JSON",
}


class PrefetchMissing(CallError):
    """Kinds of resource that every answer needs and that neither a satisfied prefetch key nor a fetch could have carried.

    `fetched`: what came of asking the FHIR server, for the log; `None` where the request names none, or none may be asked at all.
    `not_asked`: why the one it names was not asked. `strangers`: what came is all about other patients.
    """

    status = 412

    def __init__(
        self,
        kinds: Sequence[str],
        *,
        fetched: Mapping[str, int | str] | None = None,
        not_asked: str | None = None,
        strangers: bool = False,
    ) -> None:
        self.kinds = tuple(kinds)
        self.fetched = fetched
        if strangers:
            texts = [
                f"No {kind} resources of the patient of context.patientId came: all that came is of another patient." for kind in kinds
            ]
        else:
            why = _why_not_fetched(fetched, not_asked)
            texts = [
                f"No prefetch key carries {kind} resources, {why}"
                "Send the prefetch of its discovery entry; a key without data is sent as null."
                for kind in kinds
            ]
        super().__init__(*(Issue("required", text, "context.patientId" if strangers else "prefetch") for text in texts))


def _why_not_fetched(fetched: Mapping[str, int | str] | None, not_asked: str | None) -> str:
    if not_asked is not None:
        return _NOT_ASKED[not_asked]
    if fetched is not None:
        reasons = [words for outcome, words in _NOT_GIVEN.items() if outcome in fetched]
        return f"and the FHIR server did not give them ({'; '.join(reasons) or 'not among what it answered'}). "
    return "and there is no FHIR server in the request from which this service may fetch them. "


class BodyTooLarge(CallError):
    """The body is larger than the site allows."""

    status = 413

    def __init__(self, limit_mb: int) -> None:
        super().__init__(Issue("too-long", f"The request body is larger than {limit_mb} MB."))


class UnsupportedEncoding(CallError):
    """The body is compressed in a way that is not read."""

    status = 415
    headers = MappingProxyType({"Accept-Encoding": "gzip"})

    def __init__(self) -> None:
        super().__init__(Issue("not-supported", "Send the body as plain JSON, or with Content-Encoding gzip."))


class TooOften(CallError):
    """This client called too often; it may call again after some seconds."""

    status = 429

    def __init__(self, seconds: int) -> None:
        self.headers = {"Retry-After": str(seconds)}
        super().__init__(Issue("throttled", f"Too many calls of this client. Try again in {seconds} s."))


class InternalFailure(CallError):
    """A fault of ours: nothing could be concluded about this patient."""

    status = 500
    severity = "fatal"

    def __init__(self) -> None:
        super().__init__(Issue("exception", "The service failed while answering. No conclusion about this patient may be drawn from it."))


class Busy(CallError):
    """Too many requests at the same time."""

    status = 503
    headers = MappingProxyType({"Retry-After": "1"})

    def __init__(self) -> None:
        super().__init__(Issue("transient", "The service is busy. Nothing was concluded about this patient; try again in a moment."))


class FeedbackNotKept(CallError):
    """Feedback was understood, but could not be written. Sending it again is safe."""

    status = 503

    def __init__(self) -> None:
        super().__init__(Issue("transient", "The feedback could not be stored. Please send it again later; nothing is counted twice."))


class RecordNotKept(CallError):
    """A call was evaluated, but this site answers none that is not on record."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            Issue("transient", "The decision record could not be written, and this site requires it. Nothing was concluded; try again.")
        )


class CallerNotVerifiable(CallError):
    """A token is in order, but the store cannot say whether it was used before. A new one may be sent later."""

    status = 503

    def __init__(self) -> None:
        super().__init__(Issue("transient", "The client cannot be authenticated at present. Please call again later with a new token."))


def operation_outcome(error: CallError, request_id: str) -> dict[str, Any]:
    """The error as FHIR R4 OperationOutcome. `request_id` finds the call in the log."""
    return {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": error.severity,
                "code": issue.code,
                "details": {"text": issue.text},
                "diagnostics": f"request {request_id}",
                **({"expression": [issue.expression]} if issue.expression else {}),
            }
            for issue in error.issues
        ],
    }
