"""Writes the bill of materials as CycloneDX JSON: every package of the environment, and which of them ship; what browsers load as well.

What only development needs is marked `excluded`, as CycloneDX calls what is not there at run time: a scanner of a site need not ask us
about the tests' packages.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

#: The extras that the container image installs.
SHIPPED_EXTRAS = ("postgresql", "redis")

#: The libraries that pages load, with their table; npm's names, versions, licences and sums stand in it.
VENDORED = Path("service", "static", "vendor", "README.md")

_LIBRARY = re.compile(
    r"^\| `[\w.-]+-(?P<version>[\d.]+)` \| .* \| npm `(?P<name>[^`]+)` \| (?P<licence>[^|]+) \| `(?P<sum>[0-9a-f]{64})` \|$", re.MULTILINE
)


def write_sbom(environment: Path, project: Path, file: Path) -> int:
    """Write the bill of an environment (its folder) and a project (its `pyproject.toml`): how many components it has.

    Raises `subprocess.CalledProcessError` when the environment cannot be read.
    """
    # Not validated each time: that takes longer than all the rest.
    command = [sys.executable, "-m", "cyclonedx_py", "environment", str(environment / "bin" / "python"), "--pyproject", str(project)]
    told = subprocess.run([*command, "--output-reproducible", "--no-validate"], capture_output=True, text=True, check=True)
    bill = json.loads(told.stdout)
    needs = needed_by(environment)
    shipped = closure(shipped_requirements(tomllib.loads(project.read_text())["project"]), needs)
    for part in bill["components"]:
        part["scope"] = "required" if canonicalize_name(part["name"]) in shipped else "excluded"
    bill["components"] += vendored_parts((project.parent / VENDORED).read_text())
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(bill, indent=2, sort_keys=True) + "\n")
    return len(bill["components"])


def vendored_parts(table: str) -> list[dict[str, Any]]:
    """The libraries of the table, as components of a bill."""
    return [
        {
            "type": "library",
            "bom-ref": f"pkg:npm/{one['name']}@{one['version']}",
            "purl": f"pkg:npm/{one['name']}@{one['version']}",
            "name": one["name"],
            "version": one["version"],
            "scope": "required",
            "hashes": [{"alg": "SHA-256", "content": one["sum"]}],
            "licenses": [{"expression": one["licence"].replace(" or ", " OR ")}],
        }
        for one in _LIBRARY.finditer(table)
    ]


def shipped_requirements(project: Mapping[str, Any]) -> list[Requirement]:
    """What the image installs by name."""
    extras: Mapping[str, list[str]] = project["optional-dependencies"]
    return [Requirement(line) for line in [*project["dependencies"], *(line for extra in SHIPPED_EXTRAS for line in extras[extra])]]


def needed_by(environment: Path) -> dict[str, list[Requirement]]:
    """Of each package of an environment what it requires, all of its extras included."""
    folders = [str(folder) for folder in environment.glob("lib/python*/site-packages")]
    return {
        canonicalize_name(one.metadata["Name"]): [Requirement(line) for line in one.requires or ()] for one in distributions(path=folders)
    }


def closure(wanted: Iterable[Requirement], needs: Mapping[str, list[Requirement]]) -> set[str]:
    """The packages that are installed for some requirements: these, and all that they need with the extras asked for."""
    waiting = list(wanted)
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        one = waiting.pop()
        step = canonicalize_name(one.name), frozenset(one.extras)
        if step in seen:
            continue
        seen.add(step)
        waiting += [
            needed
            for needed in needs.get(step[0], [])
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in step[1] | {""})
        ]
    return {name for name, _ in seen}
