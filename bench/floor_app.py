"""The floor: the least a Flask service can do with a CDS Hooks request, which is to parse it and to answer one card.

`python -m bench.floor_app PORT` serves it with the same server and the same options as `her2-cds serve` with one worker.
"""

from __future__ import annotations

import sys

import orjson
from flask import Flask, Response, request
from granian import Granian
from granian.constants import HTTPModes, Interfaces

from service.operations.limits import SPARE_THREADS
from service.server import settle_memory
from service.settings import Settings


def create_floor() -> Flask:
    """A bare Flask application with one route, `POST /floor`."""
    app = Flask(__name__)

    @app.post("/floor")
    def floor() -> Response:
        body = orjson.loads(request.get_data(cache=False))
        entries = sum(len(value.get("entry", ())) for value in body["prefetch"].values())
        card = {"summary": f"{entries} entries", "indicator": "info", "source": {"label": "floor"}}
        return Response(orjson.dumps({"cards": [card]}), mimetype="application/json")

    return app


def load_floor() -> Flask:
    """The application of the worker, its memory settled like that of our service."""
    app = create_floor()
    settle_memory()
    return app


def main() -> None:
    """Serve the floor on loopback."""
    server = Granian(
        "bench.floor_app:load_floor",
        port=int(sys.argv[1]),
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=1,
        blocking_threads=Settings().max_calls + SPARE_THREADS,
        websockets=False,
        factory=True,
        log_enabled=False,
    )
    server.serve()


if __name__ == "__main__":
    main()
