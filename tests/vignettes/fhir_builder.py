"""Facts to FHIR: the same clinical facts in two encodings, and the CDS Hooks request that carries them.

`uscore` writes a chart as a US hospital's EHR would (see `uscore.py`), `mcode` as an oncology registry would (see `mcode.py`).
All data are synthetic.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from tests.vignettes import mcode, uscore
from tests.vignettes.chart import FHIR_SERVER, PATIENT_ID
from tests.vignettes.codes import Json
from tests.vignettes.facts import TODAY, Facts

Encoding = Literal["uscore", "mcode"]
ENCODINGS: tuple[Encoding, ...] = ("uscore", "mcode")


def resources(facts: Facts, encoding: Encoding, today: date = TODAY) -> list[Json]:
    """All resources of a case, the Patient first."""
    return (uscore if encoding == "uscore" else mcode).encode(facts, today)


def patient_view(chart: Iterable[Json], encoding: Encoding) -> Json:
    """The `patient-view` request of a chart.

    US Core style: one searchset per resource type, under keys that are the service's own where the types agree and the client's
    where they do not. mCODE style: a client that merged everything, a `collection` Bundle under one key of its own.
    """
    chart = list(chart)
    prefetch: Json = {}
    if encoding == "mcode":
        entries = [{"fullUrl": f"{FHIR_SERVER}/{r['resourceType']}/{r['id']}", "resource": r} for r in chart]
        prefetch["record"] = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    else:
        keys = {"Patient": "patient", "Condition": "conditions", "Observation": "observations", "Procedure": "procedures"}
        # What was asked for and not found is an empty Bundle: a client that leaves a key out says nothing about it.
        bundles: dict[str, list[Json]] = {"conditions": [], "observations": [], "medicationRequests": []}
        for resource in chart:
            kind = str(resource["resourceType"])
            if kind == "Patient":
                prefetch["patient"] = resource
            else:
                bundles.setdefault(keys.get(kind, kind[0].lower() + kind[1:] + "s"), []).append(resource)
        for key, members in bundles.items():
            prefetch[key] = {
                "resourceType": "Bundle",
                "type": "searchset",
                "total": len(members),
                "entry": [{"fullUrl": f"{FHIR_SERVER}/{r['resourceType']}/{r['id']}", "resource": r} for r in members],
            }
    return {
        "hook": "patient-view",
        "hookInstance": "6d0d1f2c-2b6a-4f0e-9d7b-3f3f6f0f7a11",
        "fhirServer": FHIR_SERVER,
        "context": {"userId": "Practitioner/oncologist-1", "patientId": PATIENT_ID},
        "prefetch": prefetch,
    }
