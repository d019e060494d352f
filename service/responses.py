"""What every answer carries: JSON bodies, CORS headers (on errors and OPTIONS too) and security headers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import orjson
from flask import Flask, Response

from service.settings import Settings

#: Pages load our own style sheet and nothing else; answers in JSON load nothing.
CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

_SECURITY_HEADERS = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
)
_CORS_HEADERS = (
    ("Access-Control-Allow-Methods", "GET, POST, OPTIONS"),
    ("Access-Control-Allow-Headers", "Authorization, Content-Type"),
    ("Access-Control-Expose-Headers", "X-Request-ID"),
    ("Access-Control-Max-Age", "600"),
)


def json_response(content: Any, *, status: int = 200, media_type: str = "application/json") -> Response:
    """An answer in JSON."""
    return Response(orjson.dumps(content), status=status, mimetype=media_type)


def add_headers(app: Flask, settings: Settings) -> None:
    """Let every answer of the application carry the CORS and security headers.

    They are put on as the answer leaves Flask, whose own response would check and convert each of them on every request.
    """
    origins = settings.allowed_origins
    answer = app.wsgi_app

    def with_headers(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        added = [*_SECURITY_HEADERS, *_cors_headers(origins, environ.get("HTTP_ORIGIN", ""))]

        def start(status: str, headers: list[tuple[str, str]], *fault: Any) -> Callable[[bytes], object]:
            if "Cache-Control" not in [name for name, _ in headers]:
                # Answers to a POST are about a patient; everything else is public, but must not outlive an update of the service.
                added.append(("Cache-Control", "no-store" if environ["REQUEST_METHOD"] == "POST" else "no-cache"))
            return start_response(status, headers + added, *fault)

        return answer(environ, start)

    app.wsgi_app = with_headers  # type: ignore[method-assign]


def _cors_headers(origins: frozenset[str], origin: str) -> list[tuple[str, str]]:
    """The CORS headers for the page that asks; none but `Vary` for a page that is not on the list."""
    if "*" in origins:
        return [("Access-Control-Allow-Origin", "*"), *_CORS_HEADERS]
    if origin not in origins:
        return [("Vary", "Origin")]
    return [("Vary", "Origin"), ("Access-Control-Allow-Origin", origin), *_CORS_HEADERS]
