"""What all tests share."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

import hypothesis

from tests.outside.programs import required

# How long an example takes, or is made, says more about the machine than about us; `make bench` measures speed. The examples of a test
# are the same each time, so that it fails because of a change and never by chance; `make fuzz` looks for new ones.
_UNTIMED = [hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.data_too_large]
hypothesis.settings.register_profile("fixed", deadline=None, suppress_health_check=_UNTIMED, derandomize=True)
hypothesis.settings.register_profile("random", deadline=None, suppress_health_check=_UNTIMED, print_blob=True)
hypothesis.settings.load_profile("random" if os.environ.get("FUZZ") else "fixed")

# Services that a test starts without a data folder of their own keep nothing in the project.
os.environ["HER2CDS_DATA"] = tempfile.mkdtemp(prefix="her2-cds-tests-")
atexit.register(shutil.rmtree, os.environ["HER2CDS_DATA"], ignore_errors=True)


def pytest_configure() -> None:
    """A misspelt name in `TESTS_REQUIRE` ends the run, instead of skipping what was meant to be required."""
    required()
