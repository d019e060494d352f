"""The Flask application."""

from __future__ import annotations

from flask import Flask

from service import code_systems, demo, health, intake, landing, rule_pages
from service.cds_hooks import calls, discovery, feedback
from service.error_answers import answer_errors
from service.fhir_client.client import FhirClient
from service.operations import metrics
from service.operations.limits import limit_requests
from service.operations.proxies import stand_behind_proxies
from service.operations.rates import limit_rates
from service.request_log import log_requests
from service.responses import add_headers
from service.settings import Settings, load_settings
from service.site import keep_fhir_client, keep_settings, keep_store
from service.store.opening import open_store


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application, with the settings of the environment unless some are given. Raises `SettingsError` when it must not start."""
    settings = settings or load_settings()
    settings.refuse_unsafe()
    app = Flask("service", static_folder="static", template_folder="templates")
    app.url_map.strict_slashes = False
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    keep_settings(app, settings)
    keep_store(app, open_store(settings))
    keep_fhir_client(app, FhirClient(settings) if settings.allowed_hosts.origins else None)
    # after_request functions run in reverse order: the log line is written last, about the answer as it leaves.
    log_requests(app)
    limit_requests(app, settings)
    add_headers(app, settings)
    stand_behind_proxies(app, settings)
    answer_errors(app, settings)
    if settings.auth != "off":
        # The cryptography takes a while to load.
        from service.auth.gate import check_clients  # noqa: PLC0415

        check_clients(app, settings)
    limit_rates(app, settings)
    for part in (discovery, calls, feedback, health, metrics, rule_pages, intake, code_systems, landing):
        app.register_blueprint(part.blueprint)
    if settings.demo:
        app.register_blueprint(demo.blueprint)
    return app
