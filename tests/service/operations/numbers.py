"""`/metrics` as a scraper reads it."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

Numbers = dict[tuple[str, frozenset[tuple[str, str]]], float]


def read_numbers(page: str) -> Numbers:
    """Every sample of a page, by its name and labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def number(numbers: Numbers, name: str, **labels: str) -> float:
    """The sample of this name and these labels."""
    return numbers[name, frozenset(labels.items())]


def grown(before: Numbers, after: Numbers) -> Numbers:
    """What has changed between two pages, by how much."""
    return {key: value - before[key] for key, value in after.items() if value != before[key]}
