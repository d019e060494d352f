"""The rooms that can be mutated, each with the tests that ought to notice."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

#: What every copy of the tree needs, whatever is mutated: what the conftest imports, and how mutants are made and judged.
_ALWAYS = (
    "tests/conftest.py", "tests/outside/programs.py", "tests/stopwatch.py",
    *(f"mutation/{name}.py" for name in ("__init__", "judge", "mutants", "reach", "rooms", "suite", "trampoline", "verdicts")),
)  # fmt: skip


class Room(Struct, frozen=True):
    """A package whose code is changed, the folders of tests that judge it, and what of the tree those tests need to run."""

    package: str
    suite: tuple[str, ...]
    needed: tuple[str, ...]


#: The medicine is judged by its pure suite. The mapping is judged by the tests of its own and by the vignettes, which come as FHIR.
ROOMS: Final = {
    room.package: room
    for room in (
        Room(
            "guideline",
            ("tests/guideline",),
            (
                "guideline", "tests/guideline", "verify",
                "fhir_mappings/__init__.py", "fhir_mappings/terminology_files.py", "fhir_mappings/terminology",
                *_ALWAYS,
            ),
        ),
        Room(
            "fhir_mappings",
            ("tests/fhir_mappings", "tests/vignettes"),
            (
                "fhir_mappings", "guideline", "cards", "service",
                "tests/fhir_mappings", "tests/vignettes", "tests/guideline",
                *_ALWAYS,
            ),
        ),
    )
}  # fmt: skip
