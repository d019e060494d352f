"""Medicines beside the cancer drugs: what interacts with them and what belongs to their supportive care (`knowledge/other_drugs.yaml`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from msgspec import convert

from guideline.knowledge_files import Finding, unknown


@dataclass(frozen=True, slots=True)
class OtherDrugGroup:
    """A group of medicines that matter for the same reason: `name` as printed, `source` what puts its members there."""

    id: str
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class OtherDrugEntry:
    """A medicine that is no cancer drug of ours, by its id in `Case.other_drugs` and `DraftOrder.others`; `groups` are group ids."""

    id: str
    name: str
    groups: tuple[str, ...]


def drugs_in(document: dict[str, Any]) -> dict[str, OtherDrugEntry]:
    """The medicines by id."""
    return {id_: convert({"id": id_, **entry}, OtherDrugEntry) for id_, entry in document["drugs"].items()}


def groups_in(document: dict[str, Any]) -> dict[str, OtherDrugGroup]:
    """The groups by id."""
    return {id_: convert({"id": id_, **entry}, OtherDrugGroup) for id_, entry in document["groups"].items()}


def dangling(document: dict[str, Any], drugs: dict[str, Any]) -> Iterator[Finding]:
    """Faults: groups that do not exist, and medicines that are cancer drugs too (`drugs`)."""
    for id_, entry in document["drugs"].items():
        yield from unknown("other_drugs", ("drugs", id_, "groups"), "group", entry["groups"], document["groups"])
        if id_ in drugs:
            yield "other_drugs", ("drugs", id_), "is a cancer drug of drugs.yaml"
