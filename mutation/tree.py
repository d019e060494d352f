"""The copy of the tree in which the mutants live, and what is known of it: kept until anything that it was made of changes."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from msgspec import Struct, json

from mutation.mutants import Mutant, mutate
from mutation.rooms import Room

ROOT = Path(__file__).parents[1]
#: Everything that a run writes; `make clean` removes it.
BUILD = ROOT / "build" / "mutation"
#: Copied as well: pytest's settings.
_BESIDE = ("pyproject.toml",)


class Tree(Struct, frozen=True):
    """The copy, the file of its verdicts (one for each state of code and tests), and all mutants in it."""

    folder: Path
    verdicts: Path
    mutants: list[Mutant]


def tree(room: Room, processes: int) -> Tree:
    """The copy of the tree as it is now, for one room; the one of the last run where nothing has changed since."""
    state = _state(room)
    folder = BUILD / room.package
    all_mutants = folder / "all_mutants.json"
    verdicts = BUILD / "verdicts" / f"{state}.jsonl"
    verdicts.parent.mkdir(parents=True, exist_ok=True)
    mark = folder / "state"
    if not mark.exists() or mark.read_text(encoding="utf-8") != state:
        shutil.rmtree(folder, ignore_errors=True)
        _copy(room, folder)
        all_mutants.write_bytes(json.encode(_mutate(room, folder, processes)))
        mark.write_text(state, encoding="utf-8")
    return Tree(folder, verdicts, json.decode(all_mutants.read_bytes(), type=list[Mutant]))


def _state(room: Room) -> str:
    """A name for all that a verdict depends on: the code, its suite with what that imports, and how mutants are made and judged."""
    digest = hashlib.sha256()
    for file in _files(room):
        digest.update(f"{file.relative_to(ROOT)}\0{file.stat().st_size}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _files(room: Room) -> Iterator[Path]:
    for name in room.needed:
        whole = ROOT / name
        inside = sorted(whole.rglob("*")) if whole.is_dir() else [whole]
        yield from (file for file in inside if file.is_file() and "__pycache__" not in file.parts)


def _copy(room: Room, folder: Path) -> None:
    for file in (*_files(room), *(ROOT / name for name in _BESIDE)):
        target = folder / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)


def _mutate(room: Room, folder: Path, processes: int) -> list[Mutant]:
    """Put the mutants into the copy's package, and name them."""
    mutants: list[Mutant] = []
    files = sorted((folder / room.package).rglob("*.py"))
    with ProcessPoolExecutor(processes) as pool:
        for file, (code, made) in zip(files, pool.map(partial(mutate, root=folder), files), strict=True):
            file.write_text(code, encoding="utf-8")
            mutants += made
    return mutants
