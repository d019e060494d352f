"""The figures behind a regimen, ready to be drawn: hazard ratios with their interval as a forest plot, all others as bars or in words.

Nothing is computed from a figure: what is drawn is what the knowledge files hold, with its population, comparison and year.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import log

from msgspec import Struct

from guideline.advice import Option
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.knowledge_entries import Endpoint, Evidence
from guideline.knowledge_printing import figure, ratio

#: The hazard ratios that the plot spans; it is drawn on a logarithmic scale, with 1 ("no difference") as a line.
PLOT_LOW, PLOT_HIGH = 0.1, 2.0


class Ratio(Struct, frozen=True):
    """A hazard ratio with its 95 % interval, in words, and where it stands on the plot, in percent of its width."""

    words: str
    interval: str
    hr: float
    low: float
    high: float
    at: float
    from_: float
    to: float


class Bars(Struct, frozen=True):
    """A value beside that of the comparator, in one unit; `of` is the longest bar of the plot."""

    value: float
    comparator: float
    unit: str
    of: float


class Figure(Struct, frozen=True):
    """One endpoint: its name, its value beside the comparator's, P and remarks as published, and what of it can be drawn."""

    endpoint: str
    words: str
    remarks: str
    ratio: Ratio | None = None
    bars: Bars | None = None


class Source(Struct, frozen=True):
    """One readout, statement, score or approval: in whom, against what, when, its figures, and the whole of it as one sentence.

    `beside` is what of the sentence stands beside the figures: statement, strength and caveat. `chosen`: the rules name it for this
    patient; otherwise it stands behind the regimen, in the population that it names.
    """

    id: str
    trial: str
    phase: str
    year: str
    population: str
    comparison: str
    beside: str
    line: str
    citation: str
    figures: tuple[Figure, ...]
    chosen: bool


def evidence_of(option: Option) -> tuple[Source, ...]:
    """What the rules name for this patient, then what else stands behind the regimen; only what may be printed."""
    chosen = tuple(dict.fromkeys(option.evidence))
    behind = [id_ for id_ in K.regimens[option.regimen].evidence if id_ not in chosen] if not chosen else []
    entries = [(K.evidence[id_], True) for id_ in chosen] + [(K.evidence[id_], False) for id_ in behind]
    return tuple(_source(entry, entry.line, chosen=named) for entry, named in entries if entry.line is not None)


def _source(entry: Evidence, line: str, *, chosen: bool) -> Source:
    return Source(
        entry.id,
        entry.trial,
        entry.phase or "",
        entry.readout or str(entry.year),
        entry.population,
        entry.comparison or "",
        "; ".join(part for part in (entry.statement, _strength(entry), entry.caveat) if part),
        line,
        entry.source,
        tuple(_figures(entry)),
        chosen,
    )


def _strength(entry: Evidence) -> str:
    return f"{entry.strength} recommendation, {entry.quality or 'ungraded'} evidence" if entry.strength else ""


def _figures(entry: Evidence) -> Iterator[Figure]:
    for endpoint in entry.endpoints:
        remarks = ", ".join(part for part in (f"P {endpoint.p}" if endpoint.p else "", endpoint.note or "") if part)
        yield Figure(endpoint.name, _words(endpoint), remarks, _ratio(endpoint), _bars(endpoint))


def _words(endpoint: Endpoint) -> str:
    """The value beside the comparator's, without the hazard ratio: `28.8 vs 6.8 mo`."""
    value = endpoint.value_text or (figure(endpoint.value, endpoint) if endpoint.value is not None else "")
    against = f" vs {figure(endpoint.comparator, endpoint)}" if endpoint.comparator is not None else ""
    words = f"{value}{against} {endpoint.unit or ''}".strip() if value else ""
    if endpoint.hr is None and endpoint.ci_low is not None and endpoint.ci_high is not None:
        words += f" (95 % CI {figure(endpoint.ci_low, endpoint)}-{figure(endpoint.ci_high, endpoint)})"
    elif endpoint.hr is not None and endpoint.ci_low is None:
        words += f"{', ' if words else ''}HR {ratio(endpoint.hr)}"
    return words


def _ratio(endpoint: Endpoint) -> Ratio | None:
    if endpoint.hr is None or endpoint.ci_low is None or endpoint.ci_high is None:
        return None
    interval = f"{ratio(endpoint.ci_low)}-{ratio(endpoint.ci_high)}"
    return Ratio(
        ratio(endpoint.hr),
        interval,
        endpoint.hr,
        endpoint.ci_low,
        endpoint.ci_high,
        place(endpoint.hr),
        place(endpoint.ci_low),
        place(endpoint.ci_high),
    )


def place(ratio: float) -> float:
    """Where a hazard ratio stands on the plot, in percent of its width; what lies beyond the plot stands at its edge."""
    share = (log(ratio) - log(PLOT_LOW)) / (log(PLOT_HIGH) - log(PLOT_LOW))
    return round(100 * min(max(share, 0.0), 1.0), 1)


def _bars(endpoint: Endpoint) -> Bars | None:
    if endpoint.value is None or endpoint.comparator is None or endpoint.unit not in ("mo", "%"):
        return None
    longest = 100.0 if endpoint.unit == "%" else max(endpoint.value, endpoint.comparator)
    return Bars(endpoint.value, endpoint.comparator, endpoint.unit, longest)
