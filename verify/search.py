"""The search for a counterexample: every block in turn, on as many processes as there are cores."""

from __future__ import annotations

import gc
import random
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from verify.invariants import INVARIANTS
from verify.orders import ORDER_INVARIANTS, ORDERED, Ordered, order_blocks
from verify.outcome import Seen, see
from verify.points import Point, key_of
from verify.spaces import Block, cut, points_of, question_blocks, together_blocks

#: Examples kept of each invariant that is broken.
_EXAMPLES = 3


@dataclass(frozen=True)
class Counterexample:
    """A point that breaks an invariant, and how."""

    invariant: str
    point: Point
    how: str
    ordered: str | None = None


@dataclass
class Report:
    """What a search found: distinct cases, cases by space, and how often each invariant was broken, with examples."""

    cases: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    examples: list[Counterexample] = field(default_factory=list)
    distinct: int = 0


def violations(seen: Seen) -> Iterator[Counterexample]:
    """How a point breaks invariants."""
    for invariant in INVARIANTS:
        how = invariant.broken(seen)
        if how is not None:
            yield Counterexample(invariant.name, seen.point, how)


def check(points: Iterable[Point]) -> tuple[list[Counterexample], array[int]]:
    """Check points with one memory; the keys of those checked come back as 8-byte numbers."""
    memory: dict[int, Seen] = {}
    found: list[Counterexample] = []
    keys = array("Q")
    for point in points:
        found += violations(see(point, memory))
        keys.append(hash(key_of(point) * 8))
    # Each point remembers the memory it is in: emptied here, so that nothing waits for the garbage collector.
    memory.clear()
    return found, keys


def check_orders(points: Iterable[Point]) -> tuple[list[Counterexample], array[int]]:
    """Check what is said when each drug of `ORDERED` is ordered in each point; a key for each point and drug."""
    found: list[Counterexample] = []
    keys = array("Q")
    for point in points:
        key = key_of(point)
        for number, drug in enumerate(ORDERED, 1):
            ordered = Ordered(point, drug)
            for invariant in ORDER_INVARIANTS:
                how = invariant.broken(ordered)
                if how is not None:
                    found.append(Counterexample(invariant.name, point, how, drug))
            keys.append(hash(key * 8 + number))
    return found, keys


def _check_block(named: tuple[str, Block]) -> tuple[str, int, Counter[str], list[Counterexample], bytes]:
    space, block = named
    found, keys = (check_orders if space.startswith("orders") else check)(points_of(block))
    counts = Counter(c.invariant for c in found)
    kept = [c for name in counts for c in [c for c in found if c.invariant == name][:_EXAMPLES]]
    return space, len(keys), counts, kept, keys.tobytes()


def search(blocks: Iterable[tuple[str, Block]], processes: int, begins: Callable[[str], object] = str) -> Report:
    """Check every block. The report is the same whatever the number of processes. `begins` is told of each space that is reached."""
    report = Report()
    distinct: set[int] = set()
    with ProcessPoolExecutor(processes, initializer=gc.disable) as pool:
        for space, count, counts, kept, keys in pool.map(_check_block, blocks, chunksize=8):
            if space not in report.cases:
                begins(space)
            report.cases[space] += count
            report.broken += counts
            for example in kept:
                if sum(e.invariant == example.invariant for e in report.examples) < _EXAMPLES:
                    report.examples.append(example)
            distinct.update(array("Q", keys))
    report.distinct = len(distinct)
    return report


def everything() -> list[tuple[str, Block]]:
    """All blocks of `make verify`."""
    return [(space, piece) for space, block in (*question_blocks(), *together_blocks(), *order_blocks()) for piece in cut(block)]


def sample(size: int, seed: int, *, orders: bool = False) -> list[Point]:
    """A fixed sample of all points (of those at order entry), the same for the same seed: each block as likely as any other."""
    chosen = random.Random(seed)  # noqa: S311 - a reproducible sample, no secret
    blocks = [block for space, block in everything() if space.startswith("orders") is orders]
    points = []
    for _ in range(size):
        base, facts = chosen.choice(blocks)
        point = list(base)
        for place, indexes in facts.items():
            point[place] = chosen.choice(indexes)
        points.append(tuple(point))
    return points
