"""The keys of one file or address: kept, read again when they rotate, and kept on when the source is down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from threading import Lock, Thread, Timer
from time import monotonic
from typing import Final

from service.auth.issuers import Issuer
from service.auth.keys import MOST_BYTES, NotKeys, PublicKey, read_keys
from service.fhir_client.connections import Line
from service.fhir_client.deadline import Deadline
from service.fhir_client.transport import Allowance, Refused, Transport, Unavailable
from service.logs import log

#: After how long keys are read again without being asked for, so that a withdrawn key does not live on. In seconds.
FRESH: Final = 600.0

#: The shortest time between two readings, whoever asks: unknown key ids cost nothing to invent.
PAUSE: Final = 10.0

#: How long a reading over the network may take; a call with an unknown key id waits for it.
WAIT: Final = 2.0

_JWKS: Final = "application/jwk-set+json, application/json;q=0.9, */*;q=0.1"


class KeySource:
    """The keys of one place. Safe to use from several threads; one of them reads at a time."""

    def __init__(self, place: str, load: Callable[[], bytes]) -> None:
        """Take the place's name in the log and what reads it, raising `OSError`, `Refused`, `Unavailable` or `NotKeys`."""
        self._place = place
        self._load = load
        self._lock = Lock()
        self._tried: float | None = None
        self._failed = False
        self._keys: tuple[PublicKey, ...] | None = None

    def keys(self) -> tuple[PublicKey, ...] | None:
        """The keys; `None` while they could never be read. Old ones are given too, and read again behind the caller's back."""
        if self._tried is None:
            return self.newest_keys()
        if monotonic() - self._tried > FRESH and not self._lock.locked():
            # Should several calls come here at once, the first thread reads, and the others find it done.
            Thread(target=self.newest_keys, name="jwks", daemon=True).start()
        return self._keys

    def newest_keys(self) -> tuple[PublicKey, ...] | None:
        """The keys, read again unless that was tried a moment ago.

        One caller reads. The others wait for what it finds only where the last reading went well: a place that hangs must not hold all.
        """
        if not self._lock.acquire(timeout=0 if self._failed else 2 * WAIT):
            return self._keys
        try:
            if self._tried is None or monotonic() - self._tried >= PAUSE:
                self._read()
        finally:
            self._lock.release()
        return self._keys

    def _read(self) -> None:
        try:
            self._keys = read_keys(self._load())
        except (OSError, Refused, Unavailable, NotKeys) as fault:
            # What was read before stays: a JWKS host that is down must not stop the calls of an EHR that is not.
            log().error("jwks", place=self._place, fault=_kind(fault), kept=len(self._keys or ()))
            self._failed = True
        else:
            if self._failed or self._tried is None:
                log().info("jwks", place=self._place, keys=len(self._keys))
            self._failed = False
        finally:
            self._tried = monotonic()


def file_source(file: Path) -> KeySource:
    """The keys in a file."""
    return KeySource(file.name, file.read_bytes)


def web_source(url: str, transport: Transport) -> KeySource:
    """The keys at an address that the site lists."""

    def load() -> bytes:
        line = Line()
        # A server that drips bytes is stopped only from outside.
        cutter = Timer(WAIT, line.cut)
        cutter.daemon = True
        cutter.start()
        try:
            allowance = Allowance(MOST_BYTES)
            return transport.get(url, token=None, deadline=Deadline(WAIT), allowance=allowance, line=line, accept=_JWKS).body
        finally:
            cutter.cancel()

    return KeySource(url, load)


def key_file_faults(issuers: Iterable[Issuer]) -> Iterator[str]:
    """What is wrong with the files that a site lists, one sentence each."""
    for file in (file for issuer in issuers for file in issuer.files):
        try:
            if not read_keys(file.read_bytes()):
                yield f"{file} has no key that can verify a signature"
        except OSError as error:
            yield f"{file} cannot be read ({error.strerror or type(error).__name__})"
        except NotKeys:
            yield f"{file} is no JWKS"


def _kind(fault: Exception) -> str:
    """What went wrong, in a word; never what the other side said."""
    match fault:
        case Unavailable():
            return fault.reason
        case Refused():
            return f"status {fault.status}"
        case NotKeys():
            return "no JWKS"
        case _:
            return type(fault).__name__
