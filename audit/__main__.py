"""`python -m audit advisories [ARGUMENTS OF pip-audit]` and `python -m audit sbom FILE`."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from audit.advisories import all_pins, audit
from audit.sbom import VENDORED, vendored_parts, write_sbom

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
    with TemporaryDirectory() as folder:
        pins = Path(folder, "pins.txt")
        pins.write_text("\n".join(all_pins(ROOT)))
        report = audit(pins, further)
    if report is None:
        print("NOT AUDITED: the advisory service cannot be reached, or does not know a package that is known to be vulnerable.")
        return 0
    print("\n".join(report.lines()))
    libraries = (f"{part['name']} {part['version']}" for part in vendored_parts((ROOT / VENDORED).read_text()))
    print(f"Not audited, they are no Python: {', '.join(libraries)}. The bill of materials has them, for a scanner that knows npm.")
    return 1 if report.faulty else 0


if __name__ == "__main__":
    sys.exit(main())
