"""What is sent, and which answers are right."""

from __future__ import annotations

import gzip
import json
import random
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from threading import Event
from typing import Any
from uuid import UUID

import orjson

from bench.delayed_fhir import DAY, SAMPLE
from service.cds_hooks.registry import SERVICES
from service.samples import names, order_names, order_request_body, request_body

#: The hook's own service, by hook.
_SERVICE = {service.hook: service.id for service in SERVICES.values()}
_PATIENT_VIEW = f"/cds-services/{_SERVICE['patient-view']}"

#: Many clinicians, so that what they have dealt with is looked up and found at times.
_USERS = 300

#: How many messages begin a connection of their own.
_RECONNECT = 0.03

_JSON = {"Content-Type": "application/json"}

#: Feedback as the store knows it: the card, and the moment in UTC.
Kept = tuple[str, datetime]


@dataclass(frozen=True, slots=True)
class Message:
    """A request, the statuses that answer it rightly, and of feedback what the store holds once it is accepted.

    `cut_after`: hang up after so many bytes of the body; there is no answer then. `hang_up_first`: on a new connection, which another
    worker may take.
    """

    kind: str
    method: str
    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=lambda: dict(_JSON))
    right: frozenset[int] = frozenset({200})
    feedback: Kept | None = None
    cut_after: int | None = None
    hang_up_first: bool = False


