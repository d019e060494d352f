"""A load client for loopback: a few keep-alive connections, each sending the next request when the last is answered.

    python -m bench.load URL BODY_FILE --seconds 3 --connections 4

prints one line of JSON: requests, seconds, p50_ms, p99_ms, failed. With `wrk` on the PATH, `over_http` uses that instead: it costs less
of the client's core.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench.timing import Times


@dataclass(frozen=True, slots=True)
class Load:
    """What a spell of load gave. `failed` counts answers other than 200."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    failed: int

    @property
    def per_second(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


async def _drive(host: str, port: int, message: bytes, end: float) -> tuple[list[float], int]:
    """One connection until `end`: the milliseconds of each request, and how many were not answered with 200."""
    reader, writer = await asyncio.open_connection(host, port, limit=1 << 22)
    times, failed = [], 0
    while (start := time.perf_counter()) < end:
        writer.write(message)
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(_content_length(head))
        times.append((time.perf_counter() - start) * 1000)
        failed += head.split(b" ", 2)[1] != b"200"
    writer.close()
    await writer.wait_closed()
    return times, failed


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ValueError("the answer has no Content-Length")


async def _load(url: str, body: bytes, seconds: float, connections: int) -> Load:
    parts = urlsplit(url)
    host, port = parts.hostname or "127.0.0.1", parts.port or 80
    head = f"POST {parts.path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    start = time.perf_counter()
    drivers = [_drive(host, port, head.encode() + body, start + seconds) for _ in range(connections)]
    results = await asyncio.gather(*drivers)
    times = Times(tuple(sorted(moment for driven, _ in results for moment in driven)))
    failed = sum(failures for _, failures in results)
    return Load(len(times.milliseconds), time.perf_counter() - start, times.p50, times.p99, failed)


def main() -> None:
    """Drive one address as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("body", type=Path)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--connections", type=int, default=4)
    options = parser.parse_args()
    result = asyncio.run(_load(options.url, options.body.read_bytes(), options.seconds, options.connections))
    print(json.dumps(asdict(result)))


if __name__ == "__main__":
    main()
