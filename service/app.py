"""The Flask application."""

from __future__ import annotations

from flask import Flask

from service import code_systems, health, intake, landing, rule_pages
from service.cds_hooks import calls, discovery, feedback
from service.error_answers import answer_errors
from service.operations import metrics
from service.operations.limits import limit_requests
from service.operations.proxies import stand_behind_proxies
from service.operations.rates import limit_rates
from service.record.keeping import DecisionRecord
from service.request_log import log_requests
from service.responses import add_headers
from service.settings import Settings, load_settings
from service.site import keep_record, keep_sites, keep_store
from service.sites.deployment import sites_of
from service.sites.paths import require_site, serve_sites
from service.store.opening import open_store


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application, with the settings of the environment unless some are given. Raises `SettingsError` when it must not start."""
    settings = settings or load_settings()
    settings.refuse_unsafe()
    app = Flask("service", static_folder="static", template_folder="templates")
    app.url_map.strict_slashes = False
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    sites = sites_of(settings)
    keep_sites(app, sites)
    store = open_store(settings)
    keep_store(app, store)
    keep_record(app, DecisionRecord(store, settings))
    # after_request functions run in reverse order: the log line is written last, about the answer as it leaves.
    log_requests(app)
    limit_requests(app, settings)
    add_headers(app, settings)
    serve_sites(app, sites)
    stand_behind_proxies(app, settings)
    answer_errors(app, settings)
    if settings.auth != "off":
        # The cryptography takes a while to load.
        from service.auth.gate import check_clients  # noqa: PLC0415

        check_clients(app, settings, sites)
    require_site(app, sites)
    limit_rates(app, settings)
    for part in (discovery, calls, feedback, health, metrics, rule_pages, intake, code_systems, landing):
        app.register_blueprint(part.blueprint)
    if any(site.settings.smart_clients for site in (sites.deployment, *sites.named.values())):
        from service.chart import pages as chart  # noqa: PLC0415
        from service.smart.serving import serve_smart  # noqa: PLC0415 - cryptography again

        serve_smart(app, sites)
        app.register_blueprint(chart.blueprint)
    if settings.demo:
        from service.demo import serve_demo  # noqa: PLC0415 - nothing of it is loaded at other sites

        serve_demo(app, settings)
    return app
