"""The log: one JSON object per line on standard error, without patient data.

A line may hold counts, kinds, our own ids and the codes of the public contract. It never holds anything a request brought: no text, no
reference, no id, no path, and no message of an exception, since a message may quote the value that broke.
"""

from __future__ import annotations

import io
import logging
import os
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog

from service.operations.counting import count_lost


def configure_logs() -> None:
    """Send the log to standard error as JSON. Called once by whatever runs a server; calling it again changes nothing."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=_as_json),
        ],
        logger_factory=_to_stderr,
        cache_logger_on_first_use=False,
    )


def write_without_buffers() -> None:
    """Let nothing that could not be written wait in standard output or error, as with `PYTHONUNBUFFERED`.

    What waits there is written again before each start of a worker, which then fails for a full disk. Called once, by the main process
    of a server, before it writes anything; workers have it from the environment.
    """
    os.environ["PYTHONUNBUFFERED"] = "1"
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        raw = getattr(getattr(stream, "buffer", None), "raw", None)
        if raw is not None and stream is getattr(sys, f"__{name}__"):  # not one of a test, nor one that is unbuffered already
            setattr(sys, name, io.TextIOWrapper(raw, encoding=stream.encoding, errors=stream.errors, write_through=True))


def log() -> Any:
    """The service's logger."""
    return structlog.get_logger()


def where_it_failed(error: BaseException) -> list[str]:
    """The type of an exception and the places it passed, innermost last, without its message."""
    frames = traceback.extract_tb(error.__traceback__)
    return [
        type(error).__name__,
        *(f"{frame.filename.rpartition('/site-packages/')[2]}:{frame.lineno} {frame.name}" for frame in frames[-8:]),
    ]


def _as_json(event: dict[str, Any], **_: Any) -> str:
    return orjson.dumps(event, default=str).decode()


def _to_stderr(*_: Any) -> _Lines:
    # Looked up at each call, so that a stream replaced by a test or a supervisor is honoured.
    return _Lines(sys.stderr)


class _Lines(structlog.WriteLogger):
    """Writes lines. One that cannot be written (the disk of the log is full, its reader is gone) is counted: it never costs a card."""

    def msg(self, message: str) -> None:
        """Write one line."""
        try:
            super().msg(message)
        except (OSError, ValueError):
            count_lost("log")

    debug = info = warning = error = critical = msg


def granian_log_config() -> dict[str, Any]:
    """The HTTP server's own messages (a worker that died, a failed bind) as lines of the same log."""
    handler = {"class": "logging.StreamHandler", "stream": "ext://sys.stderr", "formatter": "json", "filters": ["intended"]}
    quiet = {"handlers": ["stderr"], "level": "WARNING", "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"intended": {"()": "service.logs.NotIntended"}},
        "formatters": {"json": {"()": "service.logs.ServerMessage"}},
        "handlers": {"stderr": handler},
        "loggers": {"_granian": quiet, "granian.access": quiet},
    }


class NotIntended(logging.Filter):
    """Drops the HTTP server's warning about many threads: their number is chosen (`service.operations.limits`)."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is to be written."""
        return "Python threads" not in record.getMessage()


class ServerMessage(logging.Formatter):
    """Formats a record of the HTTP server as one JSON line, without the exception's message."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        error = record.exc_info[1] if record.exc_info else None
        moment = datetime.fromtimestamp(record.created, tz=UTC).isoformat()
        event: dict[str, Any] = {"event": "server", "text": record.getMessage(), "level": record.levelname.lower(), "timestamp": moment}
        if error is not None:
            event |= {"where": where_it_failed(error)}
        return _as_json(event)
