"""All searches of a call, side by side, before one deadline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any, Final, Literal

from fhir_mappings.documents.bundles import KeyState
from fhir_mappings.reading import KeyContent, Reading
from fhir_mappings.resources import Entry
from guideline.case import DataProblem
from service.fhir_client import search
from service.fhir_client.connections import Line
from service.fhir_client.deadline import Deadline
from service.fhir_client.origins import AllowedHosts, origin_of
from service.fhir_client.search import Progress, Search
from service.fhir_client.transport import LINGER, Allowance, Transport, usable_token
from service.settings import Settings

#: Searches that one process does at the same time. They wait nearly all of their time, so many threads cost little.
SIDE_BY_SIDE: Final = 512

#: Why the server that a request names is not asked: the site does not list it, or the token is of another patient, or is none.
NotAsked = Literal["unlisted", "patient", "token"]

_FORBIDDEN: Final = 403

#: FHIR allows 64 characters, and EHRs use up to 200.
_LONGEST_ID: Final = 256


@dataclass(frozen=True, slots=True)
class FhirServer:
    """The FHIR server of one call: its base address without a final slash, and the token to use there, if any."""

    base: str
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of the searches of a call.

    `reading` holds what came, with the state of each key: `refused` where the server does not offer it, `forbidden` where it does not let
    us read it, `unavailable` where nothing came. `outcomes` counts the searches by what came of them: `data`, `refused`, `forbidden`, or
    the reason why nothing did. `requests` were sent.
    `not_asked`: there were no searches, and why.
    """

    reading: Reading = field(default_factory=Reading)
    outcomes: Mapping[str, int] = field(default_factory=dict)
    requests: int = 0
    not_asked: NotAsked | None = None

    def counts(self) -> dict[str, int | str]:
        """Searches by their outcome and the requests sent for them, for the log; or why there were none."""
        if self.not_asked is not None:
            return {"not_asked": self.not_asked}
        return {**self.outcomes, "requests": self.requests}

    def __add__(self, other: Fetched) -> Fetched:
        """The searches of two rounds together."""
        return Fetched(self.reading + other.reading, Counter(self.outcomes) + Counter(other.outcomes), self.requests + other.requests)


class FhirClient:
    """Fetches from the FHIR servers that a site lists. One for all calls of a process."""

    def __init__(self, settings: Settings, *, hosts: AllowedHosts | None = None, seconds: float | None = None) -> None:
        """Take the settings; `hosts` and `seconds` replace the servers they list for hooks and the time of a call."""
        self._allowed = hosts or settings.allowed_hosts
        self._transport = Transport(self._allowed, settings.fhir_ca_file)
        self._threads = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="fhir")
        # A thread of its own, so that it never stands in line behind those whom it cuts.
        self._cutter = ThreadPoolExecutor(1, thread_name_prefix="fhir-cutter")
        self._seconds = seconds or settings.deadline_ms / 1000

    def deadline(self) -> Deadline:
        """The deadline of a call that begins now."""
        return Deadline(self._seconds)

    def server_of(self, envelope: Mapping[str, Any]) -> FhirServer | NotAsked | None:
        """The server that a request names, with its token; or why that is not asked about this patient. `None` where it names none."""
        base, authorization = envelope.get("fhirServer"), envelope.get("fhirAuthorization")
        if not isinstance(base, str):
            return None
        if not self._allowed.permits(origin_of(base)) or "?" in base or "#" in base:
            return "unlisted"
        patient_id: str = envelope["context"]["patientId"]
        if patient_id in {".", ".."} or len(patient_id) > _LONGEST_ID:  # dots would be a step in the path of the address
            return "patient"
        if authorization is None:
            return FhirServer(base.rstrip("/"))
        token = usable_token(authorization.get("access_token"))
        if token is None:
            return "token"
        bound = authorization.get("patient")
        return "patient" if bound and bound != patient_id else FhirServer(base.rstrip("/"), token)

    def fetch(self, server: FhirServer, searches: Sequence[Search], deadline: Deadline) -> Fetched:
        """Do the searches, and return when all are done or the deadline has passed, with what came until then.

        A key of which nothing came in time has the state `unavailable`.
        """
        if not searches:
            return Fetched()
        allowance = Allowance()
        running = [Progress(one) for one in searches]
        futures = {
            self._threads.submit(
                copy_context().run, search.run, progress, self._transport, token=server.token, deadline=deadline, allowance=allowance
            ): progress
            for progress in running
        }
        _, late = wait(futures, timeout=deadline.left())
        waiting = [futures[future].line for future in late if not future.cancel()]
        for line in waiting:
            line.stop()
        if waiting:
            self._cutter.submit(_cut_at, monotonic() + LINGER, waiting)
        for future in futures:
            if future.done() and not future.cancelled():
                future.result()  # a fault of ours is never an empty answer
        return Fetched(_together(running), Counter(map(_outcome, running)), allowance.requests)

    def close(self) -> None:
        """Let go of threads and connections."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._cutter.shutdown(wait=False)
        self._transport.close()


def _cut_at(moment: float, lines: Sequence[Line]) -> None:
    """End what outlived the deadline. Not at once: at that moment the answers of all waiting calls need the processor."""
    sleep(max(0.0, moment - monotonic()))
    for line in lines:
        line.cut()


def _together(running: Collection[Progress]) -> Reading:
    entries: list[Entry] = []
    problems: list[DataProblem] = []
    keys: dict[str, KeyContent] = {}
    for progress in running:
        # Read once: a thread that was too late may still write.
        reading, key = progress.reading, progress.search.key
        if reading is not None:
            entries += reading.entries
            problems += reading.problems
            keys |= reading.keys
        elif not progress.search.further:
            keys[key] = KeyContent(_state_without_data(progress.refused))
    return Reading(tuple(entries), tuple(problems), keys)


def _state_without_data(refused: int | None) -> KeyState:
    if refused is None:
        return "unavailable"
    # What may not be read may well be there; what the server does not know is not.
    return "forbidden" if refused == _FORBIDDEN else "refused"


def _outcome(progress: Progress) -> str:
    if progress.reading is not None:
        return "data"
    if progress.refused is not None:
        return _state_without_data(progress.refused)
    return progress.missing or "deadline"
