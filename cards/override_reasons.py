"""Why a clinician may set a card aside (`override_reasons.yaml`): at most six reasons per topic, published as a FHIR CodeSystem."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from cards.strict_fhir import is_valid
from cards.topics import TOPICS

_FILE = Path(__file__).with_name("override_reasons.yaml")

#: No menu of an EHR shows more without scrolling.
MOST_PER_CARD = 6


@dataclass(frozen=True, slots=True)
class OverrideReason:
    """One reason: what a menu shows, and what it means."""

    display: str
    definition: str


@dataclass(frozen=True, slots=True)
class OverrideReasons:
    """The reasons by code, the codes offered by topic, and the system (a URI, with its version) that they belong to."""

    system: str
    version: str
    reasons: dict[str, OverrideReason]
    by_topic: dict[str, tuple[str, ...]]


def load_override_reasons(file: Path = _FILE) -> OverrideReasons:
    """Read a file of override reasons.

    Raises `ValueError` when a topic is unknown, advises nothing, has no list, has too many reasons, or names one that is not there;
    `TypeError` when a reason lacks its display or definition.
    """
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    reasons = {code: OverrideReason(**entry) for code, entry in content["reasons"].items()}
    by_topic = {topic: tuple(codes) for topic, codes in content["topics"].items()}
    advising = {topic.code for topic in TOPICS.values() if topic.advises}
    if by_topic.keys() != advising:
        raise ValueError(f"{file.name}: no list of reasons, or one too many, for {sorted(by_topic.keys() ^ advising)}")
    for topic, codes in by_topic.items():
        if not 0 < len(codes) <= MOST_PER_CARD or len(set(codes)) != len(codes):
            raise ValueError(f"{file.name}: {topic} needs 1 to {MOST_PER_CARD} different reasons")
        if unknown := set(codes) - reasons.keys():
            raise ValueError(f"{file.name}: {topic} names reasons that are not there: {sorted(unknown)}")
    return OverrideReasons(content["system"], content["version"], reasons, by_topic)


OVERRIDE_REASONS = load_override_reasons()

#: The codings a card of each topic offers, ready to be sent; a topic that advises no act has none.
CODINGS: dict[str, tuple[dict[str, str], ...]] = {
    topic: tuple({"code": code, "system": OVERRIDE_REASONS.system, "display": OVERRIDE_REASONS.reasons[code].display} for code in codes)
    for topic, codes in OVERRIDE_REASONS.by_topic.items()
}


@cache
def code_system() -> dict[str, Any]:
    """The reasons as a FHIR R4 CodeSystem, ready to be served. Not to be changed.

    Raises `ValueError` when the file does not make a valid one.
    """
    resource = {
        "resourceType": "CodeSystem",
        "id": "override-reasons",
        "url": OVERRIDE_REASONS.system,
        "version": OVERRIDE_REASONS.version,
        "name": "Her2CdsOverrideReasons",
        "title": "Reasons to set HER2 guidance aside",
        "status": "active",
        "experimental": False,
        "description": "Why a clinician sets a card of HER2 guidance aside; sent back in CDS Hooks feedback.",
        "caseSensitive": True,
        "content": "complete",
        "count": len(OVERRIDE_REASONS.reasons),
        "concept": [
            {"code": code, "display": reason.display, "definition": reason.definition} for code, reason in OVERRIDE_REASONS.reasons.items()
        ],
    }
    if not is_valid(resource):
        raise ValueError(f"{_FILE.name}: does not make a valid CodeSystem")
    return resource
