"""The pace of a core: the CPU time that `orjson.loads` of a body takes there. `python -m bench.decode FILE` prints it in milliseconds."""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

import orjson


def main() -> None:
    """Decode a file again and again, and print the median."""
    parser = argparse.ArgumentParser(prog="python -m bench.decode", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seconds", type=float, default=0.5)
    options = parser.parse_args()
    raw, taken = options.file.read_bytes(), []
    end = time.perf_counter() + options.seconds
    while time.perf_counter() < end:
        start = time.thread_time_ns()
        orjson.loads(raw)
        taken.append(time.thread_time_ns() - start)
    print(statistics.median(taken) / 1e6)


if __name__ == "__main__":
    main()
