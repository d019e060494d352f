"""A SMART EHR on loopback while tests last: npm `oauth2-mock-server` behind `../node/smart-ehr.mjs`, in front of a FHIR server.

with RunningFhirServer() as fhir, RunningSmartEhr(fhir.base) as ehr:
fhir.load(chart)
client = ehr.registration()            # for HER2CDS_SMART_CLIENTS
url = ehr.launch_url(app_base, patient="sample")
"""

from __future__ import annotations

import json
import subprocess
from typing import Any, Self
from urllib.parse import urlencode

import requests

from tests.outside.npm import NODE_FOLDER, node_for

#: What the EHR is made of; a test that starts it is marked `needs_npm(*PACKAGES)`, together with those of the FHIR server.
PACKAGES = ("oauth2-mock-server", "jose")

CLIENT_ID = "her2-cds"
USER = "Practitioner/d1"

#: The server ends with its standard input; this long is waited for that, in seconds.
_PATIENCE = 10


class RunningSmartEhr:
    """The EHR, started and ended by `with`."""

    def __init__(self, fhir_base: str) -> None:
        self._fhir_base = fhir_base

    def __enter__(self) -> Self:
        command = [node_for(*PACKAGES), "smart-ehr.mjs", self._fhir_base]
        self._process = subprocess.Popen(  # noqa: S603  (our own script)
            command, cwd=NODE_FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        first_line = self._process.stdout.readline()
        assert first_line, "the EHR did not start"
        ports = json.loads(first_line)
        self.origin = f"http://127.0.0.1:{ports['port']}"
        #: Its authorization server stands at another origin, as those of many EHRs do.
        self.authorization_server = f"http://127.0.0.1:{ports['authPort']}"
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._process.communicate(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    @property
    def iss(self) -> str:
        """The base of its FHIR server, which is how a launch names it."""
        return f"{self.origin}/fhir"

    def registration(self, proof: str = "", *, client_id: str = CLIENT_ID) -> str:
        """The entry of `HER2CDS_SMART_CLIENTS` for this EHR."""
        return " ".join(filter(None, (self.iss, client_id, proof, f"at:{self.authorization_server}")))

    def launch(self, patient: str, *, user: str | None = USER, **context: Any) -> str:
        """A launch that the EHR prepares when somebody opens the app from a chart."""
        answer = requests.post(f"{self.origin}/_launch", json={"patient": patient, "user": user, **context}, timeout=120)
        launch: str = answer.json()["launch"]
        return launch

    def launch_url(self, app: str, patient: str, **context: Any) -> str:
        """The address at which the EHR opens an app whose base address is `app`."""
        return f"{app}/smart/launch?{urlencode({'iss': self.iss, 'launch': self.launch(patient, **context)})}"

    def behave(self, **behaviour: Any) -> None:
        """How it behaves from now on (see `smart-ehr.mjs`); without anything, well. What it has seen is forgotten."""
        requests.post(f"{self.origin}/_behave", json=behaviour, timeout=120).raise_for_status()

    def seen(self) -> dict[str, Any]:
        """The parameters of authorization and token requests, and how often something was written."""
        seen: dict[str, Any] = requests.get(f"{self.origin}/_seen", timeout=120).json()
        return seen
