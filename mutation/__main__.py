"""`make mutate`: change one thing in `guideline/` (or another room) at a time and see whether its suite notices."""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import time
from fnmatch import fnmatch
from pathlib import Path

from msgspec import json

from mutation.judge import JOB, Job
from mutation.mutants import Mutant
from mutation.rooms import ROOMS, Room
from mutation.tree import ROOT, Tree, tree
from mutation.verdicts import interval, survivors, table, verdicts_in


def main() -> int:
    """Mutate, judge, report. Exit status 1 below `--at-least`, 2 where the suite fails without any mutation."""
    options = _options()
    begun = time.monotonic()
    room = ROOMS[options.room]
    copy = tree(room, options.processes)
    mutants = [m for m in copy.mutants if fnmatch(m.module, options.module)]
    if options.survivors_of:
        before = verdicts_in(options.survivors_of)
        mutants = [m for m in mutants if m.name in before and not before[m.name].noticed]
    chosen = mutants
    if options.sample is not None and options.sample < len(mutants):
        chosen = random.Random(options.seed).sample(mutants, options.sample)  # noqa: S311 -- a sample, not a secret
    print(f"{len(chosen):,} of {len(mutants):,} mutants, seed {options.seed}", flush=True)
    if not _judge(chosen, room, copy, options.processes):
        return 2
    verdicts = verdicts_in(copy.verdicts)
    noticed = sum(verdicts[mutant.name].noticed for mutant in chosen)
    low, high = interval(noticed, len(chosen))
    print(survivors(chosen, verdicts))
    print(f"\n{table(chosen, verdicts)}")
    print(f"\n{noticed:,} of {len(chosen):,} noticed: {noticed / max(len(chosen), 1):.1%} (95 % interval {low:.1%} to {high:.1%})")
    print(f"{time.monotonic() - begun:.0f} s. Each verdict: {copy.verdicts.relative_to(ROOT)}")
    return 0 if noticed >= len(chosen) * options.at_least / 100 else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m mutation", description=__doc__)
    parser.add_argument("--room", choices=ROOMS, default="guideline", help="whose code is changed (default: guideline)")
    parser.add_argument("--sample", type=int, metavar="N", help="only so many mutants, drawn by the seed (default: all; that takes hours)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another sample (default: 1)")
    parser.add_argument("--module", default="*", metavar="PATTERN", help="only modules of this name, such as '*.rules.heart'")
    parser.add_argument("--survivors-of", type=Path, metavar="FILE", help="only those that survived in an earlier file of verdicts")
    parser.add_argument("--at-least", type=float, default=90, metavar="PERCENT", help="exit status 1 below this share (default: 90)")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="processes at once (default: one a core)")
    return parser.parse_args()


def _judge(chosen: list[Mutant], room: Room, copy: Tree, processes: int) -> bool:
    """Judge those of the mutants that have no verdict yet: a run that was ended goes on where it was."""
    known = verdicts_in(copy.verdicts)
    waiting = [mutant for mutant in chosen if mutant.name not in known]
    if not waiting:
        return True
    (copy.folder / JOB).write_bytes(json.encode(Job(waiting, room.package, list(room.suite), processes, str(copy.verdicts))))
    options = ["-q", "-s", "-p", "no:cacheprovider", "-p", "mutation.suite", "-p", "mutation.judge"]
    command = [sys.executable, "-m", "pytest", *options, *room.suite]
    ended = subprocess.run(command, cwd=copy.folder, check=False).returncode  # noqa: S603
    if ended:
        print(f"The mutants were not judged to the end (pytest ended with status {ended}); the same command goes on from here.")
    return not ended


if __name__ == "__main__":
    sys.exit(main())
