"""One GET, or one POST: what an allowed server answered, in bounded time and memory."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final, Literal, NamedTuple

from requests import PreparedRequest, Response
from requests.exceptions import RequestException
from urllib3.exceptions import HTTPError

from service.fhir_client.connections import BROKEN, Line, guarded_adapter, use_line
from service.fhir_client.deadline import Deadline
from service.fhir_client.origins import AllowedHosts, origin_of, same_origin_link
from service.operations.tracing import outgoing_headers

#: The largest page, and the largest sum of all pages of one call, in bytes after decompression.
PAGE_BYTES: Final = 8 * 1024 * 1024
CALL_BYTES: Final = 32 * 1024 * 1024

#: How long after the deadline an exchange that still waits is ended, in seconds. Nothing new is sent then.
LINGER: Final = 0.25

#: What is asked for unless something else is.
FHIR_JSON: Final = "application/fhir+json, application/json;q=0.9"

_CHUNK: Final = 64 * 1024
_OK: Final = 200
_UNAUTHORIZED: Final = 401
_MOST_TRIES: Final = 3
_MOST_BROKEN: Final = 2
_MOST_REDIRECTS: Final = 2
#: The first pause before asking again, in seconds; each further one is twice as long.
_PAUSE: Final = 0.05

_BUSY: Final = frozenset({429, 502, 503, 504})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
#: What is asked for, or the way it is asked for, is not to be had from this server or with this token's scopes. A token that
#: has run out (401) says nothing of the record.
_NOT_OFFERED: Final = frozenset({400, 403, 404, 405, 406, 410, 414, 422, 501})
#: What may stand in a header: visible ASCII.
_TOKEN: Final = re.compile(r"[\x21-\x7e]{1,16384}")

#: Why nothing came: the time was over; the server said to come back later or failed; it does not know the token (401); the exchange broke;
#: the answer was too large, led elsewhere, or was no FHIR.
Reason = Literal["deadline", "server", "unauthorized", "network", "too-large", "redirect", "not-fhir"]


class Refused(Exception):
    """The server does not offer this to us: asking again would give the same answer. `status` is its HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"refused with {status}")
        self.status = status


