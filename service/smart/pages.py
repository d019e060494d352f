"""The pages of the app's way in, and the headers that every page of the app carries."""

from __future__ import annotations

from flask import Response, render_template

from service.responses import json_response, wants_json
from service.site import site_settings
from service.smart.errors import SmartError
from service.smart.site import smart_site

_NO_STORE = "no-store"


def as_app_page(response: Response) -> Response:
    """An answer of the app: shown only inside the EHRs that the site lists, running our own scripts only, kept by nobody."""
    # Pages of ours frame the app in the demo alone; under a shared origin there are others.
    ours = ("'self'",) if site_settings().demo else ()
    ancestors = " ".join((*ours, *smart_site().frame_ancestors)) or "'none'"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
        f"base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"
    )
    response.headers["Cache-Control"] = _NO_STORE
    return response


def ended_page() -> Response:
    """That the session is over, said to the user who ended it."""
    return as_app_page(Response(render_template("smart_ended.html"), mimetype="text/html"))


def error_page(error: SmartError) -> Response:
    """What went wrong, as a page for the clinician, or as JSON for a script of the app."""
    if wants_json():
        said = {"error": error.code, "title": error.title, "text": error.text, "advice": error.advice}
        return as_app_page(json_response(said, status=error.status))
    return as_app_page(Response(render_template("smart_error.html", error=error), status=error.status, mimetype="text/html"))
