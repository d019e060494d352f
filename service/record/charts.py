"""The charts of the report as geometry: bars with places and sizes, which the template draws as SVG. Every chart has a table beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

#: The size of a chart of rows: where bars begin, how wide they may be, and the height of a row; in units of the SVG.
BAR_LEFT: Final = 280
BAR_WIDTH: Final = 380
ROW_HEIGHT: Final = 24

#: The size of a chart of columns.
COLUMNS_WIDTH: Final = 660
COLUMNS_HEIGHT: Final = 160


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar. `kind` is its CSS class."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its label, what is printed at its end, and its parts."""

    label: str
    value: str
    y: float
    end: float
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across the chart at a value, with its label."""

    label: str
    at: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart. `about` is what a reader who cannot see it hears; `kinds` are the CSS classes in use, with their names for the legend.

    `upright`: its bars stand beside each other.
    """

    about: str
    width: float
    height: float
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    kinds: tuple[tuple[str, str], ...]
    upright: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """What a bar stands for: a value for each kind, and the words at its end."""

    label: str
    values: Mapping[str, float]
    words: str


def rows_chart(about: str, rows: Sequence[Row], kinds: Mapping[str, str]) -> Chart:
    """Bars from left to right, one below the other, of as many parts as there are kinds."""
    most = max((sum(row.values.values()) for row in rows), default=0) or 1
    scale = BAR_WIDTH / most
    bars = []
    for number, row in enumerate(rows):
        x, y, parts = float(BAR_LEFT), number * ROW_HEIGHT + 2.0, []
        for kind in kinds:
            width = row.values.get(kind, 0) * scale
            if width > 0:
                parts.append(Part(kind, round(x, 1), y, round(width, 1), ROW_HEIGHT - 6))
            x += width
        bars.append(Bar(row.label, row.words, y, round(x, 1), tuple(parts)))
    return Chart(about, BAR_LEFT + BAR_WIDTH + 110, len(rows) * ROW_HEIGHT, tuple(bars), (), tuple(kinds.items()))


def columns_chart(about: str, columns: Sequence[Row], kinds: Mapping[str, str]) -> Chart:
    """Bars from the bottom up, one beside the other, of as many parts as there are kinds; marks at round numbers."""
    most = max((sum(column.values.values()) for column in columns), default=0) or 1
    step = _round_step(most)
    top = math.ceil(most / step) * step
    scale, pitch = COLUMNS_HEIGHT / top, COLUMNS_WIDTH / max(len(columns), 1)
    bars = []
    for number, column in enumerate(columns):
        y, parts = float(COLUMNS_HEIGHT), []
        for kind in kinds:
            height = column.values.get(kind, 0) * scale
            y -= height
            if height > 0:
                parts.append(Part(kind, round(50 + number * pitch, 1), round(y, 1), round(max(pitch - 1.5, 0.5), 1), round(height, 1)))
        bars.append(Bar(column.label, column.words, COLUMNS_HEIGHT, round(50 + number * pitch + pitch / 2, 1), tuple(parts)))
    marks = tuple(Mark(f"{step * number:g}", round(COLUMNS_HEIGHT - step * number * scale, 1)) for number in range(round(top / step) + 1))
    return Chart(about, 60 + COLUMNS_WIDTH, COLUMNS_HEIGHT + 24, tuple(bars), marks, tuple(kinds.items()), upright=True)


def _round_step(most: float) -> float:
    """A round number that fits two to five times into the highest column; never less than one call."""
    rough = most / 4
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 0 else 1.0
    return float(max(1, next(step * power for step in (1, 2, 5, 10) if step * power >= rough)))
