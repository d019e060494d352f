"""Which tests run which function: only they can notice a mutant of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from msgspec import Struct

#: Where the reach is kept, in the copy of the tree.
REACH = Path("reach.json")

_ran: set[CodeType] = set()


class Reach(Struct):
    """The tests (node ids) that run each function, and how many seconds each test takes while it is watched."""

    tests: dict[str, list[str]] = {}
    seconds: dict[str, float] = {}


def watch() -> None:
    """From here on, note each function that runs."""
    _ran.clear()
    sys.settrace(_note)


def watched(functions: dict[CodeType, str]) -> set[str]:
    """Those of the functions that ran since `watch`, by name."""
    sys.settrace(None)
    return {functions[code] for code in _ran & functions.keys()}


def _note(frame: FrameType, event: str, argument: object) -> None:
    """Python calls this as each function begins (and, since nothing is returned, not for its lines)."""
    del event, argument
    _ran.add(frame.f_code)


def measure(tests: Iterable[str], run: Callable[[str], float], functions: dict[CodeType, str], at_import: set[str], package: str) -> Reach:
    """Run each test by itself and note what it runs of a package, even what an earlier test has left in a cache."""
    reach = Reach()
    caches = _caches({code for code, name in functions.items() if name in at_import}, package)
    for test in tests:
        for cache in caches:
            cache.cache_clear()
        watch()
        reach.seconds[test] = run(test)
        for function in watched(functions):
            reach.tests.setdefault(function, []).append(test)
    return reach


def _caches(at_import: set[CodeType], package: str) -> list[Any]:
    """Every cache of a package, but those that are filled while it is imported: loading its tables for each test takes too long."""
    found = (value for name, module in list(sys.modules.items()) if name.startswith(package) for value in vars(module).values())
    return [value for value in found if hasattr(value, "cache_clear") and value.__wrapped__.__code__ not in at_import]


def in_order(tests: list[str], mutant: str, reach: Reach) -> list[str]:
    """Tests in the order in which they are most likely to notice a mutant soon: those of its own module, then the quickest."""
    own = f"/test_{mutant.partition('.x')[0].rpartition('.')[2]}.py"
    return sorted(tests, key=lambda test: (own not in test, reach.seconds[test]))
