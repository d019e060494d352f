"""A FHIR server that answers each request after a pause, from the sample patient's prefetch: `python -m bench.delayed_fhir MILLISECONDS`.

It costs next to nothing itself, so that what is measured is the service that waits for it. It knows the searches of our own prefetch
queries by their resource type and first code, and prints its port when it listens.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import date
from urllib.parse import unquote

import orjson

from fhir_mappings.prefetch_queries import PREFETCH
from service.samples import request_body

#: The patient, and the day that the records are dated by.
SAMPLE, DAY = "second-line", date(2026, 11, 20)

_EMPTY = {"resourceType": "Bundle", "type": "searchset"}


def known_answers() -> dict[str, bytes]:
    """The body of each query's answer, by what tells the queries apart."""
    sent = request_body(SAMPLE, DAY)["prefetch"]
    return {told_apart(template): orjson.dumps(sent[key] or _EMPTY) for key, template in PREFETCH.items()}


def told_apart(query: str) -> str:
    """What tells a query from the others: the type, and for Observations the first code."""
    kind = query.partition("?")[0].partition("/")[0]
    return f"{kind} {query.partition('code=')[2].partition(',')[0]}" if kind == "Observation" else kind


class _Exchange(asyncio.Protocol):
    """One connection. Requests are GETs without a body, so a blank line ends each."""

    def __init__(self, answers: dict[str, bytes], pause: float) -> None:
        self._answers, self._pause, self._waiting = answers, pause, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while b"\r\n\r\n" in self._waiting:
            head, self._waiting = self._waiting.split(b"\r\n\r\n", 1)
            path = unquote(head.split(b" ", 2)[1].decode())
            asyncio.get_running_loop().call_later(self._pause, self._answer, told_apart(path.removeprefix("/fhir/")))

    def _answer(self, mark: str) -> None:
        body = self._answers.get(mark)
        status, body = (b"404 Not Found", b"{}") if body is None else (b"200 OK", body)
        head = b"HTTP/1.1 %b\r\nContent-Type: application/fhir+json\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
        self._transport.write(head + body)


async def _serve(pause: float) -> None:
    answers = known_answers()
    server = await asyncio.get_running_loop().create_server(lambda: _Exchange(answers, pause), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1]) / 1000))
