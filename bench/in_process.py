"""A request in this process, without a network: the whole of it, its stages, and the floors beside it."""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

import orjson

from bench.bodies import PATIENT, TODAY, USER, Body
from bench.floor_app import create_floor
from bench.timing import Times, take_turns
from cards.render import render_cards
from fhir_mappings.case_builder import build_case
from fhir_mappings.reading import read_hook_request
from guideline.advise import advise
from guideline.case import Case
from service.app import create_app
from service.cds_hooks.envelope import check_envelope
from service.cds_hooks.prefetch import resolve
from service.cds_hooks.registry import PATIENT_VIEW
from service.evaluation import labs_since
from service.server import settle_memory
from service.settings import Settings
from service.store.opening import open_store

DECODE, FLOOR, REQUEST, GUIDELINE = "orjson.loads of the body", "bare Flask route", "her2-cds", "guideline alone, repeated"
STAGES = ("read", "check", "map", "advise", "recall", "render", "dump")
PATH = f"/cds-services/{PATIENT_VIEW.id}"

_STORE = tempfile.TemporaryDirectory(prefix="her2-cds-bench-")


def settings() -> Settings:
    """The service as the benchmark runs it: the defaults, on the day the record is read."""
    return Settings(today=date.fromisoformat(TODAY), workers=1, data=Path(_STORE.name))


def topics(body: Body) -> list[str]:
    """The topics of the cards that the body is answered with. Raises `RuntimeError` when there are none: silence is no measure."""
    status, answer = ask(create_app(settings()), PATH, body.raw)
    cards = orjson.loads(answer).get("cards") if status == 200 else None
    if not cards:
        raise RuntimeError(f"the body of {body.name} was answered with status {status} and no card")
    return [card["source"]["topic"]["code"] for card in cards]


def measure(body: Body, seconds: float) -> dict[str, Times]:
    """The times of the floors, of a whole request, of the guideline alone and of the stages, each measured for about `seconds`."""
    service, floor = create_app(settings()), create_floor()
    stages = Stages(body, settings())
    case, practice = stages.case(), settings().practice
    settle_memory()
    taken = take_turns(
        {
            DECODE: lambda: orjson.loads(body.raw),
            FLOOR: lambda: ask(floor, "/floor", body.raw),
            REQUEST: lambda: ask(service, PATH, body.raw),
            GUIDELINE: lambda: advise(case, practice),
            "stages": stages.walk,
        },
        seconds,
    )
    whole = {name: taken[name] for name in (DECODE, FLOOR, REQUEST)}
    return whole | stages.times() | {GUIDELINE: taken[GUIDELINE]}


class Stages:
    """A request's way through the rooms, with a clock at each door.

    Each walk starts from the bytes: a stage repeated on the result of another would find it warm in the caches, which no request does.
    """

    def __init__(self, body: Body, site: Settings) -> None:
        self._body = body
        self._today, self._practice, self._public_url = site.current_day(), site.practice, site.base_url
        self._memory = open_store(site).memory()
        self._taken: dict[str, list[int]] = {stage: [] for stage in STAGES}

    def walk(self) -> None:
        """One request, from bytes to bytes."""
        clock = time.perf_counter_ns
        moments = [clock()]
        request = read_hook_request(self._body.raw)
        moments.append(clock())
        check_envelope(request.envelope, PATIENT_VIEW)
        resolve(request, PATIENT_VIEW, None)
        moments.append(clock())
        case = build_case(request.reading, patient_id=PATIENT, today=self._today, labs_since=labs_since(self._today))
        moments.append(clock())
        advice = advise(case, self._practice)
        moments.append(clock())
        findings = [finding for finding in (advice.treatment, *advice.findings) if finding is not None]
        self._memory.acknowledged([self._memory.keys.key(USER, PATIENT, finding, str(advice.line)) for finding in findings])
        moments.append(clock())
        cards = render_cards(advice, public_url=self._public_url)
        moments.append(clock())
        orjson.dumps({"cards": cards})
        moments.append(clock())
        for stage, start, end in zip(STAGES, moments, moments[1:], strict=False):
            self._taken[stage].append(end - start)

    def case(self) -> Case:
        """The case of the body."""
        return build_case(read_hook_request(self._body.raw).reading, patient_id=PATIENT, today=self._today)

    def times(self) -> dict[str, Times]:
        """The times of each stage over all walks."""
        return {stage: Times.of(taken) for stage, taken in self._taken.items()}


def ask(app: WSGIApplication, path: str, body: bytes) -> tuple[int, bytes]:
    """POST to a WSGI application as a server would, without the costs of a test client: the status and the answer."""
    status: list[str] = []

    def start_response(line: str, _headers: list[tuple[str, str]], _fault: object = None, /) -> Callable[[bytes], object]:
        status.append(line)
        return lambda _: None

    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    answer = app(environ, start_response)
    try:
        return int(status[0].split()[0]), b"".join(answer)
    finally:
        if close := getattr(answer, "close", None):
            close()
