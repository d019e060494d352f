"""The form of an answer: JSON or a page, CORS headers (on errors and OPTIONS too), security headers, and whether it is the last."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import orjson
from flask import Flask, Response, request

from service.settings import Settings
from service.site import chosen_site

#: Pages load our own style sheet and nothing else; answers in JSON load nothing.
CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

_SECURITY_HEADERS = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
)
#: Beside a policy that the page itself sets.
_FRAMED_HEADERS = tuple(header for header in _SECURITY_HEADERS if header[0] not in {"Content-Security-Policy", "X-Frame-Options"})
#: For a year browsers come back over HTTPS only. Of this host alone: its neighbours below the same name are not ours to decide on.
_HTTPS_ONLY = ("Strict-Transport-Security", "max-age=31536000")
#: Statuses that may be answered before the body is read. What is left of it would stand where the next request is expected, so the HTTP
#: server ends the connection; a caller that is not told sends its next call into it, and gets no card.
_BODY_LEFT = frozenset({"401", "403", "404", "405", "413", "429", "503"})
_LAST_ANSWER = ("Connection", "close")
_CORS_HEADERS = (
    ("Access-Control-Allow-Methods", "GET, POST, OPTIONS"),
    ("Access-Control-Allow-Headers", "Authorization, Content-Type"),
    ("Access-Control-Expose-Headers", "X-Request-ID"),
    ("Access-Control-Max-Age", "600"),
)


def json_response(content: Any, *, status: int = 200, media_type: str = "application/json") -> Response:
    """An answer in JSON."""
    return Response(orjson.dumps(content), status=status, mimetype=media_type)


def wants_json() -> bool:
    """Whether the caller of a page is a program that asks for JSON (`Accept: application/json`)."""
    return request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html") == "application/json"


def add_headers(app: Flask, settings: Settings) -> None:
    """Let every answer of the application carry the CORS and security headers.

    They are put on as the answer leaves Flask, whose own response would check and convert each of them on every request.
    """
    origins = settings.allowed_origins
    https_only = [_HTTPS_ONLY] if settings.public_url.startswith("https:") else []
    answer = app.wsgi_app

    def with_headers(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        site = chosen_site(environ)  # by its path: browsers ask before they send a token
        cors = _cors_headers(origins if site is None else site.settings.allowed_origins, environ.get("HTTP_ORIGIN", ""))

        def start(status: str, headers: list[tuple[str, str]], *fault: Any) -> Callable[[bytes], object]:
            given = [name for name, _ in headers]
            # A page that may be framed says so in a policy of its own.
            added = [*(_FRAMED_HEADERS if "Content-Security-Policy" in given else _SECURITY_HEADERS), *https_only, *cors]
            if "Cache-Control" not in given:
                # Answers to a POST are about a patient; everything else is public, but must not outlive an update of the service.
                added.append(("Cache-Control", "no-store" if environ["REQUEST_METHOD"] == "POST" else "no-cache"))
            if status[:3] in _BODY_LEFT and _has_body(environ):
                added.append(_LAST_ANSWER)
            return start_response(status, headers + added, *fault)

        return answer(environ, start)

    app.wsgi_app = with_headers  # type: ignore[method-assign]


def _has_body(environ: WSGIEnvironment) -> bool:
    return environ.get("CONTENT_LENGTH", "0") not in {"", "0"} or "HTTP_TRANSFER_ENCODING" in environ


def _cors_headers(origins: frozenset[str], origin: str) -> list[tuple[str, str]]:
    """The CORS headers for the page that asks; none but `Vary` for a page that is not on the list."""
    if "*" in origins:
        return [("Access-Control-Allow-Origin", "*"), *_CORS_HEADERS]
    if origin not in origins:
        return [("Vary", "Origin")]
    return [("Vary", "Origin"), ("Access-Control-Allow-Origin", origin), *_CORS_HEADERS]
