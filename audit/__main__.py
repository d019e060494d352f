"""`python -m audit advisories [ARGUMENTS OF pip-audit]` and `python -m audit sbom FILE`."""

from __future__ import annotations

import sys
from pathlib import Path

from audit.advisories import audit
from audit.sbom import write_sbom

ROOT = Path(__file__).parents[1]


def main() -> int:
    """Do what is asked for; the status to end with."""
    match sys.argv[1:]:
        case ["advisories", *further]:
            return _advisories(further)
        case ["sbom", file]:
            count = write_sbom(ROOT / ".venv", ROOT / "pyproject.toml", Path(file))
            print(f"{file}: {count} components")
            return 0
        case _:
            print(__doc__, file=sys.stderr)
            return 2


def _advisories(further: list[str]) -> int:
    report = audit(ROOT / "constraints.txt", further)
    if report is None:
        print("NOT AUDITED: the advisory service cannot be reached, or does not know a package that is known to be vulnerable.")
        return 0
    print("\n".join(report.lines()))
    return 1 if report.faulty else 0


if __name__ == "__main__":
    sys.exit(main())
