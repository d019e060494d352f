"""The production server: granian, one process per worker, each warmed up before it takes its first call."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib.metadata import version
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any, Final

import orjson
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.errors import ConfigurationError
from granian.log import LogLevels

from cards import suggestions
from service.app import create_app
from service.cds_hooks.answers import answer_request, read_body
from service.cds_hooks.envelope import check_envelope
from service.cds_hooks.registry import PATIENT_VIEW, SERVICES
from service.errors import SettingsError, StoreUnavailable
from service.logs import configure_logs, granian_log_config, log, write_without_buffers
from service.operations.counts import COUNTS, Board
from service.operations.limits import SPARE_THREADS
from service.samples import names, order_names, order_request_body, request_body
from service.settings import Settings, variable
from service.sites.tenants import read_tenants
from service.store.opening import site_database

#: How long a worker may finish what it is doing when the service is stopped, in seconds.
STOP_GRACE = 20

#: How often a worker looks whether its server is still there, in seconds.
_LOOK_AFTER_SERVER: Final = 2.0


def serve(settings: Settings) -> None:
    """Serve until stopped by SIGINT or SIGTERM. Raises `SettingsError` when the service must not or cannot listen there."""
    settings.refuse_unsafe()
    _require_free(settings)
    write_without_buffers()
    configure_logs()
    # Once before there is any worker: a fault then ends the command with a message, instead of one worker after the other.
    warm_up(settings)
    make_store(settings)
    prepare_app(settings)
    if not settings.on_loopback and settings.auth != "required":
        log().warning("open", text="Listening beyond loopback WITHOUT client authentication: HER2CDS_OPEN=1.", host=settings.host)
    elif settings.auth == "off" and not settings.known_on_loopback:
        # Beyond loopback by way of a proxy on this machine: nothing here would refuse anybody.
        log().warning("open", text="Behind HER2CDS_PUBLIC_URL WITHOUT client authentication: HER2CDS_AUTH=off.", url=settings.base_url)
    if settings.auth == "warn":
        log().warning("auth", text="HER2CDS_AUTH=warn: clients without a valid token are answered too.")
    if in_shadow := sites_in_shadow(settings):
        log().warning("shadow", text="HER2CDS_SHADOW: calls are evaluated and recorded, and answered WITHOUT cards.", sites=in_shadow)
    if settings.demo and not settings.on_loopback:
        log().warning("demo", text="The demo EHR is served beyond loopback, to whoever reaches it. Its patients are synthetic.")
    if settings.today is not None:
        log().warning("fixed-day", text="HER2CDS_TODAY replaces the clock. For tests and replay only.", today=settings.today.isoformat())
    server = Granian(
        "service.app:create_app",
        address="127.0.0.1" if settings.host == "localhost" else settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=settings.workers,
        blocking_threads=settings.max_calls + SPARE_THREADS,
        workers_kill_timeout=STOP_GRACE,
        respawn_failed_workers=True,
        websockets=False,
        log_level=LogLevels.warning,
        log_dictconfig=granian_log_config(),
    )
    server.on_startup(partial(_greet, settings))
    try:
        server.serve(target_loader=partial(load_worker, settings, Board(settings.workers), os.getpid()), wrap_loader=False)
    except ConfigurationError as error:
        raise SettingsError([f"the server cannot start with these settings: {error}"]) from error
    finally:
        leave_store(settings)


def load_worker(settings: Settings, board: Board, server: int) -> Callable[..., Any]:
    """Build, warm up and settle the application of one worker, which counts on the board. Runs in the worker's own process.

    `server` is the process that started it.
    """
    _end_when_told()
    Thread(target=_end_without, args=(server,), name="server", daemon=True).start()
    configure_logs()
    app = create_app(settings)
    warm_up(settings)
    if not COUNTS.join(board):
        log().error("metrics", text="No free row for this worker: its numbers are missing in /metrics.")
    settle_memory()
    return app


def _end_when_told() -> None:
    """Let a worker end at once while it loads, when it has no call to finish. As forked it would not hear the signal before it serves."""
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    # Ctrl+C reaches the parent as well, which then tells all workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _end_without(server: int) -> None:
    """End a worker whose server was killed: it would go on, hold the port, and nobody would stop it or start another in its place."""
    while os.getppid() == server:
        sleep(_LOOK_AFTER_SERVER)
    os.kill(os.getpid(), signal.SIGTERM)


def warm_up(settings: Settings) -> None:
    """Send every sample through once: what is built on first use is then built, and what is broken shows."""
    suggestions.warm_up()
    today = settings.current_day()
    bodies = [*(request_body(name, today) for name in names()), *(order_request_body(name, today) for name in order_names())]
    services = {service.hook: service for service in SERVICES.values()}
    for body in bodies:
        service, request = services[body["hook"]], read_body(orjson.dumps(body))
        check_envelope(request.envelope, service)
        # Past the audience of the site: the users of the samples are nobody's.
        answer_request(service, request, settings)
    if settings.smart_clients:
        from service.chart.view import warm_up as warm_up_page  # noqa: PLC0415 - nothing of it is loaded where no EHR opens the app

        warm_up_page(settings.practice, today)


def make_store(settings: Settings) -> None:
    """Make the store before several workers find none at once. One that cannot be made stops nothing; each worker says so."""
    database = site_database(settings)
    with suppress(StoreUnavailable):
        database.prepare()
    database.close()


def prepare_app(settings: Settings) -> None:
    """Make the key of the SMART app before several workers find none, where an EHR opens the app. Raises `ConfigurationError`."""
    named = {tenant.name: tenant.settings for tenant in read_tenants(settings)}
    if any(site.smart_clients for site in (settings, *named.values())):
        from service.smart.serving import serving_faults  # noqa: PLC0415 - nothing of it is loaded where no EHR opens the app
        from service.smart.vault import site_vault  # noqa: PLC0415

        if faults := list(serving_faults(settings, named)):
            raise SettingsError(faults)
        site_vault(settings)


def leave_store(settings: Settings) -> None:
    """Leave an SQLite file with nothing beside it, also after workers that ended at the same moment, or were killed."""
    database = site_database(settings)
    with suppress(StoreUnavailable):
        database.empty_log()
    database.close()


def settle_memory() -> None:
    """Take what was loaded at start out of the garbage collector's sight, and let it run less often.

    Parsed JSON has no cycles, and a full collection would walk all of it: this cuts the slowest percent of large calls to a quarter.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _greet(settings: Settings) -> None:
    with suppress(OSError):  # a disk that is full keeps nobody from being served
        print(banner(settings), flush=True)  # noqa: T201 - for whoever typed the command


