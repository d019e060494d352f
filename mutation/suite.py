"""A pytest plugin: the suite as it runs under mutation, in every process that judges a mutant."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from msgspec import json

from mutation.reach import REACH, Reach, in_order
from mutation.trampoline import WANTED

#: Cases that Hypothesis tries a test with, of those it tries in the suite itself: properties are slow, and other tests are more exact.
_EXAMPLES = 10
#: Tests that measure time: on a busy machine they would notice mutants that nothing notices.
_TIMED = {"test_loading_is_quick", "test_plain_sentences_cost_next_to_nothing"}


def killer_file(pid: int) -> Path:
    """Where a process leaves the name of the test that noticed its mutant."""
    return Path(f"killer.{pid}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """No timed tests; Hypothesis does the same each time; in the process of one mutant, its module's own tests and the quickest first."""
    items[:] = [item for item in items if item.name not in _TIMED]
    for item in items:
        test = getattr(item, "obj", None)
        if getattr(test, "hypothesis", None) is not None:
            # Hypothesis has no other way to see or set what a test was decorated with.
            own: settings = test._hypothesis_internal_use_settings  # type: ignore[union-attr]  # noqa: SLF001
            test._hypothesis_internal_use_settings = settings(  # type: ignore[union-attr]  # noqa: SLF001
                own, max_examples=_EXAMPLES, phases=(Phase.explicit, Phase.generate), derandomize=True, database=None,
                deadline=None, suppress_health_check=list(HealthCheck),
            )  # fmt: skip
    mutant = os.environ.get(WANTED)
    if mutant is not None:
        order = in_order([item.nodeid for item in items], mutant, json.decode(REACH.read_bytes(), type=Reach))
        items.sort(key=lambda item: order.index(item.nodeid))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Leave the name of the test that failed, for the process that waits for this one."""
    if report.failed:
        killer_file(os.getpid()).write_text(report.nodeid, encoding="utf-8")
