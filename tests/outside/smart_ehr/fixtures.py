"""Fixtures for a `conftest.py` or a test module to import: a FHIR server with the charts of the samples, and a SMART EHR before it.

The EHR behaves well at the beginning of each test that asks for `smart_ehr`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.outside.fhir_server.charts import all_charts
from tests.outside.fhir_server.running import PACKAGES as FHIR_PACKAGES
from tests.outside.fhir_server.running import RunningFhirServer
from tests.outside.npm import needs_npm
from tests.outside.smart_ehr.running import PACKAGES, RunningSmartEhr
from tests.service.checked_client import TODAY

#: The mark of tests that ask for these fixtures.
NEEDS_SMART_EHR = needs_npm(*FHIR_PACKAGES, *PACKAGES)


@pytest.fixture(scope="session")
def ehr_fhir_server() -> Iterator[RunningFhirServer]:
    """The FHIR server of the EHR, behind its guard."""
    with RunningFhirServer() as server:
        for _, chart in all_charts(TODAY):
            server.load(chart)
        yield server


@pytest.fixture(scope="session")
def _running_smart_ehr(ehr_fhir_server: RunningFhirServer) -> Iterator[RunningSmartEhr]:
    with RunningSmartEhr(ehr_fhir_server.base) as ehr:
        yield ehr


@pytest.fixture
def smart_ehr(_running_smart_ehr: RunningSmartEhr, ehr_fhir_server: RunningFhirServer) -> RunningSmartEhr:
    """The EHR, well-behaved."""
    ehr_fhir_server.behave()
    _running_smart_ehr.behave()
    return _running_smart_ehr
