"""What all tests share."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

import hypothesis

from tests.outside.programs import required

# How long an example takes says more about the machine than about us; `make bench` measures speed.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

# Services that a test starts without a data folder of their own keep nothing in the project.
os.environ["HER2CDS_DATA"] = tempfile.mkdtemp(prefix="her2-cds-tests-")
atexit.register(shutil.rmtree, os.environ["HER2CDS_DATA"], ignore_errors=True)


def pytest_configure() -> None:
    """A misspelt name in `TESTS_REQUIRE` ends the run, instead of skipping what was meant to be required."""
    required()
