"""Behind reverse proxies: the path under which the service is mounted, and who may say from where a call comes."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

from service.settings import Settings

#: Who calls where a proxy names no address: all of these are one client.
UNKNOWN: Final = "unknown"


def stand_behind_proxies(app: Flask, settings: Settings) -> None:
    """Let the application know where it is mounted, and believe `X-Forwarded-For` and `X-Forwarded-Proto` from trusted hops alone."""
    if settings.mount_path:
        _mount(app, settings.mount_path)
    if settings.trusted_networks:
        # The first address from the right that is no trusted hop: whatever stands to the left of it, the caller may have written.
        believing = wrap_wsgi_with_proxy_headers(app.wsgi_app, list(settings.trusted_networks))
        app.wsgi_app = _with_bare_addresses(believing)  # type: ignore[assignment,method-assign]


def _with_bare_addresses(answer: WSGIApplication) -> WSGIApplication:
    """Take the ports off `X-Forwarded-For`: some gateways name them, and each connection would be a client of its own."""

    def bare(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        forwarded: str = environ.get("HTTP_X_FORWARDED_FOR", "")
        if forwarded:
            environ["HTTP_X_FORWARDED_FOR"] = ", ".join(_address(hop.strip()) for hop in forwarded.split(","))
        return answer(environ, start_response)

    return bare


def _address(hop: str) -> str:
    """The address of a hop as `203.0.113.5`, `203.0.113.5:4711`, `2001:db8::5`, `[2001:db8::5]` or `[2001:db8::5]:4711`."""
    host = hop.removeprefix("[").partition("]")[0] if hop.startswith("[") else hop.partition(":")[0] if hop.count(":") == 1 else hop
    try:
        return str(ip_address(host))
    except ValueError:
        return UNKNOWN


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
