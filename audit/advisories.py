"""Asks an advisory service about every pinned package, with pip-audit.

A known vulnerability is a fault. A service that cannot be reached is none, but is said: nothing was audited then. How that is told apart:
the first question is about a version that has been known to be vulnerable for years.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Known to be vulnerable to every advisory service.
CANARY = "jinja2==2.4.1"

#: How long one question may take, in seconds.
_PATIENCE = 5


@dataclass(frozen=True, slots=True)
class Report:
    """What the service says: vulnerable packages with their advisories, and packages it does not know."""

    vulnerable: dict[str, tuple[str, ...]]
    unknown: tuple[str, ...]
    asked: int

    @property
    def faulty(self) -> bool:
        """Whether something must be done."""
        return bool(self.vulnerable)

    def lines(self) -> list[str]:
        """The report in words."""
        lines = [f"VULNERABLE: {package}: {', '.join(found)}" for package, found in self.vulnerable.items()]
        if self.unknown:
            lines.append(f"Not audited, the service does not know them: {', '.join(self.unknown)}")
        known = self.asked - len(self.unknown)
        return [*lines, f"{known} packages audited, {len(self.vulnerable)} with known vulnerabilities."]


def all_pins(root: Path) -> list[str]:
    """Every exact version of a project: what is installed here, in the image or on another Python, and what builds the package."""
    building: list[str] = tomllib.loads((root / "pyproject.toml").read_text())["build-system"]["requires"]
    files = ("constraints.txt", "requirements.lock", "build-requirements.lock")
    lines = [line for name in files for line in (root / name).read_text().splitlines() if re.match(r"\w", line)]
    pins = (re.split("[ ;]", line)[0].partition("==") for line in [*lines, *building])
    return sorted({f"{re.sub('[-_.]+', '-', name).lower()}=={version}" for name, _, version in pins})


def audit(pins: Path, further: Sequence[str] = ()) -> Report | None:
    """What the service says about the packages of a file of pins; nothing where it cannot be reached.

    `further`: more arguments for pip-audit, such as `--vulnerability-service osv`, or `--ignore-vuln ID` for one that is decided on.
    """
    with tempfile.TemporaryDirectory() as folder:
        canary = Path(folder, "canary.txt")
        canary.write_text(CANARY)
        # Never from the cache: it would answer in the service's place.
        told = _ask(canary, [*_not_ignored(further), "--cache-dir", folder])
    return _ask(pins, further) if told is not None and told.faulty else None


def _not_ignored(further: Sequence[str]) -> list[str]:
    """The arguments without what is to be ignored: the canary must sing."""
    kept, skip = [], False
    for word in further:
        if not (skip or word.startswith("--ignore-vuln")):
            kept.append(word)
        skip = word == "--ignore-vuln"
    return kept


def _ask(pins: Path, further: Sequence[str]) -> Report | None:
    command = [
        *(sys.executable, "-m", "pip_audit", "--requirement", str(pins), "--no-deps", "--disable-pip"),
        *("--format", "json", "--progress-spinner", "off", "--desc", "off", "--timeout", str(_PATIENCE), *further),
    ]
    answer = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    # It ends in an exception when the service is not reached, and writes no report.
    return read_report(json.loads(answer)) if answer.strip() else None


def read_report(answer: dict[str, Any]) -> Report:
    """The report of pip-audit."""
    packages = answer["dependencies"]
    vulnerable = {
        f"{package['name']} {package['version']}": tuple(
            f"{found['id']} (mended in {', '.join(found['fix_versions'])})" if found["fix_versions"] else f"{found['id']} (not yet mended)"
            for found in package["vulns"]
        )
        for package in packages
        if package.get("vulns")
    }
    unknown = tuple(package["name"] for package in packages if "skip_reason" in package)
    return Report(vulnerable, unknown, len(packages))