class Traffic:
    """An endless mixture. One for each caller: it remembers the cards that the caller was shown.

    Until `warm` is set half of it is what takes most memory; without it the mixture is the same from the beginning.
    """

    def __init__(self, fhir_port: int, seed: int, warm: Event | None = None) -> None:
        self._warm = warm
        self._chance = random.Random(seed)
        self._cards: deque[str] = deque(maxlen=200)
        bodies = [*(request_body(name, DAY) for name in names()), *(order_request_body(name, DAY) for name in order_names())]
        self._calls: Sequence[dict[str, Any]] = bodies
        self._fetching = request_body(SAMPLE, DAY) | {"fhirServer": f"http://127.0.0.1:{fhir_port}/fhir", "prefetch": {}}
        self._large = _padded(request_body(SAMPLE, DAY))
        #: How often each is sent, of a hundred messages.
        self._mixture: Mapping[Callable[[], Message], int] = {
            self._call: 55,
            self._feedback: 15,
            self._fetching_call: 10,
            self._bad: 8,
            self._page: 5,
            self._packed_call: 4,
            self._large_call: 2,
            self._cut: 1,
        }
        #: The same and as many again that take much memory. What one takes, a thread of a worker keeps for the next: a worker has its full
        #: size once its threads have met both kinds.
        self._at_first = {**self._mixture, self._large_call: 80, self._bomb: 20}

    def next(self) -> Message:
        """What to send now."""
        mixture = self._mixture if self._warm is None or self._warm.is_set() else self._at_first
        (make,) = self._chance.choices(list(mixture), list(mixture.values()))
        return replace(make(), hang_up_first=self._chance.random() < _RECONNECT)

    def shown(self, answer: bytes) -> None:
        """Take note of the cards of an answer, for feedback on them."""
        self._cards.extend(card["uuid"] for card in orjson.loads(answer)["cards"])

    def _call(self) -> Message:
        body = self._chance.choice(self._calls)
        return Message("call", "POST", f"/cds-services/{_SERVICE[body['hook']]}", orjson.dumps(self._by_somebody(body)))

    def _large_call(self) -> Message:
        return Message("large call", "POST", _PATIENT_VIEW, orjson.dumps(self._by_somebody(self._large)))

    def _packed_call(self) -> Message:
        packed = gzip.compress(orjson.dumps(self._by_somebody(self._chance.choice(self._calls[:1]))), 1)
        return Message("call as gzip", "POST", _PATIENT_VIEW, packed, _JSON | {"Content-Encoding": "gzip"})

    def _fetching_call(self) -> Message:
        # Where the FHIR server failed in what every answer needs, that is said with 412.
        body = orjson.dumps(self._by_somebody(self._fetching))
        return Message("call that fetches", "POST", _PATIENT_VIEW, body, right=frozenset({200, 412}))

    def _feedback(self) -> Message:
        ours = bool(self._cards)
        card = self._chance.choice(self._cards) if ours else str(UUID(int=self._chance.getrandbits(128)))
        # The moment makes each message another: the store keeps what is repeated once.
        moment = datetime(DAY.year, DAY.month, DAY.day, tzinfo=UTC) + timedelta(seconds=self._chance.randrange(10**9))
        entry: dict[str, Any] = {"card": card, "outcome": "accepted", "outcomeTimestamp": moment.isoformat()}
        if self._chance.random() < 0.5:
            entry |= {"outcome": "overridden", "overrideReason": {"reason": {"code": "patient-preference", "system": "urn:x"}}}
        # A card that is not ours is kept under another name.
        kept = (card, moment.replace(tzinfo=None)) if ours else None
        return Message("feedback", "POST", f"{_PATIENT_VIEW}/feedback", orjson.dumps({"feedback": [entry]}), feedback=kept)

    def _bad(self) -> Message:
        return _bad_message(self._chance.choice(_BAD))

    def _bomb(self) -> Message:
        return _bad_message(_BOMB)

    def _page(self) -> Message:
        path, status = self._chance.choice(_PAGES)
        return Message("page", "GET", path, headers={}, right=frozenset({status}))

    def _cut(self) -> Message:
        body = orjson.dumps(self._calls[0])
        return Message("hung up", "POST", _PATIENT_VIEW, body, cut_after=self._chance.randrange(len(body)))

    def _by_somebody(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {"context": body["context"] | {"userId": f"Practitioner/{self._chance.randrange(_USERS)}"}}


def _padded(body: dict[str, Any]) -> dict[str, Any]:
    """The same with a chart of some thousand resources that concern nobody."""
    patient = {"reference": f"Patient/{body['context']['patientId']}"}
    note: dict[str, Any] = {"resourceType": "Observation", "status": "final", "code": {"text": "a note"}, "subject": patient}
    note["valueString"] = "x" * 200
    entries = [{"resource": note | {"id": f"note-{number}"}} for number in range(3000)]
    return body | {"prefetch": body["prefetch"] | {"notes": {"resourceType": "Bundle", "type": "searchset", "entry": entries}}}


#: Name, path, body, headers, and the status that says what is wrong.
_Bad = tuple[str, str, bytes, dict[str, str], int]

_BOMB: _Bad = ("a bomb", _PATIENT_VIEW, gzip.compress(bytes(64 * 1024 * 1024)), {"Content-Encoding": "gzip"}, 413)
_BAD: Sequence[_Bad] = (
    ("no JSON", _PATIENT_VIEW, b'{"hook": ', {}, 400),
    ("no object", _PATIENT_VIEW, b"[]", {}, 400),
    ("no envelope", _PATIENT_VIEW, b"{}", {}, 400),
    ("deep", _PATIENT_VIEW, b"[" * 100_000, {}, 400),
    ("no service", "/cds-services/nobody", b"{}", {}, 404),
    ("no gzip", _PATIENT_VIEW, b"{}", {"Content-Encoding": "gzip"}, 400),
    _BOMB,
    ("other packing", _PATIENT_VIEW, b"{}", {"Content-Encoding": "br"}, 415),
    ("no feedback", f"{_PATIENT_VIEW}/feedback", b'{"feedback": [{}]}', {}, 400),
    ("no prefetch", _PATIENT_VIEW, json.dumps(request_body(SAMPLE, date(2026, 11, 20)) | {"prefetch": {}}).encode(), {}, 412),
)


def _bad_message(bad: _Bad) -> Message:
    kind, path, body, headers, status = bad
    return Message(kind, "POST", path, body, _JSON | headers, frozenset({status}))


_PAGES = (
    *((path, 200) for path in ("/", "/rules", "/cds-services", "/static/page.css", "/healthz", "/readyz", "/metrics")),
    ("/nowhere", 404),
)
