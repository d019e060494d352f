"""Printable sentences composed from single fields: doses of a regimen, evidence with its population and year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from guideline.knowledge_entries import Component, Drug, Endpoint, Evidence
from guideline.orders import Route

#: How a route is printed.
ROUTE_WORDS: Mapping[Route, str] = {"iv": "IV", "sc": "SC", "oral": "by mouth", "im": "IM"}


def dose_lines(components: Iterable[Component], drugs: Mapping[str, Drug], partners: str | None) -> tuple[str, ...]:
    """One sentence per component, such as `pertuzumab 840 mg, then 420 mg IV every 3 weeks`; the partner of choice comes last."""
    lines = [_dose_line(component, drugs[component.drug].name) for component in components]
    return (*lines, partners) if partners else tuple(lines)


def maintenance_line(component: Component, drug: Drug) -> str:
    """The dose that goes on once the drug was loaded, such as `pertuzumab 420 mg IV every 3 weeks`."""
    return _dose_line(replace(component, loading=None), drug.name)


def _dose_line(component: Component, name: str) -> str:
    unit = component.unit
    loading = f"{component.loading:g} {unit}, then " if component.loading is not None else ""
    note = f" ({component.note})" if component.note else ""
    choice = "or " if component.choice else ""
    return f"{choice}{name} {loading}{component.dose:g} {unit} {ROUTE_WORDS[component.route]} {component.schedule}{note}"


def evidence_line(entry: Evidence) -> str:
    """The entry as one sentence: trial, phase, year, population and comparison in brackets, then what was found.

    Such as `CLEOPATRA (phase 3, 2015; first-line HER2+ MBC; ...): median OS 56.5 vs 40.8 mo, HR 0.68 (95 % CI 0.56-0.84)`.
    """
    # "ASCO 2022" and "FDA 2025-12-15" carry their year in the name.
    year = entry.readout or (None if str(entry.year) in entry.trial else str(entry.year))
    when = ", ".join(part for part in (entry.phase, year) if part)
    where = "; ".join(part for part in (when, entry.population, entry.comparison) if part)
    parts = [entry.statement] if entry.statement else []
    parts += [_endpoint(endpoint) for endpoint in entry.endpoints]
    if entry.strength:
        parts.append(f"{entry.strength} recommendation{_quality(entry.quality)}")
    if entry.caveat:
        parts.append(entry.caveat)
    return f"{entry.trial} ({where}): {'; '.join(parts)}"


def _quality(quality: str | None) -> str:
    if quality is None:
        return ""
    return ", insufficient evidence" if quality == "insufficient" else f", {quality}-quality evidence"


def _endpoint(endpoint: Endpoint) -> str:
    text = endpoint.name
    interval = _interval(endpoint)
    if endpoint.value is not None or endpoint.value_text:
        value = endpoint.value_text or figure(endpoint.value, endpoint)
        against = f" vs {figure(endpoint.comparator, endpoint)}" if endpoint.comparator is not None else ""
        text += f" {value}{against} {endpoint.unit or ''}".rstrip()
    if endpoint.hr is not None:
        text += f"{',' if text != endpoint.name else ''} HR {ratio(endpoint.hr)}{interval}"
    else:
        text += interval
    if endpoint.p:
        text += f", P {endpoint.p}"
    return f"{text}, {endpoint.note}" if endpoint.note else text


def _interval(endpoint: Endpoint) -> str:
    if endpoint.ci_low is None or endpoint.ci_high is None:
        return ""
    if endpoint.hr is not None:
        return f" (95 % CI {ratio(endpoint.ci_low)}-{ratio(endpoint.ci_high)})"
    return f" (95 % CI {figure(endpoint.ci_low, endpoint)}-{figure(endpoint.ci_high, endpoint)})"


def figure(value: float | None, endpoint: Endpoint) -> str:
    """A median or a rate with one decimal (`29.0`), as published; a rate that was published in whole percent without (`27`)."""
    figures = (endpoint.value, endpoint.comparator)
    whole = endpoint.unit == "%" and all(figure is None or figure == int(figure) for figure in figures)
    return f"{value:.0f}" if whole else f"{value:.1f}"


def ratio(value: float) -> str:
    """A hazard ratio or its limit with two decimals, three where published so: `0.30`, `0.641`."""
    return f"{value:.2f}" if round(value, 2) == value else f"{value:.3f}"
