"""Which site a request is for, by its path: `/t/NAME/cds-services` is `/cds-services` of the site NAME."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, request

from service.cds_hooks.registry import ENDPOINTS
from service.errors import NotServed
from service.site import Sites, choose_site, chosen_site

#: Where the addresses of the sites begin.
PREFIX: Final = "/t/"


def serve_sites(app: Flask, sites: Sites) -> None:
    """Let the application serve each site under its path. A name that is none of theirs is a page that does not exist."""
    if not sites.named:
        return
    answer, named = app.wsgi_app, sites.named

    def by_path(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path: str = environ.get("PATH_INFO", "")
        if path.startswith(PREFIX):
            name, slash, rest = path[len(PREFIX) :].partition("/")
            site = named.get(name)
            if site is not None:
                choose_site(environ, site)
                environ["PATH_INFO"] = slash + rest or "/"
                environ["SCRIPT_NAME"] = site.settings.mount_path
        return answer(environ, start_response)

    app.wsgi_app = by_path  # type: ignore[method-assign]


def require_site(app: Flask, sites: Sites) -> None:
    """Let the application refuse a call that names no site of several. To be called after whatever asks who calls.

    No site stands in for another: a card by the wrong hospital's rules is worse than none.
    """
    if not sites.named:
        return

    @app.before_request
    def _require() -> None:
        if request.blueprint in ENDPOINTS and request.method != "OPTIONS" and chosen_site(request.environ) is None:
            raise NotServed("Several sites are served here, each at an address of its own: /t/NAME/cds-services.")