class Unavailable(Exception):
    """Nothing usable came, this time."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


class Allowance:
    """What one call may still read, in bytes, and how often it asked; shared by its threads."""

    def __init__(self, total: int = CALL_BYTES) -> None:
        self._left = total
        self._lock = threading.Lock()
        self.requests = 0

    def take(self, count: int) -> bool:
        """Use up some; `False` when that was more than was left."""
        with self._lock:
            self._left -= count
            return self._left >= 0

    def count_request(self) -> None:
        """One more request was sent."""
        with self._lock:
            self.requests += 1


@dataclass(frozen=True, slots=True)
class Page:
    """An answer with status 200: its body, and the address it was read from at last."""

    url: str
    body: bytes


class Answer(NamedTuple):
    """An answer to a POST, whatever its status: the body, and what `Location` says."""

    status: int
    body: bytes
    location: str


class _NoPage(NamedTuple):
    """An answer with another status than 200, and what it says about asking elsewhere or later."""

    status: int
    location: str
    retry_after: str


def usable_token(token: object) -> str | None:
    """The access token as it may stand in a header, else `None`."""
    return token if isinstance(token, str) and _TOKEN.fullmatch(token) else None


class Transport:
    """Sends requests to allowed servers. One for all threads of a process; it keeps nothing of a call but open connections."""

    def __init__(self, allowed: AllowedHosts, ca_file: Path | None = None) -> None:
        self._allowed = allowed
        self._adapter = guarded_adapter(allowed)
        self._verify: bool | str = str(ca_file) if ca_file is not None else True

    def get(self, url: str, *, token: str | None, deadline: Deadline, allowance: Allowance, line: Line, accept: str = FHIR_JSON) -> Page:
        """Get one page. Raises `Refused` or `Unavailable`.

        A busy server is asked again after the pause it names, or a short one of ours, while there is time. A broken connection is tried
        once more: servers close idle ones without a word.
        """
        headers = {"Accept": accept, "Accept-Encoding": "gzip", "User-Agent": "her2-cds"}
        headers |= outgoing_headers()
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        use_line(line)
        try:
            return self._ask(url, headers, deadline, allowance, line)
        finally:
            use_line(None)

    def _ask(self, url: str, headers: Mapping[str, str], deadline: Deadline, allowance: Allowance, line: Line) -> Page:
        tries = redirects = broken = 0
        while True:
            try:
                answer = self._exchange(url, headers, deadline, allowance)
            except (RequestException, HTTPError, *BROKEN):
                answer = None
            # A line that was cut among the headers looks like an empty answer.
            if line.is_stopped or deadline.passed:
                raise Unavailable("deadline")
            if answer is None:
                broken += 1
                if broken >= _MOST_BROKEN:
                    raise Unavailable("network")
            elif isinstance(answer, bytes):
                return Page(url, answer)
            elif answer.status in _REDIRECTS:
                redirects += 1
                target = same_origin_link(url, answer.location)
                if target is None or redirects > _MOST_REDIRECTS:
                    raise Unavailable("redirect")
                url = target
            elif answer.status in _BUSY:
                tries += 1
                pause = _pause_after(answer.retry_after, tries)
                if tries >= _MOST_TRIES or pause >= deadline.left():
                    raise Unavailable("server")
                line.wait(pause)
            elif answer.status in _NOT_OFFERED:
                raise Refused(answer.status)
            elif answer.status == _UNAUTHORIZED:
                raise Unavailable("unauthorized")
            else:
                raise Unavailable("server")

    def post(self, url: str, body: bytes, headers: Mapping[str, str], *, deadline: Deadline, allowance: Allowance, line: Line) -> Answer:
        """Send something, once: what a server may have taken already is not sent again. Raises `Unavailable`.

        No redirect is followed: it would carry a secret or a patient's data on.
        """
        sent = {"Accept-Encoding": "gzip", "User-Agent": "her2-cds", **headers, **outgoing_headers()}
        use_line(line)
        try:
            response = self._send("POST", url, sent, body, deadline, allowance)
            try:
                answer = Answer(response.status_code, _body_of(response, deadline, allowance), response.headers.get("Location", ""))
            finally:
                response.close()
        except (RequestException, HTTPError, *BROKEN):
            raise Unavailable("deadline" if line.is_stopped or deadline.passed else "network") from None
        finally:
            use_line(None)
        # An answer that was cut looks like one that ended.
        if line.is_stopped or deadline.passed:
            raise Unavailable("deadline")
        if answer.status in _REDIRECTS:
            raise Unavailable("redirect")
        return answer

    def close(self) -> None:
        """Close the connections kept open."""
        self._adapter.close()

    def _exchange(self, url: str, headers: Mapping[str, str], deadline: Deadline, allowance: Allowance) -> bytes | _NoPage:
        """One request and its answer: the body where there is one to read. Raises what requests and urllib3 raise."""
        response = self._send("GET", url, headers, None, deadline, allowance)
        try:
            if response.status_code == _OK:
                return _body_of(response, deadline, allowance)
            return _NoPage(response.status_code, response.headers.get("Location", ""), response.headers.get("Retry-After", ""))
        finally:
            response.close()

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, deadline: Deadline, allowance: Allowance
    ) -> Response:
        if not self._allowed.permits(origin_of(url)):
            raise Unavailable("redirect")
        left = deadline.left()
        if left <= 0:
            raise Unavailable("deadline")
        allowance.count_request()
        request = PreparedRequest()
        request.prepare(method=method, url=url, headers=dict(headers), data=body)
        return self._adapter.send(request, stream=True, timeout=left + LINGER, verify=self._verify)


def _body_of(response: Response, deadline: Deadline, allowance: Allowance) -> bytes:
    """The body, decompressed. CAUTION: each piece is bounded before it is decompressed, a small answer may grow a thousandfold."""
    pieces: list[bytes] = []
    size = 0
    while piece := response.raw.read1(_CHUNK, decode_content=True):
        size += len(piece)
        if size > PAGE_BYTES or not allowance.take(len(piece)):
            raise Unavailable("too-large")
        if deadline.passed:
            raise Unavailable("deadline")
        pieces.append(piece)
    return b"".join(pieces)


def _pause_after(said: str, tries: int) -> float:
    """How long to wait before asking again, in seconds: what `Retry-After` says, else ever longer, never quite the same for everyone."""
    said = said.strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        moment = parsedate_to_datetime(said)
    except (ValueError, OverflowError):
        spread = random.uniform(0.75, 1.25)  # noqa: S311 - a spread, not a secret
        return float(_PAUSE * 2 ** (tries - 1) * spread)
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
