"""A FHIR server that fails in every way: `python -m soak.fhir_server`. It prints its port when it listens.

Of a hundred searches some are answered late, with an error, with half an answer, with no JSON, or not at all; the rest as they should be.
"""

from __future__ import annotations

import asyncio
import random
from urllib.parse import unquote

from bench.delayed_fhir import known_answers, told_apart

#: Each way to answer with how many of a hundred searches meet it.
WAYS = {"well": 80, "late": 4, "very late": 2, "status 500": 3, "status 429": 3, "status 403": 2, "half": 2, "no JSON": 2, "hang up": 2}

_ERRORS = {
    "status 500": b"500 Internal Server Error",
    "status 429": b"429 Too Many Requests\r\nRetry-After: 1",
    "status 403": b"403 Forbidden",
}


class _Exchange(asyncio.Protocol):
    """One connection. Requests are GETs without a body, so a blank line ends each."""

    def __init__(self, answers: dict[str, bytes], chance: random.Random) -> None:
        self._answers, self._chance, self._waiting = answers, chance, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while b"\r\n\r\n" in self._waiting:
            head, self._waiting = self._waiting.split(b"\r\n\r\n", 1)
            asked = told_apart(unquote(head.split(b" ", 2)[1].decode()).removeprefix("/fhir/"))
            (way,) = self._chance.choices(list(WAYS), list(WAYS.values()))
            pause = {"late": 0.15, "very late": 2.0}.get(way, 0.002)
            asyncio.get_running_loop().call_later(pause, self._answer, way, self._answers.get(asked))

    def _answer(self, way: str, body: bytes | None) -> None:
        if way == "hang up":
            self._transport.close()
        elif way == "half" and body is not None:
            self._write(b"200 OK", body, sent=body[: len(body) // 2])
            self._transport.close()
        elif way == "no JSON":
            self._write(b"200 OK", b"<html>Please log in.</html>")
        elif way in _ERRORS:
            self._write(_ERRORS[way], b"{}")
        elif body is None:
            self._write(b"404 Not Found", b"{}")
        else:
            self._write(b"200 OK", body)

    def _write(self, status: bytes, body: bytes, *, sent: bytes | None = None) -> None:
        head = b"HTTP/1.1 %b\r\nContent-Type: application/fhir+json\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
        self._transport.write(head + (body if sent is None else sent))


async def _serve() -> None:
    answers, chance = known_answers(), random.Random(6)
    server = await asyncio.get_running_loop().create_server(lambda: _Exchange(answers, chance), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
