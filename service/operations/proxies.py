"""Behind reverse proxies: the path under which the service is mounted, and who may say from where a call comes."""

from __future__ import annotations

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

from service.settings import Settings


def stand_behind_proxies(app: Flask, settings: Settings) -> None:
    """Let the application know where it is mounted, and believe `X-Forwarded-For` and `X-Forwarded-Proto` from trusted hops alone."""
    if settings.mount_path:
        _mount(app, settings.mount_path)
    if settings.trusted_networks:
        # The first address from the right that is no trusted hop: whatever stands to the left of it, the caller may have written.
        app.wsgi_app = wrap_wsgi_with_proxy_headers(app.wsgi_app, list(settings.trusted_networks))  # type: ignore[method-assign]


def _mount(app: Flask, path: str) -> None:
    """Serve under a path. A proxy may pass it on or take it off: links begin with it either way."""
    answer = app.wsgi_app

    def mounted(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        asked: str = environ.get("PATH_INFO", "")
        if asked == path or asked.startswith(f"{path}/"):
            environ["PATH_INFO"] = asked[len(path) :] or "/"
        environ["SCRIPT_NAME"] = path
        return answer(environ, start_response)

    app.wsgi_app = mounted  # type: ignore[method-assign]