def banner(settings: Settings) -> str:
    """What `her2-cds serve` prints: where to look, and two commands to try."""
    url = settings.base_url
    lines = [
        f"her2-cds {version('her2-cds')}, profile {settings.practice.label}",
        *([f"  demo EHR     {url}/demo/   <- look here first: sample patients, cards, orders, the app"] if settings.demo else []),
        f"  start page   {url}/",
        f"  rule book    {url}/rules",
        f"  discovery    {url}/cds-services",
        *(f"  site {tenant.name:<7} {tenant.settings.base_url}/" for tenant in read_tenants(settings)),
    ]
    if in_shadow := sites_in_shadow(settings):
        lines.append(f"  SHADOW MODE  calls are evaluated and recorded, and answered WITHOUT cards: {', '.join(in_shadow)}")
    if settings.demo:
        send = f"curl -s -X POST -H 'Content-Type: application/json' --data-binary @- {url}/cds-services/{PATIENT_VIEW.id}"
        lines += [
            "  try          a sample patient over HTTP:",
            f"    curl -s {url}/demo/samples/second-line.json | {send}",
            "  try          the same in this terminal, readable, no server needed:",
            f"    {_own_command()} evaluate sample:second-line",
        ]
    return "\n".join([*lines, "  stop         Ctrl+C"])


def sites_in_shadow(settings: Settings) -> list[str]:
    """Which sites see no cards: `every call` where it is the whole deployment, else the names of those that do not."""
    sites = {tenant.name: tenant.settings.shadow for tenant in read_tenants(settings)}
    if settings.shadow and all(sites.values()):
        return ["every call"]
    return [name for name, shadow in sites.items() if shadow]


def _own_command() -> str:
    """How this command can be typed from here, also when its environment is not activated."""
    if shutil.which("her2-cds"):
        return "her2-cds"
    own = Path(sys.argv[0]).resolve()
    return str(own.relative_to(Path.cwd())) if own.is_relative_to(Path.cwd()) else str(own)


def _require_free(settings: Settings) -> None:
    """Refuse a port that is taken. granian shares ports between processes, so two services would silently share the calls."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise SettingsError(
            [f"cannot listen on {settings.host}:{settings.port} ({variable('host')}, {variable('port')}): {error.strerror or error}"]
        ) from None
