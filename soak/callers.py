"""Callers: each a thread with a connection of its own, sending the next message when the last is answered."""

from __future__ import annotations

import http.client
import time
from collections import Counter
from dataclasses import dataclass, field
from threading import Event, Thread

from soak.plan import Excuses
from soak.traffic import Kept, Message, Traffic

#: Longer than any answer may take.
_PATIENCE = 20.0

#: How many wrong answers are told in full.
_MOST_TOLD = 20


@dataclass(slots=True)
class Seen:
    """What a caller saw: answers by kind and status, times in milliseconds by kind, feedback that was accepted."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    times: dict[str, list[float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    cut_off: int = 0
    kept: list[Kept] = field(default_factory=list)
    refused_feedback: int = 0


class Caller(Thread):
    """One caller, until told to stop."""

    def __init__(self, port: int, traffic: Traffic, stop: Event, excuses: Excuses) -> None:
        super().__init__(daemon=True)
        self.seen = Seen()
        self._port, self._traffic, self._stop_now, self._excuses = port, traffic, stop, excuses
        self._connection = self._connect()

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=_PATIENCE)

    def run(self) -> None:
        """Call on."""
        while not self._stop_now.is_set():
            message = self._traffic.next()
            if message.hang_up_first:
                self._connection.close()
            if message.cut_after is not None:
                self._hang_up(message)
            else:
                self._ask(message)
        self._connection.close()

    def _ask(self, message: Message) -> None:
        store_down, worker_down = self._excuses.store_down(), self._excuses.worker_down()
        begun = time.perf_counter()
        answer = self._answer(message)
        if answer is None:
            self.seen.cut_off += 1
            if not (worker_down or self._excuses.worker_down()):
                self._tell(f"{message.kind}: no answer, and no worker was ended")
            return
        status, body = answer
        self.seen.times.setdefault(message.kind, []).append(1000 * (time.perf_counter() - begun))
        self.seen.answers[message.kind, status] += 1
        if status in message.right:
            self._note(message, status, body)
        elif message.feedback and status == http.client.SERVICE_UNAVAILABLE and (store_down or self._excuses.store_down()):
            self.seen.refused_feedback += 1
        else:
            self._tell(f"{message.kind}: {status} instead of {', '.join(map(str, sorted(message.right)))}: {body[:200]!r}")

    def _note(self, message: Message, status: int, body: bytes) -> None:
        if message.feedback is not None:
            self.seen.kept.append(message.feedback)
        elif status == http.client.OK and "call" in message.kind:
            self._traffic.shown(body)

    def _answer(self, message: Message) -> tuple[int, bytes] | None:
        """The answer; asked once more where the connection had been closed since it was used last, as every HTTP client does."""
        for _ in range(2):
            reused = self._connection.sock is not None
            try:
                self._connection.request(message.method, message.path, message.body or None, message.headers)
                response = self._connection.getresponse()
                return response.status, response.read()
            except (OSError, http.client.HTTPException):
                self._connection.close()
                if not reused:
                    return None
        return None

    def _hang_up(self, message: Message) -> None:
        connection = self._connect()
        try:
            connection.putrequest(message.method, message.path)
            connection.putheader("Content-Type", "application/json")
            connection.putheader("Content-Length", str(len(message.body)))
            connection.endheaders(message.body[: message.cut_after])
        except OSError:
            self.seen.cut_off += 1
        else:
            self.seen.answers[message.kind, 0] += 1
        finally:
            connection.close()

    def _tell(self, text: str) -> None:
        if len(self.seen.wrong) < _MOST_TOLD:
            self.seen.wrong.append(text)
