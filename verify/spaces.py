"""Which points are asked: everything about one clinical question, complete; and every two and every three facts together.

A space is cut into blocks, each of which one process checks with a memory of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

from verify.course import LINES
from verify.dimensions import DIMENSIONS
from verify.points import PLACE, PLAINEST, Point

#: One block: the indexes each fact takes, by its place; a fact that is not named keeps the value of the base.
Choice = dict[int, tuple[int, ...]]
Block = tuple[Point, Choice]

_ALL = {dimension.name: tuple(range(len(dimension.values))) for dimension in DIMENSIONS}


def _every(*names: str) -> dict[str, tuple[int, ...]]:
    return {name: _ALL[name] for name in names}


def _lines(*tags: str) -> tuple[int, ...]:
    return LINES.tagged(*tags)


_UNTREATED = tuple(i for i, value in enumerate(LINES.values) if "lines" not in value.tags)
_OVER = tuple(i for i, value in enumerate(LINES.values) if "lines" in value.tags and "standing" not in value.tags)
_STANDING = _lines("standing")

#: The clinical questions, each with the facts that decide it; enumerated completely.
QUESTIONS: dict[str, dict[str, tuple[int, ...]]] = {
    "first line": {
        "lines": _UNTREATED,
        **_every("adjuvant", "lungs", "practice"),
        "hormone receptors": (0, 1),
        "wish": (0, 2),
        "burden": (0, 1),
        "T-DXd": (0, 2),
    },
    "first line and the heart": {
        "lines": _UNTREATED,
        **_every("adjuvant", "LVEF", "heart failure", "hormone receptors", "wish"),
    },
    "next line": {"lines": _OVER, **_every("lungs", "CNS"), "T-DXd": (0, 2), "respiratory symptoms": (0, 2), "practice": (0, 1)},
    "next line after adjuvant therapy": {"lines": _OVER, **_every("adjuvant", "allergy"), "lungs": (0, 6), "practice": (0, 1, 2)},
    "next line, heart and wishes": {
        "lines": _OVER, **_every("LVEF", "heart failure"), "hormone receptors": (0, 1), "wish": (0, 2), "burden": (0, 3),
    },
    "early relapse and the brain": {"lines": _UNTREATED, **_every("adjuvant", "CNS", "metastases", "practice"), "lungs": (0, 6)},
    "brain": {"lines": (*_OVER, *_UNTREATED), **_every("CNS", "metastases"), "lungs": (0, 4, 6), "T-DXd": (0, 2)},
    "heart on treatment": {
        "lines": _lines("running:trastuzumab", "running:pertuzumab", "running:trastuzumab-deruxtecan", "running:trastuzumab-emtansine",
                        "running:lapatinib", "running:pertuzumab-trastuzumab-hyaluronidase", "running:margetuximab"),
        **_every("LVEF", "age of the LVEF", "fall of the LVEF", "echo booked"), "heart failure": (0, 3, 6), "practice": (0, 4),
    },
    "heart of a drug on hold": {
        "lines": _lines("held:trastuzumab", "held:trastuzumab-deruxtecan", "held:trastuzumab-emtansine", "held:lapatinib",
                        "held:pertuzumab-trastuzumab-hyaluronidase"),
        **_every("LVEF", "age of the LVEF", "fall of the LVEF", "heart failure"),
    },
    "lungs on treatment": {"lines": _STANDING, **_every("lungs", "respiratory symptoms", "lost data"), "LVEF": (0, 7)},
    "HER2": {"lines": _ALL["lines"], **_every("HER2", "metastases"), "adjuvant": (0, 4, 28)},
    "pregnancy": {"lines": _ALL["lines"], **_every("pregnancy", "patient", "menopause")},
    "maintenance": {
        "lines": _lines("running:trastuzumab", "running:pertuzumab-trastuzumab-hyaluronidase"),
        **_every("hormone receptors", "menopause", "patient", "allergy"), "lungs": (0, 1, 4, 6, 9), "LVEF": (0, 2, 5, 7),
    },
    "what the intake says of the last line": {
        "lines": _ALL["lines"], **_every("outcome by intake"), "adjuvant": (0, 1, 5, 7, 28), "lost data": (0, 1), "lungs": (0, 6),
    },
}  # fmt: skip

#: The courses around which other facts are combined, and how many of them at once at most.
_BASES = {
    "line 1: THP, progression": 3,
    "line 1: THP, running, taxane over": 3,
    "metastases found lately, never treated (record complete)": 2,
    "metastases found lately, nothing on record": 2,
    "line 1: capecitabine, progression": 2,
    "line 1: T-DXd, running": 2,
    "line 1: T-DM1, on hold for the lungs": 2,
    "line 1: THP, over, no reason recorded": 2,
    "line 1: THP, progression; line 2: T-DXd, progression": 2,
    "line 1: THP, progression; line 2: T-DXd, progression; line 3: tucatinib triplet, progression": 2,
}


#: The facts beside which invariants look: innermost, so that a piece of a block holds all their values.
_LAST = ("lungs", "LVEF", "heart failure")


def question_blocks() -> Iterator[tuple[str, Block]]:
    """The clinical questions, one block for each course of the disease."""
    for question, facts in QUESTIONS.items():
        rest = {PLACE[name]: facts[name] for name in sorted(facts, key=_LAST.count) if name != LINES.name}
        for index in facts[LINES.name]:
            base = (index, *PLAINEST[1:])
            yield question, (base, rest)


def together_blocks() -> Iterator[tuple[str, Block]]:
    """Every two and every three facts, each in all its values but the plainest, around each base."""
    others = [place for place in range(len(DIMENSIONS)) if DIMENSIONS[place] is not LINES]
    for words, most in _BASES.items():
        base = (LINES.index(words), *PLAINEST[1:])
        for count in range(1, most + 1):
            space = ("every fact alone", "every two facts", "every three facts")[count - 1]
            for places in combinations(others, count):
                yield space, (base, {place: _ALL[DIMENSIONS[place].name][1:] for place in places})


#: A block of more points is cut: its memory of advice must stay small.
_LARGEST = 3000


def cut(block: Block) -> Iterator[Block]:
    """The block in pieces of at most `_LARGEST` points, cut along its first facts."""
    base, facts = block
    if size_of(block) <= _LARGEST:
        yield block
        return
    place = next(iter(facts))
    rest = {other: indexes for other, indexes in facts.items() if other != place}
    for index in facts[place]:
        yield from cut(((*base[:place], index, *base[place + 1 :]), rest))


def points_of(block: Block) -> Iterator[Point]:
    """The points of a block."""
    base, facts = block
    places = list(facts)
    for indexes in product(*facts.values()):
        point = list(base)
        for place, index in zip(places, indexes, strict=True):
            point[place] = index
        yield tuple(point)


def size_of(block: Block) -> int:
    """How many points a block holds."""
    count = 1
    for indexes in block[1].values():
        count *= len(indexes)
    return count
